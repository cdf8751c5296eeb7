"""Load-velocity profile over sessions: sparse sessions borrow from each other, days keep their own offset.

Model card
----------
Question: how fast does the athlete move a load on a usual day and on this one, and which 1RM does that suggest?
Data: sets of one exercise, side, device and metric in 3 sessions or more.
Model: v = v0 + slope L + u + e, with L the load (kg), u ~ N(0, session_sd^2) the offset of a session and
e ~ N(0, residual_sd^2).
Estimator: REML on centred and scaled loads, reached from sums over sessions.
Intervals: t with sessions - 1 degrees of freedom, for a session's own line with those of the sets about it. Offsets may
carry over from session to session: the usual level has the error of the sessions' mean under every rho from 0 to .75,
mixed by how well each explains them (`models.estimators.autocorrelated`). e1RM has Fieller's interval with Welch and
Satterthwaite's degrees of freedom of level and slope, and the stated MVT as in `models.strength.load_velocity`.

Measured coverage of the 95 % interval of the e1RM in percent, 2,000 athletes a cell (`tests/simulations`) who have n
sessions; 3 sets a session, SD of sessions .03, of sets .02 m/s, offsets of sessions AR(1) with rho; unsure is an MVT
with an SD of .03 m/s:

|  n | rho 0 |  .3  |  .6  | MVT unsure, rho 0 | MVT unsure, .6 |
|---:|------:|-----:|-----:|------------------:|---------------:|
|  3 |  97.5 | 96.8 | 94.7 |              98.3 |           96.9 |
|  6 |  99.0 | 98.8 | 94.0 |              98.3 |           95.0 |
| 12 |  98.8 | 98.1 | 94.3 |              97.2 |           95.9 |
| 24 |  98.2 | 97.3 | 93.5 |              95.9 |           94.8 |

At rho .8 it is 90, 86, 84 and 84 %. A carry-over that is estimated high does not say so: among such profiles intervals
hold more often, among those estimated low less, so `coverage_pct` goes by the number of sessions alone.

Bend: as in `models.strength.load_velocity`, each session with its own level; said in percent of 2,000 athletes a cell:

| sessions | straight |  .02 |  .04 |  .06 |
|---------:|---------:|-----:|-----:|-----:|
|        6 |      3.5 | 39.5 | 93.3 | 99.9 |
|       12 |      3.4 | 76.1 |  100 |  100 |

Refuses: fewer than 3 sessions; no session with 2 loads, no error left within sessions, velocity that does not fall with
load, several devices or exercises at once.

Limits: where offsets do not carry over the interval is wider than it need be. An athlete who gets stronger over the
sessions has larger ones, so keep to weeks in which she does not. Variances are held when a
session is left out.

References
----------
Henderson 1975, Biometrics 31(2):423-447 (prediction errors); Ruf et al. 2018, J Strength Cond Res 32(3):681-689 (why
e1RM is secondary); Fieller 1954, J R Stat Soc B 16:175-185.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import VelocityMetric, speeds_of_lift
from analysis.models.coverage import Coverage, lowest_coverage
from analysis.models.estimators.autocorrelated import RHO_GRID, plain_means
from analysis.models.estimators.mixed_lines import LineSums, Solved, fit_alone
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, t_quantile, tidy_table, with_fitted
from analysis.models.strength.load_velocity import EXACT_M_S, VelocityLine, check_one_kind, curvature_of

LEAST_SESSIONS = 3
MOST_RHO = 0.775  # so that .75 is the greatest: the least reach whose interval covers as it claims up to rho .6
CARRIED = "where good and bad days follow each other"
# lowest measured coverage of the 95 % interval of e1RM over rho 0 to .6, from the table above: by sessions
ALONE_COVERAGE_PCT = {3: 94.7, 6: 94.0, 12: 94.3, 24: 93.5}


@dataclass(frozen=True, eq=False)
class MixedProfile(VelocityLine, Result):
    """One athlete's line over her sessions. Made by `profile_across_sessions`, and in a squad by `profiles_of_squad`.

    It answers as a `LoadVelocityProfile` does, so that the same figure draws it.
    """

    session_sd_m_s: float
    residual_sd_m_s: float
    df_within: int  # of a session's own line
    in_squad: bool  # whether it shares the variances of a squad
    carried_variance: float  # of the usual level, in (m/s)^2, by offsets that carry over; in no `covariance`
    promise: Coverage  # of the interval of the e1RM

    @property
    def coverage_pct(self) -> float:
        """Lowest measured for a nominal 95 % and so much data, offsets of sessions AR(1) with 0 to .6."""
        return self.promise.measured_pct

    @property
    def remark(self) -> str:
        """What a reader must know of the line and its intervals; empty where nothing."""
        return f"{self.bend_remark} {self.promise.remark}".strip()

    @property
    def _error(self) -> np.ndarray:
        return self.covariance + np.diag([self.carried_variance, 0.0])

    @property
    def _df_at_mvt(self) -> float:
        """Welch and Satterthwaite's: sessions tell the level, and sets within them the slope."""
        if self.in_squad:
            return self.df
        centre_kg = -self.covariance[0, 1] / self.covariance[1, 1]
        of_slope = self.covariance[1, 1] * (self.e1rm_kg - centre_kg) ** 2
        share = of_slope / self._variance_at_mvt
        return 1 / ((1 - share) ** 2 / self.df + share**2 / self.df_within)

    @property
    def _e1rm_interval_kg(self) -> Interval:
        return self.promise.kept(super()._e1rm_interval_kg)

    @property
    def left_out_rmse_m_s(self) -> float:
        """Root mean square error of sets predicted from the other sessions; NaN where none could be."""
        missed = self.observations["velocity_m_s"] - self.observations["left_out_m_s"]
        return float(np.sqrt((missed**2).mean()))

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """One row a session: session_id, n, offset_m_s, offset_se_m_s, e1rm_kg, e1rm_low_kg, e1rm_high_kg."""
        return pd.DataFrame([self._session_row(name) for name in self.observations["session_id"].unique()])

    def predict(self, load_kg, session_id: str | None = None) -> pd.DataFrame:
        """The usual line, or that of a session: interval of the line (conf_) and of one new set (pred_), in m/s.

        A new set on the usual line comes from a new session, whose offset is unknown.

        Raises
        ------
        DataProblem : a session that was not fitted.
        """
        line, covariance, t = self._line_of(session_id)
        of_session = self.session_sd_m_s**2 if session_id is None else 0.0
        return self._band(load_kg, line, covariance, t, self.residual_sd_m_s**2 + of_session)

    def tidy(self) -> pd.DataFrame:
        """v0, slope and e1RM of the usual line, and the SDs of sessions and sets."""
        spreads = [("SD of sessions", "m/s", self.session_sd_m_s), ("residual SD", "m/s", self.residual_sd_m_s)]
        return tidy_table([*self._rows(), *spreads], self.conf_level, df=self.df)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_sessions, n_missing, df, SDs, left_out_rmse_m_s, coverage_pct, metric, MVT, bend, remark."""
        return glance_row(
            self,
            "n_missing",
            "df",
            "session_sd_m_s",
            "residual_sd_m_s",
            "left_out_rmse_m_s",
            "coverage_pct",
            "metric",
            "mvt_m_s",
            "mvt_sd_m_s",
            "e1rm_bounded",
            "is_curved",
            "remark",
            curvature_p=self.curvature.p_value,
            n=len(self.observations),
            n_sessions=self.observations["session_id"].nunique(),
        )

    def augment(self) -> pd.DataFrame:
        """The sets with .fitted, the line of their session, and .resid, in m/s."""
        offset = self.observations["session_id"].map(self.sessions.set_index("session_id")["offset_m_s"])
        fitted = self.v0_m_s + offset + self.slope_m_s_per_kg * self.observations["load_kg"]
        return with_fitted(self.observations, "velocity_m_s", fitted)

    def _line_of(self, session_id: str | None) -> tuple[np.ndarray, np.ndarray, float]:
        """Coefficients, covariance of their errors and t, of the usual line or of a session."""
        if session_id is None:
            return self._line, self._error, self._t
        own = self._offset(session_id)
        # the offset gives back a part of the line's error; what is left of its own does not depend on it
        move = np.eye(2) - own.weight * np.outer([1.0, 0.0], own.mean)
        covariance = move @ self.covariance @ move.T + np.diag([own.left_variance, 0.0])
        of_session = self._line + np.array([own.offset_m_s, 0.0])
        return of_session, covariance, t_quantile(self.df_within, self.conf_level)

    def _offset(self, session_id: str) -> "_Offset":
        own = self.observations[self.observations["session_id"] == session_id]
        if own.empty:
            raise DataProblem(f"Session {session_id!r} is not in this profile. Use one of `sessions`.")
        of_session = len(own) * self.session_sd_m_s**2
        weight = of_session / (of_session + self.residual_sd_m_s**2) if of_session > 0 else 0.0
        mean = np.array([1.0, own["load_kg"].mean()])
        return _Offset(
            n=len(own),
            weight=weight,
            mean=mean,
            offset_m_s=float(weight * (own["velocity_m_s"].mean() - mean @ self._line)),
            left_variance=self.session_sd_m_s**2 * (1 - weight),
        )

    def _session_row(self, session_id: str) -> dict[str, object]:
        line, covariance, _ = self._line_of(session_id)
        own = self._offset(session_id)
        offset_variance = own.weight**2 * own.mean @ self.covariance @ own.mean + own.left_variance
        in_kg = self.promise.kept(self._load_at_mvt(line, covariance, self.df_within))
        return {
            "session_id": session_id,
            "n": own.n,
            "offset_m_s": own.offset_m_s,
            "offset_se_m_s": float(np.sqrt(offset_variance)),
            "e1rm_kg": float((self.mvt_m_s - line[0]) / line[1]),
            "e1rm_low_kg": in_kg.low,
            "e1rm_high_kg": in_kg.high,
        }


@dataclass(frozen=True)
class _Offset:
    """How far a session lies from the usual line, and how much of that is believed."""

    n: int
    weight: float
    mean: np.ndarray  # 1 and the mean load
    offset_m_s: float
    left_variance: float  # of the offset, the line given


def profile_across_sessions(
    bar_speeds: pd.DataFrame,
    *,
    metric: VelocityMetric = "mean_velocity_m_s",
    mvt_m_s: float,
    mvt_sd_m_s: float = 0.0,
    conf_level: float = 0.95,
) -> MixedProfile:
    """How fast does one athlete move a load on a usual day, and how far was each session from that?

    Model, estimator and intervals: see the model card above.

    Parameters
    ----------
    bar_speeds : as `metrics.strength.bar_speeds` returns it, of one athlete; the fastest repetition of a set counts.
        Sets without load or without `metric` are left out and counted.
    mvt_m_s, mvt_sd_m_s : velocity of a 1RM and the SD of its uncertainty.

    Raises
    ------
    NotEnoughData : fewer than 3 sessions, sets that leave no error within them, or a single load.
    DataProblem : several exercises, sides or devices, or velocity that does not fall with load.

    Examples
    --------
    >>> reps = pd.DataFrame({"session_id": list("aaabbbcc"), "set_no": [1, 2, 3, 1, 2, 3, 1, 2], "exercise": "deadlift",
    ...     "side": "B", "device": "encoder", "load_kg": [60.0, 100, 140, 60, 100, 140, 100, 120],
    ...     "mean_velocity_m_s": [1.00, 0.71, 0.40, 1.06, 0.74, 0.45, 0.69, 0.55]})
    >>> profile = profile_across_sessions(reps, mvt_m_s=0.15)
    >>> round(profile.e1rm_kg, 1), profile.sessions["offset_m_s"].round(2).tolist()
    (175.0, [-0.01, 0.03, -0.02])
    """
    check_one_kind(bar_speeds, metric)
    sets, n_missing = fastest_of_sets(bar_speeds.assign(athlete_id="one"), metric)
    n_sessions = sets["session_id"].nunique()
    _check_sessions(sets, n_sessions)
    sums = LineSums.of(sets)
    solved = fit_alone(sums)
    asked = {"metric": metric, "mvt_m_s": mvt_m_s, "mvt_sd_m_s": mvt_sd_m_s, "conf_level": conf_level}
    asked["promise"] = Coverage("the 1RM", lowest_coverage(ALONE_COVERAGE_PCT, n_sessions), conf_level, CARRIED)
    within = len(sets) - n_sessions - 1
    (profile,) = profiles_of(sets, n_missing, sums, solved, df=n_sessions - 1, df_within=within, asked=asked).values()
    check_falling(profile.slope_m_s_per_kg)
    missed = profile.observations["velocity_m_s"] - profile.v0_m_s
    missed -= profile.slope_m_s_per_kg * profile.observations["load_kg"]
    by_session = missed.groupby(profile.observations["session_id"]).mean()
    in_order = [name for name in bar_speeds["session_id"].unique() if name in by_session.index]
    return replace(profile, carried_variance=carried_variance(by_session[in_order].to_numpy()))


def profile_of_sessions(
    sets: pd.DataFrame, reps: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, days: int = 84, side: str = "B"
) -> MixedProfile:
    """The profile over the sessions of a key lift, measured by the newest device of the last `days` days.

    Parameters as `metrics.strength.speeds_of_lift` takes them; errors as there and as `profile_across_sessions`.
    """
    speeds = speeds_of_lift(sets, reps, lift, until, days=days, side=side)
    return profile_across_sessions(speeds, metric=lift.metric, mvt_m_s=lift.mvt_m_s, mvt_sd_m_s=lift.mvt_sd_m_s)


def carried_variance(offsets_m_s: np.ndarray) -> float:
    """What carry-over adds to the variance of the mean of sessions, oldest first, over that of independent ones.

    Sessions do not tell rho, so it is integrated out, from 0 to `MOST_RHO`, as for left and right.

    >>> round(carried_variance(np.array([0.03, 0.02, 0.01, -0.01, -0.03, -0.02])) ** 0.5, 4)
    0.0112
    """
    n = len(offsets_m_s)
    if np.ptp(offsets_m_s) < EXACT_M_S:
        return 0.0
    centred = offsets_m_s - offsets_m_s.mean()
    mixed = plain_means(np.arange(n, dtype=float), centred[np.newaxis], rhos=RHO_GRID[RHO_GRID < MOST_RHO])
    error = mixed.quantile(0.975).item() / t_quantile(n - 1, 0.95)
    return max(float(error**2 - centred.var(ddof=1) / n), 0.0)


def fastest_of_sets(bar_speeds: pd.DataFrame, metric: VelocityMetric) -> tuple[pd.DataFrame, pd.Series]:
    """One row a set, by athlete and session: load_kg, velocity_m_s; and how many sets of each athlete lack one."""
    by_set = bar_speeds.groupby(["athlete_id", "session_id", "set_no"])
    sets = pd.DataFrame({"load_kg": by_set["load_kg"].first(), "velocity_m_s": by_set[metric].max()}).reset_index()
    n_missing = sets[["load_kg", "velocity_m_s"]].isna().any(axis=1).groupby(sets["athlete_id"]).sum()
    known = sets.dropna(subset=["load_kg", "velocity_m_s"]).drop(columns="set_no").reset_index(drop=True)
    check_possible(known["load_kg"], "load", "kg")
    check_possible(known["velocity_m_s"], "bar speed", "m/s", sign="not negative")
    return known, n_missing


def _check_sessions(sets: pd.DataFrame, n_sessions: int) -> None:
    if n_sessions < LEAST_SESSIONS:
        raise NotEnoughData(
            f"A profile across sessions needs {LEAST_SESSIONS} sessions with bar speeds or more; got {n_sessions}. "
            "Measure more sessions, or fit the profile of one."
        )
    if len(sets) - n_sessions < 2:
        raise NotEnoughData(
            f"{len(sets)} sets of {n_sessions} sessions leave no error within sessions. Measure more sets a session."
        )
    check_loads(sets)


def check_loads(sets: pd.DataFrame) -> None:
    """Refuse sets in which no slope can be seen."""
    # loads that differ between sessions alone would read a day's offset as the slope
    if (sets.groupby(["athlete_id", "session_id"])["load_kg"].transform("nunique") < 2).all():
        raise NotEnoughData(
            f"None of {sets['session_id'].nunique()} sessions has 2 different loads, so no slope is seen. "
            "Measure 2 loads or more in a session."
        )
    if sets["velocity_m_s"].min() == sets["velocity_m_s"].max():
        raise DataProblem(
            f"All {len(sets)} sets were moved at {sets['velocity_m_s'].iloc[0]:g} m/s whatever the load. "
            "Check for values copied over."
        )


def check_falling(slope_m_s_per_kg: float) -> None:
    """Refuse a velocity that does not fall with load."""
    if slope_m_s_per_kg >= 0:
        raise DataProblem(
            f"Velocity does not fall with load (slope {slope_m_s_per_kg:+.4f} m/s per kg). "
            "Check the loads, or measure lighter and heavier sets in one session."
        )


def profiles_of(
    sets: pd.DataFrame,
    n_missing: pd.Series,
    sums: LineSums,
    solved: Solved,
    *,
    df: int,
    df_within: int,
    asked: dict[str, object],
) -> dict[str, MixedProfile]:
    """The profile of each athlete of `sets`, by id, from Henderson's equations solved."""
    turn = sums.scale.turn
    told = sets.assign(left_out_m_s=sums.left_out(solved))
    profiles = {}
    for number, (name, own) in enumerate(told.groupby("athlete_id", sort=True)):
        v0, slope = turn @ solved.lines[number]
        profiles[str(name)] = MixedProfile(
            v0_m_s=float(v0),
            slope_m_s_per_kg=float(slope),
            covariance=turn @ solved.covariances[number] @ turn.T,
            session_sd_m_s=float(np.sqrt(solved.ratio * solved.residual_variance)),
            residual_sd_m_s=float(np.sqrt(solved.residual_variance)),
            df=df,
            df_within=df_within,
            observations=own.drop(columns="athlete_id").reset_index(drop=True),
            n_missing=int(n_missing[name]),
            in_squad=len(solved.lines) > 1,
            carried_variance=0.0,
            curvature=curvature_of(own["load_kg"], own["velocity_m_s"], session=own["session_id"]),
            **asked,
        )
    return profiles
