"""Plates, dynamometers, trackers, GPS logs and Kinovea: what is a trial, which unit it is in, and what is asked for."""

import json
import re
from collections import Counter
from datetime import date

import numpy as np
import openpyxl
import pytest
from format_samples import (
    CATAPULT,
    CATAPULT_UNITS,
    FILES,
    FORCEDECKS_HUB,
    FORCEDECKS_TABLE,
    FORCEFRAME_HUB,
    FORCEFRAME_ROWS,
    GPS_LOG,
    MOTORISED,
    MOTORISED_OLD,
    NORDBORD_HUB,
    NORDBORD_ROWS,
    NUMBERED_GATES,
    STATSPORTS,
    STATSPORTS_SHORT,
    TITLED_GATES,
    TITLED_TURNS,
    UNITS,
    WITHOUT_HEADER,
    written,
)
from mutation import mutated
from soak_scale import times
from sound_tables import assert_sound

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, UnitNeeded, UnreadableFile, WorkbookError
from analysis.base.names import name_key
from analysis.ingest import registry
from analysis.ingest.binding import Names, bind
from analysis.ingest.reading import Options, Reading

BERLIN = Options(config=Config(time_zone="Europe/Berlin", units=UNITS))
NOBODY_SAID = Options(config=Config(time_zone="Europe/Berlin"))


def read(folder, text, name="file.csv", options=BERLIN) -> Reading:
    return registry.read(written(folder, name, text), options)


def trials(reading: Reading) -> dict[tuple, float]:
    """The values of trials by name, day, test, number, side and metric."""
    frame = reading.tables["trials"]
    return {
        (row.external_name, f"{row.local_date:%m-%d}", row.test_id, row.trial_no, row.side, row.metric): round(
            row.value, 4
        )
        for row in frame.itertuples()
    }


def of(reading: Reading, metric: str) -> dict[tuple, float]:
    return {place[:-1]: value for place, value in trials(reading).items() if place[-1] == metric}


# VALD


def test_a_side_without_a_repetition_is_missing_and_a_night_in_utc_is_the_next_day_here(tmp_path):
    reading = read(tmp_path, NORDBORD_ROWS)
    assert of(reading, "max_force_n") == {
        ("p-1", "03-03", "nordic", 1, "L"): 310.0,
        ("p-1", "03-03", "nordic", 1, "R"): 300.0,
        ("p-1", "03-03", "nordic", 2, "R"): 305.5,
    }
    assert of(reading, "mean_force_n")["p-1", "03-03", "nordic", 1, "L"] == 300.5
    notes = " ".join(reading.notes)
    assert "did no repetition: 12." in notes
    assert "Cells with a calibration: 1." in notes
    assert reading.source_rows["became"].tolist() == ["taken", "taken", "ignored"]


@pytest.mark.parametrize("title", ["", "NordBord tests of May\n\n"])
def test_the_hub_names_the_same_quantities_otherwise_also_below_a_title(tmp_path, title):
    reading = read(tmp_path, title + NORDBORD_HUB)
    assert reading.reader == "nordbord"
    assert of(reading, "max_force_n") == {
        ("Alder", "03-17", "nordic", 1, "L"): 310.0,
        ("Alder", "03-17", "nordic", 1, "R"): 300.0,
        ("Birch", "03-17", "nordic", 1, "R"): 280.0,
    }
    assert "impulse_n_s" not in set(reading.tables["trials"]["metric"])  # the greatest, not that of the test


def test_dates_of_the_hub_in_either_order_and_with_semicolons_are_the_same_tests(tmp_path):
    us = NORDBORD_HUB.replace("16/03/2026", "3/16/2026").replace("17/03/2026", "3/17/2026")
    european = NORDBORD_HUB.replace(",", ";").replace("300.5", "300,5").replace("130.2", "130,2")
    assert trials(read(tmp_path, us)) == trials(read(tmp_path, european)) == trials(read(tmp_path, NORDBORD_HUB))


