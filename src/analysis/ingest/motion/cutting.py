"""Repetitions cut from the angles of both hips over time: bottoms, phases, and what is no hinge at all.

Angles are hip flexion, pelvis to thigh, in degrees: 0 is upright, more is deeper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise, zip_longest

import numpy as np

LOWPASS_HZ = 6.0  # as motion capture is smoothed; nobody hinges faster
LEAST_DEG = 25.0  # of an excursion that may be a repetition
LEAST_SHARE = 0.5  # of the range of the file, by which an excursion stands out
RETURN_SHARE = 0.7  # of the way down that a whole repetition has on both sides of its bottom
LEAST_HALF_S = 0.3  # below half the depth; the leg of a runner swings faster
AT_END_SHARE = 0.05  # of the depth, within which the body is at the top or at the bottom
LONGEST_GAP_S = 0.25  # between two rows
TOGETHER, IN_TURN = 0.5, 0.0  # correlation of both hips, when both move
RISE_M, FREE_FALL_M_S2, FLIGHT_S = 0.10, -7.0, 0.15  # of a pelvis in the air: above standing, falling freely, so long
_SPIKE_S = 0.1


@dataclass(frozen=True)
class Rep:
    """One repetition: the angles at its bottom by side, and how long its phases took."""

    t_s: float
    flexion_deg: dict[str, float]  # by side: L and R, or B where the file does not tell them
    eccentric_s: float
    pause_s: float
    concentric_s: float
    hold_s: float | None = None  # above, until the next one begins


@dataclass(frozen=True)
class Cut:
    """The repetitions of a file, and what else moved."""

    side: str  # B, or the one leg that hinges
    reps: tuple[Rep, ...] = ()
    n_partial: int = 0  # at an edge of the file, or over a gap
    n_shallow: int = 0  # excursions that do not stand out from the range of the file
    no_hinge: str = ""  # why there is none


@dataclass(frozen=True)
class _Moves:
    """Everything on one even grid of time."""

    t_s: np.ndarray
    hips: dict[str, np.ndarray]
    gaps: list[tuple[float, float]]
    rate_hz: float


def cut(t_s: np.ndarray, hips: Mapping[str, np.ndarray], height_m: np.ndarray | None = None) -> Cut:
    """The repetitions of a hinge between standing and standing.

    Parameters
    ----------
    t_s : array of float, shape (n,)
        Rising times.
    hips : mapping of side (L, R) to array of float, shape (n,)
        Hip flexion in degrees.
    height_m : array of float, shape (n,), optional
        Height of the pelvis, by which a jump is told from a squat.

    Examples
    --------
    >>> t = np.arange(0, 8, 0.02)
    >>> found = cut(t, {"R": 40 - 40 * np.cos(np.pi * t)})
    >>> len(found.reps), round(found.reps[0].flexion_deg["R"])
    (4, 80)
    """
    moves = _evenly(t_s, hips)
    spans = {side: float(np.ptp(hip)) for side, hip in moves.hips.items()}
    side, no_hinge = _leading(moves.hips, spans)
    if not no_hinge and height_m is not None and _jumps(moves, np.interp(moves.t_s, t_s, height_m), side):
        no_hinge = "the body leaves the ground, as in a jump"
    return Cut(side, no_hinge=no_hinge) if no_hinge else _repetitions(moves, side, spans)


def _evenly(t_s: np.ndarray, hips: Mapping[str, np.ndarray]) -> _Moves:
    from scipy.signal import medfilt

    steps = np.diff(t_s)
    step = float(np.median(steps))
    grid = np.arange(t_s[0], t_s[-1] + step / 2, step)
    gaps = [(float(t_s[i]), float(t_s[i + 1])) for i in np.flatnonzero(steps > LONGEST_GAP_S)]
    width = max(3, 2 * int(_SPIKE_S / step / 2) + 1)
    smooth = {}
    for side, hip in hips.items():
        even = np.interp(grid, t_s, hip)
        padded = np.pad(even, width, mode="edge")
        smooth[side] = _lowpass(medfilt(padded, width)[width:-width], 1 / step)
    return _Moves(grid, smooth, gaps, 1 / step)


def _lowpass(values: np.ndarray, rate_hz: float) -> np.ndarray:
    from scipy.signal import butter, sosfiltfilt

    if rate_hz <= 2.5 * LOWPASS_HZ or len(values) < 20:
        return values
    return sosfiltfilt(butter(2, LOWPASS_HZ, fs=rate_hz, output="sos"), values)


def _leading(hips: Mapping[str, np.ndarray], spans: Mapping[str, float]) -> tuple[str, str]:
    """B where both hips hinge, else the one that does; and why it is no hinge, where it is none."""
    most = max(spans.values())
    if most < LEAST_DEG:
        return "B", f"the hip bends by {most:.3g} degrees only"
    moving = [side for side, span in spans.items() if span >= max(LEAST_DEG, LEAST_SHARE * most)]
    if len(hips) == 1:
        return "B", ""
    if len(moving) == 1:
        return moving[0], ""
    together = float(np.corrcoef(hips["L"], hips["R"])[0, 1])
    if together < TOGETHER:
        how = "in turn, as in walking" if together < IN_TURN else "apart from each other, as in a hop or a turn"
        return "B", f"the legs move {how}"
    return "B", ""


def leading(side: str, hips: Mapping[str, object]) -> str:
    """The hip by which repetitions are told: of both the right one.

    >>> leading("B", {"L": 1, "R": 2}), leading("L", {"L": 1, "R": 2}), leading("B", {"L": 1})
    ('R', 'L', 'L')
    """
    return side if side in hips else "R" if "R" in hips else next(iter(hips))


def _jumps(moves: _Moves, height_m: np.ndarray, side: str) -> bool:
    """Whether the pelvis rises well above its height in standing and falls freely there."""
    hip = moves.hips[leading(side, moves.hips)]
    standing = hip <= np.percentile(hip, 2) + LEAST_DEG / 2
    height = _lowpass(height_m, moves.rate_hz)
    high = height > np.median(height[standing]) + RISE_M
    falling = np.gradient(np.gradient(height, moves.t_s), moves.t_s) < FREE_FALL_M_S2
    longest, run = 0, 0
    for free in falling:
        run = run + 1 if free else 0
        longest = max(longest, run)
    return bool(high.any()) and longest / moves.rate_hz >= FLIGHT_S


def _repetitions(moves: _Moves, side: str, spans: Mapping[str, float]) -> Cut:
    from scipy.signal import find_peaks, peak_widths

    lead = leading(side, moves.hips)
    hip, both = moves.hips[lead], len(moves.hips) == 2 and side == "B"
    least = max(LEAST_DEG, LEAST_SHARE * spans[lead])
    padded = np.concatenate([[hip.min() - 1], hip, [hip.min() - 1]])
    found, told = find_peaks(padded, prominence=LEAST_DEG)
    half_s = peak_widths(padded, found, rel_height=0.5)[0] / moves.rate_hz
    deep = (told["prominences"] >= least) & (half_s >= LEAST_HALF_S)
    bottoms = found[deep] - 1
    tops = _tops(hip, bottoms)
    reps, n_partial, n_shallow = [], 0, int(np.sum(~deep))
    for nth, bottom in enumerate(bottoms):
        before, after = tops[nth], tops[nth + 1]
        down, up = hip[bottom] - hip[before], hip[bottom] - hip[after]
        if min(down, up) < RETURN_SHARE * max(down, up) or _over_a_gap(moves, before, after):
            n_partial += 1
        elif both and not _follows(moves.hips["L" if lead == "R" else "R"], before, bottom, after, min(down, up)):
            n_shallow += 1
        else:
            reps.append((nth, _phases(moves, lead, before, bottom, after)))
    return Cut(side, _with_holds(reps), n_partial, n_shallow)


def _tops(hip: np.ndarray, bottoms: np.ndarray) -> list[int]:
    """The highest moment before the first bottom, between each two, and behind the last."""
    edges = [0, *bottoms, len(hip) - 1]
    return [start + int(np.argmin(hip[start : end + 1])) for start, end in pairwise(edges)]


def _over_a_gap(moves: _Moves, before: int, after: int) -> bool:
    return any(start < moves.t_s[after] and end > moves.t_s[before] for start, end in moves.gaps)


def _follows(other: np.ndarray, before: int, bottom: int, after: int, depth: float) -> bool:
    """Whether the other hip goes down and up as well, by half as much."""
    return other[bottom] - max(other[before], other[after]) >= LEAST_SHARE * depth


def _phases(moves: _Moves, lead: str, before: int, bottom: int, after: int) -> tuple[Rep, float, float]:
    """A repetition, and when it begins and ends."""
    hip, t_s = moves.hips[lead], moves.t_s
    down, up = hip[before : bottom + 1], hip[bottom : after + 1]
    above, below = (AT_END_SHARE * (hip[bottom] - hip[top]) for top in (before, after))
    begins = before + int(np.flatnonzero(down <= hip[before] + above)[-1])
    arrives = begins + int(np.flatnonzero(hip[begins : bottom + 1] >= hip[bottom] - above)[0])
    leaves = bottom + int(np.flatnonzero(up >= hip[bottom] - below)[-1])
    ends = leaves + int(np.flatnonzero(hip[leaves : after + 1] <= hip[after] + below)[0])
    angles = {side: float(values[bottom]) for side, values in moves.hips.items()}
    times = [float(t_s[i]) for i in (begins, arrives, leaves, ends)]
    rep = Rep(float(t_s[bottom]), angles, *(float(seconds) for seconds in np.diff(times)))
    return rep, times[0], times[-1]


def _with_holds(reps: list[tuple[int, tuple[Rep, float, float]]]) -> tuple[Rep, ...]:
    """Each repetition with the time until the next one begins, where that follows at once."""
    told = []
    for (nth, (rep, _, ends)), following in zip_longest(reps, reps[1:]):
        follows = following is not None and following[0] == nth + 1
        hold_s = following[1][1] - ends if following is not None and follows else None
        told.append(Rep(rep.t_s, rep.flexion_deg, rep.eccentric_s, rep.pause_s, rep.concentric_s, hold_s))
    return tuple(told)
