"""The StrongLifts app's export: one row an exercise, its sets side by side in pairs of columns."""

from collections.abc import Iterator, Sequence
from typing import Literal

from analysis.ingest.dialect import Sheet
from analysis.ingest.logs.log import Log, is_zero
from analysis.ingest.table_format import Form, Line


class _StrongLifts(Log):
    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        return "set" if line.number("reps") else "nothing"

    def amounts(self, line: Line, exercise: str | None) -> dict:
        return super().amounts(line, exercise) | {"unit_raw": line.unit("load")}

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        reps = [form.header("reps") for form in forms if "reps" in form]
        if count := sum(is_zero(cell) for header in reps for cell in sheet.column(header)):
            yield f"Sets of 0 repetitions, which were not done: {count}; they stay in the raw rows only."


READER = _StrongLifts(
    name="stronglifts",
    title="StrongLifts (CSV)",
    called="a StrongLifts export",
    headers={
        "date": ("Date (yyyy/mm/dd)",),
        "time": ("Start Time (h:mm)",),
        "duration": ("Duration",),
        "workout": ("Workout Name",),
        "workout_notes": ("Notes",),
        "exercise": ("Exercise",),
        "reps": ("Set # (Reps)",),
        "load": ("Set #",),
    },
    needed=("date", "workout", "exercise", "reps", "load"),
    session_key="%Y-%m-%d %H:%M",
    takes="workouts with start, duration and notes; every set with load (kg or lb by its column) and repetitions",
    leaves="sets of 0 repetitions, which were not done; sums and e1RM, which follow from the sets; body mass",
).reader()
