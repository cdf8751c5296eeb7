"""What no athlete does and no device measures: the limits that all watch formats and lists of activities are held to.

What lies beyond a limit counts as missing, and is counted in the reading's notes. Two numbers that contradict each
other are settled by the records, where there are any; nothing is guessed where there are none.

References
----------
On foot: World Athletics, world records of men as of 2025, of 24 h and 100 km those of the IAU; greatest speed 12.3 m/s,
Graubner & Nixdorf 2011, New Stud Athl 26:19-53. Rides: professionals descend at up to 36 m/s. Heart rate: the lowest
resting rate on record is about 26 bpm, the highest under load about 240 bpm; 255 is FIT's word for no value, and so are
its 255 of cadence and the 12,607 m that it makes of an altitude.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import pandas as pd

Mover = Literal["foot", "ride", "any"]

# seconds and metres of the fastest on foot; the first two after a flying start
_FASTEST_ON_FOOT = np.array(
    [
        *((0, 0), (8, 100), (18, 200), (43.03, 400), (100.91, 800), (206.0, 1500), (755.36, 5000), (1571.0, 10_000)),
        *((7235, 42_195), (21_935, 100_000), (86_400, 319_614)),
    ]
)
_FASTEST_M_S = {"ride": 40.0, "any": 100.0}  # any: what the samples may hold
STAMP_S = 1.0  # times are cut to whole seconds, so that two of them are up to one more apart
CATCH_UP_S = 10.0  # a device that lost the signal adds up to this much at once to its distance
MEASURED_LONG = 1.1  # what a watch measures on a course is up to this much longer
# clocks that were never set begin in 1970, on 6 January 1980 (GPS), 31 December 1989 (FIT) or 1 January 2000
CLOCK_SET_FROM = datetime(2000, 2, 1, tzinfo=UTC)
LONGEST_S = 1e7

HEART_RATE_BPM = (20.0, 250.0)
_RECORD_LIMITS = {
    "heart_rate_bpm": HEART_RATE_BPM,
    "altitude_m": (-450.0, 9000.0),  # from the shore of the Dead Sea to the highest summit
    "cadence_spm": (0.0, 400.0),  # sprinters take 300 steps a minute
    "cadence_rpm": (0.0, 254.0),
    "power_w": (0.0, 5000.0),
    "speed_m_s": (0.0, 100.0),  # narrower by who moves
}
_BACK_M = 20.0  # a smoothed distance so far may shrink by less
_FEW = 10
_FOR_LONG_S = 30.0
_ALIKE = 0.02  # two measurements of one distance or time


def mover(kind: str) -> Mover:
    """By whose limits an activity goes; those of swims are wide, since an arm under water has no position.

    >>> mover("walk"), mover("swim"), mover("other")
    ('foot', 'foot', 'any')
    """
    return "foot" if kind in ("run", "walk", "hike", "swim") else "ride" if kind == "ride" else "any"


def farthest_m(time_s: np.ndarray | float, by: Mover) -> np.ndarray:
    """How far anybody gets in a time, in metres; on foot by the world records, straight lines between them.

    >>> farthest_m(np.array([1.0, 755.36]), "foot").tolist(), float(farthest_m(10.0, "ride"))
    ([12.5, 5000.0], 400.0)
    """
    if by != "foot":
        return np.asarray(time_s) * _FASTEST_M_S[by]
    known_s, known_m = _FASTEST_ON_FOOT.T
    longer = np.maximum(np.asarray(time_s) / known_s[-1], 1.0)
    return np.interp(time_s, known_s, known_m) * longer


def fastest_m_s(by: Mover) -> float:
    """The greatest speed of a moment.

    >>> fastest_m_s("foot")
    12.5
    """
    return float(farthest_m(1.0, by))


def too_fast_for_long(t_s: np.ndarray, steps_m: np.ndarray, by: Mover) -> np.ndarray:
    """Which steps from moment to moment are of half a minute in which nobody gets so far: a car or a train was taken.

    >>> too_fast_for_long(np.arange(0.0, 41.0, 10.0), np.array([30.0, 150.0, 150.0, 150.0]), "foot").tolist()
    [False, True, True, True]
    """
    took_s = np.diff(t_s)
    if by != "foot" or (steps_m <= took_s * _for_long_m_s(by)).all() or not (took_s >= 0).all():
        return np.zeros(len(steps_m), dtype=bool)
    so_far_m = np.concatenate([[0.0], np.cumsum(steps_m)])
    begin = np.maximum(np.searchsorted(t_s, t_s - _FOR_LONG_S, side="right") - 1, 0)
    lasted_s = np.maximum(t_s - t_s[begin], _FOR_LONG_S)
    too_far = so_far_m - so_far_m[begin] > MEASURED_LONG * farthest_m(lasted_s + STAMP_S, by)
    if not too_far.any():
        return np.zeros(len(steps_m), dtype=bool)
    within = np.zeros(len(t_s) + 1, dtype="int64")
    np.add.at(within, begin[too_far], 1)
    np.add.at(within, np.flatnonzero(too_far), -1)
    fastest_m = took_s * _for_long_m_s(by)
    return (np.cumsum(within)[: len(steps_m)] > 0) & (steps_m > fastest_m)


def _for_long_m_s(by: Mover) -> float:
    """The greatest speed over half a minute."""
    return float(farthest_m(_FOR_LONG_S, by)) / _FOR_LONG_S


def is_possible(distance_m: float | None, time_s: float | None, by: Mover) -> bool:
    """Whether anybody gets that far in that time; what is not known is not impossible.

    >>> is_possible(64_500.0, 1500.0, "foot"), is_possible(5000.0, None, "foot")
    (False, True)
    """
    if distance_m is None or time_s is None:
        return True
    return distance_m <= MEASURED_LONG * float(farthest_m(time_s + STAMP_S, by))


def dated(clock_s: np.ndarray, left_out: Counter[str], since_s: float = CLOCK_SET_FROM.timestamp()) -> np.ndarray:
    """The times of a clock, those missing that it told before it was set.

    Those of a clock that was never set stay: they tell how long things took, if not when.

    >>> dated(np.array([60.0, 61.0, 1.8e9]), Counter()).tolist()
    [nan, nan, 1800000000.0]
    """
    unset = clock_s < since_s
    if not unset.any() or not (clock_s >= since_s).any():
        return clock_s
    left_out["records_of_unset_clock"] += int(unset.sum())
    return np.where(unset, np.nan, clock_s)


def places_in_time(clock_s: np.ndarray) -> np.ndarray:
    """The places of times in the order in which they follow each other: stretches that go back are put in order.

    Where stretches overlap, a clock was set back on the way: then the order stays. Times that are missing stay beside
    the one before.

    >>> places_in_time(np.array([20.0, 30.0, 0.0, 10.0])).tolist()
    [2, 3, 0, 1]
    >>> places_in_time(np.array([0.0, 9.0, 5.0, 12.0])).tolist()
    [0, 1, 2, 3]
    """
    places = np.arange(len(clock_s))
    timed = np.flatnonzero(~np.isnan(clock_s))
    went_back = np.diff(clock_s[timed]) < 0
    if not went_back.any():
        return places
    last_timed = np.maximum(np.searchsorted(timed, places, side="right") - 1, 0)
    order = np.argsort(clock_s[timed][last_timed], kind="stable")
    stretch = np.concatenate([[0], np.cumsum(went_back)])[last_timed][order]
    # a stretch that fits between two others, or in a gap of one, is entered once and left once
    return order if (np.diff(stretch) != 0).sum() <= 2 * went_back.sum() else places


Columns = Mapping[str, np.ndarray | pd.Series]  # of the table samples, those with numbers as arrays


@dataclass(frozen=True, eq=False)
class Records:
    """The records of a watch, what cannot be missing in them, and as they were stated."""

    columns: Columns
    stated: Columns

    def __len__(self) -> int:
        return len(self.columns.get("t_s", ()))

    @property
    def mean_heart_rate_bpm(self) -> float | None:
        """The mean over the believed records; None where no record has a heart rate."""
        return _mean(self.columns.get("heart_rate_bpm"))


def _mean(values: np.ndarray | pd.Series | None) -> float | None:
    if values is None:
        return None
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def believed_records(columns: Columns, by: Mover, left_out: Counter[str]) -> Records:
    """The records without what lies beyond the limits, without a distance that jumps, each once.

    Parameters
    ----------
    columns : dict of array
        Columns of the table samples; none without records. A record that says the same as an earlier one and is not
        later than those before it is left out.
    """
    if not columns:
        return Records(columns, columns)
    stated = _without_repeats(columns, left_out)
    changed: dict[str, np.ndarray] = {}
    for name, (low, high) in (_RECORD_LIMITS | {"speed_m_s": (0.0, fastest_m_s(by))}).items():
        values = np.asarray(stated.get(name, ()))
        wrong = (values < low) | (values > high)
        if wrong.any():
            silent = int((values == 0).sum()) if name == "heart_rate_bpm" else 0
            left_out["silent_heart_rates"] += silent
            left_out[f"impossible_{name}"] += int(wrong.sum()) - silent
            changed[name] = np.where(wrong, np.nan, values)
    distance_m = np.asarray(stated["distance_m"])
    way_m = _without_jumps(np.asarray(stated["t_s"]), distance_m, by, left_out)
    if way_m is not distance_m:
        changed["distance_m"] = way_m
    return Records({**stated, **changed} if changed else stated, stated)


def _without_repeats(columns: Columns, left_out: Counter[str]) -> Columns:
    t_s = np.asarray(columns["t_s"])
    if (t_s[1:] >= t_s[:-1]).all():
        return columns
    again = t_s[1:] < np.maximum.accumulate(t_s)[:-1]
    records = pd.DataFrame(columns)
    said = [name for name in records if name != "seq"]
    repeats = records.duplicated(said).to_numpy() & records[said[1:]].notna().to_numpy().any(axis=1)
    if not (repeats[1:] & again).any():
        return columns
    left_out["repeated_points"] += int(repeats.sum())
    kept = records.loc[~repeats].reset_index(drop=True)
    kept = kept.assign(seq=kept.groupby("t_s").cumcount())
    return {name: kept[name] if kept[name].dtype == "str" else kept[name].to_numpy() for name in kept}


def _without_jumps(t_s: np.ndarray, distance_m: np.ndarray, by: Mover, left_out: Counter[str]) -> np.ndarray:
    """A distance so far without the steps that nobody makes in the time since it last moved, and without steps back.

    A few records from which it comes back to the way before are missing; a step back from further off, as where the
    distance begins anew with a lap, is none.
    """
    distance_m = _without_spikes(distance_m, left_out)
    known = np.flatnonzero(~np.isnan(distance_m))
    moved = known[np.flatnonzero(np.diff(distance_m[known])) + 1] if len(known) else known
    if not len(moved):
        return distance_m
    at = np.concatenate([known[:1], moved])
    steps_m = np.diff(distance_m[at])
    if steps_m.min() >= -_BACK_M and (steps_m <= np.diff(t_s[at]) * _for_long_m_s(by)).all():
        return distance_m  # as almost always
    took_s = np.maximum(np.diff(t_s[at]), 0.0) + CATCH_UP_S
    jumps = (steps_m > farthest_m(took_s, by)) | (steps_m < -_BACK_M)
    jumps |= too_fast_for_long(t_s[at], np.where(jumps, 0.0, steps_m), by)
    if not jumps.any():
        return distance_m
    left_out["jumps"] += int(jumps.sum())
    too_much_m = np.zeros(len(distance_m))
    too_much_m[at[1:]] = np.where(jumps, steps_m, 0.0)
    return distance_m - np.cumsum(too_much_m)


def _without_spikes(distance_m: np.ndarray, left_out: Counter[str]) -> np.ndarray:
    known = np.flatnonzero(~np.isnan(distance_m))
    so_far_m = distance_m[known]
    stray = np.zeros(len(known), dtype=bool)
    for back in np.flatnonzero(np.diff(so_far_m) < -_BACK_M).tolist():
        few = so_far_m[max(0, back - _FEW) : back + 1]
        on_the_way = np.flatnonzero(few <= so_far_m[back + 1])
        if len(on_the_way):
            stray[back - (len(few) - 2 - int(on_the_way[-1])) : back + 1] = True
    if not stray.any():
        return distance_m
    left_out["stray_points"] += int(stray.sum())
    without_m = distance_m.copy()
    without_m[known[stray]] = np.nan
    return without_m


@dataclass(frozen=True)
class Totals:
    """What a source states of a whole activity."""

    distance_m: float | None = None
    timer_s: float | None = None
    elapsed_s: float | None = None


@dataclass(frozen=True, eq=False)
class Recorded:
    """What the records of an activity tell of the whole: times, the distance so far as stated and as believed."""

    t_s: np.ndarray
    stated_m: np.ndarray
    distance_m: np.ndarray
    paused: np.ndarray

    @classmethod
    def of(cls, records: Records) -> "Recorded | None":
        """None where no two records have a time."""
        if len(records) < 2:
            return None
        t_s, distance_m, paused = (np.asarray(records.columns[name]) for name in ("t_s", "distance_m", "paused"))
        return cls(t_s, np.asarray(records.stated["distance_m"]), distance_m, paused)

    @property
    def span_s(self) -> float:
        """From the first record to the last, also where the clock was set back between them."""
        return float(max(np.ptp(self.t_s), np.maximum(np.diff(self.t_s), 0.0).sum()))

    @property
    def way_m(self) -> float | None:
        """The believed distance from the first record to the last."""
        return _from_first_to_last(self.distance_m)

    @property
    def jumped_m(self) -> float:
        """By how much the distance as stated is longer than as believed."""
        return (_from_first_to_last(self.stated_m) or 0.0) - (self.way_m or 0.0)

    def moving_s(self, since: int = 0) -> float:
        """The time that passed from record `since` on while the timer ran."""
        ran = ~((self.paused[since + 1 :] == 1) | (self.paused[since:-1] == 1))
        return float(np.maximum(np.diff(self.t_s[since:]), 0.0)[ran].sum())

    def moving_s_beyond(self, distance_m: float) -> float:
        """That time from the record on that is the last within a distance."""
        gone_m = self.distance_m - self.distance_m[~np.isnan(self.distance_m)][0]
        within = np.flatnonzero(gone_m <= distance_m)
        return self.moving_s(int(within[-1]))


def _from_first_to_last(distance_m: np.ndarray) -> float | None:
    known = distance_m[~np.isnan(distance_m)]
    return float(known[-1] - known[0]) if len(known) else None


def believed_totals(stated: Totals, recorded: Recorded | None, by: Mover, left_out: Counter[str]) -> Totals:
    """What is believed of the totals of an activity, where they contradict each other or the records.

    >>> believed_totals(Totals(4500.0, 3000.0, 1500.0), None, "foot", Counter())
    Totals(distance_m=4500.0, timer_s=None, elapsed_s=1500.0)
    """
    return _with_distance(_with_times(stated, recorded, left_out), recorded, by, left_out)


def _with_times(stated: Totals, recorded: Recorded | None, left_out: Counter[str]) -> Totals:
    timer_s, elapsed_s = stated.timer_s, stated.elapsed_s
    if elapsed_s is not None and elapsed_s > LONGEST_S:
        left_out["endless_activities"] += 1
        elapsed_s = recorded.span_s if recorded and recorded.span_s <= LONGEST_S else None
    if timer_s is None:
        return replace(stated, elapsed_s=elapsed_s)
    if elapsed_s is not None and timer_s > elapsed_s + 1:
        left_out["timers_longer_than_elapsed"] += 1
        if recorded is None:
            return replace(stated, timer_s=None, elapsed_s=elapsed_s)
        if recorded.span_s >= (1 - _ALIKE) * timer_s and recorded.span_s <= LONGEST_S:
            return replace(stated, elapsed_s=max(recorded.span_s, timer_s))
        return replace(stated, timer_s=min(recorded.moving_s(), elapsed_s), elapsed_s=elapsed_s)
    if recorded is not None and _is_all_recorded(stated.distance_m, recorded):
        span_s = recorded.span_s
        if timer_s > (1 + _ALIKE) * span_s + 60:
            left_out["timers_longer_than_records"] += 1
            return replace(stated, timer_s=recorded.moving_s(), elapsed_s=span_s)
    return replace(stated, elapsed_s=elapsed_s)


def _is_all_recorded(distance_m: float | None, recorded: Recorded) -> bool:
    """Whether the records reach as far as the activity is said to: then they last as long as it did."""
    return bool(distance_m) and (recorded.way_m or 0.0) >= (1 - _ALIKE) * (distance_m or 0.0)


def _with_distance(said: Totals, recorded: Recorded | None, by: Mover, left_out: Counter[str]) -> Totals:
    distance_m = said.distance_m
    way_m = recorded.way_m if recorded else None
    if recorded is not None and way_m:
        if distance_m is None or distance_m == 0:
            left_out["distances_of_records"] += distance_m is None
            left_out["empty_distances"] += distance_m == 0
            said = replace(said, distance_m=way_m)
        elif abs(distance_m - way_m - recorded.jumped_m) < abs(distance_m - way_m):
            said = replace(said, distance_m=max(distance_m - recorded.jumped_m, 0.0))
        elif _goes_on(said, recorded):
            left_out["tracks_beyond_laps"] += 1
            more_s = recorded.moving_s_beyond(distance_m)
            said = replace(said, distance_m=way_m, timer_s=(said.timer_s or 0.0) + more_s)
    longest_s = max((time_s for time_s in (said.timer_s, said.elapsed_s) if time_s is not None), default=None)
    if is_possible(said.distance_m, longest_s, by):
        return said
    left_out["impossible_distances"] += 1
    return replace(said, distance_m=way_m if way_m and is_possible(way_m, longest_s, by) else None)


def _goes_on(said: Totals, recorded: Recorded) -> bool:
    """Whether the records go on after the totals end, in distance and in time: the last laps were lost.

    A distance alone that is longer was measured before somebody corrected the total, as after a treadmill.
    """
    distance_m, timer_s = said.distance_m or 0.0, said.timer_s
    way_m = recorded.way_m or 0.0
    if timer_s is None or way_m <= 1.01 * distance_m + 20:
        return False
    return recorded.moving_s() > 1.01 * timer_s + 10


def believed_mean_bpm(stated_bpm: float | None, records: Records, left_out: Counter[str]) -> float | None:
    """The mean heart rate as stated; that of the records where none is, or it cannot be, or counts a strap's zeros."""
    if not stated_bpm:
        return records.mean_heart_rate_bpm
    low, high = HEART_RATE_BPM
    if not low <= stated_bpm <= high:
        left_out["impossible_mean_heart_rates"] += 1
        return records.mean_heart_rate_bpm
    if not left_out["silent_heart_rates"]:
        return stated_bpm
    with_zeros_bpm, mean_bpm = _mean(records.stated.get("heart_rate_bpm")), records.mean_heart_rate_bpm
    if with_zeros_bpm is None or mean_bpm is None:
        return stated_bpm
    if abs(stated_bpm - with_zeros_bpm) > 1 or abs(stated_bpm - mean_bpm) <= 1:
        return stated_bpm
    left_out["mean_heart_rates_with_silence"] += 1
    return mean_bpm
