"""Bland-Altman: how far do two measurements of the same thing lie apart, and does that grow with the value?

Model card
----------
Question: within which limits will the difference of a second and a first measurement lie for 95 % of athletes?
Data: 3 complete pairs or more, one a subject; two days of one test, or two devices on one day.
Model: difference d = second - first, normal and the same at every level. Bias = mean d; limits = bias +/- z SD(d).
Estimator: mean and SD of the differences, in the unit of the measurement.
Interval of the bias: t with n - 1 df. Interval of a limit: t with its approximate standard error
SD sqrt(1 / n + z^2 / (2 (n - 1))).
Trend: least-squares slope of d on the pair's mean with its t interval. Where that interval leaves 0 out, the limits do
not hold at every level; judge on the log scale then.
Measured coverage of the 95 % interval of a limit (`tests/test_bland_altman.py`, 2,000 replicates, seed in the test):
92 % at n = 6, 93 % at n = 12, 95 % at n = 24.
Refuses: fewer than 3 complete pairs; pairs with a missing value are left out and counted.
Limits: a pair of days holds the true change between them as well as error. Limits of agreement are about single
athletes and are wider than what a mean over repeated tests can tell.

References
----------
Bland & Altman 1986, Lancet 327(8476):307-310; Bland & Altman 1999, Stat Methods Med Res 8(2):135-160 (intervals of the
limits, trend against the mean).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import NotEnoughData
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, t_interval, tidy_table, with_fitted

LEAST_PAIRS = 3
AGREEMENT_LEVEL = 0.95  # share of differences between the limits
_Z = float(stats.norm.ppf((1 + AGREEMENT_LEVEL) / 2))


@dataclass(frozen=True, eq=False)
class BlandAltman(Result):
    """Bias and limits of agreement of pairs. Made by `bland_altman`."""

    unit: str
    bias: float
    sd: float  # of the differences, n - 1
    slope: float  # of the difference on the mean, per unit; NaN where all means are equal
    slope_se: float
    pairs: pd.DataFrame  # subject, first, second, mean, difference
    n_missing: int  # pairs left out because one of the two is missing
    conf_level: float

    @property
    def limits(self) -> Interval:
        """Between these lie 95 % of differences."""
        half = _Z * self.sd
        return Interval(self.bias - half, self.bias + half)

    @property
    def bias_se(self) -> float:
        return float(self.sd / np.sqrt(len(self.pairs)))

    @property
    def limit_se(self) -> float:
        """Approximate standard error of either limit."""
        n = len(self.pairs)
        return float(self.sd * np.sqrt(1 / n + _Z**2 / (2 * (n - 1))))

    @property
    def grows_with_level(self) -> bool:
        """Whether the interval of the slope leaves 0 out: the limits do not hold at every level."""
        low, high = t_interval(self.slope, self.slope_se, len(self.pairs) - 2, self.conf_level)
        return bool(low > 0 or high < 0)

    def predict(self, mean) -> np.ndarray:
        """The expected difference at each mean: the bias."""
        return np.full(np.shape(mean), self.bias)

    def tidy(self) -> pd.DataFrame:
        """Bias, both limits, and the slope of the difference on the mean where the means differ."""
        n, level = len(self.pairs), self.conf_level
        rows = [
            ("bias", self.unit, self.bias, self.bias_se),
            ("lower limit", self.unit, self.limits.low, self.limit_se),
            ("upper limit", self.unit, self.limits.high, self.limit_se),
        ]
        if np.isfinite(self.slope):
            bounds = t_interval(self.slope, self.slope_se, n - 2, level)
            rows.append(("slope on the mean", "", self.slope, self.slope_se, *bounds))
        return tidy_table(rows, level, df=n - 1)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_missing, sd, grows_with_level."""
        return glance_row(self, "n_missing", "sd", "grows_with_level", n=len(self.pairs))

    def augment(self) -> pd.DataFrame:
        """The pairs with .fitted, the bias, and .resid."""
        return with_fitted(self.pairs, "difference", self.bias)


def bland_altman(first: pd.Series, second: pd.Series, *, unit: str, conf_level: float = 0.95) -> BlandAltman:
    """Bias and 95 % limits of agreement of a second against a first measurement; see the model card above.

    Parameters
    ----------
    first, second : Series of float, shape (n,)
        Joined by their index, which names the subject. Pairs with a missing value are left out and counted.
    unit : str
        Of the values.
    conf_level : float
        Of the intervals of bias, limits and slope.

    Raises
    ------
    NotEnoughData
        Fewer than 3 complete pairs.
    DataProblem
        An infinite value.

    Examples
    --------
    >>> first = pd.Series([0.70, 0.80, 0.90, 0.60], index=["alder", "birch", "cedar", "elm"])
    >>> second = pd.Series([0.72, 0.79, 0.93, 0.60], index=first.index)
    >>> result = bland_altman(first, second, unit="m/s")
    >>> round(result.bias, 3), [round(limit, 3) for limit in result.limits]
    (0.01, [-0.026, 0.046])
    """
    joined = pd.DataFrame({"first": first, "second": second}, dtype=float)
    check_possible(joined, "measurement", unit)
    pairs = joined.dropna().rename_axis("subject").reset_index()
    n = len(pairs)
    if n < LEAST_PAIRS:
        raise NotEnoughData(
            f"Limits of agreement need {LEAST_PAIRS} complete pairs or more; got {n}. Repeat the test with others."
        )
    pairs = pairs.assign(mean=pairs[["first", "second"]].mean(axis=1), difference=pairs["second"] - pairs["first"])
    levels_differ = pairs["mean"].min() < pairs["mean"].max()
    line = stats.linregress(pairs["mean"], pairs["difference"]) if levels_differ else None
    return BlandAltman(
        unit=unit,
        bias=float(pairs["difference"].mean()),
        sd=float(pairs["difference"].std()),
        slope=float(line.slope) if line else np.nan,
        slope_se=float(line.stderr) if line else np.nan,
        pairs=pairs,
        n_missing=len(joined) - n,
        conf_level=conf_level,
    )
