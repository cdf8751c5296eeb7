"""Variable projection: time constants by search, everything linear solved exactly, for many targets at a time.

With time constants given, p = p0 + sum of k1 g - k2 h is linear. p0 leaves by centring and the gains k >= 0 are a small
non-negative least-squares problem, so that only the time constants are searched: first all pairs of a grid, whose
inner products are computed once, then a Levenberg-Marquardt polish with the Jacobian of Kaufman. Targets (the tests,
or bootstrap copies of them) go through both together.

References
----------
Golub & Pereyra 1973, SIAM J Numer Anal 10:413-432; Kaufman 1975, BIT 15:49-57.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from analysis.models.fitness_fatigue.impulse import FIXED_TAU1_D, FIXED_TAU2_D, LaggedLoads

TAU_LEAST_D = 1.0
TAU_MOST_D = 120.0
RATIO_LEAST = 1.05  # of tau1 to tau2: equal time constants leave nothing to tell the two responses apart
GRID_SIZE = 30
POLISH_STEPS = 200

_LOG_LEAST, _LOG_MOST, _LOG_RATIO = np.log([TAU_LEAST_D, TAU_MOST_D, RATIO_LEAST])
_DAMPING_START, _DAMPING_MOST = 1e-3, 1e9
_LONGEST_STEP = 1.0  # in log time constants
_TINY = 1e-12
_ENOUGH = 1e-11  # relative decrease of the sum of squares below which a fit has ended
_CYCLE_ENOUGH = 1e-6
_RANK = 1e-12  # singular values below this share of the largest carry nothing


@dataclass(frozen=True, eq=False)
class Targets:
    """Centred targets, shape (n_targets, m), with the centred loads of each input behind them."""

    loads: tuple[LaggedLoads, ...]
    values: np.ndarray
    outside_ss: np.ndarray  # part of each sum of squares that no time constants can explain, shape (n_targets,)

    @property
    def total_ss(self) -> np.ndarray:
        return (self.values**2).sum(axis=1) + self.outside_ss

    def only(self, rows: np.ndarray) -> "Targets":
        return Targets(self.loads, self.values[rows], self.outside_ss[rows])


@dataclass(frozen=True)
class Axes:
    """Which two logarithms are searched for each input: of one time constant, and of tau1 / tau2.

    On the slow axes the first is tau1, on the fast ones tau2, so that either can be held while the other moves. Every
    method takes or gives points of shape (n_targets, 2 J), or time constants of shape (n_targets, J, 2).
    """

    slow: bool = True

    def taus(self, points: np.ndarray) -> np.ndarray:
        first, ratio = points[:, 0::2], points[:, 1::2]
        pair = (first, first - ratio) if self.slow else (first + ratio, first)
        return np.exp(np.stack(pair, axis=-1))

    def points(self, tau_d: np.ndarray) -> np.ndarray:
        tau1, tau2 = tau_d[..., 0], tau_d[..., 1]
        both = np.log(np.stack([tau1 if self.slow else tau2, tau1 / tau2], axis=-1))
        return both.reshape(*tau_d.shape[:-2], -1)

    def inside(self, points: np.ndarray) -> np.ndarray:
        """The points moved to the nearest that is within the bounds."""
        out = points.copy()
        least, most = self._ends
        out[:, 0::2] = np.clip(points[:, 0::2], least, most)
        out[:, 1::2] = np.clip(points[:, 1::2], _LOG_RATIO, self._room(out))
        return out

    def blocked(self, points: np.ndarray, descent: np.ndarray) -> np.ndarray:
        """Coordinates on a bound that the descent would cross."""
        least, most = self._ends
        low = np.full(points.shape, _LOG_RATIO)
        high = np.full(points.shape, most)
        low[:, 0::2] = least
        high[:, 1::2] = self._room(points)
        return ((points <= low + _TINY) & (descent < 0)) | ((points >= high - _TINY) & (descent > 0))

    def by_coordinate(self, by_log_tau: np.ndarray) -> np.ndarray:
        """Changes by log tau1 and log tau2, rows in turn (n_targets, 2 J, m), as changes by the coordinates."""
        by_slow, by_fast = by_log_tau[:, 0::2], by_log_tau[:, 1::2]
        out = np.empty_like(by_log_tau)
        out[:, 0::2] = by_slow + by_fast
        out[:, 1::2] = -by_fast if self.slow else by_slow
        return out

    @property
    def _ends(self) -> tuple[float, float]:
        if self.slow:
            return _LOG_LEAST + _LOG_RATIO, _LOG_MOST
        return _LOG_LEAST, _LOG_MOST - _LOG_RATIO

    def _room(self, points: np.ndarray) -> np.ndarray:
        """The largest log ratio at each first coordinate."""
        return points[:, 0::2] - _LOG_LEAST if self.slow else _LOG_MOST - points[:, 0::2]


SLOW, FAST = Axes(slow=True), Axes(slow=False)


@dataclass(frozen=True, eq=False)
class Solutions:
    """One fit a target."""

    tau_d: np.ndarray  # (n_targets, J, 2): tau1 and tau2 of each input
    gains: np.ndarray  # (n_targets, 2 J): k1 and k2 of each input
    sse: np.ndarray  # (n_targets,)


def targets(loads: Sequence[LaggedLoads], values: np.ndarray) -> Targets:
    """`values`, shape (n_targets, n_tests), and `loads` of the same tests, both with their mean over tests removed."""
    centred = tuple(LaggedLoads(load.lagged - load.lagged.mean(axis=0), load.lag_d) for load in loads)
    values = np.atleast_2d(values)
    return Targets(centred, values - values.mean(axis=1, keepdims=True), np.zeros(len(values)))


def compressed(problem: Targets) -> Targets:
    """The same sums of squares from fewer numbers.

    Responses of all time constants between the bounds lie, to rounding, in the few directions that the responses of a
    fine grid span; what of a target lies across them no fit can reach.
    """
    tau_d = np.geomspace(TAU_LEAST_D, TAU_MOST_D, 2 * GRID_SIZE)
    spanned = np.concatenate([load.response(tau_d) for load in problem.loads])
    scaled = spanned / np.maximum(np.linalg.norm(spanned, axis=1, keepdims=True), np.finfo(float).tiny)
    _, size, directions = np.linalg.svd(scaled, full_matrices=False)
    kept = directions[size > _RANK * size[0]]
    values = problem.values @ kept.T
    outside = (problem.values**2).sum(axis=1) - (values**2).sum(axis=1)
    loads = tuple(LaggedLoads(kept @ load.lagged, load.lag_d) for load in problem.loads)
    return Targets(loads, values, problem.outside_ss + np.maximum(outside, 0.0))


def best_of_grid(problem: Targets) -> Solutions:
    """The best pair of time constants of the grid, for each target; one input."""
    (load,) = problem.loads
    log_tau = np.linspace(_LOG_LEAST, _LOG_MOST, GRID_SIZE)
    slow, fast = np.tril_indices(GRID_SIZE, -1)
    response = load.response(np.exp(log_tau))
    gains = pair_gains(*pair_products(response, problem.values, slow, fast))
    best = gains.explained.argmax(axis=0)
    each = np.arange(len(best))
    return Solutions(
        np.exp(np.stack([log_tau[slow[best]], log_tau[fast[best]]], axis=-1))[:, None, :],
        np.column_stack([gains.k1[best, each], gains.k2[best, each]]),
        problem.total_ss - gains.explained[best, each],
    )


def polished(
    problem: Targets, start_d: np.ndarray, *, axes: Axes = SLOW, held: Sequence[int] = (), steps: int = POLISH_STEPS
) -> Solutions:
    """The local optimum near the time constants `start_d`, (n_targets, J, 2), inside the bounds.

    `held` names coordinates of `axes` that stay where they are.
    """
    here = _evaluated(problem, axes.inside(axes.points(start_d)), axes)
    stays = np.isin(np.arange(here.points.shape[1]), held)
    points, gains, sse = here.points.copy(), here.gains.copy(), here.sse.copy()
    damping = np.full(len(points), _DAMPING_START)
    rows = np.arange(len(points))
    for _ in range(steps):
        trial = _evaluated(problem, _step(here, damping, stays, axes), axes)
        better = trial.sse < here.sse
        enough = better & (here.sse - trial.sse <= _ENOUGH * here.sse)
        damping = np.where(better, damping / 10, damping * 10)
        here = here.replaced(trial, better)
        points[rows], gains[rows], sse[rows] = here.points, here.gains, here.sse
        going = ~enough & (damping < _DAMPING_MOST)
        if not going.any():
            break
        if not going.all():
            rows, damping, here, problem = rows[going], damping[going], here.only(going), problem.only(going)
    return Solutions(axes.taus(points), gains, sse)


def solved_at(problem: Targets, tau_d: np.ndarray) -> Solutions:
    """The gains of every target at given time constants (J, 2), which may lie outside the bounds of the search."""
    start = np.broadcast_to(tau_d, (len(problem.values), *tau_d.shape))
    there = _evaluated(problem, SLOW.points(start))
    return Solutions(start, there.gains, there.sse)


def best_fit(problem: Targets) -> Solutions:
    """Grid and polish for one input; for several the grid of one input after the other, then the polish of all."""
    if len(problem.loads) == 1:
        return polished(problem, best_of_grid(problem).tau_d)
    return polished(problem, _cycled(problem))


@dataclass(frozen=True, eq=False)
class PairGains:
    """Non-negative gains of pairs of responses and the sum of squares they explain, each (n_pairs, n_targets)."""

    k1: np.ndarray
    k2: np.ndarray
    explained: np.ndarray


def pair_products(response: np.ndarray, values: np.ndarray, slow: np.ndarray, fast: np.ndarray) -> tuple:
    """Inner products gg, gh, hh (n_pairs, 1) and gy, hy (n_pairs, n_targets) of pairs of rows of `response`."""
    gram, moment = response @ response.T, response @ values.T
    of_pairs = [gram[a, b][:, None] for a, b in ((slow, slow), (slow, fast), (fast, fast))]
    return *of_pairs, moment[slow], moment[fast]


def pair_gains(gg, gh, hh, gy, hy) -> PairGains:
    """Least squares of y on k1 g - k2 h with k1, k2 >= 0, from inner products, in closed form.

    Where the free solution has a negative gain the optimum lies on an edge: one gain is 0, the other fitted alone.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        determinant = gg * hh - gh**2
        k1, k2 = (hh * gy - gh * hy) / determinant, (gh * gy - gg * hy) / determinant
        only1, only2 = np.maximum(gy / gg, 0.0), np.maximum(-hy / hh, 0.0)
    only1, only2 = np.where(gg > 0, only1, 0.0), np.where(hh > 0, only2, 0.0)
    inner = (determinant > 0) & (k1 >= 0) & (k2 >= 0)
    first = only1 * gy >= -only2 * hy
    k1 = np.where(inner, k1, np.where(first, only1, 0.0))
    k2 = np.where(inner, k2, np.where(first, 0.0, only2))
    return PairGains(k1, k2, k1 * gy - k2 * hy)


