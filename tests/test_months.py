"""Dates with a month's name: whole, cut short, in the languages that phones are set to."""

import csv
from importlib.resources import files

import pytest

from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.logs import hevy
from analysis.ingest.reading import Options

HEADER = '"title","start_time","end_time","exercise_title","set_index","set_type","weight_kg","reps"\n'
NAMES = list(csv.reader(files("analysis.ingest").joinpath("months.csv").read_text(encoding="utf-8").splitlines()))[1:]


def a_log(path, starts):
    rows = (f'"Legs","{start}","{start}","Deadlift",{n},"normal",100,5\n' for n, start in enumerate(starts))
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return hevy.READER.read(path, Options())


def days(reading):
    return sorted(str(day.date()) for day in reading.tables["sessions"]["local_date"])


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("3. marrask. 2025, 17:00", "2025-11-03"),
        ("3. maalisk. 2025 klo 17.00", "2025-03-03"),
        ("3 maj 2026 kl. 17:00", "2026-05-03"),
        ("3. mai 2026", "2026-05-03"),
        ("3 paź 2026", "2026-10-03"),
        ("3. října 2026", "2026-10-03"),
        ("2026. máj. 3. 17:00", "2026-05-03"),
        ("2026 m. lapkričio 3 d.", "2026-11-03"),
        ("2026. gada 3. nov.", "2026-11-03"),
        ("3 нояб. 2026 г., 17:00", "2026-11-03"),
        ("3 квіт. 2026 р.", "2026-04-03"),
        ("3 Νοε 2026", "2026-11-03"),
        ("3 ΝΟΕΜΒΡΊΟΥ 2026", "2026-11-03"),
        ("3 d’oct. 2026", "2026-10-03"),
        ("3 de maig del 2026", "2026-05-03"),
        ("1er août 2026", "2026-08-01"),
        ("3 fe\u0301vr. 2026", "2026-02-03"),
        ("3 Ağu 2026", "2026-08-03"),
        ("3 KASIM 2026", "2026-11-03"),
        ("03-Nov-26", "2026-11-03"),
        ("Nov 3rd, 2026", "2026-11-03"),
        ("3 sept. 2026", "2026-09-03"),
        ("3. Jänner 2026", "2026-01-03"),
    ],
)
def test_a_month_is_read_in_the_language_of_the_phone(raw, day):
    assert str(cells.clock(raw).date()) == day


@pytest.mark.parametrize("language", [row[0] for row in NAMES])
def test_every_month_of_a_language_is_itself_once_the_language_is_known(language):
    names = next(row[1:] for row in NAMES if row[0] == language)
    for number, of_month in enumerate(names, 1):
        for name in of_month.split():
            assert cells.month(name, frozenset({language})) == number
            assert cells.month(name.upper(), frozenset({language})) == number


def test_a_finnish_november_is_no_march_and_no_row_is_lost(tmp_path):
    reading = a_log(tmp_path / "log.csv", ["3. marrask. 2025, 17:00", "4. maalisk. 2026, 17:00"])
    assert days(reading) == ["2025-11-03", "2026-03-04"]
    assert reading.rejects.empty


def test_a_month_of_two_languages_is_read_by_the_other_rows_and_never_guessed(tmp_path):
    polish = a_log(tmp_path / "pl.csv", ["3 lis 2026, 17:00", "4 cze 2026, 17:00"])
    croatian = a_log(tmp_path / "hr.csv", ["3. lis 2026, 17:00", "4. ožu 2026, 17:00"])
    assert days(polish) == ["2026-06-04", "2026-11-03"]
    assert days(croatian) == ["2026-03-04", "2026-10-03"]
    alone = a_log(tmp_path / "alone.csv", ["3 lis 2026, 17:00", "2026-01-05 17:00:00"])
    assert days(alone) == ["2026-01-05"]
    assert "November in Polish, Czech and October in Croatian" in alone.rejects["reason"].iloc[0]


@pytest.mark.parametrize("word", ["jui", "ma", "foo", "x"])
def test_a_name_that_is_no_month_or_several_is_a_bad_cell(word):
    with pytest.raises(BadCell, match=r"no month|July in French"):
        cells.month(word)
