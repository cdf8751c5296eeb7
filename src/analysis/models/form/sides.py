"""Left and right: is there a difference between the sides that is more than the error between days?

Model card
----------
Question: which side is larger, by how much, and is that more than the test differs from day to day?
Data: trials of both sides on the last 8 dates, 3 dates or more for a sure answer; else one date with 3 trials a side.
Model: 100 ln(right / left) of a date, in percent, about one difference; errors carry over from date to date, AR(1).
Estimator: mean over dates of the difference of the sides' mean logs, each date alike.
Interval: the error of that mean under every rho from 0 to .9, mixed by how well each explains the dates
(`models.estimators.autocorrelated`): t with dates - 1 degrees of freedom. On a single date that of its trials. Sure:
the 95 % interval, whose half width is the MDC, does not hold 0. Measured on athletes whose sides are alike, 2,000 a
cell (`tests/simulations`), n dates whose differences carry over with rho, in percent:

| n | rho | coverage of 90 % | called sure |
|--:|----:|-----------------:|------------:|
| 3 |   0 |             97.9 |         0.7 |
| 3 |  .3 |             94.6 |         2.6 |
| 3 |  .6 |             90.4 |         4.6 |
| 8 |   0 |             99.3 |         0.0 |
| 8 |  .3 |             97.8 |         0.4 |
| 8 |  .6 |             91.1 |         3.0 |

Taken for independent, 8 dates at rho .6 would be covered in 60 % and called sure in 30 %. The price is width: 2.1 times
that of independent dates at rho 0, as so few dates do not show that rho is 0. At rho .8 coverage is 75 to 79 %.

Refuses: no date with both sides, too few trials on a single one, dates that all differ by the same, a value that is not
above 0 or in another unit.
Criticism: a small difference is not sure on three or four dates. Several dates of one week tell less than as many
weeks apart. How large a difference matters is not known.

References
----------
Bishop et al. 2016, Strength Cond J 38(6):27-32 (indices); Exell et al. 2012, J Sports Sci 30(4):383-389; Zellner & Tiao
1964, J Am Stat Assoc 59:763-778 (carry-over integrated out).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.config import SideTest
from analysis.base.decisions import MDC_LEVEL, REFERENCE_MOST
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.estimators.autocorrelated import RHO_GRID, plain_means
from analysis.models.plausible import check_complete, check_possible
from analysis.models.result import glance_row, t_quantile, tidy_table, with_fitted

TRIALS_A_SIDE = 3  # on a single date
SURE_DATES = 3  # below this many dates no difference is called real
RHOS = RHO_GRID[RHO_GRID < 0.925]  # up to .9: the least reach whose interval covers as it claims up to rho .6
EXACT_PCT = 1e-9  # differences closer than this are the same


@dataclass(frozen=True, eq=False)
class SideDifference:
    """Signed difference of the sides in percent, 100 ln(right / left): positive where right is larger."""

    test_id: str
    name: str
    metric: str
    unit: str
    dates: pd.DataFrame  # local_date, left, right (means, in the unit), difference_pct, trial_se_pct, n_left, n_right
    estimate_pct: float
    se_pct: float
    df: float
    conf_low: float
    conf_high: float
    conf_level: float
    mdc_pct: float

    @property
    def n_dates(self) -> int:
        return len(self.dates)

    @property
    def is_sure(self) -> bool:
        """True where the difference is beyond the error between dates, over 3 dates or more."""
        return self.n_dates >= SURE_DATES and abs(self.estimate_pct) > self.mdc_pct

    @property
    def larger(self) -> str:
        """The side with the larger values, by the estimate."""
        return "right" if self.estimate_pct > 0 else "left"

    @property
    def dates_agreeing(self) -> int:
        """On how many dates that side was the larger one."""
        return int((np.sign(self.dates["difference_pct"]) == np.sign(self.estimate_pct)).sum())

    @property
    def left(self) -> float:
        """Geometric mean of the left side over the dates, in the unit."""
        return float(np.exp(np.log(self.dates["left"]).mean()))

    @property
    def right(self) -> float:
        """Geometric mean of the right side over the dates, in the unit."""
        return float(np.exp(np.log(self.dates["right"]).mean()))

    def tidy(self) -> pd.DataFrame:
        """One row: 100 ln(R / L) in percent with its interval."""
        told = self.estimate_pct, self.se_pct, self.conf_low, self.conf_high
        return tidy_table([("right over left", "%", *told)], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: dates, how many agree on the larger side, MDC, and whether the difference is sure."""
        return glance_row(self, "larger", "mdc_pct", "is_sure", n=self.n_dates, n_agreeing=self.dates_agreeing)

    def augment(self) -> pd.DataFrame:
        """The dates with .fitted (the estimate) and .resid, in percent."""
        return with_fitted(self.dates, "difference_pct", self.estimate_pct)


