"""Several at once: two ingests, two runs, and readers while a writer works."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import report_notebooks
from killed import look_until_all_is_in, work_and_kill, workbook
from soak_scale import times
from test_faults import workspace_of_alder, write_runs

from analysis.workspace import intake

READERS = 8
WORKBOOK = [sys.executable, "-c", "from analysis.cli import main; main()"]
REPORTS = '[[reports]]\nreport = "distance"\nathletes = "all"\nevery = "week"\n'
PAGE = """\
from analysis import open_workspace
from analysis.base.blocks import Text
from analysis.report.page import Page

athlete = open_workspace().athlete(athlete_id, until=until)
page = Page("distance", subject=athlete_id, name=athlete.name, period=until, until=until)
with page.section("distance", "How far did I run?"):
    page.show(Text(f"{athlete.runs['distance_m'].sum():.0f} m"))
"""


def started(*words: str) -> subprocess.Popen:
    """The command at work, in a process of its own."""
    return subprocess.Popen([*WORKBOOK, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def ended(running: list[subprocess.Popen]) -> list[subprocess.CompletedProcess]:
    """What became of each."""
    said = [process.communicate() for process in running]
    return [
        subprocess.CompletedProcess(process.args, process.returncode, *words)
        for process, words in zip(running, said, strict=True)
    ]


def both(*words: str) -> list[subprocess.CompletedProcess]:
    """The same command twice, at the same time."""
    return ended([started(*words) for _ in range(2)])


@pytest.fixture(params=["a file", "a server"])
def new_url(request):
    """The address of a new database; None where it is a file beside the workspace."""
    return request.getfixturevalue("postgres").new if request.param == "a server" else lambda: None


def assert_one_worked(done: list[subprocess.CompletedProcess]) -> None:
    """Both did, one after the other, or one was told that the other works."""
    assert {one.returncode for one in done} <= {0, 4}, [one.stderr for one in done]
    assert 0 in {one.returncode for one in done}
    assert all("Another run works on" in one.stderr for one in done if one.returncode == 4)


def with_a_report(workspace) -> tuple[str, ...]:
    """Plan a report of how far the athlete ran; the words of the run that makes it."""
    with (workspace.folder / "workbook.toml").open("r+") as file:
        text = file.read()
        file.seek(0)
        file.write(f"ingest_before_run = true\n{text}{REPORTS}")
    report_notebooks.write(workspace.folder / "notebooks" / "reports" / "distance.ipynb", PAGE)
    return "run", "--due", "--as-of", "2026-01-12", "--engine", "kernel", "--workspace", str(workspace.folder)


def assert_each_is_in_once(workspace, runs: int) -> None:
    files = workspace.store.frame("files")
    assert sorted(files["name"]) == ["athletes.csv", *(f"run{number:04d}.tcx" for number in range(runs))]
    assert sorted(files["file_no"]) == list(range(1, runs + 2))
    assert len(workspace.store.frame("runs")) == runs
    assert workspace.store.problems() == []


def test_ten_ingests_and_a_run_at_once_end_well_and_each_file_is_in_once(tmp_path, new_url):
    for attempt in range(times(1, 1, 10)):
        workspace = workspace_of_alder(tmp_path / str(attempt), new_url())
        write_runs(workspace.raw_folder, range(20))
        run = with_a_report(workspace)
        ingest = ("ingest", "--workspace", str(workspace.folder))
        done = ended([*(started(*ingest) for _ in range(5)), started(*run), *(started(*ingest) for _ in range(5))])
        assert [one.returncode for one in done] == [0] * 11, [one.stderr for one in done]
        assert_each_is_in_once(workspace, 20)
        (page,) = workspace.reports_folder.rglob("k3vd.html")
        assert "40190 m" in page.read_text(encoding="utf-8")
        workspace.store.close()


@pytest.mark.parametrize("new_url", ["a file", pytest.param("a server", marks=pytest.mark.full)], indirect=True)
def test_who_waits_for_one_that_is_killed_goes_on(tmp_path, new_url):
    """The one that holds the lock is stopped in the middle, then killed, while two wait for it."""
    workspace = workspace_of_alder(tmp_path, new_url())
    write_runs(workspace.raw_folder, range(20))
    ingest = ("ingest", "--json", "--workspace", str(workspace.folder))
    held = started(*ingest)
    assert held.stdout is not None
    told = [json.loads(held.stdout.readline())["state"] for _ in range(3)]
    held.send_signal(signal.SIGSTOP)
    assert told == ["taken"] * 3
    waiting = [started(*ingest), started(*with_a_report(workspace))]
    for one in waiting:
        assert one.stderr is not None
        assert f"Waiting for workbook ingest (process {held.pid})" in one.stderr.readline()
    held.kill()
    held.communicate()
    done = ended(waiting)
    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    assert_each_is_in_once(workspace, 20)
    workspace.store.close()


def test_two_ingests_at_once_take_each_file_in_once(tmp_path):
    for attempt in range(times(1, 1, 20)):
        workspace = workspace_of_alder(tmp_path / str(attempt))
        write_runs(workspace.raw_folder, range(10))
        done = both("ingest", "--workspace", str(workspace.folder))
        assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
        assert_each_is_in_once(workspace, 10)
        workspace.store.close()


def test_two_runs_at_once_make_each_page_once_and_whole(tmp_path):
    for attempt in range(times(1, 1, 20)):
        workspace = workspace_of_alder(tmp_path / str(attempt))
        write_runs(workspace.raw_folder, range(5))
        list(intake.ingest(workspace, intake.files_below([workspace.raw_folder])))
        assert_one_worked(both(*with_a_report(workspace)))
        (page,) = workspace.reports_folder.rglob("k3vd.html")
        assert "10010 m" in page.read_text(encoding="utf-8")
        assert json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["subject"] == "k3vd"
        assert not list(workspace.reports_folder.rglob(".*.part"))
        workspace.store.close()


def test_eight_readers_see_whole_files_while_one_writes(tmp_path):
    runs = times(40, 40, 1000)
    workspace = workspace_of_alder(tmp_path)
    write_runs(workspace.raw_folder, range(runs))
    list(intake.ingest(workspace, intake.files_below([workspace.raw_folder / "athletes.csv"])))
    with ThreadPoolExecutor(READERS + 1) as pool:
        reading = [
            pool.submit(work_and_kill, look_until_all_is_in, str(tmp_path), runs + 1, lines=1, after_s=None)
            for _ in range(READERS)
        ]
        while len(list(tmp_path.glob("looked*"))) < READERS:
            time.sleep(0.01)
        writing = pool.submit(
            work_and_kill, workbook, "ingest", "--json", "--workspace", str(tmp_path), lines=0, after_s=None
        )
        written = [json.loads(line)["state"] for line in writing.result()]
        looks = [[tuple(map(int, line.split())) for line in future.result()] for future in reading]
    assert written == ["known"] + ["taken"] * runs
    for seen in looks:
        assert seen == sorted(seen), "a later look saw less"
        assert all(files - 1 == of_runs == of_samples for files, of_runs, of_samples in seen)
    print(f"{READERS} readers, {sum(map(len, looks))} looks, {len(set().union(*looks))} states seen, all whole")
    assert len(set().union(*looks)) > 1
    workspace.store.close()
