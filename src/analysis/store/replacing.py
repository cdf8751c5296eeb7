"""A file that is read again: what it says now in place of what it said, and nothing else is touched.

The file keeps its number. What a later file says of a row stands, and what an erasing took out stays out. A row left
out by hand stays left out under the key that it has now.
"""

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sql

from analysis.base.tables import TABLES
from analysis.store import changes, reading, writing
from analysis.store.database import fetched
from analysis.store.forgetting import ERASED
from analysis.store.records import Record
from analysis.store.schema import STORED
from analysis.store.writing import LINKED, Appended, FileFacts

Key = tuple[object, ...]

# rows of an athlete that say from which row of which file they come
_BROUGHT = [n for n, t in TABLES.items() if n in STORED and {"athlete_id", "file_no", "row_no"} <= set(t.names)]
_IN_SESSIONS = [name for name in _BROUGHT if "session_id" in TABLES[name].names and name != "sessions"]
_BESIDE_KEY = {n: ("row_no", "athlete_id", *(["source_key"] if n == "sessions" else [])) for n in _BROUGHT}
_LINKED_BY = {  # what decides which record is a copy of another
    "sessions": ("local_date", "start_utc", "source"),
    "sets": ("exercise", "load_kg"),
    "runs": ("distance_m", "elapsed_s"),
}
_FEW = 1000  # athletes whom one query can name for every table
_OF_PEOPLE = ("athletes", "aliases")  # of a roster: they belong to no file


def replace(
    connection: sql.Connection,
    file: FileFacts,
    facts: dict[str, Any],
    tables: dict[str, pd.DataFrame],
    sampled: Iterable[str],
    gone: frozenset[int] = frozenset(),
) -> Appended:
    """The rows of a file as they are read now, in place of those that it brought; as `writing.append` otherwise.

    `gone` are files that would have to be read again too and cannot be: what they say gives way without being counted
    as revised. Raises DataProblem for rows that cannot be stored.
    """
    number = _number_of(connection, file.sha256)
    work = _Work(connection, number, gone, _athletes_of(connection, number, tables))
    blotted = _blotted(connection, number)
    writing.number_file(connection, file, facts)
    appended = Appended(number, *(dict.fromkeys(tables, 0) for _ in range(3)))
    for incoming in writing.parts_of(tables, file, number):
        changes.number_sets(connection, incoming, again=number)
        for name, rows in incoming.items():
            if name in _BROUGHT:
                work.put(name, rows, appended)
            elif name in _OF_PEOPLE:
                work.put_people(name, rows, appended)
            else:
                writing.upsert(connection, name, _still_blotted(name, rows, blotted))
    work.take_away()
    work.move_exclusions()
    work.link()
    writing.settle_older_rejects(connection, number)
    connection.execute(STORED["sample_files"].delete().where(STORED["sample_files"].c.sha256 == file.sha256))
    writing.bump(connection, work.touched | set(sampled))
    return appended


def holding(connection: sql.Connection, file_nos: list[int]) -> set[int]:
    """Those of the files from which rows of athletes still come."""
    columns = [STORED[name].c for name in _BROUGHT]
    parts = changes.in_parts(file_nos)
    queries = (sql.select(c.file_no).distinct().where(c.file_no.in_(part)) for part in parts for c in columns)
    return {number for query in queries for number in connection.scalars(query)}


