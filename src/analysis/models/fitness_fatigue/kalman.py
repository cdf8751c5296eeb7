"""Fitness and fatigue as a state that is filtered from the tests: days without a test are predicted only.

Model card
----------
Question: where does performance stand today, seen from load and tests, with parameters that are known from elsewhere?
Data: one known load (AU) every calendar day, and tests in a unit in which larger is better, one a day at most.
Model: g(t) = e^(-1 / tau_g) (g(t-1) + w(t-1)) + noise, h(t) likewise, p(t) = p0 + k_g g(t) - k_h h(t) + noise; time
constants in days. The load of a day counts from the day after.
Estimator: the Kalman filter of statsmodels; parameters given, or by maximum likelihood, which
is the normal density of the tests, in closed form.
Interval: the filter's normal band, with given parameters only; the 95 % band then held the true performance in 94.5 %
of 600 seasons of 24 tests (`tests/test_fitness_fatigue.py`). With parameters fitted to the same tests no band
is given: simulated, a 95 % band would hold the true performance in 0, 20 and 48 % of 50 seasons with 12, 24 and 60
tests, since the likelihood likes to put all noise into one place. Intervals of fitted parameters are normal, from the
curvature of the likelihood, and were not simulated.
Refuses: a day without a known load, a test outside the load, two tests on a day; to fit, fewer than 10 tests or tests
that are all the same.
Criticism: parameters known from elsewhere are those of other athletes or seasons, and the band takes them as exact.

References
----------
Kolossa et al. 2017, IJCAI Workshop on Data Mining and Deep Learning for Sports; Durbin & Koopman 2012, Time Series
Analysis by State Space Methods, ch. 4 (filter) and 7 (likelihood).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from scipy import optimize
from statsmodels.tools.numdiff import approx_hess3
from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.fitness_fatigue.impulse import LaggedLoads, lagged_loads
from analysis.models.fitness_fatigue.projection import TAU_LEAST_D, TAU_MOST_D
from analysis.models.plausible import check_possible, check_varied
from analysis.models.result import Result, glance_row, t_quantile, tidy_table, with_fitted

FITTED = ("p0", "k_g", "k_h", "tau_g_d", "tau_h_d", "test_sd", "g_sd", "h_sd")
_POSITIVE = set(FITTED) - {"p0"}
_IS_LOG = np.array([name in _POSITIVE for name in FITTED])
_DIFFERENCE = 1e-7  # of a slope of the likelihood
_LOG_REACH = np.log(1e9)  # of gains and SDs, from their start


@dataclass(frozen=True)
class StateParameters:
    """Parameters of the state-space form; gains by AU, time constants in days, SDs of a day's noise."""

    p0: float
    k_g: float
    k_h: float
    tau_g_d: float
    tau_h_d: float
    test_sd: float  # of a test, in the unit of performance
    g_sd: float  # of the state's step, in AU
    h_sd: float
    gh_correlation: float = 0.0  # of the two steps
    start_g: float = 0.0  # state on the evening before the first day, in AU
    start_h: float = 0.0
    start_g_sd: float = 0.0
    start_h_sd: float = 0.0
    start_correlation: float = 0.0


