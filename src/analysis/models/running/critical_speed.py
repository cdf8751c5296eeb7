"""Critical speed and critical power: one two-parameter model, in each of its forms.

Model card
----------
Question: which speed or power can the athlete hold for long, and how much lies above it?
Data: all-out trials, 3 different durations or more, best between 2 and 15 minutes; others are fitted and flagged.
Model: amount = rate * time + reserve, with distance (m), CS (m/s) and D' (m), or work (J), CP (W) and W' (J). The forms
are the same equation solved for different quantities; since each puts the error elsewhere, each gives another estimate,
and a report shows all of them.
Estimator: least squares in the form chosen; the hyperbola by non-linear least squares.
Interval: t with n - 2 degrees of freedom, one of them with 3 trials; that of the hyperbola rests on its linearisation.
That of CS in the distance form covers within 3 points of 95 % over 500 athletes with 4 trials and an error of 12 m
(`tests/test_critical_speed.py`); the other forms were not simulated.
Refuses: fewer than 3 durations, values that are missing or not above 0, trials that give no CS or no D'.
Criticism: with 3 trials one degree of freedom is left and the interval is wide. In the form of amount on time the error
is taken as equal at every length, and an r2 near 1 says nothing, since distance grows with time in any case. CS
overstates what is held for an hour. There is no greatest speed or power: at short times the model promises too much.

References
----------
Monod & Scherrer 1965, Ergonomics 8:329-338; Hughson et al. 1984, Int J Sports Med 5:23-25; Jones & Vanhatalo 2017,
Sports Med 47(S1):65-78; Jones et al. 2019, Physiol Rep 7:e14098 (choice among the forms).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple, TypeVar

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.estimators.nonlinear import Curve, Fitted, least_squares
from analysis.models.plausible import check_complete
from analysis.models.result import Result, glance_row, tidy_table, with_fitted

SpeedForm = Literal["distance_on_time", "speed_on_inverse_time", "time_on_speed"]
PowerForm = Literal["work_on_time", "power_on_inverse_time", "time_on_power"]
SPEED_FORMS: tuple[SpeedForm, ...] = ("distance_on_time", "speed_on_inverse_time", "time_on_speed")
POWER_FORMS: tuple[PowerForm, ...] = ("work_on_time", "power_on_inverse_time", "time_on_power")

SHORTEST_S = 120.0
LONGEST_S = 900.0
MIN_DURATIONS = 3
ROUNDING = 1e-9  # of the largest distance or work: a smaller reserve is none


class Words(NamedTuple):
    """What the two parameters of the model are called, and what a trial measures."""

    name: str
    rate: str
    rate_unit: str
    reserve: str
    reserve_unit: str
    measured: str
    measured_name: str
    measured_unit: str


@dataclass(frozen=True, eq=False)
class CriticalIntensity(Result):
    """A rate that can be held for long, and the reserve above it; in the units that `words` names."""

    words: ClassVar[Words]
    forms: ClassVar[tuple[str, ...]]

    rate: float
    reserve: float
    rate_se: float
    reserve_se: float
    r_squared: float  # of the form fitted: forms are not to be compared by it
    form: str
    conf_level: float
    trials: pd.DataFrame  # what was measured, duration_s, and outside_2_15_min: what was fitted

    def predict(self, duration_s) -> np.ndarray:
        """What a trial of `duration_s` measures, in its unit."""
        raise NotImplementedError

    def tidy(self) -> pd.DataFrame:
        """Rate and reserve with their intervals."""
        told = self.words
        rate = (told.rate, told.rate_unit, self.rate, self.rate_se)
        reserve = (told.reserve, told.reserve_unit, self.reserve, self.reserve_se)
        return tidy_table([rate, reserve], self.conf_level, df=len(self.trials) - 2)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_outside_2_15_min, df, form, r_squared, sum_of_se_pct, residual SD of what was measured."""
        df, resid = len(self.trials) - 2, self.augment()[".resid"]
        found = {
            "n": len(self.trials),
            "n_outside_2_15_min": int(self.trials["outside_2_15_min"].sum()),
            "df": df,
            "form": self.form,
            "r_squared": self.r_squared,
            "sum_of_se_pct": 100 * (self.rate_se / self.rate + self.reserve_se / self.reserve),
            f"residual_sd_{self.words.measured_unit.lower()}": float(np.sqrt((resid**2).sum() / df)),
        }
        return glance_row(**found)

    def augment(self) -> pd.DataFrame:
        """The trials with .fitted and .resid of what was measured, whatever the form."""
        return with_fitted(self.trials, self.words.measured, self.predict(self.trials["duration_s"]))