def test_the_pair_of_the_force_frame_that_nobody_pressed_is_no_measurement(tmp_path):
    reading = read(tmp_path, FORCEFRAME_ROWS)
    assert of(reading, "inner_max_force_n") == {
        ("p-1", "03-02", "hip_ad_ab_45", 1, "L"): 210.5,
        ("p-1", "03-02", "hip_ad_ab_45", 1, "R"): 205.0,
    }
    assert not reading.tables["trials"]["metric"].str.startswith("outer").any()
    hub = of(read(tmp_path, FORCEFRAME_HUB), "external_max_force_n")
    assert hub == {
        ("Alder", "03-16", "hip_ir_er_supine", 2, "L"): 120.0,
        ("Alder", "03-16", "hip_ir_er_supine", 2, "R"): 125.0,
    }


def as_json(text: str) -> list[dict]:
    header, *rows = [line.replace('"', "").split(",") for line in text.splitlines()]
    numbers = {name for name in header if name.endswith(("Force", "Repetitions", "Impulse", "Torque"))}
    return [
        {name: float(cell) if name in numbers else cell or None for name, cell in zip(header, row, strict=True)}
        for row in rows
    ]


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_objects_of_the_interface_are_the_rows_of_its_tables(tmp_path, wrapped):
    objects = [*as_json(NORDBORD_ROWS), *as_json(FORCEFRAME_ROWS)]
    content = {"tests": objects, "nextPage": None} if wrapped else objects
    reading = read(tmp_path, json.dumps(content), "vald.json")
    assert trials(reading) == trials(read(tmp_path, NORDBORD_ROWS)) | trials(read(tmp_path, FORCEFRAME_ROWS))
    assert len(reading.source_rows) == 4
    assert set(reading.tables["trials"]["device"]) == {"NordBord", "ForceFrame"}


def test_objects_of_other_keys_are_further_trials_of_the_day(tmp_path):
    first, second, _ = as_json(NORDBORD_ROWS)
    reading = read(tmp_path, json.dumps([first, second | {"notes2": ""}, first]), "vald.json")
    assert list(of(reading, "mean_force_n")) == [
        ("p-1", "03-03", "nordic", number, side) for number, side in ((1, "L"), (1, "R"), (2, "L"), (2, "R"), (3, "R"))
    ]


@pytest.mark.parametrize("text", ["[", "[1, 2]", '{"a": {"b": 1}, "c": []}', "[" * 100_000, '[{"colour": "red"}]'])
def test_json_without_a_table_that_is_known_is_refused_with_a_sentence(tmp_path, text):
    with pytest.raises(UnreadableFile, match=r"\.$"):
        read(tmp_path, text, "strange.json")


def test_the_hub_of_the_force_decks_says_units_and_sides_in_its_headers(tmp_path):
    reading = read(tmp_path, FORCEDECKS_HUB, options=NOBODY_SAID)
    found = trials(reading)
    jump = ("Alder", "03-14", "countermovement_jump", 1)
    assert found[*jump, "B", "jump_height_imp_mom_cm"] == 31.2
    assert found[*jump, "B", "contraction_time_s"] == 0.742
    assert found[*jump, "L", "concentric_peak_force_n"] == 800
    assert found[*jump, "B", "rsi_modified_m_s"] == 0.42
    assert found["Alder", "03-14", "body_mass", 1, "B", "mass"] == 70.5
    assert not any("asym" in metric for *_, metric in found)
    loaded = reading.tables["trials"].query("test_id == 'countermovement_jump_loaded'")
    assert set(loaded["method"]) == {"1 repetition, additional load 45 lb"}
    assert any("several repetitions: 1." in note for note in reading.notes)


def test_a_jump_height_that_stands_in_inches_alone_is_in_centimetres(tmp_path):
    text = FORCEDECKS_HUB.replace(",31.2,", ",,").replace(",20.5,", ",,")
    found = of(read(tmp_path, text), "jump_height_imp_mom_cm")
    assert found["Alder", "03-14", "countermovement_jump", 1, "B"] == pytest.approx(12.28 * 2.54)


