"""The account exports of watches and rings: lists in many languages, archives, JSON, tables with a title above."""

import copy
import functools
import gzip
import io
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import own_samples
import pandas as pd
import pytest
from format_samples import ACCOUNTS, FILES
from soak_scale import times
from sound_tables import assert_sound

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import registry
from analysis.ingest.binding import Names, bind, dated
from analysis.ingest.linking import run_links
from analysis.ingest.reading import Options, Reading
from analysis.ingest.watch import fit

BERLIN = Options(config=Config(time_zone="Europe/Berlin"), distance_unit="km")


def read(folder: Path, name: str, content: str | bytes, options: Options = BERLIN) -> Reading:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return registry.read(path, options)


def answers(reading: Reading) -> dict[tuple[str, str], float]:
    wellness = reading.tables["wellness"]
    days = wellness["local_date"].dt.strftime("%m-%d")
    return {
        (day, item): round(value, 2) for day, item, value in zip(days, wellness["item"], wellness["value"], strict=True)
    }


# lists of activities in the language of the account


def whole_list(head: str, elapsed: str, distance: str, file: str, moving: str, day: str, sport: str) -> str:
    """Strava's whole list: 18 columns and some behind them."""
    header = (
        f"{head},text,{elapsed},{distance},max,effort,commute,note,gear,{file},kg,bike,{elapsed},{moving},{distance}"
    )
    run = f'71,"{day}",Loop,{sport},,3189,"9,44",160,,false,,,,,,3189.0,3100.0,9440.2,4.1'
    lift = f'72,"{day.replace("15:24", "19:24")}",Lift,Yoga,,900,"0,00",,,false,,,,,,900.0,900.0,0,0'
    return f'{header},"Speed"\n{run}\n{lift}\n'


