"""Hinge depth within the set: does the hinge get shallower or deeper from the first repetition to the last?

Model card
----------
Question: how many degrees does the hinge angle drift a repetition, and is that more than a video can show?
Model: angle = a + b k + e for repetition k, with its own level a for every set, so that the camera's angle of a day
and the depth of an athlete drop out; b in degrees a repetition, 180 degrees is upright, so a positive b is shallower.
Estimator and interval: angles and repetitions less their means in the set, then `models.estimators.clustered`; clusters
are the sessions of one athlete or the athletes of a squad. Not simulated for angles apart. The drift of a set is b
times the repetitions after the first.
Judged against: the standard error of a joint angle read from 2-D video, 2 to 4 degrees; 3 unless told.
Refuses: fewer than 6 clusters of sets with 3 measured repetitions or more.

Limits: a straight line; a set that gives way at its end alone drifts less than it looks. A rater who sees the tiredness
is not blind to it. Angles of two raters differ by a level, which drops out, and perhaps by more.

References
----------
Schurr et al. 2017, Int J Sports Phys Ther 12(2):163-172, and Munro et al. 2012, J Sport Rehabil 21(1):7-11 (2-D video);
Liang & Zeger 1986, Biometrika 73(1):13-22; Mancl & DeRouen 2001, Biometrics 57(1):126-134.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.units import signed_text
from analysis.models.estimators.clustered import ClusteredFit, clustered_fit
from analysis.models.form.form_break import LEAST_CLUSTERS, OF_CLUSTERS, Cluster, check_one_athlete
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, t_interval, tidy_table, with_fitted

VIDEO_SEM_DEG = 3.0  # in the middle of the 2 to 4 that studies of 2-D video report
LEAST_REPS = 3  # a line through two repetitions leaves no error
ROUNDING_DEG = 1e-9  # of the arithmetic, not of the video

DriftState = Literal["shallower", "deeper", "about the same", "no detectable drift"]

_SET_KEY = ["session_id", "set_no"]


@dataclass(frozen=True, eq=False)
class DepthDrift(Result):
    """Drift of the hinge angle within sets. Made by `depth_drift`."""

    fit: ClusteredFit
    cluster: Cluster
    repetitions: pd.DataFrame  # athlete_id, session_id, set_no, rep_no, local_date, hinge_angle_deg
    n_missing: int  # repetitions without an angle, or of sets with fewer than 3
    n_reps: int  # of the middle set
    video_sem_deg: float
    conf_level: float

    @property
    def slope_deg_per_rep(self) -> float:
        """Degrees a repetition, positive where the hinge gets shallower."""
        return float(self.fit.estimates[0])

    @property
    def slope_interval(self) -> Interval:
        return t_interval(self.slope_deg_per_rep, self.fit.std_errors[0], self.fit.df, self.conf_level)

    @property
    def drift_deg(self) -> float:
        """From the first to the last repetition of the middle set."""
        return self.slope_deg_per_rep * (self.n_reps - 1)

    @property
    def drift_interval(self) -> Interval:
        low, high = self.slope_interval
        return Interval(low * (self.n_reps - 1), high * (self.n_reps - 1))

    @property
    def state(self) -> DriftState:
        """Beyond error where the interval leaves 0; about the same where it stays within the error of the video."""
        low, high = self.drift_interval
        if -self.video_sem_deg < low and high < self.video_sem_deg:
            return "about the same"
        if low > 0 or high < 0:
            return "shallower" if low > 0 else "deeper"
        return "no detectable drift"

    @property
    def seen_in_one_set(self) -> bool:
        """Whether the drift is larger than the error of two angles read from video, 1.96 sqrt(2) of one."""
        return abs(self.drift_deg) > 1.96 * 2**0.5 * self.video_sem_deg

    @property
    def sentence(self) -> str:
        """The answer in words."""
        low, high = self.drift_interval
        if self.state == "about the same":
            most = np.ceil(max(-low, high))
            return (
                f"Hinge depth holds: it drifts less than {most:.0f} deg over {self.n_reps} reps, which no video shows."
            )
        reach = f"{signed_text(low, 0)} to {signed_text(high, 0)} deg over {self.n_reps} reps"
        if self.state == "no detectable drift":
            return f"Too close to call: hinge depth changes by {reach}."
        one_set = "a single set shows it" if self.seen_in_one_set else "a single set cannot show it"
        return f"The hinge gets {self.state} through the set: {reach}; {one_set}."

    def predict(self, rep_no) -> np.ndarray:
        """Angle at a repetition less that at the first, in degrees."""
        return self.slope_deg_per_rep * (np.asarray(rep_no, dtype=float) - 1)

    def tidy(self) -> pd.DataFrame:
        """The slope, and the drift over the middle set."""
        se = float(self.fit.std_errors[0])
        rows = [
            ("slope", "deg/rep", self.slope_deg_per_rep, se),
            ("drift of a set", "deg", self.drift_deg, se * (self.n_reps - 1)),
        ]
        return tidy_table(rows, self.conf_level, df=self.fit.df)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_sets, n_clusters, df, n_missing, n_reps, video_sem_deg, state, seen_in_one_set."""
        return glance_row(
            self,
            "n_missing",
            "n_reps",
            "video_sem_deg",
            "state",
            "seen_in_one_set",
            n=len(self.repetitions),
            n_sets=len(self.repetitions[_SET_KEY].drop_duplicates()),
            cluster=self.cluster,
            n_clusters=self.fit.n_clusters,
            df=self.fit.df,
        )

    def augment(self) -> pd.DataFrame:
        """The repetitions with .fitted, the line of their set, and .resid, in degrees."""
        rep_no, angle = self.repetitions["rep_no"], self.repetitions["hinge_angle_deg"]
        level = (angle - self.slope_deg_per_rep * rep_no).groupby([self.repetitions[key] for key in _SET_KEY])
        fitted = level.transform("mean") + self.slope_deg_per_rep * rep_no
        return with_fitted(self.repetitions, "hinge_angle_deg", fitted)


