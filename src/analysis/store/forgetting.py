"""What the database forgets with an athlete: rows of the athlete, their source rows, and mentions in texts of others.

It is given an open transaction and knows tables only by what the database says of them, so that a table which is added
later is covered without being listed here.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sql

from analysis.base.names import name_key

ERASED = "erased"

_ROWS_OF_A_PART = 20_000

_BY_ROW = ("source_rows", "rejects")  # of a file, not of an athlete
_BY_FILE = (*_BY_ROW, "waiting", "readings", "named", "revisions", "files")


def forget(
    connection: sql.Connection, athlete_id: str, names: frozenset[str], mention: re.Pattern[str]
) -> dict[str, int]:
    """Delete the athlete's rows and replace mentions elsewhere; rows changed by table. `names` as they are compared."""
    metadata = sql.MetaData()
    metadata.reflect(connection)
    tables = metadata.tables
    changed = dict.fromkeys(tables, 0)
    rows, others = _places(connection, tables, athlete_id)
    alone = _alone(connection, tables, rows, others, names)
    for name in _BY_FILE:
        changed[name] += _delete(connection, tables[name], file_no=alone)
    for name in _BY_ROW:
        own = _own_rows(connection, tables, name, athlete_id, names, mention, rows - others)
        changed[name] += _delete_rows(connection, tables[name], own)
    for name, table in tables.items():
        if "athlete_id" in table.c:
            changed[name] += _delete(connection, table, athlete_id=[athlete_id])
    changed["waiting"] += _delete_names(connection, tables, names, mention)
    erased = _replaced(mention)
    for name, table in tables.items():
        changed[name] += _replace(connection, table, erased)
    return {name: count for name, count in changed.items() if count}


def files_of(connection: sql.Connection, athlete_id: str, names: frozenset[str]) -> list[int]:
    """The numbers of the files that brought rows of this athlete and of nobody else."""
    metadata = sql.MetaData()
    metadata.reflect(connection)
    rows, others = _places(connection, metadata.tables, athlete_id)
    return sorted(_alone(connection, metadata.tables, rows, others, names))


def rows_of(
    connection: sql.Connection, name: str, athlete_id: str, names: frozenset[str], mention: re.Pattern[str]
) -> list[sql.RowMapping]:
    """The rows of `source_rows` or `rejects` that are this athlete's."""
    metadata = sql.MetaData()
    metadata.reflect(connection)
    rows, others = _places(connection, metadata.tables, athlete_id)
    alone = _alone(connection, metadata.tables, rows, others, names)
    return _own_rows(connection, metadata.tables, name, athlete_id, names, mention, rows - others, alone)


def _alone(
    connection: sql.Connection,
    tables: dict[str, sql.Table],
    rows: set[tuple[int, int]],
    others: set[tuple[int, int]],
    names: frozenset[str],
) -> set[int]:
    """The files of these rows that hold no row of others, nor one that waits for another name."""
    waiting = tables["waiting"]
    waits = connection.execute(sql.select(waiting.c.file_no, waiting.c.external_name))
    shared = {file_no for file_no, name in waits if name_key(name) not in names}
    return {file_no for file_no, _ in rows} - {file_no for file_no, _ in others} - shared


