"""Load-velocity profile: how fast the bar moves at a load, and the 1RM that this suggests.

Model card
----------
Question: how fast does the athlete move a load, and which 1RM does that suggest?
Data: loads (kg) with one velocity (m/s) of one exercise, side, device and metric, best the fastest repetition of each
set; 3 pairs at 2 loads or more. Pairs with a missing value are counted and left out.
Formula: velocity = v0 + slope * load; e1RM = (MVT - v0) / slope in kg, MVT the velocity of a 1RM.
Estimator: least squares, weighted where weights are given.
Interval: t with n - 2 degrees of freedom for the parameters and the line; Fieller's for e1RM with the uncertainty of
MVT in it, unbounded where the slope is not told from 0. What is stated of the MVT was not estimated from these sets and
has no t: the degrees of freedom are n - 2 over share^0.6, with the line's share of the variance at the MVT.
Measured coverage of the 95 % interval of e1RM in percent, 2,000 sessions a cell (`tests/simulations`), loads from 60 to
120 kg, independent errors of .02 m/s, the velocity of the day's 1RM about MVT with its SD (m/s); of 3 loads 19, 16, 11
and 5 % are unbounded, which counts as covering:

| loads | MVT exact | SD .01 | .02 | .04 |
|------:|----------:|-------:|----:|----:|
|     3 |      95.6 |   92.8 | 94.6 | 97.5 |
|     4 |      94.8 |   96.2 | 96.0 | 97.2 |
|     6 |      94.3 |   95.5 | 96.2 | 97.2 |
|    12 |      94.5 |   95.7 | 96.2 | 95.2 |

Bend: a term in load squared beside the line, F with a level for each session, asked where it leaves 2 degrees of
freedom and said below p = .04. How often it is said in percent, 2,000 sessions a cell as above, of lines that are
straight or lie so far (m/s) above their chord in its middle; 4 loads cannot be asked. With .02 the line's 1RM is 10 kg
(7 %) too high, with .04 17 kg:

| sets | straight | .02 | .04 | .06 |
|-----:|---------:|----:|----:|----:|
|    5 |      4.0 | 7.6 | 16.8 | 29.2 |
|    6 |      3.5 | 8.6 | 23.1 | 44.1 |
|    8 |      4.2 | 10.9 | 37.3 | 68.5 |
|   12 |      3.6 | 16.1 | 51.9 | 87.7 |

Refuses: fewer than 3 pairs, a single load, velocity that does not fall with load, a negative velocity, several devices,
sides or exercises at once.
Criticism: the deadlift's velocity at 1RM varies between athletes with a CV of 15.7 % (Ruf 2018), so that e1RM is
secondary and speed at a fixed load the headline. Repetitions of one day share that day's error: the interval is about
these sets' line, not about next week's (`models.strength.load_velocity_mixed` tells days apart).

References
----------
Gonzalez-Badillo & Sanchez-Medina 2010, Int J Sports Med 31:347-352; Ruf et al. 2018, J Strength Cond Res 32(3):681-689;
Fieller 1954, J R Stat Soc B 16:175-185.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.special import stdtr

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import VELOCITY_METRICS, VelocityMetric, speeds_of_lift
from analysis.models.plausible import check_possible
from analysis.models.result import Interval, Result, glance_row, t_quantile, tidy_table, with_fitted

MIN_OBSERVATIONS = 3
SHARE_POWER = 0.6  # see `t_beside_stated`
CURVED_BELOW = 0.04  # p from which a bend is said: false alarms stay at 5 % or below
LEAST_CURVATURE_DF = 2
EXACT_M_S = 1e-9  # what is smaller is rounding of the computer


@dataclass(frozen=True)
class Curvature:
    """Whether velocity bends with load: the test of a term in load squared beside the line."""

    bend: float  # of the term, in m/s per SD of load squared: above 0 velocity falls less and less
    p_value: float  # NaN with too few sets or loads to ask


@dataclass(frozen=True, eq=False, kw_only=True)
class VelocityLine:
    """What every profile answers, of one session or over several; a frozen dataclass inherits it."""

    metric: VelocityMetric
    v0_m_s: float
    slope_m_s_per_kg: float
    covariance: np.ndarray  # 2 x 2, of the errors of v0 and slope
    df: int  # of the line
    mvt_m_s: float
    mvt_sd_m_s: float
    conf_level: float
    curvature: "Curvature"
    # load_kg, velocity_m_s: what was fitted; with weight, or over several sessions with session_id and left_out_m_s
    # (predicted without its session)
    observations: pd.DataFrame
    n_missing: int  # sets left out because load or velocity is missing

    @property
    def e1rm_kg(self) -> float:
        """Load at which the line reaches the MVT."""
        return (self.mvt_m_s - self.v0_m_s) / self.slope_m_s_per_kg

    @property
    def e1rm_se_kg(self) -> float:
        """By the delta method, with the uncertainty of MVT."""
        variance = self._variance_at_mvt + self.mvt_sd_m_s**2
        return float(np.sqrt(variance) / abs(self.slope_m_s_per_kg))

    @property
    def e1rm_low_kg(self) -> float:
        return self._e1rm_interval_kg.low

    @property
    def e1rm_high_kg(self) -> float:
        return self._e1rm_interval_kg.high

    @property
    def e1rm_bounded(self) -> bool:
        """Whether the data bound the e1RM at all at this confidence level."""
        return bool(np.isfinite(self._e1rm_interval_kg).all())

    @property
    def is_curved(self) -> bool:
        """Whether velocity bends with load beyond error; False where these sets cannot tell."""
        return self.curvature.p_value < CURVED_BELOW

    @property
    def remark(self) -> str:
        """What a reader must know of the line and what follows from it; empty where nothing."""
        return self.bend_remark

    @property
    def bend_remark(self) -> str:
        """What a bend does to a 1RM read off the line; empty where none is seen."""
        if not self.is_curved:
            return ""
        way, off = ("up", "low") if self.curvature.bend > 0 else ("down", "high")
        return (
            f"Speed bends {way} against load (p = {self.curvature.p_value:.2g}) and the line does not: a 1RM beyond "
            f"the heaviest set comes out too {off}. Measure a set close to the 1RM."
        )

    @property
    def _line(self) -> np.ndarray:
        return np.array([self.v0_m_s, self.slope_m_s_per_kg])

    @property
    def _t(self) -> float:
        return t_quantile(self.df, self.conf_level)

    @property
    def _e1rm_interval_kg(self) -> Interval:
        """Fieller's; -inf and inf where the data do not bound it."""
        return self._load_at_mvt(self._line, self._error, self._df_at_mvt)

    @property
    def _error(self) -> np.ndarray:
        """Covariance of the errors of v0 and slope, all that is known of them."""
        return self.covariance

    @property
    def _variance_at_mvt(self) -> float:
        """Of the line where it reaches the MVT, in (m/s)^2."""
        at_mvt = np.array([1.0, self.e1rm_kg])
        return float(at_mvt @ self._error @ at_mvt)

    @property
    def _df_at_mvt(self) -> float:
        """Degrees of freedom with which the line is known where it reaches the MVT."""
        return self.df

    def _load_at_mvt(self, line: np.ndarray, covariance: np.ndarray, df: float) -> Interval:
        """Fieller's interval of the load at which a line, known with so many degrees of freedom, reaches the MVT."""
        height, slope = line[0] - self.mvt_m_s, line[1]
        at_mvt = np.array([1.0, -height / slope])
        t = t_beside_stated(at_mvt @ covariance @ at_mvt, df, self.mvt_sd_m_s**2, self.conf_level)
        return fieller(height, slope, covariance, self.mvt_sd_m_s**2, t)

    def _rows(self) -> list[tuple]:
        """v0, slope and e1RM, as `tidy` tells them."""
        e1rm = ("e1RM", "kg", self.e1rm_kg, self.e1rm_se_kg, *self._e1rm_interval_kg)
        return [*line_rows(self._line, self._error), e1rm]

    def _band(
        self, load_kg, line: np.ndarray, covariance: np.ndarray, t: float, unknown_variance: float
    ) -> pd.DataFrame:
        """A line at loads: interval of the line, and of one new value whose own error has that variance, in m/s."""
        load = np.atleast_1d(np.asarray(load_kg, dtype=float))
        design = np.column_stack([np.ones_like(load), load])
        velocity, variance = design @ line, np.einsum("ij,jk,ik->i", design, covariance, design)
        mean_half, new_half = t * np.sqrt(variance), t * np.sqrt(variance + unknown_variance)
        return pd.DataFrame(
            {
                "load_kg": load,
                "velocity_m_s": velocity,
                "std_error_m_s": np.sqrt(variance),
                "conf_low_m_s": velocity - mean_half,
                "conf_high_m_s": velocity + mean_half,
                "pred_low_m_s": velocity - new_half,
                "pred_high_m_s": velocity + new_half,
            }
        )


