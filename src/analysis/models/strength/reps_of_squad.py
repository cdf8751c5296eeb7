"""Repetitions at a share of 1RM within a squad: one curve for all, and how far each athlete's lies from it.

Model card
----------
Question: how do athletes differ in the repetitions they can do at a share of 1RM?
Data: sets to failure at known shares of 1RM, 4 athletes or more, each with a set below 1RM and one with two.
Model: n = (1 / share - 1) / (k + k_i) + e, k_i normal between athletes.
Estimator: maximum likelihood of the non-linear mixed model by linearisation, repeated until it comes to rest.
Intervals: t; of an athlete's k with the uncertainty of the squad's in it.
Measured coverage of the 95 % intervals, 500 squads of 6, 12 and 24 athletes with 3 sets each, whole repetitions with an
error of 1: an athlete's k 92, 93 and 94 %, the squad's k 94, 92 and 93 %.
Refuses: fewer athletes or sets than above, a missing value, estimates that do not come to rest.
Criticism: maximum likelihood takes the SD between athletes too small in a small squad.

References
----------
Lindstrom & Bates 1990, Biometrics 46:673-687; Epley 1985, Poundage Chart.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import sets_of_lift, work_sets
from analysis.models.result import Result, glance_row, t_quantile, tidy_table, with_fitted

MIN_SETS = 3
MIN_ATHLETES = 4
ALIKE = 1e-3  # of k: a smaller SD between athletes is none
MAX_ROUNDS = 100  # of the linearisation
ROUND_TOLERANCE = 1e-6  # of k, where the rounds end


@dataclass(frozen=True, eq=False)
class SquadRepsCurves(Result):
    """k of a squad and of each athlete in it. Made by `reps_curves_of_squad`."""

    k: float
    k_se: float
    k_sd: float  # between athletes
    residual_sd_reps: float
    athletes: pd.DataFrame  # athlete_id, n, k, k_deviation, k_se, k_low, k_high
    conf_level: float
    sets: pd.DataFrame  # athlete_id, share_of_1rm, reps: what was fitted

    def predict(self, athlete_id: str, share_of_1rm) -> np.ndarray:
        """Repetitions to failure of one athlete at a share of 1RM."""
        k = self.athletes.set_index("athlete_id")["k"]
        if athlete_id not in k:
            raise DataProblem(f"{athlete_id!r} is not among the athletes fitted. Use one of {', '.join(k.index)}.")
        return _reps_at(np.asarray(share_of_1rm, dtype=float), float(k[athlete_id]))

    def tidy(self) -> pd.DataFrame:
        """k of the squad with a t interval (athletes - 1 degrees of freedom), and its SD between athletes (none)."""
        rows = [("k", "1/reps", self.k, self.k_se), ("SD of k", "1/reps", self.k_sd)]
        return tidy_table(rows, self.conf_level, df=len(self.athletes) - 1)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_athletes, residual_sd_reps, athletes_alike (the SD between athletes was estimated as 0)."""
        return glance_row(
            n=len(self.sets),
            n_athletes=len(self.athletes),
            residual_sd_reps=self.residual_sd_reps,
            athletes_alike=self.k_sd < ALIKE * self.k,
        )

    def augment(self) -> pd.DataFrame:
        """The sets with .fitted and .resid, in repetitions."""
        k = self.sets["athlete_id"].map(self.athletes.set_index("athlete_id")["k"]).to_numpy()
        return with_fitted(self.sets, "reps", _reps_at(self.sets["share_of_1rm"].to_numpy(), k))


def reps_curves_of_squad(sets: pd.DataFrame, *, conf_level: float = 0.95) -> SquadRepsCurves:
    """How do the athletes of a squad differ in their repetitions at a share of 1RM?

    An athlete's k is drawn towards the squad's, the more the fewer and the lighter her sets.

    Parameters
    ----------
    sets : DataFrame with athlete_id, share_of_1rm, reps: sets to failure of 4 athletes or more, no value missing.

    Raises
    ------
    NotEnoughData : fewer than 4 athletes, or no athlete with 2 sets below 1RM, or no estimate that comes to rest.
    DataProblem : a missing value or one out of range.

    Examples
    --------
    >>> sets = pd.DataFrame({"athlete_id": ["alder"] * 2 + ["birch"] * 2 + ["cedar"] * 2 + ["rowan"] * 2,
    ...     "share_of_1rm": [0.9, 0.7] * 4, "reps": [3, 14, 4, 17, 2, 9, 4, 13]})
    >>> reps_curves_of_squad(sets).athletes["k"].round(3).tolist()
    [0.031, 0.025, 0.047, 0.033]
    """
    share, n = sets["share_of_1rm"].to_numpy(dtype=float), sets["reps"].to_numpy(dtype=float)
    _check_sets(share, n)
    nobodys = int(sets["athlete_id"].isna().sum())
    if nobodys:
        raise DataProblem(f"{nobodys} of {len(sets)} sets belong to nobody. Name their athlete.")
    of_athlete, names = pd.factorize(sets["athlete_id"])
    counts = np.bincount(of_athlete[share < 1], minlength=len(names))
    if len(names) < MIN_ATHLETES or counts.min() < 1 or counts.max() < 2:
        raise NotEnoughData(
            f"Curves of a squad need {MIN_ATHLETES} athletes or more, each with a set below 1RM and one with two; got "
            f"{len(names)} athletes with {', '.join(map(str, counts))} sets. Add athletes or sets."
        )
    mixed = _mixed(1 / share - 1, n, of_athlete)
    half = t_quantile(max(len(n) - len(names), 1), conf_level) * mixed.k_i_se
    k_i = mixed.k + mixed.deviation
    athletes = pd.DataFrame(
        {
            "athlete_id": names,
            "n": np.bincount(of_athlete),
            "k": k_i,
            "k_deviation": mixed.deviation,
            "k_se": mixed.k_i_se,
            "k_low": k_i - half,
            "k_high": k_i + half,
        }
    )
    return SquadRepsCurves(
        k=mixed.k,
        k_se=mixed.k_se,
        k_sd=mixed.k_sd,
        residual_sd_reps=mixed.residual_sd,
        athletes=athletes,
        conf_level=conf_level,
        sets=sets[["athlete_id", "share_of_1rm", "reps"]].reset_index(drop=True),
    )