@dataclass(eq=False)
class _Work:
    """What a file brought before, and what became of it so far."""

    connection: sql.Connection
    number: int
    gone: frozenset[int]
    athletes: set[str]
    touched: set[str] = field(default_factory=set)
    changed_sessions: set[str] = field(default_factory=set)
    changed_days: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.excluded = reading.records(self.connection, "exclusions", athlete_id=self.athletes)
        brought = _tables_with_rows(self.connection, self.number, self.athletes)
        none: dict[Key, Record] = {}
        self.before = {
            name: _brought(self.connection, name, self.number, self.athletes) if name in brought else none
            for name in _BROUGHT
        }
        self.after: dict[str, dict[Key, Record]] = {name: {} for name in _BROUGHT}
        self.revised = _revisions(self.connection, self.number)

    def put(self, name: str, rows: list[Record], appended: Appended) -> None:
        """Store the rows of one table that are new, or say something else than they did, unless a later file spoke."""
        stored = {_key(name, row): row for row in changes.stored_rows(self.connection, name, rows)}
        written: list[Record] = []
        for given in rows:
            key = _key(name, given)
            self.after[name][key] = {column: given[column] for column in _BESIDE_KEY[name]}
            before = stored.get(key)
            row = given if before is None else _still_erased(before, given)
            differs = before is None or _content(name, before) != _content(name, row)
            if before is None:
                appended.new[name] += 1
            elif before["file_no"] > self.number:
                appended.known[name] += 1
                self._tell_the_later(name, row, before)
                continue
            elif differs:
                appended.revised[name] += 1
            else:
                appended.known[name] += 1
            if not differs and not self._is_taken_over(before, row):
                continue
            written.append(row)
            self._note_revision(name, before, row)
            if differs:
                self._note_change(name, row, before)
        writing.upsert(self.connection, name, written)

    def put_people(self, name: str, rows: list[Record], appended: Appended) -> None:
        """Athletes of a roster, and their names; what a later file or a person said of one stands."""
        later = _revised_later(self.connection, name, self.number)
        new, revised = changes.new_and_revised(self.connection, name, rows)
        mine = [row for _, row in revised if _row_key(name, row) not in later] if name == "athletes" else []
        writing.upsert(self.connection, name, new + mine)
        appended.new[name] += len(new)
        appended.revised[name] += len(mine)
        appended.known[name] += len(rows) - len(new) - len(mine)
        self.touched |= {row["athlete_id"] for row in (*new, *mine)}

    def take_away(self) -> None:
        """Delete what the file brought and does not bring any more; a session in which another file has rows stays."""
        lost = {name: self.before[name].keys() - self.after[name].keys() for name in _BROUGHT}
        sessions = {str(key[0]) for key in lost["sessions"]}
        owners = {self.before["sessions"][key]["athlete_id"] for key in lost["sessions"]}
        self.changed_days |= writing.days_of(self.connection, owners, sessions)
        for name in _IN_SESSIONS:
            self._delete(name, lost[name])
        tables = _IN_SESSIONS if sessions else ()
        held = {key for name in tables for key in _sessions_in(self.connection, name, owners, sessions)}
        for name in _BROUGHT:
            if name not in _IN_SESSIONS:
                self._delete(name, {key for key in lost[name] if name != "sessions" or key[0] not in held})

    def _delete(self, name: str, keys: set[Key]) -> None:
        """Delete rows, or have what an earlier file said of them again."""
        for key in keys:
            row_key = "|".join(map(str, key))
            owner = self.before[name][key]["athlete_id"]
            among = dict(zip(TABLES[name].key, key, strict=True)) | {"athlete_id": owner}
            self._note_change(name, among)
            if earlier := self.revised.pop((name, row_key), None):
                (row,) = reading.records(self.connection, name, **{column: [value] for column, value in among.items()})
                writing.upsert(self.connection, name, [row | earlier | {"file_no": 0, "row_no": 0}])
                self._forget_revision(self.number, name, row_key)
            else:
                table = STORED[name]
                self.connection.execute(table.delete().where(*(table.c[c] == value for c, value in among.items())))

    def _is_taken_over(self, before: Record | None, row: Record) -> bool:
        """Whether a row that says what it said is of another place now, or of a file that is there."""
        if before is None or before["file_no"] == self.number:
            return before is not None and before["row_no"] != row["row_no"]
        return before["file_no"] in self.gone or not before["file_no"]

    def _note_change(self, name: str, row: Record, before: Record | None = None) -> None:
        """Whose row it is, and of which session where its links may be others now."""
        self.touched.add(row["athlete_id"])
        decisive = _LINKED_BY.get(name, ())
        if any(before is None or before[column] != row[column] for column in decisive):
            self.changed_sessions.add(row["session_id"])
            if name == "sessions" and before is not None:
                self.changed_days.add(before["local_date"])

    def _note_revision(self, name: str, before: Record | None, row: Record) -> None:
        """Say what the file revises of an earlier one. What it says otherwise than it did itself revises nothing."""
        row_key = _row_key(name, row)
        said = self.revised.get((name, row_key))
        if before is None or (before["file_no"] == self.number and said is None) or before["file_no"] in self.gone:
            return
        self._revise(name, before | (said or {}), row, self.number)

    def _tell_the_later(self, name: str, row: Record, later: Record) -> None:
        """A later file revised this row: what it revised is what the row says now."""
        row_key = _row_key(name, row)
        if (name, row_key) in _revisions(self.connection, later["file_no"], row_key):
            self._revise(name, row, later, later["file_no"])

    def _revise(self, name: str, before: Record, after: Record, number: int) -> None:
        self._forget_revision(number, name, _row_key(name, after))
        if _content(name, before) != _content(name, after):
            writing.upsert(self.connection, "revisions", changes.revisions(name, [(before, after)], number))

    def _forget_revision(self, number: int, name: str, row_key: str) -> None:
        table = STORED["revisions"]
        this = (table.c.file_no == number) & (table.c.table_name == name) & (table.c.row_key == row_key)
        self.connection.execute(table.delete().where(this))

    def move_exclusions(self) -> None:
        """What a person left out stays so: its key follows the row of the file."""
        moved: list[tuple[Record, Record]] = []
        for one in self.excluded:
            name = str(one["table_name"])
            if name in _BROUGHT and (new := self._moved(name).get(str(one["row_key"]))):
                owner = self.after[name][new]["athlete_id"]
                moved.append((one, one | {"row_key": "|".join(map(str, new)), "athlete_id": owner}))
        table = STORED["exclusions"]
        for one, _ in moved:
            this = (column == one[column.name] for column in table.primary_key)
            self.connection.execute(table.delete().where(*this))
        writing.upsert(self.connection, "exclusions", [new for _, new in moved])
        self.touched |= {str(one["athlete_id"]) for pair in moved for one in pair}

    @functools.cache  # noqa: B019 - it lives as long as the transaction
    def _moved(self, name: str) -> dict[str, Key]:
        """The key now of each row whose key is another than it was, by its old key as exclusions have it."""
        before, after = self.before[name], self.after[name]
        now = _by_place(after)
        moved: dict[Key, Key] = {}
        for place, keys in _by_place(before).items():
            same = now.get(place, [])
            moved |= zip(keys, same, strict=True) if len(same) == len(keys) else {}
        if "session_id" in TABLES[name].key:
            sessions = self._sessions_now()
            led = {key: (sessions.get(key[0], key[0]), *key[1:]) for key in before if key not in moved}
            moved |= {old: new for old, new in led.items() if new in after}
        return {"|".join(map(str, old)): new for old, new in moved.items() if old != new}

    def _sessions_now(self) -> dict[object, object]:
        """The id that a session has now, by the one that it had: its source calls it the same."""
        now = {row["source_key"]: key[0] for key, row in self.after["sessions"].items()}
        return {key[0]: now.get(row["source_key"], key[0]) for key, row in self.before["sessions"].items()}

    def link(self) -> None:
        """Find anew the links of the days on which something changed."""
        if not self.changed_sessions | self.changed_days:
            return
        links = STORED["links"]
        for row in reading.records(self.connection, "links", athlete_id=self.touched):
            if {str(row["a"]).split("|")[0], str(row["b"]).split("|")[0]} & self.changed_sessions:
                this = (links.c.athlete_id == row["athlete_id"]) & (links.c.kind == row["kind"])
                self.connection.execute(links.delete().where(this, links.c.a == row["a"], links.c.b == row["b"]))
        days = self.changed_days | writing.days_of(self.connection, self.touched, self.changed_sessions)
        for name in LINKED:
            if self.before[name] or self.after[name]:
                writing.link(self.connection, name, self.touched, days)


