"""Oura's exports: the table of days, the account export with a table for each subject, rows of the API as text.

Durations are in seconds, scores from 0 to 100. A night belongs to the day of waking. The API's rows as pandas writes
them hold the readiness of the night as the text of a Python dict.
"""

import re
from collections.abc import Mapping, Sequence

from analysis.ingest.cells import BadCell
from analysis.ingest.days.daily import Daily, Item
from analysis.ingest.dialect import same_header
from analysis.ingest.table_format import Headers, Line

_HOURS_PER_S = 1 / 3600
_SCORE = re.compile(r"""["']score["']\s*:\s*(?P<score>\d+(\.\d+)?|None|null)""")


def _score_within(raw: str) -> float:
    """The score of a dict in a cell, 0 where it has none yet.

    >>> _score_within("{'contributors': {'recovery_index': 37}, 'score': 57}")
    57.0
    """
    found = _SCORE.search(raw)
    if not found:
        raise BadCell("holds no score")
    return float(found["score"]) if found["score"][0].isdigit() else 0.0


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

_NIGHT = {
    "total_sleep_duration": Item("sleep_h", "higher_better", factor=_HOURS_PER_S),
    "average_hrv": Item("rmssd_ms"),
    "lowest_heart_rate": Item("resting_heart_rate_bpm"),
    "average_breath": Item("respiratory_rate_per_min"),
}


class _Nights(Daily):
    def keeps(self, line: Line) -> bool:
        """Nights, not naps, rests and what the wearer deleted; a table without types holds nights only."""
        return line.word("type") in ("", "long_sleep")

    @property
    def roles(self) -> Mapping[str, Headers]:
        return {**super().roles, "type": ("type",)}


NIGHTS = _Nights(
    name="oura_nights",
    title="Oura account export: sleep model (CSV)",
    date_header="day",
    items=_NIGHT,
    needed=("total_sleep_duration", "lowest_heart_rate"),
    longest="total_sleep_duration",
    left_note="Naps and rests are left in the raw rows: the longest sleep of a day counts.",
    takes="hours asleep, rMSSD, lowest heart rate and respiratory rate of the night",
    leaves="stages of sleep, naps, movement, heart rate by minutes",
).reader()

API = _Nights(
    name="oura_api",
    title="Oura API rows of sleep (CSV)",
    date_header="bedtime_end",
    items={**_NIGHT, "readiness": Item("readiness", "higher_better", scale=(0, 100), parse=_score_within)},
    needed=("total_sleep_duration", "lowest_heart_rate"),
    longest="total_sleep_duration",
    left_note="Naps and rests are left in the raw rows: the longest sleep of a day counts.",
    takes="hours asleep, rMSSD, lowest heart rate, respiratory rate and readiness of the day of waking",
    leaves="stages of sleep, naps, series of five minutes",
).reader()

READINESS = Daily(
    name="oura_readiness",
    title="Oura account export: daily readiness (CSV)",
    date_header="day",
    items={"score": Item("readiness", "higher_better", scale=(0, 100))},
    needed=("contributors", "temperature_deviation"),
    takes="the readiness score of each day",
    leaves="its parts, deviations of temperature",
).reader()


class _SleepScores(Daily):
    def fits(self, header: Sequence[str]) -> bool:
        """A table with the score alone, as the other tables of the export have more."""
        own = {"id", "day", "score", "contributors", "timestamp"}
        return super().fits(header) and {same_header(name) for name in header} <= own


SLEEP_SCORE = _SleepScores(
    name="oura_sleep_score",
    title="Oura account export: daily sleep (CSV)",
    date_header="day",
    items={"score": Item("sleep_score", "higher_better", scale=(0, 100))},
    needed=("contributors",),
    takes="the sleep score of each day",
    leaves="its parts",
).reader()
