"""The made-up squad in the dialects of users' files: Strong, Hevy, TCX, a workbook of screens, workbook.toml."""

import csv
import gzip
import io
import re
import zipfile
from importlib.resources import files
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from analysis.base.frames import rows_of
from analysis.example.running import Run
from analysis.example.squad import KEY_LIFTS, NOISE, TIME_ZONE, Athlete, KeyLift
from analysis.example.training import TITLES

# as the app writes them, whatever the locale of this machine
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STRONG_KINDS = {"warm_up": "W"}
_HEVY_KINDS = {"warm_up": "warmup", "work": "normal"}
LAP_M = 1000.0


def strong_csv(sets: pd.DataFrame) -> str:
    """The log as Strong exports it on iOS: loads in the app's unit, here kg, which no column says."""
    lines = [
        "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE",
    ]
    work = sets["set_kind"] == "work"
    order = work.groupby([sets["start"], sets["exercise"]]).cumsum()
    for one, work_order in zip(rows_of(sets), order, strict=True):
        set_order = _STRONG_KINDS.get(one.set_kind, work_order)
        rpe = "" if np.isnan(one.rpe_cr10) else f"{one.rpe_cr10:g}"
        lines.append(
            f'{one.start:%Y-%m-%d %H:%M:%S},"{TITLES[one.role]}",{_strong_duration(one.duration_min)},'
            f'"{one.exercise}",{set_order},{one.load_kg},{one.reps},0,0,"","",{rpe}'
        )
    return "\n".join(lines) + "\n"


def _strong_duration(minutes: int) -> str:
    return f"{minutes // 60}h {minutes % 60}m" if minutes >= 60 else f"{minutes}min"


def hevy_csv(sets: pd.DataFrame) -> str:
    """The log as Hevy exports it: newest workout first, sets counted from 0 in each exercise."""
    latest_first = sets.sort_values("start", ascending=False, kind="stable")
    end = latest_first["start"] + pd.to_timedelta(latest_first.loc[:, "duration_min"], unit="min")
    table = pd.DataFrame(
        {
            "title": latest_first["role"].map(TITLES.get),
            "start_time": latest_first["start"].map(_hevy_time),
            "end_time": end.map(_hevy_time),
            "description": "",
            "exercise_title": latest_first["exercise"],
            "superset_id": "",
            "exercise_notes": "",
            "set_index": latest_first["set"] - 1,
            "set_type": latest_first["set_kind"].map(_HEVY_KINDS.get),
            "weight_kg": latest_first["load_kg"],
            "reps": latest_first["reps"],
            "distance_km": "",
            "duration_seconds": "",
            "rpe": latest_first["rpe_cr10"],
        }
    )
    return table.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")


def _hevy_time(moment: pd.Timestamp) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"


_TCX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n<Activities>\n<Activity Sport="Running">\n'
)
_TCX_TAIL = (
    '<Creator xsi:type="Device_t"><Name>Example watch</Name><UnitId>1</UnitId><ProductID>1</ProductID>'
    "<Version><VersionMajor>1</VersionMajor><VersionMinor>0</VersionMinor></Version></Creator>\n"
    "</Activity>\n</Activities>\n</TrainingCenterDatabase>\n"
)


