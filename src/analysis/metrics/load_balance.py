"""What is made of a daily load: fitness, fatigue and form, acute over chronic load, monotony and strain.

A daily load is a Series in arbitrary units, one value for every calendar day in order. 0 is a day known to be free of
load, NaN a day about which nothing is known; the two are never mixed up in silence.
"""

from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem

Missing = Literal["refuse", "as_rest", "hold"]

CTL_TAU_D = 42.0
ATL_TAU_D = 7.0


def ctl_au(daily_load_au: pd.Series, *, tau_d: float = CTL_TAU_D, missing: Missing = "refuse") -> pd.Series:
    """Fitness (chronic training load) at the end of each day: exponential average with weight 1 - e^(-1/tau).

    Started at zero, so that the first 2 to 3 time constants read too low.

    Parameters
    ----------
    daily_load_au : Series of float, shape (n_days,), one value a calendar day.
    tau_d : time constant in days.
    missing : what a NaN day means. "refuse" raises DataProblem; "as_rest" counts it as a day without load, "hold"
        leaves the average where it was. `load_balance` shows which days were so filled.

    References
    ----------
    Banister & Calvert 1980, Can J Appl Sport Sci 5:170-176.

    Examples
    --------
    >>> ctl_au(pd.Series([100.0, 0.0])).round(3).tolist()
    [2.353, 2.297]
    """
    return _ewma_from_zero(daily_load_au, tau_d, missing)


def atl_au(daily_load_au: pd.Series, *, tau_d: float = ATL_TAU_D, missing: Missing = "refuse") -> pd.Series:
    """Fatigue (acute training load) at the end of each day; as `ctl_au` with a short time constant.

    >>> atl_au(pd.Series([100.0, 0.0])).round(3).tolist()
    [13.312, 11.54]
    """
    return _ewma_from_zero(daily_load_au, tau_d, missing)


def tsb_au(
    daily_load_au: pd.Series,
    *,
    ctl_tau_d: float = CTL_TAU_D,
    atl_tau_d: float = ATL_TAU_D,
    missing: Missing = "refuse",
) -> pd.Series:
    """Form on the morning of each day: CTL minus ATL of the evening before, both started at zero.

    >>> tsb_au(pd.Series([100.0, 0.0, 0.0])).round(2).tolist()
    [0.0, -10.96, -9.24]
    """
    evening = ctl_au(daily_load_au, tau_d=ctl_tau_d, missing=missing) - atl_au(
        daily_load_au, tau_d=atl_tau_d, missing=missing
    )
    return evening.shift(1, fill_value=0.0)


def load_balance(
    daily_load_au: pd.Series,
    *,
    ctl_tau_d: float = CTL_TAU_D,
    atl_tau_d: float = ATL_TAU_D,
    missing: Missing = "as_rest",
) -> pd.DataFrame:
    """Load, CTL, ATL and TSB day by day, with the days that had to be assumed marked.

    Returns
    -------
    DataFrame, index of `daily_load_au`: load_au (NaN kept), ctl_au and atl_au (end of the day), tsb_au (morning),
    assumed (bool: no load was known and `missing` filled in), start_up (bool: fewer than 3 `ctl_tau_d` days since
    the series began, so that CTL still carries its start at zero).

    Examples
    --------
    >>> load_balance(pd.Series([100.0, None]))["assumed"].tolist()
    [False, True]
    """
    return pd.DataFrame(
        {
            "load_au": daily_load_au,
            "ctl_au": ctl_au(daily_load_au, tau_d=ctl_tau_d, missing=missing),
            "atl_au": atl_au(daily_load_au, tau_d=atl_tau_d, missing=missing),
            "tsb_au": tsb_au(daily_load_au, ctl_tau_d=ctl_tau_d, atl_tau_d=atl_tau_d, missing=missing),
            "assumed": daily_load_au.isna(),
            "start_up": np.arange(len(daily_load_au)) < 3 * ctl_tau_d,
        }
    )


def ewma_au(daily_load_au: pd.Series, *, span_d: int, missing: Missing = "refuse") -> pd.Series:
    """Exponential average with weight 2 / (span + 1), started at the first day's load.

    References
    ----------
    Williams et al. 2017, Br J Sports Med 51:209-210.

    Examples
    --------
    >>> ewma_au(pd.Series([40.0, 0.0]), span_d=7).tolist()
    [40.0, 30.0]
    """
    return _filled(daily_load_au, missing).ewm(span=span_d, adjust=False, ignore_na=True).mean()


def ewma_acwr(
    daily_load_au: pd.Series, *, acute_d: int = 7, chronic_d: int = 28, missing: Missing = "refuse"
) -> pd.Series:
    """Acute over chronic load from exponential averages; NaN where the chronic load is 0.

    Descriptive only: see `acwr_coupled` for what the ratio does not say.

    >>> ewma_acwr(pd.Series([50.0, 50.0])).tolist()
    [1.0, 1.0]
    """
    chronic = ewma_au(daily_load_au, span_d=chronic_d, missing=missing)
    return ewma_au(daily_load_au, span_d=acute_d, missing=missing) / chronic.where(chronic > 0)


