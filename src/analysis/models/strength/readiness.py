"""Daily state from bar speed: does the bar move today as it usually does at these loads?

Model card
----------
Question: is the athlete today as fast as on a usual day, seen from the sets measured so far, one warm-up set perhaps?
Model: `models.strength.load_velocity_mixed` on the sessions before today: v = v0 + slope L + u + e, where u ~ N(0,
session_sd^2) is what a day adds and e ~ N(0, residual_sd^2) what a set does. Of a set the fastest of its first 3
repetitions counts.
Estimator: today's u in m/s as the model believes it, its k sets drawn towards 0 by the weight
k session_sd^2 / (k session_sd^2 + residual_sd^2).
Interval: t about that offset with its own standard error.
Usual band: the range that holds 9 of 10 offsets of a usual day.
Verdict: today's speed, brought to the anchor load along the line, against that of up to 8 sessions before, by
`decisions`. Its error has the scatter of days, that of today's k sets, and that of the slope where today's loads are
others than usual; so one light set says little, and the verdict then is "no detectable change".
Refuses: fewer than 3 sessions before with the same device, no set today, a set today beyond the loads of the line.

Measured over 1,000 made-up athletes with 15 days of 3 sets before (`tests/test_daily_state.py`): the 90 % interval of
the offset held it in 87 %, the SDs being taken for known.
Limits: speed at a load follows strength and effort as well as fatigue; a lazy warm-up is slow. The line is that of the
last weeks: where the athlete gets stronger, the sessions just before are compared. It is one sign beside how one
feels, and is never added up with it.

References
----------
Laird & Ware 1982, Biometrics 38(4):963-974 (offsets of sessions); Jovanovic & Flanagan 2014, J Aust Strength Cond
22(2):58-69 (bar speed for daily adjustment).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.decisions import REFERENCE_MOST, Change, judge
from analysis.base.errors import NotEnoughData
from analysis.base.typical_error import BAND_LEVEL, Band, TypicalError
from analysis.metrics.strength import VelocityMetric
from analysis.models import old_series as series
from analysis.models.result import t_interval, t_quantile
from analysis.models.strength.load_velocity_mixed import LEAST_SESSIONS, MixedProfile, profile_across_sessions

FIRST_REPS = 3  # as many as a heavy set has, so that a longer set has no more chances of a fast one
USUAL_DAYS = 56  # as for answers on how one feels
SWC_M_S = 0.04


@dataclass(frozen=True, eq=False)
class Readiness(series.JudgedSeries):
    """Bar speed of one session against the usual ones. Made by `readiness`."""

    anchor_kg: float
    profile: MixedProfile  # of the sessions before
    today: pd.DataFrame  # set_no, load_kg, velocity_m_s, usual_m_s: the sets of the session
    offset_m_s: float
    offset_se_m_s: float
    offset_low_m_s: float
    offset_high_m_s: float
    exposures: pd.DataFrame  # local_date, session_id, device, value (m/s at the anchor), n_sets, offset_m_s, comparable
    change: Change

    @property
    def usual_offsets(self) -> Band:
        """The range of 9 of 10 usual days, in m/s from the usual line."""
        half = t_quantile(self.profile.df, BAND_LEVEL) * self.profile.session_sd_m_s
        return Band(-half, half)

    @property
    def sentence(self) -> str:
        """The verdict in words, at the anchor load."""
        return self.change.sentence(f"bar speed at {self.anchor_kg:g} kg", more="faster", less="slower")


def readiness(
    bar_speeds: pd.DataFrame,
    today: pd.Timestamp,
    *,
    anchor_kg: float,
    mvt_m_s: float,
    metric: VelocityMetric = "mean_velocity_m_s",
    usual_days: int = USUAL_DAYS,
    swc_m_s: float = SWC_M_S,
    conf_level: float = 0.90,
) -> Readiness:
    """Does the bar move today as it usually does?

    Model, verdict and refusals: see the model card above.

    Parameters
    ----------
    bar_speeds : as `metrics.strength.bar_speeds` returns it, of one athlete, exercise and side. Sets of another device
        than today's are not compared.
    today : the day asked about; of several sessions on it the sets are taken together.
    anchor_kg : load at which the verdict is said.
    mvt_m_s : velocity of a 1RM, which the profile carries.
    usual_days : how far back sessions make the usual line.
    swc_m_s : smallest worthwhile change at the anchor load.

    Raises
    ------
    NotEnoughData : no set today, fewer than 3 sessions before, or today's loads beyond those of the line.
    DataProblem : several exercises or sides.

    Examples
    --------
    >>> days = pd.date_range("2026-01-05", periods=7, freq="7D").repeat(3)
    >>> offset = np.repeat([0.02, -0.01, 0.00, -0.02, 0.01, 0.00, -0.15], 3)
    >>> load = np.tile([60.0, 80.0, 100.0], 7)
    >>> reps = pd.DataFrame({"session_id": days.strftime("%j"), "set_no": np.tile([1, 2, 3], 7), "rep_no": 1,
    ...     "local_date": days, "exercise": "deadlift", "side": "B", "device": "encoder", "load_kg": load,
    ...     "mean_velocity_m_s": 1.4 - 0.008 * load + offset + np.tile([0.01, -0.01, 0.0], 7)})
    >>> state = readiness(reps, days[-1], anchor_kg=80, mvt_m_s=0.2)
    >>> state.change.state, round(state.offset_m_s, 2)
    ('clearly worse', -0.13)
    """
    now, before = _split(bar_speeds, today, metric, usual_days)
    profile = profile_across_sessions(before, metric=metric, mvt_m_s=mvt_m_s, conf_level=conf_level)
    _check_loads(now, profile)
    line = np.array([profile.v0_m_s, profile.slope_m_s_per_kg])
    now = now.assign(usual_m_s=line[0] + line[1] * now["load_kg"])
    exposures = _at_anchor(pd.concat([_sets(before, metric), now]), line, anchor_kg)
    offset, se = _offset(now, profile)
    interval = t_interval(offset, se, profile.df_within, conf_level)
    earlier = exposures["value"].iloc[:-1].tail(REFERENCE_MOST)
    usual_kg = exposures["load_kg"].iloc[:-1].tail(REFERENCE_MOST).mean()
    change = judge(
        earlier.tolist(),
        exposures["value"].iloc[-1],
        unit="m/s",
        swc=swc_m_s,
        own=_error_of_today(now, profile, usual_kg),
        conf_level=conf_level,
    )
    own = ["set_no", "load_kg", "velocity_m_s", "usual_m_s"]
    return Readiness(
        anchor_kg=anchor_kg,
        profile=profile,
        today=now[own].reset_index(drop=True),
        offset_m_s=offset,
        offset_se_m_s=se,
        offset_low_m_s=interval.low,
        offset_high_m_s=interval.high,
        exposures=exposures,
        change=change,
    )


def _split(
    bar_speeds: pd.DataFrame, today: pd.Timestamp, metric: VelocityMetric, usual_days: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Today's sets, and the repetitions of the sessions before that they are compared with."""
    first = bar_speeds.sort_values("rep_no", ignore_index=True).groupby(["session_id", "set_no"]).head(FIRST_REPS)
    known = first.dropna(subset=["load_kg", metric])
    if known.empty:
        raise NotEnoughData("No bar speed of this lift yet. Measure one warm-up set at a load you often lift.")
    on_day = known[known["local_date"] == today]
    if on_day.empty:
        raise NotEnoughData(f"No bar speed on {today.date()}. Measure one warm-up set at a load you often lift.")
    in_reach = known["local_date"].between(today - pd.Timedelta(days=usual_days), today, inclusive="left")
    device = on_day["device"].iloc[-1]
    same_device = known["device"].fillna("") == ("" if pd.isna(device) else device)
    before = known[in_reach & same_device]
    n_before = before["session_id"].nunique()
    if n_before < LEAST_SESSIONS:
        other = " A new device began a new series." if (in_reach & ~same_device).any() else ""
        raise NotEnoughData(
            f"Today's bar speed needs {LEAST_SESSIONS} sessions before it; got {n_before}.{other} Measure on more days."
        )
    return _sets(on_day[same_device.loc[on_day.index]], metric), before


