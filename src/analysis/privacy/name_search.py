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
from html.entities import codepoint2name
from io import BufferedIOBase, BytesIO
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from markupsafe import escape as markup

from analysis.ingest.binding import ANY_SOURCE
from analysis.workspace import Workspace

SHORTEST_NAME = 4  # characters; a shorter name stands in too many words to be looked for
LOCKED = b"workbook-backup"  # how an encrypted backup of version 0.1 begins
AGE = b"age-encryption.org/"  # and one since
LOCKED_PAGE = b'"cipher": "AES-256-GCM"'  # in the header of a page under a passphrase
SKIPPED = (".git", ".venv", "node_modules", "__pycache__")  # other tools' folders, said with every search

_PIECE_BYTES = 16 * 1024**2  # searched at a time
_LONGEST_BYTES = 4096  # of a name, however it is written
_MOST_BYTES = 1024**3  # of one packed thing, unpacked
_HEAD_BYTES = 256 * 1024  # within which a locked page has its header
_DEEPEST = 3  # packages within packages
_LETTER = rb"[0-9a-z]"
_SPACE = rb"[\s\xa0_+.,;-]"  # what may stand between the words of a name: in sentences, tables, file names, addresses
_BETWEEN = r"(?:[ \t\u00a0_+.,;-]|%20)+"
_BETWEEN_BYTES = rb"(?:[\s\xa0_+.,;-]|\xc2\xa0|%20|&nbsp;|\\u00a0)+"
_WIDE = {"utf-16-le": rb"%s\0", "utf-16-be": rb"\0%s"}  # and what a plain letter is there
_NARROW = ("utf-8", "cp1252", "mac_roman")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae"})


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
        spaced = (_BETWEEN.join(map(re.escape, form.split())) for form in forms)
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(spaced)})(?![^\W_])", re.IGNORECASE)

    def stands_in(self, data: bytes | mmap.mmap) -> bool:
        """Whether a word is in these bytes, in encodings of text files or the escapes of JSON, HTML and addresses."""
        for begin in range(0, len(data), _PIECE_BYTES):
            piece = data[max(0, begin - _LONGEST_BYTES) : begin + _PIECE_BYTES].lower()
            if any(pattern.is_in(piece) for pattern in self._in_bytes if not pattern.is_wide or b"\0" in piece):
                return True
        return False

    @cached_property
    def _in_bytes(self) -> list["_Whole"]:
        forms = {form for word in self.words for form in _forms(word)}
        narrow = {way for form in forms for way in _written(form)}
        patterns = [_Whole.of(narrow, _BETWEEN_BYTES, _LETTER)]
        for encoding, padded in _WIDE.items():
            wide = {tuple(part.encode(encoding) for part in form.split()) for form in forms}
            patterns.append(_Whole.of(wide, rb"(?:%s)+" % (padded % _SPACE), padded % _LETTER, is_wide=True))
        return patterns


@dataclass(frozen=True)
class _Whole:
    """Finds words in lower-case bytes that are no part of a longer one.

    What stands before is looked at after a word was found: a pattern that begins with it is several times slower.
    """

    words: re.Pattern[bytes]
    begins: re.Pattern[bytes]
    is_wide: bool

    @classmethod
    def of(cls, ways: Iterable[tuple[bytes, ...]], between: bytes, letter: bytes, *, is_wide: bool = False) -> "_Whole":
        """For any of these words, of parts with something between them."""
        words = {between.join(re.escape(part.lower()) for part in parts) for parts in ways}
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        either = b"|".join(longest_first)
        before, after = (letter.removeprefix(rb"\0"), letter.removesuffix(rb"\0"))  # either end may be the zero byte's
        return cls(re.compile(rb"(?:%s)(?!%s)" % (either, after)), re.compile(rb"(?<!%s)" % before), is_wide)

    def is_in(self, data: bytes) -> bool:
        found = self.words.search(data)
        while found and not self.begins.match(data, found.start()):
            found = self.words.search(data, found.start() + 1)
        return found is not None


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
        stored[table].loc[:, ["athlete_id", column]].set_axis(["athlete_id", "name"], axis="columns")
        for table, column in (("athletes", "name"), ("aliases", "external_name"), ("contacts", "email"))
    ).dropna()
    own = bound.loc[bound["athlete_id"] == athlete_id, "name"].str.strip()
    others = bound.loc[bound["athlete_id"] != athlete_id, "name"].tolist()
    names = sorted(set(own) - {athlete_id, ANY_SOURCE, ""})
    common = [name for name in names if len(name) < SHORTEST_NAME or _is_in(name, others)]
    looked_for = {name for name in names if name not in common}
    spelled = {spelling for name in looked_for if "@" not in name for spelling in _other_spellings(name)}
    theirs = [*others, *(spelling for name in others for spelling in _other_spellings(name))]
    looked_for |= {name for name in spelled if len(name) >= SHORTEST_NAME and not _is_in(name, theirs)}
    return Sought(athlete_id, tuple(sorted(looked_for)), tuple(common))


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
        if wanted.stands_in(data):
            yield Trace(path, "in its content")
        head = data[: len(AGE)]
        is_locked_page = path.suffix == ".html" and LOCKED_PAGE in data[:_HEAD_BYTES]
    if is_locked_page or head.startswith((LOCKED, AGE)):
        yield Trace(path, "it is encrypted", looked=False)
    elif head.startswith(b"SQLite format 3"):
        try:
            with contextlib.closing(sqlite3.connect(path)) as database:
                if any(wanted.in_text.search(text) for text in _texts_of_database(database)):
                    yield Trace(path, "in its rows")
        except sqlite3.Error:
            yield Trace(path, "it is a damaged database", looked=False)
    elif path.suffix == ".eml":
        yield from _among(path, _parts_of_mail(path), wanted, 0)
    elif _unpacker(head):
        yield from _unpacked(path, path.read_bytes(), wanted, 0)


