"""Did a series break once, in its level or in its slope, and when?

Model card
----------
Question: is there one day from which the values lie higher or lower (`level_break`), or rise or fall differently
(`slope_break`), and which days come into question?
Data: one value a day of one series, 12 days or more; a break is sought after the first and before the last 15 %.
Model: a constant (level) or a straight line (slope) against the same with one break, AR(1) errors with rho on a grid
(`models.estimators.autocorrelated`). For each rho the largest F over all days is compared with 999 series without a
break; the p values are mixed by how well each rho explains the values with the break. A break is found where p <= .05.
Estimator: generalised least squares at every day and rho, mixed by likelihood; the break in the unit of the values, a
slope by day.
Interval: of the dates the smallest set of days that holds 95 % of the profile of the likelihood over days; of the size
a mixture of t over days and rho, which was not simulated.
Refuses: fewer than 12 days, values that are all the same.
Limits: one break at most; none is sought near the ends. Rho below 0 is not modelled.

Measured on AR(1) series of weekly values, 2,000 replicates a cell (`tests/simulations`):

|  n | rho | false level | classical sup F | false slope | step of 2 MDC | end of a 3 MDC rise | days cover the end |
|---:|----:|------------:|----------------:|------------:|--------------:|--------------------:|-------------------:|
| 12 |   0 |         0.7 |             10.3 |         1.0 |          92.5 |                18.8 |               99.0 |
| 12 |  .3 |         1.6 |            24.3 |         1.8 |          97.4 |                33.7 |               97.6 |
| 12 |  .6 |         4.7 |            45.6 |         4.0 |          99.8 |                58.9 |               96.2 |
| 24 |   0 |         0.9 |             7.3 |         0.2 |          99.3 |                63.3 |               99.5 |
| 24 |  .3 |         2.5 |            23.9 |         0.8 |          99.7 |                55.8 |               98.7 |
| 24 |  .6 |         5.5 |            52.5 |         2.6 |         100.0 |                65.5 |               95.0 |

In percent: breaks called on no change (with p <= .05 here; by the classical sup F at its 5 %), breaks
found, and how often the likely days hold the true end of the rise, a bend in the middle. MDC is 2.77 TE. A step of
3 MDC was dated within one exposure in every replicate, a bend in 50 to 73 %: its likely days are 6 to 13 exposures.
The classical analyses (`models.trends.classical_break`) presume independent values and raise the false alarms above.

References
----------
Andrews 1993, Econometrica 61(4):821-856 (sup F); Hinkley 1970, Biometrika 57(1):1-17 (likelihood of a change point).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.base.errors import NotEnoughData
from analysis.base.units import signed_text
from analysis.models.estimators.autocorrelated import RHO_GRID, Mixture, mixing_weights, whiteners
from analysis.models.plausible import check_possible, check_varied
from analysis.models.result import Interval, tidy_row

Kind = Literal["level", "slope"]

LEAST_EXPOSURES = 12
TRIM = 0.15
ALARM_P = 0.05
CONF_LEVEL = 0.95
NULL_DRAWS = 999
NULL_SEED = 19930


@dataclass(frozen=True, eq=False)
class Scan:
    """Every candidate day of several series tried."""

    candidates: np.ndarray  # (n_candidates,): index of the first exposure after the break, or of the bend
    p_value: np.ndarray  # (n_series,)
    date_weight: np.ndarray  # (n_candidates, n_series), columns sum to 1
    step: Mixture  # change of level, or of slope per day; over rho and candidates
    rho: np.ndarray  # (n_series,), weighted mean


def scan(day: np.ndarray, values: np.ndarray, kind: Kind) -> Scan:
    """One break tried at every candidate day of each series.

    Parameters
    ----------
    day : array of float, shape (n,), increasing
    values : array of float, shape (n_series, n), without NaN
    kind : "level" or "slope"
    """
    n, base, candidates = len(day), _base(day, kind), _candidates(len(day))
    steps = np.column_stack([_step(day, index, kind) for index in candidates])
    df = n - base.shape[1] - 1
    null = np.random.default_rng(NULL_SEED).standard_normal((NULL_DRAWS, n))
    p_of_rho, estimate, std_error, log_likelihood = [], [], [], []
    for white in whiteners(day):
        basis, triangle = np.linalg.qr(white.matrix @ base)
        apart = _without(white.matrix @ steps, basis)
        length = np.linalg.norm(apart, axis=0)
        along, left = _explained(values @ white.matrix.T, basis, apart / length)
        null_along, null_left = _explained(null, basis, apart / length)
        f, null_f = along**2 / left * df, null_along**2 / null_left * df
        p_of_rho.append(_share_beyond(np.sort(null_f.max(axis=1)), f.max(axis=1)))
        estimate.append((along / length).T)
        std_error.append((np.sqrt(left / df) / length).T)
        constant = white.log_det - np.log(np.abs(np.diag(triangle))).sum() - np.log(length)
        log_likelihood.append((constant - df / 2 * np.log(left)).T)
    shape = (len(RHO_GRID), len(candidates), len(values))
    weight = mixing_weights(np.array(log_likelihood).reshape(-1, len(values)))
    by_rho = weight.reshape(shape).sum(axis=1)
    return Scan(
        candidates=candidates,
        p_value=(by_rho * np.array(p_of_rho)).sum(axis=0),
        date_weight=weight.reshape(shape).sum(axis=0),
        step=Mixture(np.array(estimate).reshape(weight.shape), np.array(std_error).reshape(weight.shape), weight, df),
        rho=RHO_GRID @ by_rho,
    )


def likely_candidates(date_weight: np.ndarray, level: float = CONF_LEVEL) -> np.ndarray:
    """The smallest set of candidates that holds `level` of the weight, bool array of the shape of `date_weight`.

    >>> likely_candidates(np.array([[0.01], [0.30], [0.66], [0.03]])).ravel().tolist()
    [False, True, True, False]
    """
    order = np.argsort(-date_weight, axis=0)
    ordered = np.take_along_axis(date_weight, order, axis=0)
    kept = ordered.cumsum(axis=0) - ordered < level
    likely = np.zeros_like(kept)
    np.put_along_axis(likely, order, kept, axis=0)
    return likely


def _base(day: np.ndarray, kind: Kind) -> np.ndarray:
    constant = np.ones((len(day), 1))
    return constant if kind == "level" else np.column_stack([constant, day - day.mean()])


def _candidates(n: int) -> np.ndarray:
    edge = max(int(np.ceil(TRIM * n)), 2)
    return np.arange(edge, n - edge + 1)


def _step(day: np.ndarray, index: int, kind: Kind) -> np.ndarray:
    """What a break at `index` adds to the base: a step to 1, or a bend to 1 a day."""
    return (day >= day[index]).astype(float) if kind == "level" else np.maximum(day - day[index], 0.0)


def _without(columns: np.ndarray, basis: np.ndarray) -> np.ndarray:
    return columns - basis @ (basis.T @ columns)


def _explained(values: np.ndarray, basis: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each series: its length along each direction, and the squares left beside it; (n_series, n_candidates)."""
    residual = _without(values.T, basis).T
    along = residual @ directions
    return along, (residual**2).sum(axis=1)[:, np.newaxis] - along**2


