"""Repetitions and 1RM of one athlete: her own curve of repetitions against load.

Model card
----------
Question: how many repetitions can the athlete do at a load, and which 1RM does that suggest?
Data: 3 sets or more, to failure or with the reserve rated, at 2 loads or more.
Model: repetitions n = (1RM / load - 1) / k (Epley's form with the athlete's own k), a modified and a linear form too.
Estimator: least squares of the repetitions, linear in 1RM / k and 1 / k; or of the share of 1RM, as chosen.
Interval: Fieller's for the 1RM, t with n - 2 degrees of freedom; profile likelihood for a single constant.
Measured coverage of the 95 % interval of the 1RM, 2,000 athletes with 6, 12 and 24 sets between 65 and 90 % of 1RM: 96,
96 and 93 % with an error of 1 repetition; 97, 99 and 98 % with one that grows from 0.3 near the 1RM to 2 far from it.
Refuses: fewer than 3 sets, one load, repetitions that do not fall with load, a share of 1RM off its scale.
Criticism: a rated reserve is a guess, best near failure; sets beyond 10 repetitions are flagged; a window of weeks
averages the strength of these weeks.

References
----------
Epley 1985, Poundage Chart; Fieller 1954, J R Stat Soc B 16:175-185; Tuchscherer 2008, The Reactive Training Manual.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import TESTED_REPS
from analysis.models.estimators.nonlinear import Curve, Fitted, least_squares, profile_interval
from analysis.models.result import Interval, tidy_row
from analysis.models.strength.load_velocity import fieller

RepsModel = Literal["epley", "modified_epley", "linear"]
Direction = Literal["reps_on_share", "share_on_reps"]
REPS_MODELS: tuple[RepsModel, ...] = ("epley", "modified_epley", "linear")
DIRECTIONS: tuple[Direction, ...] = ("reps_on_share", "share_on_reps")
MIN_SETS = 3
LEAST_K = 1e-6  # to keep a step away from 0

# % of 1RM for 1, 2, ... repetitions to failure (RPE 10). Reactive Training Systems' chart, Tuchscherer 2008, The
# Reactive Training Manual; a set with repetitions in reserve stands where its repetitions to failure stand, and half
# a repetition half-way between its neighbours
RTS_PCT_1RM = (100.0, 95.5, 92.2, 89.2, 86.3, 83.7, 81.1, 78.6, 76.2, 73.9, 70.7, 68.0, 65.3, 62.6)
RPE_OF_FAILURE = 10.0


def rts_pct_1rm(reps: pd.Series, rpe_cr10: pd.Series) -> pd.Series:
    """The load in % of 1RM at which `reps` feel like that RPE (10 less the repetitions in reserve), by the RTS chart.

    Parameters
    ----------
    reps, rpe_cr10 : Series of float, shape (n,): repetitions done, and the rating of the set in steps of 0.5.

    Returns
    -------
    Series of float, index of `reps`, to one decimal as the chart is printed; NaN where an input is NaN.

    Raises
    ------
    DataProblem : a set outside the chart, which goes to 14 repetitions to failure.

    Notes
    -----
    A chart of experience, not of a study; its author's group is of powerlifters.

    Examples
    --------
    >>> rts_pct_1rm(pd.Series([5.0, 1.0]), pd.Series([8.0, 9.5])).tolist()
    [81.1, 97.8]
    """
    to_failure = reps + RPE_OF_FAILURE - rpe_cr10
    outside = (to_failure < 1) | (to_failure > len(RTS_PCT_1RM)) | (reps < 1) | (rpe_cr10 > RPE_OF_FAILURE)
    outside |= (2 * to_failure) % 1 > 0
    if outside.any():
        first = outside.idxmax()
        raise DataProblem(
            f"{reps[first]:g} repetitions at RPE {rpe_cr10[first]:g} are not on the chart, which has half steps up to "
            f"{len(RTS_PCT_1RM)} repetitions to failure. Use a set nearer to failure."
        )
    known = np.interp(to_failure, np.arange(1, len(RTS_PCT_1RM) + 1), RTS_PCT_1RM)
    return pd.Series(np.floor(10 * known + 0.5 + 1e-9) / 10, index=reps.index)  # a half is printed as the tenth above


@dataclass(frozen=True, eq=False)
class RepsCurve:
    """One constant from sets to failure at known shares of 1RM. Made by `reps_curve`."""

    constant: float
    std_error: float
    conf_low: float
    conf_high: float
    residual_sd: float  # repetitions, or share of 1RM, whichever was the outcome
    model: RepsModel
    direction: Direction
    conf_level: float
    sets: pd.DataFrame  # share_of_1rm, reps, beyond_tested: what was fitted

    def predict(self, share_of_1rm) -> np.ndarray:
        """Repetitions to failure at a share of 1RM."""
        return reps_at(np.asarray(share_of_1rm, dtype=float), self.constant, self.model)

    def share_of_1rm(self, reps) -> np.ndarray:
        """The share of 1RM at which `reps` are the most that can be done."""
        return _share_at(np.asarray(reps, dtype=float), self.constant, self.model)

    def tidy(self) -> pd.DataFrame:
        """The constant: k of Epley, k of the modified form, or the repetitions over which the line loses all load."""
        unit = "reps" if self.model == "linear" else "1/reps"
        row = tidy_row("k", unit, self.constant, self.std_error, self.conf_low, self.conf_high, self.conf_level)
        return pd.DataFrame([row])

    def glance(self) -> pd.DataFrame:
        """One row: n, n_beyond_tested, df, model, direction, residual_sd."""
        return pd.DataFrame(
            {
                "n": [len(self.sets)],
                "n_beyond_tested": [int(self.sets["beyond_tested"].sum())],
                "df": [len(self.sets) - 1],
                "model": [self.model],
                "direction": [self.direction],
                "residual_sd": [self.residual_sd],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The sets with .fitted and .resid: of reps, or of share_of_1rm where that was the outcome."""
        reps, share = self.sets["reps"], self.sets["share_of_1rm"]
        fitted = self.predict(share) if self.direction == "reps_on_share" else self.share_of_1rm(reps)
        outcome = reps if self.direction == "reps_on_share" else share
        return self.sets.assign(**{".fitted": fitted, ".resid": outcome - fitted})


