"""Several at once: two ingests, two runs, and readers while a writer works."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

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


def both(*words: str) -> list[subprocess.CompletedProcess]:
    """The same command twice, at the same time."""
    running = [subprocess.Popen([*WORKBOOK, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate() for process in running]
    return [
        subprocess.CompletedProcess(process.args, process.returncode, out.decode(), err.decode())
        for process, (out, err) in zip(running, said, strict=True)
    ]


def assert_one_worked(done: list[subprocess.CompletedProcess]) -> None:
    """Both did, one after the other, or one was told that the other works."""
    assert {one.returncode for one in done} <= {0, 4}, [one.stderr for one in done]
    assert 0 in {one.returncode for one in done}
    assert all("Another run works on" in one.stderr for one in done if one.returncode == 4)


def test_two_ingests_at_once_take_each_file_in_once(tmp_path):
    for attempt in range(times(1, 2, 20)):
        workspace = workspace_of_alder(tmp_path / str(attempt))
        write_runs(workspace.raw_folder, range(10))
        assert_one_worked(both("ingest", "--workspace", str(workspace.folder)))
        assert sorted(workspace.store.frame("files")["name"])[1:] == [f"run{number:04d}.tcx" for number in range(10)]
        assert len(workspace.store.frame("runs")) == 10
        assert workspace.store.problems() == []
        workspace.store.close()


def test_two_runs_at_once_make_each_page_once_and_whole(tmp_path):
    for attempt in range(times(1, 2, 20)):
        workspace = workspace_of_alder(tmp_path / str(attempt))
        write_runs(workspace.raw_folder, range(5))
        list(intake.ingest(workspace, intake.files_below([workspace.raw_folder])))
        with (workspace.folder / "workbook.toml").open("a") as file:
            file.write(REPORTS)
        report_notebooks.write(workspace.folder / "notebooks" / "reports" / "distance.ipynb", PAGE)
        words = ("run", "--due", "--as-of", "2026-01-12", "--engine", "kernel", "--workspace", str(workspace.folder))
        assert_one_worked(both(*words))
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
