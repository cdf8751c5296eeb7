"""The LiftLog app's plain exports: a CSV of the sets that were done, a JSON of the sessions with all that was meant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from analysis.ingest.cells import iso_span_s
from analysis.ingest.dialect import Sheet
from analysis.ingest.json_tables import sheet_of
from analysis.ingest.json_values import as_cell, below, listed, looks_like_json, objects_in
from analysis.ingest.logs.log import LENGTHS, Log, not_done
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.table_format import Form, Line

_LENGTHS = LENGTHS | {"metre": "m", "kilometre": "km", "yard": "yd", "mile": "mi"}


@dataclass(frozen=True, kw_only=True)
class _LiftLog(Log):
    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        done = any(line.text(role) for role in ("reps", "distance", "seconds"))
        return "set" if done else "nothing"


_HEADERS = {
    "session": ("SessionId",),
    "start": ("Timestamp",),
    "exercise": ("Exercise",),
    "load": ("Weight",),
    "load_unit": ("WeightUnit",),
    "reps": ("Reps",),
    "notes": ("Notes",),
}
_NEEDED = ("session", "start", "exercise", "load", "load_unit", "reps")

READER = _LiftLog(
    name="liftlog",
    title="LiftLog (CSV)",
    called="a LiftLog export",
    headers=_HEADERS,
    needed=_NEEDED,
    takes="sessions with the start of their first set; every set with load, repetitions and notes",
    leaves="the repetitions that were meant",
).reader()


@dataclass(frozen=True, kw_only=True)
class _LiftLogJson(_LiftLog):
    """The sets of the JSON as the rows of a table: those that were not done have no repetitions."""

    def reader(self) -> Reader:
        return replace(super().reader(), fits=None, read_sheets=None)

    def recognises(self, path: Path, head: bytes) -> bool:
        return path.suffix.lower() == ".json" and looks_like_json(head, b'"recordedExercises"')

    def read(self, path: Path, options: Options) -> Reading:
        rows = [row for session in objects_in(path, options.said) for row in _rows(session)]
        return self.read_sheets([sheet_of(rows, path, options.said)], path, options)

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:  # noqa: ARG002
        reps, distance, seconds = (sheet.header.index(name) for name in ("Reps", "Distance", "Seconds"))
        yield from not_done(sum(not (row[reps] or row[distance] or row[seconds]) for row in sheet.rows))


def _rows(session: object) -> Iterator[dict[str, str]]:
    """Every set of a session, of which a lift has potential ones, and cardio just some."""
    day = {
        "SessionId": as_cell(below(session, "id")),
        "Date": as_cell(below(session, "date")),
        "Session": as_cell(below(session, "blueprint", "name")),
        "SessionNotes": as_cell(below(session, "blueprint", "notes")),
    }
    for exercise in listed(below(session, "recordedExercises")):
        named = {
            "Exercise": as_cell(below(exercise, "blueprint", "name")),
            "Notes": as_cell(below(exercise, "notes")),
        }
        lifts = [(one, below(one, "set"), "") for one in listed(below(exercise, "potentialSets"))]
        others = [(one, one, "cardio") for one in listed(below(exercise, "sets"))]
        for one, done, category in (*lifts, *others):
            at = as_cell(below(done, "completionDateTime"))
            yield {
                **day,
                "Timestamp": at,
                **named,
                "Category": category,
                "Weight": as_cell(below(one, "weight", "value")),
                "WeightUnit": as_cell(below(one, "weight", "unit")),
                "Reps": as_cell(below(done, "repsCompleted")),
                "Distance": as_cell(below(done, "distance", "value")) if at else "",
                "DistanceUnit": _length(as_cell(below(done, "distance", "unit"))),
                "Seconds": _seconds(as_cell(below(done, "duration"))) if at else "",
            }


def _length(unit: str) -> str:
    return _LENGTHS.get(unit.casefold(), _LENGTHS.get(unit.casefold().removesuffix("s"), unit))


def _seconds(span: str) -> str:
    """A span as ISO 8601 writes it, in seconds; any other text as it is."""
    seconds = iso_span_s(span)
    return span if seconds is None else f"{seconds:g}"


JSON = _LiftLogJson(
    name="liftlog_json",
    title="LiftLog (JSON)",
    called="a LiftLog export",
    headers=_HEADERS
    | {
        "date": ("Date",),
        "category": ("Category",),
        "workout": ("Session",),
        "workout_notes": ("SessionNotes",),
        "distance": ("Distance",),
        "distance_unit": ("DistanceUnit",),
        "seconds": {"Seconds": "s"},
    },
    needed=_NEEDED,
    cardio="cardio",
    suffixes=(".json",),
    takes="sessions by their day, with name and notes; every set that was done, with load, repetitions, distance, time",
    leaves="sets that were not done, which are counted; what was meant; energy and heart rate",
).reader()
