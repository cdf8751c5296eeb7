"""What a section of a page can hold: facts, and small drawings described in plain values.

`figures/` makes them from results, `report/` shows them; neither knows the other. Every drawing carries a title
that says in words what it shows, so that the page works for a screen reader and without pictures.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal[
    "clearly better", "better", "about the same", "no detectable change", "worse", "clearly worse", "cannot tell"
]


@dataclass(frozen=True)
class Fact:
    """One statement of a section, as the page prints it and as other systems read it.

    Numbers are None where they do not exist. `sentence` is for the athlete, `coach_sentence` for the coach.
    """

    subject: str  # stable name, as romanian_deadlift.speed_at_60kg
    sentence: str
    state: State | None = None
    coach_sentence: str = ""
    estimate: float | None = None
    unit: str | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float | None = None
    n: int | None = None
    typical_error: float | None = None
    mdc: float | None = None
    swc: float | None = None
    reason: str | None = None  # code, as too_few_values


@dataclass(frozen=True)
class Strip:
    """Dots on the usual band: earlier values pale, the newest strong, the bracket is the noise (MDC)."""

    title: str
    label: str
    unit: str
    values: tuple[float, ...]  # oldest first
    new: tuple[float, ...]  # the newest, judged value or values
    decimals: int = 2
    band_low: float | None = None
    band_high: float | None = None
    mdc_low: float | None = None  # bracket: reference minus and plus MDC
    mdc_high: float | None = None
    kind: str = field(default="strip", init=False)


@dataclass(frozen=True)
class RepRow:
    label: str
    clean: tuple[bool, ...]  # one a repetition, in order


@dataclass(frozen=True)
class Reps:
    """Rep strips: a filled square is a clean rep, a crossed one changed form."""

    title: str
    rows: tuple[RepRow, ...]
    kind: str = field(default="reps", init=False)


@dataclass(frozen=True)
class Slope:
    """Two values of one check with their error, before and now."""

    title: str
    unit: str
    before: float
    now: float
    before_label: str
    now_label: str
    error: float  # half-width drawn at each end
    decimals: int = 2
    lower_is_better: bool = False
    kind: str = field(default="slope", init=False)


@dataclass(frozen=True)
class SideRow:
    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Sides:
    """Left and right with their error bands on one scale."""

    title: str
    unit: str
    rows: tuple[SideRow, ...]
    decimals: int = 1
    kind: str = field(default="sides", init=False)


@dataclass(frozen=True)
class ForestRow:
    label: str
    estimate: float | None  # None where it cannot be told; `note` says why
    low: float | None = None
    high: float | None = None
    state: State | None = None  # its word and shape stand at the row
    note: str = ""


@dataclass(frozen=True)
class Forest:
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
    kind: str = field(default="forest", init=False)


@dataclass(frozen=True)
class CellRow:
    label: str
    values: tuple[float | None, ...]  # one a day; None stays blank
    usual: tuple[bool | None, ...] = ()  # inside the athlete's usual band; None where there is no band


@dataclass(frozen=True)
class Cells:
    """A week of answers, one row an item; blank stays blank."""

    title: str
    days: tuple[str, ...]
    rows: tuple[CellRow, ...]
    kind: str = field(default="cells", init=False)


@dataclass(frozen=True)
class Sparkline:
    """A small line of a series on its usual band."""

    title: str
    values: tuple[float | None, ...]
    band_low: float | None = None
    band_high: float | None = None
    kind: str = field(default="sparkline", init=False)


@dataclass(frozen=True)
class Tile:
    head: str
    text: str
    status: Literal["done", "part", "moved", "missed", "planned"]


@dataclass(frozen=True)
class Tiles:
    """The planned days of a week and what became of them."""

    title: str
    tiles: tuple[Tile, ...]
    note: str = ""
    kind: str = field(default="tiles", init=False)


@dataclass(frozen=True)
class Chip:
    text: str
    clear: bool  # beyond error; else best on the day


@dataclass(frozen=True)
class Chips:
    """Milestones."""

    chips: tuple[Chip, ...]
    kind: str = field(default="chips", init=False)


@dataclass(frozen=True)
class Days:
    """Seven dots: trained, rest, off or nothing logged."""

    title: str
    labels: tuple[str, ...]
    states: tuple[Literal["done", "rest", "off", "none"], ...]
    kind: str = field(default="days", init=False)


@dataclass(frozen=True)
class Text:
    """A line of plain text; `soft` for a side remark."""

    text: str
    soft: bool = True
    kind: str = field(default="text", init=False)


@dataclass(frozen=True)
class Lines:
    """A short ordered list."""

    lines: tuple[str, ...]
    kind: str = field(default="lines", init=False)


@dataclass(frozen=True)
class Numbers:
    """A table behind a fold: column heads and rows of text already rounded to what is known."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = field(default="numbers", init=False)


Drawing = Strip | Reps | Slope | Sides | Forest | Cells | Sparkline | Tiles | Chips | Days | Text | Lines | Numbers


def as_plain(block: Drawing | Fact) -> dict[str, Any]:
    """A block as JSON-ready values.

    >>> as_plain(Text("Lower is better."))
    {'text': 'Lower is better.', 'soft': True, 'kind': 'text'}
    """
    return asdict(block)