@dataclass(frozen=True, eq=False)
class LoadVelocityProfile(VelocityLine, Result):
    """A fitted line velocity = v0 + slope * load, and what follows from it. Made by `load_velocity_profile`."""

    residual_sd_m_s: float
    r_squared: float

    @property
    def l0_kg(self) -> float:
        """Load at which the line reaches velocity 0."""
        return -self.v0_m_s / self.slope_m_s_per_kg

    def predict(self, load_kg) -> pd.DataFrame:
        """The line at `load_kg`: velocity, interval of the mean (conf_) and of one new repetition (pred_), in m/s."""
        return self._band(load_kg, self._line, self.covariance, self._t, self.residual_sd_m_s**2)

    def tidy(self) -> pd.DataFrame:
        """v0, slope and e1RM; the interval of e1RM is Fieller's and may be unbounded (-inf, inf)."""
        return tidy_table(self._rows(), self.conf_level, df=self.df)

    def glance(self) -> pd.DataFrame:
        """One row: n, n_missing, df, residual_sd_m_s, r_squared, metric, MVT, l0_kg, e1rm_bounded, curvature."""
        return glance_row(
            n=len(self.observations),
            n_missing=self.n_missing,
            df=self.df,
            residual_sd_m_s=self.residual_sd_m_s,
            r_squared=self.r_squared,
            metric=self.metric,
            mvt_m_s=self.mvt_m_s,
            mvt_sd_m_s=self.mvt_sd_m_s,
            l0_kg=self.l0_kg,
            e1rm_bounded=self.e1rm_bounded,
            curvature_p=self.curvature.p_value,
            is_curved=self.is_curved,
        )

    def augment(self) -> pd.DataFrame:
        """The observations with .fitted and .resid, in m/s."""
        fitted = self.v0_m_s + self.slope_m_s_per_kg * self.observations["load_kg"]
        return with_fitted(self.observations, "velocity_m_s", fitted)


