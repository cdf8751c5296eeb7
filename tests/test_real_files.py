"""Files as watches and apps write them, of $SAMPLES_DIR or else of ours, through the command line onto a page.

No file is named here: the runs are the month with most TCX files in one folder, the logs whatever has a log's header.
What the page must say is computed from the folder's facts and from the raw rows, without the package.
"""

import csv
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import lxml.html
import own_samples
import pytest
import squad

from analysis import open_workspace
from analysis.pages.athlete_week.week import athlete_week

FOLDER = Path(os.environ.get("SAMPLES_DIR") or own_samples.FOLDER)
ZONE = ZoneInfo("Europe/Berlin")  # of a new workspace
POUND_KG = 0.45359237
NOT_WORK = ("W", "Rest Timer", "Note")  # in the column Set Order


@dataclass(frozen=True)
class Run:
    path: Path
    day: date
    distance_m: float


@dataclass(frozen=True)
class Log:
    """The last week of a training log, added up by hand."""

    path: Path
    last_day: date
    lifted_kg: float
    sets: int


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def month_of_runs() -> list[Run]:
    """The TCX files of the folder and month that have most of them, by day."""
    months = defaultdict(list)
    for name, facts in json.loads((FOLDER / "expected.json").read_text(encoding="utf-8")).items():
        path = FOLDER / name
        if ".tcx" in path.name.lower() and len(facts.get("ids", [])) == 1 and facts.get("sum_lap_distance_m"):
            day = datetime.fromisoformat(facts["ids"][0]).astimezone(ZONE).date()
            months[path.parent, day.year, day.month].append(Run(path, day, facts["sum_lap_distance_m"]))
    return sorted(max(months.values(), key=len), key=lambda run: run.day)


def logs() -> Iterator[Log]:
    """Every training log below the folder."""
    for path in sorted(FOLDER.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if {"Date", "Weight", "Reps"} <= set(rows.fieldnames or ()):
                yield last_week(path, list(rows))


def last_week(path: Path, rows: list[dict[str, str]]) -> Log:
    last_day = max(date.fromisoformat(row["Date"][:10]) for row in rows)
    recent = [row for row in rows if date.fromisoformat(row["Date"][:10]) >= monday(last_day)]
    work = [row for row in recent if row.get("Set Order") not in NOT_WORK]
    return Log(path, last_day, sum(map(kilograms, work)), len(work))


def kilograms(row: dict[str, str]) -> float:
    """Load times repetitions of one row; pounds where the row does not say its unit."""
    factor = 1 if row.get("Weight Unit", "lbs").startswith("kg") else POUND_KG
    return float(row["Weight"] or 0) * float(row["Reps"] or 0) * factor


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """A new workspace, with an athlete for the runs."""
    folder = tmp_path_factory.mktemp("real") / "squad"
    squad.workbook("init", folder)
    squad.workbook("alias", "Alder", "--new", "--workspace", folder)
    return folder


def page_of(workspace: Path, name: str, until: date) -> squad.RenderedPage:
    page = workspace / f"{name}.html"
    report = ("report", "athlete_week", "--athlete", name, "--as-of", until.isoformat(), "--output", page)
    squad.workbook(*report, "--workspace", workspace)
    return squad.RenderedPage(page)


def said(page: squad.RenderedPage) -> str:
    return " ".join(lxml.html.fromstring(page.html).find(".//main").text_content().split())


@pytest.mark.soak
def test_the_week_of_the_last_run_holds_the_distance_of_its_files(workspace):
    runs = month_of_runs()
    assert len(runs) >= 3
    squad.workbook("ingest", *(run.path for run in runs), "--athlete", "Alder", "--workspace", workspace)
    last = runs[-1].day
    in_week = [run for run in runs if run.day >= monday(last)]
    total_m = sum(run.distance_m for run in in_week)
    page = page_of(workspace, "Alder", last)
    fact = page.facts["your_week.run_distance"]
    assert fact["estimate"] == pytest.approx(total_m, rel=0.005)
    assert fact["n"] == len(in_week)
    assert fact["sentence"] in said(page)
    assert f"{total_m / 1000:.1f} km in {len(in_week)} run" in fact["sentence"]
    assert 'src="http' not in page.html


@pytest.mark.soak
def test_the_week_of_a_log_holds_the_kilograms_of_its_rows(workspace):
    found = list(logs())
    assert found
    for number, log in enumerate(found):
        name = f"Birch{number}"
        squad.workbook("alias", name, "--new", "--workspace", workspace)
        squad.workbook("ingest", log.path, "--athlete", name, "--unit", "lb", "--workspace", workspace)
        until = log.last_day.isoformat()
        totals = athlete_week(open_workspace(workspace).athlete(name, until), until).totals
        assert totals.volume_load_kg == pytest.approx(log.lifted_kg, rel=1e-6), log.path.name
        assert totals.sets == log.sets, log.path.name
    first = found[0]
    page = page_of(workspace, "Birch0", first.last_day)
    fact = page.facts["your_week.volume_load"]
    assert fact["estimate"] == pytest.approx(first.lifted_kg, rel=1e-6)
    assert f"You lifted {first.lifted_kg:,.0f} kg in {first.sets} sets." in said(page)
