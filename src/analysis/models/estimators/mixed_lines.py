"""Straight lines of athletes over sessions: the restricted likelihood from sums, its optimum, and what follows from it.

velocity = (line of the squad + line of the athlete) [1, load] + offset of the session + error: lines of athletes and
offsets of sessions are normal, their variances told in units of the residual variance. All that the likelihood needs
are sums of products by athlete and by session, so that one value of it costs the same for 30 sets as for 3,000. It is
that of statsmodels' MixedLM with sessions as a variance component (`tests/test_load_velocity_mixed.py`).

References
----------
Laird & Ware 1982, Biometrics 38(4):963-974; Henderson 1975, Biometrics 31(2):423-447 (prediction errors);
Harville 1977, J Am Stat Assoc 72:320-338 (restricted likelihood).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

TOLERANCE = {"L-BFGS-B": 1e-10, "Nelder-Mead": 1e-4, "Powell": 1e-6}  # of each optimiser, in its own meaning
SAME_LLF = 0.01  # optimisers that differ by less have found the same optimum
# session SD, then the lower triangle of the athletes' Cholesky factor (level, level x slope, slope), in residual SDs
STARTS = np.array([1.0, 2.0, 0.0, 0.5])
LARGEST_SHARE = 0.999  # of sessions in the variance of a set


class SettledByTwo:
    """What a fit by several optimisers answers; a frozen dataclass inherits it."""

    optimisers: pd.DataFrame  # optimiser, log_likelihood, says_converged

    @property
    def settled(self) -> bool:
        """Whether two optimisers or more found the best likelihood."""
        behind = self.optimisers["log_likelihood"].max() - self.optimisers["log_likelihood"]
        return bool((behind < SAME_LLF).sum() >= 2)


@dataclass(frozen=True)
class LoadScale:
    """Loads centred and scaled, so that no optimiser meets numbers of different size."""

    centre_kg: float
    sd_kg: float

    @property
    def turn(self) -> np.ndarray:
        """Matrix from scaled coefficients to v0 and slope."""
        return np.array([[1, -self.centre_kg / self.sd_kg], [0, 1 / self.sd_kg]])

    @property
    def log_likelihood_shift(self) -> float:
        """What makes a restricted log likelihood that of the loads as they are."""
        return -float(np.log(self.sd_kg))


@dataclass(frozen=True)
class Solved:
    """Henderson's equations solved at known ratios of variances, on scaled loads."""

    ratio: float
    between: np.ndarray | None  # 2 x 2 in residual variances; None where each athlete stands alone
    residual_variance: float
    squad: np.ndarray  # (2,)
    squad_covariance: np.ndarray  # (2, 2)
    lines: np.ndarray  # (athletes, 2)
    covariances: np.ndarray  # (athletes, 2, 2)


@dataclass(frozen=True)
class LineSums:
    """All that the likelihood needs: sums of [1, load, velocity] and their products, by athlete and by session."""

    scale: LoadScale
    rows: np.ndarray  # (n, 3)
    session_of_row: np.ndarray
    athlete_of_session: np.ndarray
    of_sessions: np.ndarray  # (sessions, 3)
    n_of_sessions: np.ndarray
    of_athletes: np.ndarray  # (athletes, 3, 3)

    @classmethod
    def of(cls, sets: pd.DataFrame) -> "LineSums":
        """Of `sets` with athlete_id, session_id, load_kg and velocity_m_s, no value missing."""
        scale = LoadScale(float(sets["load_kg"].mean()), float(sets["load_kg"].std()))
        load = (sets["load_kg"] - scale.centre_kg) / scale.sd_kg
        rows = np.column_stack([np.ones(len(sets)), load, sets["velocity_m_s"]])
        session = sets.groupby(["athlete_id", "session_id"], sort=True).ngroup().to_numpy()
        athlete = sets.groupby("athlete_id", sort=True).ngroup().to_numpy()
        of_sessions = np.zeros((session.max() + 1, 3))
        np.add.at(of_sessions, session, rows)
        of_athletes = np.zeros((athlete.max() + 1, 3, 3))
        np.add.at(of_athletes, athlete, rows[:, :, None] * rows[:, None, :])
        _, first = np.unique(session, return_index=True)
        return cls(scale, rows, session, athlete[first], of_sessions, np.bincount(session), of_athletes)

    def products(self, ratio: float) -> np.ndarray:
        """Sums of products by athlete, the offset of sessions weighed out at this ratio of variances."""
        weight = ratio / (1 + ratio * self.n_of_sessions)
        taken = weight[:, None, None] * self.of_sessions[:, :, None] * self.of_sessions[:, None, :]
        out = self.of_athletes.copy()
        np.subtract.at(out, self.athlete_of_session, taken)
        return out

    def log_likelihood(self, ratio: float, between: np.ndarray | None) -> float:
        """Restricted log likelihood on scaled loads, the residual variance at its best."""
        products = self.products(ratio)
        design, cross, square = products[:, :2, :2], products[:, :2, 2], products[:, 2, 2]
        spread = np.zeros((2, 2)) if between is None else between
        shrink = np.linalg.inv(np.eye(2) + design @ spread)
        seen = shrink @ design
        fixed = seen.sum(axis=0)
        moved = np.einsum("aij,aj->ai", shrink, cross)
        total = moved.sum(axis=0)
        squares = (square - np.einsum("ai,ij,aj->a", cross, spread, moved)).sum()
        squares -= total @ np.linalg.solve(fixed, total)
        df = len(self.rows) - 2
        determinants = np.log1p(ratio * self.n_of_sessions).sum() - np.log(np.linalg.det(shrink)).sum()
        determinants += np.log(np.linalg.det(fixed))
        return float(-(df * (np.log(max(squares, 1e-300) / df) + 1 + np.log(2 * np.pi)) + determinants) / 2)

    def solved(self, ratio: float, between: np.ndarray | None) -> Solved:
        """Squad and athletes' coefficients with the covariance of their errors; `between` may be singular."""
        products = self.products(ratio)
        design, cross, square = products[:, :2, :2], products[:, :2, 2], products[:, 2, 2]
        spread = np.zeros((2, 2)) if between is None else between
        shrink = np.linalg.inv(np.eye(2) + design @ spread)
        fixed = np.linalg.inv((shrink @ design).sum(axis=0))
        moved = np.einsum("aij,aj->ai", shrink, cross)
        squad = fixed @ moved.sum(axis=0)
        squares = (square - np.einsum("ai,ij,aj->a", cross, spread, moved)).sum() - squad @ moved.sum(axis=0)
        variance = max(float(squares), 0.0) / (len(self.rows) - 2)
        own_error = spread @ shrink  # of an athlete's deviation, the squad's line known
        pull = np.eye(2) - own_error @ design
        lines = np.einsum("aij,j->ai", pull, squad) + np.einsum("aij,aj->ai", own_error, cross)
        covariances = variance * (own_error + pull @ fixed @ np.swapaxes(pull, 1, 2))
        return Solved(ratio, between, variance, squad, variance * fixed, lines, covariances)

    def left_out(self, solved: Solved) -> np.ndarray:
        """Each set predicted from the other sessions of its athlete; NaN where these have no line."""
        products = self.products(solved.ratio)[self.athlete_of_session]
        weight = solved.ratio / (1 + solved.ratio * self.n_of_sessions)
        own = np.zeros_like(products)
        np.add.at(own, self.session_of_row, self.rows[:, :, None] * self.rows[:, None, :])
        own -= weight[:, None, None] * self.of_sessions[:, :, None] * self.of_sessions[:, None, :]
        rest = products - own
        design, cross = rest[:, :2, :2], rest[:, :2, 2]
        if solved.between is None:
            known = np.linalg.cond(design) < 1e10
            lines = np.full((len(rest), 2), np.nan)
            lines[known] = np.linalg.solve(design[known], cross[known][:, :, None])[:, :, 0]
        else:
            own_error = solved.between @ np.linalg.inv(np.eye(2) + design @ solved.between)
            deviation = cross - np.einsum("aij,j->ai", design, solved.squad)
            lines = solved.squad + np.einsum("aij,aj->ai", own_error, deviation)
        return (self.rows[:, :2] * lines[self.session_of_row]).sum(axis=1)


