"""1RM from repetitions by day: is the athlete stronger in a lift, where no bar speed is measured?

Model card
----------
Question: is the 1RM that the sets of a lift speak of higher or lower than before?
Data: work sets and sets to failure of one lift and side with a known load; warm-ups and drop sets are none. A set whose
reserve is known, as RIR, as RPE from 6 on or as one to failure, tells a 1RM where 4 repetitions or fewer are left and
10 or fewer were done. Without a reserve a set of up to 10 repetitions tells what was possible at
least.
Formula: 1RM = load (1 + k n) in kg, n the repetitions done and in reserve, k by `models.strength.reps_constant`: own
sets, else the squad's, else Epley's 1/30. A single to failure is a 1RM.
A day's value: that of its heaviest such set, of several with one load by the mean of their repetitions. Where fewer
than half of the days of the last 12 weeks have such a set, the series is the other one, "at least": the highest of each
day, the reserve of rated sets left out, so that rating does not look like strength. One series holds days of one kind;
the others are counted.
Estimator: `models.change` on the days, by the noise of the squad in percent of the own 1RM; no error is below that of
counting whole repetitions, 3 % of it a step. The smallest worthwhile change is 2.5 % of it, a practical choice.
Interval: that of the change engine; the error of k is added to it, to that of the level by its repetitions, to that of
a change by how far repetitions differ before and after. A change that this error could explain, at 99 %, is not told.
Refuses: no such set; a load that is infinite. "Cannot tell" as the engine does.
Criticism: "at least" follows what was lifted, not what could have been: light weeks read as less unless they are
labelled a deload. Repetitions in reserve are guessed, by each person in a way of her own; where that changes, it looks
like strength.

Measured on 100 simulated lifters without a squad, 2 sessions a week over 26 weeks, the reserve rated with an error of 1
repetition and a day's strength with one of 2 % (`tests/simulations`), in percent: how often the 90 % interval of the
level holds the 1RM, how many unchanged lifters a page of the season names with and without ratings, and in how many a
lasting gain of 5 % is found. In blocks the eights of the first half become threes in the second, when the gain comes.

| repetitions | level held | named | named, unrated | gain found |
|---|--:|--:|--:|--:|
| mixed | 88 | 0 | 0 | 81 |
| fives | 90 | 0 | 1 | 76 |
| blocks | 92 | 2 | 2 | 29 |

References
----------
Epley 1985, Poundage Chart; LeSuer et al. 1997, J Strength Cond Res 11(4):211-213; Zourdos et al. 2016, J Strength Cond
Res 30(1):267-275; Halperin et al. 2022, Sports Med 52:377-390 (error of the rated reserve).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.base.config import Lift
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.metrics.strength import TESTED_REPS, work_sets
from analysis.models import series
from analysis.models.change import Change
from analysis.models.change.engine import RECENT_D, found_state
from analysis.models.plausible import check_possible
from analysis.models.strength.e1rm import WINDOW_DAYS
from analysis.models.strength.reps_constant import KINDS, RepsConstant, heaviest_of_day, near_failure, reps_constant

SWC_SHARE = 0.025  # of the own 1RM; a practical choice, not a measured one
RESOLUTION_PCT = 3.0  # of the own 1RM: what one repetition more makes of it
SURE_OF_CURVE = 0.99  # that a change is not the curve's: a switch of repetitions comes to everybody of a squad at once
RATED_SHARE = 0.5  # of the days, from which they are followed by their rated sets


@dataclass(frozen=True, eq=False, kw_only=True)
class E1rmByDay(series.Series):
    """The 1RM that each day's sets speak of, in kg, and what it says of its level."""

    exercise: str
    name: str
    side: str
    constant: RepsConstant
    at_least: bool  # whether the days tell what was possible at least, as their sets are not rated
    n_days_left_out: int  # days of the other kind

    @cached_property
    def change(self) -> Change:
        """What the series says of its level, with the error of the curve in its intervals."""
        found = super().change
        return _with_error_of_curve(found, self._loadings(found), self.constant.sd) if found.state.known else found

    def changes_at(self, days: Sequence[pd.Timestamp]) -> list[Change]:
        """As of each day, each with the error of the curve of its own days."""
        return [self.at(day).change for day in days]

    def _loadings(self, found: Change) -> tuple[float, float]:
        """How the error of k moves the log of the level now, and of the change, by the repetitions of their days."""
        days, loading = self.exposures["local_date"], self.exposures["k_loading"]
        since = found.since if found.changed and found.since else found.until - pd.Timedelta(days=RECENT_D - 1)
        first = found.since if found.since is not None else days.min()
        later, earlier = loading[days >= since], loading[days < since]
        if not found.changed:
            earlier = loading[(days < since) & (days >= first)]
        now = float((later if found.changed else loading[days >= first]).mean())
        moved = float(later.mean() - earlier.mean()) if len(later) and len(earlier) else 0.0
        return now, moved


