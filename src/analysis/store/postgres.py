"""The store on a PostgreSQL server, for many who take files in and render at once.

The password comes from the environment or the files that PostgreSQL's own programs read (`PGPASSWORD`, `~/.pgpass`,
`PGSERVICEFILE`), never from the address. One transaction a file, under one lock of the database that a writer holds to
its end: readers wait for nobody.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from platform import node

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError

from analysis.base.errors import Busy, ConfigProblem, WorkbookError
from analysis.base.hosts import is_this_machine
from analysis.base.waiting import SOMEBODY, Waiting
from analysis.store.copying import copy_rows
from analysis.store.database import Database, GivenUp, Rows, damaged, driver_of, told_in_words, transaction
from analysis.store.schema import METADATA
from analysis.store.sqlite import SqliteFile

_WRITERS = 0x77_6F_72_6B  # the lock of who writes; locks of a database are numbers
_TURNS = 0x77_6F_72_6C  # of who holds the workspace
_RUNS = 0x77_6F_72_6D  # and of who makes what is due
_WAITS = "30s"
_COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
_WHO = f"""
    SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = {_TURNS} AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_PROVES_ITS_NAME = "verify-full"  # the one mode of TLS in which a server proves who it is
_GONE = ("57P01", "57P02", "57P03")  # SQLSTATE of a server that is stopping, stopped or starting
_GIVEN_UP = ("40001", "40P01")  # of what cannot be put in one order with another's, and of a deadlock
_FULL = ("53100", "53200", "53300")  # of a disk, a memory and a table of connections that are full


