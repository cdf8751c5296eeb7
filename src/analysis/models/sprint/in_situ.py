"""Acceleration-speed profile in situ: how hard the athlete accelerates at each speed, from ordinary sessions.

Nobody is tested: of several sessions recorded at 5 Hz or more, the greatest accelerations at every speed are kept, and
a line through them tells what the athlete did at most.

Model card
----------
Question: how hard did the athlete accelerate at each speed, and up to which speed, by what sessions asked for?
Formula: a = A0 (1 - v / S0), the line of a sprint v = MSS (1 - e^(-t / tau)); A0 in m/s2, S0 in m/s.
Data: sessions on foot of 6 weeks from one device, 3 or more, at 5 Hz or more.
Estimator: in every 0.2 m/s from 3 m/s on, the greatest acceleration of each of the two best sessions; least squares;
points beyond the 95 % t band of residuals are left out once and the line fitted again. An acceleration is the slope of
speed over 0.7 s, its speed the mean with the weights that the slope gives to the seconds, so that windows of an exact
line lie on it but for the curve between two records (1 % at 5 Hz).
Interval: none. The points are the greatest of many noisy values, so that the error of their line is not that of the
athlete. In 200 simulated athletes with three full sprints in each of five sessions (10 Hz, SD of speed 0.05 m/s) the
95 % t interval of A0 held the truth in 76 % and Fieller's of S0 in none. Mean error over 60 of them, A0 7.2, S0 8.6:

| SD of speed (m/s) | error of A0 (m/s2) | error of S0 (m/s) |
|------------------:|-------------------:|------------------:|
|              0.00 |              -0.01 |              0.00 |
|              0.02 |              -0.02 |              0.07 |
|              0.05 |              -0.02 |              0.22 |
|              0.10 |              -0.03 |              0.50 |

Refuses: too few sessions at 5 Hz, speeds over less than 3 m/s, accelerations that do not fall with speed, a top speed
below 80 % of S0.
Criticism: receiver noise lifts S0; weeks without a full sprint lower both. It describes what was done and is never one
series with MSS and MAC of gates or a radar. Only periods of one receiver stand beside each other, and even their
difference has no known error.

References
----------
Morin et al. 2021, J Biomech 123:110524.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.base.errors import NotEnoughData
from analysis.metrics.running import is_run
from analysis.models.plausible import check_possible
from analysis.models.result import Result, glance_row, t_quantile, tidy_table, with_fitted

TEAM_SPORTS = ("soccer", "american_football", "rugby", "hockey", "lacrosse", "basketball", "handball")
SLOWEST_HZ = 5.0  # an acceleration from standing is over in 2 s
WINDOW_S = 0.7  # over which one acceleration is taken
LEAST_SPEED_M_S = 3.0  # below it a line does not describe the first steps (Morin et al. 2021)
BIN_M_S = 0.2
KEPT_OF_BIN = 2  # greatest accelerations, of different sessions
MIN_SESSIONS = 3
MIN_SPREAD_M_S = 3.0  # from the slowest to the fastest upper point
NEAR_S0 = 0.8  # of S0, reached in some session, or S0 lies beyond what was run
MOST_SPEED_M_S, MOST_ACCELERATION_M_S2 = 12.5, 10.0  # beyond these, above 3 m/s, it is the receiver
TRIM_LEVEL = 0.95  # of the t band of residuals; points beyond it are left out once
CONF_LEVEL = 0.95  # of the intervals that are not given
NO_INTERVAL = "No interval is given: it would be that of the line and not of the athlete."


@dataclass(frozen=True, eq=False)
class InSituSprint(Result):
    """Acceleration against speed over ordinary sessions. Made by `in_situ_sprint`."""

    a0_m_s2: float  # acceleration at which the line begins, at speed 0
    s0_m_s: float  # speed at which nothing is left to accelerate with
    residual_sd_m_s2: float
    points: pd.DataFrame  # upper points: session_id, local_date, speed_m_s, acceleration_m_s2, used (not trimmed)
    top_speed_m_s: float  # of all windows
    device: str | None
    n_sessions: int  # that an upper point could have come from
    n_sessions_too_slow: int  # recorded at less than 5 Hz
    n_sessions_other_device: int
    n_impossible: int  # windows left out, too fast or too hard for a human

    @property
    def slope_per_s(self) -> float:
        """Change of acceleration with speed, - A0 / S0."""
        return -self.a0_m_s2 / self.s0_m_s

    @property
    def n_trimmed(self) -> int:
        """Upper points beyond the band of residuals, left out of the line."""
        return int((~self.points["used"]).sum())

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences that belong beside the numbers."""
        said = [
            "Descriptive: S0 tends to be too high from receiver noise, and too low in weeks without a full sprint.",
            NO_INTERVAL,
            "A0 and S0 are not compared with gates.",
        ]
        if self.n_trimmed:
            said.append(f"{self.n_trimmed} points too far off the line are left out.")
        return tuple(said)

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return int(self.points["used"].sum()) - 2

    def predict(self, speed_m_s) -> np.ndarray:
        """The greatest acceleration at a speed, in m/s2."""
        return self.a0_m_s2 + self.slope_per_s * np.asarray(speed_m_s, dtype=float)

    def tidy(self) -> pd.DataFrame:
        """A0 and S0, without an error or an interval; `glance` says why."""
        return tidy_table([("A0", "m/s^2", self.a0_m_s2), ("S0", "m/s", self.s0_m_s)], CONF_LEVEL)

    def glance(self) -> pd.DataFrame:
        """One row: how many points and sessions, what was left out, the top speed, the scatter, and why no interval."""
        return glance_row(
            n=int(self.points["used"].sum()),
            df=self.df,
            n_trimmed=self.n_trimmed,
            n_sessions=self.n_sessions,
            n_sessions_too_slow=self.n_sessions_too_slow,
            n_sessions_other_device=self.n_sessions_other_device,
            n_impossible=self.n_impossible,
            top_speed_m_s=self.top_speed_m_s,
            residual_sd_m_s2=self.residual_sd_m_s2,
            reason=NO_INTERVAL,
        )

    def augment(self) -> pd.DataFrame:
        """The upper points, trimmed ones too, with .fitted and .resid, in m/s2."""
        fitted = self.predict(self.points["speed_m_s"])
        return with_fitted(self.points, "acceleration_m_s2", fitted)


