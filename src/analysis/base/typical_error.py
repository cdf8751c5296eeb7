"""The error that a change is judged by, and the range that a new value usually lies in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from analysis.base.errors import NotEnoughData

REFERENCE_LEAST = 3  # earlier values that make a reference
MDC_LEVEL = 0.95
BAND_LEVEL = 0.90


@dataclass(frozen=True)
class TypicalError:
    """Between-day error of a statistic, in its unit, with the degrees of freedom it is known by."""

    value: float
    df: float
    source: str

    @classmethod
    def own(cls, values: Sequence[float], *, resolution: float = 0.0) -> "TypicalError":
        """The athlete's own error: SD (n - 1) of repeated values, never below the rounding error of the device.

        Parameters
        ----------
        values : sequence of float, shape (n,), n >= 2, without NaN
        resolution : float
            Smallest step of the device, in the unit; a value rounded to it has an SD of resolution / sqrt(12).

        Raises
        ------
        NotEnoughData
            For fewer than 2 values.

        Examples
        --------
        >>> error = TypicalError.own([0.70, 0.72, 0.74])
        >>> round(error.value, 6), error.df, error.source
        (0.02, 2, 'own values')
        """
        n = len(values)
        if n < 2:
            raise NotEnoughData(f"An own typical error needs 2 values or more; got {n}. Repeat it on another day.")
        spread = float(np.std(values, ddof=1))
        rounding = resolution / 12**0.5
        if spread < rounding:
            return cls(rounding, n - 1, f"rounding to {resolution:g}")
        return cls(spread, n - 1, "own values")

    @classmethod
    def published(cls, value: float, df: float = 4, source: str = "") -> "TypicalError":
        """An error from the literature or from the squad; `df` says how much it weighs against own values.

        `source` stands within a sentence, so that its full stop is left out.
        """
        return cls(value, df, source.removesuffix(".") or "published value")

    def pooled(self, other: "TypicalError") -> "TypicalError":
        """Both errors as one: TE^2 = (v0 TE0^2 + v s^2) / (v0 + v) on v0 + v degrees of freedom.

        >>> error = TypicalError.published(0.03, 4).pooled(TypicalError(0.06, 4, "own values"))
        >>> round(error.value, 4), error.df, error.source
        (0.0474, 8, 'published value and own values')
        """
        df = self.df + other.df
        value = float(np.sqrt((self.df * self.value**2 + other.df * other.value**2) / df))
        return TypicalError(value, df, f"{self.source} and {other.source}")

    def mdc(self, n_earlier: int, n_new: int = 1) -> float:
        """Smallest difference of two means that is beyond error: t(.975, df) TE sqrt(1/m + 1/n)."""
        return float(stdtrit(self.df, (1 + MDC_LEVEL) / 2)) * self.value * (1 / n_new + 1 / n_earlier) ** 0.5


@dataclass(frozen=True)
class Band:
    """The range that holds one new value as often as it claims."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def usual_band(values: Sequence[float] | np.ndarray, *, level: float = BAND_LEVEL) -> Band:
    """Range for one new value of the same series: mean +/- t s sqrt(1 + 1/n), 90 % unless told.

    Raises NotEnoughData for fewer than 3 values. NaN is no value.

    >>> band = usual_band([0.70, 0.72, 0.74])
    >>> round(band.low, 3), round(band.high, 3)
    (0.653, 0.787)
    """
    known = known_values(values)
    n = len(known)
    if n < REFERENCE_LEAST:
        raise NotEnoughData(f"A usual range needs 3 values or more; got {n}. Log {REFERENCE_LEAST - n} more.")
    half = float(stdtrit(n - 1, (1 + level) / 2) * known.std(ddof=1) * (1 + 1 / n) ** 0.5)
    return Band(float(known.mean()) - half, float(known.mean()) + half)


def known_values(values: float | Sequence[float] | np.ndarray) -> np.ndarray:
    """The values that there are, as an array."""
    array = np.atleast_1d(np.asarray(values, dtype=float))
    return array[~np.isnan(array)]
