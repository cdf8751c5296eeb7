"""What cannot be is not believed, in any format: positions, distances, times, dates and heart rates of watch files."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fit_writer as fw
import numpy as np
import own_samples
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_samples import START, fit_time, iso

from analysis.base.config import Config
from analysis.base.errors import UnreadableFile
from analysis.ingest import binding, registry
from analysis.ingest.reading import Options, Reading
from analysis.ingest.watch import plausible
from analysis.ingest.watch.plausible import Mover, Recorded, Totals, believed_totals, farthest_m
from analysis.ingest.watch.way import Covered, Track, way

BERLIN = Options(config=Config(time_zone="Europe/Berlin", distance_unit="km"))
M_PER_DEG = 111_195.1  # of latitude
STEP_S, SPEED_M_S = 4, 3.0


@dataclass(frozen=True)
class Point:
    """A point of a track: seconds after the start (None without a time), metres to the north, or a place of its own."""

    t_s: float | None
    north_m: float = 0.0
    place: tuple[float, float] | None = None
    more: str = ""

    def gpx(self, start: datetime = START) -> str:
        lat, lon = self.place or (52 + self.north_m / M_PER_DEG, 13.0)
        time = "" if self.t_s is None else f"<time>{iso(start + timedelta(seconds=self.t_s))}</time>"
        return f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}">{time}{self.more}</trkpt>'


def steady(first: int = 0, last: int = 100) -> list[Point]:
    """Points every 4 s at 3 m/s; 0 to 100 are 1,200 m in 400 s."""
    return [Point(STEP_S * i, SPEED_M_S * STEP_S * i) for i in range(first, last + 1)]


def gpx(*tracks: Sequence[Sequence[Point]], sport: str | None = "running", start: datetime = START) -> str:
    def segment(points: Sequence[Point]) -> str:
        return f"<trkseg>{''.join(point.gpx(start) for point in points)}</trkseg>"

    kind = f"<type>{sport}</type>" if sport else ""
    parts = ("".join(map(segment, track)) for track in tracks)
    return f"<gpx>{''.join(f'<trk>{kind}{part}</trk>' for part in parts)}</gpx>"


def lap(t_s: float, time_s: object, distance_m: object, points: str = "") -> str:
    total = "" if distance_m is None else f"<DistanceMeters>{distance_m}</DistanceMeters>"
    return (
        f'<Lap StartTime="{iso(START + timedelta(seconds=t_s))}"><TotalTimeSeconds>{time_s}</TotalTimeSeconds>'
        f"{total}<Track>{points}</Track></Lap>"
    )


def record(t_s: float, distance_m: float | None, more: str = "", start: datetime = START) -> str:
    way = "" if distance_m is None else f"<DistanceMeters>{distance_m}</DistanceMeters>"
    return f"<Trackpoint><Time>{iso(start + timedelta(seconds=t_s))}</Time>{way}{more}</Trackpoint>"


def records(first: int = 0, last: int = 100) -> str:
    return "".join(record(STEP_S * i, SPEED_M_S * STEP_S * i) for i in range(first, last + 1))


def tcx(*laps: str, sport: str = "Running", start: datetime = START) -> str:
    return (
        f'<TrainingCenterDatabase><Activities><Activity Sport="{sport}"><Id>{iso(start)}</Id>{"".join(laps)}'
        "</Activity></Activities></TrainingCenterDatabase>"
    )


def fit(
    distances_m: Sequence[float], clock: Sequence[int], *session: fw.Field, rates_bpm: Sequence[int] | None = None
) -> bytes:
    """A run of records with a distance and a time on the watch's clock, and its session."""
    writer = own_samples.file_id(fw.FitWriter())
    for place, (distance_m, at) in enumerate(zip(distances_m, clock, strict=True)):
        rate = () if rates_bpm is None else ((3, "uint8", rates_bpm[place]),)
        writer.message(fw.RECORD, (253, "uint32", at), (5, "uint32", round(100 * distance_m)), *rate)
    return writer.message(fw.SESSION, (5, "enum", 1), (6, "enum", 0), *session).content()


