"""Critical power with a greatest power: the three-parameter model, and whether the trials can tell its parameters.

Model card
----------
Question: which power can the athlete hold for long, how much work lies above it, and which power is the greatest?
Data: all-out trials with mean power (W) and duration (s), 4 different durations or more; those outside 2 to 15 minutes
are fitted and flagged.
Formula: t = W' / (P - CP) + k, with CP and P in W, W' in J and k in s, 0 or less; Pmax = CP - W' / k.
Estimator: least squares of time, or of power, which gives other numbers, from several starts; k is held at 0 or below.
Interval: profile likelihood, t with n - 3 degrees of freedom; that of Pmax from the profile of 1 / Pmax, without an
upper end where the trials give none. The 95 % intervals of CP, W' and Pmax cover within 3 points over 2,000 athletes
with an error of 3 W, fitted in power (`tests/test_critical_speed.py`). Fitted in time, it was not simulated.
Refuses: fewer than 4 durations, values that are missing or not above 0, trials in which less power is not held for
longer. Where k runs to 0 or CP to a bound the result says "not identifiable" in `warnings`.
Criticism: without a trial of less than 2 minutes Pmax is guessed from the bend of the long ones, and with 4 or 5 trials
it often has no upper bound. Pmax is a parameter of the curve, not the power of a jump or a start.

References
----------
Morton 1996, Ergonomics 39:611-619; Morton 2006, Eur J Appl Physiol 96:339-354.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem
from analysis.models.estimators.nonlinear import Curve, Fit, Fitted, least_squares, profile_interval
from analysis.models.result import Interval, tidy_row
from analysis.models.running.critical_speed import check_trials, outside_2_15_min

ErrorIn = Literal["time", "power"]
ERRORS_IN: tuple[ErrorIn, ...] = ("time", "power")
MIN_DURATIONS = 4
_FIRST_K_S = (-1.0, -20.0, -100.0)  # starts of the search


@dataclass(frozen=True, eq=False)
class CriticalPower3:
    """CP, W' and the greatest power, time = W' / (power - CP) + k. Made by `critical_power_3`."""

    cp_w: float
    w_prime_j: float
    k_s: float  # the time at which the hyperbola would reach infinite power, 0 or less
    fit: Fit  # of CP, W' and k
    error_in: ErrorIn
    conf_level: float
    trials: pd.DataFrame  # power_w, duration_s, outside_2_15_min: what was fitted

    @property
    def identifiable(self) -> bool:
        """Whether the fit rests at a greatest power, and at a CP, that the trials themselves decide."""
        return not self.fit.at_bound.any()

    @property
    def p_max_w(self) -> float:
        """Power at time 0, CP - W' / k; infinite where the trials do not identify it."""
        return self.cp_w - self.w_prime_j / self.k_s if self.k_s < 0 else np.inf

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences that belong beside the numbers."""
        found = []
        if self.k_s == 0:
            found.append(
                "Not identifiable: these trials are fitted best by a greatest power without end; CP and W' "
                "are those of the two-parameter model. Add a trial of less than 2 minutes, or use that model."
            )
        elif not self.identifiable:
            found.append(
                f"Not identifiable: CP runs to {self.cp_w:.0f} W, the end of what is possible with these trials. "
                "Add trials of other durations, or use the two-parameter model."
            )
        if self.fit.df == 1:
            found.append("One degree of freedom is left; the intervals are wide and the error is hardly known.")
        return tuple(found)

    def predict(self, duration_s) -> np.ndarray:
        """Power that can be held for `duration_s`, in watts."""
        return self.cp_w + self.w_prime_j / (np.asarray(duration_s, dtype=float) - self.k_s)

    def time_s(self, power_w) -> np.ndarray:
        """How long a power above CP can be held, in seconds; 0 or less at the greatest power and beyond."""
        return self.w_prime_j / (np.asarray(power_w, dtype=float) - self.cp_w) + self.k_s

    def tidy(self) -> pd.DataFrame:
        """CP, W', k and Pmax with profile-likelihood intervals; that of Pmax ends at infinity where k may be 0."""
        curve, fit, level = _curve_of(self), self.fit, self.conf_level
        rows = [
            tidy_row(
                term,
                unit,
                float(fit.parameters[index]),
                float(fit.std_errors[index]),
                *profile_interval(curve, fit, index, level),
                level,
            )
            for index, (term, unit) in enumerate((("CP", "W"), ("W'", "J"), ("k", "s")))
        ]
        p_max = tidy_row("Pmax", "W", self.p_max_w, _p_max_se(self), *_p_max_interval(self), level)
        return pd.DataFrame([*rows, p_max])

    def glance(self) -> pd.DataFrame:
        """One row: n, n_outside_2_15_min, df, error_in, r_squared, residual_sd (of time or power), identifiable."""
        outcome = self.trials[_COLUMN[self.error_in]]
        total_ss = float(((outcome - outcome.mean()) ** 2).sum())
        return pd.DataFrame(
            {
                "n": [len(self.trials)],
                "n_outside_2_15_min": [int(self.trials["outside_2_15_min"].sum())],
                "df": [self.fit.df],
                "error_in": [self.error_in],
                "r_squared": [1 - self.fit.residual_ss / total_ss],
                "residual_sd": [self.fit.residual_sd],
                "identifiable": [self.identifiable],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The trials with .fitted and .resid, of duration in s or of power in W, where the error was taken to be."""
        in_time = self.error_in == "time"
        fitted = self.time_s(self.trials["power_w"]) if in_time else self.predict(self.trials["duration_s"])
        return self.trials.assign(**{".fitted": fitted, ".resid": self.trials[_COLUMN[self.error_in]] - fitted})


_COLUMN = {"time": "duration_s", "power": "power_w"}


def critical_power_3(trials: pd.DataFrame, *, error_in: ErrorIn = "time", conf_level: float = 0.95) -> CriticalPower3:
    """Which power can the athlete hold for long, how much work above it, and which power is her greatest?

    t = W' / (P - CP) + k with k = - W' / (Pmax - CP) (s, J, W): the hyperbola of `critical_power`, moved so that it
    meets time 0 at Pmax. Written with k or with Pmax it is one model and one fit.

    Estimator: least squares of time, or of power, which gives other numbers: name the direction. k is held at 0 or
    below. Intervals: profile likelihood, t with n - 3 degrees of freedom.

    Parameters
    ----------
    trials : DataFrame with power_w (mean of the trial) and duration_s; no value missing.

    Returns
    -------
    CriticalPower3
        `identifiable` is False where the best k is 0, which is an infinite Pmax, and the numbers are those of the
        two-parameter model in that direction; or where CP runs to a bound. `warnings` says which.

    Raises
    ------
    NotEnoughData : fewer than 4 different durations.
    DataProblem : a missing or non-positive value, trials in which less power is not held for longer, or a direction of
        another name.

    Notes
    -----
    Criticism: without a trial of less than 2 minutes Pmax is guessed from the bend of the long ones, and with 4 or 5
    trials it often has no upper bound. Pmax here is a parameter of the curve, not the power of a jump or a start.

    References
    ----------
    Morton 1996, Ergonomics 39:611-619; Morton 2006, Eur J Appl Physiol 96:339-354.

    Examples
    --------
    >>> duration_s = np.array([60.0, 150.0, 400.0, 900.0])
    >>> trials = pd.DataFrame({"duration_s": duration_s, "power_w": 250 + 15000 / (duration_s + 30)})
    >>> result = critical_power_3(trials)
    >>> round(result.cp_w, 3), round(result.w_prime_j), round(result.p_max_w)
    (250.0, 15000, 750)
    """
    if error_in not in ERRORS_IN:
        raise DataProblem(f"{error_in!r} is not where the error can be. Use one of {', '.join(ERRORS_IN)}.")
    check_trials(trials, ("power_w", "duration_s"), "A critical power with a greatest power", MIN_DURATIONS)
    time, power = trials["duration_s"].to_numpy(dtype=float), trials["power_w"].to_numpy(dtype=float)
    curve = _curve(time, power, error_in)
    fits = [least_squares(curve, start) for start in _starts(time, power)]
    best = min(fits, key=lambda fit: fit.residual_ss)
    cp, w_prime, k = (float(value) for value in best.parameters)
    return CriticalPower3(
        cp_w=cp,
        w_prime_j=w_prime,
        k_s=k,
        fit=best,
        error_in=error_in,
        conf_level=conf_level,
        trials=pd.DataFrame({"power_w": power, "duration_s": time}).assign(
            outside_2_15_min=outside_2_15_min(trials["duration_s"]).to_numpy()
        ),
    )


def _starts(time: np.ndarray, power: np.ndarray) -> list[np.ndarray]:
    """CP and W' of the line of power on 1 / (time - k), for some k."""
    starts = []
    for k in _FIRST_K_S:
        w_prime, cp = np.polynomial.Polynomial.fit(1 / (time - k), power, 1).convert().coef[::-1]
        if w_prime > 0:
            starts.append(np.array([min(cp, 0.99 * power.min()), w_prime, k]))
    if not starts:
        raise DataProblem(
            f"In these {len(time)} trials less power is not held for longer. "
            "Check that every trial was all-out, and its time."
        )
    return starts


def _curve_of(result: CriticalPower3) -> Curve:
    trials = result.trials
    return _curve(trials["duration_s"].to_numpy(), trials["power_w"].to_numpy(), result.error_in)


def _curve(time: np.ndarray, power: np.ndarray, error_in: ErrorIn) -> Curve:
    """Parameters CP, W' and k; CP stays below every power where times are fitted."""

    def time_of(parameters: np.ndarray) -> Fitted:
        cp, w_prime, k = parameters
        inverse = 1 / (power - cp)
        return Fitted(w_prime * inverse + k, np.column_stack([w_prime * inverse**2, inverse, np.ones_like(power)]))

    def power_of(parameters: np.ndarray) -> Fitted:
        cp, w_prime, k = parameters
        inverse = 1 / (time - k)
        return Fitted(cp + w_prime * inverse, np.column_stack([np.ones_like(time), inverse, w_prime * inverse**2]))

    low, high = np.array([0.0, 0.0, -np.inf]), np.array([power.min() * (1 - 1e-6), np.inf, 0.0])
    return Curve(time, time_of, low, high) if error_in == "time" else Curve(power, power_of, low, high)


def _p_max_se(result: CriticalPower3) -> float:
    """By the delta method; NaN where there is no greatest power."""
    if not result.identifiable:
        return np.nan
    gradient = np.array([1.0, -1 / result.k_s, result.w_prime_j / result.k_s**2])
    return float(np.sqrt(gradient @ result.fit.covariance @ gradient))


def _p_max_interval(result: CriticalPower3) -> Interval:
    """From the profile of 1 / Pmax, which has an end where Pmax has none."""
    curve = _curve_of(result)

    def model(parameters: np.ndarray) -> Fitted:
        cp, w_prime, inverse = parameters
        left = 1 - inverse * cp
        fitted = curve.model(np.array([cp, w_prime, -w_prime * inverse / left]))
        by_k = fitted.slopes[:, 2:]
        chain = np.array([-w_prime * inverse**2 / left**2, -inverse / left, -w_prime / left**2])
        return Fitted(fitted.values, fitted.slopes * [1.0, 1.0, 0.0] + by_k * chain)

    high = curve.high.copy()
    high[2] = 1 / result.trials["power_w"].max()
    of_inverse = Curve(curve.observed, model, np.zeros(3), high)
    start = np.array([result.cp_w, result.w_prime_j, 1 / result.p_max_w])
    interval = profile_interval(of_inverse, least_squares(of_inverse, start), 2, result.conf_level)
    return Interval(1 / interval.high, 1 / interval.low if interval.low > 0 else np.inf)
