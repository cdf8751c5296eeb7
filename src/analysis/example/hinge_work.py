"""What a coach measures beside the key lifts: tempo and rest of form sets, one leg at a time, swings, notes and videos.

Every stream has random numbers of its own, so that those of the other files stay as they were.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.example import training
from analysis.example.squad import DAYS, NOISE, Athlete

TEMPO, TEMPO_S_PER_REP = "3-1-1-0", 5.0
SINGLE_LEG, SWING = "Single Leg Romanian Deadlift (Dumbbell)", "Kettlebell Swing"
MEASURED_REPS = 3  # of the first set, a side or of swings
NOTED_SHARE = 0.25
NOTES = ("Hips back, bar close", "Last rep slow", "Felt smooth today", "Grip went before the back")
VIDEO = "https://videos.squad.invalid/{alias}/{day}"  # a name that no address can have


def measured(
    athlete: Athlete, sets: pd.DataFrame, course: pd.DataFrame, stream: Callable[[str], np.random.Generator]
) -> pd.DataFrame:
    """All that the bar-speed device and the coach beside it wrote, in the columns of the template, a row a repetition.

    `stream` gives the random numbers of a purpose.
    """
    speeds = training.bar_speed(athlete, sets, course, stream("bar_speed"))
    parts = (
        with_form_set_work(athlete, speeds, course, stream("form_set_work")),
        single_leg_speed(athlete, sets, course, stream("single_leg")),
        swing_speed(athlete, sets, course, stream("swings")),
    )
    return pd.concat(parts, ignore_index=True)


def with_form_set_work(
    athlete: Athlete, speeds: pd.DataFrame, course: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """The repetitions of the bar-speed template with what was written beside the form set of each day.

    Adds tempo, time, rest after the set, a note on about one day in four and a video every fourth week.
    """
    days = pd.to_datetime(speeds["date"])
    on_day = course.loc[days].reset_index(drop=True)
    off_s = pd.Series(rng.normal(0, NOISE.tempo_set_sd_s, len(DAYS)), index=DAYS)
    rest_s = pd.Series((rng.normal(120, 25, len(DAYS)) / 5).round() * 5, index=DAYS).clip(lower=45)
    is_noted = pd.Series(rng.random(len(DAYS)) < NOTED_SHARE, index=DAYS)
    words = pd.Series(rng.choice(NOTES, len(DAYS)), index=DAYS)
    rated = (speeds["rater"] != "").to_numpy()
    reps = speeds.groupby(["date", "time", "exercise", "set"])["rep"].transform("max").to_numpy()
    per_rep_s = TEMPO_S_PER_REP + on_day["tempo_off_s"].to_numpy() + off_s.loc[days].to_numpy()
    filmed = (days - DAYS[0]).dt.days.to_numpy() // 7 % 4 == 1
    video = [VIDEO.format(alias=athlete.alias.lower(), day=day) for day in speeds["date"]]
    whole_s = {"set_duration_s": (reps * per_rep_s).round(), "rest_s": rest_s.loc[days].to_numpy()}
    return speeds.assign(
        tempo=np.where(rated, TEMPO, ""),
        **{name: pd.Series(np.where(rated, s, np.nan), speeds.index).astype("Int64") for name, s in whole_s.items()},
        notes=np.where(rated & is_noted.loc[days].to_numpy(), words.loc[days], ""),
        video_url=np.where(rated & filmed, video, ""),
    )


def single_leg_speed(
    athlete: Athlete, sets: pd.DataFrame, course: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """The first set of each side of the single-leg hinge on every balance day, as the bar-speed template has them."""
    first = _first_sets(sets, SINGLE_LEG)
    of_day = pd.Series(rng.normal(0, NOISE.speed_day_sd_m_s, len(DAYS)), index=DAYS)
    parts = []
    for side, column in {"left": "single_leg_left_m_s", "right": "single_leg_right_m_s"}.items():
        level = course.loc[first["date"], column].to_numpy() + of_day.loc[first["date"]].to_numpy()
        level = level + rng.normal(0, NOISE.single_leg_side_sd_m_s, len(first))
        parts.append(_measured(athlete, first, course, level, rng).assign(side=side))
    return pd.concat(parts).sort_values(["date", "side", "rep"], ignore_index=True)


def swing_speed(athlete: Athlete, sets: pd.DataFrame, course: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The first set of swings every fourth week, as the bar-speed template has it."""
    first = _first_sets(sets, SWING)
    week = DAYS.get_indexer(first.loc[:, "date"]) // 7
    first = first.loc[np.isin(week, training.SPRINT_WEEKS)]
    level = course.loc[first["date"], "swing_m_s"].to_numpy() + rng.normal(0, NOISE.speed_day_sd_m_s, len(first))
    return _measured(athlete, first, course, level, rng)


def _first_sets(sets: pd.DataFrame, exercise: str) -> pd.DataFrame:
    return sets.loc[(sets["exercise"] == exercise) & (sets["set"] == 1)]


def _measured(
    athlete: Athlete, sets: pd.DataFrame, course: pd.DataFrame, level_m_s: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Three repetitions of each set around its level, in the columns of the template; what nobody measured is empty."""
    reps = sets.loc[sets.index.repeat(MEASURED_REPS)].reset_index(drop=True)
    on_day = course.loc[reps["date"]].reset_index(drop=True)
    noise = rng.normal(0, NOISE.speed_rep_sd_m_s, len(reps))
    speed = level_m_s.repeat(MEASURED_REPS) + on_day["reading_offset_m_s"].to_numpy() + noise
    return pd.DataFrame(
        {
            "athlete": athlete.name,
            "date": reps["date"].dt.strftime("%Y-%m-%d"),
            "time": reps["start"].dt.strftime("%H:%M"),
            "exercise": reps["exercise"],
            "side": "",
            "set": reps["set"],
            "rep": np.tile(np.arange(1, MEASURED_REPS + 1), len(sets)),
            "load_kg": reps["load_kg"],
            "mean_velocity_m_s": speed.round(3),
            "device": on_day["device"],
        }
    )
