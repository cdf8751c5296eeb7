"""Speed at an anchor load: is the athlete faster than before at the same load?

Model card
----------
Question: does the bar move faster or slower at the anchor load than on the athlete's own days before?
Data: repetitions of one lift and side within 2.5 % of the anchor load, in one velocity (m/s).
Formula: a day is the mean of the first 3 repetitions of each set, unless told.
Why the mean: between days a bar speed scatters by the day (SD b) and by the repetition (SD w). The mean of k
repetitions has the error variance b^2 + w^2 / k. The best of k has b^2 + c_k w^2, where c_k, the variance of the
largest of k normal values, is 0.56 for 3 and 0.45 for 5, and its expectation grows with k. Only the first 3 are taken,
so that a longer set with its loss of speed does not read as a slower day.
Estimator: `models.change` on the days of the newest device, by the noise of the squad in this lift at its anchor loads
(both sides together), drawn to a published error where the lift has one; no error is below the rounding to 0.01 m/s.
Interval: that of the change engine, whose card says how often it holds and how many unchanged series are named.
Refuses: no bar speed of that side at the load; one that is infinite or negative. "Cannot tell" as the engine does, and
when the latest day is more than 21 days old.
Criticism: a bar moves as fast as the athlete means it to, so that a day without full effort reads as a slower one.
Loads within these 2.5 % count as one.

References
----------
Ruf et al. 2018, J Strength Cond Res 32(3):681-689 (in the deadlift the 1RM from speed is too uncertain to follow);
Hopkins 2000, Sports Med 30(1):1-15 (typical error).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

import pandas as pd

from analysis.base.config import Lift
from analysis.base.display import METRIC, Display
from analysis.base.errors import NotEnoughData
from analysis.metrics.strength import bar_speeds
from analysis.models import series
from analysis.models.noise import Published
from analysis.models.plausible import check_possible

RepStatistic = Literal["mean_of_first_3", "best", "median"]

LOAD_TOLERANCE = 0.025  # of the anchor load
FIRST_REPS = 3
STALE_AFTER_DAYS = 21
RESOLUTION_M_S = 0.01

_OF_DAY: dict[RepStatistic, Callable[[Sequence[float]], float]] = {
    "mean_of_first_3": fmean,
    "best": max,
    "median": median,
}


@dataclass(frozen=True, eq=False, kw_only=True)
class SpeedAtLoad(series.Series):
    """Speed of one lift at its anchor load by exposure day, with n_reps of each, and what it says of its level."""

    exercise: str
    name: str
    side: str
    anchor_kg: float
    metric: str
    n_reps_without_metric: int  # measured at the anchor, but not in `metric`


def speed_at_load(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    lift: Lift,
    anchor_kg: float,
    until: pd.Timestamp,
    *,
    side: str = "B",
    statistic: RepStatistic = "mean_of_first_3",
    judging: series.Judging = series.ALONE,
) -> SpeedAtLoad:
    """Speed at the anchor load by day, and what it says of its level.

    Parameters
    ----------
    sets, reps : DataFrame
        As `metrics.strength.bar_speeds` takes them.
    lift : Lift
        Exercise, metric, published typical error and smallest worthwhile change, in m/s.
    anchor_kg : float
        Sets within 2.5 % of it count.
    until : Timestamp
        Last day that is known.
    side : str
        L, R or B; sides are different series.
    statistic : str
        What stands for a day: the mean of the first 3 repetitions of each set (reports use this one), or the best or
        the median of all repetitions of the day.
    judging : Judging
        The noise of the squad and what is known of days.

    Returns
    -------
    SpeedAtLoad
        One exposure a day and device: `statistic` of the repetitions at the anchor, in `lift.metric`. Repetitions
        without that velocity are counted, not used. Exposures on another device than the latest stay in the frame and
        are not compared.

    Raises
    ------
    NotEnoughData
        No bar speed of that side at the anchor load.
    DataProblem
        A bar speed that is infinite or negative.

    References
    ----------
    Ruf et al. 2018, J Strength Cond Res 32(3):681-689 (in the deadlift the 1RM from speed is too uncertain to follow).

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=12, freq="7D")
    >>> sets = pd.DataFrame({"session_id": list("abcdefghijkl"), "set_no": 1, "local_date": day, "exercise": "deadlift",
    ...                      "side": "B", "set_kind": "work", "load_kg": 100.0})
    >>> reps = pd.DataFrame({"session_id": list("abcdefghijkl"), "set_no": 1, "rep_no": 1, "device": "encoder",
    ...                      "mean_velocity_m_s": [0.50, 0.51, 0.52, 0.50] * 2 + [0.60, 0.61, 0.60, 0.62]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> change = speed_at_load(sets, reps, lift, 100, day[-1]).change
    >>> str(change.state), str(change.since.date())
    ('clearly better', '2026-03-02')
    """
    return speed_of_bar_speeds(
        bar_speeds(sets, reps), lift, anchor_kg, until, side=side, statistic=statistic, judging=judging
    )


def speed_of_bar_speeds(
    speeds: pd.DataFrame,
    lift: Lift,
    anchor_kg: float,
    until: pd.Timestamp,
    *,
    side: str = "B",
    statistic: RepStatistic = "mean_of_first_3",
    judging: series.Judging = series.ALONE,
    display: Display = METRIC,
) -> SpeedAtLoad:
    """`speed_at_load` of bar speeds that are joined already, for several lifts and sides of one athlete.

    Parameters
    ----------
    speeds : DataFrame
        As `metrics.strength.bar_speeds` returns it, in its order. The other arguments, the result and the refusals are
        those of `speed_at_load`.
    display : Display
        In whose units a refusal names the load; all numbers are in kg and SI.

    Examples
    --------
    >>> speeds = pd.DataFrame({"session_id": ["s"], "set_no": [1], "rep_no": [1], "exercise": ["deadlift"],
    ...     "side": ["B"], "load_kg": [100.0], "local_date": pd.to_datetime(["2026-01-05"]), "device": ["encoder"],
    ...     "mean_velocity_m_s": [0.50]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> speed_of_bar_speeds(speeds, lift, 100, pd.Timestamp("2026-01-11")).exposures["value"].tolist()
    [0.5]
    """
    at_anchor = speeds[
        (speeds["exercise"] == lift.exercise)
        & (speeds["side"] == side)
        & (speeds["local_date"] <= until)
        & ((speeds["load_kg"] - anchor_kg).abs() <= LOAD_TOLERANCE * anchor_kg)
    ]
    measured = at_anchor[at_anchor[lift.metric].notna()]
    check_possible(measured[lift.metric], "bar speed", "m/s", sign="not negative")
    if measured.empty:
        load = display.load(anchor_kg)
        raise NotEnoughData(f"No bar speed of {lift.name} at {load} yet. Measure 3 reps at {load} once a week.")
    exposures = series.with_comparable(_by_day(measured, lift.metric, statistic))
    return SpeedAtLoad(
        exercise=lift.exercise,
        name=lift.name,
        side=side,
        anchor_kg=anchor_kg,
        metric=lift.metric,
        n_reps_without_metric=len(at_anchor) - len(measured),
        exposures=exposures,
        until=until,
        judging=judging,
        quantity=speed_quantity(lift),
    )


def speed_quantity(lift: Lift) -> series.Quantity:
    """What the speed of a lift measures; both sides of a lift for one leg are one quantity."""
    return series.Quantity(
        name=lift.exercise,
        unit="m/s",
        swc=lift.swc_m_s,
        published=Published(lift.te_m_s, lift.te_df, lift.te_source or "stated value") if lift.te_m_s else None,
        resolution=RESOLUTION_M_S,
        stale_after_days=STALE_AFTER_DAYS,
        measure=lift.metric,
    )


def _by_day(measured: pd.DataFrame, metric: str, statistic: RepStatistic) -> pd.DataFrame:
    """One row a day and device: the statistic of its repetitions, in the order of bar speeds, and of how many."""
    used = measured
    if statistic == "mean_of_first_3":
        used = measured.groupby(["session_id", "set_no"], sort=False).head(FIRST_REPS)
    return series.by_day(used, metric, _OF_DAY[statistic], count="n_reps")
