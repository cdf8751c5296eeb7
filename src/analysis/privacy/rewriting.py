"""Files of several athletes, written anew without one of them."""

import re
import tempfile
import tomllib
from pathlib import Path

import openpyxl

from analysis.base.errors import UnreadableFile
from analysis.base.files import put_in_place, write_whole
from analysis.ingest.dialect import decoded
from analysis.privacy.name_search import Sought, traces_in


def rewrite(path: Path, wanted: Sought) -> bool:
    """Take the athlete's rows out of a table of several; False where there is none, or it is no table."""
    if not any(trace.looked for trace in traces_in(path, wanted)):
        return False
    try:
        return _workbook_without(path, wanted) if path.suffix.lower() == ".xlsx" else _table_without(path, wanted)
    except (UnreadableFile, OSError, KeyError, ValueError):
        return False  # the search names it


def _table_without(path: Path, wanted: Sought) -> bool:
    """A delimited table without the rows that name the athlete; its header and every other row stay as they are."""
    text, encoding, marked = decoded(path.read_bytes(), path.name)
    header, *records = _records(text)
    kept = "".join([header, *(record for record in records if not wanted.in_text.search(record))])
    data = (b"\xef\xbb\xbf" if marked and encoding == "utf-8" else b"") + kept.encode(encoding)
    if wanted.in_text.search(kept) or decoded(data, path.name)[0] != kept:
        return False
    write_whole(path, data)
    return True


def _records(text: str) -> list[str]:
    """The records of a delimited table with their line ends; a quoted cell may hold some."""
    records, quotes = [""], 0
    for line in text.splitlines(keepends=True):
        records[-1] += line
        quotes += line.count('"')
        if quotes % 2 == 0:
            records.append("")
    return records[:-1] if len(records) > 1 and not records[-1] else records


def _workbook_without(path: Path, wanted: Sought) -> bool:
    book = openpyxl.load_workbook(path)
    for sheet in list(book):
        if wanted.in_text.search(sheet.title) and len(book.sheetnames) > 1:
            book.remove(sheet)
            continue
        for row in range(sheet.max_row, 1, -1):
            if any(isinstance(cell.value, str) and wanted.in_text.search(cell.value) for cell in sheet[row]):
                sheet.delete_rows(row)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        written = Path(folder, path.name)
        book.save(written)
        clean = not list(traces_in(written, wanted))
        if clean:
            put_in_place(written, path)
    return clean


def config_without(path: Path, wanted: Sought) -> bool:
    """Take the athlete out of the anchor loads and lists of workbook.toml; False where that is not all it says."""
    text = path.read_text(encoding="utf-8-sig")
    words = "|".join(re.escape(word) for word in wanted.words)
    entry = rf'"?(?:{words})"?\s*=\s*[0-9.]+'
    item = rf'"(?:{words})"'
    new = text
    for what in (entry, item):
        new = re.sub(rf"(?<![\w-]){what}\s*,\s*|,\s*{what}(?=\s*[}}\]])|(?<=[{{\[])\s*{what}\s*(?=[}}\]])", "", new)
    if new == text or tomllib.loads(new) != _cleaned(tomllib.loads(text), set(wanted.words)):
        return False
    write_whole(path, new.encode())
    return True


def _cleaned(value: object, words: set[str]) -> object:
    """TOML content without keys and list items that are one of the words."""
    if isinstance(value, dict):
        return {key: _cleaned(inner, words) for key, inner in value.items() if key not in words}
    if isinstance(value, list):
        return [_cleaned(inner, words) for inner in value if not (isinstance(inner, str) and inner in words)]
    return value
