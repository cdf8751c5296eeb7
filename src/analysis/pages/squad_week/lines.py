"""One line each: what is open besides, what was seen once, whom to ask, checks due, and data that need a hand."""

from collections.abc import Iterable, Sequence

import pandas as pd

from analysis.base.asking import is_unanswered
from analysis.base.blocks import Drawing, Fact
from analysis.base.boards import ByName
from analysis.base.errors import NotEnoughData
from analysis.metrics.adherence import away
from analysis.models.checks import CheckHistory
from analysis.models.form.mobility_level import MobilityLevel
from analysis.models.form.sides import SideDifference
from analysis.pages import words as shared_words
from analysis.pages.series import larger_side, wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.findings import finding_fact
from analysis.pages.squad_week.members import MemberWeek, NewDevice
from analysis.pages.squad_week.people import CARDS_MOST, NAMES_MOST, Case, cases, leading
from analysis.pages.squad_week.told import WEEK_DAYS, series_name, told_fact, what_of
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import NAMED_MOST, count_text, day_text, few, listed, lower_first, within

Block = Fact | Drawing


def lines(week: SquadWeek) -> list[Block]:
    """What is open besides, what was seen once, whom to ask, who is ill or away, what is due and planned, and data that
    need a hand."""
    return [*_also(week), *_watch(week), *_ask(week), *_out(week), *_due(week), *_planned(week), *_data(week)]


def _also(week: SquadWeek) -> list[Block]:
    further = cases(week)[CARDS_MOST:]
    told = [_further(case, week) for case in further]
    sides = [one for one in week.listed if isinstance(one.series, SideDifference)]
    told += [
        words.SIDE_LARGER.format(athlete=one.athlete, side=larger_side(one.series), test=within(one.series.name))
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
        words.ONCE.format(athletes=few(list(dict.fromkeys(names))), direction=direction, what=what)
        for (what, direction), names in alike.items()
    ]
    facts = tuple(
        told_fact(fact := finding_fact(one, week.display), f"seen_once.{fact.subject}") for one in week.seen_once
    )
    return [ByName(words.WATCH, _sentence(told), facts)] if told else []


def _ask(week: SquadWeek) -> list[Block]:
    """Those of whom something planned, or anything at all, is not logged, and who left a form unanswered; who was ill
    or away is not asked."""
    questions = {one.athlete_id: question for one, question in week.questions}
    told, facts = [], []
    for one in week.everyone:
        form = [_form_fact(one)] if is_silent(one, week) else []
        facts += form
        if (question := questions.get(one.athlete_id)) is not None:
            told.append(", ".join([question.line.removeprefix("Ask ").rstrip("."), *(form and [words.NO_ANSWER])]))
            facts.append(Fact(f"{one.athlete_id}.{question.rule}", question.line, reason="ask"))
        elif said := [*silence_of(one), *(form and [words.NO_ANSWER])]:
            told.append(words.ASK_WHOM.format(athlete=one.name, what=", ".join(said)))
    return [ByName(words.ASK, _sentence(told), tuple(facts))] if told else []


def silence_of(one: MemberWeek) -> list[str]:
    """What is not logged of an athlete; empty where all is, or where nothing was expected."""
    if one.week.excused:
        return []
    if not one.has_data:
        day = one.last_date
        return [words.NOTHING_EVER if day is None else words.NOTHING_SINCE.format(day=day_text(day))]
    days = one.week.adherence.not_logged
    return [words.NO_LOG.format(days=count_text(days, "planned lifting day"))] if days else []


def is_silent(one: MemberWeek, week: SquadWeek) -> bool:
    """Whether an athlete had a form in this week and answered it on no day; one who answered in another way did."""
    known = week.days[week.days <= week.until]
    days = known[away(known, one.athlete.labels, one.athlete.sessions).isna()]
    if one.week.excused or one.athlete.wellness["local_date"].isin(known).any():
        return False
    ledger = week.squad.ledger
    return is_unanswered(ledger["forms"], ledger["answers"], one.athlete_id, days)


def _form_fact(one: MemberWeek) -> Fact:
    return Fact(f"{one.athlete_id}.form", words.NO_ANSWER_OF.format(athlete=one.name), reason="no_answer")


