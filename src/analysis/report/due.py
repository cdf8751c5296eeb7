"""Which reports are due: a page an athlete or one for the squad, and period, where the period is over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.base.config import Config, ReportPlan, Weekday
from analysis.base.errors import UsageProblem
from analysis.report import notebook as notebooks
from analysis.workspace import Workspace, day
from analysis.workspace.consent import agreeing

SQUAD = "squad"  # the page of a report that is about everybody

_WEEKDAYS = {day: number for number, day in enumerate(get_args(Weekday))}
_FIRST_WEEK = date(1970, 1, 5)  # a Monday; fortnights are counted from its week by default
_LONGEST_DAYS = {"week": 7, "fortnight": 14, "month": 31}  # a period later, and before the one after it
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Job:
    """One page to make."""

    report: str
    athlete_id: str  # empty for a report of the whole squad
    until: str  # last day of the period, ISO

    def page(self, workspace: Workspace) -> Path:
        """Where its page lies; only the pseudonymous id is in the path."""
        return workspace.reports_folder / self.report / self.until / f"{self.athlete_id or SQUAD}.html"


def is_of_squad(notebook: Path) -> bool:
    """Whether a report is one page for the whole squad: its notebook has no parameter `athlete_id`."""
    return "athlete_id" not in notebooks.parameters_at(notebook)


def week_end(as_of: pd.Timestamp, week_start: str) -> pd.Timestamp:
    """The last day of the last week that was over at the end of `as_of`.

    >>> week_end(pd.Timestamp("2026-07-08"), "monday").date().isoformat()
    '2026-07-05'
    >>> week_end(pd.Timestamp("2026-07-05"), "monday").date().isoformat()
    '2026-07-05'
    """
    last_weekday = (_WEEKDAYS[week_start] - 1) % 7
    return as_of.normalize() - timedelta(days=(as_of.weekday() - last_weekday) % 7)


def month_end(as_of: pd.Timestamp) -> pd.Timestamp:
    """The last day of the last month that was over at the end of `as_of`."""
    last = as_of.normalize()
    return last if last.is_month_end else last - timedelta(days=last.day)


def fortnight_end(as_of: pd.Timestamp, week_start: str, first_day: date | None = None) -> pd.Timestamp:
    """The last day of the last fortnight that was over at the end of `as_of`; `first_day` begins one of them.

    >>> fortnight_end(pd.Timestamp("2026-07-08"), "monday", date(2026, 6, 29)).date().isoformat()
    '2026-06-28'
    """
    end = week_end(as_of, week_start)
    begin = week_end(day((first_day or _FIRST_WEEK).isoformat()), week_start)
    return end - timedelta(days=(end - begin).days % 14)


def period_end(plan: ReportPlan, as_of: pd.Timestamp, week_start: str) -> pd.Timestamp:
    """The last day of the last period of a plan that was over at the end of `as_of`."""
    if plan.every == "week":
        return week_end(as_of, week_start)
    if plan.every == "month":
        return month_end(as_of)
    return fortnight_end(as_of, week_start, plan.fortnight_from)


def period_start(plan: ReportPlan, end: pd.Timestamp, week_start: str) -> pd.Timestamp:
    """The first day of the period of a plan that ends with the day `end`.

    >>> period_start(ReportPlan(every="month"), pd.Timestamp("2026-02-28"), "monday").date().isoformat()
    '2026-02-01'
    """
    return period_end(plan, end - _DAY, week_start) + _DAY


def due_at(plan: ReportPlan, end: pd.Timestamp, zone: ZoneInfo) -> pd.Timestamp:
    """The moment from which the period that ends with the day `end` is due, in UTC.

    It is the plan's time on the first day of the plan's weekday after the period. A time that the clocks leave out is
    told by the clock as it was before; of one that they show twice it is the first.

    >>> due_at(ReportPlan(at="02:30"), pd.Timestamp("2026-03-28"), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:30:00+00:00'
    """
    first = end.normalize() + _DAY
    if plan.weekday:
        first += timedelta(days=(_WEEKDAYS[plan.weekday] - first.weekday()) % 7)
    hour, minute = map(int, plan.at.split(":"))
    wall = datetime(first.year, first.month, first.day, hour, minute, tzinfo=zone)
    return pd.to_datetime(wall.astimezone(UTC))


def last_due(plan: ReportPlan, now: pd.Timestamp, config: Config) -> pd.Timestamp:
    """The last day of the last period that is due at the moment `now`."""
    end = period_end(plan, now.tz_convert(config.zone).tz_localize(None), config.week_start)
    while due_at(plan, end, config.zone) > now:
        end = period_end(plan, end - _DAY, config.week_start)
    return end


def next_due(plan: ReportPlan, now: pd.Timestamp, config: Config) -> pd.Timestamp:
    """The moment after `now` at which the plan's next period is due, in the squad's time zone."""
    end = last_due(plan, now, config)
    within_the_next = end + timedelta(days=_LONGEST_DAYS[plan.every])
    coming = period_end(plan, within_the_next, config.week_start)
    return due_at(plan, coming, config.zone).tz_convert(config.zone)


def owed_ends(
    plan: ReportPlan,
    now: pd.Timestamp,
    newest: pd.Timestamp | None,
    config: Config,
    unmade: Collection[pd.Timestamp] = (),
) -> list[pd.Timestamp]:
    """The last days of the periods owed at the moment `now` to somebody whose newest page is of the period `newest`.

    The last one that is due always is. Of the others among the last `catch_up` those after the newest page are, and
    those in `unmade`: tried, and not made; where no page was made ever, those after the first that was tried. Newest
    first. After a clock was set back the last one was made before.

    >>> now = pd.Timestamp("2026-07-21T06:00", tz="UTC")
    >>> [end.date().isoformat() for end in owed_ends(ReportPlan(), now, pd.Timestamp("2026-07-05"), Config())]
    ['2026-07-19', '2026-07-12']
    """
    end = last_due(plan, now, config)
    ends = [end]
    since = min(unmade, default=None) if newest is None else newest
    for _ in range(plan.catch_up - 1):
        end = period_end(plan, end - _DAY, config.week_start)
        if end in unmade or (since is not None and end > since):
            ends.append(end)
    return ends


def owed(workspace: Workspace, now: pd.Timestamp) -> list[Job]:
    """The pages that are due at the moment `now`, the oldest first: the last period, and what was missed before it.

    An athlete is owed the periods after that of the own newest page, and those whose page failed or was in work when a
    run died, as `owed_ends` says.

    Raises UsageProblem as `due`.
    """
    jobs = []
    for plan in _plans(workspace):
        newest = _newest_pages(workspace, plan, last_due(plan, now, workspace.config))
        unmade = _unmade(workspace, plan)
        for whose in _whose(workspace, plan):
            last = newest.get(whose or SQUAD)
            ends = owed_ends(plan, now, last, workspace.config, unmade.get(whose, set()))
            jobs += [Job(plan.report, whose, end.date().isoformat()) for end in ends]
    return _in_order(jobs)


def due(workspace: Workspace, as_of: pd.Timestamp) -> list[Job]:
    """The pages of every plan in `workbook.toml` for the last period over at the end of the day `as_of`, made or not.

    A report of the squad is one page after those of the athletes, and none where there is no athlete yet. Who has not
    agreed to an own page has none.

    A report whose notebook does not work is one page too, which will say why.

    Raises UsageProblem where the configuration plans none, or a report of the squad for single athletes.
    """
    jobs = []
    for plan in _plans(workspace):
        end = period_end(plan, as_of, workspace.config.week_start)
        jobs += [Job(plan.report, whose, end.date().isoformat()) for whose in _whose(workspace, plan)]
    return _in_order(jobs)


def is_planned_by(plan: ReportPlan, job: Job, workspace: Workspace) -> bool:
    """Whether a page is one of a plan's: of its report and athletes, for a whole period of it."""
    end = day(job.until)
    if plan.report != job.report or period_end(plan, end, workspace.config.week_start) != end:
        return False
    return plan.athletes == "all" or job.athlete_id in [workspace.athlete_id(name) for name in plan.athletes]


def _plans(workspace: Workspace) -> list[ReportPlan]:
    if not workspace.config.reports:
        raise UsageProblem("workbook.toml plans no report. Add one under [[reports]], as: report = 'athlete_week'.")
    return workspace.config.reports


def _in_order(jobs: list[Job]) -> list[Job]:
    """Each page once, by period; a page of the squad may link to those of its athletes, and comes after them."""
    return sorted(dict.fromkeys(jobs), key=lambda job: (job.until, not job.athlete_id))


def _newest_pages(workspace: Workspace, plan: ReportPlan, last: pd.Timestamp) -> dict[str, pd.Timestamp]:
    """The last day of the newest page of a whole period up to `last`, by athlete.

    A page of any other day is not the plan's, and one of a later period was made while a clock went ahead.
    """
    newest: dict[str, pd.Timestamp] = {}
    for folder in sorted((workspace.reports_folder / plan.report).glob("????-??-??")):
        end = pd.to_datetime(folder.name, format="%Y-%m-%d", errors="coerce")
        if pd.notna(end) and end <= last and period_end(plan, end, workspace.config.week_start) == end:
            newest |= dict.fromkeys(workspace.pages(plan.report, folder.name), end)
    return newest


def _unmade(workspace: Workspace, plan: ReportPlan) -> dict[str, set[pd.Timestamp]]:
    """The last days of which the manifest of the pages says that a page was tried and not made, by athlete."""
    unmade: dict[str, set[pd.Timestamp]] = {}
    for report, athlete_id, until, state in workspace.store.values("pages", "report", "athlete_id", "until", "state"):
        if report == plan.report and state != "rendered":
            unmade.setdefault(athlete_id, set()).add(day(until))
    return unmade


def _whose(workspace: Workspace, plan: ReportPlan) -> list[str]:
    """The athletes of a plan, an empty id for the squad."""
    everybody = workspace.athletes()["athlete_id"].tolist()
    try:
        of_squad = is_of_squad(workspace.notebook(plan.report))
    except UsageProblem:
        return [""]  # one page that fails with the reason, and stops no other
    if not of_squad:
        agreed = agreeing(workspace.consents(), "report")
        named = everybody if plan.athletes == "all" else [workspace.athlete_id(name) for name in plan.athletes]
        return [athlete_id for athlete_id in named if athlete_id in agreed]
    if plan.athletes != "all":
        raise UsageProblem(
            f"{plan.report} is one page for the squad, and workbook.toml plans it for {len(plan.athletes)} athletes. "
            "Take 'athletes' out of that [[reports]]."
        )
    return [""] if everybody else []
