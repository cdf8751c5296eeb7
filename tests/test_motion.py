"""Hinge depth from joint angles: repetitions cut, what is no hinge, what was filmed, and what is asked for."""

import numpy as np
import pytest
from click.testing import CliRunner
from format_samples import written
from motions import RDL, SET, Hinges, both_hips, storage

from analysis import open_workspace
from analysis.base.config import Config
from analysis.base.errors import UnitNeeded, UnreadableFile
from analysis.cli import main
from analysis.ingest import registry
from analysis.ingest.dialect import Said
from analysis.ingest.exercises import catalogue
from analysis.ingest.motion import opensim
from analysis.ingest.motion.cutting import cut
from analysis.ingest.motion.naming import in_name
from analysis.ingest.reading import Options

BERLIN = Options(config=Config(time_zone="Europe/Berlin"))
NAME = "rdl_2026-03-02_80kg.mot"


def read(folder, text=RDL, name=NAME, options=BERLIN):
    return registry.read(written(folder, name, text), options)


def refused(folder, text, name=NAME, options=BERLIN) -> str:
    with pytest.raises(UnreadableFile) as problem:
        read(folder, text, name, options)
    return str(problem.value)


# repetitions of known depth


@pytest.mark.parametrize("rate_hz", [30, 60, 100, 240])
@pytest.mark.parametrize("in_degrees", ["yes", "no"])
def test_count_and_depth_of_known_hinges_come_back(tmp_path, rate_hz, in_degrees):
    """With noise, drift, pauses and another baseline, whatever the rate and the unit."""
    rng = np.random.default_rng(rate_hz)
    for case in range(4):
        n = int(rng.integers(1, 11))
        depths = (rng.uniform(50, 110) * rng.uniform(0.85, 1.0, n)).tolist()
        made = Hinges(
            depths,
            rng.uniform(1.4, 4),
            rng.choice([0.0, 0.5, 2.0]),
            rng.uniform(0.2, 1.5),
            rng.uniform(0.3, 2),
            rate_hz,
        )
        base = rng.uniform(-5, 15) + np.linspace(0, rng.uniform(-10, 10), len(made.t_s))
        right = made.flexion_deg + base + rng.normal(0, 1, len(made.t_s))
        left = 0.95 * made.flexion_deg + base + rng.normal(0, 1, len(made.t_s))
        scale = 1.0 if in_degrees == "yes" else np.pi / 180
        columns = {
            "hip_flexion_r": right * scale,
            "hip_flexion_l": left * scale,
            "pelvis_ty": 1 - made.flexion_deg / 300,
        }
        found = read(tmp_path, storage(made.t_s + 3.2, columns, in_degrees=in_degrees), f"rdl_2026-03-0{case + 1}.mot")
        reps = found.tables["reps"]
        bottoms = [int(np.flatnonzero(made.flexion_deg == depth)[0]) for depth in depths]
        truth = [180 - depth - base[at] for depth, at in zip(depths, bottoms, strict=True)]
        assert len(reps) == n
        assert reps["hinge_angle_deg"].tolist() == pytest.approx(truth, abs=2.5)


def test_phases_take_their_time():
    """A cosine is within a twentieth of its end for a part of its way, which is told as being there."""
    made = Hinges([90.0] * 4, period_s=3.0, pause_s=1.0, hold_s=2.0, rate_hz=100)
    reps = cut(made.t_s, {"R": made.flexion_deg, "L": made.flexion_deg}).reps
    near_s = 1.5 * np.arccos(0.9) / np.pi  # of a half period
    for rep in reps:
        assert rep.eccentric_s == pytest.approx(1.5 - 2 * near_s, abs=0.05)
        assert rep.pause_s == pytest.approx(1.0 + 2 * near_s, abs=0.05)
        assert rep.concentric_s == pytest.approx(1.5 - 2 * near_s, abs=0.05)
    assert [rep.hold_s for rep in reps[:3]] == pytest.approx([2.0 + 2 * near_s] * 3, abs=0.05)
    assert reps[3].hold_s is None


