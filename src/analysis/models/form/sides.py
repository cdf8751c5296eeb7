"""Left and right: is there a difference between the sides that is more than the error between days?

Model card
----------
Question: which side is larger, by how much, and is that more than the test differs from day to day? Has it changed?
Data: trials of both sides by date, all dates on the newest device.
Model: 100 ln(right / left) of a date, in percent, is a level and an error that carries over from date to date, AR(1).
Estimator: `models.change` by the noise of the squad in this test (quantity `hop.sides`): the level now, since a change
of it where one is found. Better is closer to alike. Below 6 dates, or half a year after the last, the GLS mean of the
dates by the same noise; without a squad and below 3 dates their mean by the error of their trials, 3 a side.
Interval: 95 %, t with the degrees of freedom of TE and rho, in a squad 1.4 times these; wide enough to hold as well
where the level would be with single dates clipped as the scan clips them: one bad day makes no difference of the sides.
Sure: over 3 dates or more, and 0 lies outside of it, so that what is drawn and what is said cannot differ. Half its
width without the clipped level is told as MDC.
Measured in athletes of a squad of 12 and alone, 2,000 a cell (`tests/simulations`), n dates with an SD of 3 %, called
sure in percent where the sides are alike and where right is 4 % larger:

| n | rho | alike, squad | 4 %, squad | alike, alone | 4 %, alone |
|--:|----:|-------------:|-----------:|-------------:|-----------:|
| 3 |   0 |          2.2 |       12.5 |              |            |
| 3 |  .3 |          3.2 |       13.6 |          1.5 |        6.6 |
| 8 |   0 |          2.7 |       91.1 |              |            |
| 8 |  .3 |          5.7 |       78.9 |          4.6 |       41.5 |
| 8 |  .6 |         11.5 |       63.8 |         12.5 |       51.2 |

At rho .6 equal sides are called sure about twice as often as at .3, as 8 dates of 12 athletes draw rho to .25.

Refuses: no date with both sides, a value that is not above 0 or in another unit; without a squad's noise too few trials
on one date or two, or dates that all differ by the same.
Criticism: a small difference is not sure on three or four dates. Several dates of one week tell less than as many
weeks apart. How large a difference matters is not known: `swc_pct` is a practical 5 %, half of the 10 % below which
sides are commonly taken for alike. A difference that changes its side may be told as better by its size alone.

References
----------
Bishop et al. 2016, Strength Cond J 38(6):27-32 (indices); Bishop et al. 2018, Strength Cond J 40(4):1-8 (thresholds);
Exell et al. 2012, J Sports Sci 30(4):383-389.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

import numpy as np
import pandas as pd

from analysis.base.config import SideTest
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.frames import grouped
from analysis.base.sentences import count_text
from analysis.models import series
from analysis.models.change.days import days_of
from analysis.models.change.engine import surely_beyond
from analysis.models.change.regimes import Estimate, level_of
from analysis.models.change.scan import clipped, exposures_a_season
from analysis.models.noise import Noise
from analysis.models.plausible import check_complete, check_possible
from analysis.models.result import glance_row, t_quantile, tidy_table, with_fitted

TRIALS_A_SIDE = 3  # on dates whose own scatter is not known
CONF_LEVEL = 0.95  # of the interval by which the sides are judged, whatever other series are judged by
SURE_DATES = 3  # below this many dates no difference is called real
STALE_AFTER_DAYS = 182
EXACT_PCT = 1e-9  # differences closer than this are the same
_DATES_MEASURED, _BY_CHANCE, _BY_CHANCE_ALONE = (3, 8), (0.032, 0.057), (0.015, 0.046)


@dataclass(frozen=True, eq=False, kw_only=True)
class SideDifference(series.Series):
    """Signed difference of the sides in percent, 100 ln(right / left): positive where right is larger.

    `exposures` has local_date, device, left and right (means, in the unit), value (the difference in percent),
    trial_se_pct, n_left, n_right and comparable. What is told is of the level now: where a change of the difference is
    found, of the dates since.
    """

    test_id: str
    name: str
    metric: str
    unit: str

    @cached_property
    def dates(self) -> pd.DataFrame:
        """The dates on the newest device, the difference as difference_pct."""
        newest = self.exposures[self.exposures["comparable"]]
        return newest.rename(columns={"value": "difference_pct"}).reset_index(drop=True)

    @property
    def estimate_pct(self) -> float:
        """The difference of the sides."""
        return self._level.value

    @property
    def se_pct(self) -> float:
        return self._level.se

    @property
    def df(self) -> float:
        return self._level.noise.df_of_level

    @property
    def conf_low(self) -> float:
        return min(self._levels) - self.mdc_pct

    @property
    def conf_high(self) -> float:
        return max(self._levels) + self.mdc_pct

    @property
    def conf_level(self) -> float:
        """Of the interval, by which it is also judged whether the sides differ."""
        return CONF_LEVEL

    @cached_property
    def mdc_pct(self) -> float:
        """What a difference has to exceed to be another than none, at 95 %."""
        half_width = t_quantile(self.df, CONF_LEVEL) * self.se_pct
        return surely_beyond(half_width, self._level.noise, CONF_LEVEL)

    @property
    def n_dates(self) -> int:
        return len(self._since_change)

    @property
    def can_tell(self) -> bool:
        """Whether it is told if the sides differ: over 3 dates or more, the last within half a year."""
        return self.n_dates >= SURE_DATES and self.change.reason != "stale"

    @property
    def is_sure(self) -> bool:
        """True where it is told and no difference lies outside the interval."""
        return self.can_tell and not self.conf_low <= 0 <= self.conf_high

    @property
    def null_probability(self) -> float:
        """Chance that it is called sure though the sides are alike, from the table of the model card at rho .3."""
        if not self.can_tell:
            return 0.0
        by_chance = _BY_CHANCE if self.change.noise.n_athletes else _BY_CHANCE_ALONE
        return float(np.interp(self.n_dates, _DATES_MEASURED, by_chance))

    @property
    def larger(self) -> str:
        """The side with the larger values, by the estimate."""
        return "right" if self.estimate_pct > 0 else "left"

    @property
    def dates_agreeing(self) -> int:
        """On how many dates that side was the larger one."""
        return int((np.sign(self._since_change["difference_pct"]) == np.sign(self.estimate_pct)).sum())

    @property
    def left(self) -> float:
        """Geometric mean of the left side over the dates, in the unit."""
        return float(np.exp(np.log(self._since_change["left"]).mean()))

    @property
    def right(self) -> float:
        """Geometric mean of the right side over the dates, in the unit."""
        return float(np.exp(np.log(self._since_change["right"]).mean()))

    @property
    def left_at_level(self) -> float:
        """The left side of the level of the difference, about the mean of both sides, in the unit."""
        return (self.left * self.right) ** 0.5 * float(np.exp(-self.estimate_pct / 200))

    @property
    def right_at_level(self) -> float:
        """The right side of the level of the difference, about the mean of both sides, in the unit."""
        return (self.left * self.right) ** 0.5 * float(np.exp(self.estimate_pct / 200))

    def tidy(self) -> pd.DataFrame:
        """One row: 100 ln(R / L) in percent with its interval."""
        told = self.estimate_pct, self.se_pct, self.conf_low, self.conf_high
        return tidy_table([("right over left", "%", *told)], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: dates, how many agree on the larger side, MDC, and whether the difference is sure."""
        return glance_row(self, "larger", "mdc_pct", "is_sure", n=self.n_dates, n_agreeing=self.dates_agreeing)

    def augment(self) -> pd.DataFrame:
        """The exposures with .fitted, the level of their date, and .resid, in percent; NaN where not compared."""
        exposures = self.exposures
        fitted = self.change.predict(exposures["local_date"]) if self.change.state.known else self.estimate_pct
        fitted = pd.Series(fitted, index=exposures.index).where(exposures["comparable"])
        return with_fitted(exposures, "value", fitted)

    @cached_property
    def _since_change(self) -> pd.DataFrame:
        """The dates of the level now."""
        dates, since = self.dates, self.change.since
        return dates if since is None else dates[dates["local_date"] >= since]

    @cached_property
    def _levels(self) -> tuple[float, ...]:
        """The level, and that of dates of which none may lie far from those before it, where there are several."""
        return (self.estimate_pct, self._clipped_pct) if self.can_tell else (self.estimate_pct,)

    @property
    def _clipped_pct(self) -> float:
        """The level of dates of which none may lie far from those before it."""
        noise, values = self._level.noise, self._since_change["difference_pct"].to_numpy()
        days = days_of(self._since_change["local_date"])
        a_season = float(exposures_a_season(np.median(np.diff(days)), len(days)))
        return level_of(clipped(values, noise.typical_error, a_season), noise.rho, noise.typical_error).value

    @cached_property
    def _level(self) -> "_Level":
        """By the change engine; of too few dates for it, and of old ones, their mean by the same noise; without a noise
        by the trials."""
        change, noise = self.change, self.noise
        if change.state.known:
            half, df = (change.level_high - change.level_low) / 2, noise.df_of_level
            return _Level(change.level, half / t_quantile(df, change.conf_level), noise)
        if noise.known:
            level = level_of(self.dates["difference_pct"].to_numpy(), noise.rho, noise.typical_error)
            return _Level(level.value, level.se, noise)
        return _of_trials(self.dates)


