"""What pages share in words: amounts rounded to what a measurement resolves, days, counts, and a few whole facts."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from analysis.base.blocks import Fact
from analysis.base.display import Display
from analysis.base.sentences import capital
from analysis.base.sentences import count_text as count_text
from analysis.base.sentences import plural as plural
from analysis.base.states import State
from analysis.base.units import LONG_TIME_S
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages import words
from analysis.pages.parts import Missing

SIDES = {"L": "left", "R": "right"}
NAMED_MOST = 8  # in one sentence; more are counted
DECIMALS = {"m/s": 2, "s": 2, "s/km": 0, "kg": 1, "deg": 0, "cm": 1, "m": 2}
_PEOPLE_AND_PLACES = (
    *("Romanian", "Bulgarian", "Nordic", "Russian", "Turkish", "Spanish", "Swiss", "Swedish", "Olympic", "Copenhagen"),
    *("Jefferson", "Zercher", "Pendlay", "Yates", "Larsen", "Cossack", "Pallof", "Smith", "Bosco", "Cooper"),
)
_PROPER = {name.lower(): name for name in _PEOPLE_AND_PLACES}
_CANONICAL = re.compile(r"[a-z0-9_]+")


def side_name(name: str, side: str) -> str:
    """A lift with its side, where it has one.

    >>> side_name("Split squat", "L"), side_name("Deadlift", "B")
    ('Split squat left', 'Deadlift')
    """
    return f"{name} {SIDES[side]}" if side in SIDES else name


def exercise_name(exercise: str) -> str:
    """A canonical exercise as people read it; one outside the catalogue as its log writes it.

    >>> exercise_name("single_leg_romanian_deadlift"), exercise_name("eHüfte_2 (Turm)")
    ('Single-leg Romanian deadlift', 'eHüfte_2 (Turm)')
    """
    if not _CANONICAL.fullmatch(exercise):
        return exercise
    name = " ".join(_PROPER.get(word, word) for word in exercise.split("_"))
    return capital(name.replace("single leg", "single-leg"))


def within(name: str) -> str:
    """The name of a series as it stands in a sentence: small, and what narrows it down in brackets.

    >>> within("Single-leg Romanian deadlift, bar speed"), within("Romanian deadlift at 40 kg"), within("RDL")
    ('single-leg Romanian deadlift (bar speed)', 'Romanian deadlift at 40 kg', 'RDL')
    """
    head, _, narrower = name.partition(", ")
    return f"{in_sentence(head)} ({narrower})" if narrower else in_sentence(head)


def in_sentence(name: str) -> str:
    """A name as it stands within a sentence: a small letter first, but for proper names and abbreviations.

    >>> in_sentence("Trap-bar deadlift"), in_sentence("Romanian deadlift"), in_sentence("CMJ height")
    ('trap-bar deadlift', 'Romanian deadlift', 'CMJ height')
    """
    first = re.split(r"[\s,-]", name, maxsplit=1)[0]
    is_word = len(first) > 1 and first[1:].islower() and first.lower() not in _PROPER
    return lower_first(name) if is_word else name


def lower_first(text: str) -> str:
    """The text with a small first letter."""
    return f"{text[:1].lower()}{text[1:]}"


def speed_name(result: SpeedAtLoad, display: Display) -> str:
    """The lift, its side where it has one, and the load: 'Split squat left at 20 kg'."""
    return f"{side_name(result.name, result.side)} at {display.load(result.anchor_kg)}"


def decimals_of(unit: str, value: float) -> int:
    """Decimals that a measurement resolves; hundredths of a second are beyond what a person times over minutes.

    >>> decimals_of("s", 3.45), decimals_of("s", 283.2)
    (2, 1)
    """
    return 1 if unit == "s" and value >= LONG_TIME_S else DECIMALS.get(unit, 1)


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
    """An expected number of things with the digits that mean something, as words.

    >>> expected_text(2.9), expected_text(0.36), expected_text(0.02)
    ('about 3', 'about 0.4', 'less than 0.1')
    """
    if value < 0.05:
        return "less than 0.1"
    return f"about {value:.0f}" if value >= 1.5 else f"about {value:.1f}"


def day_text(day: pd.Timestamp) -> str:
    """A day of this year.

    >>> day_text(pd.Timestamp("2026-07-04"))
    '4 Jul'
    """
    return f"{day.day} {day:%b}"


def long_day(day: pd.Timestamp) -> str:
    """A day as people write it.

    >>> long_day(pd.Timestamp("2026-07-05"))
    '5 July 2026'
    """
    return f"{day.day} {day:%B %Y}"


def withheld_fact(count: int) -> list[Fact]:
    """How many athletes a page of the squad leaves out for want of consent; nothing where it leaves out none.

    >>> withheld_fact(2)[0].sentence
    '2 athletes are left out: nobody has agreed to show them on pages of the squad.'
    """
    verb = "is" if count == 1 else "are"
    words = f"{count_text(count, 'athlete')} {verb} left out: nobody has agreed to show them on pages of the squad."
    return [Fact("data.withheld", words, n=count)] if count else []


def left_out_fact(row: Any, day: str, who: str = "") -> Fact:
    """One row of an athlete's exclusions; the subject holds the key under which it can be taken back."""
    named = ", ".join(part for part in (who, row.what, day, row.part) if part)
    return Fact(f"left_out.{row.table_name}.{row.row_key}", f"Left out: {named}: {row.reason}.")


def listed(parts: Sequence[str], between: str = ", ") -> str:
    """Words one after the other.

    >>> listed(["Alder"]), listed(["Alder", "Birch", "Cedar"])
    ('Alder', 'Alder, Birch and Cedar')
    >>> listed(["Alder better in clean reps", "Birch worse"], "; ")
    'Alder better in clean reps; and Birch worse'
    """
    last = " and " if between == ", " else f"{between}and "
    return f"{between.join(parts[:-1])}{last}{parts[-1]}" if len(parts) > 1 else "".join(parts)


def few(parts: Sequence[str], most: int = NAMED_MOST, between: str = ", ") -> str:
    """As `listed`, so many as a reader takes in; the others are counted.

    >>> few(["Alder", "Birch", "Cedar"], 2)
    'Alder, Birch and 1 more'
    """
    more = [words.AND_MORE.format(n=len(parts) - most)] if len(parts) > most else []
    return listed([*parts[:most], *more], between)


def unknown_parts(parts: Iterable[Missing], names: dict[str, str]) -> list[Fact]:
    """The parts of a section that could not be told, those with the same reason together; `names` by subject.

    >>> parts = [Missing("a", "Too few sets.", "too_few_values"), Missing("b", "Too few sets.", "too_few_values")]
    >>> unknown_parts(parts, {"a": "Alder", "b": "Birch"})[0].sentence
    'Alder and Birch: cannot tell. Too few sets.'
    """
    alike: dict[tuple[str, str], list[Missing]] = {}
    for one in parts:
        alike.setdefault((one.sentence, one.reason), []).append(one)
    return [
        Fact(
            found[0].subject,
            f"{few([names[one.subject] for one in found])}: cannot tell. {sentence}",
            State.CANNOT_TELL,
            reason=reason,
            lead="",
        )
        for (sentence, reason), found in alike.items()
    ]
