"""Progress, plateau or regress of one lift: a slope over a window against the smallest worthwhile change.

Model card
----------
Question: over the last weeks, did the athlete's value rise, fall or stand still by more than would matter?
Data: one value a day of one series (exercise, variant, side, metric, device), 6 days or more.
Model: a straight line with AR(1) errors whose rho is integrated out (`models.estimators.autocorrelated`).
Estimator: generalised least squares at every rho of a grid, mixed by likelihood; the slope in the unit of the values by
day.
Interval: that of a mixture of t distributions, 95 % unless told; its coverage is in the table below.
Refuses: fewer than 6 days in the window, values without any scatter, two values of one day.
Verdict, with the change = slope x days from first to last exposure in the window, positive where better:

- progress: the 95 % interval of the change lies above the smallest worthwhile change (SWC)
- regress: it lies below -SWC
- plateau: the 90 % interval lies inside +/-SWC, over 6 exposures or more and 28 days or more
- cannot tell: everything else, with the reason and about how many more exposures would tell

Measured on AR(1) series of weekly values, 2,000 replicates a cell (`tests/simulations`):

|  n | rho | coverage of 95 % | called on no change | progress on +3 MDC | plateau, SWC 3 TE | plateau on +SWC |
|---:|----:|-----------------:|--------------------:|-------------------:|------------------:|----------------:|
|  6 |   0 |             99.2 |                 0.1 |               79.9 |              11.4 |             0.4 |
|  6 |  .3 |             98.1 |                 0.2 |               88.2 |              16.0 |             1.3 |
|  6 |  .6 |             93.9 |                 1.4 |               97.1 |              32.5 |             3.1 |
| 12 |   0 |             99.9 |                 0.0 |               98.0 |              21.4 |             0.5 |
| 12 |  .3 |             98.8 |                 0.1 |               98.1 |              24.2 |             0.6 |
| 12 |  .6 |             96.4 |                 0.6 |               98.6 |              33.1 |             1.9 |
| 24 |   0 |             98.7 |                 0.0 |              100.0 |              90.0 |             1.2 |
| 24 |  .3 |             98.2 |                 0.0 |               99.8 |              64.7 |             2.6 |
| 24 |  .6 |             96.0 |                 0.5 |               99.5 |              39.4 |             2.6 |

"Called" is progress or regress; SWC is 1 TE (the SD of the errors) unless said, 2 TE in the last column, where the
true change is the SWC itself and a plateau is false; MDC is 2.77 TE. With an SWC near 0 at most 6.2 % are called. A
plateau is shown seldom unless the SWC is large beside the TE and the series long: that is the truth about short series.

Ordinary least squares covers 87 to 89 % at rho = .3 and 70 to 81 % at rho = .6. The price is width: at rho = 0 the
interval is 1.4 to 1.8 times that of least squares, since so few values do not show that rho is 0.

Limits: one line for the whole window; a series that turned inside it is not a line.
Rho below 0 is not modelled. The rank statistics of `models.trends.rank_trend` are reported beside it and presume
independent values.

References
----------
Zellner & Tiao 1964, J Am Stat Assoc 59:763-778; Schuirmann 1987, J Pharmacokinet Biopharm 15(6):657-680 (equivalence
by a 90 % interval).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.sentences import (
    Audience,
    Judged,
    Sentence,
    Verdict,
    Wording,
    lower_is_better,
    trend_sentence,
    trend_state,
)
from analysis.models.estimators.autocorrelated import Lines, Mixture, slope_precision_d, straight_lines
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, glance_row, t_quantile, tidy_table, with_fitted
from analysis.models.trends.rank_trend import MannKendall, TheilSen, mann_kendall, theil_sen

Reason = Literal["no_clear_trend", "too_short", "stale"]

LEAST_EXPOSURES = 6
LEAST_PLATEAU_DAYS = 28
CONF_LEVEL = 0.95  # of progress and regress
PLATEAU_LEVEL = 0.90
WINDOW_DAYS = 84
STALE_AFTER_DAYS = 21

# coverage of the 95 % interval in percent at rho 0, .3, .6, by exposures; from the table above
COVERAGE_PCT = {6: (99.2, 98.1, 93.9), 12: (99.9, 98.8, 96.4), 24: (98.7, 98.2, 96.0)}


@dataclass(frozen=True, eq=False)
class Trend(Judged):
    """The trend of one series over a window, and what it means for the athlete. Made by `trend`."""

    wording: ClassVar = {"decimals": 1, "occasion": "session"}

    verdict: Verdict
    reason: Reason | None  # where it cannot be told
    unit: str
    swc: float
    lower_is_better: bool
    exposures: pd.DataFrame  # local_date, value, in_window
    centre: pd.Timestamp
    level: float  # of the line at `centre`
    slope_per_day: float
    slope_interval: Interval  # per day, at `conf_level`
    slope_se: float  # per day
    plateau_interval: Interval  # of the change, 90 %
    conf_level: float
    rho: float  # weighted mean over the grid
    n_missing: int
    more_exposures: int | None  # about how many until a verdict; None where none within the window would do
    theil_sen: TheilSen  # per day
    mann_kendall: MannKendall | None  # None where all values are equal

    @property
    def window(self) -> pd.DataFrame:
        """The exposures that the line goes through."""
        return self.exposures[self.exposures["in_window"]]

    @property
    def n(self) -> int:
        return len(self.window)

    @property
    def span_days(self) -> int:
        """Days from the first to the last exposure of the window."""
        return int((self.window["local_date"].iloc[-1] - self.window["local_date"].iloc[0]).days)

    @property
    def change(self) -> float:
        """Slope times `span_days`, with the sign of the measurement."""
        return self.slope_per_day * self.span_days

    @property
    def change_interval(self) -> Interval:
        """Of the change, at `conf_level`."""
        return Interval(self.slope_interval.low * self.span_days, self.slope_interval.high * self.span_days)

    @property
    def coverage_pct(self) -> float:
        """Lowest measured coverage of a nominal 95 % interval for so many exposures, rho 0 to .6."""
        return min(COVERAGE_PCT[max(n for n in COVERAGE_PCT if n <= self.n)])

    def predict(self, dates: Sequence) -> np.ndarray:
        """The line at `dates`."""
        return self.level + self.slope_per_day * _days_from(self.centre, dates)

    def predict_interval(self, dates: Sequence) -> Interval:
        """Lines through the middle of the window with the smallest and the largest slope of the interval, at `dates`.

        Arrays `low` and `high`; the uncertainty of the level is not in them.
        """
        day = _days_from(self.centre, dates)
        ends = np.sort([self.level + slope * day for slope in self.slope_interval], axis=0)
        return Interval(*ends)

    def tidy(self) -> pd.DataFrame:
        """Rows: change over the window, slope per week, Theil-Sen slope per week."""
        weekly, sen = 7 * np.array(self.slope_interval), 7 * np.array(self.theil_sen.interval)
        per_week = f"{self.unit}/week"
        rows = [
            ("change", self.unit, self.change, self.slope_se * self.span_days, *self.change_interval),
            ("slope", per_week, 7 * self.slope_per_day, 7 * self.slope_se, *weekly),
            ("Theil-Sen slope", per_week, 7 * self.theil_sen.slope, np.nan, *sen),
        ]
        return tidy_table(rows, self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: what was used, the verdict, autocorrelation, measured coverage, Mann-Kendall p."""
        told = ("span_days", "verdict", "reason", "more_exposures", "swc", "rho", "coverage_pct")
        n_before = int((~self.exposures["in_window"]).sum())
        row = glance_row(self, *told, n=self.n, n_missing=self.n_missing, n_before_window=n_before)
        return row.assign(mann_kendall_p=self.mann_kendall.p_value if self.mann_kendall else np.nan)

    def augment(self) -> pd.DataFrame:
        """The exposures with .fitted and .resid; NaN before the window."""
        fitted = pd.Series(self.predict(self.exposures["local_date"]), index=self.exposures.index)
        fitted = fitted.where(self.exposures["in_window"])
        return with_fitted(self.exposures, "value", fitted)

    def said(self, words: Wording, audience: Audience) -> Sentence:
        """The verdict and the rest of the sentence.

        >>> dates = pd.date_range("2026-01-05", periods=8, freq="7D")
        >>> result = trend(dates, [100.0, 103, 104, 107, 108, 111, 114, 115], unit="kg", swc=2.5)
        >>> result.sentence("Deadlift e1RM")
        'Progress. Deadlift e1RM: 15.1 kg higher over 7 weeks, somewhere from 11.9 to 18.2 kg.'
        """
        said = trend_sentence(self, words, audience)
        return lower_is_better(said) if self.lower_is_better else said

    def fact_fields(self) -> dict[str, Any]:
        """Its state and numbers."""
        return {
            "state": trend_state(self.verdict, self.reason),
            "estimate": self.change,
            "unit": self.unit,
            "conf_low": self.change_interval.low,
            "conf_high": self.change_interval.high,
            "conf_level": self.conf_level,
            "n": self.n,
            "swc": self.swc,
            "reason": self.reason,
        }


