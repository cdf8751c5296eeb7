"""The canonical tables: cells and frames are judged alike, in the words of a reject; coercing again changes nothing."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from soak_scale import times

from analysis.base.columns import DTYPES
from analysis.base.tables import TABLES, Column

COLUMNS = list({(c.name, c.kind): c for table in TABLES.values() for c in table.columns}.values())
LIMITED = [c for c in COLUMNS if c.low is not None or c.high is not None]
MOMENTS = st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2050-01-01"))


def values_of(column: Column) -> st.SearchStrategy:
    """Values of the column's type: on its limits, beside them, and missing."""
    if column.kind == "integer":
        return st.sampled_from([-1, 0, 1, 2, 1000])
    if column.kind == "number":
        limits = [limit for limit in (column.low, column.high) if limit is not None]
        near = [limit + step for limit in limits for step in (-0.5, 0.0, 0.5)]
        return st.sampled_from([*near, 0.0, 1.5, float("nan"), float("inf")])
    if column.kind == "text":
        known = (*(column.values or ()), *(column.words.known if column.words else ()))
        return st.sampled_from([*known, "k3vd", "K 3", "", "a\nb", None])
    return MOMENTS | st.none()


def series_of(column: Column, rows: int | None = None) -> st.SearchStrategy[pd.Series]:
    """One to three typed values of a column, or just as many as `rows`."""

    def typed(values: list) -> pd.Series:
        if column.kind == "date":
            values = [value and value.replace(hour=0, minute=0, second=0, microsecond=0) for value in values]
        return pd.Series(values, dtype=DTYPES[column.kind], name=column.name)

    return st.lists(values_of(column), min_size=rows or 1, max_size=rows or 3).map(typed)


def wrong_with(column: Column, values: pd.Series) -> list[str]:
    """The words of the checks that some of the values fail."""
    return [words for words, where in column.failures(values) if where.any()]


@settings(max_examples=times(50, 50, 300))
@given(data=st.data())
def test_a_cell_that_is_allowed_is_sound_in_a_frame(data):
    table = TABLES[data.draw(st.sampled_from(list(TABLES)))]
    column = data.draw(st.sampled_from(table.columns))
    value = data.draw(values_of(column) | st.sampled_from([None, "x", 5, 5.5, True, float("nan"), pd.NaT]))
    if column.allows(value) and not (value is None and column.kind == "integer"):  # numbered later
        numbered = {c.name: [0] for c in table.columns if c.kind == "integer"}
        typed = table.coerce(pd.DataFrame(numbered | {column.name: [value]}))
        assert not wrong_with(column, typed[column.name])


@settings(max_examples=times(50, 50, 200))
@given(data=st.data())
def test_coercing_again_changes_nothing(data):
    table = TABLES[data.draw(st.sampled_from(list(TABLES)))]
    columns = {column.name: data.draw(series_of(column, 2)).astype("object") for column in table.columns}
    frame = table.coerce(pd.DataFrame(columns))
    pd.testing.assert_frame_equal(table.coerce(frame), frame)


@pytest.mark.parametrize("column", LIMITED, ids=lambda column: column.name)
def test_a_limit_itself_is_allowed_and_what_lies_beyond_is_not(column):
    step = 1 if column.kind == "integer" else 0.5
    for limit, outward, word in ((column.low, -step, "below"), (column.high, step, "above")):
        if limit is not None:
            values = [(int if column.kind == "integer" else float)(limit + beyond) for beyond in (-outward, 0, outward)]
            assert [column.allows(value) for value in values] == [True, True, False]
            ((words, where),) = column.failures(pd.Series(values, dtype=DTYPES[column.kind]))
            assert words.startswith(f"{word} {limit:g}")
            assert where.tolist() == [False, False, True]


@pytest.mark.parametrize("name", TABLES)
def test_no_row_is_a_frame_too(name):
    table = TABLES[name]
    empty = table.empty()
    assert list(empty.columns) == table.names
    assert table.failures(empty).empty
    pd.testing.assert_frame_equal(table.coerce(empty), empty)


