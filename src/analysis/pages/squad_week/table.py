"""The table of everyone in the squad's week: a row an athlete, in each cell what was found and how sure it is.

A cell without data says what is missing and is hatched; it is never a zero.
"""

import numpy as np

from analysis.base.blocks import Entry, Sparkline, Table
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.strength.e1rm_by_day import E1rmByDay
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.numbers import signed_words
from analysis.pages.series import wording_of
from analysis.pages.squad_week.findings import finding_fact, finding_line
from analysis.pages.squad_week.members import Finding, MemberWeek, WeeklyLoad
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import amount_of, count_text, day_text, percent

_WHY_NOT = {"series_broken": "new device", "stale": "too long ago"}


def everyone(week: SquadWeek, linked: dict[str, str]) -> Table:
    """A row for each athlete with data of the week; `linked` are the addresses of athletes' own pages by id."""
    lifts = [lift.name for lift in week.config.lifts]
    heads = ("Athlete", "Plan, 4 weeks", "Strength load", "Run load", *lifts, "Clean reps", "Last check", "Sides")
    rows = tuple(_member_row(one, linked) for one in week.members)
    return Table("Everyone at a glance", (*heads, "Wellness"), rows)


def _member_row(one: MemberWeek, linked: dict[str, str]) -> tuple[Entry, ...]:
    lifts = [_speed_entry(one, lift.exercise) for lift in one.week.config.lifts]
    return (
        Entry(one.name, link=linked.get(one.athlete_id, ""), sort=one.name),
        _plan_entry(one),
        _load_entry(one.strength_load, "kg", 1.0),
        _load_entry(one.run_load, "km", 0.001),
        *lifts,
        _form_entry(one),
        _check_entry(one),
        _sides_entry(one),
        _wellness_entry(one),
    )


def _unknown(words: str) -> Entry:
    return Entry(words, state=State.CANNOT_TELL)


def _plan_entry(one: MemberWeek) -> Entry:
    four, this = one.week.adherence_four_weeks, one.week.adherence
    if not four.due:
        return _unknown("no plan")
    not_logged = f"; {count_text(four.not_logged, 'day')} without a log" if four.not_logged else ""
    return Entry(
        f"{four.done} of {four.due}", f"this week {this.done} of {this.due}{not_logged}", sort=four.done / four.due
    )


def _load_entry(load: WeeklyLoad, unit: str, scale: float) -> Entry:
    if np.isnan(load.value):
        return _unknown("nothing known")
    arrow = {"more": "↑ ", "less": "↓ "}.get(load.side, "")
    digits = 0 if unit == "kg" else 1
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


def _speed_entry(one: MemberWeek, exercise: str) -> Entry:
    found = [
        (finding, finding.series)
        for finding in one.findings
        if isinstance(finding.series, SpeedAtLoad | E1rmByDay) and finding.series.exercise == exercise
    ]
    if not found:
        return _unknown("not measured")
    finding, series = max(found, key=lambda of: of[0].size if of[0].is_judged else -1)
    what = f"at {series.anchor_kg:g} kg" if isinstance(series, SpeedAtLoad) else "1RM from reps"
    side = f", {series.side}" if series.side != "B" else ""
    return _change_entry(finding, f"{what}{side}", line=finding_line(finding))


def _form_entry(one: MemberWeek) -> Entry:
    found = [finding for finding in one.findings if isinstance(finding.series, FormHistory)]
    return _change_entry(found[0], "") if found else _unknown("not rated")


def _check_entry(one: MemberWeek) -> Entry:
    found = [(finding, finding.series) for finding in one.findings if isinstance(finding.series, CheckHistory)]
    if not found:
        return _unknown("none done")
    latest, series = max(found, key=lambda of: of[1].last_date)
    return _change_entry(latest, series.name)


def _change_entry(finding: Finding, what: str, line: Sparkline | None = None) -> Entry:
    """The level of a series and, where it changed, by how much and since when; else what it is not known for."""
    change, fact, decimals = finding.series.change, finding_fact(finding), wording_of(finding.series).decimals
    when = [] if finding.is_new else [day_text(finding.series.last_date)]
    if not finding.is_judged:
        why = _WHY_NOT.get(change.reason or "", f"{change.more_needed} more needed")
        below = ", ".join(part for part in (what, *when, why) if part)
        return Entry(amount_of(change.latest, change.unit), below, State.CANNOT_TELL, line=line, fact=fact)
    parts = [what, *when]
    if change.changed and change.since is not None:
        half = (change.change_high - change.change_low) / 2
        parts = [
            f"{signed_words(change.change, decimals)} ± {half:.{decimals}f} since {day_text(change.since)}",
            *parts,
        ]
    below = ", ".join(part for part in parts if part)
    return Entry(amount_of(change.level, change.unit), below, change.state, sort=change.gain, line=line, fact=fact)


def _sides_entry(one: MemberWeek) -> Entry:
    found = [(finding, finding.series) for finding in one.findings if isinstance(finding.series, SideDifference)]
    if not found:
        return _unknown("not tested")
    tests = {test.test_id for test in one.week.config.side_tests}  # they go before single-leg work
    judged = {id(finding): finding.size if finding.is_judged else -1 for finding, _ in found}
    finding, result = max(found, key=lambda of: (of[0].is_judged and of[1].test_id in tests, judged[id(of[0])]))
    fact = finding_fact(finding)
    if not result.can_tell:
        return Entry(
            "too few dates", f"{result.name}, {count_text(result.n_dates, 'date')}", State.CANNOT_TELL, fact=fact
        )
    half = f"± {(result.conf_high - result.conf_low) / 2:.1f} %"
    if result.is_sure:
        text = f"◆ {result.larger} +{percent(result.estimate_pct)}"
        return Entry(text, f"{half}, {result.name}", sort=abs(result.estimate_pct), fact=fact)
    return Entry("no sure difference", f"{half}, {result.name}", sort=0.0, fact=fact)


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
