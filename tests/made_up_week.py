"""The week of the made-up athlete, as the tests of the athlete's week read it."""

import re

import numpy as np
import pandas as pd
from made_up_athlete import FRIDAYS, LIFT, SUNDAY, MadeUp, bar_speed, lifting, table

from analysis.models.strength.speed_at_load import SpeedAtLoad, speed_at_load
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week

BANNED = re.compile(r"risk|injur|overtrain|abnormal|responder|cause|noise|interval|\bband|by chance|bpm", re.IGNORECASE)
NO_TRIALS = table("trials", [])
SPRINT_DAYS = ["2026-03-30", "2026-04-27", "2026-05-25", "2026-06-23"]
YEAR = [str(day.date()) for day in pd.date_range(end="2026-06-23", periods=8, freq="28D")]
FLAT_S = [3.30, 3.33, 3.31, 3.32, 3.30, 3.31, 3.33, 3.32]
LONG = pd.date_range(end="2026-06-26", periods=24, freq="7D")


def week_of(athlete: MadeUp, until: pd.Timestamp = SUNDAY) -> AthleteWeek:
    """The week that holds `until`."""
    return athlete_week(athlete, until)


def speeds(speeds_m_s, *, until: pd.Timestamp = SUNDAY, **more) -> SpeedAtLoad:
    """Speed at the anchor load on the last Fridays."""
    frames = lifting(bar_speed(FRIDAYS[-len(speeds_m_s) :], np.asarray(speeds_m_s), **more))
    return speed_at_load(frames["sets"], frames["reps"], LIFT, 60, until)


def of_kind(blocks, kind):
    """The blocks of one kind."""
    return [block for block in blocks if isinstance(block, kind)]
