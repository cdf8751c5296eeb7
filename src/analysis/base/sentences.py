"""How a judged value is told: the verdict in a few words, then the rest, for the athlete and for the coach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from analysis.base.blocks import Fact
from analysis.base.display import METRIC, Display
from analysis.base.units import MINUS, clock_unit, signed_text

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")

Audience = Literal["athlete", "coach"]


@dataclass(frozen=True)
class Sentence:
    """What is said of a value: its verdict, then the rest. The lead is empty where the rest holds the verdict."""

    lead: str
    rest: str

    def __str__(self) -> str:
        return f"{self.lead} {self.rest}".strip()


@dataclass(frozen=True)
class Wording:
    """How a quantity is spoken of.

    `quantity` names what was measured in 8 words or fewer; `more` and `less` say what a larger and a smaller number
    mean (a larger speed is faster, a larger time slower); `occasion` is what has to be repeated.
    """

    quantity: str
    decimals: int = 2
    more: str = "higher"
    less: str = "lower"
    occasion: str = "test"
    display: Display = METRIC  # the units that its reader reads

    @property
    def head(self) -> str:
        """The quantity at the beginning of a sentence."""
        return capital(self.quantity)

    def amount(self, value: float, unit: str) -> str:
        """A magnitude with the unit that is read; what rounds to nothing is said to be less than the last digit."""
        if value != 0 and round(abs(self.display.value(value, unit)), self.decimals) == 0:
            return f"less than {10.0**-self.decimals:.{self.decimals}f} {self.display.unit(unit)}"
        return self.display.amount(abs(value), unit, self.decimals)

    def rounded(self, value: float, unit: str) -> float:
        """The number that is read of a value."""
        return round(self.display.value(value, unit), self.decimals)

    def apart(self, one: float, other: float, unit: str) -> float:
        """How far two values lie apart as both are read, so that a reader who subtracts them finds the same.

        >>> Wording("pulse", 0).apart(45.6, 53.5, "bpm")
        -8.0
        """
        by = self.rounded(one, unit) - self.rounded(other, unit)
        return by / self.display.value(1.0, unit)

    def level(self, value: float, unit: str) -> str:
        """A value with its unit and, where digits are left of it, its sign."""
        shown = self.display.value(value, unit)
        return (MINUS if round(shown, self.decimals) < 0 else "") + self.amount(value, unit)

    def signed(self, value: float, unit: str) -> str:
        """The number of a change, without its unit."""
        return signed_text(self.display.value(value, unit), self.decimals)

    def number(self, value: float, unit: str, *, more: int = 0) -> str:
        """The number of an error, without its unit, with so many more decimals."""
        return f"{self.display.value(value, unit):.{self.decimals + more}f}"

    def unit_of(self, value: float, unit: str) -> str:
        """The unit that stands behind a value: of a long time minutes."""
        shown = self.display.unit(unit)
        return clock_unit(shown, [self.display.value(value, unit)]) or shown

    def direction(self, estimate: float) -> str:
        return self.more if estimate > 0 else self.less

    def occasions(self, count: int) -> str:
        """So many more, as 'two more tests'."""
        number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
        return f"{number} more {plural(self.occasion, count)}"


class Judged:
    """What every judged value can do: say itself, and be a fact of a page."""

    wording: ClassVar[Mapping[str, Any]] = {}  # where it differs from that of `Wording`

    def said(self, words: Wording, audience: Audience) -> Sentence:
        """The verdict and the rest."""
        raise NotImplementedError

    def fact_fields(self) -> dict[str, Any]:
        """The fields of a fact beside its words: state, reason and numbers."""
        raise NotImplementedError

    def sentence(self, quantity: str, *, audience: Audience = "athlete", **words: Any) -> str:
        """The change in words, numbers rounded to `decimals`; `words` are the fields of `Wording`."""
        return str(self.said(Wording(quantity, **{**self.wording, **words}), audience))

    def as_fact(self, subject: str, quantity: str, **words: Any) -> Fact:
        """The change as a section's statement; `words` are those of `sentence`."""
        wording = Wording(quantity, **{**self.wording, **words})
        athlete, coach = (self.said(wording, audience) for audience in get_args(Audience))
        return Fact(
            subject=subject,
            sentence=str(athlete),
            coach_sentence=str(coach),
            lead=athlete.lead,
            coach_lead=coach.lead,
            **self.fact_fields(),
        )


def capital(text: str) -> str:
    """The text with a capital first letter.

    >>> capital("pace")
    'Pace'
    """
    return text[:1].upper() + text[1:]


def plural(noun: str, count: float) -> str:
    """The noun for so many.

    >>> plural("rep", 2.5), plural("activity", 2), plural("day", 1)
    ('reps', 'activities', 'day')
    """
    if count == 1:
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


def count_text(count: int, noun: str, several: str = "") -> str:
    """A number of things.

    >>> count_text(1, "day"), count_text(2, "activity"), count_text(2, "series", "series")
    ('1 day', '2 activities', '2 series')
    """
    return f"{count} {several if several and count != 1 else plural(noun, count)}"
