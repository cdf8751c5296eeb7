"""The store in one file beside the workspace: SQLite with a write-ahead log. The default, and what a backup holds."""

import contextlib
import sqlite3
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy import event

from analysis.base.errors import Busy, WorkbookError
from analysis.base.waiting import Waiting
from analysis.store.database import Database, damaged, driver_of, unwritten

_COLUMNS = "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
_PRAGMAS = ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON")
_WAITS_S = 30


class SqliteFile(Database):
    """The database at `path`. A commit is on disk when it returns, and what is deleted is overwritten."""

    def __init__(self, path: Path) -> None:
        engine = sql.create_engine(f"sqlite:///{path}", connect_args={"timeout": _WAITS_S})
        super().__init__(engine, str(path))

        @event.listens_for(engine, "connect")
        def _set_up(connection, _record) -> None:
            connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
            Waiting(_WAITS_S).until(lambda: _has_log(connection))
            for pragma in ("journal_mode=WAL", *_PRAGMAS):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: sql.Connection) -> None:
            writes = connection.get_execution_options().get("writes", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # wait for another writer now

    def begin_writing(self, connection: sql.Connection) -> None:
        """`BEGIN IMMEDIATE` has waited already."""

    def columns(self, connection: sql.Connection) -> set[tuple[str, str]]:
        """By SQLite's own words: the inspector of SQLAlchemy takes 2 ms longer."""
        return {(table, column) for table, column in connection.exec_driver_sql(_COLUMNS)}

    def damage(self, connection: sql.Connection) -> list[str]:
        rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [str(row) for row in rows if row != "ok"]

    def compact(self) -> None:
        """Also empties the log: what was deleted is in no file any more."""
        with self.engine.connect() as connection:
            raw = driver_of(connection)
            raw.execute("VACUUM")
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Busy("Somebody reads the store, so that its log cannot be emptied. Close notebooks, then try again.")

    def unproven(self) -> list[str]:
        return []

    def copy_to(self, path: Path) -> None:
        with self.engine.connect() as connection, contextlib.closing(sqlite3.connect(path)) as copy:
            driver_of(connection).backup(copy)

    def problem_in_words(self, problem: BaseException) -> WorkbookError | None:
        code = getattr(problem, "sqlite_errorname", "")
        if code.startswith("SQLITE_BUSY"):
            return Busy(
                f"Somebody else has been writing to {self.shown} for {_WAITS_S} s. Wait for it to end, then try again."
            )
        if code.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            return unwritten(self.shown, problem)
        if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
            return WorkbookError(
                f"{self.shown} cannot be opened: {problem}. Check the permissions of its folder. From a disk that "
                "cannot be written, copy the workspace to another one first."
            )
        undecodable = isinstance(problem, UnicodeDecodeError) or (not code and "decode to UTF-8" in str(problem))
        if undecodable or code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
            return damaged(f"The database {self.shown}", problem)
        return None


def _has_log(connection: sqlite3.Connection) -> bool:
    """Whether the file has a write-ahead log by now: to give it one SQLite waits for nobody who opens it too."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as problem:
        if not problem.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise
        return False
    return True
