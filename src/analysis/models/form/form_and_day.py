"""Form and the day: does form hold longer after more sleep, with less soreness, or with more rest between sets?

Model card
----------
Question: on days when an athlete slept more than her own usual (was less sore, rested longer between sets), does she
do more clean repetitions than her own usual?
Data: one row a rated day of 6 athletes or more: clean repetitions, load, and what is known of the day. Days that lack a
circumstance are left out of that one and counted.
Model: y = athlete + season(week) + b x + c load + e, season a curve of second degree that all athletes share. b is told
for a usual swing, one standard deviation of x within athletes. The load stands in it where it differs within athletes.
Estimator: least squares on deviations from own means, covariance over athletes (`models.estimators.within_athletes`).
Units are repetitions.
Interval: t with athletes less terms df.
Multiplicity: p is Holm's over the circumstances that are told and the verdict asks for p <= .05; intervals are those of
each alone.
Refused: fewer than 6 athletes with rated days and a circumstance. "Too few days" below 85 beyond athletes, season and
load, what a correlation of 0.3 takes (power 80 %, two-sided 5 %).
Measured on 150 made-up squads of 12 athletes with 24 rated days (those of `tests/test_form_and_day.py`): the 95 %
interval covers what sleep does in 97 %, and 0 in 97 % of circumstances that do nothing; three of these are said to do
something in 5 % of squads.

Criticism: a set that stays clean to its end might have stayed clean for longer, which shrinks b. Answers are an
athlete's own words of that morning; rest is what the log tells. Who slept badly may have trained otherwise, and what
goes together need not be brought about one by the other.

References
----------
Mundlak 1978, Econometrica 46(1):69-85; Mancl & DeRouen 2001, Biometrics 57(1):126-134; Holm 1979, Scand J Statist
6:65-70.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from analysis.base.errors import NotEnoughData
from analysis.models.estimators.within_athletes import (
    LEAST_ATHLETES,
    P_MOST,
    WithinSlope,
    detectable_correlation,
    pairs_needed,
    within_slope,
)
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, tidy_table

CONF_LEVEL = 0.95
CORRELATION_SOUGHT = 0.3

Verdict = Literal["goes with more", "goes with fewer", "nothing shown", "too few days"]


@dataclass(frozen=True)
class Circumstance:
    """What is known of a day beside form: the column that holds it, its name and its unit."""

    column: str
    name: str
    unit: str


@dataclass(frozen=True, eq=False)
class FormBeside:
    """Clean repetitions beside one circumstance of the day."""

    circumstance: Circumstance
    fit: WithinSlope
    p_holm: float
    n_looks: int  # circumstances that are told
    n_left_out: int  # rated days without it
    conf_level: float

    @property
    def change_reps(self) -> float:
        """Clean repetitions more where the circumstance is a usual swing higher."""
        return self.fit.slope * self.fit.exposure_sd

    @property
    def interval(self) -> Interval:
        low, high = self.fit.interval(self.conf_level)
        return Interval(low * self.fit.exposure_sd, high * self.fit.exposure_sd)

    @property
    def detectable_reps(self) -> float:
        """What would have been found in 80 % of cases."""
        return self.fit.detectable(self.n_looks) * self.fit.exposure_sd

    @property
    def verdict(self) -> Verdict:
        """What may be said; a relation that is found stands, whatever the number of days."""
        if self.p_holm <= P_MOST:
            return "goes with more" if self.fit.slope > 0 else "goes with fewer"
        return "too few days" if self.fit.n_independent < pairs_needed(CORRELATION_SOUGHT) else "nothing shown"


@dataclass(frozen=True)
class LeftOut:
    """A circumstance of which nothing can be told, and why."""

    circumstance: Circumstance
    n_athletes: int  # who have it on a rated day
    why: str


@dataclass(frozen=True, eq=False)
class FormAndDay(Result):
    """Clean repetitions beside what is known of the day. Made by `form_and_day`."""

    days: pd.DataFrame
    known: tuple[FormBeside, ...]
    left_out: tuple[LeftOut, ...]
    with_load: bool  # whether the load stands beside each
    conf_level: float

    def tidy(self) -> pd.DataFrame:
        """One row a circumstance: repetitions for a usual swing of it."""
        rows = [
            (one.circumstance.name, "reps", one.change_reps, one.fit.std_error * one.fit.exposure_sd, *one.interval)
            for one in self.known
        ]
        return tidy_table(rows, self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n (days), n_athletes, n_told, with_load, detectable_r, p_holm (the least)."""
        most = max(one.fit.n_independent for one in self.known)
        return glance_row(
            self,
            "with_load",
            n=len(self.days),
            n_athletes=self.days["athlete_id"].nunique(),
            n_told=len(self.known),
            detectable_r=detectable_correlation(most),
            p_holm=min(one.p_holm for one in self.known),
        )


