"""Elite HRV's export: morning readings and open ones in one table, several members in a team's file."""

from analysis.ingest.days.daily import Daily, Item
from analysis.ingest.tabular import Row


def _is_morning_reading(row: Row, column: dict[str, str]) -> bool:
    return (row.text(column["type"]) or "").casefold() == "readiness"


READER = Daily(
    "elite_hrv",
    "Elite HRV (CSV)",
    "date",
    {
        "hr": Item("resting_heart_rate_bpm"),
        "rmssd": Item("rmssd_ms"),
        "sdnn": Item("sdnn_ms"),
        "hrv": Item("elite_hrv_score", scale=(0, 100)),
        "score": Item("readiness", "higher_better", scale=(1, 10)),
    },
    ("member", "type", "rmssd"),
    "resting heart rate, rMSSD, SDNN, HRV score and readiness of the morning readings, as wellness",
    "open readings, which no rest precedes; rolling means, which follow from the days",
    athlete_header="member",
    keeps=_is_morning_reading,
    left_note="Readings of another type than readiness are left in the raw rows: they are no morning readings.",
).reader()