def in_situ_sprint(
    runs: pd.DataFrame,
    samples: Callable[[str], pd.DataFrame],
    until: pd.Timestamp,
    *,
    days: int = 42,
) -> InSituSprint:
    """How hard can the athlete accelerate, and up to which speed, by what she did in ordinary sessions?

    a = A0 (1 - v / S0) through the upper points alone, described and not bounded: the model card above says why.

    Parameters
    ----------
    runs : DataFrame
        Table runs with local_date and counted; sessions of other sports on foot are read too.
    samples : callable
        Session id to its records: t_s, speed_m_s, and paused where known. Speed is not made up from distance here.
        Missing and paused records are gaps that no window crosses.
    until : Timestamp
        Last day that is known.
    days : int
        How many days up to it are read.

    Raises
    ------
    NotEnoughData
        Fewer than 3 sessions at 5 Hz or more from the newest device that records so, speeds spread over less than 3
        m/s, accelerations that do not fall with speed, or a top speed below 80 % of S0.
    DataProblem
        A speed that is infinite or negative.

    References
    ----------
    Morin et al. 2021, J Biomech 123:110524.

    Examples
    --------
    >>> t = np.arange(0, 8, 0.1)
    >>> sprint = pd.DataFrame({"t_s": t, "speed_m_s": 8.4 * (1 - np.exp(-t / 1.2))})
    >>> runs = pd.DataFrame({"session_id": list("abc"), "sport": "running", "device": "unit one", "counted": True,
    ...                      "local_date": pd.to_datetime(["2026-01-05", "2026-01-07", "2026-01-09"])})
    >>> profile = in_situ_sprint(runs, lambda session_id: sprint, pd.Timestamp("2026-01-11"))
    >>> round(profile.a0_m_s2, 2), round(profile.s0_m_s, 2)
    (7.0, 8.4)
    """
    recent = _recent(runs, until, days)
    windows_of = {one.session_id: _windows(samples(one.session_id)) for one in recent.itertuples()}
    efforts = {session_id: windows for session_id, windows in windows_of.items() if windows is not None}
    quick = recent[recent["session_id"].isin(list(efforts))]
    device = quick["device"].fillna("")
    of_device = quick[device == device.iloc[-1]] if len(quick) else quick
    if len(of_device) < MIN_SESSIONS:
        raise NotEnoughData(
            f"{len(of_device)} of {len(recent)} sessions in {days} days hold {SLOWEST_HZ:g} speeds a second from one "
            f"device; a profile needs {MIN_SESSIONS}. Record sessions with sprints at 10 Hz; a watch is too slow."
        )
    windows = pd.concat(
        [
            efforts[one.session_id].assign(session_id=one.session_id, local_date=one.local_date)
            for one in of_device.itertuples()
        ],
        ignore_index=True,
    )
    possible = (windows["speed_m_s"] <= MOST_SPEED_M_S) & (windows["acceleration_m_s2"] <= MOST_ACCELERATION_M_S2)
    points = _upper_points(windows[possible])
    line = _trimmed_line(points)
    a0, slope = (float(value) for value in line.fit.params)
    s0 = -a0 / slope if slope < 0 else np.inf
    top = float(windows.loc[possible, "speed_m_s"].max())
    if top < NEAR_S0 * s0:
        raise NotEnoughData(
            f"The fastest was {top:.1f} m/s, too far from the speed at which acceleration ends. "
            "Sprint all out for 30 m or more in some session."
        )
    return InSituSprint(
        a0_m_s2=a0,
        s0_m_s=s0,
        residual_sd_m_s2=float(np.sqrt(line.fit.scale)),
        points=points.assign(used=line.used),
        top_speed_m_s=top,
        device=of_device["device"].iloc[-1],
        n_sessions=len(of_device),
        n_sessions_too_slow=len(recent) - len(quick),
        n_sessions_other_device=len(quick) - len(of_device),
        n_impossible=int((~possible).sum()),
    )


