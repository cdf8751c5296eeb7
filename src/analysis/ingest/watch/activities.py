"""What the watch formats have in common: an activity, and the canonical frames that it becomes.

Positions are read where a distance has to be measured and are kept nowhere: they say where an athlete lives.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analysis.base.config import Config
from analysis.base.tables import TABLES
from analysis.ingest.cells import utc_offset_s
from analysis.ingest.reading import Reading, reader_columns
from analysis.ingest.watch import plausible
from analysis.ingest.watch.plausible import CLOCK_SET_FROM, Columns, Recorded, Totals
from analysis.ingest.watch.told import left_out_of_a_run, notes

_ENDURANCE = ("run", "walk", "hike", "ride", "swim", "row", "ski")
VERSION = (
    2  # of the readers of watches and of lists of activities: 2 holds what files say to the limits of `plausible.py`
)
SAMPLE_COLUMNS = tuple(name for name in reader_columns("samples") if name not in ("session_key", "external_name"))
_LARGEST = 860_000.0  # seconds of ten days, metres of more than anybody covers in them
_LONGEST_SESSION_S = TABLES["sessions"].column("duration_s").high or np.inf


def is_recorded(kind: str, distance_m: float | None) -> bool:
    """Whether an activity belongs into the table `runs`: endurance, or any other that covers a distance.

    >>> is_recorded("swim", None), is_recorded("strength", 20.0), is_recorded("other", 20.0)
    (True, False, True)
    """
    return kind in _ENDURANCE or (distance_m is not None and kind != "strength")


@dataclass(frozen=True)
class Start:
    """When an activity began: in UTC, by the wall clock, and how the wall clock is known."""

    utc: datetime | None = None
    local: datetime | None = None
    offset_s: float | None = None
    tz_quality: str = "none"

    @classmethod
    def at(cls, utc: datetime | None, offset_s: float | None, config: Config) -> "Start":
        """A start in UTC; the wall clock by the file's own offset, else by the configured time zone."""
        if utc is None:
            return cls()
        quality = "config" if offset_s is None else "file"
        if offset_s is None:
            offset_s = utc_offset_s(utc.astimezone(config.zone))
        return cls(utc, utc.replace(tzinfo=None) + timedelta(seconds=offset_s), offset_s, quality)

    def columns(self) -> dict[str, Any]:
        """The columns of the table `sessions` that a start fills."""
        return {
            "start_utc": self.utc,
            "start_local": self.local,
            "utc_offset_s": self.offset_s,
            "tz_quality": self.tz_quality,
            "local_date": datetime(self.local.year, self.local.month, self.local.day) if self.local else None,
        }