LISTS = {
    "spanish": whole_list(
        "ID de actividad,Fecha de la actividad,Nombre de la actividad,Tipo de actividad",
        *("Tiempo transcurrido", "Distancia", "Nombre del archivo", "Tiempo en movimiento"),
        *("3 nov 2026, 15:24:49", "Carrera"),
    ),
    "portuguese": whole_list(
        "ID da atividade,Data da atividade,Nome da atividade,Tipo de atividade",
        *("Tempo decorrido", "Distância", "Nome do arquivo", "Tempo de movimentação"),
        *("3 de nov. de 2026, 15:24:49", "Corrida"),
    ),
    "dutch": whole_list(
        "Activiteits-ID,Datum van activiteit,Naam van activiteit,Activiteitstype",
        *("Verstreken tijd", "Afstand", "Bestandsnaam", "Beweegtijd"),
        *("3 nov. 2026 15:24:49", "Hardloopsessie"),
    ),
    "by the places alone": whole_list(
        "ID attività,Data attività,Nome attività,Tipo attività",
        *("Tempo trascorso", "Distanza", "Nome file", "Tempo di movimento"),
        *("3 nov 2026, 15:24:49", "Corsa"),
    ),
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_the_list_of_a_running_site_is_read_in_the_language_of_the_account(tmp_path, text):
    reading = read(tmp_path, "activities.csv", text, Options(config=Config(time_zone="Europe/Berlin")))
    (run,) = reading.tables["runs"].to_dict("records")
    assert (run["session_key"], run["activity"]) == ("71", "running")
    assert (run["distance_m"], run["timer_s"], run["elapsed_s"]) == (9440.2, 3100.0, 3189.0)
    assert reading.tables["sessions"]["start_utc"][0].isoformat() == "2026-11-03T15:24:49+00:00"
    assert len(reading.rejects) == 0


def test_the_export_that_was_packed_again_with_its_folder_is_read(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as export:
        listed = LISTS["dutch"].replace(",false,,,,,,3189", ",false,,,activities/71.gpx.gz,,,3189")
        export.writestr("export_1/activities.csv", listed)
        export.writestr("export_1/activities/71.gpx.gz", gzip.compress(own_samples.gpx(times=True).encode()))
    reading = read(tmp_path, "again.zip", packed.getvalue())
    assert reading.reader == "strava"
    assert list(reading.samples) == ["71"]
    assert sorted(reading.tables["sessions"]["session_key"]) == ["71", "72"]


@pytest.mark.parametrize(
    "first", ["0,0,1,0,1,0.4,7", "a,b,c,d,e,0.4,7", "a,a,c,d,e,f,g"], ids=["numbers", "some", "alike"]
)
def test_a_row_of_numbers_or_of_words_alike_is_no_header_of_a_list(tmp_path, first):
    cells = first.split(",")
    row = ",".join([*cells, *(f"c{place}" for place in range(7, 15)), cells[5], "moving", cells[6]])
    with pytest.raises(UnreadableFile, match="which no column mapping knows"):
        read(tmp_path, "table.csv", f"{row}\n{row}\n")


def test_a_table_that_says_nothing_twice_is_no_list_of_activities(tmp_path):
    text = "\n".join(
        line.replace("Afstand", "Km", 1) for line in LISTS["dutch"].replace("Activiteits-ID", "Nr").splitlines()
    )
    with pytest.raises(UnreadableFile):
        read(tmp_path, "other.csv", text)


# Garmin's account archive


def activity(number: int, start_ms: int, **more: object) -> dict:
    """One of the list: 8,000 m in 40 minutes, two hours ahead of UTC."""
    times = {"beginTimestamp": start_ms, "startTimeLocal": start_ms + 7_200_000.0}
    run = {"activityType": "running", "distance": 800_000.0, "duration": 2_400_000.0, "elapsedDuration": 2_460_000.0}
    return {"activityId": number, "name": "Loop", **times, **run, "avgHr": 148.0, **more}


def exported(*found: dict) -> str:
    return json.dumps([{"summarizedActivitiesExport": list(found)}])


MARCH_2_MS = 1_772_470_800_000  # 2026-03-02 17:00 in UTC, when the run of our FIT sample begins
JUNE_1_MS = 1_780_300_800_000  # 2026-06-01 08:00 in UTC


def test_the_archive_of_a_watch_says_centimetres_and_milliseconds(tmp_path):
    reading = read(tmp_path, "x_summarizedActivities.json", exported(activity(5, JUNE_1_MS)))
    (run,), (session,) = (reading.tables[name].to_dict("records") for name in ("runs", "sessions"))
    assert (run["distance_m"], run["timer_s"], run["elapsed_s"]) == (8000.0, 2400.0, 2460.0)
    assert (run["activity"], run["mean_heart_rate_bpm"]) == ("running", 148.0)
    assert (session["start_local"].isoformat(), session["utc_offset_s"]) == ("2026-06-01T10:00:00", 7200.0)
    assert len(reading.source_rows) == 1


def test_of_a_multisport_the_parts_count(tmp_path):
    whole = activity(1, JUNE_1_MS, activityType="multi_sport", parent=True)
    parts = [
        activity(n, JUNE_1_MS + n * 3_600_000, parentId=1, activityType=kind)
        for n, kind in ((2, "cycling"), (3, "running"))
    ]
    reading = read(tmp_path, "x_summarizedActivities.json", exported(whole, *parts, activity(9, JUNE_1_MS - 9)))
    assert sorted(reading.tables["sessions"]["session_key"]) == ["2", "3", "9"]
    assert "Multisport activities whose parts are listed too: 1; the parts count." in reading.notes


def test_the_days_of_the_archive_are_resting_heart_rate_stress_sleep_and_variability(tmp_path):
    stress = {
        "aggregatorList": [{"type": "AWAKE", "averageStressLevel": 31}, {"type": "TOTAL", "averageStressLevel": -1}]
    }
    days = [{"calendarDate": "2026-06-01", "totalSteps": 9000, "restingHeartRate": 47, "allDayStress": stress}]
    night = {
        "calendarDate": "2026-06-02",
        "deepSleepSeconds": 3600,
        "lightSleepSeconds": 14400,
        "remSleepSeconds": 5400,
    }
    nights = [{**night, "sleepScores": {"overallScore": 81}}, {"calendarDate": "2026-06-03", "deepSleepSeconds": None}]
    health = [
        {"calendarDate": "2026-06-02", "metrics": [{"type": "HRV", "value": 61.0}, {"type": "HR", "value": 45.0}]}
    ]
    reading = read(tmp_path, "UDSFile_1.json", json.dumps(days))
    assert answers(reading) == {("06-01", "resting_heart_rate_bpm"): 47.0}
    assert any("Scores below zero" in note for note in reading.notes)
    assert answers(read(tmp_path, "1_sleepData.json", json.dumps(nights))) == {
        ("06-02", "sleep_h"): 6.5,
        ("06-02", "sleep_score"): 81.0,
    }
    assert answers(read(tmp_path, "1_healthStatusData.json", json.dumps(health))) == {("06-02", "rmssd_ms"): 61.0}


# zips of several files


def packed(**members: bytes | str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inner in members.items():
            archive.writestr(name.replace("__", "/"), inner)
    return content.getvalue()


def test_an_activity_that_the_archive_lists_and_holds_counts_once(tmp_path):
    listed = exported(activity(5, MARCH_2_MS + 20_000), activity(6, JUNE_1_MS, activityType="strength_training"))
    fit = own_samples.run().content()
    members = {
        "DI_CONNECT__DI-Connect-Fitness__x_summarizedActivities.json": listed,
        "DI_CONNECT__DI-Connect-Uploaded-Files__UploadedFiles_0-_Part1.zip": packed(**{"x_5.fit": fit}),
        "again__x_5.fit.gz": gzip.compress(fit),
        "DI_CONNECT__photo.jpg": b"\xff\xd8",
        "broken.fit": fit[:30],
    }
    reading = read(tmp_path, "archive.zip", packed(**members))
    assert reading.reader == "archive"
    sessions = reading.tables["sessions"].set_index("session_key")
    assert sessions["source"].to_dict() == {"2026-03-02T17:00:00+00:00": "fit", "6": "garmin_archive"}
    assert list(reading.samples) == ["2026-03-02T17:00:00+00:00"]
    assert [note for note in reading.notes if "once" in note or "the file counts" in note or "left out" in note] == [
        "Files of the archive that nothing reads: 1; they are left out.",
        "Activities that an earlier file of the archive holds too: 1; they count once.",
        "Activities of a list of which the archive has the file of the watch: 1; the file counts.",
    ]
    assert any("broken.fit" in note for note in reading.notes)


def test_a_zip_of_several_watch_files_has_the_sessions_that_they_have_alone(tmp_path):
    members = {"a.gpx": own_samples.gpx(times=True), "b.tcx.gz": gzip.compress(own_samples.tcx().encode())}
    alone = {
        key
        for name, content in members.items()
        for key in read(tmp_path, name, content).tables["sessions"]["session_key"]
    }
    reading = read(tmp_path, "two.zip", packed(**members))
    assert set(reading.tables["sessions"]["session_key"]) == alone
    assert set(reading.tables["sessions"]["source"]) <= {"gpx", "tcx"}


def test_a_list_and_a_file_taken_in_apart_are_linked_and_counted_once(tmp_path):
    run = read(tmp_path, "run.fit", own_samples.run().content()).tables
    (ran,) = run["runs"].to_dict("records")
    listed = activity(5, MARCH_2_MS, distance=ran["distance_m"] * 100, duration=ran["timer_s"] * 1000)
    listed |= {"elapsedDuration": ran["elapsed_s"] * 1000}
    archive = read(tmp_path, "x_summarizedActivities.json", exported(listed)).tables
    both = {
        name: pd.concat(
            [
                frame.assign(session_id=source, athlete_id="k3vd", source=source)
                for source, frame in (("fit", run[name]), ("garmin_archive", archive[name]))
            ]
        )
        for name in ("sessions", "runs")
    }
    links = run_links(both["sessions"], both["runs"].drop(columns="source"))
    assert links[["a", "b"]].to_numpy().tolist() == [["fit", "garmin_archive"]]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.json": "{}", "b.csv": "a,b\n1,2\n"}, "nothing of a format that is known here .2 files"),
        ({"a.gpx": "<gpx>" + " " * 2**23, "b.gpx": "<gpx>"}, "would swell to"),
        ({"one.zip": packed(**{"two.zip": packed(**{"a.gpx": "<gpx/>"})})}, "nothing of a format"),
    ],
    ids=["nothing known", "a bomb", "too deep"],
)
def test_an_archive_with_nothing_to_take_is_refused_in_a_sentence(tmp_path, members, words):
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, "archive.zip", packed(**members))


