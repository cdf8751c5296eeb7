"""GPX files, versions 1.0 and 1.1, plain or gzipped: every track is an activity.

Source of the format: Topografix, GPX 1.0 and 1.1 schemas; heart rate and cadence from Garmin's TrackPointExtension
and Cluetrust's GPXDATA. Routes and waypoints are plans and places, not activities. A GPX file states no distance:
it is measured along the points.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from analysis.config import Config
from analysis.ingest import activities, files
from analysis.ingest.activities import Activity, Start
from analysis.ingest.files import Moment, local_name, moment, number
from analysis.ingest.reading import Options, Reader, Reading

EARTH_RADIUS_M = 6_371_008.8  # mean radius (2a + b) / 3 of the GRS80 ellipsoid; Moritz 2000, J Geod 74:128-133

_TAGS = ("trkpt", "trkseg", "trk", "rtept", "wpt")
_COUNTS = ("tracks", "segments", "trackpoints", "with_time")
_COUNTED = {"trkseg": "segments", "rtept": "route_points", "wpt": "waypoints"}
_CELLS = {
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence",
    "cadence": "cadence",
    "speed": "speed_m_s",
    "power": "power_w",
}


@dataclass
class _Open:
    """What has been read of the track that is not closed yet."""

    points: list[dict[str, float | None]] = field(default_factory=list)
    times: list[Moment] = field(default_factory=list)
    distance_m: float = 0.0
    placed: int = 0  # points with a position
    last: tuple[float, float] | None = None  # of this segment, degrees
    moving_s: float = 0.0
    segment_from: int = 0  # index of the segment's first point with a time
    gaps: int = 0


def recognises(_path: Path, head: bytes) -> bool:
    """True for XML whose root is gpx."""
    return files.looks_like_xml(head, b"gpx")


def read(path: Path, options: Options) -> Reading:
    """The tracks of a GPX file as activities. Raises UnreadableFile for damaged XML and for a DOCTYPE."""
    data = files.content(path)
    tally: Counter[str] = Counter()
    found = list(_activities(data, path.name, options.config, tally))
    return activities.reading("gpx", found, data, tally, _COUNTS, tuple(_gpx_notes(tally, len(found))))


def _gpx_notes(tally: Counter, found: int) -> Iterable[str]:
    if not found:
        yield "The file holds no track with points; nothing is taken from it."
    if empty := tally["tracks"] - found:
        yield f"Tracks without points: {empty}; they are no activities."
    if plans := tally["route_points"] + tally["waypoints"]:
        yield f"Points of routes and waypoints: {plans}; they are plans and places, not activities."
    if tally["gaps"]:
        yield f"Gaps between the segments of a track: {tally['gaps']}; the way across is not counted."


def haversine_m(lat_1: float, lon_1: float, lat_2: float, lon_2: float) -> float:
    """Great-circle distance in metres between two positions in degrees, on a sphere of the Earth's mean radius.

    Sinnott 1984, Sky and Telescope 68:159.

    >>> round(haversine_m(0.0, 0.0, 0.0, 1.0), 1)
    111195.1
    """
    phi_1, phi_2 = math.radians(lat_1), math.radians(lat_2)
    half_chord_2 = (
        math.sin((phi_2 - phi_1) / 2) ** 2
        + math.cos(phi_1) * math.cos(phi_2) * math.sin(math.radians(lon_2 - lon_1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, max(0.0, half_chord_2))))


def _activities(data: bytes, name: str, config: Config, tally: Counter) -> Iterable[Activity]:
    now = _Open()
    for element in files.elements(data, _TAGS, name):
        kind = local_name(element)
        if kind in _COUNTED:
            tally[_COUNTED[kind]] += 1
        if kind == "trkpt":
            _take_point(element, now, tally)
        elif kind == "trkseg":
            _close_segment(now)
        elif kind == "trk":
            tally["tracks"] += 1
            tally["gaps"] += max(0, now.gaps - 1)
            if now.placed or now.times:
                yield _activity(element, now, config)
            now = _Open()


def _take_point(element: etree._Element, now: _Open, tally: Counter) -> None:
    tally["trackpoints"] += 1
    here = _position(element, tally)
    if here:
        now.placed += 1
        now.distance_m += haversine_m(*now.last, *here) if now.last else 0.0
        now.last = here
    point: dict[str, float | None] = {"distance_m": now.distance_m}
    at = None
    for cell in element.iterdescendants():
        label = local_name(cell)
        if label == "time" and at is None:
            at = moment(cell.text, tally)
        elif label in _CELLS and _CELLS[label] not in point:
            point[_CELLS[label]] = number(cell.text, tally)
    if at is None:
        tally["records_without_time"] += 1
        return
    tally["with_time"] += 1
    now.times.append(at)
    now.points.append(point)


def _position(element: etree._Element, tally: Counter) -> tuple[float, float] | None:
    lat, lon = number(element.get("lat"), tally), number(element.get("lon"), tally)
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 360:
        tally["points_without_position"] += 1
        return None
    return lat, lon


def _close_segment(now: _Open) -> None:
    """Ends a segment: the recorder stood still until the next, so neither the way nor the time between counts."""
    times = now.times[now.segment_from :]
    if times:
        now.moving_s += max(0.0, (times[-1].utc - times[0].utc).total_seconds())
    now.gaps += now.last is not None
    now.segment_from = len(now.times)
    now.last = None


def _activity(element: etree._Element, now: _Open, config: Config) -> Activity:
    sport = (element.findtext("{*}type") or "").strip() or "unknown"
    first = now.times[0] if now.times else None
    t_s = [(at.utc - first.utc).total_seconds() for at in now.times]
    return Activity(
        start=Start.at(first.utc, first.offset_s, config) if first else Start(),
        sport=sport,
        kind=activities.kind_of(sport),
        distance_m=now.distance_m if now.placed else None,
        timer_s=now.moving_s if first else None,
        elapsed_s=max(t_s) if first else None,
        title=(element.findtext("{*}name") or "").strip() or None,
        samples=activities.samples_of_points(t_s, now.points, activities.is_on_foot(sport)),
    )


READER = Reader(
    name="gpx",
    title="GPX (watch)",
    recognises=recognises,
    read=read,
    takes="sessions, runs with the distance measured on the track, points with heart rate and cadence",
    leaves="positions, which say where an athlete lives; routes and way points",
)
