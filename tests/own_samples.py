"""The files of `samples_own` and the facts about them, written by `python tests/own_samples.py`.

Every number in the facts is known from how the file is made, not from reading it.
"""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fit_writer as fw

FOLDER = Path(__file__).parent / "samples_own"
START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
RUN_S = 60
SPEED_M_S = 4
BERLIN_S = 3600


def fit_time(moment: datetime) -> int:
    return int(moment.timestamp()) - fw.EPOCH_S


def file_id(writer: fw.FitWriter, kind: int = 4) -> fw.FitWriter:
    return writer.message(fw.FILE_ID, (0, "enum", kind), (1, "uint16", 1), (2, "uint16", 2697))


def records(writer: fw.FitWriter, start: datetime = START) -> fw.FitWriter:
    """One record a second for a minute at 4 m/s, with a developer field, then the end of the timer."""
    writer.developer_field(0, 7, "uint16", "Leg Power")
    for second in range(RUN_S + 1):
        writer.message(
            fw.RECORD,
            (253, "uint32", fit_time(start) + second),
            (5, "uint32", 100 * SPEED_M_S * second),
            (6, "uint16", 1000 * SPEED_M_S),
            (3, "uint8", 120 + second // 10),
            (4, "uint8", 85),
            developer=((7, 0, "uint16", 240 + second),),
        )
    return writer


def totals(writer: fw.FitWriter, start: datetime = START) -> fw.FitWriter:
    """Two laps of 30 s, the session and the activity with the local time of Berlin in winter."""
    begin = fit_time(start)
    for lap in range(2):
        writer.message(
            fw.LAP,
            (253, "uint32", begin + 30 * (lap + 1)),
            (2, "uint32", begin + 30 * lap),
            (7, "uint32", 30_000),
            (8, "uint32", 30_000),
            (9, "uint32", 100 * SPEED_M_S * 30),
        )
    writer.message(
        fw.SESSION,
        (253, "uint32", begin + RUN_S),
        (2, "uint32", begin),
        (5, "enum", 1),
        (6, "enum", 0),
        (7, "uint32", 1000 * RUN_S),
        (8, "uint32", 1000 * RUN_S),
        (9, "uint32", 100 * SPEED_M_S * RUN_S),
        (16, "uint8", 123),
    )
    return writer.message(
        fw.ACTIVITY, (253, "uint32", begin + RUN_S), (5, "uint32", begin + RUN_S + BERLIN_S), (1, "uint16", 1)
    )


def run(start: datetime = START) -> fw.FitWriter:
    writer = file_id(fw.FitWriter())
    for beat in (800, 810, 790):
        writer.message(fw.HRV, (0, "uint16", beat))
    return totals(records(writer, start), start)


def strength() -> fw.FitWriter:
    """Three active sets of Romanian deadlifts with rests between them."""
    writer, begin = file_id(fw.FitWriter()), fit_time(START)
    for number, load_kg in enumerate((60.0, 70.0, 72.5)):
        at = begin + 180 * number
        writer.message(fw.SET, *set_fields(at, 40, 1, 5, load_kg))
        writer.message(fw.SET, *set_fields(at + 40, 140, 0, 0xFFFF, None))
    writer.message(
        fw.SESSION,
        (253, "uint32", begin + 540),
        (2, "uint32", begin),
        (5, "enum", 10),
        (6, "enum", 20),
        (7, "uint32", 540_000),
        (8, "uint32", 540_000),
    )
    return writer


def set_fields(at: int, duration_s: int, set_type: int, reps: int, load_kg: float | None) -> tuple[fw.Field, ...]:
    return (
        (254, "uint32", at + duration_s),
        (6, "uint32", at),
        (0, "uint32", 1000 * duration_s),
        (3, "uint16", reps),
        (4, "uint16", 0xFFFF if load_kg is None else round(16 * load_kg)),
        (5, "uint8", set_type),
        (7, "uint16", 8),  # deadlift
        (8, "uint16", 23),  # romanian deadlift
    )


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


RUN_DAYS = (0, 8, 10)  # after START: one run in the first week, two in the next


def month_of_runs(facts: dict) -> dict[str, tuple[bytes, dict]]:
    """The two laps once more on other days of the same month, each in a file named for its day."""
    starts = [START + timedelta(days=days) for days in RUN_DAYS]
    return {
        f"tcx_month/{start:%Y-%m-%d}.tcx.gz": (
            gzip.compress(tcx(start).encode(), mtime=0),
            facts | {"ids": [iso(start)]},
        )
        for start in starts
    }


def tcx(start: datetime = START) -> str:
    """Two laps of a kilometre in 240 s, a record every 10 s, one record without a time."""
    laps = ""
    for lap in range(2):
        begin = start + timedelta(seconds=240 * lap)
        points = "".join(
            f"<Trackpoint><Time>{iso(begin + timedelta(seconds=10 * i))}</Time>"
            f"<DistanceMeters>{1000 * lap + 1000 * i / 24:.2f}</DistanceMeters>"
            f"<HeartRateBpm><Value>{140 + i}</Value></HeartRateBpm><Cadence>88</Cadence></Trackpoint>"
            for i in range(24)
        )
        laps += (
            f'<Lap StartTime="{iso(begin)}"><TotalTimeSeconds>240.0</TotalTimeSeconds>'
            f"<DistanceMeters>1000.0</DistanceMeters><Track>{points}</Track></Lap>"
        )
    laps = laps.replace("</Track></Lap>", "<Trackpoint><Cadence>88</Cadence></Trackpoint></Track></Lap>", 1)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{iso(start)}</Id>{laps}</Activity></Activities></TrainingCenterDatabase>\n'
    )