def fit_totals(distance_m: float, timer_s: float, elapsed_s: float, begin: int | None = None) -> tuple[fw.Field, ...]:
    at = fit_time(START) if begin is None else begin
    return (
        (2, "uint32", at),
        (7, "uint32", round(1000 * elapsed_s)),
        (8, "uint32", round(1000 * timer_s)),
        (9, "uint32", round(100 * distance_m)),
    )


STEADY_M = [SPEED_M_S * STEP_S * i for i in range(101)]
STEADY_S = [fit_time(START) + STEP_S * i for i in range(101)]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    def read_content(content: bytes | str, name: str = "run") -> Reading:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return registry.read(path, BERLIN)

    return read_content


def run_of(reading: Reading) -> pd.Series:
    assert len(reading.tables["runs"]) == 1
    return reading.tables["runs"].iloc[0]


def samples_of(reading: Reading) -> pd.DataFrame:
    assert len(reading.samples) == 1
    return next(iter(reading.samples.values()))


# --- the limits ---


def test_the_limits_on_foot_are_the_records_of_the_world():
    assert farthest_m(np.array([1571.0, 7235.0]), "foot").tolist() == [10_000, 42_195]
    assert farthest_m(2 * 86_400.0, "foot") == 2 * 319_614


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(["foot", "ride", "any"]))
def test_who_has_longer_gets_farther(one_s, other_s, by):
    short_s, long_s = sorted((one_s, other_s))
    assert farthest_m(short_s, by) <= farthest_m(long_s, by)


# --- positions ---


@pytest.mark.parametrize("at", [0, 1, 50, 100])
@pytest.mark.parametrize("place", [(0.0, 0.0), (52.5, 13.0), (-33.9, 151.2)])
@pytest.mark.parametrize("sport", ["running", "walking", None])
def test_a_point_that_nobody_gets_to_does_not_lengthen_the_way(read, at, place, sport):
    points = steady()
    points[at] = replace(points[at], place=place)
    reading = read(gpx([points], sport=sport))
    assert run_of(reading)["distance_m"] == pytest.approx(1200, abs=13)
    assert run_of(reading)["left_out"] in ("1 point off the way", "1 point at 0° north, 0° east")
    assert any(note.endswith(("they have no place.", "the way goes past them.")) for note in reading.notes)
    assert np.isnan(samples_of(reading)["distance_m"][at])  # what is not known is not 0


def test_a_few_stray_points_in_a_row_and_apart_are_left_out(read):
    points = steady()
    for at in (0, 1, 2, 30, 31, 70):
        points[at] = replace(points[at], place=(53.0, 13.0 + at / 1000))
    run = run_of(read(gpx([points])))
    assert run["distance_m"] == pytest.approx(1200 - 3 * 12, abs=1)
    assert run["left_out"] == "6 points off the way"


def test_a_ride_of_60_km_an_hour_is_no_stray_point_and_a_run_of_it_is(read):
    fast = [Point(i, 17.0 * i) for i in range(0, 400, 2)]
    assert run_of(read(gpx([fast], sport="cycling")))["distance_m"] == pytest.approx(17 * 398, rel=1e-3)
    assert run_of(read(gpx([fast], sport=None)))["distance_m"] == pytest.approx(17 * 398, rel=1e-3)
    driven = run_of(read(gpx([steady(), *[[replace(p, t_s=p.t_s + 500) for p in fast]]])))
    assert driven["distance_m"] == pytest.approx(1200, rel=1e-3)


def test_a_sprint_at_the_greatest_speed_of_man_stays(read):
    sprint = [Point(i, 12.0 * i) for i in range(9)]
    assert run_of(read(gpx([sprint])))["distance_m"] == pytest.approx(96, abs=0.1)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_way_by_car_within_a_pause_is_not_run(read, parts):
    first = steady()
    second = [Point(400 + 600 + p.t_s, 1200 + 20_000 + p.north_m) for p in steady()]
    reading = read(gpx([first + second] if parts == 1 else [first, second]))
    assert run_of(reading)["distance_m"] == pytest.approx(2400, abs=1)
    assert run_of(reading)["left_out"] == (
        "1 step that nobody makes" if parts == 1 else None
    )  # between segments it never counted


