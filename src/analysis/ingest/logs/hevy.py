"""The Hevy app's export: units in the column names, dates in the phone's language, set numbers from 0 per exercise."""

from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, header_of, read_delimited
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.ingest.logs.log import external_load_kg, positive, sessions_and_sets, unknown_exercises
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Problem, Row, take

_NEEDED = ("start_time", "exercise_title", "set_type", "reps")
_LOADS = {"weight_kg": "kg", "weight_lbs": "lb"}
_DISTANCES = {"distance_km": "km", "distance_miles": "mi"}
_KINDS = {"normal": "work", "warmup": "warm_up", "dropset": "drop", "failure": "failure"}


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with Hevy's columns."""
    return path.suffix.lower() in (".csv", ".txt") and set(_NEEDED) <= set(header_of(head))


def read(path: Path, options: Options) -> Reading:
    """The export at `path`. Raises UnreadableFile where it is not Hevy's."""
    sheet = read_delimited(path, options.said)
    column = sheet.columns()
    if not column.keys() >= set(_NEEDED):
        raise UnreadableFile(f"{path.name} has not the columns of a Hevy export. Export it again from the app.")
    ledger = Ledger()
    form = {"decimal": sheet.decimal, "day_first": sheet.day_first(column["start_time"])}
    taken = take(
        sheet, partial(_read_row, column=column, known=catalogue(options.exercises), **form), ledger, _canonical(column)
    )
    return ledger.reading(
        "hevy",
        tables=sessions_and_sets(taken, options),
        dialect=sheet.form(),
        notes=unknown_exercises(taken) + _both_units(sheet, column),
    )


READER = Reader(
    "hevy",
    "Hevy (CSV)",
    recognises,
    read,
    takes="workouts with start, end and description; sets with kind, load, reps, RPE, distance, time, notes",
    leaves="superset numbers: sets keep the order of the file",
)


def _canonical(column: dict[str, str]) -> dict[tuple[str, str], str]:
    load, distance = (next((name for name in names if name in column), None) for names in (_LOADS, _DISTANCES))
    pairs = {
        ("sessions", "local_date"): "start_time",
        ("sessions", "duration_s"): "end_time",
        ("sets", "exercise_raw"): "exercise_title",
        ("sets", "load_kg"): load,
        ("sets", "reps"): "reps",
        ("sets", "rpe_cr10"): "rpe",
        ("sets", "distance_m"): distance,
        ("sets", "duration_s"): "duration_seconds",
    }
    return {place: column[name] for place, name in pairs.items() if name in column}


def _read_row(row: Row, column: dict[str, str], known: Catalogue, decimal: str, day_first: bool | None) -> Parts:
    return {"sessions": _session(row, column, day_first), "sets": _set(row, column, known, decimal)}


def _session(row: Row, column: dict[str, str], day_first: bool | None) -> dict:
    clock = partial(cells.clock, day_first=day_first)
    start = row.demand(column["start_time"], row.read(column["start_time"], clock))
    end = row.read(column.get("end_time"), clock)
    title = row.text(column.get("title"))
    return {
        "session_key": f"{start:%Y-%m-%d %H:%M:%S}|{title or ''}" if start else None,
        "title": title,
        "start_local": start,
        "local_date": start and start.date(),
        "duration_s": (end - start).total_seconds() if start and end else None,
        "notes": row.text(column.get("description")),
    }


def _set(row: Row, column: dict[str, str], known: Catalogue, decimal: str) -> dict:
    number = partial(cells.number, decimal=decimal)
    exercise_raw = row.text(column["exercise_title"])
    exercise = known.resolve(exercise_raw or "")
    load_column, load_unit = _filled(row, column, _LOADS)
    distance_column, distance_unit = _filled(row, column, _DISTANCES)
    distance = positive(row.read(distance_column, number))
    duration_s = positive(row.read(column.get("duration_seconds"), number))
    reps = row.read(column["reps"], number)
    return {
        "exercise": exercise,
        "exercise_raw": exercise_raw,
        "side": "B",
        "set_kind": _kind(row, column["set_type"]),
        "load_kg": external_load_kg(row.read(load_column, number), load_unit, exercise, known),
        "load_raw": row.text(load_column),
        "unit_raw": load_unit,
        "reps": positive(reps) if duration_s or distance else reps,
        "rpe_cr10": positive(row.read(column.get("rpe"), number)),
        "distance_m": distance * factor(distance_unit, "m") if distance else None,
        "duration_s": duration_s,
        "notes": row.text(column.get("exercise_notes")),
    }


def _filled(row: Row, column: dict[str, str], units: dict[str, str]) -> tuple[str | None, str | None]:
    """The column of these that the row fills, and its unit; a file has one of them, rarely both."""
    for name, unit in units.items():
        if row.text(column.get(name)) is not None:
            return column[name], unit
    return None, None


def _kind(row: Row, column: str) -> str:
    raw = row.text(column) or "normal"
    if raw.casefold() not in _KINDS:
        row.problems.append(Problem(column, f"is not one of {', '.join(_KINDS)}", raw, "Correct it in the file."))
    return _KINDS.get(raw.casefold(), "other")


def _both_units(sheet: Sheet, column: dict[str, str]) -> tuple[str, ...]:
    if all(name in column and sheet.column(column[name]) for name in _LOADS):
        return ("The file has loads in kg and in lb; where a row has both, kg is taken.",)
    return ()
