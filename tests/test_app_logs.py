"""Training logs of more apps: planned and done, packed cells, stacked tables, units that no header says."""

import json

import pytest
from format_samples import (
    ALPHA_PROGRESSION,
    BOOSTCAMP,
    FASTNFITNESS,
    JEFIT,
    LIFTLOG,
    LIFTLOG_JSON,
    LIFTOSAUR,
    REPCOUNT,
    written,
)

from analysis.base.config import Config
from analysis.base.errors import UnitNeeded, UnreadableFile
from analysis.ingest import linking, registry
from analysis.ingest.exercises import catalogue
from analysis.ingest.reading import Options, Reading

BERLIN = Config(time_zone="Europe/Berlin")


def read(folder, text, name="log.csv", **said) -> Reading:
    return registry.read(written(folder, name, text), Options(config=BERLIN, **said))


def sets_of(reading, *columns):
    sets = reading.tables["sets"][list(columns)].astype("object")
    return sets.where(sets.notna(), None).to_numpy().tolist()


def reasons(reading):
    return list(reading.rejects["reason"])


def test_liftosaur_takes_what_was_done_on_the_day_where_the_athlete_is(tmp_path):
    reading = read(tmp_path, LIFTOSAUR)
    assert sets_of(reading, "exercise", "set_no", "set_kind", "load_kg", "reps", "rpe_cr10") == [
        ["romanian_deadlift", 1, "warm_up", 40.0, 5.0, None],
        ["romanian_deadlift", 2, "work", 102.5, 7.0, 8.5],
        ["kettlebell_swing", 1, "work", pytest.approx(24.04, abs=0.01), 15.0, None],
    ]
    sessions = reading.tables["sessions"]
    assert list(sessions["start_local"].astype(str)) == ["2026-03-04 23:45:10", "2026-03-02 18:00:00"]
    assert "Sets that were not done: 1; they stay in the raw rows only." in reading.notes


def test_a_set_past_midnight_where_the_athlete_is_belongs_to_the_next_day(tmp_path):
    (day,) = read(tmp_path, LIFTLOG).tables["sessions"]["local_date"]
    assert str(day.date()) == "2026-03-03"


def test_a_time_with_another_offset_than_utc_is_the_athletes_own_clock(tmp_path):
    text = LIFTLOG.replace("T23:30Z", "T23:30+11:00").replace("T23:36Z", "T23:36+11:00")
    session = read(tmp_path, text).tables["sessions"].iloc[0]
    assert str(session["start_local"]) == "2026-03-02 23:30:00"


def test_liftlog_says_the_unit_in_words_that_differ_between_its_exports(tmp_path):
    assert sets_of(read(tmp_path, LIFTLOG), "exercise", "load_kg", "reps") == [
        ["deadlift", 120.5, 5.0],
        ["hip_thrust", pytest.approx(102.06, abs=0.01), 8.0],
        ["nordic_curl", None, 6.0],
    ]
    reading = read(
        tmp_path, LIFTLOG_JSON.replace('"kilograms", "value": "120.50"}},', '"pounds", "value": "265"}},'), "l.json"
    )
    assert sets_of(reading, "exercise_raw", "load_kg", "reps", "duration_s", "distance_m") == [
        ["Deadlift", pytest.approx(120.2, abs=0.01), 5.0, None, None],
        ["Rowing", None, None, 630.0, 2500.0],
    ]
    assert "Sets that were not done: 1; they stay in the raw rows only." in reading.notes
    assert list(reading.tables["sessions"]["kind"]) == ["strength"]


def test_a_unit_that_is_none_refuses_the_row_of_the_json(tmp_path):
    reading = read(tmp_path, LIFTLOG_JSON.replace("kilograms", "stones", 1), "l.json")
    assert reasons(reading) == ["WeightUnit 'stones' is neither kg nor lb. Write kg or lb."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"recordedExercises": [', "is damaged JSON"),
        ('[{"recordedExercises": ' + "[" * 100_000, "nested too deep"),
    ],
)
def test_broken_json_is_refused_with_a_sentence(tmp_path, text, words):
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, text, "l.json")


def test_json_of_another_shape_is_refused(tmp_path):
    text = json.dumps([{"id": 1, "date": None, "recordedExercises": {"a": 1}}, 5, None])
    with pytest.raises(UnreadableFile, match="LiftLog export"):
        read(tmp_path, text, "l.json")


