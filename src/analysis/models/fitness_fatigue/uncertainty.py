"""How well a fitness-fatigue fit is pinned down: profile likelihood for each parameter, and a residual bootstrap.

Model card
----------
Question: which values of the level, the gains and the time constants could have given these tests?
Data: a fit of `banister`; for profiles one input and free time constants.
Model: that of the fit, in its units; gains in the tests' unit by AU, time constants in days.
Estimator: a profile fixes one parameter at many values and fits the others again. The bootstrap fits again to tests
drawn from the fit; errors of neighbouring tests are taken to correlate by an unknown rho, and each draw has its own,
drawn by how well it explains the residuals.
Interval: the profile's holds the values whose sum of squares stays below SSE (1 + F / df), F the quantile with 1 and df
degrees of freedom. Where that set reaches an end of the search (1 to 120 days), or where equal time constants are as
good as the best fit, the fit is not `identifiable` and says nothing about its parameters. The bootstrap's is that of
percentiles, widened to hold the estimate.
Refuses: profiles of fixed time constants or several inputs; a bootstrap of free time constants with fewer than 12
tests, of gains of any sign, or with two tests on a day.
Criticism: a profile takes errors for independent. Where errors do not carry over the bootstrap is wider than it need
be: that is the price of not knowing it.

Measured coverage of the 95 % profiles of tau1 and tau2, 2,000 seasons each with independent errors
(`tests/test_fitness_fatigue.py`): 95.2 and 95.6 % at 15 tests, 95.0 and 94.5 % at 30, 95.7 and 95.8 % at 60. Of the 95
% bootstrap in percent, 500 seasons a cell, a test a week, free time constants, AR(1) errors:

|  n | rho |   p0 |   k1 | tau1 |   k2 | tau2 |
|---:|----:|-----:|-----:|-----:|-----:|-----:|
| 12 |   0 | 98.8 | 99.2 | 99.0 | 92.0 | 99.2 |
| 12 |  .3 | 97.6 | 97.4 | 98.0 | 90.0 | 97.6 |
| 12 |  .6 | 93.2 | 95.6 | 95.0 | 87.4 | 97.4 |
| 24 |   0 | 99.0 | 99.4 | 99.2 | 96.4 | 98.4 |
| 24 |  .3 | 97.6 | 97.6 | 98.0 | 93.8 | 96.2 |
| 24 |  .6 | 93.6 | 94.8 | 94.8 | 90.4 | 93.2 |

`coverage_pct` is the lowest of k2 with so many tests, and `remark` says it. With time constants given, those of p0, k1
and k2 cover 92 to 99.7 % at 6, 12 and 24 tests and rho 0, .3 and .6 (300 seasons a cell).

References
----------
Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications, ch. 6 (profiles); Efron & Tibshirani 1993, An
Introduction to the Bootstrap, ch. 9 (residuals); Hellard et al. 2006, J Sports Sci 24(5):509-520.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.coverage import Coverage, lowest_coverage
from analysis.models.estimators.autocorrelated import RHO_GRID, mixing_weights, whiteners
from analysis.models.fitness_fatigue.banister import FitnessFatigue, Loads, frame_of, jacobian, lags_of
from analysis.models.fitness_fatigue.impulse import LaggedLoads, lagged_loads
from analysis.models.fitness_fatigue.projection import (
    FAST,
    RATIO_LEAST,
    SLOW,
    TAU_LEAST_D,
    TAU_MOST_D,
    Axes,
    Targets,
    best_of_grid,
    compressed,
    pair_gains,
    pair_products,
    polished,
    solved_at,
    targets,
)
from analysis.models.result import TIDY_COLUMNS, Interval, Result, glance_row, t_quantile, tidy_table

# lowest measured coverage of its 95 % bootstrap over rho 0 to .6, time constants free, from the table above: by tests
K2_COVERAGE_PCT = {12: 87.4, 24: 90.4}
BOOTSTRAP_LEAST = 12  # tests

_VALUES = 24  # of a time constant over the whole range, and again near the estimate
_NEAR = 5.0  # standard errors that the near values reach
_OTHER_RATIOS = (1.3, 3.0, 10.0)  # starts of the time constant that is not held
_PAIRS = 70  # of time constants on each side of the region that gains are profiled over
_GAIN_VALUES = 61
_RIDGE_TAUS = 12
_DOUBLINGS = 20


@dataclass(frozen=True, eq=False)
class ProfileLikelihood(Result):
    """Profiles of a fit with one input and free time constants. Made by `profile_likelihood`."""

    fit: FitnessFatigue
    curves: pd.DataFrame  # term, value, sse
    limits: pd.DataFrame  # term, conf_low, conf_high, bounded
    threshold_sse: float
    ridge_sse: float  # of the best fit with tau1 at 1.05 times tau2

    @property
    def identifiable(self) -> bool:
        """Whether the tests bound both time constants and tell them apart."""
        return not self.reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the fit is not identifiable, in words; empty where it is."""
        open_ended = self.limits.loc[self.limits["term"].str.startswith("tau") & ~self.limits["bounded"], "term"]
        searched = f"{TAU_LEAST_D:g} to {TAU_MOST_D:g} days"
        words = [f"the interval of {term} has no end within {searched}" for term in open_ended]
        if self.ridge_sse <= self.threshold_sse:
            words.append("equal time constants fit as well")
        return tuple(words)

    def interval(self, term: str) -> Interval:
        """Profile interval of p0, k1, tau1, k2 or tau2; an open end is infinite, or 0 below."""
        row = self.limits.set_index("term").loc[term]
        return Interval(float(row["conf_low"]), float(row["conf_high"]))

    def tidy(self) -> pd.DataFrame:
        """The fit's terms with profile intervals; an open end is infinite, or 0 where nothing less is possible."""
        t = self.fit.tidy()[["term", "unit", "estimate", "std_error"]].merge(self.limits, on="term")
        return t.assign(conf_level=self.fit.conf_level)[TIDY_COLUMNS]

    def glance(self) -> pd.DataFrame:
        """One row: n, df, sse, threshold_sse, ridge_sse, identifiable, reasons."""
        fit = self.fit
        row = glance_row(self, "threshold_sse", "ridge_sse", "identifiable", n=len(fit.tests), df=fit.df, sse=fit.sse)
        return row.assign(reasons="; ".join(self.reasons))


