"""The range that a new value usually lies in, of what has no measurement error: loads and answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from analysis.base.errors import NotEnoughData

REFERENCE_LEAST = 3  # earlier values that make a range
BAND_LEVEL = 0.90


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
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    n = len(known)
    if n < REFERENCE_LEAST:
        raise NotEnoughData(f"A usual range needs 3 values or more; got {n}. Log {REFERENCE_LEAST - n} more.")
    half = float(stdtrit(n - 1, (1 + level) / 2) * known.std(ddof=1) * (1 + 1 / n) ** 0.5)
    return Band(float(known.mean()) - half, float(known.mean()) + half)