@pytest.mark.parametrize(("begins_s", "ends_s"), [(1.8, 0), (2.6, 0), (0, 2.0), (0, 2.8), (2.2, 2.2)])
def test_repetitions_cut_off_at_an_edge_are_left_out_and_counted(tmp_path, begins_s, ends_s):
    made = Hinges([95.0] * 5, hold_s=0.5)
    kept = (made.t_s >= begins_s) & (made.t_s <= made.t_s[-1] - ends_s)
    found = read(tmp_path, storage(made.t_s[kept], both_hips(made.flexion_deg[kept])))
    n_cut = (begins_s > 0) + (ends_s > 0)
    assert len(found.tables["reps"]) == 5 - n_cut
    assert f"Repetitions left out, as they are not whole (at an edge, or over a gap of time): {n_cut}." in found.notes


def test_a_gap_of_time_costs_the_repetition_over_it(tmp_path):
    made = Hinges([95.0] * 4)
    kept = (made.t_s < 4.6) | (made.t_s > 5.6)
    found = read(tmp_path, storage(made.t_s[kept], both_hips(made.flexion_deg[kept])))
    assert len(found.tables["reps"]) == 3
    assert any("over a gap of time): 1." in note for note in found.notes)


def test_steps_before_a_set_and_a_glance_at_the_floor_are_no_repetitions():
    rng = np.random.default_rng(5)
    made = Hinges([90.0] * 3, rate_hz=100)
    t = np.arange(0, 4, 0.01)
    walk = 10 + 22 * np.sin(2 * np.pi * t)
    bow = Hinges([30.0], rate_hz=100).flexion_deg
    right = np.concatenate([walk, made.flexion_deg, bow, walk]) + rng.normal(0, 0.5, 800 + len(bow) + len(made.t_s))
    left = np.concatenate([20 - walk, made.flexion_deg, bow, 20 - walk])
    found = cut(np.arange(len(left)) / 100, {"R": right, "L": left})
    assert [round(rep.flexion_deg["L"]) for rep in found.reps] == [90, 90, 90]
    assert found.n_shallow >= 1


def test_one_leg_that_hinges_alone_is_told_as_that_side(tmp_path):
    still = {"hip_flexion_r": 2 + 0.1 * SET.flexion_deg, "hip_flexion_l": SET.flexion_deg}
    tables = read(tmp_path, storage(SET.t_s, still), "single leg rdl 2026-03-02.mot").tables
    assert tables["sets"]["side"].tolist() == ["L"]
    assert tables["sets"]["exercise"].tolist() == ["single_leg_romanian_deadlift"]
    assert tables["reps"]["hinge_angle_deg"].tolist() == pytest.approx([85, 82, 88], abs=1)
    depths = tables["trials"][tables["trials"]["test_id"] == "hinge_depth"]
    assert depths["side"].unique().tolist() == ["L"]


# what is no hinge


def _walk(rate_hz=100):
    t = np.arange(0, 6, 1 / rate_hz)
    return t, {"hip_flexion_r": 5 + 22 * np.sin(2 * np.pi * t), "hip_flexion_l": 5 - 22 * np.sin(2 * np.pi * t)}


def _jump(rate_hz=100):
    """Three countermovement jumps of 30 cm: down, up, and half a second in the air."""
    down = Hinges([80.0], period_s=1.0, hold_s=0.0, still_s=0.5, rate_hz=rate_hz)
    air = np.arange(0, 0.5, 1 / rate_hz)
    height = 1 - np.concatenate([down.flexion_deg / 250, np.zeros(len(air))])
    height[-len(air) :] += 4.905 * air * (0.5 - air)
    hip = np.concatenate([down.flexion_deg, np.zeros(len(air))])
    hips = both_hips(np.tile(hip, 3))
    return np.arange(3 * len(hip)) / rate_hz, {**hips, "pelvis_ty": np.tile(height, 3)}


def _standing(rate_hz=100):
    rng = np.random.default_rng(1)
    t = np.arange(0, 6, 1 / rate_hz)
    return t, both_hips(4 + rng.normal(0, 1, len(t)))


@pytest.mark.parametrize(
    ("motion", "words"),
    [(_walk, "in turn, as in walking"), (_jump, "as in a jump"), (_standing, "the hip bends by")],
)
@pytest.mark.parametrize("rate_hz", [50, 120])
def test_a_walk_a_jump_and_standing_are_no_hinge_and_say_so(tmp_path, motion, words, rate_hz):
    assert words in refused(tmp_path, storage(*motion(rate_hz)))


