"""Rows that somebody's program broke or joined: numbers cut at their decimal commas, cells merged over several rows."""

import re
from collections.abc import Container, Iterable, Sequence

from analysis.ingest import cells

Cells = tuple[str, ...]
_WHOLE = re.compile(r"[+-]?\d+")
_DIGITS = re.compile(r"\d+")
_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_CUT = "\0"  # stands where a number was cut
_ENOUGH = 2  # ways: then nobody knows which
_MOST_STEPS = 20_000
MAX_COLUMNS = 100_000
_MAY_BE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def joined_decimals(rows: Iterable[Cells], width: int) -> dict[Cells, Cells]:
    """The rows of a table between commas that have too many cells, as their decimal commas cut some of its numbers.

    A row is put together where there is one way to do so: whole numbers side by side become one, until the row is as
    wide as the header; of several ways the one that joins in columns where other rows have decimal commas. The mark
    becomes a point. Where every number so found can also be one with a thousands separator, all rows stay as they are.

    >>> joined_decimals([("Alder", "45", "6749", "9", "5614")], width=3)
    {('Alder', '45', '6749', '9', '5614'): ('Alder', '45.6749', '9.5614')}
    >>> joined_decimals([("45", "6749", "9")], width=2), joined_decimals([("Alder", "1", "250")], width=2)
    ({}, {})
    """
    given = list(dict.fromkeys(rows))
    ways = {row: _joined(row, width) for row in given if _is_long(row, width)}
    sure = [found[0] for found in ways.values() if len(found) == 1]
    whole = [row for row in given if not _is_long(row, width)]
    columns = {place for row in sure for place, cell in enumerate(row) if _CUT in cell}
    columns |= {place for row in whole for place, cell in enumerate(row) if _DECIMAL.fullmatch(cell.strip())}
    found = {row: several[0] for row, several in ways.items() if len(several) == 1}
    for row in (row for row, several in ways.items() if len(several) > 1):
        within = _joined(row, width, columns)
        found |= {row: within[0]} if len(within) == 1 else {}
    pairs = [cell for joined in found.values() for cell in joined if _CUT in cell]
    if all(_MAY_BE_THOUSANDS.fullmatch(cell.replace(_CUT, ",")) for cell in pairs):
        return {}
    return {row: tuple(cell.replace(_CUT, ".") for cell in joined) for row, joined in found.items()}


def _is_long(row: Cells, width: int) -> bool:
    return any(cell.strip() for cell in row[width:])


def _joined(row: Cells, width: int, columns: Container[int] = range(MAX_COLUMNS)) -> list[Cells]:
    """The rows of this width that joining in these columns gives, two of them at most, their joints marked."""
    while len(row) > width:
        ways = _ways(row, len(row) - width, columns)
        if ways or row[-1].strip():
            return ways
        row = row[:-1]  # a comma at the end of the row
    return []


def _ways(row: Cells, joints: int, columns: Container[int]) -> list[Cells]:
    """Up to two ways to join `joints` pairs of whole numbers that stand side by side."""
    ways: list[tuple[Cells, int, int]] = [((), 0, joints)]  # what is joined, the next cell, what is still to join
    done: list[Cells] = []
    steps = 0
    while ways and len(done) < _ENOUGH and steps < _MOST_STEPS:
        steps += 1
        made, place, left = ways.pop()
        if place == len(row):
            done += [made] if not left else []
        elif len(row) - place >= 2 * left:
            ways.append(((*made, row[place]), place + 1, left))
            pair = [cell.strip() for cell in row[place : place + 2]]
            if left and len(pair) == 2 and len(made) in columns and _is_cut(*pair):
                ways.append(((*made, _CUT.join(pair)), place + 2, left - 1))
    return done if steps < _MOST_STEPS else []


def _is_cut(left: str, right: str) -> bool:
    return _WHOLE.fullmatch(left) is not None and _DIGITS.fullmatch(right) is not None


Merged = tuple[tuple[int, int], tuple[int, int]]  # first and last cell of a range, each by row and column


def spread(rows: Sequence[Cells], merged: Iterable[Merged]) -> tuple[list[Cells], int, int]:
    """The rows with the text of a merged cell in each of its rows; how many cells that filled, and numbers left as is.

    A name or a date stands for all rows it is merged over. A number, as a distance, would be counted in each of them.

    >>> spread([("Alder", "4"), ("", "2")], [((0, 0), (1, 0))])
    ([('Alder', '4'), ('Alder', '2')], 1, 0)
    """
    table = [list(row) for row in rows]
    filled = kept = 0
    for (first, column), (last, _) in merged:
        if not 0 <= first < last < len(table) or not 0 <= column < len(table[first]):
            continue
        text = table[first][column]
        if not text.strip():
            continue
        if _is_number(text):
            kept += 1
            continue
        for row in table[first + 1 : last + 1]:
            if column < len(row) and not row[column].strip():
                row[column] = text
                filled += 1
    return [tuple(row) for row in table], filled, kept


def _is_number(text: str) -> bool:
    try:
        cells.number(text)
    except cells.BadCell:
        return False
    return True
