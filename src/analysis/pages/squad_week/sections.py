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
from analysis.base.decisions import Change, expected_by_chance
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.rules import Proposal
from analysis.base.sentences import capital
from analysis.base.states import State
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SURE_DATES, SideDifference
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.models.trends.trend import WINDOW_DAYS
from analysis.pages.numbers import between_signed, signed_words
from analysis.pages.series import ends, wording_of
from analysis.pages.squad_week.arrivals import changes as changes
from analysis.pages.squad_week.arrivals import data_state as data_state
from analysis.pages.squad_week.findings import QUEUE_MOST, choices_table, findings_table, lift_name
from analysis.pages.squad_week.members import SIDES_ONCE, MemberWeek, Stall
from analysis.pages.squad_week.table import everyone
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import SIDES, count_text, day_text, decimals_of, expected_text, listed, speed_name

Block = Fact | Drawing

PANEL_WEEKS = 16


def header(week: SquadWeek) -> list[Block]:
    """How complete the week is, in one line."""
    refused = len(week.squad.ledger["rejects"])
    parts = [f"{len(week.members)} of {len(week.everyone)} athletes with data"]
    parts += [f"{count_text(refused, 'cell')} refused"]
    parts += [f"{len(week.new_devices)} series begun anew"] if week.new_devices else []
    return [Text(" · ".join(parts))]


