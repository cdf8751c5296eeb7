"""What the store asks of a database, whichever it is: a transaction, rows as plain tuples, and its errors in words."""

import contextlib
import functools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sql
from sqlalchemy import event

from analysis.base.errors import Busy, WorkbookError
from analysis.base.waiting import Waiting

Rows = list[tuple]
_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")

_ROWS_OF_A_PART = 20_000
_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # between the tries of what a database gives up
_DATABASE = "workbook_database"  # among what an engine carries: its `Database`


class GivenUp(Busy):
    """The database ended a transaction in favour of another's, as in a deadlock; nothing of it is there."""


class Database(ABC):
    """A database of the store, and what SQL has no words for.

    Its engine gives a connection that reads one state, and one that `transaction` opens writes alone.
    """

    def __init__(self, engine: sql.Engine, shown: str) -> None:
        self.engine = engine.execution_options(**{_DATABASE: self})
        self.shown = shown  # what people call it: a path, or an address without a password
        event.listen(self.engine, "handle_error", self._in_words)

    @abstractmethod
    def begin_writing(self, connection: sql.Connection) -> None:
        """Wait until nobody else writes; said again when the transaction ends.

        Raises Busy where somebody does for too long.
        """

    def fill(self, connection: sql.Connection, table: sql.Table, rows: Rows) -> None:
        """Put whole rows into a table, their values in the order of its columns."""
        connection.execute(table.insert(), [dict(zip(table.c.keys(), row, strict=True)) for row in rows])

    @contextlib.contextmanager
    def held(self, who: str, waiting: Waiting, *, is_run: bool) -> Iterator[None]:  # noqa: ARG002 - of a server
        """Held by one at a time, of all machines; a file is of one machine, where a lock beside it does that.

        `who` holds it, of which those who wait are told. Raises Busy where the waiting was in vain, and at once where
        a run finds another run.
        """
        yield

    @abstractmethod
    def columns(self, connection: sql.Connection) -> set[tuple[str, str]]:
        """Table and name of each column that is there."""

    @abstractmethod
    def damage(self, connection: sql.Connection) -> list[str]:
        """What the database says is wrong with itself."""

    @abstractmethod
    def compact(self) -> None:
        """Write it anew without what was deleted.

        Raises Busy where somebody reads it meanwhile.
        """

    @abstractmethod
    def unproven(self) -> list[str]:
        """Where what was deleted may still stand, beyond what the workbook can look into."""

    @abstractmethod
    def copy_to(self, path: Path) -> None:
        """A copy as it stands at one moment, as a file of SQLite; others may read and write meanwhile."""

    @abstractmethod
    def problem_in_words(self, problem: BaseException) -> WorkbookError | None:
        """What a user can do about an error of the driver; None for a fault of the workbook itself."""

    def _in_words(self, context: sql.engine.ExceptionContext) -> None:
        if context.is_pre_ping:
            return  # of a connection that a restarted server has ended: the pool takes a new one
        problem = self.problem_in_words(context.original_exception)
        if problem is not None:
            raise problem from context.original_exception


def database_of(connection: sql.Connection) -> Database:
    """The database that a connection leads to."""
    return connection.get_execution_options()[_DATABASE]


@contextlib.contextmanager
def transaction(engine: sql.Engine) -> Iterator[sql.Connection]:
    """A connection that writes: all of it or, after an error, nothing."""
    with engine.connect() as connection, connection.execution_options(writes=True).begin():
        database_of(connection).begin_writing(connection)
        yield connection


def tried_again(work: Callable[_Given, _Found]) -> Callable[_Given, _Found]:
    """`work`, a transaction that is all or nothing, once more each time the database gives it up.

    So nothing that it is given may be used up by the first try, as an iterator is.
    """

    @functools.wraps(work)
    def tried(*args: _Given.args, **given: _Given.kwargs) -> _Found:
        for pause_s in _PAUSES_S:
            try:
                return work(*args, **given)
            except GivenUp:
                time.sleep(pause_s)
        return work(*args, **given)

    return tried


def fetched(
    connection: sql.Connection, query: sql.Select | sql.CompoundSelect, values: Mapping[str, object] | None = None
) -> Rows:
    """All rows of a query as the driver's plain tuples: rows of SQLAlchemy take half as long again."""
    return [row for part in fetched_in_parts(connection, query, values) for row in part]


def fetched_in_parts(
    connection: sql.Connection, query: sql.Select | sql.CompoundSelect, values: Mapping[str, object] | None = None
) -> Iterator[Rows]:
    """As `fetched`, some thousand rows at a time, so that a whole table needs little memory."""
    cursor: Any = connection.execute(query, values or {}).cursor  # a query has one
    with told_in_words(connection):
        while part := cursor.fetchmany(_ROWS_OF_A_PART):
            yield part


def driver_of(connection: sql.Connection) -> Any:
    """The driver's own connection, for what SQL has no words for."""
    return connection.connection.driver_connection


@contextlib.contextmanager
def told_in_words(connection: sql.Connection) -> Iterator[None]:
    """Errors of the driver itself in words."""
    driver: Any = connection.dialect.loaded_dbapi
    try:
        yield
    except driver.Error as problem:
        said = database_of(connection).problem_in_words(problem)
        if said is None:
            raise
        raise said from problem


def unwritten(path: Path | str, said: object) -> WorkbookError:
    """The error for a file that the disk did not take."""
    return WorkbookError(
        f"{path} cannot be written: {said}. Free some space on its disk, then try again; what was acknowledged before "
        "is stored."
    )


def damaged(what: str, problem: BaseException) -> WorkbookError:
    """The error for something of the store that cannot be read as it was written."""
    said = str(problem).partition("\n")[0].rstrip(".")
    return WorkbookError(f"{what} is damaged: {said}. Restore a backup, or ingest the raw files into a new store.")
