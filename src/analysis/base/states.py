"""What may be said of a judged value: one list of states, each with its words, its shape and its class of colour."""

from enum import StrEnum

_MARKS = {"up": "▲", "same": "●", "down": "▼", "unknown": "?"}


class State(StrEnum):
    """A verdict. Its value is what facts, rules and tables hold; a text with that value is equal to it.

    >>> State("better").mark, State.BETTER == "better", State.TOO_CLOSE.word
    ('▲', True, 'too close to call')
    """

    css: str  # class of colour: up, same, down, unknown
    lead: str  # what an athlete reads, a few words before a sentence
    coach: str  # what a coach reads, within a sentence
    word: str  # beside a mark in a drawing
    coach_lead: str

    def __new__(cls, value: str, css: str, lead: str, coach: str, word: str = "", coach_lead: str = "") -> "State":
        state = str.__new__(cls, value)
        state._value_ = value
        state.css, state.lead, state.coach = css, lead, coach
        state.word, state.coach_lead = word or value, coach_lead or lead
        return state

    CLEARLY_BETTER = "clearly better", "up", "Clearly better.", "clear change"
    BETTER = "better", "up", "Better than before.", "beyond error, size uncertain"
    STEADY = "about the same", "same", "About the same.", "equivalent"
    TOO_CLOSE = "no detectable change", "same", "Too close to call.", "within error", "too close to call"
    WORSE = (
        "worse",
        "down",
        "Worse than your usual.",
        "beyond error, size uncertain",
        "worse",
        "Worse than before.",
    )
    CLEARLY_WORSE = (
        "clearly worse",
        "down",
        "Clearly worse than your usual.",
        "clear change",
        "clearly worse",
        "Clearly worse than before.",
    )
    CANNOT_TELL = "cannot tell", "unknown", "Cannot tell yet.", "cannot tell"

    @classmethod
    def _missing_(cls, value: object) -> "State":
        raise ValueError(f"{value!r} is no state. Use one of {', '.join(cls)}.")

    def __repr__(self) -> str:  # a notebook shows it as the text that facts hold
        return repr(self.value)

    @property
    def mark(self) -> str:
        """The shape beside its word."""
        return _MARKS[self.css]

    @property
    def flagged(self) -> bool:
        """Whether it says that something changed beyond error."""
        return self.css in ("up", "down")

    @property
    def known(self) -> bool:
        """Whether it says anything; False where it cannot be told."""
        return self is not State.CANNOT_TELL
