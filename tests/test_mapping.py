"""Any table by a column mapping: our own templates, a device's export, and what is refused with which words."""

import csv
import datetime as dt
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from soak_scale import times
from sound_tables import assert_sound

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, UnreadableFile, WorkbookError
from analysis.ingest import registry
from analysis.ingest.binding import Names, bind
from analysis.ingest.dialect import read_workbook
from analysis.ingest.mapping import mapped_file
from analysis.ingest.mapping.mapping import built_in, mapping_of
from analysis.ingest.mapping.targets import TARGETS
from analysis.ingest.mapping.templates import TEMPLATES, write_templates
from analysis.ingest.reading import Options, Reading

BERLIN = Options(config=Config(time_zone="Europe/Berlin"))

ROWS = {
    "athletes": [
        ["Alder", "k3vd", "F", "2001", "report squad", "", "A01;Al"],
        ["Birch", "", "M", "1999", "report", "", ""],
    ],
    "bar_speed": [
        line.split(",")
        for line in (
            "Alder,2026-03-02,18:05,RDL,,1,1,60,0.89,,,0.5,,96,,,encoder,3-1-1-0,10.5",
            "Alder,2026-03-02,18:05,RDL,,1,2,60,0.88,,,0.5,,97,clean,coach,encoder",
            "Alder,2026-03-02,18:05,RDL,,2,1,60,0.85,,,0.5,,98,Flexion  shift,coach,encoder",
            "Birch,2026-03-02,,Step-down,left,1,1,20,,,,,,,,,",
        )
    ],
    "splits": [
        ["Alder", "2026-03-03", "sprint_20m", "1", "1", "gate", "0", "10", "1.86", "gates"],
        ["Alder", "2026-03-03", "sprint_20m", "1", "2", "gate", "10", "10", "1.30", "gates"],
        ["Alder", "2026-03-03", "time_trial_1200m", "1", "1", "manual", "0", "1200", "276", ""],
    ],
    "wellness": [["Alder", "2026-03-02", "sleep", "7", "1", "10", "higher_better"]],
    "session_rpe": [
        ["Alder", "2026-03-02", "strength", "day_1", "70", "6", "done", ""],
        ["Alder", "2026-03-02", "strength", "", "30", "4", "done", "evening"],
        ["Alder", "2026-03-03", "", "", "", "", "rest", ""],
    ],
    "screens": [
        ["Alder", "2026-03-04", "ankle", "1", "L", "dorsiflexion", "38.5", "deg", "knee to wall", "coach", ""],
        ["Alder", "2026-03-04", "ankle", "1", "R", "dorsiflexion", "41", "deg", "knee to wall", "coach", ""],
    ],
    "plan": [["Alder", "2026-03-02", "day_1", "Foundation"], ["Alder", "2026-03-02", "day_1", "Carries"]],
    "cues": [["Alder", "2026-03-02", "RDL", "hips back"]],
    "contacts": [["Alder", "athlete", "alder@example.org"], ["Alder", "guardian", ""]],
}

DEVICE = """\
name = "encoder"
target = "reps"
source = "encoder"
decimal = ","
day_first = true
[match]
columns = ["Who", "When", "Lift", "Avg Speed"]
[columns]
athlete = "Who"
date = "When"
exercise = "Lift"
side = "Leg"
load_kg = "Load"
mean_velocity_m_s = "Avg Speed"
rom_m = "ROM"
[units]
load_kg = "lb"
rom_m = "cm"
mean_velocity_m_s = "cm/s"
[constants]
device = "encoder one"
[values.side]
Left = "L"
Right = "R"
"""
DEVICE_FILE = (
    "WHO;When ; lift;Leg;Load;avgspeed;ROM;Battery\n"
    "Alder;03/04/2026;RDL;left;220,5;62,5;55;80\n"
    "Alder;03/04/2026;RDL;Right;220,5;61,0;54;80\n"
)


