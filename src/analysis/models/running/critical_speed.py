"""Critical speed and critical power: the two-parameter models in each of their forms, and an athlete's race exponent.

Model card
----------
Question: which speed or power can the athlete hold for long, and how much lies above it?
Data: all-out trials, 3 different durations or more, best between 2 and 15 minutes; others are fitted and flagged.
Model: amount = rate * time + reserve, with distance (m), CS (m/s) and D' (m), or work (J), CP (W) and W' (J). The forms
are the same equation solved for different quantities; since each puts the error elsewhere, each gives another estimate,
and a report shows all of them. Race exponent: log time = log scale + exponent * log distance.
Estimator: least squares in the form chosen; the hyperbola by non-linear least squares.
Interval: t with n - 2 degrees of freedom, one of them with 3 trials; that of the hyperbola rests on its linearisation.
That of CS in the distance form covers within 3 points of 95 % over 500 athletes with 4 trials and an error of 12 m
(`tests/test_critical_speed.py`); the other forms and the race exponent were not simulated.
Refuses: fewer than 3 durations, values that are missing or not above 0, trials that give no CS or no D'.
Criticism: an r2 near 1 says nothing, since distance grows with time in any case; CS overstates what is held for an
hour.

References
----------
Monod & Scherrer 1965, Ergonomics 8:329-338; Hughson et al. 1984, Int J Sports Med 5:23-25; Jones & Vanhatalo 2017,
Sports Med 47(S1):65-78; Riegel 1981, Am Sci 69:285-290 (exponent).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize, stats

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.plausible import check_complete
from analysis.models.result import tidy_row

SpeedForm = Literal["distance_on_time", "speed_on_inverse_time", "time_on_speed"]
PowerForm = Literal["work_on_time", "power_on_inverse_time", "time_on_power"]
SPEED_FORMS: tuple[SpeedForm, ...] = ("distance_on_time", "speed_on_inverse_time", "time_on_speed")
POWER_FORMS: tuple[PowerForm, ...] = ("work_on_time", "power_on_inverse_time", "time_on_power")

SHORTEST_S = 120.0
LONGEST_S = 900.0
MIN_DURATIONS = 3
ROUNDING = 1e-9  # of the largest distance or work: a smaller reserve is none

_WORDS = {"duration_s": ("duration", "s"), "distance_m": ("distance", "m"), "power_w": ("power", "W")}


@dataclass(frozen=True, eq=False)
class CriticalSpeed:
    """Critical speed and D', distance = CS * time + D'. Made by `critical_speed`."""

    cs_m_s: float
    d_prime_m: float
    cs_se_m_s: float
    d_prime_se_m: float
    r_squared: float  # of the form fitted: forms are not to be compared by it
    form: SpeedForm
    conf_level: float
    trials: pd.DataFrame  # distance_m, duration_s, speed_m_s, outside_2_15_min: what was fitted

    def predict(self, duration_s) -> np.ndarray:
        """Distance covered in `duration_s`, in metres."""
        return self.cs_m_s * np.asarray(duration_s, dtype=float) + self.d_prime_m

    def tidy(self) -> pd.DataFrame:
        """CS and D' with their t intervals, n - 2 degrees of freedom."""
        return _tidy(
            (("CS", "m/s", self.cs_m_s, self.cs_se_m_s), ("D'", "m", self.d_prime_m, self.d_prime_se_m)),
            len(self.trials) - 2,
            self.conf_level,
        )

    def glance(self) -> pd.DataFrame:
        """One row: n, n_outside_2_15_min, df, form, r_squared, sum_of_se_pct, residual_sd_m (of distance)."""
        residual_sd_m = _residual_sd(self.augment())
        return _glance(self.trials, self.form, self.r_squared, self.tidy()).assign(residual_sd_m=residual_sd_m)

    def augment(self) -> pd.DataFrame:
        """The trials with .fitted and .resid of distance, in metres, whatever the form."""
        fitted = self.predict(self.trials["duration_s"])
        return self.trials.assign(**{".fitted": fitted, ".resid": self.trials["distance_m"] - fitted})


