"""The sprint curve v = MSS (1 - e^(-t / tau)) and its derivatives, as gates and as a radar see it.

Parameters of a curve are MSS, MAC, then the time correction, then the root of the flying distance, as far as estimated.
"""

from collections.abc import Callable
from math import exp
from typing import Literal, NamedTuple

import numpy as np
from scipy import special

from analysis.models.estimators.nonlinear import EXACT_SS, GAIN_TOLERANCE, Curve, Fit, Fitted

Correction = Literal["none", "time", "distance", "both"]

# beyond these no athlete has been measured: an estimate there is a clock or a distance that is wrong
FASTEST_M_S = 15.0
HARDEST_M_S2 = 60.0
SLOWEST = 0.05  # m/s or m/s2, to keep a step away from 0
LEAST_ROOT = 1e-3  # of the flying distance, in m^0.5: below it there is no flying start

MOST_STEPS = 25  # of the search over one length; 3 to 6 are the rule
LONGEST_STEP = 1.0  # of the logarithm of that length
NO_MEANS = np.zeros(2)


def time_to(distance: np.ndarray, mss: float, mac: float) -> np.ndarray:
    """Time from a standing start to a distance above 0, in seconds.

    >>> time_to(np.array([10.0]), 8.0, 8.0).round(4).tolist()
    [2.1313]
    """
    tau = mss / mac
    beyond = distance / (mss * tau) + 1
    return tau * (beyond + special.lambertw(-np.exp(-beyond)).real)


def _run(distance: np.ndarray, mss: float, mac: float) -> Fitted:
    """`time_to` a distance above 0, with its derivatives by MSS, MAC and distance."""
    time = time_to(distance, mss, mac)
    taus = time * mac / mss
    share = -np.expm1(-taus)  # of MSS
    pace = 1 / (mss * share)
    by_tau = 1 - taus * (1 - share) / share
    slopes = np.empty((len(distance), 3))
    slopes[:, 0] = by_tau / mac - distance * pace / mss
    slopes[:, 1] = -by_tau * (mss / mac**2)
    slopes[:, 2] = pace
    return Fitted(time, slopes)


def gates_curve(distance: np.ndarray, time: np.ndarray, correction: Correction) -> Curve:
    """Time at gates, in seconds."""
    timed, flying = correction in ("time", "both"), correction in ("distance", "both")
    constant = np.ones((len(distance), 1))

    def model(parameters: np.ndarray) -> Fitted:
        mss, mac = parameters[:2]
        if not flying:
            run = _run(distance, mss, mac)
            values, columns = run.values, [run.slopes[:, :2]]
        else:
            root = parameters[-1]  # of the distance, since time changes evenly with it down to 0
            run, before = _run(distance + root**2, mss, mac), _run(np.array([root**2]), mss, mac)
            slopes = run.slopes - before.slopes
            values, columns = run.values - before.values, [slopes[:, :2], 2 * root * slopes[:, 2:]]
        if timed:
            values = values + parameters[2]
            columns.insert(1, constant)
        return Fitted(values, columns[0] if len(columns) == 1 else np.concatenate(columns, axis=1))

    low = [SLOWEST, SLOWEST, *[-np.inf] * timed, *[LEAST_ROOT] * flying]
    high = [FASTEST_M_S, HARDEST_M_S2, *[np.inf] * (timed + flying)]
    return Curve(time, model, np.array(low), np.array(high))


def standing_start_fit(distance: np.ndarray, time: np.ndarray, correction: Correction, start: np.ndarray) -> Fit | None:
    """The best MSS and MAC from a standing start, with the time correction if that is estimated.

    With the length D = MSS tau, t = tau g(d / D) + c where g(u) = u + 1 + W(-e^(-1 - u)): tau and c are linear and
    solved exactly at every D (variable projection), so that the search has one dimension, the logarithm of D.
    None where it does not come to rest inside the bounds of `gates_curve`; the bounded search then has to say why.

    References
    ----------
    Golub & Pereyra 1973, SIAM J Numer Anal 10:413-432; Kaufman 1975, BIT 15:49-57 (the derivative that is used).

    Examples
    --------
    >>> gates = np.array([5.0, 10.0, 20.0, 30.0])
    >>> standing_start_fit(gates, time_to(gates, 8.0, 7.0), "none", np.array([7.0, 7.0])).parameters.round(6).tolist()
    [8.0, 7.0]
    """
    timed = correction == "time"
    exact_ss = EXACT_SS * float(time.dot(time))
    length = float(start[0] ** 2 / start[1])
    for _ in range(MOST_STEPS):
        if not SLOWEST**2 / HARDEST_M_S2 < length < FASTEST_M_S**2 / SLOWEST:
            return None
        best = _best_at(length, distance, time, timed)
        if best.across <= 0:  # gates beyond all acceleration
            return None
        step = best.uphill / best.across
        if best.tau**2 * step * best.uphill <= GAIN_TOLERANCE * best.residual_ss or best.residual_ss <= exact_ss:
            return _inside_bounds(length, best, time, timed)
        length *= exp(min(max(step, -LONGEST_STEP), LONGEST_STEP))
    return None