def depth_drift(
    rated: pd.DataFrame, *, cluster: Cluster, video_sem_deg: float = VIDEO_SEM_DEG, conf_level: float = 0.95
) -> DepthDrift:
    """Does the hinge get shallower or deeper within the set?

    Model, estimator and refusals: see the model card above.

    Parameters
    ----------
    rated : as `models.form.clean_reps.rated_repetitions` returns it, of one lift. Repetitions without an angle, and
        sets with fewer than 3 angles, are left out and counted.
    cluster : "session_id" for one athlete, "athlete_id" for a squad.
    video_sem_deg : standard error of one angle, in degrees.

    Raises
    ------
    NotEnoughData : fewer than 6 clusters with a set of 3 angles, or angles without any scatter about their line.
    DataProblem : clustered by session, and several athletes; a standard error that is not above 0; an angle that cannot
        be.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> reps = pd.MultiIndex.from_product([range(8), range(1, 9)], names=["session_id", "rep_no"]).to_frame(index=False)
    >>> angle = 98 + 0.8 * reps["rep_no"] + rng.normal(0, 1, len(reps))
    >>> reps = reps.assign(athlete_id="t3st", set_no=1, hinge_angle_deg=angle)
    >>> drift = depth_drift(reps, cluster="session_id")
    >>> round(drift.slope_deg_per_rep, 1), drift.state
    (0.8, 'shallower')
    """
    if not video_sem_deg > 0:
        raise DataProblem(f"An error of {video_sem_deg:g} degrees is none. Give that of your video, 2 to 4 as a rule.")
    check_one_athlete(rated, cluster)
    measured = rated.dropna(subset=["hinge_angle_deg"])
    check_possible(measured["hinge_angle_deg"], "hinge angle", "deg", sign="not negative")
    used = measured[measured.groupby(_SET_KEY)["rep_no"].transform("nunique") >= LEAST_REPS].reset_index(drop=True)
    if used[cluster].nunique() < LEAST_CLUSTERS:
        raise NotEnoughData(
            f"Drift of depth takes {LEAST_CLUSTERS} {OF_CLUSTERS[cluster]} with {LEAST_REPS} angles in a set or more; "
            f"got {used[cluster].nunique()}. Measure the hinge in one set a week."
        )
    centred = used[["rep_no", "hinge_angle_deg"]].astype(float)
    centred -= centred.groupby([used[key] for key in _SET_KEY]).transform("mean")
    _check_scatter(centred["rep_no"].to_numpy(), centred["hinge_angle_deg"].to_numpy())
    fit = clustered_fit(centred["hinge_angle_deg"], centred[["rep_no"]], used[cluster], family="gaussian")
    n_reps = int(used.groupby(_SET_KEY)["rep_no"].max().median())
    return DepthDrift(fit, cluster, used, len(rated) - len(used), n_reps, video_sem_deg, conf_level)


def _check_scatter(rep_no: np.ndarray, angle_deg: np.ndarray) -> None:
    left = angle_deg - rep_no * (rep_no @ angle_deg) / (rep_no @ rep_no)
    if np.abs(left).max() <= ROUNDING_DEG:
        raise NotEnoughData(
            f"The {len(left)} angles lie on one line without any scatter, so their error is not known. "
            "Check for values copied over."
        )