def test_a_table_of_the_force_decks_without_units_asks_for_those_that_differ_and_takes_the_makers(tmp_path):
    with pytest.raises(UnitNeeded) as asked:
        read(tmp_path, FORCEDECKS_TABLE, options=NOBODY_SAID)
    said = str(asked.value)
    for words in ("'Athlete Standing Weight' (kg, lb)", "'Countermovement Depth', 'Jump Height (Imp-Mom)' (cm, in, m)"):
        assert words in said
    assert "Velocity" not in said
    reading = read(tmp_path, FORCEDECKS_TABLE)
    place = ("Alder Wood", "03-14", "countermovement_jump", 1, "B")
    found = {metric: value for (*_, metric), value in trials(reading).items()}
    assert found["jump_height_imp_mom_cm"] == pytest.approx(14.5 * 2.54)
    assert found["countermovement_depth_cm"] == pytest.approx(-12 * 2.54)  # of the same kind as the height
    assert found["mass"] == pytest.approx(150 * 0.45359237, abs=1e-4)
    assert of(reading, "concentric_peak_velocity_m_s") == {place: 2.7}
    assert "rsi_modified_imp_mom_m_s" not in found  # NA is missing, not zero


def test_a_unit_that_cannot_be_or_is_not_wanted_is_told_or_left(tmp_path):
    units = UNITS | {"Jump Height (Imp-Mom)": "-"}
    reading = read(tmp_path, FORCEDECKS_TABLE, options=Options(config=Config(units=units)))
    assert not {"jump_height_imp_mom_cm", "countermovement_depth_cm"} & set(reading.tables["trials"]["metric"])
    with pytest.raises(ConfigProblem, match="'kg' under \\[units\\]"):
        read(tmp_path, FORCEDECKS_TABLE, options=Options(config=Config(units=UNITS | {"Jump Height (Imp-Mom)": "kg"})))


# trackers


def test_a_session_of_the_tracker_has_its_distance_and_one_of_0_is_missing(tmp_path):
    reading = read(tmp_path, STATSPORTS)
    runs = reading.tables["runs"]
    assert runs["distance_m"].fillna(-1).tolist() == [4778.0, -1.0]
    assert reading.tables["sessions"]["duration_s"].tolist() == [2939.0, 2988.0]
    assert of(reading, "max_speed_m_s") == {
        ("Alder", "03-14", "tracker_session", 1, "B"): 7.71,
        ("Birch", "03-14", "tracker_session", 1, "B"): 9.06,
    }
    assert "Rows with a distance of 0: 1." in " ".join(reading.notes)
    assert "17.3 m/s, which nobody runs" in reading.rejects["reason"].item().replace("'17.3' would be ", "")


def test_two_sessions_without_a_name_on_a_day_are_two(tmp_path):
    reading = read(tmp_path, STATSPORTS_SHORT)
    assert reading.tables["sessions"]["session_key"].tolist() == ["2026-03-14", "2026-03-14|2"]
    assert [place[3] for place in of(reading, "sprints")] == [1, 2]


@pytest.mark.parametrize(("text", "columns"), [(STATSPORTS, ("Total Distance", "Max Speed")), (CATAPULT, ("max_vel",))])
def test_a_tracker_that_names_no_unit_asks_for_it(tmp_path, text, columns):
    with pytest.raises(UnitNeeded) as asked:
        read(tmp_path, text, options=NOBODY_SAID)
    assert all(f"'{column}'" in str(asked.value) for column in columns)