def saved(folder, text, name="file.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def template(folder, name, rows=None):
    with (path := folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([TEMPLATES[name], *(ROWS[name] if rows is None else rows)])
    return path


def in_workbook(folder, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def first(frame):
    """The filled values of the first row."""
    return frame.iloc[0].dropna().to_dict()


# our own templates


def test_bar_speed_becomes_sessions_sets_and_reps(tmp_path):
    tables = mapped_file.read(template(tmp_path, "bar_speed"), BERLIN).tables
    sessions, sets, reps = tables["sessions"], tables["sets"], tables["reps"]
    assert sessions[["external_name", "session_key", "kind", "tz_quality"]].values.tolist() == [
        ["Alder", "2026-03-02|18:05", "strength", "config"],
        ["Birch", "2026-03-02", "strength", "none"],
    ]
    assert sessions["utc_offset_s"][0] == 3600
    assert sets[["set_no", "side", "load_kg", "load_raw", "unit_raw", "reps"]].values.tolist() == [
        [1, "B", 60.0, "60", "kg", 2.0],
        [2, "B", 60.0, "60", "kg", 1.0],
        [1, "L", 20.0, "20", "kg", 1.0],
    ]
    assert sets["exercise"].tolist() == ["romanian_deadlift", "romanian_deadlift", "step_down"]
    assert (sets["tempo"][0], sets["duration_s"][0]) == ("3-1-1-0", 10.5)
    assert sets["tempo"].isna().tolist() == [False, True, True]
    assert reps[["set_no", "rep_no"]].values.tolist() == [[1, 1], [1, 2], [2, 1], [1, 1]]
    assert reps["mean_velocity_m_s"].tolist()[:3] == [0.89, 0.88, 0.85]


def test_not_rated_and_rated_clean_are_two_things(tmp_path):
    flags = mapped_file.read(template(tmp_path, "bar_speed"), BERLIN).tables["reps"]["form_flags"]
    assert flags.isna().tolist() == [True, False, False, True]
    assert flags.tolist()[1:3] == ["", "flexion shift"]


def flagged(folder, *said: str, mapping: str = "") -> Reading:
    """A bar-speed file whose repetitions are rated as said, read by its template, or by `mapping`."""
    head = "athlete,date,exercise,set,rep,load_kg,form_flags\n"
    rows = "".join(f'Alder,2026-03-02,RDL,1,{rep},60,"{flags}"\n' for rep, flags in enumerate(said, 1))
    named = saved(folder, mapping, "own.toml") if mapping else None
    return mapped_file.read(saved(folder, head + rows, "rated.csv"), replace(BERLIN, mapping=named))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("FLEXION", "flexion"),
        (" shift  ", "shift"),
        ("Shifts", "shift"),
        ("valgus", "valgus"),
        ("Knee valgus", "valgus"),
        ("hip-shift", "shift"),
        ("spinal_flexion; hip shift", "flexion shift"),
        ("rounding", "flexion"),
        ("shift, flexion", "shift flexion"),
        ("flexion flexion", "flexion"),
        ("Clean", ""),
    ],
)
def test_a_break_is_known_by_its_word_however_it_is_written(tmp_path, said, read):
    reading = flagged(tmp_path, said)
    assert reading.tables["reps"]["form_flags"].tolist() == [read]
    assert reading.rejects.empty


@pytest.mark.parametrize("said", ["", "  ", "-", "n/a", "None"])
def test_a_cell_that_says_nothing_is_not_rated(tmp_path, said):
    reading = flagged(tmp_path, "clean", said)
    assert reading.tables["reps"]["form_flags"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("cleen", "form_flags 'cleen' is no known word. Did you mean 'clean'? Write flexion, valgus, shift"),
        ("Flexoin", "form_flags 'Flexoin' is no known word. Did you mean 'flexion'?"),
        ("shift wobble", "form_flags 'shift wobble' has 'wobble', which is no known word. Write flexion"),
        ("3", "form_flags '3' is no known word. Write flexion, valgus, shift, several with a space between, or clean."),
        ("0", "form_flags '0' is no known word."),
        ("flexionshift", "is no known word. Did you mean 'flexion'?"),
        ("clean shift", "form_flags 'clean shift' says clean and shift in one. Write one of the two."),
    ],
)
def test_a_word_that_is_no_break_is_refused_by_its_row_with_what_may_be_meant(tmp_path, said, why):
    reading = flagged(tmp_path, "clean", said, "shift")
    assert reading.tables["reps"]["form_flags"].tolist() == ["", "shift"]
    (reject,) = reading.rejects.to_dict("records")
    assert reject["row_no"] == 2
    assert why in reject["reason"]


