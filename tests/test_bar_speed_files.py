"""Bar speed as makers give it: a repetition, a set by its best, units of theirs, and what nobody did."""

import json

import pandas as pd
import pytest
from drop_folder import ROSTER, drop, workspace
from format_samples import GYMAWARE_REPS, GYMAWARE_SETS, OPENBARBELL, PERCH, written

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import registry
from analysis.ingest.reading import Options, Reading
from analysis.workspace import intake

BERLIN = Config(time_zone="Europe/Berlin")


def read(folder, text, name="speeds.csv", **said) -> Reading:
    return registry.read(written(folder, name, text), Options(config=BERLIN, **said))


def values(reading, table, *columns):
    frame = reading.tables[table][list(columns)].astype("object")
    return frame.where(frame.notna(), None).to_numpy().tolist()


def near(value):
    return pytest.approx(value, abs=0.006)


def test_openbarbell_numbers_its_sets_anew_with_each_exercise(tmp_path):
    reading = read(tmp_path, OPENBARBELL)
    assert values(reading, "sets", "set_no", "exercise", "set_kind", "load_kg", "reps", "rpe_cr10") == [
        [1, "deadlift", "warm_up", near(102.06), 2.0, None],
        [2, "deadlift", "work", near(142.88), 1.0, 8.5],
        [3, "hip_thrust", "work", 100.0, 1.0, None],
        [4, "deadlift", "work", near(102.06), 1.0, None],
    ]
    assert values(reading, "reps", "set_no", "rep_no", "mean_velocity_m_s", "rom_m")[:3] == [
        [1, 1, 0.71, 0.52],
        [1, 3, 0.69, 0.518],
        [2, 1, 0.48, 0.515],
    ]
    assert "Ratings beyond 10, left out: 1 rows, as 1575.0." in reading.notes


def test_a_clock_with_pm_has_the_month_first_where_no_date_tells(tmp_path):
    (start,) = read(tmp_path, OPENBARBELL).tables["sessions"]["start_local"]
    assert str(start) == "2026-02-03 00:05:44"
    (other,) = read(tmp_path, OPENBARBELL.replace("2/3/2026, 12:05:44 AM", "13/2/2026, 12:05:44 AM")).tables[
        "sessions"
    ]["start_local"]
    assert str(other) == "2026-02-13 00:05:44"


def test_a_metric_that_is_no_unit_of_load_refuses_the_repetition(tmp_path):
    reading = read(tmp_path, OPENBARBELL.replace('"kgs"', '"stone"'))
    assert list(reading.rejects["reason"]) == ["Metric 'stone' is neither kg nor lb. Write kg or lb."]


def test_perch_is_in_inches_and_pounds_and_ghosts_are_counted(tmp_path):
    reading = read(tmp_path, PERCH, "sets.json")
    assert values(reading, "sets", "external_name", "exercise", "load_kg", "reps", "notes") == [
        ["Alder Green", "deadlift", near(102.06), 2.0, "bands"],
        ["Alder Green", "deadlift", near(111.13), 4.0, None],
    ]
    assert values(reading, "reps", "set_no", "rep_no", "mean_velocity_m_s", "peak_velocity_m_s", "rom_m") == [
        [1, 2, near(0.6985), near(1.016), near(0.5207)],
        [1, 3, near(0.5715), near(0.9652), near(0.5182)],
    ]
    assert "Ghost repetitions, which nobody did: 1; they stay in the raw rows only." in reading.notes
    assert "Rows of deleted sets: 1; they stay in the raw rows only." in reading.notes
    assert values(reading, "sessions", "local_date", "start_local") == [[pd.Timestamp("2026-03-02"), None]]


def changed(**of_the_first_set):
    content = json.loads(PERCH)
    content["sets"][0] |= of_the_first_set
    return json.dumps(content)


def test_a_list_of_repetitions_without_the_ghosts_already_loses_none(tmp_path):
    reps = json.loads(PERCH)["sets"][0]["reps"][1:]
    reading = read(tmp_path, changed(reps=reps), "sets.json")
    assert len(reading.tables["reps"]) == 2


def test_speeds_that_were_marked_as_wrong_are_none(tmp_path):
    error = {"wrong_values": True, "ghost_rep_indices": []}
    reading = read(tmp_path, changed(error=error, num_reps=3), "sets.json")
    assert "reps" not in reading.tables
    assert values(reading, "sets", "reps")[0] == [3.0]
    assert "Sets whose speeds were marked as wrong, kept without them: 1." in reading.notes


