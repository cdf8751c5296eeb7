"""Does the load foresee the next test? Forecasts on rolling origins against naive ones, and against shifted loads.

Model card
----------
Question: is the next test foreseen better with the load than by rules that know no load?
Data: a fit of `banister`; from the seventh test on each test is forecast from those before it.
Formula: skill = 1 - MSE / MSE of the best naive forecast: the last test, the mean, or the straight line through the
tests so far; errors are in the unit of the tests.
Estimator: gains (and free time constants, over a grid) fitted again at each origin.
Verdict: beating naive rules is not enough, since a load that has nothing to do with the tests can do so; so the load is
also moved round in a circle by other numbers of days, and p is the share of moves that forecast at least as well.

- too few tests: fewer than 15
- not identifiable: the tests do not bound free time constants; 42 and 7 days are taken instead, and said
- skill: skill > 0 and p <= .05
- no skill shown: everything else

Interval: none of the skill; the shifts judge it. Simulated with 42 and 7 days and a test a week, 2,000 seasons each
(`tests/test_fitness_fatigue.py`): on loads that have nothing to do with the tests "skill" is said in 4.0 % (noise
around a line), 3.4 % (carried errors) and 2.1 % (random walk) of cases at 15 tests, in 1.1, 1.7 and 0.1 % at 30. Power
where tests do follow the load (their SD 30 W), 500 seasons each: with test noise of 2, 6 and 12 W 94, 56 and 27 % at 15
tests, 99.8, 89 and 62 % at 30.
Refuses: fewer than 7 tests to forecast anything, fewer than 15 for a verdict, free time constants with several inputs.
Criticism: "no skill shown" after 15 noisy tests is no evidence against the load. The circular shift assumes that the
load looks alike all along: where load and tests both climb over the whole time, the trend forecast is the only guard.

References
----------
Murphy 1988, Mon Weather Rev 116:2417-2424 (skill); Politis & Romano 1992, in LePage & Billard, Exploring the Limits of
Bootstrap (circular shifts keep the order within a series); Hellard et al. 2006, J Sports Sci 24(5):509-520.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.load_balance import Missing
from analysis.models.fitness_fatigue.banister import FitnessFatigue, Loads, fitness_fatigue
from analysis.models.fitness_fatigue.impulse import Convention, shifted_responses
from analysis.models.fitness_fatigue.projection import RATIO_LEAST, TAU_LEAST_D, TAU_MOST_D, nonnegative, pair_gains
from analysis.models.fitness_fatigue.uncertainty import ProfileLikelihood, profile_likelihood
from analysis.models.result import Result, glance_row, tidy_table, with_fitted

Verdict = Literal["skill", "no skill shown", "not identifiable", "too few tests"]

FIRST_TRAIN = 6  # tests before the first forecast
VERDICT_LEAST = 15
P_MOST = 0.05
SHIFTS_MOST = 200

NAIVE = {"last": "carrying the last test forward", "mean": "the mean so far", "trend": "the straight line so far"}

_FORECAST_TAUS = 16  # grid of a forecast with free time constants


@dataclass(frozen=True, eq=False)
class ForecastSkill(Result):
    """Forecasts of the model and of naive rules. Made by `forecast_skill`."""

    fit: FitnessFatigue
    forecasts: pd.DataFrame  # day, n_train, observed, model, last, mean, trend
    shifted_mse: np.ndarray  # of the model on each shifted load

    @property
    def rmse(self) -> pd.Series:
        """Root mean squared error of model, last, mean and trend, in the unit of the tests."""
        by_rule = self.forecasts[["model", *NAIVE]]
        return np.sqrt((by_rule.sub(self.forecasts["observed"], axis=0) ** 2).mean())

    @property
    def best_naive(self) -> str:
        """The naive rule with the least error: last, mean or trend."""
        return str(self.rmse[list(NAIVE)].idxmin())

    @property
    def skill(self) -> float:
        """1 - MSE / MSE of the best naive forecast."""
        return self.skill_against(self.best_naive)

    def skill_against(self, naive: str) -> float:
        """1 - MSE / MSE of one naive forecast; NaN where that is never wrong."""
        mse = self.rmse**2
        return float(1 - mse["model"] / mse[naive]) if mse[naive] > 0 else np.nan

    @property
    def p_value(self) -> float:
        """Share of the loads, the true one among them, that forecast at least as well as the true one."""
        mse = self.rmse["model"] ** 2
        as_good = self.shifted_mse <= mse * (1 + 1e-12)
        return float((1 + as_good.sum()) / (1 + len(as_good)))

    @property
    def verdict(self) -> Verdict:
        """The rule at the top of this module, without asking whether time constants are identifiable."""
        if len(self.fit.tests) < VERDICT_LEAST:
            return "too few tests"
        return "skill" if self.skill > 0 and self.p_value <= P_MOST else "no skill shown"

    def sentence(self) -> str:
        """The verdict in words."""
        if self.verdict == "too few tests":
            return _too_few(len(self.fit.tests))
        if np.isnan(self.skill):
            return f"No skill shown: {NAIVE[self.best_naive]} has no error that a model could beat."
        share = f"{abs(100 * self.skill):.0f} %"
        rule = NAIVE[self.best_naive]
        if self.verdict == "skill":
            return (
                f"Load helps to foresee the next test: squared error is {share} below {rule}. "
                f"Shifted loads do as well with p = {self.p_value:.2g}."
            )
        if not self.skill > 0:
            return f"No skill shown: load does not beat {rule}. Its squared error is {share} larger."
        return (
            f"No skill shown: squared error is {share} below {rule}, but shifted loads often do as well "
            f"(p = {self.p_value:.2g})."
        )

    def tidy(self) -> pd.DataFrame:
        """Skill against each naive rule; a forecast has no standard error here, the shifts judge it."""
        return tidy_table([(f"skill against {naive}", "", self.skill_against(naive)) for naive in NAIVE], 1 - P_MOST)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_forecasts, n_shifts, time_constants, rmse of each rule, best_naive, skill, p_value, verdict."""
        return glance_row(
            self,
            "best_naive",
            "skill",
            "p_value",
            "verdict",
            n=len(self.fit.tests),
            n_forecasts=len(self.forecasts),
            n_shifts=len(self.shifted_mse),
            time_constants="fixed" if self.fit.fixed_tau else "free",
            **{f"rmse_{name}": value for name, value in self.rmse.items()},
        )

    def augment(self) -> pd.DataFrame:
        """The forecasts with .fitted (of the model) and .resid, one row a test that was forecast."""
        return with_fitted(self.forecasts, "observed", self.forecasts["model"])