def profile_likelihood(fit: FitnessFatigue) -> ProfileLikelihood:
    """Profiles of p0, k1, tau1, k2 and tau2.

    Raises
    ------
    DataProblem
        For fixed time constants (their t intervals are exact) or several inputs (use `bootstrap`).

    Examples
    --------
    >>> from analysis.models.fitness_fatigue.banister import fitness_fatigue
    >>> load = pd.Series(np.random.default_rng(1).gamma(2, 30, 120))
    >>> tests = pd.Series([251.0, 248, 255, 250, 247, 252, 249, 254], index=range(20, 116, 12))
    >>> fit = fitness_fatigue(load, tests, unit="W", convention="next_day", tau_d=None)
    >>> profile_likelihood(fit).identifiable
    False
    """
    if fit.fixed_tau or len(fit.responses) > 1:
        raise DataProblem(
            f"Profiles are of free time constants and one input; this fit has {len(fit.responses)} and "
            f"{'fixed' if fit.fixed_tau else 'free'} ones. Use its t intervals, or the bootstrap."
        )
    problem = targets(lags_of(fit), fit.tests["value"].to_numpy())
    threshold = fit.sse * (1 + stats.f.ppf(fit.conf_level, 1, fit.df) / fit.df)
    taus = {"tau1": _tau_profile(fit, problem, SLOW), "tau2": _tau_profile(fit, problem, FAST)}
    limits = {term: _tau_limits(curve, threshold) for term, curve in taus.items()}
    ridge_sse = _ridge_sse(problem)
    open_ended = ridge_sse <= threshold or not all(limit.bounded for limit in limits.values())
    gains = _GainProfiles.over(fit, limits, threshold)
    curves = {"p0": gains.level(), "k1": gains.gain(1), "tau1": taus["tau1"], "k2": gains.gain(2), "tau2": taus["tau2"]}
    limits |= {term: _gain_limits(curves[term], threshold, open_ended, term) for term in ("p0", "k1", "k2")}
    return ProfileLikelihood(
        fit=fit,
        curves=pd.concat([_curve_frame(term, curve) for term, curve in curves.items()], ignore_index=True),
        limits=pd.DataFrame([{"term": term, **vars(limits[term])} for term in curves]),
        threshold_sse=float(threshold),
        ridge_sse=ridge_sse,
    )