def test_a_signal_that_was_lost_and_found_counts_the_way_between(read):
    """In a tunnel a watch repeats its last position; the way to the next one is longer than a second's."""
    points = [replace(p, north_m=600.0) if 50 < at < 80 else p for at, p in enumerate(steady())]
    run = run_of(read(gpx([points])))
    assert run["distance_m"] == pytest.approx(1200, abs=1)
    assert run["left_out"] is None


@pytest.mark.parametrize("place", [(0.0, 0.0), (52.0, 13.0)])
def test_a_track_that_stays_in_one_place_has_no_distance(read, place):
    reading = read(gpx([[replace(p, place=place) for p in steady()]]))
    run = run_of(reading)
    assert pd.isna(run["distance_m"])
    assert (run["timer_s"], run["elapsed_s"]) == (400, 400)


def test_a_track_without_times_is_held_to_nothing_but_the_globe(read):
    points = [Point(None, 12.0 * i) for i in range(100)]
    points[50] = replace(points[50], place=(0.0, 0.0))
    assert run_of(read(gpx([points])))["distance_m"] == pytest.approx(12 * 99, abs=0.1)


# --- what is said again ---


@pytest.mark.parametrize(
    "track",
    [
        [steady(), steady()],
        [steady(0, 50), steady(0, 100)],  # each repeats the track so far
        [steady(0, 30), steady(0, 60), steady(0, 100)],
        [steady(), steady(50, 100)],
        [steady(), steady()[::3]],  # thinned out
        [steady() + steady()],
        [steady(0, 60), steady(40, 100)],
    ],
    ids=["whole", "so far", "so far twice", "end", "thinned", "in one segment", "overlap"],
)
def test_a_segment_that_says_again_where_it_was_counts_once(read, track):
    reading = read(gpx(track))
    run = run_of(reading)
    assert run["distance_m"] == pytest.approx(1200, abs=13)
    assert run["timer_s"] == pytest.approx(400, abs=STEP_S)
    assert run["elapsed_s"] == 400
    assert len(samples_of(reading)) == 101
    assert any(note.startswith("Points that say an earlier one again:") for note in reading.notes)


def test_a_track_that_says_another_track_again_is_no_second_run(read):
    reading = read(gpx([steady()], [steady()], [steady(0, 100), [Point(1000 + p.t_s, p.north_m) for p in steady()]]))
    assert reading.tables["runs"]["distance_m"].sum() == pytest.approx(2400, abs=1)
    assert len(reading.tables["sessions"]) == 2
    assert "Tracks that only say earlier ones again: 1; they are left out." in reading.notes


def test_the_same_round_run_again_later_is_run_again(read):
    lap_2 = [replace(p, t_s=400 + p.t_s) for p in steady()[::-1]]
    track = [steady(), sorted(lap_2, key=lambda p: p.t_s)]
    assert run_of(read(gpx(track)))["distance_m"] == pytest.approx(2400, abs=1)


def test_a_clock_that_was_set_back_on_the_way_repeats_nothing(read):
    second = [Point(200 + p.t_s, 1200 + p.north_m) for p in steady()]
    reading = read(gpx([steady(), second]))
    assert run_of(reading)["distance_m"] == pytest.approx(2400, abs=1)
    assert run_of(reading)["timer_s"] == 800
    assert "Clock steps backwards between records: 1; the order is that of the file." in reading.notes


@pytest.mark.parametrize("track", [[steady(60, 100), steady(0, 59)], [steady()[::-1]]], ids=["segments", "points"])
def test_points_in_the_wrong_order_are_put_in_that_of_their_times(read, track):
    reading = read(gpx(track))
    assert run_of(reading)["elapsed_s"] == 400
    assert run_of(reading)["distance_m"] == pytest.approx(1200, abs=13)
    assert reading.tables["sessions"]["start_utc"].tolist() == [START]
    assert samples_of(reading)["t_s"].is_monotonic_increasing


