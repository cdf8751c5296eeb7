"""Measurement error: typical error, minimal detectable and smallest worthwhile change, intraclass correlation.

Model card
----------
Question: how far apart do two measurements of the same thing lie by chance alone, and which change is more than that?
Data: 3 athletes or more with 2 trials or more each; athletes with a missing trial are left out and counted.
Model: value = athlete + trial + error, normal errors of one size; on logs for the CV.
Formulas: TE = sqrt(residual mean square), for two trials SD(difference) / sqrt 2; CV = 100 (e^TE(log) - 1) %; MDC95 =
t sqrt 2 TE; SWC = 0.2 sqrt(SD^2 - TE^2); ICC(1,1), (2,1), (3,1) and of means. TE, MDC and SWC are in the unit measured.
Estimator: analysis of variance over athletes and trials.
Intervals: chi-square for TE and CV, t for mean changes, F for the intraclass correlations (Satterthwaite for ICC(2,.)).
They cover within 3 points of 95 % under this model (`tests/test_reliability.py`).
Refuses: fewer than 2 trials or 3 complete athletes, trials that agree exactly.
Criticism: trials of one session miss the noise between days, which is what a change is judged against; an ICC tells how
different the athletes are more than how good the test is.

References
----------
Hopkins 2000, Sports Med 30:1-15; Shrout & Fleiss 1979, Psychol Bull 86:420-428; McGraw & Wong 1996, Psychol Methods
1:30-46.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.noise import Published
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, t_quantile, tidy_table

ROUNDING = 1e-9  # of the values: residuals below it are those of the arithmetic


@dataclass(frozen=True, eq=False)
class MeasurementError(Result):
    """A typical error, the SD of one measurement about the true value of its day, and how well it is known."""

    te: float  # in `unit`
    df: float
    unit: str
    source: str  # what it was estimated from, in words
    conf_level: float = 0.95

    @property
    def interval(self) -> Interval:
        """Chi-square interval of the typical error."""
        low, high = stats.chi2.ppf([(1 + self.conf_level) / 2, (1 - self.conf_level) / 2], self.df)
        return Interval(float(self.te * np.sqrt(self.df / low)), float(self.te * np.sqrt(self.df / high)))

    @property
    def for_decisions(self) -> Published:
        """The same error as it joins the noise of a series."""
        return Published(self.te, self.df, self.source)

    def mdc(self, *, n_new: int = 1, n_earlier: int = 1, quantile: float | None = None) -> float:
        """Minimal detectable change between the means of `n_new` and `n_earlier` measurements, in `unit`.

        By the t quantile of this error's df, or by a stated `quantile`: 1.96 is the usual one, right only where the
        error is known as from a large study.
        """
        quantile = t_quantile(self.df, 0.95) if quantile is None else quantile
        return float(quantile * self.te * np.sqrt(1 / n_new + 1 / n_earlier))

    def tidy(self) -> pd.DataFrame:
        """One row, the typical error with its chi-square interval; std_error is TE / sqrt(2 df)."""
        se = self.te / np.sqrt(2 * self.df)
        return tidy_table([("TE", self.unit, self.te, se, *self.interval)], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: df, source, mdc95 (two single tests, t)."""
        return glance_row(self, "df", "source").assign(mdc95=self.mdc())


