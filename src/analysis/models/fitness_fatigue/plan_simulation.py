"""What could a planned block do? An athlete's fitness-fatigue model, drawn many times, over loads not trained yet.

Model card
----------
Question: which range of performance is to be expected on the days of a plan, and which weekly loads within what an
athlete is used to would bring most on its last day?
Model: Banister's, p = p0 + k1 g - k2 h (`fitness_fatigue.banister`), one input, in the unit of the tests.
Refused: unless `fitness_fatigue.skill.review` says "skill", that is with too few tests, with time constants that the
tests do not bound, and where the load does not foresee the tests.
Estimator: each draw of `fitness_fatigue.uncertainty.bootstrap` gives one course; the fan is their quantiles by day.
Interval: percentiles of the draws, 90 % unless told. For a new test the residual SD is added. Two plans are compared
draw by draw: what is not known of the athlete is the same for both, so their difference is known better than either.
Best block: performance on the last day is linear in the weekly loads, so the loads that bring most on the mean of the
draws solve a linear programme (scipy's HiGHS), exactly. Limits: no week above the one before by more than a ramp, none
above the largest week logged, none below a share of the usual week. The optimum of a linear programme lies on its
limits: read it as a direction (build, then taper), not as a prescription.
Measured, of the 90 % fan for a test 28 days after the last one that was known, on loads that were trained: 120 made-up
seasons a cell, a test a week with a noise of 4 W, AR(1) errors (`tests/simulations/test_plan_simulated.py`); percent of
held-out tests and of true performances inside, and of seasons that were refused:

|  n | rho | tests | courses | refused |
|---:|----:|------:|--------:|--------:|
| 15 |   0 |    94 |      97 |      74 |
| 30 |   0 |    91 |      98 |      18 |
| 30 |  .3 |    91 |      91 |      23 |
| 30 |  .6 |    88 |      92 |      12 |

Criticism: the model knows load as one number; it holds the athlete's answer for constant; a plan unlike anything in the
log is extrapolated, which no interval shows. The best plan was chosen on the draws that tell its gain, so that the gain
is told a little too large. Not for the choice of a load by itself: illness, form and pain are not in it.

References
----------
Fitz-Clarke et al. 1991, J Appl Physiol 71(3):1151-1158 (planning from influence curves); Bosquet et al. 2007, Med Sci
Sports Exerc 39(8):1358-1365 (tapers cut the volume by 41 to 60 %); Hellard et al. 2006, J Sports Sci 24(5):509-520.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.units import signed_text
from analysis.models.fitness_fatigue.skill import Review
from analysis.models.fitness_fatigue.uncertainty import Bootstrap, bootstrap
from analysis.models.fitness_fatigue.usual_week import WEEK_D, UsualWeek, days_after, usual_week
from analysis.models.result import Interval, Result, glance_row, t_quantile, tidy_table

CONF_LEVEL = 0.90
INNER_LEVEL = 0.50  # of the fan's inner band
RAMP_MOST = 0.10  # a week above the one before
LEAST_SHARE = 0.4  # of the usual week; Bosquet et al. 2007
N_DRAWS = 1000


@dataclass(frozen=True, eq=False)
class PlanSimulation(Result):
    """Courses that a plan could take. Made by `simulate_plan`."""

    review: Review
    drawn: Bootstrap
    planned_load_au: pd.Series  # by day, behind the log
    courses: np.ndarray  # (n_draws, n_days of the plan), without the error of a test
    conf_level: float

    @property
    def unit(self) -> str:
        return self.review.fit.unit

    @property
    def last_day(self) -> object:
        """The day the plan aims at."""
        return self.planned_load_au.index[-1]

    def predict(self) -> pd.DataFrame:
        """The fan by day of the plan.

        Columns estimate (the fitted model), inner_low, inner_high (the middle half of the courses), conf_low, conf_high
        (of the courses), test_low, test_high (of one new test).
        """
        estimate = self._fitted()
        inner, outer = (_between(self.courses, level) for level in (INNER_LEVEL, self.conf_level))
        noise = t_quantile(np.inf, self.conf_level) * float(self.review.fit.glance()["residual_sd"].iloc[0])
        return pd.DataFrame(
            {
                "estimate": estimate,
                "inner_low": np.minimum(inner.low, estimate),
                "inner_high": np.maximum(inner.high, estimate),
                "conf_low": np.minimum(outer.low, estimate),
                "conf_high": np.maximum(outer.high, estimate),
                "test_low": estimate - np.hypot(np.maximum(estimate - outer.low, 0), noise),
                "test_high": estimate + np.hypot(np.maximum(outer.high - estimate, 0), noise),
            },
            index=self.planned_load_au.index,
        )

    def tidy(self) -> pd.DataFrame:
        """Rows: performance on the last day of the plan, and its change since the last day of the log."""
        before = self.drawn.courses()[:, -1]
        fan = self.predict().iloc[-1]
        now = float(self.review.fit.predict().iloc[-1])
        draws = self.courses[:, -1] - before
        told = fan["estimate"], self.courses[:, -1].std(), fan["conf_low"], fan["conf_high"]
        change = _of_draws(fan["estimate"] - now, draws, self.conf_level)
        return tidy_table([("performance", self.unit, *told), ("change", self.unit, *change)], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n (tests), days, n_draws, load_au (of the whole plan), skill."""
        return glance_row(
            n=len(self.review.fit.tests),
            days=len(self.planned_load_au),
            n_draws=len(self.courses),
            load_au=float(self.planned_load_au.sum()),
            skill=float(self.review.glance()["skill"].iloc[0]),
        )

    def against(self, other: "PlanSimulation") -> "PlanDifference":
        """This plan less another on their last day, draw by draw.

        Raises
        ------
        DataProblem
            Plans that end on different days, or simulations that do not share their draws.
        """
        if self.last_day != other.last_day:
            raise DataProblem(f"The plans end on {self.last_day} and on {other.last_day}. Let them end on one day.")
        if not self.drawn.draws.equals(other.drawn.draws):
            raise DataProblem("The plans were simulated with different draws. Use one fit, one seed and one n_draws.")
        less = self.courses[:, -1] - other.courses[:, -1]
        return PlanDifference(self.unit, float(self._fitted()[-1] - other._fitted()[-1]), less, self.conf_level)

    def _fitted(self) -> np.ndarray:
        fit, planned = self.review.fit, self.planned_load_au
        return fit.predict(_behind(fit.daily_load_au.iloc[:, 0], planned)).to_numpy()[-len(planned) :]


