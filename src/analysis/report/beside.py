"""Files that lie beside a page: tables as .xlsx and .csv, days to come as .ics, the same bytes for the same content."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SUFFIXES = (".xlsx", ".csv", ".ics")

_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NO_MOMENT = b"2000-01-01T00:00:00Z"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LINE_OCTETS = 75  # of a calendar, by RFC 5545


def files_of(block: dict[str, Any], stem: str) -> tuple[str, ...]:
    """The names of the files of a block beside the page of that stem; none for a block that has none.

    >>> files_of({"kind": "tables", "sheets": [{"name": "Totals"}, {"name": "Everyone"}]}, "squad")
    ('squad.xlsx', 'squad.totals.csv', 'squad.everyone.csv')
    >>> files_of({"kind": "calendar"}, "squad"), files_of({"kind": "text"}, "squad")
    (('squad.ics',), ())
    """
    if block["kind"] == "tables":
        return f"{stem}.xlsx", *(f"{stem}.{sheet['name'].lower()}.csv" for sheet in block["sheets"])
    return (f"{stem}.ics",) if block["kind"] == "calendar" else ()


def beside(bundles: Iterable[dict[str, Any]], stem: str) -> dict[str, bytes]:
    """The files of all sections of a page by their names; the blocks that have some are told their names."""
    found: dict[str, bytes] = {}
    for bundle in bundles:
        for block in bundle["blocks"]:
            names = files_of(block, stem)
            if names:
                contents = _contents(block, bundle["page"]["name"])
                found |= dict(zip(names, contents, strict=True))
                block["files"] = list(names)
    return found


def _contents(block: dict[str, Any], name: str) -> list[bytes]:
    if block["kind"] == "calendar":
        return [ics(block["entries"], name)]
    return [xlsx(block["sheets"]), *map(csv_of, block["sheets"])]


def left_over(page: Path, kept: Iterable[str]) -> list[Path]:
    """Files that an earlier page left beside this one and that it does not have any more."""
    names = set(kept)
    beside_it = (path for suffix in SUFFIXES for path in page.parent.glob(f"{page.stem}.*{suffix[1:]}"))
    return [path for path in beside_it if path.suffix in SUFFIXES and path.name not in names]


def xlsx(sheets: Iterable[dict[str, Any]]) -> bytes:
    """The sheets as a workbook: heads stay in sight, no text is a formula, and nothing says when it was made."""
    from openpyxl import Workbook  # slow to import, and needed for these pages alone
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for told in sheets:
        sheet = book.create_sheet(told["name"])
        sheet.freeze_panes = "B2"
        for place, row in enumerate([told["heads"], *told["rows"]]):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=_shown(value))
                if isinstance(value, str):
                    cell.data_type = "s"
                if place == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)
    draft, lasting = io.BytesIO(), io.BytesIO()
    book.save(draft)
    with zipfile.ZipFile(draft) as dated, zipfile.ZipFile(lasting, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in dated.namelist():
            content = dated.read(part)
            content = _STAMP.sub(_NO_MOMENT, content) if part.startswith("docProps/") else content
            archive.writestr(zipfile.ZipInfo(part), content, zipfile.ZIP_DEFLATED)
    return lasting.getvalue()


def csv_of(sheet: dict[str, Any]) -> bytes:
    """A sheet as UTF-8 text with commas; an apostrophe stands before what a spreadsheet would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in [sheet["heads"], *sheet["rows"]]:
        writer.writerow(
            [f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for value in row]
        )
    return out.getvalue().encode("utf-8-sig")


def ics(entries: Iterable[dict[str, Any]], name: str) -> bytes:
    """Whole days as a calendar (RFC 5545)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//athlete-workbook//EN", f"X-WR-CALNAME:{_escaped(name)}"]
    for entry in entries:
        day = date.fromisoformat(str(entry["day"])[:10])
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry['key']}@athlete-workbook",
            f"DTSTAMP:{day:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(entry['text'])}",
            *([f"DESCRIPTION:{_escaped(entry['more'])}"] if entry["more"] else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _shown(value: Any) -> Any:
    """A value without letters that no spreadsheet can hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", value) if isinstance(value, str) else value


def _escaped(text: str) -> str:
    r"""Text as a value of a calendar.

    >>> _escaped("run, 5 km; easy\nthen rest")
    'run\\, 5 km\\; easy\\nthen rest'
    """
    for letter in ("\\", ";", ","):
        text = text.replace(letter, f"\\{letter}")
    return re.sub(r"\r\n?|\n", r"\\n", re.sub(r"[\x00-\x09\x0b\x0c\x0e-\x1f]", " ", text))


def _folded(line: str) -> str:
    """A line in pieces of 75 octets at most, no letter cut."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > _LINE_OCTETS - bool(pieces):
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
