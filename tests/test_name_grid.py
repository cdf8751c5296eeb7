"""Every form of a name in every encoding and every container is found: a grid, a part of it in `make test`."""

import base64
import bz2
import contextlib
import gzip
import html
import io
import json
import lzma
import quopri
import sqlite3
import tarfile
import unicodedata
import zipfile
import zlib
from itertools import product
from urllib.parse import quote

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from soak_scale import times

from analysis.privacy import spelling
from analysis.privacy.name_search import Sought, traces_in

NAMES = ("Jiří Dvořák", "Søren O'Elm", "Anne-Marie Bärlauch", "Łucja Größe", "Иван Ольхин", "Alder Fir")
SAID = ("cp1250", "iso8859_16", "cp1251", "mac_cyrillic", "cp437", "utf-7", "utf-8")  # as files were taken in
ENCODINGS = (
    *("utf-8", "utf-8-sig", "cp1252", "mac_roman", *SAID[:-1]),
    *("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
)


def forms(name: str) -> dict[str, str]:
    """A name as people and systems write it."""
    words = name.split()
    first, last = words[0], words[-1]
    return {
        "as bound": name,
        "capitals": name.upper(),
        "capitals of the last word": f"{first} {last.upper()}",
        "capitals of the last word, turned": f"{last.upper()} {first}",
        "small": name.lower(),
        "decomposed": unicodedata.normalize("NFD", name),
        "decomposed capitals": unicodedata.normalize("NFD", name.upper()),
        "turned": f"{last} {first}",
        "turned with a comma": f"{last}, {first}",
        "joined": "".join(words),
        "joined and turned": f"{last}{first}",
        "joined by a line": "_".join(words),
        "joined by a point": ".".join(words).lower(),
        "a typographic apostrophe": name.replace("'", "’"),
        "a modifier apostrophe": name.replace("'", "ʼ"),
        "no apostrophe": name.replace("'", ""),
        "an en dash": name.replace("-", "–"),
        "a hyphen that breaks no line": name.replace("-", "\u2011"),
        "a blank for a hyphen": name.replace("-", " "),
        "no hyphen": name.replace("-", ""),
        "a hyphen for a blank": name.replace(" ", "-"),
        "a blank that breaks no line": name.replace(" ", "\u00a0"),
        "two blanks": name.replace(" ", "  "),
        "a tab": name.replace(" ", "\t"),
        "a line separator": name.replace(" ", "\u2028"),
        "a form feed": name.replace(" ", "\f"),
        "a next line": name.replace(" ", "\u0085"),
        "in two quoted cells": name.replace(" ", '","'),
        "without accents": sorted(spelling.other_spellings(name) | {name}, key=lambda way: not way.isascii())[0],
        "named entities": html.escape(name).encode("ascii", "xmlcharrefreplace").decode(),
        "every letter an entity": "".join(f"&#x{ord(letter):X};" for letter in name),
        "escaped twice": html.escape(name.encode("ascii", "xmlcharrefreplace").decode()),
        "JSON": json.dumps(name)[1:-1],
        "JSON in JSON": json.dumps(json.dumps(name))[3:-3],
        "an address": quote(name),
        "an address with a plus": quote(name).replace("%20", "+"),
        "quoted printable": quopri.encodestring(name.encode()).decode(),
        "base64": base64.b64encode(f"It was {name}".encode()).decode(),
        "base64 of addresses": base64.urlsafe_b64encode(f"Is it {name}?".encode()).decode(),
        "base64 twice": base64.b64encode(base64.b64encode(f"It was {name}".encode())).decode(),
        "base64 in lines": base64.encodebytes(f"{'x' * 50} {name} {'y' * 90}".encode()).decode(),
    }


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("inner", data)
    return out.getvalue()


def tarred(data: bytes, how: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=how) as package:
        member = tarfile.TarInfo("inner")
        member.size = len(data)
        package.addfile(member, io.BytesIO(data))
    return out.getvalue()


def in_database(data: bytes) -> bytes:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE notes AS SELECT ? AS note", (data + b" " * 9000,))  # over several pages
        database.commit()
        return database.serialize()


def in_arrow(data: bytes) -> bytes:
    out = io.BytesIO()
    table = pa.table({"notes": [b"a", data]})
    with pa.ipc.new_file(out, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as file:
        file.write_table(table)
    return out.getvalue()


def in_parquet(text: str) -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"notes": [text] * 9}).to_parquet(out)
    return out.getvalue()


def in_workbook(text: str) -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append([text])
    book.save(out)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return out.getvalue().to_pybytes()


