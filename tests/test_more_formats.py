"""Logs, lists of activities, gates, lasers and morning measurements: each in its own dialect, with its own traps."""

import gzip
import json
import os
import zipfile

import pytest
from format_samples import (
    BODY_MEASURES,
    ELITE_HRV,
    FILES,
    FREELAP_FRENCH,
    FREELAP_US,
    GARMIN,
    GARMIN_FRENCH,
    GYMBOOK,
    HRV4TRAINING_ANDROID,
    HRV4TRAINING_IOS,
    LASER,
    OURA,
    POWERLIFTING,
    SPRINTS_LONG,
    SPRINTS_WIDE,
    STACKED,
    STRAVA,
    STRONGLIFTS,
    UNITS,
    WHOOP,
    written,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soak_scale import times
from sound_tables import assert_sound

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, UnitNeeded, UnreadableFile, WorkbookError
from analysis.ingest import registry
from analysis.ingest.binding import Names, bind
from analysis.ingest.dialect import read_delimited
from analysis.ingest.exercises import catalogue, unmatched
from analysis.ingest.reading import Options, Reading
from analysis.workspace import reader_options

BERLIN = Options(config=Config(time_zone="Europe/Berlin", units=UNITS), load_unit="kg", distance_unit="km")
EVERY_FILE = [(reader, *file) for reader, files in FILES.items() for file in files]


def read(folder, text, name="file.csv", options=BERLIN) -> Reading:
    return registry.read(written(folder, name, text), options)


def values(frame, *columns):
    return frame[list(columns)].to_numpy(dtype="object").tolist()


def answers(reading):
    wellness = reading.tables["wellness"]
    return {(str(row.local_date.date()), row.item): row.value for row in wellness.itertuples()}


# every format


@pytest.mark.parametrize(("reader", "name", "text"), EVERY_FILE)
def test_every_format_is_recognised_by_its_header_and_every_row_accounted_for(tmp_path, reader, name, text):
    path = written(tmp_path, name, text)
    reading = registry.read(path, BERLIN)
    assert reading.reader == reader
    rows = [tuple(json.loads(raw)) for raw in reading.source_rows["raw"]]
    assert any(map(any, rows)) if reader in STACKED else rows == list(read_delimited(path).rows)
    rejected = set(reading.source_rows.loc[reading.source_rows["became"] == "rejected", "row_no"])
    assert rejected == set(reading.rejects["row_no"])


@pytest.mark.parametrize(("name", "text"), [file for _, *file in EVERY_FILE])
def test_every_reading_holds_to_the_canonical_tables(tmp_path, name, text):
    reading = registry.read(written(tmp_path, name, text), BERLIN)
    people = sorted({who for frame in reading.tables.values() for who in frame["external_name"].dropna()})
    names = {who: f"a{place}" for place, who in enumerate(people)}
    bound = bind(reading, Names({("*", name.casefold()): i for name, i in {**names, "me": "b2"}.items()}), "me")
    assert bound.waiting == {}
    for table, frame in bound.tables.items():
        assert len(frame)
        assert_sound(table, frame)


@pytest.mark.parametrize("reader", list(FILES))
@settings(max_examples=times(5, 5, 15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_text_gives_a_reading_or_a_sentence(tmp_path, reader, data):
    name, text = data.draw(st.sampled_from(FILES[reader]))
    header, *rows = text.splitlines(keepends=True)
    cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
    spoilt = header + "".join(data.draw(st.lists(st.one_of(st.sampled_from(rows), cell), max_size=4)))
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(spoilt)))
        spoilt = spoilt[:at] + data.draw(cell) + spoilt[at:]
    try:
        outcome = read(tmp_path, spoilt, name)
    except WorkbookError as problem:
        outcome = problem
    assert isinstance(outcome, Reading) or str(outcome).endswith(".")


# logs


def test_stronglifts_sets_stand_side_by_side_and_pounds_become_kilograms(tmp_path):
    reading = read(tmp_path, STRONGLIFTS)
    sets, session = reading.tables["sets"], reading.tables["sessions"].iloc[0]
    assert values(sets, "exercise", "set_no", "reps") == [
        ["deadlift", 1, 5.0],
        ["deadlift", 2, 4.0],
        ["back_squat", 3, 5.0],
        ["back_squat", 4, 5.0],
    ]
    assert sets["load_kg"][0] == pytest.approx(102.058, abs=1e-3)
    assert (session.start_local.hour, session.duration_s, session.notes) == (18, 2700, "slept well")
    assert any("not done: 1" in note for note in reading.notes)


def test_gymbook_says_its_units_behind_the_numbers_in_italian(tmp_path):
    tables = read(tmp_path, GYMBOOK).tables
    assert values(tables["sets"], "exercise", "set_kind", "load_kg")[:2] == [
        ["deadlift", "warm_up", 60.0],
        ["deadlift", "work", 102.5],
    ]
    assert tables["sets"]["duration_s"][2] == 45
    assert len(tables["sets"]) == 3
    assert tables["sessions"]["start_local"].astype(str).tolist() == ["2026-03-02 18:05:00"]


def test_a_negative_attempt_is_a_failed_lift_and_a_second_division_no_second_meet(tmp_path):
    reading = read(tmp_path, POWERLIFTING)
    sets = reading.tables["sets"]
    deadlifts = sets[(sets["exercise"] == "deadlift") & (sets["external_name"] == "Alder")]
    assert values(deadlifts, "load_kg", "reps", "set_kind") == [
        [130.0, 1.0, "work"],
        [140.0, 1.0, "work"],
        [150.0, 0.0, "failure"],
    ]
    assert sorted(reading.tables["trials"]["test_id"]) == ["back_squat_1rm", "bench_press_1rm", "deadlift_1rm"]
    assert reading.rejects["reason"].str.contains("repeats row 1").all()
    assert len(reading.rejects) == 1
    assert (sets.loc[sets["external_name"] == "Birch", "set_kind"] == "failure").all()


def test_meet_results_without_a_day_are_refused_until_the_name_says_it(tmp_path):
    undated = "\n".join(line.rpartition(",")[0] for line in POWERLIFTING.splitlines())
    with pytest.raises(UnreadableFile, match="on which day the meet was"):
        read(tmp_path, undated, "meet.csv")
    assert str(read(tmp_path, undated, "meet_2026-03-07.csv").tables["trials"]["local_date"][0].date()) == "2026-03-07"


# lists of activities


def test_garmin_says_neither_km_nor_miles_so_a_person_has_to(tmp_path):
    with pytest.raises(UnitNeeded, match="Set distance_unit in workbook"):
        read(tmp_path, GARMIN, options=Options())
    in_miles = read(tmp_path, GARMIN, options=Options(config=Config(distance_unit="mi"))).tables["runs"]
    assert in_miles["distance_m"].round(1).tolist() == [16173.9, 1371.6]  # swims are in yards then


def test_garmin_writes_decimal_commas_beside_points_that_group_thousands(tmp_path):
    tables = read(tmp_path, GARMIN).tables
    assert values(tables["runs"], "distance_m", "timer_s", "elapsed_s") == [
        [10050.0, 3302.0, 3360.0],
        [1500, 1860, 1920],
    ]
    assert tables["sessions"]["kind"].tolist() == ["run", "strength", "swim"]
    assert tables["sessions"]["start_utc"].astype(str)[0] == "2026-03-02 06:10:05+00:00"


def test_garmin_in_french_is_the_same_list(tmp_path):
    run = read(tmp_path, GARMIN_FRENCH).tables["runs"].iloc[0]
    assert (run.distance_m, run.timer_s, run.elapsed_s, run.mean_heart_rate_bpm) == (3950, 2108, 2120, 151)


def test_stravas_second_columns_are_the_precise_ones_and_its_times_utc(tmp_path):
    tables = read(tmp_path, STRAVA, options=Options(config=Config(time_zone="Europe/Berlin"))).tables
    assert values(tables["runs"], "distance_m", "elapsed_s") == [[10049.6, 3360.5], [40201.3, 7200.0]]
    assert tables["sessions"]["start_local"].astype(str)[0] == "2026-03-02 19:10:05"
    assert tables["sessions"]["session_key"].tolist() == ["9001", "9002", "9003"]


def test_strava_columns_that_both_show_the_apps_figure_need_the_unit_said(tmp_path):
    alike = STRAVA.replace("10049.6", "10.05").replace("40201.3", "40.20")
    with pytest.raises(UnitNeeded, match="km or mi"):
        read(tmp_path, alike, options=Options())
    assert read(tmp_path, alike).tables["runs"]["distance_m"].tolist() == pytest.approx([10050, 40200])


GPX = (
    '<gpx version="1.1" creator="watch" xmlns="http://www.topografix.com/GPX/1/1"><trk><type>running</type><trkseg>'
    + "".join(
        f'<trkpt lat="{52 + i / 1000}" lon="13"><time>2026-03-02T18:{10 + i}:05Z</time></trkpt>' for i in range(3)
    )
    + "</trkseg></trk></gpx>"
)


def strava_zip(folder, files):
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as export:
        for name, content in files.items():
            export.writestr(name, content)
    return path


def test_a_bulk_export_takes_the_watch_file_of_a_row_and_the_row_where_there_is_none(tmp_path):
    files = {
        "activities.csv": STRAVA,
        "activities/9001.gpx.gz": gzip.compress(GPX.encode()),
        "activities/7777.gpx": GPX,
        "media/photo.jpg": b"\xff\xd8",
    }
    reading = registry.read(strava_zip(tmp_path, files), BERLIN)
    assert set(reading.samples) == {"9001"}
    assert len(reading.samples["9001"]) == 3
    sessions = reading.tables["sessions"].set_index("session_key")
    assert sessions.index.sort_values().tolist() == ["9001", "9002", "9003"]
    assert sessions["title"]["9001"] == "Evening loop"
    assert reading.tables["runs"]["session_key"].tolist().count("9001") == 1
    assert any("no row of the list names: 1" in note for note in reading.notes)


def test_a_watch_file_whose_device_did_not_know_the_date_begins_when_the_list_says(tmp_path):
    files = {"activities.csv": STRAVA, "activities/9001.gpx.gz": gzip.compress(GPX.replace("2026", "1989").encode())}
    reading = registry.read(strava_zip(tmp_path, files), BERLIN)
    sessions = reading.tables["sessions"].set_index("session_key")
    listed = read(tmp_path, STRAVA).tables["sessions"].set_index("session_key")
    assert sessions["start_utc"]["9001"] == listed["start_utc"]["9001"]
    assert sessions["local_date"]["9001"] == listed["local_date"]["9001"]
    assert any("did not know the date" in note for note in reading.notes)


def test_what_cannot_be_in_a_watch_file_of_the_export_is_said(tmp_path):
    stray = GPX.replace('lat="52.001" lon="13"', 'lat="0" lon="0"')
    reading = registry.read(
        strava_zip(tmp_path, {"activities.csv": STRAVA, "activities/9001.gpx.gz": gzip.compress(stray.encode())}),
        BERLIN,
    )
    assert any(note.startswith("Points at 0° north, 0° east") for note in reading.notes)
    assert reading.tables["runs"].set_index("session_key")["left_out"]["9001"] == "1 point at 0° north, 0° east"


def test_a_damaged_watch_file_in_the_export_leaves_its_row(tmp_path):
    reading = registry.read(
        strava_zip(tmp_path, {"activities.csv": STRAVA, "activities/9001.gpx.gz": b"\x1f\x8bnot a gzip"}), BERLIN
    )
    assert reading.tables["runs"]["distance_m"].tolist() == [10049.6, 40201.3]
    assert any("9001.gpx.gz" in note for note in reading.notes)


def test_a_zip_that_is_cut_short_is_nobodys_and_said_to_be(tmp_path):
    whole = strava_zip(tmp_path, {"activities.csv": STRAVA}).read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[:-30])
    with pytest.raises(UnreadableFile, match="no format that is known here"):
        registry.read(cut, BERLIN)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("../outside.gpx", b"x", "leads out of it"),
        ("/etc/outside.gpx", b"x", "leads out of it"),
        ("activities/inner.zip", b"PK", "holds the archive"),
        ("activities/bomb.gpx", b"0" * 3_000_000, "swells"),
    ],
)
def test_a_hostile_export_is_refused_whole(tmp_path, name, content, words):
    with pytest.raises(UnreadableFile, match=words):
        registry.read(strava_zip(tmp_path, {"activities.csv": STRAVA, name: content}), BERLIN)


