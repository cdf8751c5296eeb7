"""How a judged value is told: the verdict in a few words, then the rest, for the athlete and for the coach."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, get_args

from analysis.base.blocks import Fact
from analysis.base.states import State
from analysis.base.units import MINUS, amount_text, signed_text

Audience = Literal["athlete", "coach"]
Verdict = Literal["progress", "plateau", "regress", "cannot tell"]

TREND_STATES: dict[Verdict, State] = {
    "progress": State.CLEARLY_BETTER,
    "plateau": State.STEADY,
    "regress": State.CLEARLY_WORSE,
}


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

    @property
    def head(self) -> str:
        """The quantity at the beginning of a sentence."""
        return capital(self.quantity)

    def amount(self, value: float, unit: str) -> str:
        """A magnitude with its unit; what rounds to nothing is said to be less than the last digit."""
        if value != 0 and round(abs(value), self.decimals) == 0:
            return f"less than {10.0**-self.decimals:.{self.decimals}f} {unit}"
        return amount_text(abs(value), unit, self.decimals)

    def level(self, value: float, unit: str) -> str:
        """A value with its unit and, where digits are left of it, its sign."""
        return (MINUS if round(value, self.decimals) < 0 else "") + self.amount(value, unit)

    def direction(self, estimate: float) -> str:
        return self.more if estimate > 0 else self.less

    def occasions(self, count: int) -> str:
        """So many more, as '2 more tests'."""
        return f"{count} more {self.occasion}{'s' if count != 1 else ''}"

    @property
    def stale(self) -> Sentence:
        """Why nothing is said of a value that is too old."""
        last = f"your last {self.occasion} for {self.quantity} was too long ago. Do one soon."
        return Sentence("Cannot tell:", last)


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


class OverWindow(Protocol):
    """What is told of a line through the values of a window."""

    verdict: Verdict
    reason: str | None
    unit: str
    swc: float
    change: float
    change_interval: tuple[float, float]
    conf_level: float
    coverage_pct: float
    n: int
    span_days: int
    rho: float
    more_exposures: int | None


def trend_state(verdict: Verdict, reason: str | None) -> State:
    """The state of a verdict on a window.

    >>> str(trend_state("plateau", None)), str(trend_state("cannot tell", "stale"))
    ('about the same', 'cannot tell')
    """
    return TREND_STATES.get(verdict, State.TOO_CLOSE if reason == "no_clear_trend" else State.CANNOT_TELL)


def trend_sentence(result: OverWindow, words: Wording, audience: Audience) -> Sentence:
    """What a line through a window says."""
    return _trend_for_coach(result, words) if audience == "coach" else _trend_for_athlete(result, words)


def _trend_for_athlete(result: OverWindow, words: Wording) -> Sentence:
    d, weeks = words.decimals, _weeks(result.span_days)
    if result.verdict == "cannot tell":
        return _no_trend(result, words)
    if result.verdict == "plateau":
        within = f"within {result.swc:.{d}f} {result.unit} either way"
        return Sentence("Plateau.", f"{words.head}: steady for {weeks}, {within}.")
    low, high = sorted(abs(bound) for bound in result.change_interval)
    by = f"{abs(result.change):.{d}f} {result.unit} {words.direction(result.change)} over {weeks}"
    return Sentence(
        "Progress." if result.verdict == "progress" else "Going the wrong way.",
        f"{words.head}: {by}, somewhere from {low:.{d}f} to {high:.{d}f} {result.unit}.",
    )


def _no_trend(result: OverWindow, words: Wording) -> Sentence:
    if result.reason == "stale":
        return words.stale
    if result.more_exposures is None:
        more = f"{words.head}: the scatter is too wide to tell. More {words.occasion}s a week help."
        return Sentence("No clear trend.", more)
    lead = "Steady, but too early to tell." if result.reason == "too_short" else "No clear trend yet."
    return Sentence(lead, f"{words.head}: about {words.occasions(result.more_exposures)} needed.")


def _trend_for_coach(result: OverWindow, words: Wording) -> Sentence:
    d, (low, high) = words.decimals, result.change_interval
    verdict = result.verdict if result.reason is None else f"{State.CANNOT_TELL.coach} ({result.reason})"
    more = f", about {result.more_exposures} more exposures" if result.more_exposures else ""
    return Sentence(
        "",
        f"{words.head}: {verdict}{more}. "
        f"{signed_text(result.change, d)} {result.unit} over {result.span_days} days "
        f"({result.conf_level * 100:.0f} % interval {signed_text(low, d)} to {signed_text(high, d)}, measured coverage "
        f"{result.coverage_pct:.0f} % or more), {result.n} exposures, SWC {result.swc:.{d}f}, "
        f"autocorrelation {result.rho:.1f}.",
    )


def _weeks(span_days: int) -> str:
    weeks = round(span_days / 7)
    return f"{weeks} week{'s' if weeks != 1 else ''}"


def lower_is_better(said: Sentence) -> Sentence:
    """The sentence of a quantity of which less is better, with that said at its end."""
    return Sentence(said.lead, f"{said.rest} Lower is better.")


def capital(text: str) -> str:
    """The text with a capital first letter.

    >>> capital("pace")
    'Pace'
    """
    return text[:1].upper() + text[1:]
