"""Left and right in single-leg work: does one leg move the same load faster, or lift more of it?

Model card
----------
Question: as `models.form.sides`, of what is lifted in training with one leg at a time.
Data: the sets of one lift whose side is known. Where bar speed is measured: the mean speed of the first 3 repetitions
of each set, at the heaviest load of the day that both sides lifted. Where none is: the heaviest load of each side.
Model, Estimator, Interval: those of `models.form.sides`; the quantities are EXERCISE.speed.sides and
EXERCISE.load.sides.
Refuses: as `models.form.sides` does, and loads that were the same on all days, which tell of the programme alone.
Criticism: the leg that begins is the fresher one. A load that the coach gives both sides alike says nothing of either.

References
----------
Bishop et al. 2018, Strength Cond J 40(4):1-8 (thresholds).
"""

import pandas as pd

from analysis.base.config import SideTest
from analysis.base.errors import NotEnoughData
from analysis.metrics.single_leg import LOAD, side_load_trials, side_speed_trials
from analysis.metrics.strength import VelocityMetric
from analysis.models import series
from analysis.models.form.sides import SideDifference, side_difference

SPEED_SWC_PCT = 5.0  # as of the side tests: a practical choice


def single_leg_difference(
    sets: pd.DataFrame,
    speeds: pd.DataFrame,
    exercise: str,
    until: pd.Timestamp,
    *,
    name: str,
    metric: VelocityMetric = "mean_velocity_m_s",
    judging: series.Judging = series.ALONE,
) -> SideDifference:
    """Difference of the sides in one lift on one leg, of speed where it is measured and else of load.

    Parameters
    ----------
    sets : DataFrame
        Table sets with local_date.
    speeds : DataFrame
        As `metrics.strength.bar_speeds` returns it.
    exercise, name : str
        Canonical name, and as people read it.
    until : Timestamp
        Last day that is known.
    metric : str
        Which velocity.
    judging : Judging
        The noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData
        No day with both sides, both sides with the same load on all days, or as `side_difference`.
    DataProblem
        A speed that is infinite or not above 0.

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=6, freq="14D").repeat(2)
    >>> speeds = pd.DataFrame({"session_id": [str(day) for day in days], "set_no": [1, 2] * 6, "rep_no": 1,
    ...     "exercise": "split_squat", "side": ["L", "R"] * 6, "load_kg": 20.0, "local_date": days, "device": "encoder",
    ...     "mean_velocity_m_s": [0.50, 0.55, 0.51, 0.57, 0.50, 0.56, 0.52, 0.57, 0.50, 0.55, 0.51, 0.56]})
    >>> sides = single_leg_difference(speeds.assign(set_kind="work", reps=1), speeds, "split_squat", days[-1],
    ...                               name="Split squat")
    >>> sides.test_id, sides.name, sides.larger, sides.is_sure
    ('split_squat.speed', 'Split squat, bar speed', 'right', True)
    """
    known = speeds[speeds["local_date"] <= until]
    trials = side_speed_trials(known, exercise, metric=metric)
    if len(trials):
        about = {"name": f"{name}, bar speed", "metric": metric, "unit": "m/s", "swc_pct": SPEED_SWC_PCT}
        return side_difference(trials, SideTest(test_id=f"{exercise}.speed", **about), until, judging=judging)
    trials = side_load_trials(sets[sets["local_date"] <= until], exercise)
    by_side = trials.pivot_table(index="local_date", columns="side", values="value")
    by_side = by_side.reindex(columns=["L", "R"]).dropna()
    if len(by_side) and (by_side["L"] == by_side["R"]).all():
        days = "one day" if len(by_side) == 1 else f"all {len(by_side)} days"
        raise NotEnoughData(f"{name}: left and right lifted the same on {days}. Measure bar speed to compare them.")
    test = SideTest(test_id=f"{exercise}.load", name=f"{name}, load", metric=LOAD, unit="kg")
    return side_difference(trials, test, until, judging=judging)