CONTAINERS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zlib": zlib.compress,
    "zstd": zstd,
    "zip": zipped,
    "zip in zip": lambda data: zipped(zipped(data)),
    "gzip in zip in gzip": lambda data: gzip.compress(zipped(gzip.compress(data))),
    "tar": tarred,
    "gzip in tar": lambda data: tarred(gzip.compress(data)),
    "tar.xz": lambda data: tarred(data, "w:xz"),
    "base64": lambda data: b'{"data": "' + base64.b64encode(data) + b'"}',
    "gzip in base64": lambda data: b"data:application/gzip;base64," + base64.b64encode(gzip.compress(data)),
    "zlib in base64": lambda data: b'"' + base64.b64encode(zlib.compress(data)) + b'"',
    "database": in_database,
    "zlib in a database": lambda data: in_database(zlib.compress(data)),
    "Arrow": in_arrow,
    "zip of a database": lambda data: zipped(in_database(data)),
}
OF_TEXT = {"parquet": in_parquet, "workbook": in_workbook, "parquet in zip": lambda text: zipped(in_parquet(text))}


def is_found(path, data: bytes, wanted: Sought) -> bool:
    path.write_bytes(data)
    return any(trace.looked for trace in traces_in(path, wanted))


def encoded(text: str, encoding: str) -> bytes | None:
    with contextlib.suppress(UnicodeEncodeError):
        return text.encode(encoding)
    return None


@pytest.fixture(params=NAMES, ids=ascii)
def name(request):
    return request.param


@pytest.fixture
def wanted(name):
    spelled = {way for way in spelling.other_spellings(name) if not spelling.is_too_short(way)}
    return Sought("q7x2k9", tuple(sorted({name, *spelled})), encodings=SAID)


@pytest.mark.soak
def test_the_grid_of_forms_encodings_and_containers_is_found(name, wanted, tmp_path):
    places = list(product(forms(name).items(), ENCODINGS, CONTAINERS.items()))
    tried, missed = 0, []
    for (form, text), encoding, (container, packed) in places[:: times(101, 101, 1)]:
        data = encoded(f"5,{text};\n", encoding)
        if data is not None:
            tried += 1
            missed += [] if is_found(tmp_path / "file", packed(data), wanted) else [(form, encoding, container)]
    for (form, text), (container, packed) in product(forms(name).items(), OF_TEXT.items()):
        if "form feed" in form and "workbook" in container:
            continue  # no letter of a workbook
        tried += 1
        missed += [] if is_found(tmp_path / "file", packed(f"5 {text} 5"), wanted) else [(form, "", container)]
    print(f"{name}: {tried} places, {len(missed)} missed")
    assert missed == []


PDF = b"%PDF-1.7\n1 0 obj <</Filter /FlateDecode>> stream\n" + zlib.compress(b"(Alder Fir) Tj") + b"\nendstream"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (PDF, "PDF"),
        (zipped(PDF), "PDF, whose streams are packed, packed in it"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "7-Zip"),
        (b"Rar!\x1a\x07\x00" + bytes(20), "RAR"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20), "Office file of the old kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "image"),
        (b"age-encryption.org/v1\n-> scrypt", "encrypted"),
        (b"\x01\x02\x03 something of ours \xff\xfe\x00\x07", "no kind that is known"),
        (zipped(zipped(zipped(zipped(zipped(zipped(b"Alder Fir")))))), "packages within packages"),
    ],
)
def test_what_cannot_be_seen_is_said_with_its_reason(tmp_path, data, why):
    (tmp_path / "file").write_bytes(data)
    (trace,) = traces_in(tmp_path / "file", Sought("q7x2k9", ("Alder Fir",)))
    assert not trace.looked
    assert why in trace.where


@pytest.mark.parametrize("encoding", [*ENCODINGS, "shift_jis"])
def test_a_text_in_any_encoding_of_the_files_is_seen(tmp_path, encoding):
    (tmp_path / "file").write_bytes("Day;Load\r\n1;60,5\r\n".encode(encoding))
    assert list(traces_in(tmp_path / "file", Sought("q7x2k9", ("Alder Fir",), encodings=(*SAID, "shift_jis")))) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("A. Fir", "we ran to a fir and back"),
        ("Alder Fir", "Alder, who is no relative of the Firs"),
        ("Alder Fir", "calder fir"),
        ("Jose Fir", unicodedata.normalize("NFD", "José Fir")),
    ],
)
def test_ordinary_words_are_no_trace(tmp_path, name, text):
    wanted = Sought("q7x2k9", (name,))
    assert not wanted.in_text.search(text)
    assert not is_found(tmp_path / "file", text.encode(), wanted)
