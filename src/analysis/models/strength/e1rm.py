"""One 1RM of a lift from tested maxima, repetitions and bar speeds, each weighed by its error, and how old it is.

Model card
----------
Question: what is the athlete's 1RM on that day, from all that speaks of it?
Data: tested maxima, sets of up to 10 repetitions with the reserve rated, and sessions with bar speeds on one device.
Model: log 1RM is a random walk, `drift_pct` per square root of a week (local level). An observation is log 1RM plus its
own error plus what all observations of its way share: the athlete's k differs from Epley's by one constant, the
velocity of her 1RM from the assumed MVT by another, the slope of her profile from its estimate by a third. These are
states that never change: a tested maximum corrects all later repetitions and speeds of this athlete.
Estimator: Kalman filter in closed form; the variances are stated, not fitted. Where the observations scatter more than
stated (mean squared innovation above 1), all variances are enlarged by that factor; never made smaller.
Intervals: normal on the log scale, told in kg. They grow with the days since the last observation.
Refuses: no observation up to that day; an observed 1RM that is missing, infinite or not above 0.

Stated errors: a tested maximum 4.2 % (median CV of 1RM tests, Grgic et al. 2020);
repetitions to failure 1 (error of the rated reserve, Halperin et al. 2022); k between athletes 0.008, a quarter of
Epley's 1/30, and a drift of 1.5 % per square root of a week (5 % in a quarter) are assumptions of this model.

Measured coverage of the 95 % interval in percent, 2,000 athletes a cell (`tests/simulations`), n weekly sessions that
alternate between repetitions and speeds with a test in the middle; errors carry over between sessions with rho.
Strength drifts by less than stated (1 % per square root of a week) or by more (2 %), or gains 0.5 % a week without
drift. `coverage_pct` is the lowest figure of so many observations, since these do not tell rho, and `remark` says it:

|  n | rho | drift of 1 % | drift of 2 % | gain of 0.5 % a week |
|---:|----:|-------------:|-------------:|---------------------:|
|  6 |   0 |         97.0 |         95.2 |                 97.7 |
|  6 |  .3 |         95.2 |         92.9 |                 95.2 |
|  6 |  .6 |         89.5 |         87.3 |                 90.9 |
| 12 |   0 |         96.5 |         95.8 |                 96.5 |
| 12 |  .3 |         95.5 |         93.2 |                 94.8 |
| 12 |  .6 |         92.0 |         89.3 |                 92.4 |
| 24 |   0 |         96.6 |         95.2 |                 97.0 |
| 24 |  .3 |         95.2 |         92.5 |                 94.8 |
| 24 |  .6 |         92.6 |         90.2 |                 91.8 |

Limits: it knows no trend, so that a steady gain is followed with a delay; strength that drifts faster than stated is
covered less well. Repetitions in reserve are guessed, best near failure. `remark` says when the
observations contradict each other.

References
----------
Durbin & Koopman 2012, Time Series Analysis by State Space Methods, ch. 4; Grgic et al. 2020, Sports Med Open 6:31;
Halperin et al. 2022, Sports Med 52:377-390; Epley 1985, Poundage Chart; Ruf et al. 2018, J Strength Cond Res
32(3):681-689 (MVT between athletes).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.strength import TESTED_REPS, bar_speeds, e1rm_from_reps, sets_of_lift, work_sets
from analysis.models.coverage import Coverage, lowest_coverage
from analysis.models.plausible import check_complete, check_possible
from analysis.models.result import Result, glance_row, tidy_table, with_fitted
from analysis.models.strength.load_velocity_mixed import MixedProfile, profile_across_sessions

SOURCES = ("tested", "reps", "velocity")
SHARED = ("k", "mvt", "slope")  # what all observations of a way have in common
EPLEY_K = 1 / 30

TESTED_CV = 0.042
REPS_SD = 1.0
K_SD = 0.008
DRIFT_PCT = 1.5  # per square root of a week
STALE_AFTER_DAYS = 42
WINDOW_DAYS = 84
CONTRADICTION = 4.0  # scatter from which observations lie twice as far apart as their errors allow
LEAST_FOR_SCATTER = 6  # observations from which the stated errors can be checked
# lowest measured coverage of the 95 % interval over rho 0 to .6, from the table above: by observations
FUSED_COVERAGE_PCT = {6: 87.3, 12: 89.3, 24: 90.2}
DIFFUSE_SD = 10.0  # of log 1RM before the first observation

OBSERVATION_COLUMNS = ["local_date", "source", "e1rm_kg", "error_sd", "k_loading", "mvt_loading", "slope_loading"]


@dataclass(frozen=True, eq=False)
class E1rmObservations:
    """What speaks of a 1RM, and what could not. Made by `e1rm_observations`."""

    table: pd.DataFrame  # OBSERVATION_COLUMNS; error_sd and loadings on log 1RM
    mvt_sd_m_s: float
    slope_sd_m_s_per_kg: float
    refused: dict[str, str]  # source -> why nothing came of it
    remark: str = ""  # what must be known of the line of speeds; empty where nothing


@dataclass(frozen=True, eq=False)
class FusedE1rm(Result):
    """The state of one lift's 1RM on a day. Made by `fused_e1rm` and `e1rm_of_lift`."""

    until: pd.Timestamp
    e1rm_kg: float
    log_sd: float  # of log 1RM, enlarged by `scatter`
    drift_pct: float
    scatter: float  # factor of all variances, 1 or more
    states: pd.DataFrame  # state, mean, sd: log 1RM and what the ways share
    observations: pd.DataFrame  # OBSERVATION_COLUMNS and before_kg, surprise: what was expected, in SDs
    refused: dict[str, str]
    conf_level: float
    speeds_remark: str  # what must be known of the line of speeds; empty where nothing

    @property
    def promise(self) -> Coverage:
        """How often the interval was measured to hold, with so many observations; fewer than 6 were not simulated."""
        n = len(self.observations)
        measured_pct = lowest_coverage(FUSED_COVERAGE_PCT, n) if n >= min(FUSED_COVERAGE_PCT) else np.nan
        return Coverage("the 1RM", measured_pct, self.conf_level, "where errors carry over from week to week")

    @property
    def days_since(self) -> int:
        """Days since the last observation."""
        return int((self.until - self.observations["local_date"].max()).days)

    @property
    def is_stale(self) -> bool:
        """Whether nothing was seen of it for more than 42 days."""
        return self.days_since > STALE_AFTER_DAYS

    @property
    def remark(self) -> str:
        """What a reader must know of this state; empty where nothing."""
        parts = []
        if self.scatter > CONTRADICTION:
            parts.append(
                f"The observations contradict each other ({self.scatter**0.5:.1f} times their stated errors): "
                "look at them before using it."
            )
        if self.is_stale:
            parts.append(f"The last observation is {self.days_since} days old: test again.")
        return " ".join(filter(None, [*parts, self.speeds_remark, self.promise.remark]))

    @property
    def e1rm_low_kg(self) -> float:
        return float(self.e1rm_kg * np.exp(-self._z * self.log_sd))

    @property
    def e1rm_high_kg(self) -> float:
        return float(self.e1rm_kg * np.exp(self._z * self.log_sd))

    @property
    def _z(self) -> float:
        return float(ndtri((1 + self.conf_level) / 2))

    def predict(self, days_ahead) -> pd.DataFrame:
        """The 1RM so many days after `until` if nothing is seen: the same value, an interval that grows, in kg."""
        days = np.atleast_1d(np.asarray(days_ahead, dtype=float))
        if (days < 0).any():
            raise DataProblem(f"{days.min():g} days ahead lie in the past. Fit again with an earlier day.")
        sd = np.sqrt(self.log_sd**2 + self.scatter * _drift_variance(self.drift_pct) * days)
        return pd.DataFrame(
            {
                "days_ahead": days,
                "e1rm_kg": self.e1rm_kg,
                "conf_low_kg": self.e1rm_kg * np.exp(-self._z * sd),
                "conf_high_kg": self.e1rm_kg * np.exp(self._z * sd),
            }
        )

    def tidy(self) -> pd.DataFrame:
        """One row: the e1RM in kg with its interval, on the day `until`."""
        error = self.e1rm_kg * self.log_sd
        row = ("e1RM", "kg", self.e1rm_kg, error, self.e1rm_low_kg, self.e1rm_high_kg)
        return tidy_table([row], self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n in all and of each source, days_since, is_stale, scatter, drift_pct, coverage_pct, remark."""
        counts = self.observations["source"].value_counts().reindex(SOURCES, fill_value=0)
        return glance_row(
            self,
            *("days_since", "is_stale", "scatter", "drift_pct", "remark"),
            coverage_pct=self.promise.measured_pct,
            n=len(self.observations),
            **{f"n_{source}": int(counts[source]) for source in SOURCES},
        )

    def augment(self) -> pd.DataFrame:
        """The observations with .fitted, expected the moment before, and .resid, in kg.

        The first observation expects nothing else: its .fitted is itself.
        """
        return with_fitted(self.observations.drop(columns="before_kg"), "e1rm_kg", self.observations["before_kg"])

    def sentence(self, name: str) -> str:
        """The state in words, with its age and what is missing."""
        ways = " and ".join(
            {"tested": "tests", "reps": "repetitions", "velocity": "bar speeds"}[source]
            for source in SOURCES
            if (self.observations["source"] == source).any()
        )
        text = (
            f"{name}: 1RM about {self.e1rm_kg:.0f} kg ({self.conf_level:.0%} interval {self.e1rm_low_kg:.0f} to "
            f"{self.e1rm_high_kg:.0f}), from {ways}."
        ).replace("95%", "95 %")
        return f"{text} {self.remark}".strip()


def fused_e1rm(
    observations: E1rmObservations,
    until: pd.Timestamp,
    *,
    drift_pct: float = DRIFT_PCT,
    k_sd: float = K_SD,
    conf_level: float = 0.95,
) -> FusedE1rm:
    """The 1RM on the day `until`, from observations up to it; model, errors and coverage: see the model card above.

    Parameters
    ----------
    observations : as `e1rm_observations` makes them.
    until : day of the state; later observations are not used.
    drift_pct : how far the 1RM wanders in a week, SD in percent; it grows with the square root of time.
    k_sd : SD of Epley's k between athletes.

    Raises
    ------
    NotEnoughData : no observation up to that day; the reason of each source is told.
    DataProblem : an observed 1RM that is missing, infinite or not above 0.

    Examples
    --------
    >>> table = pd.DataFrame([[pd.Timestamp("2026-01-05"), "tested", 140.0, 0.042, 0, 0, 0]],
    ...                      columns=OBSERVATION_COLUMNS)
    >>> state = fused_e1rm(E1rmObservations(table, 0.02, 0.0, {}), pd.Timestamp("2026-01-19"))
    >>> state.tidy()[["estimate", "conf_low", "conf_high"]].round(1).values.tolist()
    [[140.0, 127.7, 153.5]]
    """
    known = observations.table[observations.table["local_date"] <= until]
    known = known.sort_values("local_date", kind="stable", ignore_index=True)
    if known.empty:
        reasons = "; ".join(f"{source}: {why}" for source, why in observations.refused.items())
        raise NotEnoughData(
            f"Nothing speaks of the 1RM up to {until.date()} ({reasons or 'no observation'}). "
            "Test it, rate the reserve of a set of up to 10 repetitions, or measure bar speeds in 3 sessions."
        )
    check_complete(known["e1rm_kg"], "1RM", "kg", sign="positive")
    shared_sd = np.array([k_sd, observations.mvt_sd_m_s, observations.slope_sd_m_s_per_kg])
    passed = _filtered(known, shared_sd, _drift_variance(drift_pct), until)
    surprise = np.append(np.nan, passed.surprises[1:])
    scatter = 1.0
    if len(known) >= LEAST_FOR_SCATTER:
        scatter = max(1.0, float(np.nanmean(surprise**2)))
    before_kg = np.append(known["e1rm_kg"].iloc[0], np.exp(passed.expected[1:]))
    return FusedE1rm(
        until=until,
        e1rm_kg=float(np.exp(passed.mean[0])),
        log_sd=float(np.sqrt(scatter * passed.covariance[0, 0])),
        drift_pct=drift_pct,
        scatter=scatter,
        states=pd.DataFrame(
            {
                "state": ["log 1RM", *SHARED],
                "mean": passed.mean,
                "sd": np.sqrt(scatter * np.maximum(np.diag(passed.covariance), 0)),
            }
        ),
        observations=known.assign(before_kg=before_kg, surprise=surprise),
        refused=observations.refused,
        conf_level=conf_level,
        speeds_remark=observations.remark,
    )


def e1rm_observations(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    lift: Lift,
    until: pd.Timestamp,
    *,
    side: str = "B",
    days: int = WINDOW_DAYS,
) -> E1rmObservations:
    """All that speaks of the 1RM of a lift in the last `days` days, a day's best witness of each kind.

    tested: a single to failure (repetitions in reserve 0). reps: the set nearest to failure of a session, by Epley's
    formula from repetitions done and in reserve, 10 together or fewer. velocity: a session's sets on one line whose
    slope all sessions share.

    Parameters
    ----------
    sets, reps : as `metrics.strength.bar_speeds` takes them; sets also with reps and rir. An effort rating (CR-10) is
        no reserve and is not used as one. A column `counted`, if there, says which of two copies of a set is its
        witness by repetitions; bar speeds stay with the copy they were recorded with.

    Returns
    -------
    E1rmObservations : `refused` has the reason of each source of which nothing came.

    Raises
    ------
    DataProblem : a reserve that is negative or infinite.

    Examples
    --------
    >>> sets = pd.DataFrame({"session_id": ["s"], "set_no": [1], "local_date": pd.to_datetime(["2026-01-05"]),
    ...     "exercise": ["deadlift"], "side": ["B"], "set_kind": ["work"], "load_kg": [120.0], "reps": [5.0],
    ...     "rir": [1.0]})
    >>> reps = pd.DataFrame(columns=["session_id", "set_no", "rep_no", "device"])
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> told = e1rm_observations(sets, reps, lift, pd.Timestamp("2026-01-05"))
    >>> told.table["e1rm_kg"].tolist(), told.refused["tested"]
    ([144.0], 'no single to failure')
    """
    of_lift = sets_of_lift(sets, lift, until, days=days, side=side)
    to_failure = _to_failure(work_sets(of_lift))
    tested, by_reps = _tested(to_failure), _by_reps(to_failure)
    refused = {}
    if tested.empty:
        refused["tested"] = "no single to failure"
    if by_reps.empty:
        refused["reps"] = f"no set within {TESTED_REPS} reps of failure with its reserve rated"
    by_velocity, slope_sd, remark = _nothing(), 0.0, ""
    try:
        profile, dates = _profile(of_lift, reps, lift)
        by_velocity, slope_sd = _by_velocity(profile, dates), float(np.sqrt(profile.covariance[1, 1]))
        remark = profile.bend_remark
    except (NotEnoughData, DataProblem) as why:
        refused["velocity"] = str(why)
    parts = [part for part in (tested, by_reps, by_velocity) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else _nothing()
    return E1rmObservations(table, lift.mvt_sd_m_s, slope_sd, refused, remark)


def e1rm_of_lift(
    sets: pd.DataFrame,
    reps: pd.DataFrame,
    lift: Lift,
    until: pd.Timestamp,
    *,
    side: str = "B",
    days: int = WINDOW_DAYS,
    drift_pct: float = DRIFT_PCT,
    conf_level: float = 0.95,
) -> FusedE1rm:
    """The fused 1RM of a lift on a day: `e1rm_observations`, then `fused_e1rm`, whose errors it raises.

    >>> sets = pd.DataFrame({"session_id": ["s"], "set_no": [1], "local_date": pd.to_datetime(["2026-01-05"]),
    ...     "exercise": ["deadlift"], "side": ["B"], "set_kind": ["work"], "load_kg": [140.0], "reps": [1.0],
    ...     "rir": [0.0]})
    >>> reps = pd.DataFrame(columns=["session_id", "set_no", "rep_no", "device"])
    >>> lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    >>> e1rm_of_lift(sets, reps, lift, pd.Timestamp("2026-01-05")).sentence("Deadlift")
    'Deadlift: 1RM about 140 kg (95 % interval 129 to 152), from tests.'
    """
    observations = e1rm_observations(sets, reps, lift, until, side=side, days=days)
    return fused_e1rm(observations, until, drift_pct=drift_pct, conf_level=conf_level)


def _to_failure(sets: pd.DataFrame) -> pd.DataFrame:
    """Sets of `sets` whose repetitions to failure are known, with to_failure."""
    check_possible(sets["rir"], "reserve", "repetitions", sign="not negative")
    told = sets.assign(to_failure=sets["reps"] + sets["rir"])
    return told[told["to_failure"].between(1, TESTED_REPS)]


def _tested(to_failure: pd.DataFrame) -> pd.DataFrame:
    singles = to_failure[to_failure["to_failure"] == 1]
    best = singles.loc[singles.groupby("session_id")["load_kg"].idxmax()]
    return _observed(best["local_date"], "tested", best["load_kg"], TESTED_CV)


def _by_reps(to_failure: pd.DataFrame) -> pd.DataFrame:
    """The set nearest to failure of each session: of its e1RM's errors that of the repetitions is the smallest.

    With log 1RM = log L + log(1 + k n), an error of k moves it by n / (1 + k n), one of n by k / (1 + k n).
    """
    several = to_failure[to_failure["to_failure"] > 1]
    nearest = several.loc[several.groupby("session_id")["to_failure"].idxmin()]
    n = nearest["to_failure"]
    e1rm_kg = e1rm_from_reps(nearest["load_kg"], n)["e1rm_kg"]
    per_k = n / (1 + EPLEY_K * n)
    return _observed(nearest["local_date"], "reps", e1rm_kg, REPS_SD * EPLEY_K * per_k / n, k=-per_k)


def _profile(sets: pd.DataFrame, reps: pd.DataFrame, lift: Lift) -> tuple[MixedProfile, pd.Series]:
    """The profile over sessions, and the date of each."""
    own = sets[["session_id", "set_no"]].merge(reps, on=["session_id", "set_no"])
    measured = bar_speeds(sets, own).dropna(subset=[lift.metric])
    devices = measured["device"].fillna("unnamed").unique()
    if len(devices) > 1:
        raise DataProblem(f"velocities of two devices: {' and '.join(map(str, devices))}. Choose days with one device.")
    profile = profile_across_sessions(measured, metric=lift.metric, mvt_m_s=lift.mvt_m_s, mvt_sd_m_s=0.0)
    return profile, measured.groupby("session_id")["local_date"].first()


def _by_velocity(profile: MixedProfile, dates: pd.Series) -> pd.DataFrame:
    """A 1RM a session, L + (MVT - v) / slope from its mean load L and speed v, with the derivatives of its log."""
    by_session = profile.observations.groupby("session_id")[["load_kg", "velocity_m_s"]].agg(["mean", "size"])
    load, velocity = by_session["load_kg", "mean"], by_session["velocity_m_s", "mean"]
    n, slope = by_session["load_kg", "size"], profile.slope_m_s_per_kg
    e1rm_kg = load + (profile.mvt_m_s - velocity) / slope
    if (e1rm_kg <= 0).any():
        raise DataProblem("A session's bar speeds lie so low that no 1RM follows. Check its loads and its velocities.")
    error_m_s = np.sqrt(profile.residual_sd_m_s**2 / n + profile.session_sd_m_s**2)
    return _observed(
        dates.loc[e1rm_kg.index],
        "velocity",
        e1rm_kg,
        error_m_s / (-slope * e1rm_kg),
        mvt=-1 / (slope * e1rm_kg),
        slope=(e1rm_kg - load) / (slope * e1rm_kg),
    )


def _observed(dates: pd.Series, source: str, e1rm_kg: pd.Series, error_sd, *, k=0.0, mvt=0.0, slope=0.0):
    """Rows of OBSERVATION_COLUMNS; a loading is how a deviation of the athlete moves the observed log 1RM."""
    columns = (dates.to_numpy(), source, e1rm_kg.to_numpy(), *map(np.asarray, (error_sd, k, mvt, slope)))
    return pd.DataFrame(dict(zip(OBSERVATION_COLUMNS, columns, strict=True)), index=range(len(dates)))


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=OBSERVATION_COLUMNS)


def _drift_variance(drift_pct: float) -> float:
    """Of log 1RM, a day."""
    return (drift_pct / 100) ** 2 / 7


@dataclass(frozen=True)
class _Passed:
    """A filter's pass over the observations, up to the day asked for."""

    mean: np.ndarray  # (4,)
    covariance: np.ndarray  # (4, 4)
    expected: np.ndarray  # log 1RM expected of each observation
    surprises: np.ndarray  # innovations in their SDs


def _filtered(known: pd.DataFrame, shared_sd: np.ndarray, drift_variance: float, until: pd.Timestamp) -> _Passed:
    """Kalman's filter over the observations, one after the other."""
    seen = np.log(known["e1rm_kg"].to_numpy(dtype=float))
    loadings = np.column_stack([np.ones(len(known)), known[[f"{name}_loading" for name in SHARED]].astype(float)])
    errors = known["error_sd"].to_numpy(dtype=float) ** 2
    gap_days = known["local_date"].diff().dt.days.fillna(0).to_numpy()
    mean = np.array([seen[0], 0.0, 0.0, 0.0])
    covariance = np.diag([DIFFUSE_SD**2, *shared_sd**2])
    expected, surprises = np.empty(len(seen)), np.empty(len(seen))
    for i, loading in enumerate(loadings):
        covariance[0, 0] += drift_variance * gap_days[i]
        towards = covariance @ loading
        variance = loading @ towards + errors[i]
        expected[i] = loading @ mean
        surprises[i] = (seen[i] - expected[i]) / np.sqrt(variance)
        mean = mean + towards / variance * (seen[i] - expected[i])
        covariance = covariance - np.outer(towards, towards) / variance
    covariance[0, 0] += drift_variance * (until - known["local_date"].iloc[-1]).days
    return _Passed(mean, covariance, expected, surprises)
