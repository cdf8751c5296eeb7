"""Bytes and XML from files that nobody vouches for: sizes are capped, DOCTYPEs refused, damage told in a sentence.

Everything is decoded in this process, under caps that bound its work before it is done: bytes and ratio of what is
unpacked; then tags and attributes, which decide how long libxml2 works and how large its tree grows. A DOCTYPE is
looked for in the bytes, before the parser could follow it, and once more in what the parser saw, whatever the encoding.
libxml2 keeps its own limits on depth (256) and on the length of a text. So there is nothing to interrupt: no process
to kill, no clock in the verdict, and the same file gets the same answer on every machine.
"""

import gzip
import lzma
import math
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePosixPath

import lxml.etree as etree
import numpy as np

from analysis.base.errors import UnreadableFile
from analysis.ingest.cells import utc_offset_s

MAX_BYTES = 256 * 2**20
MAX_RATIO = 200  # a watch file shrinks to a fifth or a twentieth; a gzip bomb to a thousandth
RATIO_COUNTS_FROM = 2**20
MAX_MARKS = 3_000_000  # tags and attributes; a day at 1 Hz with six values a record has 2 million
MAX_ELEMENTS = 200_000  # points, laps and tracks; over two days at 1 Hz
HEAD_BYTES = 65536
_CHUNK = 2**18
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
DAMAGED_ARCHIVE = (  # what the libraries for zip archives raise where one is damaged, locked or packed unusually
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, UnicodeDecodeError, NotImplementedError, RuntimeError),
)
WATCH_FILE = re.compile(r".+\.(fit|tcx|gpx)(\.gz)?", re.IGNORECASE)
OF_MACS = "__MACOSX/"
YEARS = range(1970, 2201)


def content(path: Path) -> bytes:
    """The bytes of the file at `path`, decompressed where it is gzipped.

    Raises UnreadableFile where it cannot be opened, holds more than 256 MiB, swells more than 200 to 1, is a damaged
    gzip, or is a gzip inside a gzip.
    """
    try:
        with path.open("rb") as file:
            gzipped = file.read(2) == _GZIP
            file.seek(0)
            data = _inflated(path, file) if gzipped else file.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise UnreadableFile(f"{path.name} is a damaged gzip file ({problem}). Fetch it again.") from None
    except OSError as problem:
        raise UnreadableFile(f"{path.name} cannot be opened ({problem}). Check the file and its permissions.") from None
    if len(data) > MAX_BYTES:
        raise UnreadableFile(
            f"{path.name} holds more than {MAX_BYTES // 2**20} MiB, more than any activity. Split it or leave it out."
        )
    if gzipped and data.startswith(_GZIP):
        raise UnreadableFile(f"{path.name} is a gzip inside a gzip. Unpack it once and import that.")
    return data


def _inflated(path: Path, file) -> bytes:
    data = bytearray()
    with gzip.GzipFile(fileobj=file) as unpacked:
        while chunk := unpacked.read(_CHUNK):
            data += chunk
            if len(data) > RATIO_COUNTS_FROM and len(data) > MAX_RATIO * file.tell():
                raise UnreadableFile(
                    f"{path.name} swells to more than {MAX_RATIO} times its size, as no activity does. Leave it out."
                )
            if len(data) > MAX_BYTES:
                break
    return bytes(data)


