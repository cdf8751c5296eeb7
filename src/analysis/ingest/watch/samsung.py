"""Samsung Health's export of exercises: a table below a line with its name and version.

Times are in UTC, the offset of the clock stands apart (`UTC+0900`), durations are milliseconds, distances metres. What
was done is a number of Samsung's table of predefined exercise types; the vocabulary of sports knows it as
`samsung exercise 1002`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import header_of
from analysis.ingest.table_format import Line
from analysis.ingest.watch.activities import Start
from analysis.ingest.watch.activity_lists import ActivityList

_TABLE = "com.samsung.shealth.exercise"
_PREFIX = "com.samsung.health.exercise."
_OFFSET = re.compile(r"UTC(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)")


def _named(*names: str) -> tuple[str, ...]:
    """The names of a column, with and without the prefix that newer exports write."""
    return tuple(prefix + name for name in names for prefix in (_PREFIX, ""))


def offset_s(raw: str) -> float:
    """The offset of the clock in seconds.

    >>> offset_s("UTC+0530")
    19800.0
    """
    found = _OFFSET.fullmatch(raw.strip())
    if not found:
        raise BadCell("is no offset from UTC", "Write it as UTC+0100.")
    seconds = int(found["hours"]) * 3600.0 + int(found["minutes"]) * 60
    return -seconds if found["sign"] == "-" else seconds


def _utc(raw: str) -> datetime:
    return cells.clock(raw).replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class _Samsung(ActivityList):
    def recognises(self, path: Path, head: bytes) -> bool:
        """True for the table by its name, which stands above the header, or by its header."""
        return header_of(head)[:1] == (_TABLE,) or super().recognises(path, head)

    def place(self, line: Line) -> dict:
        """An exercise has a unique number in most exports, a start in UTC and the offset of the clock."""
        utc = line.demand("date", line.read("date", _utc))
        offset = line.read("offset", offset_s) if "offset" in line.form else None
        start = Start.at(utc, offset, line.form.options.config)
        return {"session_key": line.text("id") or (utc and utc.isoformat()), **start.columns()}

    def sport(self, line: Line) -> str:
        """The number of the exercise; 0 is what the athlete named, or nothing."""
        number = line.demand("sport", line.text("sport"))
        custom = line.text("title") if number == "0" else None
        return custom or (f"samsung exercise {number}" if number else "")

    def seconds(self, line: Line, role: str) -> float | None:
        """The time in motion is stated, the time that passed is from start to end."""
        if role == "moving":
            stated = line.number("moving")
            return None if stated is None else stated / 1000
        begin, end = (line.read(name, _utc) if name in line.form else None for name in ("date", "end"))
        return (end - begin).total_seconds() if begin and end and end > begin else None

    def distance_m(self, line: Line, kind: str) -> float | None:  # noqa: ARG002 - all in metres
        """Distances are metres."""
        return line.number("distance") or None


READER = _Samsung(
    name="samsung_health",
    title="Samsung Health exercises (CSV)",
    called="Samsung Health's exercises",
    headers={
        "id": _named("datauuid"),
        "date": _named("start_time"),
        "end": _named("end_time"),
        "offset": _named("time_offset"),
        "title": ("title", *_named("custom")),
        "sport": _named("exercise_type"),
        "distance": _named("distance"),
        "heart_rate": _named("mean_heart_rate"),
        "moving": _named("duration"),
    },
    needed=("date", "sport", "moving"),
    takes="activities with sport, start, distance, times, mean heart rate",
    leaves="energy, cadence, places, and the files of live data that cells name; other tables of the export",
    version=1,
).reader()
