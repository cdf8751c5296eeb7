"""The first screen of the squad's week: whom to talk to, whom to praise, what to decide, and what waits beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.base.blocks import Drawing, Fact, Text
from analysis.base.boards import Answerable, Card, Cards, Levels
from analysis.base.rules import Proposal
from analysis.base.sentences import capital
from analysis.models.form.sides import SideDifference
from analysis.models.series import Followed
from analysis.pages.squad_week import words
from analysis.pages.squad_week.findings import finding_fact, links, stands
from analysis.pages.squad_week.members import Finding, MemberWeek
from analysis.pages.squad_week.told import (
    broken_by,
    picture_of,
    reason_of,
    since_of,
    told_fact,
    what_of,
)
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, day_text, few, listed, lower_first

Block = Fact | Drawing
Kind = Literal["talk", "praise", "decide"]

CARDS_MOST = 6
NAMES_MOST = 3  # in the headline
REASONS_MOST = 4
OPTIONS_MOST = 4

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
    """One athlete with what makes a card: the lasting changes, and what is proposed."""

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
    """Of how many anything of this week is known."""
    return [Text(words.LOGGED.format(n=len(week.members), of=len(week.everyone)))] if week.everyone else []


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


# --- cards ------------------------------------------------------------------------------------------------------


def cards(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """At most six athletes, one a card; `pages` are the ids of those whose own page lies beside this one."""
    linked = links(week, pages)
    shown = [_card(case, week, linked) for case in cases(week)[:CARDS_MOST]]
    if not shown:
        return []
    said = [words.UP_IS_BETTER] if any(isinstance(card.picture, Levels) for card in shown) else []
    said += [words.HOW_TO_ANSWER, on_a_phone(week)] if any(card.proposals for card in shown) else []
    return [Cards(words.CARDS, tuple(shown)), *([Text(" ".join(said))] if said else [])]


def on_a_phone(week: SquadWeek) -> str:
    """The form that answers proposals: the coach's that holds, made when the week was known, else how it is made."""
    forms = week.squad.ledger["forms"]
    made_on = forms.loc[(forms["kind"] == "coach") & (forms["holds_to"] >= week.until), "made_on"]
    if made_on.empty:
        return words.ON_A_PHONE
    newest = made_on.max()
    told = words.COACHS_FORM if newest >= week.until else words.COACHS_FORM_OLDER
    return told.format(day=day_text(newest))


def _card(case: Case, week: SquadWeek, linked: dict[str, str]) -> Card:
    asked = of_card(case)
    more = [one for one in case.asked if one is not asked and one.is_open]
    card = Card(
        kind=case.kind,
        name=case.one.name,
        what="",
        proposals=answerable(asked, week),
        answer=answered(asked, len(more)),
        link=linked.get(case.one.athlete_id, ""),
    )
    if not case.found:
        return _decided(card, case, asked, week)
    found = leading(case)
    series = [one.series for one in found]
    days = {since_of(one) for one in series}  # of several, each stands beside its own levels
    dated = len(days) > 1
    return replace(
        card,
        what=listed(_together([what_of(one, week.display) for one in series])),
        when="" if dated else days.pop(),
        reasons=(*(reason_of(one, week.display, dated=dated) for one in series[:REASONS_MOST]), *_kinds(series)),
        sure=_sure(found[0], week),
        picture=picture_of(series[0], week.display),
        facts=tuple(told_fact(fact := finding_fact(one, week.display), f"talk.{fact.subject}") for one in case.found),
    )


def of_card(case: Case) -> Asked | None:
    """The proposal that stands on a card: the first that is open, else the first."""
    return next((one for one in case.asked if one.is_open), next(iter(case.asked), None))


def leading(case: Case) -> list[Finding]:
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
    return words.OTHER_WAYS.format(sure=sure, n=n, of=of)


def _decided(card: Card, case: Case, asked: Asked | None, week: SquadWeek) -> Card:
    """A card on which nothing changed and something is proposed."""
    if asked is None:
        return card
    first = asked.proposals[0]
    title = lower_first(first.title)
    speeds = [one for one in case.one.week.speeds.known if one.exercise == first.subject.partition(".")[0]]
    reason = first.evidence.removeprefix(f"{first.title}. ")
    picture = picture_of(speeds[0], week.display) if speeds else None
    lift = f"{speeds[0].name}. " if speeds else ""
    return replace(card, what=words.DECIDE.format(title=title), reasons=(f"{lift}{reason}",), picture=picture)


def answerable(asked: Asked | None, week: SquadWeek) -> tuple[Answerable, ...]:
    """The lines of an open proposal, each with its command; nothing of one that was answered."""
    if asked is None or not asked.is_open:
        return ()
    lead = f"{asked.proposals[0].line.partition(': ')[0]}: " if len(asked.proposals) > 1 else ""
    return tuple(Answerable(capital(one.line.removeprefix(lead)), command_of(one, week)) for one in asked.proposals)


def command_of(proposal: Proposal, week: SquadWeek) -> str:
    """What is typed to accept a proposal of this page."""
    return words.COMMAND.format(proposal_id=proposal.proposal_id, until=week.until.date().isoformat())


def answered(asked: Asked | None, more: int) -> str:
    """What became of a proposal, empty where there is none; more of the same athlete stand further down."""
    beside = f" {words.MORE_PROPOSALS.format(n=count_text(more, 'more proposal'))}" if more else ""
    if asked is None:
        return ""
    if asked.is_open:
        return beside.strip()
    why = f" {words.WHY.format(reason=asked.reason)}" if asked.reason else ""
    if asked.accepted is not None:
        return words.ACCEPTED.format(line=asked.accepted.line) + why + beside
    return words.REJECTED.format(line=asked.proposals[0].line) + why + beside
