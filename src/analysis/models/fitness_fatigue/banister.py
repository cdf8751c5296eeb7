"""Banister's fitness-fatigue model: performance is a level, plus what training builds, minus what it tires.

Model card
----------
Question: how did one athlete's tests follow the logged load?
Data: one load (AU) a calendar day of one or several inputs (strength and run apart), and tests in a unit in which
larger is better.
Formula: p(t) = p0 + sum over inputs of k1 sum w e^(-lag / tau1) - k2 sum w e^(-lag / tau2), w the loads, k1, k2 >= 0 in
the tests' unit by AU, tau1 > tau2 in days, given (42 and 7) or fitted within 1 to 120.
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

from collections.abc import Mapping
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
from analysis.models.result import Result, glance_row, tidy_table, with_fitted

Signs = Literal["nonnegative", "any"]
Loads = pd.Series | Mapping[str, pd.Series]

_ON_BOUND = 1e-6  # relative distance


@dataclass(frozen=True)
class Response:
    """What one input does to performance: gains by AU, time constants in days."""

    load: str
    k1: float
    tau1_d: float
    k2: float
    tau2_d: float


@dataclass(frozen=True, eq=False)
class FitnessFatigue(Result):
    """A fitted fitness-fatigue model. Made by `fitness_fatigue`."""

    unit: str
    convention: Convention
    missing: Missing
    signs: Signs
    fixed_tau: bool
    conf_level: float
    p0: float
    responses: tuple[Response, ...]
    daily_load_au: pd.DataFrame  # one column an input, NaN kept
    tests: pd.DataFrame  # day, value
    sse: float  # sum of squared residuals, in the squared unit
    covariance: pd.DataFrame  # of the terms that were free; those on a bound and fixed ones are left out

    @property
    def df(self) -> int:
        """Tests less parameters fitted."""
        return len(self.tests) - 1 - len(self.responses) * (2 if self.fixed_tau else 4)

    @property
    def at_bound(self) -> tuple[str, ...]:
        """What stopped at a bound of the search, in words; such an estimate is the bound's, not the data's."""
        return tuple(words for response in self.responses for words in self._on_bounds(response))

    def predict(self, daily_load_au: Loads | None = None) -> pd.Series:
        """Performance on every day of the load, by default the load fitted to.

        A longer load (a plan after the log) must begin on the same day, since the responses start at zero there.
        NaN days are treated as in the fit.
        """
        return self.components(daily_load_au)["performance"]

    def components(self, daily_load_au: Loads | None = None) -> pd.DataFrame:
        """Fitness and fatigue of each input (k1 g and k2 h, in the unit of performance) and performance, by day."""
        loads = self.daily_load_au if daily_load_au is None else frame_of(daily_load_au)
        self._check_continues(loads)
        parts: dict[str, np.ndarray] = {}
        performance = np.full(len(loads), self.p0)
        for response in self.responses:
            lagged = lagged_loads(loads[response.load], loads.index, convention=self.convention, missing=self.missing)
            fitness = response.k1 * lagged.response(response.tau1_d)
            fatigue = response.k2 * lagged.response(response.tau2_d)
            parts |= {self.term("fitness", response): fitness, self.term("fatigue", response): fatigue}
            performance = performance + fitness - fatigue
        return pd.DataFrame(parts | {"performance": performance}, index=loads.index)

    def tidy(self) -> pd.DataFrame:
        """p0, gains and time constants with t intervals; no interval for what is fixed or on a bound."""
        error = pd.Series(np.sqrt(np.diag(self.covariance)), self.covariance.index)
        rows = [(term, unit, value, error.get(term, np.nan)) for (term, unit), value in self.estimates().items()]
        return tidy_table(rows, self.conf_level, df=self.df)

    def estimates(self) -> dict[tuple[str, str], float]:
        """Estimates by (term, unit): p0, then k1, tau1, k2, tau2 of each input."""
        by_au = f"{self.unit}/AU"
        out = {("p0", self.unit): self.p0}
        for response in self.responses:
            out[self.term("k1", response), by_au] = response.k1
            out[self.term("tau1", response), "d"] = response.tau1_d
            out[self.term("k2", response), by_au] = response.k2
            out[self.term("tau2", response), "d"] = response.tau2_d
        return out

    def glance(self) -> pd.DataFrame:
        """One row: n, df, days, days_assumed, time_constants, convention, sse, residual_sd, r_squared, at_bound."""
        sse, value = self.sse, self.tests["value"]
        return glance_row(
            n=len(value),
            df=self.df,
            days=len(self.daily_load_au),
            days_assumed=int(self.daily_load_au.isna().any(axis=1).sum()),
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

    def term(self, name: str, response: Response) -> str:
        return name if len(self.responses) == 1 else f"{name} {response.load}"

    def _on_bounds(self, response: Response) -> list[str]:
        words = [
            f"{self.term(name, response)} is 0, so that {self.term(tau, response)} has no meaning"
            for name, tau, gain in (("k1", "tau1", response.k1), ("k2", "tau2", response.k2))
            if self.signs == "nonnegative" and gain == 0
        ]
        if self.fixed_tau:
            return words
        tau1, tau2 = self.term("tau1", response), self.term("tau2", response)
        if response.tau1_d >= TAU_MOST_D * (1 - _ON_BOUND):
            words.append(f"{tau1} is at {TAU_MOST_D:g} days, the longest tried")
        if response.tau2_d <= TAU_LEAST_D * (1 + _ON_BOUND):
            words.append(f"{tau2} is at {TAU_LEAST_D:g} day, the shortest tried")
        if response.tau1_d <= response.tau2_d * RATIO_LEAST * (1 + _ON_BOUND):
            words.append(f"{tau1} is {RATIO_LEAST:g} times {tau2}, the closest tried")
        return words

    def _check_continues(self, loads: pd.DataFrame) -> None:
        if missing := set(self.daily_load_au) - set(loads):
            raise DataProblem(
                f"There is no load {sorted(missing)[0]!r}. Give every input that the model was fitted to."
            )
        if loads.index[0] != self.daily_load_au.index[0]:
            raise DataProblem(
                f"The load begins on {loads.index[0]}, the fitted one on {self.daily_load_au.index[0]}. "
                "Put the plan behind the load that was logged, so that earlier days keep counting."
            )


def fitness_fatigue(
    daily_load_au: Loads,
    tests: pd.Series,
    *,
    unit: str,
    convention: Convention,
    tau_d: tuple[float, float] | Mapping[str, tuple[float, float]] | None = (FIXED_TAU1_D, FIXED_TAU2_D),
    missing: Missing = "refuse",
    signs: Signs = "nonnegative",
    conf_level: float = 0.95,
) -> FitnessFatigue:
    """Fit the model to tests by least squares.

    Parameters
    ----------
    daily_load_au : Series, or mapping of names to Series
        One value a calendar day for each input, on the same days. Inputs get parameters of their own.
    tests : Series of float, index days within the load
        Performance in `unit`, larger is better. NaN is a day without a test.
    convention : "same_day" or "next_day"
        Whether a load counts on its own day (a test after training) or from the day after (a test before it).
    tau_d : (tau1, tau2) in days, one pair or one an input; None fits them
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
    >>> round(fit.p0, 6), round(fit.responses[0].k1, 6)
    (200.0, 0.5)
    """
    loads, known = frame_of(daily_load_au), tests.dropna()
    pairs = _pairs(tau_d, list(loads))
    _check(loads, known, pairs, signs)
    lagged = [lagged_loads(loads[name], known.index, convention=convention, missing=missing) for name in loads]
    values = known.to_numpy(dtype=float)
    found = best_fit(targets(lagged, values)).tau_d[0] if pairs is None else pairs
    linear = _linear(lagged, values, found, signs)
    blank = FitnessFatigue(
        unit=unit,
        convention=convention,
        missing=missing,
        signs=signs,
        fixed_tau=pairs is not None,
        conf_level=conf_level,
        p0=linear.p0,
        responses=tuple(
            Response(name, float(k1), float(tau1), float(k2), float(tau2))
            for name, (k1, k2), (tau1, tau2) in zip(loads, linear.gains.reshape(-1, 2), found, strict=True)
        ),
        daily_load_au=loads,
        tests=pd.DataFrame({"day": known.index, "value": values}),
        sse=linear.sse,
        covariance=pd.DataFrame(),
    )
    return replace(blank, covariance=_covariance(blank))


def lags_of(fit: FitnessFatigue) -> list[LaggedLoads]:
    """The loads before each test of a fit, one element an input."""
    return [
        lagged_loads(
            fit.daily_load_au[name], pd.Index(fit.tests["day"]), convention=fit.convention, missing=fit.missing
        )
        for name in fit.daily_load_au
    ]


@dataclass(frozen=True, eq=False)
class _Linear:
    p0: float
    gains: np.ndarray  # k1, k2 of each input
    sse: float


def _linear(lagged: list[LaggedLoads], values: np.ndarray, tau_d: np.ndarray, signs: Signs) -> _Linear:
    """Level and gains at given time constants; gains that would be negative are 0 unless any sign is allowed."""
    signed = _signed(lagged, tau_d)
    active = np.ones(signed.shape[1], dtype=bool)
    if signs == "nonnegative":
        centred = signed - signed.mean(axis=0)
        active = nonnegative(centred.T @ centred, centred.T @ (values - values.mean())) > 0
    fit = sm.OLS(values, np.column_stack([np.ones(len(values)), signed[:, active]])).fit()
    gains = np.zeros(signed.shape[1])
    gains[active] = fit.params[1:]
    return _Linear(float(fit.params[0]), gains, float(fit.ssr))


def _signed(lagged: list[LaggedLoads], tau_d: np.ndarray) -> np.ndarray:
    """g and -h of each input at the tests, shape (n_tests, 2 J)."""
    responses = [load.response(np.asarray(pair)) for load, pair in zip(lagged, tau_d, strict=True)]
    return (np.concatenate(responses) * np.tile([1.0, -1.0], len(lagged))[:, None]).T


def jacobian(fit: FitnessFatigue) -> pd.DataFrame:
    """Change of the fitted tests by each term that is free, one row a test.

    Terms that are fixed, stopped at a bound or without meaning are left out.
    """
    columns = {"p0": np.ones(len(fit.tests))}
    for response, load in zip(fit.responses, lags_of(fit), strict=True):
        tau_d = np.array([response.tau1_d, response.tau2_d])
        value, by_log_tau = load.response_and_slope(tau_d)
        slope = by_log_tau / tau_d[:, None]
        stuck = bool(fit._on_bounds(response)) and not fit.fixed_tau
        for number, (gain, sign) in enumerate(((response.k1, 1), (response.k2, -1))):
            if gain == 0:
                continue
            columns[fit.term(f"k{number + 1}", response)] = sign * value[number]
            if not fit.fixed_tau and not stuck:
                columns[fit.term(f"tau{number + 1}", response)] = sign * gain * slope[number]
    return pd.DataFrame(columns)


def _covariance(fit: FitnessFatigue) -> pd.DataFrame:
    """Residual variance times the inverse of J'J, over the free terms."""
    by_term = jacobian(fit)
    size = np.linalg.norm(by_term, axis=0)  # gains and time constants differ by orders of magnitude
    inverse = np.linalg.pinv(by_term.to_numpy() / size)
    covariance = inverse @ inverse.T * (fit.sse / fit.df) / np.outer(size, size)
    return pd.DataFrame(covariance, by_term.columns, by_term.columns)


