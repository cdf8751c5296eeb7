"""Which reports are due: a page an athlete or one for the squad, and period, where the period is over."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.config import ReportPlan
from analysis.consent import agreeing
from analysis.errors import UsageProblem
from analysis.report import notebook as notebooks
from analysis.workspace import Workspace

SQUAD = "squad"  # the page of a report that is about everybody

_WEEKDAYS = {"monday": 0, "sunday": 6, "saturday": 5}


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
    return "athlete_id" not in notebooks.parameters_of(notebooks.read_notebook(notebook), notebook.name)


def week_end(as_of: pd.Timestamp, week_start: str) -> pd.Timestamp:
    """The last day of the last week that was over at the end of `as_of`.

    >>> week_end(pd.Timestamp("2026-07-08"), "monday").date().isoformat()
    '2026-07-05'
    >>> week_end(pd.Timestamp("2026-07-05"), "monday").date().isoformat()
    '2026-07-05'
    """
    last_weekday = (_WEEKDAYS[week_start] - 1) % 7
    return as_of.normalize() - pd.Timedelta(days=(as_of.weekday() - last_weekday) % 7)


def month_end(as_of: pd.Timestamp) -> pd.Timestamp:
    """The last day of the last month that was over at the end of `as_of`."""
    day = as_of.normalize()
    return day if day.is_month_end else day - pd.offsets.MonthEnd(1)


def due(workspace: Workspace, as_of: pd.Timestamp) -> list[Job]:
    """The pages of every plan in `workbook.toml` for the last period that is over, whether made or not.

    A report of the squad is one page after those of the athletes, and none where there is no athlete yet. Who has not
    agreed to an own page has none.

    A report whose notebook does not work is one page too, which will say why.

    Raises UsageProblem where the configuration plans none, or a report of the squad for single athletes.
    """
    plans = workspace.config.reports
    if not plans:
        raise UsageProblem("workbook.toml plans no report. Add one under [[reports]], as: report = 'athlete_week'.")
    jobs = []
    for plan in plans:
        end = week_end(as_of, workspace.config.week_start) if plan.every == "week" else month_end(as_of)
        jobs += [Job(plan.report, whose, end.date().isoformat()) for whose in _whose(workspace, plan)]
    jobs.sort(key=lambda job: not job.athlete_id)  # a page of the squad may link to those of its athletes
    return list(dict.fromkeys(jobs))  # a week and a month may end on one day


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
