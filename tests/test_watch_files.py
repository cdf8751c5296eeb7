"""The readers of watch files: what they keep, what they say about odd files, and what they refuse."""

import contextlib
import gzip
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fit_writer as fw
import fitdecode
import numpy as np
import own_samples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from own_samples import START, fit_time

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import files, registry
from analysis.ingest.days import apple_health
from analysis.ingest.reading import Options, Reading
from analysis.ingest.watch import fit, fit_chain, fit_layout, fit_measurements, fit_messages, gpx, tcx, way

BERLIN = Options(config=Config(time_zone="Europe/Berlin"))
NEW_YORK = Options(config=Config(time_zone="America/New_York"))


@pytest.fixture
def read(tmp_path):
    """Reads bytes as a file of a format."""

    def read_bytes(reader, content: bytes | str, options: Options = BERLIN) -> Reading:
        path = tmp_path / f"sample.{reader.READER.name}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert reader.READER.recognises(path, files.content(path)[:65536])
        return reader.READER.read(path, options)

    return read_bytes


def only(frames: dict):
    assert len(frames) == 1
    return next(iter(frames.values()))


def session_message(start: int, *more: fw.Field, sport: int = 1, sub_sport: int = 0) -> tuple[fw.Field, ...]:
    return ((2, "uint32", start), (5, "enum", sport), (6, "enum", sub_sport), *more)


def record_fields(second: int, *more: fw.Field) -> tuple[fw.Field, ...]:
    return ((253, "uint32", fit_time(START) + second), *more)


# --- FIT: what is kept ---


def test_records_become_samples_in_seconds_and_si_units(read):
    samples = only(read(fit, own_samples.run().content()).samples)
    last = samples.iloc[-1]
    assert samples["t_s"].tolist() == list(range(61))
    assert (last["speed_m_s"], last["distance_m"], last["heart_rate_bpm"]) == (4.0, 240.0, 126.0)


def test_running_cadence_counts_both_feet(read):
    assert only(read(fit, own_samples.run().content()).samples)["cadence_spm"].unique().tolist() == [170.0]


def test_a_crank_is_not_a_foot(read):
    writer = own_samples.file_id(fw.FitWriter()).message(fw.RECORD, *record_fields(0, (4, "uint8", 90)))
    writer.message(fw.SESSION, *session_message(fit_time(START), sport=2))
    samples = only(read(fit, writer.content()).samples)
    assert samples["cadence_rpm"].tolist() == [90.0]
    assert samples["cadence_spm"].isna().all()


def test_developer_fields_keep_their_names(read):
    samples = only(read(fit, own_samples.run().content()).samples)
    assert samples["Leg Power"].tolist() == list(range(240, 301))


def test_two_apps_may_use_one_field_name(read):
    writer = own_samples.file_id(fw.FitWriter())
    writer.developer_field(0, 1, "uint8", "Power").developer_field(1, 1, "uint8", "Power")
    writer.message(fw.RECORD, *record_fields(0), developer=((1, 0, "uint8", 7), (1, 1, "uint8", 9)))
    samples = only(read(fit, writer.content()).samples)
    assert (samples["Power"].item(), samples["Power (1.1)"].item()) == (7, 9)


def test_laps_become_splits_that_follow_each_other(read):
    splits = read(fit, own_samples.run().content()).tables["splits"]
    assert splits[["split_no", "start_m", "distance_m", "time_s"]].to_numpy().tolist() == [
        [1, 0, 120, 30],
        [2, 120, 120, 30],
    ]


def test_active_sets_become_sets_and_rests_their_rest(read):
    sets = read(fit, own_samples.strength().content()).tables["sets"]
    assert sets["exercise_raw"].unique().tolist() == ["romanian deadlift"]
    assert sets["load_kg"].tolist() == [60.0, 70.0, 72.5]
    assert (sets["reps"].tolist(), sets["rest_s"].tolist()) == ([5, 5, 5], [140, 140, 140])


def test_a_set_without_weight_is_not_a_set_with_0_kg(read):
    writer = own_samples.file_id(fw.FitWriter())
    writer.message(fw.SET, *own_samples.set_fields(fit_time(START), 40, 1, 8, None))
    tables = read(fit, writer.content()).tables
    sets = tables["sets"]
    assert tables["sessions"]["start_utc"].tolist() == [START]
    assert sets["load_kg"].isna().all()
    assert sets["reps"].tolist() == [8]


def test_strength_is_no_run(read):
    tables = read(fit, own_samples.strength().content()).tables
    assert tables["sessions"]["kind"].tolist() == ["strength"]
    assert "runs" not in tables