RATED = """\
name = "own"
target = "reps"
source = "own"
[columns]
athlete = "athlete"
date = "date"
exercise = "exercise"
rep_no = "rep"
form_flags = "form_flags"
[values.form_flags]
rund = "flexion"
"rund und schief" = "flexion shift"
sauber = "clean"
"""


def test_a_mapping_has_words_of_its_own_for_breaks_beside_ours(tmp_path):
    flags = flagged(tmp_path, "Rund", "sauber", "rund und schief", "shift", mapping=RATED).tables["reps"]["form_flags"]
    assert flags.tolist() == ["flexion", "", "flexion shift", "shift"]


def test_a_mapping_whose_word_means_no_break_is_refused():
    with pytest.raises(ConfigProblem, match=r"'flexoin' under \[values.form_flags\] is no known word. Did you"):
        mapping_of(RATED.replace('rund = "flexion"', 'rund = "flexoin"'), "own.toml")


def test_splits_become_a_session_a_day_and_test(tmp_path):
    tables = mapped_file.read(template(tmp_path, "splits"), BERLIN).tables
    assert tables["sessions"][["session_key", "kind"]].values.tolist() == [
        ["2026-03-03|sprint_20m", "sprint"],
        ["2026-03-03|time_trial_1200m", "time_trial"],
    ]
    assert tables["splits"]["time_s"].tolist() == [1.86, 1.30, 276.0]


def test_two_sessions_of_a_kind_on_a_day_are_two_and_a_rest_day_is_one(tmp_path):
    sessions = mapped_file.read(template(tmp_path, "session_rpe"), BERLIN).tables["sessions"]
    assert sessions["session_key"].tolist() == ["2026-03-02|strength|1", "2026-03-02|strength|2", "2026-03-03|other|1"]
    assert sessions["duration_s"].tolist()[:2] == [4200.0, 1800.0]
    assert sessions["status"].tolist() == ["done", "done", "rest"]
    assert sessions[["duration_s", "rpe_cr10"]].iloc[2].isna().all()


def test_wellness_screens_plan_and_cues_are_read_as_they_stand(tmp_path):
    read = {name: mapped_file.read(template(tmp_path, name), BERLIN).tables for name in ROWS}
    assert first(read["wellness"]["wellness"])["direction"] == "higher_better"
    assert read["screens"]["trials"][["side", "value"]].values.tolist() == [["L", 38.5], ["R", 41.0]]
    assert read["plan"]["plan"]["line_no"].tolist() == [1, 2]
    assert first(read["cues"]["cues"])["exercise"] == "romanian_deadlift"


def test_the_roster_gives_ids_where_it_has_them_and_aliases_with_their_athlete(tmp_path):
    tables = mapped_file.read(template(tmp_path, "athletes"), BERLIN).tables
    athletes = tables["athletes"]
    assert athletes["name"].tolist() == ["Alder", "Birch"]
    assert athletes["athlete_id"].isna().tolist() == [False, True]
    assert athletes["birth_year"].tolist() == [2001.0, 1999.0]
    assert tables["aliases"].values.tolist() == [["A01", "Alder"], ["Al", "Alder"]]