def reps_curve(
    share_of_1rm,
    reps,
    *,
    model: RepsModel = "epley",
    direction: Direction = "reps_on_share",
    conf_level: float = 0.95,
) -> RepsCurve:
    """How many repetitions can this athlete (or this group) do at a share of 1RM?

    "epley" s = 1 / (1 + k n), "modified_epley" s = 1 / (1 + k (n - 1)), "linear" s = 1 - (n - 1) / k, with s the share
    of 1RM and n the repetitions to failure. The average lifter has k of 0.0333, 0.0353 and 33.

    Estimator: least squares of the repetitions ("reps_on_share") or of the share ("share_on_reps"). Intervals: profile
    likelihood, t with n - 1 degrees of freedom; for the repetitions, a straight line in 1 / k or k, they are exact.

    Parameters
    ----------
    share_of_1rm, reps : array-like of float, shape (n,), n of 3 or more: sets to failure, 0 < share <= 1, reps >= 1.

    Raises
    ------
    NotEnoughData : fewer than 3 sets, or none below 1RM.
    DataProblem : a missing value or one out of range, a model or direction of another name.

    Notes
    -----
    Criticism: the error of repetitions grows as the load falls, so that light sets decide; it takes the 1RM as known.
    Sets of several athletes pooled give an average curve and an interval that is too narrow, since sets of one athlete
    belong together: see `models.strength.reps_of_squad`.

    References
    ----------
    Epley 1985, Poundage Chart; Jovanović 2020, Strength Training Manual (modified and linear forms).

    Examples
    --------
    >>> round(reps_curve([0.9, 0.8, 0.7], [4, 9, 15]).constant, 4)
    0.0283
    """
    _known(model, REPS_MODELS, "model")
    _known(direction, DIRECTIONS, "direction")
    share, n = np.asarray(share_of_1rm, dtype=float), np.asarray(reps, dtype=float)
    check_sets(share, n)
    curve = _constant_curve(share, n, model, direction)
    fit = least_squares(curve, np.array([_constant_on_reps(share, n, model)]))
    interval = profile_interval(curve, fit, 0, conf_level)
    return RepsCurve(
        constant=float(fit.parameters[0]),
        std_error=float(fit.std_errors[0]),
        conf_low=interval.low,
        conf_high=interval.high,
        residual_sd=fit.residual_sd,
        model=model,
        direction=direction,
        conf_level=conf_level,
        sets=pd.DataFrame({"share_of_1rm": share, "reps": n, "beyond_tested": n > TESTED_REPS}),
    )


