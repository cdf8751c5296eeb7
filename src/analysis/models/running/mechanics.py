"""Running mechanics: what becomes of cadence and stride length from the first half of a long run to the second?

Model card
----------
Question: does an athlete's step get slower or shorter towards the end of a long run, and how much of a lost speed is
cadence, how much stride?
Data: watch records with cadence and speed of runs of an hour or more, without the first 10 min, pauses and walking
(below 130 steps a minute).
Formula: speed = cadence / 120 x stride, so that 100 log(speed late / early) = 100 log(cadence late / early) +
100 log(stride late / early): changes in percent that add up. Halves are of equal time spent running.
Estimator: means of the runs of each athlete, then the mean over athletes. Units are percent.
Interval: t over athletes for the squad; t over runs for an athlete with 3 or more.
Refused: no long run of which 15 min of running with cadence and speed are known in each half; for the squad fewer than
6 athletes; a cadence or a speed that is infinite or negative.

Criticism: a stride that shortens at the end of a run on purpose, uphill, into the wind or on tired legs looks the same.
A watch counts steps better than it measures speed, and an error of its speed is an error of the stride. Runs of
different length are compared as they are.

References
----------
Apte et al. 2021, Front Physiol 12:646042 (what fatigue does to the step: a review); Maunder et al. 2021, Sports Med
51:1619-1628 (durability).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import NotEnoughData
from analysis.metrics.running import moments, only, recorded_runs
from analysis.models.plausible import check_possible
from analysis.models.result import Result, glance_row, t_interval, tidy_table
from analysis.models.running.durability import LONG_RUN_S, MIN_HALF_S, WARM_UP_S

WALKING_SPM = 130.0  # below it people walk
LEAST_RUNS = 3
LEAST_ATHLETES = 6
CONF_LEVEL = 0.95
PARTS = ("speed_pct", "cadence_pct", "stride_pct")


@dataclass(frozen=True)
class LateMechanics:
    """The second half of a run against the first, in percent by logarithms: cadence and stride add up to speed."""

    speed_pct: float
    cadence_pct: float
    stride_pct: float
    cadence_spm: float  # of the first half
    stride_m: float  # of the first half, two steps
    duration_s: float  # running with cadence and speed, after the warm-up


@dataclass(frozen=True, eq=False)
class Mechanics(Result):
    """Late changes of all long runs of a squad. Made by `mechanics`."""

    runs: pd.DataFrame  # athlete_id, local_date and the fields of LateMechanics
    n_left_out: int  # long enough, but with too little cadence or speed
    conf_level: float

    @property
    def by_athlete(self) -> pd.DataFrame:
        """One row an athlete and part: athlete_id, part, n, mean_pct, conf_low, conf_high (NaN below 3 runs)."""
        rows = []
        for athlete_id, own in self.runs.groupby("athlete_id", sort=False):
            for part in PARTS:
                n, values = len(own), own[part]
                se = values.std(ddof=1) / n**0.5 if n >= LEAST_RUNS else np.nan
                low, high = t_interval(values.mean(), se, n - 1, self.conf_level)
                rows.append((athlete_id, part, n, float(values.mean()), low, high))
        return pd.DataFrame(rows, columns=["athlete_id", "part", "n", "mean_pct", "conf_low", "conf_high"])

    @property
    def n_athletes(self) -> int:
        return self.runs["athlete_id"].nunique()

    @property
    def can_tell(self) -> bool:
        """Whether there are athletes enough for a mean of the squad."""
        return self.n_athletes >= LEAST_ATHLETES

    def detectable_pct(self, part: str) -> float:
        """The change that is found in 80 % of cases, two-sided at 5 %."""
        df = self.n_athletes - 1
        return float((stats.t.ppf(0.975, df) + stats.t.ppf(0.80, df)) * self._error(part))

    def tidy(self) -> pd.DataFrame:
        """The mean over athletes of speed, cadence and stride; without interval below 6 athletes."""
        rows = [(part.removesuffix("_pct"), "%", self._means(part).mean(), self._error(part)) for part in PARTS]
        return tidy_table(rows, self.conf_level, df=self.n_athletes - 1)

    def glance(self) -> pd.DataFrame:
        """One row: n (runs), n_athletes, n_left_out, median cadence and stride of first halves."""
        return glance_row(
            self,
            "n_athletes",
            "n_left_out",
            n=len(self.runs),
            cadence_spm=float(self.runs["cadence_spm"].median()),
            stride_m=float(self.runs["stride_m"].median()),
        )

    def _means(self, part: str) -> pd.Series:
        return self.runs.groupby("athlete_id")[part].mean()

    def _error(self, part: str) -> float:
        means = self._means(part)
        return float(means.std(ddof=1) / len(means) ** 0.5) if self.can_tell else float("nan")


def late_mechanics(records: pd.DataFrame) -> LateMechanics:
    """Cadence and stride of the second half of one run against the first, after the warm-up.

    Parameters
    ----------
    records : DataFrame with t_s, cadence_spm (both feet), speed_m_s or distance_m, and paused where known.
        Each record stands for the time until the next, at most 10 s. Paused records, walking, and those without cadence
        or speed are left out.

    Raises
    ------
    NotEnoughData : less than 15 min in a half.
    DataProblem : a cadence or a speed that is infinite or negative.

    Examples
    --------
    >>> t_s = np.arange(0.0, 4210.0, 10.0)
    >>> late = t_s >= 2400
    >>> records = pd.DataFrame({"t_s": t_s, "cadence_spm": np.where(late, 166.0, 170.0), "speed_m_s": 3.0})
    >>> found = late_mechanics(records)
    >>> round(found.cadence_pct, 1), round(found.stride_pct, 1), round(found.stride_m, 2)
    (-2.4, 2.4, 2.12)
    """
    every = moments(records, "cadence_spm")
    check_possible(every["cadence_spm"], "cadence", "1/min", sign="not negative")
    check_possible(every["speed_m_s"], "speed", "m/s", sign="not negative")
    running = every["is_moving"] & (every["t_s"] >= WARM_UP_S) & (every["cadence_spm"] >= WALKING_SPM)
    known = only(every, running & (every["speed_m_s"] > 0) & ~np.isnan(every["lasts_s"]))
    whole_s = float(known["lasts_s"].sum())
    if whole_s < 2 * MIN_HALF_S:
        raise NotEnoughData(
            f"This run has {whole_s / 60:.0f} min with cadence and speed after the warm-up; "
            f"{2 * MIN_HALF_S / 60:.0f} are needed. Choose a longer run of a watch that records cadence."
        )
    is_early = known["lasts_s"].cumsum() <= whole_s / 2
    early, late = (_means_of(half) for half in (only(known, is_early), only(known, ~is_early)))
    speed_pct, cadence_pct = (100 * float(np.log(b / a)) for a, b in zip(early, late, strict=True))
    speed_m_s, cadence_spm = early
    return LateMechanics(
        speed_pct=speed_pct,
        cadence_pct=cadence_pct,
        stride_pct=speed_pct - cadence_pct,
        cadence_spm=cadence_spm,
        stride_m=120 * speed_m_s / cadence_spm,
        duration_s=whole_s,
    )


def mechanics(
    runs: pd.DataFrame,
    samples: Mapping[str, Callable[[str], pd.DataFrame]],
    until: pd.Timestamp,
    *,
    since: pd.Timestamp | None = None,
    conf_level: float = CONF_LEVEL,
) -> Mechanics:
    """Late changes of cadence and stride over the long runs of a squad.

    Parameters
    ----------
    runs : DataFrame
        Table runs with local_date, counted, timer_s, elapsed_s, of one athlete or many. Long is an hour or more.
    samples : mapping from athlete_id to what gives the watch records of a session, as `late_mechanics` takes them.
    until, since : last day, and first day where there is one.

    Raises
    ------
    NotEnoughData : no long run with cadence and speed to its end.
    DataProblem : a cadence or a speed that is infinite or negative.

    Examples
    --------
    >>> t_s = np.arange(0.0, 4210.0, 10.0)
    >>> records = pd.DataFrame({"t_s": t_s, "cadence_spm": 172 - t_s / 1000, "speed_m_s": 3.0})
    >>> runs = pd.DataFrame({"athlete_id": "t3st", "session_id": ["a"], "local_date": pd.to_datetime(["2026-01-06"]),
    ...                      "sport": "running", "counted": True, "timer_s": 4200.0, "elapsed_s": 4200.0})
    >>> result = mechanics(runs, {"t3st": lambda session_id: records}, pd.Timestamp("2026-01-11"))
    >>> result.tidy()["estimate"].round(1).tolist(), result.can_tell
    ([0.0, -1.1, 1.1], False)
    """
    recorded = recorded_runs(runs, until)
    if since is not None:
        recorded = recorded[recorded["local_date"] >= since]
    long = recorded[recorded["timer_s"].fillna(recorded["elapsed_s"]) >= LONG_RUN_S]
    rows, n_left_out = [], 0
    for run in long.itertuples():
        try:
            late = late_mechanics(samples[run.athlete_id](run.session_id))
        except NotEnoughData:
            n_left_out += 1
            continue
        rows.append({"athlete_id": run.athlete_id, "local_date": run.local_date, **vars(late)})
    if not rows:
        what = f"None of {len(long)} runs of an hour or more has" if len(long) else "No run of an hour or more with"
        raise NotEnoughData(
            f"{what} cadence and speed to its end. Record cadence on a long run, by the watch or a foot pod."
        )
    return Mechanics(pd.DataFrame(rows), n_left_out, conf_level)


def _means_of(half: dict[str, np.ndarray]) -> tuple[float, float]:
    """Mean speed (m/s) and cadence (1/min), weighted by time."""
    return tuple(float(np.average(half[name], weights=half["lasts_s"])) for name in ("speed_m_s", "cadence_spm"))