def _sets(reps: pd.DataFrame, metric: VelocityMetric) -> pd.DataFrame:
    """One row a set: its fastest repetition."""
    by_set = reps.groupby(["local_date", "session_id", "set_no"], sort=True)
    sets = by_set.agg(load_kg=("load_kg", "first"), velocity_m_s=(metric, "max"), device=("device", "first"))
    return sets.reset_index()


def _check_loads(now: pd.DataFrame, profile: MixedProfile) -> None:
    lifted = profile.observations["load_kg"]
    beyond = ~now["load_kg"].between(lifted.min(), lifted.max())
    if beyond.any():
        raise NotEnoughData(
            f"{now.loc[beyond, 'load_kg'].iloc[0]:g} kg is beyond the {lifted.min():g} to {lifted.max():g} kg of the "
            "usual line. Measure a set in between."
        )


def _at_anchor(sets: pd.DataFrame, line: np.ndarray, anchor_kg: float) -> pd.DataFrame:
    """One row a day: its mean distance from the line, and its speed brought to the anchor load."""
    distance = sets["velocity_m_s"] - line[0] - line[1] * sets["load_kg"]
    by_day = sets.assign(offset_m_s=distance).groupby("local_date", sort=True)
    exposures = by_day.agg(
        device=("device", "last"),
        n_sets=("set_no", "size"),
        load_kg=("load_kg", "mean"),
        offset_m_s=("offset_m_s", "mean"),
    ).reset_index()
    exposures["value"] = line[0] + line[1] * anchor_kg + exposures["offset_m_s"]
    return series.with_comparable(exposures)


def _offset(now: pd.DataFrame, profile: MixedProfile) -> tuple[float, float]:
    """What today adds, as far as its sets are believed, and the standard error of that; the line's error is in it."""
    of_days, of_sets = profile.session_sd_m_s**2, profile.residual_sd_m_s**2 / len(now)
    weight = of_days / (of_days + of_sets) if of_days > 0 else 0.0
    mean = np.array([1.0, now["load_kg"].mean()])
    variance = weight**2 * mean @ profile.covariance @ mean + of_days * (1 - weight)
    return float(weight * (now["velocity_m_s"] - now["usual_m_s"]).mean()), float(np.sqrt(variance))


def _error_of_today(now: pd.DataFrame, profile: MixedProfile, usual_kg: float) -> TypicalError:
    of_slope = profile.covariance[1, 1] * (now["load_kg"].mean() - usual_kg) ** 2
    variance = profile.session_sd_m_s**2 + profile.residual_sd_m_s**2 / len(now) + of_slope
    return TypicalError(float(np.sqrt(variance)), profile.df, "days and sets of the usual line")
