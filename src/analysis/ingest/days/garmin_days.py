"""The days of Garmin's account archive: daily summaries (`UDSFile_...`), sleep (`..._sleepData`), health status.

The three lie in files of their own; each holds a list of objects with a `calendarDate`, which of a night is the day of
waking. Sleep is the sum of its stages, since the archive states none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.ingest.days.daily import Daily, Item
from analysis.ingest.json_tables import JsonTable
from analysis.ingest.json_values import Fields, Number, objects

_STAGES = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")
_ASLEEP = "sum of deep, light and REM (s)"


def _nights(data: Any) -> list[Fields]:
    """The nights, each with the sum of the stages that it states; an awake watch states none."""
    return [{**night, _ASLEEP: sum(stages)} if (stages := _stated(night)) else night for night in objects(data)]


def _stated(night: Fields) -> Sequence[float]:
    return [float(night[stage]) for stage in _STAGES if isinstance(night.get(stage), Number)]


@dataclass(frozen=True, kw_only=True)
class _Garmin(JsonTable, Daily):
    """One of the files."""

    suffixes: tuple[str, ...] = (".json",)
    date_header: str = "calendardate"


SUMMARY = _Garmin(
    name="garmin_days",
    title="Garmin account archive: daily summaries (JSON)",
    marks=((b'"calendarDate"',), (b'"totalSteps"', b'"restingHeartRate"', b'"allDayStress"')),
    items={
        "restingheartrate": Item("resting_heart_rate_bpm"),
        "alldaystress.aggregatorlist.total.averagestresslevel": Item("stress_score", "lower_better", scale=(0, 100)),
    },
    takes="resting heart rate and mean stress of each day",
    leaves="steps, energy, Body Battery's gains and losses, which are no state of a morning; stress by hours",
).reader()

SLEEP = _Garmin(
    name="garmin_sleep",
    title="Garmin account archive: sleep (JSON)",
    marks=((b'"calendarDate"',), (b'"deepSleepSeconds"', b'"sleepStartTimestampGMT"')),
    records=_nights,
    items={
        "sumofdeep,lightandrem(s)": Item("sleep_h", "higher_better", factor=1 / 3600),
        "sleepscores.overallscore": Item("sleep_score", "higher_better", scale=(0, 100)),
        "averagerespiration": Item("respiratory_rate_per_min"),
    },
    longest="sumofdeep,lightandrem(s)",
    takes="hours asleep, sleep score and respiratory rate of the day of waking",
    leaves="stages, scores of parts, oxygen",
).reader()

HEALTH = _Garmin(
    name="garmin_health",
    title="Garmin account archive: health status (JSON)",
    marks=((b'"calendarDate"',), (b'"metrics"',), (b'"HRV"', b'"RESPIRATION"', b'"SPO2"')),
    items={"metrics.hrv.value": Item("rmssd_ms")},
    takes="rMSSD of each night",
    leaves="the ranges of the watch; its heart rate of the night, which the daily summary has as resting heart rate",
).reader()
