"""Did a series break once, in its level or in its slope, and when?

Model card
----------
Question: is there one day from which the values lie higher or lower (`level_break`), or rise or fall differently
(`slope_break`), and which days come into question?
Data: one value a day of one series, 12 days or more; a break is sought after the first and before the last 15 %.
Model: a constant (level) or a straight line (slope) against the same with one break, AR(1) errors with rho on a grid
(`models.autocorrelated`). For each rho the largest F over all days is compared with 999 series without a break; the
p values are mixed by how well each rho explains the values with the break. A break is found where p <= .05.
The dates are the smallest set of days that holds 95 % of the profile of the likelihood over days.

Measured on AR(1) series of weekly values, 2,000 replicates a cell (`tests/simulations`):

|  n | rho | false level | classical sup F | false slope | step of 2 MDC | end of a 3 MDC rise | days cover the end |
|---:|----:|------------:|----------------:|------------:|--------------:|--------------------:|-------------------:|
| 12 |   0 |         0.7 |             9.4 |         1.0 |          92.5 |                18.8 |               99.0 |
| 12 |  .3 |         1.6 |            25.2 |         1.8 |          97.4 |                33.7 |               97.6 |
| 12 |  .6 |         4.7 |            44.8 |         4.0 |          99.8 |                58.9 |               96.2 |
| 24 |   0 |         0.9 |             7.2 |         0.2 |          99.3 |                63.3 |               99.5 |
| 24 |  .3 |         2.5 |            23.8 |         0.8 |          99.7 |                55.8 |               98.7 |
| 24 |  .6 |         5.5 |            52.8 |         2.6 |         100.0 |                65.5 |               95.0 |

In percent: breaks called on no change (with p <= .05 here; by the classical sup F at its 5 %, 500 replicates), breaks
found, and how often the likely days hold the true end of the rise, a bend in the middle. MDC is 2.77 TE. A step of
3 MDC was dated within one exposure in every replicate, a bend in 50 to 73 %: its likely days are 6 to 13 exposures.
`level_shift` and `segmented_line` are the classical analyses; they presume independent values and raise the false
alarms above.

References
----------
Andrews 1993, Econometrica 61(4):821-856 (sup F); Estrella 2003, Econom Theory 19(6):1128-1143 (its p value); Bai 1997,
Rev Econ Stat 79(4):551-563 (interval of the break); Bai & Perron 2003, J Appl Econom 18(1):1-22 (number of breaks);
Muggeo 2003, Stat Med 22(19):3055-3071 (segmented line); Davies 1987, Biometrika 74(1):33-43; Hinkley 1970, Biometrika
57(1):1-17 (likelihood of a change point).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln, log_ndtr, ndtr, stdtrit

from analysis.errors import NotEnoughData
from analysis.models.autocorrelated import RHO_GRID, Mixture, mixing_weights, whiteners
from analysis.models.possible import check_complete, check_possible
from analysis.models.result import Interval, tidy_row

Kind = Literal["level", "slope"]

LEAST_EXPOSURES = 12
TRIM = 0.15
ALARM_P = 0.05
CONF_LEVEL = 0.95
NULL_DRAWS = 999
NULL_SEED = 19930


# --- errors that carry over ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Scan:
    """Every candidate day of several series tried."""

    candidates: np.ndarray  # (n_candidates,): index of the first exposure after the break, or of the bend
    p_value: np.ndarray  # (n_series,)
    date_weight: np.ndarray  # (n_candidates, n_series), columns sum to 1
    step: Mixture  # change of level, or of slope per day; over rho and candidates
    rho: np.ndarray  # (n_series,), weighted mean


def scan(day: np.ndarray, values: np.ndarray, kind: Kind) -> Scan:
    """One break tried at every candidate day of each series.

    Parameters
    ----------
    day : array of float, shape (n,), increasing
    values : array of float, shape (n_series, n), without NaN
    kind : "level" or "slope"
    """
    n, base, candidates = len(day), _base(day, kind), _candidates(len(day))
    steps = np.column_stack([_step(day, index, kind) for index in candidates])
    df = n - base.shape[1] - 1
    null = np.random.default_rng(NULL_SEED).standard_normal((NULL_DRAWS, n))
    p_of_rho, estimate, std_error, log_likelihood = [], [], [], []
    for white in whiteners(day):
        basis, triangle = np.linalg.qr(white.matrix @ base)
        apart = _without(white.matrix @ steps, basis)
        length = np.linalg.norm(apart, axis=0)
        along, left = _explained(values @ white.matrix.T, basis, apart / length)
        null_along, null_left = _explained(null, basis, apart / length)
        f, null_f = along**2 / left * df, null_along**2 / null_left * df
        p_of_rho.append(_share_beyond(np.sort(null_f.max(axis=1)), f.max(axis=1)))
        estimate.append((along / length).T)
        std_error.append((np.sqrt(left / df) / length).T)
        constant = white.log_det - np.log(np.abs(np.diag(triangle))).sum() - np.log(length)
        log_likelihood.append((constant - df / 2 * np.log(left)).T)
    shape = (len(RHO_GRID), len(candidates), len(values))
    weight = mixing_weights(np.array(log_likelihood).reshape(-1, len(values)))
    by_rho = weight.reshape(shape).sum(axis=1)
    return Scan(
        candidates=candidates,
        p_value=(by_rho * np.array(p_of_rho)).sum(axis=0),
        date_weight=weight.reshape(shape).sum(axis=0),
        step=Mixture(np.array(estimate).reshape(weight.shape), np.array(std_error).reshape(weight.shape), weight, df),
        rho=RHO_GRID @ by_rho,
    )


def likely_candidates(date_weight: np.ndarray, level: float = CONF_LEVEL) -> np.ndarray:
    """The smallest set of candidates that holds `level` of the weight, bool array of the shape of `date_weight`.

    >>> likely_candidates(np.array([[0.01], [0.30], [0.66], [0.03]])).ravel().tolist()
    [False, True, True, False]
    """
    order = np.argsort(-date_weight, axis=0)
    ordered = np.take_along_axis(date_weight, order, axis=0)
    kept = ordered.cumsum(axis=0) - ordered < level
    likely = np.zeros_like(kept)
    np.put_along_axis(likely, order, kept, axis=0)
    return likely


def _base(day: np.ndarray, kind: Kind) -> np.ndarray:
    constant = np.ones((len(day), 1))
    return constant if kind == "level" else np.column_stack([constant, day - day.mean()])


def _candidates(n: int) -> np.ndarray:
    edge = max(int(np.ceil(TRIM * n)), 2)
    return np.arange(edge, n - edge + 1)


def _step(day: np.ndarray, index: int, kind: Kind) -> np.ndarray:
    """What a break at `index` adds to the base: a step to 1, or a bend to 1 a day."""
    return (day >= day[index]).astype(float) if kind == "level" else np.maximum(day - day[index], 0.0)


def _without(columns: np.ndarray, basis: np.ndarray) -> np.ndarray:
    return columns - basis @ (basis.T @ columns)


def _explained(values: np.ndarray, basis: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each series: its length along each direction, and the squares left beside it; (n_series, n_candidates)."""
    residual = _without(values.T, basis).T
    along = residual @ directions
    return along, (residual**2).sum(axis=1)[:, np.newaxis] - along**2


