"""The GymBook app's export in Italian or English: a row a set, units written behind the numbers."""

import re
from datetime import datetime
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import header_of, read_delimited, same_header
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.ingest.logs.log import external_load_kg, sessions_and_sets, unknown_exercises
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Row, take

_ROLES = {
    "date": ("Data", "Date"),
    "workout": ("Programma", "Workout"),
    "time": ("Orario", "Time"),
    "exercise": ("Esercizio", "Exercise"),
    "kind": (
        "Set / Set di riscaldamento / Set di defaticamento",
        "Set / Warm-up set / Cool-down set",
    ),
    "done": ("Ripetizioni / Tempo", "Repetitions / Time"),
    "load": ("Peso / Distanza", "Weight / Distance"),
    "notes": ("Appunti", "Notes"),
    "skipped": ("Saltato", "Skipped"),
}
_ROLE_OF = {same_header(header): role for role, headers in _ROLES.items() for header in headers}
_NEEDED = {"date", "workout", "time", "exercise", "done", "load"}
_AMOUNT = re.compile(r"(?P<number>[-+\d.,\s\u00a0\u202f]+?)\s*(?P<unit>[^\d\s.,]+)")
_WORDS = {
    "reps": ("ripetizioni", "ripetizione", "rip", "rip.", "repetitions", "repetition", "reps"),
    "s": ("s", "sec", "secondi", "seconds"),
    "min": ("min", "minuti", "minutes"),
    "kg": ("kg",),
    "lb": ("lb", "lbs"),
    "m": ("m",),
    "km": ("km",),
    "mi": ("mi",),
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words}
_YES = ("sì", "si", "yes", "1", "true")


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with GymBook's columns."""
    return path.suffix.lower() in (".csv", ".txt") and {_ROLE_OF.get(name) for name in header_of(head)} >= _NEEDED


def read(path: Path, options: Options) -> Reading:
    """The export at `path`. Raises UnreadableFile where it is not GymBook's."""
    sheet = read_delimited(path, options.said)
    column = sheet.columns(_ROLE_OF)
    if not column.keys() >= _NEEDED:
        raise UnreadableFile(f"{path.name} has not the columns of a GymBook export. Export it again from the app.")
    ledger = Ledger()
    day_first = sheet.day_first(column["date"])
    if day_first is None and same_header(column["date"]) == "data":
        day_first = True  # the Italian app writes the day first
    # amounts carry their unit, so the file's decimal mark is found from the amounts themselves
    amounts = sheet.column(column["load"])
    decimal = sheet.said.decimal or ("," if any(re.search(r"\d,\d{1,2}(?!\d)", cell) for cell in amounts) else ".")
    read_row = partial(
        _read_row, column=column, day_first=day_first, decimal=decimal, known=catalogue(options.exercises)
    )
    taken = take(sheet, read_row, ledger, _canonical(column))
    return ledger.reading(
        "gymbook",
        tables=sessions_and_sets(taken, options),
        dialect=sheet.form() | {"decimal": decimal},
        notes=unknown_exercises(taken),
    )


READER = Reader(
    "gymbook",
    "GymBook (CSV)",
    recognises,
    read,
    takes="workouts by date, time and programme; sets with repetitions or time, load or distance, warm-up, notes",
    leaves="sets marked as skipped; muscle groups, which the exercise catalogue says",
)


def _canonical(column: dict[str, str]) -> dict[tuple[str, str], str]:
    return {
        ("sessions", "local_date"): column["date"],
        ("sets", "exercise_raw"): column["exercise"],
        ("sets", "reps"): column["done"],
        ("sets", "duration_s"): column["done"],
        ("sets", "load_kg"): column["load"],
        ("sets", "distance_m"): column["load"],
    }


def _read_row(row: Row, column: dict[str, str], day_first: bool | None, decimal: str, known: Catalogue) -> Parts | None:
    if (row.text(column.get("skipped")) or "").casefold() in _YES:
        return None
    return {"sessions": _session(row, column, day_first), "sets": _set(row, column, decimal, known)}


def _session(row: Row, column: dict[str, str], day_first: bool | None) -> dict:
    day = row.demand(column["date"], row.read(column["date"], partial(cells.clock, day_first=day_first)))
    name = row.text(column["workout"])
    at = row.read(column["time"], cells.time_of_day)
    return {
        "session_key": f"{day:%Y-%m-%d}|{name or ''}" if day else None,
        "title": name,
        "start_local": datetime.combine(day, at) if day and at else None,  # of each set; that of the first is kept
        "local_date": day and day.date(),
    }


def _set(row: Row, column: dict[str, str], decimal: str, known: Catalogue) -> dict:
    amount = partial(_amount, decimal=decimal)
    done, unit = row.read(column["done"], amount) or (None, None)
    load, load_unit = row.read(column["load"], amount) or (None, None)
    exercise_raw = row.text(column["exercise"])
    exercise = known.resolve(exercise_raw or "")
    kind = (row.text(column.get("kind")) or "").casefold()
    return {
        "exercise": exercise,
        "exercise_raw": exercise_raw,
        "side": "B",
        "set_kind": "warm_up" if "riscaldamento" in kind or "warm" in kind else "work",
        "load_kg": external_load_kg(load, load_unit, exercise, known) if load_unit in ("kg", "lb") else None,
        "load_raw": row.text(column["load"]),
        "unit_raw": load_unit,
        "reps": done if unit == "reps" else None,
        "duration_s": done * factor(unit, "s") if unit in ("s", "min") else None,
        "distance_m": load * factor(load_unit, "m") if load_unit in ("m", "km", "mi") else None,
        "notes": row.text(column.get("notes")),
    }


def _amount(raw: str, decimal: str) -> tuple[float, str]:
    """A number with the unit behind it, as 20 ripetizioni, 0:45 or 42,50 kg."""
    if re.fullmatch(r"\d+:\d\d(:\d\d)?", raw):
        return cells.duration_s(raw), "s"
    match = _AMOUNT.fullmatch(raw)
    unit = _UNIT_OF.get(match["unit"].casefold()) if match else None
    if unit is None:
        raise BadCell("is no number with a unit that is known here", "Write it as 20 ripetizioni or 42,50 kg.")
    return cells.number(match["number"], decimal), unit