def _out(week: SquadWeek) -> list[Block]:
    """Who was ill, away or off in this week, or trained lightly as planned, and on which days; that nobody was."""
    told = []
    for one in week.everyone:
        days = _named_days(one, week.days[week.days <= week.until])
        said = [_named_text(kind, of) for kind, of in days.groupby(days, sort=False).groups.items()]
        told += [words.ASK_WHOM.format(athlete=one.name, what=", ".join(said))] if said else []
    return [ByName(words.OUT, _sentence(told or [words.OUT_NOBODY]))] if week.everyone else []


def _named_days(one: MemberWeek, days: pd.DatetimeIndex) -> pd.Series:
    """What those of the days are called that somebody gave a name; ill or away goes before light."""
    named = away(days, one.athlete.labels, one.athlete.sessions)
    for label in one.week.labelled:
        named = named.where(named.notna() | (days < label.first) | (days > label.last), label.kind)
    return named.dropna()


def _named_text(kind: str, days: pd.DatetimeIndex) -> str:
    kind = words.OUT_KINDS.get(kind, kind)
    if len(days) == WEEK_DAYS:
        return words.OUT_ALL_WEEK.format(kind=kind)
    return words.OUT_ON.format(kind=kind, days=listed([day_text(day) for day in days]))


def _planned(week: SquadWeek) -> list[Block]:
    """What the plan has in the seven days to come: a day and its heading, with whom; once for all where all is for the
    same ones."""
    whom: dict[tuple[pd.Timestamp, str], list[str]] = {}
    for one in week.everyone:
        try:
            plan = one.week.plan_next_week
        except NotEnoughData:
            continue
        for row in plan.itertuples():
            content = row.content.partition(":")[0] if isinstance(row.content, str) else words.TRAINING
            whom.setdefault((row.local_date, content), []).append(one.name)
    if not whom:
        return []
    days = [words.PLANNED_ON.format(day=f"{day:%a} {day_text(day)}", content=content) for day, content in sorted(whom)]
    names = [whom[key] for key in sorted(whom)]
    if all(one == names[0] for one in names):
        return [ByName(words.NEXT_WEEK_FOR.format(athletes=_whom(names[0], week)), _sentence(days))]
    told = [f"{day} ({_whom(some, week)})" for day, some in zip(days, names, strict=True)]
    return [ByName(words.NEXT_WEEK, _sentence(told))]


def _whom(names: Sequence[str], week: SquadWeek) -> str:
    """Athletes by name, of many the number."""
    if len(names) == len(week.everyone) > 1:
        return words.EVERYBODY
    return listed(names) if len(names) <= NAMES_MOST else count_text(len(names), "athlete")


def _due(week: SquadWeek) -> list[Block]:
    """The checks due in the coming week or overdue, with whom; else the next of all."""
    due: dict[tuple[pd.Timestamp, str], list[str]] = {}
    for finding in week.findings:
        if isinstance(finding.series, CheckHistory):
            due.setdefault((finding.series.next_due, finding.series.name), []).append(finding.athlete)
    undated = _undated(week)
    if not due:
        return [ByName(words.CHECKS_DUE, _sentence(undated))] if undated else []
    soon = {key: names for key, names in due.items() if key[0] <= week.until + pd.Timedelta(days=7)}
    told = [_due_text(day, name, names, week) for (day, name), names in sorted(soon.items())]
    if not told:
        (day, name), names = min(due.items())
        told = [words.NEXT_DUE.format(first=_due_text(day, name, names, week))]
    return [ByName(words.CHECKS_DUE, _sentence([*told, *undated]))]


def _undated(week: SquadWeek) -> list[str]:
    """Screens and tests of both sides in which something changed, and of which no day is set to look again."""
    of_sides = {test.test_id for test in week.config.side_tests}  # the other sides are those of work
    tests: list[str] = []
    for one in week.findings:
        is_test = isinstance(one.series, MobilityLevel) or (
            isinstance(one.series, SideDifference) and one.series.test_id in of_sides
        )
        if one.has_changed and is_test:
            tests.append(words.TEST_OF.format(athlete=one.athlete, test=one.series.name))
    return [words.NO_DAY.format(tests=few(tests))] if tests else []


def _due_text(day: pd.Timestamp, name: str, athletes: Sequence[str], week: SquadWeek) -> str:
    """A check with its day and for whom; of many athletes the number."""
    when = words.WAS_DUE if day <= week.until else words.IS_DUE
    return when.format(check=within(name), day=day_text(day), athletes=_whom(athletes, week))


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
    more = [shared_words.AND_MORE.format(n=len(told) - NAMED_MOST)] if len(told) > NAMED_MOST else []
    return f"{'; '.join([*told[:NAMED_MOST], *more])}."
