"""What a section of a page can hold: facts, and small drawings described in plain values.

`figures/` makes them from results, `report/` shows them; neither knows the other. Every drawing carries a title
that says in words what it shows, so that the page works for a screen reader and without pictures.
"""

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from analysis.base.states import State

SECTION_MIME = "application/vnd.workbook.section.v1+json"  # of a section among the outputs of a cell
_PAGE_LINK = re.compile(r"(\.\./)*([A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*\.html")

PROMPTS = ("not_enough_data", "nothing_recorded")  # reasons of a sentence that says what to record: no verdict to tell


@dataclass(frozen=True)
class Fact:
    """One statement of a section, as the page prints it and as other systems read it.

    Numbers are None where they do not exist. The page prints the lead, which is the verdict in a few words, and then
    the rest of the sentence. A fact with a state that is given no lead has the words of that state; a sentence that
    holds its verdict further on is given an empty one. Raises ValueError for a state that there is not.

    >>> fact = Fact("squat.depth", "As deep as in May.", "steady")
    >>> fact.lead, fact.rest
    ('Held steady.', 'As deep as in May.')
    """

    subject: str  # stable name, as romanian_deadlift.speed_at_60kg
    sentence: str  # whole, for the athlete
    state: State | None = None
    coach_sentence: str = ""  # whole, where the coach reads another
    estimate: float | None = None
    unit: str | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float | None = None
    n: int | None = None
    today: str | None = None  # the newest exposure: usual, unusually low, unusually high, none
    level: float | None = None  # of a series, now
    level_low: float | None = None
    level_high: float | None = None
    since: str | None = None  # ISO day from which that level holds
    since_low: str | None = None
    since_high: str | None = None
    before: float | None = None  # the level before
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    shape: str | None = None  # step or ramp
    found_on: str | None = None  # ISO day of the weekly look that found the change
    rate: float | None = None  # of a ramp, a month
    typical_error: float | None = None
    rho: float | None = None
    noise_source: str | None = None
    mdc: float | None = None
    swc: float | None = None
    reason: str | None = None  # code, as too_few_values
    lead: str | None = None
    coach_lead: str | None = None

    def __post_init__(self) -> None:
        state = State(self.state) if self.state is not None else None
        words = state if self.reason not in PROMPTS else None
        lead = self.lead if self.lead is not None else words.lead if words else ""
        own = words.lead if words and (self.coach_sentence or self.lead is None) else lead
        coach_lead = self.coach_lead if self.coach_lead is not None else own
        for name, value in (("state", state), ("lead", lead), ("coach_lead", coach_lead)):
            object.__setattr__(self, name, value)

    def retold(self, sentence: str, lead: str | None = None) -> "Fact":
        """The same in one sentence for both readers; without a lead that of its state stands before it."""
        return replace(self, sentence=sentence, coach_sentence="", lead=lead, coach_lead=lead)

    @property
    def mark(self) -> str:
        """The shape of its state; none before a prompt."""
        return self.state.mark if self.state and self.reason not in PROMPTS else ""

    @property
    def rest(self) -> str:
        """What the athlete reads after the lead."""
        return _after(self.lead, self.sentence)

    @property
    def coach_rest(self) -> str:
        """What the coach reads after the lead."""
        return _after(self.coach_lead, self.coach_sentence or self.sentence)


def _after(lead: str | None, sentence: str) -> str:
    """The sentence without the lead that it may begin with."""
    return sentence.removeprefix(lead or "").lstrip()


@dataclass(frozen=True)
class Drawing:
    """What a section shows beside facts; its kind is the name of its class."""

    kind: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", type(self).__name__.lower())


@dataclass(frozen=True)
class RepRow:
    label: str
    clean: tuple[bool, ...]  # one a repetition, in order


@dataclass(frozen=True)
class Reps(Drawing):
    """Rep strips: a filled square is a clean rep, a crossed one changed form."""

    title: str
    rows: tuple[RepRow, ...]