@dataclass(frozen=True, eq=False)
class CriticalSpeed(CriticalIntensity):
    """Critical speed and D'. Made by `critical_speed`."""

    words = Words("critical speed", "CS", "m/s", "D'", "m", "distance_m", "distance", "m")
    forms = SPEED_FORMS

    @property
    def cs_m_s(self) -> float:
        return self.rate

    @property
    def d_prime_m(self) -> float:
        return self.reserve

    def predict(self, duration_s) -> np.ndarray:
        """Distance covered in `duration_s`, in metres."""
        return self.rate * np.asarray(duration_s, dtype=float) + self.reserve


@dataclass(frozen=True, eq=False)
class CriticalPower(CriticalIntensity):
    """Critical power and W'. Made by `critical_power`."""

    words = Words("critical power", "CP", "W", "W'", "J", "power_w", "power", "W")
    forms = POWER_FORMS

    @property
    def cp_w(self) -> float:
        return self.rate

    @property
    def w_prime_j(self) -> float:
        return self.reserve

    def predict(self, duration_s) -> np.ndarray:
        """Power that can be held for `duration_s`, in watts."""
        return self.rate + self.reserve / np.asarray(duration_s, dtype=float)


def critical_speed(
    trials: pd.DataFrame, *, form: SpeedForm = "distance_on_time", conf_level: float = 0.95
) -> CriticalSpeed:
    """Which speed can the athlete hold for long, and which distance can be run above it?

    Parameters
    ----------
    trials : DataFrame with distance_m and duration_s, one row an all-out trial; no value missing.
        Trials outside 2 to 15 minutes are fitted and flagged in `outside_2_15_min`, not dropped.
    form : distance on time, speed on 1 / time (both straight lines) or time on speed (the hyperbola).

    Raises
    ------
    NotEnoughData : fewer than 3 different durations.
    DataProblem : a missing or non-positive value, or trials that give a CS or D' of 0 or less.

    Examples
    --------
    >>> trials = pd.DataFrame({"distance_m": [1005.0, 1825.0, 3440.0], "duration_s": [180.0, 360.0, 720.0]})
    >>> round(critical_speed(trials).cs_m_s, 4)
    4.506
    """
    _check_trials(trials, CriticalSpeed)
    time, distance = trials["duration_s"], trials["distance_m"]
    fitted = pd.DataFrame({"distance_m": distance, "duration_s": time, "speed_m_s": distance / time})
    return _fitted(CriticalSpeed, fitted, distance, form, conf_level)


def critical_power(
    trials: pd.DataFrame, *, form: PowerForm = "work_on_time", conf_level: float = 0.95
) -> CriticalPower:
    """Which power can the athlete hold for long, and which work can be done above it?

    Parameters
    ----------
    trials : DataFrame with power_w (mean of the trial) and duration_s; no value missing. All else as `critical_speed`.
    form : work on time, power on 1 / time or time on power.

    Examples
    --------
    >>> trials = pd.DataFrame({"power_w": [350.0, 300.0, 275.0], "duration_s": [100.0, 200.0, 400.0]})
    >>> round(critical_power(trials).cp_w, 6)
    250.0
    """
    _check_trials(trials, CriticalPower)
    time, power = trials["duration_s"], trials["power_w"]
    fitted = pd.DataFrame({"power_w": power, "duration_s": time, "work_j": power * time})
    return _fitted(CriticalPower, fitted, power * time, form, conf_level)


@dataclass(frozen=True)
class _Fit:
    rate: float
    reserve: float
    rate_se: float
    reserve_se: float
    r_squared: float


_Kind = TypeVar("_Kind", bound=CriticalIntensity)


