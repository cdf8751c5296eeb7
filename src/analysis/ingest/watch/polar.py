"""Polar's trainings as JSON: exercises of AccessLink, and sessions of the account export of Flow in their layouts.

Keys are compared without case, hyphens and underscores, since Polar writes all of them. Starts are of the wall clock,
the offset from UTC stands beside them in minutes. Speed is in km/h, distance in metres, duration as ISO 8601 or in
milliseconds. An altitude of 0 before the first fix is none. Sources: Polar AccessLink API v3 (types of samples), an
export of Flow in a public test, the numbers of sports in the settings of Flow.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from analysis.ingest import files
from analysis.ingest.cells import iso_span_s
from analysis.ingest.json_values import loaded, looks_like_json, objects, words
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.rows import local_start
from analysis.ingest.watch import activities
from analysis.ingest.watch.activities import Activity, Start
from analysis.ingest.watch.naming import UNKNOWN, Moved, Naming
from analysis.ingest.watch.plausible import Columns

_COUNTS = ("exercises", "sample_channels")
_EXPORT = re.compile(rb'"time_?-?zone_?-?offset(_?-?minutes)?"', re.IGNORECASE)
_EXERCISE = re.compile(rb'"start[_-]time[_-]utc[_-]offset"')
_KM_H = 1 / 3.6
# the columns of records by AccessLink's number of a type of samples, and by the names of Flow's export
_CHANNELS = {
    **{"0": "heart_rate_bpm", "1": "speed_m_s", "2": "cadence", "3": "altitude_m", "4": "power_w", "8": "cadence"},
    **{"10": "distance_m", "heartrate": "heart_rate_bpm", "speed": "speed_m_s", "cadence": "cadence"},
    **{"altitude": "altitude_m", "power": "power_w", "distance": "distance_m"},
}
_FIRST_FIX_M = 5.0  # from 0 to the first altitude with a fix, at least
_SENTENCES = {
    "unknown_records": "Records in a layout that is not known: {n} kinds; they are left out.",
    "no_fix": "Altitudes of 0 before the first fix: {n}; they count as missing.",
}

Keyed = Mapping[str, Any]


def recognises(_path: Path, head: bytes) -> bool:
    """True for an exercise of AccessLink, and for a session of Flow's export, by their starts and offsets."""
    if not looks_like_json(head):
        return False
    return _EXERCISE.search(head) is not None or (
        _EXPORT.search(head) is not None and b'"exercises"' in head and b'"startTime"' in head
    )


def read(path: Path, options: Options) -> Reading:
    """The exercises of a training. Raises UnreadableFile for damaged JSON."""
    data = files.content(path)
    tally: Counter[str] = Counter()
    naming = Naming(path, options)
    found = [
        _activity(exercise, session, naming, tally)
        for session in map(_keyed, objects(loaded(path, options.said)))
        for exercise in _exercises(session)
    ]
    tally["exercises"] = len(found)
    said = [sentence.format(n=tally[name]) for name, sentence in _SENTENCES.items() if tally[name]]
    return activities.reading("polar", found, data, tally, _COUNTS, (*naming.sentences(), *said))


def _keyed(value: Any) -> Any:
    """Objects with their keys as they are compared."""
    if isinstance(value, dict):
        return {re.sub(r"[^a-z0-9]", "", str(key).lower()): _keyed(inner) for key, inner in value.items()}
    return [_keyed(inner) for inner in value] if isinstance(value, list) else value


def _exercises(session: Keyed) -> list[Keyed]:
    """The exercises of a session, or the one exercise that the file is."""
    return objects(session.get("exercises")) or [session]


def _first(exercise: Keyed, session: Keyed, *names: str) -> Any:
    """The first of some fields that is filled, of the exercise before that of the session."""
    filled = (where.get(name) for name in names for where in (exercise, session))
    return next((value for value in filled if value not in (None, "")), None)


def _number(value: object, tally: Counter[str]) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    return activities.of_an_activity(files.number(str(value), tally), tally)


def _activity(exercise: Keyed, session: Keyed, naming: Naming, tally: Counter[str]) -> Activity:
    start = _start(exercise, session, naming.options, tally)
    alone = len(_exercises(session)) == 1
    whole = session if alone else {}  # the totals of a session are those of its only exercise
    stop = _clock(_first(exercise, whole, "stoptime"), tally)
    timer_s = _seconds(_first(exercise, whole, "duration", "durationmillis"), tally)
    heart_rate = _first(exercise, whole, "heartrate", "hravg", "averageheartrate")
    if isinstance(heart_rate, dict):
        heart_rate = heart_rate.get("average", heart_rate.get("avg"))
    points = _points(exercise, start.local, tally)
    distance_m = _number(_first(exercise, whole, "distance", "distancemeters"), tally)
    reached_m = [way_m for point in points.values() if (way_m := point.get("distance_m")) is not None]
    if distance_m is None and max(reached_m, default=0.0) > 0:
        distance_m = max(reached_m)
        tally["distances_of_records"] += 1
    word, detail = _sport(exercise, session)
    title = words(_first(session, exercise, "name"))
    named = naming.name(word, detail=detail, title=title, moved=Moved(distance_m or None, timer_s))
    device = _first(session, exercise, "device", "deviceid")
    return Activity(
        start=start,
        sport=(detail or word or UNKNOWN).lower(),
        kind=named.kind,
        activity=named.activity,
        key=_key(exercise, session, alone),
        distance_m=distance_m or None,
        timer_s=timer_s,
        elapsed_s=(stop - start.local).total_seconds() if stop and start.local and stop >= start.local else timer_s,
        mean_heart_rate_bpm=_number(heart_rate, tally) or None,
        device=words(device),
        title=title,
        records=_records(points, named.on_foot, tally),
    )


