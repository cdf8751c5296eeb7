"""The front page of the reports: which pages there are, which failed and why, and what is due next.

It knows names, ids and periods, and nothing that a page says. It is made anew after each run from the folder, the
manifest and the plans of workbook.toml.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from analysis.base.config import Config, ReportPlan
from analysis.report.due import SQUAD, next_due
from analysis.report.html import environment, long_date, template_text
from analysis.report.publish import publish
from analysis.workspace import Workspace

NAME = "index.html"
PERIODS = 12  # listed of each report; older ones are named by their folder

_PERIOD = re.compile(r"\d{4}-\d{2}-\d{2}")
_IN_A_CELL = re.compile(r"(Cell \d+ of \S+) .* stopped with (\w+)", re.DOTALL)
_FAULT = re.compile(r"(\w+): .* `workbook report` for this page alone shows where\.", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page that is there, or the reason why it is not, or both where it could not be made anew."""

    name: str
    address: str  # as seen from the index; empty where there is no page
    why: str


@dataclass(frozen=True)
class Period:
    until: date
    pages: list[Page]


@dataclass(frozen=True)
class Report:
    name: str
    periods: list[Period]  # newest first
    older: int  # periods that are not among them
    next_due: str


def write_index(workspace: Workspace, now: pd.Timestamp | None = None) -> Path:
    """Write the index of the folder of reports, whole or not at all; its path.

    `now` is an instant, from which the coming reports are told; the clock's by default.
    """
    now = now or pd.Timestamp.now(tz="UTC")
    path = workspace.reports_folder / NAME
    template = environment().get_template("index.html.jinja")
    text = template.render(
        squad=workspace.config.squad,
        made_on=now.tz_convert(workspace.config.zone).date(),
        reports=reports(workspace, now),
        css=Markup(template_text("whole.css") + template_text("page.css")),
    )
    publish({path: text})
    return path


def reports(workspace: Workspace, now: pd.Timestamp) -> list[Report]:
    """Every report that has a page, a failure or a plan, by name."""
    names = {"": "The squad"} | dict(workspace.athletes()[["athlete_id", "name"]].dropna().itertuples(index=False))
    found = {
        (report, until, athlete_id): Page(names.get(athlete_id, athlete_id), address, "")
        for (report, until, athlete_id), address in _published(workspace.reports_folder).items()
    }
    for report, until, athlete_id, state, error in workspace.store.values(
        "pages", "report", "until", "athlete_id", "state", "error"
    ):
        if state != "rendered":
            why = _reason(error) if state == "failed" else "A run was ended while it was in work."
            key = (report, date.fromisoformat(until), athlete_id)
            address = found[key].address if key in found else ""
            found[key] = Page(names.get(athlete_id, athlete_id), address, why)
    plans = {plan.report: plan for plan in workspace.config.reports}
    return [
        _report(
            report,
            {(until, athlete_id): page for (of, until, athlete_id), page in found.items() if of == report},
            _coming(plans.get(report), now, workspace.config),
        )
        for report in sorted({report for report, _, _ in found} | plans.keys())
    ]


def _published(folder: Path) -> dict[tuple[str, date, str], str]:
    """Where the pages lie, as seen from the folder, by report, last day and athlete."""
    found = {}
    for path in folder.glob("*/*/*.html"):
        report, until, athlete_id = path.parent.parent.name, path.parent.name, path.stem
        if _PERIOD.fullmatch(until):
            key = (report, date.fromisoformat(until), "" if athlete_id == SQUAD else athlete_id)
            found[key] = path.relative_to(folder).as_posix()
    return found


def _report(name: str, pages: dict[tuple[date, str], Page], coming: str) -> Report:
    days = sorted({until for until, _ in pages}, reverse=True)
    periods = [
        Period(day, sorted((page for (until, _), page in pages.items() if until == day), key=lambda page: page.name))
        for day in days[:PERIODS]
    ]
    words = name.replace("_", " ")
    return Report(words[:1].upper() + words[1:], periods, len(days) - len(periods), coming)


def _coming(plan: ReportPlan | None, now: pd.Timestamp, config: Config) -> str:
    if plan is None:
        return "Not planned in workbook.toml."
    when = next_due(plan, now, config)
    return f"Next due on {when:%A}, {long_date(when.date())}, at {when:%H:%M}."


def _reason(error: str) -> str:
    """Why a page failed, without what the data said: the words of an exception may hold a value.

    >>> _reason("Cell 3 of week.ipynb (fit(sets)) stopped with ValueError: 60 kg. Correct the notebook or its data.")
    'Cell 3 of week.ipynb stopped with ValueError.'
    """
    if in_a_cell := _IN_A_CELL.match(error):
        return f"{in_a_cell[1]} stopped with {in_a_cell[2]}."
    if fault := _FAULT.match(error):
        return f"The workbook itself stopped with {fault[1]}."
    return error
