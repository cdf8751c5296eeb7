"""Running: pace, distance by week, trials and sprints that models take, the cost of grade, speed at a heart rate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.units import factor
from analysis.metrics.sprints import up_to_gate

Values = float | pd.Series  # one number, or one a row

RUNNING_SPORTS = ("run", "running", "trail_running", "treadmill_running", "track_running")
RUNNING_KINDS = ("run", "sprint", "time_trial")  # of session
RECORD_LASTS_AT_MOST_S = 10.0  # a watch that records seldom, or lost the signal
MINETTI_MAX_GRADE = 0.45
STANDS_M_S = 0.3  # a radar's noise before the start
_POWER_TRIAL = {"mean_power": "W", "duration": "s"}  # what a trial on a power meter measures, and the unit inside

# Minetti et al. 2002: polynomial in grade, highest power first, J/(kg m)
_COST_RUN = (155.4, -30.4, -43.3, 46.3, 19.5, 3.6)

_WEEK_ENDS = {"monday": "W-SUN", "sunday": "W-SAT", "saturday": "W-FRI"}


def pace_s_per_km(distance_m: Values, duration_s: Values) -> Values:
    """Seconds a kilometre; NaN where an input is NaN. Distances must be above 0.

    >>> pace_s_per_km(5000.0, 1500.0)
    300.0
    """
    if np.any(np.asarray(distance_m) <= 0):
        raise DataProblem("A distance of 0 m or less has no pace. Leave out runs without distance.")
    return duration_s / distance_m * 1000


def is_run(runs: pd.DataFrame) -> pd.Series:
    """Which records of a watch are runs: by the kind of their session, by their sport where that is not known.

    Parameters
    ----------
    runs : DataFrame with sport, and kind where frames come from a workspace.

    Examples
    --------
    >>> is_run(pd.DataFrame({"sport": ["9", "Lauf", "running"], "kind": ["run", "ride", None]})).tolist()
    [True, False, True]
    """
    by_sport = runs["sport"].str.lower().isin(RUNNING_SPORTS)
    if "kind" not in runs:
        return by_sport
    return runs["kind"].isin(RUNNING_KINDS) | (runs["kind"].isna() & by_sport)


def week_of(local_date: pd.Series, *, week_start: Literal["monday", "sunday", "saturday"] = "monday") -> pd.Series:
    """The first day of the week of each date.

    >>> week_of(pd.Series(pd.to_datetime(["2026-01-18"]))).dt.strftime("%Y-%m-%d").tolist()
    ['2026-01-12']
    """
    return local_date.dt.to_period(_WEEK_ENDS[week_start]).dt.start_time


def distance_by_week(
    runs: pd.DataFrame,
    *,
    week_start: Literal["monday", "sunday", "saturday"] = "monday",
    sports: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Distance run in each week, from the first week with a run to the last.

    Parameters
    ----------
    runs : DataFrame with local_date, sport, distance_m, and counted (bool) if a run can be recorded twice.
    sports : the sports that count, as the files name them in lower case; those that `is_run` finds if not given.

    Returns
    -------
    DataFrame, one row a week: week (its first day), distance_m (sum of the known distances, NaN where all are
    unknown; 0 in a week without a recorded run), runs, runs_without_distance.

    Examples
    --------
    >>> runs = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-08"]), "sport": "running",
    ...                      "distance_m": [5000.0, 8000.0], "counted": [True, False]})
    >>> distance_by_week(runs)[["distance_m", "runs"]].values.tolist()
    [[5000.0, 1.0]]
    """
    rows = runs[is_run(runs) if sports is None else runs["sport"].str.lower().isin(sports)]
    if "counted" in rows:
        rows = rows[rows["counted"]]
    rows = rows.assign(week=week_of(rows["local_date"], week_start=week_start))
    by_week = rows.groupby("week")["distance_m"].agg(["size", "count"])
    by_week["distance_m"] = rows.groupby("week")["distance_m"].sum(min_count=1)
    weeks = pd.date_range(by_week.index.min(), by_week.index.max(), freq="7D") if len(by_week) else by_week.index
    every = by_week.reindex(weeks)
    runs_in = every["size"].fillna(0).astype(int)
    return pd.DataFrame(
        {
            "week": weeks,
            "distance_m": every["distance_m"].mask(runs_in == 0, 0.0).to_numpy(),
            "runs": runs_in.to_numpy(),
            "runs_without_distance": (every["size"] - every["count"]).fillna(0).astype(int).to_numpy(),
        }
    )


