"""All rows of one database into another, checked row by row."""

from collections.abc import Iterator

import sqlalchemy as sql

from analysis.base.errors import WorkbookError
from analysis.store.database import Rows, database_of
from analysis.store.schema import FACTS, METADATA

_ROWS_OF_A_PART = 5_000


def copy_rows(source: sql.Connection, target: sql.Connection) -> dict[str, int]:
    """Copy every table into the empty ones of `target`, then read both and compare them; rows by table.

    Raises WorkbookError where a row did not arrive as it left.
    """
    copied = {}
    _delete_facts(target)
    for table in METADATA.sorted_tables:
        copied[table.name] = 0
        for rows in _in_parts(source, sql.select(table)):
            database_of(target).fill(target, table, rows)
            copied[table.name] += len(rows)
        _compare(source, target, table)
    return copied


def _in_parts(connection: sql.Connection, query: sql.Select) -> Iterator[Rows]:
    """The rows of a query, some thousand at a time; a server sends them so too, of which the driver else takes all."""
    for part in connection.execute(query.execution_options(stream_results=True)).partitions(_ROWS_OF_A_PART):
        yield [tuple(row) for row in part]


def _delete_facts(target: sql.Connection) -> None:
    """What the empty store said of itself: it becomes the other one."""
    target.execute(FACTS.delete())


def _compare(source: sql.Connection, target: sql.Connection, table: sql.Table) -> None:
    """Both in the order of the key: part by part they are the same rows."""
    query = sql.select(table).order_by(*table.primary_key)
    sides = (_in_parts(side, query) for side in (source, target))
    for left, right in zip(*sides, strict=True):
        for one, other in zip(left, right, strict=True):
            if one != other:
                row = dict(zip(table.c.keys(), one, strict=True))
                raise WorkbookError(
                    f"A row of the table {table.name} did not arrive as it left: {row}. Nothing was copied."
                )
