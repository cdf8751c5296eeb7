"""Files of several athletes, written anew without one of them; what cannot be so without loss is left as it is.

A row is the athlete's where the reader that took the file in says so, by the very form in which it was read. What was
written is read again, and only where every other row is what it was does it take the old file's place.
"""

import csv
import io
import json
import re
import tempfile
import tomllib
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import lxml.etree as etree
import pandas as pd

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.base.files import put_in_place, write_whole
from analysis.ingest import registry
from analysis.ingest.binding import ANY_SOURCE, Names
from analysis.ingest.dialect import Record, Sheet, decoded, read_delimited, read_workbook, records
from analysis.ingest.reading import SOURCE_ROW_COLUMNS, Options, Reading
from analysis.privacy.name_search import Sought, traces_in
from analysis.privacy.spreadsheets import NotPlain, without_rows
from analysis.store import ERASED

PART = ".part"  # of a folder in which a file is written anew; what a kill leaves is swept by it
_BOOKS = (".xlsx", ".xlsm")
_MARKS = (
    *((b"", ""), (BOM_UTF8, "utf-8"), (BOM_UTF32_LE, "utf-32-le"), (BOM_UTF32_BE, "utf-32-be")),
    *((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")),
)
_APART = "\x1f"  # stands between the cells of a row while names are looked for across them

Place = tuple[str, int]  # sheet and number of a row


@dataclass(frozen=True)
class Whose:
    """Whom a file says, with the names as they were bound before anything was erased."""

    wanted: Sought
    names: Names

    def is_own(self, source: str, name: str) -> bool:
        """Whether this name is the erased athlete's: bound so, or a spelling of one and bound to nobody."""
        bound = self.names.athlete(source, name)
        return bound == self.wanted.athlete_id if bound else bool(self.wanted.in_text.fullmatch(name.strip()))

    def without(self, text: str) -> str:
        """A text without the name."""
        return self.wanted.in_text.sub(ERASED, text)

    def without_in(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """The cells of a row without the name, also where it is spread over two of them."""
        joined = _APART.join(cells)
        replaced = self.wanted.in_text.sub(lambda found: re.sub(f"[^{_APART}]+", ERASED, found[0]), joined)
        return tuple(replaced.split(_APART)) if joined.count(_APART) == len(cells) - 1 else cells


class CannotRewrite(Exception):
    """A file that cannot be written anew without loss, and why."""


def rewrite(path: Path, whose: Whose, options: Options, owner: str | None, note: Callable[[Path], None]) -> bool:
    """Take the athlete out of a table of several; False where the athlete is not in it.

    Rows of the athlete go. In a row of another the name becomes the word erased, and nothing else changes. `note` is
    told of what was written before it takes the old file's place.

    Raises CannotRewrite where something of another would change, or the name would stay; the file is as it was then.
    """
    is_named = any(trace.looked for trace in traces_in(path, whose.wanted))
    if not is_named and not whose.wanted.too_common:
        return False
    try:
        before = _read(path, options, whose)
    except (WorkbookError, OSError) as problem:
        if not is_named:
            return False
        raise CannotRewrite(f"it cannot be read as it was taken in: {problem}") from None
    gone = _own_rows(before, whose, owner)
    if not gone and not is_named:
        return False
    if before.source_rows.empty:
        raise CannotRewrite("it is no table of rows")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.", suffix=PART) as folder:
        written = Path(folder, path.name)
        written.write_bytes(_without(path, before, options, gone, whose))
        _compare(before, written, options, gone, whose)
        if any(trace.looked for trace in traces_in(written, whose.wanted)):
            raise CannotRewrite("the name stands where no row is, as in its header")
        note(written)
        put_in_place(written, path, path.stat().st_mode & 0o777)
    return True


def _without(path: Path, before: Reading, options: Options, gone: set[Place], whose: Whose) -> bytes:
    if path.suffix.lower() not in _BOOKS:
        return _text_without(path, before, options, gone, whose)
    try:
        above = before.dialect.get("above", {})
        return without_rows(path, gone, set(before.source_rows["sheet"]), whose.without, above)
    except NotPlain as problem:
        raise CannotRewrite(str(problem)) from None
    except (zipfile.BadZipFile, etree.XMLSyntaxError, LookupError, ValueError) as problem:
        raise CannotRewrite(f"its parts are unusual ({problem})") from None


def _read(path: Path, options: Options, whose: Whose) -> Reading:
    """A file as it was taken in; a table that no reader knows by the one column in which every cell is a known name.

    Raises what the readers raise where there is no such column.
    """
    try:
        return registry.read(path, options)
    except UnreadableFile:
        is_book = path.suffix.lower() in _BOOKS
        sheets = read_workbook(path, options.said) if is_book else [read_delimited(path, options.said)]
        named = {sheet.name: (sheet, place) for sheet in sheets if (place := _only_names(sheet, whose)) is not None}
        if not named:
            raise
    rows, names = [], {}
    for title, (sheet, place) in named.items():
        for no, cells in enumerate(sheet.rows, start=1):
            rows.append((title, no, json.dumps(list(cells), ensure_ascii=False), "ignored"))
            if len(cells) > place:
                names[title, no] = cells[place]
    source_rows = pd.DataFrame(rows, columns=SOURCE_ROW_COLUMNS)
    return Reading("", ANY_SOURCE, {}, source_rows=source_rows, whose=names)


def _only_names(sheet: Sheet, whose: Whose) -> int | None:
    """The place of the one column whose cells are all names of athletes."""

    def is_name(text: str) -> bool:
        return whose.names.athlete(ANY_SOURCE, text) is not None or whose.is_own(ANY_SOURCE, text)

    cells = [[row[place] for row in sheet.rows if len(row) > place] for place in range(len(sheet.header))]
    places = [place for place, column in enumerate(cells) if column and all(map(is_name, column))]
    return places[0] if len(places) == 1 else None


def _own_rows(reading: Reading, whose: Whose, owner: str | None) -> set[Place]:
    """The rows that are the athlete's. One that says no name is its file's owner's, unless it is ignored."""
    rows = [(sheet, no, json.loads(raw), became) for sheet, no, raw, became in reading.source_rows.to_numpy()]
    places = _columns_of_names(rows, reading.whose)
    own = set()
    for sheet, no, cells, became in rows:
        place = places.get(sheet)
        name = reading.whose.get((sheet, no)) or (cells[place] if place is not None and len(cells) > place else "")
        if not name.strip():
            name = owner if owner and became != "ignored" else ""
        if name.strip() and (name == ERASED or whose.is_own(reading.source, name)):
            own.add((sheet, no))
    return own


def _columns_of_names(rows: list[tuple], named: Mapping[Place, str]) -> dict[str, int]:
    """Where the name stands in the rows of each sheet: in the cell that says it in all rows whose name is known."""
    places: dict[str, set[int]] = {}
    for sheet, no, cells, _ in rows:
        if (sheet, no) in named:
            here = {place for place, cell in enumerate(cells) if cell.strip() == named[sheet, no].strip()}
            places[sheet] = places[sheet] & here if sheet in places else here
    return {sheet: min(several) for sheet, several in places.items() if several}


def _text_without(path: Path, before: Reading, options: Options, gone: set[Place], whose: Whose) -> bytes:
    data = path.read_bytes()
    text, encoding, _ = decoded(data, path.name, encoding=options.said.encoding)
    mark, codec = _exact(data, text, encoding)
    delimiter, head, rows = records(text, options.said, before.dialect.get("above", 0))
    as_read = [tuple(json.loads(raw)) for raw in before.source_rows.sort_values("row_no")["raw"]]
    if [row.cells for row in rows] != as_read:
        raise CannotRewrite("its rows are not cut as they were read")
    kept = [_without_name(row, delimiter, whose) for no, row in enumerate(rows, start=1) if ("", no) not in gone]
    try:
        return mark + (head + "".join(kept)).encode(codec)
    except UnicodeEncodeError:
        raise CannotRewrite(f"the word {ERASED} cannot be written in {encoding}") from None


def _exact(data: bytes, text: str, encoding: str) -> tuple[bytes, str]:
    """The mark and the codec that give these very bytes of their text."""
    for mark, codec in (*((mark, codec or encoding) for mark, codec in _MARKS), (BOM_UTF8, encoding)):
        try:
            if data.startswith(mark) and mark + text.encode(codec) == data:
                return mark, codec
        except UnicodeEncodeError:
            continue
    raise CannotRewrite(f"its text does not give its bytes again in {encoding}")


def _without_name(row: Record, delimiter: str, whose: Whose) -> str:
    """The text of a row of another without the name: as it stands, else its cells written anew."""
    cells = whose.without_in(row.cells)
    if cells == row.cells:
        return row.text
    end = row.text[len(row.text.rstrip("\r\n")) :]
    anew = io.StringIO()
    csv.writer(anew, delimiter=delimiter, lineterminator=end).writerow(cells)
    for text in (whose.without(row.text), anew.getvalue()):
        if [tuple(some) for some in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)] == [cells]:
            return text
    raise CannotRewrite("a row that mentions the name cannot be written without it")


def _compare(before: Reading, written: Path, options: Options, gone: set[Place], whose: Whose) -> None:
    """Raises CannotRewrite where the rows of others are not read as before, value by value."""
    rows = before.source_rows
    others = rows.loc[[place not in gone for place in zip(rows["sheet"], rows["row_no"], strict=True)]]
    try:
        after = _read(written, options, whose)
    except WorkbookError as problem:
        if (others["became"] == "ignored").all():
            return  # nothing but the header is left
        raise CannotRewrite(f"without the athlete's rows it cannot be read: {problem}") from None
    numbers = _renumbered(rows, gone)
    raw = [json.dumps(whose.without_in(tuple(json.loads(text))), ensure_ascii=False) for text in others["raw"]]
    no = [numbers[place] for place in zip(others["sheet"], others["row_no"], strict=True)]
    expected = others.assign(raw=[json.dumps(json.loads(text), ensure_ascii=False) for text in raw], row_no=no)
    same = [_same(expected, after.source_rows), after.reader == before.reader, after.source == before.source]
    by_number = {no: after for (_, no), after in numbers.items()} if len(set(rows["sheet"])) == 1 else None
    for name, frame in before.tables.items():
        kept = _of_others(frame, before.source, whose)
        same.append(_same(_expected(kept, by_number, whose), _numbered(after.tables.get(name), kept, by_number)))
    if not all(same):
        raise CannotRewrite("without the athlete's rows those of others would be read otherwise")


def _renumbered(rows: pd.DataFrame, gone: set[Place]) -> dict[Place, int]:
    """The number that each row of others has afterwards."""
    numbers: dict[Place, int] = {}
    less: dict[str, int] = {}
    for sheet, no in sorted(zip(rows["sheet"], rows["row_no"], strict=True)):
        if (sheet, no) in gone:
            less[sheet] = less.get(sheet, 0) + 1
        else:
            numbers[sheet, no] = no - less.get(sheet, 0)
    return numbers


def _of_others(frame: pd.DataFrame, source: str, whose: Whose) -> pd.DataFrame:
    column = "athlete_name" if "athlete_name" in frame else "external_name"
    return frame.loc[[not (isinstance(name, str) and whose.is_own(source, name)) for name in frame[column]]]


def _expected(frame: pd.DataFrame, numbers: Mapping[int, int] | None, whose: Whose) -> pd.DataFrame:
    texts = frame.select_dtypes(["object", "str"])
    without = {
        str(name): [whose.without(value) if isinstance(value, str) else value for value in column]
        for name, column in texts.items()
    }
    frame = frame.assign(**without)
    if "row_no" in frame and numbers:
        return frame.assign(row_no=[numbers.get(int(no), no) for no in frame["row_no"]])
    return frame.drop(columns="row_no", errors="ignore")


def _numbered(frame: pd.DataFrame | None, like: pd.DataFrame, numbers: Mapping[int, int] | None) -> pd.DataFrame:
    if frame is None:
        return like.iloc[:0]
    return frame if numbers else frame.drop(columns="row_no", errors="ignore")


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two frames hold the same values, whatever the types of their columns when they are empty."""
    if len(one) != len(other):
        return False
    plain = [frame.astype(object).reset_index(drop=True) for frame in (one, other)]
    return not len(one) or plain[0].loc[:, sorted(plain[0])].equals(plain[1].loc[:, sorted(plain[1])])


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
