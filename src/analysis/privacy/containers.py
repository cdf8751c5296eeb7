"""What is packed in bytes: archives and streams, tables and databases, base64 in a text; and what cannot be opened."""

import bz2
import contextlib
import gzip
import lzma
import re
import sqlite3
import tarfile
import zipfile
import zlib
from binascii import Error as BadBase64
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes, policy
from io import BytesIO
from mmap import mmap

import pyarrow as pa
import pyarrow.parquet as pq

LOCKED = b"workbook-backup"  # how an encrypted backup of version 0.1 begins
AGE = b"age-encryption.org/"  # and one since
LOCKED_PAGE = b'"cipher": "AES-256-GCM"'  # in the header of a page under a passphrase
MOST_BYTES = 1024**3  # of one packed thing, unpacked
HEAD_BYTES = 4096  # which tell what something is

_ROWS_AT_ONCE = 10_000

Unpack = Callable[[bytes], Iterator[bytes]]

_TAR = (257, b"ustar")
_CLOSED = {  # how what cannot be looked into begins, and what it is
    LOCKED: "it is encrypted",
    AGE: "it is encrypted",
    b"age-encryption.org": "it is encrypted",
    b"-----BEGIN AGE": "it is encrypted",
    b"-----BEGIN PGP": "it is encrypted",
    b"%PDF": "it is a PDF, whose streams are packed",
    b"7z\xbc\xaf\x27\x1c": "it is a 7-Zip archive",
    b"Rar!": "it is a RAR archive",
    b"MSCF": "it is a cabinet archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "it is an Office file of the old kind",
    b"\x89PNG": "it is an image",
    b"\xff\xd8\xff": "it is an image",
    b"GIF8": "it is an image",
    b"II*\0": "it is an image",
    b"MM\0*": "it is an image",
    b"RIFF": "it is an image, a sound or a film",
    b"OggS": "it is a sound or a film",
    b"ID3": "it is a sound",
}
_PLAIN_BINARY = ((8, b".FIT"), (0, b"\0\0\0\1Bud1"))  # their texts stand in them as they are
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a]")  # in no text; line ends of all kinds and escapes are
_CONTROL_TEXT = re.compile(r"[\0-\x08\x0e-\x1a\ufffd\ufffe\uffff]")
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_MOST_LETTERS_HIGH = 0.2  # of a text in UTF-16 without a mark, beyond U+2000; bytes that are no text have more
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}(?:(?<=[A-Za-z0-9+/_-]{60})\r?\n[ \t]*[A-Za-z0-9+/_-]+)*")
_PACKED_BASE64 = re.compile(  # gzip, zip, zlib, bzip2, xz, zstd, SQLite, Parquet
    rb"(?<![A-Za-z0-9+/])(?:H4sI|UEsDB|e[AFJN][A-Za-z0-9+/]|Qlpo|/Td6W|KLUv|U1FMaX|UEFSM)[A-Za-z0-9+/\s]{16,}"
)


def unpacker(data: bytes) -> Unpack | None:
    """What gives the parts of a package, by its first bytes; None where it is none that is known."""
    for start, unpack in _UNPACKERS.items():
        if data.startswith(start):
            return unpack
    if data[_TAR[0] :].startswith(_TAR[1]):
        return _tar
    return _deflated if _is_deflated(data) else None