def clock_change(local: datetime, zone: ZoneInfo) -> Literal["skips", "repeats"] | None:
    """What a change of the clocks does to a wall-clock time in `zone`: such a time does not tell its moment.

    >>> clock_change(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin"))
    'skips'
    >>> clock_change(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin"))
    'repeats'
    """
    first, second = (utc_offset_s(local.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if first == second:
        return None
    return "skips" if first < second else "repeats"


@dataclass(frozen=True)
class Lap:
    distance_m: float | None
    time_s: float | None


@dataclass(frozen=True, eq=False)
class Activity:
    """One activity of a watch file."""

    start: Start
    sport: str  # as the file names it
    kind: str
    activity: str | None = None  # by the vocabulary of sports
    key: str | None = None  # the source's own key; the start where there is none
    distance_m: float | None = None
    timer_s: float | None = None
    elapsed_s: float | None = None
    mean_heart_rate_bpm: float | None = None
    device: str | None = None
    title: str | None = None
    laps: Sequence[Lap] = ()
    sets: Sequence[dict[str, Any]] = ()
    records: Columns = field(default_factory=dict)  # columns of the table samples; none without records
    left_out: Counter[str] = field(default_factory=Counter)  # what cannot be, by its name in `told.py`


def reading(
    source: str,
    found: Iterable[Activity],
    content: bytes,
    tally: Counter[str],
    counts: Sequence[str],
    sentences: Sequence[str] = (),
    more: Mapping[str, list[dict[str, Any]]] | None = None,
) -> Reading:
    """The reading of a watch file: the canonical frames of its activities, its counts, and what there is to say.

    `counts` names what the dialect tells even where it is 0; `sentences` go before those that the tally gives; `more`
    holds rows of other tables, as body mass. An
    activity without a start is known by the hash of the content, so that it stays the same when the file is read
    again and never meets that of another file.
    """
    rows: dict[str, list[dict]] = {"sessions": [], "runs": [], "sets": [], "splits": []}
    samples: dict[str, pd.DataFrame] = {}
    keys: Counter[str] = Counter()
    undated_key = f"undated {hashlib.sha256(content).hexdigest()[:16]}"
    for stated in found:
        activity = _believed(_without_negatives(stated, tally))
        tally.update(activity.left_out)
        key = _key(activity, undated_key, keys)
        _note_times(activity, tally)
        rows["sessions"].append({"session_key": key, **_session(activity, tally)})
        if is_recorded(activity.kind, activity.distance_m):
            tally["mean_heart_rates_of_records"] += _has_mean_of_records(stated, activity)
            rows["runs"].append({"session_key": key, **_run(activity)})
        rows["sets"] += [{"session_key": key, "row_no": 0, **each} for each in activity.sets]
        rows["splits"] += [{"session_key": key, **each} for each in _splits(activity)]
        if activity.records:
            samples[key] = pd.DataFrame(activity.records)
    names = dict.fromkeys((*counts, *sorted(tally)))
    return Reading(
        reader=source,
        source=source,
        tables={
            name: pd.DataFrame(some, columns=reader_columns(name))
            for name, some in (rows | dict(more or {})).items()
            if some
        },
        samples=samples,
        dialect={name: int(tally[name]) for name in names if tally[name] or name in counts},
        notes=(*dict.fromkeys(sentences), *notes(tally)),
    )


def of_an_activity(value: float | None, tally: Counter[str]) -> float | None:
    """A number that an activity may have, in any unit; a larger one is counted as unreadable and missing."""
    if value is None or abs(value) <= _LARGEST:
        return value
    tally["unreadable_values"] += 1
    return None


def body_masses(shown: Iterable[tuple[datetime, float, str | None]]) -> list[dict[str, Any]]:
    """Rows of the table `trials` for what a scale showed: wall clock, kilograms and device of each reading.

    A reading is numbered by its second of the day, from 1, so that two files of one day do not number two readings
    alike and the same reading has the same number in each. Of readings within a second the later ones move on.

    >>> at = datetime(2026, 3, 2, 0, 0, 59)
    >>> [row["trial_no"] for row in body_masses([(at, 72.5, None), (at, 72.4, None)])]
    [60, 61]
    """
    rows: list[dict[str, Any]] = []
    day, trial_no = None, 0
    for at, mass_kg, device in sorted(shown, key=lambda each: each[0]):
        day, last_no = at.date(), trial_no if at.date() == day else 0
        trial_no = max(at.hour * 3600 + at.minute * 60 + at.second, last_no) + 1
        rows.append(
            {
                "local_date": pd.Timestamp(day),
                "test_id": "body_mass",
                "trial_no": trial_no,
                "side": "B",
                "metric": "mass",
                "value": mass_kg,
                "unit": "kg",
                "device": device,
                "row_no": 0,
            }
        )
    return rows


def answer(day: date, item: str, value: float, direction: str) -> dict[str, Any]:
    """A row of the table `wellness` that a device gave, on an open scale."""
    return {"local_date": pd.Timestamp(day), "item": item, "value": value, "direction": direction, "row_no": 0}


def _key(activity: Activity, undated_key: str, keys: Counter[str]) -> str:
    start = activity.start.utc or activity.start.local
    key = activity.key or (start.isoformat() if start else undated_key)
    keys[key] += 1
    return key if keys[key] == 1 else f"{key} #{keys[key]}"


def _without_negatives(activity: Activity, tally: Counter) -> Activity:
    """The activity with durations and distances below zero counted as missing."""

    def sound(value: float | None) -> float | None:
        if value is None or value >= 0:
            return value
        tally["negative_values"] += 1
        return None

    return replace(
        activity,
        distance_m=sound(activity.distance_m),
        timer_s=sound(activity.timer_s),
        elapsed_s=sound(activity.elapsed_s),
        laps=[Lap(sound(lap.distance_m), sound(lap.time_s)) for lap in activity.laps],
    )


def _believed(activity: Activity) -> Activity:
    """The activity without what cannot be, by the limits of `plausible.py`."""
    left_out = activity.left_out.copy()
    by = plausible.mover(activity.kind)
    records = plausible.believed_records(activity.records, by, left_out)
    stated = Totals(activity.distance_m, activity.timer_s, activity.elapsed_s)
    totals = plausible.believed_totals(stated, Recorded.of(records), by, left_out)
    mean_bpm = plausible.believed_mean_bpm(activity.mean_heart_rate_bpm, records, left_out)
    unset = activity.start.utc is not None and activity.start.utc < CLOCK_SET_FROM
    left_out["unset_clocks"] += unset
    return replace(
        activity,
        start=Start() if unset else activity.start,
        key=None if unset else activity.key,
        distance_m=totals.distance_m,
        timer_s=totals.timer_s,
        elapsed_s=totals.elapsed_s,
        mean_heart_rate_bpm=mean_bpm,
        records=records.columns,
        left_out=+left_out,
    )


def _has_mean_of_records(stated: Activity, believed: Activity) -> bool:
    return believed.mean_heart_rate_bpm is not None and believed.mean_heart_rate_bpm != stated.mean_heart_rate_bpm


def _note_times(activity: Activity, tally: Counter) -> None:
    tally["undated_activities"] += activity.start.local is None
    if activity.records:
        t_s = np.asarray(activity.records["t_s"])
        tally["records_before_start"] += int((t_s < 0).sum())
        tally["steps_back_in_time"] += int((np.diff(t_s) < 0).sum())
        span_s = t_s.max() - t_s.min()
        tally["clock_jumps"] += activity.elapsed_s is not None and span_s > activity.elapsed_s + 3600


def _session(activity: Activity, tally: Counter) -> dict[str, Any]:
    duration_s = activity.elapsed_s if activity.elapsed_s is not None else activity.timer_s
    if duration_s is not None and duration_s > _LONGEST_SESSION_S:
        tally["endless_activities"] += 1
        duration_s = activity.timer_s
    return {
        **activity.start.columns(),
        "kind": activity.kind,
        "duration_s": duration_s,
        "status": "done",
        "title": activity.title,
        "row_no": 0,
    }


def _run(activity: Activity) -> dict[str, Any]:
    return {
        "sport": activity.sport,
        "activity": activity.activity,
        "distance_m": activity.distance_m,
        "timer_s": activity.timer_s,
        "elapsed_s": activity.elapsed_s,
        "mean_heart_rate_bpm": activity.mean_heart_rate_bpm,
        "device": activity.device,
        "left_out": left_out_of_a_run(activity.left_out),
        "row_no": 0,
    }


def _splits(activity: Activity) -> list[dict[str, Any]]:
    start_m: float | None = 0.0
    rows = []
    for split_no, lap in enumerate(activity.laps, 1):
        rows.append(
            {
                "trial_no": 1,
                "split_no": split_no,
                "kind": "lap",
                "start_m": start_m,
                "distance_m": lap.distance_m,
                "time_s": lap.time_s,
                "device": activity.device,
                "row_no": 0,
            }
        )
        start_m = None if start_m is None or lap.distance_m is None else start_m + lap.distance_m
    return rows


def samples_frame(t_s: Sequence[float] | np.ndarray, columns: dict[str, Any]) -> pd.DataFrame:
    """`record_columns` as a frame."""
    return pd.DataFrame(record_columns(t_s, columns))


def record_columns(t_s: Sequence[float] | np.ndarray, columns: dict[str, Any]) -> Columns:
    """Records as columns of the table `samples` without ids, in the order of the file, `seq` counted.

    `columns` holds canonical columns and any others, each of the length of `t_s`; absent canonical ones are NaN. No
    records are no columns.
    """
    seconds = np.asarray(t_s, dtype="float64")
    if not len(seconds):
        return {}
    missing = np.full(len(seconds), np.nan)
    known = {"t_s": seconds, "seq": _seq(seconds), **{name: columns.get(name, missing) for name in SAMPLE_COLUMNS[2:]}}
    return {**known, **columns}


def records_of_points(t_s: Sequence[float], points: Sequence[dict[str, float | None]], on_foot: bool) -> Columns:
    """The points of a track as records; a point's `cadence` counts one foot on foot, turns of a crank otherwise."""
    names = dict.fromkeys(name for point in points for name in point)
    columns = {name: np.array([point.get(name) for point in points], dtype="float64") for name in names}
    cadence = columns.pop("cadence", None)
    return record_columns(t_s, columns | cadence_columns(cadence, on_foot))


def cadence_columns(cadence: np.ndarray | None, on_foot: bool) -> dict[str, np.ndarray]:
    """Cadence as a column of samples: steps of both feet on foot; elsewhere turns, beside the canonical columns.

    FIT, TCX and Garmin's GPX extension all count one foot of a runner, as they count one crank of a rider.
    """
    if cadence is None or np.isnan(cadence).all():
        return {}
    return {"cadence_spm": 2 * cadence} if on_foot else {"cadence_rpm": cadence}


def _seq(t_s: np.ndarray) -> np.ndarray:
    """Order among the records of the same moment, from 0."""
    if len(t_s) < 2 or (np.diff(t_s) > 0).all():
        return np.zeros(len(t_s), dtype="int64")
    return pd.Series(t_s).groupby(t_s).cumcount().to_numpy()
