"""Left and right: is there a difference between the sides that is more than the error between days?

Model card
----------
Question: which side is larger, by how much, and is that more than the test differs from day to day?
Data: trials of both sides on the last 8 dates, 3 dates or more for a sure answer; else one date with 3 trials a side.
Model: 100 ln(right / left) of a date, in percent, normal about one difference; dates independent.
Estimator: mean over dates of the difference of the sides' mean logs.
Interval: t with dates - 1 degrees of freedom; on a single date that of its trials. Sure: beyond t(.975) errors.
Measured on athletes whose sides are alike, 2,000 a cell (`tests/simulations`), n dates whose differences carry over
with rho, in percent:

| n | rho | coverage of 90 % | called sure |
|--:|----:|-----------------:|------------:|
| 3 |   0 |             89.8 |         4.9 |
| 3 |  .3 |             81.5 |         9.8 |
| 3 |  .6 |             70.6 |        16.7 |
| 8 |   0 |             90.0 |         5.7 |
| 8 |  .3 |             77.3 |        13.5 |
| 8 |  .6 |             59.5 |        29.8 |

Refuses: no date with both sides, too few trials on a single one, a value that is not above 0 or in another unit.
Criticism: where a difference carries over from one date to the next, the interval is far too narrow and a chance
difference is called sure too often, as the table says: it is meant for dates that lie weeks apart, 4 between checks.
Do not read several dates of one week as several. How large a difference matters is not known.

References
----------
Bishop et al. 2016, Strength Cond J 38(6):27-32 (indices); Exell et al. 2012, J Sports Sci 30(4):383-389.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.config import SideTest
from analysis.decisions import MDC_LEVEL, REFERENCE_MOST
from analysis.errors import DataProblem, NotEnoughData
from analysis.models.possible import check_possible
from analysis.models.result import tidy_row

TRIALS_A_SIDE = 3  # on a single date
SURE_DATES = 3  # below this many dates no difference is called real


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
        return pd.DataFrame(
            [
                tidy_row(
                    "right over left",
                    "%",
                    self.estimate_pct,
                    self.se_pct,
                    self.conf_low,
                    self.conf_high,
                    self.conf_level,
                )
            ]
        )

    def glance(self) -> pd.DataFrame:
        """One row: dates, how many agree on the larger side, MDC, and whether the difference is sure."""
        return pd.DataFrame(
            {
                "n": [self.n_dates],
                "n_agreeing": [self.dates_agreeing],
                "larger": [self.larger],
                "mdc_pct": [self.mdc_pct],
                "is_sure": [self.is_sure],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The dates with .fitted (the estimate) and .resid, in percent."""
        residual = self.dates["difference_pct"] - self.estimate_pct
        return self.dates.assign(**{".fitted": self.estimate_pct, ".resid": residual})


def side_difference(
    trials: pd.DataFrame, test: SideTest, until: pd.Timestamp, *, conf_level: float = 0.90
) -> SideDifference:
    """Difference of the sides over the last 8 dates, judged against its error between dates.

    A date's difference is 100 (mean ln R - mean ln L); over dates their mean has a t interval on n - 1 df, and is
    sure only beyond t(.975, n - 1) s / sqrt(n) on 3 dates or more. Trials of one date share that day's noise: with a
    single date, and 3 trials a side, the interval is that of the trials (pooled, n_L + n_R - 2 df) and no difference
    is called sure.

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
        No date with both sides, or a single one with fewer than 3 trials a side.
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
    if dates.empty:
        raise NotEnoughData(f"No day with both sides of {test.name} yet. Test left and right on one day.")
    estimate, se, df = _over_dates(dates) if len(dates) > 1 else _within_date(dates.iloc[0], test)
    half = float(stdtrit(df, (1 + conf_level) / 2)) * se
    return SideDifference(
        test_id=test.test_id,
        name=test.name,
        metric=test.metric,
        unit=test.unit,
        dates=dates,
        estimate_pct=estimate,
        se_pct=se,
        df=df,
        conf_low=estimate - half,
        conf_high=estimate + half,
        conf_level=conf_level,
        mdc_pct=float(stdtrit(df, (1 + MDC_LEVEL) / 2)) * se,
    )


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


def _over_dates(dates: pd.DataFrame) -> tuple[float, float, float]:
    """Mean difference, its standard error and df."""
    difference = dates["difference_pct"]
    return float(difference.mean()), float(difference.std(ddof=1) / len(dates) ** 0.5), len(dates) - 1


def _within_date(date: pd.Series, test: SideTest) -> tuple[float, float, float]:
    """The same from the trials of a single date."""
    fewest = int(min(date["n_left"], date["n_right"]))
    if fewest < TRIALS_A_SIDE:
        raise NotEnoughData(
            f"{test.name} has {fewest} trial{'s' if fewest != 1 else ''} a side on one day. "
            f"Do {TRIALS_A_SIDE} a side, or test on another day."
        )
    return float(date["difference_pct"]), float(date["trial_se_pct"]), float(date["n_left"] + date["n_right"] - 2)