def test_laps_and_records_that_are_said_again_count_once(read):
    once = lap(0, 400, 1200, records())
    reading = read(tcx(once, once))
    run = run_of(reading)
    assert (run["distance_m"], run["timer_s"], run["elapsed_s"]) == (1200, 400, 400)
    assert len(reading.tables["splits"]) == 1
    assert len(samples_of(reading)) == 101
    assert "1 lap said again" in run["left_out"]


def test_records_of_a_watch_that_are_written_twice_count_once(read):
    reading = read(fit([*STEADY_M, *STEADY_M], [*STEADY_S, *STEADY_S], *fit_totals(1200, 400, 400)))
    assert len(samples_of(reading)) == 101
    assert run_of(reading)["distance_m"] == 1200


# --- distances ---


@pytest.mark.parametrize("at", [1, 40, 100])
def test_a_distance_that_jumps_is_that_of_the_steps_that_can_be(read, at):
    jumped = [metres + (8000 if place >= at else 0) for place, metres in enumerate(STEADY_M)]
    by_fit = run_of(read(fit(jumped, STEADY_S, *fit_totals(9200, 400, 400))))
    points = "".join(record(STEP_S * i, metres) for i, metres in enumerate(jumped))
    by_tcx = run_of(read(tcx(lap(0, 400, 9200, points))))
    for run in (by_fit, by_tcx):
        assert run["distance_m"] == pytest.approx(1200, abs=13)
        assert run["left_out"] == "1 step that nobody makes"


def test_a_record_far_off_from_which_the_distance_comes_back_is_missing(read):
    spiked = [99_000.0 if place in (40, 41) else metres for place, metres in enumerate(STEADY_M)]
    reading = read(fit(spiked, STEADY_S, *fit_totals(1200, 400, 400)))
    assert run_of(reading)["distance_m"] == 1200
    assert np.flatnonzero(samples_of(reading)["distance_m"].isna()).tolist() == [40, 41]


def test_a_distance_that_begins_anew_with_each_lap_goes_on(read):
    points = [(STEP_S * i, SPEED_M_S * STEP_S * (i % 50)) for i in range(100)]
    laps = (lap(0, 200, 600, "".join(record(*p) for p in points[:50])), lap(200, 200, 600, ""))
    reading = read(tcx(laps[0], laps[1].replace("</Track>", "".join(record(*p) for p in points[50:]) + "</Track>")))
    assert run_of(reading)["distance_m"] == 1200
    assert samples_of(reading)["distance_m"].max() == pytest.approx(98 * 12)


def test_a_watch_that_catches_up_after_a_tunnel_is_believed(read):
    lost = [metres if place <= 20 or place > 40 else STEADY_M[20] for place, metres in enumerate(STEADY_M)]
    run = run_of(read(fit(lost, STEADY_S, *fit_totals(1200, 400, 400))))
    assert (run["distance_m"], run["left_out"]) == (1200, None)


@pytest.mark.parametrize("totals", [(500, 166), (0, 166)], ids=["short", "empty"])
def test_laps_that_end_before_the_track_does_leave_its_length(read, totals):
    distance_m, time_s = totals
    run = run_of(read(tcx(lap(0, time_s, distance_m, records()))))
    assert run["distance_m"] == 1200
    assert run["timer_s"] == pytest.approx(400, abs=STEP_S) or distance_m == 0


def test_a_lap_without_totals_and_one_lost_in_the_middle_leave_the_length_of_the_track(read):
    bare = lap(200, "", None, records(51, 100))
    assert run_of(read(tcx(lap(0, 200, 600, records(0, 50)), bare)))["distance_m"] == 1200
    middle = (lap(0, 100, 300, records(0, 25)), lap(300, 100, 300, records(26, 100)))
    run = run_of(read(tcx(*middle)))
    assert (run["distance_m"], run["timer_s"]) == (1200, pytest.approx(400, abs=STEP_S))


def test_a_session_that_ends_before_its_records_do_is_as_long_as_they_are(read):
    run = run_of(read(fit(STEADY_M, STEADY_S, *fit_totals(600, 200, 200))))
    assert (run["distance_m"], run["timer_s"]) == (1200, pytest.approx(400, abs=STEP_S))
    assert run["left_out"] == "1 total that ends before the track does"


