"""Rows into the database: a file whole with all that follows from it, or rows that a person put."""

import functools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite

from analysis.base.tables import TABLES
from analysis.ingest import linking
from analysis.store import changes, reading
from analysis.store.records import Record, records, sound_records
from analysis.store.schema import COMMITS, FACTS, STORED

PART_ROWS = 30_000
OF_THE_FILE = ("source_rows", "rejects", "waiting", "named", "readings")  # rows about a file, not of an athlete
LINKED = ("sets", "runs")


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file before it is stored."""

    sha256: str
    name: str
    bytes: int


@dataclass(frozen=True)
class Appended:
    """What an upload did: rows by table that were new, revised or already known."""

    file_no: int
    new: dict[str, int] = field(default_factory=dict)
    revised: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)


def append(
    connection: sql.Connection,
    file: FileFacts,
    facts: dict[str, Any],
    tables: dict[str, pd.DataFrame],
    sampled: Iterable[str],
    instead: Iterable[tuple[int, int]] = (),
) -> Appended:
    """The rows of one file, and what follows from them: revisions, links, settled rejects, the athletes' commits.

    `instead` as `Store.append` has it; `sampled` are the athletes whose watch records the file brings. Raises
    DataProblem for rows that cannot be stored.
    """
    file_no = number_file(connection, file, facts)
    for place in instead:
        _give_way(connection, tables, *place)
    appended = Appended(file_no, *(dict.fromkeys(tables, 0) for _ in range(3)))
    touched = set(sampled)
    for incoming in parts_of(tables, file, file_no):
        changes.number_sets(connection, incoming)
        for name, rows in incoming.items():
            changed = _store(connection, name, rows, appended)
            if TABLES[name].of_one_athlete and name not in OF_THE_FILE:
                touched |= {record["athlete_id"] for record in changed}
            if name in LINKED:
                link(connection, name, touched, days_of(connection, touched, {row["session_id"] for row in changed}))
    settle_older_rejects(connection, file_no)
    bump(connection, touched)
    return appended


def put(connection: sql.Connection, name: str, rows: pd.DataFrame) -> None:
    """Rows in place of those that have their keys."""
    upsert(connection, name, records(name, TABLES[name].coerce(rows)))


def put_new(connection: sql.Connection, name: str, rows: pd.DataFrame) -> None:
    """Rows whose keys are not there yet; the others are left as they are stored."""
    found = records(name, TABLES[name].coerce(rows))
    if found:
        table = STORED[name]
        key = [column.name for column in table.primary_key]
        connection.execute(_insert(table, connection.dialect.name).on_conflict_do_nothing(index_elements=key), found)


def remove(connection: sql.Connection, name: str, rows: pd.DataFrame) -> None:
    """Delete the rows that have the keys of these."""
    table = STORED[name]
    for row in records(name, TABLES[name].coerce(rows)):
        connection.execute(table.delete().where(*(table.c[column] == row[column] for column in TABLES[name].key)))


def drop(connection: sql.Connection, name: str, column: str, values: Iterable[object]) -> int:
    """Delete the rows of which a column lies among the values; how many there were."""
    table = STORED[name]
    parts = changes.in_parts(list(values))
    return sum(connection.execute(table.delete().where(table.c[column].in_(part))).rowcount for part in parts)


def bump(connection: sql.Connection, athlete_ids: Iterable[str]) -> None:
    """Count a commit for each of these athletes."""
    touched = [{"athlete_id": athlete_id, "commits": 1} for athlete_id in sorted(athlete_ids)]
    if touched:
        connection.execute(_counting(connection.dialect.name), touched)


def keep_fact(connection: sql.Connection, name: str, value: str) -> None:
    """Keep something about the store itself, in place of what it had under this name."""
    connection.execute(FACTS.delete().where(FACTS.c.name == name))
    connection.execute(FACTS.insert().values(name=name, value=value))


def name_samples(
    connection: sql.Connection, sha256: str, samples: dict[str, pd.DataFrame], paths: dict[str, str]
) -> None:
    """Say which sample file has how many rows of which session; `paths` by athlete."""
    rows = [
        {"session_id": session_id, "sha256": sha256, "athlete_id": athlete_id, "path": paths[athlete_id], "rows": n}
        for athlete_id, frame in samples.items()
        for session_id, n in Counter(frame["session_id"]).items()
    ]
    upsert(connection, "sample_files", rows)


def parts_of(tables: dict[str, pd.DataFrame], file: FileFacts, file_no: int) -> Iterator[dict[str, list[Record]]]:
    """The rows of a file as records, in parts that fit into memory.

    Raises DataProblem for rows that cannot be stored.
    """
    for part in _parts({name: _typed(name, rows, file_no) for name, rows in tables.items()}):
        yield {name: sound_records(name, rows, file.name) for name, rows in part.items()}


def refuse_unsound(file: FileFacts, tables: dict[str, pd.DataFrame]) -> None:
    """Raises DataProblem for rows that cannot be stored; nothing is."""
    for _ in parts_of(tables, file, 0):
        pass


def _typed(name: str, rows: pd.DataFrame, file_no: int) -> pd.DataFrame:
    return TABLES[name].coerce(rows.assign(file_no=file_no) if "file_no" in TABLES[name].by_name else rows)


def _parts(tables: dict[str, pd.DataFrame]) -> Iterator[dict[str, pd.DataFrame]]:
    """The rows in parts that fit into memory as records: first whole sessions, then what is of no session.

    What a part does not have is not in it; rows of a file that is not long are one part.
    """
    if sum(map(len, tables.values())) <= PART_ROWS:
        yield tables
        return
    of_sessions = {name: rows for name, rows in tables.items() if "session_id" in TABLES[name].key}
    lengths = sum((Counter(rows["session_id"].tolist()) for rows in of_sessions.values()), Counter())
    part_of: dict[str, int] = {}
    before = 0
    for session_id, length in lengths.items():
        part_of[session_id] = before // PART_ROWS
        before += length
    groups = {name: dict(list(rows.groupby(rows["session_id"].map(part_of.get)))) for name, rows in of_sessions.items()}
    for number in range(before // PART_ROWS + 1):
        yield {name: parts[number] for name, parts in groups.items() if number in parts}
    for name, rows in tables.items():
        if name in of_sessions:
            continue
        if "file_no" not in TABLES[name].key:
            yield {name: rows}
            continue
        for first in range(0, len(rows), PART_ROWS):
            yield {name: rows.iloc[first : first + PART_ROWS]}


def is_known(connection: sql.Connection, sha256: str) -> bool:
    """Whether the file of this hash is stored, also one that waits for a name."""
    number, _ = connection.execute(_numbers(), {"sha256": sha256}).one()
    return number is not None


def number_file(connection: sql.Connection, file: FileFacts, facts: dict[str, Any]) -> int:
    """The number of the file, its row written; one that is read again keeps its number, not its old source rows."""
    number, last = connection.execute(_numbers(), {"sha256": file.sha256}).one()
    if number is None:
        number = (last or 0) + 1
    else:
        for name in OF_THE_FILE:
            drop(connection, name, "file_no", [number])
    row = {"file_no": number, "sha256": file.sha256, "name": file.name, "bytes": file.bytes, **facts}
    upsert(connection, "files", [row | {"imported_at": facts["imported_at"].isoformat()}])
    return number


def _store(connection: sql.Connection, name: str, rows: list[Record], appended: Appended) -> list[Record]:
    """Store what is new or revised among the rows of one table, and count it; returns those."""
    new, revised = changes.new_and_revised(connection, name, rows)
    changed = new + [after for _, after in revised]
    upsert(connection, name, changed)
    upsert(connection, "revisions", changes.revisions(name, revised, appended.file_no))
    appended.new[name] += len(new)
    appended.revised[name] += len(revised)
    appended.known[name] += len(rows) - len(changed)
    return changed


def _give_way(connection: sql.Connection, tables: dict[str, pd.DataFrame], file_no: int, row_no: int) -> None:
    """Delete what a row of an older file brought of the athletes of this one, and the links of its sessions."""
    athletes = sorted({i for name, rows in tables.items() if TABLES[name].of_one_athlete for i in rows["athlete_id"]})
    for name, table in STORED.items():
        columns = table.c
        if not {"athlete_id", "file_no", "row_no"} <= set(columns.keys()) or name == "answers":
            continue
        place = (columns.athlete_id.in_(athletes), columns.file_no == file_no, columns.row_no == row_no)
        if name == "sessions":
            for session_id in connection.scalars(sql.select(columns.session_id).where(*place)):
                links = STORED["links"].c
                named = [of.startswith(session_id, autoescape=True) for of in (links.a, links.b)]
                connection.execute(STORED["links"].delete().where(links.athlete_id.in_(athletes), sql.or_(*named)))
        connection.execute(table.delete().where(*place))


def days_of(connection: sql.Connection, athlete_ids: set[str], session_ids: set[str]) -> set[object]:
    """The days on which these sessions of these athletes lie."""
    if not session_ids:
        return set()
    found = reading.records(connection, "sessions", athlete_id=athlete_ids, session_id=session_ids)
    return {session["local_date"] for session in found}


def link(connection: sql.Connection, name: str, athlete_ids: set[str], days: set[object]) -> None:
    """Find anew the links of the sets or runs of these days of these athletes."""
    if not days:
        return
    same_days = reading.records(connection, "sessions", athlete_id=athlete_ids, local_date=days)
    on_a_day = Counter((session["athlete_id"], session["local_date"]) for session in same_days)
    beside = [one["session_id"] for one in same_days if on_a_day[one["athlete_id"], one["local_date"]] > 1]
    found = reading.frame(connection, name, athlete_id=athlete_ids, session_id=beside)
    if len(set(found["session_id"])) < 2:
        return  # nothing is a copy of itself
    sessions = reading.frame(connection, "sessions", athlete_id=athlete_ids, session_id=beside)
    copies = found["session_id"] if name == "runs" else found["session_id"] + "|" + found["set_no"].astype("str")
    links = STORED["links"]
    stale = links.c.athlete_id.in_(sorted(athlete_ids)) & links.c.b.in_(copies.tolist())
    connection.execute(links.delete().where(stale))
    if name == "sets" and len(set(sessions["source"])) < 2:
        return  # sets of one source are never copies of each other
    pairs_of = linking.run_links if name == "runs" else linking.set_links
    put(connection, "links", pairs_of(sessions, found))


def settle_older_rejects(connection: sql.Connection, file_no: int) -> None:
    """Rejects of an earlier version of this file are settled: what is still wrong is among its own.

    A file is a later version of one that it has a row in common with. One without such a row settles the refused rows
    that it has corrected: in its place stands a row that differs in less than half of its cells.
    """
    settled = connection.scalars(_older_versions(), {"file_no": file_no}).all()
    if settled:
        drop(connection, "rejects", "file_no", settled)
    corrected = {
        (row.file_no, row.sheet, row.row_no)
        for row in connection.execute(_refused_in_place(), {"file_no": file_no})
        if _is_corrected(row.before, row.after)
    }
    table = STORED["rejects"]
    for older, sheet, row_no in corrected:
        this = (table.c.file_no == older) & (table.c.sheet == sheet) & (table.c.row_no == row_no)
        connection.execute(table.delete().where(this))


def _is_corrected(before: str, after: str) -> bool:
    """Whether one row is another with few cells corrected; both are lists of cells as JSON.

    >>> _is_corrected('["Alder", "2026-06-01", "7h"]', '["Alder", "2026-06-01", "7"]')
    True
    >>> _is_corrected('["Alder", "2026-06-01", "7h"]', '["Alder", "2026-06-08", "7"]')
    False
    """
    cells = [json.loads(text) for text in (before, after)]
    if not all(isinstance(one, list) for one in cells) or len(cells[0]) != len(cells[1]):
        return False
    same = sum(one == other for one, other in zip(*cells, strict=True))
    return same > len(cells[0]) / 2


def upsert(connection: sql.Connection, name: str, rows: list[Record]) -> None:
    if rows:
        connection.execute(_upserting(name, connection.dialect.name), rows)


# statements, made once and compiled once -----------------------------------------------------------------------------


def _insert(table: sql.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


@functools.cache
def _upserting(name: str, dialect: str) -> sql.Insert:
    table = STORED[name]
    insert = _insert(table, dialect)
    others = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    key = [column.name for column in table.primary_key]
    return (
        insert.on_conflict_do_update(index_elements=key, set_=others)
        if others
        else insert.on_conflict_do_nothing(index_elements=key)
    )


@functools.cache
def _counting(dialect: str) -> sql.Insert:
    return _insert(COMMITS, dialect).on_conflict_do_update(
        index_elements=["athlete_id"], set_={"commits": COMMITS.c.commits + 1}
    )


@functools.cache
def _numbers() -> sql.Select:
    """The number of the file with this hash, and the highest of all."""
    files = STORED["files"]
    known = sql.select(files.c.file_no).where(files.c.sha256 == sql.bindparam("sha256")).scalar_subquery()
    return sql.select(known, sql.select(sql.func.max(files.c.file_no)).scalar_subquery())


@functools.cache
def _older_versions() -> sql.Select:
    """Files with rejects that a file is a later version of: the same name and reader, and a row in common or more.

    A row is not in common where the two are known to be of different athletes, who may well have done the same.
    """
    files, rows, rejects = STORED["files"], STORED["source_rows"], STORED["rejects"]
    this, own = files.alias(), rows.alias()
    file_no = sql.bindparam("file_no")
    theirs, ours, any_of_theirs = (STORED["named"].alias() for _ in range(3))
    of_nobody_known = ~sql.exists().where(any_of_theirs.c.file_no == files.c.file_no)
    of_one_athlete = sql.exists().where(
        theirs.c.file_no == files.c.file_no, ours.c.file_no == file_no, ours.c.athlete_id == theirs.c.athlete_id
    )
    return (
        sql.select(files.c.file_no)
        .join(this, (this.c.name == files.c.name) & (this.c.reader == files.c.reader))
        .where(this.c.file_no == file_no, files.c.file_no < file_no)
        .where(of_nobody_known | of_one_athlete)
        .where(files.c.file_no.in_(sql.select(rejects.c.file_no)))  # few of all files: these are looked at one by one
        .where(
            sql.exists().where(
                rows.c.file_no == files.c.file_no,
                rows.c.row_hash.in_(sql.select(own.c.row_hash).where(own.c.file_no == file_no)),
            )
        )
    )


@functools.cache
def _refused_in_place() -> sql.Select:
    """Refused rows of files of the same path and reader, and what stands in their place in a later one."""
    files, rows, rejects = STORED["files"], STORED["source_rows"], STORED["rejects"]
    lay, lies = STORED["readings"].alias(), STORED["readings"].alias()
    this, own = files.alias(), rows.alias()
    file_no = sql.bindparam("file_no")
    in_place = (own.c.file_no == file_no) & (own.c.sheet == rows.c.sheet) & (own.c.row_no == rows.c.row_no)
    refused = sql.exists().where(
        rejects.c.file_no == rows.c.file_no, rejects.c.sheet == rows.c.sheet, rejects.c.row_no == rows.c.row_no
    )
    return (
        sql.select(rows.c.file_no, rows.c.sheet, rows.c.row_no, rows.c.raw.label("before"), own.c.raw.label("after"))
        .join(files, files.c.file_no == rows.c.file_no)
        .join(this, (this.c.name == files.c.name) & (this.c.reader == files.c.reader))
        .join(own, in_place)
        .join(lay, lay.c.file_no == files.c.file_no)
        .join(lies, (lies.c.file_no == file_no) & (lies.c.path == lay.c.path))
        .where(this.c.file_no == file_no, files.c.file_no < file_no)
        .where(files.c.file_no.in_(sql.select(rejects.c.file_no)))
        .where(rows.c.became == "rejected", refused)
    )
