"""The numbers behind a fact in one line: what a sentence leaves out, with intervals, errors and how many values."""

import math
from collections.abc import Iterable
from typing import Any

from analysis.base.display import Display
from analysis.base.units import clock_text, clock_unit, number_text, with_unit

_DECIMALS = {"m/s": 2, "s": 2, "kg": 1, "deg": 0, "°": 0, "bpm": 0, "m": 2, "%": 1}
_MORE_MOST = 3  # decimals more, to tell the ends of an interval apart
_TOLD = (("", "estimate"), ("level", "level"), ("change", "change"))
_ENDS = {"estimate": ("conf_low", "conf_high")} | {
    name: (f"{name}_low", f"{name}_high") for name in ("level", "change")
}
_BEHIND = ("conf_low", "level_low", "mdc", "swc", "typical_error")  # what a sentence leaves to the numbers behind it


def numbers_text(fact: dict[str, Any], display: Display) -> str:
    """The numbers behind a fact, in the units of its reader; empty where the sentence says all there is.

    A value whose interval would round to a point is written with more decimals, for it is no point.

    >>> fact = {"unit": "bpm", "level": 53.9, "level_low": 53.6, "level_high": 54.3, "conf_level": 0.9}
    >>> numbers_text(fact, Display())
    'Level 53.9 bpm (90 % interval 53.6 to 54.3).'
    """
    told = [(word, name) for word, name in _TOLD if fact.get(name) is not None]
    if not told or all(fact.get(name) is None for name in _BEHIND):
        return ""
    held_in = fact.get("unit") or ""
    unit, values = display.unit(held_in), [display.value(fact[name], held_in) for _, name in told]
    usual, clock = _DECIMALS.get(held_in, decimals_of(values)), clock_unit(unit, values)

    def said(value: float, decimals: int = usual) -> str:
        shown = display.value(value, held_in)
        return clock_text(shown, decimals) if clock else number_text(shown, decimals)

    parts = []
    for word, name in told:
        low, high = fact.get(_ENDS[name][0]), fact.get(_ENDS[name][1])
        decimals = usual if low is None or high is None else _apart(low, high, said, usual)
        text = said(fact[name], decimals)
        sign = "+" if word == "change" and fact[name] > 0 and text != said(0, decimals) else ""
        parts.append(f"{word} {with_unit(f'{sign}{text}', clock or unit)}")
        if low is not None and high is not None:
            level = f"{fact['conf_level'] * 100:.0f} % " if fact.get("conf_level") else ""
            parts[-1] += f" ({level}interval {said(low, decimals)} to {said(high, decimals)})"
    words = (("mdc", "two single values differ by up to"), ("swc", "smallest change that matters"))
    for name, word in (*words, ("typical_error", "typical error")):
        if fact.get(name) is not None:
            parts.append(f"{word} {said(fact[name])}")
    if fact.get("noise_source"):
        parts[-1] += f" ({fact['noise_source']})"
    if fact.get("n") is not None:
        parts.append(f"from {fact['n']} values")
    text = ", ".join(parts)
    return text[:1].upper() + text[1:] + "."


def _apart(low: float, high: float, said: Any, usual: int) -> int:
    """The fewest decimals from the usual ones on that write both ends differently."""
    tried = range(usual, usual + _MORE_MOST + 1)
    return next((decimals for decimals in tried if said(low, decimals) != said(high, decimals)), usual)


def decimals_of(values: Iterable[float]) -> int:
    """Decimals that give the largest value three significant digits, at most three; none where all are whole.

    >>> decimals_of([0.791, 0.5]), decimals_of([1200.0, 980.5]), decimals_of([3.0, 4.0])
    (3, 0, 0)
    """
    known = list(values)
    largest = max((abs(value) for value in known), default=0.0)
    if largest == 0 or all(value.is_integer() for value in known):
        return 0
    return min(3, max(0, 2 - math.floor(math.log10(largest))))