def test_a_total_that_was_corrected_after_a_treadmill_is_believed(read):
    run = run_of(read(fit(STEADY_M, STEADY_S, *fit_totals(1000, 400, 400))))
    assert (run["distance_m"], run["timer_s"]) == (1000, 400)


def test_laps_that_go_on_after_the_records_break_off_are_believed(read):
    run = run_of(read(tcx(lap(0, 400, 1200, records(0, 40)))))
    assert (run["distance_m"], run["timer_s"]) == (1200, 400)


def test_a_distance_that_nobody_runs_in_the_time_gives_way_to_the_records_or_to_none(read):
    reading = read(tcx(lap(0, 400, 120_000, records())))
    assert run_of(reading)["distance_m"] == 1200
    assert pd.isna(run_of(read(tcx(lap(0, 400, 120_000))))["distance_m"])
    assert run_of(read(tcx(lap(0, 400, 5000), sport="Biking")))["distance_m"] == 5000


# --- times ---


def test_a_timer_longer_than_the_time_that_passed_is_settled_by_the_records(read):
    run = run_of(read(fit(STEADY_M, STEADY_S, *fit_totals(1200, 900, 400))))
    assert (run["timer_s"], run["elapsed_s"]) == (400, 400)
    run = run_of(read(fit(STEADY_M, STEADY_S, *fit_totals(1200, 400, 150))))
    assert (run["timer_s"], run["elapsed_s"]) == (400, 400)
    reading = read(
        own_samples.file_id(fw.FitWriter()).message(fw.SESSION, (5, "enum", 1), *fit_totals(1200, 900, 400)).content()
    )
    assert pd.isna(run_of(reading)["timer_s"])
    assert run_of(reading)["left_out"] == "1 time longer than the time that passed"


@pytest.mark.parametrize("file", ["fit", "tcx"])
def test_a_timer_longer_than_records_that_go_all_the_way_is_theirs(read, file):
    content = (
        fit(STEADY_M, STEADY_S, *fit_totals(1200, 900, 900)) if file == "fit" else tcx(lap(0, 900, 1200, records()))
    )
    run = run_of(read(content))
    assert (run["timer_s"], run["elapsed_s"]) == (400, 400)


def test_a_pause_is_no_time_longer_than_it_can_be(read):
    clock = [at + (600 if place > 50 else 0) for place, at in enumerate(STEADY_S)]
    run = run_of(read(fit(STEADY_M, clock, *fit_totals(1200, 400, 1000))))
    assert (run["distance_m"], run["timer_s"], run["elapsed_s"], run["left_out"]) == (1200, 400, 1000, None)


# --- the date ---


@pytest.mark.parametrize(
    "unset", [datetime(1989, 12, 31, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)]
)
@pytest.mark.parametrize("form", ["gpx", "tcx"])
def test_a_device_that_learns_the_date_on_the_way_begins_when_it_knows(read, unset, form):
    before = (unset - START).total_seconds()
    if form == "gpx":
        early = [replace(p, t_s=before + p.t_s) for p in steady(0, 4)]
        content = gpx([early + steady(5, 100)])
    else:
        early = "".join(record(before + STEP_S * i, SPEED_M_S * STEP_S * i) for i in range(5))
        content = tcx(lap(before, 400, 1200, early + records(5, 100)), start=unset)
    reading = read(content)
    assert reading.tables["sessions"]["start_utc"].tolist() == [START + timedelta(seconds=20)]
    assert run_of(reading)["elapsed_s"] == 380
    assert run_of(reading)["distance_m"] == pytest.approx(1200, abs=1)
    assert "Records from before the device knew the date: 5; they have no time." in reading.notes


