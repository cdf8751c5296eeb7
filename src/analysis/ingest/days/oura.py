"""Oura's export of days: durations in seconds, scores from 0 to 100."""

from analysis.ingest.days.daily import Daily, Item

_HOURS_PER_S = 1 / 3600

READER = Daily(
    name="oura",
    title="Oura days (CSV)",
    date_header="date",
    items={
        "readinessscore": Item("readiness", "higher_better", scale=(0, 100)),
        "sleepscore": Item("sleep_score", "higher_better", scale=(0, 100)),
        "totalsleepduration": Item("sleep_h", "higher_better", factor=_HOURS_PER_S),
        "averagehrv": Item("rmssd_ms"),
        "lowestrestingheartrate": Item("resting_heart_rate_bpm"),
        "respiratoryrate": Item("respiratory_rate_per_min"),
    },
    needed=("sleepscore", "totalsleepduration"),
    takes="readiness, sleep score, hours asleep, rMSSD, lowest heart rate and respiratory rate of the night",
    leaves="the parts of the scores, stages of sleep, steps and activity, which are no training here",
).reader()