# gates and lasers


def test_gates_count_from_the_start_and_runs_past_midnight_stay_one_session(tmp_path):
    tables = read(tmp_path, FREELAP_FRENCH).tables
    assert values(tables["splits"], "trial_no", "start_m", "distance_m", "time_s") == [
        [1, 0.0, 10.0, 1.82],
        [1, 10.0, 10.0, 1.3],
        [1, 20.0, 10.0, 1.19],
        [2, 0.0, 10.0, 1.8],
        [2, 10.0, 10.0, 1.29],
        [2, 20.0, 10.0, 1.18],
    ]
    assert len(tables["sessions"]) == 1
    assert str(tables["sessions"]["local_date"][0].date()) == "2026-03-02"
    assert set(tables["splits"]["test_id"]) == {"sprint_30m"}


def test_gate_times_that_sum_to_the_total_are_splits_already_and_others_are_refused(tmp_path):
    reading = read(tmp_path, FREELAP_US)
    assert reading.tables["splits"]["time_s"].tolist() == [1.81, 1.29]
    assert reading.rejects["reason"].tolist() == [
        "Total time (s) '3.55' is neither the last gate (1.29 s) nor the sum of the gates (3.1 s). Correct the times."
    ]


def test_a_missing_gate_makes_one_longer_split(tmp_path):
    reading = read(tmp_path, SPRINTS_WIDE)
    splits = reading.tables["splits"]
    second = splits[splits["trial_no"] == 2]
    assert values(second, "start_m", "distance_m", "time_s") == [[0.0, 5.0, 1.12], [5.0, 15.0, 2.07]]
    assert reading.rejects["reason"].tolist() == ["10m '1.05' does not come after 1.1 s at 5 m. Correct the time."]


