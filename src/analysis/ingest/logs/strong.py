"""The Strong app's export: comma or semicolon, with or without units, numbers of set order mixed with letters."""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, header_of, read_delimited, same_header
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.ingest.logs.log import external_load_kg, load_unit, positive, sessions_and_sets, unknown_exercises
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Problem, Row, take

# what a header means, by its words without units; the app writes them in its own language
_ROLES = {
    "date": ("Date", "Datum"),
    "workout": ("Workout Name", "Workout-Name"),
    "exercise": ("Exercise Name", "Name der Übung"),
    "order": ("Set Order", "Reihenfolge festlegen"),
    "load": ("Weight", "Gewicht"),
    "load_unit": ("Weight Unit", "Gewichtseinheit"),
    "reps": ("Reps", "Wiederh."),
    "rpe": ("RPE",),
    "distance": ("Distance", "Entfernung"),
    "distance_unit": ("Distance Unit", "Entfernungseinheit"),
    "seconds": ("Seconds", "Sekunden"),
    "notes": ("Notes", "Notizen"),
    "workout_notes": ("Workout Notes", "Workout-Notizen"),
    "duration": ("Duration", "Workout Duration", "Dauer", "Workout-Dauer"),
}
_ROLE_OF = {same_header(header): role for role, headers in _ROLES.items() for header in headers}
_NEEDED = ("date", "workout", "exercise", "order", "reps")
_KINDS = {"w": "warm_up", "d": "drop", "f": "failure"}
_METRES = {"m": "m", "meters": "m", "metres": "m", "km": "km", "mi": "mi", "miles": "mi", "yd": "yd", "ft": "ft"}


@dataclass(frozen=True)
class Columns:
    """Which column of this file plays which role, and the unit that its header names."""

    header: dict[str, str]
    unit: dict[str, str]

    def __getitem__(self, role: str) -> str | None:
        return self.header.get(role)


def columns_of(header: tuple[str, ...]) -> Columns:
    """The roles of a header.

    >>> columns_of(("Date", "Weight (kg)")).unit
    {'load': 'kg'}
    """
    headers, units = {}, {}
    for name in header:
        words, unit = re.fullmatch(r"(.*?)(?:\s*\(([^)]*)\))?\s*", name, re.DOTALL).groups()
        role = _ROLE_OF.get(same_header(words))
        if role and role not in headers:
            headers[role] = name
            if unit:
                units[role] = unit.strip().casefold()
    return Columns(headers, units)


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with Strong's columns."""
    return path.suffix.lower() in (".csv", ".txt") and _is_strong(columns_of(header_of(head)))


def _is_strong(columns: Columns) -> bool:
    return all(columns[role] for role in _NEEDED)


def read(path: Path, options: Options) -> Reading:
    """The export at `path`.

    Raises UnreadableFile where it is not Strong's, UnitNeeded where it says neither kg nor lb and nobody has said.
    """
    sheet = read_delimited(path, options.said)
    columns = columns_of(sheet.header)
    if not _is_strong(columns):
        raise UnreadableFile(f"{path.name} has not the columns of a Strong export. Export it again from the app.")
    ledger = Ledger()
    form = {"decimal": sheet.decimal, "day_first": sheet.day_first(columns["date"])}
    read_row = partial(_read_row, columns=columns, **form, file_name=path.name, options=options)
    taken = take(sheet, read_row, ledger, _canonical(columns))
    return ledger.reading(
        "strong",
        tables=sessions_and_sets(taken, options),
        dialect=sheet.form(),
        notes=(*unknown_exercises(taken), *_unitless_distances(sheet, columns)),
    )


READER = Reader(
    "strong",
    "Strong (CSV)",
    recognises,
    read,
    takes="workouts with start, duration and notes; sets with load, reps, RPE, distance, time, warm-up, drop, failure",
    leaves="rest timers and exercises never done (all zeros); distances without a unit, as km and miles look alike",
)


def _canonical(columns: Columns) -> dict[tuple[str, str], str]:
    pairs = {
        ("sessions", "local_date"): "date",
        ("sessions", "duration_s"): "duration",
        ("sets", "exercise_raw"): "exercise",
        ("sets", "load_kg"): "load",
        ("sets", "reps"): "reps",
        ("sets", "rpe_cr10"): "rpe",
        ("sets", "distance_m"): "distance",
        ("sets", "duration_s"): "seconds",
    }
    return {place: columns[role] for place, role in pairs.items() if columns[role]}