def test_a_fast_squat_is_no_jump():
    made = Hinges([100.0] * 5, period_s=1.3, hold_s=0.1, rate_hz=100)
    found = cut(made.t_s, {"R": made.flexion_deg, "L": made.flexion_deg}, 1.0 - 0.4 * made.flexion_deg / 100)
    assert len(found.reps) == 5


# the file


def test_a_set_becomes_reps_trials_and_its_tempo(tmp_path):
    tables = read(tmp_path).tables
    assert tables["sessions"]["local_date"].astype(str).tolist() == ["2026-03-02"]
    of_set = tables["sets"].iloc[0]
    assert (of_set["exercise"], of_set["load_kg"], of_set["reps"], of_set["side"]) == ("romanian_deadlift", 80, 3, "B")
    assert [float(part) for part in of_set["tempo"].split("-")] == pytest.approx([0.8, 0.4, 0.8, 0.9], abs=0.15)
    reps = tables["reps"]
    assert reps["rep_no"].tolist() == [1, 2, 3]
    assert reps["hinge_angle_deg"].tolist() == pytest.approx([85, 82, 88], abs=0.5)
    assert reps["device"].unique().tolist() == ["OpenSim"]
    trials = tables["trials"].set_index(["test_id", "metric", "side"])["value"]
    assert trials["hinge_depth", "angle", "L"].tolist() == pytest.approx([85, 82, 88], abs=0.5)
    assert len(trials["hinge_tempo", "eccentric_s", "B"]) == 3


def test_two_files_of_a_day_number_no_trial_alike(tmp_path):
    first, second = (read(tmp_path, name=f"rdl_2026-03-02_{load}kg.mot").tables["trials"] for load in (80, 90))
    assert not set(first["trial_no"]) & set(second["trial_no"])


@pytest.mark.parametrize("gap", ["\t", "  ", " \t"])
@pytest.mark.parametrize("name", ["hip_flexion_{}", "/jointset/hip_{0}/hip_flexion_{0}/value", "hip_flex_{}"])
def test_columns_are_found_by_name_however_they_are_parted(tmp_path, gap, name):
    columns = {name.format(side): SET.flexion_deg for side in "rl"}
    columns = {"pelvis_tilt": -SET.flexion_deg, "hip_flexion_r_moment": SET.flexion_deg * 9} | columns
    text = storage(SET.t_s, columns, gap=gap, title="walk set 3", more="").replace("endheader", "EndHeader  ")
    assert len(read(tmp_path, text.replace("\n", "\r\n"), "rdl_2026-03-02.sto").tables["reps"]) == 3