@dataclass(frozen=True, eq=False)
class FilteredFitnessFatigue(Result):
    """States filtered from tests. Made by `filtered` (given parameters) and `fit_states` (maximum likelihood)."""

    unit: str
    parameters: StateParameters
    conf_level: float
    daily_load_au: pd.Series
    load_before_au: float  # of the day before the first
    states: pd.DataFrame  # by day: value, loglik, p_hat, p_se, g_hat, h_hat, g_prior, h_prior, var_g, cov_gh, var_h
    standard_errors: pd.Series  # of the fitted terms; empty where parameters were given

    @property
    def fitted(self) -> bool:
        """Whether the parameters were fitted to these tests."""
        return len(self.standard_errors) > 0

    @property
    def remark(self) -> str:
        """Why there is no band; empty where there is one."""
        return (
            "No band: the parameters were fitted to these tests, and a band would be too narrow." if self.fitted else ""
        )

    @property
    def expected(self) -> pd.Series:
        """Performance on each day as it is expected before a test of that day is seen."""
        known = self.parameters
        return known.p0 + known.k_g * self.states["g_prior"] - known.k_h * self.states["h_prior"]

    @property
    def loglik(self) -> float:
        """Log-likelihood of all tests."""
        return float(self.states["loglik"].sum())

    def predict(self, daily_load_au: pd.Series | None = None) -> pd.DataFrame:
        """Performance by day with its band: estimate, conf_low, conf_high; after the last test it widens.

        The band is NaN where the parameters were fitted to these tests; `remark` and the model card say why.

        A longer load (a plan after the log) must begin on the same day; its new days have no test.
        """
        states = self.states
        if daily_load_au is not None:
            if daily_load_au.index[0] != self.daily_load_au.index[0]:
                raise DataProblem(
                    f"The load begins on {daily_load_au.index[0]}, the filtered one on {self.daily_load_au.index[0]}. "
                    "Put the plan behind the load that was logged."
                )
            tests = self.states["value"].dropna()
            states = filtered(
                daily_load_au, tests, self.parameters, unit=self.unit, load_before_au=self.load_before_au
            ).states
        half = t_quantile(np.inf, self.conf_level) * (np.nan if self.fitted else states["p_se"])
        estimate = states["p_hat"]
        return pd.DataFrame({"estimate": estimate, "conf_low": estimate - half, "conf_high": estimate + half})

    def tidy(self) -> pd.DataFrame:
        """The parameters; normal intervals (on the log scale for positive ones) where they were fitted."""
        z = t_quantile(np.inf, self.conf_level)
        rows: list[tuple] = []
        for term, estimate in asdict(self.parameters).items():
            se = float(self.standard_errors.get(term, np.nan))
            row = (term, self._unit(term), estimate, se)
            if term in _POSITIVE:
                with np.errstate(over="ignore"):  # an SD that goes to 0: its interval has no end
                    spread = np.exp(z * se / estimate)
                row += (estimate / spread, estimate * spread)
            rows.append(row)
        return tidy_table(rows, self.conf_level, df=np.inf)

    def glance(self) -> pd.DataFrame:
        """One row: n, days, loglik, fitted (how many parameters), remark (why there is no band)."""
        n, days = int(self.states["value"].notna().sum()), len(self.states)
        return glance_row(n=n, days=days, loglik=self.loglik, fitted=len(self.standard_errors), remark=self.remark)

    def augment(self) -> pd.DataFrame:
        """The tests with .fitted (the filtered performance) and .resid, one row a test."""
        tests = self.states.loc[self.states["value"].notna(), ["value", "p_hat"]].rename_axis("day").reset_index()
        fitted = tests.pop("p_hat")
        return with_fitted(tests, "value", fitted)

    def _unit(self, term: str) -> str:
        if term in ("p0", "test_sd"):
            return self.unit
        if term.startswith("tau"):
            return "d"
        return {"k_g": f"{self.unit}/AU", "k_h": f"{self.unit}/AU"}.get(term, "" if "correlation" in term else "AU")


def filtered(
    daily_load_au: pd.Series,
    tests: pd.Series,
    parameters: StateParameters,
    *,
    unit: str,
    load_before_au: float | None = None,
    conf_level: float = 0.95,
) -> FilteredFitnessFatigue:
    """Filter the tests with given parameters.

    Parameters
    ----------
    daily_load_au : Series of float, one value a calendar day, without NaN: fill days without a known load first, by
        name, since the state cannot.
    tests : Series of float, index days within the load; NaN and absent days are days without a test.
    load_before_au : the load of the day before the first; None takes the mean of the load.

    Raises
    ------
    NotEnoughData : no day of load at all.
    DataProblem : a NaN, negative or infinite load, an infinite test, a test outside the load, or two tests on a day.

    Examples
    --------
    >>> given = StateParameters(200, 0.5, 0.0, 42, 7, test_sd=1, g_sd=0, h_sd=0)
    >>> result = filtered(pd.Series([100.0, 0.0]), pd.Series([205.0], index=[1]), given, unit="W", load_before_au=0)
    >>> result.states["p_hat"].round(3).tolist()
    [200.0, 248.824]
    """
    values = _aligned(daily_load_au, tests)
    load = daily_load_au.to_numpy(dtype=float)
    before = float(load.mean()) if load_before_au is None else load_before_au
    out = _filter(load, values.to_numpy(), parameters, before).filter()
    (g_hat, h_hat), (g_prior, h_prior) = out.filtered_state, out.predicted_state[:, :-1]
    (var_g, cov_gh), (_, var_h) = out.filtered_state_cov
    gain = np.array([parameters.k_g, -parameters.k_h])
    variance = np.einsum("i,ijt,j->t", gain, out.filtered_state_cov, gain)  # 0 may round to less
    states = pd.DataFrame(
        {
            "value": values.to_numpy(),
            "loglik": out.llf_obs,
            "p_hat": parameters.p0 + gain @ out.filtered_state,
            "p_se": np.sqrt(np.maximum(variance, 0.0)),
            "g_hat": g_hat,
            "h_hat": h_hat,
            "g_prior": g_prior,
            "h_prior": h_prior,
            "var_g": var_g,
            "cov_gh": cov_gh,
            "var_h": var_h,
        },
        index=daily_load_au.index,
    )
    return FilteredFitnessFatigue(
        unit, parameters, conf_level, daily_load_au, before, states, standard_errors=pd.Series(dtype=float)
    )