def test_long_sprint_tables_begin_a_run_where_the_distance_does_not_grow(tmp_path):
    reading = read(tmp_path, SPRINTS_LONG)
    assert values(reading.tables["splits"], "trial_no", "time_s") == [[1, 1.1], [1, 0.76], [2, 1.12], [2, 0.77]]
    assert reading.rejects["reason"].str.contains("nobody runs").tolist() == [True]


def test_sprints_without_a_day_are_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="put the day into the file's name: long_2026-01-31"):
        read(tmp_path, "athlete,distance,time\nAlder,5,1.1\n", "long.csv")


def test_a_laser_run_becomes_samples_and_noise_is_refused_by_row(tmp_path):
    reading = read(tmp_path, LASER, "laser_2026-03-02.csv")
    (samples,) = reading.samples.values()
    assert samples["speed_m_s"].tolist() == [0.2, 0.4, 0.9]
    assert reading.rejects["row_no"].tolist() == [3]
    with pytest.raises(UnreadableFile, match="nobody runs"):
        read(tmp_path, "time,speed\n0,1\n1,30\n", "r_2026-03-02.csv")
    with pytest.raises(UnreadableFile, match="no sprint"):
        read(tmp_path, "time,speed\n0,1\n4200,7\n", "ms_2026-03-02.csv")
    in_km_h = read(tmp_path, "time (s),speed (km/h)\n0,1\n1,36\n", "k_2026-03-02.csv")
    assert next(iter(in_km_h.samples.values()))["speed_m_s"].tolist()[1] == pytest.approx(10)


