"""The Liftosaur app's export: one row a set, as it was planned and as it was done."""

from collections.abc import Iterator, Sequence
from typing import Literal

from analysis.ingest.dialect import Sheet
from analysis.ingest.logs.log import Log, not_done
from analysis.ingest.table_format import Form, Line


class _Liftosaur(Log):
    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        return "set" if line.text("reps") else "nothing"

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        yield from not_done(len(sheet.rows) - len(sheet.column(forms[0].header("reps"))))


READER = _Liftosaur(
    name="liftosaur",
    title="Liftosaur (CSV)",
    called="a Liftosaur export",
    headers={
        "start": ("Workout DateTime",),
        "workout": ("Day Name",),
        "exercise": ("Exercise",),
        "kind": ("Is Warmup Set?",),
        "load": ("Completed Weight Value",),
        "load_unit": ("Completed Weight Unit",),
        "reps": ("Completed Reps",),
        "rpe": ("Completed RPE",),
        "notes": ("Notes",),
    },
    needed=("start", "workout", "exercise", "kind", "load", "load_unit", "reps"),
    kinds={"0": "work", "1": "warm_up"},
    takes="workouts with start and day of the programme; every set that was done, with load, repetitions, RPE, notes",
    leaves="sets that were planned and not done, which are counted; what was planned; muscles, as the catalogue says",
).reader()
