"""The ordinary door: names become athletes, keys become ids, undated activities stay outside."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import UnreadableFile
from analysis.ingest.binding import Names, bind, dated, session_id
from analysis.ingest.reading import Reading

NAMES = Names({("*", "alder"): "k3vd", ("strong", "tree"): "b7wq", ("*", "tree"): "z2zz"})


def reading(**columns) -> Reading:
    """Two sessions with a run each, as a reader gives them."""
    sessions = pd.DataFrame({"session_key": ["one", "two"], "external_name": ["Alder", None]} | columns)
    runs = sessions[["session_key", "external_name"]].assign(distance_m=[1000.0, 2000.0])
    samples = {"one": pd.DataFrame({"t_s": [0.0]}), "two": pd.DataFrame({"t_s": [0.0, 1.0]})}
    return Reading("fit", "fit", {"sessions": sessions, "runs": runs}, samples=samples)


def test_a_name_bound_for_its_source_beats_one_bound_for_all():
    assert (NAMES.athlete("strong", "Tree"), NAMES.athlete("hevy", "Tree")) == ("b7wq", "z2zz")


@given(name=st.sampled_from(["Alder", "ALDER", " alder ", "alder"]))
def test_case_and_outer_spaces_make_no_other_person(name):
    assert NAMES.athlete("fit", name) == "k3vd"
    aliases = pd.DataFrame({"source": ["*"], "external_name": [name], "athlete_id": ["k3vd"]})
    assert Names.of(aliases).athlete("fit", "alder") == "k3vd"


def test_rows_without_a_name_belong_to_the_owner():
    bound = bind(reading(), NAMES, "Tree")
    assert bound.tables["runs"]["athlete_id"].tolist() == ["k3vd", "z2zz"]
    assert bound.athletes == ["k3vd", "z2zz"]
    assert {athlete: len(samples) for athlete, samples in bound.samples.items()} == {"k3vd": 1, "z2zz": 2}


def test_rows_of_an_unknown_name_are_counted_and_left_out():
    bound = bind(reading(), NAMES, "Birch")
    assert bound.waiting == {"Birch": 2}
    assert bound.tables["sessions"]["source_key"].tolist() == ["one"]
    assert list(bound.samples) == ["k3vd"]


def test_rows_without_name_and_owner_wait_for_nobody_in_particular():
    assert bind(reading(), NAMES, None).waiting == {"": 2}


def test_a_session_and_its_rows_share_one_id():
    bound = bind(reading(), NAMES, "Tree")
    assert bound.tables["sessions"]["session_id"].tolist() == bound.tables["runs"]["session_id"].tolist()


def test_binding_leaves_the_reading_as_it_was():
    given_reading = reading()
    before = {name: frame.copy() for name, frame in given_reading.tables.items()}
    bind(given_reading, NAMES, "Tree")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(given_reading.tables[name], frame)


@given(
    a=st.tuples(st.sampled_from(["k3vd", "b7wq"]), st.sampled_from(["fit", "gpx"]), st.text(max_size=5)),
    b=st.tuples(st.sampled_from(["k3vd", "b7wq"]), st.sampled_from(["fit", "gpx"]), st.text(max_size=5)),
)
def test_a_session_id_is_the_same_for_the_same_session_only(a, b):
    assert (session_id(*a) == session_id(*b)) == (a == b)


def test_an_undated_session_stays_outside_with_all_its_rows():
    got = dated(reading(local_date=[pd.Timestamp("2026-06-01"), pd.NaT]), "runs.gpx")
    assert got.tables["sessions"]["session_key"].tolist() == got.tables["runs"]["session_key"].tolist() == ["one"]
    assert list(got.samples) == ["one"]
    assert got.rejects["column"].tolist() == ["date"]


def test_a_reading_whose_sessions_have_dates_is_left_as_it_is():
    whole = reading(local_date=[pd.Timestamp("2026-06-01")] * 2)
    assert dated(whole, "runs.gpx") is whole


def test_a_file_of_undated_sessions_only_is_unreadable():
    with pytest.raises(UnreadableFile, match=r"runs.gpx has no date or time.*Export it with times"):
        dated(reading(local_date=[pd.NaT, pd.NaT]), "runs.gpx")
