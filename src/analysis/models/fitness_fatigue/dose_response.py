"""Variable dose-response: training that comes close together tires more than the same training spread out.

Model card
----------
Question: does a dose of fatigue that builds up describe the tests better than Banister's model?
Data: one load (AU) a calendar day of one input, and 8 tests or more in a unit in which larger is better.
Formula: p(t) = p0 + k1 sum w e^(-lag / tau1) - k2 sum d e^(-lag / tau2), with d(t) = sum of w up to t, each e^(-lag /
tau3), and time constants in days. Busso multiplies d by the load of the day; both are here.
Estimator: least squares from several starts; gains of 0 or more solved at given time constants.
Interval: t with n - 6 degrees of freedom from the Jacobian; none where the search stopped at a bound, which `at_bound`
tells and which is the rule more than the exception. Not simulated: with six parameters on a season of tests it is a
hint.
Refuses: fewer than 8 tests, tests that are all the same, loads that `banister` refuses.
Criticism: two more decisions than Banister's model make it less identifiable, not more. Nothing here asks whether it
foresees anything.

References
----------
Busso 2003, Med Sci Sports Exerc 35(7):1188-1195.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.load_balance import Missing
from analysis.models.fitness_fatigue.impulse import Convention, impulse_response, lagged_loads
from analysis.models.fitness_fatigue.projection import RATIO_LEAST, TAU_LEAST_D, pair_gains, pair_products
from analysis.models.plausible import check_possible, check_varied
from analysis.models.result import Result, glance_row, tidy_table, with_fitted

Dose = Literal["filtered", "times_load"]

TAU2_MOST_D, RATIO_MOST, TAU3_MOST_D = 40.0, 20.0, 20.0

_TERMS = ("p0", "k1", "tau1", "k2", "tau2", "tau3")
_START_TAU3_D = (1.0, 2.0, 4.0, 8.0, 16.0)
_GRID = 24
_ON_BOUND = 1e-3


@dataclass(frozen=True, eq=False)
class DoseResponse(Result):
    """A variable dose-response model. Made by `dose_response` (given parameters) and `fit_dose_response`."""

    unit: str
    convention: Convention
    missing: Missing
    dose: Dose
    conf_level: float
    p0: float
    k1: float
    tau1_d: float
    k2: float
    tau2_d: float
    tau3_d: float
    daily_load_au: pd.Series
    tests: pd.DataFrame  # day, value; empty where parameters were given
    standard_errors: pd.Series  # of the fitted terms; empty where parameters were given

    @property
    def df(self) -> int:
        """Tests less parameters."""
        return len(self.tests) - len(_TERMS)

    @property
    def at_bound(self) -> tuple[str, ...]:
        """What stopped at a bound of the search, in words."""
        ends = {
            "k1 is 0": self.k1 == 0,
            "k2 is 0": self.k2 == 0,
            f"tau2 is at {TAU2_MOST_D:g} days, the longest tried": _near(self.tau2_d, TAU2_MOST_D),
            f"tau2 is at {TAU_LEAST_D:g} day, the shortest tried": _near(self.tau2_d, TAU_LEAST_D),
            f"tau3 is at {TAU3_MOST_D:g} days, the longest tried": _near(self.tau3_d, TAU3_MOST_D),
            f"tau3 is at {TAU_LEAST_D:g} day, the shortest tried": _near(self.tau3_d, TAU_LEAST_D),
            f"tau1 is {RATIO_LEAST:g} times tau2, the closest tried": _near(self.tau1_d, self.tau2_d * RATIO_LEAST),
            f"tau1 is {RATIO_MOST:g} times tau2, the farthest tried": _near(self.tau1_d, self.tau2_d * RATIO_MOST),
        }
        return tuple(words for words, there in ends.items() if there) if len(self.tests) else ()

    def components(self, daily_load_au: pd.Series | None = None) -> pd.DataFrame:
        """By day: fitness_au and fatigue_au (before the gains), and performance in its unit."""
        load = self.daily_load_au if daily_load_au is None else daily_load_au
        if load.index[0] != self.daily_load_au.index[0]:
            raise DataProblem(
                f"The load begins on {load.index[0]}, the model's on {self.daily_load_au.index[0]}. "
                "Put the plan behind the load that was logged."
            )
        settings = {"convention": self.convention, "missing": self.missing}
        fitness = impulse_response(load, self.tau1_d, **settings)
        dose = fatigue_dose(load, self.tau3_d, dose=self.dose, missing=self.missing)
        fatigue = impulse_response(dose, self.tau2_d, **settings)
        performance = self.p0 + self.k1 * fitness - self.k2 * fatigue
        return pd.DataFrame({"fitness_au": fitness, "fatigue_au": fatigue, "performance": performance})

    def predict(self, daily_load_au: pd.Series | None = None) -> pd.Series:
        """Performance on every day of the load, by default the model's own."""
        return self.components(daily_load_au)["performance"]

    def tidy(self) -> pd.DataFrame:
        """The six parameters, with t intervals where they were fitted and did not stop at a bound."""
        estimates = (self.p0, self.k1, self.tau1_d, self.k2, self.tau2_d, self.tau3_d)
        dose_unit = "AU" if self.dose == "filtered" else "AU^2"
        units = (self.unit, f"{self.unit}/AU", "d", f"{self.unit}/{dose_unit}", "d", "d")
        errors = [self.standard_errors.get(term, np.nan) for term in _TERMS]
        return tidy_table(zip(_TERMS, units, estimates, errors, strict=True), self.conf_level, df=self.df)

    def glance(self) -> pd.DataFrame:
        """One row: n, df, dose, sse, residual_sd, at_bound; NaN where parameters were given."""
        sse = float((self.augment()[".resid"] ** 2).sum()) if len(self.tests) else np.nan
        residual_sd = float(np.sqrt(sse / self.df)) if self.df > 0 else np.nan
        more = {"sse": sse, "residual_sd": residual_sd, "at_bound": "; ".join(self.at_bound)}
        return glance_row(n=len(self.tests), df=self.df, dose=self.dose, **more)

    def augment(self) -> pd.DataFrame:
        """The tests with .fitted and .resid, one row a test."""
        fitted = self.predict().loc[self.tests["day"]].to_numpy()
        return with_fitted(self.tests, "value", fitted)


