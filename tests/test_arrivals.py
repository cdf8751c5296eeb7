"""A run takes files in first: what came is told, kept and rendered; what is still being written waits."""

import json
import os
import time

import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import CONFIG, ROSTER, drop, strong, strong_row, workspace

from analysis.base.config import read_config
from analysis.cli import main
from analysis.workspace import arrivals, open_workspace, starter, unfinished

pytestmark = pytest.mark.usefixtures("one_warm_parent")

DONE, FAILED, USAGE, PARTLY = range(4)
PLAN = '[[reports]]\nreport = "hello"\n'
NO_PAGE = "athletes = []\n"
FIRST = "ingest_before_run = true\n"
LONG_AGO_S = time.time() - 3600


@pytest.fixture
def grove(tmp_path):
    """Writes the workspace of Alder, whose roster and page wait for the first run; `config` stands above the plan."""

    def made(config: str = FIRST, plan: str = PLAN + NO_PAGE):
        folder = tmp_path / "grove"
        workspace(folder, CONFIG + config + plan).store.close()
        cells = (
            report_notebooks.PAGE,
            'with page.section("hello", "Who?"):\n    page.show(Text(f"It is {athlete_id}"))',
        )
        report_notebooks.write(folder / "notebooks" / "reports" / "hello.ipynb", *cells)
        old(drop(folder, "athletes.csv", ROSTER + "Alder,alder1,,,,,\n"))
        return folder

    return made


@pytest.fixture
def waits(monkeypatch):
    """What happens while files are looked at twice, in place of a wait; how often it was."""
    moments: list = []

    def instead(happens=lambda: None):
        def wait(_seconds: float) -> None:
            moments.append(happens())

        monkeypatch.setattr(unfinished, "_wait", wait)
        return moments

    return instead


def old(path):
    os.utime(path, (LONG_AGO_S,) * 2)
    return path


def run(folder, *words: str, code: int = DONE) -> str:
    result = CliRunner().invoke(main, [*words, "--workspace", str(folder)])
    assert result.exit_code == code, result.output
    return result.output


def last_run(folder) -> dict:
    return json.loads((folder / "reports" / "log" / "last_run.json").read_text(encoding="utf-8"))


def loads_kg(folder) -> list[float]:
    return sorted(open_workspace(folder).athlete("alder1").sets["load_kg"])


def test_a_run_takes_in_what_came_and_renders_it(grove, waits):
    waits()
    folder = grove(plan=PLAN)
    drop(folder, "Alder/strong.csv", strong())
    said = run(folder, "run", "--due")
    assert "2 files: 2 taken." in said
    assert "1 page: 1 rendered." in said
    assert loads_kg(folder) == [100]
    drop(folder, "Alder/later.csv", strong(strong_row("2026-06-02", load=105)))
    assert [file["state"] for file in json.loads(run(folder, "run", "--due", "--json"))["files"]] == ["taken"]
    assert loads_kg(folder) == [100, 105]
    assert "taken" not in run(folder, "run", "--due")


def test_what_is_broken_or_nobodys_is_told_and_stops_nothing(grove, waits):
    waits()
    folder = grove(plan=PLAN)
    drop(folder, "Alder/broken of Alder.csv", "\x00\x01nothing")
    drop(folder, "Cedar/strong.csv", strong(strong_row(load=90)))
    said = run(folder, "run", "--due", code=PARTLY)
    assert "FAILED" in said
    assert "nobody is bound to 'Cedar'" in said
    assert "1 page: 1 rendered." in said
    kept = last_run(folder)
    assert {file["path"]: file["state"] for file in kept["files"]} == {
        "data/raw/athletes.csv": "taken",
        "data/raw/alder1/broken of alder1.csv": "failed",
        "data/raw/Cedar/strong.csv": "waiting",
    }
    assert len(kept["failures"]) == 2
    assert "Alder" not in json.dumps(kept)
    assert arrivals.counted(file["state"] for file in kept["files"]) == [
        "Files: 1 taken in, 1 waiting for a name, 1 not taken in."
    ]
    again = run(folder, "run", "--due", "--missing", code=FAILED)  # they still lie there
    assert "FAILED" in again


