"""Repetitions and 1RM of one athlete: her own curve of repetitions against load.

Model card
----------
Question: how many repetitions can the athlete do at a load, and which 1RM does that suggest?
Data: 3 sets or more, to failure or with the reserve rated, at 2 loads or more. One set gives a 1RM only with somebody
else's k; several at different loads give both.
Model: repetitions n = (1RM / load - 1) / k (Epley's form with the athlete's own k), n those done and those in reserve.
Estimator: least squares of the repetitions on 1 / load, where the curve is a straight line.
Interval: Fieller's for the ratios that 1RM, k and 0RM are, t with n - 2 degrees of freedom; (-inf, inf) where the loads
lie too close together to bound the ratio.
Measured coverage of the 95 % interval of the 1RM, 2,000 athletes with 6, 12 and 24 sets between 65 and 90 % of 1RM: 96,
96 and 93 % with an error of 1 repetition; 97, 99 and 98 % with one that grows from 0.3 near the 1RM to 2 far from it.
Refuses: fewer than 3 sets, one load, repetitions that do not fall with load.
Criticism: a rated reserve is a guess, best near failure; sets beyond 10 repetitions are flagged; a window of weeks
averages the strength of these weeks.

References
----------
Epley 1985, Poundage Chart; Fieller 1954, J R Stat Soc B 16:175-185.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import TESTED_REPS, sets_of_lift, work_sets
from analysis.models.result import Interval, Result, glance_row, t_quantile, tidy_table, with_fitted
from analysis.models.strength.load_velocity import fieller

MIN_SETS = 3
# each parameter as a ratio: weights of 1, a and b above and below the line, of n = a / load - b
_RATIOS = {
    "e1RM": ("kg", (0.0, 1.0, 0.0), (1.0, 0.0, 1.0)),
    "k": ("1/reps", (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    "0RM": ("kg", (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}


@dataclass(frozen=True, eq=False)
class RepsLoadCurve(Result):
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

    def predict(self, load_kg) -> np.ndarray:
        """Repetitions to failure with a load."""
        return self.line[0] / np.asarray(load_kg, dtype=float) - self.line[1]

    def load_kg(self, reps_to_failure) -> np.ndarray:
        """The load with which so many repetitions can be done."""
        return self.line[0] / (np.asarray(reps_to_failure, dtype=float) + self.line[1])

    def tidy(self) -> pd.DataFrame:
        """e1RM, k and 0RM with Fieller's intervals; -inf and inf where the sets do not bound them."""
        return tidy_table((self._ratio(term) for term in _RATIOS), self.conf_level)

    def _ratio(self, term: str) -> tuple[str, str, float, float, float, float]:
        """Term, unit, estimate, standard error and interval of one ratio of the line's coefficients."""
        unit, *weights = _RATIOS[term]
        of_line = np.array(weights)
        above, below = (float(value) for value in of_line @ [1.0, *self.line])
        covariance = of_line[:, 1:] @ self.covariance @ of_line[:, 1:].T
        gradient = np.array([1.0, -above / below]) / below
        signs = np.array([[1.0, -1.0], [-1.0, 1.0]])  # the ratio is where above - below x may reach 0
        bounds: Interval = fieller(above, -below, signs * covariance, 0.0, t_quantile(self.df, self.conf_level))
        return term, unit, above / below, float(np.sqrt(gradient @ covariance @ gradient)), *bounds

    def glance(self) -> pd.DataFrame:
        """One row: n, n_missing, n_beyond_tested, df, residual_sd_reps, heaviest_kg, e1rm_over_heaviest."""
        heaviest_kg = self.sets["load_kg"].max()
        return glance_row(
            n=len(self.sets),
            n_missing=self.n_missing,
            n_beyond_tested=int(self.sets["beyond_tested"].sum()),
            df=self.df,
            residual_sd_reps=self.residual_sd_reps,
            heaviest_kg=heaviest_kg,
            e1rm_over_heaviest=self.e1rm_kg / heaviest_kg,
        )

    def augment(self) -> pd.DataFrame:
        """The sets with .fitted and .resid, in repetitions."""
        return with_fitted(self.sets, "reps_to_failure", self.predict(self.sets["load_kg"]))


def reps_load_curve(load_kg, reps, *, reps_in_reserve=None, conf_level: float = 0.95) -> RepsLoadCurve:
    """Which 1RM, and which curve of repetitions, do this athlete's sets suggest without a test of the 1RM?

    Parameters
    ----------
    load_kg, reps : array-like of float, shape (n,). Sets with a missing value are left out and counted in `n_missing`.
    reps_in_reserve : array-like of float of 0 or more, shape (n,), optional
        As the athlete rated them; left out, every set is taken to failure.

    Raises
    ------
    NotEnoughData : fewer than 3 known sets, or all with one load.
    DataProblem : a load or repetitions out of range, or repetitions that do not fall with load.

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
    fit = sm.OLS(n, design).fit()
    if fit.params.min() <= 0:
        raise DataProblem(
            f"Repetitions do not fall with load as a curve with a 1RM does (1 / k would be {fit.params[1]:.3g}). "
            "Check loads and reserve, or use sets over a wider range of loads."
        )
    return RepsLoadCurve(
        line=fit.params,
        covariance=fit.cov_params(),
        residual_sd_reps=float(np.sqrt(fit.scale)),
        conf_level=conf_level,
        sets=pd.DataFrame({"load_kg": load, "reps_to_failure": n, "beyond_tested": n > TESTED_REPS}),
        n_missing=len(sets) - len(known),
    )


def reps_curve_of_lift(
    sets: pd.DataFrame,
    lift: Lift,
    until: pd.Timestamp,
    *,
    days: int = 42,
    side: str = "B",
    conf_level: float = 0.95,
) -> RepsLoadCurve:
    """The athlete's own curve of a key lift, from the work sets of the last `days` days whose reserve was rated.

    Parameters
    ----------
    sets : table sets of one athlete, with local_date. An effort rating (CR-10) is no reserve and is not used as one.

    Examples
    --------
    >>> sets = pd.DataFrame({"local_date": pd.Timestamp("2026-01-05"), "exercise": "deadlift", "side": "B",
    ...     "set_kind": "work", "load_kg": [120.0, 110, 100, 90], "reps": [2.0, 4, 6, 8], "rir": [0.0, 1, 3, 5]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> round(reps_curve_of_lift(sets, lift, pd.Timestamp("2026-01-11")).e1rm_kg, 1)
    123.9
    """
    done = work_sets(sets_of_lift(sets, lift, until, days=days, side=side))
    return reps_load_curve(done["load_kg"], done["reps"], reps_in_reserve=done["rir"], conf_level=conf_level)


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