def side_difference(
    trials: pd.DataFrame, test: SideTest, until: pd.Timestamp, *, conf_level: float = 0.90
) -> SideDifference:
    """Difference of the sides over the last 8 dates, judged against its error between dates.

    Trials of one date share that day's noise: with a single date, and 3 trials a side, the interval is that of the
    trials (pooled, n_L + n_R - 2 df) and no difference is called sure.

    Parameters
    ----------
    trials : DataFrame
        Table trials. Dates with one side only are no comparison and are left out. NaN is no trial.
    test : SideTest
        Test, metric and unit.
    until : Timestamp
        Last day that is known.
    conf_level : float
        Of the interval.

    Raises
    ------
    NotEnoughData
        No date with both sides, a single one with fewer than 3 trials a side, or dates that all differ by the same.
    DataProblem
        A value that is infinite or not above 0, or in another unit.

    References
    ----------
    Bishop et al. 2016, Strength Cond J 38(6):27-32 (indices); Exell et al. 2012, J Sports Sci 30(4):383-389 (a
    difference is real only beyond the variation within a side).

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-05", "2026-02-02", "2026-03-02"]).repeat(2)
    >>> trials = pd.DataFrame({"local_date": days,
    ...     "test_id": "hop", "metric": "distance", "unit": "cm", "side": ["L", "R"] * 3, "trial_no": 1,
    ...     "value": [100.0, 110.0, 101.0, 112.0, 102.0, 112.0]})
    >>> hop = SideTest(test_id="hop", name="Hop", metric="distance", unit="cm")
    >>> result = side_difference(trials, hop, pd.Timestamp("2026-03-08"))
    >>> round(result.estimate_pct, 1), result.is_sure, result.dates_agreeing
    (9.7, True, 3)
    """
    dates = _by_date(_checked(trials, test, until)).tail(REFERENCE_MOST).reset_index(drop=True)
    return difference_of_dates(dates, test, conf_level=conf_level)


def difference_of_dates(dates: pd.DataFrame, test: SideTest, *, conf_level: float = 0.90) -> SideDifference:
    """The difference of the sides over given dates, one row each as in `SideDifference.dates`.

    Raises
    ------
    NotEnoughData
        No date, a single one with fewer than 3 trials a side, or dates that all differ by the same.
    DataProblem
        A difference that is missing or infinite.
    """
    if dates.empty:
        raise NotEnoughData(f"No day with both sides of {test.name} yet. Test left and right on one day.")
    check_complete(dates["difference_pct"], "difference", "%")
    error = _error_over_dates(dates, test) if len(dates) > 1 else _error_within_date(dates.iloc[0], test)
    estimate, half = float(dates["difference_pct"].mean()), error.half_width(conf_level)
    return SideDifference(
        test_id=test.test_id,
        name=test.name,
        metric=test.metric,
        unit=test.unit,
        dates=dates,
        estimate_pct=estimate,
        se_pct=error.se_pct,
        df=error.df,
        conf_low=estimate - half,
        conf_high=estimate + half,
        conf_level=conf_level,
        mdc_pct=error.half_width(MDC_LEVEL),
    )