def _with_error_of_curve(found: Change, loadings: tuple[float, float], k_sd: float) -> Change:
    """`found` with wider intervals of level and change, and the state that these leave."""
    of_level, of_change = (abs(loading) * k_sd * found.level for loading in loadings)
    z = float(ndtri((1 + found.conf_level) / 2))

    def wider(low: float, high: float, error: float) -> tuple[float, float]:
        middle, half = (low + high) / 2, np.hypot((high - low) / 2, z * error)
        return float(middle - half), float(middle + half)

    told: dict[str, Any] = {}
    told["level_low"], told["level_high"] = wider(found.level_low, found.level_high, of_level)
    told["before_low"], told["before_high"] = wider(found.before_low, found.before_high, of_level)
    low, high = wider(found.change_low, found.change_high, of_change)
    told |= {"change_low": low, "change_high": high}
    surely = np.hypot((found.change_high - found.change_low) / 2, float(ndtri((1 + SURE_OF_CURVE) / 2)) * of_change)
    if found.changed and abs(found.change) <= surely:
        withdrawn = tuple(one for one in found.claims if one.withdrawn_on)
        return replace(found, **{**told, **_NOT_TOLD, "claims": withdrawn})
    if found.changed:
        rises = found.change > 0
        state = found_state(good=rises, clear=(low if rises else -high) > found.swc)
        return replace(found, **told, state=state)
    steady = found.state is State.STEADY and -found.swc < low and high < found.swc
    return replace(found, **told, state=State.STEADY if steady else State.TOO_CLOSE)


_NOT_TOLD: dict[str, Any] = {
    "state": State.TOO_CLOSE,
    "shape": None,
    "told_to": None,
    **dict.fromkeys(("since", "since_low", "since_high")),
    **dict.fromkeys(("rate", "rate_low", "rate_high", "before", "before_low", "before_high"), np.nan),
}


def e1rm_by_day(
    sets: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, side: str = "B", judging: series.Judging = series.ALONE
) -> E1rmByDay:
    """The 1RM by repetitions of each day, and what it says of its level.

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
        The noise of the squad, with its curve, and what is known of days.

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
    >>> lift = Lift(exercise="deadlift", name="Deadlift")
    >>> followed = e1rm_by_day(sets, lift, pd.Timestamp("2026-01-11"))
    >>> followed.exposures["value"].round(1).tolist(), followed.at_least
    ([117.0], False)
    """
    known = work_sets(
        sets[(sets["exercise"] == lift.exercise) & (sets["side"] == side) & (sets["local_date"] <= until)]
    )
    check_possible(known["load_kg"], f"load of {lift.name}", "kg")
    known = known[(known["load_kg"] > 0) & known["set_kind"].isin(KINDS)]
    constant = reps_constant(known, lift, until, side=side, noise=judging.noise)
    rated, bounds = _best_rated(near_failure(known), constant), _highest(known, constant)
    at_least = not _mostly(rated, bounds)
    days, others = (bounds, rated) if at_least else (rated, bounds)
    if days.empty:
        raise NotEnoughData(
            f"No set of {lift.name} with a load and 10 repetitions or fewer yet. Log one hard set a week."
        )
    return E1rmByDay(
        exercise=lift.exercise,
        name=lift.name,
        side=side,
        constant=constant,
        at_least=at_least,
        n_days_left_out=int((~others["local_date"].isin(days["local_date"])).sum()),
        exposures=days,
        until=until,
        judging=judging,
        quantity=replace(
            e1rm_quantity(lift, at_least=at_least),
            unit="kg",
            swc=SWC_SHARE * float(days["value"].median()),
            relative=True,
        ),
    )


def e1rm_quantity(lift: Lift, *, at_least: bool = False) -> series.Quantity:
    """What a lift's 1RM from repetitions is to a squad: in percent of the own one.

    >>> e1rm_quantity(Lift(exercise="deadlift", name="Deadlift")).name
    'deadlift.e1rm'
    """
    name = f"{lift.exercise}.e1rm{'_at_least' if at_least else ''}"
    return series.Quantity(name, "%", 100 * SWC_SHARE, resolution=RESOLUTION_PCT)


def _best_rated(sets: pd.DataFrame, constant: RepsConstant) -> pd.DataFrame:
    """Of each day its heaviest sets near failure, as one."""
    return _exposures(heaviest_of_day(sets), constant)


def _highest(sets: pd.DataFrame, constant: RepsConstant) -> pd.DataFrame:
    """Of each day the set that says most, as if none of them had left a repetition."""
    told = sets.assign(to_failure=sets["reps"])
    told = told[told["to_failure"] <= TESTED_REPS]
    told = told.assign(value=constant.e1rm_kg(told["load_kg"], told["to_failure"]))
    highest = told.sort_values(["local_date", "value"], ascending=[True, False], kind="stable")
    return _exposures(highest.drop_duplicates("local_date"), constant)


def _exposures(sets: pd.DataFrame, constant: RepsConstant) -> pd.DataFrame:
    """One row a day as the change engine takes them, with the set that is told."""
    return pd.DataFrame(
        {
            "local_date": sets["local_date"].to_numpy(),
            "device": None,
            "value": constant.e1rm_kg(sets["load_kg"], sets["to_failure"]).to_numpy(dtype=float),
            "comparable": True,
            "load_kg": sets["load_kg"].to_numpy(dtype=float),
            "to_failure": sets["to_failure"].to_numpy(dtype=float),
            "k_loading": constant.loading(sets["to_failure"]).to_numpy(dtype=float),
        }
    )


def _mostly(rated: pd.DataFrame, bounds: pd.DataFrame) -> bool:
    """Whether half of the days of the last 12 weeks with either, up to the newest of them, have a rated set."""
    days = pd.concat([rated["local_date"], bounds["local_date"]]).drop_duplicates()
    recent = days[days > days.max() - pd.Timedelta(days=WINDOW_DAYS)]
    return bool(len(recent)) and float(recent.isin(rated["local_date"]).mean()) >= RATED_SHARE