@dataclass(frozen=True, eq=False)
class _Evaluated:
    """The problem at some time constants: solution, and the normal equations of the next step."""

    points: np.ndarray  # (n_targets, 2 J), on some axes
    gains: np.ndarray
    sse: np.ndarray
    curvature: np.ndarray  # (n_targets, 2 J, 2 J)
    descent: np.ndarray  # (n_targets, 2 J)

    def only(self, rows: np.ndarray) -> "_Evaluated":
        return _Evaluated(*(part[rows] for part in self._parts()))

    def replaced(self, other: "_Evaluated", rows: np.ndarray) -> "_Evaluated":
        pairs = zip(self._parts(), other._parts(), strict=True)
        return _Evaluated(*(np.where(rows.reshape(-1, *[1] * (a.ndim - 1)), b, a) for a, b in pairs))

    def _parts(self) -> tuple[np.ndarray, ...]:
        return self.points, self.gains, self.sse, self.curvature, self.descent


def _evaluated(problem: Targets, points: np.ndarray, axes: Axes = SLOW) -> _Evaluated:
    signed, slope = _signed_responses(problem, axes.taus(points))
    values = problem.values
    transposed = signed.transpose(0, 2, 1)
    gram = signed @ transposed
    moment = (signed @ values[:, :, None])[:, :, 0]
    gains = nonnegative(gram, moment)
    residual = values - (gains[:, None, :] @ signed)[:, 0]
    # Kaufman: the change of the responses at fixed gains, less what refitted gains take back
    change = axes.by_coordinate(slope * gains[:, :, None])
    active = gains > 0
    taken_back = _solved(gram, signed @ change.transpose(0, 2, 1), active)
    change = change - taken_back.transpose(0, 2, 1) @ signed
    return _Evaluated(
        points,
        gains,
        (residual**2).sum(axis=1) + problem.outside_ss,
        change @ change.transpose(0, 2, 1),
        (change @ residual[:, :, None])[:, :, 0],
    )