def test_records_between_stop_and_start_are_paused(read):
    writer = own_samples.file_id(fw.FitWriter())
    for second, kind in ((0, 0), (10, 4), (20, 0)):  # start, stop_all, start
        writer.message(fw.EVENT, *record_fields(second), (0, "enum", 0), (1, "enum", kind))
    for second in (5, 10, 15, 20, 25):
        writer.message(fw.RECORD, *record_fields(second, (3, "uint8", 120)))
    assert only(read(fit, writer.content()).samples)["paused"].tolist() == [0, 0, 1, 0, 0]


def test_every_record_goes_to_the_session_that_was_running(read):
    begin = fit_time(START)
    writer = own_samples.file_id(fw.FitWriter())
    for second in range(100):
        writer.message(fw.RECORD, *record_fields(second))
    writer.message(fw.SESSION, *session_message(begin))
    writer.message(fw.SESSION, *session_message(begin + 60, sport=2))
    reading = read(fit, writer.content())
    assert [len(frame) for frame in reading.samples.values()] == [60, 40]
    assert reading.tables["sessions"]["kind"].tolist() == ["run", "ride"]


@pytest.mark.parametrize("big_endian", [False, True])
def test_compressed_timestamps_count_on_from_the_last_full_one(read, big_endian):
    begin = fit_time(START)
    writer = own_samples.file_id(fw.FitWriter(big_endian=big_endian))
    writer.message(fw.RECORD, (253, "uint32", begin))
    writer.message(fw.RECORD, (3, "uint8", 120))
    for second in (10, 20, 30, 40):  # the five bits of the header roll over on the way
        writer.compressed(begin + second).body.append(121)
    samples = only(read(fit, writer.content()).samples)
    assert samples["t_s"].tolist() == [0, 10, 20, 30, 40]


# --- FIT: time ---


def test_the_local_time_of_the_file_goes_before_the_configured_zone(read):
    session = read(fit, own_samples.run().content(), NEW_YORK).tables["sessions"].iloc[0]
    assert (session["utc_offset_s"], session["tz_quality"]) == (3600, "file")
    assert session["start_local"] == datetime(2026, 3, 2, 18, 0)


@pytest.mark.parametrize("offset_s", [0, 7 * 86400, 1234])
def test_a_local_time_that_is_no_zones_gives_way_to_the_configured_one(read, offset_s):
    begin = fit_time(START)
    writer = own_samples.file_id(fw.FitWriter()).message(fw.SESSION, *session_message(begin))
    writer.message(fw.ACTIVITY, (253, "uint32", begin), (5, "uint32", begin + offset_s))
    session = read(fit, writer.content(), NEW_YORK).tables["sessions"].iloc[0]
    assert (session["utc_offset_s"], session["tz_quality"]) == (-5 * 3600, "config")


def test_a_late_run_belongs_to_the_day_where_the_athlete_was(read):
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    session = read(fit, own_samples.run(late).content()).tables["sessions"].iloc[0]
    assert session["local_date"] == datetime(2026, 3, 3)


def test_a_watch_without_a_date_tells_its_local_day_only(read):
    switched_on = 5000
    writer = own_samples.file_id(fw.FitWriter()).message(fw.SESSION, *session_message(switched_on))
    writer.message(fw.ACTIVITY, (253, "uint32", switched_on + 60), (5, "uint32", fit_time(START) + 60))
    reading = read(fit, writer.content())
    session = reading.tables["sessions"].iloc[0]
    assert session["start_utc"] is None
    assert session["start_local"] == START.replace(tzinfo=None)
    assert "switched on" in reading.notes[0]


def test_records_before_the_start_keep_their_negative_times(read):
    writer = own_samples.file_id(fw.FitWriter())
    for second in (-5, 0, 5):
        writer.message(fw.RECORD, *record_fields(second))
    writer.message(fw.SESSION, *session_message(fit_time(START)))
    reading = read(fit, writer.content())
    assert only(reading.samples)["t_s"].tolist() == [-5, 0, 5]
    assert reading.notes == ("Records before the start of their session: 1; they keep their negative times.",)


def test_records_of_one_second_are_told_apart(read):
    writer = own_samples.file_id(fw.FitWriter())
    for second in (0, 1, 1, 0):
        writer.message(fw.RECORD, *record_fields(second))
    samples = only(read(fit, writer.content()).samples)
    assert samples["seq"].tolist() == [0, 0, 1, 1]
    assert not samples.duplicated(["t_s", "seq"]).any()


