"""The squad's week as facts, tables and small drawings: one function a section, from the fitted week to what is shown.

Words are for the coach. Athletes go by name on the page and by their pseudonymous id in facts and links.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import pandas as pd

from analysis.base.blocks import (
    Course,
    Drawing,
    DumbbellRow,
    Dumbbells,
    Entry,
    Fact,
    Forest,
    ForestRow,
    Lines,
    Numbers,
    Table,
    Text,
)
from analysis.base.display import Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.states import State
from analysis.models.change import Told, expected_by_chance
from analysis.models.change.told import or_none
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.series import Series
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.numbers import between_signed, signed_words
from analysis.pages.series import course_of, wording_of
from analysis.pages.squad_week.arrivals import changes as changes
from analysis.pages.squad_week.arrivals import data_state as data_state
from analysis.pages.squad_week.board import everyone as everyone
from analysis.pages.squad_week.files import files as files
from analysis.pages.squad_week.findings import choices_table, links, numbers_table
from analysis.pages.squad_week.members import MemberWeek
from analysis.pages.squad_week.people import Asked, asked_of, command_of
from analysis.pages.squad_week.people import cards as cards
from analysis.pages.squad_week.people import header as header
from analysis.pages.squad_week.people import lines as lines
from analysis.pages.squad_week.people import message as message
from analysis.pages.squad_week.plan import plan as plan
from analysis.pages.squad_week.told import recent_sets, spoken
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import (
    count_text,
    day_text,
    decimals_of,
    exercise_name,
    expected_text,
    listed,
    side_name,
    speed_name,
)

Block = Fact | Drawing

PANEL_WEEKS = 16
DRAWN_MOST = 40  # rows of one drawing, or panels of one lift


def evidence(week: SquadWeek) -> list[Block]:
    """What the cards and lists rest on: the changes against chance, their numbers, and the same under other choices."""
    blocks: list[Block] = [found_fact(week)]
    blocks.append(
        Text("A lasting change is told for 8 weeks from the week that first found it. One odd day is no change.")
    )
    if not week.listed:
        return blocks
    blocks.append(Text("Other choices: the same series judged by another noise, statistic or threshold."))
    return [*blocks, numbers_table(week.listed, week.display), *choices_table(week)]


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
        told = f"{lift.name}: {_moved_words([(one.name, speed) for one, speed in speeds], week.display)}."
        blocks.append(Fact(f"{lift.exercise}.moved", told, n=len(speeds)))
        drawn = first_of(speeds, lambda of: (of[1].change.changed, of[1].began_anew is not None))
        blocks += [_panel(one, speed, (low, high), week.display) for one, speed in drawn]
        blocks += _not_drawn(len(speeds) - len(drawn))
    if not blocks:
        raise NotEnoughData("No bar speed at an anchor load yet. Measure 3 reps at the anchor load once a week.")
    scale = f"The last {PANEL_WEEKS} weeks in m/s, all panels of a lift on one scale."
    return [*blocks, Text(f"{scale} Hollow: another device, not compared.")]


def form(week: SquadWeek) -> list[Block]:
    """For how many repetitions form holds now and held before."""
    known = [(one, one.week.form_if_known) for one in week.members]
    rated = [history for _, history in known if history]
    if not rated:
        raise NotEnoughData("No form was rated this week. Rate one set of each athlete.")
    earlier = [one.name for one, history in known if history and history.change.changed and history.change.gain < 0]
    new = sum(week.days[0] <= history.last_date <= week.days[-1] for history in rated)
    words = f"Form was rated for {new} of {count_text(len(known), 'athlete')} this week."
    if earlier:
        words += f" It changes earlier than before in {count_text(len(earlier), 'athlete')}: {listed(earlier)}."
    else:
        words += " In none does it change earlier."
    lifts = {exercise_name(history.exercise) for history in rated}
    shown = first_of(known, lambda one: (one[1] is not None and one[1].change.changed, one[1] is not None))
    rows = tuple(_form_row(one, history, week.display, several=len(lifts) > 1) for one, history in shown)
    title = "Clean reps before form breaks, now and before"
    label = "Clean reps" if len(lifts) > 1 else f"{lifts.pop()}, clean reps"
    drawn = Dumbbells(title, "reps", rows, decimals=1, label=label)
    facts = [Fact("form.rated", words, n=new), _squad_form_fact(week), *_kinds_fact(rated)]
    return [*facts, drawn, *_not_drawn(len(known) - len(shown)), *_kinds_table(known)]


def checks(week: SquadWeek) -> list[Block]:
    """Every check of the configuration: the latest of each athlete against those before."""
    if not week.config.checks:
        raise NotEnoughData("No check is set. Add one under [[checks]] in workbook.toml.")
    facts, drawn, tables = [], [], []
    for check in week.config.checks:
        of = [(one, _check_of(one, check.test_id)) for one in week.members]
        done = [history for _, history in of if history]
        new = sum(week.days[0] <= history.last_date <= week.days[-1] for history in done)
        if not done:
            facts.append(Fact(f"{check.test_id}.done", f"{check.name}: nobody has done it yet.", State.CANNOT_TELL))
            continue
        did = f"{new} of {count_text(len(of), 'athlete')}" if new else "nobody"
        words = f"{check.name}: {did} did it this week. Of the levels, "
        words += f"{_moved_words([(one.name, history) for one, history in of if history], week.display)}."
        if not any(history.change.state.known for history in done):
            facts.append(Fact(f"{check.test_id}.done", words, n=new))
            tables.append(_latest_values(check.name, of, week))
            continue
        shown = first_of(of, lambda one: (one[1] is not None and one[1].change.changed, one[1] is not None))
        rows = tuple(_check_row(one, history, week.display) for one, history in shown)
        decimals = decimals_of(check.unit, done[0].change.latest)
        title = f"{check.name}, the level now and before"
        facts.append(Fact(f"{check.test_id}.done", words, n=new))
        drawn.append(Dumbbells(title, week.display.unit(check.unit), rows, decimals, check.lower_is_better, check.name))
    return [*facts, *drawn, *tables]


def _latest_values(name: str, of: Sequence[tuple[MemberWeek, CheckHistory | None]], week: SquadWeek) -> Numbers:
    """The newest value of each athlete, of a check of which nobody has enough to be told."""
    rows = tuple(
        (
            one.name,
            spoken(history, week.display).level(history.change.latest, history.change.unit),
            day_text(history.last_date),
            f"{history.change.more_needed}",
        )
        for one, history in of
        if history
    )
    return Numbers(f"{name}, the newest values", ("Athlete", "Newest", "Day", "More needed"), rows)


def sides(week: SquadWeek) -> list[Block]:
    """Left and right of every side test, right over left in percent."""
    if not week.config.side_tests:
        raise NotEnoughData("No test of both sides is set. Add one under [[side_tests]] in workbook.toml.")
    facts, drawn = [], []
    for test in week.config.side_tests:
        of = [(one, _sides_of(one, test.test_id)) for one in week.members]
        judged = [result for _, result in of if result and result.can_tell]
        sure = [(one, result) for one, result in of if result and result.is_sure]
        names = f": {listed([f'{one.name} ({result.larger})' for one, result in sure])}" if sure else ""
        found = f"{len(sure) or 'none'} of {count_text(len(judged), 'athlete')} {'have' if len(sure) > 1 else 'has'}"
        words = f"{test.name}: {found} a difference beyond error{names}."
        luck = expected_text(sum(result.null_probability for result in judged))
        words += f" By luck alone {luck} would have one." if judged else ""
        shown = first_of(of, lambda one: (one[1] is not None and one[1].is_sure, one[1] is not None))
        rows = tuple(_side_row(one, result) for one, result in shown)
        facts.append(Fact(f"{test.test_id}.sides", words, n=len(judged)))
        drawn.append(
            Forest(
                f"{test.name}, right over left",
                "%",
                rows,
                reference_label="no difference",
                low_label="left larger",
                high_label="right larger",
                conf_level=week.config.confidence,
                decimals=1,
                label=test.name,
            )
        )
    return [*facts, *drawn]


def plateaus(week: SquadWeek) -> list[Block]:
    """Lifts that stand still: steady, with the options where a lasting gain came before."""
    speeds = [(one, speed) for one in week.members for speed in one.week.speeds.known]
    judged = [(one, speed) for one, speed in speeds if speed.change.state.known]
    if not judged:
        raise NotEnoughData("No lift can be told yet. Measure 3 reps at the anchor load once a week.")
    still = [(one, speed) for one, speed in judged if speed.change.state is State.STEADY]
    of_lift: dict[str, list[str]] = {}
    for one, speed in still:
        of_lift.setdefault(side_name(speed.name, speed.side), []).append(one.name)
    whose = "".join(f" {lift}: {listed(names)}." for lift, names in of_lift.items())
    told = f"{len(still) or 'None'} of {count_text(len(judged), 'lift')} held steady.{whose}"
    rows = tuple(
        (
            one.name,
            speed_name(speed, week.display),
            speed.change.state,
            signed_words(speed.change.change, 2),
            between_signed(speed.change.change_low, speed.change.change_high, 2),
            count_text(speed.change.n, "day"),
        )
        for one, speed in judged
    )
    heads = ("Athlete", "Lift", "State", "Change, m/s", f"{100 * week.config.confidence:.0f} % interval", "From")
    options = _options(week)
    return [
        Fact("plateaus.steady", told, n=len(judged)),
        *options,
        Numbers("Every lift at its anchor load", heads, rows),
    ]


def proposals(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """What the rules propose for the coming week, with the evidence, and the options where a lift stands still."""
    linked = links(week, pages)
    asked = [(week.member(key), one) for key, of_one in asked_of(week).items() for one in of_one]
    if not asked:
        return [Fact("proposals.none", "The rules propose nothing for the coming week.", n=0)]
    n = len(asked)
    told = f"The rules have {count_text(n, 'proposal')} for the coming week. Athletes read only what you accept."
    rows = tuple(_proposal_row(member, one, week, linked) for member, one in asked)
    heads = ("Athlete", "Why", "Proposal or options", "Answer")
    return [Fact("proposals.made", told, n=n), Table("Proposals of the rules", heads, rows, stacked=True)]


def found_fact(week: SquadWeek) -> Fact:
    """The list against what luck alone would put on it."""
    n, found = len(week.judged), len(week.listed)
    if not n:
        raise NotEnoughData("No series can be told yet. Repeat lifts and checks.")
    new = sum(one.found_this_week for one in week.listed)
    luck = expected_text(week.expected_by_chance)
    return Fact(
        "talk.found",
        f"{found or 'None'} of {n} series {'is' if found == 1 else 'are'} listed, {new} of them found this week. Luck "
        f"alone would list {luck} of {n}.",
        estimate=float(found),
        n=n,
    )


def _options(week: SquadWeek) -> list[Block]:
    """The options of each standstill, which are not ranked."""
    found = [
        (member, one)
        for key, of_one in asked_of(week).items()
        for member in [week.member(key)]
        for one in of_one
        if one.proposals[0].action == "vary"
    ]
    return [Lines(tuple(f"{member.name}: {proposal.line}" for proposal in one.proposals)) for member, one in found]


Shown = TypeVar("Shown")


def first_of(rows: Sequence[Shown], by: Callable[[Shown], tuple]) -> list[Shown]:
    """So many rows as are drawn: all of a squad that has room, else those first that `by` puts first.

    >>> first_of([1, 2], lambda n: (n,))
    [1, 2]
    """
    return list(rows) if len(rows) <= DRAWN_MOST else sorted(rows, key=by, reverse=True)[:DRAWN_MOST]


def _not_drawn(n: int) -> list[Block]:
    return (
        [Text(f"{count_text(n, 'more athlete')} not drawn; the table beside this page has everybody.")] if n > 0 else []
    )


def _moved_words(found: Sequence[tuple[str, Series]], display: Display) -> str:
    """How many changed for good, how many would by luck, and whose they are."""
    told = [(name, one) for name, one in found if one.change.state.known]
    if not told:
        return "none can be told yet"
    moved = [
        f"{name} ({wording_of(one, display).direction(one.change.change)})" for name, one in told if one.change.changed
    ]
    luck = expected_text(expected_by_chance(one.change for _, one in told))
    count = f"{len(moved) or 'none'} of {len(told)} changed for good, {luck} would by luck"
    return f"{count}: {listed(moved)}" if moved else count


def _recent(speed: SpeedAtLoad, until: pd.Timestamp) -> pd.DataFrame:
    return speed.exposures[speed.exposures["local_date"] > until - pd.Timedelta(weeks=PANEL_WEEKS)]


def _panel(one: MemberWeek, speed: SpeedAtLoad, scale: tuple[float, float], display: Display) -> Course:
    label = f"{side_name(one.name, speed.side)}, {display.load(speed.anchor_kg)}"
    return course_of(speed, label, display, weeks=PANEL_WEEKS, scale=scale)


def _form_row(one: MemberWeek, history: FormHistory | None, display: Display, *, several: bool) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state=State.CANNOT_TELL, note="Not rated this week.")
    label = f"{one.name}, {exercise_name(history.exercise)}" if several else one.name
    return _dumbbell(label, history.change, display)


def _kinds_fact(rated: Sequence[FormHistory]) -> list[Fact]:
    """Which kinds of break ended the last rated sets of everybody."""
    kinds = pd.concat([recent_sets(history)["kind"] for history in rated])
    counts = kinds.dropna().value_counts()
    if counts.empty:
        return [Fact("form.kinds", f"None of the last {count_text(len(kinds), 'rated set')} broke.", n=len(kinds))]
    told = listed([f"{kind} {n}" for kind, n in counts.items()])
    return [Fact("form.kinds", f"What ended the last {count_text(len(kinds), 'rated set')}: {told}.", n=len(kinds))]


def _kinds_table(known: Sequence[tuple[MemberWeek, FormHistory | None]]) -> list[Numbers]:
    """A row an athlete: how many of the last rated sets ended by which kind of break, or held."""
    told = [(one.name, recent_sets(history)["kind"]) for one, history in known if history is not None]
    kinds = sorted({str(kind) for _, found in told for kind in found.dropna()})
    rows = tuple(
        (name, *(str(int((found == kind).sum())) for kind in kinds), str(int(found.isna().sum())), str(len(found)))
        for name, found in told
    )
    return [Numbers("What ended the last rated sets", ("Athlete", *kinds, "held to the end", "sets"), rows)]


def _squad_form_fact(week: SquadWeek) -> Fact:
    """For how many repetitions form holds in most sets of the whole squad."""
    try:
        result = week.form_break
    except (NotEnoughData, DataProblem) as problem:
        return Fact("form.squad", f"Over the whole squad: {problem}", State.CANNOT_TELL, reason="not_enough_data")
    held = result.clean_reps()
    lift = exercise_name(str(result.repetitions["exercise"].iloc[0]))
    return Fact(
        "form.squad",
        f"{lift}: in {held.share * 100:.0f} % of all the squad's sets form holds for {held.text} reps.",
        estimate=float(held.reps),
        unit="reps",
        conf_low=float(held.low),
        conf_high=float(held.high),
        conf_level=held.conf_level,
        n=result.n_events,
    )


def _check_row(one: MemberWeek, history: CheckHistory | None, display: Display) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state=State.CANNOT_TELL, note="Not done yet.")
    return _dumbbell(f"{one.name}, {day_text(history.last_date)}", history.change, display)


def _dumbbell(label: str, change: Told, display: Display) -> DumbbellRow:
    """The level before and now where a change is told, else the level with where one more value is expected."""

    def shown(value: float) -> float | None:
        return or_none(display.value(value, change.unit))

    if not change.state.known:
        return DumbbellRow(label, None, shown(change.latest), state=change.state)
    before = change.before if change.changed else change.level
    now = change.level if change.changed else change.latest
    return DumbbellRow(label, shown(before), shown(now), shown(change.band_low), shown(change.band_high), change.state)


def _side_row(one: MemberWeek, result: SideDifference | None) -> ForestRow:
    if result is None:
        return ForestRow(one.name, None, state=State.CANNOT_TELL, note="Not tested on both sides.")
    return ForestRow(
        f"{one.name}, {count_text(result.n_dates, 'date')}",
        result.estimate_pct,
        result.conf_low,
        result.conf_high,
        state=None if result.can_tell else State.CANNOT_TELL,
        word=f"{result.larger} larger" if result.is_sure else "",
    )


def _check_of(one: MemberWeek, test_id: str) -> CheckHistory | None:
    return next((history for history in one.week.checks.known if history.test_id == test_id), None)


def _sides_of(one: MemberWeek, test_id: str) -> SideDifference | None:
    return next((result for result in one.week.sides.known if result.test_id == test_id), None)


def _proposal_row(one: MemberWeek, asked: Asked, week: SquadWeek, linked: dict[str, str]) -> tuple[Entry, ...]:
    """One proposal; the choices of a menu, which are not ranked, stand below each other."""
    first = asked.proposals[0]
    lines = [proposal.line for proposal in asked.proposals]
    lead = f"{lines[0].partition(': ')[0]}: "  # the lift, which the first line names
    answer = "accepted" if asked.accepted else "rejected" if asked.is_rejected else "open"
    commands = [command_of(proposal, week) for proposal in asked.proposals] if asked.is_open else []
    fact = Fact(
        f"{one.athlete_id}.{first.subject}.{first.rule}", f"{one.name}, {lines[0]}", coach_sentence=first.evidence
    )
    return (
        Entry(one.name, link=linked.get(one.athlete_id, ""), sort=one.name),
        Entry(first.title, first.evidence.removeprefix(f"{first.title}. "), fact=fact),
        Entry(lines[0], " ".join(f"Or: {line.removeprefix(lead)}" for line in lines[1:]), sort=first.action),
        Entry(answer, " or ".join(commands) or asked.reason, sort=answer),
    )
