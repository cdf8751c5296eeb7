"""Growth over athletes: a level and a slope for each, held together by what the squad has in common.

Model card
----------
Question: how fast does a typical athlete of the squad change, and how far do athletes differ in that?
Data: one value a row of one measure, 6 athletes or more with values at 2 times or more.
Model: y = (b + b_i) [1, t] + e with b_i ~ N(0, G), by REML. The errors e are AR(1) within an athlete, rho per median
gap the most likely about athletes' own lines; `independent=True` sets it to 0.
Estimator: statsmodels MixedLM on whitened rows, time centred and scaled, by several optimisers, of which the best
likelihood counts.
`settled` says whether a second optimiser came as far; one that stops early may report that it converged (on raw days,
lbfgs stopped 3 to 31 below the best likelihood in 10 of 12 made-up squads and said in 9 that it had converged).
Intervals: t with athletes - 1 degrees of freedom, in the unit of the values; those of athletes' levels and slopes
(BLUP) carry the uncertainty of the squad's line as well.
Refuses: fewer than 6 athletes with values at 2 times, no values beyond what the lines take, a value that is not finite,
two values of one athlete at one time.

Measured coverage of the 95 % intervals in percent, 2,000 athletes a cell in squads of n with 10 weekly values each, SD
of slopes 0.5 a week, SD of errors 2 (`tests/simulations`; the last two columns are shares of 334, 167 and 84 squads):

|        n | rho | athlete's slope | athlete's level | squad's slope | settled |
|---------:|----:|----------------:|----------------:|--------------:|--------:|
|        6 |   0 |            93.3 |            98.3 |          94.6 |    83.8 |
|        6 |  .3 |            91.7 |            97.5 |          96.1 |    79.6 |
|        6 |  .6 |            89.8 |            94.3 |          97.0 |    76.3 |
|       12 |   0 |            95.2 |            97.8 |          95.8 |    97.0 |
|       12 |  .3 |            93.8 |            96.2 |          95.8 |    97.6 |
|       12 |  .6 |            91.1 |            94.3 |          94.0 |    93.4 |
|       24 |   0 |            96.0 |            97.2 |          94.0 |    98.8 |
|       24 |  .3 |            94.1 |            96.0 |          95.2 |    98.8 |
|       24 |  .6 |            89.1 |            94.6 |          91.7 |    92.9 |

`coverage_pct` is that of an athlete's slope at the estimated rho, and `remark` says it where it is 3 points short.
With errors taken for independent, athletes' intervals cover 73 to 81 % at rho = .6 (6 athletes): hence the AR(1).

Limits: a singular fit (no differences in slope, or level and slope wholly tied) is reported, not hidden; its intervals
take the missing variance for exactly 0. An athlete with few values is drawn towards the squad.

References
----------
Laird & Ware 1982, Biometrics 38(4):963-974; Henderson 1975, Biometrics 31(2):423-447 (prediction errors);
Bates et al. 2015, J Stat Softw 67(1):1-48 (singular fits).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.units import signed_text
from analysis.models.coverage import Coverage, lowest_coverage
from analysis.models.estimators.autocorrelated import whitener
from analysis.models.estimators.mixed_lines import SettledByTwo
from analysis.models.plausible import check_complete, check_possible, check_varied
from analysis.models.result import Result, glance_row, t_interval, tidy_table, with_fitted

Method = Literal["reml", "ml"]

OPTIMISERS = ("lbfgs", "bfgs", "powell")
RHO_STEPS = np.linspace(0, 0.9, 19)
# measured coverage of the 95 % interval of an athlete's slope, from the table above: by athletes, at `SLOPE_RHOS`
SLOPE_COVERAGE_PCT = {6: (93.3, 91.7, 89.8), 12: (95.2, 93.8, 91.1), 24: (96.0, 94.1, 89.1)}
SLOPE_RHOS = (0.0, 0.3, 0.6)
SINGULAR_SHARE = 1e-4  # smallest to largest eigenvalue of G in units of the residual SD
LEAST_ATHLETES = 6
CONF_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Growth(SettledByTwo, Result):
    """The squad's line and each athlete's. Made by `growth`."""

    unit: str
    time_unit: str
    origin: float  # time at which levels are told
    method: Method
    level: float  # of the squad at `origin`
    level_se: float
    slope: float  # of the squad, per unit of time
    slope_se: float
    level_sd: float  # between athletes, at `origin`
    slope_sd: float  # between athletes
    correlation: float  # of level and slope; NaN where one of the SDs is 0
    residual_sd: float
    rho: float  # of errors one median gap apart, within an athlete
    log_likelihood: float
    optimisers: pd.DataFrame  # optimiser, log_likelihood, says_converged
    is_singular: bool
    athletes: pd.DataFrame  # athlete_id, n, level, level_se, level_low, level_high, slope, slope_se, ... one row each
    data: pd.DataFrame  # athlete_id, time, value
    n_missing: int
    conf_level: float

    @property
    def remark(self) -> str:
        """What a reader must know of this fit; empty where nothing."""
        parts = []
        if not self.settled:
            parts.append(
                "Only one optimiser found this optimum: do not rely on it; use more athletes or a longer time."
            )
        if self.is_singular:
            parts.append("The data do not show that athletes differ in both level and slope (singular fit).")
        return " ".join(filter(None, [*parts, self.promise.remark]))

    @property
    def promise(self) -> Coverage:
        """How often the interval of an athlete's slope was measured to hold, with so many athletes and such a rho.

        Rho is estimated: the lowest figure up to the next rho that was measured.
        """
        upto = int(np.searchsorted(SLOPE_RHOS, min(self.rho, SLOPE_RHOS[-1]))) + 1
        by_size = {n: min(of_rhos[:upto]) for n, of_rhos in SLOPE_COVERAGE_PCT.items()}
        measured_pct = lowest_coverage(by_size, len(self.athletes))
        when = f"where values carry over by {self.rho:.1f}" if self.rho > 0 else ""
        return Coverage("an athlete's slope", measured_pct, self.conf_level, when)

    def predict(self, time: Sequence[float], athlete_id: str | None = None) -> np.ndarray:
        """The line of an athlete, or of the squad, at `time`.

        Raises
        ------
        DataProblem
            For an athlete who was not fitted.
        """
        since = np.asarray(time, dtype=float) - self.origin
        if athlete_id is None:
            return self.level + self.slope * since
        own = self.athletes[self.athletes["athlete_id"] == athlete_id]
        if own.empty:
            raise DataProblem(f"Athlete {athlete_id!r} is not in this fit. Fit again with this athlete's values.")
        return own["level"].item() + own["slope"].item() * since

    def tidy(self) -> pd.DataFrame:
        """Rows: level and slope of the squad (t intervals), SDs between athletes, correlation, residual SD."""
        per_time = f"{self.unit}/{self.time_unit}"
        rows = [
            ("level", self.unit, self.level, self.level_se),
            ("slope", per_time, self.slope, self.slope_se),
            ("SD of levels", self.unit, self.level_sd),
            ("SD of slopes", per_time, self.slope_sd),
            ("correlation", "", self.correlation),
            ("residual SD", self.unit, self.residual_sd),
        ]
        known = [row for row in rows if np.isfinite(row[2])]  # without both SDs there is no correlation
        return tidy_table(known, self.conf_level, df=len(self.athletes) - 1)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_athletes, n_missing, method, log_likelihood, rho, settled, is_singular, coverage, remark."""
        told = ("n_missing", "method", "log_likelihood", "rho", "settled", "is_singular", "remark")
        sizes = {"n": len(self.data), "n_athletes": len(self.athletes)}
        return glance_row(self, *told, **sizes, coverage_pct=self.promise.measured_pct)

    def augment(self) -> pd.DataFrame:
        """The data with .fitted, each athlete's own line, and .resid."""
        own = self.athletes.set_index("athlete_id").loc[self.data["athlete_id"], ["level", "slope"]].to_numpy()
        fitted = own[:, 0] + own[:, 1] * (self.data["time"].to_numpy() - self.origin)
        return with_fitted(self.data, "value", fitted)

    def sentence(self, quantity: str, *, decimals: int = 2) -> str:
        """The squad's growth in words, for coach and scientist.

        >>> rng = np.random.default_rng(5)
        >>> who, week = np.repeat([f"a{i}" for i in range(8)], 6), np.tile(np.arange(6.0), 8)
        >>> own = np.repeat(rng.normal([[100.0, 1.0]], [[10.0, 0.5]], (8, 2)), 6, axis=0)
        >>> value = own[:, 0] + own[:, 1] * week + rng.normal(0, 1, 48)
        >>> growth(who, week, value, unit="kg", time_unit="week").sentence("Deadlift e1RM")
        'Deadlift e1RM: +0.89 kg a week for a typical athlete (95 % interval +0.28 to +1.49); SD between athletes 0.70.'
        """
        low, high = (self.tidy().set_index("term").loc["slope", ["conf_low", "conf_high"]]).astype(float)
        text = (
            f"{quantity}: {signed_text(self.slope, decimals)} {self.unit} a {self.time_unit} for a typical athlete "
            f"({self.conf_level * 100:.0f} % interval {signed_text(low, decimals)} to {signed_text(high, decimals)}); "
            f"SD between athletes {self.slope_sd:.{decimals}f}."
        )
        return f"{text} {self.remark}".strip()


