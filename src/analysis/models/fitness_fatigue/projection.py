"""Variable projection: time constants by search, everything linear solved exactly, for many targets at a time.

With time constants given, p = p0 + k1 g - k2 h is linear. p0 leaves by centring and the gains k >= 0 are a small
non-negative least-squares problem, so that only the time constants are searched: first all pairs of a grid, whose
inner products are computed once, then a Levenberg-Marquardt polish with the Jacobian of Kaufman. Targets (the tests,
or bootstrap copies of them) go through both together.

References
----------
Golub & Pereyra 1973, SIAM J Numer Anal 10:413-432; Kaufman 1975, BIT 15:49-57.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.models.fitness_fatigue.impulse import LaggedLoads

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
_RANK = 1e-12  # singular values below this share of the largest carry nothing


@dataclass(frozen=True, eq=False)
class Targets:
    """Centred targets, shape (n_targets, m), with the centred loads behind them."""

    load: LaggedLoads
    values: np.ndarray
    outside_ss: np.ndarray  # part of each sum of squares that no time constants can explain, shape (n_targets,)

    @property
    def total_ss(self) -> np.ndarray:
        return (self.values**2).sum(axis=1) + self.outside_ss

    def only(self, rows: np.ndarray) -> "Targets":
        return Targets(self.load, self.values[rows], self.outside_ss[rows])


@dataclass(frozen=True)
class Axes:
    """Which two logarithms are searched: of one time constant, and of tau1 / tau2.

    On the slow axes the first is tau1, on the fast ones tau2, so that either can be held while the other moves. Every
    method takes or gives points or time constants of shape (n_targets, 2).
    """

    slow: bool = True

    def taus(self, points: np.ndarray) -> np.ndarray:
        first, ratio = points[:, 0], points[:, 1]
        pair = (first, first - ratio) if self.slow else (first + ratio, first)
        return np.exp(np.stack(pair, axis=-1))

    def points(self, tau_d: np.ndarray) -> np.ndarray:
        tau1, tau2 = tau_d[..., 0], tau_d[..., 1]
        return np.log(np.stack([tau1 if self.slow else tau2, tau1 / tau2], axis=-1))

    def inside(self, points: np.ndarray) -> np.ndarray:
        """The points moved to the nearest that is within the bounds."""
        first = np.clip(points[:, 0], *self._ends)
        return np.stack([first, np.clip(points[:, 1], _LOG_RATIO, self._room(first))], axis=-1)

    def blocked(self, points: np.ndarray, descent: np.ndarray) -> np.ndarray:
        """Coordinates on a bound that the descent would cross."""
        least, most = self._ends
        low = np.array([least, _LOG_RATIO])
        high = np.stack([np.full(len(points), most), self._room(points[:, 0])], axis=-1)
        return ((points <= low + _TINY) & (descent < 0)) | ((points >= high - _TINY) & (descent > 0))

    def by_coordinate(self, by_log_tau: np.ndarray) -> np.ndarray:
        """Changes by log tau1 and log tau2, (n_targets, 2, m), as changes by the coordinates."""
        by_slow, by_fast = by_log_tau[:, 0], by_log_tau[:, 1]
        return np.stack([by_slow + by_fast, -by_fast if self.slow else by_slow], axis=1)

    @property
    def _ends(self) -> tuple[float, float]:
        if self.slow:
            return _LOG_LEAST + _LOG_RATIO, _LOG_MOST
        return _LOG_LEAST, _LOG_MOST - _LOG_RATIO

    def _room(self, first: np.ndarray) -> np.ndarray:
        """The largest log ratio at each first coordinate."""
        return first - _LOG_LEAST if self.slow else _LOG_MOST - first


SLOW, FAST = Axes(slow=True), Axes(slow=False)


@dataclass(frozen=True, eq=False)
class Solutions:
    """One fit a target."""

    tau_d: np.ndarray  # (n_targets, 2): tau1 and tau2
    gains: np.ndarray  # (n_targets, 2): k1 and k2
    sse: np.ndarray  # (n_targets,)


def targets(load: LaggedLoads, values: np.ndarray) -> Targets:
    """`values`, shape (n_targets, n_tests), and the load of the same tests, both with their mean over tests removed."""
    centred = LaggedLoads(load.lagged - load.lagged.mean(axis=0), load.lag_d)
    values = np.atleast_2d(values)
    return Targets(centred, values - values.mean(axis=1, keepdims=True), np.zeros(len(values)))


def compressed(problem: Targets) -> Targets:
    """The same sums of squares from fewer numbers.

    Responses of all time constants between the bounds lie, to rounding, in the few directions that the responses of a
    fine grid span; what of a target lies across them no fit can reach.
    """
    tau_d = np.geomspace(TAU_LEAST_D, TAU_MOST_D, 2 * GRID_SIZE)
    spanned = problem.load.response(tau_d)
    scaled = spanned / np.maximum(np.linalg.norm(spanned, axis=1, keepdims=True), np.finfo(float).tiny)
    _, size, directions = np.linalg.svd(scaled, full_matrices=False)
    kept = directions[size > _RANK * size[0]]
    values = problem.values @ kept.T
    outside = (problem.values**2).sum(axis=1) - (values**2).sum(axis=1)
    load = LaggedLoads(kept @ problem.load.lagged, problem.load.lag_d)
    return Targets(load, values, problem.outside_ss + np.maximum(outside, 0.0))


def best_of_grid(problem: Targets) -> Solutions:
    """The best pair of time constants of the grid, for each target."""
    log_tau = np.linspace(_LOG_LEAST, _LOG_MOST, GRID_SIZE)
    slow, fast = np.tril_indices(GRID_SIZE, -1)
    response = problem.load.response(np.exp(log_tau))
    gains = pair_gains(*pair_products(response, problem.values, slow, fast))
    best = gains.explained.argmax(axis=0)
    each = np.arange(len(best))
    return Solutions(
        np.exp(np.stack([log_tau[slow[best]], log_tau[fast[best]]], axis=-1)),
        np.column_stack([gains.k1[best, each], gains.k2[best, each]]),
        problem.total_ss - gains.explained[best, each],
    )


def polished(
    problem: Targets, start_d: np.ndarray, *, axes: Axes = SLOW, held: Sequence[int] = (), steps: int = POLISH_STEPS
) -> Solutions:
    """The local optimum near the time constants `start_d`, (n_targets, 2), inside the bounds.

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
    """The gains of every target at given time constants (2,), which may lie outside the bounds of the search."""
    start = np.broadcast_to(tau_d, (len(problem.values), 2))
    there = _evaluated(problem, SLOW.points(start))
    return Solutions(start, there.gains, there.sse)


def best_fit(problem: Targets) -> Solutions:
    """Grid, then polish."""
    return polished(problem, best_of_grid(problem).tau_d)


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

    points: np.ndarray  # (n_targets, 2), on some axes
    gains: np.ndarray
    sse: np.ndarray
    curvature: np.ndarray  # (n_targets, 2, 2)
    descent: np.ndarray  # (n_targets, 2)

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
    """g and -h and their derivatives to log tau, each of shape (n_targets, 2, m)."""
    response, slope = problem.load.response_and_slope(tau_d)
    sign = np.array([[1.0], [-1.0]])
    return sign * response, sign * slope


def nonnegative(gram: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """Gains >= 0 of least squares on g and -h, from normal equations (..., 2, 2) and (..., 2)."""
    pair = pair_gains(gram[..., 0, 0], -gram[..., 0, 1], gram[..., 1, 1], moment[..., 0], -moment[..., 1])
    return np.stack([pair.k1, pair.k2], axis=-1)


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