def _share_beyond(null: np.ndarray, found: np.ndarray) -> np.ndarray:
    return (1 + len(null) - np.searchsorted(null, found)) / (1 + len(null))


@dataclass(frozen=True, eq=False)
class Break:
    """One break in a dated series. Made by `level_break` and `slope_break`."""

    kind: Kind
    unit: str
    exposures: pd.DataFrame  # local_date, value
    n_missing: int
    p_value: float  # on no break a p <= .05 is as rare as the model card says
    dates: pd.DataFrame  # local_date, weight, is_likely: candidates, the day from which the new regime holds
    estimate: float  # change of level in `unit`, or of slope in `unit` a week
    std_error: float
    interval: Interval
    rho: float
    conf_level: float

    @property
    def found(self) -> bool:
        return self.p_value <= ALARM_P

    @property
    def date(self) -> pd.Timestamp:
        """The most likely first day of the new regime."""
        return self.dates["local_date"].iloc[int(self.dates["weight"].argmax())]

    @property
    def first_date(self) -> pd.Timestamp:
        """The earliest of the likely days."""
        return self.dates.loc[self.dates["is_likely"], "local_date"].iloc[0]

    @property
    def last_date(self) -> pd.Timestamp:
        """The latest of the likely days."""
        return self.dates.loc[self.dates["is_likely"], "local_date"].iloc[-1]

    @property
    def estimate_unit(self) -> str:
        return self.unit if self.kind == "level" else f"{self.unit}/week"

    def tidy(self) -> pd.DataFrame:
        """Rows: change of level or slope, and days from the first exposure to the break."""
        start = self.exposures["local_date"].iloc[0]
        days = [(date - start).days for date in (self.date, self.first_date, self.last_date)]
        term = "change of level" if self.kind == "level" else "change of slope"
        return pd.DataFrame(
            [
                tidy_row(term, self.estimate_unit, self.estimate, self.std_error, *self.interval, self.conf_level),
                tidy_row("days to break", "d", float(days[0]), np.nan, days[1], days[2], self.conf_level),
            ]
        )

    def glance(self) -> pd.DataFrame:
        """One row: n, n_missing, p_value, found, the dates and rho."""
        return pd.DataFrame(
            {
                "n": [len(self.exposures)],
                "n_missing": [self.n_missing],
                "p_value": [self.p_value],
                "found": [self.found],
                "date": [self.date],
                "first_date": [self.first_date],
                "last_date": [self.last_date],
                "rho": [self.rho],
            }
        )

    def augment(self) -> pd.DataFrame:
        """The exposures with .fitted, least squares with a break at `date`, and .resid."""
        day = _days(self.exposures["local_date"])
        index = int(self.exposures["local_date"].searchsorted(self.date))
        design = np.column_stack([_base(day, self.kind), _step(day, index, self.kind)])
        fit = sm.OLS(self.exposures["value"].to_numpy(), design).fit()
        return self.exposures.assign(**{".fitted": fit.fittedvalues, ".resid": fit.resid})

    def sentence(self, quantity: str, *, decimals: int = 1) -> str:
        """Whether there is a break, how large and when, for the coach.

        >>> dates = pd.date_range("2026-01-05", periods=16, freq="7D")
        >>> values = [100.0, 101, 100, 99, 101, 100, 99, 100, 108, 109, 108, 107, 109, 108, 109, 108]
        >>> level_break(dates, values, unit="kg").sentence("Deadlift e1RM")
        'Deadlift e1RM: +8.2 kg from 2026-03-02 on (2026-03-02 to 2026-03-02).'
        """
        if not self.found:
            return f"{quantity}: no break in {self.kind} that its usual drift would not make (p = {self.p_value:.2f})."
        return (
            f"{quantity}: {signed_text(self.estimate, decimals)} {self.estimate_unit} from {self.date.date()} on "
            f"({self.first_date.date()} to {self.last_date.date()})."
        )