@dataclass(frozen=True)
class _Error:
    """Of an estimated difference."""

    se_pct: float
    df: float
    half_width: Callable[[float], float]  # of the interval at a level, in percent


def _checked(trials: pd.DataFrame, test: SideTest, until: pd.Timestamp) -> pd.DataFrame:
    rows = trials[
        (trials["test_id"] == test.test_id)
        & (trials["metric"] == test.metric)
        & trials["side"].isin(["L", "R"])
        & (trials["local_date"] <= until)
    ].dropna(subset=["value"])
    if (rows["unit"] != test.unit).any():
        other = rows.loc[rows["unit"] != test.unit, "unit"].iloc[0]
        raise DataProblem(f"{test.name} has values in {other}, not {test.unit}. Correct the unit in the file.")
    check_possible(rows["value"], f"value of {test.name}", test.unit)
    if (rows["value"] <= 0).any():
        raise DataProblem(
            f"{test.name} has a value of {rows['value'].min():g} {test.unit}; sides are compared as a ratio, above 0. "
            "Correct that trial, or exclude it."
        )
    return rows


def _by_date(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a date with both sides: means, difference in percent and its error from the trials."""
    logs = rows.assign(log_pct=100 * np.log(rows["value"]))
    left, right = (
        logs[logs["side"] == side].groupby("local_date")["log_pct"].agg(["mean", "var", "size"]) for side in "LR"
    )
    both = left.merge(right, left_index=True, right_index=True, suffixes=("_left", "_right"))
    return pd.DataFrame(
        {
            "left": np.exp(both["mean_left"] / 100),
            "right": np.exp(both["mean_right"] / 100),
            "difference_pct": both["mean_right"] - both["mean_left"],
            "trial_se_pct": _trial_se(both),
            "n_left": both["size_left"],
            "n_right": both["size_right"],
        }
    ).reset_index()


def _trial_se(both: pd.DataFrame) -> pd.Series:
    """Standard error of a date's difference, variance pooled over the sides; NaN with a single trial a side."""
    n_left, n_right = both["size_left"], both["size_right"]
    squares = (n_left - 1) * both["var_left"].fillna(0) + (n_right - 1) * both["var_right"].fillna(0)
    return np.sqrt(squares / (n_left + n_right - 2) * (1 / n_left + 1 / n_right))


def _error_over_dates(dates: pd.DataFrame, test: SideTest) -> _Error:
    """Of the mean over dates, however much carries over from one to the next."""
    difference = dates["difference_pct"].to_numpy()
    if np.ptp(difference) <= EXACT_PCT:
        raise NotEnoughData(
            f"{test.name} differs by {difference[0]:.1f} % on all {len(dates)} dates, so its error is not known. "
            "Record it to a finer step."
        )
    day = ((dates["local_date"] - dates["local_date"].iloc[0]) / pd.Timedelta(days=1)).to_numpy()
    mean = plain_means(day, difference[np.newaxis], rhos=RHOS)
    return _Error(
        se_pct=float(mean.spread[0]),
        df=mean.df,
        half_width=lambda level: float(mean.quantile((1 + level) / 2)[0] - mean.mean[0]),
    )


def _error_within_date(date: pd.Series, test: SideTest) -> _Error:
    """Of a single date, from its trials."""
    fewest = int(min(date["n_left"], date["n_right"]))
    if fewest < TRIALS_A_SIDE:
        raise NotEnoughData(
            f"{test.name} has {fewest} trial{'s' if fewest != 1 else ''} a side on one day. "
            f"Do {TRIALS_A_SIDE} a side, or test on another day."
        )
    se, df = float(date["trial_se_pct"]), float(date["n_left"] + date["n_right"] - 2)
    return _Error(se, df, lambda level: t_quantile(df, level) * se)