def test_the_version_of_archives_rises_with_that_of_every_reader(monkeypatch):
    before = registry.versions()["archive"]
    raised = replace(fit.READER, version=fit.READER.version + 1)
    monkeypatch.setattr(fit, "READER", raised)
    registry.readers.cache_clear()
    registry.versions.cache_clear()
    try:
        assert registry.versions()["archive"] == before + 1
    finally:
        monkeypatch.undo()
        registry.readers.cache_clear()
        registry.versions.cache_clear()


# mornings of rings and trackers


def test_of_two_sleeps_of_a_day_the_longer_counts_and_moments_in_utc_get_the_day_here(tmp_path):
    text = (
        "sleep_log_entry_id,timestamp,overall_score,duration_score,resting_heart_rate\n"
        "3,2026-06-02T22:40:30Z,80,44,51\n2,2026-06-01T12:00:00Z,40,9,52\n1,2026-06-01T04:10:00Z,75,40,52\n"
    )
    reading = read(tmp_path, "sleep_score.csv", text)
    assert answers(reading) == {
        ("06-03", "sleep_score"): 80.0,
        ("06-03", "resting_heart_rate_bpm"): 51.0,
        ("06-01", "sleep_score"): 75.0,
        ("06-01", "resting_heart_rate_bpm"): 52.0,
    }
    assert reading.source_rows["became"].tolist() == ["taken", "ignored", "taken"]
    assert "Rows of a day that has a longer one, as naps: 1; the longest of a day counts." in reading.notes