@dataclass(frozen=True)
class SideRow:
    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Sides(Drawing):
    """Left and right with their error bands on one scale."""

    title: str
    unit: str
    rows: tuple[SideRow, ...]
    decimals: int = 1
    note: str = "band: error of the test"  # what the bands mean


@dataclass(frozen=True)
class ForestRow:
    label: str
    estimate: float | None  # None where it cannot be told; `note` says why
    low: float | None = None
    high: float | None = None
    state: State | None = None  # its word and shape stand at the row
    note: str = ""
    word: str = ""  # in place of a state, where a row has a verdict that is no better or worse


@dataclass(frozen=True)
class Forest(Drawing):
    """Estimates with their intervals on one scale, a row each, against a line such as no change."""

    title: str
    unit: str
    rows: tuple[ForestRow, ...]
    reference: float = 0.0
    reference_label: str = "no change"
    low_label: str = ""  # what lies on either side of the line, as slower and faster
    high_label: str = ""
    conf_level: float | None = None
    decimals: int = 2
    signed: bool = True  # changes and differences carry their sign
    label: str = ""  # heading in the drawing


@dataclass(frozen=True)
class DumbbellRow:
    label: str
    before: float | None
    now: float | None  # None where there is nothing to compare; `note` says why
    low: float | None = None  # the noise around `before`, which `now` must leave
    high: float | None = None
    state: State | None = None
    note: str = ""


@dataclass(frozen=True)
class Dumbbells(Drawing):
    """Two values a row, before and now, joined by a line, on one scale, with the noise around the earlier one."""

    title: str
    unit: str
    rows: tuple[DumbbellRow, ...]
    decimals: int = 2
    lower_is_better: bool = False
    label: str = ""  # heading in the drawing


@dataclass(frozen=True)
class Light:
    """Days that were planned light, in weeks before the end of a panel."""

    first: float
    last: float
    word: str


@dataclass(frozen=True)
class Course(Drawing):
    """A panel of values over weeks: the level now on the band of one more, and the one before where a change is told.

    A mark stands where another device began, and days that were planned light are shaded.
    """

    title: str
    label: str
    unit: str
    weeks: tuple[float, ...]  # before the end of the panel, as 3.5; oldest first
    values: tuple[float, ...]
    comparable: tuple[bool, ...]  # measured by the device of the newest
    n_weeks: float  # width of every panel
    low: float  # scale of every panel
    high: float
    decimals: int = 2
    band_low: float | None = None
    band_high: float | None = None
    level: float | None = None
    before: float | None = None
    since: float | None = None  # from which week on the level holds, where there is one before
    light: tuple[Light, ...] = ()
    state: State | None = None
    note: str = ""  # where there are no values


@dataclass(frozen=True)
class CellRow:
    label: str
    values: tuple[float | None, ...]  # one a day; None stays blank
    usual: tuple[bool | None, ...] = ()  # inside the athlete's usual band; None where there is no band


@dataclass(frozen=True)
class Cells(Drawing):
    """A week of answers, one row an item; blank stays blank."""

    title: str
    days: tuple[str, ...]
    rows: tuple[CellRow, ...]
    legend: bool = True  # what dashed and outlined cells mean, in words below


@dataclass(frozen=True)
class Sparkline(Drawing):
    """A small line of a series on its usual band."""

    title: str
    values: tuple[float | None, ...]
    band_low: float | None = None
    band_high: float | None = None


@dataclass(frozen=True)
class Place(Drawing):
    """A value on the band of what is usual for its athlete, better always to the right; a row of a list or a table."""

    title: str  # the whole in words: what, value, band and verdict
    at: float | None  # from the middle of the band in half-widths of it, better positive; None: no value
    before: float | None = None  # the level before a change that is told, on the same scale
    state: State | None = None


DayMark = Literal["lift", "run", "sport", "test", "rest", "off", "answered", "none"]