class _BestAt(NamedTuple):
    """The best tau at one length D, and what the next step and the covariance take from there."""

    tau: float
    residual_ss: float
    size: float  # g g, g less its mean where a time correction is estimated; g' its derivative by the logarithm of D
    mixed: float  # g g'
    across: float  # g' g' less what a change of tau can do as well
    uphill: float  # g' residuals / tau
    means: np.ndarray  # of g and g'; 0 without a time correction


def _best_at(length: float, distance: np.ndarray, time: np.ndarray, timed: bool) -> _BestAt:
    below = -1 - distance / length
    left = special.lambertw(-np.exp(below)).real  # minus the share of MSS that is still to be gained
    shape, slope = left - below, (1 + below) / (1 + left)
    means = NO_MEANS
    if timed:
        means = np.array([shape.mean(), slope.mean()])
        shape, slope, time = shape - means[0], slope - means[1], time - time.mean()
    size, mixed = float(shape.dot(shape)), float(shape.dot(slope))
    tau = float(shape.dot(time)) / size
    residuals = time - tau * shape
    across = float(slope.dot(slope)) - mixed**2 / size
    uphill = float(slope.dot(residuals)) / tau
    return _BestAt(tau, float(residuals.dot(residuals)), size, mixed, across, uphill, means)


def _inside_bounds(length: float, best: _BestAt, time: np.ndarray, timed: bool) -> Fit | None:
    """The fit at the best length, None beyond the bounds; the covariance by MSS = D / tau, MAC = D / tau^2 and c."""
    tau, size, mixed = best.tau, best.size, best.mixed
    mss, mac = length / tau, length / tau**2
    if not (SLOWEST < mss < FASTEST_M_S and SLOWEST < mac < HARDEST_M_S2):
        return None
    df = len(time) - 2 - timed
    scale = best.residual_ss / df
    of_logs = np.array([[best.across + mixed**2 / size, -mixed], [-mixed, size]]) / (tau**2 * size * best.across)
    carried = np.array([[-mss, mss], [-2 * mac, mac], -tau * best.means][: 2 + timed])
    covariance = scale * carried.dot(of_logs).dot(carried.T)
    parameters = [mss, mac]
    if timed:
        covariance[2, 2] += scale / len(time)
        parameters.append(time.mean() - tau * best.means[0])
    return Fit(np.array(parameters), covariance, best.residual_ss, df, np.zeros(len(parameters), dtype=bool))


def radar_curve(time: np.ndarray, velocity: np.ndarray, correction: str) -> Curve:
    """Velocity at times, in m/s; the time correction is the time at which the movement began."""
    timed = correction == "time"

    def model(parameters: np.ndarray) -> Fitted:
        mss, mac = parameters[:2]
        since = time - parameters[2] if timed else time
        left = np.exp(np.minimum(-since * mac / mss, 50.0))  # of MSS, still to be gained; no overflow on a wild step
        by_mac = since * left
        columns = [1 - left - by_mac * mac / mss, by_mac, *[-mac * left] * timed]
        return Fitted(mss * (1 - left), np.stack(columns, axis=-1))

    low, high = [SLOWEST, SLOWEST, *[-np.inf] * timed], [FASTEST_M_S, HARDEST_M_S2, *[float(time[-1])] * timed]
    return Curve(velocity, model, np.array(low), np.array(high))


def in_place_of_mac(curve: Curve, mac_of: Callable[[float, float], tuple[float, float, float]], least: float) -> Curve:
    """The curve with another quantity, of `least` or more, as its second parameter.

    `mac_of` MSS and that quantity gives MAC and its derivatives by both.
    """

    def model(parameters: np.ndarray) -> Fitted:
        mac, by_mss, by_other = mac_of(*parameters[:2])
        with_mac = parameters.copy()
        with_mac[1] = mac
        fitted = curve.model(with_mac)
        slopes = fitted.slopes.copy()
        slopes[:, 0] += by_mss * fitted.slopes[:, 1]
        slopes[:, 1] *= by_other
        return Fitted(fitted.values, slopes)

    low, high = curve.low.copy(), curve.high.copy()
    low[1], high[1] = least, np.inf
    return Curve(curve.observed, model, low, high)
