"""Breaks as published for independent values: one step (sup F) and two lines that meet (segmented regression).

Model card
----------
Question: the same as of `models.trends.breakpoint`, for values of which one tells nothing about the next.
Data: 12 values or more (a step) or 8 different x or more (a bend), none missing, oldest first.
Model: least squares with one step, or with one bend whose place is estimated, and independent errors.
Estimator: the place with the least squares, tried for every step and sought between each two x for the bend; the rest
in the units of the values.
Intervals: of the step's place Bai's; of the bend and the slopes t with n - 4 degrees of freedom, linearised. Not
simulated.
Refuses: fewer values than above, values that are missing or all the same.
Limits: training values carry over from week to week, and then sup F calls a break on no change in 7 to 10 % of series
at rho 0, 24 % at .3 and 46 to 53 % at .6 (card of `models.trends.breakpoint`). It is here to reproduce published
analyses; reports use `level_break` and `slope_break`.

References
----------
Andrews 1993, Econometrica 61(4):821-856 (sup F); Estrella 2003, Econom Theory 19(6):1128-1143 (its p value); Bai 1997,
Rev Econ Stat 79(4):551-563 (interval of the break); Bai & Perron 2003, J Appl Econom 18(1):1-22 (number of breaks);
Muggeo 2003, Stat Med 22(19):3055-3071 (segmented line); Davies 1987, Biometrika 74(1):33-43.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, log_ndtr, ndtr, stdtrit

from analysis.base.errors import NotEnoughData
from analysis.models.plausible import check_complete, check_varied
from analysis.models.result import Interval, tidy_row
from analysis.models.trends.breakpoint import CONF_LEVEL, LEAST_EXPOSURES, TRIM


@dataclass(frozen=True, eq=False)
class LevelShift:
    """One step by least squares, presuming independent errors. Made by `level_shift`."""

    values: np.ndarray
    n_before: int
    sup_f: float
    p_value: float  # asymptotic, Estrella 2003
    interval: Interval  # of n_before, Bai 1997
    n_breaks: int  # by BIC
    conf_level: float

    @property
    def mean_before(self) -> float:
        return float(self.values[: self.n_before].mean())

    @property
    def mean_after(self) -> float:
        return float(self.values[self.n_before :].mean())

    def tidy(self) -> pd.DataFrame:
        """Rows: the values before the break with their interval, and both means."""
        unbounded = (np.nan, np.nan, np.nan, self.conf_level)
        return pd.DataFrame(
            [
                tidy_row("values before", "1", float(self.n_before), np.nan, *self.interval, self.conf_level),
                tidy_row("mean before", "", self.mean_before, *unbounded),
                tidy_row("mean after", "", self.mean_after, *unbounded),
            ]
        )

    def glance(self) -> pd.DataFrame:
        """One row: n, sup_f, p_value, n_breaks."""
        return pd.DataFrame(
            {
                "n": [len(self.values)],
                "sup_f": [self.sup_f],
                "p_value": [self.p_value],
                "n_breaks": [self.n_breaks],
            }
        )


def level_shift(values: Sequence[float], *, max_breaks: int = 5) -> LevelShift:
    """The classical analysis of one step in a series of independent values; false alarms on others.

    Parameters
    ----------
    values : sequence of float, shape (n,), n >= 12, oldest first, without NaN
    max_breaks : int
        The BIC chooses from 0 to so many steps.

    Raises
    ------
    NotEnoughData
        Fewer than 12 values, or all of them equal.
    DataProblem
        A value that is missing or infinite.

    Examples
    --------
    >>> shift = level_shift([1.0, 2, 1, 2, 1, 2, 1, 7, 8, 7, 8, 7, 8, 7])
    >>> shift.n_before, shift.n_breaks, round(shift.mean_after, 3)
    (7, 1, 7.429)
    """
    y = np.asarray(values, dtype=float)
    n = len(y)
    if n < LEAST_EXPOSURES:
        raise NotEnoughData(f"A break needs {LEAST_EXPOSURES} values or more; got {n}. Add {LEAST_EXPOSURES - n}.")
    check_complete(y, "value")
    check_varied(y, "value")
    edge = int(np.floor(TRIM * n))
    squares = _segment_squares(y)
    ends = np.arange(edge, n - edge + 1)
    left = squares[0, ends] + squares[ends, n]
    n_before = int(ends[left.argmin()])
    sup_f = float((squares[0, n] - left.min()) / (left.min() / (n - 2)))
    return LevelShift(
        values=y,
        n_before=n_before,
        sup_f=sup_f,
        p_value=_sup_f_p_value(sup_f),
        interval=_bai_interval(y, n_before),
        n_breaks=_breaks_by_bic(squares, edge, max_breaks),
        conf_level=CONF_LEVEL,
    )


def _segment_squares(y: np.ndarray) -> np.ndarray:
    """Squares about the mean of y[i:j] at [i, j], infinite where j <= i."""
    total = np.append(0.0, (y - y.mean()).cumsum())
    total_square = np.append(0.0, ((y - y.mean()) ** 2).cumsum())
    length = np.subtract.outer(np.arange(len(total)), np.arange(len(total))).T
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = (total_square - total_square[:, None]) - (total - total[:, None]) ** 2 / length
    return np.where(length > 0, squares, np.inf)


def _sup_f_p_value(sup_f: float) -> float:
    """P(sup F > sup_f) on no break, from the first terms of its expansion in the upper tail (Estrella 2003).

    The expansion does not hold below a sup F of 3, where p is about .46; there p is given as 1.
    """
    if sup_f < 3:
        return 1.0
    log_density = np.log(sup_f / 2) / 2 - sup_f / 2 - gammaln(0.5)
    spread = 2 * np.log((1 - TRIM) / TRIM)
    return float(np.exp(log_density) * (spread * (1 - 1 / sup_f) + 2 / sup_f))


def _bai_interval(y: np.ndarray, n_before: int) -> Interval:
    """95 % interval of the number of values before a step, variances of both sides apart (Bai 1997).

    NaN where one side does not vary.
    """
    before, after = y[:n_before], y[n_before:]
    if min(before.var(), after.var()) == 0:
        return Interval(np.nan, np.nan)
    per_unit = before.var() / (after.mean() - before.mean()) ** 2
    ratio = after.var() / before.var()
    tail = (1 - CONF_LEVEL) / 2
    low, high = _argmax_quantile(tail, -1, ratio), _argmax_quantile(1 - tail, 1, ratio)
    return Interval(float(np.floor(n_before - high * per_unit)), float(np.ceil(n_before - low * per_unit)))


def _argmax_quantile(probability: float, sign: int, ratio: float) -> float:
    """Where `_argmax_cdf` is `probability`, on the side of `sign`; 0 where that side holds less."""
    inner, outer = sign * 1e-9, float(sign)
    if sign * (_argmax_cdf(inner, ratio) - probability) >= 0:
        return 0.0
    while sign * (_argmax_cdf(outer, ratio) - probability) < 0:
        outer *= 2
    return float(brentq(lambda x: _argmax_cdf(x, ratio) - probability, inner, outer))


def _argmax_cdf(x: float, ratio: float) -> float:
    """Distribution of where W(s) - |s| / 2 is largest, W having variance 1 a unit below 0 and `ratio` above.

    Bai 1997, appendix B, for regressors of the same second moment on both sides.
    """
    a, q = abs(x), ratio
    root = np.sqrt(a)
    if x < 0:
        near = (a / 2 - 2 + (q + 2) ** 2 / (q + 1)) * ndtr(-root / 2)
        far = q * (q + 2) / (q + 1) * np.exp((1 + 1 / q) * a / (2 * q) + log_ndtr(-(0.5 + 1 / q) * root))
        return float(near - far - np.sqrt(a / (2 * np.pi)) * np.exp(-a / 8))
    near = ((2 * q + 1) ** 2 / ((q + 1) * q) - 2 + a / (2 * q)) * ndtr(-root / (2 * np.sqrt(q)))
    far = (2 * q + 1) / (q * (q + 1)) * np.exp((q + 1) * a / 2 + log_ndtr(-(q + 0.5) / np.sqrt(q) * root))
    return float(1 + np.sqrt(a / (2 * np.pi * q)) * np.exp(-a / (8 * q)) + far - near)


def _breaks_by_bic(squares: np.ndarray, edge: int, max_breaks: int) -> int:
    """How many steps the BIC prefers, each segment `edge` values or longer (Bai & Perron 2003)."""
    n = len(squares) - 1
    i, j = np.indices(squares.shape)
    allowed = np.where(j - i >= edge, squares, np.inf)
    best, bic = allowed[0], []
    for n_breaks in range(max_breaks + 1):
        if not np.isfinite(best[n]):
            break
        bic.append(n * (np.log(2 * np.pi * best[n] / n) + 1) + np.log(n) * 2 * (n_breaks + 1))
        best = (best[:, None] + allowed).min(axis=0)
    return int(np.argmin(bic))


@dataclass(frozen=True, eq=False)
class SegmentedLine:
    """Two straight lines that meet, by least squares, presuming independent errors. Made by `segmented_line`."""

    breakpoint: float  # unit of x
    breakpoint_se: float
    intercept: float  # of the first line
    slope1: float
    slope1_se: float
    slope2: float
    slope2_se: float
    sse: float
    davies_p: float  # upper bound of the p value of no break
    data: pd.DataFrame  # x, y
    conf_level: float

    def interval(self, estimate: float, std_error: float) -> Interval:
        """t interval with n - 4 degrees of freedom."""
        half = float(stdtrit(len(self.data) - 4, (1 + self.conf_level) / 2)) * std_error
        return Interval(estimate - half, estimate + half)

    def predict(self, x: float | Sequence[float]) -> np.ndarray:
        """The two lines at `x`."""
        x = np.asarray(x, dtype=float)
        bend = (self.slope2 - self.slope1) * np.maximum(x - self.breakpoint, 0)
        return self.intercept + self.slope1 * x + bend

    def tidy(self) -> pd.DataFrame:
        """Rows: breakpoint, slope1, slope2."""
        rows = [
            ("breakpoint", self.breakpoint, self.breakpoint_se),
            ("slope1", self.slope1, self.slope1_se),
            ("slope2", self.slope2, self.slope2_se),
        ]
        return pd.DataFrame(
            [tidy_row(term, "", value, se, *self.interval(value, se), self.conf_level) for term, value, se in rows]
        )

    def glance(self) -> pd.DataFrame:
        """One row: n, sse, davies_p."""
        return pd.DataFrame({"n": [len(self.data)], "sse": [self.sse], "davies_p": [self.davies_p]})

    def augment(self) -> pd.DataFrame:
        """The data with .fitted and .resid."""
        fitted = self.predict(self.data["x"])
        return self.data.assign(**{".fitted": fitted, ".resid": self.data["y"] - fitted})


def segmented_line(x: Sequence[float], y: Sequence[float]) -> SegmentedLine:
    """The classical segmented regression with one break, between the second and the last but one x.

    Parameters
    ----------
    x, y : sequences of float, shape (n,), 8 or more different x, without NaN

    Raises
    ------
    NotEnoughData
        Fewer than 8 different x, or all y equal.
    DataProblem
        An x or a y that is missing or infinite.

    Examples
    --------
    >>> x = np.arange(12.0)
    >>> y = 2 * np.minimum(x, 6) + np.tile([0.1, -0.1], 6)
    >>> line = segmented_line(x, y)
    >>> round(line.breakpoint, 1), round(line.slope1, 1), round(line.slope2, 1)
    (6.0, 2.0, -0.0)
    """
    data = pd.DataFrame({"x": np.asarray(x, dtype=float), "y": np.asarray(y, dtype=float)})
    data = data.sort_values("x", kind="stable", ignore_index=True)
    knots = data["x"].unique()
    if len(knots) < 8:
        raise NotEnoughData(f"Two lines need 8 different x or more; got {len(knots)}. Add exposures.")
    check_complete(data, "value")
    check_varied(data["y"], "y")
    at = _best_knot(data, knots)
    line = _line_with_bend(data, at)
    intercept, slope1, bend = line.params
    # a small move of the break changes y by -bend after it: Gauss-Newton, all four parameters together
    jacobian = np.column_stack([line.model.exog, -bend * (data["x"] > at)])
    covariance = np.linalg.inv(jacobian.T @ jacobian) * line.ssr / (len(data) - 4)
    after = np.array([0.0, 1.0, 1.0, 0.0])
    return SegmentedLine(
        breakpoint=at,
        breakpoint_se=float(covariance[3, 3] ** 0.5),
        intercept=float(intercept),
        slope1=float(slope1),
        slope1_se=float(covariance[1, 1] ** 0.5),
        slope2=float(slope1 + bend),
        slope2_se=float((after @ covariance @ after) ** 0.5),
        sse=float(line.ssr),
        davies_p=_davies_p(data, knots),
        data=data,
        conf_level=CONF_LEVEL,
    )


def _line_with_bend(data: pd.DataFrame, at: float):
    x = data["x"].to_numpy()
    return sm.OLS(data["y"].to_numpy(), np.column_stack([np.ones_like(x), x, np.maximum(x - at, 0)])).fit()


def _best_knot(data: pd.DataFrame, knots: np.ndarray) -> float:
    """Where the bend leaves the smallest squares: sought between each two x, since the squares have many minima."""
    x, y = data["x"].to_numpy(), data["y"].to_numpy()

    def squares(at: float) -> float:
        design = np.column_stack([np.ones_like(x), x, np.maximum(x - at, 0)])
        return float(((y - design @ np.linalg.lstsq(design, y)[0]) ** 2).sum())

    tolerance = 1e-8 * float(np.ptp(x))
    found = [
        minimize_scalar(squares, bounds=pair, method="bounded", options={"xatol": tolerance})
        for pair in pairwise(knots[1:-1])
    ]
    return float(min(found, key=lambda minimum: minimum.fun).x)


def _davies_p(data: pd.DataFrame, knots: np.ndarray) -> float:
    """Davies' upper bound, two-sided: from the largest |t| of the bend and how much t moves along the knots."""
    t = np.array([_line_with_bend(data, at).tvalues[2] for at in knots[1:-1]])
    largest, movement = np.abs(t).max(), np.abs(np.diff(t)).sum()
    return float(min(1.0, 2 * ndtr(-largest) + 2 * movement * np.exp(-(largest**2) / 2) / np.sqrt(8 * np.pi)))