# mornings


def test_a_moment_in_utc_belongs_to_the_day_where_the_athlete_is(tmp_path):
    assert answers(read(tmp_path, HRV4TRAINING_IOS))["2026-03-02", "rmssd_ms"] == 61.5


def test_android_writes_the_day_before_the_month_and_zeros_for_nothing(tmp_path):
    reading = read(tmp_path, HRV4TRAINING_ANDROID)
    days = {day for day, _ in answers(reading)}
    assert days == {"2026-03-25", "2026-04-01"}
    assert reading.rejects.empty
    assert "Zeros where nothing was measured: 3; they count as missing." in reading.notes


def test_elite_hrv_counts_mornings_only_and_reads_line_ends_of_old_macs(tmp_path):
    reading = read(tmp_path, ELITE_HRV)
    assert answers(reading)["2026-03-02", "rmssd_ms"] == 44.7
    assert len(reading.tables["wellness"]) == 5
    assert reading.source_rows["became"].tolist() == ["taken", "ignored"]
    assert reading.dialect["eol"] == "CR"


def test_a_whoop_cycle_belongs_to_the_day_of_waking(tmp_path):
    found = answers(read(tmp_path, WHOOP))
    assert found["2026-03-30", "readiness"] == 61
    assert found["2026-03-29", "sleep_h"] == 6.75
    directions = read(tmp_path, WHOOP).tables["wellness"].set_index("item")["direction"]
    assert directions["readiness"].iloc[0] == "higher_better"
    assert directions["rmssd_ms"].iloc[0] == "neutral"