def growth(
    athlete_ids: Sequence[str],
    time: Sequence[float],
    values: Sequence[float],
    *,
    unit: str,
    time_unit: str = "week",
    origin: float | None = None,
    method: Method = "reml",
    independent: bool = False,
) -> Growth:
    """Level and slope of a squad and of each athlete in it, by a mixed model.

    Parameters
    ----------
    athlete_ids : sequence of str, shape (n,)
    time : sequence of float, shape (n,)
        In `time_unit`, from any origin.
    values : sequence of float, shape (n,)
        In `unit`, of one measure and device. NaN is no value and is counted.
    origin : float, optional
        Time at which levels are told; the mean time if not given. The fit itself is always on centred time.
    method : "reml" or "ml"
    independent : bool
        Whether errors of one athlete are taken for independent instead of AR(1).

    Returns
    -------
    Growth
        `settled` and `is_singular` must be looked at; `remark` says them in words.

    Raises
    ------
    NotEnoughData
        Fewer than 6 athletes with values at 2 times, or as many random effects as values.
    DataProblem
        A value or a time that is not finite; two values of one athlete at one time.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> who, week = np.repeat([f"a{i}" for i in range(8)], 6), np.tile(np.arange(6.0), 8)
    >>> own = np.repeat(rng.normal([[100.0, 1.0]], [[10.0, 0.5]], (8, 2)), 6, axis=0)
    >>> result = growth(who, week, own[:, 0] + own[:, 1] * week + rng.normal(0, 1, 48), unit="kg")
    >>> result.settled, round(result.slope, 2)
    (True, 0.89)
    """
    data, n_missing = _known(athlete_ids, time, values)
    _check_enough(data)
    scale = _Scale.of(data)
    white = _White.of(data, scale, 0.0 if independent else _rho_within(data, scale))
    tried = _fits(white, method)
    best = max(tried.values(), key=lambda fit: fit.llf)
    shift = scale.log_likelihood_shift(len(data), method) + white.log_det
    between, residual_variance = np.asarray(best.cov_re), float(best.scale)
    origin = scale.centre if origin is None else float(origin)
    turn = scale.turn(origin)
    own = _mixed_equations(white, between, residual_variance)
    squad, squad_cov = turn @ own.fixed, turn @ own.fixed_covariance @ turn.T
    between_told = turn @ between @ turn.T
    level_sd, slope_sd = np.sqrt(np.maximum(np.diag(between_told), 0))
    return Growth(
        unit=unit,
        time_unit=time_unit,
        origin=origin,
        method=method,
        level=float(squad[0] + scale.mean_value),
        level_se=float(squad_cov[0, 0] ** 0.5),
        slope=float(squad[1]),
        slope_se=float(squad_cov[1, 1] ** 0.5),
        level_sd=float(level_sd),
        slope_sd=float(slope_sd),
        correlation=float(between_told[0, 1] / (level_sd * slope_sd)) if level_sd * slope_sd > 0 else np.nan,
        residual_sd=float(residual_variance**0.5 * scale.value_sd),
        rho=white.rho,
        log_likelihood=float(best.llf + shift),
        optimisers=pd.DataFrame(
            {
                "optimiser": list(tried),
                "log_likelihood": [fit.llf + shift for fit in tried.values()],
                "says_converged": [bool(fit.converged) for fit in tried.values()],
            }
        ),
        is_singular=_is_singular(between / residual_variance),
        athletes=_athletes(own, turn, scale, data),
        data=data,
        n_missing=n_missing,
        conf_level=CONF_LEVEL,
    )


