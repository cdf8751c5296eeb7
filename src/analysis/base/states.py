"""What may be said of a judged value: one list of states, each with its words, its shape and its class of colour."""

from enum import StrEnum

_MARKS = {"up": "▲", "same": "●", "down": "▼", "unknown": "?"}


class State(StrEnum):
    """A verdict. Its value is what facts, rules and tables hold; a text with that value is equal to it.

    >>> State("better").mark, State.BETTER == "better", State.STEADY.lead
    ('▲', True, 'Held steady.')
    """

    css: str  # class of colour: up, same, down, unknown
    lead: str  # what an athlete reads, a few words before a sentence
    coach: str  # what a coach reads, within a sentence

    def __new__(cls, value: str, css: str, lead: str, coach: str) -> "State":
        state = str.__new__(cls, value)
        state._value_ = value
        state.css, state.lead, state.coach = css, lead, coach
        return state

    CLEARLY_BETTER = "clearly better", "up", "Clearly better.", "clear change"
    BETTER = "better", "up", "Better.", "change, size uncertain"
    STEADY = "steady", "same", "Held steady.", "equivalent"
    TOO_CLOSE = "too close to call", "same", "Too close to call.", "too close to call"
    WORSE = "worse", "down", "Worse.", "change, size uncertain"
    CLEARLY_WORSE = "clearly worse", "down", "Clearly worse.", "clear change"
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
        """Whether it says that a level changed."""
        return self.css in ("up", "down")

    @property
    def known(self) -> bool:
        """Whether it says anything; False where it cannot be told."""
        return self is not State.CANNOT_TELL