@dataclass(frozen=True, eq=False)
class Review(Result):
    """What a report says about an athlete's fitness-fatigue model. Made by `review`.

    `fit` is the one to show: with free time constants where these are identifiable, else with 42 and 7 days.
    """

    fit: FitnessFatigue
    profile: ProfileLikelihood | None  # None with several inputs, or too few tests for free time constants
    skill: ForecastSkill | None  # of `fit`; None where no test can be forecast

    @property
    def verdict(self) -> Verdict:
        if len(self.fit.tests) < VERDICT_LEAST or self.skill is None:
            return "too few tests"
        if self.profile is not None and not self.profile.identifiable:
            return "not identifiable"
        return self.skill.verdict

    def sentence(self) -> str:
        """The verdict in words; after "not identifiable" also what the fixed time constants can do."""
        n = len(self.fit.tests)
        if self.skill is None or self.verdict == "too few tests":
            return _too_few(n)
        if self.verdict == "not identifiable":
            return (
                f"Not identifiable: {n} tests cannot tell the time constants. "
                f"42 and 7 days are taken instead. {self.skill.sentence()}"
            )
        return self.skill.sentence()

    def tidy(self) -> pd.DataFrame:
        """The terms of the fit that is shown; with profile intervals where its time constants are free."""
        return self.fit.tidy() if self.fit.fixed_tau or self.profile is None else self.profile.tidy()

    def glance(self) -> pd.DataFrame:
        """One row: the fit's, with verdict, skill and p_value."""
        skill, p_value = (self.skill.skill, self.skill.p_value) if self.skill else (np.nan, np.nan)
        return self.fit.glance().assign(verdict=self.verdict, skill=skill, p_value=p_value)

    def augment(self) -> pd.DataFrame:
        """The tests with .fitted and .resid of the fit that is shown."""
        return self.fit.augment()


