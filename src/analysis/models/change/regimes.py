"""From scores to regimes: what weekly looks find and keep, and how well a level, a date and a size are then known."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from analysis.models.change.scan import LEAST_AFTER, LEAST_BEFORE, steps
from analysis.models.result import Interval

KEPT_SHARE = 0.5  # of the threshold: what was found and falls below it is withdrawn
RAMP_GAIN, STEP_COST = 2.0, 2.0  # in squared scores: what a line must explain more, what another step costs


@dataclass(frozen=True)
class Found:
    """A change as the weekly looks saw it; exposures and looks count from 0."""

    start: int  # exposure at which the regime before begins
    onset: int  # exposure at which the new one begins, as the look that found it saw it
    look: int
    withdrawn: int | None  # look at which it was no longer seen
    rises: bool


def found_changes(
    values: np.ndarray, ends: np.ndarray, *, rho: float, typical_error: float, limit: float
) -> list[Found]:
    """What one look after the other finds, each new regime scanned from its own onset on.

    >>> values = np.r_[np.zeros(10), np.full(10, 5.0)]
    >>> [(one.onset, one.look) for one in
    ...  found_changes(values, np.arange(1, 21), rho=0.0, typical_error=1.0, limit=4.0)]
    [(10, 11)]
    """
    found: list[Found] = []
    start = look = 0
    while True:
        new = _first_found(values, ends, start, look, rho, typical_error, limit)
        if new is None:
            return found
        later = _first_found(values, ends, new.onset, new.look + 1, rho, typical_error, limit)
        if new.withdrawn is not None and (later is None or later.look > new.withdrawn):
            found.append(new)
            look = new.withdrawn  # scanned again from where the regime before began
        else:
            found.append(Found(new.start, new.onset, new.look, None, new.rises))
            start, look = new.onset, new.look + 1


def _first_found(
    values: np.ndarray, ends: np.ndarray, start: int, look: int, rho: float, typical_error: float, limit: float
) -> Found | None:
    known = ends[look:] - start
    looks = look + np.flatnonzero(known >= LEAST_BEFORE + LEAST_AFTER)
    if not len(looks):
        return None
    seen = steps(values[start:], ends[looks] - start, rho)
    score = seen.scores(typical_error)
    size = np.abs(score)
    best = size.max(axis=1)
    if best.max() <= limit:
        return None
    hit = int((best > limit).argmax())
    place = int(size[hit].argmax())
    gone = np.flatnonzero(best[hit:] < KEPT_SHARE * limit)
    return Found(
        start,
        start + int(seen.onset(np.array([place]))[hit]),
        int(looks[hit]),
        int(looks[hit + gone[0]]) if len(gone) else None,
        bool(score[hit, place] > 0),
    )


@dataclass(frozen=True)
class Estimate:
    """A number with its interval, in the unit of the values."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Shift:
    """A change of level between two regimes, over every onset that is believable."""

    shape: str  # step or ramp
    onset: int  # most believable exposure, from the start of the segment
    onsets: Interval  # first and last believable exposure
    before: Estimate
    size: Estimate
    level: Estimate  # at the last exposure
    rate_per_day: Estimate | None
    gain: float  # squared score of the best onset


def whitened(columns: np.ndarray, rho: float) -> np.ndarray:
    """Rows of exposures (..., n) with errors of that rho made independent."""
    fresh = 1 / (1 - rho**2) ** 0.5
    return np.concatenate([columns[..., :1], (columns[..., 1:] - rho * columns[..., :-1]) * fresh], axis=-1)


def level_of(values: np.ndarray, rho: float, typical_error: float, df: float, conf_level: float) -> Estimate:
    """The GLS mean of one regime with its t interval."""
    one = whitened(np.ones(len(values)), rho)
    information = float(one @ one)
    mean = float(one @ whitened(values, rho)) / information
    half = _quantile(df, conf_level) * typical_error / information**0.5
    return Estimate(mean, mean - half, mean + half)


