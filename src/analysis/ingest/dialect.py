"""The form of a table file: encoding, delimiter, decimal mark, line ends. All is read as text, ragged rows kept."""

import csv
import io
import re
import zipfile
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.base.errors import UnreadableFile, UsageProblem
from analysis.ingest.cells import BadCell, clock, day_first_of, is_missing, is_serial
from analysis.ingest.files import DAMAGED_ARCHIVE
from analysis.ingest.headings import TOP_ROWS, Heading, as_text, headings, likely_heading
from analysis.ingest.measuring import sheets_of
from analysis.ingest.mending import joined_decimals, spread

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MAX_BYTES = 200_000_000  # of text once unpacked; a squad's years of training stay far below it
MAX_ROWS = 600_000
PART_ROWS = 25_000
MAX_CELLS = 10_000_000  # of one sheet up to its farthest cell, filled or not
_DELIMITERS = ",;\t|"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_END = "end of table"
_LOOKED_AT = 70  # rows by which a header is judged


@dataclass(frozen=True)
class Said:
    """What the person who imports says about the form of tables; None is found by looking.

    Raises UsageProblem for what cannot be: an encoding that Python does not know, a delimiter of two characters.
    """

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    day_first: bool | None = None

    def __post_init__(self) -> None:
        if self.delimiter is not None and not _can_delimit(self.delimiter):
            raise UsageProblem(f"{self.delimiter!r} cannot be a delimiter. Say one character, as ';', or tab.")
        if self.decimal not in (None, ".", ","):
            raise UsageProblem(f"{self.decimal!r} cannot be a decimal mark. Say '.' or ','.")
        if self.encoding is not None and not _is_encoding(self.encoding):
            raise UsageProblem(f"{self.encoding!r} is no encoding that is known here. Say one as utf-8 or cp1252.")

    def as_plain(self) -> dict:
        """What was said and nothing else; empty where nothing was.

        >>> Said(decimal=",").as_plain()
        {'decimal': ','}
        """
        return {name: value for name, value in asdict(self).items() if value is not None}

    def sentence(self) -> str:
        """What was said, in words.

        >>> Said(delimiter=";", day_first=False).sentence()
        'As was said, not found: delimiter ;, the month first in dates.'
        """
        words = [f"{name} {value}" for name, value in self.as_plain().items() if name != "day_first"]
        if self.day_first is not None:
            words.append(f"the {'day' if self.day_first else 'month'} first in dates")
        return f"As was said, not found: {', '.join(words)}."


def _can_delimit(text: str) -> bool:
    return text == "\t" or (len(text) == 1 and text.isprintable() and not text.isalnum() and text != '"')


def _is_encoding(name: str) -> bool:
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return True


NOTHING_SAID = Said()


