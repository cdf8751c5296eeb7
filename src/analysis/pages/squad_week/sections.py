"""The squad's week as facts, tables and small drawings: one function a section, from the fitted week to what is shown.

Words are for the coach. Athletes go by name on the page and by their pseudonymous id in facts and links.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pandas as pd

from analysis.base.blocks import Course, Drawing, DumbbellRow, Dumbbells, Fact, Forest, ForestRow, Numbers, Text
from analysis.base.display import Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.sentences import capital
from analysis.base.states import State
from analysis.base.words import BREAKS_SEEN
from analysis.models.change import Told, expected_by_chance
from analysis.models.change.told import or_none
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.series import Series
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.series import course_of, wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.arrivals import changes as changes
from analysis.pages.squad_week.arrivals import data_state as data_state
from analysis.pages.squad_week.board import everyone as everyone
from analysis.pages.squad_week.files import files as files
from analysis.pages.squad_week.findings import choices_tables, numbers_table
from analysis.pages.squad_week.lines import lines as lines
from analysis.pages.squad_week.members import MemberWeek
from analysis.pages.squad_week.options import plateaus as plateaus
from analysis.pages.squad_week.options import proposals as proposals
from analysis.pages.squad_week.people import cards as cards
from analysis.pages.squad_week.people import header as header
from analysis.pages.squad_week.people import message as message
from analysis.pages.squad_week.plan import plan as plan
from analysis.pages.squad_week.told import recent_sets
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import (
    count_text,
    day_text,
    decimals_of,
    exercise_name,
    expected_text,
    few,
    listed,
    side_name,
)

Block = Fact | Drawing

PANEL_WEEKS = 16
DRAWN_MOST = 40  # rows of one drawing, or panels of one lift
DUE_MOST = 12  # names of a check that is due on one day


def evidence(week: SquadWeek) -> list[Block]:
    """What the cards and lists rest on: the changes against chance, their numbers, and the same under other choices."""
    blocks: list[Block] = [found_fact(week), Text(words.TOLD_FOR), Text(words.STATES)]
    if not week.listed:
        return blocks
    return [*blocks, Text(words.CHOICES), *choices_tables(week), numbers_table(week.listed, week.display)]


def bar_speed(week: SquadWeek) -> list[Block]:
    """A panel an athlete for each key lift, all of a lift on one scale."""
    blocks: list[Block] = []
    for lift in week.config.lifts:
        every = [(one, speed) for one in week.members for speed in one.week.speeds.known]
        speeds = [(one, speed) for one, speed in every if speed.exercise == lift.exercise]
        shown = [_recent(speed, week.until) for _, speed in speeds]
        values = [value for frame in shown for value in frame["value"]]
        if not values:
            continue
        low, high = min(values), max(values)
        moved = _moved_words([(one.name, speed) for one, speed in speeds], week.display)
        blocks.append(Fact(f"{lift.exercise}.moved", words.OF_LIFT.format(name=lift.name, moved=moved), n=len(speeds)))
        drawn = first_of(speeds, lambda of: (of[1].change.changed, of[1].began_anew is not None))
        blocks += [_panel(one, speed, (low, high), week.display) for one, speed in drawn]
        blocks += _not_drawn(len(speeds) - len(drawn))
    if not blocks:
        raise NotEnoughData(words.NO_SPEED)
    return [*blocks, Text(words.SPEED_LEGEND.format(weeks=PANEL_WEEKS))]


def form(week: SquadWeek) -> list[Block]:
    """For how many repetitions form holds now and held before."""
    known = [(one, one.week.form_if_known) for one in week.members]
    rated = [history for _, history in known if history]
    if not rated:
        raise NotEnoughData(words.NO_FORM)
    names = [one.name for one, history in known if history and history.change.changed and history.change.gain < 0]
    new = sum(week.days[0] <= history.last_date <= week.days[-1] for history in rated)
    earlier = words.FORM_EARLIER.format(athletes=count_text(len(names), "athlete"), names=few(names or [""]))
    told = words.FORM_RATED.format(
        new=new, athletes=count_text(len(known), "athlete"), earlier=earlier if names else words.FORM_AS_BEFORE
    )
    lifts = {exercise_name(history.exercise) for history in rated}
    shown = first_of(known, lambda one: (one[1] is not None and one[1].change.changed, one[1] is not None))
    rows = tuple(_form_row(one, history, week.display, several=len(lifts) > 1) for one, history in shown)
    label = words.CLEAN_REPS if len(lifts) > 1 else words.FORM_LABEL.format(lift=lifts.pop())
    drawn = Dumbbells(words.FORM_TITLE, "reps", rows, decimals=1, label=label)
    facts = [Fact("form.rated", told, n=new), _squad_form_fact(week), *_kinds_fact(rated)]
    return [*facts, drawn, *_not_drawn(len(known) - len(shown)), *_kinds_table(known)]


def checks(week: SquadWeek) -> list[Block]:
    """Every check of the configuration: the latest of each athlete against those before, and when it is due again."""
    if not week.config.checks:
        raise NotEnoughData(words.NO_CHECKS)
    facts, drawn, tables = [], [], []
    for check in week.config.checks:
        of = [(one, _check_of(one, check.test_id)) for one in week.members]
        done = [(one, history) for one, history in of if history]
        if not done:
            told = words.CHECK_NEVER.format(check=check.name)
            facts.append(Fact(f"{check.test_id}.done", told, State.CANNOT_TELL))
            continue
        new = sum(week.days[0] <= history.last_date <= week.days[-1] for _, history in done)
        athletes = count_text(len(of), "athlete")
        did = words.SOME_OF.format(n=new, athletes=athletes) if new else words.NOBODY_DID
        moved = capital(_moved_words([(one.name, history) for one, history in done], week.display))
        told = words.CHECK_DONE.format(check=check.name, did=did, moved=moved, due=due_words(done, week))
        facts.append(Fact(f"{check.test_id}.done", told, n=new))
        if not any(history.change.state.known for _, history in done):
            tables.append(_newest_values(check.name, done, week))
            continue
        shown = first_of(of, lambda one: (one[1] is not None and one[1].change.changed, one[1] is not None))
        rows = tuple(_check_row(one, history, week.display) for one, history in shown)
        decimals = decimals_of(check.unit, done[0][1].change.latest)
        title = words.CHECK_TITLE.format(check=check.name)
        drawn.append(Dumbbells(title, week.display.unit(check.unit), rows, decimals, check.lower_is_better, check.name))
    return [*facts, *drawn, *tables]


def due_words(done: Sequence[tuple[MemberWeek, CheckHistory]], week: SquadWeek) -> str:
    """On which day a check is due again and for whom, by name."""
    by_day: dict[pd.Timestamp, list[str]] = {}
    for one, history in done:
        by_day.setdefault(history.next_due, []).append(one.name)
    days = []
    for day, names in sorted(by_day.items()):
        whom = words.EVERYBODY if len(names) == len(week.members) > 1 else few(names, DUE_MOST)
        template = words.DUE_SINCE if day <= week.until else words.DUE_ON
        days.append(template.format(day=day_text(day), names=whom))
    return words.CHECK_DUE.format(days="; ".join(days))


def _newest_values(name: str, done: Sequence[tuple[MemberWeek, CheckHistory]], week: SquadWeek) -> Numbers:
    """The newest value of each athlete, of a check of which nobody has enough to be told."""
    rows = tuple(
        (
            one.name,
            wording_of(history, week.display).level(history.change.latest, history.change.unit),
            day_text(history.last_date),
            f"{history.change.more_needed}",
        )
        for one, history in done
    )
    return Numbers(words.NEWEST_TITLE.format(check=name), words.NEWEST_HEADS, rows)


def sides(week: SquadWeek) -> list[Block]:
    """Left and right of every side test and of single-leg work, right over left in percent."""
    results = {one.athlete_id: (*one.week.sides.known, *one.week.leg_sides.known) for one in week.members}
    names = {test.test_id: test.name for test in week.config.side_tests}
    names |= {result.test_id: result.name for of_one in results.values() for result in of_one}
    if not names:
        raise NotEnoughData(words.NO_SIDES)
    facts, drawn = [], []
    for test_id, name in names.items():
        of = [(one, next((r for r in results[one.athlete_id] if r.test_id == test_id), None)) for one in week.members]
        facts.append(_sides_fact(test_id, name, of))
        shown = first_of(of, lambda one: (one[1] is not None and one[1].is_sure, one[1] is not None))
        drawn.append(
            Forest(
                words.SIDES_TITLE.format(test=name),
                "%",
                tuple(_side_row(one, result) for one, result in shown),
                reference_label=words.NO_DIFFERENCE,
                low_label=words.LEFT_LARGER,
                high_label=words.RIGHT_LARGER,
                conf_level=week.config.confidence,
                decimals=1,
                label=name,
            )
        )
    return [*facts, *drawn]


def _sides_fact(test_id: str, name: str, of: Sequence[tuple[MemberWeek, SideDifference | None]]) -> Fact:
    """In how many athletes the sides differ, and in whom."""
    judged = [result for _, result in of if result and result.can_tell]
    sure = [(one, result) for one, result in of if result and result.is_sure]
    luck = words.SIDES_LUCK.format(luck=expected_text(sum(result.null_probability for result in judged)))
    who = [words.WHO.format(name=one.name, how=result.larger) for one, result in sure]
    told = words.SIDES_FOUND.format(
        test=name,
        n=len(sure) or "none",
        athletes=count_text(len(judged), "athlete"),
        have="have" if len(sure) > 1 else "has",
        names=f": {few(who)}" if who else "",
        luck=luck if judged else "",
    )
    return Fact(f"{test_id}.sides", told, n=len(judged))


def found_fact(week: SquadWeek) -> Fact:
    """The list against what luck alone would put on it."""
    n, found = len(week.judged), len(week.listed)
    if not n:
        raise NotEnoughData(words.NOTHING_JUDGED)
    told = words.FOUND.format(
        found=found or "None",
        n=n,
        are="is" if found == 1 else "are",
        new=sum(one.found_this_week for one in week.listed),
        luck=expected_text(week.expected_by_chance),
    )
    return Fact("talk.found", told, estimate=float(found), n=n)


Shown = TypeVar("Shown")


def first_of(rows: Sequence[Shown], by: Callable[[Shown], tuple]) -> list[Shown]:
    """So many rows as are drawn: all of a squad that has room, else those first that `by` puts first.

    >>> first_of([1, 2], lambda n: (n,))
    [1, 2]
    """
    return list(rows) if len(rows) <= DRAWN_MOST else sorted(rows, key=by, reverse=True)[:DRAWN_MOST]


def _not_drawn(n: int) -> list[Block]:
    return [Text(words.NOT_DRAWN.format(athletes=count_text(n, "more athlete")))] if n > 0 else []


def _moved_words(found: Sequence[tuple[str, Series]], display: Display) -> str:
    """In how many a lasting change is told, how many luck makes, and whose they are."""
    told = [(name, one) for name, one in found if one.change.state.known]
    if not told:
        return words.NONE_TOLD
    moved = [
        words.WHO.format(name=name, how=wording_of(one, display).direction(one.change.change))
        for name, one in told
        if one.change.changed
    ]
    luck = expected_text(expected_by_chance(one.change for _, one in told))
    count = words.MOVED.format(n=len(moved) or "none", of=len(told), luck=luck)
    return words.MOVED_WHO.format(count=count, who=few(moved)) if moved else count


def _recent(speed: SpeedAtLoad, until: pd.Timestamp) -> pd.DataFrame:
    return speed.exposures[speed.exposures["local_date"] > until - pd.Timedelta(weeks=PANEL_WEEKS)]


def _panel(one: MemberWeek, speed: SpeedAtLoad, scale: tuple[float, float], display: Display) -> Course:
    label = words.PANEL.format(name=side_name(one.name, speed.side), load=display.load(speed.anchor_kg))
    return course_of(speed, label, display, weeks=PANEL_WEEKS, scale=scale)


def _form_row(one: MemberWeek, history: FormHistory | None, display: Display, *, several: bool) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state=State.CANNOT_TELL, note=words.NOT_RATED)
    label = words.PANEL.format(name=one.name, load=exercise_name(history.exercise)) if several else one.name
    return _dumbbell(label, history.change, display)


def _kinds_fact(rated: Sequence[FormHistory]) -> list[Fact]:
    """Which kinds of break ended the last rated sets of everybody."""
    kinds = pd.concat([recent_sets(history)["kind"] for history in rated])
    counts, sets = kinds.dropna().value_counts(), count_text(len(kinds), "rated set")
    if counts.empty:
        return [Fact("form.kinds", words.NO_KINDS.format(sets=sets), n=len(kinds))]
    told = words.KINDS.format(
        sets=sets, kinds=listed([f"{BREAKS_SEEN.get(str(kind), str(kind))} {n}" for kind, n in counts.items()])
    )
    return [Fact("form.kinds", told, n=len(kinds))]


def _kinds_table(known: Sequence[tuple[MemberWeek, FormHistory | None]]) -> list[Numbers]:
    """A row an athlete: how many of the last rated sets ended by which kind of break, or held."""
    told = [(one.name, recent_sets(history)["kind"]) for one, history in known if history is not None]
    kinds = sorted({str(kind) for _, found in told for kind in found.dropna()})
    rows = tuple(
        (name, *(str(int((found == kind).sum())) for kind in kinds), str(int(found.isna().sum())), str(len(found)))
        for name, found in told
    )
    first, *held = words.KINDS_HEADS
    heads = (capital(BREAKS_SEEN.get(kind, kind)) for kind in kinds)
    return [Numbers(words.KINDS_TITLE, (first, *heads, *held), rows)]


def _squad_form_fact(week: SquadWeek) -> Fact:
    """For how many repetitions form holds in most sets of the whole squad."""
    try:
        result = week.form_break
    except (NotEnoughData, DataProblem) as problem:
        told = words.SQUAD_FORM_NOT.format(problem=problem)
        return Fact("form.squad", told, State.CANNOT_TELL, reason="not_enough_data")
    held = result.clean_reps()
    lift = exercise_name(str(result.repetitions["exercise"].iloc[0]))
    return Fact(
        "form.squad",
        words.SQUAD_FORM.format(lift=lift, share=held.share * 100, reps=held.text),
        estimate=float(held.reps),
        unit="reps",
        conf_low=float(held.low),
        conf_high=float(held.high),
        conf_level=held.conf_level,
        n=result.n_events,
    )


def _check_row(one: MemberWeek, history: CheckHistory | None, display: Display) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state=State.CANNOT_TELL, note=words.NOT_DONE)
    return _dumbbell(words.DATED.format(name=one.name, day=day_text(history.last_date)), history.change, display)


def _dumbbell(label: str, change: Told, display: Display) -> DumbbellRow:
    """The newest value beside the level before a change or, where none is told, beside the level; the band is where one
    more value is expected now."""

    def shown(value: float) -> float | None:
        return or_none(display.value(value, change.unit))

    if not change.state.known:
        return DumbbellRow(label, None, shown(change.latest), state=change.state)
    before = change.before if change.changed else change.level
    return DumbbellRow(
        label, shown(before), shown(change.latest), shown(change.band_low), shown(change.band_high), change.state
    )


def _side_row(one: MemberWeek, result: SideDifference | None) -> ForestRow:
    if result is None:
        return ForestRow(one.name, None, state=State.CANNOT_TELL, note=words.NOT_TESTED)
    return ForestRow(
        words.DATED.format(name=one.name, day=count_text(result.n_dates, "date")),
        result.estimate_pct,
        result.conf_low,
        result.conf_high,
        state=None if result.can_tell else State.CANNOT_TELL,
        word=words.SIDE_IS_LARGER.format(side=result.larger) if result.is_sure else "",
    )


def _check_of(one: MemberWeek, test_id: str) -> CheckHistory | None:
    return next((history for history in one.week.checks.known if history.test_id == test_id), None)