@pytest.mark.parametrize("form", ["gpx", "tcx"])
def test_a_device_that_never_learns_the_date_has_none_and_lasts_as_long(read, form):
    unset = datetime(1989, 12, 31, 0, 5, tzinfo=UTC)
    shifted = tcx(lap(0, 400, 1200, records())).replace("2026-03-02T17:0", "1989-12-31T00:0")
    reading = read(gpx([steady()], start=unset) if form == "gpx" else shifted)
    session = reading.tables["sessions"].iloc[0]
    assert pd.isna(session["start_utc"])
    assert session["session_key"].startswith("undated")
    assert run_of(reading)["elapsed_s"] == 400
    assert any("before 2000" in note for note in reading.notes)
    with pytest.raises(UnreadableFile, match="from before its device knew the date"):
        binding.dated(reading, "run")


def test_a_watch_without_a_fix_begins_with_its_first_record_of_a_known_date(read):
    clock = [100 + STEP_S * i for i in range(5)] + STEADY_S[5:]
    reading = read(fit(STEADY_M, clock, *fit_totals(1200, 400, 400, begin=100)))
    assert reading.tables["sessions"]["start_utc"].tolist() == [START + timedelta(seconds=20)]
    assert samples_of(reading)["t_s"].max() == 380
    assert run_of(reading)["distance_m"] == 1200
    assert reading.dialect["records_of_unset_clock"] == 5


def test_records_of_a_clock_that_was_never_set_begin_with_a_session_that_knows_its_date(read):
    reading = read(fit(STEADY_M, [100 + STEP_S * i for i in range(101)], *fit_totals(1200, 400, 400)))
    assert reading.tables["sessions"]["start_utc"].tolist() == [START]
    assert samples_of(reading)["t_s"].tolist() == [STEP_S * i for i in range(101)]


# --- heart rates and other values ---


def heart(rate: object) -> str:
    return f"<HeartRateBpm><Value>{rate}</Value></HeartRateBpm>"


@pytest.mark.parametrize("wrong", [0, 255, 7])
def test_a_heart_rate_that_nobody_has_is_in_no_mean(read, wrong):
    rates = [wrong if i % 2 else 140 + i % 4 for i in range(101)]
    by_tcx = read(tcx(lap(0, 400, 1200, "".join(record(4 * i, 12.0 * i, heart(r)) for i, r in enumerate(rates)))))
    points = [replace(p, more=f"<extensions><hr>{r}</hr></extensions>") for p, r in zip(steady(), rates, strict=True)]
    by_gpx = read(gpx([points]))
    by_fit = read(fit(STEADY_M, STEADY_S, *fit_totals(1200, 400, 400), rates_bpm=rates))
    for reading in (by_tcx, by_gpx, by_fit):
        assert run_of(reading)["mean_heart_rate_bpm"] == pytest.approx(141, abs=0.1)
        assert samples_of(reading)["heart_rate_bpm"].isna().sum() == 50


@pytest.mark.parametrize(("stated", "mean"), [(70, 140), (139, 139), (0, 140), (10, 140)])
def test_a_stated_mean_that_counts_the_silence_of_a_strap_is_taken_anew(read, stated, mean):
    rates = [0 if i < 50 else 140 for i in range(100)]
    content = fit(STEADY_M[:100], STEADY_S[:100], *fit_totals(1188, 396, 396), (16, "uint8", stated), rates_bpm=rates)
    assert run_of(read(content))["mean_heart_rate_bpm"] == mean


@pytest.mark.parametrize(
    ("element", "column", "wrong"),
    [
        ("ele", "altitude_m", 12_607),
        ("ele", "altitude_m", -500),
        ("cadence", "cadence_spm", 255),
        ("power", "power_w", 65_535),
        ("speed", "speed_m_s", 31.0),
    ],
)
def test_values_that_no_device_measures_are_missing_and_counted(read, element, column, wrong):
    points = [replace(p, more=f"<{element}>{wrong if i == 7 else 5}</{element}>") for i, p in enumerate(steady())]
    reading = read(gpx([points]))
    assert np.flatnonzero(samples_of(reading)[column].isna()).tolist() == [7]
    assert reading.dialect[f"impossible_{column}"] == 1
    assert run_of(reading)["left_out"] is None  # nothing of the way rests on it
    assert len(reading.notes) == 1


# --- lists ---

GARMIN = "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Moving Time,Elapsed Time\n"