@pytest.mark.parametrize("name", [name for name in ROWS if name != "athletes"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_filled_template_gives_canonical_tables_from_csv_and_xlsx_alike(tmp_path, name, form):
    rows = [TEMPLATES[name], *ROWS[name]]
    path = template(tmp_path, name) if form == "csv" else in_workbook(tmp_path, {name: rows})
    reading = registry.read(path, BERLIN)
    assert reading.reader == "mapping"
    assert reading.rejects.empty
    assert (reading.source_rows["became"] == "taken").all()
    bound = bind(reading, Names({("*", "alder"): "k3vd", ("*", "birch"): "w8rt"}), None)
    for table_name, frame in bound.tables.items():
        assert_sound(table_name, frame)


def test_templates_are_written_empty_once_and_every_one_is_recognised(tmp_path):
    paths = write_templates(tmp_path)
    assert {path.name for path in paths} == {f"{name}.csv" for name in ROWS} | {"screens.xlsx"}
    assert write_templates(tmp_path) == []
    for path in paths:
        reading = mapped_file.read(path, Options())
        assert reading.dialect["mapping"] == path.stem
        assert reading.tables == {}
        assert reading.source_rows.empty


def test_headers_are_those_that_the_handbook_promises():
    assert TEMPLATES["wellness"] == ["athlete", "date", "item", "value", "scale_min", "scale_max", "direction"]
    assert TEMPLATES["cues"] == ["athlete", "date", "exercise", "cue"]
    assert TEMPLATES["bar_speed"][:9] == [
        *("athlete", "date", "time", "exercise", "side", "set", "rep", "load_kg", "mean_velocity_m_s")
    ]


# workbooks


def test_cells_of_a_workbook_are_dates_times_and_numbers_as_people_typed_them(tmp_path):
    row = ["Alder", dt.datetime(2026, 3, 2), dt.time(18, 5), "RDL", None, 1, 1, 60.5, 0.9]
    path = in_workbook(tmp_path, {"speed": [TEMPLATES["bar_speed"], row], "empty": [], "shopping": [["milk"], ["2"]]})
    reading = registry.read(path, BERLIN)
    assert first(reading.tables["sessions"])["session_key"] == "2026-03-02|18:05"
    assert first(reading.tables["sets"])["load_kg"] == 60.5
    assert "shopping" in " ".join(reading.notes)
    assert reading.source_rows["sheet"].tolist() == ["speed"]


def test_several_sheets_of_one_workbook_are_read_together(tmp_path):
    sheets = {name: [TEMPLATES[name], *ROWS[name]] for name in ("session_rpe", "splits", "wellness")}
    reading = registry.read(in_workbook(tmp_path, sheets), BERLIN)
    assert {name: len(frame) for name, frame in reading.tables.items()} == {"sessions": 5, "splits": 3, "wellness": 1}
    assert len(reading.source_rows) == 7


def test_sheets_of_two_sources_are_read_each_under_its_own(tmp_path):
    saved(tmp_path, DEVICE, "encoder.toml")
    device = list(csv.reader(DEVICE_FILE.splitlines(), delimiter=";"))
    sheets = {"answers": [TEMPLATES["wellness"], *ROWS["wellness"]], "encoder": device, "shopping": [["milk"], ["2"]]}
    reading = registry.read(in_workbook(tmp_path, sheets), Options(mapping_folders=(tmp_path,)))
    bound = bind(reading, Names({("*", "alder"): "k3vd"}), None)
    assert bound.tables["wellness"]["source"].tolist() == ["template"]
    assert bound.tables["sessions"]["source"].tolist() == ["encoder"]
    assert set(bound.tables["sets"]["session_id"]) == set(bound.tables["sessions"]["session_id"])
    assert "source" not in bound.tables["sets"]
    alone = registry.read(in_workbook(tmp_path, {"encoder": device}), Options(mapping_folders=(tmp_path,)))
    same = bind(alone, Names({("*", "alder"): "k3vd"}), None).tables["sessions"]["session_id"]
    assert same.tolist() == bound.tables["sessions"]["session_id"].tolist()
    assert "left out, as no mapping fits: shopping" in " ".join(reading.notes)


def test_a_workbook_that_is_none_or_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(UnreadableFile, match=r"broken.xlsx is damaged"):
        read_workbook(broken)
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as packed:
        packed.writestr("x", "y")
    with pytest.raises(UnreadableFile, match="cannot be opened as a workbook"):
        read_workbook(tmp_path / "other.xlsx")
    monkeypatch.setattr("analysis.ingest.dialect.MAX_BYTES", 10)
    with pytest.raises(UnreadableFile, match="unpacks to"):
        read_workbook(in_workbook(tmp_path, {"a": [["b"]]}))


# a device's own columns


def test_a_saved_mapping_converts_units_words_and_dates(tmp_path):
    saved(tmp_path, DEVICE, "encoder.toml")
    path = saved(tmp_path, DEVICE_FILE)
    reading = registry.read(path, Options(mapping_folders=(tmp_path,)))
    sets, reps = reading.tables["sets"], reading.tables["reps"]
    assert sets["load_kg"].tolist() == pytest.approx([100.0171] * 2, abs=1e-3)
    assert sets[["side", "load_raw", "unit_raw"]].values.tolist() == [["L", "220,5", "lb"], ["R", "220,5", "lb"]]
    assert reps["mean_velocity_m_s"].tolist() == pytest.approx([0.625, 0.61])
    assert reps["rom_m"].tolist() == pytest.approx([0.55, 0.54])
    assert reps["device"].tolist() == ["encoder one"] * 2
    assert reading.tables["sessions"]["local_date"].tolist() == [pd.Timestamp(2026, 4, 3)]
    assert reading.source == "encoder"
    assert "Battery" in " ".join(reading.notes)
    assert "each row is one set" in " ".join(reading.notes)


def test_an_explicit_mapping_goes_before_all_others(tmp_path):
    mine = saved(tmp_path, DEVICE.replace('source = "encoder"', 'source = "mine"'), "mine.toml")
    reading = mapped_file.read(saved(tmp_path, DEVICE_FILE), Options(mapping=mine))
    assert reading.source == "mine"
    with pytest.raises(UnreadableFile, match=r"does not fit mine.toml: it has no column Who, When, Lift, Avg Speed"):
        mapped_file.read(template(tmp_path, "cues"), Options(mapping=mine))


def test_a_date_that_nobody_explains_is_rejected_and_not_guessed(tmp_path):
    saved(tmp_path, DEVICE.replace("day_first = true\n", ""), "encoder.toml")
    options = Options(mapping_folders=(tmp_path,))
    reading = mapped_file.read(saved(tmp_path, DEVICE_FILE), options)
    assert reading.tables == {}
    assert "set day_first in a column mapping" in reading.rejects["reason"][0]
    told = mapped_file.read(saved(tmp_path, DEVICE_FILE + "Alder;17/04/2026;RDL;Left;200;60;50;80\n"), options)
    assert told.tables["sessions"]["local_date"].tolist() == [pd.Timestamp(2026, 4, 3), pd.Timestamp(2026, 4, 17)]


def test_an_unusual_date_has_its_format(tmp_path):
    text = DEVICE.replace("day_first = true", 'date_format = "%y%m%d"')
    path = saved(tmp_path, DEVICE_FILE.replace("03/04/2026", "260403"))
    reading = mapped_file.read(path, Options(mapping=saved(tmp_path, text, "m.toml")))
    assert reading.tables["sessions"]["local_date"].tolist() == [pd.Timestamp(2026, 4, 3)]


def test_sets_without_numbers_end_where_the_repetitions_begin_again(tmp_path):
    text = DEVICE.replace('side = "Leg"', 'rep_no = "Rep"').replace("[values.side]", "").split("Left =")[0]
    rows = "".join(f"Alder;03/04/2026;RDL;{rep};100;60,0;50\n" for rep in (1, 2, 3, 1, 2))
    path = saved(tmp_path, "Who;When;Lift;Rep;Load;Avg Speed;ROM\n" + rows)
    tables = mapped_file.read(path, Options(mapping=saved(tmp_path, text, "m.toml"))).tables
    assert tables["sets"]["reps"].tolist() == [3.0, 2.0]
    assert tables["reps"][["set_no", "rep_no"]].values.tolist() == [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2]]


# what is refused, in which words


def test_a_header_that_no_mapping_knows_is_named(tmp_path):
    path = saved(tmp_path, "colour,weight of the moon\nred,7\n")
    with pytest.raises(UnreadableFile, match=r"has the columns colour, weight of the moon, which no column mapping"):
        registry.read(path, Options())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('rom_m = "ROM"', 'rom = "ROM"'), "'rom' is no column of the target reps. Did you mean 'rom_m'"),
        (('date = "When"', ""), "'date' is not mapped. Add it under"),
        (('rom_m = "cm"', 'rom_m = "furlong"'), "Unit 'furlong' is not one of"),
        (('rom_m = "cm"', 'power_w = "kW"'), "'power_w' has a unit or values but no column"),
        (('rom_m = "cm"', 'side = "cm"'), "'side' has no unit. Remove it from"),
        (('target = "reps"', 'target = "repz"'), "target = 'repz'"),
        (('source = "encoder"', 'source = "encoder"\nsauce = "x"'), "unknown key 'sauce'. Did you mean 'source'"),
        (('source = "encoder"', "source = encoder"), "is not valid TOML"),
    ],
)
def test_a_mapping_that_does_not_hold_together_is_told_so(change, said):
    with pytest.raises(ConfigProblem, match=said):
        mapping_of(DEVICE.replace(*change), "encoder.toml")


