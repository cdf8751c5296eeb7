"""Sheets as people keep them: titles above the header, merged names, several tables in one file, mappings half done."""

import datetime as dt

import openpyxl
import pytest

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, UnreadableFile
from analysis.ingest import registry
from analysis.ingest.binding import Names, bind
from analysis.ingest.mapping.mapping import mapping_of
from analysis.ingest.mending import joined_decimals
from analysis.ingest.reading import Options

FORM = (
    "Timestamp,Name,How hard?,Minutes,Sleep,Soreness,Comments\n"
    "11/3/2026 19:05:12,Alder,7,65,4,2,fine\n11/14/2026 7:05:12,Birch,,,5,1,\n11/14/2026 9:00:00,Cedar,6,1h 5m,3,9,\n"
)
MORNING = """\
name = "morning"
target = "wellness"
source = "{source}"
[columns]
athlete = "Name"
date = "Timestamp"
[[each]]
columns = {{ value = "Sleep" }}
constants = {{ item = "sleep", direction = "higher_better", scale_min = 1, scale_max = 5 }}
[[each]]
columns = {{ value = "Soreness" }}
constants = {{ item = "soreness", direction = "lower_better", scale_min = 1, scale_max = 5 }}
"""
SESSION = """\
name = "session"
target = "sessions"
source = "form"
[columns]
athlete = "Name"
date = "Timestamp"
rpe_cr10 = "How hard?"
duration_s = "Minutes"
[units]
duration_s = "min"
[constants]
kind = "strength"
status = "done"
"""
WELLNESS = ["athlete", "date", "item", "value", "scale_min", "scale_max", "direction"]
GATES = ["Athlete", "Date", "Trial", "10 m", "20 m"]