@pytest.mark.parametrize(("at", "change"), [("2026-03-29T02:30", "skips"), ("2026-10-25T02:30", "repeats")])
def test_a_wall_clock_alone_that_the_clock_change_touches_is_said(read, at, change):
    local = fit_time(datetime.fromisoformat(at).replace(tzinfo=UTC))
    writer = own_samples.file_id(fw.FitWriter()).message(fw.SESSION, *session_message(5000))
    writer.message(fw.ACTIVITY, (253, "uint32", 5000), (5, "uint32", local))
    notes = read(fit, writer.content()).notes
    assert any(f"a time that Europe/Berlin {change}." in note for note in notes)


def test_the_repeated_hour_of_autumn_is_two_hours_in_utc(read):
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    sessions = [
        read(gpx, own_samples.gpx(times=True).replace("2026-03-02T17:", f"{start:%Y-%m-%dT%H:}"))
        .tables["sessions"]
        .iloc[0]
        for start in (first, first + timedelta(hours=1))
    ]
    assert [session["utc_offset_s"] for session in sessions] == [7200, 3600]
    assert len({session["start_local"] for session in sessions}) == 1
    assert len({session["session_key"] for session in sessions}) == 2


def test_a_run_over_the_clock_change_lasts_as_long_as_it_lasts(read):
    before = datetime(2026, 3, 29, 0, 59, 30, tzinfo=UTC)  # 01:59:30, half a minute before 03:00 in Berlin
    tables = read(tcx, own_samples.tcx(before)).tables
    assert tables["sessions"]["start_local"].tolist() == [datetime(2026, 3, 29, 1, 59, 30)]
    assert tables["runs"]["elapsed_s"].tolist() == [480.0]


def test_a_watch_whose_clock_jumps_keeps_its_times_and_says_so(read):
    writer = own_samples.file_id(fw.FitWriter())
    for second in (0, 10, 90_000):
        writer.message(fw.RECORD, *record_fields(second))
    writer.message(fw.SESSION, *session_message(fit_time(START), (7, "uint32", 20_000)))
    reading = read(fit, writer.content())
    assert only(reading.samples)["t_s"].tolist() == [0, 10, 90_000]
    assert any("clock jumped" in note for note in reading.notes)


# --- FIT: scales and measurements at rest ---


def scale_file(*readings: tuple[int, int]) -> bytes:
    """A scale's file: seconds after START, hundredths of a kilogram."""
    writer = own_samples.file_id(fw.FitWriter(), kind=9)
    for second, mass in readings:
        writer.message(30, (253, "uint32", fit_time(START) + second), (0, "uint16", mass))
    return writer.content()


def test_a_scale_gives_body_mass_in_the_order_of_the_day(read):
    trials = read(fit, scale_file((0, 7250), (60, 7240), (7 * 3600, 7230))).tables["trials"]
    assert trials["value"].tolist() == [72.5, 72.4, 72.3]
    # 18:00 in Berlin, a minute later, and an hour past midnight: two days, numbered by the second
    assert trials["local_date"].dt.day.tolist() == [2, 2, 3]
    assert trials["trial_no"].tolist() == [18 * 3600 + 1, 18 * 3600 + 61, 3601]
    assert set(trials["unit"]) == {"kg"}


def test_a_scale_that_is_still_calculating_gives_nothing(read):
    reading = read(fit, scale_file((0, 0xFFFE)))
    assert "trials" not in reading.tables


def rest_measurement(sport: int = 0, duration_s: int = 120) -> bytes:
    writer = own_samples.file_id(fw.FitWriter())
    for _ in range(30):
        writer.message(fw.HRV, (0, "uint16", (800, 840, 800, 840, 0xFFFF)))
    return writer.message(
        fw.SESSION, *session_message(fit_time(START), (7, "uint32", 1000 * duration_s), sport=sport)
    ).content()


def test_a_measurement_at_rest_gives_rmssd(read):
    wellness = read(fit, rest_measurement()).tables["wellness"].iloc[0]
    assert (wellness["item"], wellness["value"]) == ("rmssd_ms", pytest.approx(40.0))
    assert wellness["local_date"] == datetime(2026, 3, 2)


@pytest.mark.parametrize("content", [rest_measurement(sport=1), rest_measurement(duration_s=3600)])
def test_the_beats_of_a_sport_or_of_a_long_recording_are_no_measurement_at_rest(read, content):
    assert "wellness" not in read(fit, content).tables


@given(st.lists(st.floats(0.3, 2.0), min_size=2, max_size=200))
def test_an_artefact_never_reaches_rmssd(intervals_s):
    value_ms = fit_measurements.rmssd_ms(np.array(intervals_s))
    assert np.isnan(value_ms) or value_ms <= 0.2 * 1000 * max(intervals_s)


