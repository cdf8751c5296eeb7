"""The sheet for the rack: what a training group lifts on a day, with the loads, and boxes to fill in by hand."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from analysis.base.errors import NotEnoughData
from analysis.base.frames import rows_of
from analysis.forms import asked
from analysis.forms.making import FOLDER
from analysis.forms.page import environment, template_text
from analysis.report.publish import publish
from analysis.workspace import Workspace

SETS = 5  # boxes a lift


@dataclass(frozen=True)
class Station:
    """One athlete on the sheet: what is planned in words, and each lift with the last load that is known."""

    name: str
    content: str
    lifts: tuple[tuple[str, str], ...]  # name, and load with its unit; empty where none is known


def stations(workspace: Workspace, day: pd.Timestamp) -> list[Station]:
    """Those who agreed to stand on the squad's pages and have lifts planned for the day, by name.

    Raises NotEnoughData where there is nobody.
    """
    consents, plan = workspace.consents(), workspace.store.frame("plan")
    planned = set(plan.loc[plan["local_date"] == day, "athlete_id"])
    people = (row for row in rows_of(workspace.athletes().sort_values("name")) if row.athlete_id in planned)
    agreed = (row for row in people if consents[row.athlete_id].allows("squad"))
    with_lifts = [one for row in agreed if (one := _station(workspace, row.athlete_id, row.name, day)).lifts]
    if not with_lifts:
        raise NotEnoughData(
            f"The plan names no lift for {day:%Y-%m-%d}. Write it into plan.csv, as: Romanian deadlift 3x8."
        )
    return with_lifts


def write(workspace: Workspace, day: pd.Timestamp, to: Path | None = None) -> Path:
    """Write the sheet of a day as a page to print. Raises NotEnoughData as `stations`."""
    css = template_text("rack.css")
    page = (
        environment()
        .get_template("rack.html.jinja")
        .render(
            squad=workspace.config.squad,
            day=f"{day:%A, %d %B %Y}",
            stations=stations(workspace, day),
            sets=SETS,
            css=Markup(css),
            css_hash=f"sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}",
        )
    )
    path = (to or workspace.reports_folder / FOLDER) / f"rack_{day:%Y-%m-%d}.html"
    publish({path: page})
    return path


def _station(workspace: Workspace, athlete_id: str, name: str | None, day: pd.Timestamp) -> Station:
    plan = asked.athlete_plan(workspace, athlete_id, day)
    content = "; ".join(str(text) for text in plan.loc[plan["local_date"] == day, "content"].dropna())
    told = asked.of_athlete(workspace, athlete_id)
    offered = {one["exercise"]: one for one in told["lifts"]}
    lifts = []
    for lift in asked.lifts_planned(workspace, content):
        one = offered.get(lift, {"name": lift.replace("_", " ").capitalize(), "load": None})
        load = "" if one["load"] is None else f"{one['load']:g} {told['unit']}" if one["load"] else "body weight"
        lifts.append((one["name"], load))
    return Station(name if isinstance(name, str) else athlete_id, content, tuple(lifts))
