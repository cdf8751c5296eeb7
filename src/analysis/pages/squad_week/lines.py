"""One line each: what is open besides, what was seen once, whom to ask, checks due, and data that need a hand."""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.base.blocks import Drawing, Fact
from analysis.base.boards import ByName
from analysis.models.checks import CheckHistory
from analysis.models.form.sides import SideDifference
from analysis.pages.series import wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.findings import finding_fact
from analysis.pages.squad_week.members import MemberWeek, NewDevice
from analysis.pages.squad_week.people import CARDS_MOST, NAMES_MOST, Case, cases, few, leading
from analysis.pages.squad_week.told import series_name, told_fact, what_of
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, day_text, listed, lower_first, percent, within

Block = Fact | Drawing

LINE_MOST = 8  # in a line; more are counted


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
            test=within(one.series.name),
        )
        for one in sides
        if isinstance(one.series, SideDifference)
    ]
    listed_here = [*(one for case in further for one in case.found), *sides]
    facts = tuple(told_fact(fact := finding_fact(one, week.display), f"talk.{fact.subject}") for one in listed_here)
    return [ByName(words.ALSO, _sentence(told), facts)] if told else []


def _further(case: Case, week: SquadWeek) -> str:
    if case.found:
        first = leading(case)[0].series
        return words.CHANGED_TOO.format(athlete=case.one.name, what=what_of(first, week.display))
    title = case.asked[0].proposals[0].title
    return words.PROPOSED_TOO.format(athlete=case.one.name, title=lower_first(title))


def _watch(week: SquadWeek) -> list[Block]:
    """Values out of the usual with nothing lasting, those of one measure and direction together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in week.seen_once:
        direction = wording_of(one.series, week.display).direction(one.series.change.off_by)
        alike.setdefault((series_name(one.series, week.display), direction), []).append(one.athlete)
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
    return words.NO_LOG.format(athlete=one.name, days=count_text(days, "planned lifting day")) if days else ""


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
    return when.format(check=within(name), day=day_text(day), athletes=whom)


def _data(week: SquadWeek) -> list[Block]:
    """Devices that nothing can be told by yet, refused cells and names that wait; that there are none, where so.

    A new device is no news any more once its own values are enough to tell: then it stands in what the page rests on.
    """
    if not week.everyone:
        return []
    ledger = week.squad.ledger
    told = [_device_text(series) for series in by_device(one for one in week.new_devices if one.is_news)]
    if refused := len(ledger["rejects"]):
        told.append(words.REFUSED.format(cells=count_text(refused, "cell"), whose=_whose(week)))
    if waiting := ledger["waiting"]["external_name"].nunique():
        told.append(words.WAITING.format(names=count_text(waiting, "name")))
    return [ByName(words.DATA, _sentence(told or [words.NO_HAND]))]


def _whose(week: SquadWeek) -> str:
    """Whose cells were refused: the athletes of whom their files tell, else the files."""
    ledger = week.squad.ledger
    names = ledger["files"].set_index("file_no")["name"]
    whose = []
    for file_no in dict.fromkeys(ledger["rejects"]["file_no"]):
        athletes = [one.name for one in week.everyone if file_no in one.files]
        whose.append(athletes[0] if len(athletes) == 1 else str(names.get(file_no, file_no)))
    return few(list(dict.fromkeys(whose)), NAMES_MOST)


def by_device(devices: Iterable[NewDevice]) -> list[list[NewDevice]]:
    """Series that began anew, those of one athlete with the same device since the same day together."""
    alike: dict[tuple, list[NewDevice]] = {}
    for one in devices:
        alike.setdefault((one.athlete_id, one.is_rater, one.device, one.since), []).append(one)
    return list(alike.values())


def _device_text(series: Sequence[NewDevice]) -> str:
    first = series[0]
    several = len(series) > 1 and all(".speed_at_" in one.subject for one in series)
    return words.BEGAN_ANEW.format(
        athlete=first.athlete,
        what=words.BAR_SPEED if several else listed([one.name for one in series]),
        starts="starts" if several or len(series) == 1 else "start",
        device=first.device or (words.NEW_RATER if first.is_rater else words.NEW_DEVICE),
        since=day_text(first.since),
    )


def _sentence(told: Sequence[str]) -> str:
    """The parts of a line, those beyond what it holds counted."""
    more = [words.AND_MORE.format(n=len(told) - LINE_MOST)] if len(told) > LINE_MOST else []
    return f"{'; '.join([*told[:LINE_MOST], *more])}."