def test_a_file_that_was_cut_or_has_holes_is_read_and_says_so(tmp_path):
    lines = RDL.replace("nRows=", "nRows=9").splitlines()
    lines[40], lines[60] = lines[40].replace(lines[40].split()[1], "nan"), lines[60][:20]
    found = read(tmp_path, "\n".join(lines))
    assert len(found.tables["reps"]) == 3
    assert "Rows left out, as they are cut short or hold no number: 2." in found.notes
    assert any("it may be cut" in note for note in found.notes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("inDegrees=yes", "inDegrees=no"), "more than a full turn"),
        (lambda text: text.replace("hip_flexion", "shoulder"), "has no columns time and hip_flexion_r"),
        (lambda text: text[: text.index("endheader") + 12], "ends before its first row"),
        (lambda text: "\n".join(text.splitlines()[:14]), "too few for a repetition"),
        (lambda text: text + text.splitlines()[-1] + "\n", "its time does not rise"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_its_value(tmp_path, change, words):
    assert words in refused(tmp_path, change(RDL))


def test_a_header_without_a_unit_is_asked_where_the_values_do_not_tell(tmp_path):
    told = read(tmp_path, storage(SET.t_s, both_hips(SET.flexion_deg), in_degrees=None))
    assert any("so these are degrees" in note for note in told.notes)
    text = storage(SET.t_s, both_hips(np.radians(SET.flexion_deg)), in_degrees=None)
    assert "Write inDegrees=yes or inDegrees=no" in refused(tmp_path, text)


def test_times_of_hours_and_few_rows_a_second_are_refused(tmp_path):
    assert "longer than a set" in refused(tmp_path, storage(SET.t_s * 1000, both_hips(SET.flexion_deg)))
    assert "rows a second" in refused(tmp_path, storage(SET.t_s[::10], both_hips(SET.flexion_deg[::10])))


def test_positions_of_markers_ask_for_inverse_kinematics(tmp_path):
    text = "PathFileType\t4\t(X/Y/Z)\tset.trc\nDataRate\tUnits\n60\tm\nFrame#\tTime\tRHip\n"
    assert "Run inverse kinematics" in refused(tmp_path, text, "rdl_2026-03-02.trc")


@pytest.mark.parametrize(
    ("coordinates", "name", "tool"),
    [
        (["knee_angle_r_beta", "pro_sup_r", "lumbar_extension"], NAME, "OpenCap"),
        (["knee_angle_r_beta", "pro_sup_r", "L5_S1_Flex_Ext", "Abs_r3", "wrist_flex_r"], NAME, "Pose2Sim"),
        (["lumbar_extension"], "sports2d_rdl_2026-03-02.mot", "Sports2D"),
        (["lumbar_extension"], NAME, "OpenSim"),
    ],
)
def test_the_tool_is_the_device_by_the_name_or_the_coordinates_of_its_model(tmp_path, coordinates, name, tool):
    columns = both_hips(SET.flexion_deg) | dict.fromkeys(coordinates, np.zeros(len(SET.t_s)))
    assert read(tmp_path, storage(SET.t_s, columns), name).tables["reps"]["device"].unique().tolist() == [tool]


# what was filmed


@pytest.mark.parametrize(
    ("stem", "day", "lift", "load_kg"),
    [
        ("rdl_2026-11-03_80kg", "2026-11-03", "romanian_deadlift", 80),
        ("80kg-Kreuzheben-03.11.2026", "2026-11-03", "deadlift", 80),
        ("Alder 20261103 soulevé de terre 82,5 kg", "2026-11-03", "deadlift", 82.5),
        ("3nov2026_squats2_175lb", "2026-11-03", "back_squat", 79.38),
        ("peso muerto 3 noviembre 2026 cam1", "2026-11-03", "deadlift", None),
        ("VID_20261103_181502_KettlebellSwing_24KG", "2026-11-03", "kettlebell_swing", 24),
        ("23-11-2026 good morning 40kg set 2", "2026-11-23", "good_morning", 40),
        ("November 3, 2026 single-leg RDL", "2026-11-03", "single_leg_romanian_deadlift", None),
        ("RDL100kgx5_20261103", "2026-11-03", "romanian_deadlift", 100),
        ("2026_11_03 Rumänisches Kreuzheben 60-kg vorne", "2026-11-03", "romanian_deadlift", 60),
        ("trial03", None, None, None),
    ],
)
def test_the_name_says_day_lift_and_load_in_any_order_and_language(stem, day, lift, load_kg):
    told = in_name(stem, catalogue()).values
    assert (told["day"] and str(told["day"])) == day
    assert (told["lift"] and catalogue().resolve(told["lift"])) == lift
    assert told["load_kg"] == (load_kg if load_kg is None else pytest.approx(load_kg, abs=0.01))


@pytest.mark.parametrize("stem", ["rdl_82_5kg", "rdl_5x80kg", "rdl 80kg 90kg"])
def test_a_load_that_can_be_read_in_two_ways_is_asked_for(tmp_path, stem):
    found = read(tmp_path, name=f"{stem} 2026-03-02.mot")
    assert found.tables["sets"]["load_kg"].isna().all()
    assert any("can be read in two ways" in note for note in found.notes)


def test_a_day_that_can_be_read_in_two_ways_is_asked_for(tmp_path):
    assert "say --day-first or --month-first" in refused(tmp_path, RDL, "rdl_03-04-2026.mot")
    said = Options(config=BERLIN.config, said=Said(day_first=True))
    days = read(tmp_path, name="rdl_03-04-2026.mot", options=said).tables["sessions"]["local_date"]
    assert days.astype(str).tolist() == ["2026-04-03"]


def test_a_name_of_two_days_is_asked_for(tmp_path):
    assert "Its name holds several days" in refused(tmp_path, RDL, "rdl 2026-03-02 saved 2026-03-04.mot")


def test_a_recording_of_which_nobody_says_day_or_lift_is_asked_for(tmp_path):
    assert "does not say on which day it was and which lift it is" in refused(tmp_path, RDL, "trial.mot")
    assert "does not say which lift it is" in refused(tmp_path, RDL, "trial_2026-03-02.mot")
    said = Options(config=BERLIN.config, date="2026-03-05", lift="Sissy hinge", load="20 kg")
    sets = read(tmp_path, name="trial.mot", options=said).tables["sets"]
    assert sets[["exercise_raw", "load_kg"]].to_numpy().tolist() == [["Sissy hinge", 20.0]]
    days = read(tmp_path, name="rdl_2026-03-02.mot", options=said).tables["sessions"]["local_date"]
    assert days.astype(str).tolist() == ["2026-03-02"]  # the name goes before what is said of all


@pytest.mark.parametrize(
    ("table", "load_kg"),
    [
        ("file,date,exercise,load,rep\ntrial.mot,2026-03-09,Deadlift,100 kg,4\n", 100),
        ("Datei;Datum;Übung;Gewicht (kg);Wiederholung\ntrial;09.03.2026;Kreuzheben;62,5;4\n# a.mot\n", 62.5),
        ("athlete,file,date,exercise,weight_lb,rep\nAlder,raw\\TRIAL.MOT,9 Mar 2026,Deadlift,100,4\n", 45.36),
    ],
)
def test_a_table_beside_says_what_was_filmed_before_the_name_does(tmp_path, table, load_kg):
    written(tmp_path, "films.csv", table.replace("# a.mot", "a.mot;;;;"))
    tables = read(tmp_path, name="trial.mot").tables
    assert tables["sessions"]["local_date"].astype(str).tolist() == ["2026-03-09"]
    assert tables["sets"]["exercise"].tolist() == ["deadlift"]
    assert tables["sets"]["load_kg"].tolist() == pytest.approx([load_kg], abs=0.01)
    assert tables["reps"]["rep_no"].tolist() == [4, 5, 6]


def test_a_table_that_says_it_otherwise_than_the_name_is_told(tmp_path):
    written(tmp_path, "films.csv", f"file,date,exercise\n{NAME},2026-03-09,Deadlift\n")
    found = read(tmp_path)
    assert "The day is 2026-03-02 by the name of the file; films.csv goes before it." in found.notes
    assert found.tables["sets"]["load_kg"].tolist() == [80]  # of which the table says nothing


def test_a_row_that_cannot_be_read_or_stands_twice_is_told(tmp_path):
    written(tmp_path, "films.csv", "file,date,exercise,load\na.mot,soon,Deadlift,80 kg\nb.mot,2026-03-09,Deadlift,80\n")
    assert "'soon' is not a date" in refused(tmp_path, RDL, "a.mot")
    with pytest.raises(UnitNeeded, match=r"films\.csv does not say whether its loads are in kg or lb"):
        read(tmp_path, name="b.mot")
    written(tmp_path, "films.csv", "file,date,exercise\na.mot,2026-03-09,Deadlift\na.mot,2026-03-10,Deadlift\n")
    assert "is named in 2 rows of films.csv" in refused(tmp_path, RDL, "a.mot")


# tables by a mapping

MAPPING = """
name = "app"
target = "angles"
source = "angle app"
[columns]
t_s = "Time"
{columns}
[units]
t_s = "ms"
{units}
[constants]
device = "An app"
{constants}
"""


def by_mapping(folder, columns, constants='date = "2026-03-02"\nexercise = "Deadlift"\nload = "60 kg"', units=""):
    header = {"Time": SET.t_s * 1000, **columns}
    rows = [";".join(f"{value:.4f}".replace(".", ",") for value in row) for row in zip(*header.values(), strict=True)]
    named = "\n".join(f'{name} = "{name}"' for name in columns)
    mapping = written(folder, "app.toml", MAPPING.format(columns=named, units=units, constants=constants))
    options = Options(config=BERLIN.config, mapping=mapping)
    return read(folder, "\n".join([";".join(header), *rows]) + "\n", "take.csv", options)


def body(flexion_deg: np.ndarray, down: float) -> dict[str, np.ndarray]:
    """Points of a body in a picture, whose y points up or down, leaning to the front over a thigh that leans back."""
    lean, thigh = np.radians(0.7 * flexion_deg), np.radians(0.3 * flexion_deg)
    hip = 100 - 40 * np.sin(thigh), 200 + 80 * np.cos(thigh)
    shoulder = hip[0] + 60 * np.sin(lean), hip[1] + 60 * np.cos(lean)
    knee = hip[0] + 40 * np.sin(thigh), hip[1] - 40 * np.cos(thigh)
    points = {"shoulder": shoulder, "hip": hip, "knee": knee}
    return {
        f"{name}_{axis}": at * (down if axis == "y" else 1)
        for name, xy in points.items()
        for axis, at in zip("xy", xy, strict=True)
    }


@pytest.mark.parametrize(
    ("columns", "units", "sides"),
    [
        ({"hip_flexion_r_deg": SET.flexion_deg, "hip_flexion_l_deg": SET.flexion_deg}, "", ["L", "R"]),
        ({"hip_flexion_r_deg": np.radians(SET.flexion_deg)}, 'hip_flexion_r_deg = "rad"', ["R"]),
        ({"hip_angle_deg": 180 - SET.flexion_deg}, "", ["B"]),
        (body(SET.flexion_deg, 1.0), "", ["B"]),
        (body(SET.flexion_deg, -1.0), "", ["B"]),
    ],
)
def test_a_table_of_angles_or_points_is_read_by_a_mapping(tmp_path, columns, units, sides):
    tables = by_mapping(tmp_path, columns, units=units).tables
    assert tables["reps"]["hinge_angle_deg"].tolist() == pytest.approx([85, 82, 88], abs=1)
    assert tables["reps"]["device"].unique().tolist() == ["An app"]
    assert tables["sets"][["exercise", "load_kg"]].to_numpy().tolist() == [["deadlift", 60.0]]
    assert sorted(tables["trials"].query("test_id == 'hinge_depth'")["side"].unique()) == sides


def test_a_table_of_points_that_lacks_one_or_of_a_day_that_nobody_says_is_refused(tmp_path):
    points = body(SET.flexion_deg, 1.0)
    del points["knee_y"]
    with pytest.raises(UnreadableFile, match="has points of the body without knee_y"):
        by_mapping(tmp_path, points)
    with pytest.raises(UnreadableFile, match="does not say on which day it was"):
        by_mapping(tmp_path, {"hip_angle_deg": 180 - SET.flexion_deg}, 'exercise = "Deadlift"')


def test_what_is_said_on_the_command_line_is_kept_with_the_file(tmp_path):
    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, [*words, "--workspace", str(tmp_path / "ws")])
        assert done.exit_code == code, done.output
        return done.output

    CliRunner().invoke(main, ["init", str(tmp_path / "ws")])
    run("alias", "Alder", "--new")
    clip = str(written(tmp_path, "clip.mot", RDL))
    assert "say --date and --lift" in " ".join(run("check", clip, "--athlete", "Alder", code=1).split())
    assert "is no load with its unit" in run("ingest", clip, "--load", "80", code=2)
    said = ("--athlete", "Alder", "--date", "2026-03-02", "--lift", "Deadlift", "--load", "175lb")
    assert "--lift Deadlift --load 175lb" in run("check", clip, *said)
    run("ingest", clip, *said)
    run("ingest", clip, "--again", "--load", "80kg")  # the day and the lift are as they were said
    alder = open_workspace(tmp_path / "ws").athlete("Alder")
    assert alder.sets[["exercise", "load_kg"]].to_numpy().tolist() == [["deadlift", 80.0]]
    assert alder.reps["hinge_angle_deg"].round().tolist() == [85, 82, 88]
    assert "11.25 to 17.35 deg (RMSE against a reference)" in run("noise", "--devices")


def test_a_damaged_file_is_read_or_refused_and_never_breaks(tmp_path):
    rng = np.random.default_rng(3)
    data = np.frombuffer(RDL.encode(), dtype=np.uint8)
    became = []
    for _ in range(60):
        mutant = data.copy()
        places = rng.integers(0, len(mutant), rng.choice([1, 5, 60, 600]))
        mutant[places] = rng.integers(9, 127, len(places))
        path = tmp_path / NAME
        path.write_bytes(mutant[: rng.integers(200, len(mutant) + 1)].tobytes())
        try:
            became.append(len(opensim.read(path, BERLIN).tables["reps"]))
        except UnreadableFile as problem:
            became.append(str(problem))
    assert {type(one) for one in became} == {int, str}


def test_tables_of_other_things_in_the_folder_are_no_tables_of_recordings(tmp_path):
    written(tmp_path, "list.csv", "Activity ID,Filename,Date\n1,activities/1.gpx,2026-03-09\n")
    written(tmp_path, "notes.txt", "rdl.mot looked fine\n")
    assert read(tmp_path).tables["sessions"]["local_date"].astype(str).tolist() == ["2026-03-02"]