def trend(
    dates: Sequence,
    values: Sequence[float],
    *,
    unit: str,
    swc: float,
    window_days: int = WINDOW_DAYS,
    until: pd.Timestamp | None = None,
    stale_after_days: int = STALE_AFTER_DAYS,
    lower_is_better: bool = False,
    resolution: float = 0.0,
) -> Trend:
    """Progress, plateau or regress of one comparable series; the rule stands at the top of this module.

    Parameters
    ----------
    dates : sequence of dates, shape (n,)
        Local dates, in any order, each once.
    values : sequence of float, shape (n,)
        Of one exercise, variant, side, metric and device. NaN is no value and is counted.
    unit, swc : str, float
        Unit of the values; smallest worthwhile change over the window in that unit, above 0.
    window_days : int
        The line goes through the values not older than this, counted back from the last; 28 or more.
    until : Timestamp, optional
        Last day that is known; later values are not read. The last date if not given.
    stale_after_days : int
        Without a value for longer than this before `until` there is no verdict.
    lower_is_better : bool
        For a time.
    resolution : float
        Smallest step of the device; the residual SD is not taken for less than resolution / sqrt(12).

    Raises
    ------
    NotEnoughData
        Fewer than 6 values in the window, or values without any scatter and no resolution.
    DataProblem
        Two values of one date, a value that is not finite, an SWC or a window that is too small.

    Examples
    --------
    >>> dates = pd.date_range("2026-01-05", periods=8, freq="7D")
    >>> rising = trend(dates, [100.0, 103, 104, 107, 108, 111, 114, 115], unit="kg", swc=2.5)
    >>> rising.verdict, round(7 * rising.slope_per_day, 2)
    ('progress', 2.16)
    """
    _check_rule(swc, window_days)
    exposures, n_missing = _exposures(dates, values, window_days, until)
    window = exposures[exposures["in_window"]]
    if len(window) < LEAST_EXPOSURES:
        missing = LEAST_EXPOSURES - len(window)
        raise NotEnoughData(
            f"A trend needs {LEAST_EXPOSURES} days within {window_days} days; got {len(window)}. "
            f"Add {missing} more day{'s' if missing > 1 else ''}."
        )
    centre = window["local_date"].iloc[0] + (window["local_date"] - window["local_date"].iloc[0]).mean()
    day, y = _days_from(centre, window["local_date"]), window["value"].to_numpy()
    least_sd = resolution / 12**0.5
    if least_sd == 0 and _is_exact_line(day, y):
        raise NotEnoughData(
            f"The {len(y)} values lie on one line without any scatter, so their error is not known. "
            "State the smallest step of the device."
        )
    lines = straight_lines(day, y[np.newaxis], least_sd=least_sd)
    slope = lines.slope
    verdict = str(verdicts(slope, day[-1] - day[0], swc, lower_is_better=lower_is_better)[0])
    is_stale = until is not None and (until - window["local_date"].iloc[-1]).days > stale_after_days
    span_d = day[-1] - day[0]
    return Trend(
        verdict="cannot tell" if is_stale else verdict,
        reason="stale" if is_stale else _reason(verdict, slope, span_d, swc),
        unit=unit,
        swc=swc,
        lower_is_better=lower_is_better,
        exposures=exposures,
        centre=centre,
        level=float(lines.level.mean[0]),
        slope_per_day=float(slope.mean[0]),
        slope_interval=_interval(slope, CONF_LEVEL),
        slope_se=float(slope.spread[0]),
        plateau_interval=Interval(*(span_d * bound for bound in _interval(slope, PLATEAU_LEVEL))),
        conf_level=CONF_LEVEL,
        rho=float(lines.rho[0]),
        n_missing=n_missing,
        more_exposures=_more_exposures(day, lines, swc, window_days) if verdict == "cannot tell" else None,
        theil_sen=theil_sen(day, y),
        mann_kendall=mann_kendall(y) if np.ptp(y) > 0 else None,
    )