def form_and_day(
    days: pd.DataFrame, circumstances: Sequence[Circumstance], *, conf_level: float = CONF_LEVEL
) -> FormAndDay:
    """Do clean repetitions go with what is known of the day?

    Model, estimator and refusals: see the model card above.

    Parameters
    ----------
    days : DataFrame
        One row an athlete and rated day: athlete_id, local_date, clean_reps, load_kg, and the columns of
        `circumstances`, NaN where not known.
    circumstances : sequence of Circumstance

    Raises
    ------
    NotEnoughData : no circumstance of which 6 athletes tell anything on rated days.
    DataProblem : a count of repetitions that is infinite or negative.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> days = pd.DataFrame({"athlete_id": np.repeat(list("abcdefgh"), 20), "load_kg": 60.0})
    >>> days["local_date"] = np.tile(pd.date_range("2026-01-05", periods=20, freq="7D"), 8)
    >>> days["sleep"] = rng.normal(7, 1, 160)
    >>> days["clean_reps"] = 5 + 0.8 * (days["sleep"] - 7) + rng.normal(0, 1, 160)
    >>> found = form_and_day(days, [Circumstance("sleep", "Sleep", "points")])
    >>> found.known[0].verdict, round(found.known[0].change_reps, 1)
    ('goes with more', 0.8)
    """
    check_possible(days["clean_reps"], "count of clean repetitions", "reps", sign="not negative")
    rated = days.dropna(subset=["clean_reps"])
    with_load = _load_differs(rated)
    beside = ["load_kg"] if with_load else []
    fits, left_out = [], []
    for one in circumstances:
        known = rated.dropna(subset=[one.column, *beside])
        fit = within_slope(known, one.column, "clean_reps", time="local_date", beside=beside) if len(known) else None
        if fit is None:
            left_out.append(LeftOut(one, known["athlete_id"].nunique(), _why_not(known, one)))
        else:
            fits.append((one, fit, len(rated) - len(known)))
    if not fits:
        raise NotEnoughData(
            " ".join(one.why for one in left_out) or "Nothing is known of the days beside form. Ask for sleep."
        )
    p_holm = multipletests([fit.p_value for _, fit, _ in fits], method="holm")[1]
    told = tuple(
        FormBeside(one, fit, float(p), len(fits), missing, conf_level)
        for (one, fit, missing), p in zip(fits, p_holm, strict=True)
    )
    return FormAndDay(rated.reset_index(drop=True), told, tuple(left_out), with_load, conf_level)


def _load_differs(rated: pd.DataFrame) -> bool:
    """Whether loads are known and differ within athletes."""
    loads = rated.groupby("athlete_id")["load_kg"]
    return bool(rated["load_kg"].notna().all() and (loads.transform("nunique") > 1).any()) if len(rated) else False


def _why_not(known: pd.DataFrame, one: Circumstance) -> str:
    n_athletes = known["athlete_id"].nunique()
    if n_athletes == 0:
        return f"{one.name}: not recorded on a day with rated form. Record it on those days."
    if n_athletes < LEAST_ATHLETES:
        return f"{one.name}: recorded on rated days of {n_athletes}, and {LEAST_ATHLETES} athletes are needed."
    if np.ptp(known[one.column]) == 0:
        return f"{one.name}: the same on every rated day, which tells nothing. Check how it is asked."
    return (
        f"{one.name}: too few rated days beyond the athletes' own levels and the season. Go on rating one set a week."
    )
