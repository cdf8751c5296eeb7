"""Velocity loss in the set: how much slower does the bar get, and is that more than the scatter of repetitions?

Model card
----------
Question: did the bar lose speed in this set, and how much does it lose in a usual one?
Model: v = a + b k + e for repetition k of a set, e ~ N(0, sd^2) with one SD for all sets of the lift. The drop of a set
of n measured repetitions is -b times the repetitions from the first to the last, in m/s and in percent of the line's
first.
Why not the loss from the best repetition: the best is picked out, so that loss is positive without any fatigue (6.6 %
on average for 8 repetitions that scatter by 5 %). It is given beside what it would be without fatigue; the verdict is
that of the slope, which has no such bias.
Estimator and interval: least squares in each set; SD pooled over sets, t with the sum of n - 2 degrees of freedom. The
usual slope is that of all sets, `models.estimators.clustered` by session.
Verdict: slower or faster beyond error where the 95 % interval of the drop leaves 0 (5 % of sets without fatigue do so,
`tests/test_daily_state.py`), within error otherwise, cannot tell with fewer than 3 measured repetitions.
Refuses: fewer than 3 sessions with a set of 3 measured repetitions.

Limits: a straight line and one SD for all loads; a set that ends in one slow repetition drops less than it feels.

References
----------
Sanchez-Medina & Gonzalez-Badillo 2011, Med Sci Sports Exerc 43(9):1725-1734 (velocity loss).
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.metrics.strength import VelocityMetric, loss_without_fatigue_pct, set_speeds
from analysis.models.estimators.clustered import ClusteredFit, clustered_fit
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, t_quantile, tidy_table, with_fitted
from analysis.models.strength.load_velocity import check_one_kind

JUDGED_LEVEL = 0.95
LEAST_SESSIONS = 3
LEAST_REPS = 3

Verdict = Literal["slower beyond error", "faster beyond error", "within error", "cannot tell"]

_SET_KEY = ["session_id", "set_no"]


@dataclass(frozen=True, eq=False)
class LossInSets(Result):
    """Velocity loss of every set of a lift. Made by `loss_in_sets`.

    `sets` has one row a set, by date: session_id, set_no, local_date, load_kg, n_reps, best_m_s, last_m_s,
    loss_from_best_pct, without_fatigue_pct (what that loss would be on average), slope_m_s_per_rep, drop_m_s, mdc_m_s,
    drop_pct, verdict.
    """

    metric: VelocityMetric
    fit: ClusteredFit  # of the usual slope
    repetitions: pd.DataFrame  # session_id, set_no, rep_no, velocity_m_s: of sets with 3 or more
    sets: pd.DataFrame
    rep_sd_m_s: float
    df: int  # of that SD
    n_missing: int  # repetitions without the velocity
    conf_level: float

    @property
    def slope_m_s_per_rep(self) -> float:
        """Of the usual set."""
        return float(self.fit.estimates[0])

    @property
    def slope_interval(self) -> Interval:
        half = self.fit.t(self.conf_level) * float(self.fit.std_errors[0])
        return Interval(self.slope_m_s_per_rep - half, self.slope_m_s_per_rep + half)

    @property
    def n_judged(self) -> int:
        return int((self.sets["verdict"] != "cannot tell").sum())

    @property
    def expected_by_chance(self) -> float:
        """Sets that would be beyond error if the bar never got slower or faster."""
        return (1 - JUDGED_LEVEL) * self.n_judged

    @property
    def sentence(self) -> str:
        """The newest set in words."""
        last = self.sets.iloc[-1]
        if last["verdict"] == "cannot tell":
            return f"Cannot tell: {last['n_reps']} measured reps in the last set, {LEAST_REPS} needed."
        change = f"{abs(last['drop_pct']):.0f} % {'slower' if last['drop_m_s'] > 0 else 'faster'}"
        verdict = "within the noise" if last["verdict"] == "within error" else "beyond the noise"
        noise = 100 * last["mdc_m_s"] / last["first_on_line_m_s"]
        return f"Your last set ended {change} than it began: {verdict} of about {noise:.0f} %."

    def predict(self, rep_no) -> np.ndarray:
        """Speed of a repetition of the usual set less that of its first, in m/s."""
        return self.slope_m_s_per_rep * (np.asarray(rep_no, dtype=float) - 1)

    def tidy(self) -> pd.DataFrame:
        """Slope of the usual set, and the SD of repetitions about their set's line."""
        slope = (self.slope_m_s_per_rep, float(self.fit.std_errors[0]), *self.slope_interval)
        rows = [("slope", "m/s/rep", *slope), ("SD of repetitions", "m/s", self.rep_sd_m_s)]
        return tidy_table(rows, self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_sets, n_judged, n_slower, expected_by_chance, rep_sd_m_s, df, n_missing, metric."""
        return glance_row(
            self,
            "expected_by_chance",
            "rep_sd_m_s",
            "df",
            "n_missing",
            "metric",
            n=len(self.repetitions),
            n_sets=len(self.sets),
            n_sessions=self.fit.n_clusters,
            n_judged=self.n_judged,
            n_slower=int((self.sets["verdict"] == "slower beyond error").sum()),
        )

    def augment(self) -> pd.DataFrame:
        """The repetitions of sets with 3 or more, with .fitted, the line of their set, and .resid, in m/s."""
        lines = self.sets.set_index(_SET_KEY)[["first_on_line_m_s", "slope_m_s_per_rep", "first_rep"]]
        own = lines.loc[pd.MultiIndex.from_frame(self.repetitions[_SET_KEY])].set_axis(self.repetitions.index)
        since = self.repetitions["rep_no"] - own["first_rep"]
        fitted = own["first_on_line_m_s"] + own["slope_m_s_per_rep"] * since
        return with_fitted(self.repetitions, "velocity_m_s", fitted)


def loss_in_sets(
    bar_speeds: pd.DataFrame, *, metric: VelocityMetric = "mean_velocity_m_s", conf_level: float = 0.95
) -> LossInSets:
    """In which sets of a lift did the bar get slower than repetitions scatter, and how much in a usual set?

    Model, estimator and verdict: see the model card above.

    Parameters
    ----------
    bar_speeds : as `metrics.strength.bar_speeds` returns it, of one athlete, exercise, side and device. Repetitions
        without `metric` are counted and left out; those after them keep their number.

    Raises
    ------
    NotEnoughData : fewer than 3 sessions with a set of 3 measured repetitions.
    DataProblem : several exercises, sides or devices, or a speed that cannot be.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> reps = pd.MultiIndex.from_product([range(6), range(1, 9)], names=["session_id", "rep_no"]).to_frame(index=False)
    >>> reps = reps.assign(set_no=1, exercise="deadlift", side="B", set_kind="work", device="encoder", load_kg=80.0,
    ...     local_date=pd.Timestamp("2026-01-05"), mean_velocity_m_s=rng.normal(0.62 - 0.02 * reps["rep_no"], 0.02))
    >>> loss = loss_in_sets(reps)
    >>> round(loss.slope_m_s_per_rep, 2), loss.sets["verdict"].unique().tolist()
    (-0.02, ['slower beyond error'])
    """
    check_one_kind(bar_speeds, metric)
    check_possible(bar_speeds[metric], "bar speed", "m/s", sign="positive")
    known = bar_speeds.dropna(subset=[metric]).rename(columns={metric: "velocity_m_s"})
    enough = known.groupby(_SET_KEY)["rep_no"].transform("nunique") >= LEAST_REPS
    used = known.loc[enough, [*_SET_KEY, "rep_no", "velocity_m_s"]].reset_index(drop=True)
    n_sessions = used["session_id"].nunique()
    if n_sessions < LEAST_SESSIONS:
        raise NotEnoughData(
            f"Velocity loss takes {LEAST_SESSIONS} sessions with {LEAST_REPS} measured repetitions in a set; "
            f"got {n_sessions}. Measure whole sets."
        )
    of_set = [used[key] for key in _SET_KEY]
    centred = used[["rep_no", "velocity_m_s"]] - used.groupby(_SET_KEY)[["rep_no", "velocity_m_s"]].transform("mean")
    squares = (centred["rep_no"] ** 2).groupby(of_set).sum()
    slope = (centred["rep_no"] * centred["velocity_m_s"]).groupby(of_set).sum() / squares
    left = centred["velocity_m_s"] - centred["rep_no"] * slope.loc[pd.MultiIndex.from_frame(used[_SET_KEY])].to_numpy()
    df = len(used) - 2 * len(slope)
    rep_sd = float(np.sqrt((left**2).sum() / df))
    fit = clustered_fit(centred["velocity_m_s"], centred[["rep_no"]], used["session_id"], family="gaussian")
    lines = _lines(used, slope, squares, rep_sd * t_quantile(df, JUDGED_LEVEL))
    sets = _judged(set_speeds(bar_speeds, metric=metric).merge(lines, on=_SET_KEY, how="left"), rep_sd)
    return LossInSets(metric, fit, used, sets, rep_sd, df, len(bar_speeds) - len(known), conf_level)


def _lines(used: pd.DataFrame, slope: pd.Series, squares: pd.Series, half_m_s: float) -> pd.DataFrame:
    """One row a set: its line, its drop and what the drop must exceed; `half_m_s` is t times the SD of repetitions."""
    by_set = used.groupby(_SET_KEY)
    reach = by_set["rep_no"].max() - by_set["rep_no"].min()
    first = by_set["velocity_m_s"].mean() - slope * (by_set["rep_no"].mean() - by_set["rep_no"].min())
    lines = {
        "first_rep": by_set["rep_no"].min(),
        "first_on_line_m_s": first,
        "slope_m_s_per_rep": slope,
        "drop_m_s": -slope * reach,
        "mdc_m_s": half_m_s * reach / np.sqrt(squares),
        "drop_pct": -100 * slope * reach / first,
    }
    return pd.DataFrame(lines).reset_index()


def _judged(sets: pd.DataFrame, rep_sd_m_s: float) -> pd.DataFrame:
    beyond = sets["drop_m_s"].abs() > sets["mdc_m_s"]
    verdict = np.select(
        [sets["drop_m_s"].isna(), ~beyond, sets["drop_m_s"] > 0],
        ["cannot tell", "within error", "slower beyond error"],
        "faster beyond error",
    )
    cv_pct = (100 * rep_sd_m_s / sets["mean_m_s"]).round(1)
    without = [_without_fatigue_pct(cv, n) for cv, n in zip(cv_pct, sets["n_reps"], strict=True)]
    return sets.assign(without_fatigue_pct=without, verdict=verdict)


@cache
def _without_fatigue_pct(cv_pct: float, n_reps: int) -> float:
    """An integral for each scatter, to 0.1 %, and length of a set: many sets share theirs."""
    return loss_without_fatigue_pct(cv_pct=cv_pct, n_reps=n_reps) if n_reps > 1 and cv_pct > 0 else 0.0
