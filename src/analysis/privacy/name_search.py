"""Traces of an athlete: which words give somebody away, and where in a folder they stand, packed or not."""

import contextlib
import json
import mmap
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.ingest.binding import ANY_SOURCE
from analysis.privacy import containers, spelling
from analysis.privacy.audit import KEY
from analysis.privacy.containers import LOCKED_PAGE
from analysis.sealing import SECRET as FORM_KEYS
from analysis.workspace import Workspace

SKIPPED = (".git", ".venv", "node_modules", "__pycache__")  # other tools' folders, said with every search

_PIECE_BYTES = 16 * 1024**2  # searched at a time
_LONGEST_BYTES = 4096  # of a name, however it is written
_HEAD_BYTES = 256 * 1024  # within which a locked page has its header
_DEEPEST = 4  # packages within packages
_NO_TEXT = (KEY, FORM_KEYS, "-wal", "-shm")  # made by us: random bytes; the log of a database, and an index of that
_USUAL = {"utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32"}


@dataclass(frozen=True)
class Sought:
    """The words that give one athlete away: the opaque id, and the names and addresses bound to it."""

    athlete_id: str
    names: tuple[str, ...]  # that are looked for
    too_common: tuple[str, ...] = ()  # names too short to be looked for, or part of another athlete's name
    encodings: tuple[str, ...] = ()  # in which files were taken in, beside the usual ones

    @property
    def words(self) -> tuple[str, ...]:
        return (self.athlete_id, *self.names)

    @cached_property
    def in_text(self) -> re.Pattern[str]:
        """Finds a word that is no part of a longer one; `_` and `-` end a word, as in file names."""
        return spelling.in_text(self.words)

    def stands_in(self, data: bytes | mmap.mmap) -> bool:
        """Whether a word is in these bytes, in encodings of text files or the escapes of JSON, HTML, mails and base64.

        What stands in base64 within base64 is found as well.
        """
        for begin in range(0, len(data), _PIECE_BYTES):
            piece = data[max(0, begin - _LONGEST_BYTES) : begin + _PIECE_BYTES]
            for _ in range(_DEEPEST):
                if any(map(self._is_in, self._read(piece))):
                    return True
                piece = containers.in_base64(piece.replace(b"\0", b""))
        return False

    def _read(self, piece: bytes) -> Iterator[bytes]:
        """The bytes; those of UTF-16 and UTF-32 as plain ones; and the text in each of the unusual encodings."""
        yield piece
        if b"\0" in piece:
            yield piece.replace(b"\0", b"")
        for encoding in self.encodings:
            with contextlib.suppress(UnicodeError):  # as the overlap of two pieces begins within a letter
                yield piece.decode(encoding, "replace").encode("utf-8", "replace")

    def _is_in(self, piece: bytes) -> bool:
        narrow, *wide = self._in_bytes
        if b"\0" in piece and any(finder.is_in(piece.lower()) for finder in wide):
            return True
        return any(narrow.is_in(plain.lower()) for plain in spelling.unescaped(piece))

    @cached_property
    def _in_bytes(self) -> list[spelling.InBytes]:
        return spelling.in_bytes(self.words)


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
    common = [name for name in names if spelling.is_too_short(name) or _is_in(name, others)]
    looked_for = {name for name in names if name not in common}
    spelled = {way for name in looked_for if "@" not in name for way in spelling.other_spellings(name)}
    theirs = [*others, *(way for name in others for way in spelling.other_spellings(name))]
    looked_for |= {name for name in spelled if not spelling.is_too_short(name) and not _is_in(name, theirs)}
    dialects = {dialect for (dialect,) in workspace.store.values("files", "dialect")}
    encodings = {str(json.loads(dialect).get("encoding", "utf-8")) for dialect in dialects} - _USUAL
    return Sought(athlete_id, tuple(sorted(looked_for)), tuple(common), tuple(sorted(encodings)))


def search(folder: Path, wanted: Sought, leave: Iterable[Path] = ()) -> Iterator[Trace]:
    """Every file below `folder` in which a word stands, by its name or its content; `leave` are not looked into."""
    leave = {path.resolve() for path in leave}
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if set(below.parts) & set(SKIPPED) or path.resolve() in leave:
            continue
        if wanted.in_text.search(path.name) or wanted.stands_in(path.name.encode(errors="surrogateescape")):
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
        head = data[: containers.HEAD_BYTES]
        is_locked_page = path.suffix == ".html" and LOCKED_PAGE in data[:_HEAD_BYTES]
        packed = _is_packed_within(data)
    if is_locked_page:
        yield Trace(path, "it is encrypted", looked=False)
    elif head.startswith(b"SQLite format 3"):
        yield from _in_database(path, wanted)
    elif path.suffix == ".eml":
        yield from _among(path, containers.parts_of_mail(path.read_bytes()), wanted, 0)
    elif packed or containers.unpacker(head):
        yield from _unpacked(path, path.read_bytes(), wanted, 0)
    elif why := None if path.name.endswith(_NO_TEXT) else containers.closed(head, wanted.encodings):
        yield Trace(path, why, looked=False)


def _is_packed_within(data: mmap.mmap) -> bool:
    return next(containers.packed_in_base64(data), None) is not None


def _in_database(path: Path, wanted: Sought) -> Iterator[Trace]:
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            yield from _among(path, containers.values_of(database), wanted, 0, "in its rows")
    except sqlite3.Error:
        yield Trace(path, "it is a damaged database", looked=False)


def _unpacked(path: Path, data: bytes, wanted: Sought, depth: int) -> Iterator[Trace]:
    head = data[: containers.HEAD_BYTES]
    unpack = containers.unpacker(head)
    parts = unpack(data) if unpack else containers.packed_in_base64(data)
    if unpack is None and (why := containers.closed(head, wanted.encodings)):
        yield Trace(path, f"{why}, packed in it", looked=False)
    if depth > _DEEPEST and (unpack or next(parts, None)):
        yield Trace(path, "it holds packages within packages", looked=False)
        return
    yield from _among(path, parts, wanted, depth)


def _among(
    path: Path, parts: Iterator[bytes], wanted: Sought, depth: int, where: str = "in what is packed in it"
) -> Iterator[Trace]:
    """The first trace among what is packed in a file, or in what is packed in that; and what there cannot be seen."""
    unseen: dict[str, Trace] = {}
    try:
        for inner in parts:
            if wanted.stands_in(inner):
                yield Trace(path, where)
                return
            for trace in _unpacked(path, inner, wanted, depth + 1):
                if trace.looked:
                    yield trace
                    return
                unseen[trace.where] = trace
    except Exception as problem:  # whatever a damaged package raises: it cannot be looked into
        yield Trace(path, f"it cannot be unpacked ({type(problem).__name__})", looked=False)
    yield from unseen.values()


def _is_in(name: str, others: Iterable[str]) -> bool:
    """Whether the name stands in one of the others as a word."""
    word = spelling.in_text([name])
    return any(word.search(other) for other in others)