def test_periods_are_sessions_in_the_units_that_somebody_says_or_the_header(tmp_path):
    reading = read(tmp_path, CATAPULT)
    assert reading.tables["runs"]["distance_m"].tolist() == pytest.approx([1500 * 0.9144, 900 * 0.9144])
    assert reading.tables["sessions"]["duration_s"].tolist() == [2520.0, 1200.0]
    assert of(reading, "max_speed_m_s")["Alder", "03-14", "tracker_session", 1, "B"] == pytest.approx(
        18.5 * 0.44704, abs=1e-4
    )
    told = read(tmp_path, CATAPULT_UNITS, options=NOBODY_SAID)
    assert of(told, "max_speed_m_s") == {("Birch", "03-14", "tracker_session", 1, "B"): 7.75}
    assert told.tables["runs"]["distance_m"].tolist() == [5400.5]


# a GPS log without a header


def test_the_first_row_of_a_log_without_a_header_is_data_and_positions_are_kept_nowhere(tmp_path):
    reading = read(tmp_path, GPS_LOG, "alder_wood-71-20260302.csv")
    (samples,) = reading.samples.values()
    assert samples["speed_m_s"].tolist() == [0.04, 0.04, 1.5, 4.25, 7.5, 8.9, 8.1]
    assert samples["t_s"].tolist() == pytest.approx(np.arange(7) / 10)
    session = reading.tables["sessions"].iloc[0]
    assert (session["external_name"], session["kind"]) == ("alder wood", "sprint")
    assert session["duration_s"] == pytest.approx(0.6)
    assert trials(reading) == {("alder wood", "03-02", "body_mass", 1, "B", "mass"): 71.0}
    assert len(reading.source_rows) == 7
    assert not reading.source_rows["raw"].str.contains("50.123456|8.654321").any()


def test_a_log_in_another_unit_is_refused_and_one_of_another_name_is_nobodys(tmp_path):
    with pytest.raises(UnreadableFile, match="which nobody runs"):
        read(tmp_path, GPS_LOG.replace(";8.90;", ";32.0;"))
    reading = read(tmp_path, GPS_LOG, "session.csv")
    assert reading.tables["sessions"]["external_name"].isna().all()
    assert "trials" not in reading.tables


# 1080, and gates


def test_a_sprint_against_another_load_is_another_test(tmp_path):
    reading = read(tmp_path, MOTORISED, options=NOBODY_SAID)
    assert of(reading, "peak_speed_m_s") == {
        ("Alder", "03-14", "sprint_3kg", 1, "B"): 7.9,
        ("Alder", "03-14", "sprint_15kg", 1, "B"): 5.6,
        ("Alder", "03-14", "lateral_push_15kg", 1, "L"): 2.5,
    }
    assert of(reading, "time_0_5m_s")["Alder", "03-14", "sprint_3kg", 1, "B"] == 1.25
    assert len(of(reading, "mass")) == 3
    with pytest.raises(UnitNeeded, match="'TopSpeed'"):
        read(tmp_path, MOTORISED_OLD, options=NOBODY_SAID)
    old = read(tmp_path, MOTORISED_OLD)
    assert of(old, "peak_speed_m_s") == {("Birch", "03-14", "sprint", 1, "B"): 8.4}


def splits(reading: Reading) -> list[list]:
    frame = reading.tables["splits"]
    return frame[["test_id", "trial_no", "start_m", "distance_m", "time_s"]].to_numpy(dtype="object").tolist()


def test_the_title_says_over_which_distance_the_total_time_is(tmp_path):
    expected = [
        ["sprint_20m", 1, 0.0, 5.0, 1.08],
        ["sprint_20m", 1, 5.0, 15.0, pytest.approx(2.04)],
        ["sprint_20m", 2, 0.0, 5.0, 1.06],
        ["sprint_20m", 2, 5.0, 15.0, pytest.approx(2.03)],
    ]
    reading = read(tmp_path, TITLED_GATES)
    assert splits(reading) == expected
    assert reading.tables["sessions"]["external_name"].tolist() == ["Alder"]
    nameless = re.sub(r"(?m)^(Name|Alder);[^;]*;", "", TITLED_GATES)
    assert splits(read(tmp_path, nameless, "gates_2026-03-14.csv")) == expected
    with pytest.raises(UnreadableFile, match="on which day"):
        read(tmp_path, nameless, "gates.csv")