def fit_alone(sums: LineSums) -> Solved:
    """The most likely share of sessions in the variance of one athlete's sets, and her line with it.

    >>> sets = pd.DataFrame({"athlete_id": "alder", "session_id": list("aabb"), "load_kg": [60.0, 100.0, 60.0, 100.0],
    ...                      "velocity_m_s": [1.00, 0.70, 1.05, 0.76]})
    >>> sums = LineSums.of(sets)
    >>> (sums.scale.turn @ fit_alone(sums).squad).round(4).tolist()
    [1.4675, -0.0074]
    """
    best = optimize.minimize_scalar(
        lambda share: -sums.log_likelihood(share / (1 - share), None), bounds=(0.0, LARGEST_SHARE), method="bounded"
    )
    share = max((0.0, float(best.x)), key=lambda share: sums.log_likelihood(share / (1 - share), None))
    return sums.solved(share / (1 - share), None)


@dataclass(frozen=True, eq=False)
class SquadFit(SettledByTwo):
    """The best of several optimisers, and how far each of them came."""

    solved: Solved
    optimisers: pd.DataFrame  # optimiser, log_likelihood (loads as they are), says_converged


def fit_squad(sums: LineSums) -> SquadFit:
    """The most likely variances of a squad's sets by three optimisers, and the lines with them.

    >>> rng = np.random.default_rng(3)
    >>> sets = pd.MultiIndex.from_product([list("abcdefgh"), ["x", "y"], [60.0, 80.0, 100.0]],
    ...                                   names=["athlete_id", "session_id", "load_kg"]).to_frame(index=False)
    >>> sets["velocity_m_s"] = 1.5 - 0.008 * sets["load_kg"] + rng.normal(0, 0.02, len(sets))
    >>> fit = fit_squad(LineSums.of(sets))
    >>> fit.settled, fit.optimisers["says_converged"].tolist()
    (True, [True, True, True])
    """
    tried = {name: _tried(sums, name) for name in TOLERANCE}
    best = min(tried.values(), key=lambda fit: fit.fun)
    optimisers = pd.DataFrame(
        {
            "optimiser": list(tried),
            "log_likelihood": [sums.scale.log_likelihood_shift - float(fit.fun) for fit in tried.values()],
            "says_converged": [bool(fit.success) for fit in tried.values()],
        }
    )
    return SquadFit(sums.solved(*_variances(best.x)), optimisers)


def _variances(point: np.ndarray) -> tuple[float, np.ndarray]:
    """Ratio of session to residual variance, and the athletes' covariance in residual variances."""
    root = np.array([[point[1], 0.0], [point[2], point[3]]])
    return float(point[0] ** 2), root @ root.T


def _tried(sums: LineSums, optimiser: str) -> optimize.OptimizeResult:
    return optimize.minimize(
        lambda point: -sums.log_likelihood(*_variances(point)), STARTS, method=optimiser, tol=TOLERANCE[optimiser]
    )