def test_oura_seconds_of_sleep_become_hours_and_an_empty_day_no_row(tmp_path):
    reading = read(tmp_path, OURA)
    assert answers(reading)["2026-03-02", "sleep_h"] == 7.5
    assert reading.source_rows["became"].tolist() == ["taken", "ignored"]


def test_body_measures_keep_kilograms_and_drop_no_comma_in_a_comment(tmp_path):
    trials = read(tmp_path, BODY_MEASURES).tables["trials"]
    assert values(trials, "test_id", "metric", "value", "unit")[0] == ["body_mass", "mass", 70.2, "kg"]
    assert "muscle_mass" not in set(trials["metric"])


def test_two_weighings_of_a_day_are_two_trials(tmp_path):
    again = BODY_MEASURES.splitlines()[1].replace("06:00", "20:00").replace("70.2", "71.0")
    trials = read(tmp_path, BODY_MEASURES + again + "\n").tables["trials"]
    mass = trials[trials["test_id"] == "body_mass"]
    assert values(mass, "trial_no", "value") == [[1, 70.2], [2, 71.0]]


# the catalogue

MINE = "exercise,name,pattern,variant,equipment,angle_deg,laterality,aliases\n"
PONY = MINE + "pony_hinge,Pony hinge,hinge,assisted,machine,45,bilateral,pony;it:cavallino;Curl of the unknown\n"


def test_a_coach_adds_exercises_and_names_to_the_catalogue(tmp_path):
    known = catalogue(written(tmp_path, "exercises.csv", PONY))
    assert (known.resolve("Cavallino"), known.resolve("curl of the unknown")) == ("pony_hinge", "pony_hinge")
    assert known.resolve("Deadlift") == "deadlift"
    assert catalogue().resolve("Cavallino") is None


def test_a_workspace_tells_its_readers_of_its_exercises(tmp_path):
    assert reader_options(tmp_path, Config(), None, None).exercises is None
    mine = written(tmp_path, "exercises.csv", PONY)
    assert reader_options(tmp_path, Config(), None, None).exercises == mine


@pytest.mark.parametrize(
    ("raw", "exercise"),
    [("Levantamento terra", "deadlift"), ("Bankdrukken", "bench_press"), ("Trazioni alla sbarra", "pull_up")],
)
def test_key_lifts_are_known_in_more_languages(raw, exercise):
    assert catalogue().resolve(raw) == exercise


def test_an_edited_catalogue_is_read_again(tmp_path):
    path = written(tmp_path, "exercises.csv", MINE)
    assert catalogue(path).resolve("Cavallino") is None
    written(tmp_path, "exercises.csv", PONY)
    os.utime(path, ns=(1, 1))
    assert catalogue(path).resolve("Cavallino") == "pony_hinge"


def test_every_log_names_by_the_coachs_catalogue_and_its_assistance(tmp_path):
    options = Options(exercises=written(tmp_path, "exercises.csv", PONY))
    log = "Date,Exercise,Category,Weight,Weight Unit,Reps\n2026-03-02,Cavallino,Legs,20,kgs,8\n"
    reading = read(tmp_path, log, options=options)
    assert values(reading.tables["sets"], "exercise", "load_kg") == [["pony_hinge", -20.0]]
    assert reading.notes == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Pony Hinge,P,hinge,x,machine,,bilateral,\n", "no canonical name"),
        ("pony,P,hinge,x,machine,,both,\n", "not one of bilateral"),
        ("pony,P,hinge,x,machine,steep,bilateral,\n", "is no number"),
        ("pony,P\n", "has no pattern"),
    ],
)
def test_a_spoilt_catalogue_is_refused_by_its_row(tmp_path, row, words):
    with pytest.raises(ConfigProblem, match=f"row 1.*{words}"):
        catalogue(written(tmp_path, "exercises.csv", MINE + row))


def test_unmatched_names_come_with_what_they_may_mean(tmp_path):
    log = "Date,Exercise,Category,Weight,Weight Unit,Reps\n" + "2026-03-02,Romanain deadlfit,Legs,20,kgs,8\n" * 2
    found = unmatched(read(tmp_path, log).tables["sets"]["exercise_raw"].value_counts().items())
    assert values(found, "raw", "n") == [["Romanain deadlfit", 2]]
    assert found["suggestions"][0].split()[0] == "romanian_deadlift"
