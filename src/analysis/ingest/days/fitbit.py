"""What Fitbit's account export and Google's takeout of it hold of mornings: small tables, and JSON of a month or more.

A moment with Z is in UTC and becomes a day of the workspace's zone; the JSON dates are local, the month first. Steps
come from phone and tracker alike and would count twice.
"""

from dataclasses import dataclass

from analysis.ingest.days.daily import Daily, Item
from analysis.ingest.json_tables import JsonTable

_HOURS_PER_MIN = 1 / 60
_LEAVES = "stages of sleep, restlessness and the parts of scores"

SLEEP_SCORE = Daily(
    name="fitbit_sleep_score",
    title="Fitbit sleep score (CSV)",
    date_header="timestamp",
    items={
        "overall_score": Item("sleep_score", "higher_better", scale=(0, 100)),
        "resting_heart_rate": Item("resting_heart_rate_bpm"),
    },
    needed=("sleep_log_entry_id",),
    longest="duration_score",
    takes="sleep score and resting heart rate of the day of waking; of two sleeps of a day the longer",
    leaves=_LEAVES,
).reader()

READINESS = Daily(
    name="fitbit_readiness",
    title="Fitbit daily readiness (CSV)",
    date_header="date",
    items={"readiness_score_value": Item("readiness", "higher_better", scale=(0, 100))},
    needed=("readiness_state",),
    takes="the readiness score of each day",
    leaves="its parts, and the words low, medium and high that follow from the numbers",
).reader()

HRV = Daily(
    name="fitbit_hrv",
    title="Fitbit heart rate variability of the night (CSV)",
    date_header="timestamp",
    items={"rmssd": Item("rmssd_ms")},
    needed=("nremhr",),
    takes="rMSSD of each night",
    leaves="the five minutes of the file of details, entropy, heart rate outside REM sleep",
).reader()

RESPIRATION = Daily(
    name="fitbit_respiration",
    title="Fitbit respiratory rate of the night (CSV)",
    date_header="timestamp",
    items={"daily_respiratory_rate": Item("respiratory_rate_per_min")},
    takes="respiratory rate of each night",
    leaves="the rates of the stages of sleep",
).reader()


@dataclass(frozen=True, kw_only=True)
class _FitbitJson(JsonTable, Daily):
    """Rows a day of Fitbit's JSON."""


RESTING_HEART_RATE = _FitbitJson(
    name="fitbit_resting_heart_rate",
    title="Fitbit resting heart rate (JSON)",
    suffixes=(".json",),
    marks=((b'"dateTime"',), (b'"value"',), (b'"error"',)),
    date_header="value.date",
    day_first=False,
    items={"value.value": Item("resting_heart_rate_bpm")},
    takes="resting heart rate of each day",
    leaves="its error",
).reader()

SLEEP = _FitbitJson(
    name="fitbit_sleep",
    title="Fitbit sleep (JSON)",
    suffixes=(".json",),
    marks=((b'"dateOfSleep"',), (b'"minutesAsleep"',)),
    date_header="dateofsleep",
    items={"minutesasleep": Item("sleep_h", "higher_better", factor=_HOURS_PER_MIN)},
    longest="minutesasleep",
    takes="hours asleep on the day of waking; of two sleeps of a day the longer",
    leaves=_LEAVES,
).reader()
