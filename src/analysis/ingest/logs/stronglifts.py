"""The StrongLifts app's export: one row an exercise, its sets side by side in pairs of columns."""

import re
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, header_of, read_delimited
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.ingest.logs.log import external_load_kg, sessions_and_sets, unknown_exercises
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Pass, Row, take_each

_NEEDED = ("date(yyyy/mm/dd)", "workoutname", "exercise", "set1(reps)")
_LOAD = re.compile(r"set(\d+)\((kg|lbs?)\)")


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with StrongLifts' columns."""
    return path.suffix.lower() in (".csv", ".txt") and set(_NEEDED) <= set(header_of(head))


def read(path: Path, options: Options) -> Reading:
    """The export at `path`. Raises UnreadableFile where it is not StrongLifts'."""
    sheet = read_delimited(path, options.said)
    column = sheet.columns()
    if not column.keys() >= set(_NEEDED):
        raise UnreadableFile(f"{path.name} has not the columns of a StrongLifts export. Export it again from the app.")
    ledger = Ledger()
    known = catalogue(options.exercises)
    loads = sorted((match for name in column if (match := _LOAD.fullmatch(name))), key=lambda match: int(match[1]))
    if not loads:
        raise UnreadableFile(f"{path.name} has no column of loads, as Set 1 (KG). Export it again from the app.")
    passes = [_set_pass(column, load[1], load[2], sheet.decimal, known) for load in loads]
    taken = take_each(sheet, passes, ledger)
    return ledger.reading(
        "stronglifts",
        tables=sessions_and_sets(taken, options),
        dialect=sheet.form(),
        notes=unknown_exercises(taken) + _not_done(sheet, column, [load[1] for load in loads]),
    )


READER = Reader(
    "stronglifts",
    "StrongLifts (CSV)",
    recognises,
    read,
    takes="workouts with start, duration and notes; every set with load (kg or lb by its column) and repetitions",
    leaves="sets of 0 repetitions, which were not done; sums and e1RM, which follow from the sets; body mass",
)


def _set_pass(column: dict[str, str], number: str, unit: str, decimal: str, known: Catalogue) -> Pass:
    reps, load = column.get(f"set{number}(reps)"), column[f"set{number}({unit})"]
    columns = {
        ("sessions", "local_date"): column["date(yyyy/mm/dd)"],
        ("sessions", "duration_s"): column.get("duration(hours)", ""),
        ("sets", "exercise_raw"): column["exercise"],
        ("sets", "reps"): reps or "",
        ("sets", "load_kg"): load,
    }
    read_row = partial(_read_row, column=column, reps=reps, load=load, unit=unit, decimal=decimal, known=known)
    return Pass(read_row, columns)


def _read_row(
    row: Row, column: dict[str, str], reps: str | None, load: str, unit: str, decimal: str, known: Catalogue
) -> Parts | None:
    number = partial(cells.number, decimal=decimal)
    done = row.read(reps, number)
    if not done:
        return None
    exercise_raw = row.text(column["exercise"])
    exercise = known.resolve(exercise_raw or "")
    return {
        "sessions": _session(row, column, number),
        "sets": {
            "exercise": exercise,
            "exercise_raw": exercise_raw,
            "side": "B",
            "set_kind": "work",
            "load_kg": external_load_kg(row.read(load, number), unit, exercise, known),
            "load_raw": row.text(load),
            "unit_raw": unit,
            "reps": done,
        },
    }


def _session(row: Row, column: dict[str, str], number) -> dict:
    day = row.demand(column["date(yyyy/mm/dd)"], row.read(column["date(yyyy/mm/dd)"], cells.clock))
    at = row.read(column.get("starttime(h:mm)"), cells.time_of_day)
    name = row.text(column["workoutname"])
    hours = row.read(column.get("duration(hours)"), number)
    start = day.replace(hour=at.hour, minute=at.minute) if day and at else None
    return {
        "session_key": f"{start or day:%Y-%m-%d %H:%M}|{name or ''}" if day else None,
        "title": name,
        "start_local": start,
        "local_date": day and day.date(),
        "duration_s": hours * 3600 if hours else None,
        "notes": row.text(column.get("notes")),
    }


def _not_done(sheet: Sheet, column: dict[str, str], numbers: list[str]) -> tuple[str, ...]:
    reps = (column[f"set{number}(reps)"] for number in numbers if f"set{number}(reps)" in column)
    count = sum(not cell.strip(" 0.,") for name in reps for cell in sheet.column(name))
    return (f"Sets of 0 repetitions, which were not done: {count}; they stay in the raw rows only.",) if count else ()
