"""Banister's fitness-fatigue model: performance is a level, plus what training builds, minus what it tires.

Model card
----------
Question: how did one athlete's tests follow the logged load?
Data: one load (AU) a calendar day, and tests in a unit in which larger is better.
Formula: p(t) = p0 + k1 sum w e^(-lag / tau1) - k2 sum w e^(-lag / tau2), w the loads, k1, k2 >= 0 in the tests' unit by
AU, tau1 > tau2 in days, given (42 and 7) or fitted within 1 to 120.
Estimator: least squares; gains by non-negative least squares at given time constants, these by variable projection
(`projection`).
Interval: t from the Jacobian at the optimum; none for what is fixed or stopped at a bound. It holds where the sum of
squares is a bowl; `uncertainty` says where it is not, and has the simulated coverage of profile and bootstrap. The t
interval itself was not simulated.
Refuses: no more tests than parameters, tests that are all the same, a load that is 0 on every day, a NaN load unless it
is said what it means, time constants out of order.
Criticism: ill-conditioned: many pairs of time constants fit alike, so that those of two athletes are not to be
compared. A good fit is no foresight; that is asked in `skill`. Load is one number, and the answer to it is held for
constant.

References
----------
Banister et al. 1975, Aust J Sports Med 7:57-61; Morton et al. 1990, J Appl Physiol 69(3):1171-1177 (42 and 7 days);
Hellard et al. 2006, J Sports Sci 24(5):509-520 (ill-conditioning).
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.load_balance import Missing
from analysis.models.fitness_fatigue.impulse import FIXED_TAU1_D, FIXED_TAU2_D, Convention, LaggedLoads, lagged_loads
from analysis.models.fitness_fatigue.projection import (
    RATIO_LEAST,
    TAU_LEAST_D,
    TAU_MOST_D,
    best_fit,
    nonnegative,
    targets,
)
from analysis.models.plausible import check_possible, check_varied
from analysis.models.result import glance_row, tidy_table, with_fitted

Signs = Literal["nonnegative", "any"]

_ON_BOUND = 1e-6  # relative distance


@dataclass(frozen=True, eq=False)
class FitnessFatigue:
    """A fitted fitness-fatigue model. Made by `fitness_fatigue`."""

    unit: str
    convention: Convention
    missing: Missing
    signs: Signs
    fixed_tau: bool
    conf_level: float
    p0: float
    k1: float
    tau1_d: float
    k2: float
    tau2_d: float
    daily_load_au: pd.Series  # NaN kept
    tests: pd.DataFrame  # day, value
    sse: float  # sum of squared residuals, in the squared unit
    covariance: pd.DataFrame  # of the terms that were free; those on a bound and fixed ones are left out

    @property
    def df(self) -> int:
        """Tests less parameters fitted."""
        return len(self.tests) - (3 if self.fixed_tau else 5)

    @property
    def at_bound(self) -> tuple[str, ...]:
        """What stopped at a bound of the search, in words; such an estimate is the bound's, not the data's."""
        words = [
            f"{name} is 0, so that {tau} has no meaning"
            for name, tau, gain in (("k1", "tau1", self.k1), ("k2", "tau2", self.k2))
            if self.signs == "nonnegative" and gain == 0
        ]
        if self.fixed_tau:
            return tuple(words)
        if self.tau1_d >= TAU_MOST_D * (1 - _ON_BOUND):
            words.append(f"tau1 is at {TAU_MOST_D:g} days, the longest tried")
        if self.tau2_d <= TAU_LEAST_D * (1 + _ON_BOUND):
            words.append(f"tau2 is at {TAU_LEAST_D:g} day, the shortest tried")
        if self.tau1_d <= self.tau2_d * RATIO_LEAST * (1 + _ON_BOUND):
            words.append(f"tau1 is {RATIO_LEAST:g} times tau2, the closest tried")
        return tuple(words)

    def predict(self, daily_load_au: pd.Series | None = None) -> pd.Series:
        """Performance on every day of the load, by default the load fitted to.

        A longer load (a plan after the log) must begin on the same day, since the responses start at zero there.
        NaN days are treated as in the fit.
        """
        return self.components(daily_load_au)["performance"]

    def components(self, daily_load_au: pd.Series | None = None) -> pd.DataFrame:
        """Fitness and fatigue (k1 g and k2 h, in the unit of performance) and performance, by day."""
        load = self.daily_load_au if daily_load_au is None else daily_load_au.astype(float)
        if load.index[0] != self.daily_load_au.index[0]:
            raise DataProblem(
                f"The load begins on {load.index[0]}, the fitted one on {self.daily_load_au.index[0]}. "
                "Put the plan behind the load that was logged, so that earlier days keep counting."
            )
        lagged = lagged_loads(load, load.index, convention=self.convention, missing=self.missing)
        fitness, fatigue = self.k1 * lagged.response(self.tau1_d), self.k2 * lagged.response(self.tau2_d)
        parts = {"fitness": fitness, "fatigue": fatigue, "performance": self.p0 + fitness - fatigue}
        return pd.DataFrame(parts, index=load.index)

    def tidy(self) -> pd.DataFrame:
        """p0, gains and time constants with t intervals; no interval for what is fixed or on a bound."""
        error = pd.Series(np.sqrt(np.diag(self.covariance)), self.covariance.index)
        rows = [(term, unit, value, error.get(term, np.nan)) for (term, unit), value in self.estimates().items()]
        return tidy_table(rows, self.conf_level, df=self.df)

    def estimates(self) -> dict[tuple[str, str], float]:
        """Estimates by (term, unit): p0, k1, tau1, k2, tau2."""
        by_au = f"{self.unit}/AU"
        return {
            ("p0", self.unit): self.p0,
            ("k1", by_au): self.k1,
            ("tau1", "d"): self.tau1_d,
            ("k2", by_au): self.k2,
            ("tau2", "d"): self.tau2_d,
        }

    def glance(self) -> pd.DataFrame:
        """One row: n, df, days, days_assumed, time_constants, convention, sse, residual_sd, r_squared, at_bound."""
        sse, value = self.sse, self.tests["value"]
        return glance_row(
            n=len(value),
            df=self.df,
            days=len(self.daily_load_au),
            days_assumed=int(self.daily_load_au.isna().sum()),
            time_constants="fixed" if self.fixed_tau else "free",
            convention=self.convention,
            sse=sse,
            residual_sd=float(np.sqrt(sse / self.df)),
            r_squared=1 - sse / float(((value - value.mean()) ** 2).sum()),
            at_bound="; ".join(self.at_bound),
        )

    def augment(self) -> pd.DataFrame:
        """The tests with .fitted and .resid, one row a test."""
        fitted = self.predict().loc[self.tests["day"]].to_numpy()
        return with_fitted(self.tests, "value", fitted)


def fitness_fatigue(
    daily_load_au: pd.Series,
    tests: pd.Series,
    *,
    unit: str,
    convention: Convention,
    tau_d: tuple[float, float] | None = (FIXED_TAU1_D, FIXED_TAU2_D),
    missing: Missing = "refuse",
    signs: Signs = "nonnegative",
    conf_level: float = 0.95,
) -> FitnessFatigue:
    """Fit the model to tests by least squares.

    Parameters
    ----------
    daily_load_au : Series of float
        One value a calendar day.
    tests : Series of float, index days within the load
        Performance in `unit`, larger is better. NaN is a day without a test.
    convention : "same_day" or "next_day"
        Whether a load counts on its own day (a test after training) or from the day after (a test before it).
    tau_d : (tau1, tau2) in days; None fits them
        Fitted within 1 to 120 days, tau1 at least 1.05 times tau2. `at_bound` says where the search stopped there.
    missing : "refuse", "as_rest" or "hold"
        What a NaN load means, see `impulse.lagged_loads`.
    signs : "nonnegative" or "any"
        Whether k1, k2 >= 0 is demanded; "any" is for fixed time constants.
    conf_level : float
        Of the t intervals.

    Raises
    ------
    NotEnoughData
        With fewer tests than parameters and one, or tests that are all the same.
    DataProblem
        For loads or tests that do not fit together, time constants out of order, or loads that are all 0.

    Examples
    --------
    >>> from analysis.models.fitness_fatigue.impulse import impulse_response
    >>> load = pd.Series([50.0, 0.0, 80.0, 20.0, 0.0, 60.0, 0.0, 0.0])
    >>> truth = 200 + 0.5 * impulse_response(load, 42, convention="next_day")
    >>> fit = fitness_fatigue(load, truth, unit="W", convention="next_day")
    >>> round(fit.p0, 6), round(fit.k1, 6)
    (200.0, 0.5)
    """
    load, known = daily_load_au.astype(float), tests.dropna()
    _check(load, known, tau_d, signs)
    lagged = lagged_loads(load, known.index, convention=convention, missing=missing)
    values = known.to_numpy(dtype=float)
    tau1_d, tau2_d = map(float, best_fit(targets(lagged, values)).tau_d[0] if tau_d is None else tau_d)
    linear = _linear(lagged, values, np.array([tau1_d, tau2_d]), signs)
    blank = FitnessFatigue(
        unit=unit,
        convention=convention,
        missing=missing,
        signs=signs,
        fixed_tau=tau_d is not None,
        conf_level=conf_level,
        p0=linear.p0,
        k1=float(linear.gains[0]),
        tau1_d=tau1_d,
        k2=float(linear.gains[1]),
        tau2_d=tau2_d,
        daily_load_au=load,
        tests=pd.DataFrame({"day": known.index, "value": values}),
        sse=linear.sse,
        covariance=pd.DataFrame(),
    )
    return replace(blank, covariance=_covariance(blank))


def lags_of(fit: FitnessFatigue) -> LaggedLoads:
    """The loads before each test of a fit."""
    days = pd.Index(fit.tests["day"])
    return lagged_loads(fit.daily_load_au, days, convention=fit.convention, missing=fit.missing)


@dataclass(frozen=True, eq=False)
class _Linear:
    p0: float
    gains: np.ndarray  # k1, k2
    sse: float


def _linear(lagged: LaggedLoads, values: np.ndarray, tau_d: np.ndarray, signs: Signs) -> _Linear:
    """Level and gains at given time constants; gains that would be negative are 0 unless any sign is allowed."""
    signed = lagged.response(tau_d).T * [1.0, -1.0]
    active = np.ones(2, dtype=bool)
    if signs == "nonnegative":
        centred = signed - signed.mean(axis=0)
        active = nonnegative(centred.T @ centred, centred.T @ (values - values.mean())) > 0
    fit = sm.OLS(values, np.column_stack([np.ones(len(values)), signed[:, active]])).fit()
    gains = np.zeros(2)
    gains[active] = fit.params[1:]
    return _Linear(float(fit.params[0]), gains, float(fit.ssr))


def jacobian(fit: FitnessFatigue) -> pd.DataFrame:
    """Change of the fitted tests by each term that is free, one row a test.

    Terms that are fixed, stopped at a bound or without meaning are left out.
    """
    columns = {"p0": np.ones(len(fit.tests))}
    tau_d = np.array([fit.tau1_d, fit.tau2_d])
    value, by_log_tau = lags_of(fit).response_and_slope(tau_d)
    slope = by_log_tau / tau_d[:, None]
    for number, (gain, sign) in enumerate(((fit.k1, 1), (fit.k2, -1))):
        if gain == 0:
            continue
        columns[f"k{number + 1}"] = sign * value[number]
        if not fit.fixed_tau and not fit.at_bound:
            columns[f"tau{number + 1}"] = sign * gain * slope[number]
    return pd.DataFrame(columns)


def _covariance(fit: FitnessFatigue) -> pd.DataFrame:
    """Residual variance times the inverse of J'J, over the free terms."""
    by_term = jacobian(fit)
    size = np.linalg.norm(by_term, axis=0)  # gains and time constants differ by orders of magnitude
    inverse = np.linalg.pinv(by_term.to_numpy() / size)
    covariance = inverse @ inverse.T * (fit.sse / fit.df) / np.outer(size, size)
    return pd.DataFrame(covariance, by_term.columns, by_term.columns)


def _check(load: pd.Series, tests: pd.Series, tau_d: tuple[float, float] | None, signs: Signs) -> None:
    parameters = 5 if tau_d is None else 3
    if len(tests) <= parameters:
        raise NotEnoughData(
            f"A fitness-fatigue model with {parameters} parameters needs {parameters + 1} tests or more; "
            f"got {len(tests)}. Add tests, or take fixed time constants."
        )
    if tau_d is None and signs == "any":
        raise DataProblem("Gains of any sign leave tau1 and tau2 exchangeable. Give tau_d, or signs='nonnegative'.")
    if tau_d is not None and not tau_d[0] > tau_d[1] > 0:
        raise DataProblem(
            f"Time constants {tuple(tau_d)} are out of order. Give (tau1, tau2) with tau1 above tau2 > 0."
        )
    check_possible(tests, "test")
    check_varied(tests, "test")
    if not (load > 0).any():
        raise DataProblem("The load is 0 on every day. Add the sessions it comes from.")
