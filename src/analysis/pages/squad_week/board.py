"""Everyone against their own usual: a row an athlete, a column a measure, words only where something happened.

A cell without a value stays empty, one that cannot be told says why; neither is ever drawn as a value in the usual.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.base.blocks import Drawing, Fact, Place
from analysis.base.boards import Board, BoardRow, Spot
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.models.answers import Answers
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.hinge_depth import HingeDepth
from analysis.models.form.mobility_level import MobilityLevel
from analysis.models.form.sides import SideDifference
from analysis.models.form.tempo_kept import TempoKept
from analysis.models.running.durability import Durability
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.series import Followed
from analysis.models.strength.e1rm_by_day import E1rmByDay
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.series import place_of, wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.findings import finding_fact, links
from analysis.pages.squad_week.members import Finding, MemberWeek
from analysis.pages.squad_week.people import cases
from analysis.pages.squad_week.told import off_of, size_of
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, day_text, expected_text, listed

Block = Fact | Drawing

OUT_OF_BAND = 0.05  # of values in whom nothing changed: the band of one more is one of 95 %

_WHY_NOT = {"series_broken": words.NEW_DEVICE, "stale": words.TOO_LONG_AGO, "te_unknown": words.NOT_KNOWN}


@dataclass(frozen=True)
class Measure:
    """A column: its head, and which series belong into it."""

    head: str
    holds: Callable[[Followed], bool]
    on_page: bool = True  # False: in the files alone, and on a card when it changes; the page has no room for it


def measures(week: SquadWeek) -> list[Measure]:
    """The columns of which anybody has a value, in the order of the page."""
    lifts = [
        Measure(
            lift.name,
            lambda one, exercise=lift.exercise: isinstance(one, SpeedAtLoad | E1rmByDay) and one.exercise == exercise,
        )
        for lift in week.config.lifts
    ]
    checks = [
        Measure(
            _check_head(check.test_id, check.name, week),
            lambda one, test_id=check.test_id: isinstance(one, CheckHistory) and one.test_id == test_id,
        )
        for check in week.config.checks
    ]
    every = [
        *lifts,
        Measure("Clean reps", lambda one: isinstance(one, FormHistory)),
        Measure("Hinge angle", lambda one: isinstance(one, HingeDepth)),
        Measure("Tempo", lambda one: isinstance(one, TempoKept)),
        Measure("Mobility", lambda one: isinstance(one, MobilityLevel)),
        *checks,
        Measure("Easy pace", lambda one: isinstance(one, PaceAtHeartRate)),
        Measure("Long runs", lambda one: isinstance(one, Durability), on_page=False),
        Measure("Left or right", lambda one: isinstance(one, SideDifference)),
        Measure("Answers", lambda one: isinstance(one, Answers)),
    ]
    found = [one.series for one in week.findings]
    return [measure for measure in every if any(measure.holds(one) for one in found)]


def told_columns(week: SquadWeek) -> list[Measure]:
    """Those of the columns in which anything can be told of anybody."""
    told = [one.series for one in week.judged]
    return [measure for measure in measures(week) if measure.on_page and any(measure.holds(one) for one in told)]


def _check_head(test_id: str, name: str, week: SquadWeek) -> str:
    """The name of a check, with its day where all did it last on the same."""
    days = {
        one.series.last_date
        for one in week.findings
        if isinstance(one.series, CheckHistory) and one.series.test_id == test_id
    }
    return f"{name}, {day_text(days.pop())}" if len(days) == 1 else name


def everyone(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """Everyone in one table, the chance of its marks in words, and apart from it those without data."""
    if not week.members:
        raise NotEnoughData(f"{words.NO_DATA} {words.NO_DATA_WHAT}")
    linked, columns = links(week, pages), told_columns(week)
    rows = tuple(_row(one, columns, week, linked) for one in in_order(week))
    heads = (words.ATHLETE, words.LIFTING_DAYS, *(column.head for column in columns))
    board = Board(words.BOARD, heads, rows)
    n = len(week.without_data)
    apart = [Fact("glance.apart", without_data(week), n=n)] if n else []
    others = [measure.head for measure in measures(week) if measure.on_page and measure.head not in heads]
    early = [Fact("glance.early", words.TOO_EARLY_OF.format(measures=listed(others)))] if others else []
    return [board, *chance(week), *early, *apart]


def in_order(week: SquadWeek) -> list[MemberWeek]:
    """The members, those first of whom the cards and lines tell."""
    first = [case.one.athlete_id for case in cases(week)]
    first += [one.athlete_id for one in (*week.listed, *week.seen_once)]
    place = {key: n for n, key in reversed(list(enumerate(first)))}
    return sorted(week.members, key=lambda one: place.get(one.athlete_id, len(first)))


def without_data(week: SquadWeek) -> str:
    """Who has no data, and since when."""
    told = []
    for one in week.without_data:
        day = one.last_date
        last = words.NOTHING_YET if day is None else words.LAST_KNOWN.format(day=day_text(day))
        told.append(f"{one.name} ({', '.join([last, *one.week.excused])})")
    return words.WITHOUT_DATA.format(names=", ".join(told))


def chance(week: SquadWeek) -> list[Fact]:
    """How many values left their band and how many levels changed, beside what luck alone would do."""
    measured = [one for one in week.findings if one.is_new and one.series.change.today != "none"]
    left = [one for one in measured if one.series.change.today != "usual"]
    n = len(measured)
    facts = []
    if measured:
        told = words.CHANCE.format(
            measured=count_text(n, "value"),
            were="was" if n == 1 else "were",
            their="its" if n == 1 else "their",
            left=len(left) or "none",
            luck=expected_text(OUT_OF_BAND * n),
        )
        facts.append(Fact("chance.values", told, estimate=float(len(left)), n=n))
    if week.judged:
        told = words.CHANCE_LEVELS.format(
            changed=len(week.listed) or "None",
            levels=count_text(len(week.judged), "level"),
            have="has" if len(week.listed) == 1 else "have",
            luck=expected_text(week.expected_by_chance),
        )
        facts.append(Fact("chance.levels", told, estimate=float(len(week.listed)), n=len(week.judged)))
    return facts


def _row(one: MemberWeek, columns: Sequence[Measure], week: SquadWeek, linked: dict[str, str]) -> BoardRow:
    return BoardRow(
        name=one.name,
        note=_note(one),
        link=linked.get(one.athlete_id, ""),
        days=one.week.adherence_four_weeks.days,
        spots=tuple(spot_of([f for f in one.findings if column.holds(f.series)], week.display) for column in columns),
    )


def _note(one: MemberWeek) -> str:
    """What is to be known of an athlete's data, in a few words below the name."""
    told = [words.EXCUSED.format(why=" and ".join(one.week.excused))] if one.week.excused else []
    days = one.week.adherence.not_logged
    told += [words.DAYS_WITHOUT.format(days=count_text(days, "day"))] if days and not one.week.excused else []
    recent = [device.since for device in one.new_devices if device.is_news]
    told += [words.DEVICE_SINCE.format(day=day_text(max(recent)))] if recent else []
    return ", ".join(told)


