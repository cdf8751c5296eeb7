"""Canonical frames out of the database: whole columns at a time, no object a row or cell kept."""

import functools
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sql

from analysis.base.tables import TABLES
from analysis.store.database import Rows, damaged, fetched, fetched_in_parts
from analysis.store.schema import STORED

_ARROW_TYPES = {
    "text": pa.large_string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "date": pa.timestamp("us"),
    "clock": pa.timestamp("us"),
    "instant": pa.timestamp("us", tz="UTC"),
}
_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)  # what "str" is


def frame(connection: sql.Connection, name: str, **among: Iterable[object]) -> pd.DataFrame:
    """The rows of a table whose columns lie among the given values, in the order of its key.

    Raises WorkbookError where what is stored is not of the type it was stored with.
    """
    values = _lists(among)
    parts = fetched_in_parts(connection, _query(name, tuple(values)), values)
    columns = [_columns(name, rows) for rows in parts]
    return _framed(name, columns) if columns else TABLES[name].empty()


def rows(connection: sql.Connection, name: str, **among: Iterable[object]) -> Rows:
    """As `frame`, as plain tuples in the order of the table's columns."""
    values = _lists(among)
    return fetched(connection, _query(name, tuple(values)), values)


def records(connection: sql.Connection, name: str, **among: Iterable[object]) -> list[dict[str, object]]:
    """As `frame`, as a dict a row."""
    names = TABLES[name].names
    return [dict(zip(names, row, strict=True)) for row in rows(connection, name, **among)]


def raw_rows(connection: sql.Connection, file_no: int) -> list[dict[str, object]]:
    """Number, hash and occurrence of each row of a file."""
    names = ("row_no", "row_hash", "occurrence")
    return [dict(zip(names, row, strict=True)) for row in fetched(connection, _raw_rows(), {"file_no": file_no})]


@functools.cache
def rows_told() -> sql.Select:
    """How many rows of a file became data or were refused."""
    rows = STORED["source_rows"]
    told = (rows.c.file_no == sql.bindparam("file_no")) & (rows.c.became != "ignored")
    return sql.select(sql.func.count()).select_from(rows).where(told)


@functools.cache
def _lifts() -> sql.Select:
    sets, reps = STORED["sets"].c, STORED["reps"].c
    of_a_set = sql.and_(*(reps[name] == sets[name] for name in ("athlete_id", "session_id", "set_no")))
    speed = sql.func.coalesce(reps.mean_velocity_m_s, reps.mean_propulsive_velocity_m_s)
    told = [sql.func.count(column) for column in (speed, reps.hinge_angle_deg, reps.form_flags)]
    by = (sets.athlete_id, sets.exercise, reps.device)
    query = sql.select(*by, *told, sql.func.count(sets.tempo)).group_by(*by).where(sets.exercise.is_not(None))
    return query.select_from(STORED["sets"].outerjoin(STORED["reps"], of_a_set))


@functools.cache
def _raw_rows() -> sql.Select:
    rows = STORED["source_rows"]
    query = sql.select(rows.c.row_no, rows.c.row_hash, rows.c.occurrence)
    return query.where(rows.c.file_no == sql.bindparam("file_no"))


def canonical(name: str, rows_: Rows) -> pd.DataFrame:
    """The frame of rows of a table."""
    return _framed(name, [_columns(name, rows_)]) if rows_ else TABLES[name].empty()


def verify(connection: sql.Connection, name: str) -> None:
    """Read every row of a table once.

    Raises WorkbookError where a value is not of the type it was stored with.
    """
    for rows_ in fetched_in_parts(connection, _query(name, ())):
        _columns(name, rows_)


def streams(connection: sql.Connection, name: str) -> Rows:
    """athlete_id, table, rows, first_date and last_date (ISO) of each athlete in a table; counted where they lie."""
    return fetched(connection, _streams(name))


def lifts(connection: sql.Connection) -> Rows:
    """athlete_id, exercise, device, and how many repetitions have a speed, a hinge angle, a rating and a tempo asked of
    their set, of each lift on each device. A set without repetitions has no device and counts once for its tempo."""
    return fetched(connection, _lifts())


def sample_files(connection: sql.Connection, athlete_id: str) -> Rows:
    """session_id and path of each sample file of an athlete, the newest last."""
    held, files = STORED["sample_files"], STORED["files"]
    query = sql.select(held.c.session_id, held.c.path).join(files, files.c.sha256 == held.c.sha256)
    return fetched(connection, query.where(held.c.athlete_id == athlete_id).order_by(files.c.file_no))


def paths_of(connection: sql.Connection, sha256: str) -> list[str]:
    """The sample files that came from the file of this hash."""
    held = STORED["sample_files"]
    return [path for (path,) in fetched(connection, sql.select(held.c.path).distinct().where(held.c.sha256 == sha256))]