def load_velocity_profile(
    load_kg,
    velocity_m_s,
    *,
    metric: VelocityMetric = "mean_velocity_m_s",
    mvt_m_s: float,
    mvt_sd_m_s: float = 0.0,
    weights=None,
    conf_level: float = 0.95,
) -> LoadVelocityProfile:
    """How fast does the athlete move a load, and which 1RM does that suggest?

    Parameters
    ----------
    load_kg, velocity_m_s : array-like of float, shape (n,)
        One pair an observation, best the fastest repetition of a set, all from one device. Pairs with a missing value
        are left out and counted in `n_missing`.
    metric : which velocity it is; stated so that mean, mean propulsive and peak velocity are never mixed.
    mvt_m_s, mvt_sd_m_s : minimal velocity threshold and the SD of its uncertainty.
    weights : array-like of float above 0, shape (n,), optional. The prediction band is that of an average weight.

    Raises
    ------
    NotEnoughData : fewer than 3 pairs, or a single load.
    DataProblem : velocity does not fall with load or is negative, or a weight is not above 0.

    Examples
    --------
    >>> profile = load_velocity_profile([60, 100, 140], [1.00, 0.71, 0.40], mvt_m_s=0.15)
    >>> round(profile.e1rm_kg, 1), profile.predict(100)["velocity_m_s"].round(3).tolist()
    (173.8, [0.703])
    """
    pairs = pd.DataFrame(
        {
            "load_kg": np.asarray(load_kg, dtype=float),
            "velocity_m_s": np.asarray(velocity_m_s, dtype=float),
            "weight": 1.0 if weights is None else np.asarray(weights, dtype=float),
        }
    )
    known = pairs.dropna(subset=["load_kg", "velocity_m_s"]).reset_index(drop=True)
    _check_observations(known)
    # scaled to a mean of 1, the residual SD is that of an observation of average weight
    weight = known["weight"].to_numpy()
    design = sm.add_constant(known["load_kg"].to_numpy())
    fit = sm.WLS(known["velocity_m_s"].to_numpy(), design, weights=weight / weight.mean()).fit()
    v0, slope = fit.params
    if slope >= 0:
        raise DataProblem(
            f"Velocity does not fall with load (slope {slope:+.4f} m/s per kg). "
            "Check the loads, or use lighter and heavier sets of one day."
        )
    return LoadVelocityProfile(
        metric=metric,
        v0_m_s=float(v0),
        slope_m_s_per_kg=float(slope),
        covariance=fit.cov_params(),
        df=len(known) - 2,
        residual_sd_m_s=float(np.sqrt(fit.scale)),
        r_squared=float(fit.rsquared),
        mvt_m_s=mvt_m_s,
        mvt_sd_m_s=mvt_sd_m_s,
        conf_level=conf_level,
        curvature=curvature_of(known["load_kg"], known["velocity_m_s"], weight=known["weight"]),
        observations=known,
        n_missing=len(pairs) - len(known),
    )


