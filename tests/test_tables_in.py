"""Table files in: the form of a file, the typing of its cells, and the training logs of three apps."""

import csv
import io
import json
from datetime import datetime

import pytest
import sample_tables
from hypothesis import example, given, settings
from hypothesis import strategies as st
from soak_scale import times
from sound_tables import assert_sound

from analysis.base.config import Config
from analysis.base.errors import UnitNeeded, UnreadableFile, WorkbookError
from analysis.ingest import cells, registry
from analysis.ingest.binding import Names, bind
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import header_of, read_delimited
from analysis.ingest.exercises import catalogue, same_name
from analysis.ingest.logs import fitnotes, hevy, strong
from analysis.ingest.logs.log import external_load_kg
from analysis.ingest.reading import Options

KG = Options(load_unit="kg")
BERLIN = Options(config=Config(time_zone="Europe/Berlin"), load_unit="kg")

STRONG_IOS = (
    "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE\n"
    '2026-03-02 18:05:00,"Lower",1h 5m,"Romanian Deadlift (Barbell)",W,40.0,8,0,0,"","felt fresh",\n'
    '2026-03-02 18:05:00,"Lower",1h 5m,"Romanian Deadlift (Barbell)",1,82.5,6,0,0,,,8.5\n'
    '2026-03-02 18:05:00,"Lower",1h 5m,"Romanian Deadlift (Barbell)",D,60,10,0,0,,,\n'
    '2026-03-02 18:05:00,"Lower",1h 5m,"Romanian Deadlift (Barbell)",Rest Timer,0,0,0,120,,,\n'
    '2026-03-02 18:05:00,"Lower",1h 5m,"Pull Up",F,0,9,0,0,,,\n'
    '2026-03-02 18:05:00,"Lower",1h 5m,"Plank",1,0,0,0,45,,,\n'
    '2026-03-02 18:05:00,"Lower",1h 5m,"Hip Thrust (Barbell)",1,0,0,0,0,,,\n'
    "\n"
    '2026-03-04 07:00:00,"Lower",38min,"Wall walk of the moor",1,0,5,0,0,,,\n'
)
STRONG_NUMBERED = (
    '"Workout #";"Date";"Workout Name";"Duration (sec)";"Exercise Name";"Set Order";"Weight (kg)";"Reps";"RPE";'
    '"Distance (meters)";"Seconds";"Notes";"Workout Notes"\r\n'
    '"7";"2026-03-02 18:05:00";"Lower";"3900";"Deadlift (Barbell)";"1";"100,5";"5";"8,5";"";"";"";""\r\n'
    '"7";"2026-03-02 18:05:00";"Lower";"3900";"Deadlift (Barbell)";"Note";"";"";"";"";"";"belt on";""\r\n'
    '"7";"2026-03-02 18:05:00";"Lower";"3900";"Farmers Walk";"1";"32,5";"";"";"40";"";"";""\r\n'
)
STRONG_ANDROID = (
    "Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds;Notes;"
    "Workout Notes;Workout Duration\n"
    "2026-03-02 6:05:00\u202fPM;Lower;Deadlift (Barbell);1;225;lbs;5;;0.5;mi.;0;;;44m\n"
)
STRONG_GERMAN = (
    "Datum;Workout-Name;Name der Übung;Reihenfolge festlegen;Gewicht;Wiederh.;RPE;Entfernung;Sekunden;Notizen;"
    "Workout-Notizen;Dauer\n"
    "2026-03-02 18:05:00;Beine;Kreuzheben;1;102,5;5;;0;0;;;44m\n"
)
HEVY = (
    '"title","start_time","end_time","description","exercise_title","superset_id","exercise_notes","set_index",'
    '"set_type","weight_kg","reps","distance_km","duration_seconds","rpe"\n'
    '"Late","7 Apr 2026, 23:40","8 Apr 2026, 00:25","two\nlines","Deadlift (Barbell)",,"keep\n""long"" neck",0,'
    '"warmup",60,8,,0,\n'
    '"Late","7 Apr 2026, 23:40","8 Apr 2026, 00:25","two\nlines","Deadlift (Barbell)",,"",1,"normal",100,5,,0,8.5\n'
    '"Late","7 Apr 2026, 23:40","8 Apr 2026, 00:25","two\nlines","Plank",,"",0,"normal",,0,,60,\n'
    '"Late","7 Apr 2026, 23:40","8 Apr 2026, 00:25","two\nlines","Rowing",,"",0,"failure",,,2.5,600,\n'
)
FITNOTES = (
    "Date,Exercise,Category,Weight,Weight Unit,Reps,Distance,Distance Unit,Time,Comment\n"
    '2026-03-02,Romanian Deadlift,Legs,132.28,lbs,8,,,,""\n'
    "2026-03-02,Romanian Deadlift,Legs,60.0,kgs,8,,,,slow\n"
    "2026-03-03,Running,Cardio,,,,5,km,0:25:30,\n"
)