@dataclass(frozen=True, eq=False)
class RepsLoadCurve:
    """1RM and k from sets at known loads, reps = a / load - b with k = 1 / b. Made by `reps_load_curve`."""

    line: np.ndarray  # a in kg, b in repetitions
    covariance: np.ndarray  # 2 x 2, of a and b
    residual_sd_reps: float
    conf_level: float
    sets: pd.DataFrame  # load_kg, reps_to_failure, beyond_tested: what was fitted
    n_missing: int  # sets left out because a load, repetitions or reserve is missing

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return len(self.sets) - 2

    @property
    def k(self) -> float:
        """Epley's constant, of this athlete."""
        return float(1 / self.line[1])

    @property
    def e1rm_kg(self) -> float:
        """The load of 1 repetition."""
        return float(self.line[0] / (1 + self.line[1]))

    @property
    def zero_rm_kg(self) -> float:
        """The load at which the curve reaches 0 repetitions, 1RM (1 + k)."""
        return float(self.line[0] / self.line[1])

    def predict(self, load_kg) -> np.ndarray:
        """Repetitions to failure with a load."""
        return self.line[0] / np.asarray(load_kg, dtype=float) - self.line[1]

    def load_kg(self, reps_to_failure) -> np.ndarray:
        """The load with which so many repetitions can be done."""
        return self.line[0] / (np.asarray(reps_to_failure, dtype=float) + self.line[1])

    def tidy(self) -> pd.DataFrame:
        """e1RM, k and 0RM with Fieller's intervals; -inf and inf where the sets do not bound them."""
        a, b = self.line
        level = self.conf_level
        t = float(stats.t.ppf((1 + level) / 2, self.df))
        rows = []
        for term, unit, top, bottom in (
            ("e1RM", "kg", (0.0, 1.0, 0.0), (1.0, 0.0, 1.0)),
            ("k", "1/reps", (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
            ("0RM", "kg", (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        ):
            weights = np.array([top, bottom])  # of 1, a and b in the ratio
            above, below = (float(value) for value in weights @ [1.0, a, b])
            covariance = weights[:, 1:] @ self.covariance @ weights[:, 1:].T
            gradient = np.array([1.0, -above / below]) / below
            std_error = float(np.sqrt(gradient @ covariance @ gradient))
            rows.append(tidy_row(term, unit, above / below, std_error, *_ratio(above, below, covariance, t), level))
        return pd.DataFrame(rows)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_missing, n_beyond_tested, df, residual_sd_reps, heaviest_kg, e1rm_over_heaviest."""
        heaviest_kg = self.sets["load_kg"].max()
        return pd.DataFrame(
            {
                "n": [len(self.sets)],
                "n_missing": [self.n_missing],
                "n_beyond_tested": [int(self.sets["beyond_tested"].sum())],
                "df": [self.df],
                "residual_sd_reps": [self.residual_sd_reps],
                "heaviest_kg": [heaviest_kg],
                "e1rm_over_heaviest": [self.e1rm_kg / heaviest_kg],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The sets with .fitted and .resid, in repetitions."""
        fitted = self.predict(self.sets["load_kg"])
        return self.sets.assign(**{".fitted": fitted, ".resid": self.sets["reps_to_failure"] - fitted})


def reps_load_curve(load_kg, reps, *, reps_in_reserve=None, conf_level: float = 0.95) -> RepsLoadCurve:
    """Which 1RM, and which curve of repetitions, do this athlete's sets suggest without a test of the 1RM?

    n = (0RM / L - 1) / k with 0RM = 1RM (1 + k), L the load (kg) and n the repetitions to failure: those done and those
    in reserve. One set gives a 1RM only with somebody else's k; several at different loads give both.

    Estimator: least squares of the repetitions on 1 / L, where the curve is a straight line. Intervals: Fieller's for
    the ratios that 1RM, k and 0RM are, t with n - 2 degrees of freedom, exact under equal normal errors; they need no
    bootstrap, and are (-inf, inf) where the loads lie too close together to bound the ratio.

    Parameters
    ----------
    load_kg, reps : array-like of float, shape (n,). Sets with a missing value are left out and counted in `n_missing`.
    reps_in_reserve : array-like of float of 0 or more, shape (n,), optional
        As the athlete rated them; left out, every set is taken to failure.

    Raises
    ------
    NotEnoughData : fewer than 3 known sets, or all with one load.
    DataProblem : a load or repetitions out of range, or repetitions that do not fall with load.

    Notes
    -----
    Criticism: repetitions in reserve are guessed, best near failure; sets of many weeks average the strength of these
    weeks. Coverage: see the model card above.

    References
    ----------
    Epley 1985, Poundage Chart; Fieller 1954, J R Stat Soc B 16:175-185.

    Examples
    --------
    >>> curve = reps_load_curve([120.0, 110.0, 100.0, 90.0], [2, 5, 9, 13])
    >>> round(curve.e1rm_kg, 1), round(curve.k, 4)
    (123.9, 0.032)
    """
    sets = pd.DataFrame({"load_kg": np.asarray(load_kg, dtype=float), "done": np.asarray(reps, dtype=float)})
    sets["reserve"] = 0.0 if reps_in_reserve is None else np.asarray(reps_in_reserve, dtype=float)
    known = sets.dropna().reset_index(drop=True)
    _check_loads(known)
    load, n = known["load_kg"].to_numpy(), (known["done"] + known["reserve"]).to_numpy()
    design = np.column_stack([1 / load, np.full_like(load, -1.0)])
    inverse = np.linalg.inv(design.T @ design)
    line = inverse @ design.T @ n
    if line.min() <= 0:
        raise DataProblem(
            f"Repetitions do not fall with load as a curve with a 1RM does (1 / k would be {line[1]:.3g}). "
            "Check loads and reserve, or use sets over a wider range of loads."
        )
    resid = n - design @ line
    variance = float(resid @ resid) / (len(n) - 2)
    return RepsLoadCurve(
        line=line,
        covariance=variance * inverse,
        residual_sd_reps=float(np.sqrt(variance)),
        conf_level=conf_level,
        sets=pd.DataFrame({"load_kg": load, "reps_to_failure": n, "beyond_tested": n > TESTED_REPS}),
        n_missing=len(sets) - len(known),
    )


def reps_at(share: np.ndarray, k: float | np.ndarray, model: RepsModel) -> np.ndarray:
    """Repetitions to failure at a share of 1RM.

    >>> reps_at(np.array([0.5]), 0.05, "epley").tolist()
    [20.0]
    """
    if model == "linear":
        return 1 + k * (1 - share)
    return (1 / share - 1) / k + (model == "modified_epley")


def _share_at(reps: np.ndarray, k: float, model: RepsModel) -> np.ndarray:
    """The share of 1RM at which `reps` are the most that can be done."""
    if model == "linear":
        return 1 - (reps - 1) / k
    return 1 / (1 + k * (reps - (model == "modified_epley")))


def _constant_on_reps(share: np.ndarray, reps: np.ndarray, model: RepsModel) -> float:
    """Least squares of the repetitions, a line through one point in k (linear form) or 1 / k."""
    if model == "linear":
        lost = 1 - share
        return float(lost @ (reps - 1) / (lost @ lost))
    odds = 1 / share - 1
    return float(odds @ odds / (odds @ (reps - (model == "modified_epley"))))


def _constant_curve(share: np.ndarray, reps: np.ndarray, model: RepsModel, direction: Direction) -> Curve:
    first = 0 if model == "epley" else 1  # repetitions at the 1RM itself

    def reps_of(parameters: np.ndarray) -> Fitted:
        (k,) = parameters
        fitted = reps_at(share, k, model)
        return Fitted(fitted, ((1 - share) if model == "linear" else -(fitted - first) / k)[:, None])

    def share_of(parameters: np.ndarray) -> Fitted:
        (k,) = parameters
        fitted = _share_at(reps, k, model)
        return Fitted(fitted, ((1 - fitted) / k if model == "linear" else -(reps - first) * fitted**2)[:, None])

    on_reps = direction == "reps_on_share"
    return Curve(reps if on_reps else share, reps_of if on_reps else share_of, np.array([LEAST_K]), np.array([np.inf]))


def _ratio(above: float, below: float, covariance: np.ndarray, t: float) -> Interval:
    """Fieller's interval of above / below: where the line above - below x may reach 0."""
    signs = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return fieller(above, -below, signs * covariance, 0.0, t)


def _known(name: str, names: tuple[str, ...], what: str) -> None:
    if name not in names:
        raise DataProblem(f"{name!r} is not a {what}. Use one of {', '.join(names)}.")


def check_sets(share: np.ndarray, reps: np.ndarray) -> None:
    """Refuse sets without a share of 1RM or repetitions, and fewer than 3 below the 1RM.

    >>> check_sets(np.array([0.8, 80.0]), np.array([8.0, 8.0]))
    Traceback (most recent call last):
    analysis.base.errors.DataProblem: 1 of 2 sets lack a share of 1RM above 0 and up to 1, or 1 repetition or more. ...
    """
    if len(share) != len(reps):
        raise DataProblem(
            f"{len(share)} shares of 1RM and {len(reps)} repetitions do not pair up. Give one of each a set."
        )
    wrong = int((~((share > 0) & (share <= 1) & (reps >= 1) & np.isfinite(reps))).sum())
    if wrong:
        raise DataProblem(
            f"{wrong} of {len(share)} sets lack a share of 1RM above 0 and up to 1, or 1 repetition or more. "
            "Give shares, not per cent, and correct these sets or leave them out."
        )
    if (share < 1).sum() < MIN_SETS:
        raise NotEnoughData(
            f"A curve of repetitions needs {MIN_SETS} sets below 1RM or more; got {(share < 1).sum()}. "
            "Add sets to failure, best at different loads."
        )


def _check_loads(known: pd.DataFrame) -> None:
    wrong = int(((known["load_kg"] <= 0) | (known["done"] < 1) | (known["reserve"] < 0)).sum())
    if wrong:
        raise DataProblem(
            f"{wrong} of {len(known)} sets have no load, no repetition or a negative reserve. Correct them."
        )
    if len(known) < MIN_SETS:
        raise NotEnoughData(
            f"The athlete's own curve needs {MIN_SETS} sets or more with repetitions to failure or in reserve; got "
            f"{len(known)}. Rate the reserve of more sets."
        )
    if known["load_kg"].nunique() < 2:
        raise NotEnoughData(
            f"All {len(known)} sets were lifted with {known['load_kg'].iloc[0]:g} kg; a curve needs 2 different loads. "
            "Add a lighter or a heavier set."
        )