# --- FIT: the same content as an independent decoder ---

SAMPLES = Path(os.environ.get("SAMPLES_DIR") or own_samples.FOLDER)
FIT_SAMPLES = sorted(path for path in SAMPLES.rglob("*") if path.name.lower().endswith((".fit", ".fit.gz")))


def by_fitdecode(piece: bytes) -> dict[int, list[fit_layout.Message]]:
    """The messages of a FIT file as `fitdecode` reads them, one dict each, without what is missing."""
    found: dict[int, list[fit_layout.Message]] = {number: [] for number in fit_layout.FIELDS}
    reader = fitdecode.FitReader(
        piece,
        processor=None,
        check_crc=fitdecode.CrcCheck.DISABLED,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    with contextlib.suppress(fitdecode.FitError):  # a file that breaks off: what stands before counts
        for frame in reader:
            if frame.frame_type != fitdecode.FIT_FRAME_DATA or frame.global_mesg_num not in found:
                continue
            message: fit_layout.Message = {}
            for datum in frame.fields:
                definition = datum.field_def
                if datum.value is None:
                    continue
                if definition is not None and definition.is_dev:
                    message[definition.dev_data_index, definition.def_num] = datum.value
                elif datum.parent_field is not None:  # what a number means to its maker is told by the reader
                    message.setdefault(datum.parent_field.name, datum.raw_value)
                elif datum.field is not None:
                    message.setdefault(datum.field.name, datum.value)
            found[frame.global_mesg_num].append(message)
    return found


def same(ours, theirs) -> bool:
    """Whether two values agree; where a list stands for one number, by its first."""
    ours, theirs = (fit_messages.first_known(value) for value in (ours, theirs))
    if ours is None or theirs is None or isinstance(theirs, str):
        return ours == theirs
    return ours == pytest.approx(theirs, rel=1e-12, nan_ok=True)


@pytest.mark.soak
@pytest.mark.parametrize("path", FIT_SAMPLES, ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_every_message_reads_as_an_independent_decoder_reads_it(path):
    for piece in fit_chain.chain(files.content(path), [], fit_layout.Budget(path.name)):
        ours, theirs = fit_messages.decoded(piece, fit_layout.Budget(path.name)), by_fitdecode(piece)
        for number, messages in ours.single.items():
            assert len(messages) == len(theirs[number])
            for mine, other in zip(messages, theirs[number], strict=True):
                names = [name for name in fit_layout.FIELDS[number] if name in mine or name in other]
                assert [name for name in names if not same(mine.get(name), other.get(name))] == []
        records = theirs[fit_layout.RECORD]
        assert ours.records.count == len(records)
        columns = {**ours.records.columns, **ours.records.developer}
        for name, values in columns.items():
            expected = [record.get(name) for record in records]
            values = [None if v is None or v != v else v for v in list(values)]
            assert all(map(same, values, expected)), name


@pytest.mark.parametrize("big_endian", [False, True])
def test_interleaved_layouts_keep_the_order_of_the_file(read, big_endian):
    writer = own_samples.file_id(fw.FitWriter(big_endian=big_endian))
    for second in range(50):  # every other record has another layout, so that each is defined anew
        more = ((3, "uint8", 100 + second),) if second % 2 else ((7, "uint16", second),)
        writer.message(fw.RECORD, *record_fields(second, *more))
    samples = only(read(fit, writer.content()).samples)
    assert samples["t_s"].tolist() == list(range(50))
    assert samples["heart_rate_bpm"].dropna().tolist() == list(range(101, 150, 2))
    assert samples["power_w"].dropna().tolist() == list(range(0, 50, 2))


def test_the_old_three_byte_distance_rolls_over(read):
    writer = own_samples.file_id(fw.FitWriter())
    for second, metres in enumerate((0, 100, 200, 300, 400)):  # 12 bits of 1/16 m roll over at 256 m
        packed = 400 | ((16 * metres) % 4096) << 12
        raw = tuple(packed.to_bytes(3, "little"))
        writer.message(fw.RECORD, *record_fields(second, (8, "byte", raw)))
    samples = only(read(fit, writer.content()).samples)
    assert samples["distance_m"].tolist() == [0, 100, 200, 300, 400]
    assert samples["speed_m_s"].tolist() == [4.0] * 5


def test_a_developer_field_described_anew_reads_as_described_last(read):
    writer = own_samples.file_id(fw.FitWriter())
    writer.developer_field(0, 1, "uint16", "Power")
    writer.message(fw.RECORD, *record_fields(0), developer=((1, 0, "uint16", 300),))
    writer.developer_field(0, 1, "uint8", "Power")
    writer.message(fw.RECORD, *record_fields(1), developer=((1, 0, "uint8", 7),))
    assert only(read(fit, writer.content()).samples)["Power"].tolist() == [300, 7]


@given(st.binary(min_size=1, max_size=300))
def test_the_checksum_is_that_of_the_protocol(data):
    assert fit_chain.checksum(data) == fw.checksum(data)


# --- FIT: odd and damaged files ---


def test_a_list_where_one_number_belongs_counts_by_its_first(read):
    writer = own_samples.file_id(fw.FitWriter())
    for second in range(3):
        at = fit_time(START) + second
        lists = ((3, "uint8", (120, 121)), (5, "uint32", (100, 200)), (4, "uint8", 80), (53, "uint8", (64, 0)))
        writer.message(fw.RECORD, (253, "uint32", (at, 1)), *lists)
    samples = only(read(fit, writer.content()).samples)
    assert samples["t_s"].tolist() == [0, 1, 2]
    assert samples["heart_rate_bpm"].tolist() == [120, 120, 120]


def test_the_same_run_twice_in_a_chain_is_two_sessions(read):
    content = own_samples.run().content()
    keys = read(fit, content + content).tables["sessions"]["session_key"].tolist()
    assert keys == ["2026-03-02T17:00:00+00:00", "2026-03-02T17:00:00+00:00 #2"]


def test_damage_in_the_first_file_of_a_chain_costs_the_second_nothing(read):
    content = own_samples.run().content()
    broken = bytearray(content)
    broken[14:18] = b"\xff\xff\xff\xff"
    reading = read(fit, bytes(broken) + content)
    assert len(reading.tables["sessions"]) == 1
    assert any("damaged" in note for note in reading.notes)


def test_a_wrong_checksum_is_said_and_the_run_is_kept(read):
    content = bytearray(own_samples.run().content())
    content[-1] ^= 0xFF
    reading = read(fit, bytes(content))
    assert len(only(reading.samples)) == 61
    assert reading.notes == ("The file's checksum does not match: a value in it may be wrong.",)


@given(keep=st.floats(0.3, 1))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_cut_off_anywhere_gives_the_records_before_the_cut(read, keep):
    content = own_samples.run().content()
    reading = read(fit, content[: int(keep * len(content))])
    assert sum(map(len, reading.samples.values())) == reading.dialect["records"] > 0


@pytest.mark.parametrize(("kind", "word"), [(2, "settings"), (9, "weight"), (6, "course")])
def test_a_fit_file_of_another_kind_is_no_activity(read, kind, word):
    writer = own_samples.file_id(fw.FitWriter(), kind=kind).message(fw.RECORD, *record_fields(0))
    reading = read(fit, writer.content())
    assert reading.tables == {}
    assert word in reading.notes[0]


@pytest.mark.parametrize("content", [own_samples.run().content()[:14] + bytes(5000), fw.FitWriter().content()])
def test_a_fit_file_without_any_message_is_refused(read, content):
    with pytest.raises(UnreadableFile, match="no message"):
        read(fit, content)


def test_a_crafted_file_with_too_many_messages_is_refused(read, monkeypatch):
    monkeypatch.setattr(fit_layout, "MAX_MESSAGES", 50)
    with pytest.raises(UnreadableFile, match="more than 50 messages"):
        read(fit, own_samples.run().content())


# --- gzip and XML ---


def test_a_gzip_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.gpx.gz"
    path.write_bytes(gzip.compress(bytes(30 * 2**20)))
    with pytest.raises(UnreadableFile, match="swells to more than 200 times"):
        files.content(path)


def test_more_bytes_than_any_activity_holds_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    path = tmp_path / "large.fit.gz"
    path.write_bytes(gzip.compress(np.random.default_rng(1).bytes(5000)))
    with pytest.raises(UnreadableFile, match="MiB"):
        files.content(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (gzip.compress(gzip.compress(b"<gpx/>")), "gzip inside a gzip"),
        (gzip.compress(b"<gpx/>" * 100)[:30], "damaged gzip"),
        (gzip.compress(b"<gpx/>" * 100)[:20] + b"\xff" * 40, "damaged gzip"),
    ],
)
def test_odd_gzip_files_are_refused(tmp_path, content, sentence):
    path = tmp_path / "odd.gpx.gz"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=sentence):
        files.content(path)


