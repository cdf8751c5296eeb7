"""After a cue: are the next rated sets better than those after sessions as poor without one?

Model card
----------
Question: does the session after a cue have more clean repetitions than the athlete's sessions after equally good or
poor ones on which no cue was given?
Data: pairs of one rated session and the next of the same athlete, lift and rater; a cue counts for the pair whose first
session is on its day or the last before it.
Model: next = athlete + season(week) + b cue + c (clean repetitions of the session before) + e. Cues are given on poor
days, and days after those are better anyway: c takes that out, b is what is left beside the cue, in units of
repetitions.
Estimator: least squares on deviations from own means, covariance over athletes (`models.estimators.within_athletes`).
Interval: t with athletes less terms df.
Refused: fewer than 5 cues that have a rated session on both sides, or of fewer than 6 athletes.
Measured on 150 made-up squads of 12 athletes with 24 rated sessions, whose cues follow poor days and do nothing (those
of `tests/test_after_cue.py`): the 95 % interval covers 0 in 97 %. The plain difference of the next session and the one
before is above 0 in all, by 1.3 repetitions on average.

Criticism: nobody was drawn by lot to be given a cue. A coach sees more than clean repetitions, and what else made him
speak may make the next session better. Own means that hold the session before pull c down, by about one over the
sessions an athlete has.

References
----------
Barnett, van der Pols & Dobson 2005, Int J Epidemiol 34(1):215-220 (regression to the mean); Nickell 1981, Econometrica
49(6):1417-1426 (own means with a lagged outcome).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.models.estimators.within_athletes import LEAST_ATHLETES, P_MOST, WithinSlope, within_slope
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, tidy_table

CONF_LEVEL = 0.95
LEAST_CUES = 5

Verdict = Literal["more", "fewer", "nothing shown"]


@dataclass(frozen=True, eq=False)
class AfterCue(Result):
    """The next rated session beside a cue. Made by `after_cue`."""

    pairs: pd.DataFrame  # athlete_id, exercise, local_date (of the first), before, after, cue
    fit: WithinSlope
    conf_level: float

    @property
    def n_cues(self) -> int:
        """Pairs with a cue between."""
        return int(self.pairs["cue"].sum())

    @property
    def interval(self) -> Interval:
        """Of the repetitions more beside a cue."""
        return self.fit.interval(self.conf_level)

    @property
    def plain_reps(self) -> float:
        """The next session less the one before, where a cue was given: with the recovery from a poor day in it."""
        cued = self.pairs[self.pairs["cue"] == 1]
        return float((cued["after"] - cued["before"]).mean())

    @property
    def verdict(self) -> Verdict:
        """Whether sessions after a cue differ from others after sessions as good."""
        if self.fit.p_value > P_MOST:
            return "nothing shown"
        return "more" if self.fit.slope > 0 else "fewer"

    def tidy(self) -> pd.DataFrame:
        """One row: repetitions more beside a cue."""
        return tidy_table([("cue", "reps", self.fit.slope, self.fit.std_error, *self.interval)], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n (pairs), n_cues, n_athletes, plain_reps, detectable_reps, p_value, verdict."""
        return glance_row(
            self,
            "n_cues",
            "plain_reps",
            "verdict",
            n=len(self.pairs),
            n_athletes=self.fit.n_athletes,
            detectable_reps=self.fit.detectable(),
            p_value=self.fit.p_value,
        )


def after_cue(sessions: pd.DataFrame, cues: pd.DataFrame, *, conf_level: float = CONF_LEVEL) -> AfterCue:
    """Are rated sessions after a cue better than others after sessions as good?

    Model, estimator and refusals: see the model card above.

    Parameters
    ----------
    sessions : DataFrame
        One row an athlete, lift and rated day: athlete_id, exercise, local_date, clean_reps, rater.
    cues : DataFrame
        Table cues: athlete_id, exercise, local_date.

    Raises
    ------
    NotEnoughData : fewer than 5 cues, or cues of fewer than 6 athletes, with rated sessions on both sides.
    DataProblem : a count of repetitions that is infinite or negative.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> days = pd.date_range("2026-01-05", periods=20, freq="7D")
    >>> sessions = pd.DataFrame({"athlete_id": np.repeat(list("abcdefgh"), 20), "local_date": np.tile(days, 8),
    ...     "exercise": "deadlift", "rater": "coach", "clean_reps": rng.normal(5, 1, 160)})
    >>> cues = sessions[sessions["clean_reps"] < 4]
    >>> found = after_cue(sessions, cues)
    >>> found.n_cues, found.verdict, round(found.plain_reps, 1)
    (26, 'nothing shown', 1.5)
    """
    check_possible(sessions["clean_reps"], "count of clean repetitions", "reps", sign="not negative")
    pairs = _pairs(sessions.dropna(subset=["clean_reps"]), cues)
    cued = pairs[pairs["cue"] == 1]
    if len(cued) < LEAST_CUES or cued["athlete_id"].nunique() < LEAST_ATHLETES:
        raise NotEnoughData(
            f"What follows a cue takes {LEAST_CUES} cues of {LEAST_ATHLETES} athletes with rated sessions on both "
            f"sides; got {len(cued)} of {cued['athlete_id'].nunique()}. Write cues down and rate one set a week."
        )
    fit = within_slope(pairs, "cue", "after", time="local_date", beside=["before"])
    if fit is None:
        raise NotEnoughData("Rated sessions differ too little to tell what follows a cue. Go on rating one set a week.")
    return AfterCue(pairs, fit, conf_level)


def _pairs(sessions: pd.DataFrame, cues: pd.DataFrame) -> pd.DataFrame:
    """Each rated session with the next by the same rater, and whether a cue was given on its day or before the next."""
    key = ["athlete_id", "exercise"]
    ordered = sessions.sort_values([*key, "local_date"], kind="stable", ignore_index=True)
    following = ordered.groupby(key, dropna=False)[["local_date", "clean_reps", "rater"]].shift(-1)
    same_rater = following["rater"].fillna("") == ordered["rater"].fillna("")
    given = {one: set(days) for one, days in cues.groupby(key)["local_date"]}
    cue = [
        any(day <= given_on < next_day for given_on in given.get((athlete_id, exercise), ()))
        for athlete_id, exercise, day, next_day in zip(
            ordered["athlete_id"], ordered["exercise"], ordered["local_date"], following["local_date"], strict=True
        )
    ]
    pairs = ordered[[*key, "local_date"]].assign(
        before=ordered["clean_reps"].astype(float), after=following["clean_reps"], cue=np.array(cue, dtype=float)
    )
    return pairs[same_rater & following["local_date"].notna()].reset_index(drop=True)