def review(
    daily_load_au: Loads,
    tests: pd.Series,
    *,
    unit: str,
    convention: Convention,
    missing: Missing = "refuse",
    conf_level: float = 0.95,
) -> Review:
    """Fit, ask whether free time constants are identifiable, fall back to 42 and 7 days where not, and judge.

    Parameters, missing values and errors as for `fitness_fatigue`; several inputs are judged at 42 and 7 days.

    Examples
    --------
    >>> load = pd.Series(np.random.default_rng(1).gamma(2, 30, 120))
    >>> tests = pd.Series([251.0, 248, 255, 250, 247, 252, 249, 254], index=range(20, 116, 12))
    >>> review(load, tests, unit="W", convention="next_day").sentence()
    'Too few tests: 8 of the 15 that a verdict needs. 7 more tests needed.'
    """
    settings = {"unit": unit, "convention": convention, "missing": missing, "conf_level": conf_level}
    fixed = fitness_fatigue(daily_load_au, tests, **settings)
    profile = None
    if len(fixed.responses) == 1 and len(fixed.tests) > FIRST_TRAIN:
        profile = profile_likelihood(fitness_fatigue(daily_load_au, tests, tau_d=None, **settings))
    fit = profile.fit if profile is not None and profile.identifiable else fixed
    return Review(fit, profile, forecast_skill(fit) if len(fit.tests) > FIRST_TRAIN else None)


def forecast_skill(fit: FitnessFatigue) -> ForecastSkill:
    """Forecast each test from the seventh on, with the true load and with shifted ones.

    With fixed time constants the gains are refitted at each origin. With free ones so are the time constants, over a
    grid of 16 from 1 to 120 days, without a polish.

    Raises
    ------
    NotEnoughData
        With fewer than 7 tests.
    DataProblem
        For free time constants with several inputs.

    Examples
    --------
    >>> load = pd.Series(np.random.default_rng(1).gamma(2, 30, 120))
    >>> tests = pd.Series([251.0, 248, 255, 250, 247, 252, 249, 254], index=range(20, 116, 12))
    >>> result = forecast_skill(fitness_fatigue(load, tests, unit="W", convention="next_day"))
    >>> result.forecasts[["n_train", "observed", "last"]].values.tolist()
    [[6.0, 249.0, 252.0], [7.0, 254.0, 249.0]]
    """
    tests = fit.tests.sort_values("day", kind="stable", ignore_index=True)
    if len(tests) <= FIRST_TRAIN:
        raise NotEnoughData(
            f"Forecasts begin after {FIRST_TRAIN} tests; got {len(tests)}. {_needed(FIRST_TRAIN + 1 - len(tests))}"
        )
    if not fit.fixed_tau and len(fit.responses) > 1:
        raise DataProblem(
            f"Forecasts with free time constants are of one input; this fit has {len(fit.responses)}. "
            "Fit with fixed time constants."
        )
    values = tests["value"].to_numpy()
    days = fit.daily_load_au.index.get_indexer(pd.Index(tests["day"])).astype(float)
    model, *shifted = _forecasts(fit, pd.Index(tests["day"]), values)
    naive = _naive_forecasts(days, values)
    known = tests.iloc[FIRST_TRAIN:].reset_index(drop=True).rename(columns={"value": "observed"})
    forecasts = known.assign(n_train=np.arange(FIRST_TRAIN, len(tests)), model=model, **naive)
    mse = ((np.array(shifted) - values[FIRST_TRAIN:]) ** 2).mean(axis=1)
    return ForecastSkill(fit, forecasts[["day", "n_train", "observed", "model", *NAIVE]], mse)


