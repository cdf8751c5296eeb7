"""What a file would cost, before anything of it is opened: its bytes, lines, members and the reach of its cells.

What is small and usual is read in this process. The rest is read apart (`ingest.apart`), so that it may fail as it
likes; what no reader of ours could hold is refused by the readers themselves.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from analysis.ingest.files import DAMAGED_ARCHIVE

LARGE_BYTES = 8 * 2**20  # of a file, of its members together once unpacked, and of what a gzip says it holds
MANY_LINES = 50_000
MANY_MEMBERS = 500
FAR_CELLS = 2_000_000  # rows times columns up to the farthest cell of a sheet

_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_OPENS = re.compile(rb"<(?:\w+:)?(?:row|c)(?=[\s/>])")
_PLACE = re.compile(rb"""\sr=["'](?:([A-Z]{1,3})?([1-9][0-9]{0,6}))["']""")


def is_usual(path: Path) -> bool:
    """Whether the file is so small and plain that reading it takes neither much memory nor much time.

    Raises OSError where it cannot be opened.
    """
    size = path.stat().st_size
    if size > LARGE_BYTES:
        return False
    with path.open("rb") as file:
        start = file.read(2)
        if start == _ZIP:
            return _is_usual_archive(path)
        if start == _GZIP:
            file.seek(-4, 2)
            return int.from_bytes(file.read(4), "little") <= LARGE_BYTES
        file.seek(0)
        return size <= MANY_LINES or _lines(file.read()) <= MANY_LINES


def _lines(content: bytes) -> int:
    return content.count(b"\n") + content.count(b"\r")


def _is_usual_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MANY_MEMBERS or sum(member.file_size for member in members) > LARGE_BYTES:
                return False
            return all(sheet.is_told and sheet.cells <= FAR_CELLS for sheet in sheets_of(archive))
    except (*DAMAGED_ARCHIVE, ValueError):
        return False


@dataclass(frozen=True)
class Reach:
    """How far the cells of a sheet reach, by what they say of their places; `is_told` where each of them says it."""

    name: str
    last_row: int
    last_column: int
    is_told: bool

    @property
    def cells(self) -> int:
        """What a table of all of them would hold."""
        return self.last_row * self.last_column


def sheets_of(archive: zipfile.ZipFile) -> list[Reach]:
    """The sheets of an XLSX workbook; none for any other archive. What `DAMAGED_ARCHIVE` names is raised."""
    names = [member.filename for member in archive.infolist() if _SHEET.fullmatch(member.filename)]
    return [_reach(name, archive.read(name)) for name in names]


def _reach(name: str, content: bytes) -> Reach:
    """Of one sheet.

    >>> _reach("a", b'<row r="1"><c r="A1"/><c r="C1"/></row>'), _reach("b", b'<row><c r="XFD1048576"/></row>').cells
    (Reach(name='a', last_row=1, last_column=3, is_told=True), 17179869184)
    """
    places = _PLACE.findall(content)
    last_row = max((int(row) for _, row in places), default=0)
    last_column = max((_column(letters) for letters in {letters for letters, _ in places}), default=0)
    return Reach(name, last_row, last_column, len(places) == len(_OPENS.findall(content)))


def _column(letters: bytes) -> int:
    """The number of a column of a sheet by its letters.

    >>> _column(b"A"), _column(b"AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
