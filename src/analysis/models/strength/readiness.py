"""Daily state from bar speed: does the bar move today as it usually does at these loads?

Model card
----------
Question: is the bar today as fast as on a usual day, seen from the sets measured so far, one warm-up set perhaps?
Model: `models.strength.load_velocity_mixed` on the sessions before today: v = v0 + slope L + u + e, where u ~ N(0,
session_sd^2) is what a day adds and e ~ N(0, residual_sd^2) what a set does. Of a set the fastest of its first 3
repetitions counts.
Estimator: the mean distance of today's k sets from that line, in m/s.
Interval: t about it at 95 %, with the scatter of days, that of k sets, and the error of the line at today's loads; so
one light set says little.
Verdict: unusually low or high where it leaves 0, which is where today lies outside the band of a usual day; else usual.
It is never "better" or "worse": a day is no level.
Refuses: fewer than 3 sessions before with the same device, no set today, a set today beyond the loads of the line.

Measured over 500 made-up athletes a cell who have n days of 3 sets before, SD of days .025 and of sets .02 m/s, usual
days called unusual in %, and days 0.1 m/s slower called so (166 athletes), rho from day to day:

| n | 3 sets: rho 0 | .3 | .6 | one light set: rho 0 | .3 | .6 | 0.1 m/s slower, 3 sets: rho 0 | .6 |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| 3 | 3.4 | 2.6 | 1.6 | 0.4 | 0.6 | 1.2 | 44 | 55 |
| 5 | 4.6 | 4.6 | 4.0 | 2.2 | 2.4 | 5.0 | 72 | 86 |
| 8 | 5.0 | 4.6 | 6.4 | 3.4 | 3.6 | 5.2 | 87 | 93 |
| 15 | 4.0 | 4.2 | 6.0 | 4.6 | 6.4 | 7.0 | 90 | 93 |

Limits: speed at a load follows strength and effort as well as fatigue; a lazy warm-up is slow. The line is that of the
last weeks: who gets stronger is fast on it. It is one sign beside how one feels, and is never added up with it.

References
----------
Laird & Ware 1982, Biometrics 38(4):963-974 (offsets of sessions); Jovanovic & Flanagan 2014, J Aust Strength Cond
22(2):58-69 (bar speed for daily adjustment); Whitmore 1986, Am Stat 40(2):141-143 (limits for one new value).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.base.config import Lift
from analysis.base.errors import NotEnoughData
from analysis.base.sentences import Audience, Judged, Sentence, Wording, count_text
from analysis.base.units import signed_text
from analysis.metrics.strength import VelocityMetric, speeds_of_lift
from analysis.models.change.engine import BAND_LEVEL
from analysis.models.change.told import Today
from analysis.models.result import Result, glance_row, t_quantile, tidy_table, with_fitted
from analysis.models.strength.load_velocity_mixed import LEAST_SESSIONS, MixedProfile, profile_across_sessions

FIRST_REPS = 3  # as many as a heavy set has, so that a longer set has no more chances of a fast one
USUAL_DAYS = 56  # as for answers on how one feels
YEAR_DAYS = 365

_LEADS = {
    "usual": "A usual day.",
    "unusually low": "A slow day, outside your usual.",
    "unusually high": "A fast day, outside your usual.",
}


@dataclass(frozen=True, eq=False)
class Readiness(Judged, Result):
    """Bar speed of one session against the usual ones. Made by `readiness`."""

    wording: ClassVar[Mapping[str, Any]] = {"more": "faster", "less": "slower"}

    anchor_kg: float
    profile: MixedProfile  # of the sessions before
    sets: pd.DataFrame  # set_no, load_kg, velocity_m_s, usual_m_s: those of the session
    exposures: pd.DataFrame  # local_date, device, n_sets, load_kg, offset_m_s, value (m/s at the anchor); today's last
    offset_se_m_s: float  # of one new day with sets as today's

    @property
    def last_date(self) -> pd.Timestamp:
        """The day asked about."""
        return self.exposures["local_date"].iloc[-1]

    @property
    def offset_m_s(self) -> float:
        """How far today's sets lie from the usual line."""
        return float(self.exposures["offset_m_s"].iloc[-1])

    @property
    def reach_m_s(self) -> float:
        """What a usual day alone makes, to either side of the line."""
        return t_quantile(self.profile.df, BAND_LEVEL) * self.offset_se_m_s

    @property
    def today(self) -> Today:
        """Whether the day lies in the band of a usual one."""
        if abs(self.offset_m_s) <= self.reach_m_s:
            return "usual"
        return "unusually low" if self.offset_m_s < 0 else "unusually high"

    def said(self, words: Wording, audience: Audience) -> Sentence:
        """What kind of day it is, how fast the bar moves and what a day alone makes."""
        d, off = words.decimals, self.offset_m_s
        now = f"{words.level(self.exposures['value'].iloc[-1], 'm/s')}"
        if audience == "coach":
            sets = count_text(len(self.sets), "set")
            return Sentence(
                "",
                f"{words.head}: {self.today}. {now}, {signed_text(off, d)} m/s from the usual line of "
                f"{self.profile.df + 1} sessions ({BAND_LEVEL * 100:.0f} % band +/-{self.reach_m_s:.{d}f}), {sets}.",
            )
        by = f"{words.amount(off, 'm/s')} {words.direction(off)} than usual"
        alone = f"A {'bad' if off < 0 else 'good'} day alone makes {words.amount(self.reach_m_s, 'm/s')}."
        again = " That is one set; measure another." if len(self.sets) == 1 else ""
        return Sentence(_LEADS[self.today], f"{words.head}: {now}, {by}. {alone}{again}")

    def fact_fields(self) -> dict[str, Any]:
        """The kind of day, and the distance from the usual line with its interval."""
        low, high = self.offset_m_s - self.reach_m_s, self.offset_m_s + self.reach_m_s
        told = {"estimate": self.offset_m_s, "unit": "m/s", "conf_low": low, "conf_high": high}
        return {"today": self.today, **told, "conf_level": BAND_LEVEL, "n": len(self.exposures)}

    def tidy(self) -> pd.DataFrame:
        """One row: today's distance from the usual line."""
        row = ("today", "m/s", self.offset_m_s, self.offset_se_m_s)
        return tidy_table([row], BAND_LEVEL, df=self.profile.df)

    def glance(self) -> pd.DataFrame:
        """One row: n (days), n_sets of today, today, reach_m_s."""
        return glance_row(self, "today", "reach_m_s", n=len(self.exposures), n_sets=len(self.sets))

    def augment(self) -> pd.DataFrame:
        """The days with .fitted, the usual speed at the anchor load, and .resid."""
        fitted = self.profile.v0_m_s + self.profile.slope_m_s_per_kg * self.anchor_kg
        return with_fitted(self.exposures, "value", fitted)


