"""Critical speed from training: the two-parameter model on best efforts of runs that were not all-out.

Model card
----------
Question: which critical speed do the fastest stretches of ordinary runs suggest?
Data: best efforts over distances inside recorded runs (`metrics.best_efforts`), those between 2 and 15 minutes; others
are counted and left out.
Formula: distance = CS * time + D', with CS in m/s and D' in m.
Estimator: least squares of distance on time (`models.running.critical_speed`).
Interval: none. The efforts often lie inside each other, in one run, so they are no independent observations; nothing
was simulated.
Refuses: fewer than 3 best efforts of different length; efforts that give no CS or no D' above 0.
Criticism: the true curve lies above every effort that was not all-out. If all are equally far below it, D' comes out
too small; if only the short ones are, CS comes out too large. Use time trials for a decision.

References
----------
Monod & Scherrer 1965, Ergonomics 8:329-338; Smyth & Muniz-Pumares 2020, Med Sci Sports Exerc 52(12):2637-2645 (critical
speed from the training of marathon runners).
"""

from dataclasses import dataclass

import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.best_efforts import BestEfforts
from analysis.models.result import Result, glance_row, tidy_table
from analysis.models.running.critical_speed import MIN_DURATIONS, CriticalSpeed, critical_speed, outside_2_15_min

REMARK = "From training, not all-out: CS and D' can lie below or above what time trials would give."


@dataclass(frozen=True, eq=False)
class TrainingSpeed(Result):
    """Critical speed and D' of best efforts in training. Made by `training_speed`."""

    line: CriticalSpeed
    n_left_out: int  # best efforts shorter than 2 or longer than 15 minutes
    n_runs: int  # that the efforts come from
    remark: str = REMARK

    def predict(self, duration_s):
        """Distance of the line in `duration_s`, in metres."""
        return self.line.predict(duration_s)

    def tidy(self) -> pd.DataFrame:
        """CS and D'; standard errors and intervals are NaN, since the efforts are not independent trials."""
        terms = (("CS", "m/s", self.line.cs_m_s), ("D'", "m", self.line.d_prime_m))
        return tidy_table(terms, self.line.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: efforts, those left out, runs they come from, and that they were not all-out."""
        residual_sd_m = self.line.glance()["residual_sd_m"].item()
        counts = {"n": len(self.line.trials), "n_left_out": self.n_left_out, "n_runs": self.n_runs}
        return glance_row(**counts, all_out=False, residual_sd_m=residual_sd_m)

    def augment(self) -> pd.DataFrame:
        """The efforts with .fitted and .resid of distance, in metres."""
        return self.line.augment()


def training_speed(best: BestEfforts) -> TrainingSpeed:
    """Critical speed and D' of the best efforts between 2 and 15 minutes, flagged as "from training, not all-out".

    distance = CS * time + D' (m, s), least squares of distance on time.

    Parameters
    ----------
    best : BestEfforts, as `metrics.best_efforts.best_efforts` gives them.

    Raises
    ------
    NotEnoughData : fewer than 3 best efforts of different length between 2 and 15 minutes.
    DataProblem : the short efforts were no faster than the long ones, so that D' is 0 or less.

    Notes
    -----
    Criticism: the true curve lies above every effort that was not all-out. If all are equally far below it, D' comes
    out too small; if only the short ones are, CS comes out too large. The efforts often lie inside each other, in one
    run, so they are no independent observations and there is no honest interval. Use time trials for a decision.

    References
    ----------
    Monod & Scherrer 1965, Ergonomics 8:329-338; Smyth & Muniz-Pumares 2020, Med Sci Sports Exerc 52(12):2637-2645
    (critical speed from the best efforts of marathon runners' training).

    Examples
    --------
    >>> efforts = pd.DataFrame({"distance_m": [1000.0, 2000.0, 3000.0], "duration_s": [200.0, 450.0, 700.0],
    ...                         "session_id": ["a", "b", "b"]})
    >>> result = training_speed(BestEfforts(efforts, n_runs=2, n_runs_without_distance=0, n_jumps=0))
    >>> result.tidy()[["term", "estimate"]].round(6).values.tolist()
    [['CS', 4.0], ["D'", 200.0]]
    """
    outside = outside_2_15_min(best.efforts["duration_s"])
    kept = best.efforts[~outside]
    n = kept["duration_s"].nunique()
    if n < MIN_DURATIONS:
        raise NotEnoughData(
            f"Critical speed from training needs {MIN_DURATIONS} best efforts between 2 and 15 minutes; got {n}. "
            "Run some fast stretches of different length, or do time trials."
        )
    try:
        line = critical_speed(kept)
    except DataProblem:
        raise DataProblem(
            f"The {n} best efforts in training are no faster when short than when long, which gives no D'. "
            "Run some all-out stretches of 2 to 15 minutes, or do time trials."
        ) from None
    return TrainingSpeed(line, n_left_out=int(outside.sum()), n_runs=kept["session_id"].nunique())
