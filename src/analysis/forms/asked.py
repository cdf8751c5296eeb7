"""What a form asks one athlete: the squad's questions, the lifts of the plan with their last load, the checks."""

import re
from typing import Any

import pandas as pd

from analysis.base.frames import rows_of
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.workspace import Workspace

LIFTS_DAYS = 56  # how far back a lift counts as one that is done
PLAN_DAYS = 35  # as long as a form holds
MOST_LIFTS = 14

_KINDS = {
    "strength": "Strength",
    "run": "Run",
    "sprint": "Sprint",
    "time_trial": "Time trial",
    "ride": "Ride",
    "swim": "Swim",
    "other": "Something else",
}
_ROLES = {"day_1": "Day 1", "day_3": "Day 3", "day_5": "Day 5", "other": "Another day"}
_BREAKS = {"flexion": "Back rounded", "valgus": "Knees fell in", "shift": "Hips shifted"}
_BETWEEN = re.compile(r"[,;+:]|\bthen\b|\band\b", re.IGNORECASE)  # the lifts that a plan lists
_AMOUNT = re.compile(r"\b\d.*$")  # sets and repetitions behind a lift


def questions(workspace: Workspace) -> dict[str, Any]:
    """What everybody of the squad is asked: the morning's questions, kinds and roles of sessions, breaks, checks."""
    config = workspace.config
    sides = [
        {"test": one.test_id, "name": one.name, "metric": one.metric, "unit": one.unit, "sides": True}
        for one in config.side_tests
    ]
    checks = [
        {"test": one.test_id, "name": one.name, "metric": one.metric, "unit": one.unit, "distance_m": one.distance_m}
        for one in config.checks
    ]
    return {
        "morning": [question.model_dump() for question in config.form.morning],
        "kinds": list(_KINDS.items()),
        "roles": list(_ROLES.items()),
        "breaks": list(_BREAKS.items()),
        "checks": [*checks, *sides],
    }


def of_athlete(workspace: Workspace, athlete_id: str) -> dict[str, Any]:
    """What only this athlete is asked: lifts with the last load in the unit of the athlete's pages, and the plan."""
    athlete = workspace.athlete(athlete_id)
    known = catalogue(workspace.options().exercises)
    display = workspace.config.display.to(athlete_id)
    today = workspace.today()
    coming = athlete_plan(workspace, athlete_id, today)
    last = _last_loads_kg(athlete.sets)
    lifts = dict.fromkeys([*_lifts_in(coming.loc[:, "content"], known), *last, *_of_squad(workspace)])
    return {
        "unit": display.mass,
        "lifts": [
            {
                "exercise": lift,
                "name": _name(workspace, lift, known),
                "load": _rounded(display.value(last[lift], "kg")) if lift in last else None,
            }
            for lift in list(lifts)[:MOST_LIFTS]
        ],
        "plan": {f"{day:%Y-%m-%d}": _day_planned(rows) for day, rows in coming.groupby("local_date")},
    }


def athlete_plan(workspace: Workspace, athlete_id: str, first: pd.Timestamp) -> pd.DataFrame:
    """The plan of an athlete from two weeks before a day to as long as a form holds: rows of the table plan."""
    plan = workspace.store.frame("plan", [athlete_id])
    days = plan["local_date"].between(first - pd.Timedelta(days=14), first + pd.Timedelta(days=PLAN_DAYS))
    return plan.loc[days].sort_values(["local_date", "line_no"], ignore_index=True)


def lifts_planned(workspace: Workspace, content: str) -> list[str]:
    """The lifts that the words of a plan name, by the catalogue and the workspace's own exercises."""
    return lifts_named(content, catalogue(workspace.options().exercises))


def _of_squad(workspace: Workspace) -> list[str]:
    config = workspace.config
    return [*(lift.exercise for lift in config.lifts), *config.form.lifts]


def _name(workspace: Workspace, lift: str, known: Catalogue) -> str:
    """A lift as the squad calls it, else the catalogue; one that both do not know by its own name."""
    own = {one.exercise: one.name for one in workspace.config.lifts}
    names = own if lift in own else {one.exercise: one.name for one in known.exercises}
    return names.get(lift, lift.replace("_", " ").capitalize())


def _lifts_in(contents: pd.Series, known: Catalogue) -> list[str]:
    """The lifts that a plan names in words, in their order."""
    found = (lift for text in contents.dropna() for lift in lifts_named(str(text), known))
    return list(dict.fromkeys(found))


def lifts_named(content: str, known: Catalogue) -> list[str]:
    """The lifts that a line of a plan names.

    >>> lifts_named("Romanian deadlift 3x8, then hip thrust 3 x 10 and easy run", catalogue())
    ['romanian_deadlift', 'hip_thrust']
    """
    phrases = (_AMOUNT.sub("", phrase).strip() for phrase in _BETWEEN.split(content))
    return [lift for phrase in phrases if phrase and (lift := known.resolve(phrase))]


def _last_loads_kg(sets: pd.DataFrame) -> dict[str, float]:
    """The greatest load of the last day of each lift that was done of late, the one done last first."""
    since = sets["local_date"].max() - pd.Timedelta(days=LIFTS_DAYS)
    recent = sets.loc[sets["local_date"] >= since].dropna(subset=["exercise", "load_kg"])
    last_days = recent.groupby("exercise")["local_date"].transform("max")
    of_day = recent.loc[recent["local_date"] == last_days].groupby("exercise", as_index=False)
    found = of_day.agg(load_kg=("load_kg", "max"), day=("local_date", "max")).sort_values("day", ascending=False)
    return {row.exercise: float(row.load_kg) for row in rows_of(found)}


def _rounded(load: float) -> float:
    """A load as a plate has it, to the nearest half."""
    return round(load * 2) / 2


def _day_planned(rows: pd.DataFrame) -> dict[str, str]:
    words = [str(text) for text in rows["content"].dropna()]
    return {"role": str(rows["role"].iloc[0] or "other"), "content": "; ".join(words)}