def readiness(
    bar_speeds: pd.DataFrame,
    today: pd.Timestamp,
    *,
    anchor_kg: float,
    mvt_m_s: float,
    metric: VelocityMetric = "mean_velocity_m_s",
    usual_days: int = USUAL_DAYS,
) -> Readiness:
    """Does the bar move today as it usually does?

    Model, verdict and refusals: see the model card above.

    Parameters
    ----------
    bar_speeds : as `metrics.strength.bar_speeds` returns it, of one athlete, exercise and side. Sets of another device
        than today's are not compared.
    today : the day asked about; of several sessions on it the sets are taken together.
    anchor_kg : load at which speeds are told.
    mvt_m_s : velocity of a 1RM, which the profile carries.
    usual_days : how far back sessions make the usual line.

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
    >>> state.today, round(state.offset_m_s, 2), round(state.reach_m_s, 2)
    ('unusually low', -0.15, 0.04)
    """
    now, before = _split(bar_speeds, today, metric, usual_days)
    profile = profile_across_sessions(before, metric=metric, mvt_m_s=mvt_m_s)
    _check_loads(now, profile)
    line = np.array([profile.v0_m_s, profile.slope_m_s_per_kg])
    now = now.assign(usual_m_s=line[0] + line[1] * now["load_kg"])
    own = ["set_no", "load_kg", "velocity_m_s", "usual_m_s"]
    return Readiness(
        anchor_kg=anchor_kg,
        profile=profile,
        sets=now[own].reset_index(drop=True),
        exposures=_at_anchor(pd.concat([_sets(before, metric), now]), line, anchor_kg),
        offset_se_m_s=_error_of_a_day(now, profile),
    )


def readiness_of_lift(
    sets: pd.DataFrame, reps: pd.DataFrame, lift: Lift, anchor_kg: float, until: pd.Timestamp
) -> Readiness:
    """`readiness` of a key lift on the last day of a year on which its bar was measured; errors as there."""
    speeds = speeds_of_lift(sets, reps, lift, until, days=YEAR_DAYS)
    told = {"anchor_kg": anchor_kg, "mvt_m_s": lift.mvt_m_s, "metric": lift.metric}
    return readiness(speeds, speeds["local_date"].max(), **told)


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
    return exposures


def _error_of_a_day(now: pd.DataFrame, profile: MixedProfile) -> float:
    """Of the mean distance of such sets on one new day: of the day, of the sets, and of the line at their loads."""
    mean = np.array([1.0, now["load_kg"].mean()])
    of_day = profile.session_sd_m_s**2 + profile.residual_sd_m_s**2 / len(now)
    return float(np.sqrt(of_day + mean @ profile.covariance @ mean))
