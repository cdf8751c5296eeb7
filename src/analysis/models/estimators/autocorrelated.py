"""Least squares on dated values whose errors carry over from one exposure to the next, the carry-over not known.

The errors are AR(1) in time: two values d days apart correlate by rho^(d / g), g the median gap between exposures.
Six to thirty exposures do not tell rho. So rho is not estimated and then believed: every value of `RHO_GRID` is fitted
by generalised least squares, and the fits are mixed by how well each explains the values (restricted likelihood with
sigma integrated out, flat prior on the grid). An estimate is then a mixture of t distributions, one a rho.

References
----------
Zellner & Tiao 1964, J Am Stat Assoc 59:763-778 (regression with autocorrelated errors, rho integrated out);
Harville 1974, Biometrika 61(2):383-385 (restricted likelihood).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, stdtr, stdtrit

from analysis.base.errors import DataProblem

RHO_GRID = np.linspace(0, 0.95, 20)


@dataclass(frozen=True, eq=False)
class Whitener:
    """What turns errors of one rho into independent ones: `matrix` @ errors."""

    rho: float
    matrix: np.ndarray  # (n, n), lower triangular

    @property
    def log_det(self) -> float:
        return float(np.log(np.diag(self.matrix)).sum())


def whitener(day: np.ndarray, rho: float, *, step: float | None = None) -> Whitener:
    """The whitener of one rho.

    Parameters
    ----------
    day : array of float, shape (n,), n >= 2
        Days from any origin, increasing.
    rho : float
        Correlation of two errors one `step` apart, 0 <= rho < 1.
    step : float, optional
        The median gap if not given.

    Raises
    ------
    DataProblem
        Two values of one day, or days out of order.

    Examples
    --------
    >>> errors = np.array([1.0, 0.5, 0.25])  # each half of the one before, nothing new
    >>> (whitener(np.array([0.0, 7.0, 14.0]), 0.5).matrix @ errors).round(9).tolist()
    [1.0, 0.0, 0.0]
    """
    gap_d = np.diff(day)
    if not (gap_d > 0).all():
        raise DataProblem(
            f"Values must be of different times, oldest first; the smallest gap is {gap_d.min():g}. "
            "Give one value a day, in order."
        )
    carried = rho ** (gap_d / (np.median(gap_d) if step is None else step))
    fresh = 1 / np.sqrt(1 - carried**2)
    return Whitener(rho, np.diag(np.append(1.0, fresh)) - np.diag(carried * fresh, k=-1))


def whiteners(day: np.ndarray) -> Iterator[Whitener]:
    """One whitener for each rho of `RHO_GRID`."""
    for rho in RHO_GRID:
        yield whitener(day, float(rho))


@dataclass(frozen=True, eq=False)
class Mixture:
    """One estimate for each of several series: t distributions, one a fit, and the weights of the fits."""

    estimate: np.ndarray  # (n_fits, n_series)
    std_error: np.ndarray  # (n_fits, n_series)
    weight: np.ndarray  # (n_fits, n_series), columns sum to 1
    df: int

    @property
    def mean(self) -> np.ndarray:
        """Weighted mean of the estimates, shape (n_series,)."""
        return (self.weight * self.estimate).sum(axis=0)

    @property
    def spread(self) -> np.ndarray:
        """Standard deviation of the mixture, taking each t for a normal, shape (n_series,)."""
        second = self.std_error**2 + (self.estimate - self.mean) ** 2
        return np.sqrt((self.weight * second).sum(axis=0))

    def probability_below(self, bound: float | np.ndarray) -> np.ndarray:
        """Probability that the estimated quantity is below `bound`, shape (n_series,)."""
        return (self.weight * stdtr(self.df, (bound - self.estimate) / self.std_error)).sum(axis=0)

    def quantile(self, probability: float, *, n_halvings: int = 40) -> np.ndarray:
        """The value below which the quantity lies with `probability`, by bisection, shape (n_series,)."""
        of_each_rho = self.estimate + stdtrit(self.df, probability) * self.std_error
        low, high = of_each_rho.min(axis=0), of_each_rho.max(axis=0)  # that of the mixture lies between
        for _ in range(n_halvings):
            middle = (low + high) / 2
            is_low = self.probability_below(middle) < probability
            low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        return (low + high) / 2


def mixing_weights(log_likelihood: np.ndarray) -> np.ndarray:
    """Weights of the fits over the first axis, from their log likelihoods and a flat prior.

    >>> mixing_weights(np.log([[1.0], [3.0]])).ravel().round(6).tolist()
    [0.25, 0.75]
    """
    return np.exp(log_likelihood - logsumexp(log_likelihood, axis=0))


def plain_means(day: np.ndarray, values: np.ndarray, *, rhos: np.ndarray = RHO_GRID) -> Mixture:
    """The plain mean of each series, with the error that each rho gives it.

    Parameters
    ----------
    day : array of float, shape (n,), n >= 2, increasing
    values : array of float, shape (n_series, n), without NaN, not all of a series alike
    rhos : array of float
        The values of rho that are mixed.

    Examples
    --------
    >>> means = plain_means(np.arange(4) * 28.0, np.array([[9.0, 12.0, 10.0, 11.0]]))
    >>> means.mean.round(9).tolist(), means.quantile(0.975).round(1).tolist()
    ([10.5], [16.7])
    """
    n = len(day)
    fits = [whitener(day, float(rho)) for rho in rhos]
    matrix, log_det = np.stack([one.matrix for one in fits]), np.array([[one.log_det] for one in fits])
    ones = matrix.sum(axis=2)  # what whitening makes of a constant, (n_fits, n)
    seen = values @ matrix.transpose(0, 2, 1)  # (n_fits, n_series, n)
    precision = (ones**2).sum(axis=1, keepdims=True)
    level = np.einsum("fsn,fn->fs", seen, ones) / precision
    squares = ((seen - level[:, :, np.newaxis] * ones[:, np.newaxis]) ** 2).sum(axis=2)
    of_mean = np.linalg.norm(np.linalg.solve(matrix.transpose(0, 2, 1), np.ones((n, 1))), axis=1) / n
    std_error = np.sqrt(squares / (n - 1)) * of_mean
    log_likelihood = log_det - np.log(precision) / 2 - (n - 1) / 2 * np.log(squares)
    estimate = np.broadcast_to(values.mean(axis=1), squares.shape)
    return Mixture(estimate, std_error, mixing_weights(log_likelihood), n - 1)