def _forecasts(fit: FitnessFatigue, days: pd.Index, values: np.ndarray) -> np.ndarray:
    """Forecasts of the tests from the seventh on: first with the load as it was, then a row a shift.

    All inputs are moved together.
    """
    n_days = len(fit.daily_load_au)
    if fit.missing == "hold":
        n_days = int(fit.daily_load_au.notna().sum().min())
    shifts = np.arange(0, n_days, max(1, int(np.ceil(n_days / SHIFTS_MOST))))

    def responses(name: str, tau_d: np.ndarray) -> np.ndarray:
        load = fit.daily_load_au[name]
        moved = shifted_responses(load, days, tau_d, shifts, convention=fit.convention, missing=fit.missing)
        return moved.transpose(0, 2, 1)

    if fit.fixed_tau:
        signed = [responses(r.load, np.array([r.tau1_d, r.tau2_d])) * [1.0, -1.0] for r in fit.responses]
        return _fixed_forecasts(np.concatenate(signed, axis=2), values)
    grid = np.geomspace(TAU_LEAST_D * RATIO_LEAST, TAU_MOST_D, _FORECAST_TAUS)
    return np.stack([_free_forecasts(of_shift, values) for of_shift in responses(fit.responses[0].load, grid)])


def _fixed_forecasts(signed: np.ndarray, values: np.ndarray) -> np.ndarray:
    """From the responses, shape (n_loads, n_tests, p), with gains refitted to the tests before each."""
    gram, moment, means, value_mean = _before_each(signed, values)
    gains = nonnegative(gram, moment)
    return value_mean + (gains * (signed[:, FIRST_TRAIN:] - means)).sum(axis=-1)


def _free_forecasts(response: np.ndarray, values: np.ndarray) -> np.ndarray:
    """From the responses over the grid, shape (n_tests, n_taus): best pair of the tests before each."""
    gram, moment, means, value_mean = _before_each(response, values)
    slow, fast = np.tril_indices(response.shape[1], -1)
    parts = gram[:, slow, slow], gram[:, slow, fast], gram[:, fast, fast], moment[:, slow], moment[:, fast]
    gains = pair_gains(*parts)
    each, best = np.arange(len(gram)), gains.explained.argmax(axis=1)
    ahead = response[FIRST_TRAIN:] - means
    k1, k2 = gains.k1[each, best], gains.k2[each, best]
    return value_mean + k1 * ahead[each, slow[best]] - k2 * ahead[each, fast[best]]


def _before_each(columns: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Centred inner products over the tests before each forecast, and the means that were taken off.

    `columns` has shape (..., n_tests, p). The whole mean goes first, so that running sums do not cancel.
    """
    shift, value_shift = columns.mean(axis=-2, keepdims=True), values.mean()
    x, y = columns - shift, values - value_shift
    n = np.arange(FIRST_TRAIN, len(values))[:, None]
    upto = slice(FIRST_TRAIN - 1, -1)
    x_sum, y_sum = np.cumsum(x, axis=-2)[..., upto, :], np.cumsum(y)[upto, None]
    products = np.cumsum(x[..., :, None] * x[..., None, :], axis=-3)[..., upto, :, :]
    gram = products - x_sum[..., :, None] * x_sum[..., None, :] / n[..., None]
    moment = np.cumsum(x * y[:, None], axis=-2)[..., upto, :] - x_sum * y_sum / n
    return gram, moment, x_sum / n + shift, (y_sum / n)[:, 0] + value_shift


def _naive_forecasts(days: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
    """Each test forecast by the one before, by the mean and by the straight line over days of all before."""
    gram, moment, mean_day, mean = _before_each(days[:, None], values)
    spread = gram[:, 0, 0]
    slope = np.divide(moment[:, 0], spread, out=np.zeros_like(spread), where=spread > 0)
    return {
        "last": values[FIRST_TRAIN - 1 : -1],
        "mean": mean,
        "trend": mean + slope * (days[FIRST_TRAIN:] - mean_day[:, 0]),
    }


def _too_few(n: int) -> str:
    return f"Too few tests: {n} of the {VERDICT_LEAST} that a verdict needs. {_needed(VERDICT_LEAST - n)}"


def _needed(more: int) -> str:
    return "1 more test needed." if more == 1 else f"{more} more tests needed."
