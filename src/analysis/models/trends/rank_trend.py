"""Trend by ranks: do later values tend to be larger (Mann-Kendall), and by how much (Theil-Sen)?

Model card
----------
Question: is there a rise or a fall, whatever its shape, and which slope do most pairs of values show?
Data: 4 values or more that are not all equal (Mann-Kendall), 3 different x or more (Theil-Sen), none missing.
Model: none of the values' distribution, so that an outlier moves little; values independent of each other.
Estimator: Kendall's S, with ties; the median of the slopes of all pairs, in the unit of the values by that of x.
Intervals: Sen's for the slope, from the normal approximation to the count of pairs; a p value for the test. Not
simulated.
Refuses: fewer values than above, or values that are all the same.
Limits: values that carry over from week to week make both too sure of themselves; a verdict comes from
`models.trends.trend`.

References
----------
Mann 1945, Econometrica 13(3):245-259; Kendall 1975, Rank Correlation Methods, 4th ed. (ties); Sen 1968, J Am Stat Assoc
63:1379-1389.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import ndtr

from analysis.base.errors import NotEnoughData
from analysis.models.plausible import check_complete
from analysis.models.result import Interval, glance_row, tidy_table

CONF_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class MannKendall:
    """Whether later values tend to be larger: the count of rising minus falling pairs. Presumes independent values."""

    s: float
    variance: float  # of s on no trend, corrected for ties
    z: float  # with continuity correction
    p_value: float  # two-sided, normal
    tau: float  # Kendall's tau b
    n: int

    def tidy(self) -> pd.DataFrame:
        """One row: tau; no interval."""
        return tidy_table([("tau", "", self.tau)], CONF_LEVEL)

    def glance(self) -> pd.DataFrame:
        """One row: n, s, variance, z, p_value."""
        return glance_row(self, "n", "s", "variance", "z", "p_value")


def mann_kendall(values: Sequence[float]) -> MannKendall:
    """Mann-Kendall test of values in order of time, oldest first, without NaN.

    Raises
    ------
    NotEnoughData
        Fewer than 4 values, or all of them equal.
    DataProblem
        A value that is missing or infinite.

    References
    ----------
    Mann 1945; Kendall 1975.

    Examples
    --------
    >>> test = mann_kendall([1.0, 2.0, 4.0, 3.0, 5.0])  # 9 pairs rise, 1 falls
    >>> test.s, round(test.variance, 4), round(test.z, 4)
    (8.0, 16.6667, 1.7146)
    """
    y = np.asarray(values, dtype=float)
    n = len(y)
    check_complete(y, "value")
    if n < 4 or np.ptp(y) == 0:
        raise NotEnoughData(f"Mann-Kendall needs 4 values that are not all equal; got {n}. Add exposures.")
    first, second = np.triu_indices(n, k=1)
    s = float(np.sign(y[second] - y[first]).sum())
    ties = np.unique(y, return_counts=True)[1]
    variance = float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    z = (s - np.sign(s)) / variance**0.5
    pairs = n * (n - 1) / 2
    tau = s / np.sqrt(pairs * (pairs - (ties * (ties - 1) / 2).sum()))
    return MannKendall(s, variance, float(z), float(2 * ndtr(-abs(z))), float(tau), n)


@dataclass(frozen=True, eq=False)
class TheilSen:
    """Median of the slopes of all pairs, with Sen's interval, which presumes independent values."""

    slope: float  # unit of y per unit of x
    intercept: float  # median of y - slope x
    interval: Interval
    conf_level: float
    n: int

    def predict(self, x: float | Sequence[float]) -> np.ndarray:
        """The line at `x`."""
        return self.slope * np.asarray(x, dtype=float) + self.intercept

    def tidy(self) -> pd.DataFrame:
        """Rows slope (with its interval) and intercept."""
        rows = [("slope", "", self.slope, np.nan, *self.interval), ("intercept", "", self.intercept)]
        return tidy_table(rows, self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n."""
        return glance_row(self, "n")


def theil_sen(x: Sequence[float], y: Sequence[float], *, conf_level: float = CONF_LEVEL) -> TheilSen:
    """Theil-Sen line: slope the median over all pairs, intercept the median of y - slope x. No NaN.

    Raises
    ------
    NotEnoughData
        Fewer than 3 different x.
    DataProblem
        An x or a y that is missing or infinite.

    References
    ----------
    Sen 1968.

    Examples
    --------
    >>> line = theil_sen([0, 1, 2, 3], [1.0, 3.0, 5.0, 100.0])  # one outlier
    >>> line.slope, line.intercept
    (17.5, -6.75)
    """
    check_complete([*x, *y], "value")
    n = len(np.unique(np.asarray(x, dtype=float)))
    if n < 3:
        raise NotEnoughData(f"A Theil-Sen slope needs 3 different times; got {n}. Add exposures.")
    fit = stats.theilslopes(y, x, conf_level, method="joint")
    interval = Interval(float(fit.low_slope), float(fit.high_slope))
    return TheilSen(float(fit.slope), float(fit.intercept), interval, conf_level, len(y))
