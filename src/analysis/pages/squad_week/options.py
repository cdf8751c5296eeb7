"""Lifts that stand still, and what the rules propose: each line with the command that accepts it."""

from collections.abc import Iterable, Sequence

import numpy as np

from analysis.base.blocks import Drawing, Fact, Numbers
from analysis.base.boards import Choice, Choices
from analysis.base.errors import NotEnoughData
from analysis.base.states import State
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.numbers import NOTHING
from analysis.pages.series import wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.findings import links
from analysis.pages.squad_week.members import MemberWeek
from analysis.pages.squad_week.people import CARDS_MOST, Asked, answerable, answered, asked_of, cases, of_card
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, few, lower_first, side_name

Block = Fact | Drawing


def plateaus(week: SquadWeek) -> list[Block]:
    """Lifts that stand still: steady, with the options where a lasting gain came before."""
    speeds = [(one, speed) for one in week.members for speed in one.week.speeds.known]
    judged = [(one, speed) for one, speed in speeds if speed.change.state.known]
    if not judged:
        raise NotEnoughData(words.NO_LIFT)
    of_lift: dict[str, list[str]] = {}
    still = [(one, speed) for one, speed in judged if speed.change.state is State.STEADY]
    for one, speed in still:
        of_lift.setdefault(side_name(speed.name, speed.side), []).append(one.name)
    whose = "".join(words.STEADY_WHO.format(lift=lift, names=few(names)) for lift, names in of_lift.items())
    told = words.STEADY.format(n=len(still) or "None", lifts=count_text(len(judged), "lift"), whose=whose)
    lifts: dict[str, list[tuple[MemberWeek, SpeedAtLoad]]] = {}
    for one, speed in judged:
        lifts.setdefault(side_name(speed.name, speed.side), []).append((one, speed))
    menus = [(key, one) for key, of_one in asked_of(week).items() for one in of_one if _is_menu(one)]
    options = tuple(_choice(week.member(key), one, week, {}) for key, one in menus)
    return [
        Fact("plateaus.steady", told, n=len(judged)),
        *([Choices(words.OPTIONS_TITLE, options)] if options else []),
        *(_lift_table(of_one, week) for of_one in lifts.values()),
    ]


def proposals(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """What the rules propose for the coming week, with the evidence, and the options where a lift stands still."""
    asked = [(week.member(key), one) for key, of_one in asked_of(week).items() for one in of_one]
    if not asked:
        return [Fact("proposals.none", words.NO_PROPOSAL, n=0)]
    told, linked = words.PROPOSALS.format(proposals=count_text(len(asked), "proposal")), links(week, pages)
    menus = list(dict.fromkeys(member.name for member, one in asked if _is_menu(one)))
    told += f" {words.MENUS.format(names=few(menus))}" if menus else ""
    rows = tuple(_choice(member, one, week, linked) for member, one in asked if not _is_menu(one))
    drawn = [Choices(words.PROPOSALS_TITLE, rows)] if rows else []
    return [Fact("proposals.made", told, n=len(asked)), *drawn]


def _is_menu(asked: Asked) -> bool:
    """Whether it stands with its options where lifts stand still."""
    return len(asked.proposals) > 1


def _choice(one: MemberWeek, asked: Asked, week: SquadWeek, linked: dict[str, str]) -> Choice:
    """A proposal with its evidence; its command stands on a card, where one has it, and here where none has."""
    first, lines = asked.proposals[0], answerable(asked, week)
    on_card = any(of_card(case) == asked for case in cases(week)[:CARDS_MOST])
    said = words.ON_THE_CARD.format(lines=" ".join(one.line for one in lines))
    return Choice(
        name=one.name,
        title=_title(asked),
        why=first.evidence.removeprefix(f"{first.title}. "),
        proposals=() if on_card else lines,
        answer=said if on_card and lines else answered(asked, 0),
        link=linked.get(one.athlete_id, ""),
        facts=(_fact(one, asked),),
    )


def _title(asked: Asked) -> str:
    """Why it is proposed; of a menu, whose lines leave it out, with the lift."""
    first = asked.proposals[0]
    if len(asked.proposals) == 1:
        return first.title
    return words.OF_LIFT_TITLE.format(lift=first.line.partition(": ")[0], title=lower_first(first.title))


def _fact(one: MemberWeek, asked: Asked) -> Fact:
    first = asked.proposals[0]
    said = words.OPTION_LINE.format(athlete=one.name, line=first.line)
    return Fact(f"{one.athlete_id}.{first.subject}.{first.rule}", said, coach_sentence=first.evidence)


def _lift_table(speeds: Sequence[tuple[MemberWeek, SpeedAtLoad]], week: SquadWeek) -> Numbers:
    """The state of one lift in everybody, with the change that it rests on."""
    first = speeds[0][1]
    title = words.LIFT_TITLE.format(lift=side_name(first.name, first.side))
    unit, level = week.display.unit(first.change.unit), 100 * week.config.confidence
    *heads, change = words.LIFT_HEADS
    rows = tuple(
        (one.name, week.display.load(speed.anchor_kg), str(speed.change.state), _change_of(speed, week))
        for one, speed in speeds
    )
    return Numbers(title, (*heads, change.format(unit=unit, level=level)), rows)


def _change_of(speed: SpeedAtLoad, week: SquadWeek) -> str:
    """The change with its interval; a told one by what is printed of both levels."""
    change, spoken, unit = speed.change, wording_of(speed, week.display), speed.change.unit
    if not np.isfinite(change.change):
        return NOTHING
    by = spoken.signed(change.change, unit)
    if change.changed:
        by = spoken.signed_difference(change.level, change.before, unit)
    between = (spoken.signed(value, unit) for value in (change.change_low, change.change_high))
    return words.CHANGE_BETWEEN.format(by=by, between=" to ".join(between))