@dataclass(frozen=True, eq=False)
class CriticalPower:
    """Critical power and W', work = CP * time + W'. Made by `critical_power`."""

    cp_w: float
    w_prime_j: float
    cp_se_w: float
    w_prime_se_j: float
    r_squared: float  # of the form fitted: forms are not to be compared by it
    form: PowerForm
    conf_level: float
    trials: pd.DataFrame  # power_w, duration_s, work_j, outside_2_15_min: what was fitted

    def predict(self, duration_s) -> np.ndarray:
        """Power that can be held for `duration_s`, in watts."""
        return self.cp_w + self.w_prime_j / np.asarray(duration_s, dtype=float)

    def tidy(self) -> pd.DataFrame:
        """CP and W' with their t intervals, n - 2 degrees of freedom."""
        return _tidy(
            (("CP", "W", self.cp_w, self.cp_se_w), ("W'", "J", self.w_prime_j, self.w_prime_se_j)),
            len(self.trials) - 2,
            self.conf_level,
        )

    def glance(self) -> pd.DataFrame:
        """One row: n, n_outside_2_15_min, df, form, r_squared, sum_of_se_pct, residual_sd_w (of power)."""
        residual_sd_w = _residual_sd(self.augment())
        return _glance(self.trials, self.form, self.r_squared, self.tidy()).assign(residual_sd_w=residual_sd_w)

    def augment(self) -> pd.DataFrame:
        """The trials with .fitted and .resid of power, in watts, whatever the form."""
        fitted = self.predict(self.trials["duration_s"])
        return self.trials.assign(**{".fitted": fitted, ".resid": self.trials["power_w"] - fitted})


