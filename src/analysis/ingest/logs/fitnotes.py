"""The FitNotes app's export, Android and iOS: one row a set, no time of day."""

import re
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.dialect import header_of, read_delimited
from analysis.ingest.exercises import catalogue
from analysis.ingest.logs.log import external_load_kg, load_unit, positive, sessions_and_sets, unknown_exercises
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Problem, Row, take

_NEEDED = ("date", "exercise", "category", "reps")
_LOAD = re.compile(r"weight(\((?P<unit>kgs?|lbs?)\))?")
_METRES = {"m": "m", "metres": "m", "meters": "m", "km": "km", "mi": "mi", "miles": "mi", "ft": "ft", "yd": "yd"}


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with FitNotes' columns."""
    return path.suffix.lower() in (".csv", ".txt") and _is_fitnotes(header_of(head))


def _is_fitnotes(header: tuple[str, ...]) -> bool:
    return set(_NEEDED) <= set(header) and any(_LOAD.fullmatch(name) for name in header)


def read(path: Path, options: Options) -> Reading:
    """The export at `path`.

    Raises UnreadableFile where it is not FitNotes', UnitNeeded where it says neither kg nor lb and nobody has said.
    """
    sheet = read_delimited(path, options.said)
    column = sheet.columns()
    if not _is_fitnotes(tuple(column)):
        raise UnreadableFile(f"{path.name} has not the columns of a FitNotes export. Export it again from the app.")
    ledger = Ledger()
    form = {"decimal": sheet.decimal, "day_first": sheet.day_first(column["date"])}
    read_row = partial(_read_row, column=column, **form, file_name=path.name, options=options)
    taken = take(sheet, read_row, ledger, _canonical(column))
    return ledger.reading(
        "fitnotes",
        tables=sessions_and_sets(taken, options),
        dialect=sheet.form(),
        notes=unknown_exercises(taken),
    )


READER = Reader(
    "fitnotes",
    "FitNotes (CSV)",
    recognises,
    read,
    takes="a session a day; sets with load, reps, distance, time, comment",
    leaves="the category, which the exercise catalogue says; of kg and lb columns side by side the empty one",
)


def _canonical(column: dict[str, str]) -> dict[tuple[str, str], str]:
    pairs = {
        ("sessions", "local_date"): "date",
        ("sets", "exercise_raw"): "exercise",
        ("sets", "load_kg"): next(name for name in column if _LOAD.fullmatch(name)),
        ("sets", "reps"): "reps",
        ("sets", "distance_m"): "distance",
        ("sets", "duration_s"): "time",
    }
    return {place: column[name] for place, name in pairs.items() if name in column}


def _read_row(
    row: Row, column: dict[str, str], decimal: str, day_first: bool | None, file_name: str, options: Options
) -> Parts:
    clock = partial(cells.clock, day_first=day_first)
    day = row.demand(column["date"], row.read(column["date"], clock))
    session = {"session_key": f"{day:%Y-%m-%d}" if day else None, "local_date": day and day.date()}
    return {"sessions": session, "sets": _set(row, column, decimal, file_name, options)}


def _set(row: Row, column: dict[str, str], decimal: str, file_name: str, options: Options) -> dict:
    number = partial(cells.number, decimal=decimal)
    exercise_raw = row.text(column["exercise"])
    known = catalogue(options.exercises)
    exercise = known.resolve(exercise_raw or "")
    load_column, unit = _load_column(row, column)
    load = row.read(load_column, number)
    unit_column = column.get("weightunit")
    if load and unit is None:
        unit = load_unit(row, unit_column, file_name, options)
    return {
        "exercise": exercise,
        "exercise_raw": exercise_raw,
        "side": "B",
        "set_kind": "work",
        "load_kg": external_load_kg(load, unit, exercise, known) if load else load,
        "load_raw": row.text(load_column),
        "unit_raw": row.text(unit_column) or unit,
        "reps": row.read(column["reps"], number),
        "distance_m": _distance_m(row, column, number),
        "duration_s": positive(row.read(column.get("time"), cells.duration_s)),
        "notes": row.text(column.get("comment") or column.get("notes")),
    }


def _load_column(row: Row, column: dict[str, str]) -> tuple[str | None, str | None]:
    """The column of the load and the unit in its header; of iOS's two the one that is filled, kg first."""
    loads = [(column[name], _LOAD.fullmatch(name)["unit"]) for name in sorted(column) if _LOAD.fullmatch(name)]
    filled = [(name, unit) for name, unit in loads if row.text(name) is not None]
    return filled[0] if filled else (None, None)


def _distance_m(row: Row, column: dict[str, str], number) -> float | None:
    distance = positive(row.read(column.get("distance"), number))
    if distance is None:
        return None
    unit_column = column.get("distanceunit")
    unit = (row.text(unit_column) or "").casefold()
    if unit not in _METRES:
        check = "is no unit of length" if unit else "has no unit"
        raw = row.text(unit_column) or row.text(column["distance"])
        row.problems.append(Problem(unit_column or column["distance"], check, raw, "Write m, km or mi beside it."))
        return None
    return distance * factor(_METRES[unit], "m")
