"""Weekly looks at made-up seasons with the shipped noise, scan and threshold, all series of a cell at once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from seasons import MDC, ONSET_WEEK, Drawn, Season, drawn

from analysis.models.change import Change, change
from analysis.models.change.scan import clipped, exposures_a_season, steps, threshold
from analysis.models.noise import Noise, own_typical_errors, pooled

TOLD_LOOKS = 8
MONDAY = np.datetime64("2026-01-05", "D")
SWC = 0.2 * MDC


@dataclass(frozen=True, eq=False)
class Noises:
    """The noise of every athlete as one look knows it; arrays of shape (squads, athletes)."""

    typical_error: np.ndarray
    df: np.ndarray
    rho: np.ndarray
    carry_sd: np.ndarray
    kurtosis: np.ndarray

    @property
    def df_of_level(self) -> np.ndarray:
        return 2 / (2 / self.df + self.carry_sd**2)

    def of(self, squad: int, athlete: int, resolution: float) -> Noise:
        te, df, rho, carry_sd, kurtosis = (
            float(values[squad, athlete])
            for values in (self.typical_error, self.df, self.rho, self.carry_sd, self.kurtosis)
        )
        return Noise(te, df, rho, carry_sd, "simulated", resolution, kurtosis)


def noises_at(seasons: Drawn, week: float, resolution: float) -> Noises:
    """Noise from what was measured before the end of `week`: the squad's, or an athlete's own where there is one."""
    values = np.where(seasons.week < week, seasons.values, np.nan)
    enough = (np.isfinite(values).sum(axis=2, keepdims=True) >= 2).any(axis=1, keepdims=True)
    of = pooled(np.where(enough, values, 0.0), resolution=resolution)  # with one exposure or none, nothing is judged
    shape = values.shape[:2]
    if shape[1] == 1:
        te, df = of.typical_error[:, None], of.df[:, None]
    else:
        te, df = own_typical_errors(values, of, resolution=resolution)
    rho, carry_sd, kurtosis = (
        np.broadcast_to(of_squad[:, None], shape) for of_squad in (of.rho, of.carry_sd, of.kurtosis)
    )
    return Noises(te, df, rho, carry_sd, kurtosis)


def first_named(season: Season, n_squads: int, rng: np.random.Generator) -> tuple[np.ndarray, Drawn]:
    """The week (1 to 26) whose page first names each athlete, 0 for never: a page tells what its looks of the last
    8 weeks found, by the noise that it knows itself."""
    seasons = drawn(season, n_squads, rng)
    squads, athletes = seasons.ends.shape[:2]
    gap_d = 7 / season.per_week
    first = np.zeros((squads, athletes), dtype=int)
    for i, week in enumerate(seasons.looks):
        noise = noises_at(seasons, week, season.resolution)
        a_season = exposures_a_season(gap_d, seasons.ends[..., i])
        values = np.nan_to_num(clipped(seasons.values, noise.typical_error, a_season))
        ends = seasons.ends[..., max(0, i + 1 - TOLD_LOOKS) : i + 1]
        score = np.abs(steps(values, ends, noise.rho).scores(noise.typical_error)).max(axis=(-1, -2))
        named = score > threshold(a_season, noise.df_of_level, noise.rho, noise.kurtosis)
        first = np.where((first == 0) & named, week, first)
    return first, seasons


@dataclass(frozen=True)
class Named:
    """Shares in percent, and the median weeks from the change to the first page that names it."""

    n: int
    named: float  # ever of the unchanged; after the change of the changed
    within_2_weeks: float = np.nan
    within_3_tests: float = np.nan
    median_weeks: float = np.nan


def share_named(season: Season, n_series: int, rng: np.random.Generator) -> Named:
    """Of at least `n_series` athletes: those who change and were not named before, or all where nobody changes."""
    counted = season.changing or season.squad
    first, seasons = first_named(season, -(-n_series // counted), rng)
    if not season.changing:
        return Named(first.size, 100 * float((first > 0).mean()))
    first = first[seasons.changes]
    first = first[(first == 0) | (first > ONSET_WEEK)]
    weeks = np.where(first > 0, first - ONSET_WEEK, np.inf)
    within = (100 * float((weeks <= most).mean()) for most in (99, 2, 3 / season.per_week))
    return Named(len(weeks), *within, median_weeks=float(np.median(weeks)))


def page(seasons: Drawn, noise: Noises, squad: int, athlete: int, week: int, resolution: float) -> Change:
    """What the page of an athlete says at the end of `week`."""
    known = seasons.week[squad, athlete] < week
    day = MONDAY + np.floor(7 * seasons.week[squad, athlete][known]).astype("timedelta64[D]")
    return change(
        day,
        seasons.values[squad, athlete][known],
        noise=noise.of(squad, athlete, resolution),
        swc=SWC,
        until=MONDAY + np.timedelta64(7 * week - 1, "D"),
    )


def covered(season: Season, n_series: int, rng: np.random.Generator, *, later: int = 0) -> dict[str, float]:
    """How often the 90 % intervals of both levels, size and date hold the truth, in percent, `later` weeks after the
    page that first names a change; and how often it is still told and told as a ramp."""
    first, seasons = first_named(season, -(-n_series // season.changing), rng)
    onset = pd.Timestamp(MONDAY + np.timedelta64(7 * ONSET_WEEK, "D"))
    noises = {week: noises_at(seasons, week, season.resolution) for week in range(ONSET_WEEK + 1, season.weeks + 1)}
    held: dict[str, list[bool]] = {name: [] for name in ("told", "level", "before", "size", "date", "ramp")}
    for squad, athlete in np.argwhere(seasons.changes & (first > ONSET_WEEK) & (first + later <= season.weeks)):
        week = int(first[squad, athlete]) + later
        seen = page(seasons, noises[week], squad, athlete, week, season.resolution)
        held["told"].append(seen.changed)
        if not seen.changed:
            continue
        assert seen.since_low is not None
        assert seen.since_high is not None
        size = seasons.truth[squad, athlete][seasons.week[squad, athlete] < week][-1]
        held["size"].append(seen.change_low <= size <= seen.change_high)
        held["level"].append(seen.level_low <= size + seasons.base[squad, athlete] <= seen.level_high)
        held["before"].append(seen.before_low <= seasons.base[squad, athlete] <= seen.before_high)
        held["date"].append(seen.since_low <= onset <= seen.since_high)
        held["ramp"].append(seen.shape == "ramp")
    return {name: 100 * float(np.mean(of)) for name, of in held.items()}