def talk(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """The flags against chance, whom to talk to, what was seen once, and what still stands from weeks before.

    `pages` are the ids of the athletes whose own page lies beside this one.
    """
    linked = _links(week, pages)
    blocks: list[Block] = [_whom_fact(week), flags_fact(week)] if week.new_findings else [flags_fact(week)]
    if week.listed:
        blocks.append(findings_table("Two looks in a row or more", week.listed, week, linked))
        more = len({one.athlete_id for one in week.listed}) - QUEUE_MOST
        blocks += [Text(f"{count_text(more, 'more athlete')} below in the table of everyone.")] if more > 0 else []
    if week.seen_once:
        blocks.append(findings_table("Seen once: wait for the next look", week.seen_once, week, linked))
    if week.standing:
        blocks.append(findings_table("Still standing from weeks before", week.standing, week, linked))
    blocks.append(Text("A look is a week with a new value of the series. One flag alone is often chance."))
    blocks.append(Text("Other choices: the same value judged by another error, rule, or set of earlier values."))
    return [*blocks, *choices_table(week)]


def glance(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """Everyone in one table, and apart from it those without data."""
    if not week.members:
        raise NotEnoughData("Nobody has data of this week. Take in this week's files, then render the page again.")
    same = f"{State.STEADY.mark} {State.STEADY}, or {State.TOO_CLOSE}"
    legend = f"▲ better beyond error · {same} · ▼ worse beyond error · ? cannot tell. "
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
        words = f"{lift.name}: {_moved_words([(one.name, speed) for one, speed in speeds])}."
        blocks.append(Fact(f"{lift.exercise}.moved", words, n=len(speeds)))
        blocks += [_panel(one, speed, week.until, low, high) for one, speed in speeds]
    if not blocks:
        raise NotEnoughData("No bar speed at an anchor load yet. Measure 3 reps at the anchor load once a week.")
    scale = f"The last {PANEL_WEEKS} weeks in m/s, all panels of a lift on one scale."
    return [*blocks, Text(f"{scale} Hollow: another device, not compared.")]


def form(week: SquadWeek) -> list[Block]:
    """Clean repetitions before form changed, the last 3 sessions against the 3 before."""
    known = [(one, one.week.form_if_known) for one in week.members]
    rated = [history for _, history in known if history]
    if not rated:
        raise NotEnoughData("No form was rated this week. Rate one set of each athlete.")
    earlier = [one.name for one, history in known if history and history.change.flagged and history.change.gain < 0]
    words = f"Form was rated for {len(rated)} of {count_text(len(known), 'athlete')}."
    if earlier:
        words += f" It changes earlier than before in {count_text(len(earlier), 'athlete')}: {listed(earlier)}."
    else:
        words += " In none does it change earlier."
    lifts = {lift_name(history) for history in rated}
    rows = tuple(_form_row(one, history, several=len(lifts) > 1) for one, history in known)
    title = "Clean reps before form changed, 3 sessions against 3 before"
    label = "Clean reps" if len(lifts) > 1 else f"{lifts.pop()}, clean reps"
    drawn = Dumbbells(title, "reps", rows, decimals=1, label=label)
    return [Fact("form.rated", words, n=len(rated)), _squad_form_fact(week), drawn]


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
        words = f"{check.name}: {did} did it this week. Of the latest values, "
        words += f"{_moved_words([(one.name, history) for one, history in of if history])}."
        rows = tuple(_check_row(one, history) for one, history in of)
        decimals = decimals_of(check.unit, done[0].change.now)
        title = f"{check.name}, latest against the mean before"
        facts.append(Fact(f"{check.test_id}.done", words, n=new))
        drawn.append(Dumbbells(title, check.unit, rows, decimals, check.lower_is_better, check.name))
    return [*facts, *drawn]


def sides(week: SquadWeek) -> list[Block]:
    """Left and right of every side test, right over left in percent."""
    if not week.config.side_tests:
        raise NotEnoughData("No test of both sides is set. Add one under [[side_tests]] in workbook.toml.")
    facts, drawn = [], []
    for test in week.config.side_tests:
        of = [(one, _sides_of(one, test.test_id)) for one in week.members]
        sure = [(one, result) for one, result in of if result and result.is_sure]
        names = f": {listed([f'{one.name} ({result.larger})' for one, result in sure])}" if sure else ""
        judged = sum(result is not None and result.n_dates >= SURE_DATES for _, result in of)
        found = f"{len(sure) or 'none'} of {count_text(judged, 'athlete')} {'have' if len(sure) > 1 else 'has'}"
        words = f"{test.name}: {found} a difference beyond error{names}."
        words += f" About {expected_text(SIDES_ONCE * judged)} would have one by chance." if judged else ""
        rows = tuple(_side_row(one, result) for one, result in of)
        facts.append(Fact(f"{test.test_id}.sides", words, n=judged))
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


def trends(week: SquadWeek) -> list[Block]:
    """Lifts that fall, stand still or rise over 12 weeks: slow ramps that a look at the newest value misses."""
    known, missing = week.trends
    told = [one for verdict in ("regress", "plateau", "progress") for one in known if one.trend.verdict == verdict]
    weeks = WINDOW_DAYS // 7
    if not known:
        raise NotEnoughData(missing[0].sentence if missing else "No bar speed yet, so there is no trend.")
    n = count_text(len(known), "lift")
    if told:
        words = f"{len(told)} of {n} rise, fall or stand still for sure over {weeks} weeks."
    else:
        words = f"Not one of {n} can be said to rise, fall or stand still over {weeks} weeks."
    words += f" {len(missing)} have too few days." if missing else ""
    drawn: list[Block] = [Fact("trends.told", words, n=len(known))]
    return [*drawn, *(_trend_fact(one) for one in told), _trend_numbers(known)]


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
    """Whom to talk to first: those whose series moved beyond noise on two looks in a row or more."""
    names = list(dict.fromkeys(one.athlete for one in week.listed))
    if not names:
        return Fact("flags.whom", "Nobody has moved beyond noise on two looks in a row.", n=0)
    more = [f"{len(names) - QUEUE_MOST} more"] if len(names) > QUEUE_MOST else []
    told = listed([*names[:QUEUE_MOST], *more])
    return Fact("flags.whom", f"Talk to {told}: beyond noise on two looks in a row or more.", n=len(names))


def flags_fact(week: SquadWeek) -> Fact:
    """Flags found against flags expected by chance, on one look and on two in a row."""
    n, found = len(week.new_findings), sum(one.flagged for one in week.new_findings)
    if not n:
        raise NotEnoughData("No series has a value of this week that can be judged. Repeat lifts and checks.")
    once, twice = expected_text(week.expected_flags), expected_text(week.expected_on_the_list)
    were, moved = "was" if n == 1 else "were", "moved" if found != 1 else "has moved"
    return Fact(
        "flags.found",
        f"{n} series {were} measured this week; {found} {moved} beyond noise, about {once} would by chance. "
        f"{len(week.listed)} did so for two looks in a row or more; about {twice} would by chance.",
        estimate=float(found),
        n=n,
    )


def _without_data_words(week: SquadWeek) -> str:
    names = [
        f"{one.name} ({'nothing yet' if one.last_date is None else f'last {day_text(one.last_date)}'})"
        for one in week.without_data
    ]
    return f"Without data this week: {', '.join(names)}."


def _moved_words(found: Sequence[tuple[str, SpeedAtLoad | CheckHistory]]) -> str:
    """How many newest values lie beyond noise, how many would by chance, and whose they are."""
    judged = [(name, history) for name, history in found if history.change.state.known]
    if not judged:
        return "none can be judged yet"
    moved = [
        f"{name} ({wording_of(history).direction(history.change.estimate)})"
        for name, history in judged
        if history.change.flagged
    ]
    chance = expected_text(expected_by_chance(history.change for _, history in judged))
    count = f"{len(moved) or 'none'} of {len(judged)} moved beyond noise, about {chance} would by chance"
    return f"{count}: {listed(moved)}" if moved else count


def _recent(speed: SpeedAtLoad, until: pd.Timestamp) -> pd.DataFrame:
    return speed.exposures[speed.exposures["local_date"] > until - pd.Timedelta(weeks=PANEL_WEEKS)]


def _panel(one: MemberWeek, speed: SpeedAtLoad, until: pd.Timestamp, low: float, high: float) -> Course:
    shown, side = _recent(speed, until), f", {SIDES[speed.side]}" if speed.side in SIDES else ""
    band_low, band_high = ends(speed.change.usual)
    label = f"{one.name}{side}, {speed.anchor_kg:g} kg"
    return Course(
        title=f"{label}: {speed_name(speed)} over {PANEL_WEEKS} weeks",
        label=label,
        unit="m/s",
        weeks=tuple((until - shown["local_date"]).dt.days / 7),
        values=tuple(shown["value"]),
        comparable=tuple(bool(value) for value in shown["comparable"]),
        n_weeks=PANEL_WEEKS,
        low=low,
        high=high,
        band_low=band_low,
        band_high=band_high,
        state=speed.change.state,
        note=f"Nothing in {PANEL_WEEKS} weeks.",
    )


def _form_row(one: MemberWeek, history: FormHistory | None, *, several: bool) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state=State.CANNOT_TELL, note="Not rated this week.")
    return _dumbbell(f"{one.name}, {lift_name(history)}" if several else one.name, history.change)


def _squad_form_fact(week: SquadWeek) -> Fact:
    """For how many repetitions form holds in most sets of the whole squad."""
    try:
        result = week.form_break
    except (NotEnoughData, DataProblem) as problem:
        return Fact("form.squad", f"Over the whole squad: {problem}", State.CANNOT_TELL, reason="not_enough_data")
    held = result.clean_reps()
    lift = capital(str(result.repetitions["exercise"].iloc[0]).replace("_", " "))
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


def _check_row(one: MemberWeek, history: CheckHistory | None) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state=State.CANNOT_TELL, note="Not done yet.")
    return _dumbbell(f"{one.name}, {day_text(history.last_date)}", history.change)