def _number_of(connection: sql.Connection, sha256: str) -> int:
    files = STORED["files"]
    return connection.scalars(sql.select(files.c.file_no).where(files.c.sha256 == sha256)).one()


def _athletes_of(connection: sql.Connection, number: int, tables: dict[str, pd.DataFrame]) -> set[str]:
    """Those of whom the file has or had rows; found row by row where it does not say whom it names."""
    now = {i for name in _BROUGHT if name in tables for i in tables[name]["athlete_id"].unique()}
    if reading.records(connection, "readings", file_no=[number]):
        return now | {str(row["athlete_id"]) for row in reading.records(connection, "named", file_no=[number])}
    columns = (STORED[name].c for name in _BROUGHT)
    found = (sql.select(c.athlete_id).distinct().where(c.file_no == number) for c in columns)
    return now | {athlete_id for query in found for athlete_id in connection.scalars(query)}


def _tables_with_rows(connection: sql.Connection, number: int, athletes: set[str]) -> set[str]:
    """The tables in which rows of a file stand."""
    if len(athletes) > _FEW:
        return set(_BROUGHT)
    values = {"file_no": number, "athlete_id": sorted(athletes)}
    return {name for (name,) in fetched(connection, _having_rows(), values)}


@functools.cache
def _having_rows() -> sql.CompoundSelect:
    return sql.union_all(
        *(
            sql.select(sql.literal(name)).where(sql.exists().where(*_of_file(STORED[name])).correlate(None))
            for name in _BROUGHT
        )
    )


