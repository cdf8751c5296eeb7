"""Copies of one run or one set are linked, whatever order they come in; two equal sets of one source are two."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ingest.linking import run_links, set_links
from analysis.ingest.logs.log import Log
from analysis.ingest.registry import readers

LOGS = [reader.name for reader in readers() if isinstance(getattr(reader.read, "__self__", None), Log)]
START = pd.Timestamp("2026-06-02T06:00:00Z")


def a_run(session_id, source="fit", minutes=0.0, distance_m=5000.0, elapsed_s=1500.0, athlete_id="alder"):
    return {
        "session_id": session_id,
        "athlete_id": athlete_id,
        "source": source,
        "start_utc": START + pd.Timedelta(minutes=minutes),
        "local_date": pd.Timestamp("2026-06-02"),
        "distance_m": distance_m,
        "elapsed_s": elapsed_s,
    }


def runs_of(rows):
    """The frames `sessions` and `runs` of these rows."""
    frame = pd.DataFrame(rows)
    return (
        frame[["session_id", "athlete_id", "source", "start_utc", "local_date"]],
        frame[["session_id", "athlete_id", "distance_m", "elapsed_s"]],
    )


def linked_runs(*rows):
    links = run_links(*runs_of(rows))
    return list(zip(links["a"], links["b"], strict=True))


def a_set(session_id, set_no, source="strong", load_kg=100.0, exercise="deadlift"):
    return {
        "session_id": session_id,
        "set_no": set_no,
        "athlete_id": "alder",
        "source": source,
        "local_date": pd.Timestamp("2026-06-01"),
        "exercise": exercise,
        "load_kg": load_kg,
    }


def sets_of(rows):
    """The frames `sessions` and `sets` of these rows."""
    frame = pd.DataFrame(rows)
    sessions = frame[["session_id", "athlete_id", "source", "local_date"]].drop_duplicates("session_id")
    return sessions, frame[["session_id", "set_no", "athlete_id", "exercise", "load_kg"]]


def linked_sets(*rows):
    links = set_links(*sets_of(rows))
    return list(zip(links["a"], links["b"], strict=True))


def test_the_device_file_counts_and_its_exchange_copies_do_not():
    copies = a_run("3", "gpx"), a_run("1", "tcx", minutes=0.5, distance_m=5040.0), a_run("2", "fit")
    assert sorted(linked_runs(*copies)) == [("2", "1"), ("2", "3")]


@pytest.mark.parametrize(
    "other",
    [
        a_run("2", "tcx", minutes=2),
        a_run("2", "tcx", distance_m=5200.0),
        a_run("2", "tcx", elapsed_s=1520.0),
        a_run("2", "tcx", distance_m=float("nan")),
        a_run("2", "tcx", elapsed_s=float("nan")),
        a_run("2", "tcx", athlete_id="birch"),
    ],
    ids=["later", "longer", "slower", "no distance", "no time", "somebody else"],
)
def test_another_run_is_not_a_copy(other):
    assert linked_runs(a_run("1"), other) == []


@given(hours=st.integers(-12, 12), seconds=st.integers(-60, 60))
def test_a_copy_shifted_by_whole_hours_is_the_same_run(hours, seconds):
    assert linked_runs(a_run("1"), a_run("2", "gpx", minutes=60 * hours + seconds / 60)) == [("1", "2")]


def test_a_track_that_cuts_corners_is_the_same_run():
    assert linked_runs(a_run("1"), a_run("2", "gpx", distance_m=4890.0)) == [("1", "2")]


def test_there_and_back_at_the_full_hour_are_two_runs_of_one_watch():
    assert linked_runs(a_run("1"), a_run("2", minutes=480, distance_m=5020.0)) == []


def test_a_file_saved_again_with_its_clock_hours_off_is_the_same_run():
    assert linked_runs(a_run("1"), a_run("2", minutes=120)) == [("1", "2")]


some_runs = st.lists(
    st.builds(
        a_run,
        session_id=st.integers(0, 99).map(str),
        source=st.sampled_from(["fit", "tcx", "gpx", "strava"]),
        minutes=st.sampled_from([0.0, 0.5, 60.0, 90.0]),
        distance_m=st.sampled_from([5000.0, 5050.0, 8000.0, float("nan")]),
        athlete_id=st.sampled_from(["alder", "birch"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row["session_id"],
)
some_sets = st.lists(
    st.builds(
        lambda source, set_no, load_kg, exercise: a_set(f"of {source}", set_no, source, load_kg, exercise),
        source=st.sampled_from(["strong", "hevy", "bar_speed", "my_device"]),
        set_no=st.integers(1, 5),
        load_kg=st.sampled_from([60.0, 60.1, 100.0, float("nan")]),
        exercise=st.sampled_from(["deadlift", "hip_thrust", None]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: (row["session_id"], row["set_no"]),
)


@given(rows=some_runs, shuffled=st.randoms())
def test_run_links_do_not_depend_on_the_order_of_rows_nor_on_how_often_they_are_looked_for(rows, shuffled):
    other = list(rows)
    shuffled.shuffle(other)
    assert linked_runs(*rows) == linked_runs(*rows) == linked_runs(*other)


@given(rows=some_runs)
def test_a_run_is_a_copy_once_and_never_of_a_copy(rows):
    pairs = linked_runs(*rows)
    copies = [b for _, b in pairs]
    assert len(set(copies)) == len(copies)
    assert not set(copies) & {a for a, _ in pairs}


@given(rows=some_sets, shuffled=st.randoms())
def test_set_links_do_not_depend_on_the_order_of_rows_nor_on_how_often_they_are_looked_for(rows, shuffled):
    other = list(rows)
    shuffled.shuffle(other)
    assert sorted(linked_sets(*rows)) == sorted(linked_sets(*rows)) == sorted(linked_sets(*other))


@given(rows=some_sets)
def test_a_set_is_a_copy_once_and_never_of_its_own_source_nor_of_a_copy(rows):
    pairs = linked_sets(*rows)
    copies = [b for _, b in pairs]
    assert len(set(copies)) == len(copies)
    assert not set(copies) & {a for a, _ in pairs}
    assert all(a.split("|")[0] != b.split("|")[0] for a, b in pairs)


@pytest.mark.parametrize("log", LOGS)
def test_a_log_counts_whatever_the_device_is_called(log):
    assert linked_sets(a_set("x", 1, "a_device"), a_set("s", 1, log)) == [("s|1", "x|1")]


def test_a_load_noted_in_pounds_is_the_same_load():
    assert linked_sets(a_set("s", 1, load_kg=100.0), a_set("x", 1, "bar_speed", load_kg=220.5 * 0.45359237))


def test_the_second_set_is_linked_with_the_second():
    sets = [a_set("s", 1), a_set("s", 2), a_set("x", 4, "bar_speed"), a_set("x", 5, "bar_speed")]
    assert linked_sets(*sets) == [("s|1", "x|4"), ("s|2", "x|5")]


def test_two_identical_sets_of_one_log_are_two_sets():
    assert linked_sets(a_set("s", 1), a_set("s", 2)) == []
