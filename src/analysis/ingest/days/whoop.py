"""Whoop's physiological cycles: a cycle begins in the evening and belongs to the day on which the athlete wakes.

Its times are by the wall clock; the offset stands beside them and may change inside one file.
"""

from analysis.ingest.days.daily import Daily, Item

_HOURS_PER_MIN = 1 / 60

READER = Daily(
    name="whoop",
    title="Whoop physiological cycles (CSV)",
    date_header="wakeonset",
    items={
        "recoveryscore%": Item("readiness", "higher_better", scale=(0, 100)),
        "restingheartrate(bpm)": Item("resting_heart_rate_bpm"),
        "heartratevariability(ms)": Item("rmssd_ms"),
        "respiratoryrate(rpm)": Item("respiratory_rate_per_min"),
        "asleepduration(min)": Item("sleep_h", "higher_better", factor=_HOURS_PER_MIN),
        "sleepperformance%": Item("sleep_score", "higher_better", scale=(0, 100)),
    },
    needed=("cyclestarttime", "recoveryscore%"),
    takes="recovery, resting heart rate, rMSSD, respiratory rate, hours asleep and sleep performance of the waking day",
    leaves="strain and energy, which an open last cycle has not ended yet; skin temperature, oxygen and stages of "
    "sleep",
).reader()