def verdicts(slope: Mixture, span_days: float, swc: float, *, lower_is_better: bool = False) -> np.ndarray:
    """The verdict on each of several slopes over `span_days`, array of str of shape (n_series,).

    >>> flat = Mixture(np.array([[0.0, 1.0]]), np.array([[0.01, 0.01]]), np.ones((1, 2)), df=20)
    >>> verdicts(flat, 28, 2.5).tolist()
    ['plateau', 'progress']
    """
    bound = swc / span_days
    below_low, below_high = slope.probability_below(-bound), slope.probability_below(bound)
    tail = (1 - CONF_LEVEL) / 2
    rises, falls = below_high < tail, below_low > 1 - tail
    is_flat = _is_inside(below_low, below_high) & (span_days >= LEAST_PLATEAU_DAYS)
    better, worse = (falls, rises) if lower_is_better else (rises, falls)
    return np.select([better, worse, is_flat], ["progress", "regress", "plateau"], "cannot tell")


def _is_inside(below_low: np.ndarray, below_high: np.ndarray) -> np.ndarray:
    """Whether the 90 % interval lies between two bounds, from the probabilities below them."""
    tail = (1 - PLATEAU_LEVEL) / 2
    return (below_low < tail) & (below_high > 1 - tail)


def _reason(verdict: str, slope: Mixture, span_d: float, swc: float) -> Reason | None:
    if verdict != "cannot tell":
        return None
    bound = swc / span_d
    is_flat = _is_inside(slope.probability_below(-bound), slope.probability_below(bound))[0]
    return "too_short" if is_flat else "no_clear_trend"


