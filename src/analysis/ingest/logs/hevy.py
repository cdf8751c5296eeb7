"""The Hevy app's export: units in the column names, dates in the phone's language, set numbers from 0 per exercise."""

from collections.abc import Iterator, Sequence

from analysis.ingest.dialect import Sheet
from analysis.ingest.logs.log import Log
from analysis.ingest.table_format import Form


class _Hevy(Log):
    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        loads = forms[0].columns.get("load", ())
        if len(loads) > 1 and all(sheet.column(column.header) for column in loads):
            yield "The file has loads in kg and in lb; where a row has both, kg is taken."


READER = _Hevy(
    name="hevy",
    title="Hevy (CSV)",
    called="a Hevy export",
    headers={
        "start": ("start_time",),
        "end": ("end_time",),
        "workout": ("title",),
        "workout_notes": ("description",),
        "exercise": ("exercise_title",),
        "kind": ("set_type",),
        "load": {"weight_kg": "kg", "weight_lbs": "lb"},
        "reps": ("reps",),
        "rpe": ("rpe",),
        "distance": {"distance_km": "km", "distance_miles": "mi"},
        "seconds": {"duration_seconds": "s"},
        "notes": ("exercise_notes",),
    },
    needed=("start", "exercise", "kind", "reps"),
    kinds={"normal": "work", "warmup": "warm_up", "dropset": "drop", "failure": "failure"},
    zeros=("reps",),
    takes="workouts with start, end and description; sets with kind, load, reps, RPE, distance, time, notes",
    leaves="superset numbers: sets keep the order of the file",
).reader()