def _key(exercise: Keyed, session: Keyed, alone: bool) -> str | None:
    own = _first(exercise, session if alone else {}, "id", "identifier")
    return str(own) if isinstance(own, str | int) else None


def _sport(exercise: Keyed, session: Keyed) -> tuple[str, str]:
    """The word for what was done and a finer one; a bare number is one of Flow's."""
    word = _first(exercise, session, "sport", "sportid")
    if isinstance(word, dict):
        word = word.get("name") or word.get("id")
    text = str(word) if isinstance(word, str | int) else ""
    detail = _first(exercise, session, "detailedsportinfo")
    return f"polar sport {text}" if text.isdigit() else text, words(detail) or ""


def _start(exercise: Keyed, session: Keyed, options: Options, tally: Counter[str]) -> Start:
    local = _clock(_first(exercise, session, "starttime"), tally)
    offset = _first(exercise, session, "starttimeutcoffset", "timezoneoffset", "timezoneoffsetminutes")
    minutes = _number(offset, tally)
    if local is None:
        return Start()
    if minutes is None or abs(minutes) > 15 * 60:
        by_zone = local_start(local, options.config.zone)
        return Start(by_zone["start_utc"], local, by_zone["utc_offset_s"], by_zone["tz_quality"])
    return Start.at((local - timedelta(minutes=minutes)).replace(tzinfo=UTC), minutes * 60, options.config)


def _clock(text: object, tally: Counter[str]) -> datetime | None:
    """The wall clock of a time; an offset in the text is that of the same clock."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        at = None
    if at is None or at.year not in files.YEARS:
        tally["unreadable_times"] += 1
        return None
    return at


def _seconds(value: object, tally: Counter[str]) -> float | None:
    """A duration as ISO 8601, or a number of milliseconds."""
    span_s = iso_span_s(value) if isinstance(value, str) else None
    if span_s is not None:
        return activities.of_an_activity(span_s, tally)
    milliseconds = files.number(str(value), tally) if isinstance(value, int | float | str) else None
    return None if milliseconds is None else activities.of_an_activity(milliseconds / 1000, tally)


def _points(exercise: Keyed, start: datetime | None, tally: Counter[str]) -> dict[float, dict[str, float | None]]:
    """The records by their seconds from the start, in order of time."""
    points: dict[float, dict[str, float | None]] = defaultdict(dict)
    for column, t_s, value in _values(exercise.get("samples"), start, tally):
        points[t_s].setdefault(column, value * _KM_H if column == "speed_m_s" and value is not None else value)
    return dict(sorted(points.items()))


def _values(samples: object, start: datetime | None, tally: Counter[str]) -> Iterator[tuple[str, float, float | None]]:
    """Each value with its column and its second: AccessLink's text of values, or Flow's values with their times."""
    if isinstance(samples, dict):
        for name, channel in samples.items():
            timed = [one for one in channel if isinstance(one, dict)] if isinstance(channel, list) else []
            tally["sample_channels"] += bool(timed)
            tally["unknown_records"] += bool(timed) and "datetime" not in timed[0]
            for one in timed if name in _CHANNELS else ():
                at = _clock(one.get("datetime"), tally) if "datetime" in one else None
                if at and start:
                    yield _CHANNELS[name], (at - start).total_seconds(), _number(one.get("value"), tally)
    for channel in samples if isinstance(samples, list) else ():
        rate_s = _number(channel.get("recordingrate"), tally) if isinstance(channel, dict) else None
        data, kind = (channel.get("data"), str(channel.get("sampletype"))) if isinstance(channel, dict) else (None, "")
        tally["sample_channels"] += 1
        if not isinstance(data, str) or not rate_s:
            tally["unknown_records"] += 1
        elif kind in _CHANNELS:
            for place, text in enumerate(data.split(",")):
                known = text.strip().lower() not in ("", "null", "nan")
                yield _CHANNELS[kind], place * rate_s, files.number(text, tally) if known else None


def _records(points: Mapping[float, dict[str, float | None]], on_foot: bool, tally: Counter[str]) -> Columns:
    records = activities.records_of_points(list(points), list(points.values()), on_foot)
    if "altitude_m" in records:
        altitude_m = np.asarray(records["altitude_m"], dtype="float64")
        fixed = np.flatnonzero(~np.isnan(altitude_m) & (altitude_m != 0))
        if len(fixed) and abs(altitude_m[fixed[0]]) > _FIRST_FIX_M:
            before = np.flatnonzero(altitude_m[: fixed[0]] == 0)
            tally["no_fix"] += len(before)
            altitude_m[before] = np.nan
    return records


READER = Reader(
    name="polar",
    title="Polar trainings (JSON of AccessLink or of Flow's account export)",
    recognises=recognises,
    read=read,
    takes="sessions, runs, mean heart rate and records of heart rate, speed, distance, altitude, cadence and power",
    leaves="positions, which say where an athlete lives; zones, energy, temperature, Polar's loads; Flow's other files",
)