def watch_file_alone_in(path: Path, folder: Path) -> Path | None:
    """The one file of a watch that a zip holds, unpacked into `folder` under its last name; None for any other file.

    Raises UnreadableFile where that swells as no activity does, or is damaged or locked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith(OF_MACS)]
            if len(members) != 1 or not WATCH_FILE.fullmatch(members[0].filename):
                return None
            inner = folder / PurePosixPath(members[0].filename.replace("\\", "/")).name
            inner.write_bytes(member_of(archive, members[0], path.name))
            return inner
    except DAMAGED_ARCHIVE:
        return None  # then it is nobody's, and the registry says so


def member_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file_name: str) -> bytes:
    """One file of a zip, unpacked. Raises UnreadableFile where it swells as no activity does, or is damaged."""
    stated = member.file_size
    if stated > MAX_BYTES or stated > max(RATIO_COUNTS_FROM, MAX_RATIO * member.compress_size):
        raise UnreadableFile(f"{file_name} would swell to {stated} bytes, as no activity does. Leave it out.")
    try:
        with archive.open(member) as packed:
            return packed.read(stated)
    except DAMAGED_ARCHIVE as problem:
        raise UnreadableFile(f"{file_name} is a damaged or locked zip ({problem}). Download it again.") from None


def looks_like_xml(head: bytes, root: bytes) -> bool:
    """True where the head of a file is XML whose root element is called `root`, with or without a namespace prefix.

    >>> looks_like_xml(b'<?xml version="1.0"?><!-- mine --> <gpx version="1.1">', b"gpx")
    True
    >>> looks_like_xml(b"name;gpx", b"gpx")
    False
    """
    text = head.replace(b"\x00", b"").lower()  # without the zero bytes UTF-16 reads as ASCII
    start = text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    name = root.lower()
    return start.startswith(b"<") and any(
        mark in text for mark in (b"<" + name, b":" + name + b" ", b":" + name + b">")
    )


def elements(data: bytes, tags: tuple[str, ...], file_name: str) -> Iterator[etree._Element]:
    """The elements of an XML file whose local name is in `tags`, each when it ends; it is emptied afterwards.

    Raises UnreadableFile for a DOCTYPE (the way in for entity attacks; no watch writes one), for damaged XML and for
    more tags, attributes or points than any activity has.
    """
    as_ascii = data.replace(b"\x00", b"")  # without the zero bytes UTF-16 reads as ASCII
    _refuse_doctype(b"<!DOCTYPE" in as_ascii, file_name)
    if data.count(b"<") + data.count(b"=") > MAX_MARKS:
        raise UnreadableFile(
            f"{file_name} holds more than {MAX_MARKS} tags and attributes, as no activity does. Split it."
        )
    stripped = data.removeprefix(_BOM).lstrip()
    events = etree.iterparse(
        BytesIO(stripped),
        events=("end",),
        tag=[f"{{*}}{tag}" for tag in tags],
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for count, (_, element) in enumerate(events):
            if count == 0:
                _refuse_doctype(bool(element.getroottree().docinfo.doctype), file_name)
            if count == MAX_ELEMENTS:
                raise UnreadableFile(
                    f"{file_name} holds more than {MAX_ELEMENTS} points and laps, as no activity does. Split it."
                )
            yield element
            element.clear(keep_tail=True)
    except etree.LxmlError as problem:
        raise _damaged_xml(problem, file_name) from None
    _refuse_doctype(bool(events.root.getroottree().docinfo.doctype), file_name)


def _damaged_xml(problem: etree.LxmlError, file_name: str) -> UnreadableFile:
    """What is said of XML that does not parse: what the parser met and where, once (libxml2 says the place twice)."""
    what = re.sub(r"( line \d+)?, line \d+, column \d+$", "", getattr(problem, "msg", None) or "it has no element")
    line = f" in line {problem.lineno}" if getattr(problem, "lineno", None) else ""
    return UnreadableFile(f"{file_name} is damaged XML: {what}{line}. Export it again.")


def _refuse_doctype(found: bool, file_name: str) -> None:
    if found:
        raise UnreadableFile(f"{file_name} carries a DOCTYPE, which no watch writes. Export it again from its source.")


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return _local_part(element.tag)


@lru_cache(maxsize=1024)
def _local_part(tag: str) -> str:
    return tag.rpartition("}")[2]


@dataclass(frozen=True)
class Moment:
    """A moment in UTC, and the offset of the clock that wrote it where the text says one."""

    utc: datetime
    offset_s: float | None

    @classmethod
    def of(cls, written: datetime) -> "Moment":
        """The moment of a time as `written` reads it. Z and +00:00 tell the moment, not where the athlete was."""
        return cls(written.astimezone(UTC), utc_offset_s(written) or None)


def written(text: str | None, tally: Counter) -> datetime | None:
    """An ISO 8601 time with the offset that its text gives, in UTC without one, as GPX and TCX define.

    None where there is none. Times that cannot be read, or lie outside 1970 to 2200, are counted in `tally` as
    unreadable_times.

    >>> written("2026-01-05T09:00:00+01:00", Counter()).isoformat()
    '2026-01-05T09:00:00+01:00'
    """
    bare = text.strip() if text else None
    if not bare:
        return None
    try:
        at = datetime.fromisoformat(bare)
        if at.tzinfo is None:
            tally["times_without_zone"] += 1
            at = at.replace(tzinfo=UTC)
        year = at.year if at.tzinfo is UTC else at.astimezone(UTC).year
    except (ValueError, OverflowError):
        year = None
    if year not in YEARS:
        tally["unreadable_times"] += 1
        return None
    return at


def moment(text: str | None, tally: Counter) -> Moment | None:
    """The moment of an ISO 8601 time, as `written` reads it; None where there is none.

    >>> moment("2026-01-05T09:00:00.5+01:00", Counter())
    Moment(utc=datetime.datetime(2026, 1, 5, 8, 0, 0, 500000, tzinfo=datetime.timezone.utc), offset_s=3600.0)
    """
    at = written(text, tally)
    return Moment.of(at) if at else None


def number(text: str | None, tally: Counter) -> float | None:
    """A number; None where there is none. Text that is no finite number is counted in `tally` as unreadable_values.

    >>> number(" 12.5 ", Counter())
    12.5
    """
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        if not text.strip():
            return None
        value = math.nan
    if not math.isfinite(value):
        tally["unreadable_values"] += 1
        return None
    return value


def numbers(texts: Sequence[str | None], tally: Counter) -> np.ndarray:
    """The number in each text as `number` reads it, NaN where there is none.

    >>> numbers(["12.5", None], Counter()).tolist()
    [12.5, nan]
    """
    given = [text for text in texts if text is not None]
    try:
        values = np.array([float(text) for text in given])
    except ValueError:
        values = None
    if values is not None and len(given) == len(texts) and np.isfinite(values).all():
        return values
    return np.array([number(text, tally) for text in texts], dtype="float64")


def head_of(path: Path) -> bytes:
    """The first bytes of the file, of the content where it is gzipped."""
    try:
        with path.open("rb") as file:
            if file.read(2) == b"\x1f\x8b":
                file.seek(0)
                return gzip.open(file).read(HEAD_BYTES)
            file.seek(0)
            return file.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as problem:
        why = getattr(problem, "strerror", None) or problem  # the system's words without the whole path
        raise UnreadableFile(f"{path.name} cannot be opened: {why}. Check the file and its permissions.") from None
