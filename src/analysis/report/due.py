"""Which reports are due: one page an athlete and period, where the period is over."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.errors import UsageProblem
from analysis.workspace import Workspace

_WEEKDAYS = {"monday": 0, "sunday": 6, "saturday": 5}


@dataclass(frozen=True)
class Job:
    """One page to make."""

    report: str
    athlete_id: str
    until: str  # last day of the period, ISO

    def page(self, workspace: Workspace) -> Path:
        """Where its page lies; only the pseudonymous id is in the path."""
        return workspace.reports_folder / self.report / self.until / f"{self.athlete_id}.html"


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

    Raises UsageProblem where the configuration plans none.
    """
    plans = workspace.config.reports
    if not plans:
        raise UsageProblem("workbook.toml plans no report. Add one under [[reports]], as: report = 'athlete_week'.")
    everybody = workspace.athletes()["athlete_id"].tolist()
    jobs = []
    for plan in plans:
        end = week_end(as_of, workspace.config.week_start) if plan.every == "week" else month_end(as_of)
        chosen = everybody if plan.athletes == "all" else [workspace.athlete_id(name) for name in plan.athletes]
        jobs += [Job(plan.report, athlete_id, end.date().isoformat()) for athlete_id in chosen]
    return list(dict.fromkeys(jobs))  # a week and a month may end on one day