def _fitted(kind: type[_Kind], trials: pd.DataFrame, amount: pd.Series, form: str, conf_level: float) -> _Kind:
    """The model of that kind, by least squares of amount = rate * time + reserve in that form."""
    if form not in kind.forms:
        raise DataProblem(f"{form!r} is not a form of this model. Use one of {', '.join(kind.forms)}.")
    fit = _fit(trials["duration_s"].to_numpy(dtype=float), amount.to_numpy(dtype=float), form, kind.words)
    flagged = trials.assign(outside_2_15_min=outside_2_15_min(trials["duration_s"])).reset_index(drop=True)
    return kind(**vars(fit), form=form, conf_level=conf_level, trials=flagged)


def _fit(time: np.ndarray, amount: np.ndarray, form: str, words: Words) -> _Fit:
    linear = _line(time, amount) if form in (SPEED_FORMS[0], POWER_FORMS[0]) else _inverse_line(time, amount)
    if linear.rate <= 0 or linear.reserve <= ROUNDING * amount.max():
        raise DataProblem(
            f"These trials give a {words.name} of {linear.rate:.4g} {words.rate_unit} and a {words.reserve} of "
            f"{linear.reserve:.4g} {words.reserve_unit}; both must be above 0. Check that every trial was all-out, and "
            "its time."
        )
    return _hyperbola(time, amount / time, linear) if form in (SPEED_FORMS[2], POWER_FORMS[2]) else linear


def _line(x: np.ndarray, y: np.ndarray) -> _Fit:
    """The straight line y = rate * x + reserve."""
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    (reserve, rate), (reserve_se, rate_se) = fit.params, fit.bse
    return _Fit(float(rate), float(reserve), float(rate_se), float(reserve_se), float(fit.rsquared))


def _inverse_line(time: np.ndarray, amount: np.ndarray) -> _Fit:
    """The straight line amount / time = rate + reserve * (1 / time)."""
    line = _line(1 / time, amount / time)
    return _Fit(line.reserve, line.rate, line.reserve_se, line.rate_se, line.r_squared)


def _hyperbola(time: np.ndarray, intensity: np.ndarray, start: _Fit) -> _Fit:
    """time = reserve / (intensity - rate), the rate held below every intensity."""

    def time_of(parameters: np.ndarray) -> Fitted:
        above = intensity - parameters[0]
        return Fitted(parameters[1] / above, np.column_stack([parameters[1] / above**2, 1 / above]))

    highest = intensity.min() * (1 - 1e-9)
    curve = Curve(time, time_of, np.zeros(2), np.array([highest, np.inf]))
    fit = least_squares(curve, np.array([min(start.rate, 0.999 * intensity.min()), start.reserve]))
    r_squared = 1 - fit.residual_ss / float(((time - time.mean()) ** 2).sum())
    (rate, reserve), (rate_se, reserve_se) = fit.parameters, fit.std_errors
    return _Fit(float(rate), float(reserve), float(rate_se), float(reserve_se), r_squared)


def _check_trials(trials: pd.DataFrame, kind: type[CriticalIntensity]) -> None:
    """Refuse fewer than 3 different durations, the same distance or power in all, and values not above 0."""
    words = kind.words
    values = trials[words.measured]
    check_complete(values, words.measured_name, words.measured_unit, sign="positive")
    check_complete(trials["duration_s"], "duration", "s", sign="positive")
    n = trials["duration_s"].nunique()
    if n < MIN_DURATIONS:
        raise NotEnoughData(
            f"{words.name.capitalize()} needs {MIN_DURATIONS} trials of different length or more; got {n}. "
            "Add a trial between 2 and 15 minutes, or widen the date range."
        )
    if values.min() == values.max():
        raise DataProblem(
            f"All {len(trials)} trials have a {words.measured_name} of {values.iloc[0]:g} {words.measured_unit}, "
            "though they differ in time. Check that every trial was all-out, and its time."
        )


def outside_2_15_min(duration_s: pd.Series) -> pd.Series:
    """Which trials lie outside the durations for which the model is meant.

    >>> outside_2_15_min(pd.Series([60.0, 300.0, 1000.0])).tolist()
    [True, False, True]
    """
    return ~duration_s.between(SHORTEST_S, LONGEST_S)
