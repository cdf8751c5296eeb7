"""How strong is the kettlebell swing: the mean power that lifts the bell, followed as a check.

Model card
----------
Question: has the power of the swing changed, since when, and by how much?
Data: the measured swings at the load of the newest day, the mean power of the sets of a day
(`metrics.swing_power.swing_power_trials`), in W.
Estimator: `models.checks`, by the noise of the squad where it has any, else by the athlete's own.
Interval: that of the change engine.
Refuses: no measured swing. "Cannot tell" as the engine does.
Criticism: a swing ends at rest at both ends, so that this is load times gravity times mean speed; what moves the body
itself is not in it. The smallest worthwhile change, 15 W or about 5 %, is a practical choice; none is published.
"""

import pandas as pd

from analysis.base.config import Check
from analysis.metrics.strength import bar_speeds
from analysis.metrics.swing_power import SWING, swing_power_trials
from analysis.models import series
from analysis.models.checks import CheckHistory, check_history

SWING_CHECK = Check(
    test_id=SWING,
    name="Kettlebell swing",
    unit="W",
    metric="power_w",
    statistic="mean",
    lower_is_better=False,
    swc=15.0,
    swc_source="a practical choice, about 5 %",
)


def swing_history(
    sets: pd.DataFrame, reps: pd.DataFrame, until: pd.Timestamp, *, judging: series.Judging = series.ALONE
) -> CheckHistory:
    """The power of the swing by day, and what it says of its level.

    Parameters
    ----------
    sets, reps : as `metrics.strength.bar_speeds` takes them.
    until : last day that counts.
    judging : the noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData : no measured swing.

    Examples
    --------
    >>> day = pd.date_range("2026-01-05", periods=2, freq="7D")
    >>> sets = pd.DataFrame({"session_id": ["a", "b"], "set_no": 1, "local_date": day, "exercise": "kettlebell_swing",
    ...     "side": "B", "set_kind": "work", "load_kg": 24.0})
    >>> reps = pd.DataFrame({"session_id": ["a", "b"], "set_no": 1, "rep_no": 1, "device": "encoder",
    ...     "mean_velocity_m_s": [1.25, 1.35]})
    >>> swing_history(sets, reps, day[-1]).exposures["value"].round(1).tolist()
    [294.2, 317.7]
    """
    trials = swing_power_trials(bar_speeds(sets, reps))
    nothing_timed = pd.DataFrame(columns=["local_date", "test_id", "trial_no", "split_no", "distance_m", "time_s"])
    return check_history(nothing_timed, trials, SWING_CHECK, until, judging=judging)