def test_a_column_that_is_needed_and_missing_is_named(tmp_path):
    path = saved(tmp_path, "athlete,date,item,value,direction\n", "w.csv")
    text = 'name = "w"\ntarget = "wellness"\nsource = "w"\n[match]\ncolumns = ["item"]\n[columns]\n'
    text += (
        "\n".join(f'{name} = "{name}"' for name in ("athlete", "date", "item", "direction")) + '\nvalue = "answer"\n'
    )
    with pytest.raises(UnreadableFile, match=r"w.csv has no column 'answer', which w needs"):
        mapped_file.read(path, Options(mapping=saved(tmp_path, text, "w.toml")))


def test_bad_rows_of_a_template_are_rejected_and_good_ones_taken(tmp_path):
    rows = [
        *ROWS["wellness"],
        ["Alder", "2026-03-02", "sleep", "8", "1", "10", "higher_better"],  # the same answer again
        ["Alder", "2026-03-03", "sleep", "many", "1", "10", "upwards"],
        ["", "2026-03-03", "sleep", "7", "1", "10", "higher_better"],
        ["Alder", "2026-03-03", "sleep", "7", "1", "10", "sideways"],
        ["", "", "", "", "", "", ""],
    ]
    reading = mapped_file.read(template(tmp_path, "wellness", rows), BERLIN)
    assert len(reading.tables["wellness"]) == 1
    assert reading.source_rows["became"].tolist() == ["taken", *["rejected"] * 4, "ignored"]
    reasons = reading.rejects.set_index(["row_no", "column"])["reason"].to_dict()
    assert reasons[2, "(row)"].startswith("The row repeats row 1 in wellness")
    assert reasons[3, "value"] == "value 'many' is not a number. Correct the cell in the file."
    assert reasons[4, "athlete"] == "athlete is empty. Fill it in."
    assert reasons[5, "direction"].startswith(
        "direction 'sideways' is not one of higher_better, lower_better, neutral."
    )