def shown_of(findings: Sequence[Finding]) -> Finding:
    """The one of several series that a cell shows: what changed, else what is odd, else what was measured last."""
    return max(findings, key=lambda one: (one.has_changed, one.is_odd_today, one.is_judged, one.series.last_date))


def spot_of(findings: Sequence[Finding], display: Display) -> Spot:
    """A cell of the board, with the facts of every series that it stands for."""
    if not findings:
        return Spot("none")
    finding = shown_of(findings)
    one, facts = finding.series, tuple(finding_fact(each, display) for each in findings)
    if isinstance(one, SideDifference):
        return _sides_spot(finding, one, facts)
    change = one.change
    if not finding.is_judged:
        return Spot("unknown", _why_not(one), is_new=finding.is_new, facts=facts)
    amount = wording_of(one, display).level(change.latest, change.unit)
    if change.changed:
        others = [size_of(other.series, display) for other in findings if other is not finding and other.is_news]
        text, kind = ", ".join([size_of(one, display), *others]), State(change.state).css
        title = f"{amount}, {change.state}"
    elif finding.is_odd_today:
        text, kind, title = words.ODD.format(off=off_of(one, display)), "odd", words.SEEN_ONCE.format(value=amount)
    else:
        text, kind, title = "", "same", words.USUAL.format(value=amount)
    place = place_of(one, title)
    return Spot(kind, text, place, finding.is_new, facts)


def _why_not(one: Followed) -> str:
    change = one.change
    if change.reason in _WHY_NOT and not (change.reason == "te_unknown" and change.more_needed):
        return _WHY_NOT[change.reason]
    return words.MORE_NEEDED.format(n=change.more_needed)


def _sides_spot(finding: Finding, one: SideDifference, facts: tuple[Fact, ...]) -> Spot:
    """Right larger is drawn to the right; the band is what cannot be told from none."""
    if not one.can_tell:
        return Spot("unknown", count_text(one.n_dates, "date"), is_new=finding.is_new, facts=facts)
    at = one.estimate_pct / one.mdc_pct if np.isfinite(one.mdc_pct) and one.mdc_pct > 0 else None
    text = size_of(one, Display()) if one.is_sure else ""
    about = words.SIDES_SURE if one.is_sure else words.SIDES_EVEN
    place = Place(about.format(name=one.name, size=text), at)
    return Spot("apart" if one.is_sure else "same", text, place, finding.is_new, facts)
