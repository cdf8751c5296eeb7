"""The first screen of the squad's week: whom to talk to, whom to praise, what to decide, and what waits beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Text
from analysis.base.boards import Answerable, ByName, Card, Cards
from analysis.base.rules import Proposal
from analysis.base.sentences import capital
from analysis.models.answers import Answers
from analysis.models.checks import CheckHistory
from analysis.models.form.sides import SideDifference
from analysis.models.series import Followed
from analysis.pages.squad_week import words
from analysis.pages.squad_week.findings import finding_fact, links, stands
from analysis.pages.squad_week.members import Finding, MemberWeek, NewDevice
from analysis.pages.squad_week.told import (
    broken_by,
    item_of,
    picture_of,
    reason_of,
    since_of,
    spoken,
    told_fact,
    what_of,
)
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, day_text, listed, percent

Block = Fact | Drawing
Kind = Literal["talk", "praise", "decide"]

CARDS_MOST = 6
NAMES_MOST = 3  # in the headline
LINE_MOST = 8  # in a line; more are counted
REASONS_MOST = 4
OPTIONS_MOST = 4
DEVICES_MOST = 2
DEVICE_WEEKS = 16  # for which a new device is named at the top

_ORDER: tuple[Kind, ...] = ("talk", "praise", "decide")


@dataclass(frozen=True)
class Asked:
    """A proposal, with the choices of its menu, and what became of it."""

    proposals: tuple[Proposal, ...]
    accepted: Proposal | None
    is_rejected: bool
    reason: str = ""  # of the answer, in the coach's words

    @property
    def is_open(self) -> bool:
        return self.accepted is None and not self.is_rejected


@dataclass(frozen=True)
class Case:
    """One athlete with what makes a card: what changed for good, and what is proposed."""

    one: MemberWeek
    found: tuple[Finding, ...]
    asked: tuple[Asked, ...]

    @property
    def kind(self) -> Kind:
        if any(finding.series.change.gain < 0 for finding in self.found):
            return "talk"
        return "praise" if self.found else "decide"


def cases(week: SquadWeek) -> list[Case]:
    """Everybody in whom a level changed or for whom a proposal is open, in the order of the cards."""
    changed = [one for one in week.listed if not isinstance(one.series, SideDifference)]
    asked = asked_of(week)
    first = list(dict.fromkeys(one.athlete_id for one in changed))
    waiting = [key for key, of_one in asked.items() if key not in first and any(one.is_open for one in of_one)]
    found = [
        Case(week.member(key), tuple(one for one in changed if one.athlete_id == key), tuple(asked.get(key, ())))
        for key in [*first, *waiting]
    ]
    return sorted(found, key=lambda case: _ORDER.index(case.kind))


def asked_of(week: SquadWeek) -> dict[str, list[Asked]]:
    """The proposals of every athlete by id, a menu as one, with the coach's answers."""
    said = week.squad.ledger["proposals"].set_index("proposal_id")
    menus: dict[tuple[str, str, str], list[Proposal]] = {}
    for one, proposal in week.proposals:
        menus.setdefault((one.athlete_id, proposal.rule, proposal.subject), []).append(proposal)
    found: dict[str, list[Asked]] = {}
    for (athlete_id, _, _), menu in menus.items():
        answers = [said["answer"].get(proposal.proposal_id) for proposal in menu]
        accepted = next((one for one, answer in zip(menu, answers, strict=True) if answer == "accepted"), None)
        rejected = all(answer == "rejected" for answer in answers)
        decided = [accepted] if accepted else menu if rejected else []
        why = (said["reason"].get(proposal.proposal_id) for proposal in decided)
        reason = next((text for text in why if isinstance(text, str)), "")
        found.setdefault(athlete_id, []).append(Asked(tuple(menu), accepted, rejected, reason))
    return found


# --- the head ---------------------------------------------------------------------------------------------------


def header(week: SquadWeek) -> list[Block]:
    """How many logged, and whose series began anew with another device, as short texts."""
    told = [Text(words.LOGGED.format(n=len(week.members), of=len(week.everyone)))] if week.everyone else []
    since = week.until - pd.Timedelta(weeks=DEVICE_WEEKS)
    recent = by_device(one for one in week.new_devices if one.since > since)
    told += [Text(_device_text(of_one)) for of_one in recent[:DEVICES_MOST]]
    more = len(recent) - DEVICES_MOST
    return [*told, *([Text(words.MORE_DEVICES.format(n=more))] if more > 0 else [])]