def test_two_athletes_may_train_on_the_same_day(tmp_path):
    rows = [[name, "2026-03-02", "", "RDL", "", "1", "1", "60", "0.9", *[""] * 8] for name in ("Alder", "Birch")]
    reading = mapped_file.read(template(tmp_path, "bar_speed", rows), BERLIN)
    assert reading.tables["sessions"]["external_name"].tolist() == ["Alder", "Birch"]
    assert reading.tables["sets"]["set_no"].tolist() == [1, 1]
    assert reading.rejects.empty


@settings(deadline=None, max_examples=times(15, 15, 60))
@given(st.lists(st.lists(st.text("0123456789.,;\"'-/: aZé\n", max_size=8), min_size=1, max_size=10), max_size=6))
def test_no_content_of_a_template_ends_in_anything_but_a_reading_or_a_sentence(tmp_path_factory, rows):
    path = template(tmp_path_factory.mktemp("any"), "bar_speed", rows)
    try:
        reading = mapped_file.read(path, BERLIN)
    except WorkbookError:
        return
    assert len(reading.source_rows) == len(rows) or any(row == [""] for row in rows)
    assert set(reading.rejects["row_no"]) == set(
        reading.source_rows.loc[reading.source_rows["became"] == "rejected", "row_no"]
    )


def test_every_target_can_be_filled_and_every_template_fills_what_its_target_needs():
    for one in built_in():
        assert set(TARGETS[one.target].required) <= set(one.columns)
    assert {one.target for one in built_in()} == set(TARGETS) - {
        *("sets", "runs", "angles")
    }  # which apps write, and nobody fills in