def _places(
    connection: sql.Connection, tables: dict[str, sql.Table], athlete_id: str
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """file_no and row_no of what came from files: the athlete's, and everybody else's in those files."""
    own: set[tuple[int, int]] = set()
    for table in _of_athletes(tables):
        query = sql.select(table.c.file_no, table.c.row_no).distinct()
        own |= {tuple(row) for row in connection.execute(query.where(table.c.athlete_id == athlete_id))}
    return own, _places_of_others(connection, tables, athlete_id, {file_no for file_no, _ in own})


def _places_of_others(
    connection: sql.Connection, tables: dict[str, sql.Table], athlete_id: str, files: Iterable[int]
) -> set[tuple[int, int]]:
    """file_no and row_no of what these files brought of everybody else."""
    others: set[tuple[int, int]] = set()
    for table in _of_athletes(tables):
        query = sql.select(table.c.file_no, table.c.row_no).distinct().where(table.c.athlete_id != athlete_id)
        others |= {tuple(row) for row in connection.execute(query.where(table.c.file_no.in_(sorted(files))))}
    return others


def _of_athletes(tables: dict[str, sql.Table]) -> list[sql.Table]:
    return [table for table in tables.values() if {"athlete_id", "file_no", "row_no"} <= set(table.c.keys())]


def _delete(connection: sql.Connection, table: sql.Table, **among: Iterable[object]) -> int:
    ((column, values),) = among.items()
    return connection.execute(table.delete().where(table.c[column].in_(list(values)))).rowcount


def _delete_rows(connection: sql.Connection, table: sql.Table, rows: Iterable[sql.RowMapping]) -> int:
    return sum(connection.execute(table.delete().where(*_at(table, row))).rowcount for row in rows)


def _own_rows(
    connection: sql.Connection,
    tables: dict[str, sql.Table],
    name: str,
    athlete_id: str,
    names: frozenset[str],
    mention: re.Pattern[str],
    places: set[tuple[int, int]],
    alone: Iterable[int] = (),
) -> list[sql.RowMapping]:
    """Rows of files that are the athlete's: by their place, by a cell that is a name, or by their file.

    A row with such a cell that is another's, as one in which the athlete is the rater, is not.
    """
    alone, erased = set(alone), _replaced(mention)
    near = {file_no for file_no, _ in places} | alone
    rows = [
        row
        for row in _all_rows(connection, tables[name])
        if row["file_no"] in near or any(erased(row[text]) != row[text] for text in ("raw", "sheet"))
    ]
    others = _places_of_others(connection, tables, athlete_id, {row["file_no"] for row in rows})
    theirs = _names_of_others(connection, tables, athlete_id)

    def is_own(row: sql.RowMapping) -> bool:
        place, cells = (row["file_no"], row["row_no"]), _cells(row["raw"], row["sheet"])
        if row["file_no"] in alone or place in places:
            return True
        if cells & theirs or (place in others and not row["sheet"]):
            return False
        return bool(cells & names) or any(mention.fullmatch(cell) for cell in cells)

    return [row for row in rows if is_own(row)]


def _names_of_others(connection: sql.Connection, tables: dict[str, sql.Table], athlete_id: str) -> set[str]:
    aliases = tables["aliases"]
    query = sql.select(aliases.c.external_name).where(aliases.c.athlete_id != athlete_id)
    return {name_key(name) for name in connection.scalars(query)}


def _cells(raw: str | None, sheet: str) -> set[str]:
    """The cells of a row and its sheet, as names are compared."""
    try:
        cells = json.loads(raw or "null")
    except ValueError:
        cells = raw
    values = cells.values() if isinstance(cells, dict) else cells if isinstance(cells, list) else [cells]
    return {name_key(str(value)) for value in (*values, sheet) if value is not None}


def _delete_names(
    connection: sql.Connection, tables: dict[str, sql.Table], names: frozenset[str], mention: re.Pattern[str]
) -> int:
    """Delete the names that wait, in whatever spelling; a file for which none waits any more is stored whole."""
    waiting, files = tables["waiting"], tables["files"]
    waits = connection.scalars(sql.select(waiting.c.external_name).distinct()).all()
    gone = [name for name in waits if name_key(name) in names or mention.fullmatch(name)]
    deleted = _delete(connection, waiting, external_name=gone)
    left = sql.select(sql.func.coalesce(sql.func.sum(waiting.c.rows), 0)).where(waiting.c.file_no == files.c.file_no)
    connection.execute(files.update().where(files.c.rows_waiting > 0).values(rows_waiting=left.scalar_subquery()))
    return deleted


def _replaced(mention: re.Pattern[str]) -> Callable[[Any], Any]:
    def erased(value: Any) -> Any:  # whatever a cell holds
        if not isinstance(value, str):
            return value
        return mention.sub(ERASED, _erased_in_json(value, mention) if "\\" in value else value)

    return erased


def _erased_in_json(text: str, mention: re.Pattern[str]) -> str:
    """JSON with the word in place of mentions in its texts, before which an escape may stand as a letter would."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    new = _erased_within(value, mention)
    return text if new == value else json.dumps(new, ensure_ascii=False)


def _erased_within(value: Any, mention: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return mention.sub(ERASED, value)
    if isinstance(value, list):
        return [_erased_within(inner, mention) for inner in value]
    return {key: _erased_within(inner, mention) for key, inner in value.items()} if isinstance(value, dict) else value


def _replace(connection: sql.Connection, table: sql.Table, erased: Callable[[Any], Any]) -> int:
    """Put the word in place of every mention in the texts of a table; a row that has the key then gives way."""
    texts = [column.name for column in table.c if isinstance(column.type, sql.String)]
    if not texts:
        return 0
    mentioned = [
        (dict(row), new)
        for row in _all_rows(connection, table)
        if (new := {name: said for name in texts if (said := erased(row[name])) != row[name]})
    ]
    for row, new in mentioned:
        if new.keys() & set(table.primary_key.columns.keys()):
            connection.execute(table.delete().where(*_at(table, row | new)))
        connection.execute(table.update().where(*_at(table, row)).values(new))
    return len(mentioned)


def _at(table: sql.Table, row: Mapping[Any, Any]) -> list[sql.ColumnElement[bool]]:
    """That a row has the key of this one."""
    return [column == row[column.name] for column in table.primary_key]


def _all_rows(connection: sql.Connection, table: sql.Table) -> Iterator[sql.RowMapping]:
    """The rows of a table, some thousand at a time."""
    return iter(connection.execute(sql.select(table), execution_options={"yield_per": _ROWS_OF_A_PART}).mappings())