def fatigue_dose(
    daily_load_au: pd.Series, tau3_d: float, *, dose: Dose = "filtered", missing: Missing = "refuse"
) -> pd.Series:
    """The dose of fatigue by day: the load up to and with that day filtered by tau3, in AU.

    With dose="times_load" it is multiplied by the load of the day (Busso 2003), in AU squared. With missing="hold" a
    day without a known load has no dose (NaN), so that what follows holds too.

    >>> fatigue_dose(pd.Series([100.0, 100.0]), 4).round(2).tolist()
    [100.0, 177.88]
    """
    built_up = impulse_response(daily_load_au, tau3_d, convention="same_day", missing=missing)
    if dose == "times_load":
        built_up = built_up * daily_load_au.fillna(0.0)
    return built_up.where(daily_load_au.notna()) if missing == "hold" else built_up


def dose_response(
    daily_load_au: pd.Series,
    *,
    p0: float,
    k1: float,
    tau1_d: float,
    k2: float,
    tau2_d: float,
    tau3_d: float,
    unit: str,
    convention: Convention,
    missing: Missing = "refuse",
    dose: Dose = "filtered",
) -> DoseResponse:
    """The model with given parameters.

    Examples
    --------
    >>> model = dose_response(pd.Series([100.0, 0.0]), p0=250, k1=0.1, tau1_d=45, k2=0.1, tau2_d=10, tau3_d=4, unit="W",
    ...                       convention="next_day")
    >>> model.predict().round(2).tolist()
    [250.0, 250.73]
    """
    return DoseResponse(
        unit=unit,
        convention=convention,
        missing=missing,
        dose=dose,
        conf_level=0.95,
        p0=p0,
        k1=k1,
        tau1_d=tau1_d,
        k2=k2,
        tau2_d=tau2_d,
        tau3_d=tau3_d,
        daily_load_au=daily_load_au,
        tests=pd.DataFrame({"day": daily_load_au.index[:0], "value": pd.Series(dtype=float)}),
        standard_errors=pd.Series(dtype=float),
    )


def fit_dose_response(
    daily_load_au: pd.Series,
    tests: pd.Series,
    *,
    unit: str,
    convention: Convention,
    missing: Missing = "refuse",
    dose: Dose = "filtered",
    conf_level: float = 0.95,
) -> DoseResponse:
    """Least squares with k1, k2 >= 0, tau2 and tau3 of at least 1 day and tau1 at least 1.05 times tau2.

    Parameters, missing values and DataProblem as for `banister.fitness_fatigue`.

    Raises
    ------
    NotEnoughData
        With fewer than 8 tests, for 6 parameters, or tests that are all the same.
    """
    known = tests.dropna()
    if len(known) < len(_TERMS) + 2:
        raise NotEnoughData(
            f"A variable dose-response has {len(_TERMS)} parameters and needs {len(_TERMS) + 2} tests; "
            f"got {len(known)}. Add tests, or take Banister's model with fixed time constants."
        )
    check_possible(known, "test")
    check_varied(known, "test")
    search = _Search(daily_load_au, known, convention, missing, dose)
    low = np.log([TAU_LEAST_D, RATIO_LEAST, TAU_LEAST_D])
    high = np.log([TAU2_MOST_D, RATIO_MOST, TAU3_MOST_D])
    starts = [np.clip(search.best_of_grid(tau3_d), low + _ON_BOUND, high - _ON_BOUND) for tau3_d in _START_TAU3_D]
    found = [optimize.least_squares(search.residual, start, bounds=(low, high), xtol=1e-10) for start in starts]
    best = min(found, key=lambda solution: solution.cost)
    solution = search.solved(best.x)
    given = dose_response(
        daily_load_au,
        p0=solution.p0,
        k1=solution.k1,
        tau1_d=solution.tau_d[0],
        k2=solution.k2,
        tau2_d=solution.tau_d[1],
        tau3_d=solution.tau_d[2],
        unit=unit,
        convention=convention,
        missing=missing,
        dose=dose,
    )
    model = replace(
        given, conf_level=conf_level, tests=pd.DataFrame({"day": known.index, "value": known.to_numpy(dtype=float)})
    )
    return replace(model, standard_errors=pd.Series(dtype=float) if model.at_bound else _standard_errors(model, search))


