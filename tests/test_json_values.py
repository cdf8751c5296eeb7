"""JSON as every reader of it gets it: numbers as written, marks, gzip, bare NaN, values a line, depth and size."""

import gzip

import pytest

from analysis.base.errors import UnreadableFile
from analysis.ingest import json_tables, json_values
from analysis.ingest.dialect import Said
from analysis.ingest.json_values import Number

ROWS = '[{"load": 62.50, "reps": 5, "at": 1e3, "note": "Ü", "left": NaN, "all": true}]'
AS_CELLS = ("62.50", "5", "1e3", "Ü", "", "true")


@pytest.fixture
def written(tmp_path):
    def write(content: bytes, name: str = "rows.json"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode(),
        ROWS.encode("utf-8-sig"),
        ROWS.encode("utf-16"),
        gzip.compress(ROWS.encode()),
        ROWS.encode("cp1252"),
        ROWS[1:-1].encode(),
    ],
)
def test_a_number_is_kept_as_it_is_written_however_the_file_is_packed(written, content):
    path = written(content)
    sheet = json_tables.sheet_of(json_values.objects_in(path), path)
    assert (sheet.header, sheet.rows) == (("load", "reps", "at", "note", "left", "all"), (AS_CELLS,))
    assert [each.rows for each in json_tables.sheets_by_keys(path)] == [(AS_CELLS,)]


def test_an_encoding_that_was_said_is_taken(written):
    (one,) = json_values.objects_in(written('{"name": "Žalud"}'.encode("cp1250")), Said(encoding="cp1250"))
    assert one == {"name": "Žalud"}


def test_values_a_line_are_the_values_of_a_list(written):
    path = written(b'{"a": 1}\n\n{"a": 2}\n[{"a": 3}, 4]\n')
    assert json_values.objects_in(path) == [{"a": Number("1")}, {"a": "2"}, {"a": "3"}]
    assert len(json_values.loaded(path)) == 3


def test_a_long_number_is_text_too(written):
    (one,) = json_values.objects_in(written(b'{"id": ' + b"9" * 6000 + b"}"))
    assert len(one["id"]) == 6000


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1',
        '{"a": 1}\n{"a": 2',
        '{\n"a": 1',
        "[" * 100_000,
        "[" * (json_values.DEEPEST + 1) + "]" * (json_values.DEEPEST + 1),
        '{"a":' * 500 + "1" + "}" * 500,
    ],
)
def test_json_that_is_cut_or_nested_without_end_is_refused(written, text):
    with pytest.raises(UnreadableFile, match=r"^rows.json is damaged JSON: .*\.$"):
        json_values.values_in(written(text.encode()))


def test_what_is_too_large_or_has_too_many_fields_is_refused(written, monkeypatch):
    path = written(ROWS.encode())
    monkeypatch.setattr(json_tables, "MAX_COLUMNS", 5)
    with pytest.raises(UnreadableFile, match="6 different fields"):
        json_tables.sheet_of(json_values.objects_in(path), path)
    monkeypatch.setattr(json_tables, "MAX_ROWS", 0)
    with pytest.raises(UnreadableFile, match="more than 0 rows"):
        json_tables.sheets_by_keys(path)
    monkeypatch.setattr(json_values, "MAX_BYTES", 10)
    with pytest.raises(UnreadableFile, match="is larger than"):
        json_values.values_in(path)
