"""A small squad of trees whose pages show what they lift, and the command line that makes them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import report_notebooks
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, workspace
from processes import MARK

from analysis.report.engine.manifest import Manifest
from analysis.workspace import Workspace, intake

PLAN = '[[reports]]\nreport = "loads"\n'
UNTIL = "2026-06-07"
AS_OF = "2026-06-08"
LOADS = """\
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

athlete = open_workspace().athlete(athlete_id, until=until)
page = Page("loads", subject=athlete_id, name=athlete.name, period=until, until=until)
"""
SHOW = """\
with page.section("loads", "What did I lift?"):
    page.show(Text(f"Heaviest load: {athlete.sets['load_kg'].max():g} kg"))
"""


def trees(folder: Path, number: int, *cells: str, name: str = "Tree {}") -> Workspace:
    """A workspace of so many athletes, tree0 with 40 kg, tree1 with 41 kg and so on, and a page planned for each."""
    names = [name.format(each) for each in range(number)]
    opened = workspace(folder, CONFIG + PLAN)
    drop(folder, "athletes.csv", ROSTER + "".join(f"{who},tree{each},,,,,\n" for each, who in enumerate(names)))
    rows = "".join(f"{who},2026-06-01,Deadlift,1,1,{40 + each},0.8\n" for each, who in enumerate(names))
    drop(folder, "speeds.csv", BAR_SPEED + rows)
    assert {one.state for one in intake.ingest(opened, intake.files_below([opened.raw_folder]))} == {"taken"}
    report_notebooks.write(folder / "notebooks" / "reports" / "loads.ipynb", LOADS, *cells, SHOW)
    return opened


def page_of(opened: Workspace, number: int) -> Path:
    return opened.reports_folder / "loads" / UNTIL / f"tree{number}.html"


def noted(opened: Workspace, state: str) -> set[int]:
    """The trees whose page is in this state, as the run has noted so far."""
    entries = Manifest.read(opened).entries.items()
    return {int(job.athlete_id[4:]) for job, entry in entries if entry.state == state}


def made(opened: Workspace) -> dict[int, str]:
    """The pages that are there, whole, by the number of the tree."""
    texts = {int(path.stem[4:]): path.read_text(encoding="utf-8") for path in opened.reports_folder.rglob("tree*.html")}
    for number, text in texts.items():
        facts = json.loads(page_of(opened, number).with_suffix(".json").read_text(encoding="utf-8"))
        assert text.rstrip().endswith("</html>")
        assert facts["subject"] == f"tree{number}"
        assert f"Heaviest load: {40 + number} kg" in text
    assert not list(opened.reports_folder.rglob(".*.part"))
    return texts


def started(opened: Workspace, *words: object, mark: str, **options) -> subprocess.Popen:
    """`workbook run --due` for the trees in a process of its own, which carries a mark as all that it starts."""
    command = [sys.executable, "-m", "analysis.cli", "run", "--due", "--as-of", AS_OF, "--workspace", opened.folder]
    environment = {**os.environ, MARK: mark, **options.pop("env", {})}
    signals = signal.SIGINT, signal.SIGHUP, signal.SIGTERM
    heard = {"preexec_fn": lambda: [signal.signal(one, signal.SIG_DFL) for one in signals]}  # also below `nohup`
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    return subprocess.Popen(list(map(str, [*command, *words])), env=environment, **streams | heard | options)


def ran(opened: Workspace, *words: object, mark: str, code: int, **options) -> tuple[str, str]:
    """What that command printed, and what of it to stderr; it ended with `code` and without a traceback."""
    process = started(opened, *words, mark=mark, **options)
    said, errors = process.communicate()
    assert process.returncode == code, (process.returncode, said, errors)
    assert "Traceback" not in errors
    return said, errors