def test_repcount_has_no_unit_so_a_person_has_to_say_it(tmp_path):
    with pytest.raises(UnitNeeded, match="kg or lb"):
        read(tmp_path, REPCOUNT)
    reading = read(tmp_path, REPCOUNT, load_unit="lb")
    assert sets_of(reading, "exercise_raw", "load_kg", "reps", "duration_s", "distance_m") == [
        ["Deadlift", pytest.approx(45.36, abs=0.01), 8.0, None, None],
        ["Hip Thrust", pytest.approx(54.43, abs=0.01), 10.0, None, None],
        ["Rowing", None, None, 300.0, None],
        ["Outdoor run", None, None, 2700.0, None],
    ]
    assert any("unit the file does not say: 2" in note for note in reading.notes)
    assert sets_of(read(tmp_path, REPCOUNT, load_unit="lb", distance_unit="mi"), "distance_m")[2] == [1609.344]


def test_a_session_of_runs_alone_is_none_of_strength(tmp_path):
    sessions = read(tmp_path, REPCOUNT, load_unit="kg").tables["sessions"]
    assert dict(zip(sessions["title"], sessions["kind"], strict=True)) == {"Pull": "strength", "Run": "run"}
    assert list(sessions["duration_s"]) == [3420.0, 2700.0]


def test_alpha_progression_packs_warm_ups_and_adds_to_body_weight(tmp_path):
    reading = read(tmp_path, ALPHA_PROGRESSION)
    assert sets_of(reading, "exercise", "set_kind", "load_kg", "reps", "rir", "duration_s") == [
        ["romanian_deadlift", "warm_up", 37.5, 9.0, None, None],
        ["romanian_deadlift", "warm_up", 72.5, 7.0, None, None],
        ["romanian_deadlift", "work", 115.0, 8.0, 1.5, None],
        ["back_extension_45", "work", 12.5, 10.0, 0.0, None],
        ["machine_hip_thrust", "work", pytest.approx(99.79, abs=0.01), 6.0, None, None],
        ["plank", "work", 0.0, None, None, 45.0],
    ]
    sessions = reading.tables["sessions"]
    assert list(sessions["duration_s"]) == [3720.0, 2880.0]
    assert list(sessions["start_local"].astype(str)) == ["2026-03-04 04:54:00", "2026-03-02 05:04:00"]
    assert reading.notes == ("Sets that were not done: 1; they stay in the raw rows only.",)


def test_alpha_progression_on_a_phone_with_twelve_hours_and_points(tmp_path):
    text = ALPHA_PROGRESSION.replace("4:54 h", "4:54 pm").replace("37,5", "37.5").replace("72,5", "72.5")
    text = text.replace("1;+12,5", "1;+12.5").replace("<br>", "\n").replace("1,5\n", "1.5\n")
    reading = read(tmp_path, text)
    assert str(reading.tables["sessions"]["start_local"][0]) == "2026-03-04 16:54:00"
    assert [row[0] for row in sets_of(reading, "load_kg")][:4] == [37.5, 72.5, 115.0, 12.5]


def test_a_line_of_alpha_progression_that_is_nothing_known_is_refused(tmp_path):
    reading = read(tmp_path, ALPHA_PROGRESSION.replace("1;220;6", "eins;220;6"))
    assert any("'eins' is no number of a set" in reason for reason in reasons(reading))
    assert len(reading.tables["sets"]) == 5


def test_jefit_unpacks_its_cells_in_the_unit_of_its_settings(tmp_path):
    reading = read(tmp_path, JEFIT)
    assert sets_of(reading, "exercise", "set_no", "load_kg", "reps") == [
        ["deadlift", 1, pytest.approx(61.23, abs=0.01), 10.0],
        ["deadlift", 2, pytest.approx(102.29, abs=0.01), 5.0],
        ["back_extension_45", 1, 0.0, 12.0],
    ]
    sessions = reading.tables["sessions"]
    assert list(sessions["local_date"].astype(str)) == ["2026-03-02", "2026-03-05"]
    assert str(sessions["start_local"][0]) == "2026-03-02 23:00:00"
    assert "Sets that were not done: 1; they stay in the raw rows only." in reading.notes


SETS_IN_LB = """### EXERCISE SET LOGS ######

_id,userid,exercise_log_id,set_index,weight_lbs,reps
1,1,1,0,{load_lb},10
"""


@pytest.mark.parametrize(
    ("mass", "load_lb", "first_kg"),
    [("", "297.62", 135.0), ("", "135", 61.235), (" kg", "297.62", 135.0)],
)
def test_jefit_without_a_unit_is_told_by_the_sets_in_lb(tmp_path, mass, load_lb, first_kg):
    text = JEFIT.replace(" lbs", mass) + SETS_IN_LB.format(load_lb=load_lb)
    assert sets_of(read(tmp_path, text), "load_kg")[0] == [pytest.approx(first_kg, abs=0.01)]


