"""The Boostcamp app's history: one row a workout, its sets as JSON in a cell, dates with the day first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.json_values import as_cell, below, listed, parsed
from analysis.ingest.logs.log import is_zero, not_done
from analysis.ingest.logs.packed import Cells, PackedLog
from analysis.ingest.reading import Options
from analysis.ingest.table_format import Form, Line

_SHORT_OFFSET = re.compile(r"(?P<at>.*\d:\d\d(:\d\d)?)(\.\d+)?(?P<offset>[+-]\d\d)")
_OPEN = re.compile(r"\d+\+")  # as many repetitions as go, at least so many


@dataclass(frozen=True, kw_only=True)
class _Boostcamp(PackedLog):
    def held(self, sheet: Sheet, options: Options) -> Mapping[int, Sequence[Cells]]:  # noqa: ARG002
        there = {same_header(name): name for name in reversed(sheet.header)}
        held = {}
        for row_no, row in sheet.numbered():
            cells = dict(zip(sheet.header, row, strict=False))
            own = {name: cells.get(there[name], "") for name in _OF_THE_ROW if name in there}
            own["created_at"] = _with_whole_offset(own["created_at"])
            records = parsed(cells.get(there["records"], ""))
            if isinstance(records, list):
                held[row_no] = [own | cells for record in records for cells in _sets(record)]
            elif cells.get(there["records"], "").strip():
                held[row_no] = [own | {"records": cells[there["records"]]}]
        return held

    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:
        if line.text("packed"):
            line.refuse("packed", "is no list in JSON", "Export it again from the app.")
        return "nothing" if line.word("skipped") == "true" or is_zero(line.word("reps")) else "set"

    def amounts(self, line: Line, exercise: str | None) -> dict:
        """As many repetitions as go is what was asked for: how many were done, the file does not say."""
        if _OPEN.fullmatch(line.word("reps")):
            line.row.cells["amount"] = ""
        return super().amounts(line, exercise)

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterator[str]:  # noqa: ARG002
        if "amount" not in sheet.header:
            return
        amount, skipped = sheet.header.index("amount"), sheet.header.index("skipped")
        yield from not_done(sum(row[skipped] == "true" or is_zero(row[amount]) for row in sheet.rows))
        if count := sum(_OPEN.fullmatch(row[amount].strip()) is not None for row in sheet.rows):
            yield f"Sets of as many repetitions as go (5+), of which the file does not say how many were done: {count}."


def _with_whole_offset(text: str) -> str:
    """+00 behind a time as +00:00."""
    match = _SHORT_OFFSET.fullmatch(text.strip())
    return f"{match['at']}{match['offset']}:00" if match else text


def _sets(record: object) -> Iterator[Cells]:
    for one in listed(below(record, "sets")):
        yield {
            "name": as_cell(below(record, "name")),
            "value": as_cell(below(one, "value")),
            "amount": as_cell(below(one, "amount")),
            "weight_unit": as_cell(below(one, "weight_unit") or below(record, "weight_unit")),
            "skipped": as_cell(below(one, "skipped")),
        }


_OF_THE_ROW = ("id", "created_at", "title", "user_notes", "duration")

READER = _Boostcamp(
    name="boostcamp",
    title="Boostcamp (CSV)",
    called="a Boostcamp export",
    headers={
        "session": ("id",),
        "start": ("created_at",),
        "workout": ("title",),
        "workout_notes": ("user_notes",),
        "packed": ("records",),
        "exercise": ("name",),
        "load": ("value",),
        "load_unit": ("weight_unit",),
        "reps": ("amount",),
        "skipped": ("skipped",),
    },
    needed=("start", "packed", "workout", "workout_notes"),
    day_first_headers=("created_at",),
    takes="workouts with start, title and notes; every set of the cell of records with load and repetitions",
    leaves="sets skipped or of 0 repetitions, which are counted; repetitions of open sets (5+), which are what was "
    "asked for; the duration, which has no unit; week and day of the programme",
).reader()