def profile_of_bar_speeds(
    bar_speeds: pd.DataFrame,
    *,
    metric: VelocityMetric = "mean_velocity_m_s",
    mvt_m_s: float,
    mvt_sd_m_s: float = 0.0,
    conf_level: float = 0.95,
) -> LoadVelocityProfile:
    """The profile of one exercise on one device, from the fastest repetition of each set.

    Parameters
    ----------
    bar_speeds : as `metrics.strength.bar_speeds` returns it, filtered to what shall be fitted. The other arguments,
        the result and the refusals are those of `load_velocity_profile`.

    Raises
    ------
    DataProblem : several exercises, sides or devices, or a metric of another name.

    Examples
    --------
    >>> reps = pd.DataFrame({"session_id": "s", "set_no": [1, 2, 3], "exercise": "deadlift", "side": "B",
    ...     "device": "encoder", "load_kg": [60.0, 100.0, 140.0], "mean_velocity_m_s": [1.00, 0.71, 0.40]})
    >>> round(profile_of_bar_speeds(reps, mvt_m_s=0.15).e1rm_kg, 1)
    173.8
    """
    check_one_kind(bar_speeds, metric)
    sets = bar_speeds.groupby(["session_id", "set_no"])[["load_kg", metric]].agg({"load_kg": "first", metric: "max"})
    return load_velocity_profile(
        sets["load_kg"],
        sets[metric],
        metric=metric,
        mvt_m_s=mvt_m_s,
        mvt_sd_m_s=mvt_sd_m_s,
        conf_level=conf_level,
    )