def named_samples(connection: sql.Connection, among: set[str] | None) -> set[str]:
    """The sample files that committed rows name: all, or those of `among`, athlete by athlete."""
    files = STORED["sample_files"]
    query = sql.select(files.c.path).distinct()
    if among is not None:
        owners = {path.split("/")[0].removeprefix("athlete_id=") for path in among}
        query = query.where(files.c.athlete_id.in_(sorted(owners)), files.c.path.in_(sorted(among)))
    return {path for (path,) in fetched(connection, query)}


@functools.cache
def whole_file() -> sql.Select:
    """The number of a file by its hash, of those that wait for no name."""
    files = STORED["files"]
    return sql.select(files.c.file_no).where(files.c.sha256 == sql.bindparam("sha256"), files.c.rows_waiting == 0)


@functools.cache
def newest_sample_file() -> sql.Select:
    """The path of the newest sample file of a session; made once, compiled once."""
    held, files = STORED["sample_files"], STORED["files"]
    query = sql.select(held.c.path).join(files, files.c.sha256 == held.c.sha256).order_by(files.c.file_no.desc())
    return query.where(*(held.c[column] == sql.bindparam(column) for column in ("athlete_id", "session_id"))).limit(1)


def _lists(among: dict[str, Iterable[object]]) -> dict[str, list[object]]:
    return {column: list(these) for column, these in among.items()}


@functools.cache
def _query(name: str, among: tuple[str, ...]) -> sql.Select:
    """The rows of a table whose columns `among` lie among given values; made once, compiled once."""
    table = STORED[name]
    query = sql.select(*(table.c[column] for column in TABLES[name].names)).order_by(*table.primary_key)
    return query.where(*(table.c[column].in_(sql.bindparam(column, expanding=True)) for column in among))


@functools.cache
def _streams(name: str) -> sql.Select:
    """Rows without a day of their own are counted by session first, so that a session is looked up once."""
    table, sessions = STORED[name], STORED["sessions"]
    said = (sql.literal(name).label("table"),)
    if "local_date" in table.c:
        counted = (sql.func.count().label("rows"), *_ends_of(table))
        return sql.select(table.c.athlete_id, *said, *counted).group_by(table.c.athlete_id).order_by(table.c.athlete_id)
    session = (table.c.athlete_id, table.c.session_id)
    by_session = sql.select(*session, sql.func.count().label("rows")).group_by(*session).subquery()
    owner = by_session.c.athlete_id
    counted = (sql.func.sum(by_session.c.rows).label("rows"), *_ends_of(sessions))
    same = (sessions.c.athlete_id == owner) & (sessions.c.session_id == by_session.c.session_id)
    query = sql.select(owner, *said, *counted).select_from(by_session.join(sessions, same))
    return query.group_by(owner).order_by(owner)


def _ends_of(table: sql.Table) -> tuple[sql.Label, sql.Label]:
    """The first and the last day of the rows of a table."""
    day = table.c.local_date
    return sql.func.min(day).label("first_date"), sql.func.max(day).label("last_date")


def _columns(name: str, rows_: Rows) -> list[pa.Array]:
    """The typed columns of rows."""
    columns = zip(TABLES[name].columns, zip(*rows_, strict=True), strict=True)
    try:
        return [_typed(column.kind, values) for column, values in columns]
    except (TypeError, ValueError) as problem:  # what was stored had these types
        raise damaged(f"The table {name}", problem) from problem


def _typed(kind: str, values: tuple) -> pa.Array:
    """Values of one column; moments are read from their ISO text.

    >>> _typed("date", ("2026-01-05", None)).to_pylist()
    [datetime.datetime(2026, 1, 5, 0, 0), None]
    """
    if kind in ("date", "clock", "instant"):
        return pa.array(values, pa.string()).cast(_ARROW_TYPES[kind])
    typed = pa.array(values, _ARROW_TYPES[kind])
    if kind == "integer" and typed.null_count:
        raise ValueError("a whole number is missing")
    return typed


def _framed(name: str, parts: list[list[pa.Array]]) -> pd.DataFrame:
    """One frame of the typed columns of several parts."""
    columns = zip(TABLES[name].columns, zip(*parts, strict=True), strict=True)
    return pd.DataFrame({column.name: _joined(column.kind, arrays) for column, arrays in columns})


def _joined(kind: str, arrays: tuple[pa.Array, ...]) -> np.ndarray | pd.api.extensions.ExtensionArray:
    column = pa.chunked_array(arrays)
    if kind == "text":
        return pd.arrays.ArrowStringArray(column, dtype=_TEXT)
    return column.to_pandas().array if kind == "instant" else column.to_numpy()
