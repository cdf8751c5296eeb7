"""What a day's load leaves behind: exponential impulse responses, and when a load helps or hurts a coming day.

A daily load is a Series with one value for every calendar day in order, its index days or whole numbers. 0 is a day
known to be free of load, NaN a day about which nothing is known.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem
from analysis.metrics.load_balance import Missing
from analysis.models.plausible import check_possible

Convention = Literal["same_day", "next_day"]

FIXED_TAU1_D = 42.0
FIXED_TAU2_D = 7.0


@dataclass(frozen=True, eq=False)
class LaggedLoads:
    """The load before each of some days, by lag: any impulse response on these days is a matrix product.

    `lagged` has shape (n_days, n_lags); `lag_d`, shape (n_lags,), is 0, 1, ... with same-day loads, else 1, 2, ...
    """

    lagged: np.ndarray
    lag_d: np.ndarray

    def response(self, tau_d: float | np.ndarray) -> np.ndarray:
        """Sum of load times e^(-lag / tau), shape (*tau_d.shape, n_days)."""
        return np.exp(-self.lag_d / np.asarray(tau_d, dtype=float)[..., None]) @ self.lagged.T

    def response_and_slope(self, tau_d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The response and its derivative to log tau, each of shape (*tau_d.shape, n_days)."""
        scaled = self.lag_d / tau_d[..., None]
        kernel = np.exp(-scaled)
        return kernel @ self.lagged.T, (scaled * kernel) @ self.lagged.T


def lagged_loads(
    daily_load_au: pd.Series, days: pd.Index, *, convention: Convention, missing: Missing = "refuse"
) -> LaggedLoads:
    """The loads that count on each of `days`, by how many days they lie back.

    Parameters
    ----------
    daily_load_au : Series of float, shape (n,), one value a calendar day.
    days : Index of days that are in the index of the load.
    convention : "same_day" counts the load of a day on that day, "next_day" from the day after.
    missing : what a NaN day means. "refuse" raises DataProblem, "as_rest" counts it as a day without load, "hold"
        leaves the responses where they were: such a day neither adds nor decays.

    Raises
    ------
    DataProblem : days that do not follow each other, a NaN, negative or infinite load, or a day outside the load.

    Examples
    --------
    >>> lagged_loads(pd.Series([9.0, 5.0, 0.0]), pd.Index([1]), convention="same_day").lagged.tolist()
    [[5.0, 9.0]]
    """
    load = daily_load_au.to_numpy(dtype=float)
    position, known = _positions(daily_load_au.index, days, convention), _known(load, missing)
    return LaggedLoads(*_by_lag(np.nan_to_num(load), known, position, _first_lag(convention)))


def shifted_responses(
    daily_load_au: pd.Series,
    days: pd.Index,
    tau_d: np.ndarray,
    shifts: np.ndarray,
    *,
    convention: Convention,
    missing: Missing = "refuse",
) -> np.ndarray:
    """Responses on `days` to the load moved by whole days in a circle: the last days come round to the front.

    Such a load has the same days in nearly the same order, but not beside the same tests. With "hold" the days without
    a known load stay where they are. `tau_d` has shape (n_taus,), `shifts` (n_shifts,), of whole days; 0 is the load
    as it was. Returns shape (n_shifts, n_taus, n_days); errors as `lagged_loads`.

    >>> day, tau_d, shifts = pd.Index([0]), np.array([7.0]), np.array([0, 1])
    >>> shifted_responses(pd.Series([9.0, 5.0, 0.0]), day, tau_d, shifts, convention="same_day").ravel().tolist()
    [9.0, 0.0]
    """
    load = daily_load_au.to_numpy(dtype=float)
    position, known = _positions(daily_load_au.index, days, convention), _known(load, missing)
    of_known = np.nan_to_num(load)[known]
    lag = _last_known(known, position)[:, None] - np.arange(len(of_known))
    past = np.where(lag >= 0, lag + _first_lag(convention), np.inf)
    kernel = np.exp(-past / np.reshape(tau_d, (-1, 1, 1)))
    moved = of_known[(np.arange(len(of_known))[:, None] - shifts) % len(of_known)]
    return (kernel @ moved).transpose(2, 0, 1)


def impulse_response(
    daily_load_au: pd.Series, tau_d: float, *, convention: Convention, missing: Missing = "refuse"
) -> pd.Series:
    """Exponential impulse response on every day, started at zero: the sum of load times e^(-lag / tau).

    Shapes, conventions, missing values and errors as in `lagged_loads`. Banister et al. 1975, Aust J Sports Med
    7:57-61; Calvert et al. 1976, IEEE Trans Syst Man Cybern 6:94-102.

    >>> impulse_response(pd.Series([100.0, 0.0]), 7, convention="next_day").round(3).tolist()
    [0.0, 86.688]
    """
    lagged = lagged_loads(daily_load_au, daily_load_au.index, convention=convention, missing=missing)
    return pd.Series(lagged.response(tau_d), index=daily_load_au.index)


