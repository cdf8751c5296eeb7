"""Where a table begins: below lines of a title, with a header of one row or of two."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from analysis.ingest import cells

TOP_ROWS = 20  # so far down a header is looked for
_TYPICAL_ROWS = 50
_NEARLY_FULL = 0.6  # of the usual row; a header may leave some columns without a word

Cells = Sequence[str]


@dataclass(frozen=True)
class Heading:
    """A header that a table may have: its words, and how many rows stand above the last of its own."""

    words: tuple[str, ...]
    above: int


def headings(rows: Sequence[Cells]) -> Iterator[Heading]:
    """What may be the header of a table: each of its first rows, then two of them as one.

    Of two rows the lower word counts, else both together, the upper one being that of a group of columns.

    >>> [heading.words for heading in headings([("Jumps",), ("Name", "Height"), ("Alder", "31")])][:2]
    [('Jumps',), ('Name', 'Height')]
    """
    top = rows[:TOP_ROWS]
    yield from (Heading(tuple(row), place) for place, row in enumerate(top))
    pairs = [(place, upper, lower) for place, (upper, lower) in enumerate(pairwise(top), 1)]
    pairs = [pair for pair in pairs if _filled(pair[1]) and _filled(pair[2])]
    yield from (Heading(_lower_words(upper, lower), place) for place, upper, lower in pairs)
    yield from (Heading(_both_words(upper, lower), place) for place, upper, lower in pairs)


def likely_heading(rows: Sequence[Cells]) -> Heading:
    """The row that looks most like the header of a table that nobody knows: words, nearly as many as cells below.

    >>> likely_heading([("Morning answers", ""), ("", ""), ("Name", "Sleep"), ("Alder", "4"), ("Birch", "5")]).above
    2
    """
    usual = median(filled for row in rows[:_TYPICAL_ROWS] if (filled := _filled(row))) if any(map(_filled, rows)) else 0
    for place, row in enumerate(rows[:TOP_ROWS]):
        if _filled(row) >= max(2, _NEARLY_FULL * usual) and not any(map(_is_value, row)):
            return Heading(tuple(row), place)
    return Heading(tuple(rows[0]) if rows else (), 0)


def as_text(words: Cells) -> bytes:
    r"""A header as the first line of a text file, with its delimiter said above it.

    >>> as_text(("Date", "Load, kg"))
    b'sep=,\nDate,"Load, kg"\n'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(words)
    return f"sep=,\n{line.getvalue()}".encode()


def _filled(row: Cells) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _is_value(cell: str) -> bool:
    """Whether a cell holds a number or a date, as no header does."""
    if not cell.strip():
        return False
    for read in (cells.number, cells.clock):
        try:
            read(cell)
        except cells.BadCell:
            continue
        return True
    return False


def _lower_words(upper: Cells, lower: Cells) -> tuple[str, ...]:
    return tuple(below.strip() or above.strip() for above, below in _side_by_side(upper, lower))


def _both_words(upper: Cells, lower: Cells) -> tuple[str, ...]:
    """The word of a group stands above its first column, and counts for those to the right that have none.

    >>> _both_words(("Name", "Sprint", "", "Jump"), ("", "10 m", "20 m", "cm"))
    ('Name', 'Sprint 10 m', 'Sprint 20 m', 'Jump cm')
    """
    words, group = [], ""
    for above, below in _side_by_side(upper, lower):
        group = above.strip() or (group if below.strip() else "")
        words.append(" ".join(dict.fromkeys(word for word in (group, below.strip()) if word)))
    return tuple(words)


def _side_by_side(upper: Cells, lower: Cells) -> Iterator[tuple[str, str]]:
    width = max(len(upper), len(lower))
    return zip((*upper, *("",) * (width - len(upper))), (*lower, *("",) * (width - len(lower))), strict=True)
