"""The canonical tables: the fast check agrees with pandera's, coercing again changes nothing."""

from functools import cache

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from analysis.base.tables import DTYPES, TABLES, Column

COLUMNS = list({c.name: c for table in TABLES.values() for c in table.columns if c.kind == "number"}.values())
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
        return st.sampled_from([*(column.values or ()), "k3vd", "K 3", "", "a\nb", None])
    return MOMENTS | st.none()


def series_of(column: Column, rows: int | None = None) -> st.SearchStrategy[pd.Series]:
    """One to three typed values of a column, or just as many as `rows`."""

    def typed(values: list) -> pd.Series:
        if column.kind == "date":
            values = [value and value.replace(hour=0, minute=0, second=0, microsecond=0) for value in values]
        return pd.Series(values, dtype=DTYPES[column.kind], name=column.name)

    return st.lists(values_of(column), min_size=rows or 1, max_size=rows or 3).map(typed)


def sound_for_pandera(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> bool:
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors:
        return False
    return True


@cache
def schema_of(name: str, column: str) -> pa.DataFrameSchema:
    """pandera's checks of one column; making them takes longer than running them."""
    schema = TABLES[name].schema().select_columns([column])
    schema.unique = None
    return schema


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=40)
@given(data=st.data())
def test_the_fast_check_says_what_pandera_says(name, data):
    column = data.draw(st.sampled_from(TABLES[name].columns))
    values = data.draw(series_of(column))
    assert column.is_sound(values) == sound_for_pandera(schema_of(name, column.name), values.to_frame())


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_value_that_is_allowed_is_sound_for_pandera(name, data):
    column = data.draw(st.sampled_from(TABLES[name].columns))
    value = data.draw(values_of(column) | st.sampled_from([None, "x", 5, 5.5, True, float("nan"), pd.NaT]))
    if column.allows(value) and not (value is None and column.kind == "integer"):  # numbered later
        typed = TABLES[name].coerce(
            pd.DataFrame({c.name: [0] for c in TABLES[name].columns if c.kind == "integer"} | {column.name: [value]})
        )
        assert sound_for_pandera(schema_of(name, column.name), typed[[column.name]])


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=10)
@given(data=st.data())
def test_coercing_again_changes_nothing(name, data):
    columns = {column.name: data.draw(series_of(column, 2)).astype("object") for column in TABLES[name].columns}
    frame = TABLES[name].coerce(pd.DataFrame(columns))
    pd.testing.assert_frame_equal(TABLES[name].coerce(frame), frame)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
@pytest.mark.parametrize("step", [-0.5, 0.0, 0.5])
def test_a_limit_itself_is_allowed_for_both_and_what_lies_beyond_for_none(column, step):
    for limit, beyond in ((column.low, -step), (column.high, step)):
        if limit is not None:
            assert column.is_sound(pd.Series([limit + step], dtype=DTYPES[column.kind])) == (beyond <= 0)


@pytest.mark.parametrize("name", TABLES)
def test_no_row_is_a_frame_too(name):
    table = TABLES[name]
    empty = table.empty()
    assert list(empty.columns) == table.names
    assert table.failures(empty).empty
    pd.testing.assert_frame_equal(table.coerce(empty), empty)


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