def _signed_responses(problem: Targets, tau_d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """g and -h of each input and their derivatives to log tau, each of shape (n_targets, 2 J, m)."""
    pairs = [
        load.response_and_slope(of_input)
        for load, of_input in zip(problem.loads, tau_d.transpose(1, 0, 2), strict=True)
    ]
    sign = np.tile([1.0, -1.0], len(pairs))[:, None]
    return tuple(sign * np.concatenate(part, axis=1) for part in zip(*pairs, strict=True))


def nonnegative(gram: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """Gains >= 0 of least squares from normal equations (..., p, p) and (..., p): the best of all subsets, p <= 6."""
    if gram.shape[-1] == 2:
        parts = (gram[..., 0, 0], -gram[..., 0, 1], gram[..., 1, 1], moment[..., 0], -moment[..., 1])
        pair = pair_gains(*parts)
        return np.stack([pair.k1, pair.k2], axis=-1)
    best = np.zeros_like(moment)
    best_explained = np.zeros(moment.shape[:-1])
    for subset in product([False, True], repeat=moment.shape[-1]):
        active = np.broadcast_to(np.array(subset), moment.shape)
        gains = _solved(gram, moment[..., None], active)[..., 0]
        explained = (gains * moment).sum(axis=-1)
        better = (gains >= 0).all(axis=-1) & (explained > best_explained)
        best = np.where(better[..., None], gains, best)
        best_explained = np.where(better, explained, best_explained)
    return best


def _solved(gram: np.ndarray, right: np.ndarray, active: np.ndarray) -> np.ndarray:
    """gram^-1 right over the active rows, 0 in the others; `right` is (..., p, q)."""
    scale = np.sqrt(np.maximum(np.diagonal(gram, axis1=-2, axis2=-1), np.finfo(float).tiny))
    both = active[..., :, None] & active[..., None, :]
    identity = np.eye(gram.shape[-1])
    scaled = np.where(both, gram / (scale[..., :, None] * scale[..., None, :]), identity)
    scaled = scaled + 1e-14 * identity  # columns of a flat load are equal to rounding
    return np.linalg.solve(scaled, np.where(active[..., None], right / scale[..., None], 0.0)) / scale[..., None]


def _step(here: _Evaluated, damping: np.ndarray, held: np.ndarray, axes: Axes) -> np.ndarray:
    """The damped step from each point, along the bounds where it would cross them."""
    free = ~(axes.blocked(here.points, here.descent) | held)
    size = np.diagonal(here.curvature, axis1=1, axis2=2)
    floor = _TINY * size.max(axis=1, keepdims=True) + np.finfo(float).tiny
    damped = here.curvature + np.eye(size.shape[1]) * (damping[:, None] * size + floor)[:, None, :]
    move = _solved(damped, here.descent[:, :, None], free)[:, :, 0]
    return axes.inside(here.points + np.clip(move, -_LONGEST_STEP, _LONGEST_STEP))


def _cycled(problem: Targets) -> np.ndarray:
    """Start for several inputs: the grid of each in turn, on what the others leave, until nothing improves."""
    usual = np.array([FIXED_TAU1_D, FIXED_TAU2_D])
    best = _evaluated(problem, SLOW.points(np.tile(usual, (len(problem.values), len(problem.loads), 1))))
    while True:
        found = best
        for number in range(len(problem.loads)):
            found = _evaluated(problem, _with_best_of_grid(problem, found, number))
        better = found.sse < best.sse * (1 - _CYCLE_ENOUGH)
        if not better.any():
            return SLOW.taus(best.points)
        best = best.replaced(found, better)


def _with_best_of_grid(problem: Targets, here: _Evaluated, number: int) -> np.ndarray:
    """The points with those of one input from the grid, fitted to what the other inputs leave."""
    signed, _ = _signed_responses(problem, SLOW.taus(here.points))
    own = slice(2 * number, 2 * number + 2)
    others = here.gains.copy()
    others[:, own] = 0.0
    left = problem.values - (others[:, None, :] @ signed)[:, 0]
    points = here.points.copy()
    points[:, own] = SLOW.points(best_of_grid(Targets((problem.loads[number],), left, problem.outside_ss)).tau_d)
    return points
