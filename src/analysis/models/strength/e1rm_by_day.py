"""1RM from repetitions by day: does the weight that an athlete could lift once go up, where no bar speed is measured?

Model card
----------
Question: is the 1RM that the sets of a lift speak of higher or lower than before?
Data: work sets of one lift and side with 1 to 10 repetitions and a known load; the reserve is added where it was rated.
Formula: Epley's 1RM = load (1 + repetitions / 30), in kg; a day is its highest. A set that was stopped early without a
rating of the reserve counts for less than it could have been, so that hard days carry the line.
Estimator: `models.change` on the days, by the noise of the squad in percent of the own 1RM; no error is below that of
counting whole repetitions, 3 % of it a step. The smallest worthwhile change is 2.5 % of it, a practical choice.
Interval: that of the change engine; of the change, not of the 1RM itself, which `models.strength.e1rm` estimates.
Refuses: no such set; a load that is infinite. "Cannot tell" as the engine does.
Criticism: light weeks read as a lower 1RM unless they are labelled a deload. Epley's constant is one for all athletes;
a constant error of it changes no verdict.

References
----------
Epley 1985, Poundage Chart; LeSuer et al. 1997, J Strength Cond Res 11(4):211-213.
"""

from dataclasses import dataclass

import pandas as pd

from analysis.base.config import Lift
from analysis.base.errors import NotEnoughData
from analysis.metrics.strength import TESTED_REPS, e1rm_from_reps, work_sets
from analysis.models import series
from analysis.models.plausible import check_possible

SWC_SHARE = 0.025  # of the own 1RM; a practical choice, not a measured one
RESOLUTION_PCT = 3.0  # of the own 1RM: what one repetition more makes of it


@dataclass(frozen=True, eq=False, kw_only=True)
class E1rmByDay(series.Series):
    """The highest 1RM that each day's sets speak of, in kg, and what it says of its level."""

    exercise: str
    name: str
    side: str


def e1rm_by_day(
    sets: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, side: str = "B", judging: series.Judging = series.ALONE
) -> E1rmByDay:
    """The highest 1RM by repetitions of each day, and what it says of its level.

    Parameters
    ----------
    sets : DataFrame
        Table sets with local_date and counted. NaN is not known.
    lift : Lift
    until : Timestamp
        Last day that is known.
    side : str
        L, R or B; sides are different series.
    judging : Judging
        The noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData
        No work set of 1 to 10 repetitions with a load.
    DataProblem
        A load that is infinite.

    Examples
    --------
    >>> sets = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-05"]), "exercise": "deadlift",
    ...     "side": "B", "set_kind": "work", "load_kg": [100.0, 90.0], "reps": [5.0, 6.0], "rir": [None, 3.0]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> e1rm_by_day(sets, lift, pd.Timestamp("2026-01-11")).exposures["value"].round(1).tolist()
    [117.0]
    """
    known = work_sets(
        sets[(sets["exercise"] == lift.exercise) & (sets["side"] == side) & (sets["local_date"] <= until)]
    )
    check_possible(known["load_kg"], f"load of {lift.name}", "kg")
    reps = known["reps"] + known["rir"].astype(float).fillna(0)
    hard = known.assign(e1rm_kg=e1rm_from_reps(known["load_kg"], reps)["e1rm_kg"])
    hard = hard[(reps <= TESTED_REPS) & (hard["e1rm_kg"] > 0)]
    if hard.empty:
        raise NotEnoughData(
            f"No set of {lift.name} with a load and 10 repetitions or fewer yet. Log one hard set a week."
        )
    by_day = hard.groupby("local_date")["e1rm_kg"].max()
    exposures = pd.DataFrame(
        {"local_date": by_day.index, "device": None, "value": by_day.to_numpy(), "comparable": True}
    )
    return E1rmByDay(
        exercise=lift.exercise,
        name=lift.name,
        side=side,
        exposures=exposures,
        until=until,
        judging=judging,
        quantity=series.Quantity(
            name=f"{lift.exercise}.e1rm",
            unit="kg",
            swc=SWC_SHARE * float(by_day.median()),
            resolution=RESOLUTION_PCT,
            relative=True,
        ),
    )
