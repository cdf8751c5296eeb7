"""The way along the positions of a track, without those that cannot be: at 0° 0°, too far off, said twice.

Positions are read to measure a distance and are kept nowhere.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from analysis.ingest.watch.plausible import STAMP_S, Mover, farthest_m, too_fast_for_long

EARTH_RADIUS_M = 6_371_008.8  # mean radius (2a + b) / 3 of the GRS80 ellipsoid; Moritz 2000, J Geod 74:128-133

_AT_ZERO_DEG = 1e-5  # a metre around 0° 0°, where a device without a fix puts itself
_FEW = 10  # points that no chain holds are a stray fix; more of them are a stretch of their own
_LOOK_BACK = 32  # pieces
_MOST_PIECES = 5_000
_SAME_PLACE_M = 25.0  # a track that is said again may have been thinned out
_MOST_STRETCHES = 200
_STRAY_SHARE = 0.01
_STILL_S = 60.0


def haversine_m(
    lat_1: np.ndarray | float, lon_1: np.ndarray | float, lat_2: np.ndarray | float, lon_2: np.ndarray | float
) -> np.ndarray:
    """Great-circle distance in metres between positions in degrees, on a sphere of the Earth's mean radius.

    Numbers or arrays of one shape; missing where a position is. Sinnott 1984, Sky and Telescope 68:159.

    >>> float(haversine_m(0.0, 0.0, 0.0, 1.0).round(1))
    111195.1
    """
    phi_1, phi_2 = np.radians(lat_1), np.radians(lat_2)
    half_chord_2 = (
        np.sin((phi_2 - phi_1) / 2) ** 2
        + np.cos(phi_1) * np.cos(phi_2) * np.sin((np.radians(lon_2) - np.radians(lon_1)) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half_chord_2, 0.0, 1.0)))


@dataclass(frozen=True, eq=False)
class Track:
    """Points in the order of their times: degrees, seconds (both NaN where missing), and the segment of each."""

    lat: np.ndarray
    lon: np.ndarray
    clock_s: np.ndarray
    segment: np.ndarray

    def at(self, places: np.ndarray) -> "Track":
        """The points at these places."""
        return Track(self.lat[places], self.lon[places], self.clock_s[places], self.segment[places])

    def __len__(self) -> int:
        return len(self.lat)


@dataclass(frozen=True, eq=False)
class Way:
    """How long a track is: the distance so far by point (NaN where none is believed), and how many segments have it."""

    distance_m: np.ndarray
    total_m: float | None
    segments: int


@dataclass
class Covered:
    """When the tracks of a file were where, so far."""

    clock_s: np.ndarray = field(default_factory=lambda: np.zeros(0))
    lat: np.ndarray = field(default_factory=lambda: np.zeros(0))
    lon: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def news(self, track: Track) -> np.ndarray:
        """True for the points of a track that do not say again where it was at that time; they are covered from now on.

        A stretch, whose times do not go back, says it again where nine in ten of its points within the time covered
        lie where the track was then. Others are no repeats: a clock may have been set back.
        """
        new = np.ones(len(track), dtype=bool)
        timed = np.flatnonzero(~np.isnan(track.clock_s))
        begins = np.flatnonzero(np.diff(track.clock_s[timed]) < 0) + 1
        if len(begins) > _MOST_STRETCHES:
            return new
        for stretch in np.split(timed, begins) if len(begins) else (timed,):
            new[stretch] = self._is_new(track.at(stretch))
            self._cover(track.at(stretch[new[stretch]]))
        return new

    def _is_new(self, part: Track) -> np.ndarray:
        new = np.ones(len(part), dtype=bool)
        if not len(part) or not len(self.clock_s) or part.clock_s[0] > self.clock_s[-1]:
            return new
        inside = (part.clock_s >= self.clock_s[0]) & (part.clock_s <= self.clock_s[-1])
        if inside.sum() < 2:
            return new
        lat, lon = (np.interp(part.clock_s, self.clock_s, known) for known in (self.lat, self.lon))
        again = inside & (haversine_m(part.lat, part.lon, lat, lon) <= _SAME_PLACE_M)
        if again.sum() >= 0.9 * inside.sum():
            new[inside] = False
        return new

    def _cover(self, part: Track) -> None:
        placed = ~np.isnan(part.lat) & ~np.isnan(part.lon)
        if not placed.any():
            return
        ordered = not len(self.clock_s) or part.clock_s[0] >= self.clock_s[-1]
        clock_s = np.concatenate([self.clock_s, part.clock_s[placed]])
        order = slice(None) if ordered else np.argsort(clock_s, kind="stable")
        self.clock_s = clock_s[order]
        self.lat = np.concatenate([self.lat, part.lat[placed]])[order]
        self.lon = np.concatenate([self.lon, part.lon[placed]])[order]


def way(track: Track, by: Mover, left_out: Counter[str]) -> Way:
    """The distance along the points: the recorder stood still between segments, so the way across does not count.

    Neither does a step that nobody makes in the time. Where a few points lie off a chain of steps that can be made,
    they are stray, and the way goes from the point before them to the one after.
    """
    placed = np.flatnonzero(_placed(track, left_out))
    at, steps = placed, _Steps.of(track.at(placed))
    if not steps.can_be("foot" if by == "any" else by).all():
        believed = _believed(steps, by)
        left_out["stray_points"] += int((~believed).sum())
        at = placed[believed]
        steps = _Steps.of(track.at(at))
    distance_m = np.full(len(track), np.nan)
    if not len(at) or len(at) == 1 < len(placed):  # a point alone that is left tells no way
        return Way(distance_m, None, 0)
    segment = steps.track.segment
    same = segment[1:] == segment[:-1]
    jumps = (~steps.can_be(by) | _too_fast_for_long(steps, same, by)) & same
    left_out["jumps"] += int(jumps.sum())
    counted_m = np.where(same & ~jumps, steps.way_m, 0.0)
    if len(at) > 1 and not counted_m.any() and (jumps.any() or _lasts_s(steps.track) >= _STILL_S):
        left_out["still_tracks"] += not jumps.any()
        return Way(distance_m, None, 0)
    distance_m[at[0]] = 0.0
    distance_m[at[1:]] = np.cumsum(counted_m)
    return Way(distance_m, float(distance_m[at[-1]]), 1 if same.all() else len(np.unique(segment)))


@dataclass(frozen=True, eq=False)
class _Steps:
    """The steps of a track from point to point; no times where fewer than two points have one.

    A step takes from when the position before it was first reached: a device that lost the signal repeats the last one.
    """

    track: Track
    way_m: np.ndarray
    clock_s: np.ndarray | None  # those missing between the others
    since_s: np.ndarray | None  # by point, when its position was first reached

    @classmethod
    def of(cls, track: Track) -> "_Steps":
        way_m = haversine_m(track.lat[:-1], track.lon[:-1], track.lat[1:], track.lon[1:])
        clock_s = _clock_s(track)
        if clock_s is None or way_m.all():
            return cls(track, way_m, clock_s, clock_s)
        moved = np.concatenate([[True], way_m > 0])
        return cls(track, way_m, clock_s, clock_s[np.maximum.accumulate(np.where(moved, np.arange(len(track)), 0))])

    def can_be(self, by: Mover) -> np.ndarray:
        """Which of them somebody can make; all of them where no times are known."""
        if self.clock_s is None or self.since_s is None:
            return np.ones(len(self.way_m), dtype=bool)
        took_s = np.maximum(self.clock_s[1:] - self.since_s[:-1], 0.0)
        return self.way_m <= farthest_m(took_s + STAMP_S, by)


def _lasts_s(track: Track) -> float:
    known = track.clock_s[~np.isnan(track.clock_s)]
    return float(np.ptp(known)) if len(known) else 0.0


def _placed(track: Track, left_out: Counter[str]) -> np.ndarray:
    """Where a point has a position on the globe."""
    lat, lon = np.abs(track.lat), np.abs(track.lon)
    on_globe = (lat <= 90) & (lon <= 360)  # False where one is missing
    at_zero = (lat < _AT_ZERO_DEG) & (lon < _AT_ZERO_DEG)
    left_out["points_without_position"] += int((~on_globe).sum())
    left_out["points_at_zero"] += int(at_zero.sum())
    return on_globe & ~at_zero


def _clock_s(track: Track) -> np.ndarray | None:
    """The times of all points, those missing between the others; None where fewer than two are known."""
    known = np.flatnonzero(~np.isnan(track.clock_s))
    if len(known) < 2:
        return None
    return track.clock_s if len(known) == len(track) else np.interp(np.arange(len(track)), known, track.clock_s[known])


def _too_fast_for_long(steps: _Steps, same: np.ndarray, by: Mover) -> np.ndarray:
    """Which steps are of a stretch that nobody covers."""
    fast = np.zeros(len(same), dtype=bool)
    if steps.clock_s is None:
        return fast
    moved = np.flatnonzero((steps.way_m > 0) | ~same)
    at = np.concatenate([[0], moved + 1])
    fast[moved] = too_fast_for_long(steps.clock_s[at], np.where(same, steps.way_m, 0.0)[moved], by)
    return fast


def _believed(steps: _Steps, by: Mover) -> np.ndarray:
    """Which points are not stray.

    Where nobody knows who moved, a few are stray too that nobody reaches on foot, if the others are so reached: a run
    is not told from a ride by a single point.
    """
    if by != "any":
        return _on_chain(steps, by)
    few = max(3, int(_STRAY_SHARE * len(steps.track)))
    if (~steps.can_be("foot")).sum() <= 2 * few:
        kept = _on_chain(steps, "foot")
        if (~kept).sum() <= few and _Steps.of(steps.track.at(np.flatnonzero(kept))).can_be("foot").all():
            return kept
    return _on_chain(steps, by)


def _on_chain(steps: _Steps, by: Mover) -> np.ndarray:
    """Which points lie on the chain of the most points of which each can be reached from the one before.

    A track is cut into pieces where a step cannot be; a chain leads from the end of a piece to the begin of a later
    one. Of the other pieces those of many points stay: there the device was for a while. In more pieces than any track
    has nothing is looked for: all points stay, and the steps that cannot be add nothing.
    """
    can_be = steps.can_be(by)
    if can_be.all() or (~can_be).sum() >= _MOST_PIECES:
        return np.ones(len(steps.track), dtype=bool)
    begins = np.concatenate([[0], np.flatnonzero(~can_be) + 1])
    ends = np.concatenate([begins[1:] - 1, [len(steps.track) - 1]])
    sizes = ends - begins + 1
    stray = ~_longest_chain(steps, begins, ends, by) & (sizes < _FEW)
    return ~np.repeat(stray, sizes)


def _longest_chain(steps: _Steps, begins: np.ndarray, ends: np.ndarray, by: Mover) -> np.ndarray:
    """Which of the pieces are on it."""
    track, clock_s, since_s = steps.track, steps.clock_s, steps.since_s
    points, before = ends - begins + 1, np.full(len(begins), -1)
    if clock_s is None or since_s is None:
        return np.ones(len(begins), dtype=bool)
    for i in range(1, len(begins)):
        earlier = np.arange(max(0, i - _LOOK_BACK), i)
        end, begin = ends[earlier], begins[i]
        way_m = haversine_m(track.lat[end], track.lon[end], track.lat[begin], track.lon[begin])
        reached = way_m <= farthest_m(np.maximum(clock_s[begin] - since_s[end], 0.0) + STAMP_S, by)
        if reached.any():
            best = earlier[reached][np.argmax(points[earlier[reached]])]
            points[i] += points[best]
            before[i] = best
    on_chain = np.zeros(len(begins), dtype=bool)
    at = int(np.argmax(points))
    while at >= 0:
        on_chain[at] = True
        at = int(before[at])
    return on_chain
