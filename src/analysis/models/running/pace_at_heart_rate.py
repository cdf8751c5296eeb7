"""Pace at a given heart rate: does the athlete run faster for the same effort of the heart?

Model card
----------
Question: is the pace at the athlete's usual heart rate better or worse than in the runs before?
Data: watch records of up to 40 runs of the last 26 weeks; the copy of a run from a second source is not read.
Formula: pace (s/km) of the time with a heart rate in a band of 10 bpm around the median of the last 9 runs' medians,
the first 10 min left out; a run counts with 5 min or more in the band. Lower is better.
Estimator: `models.change` on the runs of the newest device, by the noise of the squad. The smallest worthwhile change
is 2 % of the own pace, a practical choice and not a measured one.
Interval: that of the change engine, in s/km, the unit of the paces.
Refuses: no run with a heart rate, or none with 5 min in the band; a heart rate or a speed that is infinite or negative.
"Cannot tell" as the engine does, and when the latest is more than 21 days old.
Criticism: heat, hills, wind, sleep and caffeine move the heart rate as fitness does. They are part of the error, which
is therefore large. The band is that of the last 9 runs and moves with them; all runs are read in it again. A wrist
sensor can lock on to the step rate.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error); Buchheit 2014, Front Physiol 5:73 (heart rate in exercise as a sign
of training status, and what else moves it).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.metrics.running import moments, recorded_runs, speed_at_heart_rate
from analysis.models import series
from analysis.models.plausible import check_possible

PACE = "run.pace_at_heart_rate"
BAND_RUNS = 9  # whose heart rates make the band
RUNS_MOST, REACH = 40, pd.Timedelta(weeks=26)
BAND_HALF_WIDTH_BPM = 5
BAND_STEP_BPM = 5  # the middle of the band is a round number
STALE_AFTER_DAYS = 21
SWC_SHARE = 0.02  # of the athlete's own pace; a practical choice, not a measured one


@dataclass(frozen=True, eq=False, kw_only=True)
class PaceAtHeartRate(series.Series):
    """Pace in one heart-rate band by run, in s/km with the duration_s in the band, and what it says of its level."""

    low_bpm: int
    high_bpm: int
    n_runs_left_out: int  # too little time in the band, or no heart rate


def pace_at_heart_rate(
    runs: pd.DataFrame,
    samples: Callable[[str], pd.DataFrame],
    until: pd.Timestamp,
    *,
    judging: series.Judging = series.ALONE,
) -> PaceAtHeartRate:
    """Pace of each run while the heart beat at the rate that is usual lately, and what it says of its level.

    Parameters
    ----------
    runs : DataFrame
        Table runs with local_date and counted; the copy of a run that another source holds too is not read.
    samples : callable
        Session id to its watch records: t_s, heart_rate_bpm, speed_m_s or distance_m, paused.
    until : Timestamp
        Last day that is known.
    judging : Judging
        The noise of the squad and what is known of days.

    Returns
    -------
    PaceAtHeartRate
        The band is the median heart rate of the last 9 runs, rounded to 5 bpm, +/- 5 bpm. Where a watch gives no speed
        it is taken from the distance between records. Runs with too little time in the band are counted, not used.
        Smaller is better.

    Raises
    ------
    NotEnoughData
        No run with a heart rate, or none with enough time in the band.
    DataProblem
        A heart rate or a speed that is infinite or negative.

    Examples
    --------
    >>> runs = pd.DataFrame({"session_id": ["a"], "local_date": pd.to_datetime(["2026-01-06"]), "sport": "running",
    ...                      "device": "watch", "counted": True})
    >>> records = pd.DataFrame({"t_s": np.arange(1200.0), "heart_rate_bpm": 141.0, "speed_m_s": 2.5})
    >>> result = pace_at_heart_rate(runs, lambda session_id: records, pd.Timestamp("2026-01-11"))
    >>> result.low_bpm, result.high_bpm, result.exposures["value"].tolist()
    (135, 145, [400.0])
    """
    recorded = recorded_runs(runs, until)
    latest = recorded[recorded["local_date"] > until - REACH].tail(RUNS_MOST)
    records = {run.session_id: moments(samples(run.session_id), "heart_rate_bpm") for run in latest.itertuples()}
    middle_bpm = _usual_heart_rate(list(records.values())[-BAND_RUNS:])
    low_bpm, high_bpm = middle_bpm - BAND_HALF_WIDTH_BPM, middle_bpm + BAND_HALF_WIDTH_BPM
    rows = [_exposure(run, records[run.session_id], low_bpm, high_bpm) for run in latest.itertuples()]
    known = [row for row in rows if row is not None]
    if not known:
        raise NotEnoughData(
            f"No run with 5 min between {low_bpm:g} and {high_bpm:g} bpm yet. "
            "Run 20 min easily with a heart-rate sensor."
        )
    exposures = series.with_comparable(series.longest_of_day(pd.DataFrame(known)))
    return PaceAtHeartRate(
        low_bpm=low_bpm,
        high_bpm=high_bpm,
        n_runs_left_out=len(rows) - len(known),
        exposures=exposures,
        until=until,
        judging=judging,
        quantity=series.Quantity(
            name=PACE,
            unit="s/km",
            swc=SWC_SHARE * float(exposures["value"].median()),
            better="lower",
            relative=True,
            stale_after_days=STALE_AFTER_DAYS,
        ),
    )


def _usual_heart_rate(records: list[dict[str, np.ndarray]]) -> int:
    """Median over the runs of their median heart rate, to 5 bpm."""
    for one in records:
        check_possible(one["heart_rate_bpm"], "heart rate", "bpm", sign="not negative")
        check_possible(one["speed_m_s"], "speed", "m/s", sign="not negative")
    rates = [one["heart_rate_bpm"] for one in records]
    medians = [np.nanmedian(bpm) for bpm in rates if not np.isnan(bpm).all()]
    if not medians:
        raise NotEnoughData("No run with a heart rate yet. Wear a heart-rate sensor on your easy runs.")
    return BAND_STEP_BPM * round(float(np.median(medians)) / BAND_STEP_BPM)


def _exposure(run, records: dict[str, np.ndarray], low_bpm: int, high_bpm: int) -> dict | None:
    try:
        steady = speed_at_heart_rate(records, low_bpm=low_bpm, high_bpm=high_bpm)
    except NotEnoughData:
        return None
    return {
        "local_date": run.local_date,
        "device": run.device,
        "value": steady.pace_s_per_km,
        "duration_s": steady.duration_s,
    }
