"""From scores to regimes: what weekly looks find and keep, and how well a level, a date and a size are then known."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from analysis.models.change.scan import LEAST_AFTER, LEAST_BEFORE, LOOK_BACK, clipped, steps
from analysis.models.result import Interval

KEPT_SHARE = 0.5  # of the threshold: what was found and falls below it is withdrawn
STEP_COST = 2.0  # in squared scores, of every step after the first
RAMP_BACK = 2 * LOOK_BACK  # exposures: a ramp is found before it is longer
RAMP_BELIEF = 0.75  # from which a change is told as a ramp


@dataclass(frozen=True)
class Found:
    """A change as the weekly looks saw it; exposures and looks count from 0."""

    start: int  # exposure at which the regime before begins
    onset: int  # exposure at which the new one begins, as the look that found it saw it
    look: int
    withdrawn: int | None  # look at which it was no longer seen
    rises: bool


Scored = Callable[[int, np.ndarray], tuple[np.ndarray, np.ndarray]]


def found_changes(scored: Scored, ends: np.ndarray, limit: float) -> list[Found]:
    """What one look after the other finds, each new regime scanned from its own onset on.

    Parameters
    ----------
    scored : called with the exposure at which a regime starts and the exposures known at each look
        Signed scores and onsets, both of shape (looks, possible onsets).
    ends : array of int, shape (looks,)
        Exposures known at each look.
    limit : float
        What a score has to pass.

    Examples
    --------
    >>> values = np.r_[np.zeros(10), np.full(10, 5.0)]
    >>> found = found_changes(scored_steps(values, 0.0, 1.0, 52), np.arange(1, 21), 4.0)
    >>> [(one.onset, one.look) for one in found]
    [(10, 11)]
    """
    found: list[Found] = []
    start = look = 0
    while True:
        new = _first_found(scored, ends, start, look, limit)
        if new is None:
            return found
        later = _first_found(scored, ends, new.onset, new.look + 1, limit)
        if new.withdrawn is not None and (later is None or later.look > new.withdrawn):
            found.append(new)
            look = new.withdrawn  # scanned again from where the regime before began
        else:
            found.append(replace(new, withdrawn=None))
            start, look = new.onset, new.look + 1


def scored_steps(values: np.ndarray, rho: float, typical_error: float, a_season: float) -> Scored:
    """The scores of steps in one series, for `found_changes`; a single exposure is believed as `clipped` says."""

    def scored(start: int, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        seen = steps(clipped(values[start:], typical_error, a_season), ends - start, rho)
        score = seen.scores(typical_error)
        return score, start + seen.onset(np.arange(score.shape[1])[:, None]).T

    return scored


def _first_found(scored: Scored, ends: np.ndarray, start: int, look: int, limit: float) -> Found | None:
    looks = look + np.flatnonzero(ends[look:] - start >= LEAST_BEFORE + LEAST_AFTER)
    if not len(looks):
        return None
    score, onset = scored(start, ends[looks])
    size = np.abs(score)
    best = size.max(axis=1)
    if best.max() <= limit:
        return None
    hit = int((best > limit).argmax())
    place = int(size[hit].argmax())
    gone = np.flatnonzero(best[hit:] < KEPT_SHARE * limit)
    withdrawn = int(looks[hit + gone[0]]) if len(gone) else None
    return Found(start, int(onset[hit, place]), int(looks[hit]), withdrawn, bool(score[hit, place] > 0))


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error, in the unit of the values."""

    value: float
    se: float

    def interval(self, df: float, conf_level: float) -> Interval:
        """The t interval."""
        half = float(stdtrit(df, (1 + conf_level) / 2)) * self.se
        return Interval(self.value - half, self.value + half)


@dataclass(frozen=True, eq=False)
class Shift:
    """A change of level between two regimes, over every onset that is believable."""

    shape: str  # step or ramp
    onsets: np.ndarray  # exposures, from the start of the segment
    belief: np.ndarray  # in each of them, together 1
    before: Estimate
    size: Estimate
    level: Estimate  # at the last exposure
    rate_per_day: Estimate | None
    gain: float  # squared score of the best onset

    @property
    def onset(self) -> int:
        """The most believable one."""
        return int(self.onsets[self.belief.argmax()])


def blended(one: Estimate, other: Estimate, share: float) -> Estimate:
    """Both as one estimate, `share` of the belief in the first."""
    value = share * one.value + (1 - share) * other.value
    parts = ((share, one), (1 - share, other))
    return Estimate(value, sum(weight * (part.se**2 + (part.value - value) ** 2) for weight, part in parts) ** 0.5)