def level_break(dates: Sequence, values: Sequence[float], *, unit: str) -> Break:
    """One step in an otherwise constant level, errors that carry over allowed for.

    Parameters
    ----------
    dates, values : sequences, shape (n,)
        One value a day of one series; NaN is no value and is counted.

    Raises
    ------
    NotEnoughData
        Fewer than 12 values, or values without scatter.
    DataProblem
        Two values of one day, or one that is infinite.

    Examples
    --------
    >>> dates = pd.date_range("2026-01-05", periods=16, freq="7D")
    >>> values = [100.0, 101, 100, 99, 101, 100, 99, 100, 108, 109, 108, 107, 109, 108, 109, 108]
    >>> found = level_break(dates, values, unit="kg")
    >>> found.found, str(found.date.date())
    (True, '2026-03-02')
    """
    return _one_break(dates, values, "level", unit, per=1)


def slope_break(dates: Sequence, values: Sequence[float], *, unit: str) -> Break:
    """One bend in an otherwise straight line, errors that carry over allowed for; arguments as of `level_break`.

    The change of slope is in `unit` a week.
    """
    return _one_break(dates, values, "slope", unit, per=7)


def _one_break(dates: Sequence, values: Sequence[float], kind: Kind, unit: str, per: float) -> Break:
    frame = pd.DataFrame({"local_date": pd.to_datetime(np.asarray(dates)), "value": np.asarray(values, dtype=float)})
    exposures = frame.dropna(subset=["value"]).sort_values("local_date", ignore_index=True)
    n = len(exposures)
    if n < LEAST_EXPOSURES:
        raise NotEnoughData(f"A break needs {LEAST_EXPOSURES} days or more; got {n}. Add {LEAST_EXPOSURES - n} more.")
    check_possible(exposures["value"], "value")
    check_varied(exposures["value"], "value")
    day = _days(exposures["local_date"])
    tried = scan(day, exposures["value"].to_numpy()[np.newaxis], kind)
    low, high = (float(tried.step.quantile(tail)[0]) for tail in ((1 - CONF_LEVEL) / 2, (1 + CONF_LEVEL) / 2))
    return Break(
        kind=kind,
        unit=unit,
        exposures=exposures,
        n_missing=len(frame) - n,
        p_value=float(tried.p_value[0]),
        dates=pd.DataFrame(
            {
                "local_date": exposures["local_date"].iloc[tried.candidates].to_numpy(),
                "weight": tried.date_weight[:, 0],
                "is_likely": likely_candidates(tried.date_weight)[:, 0],
            }
        ),
        estimate=per * float(tried.step.mean[0]),
        std_error=per * float(tried.step.spread[0]),
        interval=Interval(per * low, per * high),
        rho=float(tried.rho[0]),
        conf_level=CONF_LEVEL,
    )


def _days(dates: pd.Series) -> np.ndarray:
    return ((dates - dates.iloc[0]) / pd.Timedelta(days=1)).to_numpy()