def profile_of_lift(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    lift: Lift,
    until: pd.Timestamp,
    *,
    days: int = 42,
    side: str = "B",
    conf_level: float = 0.95,
) -> LoadVelocityProfile:
    """The profile of a key lift from the sets of the last `days` days, measured by the newest device of these days.

    Parameters
    ----------
    sets, reps : as `metrics.strength.bar_speeds` takes them.
    lift : names exercise, metric, and MVT with its SD.
    until : last day that counts.
    side : L, R or B; sides are different profiles.

    Raises
    ------
    NotEnoughData : no bar speed of the lift in these days, or too few loads, as `load_velocity_profile`.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05")
    >>> sets = pd.DataFrame({"session_id": "s", "set_no": [1, 2, 3], "local_date": day, "exercise": "deadlift",
    ...     "side": "B", "set_kind": "work", "load_kg": [60.0, 100.0, 140.0]})
    >>> reps = pd.DataFrame({"session_id": "s", "set_no": [1, 2, 3], "rep_no": 1, "device": "encoder",
    ...     "mean_velocity_m_s": [1.00, 0.71, 0.40]})
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100, mvt_m_s=0.15)
    >>> round(profile_of_lift(sets, reps, lift, day).e1rm_kg, 1)
    173.8
    """
    return profile_of_bar_speeds(
        speeds_of_lift(sets, reps, lift, until, days=days, side=side),
        metric=lift.metric,
        mvt_m_s=lift.mvt_m_s,
        mvt_sd_m_s=lift.mvt_sd_m_s,
        conf_level=conf_level,
    )


def curvature_of(load_kg, velocity_m_s, *, session=None, weight=None) -> Curvature:
    """The F test of a term in load squared, each session with a level of its own, however its offset came about.

    NaN with fewer than 2 degrees of freedom left, or without a session of 3 loads.

    >>> load = np.array([40.0, 60, 80, 100, 120, 140])
    >>> found = curvature_of(load, 1.5 - 0.004 * load - 3e-5 * load**2 + np.array([1, -1, 0, 1, 0, -1]) * 0.004)
    >>> round(found.bend, 3), round(found.p_value, 4)
    (-0.036, 0.0004)
    """
    load, velocity = np.asarray(load_kg, dtype=float), np.asarray(velocity_m_s, dtype=float)
    of = np.zeros(len(load), dtype=int) if session is None else pd.factorize(session)[0]
    weights = np.ones(len(load)) if weight is None else np.asarray(weight, dtype=float)
    df = len(load) - (of.max() + 1) - 2
    n_loads = pd.Series(load).groupby(of).nunique()
    if df < LEAST_CURVATURE_DF or n_loads.max() < 3:
        return Curvature(np.nan, np.nan)
    scaled = (load - load.mean()) / load.std()
    columns = np.column_stack([scaled, scaled**2, velocity])
    levels = np.stack([np.bincount(of, weights * column) / np.bincount(of, weights) for column in columns.T], axis=1)
    left = (columns - levels[of]) * np.sqrt(weights)[:, np.newaxis]
    inverse = np.linalg.pinv(left[:, :2].T @ left[:, :2])
    line, bend = inverse @ left[:, :2].T @ left[:, 2]
    squares = float(((left[:, 2] - left[:, :2] @ [line, bend]) ** 2).sum())
    standard_error = np.sqrt(inverse[1, 1] * squares / df)
    if standard_error <= EXACT_M_S:
        return Curvature(float(bend), float(abs(bend) <= EXACT_M_S))
    return Curvature(float(bend), float(2 * stdtr(df, -abs(bend) / standard_error)))


def line_rows(line: np.ndarray, covariance: np.ndarray) -> list[tuple]:
    """v0 and slope, `line`, as rows of `tidy_table`, from the covariance of their errors.

    >>> line_rows(np.array([1.5, -0.01]), np.diag([0.01, 0.0]))[0]
    ('v0', 'm/s', 1.5, 0.1)
    """
    (v0, slope), (v0_se, slope_se) = line.tolist(), np.sqrt(np.diag(covariance)).tolist()
    return [("v0", "m/s", v0, v0_se), ("slope", "m/s/kg", slope, slope_se)]


