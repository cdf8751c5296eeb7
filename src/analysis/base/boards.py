"""What the coach's page holds beside the blocks of every page: cards of people, a board of everyone, short lists by
name, and tables and a calendar that lie beside the page as files of their own."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from analysis.base.blocks import Drawing, Fact, Place, RepRow
from analysis.base.states import State


@dataclass(frozen=True)
class Strips(Drawing):
    """Sets of repetitions in little room: a row a day, filled squares are clean, and their count at the end."""

    title: str
    rows: tuple[RepRow, ...]


@dataclass(frozen=True)
class Levels(Drawing):
    """The course of a series in little room, drawn upwards where it got better, with both levels on their bands."""

    title: str
    weeks: tuple[float, ...]  # before the end, as 3.5; oldest first
    values: tuple[float, ...]
    half_band: float | None  # around a level, within which one more value is expected
    level: float | None
    level_text: str
    before: float | None = None
    before_text: str = ""
    since: float | None = None  # weeks before the end, from which the level holds
    rises: bool = True  # whether larger is better
    state: State | None = None


@dataclass(frozen=True)
class Answerable:
    """An open proposal as its line and the command that accepts it, to be read and copied; a page changes nothing."""

    line: str
    command: str


@dataclass(frozen=True)
class Card:
    """One athlete whom the coach is to talk to, to praise, or to decide on."""

    kind: Literal["talk", "praise", "decide"]
    name: str
    what: str
    when: str = ""
    reasons: tuple[str, ...] = ()
    sure: str = ""  # how sure, in words
    picture: Drawing | None = None
    proposals: tuple[Answerable, ...] = ()
    answer: str = ""  # that nothing waits for an answer, or how it was answered
    link: str = ""  # of the athlete's own page, relative to this one
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Cards(Drawing):
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Choice:
    """What is proposed to one athlete and why, as one line or as several of which none is better than another."""

    name: str
    title: str
    why: str
    proposals: tuple[Answerable, ...] = ()  # while no answer was given
    answer: str = ""
    link: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Choices(Drawing):
    title: str
    rows: tuple[Choice, ...]


@dataclass(frozen=True)
class ByName(Drawing):
    """A line that begins with what is to be done: "Ask: Koa (2 planned days without a log)."."""

    head: str
    text: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Spot:
    """A cell of the board: a value on the athlete's own band, with words only where something happened."""

    kind: Literal["up", "down", "apart", "odd", "same", "unknown", "none"]
    text: str = ""
    place: Place | None = None
    is_new: bool = True  # measured in the week of the page
    facts: tuple[Fact, ...] = ()  # of every series that the cell stands for


PlannedDay = Literal["done", "missed", "off"]


@dataclass(frozen=True)
class BoardRow:
    name: str
    note: str = ""
    link: str = ""
    days: tuple[PlannedDay, ...] = ()  # the planned days of four weeks, oldest first
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True)
class Board(Drawing):
    """Athletes by measures; a phone shows only what moved."""

    title: str
    heads: tuple[str, ...]  # the athlete, the planned days, then a measure for each of the spots
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table that leaves the page: its head says the unit."""

    head: str
    unit: str = ""

    @property
    def title(self) -> str:
        """
        >>> Column("Level", "m/s").title, Column("Athlete").title
        ('Level (m/s)', 'Athlete')
        """
        return f"{self.head} ({self.unit})" if self.unit else self.head


@dataclass(frozen=True)
class Sheet:
    """One sheet of a table; None is an empty cell."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]


@dataclass(frozen=True)
class Tables(Drawing):
    """Sheets that lie beside the page, together as .xlsx and the first as .csv."""

    title: str
    sheets: tuple[Sheet, ...]
    files: tuple[str, ...] = ()  # their names, once the page has one


@dataclass(frozen=True)
class DayEntry:
    """A whole day in a calendar; `key` is the same for the same entry on every page."""

    key: str
    day: date
    text: str
    more: str = ""


@dataclass(frozen=True)
class Calendar(Drawing):
    """Days to come, beside the page as .ics."""

    title: str
    entries: tuple[DayEntry, ...]
    files: tuple[str, ...] = ()
