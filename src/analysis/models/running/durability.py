"""Durability: does the speed for a heartbeat hold to the end of a long run, and more so than before?

Model card
----------
Question: how much speed for a heartbeat is lost from the first half of a long run to the second, and is that more or
less than in the long runs before?
Data: watch records of the last 40 runs of an hour or more, without the first 10 min and without pauses.
Formula: decoupling = 100 (1 - r2 / r1) in percent, r = mean speed (m/s) / mean heart rate (bpm) of a half; or the late
speed, that of the second half in percent of the first at the run's median heart rate +/- 5 bpm. Of decoupling
lower is better.
Estimator: means weighted by time; `models.change` on the runs of the newest device. The smallest worthwhile change is 2
points, a practical choice and not a measured one.
Interval: that of the change engine. A single run has no interval.
Refuses: no long run with 15 min of heart rate and speed in each half; a heart rate or a speed that is infinite or
negative. "Cannot tell" as the engine does, and when the latest is more than 6 weeks old.
Criticism: heat, hills, a drink and uneven pacing shift decoupling as fatigue does; the error between runs holds all of
that. Runs of different length are compared as they are.

References
----------
Maunder et al. 2021, Sports Med 51:1619-1628 (durability); Smyth et al. 2022, Sports Med 52:2283-2295 (decoupling over a
marathon).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.metrics.running import moments, only, recorded_runs, speed_at_heart_rate
from analysis.models import series
from analysis.models.plausible import check_possible

Measure = Literal["decoupling_pct", "late_speed_pct"]

LONG_RUN_S = 3600.0
WARM_UP_S = 600.0
MIN_HALF_S = 900.0  # running with a heart rate, in each half
BAND_HALF_WIDTH_BPM = 5.0
MIN_BAND_S = 300.0
STALE_AFTER_DAYS = 42
RUNS_MOST = 40
SWC_PCT = 2.0  # a practical choice, not a measured one


@dataclass(frozen=True)
class Halves:
    """Decoupling of one run, and its two halves after the warm-up."""

    decoupling_pct: float  # loss of speed per heartbeat from the first half to the second; positive is a loss
    late_speed_pct: float  # speed late in percent of early in one band of heart rate; NaN with too little time there
    duration_s: float  # running with a heart rate, after the warm-up
    heart_rate_bpm: float  # mean of that time


@dataclass(frozen=True, eq=False, kw_only=True)
class Durability(series.Series):
    """One measure of durability by long run, in %, with duration_s and heart_rate_bpm."""

    measure: Measure
    n_runs_left_out: int  # long enough, but with too little heart rate or speed for this measure


def halves(records: pd.DataFrame, *, warm_up_s: float = WARM_UP_S) -> Halves:
    """Decoupling of one run: speed per heartbeat of the second half against the first, after a warm-up.

    decoupling = 100 (1 - r2 / r1), r = mean speed / mean heart rate, both weighted by time. The halves are of equal
    time spent running with a heart rate. The late speed, in percent of the early one, compares them at one heart
    rate: the median of the run, +/- 5 bpm.

    Parameters
    ----------
    records : DataFrame with t_s, heart_rate_bpm, speed_m_s or distance_m, and paused where known.
        Each record stands for the time until the next, at most 10 s. Paused records, and those without heart rate or
        speed, are left out.

    Raises
    ------
    NotEnoughData : less than 15 min in a half, or a first half without speed.
    DataProblem : a heart rate or a speed that is infinite or negative.

    References
    ----------
    Maunder et al. 2021, Sports Med 51:1619-1628 (durability); Smyth et al. 2022, Sports Med 52:2283-2295 (decoupling
    over a marathon).

    Examples
    --------
    >>> t_s = np.arange(0.0, 4210.0, 10.0)
    >>> records = pd.DataFrame({"t_s": t_s, "heart_rate_bpm": np.where(t_s < 2400, 140.0, 147.0), "speed_m_s": 3.0})
    >>> round(halves(records).decoupling_pct, 1)
    4.8
    """
    every = moments(records, "heart_rate_bpm")
    running = only(every, every["is_moving"] & (every["t_s"] >= warm_up_s))
    check_possible(running["heart_rate_bpm"], "heart rate", "bpm", sign="not negative")
    check_possible(running["speed_m_s"], "speed", "m/s", sign="not negative")
    beating = running["heart_rate_bpm"] > 0  # a heart rate of 0 is a sensor that lost contact
    known = only(running, beating & ~np.isnan(running["speed_m_s"] + running["lasts_s"]))
    so_far_s = known["lasts_s"].cumsum()
    whole_s = float(known["lasts_s"].sum())
    if whole_s < 2 * MIN_HALF_S:
        raise NotEnoughData(
            f"This run has {whole_s / 60:.0f} min with heart rate and speed after the warm-up; "
            f"{2 * MIN_HALF_S / 60:.0f} are needed. Choose a longer run with a heart-rate sensor."
        )
    first, second = only(known, so_far_s <= whole_s / 2), only(known, so_far_s > whole_s / 2)
    if not (first["speed_m_s"] > 0).any():
        raise NotEnoughData(
            f"The watch shows no speed in the first half of this run of {whole_s / 60:.0f} min. "
            "Choose a run with its speed."
        )
    return Halves(
        decoupling_pct=100 * (1 - _speed_per_beat(second) / _speed_per_beat(first)),
        late_speed_pct=_late_speed_pct(first, second, float(np.median(known["heart_rate_bpm"]))),
        duration_s=whole_s,
        heart_rate_bpm=float(np.average(known["heart_rate_bpm"], weights=known["lasts_s"])),
    )


def durability(
    runs: pd.DataFrame,
    samples: Callable[[str], pd.DataFrame],
    until: pd.Timestamp,
    *,
    measure: Measure = "decoupling_pct",
    judging: series.Judging = series.ALONE,
) -> Durability:
    """Decoupling, or the late speed at a heart rate, of each long run, and what it says of its level.

    Parameters
    ----------
    runs : DataFrame
        Table runs with local_date, counted, timer_s, elapsed_s. Long is an hour or more, pauses left out where the
        watch says so; a run of unknown time is none.
    samples : callable
        Session id to its watch records, as `halves` takes them.
    until : Timestamp
        Last day that is known.
    measure : str
        decoupling_pct (lower is better) or late_speed_pct (higher is better), as `halves` gives them.
    judging : Judging
        The noise of the squad and what is known of days.

    Returns
    -------
    Durability
        Runs without the measure are counted, not used.

    Raises
    ------
    NotEnoughData
        No long run with a heart rate to its end.
    DataProblem
        A heart rate or a speed that is infinite or negative.

    Notes
    -----
    Criticism: heat, hills, a drink and uneven pacing shift decoupling as fatigue does. The error between runs holds
    all of that, so that only a change larger than it is named.

    Examples
    --------
    >>> t_s = np.arange(0.0, 4210.0, 10.0)
    >>> records = pd.DataFrame({"t_s": t_s, "heart_rate_bpm": 140 + t_s / 600, "speed_m_s": 3.0})
    >>> runs = pd.DataFrame({"session_id": ["a"], "local_date": pd.to_datetime(["2026-01-06"]), "sport": "running",
    ...                      "device": "watch", "counted": True, "timer_s": 4200.0, "elapsed_s": 4200.0})
    >>> result = durability(runs, lambda session_id: records, pd.Timestamp("2026-01-11"))
    >>> round(result.exposures["value"].item(), 2), str(result.change.state)
    (2.06, 'cannot tell')
    """
    recorded = recorded_runs(runs, until)
    long = recorded[recorded["timer_s"].fillna(recorded["elapsed_s"]) >= LONG_RUN_S].tail(RUNS_MOST)
    rows = [_exposure(run, samples(run.session_id), measure) for run in long.itertuples()]
    known = [row for row in rows if row is not None]
    if not known:
        raise NotEnoughData(
            f"None of {len(long)} runs of an hour or more has a heart rate to its end. "
            "Wear a heart-rate sensor on a long run."
        )
    return Durability(
        measure=measure,
        n_runs_left_out=len(rows) - len(known),
        exposures=series.with_comparable(series.longest_of_day(pd.DataFrame(known))),
        until=until,
        judging=judging,
        quantity=series.Quantity(
            name=f"run.{measure}",
            unit="%",
            swc=SWC_PCT,
            better="lower" if measure == "decoupling_pct" else "higher",
            stale_after_days=STALE_AFTER_DAYS,
        ),
    )


def _exposure(run, records: pd.DataFrame, measure: Measure) -> dict | None:
    """One run as an exposure; None where it does not tell the measure."""
    if records.empty:
        return None
    try:
        run_halves = halves(records)
    except NotEnoughData:
        return None
    value = getattr(run_halves, measure)
    if np.isnan(value):
        return None
    return {
        "local_date": run.local_date,
        "device": run.device,
        "value": value,
        "duration_s": run_halves.duration_s,
        "heart_rate_bpm": run_halves.heart_rate_bpm,
    }


def _speed_per_beat(half: dict[str, np.ndarray]) -> float:
    """Mean speed over mean heart rate, both weighted by time."""
    speed_m_s = np.average(half["speed_m_s"], weights=half["lasts_s"])
    return float(speed_m_s / np.average(half["heart_rate_bpm"], weights=half["lasts_s"]))


def _late_speed_pct(first: dict[str, np.ndarray], second: dict[str, np.ndarray], middle_bpm: float) -> float:
    """Speed of the second half in percent of the first at `middle_bpm`; NaN with too little time there."""
    band = {
        "low_bpm": middle_bpm - BAND_HALF_WIDTH_BPM,
        "high_bpm": middle_bpm + BAND_HALF_WIDTH_BPM,
        "warm_up_s": 0.0,
        "min_duration_s": MIN_BAND_S,
    }
    try:
        early, late = speed_at_heart_rate(first, **band), speed_at_heart_rate(second, **band)
    except NotEnoughData:
        return float("nan")
    return 100 * late.speed_m_s / early.speed_m_s
