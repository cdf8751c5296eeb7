"""Traces of an athlete: which words give somebody away, and where in a folder they stand, packed or not."""

import bz2
import contextlib
import gzip
import json
import lzma
import mmap
import re
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from markupsafe import escape as markup

from analysis.ingest.door import ANY_SOURCE
from analysis.workspace import Workspace

SHORTEST_NAME = 4  # characters; a shorter name stands in too many words to be looked for
LOCKED = b"workbook-backup"  # how an encrypted backup begins
LOCKED_PAGE = b'"cipher": "AES-256-GCM"'  # in the header of a page under a passphrase
SKIPPED = (".git", ".venv", "node_modules", "__pycache__")  # other tools' folders, said with every search

_MOST_BYTES = 1024**3  # of one packed thing, unpacked
_HEAD_BYTES = 256 * 1024  # within which a locked page has its header
_DEEPEST = 3  # packages within packages
_LETTER = rb"[0-9A-Za-z]"


@dataclass(frozen=True)
class Sought:
    """The words that give one athlete away: the opaque id, and the names and addresses bound to it."""

    athlete_id: str
    names: tuple[str, ...]  # that are looked for
    too_common: tuple[str, ...] = ()  # names too short to be looked for, or part of another athlete's name

    @property
    def words(self) -> tuple[str, ...]:
        return (self.athlete_id, *self.names)

    @cached_property
    def in_text(self) -> re.Pattern[str]:
        """Finds a word that is no part of a longer one; `_` and `-` end a word, as in file names."""
        forms = sorted({form for word in self.words for form in _forms(word)}, key=len, reverse=True)
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, forms))})(?![^\W_])", re.IGNORECASE)

    @cached_property
    def in_bytes(self) -> re.Pattern[bytes]:
        """As `in_text`, in UTF-8, UTF-16 and Windows-1252 and in the escapes of JSON, HTML, XML and addresses."""
        forms = sorted({form for word in self.words for form in _forms(word)}, key=len, reverse=True)
        narrow = {way for form in forms for way in _written(form)}
        wide = {form.encode("utf-16-le") for form in forms}
        letter, wide_letter = _LETTER, _LETTER + rb"\0"
        either = [
            rb"(?<!%s)(?:%s)(?!%s)" % (letter, b"|".join(re.escape(form) for form in sorted(narrow)), letter),
            rb"(?<!%s)(?:%s)(?!%s)" % (wide_letter, b"|".join(re.escape(form) for form in sorted(wide)), wide_letter),
        ]
        return re.compile(b"|".join(either), re.IGNORECASE)


@dataclass(frozen=True)
class Trace:
    """A place where a word was found, or one that could not be looked into."""

    path: Path
    where: str  # in words, as "in its name", or why it could not be looked into
    looked: bool = True


def sought(workspace: Workspace, athlete_id: str) -> Sought:
    """The words that give this athlete away among the others of the workspace."""
    stored = workspace.store.frames(["athletes", "aliases", "contacts"])
    bound = pd.concat(
        stored[table][["athlete_id", column]].rename(columns={column: "name"})
        for table, column in (("athletes", "name"), ("aliases", "external_name"), ("contacts", "email"))
    ).dropna()
    own = bound.loc[bound["athlete_id"] == athlete_id, "name"].str.strip()
    others = bound.loc[bound["athlete_id"] != athlete_id, "name"].tolist()
    names = sorted(set(own) - {athlete_id, ANY_SOURCE, ""})
    common = [name for name in names if len(name) < SHORTEST_NAME or _is_in(name, others)]
    return Sought(athlete_id, tuple(name for name in names if name not in common), tuple(common))


def search(folder: Path, wanted: Sought, leave: Iterable[Path] = ()) -> Iterator[Trace]:
    """Every file below `folder` in which a word stands, by its name or its content; `leave` are not looked into."""
    leave = {path.resolve() for path in leave}
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if set(below.parts) & set(SKIPPED) or path.resolve() in leave:
            continue
        if wanted.in_text.search(path.name):
            yield Trace(path, "in its name")
        if path.is_file() and not path.is_symlink():
            yield from traces_in(path, wanted)


