"""GPX files, versions 1.0 and 1.1, plain or gzipped: every track is an activity.

Source of the format: Topografix, GPX 1.0 and 1.1 schemas; heart rate and cadence from Garmin's TrackPointExtension
and Cluetrust's GPXDATA. Routes and waypoints are plans and places, not activities. A GPX file states no distance:
it is measured along the points.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import lxml.etree as etree
import numpy as np
import pandas as pd

from analysis.base.config import Config
from analysis.ingest import files
from analysis.ingest.files import local_name
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.watch import activities
from analysis.ingest.watch.activities import Activity, Start
from analysis.ingest.watch.naming import UNKNOWN, Moved, Naming

Degrees = TypeVar("Degrees", float, np.ndarray)

EARTH_RADIUS_M = 6_371_008.8  # mean radius (2a + b) / 3 of the GRS80 ellipsoid; Moritz 2000, J Geod 74:128-133

_TAGS = ("trkpt", "trkseg", "trk", "rtept", "wpt")
_COUNTS = ("tracks", "segments", "trackpoints", "with_time")
_COUNTED = {"trk": "tracks", "trkseg": "segments", "trkpt": "trackpoints", "rtept": "route_points", "wpt": "waypoints"}
_CELLS = {
    "time": "time",
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence",
    "cadence": "cadence",
    "speed": "speed_m_s",
    "power": "power_w",
}


class _ColumnOf(dict[str, str | None]):
    """The column that an element fills, by its tag in whatever namespace; a tag is taken apart once."""

    def __missing__(self, tag: str) -> str | None:
        self[tag] = _CELLS.get(tag.rpartition("}")[2])
        return self[tag]


@dataclass
class _Open:
    """What has been read of the track that is not closed yet, as text: its columns are typed at once when it ends."""

    latitudes: list[str | None] = field(default_factory=list)
    longitudes: list[str | None] = field(default_factory=list)
    cells: dict[str, dict[int, str | None]] = field(default_factory=lambda: defaultdict(dict))  # by column and point
    column_of: _ColumnOf = field(default_factory=_ColumnOf)
    segments: list[int] = field(default_factory=lambda: [0])  # the first point of each segment, then the next one's


@dataclass(frozen=True, eq=False)
class _Way:
    """Where the points of a track lie along it, and how many segments have a position."""

    distance_m: np.ndarray
    placed: np.ndarray  # bool, by point
    segments_placed: int


def recognises(_path: Path, head: bytes) -> bool:
    """True for XML whose root is gpx."""
    return files.looks_like_xml(head, b"gpx")


def read(path: Path, options: Options) -> Reading:
    """The tracks of a GPX file as activities. Raises UnreadableFile for damaged XML and for a DOCTYPE."""
    data = files.content(path)
    tally: Counter[str] = Counter()
    naming = Naming(path, options)
    found = list(_activities(data, naming, tally))
    notes = (*naming.sentences(), *_gpx_notes(tally, len(found)))
    return activities.reading("gpx", found, data, tally, _COUNTS, notes)


def _gpx_notes(tally: Counter, found: int) -> Iterable[str]:
    if not found:
        yield "The file holds no track with points; nothing is taken from it."
    if empty := tally["tracks"] - found:
        yield f"Tracks without points: {empty}; they are no activities."
    if plans := tally["route_points"] + tally["waypoints"]:
        yield f"Points of routes and waypoints: {plans}; they are plans and places, not activities."
    if tally["gaps"]:
        yield f"Gaps between the segments of a track: {tally['gaps']}; the way across is not counted."


def haversine_m(lat_1: Degrees, lon_1: Degrees, lat_2: Degrees, lon_2: Degrees) -> np.ndarray | np.float64:
    """Great-circle distance in metres between positions in degrees, on a sphere of the Earth's mean radius.

    Numbers or arrays of one shape; missing where a position is. Sinnott 1984, Sky and Telescope 68:159.

    >>> float(haversine_m(0.0, 0.0, 0.0, 1.0).round(1))
    111195.1
    """
    phi_1, phi_2 = np.radians(lat_1), np.radians(lat_2)
    half_chord_2 = (
        np.sin((phi_2 - phi_1) / 2) ** 2
        + np.cos(phi_1) * np.cos(phi_2) * np.sin((np.radians(lon_2) - np.radians(lon_1)) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half_chord_2, 0.0, 1.0)))


def _activities(data: bytes, naming: Naming, tally: Counter) -> Iterable[Activity]:
    now = _Open()
    for element in files.elements(data, _TAGS, naming.path.name):
        kind = local_name(element)
        if kind == "trkpt":
            _take_point(element, now)
        elif kind == "trkseg":
            now.segments.append(len(now.latitudes))
        elif kind == "trk":
            yield from _track(element, now, naming, tally)
            now = _Open()
        if kind in _COUNTED:
            tally[_COUNTED[kind]] += 1


def _take_point(element: etree._Element, now: _Open) -> None:
    place, column_of = len(now.latitudes), now.column_of
    now.latitudes.append(element.get("lat"))
    now.longitudes.append(element.get("lon"))
    for cell in element.iterdescendants():
        if column := column_of[cell.tag]:
            now.cells[column].setdefault(place, cell.text)


def _track(element: etree._Element, now: _Open, naming: Naming, tally: Counter) -> Iterable[Activity]:
    """The activity of a track; none where no point of it has a position or a time."""
    way = _way(now, tally)
    times = {place: at for place, text in now.cells.pop("time", {}).items() if (at := files.written(text, tally))}
    tally["with_time"] += len(times)
    tally["records_without_time"] += len(now.latitudes) - len(times)
    tally["gaps"] += max(0, way.segments_placed - 1)
    if not times and not way.placed.any():
        return
    sport = (element.findtext("{*}type") or "").strip() or UNKNOWN
    title = (element.findtext("{*}name") or "").strip() or None
    first = next(iter(times.values()), None)
    t_s = np.full(len(now.latitudes), np.nan)
    t_s[list(times)] = [(at - first).total_seconds() for at in times.values() if first]
    distance_m = float(way.distance_m[-1]) if way.placed.any() else None
    timer_s = _moving_s(t_s, now.segments) if times else None
    named = naming.name(sport, title=title, moved=Moved(distance_m, timer_s, t_s, way.distance_m))
    yield Activity(
        start=_start(first, naming.options.config),
        sport=sport,
        kind=named.kind,
        activity=named.activity,
        distance_m=distance_m,
        timer_s=timer_s,
        elapsed_s=float(np.nanmax(t_s)) if times else None,
        title=title,
        samples=_samples(t_s, way, now, named.on_foot, tally) if times else pd.DataFrame(),
    )


def _start(first: datetime | None, config: Config) -> Start:
    at = files.Moment.of(first) if first else None
    return Start.at(at.utc, at.offset_s, config) if at else Start()


def _way(now: _Open, tally: Counter) -> _Way:
    """The distance along the points: the recorder stood still between segments, so the way across does not count."""
    lat, lon = files.numbers(now.latitudes, tally), files.numbers(now.longitudes, tally)
    placed = (np.abs(lat) <= 90) & (np.abs(lon) <= 360)  # False where one is missing
    tally["points_without_position"] += int((~placed).sum())
    at = np.flatnonzero(placed)
    segment = np.searchsorted(now.segments[1:], at, side="right")
    steps_m = haversine_m(lat[at][:-1], lon[at][:-1], lat[at][1:], lon[at][1:])
    steps_by_point_m = np.zeros(len(lat))
    steps_by_point_m[at[1:]] = np.where(segment[1:] == segment[:-1], steps_m, 0.0)
    return _Way(np.cumsum(steps_by_point_m), placed, len(np.unique(segment)))


def _moving_s(t_s: np.ndarray, segments: list[int]) -> float:
    """The time within segments, from the first point with a time to the last."""
    timed = (part[~np.isnan(part)] for part in (t_s[a:b] for a, b in pairwise(segments)))
    return float(sum(max(0.0, part[-1] - part[0]) for part in timed if len(part)))


def _samples(t_s: np.ndarray, way: _Way, now: _Open, on_foot: bool, tally: Counter) -> pd.DataFrame:
    """The points that have a time."""
    timed = ~np.isnan(t_s)
    columns = {"distance_m": way.distance_m[timed]}
    for name, texts in now.cells.items():
        values = np.full(len(t_s), np.nan)
        values[list(texts)] = files.numbers(list(texts.values()), tally)
        columns[name] = values[timed]
    cadence = columns.pop("cadence", None)
    return activities.samples_frame(t_s[timed], columns | activities.cadence_columns(cadence, on_foot))


READER = Reader(
    name="gpx",
    title="GPX (watch)",
    recognises=recognises,
    read=read,
    takes="sessions, runs with the distance measured on the track, points with heart rate and cadence",
    leaves="positions, which say where an athlete lives; routes and way points",
)
