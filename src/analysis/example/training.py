"""What was planned, what was done, and the sets and repetitions of the lifting sessions."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.base.frames import rows_of
from analysis.example.squad import (
    ANCHOR_SHARE,
    DAYS,
    FIRST_DAY,
    KEY_LIFTS,
    NOISE,
    ROMANIAN_DEADLIFT,
    TRAP_BAR_DEADLIFT,
    WEEKS,
    Athlete,
)

TRIAL_WEEKS = (0, 8, 16, 24)  # time trials instead of the two runs
SPRINT_WEEKS = (1, 5, 9, 13, 17, 21, 25)
RAMP_WEEKS = (3, 7, 11, 15, 19, 23)  # four or five loads of each key lift, for the load-velocity profile
RAMP_SHARES = (0.6, 0.8, 1.0, 1.2, 1.3)  # of the anchor load
FORM_SHARE = 0.8
FORM_REPS = 8
MOVED_SHARE = 0.06  # of the planned lifting sessions, by one day
AWAY_SHARE = 0.3  # of the missed ones; logged as off

_LIFTING = {
    0: ("day_1", "Foundation drills: form set of 8, hip thrust, glute bridge"),
    2: ("day_3", "Balance with lighter load: single-leg hinge, step-up, back extension"),
    4: ("day_5", "Controlled power output: key lifts at the anchor load, then swings"),
}
OUTCOMES = ("done", "moved", "missed", "away", "not_logged")
TITLES = {"day_1": "Foundation drills", "day_3": "Balance", "day_5": "Power"}


def running_plan(week: int) -> dict[int, tuple[str, str]]:
    """The running of a week, counted from 0: weekday -> kind and content; weekdays without any are left out.

    >>> running_plan(1)
    {1: ('easy', 'Easy run, 35 to 50 min'), 5: ('sprint', '20 m sprint with gates, 3 trials')}
    """
    if week in TRIAL_WEEKS:
        return {1: ("trials", "Time trials over 400 m and 1200 m"), 5: ("trials", "Time trial over 2400 m")}
    plan = {1: ("easy", "Easy run, 35 to 50 min")}
    if week % 2 == 0:
        plan[5] = ("long", "Long run, 65 to 85 min")
    elif week in SPRINT_WEEKS:
        plan[5] = ("sprint", "20 m sprint with gates, 3 trials")
    return plan


def plan() -> pd.DataFrame:
    """The plan of one athlete, a row a day: date, role, content; one week more than is trained."""
    rows = []
    for week in range(WEEKS + 1):
        running = running_plan(week)
        for weekday in range(7):
            date = pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=7 * week + weekday)
            if weekday in _LIFTING:
                role, content = _LIFTING[weekday]
            elif weekday in running:
                role, content = "other", running[weekday][1]
            else:
                role, content = "rest", "Rest"
            rows.append((date, role, content))
    return pd.DataFrame(rows, columns=["date", "role", "content"])


def attendance(athlete: Athlete, course: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What became of every planned lifting session: planned, role, outcome, date and start by the wall clock.

    `outcome` is one of OUTCOMES: moved is by one day inside the week, away is missed and logged as off, not_logged
    lies in weeks of which no file knows anything. `date` and `start` are missing unless the session was done or moved.
    """
    planned = DAYS[DAYS.day_of_week.isin(list(_LIFTING))]
    luck = rng.random(len(planned))
    moved = (luck >= athlete.missed_share) & (luck < athlete.missed_share + MOVED_SHARE)
    missed = np.where(rng.random(len(planned)) < AWAY_SHARE, "away", "missed")
    outcome = np.where(luck < athlete.missed_share, missed, np.where(moved, "moved", "done"))
    outcome = np.where(course.loc[planned, "logged"], outcome, "not_logged")
    trained = np.isin(outcome, ["done", "moved"])
    # a Monday can only be moved back: the day before belongs to another week
    shift = np.where(planned.day_of_week == 0, 1, rng.choice([-1, 1], size=len(planned)))
    date = planned + pd.to_timedelta(np.where(outcome == "moved", shift, 0), unit="D")
    start = date + pd.to_timedelta(17 * 3600 + rng.integers(0, 5400, size=len(planned)), unit="s")
    return pd.DataFrame(
        {
            "planned": planned,
            "role": [_LIFTING[weekday][0] for weekday in planned.day_of_week],
            "outcome": outcome,
            "date": date.where(trained),
            "start": start.where(trained),
            "duration_min": rng.integers(48, 76, size=len(planned)),
        }
    )