def _dumbbell(label: str, change: Change) -> DumbbellRow:
    before = change.reference if change.n_earlier else None
    return DumbbellRow(label, before, change.now, *ends(change.noise), change.state)


def _side_row(one: MemberWeek, result: SideDifference | None) -> ForestRow:
    if result is None:
        return ForestRow(one.name, None, state=State.CANNOT_TELL, note="Not tested on both sides.")
    return ForestRow(
        f"{one.name}, {count_text(result.n_dates, 'date')}",
        result.estimate_pct,
        result.conf_low,
        result.conf_high,
        state=State.CANNOT_TELL if result.n_dates < SURE_DATES else None if result.is_sure else State.TOO_CLOSE,
        word=f"{result.larger} larger" if result.is_sure else "",
    )


def _check_of(one: MemberWeek, test_id: str) -> CheckHistory | None:
    return next((history for history in one.week.checks.known if history.test_id == test_id), None)


def _sides_of(one: MemberWeek, test_id: str) -> SideDifference | None:
    return next((result for result in one.week.sides.known if result.test_id == test_id), None)


def _trend_fact(one: Stall) -> Fact:
    words = {"decimals": 2, "more": "faster", "less": "slower"}
    subject = f"{one.speed.exercise}.trend_at_{one.speed.anchor_kg:g}kg"
    return one.trend.as_fact(f"{one.athlete_id}.{subject}", f"{one.athlete}, {speed_name(one.speed)}", **words)


def _trend_numbers(known: Sequence[Stall]) -> Numbers:
    rows = tuple(
        (
            one.athlete,
            speed_name(one.speed),
            one.trend.verdict,
            signed_words(one.trend.change, 2),
            between_signed(*one.trend.change_interval, 2),
            count_text(one.trend.n, "day"),
        )
        for one in known
    )
    heads = ("Athlete", "Lift", "Verdict", "Change, m/s", "95 % interval", "From")
    return Numbers(f"The change over {WINDOW_DAYS // 7} weeks of every lift", heads, rows)


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