def _read_row(
    row: Row, columns: Columns, decimal: str, day_first: bool | None, file_name: str, options: Options
) -> Parts | None:
    order = (row.text(columns["order"]) or "").casefold()
    if order == "rest timer":
        return None
    session = _session(row, columns, day_first)
    if order == "note":
        note = row.text(columns["notes"])
        if note and row.text(columns["exercise"]):
            session["notes"] = f"{row.text(columns['exercise'])}: {note}"
        return {"sessions": session}
    if _is_placeholder(row, columns):
        return None
    return {"sessions": session, "sets": _set(row, columns, order, decimal, file_name, options)}


def _session(row: Row, columns: Columns, day_first: bool | None) -> dict:
    start = row.demand(columns["date"], row.read(columns["date"], partial(cells.clock, day_first=day_first)))
    name = row.text(columns["workout"])
    seconds = "sec" in columns.unit.get("duration", "")
    return {
        "session_key": f"{start:%Y-%m-%d %H:%M:%S}|{name or ''}" if start else None,
        "title": name,
        "start_local": start,
        "local_date": start and start.date(),
        "duration_s": positive(row.read(columns["duration"], cells.number if seconds else cells.duration_s)),
        "notes": row.text(columns["workout_notes"]),
    }


def _set(row: Row, columns: Columns, order: str, decimal: str, file_name: str, options: Options) -> dict:
    number = partial(cells.number, decimal=decimal)
    exercise_raw = row.text(columns["exercise"])
    known = catalogue(options.exercises)
    exercise = known.resolve(exercise_raw or "")
    load, reps = row.read(columns["load"], number), row.read(columns["reps"], number)
    distance_m = _distance_m(row, columns, number)
    duration_s = positive(row.read(columns["seconds"], number))
    timed = duration_s is not None or positive(row.read(columns["distance"], number)) is not None
    unit = columns.unit.get("load") or (load_unit(row, columns["load_unit"], file_name, options) if load else None)
    return {
        "exercise": exercise,
        "exercise_raw": exercise_raw,
        "side": "B",
        "set_kind": _kind(row, columns, order),
        "load_kg": _load_kg(load, unit, reps, exercise, known),
        "load_raw": row.text(columns["load"]),
        "unit_raw": columns.unit.get("load") or row.text(columns["load_unit"]),
        "reps": positive(reps) if timed else reps,
        "rpe_cr10": positive(row.read(columns["rpe"], number)),
        "distance_m": distance_m,
        "duration_s": duration_s,
        "notes": row.text(columns["notes"]),
    }


def _load_kg(
    load: float | None, unit: str | None, reps: float | None, exercise: str | None, known: Catalogue
) -> float | None:
    """A weight of 0 with repetitions is body weight alone; without them it is no weight at all."""
    if load == 0:
        return 0.0 if reps else None
    return external_load_kg(load, unit, exercise, known)


def _kind(row: Row, columns: Columns, order: str) -> str:
    if order in _KINDS:
        return _KINDS[order]
    if not order.isdigit():
        raw = row.text(columns["order"]) or ""
        row.problems.append(Problem(columns["order"], "is no set number and none of W, D, F", raw, "Correct it."))
    return "work"


def _distance_m(row: Row, columns: Columns, number) -> float | None:
    distance = positive(row.read(columns["distance"], number))
    unit = columns.unit.get("distance") or (row.text(columns["distance_unit"]) or "").casefold().rstrip(".")
    if distance is None or not unit:
        return None
    if unit not in _METRES:
        raw = row.text(columns["distance_unit"]) or unit
        column = columns["distance_unit"] or columns["distance"]
        row.problems.append(Problem(column, "is no unit of length", raw, "Write m, km or mi."))
        return None
    return distance * factor(_METRES[unit], "m")


def _is_placeholder(row: Row, columns: Columns) -> bool:
    """An exercise that was put into the workout and never done: nothing but zeros."""
    done = (row.text(columns[role]) for role in ("load", "reps", "distance", "seconds"))
    return all(_is_zero(cell or "") for cell in done)


def _is_zero(cell: str) -> bool:
    return not cell.strip(" 0.,")


def _unitless_distances(sheet: Sheet, columns: Columns) -> tuple[str, ...]:
    """Kilometres and miles look alike: a distance without a unit is kept in the raw row only, and that is said."""
    header = columns["distance"]
    if header is None or columns["distance_unit"] or "distance" in columns.unit:
        return ()
    count = sum(not _is_zero(cell) for cell in sheet.column(header))
    return (f"{count} sets have a distance without a unit; it stays in the raw rows only.",) if count else ()