def trained(sessions: pd.DataFrame) -> pd.DataFrame:
    """The lifting sessions that took place, in the order in which they did."""
    return sessions.loc[sessions["date"].notna()].sort_values("start", ignore_index=True)


class LiftSet(NamedTuple):
    exercise: str  # as the lifting log writes it
    load_kg: float
    reps: int
    set_kind: str = "work"
    recorded: bool = False  # the bar-speed device was on


def lifting_sets(athlete: Athlete, sessions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The sets of all lifting sessions that took place, in the order in which they were done.

    Columns: date, start, duration_min, role, exercise, set (1 is the first of its exercise that day), set_kind,
    load_kg, reps, rpe_cr10 (NaN for warm-ups), recorded.
    """
    rows = []
    for session in rows_of(trained(sessions)):
        week = (session.planned - DAYS[0]).days // 7
        of_session = (session.date, session.start, session.duration_min, session.role)
        rows += [(*of_session, *one) for one in _SESSION_SETS[session.role](athlete, week, rng)]
    sets = pd.DataFrame(rows, columns=["date", "start", "duration_min", "role", *LiftSet._fields])
    effort = (rng.normal(6.5, 0.8, size=len(sets)) * 2).round() / 2
    return sets.assign(
        set=sets.groupby(["date", "exercise"]).cumcount() + 1,
        rpe_cr10=np.where(sets["set_kind"] == "warm_up", np.nan, np.clip(effort, 4, 10)),
    )


def _plates(load_kg: float) -> float:
    """The load that the plates allow, in steps of 2.5 kg."""
    return round(load_kg / 2.5) * 2.5


def _day_1(athlete: Athlete, week: int, _rng: np.random.Generator) -> list[LiftSet]:
    form_kg = _plates(FORM_SHARE * athlete.anchor_kg(ROMANIAN_DEADLIFT))
    thrust_kg = _plates(athlete.anchor_kg(TRAP_BAR_DEADLIFT) * (0.80 + 0.006 * week))
    return [
        LiftSet(ROMANIAN_DEADLIFT.log_name, form_kg, FORM_REPS, recorded=True),
        *[LiftSet("Hip Thrust (Barbell)", thrust_kg, 8)] * 3,
        *[LiftSet("Glute Bridge", 0.0, 12)] * 2,
    ]


def _day_3(athlete: Athlete, week: int, _rng: np.random.Generator) -> list[LiftSet]:
    hinge_kg = _plates(athlete.anchor_kg(ROMANIAN_DEADLIFT) * (0.25 + 0.004 * week))
    return [
        *[LiftSet("Single Leg Romanian Deadlift (Dumbbell)", hinge_kg, 8)] * 3,
        *[LiftSet("Step Up", hinge_kg, 8)] * 2,
        *[LiftSet("Back Extension", 0.0, 10)] * 3,
    ]


def _day_5(athlete: Athlete, week: int, rng: np.random.Generator) -> list[LiftSet]:
    swing_kg = 16.0 if athlete.light else 24.0
    sets = [LiftSet(ROMANIAN_DEADLIFT.log_name, 20.0, 8, "warm_up")]
    for lift in KEY_LIFTS:
        shares = RAMP_SHARES if week in RAMP_WEEKS else (1.0,)
        for share in shares:
            reps = int(rng.integers(3, 6)) if share == 1 else 3
            sets.append(LiftSet(lift.log_name, _plates(share * athlete.anchor_kg(lift)), reps, recorded=True))
    work_kg = _plates(athlete.anchor_kg(ROMANIAN_DEADLIFT) * (1.05 + 0.006 * week))
    return [
        *sets,
        *[LiftSet(ROMANIAN_DEADLIFT.log_name, work_kg, 6)] * 3,
        *[LiftSet("Kettlebell Swing", swing_kg, 12)] * 3,
    ]


_SESSION_SETS = {"day_1": _day_1, "day_3": _day_3, "day_5": _day_5}


def bar_speed(athlete: Athlete, sets: pd.DataFrame, course: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The repetitions of the recorded sets as the bar-speed template has them, one row a repetition.

    A device's reading is the true speed at that load, what the athlete was that day, what this repetition was, and
    what the device adds. Form is rated in the form set of day 1 alone.
    """
    recorded = sets[sets["recorded"]]
    reps = recorded.loc[recorded.index.repeat(recorded.loc[:, "reps"])].copy()
    reps["rep"] = reps.groupby(level=0).cumcount() + 1
    on_day = course.loc[reps["date"]].reset_index(drop=True)
    reps = reps.reset_index(drop=True)
    speed = _true_speed_m_s(athlete, reps, on_day) + _day_form_m_s(reps, rng) + on_day["reading_offset_m_s"]
    speed = speed - NOISE.speed_loss_per_rep_m_s * (reps["rep"] - 1)
    speed = speed + rng.normal(0, NOISE.speed_rep_sd_m_s, len(reps))
    rated = reps["role"] == "day_1"
    return pd.DataFrame(
        {
            "athlete": athlete.name,
            "date": reps["date"].dt.strftime("%Y-%m-%d"),
            "time": reps["start"].dt.strftime("%H:%M"),
            "exercise": reps["exercise"],
            "side": "",
            "set": reps["set"],
            "rep": reps["rep"],
            "load_kg": reps["load_kg"],
            "mean_velocity_m_s": speed.round(3),
            "mean_propulsive_velocity_m_s": "",
            "peak_velocity_m_s": (speed * rng.normal(1.55, 0.03, len(reps))).round(3),
            "rom_m": rng.normal(0.56, 0.012, len(reps)).round(3),
            "power_w": "",
            "hinge_angle_deg": _hinge_angle_deg(reps, on_day, rng).where(rated),
            "form_flags": np.where(rated, _form_flags(reps, on_day, rng), ""),
            "rater": np.where(rated, "coach", ""),
            "device": on_day["device"],
        }
    )


def _true_speed_m_s(athlete: Athlete, reps: pd.DataFrame, on_day: pd.DataFrame) -> pd.Series:
    """Speed on the athlete's load-velocity line of that day; a gain moves the whole line."""
    speed = pd.Series(np.nan, index=reps.index)
    for lift in KEY_LIFTS:
        one_rm_kg = athlete.anchor_kg(lift) / ANCHOR_SHARE
        off_anchor = (reps["load_kg"] - athlete.anchor_kg(lift)) / one_rm_kg
        line = on_day[f"{lift.exercise}_m_s"] - lift.slope_m_s * off_anchor
        speed = speed.where(reps["exercise"] != lift.log_name, line)
    return speed


def _day_form_m_s(reps: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """How much faster or slower than true each lift is on its day: one draw a day and lift."""
    draws = rng.normal(0, NOISE.speed_day_sd_m_s, (len(DAYS), len(KEY_LIFTS)))
    day = DAYS.get_indexer(reps.loc[:, "date"])
    lift = pd.Index([lift.log_name for lift in KEY_LIFTS]).get_indexer(reps.loc[:, "exercise"])
    return pd.Series(draws[day, lift], index=reps.index)


def _hinge_angle_deg(reps: pd.DataFrame, on_day: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    of_day = pd.Series(rng.normal(0, NOISE.hinge_angle_day_sd_deg, len(DAYS)), index=DAYS)
    of_rep = rng.normal(0, NOISE.hinge_angle_rep_sd_deg, len(reps))
    return (on_day["hinge_angle_deg"] + of_day.loc[reps["date"]].to_numpy() + of_rep).round(0)


def _form_flags(reps: pd.DataFrame, on_day: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """What the rater wrote: clean up to the day's clean reps, flagged on the next one and on most after it."""
    of_day = pd.Series(rng.normal(0, NOISE.clean_reps_sd, len(DAYS)), index=DAYS)
    clean_reps = (on_day["clean_reps"] + of_day.loc[reps["date"]].to_numpy()).round()
    beyond = reps["rep"] - clean_reps
    flagged = (beyond == 1) | ((beyond > 1) & (rng.random(len(reps)) < 0.7))
    words = rng.choice(["flexion", "shift", "flexion shift"], p=[0.7, 0.2, 0.1], size=len(reps))
    return pd.Series(np.where(flagged, words, "clean"), index=reps.index)
