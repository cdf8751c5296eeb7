"""What athletes and coaches write down: wellness, session ratings, screens and cues."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.example.running import Run, running_days
from analysis.example.squad import DAYS, NOISE, Athlete
from analysis.example.training import plan, trained

ANSWERED_SHARE = 0.88  # of the days with wellness answers
RATED_SHARE = 0.95  # of the sessions with a rating
SCREEN_DAYS = DAYS[2::28]  # every fourth Wednesday

CUES = (
    "Send the hips back, not down",
    "Ribs over pelvis before you move",
    "Whole foot heavy, heel stays down",
    "Push the floor away, then stand tall",
    "Bar brushes the thigh all the way",
)


class Item(NamedTuple):
    name: str
    usual: float
    day_sd: float
    scale_max: int | None  # None: a measurement in `step`s of its unit, without a scale
    direction: str
    step: float = 1.0


ITEMS = (
    Item("sleep", 7.0, 1.2, 10, "higher_better"),
    Item("soreness", 3.5, 1.4, 10, "lower_better"),
    Item("energy", 3.5, 0.7, 5, "higher_better"),
)


# as the others, on random numbers of their own
ADDED_ITEMS = (
    Item("sleep_h", 7.4, 0.7, None, "higher_better", 0.1),
    Item("resting_heart_rate_bpm", 54.0, 2.5, None, "neutral"),
)


def wellness(athlete: Athlete, course: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Daily answers as the wellness template has them; a day without answers has no row."""
    parts = []
    answered = (rng.random(len(DAYS)) < ANSWERED_SHARE) & course["logged"].to_numpy()
    (apart,) = rng.spawn(1)
    for item, random in [*((one, rng) for one in ITEMS), *((one, apart) for one in ADDED_ITEMS)]:
        value = random.normal(item.usual + random.normal(0, 0.4), item.day_sd, len(DAYS))
        steps = (value / item.step).round() * item.step
        parts.append(
            pd.DataFrame(
                {
                    "athlete": athlete.name,
                    "date": DAYS.strftime("%Y-%m-%d"),
                    "item": item.name,
                    "value": [f"{one:g}" for one in np.clip(steps, 1, item.scale_max)],  # the ends of the form's scale
                    "scale_min": 1 if item.scale_max else "",
                    "scale_max": item.scale_max or "",
                    "direction": item.direction,
                }
            )[answered]
        )
    return pd.concat(parts).sort_index(kind="stable")


CHECKS = {"sprint": ("sprint", 40), "trials": ("time_trial", 55)}  # kind of session, minutes
USUAL_RPE = {"strength": 5.5, "run": 4.0, "sprint": 5.0, "time_trial": 8.0}
_RPE_COLUMNS = ["athlete", "date", "kind", "role", "duration_min", "rpe_cr10", "status", "notes"]


def session_rpe(
    athlete: Athlete, sessions: pd.DataFrame, course: pd.DataFrame, ran: list[Run], rng: np.random.Generator
) -> pd.DataFrame:
    """Session ratings as the session-RPE template has them: sessions done, days off, and the rest days logged."""
    done = _done(sessions, course, ran)
    rated = done.loc[rng.random(len(done)) < RATED_SHARE]
    rpe = np.clip(rng.normal(rated["kind"].map(USUAL_RPE.get), 0.9), 1, 10).round()  # the ends of the form's scale
    rated = rated.assign(rpe_cr10=rpe.astype(int), status="done")
    off = pd.DataFrame({"date": sessions.loc[sessions["outcome"] == "away", "planned"], "kind": "strength"})
    rest = pd.DataFrame({"date": _rest_logged(athlete, course, done, rng), "kind": "other"})
    rows = pd.concat([rated, off.assign(status="off", notes="away"), rest.assign(status="rest")])
    rows = rows.sort_values("date", kind="stable")
    rows = rows.assign(athlete=athlete.name, date=rows["date"].dt.strftime("%Y-%m-%d"))
    return rows.loc[:, _RPE_COLUMNS].astype({"duration_min": "Int64", "rpe_cr10": "Int64"})


def _rest_logged(
    athlete: Athlete, course: pd.DataFrame, done: pd.DataFrame, rng: np.random.Generator
) -> pd.DatetimeIndex:
    """The planned rest days that were kept and also logged; on the others no file says anything."""
    planned = plan()
    days = pd.DatetimeIndex(planned.loc[planned["role"] == "rest", "date"]).intersection(DAYS)
    logged = rng.random(len(days)) < athlete.rest_logged_share
    return days[logged & course.loc[days, "logged"].to_numpy() & ~days.isin(done.loc[:, "date"])]


