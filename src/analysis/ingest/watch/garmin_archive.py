"""The activities of Garmin's account archive: `..._summarizedActivities.json`.

It states lengths in centimetres, times in milliseconds and energy in kilojoules, and says none of it. `startTimeLocal`
is the wall clock counted as if it were UTC; the offset is what it differs from `beginTimestamp` by.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from analysis.ingest.cells import BadCell, number
from analysis.ingest.dialect import Sheet
from analysis.ingest.json_tables import JsonTable
from analysis.ingest.json_values import Fields, objects
from analysis.ingest.rows import Ledger, Parts
from analysis.ingest.table_format import Content, Form, Line
from analysis.ingest.watch.activities import Start
from analysis.ingest.watch.activity_lists import ActivityList

_EXPORTED = "summarizedActivitiesExport"
_LARGEST_OFFSET = timedelta(hours=15)


def _activities(data: Any) -> list[Fields]:
    """Garmin writes a list of one object that holds the list."""
    return [one for part in objects(data) for one in objects(part.get(_EXPORTED, []))]


def epoch_ms(raw: str) -> datetime:
    """The moment of a number of milliseconds since 1970.

    >>> epoch_ms("1740849662000").isoformat()
    '2025-03-01T17:21:02+00:00'
    """
    try:
        return datetime.fromtimestamp(number(raw) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as problem:
        if isinstance(problem, BadCell):
            raise
        raise BadCell("is no moment that has a day here") from None


@dataclass(frozen=True, kw_only=True)
class _Archive(JsonTable, ActivityList):
    parents: frozenset[str] = frozenset()  # activities whose parts are listed too

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `runs`; of a multisport its parts, where the list has them."""
        part_of = sheet.column(form.header("parent")) if "parent" in form else []
        known = replace(self, parents=frozenset(part_of))
        content = super(_Archive, known).content(sheet, form, ledger)
        left = sum(one in known.parents for one in sheet.column(form.header("id")))
        said = f"Multisport activities whose parts are listed too: {left}; the parts count."
        return replace(content, notes=(*content.notes, said)) if left else content

    def parts(self, line: Line) -> Parts | None:
        """A row as a session; not the whole of a multisport."""
        return None if line.text("id") in self.parents else super().parts(line)

    def place(self, line: Line) -> dict:
        """An activity has a number, a start in UTC, and one by the wall clock."""
        key, utc = line.demand("id", line.text("id")), line.demand("date", line.read("date", epoch_ms))
        local = line.read("local", epoch_ms) if "local" in line.form else None
        offset = local - utc if local and utc else None
        if offset is not None and abs(offset) > _LARGEST_OFFSET:
            offset = None
        start = Start.at(utc, offset.total_seconds() if offset is not None else None, line.form.options.config)
        return {"session_key": key, **start.columns()}

    def seconds(self, line: Line, role: str) -> float | None:
        """Times are milliseconds."""
        value = line.number(role)
        return None if value is None else value / 1000

    def distance_m(self, line: Line, kind: str) -> float | None:  # noqa: ARG002 - pools are in centimetres too
        """Lengths are centimetres."""
        value = line.number("distance")
        return value / 100 if value else None


READER = _Archive(
    name="garmin_archive",
    title="Garmin account archive: activities (JSON)",
    called="Garmin's account archive",
    again="Ask Garmin for it again.",
    suffixes=(".json",),
    marks=((f'"{_EXPORTED}"'.encode(),),),
    records=_activities,
    headers={
        "id": ("activityId",),
        "date": ("beginTimestamp", "startTimeGmt"),
        "local": ("startTimeLocal",),
        "title": ("name", "activityName"),
        "sport": ("activityType", "activityType.typeKey"),
        "distance": ("distance",),
        "heart_rate": ("avgHr",),
        "moving": ("duration",),
        "elapsed": ("elapsedDuration",),
        "parent": ("parentId",),
    },
    needed=("id", "date", "sport"),
    takes="activities with sport, start, title, distance, times, mean heart rate; of a multisport its parts",
    leaves="places, energy, zones, dynamics and means of steps; the moving time, which the watch guesses indoors",
    version=1,
).reader()