def _share_beyond(null: np.ndarray, found: np.ndarray) -> np.ndarray:
    return (1 + len(null) - np.searchsorted(null, found)) / (1 + len(null))


@dataclass(frozen=True, eq=False)
class Break:
    """One break in a dated series. Made by `level_break` and `slope_break`."""

    kind: Kind
    unit: str
    exposures: pd.DataFrame  # local_date, value
    n_missing: int
    p_value: float  # on no break a p <= .05 is as rare as the model card says
    dates: pd.DataFrame  # local_date, weight, is_likely: candidates, the day from which the new regime holds
    estimate: float  # change of level in `unit`, or of slope in `unit` a week
    std_error: float
    interval: Interval
    rho: float
    conf_level: float

    @property
    def found(self) -> bool:
        return self.p_value <= ALARM_P

    @property
    def date(self) -> pd.Timestamp:
        """The most likely first day of the new regime."""
        return self.dates["local_date"].iloc[int(self.dates["weight"].argmax())]

    @property
    def first_date(self) -> pd.Timestamp:
        """The earliest of the likely days."""
        return self.dates.loc[self.dates["is_likely"], "local_date"].iloc[0]

    @property
    def last_date(self) -> pd.Timestamp:
        """The latest of the likely days."""
        return self.dates.loc[self.dates["is_likely"], "local_date"].iloc[-1]

    @property
    def estimate_unit(self) -> str:
        return self.unit if self.kind == "level" else f"{self.unit}/week"

    def tidy(self) -> pd.DataFrame:
        """Rows: change of level or slope, and days from the first exposure to the break."""
        start = self.exposures["local_date"].iloc[0]
        days = [(date - start).days for date in (self.date, self.first_date, self.last_date)]
        term = "change of level" if self.kind == "level" else "change of slope"
        return pd.DataFrame(
            [
                tidy_row(term, self.estimate_unit, self.estimate, self.std_error, *self.interval, self.conf_level),
                tidy_row("days to break", "d", float(days[0]), np.nan, days[1], days[2], self.conf_level),
            ]
        )

    def glance(self) -> pd.DataFrame:
        """One row: n, n_missing, p_value, found, the dates and rho."""
        return pd.DataFrame(
            {
                "n": [len(self.exposures)],
                "n_missing": [self.n_missing],
                "p_value": [self.p_value],
                "found": [self.found],
                "date": [self.date],
                "first_date": [self.first_date],
                "last_date": [self.last_date],
                "rho": [self.rho],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The exposures with .fitted, least squares with a break at `date`, and .resid."""
        day = _days(self.exposures["local_date"])
        index = int(self.exposures["local_date"].searchsorted(self.date))
        design = np.column_stack([_base(day, self.kind), _step(day, index, self.kind)])
        fit = sm.OLS(self.exposures["value"].to_numpy(), design).fit()
        return self.exposures.assign(**{".fitted": fit.fittedvalues, ".resid": fit.resid})

    def sentence(self, quantity: str, *, decimals: int = 1) -> str:
        """Whether there is a break, how large and when, for the coach.

        >>> dates = pd.date_range("2026-01-05", periods=16, freq="7D")
        >>> values = [100.0, 101, 100, 99, 101, 100, 99, 100, 108, 109, 108, 107, 109, 108, 109, 108]
        >>> level_break(dates, values, unit="kg").sentence("Deadlift e1RM")
        'Deadlift e1RM: +8.2 kg from 2026-03-02 on (2026-03-02 to 2026-03-02).'
        """
        if not self.found:
            return f"{quantity}: no break in {self.kind} that its usual drift would not make (p = {self.p_value:.2f})."
        return (
            f"{quantity}: {self.estimate:+.{decimals}f} {self.estimate_unit} from {self.date.date()} on "
            f"({self.first_date.date()} to {self.last_date.date()})."
        )


def level_break(dates: Sequence, values: Sequence[float], *, unit: str) -> Break:
    """One step in an otherwise constant level, errors that carry over allowed for.

    Parameters
    ----------
    dates, values : sequences, shape (n,)
        One value a day of one series; NaN is no value and is counted.

    Raises
    ------
    NotEnoughData
        Fewer than 12 values, or values without scatter.
    DataProblem
        Two values of one day, or one that is infinite.

    Examples
    --------
    >>> dates = pd.date_range("2026-01-05", periods=16, freq="7D")
    >>> values = [100.0, 101, 100, 99, 101, 100, 99, 100, 108, 109, 108, 107, 109, 108, 109, 108]
    >>> found = level_break(dates, values, unit="kg")
    >>> found.found, str(found.date.date())
    (True, '2026-03-02')
    """
    return _one_break(dates, values, "level", unit, per=1)


def slope_break(dates: Sequence, values: Sequence[float], *, unit: str) -> Break:
    """One bend in an otherwise straight line, errors that carry over allowed for; arguments as of `level_break`.

    The change of slope is in `unit` a week.
    """
    return _one_break(dates, values, "slope", unit, per=7)


def _one_break(dates: Sequence, values: Sequence[float], kind: Kind, unit: str, per: float) -> Break:
    frame = pd.DataFrame({"local_date": pd.to_datetime(np.asarray(dates)), "value": np.asarray(values, dtype=float)})
    exposures = frame.dropna(subset=["value"]).sort_values("local_date", ignore_index=True)
    n = len(exposures)
    if n < LEAST_EXPOSURES:
        raise NotEnoughData(f"A break needs {LEAST_EXPOSURES} days or more; got {n}. Add {LEAST_EXPOSURES - n} more.")
    check_possible(exposures["value"], "value")
    _check_varied(exposures["value"].to_numpy())
    day = _days(exposures["local_date"])
    tried = scan(day, exposures["value"].to_numpy()[np.newaxis], kind)
    low, high = (float(tried.step.quantile(tail)[0]) for tail in ((1 - CONF_LEVEL) / 2, (1 + CONF_LEVEL) / 2))
    return Break(
        kind=kind,
        unit=unit,
        exposures=exposures,
        n_missing=len(frame) - n,
        p_value=float(tried.p_value[0]),
        dates=pd.DataFrame(
            {
                "local_date": exposures["local_date"].iloc[tried.candidates].to_numpy(),
                "weight": tried.date_weight[:, 0],
                "is_likely": likely_candidates(tried.date_weight)[:, 0],
            }
        ),
        estimate=per * float(tried.step.mean[0]),
        std_error=per * float(tried.step.spread[0]),
        interval=Interval(per * low, per * high),
        rho=float(tried.rho[0]),
        conf_level=CONF_LEVEL,
    )


def _check_varied(values: np.ndarray) -> None:
    if np.ptp(values) == 0:
        raise NotEnoughData(f"All {len(values)} values are {values[0]:g}, so nothing can break. Record on.")


def _days(dates: pd.Series) -> np.ndarray:
    return ((dates - dates.iloc[0]) / pd.Timedelta(days=1)).to_numpy()


# --- independent errors, as published -----------------------------------------------------------------------------


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
    """The classical analysis of one step in a series of independent values; false alarms on others, see the card.

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
    _check_varied(y)
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
    _check_varied(data["y"].to_numpy())
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