@dataclass(frozen=True)
class Day:
    """One of seven cells: its letter, what was done or is planned as shapes, and the same in words."""

    label: str
    marks: tuple[DayMark, ...]
    word: str  # what is heard in place of the shapes
    below: str = ""  # a word below the letter


@dataclass(frozen=True)
class Days(Drawing):
    """Seven days side by side."""

    title: str
    days: tuple[Day, ...]
    legend: tuple[tuple[DayMark, str], ...] = ()  # what the marks mean, below the days


@dataclass(frozen=True)
class Sure(Drawing):
    """How sure a message is: one to three bars, and why in words."""

    level: Literal[1, 2, 3]
    text: str


@dataclass(frozen=True)
class Trend(Drawing):
    """The picture of a message: values over weeks on the band of one more, and the level before a change."""

    title: str
    unit: str
    weeks: tuple[float, ...]  # before the end, as 3.5; oldest first
    values: tuple[float, ...]
    n_weeks: float
    months: tuple[tuple[float, str], ...]  # where each begins, in weeks before the end
    decimals: int = 2
    better: Literal["higher", "lower"] = "higher"
    band_low: float | None = None
    band_high: float | None = None
    level: float | None = None
    before: float | None = None
    since: float | None = None  # from which week on the level holds, where there is one before
    since_day: str = ""
    level_text: str = ""  # as the sentence beside it writes the level since then and the one before
    before_text: str = ""
    state: State | None = None


@dataclass(frozen=True)
class Measure:
    """A line of a list of measures: its name, a smaller line, the newest value, and where that lies."""

    name: str
    below: str
    value: str
    place: Place | None = None


@dataclass(frozen=True)
class Measures(Drawing):
    """Measures below each other on one scale, better to the right; those after the first `shown` are folded."""

    title: str
    rows: tuple[Measure, ...]
    shown: int = 6


@dataclass(frozen=True)
class Text(Drawing):
    """A line of plain text; `soft` for a side remark."""

    text: str
    soft: bool = True


@dataclass(frozen=True)
class Lines(Drawing):
    """A short ordered list."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Fold(Drawing):
    """What its section shows after this one lies behind it, closed, up to the next fold or the end of the section."""

    title: str


@dataclass(frozen=True)
class Finding:
    """A line of a summary: what was asked, the verdict in few words, its numbers, and the section that holds them."""

    head: str
    verdict: str
    text: str
    section: str  # its key
    state: State | None = None  # its shape stands before the verdict


@dataclass(frozen=True)
class Findings(Drawing):
    """A page in few lines, each of which leads to its section."""

    title: str
    rows: tuple[Finding, ...]


@dataclass(frozen=True)
class Numbers(Drawing):
    """A table behind a fold: column heads and rows of text already rounded to what is known."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One cell of a table for reading at a glance: few words, a smaller line, its state, and what it sorts by.

    Raises ValueError for a link that is no relative address of a page.
    """

    text: str
    below: str = ""
    state: State | None = None  # "cannot tell" is hatched
    sort: float | str | None = None  # without it the row stays last
    line: Sparkline | None = None
    link: str = ""  # of another page, relative to this one
    fact: Fact | None = None  # what the facts beside the page say of this cell

    def __post_init__(self) -> None:
        if self.link and not _PAGE_LINK.fullmatch(self.link):
            raise ValueError(f"{self.link!r} is no relative address of a page. Write it as ../../folder/page.html.")


@dataclass(frozen=True)
class Table(Drawing):
    """A table that can be sorted by its heads where a script may run, and read where none may."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    stacked: bool = False  # on a phone each row is a block of lines: for few columns that hold sentences


def as_plain(block: Drawing | Fact) -> dict[str, Any]:
    """A block as JSON-ready values.

    >>> as_plain(Text("Lower is better."))
    {'kind': 'text', 'text': 'Lower is better.', 'soft': True}
    """
    return asdict(block)