def rolling_load_au(daily_load_au: pd.Series, *, window_d: int) -> pd.Series:
    """Mean daily load of the last `window_d` days; NaN until the window is full and while it holds a NaN day.

    >>> rolling_load_au(pd.Series([10.0, 20.0, 30.0]), window_d=2).tolist()
    [nan, 15.0, 25.0]
    """
    return _over_windows(daily_load_au, window_d, lambda windows: windows.mean(axis=1))


def acwr_coupled(daily_load_au: pd.Series, *, acute_d: int = 7, chronic_d: int = 28) -> pd.Series:
    """Mean of the last `acute_d` days over the mean of the last `chronic_d` days, which contain them.

    Descriptive only. Acute and chronic load correlate at sqrt(acute_d / chronic_d), 0.5 for 7:28, by construction
    (Lolli et al. 2019, Br J Sports Med 53:921-922), and the ratio has no established use for foresight (Impellizzeri
    et al. 2020, Int J Sports Physiol Perform 15:907-913). NaN until the window is full, while it holds a NaN day, and
    where the chronic load is 0.

    >>> float(acwr_coupled(pd.Series([0.0] * 21 + [10.0] * 7)).iloc[-1])
    4.0
    """
    chronic = rolling_load_au(daily_load_au, window_d=chronic_d)
    return rolling_load_au(daily_load_au, window_d=acute_d) / chronic.where(chronic > 0)


def acwr_uncoupled(daily_load_au: pd.Series, *, acute_d: int = 7, chronic_d: int = 21) -> pd.Series:
    """Mean of the last `acute_d` days over the mean of the `chronic_d` days before them.

    Descriptive only, as `acwr_coupled`. Windt & Gabbett 2019, Br J Sports Med 53:988-990.

    >>> float(acwr_uncoupled(pd.Series([5.0] * 21 + [10.0] * 7)).iloc[-1])
    2.0
    """
    chronic = rolling_load_au(daily_load_au, window_d=chronic_d).shift(acute_d)
    return rolling_load_au(daily_load_au, window_d=acute_d) / chronic.where(chronic > 0)


def monotony(daily_load_au: pd.Series, *, window_d: int = 7) -> pd.Series:
    """Mean over SD (n - 1) of the last `window_d` daily loads.

    NaN until the window is full, while it holds a NaN day, and where all days are equal (SD 0: undefined, not large).
    Foster 1998, Med Sci Sports Exerc 30(7):1164-1168.

    >>> monotony(pd.Series([0.0, 100.0, 200.0]), window_d=3).tolist()
    [nan, nan, 1.0]
    """
    return _over_windows(daily_load_au, window_d, _mean_over_sd)


def strain_au(daily_load_au: pd.Series, *, window_d: int = 7) -> pd.Series:
    """Load of the last `window_d` days times their monotony; NaN where monotony is. Foster 1998, as `monotony`.

    >>> strain_au(pd.Series([0.0, 100.0, 200.0]), window_d=3).tolist()
    [nan, nan, 300.0]
    """
    week_au = rolling_load_au(daily_load_au, window_d=window_d) * window_d
    return week_au * monotony(daily_load_au, window_d=window_d)


def _filled(daily_load_au: pd.Series, missing: Missing) -> pd.Series:
    """The series as an exponential average takes it: NaN days refused, made 0, or kept for `ignore_na`."""
    if missing == "as_rest":
        return daily_load_au.fillna(0.0)
    n_missing = int(daily_load_au.isna().sum())
    if missing == "refuse" and n_missing:
        raise DataProblem(
            f"{n_missing} of {len(daily_load_au)} days have no known load. "
            "Log them, or say missing='as_rest' or missing='hold'."
        )
    return daily_load_au


def _ewma_from_zero(daily_load_au: pd.Series, tau_d: float, missing: Missing) -> pd.Series:
    from_zero = np.concatenate([[0.0], _filled(daily_load_au, missing).to_numpy(dtype=float)])
    average = pd.Series(from_zero).ewm(alpha=-np.expm1(-1 / tau_d), adjust=False, ignore_na=True).mean()
    return pd.Series(average.to_numpy()[1:], index=daily_load_au.index)


def _mean_over_sd(windows: np.ndarray) -> np.ndarray:
    # equal days are told by their values: the SD of equal floats need not come out as exactly 0
    varies = windows.max(axis=1) > windows.min(axis=1)
    sd = np.where(varies, windows.std(axis=1, ddof=1), np.nan)
    return windows.mean(axis=1) / sd


def _over_windows(daily_load_au: pd.Series, window_d: int, statistic) -> pd.Series:
    """`statistic` of every full window of `window_d` days, NaN before the first and where a day is NaN."""
    values = daily_load_au.to_numpy(dtype=float)
    out = np.full(len(values), np.nan)
    if len(values) >= window_d:
        out[window_d - 1 :] = statistic(np.lib.stride_tricks.sliding_window_view(values, window_d))
    return pd.Series(out, index=daily_load_au.index)