def frame_of(daily_load_au: Loads | pd.DataFrame) -> pd.DataFrame:
    """The inputs as columns of floats on one index of days."""
    if isinstance(daily_load_au, pd.Series):
        return pd.DataFrame({"load": daily_load_au.to_numpy(dtype=float)}, index=daily_load_au.index)
    columns = {name: daily_load_au[name].astype(float) for name in daily_load_au}
    first = next(iter(columns.values()))
    for name, column in columns.items():
        if not column.index.equals(first.index):
            raise DataProblem(f"The load {name!r} covers other days. Give every input from the same first to last day.")
    return pd.DataFrame(columns)


def _pairs(tau_d, names: list[str]) -> np.ndarray | None:
    if tau_d is None:
        return None
    by_name = tau_d if isinstance(tau_d, Mapping) else dict.fromkeys(names, tau_d)
    return np.array([by_name[name] for name in names], dtype=float)


def _check(loads: pd.DataFrame, tests: pd.Series, pairs: np.ndarray | None, signs: Signs) -> None:
    parameters = 1 + len(loads.columns) * (4 if pairs is None else 2)
    if len(tests) <= parameters:
        raise NotEnoughData(
            f"A fitness-fatigue model with {parameters} parameters needs {parameters + 1} tests or more; "
            f"got {len(tests)}. Add tests, or take fixed time constants."
        )
    if pairs is None and signs == "any":
        raise DataProblem("Gains of any sign leave tau1 and tau2 exchangeable. Give tau_d, or signs='nonnegative'.")
    if pairs is not None and not ((pairs[:, 0] > pairs[:, 1]) & (pairs[:, 1] > 0)).all():
        raise DataProblem(
            f"Time constants {pairs.tolist()} are out of order. Give (tau1, tau2) with tau1 above tau2 > 0."
        )
    check_possible(tests, "test")
    check_varied(tests, "test")
    for name, used in zip(loads, (loads.to_numpy() > 0).any(axis=0), strict=True):
        if not used:
            raise DataProblem(f"The load {name!r} is 0 on every day. Leave it out, or import its sessions.")