NIGHT = {("06-01", "sleep_h"): 7.0, ("06-01", "rmssd_ms"): 65.0, ("06-01", "resting_heart_rate_bpm"): 48.0}
MORNINGS = {
    "fitbit_readiness": {("06-01", "readiness"): 81.0},
    "fitbit_hrv": {("06-01", "rmssd_ms"): 42.3},
    "fitbit_respiration": {("06-01", "respiratory_rate_per_min"): 15.2},
    "fitbit_resting_heart_rate": {("06-01", "resting_heart_rate_bpm"): 51.25},
    "fitbit_sleep": {("06-01", "sleep_h"): 6.7},
    "oura_nights": NIGHT | {("06-01", "respiratory_rate_per_min"): 14.2},
    "oura_readiness": {("06-01", "readiness"): 81.0},
    "oura_sleep_score": {("06-01", "sleep_score"): 77.0},
    "oura_api": NIGHT
    | {("06-01", "readiness"): 57.0, ("06-02", "sleep_h"): 5.0, ("06-02", "rmssd_ms"): 60.0}
    | {("06-02", "resting_heart_rate_bpm"): 50.0},
}


def file_of(reader: str) -> tuple[str, str]:
    """The sample of a format, by its reader: its name and its text."""
    return ACCOUNTS[reader] if reader in ACCOUNTS else FILES[reader][0]


@pytest.mark.parametrize("reader", MORNINGS)
def test_the_mornings_of_rings_and_trackers(tmp_path, reader):
    reading = read(tmp_path, *file_of(reader))
    assert reading.reader == reader
    assert answers(reading) == MORNINGS[reader]
    assert len(reading.rejects) == 0


@pytest.mark.parametrize("reader", ACCOUNTS)
def test_every_export_is_known_by_what_it_holds_and_holds_to_the_canonical_tables(tmp_path, reader):
    reading = read(tmp_path, *file_of(reader))
    assert reading.reader == reader
    for table, frame in bind(reading, Names({("*", "me"): "a1"}), "me").tables.items():
        assert_sound(table, frame)


def test_a_takeout_is_read_from_its_zip_and_steps_are_left(tmp_path):
    summaries = ("fitbit_hrv", "fitbit_respiration")
    members = {f"Takeout__Fitbit__{name}": text for name, text in map(file_of, summaries)}
    steps = json.dumps([{"dateTime": "06/01/26 04:00:00", "value": "4000"}])
    reading = read(tmp_path, "takeout.zip", packed(**members, **{"Takeout__Fitbit__steps-2026-06-01.json": steps}))
    assert set(reading.tables["wellness"]["source"]) == set(summaries)
    assert set(reading.source_rows["sheet"]) == {name.replace("__", "/") for name in members}
    assert "Files of the archive that nothing reads: 1; they are left out." in reading.notes


# Samsung Health, Polar, Suunto


