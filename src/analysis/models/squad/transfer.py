"""Transfer: do weeks with a faster hinge go with faster sprints and runs, now or some weeks later?

Model card
----------
Question: when an athlete's hinge is faster than her own usual, is her check better than her own usual, 0 to 8 weeks on?
Data: weekly means of one hinge measure and one check of 6 athletes or more; a pair is a week of the check and the week
of the hinge that lies the lag before it.
Model: y = athlete + season(week) + b x + e, season a curve of second degree that all athletes share. Within: b, from
deviations of each athlete from her own means, so that strong athletes being fast does not count. Between: the line
through the athletes' means, told apart because it says nothing of training.
Estimator: least squares on the deviations; covariance over athletes (`models.estimators.within_athletes`), which lets
errors carry over from week to week. The unit is that of the check by that of the hinge.
Interval: t with athletes - 3 df. For the between line least squares, t with athletes - 2 df.
Multiplicity: nine lags are looked at; p is Holm's over them and the verdict asks for p <= .05. Intervals are those of
each lag alone.
Placebo: the same model with a series that should show nothing, if none is given the hinge of the next athlete in the
same weeks. Where the placebo shows something, so may the season, and the verdict is withheld.
Refused: fewer than 6 athletes, or no lag that leaves pairs beyond athletes and season. A lag whose pairs lie in fewer
than 3 weeks does not tell the season's curve: it is not judged, and named. "Too few pairs" is the verdict below 85
pairs beyond these, what a correlation of 0.3 takes (power 80 %, two-sided 5 %); a figure is then refused.
Measured on made-up squads of 26 weeks, a hinge value a week, a check every second, a shared season that levels off
(`tests/simulations/test_transfer_simulated.py`): the 95 % interval of one lag covers, 400 squads a cell, in percent

| athletes | rho 0 | rho .6 |
|---------:|------:|-------:|
|        6 |  97.5 |   99.2 |
|       12 |  95.5 |   97.5 |
|       24 |  95.0 |   94.2 |

With 12 athletes and rho .6 the verdict over nine lags says "goes with" in 1.5 % of 200 squads without a link, and in
57 % of 60 squads whose link has r = .37 in independent weeks.

Criticism: errors of measurement in the hinge shrink b: with as much error as true change by half. What changes both
(sleep, illness, a camp of some athletes) makes them go together. Whatever goes together need not be brought about one
by the other. Athletes may differ in b; this is their mean.

References
----------
Mundlak 1978, Econometrica 46(1):69-85 (within and between); Mancl & DeRouen 2001, Biometrics 57(1):126-134 (covariance
with few clusters); Holm 1979, Scand J Statist 6:65-70.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.units import MINUS
from analysis.models.estimators.within_athletes import (
    LEAST_ATHLETES,
    LEAST_TIMES,
    P_MOST,
    POWER,
    beyond,
    detectable_correlation,
    deviations,
    less_own_means,
    pairs_needed,
    within_slope,
)
from analysis.models.result import Result, glance_row, tidy_table
from analysis.models.squad.squad_series import LAGS_WEEKS, SquadSeries, next_athletes, weekly_pairs
from analysis.moved import names_of

__getattr__ = names_of("models.squad.transfer", "models.squad.squad_series")  # for notebooks of version 0.1

Verdict = Literal["goes with better", "goes with worse", "nothing shown", "placebo shows it too", "too few pairs"]

CONF_LEVEL = 0.95
CORRELATION_SOUGHT = 0.3


class BetweenAthletes(NamedTuple):
    """The slope of the line through the athletes' means."""

    slope: float
    std_error: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True, eq=False)