def by_device(devices: Iterable[NewDevice]) -> list[list[NewDevice]]:
    """Series that began anew, those of one athlete with the same device since the same day together."""
    alike: dict[tuple, list[NewDevice]] = {}
    for one in devices:
        alike.setdefault((one.athlete_id, one.is_rater, one.device, one.since), []).append(one)
    return list(alike.values())


def _device_text(series: Sequence[NewDevice]) -> str:
    first = series[0]
    device = first.device or f"new {'rater' if first.is_rater else 'device'}"
    return words.DEVICE.format(
        athlete=first.athlete, what=_series_text(series), device=device, since=day_text(first.since)
    )


def _series_text(series: Sequence[NewDevice]) -> str:
    """What began anew; the speeds of several lifts together."""
    if len(series) > 1 and all(".speed_at_" in one.subject for one in series):
        return "bar speed"
    return listed([one.name for one in series])


def message(week: SquadWeek) -> list[Block]:
    """Whom to talk to first and for whom there is good news; in a quiet week what held."""
    headline, more = _headline(week)
    return [Fact("headline", headline), *([Fact("held", more)] if more else [])]


def _headline(week: SquadWeek) -> tuple[str, str]:
    if not week.members:
        nobody = (words.NO_DATA, words.NO_DATA_WHAT) if week.everyone else (words.NO_ATHLETE, words.NO_ATHLETE_WHAT)
        return nobody
    names: dict[Kind, list[str]] = {
        kind: [case.one.name for case in cases(week) if case.kind == kind] for kind in _ORDER
    }
    if not week.judged and not any(names.values()):
        return words.TOO_EARLY, words.TOO_EARLY_WHAT
    first, *others = names["talk"] or [""]
    then = words.TALK_THEN.format(names=few(others, NAMES_MOST)) if others else ""
    sentences = [words.TALK_FIRST.format(first=first, others=then)] if first else []
    sentences += [words.GOOD_NEWS.format(names=few(names["praise"], NAMES_MOST))] if names["praise"] else []
    sentences += [] if first else [words.NOBODY]
    sentences += (
        [words.DECIDE_ON.format(names=few(names["decide"], NAMES_MOST))] if names["decide"] and not first else []
    )
    held = "" if first or names["praise"] else _held(week)
    return " ".join(sentences), held


def _held(week: SquadWeek) -> str:
    judged = [one for one in week.judged if not isinstance(one.series, SideDifference)]
    steady = sum(one.series.change.state == "steady" for one in judged)
    series, athletes = count_text(len(judged), "series", "series"), count_text(len(week.members), "athlete")
    return words.HELD.format(series=series, athletes=athletes, steady=steady or "none")


def few(names: Sequence[str], most: int) -> str:
    """So many names as there is room for; the others are counted.

    >>> few(["Alder", "Birch", "Cedar"], 2)
    'Alder, Birch and 1 more'
    """
    more = [words.AND_MORE.format(n=len(names) - most)] if len(names) > most else []
    return listed([*names[:most], *more])


# --- cards ------------------------------------------------------------------------------------------------------


