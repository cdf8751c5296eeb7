"""Times, dates and amounts as people type them into a cell, and as a spreadsheet keeps them."""

import datetime as dt

import pytest

from analysis.ingest import cells
from analysis.ingest.cells import BadCell


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("45 min", 2700),
        ("45min", 2700),
        ("45'", 2700),
        ("45 Minuten", 2700),
        ("45 minutos", 2700),
        ("45 minuti", 2700),
        ("0,75 h", 2700),
        ("1h 5m", 3900),
        ("1h5m0s", 3900),
        ("1h05", 3900),
        ("1 Std. 5 Min.", 3900),
        ("1 hora y 5 minutos", 3900),
        ("1 ora e 5 minuti", 3900),
        ("1 hour, 5 minutes", 3900),
        ("1:05:00", 3900),
        ("19:30", 1170),
        ("19:30,5", 1170.5),
        ("3' 20''", 200),
        ("3'20\"", 200),
    ],
)
def test_one_span_in_the_words_of_many_hands(raw, seconds):
    assert cells.duration_s(raw) == seconds


@pytest.mark.parametrize("raw", ["soon", "5 mi", "1 hectare", "h", "1:5", "45 min later", "'"])
def test_what_is_no_span_is_a_bad_cell(raw):
    with pytest.raises(BadCell, match="is not a duration"):
        cells.duration_s(raw)


def test_a_bare_number_is_in_the_unit_of_its_column_and_words_are_in_their_own():
    assert [cells.span_s(raw, ",", "min") for raw in ("65", "1,5", "1h 5m", "65:00", "90 s")] == [
        *(3900, 90, 3900, 3900, 90)
    ]


def test_two_parts_are_hours_in_a_column_of_hours_and_refused_where_a_session_may_mean_either():
    assert cells.span_s("1:05", unit="h") == 3900
    assert cells.span_s("45:00", unit="min", of_a_session=True) == 2700
    assert cells.span_s("1:05") == 65
    with pytest.raises(BadCell, match="hours and minutes or as minutes and seconds") as bad:
        cells.span_s("1:05", unit="min", of_a_session=True)
    assert bad.value.remedy == "Write 1:05:00 or 1h 05m."
    assert cells.span_s("1h 05m", unit="min", of_a_session=True) == 3900


@pytest.mark.parametrize(
    ("raw", "unit", "to", "value"),
    [
        ("100 kg", "lb", "kg", 100),
        ("225lbs", "kg", "kg", 102.05828325),
        ("62,5", "cm/s", "m/s", 0.625),
        ("0,62 m/s", "cm/s", "m/s", 0.62),
        ("5 km", "m", "m", 5000),
        ("1.250,5", None, "m", 1250.5),
    ],
)
def test_an_amount_is_in_the_unit_that_its_cell_says(raw, unit, to, value):
    assert cells.quantity(raw, ",", unit, to) == pytest.approx(value)


@pytest.mark.parametrize("raw", ["100 stone", "5 reps", "kg", "12 kg 5"])
def test_an_amount_in_no_known_unit_is_a_bad_cell(raw):
    with pytest.raises(BadCell):
        cells.quantity(raw, unit="kg", to="kg")


def test_days_of_a_spreadsheet_are_dates():
    assert cells.clock("46329") == dt.datetime(2026, 11, 3)
    assert cells.clock("46329.7951388889") == dt.datetime(2026, 11, 3, 19, 5)
    assert cells.clock("46329,5") == dt.datetime(2026, 11, 3, 12)
    for raw in ("4632", "463290", "20261103", "1762196712", "7"):
        with pytest.raises(BadCell, match="is not a date"):
            cells.clock(raw)