@dataclass(frozen=True)
class _Level(Estimate):
    """A difference in percent and what it is known by."""

    noise: Noise


def side_difference(
    trials: pd.DataFrame, test: SideTest, until: pd.Timestamp, *, judging: series.Judging = series.ALONE
) -> SideDifference:
    """Difference of the sides by date, and what it says of its level.

    Trials of one date share that day's noise: below 3 dates without a squad's noise, and with 3 trials a side, the
    interval is that of the trials (pooled, n_L + n_R - 2 df a date) and no difference is called sure.

    Parameters
    ----------
    trials : DataFrame
        Table trials. Dates with one side only are no comparison and are left out. NaN is no trial.
    test : SideTest
        Test, metric, unit and smallest worthwhile change.
    until : Timestamp
        Last day that is known.
    judging : Judging
        The noise of the squad and what is known of days.

    Raises
    ------
    NotEnoughData
        No date with both sides; without a squad's noise fewer than 3 of them and fewer than 3 trials a side, or dates
        that all differ by the same.
    DataProblem
        A value that is infinite or not above 0, or in another unit.

    References
    ----------
    Bishop et al. 2016, Strength Cond J 38(6):27-32 (indices); Exell et al. 2012, J Sports Sci 30(4):383-389 (a
    difference is real only beyond the variation within a side).

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=6, freq="28D").repeat(2)
    >>> trials = pd.DataFrame({"local_date": days, "device": "tape",
    ...     "test_id": "hop", "metric": "distance", "unit": "cm", "side": ["L", "R"] * 6, "trial_no": 1,
    ...     "value": [100.0, 110.0, 101.0, 112.0, 102.0, 112.0, 100.0, 109.0, 101.0, 111.0, 102.0, 113.0]})
    >>> hop = SideTest(test_id="hop", name="Hop", metric="distance", unit="cm")
    >>> result = side_difference(trials, hop, pd.Timestamp("2026-06-08"))
    >>> round(result.estimate_pct, 1), result.is_sure, result.dates_agreeing
    (9.6, True, 6)
    """
    return difference_of_dates(_by_date(_checked(trials, test, until)), test, until, judging=judging)


