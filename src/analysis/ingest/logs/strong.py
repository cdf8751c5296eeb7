"""The Strong app's export: comma or semicolon, with or without units, numbers of set order mixed with letters."""

from collections.abc import Iterator, Sequence
from typing import Literal

from analysis.ingest.dialect import Sheet
from analysis.ingest.logs.log import Log, is_zero
from analysis.ingest.table_format import Form, Line


class _Strong(Log):
    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        """Rest timers and exercises that were put into the workout and never done, all zeros, are left."""
        if line.word("kind") == "note":
            return "note"
        done = any(not is_zero(line.word(role)) for role in ("load", "reps", "distance", "seconds"))
        return "set" if done and line.word("kind") != "rest timer" else "nothing"

    def set_kind(self, line: Line) -> str:
        """Sets of work carry their number."""
        said = line.word("kind")
        if said not in self.kinds and not said.isdigit():
            line.refuse("kind", "is no set number and none of W, D, F", "Correct it.")
        return self.kinds.get(said, "work")

    def amounts(self, line: Line, exercise: str | None) -> dict:
        return super().amounts(line, exercise) | {"unit_raw": line.unit("load") or line.text("load_unit")}

    def distance_m(self, line: Line, remedy: str = "Write m, km or mi.") -> float | None:
        """Kilometres and miles look alike: a distance without a unit is kept in the raw row only, and that is said."""
        return super().distance_m(line, remedy) if line.unit("distance") or line.text("distance_unit") else None

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        said = "distance_unit" in forms[0]
        unitless = [column.header for column in forms[0].columns.get("distance", ()) if not (column.unit or said)]
        if count := sum(not is_zero(cell) for header in unitless for cell in sheet.column(header)):
            yield f"{count} sets have a distance without a unit; it stays in the raw rows only."


# the app writes its headers in its own language
READER = _Strong(
    name="strong",
    title="Strong (CSV)",
    called="a Strong export",
    headers={
        "start": ("Date", "Datum"),
        "duration": ("Duration", "Workout Duration", "Dauer", "Workout-Dauer"),
        "workout": ("Workout Name", "Workout-Name"),
        "workout_notes": ("Workout Notes", "Workout-Notizen"),
        "exercise": ("Exercise Name", "Name der Übung"),
        "kind": ("Set Order", "Reihenfolge festlegen"),
        "load": ("Weight", "Gewicht"),
        "load_unit": ("Weight Unit", "Gewichtseinheit"),
        "reps": ("Reps", "Wiederh."),
        "rpe": ("RPE",),
        "distance": ("Distance", "Entfernung"),
        "distance_unit": ("Distance Unit", "Entfernungseinheit"),
        "seconds": {"Seconds": "s", "Sekunden": "s"},
        "notes": ("Notes", "Notizen"),
    },
    needed=("start", "workout", "exercise", "kind", "reps"),
    kinds={"w": "warm_up", "d": "drop", "f": "failure"},
    zeros=("reps", "load"),
    takes="workouts with start, duration and notes; sets with load, reps, RPE, distance, time, warm-up, drop, failure",
    leaves="rest timers and exercises never done (all zeros); distances without a unit, as km and miles look alike",
).reader()