class Transfer(Result):
    """Whether an outcome goes with the hinge, by lag. Made by `transfer`."""

    hinge: SquadSeries
    outcome: SquadSeries
    placebo: SquadSeries
    pairs: pd.DataFrame  # athlete_id, week, lag_weeks, hinge, outcome
    lags: pd.DataFrame  # one row a lag: see `transfer`
    placebo_lags: pd.DataFrame  # the same of the placebo
    between: BetweenAthletes
    lags_weeks: tuple[int, ...]  # that were asked for
    conf_level: float

    @property
    def n_independent(self) -> int:
        """Pairs beyond those that athletes and season use up, at the lag that has most."""
        return int(self.lags["n_independent"].max())

    @property
    def not_judged(self) -> list[int]:
        """Lags in weeks that were asked for and have no row in `lags`."""
        judged = set(self.lags["lag_weeks"])
        return [lag for lag in self.lags_weeks if lag not in judged]

    @property
    def strongest(self) -> pd.Series:
        """The lag with the least p."""
        return self.lags.loc[self.lags["p_value"].idxmin()]

    @property
    def verdict(self) -> Verdict:
        """What may be said; too few pairs and a placebo that shows something come first."""
        if self.n_independent < pairs_needed(CORRELATION_SOUGHT):
            return "too few pairs"
        if self.strongest["p_holm"] > P_MOST:
            return "nothing shown"
        if (self.placebo_lags["p_holm"] <= P_MOST).any():
            return "placebo shows it too"
        better = (self.strongest["slope"] > 0) != self.outcome.lower_is_better
        return "goes with better" if better else "goes with worse"

    def sentence(self) -> str:
        """The verdict in words, then the lags of which it says nothing."""
        if not self.not_judged:
            return self._verdict_words()
        lags = f"{'lag' if len(self.not_judged) == 1 else 'lags'} of {', '.join(map(str, self.not_judged))} weeks"
        needed = f"{LEAST_ATHLETES} athletes and {LEAST_TIMES} different weeks"
        return f"{self._verdict_words()} Not judged: {lags}, whose pairs lack {needed}."

    def _verdict_words(self) -> str:
        hinge, outcome = self.hinge, self.outcome
        if self.verdict == "too few pairs":
            needed = pairs_needed(CORRELATION_SOUGHT)
            return (
                f"Too few pairs to tell: {self.n_independent} beyond the athletes' own levels and the season. "
                f"A correlation of {CORRELATION_SOUGHT:g} takes about {needed}; these could show "
                f"{detectable_correlation(self.n_independent):.2f} or more. Go on testing."
            )
        if self.verdict == "nothing shown":
            step, lags = hinge.swc * self.lags["detectable"].min(), self._lag_range
            return (
                f"Nothing shown: at no lag of {lags} does {outcome.name} go with {hinge.name} beyond chance. "
                f"{step:.2g} {outcome.unit} for each {hinge.swc:g} {hinge.unit} would have been seen in most cases."
            )
        if self.verdict == "placebo shows it too":
            return (
                f"Cannot tell: {self.placebo.name} goes with {outcome.name} too, which it should not. "
                "Something that all share, as the season, may be behind both."
            )
        at = self.strongest
        step, low, high = (hinge.swc * at[column] for column in ("slope", "conf_low", "conf_high"))
        quality = "better" if self.verdict == "goes with better" else "worse"
        return (
            f"A faster {hinge.name} goes with a {quality} {outcome.name} {_weeks_later(int(at['lag_weeks']))}: "
            f"{_signed(step)} {outcome.unit} for each {hinge.swc:g} {hinge.unit} "
            f"({100 * self.conf_level:.0f} % interval {_signed(low)} to {_signed(high)}; "
            f"p = {at['p_holm']:.2g} over {len(self.lags)} lags). "
            "Going together does not say which brings which."
        )

    def tidy(self) -> pd.DataFrame:
        """Rows: the slope within athletes at each lag, then the slope between athletes."""
        rows = [
            (f"within, lag {at.lag_weeks} weeks", self.slope_unit, at.slope, at.std_error, at.conf_low, at.conf_high)
            for at in self.lags.itertuples()
        ]
        return tidy_table([*rows, ("between", self.slope_unit, *self.between)], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n_athletes, n_pairs and n_independent (at the lag with most), detectable_r, p_holm, verdict."""
        return glance_row(
            n_athletes=int(self.lags["n_athletes"].max()),
            n_pairs=int(self.lags["n_pairs"].max()),
            n_independent=self.n_independent,
            detectable_r=detectable_correlation(self.n_independent),
            p_holm=float(self.lags["p_holm"].min()),
            placebo_p_holm=float(self.placebo_lags["p_holm"].min()),
            verdict=self.verdict,
        )

    @property
    def slope_unit(self) -> str:
        return f"{self.outcome.unit} per {self.hinge.unit}"

    @property
    def _lag_range(self) -> str:
        return f"{self.lags['lag_weeks'].min()} to {self.lags['lag_weeks'].max()} weeks"


def transfer(
    hinge: SquadSeries,
    outcome: SquadSeries,
    *,
    placebo: SquadSeries | None = None,
    lags_weeks: Sequence[int] = LAGS_WEEKS,
    conf_level: float = CONF_LEVEL,
) -> Transfer:
    """Whether weeks with more of the hinge go with more of the outcome, within athletes.

    Parameters
    ----------
    hinge, outcome : SquadSeries
    placebo : SquadSeries, optional
        A series that should show nothing; the hinge of the next athlete if not given.
    lags_weeks : sequence of int
        Weeks from the hinge to the outcome.

    Returns
    -------
    Transfer
        Its `lags` have one row a lag that leaves pairs: lag_weeks, n_pairs, n_athletes, n_independent (pairs less
        athletes and season), slope, std_error, df, conf_low, conf_high, p_value, p_holm, correlation (partial, within
        athletes), detectable (slope found in 80 % of cases at p_holm <= .05).

    Raises
    ------
    NotEnoughData
        Fewer than 6 athletes with pairs, or pairs in fewer than 3 weeks, at every lag; or a hinge that never differs
        from an athlete's own mean.
    DataProblem
        No lag, or one below 0.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> days = pd.date_range("2026-01-05", periods=26, freq="7D")
    >>> hinge = pd.DataFrame({"athlete_id": np.repeat(list("abcdefgh"), 26), "local_date": np.tile(days, 8)})
    >>> hinge["value"] = rng.normal(0.65, 0.05, len(hinge))
    >>> sprint = hinge.assign(value=4.0 - 1.2 * hinge["value"] + rng.normal(0, 0.05, len(hinge)))
    >>> speed = SquadSeries("deadlift", "m/s", 0.04, False, hinge)
    >>> transfer(speed, SquadSeries("20 m sprint", "s", 0.03, True, sprint)).verdict
    'goes with better'
    """
    if len(lags_weeks) == 0 or min(lags_weeks) < 0:
        raise DataProblem(f"Lags of {list(lags_weeks)} weeks cannot be judged. Give one or more, from 0 up.")
    placebo = next_athletes(hinge) if placebo is None else placebo
    pairs = weekly_pairs(hinge, outcome, lags_weeks)
    return Transfer(
        hinge=hinge,
        outcome=outcome,
        placebo=placebo,
        pairs=pairs,
        lags=_by_lag(pairs, conf_level),
        placebo_lags=_by_lag(weekly_pairs(placebo, outcome, lags_weeks), conf_level),
        between=_between(hinge, outcome, conf_level),
        lags_weeks=tuple(lags_weeks),
        conf_level=conf_level,
    )


def within_athletes(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs of one lag with hinge_within and outcome_within, less each athlete's mean and the shared season.

    Both are residuals of least squares on athletes and the season's curve; their slope is that of `transfer`.

    >>> week = pd.date_range("2026-01-05", periods=5, freq="7D")
    >>> pairs = pd.DataFrame({"athlete_id": "a", "week": week, "hinge": [1.0, 2, 1, 2, 1], "outcome": 3.0})
    >>> bool(within_athletes(pairs)["outcome_within"].abs().max() < 1e-9)
    True
    """
    season = deviations(pairs, [], time="week")
    both = less_own_means(pairs["athlete_id"], pairs[["hinge", "outcome"]].to_numpy(dtype=float))
    hinge, outcome = beyond(season, both).T
    return pairs.assign(hinge_within=hinge, outcome_within=outcome)


def _by_lag(pairs: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    rows = [_one_lag(int(lag), of_lag, conf_level) for lag, of_lag in pairs.groupby("lag_weeks")]
    known = [row for row in rows if row is not None]
    if not known:
        most = pairs.groupby("lag_weeks")[["athlete_id", "week"]].nunique().max().fillna(0)
        raise NotEnoughData(
            f"Transfer needs {LEAST_ATHLETES} athletes with pairs of both in {LEAST_TIMES} different weeks; "
            f"got {most['athlete_id']:.0f} athletes and {most['week']:.0f} weeks. "
            "Test more athletes, or go on for some weeks."
        )
    lags = pd.DataFrame(known)
    chance = (1 - conf_level) / len(lags)
    found = stats.t.ppf(1 - chance / 2, lags["df"]) + stats.t.ppf(POWER, lags["df"])
    return lags.assign(p_holm=multipletests(lags["p_value"], method="holm")[1], detectable=found * lags["std_error"])


def _one_lag(lag: int, pairs: pd.DataFrame, conf_level: float) -> dict[str, float] | None:
    """One row of `Transfer.lags`; None where the pairs leave nothing to fit."""
    found = within_slope(pairs, "hinge", "outcome", time="week")
    if found is None:
        return None
    low, high = found.interval(conf_level)
    named = ("n_pairs", "n_athletes", "n_independent", "slope", "std_error", "df")
    told = {name: getattr(found, name) for name in (*named, "p_value", "correlation")}
    return {"lag_weeks": lag, **told, "conf_low": low, "conf_high": high}


def _between(hinge: SquadSeries, outcome: SquadSeries, conf_level: float) -> BetweenAthletes:
    """The line through the athletes' means."""
    means = pd.concat(
        [part.values.groupby("athlete_id")["value"].mean() for part in (hinge, outcome)], axis=1, join="inner"
    ).set_axis(["hinge", "outcome"], axis=1)
    if means["hinge"].nunique() < LEAST_ATHLETES:
        raise NotEnoughData(
            f"Transfer needs {LEAST_ATHLETES} athletes with both measures; got {len(means)}. Test more athletes."
        )
    fit = sm.OLS(means["outcome"], sm.add_constant(means[["hinge"]])).fit()
    low, high = fit.conf_int(alpha=1 - conf_level).loc["hinge"]
    return BetweenAthletes(*map(float, (fit.params["hinge"], fit.bse["hinge"], low, high)))


def _signed(value: float) -> str:
    """A change to two digits, with its sign."""
    return f"{value:+.2g}".replace("-", MINUS)


def _weeks_later(lag: int) -> str:
    return {0: "in the same week", 1: "a week later"}.get(lag, f"{lag} weeks later")