def test_a_damaged_gzip_is_refused_before_any_reader_is_asked(tmp_path):
    content = bytearray(gzip.compress(own_samples.gpx(times=True).encode()))
    content[20:30] = b"\xff" * 10
    path = tmp_path / "damaged.gpx.gz"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        registry.read(path, BERLIN)


def zipped(folder: Path, **members: bytes) -> Path:
    path = folder / "12345.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("12345_ACTIVITY.fit", own_samples.run().content()),
        ("export__run.TCX", own_samples.tcx().encode()),
        ("run.gpx", own_samples.gpx(times=True).encode()),
        ("run.fit.gz", gzip.compress(own_samples.run().content())),
    ],
)
def test_a_zip_of_one_watch_file_reads_as_that_file(tmp_path, name, content):
    plain = tmp_path / name.rpartition("__")[2]
    plain.write_bytes(content)
    alone = registry.read(plain, BERLIN)
    reading = registry.read(zipped(tmp_path, **{name: content}), BERLIN)
    assert reading.reader == alone.reader
    assert reading.tables["sessions"].equals(alone.tables["sessions"])


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"a.fit": b"a", "of__b.tcx.gz": b"b", "list.pdf": b"c"}, "nothing of a format that is known here .3 files"),
        ({"list.pdf": b"c"}, "no format that is known"),
        ({"inner.zip": b"PK"}, "damaged or locked zip"),
        ({"bomb.gpx": bytes(3_000_000)}, "would swell to 3000000 bytes"),
        ({"empty.gpx": b""}, "empty.gpx is empty"),
    ],
    ids=["two", "one and a list", "a zip", "a bomb", "empty"],
)
def test_any_other_zip_is_refused_in_a_sentence(tmp_path, members, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        registry.read(zipped(tmp_path, **members), BERLIN)


def test_a_damaged_file_in_a_zip_is_said(tmp_path):
    path = zipped(tmp_path, **{"run.gpx": own_samples.gpx(times=True).encode()})
    content = bytearray(path.read_bytes())
    content[60:80] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="damaged or locked zip"):
        registry.read(path, BERLIN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("reader", "root"), [(tcx, "TrainingCenterDatabase"), (gpx, "gpx")])
