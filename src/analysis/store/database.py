"""The database file: how it is opened, rows fetched from it, and its errors in words."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import sqlalchemy as sql
from sqlalchemy import event

from analysis.base.errors import Busy, WorkbookError

Rows = list[tuple]

_ROWS_OF_A_PART = 20_000


def sqlite_engine(path: Path) -> sql.Engine:
    """The engine of the database at `path`. A commit is on disk when it returns, and what is deleted is overwritten."""
    engine = sql.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(engine, "handle_error")
    def _in_words(context: sql.engine.ExceptionContext) -> None:
        problem = _problem_in_words(path, context.original_exception)
        if problem is not None:
            raise problem from context.original_exception

    @event.listens_for(engine, "connect")
    def _set_up(connection, _record) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "foreign_keys=ON",
            "busy_timeout=30000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sql.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # wait for another writer now, not later

    return engine


@contextlib.contextmanager
def transaction(engine: sql.Engine) -> Iterator[sql.Connection]:
    """A connection that writes: all of it or, after an error, nothing."""
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        yield connection


def fetched(
    connection: sql.Connection, query: sql.Select | sql.CompoundSelect, values: Mapping[str, object] | None = None
) -> Rows:
    """All rows of a query as the driver's plain tuples: rows of SQLAlchemy take half as long again."""
    return [row for part in fetched_in_parts(connection, query, values) for row in part]


def fetched_in_parts(
    connection: sql.Connection, query: sql.Select | sql.CompoundSelect, values: Mapping[str, object] | None = None
) -> Iterator[Rows]:
    """As `fetched`, some thousand rows at a time, so that a whole table needs little memory."""
    cursor = cast(sqlite3.Cursor, connection.execute(query, values or {}).cursor)  # a query has one
    with _told(connection):
        while part := cursor.fetchmany(_ROWS_OF_A_PART):
            yield part


def driver_of(connection: sql.Connection) -> sqlite3.Connection:
    """SQLite's own connection, for what SQL has no words for."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


@contextlib.contextmanager
def _told(connection: sql.Connection) -> Iterator[None]:
    """Errors of the driver itself in words."""
    try:
        yield
    except sqlite3.Error as problem:
        said = _problem_in_words(Path(str(connection.engine.url.database)), problem)
        if said is None:
            raise
        raise said from problem


def _problem_in_words(path: Path, problem: BaseException) -> WorkbookError | None:
    """What a user can do about an error of SQLite; None for a fault of the workbook itself."""
    code = getattr(problem, "sqlite_errorname", "")
    if code.startswith("SQLITE_BUSY"):
        return Busy(f"Somebody else has been writing to {path} for 30 s. Wait for it to end, then try again.")
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return unwritten(path, problem)
    if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return WorkbookError(
            f"{path} cannot be opened: {problem}. Check the permissions of its folder. From a disk that cannot be "
            "written, copy the workspace to another one first."
        )
    undecodable = isinstance(problem, UnicodeDecodeError) or (not code and "decode to UTF-8" in str(problem))
    if undecodable or code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        return damaged(f"The database {path}", problem)
    return None


def unwritten(path: Path, said: object) -> WorkbookError:
    """The error for a file that the disk did not take."""
    return WorkbookError(
        f"{path} cannot be written: {said}. Free some space on its disk, then try again; what was acknowledged before "
        "is stored."
    )


def damaged(what: str, problem: BaseException) -> WorkbookError:
    """The error for something of the store that cannot be read as it was written."""
    said = str(problem).partition("\n")[0].rstrip(".")
    return WorkbookError(f"{what} is damaged: {said}. Restore a backup, or ingest the raw files into a new store.")