def fit_states(
    daily_load_au: pd.Series, tests: pd.Series, start: StateParameters, *, unit: str, conf_level: float = 0.95
) -> FilteredFitnessFatigue:
    """Maximum likelihood from `start`: p0, gains, time constants (1 to 120 days) and SDs; its other values are kept.

    Gains and SDs are searched to a thousand millionth of their start and to a thousand million times it.

    Standard errors come from the curvature of the log-likelihood; NaN where it is flat (an SD that goes to 0).

    Raises
    ------
    NotEnoughData : fewer than 10 tests, for 8 parameters, or tests that are all the same.
    DataProblem : as `filtered`; or a start value that must be above 0 and is not.
    """
    values = _aligned(daily_load_au, tests)
    n = int(values.notna().sum())
    if n < len(FITTED) + 2:
        raise NotEnoughData(
            f"The state-space form has {len(FITTED)} parameters and needs {len(FITTED) + 2} tests; got {n}. "
            "Add tests, or filter with given parameters."
        )
    check_varied(values.dropna(), "test")
    for name in sorted(_POSITIVE):
        if not getattr(start, name) > 0:
            raise DataProblem(f"The start value of {name} is {getattr(start, name):g}. Give one above 0.")
    load = daily_load_au.to_numpy(dtype=float)
    log_likelihood = _JointLikelihood.of(load, values.to_numpy(), start, load_before_au=float(load.mean())).at
    solution = optimize.minimize(
        _minus_with_slope, _as_point(start), (log_likelihood,), jac=True, method="L-BFGS-B", bounds=_bounds(start)
    )
    best = _from_point(solution.x, start)
    curvature = approx_hess3(solution.x, lambda point: -float(log_likelihood(point[None])[0]))
    errors = _standard_errors(curvature, best)
    return replace(filtered(daily_load_au, tests, best, unit=unit, conf_level=conf_level), standard_errors=errors)


def _minus_with_slope(point: np.ndarray, log_likelihood: Callable) -> tuple[float, np.ndarray]:
    """Minus the log-likelihood and its slope, by differences of which all are evaluated at once."""
    step = _DIFFERENCE * np.maximum(np.abs(point), 1.0)
    here, *beside = -log_likelihood(np.vstack([point, point + np.diag(step)]))
    return float(here), (np.array(beside) - here) / step


@dataclass(frozen=True, eq=False)
class _JointLikelihood:
    """The filter's likelihood of the tests, in closed form and at many points at a time.

    The tests are jointly normal: for the tests of a season their covariance takes less than a pass over its days.
    """

    lagged: LaggedLoads  # of the tests
    values: np.ndarray  # (n_tests,)
    day: np.ndarray  # (n_tests,), counted from 1
    start: StateParameters

    @classmethod
    def of(
        cls, load_au: np.ndarray, on_each_day: np.ndarray, start: StateParameters, *, load_before_au: float
    ) -> "_JointLikelihood":
        tested = np.isfinite(on_each_day)
        day = np.flatnonzero(tested) + 1
        whole = pd.Series(np.concatenate([[load_before_au], load_au]))
        return cls(lagged_loads(whole, pd.Index(day), convention="next_day"), on_each_day[tested], day, start)

    def at(self, points: np.ndarray) -> np.ndarray:
        """Log-likelihoods of points, shape (n_points, terms)."""
        natural = np.where(_IS_LOG, np.exp(np.where(_IS_LOG, points, 0.0)), points)
        p0, k_g, k_h, tau_g, tau_h, test_sd, g_sd, h_sd = natural.T
        fading_g, fading_h = (-1 / tau[:, None] for tau in (tau_g, tau_h))
        start = self.start
        g, h = (
            self.lagged.response(tau) + first * np.exp(fading * self.day)
            for tau, fading, first in ((tau_g, fading_g, start.start_g), (tau_h, fading_h, start.start_h))
        )
        left = self.values - p0[:, None] - k_g[:, None] * g + k_h[:, None] * h
        first_cross = start.start_correlation * start.start_g_sd * start.start_h_sd
        gg = self._covariances(fading_g, fading_g, g_sd**2, start.start_g_sd**2)
        hh = self._covariances(fading_h, fading_h, h_sd**2, start.start_h_sd**2)
        gh = self._covariances(fading_g, fading_h, start.gh_correlation * g_sd * h_sd, first_cross)
        by_g, by_h = k_g[:, None, None], k_h[:, None, None]
        total = by_g**2 * gg + by_h**2 * hh - by_g * by_h * (gh + gh.transpose(0, 2, 1))
        total = total + (test_sd**2)[:, None, None] * np.eye(len(self.day))
        _, log_det = np.linalg.slogdet(total)
        squares = (left * np.linalg.solve(total, left[:, :, None])[:, :, 0]).sum(axis=1)
        return -(len(self.day) * np.log(2 * np.pi) + log_det + squares) / 2

    def _covariances(self, fading_a: np.ndarray, fading_b: np.ndarray, step: np.ndarray, first: float) -> np.ndarray:
        """Covariance of one state on the day of the row and another on that of the column, (n_points, n, n)."""
        both = fading_a + fading_b
        on_day = first * np.exp(both * self.day) + step[:, None] * np.expm1(both * self.day) / np.expm1(both)
        earlier = np.minimum.outer(np.arange(len(self.day)), np.arange(len(self.day)))
        since = np.subtract.outer(self.day, self.day)
        fading = np.where(since > 0, fading_a[:, None], fading_b[:, None])
        return on_day[:, earlier] * np.exp(fading * np.abs(since))


