"""Runs as a watch records them, gate times and time trials."""

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd

from analysis.example.squad import DAYS, NOISE, TIME_ZONE, WEEKS, Athlete
from analysis.example.training import running_plan

EVERY_S = 10.0
RUN_SHARE = 0.93  # of the planned runs that are done
# gates of a 20 m sprint that is run on to 30 m, as shares of its 20 m time: those of MSS 7.9 m/s and MAC 7.8 m/s2 with
# a clock that starts 0.25 s after the first movement, as light gates do
GATE_SHARES = {5: 0.349, 10: 0.585, 30: 1.395}
TRIALS_M = {1: (400, 1200), 5: (2400,)}  # weekday -> distances
_MINUTES = {"easy": (35, 50), "long": (65, 85)}


@dataclass(frozen=True, eq=False)
class Run:
    """One recorded run: start in UTC, and every ten seconds the time, the distance so far, heart rate and steps."""

    start_utc: pd.Timestamp
    time_s: np.ndarray
    distance_m: np.ndarray
    heart_rate_bpm: np.ndarray
    cadence_spm: np.ndarray  # of both feet, even as watches record them

    @property
    def date(self) -> pd.Timestamp:
        """Calendar day where the athlete was."""
        return self.start_utc.tz_convert(TIME_ZONE).tz_localize(None).normalize()


def running_days() -> list[tuple[pd.Timestamp, str]]:
    """Every day with running in the plan of the trained weeks, and its kind: easy, long, sprint or trials."""
    days = list(DAYS)
    return [
        (days[7 * week + weekday], kind)
        for week in range(WEEKS)
        for weekday, (kind, _content) in running_plan(week).items()
    ]


def runs(course: pd.DataFrame, rng: np.random.Generator, rng_of_cadence: np.random.Generator) -> list[Run]:
    """The easy and the long runs of an athlete, oldest first; planned ones that were not done have no file.

    The steps have random numbers of their own.
    """
    planned = [(date, kind) for date, kind in running_days() if kind in _MINUTES]
    done = rng.random(len(planned)) < RUN_SHARE
    return [
        _run(course.loc[date], date, kind, rng, rng_of_cadence)
        for (date, kind), took_place in zip(planned, done, strict=True)
        if took_place and course.loc[date, "logged"]
    ]


def _run(
    true: pd.Series, date: pd.Timestamp, kind: str, rng: np.random.Generator, rng_of_cadence: np.random.Generator
) -> Run:
    """A run at the speed of about 140 beats a minute: the heart needs two minutes to get there, then drifts up."""
    time_s = np.arange(0, 60 * rng.uniform(*_MINUTES[kind]), EVERY_S)
    effort = 1 + NOISE.run_speed_sd_percent / 100 * rng.normal()
    speed_m_s = true["speed_at_140_bpm_m_s"] * effort * (1 + 0.03 * rng.normal(size=len(time_s)))
    heart_rate_bpm = (
        140
        + 110 * (effort - 1)
        + rng.normal(0, NOISE.heart_rate_day_sd_bpm)
        - 45 * np.exp(-time_s / 60)
        + NOISE.heart_rate_drift_bpm_per_h * time_s / 3600
        + rng.normal(0, 1.2, len(time_s))
    )
    clock = pd.Timedelta(hours=18.5 if kind == "easy" else 9.5) + pd.Timedelta(seconds=int(rng.integers(0, 2400)))
    return Run(
        cast(pd.Timestamp, date + clock).tz_localize(TIME_ZONE).tz_convert("UTC"),
        time_s,
        np.concatenate([[0.0], np.cumsum(speed_m_s[1:] * EVERY_S)]).round(2),
        heart_rate_bpm.round().astype(int),
        _cadence_spm(true, time_s, rng_of_cadence),
    )


def _cadence_spm(true: pd.Series, time_s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Steps a minute that get fewer over the run, as the watch shows them: twice those of one foot."""
    of_day = true.loc["cadence_spm"] + rng.normal(0, NOISE.cadence_day_sd_spm)
    steps = of_day - true.loc["cadence_lost_spm_per_h"] * time_s / 3600 + rng.normal(0, 1.5, len(time_s))
    return 2 * np.round(np.asarray(steps) / 2).astype(int)


def splits(
    athlete: Athlete, course: pd.DataFrame, rng: np.random.Generator, rng_of_gates: np.random.Generator
) -> pd.DataFrame:
    """Gate times and time trials as the splits template has them; the timing system knows athletes by alias."""
    rows = []
    for date, kind in running_days():
        true = course.loc[date]
        if kind == "sprint":
            new = _sprint_rows(true, rng, rng_of_gates)
        elif kind == "trials":
            new = _time_trial_rows(true, TRIALS_M[date.day_of_week], rng)
        else:
            continue
        if true["logged"]:
            rows += [(athlete.alias, f"{date:%Y-%m-%d}", *row) for row in new]
    return pd.DataFrame(
        rows,
        columns=["athlete", "date", "test", "trial", "split", "kind", "start_m", "distance_m", "time_s", "device"],
    )


def _sprint_rows(true: pd.Series, rng: np.random.Generator, rng_of_gates: np.random.Generator) -> list[tuple]:
    """Three trials through gates at 5, 10, 20 and 30 m; the gates at 5 and 30 m have random numbers of their own."""
    rows = []
    of_day_s = true["sprint_20m_s"] + rng.normal(0, NOISE.sprint_day_sd_s)
    for trial in (1, 2, 3):
        whole_s = of_day_s + rng.normal(0, NOISE.sprint_trial_sd_s)
        at_10_s = whole_s * GATE_SHARES[10] + rng.normal(0, NOISE.sprint_gate_sd_s)
        at_5_s, at_30_s = (whole_s * GATE_SHARES[m] + rng_of_gates.normal(0, NOISE.sprint_gate_sd_s) for m in (5, 30))
        passed_s = {0: 0.0, 5: at_5_s, 10: at_10_s, 20: whole_s, 30: at_30_s}
        shown_s = {gate_m: round(time_s, 3) for gate_m, time_s in passed_s.items()}
        for split, (start_m, end_m) in enumerate(pairwise(shown_s), start=1):
            time_s = round(shown_s[end_m] - shown_s[start_m], 3)
            rows.append(("sprint_20m", trial, split, "gate", start_m, end_m - start_m, time_s, "gates"))
    return rows


def _time_trial_rows(true: pd.Series, distances_m: tuple[int, ...], rng: np.random.Generator) -> list[tuple]:
    """Times on the critical-speed line, t = (d - D') / CS (Monod & Scherrer 1965, Ergonomics 8:329-338)."""
    rows = []
    for distance_m in distances_m:
        time_s = (distance_m - true.loc["d_prime_m"]) / true.loc["cs_m_s"]
        time_s *= 1 + NOISE.time_trial_sd_percent / 100 * rng.normal()
        rows.append((f"time_trial_{distance_m}m", 1, 1, "manual", 0, distance_m, round(time_s, 1), "stopwatch"))
    return rows
