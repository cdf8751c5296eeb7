"""A month of runs by the clock: files come at all hours, grow, are broken, a server is down; and runs that are killed.

Every file is taken once, the page of each Monday knows what was there by then, and what was killed is finished by the
next call.
"""

import json
import random
import re
import shutil

import pandas as pd
import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import CONFIG, ROSTER, drop, strong, strong_row, workspace
from killed import with_its_work_s, work_and_kill, workbook
from soak_scale import times

from analysis.cli import main
from analysis.workspace import Workspace, fetched, open_workspace, unfinished

DAYS = times(8, 8, 29)
HOURS = (2, 6, 11, 19)  # of the calls
KILLS = {"files": times(2, 2, 50), "files and a page": times(1, 1, 50)}
MONDAY = pd.Timestamp("2026-06-01", tz="Europe/Berlin")
PLAN = """ingest_before_run = true
drop_folder = "../share"
[[reports]]
report = "loads"
"""
LOADS = """\
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

athlete = open_workspace().athlete(athlete_id, until=until)
page = Page("loads", subject=athlete_id, name=athlete.name, period=until, until=until)
with page.section("loads", "What did I lift?"):
    page.show(Text(f"Loads: {sorted(athlete.sets['load_kg'].tolist())}"))
"""


@pytest.fixture
def grove(tmp_path):
    """Alder, a report of her loads, and a drop folder on another disk."""
    folder = tmp_path / "grove"
    workspace(folder, CONFIG + PLAN).store.close()
    report_notebooks.write(folder / "notebooks" / "reports" / "loads.ipynb", LOADS)
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,,,report,,\n")
    (tmp_path / "share" / "Alder").mkdir(parents=True)
    return folder


def log_of(load_kg: int) -> str:
    """A log of one set, of a day of its own before the month."""
    return strong(strong_row(f"{pd.Timestamp('2026-01-01') + pd.Timedelta(days=load_kg):%Y-%m-%d}", load=load_kg))


def loads_on(page) -> list[float]:
    return json.loads(re.search(r"Loads: (\[.*?\])", page.read_text(encoding="utf-8"))[1])


def assert_each_file_is_taken_once(folder, loads_kg: set[int], broken: int = 0) -> None:
    """Each load is in one file and one set, no file is stored twice, and nothing of a killed run is left."""
    squad = open_workspace(folder)
    stored = squad.store.frames(["files", "sets"])
    assert sorted(stored["sets"]["load_kg"]) == sorted(loads_kg)
    assert len(stored["files"]) == len(loads_kg) + 1  # the roster
    assert not (squad.raw_folder / fetched.ARRIVING).exists()
    there = [path for path in squad.raw_folder.rglob("*.csv") if path.is_file()]
    assert len(there) == len(loads_kg) + 1 + broken
    squad.store.close()


def test_a_month_of_files_at_all_hours(grove, tmp_path, monkeypatch):
    chance, share, away = random.Random(20260601), tmp_path / "share", tmp_path / "share is down"
    loads_kg: set[int] = set()  # of the files that are whole
    broken, growing, failures = 0, [], set()
    now = MONDAY

    def more_comes(_seconds: float) -> None:
        for path, load_kg in growing:
            path.write_text(log_of(load_kg))

    monkeypatch.setattr(unfinished, "_wait", more_comes)
    monkeypatch.setattr(Workspace, "now", staticmethod(lambda: now.tz_convert("UTC")))
    for day in range(DAYS):
        is_down = day in (3, 7, 8)
        if is_down and share.exists():
            share.rename(away)
        elif not is_down and away.exists():
            away.rename(share)
        for hour in HOURS:
            now = MONDAY + pd.Timedelta(days=day, hours=hour)
            places = [grove / "data" / "raw" / "Alder"] + ([] if is_down else [share / "Alder"])
            loads_kg |= {load_kg for _, load_kg in growing}
            growing = []
            for _ in range(chance.randrange(3)):
                load_kg, place = 10 + len(loads_kg) + len(growing), chance.choice(places)
                path = place / f"log {load_kg}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                if chance.random() < 0.3:
                    path.write_text(log_of(load_kg)[:40])
                    growing.append((path, load_kg))
                else:
                    path.write_text(log_of(load_kg))
                    loads_kg.add(load_kg)
            if chance.random() < 0.1:
                broken += 1
                places[-1].mkdir(exist_ok=True)
                (places[-1] / f"broken {broken}.csv").write_text("\x00\x01 nothing that can be read")
            done = CliRunner().invoke(main, ["run", "--due", "--missing", "--workspace", str(grove)])
            assert done.exception is None or isinstance(done.exception, SystemExit), done.output
            assert ("share is not there" in done.output) == is_down
            assert done.output.count("somebody is still writing it") == len(growing)
            failures |= set(json.loads((grove / "reports" / "log" / "last_run.json").read_text())["failures"])
            if (day % 7, hour) == (0, 6) and day:
                page = grove / "reports" / "loads" / f"{now - pd.Timedelta(days=1):%Y-%m-%d}" / "alder1.html"
                before = set(loads_on(page))
                squad = open_workspace(grove)
                sets = squad.athlete("alder1", until=page.parent.name).sets
                assert before == set(sets["load_kg"])
                assert len(before) > 3
                squad.store.close()
    loads_kg |= {load_kg for _, load_kg in growing}
    growing = []
    CliRunner().invoke(main, ["run", "--due", "--missing", "--workspace", str(grove)])
    assert_each_file_is_taken_once(grove, loads_kg, broken)
    assert {re.sub(r"\d+", "N", failure)[:24] for failure in failures} <= {
        "data/raw/alderN/broken N",
        "The drop folder ../share",
    }
    assert broken


@pytest.mark.parametrize("of", KILLS)
def test_a_run_that_is_killed_is_finished_by_the_next_call(grove, tmp_path, of):
    loads_kg = set(range(20, 32))
    if of == "files":
        (grove / "workbook.toml").write_text(CONFIG + PLAN + "athletes = []\n")
    for load_kg in loads_kg:
        text = log_of(load_kg)
        if load_kg % 2:
            (tmp_path / "share" / "Alder" / f"log {load_kg}.csv").write_text(text)
        else:
            drop(grove, f"Alder/log {load_kg}.csv", text)
    words = ("run", "--due", "--as-of", "2026-06-08", "--workspace", str(grove))
    untouched = tmp_path / "untouched"
    shutil.copytree(grove, untouched)
    work_s = float(work_and_kill(with_its_work_s, workbook, *words, lines=0, after_s=None)[-1])
    chance, killed = random.Random(20260602), 0
    for _ in range(KILLS[of]):
        shutil.rmtree(grove)
        shutil.copytree(untouched, grove)
        work_and_kill(workbook, *words, lines=0, after_s=chance.uniform(0, work_s))
        killed += not (grove / "reports" / "log" / "last_run.json").exists()
        done = CliRunner().invoke(main, list(words))
        assert done.exit_code == 0, done.output
        assert_each_file_is_taken_once(grove, loads_kg)
        if of != "files":
            assert loads_on(grove / "reports" / "loads" / "2026-06-07" / "alder1.html") == sorted(loads_kg)
    print(f"{KILLS[of]} kills of {of}, {killed} before the run was told of; every file taken once, every page whole")
    assert killed
