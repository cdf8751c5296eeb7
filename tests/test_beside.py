"""The files beside a page: tables and days to come, whole, the same bytes each time, and nothing that a cell can do."""

import csv
import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.boards import Calendar, DayEntry, Sheet, Tables
from analysis.report.beside import beside, csv_of, ics, left_over, xlsx
from analysis.report.page import plain

SHEET = {"name": "Totals", "heads": ["Athlete", "Volume load (kg)"], "rows": [["=1+1", 4146.0], ["Birch", None]]}


def bundle(*blocks) -> dict:
    return {"page": {"name": "Grove"}, "blocks": [plain(one) for one in blocks]}


def test_the_workbook_holds_every_sheet_with_units_in_its_heads_and_empty_cells_for_what_is_not_known():
    book = openpyxl.load_workbook(io.BytesIO(xlsx([SHEET, SHEET | {"name": "Numbers"}])))
    assert book.sheetnames == ["Totals", "Numbers"]
    rows = list(book["Totals"].iter_rows(values_only=True))
    assert rows == [("Athlete", "Volume load (kg)"), ("=1+1", 4146), ("Birch", None)]
    assert book["Totals"]["A2"].data_type == "s", "a name is never a formula"


def test_the_same_content_is_the_same_bytes():
    first, again = xlsx([SHEET]), xlsx([SHEET])
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_spreadsheet_takes_no_cell_of_the_csv_for_a_formula():
    told = csv_of(SHEET).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(told))) == [["Athlete", "Volume load (kg)"], ["'=1+1", "4146.0"], ["Birch", ""]]


ENTRY = {"key": "a1", "day": "2026-07-06", "text": "Alder: run, 5 km; easy", "more": ""}


def test_a_day_of_the_calendar_is_a_whole_day_with_its_text_escaped():
    lines = ics([ENTRY], "Grove").decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20260706" in lines
    assert "DTEND;VALUE=DATE:20260707" in lines
    assert r"SUMMARY:Alder: run\, 5 km\; easy" in lines


@given(st.text(max_size=200))
def test_no_text_ends_an_entry_or_makes_a_line_too_long(text):
    told = ics([ENTRY | {"text": text}], text)
    lines = told.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert [line for line in lines if line.startswith((b"BEGIN", b"END:"))] == [
        b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"END:VEVENT", b"END:VCALENDAR"
    ]  # fmt: skip
    assert not any(line.strip(b" ") != line and not line.startswith(b" ") for line in lines if line[:1] == b"\t")
    assert b"\n" not in told.replace(b"\r\n", b"")


def test_a_page_is_told_the_names_of_its_files_and_gets_them_all():
    sheets = (Sheet("Totals", ("Athlete",), (("Alder",),)), Sheet("Everyone", ("Athlete",), ()))
    days = Calendar("Days", (DayEntry("a1", date(2026, 7, 6), "run"),))
    shown = bundle(Tables("Numbers", sheets), days)
    files = beside([shown], "squad")
    assert list(files) == ["squad.xlsx", "squad.totals.csv", "squad.everyone.csv", "squad.ics"]
    assert [name for block in shown["blocks"] for name in block["files"]] == list(files)
    assert b"DTSTART;VALUE=DATE:20260706" in files["squad.ics"]


@pytest.mark.parametrize("name", ["squad.html", "squad.json", "squad2.xlsx", "other.csv", "squad.txt"])
def test_what_is_no_file_of_the_page_is_never_left_over(tmp_path, name):
    page = tmp_path / "squad.html"
    for one in (name, "squad.ics", "squad.totals.csv"):
        (tmp_path / one).touch()
    assert {path.name for path in left_over(page, ["squad.totals.csv"])} == {"squad.ics"}