@dataclass(frozen=True, eq=False)
class RaceExponent:
    """An athlete's own Riegel exponent, time = scale * distance^exponent. Made by `race_exponent`."""

    exponent: float
    exponent_se: float
    log_scale: float
    log_scale_se: float
    conf_level: float
    races: pd.DataFrame  # distance_m, duration_s: what was fitted

    def predict(self, distance_m) -> np.ndarray:
        """Time over `distance_m`, in seconds; DataProblem outside the distances that were raced."""
        distance = np.asarray(distance_m, dtype=float)
        shortest, longest = self.races["distance_m"].min(), self.races["distance_m"].max()
        if ((distance < shortest) | (distance > longest)).any():
            raise DataProblem(
                f"A distance lies outside the {shortest:g} to {longest:g} m that were raced. "
                "Race it, or use riegel_time_s and say that the exponent is carried beyond the races."
            )
        return np.exp(self.log_scale) * distance**self.exponent

    def tidy(self) -> pd.DataFrame:
        """Exponent and log of the scale with their t intervals, n - 2 degrees of freedom."""
        return _tidy(
            (("exponent", "", self.exponent, self.exponent_se), ("log scale", "", self.log_scale, self.log_scale_se)),
            len(self.races) - 2,
            self.conf_level,
        )

    def glance(self) -> pd.DataFrame:
        """One row: n, df, residual_sd_pct (of time)."""
        log_resid = np.log(self.races["duration_s"] / self.predict(self.races["distance_m"]))
        df = len(self.races) - 2
        return pd.DataFrame(
            {
                "n": [len(self.races)],
                "df": [df],
                "residual_sd_pct": [100 * np.expm1(np.sqrt((log_resid**2).sum() / df))],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The races with .fitted and .resid, in seconds."""
        fitted = self.predict(self.races["distance_m"])
        return self.races.assign(**{".fitted": fitted, ".resid": self.races["duration_s"] - fitted})


def critical_speed(
    trials: pd.DataFrame, *, form: SpeedForm = "distance_on_time", conf_level: float = 0.95
) -> CriticalSpeed:
    """Which speed can the athlete hold for long, and which distance can be run above it?

    distance = CS * time + D' (m, s), from all-out trials of different length.

    Estimator: least squares in the form chosen: distance on time, speed on 1 / time (both linear) or time on speed
    (hyperbola, non-linear). Intervals: t with n - 2 degrees of freedom; those of the hyperbola rest on its
    linearisation.

    Parameters
    ----------
    trials : DataFrame with distance_m and duration_s, one row an all-out trial; no value missing.
        Trials outside 2 to 15 minutes are fitted and flagged in `outside_2_15_min`, not dropped.

    Raises
    ------
    NotEnoughData : fewer than 3 different durations.
    DataProblem : a missing or non-positive value, or trials that give a CS or D' of 0 or less.

    Notes
    -----
    Criticism: with 3 trials one degree of freedom is left and the interval is wide. In the distance form the error is
    taken as equal in metres at every length, and r2 near 1 says nothing, since distance grows with time in any case.
    CS overstates what is held for an hour.

    References
    ----------
    Monod & Scherrer 1965, Ergonomics 8:329-338; Hughson et al. 1984, Int J Sports Med 5:23-25;
    Jones & Vanhatalo 2017, Sports Med 47(S1):65-78.

    Examples
    --------
    >>> trials = pd.DataFrame({"distance_m": [1005.0, 1825.0, 3440.0], "duration_s": [180.0, 360.0, 720.0]})
    >>> round(critical_speed(trials).cs_m_s, 4)
    4.506
    """
    check_trials(trials, ("distance_m", "duration_s"), "Critical speed")
    time, distance = trials["duration_s"], trials["distance_m"]
    fit = _fit(time, distance, _known(form, SPEED_FORMS), ("critical speed", "m/s", "D'", "m"))
    fitted = pd.DataFrame({"distance_m": distance, "duration_s": time, "speed_m_s": distance / time})
    return CriticalSpeed(
        cs_m_s=fit.rate,
        d_prime_m=fit.reserve,
        cs_se_m_s=fit.rate_se,
        d_prime_se_m=fit.reserve_se,
        r_squared=fit.r_squared,
        form=form,
        conf_level=conf_level,
        trials=fitted.assign(outside_2_15_min=outside_2_15_min(time)).reset_index(drop=True),
    )


def critical_power(
    trials: pd.DataFrame, *, form: PowerForm = "work_on_time", conf_level: float = 0.95
) -> CriticalPower:
    """Which power can the athlete hold for long, and which work can be done above it?

    power = CP + W' / time (W, J, s), from all-out trials of different length. Estimator, interval, refusals and
    criticism as `critical_speed`; the forms are work on time, power on 1 / time and time on power.

    Parameters
    ----------
    trials : DataFrame with power_w (mean of the trial) and duration_s; no value missing.

    References
    ----------
    Monod & Scherrer 1965, Ergonomics 8:329-338; Jones et al. 2019, Physiol Rep 7:e14098 (choice among the forms).

    Examples
    --------
    >>> trials = pd.DataFrame({"power_w": [350.0, 300.0, 275.0], "duration_s": [100.0, 200.0, 400.0]})
    >>> round(critical_power(trials).cp_w, 6)
    250.0
    """
    check_trials(trials, ("power_w", "duration_s"), "Critical power")
    time, power = trials["duration_s"], trials["power_w"]
    fit = _fit(time, power * time, _known(form, POWER_FORMS), ("critical power", "W", "W'", "J"))
    fitted = pd.DataFrame({"power_w": power, "duration_s": time, "work_j": power * time})
    return CriticalPower(
        cp_w=fit.rate,
        w_prime_j=fit.reserve,
        cp_se_w=fit.rate_se,
        w_prime_se_j=fit.reserve_se,
        r_squared=fit.r_squared,
        form=form,
        conf_level=conf_level,
        trials=fitted.assign(outside_2_15_min=outside_2_15_min(time)).reset_index(drop=True),
    )


def best_form(results: list[CriticalSpeed] | list[CriticalPower]) -> CriticalSpeed | CriticalPower:
    """The form with the smallest sum of relative standard errors. Jones et al. 2019, Physiol Rep 7:e14098.

    >>> trials = pd.DataFrame({"distance_m": [1005.0, 1825.0, 3440.0], "duration_s": [180.0, 360.0, 720.0]})
    >>> best_form([critical_speed(trials, form=form) for form in SPEED_FORMS]).form
    'speed_on_inverse_time'
    """
    return min(results, key=lambda result: result.glance()["sum_of_se_pct"].item())


def race_exponent(races: pd.DataFrame, *, conf_level: float = 0.95) -> RaceExponent:
    """How does the athlete's race time grow with distance?

    time = scale * distance^exponent (s, m), by least squares on the logarithms; t intervals, n - 2 degrees of freedom.

    Parameters
    ----------
    races : DataFrame with distance_m and duration_s, one row a race at full effort; no value missing.

    Raises
    ------
    NotEnoughData : fewer than 3 different durations.
    DataProblem : a missing or non-positive value.

    Notes
    -----
    Criticism: one exponent for all distances is an approximation; races of different days carry the athlete's form.

    References
    ----------
    Riegel 1981, Am Sci 69:285-290.

    Examples
    --------
    >>> races = pd.DataFrame({"distance_m": [1000.0, 2000.0, 4000.0], "duration_s": [200.0, 420.0, 882.0]})
    >>> round(race_exponent(races).exponent, 4)
    1.0704
    """
    check_trials(races, ("distance_m", "duration_s"), "A race exponent")
    fit = sm.OLS(np.log(races["duration_s"]), sm.add_constant(np.log(races[["distance_m"]]))).fit()
    return RaceExponent(
        exponent=float(fit.params["distance_m"]),
        exponent_se=float(fit.bse["distance_m"]),
        log_scale=float(fit.params["const"]),
        log_scale_se=float(fit.bse["const"]),
        conf_level=conf_level,
        races=races[["distance_m", "duration_s"]].reset_index(drop=True),
    )


@dataclass(frozen=True)
class _Fit:
    rate: float
    reserve: float
    rate_se: float
    reserve_se: float
    r_squared: float


def _fit(time: pd.Series, amount: pd.Series, form: str, words: tuple[str, str, str, str]) -> _Fit:
    """Least squares of amount = rate * time + reserve in that form; `words` name rate, unit, reserve, unit."""
    time, amount = time.to_numpy(dtype=float), amount.to_numpy(dtype=float)
    linear = _line(time, amount) if form in ("distance_on_time", "work_on_time") else _inverse_line(time, amount)
    rate, rate_unit, reserve, reserve_unit = words
    if linear.rate <= 0 or linear.reserve <= ROUNDING * amount.max():
        raise DataProblem(
            f"These trials give a {rate} of {linear.rate:.4g} {rate_unit} and a {reserve} of {linear.reserve:.4g} "
            f"{reserve_unit}; both must be above 0. Check that every trial was all-out, and its time."
        )
    return _hyperbola(time, amount / time, linear) if form in ("time_on_speed", "time_on_power") else linear


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

    def model(parameters: np.ndarray) -> np.ndarray:
        rate, reserve = parameters
        return reserve / (intensity - rate)

    below_all = intensity.min() * (1 - 1e-9)
    first_guess = np.array([min(start.rate, 0.999 * intensity.min()), start.reserve])
    solution = optimize.least_squares(
        lambda parameters: model(parameters) - time,
        first_guess,
        bounds=([0, 0], [below_all, np.inf]),
        x_scale=first_guess,
        xtol=1e-14,
        ftol=1e-14,
        gtol=1e-14,
        max_nfev=2000,
    )
    rate, reserve = solution.x
    jacobian = np.column_stack([reserve / (intensity - rate) ** 2, 1 / (intensity - rate)])
    residual_ss = float(2 * solution.cost)
    covariance = np.linalg.inv(jacobian.T @ jacobian) * residual_ss / (len(time) - 2)
    rate_se, reserve_se = np.sqrt(np.diag(covariance))
    r_squared = 1 - residual_ss / float(((time - time.mean()) ** 2).sum())
    return _Fit(float(rate), float(reserve), float(rate_se), float(reserve_se), r_squared)


def _known(form: str, forms: tuple[str, ...]) -> str:
    if form not in forms:
        raise DataProblem(f"{form!r} is not a form of this model. Use one of {', '.join(forms)}.")
    return form


def check_trials(trials: pd.DataFrame, columns: tuple[str, str], what: str, least: int = MIN_DURATIONS) -> None:
    """Refuse fewer than `least` different durations, the same distance or power in all, and values not above 0.

    >>> check_trials(pd.DataFrame({"power_w": [300.0], "duration_s": [200.0]}), ("power_w", "duration_s"), "CP")
    Traceback (most recent call last):
    analysis.base.errors.NotEnoughData: CP needs 3 trials of different length or more; got 1. ...
    """
    for column in columns:
        check_complete(trials[column], *_WORDS[column], sign="positive")
    n = trials["duration_s"].nunique()
    if n < least:
        raise NotEnoughData(
            f"{what} needs {least} trials of different length or more; got {n}. "
            "Add a trial between 2 and 15 minutes, or widen the date range."
        )
    (column,) = set(columns) - {"duration_s"}
    if trials[column].min() == trials[column].max():
        name, unit = _WORDS[column]
        raise DataProblem(
            f"All {len(trials)} trials have a {name} of {trials[column].iloc[0]:g} {unit}, though they differ in time. "
            "Check that every trial was all-out, and its time."
        )


def outside_2_15_min(duration_s: pd.Series) -> pd.Series:
    """Which trials lie outside the durations for which the model is meant.

    >>> outside_2_15_min(pd.Series([60.0, 300.0, 1000.0])).tolist()
    [True, False, True]
    """
    return ~duration_s.between(SHORTEST_S, LONGEST_S)


def _tidy(terms: tuple[tuple[str, str, float, float], ...], df: int, conf_level: float) -> pd.DataFrame:
    t = stats.t.ppf((1 + conf_level) / 2, df)
    return pd.DataFrame(
        [
            tidy_row(term, unit, estimate, se, estimate - t * se, estimate + t * se, conf_level)
            for term, unit, estimate, se in terms
        ]
    )


def _glance(trials: pd.DataFrame, form: str, r_squared: float, tidy: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n": [len(trials)],
            "n_outside_2_15_min": [int(trials["outside_2_15_min"].sum())],
            "df": [len(trials) - 2],
            "form": [form],
            "r_squared": [r_squared],
            "sum_of_se_pct": [float((100 * tidy["std_error"] / tidy["estimate"]).sum())],
        }
    )


def _residual_sd(augmented: pd.DataFrame) -> float:
    return float(np.sqrt((augmented[".resid"] ** 2).sum() / (len(augmented) - 2)))