def test_the_limbs_of_a_set_are_sets_of_their_own(tmp_path):
    reps = [
        {**rep, "limb": side}
        for rep, side in zip(json.loads(PERCH)["sets"][0]["reps"], ("left", "LEFT", "RIGHT"), strict=True)
    ]
    reading = read(tmp_path, changed(reps=reps, num_reps=3, error=None), "sets.json")
    assert values(reading, "sets", "set_no", "side", "reps")[:2] == [[1, "L", 2.0], [2, "R", 1.0]]


def test_perch_without_names_keeps_its_numbers_and_tells_them(tmp_path):
    sets = json.loads(PERCH)["sets"]
    reading = read(tmp_path, json.dumps(sets), "sets.json")
    assert values(reading, "sets", "external_name", "exercise_raw")[0] == ["Perch user 7", "Perch exercise 3"]
    assert any("Perch exercise 3" in note for note in reading.notes)


def test_a_set_at_night_belongs_to_the_day_where_the_athlete_is(tmp_path):
    reading = read(tmp_path, changed(start_time=1772493300), "sets.json")  # 23:15 in UTC
    assert [str(day.date()) for day in reading.tables["sessions"]["local_date"]] == ["2026-03-03", "2026-03-02"]


def test_a_second_file_of_a_day_adds_its_sets(tmp_path):
    opened = workspace(tmp_path / "squad")
    drop(opened.folder, "athletes.csv", ROSTER + "Anna Alder,alder1,F,2004,report,,\n")
    lines = GYMAWARE_SETS.splitlines(keepends=True)
    for name, text in (("first.json", lines[0]), ("second.jsonl", lines[1]), ("again.json", "".join(lines))):
        drop(opened.folder, name, text)
        list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    sets, reps = (opened.store.frame(table) for table in ("sets", "reps"))
    opened.store.close()
    assert sorted(sets["exercise_raw"]) == ["Single Leg RDL Left", "Single Leg RDL Right"]
    assert sorted(reps["mean_velocity_m_s"]) == [0.69, 0.71]


def test_gymawares_set_is_its_best_repetition_as_a_device_of_its_own(tmp_path):
    reading = read(tmp_path, GYMAWARE_SETS, "summaries.json")
    assert values(reading, "sets", "external_name", "exercise", "exercise_raw", "side", "load_kg", "reps") == [
        ["Anna Alder", "single_leg_romanian_deadlift", "Single Leg RDL Left", "L", 60.0, 5.0],
        ["Anna Alder", "single_leg_romanian_deadlift", "Single Leg RDL Right", "R", 60.0, 5.0],
    ]
    assert values(reading, "reps", "set_no", "rep_no", "mean_velocity_m_s", "power_w", "rom_m") == [
        [1, 1, 0.71, 410.5, None],
        [2, 1, 0.69, 400.0, None],
    ]
    assert set(reading.tables["reps"]["device"]) == {"GymAware, best repetition of the set"}
    assert "Rows of deleted sets: 1; they stay in the raw rows only." in reading.notes


def test_gymawares_repetitions_are_of_another_device_and_source(tmp_path):
    reading = read(tmp_path, GYMAWARE_REPS, "reps.json")
    assert values(reading, "reps", "set_no", "rep_no", "mean_velocity_m_s", "device") == [
        [1, 1, 0.71, "GymAware"],
        [1, 2, 0.66, "GymAware"],
        [2, 1, 0.52, "GymAware"],
    ]
    assert values(reading, "sets", "reps", "load_kg") == [[2.0, 100.0], [1.0, 120.0]]
    assert reading.source != read(tmp_path, GYMAWARE_SETS, "summaries.json").source


def test_repetitions_by_names_that_nobody_knows_are_refused_with_them(tmp_path):
    with pytest.raises(UnreadableFile, match="theirs are repnum, mv, peakvelocity"):
        read(tmp_path, GYMAWARE_REPS.replace("Mean Velocity", "MV"), "reps.json")


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("Split Squat - R", "R split_squat"),
        ("RDL (left)", "L romanian_deadlift"),
        ("Left Leg Curl", "L leg_curl_lying"),
        ("Right leg RDL", "R romanian_deadlift"),
        ("L: Step Up", "L step_up"),
        ("Deadlift", "B deadlift"),
    ],
)
def test_the_side_is_told_by_the_name_of_the_exercise(tmp_path, name, side):
    reading = read(tmp_path, GYMAWARE_SETS.replace("Single Leg RDL Left", name), "summaries.json")
    assert values(reading, "sets", "side", "exercise")[0] == side.split()


def test_lines_that_are_cut_are_refused_with_a_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match="is damaged JSON"):
        read(tmp_path, GYMAWARE_SETS[:-30], "summaries.json")
