"""What a file brings that the store does not have: new rows, revised ones, and sets under the numbers they have there.

Rows whose content is known already are left as they are; where a row came from is not part of what it says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sql

from analysis.base.tables import TABLES
from analysis.ingest import merging
from analysis.store import reading
from analysis.store.records import Record, as_json

_MOST_VALUES = 10_000  # in one IN (...); SQLite allows 32,766
PROVENANCE = ("file_no", "row_no")

Revised = list[tuple[Record, Record]]  # what a row said and says


def in_parts(values: Sequence[object]) -> Iterator[Sequence[object]]:
    """`values` in parts that one query can name."""
    for first in range(0, len(values), _MOST_VALUES):
        yield values[first : first + _MOST_VALUES]


def number_sets(connection: sql.Connection, tables: dict[str, list[Record]], again: int | None = None) -> None:
    """Give the sets of sessions that are stored already, and their repetitions, the numbers they have there.

    Sets of the file `again`, which is read once more, do not count as stored: it numbers them anew.
    """
    incoming = tables.get("sets", [])
    stored = [record for record in stored_rows(connection, "sets", incoming) if record["file_no"] != again]
    if not stored:
        return
    by_day = {r["session_id"] for r in tables.get("sessions", []) if r["start_local"] is None}
    same_row = _same_rows(connection, tables, incoming, stored)
    numbers = merging.set_numbers(incoming, stored, by_day, same_row)
    for name in {"sets", "reps"} & tables.keys():
        tables[name] = [record | {"set_no": numbers[record["session_id"], record["set_no"]]} for record in tables[name]]


def _same_rows(
    connection: sql.Connection, tables: dict[str, list[Record]], incoming: list[Record], stored: list[Record]
) -> dict[merging.Place, merging.Place]:
    """The stored set that came from the same row of another file, for each incoming set that has one.

    The same row: its raw text is the same, and as many like it stand before it.
    """
    rows = _unmistakable(tables.get("source_rows", []))
    if not rows:
        return {}
    files = {record["file_no"] for record in stored}
    theirs: dict[tuple, merging.Place] = {}
    for number in files:
        found = _unmistakable(reading.raw_rows(connection, number))
        of_file = sorted((r for r in stored if r["file_no"] == number), key=lambda r: r["set_no"])
        for key, record in _keyed(of_file, found):
            theirs[record["session_id"], key] = (record["session_id"], record["set_no"])
    same = {}
    for key, record in _keyed(sorted(incoming, key=lambda r: r["set_no"]), rows):
        if place := theirs.get((record["session_id"], key)):
            same[record["session_id"], record["set_no"]] = place
    return same


def _unmistakable(rows: Iterable[Record]) -> dict[int, tuple[str, int]]:
    """The text of each row and which of its likes it is, by number; not of a number that several sheets have."""
    found = list(rows)
    often = Counter(row["row_no"] for row in found)
    return {row["row_no"]: (row["row_hash"], row["occurrence"]) for row in found if often[row["row_no"]] == 1}


def _keyed(records: Iterable[Record], rows: dict[int, tuple[str, int]]) -> Iterator[tuple[tuple, Record]]:
    """Each record with its row and its place among the records of that row; records of no row are left out."""
    places: Counter[int] = Counter()
    for record in records:
        if row := rows.get(record["row_no"]):
            places[record["row_no"]] += 1
            yield (*row, places[record["row_no"]]), record


def new_and_revised(connection: sql.Connection, name: str, records: list[Record]) -> tuple[list[Record], Revised]:
    """The records that the store does not have, and those it has with another content: before and after."""
    key = TABLES[name].key
    if "file_no" in key:
        return records, []
    content = [column for column in TABLES[name].names if column not in PROVENANCE]
    stored = {tuple(row[column] for column in key): row for row in stored_rows(connection, name, records)}
    new, revised = [], []
    for record in records:
        before = stored.get(tuple(record[column] for column in key))
        if before is None:
            new.append(record)
        elif any(before[column] != record[column] for column in content):
            revised.append((before, record))
    return new, revised


def revisions(name: str, revised: Revised, file_no: int) -> list[Record]:
    """What each revised row said and says, only where it differs."""
    rows = []
    for before, after in revised:
        differs = [column for column in before if column not in PROVENANCE and before[column] != after[column]]
        rows.append(
            {
                "file_no": file_no,
                "table_name": name,
                "row_key": "|".join(str(after[column]) for column in TABLES[name].key),
                "athlete_id": after.get("athlete_id"),
                "before": as_json({column: before[column] for column in differs}),
                "after": as_json({column: after[column] for column in differs}),
            }
        )
    return rows


def stored_rows(connection: sql.Connection, name: str, records: list[Record]) -> list[Record]:
    """The stored rows of the sessions, or else of the athletes, that the records are of."""
    table = TABLES[name]
    scope = next(column for column in ("session_id", "athlete_id", table.key[0]) if column in table.names)
    owners = {"athlete_id": {record["athlete_id"] for record in records}} if table.of_one_athlete else {}
    wanted = sorted({record[scope] for record in records})
    parts = (owners | {scope: part} for part in in_parts(wanted))
    return [row for among in parts for row in reading.records(connection, name, **among)]