def _standard_errors(model: DoseResponse, search: "_Search") -> pd.Series:
    """From the Jacobian of all six parameters at the optimum, by central differences."""
    point = np.array([model.p0, model.k1, model.tau1_d, model.k2, model.tau2_d, model.tau3_d])
    step = np.cbrt(np.finfo(float).eps) * np.maximum(np.abs(point), 1e-8)
    columns = [
        (search.fitted(point + move) - search.fitted(point - move)) / (2 * size)
        for move, size in zip(np.diag(step), step, strict=True)
    ]
    jacobian = np.column_stack(columns)
    size = np.linalg.norm(jacobian, axis=0)
    inverse = np.linalg.pinv(jacobian / size)
    variance = float((model.augment()[".resid"] ** 2).sum()) / model.df
    return pd.Series(np.sqrt(np.diag(inverse @ inverse.T) * variance) / size, index=list(_TERMS))


@dataclass(frozen=True, eq=False)
class _Solved:
    p0: float
    k1: float
    k2: float
    tau_d: tuple[float, float, float]
    residual: np.ndarray


@dataclass(frozen=True, eq=False)
class _Search:
    """The tests behind a search over log tau2, log(tau1 / tau2) and log tau3."""

    load: pd.Series
    tests: pd.Series
    convention: Convention
    missing: Missing
    dose: Dose

    def responses(self, tau1_d: np.ndarray, tau2_d: np.ndarray, tau3_d: float) -> tuple[np.ndarray, np.ndarray]:
        settings = {"convention": self.convention, "missing": self.missing}
        dose = fatigue_dose(self.load, tau3_d, dose=self.dose, missing=self.missing)
        fitness = lagged_loads(self.load, self.tests.index, **settings).response(tau1_d)
        return fitness, lagged_loads(dose, self.tests.index, **settings).response(tau2_d)

    def fitted(self, parameters: np.ndarray) -> np.ndarray:
        p0, k1, tau1_d, k2, tau2_d, tau3_d = parameters
        fitness, fatigue = self.responses(tau1_d, tau2_d, tau3_d)
        return p0 + k1 * fitness - k2 * fatigue

    def best_of_grid(self, tau3_d: float) -> np.ndarray:
        """The best point with this tau3 over a grid of tau1 and tau2."""
        tau2_d = np.geomspace(TAU_LEAST_D, TAU2_MOST_D, _GRID)
        ratio = np.geomspace(RATIO_LEAST, RATIO_MOST, _GRID)
        fast, apart = (index.ravel() for index in np.indices((_GRID, _GRID)))
        fitness, fatigue = self.responses(tau2_d[fast] * ratio[apart], tau2_d, tau3_d)
        rows = np.concatenate([fitness, fatigue])
        centred = rows - rows.mean(axis=1, keepdims=True)
        values = self.tests.to_numpy(dtype=float)
        products = pair_products(centred, (values - values.mean())[None], np.arange(len(fast)), len(fast) + fast)
        best = int(pair_gains(*products).explained[:, 0].argmax())
        return np.log([tau2_d[fast[best]], ratio[apart[best]], tau3_d])

    def residual(self, point: np.ndarray) -> np.ndarray:
        return self.solved(point).residual

    def solved(self, point: np.ndarray) -> _Solved:
        """Level and gains at these time constants, exactly."""
        tau2_d, ratio, tau3_d = np.exp(point)
        fitness, fatigue = self.responses(tau2_d * ratio, tau2_d, tau3_d)
        values = self.tests.to_numpy(dtype=float)
        g, h, y = (part - part.mean() for part in (fitness, fatigue, values))
        gains = pair_gains(*(np.array(product) for product in (g @ g, g @ h, h @ h, g @ y, h @ y)))
        k1, k2 = float(gains.k1), float(gains.k2)
        p0 = float(values.mean() - k1 * fitness.mean() + k2 * fatigue.mean())
        tau_d = (float(tau2_d * ratio), float(tau2_d), float(tau3_d))
        return _Solved(p0, k1, k2, tau_d, y - k1 * g + k2 * h)


def _near(value: float, bound: float) -> bool:
    return abs(value / bound - 1) < _ON_BOUND
