"""The names of lifts: as apps list them, in the languages of phones, with equipment and help, and as people mistype."""

import pytest

from analysis.ingest.exercises import catalogue
from analysis.ingest.lift_names import apart
from analysis.ingest.logs import fitnotes, gymbook, hevy
from analysis.ingest.reading import Options
from analysis.pages.wording import exercise_name

# what two apps list of their own for hinge and posterior chain
LISTED = """
Deadlift (Barbell)|Deadlift (Dumbbell)|Deadlift (Band)|Deadlift (Smith Machine)|Deadlift (Trap bar)|Deadlift High Pull
Romanian Deadlift (Barbell)|Romanian Deadlift (Dumbbell)|Single Leg Romanian Deadlift (Barbell)|Straight Leg Deadlift
Single Leg Romanian Deadlift (Dumbbell)|Sumo Deadlift|Rack Pull|Lying Leg Curl (Machine)|Seated Leg Curl (Machine)
Standing Leg Curls|Nordic Hamstrings Curls|Hip Thrust (Barbell)|Hip Thrust (Machine)|Hip Thrust (Smith Machine)
Hip Thrust|Single Leg Hip Thrust|Single Leg Hip Thrust (Dumbbell)|Glute Bridge|Single Leg Glute Bridge|Superman
Single Leg Glute Bridge (duration)|Partial Glute Bridge (Barbell)|Frog Pumps (Dumbbell)|Good Morning (Barbell)
Glute Kickback (Machine)|Glute Kickback on Floor|Standing Cable Glute Kickbacks|Rear Kick (Machine)|Glute Ham Raise
Cable Pull Through|Back Extension (Hyperextension)|Back Extension (Machine)|Reverse Hyperextension|Clean|Clean and Jerk
Back Extension (Weighted Hyperextension)|Clean and Press|Clean Pull|Hang Clean|Hang Snatch|Snatch|Power Snatch
Power Clean|Dumbbell Snatch|Kettlebell Clean|Kettlebell Snatch|Kettlebell High Pull|Kettlebell Swing|Jump Shrug
Back Extension|Clean (Barbell)|Clean and Jerk (Barbell)|Deadlift High Pull (Barbell)|Hang Clean (Barbell)
Hang Snatch (Barbell)|Hip Thrust (Bodyweight)|Power Snatch (Barbell)|Rack Pull (Barbell)|Single Leg Bridge
Snatch (Barbell)|Snatch Pull (Barbell)|Stiff Leg Deadlift (Band)|Stiff Leg Deadlift (Barbell)|Trap Bar Deadlift
Stiff Leg Deadlift (Dumbbell)|Sumo Deadlift (Barbell)|Sumo Deadlift High Pull (Barbell)
"""


@pytest.mark.parametrize("name", [name for line in LISTED.split("\n") for name in line.split("|") if name])
def test_every_hinge_that_an_app_lists_has_a_pattern(name):
    known = catalogue()
    found = known.resolve(name)
    assert found is not None, name
    assert {one.exercise: one.pattern for one in known.exercises}[found] == "hinge"


@pytest.mark.parametrize(
    ("raw", "exercise"),
    [
        ("Kreuzheben (Langhantel)", "deadlift"),
        ("Rumänisches Kreuzheben (Kurzhantel)", "dumbbell_romanian_deadlift"),
        ("Kreuzheben (Multipresse)", "smith_machine_deadlift"),
        ("Beinbeuger liegend (Maschine)", "leg_curl_lying"),
        ("Rückenstrecker (Maschine)", "machine_back_extension"),
        ("Peso Muerto Rumano (Mancuerna)", "dumbbell_romanian_deadlift"),
        ("Peso muerto rumano con mancuernas", "dumbbell_romanian_deadlift"),
        ("Empuje de Caderas (Barra)", "hip_thrust"),
        ("Extensión de Espalda (Hiperextensión)", "back_extension_45"),
        ("Soulevé de Terre Jambes Tendues (Barre)", "romanian_deadlift"),
        ("Soulevé de terre roumain aux haltères", "dumbbell_romanian_deadlift"),
        ("Leg Curl Assis (Machine)", "leg_curl_seated"),
        ("Stacco Rumeno (Manubrio)", "dumbbell_romanian_deadlift"),
        ("Levantamento Terra Romeno (Halteres)", "dumbbell_romanian_deadlift"),
        ("Mesa Flexora (Máquina)", "leg_curl_lying"),
        ("Rumuński Martwy Ciąg (Sztanga)", "romanian_deadlift"),
        ("Румынская тяга (гантели)", "dumbbell_romanian_deadlift"),
        ("Marklyft", "deadlift"),
        ("DB RDLs", "dumbbell_romanian_deadlift"),
        ("Smith RDL", "smith_machine_romanian_deadlift"),
        ("B-Stance RDL", "staggered_stance_romanian_deadlift"),
        ("Leg Curl, seated", "leg_curl_seated"),
        ("Swiss Ball Hamstring Curl", "ball_leg_curl"),
        ("Banded Good Mornings", "band_good_morning"),
        ("KB Swings", "kettlebell_swing"),
        ("Weighted Hyperextensions", "back_extension_45"),
        ("Chin-Up (Assisted)", "assisted_chin_up"),
        ("Klimmzüge (assistiert)", "assisted_pull_up"),
        ("Fondos (asistidos)", "assisted_dip"),
    ],
)
def test_a_lift_is_known_in_the_words_of_an_app_with_its_equipment(raw, exercise):
    assert catalogue().resolve(raw) == exercise


