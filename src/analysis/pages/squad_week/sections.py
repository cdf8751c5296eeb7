"""The squad's week as facts, tables and small drawings: one function a section, from the fitted week to what is shown.

Words are for the coach. Athletes go by name on the page and by their pseudonymous id in facts and links.
"""

from collections.abc import Iterable, Sequence

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
    Numbers,
    Table,
    Text,
)
from analysis.base.display import Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.rules import Proposal
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
from analysis.pages.squad_week.findings import choices_table, listed_table, numbers_table, seen_once_table
from analysis.pages.squad_week.members import Finding, MemberWeek
from analysis.pages.squad_week.table import everyone
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
NAMES_MOST = 8  # in a sentence; more are counted


def header(week: SquadWeek) -> list[Block]:
    """How complete the week is, in one line."""
    refused = len(week.squad.ledger["rejects"])
    parts = [f"{len(week.members)} of {len(week.everyone)} athletes with data"]
    parts += [f"{count_text(refused, 'cell')} refused"]
    parts += [f"{len(week.new_devices)} series begun anew"] if week.new_devices else []
    return [Text(" · ".join(parts))]


def talk(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """The changes against chance, whom to talk to, and what was seen once.

    `pages` are the ids of the athletes whose own page lies beside this one.
    """
    linked = _links(week, pages)
    blocks: list[Block] = [_whom_fact(week), found_fact(week)] if week.judged else [found_fact(week)]
    new = [one for one in week.listed if one.found_this_week]
    told = [one for one in week.listed if not one.found_this_week]
    for title, findings in (("New this week", new), ("Lasting, told since earlier weeks", told)):
        if findings:
            blocks.append(listed_table(title, findings, week, linked))
    if week.seen_once:
        blocks.append(seen_once_table(week.seen_once, linked, week.display))
    blocks.append(
        Text("A lasting change is told for 8 weeks from the week that first found it. One odd day is no change.")
    )
    if not week.listed:
        return blocks
    blocks.append(Text("Other choices: the same series judged by another noise, statistic or threshold."))
    return [*blocks, numbers_table(week.listed, week.display), *choices_table(week)]


def glance(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """Everyone in one table, and apart from it those without data."""
    if not week.members:
        raise NotEnoughData("Nobody has data of this week. Take in this week's files, then render the page again.")
    same = f"{State.STEADY.mark} {State.STEADY}, or {State.TOO_CLOSE}"
    legend = f"▲ better for good · {same} · ▼ worse for good · ? cannot tell. "
    legend += "± is half the interval of the change; lines lie on each athlete's usual range. ↑ and ↓ are no verdict."
    apart = [Text(_without_data_words(week), soft=False)] if week.without_data else []
    return [everyone(week, _links(week, pages)), Text(legend), *apart]


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
        words = f"{lift.name}: {_moved_words([(one.name, speed) for one, speed in speeds], week.display)}."
        blocks.append(Fact(f"{lift.exercise}.moved", words, n=len(speeds)))
        blocks += [_panel(one, speed, (low, high), week.display) for one, speed in speeds]
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
    rows = tuple(_form_row(one, history, week.display, several=len(lifts) > 1) for one, history in known)
    title = "Clean reps before form breaks, now and before"
    label = "Clean reps" if len(lifts) > 1 else f"{lifts.pop()}, clean reps"
    drawn = Dumbbells(title, "reps", rows, decimals=1, label=label)
    return [Fact("form.rated", words, n=new), _squad_form_fact(week), drawn]


def checks(week: SquadWeek) -> list[Block]:
    """Every check of the configuration: the latest of each athlete against those before."""
    if not week.config.checks:
        raise NotEnoughData("No check is set. Add one under [[checks]] in workbook.toml.")
    facts, drawn = [], []
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
        rows = tuple(_check_row(one, history, week.display) for one, history in of)
        decimals = decimals_of(check.unit, done[0].change.latest)
        title = f"{check.name}, the level now and before"
        facts.append(Fact(f"{check.test_id}.done", words, n=new))
        drawn.append(Dumbbells(title, week.display.unit(check.unit), rows, decimals, check.lower_is_better, check.name))
    return [*facts, *drawn]


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
        rows = tuple(_side_row(one, result) for one, result in of)
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
    words = f"{len(still) or 'None'} of {count_text(len(judged), 'lift')} held steady.{whose}"
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
    return [Fact("plateaus.steady", words, n=len(judged)), Numbers("Every lift at its anchor load", heads, rows)]


def proposals(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """What the rules propose for the coming week, with the evidence, and the options where a lift stands still."""
    linked, by_subject = _links(week, pages), {}
    for one, proposal in week.proposals:
        by_subject.setdefault((one.athlete_id, proposal.rule, proposal.subject), []).append((one, proposal))
    if not by_subject:
        return [Fact("proposals.none", "The rules propose nothing for the coming week.", n=0)]
    n = len(by_subject)
    words = f"The rules have {count_text(n, 'proposal')} for the coming week. Athletes read only what you accept."
    rows = tuple(_proposal_row(of_one, linked) for of_one in by_subject.values())
    heads = ("Athlete", "Why", "Proposal or options", "Answer")
    table = Table("Proposals of the rules", heads, rows, stacked=True)
    return [Fact("proposals.made", words, n=n), table, Text("Answer with “workbook decide”.")]


def _whom_fact(week: SquadWeek) -> Fact:
    """Whom to talk to first: those in whom something changed for good, then those whose sides differ."""
    changed = _names(one for one in week.listed if not isinstance(one.series, SideDifference))
    differ = [name for name in _names(week.listed) if name not in changed]
    nothing = "Nothing has changed for good in anybody."
    words = f"Talk to {_few(changed)}: something changed for good." if changed else nothing
    words += f" {_few(differ)}: left and right differ." if differ else ""
    return Fact("talk.whom", words, n=len(changed) + len(differ))


def _names(findings: Iterable[Finding]) -> list[str]:
    return list(dict.fromkeys(one.athlete for one in findings))


def _few(names: Sequence[str]) -> str:
    """So many names as a sentence holds; the others are counted."""
    more = [f"{len(names) - NAMES_MOST} more"] if len(names) > NAMES_MOST else []
    return listed([*names[:NAMES_MOST], *more])


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


def _without_data_words(week: SquadWeek) -> str:
    names = [
        f"{one.name} ({'nothing yet' if one.last_date is None else f'last {day_text(one.last_date)}'})"
        for one in week.without_data
    ]
    return f"Without data this week: {', '.join(names)}."


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
        state=State.CANNOT_TELL if not result.can_tell else None if result.is_sure else State.TOO_CLOSE,
        word=f"{result.larger} larger" if result.is_sure else "",
    )


def _check_of(one: MemberWeek, test_id: str) -> CheckHistory | None:
    return next((history for history in one.week.checks.known if history.test_id == test_id), None)


def _sides_of(one: MemberWeek, test_id: str) -> SideDifference | None:
    return next((result for result in one.week.sides.known if result.test_id == test_id), None)


def _proposal_row(of_one: list[tuple[MemberWeek, Proposal]], linked: dict[str, str]) -> tuple[Entry, ...]:
    """One proposal; the choices of a menu, which are not ranked, stand below each other."""
    one, first = of_one[0]
    lines = [proposal.line for _, proposal in of_one]
    lead = f"{lines[0].partition(': ')[0]}: "  # the lift, which the first line names
    accepted = set(one.athlete.proposals["proposal_id"]) & {proposal.proposal_id for _, proposal in of_one}
    fact = Fact(
        f"{one.athlete_id}.{first.subject}.{first.rule}", f"{one.name}, {lines[0]}", coach_sentence=first.evidence
    )
    return (
        Entry(one.name, link=linked.get(one.athlete_id, ""), sort=one.name),
        Entry(first.title, first.evidence.removeprefix(f"{first.title}. "), fact=fact),
        Entry(lines[0], " ".join(f"Or: {line.removeprefix(lead)}" for line in lines[1:]), sort=first.action),
        Entry("accepted" if accepted else "open", sort="accepted" if accepted else "open"),
    )


def _links(week: SquadWeek, pages: Iterable[str]) -> dict[str, str]:
    """Where the athletes' own pages of this week lie from here; only the pseudonymous id is in it."""
    day = week.until.date().isoformat()
    return {athlete_id: f"../../athlete_week/{day}/{athlete_id}.html" for athlete_id in pages}