def test_exercises_below_the_name_of_a_table_have_their_day_by_the_offset_beside_them(tmp_path):
    columns = ("start_time", "end_time", "duration", "distance", "exercise_type", "mean_heart_rate", "time_offset")
    header = ",".join(f"com.samsung.health.exercise.{name}" for name in columns)
    text = (
        f"\ufeffcom.samsung.shealth.exercise,6307003,17\n{header}\n"
        "2026-06-01 20:05:33.250,2026-06-01 20:37:10.000,1897000,5230.5,1002,158.2,UTC+0900,\n"
        "2026-06-02 03:00:00.000,2026-06-02 03:20:00.000,1200000,,99999,,UTC-0330,\n"
    )
    reading = read(tmp_path, "com.samsung.shealth.exercise.20260602.csv", text)
    sessions, (run,) = reading.tables["sessions"], reading.tables["runs"].to_dict("records")
    assert sessions["start_local"].map(str).tolist() == ["2026-06-02 05:05:33", "2026-06-01 23:30:00"]
    assert (run["activity"], run["distance_m"], run["timer_s"], run["elapsed_s"]) == ("running", 5230.5, 1897.0, 1897.0)
    assert any("'samsung exercise 99999' (1)" in note for note in reading.notes)


def timed(*values: tuple[int, object]) -> list[dict]:
    return [{"dateTime": f"2026-06-01T10:00:{second:02}.000", "value": value} for second, value in values]


def test_a_session_of_flow_has_its_records_in_si_units_and_no_altitude_before_the_first_fix(tmp_path):
    samples = {
        "heartRate": timed((0, 130), (2, 150)),
        "speed": timed((1, 10.8), (2, 7.2)),
        "altitude": timed((0, 0.0), (1, 0.0), (2, 212.5)),
        "distance": timed((2, 8.5)),
    }
    exercise = {
        "startTime": "2026-06-01T10:00:00.000",
        "duration": "PT1M3.5S",
        "sport": "TRAIL_RUNNING",
        "samples": samples,
    }
    for offset in ("timeZoneOffset", "timezoneOffset"):
        session = {
            "exportVersion": "2.6",
            "startTime": "2026-06-01T10:00:00.000",
            offset: -210,
            "exercises": [exercise],
        }
        text = json.dumps(session).replace("212.5}", '212.5}, {"dateTime": "2026-06-01T10:00:03.000", "value": NaN}')
        reading = read(tmp_path, f"training-session-{offset}.json", text)
        (start,) = reading.tables["sessions"]["start_utc"]
        assert start.isoformat() == "2026-06-01T13:30:00+00:00"
        (run,), (records,) = reading.tables["runs"].to_dict("records"), reading.samples.values()
        assert (run["activity"], run["distance_m"], run["timer_s"]) == ("trail_running", 8.5, 63.5)
        assert records["speed_m_s"].tolist()[1:3] == pytest.approx([3.0, 2.0])
        assert records["altitude_m"].dropna().tolist() == [212.5]
        assert records["heart_rate_bpm"].dropna().tolist() == [130.0, 150.0]
        assert "Altitudes of 0 before the first fix: 2; they count as missing." in reading.notes


@pytest.mark.parametrize("joint", ["_", "-"])
def test_an_exercise_of_the_api_is_read_with_underscores_and_with_hyphens(tmp_path, joint):
    exercise = {
        **{"id": "A1", "device": "Polar Pacer", "start_time": "2026-06-01T10:00:00", "start_time_utc_offset": 120},
        **{"duration": "PT2H4M", "distance": 21000.0, "heart_rate": {"average": 141, "maximum": 170}},
        **{"sport": "OTHER", "detailed_sport_info": "INDOOR_ROWING"},
        "samples": [{"recording_rate": 5, "sample_type": 0, "data": "100,,102,null"}],
    }
    text = json.dumps(exercise).replace("_", joint).replace(f"INDOOR{joint}ROWING", "INDOOR_ROWING")
    reading = read(tmp_path, "exercise.json", text)
    (run,), (records,) = reading.tables["runs"].to_dict("records"), reading.samples.values()
    assert (run["session_key"], run["activity"], run["timer_s"]) == ("A1", "rowing", 7440.0)
    assert (run["distance_m"], run["mean_heart_rate_bpm"], run["device"]) == (21000.0, 141.0, "Polar Pacer")
    assert records[["t_s", "heart_rate_bpm"]].dropna().to_numpy().tolist() == [[0.0, 100.0], [10.0, 102.0]]