@dataclass(frozen=True)
class Dialect:
    """A file's form: what was said of it, the rest as found. `eol` is the commonest line end: LF, CRLF or CR."""

    encoding: str
    bom: bool
    delimiter: str
    eol: str
    decimal: str

    def as_plain(self) -> dict:
        """As JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table of text: the header and every row behind it, as wide as each is. `name` is empty outside workbooks."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    dialect: Dialect | None = field(default=None)
    said: Said = NOTHING_SAID
    row_nos: tuple[int, ...] | None = None  # of a part of a sheet: which of its rows these are
    above: int = 0  # rows over the last one of the header, as lines of a title
    remarks: tuple[str, ...] = ()  # what was made of its cells, for the person who imports

    def numbered(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Each row with its number in the file, the first behind the header being 1."""
        return zip(self.row_nos or range(1, len(self.rows) + 1), self.rows, strict=True)

    def by_days(self, header: str | None, day_first: bool | None) -> Iterator["Sheet"]:
        """A long sheet in parts that fit into memory once typed, the rows of a day together; any other as it is."""
        if header is None or len(self.rows) <= PART_ROWS:
            yield self
            return
        place = self.header.index(header)
        days: dict[date | str, list[int]] = {}
        for number, row in enumerate(self.rows):
            days.setdefault(_day(row[place] if len(row) > place else "", day_first), []).append(number)
        part: list[int] = []
        for numbers in days.values():
            part += numbers
            if len(part) >= PART_ROWS:
                yield self._part(part)
                part = []
        if part:
            yield self._part(part)

    def _part(self, numbers: list[int]) -> "Sheet":
        rows, row_nos = tuple(self.rows[number] for number in numbers), tuple(number + 1 for number in numbers)
        return replace(self, rows=rows, row_nos=row_nos)

    def headed(self, fits: Callable[[Sequence[str], str], bool]) -> "Sheet | None":
        """This table with the first of its possible headers that `fits`, by its words and the sheet's name.

        That is the first row, else one below lines of a title, or two rows as one; None where none fits.
        """
        rows = (self.header, *self.rows)
        found = next((heading for heading in headings(rows[: TOP_ROWS + 1]) if fits(heading.words, self.name)), None)
        return self._under(found) if found else None

    def below_title(self) -> "Sheet":
        """This table with the header that it seems to have, where nobody knows its words."""
        return self._under(likely_heading((self.header, *self.rows[:_LOOKED_AT])))

    def _under(self, heading: Heading) -> "Sheet":
        if not heading.above and heading.words == self.header:
            return self
        return replace(self, header=heading.words, rows=self.rows[heading.above :], above=self.above + heading.above)

    @cached_property
    def mended(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """The rows whose numbers were cut at their decimal commas, put together again."""
        if self.dialect is None or self.dialect.delimiter != ",":
            return {}
        width = len(self.header)
        is_long = any(len(row) > width and not is_blank(row[width:]) for row in self.rows)
        return joined_decimals(self.rows, width) if is_long else {}

    def notes(self, date_header: str | None = None) -> list[str]:
        """What was made of the cells, in sentences."""
        said = list(self.remarks)
        if self.above:
            said.append(f"Rows above the header that were left out: {self.above}.")
        if cut := sum(row in self.mended for row in self.rows):
            said.append(f"Rows whose numbers a decimal comma cut in two, put together again: {cut}.")
        if date_header in self.header and (serial := [cell for cell in self.column(date_header) if is_serial(cell)]):
            day = clock(serial[0]).date()
            said.append(f"Dates written as the day numbers of a spreadsheet: {len(serial)}, as {serial[0]} for {day}.")
        return [f"{self.name}: {sentence}" for sentence in said] if self.name else said

    @property
    def decimal(self) -> str:
        return self.dialect.decimal if self.dialect else self.said.decimal or "."

    def day_first(self, header: str) -> bool | None:
        """Whether the dates below a header have the day first: as was said, else as those that tell tell."""
        return day_first_of(self.column(header)) if self.said.day_first is None else self.said.day_first

    def columns(self, role_of: Mapping[str, str] | None = None) -> dict[str, str]:
        """Every header as it stands, by its comparable form, or by its role ("" for none); the first of a name counts.

        >>> Sheet("", ("Date", "Poids", "date"), ()).columns({"date": "day"})
        {'day': 'Date', '': 'Poids'}
        """
        names = ((same_header(header), header) for header in reversed(self.header))
        return {name if role_of is None else role_of.get(name, ""): header for name, header in names}

    def form(self) -> dict:
        """The form as JSON-ready values; `said` holds what was said about it, where anything was."""
        found = self.dialect.as_plain() if self.dialect else {}
        found |= {"above": self.above} if self.above and not self.name else {}
        return found | ({"said": said} if (said := self.said.as_plain()) else {})

    def column(self, header: str) -> list[str]:
        """The filled cells below a header, at its first occurrence."""
        place = self.header.index(header)
        return [row[place] for row in self.rows if len(row) > place and not is_missing(row[place])]


def form_of(sheets: Sequence[Sheet]) -> dict:
    """The form of a file as JSON-ready values: of its one table, or of the sheets of a workbook that are read."""
    if sheets[0].dialect:
        return sheets[0].form()
    names = list(dict.fromkeys(sheet.name for sheet in sheets if sheet.name))
    named = {"sheets": names} if names else {}
    above = {sheet.name: sheet.above for sheet in sheets if sheet.above}
    return sheets[0].form() | named | ({"above": above} if above else {})


@lru_cache(maxsize=1024)
def _day(text: str, day_first: bool | None) -> date | str:
    """The day of a cell; what cannot be read as one stands for itself."""
    try:
        return clock(text, day_first).date()
    except BadCell:
        return text


def is_blank(row: Sequence[str]) -> bool:
    """True for a row without any text.

    >>> is_blank(("", " "))
    True
    """
    return not any(cell.strip() for cell in row)


def same_header(text: str) -> str:
    """A header as it is compared: without spaces, in lower case.

    >>> same_header(" Workout  Name") == same_header("workout name")
    True
    """
    return re.sub(r"\s+", "", text).casefold()


def read_delimited(path: Path, said: Said = NOTHING_SAID) -> Sheet:
    """The delimited text file at `path`.

    Raises UnreadableFile where it is empty, too large, binary, not in the encoding that was said, or a quote in it is
    never closed.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableFile(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB. Export a shorter period.")
    text, encoding, bom = decoded(path.read_bytes(), path.name, encoding=said.encoding)
    text, delimiter = _without_sep_line(text)
    delimiter = said.delimiter or delimiter or sniff_delimiter(text)
    rows = _rows(text, delimiter, path.name)
    while rows and is_blank(rows[0]):
        rows.pop(0)
    if not rows:
        raise UnreadableFile(f"{path.name} holds no text. Export it again.")
    decimal = said.decimal or sniff_decimal(rows[1:], delimiter)
    dialect = Dialect(encoding, bom, delimiter, _line_end(text), decimal)
    return Sheet("", rows[0], tuple(rows[1:]), dialect, said)


@dataclass(frozen=True)
class Record:
    """A row of a delimited text: how it stands there with its line end, and its cells."""

    text: str
    cells: tuple[str, ...]


def records(text: str, said: Said = NOTHING_SAID, above: int = 0) -> tuple[str, str, list[Record]]:
    """A text as `read_delimited` cuts it: its delimiter, what stands up to the header, and the rows behind it.

    `above` is how many rows stand over the header, as the form of the file says.

    >>> records('Load;Note\\n5;"a\\nb"\\n')
    (';', 'Load;Note\\n', [Record(text='5;"a\\nb"\\n', cells=('5', 'a\\nb'))])
    """
    body, delimiter = _without_sep_line(text)
    delimiter = said.delimiter or delimiter or sniff_delimiter(body)
    lines: list[str] = []

    def noted() -> Iterator[str]:
        for line in io.StringIO(body, newline=""):
            lines.append(line)
            yield line

    rows, before = [], text.removesuffix(body)
    for cells in csv.reader(noted(), delimiter=delimiter):
        rows.append(Record("".join(lines), tuple(cells)))
        lines.clear()
    first = next(place for place, row in enumerate(rows) if not is_blank(row.cells)) + above
    return delimiter, before + "".join(row.text for row in rows[: first + 1]), rows[first + 1 :]


def head_as_said(head: bytes, said: Said) -> bytes:
    """The first bytes of a text file as `header_of` cuts them the way that was said: UTF-8, led by a sep= line.

    >>> header_of(head_as_said(b"Load,kg#Reps\\n62,5#5\\n", Said(delimiter="#")))
    ('load,kg', 'reps')
    """
    if said.encoding is None and said.delimiter is None:
        return head
    try:
        text, _, _ = decoded(head, "", whole=False, encoding=said.encoding)
    except UnreadableFile:
        return head  # the reader that is found by the bytes says what is wrong with them
    if said.delimiter is not None:
        text = f"sep={said.delimiter}\n{_without_sep_line(text)[0]}"
    return text.encode("utf-8", "replace")


@lru_cache(maxsize=16)  # every reader asks it of the same head
def header_of(head: bytes) -> tuple[str, ...]:
    """The header in the first bytes of a file, as `same_header` compares; empty where they are no text.

    >>> header_of(b"Date;Workout Name;Reps\\r\\n2026-01-02;A;5\\r\\n")
    ('date', 'workoutname', 'reps')
    """
    try:
        text, _, _ = decoded(head, "", whole=False)
    except UnreadableFile:
        return ()
    first = next(iter(_top_rows(text)), ())
    return tuple(same_header(cell) for cell in first)


def heads_below(head: bytes) -> Iterator[bytes]:
    r"""The beginning of a text file as it would be if its header stood in the first row: one for each it may have.

    >>> [header_of(below) for below in heads_below(b"Jumps of May\nName;Height\nAlder;31\n")][0]
    ('name', 'height')
    """
    try:
        text, _, _ = decoded(head, "", whole=False)
    except UnreadableFile:
        return
    for heading in headings(_top_rows(text)):
        if heading.above:
            yield as_text(heading.words)


def _top_rows(text: str) -> list[tuple[str, ...]]:
    """The first filled lines of a text as rows."""
    text, delimiter = _without_sep_line(text)
    lines = [line for line in re.split(r"\r\n|\n|\r", text[:20000]) if line.strip()][: TOP_ROWS + 1]
    mark = delimiter or sniff_delimiter("\n".join(lines[:20]))
    return [tuple(row) for line in lines for row in csv.reader([line], delimiter=mark)]


def date_in_name(path: Path, what: str) -> date:
    """The day that a file's name states, for tables that hold none; `what` was done on it.

    >>> date_in_name(Path("gates 2026-03-02.csv"), "sprint").isoformat()
    '2026-03-02'

    Raises UnreadableFile where the name states none.
    """
    if match := re.search(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", path.stem):
        try:
            return clock(match[0]).date()
        except BadCell:
            pass  # digits that are no day: the name says none
    raise UnreadableFile(
        f"{path.name} does not say on which day the {what} was. "
        f"Add a column date, or put the day into the file's name: {path.stem}_2026-01-31{path.suffix}."
    )


def decoded(data: bytes, name: str, whole: bool = True, encoding: str | None = None) -> tuple[str, str, bool]:
    """Text, encoding and whether a byte-order mark led it: by the mark, else UTF-8, else Windows-1252.

    `whole` is False for the beginning of a file, whose last character may be cut. An `encoding` that was said is not
    looked for.

    Raises UnreadableFile for binary data, and for text that is not in the encoding that was said.
    """
    if encoding is not None:
        try:
            text = getincrementaldecoder(encoding)().decode(data, whole)
        except UnicodeError:
            raise UnreadableFile(f"{name} is not written in {encoding}. Say another encoding, or none.") from None
        return text.removeprefix("\ufeff"), encoding, any(data.startswith(mark) for mark, _ in _BOMS)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return getincrementaldecoder(encoding)().decode(data, whole), encoding, True
            except UnicodeDecodeError:
                break
    if b"\0" in data:
        raise UnreadableFile(f"{name} holds binary data, not a table of text. Export it as CSV or XLSX.")
    try:
        return getincrementaldecoder("utf-8")().decode(data, whole), "utf-8", False
    except UnicodeDecodeError:
        # five bytes have no character in Windows-1252; Latin-1 keeps them
        encoding = "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", data) else "cp1252"
        return data.decode(encoding), encoding, False


def sniff_delimiter(text: str) -> str:
    """The delimiter that cuts the header into most cells and the first rows into as many.

    A comma that only ever stands between digits is a decimal mark, where anything else cuts the lines. Where quotes end
    at one mark and not at another, that other one stands within a cell.

    >>> sniff_delimiter("Date;Load;Reps\\n2026-01-02;62,5;5\\n"), sniff_delimiter("Time;Angle\\n0,01;178,5\\n")
    (';', ';')
    """
    lines = "\n".join(re.split(r"\r\n|\n|\r", text[:65536])[:50])
    fits = {delimiter: _fit(lines, delimiter, strict=True) for delimiter in _DELIMITERS}
    if not any(fits.values()):
        fits = {delimiter: _fit(lines, delimiter, strict=False) for delimiter in _DELIMITERS}
    if not re.search(r"(?<!\d),|,(?!\d)", lines) and any(fit for mark, fit in fits.items() if mark != ","):
        del fits[","]
    return max(fits, key=lambda delimiter: fits[delimiter])


def _fit(lines: str, delimiter: str, *, strict: bool) -> float:
    rows: list[list[str]] = []
    try:
        rows.extend(
            row for row in csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter, strict=strict) if row
        )
    except csv.Error as problem:
        if "unexpected end of data" not in str(problem):  # as of a cell that goes on behind these lines
            return 0.0
    while len(rows) > 1 and len(rows[0]) == 1 and not _is_cut_otherwise(rows, delimiter):
        del rows[0]  # a line of a title
    widths = list(map(len, rows))
    if not widths:
        return 0.0
    # a file whose every row is ragged still has its header to go by
    alike = sum(width == widths[0] for width in widths) / len(widths)
    return (widths[0] - 1) * (0.1 + alike)


def _is_cut_otherwise(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Whether a mark that is rarer in text than the delimiter stands in the first line and the last: 3,12;29,5."""
    rarer = _DELIMITERS[_DELIMITERS.index(delimiter) + 1 :]
    return any(mark in rows[0][0] and any(mark in cell for cell in rows[-1]) for mark in rarer)


_COMMA = re.compile(r"[+-]?\d+,\d+")
_POINT = re.compile(r"[+-]?\d+\.\d+")
_COMMA_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_POINT_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")


def sniff_decimal(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    """The decimal mark: that of most numbers that can be read in one way only.

    Where there is none, 1,250 is a decimal in a file whose delimiter is no comma; a point is one everywhere.

    >>> sniff_decimal([["62,5", "1.250,0"]], ";"), sniff_decimal([["1,250", "62.5"]], ",")
    (',', '.')
    """
    commas = points = unclear = 0
    for row in rows:
        for cell in row:
            text = cell.strip()
            if _COMMA.fullmatch(text):
                unclear += bool(_COMMA_GROUP.fullmatch(text))
                commas += not _COMMA_GROUP.fullmatch(text)
            elif _POINT.fullmatch(text):
                points += not _POINT_GROUP.fullmatch(text)
    if commas or points:
        return "," if commas > points else "."
    return "," if unclear and delimiter != "," else "."


def _without_sep_line(text: str) -> tuple[str, str | None]:
    """Excel's first line `sep=;` says the delimiter and is no header."""
    match = re.match(r"sep=(.)(\r\n|\n|\r)", text, re.IGNORECASE)
    return (text[match.end() :], match[1]) if match else (text, None)


def _line_end(text: str) -> str:
    counts = Counter(re.findall(r"\r\n|\n|\r", text))
    names = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
    return names[counts.most_common(1)[0][0]] if counts else "LF"


def _rows(text: str, delimiter: str, name: str) -> list[tuple[str, ...]]:
    """Every row as text; the reader stops on its own mark, so a quote that swallows the rest is seen."""
    ended = "" if text.endswith(("\n", "\r")) or not text else "\n"
    lines = io.TextIOWrapper(io.BytesIO(f"{text}{ended}{_END}".encode()), encoding="utf-8", newline="")
    rows: list[tuple[str, ...]] = []
    same: dict[str, str] = {}  # a table says the same again and again
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(tuple(map(same.setdefault, row, row)))
            if len(rows) > MAX_ROWS:
                raise UnreadableFile(f"{name} has more than {MAX_ROWS} rows. Split it, or export a shorter period.")
    except csv.Error as problem:
        raise UnreadableFile(f"{name} cannot be cut into cells: {problem}. Export it again as CSV.") from None
    if rows[-1] != (_END,):
        raise UnreadableFile(
            f"{name}: a quote that opens in row {max(len(rows) - 1, 0)} is never closed. Close or remove it."
        )
    return rows[:-1]


def read_workbook(path: Path, said: Said = NOTHING_SAID) -> list[Sheet]:
    """Every filled sheet of the spreadsheet at `path`, its cells as text: dates in ISO form, 5.0 as 5.

    Raises UnreadableFile where it is damaged or unpacks to more than a table file ever holds.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # not needed for text files

    _refuse_bomb(path)
    sheets = []
    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            found = book.get_sheet_by_name(name)
            rows = [tuple(_as_text(cell) for cell in row) for row in found.to_python()]
            if rows:
                rows, remarks = _spread(rows, found)
                sheets.append(Sheet(name, rows[0], tuple(rows[1:]), said=said, remarks=remarks))
    except (CalamineError, OSError, ValueError) as problem:
        raise UnreadableFile(f"{path.name} cannot be opened as a workbook: {problem}. Save it again as XLSX.") from None
    return sheets


def _spread(rows: list[tuple[str, ...]], sheet: "CalamineSheet") -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """The rows with what is merged over several of them, and what is to be said of that."""
    down, across = sheet.start or (0, 0)
    merged = [
        ((first - down, left - across), (last - down, right - across))
        for (first, left), (last, right) in sheet.merged_cell_ranges or ()
        if last > first
    ]
    if not merged:
        return rows, ()
    rows, filled, kept = spread(rows, merged)
    remarks = (
        f"Cells filled with what is merged over their rows: {filled}." if filled else "",
        f"Numbers merged over several rows, which count in the first alone: {kept}." if kept else "",
    )
    return rows, tuple(filter(None, remarks))


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
            if size > MAX_BYTES:
                raise UnreadableFile(f"{path.name} unpacks to {size // 1_000_000} MB. Save the sheets you need alone.")
            sheets = sheets_of(packed)
    except DAMAGED_ARCHIVE as problem:
        raise UnreadableFile(f"{path.name} is damaged ({problem}). Save it again as XLSX.") from None
    for sheet in sheets:
        if sheet.cells > MAX_CELLS:
            raise UnreadableFile(
                f"{path.name}: a sheet ({sheet.name}) reaches to row {sheet.last_row} and column {sheet.last_column}. "
                "Delete what stands so far from the table, or save the table alone."
            )


def _as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = int(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(cell)
