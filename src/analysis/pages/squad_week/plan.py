"""Plan and loads of everyone: what was planned and done, lifted and run, against the usual of each athlete."""

import numpy as np

from analysis.base.blocks import Drawing, Entry, Fact, Table, Text
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.pages.athlete_week.felt import by_luck
from analysis.pages.squad_week import words
from analysis.pages.squad_week.members import MemberWeek, WeeklyLoad
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, expected_text


def plan(week: SquadWeek) -> list[Fact | Drawing]:
    """A row for each athlete with data of the week."""
    if not week.members:
        raise NotEnoughData(f"{words.NO_DATA} {words.NO_DATA_WHAT}")
    rows = tuple(_row(one, week) for one in week.members)
    done, due = (sum(getattr(one.week.adherence, name) for one in week.members) for name in ("done", "due"))
    told = words.PLAN_DONE.format(done=done, days=count_text(due, "planned lifting day")) if due else words.PLAN_NONE
    table = Table(words.PLAN, words.PLAN_HEADS, rows, stacked=True)
    entries = [entry for row in rows for entry in row]
    arrows = any(load.side in ("more", "less") for one in week.members for load in (one.strength_load, one.run_load))
    hatched = any(entry.state == State.CANNOT_TELL for entry in entries)
    legend = [*([words.MORE_OR_LESS] if arrows else []), *([words.HATCHED] if hatched else [])]
    return [Fact("plan.done", told, estimate=float(done), n=due), table, *([Text(" ".join(legend))] if legend else [])]


def _row(one: MemberWeek, week: SquadWeek) -> tuple[Entry, ...]:
    mass, distance = week.display.unit("kg"), week.display.unit("km")
    return (
        Entry(one.name, sort=one.name),
        _plan_entry(one),
        _load_entry(one.strength_load, mass, week.display.value(1.0, "kg"), words.LOADED),
        _load_entry(one.run_load, distance, week.display.value(0.001, "km"), words.RAN),
        _wellness_entry(one),
    )


def _unknown(told: str) -> Entry:
    return Entry(told, state=State.CANNOT_TELL)


def _plan_entry(one: MemberWeek) -> Entry:
    four, this = one.week.adherence_four_weeks, one.week.adherence
    if not four.due:
        off = words.OFF_DAYS.format(days=count_text(four.off, "day"))
        return Entry(words.NOTHING_DUE, off) if four.off else _unknown(words.NO_PLAN)
    days, runs = count_text(four.not_logged, "day"), one.week.run_adherence
    below = words.PLAN_THIS.format(done=this.done, due=this.due)
    below += words.PLAN_OTHERWISE.format(days=count_text(this.otherwise, "day")) if this.otherwise else ""
    below += words.PLAN_RUNS.format(done=runs.done, runs=count_text(runs.due, "planned run")) if runs.due else ""
    below += words.PLAN_NOT_LOGGED.format(days=days) if four.not_logged else ""
    return Entry(words.PLAN_FOUR.format(done=four.done, due=four.due), below, sort=four.done / four.due)


def _load_entry(load: WeeklyLoad, unit: str, scale: float, done: str) -> Entry:
    if np.isnan(load.value):
        return _unknown(words.NOTHING_KNOWN)
    arrow = {"more": "↑ ", "less": "↓ "}.get(load.side, "")
    digits = 0 if unit in ("kg", "lb") else 1
    value = arrow + done.format(value=f"{load.value * scale:,.{digits}f} {unit}")
    if load.usual is None:
        return Entry(value, words.USUAL_UNKNOWN, sort=load.value)
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
    about = {"low": f"{low:,.{digits}f}", "high": f"{high:,.{digits}f}"}
    if high <= 0:
        return words.USUAL_NONE
    if low == high:
        return words.USUAL_ONE.format(**about)
    return (words.USUAL_BETWEEN if low > 0 else words.USUAL_UP_TO).format(**about)


def _wellness_entry(one: MemberWeek) -> Entry:
    try:
        answers = one.week.wellness
    except NotEnoughData:
        return _unknown(words.NO_ANSWERS)
    days = answers.loc[answers["value"].notna(), "local_date"].nunique()
    judged = answers["inside"].notna()
    told = words.ANSWERED.format(days=days)
    if not judged.any():
        return Entry(told, words.USUAL_UNKNOWN, sort=float(days))
    n = int(judged.sum())
    outside = int((~answers.loc[judged, "inside"].astype(bool)).sum())
    return Entry(told, words.UNUSUAL.format(n=outside, of=n, luck=expected_text(by_luck(n))), sort=float(outside))
