"""TCX files (Garmin Training Center XML), plain or gzipped.

Source of the format: Garmin, Training Center Database v2 schema, with the ActivityExtension (TPX: speed, watts, run
cadence). Namespaces are ignored, because exporters disagree about them. Vendors' own elements are not read.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import lxml.etree as etree
import numpy as np

from analysis.ingest import files
from analysis.ingest.files import Moment, local_name, moment, number
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.watch import activities, plausible
from analysis.ingest.watch.activities import Activity, Lap, Start
from analysis.ingest.watch.naming import UNKNOWN, Moved, Naming

_TAGS = ("Trackpoint", "Lap", "Activity", "Course")
_COUNTS = ("activities", "laps", "trackpoints")
_LONGEST_TITLE = 60  # characters
_CELLS = {
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "Speed": "speed_m_s",
    "Watts": "power_w",
    "Cadence": "cadence",
    "RunCadence": "cadence",
}


@dataclass
class _Open:
    """What has been read of the activity that is not closed yet."""

    points: list[dict[str, float | None]] = field(default_factory=list)
    times: list[Moment] = field(default_factory=list)
    laps: list[Lap] = field(default_factory=list)
    lap_starts: list[Moment | None] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _known_laps: set[tuple[Moment | None, Lap]] = field(default_factory=set)

    def take_lap(self, start: Moment | None, lap: Lap) -> None:
        """A lap, but not one that says an earlier one again."""
        if start and (start, lap) in self._known_laps:
            self.left_out["repeated_laps"] += 1
            return
        self._known_laps.add((start, lap))
        self.lap_starts.append(start)
        self.laps.append(lap)

    def put_in_time(self, tally: Counter[str]) -> None:
        """Puts the points in the order of their times, and leaves out those from before the clock was set."""
        clock_s = plausible.dated(np.array([at.utc.timestamp() for at in self.times]), self.left_out)
        places = plausible.places_in_time(clock_s)
        tally["stretches_out_of_order"] += int((np.diff(places) < 0).sum())
        dated = places[~np.isnan(clock_s[places])].tolist()
        if len(dated) < len(clock_s) or tally["stretches_out_of_order"]:
            tally["records_without_time"] += len(clock_s) - len(dated)
            self.times, self.points = [self.times[at] for at in dated], [self.points[at] for at in dated]


def recognises(_path: Path, head: bytes) -> bool:
    """True for XML that begins a Training Center Database."""
    return files.looks_like_xml(head, b"TrainingCenterDatabase")


def read(path: Path, options: Options) -> Reading:
    """The activities of a TCX file. Raises UnreadableFile for damaged XML and for a DOCTYPE."""
    data = files.content(path)
    tally: Counter[str] = Counter()
    naming = Naming(path, options)
    found = list(_activities(data, naming, tally))
    empty = () if found else ("The file holds no activity (a course or a workout); nothing is taken from it.",)
    return activities.reading("tcx", found, data, tally, _COUNTS, (*naming.sentences(), *empty))


def _activities(data: bytes, naming: Naming, tally: Counter) -> Iterable[Activity]:
    now = _Open()
    for element in files.elements(data, _TAGS, naming.path.name):
        kind = local_name(element)
        if kind == "Trackpoint":
            _take_point(element, now, tally)
        elif kind == "Lap":
            tally["laps"] += 1
            now.take_lap(moment(element.get("StartTime"), tally), _lap(element, tally))
        else:
            if kind == "Activity":
                tally["activities"] += 1
                yield _activity(element, now, naming, tally)
            now = _Open()  # the points of a course are a route, not something done


def _take_point(element: etree._Element, now: _Open, tally: Counter) -> None:
    tally["trackpoints"] += 1
    point: dict[str, float | None] = {}
    at = None
    for cell in element.iterdescendants():
        label = local_name(cell)
        if label == "Time" and at is None:
            at = moment(cell.text, tally)
        elif label == "HeartRateBpm":
            point.setdefault("heart_rate_bpm", number(cell.findtext("{*}Value"), tally))
        elif label in _CELLS and _CELLS[label] not in point:
            point[_CELLS[label]] = number(cell.text, tally)
    if at is None:
        tally["records_without_time"] += 1
        return
    now.times.append(at)
    now.points.append(point)


def _lap(element: etree._Element, tally: Counter) -> Lap:
    distance_m = number(element.findtext("{*}DistanceMeters"), tally)
    return Lap(distance_m, number(element.findtext("{*}TotalTimeSeconds"), tally))


def _activity(element: etree._Element, now: _Open, naming: Naming, tally: Counter) -> Activity:
    sport = (element.get("Sport") or "").strip() or UNKNOWN
    identity = moment(element.findtext("{*}Id"), tally)
    now.put_in_time(tally)
    # the first lap's start, not the Id: some exporters cut the Id to the minute
    begins = [at for at in (*now.lap_starts[:1], identity, *now.times[:1]) if at]
    first = next((at for at in begins if at.utc >= plausible.CLOCK_SET_FROM), begins[0] if begins else None)
    offset_s = next((at.offset_s for at in (first, *now.times[:1]) if at and at.offset_s is not None), None)
    distance_m, timer_s = (_total([getattr(lap, part) for lap in now.laps]) for part in ("distance_m", "time_s"))
    named = naming.name(sport, title=_note(element), moved=Moved(distance_m, timer_s))
    t_s = [(at.utc - first.utc).total_seconds() for at in now.times if first]
    records = activities.records_of_points(t_s, now.points, named.on_foot)
    return Activity(
        start=Start.at(first.utc if first else None, offset_s, naming.options.config),
        sport=sport,
        kind=named.kind,
        activity=named.activity,
        key=identity.utc.isoformat() if identity else None,
        distance_m=distance_m,
        timer_s=timer_s,
        elapsed_s=_elapsed_s(now, is_set=bool(first and first.utc >= plausible.CLOCK_SET_FROM)),
        device=(element.findtext("{*}Creator/{*}Name") or "").strip() or None,
        laps=now.laps,
        records=records,
        left_out=now.left_out,
    )


def _note(element: etree._Element) -> str | None:
    """What the athlete noted, where it is short enough to be a title."""
    note = (element.findtext("{*}Notes") or "").strip()
    return note if 0 < len(note) <= _LONGEST_TITLE else None


def _total(values: list[float | None]) -> float | None:
    """The sum of what is stated; missing where no lap states it."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _elapsed_s(now: _Open, is_set: bool) -> float | None:
    """From the first moment that the activity names to the last: the end of the last lap or the last record.

    Moments of a clock that was set later are left out where it `is_set`.
    """

    def of_its_clock(at: Moment | None) -> bool:
        return at is not None and (at.utc >= plausible.CLOCK_SET_FROM) == is_set

    begins = [at.utc for at in (*now.lap_starts, *now.times) if at and of_its_clock(at)]
    if not begins:
        return None
    first = begins[0]
    ends = [(at.utc - first).total_seconds() for at in now.times]
    for start, lap in zip(now.lap_starts, now.laps, strict=True):
        if start and of_its_clock(start) and lap.time_s is not None:
            ends.append((start.utc - first).total_seconds() + lap.time_s)
    return max(ends, default=None)


READER = Reader(
    name="tcx",
    title="TCX (watch)",
    recognises=recognises,
    read=read,
    takes="sessions, runs, laps and track points",
    leaves="positions, which say where an athlete lives",
    version=activities.VERSION,
)
