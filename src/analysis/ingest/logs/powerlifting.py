"""Meet results in the columns of OpenPowerlifting: up to four attempts a lift, a negative load is a failed one."""

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.ingest import cells
from analysis.ingest.dialect import date_in_name, header_of, read_delimited
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Pass, Row, Taken, frame, local_start, take_each, without_repeats

_LIFTS = {"squat": "back_squat", "bench": "bench_press", "deadlift": "deadlift"}
_ATTEMPTS = [(lift, number) for number in (1, 2, 3, 4) for lift in _LIFTS]
_NEEDED = ("name", "bodyweightkg", "place", "event")
_BEST = tuple(f"best3{lift}kg" for lift in _LIFTS)


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with the columns of meet results."""
    return path.suffix.lower() == ".csv" and _is_meet(set(header_of(head)))


def _is_meet(header: set[str]) -> bool:
    return set(_NEEDED) <= header and bool(header & set(_BEST))


def read(path: Path, options: Options) -> Reading:
    """The results at `path`.

    Raises UnreadableFile where they have not those columns, or neither a date column nor a date in the file's name.
    """
    sheet = read_delimited(path, options.said)
    column = sheet.columns()
    if not _is_meet(set(column)):
        raise UnreadableFile(f"{path.name} has not the columns of meet results. Download it again.")
    day = None if "date" in column else date_in_name(path, "meet")
    ledger = Ledger()
    attempts = [(lift, number) for lift, number in _ATTEMPTS if f"{lift}{number}kg" in column]
    passes = [_attempt_pass(column, lift, number, day) for lift, number in attempts]
    passes += [_best_pass(column, lift, day) for lift in _LIFTS if f"best3{lift}kg" in column]
    taken = take_each(sheet, passes, ledger)
    return ledger.reading(
        "powerlifting",
        tables=_assembled(taken, ledger, options),
        dialect=sheet.form(),
    )


READER = Reader(
    "powerlifting",
    "powerlifting meet results, as of OpenPowerlifting (CSV)",
    recognises,
    read,
    takes="every attempt as a set of one (failed: 0 repetitions, kind failure); the best of a lift as the trial *_1rm",
    leaves="totals and points, which follow; age and weight classes; a disqualified lifter's attempts stay attempts",
)


def _day(row: Row, column: dict[str, str], day: date | None) -> date | None:
    if day is not None:
        return day
    moment = row.demand(column["date"], row.read(column["date"], cells.clock))
    return moment and moment.date()


def _attempt_pass(column: dict[str, str], lift: str, number: int, day: date | None) -> Pass:
    header = column[f"{lift}{number}kg"]
    places = {("sessions", "local_date"): column.get("date", "date"), ("sets", "load_kg"): header}
    return Pass(partial(_read_attempt, column=column, header=header, exercise=_LIFTS[lift], day=day), places)


def _read_attempt(row: Row, column: dict[str, str], header: str, exercise: str, day: date | None) -> Parts | None:
    load_kg = row.read(header, cells.number)
    if not load_kg:
        return None
    good = load_kg > 0
    return {
        "sessions": _session(row, column, day),
        "sets": {
            "exercise": exercise,
            "exercise_raw": exercise.replace("_", " "),
            "side": "B",
            "set_kind": "work" if good else "failure",
            "load_kg": abs(load_kg),
            "load_raw": row.text(header),
            "unit_raw": "kg",
            "reps": float(good),
        },
    }


def _session(row: Row, column: dict[str, str], day: date | None) -> dict:
    local_date = _day(row, column, day)
    name = row.demand(column["name"], row.text(column["name"]))
    return {
        "external_name": name,
        "session_key": f"{local_date}|{row.text(column['event']) or ''}",
        "local_date": local_date,
        "title": row.text(column.get("meetname")) or "Powerlifting meet",
        "notes": ", ".join(_placing(row, column)) or None,
    }


def _placing(row: Row, column: dict[str, str]) -> list[str]:
    facts = ("place", "event", "equipment", "division")
    return [f"{fact} {row.text(column.get(fact))}" for fact in facts if row.text(column.get(fact))]


def _best_pass(column: dict[str, str], lift: str, day: date | None) -> Pass:
    header = column[f"best3{lift}kg"]
    places = {("trials", "local_date"): column.get("date", "date"), ("trials", "value"): header}
    return Pass(partial(_read_best, column=column, header=header, exercise=_LIFTS[lift], day=day), places)


def _read_best(row: Row, column: dict[str, str], header: str, exercise: str, day: date | None) -> Parts | None:
    value = row.read(header, cells.number)
    if value is None or value <= 0:
        return None
    return {
        "trials": {
            "external_name": row.demand(column["name"], row.text(column["name"])),
            "local_date": _day(row, column, day),
            "test_id": f"{exercise}_1rm",
            "side": "B",
            "metric": "load_kg",
            "value": value,
            "unit": "kg",
            "method": f"meet, {row.text(column.get('equipment')) or 'equipment not stated'}",
        }
    }


def _assembled(taken: list[Taken], ledger: Ledger, options: Options) -> dict[str, pd.DataFrame]:
    """A lifter who entered two divisions stands twice with the same lifts: the second row is rejected."""
    entries = {one.row.row_no: one for one in reversed(taken) if "sessions" in one.parts}
    common = {**local_start(None, options.config.zone), "kind": "strength", "status": "done"}
    sessions = [(one.row, {**one.parts["sessions"], **common, "row_no": row_no}) for row_no, one in entries.items()]
    rows = {"sessions": without_repeats("sessions", sorted(sessions, key=lambda pair: pair[0].row_no), ledger)}
    sound = [one for one in taken if ledger.became[one.row.sheet, one.row.row_no][1] == "taken"]
    rows["sets"], rows["trials"] = _sets(sound), without_repeats("trials", _trials(sound), ledger)
    return {table: frame(table, given) for table, given in rows.items() if given}


def _sets(taken: list[Taken]) -> list[dict]:
    counts: Counter[int] = Counter()
    sets = []
    for one in taken:
        if "sets" in one.parts:
            counts[one.row.row_no] += 1
            place = {name: one.parts["sessions"][name] for name in ("external_name", "session_key")}
            sets.append({**one.parts["sets"], **place, "set_no": counts[one.row.row_no], "row_no": one.row.row_no})
    return sets


def _trials(taken: list[Taken]) -> list[tuple[Row, dict]]:
    return [
        (one.row, {**one.parts["trials"], "trial_no": 1, "row_no": one.row.row_no})
        for one in taken
        if "trials" in one.parts
    ]
