"""Suunto's device log as JSON.

Heart rate is in hertz, beats a second. Times are ISO 8601 with the zone of the clock; what was not measured is null.
What was done stands as a word; the numbers beside it are known from no document. Source: a log in a public library's
samples.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.base.errors import UnreadableFile
from analysis.ingest import files
from analysis.ingest.files import Moment, written
from analysis.ingest.json_values import loaded, looks_like_json, objects, words
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.watch import activities
from analysis.ingest.watch.activities import Activity, Lap, Start
from analysis.ingest.watch.naming import UNKNOWN, Moved, Naming

_COUNTS = ("logs", "samples", "windows")
_BEATS_PER_MIN = 60.0  # of a hertz
_COLUMNS = {"Speed": "speed_m_s", "Altitude": "altitude_m", "Power": "power_w", "Distance": "distance_m"}
_PARTS = "Parts of a multisport: {n}; they count as one activity, since the numbers of their sports are not known."

Keyed = Mapping[str, Any]


def recognises(_path: Path, head: bytes) -> bool:
    """True for a device log."""
    return looks_like_json(head, b'"DeviceLog"')


def read(path: Path, options: Options) -> Reading:
    """The activity of each log. Raises UnreadableFile for damaged JSON, and where it holds no log."""
    logs = [log["DeviceLog"] for log in objects(loaded(path, options.said)) if isinstance(log.get("DeviceLog"), dict)]
    if not logs:
        raise UnreadableFile(f"{path.name} holds no device log. Export it again.")
    tally: Counter[str] = Counter(logs=len(logs))
    naming = Naming(path, options)
    found = [_activity(log, naming, tally) for log in logs]
    said = (_PARTS.format(n=tally["parts"]),) if tally["parts"] > 1 else ()
    return activities.reading("suunto", found, files.content(path), tally, _COUNTS, (*naming.sentences(), *said))


def _number(value: object, tally: Counter[str]) -> float | None:
    number = None if value is None or isinstance(value, bool | dict | list) else files.number(str(value), tally)
    return activities.of_an_activity(number, tally)


def _within(fields: object, *path: str) -> Any:
    """What lies at a path of names; None where there is nothing. Of a list the first object counts."""
    for name in path:
        fields = next(iter(objects(fields)), {}).get(name)
    return fields


def _listed(log: Keyed, name: str) -> list[Keyed]:
    return objects(log[name]) if isinstance(log.get(name), list) else []


def _activity(log: Keyed, naming: Naming, tally: Counter[str]) -> Activity:
    header, samples = next(iter(objects(log.get("Header"))), {}), _listed(log, "Samples")
    windows = [window for one in _listed(log, "Windows") if isinstance(window := one.get("Window"), dict)]
    tally["samples"] += len(samples)
    tally["windows"] += len(windows)
    tally["parts"] += sum(window.get("Type") == "Activity" for window in windows)
    begin = written(words(header.get("DateTime")) or words(_within(samples, "TimeISO8601")), tally)
    end = written(words(header.get("TimeISO8601")), tally)
    timer_s = _number(header.get("Duration"), tally)
    distance_m = _number(header.get("Distance"), tally)
    named = naming.name(words(header.get("Activity")), moved=Moved(distance_m or None, timer_s))
    elapsed_s = (end - begin).total_seconds() if begin and end and end >= begin else None
    mean_hz = _number(_within(header, "HR", "Avg"), tally)
    moment = Moment.of(begin) if begin else None
    times, points = [], []
    for sample in samples:
        at = written(words(sample.get("TimeISO8601")), tally) if "Events" not in sample else None
        if at and begin:
            times.append((at - begin).total_seconds())
            points.append(_point(sample, tally))
    return Activity(
        start=Start.at(moment.utc, moment.offset_s, naming.options.config) if moment else Start(),
        sport=(words(header.get("Activity")) or UNKNOWN).lower(),
        kind=named.kind,
        activity=named.activity,
        distance_m=distance_m or None,
        timer_s=timer_s,
        elapsed_s=elapsed_s if elapsed_s is not None else timer_s,
        mean_heart_rate_bpm=mean_hz * _BEATS_PER_MIN if mean_hz else None,
        device=words(_within(log, "Device", "Name")) or words(_within(header, "Device", "Name")),
        laps=[_lap(window, tally) for window in windows if window.get("Type") == "Lap"],
        records=activities.records_of_points(times, points, named.on_foot),
    )


def _point(sample: Keyed, tally: Counter[str]) -> dict[str, float | None]:
    beats_hz = _number(sample.get("HR"), tally)
    point = {column: _number(sample.get(name), tally) for name, column in _COLUMNS.items()}
    return {"heart_rate_bpm": None if beats_hz is None else beats_hz * _BEATS_PER_MIN} | point


def _lap(window: Keyed, tally: Counter[str]) -> Lap:
    return Lap(_number(window.get("Distance"), tally), _number(window.get("Duration"), tally))


READER = Reader(
    name="suunto",
    title="Suunto device log (JSON)",
    recognises=recognises,
    read=read,
    takes="sessions, runs, laps, records of heart rate, speed, distance, altitude, power; a multisport as one activity",
    leaves="positions; cadence, whose unit no source says; energy, pressure; logs in the newer layout of the app",
)