@dataclass(frozen=True, eq=False)
class PlanDifference(Result):
    """One plan less another on the day both aim at. Made by `PlanSimulation.against`."""

    unit: str
    estimate: float
    draws: np.ndarray  # (n_draws,)
    conf_level: float

    @property
    def share_better(self) -> float:
        """Share of the draws in which the plan is the better one."""
        return float((self.draws > 0).mean())

    def tidy(self) -> pd.DataFrame:
        """One row: the difference with the percentile interval of the draws, widened to hold the estimate."""
        told = _of_draws(self.estimate, self.draws, self.conf_level)
        return tidy_table([("difference", self.unit, *told)], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n_draws, share_better."""
        return glance_row(self, "share_better", n_draws=len(self.draws))


def simulate_plan(
    found: Review,
    planned_load_au: pd.Series,
    *,
    seed: int,
    n_draws: int = N_DRAWS,
    conf_level: float = CONF_LEVEL,
) -> PlanSimulation:
    """The courses of performance that a planned daily load could lead to.

    Parameters
    ----------
    found : Review
        Of one input, with the verdict "skill"; its log ends on the day before the plan.
    planned_load_au : Series of float, shape (n_days,)
        One load for every day, 0 on days of rest, from the day after the log on.
    seed : int
        Of the draws. Plans are compared with one seed.

    Raises
    ------
    NotEnoughData
        The verdict is not "skill"; the sentence says which it is.
    DataProblem
        Several inputs; a plan that does not begin on the day after the log, skips days, or holds a missing or a
        negative load.

    Examples
    --------
    >>> from analysis.models.fitness_fatigue.skill import review
    >>> load = pd.Series(np.random.default_rng(1).gamma(2, 30, 120))
    >>> tests = pd.Series([251.0, 248, 255, 250, 247, 252, 249, 254], index=range(20, 116, 12))
    >>> found = review(load, tests, unit="W", convention="next_day")
    >>> simulate_plan(found, pd.Series([50.0] * 7, index=range(120, 127)), seed=1)
    Traceback (most recent call last):
    analysis.base.errors.NotEnoughData: No plan is simulated. Too few tests: 8 of the 15 that a verdict needs. ...
    """
    require_skill(found)
    return _simulated(found, planned_load_au, bootstrap(found.fit, n_draws=n_draws, seed=seed), conf_level)


def simulate_weeks(
    found: Review, shares: Sequence[float], *, seed: int, n_draws: int = N_DRAWS, conf_level: float = CONF_LEVEL
) -> PlanSimulation:
    """The courses of weeks that are `shares` of the usual week, one share a week; errors as `best_block`."""
    require_skill(found)
    log = found.fit.daily_load_au.iloc[:, 0]
    usual = usual_week(log)
    plan = usual.plan([share * usual.load_au for share in shares], log.index[-1])
    return simulate_plan(found, plan, seed=seed, n_draws=n_draws, conf_level=conf_level)


def require_skill(found: Review) -> None:
    """Nothing, where the load of one input foresees the tests; else the errors of `simulate_plan`."""
    if len(found.fit.responses) > 1:
        raise DataProblem(
            f"A plan is simulated for one load; this model has {len(found.fit.responses)}. "
            "Review the load that the plan changes by itself."
        )
    if found.verdict != "skill":
        raise NotEnoughData(f"No plan is simulated. {found.sentence()}")


@dataclass(frozen=True, eq=False)
class BestBlock(Result):
    """The weekly loads that bring most on the last day, within limits. Made by `best_block`."""

    weeks: pd.DataFrame  # week, first_day, load_au, least_au, most_au, limit (which one it lies on)
    usual: UsualWeek
    best: PlanSimulation
    steady: PlanSimulation  # the usual week again and again

    @property
    def gain(self) -> PlanDifference:
        """The best block less the steady one on the last day."""
        return self.best.against(self.steady)

    def sentence(self) -> str:
        """What the block could bring, in words."""
        told = self.gain.tidy().iloc[0]
        decimals = max(0, -int(np.floor(np.log10(told["std_error"])))) if told["std_error"] > 0 else 2
        gain, low, high = (signed_text(told[column], decimals) for column in ("estimate", "conf_low", "conf_high"))
        return (
            f"Against the usual week: {gain} {self.best.unit} on {_day_text(self.best.last_day)} "
            f"({100 * told['conf_level']:.0f} % interval {low} to {high}), "
            "if the athlete goes on answering as so far."
        )

    def tidy(self) -> pd.DataFrame:
        """Rows: performance on the last day of the best and of the steady block, and their difference."""
        parts = [
            self.best.tidy().head(1).assign(term="best block"),
            self.steady.tidy().head(1).assign(term="usual weeks"),
            self.gain.tidy(),
        ]
        return pd.concat(parts, ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """One row: weeks, usual_week_au, largest_step_pct (week on week), load_au (of the best block), share_better."""
        before = np.append(self.usual.load_au, self.weeks["load_au"].to_numpy()[:-1])
        return glance_row(
            weeks=len(self.weeks),
            usual_week_au=self.usual.load_au,
            largest_step_pct=float(100 * (self.weeks["load_au"].to_numpy() / before - 1).max()),
            load_au=float(self.weeks["load_au"].sum()),
            share_better=self.gain.share_better,
        )


def best_block(
    found: Review,
    *,
    weeks: int,
    seed: int,
    ramp_most: float = RAMP_MOST,
    least_share: float = LEAST_SHARE,
    most_au: float | None = None,
    n_draws: int = N_DRAWS,
    conf_level: float = CONF_LEVEL,
) -> BestBlock:
    """The weekly loads after the log that the model expects to bring most on the last day.

    Parameters
    ----------
    found : Review
        As for `simulate_plan`.
    weeks : int
        Length of the block.
    ramp_most : float
        How far a week may lie above the one before, as a share; the first is held against the usual week.
    least_share : float
        Share of the usual week that no week goes below.
    most_au : float, optional
        Load that no week goes above; the largest 7 days of the log if not given, unknown days counted as rest.

    Raises
    ------
    NotEnoughData, DataProblem
        As `simulate_plan` and `usual_week`; limits that leave no load; no week.
    """
    require_skill(found)
    if weeks < 1:
        raise DataProblem(f"A block of {weeks} weeks has no load. Give one week or more.")
    log = found.fit.daily_load_au.iloc[:, 0]
    usual = usual_week(log)
    largest_au = float(log.fillna(0.0).rolling(WEEK_D).sum().max()) if most_au is None else most_au
    least_au = least_share * usual.load_au
    if largest_au < least_au:
        raise DataProblem(
            f"No week may go above {largest_au:.0f} AU nor below {least_au:.0f} AU. Raise most_au or lower least_share."
        )
    drawn = bootstrap(found.fit, n_draws=n_draws, seed=seed)
    steady_plan = usual.plan([usual.load_au] * weeks, log.index[-1])
    steady = _simulated(found, steady_plan, drawn, conf_level)
    worth = _worth_of_a_week(drawn, log, usual, weeks)
    load_au = _highest(worth, usual.load_au, least_au=least_au, most_au=largest_au, ramp_most=ramp_most)
    best = _simulated(found, usual.plan(load_au, log.index[-1]), drawn, conf_level)
    before_au = np.append(usual.load_au, load_au[:-1])
    allowed_au = np.minimum(largest_au, (1 + ramp_most) * before_au)
    return BestBlock(
        weeks=pd.DataFrame(
            {
                "week": np.arange(1, weeks + 1),
                "first_day": steady_plan.index[::WEEK_D],
                "load_au": load_au,
                "least_au": least_au,
                "most_au": allowed_au,
                "limit": _limits_met(load_au, least_au, allowed_au, largest_au),
            }
        ),
        usual=usual,
        best=best,
        steady=steady,
    )


def _simulated(found: Review, planned_load_au: pd.Series, drawn: Bootstrap, conf_level: float) -> PlanSimulation:
    log = found.fit.daily_load_au.iloc[:, 0]
    _check_plan(planned_load_au, log)
    courses = drawn.courses(_behind(log, planned_load_au))[:, -len(planned_load_au) :]
    return PlanSimulation(found, drawn, planned_load_au, courses, conf_level)


def _check_plan(planned_load_au: pd.Series, log: pd.Series) -> None:
    expected = days_after(log.index[-1], len(planned_load_au))
    if len(planned_load_au) == 0 or not planned_load_au.index.equals(expected):
        raise DataProblem(
            f"The plan must have one load for every day from the day after {_day_text(log.index[-1])} on. "
            "Write 0 on days of rest."
        )
    if planned_load_au.isna().any() or (planned_load_au < 0).any():
        raise DataProblem("A planned load is missing or below 0. Write 0 on days of rest.")


def _worth_of_a_week(drawn: Bootstrap, log: pd.Series, usual: UsualWeek, weeks: int) -> np.ndarray:
    """What 1 AU more in each week adds to the last day, the mean of the draws: performance is linear in the loads."""

    def on_the_last_day(weekly_au: np.ndarray) -> float:
        return float(drawn.courses(_behind(log, usual.plan(weekly_au, log.index[-1])))[:, -1].mean())

    nothing = on_the_last_day(np.zeros(weeks))
    usual_au = usual.load_au
    return np.array([(on_the_last_day(usual_au * row) - nothing) / usual_au for row in np.eye(weeks)])


def _highest(worth: np.ndarray, usual_au: float, *, least_au: float, most_au: float, ramp_most: float) -> np.ndarray:
    """The weekly loads with the highest worth inside the limits, in units of the usual week while solving."""
    weeks = len(worth)
    ramp = np.eye(weeks) - (1 + ramp_most) * np.eye(weeks, k=-1)
    step_most = np.zeros(weeks)
    step_most[0] = 1 + ramp_most
    bounds = (least_au / usual_au, most_au / usual_au)
    solved = optimize.linprog(-worth / np.abs(worth).max(), A_ub=ramp, b_ub=step_most, bounds=bounds)
    if not solved.success:
        raise DataProblem(f"The limits leave no load for {weeks} weeks. Raise ramp_most or lower least_share.")
    return solved.x * usual_au


def _limits_met(load_au: np.ndarray, least_au: float, allowed_au: np.ndarray, largest_au: float) -> list[str]:
    def limit(load: float, allowed: float) -> str:
        if np.isclose(load, least_au):
            return "least"
        if np.isclose(load, largest_au):
            return "largest"
        return "ramp" if np.isclose(load, allowed) else ""

    return [limit(load, allowed) for load, allowed in zip(load_au, allowed_au, strict=True)]


def _behind(log: pd.Series, planned_load_au: pd.Series) -> pd.Series:
    return pd.concat([log, planned_load_au])


def _between(draws: np.ndarray, level: float) -> Interval:
    """The middle `level` of draws, by column where there are several."""
    tail = (1 - level) / 2
    return Interval(*np.quantile(draws, [tail, 1 - tail], axis=0))


def _of_draws(estimate: float, draws: np.ndarray, level: float) -> tuple[float, float, float, float]:
    """The estimate, the SD of its draws, and their percentile interval, widened to hold the estimate."""
    low, high = _between(draws, level)
    return estimate, draws.std(), min(low, estimate), max(high, estimate)


def _day_text(day: object) -> str:
    return str(day.date()) if isinstance(day, pd.Timestamp) else f"day {day}"
