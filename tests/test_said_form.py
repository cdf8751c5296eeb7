"""The form of a table as the person who imports says it, where looking at the file finds another or none."""

import contextlib
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import UnreadableFile, UsageProblem
from analysis.cli import main
from analysis.ingest import registry
from analysis.ingest.dialect import Said, read_delimited
from analysis.ingest.mapping import suggest
from analysis.ingest.reading import Options

FITNOTES = "Date,Exercise,Category,Weight,Weight Unit,Reps,Distance,Distance Unit,Time,Comment\n"
UNCLEAR = FITNOTES + "03/04/2026,Romanian Deadlift,Legs,60,kgs,8,,,,Böden\n"


@pytest.fixture
def log(tmp_path):
    def written(text: str, encoding: str = "utf-8"):
        path = tmp_path / "log.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return written


def read(path, **said):
    return registry.read(path, Options(said=Said(**said)))


def day_of(reading) -> str:
    return reading.tables["sessions"]["local_date"].item().date().isoformat()


@pytest.mark.parametrize(("day_first", "day"), [(True, "2026-04-03"), (False, "2026-03-04")])
def test_a_date_that_can_be_read_in_two_ways_is_read_as_was_said(log, day_first, day):
    path = log(UNCLEAR)
    assert "day or the month first" in read(path).rejects["reason"].item()
    assert day_of(read(path, day_first=day_first)) == day


def test_dates_that_contradict_what_was_said_are_refused_with_their_reason(log):
    reading = read(log(FITNOTES + "03/25/2026,Romanian Deadlift,Legs,60,kgs,8,,,,\n"), day_first=True)
    assert "is no day of the calendar" in reading.rejects["reason"].item()


def test_a_delimiter_that_is_said_also_finds_the_reader(log):
    path = log(UNCLEAR.replace(",", "#").replace("03/04", "13/04"))
    with pytest.raises(UnreadableFile):
        read(path)
    assert read(path, delimiter="#").reader == "fitnotes"


def test_an_encoding_that_is_said_is_used_instead_of_the_one_that_fits(log):
    path = log(UNCLEAR.replace("03/04", "13/04"), "cp1250")
    notes = {said: read(path, encoding=said).tables["sets"]["notes"].item() for said in ("cp1250", "cp437")}
    assert notes["cp1250"] == "Böden"
    assert notes["cp437"] != "Böden"


def test_utf_16_without_a_mark_is_read_once_it_is_said(log):
    path = log(UNCLEAR.replace("03/04", "13/04"), "utf-16-le")
    with pytest.raises(UnreadableFile):
        read(path)
    assert len(read(path, encoding="utf-16-le").tables["sets"]) == 1


def test_a_decimal_mark_that_is_said_decides_1_250(log):
    path = log(FITNOTES + '2026-04-13,Farmers Walk,Legs,32,kgs,,"1,250",m,,\n')
    distance_m = {mark: read(path, decimal=mark).tables["sets"]["distance_m"].item() for mark in ",."}
    assert distance_m == {",": 1.25, ".": 1250.0}


def test_the_dialect_and_a_note_tell_what_was_said_and_nothing_where_nothing_was(log):
    path = log(UNCLEAR)
    reading = read(path, day_first=False, decimal=".")
    assert reading.dialect["said"] == {"decimal": ".", "day_first": False}
    assert reading.notes[0] == "As was said, not found: decimal ., the month first in dates."
    assert "said" not in read(path).dialect


def test_text_that_is_not_in_the_encoding_that_was_said_is_refused(log):
    with pytest.raises(UnreadableFile, match="not written in ascii"):
        read_delimited(log(UNCLEAR), Said(encoding="ascii"))


@pytest.mark.parametrize(
    "said",
    [
        {"encoding": "klingon"},
        {"encoding": "rot13"},
        {"encoding": "a\0b"},
        {"delimiter": ""},
        {"delimiter": ";;"},
        {"delimiter": '"'},
        {"delimiter": "\n"},
        {"delimiter": "a"},
        {"decimal": "'"},
    ],
    ids=str,
)
def test_a_form_that_cannot_be_is_refused_with_what_to_say_instead(said):
    with pytest.raises(UsageProblem, match="Say "):
        Said(**said)


@given(delimiter=st.text(max_size=2), encoding=st.text(max_size=8))
def test_any_words_are_a_form_or_refused_in_words(tmp_path_factory, delimiter, encoding):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"Date,Load\n2026-01-02,5\n")
    with contextlib.suppress(UsageProblem, UnreadableFile):
        assert read_delimited(path, Said(delimiter=delimiter, encoding=encoding or None)).header


def test_a_proposed_mapping_keeps_the_date_order_that_was_said(log):
    path = log("Date,Exercise,Load (kg),Reps,Mean velocity (m/s)\n03/04/2026,Deadlift,100,3,0.5\n")
    proposed = {said: suggest.suggest(path, Said(day_first=said)) for said in (True, False, None)}
    assert [line for line in ("true", "false", '"?"') if f"day_first = {line}" in proposed[None]] == ['"?"']
    assert "day_first = true " in proposed[True]
    assert "day_first = false " in proposed[False]


def test_check_takes_the_form_from_the_command_line(log, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = log(UNCLEAR.replace(",", "\t"))
    options = ["--delimiter", "tab", "--encoding", "utf-8", "--decimal", ",", "--month-first"]
    result = CliRunner().invoke(main, ["check", str(path), *options, "--json"])
    assert result.exit_code == 0, result.output
    said = {"delimiter": "\t", "decimal": ",", "encoding": "utf-8", "day_first": False}
    assert json.loads(result.output)[0]["dialect"]["said"] == said


def test_an_unknown_encoding_is_wrong_usage(log, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check", str(log(UNCLEAR)), "--encoding", "klingon"])
    assert result.exit_code == 2
    assert "'klingon' is no encoding" in result.output
