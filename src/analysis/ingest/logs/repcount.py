"""The RepCount app's export: one row a set, no set numbers and no units."""

from collections.abc import Iterator, Sequence

from analysis.base.units import factor
from analysis.ingest.dialect import Sheet
from analysis.ingest.logs.log import Log, is_zero, positive
from analysis.ingest.table_format import Form, Line


class _RepCount(Log):
    def distance_m(self, line: Line, remedy: str = "Write m, km or mi.") -> float | None:  # noqa: ARG002
        """The distance in the unit that a person said; without one it stays in the raw row, and that is said."""
        distance, unit = positive(line.number("distance")), _length(line.form)
        return distance * factor(unit, "m") if distance and unit else None

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:
        columns = forms[0].columns.get("distance", ())
        count = sum(not is_zero(cell) for column in columns for cell in sheet.column(column.header))
        if count and not _length(forms[0]):
            yield (
                f"Sets with a distance whose unit the file does not say: {count}; it stays in the raw rows only. "
                "Set distance_unit in workbook.toml to have it taken."
            )


def _length(form: Form) -> str | None:
    return form.options.distance_unit or form.options.config.distance_unit


READER = _RepCount(
    name="repcount",
    title="RepCount (CSV)",
    called="a RepCount export",
    headers={
        "start": ("Workout Start",),
        "end": ("Workout End",),
        "workout": ("Name",),
        "exercise": ("Exercise",),
        "category": ("Category",),
        "load": ("Weight",),
        "reps": ("Reps",),
        "distance": ("Distance",),
        "seconds": {"Duration": "s"},
        "notes": ("Notes",),
    },
    needed=("start", "end", "exercise", "load", "reps", "category"),
    cardio="cardio",
    zeros=("reps", "load"),
    takes="workouts with start, end and name; sets with load (kg or lb as --unit says), reps, distance (km or mi as "
    "distance_unit says), time, notes",
    leaves="energy; body mass, whose unit is not said either; distances where nobody has said their unit",
).reader()
