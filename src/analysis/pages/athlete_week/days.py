"""The seven days of a week as cells: what was done on each, and what is planned on each of the next."""

from collections.abc import Iterable
from itertools import repeat

import pandas as pd

from analysis.base.blocks import Day, DayMark, Days
from analysis.base.errors import NotEnoughData
from analysis.base.frames import rows_of
from analysis.metrics.adherence import TRAINING_ROLES, tests
from analysis.metrics.planned_runs import names_run
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.week import AthleteWeek

_MARKS: dict[str, DayMark] = {
    **dict.fromkeys(("strength",), "lift"),
    **dict.fromkeys(("run",), "run"),
    **dict.fromkeys(("sprint", "time_trial", "screen", "test"), "test"),
}
_ROLE_WORDS = {"day_1": "Day 1", "day_3": "Day 3", "day_5": "Day 5"}


def done_days(week: AthleteWeek) -> Days:
    """What was done on each day of the week; a day after the last known one is still to come."""
    kinds = kinds_by_day(week)
    cells = []
    for row in week.day_states.itertuples():
        day, state = row.local_date, str(row.state)
        if state == "done":
            done = kinds.get(day) or ["other"]
            marks = tuple(dict.fromkeys(_MARKS.get(kind, "sport") for kind in done))
            what = " and ".join(dict.fromkeys(words.VERBS.get(kind, words.VERBS["other"]) for kind in done))
        else:
            marks, what = (state,), words.STATES[state] if day <= week.until else words.TO_COME
        cells.append(_cell(day, marks, what))
    occur = {mark for cell in cells for mark in cell.marks}
    return Days(words.DONE, tuple(cells), tuple((mark, word) for mark, word in words.LEGEND.items() if mark in occur))


def kinds_by_day(week: AthleteWeek) -> dict[pd.Timestamp, list[str]]:
    """The kinds of sessions done on each trained day of the week, in one order; times without a session are a test."""
    athlete, days = week.athlete, week.days[week.days <= week.until]
    sessions = athlete.sessions[athlete.sessions["status"] == "done"]
    timed = athlete.splits[~athlete.splits["session_id"].isin(athlete.sessions["session_id"])]
    rows = [
        *_in(days, sessions, sessions["kind"]),
        *_in(days, athlete.sets, "strength"),
        *_in(days, week.recorded, week.recorded["done"]),
        *_in(days, tests(athlete.trials), "test"),
        *_in(days, timed, "test"),
    ]
    found = {day: {kind for on, kind in rows if on == day and kind != "measurement"} for day in days}
    order = list(words.VERBS)
    return {day: sorted(kinds, key=lambda kind: _place(order, kind)) for day, kinds in found.items()}


def _in(days: pd.DatetimeIndex, rows: pd.DataFrame, kind: pd.Series | str) -> Iterable[tuple[pd.Timestamp, str]]:
    """Date and kind of each of the rows on one of the days."""
    is_there = rows["local_date"].isin(days)
    kinds = repeat(kind) if isinstance(kind, str) else kind[is_there]
    return zip(rows["local_date"][is_there], kinds, strict=False)


def coming_days(week: AthleteWeek) -> Days:
    """What is planned on each day of the next week, and which tests are due.

    Raises NotEnoughData where nothing is planned and no test is due.
    """
    days = week.days + pd.Timedelta(days=7)
    plan = week.athlete.plan
    plan = plan.loc[plan["local_date"].isin(days)].sort_values(["local_date", "line_no"])
    lines = list(rows_of(plan))
    due = [one for one in week.checks.known if days[0] <= one.next_due <= days[-1]]
    if all(row.role == "rest" for row in lines) and not due:
        raise NotEnoughData(words.COACH_ADDS)
    cells = []
    for day in days:
        of_day = [row for row in lines if row.local_date == day]
        trained, named = [row for row in of_day if row.role != "rest"], [one.name for one in due if one.next_due == day]
        marks = [_planned_mark(row) for row in trained] + ["test"] * bool(named)
        said = [planned_words(row.role, row.content) for row in trained]
        said += [words.TEST_DUE.format(name=name) for name in named]
        nothing = words.STATES["rest"] if of_day else words.NOTHING_PLANNED
        below = _below(next(iter(trained), None), bool(named))
        cells.append(_cell(day, tuple(dict.fromkeys(marks)) or ("rest",), "; ".join(said) or nothing, below))
    return Days(words.COMING, tuple(cells))


def planned_words(role: str, content: str | None) -> str:
    """A planned day in words: its role, then what is planned.

    >>> planned_words("day_1", "drills"), planned_words("other", None)
    ('Day 1, drills', 'training')
    """
    said = [_ROLE_WORDS.get(role, ""), content if isinstance(content, str) else ""]
    return ", ".join(word for word in said if word) or "training"


def _planned_mark(row) -> DayMark:
    if row.role in TRAINING_ROLES:
        return "lift"
    return "run" if names_run(row.role, row.content) else "sport"


def _below(row, has_test: bool) -> str:
    """One short word below the letter."""
    if row is None:
        return words.SHORT["test"] if has_test else ""
    return words.SHORT[_planned_mark(row)]


def _cell(day: pd.Timestamp, marks: tuple, what: str, below: str = "") -> Day:
    return Day(f"{day:%a}"[0], marks, words.DAY.format(day=f"{day:%A}", what=what), below)


def _place(order: list[str], kind: str) -> int:
    return order.index(kind) if kind in order else len(order)