def test_a_store_that_takes_nothing_is_told(grove, waits, monkeypatch):
    waits()
    folder = grove()

    def full(*_, **_more):
        raise OSError(28, "No space left on device", "workbook.sqlite")

    monkeypatch.setattr(arrivals, "ingest", full)
    said = run(folder, "run", "--due", code=FAILED)
    assert "Files could not be taken in. workbook.sqlite: No space left on device." in said
    assert "Nothing is due" in said
    assert "No space left" in last_run(folder)["failures"][0]


def test_what_somebody_still_writes_waits_and_is_named(grove, waits):
    folder = grove()
    run(folder, "run", "--due")
    growing = drop(folder, "Alder/strong.csv", strong())
    waits(lambda: growing.write_text(strong(strong_row(), strong_row("2026-06-02"))))
    drop(folder, "Alder/next.csv.part", strong())
    drop(folder, "Alder/empty.csv", "")
    files = json.loads(run(folder, "run", "--due", "--json"))["files"]
    assert {file["path"].rpartition("/")[2]: file["error"].split(" ")[0] for file in files} == {
        "strong.csv": "somebody",
        "next.csv.part": "its",
        "empty.csv": "it",
    }
    assert {file["state"] for file in last_run(folder)["files"]} == {"unfinished"}
    waits()
    assert "1 taken, 2 unfinished" in run(folder, "run", "--due")
    assert loads_kg(folder) == [100, 100]


def test_only_what_was_touched_just_now_is_looked_at_twice(tmp_path, waits):
    path = tmp_path / "strong.csv"
    path.write_text("whole")
    looks = waits()
    assert unfinished.unfinished([path]) == {}
    assert len(looks) == 1
    assert unfinished.unfinished([path], now_s=time.time() + unfinished.FRESH_S + 1) == {}
    assert len(looks) == 1
    os.utime(path, (time.time() + 9e4,) * 2)  # by a clock that runs ahead
    waits(path.unlink)
    assert list(unfinished.unfinished([path], now_s=time.time() + 3600)) == [path]


@pytest.mark.parametrize(("config", "asks"), [("", True), ("ingest_before_run = false\n", False)])
def test_a_workspace_that_does_not_say_so_takes_nothing_in_and_names_what_lies_there(grove, config, asks):
    folder = grove(config)
    run(folder, "ingest")
    drop(folder, "Alder/strong.csv", strong())
    for said in (run(folder, "run", "--due"), run(folder, "status"), run(folder, "doctor")):
        assert said.count("Files that are not taken in: 1: data/raw/Alder/strong.csv.") == 1
        assert said.count("Write `ingest_before_run = true` into it") == asks
    assert loads_kg(folder) == []
    assert json.loads(run(folder, "status", "--json"))["untaken"]["by_run"] is (None if asks else False)
    run(folder, "ingest")
    assert "not taken in" not in run(folder, "status") + run(folder, "doctor")


def test_a_new_workspace_takes_files_in(tmp_path):
    starter.start(tmp_path / "grove")
    assert read_config(tmp_path / "grove" / "workbook.toml").ingest_before_run is True


def test_a_file_that_lies_where_it_was_taken_from_is_not_read_to_be_known(grove, waits, monkeypatch):
    waits()
    folder = grove()
    path = drop(folder, "Alder/strong.csv", strong())
    run(folder, "run", "--due")
    squad = open_workspace(folder)
    monkeypatch.setattr(arrivals, "sha256_of", None)
    assert arrivals.untaken(squad) == []
    monkeypatch.undo()
    path.write_text(strong().replace("100", "101"))  # of the same size
    assert arrivals.untaken(squad) == [path]