def _interval(of: Mixture, level: float) -> Interval:
    return Interval(float(of.quantile((1 - level) / 2)[0]), float(of.quantile((1 + level) / 2)[0]))


def _check_rule(swc: float, window_days: int) -> None:
    if not swc > 0:
        raise DataProblem(f"The smallest worthwhile change must be above 0; got {swc:g}. State what would matter.")
    if window_days < LEAST_PLATEAU_DAYS:
        raise DataProblem(f"A window of {window_days} days shows no plateau. Use {LEAST_PLATEAU_DAYS} days or more.")


def _exposures(
    dates: Sequence, values: Sequence[float], window_days: int, until: pd.Timestamp | None
) -> tuple[pd.DataFrame, int]:
    """Known values up to `until` in order, marked where they lie in the window; and how many had no value."""
    frame = pd.DataFrame({"local_date": pd.to_datetime(np.asarray(dates)), "value": np.asarray(values, dtype=float)})
    if until is not None:
        frame = frame[frame["local_date"] <= until]
    known = frame.dropna(subset=["value"]).sort_values("local_date", ignore_index=True)
    check_possible(known["value"], "value")
    twice = known["local_date"].duplicated()
    if twice.any():
        day = known.loc[twice, "local_date"].iloc[0].date()
        raise DataProblem(f"There are two values of {day}. Give one value a day, as its mean or its best.")
    oldest = known["local_date"].max() - pd.Timedelta(days=window_days)
    return known.assign(in_window=known["local_date"] >= oldest), len(frame) - len(known)


def _days_from(centre: pd.Timestamp, dates: Sequence) -> np.ndarray:
    return np.asarray((pd.DatetimeIndex(dates) - centre) / pd.Timedelta(days=1), dtype=float)


def _is_exact_line(day: np.ndarray, y: np.ndarray) -> bool:
    residual = y - np.polyval(np.polyfit(day, y, 1), day)
    return bool(np.abs(residual).max() <= 1e-9 * max(np.abs(y).max(), 1.0))


def _more_exposures(day: np.ndarray, lines: Lines, swc: float, window_days: int) -> int | None:
    """Smallest number of further exposures that would tell, were slope, scatter and rhythm to stay as they are.

    The intervals of today are scaled by how much narrower a slope is known from more exposures at today's rho.
    """
    slope, rho = lines.slope, float(lines.rho[0])
    gap_d, per_day = float(np.median(np.diff(day))), abs(float(slope.mean[0]))
    half = {level: np.ptp(_interval(slope, level)) / 2 for level in (CONF_LEVEL, PLATEAU_LEVEL)}
    unit_now = {level: slope_precision_d(day, rho) * t_quantile(len(day) - 2, level) for level in half}
    longer = np.append(day, day[-1] + gap_d)
    while longer[-1] - longer[0] <= window_days:
        span_d = longer[-1] - longer[0]
        precision = slope_precision_d(longer, rho)
        reach = {
            level: half[level] * precision * t_quantile(len(longer) - 2, level) / unit_now[level] for level in half
        }
        shows_trend = (per_day - reach[CONF_LEVEL]) * span_d > swc
        shows_plateau = (per_day + reach[PLATEAU_LEVEL]) * span_d < swc and span_d >= LEAST_PLATEAU_DAYS
        if shows_trend or shows_plateau:
            return len(longer) - len(day)
        longer = np.append(longer, longer[-1] + gap_d)
    return None