def recorded_runs(runs: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Runs up to and including `until`, oldest first, without the copies that another source holds too.

    Parameters
    ----------
    runs : DataFrame with local_date, sport, counted (bool).

    Examples
    --------
    >>> runs = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-05"]), "sport": "running",
    ...                      "counted": [True, False]})
    >>> len(recorded_runs(runs, pd.Timestamp("2026-01-11")))
    1
    """
    kept = runs["counted"] & is_run(runs) & (runs["local_date"] <= until)
    return runs[kept].sort_values("local_date", kind="stable")


def moments(records: pd.DataFrame, *names: str) -> dict[str, np.ndarray]:
    """Watch records of one run in time as arrays: t_s, speed_m_s and `names`, distance_m and paused where they are
    known, lasts_s and is_moving.

    lasts_s is the time until the next record, at most 10 s, NaN for the last one; is_moving is False where the watch
    was paused. A missing speed is taken from the distance to the next record.

    >>> records = pd.DataFrame({"t_s": [0.0, 1.0, 60.0], "speed_m_s": 3.0, "paused": [0.0, 1.0, np.nan]})
    >>> moments(records)["lasts_s"].tolist(), moments(records)["is_moving"].tolist()
    ([1.0, 10.0, nan], [True, False, True])
    >>> records = pd.DataFrame({"t_s": [0.0, 10.0], "distance_m": [0.0, 30.0], "speed_m_s": np.nan})
    >>> moments(records)["speed_m_s"].tolist()
    [3.0, nan]
    """
    in_order = np.argsort(records["t_s"].to_numpy(dtype=float), kind="stable")
    there = (name for name in ("distance_m", "paused") if name in records)
    found = {name: records[name].to_numpy(dtype=float)[in_order] for name in ("t_s", "speed_m_s", *there, *names)}
    t_s, speed_m_s = found["t_s"], found["speed_m_s"]
    if "distance_m" in found and (missing := np.isnan(speed_m_s)).any():
        with np.errstate(divide="ignore", invalid="ignore"):  # two records of one moment tell no speed
            between = np.diff(found["distance_m"], append=np.nan) / np.diff(t_s, append=np.nan)
        found["speed_m_s"] = np.where(missing & np.isfinite(between), between, speed_m_s)
    return found | {"lasts_s": _lasts_s(t_s), "is_moving": _is_moving(found)}


def only(columns: Mapping[str, np.ndarray], kept: np.ndarray) -> dict[str, np.ndarray]:
    """The rows that are kept, of arrays of one length.

    >>> only({"t_s": np.array([0.0, 1.0])}, np.array([False, True]))
    {'t_s': array([1.])}
    """
    return {name: values[kept] for name, values in columns.items()}


def _lasts_s(t_s: np.ndarray) -> np.ndarray:
    return np.minimum(np.diff(t_s, append=np.nan), RECORD_LASTS_AT_MOST_S)


def _is_moving(records: pd.DataFrame | Mapping[str, np.ndarray]) -> np.ndarray:
    paused = records["paused"] if "paused" in records else np.zeros(len(records["t_s"]))
    return np.nan_to_num(np.asarray(paused, dtype=float)) == 0


def latest_time_trials(splits: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """The newest time trial over each distance, what critical speed is fitted to.

    Parameters
    ----------
    splits : DataFrame with session_id, trial_no, local_date, distance_m, time_s.
    sessions : DataFrame with session_id, kind; the splits of sessions of kind time_trial are read.

    Returns
    -------
    DataFrame, one row a distance, shortest first: distance_m, duration_s, local_date. Where a distance was run twice
    on its newest day the faster trial stands. A trial with a split of unknown time or distance is left out.

    Examples
    --------
    >>> splits = pd.DataFrame({"session_id": ["a", "b", "b"], "trial_no": 1, "distance_m": [400.0, 200.0, 200.0],
    ...     "time_s": [75.0, 36.0, 37.0], "local_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02"])})
    >>> sessions = pd.DataFrame({"session_id": ["a", "b"], "kind": "time_trial"})
    >>> latest_time_trials(splits, sessions)[["distance_m", "duration_s"]].values.tolist()
    [[400.0, 73.0]]
    """
    timed = splits[splits["session_id"].isin(sessions.loc[sessions["kind"] == "time_trial", "session_id"])]
    whole = (
        timed.groupby(["local_date", "session_id", "trial_no"])[["distance_m", "time_s"]]
        .agg(lambda part: part.sum(skipna=False))
        .rename(columns={"time_s": "duration_s"})
        .dropna()
        .reset_index()
    )
    fastest_first = whole.sort_values(["distance_m", "local_date", "duration_s"], ascending=[True, False, True])
    newest = fastest_first.drop_duplicates("distance_m", ignore_index=True)
    return newest[["distance_m", "duration_s", "local_date"]]


def best_sprint(splits: pd.DataFrame, test_id: str) -> pd.DataFrame:
    """Gates of the fastest trial on the newest day of one sprint test, what a sprint profile is fitted to.

    A longer sprint from the same start that has a gate at the distance of the test is such a trial too, with all its
    gates: of several the one with most of them, then the fastest.

    Parameters
    ----------
    splits : DataFrame with session_id, trial_no, split_no, test_id, local_date, distance_m, time_s; gate to gate, and
        start_m where other tests may answer. A trial with a split of unknown time or distance is left out.

    Returns
    -------
    DataFrame, one row a gate, in order: distance_m and time_s from the start, local_date.

    Raises
    ------
    NotEnoughData : no whole trial of that test.

    Examples
    --------
    >>> splits = pd.DataFrame({"session_id": "a", "trial_no": 1, "split_no": [1, 2], "test_id": "sprint_20m",
    ...     "local_date": pd.Timestamp("2026-01-05"), "distance_m": [10.0, 10.0], "time_s": [1.9, 1.4]})
    >>> best_sprint(splits, "sprint_20m")[["distance_m", "time_s"]].values.tolist()
    [[10.0, 1.9], [20.0, 3.3]]
    """
    rows = _trials_of(splits, test_id).sort_values("split_no")
    trials = rows.groupby(["local_date", "session_id", "trial_no"])
    whole = trials[["distance_m", "time_s"]].agg(lambda part: part.sum(skipna=False)).dropna().reset_index()
    if whole.empty:
        raise NotEnoughData(f"No sprint of the test {test_id!r} with all its times yet. Time one from gate to gate.")
    newest = whole[whole["local_date"] == whole["local_date"].max()]
    longest = newest[newest["distance_m"] == newest["distance_m"].max()]
    best = longest.loc[longest["time_s"].idxmin()]
    of_trial = rows[(rows["session_id"] == best["session_id"]) & (rows["trial_no"] == best["trial_no"])]
    gates = of_trial[["distance_m", "time_s"]].cumsum()
    return gates.assign(local_date=best["local_date"]).reset_index(drop=True)


def _trials_of(splits: pd.DataFrame, test_id: str) -> pd.DataFrame:
    """All splits of the trials of a test, and of longer sprints that answer it."""
    own = splits["test_id"] == test_id
    if "start_m" not in splits:
        return splits[own]
    answers = up_to_gate(splits[~own], test_id)[["session_id", "trial_no"]].apply(tuple, axis=1)
    trials = splits[["session_id", "trial_no"]].apply(tuple, axis=1)
    return splits[own | trials.isin(set(answers))]


def latest_power_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """The newest all-out trial of each test with a power meter, what critical power is fitted to.

    Parameters
    ----------
    trials : table trials of one athlete. A trial with power is two rows of one test, day and trial_no: metric
        mean_power in W, and metric duration.

    Returns
    -------
    DataFrame, one row a test, shortest first: power_w, duration_s, local_date. Where a test was done twice on its
    newest day the trial of more power stands.

    Raises
    ------
    NotEnoughData : no trial with both.

    Examples
    --------
    >>> trials = pd.DataFrame({"local_date": pd.Timestamp("2026-01-05"), "test_id": "power_3min", "trial_no": 1,
    ...     "metric": ["mean_power", "duration"], "value": [320.0, 3.0], "unit": ["W", "min"]})
    >>> latest_power_trials(trials)[["power_w", "duration_s"]].values.tolist()
    [[320.0, 180.0]]
    """
    told = trials[trials["metric"].isin(_POWER_TRIAL)]
    values = [row.value * factor(row.unit, _POWER_TRIAL[row.metric]) for row in told.itertuples()]
    by_metric = told.assign(value=values).pivot_table("value", ["local_date", "test_id", "trial_no"], "metric")
    whole = by_metric.reindex(columns=list(_POWER_TRIAL)).set_axis(["power_w", "duration_s"], axis=1)
    whole = whole.dropna().reset_index()
    if whole.empty:
        raise NotEnoughData(
            "No all-out trial with a power meter yet. Take in each as two trials of one test: mean_power in W, and "
            "duration in s."
        )
    newest_first = whole.sort_values(["local_date", "power_w"], ascending=False).drop_duplicates("test_id")
    return newest_first.sort_values("duration_s", ignore_index=True)[["power_w", "duration_s", "local_date"]]


def newest_body_mass_kg(trials: pd.DataFrame) -> float:
    """The body mass weighed last, in kg, from the table trials of one athlete.

    Raises NotEnoughData where none is known, or the athlete has not agreed to its being shown.

    >>> weighed = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-12"]), "test_id": "body_mass",
    ...                         "value": [71.0, 70.5], "unit": "kg"})
    >>> newest_body_mass_kg(weighed)
    70.5
    """
    weighed = trials[(trials["test_id"] == "body_mass") & (trials["unit"] == "kg")].sort_values("local_date")
    if weighed.empty:
        raise NotEnoughData(
            "No body mass is known that may be shown. Take in a weighing with the athlete's consent, or name the mass."
        )
    return float(weighed["value"].iloc[-1])


def recorded_sprint(sessions: pd.DataFrame, samples: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """The fastest sprint of the newest day under a radar or a laser, from its first movement to its greatest speed.

    Parameters
    ----------
    sessions : DataFrame with session_id, local_date, kind; one sprint a session.
    samples : callable
        Session id to t_s and speed_m_s; empty where nothing was recorded, as of a sprint past gates.

    Returns
    -------
    DataFrame, one row a moment: t_s, speed_m_s, local_date.

    Raises
    ------
    NotEnoughData : no sprint that a radar or laser recorded.

    Examples
    --------
    >>> moments = pd.DataFrame({"t_s": [0.0, 0.1, 0.2, 0.3, 0.4], "speed_m_s": [0.1, 0.0, 0.9, 1.6, 1.5]})
    >>> sessions = pd.DataFrame({"session_id": "a", "local_date": [pd.Timestamp("2026-01-05")], "kind": "sprint"})
    >>> recorded_sprint(sessions, lambda session_id: moments)["t_s"].tolist()
    [0.2, 0.3]
    """
    sprints = sessions[sessions["kind"] == "sprint"].sort_values("local_date", ascending=False)
    for day, of_day in sprints.groupby("local_date", sort=False):
        recorded = [_moving(samples(session_id)) for session_id in of_day["session_id"]]
        known = [moments for moments in recorded if len(moments)]
        if known:
            return max(known, key=lambda moments: moments["speed_m_s"].max()).assign(local_date=day)
    raise NotEnoughData(
        "No sprint under a radar or laser yet. Take in its time and velocity, a file a sprint with the day in its name."
    )


def _moving(records: pd.DataFrame) -> pd.DataFrame:
    """The moments from the last stand before the greatest speed up to that speed."""
    if "speed_m_s" not in records:
        return pd.DataFrame(columns=["t_s", "speed_m_s"])
    moments = records[["t_s", "speed_m_s"]].dropna().sort_values("t_s", ignore_index=True)
    up_to_top = moments.iloc[: moments["speed_m_s"].argmax() + 1] if len(moments) else moments
    stands = np.flatnonzero(up_to_top["speed_m_s"] < STANDS_M_S)
    return up_to_top.iloc[stands[-1] + 1 if len(stands) else 0 :]


def cost_of_running_j_kg_m(grade: Values) -> Values:
    """Energy cost of running on a grade (rise over run, 0.1 is 10 %), in J/(kg m).

    Valid from -0.45 to 0.45. Minetti et al. 2002, J Appl Physiol 93:1039-1046.

    Raises
    ------
    DataProblem : a grade outside what was measured.

    Examples
    --------
    >>> cost_of_running_j_kg_m(0.0)
    3.6
    """
    too_steep = np.abs(np.asarray(grade, dtype=float)) > MINETTI_MAX_GRADE
    if too_steep.any():
        raise DataProblem(
            f"{too_steep.sum()} grades are steeper than the {MINETTI_MAX_GRADE} up to which the cost was measured. "
            "Leave steeper stretches out."
        )
    return sum(factor * grade**power for power, factor in enumerate(reversed(_COST_RUN)))


def grade_factor(grade: Values) -> Values:
    """Cost of running on a grade relative to the flat: speed times this is the speed of equal cost on the flat.

    >>> round(grade_factor(0.1), 3)
    1.658
    """
    return cost_of_running_j_kg_m(grade) / _COST_RUN[-1]


@dataclass(frozen=True, eq=False)
class SpeedAtHeartRate:
    """Mean running speed while the heart rate was in a band."""

    speed_m_s: float
    pace_s_per_km: float
    duration_s: float  # time in the band that the mean rests on
    low_bpm: float
    high_bpm: float


def speed_at_heart_rate(
    samples: pd.DataFrame | Mapping[str, np.ndarray],
    *,
    low_bpm: float,
    high_bpm: float,
    warm_up_s: float = 600,
    min_duration_s: float = 300,
) -> SpeedAtHeartRate:
    """Mean speed of a run while the heart rate was from `low_bpm` to `high_bpm`, weighted by time.

    Parameters
    ----------
    samples : DataFrame or arrays by name: t_s, heart_rate_bpm, speed_m_s, and paused where known; of one run.
        Each record stands for the time until the next, at most 10 s. Records without heart rate or speed, paused
        ones and the first `warm_up_s` (heart rate lags behind speed) are left out.

    Raises
    ------
    NotEnoughData : less than `min_duration_s` in the band.

    Examples
    --------
    >>> samples = pd.DataFrame({"t_s": np.arange(1000.0), "heart_rate_bpm": 150.0, "speed_m_s": 2.5})
    >>> speed_at_heart_rate(samples, low_bpm=145, high_bpm=155).pace_s_per_km
    400.0
    """
    in_order = np.argsort(np.asarray(samples["t_s"], dtype=float), kind="stable")
    names = ("t_s", "heart_rate_bpm", "speed_m_s")
    t_s, bpm, m_s = (np.asarray(samples[name], dtype=float)[in_order] for name in names)
    lasts_s = _lasts_s(t_s)
    in_band = (t_s >= warm_up_s) & (bpm >= low_bpm) & (bpm <= high_bpm) & _is_moving(samples)[in_order]
    kept = in_band & np.isfinite(m_s) & np.isfinite(lasts_s)
    in_band_s = float(lasts_s[kept].sum())
    if in_band_s < min_duration_s:
        raise NotEnoughData(
            f"Only {in_band_s:.0f} s of this run lie between {low_bpm:g} and {high_bpm:g} bpm; "
            f"{min_duration_s:.0f} s are needed. Choose a longer run or a wider band."
        )
    speed_m_s = float(np.average(m_s[kept], weights=lasts_s[kept]))
    return SpeedAtHeartRate(speed_m_s, pace_s_per_km(speed_m_s, 1.0), in_band_s, low_bpm, high_bpm)
