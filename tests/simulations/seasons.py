"""Made-up seasons of exposures with a known truth, for what the engine behind every verdict is measured on.

A season is 26 weeks of one quantity of each athlete: a level, a change from week 13 on or none, and AR(1) errors from
one planned exposure to the next, of which some are missed. Typical error 1, so that sizes are in it; 1 MDC = 2.77.
"""

from dataclasses import dataclass

import numpy as np

MDC = 1.96 * 2**0.5
WEEKS, ONSET_WEEK, FIRST_LOOK = 26, 13, 6


@dataclass(frozen=True)
class Season:
    """What is true of the athletes of one cell. `per_week` .25 is a check every 4 weeks."""

    squad: int = 12
    rho: float = 0.3
    per_week: float = 2
    tails: str = "normal"  # or t4
    resolution: float = 0.6  # step of the device, in typical errors
    missed: float = 0.1  # share of exposures, besides 5 % of the weeks in which nothing is done
    changing: int = 0  # athletes of a squad who change
    kind: str = "step"  # step, ramp (12 weeks), dip (3 weeks)
    size_mdc: float = 0.0
    te_spread: float = 0.0  # SD of the logs of the athletes' typical errors
    weeks: int = WEEKS
    swap_week: int | None = None  # another device from this week on, 2 MDC off


@dataclass(frozen=True, eq=False)
class Drawn:
    """Series of squads, values moved to the front: axis 0 squads, axis 1 athletes, axis 2 exposures."""

    values: np.ndarray  # NaN behind the last exposure
    week: np.ndarray  # of each exposure, from 0; NaN likewise
    ends: np.ndarray  # (squads, athletes, looks): exposures done by the end of the week of each look
    truth: np.ndarray  # true level at each exposure, above that at the start
    base: np.ndarray  # (squads, athletes): level at the start
    changes: np.ndarray  # (squads, athletes): whether the athlete changes
    looks: np.ndarray  # weeks, from 1


def drawn(season: Season, n_squads: int, rng: np.random.Generator) -> Drawn:
    """`n_squads` squads of one season."""
    step = 1 / season.per_week
    planned = np.arange(0, season.weeks, step)
    shape = (n_squads, season.squad, len(planned))
    errors = _errors(rng, shape, season)
    own = np.exp(season.te_spread * rng.standard_normal((*shape[:2], 1)))
    changes = np.arange(season.squad) < season.changing
    truth = np.broadcast_to(changes[:, None] * _level(season, planned), shape) * own
    level = truth
    if season.swap_week is not None:
        level = level + np.where(planned >= season.swap_week, 2 * MDC, 0.0)
    base = rng.uniform(0, 1, (*shape[:2], 1))  # no level lies on the grid of the device
    measured = base + level + own * errors
    if season.resolution:
        measured = np.round(measured / season.resolution) * season.resolution
    off = rng.random((*shape[:2], season.weeks)) < (0.05 if season.missed else 0)
    seen = (rng.random(shape) >= season.missed) & ~off[..., np.floor(planned).astype(int)]
    seen |= season.per_week < 1  # a check is done later, not left out
    order = np.argsort(~seen, axis=-1, kind="stable")
    width = int(seen.sum(axis=-1).max())

    def front(of: np.ndarray) -> np.ndarray:
        moved = np.take_along_axis(np.where(seen, of, np.nan), order, axis=-1)
        return moved[..., :width]

    week = front(np.broadcast_to(planned, shape))
    looks = np.arange(FIRST_LOOK, season.weeks + 1)
    ends = (week[..., None, :] < looks[:, None]).sum(axis=-1)
    return Drawn(front(measured), week, ends, front(truth), base[..., 0], np.broadcast_to(changes, shape[:2]), looks)


def _level(season: Season, planned: np.ndarray) -> np.ndarray:
    since = planned - ONSET_WEEK
    size = season.size_mdc * MDC
    if season.kind == "ramp":
        return size * np.clip(since / 12, 0, 1)
    lasts = 3 if season.kind == "dip" else np.inf
    return size * ((since >= 0) & (since < lasts)).astype(float)


def _errors(rng: np.random.Generator, shape: tuple[int, ...], season: Season) -> np.ndarray:
    fresh = rng.standard_normal(shape) if season.tails == "normal" else rng.standard_t(4, shape) / 2**0.5
    errors = np.empty(shape)
    errors[..., 0] = fresh[..., 0]
    for i in range(1, shape[-1]):
        errors[..., i] = season.rho * errors[..., i - 1] + (1 - season.rho**2) ** 0.5 * fresh[..., i]
    return errors
