"""What goes out beside the squad's page: totals and the table of everyone, checks due and the plan to come."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing
from analysis.base.boards import Calendar, Column, DayEntry, Sheet, Tables
from analysis.base.errors import NotEnoughData
from analysis.models.checks import CheckHistory
from analysis.pages.series import series_fact, wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.board import measures, shown_of
from analysis.pages.squad_week.members import Finding
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import listed

Cell = str | float | int | None
DUE_WEEKS = 8  # ahead, for which checks due stand in the calendar


def files(week: SquadWeek) -> list[Drawing]:
    """The tables and, where anything is to come, the calendar."""
    if not week.everyone:
        return []
    entries = (*_checks_due(week), *_plan(week))
    calendar = [Calendar(words.DAYS_TO_COME, entries)] if entries else []
    return [Tables(words.SHEETS, (_totals(week), _everyone(week), _levels(week))), *calendar]


def _totals(week: SquadWeek) -> Sheet:
    """One row an athlete: days, sessions, sets, load, distance, answers."""
    mass, distance = week.display.unit("kg"), week.display.unit("km")
    heads = (
        *(Column("Athlete"), Column("Id"), Column("Lifting days done, 4 weeks", "days")),
        *(Column("Lifting days due, 4 weeks", "days"), Column("Lifting days done, this week", "days")),
        *(Column("Lifting days due, this week", "days"), Column("Days without a log, this week", "days")),
        *(Column("Days trained", "days"), Column("Sets", "n"), Column("Volume load", mass)),
        *(Column("Runs", "n"), Column("Distance run", distance), Column("Days answered", "days")),
        Column("Last day known"),
    )
    rows = []
    for one in week.everyone:
        four, this, totals = one.week.adherence_four_weeks, one.week.adherence, one.week.totals
        rows.append(
            (
                *(one.name, one.athlete_id, four.done, four.due, this.done, this.due, this.not_logged),
                *(one.week.n_trained_days, totals.sets),
                _known(week.display.value(totals.volume_load_kg, "kg"), 1),
                totals.runs,
                _known(week.display.value(totals.run_distance_m / 1000, "km"), 2),
                one.week.answered_days,
                None if one.last_date is None else one.last_date.date().isoformat(),
            )
        )
    return Sheet("Totals", tuple(head.title for head in heads), tuple(rows))


def _everyone(week: SquadWeek) -> Sheet:
    """The board as numbers: of each measure the newest value, the level and its verdict; of several series in a column
    the one that the board shows."""
    columns, heads, rows = measures(week), [Column("Athlete"), Column("Id")], []
    for column in columns:
        unit = next(one.series.change.unit for one in week.findings if column.holds(one.series))
        shown = week.display.unit(unit)
        heads += [Column(f"{column.head}: newest", shown), Column(f"{column.head}: level", shown)]
        heads += [Column(f"{column.head}: verdict")]
    for one in week.members:
        cells: list[Cell] = []
        for column in columns:
            found = [finding for finding in one.findings if column.holds(finding.series)]
            cells += _shown(found, week) if found else [None, None, None]
        rows.append((one.name, one.athlete_id, *cells))
    return Sheet("Everyone", tuple(head.title for head in heads), tuple(rows))


def _shown(found: list[Finding], week: SquadWeek) -> list[Cell]:
    one = shown_of(found).series
    fact, unit = series_fact(one, week.display), one.change.unit
    newest = _known(week.display.value(one.change.latest, unit), 6)
    level = None if fact.level is None else _known(week.display.value(fact.level, unit), 6)
    return [newest, level, _state(fact.state)]


def _levels(week: SquadWeek) -> Sheet:
    """One row a series of an athlete: its verdict and the numbers of its fact, in the units that the coach reads."""
    heads = (
        *("Athlete", "Id", "Measure", "Unit", "State", "Newest value against the usual", "Last day"),
        *("Level (in its unit)", "Since", "Level before (in its unit)", "Change (in its unit)"),
        *("Change, low (in its unit)", "Change, high (in its unit)", "Interval (%)", "Typical error (in its unit)"),
        *("Smallest change that matters (in its unit)", "Values (n)", "Reason"),
    )
    return Sheet("Numbers", heads, tuple(_level_rows(week)))


def _level_rows(week: SquadWeek) -> Iterator[tuple[Cell, ...]]:
    show = week.display
    for finding in week.findings:
        one, fact = finding.series, series_fact(finding.series, show)
        unit = fact.unit or ""

        def number(value: float | None, unit: str = unit) -> float | None:
            return None if value is None else _known(show.value(value, unit), 6)

        yield (
            *(finding.athlete, finding.athlete_id, wording_of(one, show).head, show.unit(unit), _state(fact.state)),
            *(fact.today, finding.series.last_date.date().isoformat()),
            *(number(fact.level), fact.since, number(fact.before), number(fact.change)),
            *(number(fact.change_low), number(fact.change_high)),
            None if fact.conf_level is None else round(100 * fact.conf_level, 1),
            *(number(fact.typical_error), number(fact.swc), fact.n, fact.reason),
        )


def _state(state: str | None) -> str | None:
    return None if state is None else str(state)


def _known(value: float, decimals: int) -> float | None:
    """A number that there is; what is not known is an empty cell, never zero."""
    return round(float(value), decimals) if np.isfinite(value) else None


def _checks_due(week: SquadWeek) -> Iterator[DayEntry]:
    """A day for each check on which it is due again, with whom; what is overdue stands on the first day to come."""
    tomorrow = week.until + pd.Timedelta(days=1)
    last = week.until + pd.Timedelta(weeks=DUE_WEEKS)
    due: dict[tuple[pd.Timestamp, str, str], list[str]] = {}
    for finding in week.findings:
        one = finding.series
        if isinstance(one, CheckHistory) and one.next_due <= last:
            day = max(one.next_due, tomorrow)
            due.setdefault((day, one.test_id, one.name), []).append(finding.athlete)
    for (day, test_id, name), athletes in sorted(due.items()):
        text = words.DUE.format(check=name, athletes=listed(athletes))
        yield DayEntry(_key("due", test_id, f"{day:%Y-%m-%d}"), day.date(), text)


def _plan(week: SquadWeek) -> Iterator[DayEntry]:
    """What is planned for the seven days after this week, a day of an athlete each."""
    for one in week.everyone:
        try:
            plan = one.week.plan_next_week
        except NotEnoughData:
            continue
        for day, of_day in plan.groupby("local_date"):
            content = "; ".join(str(text) for text in of_day["content"] if isinstance(text, str) and text)
            text = words.PLAN_OF.format(athlete=one.name, content=content or "training")
            at = pd.Timestamp(str(day))
            yield DayEntry(_key("plan", one.athlete_id, f"{at:%Y-%m-%d}"), at.date(), text)


def _key(*parts: str) -> str:
    """The same letters for the same entry, whenever its page is made; nobody's name is in them."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]
