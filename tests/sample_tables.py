"""What the facts of a delimited file or workbook, found by other means, say against our reading of it.

`disagreements(path, facts)` is asked for one file; facts it does not know are named, never passed over.
"""

import json
from collections import Counter
from pathlib import Path

from analysis.base.errors import UnitNeeded, UnreadableFile
from analysis.ingest.dialect import Sheet, is_blank, read_delimited, read_workbook
from analysis.ingest.reading import Options, Reading
from analysis.ingest.registry import readers

BOOK_SUFFIXES = (".xlsx", ".xlsm")
HEADERS_LISTED = 60  # the facts list no more of a long header; the widths of the rows are counted in full


def disagreements(path: Path, facts: dict) -> dict[str, str]:
    """Fact -> what we found instead; empty where everything agrees."""
    if path.suffix.lower() in BOOK_SUFFIXES:
        expected, found = facts, {"sheets": {sheet.name: 1 + len(sheet.rows) for sheet in read_workbook(path)}}
    else:
        sheet = read_delimited(path)
        expected = {"source_rows": len(sheet.rows), **facts}
        found = facts_of(sheet) | {"source_rows": _rows_accounted_for(path, sheet)}
    unknown = {name: "a fact that this check does not know" for name in expected if name not in found}
    wrong = {
        name: f"expected {expected[name]!r}, found {found[name]!r}"
        for name in expected
        if name in found and found[name] != expected[name]
    }
    return unknown | wrong


def facts_of(sheet: Sheet) -> dict:
    """The form of a delimited file, in the words of the facts."""
    rows = [row for row in sheet.rows if not is_blank(row)]
    form = sheet.dialect
    return {
        "data_rows": len(rows),
        "blank_rows": len(sheet.rows) - len(rows),
        "delimiter": form.delimiter,
        "encoding": form.encoding,
        "bom": form.bom,
        "eol": form.eol,
        "header": list(sheet.header[:HEADERS_LISTED]),
        "ragged_rows": sum(len(row) != len(sheet.header) for row in rows),
        "row_width_counts": {str(width): count for width, count in sorted(Counter(map(len, rows)).items())},
    }


def _rows_accounted_for(path: Path, sheet: Sheet) -> int:
    """Rows that the reader of this file took, ignored or rejected, with their text intact; all, where none reads it."""
    reading = _reading(path)
    if reading is None:
        return len(sheet.rows)
    kept = [tuple(json.loads(raw)) for raw in reading.source_rows["raw"]]
    return sum(kept_row == row for kept_row, row in zip(kept, sheet.rows, strict=True))


def _reading(path: Path) -> Reading | None:
    head = path.read_bytes()[:65536]
    for reader in readers():
        if not reader.recognises(path, head):
            continue
        try:
            return reader.read(path, Options())
        except UnitNeeded:
            return reader.read(path, Options(load_unit="kg", distance_unit="km"))
        except UnreadableFile:
            return None
    return None