def believed_between(onsets: np.ndarray, belief: np.ndarray, conf_level: float) -> Interval:
    """The first and last onset that leave out no more than the rest of the belief, half on either side."""
    order = np.argsort(onsets, kind="stable")
    cumulated = np.cumsum(belief[order])
    tail = (1 - conf_level) / 2
    places = np.minimum(np.searchsorted(cumulated, [tail, 1 - tail]), len(onsets) - 1)
    return Interval(*(int(place) for place in onsets[order][places]))


def whitened(columns: np.ndarray, rho: float) -> np.ndarray:
    """Rows of exposures (..., n) with errors of that rho made independent."""
    fresh = 1 / (1 - rho**2) ** 0.5
    return np.concatenate([columns[..., :1], (columns[..., 1:] - rho * columns[..., :-1]) * fresh], axis=-1)


def level_of(values: np.ndarray, rho: float, typical_error: float) -> Estimate:
    """The GLS mean of one regime."""
    one = whitened(np.ones(len(values)), rho)
    information = float(one @ one)
    return Estimate(float(one @ whitened(values, rho)) / information, typical_error / information**0.5)


def step_shift(values: np.ndarray, rho: float, typical_error: float, onsets: np.ndarray | None = None) -> Shift:
    """A step at an onset that is not known: estimates under every onset, weighted by how well each explains."""
    n = len(values)
    onsets = np.arange(LEAST_BEFORE, n - LEAST_AFTER + 1) if onsets is None else onsets
    seen = whitened(values, rho)
    total = np.concatenate([[0.0], np.cumsum(seen)])
    fresh, mean = 1 / (1 - rho**2) ** 0.5, ((1 - rho) / (1 + rho)) ** 0.5
    since = n - onsets - 1
    equations = _Equations(
        level=1 + (n - 1) * mean**2,
        shift=fresh**2 + since * mean**2,
        cross=mean * fresh + since * mean**2,
        level_seen=seen[0] + mean * (total[n] - seen[0]),
        shift_seen=fresh * seen[onsets] + mean * (total[n] - total[onsets + 1]),
    )
    return equations.mixed("step", onsets, typical_error, np.ones(len(onsets)))


def ramp_shift(values: np.ndarray, days: np.ndarray, rho: float, typical_error: float) -> Shift:
    """A line from an onset on that is not known, to the last exposure."""
    first = max(LEAST_BEFORE - 1, len(values) - RAMP_BACK)
    onsets = np.arange(first, len(values) - LEAST_AFTER)
    one, seen = whitened(np.ones(len(values)), rho), whitened(values, rho)
    line = whitened(np.maximum(days[first:] - days[onsets, None], 0.0), rho)  # 0 up to its onset
    late, late_seen = one[first:], seen[first:]
    equations = _Equations(float(one @ one), (line**2).sum(axis=1), line @ late, float(one @ seen), line @ late_seen)
    return equations.mixed("ramp", onsets, typical_error, days[-1] - days[onsets])


@dataclass(frozen=True, eq=False)
class _Equations:
    """The normal equations of a level and a shift, one a possible onset."""

    level: float
    shift: np.ndarray
    cross: np.ndarray
    level_seen: float
    shift_seen: np.ndarray

    def mixed(self, shape: str, onsets: np.ndarray, typical_error: float, to_end: np.ndarray) -> Shift:
        """Their solutions, mixed; `to_end` turns the shift of each onset into the change at the last exposure."""
        determinant = self.level * self.shift - self.cross**2
        shift = (self.level * self.shift_seen - self.cross * self.level_seen) / determinant
        before = (self.shift * self.level_seen - self.cross * self.shift_seen) / determinant
        variance = self.level / determinant
        score = shift**2 / variance / typical_error**2
        belief = np.exp((score - score.max()) / 2) * np.sqrt(variance) * to_end
        belief = belief / belief.sum()
        variance_now = (self.shift + to_end**2 * self.level - 2 * to_end * self.cross) / determinant

        def estimate(value: np.ndarray, of_onset: np.ndarray) -> Estimate:
            mean = float(belief @ value)
            return Estimate(mean, float(belief @ (typical_error**2 * of_onset + (value - mean) ** 2)) ** 0.5)

        return Shift(
            shape,
            onsets,
            belief,
            estimate(before, self.shift / determinant),
            estimate(shift * to_end, to_end**2 * variance),
            estimate(before + shift * to_end, variance_now),
            estimate(shift, variance) if shape == "ramp" else None,
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