class PostgresServer(Database):
    """The database at an address as `postgresql+psycopg://USER@HOST/DATABASE`."""

    def __init__(self, url: str, environment: Mapping[str, str] = os.environ) -> None:
        address = checked(url, environment)
        try:
            engine = sql.create_engine(address, isolation_level="REPEATABLE READ", pool_pre_ping=True)
        except ModuleNotFoundError:
            raise ConfigProblem(
                "A store on PostgreSQL needs psycopg, which is not installed: pip install 'athlete-workbook[postgres]'."
            ) from None
        super().__init__(engine, address.render_as_string())

    def begin_writing(self, connection: sql.Connection) -> None:
        """Each statement of a writer sees what was committed before it: the lock is what keeps others out."""
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAITS}'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")

    @contextlib.contextmanager
    def held(self, who: str, waiting: Waiting, *, is_run: bool) -> Iterator[None]:
        """The locks are the connection's: the server frees them when the command ends or dies."""
        busy = Busy(f"Another run works on {self.shown}. Wait for it to end, then try again.")
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

            def took(lock: int) -> bool:
                return bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({lock})").scalar())

            def who_has_it() -> str:
                return connection.exec_driver_sql(_WHO).scalar() or SOMEBODY

            connection.exec_driver_sql("SELECT set_config('application_name', %s, false)", (f"{who} on {node()}",))
            try:
                if is_run and not took(_RUNS):
                    raise busy
                if not waiting.until(lambda: took(_TURNS), who_has_it):
                    raise busy
                yield
            finally:
                connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")

    def fill(self, connection: sql.Connection, table: sql.Table, rows: Rows) -> None:
        """By COPY, which takes rows in as a stream."""
        names = ", ".join(f'"{column.name}"' for column in table.c)
        copy = f'COPY "{table.name}" ({names}) FROM STDIN'
        with told_in_words(connection), driver_of(connection).cursor() as cursor, cursor.copy(copy) as into:
            for row in rows:
                into.write_row(row)

    def columns(self, connection: sql.Connection) -> set[tuple[str, str]]:
        return {(table, column) for table, column in connection.exec_driver_sql(_COLUMNS)}

    def damage(self, connection: sql.Connection) -> list[str]:  # noqa: ARG002 - as of every database
        """Nothing: the server checks its own pages, where its database was made with checksums."""
        return []

    def compact(self) -> None:
        """Each table is written anew into a new file of the server; nobody reads it meanwhile."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"SET lock_timeout = '{_WAITS}'")
            for table in METADATA.sorted_tables:
                connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table.name}"')

    def unproven(self) -> list[str]:
        return [
            "its write-ahead log, until the server has written it over",
            "backups and replicas of the server",
            "parts of its disk that it gave back and nothing has overwritten",
        ]

    def copy_to(self, path: Path) -> None:
        to = SqliteFile(path)
        try:
            with transaction(to.engine) as target, self.engine.connect() as source:
                METADATA.create_all(target)
                copy_rows(source, target)
            with to.engine.connect() as connection:
                driver_of(connection).execute("PRAGMA journal_mode=DELETE")  # one file, and no log beside it
        finally:
            to.engine.dispose()

    def problem_in_words(self, problem: BaseException) -> WorkbookError | None:
        said = str(problem).partition("\n")[0].rstrip(".")
        code = getattr(problem, "sqlstate", None) or ""
        if code == "55P03":
            return Busy(f"Somebody else has been writing to {self.shown} for 30 s. Wait for it to end, then try again.")
        if code in _GIVEN_UP:
            return GivenUp(f"Others write to {self.shown} what this needs, again and again. Wait, then try again.")
        if code in _FULL:
            return WorkbookError(
                f"{self.shown} takes no more: {said}. Make room on the server, then try again; what was acknowledged "
                "before is stored."
            )
        if code.startswith("XX"):
            return damaged(f"The database {self.shown}", problem)
        if code.startswith("28") or "authentication failed" in said or "no password supplied" in said:
            return WorkbookError(
                f"{self.shown} does not let you in: {said}. Put the password into the environment as PGPASSWORD, or "
                "into ~/.pgpass."
            )
        if code == "42501":
            return WorkbookError(f"{self.shown} does not allow that: {said}. Ask its administrator for the right.")
        if code in _GONE or (not code and type(problem).__name__ == "OperationalError"):
            return WorkbookError(
                f"{self.shown} cannot be reached: {said}. See that the server runs, then try again; what was "
                "acknowledged before is stored."
            )
        return None


def checked(url: str, environment: Mapping[str, str] = os.environ) -> sql.URL:
    """The address of a server as it may be used.

    >>> checked("postgresql://coach@db.example.org/squad", {}).query["sslmode"]
    'verify-full'

    Raises ConfigProblem for one that is none, that has a password in it, and for one beyond this machine without TLS
    that verifies the server's name.
    """
    try:
        address = sql.make_url(url)
    except ArgumentError:
        raise ConfigProblem(f"{url!r} is no address of a database. Write {_AS}.") from None
    if address.drivername not in ("postgresql", "postgresql+psycopg"):
        raise ConfigProblem(f"[store] url is of {address.drivername!r}. Write {_AS}.")
    if address.password is not None or "password" in address.query:
        raise ConfigProblem(
            "[store] url has a password in it, which everybody who reads workbook.toml would know. Put it into the "
            "environment as PGPASSWORD, or into ~/.pgpass."
        )
    address = address.set(drivername="postgresql+psycopg")
    if _is_here(address.host or address.query.get("host") or environment.get("PGHOST") or ""):
        return address
    mode = address.query.get("sslmode", _PROVES_ITS_NAME)
    if mode != _PROVES_ITS_NAME:
        raise ConfigProblem(
            f"[store] url says sslmode={mode} for a server beyond this machine. Health data travel to it: leave "
            f"sslmode away or write {_PROVES_ITS_NAME}, and give the server's authority as sslrootcert."
        )
    return address.update_query_dict({"sslmode": mode})


_AS = "it as postgresql+psycopg://USER@HOST/DATABASE"


def _is_here(host: object) -> bool:
    """Whether a host is this machine: a socket's folder, nothing, or a loopback address; of several any may be afar."""
    return isinstance(host, str) and (not host or host.startswith(("/", "@")) or is_this_machine(host))