@pytest.mark.parametrize(("mass", "load_lb"), [("", ""), ("", "200"), (" lbs", "297.62")])
def test_jefit_whose_unit_nothing_tells_or_two_tell_apart_is_asked_for(tmp_path, mass, load_lb):
    text = JEFIT.replace(" lbs", mass) + SETS_IN_LB.format(load_lb=load_lb)
    with pytest.raises(UnitNeeded, match="kg or lb"):
        read(tmp_path, text)
    assert sets_of(read(tmp_path, text, load_unit="kg"), "load_kg")[0] == [135.0]


def test_a_packed_set_that_is_none_refuses_the_whole_cell(tmp_path):
    reading = read(tmp_path, JEFIT.replace("225.5x5", "225.5 times 5"))
    assert sets_of(reading, "exercise") == [["back_extension_45"]]
    assert reasons(reading) == ["Reps '225.5 times 5' is not a number. Correct the cell in the file."]


def test_a_file_of_banners_without_exercises_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="no section EXERCISE LOGS"):
        read(tmp_path, JEFIT.partition("### EXERCISE LOGS")[0])


def test_fastnfitness_sets_alike_come_in_the_order_of_the_day(tmp_path):
    reading = read(tmp_path, FASTNFITNESS)
    assert sets_of(reading, "exercise_raw", "set_no", "load_kg", "reps", "distance_m") == [
        *(["Deadlift", number, 100.0, 5.0, None] for number in (1, 2, 3)),
        ["Hip Thrust", 4, pytest.approx(99.79, abs=0.01), 8.0, None],
        ["Treadmill", 1, None, None, 2500.0],
    ]
    assert list(reading.tables["sessions"]["kind"]) == ["strength", "run"]
    assert any("DURATION, whose unit the file does not say: 1" in note for note in reading.notes)


@pytest.mark.parametrize("alike", ["0", "many", "1000"])
def test_a_number_of_sets_that_cannot_be_refuses_the_row(tmp_path, alike):
    reading = read(tmp_path, FASTNFITNESS.replace("STRENGTH,3,", f"STRENGTH,{alike},"))
    assert len(reading.tables["sets"]) == 2
    assert f"SETS '{alike}'" in reasons(reading)[0]


def test_templates_of_fastnfitness_are_no_sets(tmp_path):
    reading = read(tmp_path, FASTNFITNESS.replace("RECORD,2026-03-02,18:30", "TEMPLATE,2026-03-02,18:30"))
    assert "Hip Thrust" not in set(reading.tables["sets"]["exercise_raw"])
    assert "Rows of templates, not of records: 1; they stay in the raw rows only." in reading.notes


def test_boostcamp_dates_have_the_day_first_and_open_sets_no_count(tmp_path):
    reading = read(tmp_path, BOOSTCAMP)
    assert sets_of(reading, "exercise", "load_kg", "reps") == [["deadlift", 100.0, 5.0], ["deadlift", 110.0, None]]
    session = reading.tables["sessions"].iloc[0]
    assert str(session["start_local"]) == "2026-03-09 19:35:44"
    assert any("(5+)" in note for note in reading.notes)
    assert "Sets that were not done: 1; they stay in the raw rows only." in reading.notes


def test_a_cell_of_boostcamp_that_is_no_json_refuses_its_workout(tmp_path):
    reading = read(tmp_path, BOOSTCAMP.replace("}]}]", "}]"))
    assert "is no list in JSON" in reasons(reading)[0]


def test_the_sets_of_every_log_count_before_those_of_a_device():
    logs = {
        module.partition(":")[0].removeprefix("logs.") for module in registry._READERS if module.startswith("logs.")
    }
    assert logs - {"powerlifting"} <= set(linking._SET_SOURCES)


@pytest.mark.parametrize(
    ("raw", "exercise"),
    [
        ("Romanian Deadlift, Leverage Machine", "machine_romanian_deadlift"),
        ("Seated Leg Curl, Leverage Machine", "leg_curl_seated"),
        ("Hyperextensions on Roman Chair · Bodyweight", "back_extension_45"),
        ("Hip Thrusts · Smith machine", "smith_machine_hip_thrust"),
        ("Single Leg Glute Bridge Straight Leg, Bodyweight", "single_leg_glute_bridge"),
        ("Barbell Stiff-Legged Deadlift", "romanian_deadlift"),
        ("Machine Leg Curl (Prone)", "leg_curl_lying"),
        ("Good Morning, Leverage Machine", "machine_good_morning"),
        ("45° Back Raise", "back_extension_45"),
        ("Romanian Deadlift, Belt", None),
    ],
)
def test_the_apps_words_for_the_posterior_chain_are_known(raw, exercise):
    assert catalogue().resolve(raw) == exercise
