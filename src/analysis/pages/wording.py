"""Words that pages share: names of series, directions, and amounts rounded to what a measurement resolves."""

import pandas as pd

from analysis.base.units import LONG_TIME_S, amount_text
from analysis.models.checks import CheckHistory
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.strength.speed_at_load import SpeedAtLoad

History = SpeedAtLoad | CheckHistory | PaceAtHeartRate

SIDES = {"L": "left", "R": "right"}
DECIMALS = {"m/s": 2, "s": 2, "s/km": 0, "kg": 1, "deg": 0, "cm": 1, "m": 2}


def speed_name(result: SpeedAtLoad) -> str:
    """The lift, its side where it has one, and the load: 'Split squat left at 20 kg'."""
    side = f" {SIDES[result.side]}" if result.side in SIDES else ""
    return f"{result.name}{side} at {result.anchor_kg:g} kg"


def pace_name(result: PaceAtHeartRate) -> str:
    """'pace at 135 to 145 bpm'."""
    return f"pace at {result.low_bpm:g} to {result.high_bpm:g} bpm"


def name_of(history: History) -> str:
    """What a judged series is called."""
    if isinstance(history, SpeedAtLoad):
        return speed_name(history)
    return history.name if isinstance(history, CheckHistory) else pace_name(history)


def direction_words(history: History) -> tuple[str, str]:
    """What a larger and a smaller number is called."""
    if isinstance(history, SpeedAtLoad):
        return "faster", "slower"
    return ("slower", "faster") if history.change.unit in ("s", "s/km") else ("higher", "lower")


def decimals_of(unit: str, value: float) -> int:
    """Decimals that a measurement resolves; hundredths of a second are beyond what a person times over minutes.

    >>> decimals_of("s", 3.45), decimals_of("s", 283.2)
    (2, 1)
    """
    return 1 if unit == "s" and value >= LONG_TIME_S else DECIMALS.get(unit, 1)


def amount_of(value: float, unit: str) -> str:
    """A value with its unit, rounded to what its measurement resolves; long times as minutes.

    >>> amount_of(0.7143, "m/s"), amount_of(283.24, "s")
    ('0.71 m/s', '4:43.2 min')
    """
    return amount_text(value, unit, decimals_of(unit, value))


def shortest(value: float, decimals: int) -> str:
    """A number without trailing zeros.

    >>> shortest(6.0, 1), shortest(6.33, 1)
    ('6', '6.3')
    """
    return f"{round(value, decimals):g}"


def percent(value: float) -> str:
    """A share without its sign, a decimal below 10.

    >>> percent(-3.84), percent(12.3)
    ('3.8 %', '12 %')
    """
    return f"{abs(value):.{0 if abs(value) >= 10 else 1}f} %"


def expected_text(value: float) -> str:
    """An expected number of things with the digits that mean something.

    >>> expected_text(2.9), expected_text(0.36), expected_text(0.02)
    ('3', '0.4', 'less than 0.1')
    """
    if value < 0.05:
        return "less than 0.1"
    return f"{value:.0f}" if value >= 1.5 else f"{value:.1f}"


def capital(text: str) -> str:
    """The text with a capital first letter.

    >>> capital("pace")
    'Pace'
    """
    return text[:1].upper() + text[1:]


def day_text(day: pd.Timestamp) -> str:
    """A day of this year.

    >>> day_text(pd.Timestamp("2026-07-04"))
    '4 Jul'
    """
    return f"{day.day} {day:%b}"


def count_text(count: int, noun: str) -> str:
    """A number of things.

    >>> count_text(1, "day"), count_text(2, "activity")
    ('1 day', '2 activities')
    """
    return f"{count} {plural(noun, count)}"


def withheld_sentence(count: int) -> str:
    """How many athletes a page of the squad leaves out for want of consent.

    >>> withheld_sentence(2)
    '2 athletes are left out: nobody has agreed to show them on pages of the squad.'
    """
    return f"{count_text(count, 'athlete')} {'is' if count == 1 else 'are'} left out: " + (
        "nobody has agreed to show them on pages of the squad."
    )


def plural(noun: str, count: float) -> str:
    """The noun for so many.

    >>> plural("rep", 2.5)
    'reps'
    """
    if count == 1:
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