def test_a_doctype_is_refused_in_any_encoding(read, reader, root, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE {root} [<!ENTITY a "b">]><{root} a="1">&a;</{root}>'
    with pytest.raises(UnreadableFile, match="DOCTYPE"):
        read(reader, text.encode(encoding))


@pytest.mark.parametrize(("reader", "content"), [(tcx, own_samples.tcx()), (gpx, own_samples.gpx(times=True))])
def test_xml_that_breaks_off_is_refused_with_a_sentence(read, reader, content):
    with pytest.raises(UnreadableFile, match="damaged XML"):
        read(reader, content[: len(content) // 2])


@pytest.mark.parametrize(("reader", "content"), [(tcx, own_samples.tcx()), (gpx, own_samples.gpx(times=True))])
def test_blanks_and_a_byte_order_mark_do_no_harm(read, reader, content):
    plain, odd = read(reader, content), read(reader, b"\xef\xbb\xbf\r\n \t" + content.encode())
    assert plain.dialect == odd.dialect
    assert plain.tables["sessions"].equals(odd.tables["sessions"])


def test_readers_tell_the_formats_apart(tmp_path):
    heads = {fit: own_samples.run().content(), tcx: own_samples.tcx().encode(), gpx: own_samples.gpx(True).encode()}
    for reader in heads:
        assert [reader.READER.recognises(tmp_path / "x", head) for head in heads.values()] == [
            reader is other for other in heads
        ]


# --- TCX ---


def test_a_tcx_run_sums_its_laps(read):
    reading = read(tcx, own_samples.tcx())
    run = reading.tables["runs"].iloc[0]
    assert (run["distance_m"], run["timer_s"], run["elapsed_s"]) == (2000.0, 480.0, 480.0)
    assert only(reading.samples)["cadence_spm"].unique().tolist() == [176.0]
    assert "Records without a time: 1; they are left out of the samples." in reading.notes


def test_a_mean_heart_rate_that_is_not_stated_is_that_of_the_records(read):
    reading = read(tcx, own_samples.tcx())
    assert reading.tables["runs"]["mean_heart_rate_bpm"].tolist() == [151.5]  # 140 to 163 in each lap
    assert "Runs without a stated mean heart rate: 1; it is the mean of their records." in reading.notes
    assert read(fit, own_samples.run().content()).tables["runs"]["mean_heart_rate_bpm"].tolist() == [123]


def test_a_negative_duration_counts_as_missing_and_is_said(read):
    text = own_samples.tcx().replace("<TotalTimeSeconds>240.0", "<TotalTimeSeconds>-240.0", 1)
    reading = read(tcx, text)
    assert reading.tables["splits"]["time_s"].isna().tolist() == [True, False]
    assert "Durations or distances below zero: 1; they count as missing." in reading.notes


def test_a_tcx_session_starts_with_its_first_lap_not_with_a_rounded_id(read):
    text = own_samples.tcx(START + timedelta(seconds=33)).replace(
        "<Id>2026-03-02T17:00:33Z", "<Id>2026-03-02T17:00:00Z"
    )
    session = read(tcx, text).tables["sessions"].iloc[0]
    assert session["session_key"] == "2026-03-02T17:00:00+00:00"
    assert session["start_utc"] == START + timedelta(seconds=33)


def test_the_points_of_a_course_are_nothing_that_was_done(read):
    text = own_samples.tcx().replace("<Activities>", "<Courses>").replace("</Activities>", "</Courses>")
    reading = read(tcx, text.replace("<Activity ", "<Course ").replace("</Activity>", "</Course>"))
    assert reading.tables == {}
    assert "course" in reading.notes[0]


# --- GPX ---


def test_a_gpx_track_is_measured_within_its_segments(read):
    reading = read(gpx, own_samples.gpx(times=True))
    run = reading.tables["runs"].iloc[0]
    assert run["distance_m"] == pytest.approx(own_samples.TRACK_M, rel=1e-4)
    assert (run["elapsed_s"], run["timer_s"]) == (357.0, 294.0)  # a pause of a minute and one step of 3 s between
    assert reading.notes == ("Gaps between the segments of a track: 1; the way across is not counted.",)


def test_a_gpx_track_without_times_keeps_its_distance_and_says_that_it_has_no_date(read):
    reading = read(gpx, own_samples.gpx(times=False))
    assert reading.samples == {}
    assert reading.tables["runs"]["distance_m"].item() == pytest.approx(own_samples.TRACK_M, rel=1e-4)
    assert any("without a date" in note for note in reading.notes)


def test_two_undated_tracks_of_different_files_do_not_share_a_key(read):
    text = own_samples.gpx(times=False)
    keys = [read(gpx, t).tables["sessions"]["session_key"].item() for t in (text, text.replace("7.0", "8.0"), text)]
    assert keys[0] == keys[2] != keys[1]


def test_an_offset_in_a_gpx_time_tells_where_the_athlete_was(read):
    text = own_samples.gpx(times=True).replace("17:00:00Z", "12:00:00.500-05:00", 1)
    session = read(gpx, text).tables["sessions"].iloc[0]
    assert (session["tz_quality"], session["utc_offset_s"]) == ("file", -5 * 3600)
    assert session["start_utc"] == START + timedelta(seconds=0.5)


def test_routes_and_waypoints_are_no_activities(read):
    point = '<{0} lat="45" lon="7"></{0}>'
    text = f"<gpx>{point.format('wpt')}<rte>{point.format('rtept')}</rte></gpx>"
    reading = read(gpx, text)
    assert reading.tables == {}
    assert "Points of routes and waypoints: 2; they are plans and places, not activities." in reading.notes


positions = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(positions, positions)
def test_the_way_back_is_as_long_and_never_beyond_half_the_earth(here, there):
    out, back = way.haversine_m(*here, *there), way.haversine_m(*there, *here)
    assert out == pytest.approx(back, abs=1e-6)
    assert 0 <= out <= np.pi * way.EARTH_RADIUS_M + 1e-6


# --- Apple Health ---


def apple(*elements: str) -> str:
    front = '<?xml version="1.0"?><!DOCTYPE HealthData [<!ELEMENT HealthData ANY>]>'
    return f"{front}<HealthData>{''.join(elements)}</HealthData>"


def health_record(kind: str, value: str, unit: str, start: str, end: str | None = None) -> str:
    return (
        f'<Record type="{kind}" sourceName="Watch" unit="{unit}" value="{value}" '
        f'startDate="{start} +0100" endDate="{end or start} +0100"/>'
    )


def asleep(start: str, end: str, stage: str = "AsleepCore") -> str:
    value = f"HKCategoryValueSleepAnalysis{stage}"
    return health_record("HKCategoryTypeIdentifierSleepAnalysis", value, "", start, end)


def test_sleep_counts_once_whoever_saw_it_and_belongs_to_the_day_of_waking(read):
    wellness = read(
        apple_health,
        apple(
            asleep("2026-01-05 22:30:00", "2026-01-05 23:30:00"),  # over before midnight
            asleep("2026-01-06 00:00:00", "2026-01-06 06:00:00"),
            asleep("2026-01-06 01:00:00", "2026-01-06 05:00:00", "AsleepDeep"),  # a second device, the same hours
            asleep("2026-01-06 06:00:00", "2026-01-06 09:00:00", "InBed"),
        ),
    ).tables["wellness"]
    assert wellness[["local_date", "item", "value"]].to_numpy().tolist() == [[datetime(2026, 1, 6), "sleep_h", 7.0]]


def test_several_readings_of_a_day_are_one_answer(read):
    beat = "HKQuantityTypeIdentifierRestingHeartRate"
    wellness = read(
        apple_health,
        apple(
            health_record(beat, "50", "count/min", "2026-01-05 07:00:00"),
            health_record(beat, "54", "count/min", "2026-01-05 21:00:00"),
            health_record("HKQuantityTypeIdentifierHeartRateVariabilitySDNN", "61.5", "ms", "2026-01-05 03:00:00"),
        ),
    ).tables["wellness"]
    assert dict(zip(wellness["item"], wellness["value"], strict=True)) == {
        "resting_heart_rate_bpm": 52.0,
        "sdnn_ms": 61.5,
    }


def test_a_resting_heart_rate_that_nobody_has_is_no_answer(read):
    beat = "HKQuantityTypeIdentifierRestingHeartRate"
    reading = read(
        apple_health,
        apple(
            health_record(beat, "0", "count/min", "2026-01-05 07:00:00"),
            health_record(beat, "54", "count/min", "2026-01-05 21:00:00"),
        ),
    )
    assert reading.tables["wellness"]["value"].tolist() == [54.0]
    assert "Resting heart rates and variabilities that nobody has: 1; they are left out." in reading.notes


def test_body_mass_comes_in_kilograms_and_an_unknown_unit_is_left_out_and_said(read):
    mass = "HKQuantityTypeIdentifierBodyMass"
    reading = read(
        apple_health,
        apple(
            health_record(mass, "160", "lb", "2026-01-05 07:00:00"),
            health_record(mass, "11", "st", "2026-01-06 07:00:00"),
        ),
    )
    assert reading.tables["trials"]["value"].tolist() == [pytest.approx(72.5747792)]
    assert "Values in a unit that is not known here: 1; they are left out." in reading.notes


def test_a_workout_of_apple_health_is_held_to_what_can_be(read):
    workout = (
        '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="90" durationUnit="min" '
        'totalDistance="62" totalDistanceUnit="km" startDate="{0} 07:00:00 +0100" endDate="{0} 07:31:00 +0100"/>'
    )
    reading = read(apple_health, apple(workout.format("2026-01-05"), workout.format("1989-12-31")))
    runs = reading.tables["runs"]
    assert runs[["distance_m", "timer_s"]].isna().all(axis=None)
    assert runs["elapsed_s"].tolist() == [1860.0, 1860.0]
    assert reading.tables["sessions"]["local_date"].isna().tolist() == [False, True]
    assert "Sessions with more moving time than elapsed time: 2; " in "".join(reading.notes)


@pytest.mark.parametrize("old", [True, False])
def test_a_run_of_apple_health_is_a_session_and_a_run(read, old):
    inside = 'totalDistance="6.2" totalDistanceUnit="km"'
    statistics = (
        '<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="6.2" unit="km"/>'
        '<WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" average="151" unit="count/min"/>'
    )
    workout = (
        f'<Workout workoutActivityType="HKWorkoutActivityType{{}}" duration="30" durationUnit="min" sourceName="Watch" '
        f'{inside if old else ""} startDate="2026-01-05 23:50:00 +0100" endDate="2026-01-06 00:21:00 +0100">'
        f"{'' if old else statistics}</Workout>"
    )
    reading = read(apple_health, apple(workout.format("Running"), workout.format("Yoga")))
    session, run = reading.tables["sessions"].iloc[0], reading.tables["runs"].iloc[0]
    assert session["local_date"] == datetime(2026, 1, 5)  # past midnight, still the day it began
    assert session["start_utc"] == datetime(2026, 1, 5, 22, 50, tzinfo=UTC)
    assert (run["distance_m"], run["timer_s"], run["elapsed_s"]) == (6200.0, 1800.0, 1860.0)
    assert old or run["mean_heart_rate_bpm"] == 151.0
    assert "Workouts that are no runs: 1; they are left out." in reading.notes


def test_the_zip_that_the_phone_shares_reads_as_its_xml(read, tmp_path):
    text = apple(health_record("HKQuantityTypeIdentifierBodyMass", "72.5", "kg", "2026-01-05 07:00:00"))
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/export_cda.xml", "<ClinicalDocument/>")
        archive.writestr("apple_health_export/export.xml", text)
    assert registry.read(path, BERLIN).tables["trials"].equals(read(apple_health, text).tables["trials"])