def check_one_kind(bar_speeds: pd.DataFrame, metric: VelocityMetric) -> None:
    """Refuse what must not be mixed in one profile: raises DataProblem unless of one exercise, side and device.

    >>> check_one_kind(pd.DataFrame({"exercise": ["deadlift"], "side": ["B"], "device": ["x"]}), "peak_velocity_m_s")
    """
    if metric not in VELOCITY_METRICS:
        raise DataProblem(f"{metric!r} is not a velocity. Use one of {', '.join(VELOCITY_METRICS)}.")
    for column in ("exercise", "side", "device"):
        found = bar_speeds[column].drop_duplicates().astype("object").tolist()
        if len(found) > 1:
            raise DataProblem(
                f"A profile is of one {column}; got {', '.join(map(str, found))}. Filter the repetitions to one."
            )


def _check_observations(known: pd.DataFrame) -> None:
    check_possible(known["load_kg"], "load", "kg")
    check_possible(known["velocity_m_s"], "bar speed", "m/s", sign="not negative")
    if len(known) < MIN_OBSERVATIONS:
        raise NotEnoughData(
            f"A load-velocity profile needs {MIN_OBSERVATIONS} measured sets or more; got {len(known)}. "
            "Measure more sets, or widen the date range."
        )
    if known["load_kg"].min() == known["load_kg"].max():
        raise NotEnoughData(
            f"All {len(known)} sets were lifted at {known['load_kg'].iloc[0]:g} kg; a line needs 2 different loads. "
            "Add a lighter or a heavier set."
        )
    if not (known["weight"] > 0).all():
        raise DataProblem("A weight is not above 0. Leave that observation out or give it a weight.")


def t_beside_stated(variance: float, df: float, stated_variance: float, conf_level: float) -> float:
    """The quantile for an estimated variance with `df` degrees of freedom to which a stated one is added.

    What is stated was not estimated from these sets, so its share has no t: df / share^0.6, with `share` that of the
    estimated variance in both. Welch and Satterthwaite's power of 2 covers 87 % at 1 degree of freedom and shares of .8
    to .97, since by chance the estimate is small and then its share too; 0.6 covers 93 to 98 % at every share.

    >>> [round(t_beside_stated(1.0, 1, stated, 0.95), 2) for stated in (0.0, 1.0, 9.0)]
    [12.71, 5.93, 2.78]
    """
    share = variance / (variance + stated_variance) if stated_variance > 0 else 1.0
    return t_quantile(df / share**SHARE_POWER if share > 0 else np.inf, conf_level)


def fieller(height: float, slope: float, covariance: np.ndarray, extra_variance: float, t: float) -> Interval:
    """Bounds of the x with (height + slope x)^2 <= t^2 (Var(height + slope x) + extra_variance), (-inf, inf) if none.

    `covariance`, 2 x 2, is that of height and slope. Fieller 1954, J R Stat Soc B 16:175-185.

    >>> fieller(2.0, -0.02, np.zeros((2, 2)), 0.04, 2.0)
    Interval(low=80.0, high=120.0)
    """
    quadratic = slope**2 - t**2 * covariance[1, 1]
    if quadratic <= 0:
        return Interval(-np.inf, np.inf)
    half_linear = height * slope - t**2 * covariance[0, 1]
    constant = height**2 - t**2 * (covariance[0, 0] + extra_variance)
    root = np.sqrt(max(half_linear**2 - quadratic * constant, 0.0))  # 0 but for rounding: the estimate is in the set
    return Interval(float((-half_linear - root) / quadratic), float((-half_linear + root) / quadratic))
