"""HRV4Training's export, iOS (one moment column) and Android (leading spaces, a trailing comma, ragged rows)."""

from analysis.ingest.days.daily import Daily, Item

_MEASURED = {
    "hr": Item("resting_heart_rate_bpm"),
    "rmssd": Item("rmssd_ms"),
    "sdnn": Item("sdnn_ms"),
    "hrv4t_recovery_points": Item("hrv4training_recovery_points"),
}
_TAKES = "resting heart rate, rMSSD, SDNN and recovery points of each morning, as wellness"
_LEAVES = (
    "frequency bands; tags and questionnaire answers, whose scales the file does not state (map them by a column "
    "mapping); training summaries and places"
)

IOS = Daily(
    name="hrv4training_ios",
    title="HRV4Training, iOS (CSV)",
    date_header="timestamp_measurement",
    items=_MEASURED,
    needed=("rmssd", "avnn"),
    takes=_TAKES,
    leaves=_LEAVES,
).reader()

ANDROID = Daily(
    name="hrv4training_android",
    title="HRV4Training, Android (CSV)",
    date_header="date",
    items=_MEASURED,
    needed=("rmssd", "avnn", "hrv4t_recovery_points"),
    takes=_TAKES,
    leaves=_LEAVES,
).reader()