def test_a_turn_is_a_trial_of_its_side(tmp_path):
    reading = read(tmp_path, TITLED_TURNS)
    assert of(reading, "time_s") == {
        ("Alder", "03-14", "505_test", 1, "L"): 2.41,
        ("Alder", "03-14", "505_test", 2, "R"): 2.35,
    }
    assert of(reading, "max_speed_m_s")["Alder", "03-14", "505_test", 1, "L"] == 6.0
    assert "splits" not in reading.tables


def test_numbered_distances_are_lengths_or_places_as_the_test_says(tmp_path):
    reading = read(tmp_path, NUMBERED_GATES)
    assert splits(reading) == [
        ["sprint_30m", 1, 0.0, 10.0, 1.8],
        ["sprint_30m", 1, 10.0, 10.0, 1.25],
        ["sprint_30m", 1, 20.0, 10.0, 1.15],
        ["sprint_30m", 2, 0.0, 10.0, 1.78],
        ["sprint_30m", 2, 10.0, 10.0, 1.24],
        ["sprint_30m", 2, 20.0, 10.0, 1.16],
    ]
    assert f"{reading.tables['sessions']['local_date'].iloc[0]:%m-%d}" == "03-04"  # the day stands first
    assert trials(reading) == {("Birch Wood", "03-04", "agility", 1, "B", "time_s"): 5.1}
    assert any("stand: 1." in note for note in reading.notes)


# Kinovea

T_S = np.round(np.arange(0, 6, 0.02), 3)
HEIGHT_M = np.where(T_S % 3 < 2, 0.3 - 0.3 * np.cos(np.pi * (T_S % 3)), 0.0)  # two rises of 0.6 m in 1 s


def kinovea_text(points: dict[str, np.ndarray]) -> str:
    lines = ["#Kinovea Trajectory data export", "#T X Y"]
    for name, height in points.items():
        lines += ["", f"# {name}"]
        lines += [
            f"{t:.3f} 12,50 {y:.2f} ".replace(".", ",").replace(",", ".", 1) for t, y in zip(T_S, height, strict=True)
        ]
    return re.sub(r"(?<= -)(\d+)\.|(?<= )(\d+)\.", r"\1\2,", "\n".join(lines)) + "\n"


