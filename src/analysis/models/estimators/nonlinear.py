"""Least squares for small models that bend, and profile-likelihood intervals for their parameters.

Made for fits of a handful of observations: every model brings its own derivatives, and no step leaves its bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

from analysis.base.errors import NotEnoughData
from analysis.models.result import Interval

MAX_STEPS = 300
END_TOLERANCE = 1e-6  # of t, at the ends of an interval
MAX_DOUBLINGS = 12  # of the reach of a linearised interval, in search of an end
GAIN_TOLERANCE = 1e-13  # of the squared residuals, still to be gained, where fitting ends: 1e-6 of a standard error
PROFILE_GAIN = 1e-9  # the same, where only the height of a profile is asked for
EXACT_SS = 1e-27  # of the squared observations: residuals of rounding, where fitting ends as well
EXACT = 1e-9  # a residual SD below this share of the observed size is rounding, not error


class Fitted(NamedTuple):
    """Values of a model at its observations, and their derivatives, one column a parameter."""

    values: np.ndarray
    slopes: np.ndarray


@dataclass(frozen=True, eq=False)
class Curve:
    """What is fitted: observed values, a model of the parameters, and the bounds of these."""

    observed: np.ndarray
    model: Callable[[np.ndarray], Fitted]
    low: np.ndarray
    high: np.ndarray

    def with_fixed(self, index: int, value: float) -> "Curve":
        """The same curve with one parameter held at `value`."""
        low, high = self.low.copy(), self.high.copy()
        low[index] = high[index] = value
        return Curve(self.observed, self.model, low, high)


@dataclass(frozen=True, eq=False)
class Fit:
    """The parameters at which the squared residuals are smallest."""

    parameters: np.ndarray
    covariance: np.ndarray  # from the derivatives at the optimum; NaN without degrees of freedom
    residual_ss: float
    df: int
    at_bound: np.ndarray  # bool, one a parameter

    @property
    def std_errors(self) -> np.ndarray:
        return np.sqrt(np.diag(self.covariance))

    @property
    def residual_sd(self) -> float:
        return float(np.sqrt(self.residual_ss / self.df))


def least_squares(curve: Curve, start: np.ndarray) -> Fit:
    """Levenberg-Marquardt inside the bounds of `curve`, from `start`, damped as the last step deserved (Nielsen 1999).

    Raises
    ------
    NotEnoughData : the steps do not come to rest, because the observations do not decide the parameters.

    References
    ----------
    Moré 1978, Lecture Notes in Mathematics 630:105-116; Nielsen 1999, Technical University of Denmark, IMM-REP-1999-05.

    Examples
    --------
    >>> time = np.array([0.0, 1.0, 2.0])
    >>> decay = Curve(np.array([8.0, 4.0, 2.0]), lambda p: Fitted(p[0] * np.exp(-p[1] * time), np.column_stack(
    ...     [np.exp(-p[1] * time), -p[0] * time * np.exp(-p[1] * time)])), np.zeros(2), np.full(2, np.inf))
    >>> least_squares(decay, np.array([5.0, 1.0])).parameters.round(4).tolist()
    [8.0, 0.6931]
    """
    parameters, fitted, residual_ss = _optimum(curve, start)
    df = len(curve.observed) - len(parameters)
    information = fitted.slopes.T @ fitted.slopes
    scale = residual_ss / df if df else np.nan
    return Fit(
        parameters=parameters,
        covariance=_inverse(information) * scale,
        residual_ss=residual_ss,
        df=df,
        at_bound=(parameters <= curve.low) | (parameters >= curve.high),
    )


def profile_interval(curve: Curve, fit: Fit, index: int, conf_level: float) -> Interval:
    """The values of one parameter that the observations do not speak against, the others refitted at each.

    A value v belongs to it while (SS(v) - SS) / s^2 <= t^2, t with the fit's degrees of freedom; an end that no value
    reaches is that of the parameter's bounds. Without error left in the fit the interval is the linearised one.

    References
    ----------
    Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications, section 6.1.

    Examples
    --------
    >>> mean = Curve(np.array([1.0, 2.0, 3.0]), lambda p: Fitted(np.full(3, p[0]), np.ones((3, 1))),
    ...     np.array([-np.inf]), np.array([np.inf]))
    >>> interval = profile_interval(mean, least_squares(mean, np.array([0.0])), 0, 0.95)
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.484, 4.484)
    """
    t = float(stats.t.ppf((1 + conf_level) / 2, fit.df))
    estimate, half = float(fit.parameters[index]), t * float(fit.std_errors[index])
    if fit.residual_sd <= EXACT * np.abs(curve.observed).max():
        return Interval(estimate - half, estimate + half)
    ends = [_end(curve, fit, index, t, side * half) for side in (-1, 1)]
    return Interval(*ends)


def _optimum(curve: Curve, start: np.ndarray, gain: float = GAIN_TOLERANCE) -> tuple[np.ndarray, Fitted, float]:
    """The best parameters, the model there and its squared residuals."""
    parameters = np.minimum(np.maximum(start, curve.low), curve.high)
    inside = _inside(curve, parameters)
    fitted = curve.model(parameters)
    residuals = curve.observed - fitted.values
    residual_ss = float(residuals @ residuals)
    exact_ss = EXACT_SS * float(curve.observed @ curve.observed)
    damping, growth = 1e-4, 2.0
    for _ in range(MAX_STEPS):
        uphill = residuals @ fitted.slopes
        step = _step(fitted.slopes, uphill, damping, None if inside else _free(curve, parameters, uphill))
        if step @ uphill <= gain * residual_ss or residual_ss <= exact_ss:
            return parameters, fitted, residual_ss
        tried = parameters + step
        tried_inside = _inside(curve, tried)
        if not tried_inside:
            tried = np.minimum(np.maximum(tried, curve.low), curve.high)
        at_tried = curve.model(tried)
        left = curve.observed - at_tried.values
        tried_ss = float(left @ left)
        if tried_ss <= residual_ss:
            expected = step @ uphill + damping * float((fitted.slopes**2 @ step**2).sum())
            ratio = (residual_ss - tried_ss) / expected
            damping *= min(max(1 / 3, 1 - (2 * ratio - 1) ** 3), 2.0)
            growth = 2.0
            parameters, inside, fitted, residuals, residual_ss = tried, tried_inside, at_tried, left, tried_ss
        else:
            damping *= growth
            growth *= 2
    raise NotEnoughData(
        f"The fit does not come to rest after {MAX_STEPS} steps: {len(curve.observed)} observations do not decide "
        f"{len(start)} parameters. Add observations, or fit a model with fewer parameters."
    )


def _inside(curve: Curve, parameters: np.ndarray) -> bool:
    return bool(((parameters > curve.low) & (parameters < curve.high)).all())


def _free(curve: Curve, parameters: np.ndarray, uphill: np.ndarray) -> np.ndarray:
    """Which parameters may move: not those held, nor those pressed against a bound."""
    rises, falls = (parameters < curve.high) & (uphill > 0), (parameters > curve.low) & (uphill < 0)
    return (curve.low < curve.high) & (rises | falls)


def _step(slopes: np.ndarray, uphill: np.ndarray, damping: float, free: np.ndarray | None) -> np.ndarray:
    """One damped Gauss-Newton step, in all parameters or in those that are free to move."""
    if free is not None:
        step = np.zeros_like(uphill)
        if free.any():
            step[free] = _step(slopes[:, free], uphill[free], damping, None)
        return step
    information = slopes.T @ slopes
    information.flat[:: len(uphill) + 1] *= 1 + damping
    try:
        return np.linalg.solve(information, uphill)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(information, uphill)[0]


def _inverse(information: np.ndarray) -> np.ndarray:
    """The inverse, NaN where the observations do not tell the parameters apart."""
    size = np.sqrt(information.diagonal())
    unknown = np.full_like(information, np.nan)
    if not size.all():
        return unknown
    scale = np.outer(size, size)  # brings parameters of all units to one size, for the digits of the inverse
    try:
        inverse = np.linalg.inv(information / scale) / scale
    except np.linalg.LinAlgError:
        return unknown
    return inverse if (inverse.diagonal() > 0).all() else unknown


def _end(curve: Curve, fit: Fit, index: int, t: float, reach: float) -> float:
    """Where the profile of one parameter reaches t on the side of `reach`; the bound where it never does."""
    bound = float(curve.high[index] if reach > 0 else curve.low[index])
    estimate = float(fit.parameters[index])
    if not np.isfinite(reach) or estimate == bound:
        return bound
    scale = fit.residual_ss / fit.df
    nearest = fit.parameters

    def beyond(value: float) -> float:
        nonlocal nearest
        nearest, _, residual_ss = _optimum(curve.with_fixed(index, value), nearest, PROFILE_GAIN)
        return float(np.sqrt(max(residual_ss - fit.residual_ss, 0.0) / scale)) - t

    inner, inner_gap = estimate, -t
    for doubling in range(MAX_DOUBLINGS):
        outer = estimate + reach * 2.0**doubling
        if (bound - outer) * reach <= 0:
            outer = (inner + bound) / 2  # towards a bound by halves: at the bound itself many models have no sense
        outer_gap = beyond(outer)
        if outer_gap >= 0:
            return _crossing(beyond, inner, inner_gap, outer, outer_gap, END_TOLERANCE * t)
        inner, inner_gap = outer, outer_gap
    return bound


def _crossing(
    gap_at: Callable[[float], float], inner: float, inner_gap: float, outer: float, outer_gap: float, tolerance: float
) -> float:
    """Where a nearly straight function with known ends crosses 0, by the Illinois rule (Dowell & Jarratt 1971)."""
    value, moved = outer, 0
    for _ in range(MAX_STEPS):
        value = inner + (outer - inner) * inner_gap / (inner_gap - outer_gap)
        gap = gap_at(value)
        if abs(gap) <= tolerance:
            break
        if gap < 0:
            inner, inner_gap, outer_gap = value, gap, outer_gap / (2 if moved == -1 else 1)
            moved = -1
        else:
            outer, outer_gap, inner_gap = value, gap, inner_gap / (2 if moved == 1 else 1)
            moved = 1
    return value
