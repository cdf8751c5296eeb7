"""Load-velocity profile over sessions and athletes: sparse sessions borrow from each other, days keep their own offset.

Model card
----------
Question: how fast does the athlete move a load on a usual day and on this one, and which 1RM does that suggest?
Data: sets of one exercise, side, device and metric; alone 3 sessions or more, in a squad 6 athletes or more, of whom
some may have a single session.
Model: v = v0 + slope L + u + e, with L the load (kg), u ~ N(0, session_sd^2) the offset of a session and
e ~ N(0, residual_sd^2). In a squad v0 and slope of an athlete are those of the squad plus normal deviations (Laird &
Ware 1982), and the SDs of u and e are shared.
Estimator: REML on centred and scaled loads. The likelihood of statsmodels' MixedLM is reached from sums over athletes
and sessions, so that its optimum is looked for by three optimisers; `settled` says whether two agree.
Intervals: t; alone with sessions - 1 degrees of freedom, for a session's own line with those of the sets about it, in a
squad with athletes - 1. e1RM has Fieller's interval with the uncertainty of MVT in it.

Measured coverage of the 95 % interval of an athlete's e1RM in percent, 2,000 athletes a cell (`tests/simulations`), who
have n sessions alone or are squads of n with 2 sessions each; 3 sets a session, SD of sessions .03, of sets .02 m/s,
offsets of sessions AR(1) with rho:

|  n | rho | alone | in a squad |
|---:|----:|------:|-----------:|
|  6 |   0 |  97.8 |       96.5 |
|  6 |  .3 |  96.5 |       94.1 |
|  6 |  .6 |  91.0 |       90.3 |
| 12 |   0 |  96.2 |       95.6 |
| 12 |  .3 |  93.4 |       93.1 |
| 12 |  .6 |  85.7 |       87.9 |
| 24 |   0 |  96.2 |       95.1 |
| 24 |  .3 |  91.7 |       92.0 |
| 24 |  .6 |  82.2 |       87.2 |

An athlete alone with many sessions whose offsets carry over is covered below 85 %: `coverage_pct` has the lowest figure
for so many sessions, and `remark` says it. A profile over fewer weeks keeps its promise better.

Refuses: alone fewer than 3 sessions, in a squad fewer than 6 athletes; no session with 2 loads, no error left within
sessions, velocity that does not fall with load, several devices or exercises at once.

Limits: offsets of sessions are taken for independent, and the interval is too narrow where they carry over. An athlete
who gets stronger over the sessions has larger ones, so keep to weeks in which she does not. SDs between athletes are
taken for known, which a squad of 6 pays for. Variances are held when a session is left out.

References
----------
Laird & Ware 1982, Biometrics 38(4):963-974; Henderson 1975, Biometrics 31(2):423-447 (prediction errors); Ruf et al.
2018, J Strength Cond Res 32(3):681-689 (why e1RM is secondary); Fieller 1954, J R Stat Soc B 16:175-185.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import VelocityMetric
from analysis.models.estimators.mixed_lines import LineSums, SettledByTwo, Solved, fit_alone, fit_squad
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, tidy_row
from analysis.models.strength.load_velocity import SpeedOnLine, VelocityLine, check_one_kind, fieller, line_rows

LEAST_SESSIONS = 3
LEAST_ATHLETES = 6
LEAST_COVERAGE_PCT = 85.0  # of a 95 % interval: below it a profile says so
# lowest measured coverage of the 95 % interval of e1RM over rho 0 to .6, from the table above: by sessions, by athletes
ALONE_COVERAGE_PCT = {6: 91.0, 12: 85.7, 24: 82.2}
SQUAD_COVERAGE_PCT = {6: 90.3, 12: 87.9, 24: 87.2}


@dataclass(frozen=True, eq=False)
class MixedProfile(VelocityLine):
    """One athlete's line over her sessions. Made by `profile_across_sessions` and by `SquadProfiles.profile`.

    It answers as a `LoadVelocityProfile` does, so that the same figure draws it.
    """

    metric: VelocityMetric
    v0_m_s: float
    slope_m_s_per_kg: float
    covariance: np.ndarray  # 2 x 2, of the errors of v0 and slope
    session_sd_m_s: float
    residual_sd_m_s: float
    df: int  # of the line
    df_within: int  # of a session's own line
    mvt_m_s: float
    mvt_sd_m_s: float
    conf_level: float
    coverage_pct: float  # lowest measured for a nominal 95 % and so much data, offsets of sessions AR(1) with 0 to .6
    observations: pd.DataFrame  # session_id, load_kg, velocity_m_s, left_out_m_s (predicted without its session)
    n_missing: int

    @property
    def e1rm_kg(self) -> float:
        """Load at which the usual line reaches the MVT."""
        return (self.mvt_m_s - self.v0_m_s) / self.slope_m_s_per_kg

    @property
    def e1rm_low_kg(self) -> float:
        return self._e1rm_interval_kg.low

    @property
    def e1rm_high_kg(self) -> float:
        return self._e1rm_interval_kg.high

    @property
    def remark(self) -> str:
        """What a reader must know of the intervals; empty where nothing."""
        if self.coverage_pct >= LEAST_COVERAGE_PCT:
            return ""
        return (
            "Where good and bad days follow each other, a 95 % interval from so many sessions held the 1RM in only "
            f"{self.coverage_pct:.0f} % of made-up athletes. Use fewer weeks."
        )

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
        line, covariance, t = self._line(session_id)
        of_session = self.session_sd_m_s**2 if session_id is None else 0.0
        return self._band(load_kg, line, covariance, t, self.residual_sd_m_s**2 + of_session)

    def speed_at(self, load_kg: float, session_id: str | None = None) -> SpeedOnLine:
        """Speed at one load, as the anchor load, on the usual line or in a session."""
        return self._on_line(self.predict(load_kg, session_id))

    def tidy(self) -> pd.DataFrame:
        """v0, slope and e1RM of the usual line, and the SDs of sessions and sets."""
        _, covariance, t = self._line(None)
        rows = line_rows([self.v0_m_s, self.slope_m_s_per_kg], covariance, t, self.conf_level)
        gradient = np.array([1.0, self.e1rm_kg])
        e1rm_se = np.sqrt(gradient @ covariance @ gradient + self.mvt_sd_m_s**2) / -self.slope_m_s_per_kg
        rows.append(
            tidy_row("e1RM", "kg", self.e1rm_kg, float(e1rm_se), self.e1rm_low_kg, self.e1rm_high_kg, self.conf_level)
        )
        spreads = (("SD of sessions", self.session_sd_m_s), ("residual SD", self.residual_sd_m_s))
        rows += [tidy_row(term, "m/s", value, *[np.nan] * 3, self.conf_level) for term, value in spreads]
        return pd.DataFrame(rows)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_sessions, n_missing, df, SDs, left_out_rmse_m_s, coverage_pct, metric, MVT, e1rm_bounded."""
        return pd.DataFrame(
            {
                "n": [len(self.observations)],
                "n_sessions": [self.observations["session_id"].nunique()],
                "n_missing": [self.n_missing],
                "df": [self.df],
                "session_sd_m_s": [self.session_sd_m_s],
                "residual_sd_m_s": [self.residual_sd_m_s],
                "left_out_rmse_m_s": [self.left_out_rmse_m_s],
                "coverage_pct": [self.coverage_pct],
                "metric": [self.metric],
                "mvt_m_s": [self.mvt_m_s],
                "mvt_sd_m_s": [self.mvt_sd_m_s],
                "e1rm_bounded": [self.e1rm_bounded],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The sets with .fitted, the line of their session, and .resid, in m/s."""
        offset = self.observations["session_id"].map(self.sessions.set_index("session_id")["offset_m_s"])
        fitted = self.v0_m_s + offset + self.slope_m_s_per_kg * self.observations["load_kg"]
        return self.observations.assign(**{".fitted": fitted, ".resid": self.observations["velocity_m_s"] - fitted})

    def _line(self, session_id: str | None) -> tuple[np.ndarray, np.ndarray, float]:
        """Coefficients, covariance of their errors and t, of the usual line or of a session."""
        line = np.array([self.v0_m_s, self.slope_m_s_per_kg])
        level = (1 + self.conf_level) / 2
        if session_id is None:
            return line, self.covariance, float(stdtrit(self.df, level))
        own = self._offset(session_id)
        # the offset gives back a part of the line's error; what is left of its own does not depend on it
        move = np.eye(2) - own.weight * np.outer([1.0, 0.0], own.mean)
        covariance = move @ self.covariance @ move.T + np.diag([own.left_variance, 0.0])
        return line + np.array([own.offset_m_s, 0.0]), covariance, float(stdtrit(self.df_within, level))

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
            offset_m_s=float(weight * (own["velocity_m_s"].mean() - mean @ [self.v0_m_s, self.slope_m_s_per_kg])),
            left_variance=self.session_sd_m_s**2 * (1 - weight),
        )

    def _session_row(self, session_id: str) -> dict[str, object]:
        line, covariance, t = self._line(session_id)
        own = self._offset(session_id)
        offset_variance = own.weight**2 * own.mean @ self.covariance @ own.mean + own.left_variance
        in_kg = fieller(line[0] - self.mvt_m_s, line[1], covariance, self.mvt_sd_m_s**2, t)
        return {
            "session_id": session_id,
            "n": own.n,
            "offset_m_s": own.offset_m_s,
            "offset_se_m_s": float(np.sqrt(offset_variance)),
            "e1rm_kg": float((self.mvt_m_s - line[0]) / line[1]),
            "e1rm_low_kg": in_kg.low,
            "e1rm_high_kg": in_kg.high,
        }

    @property
    def _e1rm_interval_kg(self) -> Interval:
        line, covariance, t = self._line(None)
        return fieller(line[0] - self.mvt_m_s, line[1], covariance, self.mvt_sd_m_s**2, t)


@dataclass(frozen=True)
class _Offset:
    """How far a session lies from the usual line, and how much of that is believed."""

    n: int
    weight: float
    mean: np.ndarray  # 1 and the mean load
    offset_m_s: float
    left_variance: float  # of the offset, the line given


@dataclass(frozen=True, eq=False)
class SquadProfiles(SettledByTwo):
    """The squad's line and those of its athletes. Made by `profiles_of_squad`."""

    metric: VelocityMetric
    v0_m_s: float  # of the squad
    slope_m_s_per_kg: float
    covariance: np.ndarray  # 2 x 2, of the errors of the squad's line
    between: np.ndarray  # 2 x 2 covariance of v0 and slope between athletes
    session_sd_m_s: float
    residual_sd_m_s: float
    log_likelihood: float
    optimisers: pd.DataFrame  # optimiser, log_likelihood, says_converged
    profiles: dict[str, MixedProfile]
    conf_level: float

    @property
    def remark(self) -> str:
        """What a reader must know of this fit; empty where nothing."""
        if self.settled:
            return ""
        return "Only one optimiser found this optimum: do not rely on it; use more athletes or sessions."

    @cached_property
    def athletes(self) -> pd.DataFrame:
        """One row an athlete: athlete_id, n_sessions, v0, slope, e1RM with its interval, left_out_rmse_m_s.

        An athlete whose velocity does not fall with load has no e1RM.
        """
        rows = []
        for name, own in self.profiles.items():
            falls = own.slope_m_s_per_kg < 0
            rows.append(
                {
                    "athlete_id": name,
                    "n_sessions": own.observations["session_id"].nunique(),
                    "v0_m_s": own.v0_m_s,
                    "slope_m_s_per_kg": own.slope_m_s_per_kg,
                    "e1rm_kg": own.e1rm_kg if falls else np.nan,
                    "e1rm_low_kg": own.e1rm_low_kg if falls else np.nan,
                    "e1rm_high_kg": own.e1rm_high_kg if falls else np.nan,
                    "left_out_rmse_m_s": own.left_out_rmse_m_s,
                }
            )
        return pd.DataFrame(rows)

    def profile(self, athlete_id: str) -> MixedProfile:
        """The profile of one athlete.

        Raises
        ------
        DataProblem : an athlete who was not fitted, or whose velocity does not fall with load.
        """
        if athlete_id not in self.profiles:
            raise DataProblem(f"Athlete {athlete_id!r} is not in this fit. Fit again with this athlete's sets.")
        own = self.profiles[athlete_id]
        _check_falling(own.slope_m_s_per_kg)
        return own

    def predict(self, load_kg, athlete_id: str | None = None) -> np.ndarray:
        """Velocity at `load_kg` on the usual line of an athlete, or of the squad, in m/s."""
        line = self if athlete_id is None else self.profile(athlete_id)
        return line.v0_m_s + line.slope_m_s_per_kg * np.asarray(load_kg, dtype=float)

    def tidy(self) -> pd.DataFrame:
        """v0 and slope of the squad, and the SDs between athletes, between sessions and of sets."""
        spreads = np.sqrt(np.diag(self.between))
        t = float(stdtrit(len(self.profiles) - 1, (1 + self.conf_level) / 2))
        rows = line_rows([self.v0_m_s, self.slope_m_s_per_kg], self.covariance, t, self.conf_level)
        of_terms = (
            ("SD of v0", "m/s", spreads[0]),
            ("SD of slopes", "m/s/kg", spreads[1]),
            ("SD of sessions", "m/s", self.session_sd_m_s),
            ("residual SD", "m/s", self.residual_sd_m_s),
        )
        rows += [tidy_row(term, unit, float(value), *[np.nan] * 3, self.conf_level) for term, unit, value in of_terms]
        return pd.DataFrame(rows)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_athletes, n_sessions, n_missing, log_likelihood, settled."""
        own = [profile.observations for profile in self.profiles.values()]
        return pd.DataFrame(
            {
                "n": [sum(map(len, own))],
                "n_athletes": [len(own)],
                "n_sessions": [sum(sets["session_id"].nunique() for sets in own)],
                "n_missing": [sum(profile.n_missing for profile in self.profiles.values())],
                "log_likelihood": [self.log_likelihood],
                "settled": [self.settled],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The sets of every athlete with .fitted, the line of their session, and .resid, in m/s."""
        parts = [own.augment().assign(athlete_id=name) for name, own in self.profiles.items()]
        return pd.concat(parts, ignore_index=True)


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
    sets, n_missing = _fastest_of_sets(bar_speeds.assign(athlete_id="one"), metric)
    n_sessions = sets["session_id"].nunique()
    _check_sessions(sets, n_sessions)
    sums = LineSums.of(sets)
    solved = fit_alone(sums)
    asked = {"metric": metric, "mvt_m_s": mvt_m_s, "mvt_sd_m_s": mvt_sd_m_s, "conf_level": conf_level}
    asked["coverage_pct"] = _lowest(ALONE_COVERAGE_PCT, n_sessions)
    within = len(sets) - n_sessions - 1
    (profile,) = _profiles(sets, n_missing, sums, solved, df=n_sessions - 1, df_within=within, asked=asked).values()
    _check_falling(profile.slope_m_s_per_kg)
    return profile


def profiles_of_squad(
    bar_speeds: pd.DataFrame,
    *,
    metric: VelocityMetric = "mean_velocity_m_s",
    mvt_m_s: float,
    mvt_sd_m_s: float = 0.0,
    conf_level: float = 0.95,
) -> SquadProfiles:
    """How fast do the athletes of a squad move a load, those with few sets drawn towards the others?

    Model, estimator and intervals: see the model card above.

    Parameters
    ----------
    bar_speeds : as `metrics.strength.bar_speeds` returns it, with athlete_id; one exercise, side and device for all.
        The fastest repetition of a set counts; sets without load or without `metric` are left out and counted.
    mvt_m_s, mvt_sd_m_s : velocity of a 1RM and the SD of its uncertainty between athletes and days.

    Returns
    -------
    SquadProfiles
        `settled` must be looked at; `remark` says it in words.

    Raises
    ------
    NotEnoughData : fewer than 6 athletes, or sets that leave no error within sessions.
    DataProblem : several exercises, sides or devices; a set of nobody; velocity that does not fall with load.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> sets = pd.MultiIndex.from_product([list("abcdefgh"), ["x", "y"], [1, 2, 3]],
    ...                                   names=["athlete_id", "session_id", "set_no"]).to_frame(index=False)
    >>> load = 40.0 + 20 * sets["set_no"]
    >>> reps = sets.assign(exercise="deadlift", side="B", device="encoder", load_kg=load,
    ...                    mean_velocity_m_s=1.5 - 0.008 * load + rng.normal(0, 0.02, len(load)))
    >>> squad = profiles_of_squad(reps, mvt_m_s=0.2)
    >>> squad.settled, round(squad.slope_m_s_per_kg, 4)
    (True, -0.0079)
    """
    check_one_kind(bar_speeds, metric)
    nobodys = int(bar_speeds["athlete_id"].isna().sum())
    if nobodys:
        raise DataProblem(f"{nobodys} of {len(bar_speeds)} repetitions belong to nobody. Name their athlete.")
    sets, n_missing = _fastest_of_sets(bar_speeds, metric)
    n_athletes = sets["athlete_id"].nunique()
    _check_squad(sets, n_athletes)
    sums = LineSums.of(sets)
    fit = fit_squad(sums)
    solved = fit.solved
    turn = sums.scale.turn
    line, covariance = turn @ solved.squad, turn @ solved.squad_covariance @ turn.T
    _check_falling(line[1])
    asked = {"metric": metric, "mvt_m_s": mvt_m_s, "mvt_sd_m_s": mvt_sd_m_s, "conf_level": conf_level}
    asked["coverage_pct"] = _lowest(SQUAD_COVERAGE_PCT, n_athletes)
    return SquadProfiles(
        metric=metric,
        v0_m_s=float(line[0]),
        slope_m_s_per_kg=float(line[1]),
        covariance=covariance,
        between=solved.residual_variance * turn @ solved.between @ turn.T,
        session_sd_m_s=float(np.sqrt(solved.ratio * solved.residual_variance)),
        residual_sd_m_s=float(np.sqrt(solved.residual_variance)),
        log_likelihood=float(fit.optimisers["log_likelihood"].max()),
        optimisers=fit.optimisers,
        profiles=_profiles(sets, n_missing, sums, solved, df=n_athletes - 1, df_within=n_athletes - 1, asked=asked),
        conf_level=conf_level,
    )


def _lowest(coverage_pct: dict[int, float], n: int) -> float:
    """Of the nearest n that was simulated and is not smaller, since coverage falls with n; else of the largest."""
    return coverage_pct[min((known for known in coverage_pct if known >= n), default=max(coverage_pct))]


def _fastest_of_sets(bar_speeds: pd.DataFrame, metric: VelocityMetric) -> tuple[pd.DataFrame, pd.Series]:
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
    _check_loads(sets)


def _check_squad(sets: pd.DataFrame, n_athletes: int) -> None:
    if n_athletes < LEAST_ATHLETES:
        raise NotEnoughData(
            f"Profiles of a squad need {LEAST_ATHLETES} athletes with bar speeds or more; got {n_athletes}. "
            "Add athletes, or fit each one alone."
        )
    n_sessions = len(sets[["athlete_id", "session_id"]].drop_duplicates())
    if len(sets) - n_sessions <= n_athletes:
        raise NotEnoughData(
            f"{len(sets)} sets of {n_athletes} athletes in {n_sessions} sessions leave no error within sessions. "
            "Measure 3 loads in a session."
        )
    _check_loads(sets)


def _check_loads(sets: pd.DataFrame) -> None:
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


def _check_falling(slope_m_s_per_kg: float) -> None:
    if slope_m_s_per_kg >= 0:
        raise DataProblem(
            f"Velocity does not fall with load (slope {slope_m_s_per_kg:+.4f} m/s per kg). "
            "Check the loads, or measure lighter and heavier sets in one session."
        )


def _profiles(
    sets: pd.DataFrame,
    n_missing: pd.Series,
    sums: LineSums,
    solved: Solved,
    *,
    df: int,
    df_within: int,
    asked: dict[str, object],
) -> dict[str, MixedProfile]:
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
            **asked,
        )
    return profiles