def _unpacked(path: Path, data: bytes, wanted: Sought, depth: int) -> Iterator[Trace]:
    unpack = _unpacker(data[:16])
    if unpack is None:
        return
    if depth > _DEEPEST:
        yield Trace(path, "it holds packages within packages", looked=False)
        return
    yield from _among(path, unpack(data), wanted, depth)


def _among(path: Path, parts: Iterator[bytes], wanted: Sought, depth: int) -> Iterator[Trace]:
    """The first trace among what is packed in a file, or in what is packed in that."""
    try:
        for inner in parts:
            if wanted.stands_in(inner):
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


def _stream(opened: Callable[[BytesIO], BufferedIOBase]) -> Callable[[bytes], Iterator[bytes]]:
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


def _texts_of_table(table: pa.Table) -> bytes:
    """Every different text of a table, and what its schema says, a line each."""
    texts = {str(table.schema)}
    for column in table.columns:
        if not pa.types.is_primitive(column.type):  # numbers, dates and truth values say no name
            texts |= set(map(str, column.to_pylist()))
    return "\n".join(sorted(texts)).encode()


def _database(data: bytes) -> Iterator[bytes]:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data)
        yield "\n".join(_texts_of_database(database)).encode()


_UNPACKERS: dict[bytes, Callable[[bytes], Iterator[bytes]]] = {
    b"\x1f\x8b": _stream(lambda data: gzip.GzipFile(fileobj=data)),
    b"BZh": _stream(bz2.BZ2File),
    b"\xfd7zXZ": _stream(lzma.LZMAFile),
    b"PK\x03\x04": _members,
    b"PAR1": _parquet,
    b"ARROW1": _arrow,
    b"SQLite format 3": _database,
}


def _texts_of_database(database: sqlite3.Connection) -> Iterator[str]:
    """Every text of every row of a database, those that are still in its log included."""
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
            yield part.get_filename("").encode()
            payload = part.get_payload(decode=True)
            yield payload if isinstance(payload, bytes) else str(payload).encode()


def _forms(word: str) -> set[str]:
    """A word as systems write it: composed, decomposed (macOS), and in each case, which bytes do not know."""
    return {
        unicodedata.normalize(form, cased)
        for cased in (word, word.lower(), word.upper(), word.title())
        for form in ("NFC", "NFD")
    }


def _other_spellings(name: str) -> set[str]:
    """A name as people and systems write it that know no such letters, or that put the last word first.

    >>> sorted(_other_spellings("Jörg Fir"))
    ['Fir Joerg', 'Fir Jorg', 'Fir Jörg', 'Joerg Fir', 'Jorg Fir']
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    spelled = {name, plain, unicodedata.normalize("NFC", name).lower().translate(_SPELLED_OUT).title()}
    turned = {" ".join([words[-1], *words[:-1]]) for words in map(str.split, spelled) if words}
    return {text for text in spelled | turned if text.casefold() != name.casefold()}


def _written(word: str) -> set[tuple[bytes, ...]]:
    """The parts of a word between its spaces in bytes, as they are and as formats escape what is no plain letter."""
    parts = word.split()
    ways = {tuple(escaped(part).encode() for part in parts) for escaped in _ESCAPES}
    for encoding in _NARROW:
        with contextlib.suppress(UnicodeEncodeError):
            ways.add(tuple(part.encode(encoding) for part in parts))
    return ways


def _entities(text: str, written: Callable[[int], str]) -> str:
    return "".join(letter if letter.isascii() else written(ord(letter)) for letter in text)


_ESCAPES: tuple[Callable[[str], str], ...] = (
    escape,
    lambda text: str(markup(text)),
    lambda text: json.dumps(text)[1:-1],
    quote,
    lambda text: _entities(escape(text), "&#{};".format),
    lambda text: _entities(escape(text), "&#x{:x};".format),
    lambda text: _entities(escape(text), lambda code: f"&{codepoint2name.get(code, f'#{code}')};"),
)


def _is_in(name: str, others: Iterable[str]) -> bool:
    """Whether the name stands in one of the others as a word."""
    word = re.compile(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", re.IGNORECASE)
    return any(word.search(other) for other in others)
