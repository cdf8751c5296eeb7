"""The content of planned lifting days: which of the lifts that the plan names were done."""

import pandas as pd
import pytest
from made_up_athlete import MONDAY, SUNDAY, birch, table

from analysis.metrics.adherence import lifts_of_plan
from analysis.pages.athlete_week import logged
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.squad_week.proposals import athlete_facts

EARLIER = MONDAY - pd.Timedelta(days=7)
NAMES = {
    "hip_thrust": ("Hip Thrust (Barbell)", "hinge"),
    "kettlebell_swing": ("KB Swing", "hinge"),
    "single_leg_romanian_deadlift": ("Single Leg RDL", "hinge"),
    "step_up": ("Step Up", "squat"),
    None: ("Coach's special", None),
}


def sets(*done: tuple[pd.Timestamp, str | None]) -> pd.DataFrame:
    rows = [(day, exercise, *NAMES[exercise]) for day, exercise in done]
    return pd.DataFrame(rows, columns=["local_date", "exercise", "exercise_raw", "pattern"])


def checked(content: str, *done: str | None, day: pd.Timestamp | None = MONDAY):
    """One planned day after a week in which every exercise was logged; `done` that Monday."""
    status = pd.DataFrame({"content": [content], "done_on": [day]})
    every = [(EARLIER, exercise) for exercise in NAMES]
    return lifts_of_plan(status, sets(*every, *((MONDAY, one) for one in done))).iloc[0]


@pytest.mark.parametrize(
    ("content", "exercise"),
    [
        ("Power: swings", "kettlebell_swing"),
        ("Balance: single-leg hinge", "single_leg_romanian_deadlift"),
        ("3 x 8 hip thrusts, heavy", "hip_thrust"),
        ("Step-Up", "step_up"),
        ("coach's special", None),
    ],
)
def test_a_phrase_of_the_plan_names_a_lift_in_the_words_that_people_use(content, exercise):
    row = checked(content, exercise)
    assert (row["lifts_planned"], row["lifts_done"], row["lifts_status"]) == (1, 1, "done")


def test_a_lift_left_out_makes_a_part_and_is_named():
    row = checked("Power: hip thrust, then swings; step-up", "hip_thrust", "step_up")
    assert row[["lifts_planned", "lifts_done", "lifts_missing", "lifts_status"]].tolist() == [3, 2, "swings", "part"]


def test_none_of_the_lifts_is_missed():
    assert checked("Power: hip thrust", "step_up")["lifts_status"] == "missed"


@pytest.mark.parametrize("content", ["", "Foundation drills", "mobility, then nordic curls"])
def test_a_content_without_a_lift_that_was_ever_logged_cannot_be_checked(content):
    row = checked(content, "hip_thrust")
    assert (row["lifts_planned"], row["lifts_status"]) == (0, None)


def test_a_day_not_trained_or_without_a_logged_set_cannot_be_checked():
    assert checked("hip thrust", "hip_thrust", day=pd.NaT)["lifts_status"] is None
    assert checked("hip thrust")["lifts_status"] is None


def test_the_plan_names_what_was_not_logged_and_the_day_stays_done():
    athlete = birch()
    plan = athlete.plan.assign(content="drills: hip thrust, step-up")
    key = {"session_id": "role", "athlete_id": "t3st", "side": "B", "set_kind": "work", "reps": 8, "load_kg": 40.0}
    rows = [
        {**key, "set_no": number, "exercise": exercise, "exercise_raw": NAMES[exercise][0], "local_date": day}
        | {"counted": True, "file_no": 1, "row_no": 1}
        for number, (exercise, day) in enumerate([("step_up", EARLIER), ("hip_thrust", MONDAY)], 1)
    ]
    lifted = table("sets", rows, local_date="datetime64[us]", counted="bool")
    week = athlete_week(athlete.but(plan=plan, sets=lifted), SUNDAY)
    (planned,) = logged.plan_table(week)
    assert planned.rows[0][0::2] == ("Mon", "done, not logged: step-up")
    assert athlete_facts(week)["plan_lifts_pct"] == 50
    assert athlete_facts(athlete_week(birch(), SUNDAY))["plan_lifts_pct"] is None