def _brought(connection: sql.Connection, name: str, number: int, athletes: set[str]) -> dict[Key, Record]:
    """What stands of a file in a table: place and owner of each row, by its key."""
    key, beside = TABLES[name].key, _BESIDE_KEY[name]
    found: dict[Key, Record] = {}
    for part in changes.in_parts(sorted(athletes)):
        rows = fetched(connection, _places(name), {"file_no": number, "athlete_id": part})
        found |= {tuple(row[: len(key)]): dict(zip(beside, row[len(key) :], strict=True)) for row in rows}
    return found


@functools.cache
def _places(name: str) -> sql.Select:
    table = STORED[name]
    return sql.select(*(table.c[column] for column in (*TABLES[name].key, *_BESIDE_KEY[name]))).where(*_of_file(table))


def _of_file(table: sql.Table) -> tuple[sql.ColumnElement[bool], ...]:
    """That a row comes from a file; the athletes lead to the rows, which lie by athlete."""
    of_athletes = table.c.athlete_id.in_(sql.bindparam("athlete_id", expanding=True))
    return of_athletes, table.c.file_no == sql.bindparam("file_no")


def _by_place(rows: dict[Key, Record]) -> dict[object, list[Key]]:
    """The keys of the rows of each row of a file, in their order; nothing of a file that has no rows."""
    places: dict[object, list[Key]] = {}
    for key, row in sorted(rows.items(), key=lambda item: tuple(map(str, item[0]))):
        if row["row_no"]:
            places.setdefault(row["row_no"], []).append(key)
    return places


def _revisions(connection: sql.Connection, number: int, row_key: str | None = None) -> dict[tuple[str, str], Record]:
    """What rows said before this file revised them, by table and key."""
    one = {} if row_key is None else {"row_key": [row_key]}
    found = reading.records(connection, "revisions", file_no=[number], **one)
    return {(str(row["table_name"]), str(row["row_key"])): json.loads(str(row["before"])) for row in found}


def _revised_later(connection: sql.Connection, name: str, number: int) -> set[str]:
    table = STORED["revisions"]
    return set(
        connection.scalars(sql.select(table.c.row_key).where(table.c.table_name == name, table.c.file_no > number))
    )


def _sessions_in(connection: sql.Connection, name: str, athletes: set[str], sessions: set[str]) -> set[str]:
    """Those of the sessions that have rows in a table."""
    table = STORED[name]
    found: set[str] = set()
    for part in changes.in_parts(sorted(sessions)):
        among = table.c.athlete_id.in_(sorted(athletes)) & table.c.session_id.in_(part)
        found |= set(connection.scalars(sql.select(table.c.session_id).distinct().where(among)))
    return found


def _blotted(connection: sql.Connection, number: int) -> dict[Key, Record]:
    """Source rows of the file in which an erasing put its word, by sheet and number."""
    rows = STORED["source_rows"]
    query = sql.select(rows).where(rows.c.file_no == number, rows.c.raw.contains(ERASED))
    return {(row["sheet"], row["row_no"]): dict(row) for row in connection.execute(query).mappings()}


def _still_blotted(name: str, rows: list[Record], blotted: dict[Key, Record]) -> list[Record]:
    if name != "source_rows" or not blotted:
        return rows
    return [
        row | {"raw": before["raw"]} if (before := blotted.get((row["sheet"], row["row_no"]))) else row for row in rows
    ]


def _still_erased(before: Record, row: Record) -> Record:
    """The row with the texts in which an erasing put its word as they are stored."""
    kept = {name: text for name, text in before.items() if isinstance(text, str) and ERASED in text}
    return row | {name: text for name, text in kept.items() if row[name] is not None}


def _key(name: str, row: Record) -> Key:
    return tuple(row[column] for column in TABLES[name].key)


def _row_key(name: str, row: Record) -> str:
    return "|".join(map(str, _key(name, row)))


def _content(name: str, row: Record) -> Key:
    return tuple(row[column] for column in TABLES[name].names if column not in changes.PROVENANCE)