def cards(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """At most six athletes, one a card; `pages` are the ids of those whose own page lies beside this one."""
    linked = links(week, pages)
    shown = [_card(case, week, linked) for case in cases(week)[:CARDS_MOST]]
    if not shown:
        return []
    how = [Text(words.HOW_TO_ANSWER)] if any(card.proposals for card in shown) else []
    return [Cards("Whom to talk to, to praise, or to decide on", tuple(shown)), *how]


def _card(case: Case, week: SquadWeek, linked: dict[str, str]) -> Card:
    asked = next((one for one in case.asked if one.is_open), next(iter(case.asked), None))
    more = [one for one in case.asked if one is not asked and one.is_open]
    card = Card(
        kind=case.kind,
        name=case.one.name,
        what="",
        proposals=_answerable(asked, week),
        answer=_answered(asked, len(more)),
        link=linked.get(case.one.athlete_id, ""),
    )
    if not case.found:
        return _decided(card, case, asked, week)
    leading = _leading(case)
    series = [one.series for one in leading]
    return replace(
        card,
        what=listed(_together([what_of(one, week.display) for one in series])),
        when=since_of(series[0]),
        reasons=(*(reason_of(one, week.display) for one in series[:REASONS_MOST]), *_kinds(series)),
        sure=_sure(leading[0], week),
        picture=picture_of(series[0], week.display),
        facts=tuple(told_fact(fact := finding_fact(one, week.display), f"talk.{fact.subject}") for one in case.found),
    )


def _leading(case: Case) -> list[Finding]:
    """What a card tells: to talk about, what got worse, before what got better."""
    return sorted(case.found, key=lambda one: one.series.change.gain > 0)


def _kinds(series: Iterable[Followed]) -> Iterator[str]:
    yield from (said for one in series if (said := broken_by(one)))


def _together(phrases: Sequence[str]) -> list[str]:
    """Phrases with the same beginning as one: "is faster in the 20 m sprint", "on easy runs".

    >>> _together(["is faster in the 20 m sprint", "is faster on easy runs", "moves 40 kg faster"])
    ['is faster in the 20 m sprint', 'on easy runs', 'moves 40 kg faster']
    """
    told, before = [], ""
    for phrase in phrases:
        head = " ".join(phrase.split()[:2]) + " "
        told.append(phrase.removeprefix(head) if head == before and head.startswith("is ") else phrase)
        before = head
    return told


def _sure(finding: Finding, week: SquadWeek) -> str:
    """How sure the first of a card's changes is."""
    sure, choices = capital(finding.series.change.state.coach), stands(finding, week)
    if choices is None:
        return words.SURE.format(sure=sure)
    n, of = choices
    return words.OTHER_CHOICES.format(sure=sure, n=n, of=of)


def _decided(card: Card, case: Case, asked: Asked | None, week: SquadWeek) -> Card:
    """A card on which nothing changed and something is proposed."""
    if asked is None:
        return card
    first = asked.proposals[0]
    title = f"{first.title[:1].lower()}{first.title[1:]}"
    speeds = [one for one in case.one.week.speeds.known if one.exercise == first.subject.partition(".")[0]]
    reason = first.evidence.removeprefix(f"{first.title}. ")
    picture = picture_of(speeds[0], week.display) if speeds else None
    lift = f"{speeds[0].name}. " if speeds else ""
    return replace(card, what=words.DECIDE.format(title=title), reasons=(f"{lift}{reason}",), picture=picture)


def _answerable(asked: Asked | None, week: SquadWeek) -> tuple[Answerable, ...]:
    if asked is None or not asked.is_open:
        return ()
    lead = f"{asked.proposals[0].line.partition(': ')[0]}: " if len(asked.proposals) > 1 else ""
    return tuple(Answerable(capital(one.line.removeprefix(lead)), command_of(one, week)) for one in asked.proposals)


def command_of(proposal: Proposal, week: SquadWeek) -> str:
    """What is typed to accept a proposal of this page."""
    return words.COMMAND.format(proposal_id=proposal.proposal_id, until=week.until.date().isoformat())


def _answered(asked: Asked | None, more: int) -> str:
    """What became of a proposal, or that there is none; more of the same athlete stand further down."""
    beside = f" {words.MORE_PROPOSALS.format(n=count_text(more, 'more proposal'))}" if more else ""
    if asked is None:
        return words.NOTHING_OPEN
    if asked.is_open:
        return beside.strip()
    why = f" {words.WHY.format(reason=asked.reason)}" if asked.reason else ""
    if asked.accepted is not None:
        return words.ACCEPTED.format(line=asked.accepted.line) + why + beside
    return words.REJECTED.format(line=asked.proposals[0].line) + why + beside


# --- one line each ----------------------------------------------------------------------------------------------


def lines(week: SquadWeek) -> list[Block]:
    """What is open besides, what was seen once, whom to ask, and data that need a hand; each where there is any."""
    return [*_also(week), *_watch(week), *_ask(week), *_due(week), *_data(week)]


def _also(week: SquadWeek) -> list[Block]:
    further = cases(week)[CARDS_MOST:]
    told = [_further(case, week) for case in further]
    sides = [one for one in week.listed if isinstance(one.series, SideDifference)]
    told += [
        words.SIDE_LARGER.format(
            athlete=one.athlete,
            side=one.series.larger,
            percent=percent(one.series.estimate_pct),
            test=one.series.name,
        )
        for one in sides
        if isinstance(one.series, SideDifference)
    ]
    listed_here = [*(one for case in further for one in case.found), *sides]
    facts = tuple(told_fact(fact := finding_fact(one, week.display), f"talk.{fact.subject}") for one in listed_here)
    return [ByName(words.ALSO, _sentence(told), facts)] if told else []


def _further(case: Case, week: SquadWeek) -> str:
    if case.found:
        first = _leading(case)[0].series
        return words.CHANGED_TOO.format(athlete=case.one.name, what=what_of(first, week.display))
    title = case.asked[0].proposals[0].title
    return words.PROPOSED_TOO.format(athlete=case.one.name, title=f"{title[:1].lower()}{title[1:]}")


def _watch(week: SquadWeek) -> list[Block]:
    """Values out of the usual with nothing lasting, those of one measure and direction together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in week.seen_once:
        change, said = one.series.change, spoken(one.series, week.display)
        by = change.latest - (change.band_low + change.band_high) / 2
        quantity = item_of(one.series) if isinstance(one.series, Answers) else said.quantity
        alike.setdefault((quantity, said.direction(by)), []).append(one.athlete)
    told = [
        words.ONCE.format(athletes=listed(list(dict.fromkeys(names))), direction=direction, what=what)
        for (what, direction), names in alike.items()
    ]
    facts = tuple(
        told_fact(fact := finding_fact(one, week.display), f"seen_once.{fact.subject}") for one in week.seen_once
    )
    return [ByName(words.WATCH, _sentence(told), facts)] if told else []


def _ask(week: SquadWeek) -> list[Block]:
    """Those of whom something planned, or anything at all, is not logged; who was ill or away is not asked."""
    questions = {one.athlete_id: question for one, question in week.questions}
    told, facts = [], []
    for one in week.everyone:
        if (question := questions.get(one.athlete_id)) is not None:
            told.append(question.line.removeprefix("Ask ").rstrip("."))
            facts.append(Fact(f"{one.athlete_id}.{question.rule}", question.line, reason="ask"))
        elif said := silence_of(one):
            told.append(said)
    return [ByName(words.ASK, _sentence(told), tuple(facts))] if told else []


def silence_of(one: MemberWeek) -> str:
    """What is not logged of an athlete; empty where all is, or where nothing was expected."""
    if one.week.excused:
        return ""
    if not one.has_data:
        if one.last_date is None:
            return words.NOTHING_EVER.format(athlete=one.name)
        return words.NOTHING_SINCE.format(athlete=one.name, day=day_text(one.last_date))
    days = one.week.adherence.not_logged
    return words.NO_LOG.format(athlete=one.name, days=count_text(days, "planned day")) if days else ""


def _due(week: SquadWeek) -> list[Block]:
    """The checks due in the coming week or overdue, with whom; else the next of all."""
    due: dict[tuple[pd.Timestamp, str], list[str]] = {}
    for finding in week.findings:
        if isinstance(finding.series, CheckHistory):
            due.setdefault((finding.series.next_due, finding.series.name), []).append(finding.athlete)
    if not due:
        return []
    soon = {key: names for key, names in due.items() if key[0] <= week.until + pd.Timedelta(days=7)}
    told = [_due_text(day, name, names, week) for (day, name), names in sorted(soon.items())]
    if not told:
        (day, name), names = min(due.items())
        told = [words.NEXT_DUE.format(first=_due_text(day, name, names, week))]
    return [ByName(words.CHECKS_DUE, _sentence(told))]


def _due_text(day: pd.Timestamp, name: str, athletes: Sequence[str], week: SquadWeek) -> str:
    """A check with its day and for whom; of many athletes the number."""
    whom = listed(athletes) if len(athletes) <= NAMES_MOST else count_text(len(athletes), "athlete")
    when = words.WAS_DUE if day <= week.until else words.IS_DUE
    return when.format(check=name, day=day_text(day), athletes=whom)


def _data(week: SquadWeek) -> list[Block]:
    """New devices of this week, refused cells and names that wait."""
    ledger = week.squad.ledger
    told = [
        words.BEGAN_ANEW.format(
            athlete=series[0].athlete,
            what=_series_text(series),
            device=series[0].device or f"new {'rater' if series[0].is_rater else 'device'}",
            since=day_text(series[0].since),
        )
        for series in by_device(one for one in week.new_devices if one.since >= week.days[0])
    ]
    if refused := len(ledger["rejects"]):
        told.append(words.REFUSED.format(cells=count_text(refused, "cell")))
    if waiting := ledger["waiting"]["external_name"].nunique():
        told.append(words.WAITING.format(names=count_text(waiting, "name")))
    return [ByName(words.DATA, _sentence(told))] if told else []


def _sentence(told: Sequence[str]) -> str:
    """The parts of a line, those beyond what it holds counted."""
    more = [words.AND_MORE.format(n=len(told) - LINE_MOST)] if len(told) > LINE_MOST else []
    return f"{'; '.join([*told[:LINE_MOST], *more])}."
