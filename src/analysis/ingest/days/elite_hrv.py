"""Elite HRV's export: morning readings and open ones in one table, several members in a team's file."""

from analysis.ingest.days.daily import Daily, Item
from analysis.ingest.table_format import Line


class _EliteHrv(Daily):
    def keeps(self, line: Line) -> bool:
        """Morning readings, not open ones."""
        return line.word("type") == "readiness"


READER = _EliteHrv(
    name="elite_hrv",
    title="Elite HRV (CSV)",
    date_header="date",
    items={
        "hr": Item("resting_heart_rate_bpm"),
        "rmssd": Item("rmssd_ms"),
        "sdnn": Item("sdnn_ms"),
        "hrv": Item("elite_hrv_score", scale=(0, 100)),
        "score": Item("readiness", "higher_better", scale=(1, 10)),
    },
    needed=("member", "type", "rmssd"),
    takes="resting heart rate, rMSSD, SDNN, HRV score and readiness of the morning readings, as wellness",
    leaves="open readings, which no rest precedes; rolling means, which follow from the days",
    athlete_header="member",
    left_note="Readings of another type than readiness are left in the raw rows: they are no morning readings.",
).reader()