def closed(data: bytes, encodings: Iterable[str] = ()) -> str | None:
    """Why what begins so cannot be looked into; None for a text in any of the encodings, or in a usual one.

    >>> closed(b"%PDF-1.7"), closed("Alder".encode("utf-16"))
    ('it is a PDF, whose streams are packed', None)
    """
    for start, what in _CLOSED.items():
        if data.startswith(start):
            return what
    is_plain = any(data[place:].startswith(mark) for place, mark in _PLAIN_BINARY) or not _CONTROL.search(data)
    if is_plain or any(_is_text(data, encoding) for encoding in (*_WIDE, *encodings)):
        return None
    return "it is of no kind that is known here"


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        text = data[: len(data) // 4 * 4].decode(encoding, "replace" if encoding not in _WIDE else "strict")
    except UnicodeDecodeError:
        return False
    high = sum(letter >= "\u2000" for letter in text)
    return not _CONTROL_TEXT.search(text) and (encoding not in _WIDE or high <= _MOST_LETTERS_HIGH * len(text))


def in_base64(data: bytes) -> bytes:
    """What every run of base64 in the bytes says, a line each.

    >>> in_base64(b"name: QWxkZXIgRmly")
    b'Alder Fir'
    """
    return b"\n".join(_decoded(found[0]) for found in _BASE64.finditer(data))


def packed_in_base64(data: bytes | mmap) -> Iterator[bytes]:
    """Packages that stand in a text as base64."""
    for found in _PACKED_BASE64.finditer(data):
        inner = _decoded(found[0])
        if unpacker(inner[:HEAD_BYTES]):
            yield inner


def _decoded(run: bytes) -> bytes:
    plain = run.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n")
    try:
        return a2b_base64(plain[: len(plain) - (len(plain) % 4 == 1)] + b"==")
    except BadBase64:
        return b""


def _stream(opened: Callable) -> Unpack:
    def unpack(data: bytes) -> Iterator[bytes]:
        with opened(BytesIO(data)) as file:
            inner = file.read(MOST_BYTES + 1)
        if len(inner) > MOST_BYTES:
            raise OverflowError
        yield inner

    return unpack


def _is_deflated(data: bytes) -> bool:
    """Whether a stream of zlib begins so: by its two first bytes and by being unpacked."""
    if len(data) < 8 or data[0] != 0x78 or (data[0] * 256 + data[1]) % 31:
        return False
    try:
        return bool(zlib.decompressobj().decompress(data))
    except zlib.error:
        return False


def _deflated(data: bytes) -> Iterator[bytes]:
    stream = zlib.decompressobj()
    inner = stream.decompress(data, MOST_BYTES)
    if stream.unconsumed_tail:
        raise OverflowError
    yield inner
    if not stream.eof:
        raise EOFError
    yield stream.unused_data


def _members(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(BytesIO(data)) as package:
        yield package.comment
        for member in package.infolist():
            if member.file_size > MOST_BYTES:
                raise OverflowError
            yield member.filename.encode("utf-8", "surrogateescape") + b"\n" + member.comment
            yield package.read(member)


def _tar(data: bytes) -> Iterator[bytes]:
    with tarfile.open(fileobj=BytesIO(data)) as package:
        for member in package:
            yield "\n".join((member.name, member.linkname, member.uname, member.gname)).encode(errors="surrogateescape")
            if file := package.extractfile(member):
                yield file.read()


def _parquet(data: bytes) -> Iterator[bytes]:
    return _values_of_table(pq.read_table(BytesIO(data)))


def _arrow(data: bytes) -> Iterator[bytes]:
    return _values_of_table(pa.ipc.open_file(BytesIO(data)).read_all())


def _values_of_table(table: pa.Table) -> Iterator[bytes]:
    """Every different text of a table, and what its schema says, a line each; and its packed values."""
    texts = {str(table.schema)}
    for column in table.columns:
        if not pa.types.is_primitive(column.type):  # numbers, dates and truth values say no name
            values = set(map(_plain, column.to_pylist()))
            texts |= {value for value in values if isinstance(value, str)}
            yield from (value for value in values if isinstance(value, bytes))
    yield "\n".join(sorted(texts)).encode("utf-8", "surrogatepass")


def _plain(value: object) -> str | bytes:
    return value if isinstance(value, bytes) else str(value)


def _database(data: bytes) -> Iterator[bytes]:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data)
        yield from values_of(database)


def values_of(database: sqlite3.Connection) -> Iterator[bytes]:
    """The texts of every row of a database, those that are still in its log included, and its packed values."""
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        rows = database.execute(f'SELECT * FROM "{table}"')
        while some := rows.fetchmany(_ROWS_AT_ONCE):
            texts = ("\n".join(value for value in row if isinstance(value, str)) for row in some)
            yield "\n\n".join(texts).encode("utf-8", "surrogatepass")
            yield from (value for row in some for value in row if isinstance(value, bytes))


def parts_of_mail(data: bytes) -> Iterator[bytes]:
    """The parts of a mail as they were before they were packed for their way."""
    mail = message_from_bytes(data, policy=policy.default)
    yield "\n".join(str(value) for value in mail.values()).encode(errors="replace")
    for part in mail.walk():
        if not part.is_multipart():
            yield part.get_filename("").encode(errors="replace")
            payload = part.get_payload(decode=True)
            yield payload if isinstance(payload, bytes) else str(payload).encode()


_UNPACKERS: dict[bytes, Unpack] = {
    b"\x1f\x8b": _stream(lambda data: gzip.GzipFile(fileobj=data)),
    b"BZh": _stream(bz2.BZ2File),
    b"\xfd7zXZ": _stream(lzma.LZMAFile),
    b"\x28\xb5\x2f\xfd": _stream(lambda data: pa.CompressedInputStream(data, "zstd")),
    b"\x04\x22\x4d\x18": _stream(lambda data: pa.CompressedInputStream(data, "lz4")),
    b"PK\x03\x04": _members,
    b"PK\x05\x06": _members,
    b"PAR1": _parquet,
    b"ARROW1": _arrow,
    b"SQLite format 3": _database,
}