@dataclass(frozen=True, eq=False)
class IntraclassCorrelation(Result):
    """The six intraclass correlations of subjects by trials, with F intervals. Made by `intraclass_correlation`."""

    table: pd.DataFrame  # term, estimate, conf_low, conf_high
    n_subjects: int
    n_trials: int
    n_left_out: int
    conf_level: float

    def estimate(self, term: str) -> float:
        """The coefficient of that name, as "ICC(3,1)"."""
        return float(self.table.set_index("term").loc[term, "estimate"])

    def tidy(self) -> pd.DataFrame:
        """One row a coefficient; no standard error (the F intervals are not symmetric)."""
        rows = [(row.term, "", row.estimate, np.nan, row.conf_low, row.conf_high) for row in self.table.itertuples()]
        return tidy_table(rows, self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n_subjects, n_trials, n_left_out."""
        return glance_row(self, "n_subjects", "n_trials", "n_left_out")


@dataclass(frozen=True, eq=False)
class Reliability(Result):
    """What repeated trials of several athletes say about a test. Made by `reliability`."""

    typical_error: MeasurementError
    log_typical_error: MeasurementError | None  # of the logarithms; None where a value is not above 0
    # mean change to each trial from the one before: trial, change, std_error, conf_low, conf_high
    changes: pd.DataFrame
    observed_sd: float  # between subjects, pooled over trials
    icc: IntraclassCorrelation
    trials: pd.DataFrame  # subjects x trials without the subjects left out
    n_left_out: int  # subjects with a missing trial
    unit: str
    conf_level: float

    @property
    def cv_pct(self) -> float:
        """Typical error in percent, 100 (e^TE(log) - 1); NaN where a value is not above 0."""
        return np.nan if self.log_typical_error is None else float(100 * np.expm1(self.log_typical_error.te))

    @property
    def true_sd(self) -> float:
        """Between-subject SD without measurement error, sqrt(SD^2 - TE^2); 0 where the error explains all of it."""
        return float(np.sqrt(max(self.observed_sd**2 - self.typical_error.te**2, 0.0)))

    @property
    def swc(self) -> float:
        """Smallest worthwhile change, 0.2 of the true between-subject SD, in `unit`."""
        return 0.2 * self.true_sd

    @property
    def spread_with_level_r(self) -> float:
        """Correlation of the subjects' SD with their mean; far from 0 means that the error grows with the value."""
        spread, level = self.trials.std(axis=1), self.trials.mean(axis=1)
        return float(level.corr(spread)) if spread.max() > spread.min() and level.max() > level.min() else np.nan

    @property
    def smallest_step(self) -> float:
        """Smallest difference between two different values; a typical error below it is that of the device's digits."""
        distinct = np.unique(self.trials.to_numpy())
        return float(np.diff(distinct).min()) if len(distinct) > 1 else np.nan

    def tidy(self) -> pd.DataFrame:
        """TE, CV, mean change to each later trial, MDC95, SWC, ICC(2,1), ICC(3,1)."""
        changes = [
            (f"change to {row.trial}", self.unit, row.change, row.std_error, row.conf_low, row.conf_high)
            for row in self.changes.itertuples()
        ]
        unbounded = [("MDC95", self.unit, self.typical_error.mdc()), ("SWC", self.unit, self.swc)]
        own = tidy_table([*self._cv_rows(), *changes, *unbounded], self.conf_level)
        icc = self.icc.tidy()
        of_days = icc[icc["term"].isin(["ICC(2,1)", "ICC(3,1)"])]
        return pd.concat([self.typical_error.tidy(), own, of_days], ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """One row: counts, the between-subject SDs and the three checks."""
        return self.icc.glance().assign(
            observed_sd=self.observed_sd,
            true_sd=self.true_sd,
            pearson_r=float(self.trials.iloc[:, 0].corr(self.trials.iloc[:, 1])),
            spread_with_level_r=self.spread_with_level_r,
            smallest_step=self.smallest_step,
        )

    def augment(self) -> pd.DataFrame:
        """One row a subject and trial: subject, trial, value, .fitted (subject and trial effect), .resid."""
        values = self.trials.to_numpy(dtype=float)
        fitted = values.mean(axis=1, keepdims=True) + values.mean(axis=0, keepdims=True) - values.mean()
        return pd.DataFrame(
            {
                "subject": np.repeat(self.trials.index.to_numpy(), values.shape[1]),
                "trial": np.tile(self.trials.columns.to_numpy(), values.shape[0]),
                "value": values.ravel(),
                ".fitted": fitted.ravel(),
                ".resid": (values - fitted).ravel(),
            }
        )

    def _cv_rows(self) -> list[tuple]:
        error = self.log_typical_error
        if error is None:
            return []
        low, high = (100 * np.expm1(bound) for bound in error.interval)
        return [("CV", "%", self.cv_pct, (100 + self.cv_pct) * error.te / np.sqrt(2 * error.df), low, high)]


def reliability(trials: pd.DataFrame, *, unit: str, conf_level: float = 0.95) -> Reliability:
    """How large is the error of a test, and what can it detect?

    Parameters
    ----------
    trials : DataFrame of float, shape (n_subjects, n_trials), columns in the order of the trials.
        Subjects with a missing trial are left out and counted in `n_left_out`.
    unit : of the values.

    Raises
    ------
    NotEnoughData : fewer than 2 trials, or fewer than 3 complete subjects.

    Notes
    -----
    Gains from practice in the first trials show as mean changes, an error that grows with the value as
    `spread_with_level_r` (use the CV then), and a device's coarse digits as a typical error below `smallest_step`.

    Examples
    --------
    >>> jumps_m = pd.DataFrame({"first": [0.30, 0.42, 0.36, 0.51], "second": [0.31, 0.41, 0.38, 0.52]})
    >>> round(reliability(jumps_m, unit="m").typical_error.te, 4)
    0.0089
    """
    complete = _complete(trials)
    values = complete.to_numpy(dtype=float)
    positive = bool((values > 0).all())
    return Reliability(
        typical_error=_two_way_error(values, unit, conf_level),
        log_typical_error=_two_way_error(np.log(values), "log", conf_level) if positive else None,
        changes=_mean_changes(complete, conf_level),
        observed_sd=float(np.sqrt(values.var(axis=0, ddof=1).mean())),
        icc=intraclass_correlation(trials, conf_level=conf_level),
        trials=complete,
        n_left_out=len(trials) - len(complete),
        unit=unit,
        conf_level=conf_level,
    )


def intraclass_correlation(trials: pd.DataFrame, *, conf_level: float = 0.95) -> IntraclassCorrelation:
    """Which share of the variance between measurements is between athletes?

    The coefficients of Shrout & Fleiss from the mean squares between subjects, within subjects, between trials and
    residual: ICC(1,1) one-way, ICC(2,1) trials random (agreement), ICC(3,1) trials fixed (consistency), and ICC(.,k)
    for the mean of the k trials.

    Parameters
    ----------
    trials : DataFrame of float, shape (n_subjects, n_trials). Subjects with a missing trial are left out and counted.

    Raises
    ------
    NotEnoughData : fewer than 2 trials, or fewer than 3 complete subjects.
    DataProblem : the trials agree exactly, so that there is no error to compare with, or the athletes do.

    Examples
    --------
    >>> jumps_m = pd.DataFrame({"first": [0.30, 0.42, 0.36, 0.51], "second": [0.31, 0.41, 0.38, 0.52]})
    >>> round(intraclass_correlation(jumps_m).estimate("ICC(3,1)"), 3)
    0.99
    """
    complete = _complete(trials)
    values = complete.to_numpy(dtype=float)
    squares = _MeanSquares.of(values)
    nothing = (ROUNDING * np.abs(values).max()) ** 2
    if squares.residual <= nothing:
        raise DataProblem("The trials agree exactly; an error of 0 is not credible. Check for values copied over.")
    if squares.subjects <= nothing:
        raise DataProblem("No athlete differs from another on average, so that there is nothing to tell them by.")
    return IntraclassCorrelation(
        table=pd.DataFrame(
            [
                *_f_ratio_coefficients(1, squares, squares.within, squares.n * (squares.k - 1), conf_level),
                *_two_way_random(squares, conf_level),
                *_f_ratio_coefficients(3, squares, squares.residual, squares.residual_df, conf_level),
            ]
        ),
        n_subjects=len(complete),
        n_trials=complete.shape[1],
        n_left_out=len(trials) - len(complete),
        conf_level=conf_level,
    )


@dataclass(frozen=True)
class _MeanSquares:
    """Mean squares of a complete table of n subjects by k trials."""

    subjects: float
    within: float
    trials: float
    residual: float
    n: int
    k: int

    @classmethod
    def of(cls, values: np.ndarray) -> "_MeanSquares":
        n, k = values.shape
        of_subjects, of_trials = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
        residual = values - of_subjects - of_trials + values.mean()
        return cls(
            subjects=float(k * of_subjects.var(ddof=1)),
            within=float(((values - of_subjects) ** 2).sum() / (n * (k - 1))),
            trials=float(n * of_trials.var(ddof=1)),
            residual=float((residual**2).sum() / ((n - 1) * (k - 1))),
            n=n,
            k=k,
        )

    @property
    def residual_df(self) -> int:
        return (self.n - 1) * (self.k - 1)


def _complete(trials: pd.DataFrame) -> pd.DataFrame:
    complete = trials.dropna()
    check_possible(complete, "value")
    if trials.shape[1] < 2 or len(complete) < 3:
        raise NotEnoughData(
            f"Reliability needs 3 athletes with 2 trials or more each; got {len(complete)} complete athletes "
            f"and {trials.shape[1]} trials. Repeat the test."
        )
    return complete


def _two_way_error(values: np.ndarray, unit: str, conf_level: float) -> MeasurementError:
    squares = _MeanSquares.of(values)
    source = f"{squares.k} trials of {squares.n} athletes"
    return MeasurementError(float(np.sqrt(squares.residual)), squares.residual_df, unit, source, conf_level)


def _mean_changes(complete: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    change = complete.diff(axis=1).iloc[:, 1:]
    std_error = change.std() / np.sqrt(len(change))
    half = t_quantile(len(change) - 1, conf_level) * std_error
    table = pd.DataFrame({"change": change.mean(), "std_error": std_error})
    table = table.assign(conf_low=table["change"] - half, conf_high=table["change"] + half)
    return table.rename_axis("trial").reset_index()


def _coefficient(term: str, estimate: float, low: float, high: float) -> dict[str, object]:
    return {"term": term, "estimate": float(estimate), "conf_low": float(low), "conf_high": float(high)}


def _f_ratio_coefficients(kind: int, squares: _MeanSquares, error: float, df: int, conf_level: float) -> list[dict]:
    """Single and mean coefficient that are functions of one F ratio, subjects over error."""
    n, k, tail = squares.n, squares.k, (1 + conf_level) / 2
    ratio = squares.subjects / error
    low, high = ratio / stats.f.ppf(tail, n - 1, df), ratio * stats.f.ppf(tail, df, n - 1)
    single = [(f - 1) / (f + k - 1) for f in (ratio, low, high)]
    mean = [1 - 1 / f for f in (ratio, low, high)]
    return [_coefficient(f"ICC({kind},1)", *single), _coefficient(f"ICC({kind},k)", *mean)]


def _two_way_random(squares: _MeanSquares, conf_level: float) -> list[dict]:
    n, k, tail = squares.n, squares.k, (1 + conf_level) / 2
    between, trials, error = squares.subjects, squares.trials, squares.residual
    icc = (between - error) / (between + (k - 1) * error + k * (trials - error) / n)
    ratio, rest = trials / error, n * (1 + (k - 1) * icc) - k * icc
    df = squares.residual_df * (k * icc * ratio + rest) ** 2 / ((n - 1) * (k * icc * ratio) ** 2 + rest**2)
    f_low, f_high = stats.f.ppf(tail, n - 1, df), stats.f.ppf(tail, df, n - 1)
    spread = k * trials + (k * n - k - n) * error
    low = n * (between - f_low * error) / (f_low * spread + n * between)
    high = n * (f_high * between - error) / (spread + n * f_high * between)
    single = (icc, low, high)
    mean = [k * value / (1 + (k - 1) * value) for value in single]  # Spearman-Brown
    return [_coefficient("ICC(2,1)", *single), _coefficient("ICC(2,k)", *mean)]
