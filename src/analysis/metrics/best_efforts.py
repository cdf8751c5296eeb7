"""Best efforts: the fastest time over each distance inside the runs of a watch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.metrics.running import recorded_runs

MILE_M = 1609.344
DISTANCES_M = (400.0, 1000.0, MILE_M, 3000.0, 5000.0, 10000.0)
# faster than the fastest stretch measured in a 100 m world record, Graubner & Nixdorf 2011, New Stud Athl 26:19-53
IMPLAUSIBLE_M_S = 12.5


@dataclass(frozen=True, eq=False)
class RunEfforts:
    """The fastest time over each distance of one run."""

    efforts: pd.DataFrame  # distance_m, duration_s, start_s; one row a distance that the run holds
    n_jumps: int  # steps between records faster than anybody runs, or backward; no effort crosses one


@dataclass(frozen=True, eq=False)
class BestEfforts:
    """The fastest time over each distance of all runs."""

    efforts: pd.DataFrame  # distance_m, duration_s, pace_s_per_km, local_date, session_id, start_s; shortest first
    n_runs: int
    n_runs_without_distance: int  # no records, or none with a distance
    n_jumps: int


def fastest_efforts(records: pd.DataFrame, distances_m: Sequence[float] = DISTANCES_M) -> RunEfforts:
    """The fastest time over each distance within one run.

    Between two records the speed is taken as even, so a fastest effort starts or ends at a record; the other end is
    interpolated. Time is elapsed time: a pause inside an effort counts.

    Parameters
    ----------
    records : DataFrame with t_s and distance_m (distance so far), records of one run. Those without distance are left
        out. A step faster than 12.5 m/s or backward is a jump of the GPS: it parts the run, and no effort crosses it.
        A jump that is slower than that, as after a tunnel, cannot be told from running.
    distances_m : sequence of float
        Distances longer than the run have no row.

    Examples
    --------
    >>> records = pd.DataFrame({"t_s": [0.0, 100.0, 180.0, 280.0], "distance_m": [0.0, 400.0, 800.0, 1200.0]})
    >>> fastest_efforts(records, [400, 1000]).efforts.values.tolist()
    [[400.0, 80.0, 100.0], [1000.0, 230.0, 0.0]]
    """
    known = records.dropna(subset=["t_s", "distance_m"]).sort_values("t_s", kind="stable").drop_duplicates("t_s")
    time_s, way_m = known["t_s"].to_numpy(dtype=float), known["distance_m"].to_numpy(dtype=float)
    step_m_s = np.diff(way_m) / np.diff(time_s)
    jumps = np.flatnonzero((step_m_s < 0) | (step_m_s > IMPLAUSIBLE_M_S)) + 1
    stretches = list(zip(np.split(time_s, jumps), np.split(way_m, jumps), strict=True))
    rows = [
        {"distance_m": float(distance_m), "duration_s": fastest[0], "start_s": fastest[1]}
        for distance_m in distances_m
        if (fastest := min((_fastest(*stretch, distance_m) for stretch in stretches), default=_NONE)) < _NONE
    ]
    return RunEfforts(pd.DataFrame(rows, columns=["distance_m", "duration_s", "start_s"], dtype=float), len(jumps))


def best_efforts(
    runs: pd.DataFrame,
    samples: Callable[[str], pd.DataFrame],
    until: pd.Timestamp,
    *,
    days: int = 90,
    distances_m: Sequence[float] = DISTANCES_M,
) -> BestEfforts:
    """The fastest time over each distance in the runs of the last `days` days.

    Parameters
    ----------
    runs : DataFrame
        Table runs with local_date and counted; the copy of a run that another source holds too is not read.
    samples : callable
        Session id to its watch records, as `fastest_efforts` takes them; empty where there are none.
    until : Timestamp
        Last day that is known.

    Raises
    ------
    NotEnoughData : no run that holds the shortest distance.

    Examples
    --------
    >>> runs = pd.DataFrame({"session_id": ["a"], "local_date": pd.to_datetime(["2026-01-06"]), "sport": "running",
    ...                      "counted": True})
    >>> records = pd.DataFrame({"t_s": [0.0, 600.0], "distance_m": [0.0, 2000.0]})
    >>> best = best_efforts(runs, lambda session_id: records, pd.Timestamp("2026-01-11"))
    >>> best.efforts[["distance_m", "duration_s"]].round(1).values.tolist()
    [[400.0, 120.0], [1000.0, 300.0], [1609.3, 482.8]]
    """
    recorded = recorded_runs(runs, until)
    latest = recorded[recorded["local_date"] > until - pd.Timedelta(days=days)]
    found, n_without, n_jumps = [], 0, 0
    for run in latest.itertuples():
        records = samples(run.session_id)
        if "distance_m" not in records or records["distance_m"].notna().sum() < 2:
            n_without += 1
            continue
        of_run = fastest_efforts(records, distances_m)
        n_jumps += of_run.n_jumps
        found.append(of_run.efforts.assign(local_date=run.local_date, session_id=run.session_id))
    every = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    if every.empty:
        raise NotEnoughData(
            f"None of {len(latest)} runs in {days} days holds {min(distances_m):g} m of recorded distance. "
            "Record runs with a watch that measures distance, or look further back."
        )
    fastest = every.sort_values(["distance_m", "duration_s"], kind="stable").drop_duplicates("distance_m")
    efforts = fastest.assign(pace_s_per_km=fastest["duration_s"] / fastest["distance_m"] * 1000)
    columns = ["distance_m", "duration_s", "pace_s_per_km", "local_date", "session_id", "start_s"]
    return BestEfforts(efforts[columns].reset_index(drop=True), len(latest), n_without, n_jumps)


_NONE = (np.inf, np.inf)


def _fastest(time_s: np.ndarray, way_m: np.ndarray, distance_m: float) -> tuple[float, float]:
    """Duration and start of the fastest `distance_m` in a stretch without jumps; infinite where it is shorter."""
    from_record = way_m + distance_m <= way_m[-1]
    to_record = way_m - distance_m >= way_m[0]
    start_s = np.concatenate([time_s[from_record], _departure_s(time_s, way_m, way_m[to_record] - distance_m)])
    end_s = np.concatenate([_arrival_s(time_s, way_m, way_m[from_record] + distance_m), time_s[to_record]])
    if not len(start_s):
        return _NONE
    best = int((end_s - start_s).argmin())
    return float(end_s[best] - start_s[best]), float(start_s[best])


def _arrival_s(time_s: np.ndarray, way_m: np.ndarray, at_m: np.ndarray) -> np.ndarray:
    """When the runner first stands at each distance, which lies after the first record."""
    after = np.searchsorted(way_m, at_m, side="left")
    return _between(time_s, way_m, after - 1, at_m)


def _departure_s(time_s: np.ndarray, way_m: np.ndarray, at_m: np.ndarray) -> np.ndarray:
    """When the runner last stands at each distance, which lies before the last record."""
    before = np.searchsorted(way_m, at_m, side="right") - 1
    return _between(time_s, way_m, before, at_m)


def _between(time_s: np.ndarray, way_m: np.ndarray, before: np.ndarray, at_m: np.ndarray) -> np.ndarray:
    share = (at_m - way_m[before]) / (way_m[before + 1] - way_m[before])
    return time_s[before] + share * (time_s[before + 1] - time_s[before])