def _known(athlete_ids: Sequence[str], time: Sequence[float], values: Sequence[float]) -> tuple[pd.DataFrame, int]:
    """Rows with a value, and how many had none."""
    frame = pd.DataFrame(
        {
            "athlete_id": np.asarray(athlete_ids),
            "time": np.asarray(time, dtype=float),
            "value": np.asarray(values, dtype=float),
        }
    )
    known = frame.dropna(subset=["value"]).sort_values(["athlete_id", "time"], ignore_index=True)
    check_complete(known["time"], "time")
    check_possible(known["value"], "value")
    return known, len(frame) - len(known)


def _check_enough(data: pd.DataFrame) -> None:
    n_times = data.groupby("athlete_id")["time"].nunique()
    n_growing = int((n_times >= 2).sum())
    if n_growing < LEAST_ATHLETES:
        raise NotEnoughData(
            f"Growth over athletes needs {LEAST_ATHLETES} athletes with values at 2 times or more; got {n_growing}. "
            "Add athletes or widen the date range."
        )
    if len(data) <= 2 * len(n_times):
        raise NotEnoughData(
            f"{len(data)} values of {len(n_times)} athletes leave no error to be seen. Add values at a third time."
        )


@dataclass(frozen=True)
class _Scale:
    """Time centred and both axes scaled, so that no optimiser meets numbers of different size."""

    centre: float
    time_sd: float
    mean_value: float
    value_sd: float

    @classmethod
    def of(cls, data: pd.DataFrame) -> "_Scale":
        time, value = data["time"], data["value"]
        check_varied(value, "value")
        return cls(float(time.mean()), float(time.std()), float(value.mean()), float(value.std()))

    def design(self, data: pd.DataFrame) -> np.ndarray:
        return np.column_stack([np.ones(len(data)), (data["time"] - self.centre) / self.time_sd])

    def value(self, data: pd.DataFrame) -> np.ndarray:
        return ((data["value"] - self.mean_value) / self.value_sd).to_numpy(copy=True)

    def turn(self, origin: float) -> np.ndarray:
        """Matrix from scaled coefficients to level at `origin` (less the mean value) and slope."""
        return self.value_sd * np.array([[1, (origin - self.centre) / self.time_sd], [0, 1 / self.time_sd]])

    def log_likelihood_shift(self, n: int, method: Method) -> float:
        """What makes a scaled log likelihood that of the values as measured, time from any origin."""
        if method == "ml":
            return -n * np.log(self.value_sd)
        return -(n - 2) * np.log(self.value_sd) - np.log(self.time_sd)