def kinovea_book(path, unit: str, points: dict[str, np.ndarray]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Key images"], ["Name", "Time (s)"], ["0.00", 0.0], [], ["Positions"]):
        sheet.append(row)
    sheet.append(["Name", "Time (s)", f"X ({unit})", f"Y ({unit})"])
    for name in points:
        sheet.append([name, 0.0, 1.0, 1.0])
    for name, height in points.items():
        for row in ([], [name], [None, 0], ["Time (s)", f"X ({unit})", f"Y ({unit})"]):
            sheet.append(row)
        for t, y in zip(T_S, height, strict=True):
            sheet.append([float(t), 12.5, float(y)])
    book.save(path)


@pytest.mark.parametrize("unit", ["cm", "m", "in"])
def test_a_calibrated_way_of_the_bar_is_bar_speed(tmp_path, unit):
    path = tmp_path / "deadlift 100kg 2026-03-02.xlsx"
    by = {"cm": 100.0, "m": 1.0, "in": 1 / 0.0254}[unit]
    kinovea_book(path, unit, {"bar": HEIGHT_M * by, "hip": HEIGHT_M * by / 2})
    reading = registry.read(path, NOBODY_SAID)
    reps = reading.tables["reps"]
    assert reps["rep_no"].tolist() == [1, 2]
    assert reps["rom_m"].tolist() == pytest.approx([0.6, 0.6], abs=0.01)
    assert reps["mean_velocity_m_s"].tolist() == pytest.approx([0.6, 0.6], rel=0.2)
    assert reps["peak_velocity_m_s"].tolist() == pytest.approx([0.3 * np.pi] * 2, rel=0.05)
    assert reading.tables["sets"][["exercise", "load_kg", "reps"]].to_numpy().tolist() == [["deadlift", 100.0, 2.0]]
    assert "Points that were left out: hip." in reading.notes


def test_pixels_and_ways_without_a_unit_say_what_to_calibrate(tmp_path):
    path = tmp_path / "deadlift 2026-03-02.xlsx"
    kinovea_book(path, "px", {"bar": HEIGHT_M * 400})
    with pytest.raises(UnitNeeded, match=r"in pixels.*Calibrate the video"):
        registry.read(path, BERLIN)
    text = kinovea_text({"bar": HEIGHT_M * 100})
    with pytest.raises(UnitNeeded, match="Calibrate the video"):
        read(tmp_path, text, "deadlift 2026-03-02.txt", NOBODY_SAID)
    said = Options(config=Config(units={"Y": "cm"}))
    reps = read(tmp_path, text, "deadlift 2026-03-02.txt", said).tables["reps"]
    assert reps["rom_m"].tolist() == pytest.approx([0.6, 0.6], abs=0.01)


def test_of_several_points_none_called_bar_is_asked_for(tmp_path):
    path = tmp_path / "squat 2026-03-02.xlsx"
    kinovea_book(path, "cm", {"hip": HEIGHT_M * 100, "knee": HEIGHT_M * 50})
    with pytest.raises(UnreadableFile, match=r"'hip', 'knee'.*Call it bar"):
        registry.read(path, BERLIN)


def test_day_lift_and_load_of_a_video_stand_in_its_name_or_are_said(tmp_path):
    named = tmp_path / "100kg_Kreuzheben_2mar2026.xlsx"
    kinovea_book(named, "cm", {"bar": HEIGHT_M * 100})
    reading = registry.read(named, NOBODY_SAID)
    assert reading.tables["sets"][["exercise", "load_kg"]].to_numpy().tolist() == [["deadlift", 100.0]]
    assert reading.tables["sessions"]["local_date"].dt.date.tolist() == [date(2026, 3, 2)]
    silent = named.rename(tmp_path / "clip7.xlsx")
    with pytest.raises(UnreadableFile, match=r"on which day it was and which lift it is.*--date and --lift\.$"):
        registry.read(silent, NOBODY_SAID)
    reading = registry.read(silent, Options(date="2026-03-02", lift="deadlift"))
    assert reading.tables["sets"]["exercise"].tolist() == ["deadlift"]
    assert any(note.startswith("No load is said") for note in reading.notes)


# every one of them, damaged

READERS = ("nordbord", "forceframe", "forcedecks", "statsports", "catapult", "motorised", "numbered_gates")
FILES_OF_THEM = {
    **{name: text for reader in READERS for name, text in FILES[reader]},
    **WITHOUT_HEADER,
    "vald.json": json.dumps([*as_json(NORDBORD_ROWS), *as_json(FORCEFRAME_ROWS)]),
}


@pytest.mark.soak
def test_a_damaged_file_is_read_or_refused_with_a_sentence(tmp_path):
    met, told = Counter(), {}
    for seed in range(times(30, 200, 2_000)):
        name = list(FILES_OF_THEM)[seed % len(FILES_OF_THEM)]
        path = tmp_path / name
        path.write_bytes(mutated(FILES_OF_THEM[name].encode(), np.random.default_rng(seed)))
        try:
            reading = registry.read(path, BERLIN)
        except WorkbookError as refusal:
            told[name, seed] = str(refusal)
            continue
        met["read"] += 1
        people = sorted({who for frame in reading.tables.values() for who in frame["external_name"].dropna()})
        names = Names({("*", name_key(who)): f"a{place}" for place, who in enumerate((*people, "me"))})
        for table, frame in bind(reading, names, "me").tables.items():
            assert_sound(table, frame)
    assert min(met["read"], len(told)) > 5
    wrong = {place: said for place, said in told.items() if not said.endswith(".") or "broke the workbook" in said}
    assert wrong == {}