def difference_of_dates(
    dates: pd.DataFrame, test: SideTest, until: pd.Timestamp, *, judging: series.Judging = series.ALONE
) -> SideDifference:
    """The difference of the sides over given dates, one row each as in `SideDifference.dates`.

    Raises
    ------
    NotEnoughData
        As `side_difference` does.
    DataProblem
        A difference that is missing or infinite.
    """
    if dates.empty:
        raise NotEnoughData(f"No day with both sides of {test.name} yet. Test left and right on one day.")
    check_complete(dates["difference_pct"], "difference", "%")
    exposures = series.with_comparable(dates.rename(columns={"difference_pct": "value"}))
    result = SideDifference(
        exposures=exposures,
        until=until,
        judging=judging,
        quantity=side_quantity(test, mean_pct=float(exposures["value"].mean())),
        test_id=test.test_id,
        name=test.name,
        metric=test.metric,
        unit=test.unit,
    )
    _check_error_known(result)
    return result


def side_quantity(test: SideTest, *, mean_pct: float = 0.0) -> series.Quantity:
    """What a side test measures; better is closer to alike, which is lower where right is the larger side."""
    return series.Quantity(
        name=f"{test.test_id}.sides",
        unit="%",
        swc=test.swc_pct,
        better="lower" if mean_pct > 0 else "higher",
        stale_after_days=STALE_AFTER_DAYS,
    )