def traces_in(path: Path, wanted: Sought) -> Iterator[Trace]:
    """How a word stands in the content of a file: at most one trace for its bytes and one for what they decode to."""
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, contextlib.closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as data:
        if wanted.in_bytes.search(data):
            yield Trace(path, "in its content")
        head = data[:16]
        is_locked_page = path.suffix == ".html" and LOCKED_PAGE in data[:_HEAD_BYTES]
    if is_locked_page or head.startswith(LOCKED):
        yield Trace(path, "it is encrypted", looked=False)
    elif head.startswith(b"SQLite format 3"):
        try:
            if any(wanted.in_text.search(text) for text in _texts_of_database(path)):
                yield Trace(path, "in its rows")
        except sqlite3.Error:
            yield Trace(path, "it is a damaged database", looked=False)
    elif path.suffix == ".eml":
        if any(wanted.in_bytes.search(part) for part in _parts_of_mail(path)):
            yield Trace(path, "in what is packed in it")
    elif _unpacker(head):
        yield from _unpacked(path, path.read_bytes(), wanted, 0)


def _unpacked(path: Path, data: bytes, wanted: Sought, depth: int) -> Iterator[Trace]:
    unpack = _unpacker(data[:16])
    if unpack is None:
        return
    if depth > _DEEPEST:
        yield Trace(path, "it holds packages within packages", looked=False)
        return
    try:
        for inner in unpack(data):
            if wanted.in_bytes.search(inner):
                yield Trace(path, "in what is packed in it")
                return
            yield from _unpacked(path, inner, wanted, depth + 1)
    except Exception as problem:  # whatever a damaged package raises: it cannot be looked into
        yield Trace(path, f"it cannot be unpacked ({type(problem).__name__})", looked=False)


def _unpacker(head: bytes) -> Callable[[bytes], Iterator[bytes]] | None:
    for start, unpack in _UNPACKERS.items():
        if head.startswith(start):
            return unpack
    return None


def _stream(opened: Callable[[BytesIO], object]) -> Callable[[bytes], Iterator[bytes]]:
    def unpack(data: bytes) -> Iterator[bytes]:
        with opened(BytesIO(data)) as file:
            inner = file.read(_MOST_BYTES + 1)
        if len(inner) > _MOST_BYTES:
            raise OverflowError
        yield inner

    return unpack


def _members(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(BytesIO(data)) as package:
        for member in package.infolist():
            if member.file_size > _MOST_BYTES:
                raise OverflowError
            yield member.filename.encode() + b"\n" + package.read(member)
            yield package.read(member)  # by itself too, in case it is packed


def _parquet(data: bytes) -> Iterator[bytes]:
    yield _texts_of_table(pq.read_table(BytesIO(data)))


def _arrow(data: bytes) -> Iterator[bytes]:
    yield _texts_of_table(pa.ipc.open_file(BytesIO(data)).read_all())


_UNPACKERS: dict[bytes, Callable[[bytes], Iterator[bytes]]] = {
    b"\x1f\x8b": _stream(lambda data: gzip.GzipFile(fileobj=data)),
    b"BZh": _stream(bz2.BZ2File),
    b"\xfd7zXZ": _stream(lzma.LZMAFile),
    b"PK\x03\x04": _members,
    b"PAR1": _parquet,
    b"ARROW1": _arrow,
}


def _texts_of_table(table: pa.Table) -> bytes:
    """Every different text of a table, and what its schema says, a line each."""
    texts = {str(table.schema)}
    for column in table.columns:
        if not pa.types.is_primitive(column.type):  # numbers, dates and truth values say no name
            texts |= set(map(str, column.to_pylist()))
    return "\n".join(sorted(texts)).encode()


def _texts_of_database(path: Path) -> Iterator[str]:
    """Every text of every row of a database, those that are still in its log included."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield "\n".join(value for value in row if isinstance(value, str))


def _parts_of_mail(path: Path) -> Iterator[bytes]:
    """The parts of a mail as they were before they were packed for their way."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    yield "\n".join(str(value) for value in mail.values()).encode()
    for part in mail.walk():
        if not part.is_multipart():
            yield f"{part.get_filename('')}\n".encode() + part.get_payload(decode=True)


def _forms(word: str) -> set[str]:
    """A word as systems write it: composed, decomposed (macOS), and in each case, which bytes do not know."""
    return {
        unicodedata.normalize(form, cased)
        for cased in (word, word.lower(), word.upper(), word.title())
        for form in ("NFC", "NFD")
    }


def _written(word: str) -> set[bytes]:
    """A word in bytes, as it is and as formats escape what is no plain letter."""
    texts = {word, escape(word), str(markup(word)), json.dumps(word)[1:-1], quote(word)}
    ways = {way for text in texts for way in (text.encode(), text.encode("ascii", "xmlcharrefreplace"))}
    with contextlib.suppress(UnicodeEncodeError):
        ways.add(word.encode("cp1252"))
    return ways


def _is_in(name: str, others: Iterable[str]) -> bool:
    """Whether the name stands in one of the others as a word."""
    word = re.compile(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", re.IGNORECASE)
    return any(word.search(other) for other in others)