def gpx(times: bool, start: datetime = START) -> str:
    """A hundred points along a meridian, 0.0001 degrees apart, in two segments with a pause of a minute."""
    segments = ""
    for part in range(2):
        points = ""
        for i in range(50 * part, 50 * part + 50):
            clock = f"<time>{iso(start + timedelta(seconds=3 * i + 60 * part))}</time>" if times else ""
            points += f'<trkpt lat="{45 + i / 10000:.4f}" lon="7.0"><ele>240.0</ele>{clock}</trkpt>'
        segments += f"<trkseg>{points}</trkseg>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>running</type>{segments}</trk></gpx>\n"
    )


LOG_HEADER = "Date,Exercise,Category,Weight,Weight Unit,Reps,Distance,Distance Unit,Time,Comment"
LOG_ROWS = (
    "2026-03-02,Romanian Deadlift,Back,60.0,kgs,8,,,,",
    "2026-03-02,Romanian Deadlift,Back,60.0,kgs,8,,,,",
    "2026-03-04,Hip Thrust,Legs,100.0,kgs,6,,,,easy",
)
LOG_FACTS = {
    "blank_rows": 0,
    "bom": False,
    "data_rows": 3,
    "delimiter": ",",
    "encoding": "utf-8",
    "eol": "LF",
    "header": LOG_HEADER.split(","),
    "ragged_rows": 0,
    "row_width_counts": {"10": 3},
}

# an export that does not say its unit
APP_HEADER = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE"
APP_ROWS = (
    '2026-03-03 18:00:00,"Pull",45m,"Romanian Deadlift (Barbell)",1,135.0,8,0,0,"","",7',
    '2026-03-10 18:05:00,"Pull",50m,"Romanian Deadlift (Barbell)",W,95.0,8,0,0,"","",',
    '2026-03-10 18:05:00,"Pull",50m,"Romanian Deadlift (Barbell)",1,155.0,8,0,0,"","",7.5',
    '2026-03-12 18:02:00,"Press",40m,"Hip Thrust (Barbell)",1,225.0,6,0,0,"","",8',
)
APP_FACTS = LOG_FACTS | {"data_rows": 4, "header": APP_HEADER.split(","), "row_width_counts": {"12": 4}}

# 49 steps of 0.0001 degrees in each of two segments on a sphere of 6371 km: 11.1195 m a step
TRACK_M = 98 * 11.1195
SESSION = {
    "distance_m": SPEED_M_S * RUN_S,
    "elapsed_s": RUN_S,
    "timer_s": RUN_S,
    "sport": "running",
}


def run_session(start: datetime = START) -> dict:
    return {**SESSION, "start": start.isoformat(sep=" ")}


