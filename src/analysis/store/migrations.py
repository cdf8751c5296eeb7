"""Steps from one layout of the store to the next, and how a store comes to the layout of this version.

A released layout never changes. What a version adds to a table, or a table that it adds, is a step at the end of STEPS
beside its declaration in `base/tables.py`, and a store of the layout before it is kept in `tests/stores`. A table that
is new is made by its declaration alone.
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sql

from analysis import __version__
from analysis.base.errors import WorkbookError
from analysis.store.database import database_of, fetched, transaction, tried_again
from analysis.store.schema import FACTS, METADATA, STORED
from analysis.store.writing import keep_fact, put

FIRST = 1  # the layout of version 0.1
JUDGED_ANEW = "judged_anew_at"  # fact of a store of version 0.1: when it came to one whose verdicts go by another rule


class Step(NamedTuple):
    """From the layout before to `layout`: SQL that SQLite and PostgreSQL both take, and what is new in words.

    As Step(3, "the bar of a set", ("ALTER TABLE sets ADD COLUMN bar_kg FLOAT",)). A column that is never missing needs
    its DEFAULT there.
    """

    layout: int
    new: str
    statements: tuple[str, ...]


STEPS: tuple[Step, ...] = (
    Step(
        2,
        "labels for days planned light, ill or away, the changes that pages told, and what the reading of each file "
        "rested on, for which the next ingest reads all files once more",
        ('ALTER TABLE "plan" ADD COLUMN label VARCHAR', 'ALTER TABLE "files" ADD COLUMN read_as VARCHAR'),
    ),
    Step(
        3,
        "the sport of each run by one vocabulary, and what was left out of it since it cannot be",
        (
            'ALTER TABLE "runs" ADD COLUMN activity VARCHAR',
            'ALTER TABLE "runs" ADD COLUMN left_out VARCHAR',
        ),
    ),
    Step(
        4,
        "the address of a video of each set; forms that people answer on a phone, which of their answers stand, and "
        "the coach's reason beside an answer",
        (
            'ALTER TABLE "sets" ADD COLUMN video_url VARCHAR',
            'ALTER TABLE "proposals" ADD COLUMN reason VARCHAR',
        ),
    ),
)

_LAYOUT, _MADE_BY = "schema_version", "made_by"  # among the facts of a store
_COLUMNS = {(table.name, column.name) for table in METADATA.tables.values() for column in table.columns}


def layout() -> int:
    """The layout of the stores of this version."""
    return STEPS[-1].layout if STEPS else FIRST


@tried_again
def bring_up_to_date(engine: sql.Engine, verdicts_before: Callable[[], pd.DataFrame]) -> str:
    """Make the tables of a new store, or take an older one to the layout of this version, in one transaction.

    A store of version 0.1 keeps the moment, and `verdicts_before`: what its squad's page said last, by another rule.
    Returns the sentence that says what an older store was given; empty where there was nothing to do.

    Raises WorkbookError for a store of a newer version, one that lacks a column of its own layout, and an older one
    that cannot be written.
    """
    with engine.connect() as connection:
        there = database_of(connection).columns(connection)
        if _layout_of(connection, there) == layout() and there >= _COLUMNS:
            return ""  # as almost always: who only reads waits for no writer
    with transaction(engine) as connection:
        before = _layout_of(
            connection, database_of(connection).columns(connection)
        )  # another process may have been quicker
        steps = [step for step in STEPS if before is not None and step.layout > before]
        for step in steps:
            for statement in step.statements:
                connection.exec_driver_sql(statement)
        there = database_of(connection).columns(connection)
        tables = {table for table, _ in there}
        for table, column in sorted(_COLUMNS - there):
            if table in tables:
                raise WorkbookError(
                    f"This store was made by another version of the workbook: it has no column {column} in its table "
                    f"{table}. Install the matching version, or ingest the raw files into a new store."
                )
        METADATA.create_all(connection, checkfirst=bool(there))  # of a new store it need not ask table by table
        if before is None:
            keep_fact(connection, "store_id", uuid.uuid4().hex)
        if before == FIRST:
            _keep_verdicts(connection, verdicts_before())
        if before is None or steps:
            keep_fact(connection, _LAYOUT, str(layout()))
            keep_fact(connection, _MADE_BY, __version__)
    if not steps:
        return ""
    new = " and ".join(step.new for step in steps)
    return (
        f"The store was made by an older version of the workbook and was brought up to date; new in it: {new}. "
        "The older version does not open it any more."
    )


def _keep_verdicts(connection: sql.Connection, verdicts: pd.DataFrame) -> None:
    """Keep the moment of the upgrade, and what was said before it of athletes who are in the store."""
    keep_fact(connection, JUDGED_ANEW, datetime.now(UTC).isoformat(timespec="seconds"))
    athletes = [one for (one,) in fetched(connection, sql.select(STORED["athletes"].c.athlete_id))]
    put(connection, "verdicts_before", verdicts.loc[verdicts["athlete_id"].isin(athletes)])


def _layout_of(connection: sql.Connection, there: set[tuple[str, str]]) -> int | None:
    """The layout of a store, None where it says none yet.

    Raises WorkbookError where this version does not know that layout.
    """
    if (FACTS.name, "value") not in there:
        return None
    facts = dict(fetched(connection, sql.select(FACTS.c.name, FACTS.c.value)))
    found = int(facts[_LAYOUT]) if _LAYOUT in facts else None
    if found is not None and found > layout():
        raise WorkbookError(
            f"This store was made by a newer version of the workbook, {facts.get(_MADE_BY, '?')}: it has"
            f" layout {found}, and version {__version__} knows them up to {layout()}. Install the newer version, "
            "or restore a backup from before."
        )
    return found
