"""Load-velocity profiles of a squad: athletes with few sets, or a single session, borrow from the others.

Model card
----------
Question: how fast do the athletes of a squad move a load, and which 1RM does that suggest?
Data: sets of one exercise, side, device and metric of 6 athletes or more, of whom some may have a single session.
Model: that of `models.strength.load_velocity_mixed` (kg, m/s), where v0 and slope of an athlete are those of the squad
plus normal deviations (Laird & Ware 1982), and the SDs of sessions and sets are shared.
Estimator: REML on centred and scaled loads. The likelihood of statsmodels' MixedLM is reached from sums over athletes
and sessions, so that its optimum is looked for by three optimisers; `settled` says whether two agree.
Intervals: t with athletes - 1 degrees of freedom. e1RM has Fieller's interval with the uncertainty of MVT in it.

Measured coverage of the 95 % interval of an athlete's e1RM in percent, 2,000 athletes a cell (`tests/simulations`) in
squads of n with 2 sessions each; 3 sets a session, SD of sessions .03, of sets .02 m/s, offsets AR(1) with rho:

|  n | rho 0 |  .3  |  .6  |
|---:|------:|-----:|-----:|
|  6 |  96.5 | 94.1 | 90.3 |
| 12 |  95.6 | 93.1 | 87.9 |
| 24 |  95.1 | 92.0 | 87.2 |

Two sessions an athlete do not tell how far offsets carry over: `coverage_pct` is the lowest figure of so many athletes,
and `remark` says it where the interval is printed (`models.coverage`).

Refuses: fewer than 6 athletes; no session with 2 loads, no error left within sessions, velocity that does not fall with
load, several devices or exercises at once.

Limits: SDs between athletes are taken for known, which a squad of 6 pays for; else those of
`models.strength.load_velocity_mixed`.

References
----------
Laird & Ware 1982, Biometrics 38(4):963-974; Henderson 1975, Biometrics 31(2):423-447 (prediction errors); Fieller 1954,
J R Stat Soc B 16:175-185.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import VelocityMetric, bar_speeds, sets_of_lift
from analysis.models.coverage import Coverage, lowest_coverage
from analysis.models.estimators.mixed_lines import LineSums, SettledByTwo, fit_squad
from analysis.models.result import Result, glance_row, tidy_table
from analysis.models.strength.load_velocity import check_one_kind, line_rows
from analysis.models.strength.load_velocity_mixed import (
    CARRIED,
    MixedProfile,
    check_falling,
    check_loads,
    fastest_of_sets,
    profiles_of,
)

LEAST_ATHLETES = 6
# lowest measured coverage of the 95 % interval of e1RM over rho 0 to .6, from the table above: by athletes
SQUAD_COVERAGE_PCT = {6: 90.3, 12: 87.9, 24: 87.2}


@dataclass(frozen=True, eq=False)
class SquadProfiles(SettledByTwo, Result):
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
    promise: Coverage  # of the intervals of athletes' e1RM

    @property
    def remark(self) -> str:
        """What a reader must know of this fit; empty where nothing."""
        alone = "Only one optimiser found this optimum: do not rely on it; use more athletes or sessions."
        return f"{'' if self.settled else alone} {self.promise.remark}".strip()

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
        check_falling(own.slope_m_s_per_kg)
        return own

    def predict(self, load_kg, athlete_id: str | None = None) -> np.ndarray:
        """Velocity at `load_kg` on the usual line of an athlete, or of the squad, in m/s."""
        line = self if athlete_id is None else self.profile(athlete_id)
        return line.v0_m_s + line.slope_m_s_per_kg * np.asarray(load_kg, dtype=float)

    def tidy(self) -> pd.DataFrame:
        """v0 and slope of the squad, and the SDs between athletes, between sessions and of sets."""
        spreads = np.sqrt(np.diag(self.between))
        rows = [
            *line_rows(np.array([self.v0_m_s, self.slope_m_s_per_kg]), self.covariance),
            ("SD of v0", "m/s", spreads[0]),
            ("SD of slopes", "m/s/kg", spreads[1]),
            ("SD of sessions", "m/s", self.session_sd_m_s),
            ("residual SD", "m/s", self.residual_sd_m_s),
        ]
        return tidy_table(rows, self.conf_level, df=len(self.profiles) - 1)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_athletes, n_sessions, n_missing, log_likelihood, settled, coverage_pct, remark."""
        own = [profile.observations for profile in self.profiles.values()]
        return glance_row(
            self,
            "log_likelihood",
            "settled",
            "remark",
            coverage_pct=self.promise.measured_pct,
            n=sum(map(len, own)),
            n_athletes=len(own),
            n_sessions=sum(sets["session_id"].nunique() for sets in own),
            n_missing=sum(profile.n_missing for profile in self.profiles.values()),
        )

    def augment(self) -> pd.DataFrame:
        """The sets of every athlete with .fitted, the line of their session, and .resid, in m/s."""
        parts = [own.augment().assign(athlete_id=name) for name, own in self.profiles.items()]
        return pd.concat(parts, ignore_index=True)


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
    sets, n_missing = fastest_of_sets(bar_speeds, metric)
    n_athletes = sets["athlete_id"].nunique()
    _check_squad(sets, n_athletes)
    sums = LineSums.of(sets)
    fit = fit_squad(sums)
    solved = fit.solved
    turn = sums.scale.turn
    line, covariance = turn @ solved.squad, turn @ solved.squad_covariance @ turn.T
    check_falling(line[1])
    asked = {"metric": metric, "mvt_m_s": mvt_m_s, "mvt_sd_m_s": mvt_sd_m_s, "conf_level": conf_level}
    promise = Coverage("an athlete's 1RM", lowest_coverage(SQUAD_COVERAGE_PCT, n_athletes), conf_level, CARRIED)
    asked["promise"] = promise
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
        profiles=profiles_of(sets, n_missing, sums, solved, df=n_athletes - 1, df_within=n_athletes - 1, asked=asked),
        conf_level=conf_level,
        promise=promise,
    )


def profiles_of_lift(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    lift: Lift,
    until: pd.Timestamp,
    *,
    days: int = 84,
    side: str = "B",
    conf_level: float = 0.95,
) -> SquadProfiles:
    """The profiles of a key lift over a squad's last `days` days, on the device by which most athletes are measured.

    Parameters
    ----------
    sets, reps : tables of a squad, as `metrics.strength.bar_speeds` takes them; sets with athlete_id too.

    Raises
    ------
    NotEnoughData, DataProblem : as `profiles_of_squad`.
    """
    key = ["session_id", "set_no"]
    recent = sets_of_lift(sets, lift, until, days=days, side=side)
    own = reps.merge(recent[key], on=key)
    measured = bar_speeds(recent, own).merge(recent[[*key, "athlete_id"]], on=key).dropna(subset=[lift.metric])
    device = measured["device"].fillna("")
    athletes = measured.groupby(device)["athlete_id"].nunique()
    most = measured[device == athletes.idxmax()] if len(athletes) else measured
    asked = {"mvt_m_s": lift.mvt_m_s, "mvt_sd_m_s": lift.mvt_sd_m_s, "conf_level": conf_level}
    return profiles_of_squad(most, metric=lift.metric, **asked)


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
    check_loads(sets)