def test_a_session_of_flow_names_its_sport_by_number_and_its_totals_beside_it(tmp_path):
    session = {
        **{"startTime": "2026-06-01T10:00:00", "stopTime": "2026-06-01T10:45:00", "timezoneOffsetMinutes": 120},
        **{"durationMillis": 2_640_000, "distanceMeters": 8100.0, "hrAvg": 139, "sport": {"id": "17"}},
        "exercises": [{"startTime": "2026-06-01T10:00:00", "samples": {"samples": [{"type": "HR", "values": [1]}]}}],
    }
    reading = read(tmp_path, "training-session-1.json", json.dumps(session))
    (run,) = reading.tables["runs"].to_dict("records")
    assert (run["activity"], run["distance_m"], run["timer_s"]) == ("treadmill_running", 8100.0, 2640.0)
    assert (run["elapsed_s"], run["mean_heart_rate_bpm"]) == (2700.0, 139.0)
    assert "Records in a layout that is not known: 1 kinds; they are left out." in reading.notes


def test_a_device_log_counts_beats_in_hertz(tmp_path):
    at = "2026-06-01T18:03:{}.000+02:00".format
    header = {"Activity": "Trail running", "ActivityType": 22, "DateTime": at("13"), "TimeISO8601": at("33")}
    header |= {"Distance": 60, "Duration": 18.0, "Device": {"Name": "Amsterdam"}, "HR": [{"Avg": 2.25}]}
    samples = [{"HR": 2.0 + second / 20, "Speed": 3.1, "TimeISO8601": at(13 + 10 * second)} for second in range(3)]
    lap = {"Window": {"Type": "Lap", "Distance": 60, "Duration": 18.0, "TimeISO8601": at("33")}}
    log = {
        "DeviceLog": {
            "Header": header,
            "Samples": [*samples, {"Events": [], "TimeISO8601": at("33")}],
            "Windows": [lap],
        }
    }
    reading = read(tmp_path, "log.json", json.dumps(log))
    (run,), (records,) = reading.tables["runs"].to_dict("records"), reading.samples.values()
    assert records["heart_rate_bpm"].tolist() == pytest.approx([120.0, 123.0, 126.0])
    assert (run["activity"], run["distance_m"], run["timer_s"], run["elapsed_s"]) == ("trail_running", 60.0, 18.0, 20.0)
    assert run["mean_heart_rate_bpm"] == pytest.approx(135.0)
    assert reading.tables["sessions"]["utc_offset_s"].tolist() == [7200.0]
    assert len(reading.tables["splits"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.json", '[{"summarizedActivitiesExport": [{"activityId"', "is damaged JSON"),
        ("empty.json", '[{"summarizedActivitiesExport": []}]', "has not the columns of Garmin's account archive"),
        ("deep.json", '{"DeviceLog": ' + "[" * 100_000, "is damaged JSON"),
        ("other.json", '{"name": "thing"}', "which no column mapping knows"),
        ("log.json", '{"DeviceLog": 7}', "holds no device log"),
    ],
)
def test_json_that_is_damaged_or_of_something_else_is_refused_in_a_sentence(tmp_path, name, content, words):
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, name, content)


ODD = [
    None,
    True,
    [],
    {},
    [1],
    "",
    "x",
    -1,
    0,
    1e308,
    "1e400",
    "2026-13-45",
    [{}],
    {"a": 1},
    [[["x"]]],
    "PT9999999999H",
]


def places(value: Any, above: tuple = ()) -> list[tuple]:
    """The places of every field of some JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(place for key, each in inner for place in places(each, (*above, key)))]


def spoilt(data: Any, chance: random.Random) -> Any:
    """The same with something odd in one place or two."""
    for _ in range(chance.randint(1, 2)):
        *above, last = chance.choice(places(data)[1:] or [(None,)])
        if last is not None:
            inside = functools.reduce(lambda value, key: value[key], above, data)
            inside[last] = copy.deepcopy(chance.choice(ODD))
    return data


@pytest.mark.scaled
@pytest.mark.parametrize("reader", [name for name, (file, _) in ACCOUNTS.items() if file.endswith(".json")])
def test_json_with_odd_values_is_read_soundly_or_refused(tmp_path, reader):
    name, text = ACCOUNTS[reader]
    known = next(one for one in registry.readers() if one.name == reader)
    chance = random.Random(17)
    for _ in range(times(12, 60, 250)):
        (tmp_path / name).write_text(json.dumps(spoilt(json.loads(text), chance)))
        try:
            reading = dated(known.read(tmp_path / name, BERLIN), name)
        except UnreadableFile:
            continue
        for table, frame in bind(reading, Names({("*", "me"): "a1"}), "me").tables.items():
            assert_sound(table, frame)
