"""GPX files, versions 1.0 and 1.1, plain or gzipped: every track is an activity.

Source of the format: Topografix, GPX 1.0 and 1.1 schemas; heart rate and cadence from Garmin's TrackPointExtension
and Cluetrust's GPXDATA. Routes and waypoints are plans and places, not activities. A GPX file states no distance:
it is measured along the points.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import lxml.etree as etree
import numpy as np

from analysis.base.config import Config
from analysis.ingest import files
from analysis.ingest.files import local_name
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.watch import activities, plausible
from analysis.ingest.watch.activities import Activity, Start
from analysis.ingest.watch.naming import UNKNOWN, Moved, Named, Naming
from analysis.ingest.watch.plausible import Columns
from analysis.ingest.watch.way import Covered, Track, Way, way

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
    if empty := tally.pop("empty_tracks", 0):
        yield f"Tracks without points: {empty}; they are no activities."
    if plans := tally["route_points"] + tally["waypoints"]:
        yield f"Points of routes and waypoints: {plans}; they are plans and places, not activities."
    if tally["gaps"]:
        yield f"Gaps between the segments of a track: {tally['gaps']}; the way across is not counted."


def _activities(data: bytes, naming: Naming, tally: Counter) -> Iterable[Activity]:
    now, covered = _Open(), Covered()
    for element in files.elements(data, _TAGS, naming.path.name):
        kind = local_name(element)
        if kind == "trkpt":
            _take_point(element, now)
        elif kind == "trkseg":
            now.segments.append(len(now.latitudes))
        elif kind == "trk":
            yield from _track(element, now, covered, naming, tally)
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


def _track(element: etree._Element, now: _Open, covered: Covered, naming: Naming, tally: Counter) -> Iterable[Activity]:
    """The activity of a track; none where no point of it has a position or a time, or all are said again."""
    times = {place: at for place, text in now.cells.pop("time", {}).items() if (at := files.written(text, tally))}
    tally["with_time"] += len(times)
    left_out: Counter[str] = Counter()
    track, places = _in_time(now, times, covered, left_out, tally)
    if not len(places):
        tally["repeated_tracks"] += len(now.latitudes) > 0
        tally["empty_tracks"] += not now.latitudes
        return
    sport = (element.findtext("{*}type") or "").strip() or UNKNOWN
    title = (element.findtext("{*}name") or "").strip() or None
    stated = naming.stated(sport)
    found, strays = _way(track, stated)
    timed = ~np.isnan(track.clock_s)
    if not timed.any() and np.isnan(found.distance_m).all():
        tally["empty_tracks"] += 1
        return
    first = times[int(places[timed][0])] if timed.any() else None
    t_s = (track.clock_s - (first.timestamp() if first else 0.0)).round(6)  # as exact as times are written
    timer_s = _moving_s(t_s, track.segment)
    named = naming.name(sport, title=title, moved=Moved(found.total_m, timer_s, t_s, found.distance_m))
    left_out.update(strays)
    tally["records_without_time"] += int((~timed).sum())
    tally["gaps"] += max(0, found.segments - 1)
    yield Activity(
        start=_start(first, naming.options.config),
        sport=sport,
        kind=named.kind,
        activity=named.activity,
        distance_m=found.total_m,
        timer_s=timer_s if first else None,
        elapsed_s=max(float(np.nanmax(t_s)), timer_s) if first else None,
        title=title,
        records=_records(t_s, found.distance_m, places, now, named.on_foot, tally) if first else {},
        left_out=left_out,
    )


def _way(track: Track, named: Named) -> tuple[Way, Counter[str]]:
    """The way of a track by the limits of who moved, and what was left out of it."""
    left_out: Counter[str] = Counter()
    return way(track, plausible.mover(named.kind), left_out), left_out


def _in_time(
    now: _Open, times: dict[int, datetime], covered: Covered, left_out: Counter, tally: Counter
) -> tuple[Track, np.ndarray]:
    """The points in the order of their times, each once, and which of the file's they are."""
    clock_s = np.full(len(now.latitudes), np.nan)
    clock_s[list(times)] = [at.timestamp() for at in times.values()]
    track = Track(
        files.numbers(now.latitudes, tally),
        files.numbers(now.longitudes, tally),
        plausible.dated(clock_s, left_out),
        np.searchsorted(now.segments[1:], np.arange(len(clock_s)), side="right"),
    )
    places = np.flatnonzero(covered.news(track))
    kept = track
    if len(places) < len(track):
        left_out["repeated_points"] += len(track) - len(places)
        kept = replace(track.at(places), segment=_segments_joined(track.segment, places))
    order = plausible.places_in_time(kept.clock_s)
    tally["stretches_out_of_order"] += int((np.diff(order) < 0).sum())
    return kept.at(order), places[order]


def _segments_joined(segment: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The segments of the points that are kept; one that first says others again goes on with the one before."""
    kept = segment[places]
    goes_on = segment[places[1:] - 1] == kept[1:]  # the point before it in its segment was said again
    return np.concatenate([[0], np.cumsum((np.diff(kept) != 0) & ~goes_on)]) if len(kept) else kept


def _start(first: datetime | None, config: Config) -> Start:
    at = files.Moment.of(first) if first else None
    return Start.at(at.utc, at.offset_s, config) if at else Start()


def _moving_s(t_s: np.ndarray, segment: np.ndarray) -> float:
    """The time within segments, from point to point."""
    timed = ~np.isnan(t_s)
    took_s, same = np.diff(t_s[timed]), np.diff(segment[timed]) == 0
    return float(np.maximum(took_s, 0.0)[same].sum())


def _records(
    t_s: np.ndarray, distance_m: np.ndarray, places: np.ndarray, now: _Open, on_foot: bool, tally: Counter
) -> Columns:
    """The points that have a time."""
    timed = ~np.isnan(t_s)
    columns = {"distance_m": distance_m[timed]}
    for name, texts in now.cells.items():
        values = np.full(len(now.latitudes), np.nan)
        values[list(texts)] = files.numbers(list(texts.values()), tally)
        columns[name] = values[places][timed]
    cadence = columns.pop("cadence", None)
    return activities.record_columns(t_s[timed], columns | activities.cadence_columns(cadence, on_foot))


READER = Reader(
    name="gpx",
    title="GPX (watch)",
    recognises=recognises,
    read=read,
    takes="sessions, runs with the distance measured on the track, points with heart rate and cadence",
    leaves="positions, which say where an athlete lives; routes and way points",
    version=activities.VERSION,
)