@dataclass(frozen=True)
class InfluenceDays:
    """How many days before an event a load stops to hurt, and helps most."""

    t_n_d: float  # loads nearer to the event than this lower performance on it
    t_g_d: float  # a load this many days before the event raises performance most


def influence_days(k1: float, tau1_d: float, k2: float, tau2_d: float) -> InfluenceDays:
    """Zero and maximum of the influence curve k1 e^(-u / tau1) - k2 e^(-u / tau2), u days before an event.

    With k2 <= k1 no load lowers performance and t_n is 0; t_g is 0 where the curve falls from the first day.

    Raises
    ------
    DataProblem : unless tau1 > tau2 > 0 and both k are above 0.

    References
    ----------
    Fitz-Clarke et al. 1991, J Appl Physiol 71(3):1151-1158.

    Examples
    --------
    >>> days = influence_days(1, 45, 2, 15)
    >>> round(days.t_n_d, 1), round(days.t_g_d, 1)
    (15.6, 40.3)
    """
    if not tau1_d > tau2_d > 0 or not (k1 > 0 and k2 > 0):
        raise DataProblem(
            f"k1 = {k1:g}, tau1 = {tau1_d:g} d, k2 = {k2:g}, tau2 = {tau2_d:g} d have no influence curve with a "
            "turning point. Give both k above 0 and tau1 above tau2."
        )
    rate = tau1_d * tau2_d / (tau1_d - tau2_d)
    return InfluenceDays(
        t_n_d=max(0.0, rate * float(np.log(k2 / k1))),
        t_g_d=max(0.0, rate * float(np.log(k2 * tau1_d / (k1 * tau2_d)))),
    )


def influence(days_before, k1: float, tau1_d: float, k2: float, tau2_d: float) -> np.ndarray:
    """What a load of 1 AU changes `days_before` days later, in the unit of performance; shape of `days_before`.

    >>> influence([0.0], 1, 45, 2, 15).tolist()
    [-1.0]
    """
    before = np.asarray(days_before, dtype=float)
    return k1 * np.exp(-before / tau1_d) - k2 * np.exp(-before / tau2_d)


def _by_lag(load: np.ndarray, known: np.ndarray, position: np.ndarray, first_lag: int) -> tuple[np.ndarray, np.ndarray]:
    """Loads by lag on the clock of known days: with "hold" the days without a known load do not pass."""
    last = _last_known(known, position)
    lag = np.arange(max(int(last.max(initial=0)) + 1, 1))
    padded = np.concatenate([np.zeros(len(lag)), load[known]])
    return padded[np.maximum(last[:, None] - lag + len(lag), 0)], lag + float(first_lag)


def _last_known(known: np.ndarray, position: np.ndarray) -> np.ndarray:
    """How many known days lie before the last one that counts, -1 where none does."""
    return np.concatenate([[-1], np.cumsum(known) - 1])[position + 1]


def _first_lag(convention: Convention) -> int:
    return 0 if convention == "same_day" else 1


def _positions(index: pd.Index, days: pd.Index, convention: Convention) -> np.ndarray:
    """Place of the last load that counts on each of `days`; -1 where none does yet."""
    step = np.timedelta64(1, "D") if isinstance(index, pd.DatetimeIndex) else 1
    if not (np.diff(index.to_numpy()) == step).all():
        raise DataProblem("The daily load skips or repeats a day. Give one value for every calendar day in order.")
    position = index.get_indexer(days)
    if (position < 0).any():
        outside = days[position < 0][0]
        raise DataProblem(
            f"There is no load for {_day(outside)}. Extend the daily load to every day that is asked for."
        )
    return position if convention == "same_day" else position - 1


def _known(load_au: np.ndarray, missing: Missing) -> np.ndarray:
    """Which days count, True also where a NaN counts as rest."""
    check_possible(load_au, "daily load", "AU", sign="not negative")
    known = ~np.isnan(load_au)
    if missing == "refuse" and not known.all():
        raise DataProblem(
            f"{int((~known).sum())} of {len(known)} days have no known load. "
            "Log them, or say missing='as_rest' or missing='hold'."
        )
    return known if missing == "hold" else np.ones(len(known), dtype=bool)


def _day(day: object) -> str:
    return str(day.date()) if isinstance(day, pd.Timestamp) else f"day {day}"