def saved(folder, text, name="file.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def lines(rows, mark=";"):
    return "".join(mark.join(map(str, row)) + "\n" for row in rows)


def in_workbook(folder, sheets, merged=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def by_saved(folder, path):
    return registry.read(path, Options(config=Config(time_zone="Europe/Berlin"), mapping_folders=(folder,)))


def answer(name, day, value):
    return [name, day, "sleep", value, 1, 5, "higher_better"]


# several mappings for one file, and mappings that are not ready


@pytest.mark.parametrize("source", ["form", "morning_form"])
def test_a_form_fills_every_table_that_a_mapping_asks_of_it(tmp_path, source):
    saved(tmp_path, MORNING.format(source=source), "a.toml")
    saved(tmp_path, SESSION, "b.toml")
    reading = by_saved(tmp_path, saved(tmp_path, FORM))
    bound = bind(reading, Names({("*", name): name for name in ("alder", "birch", "cedar")}), None).tables
    assert bound["sessions"][["athlete_id", "rpe_cr10", "duration_s"]].values.tolist() == [
        ["alder", 7.0, 3900.0],
        ["cedar", 6.0, 3900.0],
    ]
    assert bound["sessions"]["source"].unique().tolist() == ["form"]
    assert bound["wellness"]["value"].tolist() == [4.0, 2.0, 5.0, 1.0]
    assert bound["wellness"]["source"].unique().tolist() == [source]
    assert reading.rejects[["row_no", "column"]].values.tolist() == [[3, "Soreness"]]
    assert reading.source_rows["became"].tolist() == ["taken", "taken", "rejected"]
    assert reading.dialect["mapping"] == "morning, session"
    assert [note for note in reading.notes if "does not map" in note] == [
        "Columns that morning does not map, kept in the raw rows only: Comments.",
        "Columns that session does not map, kept in the raw rows only: Comments.",
    ]


def test_of_two_mappings_that_read_the_same_cells_the_first_is_used_and_the_other_named(tmp_path):
    saved(tmp_path, SESSION, "a.toml")
    saved(tmp_path, SESSION.replace('"session"', '"again"'), "b.toml")
    reading = by_saved(tmp_path, saved(tmp_path, FORM))
    assert len(reading.tables["sessions"]) == 2
    assert "The mapping again fits too and is not used, as session reads the same columns." in reading.notes


def test_mappings_that_ask_for_other_words_of_a_column_read_a_long_table_together(tmp_path):
    mapping = SESSION.split("[units]")[0].replace('duration_s = "Minutes"\n', "")
    for kind in ("run", "strength"):
        text = mapping.replace('"session"', f'"{kind}"') + f'[constants]\nkind = "{kind}"\nstatus = "done"\n'
        saved(tmp_path, f'{text}[where]\nWhat = "{kind}"\n', f"{kind}.toml")
    rows = "Timestamp,Name,What,How hard?\n2026-11-03,Alder,Run,5\n2026-11-03,Alder,Strength,7\n"
    sessions = by_saved(tmp_path, saved(tmp_path, rows)).tables["sessions"]
    assert sessions[["kind", "rpe_cr10"]].values.tolist() == [["run", 5.0], ["strength", 7.0]]


def test_a_mapping_with_an_open_question_holds_up_its_own_files_alone(tmp_path):
    saved(tmp_path, SESSION.replace('"min"', '"?"  # Write the unit: s, min'), "half.toml")
    with pytest.raises(ConfigProblem, match=r'half.toml, line 10: duration_s = "\?" is still to be decided'):
        by_saved(tmp_path, saved(tmp_path, FORM))
    template = saved(tmp_path, lines([WELLNESS, answer("Alder", "2026-11-03", 4)]), "other.csv")
    assert by_saved(tmp_path, template).tables["wellness"]["value"].tolist() == [4.0]


@pytest.mark.parametrize("text", ["name = oops", 'name = "x"', "\udcff"])
def test_a_mapping_that_is_no_mapping_is_named_and_stops_no_file(tmp_path, text):
    (tmp_path / "bad.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    template = saved(tmp_path, lines([WELLNESS, answer("Alder", "2026-11-03", 4)]))
    reading = by_saved(tmp_path, template)
    assert len(reading.tables["wellness"]) == 1
    assert "bad.toml" in " ".join(reading.notes)
    with pytest.raises(UnreadableFile, match=r"which no column mapping knows.*bad\.toml"):
        by_saved(tmp_path, saved(tmp_path, "colour,moon\nred,7\n", "unknown.csv"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('kind = "strength"', 'kind = "lifting"'), r"kind = 'lifting' under \[constants\] is not one of strength"),
        (('"Minutes"', '"M"\nrole = "R"'), None),
        (('status = "done"', 'status = "done"\nrpe_cr10 = 11'), r"rpe_cr10 = 11 under \[constants\] is above 10"),
        (('status = "done"', 'status = "done"\nduration_s = "soon"'), "duration_s = 'soon' .* is not a duration"),
        (('date = "Timestamp"', ""), "'date' is not mapped"),
        (('status = "done"', 'status = "done"\ndate = "31.12."'), "date = '31.12.' .* is not a date"),
    ],
)
def test_constants_are_judged_when_the_mapping_is_read_and_not_by_the_row(change, said):
    text = SESSION.replace(*change)
    if said is None:
        assert mapping_of(text, "m.toml").given == {"kind": "strength", "status": "done"}
    else:
        with pytest.raises(ConfigProblem, match=said):
            mapping_of(text, "m.toml")


def test_a_scale_that_ends_before_it_begins_is_refused():
    with pytest.raises(ConfigProblem, match="the scale begins at 5 and ends at 1"):
        mapping_of(
            MORNING.format(source="x").replace("scale_min = 1, scale_max = 5", "scale_min = 5, scale_max = 1"), "m"
        )


def test_constants_are_values_of_their_own_and_not_cells_of_the_file(tmp_path):
    text = SESSION.replace('source = "form"', 'source = "form"\ndecimal = ","').replace('rpe_cr10 = "How hard?"\n', "")
    saved(tmp_path, f"{text}rpe_cr10 = 6.125\ndate = 2026-11-03\n".replace('date = "Timestamp"\n', ""), "m.toml")
    sessions = by_saved(tmp_path, saved(tmp_path, "Timestamp;Name;Minutes\nx;Alder;62,5\n")).tables["sessions"]
    assert sessions[["rpe_cr10", "duration_s"]].values.tolist() == [[6.125, 3750.0]]
    assert sessions["local_date"].dt.date.tolist() == [dt.date(2026, 11, 3)]


def test_a_table_without_names_is_its_folders_and_one_with_several_is_never_taken_for_it(tmp_path):
    saved(tmp_path, SESSION.replace('athlete = "Name"\n', ""), "m.toml")
    alone = "Timestamp,How hard?,Minutes\n2026-11-03,5,40\n"
    reading = by_saved(tmp_path, saved(tmp_path, alone))
    assert bind(reading, Names({("*", "birch"): "w8rt"}), "Birch").tables["sessions"]["athlete_id"].tolist() == ["w8rt"]
    with pytest.raises(UnreadableFile, match="several names in its column 'Name', which session does not map"):
        by_saved(tmp_path, saved(tmp_path, FORM))
    of_one = "Timestamp,Name,How hard?,Minutes\n2026-11-03,Alder,5,40\n2026-11-04,Alder,5,40\n"
    assert "Name" in " ".join(by_saved(tmp_path, saved(tmp_path, of_one)).notes)


def test_our_own_templates_need_no_names_either(tmp_path):
    text = lines([WELLNESS[1:], answer("", "2026-11-03", 4)[1:]])
    wellness = registry.read(saved(tmp_path, text), Options()).tables["wellness"]
    assert wellness["external_name"].isna().tolist() == [True]


# titles, two rows of header, merged cells


@pytest.mark.parametrize(
    "above",
    [
        [["Morning answers"]],
        [["Morning answers, November", "", "", "", "", "", ""], [""] * 7],
        [["Team", "Trees"], ["Coach", "Oak"], []],
        [["Made by an app", "version 1.2.3", "2026-11-01"]],
    ],
)
@pytest.mark.parametrize("form", ["csv", "semicolon", "xlsx"])
def test_a_table_is_found_below_lines_of_a_title(tmp_path, above, form):
    rows = [*above, WELLNESS, answer("Alder", "2026-11-03", 4), answer("Alder", "2026-11-04", 2)]
    mark = {"csv": ",", "semicolon": ";"}.get(form)
    path = saved(tmp_path, lines(rows, mark)) if mark else in_workbook(tmp_path, {"form": rows})
    reading = registry.read(path, Options())
    assert reading.tables["wellness"]["value"].tolist() == [4.0, 2.0]
    assert reading.source_rows["row_no"].tolist() == [1, 2]
    assert f"Rows above the header that were left out: {len(above)}." in " ".join(reading.notes)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_gates_are_known_as_text_and_as_workbook_also_below_a_title(tmp_path, form):
    rows = [
        ["Sprints of Tuesday"],
        GATES,
        ["Alder", "2026-11-03", 1, 1.86, 3.16],
        ["Alder", "2026-11-03", 2, 1.83, 3.11],
    ]
    path = saved(tmp_path, lines(rows)) if form == "csv" else in_workbook(tmp_path, {"gates": rows})
    reading = registry.read(path, Options())
    assert reading.reader == "sprints"
    assert reading.tables["splits"]["time_s"].tolist() == pytest.approx([1.86, 1.3, 1.83, 1.28])


def test_a_log_of_an_app_is_known_as_a_workbook(tmp_path):
    header = ["Date", "Workout Name", "Duration", "Exercise Name", "Set Order", "Weight", "Reps", "Distance", "Seconds"]
    header += ["Notes", "Workout Notes", "RPE"]
    row = [dt.datetime(2026, 11, 3, 18), "Legs", "60m", "Deadlift (Barbell)", 1, 100, 5, 0, 0, None, None, 8]
    reading = registry.read(in_workbook(tmp_path, {"log": [header, row]}), Options(load_unit="kg"))
    assert reading.reader == "strong"
    assert reading.tables["sets"][["exercise", "load_kg", "reps"]].values.tolist() == [["deadlift", 100.0, 5.0]]


def test_a_workbook_of_gates_and_answers_is_read_whole(tmp_path):
    sheets = {
        "answers": [WELLNESS, answer("Alder", "2026-11-03", 4)],
        "gates": [GATES, ["Alder", dt.date(2026, 11, 3), 1, 1.86, 3.16]],
        "shopping": [["milk", "bread"], [1, 2]],
    }
    reading = registry.read(in_workbook(tmp_path, sheets), Options())
    bound = bind(reading, Names({("*", "alder"): "k3vd"}), None).tables
    assert bound["sessions"]["source"].tolist() == ["sprints"]
    assert bound["wellness"]["source"].tolist() == ["template"]
    assert bound["splits"]["session_id"].unique().tolist() == bound["sessions"]["session_id"].tolist()
    assert "Sheets that were left out, as no mapping fits: shopping." in reading.notes
    assert set(reading.source_rows["sheet"]) == {"answers", "gates"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_header_of_two_rows_is_one(tmp_path, form):
    mapping = 'name = "m"\ntarget = "trials"\nsource = "m"\n[columns]\nathlete = "Name"\ndate = "Date"\n'
    mapping += '[constants]\ntest_id = "hop"\nmetric = "distance"\nunit = "cm"\n'
    mapping += '[[each]]\ncolumns = { value = "Hop left" }\nconstants = { side = "L" }\n'
    mapping += '[[each]]\ncolumns = { value = "Hop right" }\nconstants = { side = "R" }\n'
    saved(tmp_path, mapping, "m.toml")
    rows = [["Hops of May"], ["Name", "Date", "Hop", "", "Jump", ""], ["", "", "left", "right", "left", "right"]]
    rows += [["Alder", "2026-11-03", 150, 160, 30, 31]]
    merged = ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2")
    path = saved(tmp_path, lines(rows)) if form == "csv" else in_workbook(tmp_path, {"hops": rows}, merged)
    trials = by_saved(tmp_path, path).tables["trials"]
    assert trials[["side", "value"]].values.tolist() == [["L", 150.0], ["R", 160.0]]


def test_a_header_of_two_rows_names_gates_by_its_lower_one(tmp_path):
    rows = [["Athlete", "Date", "Sprint", ""], ["", "", "10 m", "20 m"], ["Alder", "2026-11-03", 1.86, 3.16]]
    assert len(registry.read(saved(tmp_path, lines(rows)), Options()).tables["splits"]) == 2


def test_what_is_merged_over_rows_stands_for_each_of_them_but_a_number_is_not_counted_twice(tmp_path):
    rows = [WELLNESS, answer("Alder", "2026-11-03", 4), answer(None, "2026-11-04", 2), answer("Birch", "2026-11-03", 3)]
    rows += [answer(None, "2026-11-04", None)]
    path = in_workbook(tmp_path, {"form": [[None] * 7, *rows]}, ("A3:A4", "A5:A6", "D5:D6"))
    reading = registry.read(path, Options())
    wellness = reading.tables["wellness"]
    assert wellness[["external_name", "value"]].values.tolist() == [["Alder", 4.0], ["Alder", 2.0], ["Birch", 3.0]]
    assert reading.rejects["reason"].tolist() == ["value is empty. Fill it in."]
    said = " ".join(reading.notes)
    assert "Cells filled with what is merged over their rows: 2." in said
    assert "Numbers merged over several rows, which count in the first alone: 1." in said


def test_names_left_blank_without_a_merge_are_not_guessed(tmp_path):
    rows = [WELLNESS, answer("Alder", "2026-11-03", 4), answer("", "2026-11-04", 2)]
    assert registry.read(saved(tmp_path, lines(rows)), Options()).rejects["reason"].tolist() == [
        "athlete is empty. Fill it in."
    ]


def test_days_of_a_spreadsheet_are_dates_and_said_to_be(tmp_path):
    rows = [WELLNESS, answer("Alder", 46329, 4)]
    for path in (saved(tmp_path, lines(rows)), in_workbook(tmp_path, {"form": rows})):
        reading = registry.read(path, Options())
        assert reading.tables["wellness"]["local_date"].dt.date.tolist() == [dt.date(2026, 11, 3)]
        assert "1, as 46329 for 2026-11-03." in " ".join(reading.notes)


# decimal commas between commas


def test_numbers_cut_at_their_decimal_comma_are_put_together_where_there_is_one_way(tmp_path):
    text = "athlete,date,item,value,scale_min,scale_max,direction,place\n"
    text += 'Alder,2026-11-03,sleep,4,1,5,higher_better,"52,5"\nBirch,2026-11-03,sleep,3,1,5,higher_better,52,5163\n'
    reading = registry.read(saved(tmp_path, text), Options())
    assert reading.tables["wellness"]["value"].tolist() == [4.0, 3.0]
    assert "Rows whose numbers a decimal comma cut in two, put together again: 1." in reading.notes
    assert reading.source_rows["raw"][1].endswith('"52", "5163"]')


@pytest.mark.parametrize(
    ("row", "width", "joined"),
    [
        (("62", "5", "80", "2", "calm", ""), 4, ("62.5", "80.2", "calm", "")),
        (("-3", "7041", "40", "4168", ""), 2, ("-3.7041", "40.4168")),  # with a comma at the end of the row
        (("a", "0", "05", "b"), 3, ("a", "0.05", "b")),
    ],
)
def test_a_row_is_put_together_where_one_way_leads_to_the_width_of_the_header(row, width, joined):
    assert joined_decimals([row], width) == {row: joined}


@pytest.mark.parametrize(
    ("row", "width"),
    [
        (("62", "5", "80"), 2),  # 62.5 and 80, or 62 and 5.80
        (("knee", "fine", "today"), 2),
        (("1", "250", "x"), 2),  # one and a quarter, or one thousand
        (("62.5", "80", "x", "y"), 2),
    ],
)
def test_a_row_that_can_be_cut_in_two_ways_stays_as_it_is(row, width):
    assert joined_decimals([row], width) == {}


# sets, runs and gates by a mapping


def by_mapping(folder, target, columns, rows, more=""):
    text = f'name = "m"\ntarget = "{target}"\nsource = "m"\n[columns]\n'
    text += "".join(f'{name} = "{header}"\n' for name, header in columns.items())
    return registry.read(saved(folder, lines(rows)), Options(mapping=saved(folder, text + more, "m.toml")))


def test_a_row_of_a_log_is_a_set_or_some_sets_alike(tmp_path):
    columns = {"athlete": "Name", "date": "Day", "exercise": "Lift", "sets": "Sets", "reps": "Reps", "load_kg": "Load"}
    columns |= {"session_rpe_cr10": "RPE"}
    rows = [["Name", "Day", "Lift", "Sets", "Reps", "Load", "RPE"], ["Alder", "2026-11-03", "RDL", 3, 5, "225 lb", ""]]
    rows += [["Alder", "2026-11-03", "Deadlift", "", 3, 120, 7], ["Birch", "2026-11-03", "RDL", 1, 5, 60, 6]]
    tables = by_mapping(tmp_path, "sets", columns, rows).tables
    assert tables["sets"]["set_no"].tolist() == [1, 2, 3, 4, 1]
    assert tables["sets"]["load_kg"].tolist() == pytest.approx([*[102.0583] * 3, 120, 60], abs=1e-3)
    assert tables["sets"][["load_raw", "unit_raw"]].values.tolist()[0] == ["225 lb", "lb"]
    assert tables["sessions"][["external_name", "kind", "rpe_cr10"]].values.tolist() == [
        ["Alder", "strength", 7.0],
        ["Birch", "strength", 6.0],
    ]


def test_a_row_of_a_diary_is_a_run(tmp_path):
    columns = {"date": "Datum", "sport": "Sport", "distance_m": "km", "elapsed_s": "Zeit", "rpe_cr10": "RPE"}
    rows = [["Datum", "Sport", "km", "Zeit", "RPE"], ["03.11.2026", "Laufen", "10,5", "52:30", 5]]
    rows += [
        ["04.11.2026", "", "5", "1:05:00", 3],
        ["05.11.2026", "Radfahren", "40", "", ""],
        ["06.11.2026", *[""] * 4],
    ]
    reading = by_mapping(tmp_path, "runs", columns, rows, '[units]\ndistance_m = "km"\n')
    assert reading.tables["runs"][["sport", "distance_m"]].values.tolist() == [
        ["Laufen", 10500.0],
        ["run", 5000.0],
        ["Radfahren", 40000.0],
    ]
    assert reading.tables["sessions"]["kind"].tolist() == ["run", "run", "ride"]
    assert reading.tables["sessions"]["duration_s"].dropna().tolist() == [3150.0, 3900.0]
    assert reading.source_rows["became"].tolist() == ["taken", "taken", "taken", "ignored"]


SPLITS = ["athlete", "date", "test", "trial", "split", "kind", "start_m", "distance_m", "time_s", "device"]


def gate(start, distance, time, test="sprint_30m", trial=1, name="Alder"):
    return [name, "2026-11-03", test, trial, "", "gate", start, distance, time, ""]


@pytest.mark.parametrize(
    ("rows", "lengths"),
    [
        ([gate(0, 10, 1.85), gate(10, 10, 1.2), gate(20, 10, 1.12)], [10, 10, 10]),
        ([gate(0, 10, 1.85), gate(10, 20, 1.2), gate(20, 30, 1.12)], [10, 10, 10]),
        ([gate(0, 10, 1.85, "sprint_20m"), gate(10, 20, 1.2, "sprint_20m")], [10, 10]),
        ([gate(0, 10, 1.85, "sprint_30m"), gate(10, 20, 2.3, "sprint_30m")], [10, 20]),
        ([gate(0, 400, 80, "laps"), gate(400, 400, 81, "laps"), gate(800, 400, 82, "laps")], [400, 400, 400]),
        ([gate(20, 30, 1.12, "flying_10m"), gate(0, 20, 3, "x", 2), gate(20, 25, 0.6, "x", 2)], [10, 20, 5]),
        ([gate("", 20, 3.1, "sprint_20m"), gate("", 20, 3.2, "sprint_20m", 2)], [20, 20]),
    ],
)
def test_places_of_gates_are_known_from_lengths_as_splits_do_not_overlap(tmp_path, rows, lengths):
    reading = registry.read(saved(tmp_path, lines([SPLITS, *rows])), Options())
    assert reading.tables["splits"]["distance_m"].tolist() == lengths
    is_told = any("place of their gate" in note for note in reading.notes)
    assert is_told == (lengths != [row[7] for row in rows])


def test_gates_of_a_wide_row_are_a_trial_by_their_place_and_the_time_since_the_start(tmp_path):
    more = '[constants]\ntest_id = "sprint_20m"\nkind = "gate"\n'
    more += "".join(
        f'[[each]]\ncolumns = {{ gate_time_s = "{m}" }}\nconstants = {{ gate_m = {m} }}\n' for m in (20, 10)
    )
    rows = [["Who", "Day", "10", "20"], ["Alder", "2026-11-03", 1.86, 3.16], ["Alder", "2026-11-03", 1.8, ""]]
    rows += [["Alder", "2026-11-03", 1.9, 1.8]]
    reading = by_mapping(tmp_path, "splits", {"athlete": "Who", "date": "Day"}, rows, more)
    assert reading.tables["splits"][["trial_no", "start_m", "distance_m", "time_s"]].values.tolist() == [
        [1, 0.0, 10.0, 1.86],
        [1, 10.0, 10.0, 1.3],
        [2, 0.0, 10.0, 1.8],
        [3, 0.0, 10.0, 1.9],
    ]
    assert "has a gate at 1.8 s, which does not come after 1.9 s" in reading.rejects["reason"][0]


def test_a_run_that_took_hours_for_five_kilometres_is_minutes_typed_as_a_time_of_day(tmp_path):
    rows = [
        SPLITS,
        gate(0, 5000, dt.time(19, 30), "time_trial_5km"),
        gate(0, 5000, dt.time(0, 19, 30), "time_trial_5km", 2),
    ]
    reading = registry.read(in_workbook(tmp_path, {"splits": rows}), Options())
    assert reading.tables["splits"]["time_s"].tolist() == [1170.0]
    assert "slower than anybody goes" in reading.rejects["reason"][0]
