"""From values to places and texts: the scale of a drawing, its ticks, and how its numbers are written."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.base.units import DEGREES, clock_text, clock_unit, number_text, with_unit

Scale = Callable[[float], float]


@dataclass(frozen=True)
class Numbers:
    """How the numbers of one drawing are written, all alike: long times as minutes, changes with their sign."""

    unit: str
    decimals: int
    is_clock: bool = False
    signed: bool = False

    def __call__(self, value: float) -> str:
        said = self._unsigned(value)
        return f"+{said}" if self.signed and value > 0 and said != self._unsigned(0) else said

    def amount(self, value: float | None) -> str:
        """A value with its unit, a dash where there is none."""
        return "–" if value is None else with_unit(self(value), self.unit)

    def span(self, ends: Sequence[float]) -> str:
        """From where to where, with the unit."""
        return with_unit(f"{self(ends[0])} to {self(ends[1])}", self.unit)

    def all(self, values: Iterable[float]) -> str:
        """One after the other, the unit once."""
        return with_unit(", ".join(map(self, values)), self.unit)

    def _unsigned(self, value: float) -> str:
        return clock_text(value, self.decimals) if self.is_clock else number_text(value, self.decimals)


def numbers_of(block: dict[str, Any], values: Iterable[float | None]) -> Numbers:
    """How a block writes its values, and the unit beside them.

    >>> numbers_of({"unit": "s", "decimals": 1}, [754.2]).amount(754.2)
    '12:34.2 min'
    >>> numbers_of({"unit": "deg", "decimals": 0}, [80.2]).amount(80.2)
    '80°'
    """
    clock = clock_unit(block["unit"], known(values))
    unit = DEGREES if block["unit"] == "deg" else block["unit"]
    return Numbers(clock or unit, block["decimals"], bool(clock), block.get("signed", False))


def known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def pair(block: dict[str, Any], low: str, high: str) -> list[float]:
    """Both ends, or nothing."""
    ends = known([block[low], block[high]])
    return ends if len(ends) == 2 else []


def spread(values: Iterable[float | None], low: float, high: float) -> Scale:
    """A map from the span of the known values, a little widened, to [low, high]."""
    there = known(values) or [0.0]
    first, last = min(there), max(there)
    margin = (last - first) * 0.05 or abs(last) * 0.05 or 1.0
    return between(first - margin, last + margin, low, high)


def between(first: float, last: float, low: float, high: float) -> Scale:
    """A map from [first, last] to [low, high]."""
    span = (last - first) or 1.0
    return lambda value: low + (value - first) / span * (high - low)


def clamped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def ticks(values: Sequence[float], least: float, most: int = 7) -> list[float]:
    """Round numbers for an axis that holds the values, at most `most`, no more than 7, and not closer than `least`.

    >>> ticks([-0.06, 0.17], 0.01), ticks([-0.06, 0.17], 0.01, most=3)
    ([-0.05, 0.0, 0.05, 0.1, 0.15], [0.0, 0.1])
    """
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    powers = itertools.count(math.floor(math.log10(least)))
    steps = (size * 10.0**power for power in powers for size in (1, 2, 5))
    axes = (
        (step, range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1))
        for step in steps
        if step >= least * (1 - 1e-9)
    )
    step, places = next((step, places) for step, places in axes if len(places) <= max(1, min(most, 7)))
    return [round(place * step, 12) for place in places]