def fit_facts(count: int = 1, **more) -> dict:
    facts = {
        "records": 61 * count,
        "laps": 2 * count,
        "sets": 0,
        "hrv_msgs": 3 * count,
        "dev_field_values": 61 * count,
        "sessions": count,
        "session_list": [run_session()],
    }
    return facts | more


def apple_health() -> str:
    """A morning's weight, a night and a run, as a phone exports them."""
    day = f"{START:%Y-%m-%d}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="en_GB">\n'
        f' <ExportDate value="{day} 20:00:00 +0100"/>\n'
        ' <Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Scale" unit="kg" value="71.4" '
        f'startDate="{day} 07:10:00 +0100" endDate="{day} 07:10:00 +0100"/>\n'
        ' <Record type="HKCategoryTypeIdentifierSleepAnalysis" value="HKCategoryValueSleepAnalysisAsleepCore" '
        f'startDate="{day} 00:10:00 +0100" endDate="{day} 06:40:00 +0100"/>\n'
        ' <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="25" durationUnit="min" '
        f'startDate="{day} 18:00:00 +0100" endDate="{day} 18:26:00 +0100"/>\n'
        "</HealthData>\n"
    )


def samples() -> dict[str, tuple[bytes, dict]]:
    """Path in the folder: content, and the facts about it."""
    later = START + timedelta(hours=2)
    whole = run().content()
    header_bytes = 14
    cut = totals(records(file_id(fw.FitWriter()))).content()
    cut = cut[: header_bytes + len(records(file_id(fw.FitWriter())).body) - 3]  # inside the last record
    no_session = {"laps": 0, "hrv_msgs": 0, "sessions": 0, "session_list": []}
    nothing = {"records": 0, "laps": 0, "sets": 0, "hrv_msgs": 0, "dev_field_values": 0, "sessions": 0}
    lifted = {**nothing, "sets": 6, "sessions": 1, "session_list": [strength_session()]}
    tcx_facts = {"activities": 1, "ids": [iso(START)], "laps": 2, "sum_lap_distance_m": 2000.0, "trackpoints": 49}
    gpx_facts = {"trk": 1, "trkseg": 2, "trkpt": 100, "rtept": 0, "gpxpy_length_2d_m": TRACK_M, "gpxpy_points": 100}
    return {
        "fit/run.fit": (whole, fit_facts()),
        "fit/run.fit.gz": (gzip.compress(whole, mtime=0), fit_facts()),
        "fit/two_runs.fit": (
            whole + run(later).content(),
            fit_facts(2, session_list=[run_session(), run_session(later)]),
        ),
        "fit/cut_off.fit": (cut, fit_facts(records=60, dev_field_values=60, **no_session)),
        "fit/unfinished.fit": (
            records(file_id(fw.FitWriter())).content(size=0),
            fit_facts(**no_session),
        ),
        "fit/strength.fit": (strength().content(), lifted),
        "fit/settings.fit": (file_id(fw.FitWriter(), kind=2).content(), nothing),
        "tcx/two_laps.tcx": (tcx().encode(), tcx_facts),
        "tcx/two_laps.tcx.gz": (gzip.compress(b"\xef\xbb\xbf\n " + tcx().encode(), mtime=0), tcx_facts),
        **month_of_runs(tcx_facts),
        "log/training.csv": ("\n".join((LOG_HEADER, *LOG_ROWS, "")).encode(), LOG_FACTS),
        "log/app.csv": ("\n".join((APP_HEADER, *APP_ROWS, "")).encode(), APP_FACTS),
        "apple/export.xml": (
            apple_health().encode(),
            {"elements": {"HealthData": 1, "ExportDate": 1, "Record": 2, "Workout": 1}},
        ),
        "gpx/two_segments.gpx": (
            gpx(times=True).encode(),
            {**gpx_facts, "with_time": 100, "start": START.isoformat(sep=" ")},
        ),
        "gpx/no_times.gpx": (gpx(times=False).encode(), {**gpx_facts, "with_time": 0, "start": "None"}),
    }


def strength_session() -> dict:
    return {
        "distance_m": None,
        "elapsed_s": 540,
        "timer_s": 540,
        "sport": "training",
        "start": START.isoformat(sep=" "),
    }


def write(folder: Path = FOLDER) -> None:
    facts = {}
    for name, (data, known) in samples().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        facts[name] = known
    (folder / "expected.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