@dataclass(frozen=True)
class _White:
    """Rows of the squad, scaled, and whitened within each athlete."""

    rho: float
    value: np.ndarray  # (n,)
    design: np.ndarray  # (n, 2)
    athlete_ids: pd.Series
    log_det: float

    @classmethod
    def of(cls, data: pd.DataFrame, scale: _Scale, rho: float) -> "_White":
        value, design = scale.value(data), scale.design(data)
        step = data.groupby("athlete_id")["time"].diff().median()
        log_det = 0.0
        for rows in data.groupby("athlete_id", sort=False).indices.values() if rho > 0 else ():
            if len(rows) > 1:
                white = whitener(data["time"].to_numpy()[rows], rho, step=step)
                value[rows], design[rows] = white.matrix @ value[rows], white.matrix @ design[rows]
                log_det += white.log_det
        return cls(rho, value, design, data["athlete_id"], log_det)


def _rho_within(data: pd.DataFrame, scale: _Scale) -> float:
    """The most likely rho of `RHO_STEPS` about athletes' own lines, by the restricted likelihood of them all.

    Athletes with fewer than 3 values tell nothing about it; without any other, rho is taken for 0.
    """
    log_likelihood = []
    n_values = data.groupby("athlete_id")["time"].transform("size").to_numpy()
    told = data[n_values >= 3].reset_index(drop=True)
    if told.empty:
        return 0.0
    for rho in RHO_STEPS:
        white = _White.of(told, scale, float(rho))
        squares, df, constant = 0.0, 0, white.log_det
        for rows in told.groupby("athlete_id", sort=False).indices.values():
            basis, triangle = np.linalg.qr(white.design[rows])
            residual = white.value[rows] - basis @ (basis.T @ white.value[rows])
            squares, df = squares + residual @ residual, df + len(rows) - 2
            constant -= np.log(np.abs(np.diag(triangle))).sum()
        log_likelihood.append(constant - df / 2 * np.log(squares))
    return float(RHO_STEPS[int(np.argmax(log_likelihood))])


