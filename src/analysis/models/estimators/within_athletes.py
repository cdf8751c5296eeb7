"""A slope within athletes: each athlete's own level and a season that all share taken out, errors by athlete.

outcome - own mean = b (exposure - own mean) + other terms - their own means + s1 season + s2 season^2 + e. Coefficients
are those of least squares, their errors `models.estimators.clustered` with the athletes as clusters.

References
----------
Mundlak 1978, Econometrica 46(1):69-85 (within and between); Mancl & DeRouen 2001, Biometrics 57(1):126-134 (covariance
with few clusters); Cohen 1988, Statistical power analysis for the behavioral sciences (detectable effects).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.models.estimators.clustered import clustered_fit
from analysis.models.result import Interval, t_interval

LEAST_ATHLETES = 6
SEASON_TERMS = 2
LEAST_TIMES = SEASON_TERMS + 1  # different ones, to tell the season's curve
P_MOST = 0.05
POWER = 0.80
ROUNDING = 1e-9  # what is left of values that do not vary


@dataclass(frozen=True)
class WithinSlope:
    """The slope of an outcome on an exposure within athletes, and how many pairs it rests on."""

    slope: float
    std_error: float
    df: int
    n_pairs: int
    n_athletes: int
    n_independent: int  # pairs less athletes, season and other terms
    correlation: float  # partial, within athletes
    exposure_sd: float  # within athletes, beyond the season

    @property
    def p_value(self) -> float:
        return float(2 * stats.t.sf(abs(self.slope) / self.std_error, self.df))

    def interval(self, conf_level: float) -> Interval:
        return t_interval(self.slope, self.std_error, self.df, conf_level)

    def detectable(self, n_looks: int = 1) -> float:
        """The slope that is found in 80 % of cases, two-sided at 5 % shared over so many looks."""
        found = stats.t.ppf(1 - P_MOST / n_looks / 2, self.df) + stats.t.ppf(POWER, self.df)
        return float(found * self.std_error)


def within_slope(
    pairs: pd.DataFrame, exposure: str, outcome: str, *, time: str, beside: Sequence[str] = ()
) -> WithinSlope | None:
    """The slope of `outcome` on `exposure` within athletes; None where the pairs leave nothing to fit.

    Parameters
    ----------
    pairs : DataFrame, shape (n, ...), without NaN: athlete_id, the column `time` of Timestamps, and the others named.
        An athlete's only pair is its own mean and is left out.
    beside : other terms, each less the athlete's mean.

    Examples
    --------
    >>> days = np.repeat(pd.date_range("2026-01-05", periods=5, freq="7D"), 6)
    >>> x, error = np.random.default_rng(1).normal(size=(2, 30))
    >>> pairs = pd.DataFrame({"athlete_id": list("abcdef") * 5, "day": days, "x": x, "y": 2 * x + 0.1 * error})
    >>> found = within_slope(pairs, "x", "y", time="day")
    >>> round(found.slope, 1), found.n_independent
    (2.0, 22)
    """
    known = pairs[pairs["athlete_id"].duplicated(keep=False)].reset_index(drop=True)
    n_athletes = known["athlete_id"].nunique()
    n_independent = len(known) - n_athletes - SEASON_TERMS - len(beside)
    if n_athletes < max(LEAST_ATHLETES, SEASON_TERMS + len(beside) + 2) or n_independent < SEASON_TERMS + 1:
        return None
    nuisance = deviations(known, [*beside], time=time)
    if np.linalg.matrix_rank(nuisance) < nuisance.shape[1]:
        return None
    both = beyond(nuisance, less_own_means(known["athlete_id"], known[[exposure, outcome]].to_numpy(dtype=float)))
    left = beyond(both[:, :1], both[:, 1:])
    if min(*np.abs(both).max(axis=0), np.abs(left).max()) < ROUNDING:
        return None  # nothing varies, or nothing is left of which an error could be told
    design = np.column_stack([nuisance, less_own_means(known["athlete_id"], known[[exposure]].to_numpy(dtype=float))])
    columns = pd.DataFrame(design, columns=[f"term_{number}" for number in range(design.shape[1])])
    result = pd.Series(less_own_means(known["athlete_id"], known[[outcome]].to_numpy(dtype=float))[:, 0])
    fit = clustered_fit(result, columns, known["athlete_id"], family="gaussian")
    return WithinSlope(
        slope=float(fit.estimates[-1]),
        std_error=float(fit.std_errors[-1]),
        df=fit.df,
        n_pairs=len(known),
        n_athletes=n_athletes,
        n_independent=n_independent,
        correlation=float(np.corrcoef(both.T)[0, 1]),
        exposure_sd=float(np.sqrt((both[:, 0] ** 2).sum() / n_independent)),
    )


def pairs_needed(correlation: float) -> int:
    """Independent pairs that show a correlation in 80 % of cases, two-sided at 5 % (Fisher's z).

    >>> pairs_needed(0.3)
    85
    """
    return int(np.ceil((_both_quantiles() / np.arctanh(correlation)) ** 2 + 3))


def detectable_correlation(n_pairs: int) -> float:
    """The smallest correlation that so many independent pairs show in 80 % of cases; 1 below 4 pairs.

    >>> round(detectable_correlation(85), 2)
    0.3
    """
    return float(np.tanh(_both_quantiles() / np.sqrt(n_pairs - 3))) if n_pairs > 3 else 1.0


def deviations(pairs: pd.DataFrame, columns: Sequence[str], *, time: str) -> np.ndarray:
    """Both terms of the season's curve and `columns`, each less the athlete's mean, shape (n_pairs, 2 + columns)."""
    week = ((pairs[time] - pairs[time].min()).dt.days / 7).to_numpy()
    scaled = (week - week.mean()) / max(week.std(), 1.0)
    return less_own_means(pairs["athlete_id"], np.column_stack([scaled, scaled**2, pairs[[*columns]]]))


def less_own_means(athlete_id: pd.Series, columns: np.ndarray) -> np.ndarray:
    """Columns less the mean of each athlete, shape (n, columns)."""
    athlete, names = pd.factorize(athlete_id)
    member = np.equal.outer(np.arange(len(names)), athlete).astype(float)
    return columns - ((member @ columns) / member.sum(axis=1, keepdims=True))[athlete]


def beyond(nuisance: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """What least squares on `nuisance` leaves of each column."""
    return columns - nuisance @ np.linalg.lstsq(nuisance, columns, rcond=None)[0]


def _both_quantiles() -> float:
    return float(stats.norm.ppf(1 - P_MOST / 2) + stats.norm.ppf(POWER))
