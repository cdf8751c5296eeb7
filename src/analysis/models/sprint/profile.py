"""Sprint profile: how fast the athlete can run and how hard she accelerates, from gates or a radar gun.

Model card
----------
Question: which maximal speed and which greatest acceleration do the readings of one sprint suggest?
Data: times (s) at a row of gates (m), 3 or more, 4 with one correction and 6 with both; or velocities (m/s) of a radar
or laser, 10 samples or more.
Formula: v = MSS (1 - e^(-t / tau)) with MSS in m/s, tau in s and MAC = MSS / tau in m/s2, seen as velocity at a time
(radar, laser) or time at a distance (gates), t(d) = d / MSS + tau (1 + W(-e^(-1 - d / (MSS tau)))), W the Lambert
function. A correction adds a time that was lost or gained at the start, lets the athlete be on the move at the line,
t = t(d + f) - t(f), or does both.
Estimator: least squares of time (gates) or of velocity (radar).
Interval: profile likelihood, t with n - p degrees of freedom. The 95 % intervals of MSS and MAC cover within 3 points
over 2,000 sprints past gates with an error of 0.01 s, without a correction and with one of time
(`tests/test_sprint.py`). The other corrections and the radar were not simulated.
Start of the clock: past 5 gates or more the correction of time is tested beside the profile without one, F with n - 3
degrees of freedom, and a clock that was off is said below p = .035, with the way in which MAC is off. Percent said of
2,000 sprints a cell (`tests/simulations`), error .01 s (.02 s in the second column), 5 gates up to 30 m, else 40 m:

| gates | right | right, .02 | late .1 | late .2 | late .3 | early .2 |
|------:|------:|-----------:|--------:|--------:|--------:|---------:|
|     5 |   3.5 |        3.5 |    20.2 |    50.9 |    78.8 |     55.8 |
|     6 |   3.7 |        3.0 |    41.2 |    90.0 |    99.3 |     93.8 |
|     8 |   2.9 |        4.9 |    60.0 |    98.8 |   100.0 |     99.7 |

Refuses: too few gates or samples, readings out of order or missing, an athlete who still gains speed at the last
reading, so that MSS has no bound, times without a phase of acceleration.
Criticism: a clock that starts after the first movement makes MAC too high by a third and more; 3 or 4 gates do not tell
it from an explosive start, and no gates tell it from an athlete who was moving at the line. With a correction MAC is
freer of that bias and has a larger error. Neighbouring samples of a radar share their error, so that its interval is
too narrow. There is no phase of slowing down. A change between days is judged with an error between days, not with this
interval.

References
----------
Furusawa et al. 1927, Proc R Soc B 102:29-42; Samozino et al. 2016, Scand J Med Sci Sports 26:648-658; Vescovi &
Jovanovic 2021, Front Sports Act Living 3:629694 (flying start).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtr

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.estimators.nonlinear import EXACT, Curve, Fit, least_squares, profile_interval
from analysis.models.result import Result, glance_row, tidy_table, with_fitted
from analysis.models.sprint.curves import (
    FASTEST_M_S,
    HARDEST_M_S2,
    LEAST_ROOT,
    SLOWEST,
    Correction,
    gates_curve,
    in_place_of_mac,
    radar_curve,
    time_to,
)

CORRECTIONS: tuple[Correction, ...] = ("none", "time", "distance", "both")
MIN_GATES: dict[Correction, int] = {"none": 3, "time": 4, "distance": 4, "both": 6}
MIN_SAMPLES = 10

LEAST_TAU_S, LEAST_PMAX_W_KG = 0.02, 0.2  # where the search for the end of an interval stops
START_OFF_BELOW = 0.035  # p from which it is said: false alarms stay at 5 % or below
LEAST_START_DF = 2
NEAR_MSS = 0.95  # of MSS, reached at the last gate, or MSS lies beyond what was run


@dataclass(frozen=True)
class StartOfClock:
    """Whether times past gates show that the clock and the first movement did not start together."""

    offset_s: float  # clock's time of the first movement, by the fit that corrects it: below 0 it started late
    p_value: float  # NaN where it cannot be asked

    @property
    def is_off(self) -> bool:
        return self.p_value < START_OFF_BELOW

    @property
    def remark(self) -> str:
        """What that does to the profile; empty where nothing is seen.

        >>> StartOfClock(-0.2, 0.01).remark
        'The clock started about 0.20 s after the first movement, or she was moving at the line (p = 0.01): MAC is too \
high. Estimate it with the correction "time".'
        """
        if not self.is_off:
            return ""
        when = f"about {abs(self.offset_s):.2f} s"
        if self.offset_s < 0:
            started, mac = f"{when} after the first movement, or she was moving at the line", "high"
        else:
            started, mac = f"{when} before the first movement", "low"
        return (
            f"The clock started {started} (p = {self.p_value:.2g}): MAC is too {mac}. "
            'Estimate it with the correction "time".'
        )


@dataclass(frozen=True, eq=False)
class SprintProfile(Result):
    """MSS and MAC of one sprint. Made by `sprint_profile_gates` and `sprint_profile_radar`."""

    mss_m_s: float
    mac_m_s2: float
    time_correction_s: float  # 0 unless estimated
    flying_distance_m: float  # 0 unless estimated
    fit: Fit  # of MSS, MAC and what was corrected
    source: Literal["gates", "radar"]
    correction: Correction
    conf_level: float
    points: np.ndarray  # distances in m (gates) or times in s (radar)
    readings: np.ndarray  # times in s (gates) or velocities in m/s (radar)

    @property
    def observations(self) -> pd.DataFrame:
        """What was fitted: distance_m and time_s (gates), or time_s and velocity_m_s (radar)."""
        return pd.DataFrame(dict(zip(_COLUMNS[self.source], (self.points, self.readings), strict=True)))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences that belong beside the numbers."""
        return _warnings(self)

    @cached_property
    def start(self) -> StartOfClock:
        """The F test of a correction of time beside the profile without one, of gates that leave it 2 df or more."""
        df = self.fit.df - 1
        if self.source != "gates" or self.correction != "none" or df < LEAST_START_DF:
            return StartOfClock(np.nan, np.nan)
        try:
            curve = gates_curve(self.points, self.readings, "time")
            timed = least_squares(curve, np.append(self.fit.parameters, 0.0))
        except NotEnoughData:
            return StartOfClock(np.nan, np.nan)
        offset_s = float(timed.parameters[2])
        if timed.residual_sd <= EXACT * float(self.readings.max()):
            return StartOfClock(offset_s, float(self.fit.residual_sd <= EXACT * float(self.readings.max())))
        gain = max(self.fit.residual_ss / timed.residual_ss - 1, 0.0) * df
        return StartOfClock(offset_s, float(2 * stdtr(df, -np.sqrt(gain))))

    @property
    def tau_s(self) -> float:
        """Time constant, MSS / MAC."""
        return self.mss_m_s / self.mac_m_s2

    @property
    def pmax_w_kg(self) -> float:
        """Greatest power per kg of body mass without air resistance, MSS MAC / 4."""
        return self.mss_m_s * self.mac_m_s2 / 4

    def time_s(self, distance_m) -> np.ndarray:
        """Time from the first movement to `distance_m` from a standing start, in seconds."""
        distance = np.asarray(distance_m, dtype=float)
        moved = np.where(distance > 0, distance, 1.0)  # at the line itself the formula has no digits left
        return np.where(distance > 0, time_to(moved, self.mss_m_s, self.mac_m_s2), 0.0)

    def velocity_m_s(self, time_s) -> np.ndarray:
        """Velocity at `time_s` after the first movement, in m/s."""
        return -self.mss_m_s * np.expm1(-np.asarray(time_s, dtype=float) / self.tau_s)

    def predict(self, at) -> np.ndarray:
        """What the device would show: time in s at a gate `at` m from the line, or velocity in m/s at `at` s."""
        point = np.asarray(at, dtype=float)
        if self.source == "radar":
            return self.velocity_m_s(point - self.time_correction_s)
        before_line_s = self.time_s(self.flying_distance_m)
        return self.time_s(point + self.flying_distance_m) - before_line_s + self.time_correction_s

    def tidy(self) -> pd.DataFrame:
        """MSS, MAC, tau, Pmax and what was corrected, with standard errors and profile-likelihood intervals."""
        return tidy_table(_tidy_rows(self), self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n, df, source, correction, rmse (in the unit of the readings), r_squared, start, n_warnings."""
        augmented = self.augment()
        fitted, resid = augmented[".fitted"], augmented[".resid"]
        return glance_row(
            n=len(resid),
            df=self.fit.df,
            source=self.source,
            correction=self.correction,
            rmse=float(np.sqrt((resid**2).mean())),
            r_squared=float(np.corrcoef(fitted, fitted + resid)[0, 1] ** 2),
            start_offset_s=self.start.offset_s,
            start_p=self.start.p_value,
            n_warnings=len(self.warnings),
        )

    def augment(self) -> pd.DataFrame:
        """The readings with .fitted and .resid: times in s (gates) or velocities in m/s (radar)."""
        return with_fitted(self.observations, _COLUMNS[self.source][1], self.predict(self.points))


_COLUMNS = {"gates": ("distance_m", "time_s"), "radar": ("time_s", "velocity_m_s")}


def sprint_profile_gates(
    distance_m, time_s, *, correction: Correction = "none", conf_level: float = 0.95
) -> SprintProfile:
    """How fast can the athlete run, and how hard does she accelerate, by the times at a row of gates?

    Parameters
    ----------
    distance_m, time_s : array-like of float, shape (n_gates,), from the line and from the start of the clock, in order.

    Raises
    ------
    NotEnoughData : fewer than 3 gates, 4 with one correction, 6 with both; or the athlete still gains speed at the
        last gate, so that MSS has no bound.
    DataProblem : a missing value, one of 0 or less, gates out of order, a correction of another name, or times without
        a phase of acceleration.

    Examples
    --------
    >>> profile = sprint_profile_gates([5, 10, 20, 30], [1.35, 2.12, 3.44, 4.69])
    >>> round(profile.mss_m_s, 2), round(profile.mac_m_s2, 2)
    (8.1, 8.1)
    """
    distance, time = _readings(distance_m, time_s, ("distance", "time"))
    _check_gates(distance, time, correction)
    fit = least_squares(gates_curve(distance, time, correction), _gates_start(distance, time, correction))
    _check_plausible(fit)
    return _profile(fit, "gates", correction, conf_level, distance, time)


def sprint_profile_radar(
    time_s, velocity_m_s, *, correction: Literal["none", "time"] = "time", conf_level: float = 0.95
) -> SprintProfile:
    """How fast can the athlete run, and how hard does she accelerate, by the velocities of a radar or laser?

    The time at which the movement began is estimated unless `correction` is "none".

    Parameters
    ----------
    time_s, velocity_m_s : array-like of float, shape (n,), n of 10 or more, in order of time; the sprint alone, without
        standing before it and slowing down after it.

    Raises
    ------
    NotEnoughData, DataProblem : as `sprint_profile_gates`.

    Examples
    --------
    >>> time = np.arange(0, 6, 0.1)
    >>> round(sprint_profile_radar(time, 8 * (1 - np.exp(-time / 1.1))).mac_m_s2, 4)
    7.2727
    """
    time, velocity = _readings(time_s, velocity_m_s, ("time", "velocity"))
    _check_radar(time, velocity, correction)
    curve = radar_curve(time, velocity, correction)
    top = float(velocity.max())
    tau = max(float(time[np.argmax(velocity > 0.63 * top)] - time[0]), 0.1)  # 63 % is reached after one tau
    fit = least_squares(curve, np.array([top, top / tau, float(time[0])])[: len(curve.low)])
    _check_plausible(fit)
    return _profile(fit, "radar", correction, conf_level, time, velocity)


def corrections_compared(distance_m, time_s, *, conf_level: float = 0.95) -> pd.DataFrame:
    """The same gates under each correction, since the choice moves MAC more than most training does.

    Returns
    -------
    DataFrame, one row a correction that the number of gates allows: correction, mss_m_s, mac_m_s2, mac_low_m_s2,
    mac_high_m_s2, time_correction_s, flying_distance_m, df, rmse_s, left_out_rmse_s (of gates predicted from the
    others; NaN where one gate less is too few).

    Examples
    --------
    >>> compared = corrections_compared([5, 10, 20, 30, 40], [1.10, 1.87, 3.19, 4.44, 5.67])
    >>> compared[["correction", "df"]].values.tolist()
    [['none', 3], ['time', 2], ['distance', 2]]
    """
    n = np.size(distance_m)
    rows = []
    for correction in (name for name in CORRECTIONS if n >= MIN_GATES[name]):
        profile = sprint_profile_gates(distance_m, time_s, correction=correction, conf_level=conf_level)
        mac = profile.tidy().set_index("term").loc["MAC"]
        enough = n > MIN_GATES[correction]
        left_out = leave_one_out(profile)[".resid"] if enough else pd.Series([np.nan])
        rows.append(
            {
                "correction": correction,
                "mss_m_s": profile.mss_m_s,
                "mac_m_s2": profile.mac_m_s2,
                "mac_low_m_s2": mac["conf_low"],
                "mac_high_m_s2": mac["conf_high"],
                "time_correction_s": profile.time_correction_s,
                "flying_distance_m": profile.flying_distance_m,
                "df": profile.fit.df,
                "rmse_s": profile.glance()["rmse"].item(),
                "left_out_rmse_s": float(np.sqrt((left_out**2).mean())),
            }
        )
    return pd.DataFrame(rows)


def leave_one_out(profile: SprintProfile) -> pd.DataFrame:
    """Each gate predicted from the profile of the others.

    Returns
    -------
    DataFrame, one row a gate: distance_m, time_s, mss_m_s and mac_m_s2 without it, .fitted and .resid of it, in s.

    Raises
    ------
    NotEnoughData : one gate less is too few for this correction.
    DataProblem : the profile is of a radar, where leaving out one of hundreds of samples says nothing.

    Examples
    --------
    >>> profile = sprint_profile_gates([5, 10, 20, 30], [1.35, 2.12, 3.44, 4.69])
    >>> leave_one_out(profile)["mss_m_s"].round(2).tolist()
    [8.16, 8.07, 8.1, 8.03]
    """
    if profile.source != "gates":
        raise DataProblem("Leaving out single samples of a radar says nothing. Compare whole sprints instead.")
    rows = []
    for gate, (distance_m, time_s) in enumerate(zip(profile.points, profile.readings, strict=True)):
        others = np.delete(profile.points, gate), np.delete(profile.readings, gate)
        without = sprint_profile_gates(*others, correction=profile.correction)
        fitted = float(without.predict(distance_m))
        rows.append(
            {
                "distance_m": distance_m,
                "time_s": time_s,
                "mss_m_s": without.mss_m_s,
                "mac_m_s2": without.mac_m_s2,
                ".fitted": fitted,
                ".resid": time_s - fitted,
            }
        )
    return pd.DataFrame(rows)


def _curve(profile: SprintProfile) -> Curve:
    curve = gates_curve if profile.source == "gates" else radar_curve
    return curve(profile.points, profile.readings, profile.correction)


def _gates_start(distance: np.ndarray, time: np.ndarray, correction: Correction) -> np.ndarray:
    """A first guess: the speed over the last interval, and the lag behind it as tau."""
    mss = min(1.02 * (distance[-1] - distance[-2]) / (time[-1] - time[-2]), 0.9 * FASTEST_M_S)
    tau = max(time[-1] - distance[-1] / mss, 0.2)
    extra = {"none": [], "time": [0.0], "distance": [0.5], "both": [0.0, 0.5]}
    return np.array([mss, mss / tau, *extra[correction]])


def _profile(
    fit: Fit,
    source: Literal["gates", "radar"],
    correction: Correction,
    conf_level: float,
    points: np.ndarray,
    readings: np.ndarray,
) -> SprintProfile:
    root = fit.parameters[-1] if correction in ("distance", "both") else 0.0
    flying_distance_m = 0.0 if root == LEAST_ROOT else float(root**2)
    mss, mac = fit.parameters[:2]
    return SprintProfile(
        mss_m_s=float(mss),
        mac_m_s2=float(mac),
        time_correction_s=float(fit.parameters[2]) if correction in ("time", "both") else 0.0,
        flying_distance_m=flying_distance_m,
        fit=fit,
        source=source,
        correction=correction,
        conf_level=conf_level,
        points=points,
        readings=readings,
    )


def _warnings(profile: SprintProfile) -> tuple[str, ...]:
    """What a reader must know beside the numbers."""
    if profile.source == "gates":
        reached = float(profile.velocity_m_s(profile.time_s(profile.points[-1] + profile.flying_distance_m)))
    else:
        reached = float(profile.readings[-1])
    found = []
    if profile.start.is_off:
        found.append(profile.start.remark)
    elif profile.correction == "none":
        found.append("The clock is taken to start with the first movement; if it starts later, MAC is too high.")
    if reached < NEAR_MSS * profile.mss_m_s:
        found.append(
            f"The athlete reached {100 * reached / profile.mss_m_s:.0f} % of MSS; MSS lies beyond what was run."
        )
    if profile.fit.df == 1:
        found.append("One degree of freedom is left; the intervals are wide and the error is hardly known.")
    if profile.correction in ("distance", "both") and profile.flying_distance_m == 0:
        found.append("These times show no flying start; the distance correction stands at 0.")
    return tuple(found)


Row = tuple[str, str, float, float, float, float]  # term, unit, estimate, standard error and interval


def _tidy_rows(profile: SprintProfile) -> list[Row]:
    curve, fit, level = _curve(profile), profile.fit, profile.conf_level

    def row(term: str, unit: str, index: int, curve: Curve = curve, fit: Fit = fit) -> Row:
        interval = profile_interval(curve, fit, index, level)
        return term, unit, float(fit.parameters[index]), float(fit.std_errors[index]), *interval

    rows = [row("MSS", "m/s", 0), row("MAC", "m/s^2", 1)]
    for term, unit, value, least, mac in (
        ("tau", "s", profile.tau_s, LEAST_TAU_S, _mac_of_tau),
        ("Pmax", "W/kg", profile.pmax_w_kg, LEAST_PMAX_W_KG, _mac_of_pmax),
    ):
        curve_of_term = in_place_of_mac(curve, mac, least)
        start = fit.parameters.copy()
        start[1] = value
        rows.append(row(term, unit, 1, curve_of_term, least_squares(curve_of_term, start)))
    if profile.correction in ("time", "both"):
        rows.append(row("time correction", "s", 2))
    if profile.correction in ("distance", "both"):
        rows.append(_squared(row("flying distance", "m", len(fit.parameters) - 1)))
    return rows


def _mac_of_tau(mss: float, tau: float) -> tuple[float, float, float]:
    """MAC and its derivatives by MSS and tau."""
    return mss / tau, 1 / tau, -mss / tau**2


def _mac_of_pmax(mss: float, pmax: float) -> tuple[float, float, float]:
    """MAC and its derivatives by MSS and Pmax."""
    return 4 * pmax / mss, -4 * pmax / mss**2, 4 / mss


def _squared(row: Row) -> Row:
    """The row of the flying distance from that of its root; 0 at the bound of the root."""
    term, unit, root, root_se, *bounds = row
    estimate, low, high = (0.0 if value == LEAST_ROOT else value**2 for value in (root, *bounds))
    return term, unit, estimate, 2 * root * root_se, low, high


def _readings(first, second, names: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Two columns of numbers of one length, without a missing value."""
    at, reading = np.array(first, dtype=float), np.array(second, dtype=float)  # copies: a result keeps its own
    if at.ndim != 1 or at.shape != reading.shape:
        raise DataProblem(
            f"{at.size} values of {names[0]} and {reading.size} of {names[1]} do not pair up. Give one of each."
        )
    known = np.isfinite(at) & np.isfinite(reading)
    if not known.all():
        missing = int((~known).sum())
        raise DataProblem(
            f"{missing} of {at.size} readings lack a {names[0]} or a {names[1]}. Correct them or leave them out."
        )
    return at, reading


def _check_gates(distance: np.ndarray, time: np.ndarray, correction: str) -> None:
    if correction not in CORRECTIONS:
        raise DataProblem(f"{correction!r} is not a correction. Use one of {', '.join(CORRECTIONS)}.")
    if len(distance) < MIN_GATES[correction]:
        words = "" if correction == "none" else f" with the correction {correction!r}"
        raise NotEnoughData(
            f"A sprint profile{words} needs {MIN_GATES[correction]} gates or more; got {len(distance)}. "
            "Add gates, or estimate fewer corrections."
        )
    for values, name, unit in ((distance, "distance", "m"), (time, "time", "s")):
        if values.min() <= 0:
            raise DataProblem(
                f"A {name} of {values.min():g} {unit} is not that of a gate. Leave the line out; gates count from it."
            )
        stands = values[1:] <= values[:-1]
        if stands.any():
            gate = int(np.argmax(stands))
            raise DataProblem(
                f"The {name} goes from {values[gate]:g} to {values[gate + 1]:g} {unit} at gate {gate + 2}. "
                "Put the gates in order, with times from the start and not from gate to gate."
            )


def _check_radar(time: np.ndarray, velocity: np.ndarray, correction: str) -> None:
    if correction not in ("none", "time"):
        raise DataProblem(f"{correction!r} is not a correction for a radar. Use one of none, time.")
    if len(time) < MIN_SAMPLES:
        raise NotEnoughData(
            f"A sprint profile by radar needs {MIN_SAMPLES} samples or more; got {len(time)}. Record the whole sprint."
        )
    if (np.diff(time) <= 0).any():
        sample = int(np.argmax(np.diff(time) <= 0))
        raise DataProblem(
            f"Time goes from {time[sample]:g} to {time[sample + 1]:g} s at sample {sample + 2}. Sort the samples."
        )
    if velocity.min() < 0:
        raise DataProblem(
            f"A velocity of {velocity.min():g} m/s is negative. Cut the recording to the sprint, running away from 0."
        )


def _check_plausible(fit: Fit) -> None:
    mss, mac = fit.parameters[:2]
    if mac in (SLOWEST, HARDEST_M_S2):
        raise DataProblem(
            f"These readings have no phase of acceleration (MAC runs to {mac:g} m/s^2). "
            "Check where the clock starts, add a gate within the first 10 m, or use a correction."
        )
    if mss in (SLOWEST, FASTEST_M_S):
        raise NotEnoughData(
            f"The athlete still gains speed at the last reading (MSS runs to {mss:g} m/s). "
            "Measure a longer sprint, or check the unit of the distances."
        )