def step_shift(
    values: np.ndarray, rho: float, typical_error: float, df: float, conf_level: float, onsets: np.ndarray | None = None
) -> Shift:
    """A step at an onset that is not known: estimates under every onset, weighted by how well each explains."""
    n = len(values)
    onsets = np.arange(LEAST_BEFORE, n - LEAST_AFTER + 1) if onsets is None else onsets
    seen = whitened(values, rho)
    total = np.concatenate([[0.0], np.cumsum(seen)])
    fresh, mean = 1 / (1 - rho**2) ** 0.5, ((1 - rho) / (1 + rho)) ** 0.5
    since = n - onsets - 1
    level, step = 1 + (n - 1) * mean**2, fresh**2 + since * mean**2
    cross = mean * fresh + since * mean**2
    level_seen = seen[0] + mean * (total[n] - seen[0])
    step_seen = fresh * seen[onsets] + mean * (total[n] - total[onsets + 1])
    return _mixed("step", onsets, level, step, cross, level_seen, step_seen, typical_error, df, conf_level, 1.0)


def ramp_shift(
    values: np.ndarray, days: np.ndarray, rho: float, typical_error: float, df: float, conf_level: float
) -> Shift:
    """A line from an onset on that is not known, to the last exposure."""
    onsets = np.arange(LEAST_BEFORE - 1, len(values) - LEAST_AFTER)
    line = whitened(np.maximum(days - days[onsets, None], 0.0), rho)
    one, seen = whitened(np.ones(len(values)), rho), whitened(values, rho)
    step, cross = (line**2).sum(axis=1), line @ one
    to_end = days[-1] - days[onsets]
    return _mixed(
        "ramp",
        onsets,
        float(one @ one),
        step,
        cross,
        float(one @ seen),
        line @ seen,
        typical_error,
        df,
        conf_level,
        to_end,
    )


def _mixed(shape, onsets, level, step, cross, level_seen, step_seen, typical_error, df, conf_level, to_end) -> Shift:
    """Level before and size from the normal equations of every onset, mixed; `to_end` turns a slope into a size."""
    determinant = level * step - cross**2
    size = (level * step_seen - cross * level_seen) / determinant
    before = (step * level_seen - cross * step_seen) / determinant
    variance = level / determinant
    score = size**2 / variance / typical_error**2
    belief = np.exp((score - score.max()) / 2) * np.sqrt(variance) * to_end
    belief = belief / belief.sum()
    now = before + size * to_end
    variance_now = (step + to_end**2 * level - 2 * to_end * cross) / determinant
    reach = _quantile(df, conf_level)

    def estimate(value: np.ndarray, of_onset: np.ndarray) -> Estimate:
        mean = float(belief @ value)
        sd = float(belief @ (typical_error**2 * of_onset + (value - mean) ** 2)) ** 0.5
        return Estimate(mean, mean - reach * sd, mean + reach * sd)

    cumulated = np.cumsum(belief)
    tail = (1 - conf_level) / 2
    ends = [int(onsets[min(int(np.searchsorted(cumulated, at)), len(onsets) - 1)]) for at in (tail, 1 - tail)]
    return Shift(
        shape,
        int(onsets[belief.argmax()]),
        Interval(*ends),
        estimate(before, step / determinant),
        estimate(size * to_end, to_end**2 * variance),
        estimate(now, variance_now),
        estimate(size, variance) if shape == "ramp" else None,
        float(score.max()),
    )


def gain_of_steps(values: np.ndarray, onsets: list[int], rho: float, typical_error: float) -> float:
    """Squared scores that steps at known onsets explain together, less what more than one costs."""
    place = np.arange(len(values))
    one = whitened(np.ones((1, len(values))), rho)
    design = np.concatenate([one, whitened((place >= np.array(onsets)[:, None]).astype(float), rho)]).T
    seen = whitened(values, rho)

    def explained(columns: np.ndarray) -> float:
        basis, _ = np.linalg.qr(columns)
        return float(((basis.T @ seen) ** 2).sum())

    gained = (explained(design) - explained(design[:, :1])) / typical_error**2
    return gained - STEP_COST * (len(onsets) - 1)


def _quantile(df: float, conf_level: float) -> float:
    return float(stdtrit(df, (1 + conf_level) / 2))