def tcx_gz(run: Run) -> bytes:
    """A run as a watch exports it, gzipped: laps of 1 km, the last one shorter, and no position."""
    starts_m = np.arange(0, run.distance_m[-1], LAP_M)
    edges_m = np.append(starts_m, run.distance_m[-1])
    edges_s = np.interp(edges_m, run.distance_m, run.time_s).round(3)
    lap_of_point = np.minimum((run.distance_m // LAP_M).astype(int), len(starts_m) - 1)
    points = _trackpoints(run)
    laps = [
        _lap(
            _utc(run, edges_s[lap : lap + 1])[0],
            edges_s[lap + 1] - edges_s[lap],
            edges_m[lap + 1] - edges_m[lap],
            run.heart_rate_bpm[lap_of_point == lap],
            [points[at] for at in np.flatnonzero(lap_of_point == lap)],
        )
        for lap in range(len(starts_m))
    ]
    text = f"{_TCX_HEAD}<Id>{_utc(run, run.time_s[:1])[0]}</Id>\n{''.join(laps)}{_TCX_TAIL}"
    return gzip.compress(text.encode(), mtime=0)


def _utc(run: Run, time_s: np.ndarray) -> np.ndarray:
    """Moments of a run as TCX writes them, in UTC to the millisecond."""
    start = run.start_utc.tz_localize(None).to_datetime64().astype("datetime64[ms]")
    return np.char.add(np.datetime_as_string(start + (1000 * time_s).round().astype("timedelta64[ms]")), "Z")


def _trackpoints(run: Run) -> list[str]:
    return [
        f"<Trackpoint><Time>{time}</Time><DistanceMeters>{distance_m:.2f}</DistanceMeters>"
        f"<HeartRateBpm><Value>{heart_rate_bpm}</Value></HeartRateBpm><Cadence>{cadence_spm // 2}</Cadence>"
        "</Trackpoint>\n"
        for time, distance_m, heart_rate_bpm, cadence_spm in zip(
            _utc(run, run.time_s), run.distance_m, run.heart_rate_bpm, run.cadence_spm, strict=True
        )
    ]


def _lap(start: str, duration_s: float, distance_m: float, heart_rate_bpm: np.ndarray, points: list[str]) -> str:
    heart = ""
    if len(points):  # a last lap of a few metres may hold no point
        heart = (
            f"<AverageHeartRateBpm><Value>{heart_rate_bpm.mean():.0f}</Value></AverageHeartRateBpm>"
            f"<MaximumHeartRateBpm><Value>{heart_rate_bpm.max()}</Value></MaximumHeartRateBpm>"
        )
    return (
        f'<Lap StartTime="{start}"><TotalTimeSeconds>{duration_s:.3f}</TotalTimeSeconds>'
        f"<DistanceMeters>{distance_m:.2f}</DistanceMeters><Calories>0</Calories>{heart}"
        f"<Intensity>Active</Intensity><TriggerMethod>Distance</TriggerMethod>\n"
        f"<Track>\n{''.join(points)}</Track></Lap>\n"
    )


def write_xlsx(table: pd.DataFrame, path: Path) -> None:
    """`table` as the only sheet of a workbook, the same bytes every time."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(path.stem)
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append(row)
    draft = io.BytesIO()
    book.save(draft)
    with zipfile.ZipFile(draft) as dated, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as lasting:
        for part in dated.namelist():
            # the library stamps the moment of writing into the parts and the properties
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", dated.read(part))
            lasting.writestr(zipfile.ZipInfo(part), content, zipfile.ZIP_DEFLATED)


def workbook_toml(athletes: list[Athlete]) -> str:
    """The configuration of the squad, as a coach would have written it."""
    sections = [
        f"""\
squad = "Example squad"
contact = "your coach"
time_zone = "{TIME_ZONE}"
week_start = "monday"
load_unit = "kg"  # Strong's export does not say it
consent_default = "granted"  # what an empty consent cell of the roster means
ingest_before_run = true  # `workbook run` takes in first what lies in data/raw
confidence = 0.90
"""
    ]
    sections += [_lift_toml(lift, athletes) for lift in KEY_LIFTS]
    sections.append(files("analysis.example").joinpath("checks.toml").read_text(encoding="utf-8"))
    return "\n".join(sections)


def _lift_toml(lift: KeyLift, athletes: list[Athlete]) -> str:
    light = ", ".join(f"{one.athlete_id} = {one.anchor_kg(lift)}" for one in athletes if one.light)
    # the typical error between days of a mean over three repetitions
    te_m_s = (NOISE.speed_day_sd_m_s**2 + NOISE.speed_rep_sd_m_s**2 / 3) ** 0.5
    return f"""\
[[lifts]]
exercise = "{lift.exercise}"
name = "{lift.name}"
anchor_load_kg = {lift.anchor_kg}
anchor_by_athlete = {{ {light} }}  # the lighter athletes
metric = "mean_velocity_m_s"
mvt_m_s = {lift.mvt_m_s}
mvt_sd_m_s = 0.03
te_m_s = {te_m_s:.3f}
te_df = 4
te_source = "the noise built into the example squad"  # put your own retest here
swc_m_s = 0.04
swc_source = "Practical choice: about 3.5 % of the 1RM on this squad's load-velocity lines."
"""