def _standard_errors(curvature: np.ndarray, best: StateParameters) -> pd.Series:
    variance = np.diag(np.linalg.pinv(curvature))
    se = np.sqrt(np.where(variance > 0, variance, np.nan))
    scale = [getattr(best, name) if name in _POSITIVE else 1.0 for name in FITTED]  # delta method from the log scale
    return pd.Series(se * scale, index=list(FITTED))


def _bounds(start: StateParameters) -> list[tuple[float | None, float | None]]:
    """Of the point: time constants, and for gains and SDs the reach beyond which nothing but overflow is met."""
    tau = (np.log(TAU_LEAST_D), np.log(TAU_MOST_D))

    def bound(name: str, at: float) -> tuple[float | None, float | None]:
        if name.startswith("tau"):
            return tau
        return (at - _LOG_REACH, at + _LOG_REACH) if name in _POSITIVE else (None, None)

    return [bound(name, at) for name, at in zip(FITTED, _as_point(start), strict=True)]


def _as_point(parameters: StateParameters) -> np.ndarray:
    values = [getattr(parameters, name) for name in FITTED]
    return np.array([np.log(v) if name in _POSITIVE else v for name, v in zip(FITTED, values, strict=True)])


def _from_point(point: np.ndarray, start: StateParameters) -> StateParameters:
    values = [float(np.exp(v) if name in _POSITIVE else v) for name, v in zip(FITTED, point, strict=True)]
    return replace(start, **dict(zip(FITTED, values, strict=True)))


def _filter(load: np.ndarray, values: np.ndarray, p: StateParameters, load_before_au: float) -> KalmanFilter:
    """The filter of statsmodels, bound to the tests; its first prediction is that of the first morning."""
    decay = np.exp(-1 / np.array([p.tau_g_d, p.tau_h_d]))
    step = _covariance(p.g_sd, p.h_sd, p.gh_correlation)
    transition = np.diag(decay)
    space = KalmanFilter(k_endog=1, k_states=2)
    space.bind(values[None, :].copy())
    space["design"] = np.array([[p.k_g, -p.k_h]])
    space["obs_intercept"] = np.array([p.p0])
    space["obs_cov"] = np.array([[p.test_sd**2]])
    space["transition"] = transition
    space["state_intercept"] = decay[:, None] * load
    space["selection"] = np.eye(2)
    space["state_cov"] = step
    start = _covariance(p.start_g_sd, p.start_h_sd, p.start_correlation)
    space.initialize_known(
        decay * (np.array([p.start_g, p.start_h]) + load_before_au), transition @ start @ transition + step
    )
    return space


def _covariance(first_sd: float, second_sd: float, correlation: float) -> np.ndarray:
    cross = correlation * first_sd * second_sd
    return np.array([[first_sd**2, cross], [cross, second_sd**2]])


def _aligned(daily_load_au: pd.Series, tests: pd.Series) -> pd.Series:
    """The tests on every day of the load, NaN where there is none."""
    known = tests.dropna()
    if daily_load_au.empty:
        raise NotEnoughData("The load covers 0 days, and a state begins with one. Give one value a calendar day.")
    check_possible(known, "test")
    check_possible(daily_load_au, "daily load", "AU", sign="not negative")
    if daily_load_au.isna().any():
        raise DataProblem(
            f"{int(daily_load_au.isna().sum())} of {len(daily_load_au)} days have no known load. "
            "Log them, or fill them by name before filtering."
        )
    if not known.index.isin(daily_load_au.index).all():
        raise DataProblem(
            f"There is no load for the test of {known.index.difference(daily_load_au.index)[0]}. Extend it."
        )
    if known.index.has_duplicates:
        raise DataProblem(f"{known.index[known.index.duplicated()][0]} has two tests. Give one value a day.")
    return known.astype(float).reindex(daily_load_au.index)