def _fits(white: _White, method: Method) -> dict:
    """The fit of each optimiser; one that ends in a singular matrix is left out, and then agrees with no other."""
    model = sm.MixedLM(white.value, white.design, groups=white.athlete_ids.to_numpy(), exog_re=white.design)
    fits = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # boundary and convergence are judged by comparing likelihoods
        for optimiser in OPTIMISERS:
            try:
                fit = model.fit(reml=method == "reml", method=[optimiser])
            except np.linalg.LinAlgError:
                continue
            if np.isfinite(fit.llf):
                fits[optimiser] = fit
    if not fits:
        raise NotEnoughData("No optimiser found a likelihood for these values. Add athletes or values.")
    return fits


def _is_singular(relative: np.ndarray) -> bool:
    """Whether random effects, in units of the residual SD, vary in fewer than two directions."""
    smallest, largest = np.linalg.eigvalsh(relative)
    return bool(largest <= 0 or smallest / largest < SINGULAR_SHARE)


@dataclass(frozen=True)
class _Solved:
    """Henderson's equations solved at known variances, on the scaled axes."""

    fixed: np.ndarray  # (2,)
    fixed_covariance: np.ndarray  # (2, 2)
    coefficients: dict[str, np.ndarray]  # athlete -> squad plus own, (2,)
    covariances: dict[str, np.ndarray]  # of their prediction error, (2, 2)


def _mixed_equations(white: _White, between: np.ndarray, residual_variance: float) -> _Solved:
    """Squad and athletes' coefficients with the covariance of their errors; G may be singular (b = root u)."""
    eigenvalues, vectors = np.linalg.eigh(between)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    codes, names = pd.factorize(white.athlete_ids)
    own = np.zeros((len(white.value), 2 * len(names)))
    spread = white.design @ root
    rows = np.arange(len(white.value))
    own[rows, 2 * codes], own[rows, 2 * codes + 1] = spread[:, 0], spread[:, 1]
    whole = np.hstack([white.design, own])
    penalty = np.diag(np.append([0.0, 0.0], np.full(own.shape[1], residual_variance)))
    inverse = np.linalg.inv(whole.T @ whole + penalty)
    solution, covariance = inverse @ whole.T @ white.value, inverse * residual_variance
    coefficients, covariances = {}, {}
    for number, name in enumerate(names):
        picks = np.zeros((2, len(solution)))
        picks[:, :2] = np.eye(2)
        picks[:, 2 + 2 * number : 4 + 2 * number] = root
        coefficients[name], covariances[name] = picks @ solution, picks @ covariance @ picks.T
    return _Solved(solution[:2], covariance[:2, :2], coefficients, covariances)


def _athletes(own: _Solved, turn: np.ndarray, scale: _Scale, data: pd.DataFrame) -> pd.DataFrame:
    df = len(own.coefficients) - 1
    counts = data["athlete_id"].value_counts()
    rows = []
    for name, coefficients in own.coefficients.items():
        level, slope = turn @ coefficients + [scale.mean_value, 0.0]
        level_se, slope_se = np.sqrt(np.diag(turn @ own.covariances[name] @ turn.T))
        in_level, in_slope = (
            t_interval(value, se, df, CONF_LEVEL) for value, se in ((level, level_se), (slope, slope_se))
        )
        rows.append(
            {
                "athlete_id": name,
                "n": int(counts[name]),
                "level": level,
                "level_se": level_se,
                "level_low": in_level.low,
                "level_high": in_level.high,
                "slope": slope,
                "slope_se": slope_se,
                "slope_low": in_slope.low,
                "slope_high": in_slope.high,
            }
        )
    return pd.DataFrame(rows)