@dataclass(frozen=True, eq=False)
class Bootstrap(Result):
    """Refits to tests drawn from the fit. Made by `bootstrap`."""

    fit: FitnessFatigue
    draws: pd.DataFrame  # one column a term, one row a draw
    rho: np.ndarray  # (n_draws,), correlation of errors one median gap between tests apart

    def tidy(self) -> pd.DataFrame:
        """The fit's terms with the SD and the percentile interval of the draws, widened to hold the estimate."""
        tail = (1 - self.fit.conf_level) / 2
        rows = []
        for (term, unit), estimate in self.fit.estimates().items():
            low, high = np.quantile(self.draws[term], [tail, 1 - tail])
            rows.append((term, unit, estimate, self.draws[term].std(), min(low, estimate), max(high, estimate)))
        return tidy_table(rows, self.fit.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_draws, residual_sd, rho (mean of the draws), coverage_pct, remark."""
        told = {"n_draws": len(self.draws), "rho": float(self.rho.mean())}
        return self.fit.glance()[["n", "residual_sd"]].assign(
            **told, coverage_pct=self.promise.measured_pct, remark=self.promise.remark
        )

    @property
    def promise(self) -> Coverage:
        """How often the interval of k2, the least sure of the terms, was measured to hold with so many tests."""
        measured_pct = np.nan if self.fit.fixed_tau else lowest_coverage(K2_COVERAGE_PCT, len(self.fit.tests))
        return Coverage("k2", measured_pct, self.fit.conf_level, "where errors carry over from test to test")

    def band(self, daily_load_au: Loads | None = None) -> pd.DataFrame:
        """Performance by day with the interval of the fitted line and, wider, of one new test.

        Columns estimate, conf_low, conf_high, test_low, test_high; the load as for `FitnessFatigue.predict`.
        """
        courses = self.courses(daily_load_au)
        tail = (1 - self.fit.conf_level) / 2
        low, high = np.quantile(courses, [tail, 1 - tail], axis=0)
        noise = t_quantile(np.inf, self.fit.conf_level) * float(self.fit.glance()["residual_sd"].iloc[0])
        estimate = self.fit.predict(daily_load_au)
        return pd.DataFrame(
            {
                "estimate": estimate,
                "conf_low": low,
                "conf_high": high,
                "test_low": estimate - np.hypot(estimate - low, noise),
                "test_high": estimate + np.hypot(high - estimate, noise),
            }
        )

    def courses(self, daily_load_au: Loads | None = None) -> np.ndarray:
        """Performance by draw and day, shape (n_draws, n_days); the load as for `FitnessFatigue.predict`."""
        fit = self.fit
        loads = fit.daily_load_au if daily_load_au is None else frame_of(daily_load_au)
        lines = self.draws[["p0"]].to_numpy() + np.zeros(len(loads))
        for response in fit.responses:
            lagged = lagged_loads(loads[response.load], loads.index, convention=fit.convention, missing=fit.missing)
            for number, sign in ((1, 1), (2, -1)):
                gain, tau = (self.draws[fit.term(f"{name}{number}", response)].to_numpy() for name in ("k", "tau"))
                lines = lines + sign * gain[:, None] * lagged.response(tau)
        return lines


def bootstrap(fit: FitnessFatigue, *, n_draws: int = 1000, seed: int) -> Bootstrap:
    """Refits to the fitted tests plus errors drawn anew, which carry over from test to test as the residuals allow.

    Raises
    ------
    NotEnoughData
        For free time constants and fewer than 12 tests: the intervals would cover too seldom.
    DataProblem
        For gains of any sign, since refits are of gains that are 0 or more; and for two tests on one day.

    Examples
    --------
    >>> from analysis.models.fitness_fatigue.banister import fitness_fatigue
    >>> load = pd.Series(np.random.default_rng(1).gamma(2, 30, 120))
    >>> tests = pd.Series([251.0, 248, 255, 250, 247, 252, 249, 254], index=range(20, 116, 12))
    >>> fit = fitness_fatigue(load, tests, unit="W", convention="next_day")
    >>> bootstrap(fit, n_draws=50, seed=1).draws.shape
    (50, 5)
    """
    if fit.signs == "any":
        raise DataProblem("This fit allows gains of any sign; the bootstrap does not. Fit with signs='nonnegative'.")
    if not fit.fixed_tau and len(fit.tests) < BOOTSTRAP_LEAST:
        raise NotEnoughData(
            f"A bootstrap of free time constants needs {BOOTSTRAP_LEAST} tests; got {len(fit.tests)}. "
            "Add tests, or take fixed time constants."
        )
    errors, rho = _drawn_errors(fit, n_draws, np.random.default_rng(seed))
    return Bootstrap(fit, refits(fit, fit.augment()[".fitted"].to_numpy() + errors), rho)


def _drawn_errors(fit: FitnessFatigue, n_draws: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Errors of the tests, (n_draws, n_tests), and the rho of each draw.

    At each rho the tangent plane of the fit is fitted to the whitened residuals; its restricted likelihood weighs the
    rho, its residual variance, with its own uncertainty, scales the errors.
    """
    day = fit.daily_load_au.index.get_indexer(pd.Index(fit.tests["day"])).astype(float)
    order = np.argsort(day, kind="stable")
    tangent, resid = jacobian(fit).to_numpy()[order], fit.augment()[".resid"].to_numpy()[order]
    tangent = tangent / np.linalg.norm(tangent, axis=0)
    df = len(resid) - tangent.shape[1]
    squares, log_likelihood, colours = [], [], []
    for white in whiteners(day[order]):
        basis, triangle = np.linalg.qr(white.matrix @ tangent)
        left = white.matrix @ resid
        squares.append(max(float(((left - basis @ (basis.T @ left)) ** 2).sum()), np.finfo(float).tiny))
        log_likelihood.append(white.log_det - np.log(np.abs(np.diag(triangle))).sum() - df / 2 * np.log(squares[-1]))
        colours.append(np.linalg.inv(white.matrix))
    each = rng.choice(len(colours), n_draws, p=mixing_weights(np.array(log_likelihood)[:, None])[:, 0])
    sd = np.sqrt(np.array(squares)[each] / rng.chisquare(df, n_draws))
    fresh = rng.standard_normal((n_draws, len(resid)))
    errors = np.empty_like(fresh)
    errors[:, order] = sd[:, None] * (np.array(colours)[each] @ fresh[:, :, None])[:, :, 0]
    return errors, RHO_GRID[each]


def refits(fit: FitnessFatigue, values: np.ndarray) -> pd.DataFrame:
    """The model of `fit` fitted to each row of `values`, shape (n_draws, n_tests): one column a term."""
    lagged = lags_of(fit)
    problem = targets(lagged, values)
    own = np.array([(r.tau1_d, r.tau2_d) for r in fit.responses])
    if fit.fixed_tau:
        found = solved_at(problem, own)
    else:
        problem = compressed(problem)
        one_input = len(lagged) == 1
        found = polished(problem, best_of_grid(problem).tau_d if one_input else np.tile(own, (len(values), 1, 1)))
    mean_load = [LaggedLoads(load.lagged.mean(axis=0, keepdims=True), load.lag_d) for load in lagged]
    p0 = values.mean(axis=1)
    draws = {}
    for number, response in enumerate(fit.responses):
        for which, sign in ((0, 1), (1, -1)):
            gain, tau_d = found.gains[:, 2 * number + which], found.tau_d[:, number, which]
            p0 = p0 - sign * gain * mean_load[number].response(tau_d)[:, 0]
            draws |= {fit.term(f"k{which + 1}", response): gain, fit.term(f"tau{which + 1}", response): tau_d}
    return pd.DataFrame({"p0": p0} | draws)


@dataclass(frozen=True, eq=False)
class _Curve:
    value: np.ndarray  # increasing
    sse: np.ndarray
    estimate: float


@dataclass(frozen=True)
class _Limits:
    conf_low: float
    conf_high: float
    bounded: bool


def _tau_profile(fit: FitnessFatigue, problem: Targets, axes: Axes) -> _Curve:
    """Least sum of squares at each value of tau1 (slow axes) or tau2 (fast axes)."""
    response = fit.responses[0]
    held, other = (response.tau1_d, response.tau2_d) if axes.slow else (response.tau2_d, response.tau1_d)
    least = TAU_LEAST_D * RATIO_LEAST if axes.slow else TAU_LEAST_D
    most = TAU_MOST_D if axes.slow else TAU_MOST_D / RATIO_LEAST
    se = fit.tidy().set_index("term")["std_error"]["tau1" if axes.slow else "tau2"]
    # where the curvature gives no scale, the values near the estimate span a factor of e to each side
    reach = min(_NEAR * se / held, 1.0) if np.isfinite(se) else 1.0
    near = np.clip(held * np.exp(np.linspace(-reach, reach, _VALUES)), least, most)
    values = np.unique(np.concatenate([np.geomspace(least, most, _VALUES), near, [held]]))
    own = values / other if axes.slow else other / values
    ratios = np.column_stack([np.maximum(own, RATIO_LEAST), *(np.full(len(values), r) for r in _OTHER_RATIOS)])
    points = np.column_stack([np.repeat(np.log(values), ratios.shape[1]), np.log(ratios).ravel()])
    many = _repeated(problem, len(points))
    found = polished(many, axes.taus(axes.inside(points)), axes=axes, held=(0,), steps=40)
    return _Curve(values, found.sse.reshape(len(values), -1).min(axis=1), held)


def _ridge_sse(problem: Targets) -> float:
    """Least sum of squares with tau1 as close to tau2 as is tried."""
    tau2 = np.geomspace(TAU_LEAST_D, TAU_MOST_D / RATIO_LEAST, _RIDGE_TAUS)
    start = np.column_stack([tau2 * RATIO_LEAST, tau2])[:, None, :]
    many = _repeated(problem, len(start))
    return float(polished(many, start, held=(1,), steps=40).sse.min())


def _repeated(problem: Targets, times: int) -> Targets:
    return Targets(problem.loads, np.repeat(problem.values, times, axis=0), np.repeat(problem.outside_ss, times))


def _crossings(curve: _Curve, threshold: float) -> tuple[float | None, float | None]:
    """Outermost crossings of the threshold, None where the curve ends below it."""
    inside = np.flatnonzero(curve.sse <= threshold)
    if len(inside) == 0:  # the estimate itself is among the values: only rounding can leave nothing
        return curve.estimate, curve.estimate
    first, last = inside[0], inside[-1]
    low = None if first == 0 else _between(curve, first - 1, first, threshold)
    high = None if last == len(curve.value) - 1 else _between(curve, last + 1, last, threshold)
    return low, high


def _between(curve: _Curve, outer: int, inner: int, threshold: float) -> float:
    """Crossing between two values, linear in the square root of the excess, in which a parabola is straight."""
    least = min(curve.sse.min(), threshold)
    edge, above, below = np.sqrt(np.array([threshold, curve.sse[outer], curve.sse[inner]]) - least)
    if not np.isfinite(above) or above == below:
        return float(curve.value[inner])
    share = (edge - below) / (above - below)
    return float(curve.value[inner] + share * (curve.value[outer] - curve.value[inner]))


def _tau_limits(curve: _Curve, threshold: float) -> _Limits:
    low, high = _crossings(curve, threshold)
    return _Limits(
        0.0 if low is None else min(low, curve.estimate),
        np.inf if high is None else max(high, curve.estimate),
        low is not None and high is not None,
    )


def _gain_limits(curve: _Curve, threshold: float, open_ended: bool, term: str) -> _Limits:
    """Interval of p0, k1 or k2; where the region of the time constants has no end, neither has this."""
    low, high = _crossings(curve, threshold)
    least = -np.inf if term == "p0" else 0.0
    if open_ended:
        return _Limits(least, np.inf, False)
    low, high = least if low is None else low, np.inf if high is None else high
    return _Limits(min(low, curve.estimate), max(high, curve.estimate), bool(np.isfinite([low, high]).all()))


@dataclass(frozen=True, eq=False)
class _GainProfiles:
    """Sums of squares of p0, k1 and k2 over all pairs of time constants that the tests allow."""

    fit: FitnessFatigue
    threshold: float
    centred: tuple  # gg, gh, hh, gy, hy of each pair, tests and responses centred
    raw: tuple
    sums: tuple  # of g, h of each pair, and of the tests
    total_ss: float
    raw_ss: float

    @classmethod
    def over(cls, fit: FitnessFatigue, limits: dict[str, _Limits], threshold: float) -> "_GainProfiles":
        (lagged,) = lags_of(fit)
        response = fit.responses[0]
        sides = [
            np.append(np.geomspace(max(limit.conf_low, TAU_LEAST_D), min(limit.conf_high, TAU_MOST_D), _PAIRS), own)
            for limit, own in ((limits["tau1"], response.tau1_d), (limits["tau2"], response.tau2_d))
        ]
        values = fit.tests["value"].to_numpy()
        rows = lagged.response(np.concatenate(sides))
        slow, fast = (index.ravel() for index in np.indices((_PAIRS + 1, _PAIRS + 1)))
        fast = fast + _PAIRS + 1
        tau_d = np.concatenate(sides)
        apart = tau_d[slow] >= tau_d[fast] * RATIO_LEAST * (1 - 1e-12)
        slow, fast = slow[apart], fast[apart]
        less_mean = rows - rows.mean(axis=1, keepdims=True)
        target, raw_target = (values - values.mean())[None], values[None]
        return cls(
            fit=fit,
            threshold=threshold,
            centred=tuple(part[:, 0] for part in pair_products(less_mean, target, slow, fast)),
            raw=tuple(part[:, 0] for part in pair_products(rows, raw_target, slow, fast)),
            sums=(rows.sum(axis=1)[slow], rows.sum(axis=1)[fast], float(values.sum())),
            total_ss=float((target**2).sum()),
            raw_ss=float((values**2).sum()),
        )

    def gain(self, number: int) -> _Curve:
        """Profile of k1 or k2: the other gain is refitted, held at 0 or more."""
        gg, gh, hh, gy, hy = self.centred
        own, cross, other = (gg, gh, hh) if number == 1 else (hh, gh, gg)
        # the model is k1 g - k2 h: of k2 the own moment changes sign, and so does that of k1 as the other
        own_y, other_y = (gy, -hy) if number == 1 else (-hy, gy)
        response = self.fit.responses[0]
        estimate = response.k1 if number == 1 else response.k2

        def sse(value: float) -> float:
            rest = np.maximum((other_y + cross * value) / other, 0.0)
            fitted_ss = value**2 * own + rest**2 * other - 2 * value * rest * cross
            explained = 2 * (value * own_y + rest * other_y) - fitted_ss
            return float(self.total_ss - explained.max())

        return self._curve(sse, estimate, least=0.0)

    def level(self) -> _Curve:
        """Profile of p0: both gains are refitted to the tests less p0."""
        gg, gh, hh, gy, hy = self.raw
        g_sum, h_sum, y_sum = self.sums
        n = len(self.fit.tests)

        def sse(value: float) -> float:
            explained = pair_gains(gg, gh, hh, gy - value * g_sum, hy - value * h_sum).explained
            return float(self.raw_ss - 2 * value * y_sum + n * value**2 - explained.max())

        return self._curve(sse, self.fit.p0, least=-np.inf)

    def _curve(self, sse, estimate: float, least: float) -> _Curve:
        """The profile from below the lower to above the upper crossing, or as far as it was followed."""
        width = max(abs(estimate), 1e-6) * 0.01
        low, high = self._reach(sse, estimate, -width, least), self._reach(sse, estimate, width, least)
        value = np.unique(np.append(np.linspace(low, high, _GAIN_VALUES), estimate))
        return _Curve(value, np.array([sse(v) for v in value]), estimate)

    def _reach(self, sse, start: float, width: float, least: float) -> float:
        """A value beyond the crossing on one side: steps that double, back to the first ones above the threshold."""
        value = start
        for _ in range(_DOUBLINGS):
            value, width = max(value + width, least), 2 * width
            if value == least or sse(value) > self.threshold:
                break
        return value


def _curve_frame(term: str, curve: _Curve) -> pd.DataFrame:
    return pd.DataFrame({"term": term, "value": curve.value, "sse": curve.sse})
