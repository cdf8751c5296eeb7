"""The sprint curve v = MSS (1 - e^(-t / tau)) and its derivatives, as gates and as a radar see it.

Parameters of a curve are MSS, MAC, then the time correction, then the root of the flying distance, as far as estimated.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import special

from analysis.models.estimators.nonlinear import Curve, Fitted

Correction = Literal["none", "time", "distance", "both"]

# beyond these no athlete has been measured: an estimate there is a clock or a distance that is wrong
FASTEST_M_S = 15.0
HARDEST_M_S2 = 60.0
SLOWEST = 0.05  # m/s or m/s2, to keep a step away from 0
LEAST_ROOT = 1e-3  # of the flying distance, in m^0.5: below it there is no flying start


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