@pytest.mark.parametrize(
    "raw", ["Squat (Smith Machine)", "Leg Press (Band)", "Deadlift (Sandbag, Paused)", "Barbell", ""]
)
def test_another_equipment_is_another_exercise_and_not_guessed(raw):
    assert catalogue().resolve(raw) is None


def test_a_listed_name_never_means_another_exercise_by_its_parts():
    known = catalogue()
    for (_, name), exercise in known.aliases.items():
        assert known.resolve(name) == exercise
        if apart(name).lift:
            assert known.resolve(name.upper()) == exercise


ROWS = '"title","start_time","end_time","exercise_title","set_index","set_type","weight_kg","reps"\n'


def hevy_sets(path, *lifts):
    rows = (f'"Pull","3 Nov 2026, 17:00","3 Nov 2026, 18:00","{lift}",{n},"normal",{kg},8\n' for n, (lift, kg) in lifts)
    path.write_text(ROWS + "".join(rows), encoding="utf-8")
    return hevy.READER.read(path, Options())


def test_help_takes_load_off_also_of_an_exercise_that_nobody_knows(tmp_path):
    lifts = (
        ("Triceps Dip (Assisted)", 30),
        ("Ring Row (Assisted)", 12),
        ("Tractions assistées", 20),
        ("Dip (Weighted)", 10),
    )
    sets = hevy_sets(tmp_path / "log.csv", *enumerate(lifts)).tables["sets"]
    assert sets["load_kg"].tolist() == [-30, -12, -20, 10]
    assert sets["exercise"].fillna("").tolist() == ["assisted_dip", "", "assisted_pull_up", "dip"]


def test_help_takes_load_off_in_other_logs_too(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("Date,Exercise,Category,Weight,Weight Unit,Reps\n2026-03-02,Assisted Dips,Arms,20,kgs,8\n")
    assert fitnotes.READER.read(path, Options()).tables["sets"]["load_kg"].tolist() == [-20]
    path.write_text(
        "Data,Orario,Programma,Esercizio,Ripetizioni / Tempo,Peso / Distanza\n"
        '02/03/26,18:00,A,Trazioni assistite,8 ripetizioni,"20,00 kg"\n'
    )
    assert gymbook.READER.read(path, Options()).tables["sets"]["load_kg"].tolist() == [-20]


def test_an_unknown_lift_is_named_as_written_with_what_is_nearest(tmp_path):
    lifts = ("Rumanian Dedlift (barbell)", 60), ("Squat (Smith Machine)", 40), ("Xyzzy of Elm", 1)
    (note,) = hevy_sets(tmp_path / "log.csv", *enumerate(lifts)).notes
    assert "Rumanian Dedlift (barbell) (nearest: Romanian deadlift" in note
    assert "Squat (Smith Machine) (nearest: Back squat" in note
    assert note.endswith("; Xyzzy of Elm.")


def test_a_lift_outside_the_catalogue_is_shown_as_its_owner_wrote_it():
    assert exercise_name("eGym Hüftstrecker_2") == "eGym Hüftstrecker_2"
    assert exercise_name("trap_bar_deadlift") == "Trap bar deadlift"