def written(folder, text, name="log.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# the form of a file


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(("end", "eol"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_form_of_a_table_gives_the_same_cells(tmp_path, delimiter, end, eol, encoding):
    rows = [["Datum", "Übung", "Last"], ["2026-03-02", "Kreuzheben", "100"], ["2026-03-04", "a;b,c\td", "62"]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    path = written(tmp_path, text.getvalue(), encoding=encoding)
    assert header_of(path.read_bytes()[:-1]) == ("datum", "übung", "last")
    sheet = read_delimited(path)
    assert [list(sheet.header), *map(list, sheet.rows)] == rows
    assert (sheet.dialect.delimiter, sheet.dialect.eol, sheet.dialect.encoding) == (delimiter, eol, encoding)


CELL = st.text(st.characters(exclude_categories=["C"]), max_size=12)


@settings(deadline=None, max_examples=times(15, 15, 60))
@example(rows=[["", "", "|||"]], delimiter=",")
@example(rows=[["", "", "|||"], ["", "", "0"]], delimiter=",")
@example(rows=[["", ",;,;,;", ""]], delimiter="|")
@example(rows=[["\t\t\t\t", "", ",,,"]], delimiter=";")
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_any_quoted_text_comes_back_as_it_was(tmp_path_factory, rows, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["one", "two", "three"], *rows])
    sheet = read_delimited(written(tmp_path_factory.mktemp("any"), text.getvalue()))
    assert [list(row) for row in sheet.rows] == rows


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("other", list(",;\t|"))
def test_a_quoted_cell_full_of_another_mark_is_no_reason_to_cut_there(tmp_path, delimiter, other):
    notes = [5 * other, f"a{other}b", f'he said ""{other}{other}{other}""', ""]
    lines = [f'"{4 * other} {number}"'.join(["", delimiter]) + f'"{note}"' for number, note in enumerate(notes)]
    sheet = read_delimited(written(tmp_path, "\n".join([f"load{delimiter}notes", *lines]) + "\n"))
    assert sheet.dialect.delimiter == delimiter
    assert [row[1] for row in sheet.rows] == [note.replace('""', '"') for note in notes]


def test_stray_quotes_are_cut_as_before(tmp_path):
    sheet = read_delimited(
        written(tmp_path, 'exercise,load,notes\n"Squat" heavy,100,5" belt\n"Bench ""wide"" x",80,\n')
    )
    assert sheet.rows[0] == ("Squat heavy", "100", '5" belt')
    assert sheet.dialect.delimiter == ","


def test_a_cell_that_goes_on_behind_what_is_looked_at_does_not_hide_the_delimiter(tmp_path):
    long_note = "line\n" * 80
    sheet = read_delimited(written(tmp_path, f'load;notes\n100;"{long_note}"\n90;"a, b, c"\n'))
    assert sheet.dialect.delimiter == ";"
    assert [row[0] for row in sheet.rows] == ["100", "90"]


def test_ragged_and_blank_rows_are_kept(tmp_path):
    sheet = read_delimited(written(tmp_path, "a,b,c\n1,2\n\n1,2,3,4\n"))
    assert sheet.rows == (("1", "2"), (), ("1", "2", "3", "4"))


def test_the_delimiter_that_excel_names_is_believed_and_no_header(tmp_path):
    sheet = read_delimited(written(tmp_path, "sep=;\na,x;b\n1;2\n"))
    assert sheet.header == ("a,x", "b")


def test_a_quote_that_is_never_closed_is_refused_with_its_row(tmp_path):
    path = written(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n')
    with pytest.raises(UnreadableFile, match=r"opens in row 2 is never closed"):
        read_delimited(path)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a,b\n\x00\x01,2\n"])
def test_empty_and_binary_files_are_refused(tmp_path, data):
    path = tmp_path / "log.csv"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        read_delimited(path)


def test_the_facts_of_a_sample_are_held_against_the_file(tmp_path):
    path = written(tmp_path, STRONG_IOS)
    facts = {"data_rows": 8, "blank_rows": 1, "delimiter": ",", "ragged_rows": 0, "row_width_counts": {"12": 8}}
    assert sample_tables.disagreements(path, facts) == {}
    assert sample_tables.disagreements(path, {"data_rows": 9, "colour": "red"}).keys() == {"data_rows", "colour"}


# the typing of cells


@settings(deadline=None, max_examples=times(15, 15, 60))
@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_a_number_comes_back_from_either_decimal_mark(value):
    text = f"{value:.3f}"
    assert cells.number(text) == float(text)
    assert cells.number(text.replace(".", ","), ",") == float(text)


def test_thousands_are_grouped_by_the_other_mark():
    assert cells.number("1,250.5") == 1250.5
    assert cells.number("2.932", ",") == 2932
    assert cells.number("0,932") == 0.932


@pytest.mark.parametrize("raw", ["abc", "1.2.3", "12 reps", "1e999", "٣x"])
def test_what_is_no_number_is_a_bad_cell(raw):
    with pytest.raises(BadCell):
        cells.number(raw)


@pytest.mark.parametrize(
    "raw",
    [
        *("18 sept. 2026, 17:31", "18 Sep 2026, 17:31", "18. September 2026 um 17:31", "18 de sept. de 2026, 17:31"),
        *("18 set 2026, 17:31", "2026-09-18 17:31:00", "2026-09-18T17:31:00Z", "Sep 18, 2026, 5:31\u202fPM"),
        *("18.09.2026 17:31", "18/09/26 17:31"),
    ],
)
def test_one_moment_in_the_words_of_many_phones(raw):
    assert cells.clock(raw, day_first=True) == datetime(2026, 9, 18, 17, 31)


def test_a_date_that_can_be_read_in_two_ways_is_not_guessed():
    with pytest.raises(BadCell, match="day or the month first"):
        cells.clock("03/04/2026")
    assert cells.clock("04/04/2026") == datetime(2026, 4, 4)


@settings(deadline=None, max_examples=times(15, 15, 60))
@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))
def test_a_column_tells_its_date_order_or_says_that_it_does_not(moment):
    column = [f"{moment:%d/%m/%Y}"]
    told = cells.day_first_of(column)
    assert told is (True if moment.day > 12 else None)


@pytest.mark.parametrize("raw", ["31 foo 2026", "2026-02-30", "25:00", "soon", "0001-01-01", "2026-01-02 25:61"])
def test_what_is_no_date_is_a_bad_cell(raw):
    with pytest.raises(BadCell):
        cells.clock(raw)


# Strong


def test_strong_sets_carry_kind_load_and_order(tmp_path):
    reading = strong.READER.read(written(tmp_path, STRONG_IOS), BERLIN)
    sets, sessions = reading.tables["sets"], reading.tables["sessions"]
    assert sets["set_no"].tolist() == [1, 2, 3, 4, 5, 1]
    assert sets["set_kind"].tolist() == ["warm_up", "work", "drop", "failure", "work", "work"]
    assert sets["load_kg"].tolist()[:4] == [40.0, 82.5, 60.0, 0.0]
    assert sets["rpe_cr10"].dropna().tolist() == [8.5]
    assert sets["exercise"].tolist()[:5] == [*["romanian_deadlift"] * 3, "pull_up", "plank"]
    assert sessions["session_key"].tolist() == ["2026-03-02 18:05:00|Lower", "2026-03-04 07:00:00|Lower"]
    assert sessions["duration_s"].tolist() == [3900.0, 2280.0]
    assert sessions["utc_offset_s"].tolist() == [3600.0, 3600.0]
    assert sessions["notes"].dropna().tolist() == ["felt fresh"]


def test_strong_writes_zero_where_a_set_has_no_such_thing(tmp_path):
    sets = strong.READER.read(written(tmp_path, STRONG_IOS), KG).tables["sets"]
    plank = sets[sets["exercise"] == "plank"].iloc[0]
    assert plank["duration_s"] == 45
    assert plank[["load_kg", "reps", "distance_m"]].isna().all()


def test_rest_timers_placeholders_and_blank_rows_are_ignored_and_every_row_is_kept(tmp_path):
    reading = strong.READER.read(written(tmp_path, STRONG_IOS), KG)
    assert reading.source_rows["became"].tolist() == [
        *["taken"] * 3,
        "ignored",
        *["taken"] * 2,
        *["ignored"] * 2,
        "taken",
    ]
    assert reading.source_rows["row_no"].tolist() == list(range(1, 10))
    assert json.loads(reading.source_rows["raw"][1])[5] == "82.5"


def test_an_exercise_outside_the_catalogue_keeps_its_name_and_is_told(tmp_path):
    reading = strong.READER.read(written(tmp_path, STRONG_IOS), KG)
    last = reading.tables["sets"].iloc[-1]
    assert last["exercise_raw"] == "Wall walk of the moor"
    assert last.isna()["exercise"]
    assert "Wall walk of the moor" in reading.notes[0]


def test_strong_without_a_unit_needs_one(tmp_path):
    path = written(tmp_path, STRONG_IOS)
    with pytest.raises(UnitNeeded, match=r"log.csv does not say whether its loads are in kg or lb. Say so with --unit"):
        strong.READER.read(path, Options())
    in_lb = strong.READER.read(path, Options(config=Config(load_unit="lb"))).tables["sets"]
    assert in_lb["load_kg"][1] == pytest.approx(82.5 * 0.45359237)
    assert (
        strong.READER.read(path, Options(load_unit="kg", config=Config(load_unit="lb"))).tables["sets"]["load_kg"][1]
        == 82.5
    )


def test_strong_numbered_form_has_units_decimal_commas_and_notes(tmp_path):
    reading = strong.READER.read(written(tmp_path, STRONG_NUMBERED), Options())
    sets = reading.tables["sets"]
    assert sets["load_kg"].tolist() == [100.5, 32.5]
    assert sets["rpe_cr10"].tolist()[0] == 8.5
    assert sets["distance_m"].tolist()[1] == 40
    assert reading.tables["sessions"]["duration_s"].tolist() == [3900.0]
    assert reading.tables["sessions"]["notes"].tolist() == ["Deadlift (Barbell): belt on"]


def test_strong_android_form_has_a_unit_in_every_row(tmp_path):
    reading = strong.READER.read(written(tmp_path, STRONG_ANDROID), Options())
    one = reading.tables["sets"].iloc[0]
    assert one["load_kg"] == pytest.approx(102.058, abs=1e-3)
    assert (one["load_raw"], one["unit_raw"]) == ("225", "lbs")
    assert one["distance_m"] == pytest.approx(804.672)
    assert reading.tables["sessions"]["start_local"][0] == datetime(2026, 3, 2, 18, 5)
    assert reading.tables["sessions"]["duration_s"].tolist() == [44 * 60]


def test_strong_speaks_german(tmp_path):
    sets = strong.READER.read(written(tmp_path, STRONG_GERMAN), KG).tables["sets"]
    assert sets[["exercise", "load_kg", "reps"]].values.tolist() == [["deadlift", 102.5, 5.0]]


def test_a_bad_row_never_stops_good_ones(tmp_path):
    bad = '2026-03-02 18:05:00,"Lower",1h 5m,"Deadlift",2,heavy,5,0,0,,,eleven\n'
    high = '2026-03-02 18:05:00,"Lower",1h 5m,"Deadlift",3,100,5,0,0,,,11\n'
    undated = '31 Foo 2026,"Lower",1h 5m,"Deadlift",3,100,5,0,0,,,\n'
    wide = "2026-03-02 18:05:00,Lower,1h 5m,Deadlift,4,100,5,0,0,well, very well,,8\n"
    reading = strong.READER.read(written(tmp_path, STRONG_IOS + bad + high + undated + wide), KG)
    assert len(reading.tables["sets"]) == 6
    rejects = reading.rejects.set_index(["row_no", "column"])["reason"].to_dict()
    assert rejects[10, "Weight"] == "Weight 'heavy' is not a number. Correct the cell in the file."
    assert rejects[10, "RPE"].startswith("RPE 'eleven' is not a number")
    assert rejects[11, "RPE"] == "RPE '11' is above 10 CR-10. Correct the value, or its unit, in the file."
    assert "names no month" in rejects[12, "Date"]
    assert rejects[13, "(row)"].startswith("The row has 13 cells where the header has 12.")
    assert reading.source_rows["became"].tolist()[9:] == ["rejected"] * 4


def test_a_distance_without_a_unit_is_told_and_not_guessed(tmp_path):
    run = '2026-03-02 18:05:00,"Lower",1h 5m,"Running",1,0,0,5.2,1800,,,\n'
    reading = strong.READER.read(written(tmp_path, STRONG_IOS + run), KG)
    assert reading.tables["sets"]["distance_m"].isna().all()
    assert "1 sets have a distance without a unit" in " ".join(reading.notes)


def test_what_an_assisting_machine_shows_is_taken_off():
    assert catalogue().is_assisted(catalogue().resolve("Pull Up (Assisted)"))
    assert external_load_kg(20.0, "lb", "assisted_pull_up") == pytest.approx(-9.0718474)


# Hevy


def test_hevy_numbers_sets_through_the_session_and_past_midnight(tmp_path):
    reading = hevy.READER.read(written(tmp_path, HEVY), BERLIN)
    sets, session = reading.tables["sets"], reading.tables["sessions"].iloc[0]
    assert sets["set_no"].tolist() == [1, 2, 3, 4]
    assert sets["set_kind"].tolist() == ["warm_up", "work", "work", "failure"]
    assert session["duration_s"] == 45 * 60
    assert session["local_date"] == datetime(2026, 4, 7)
    assert session["utc_offset_s"] == 7200
    assert session["notes"] == "two\nlines"
    assert sets["notes"][0] == 'keep\n"long" neck'
    assert sets["load_kg"].tolist()[:2] == [60.0, 100.0]
    assert sets["load_kg"].isna().tolist() == [False, False, True, True]
    assert sets["distance_m"][3] == 2500
    assert sets["reps"].isna().tolist() == [False, False, True, True]


def test_hevy_in_pounds_and_miles_without_a_description(tmp_path):
    text = HEVY.replace("weight_kg", "weight_lbs").replace("distance_km", "distance_miles")
    table = [row[:3] + row[4:] for row in csv.reader(io.StringIO(text, newline=""))]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table)
    sets = hevy.READER.read(written(tmp_path, out.getvalue()), Options()).tables["sets"]
    assert sets["load_kg"][1] == pytest.approx(45.359237)
    assert sets["distance_m"][3] == pytest.approx(4023.36)


def test_hevy_with_an_unknown_set_type_is_rejected_in_words(tmp_path):
    reading = hevy.READER.read(written(tmp_path, HEVY.replace('"failure"', '"superb"')), KG)
    assert reading.rejects["reason"].tolist() == [
        "set_type 'superb' is not one of normal, warmup, dropset, failure. Correct it in the file."
    ]
    assert len(reading.tables["sets"]) == 3


# FitNotes


def test_fitnotes_takes_the_unit_of_each_row_and_has_no_time_of_day(tmp_path):
    reading = fitnotes.READER.read(written(tmp_path, FITNOTES), Options())
    sets, sessions = reading.tables["sets"], reading.tables["sessions"]
    assert sets["load_kg"].tolist()[:2] == [pytest.approx(60.0012, abs=1e-3), 60.0]
    assert sets["distance_m"][2] == 5000
    assert sets["duration_s"][2] == 1530
    assert sessions["session_key"].tolist() == ["2026-03-02", "2026-03-03"]
    assert sessions["tz_quality"].tolist() == ["none", "none"]
    assert sessions["start_utc"].isna().all()


@pytest.mark.parametrize(
    ("header", "row", "load_kg"),
    [
        (
            "Date,Exercise,Category,Weight (kgs),Reps,Distance,Distance Unit,Time",
            "2026-03-02,Deadlift,Back,80,5,,,",
            80,
        ),
        (
            "Date,Exercise,Category,Weight (lbs),Reps,Distance,Distance Unit,Time",
            "2026-03-02,Deadlift,Back,100,5,,,",
            45.4,
        ),
        (
            "Date,Exercise,Category,Weight (kg),Weight (lbs),Reps,Distance,Distance Unit,Time,Notes,Kind",
            "2026-03-02,Deadlift,Back,,100,5,,,,,wr",
            45.4,
        ),
    ],
)
def test_fitnotes_reads_the_unit_in_the_header(tmp_path, header, row, load_kg):
    path = written(tmp_path, f"{header}\n{row}\n")
    assert fitnotes.READER.recognises(path, path.read_bytes())
    assert fitnotes.READER.read(path, Options()).tables["sets"]["load_kg"][0] == pytest.approx(load_kg, abs=0.1)


def test_fitnotes_with_a_load_and_no_unit_cell_is_rejected_unless_somebody_said(tmp_path):
    path = written(tmp_path, FITNOTES.replace("132.28,lbs", "132.28,"))
    assert fitnotes.READER.read(path, Options()).rejects["reason"].tolist() == ["Weight Unit is empty. Fill it in."]
    assert fitnotes.READER.read(path, KG).tables["sets"]["load_kg"][0] == 132.28


# all three


LOGS = {
    "strong": (STRONG_IOS, STRONG_NUMBERED, STRONG_ANDROID, STRONG_GERMAN),
    "hevy": (HEVY,),
    "fitnotes": (FITNOTES,),
}


@pytest.mark.parametrize(("reader", "text"), [(reader, text) for reader, texts in LOGS.items() for text in texts])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_each_log_is_recognised_by_its_own_reader_and_holds_the_canonical_tables(tmp_path, reader, text, encoding):
    path = written(tmp_path, text, encoding=encoding)
    assert next(r.name for r in registry.readers() if r.recognises(path, path.read_bytes())) == reader
    reading = registry.read(path, KG)
    bound = bind(reading, Names({("*", "alder"): "k3vd"}), "Alder")
    for name, frame in bound.tables.items():
        assert_sound(name, frame)


def test_reading_twice_gives_the_same_and_a_grown_file_only_adds(tmp_path):
    first = strong.READER.read(written(tmp_path, STRONG_IOS), KG).tables["sets"]
    more = '2026-03-06 07:00:00,"Lower",38min,"Deadlift",1,100,5,0,0,,,\n'
    grown = strong.READER.read(written(tmp_path, STRONG_IOS + more, "grown.csv"), KG).tables["sets"]
    assert grown.head(len(first)).equals(first)
    assert len(grown) == len(first) + 1


SPOILT = st.tuples(
    st.integers(0, 10**6), st.sampled_from([b"", b"\x00", b'"', b"\n", b";", b"\xff", b"0", b"99999999999"])
)


@settings(deadline=None, max_examples=times(15, 15, 60))
@given(text=st.sampled_from([text for texts in LOGS.values() for text in texts]), spots=st.lists(SPOILT, max_size=6))
def test_a_spoilt_log_is_read_or_refused_in_words_and_no_row_is_lost(tmp_path_factory, text, spots):
    data = text.encode()
    for place, junk in spots:
        at = place % len(data)
        data = data[:at] + junk + data[at + 1 :]
    path = tmp_path_factory.mktemp("spoilt") / "log.csv"
    path.write_bytes(data)
    try:
        reading = registry.read(path, KG)
    except WorkbookError:
        return
    assert len(reading.source_rows) == len(read_delimited(path).rows)
    taken = set(reading.source_rows.loc[reading.source_rows["became"] == "taken", "row_no"])
    assert set(reading.tables["sets"]["row_no"] if "sets" in reading.tables else ()) <= taken


# the catalogue


@pytest.mark.parametrize(
    ("raw", "exercise"),
    [
        ("Romanian Deadlift (Barbell)", "romanian_deadlift"),
        ("ROMANIAN-DEADLIFT", "romanian_deadlift"),
        ("Rumänisches Kreuzheben", "romanian_deadlift"),
        ("Peso muerto rumano", "romanian_deadlift"),
        ("souleve de terre", "deadlift"),
        ("Deadlift (Trap Bar)", "trap_bar_deadlift"),
        ("Kettlebell Swing", "kettlebell_swing"),
        ("Squat (Barbell)", "back_squat"),
        ("Farmer’s walk", "farmers_walk"),
    ],
)
def test_raw_names_resolve(raw, exercise):
    assert catalogue().resolve(raw) == exercise


def test_the_catalogue_is_a_valid_pair_of_tables_without_a_name_for_two_exercises():
    tables = catalogue().tables()
    for name, frame in tables.items():
        assert_sound(name, frame)
    aliases = tables["exercise_aliases"]
    meant = aliases["exercise"].groupby(aliases["raw_name"].map(same_name)).unique()
    assert meant[meant.map(len) > 1].to_dict() == {}
    assert len(tables["exercises"]) >= 60
    assert set(tables["exercise_aliases"]["exercise"]) == set(tables["exercises"]["exercise"])
    assert (tables["exercises"]["pattern"] == "hinge").sum() >= 25


def test_a_slip_of_the_pen_is_given_a_suggestion():
    assert catalogue().resolve("Romanain deadlfit") is None
    assert catalogue().suggest("Romanain deadlfit")[0] == "romanian_deadlift"
    assert catalogue().suggest("xyzzy") == []