def _checked(trials: pd.DataFrame, test: SideTest, until: pd.Timestamp) -> pd.DataFrame:
    rows = trials[
        (trials["test_id"] == test.test_id)
        & (trials["metric"] == test.metric)
        & trials["side"].isin(["L", "R"])
        & (trials["local_date"] <= until)
        & trials["value"].notna()
    ]
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
    log_pct = grouped(100 * np.log(rows["value"]), rows["local_date"], rows["device"].fillna(""), rows["side"])
    dates = [
        _date(day, device, log_pct[day, device, "L"], log_pct[day, device, "R"])
        for day, device, side in sorted(log_pct)
        if side == "L" and (day, device, "R") in log_pct
    ]
    return pd.DataFrame(dates)


def _date(day: pd.Timestamp, device: str, left: Sequence[float], right: Sequence[float]) -> dict[str, object]:
    """The sides of one date, from the logs of their trials in percent."""
    mean_left, mean_right = fmean(left), fmean(right)
    return {
        "local_date": day,
        "device": device,
        "left": np.exp(mean_left / 100),
        "right": np.exp(mean_right / 100),
        "difference_pct": mean_right - mean_left,
        "trial_se_pct": _trial_se(left, right),
        "n_left": len(left),
        "n_right": len(right),
    }


def _trial_se(left: Sequence[float], right: Sequence[float]) -> float:
    """Standard error of a date's difference, variance pooled over the sides; NaN with a single trial a side."""
    df = len(left) + len(right) - 2
    squares = sum((value - mean) ** 2 for side in (left, right) for mean in [fmean(side)] for value in side)
    return (squares / df * (1 / len(left) + 1 / len(right))) ** 0.5 if df else float("nan")


def _check_error_known(result: SideDifference) -> None:
    """Raise NotEnoughData where neither the squad nor own dates nor trials tell the error."""
    dates, difference = result.dates, result.dates["difference_pct"]
    fewest = int(dates[["n_left", "n_right"]].min(axis=None))
    too_few = len(dates) < SURE_DATES and fewest < TRIALS_A_SIDE
    all_the_same = len(dates) >= SURE_DATES and np.ptp(difference) <= EXACT_PCT
    if not (too_few or all_the_same) or result.noise.n_athletes:
        return
    if too_few:
        raise NotEnoughData(
            f"{result.name} has {count_text(fewest, 'trial')} a side on {count_text(len(dates), 'day')}. "
            f"Do {TRIALS_A_SIDE} a side, or test on another day."
        )
    raise NotEnoughData(
        f"{result.name} differs by {difference.iloc[0]:.1f} % on all {len(dates)} dates, so its error is not "
        "known. Record it to a finer step."
    )


def _of_trials(dates: pd.DataFrame) -> _Level:
    """The mean of dates whose scatter is not known, by the error of their trials."""
    trials = dates["n_left"] + dates["n_right"] - 2
    se = float((dates["trial_se_pct"] ** 2).sum() ** 0.5) / len(dates)
    return _Level(float(dates["difference_pct"].mean()), se, Noise(se, float(trials.sum()), carry_sd=0.0))
