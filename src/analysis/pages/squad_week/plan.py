"""Plan and loads of everyone: what was planned and done, lifted and run, against the usual of each athlete."""

import numpy as np

from analysis.base.blocks import Drawing, Entry, Fact, Table, Text
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.pages.squad_week.members import MemberWeek, WeeklyLoad
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text


def plan(week: SquadWeek) -> list[Fact | Drawing]:
    """A row for each athlete with data of the week."""
    if not week.members:
        raise NotEnoughData("Nobody has data of this week. Take in this week's files, then render the page again.")
    heads = ("Athlete", "Plan, 4 weeks", "Strength load", "Run load", "Answers")
    rows = tuple(_row(one, week) for one in week.members)
    done, due = (sum(getattr(one.week.adherence, name) for one in week.members) for name in ("done", "due"))
    words = (
        f"{done} of {count_text(due, 'planned day')} of this week done." if due else "No day of this week was planned."
    )
    legend = "↑ and ↓: more or less than in 8 weeks before; a load is no verdict. Hatched: not known, and no zero."
    return [Fact("plan.done", words, estimate=float(done), n=due), Table("Plan and loads", heads, rows), Text(legend)]


def _row(one: MemberWeek, week: SquadWeek) -> tuple[Entry, ...]:
    mass, distance = week.display.unit("kg"), week.display.unit("km")
    return (
        Entry(one.name, sort=one.name),
        _plan_entry(one),
        _load_entry(one.strength_load, mass, week.display.value(1.0, "kg")),
        _load_entry(one.run_load, distance, week.display.value(0.001, "km")),
        _wellness_entry(one),
    )


def _unknown(words: str) -> Entry:
    return Entry(words, state=State.CANNOT_TELL)


def _plan_entry(one: MemberWeek) -> Entry:
    four, this = one.week.adherence_four_weeks, one.week.adherence
    if not four.due:
        return Entry("nothing due", f"{count_text(four.off, 'day')} ill or away") if four.off else _unknown("no plan")
    not_logged = f"; {count_text(four.not_logged, 'day')} without a log" if four.not_logged else ""
    return Entry(
        f"{four.done} of {four.due}", f"this week {this.done} of {this.due}{not_logged}", sort=four.done / four.due
    )


def _load_entry(load: WeeklyLoad, unit: str, scale: float) -> Entry:
    if np.isnan(load.value):
        return _unknown("nothing known")
    arrow = {"more": "↑ ", "less": "↓ "}.get(load.side, "")
    digits = 0 if unit in ("kg", "lb") else 1
    value = f"{arrow}{load.value * scale:,.{digits}f} {unit}"
    if load.usual is None:
        return Entry(value, "usual range not known", sort=load.value)
    return Entry(
        value,
        _usual_words(*(round(end * scale, digits) for end in (load.usual.low, load.usual.high)), digits),
        sort=load.value,
    )


def _usual_words(low: float, high: float, digits: int) -> str:
    """A usual range in words; a range that reaches below nothing has no lower end.

    >>> _usual_words(3051.0, 5645.0, 0), _usual_words(-2.1, 21.7, 1), _usual_words(0.0, 0.0, 1)
    ('usual 3,051 to 5,645', 'usual up to 21.7', 'none in the weeks before')
    """
    if high <= 0:
        return "none in the weeks before"
    if low == high:
        return f"usual {high:,.{digits}f}"
    return f"usual {low:,.{digits}f} to {high:,.{digits}f}" if low > 0 else f"usual up to {high:,.{digits}f}"


def _wellness_entry(one: MemberWeek) -> Entry:
    try:
        answers = one.week.wellness
    except NotEnoughData:
        return _unknown("no answers")
    days = answers.loc[answers["value"].notna(), "local_date"].nunique()
    judged = answers["inside"].notna()
    if not judged.any():
        return Entry(f"{days} of 7 days", "usual range not known", sort=float(days))
    outside = int((~answers.loc[judged, "inside"].astype(bool)).sum())
    return Entry(f"{days} of 7 days", f"{outside} of {int(judged.sum())} answers unusual", sort=float(outside))