def _done(sessions: pd.DataFrame, course: pd.DataFrame, ran: list[Run]) -> pd.DataFrame:
    """Everything that was done, a row a session: date, kind, role, duration_min."""
    lifting = trained(sessions)[["date", "role", "duration_min"]].assign(kind="strength")
    running = pd.DataFrame(
        {
            "date": [run.date for run in ran],
            "kind": "run",
            "role": "other",
            "duration_min": [round(run.time_s[-1] / 60) for run in ran],
        }
    )
    checks = pd.DataFrame(
        [
            (date, CHECKS[kind][0], "other", CHECKS[kind][1])
            for date, kind in running_days()
            if kind in CHECKS and course.loc[date, "logged"]
        ],
        columns=["date", "kind", "role", "duration_min"],
    )
    return pd.concat([lifting, running, checks], ignore_index=True)


class Screen(NamedTuple):
    test: str
    metric: str
    unit: str
    method: str
    sides: str
    usual: float
    between_sd: float  # between athletes
    day_sd: float
    trial_sd: float


_ANGLE_SDS = (NOISE.screen_angle_day_sd_deg, NOISE.screen_angle_trial_sd_deg)
SCREENS = (
    Screen("hinge_depth", "angle", "deg", "video, side view", "B", 98, 5, *_ANGLE_SDS),
    Screen("hip_internal_rotation", "angle", "deg", "seated, inclinometer", "LR", 34, 4, *_ANGLE_SDS),
    Screen(
        "ankle_dorsiflexion",
        "distance",
        "cm",
        "knee to wall",
        "LR",
        10.5,
        1.5,
        NOISE.ankle_day_sd_cm,
        NOISE.ankle_trial_sd_cm,
    ),
)
# screened as the others are, on random numbers of their own, so that the numbers of the others stay as they were
ADDED_SCREENS = (
    Screen("hip_external_rotation", "angle", "deg", "seated, inclinometer", "LR", 41, 4, *_ANGLE_SDS),
    Screen("thoracic_rotation", "angle", "deg", "half kneeling, inclinometer", "LR", 48, 5, *_ANGLE_SDS),
)
LATER_SCREENS = (Screen("active_straight_leg_raise", "angle", "deg", "lying, inclinometer", "LR", 82, 6, *_ANGLE_SDS),)
SCREEN_TRIALS = 2
HOP_TRIALS = 3
_SCREEN_COLUMNS = ["athlete", "date", "test", "trial", "side", "metric", "value", "unit", "method", "rater", "device"]


def screens(athlete: Athlete, course: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Screens and single-leg hops as the screens template has them, one row a trial."""
    apart, later = rng.spawn(2)
    rows = _screen_rows(SCREENS, course, rng) + _hop_rows(course, rng) + _screen_rows(ADDED_SCREENS, course, apart)
    rows += _screen_rows(LATER_SCREENS, course, later)
    table = pd.DataFrame(rows, columns=["date", *_SCREEN_COLUMNS[2:9]])
    table = table.loc[course.loc[table["date"], "logged"].to_numpy()].sort_values("date", kind="stable")
    dates = table["date"].dt.strftime("%Y-%m-%d")
    return table.assign(athlete=athlete.name, date=dates, rater="coach", device="").loc[:, _SCREEN_COLUMNS]


def _screen_rows(screens: tuple[Screen, ...], course: pd.DataFrame, rng: np.random.Generator) -> list[tuple]:
    rows = []
    for screen in screens:
        usual = rng.normal(screen.usual, screen.between_sd)
        for date, side in itertools.product(SCREEN_DAYS, screen.sides):
            of_day = usual + rng.normal(0, screen.day_sd)
            of_day += course.loc[date, "ankle_gain_cm"] if screen.test == "ankle_dorsiflexion" else 0.0
            for trial in range(1, SCREEN_TRIALS + 1):
                value = round(of_day + rng.normal(0, screen.trial_sd), 1)
                rows.append((date, screen.test, trial, side, screen.metric, value, screen.unit, screen.method))
    return rows


def _hop_rows(course: pd.DataFrame, rng: np.random.Generator) -> list[tuple]:
    rows = []
    for date, (side, column) in itertools.product(SCREEN_DAYS, {"L": "hop_left_cm", "R": "hop_right_cm"}.items()):
        of_day = course.loc[date, column] * (1 + NOISE.hop_day_sd_percent / 100 * rng.normal())
        for trial in range(1, HOP_TRIALS + 1):
            value = round(of_day * (1 + NOISE.hop_trial_sd_percent / 100 * rng.normal()), 0)
            rows.append((date, "single_leg_hop", trial, side, "distance", value, "cm", "hands free, stuck landing"))
    return rows


def cues(athlete: Athlete, course: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Cues given, about one in four weeks, as the cues template has them."""
    days = DAYS[(DAYS.day_of_week == 0) & course["logged"].to_numpy()]
    given = days[rng.random(len(days)) < 0.25]
    return pd.DataFrame(
        {
            "athlete": athlete.name,
            "date": given.strftime("%Y-%m-%d"),
            "exercise": "romanian_deadlift",
            "cue": rng.choice(CUES, size=len(given)),
        }
    )
