"""The GymBook app's export in Italian or English: a row a set, units written behind the numbers."""

import re
from functools import partial
from typing import Literal

from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import Sheet
from analysis.ingest.exercises import catalogue
from analysis.ingest.logs.log import Log, external_load_kg
from analysis.ingest.table_format import Column, Form, Line

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


class _GymBook(Log):
    def decimal(self, sheet: Sheet, columns: dict[str, list[Column]]) -> str:
        """Amounts carry their unit, so the file's decimal mark is found from the amounts themselves."""
        loads = sheet.column(columns["load"][0].header)
        return sheet.said.decimal or ("," if any(re.search(r"\d,\d{1,2}(?!\d)", cell) for cell in loads) else ".")

    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        return "nothing" if line.word("skipped") in ("sì", "si", "yes", "1", "true") else "set"

    def set_kind(self, line: Line) -> str:
        return "warm_up" if re.search("riscaldamento|warm", line.word("kind")) else "work"

    def fills(self, form: Form) -> dict[tuple[str, str], str]:
        return super().fills(form) | {("sets", "duration_s"): "reps", ("sets", "distance_m"): "load"}

    def amounts(self, line: Line, exercise: str | None) -> dict:
        """Repetitions or a time stand in one column, a load or a distance in another."""
        amount = partial(_amount, decimal=line.form.decimal)
        done, done_unit = line.read("reps", amount) or (0.0, None)
        load, unit = line.read("load", amount) or (0.0, None)
        known, exercise_raw = catalogue(line.form.options.exercises), line.text("exercise") or ""
        return {
            "load_kg": external_load_kg(load, unit, exercise, known, exercise_raw) if unit in ("kg", "lb") else None,
            "load_raw": line.text("load"),
            "unit_raw": unit,
            "reps": done if done_unit == "reps" else None,
            "duration_s": done * factor(done_unit, "s") if done_unit in ("s", "min") else None,
            "distance_m": load * factor(unit, "m") if unit in ("m", "km", "mi") else None,
        }


def _amount(raw: str, decimal: str) -> tuple[float, str]:
    """A number with the unit behind it, as 20 ripetizioni, 0:45 or 42,50 kg."""
    if re.fullmatch(r"\d+:\d\d(:\d\d)?", raw):
        return cells.duration_s(raw), "s"
    match = _AMOUNT.fullmatch(raw)
    if match is None or match["unit"].casefold() not in _UNIT_OF:
        raise BadCell("is no number with a unit that is known here", "Write it as 20 ripetizioni or 42,50 kg.")
    return cells.number(match["number"], decimal), _UNIT_OF[match["unit"].casefold()]


READER = _GymBook(
    name="gymbook",
    title="GymBook (CSV)",
    called="a GymBook export",
    headers={
        "date": ("Data", "Date"),
        "time": ("Orario", "Time"),
        "workout": ("Programma", "Workout"),
        "exercise": ("Esercizio", "Exercise"),
        "kind": ("Set / Set di riscaldamento / Set di defaticamento", "Set / Warm-up set / Cool-down set"),
        "reps": ("Ripetizioni / Tempo", "Repetitions / Time"),
        "load": ("Peso / Distanza", "Weight / Distance"),
        "notes": ("Appunti", "Notes"),
        "skipped": ("Saltato", "Skipped"),
    },
    needed=("date", "time", "workout", "exercise", "reps", "load"),
    day_first_headers=("Data",),
    session_key="%Y-%m-%d",
    takes="workouts by date, time and programme; sets with repetitions or time, load or distance, warm-up, notes",
    leaves="sets marked as skipped; muscle groups, which the exercise catalogue says",
).reader()