@dataclass(frozen=True, eq=False)
class _Line:
    fit: sm.regression.linear_model.RegressionResults  # of A0 and the slope
    used: np.ndarray  # bool, one a point


def _recent(runs: pd.DataFrame, until: pd.Timestamp, days: int) -> pd.DataFrame:
    """Counted sessions on foot of these days, oldest first."""
    since = until - pd.Timedelta(days=days)
    name = runs["activity"].fillna(runs["sport"]) if "activity" in runs else runs["sport"]
    on_foot = is_run(runs) | name.str.lower().isin(TEAM_SPORTS)
    kept = runs[runs["counted"] & on_foot & (runs["local_date"] > since) & (runs["local_date"] <= until)]
    return kept.sort_values("local_date", kind="stable")


def _windows(records: pd.DataFrame) -> pd.DataFrame | None:
    """speed_m_s and acceleration_m_s2 of every window that speeds up from 3 m/s on; None if recorded too slowly."""
    ordered = records.dropna(subset=["t_s", "speed_m_s"]).sort_values("t_s")
    if "paused" in ordered:
        ordered = ordered[ordered["paused"].fillna(0) == 0]
    check_possible(ordered["speed_m_s"], "speed", "m/s", sign="not negative")
    t_s, m_s = ordered["t_s"].to_numpy(dtype=float), ordered["speed_m_s"].to_numpy(dtype=float)
    every_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else np.inf
    if not 0 < every_s <= 1 / SLOWEST_HZ + 1e-6:
        return None
    half = max(round(WINDOW_S / every_s / 2), 1)
    if len(t_s) < 2 * half + 1:
        return pd.DataFrame({"speed_m_s": [], "acceleration_m_s2": []})
    by_slope, by_mean = _weights(half)
    acceleration = np.convolve(m_s, by_slope[::-1] / every_s, "valid")
    speed = np.convolve(m_s, by_mean[::-1], "valid")
    even = np.abs(t_s[2 * half :] - t_s[: -2 * half] - 2 * half * every_s) < every_s / 2  # none missing, none twice
    kept = even & (acceleration > 0) & (speed >= LEAST_SPEED_M_S)
    return pd.DataFrame({"speed_m_s": speed[kept], "acceleration_m_s2": acceleration[kept]})


def _weights(half: int) -> tuple[np.ndarray, np.ndarray]:
    """Of 2 `half` + 1 even records: for the slope by least squares, and for the mean with the slope's own weights."""
    at = np.arange(-half, half + 1.0)
    by_slope = at / (at @ at)
    of_steps = np.cumsum(by_slope[::-1])[::-1][1:]  # how much each step from record to record counts in the slope
    by_mean = (np.append(of_steps, 0) + np.append(0, of_steps)) / 2
    return by_slope, by_mean


def _upper_points(windows: pd.DataFrame) -> pd.DataFrame:
    """In every speed bin the greatest acceleration of each of the two best sessions, slowest first."""
    if windows.empty or np.ptp(windows["speed_m_s"]) < MIN_SPREAD_M_S:
        spread = np.ptp(windows["speed_m_s"]) if len(windows) else 0.0
        raise NotEnoughData(
            f"Accelerations above {LEAST_SPEED_M_S:g} m/s are spread over {spread:.1f} m/s; a profile needs "
            f"{MIN_SPREAD_M_S:g}. Sprint all out for 30 m or more in some session."
        )
    speed_bin = np.floor(windows["speed_m_s"] / BIN_M_S)
    hardest_first = windows.assign(bin=speed_bin).sort_values("acceleration_m_s2", ascending=False, kind="stable")
    of_sessions = hardest_first.drop_duplicates(["bin", "session_id"])
    upper = of_sessions.groupby("bin", sort=False).head(KEPT_OF_BIN).sort_values(["bin", "speed_m_s"])
    return upper[["session_id", "local_date", "speed_m_s", "acceleration_m_s2"]].reset_index(drop=True)


def _trimmed_line(points: pd.DataFrame) -> _Line:
    """Least squares through the points, then once more through those inside the band of residuals."""
    design = sm.add_constant(points["speed_m_s"].to_numpy())
    observed = points["acceleration_m_s2"].to_numpy()
    first = sm.OLS(observed, design).fit()
    band = t_quantile(float(first.df_resid), TRIM_LEVEL) * np.sqrt(first.scale)
    used = np.abs(first.resid) <= band
    return _Line(sm.OLS(observed[used], design[used]).fit(), used)