def sets_of_tested(
    sets: pd.DataFrame, lift: Lift, until: pd.Timestamp, *, days: int = 84, side: str = "B"
) -> pd.DataFrame:
    """Rated work sets of a lift as shares of the 1RM that the athlete tested in the same days.

    Parameters
    ----------
    sets : table sets of a squad, with athlete_id and local_date. Tested is the heaviest single to failure (reserve 0).

    Returns
    -------
    DataFrame, as `reps_curves_of_squad` takes it: athlete_id, share_of_1rm, reps (done and in reserve). Sets of
    athletes without a test, and those not below the tested load, are left out.

    Raises
    ------
    NotEnoughData : nobody tested a 1RM.

    Examples
    --------
    >>> sets = pd.DataFrame({"athlete_id": "alder", "local_date": pd.Timestamp("2026-01-05"), "exercise": "deadlift",
    ...     "side": "B", "set_kind": "work", "load_kg": [125.0, 100.0], "reps": [1.0, 6.0], "rir": [0.0, 2.0]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> sets_of_tested(sets, lift, pd.Timestamp("2026-01-11")).values.tolist()
    [['alder', 0.8, 8.0]]
    """
    rated = work_sets(sets_of_lift(sets, lift, until, days=days, side=side)).dropna(subset=["rir"])
    rated = rated.assign(reps=rated["reps"] + rated["rir"])
    tested_kg = rated[rated["reps"] == 1].groupby("athlete_id")["load_kg"].max()
    if tested_kg.empty:
        raise NotEnoughData(
            f"Nobody tested {lift.name} in the {days} days up to {until.date()}. Test a single to failure, and rate "
            "the reserve of lighter sets."
        )
    shares = rated.assign(share_of_1rm=rated["load_kg"] / rated["athlete_id"].map(tested_kg))
    return shares.loc[shares["share_of_1rm"] < 1, ["athlete_id", "share_of_1rm", "reps"]].reset_index(drop=True)


def _reps_at(share_of_1rm: np.ndarray, k: float | np.ndarray) -> np.ndarray:
    return (1 / share_of_1rm - 1) / k


def _check_sets(share: np.ndarray, reps: np.ndarray) -> None:
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


@dataclass(frozen=True, eq=False)
class _Mixed:
    k: float
    k_se: float
    k_sd: float
    residual_sd: float
    deviation: np.ndarray  # one an athlete
    k_i_se: np.ndarray


def _mixed(odds: np.ndarray, reps: np.ndarray, of_athlete: np.ndarray) -> _Mixed:
    """Lindstrom & Bates for reps = odds / (k + k_i), from each athlete's own k."""
    k_i = np.bincount(of_athlete, odds**2) / np.bincount(of_athlete, odds * reps)
    for _ in range(MAX_ROUNDS):
        of_set = k_i[of_athlete]
        slope = -odds / of_set**2
        mixed = _linear_mixed(slope, reps - odds / of_set + slope * of_set, of_athlete)
        moved = np.abs(mixed.k + mixed.deviation - k_i).max()
        k_i = mixed.k + mixed.deviation
        if k_i.min() <= 0:
            break
        if moved <= ROUND_TOLERANCE * mixed.k:
            return mixed
    raise NotEnoughData(
        f"The curves of {len(k_i)} athletes do not come to rest. Check the sets of few repetitions, or add sets."
    )


def _linear_mixed(slope: np.ndarray, outcome: np.ndarray, of_athlete: np.ndarray) -> _Mixed:
    """Maximum likelihood of outcome = slope * (k + k_i) + e, one slope a set and one k_i an athlete."""
    squares = np.bincount(of_athlete, slope**2)
    products = np.bincount(of_athlete, slope * outcome)

    def at(log_ratio: float) -> tuple[float, _Mixed]:
        ratio = np.exp(2 * log_ratio)  # variance between athletes over that of a set
        kept = 1 / (1 + ratio * squares)  # of an athlete's information on k
        k = float((products * kept).sum() / (squares * kept).sum())
        resid = outcome - slope * k
        own = np.bincount(of_athlete, slope * resid)
        variance = float((resid @ resid - (ratio * own**2 * kept).sum()) / len(outcome))
        deviance = len(outcome) * np.log(variance) - np.log(kept).sum()
        k_variance = variance / (squares * kept).sum()
        found = _Mixed(
            k=k,
            k_se=float(np.sqrt(k_variance)),
            k_sd=float(np.sqrt(ratio * variance)),
            residual_sd=float(np.sqrt(variance)),
            deviation=ratio * own * kept,
            k_i_se=np.sqrt(variance * ratio * kept + kept**2 * k_variance),
        )
        return deviance, found

    scale = -0.5 * np.log(squares.mean())  # the ratio at which both variances weigh alike
    best = optimize.minimize_scalar(
        lambda log_ratio: at(log_ratio)[0], bounds=(scale - 10, scale + 10), method="bounded", options={"xatol": 1e-9}
    )
    return at(best.x)[1]