_DAY = pd.Timestamp("2026-06-01")
_PLAIN = {"text": "a", "number": 1.0, "integer": 1, "date": _DAY, "instant": _DAY.tz_localize("UTC"), "clock": _DAY}


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
@pytest.mark.parametrize("name", TABLES)
def test_texts_are_texts_whoever_keeps_them(name, storage):
    table = TABLES[name]
    with pd.option_context("mode.string_storage", storage):
        frame = table.coerce(pd.DataFrame({column.name: [_PLAIN[column.kind]] for column in table.columns}))
        pd.testing.assert_frame_equal(table.coerce(frame), frame)
    assert isinstance(table.failures(frame), pd.DataFrame)  # not TypeError: each column is of its type


@pytest.mark.parametrize("name", TABLES)
def test_every_column_says_what_it_means_and_every_key_is_a_column_that_must_be_there(name):
    table = TABLES[name]
    assert all(column.meaning for column in table.columns)
    assert all(table.column(part).required for part in table.key)


def test_absent_columns_are_missing_and_the_callers_frame_is_left_alone():
    given_frame = pd.DataFrame({"athlete_id": ["k3vd"], "name": ["Alder"]})
    before = given_frame.copy()
    coerced = TABLES["athletes"].coerce(given_frame)
    assert coerced["sex"].isna().all()
    coerced.loc[0, "name"] = "Birch"
    pd.testing.assert_frame_equal(given_frame, before)


def test_a_whole_number_that_is_absent_is_not_made_up():
    with pytest.raises(ValueError, match="set_no"):
        TABLES["sets"].coerce(pd.DataFrame({"session_id": ["s1"]}))


def test_a_local_time_with_a_zone_is_refused():
    zoned = pd.DataFrame({"start_local": [pd.Timestamp("2026-06-01T10:00:00Z")], "file_no": 1, "row_no": 1})
    with pytest.raises(ValueError, match="start_local is local time and carries a zone"):
        TABLES["sessions"].coerce(zoned)


def test_a_date_loses_its_time_of_day():
    frame = pd.DataFrame({"local_date": [pd.Timestamp("2026-06-01T10:00:00")], "line_no": 1, "file_no": 1, "row_no": 1})
    assert TABLES["plan"].coerce(frame)["local_date"].tolist() == [pd.Timestamp("2026-06-01")]


def test_a_failure_names_the_cell_in_words():
    frame = TABLES["athletes"].coerce(pd.DataFrame({"athlete_id": ["k3vd", "K 3"], "birth_year": [1800, 2000]}))
    failures = TABLES["athletes"].failures(frame).sort_values("index")
    assert failures["column"].tolist() == ["birth_year", "athlete_id"]
    assert failures["check"].tolist() == ["below 1900", "does not match ^[a-z0-9_-]{1,64}$"]


def test_cells_fail_in_the_words_of_a_reject_column_by_column():
    cells = {
        "session_id": ["s", None, "t"],
        "set_no": [0, 1, 2],
        "athlete_id": ["alder1\n", "alder1", "birch1"],
        "exercise_raw": ["bench", "bench", "bench"],
        "side": ["L", "left", "B"],
        "set_kind": ["work", "work", "work"],
        "load_kg": [-201, 60, 1001],
        "file_no": [1, 1, 1],
        "row_no": [1, 2, 3],
    }
    failures = TABLES["sets"].failures(TABLES["sets"].coerce(pd.DataFrame(cells)))
    assert failures[["index", "column", "check"]].to_numpy().tolist() == [
        [1, "session_id", "is missing"],
        [0, "set_no", "below 1"],
        [0, "athlete_id", "does not match ^[a-z0-9_-]{1,64}$"],
        [1, "side", "not one of L, R, B"],
        [0, "load_kg", "below -200 kg"],
        [2, "load_kg", "above 1000 kg"],
    ]
    assert failures["value"].tolist()[1:] == [0, "alder1\n", "left", -201, 1001]


def test_a_frame_of_other_types_is_not_judged():
    with pytest.raises(TypeError, match="Coerce the frame first"):
        TABLES["athletes"].failures(pd.DataFrame({"athlete_id": ["k3vd"], "birth_year": [2000]}))