def test_a_list_is_held_to_the_same_limits(read):
    rows = (
        'Running,2026-03-02 18:00:00,false,"Park",5.00,300,00:30:00,150,00:30:00,00:31:00\n'
        'Running,2026-03-03 18:00:00,false,"Lake",64.00,300,00:30:00,150,00:30:00,00:31:00\n'
        'Running,2026-03-04 18:00:00,false,"Hill",5.00,300,00:30:00,150,01:30:00,00:31:00\n'
        'Cycling,2026-03-05 18:00:00,false,"Road",30.00,300,01:00:00,0,01:00:00,01:00:00\n'
        'Running,1989-12-31 00:10:00,false,"Fix",5.00,300,00:30:00,150,00:30:00,00:31:00\n'
    )
    reading = read(GARMIN + rows, "activities.csv")
    runs = reading.tables["runs"]
    assert runs["distance_m"].fillna(-1).tolist() == [5000, -1, 5000, 30_000]
    assert runs["timer_s"].fillna(-1).tolist() == [1800, 1800, -1, 3600]
    assert runs["left_out"].notna().tolist() == [False, True, True, False]
    assert reading.rejects["column"].tolist() == ["Date"]
    assert reading.version == read(gpx([steady()])).version == 2
    assert len(reading.notes) == 2


# --- properties ---


@given(
    st.integers(2, 60),
    st.lists(st.tuples(st.integers(0, 59), st.floats(-80, 80), st.floats(-170, 170)), max_size=3),
    st.sampled_from(["foot", "ride", "any"]),
)
def test_no_way_is_longer_than_anybody_gets(n: int, strays: list[tuple[int, float, float]], by: Mover):
    lat, lon = 52 + np.arange(n) * 3 / M_PER_DEG, np.full(n, 13.0)
    for at, *place in strays:
        lat[at % n], lon[at % n] = place
    track = Track(lat, lon, np.arange(n, dtype="float64"), np.zeros(n, dtype=int))
    found = way(track, by, Counter())
    assert (found.total_m or 0.0) <= n * float(farthest_m(2.0, by))


def test_in_noise_no_way_is_looked_for():
    n = 12_000
    lat = np.random.default_rng(1).uniform(-80, 80, n)
    left_out: Counter[str] = Counter()
    found = way(Track(lat, np.full(n, 13.0), np.arange(n) * 1.0, np.zeros(n, dtype=int)), "foot", left_out)
    assert found.total_m is None
    assert (left_out["stray_points"], left_out["jumps"]) == (0, n - 1)


@given(st.integers(1, 30), st.integers(1, 4))
def test_however_often_a_track_is_said_it_is_new_once(n: int, times: int):
    clock = np.arange(n, dtype="float64")
    track = Track(52 + clock / 1e4, np.full(n, 13.0), clock, np.zeros(n, dtype=int))
    covered = Covered()
    new = [covered.news(track) for _ in range(times + 1)]
    assert new[0].all()
    assert not any(again.any() for again in new[1:] if n > 1)


@given(st.integers(0, 5), st.booleans())
def test_stretches_that_do_not_overlap_come_into_order(first: int, backwards: bool):
    order = [(first + part) % 6 for part in range(6)]
    clock = np.concatenate([np.arange(3.0) + 10 * part for part in (order[::-1] if backwards else order)])
    assert np.diff(clock[plausible.places_in_time(clock)]).min() > 0


def test_totals_without_records_are_believed_where_they_can_be():
    stated = Totals(5000.0, 1500.0, 1600.0)
    assert believed_totals(stated, None, "foot", Counter()) == stated


def test_the_records_of_a_watch_are_not_written_into():
    columns = {name: np.array([0.0, 1.0]) for name in ("t_s", "seq", "paused")}
    columns |= {"heart_rate_bpm": np.array([0.0, 140.0]), "distance_m": np.array([0.0, 9000.0])}
    before = {name: values.copy() for name, values in columns.items()}
    recorded = Recorded.of(plausible.believed_records(columns, "foot", Counter()))
    assert all((columns[name] == values).all() for name, values in before.items())
    assert recorded is not None
    assert (recorded.jumped_m, recorded.way_m) == (9000, 0)
