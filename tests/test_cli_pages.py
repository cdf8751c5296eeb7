"""Commands that make pages: what they print of many, what explains a page, engines, progress, and how a run ends."""

import json
import os
import pty
import signal
import termios
import threading
import time
from pathlib import Path

import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import BAR_SPEED, drop
from processes import left
from trees import AS_OF, LOADS, SHOW, made, noted, page_of, ran, started, trees

from analysis.cli import main, pages, runs
from analysis.report.due import Job
from analysis.report.engine import fan_out, forks, key, manifest, render
from analysis.workspace import day, demonstration, intake

pytestmark = pytest.mark.usefixtures("one_warm_parent")

DONE, FAILED, USAGE, PARTLY, BUSY = range(5)
NOT_ALL = "assert athlete_id not in ('tree1', 'tree3'), f'no page for {athlete_id}'"
WAITS = """\
import time
from pathlib import Path

if athlete_id == "tree2":
    Path(f"{until}.waits").touch()
    time.sleep(600)
"""


def run(*arguments, code: int = DONE) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def due(squad, *words, code: int = DONE) -> str:
    return run("run", "--due", "--as-of", AS_OF, "--workspace", squad.folder, *words, code=code)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Three trees with pages."""
    squad = trees(tmp_path_factory.mktemp("rendered") / "squad", 3)
    due(squad)
    return squad


@pytest.mark.soak
def test_what_stands_is_one_line_and_what_was_made_is_named(rendered):
    again = due(rendered)
    assert again == "3 pages: 3 unchanged.\n"
    forced = due(rendered, "--force").splitlines()
    assert [line.split()[0] for line in forced] == ["rendered", "rendered", "rendered", "3"]
    assert forced[-1] == "3 pages: 3 rendered."


def test_very_many_pages_are_counted_by_folder(capsys, tmp_path):
    jobs = [Job("loads", f"tree{number}", "2026-06-07") for number in range(200)]
    pages.print_pages([fan_out.Done(job, tmp_path / "loads" / f"{job.athlete_id}.html", "rendered") for job in jobs])
    assert capsys.readouterr().out == f"rendered  200 pages in {tmp_path / 'loads'}\n200 pages: 200 rendered.\n"


@pytest.mark.soak
def test_failures_are_a_table_and_the_run_is_partly_done(tmp_path):
    squad = trees(tmp_path / "squad", 4, NOT_ALL)
    said, errors = ran(squad, mark="table", code=PARTLY)
    assert said.endswith("4 pages: 2 rendered, 2 failed.\n")
    head, *rows = errors.splitlines()
    assert head.split() == ["FAILED", "report", "period", "why"]
    told = [row.split()[:5] for row in rows]  # a coach knows people by their names
    assert sorted(told) == [["Tree", str(n), f"(tree{n})", "loads", "2026-06-07"] for n in (1, 3)]
    assert all(row.index("Cell 3 of loads.ipynb") == head.index("why") for row in rows)
    assert all("AssertionError: no page for tree" in row for row in rows)


def explained(page: Path, code: int = DONE) -> dict[str, str]:
    """What `explain` says, by the first word of the line; the last line is `outlook`."""
    lines = run("explain", page, "--workspace", page.parents[3], code=code).splitlines()
    return {line.split()[0]: line for line in lines} | {"outlook": lines[-1]}


def test_an_unchanged_page_is_explained(rendered):
    said = explained(page_of(rendered, 0))
    assert said["loads"] == "loads of tree0 until 2026-06-07: rendered"
    assert {"data", "notebook", "package", "parameters", "versions", "workbook.toml"} <= said.keys()
    assert "numpy 2" in said["versions"]
    assert not any("CHANGED" in line for line in said.values())
    assert said["outlook"] == "Nothing has changed since; the next run leaves this page as it is."
    assert run("explain", page_of(rendered, 0), "--json", "--workspace", rendered.folder).startswith("[")


def test_what_changed_of_a_page_is_named(tmp_path, monkeypatch):
    squad = trees(tmp_path / "squad", 1)
    due(squad)
    page = page_of(squad, 0)
    monkeypatch.setattr(key, "source_hash", lambda: "f" * 64)
    said = explained(page)
    assert said["package"].endswith("CHANGED: now ffffffffffff")
    assert "the next run makes this page anew" in said["outlook"]
    monkeypatch.undo()

    drop(squad.folder, "more.csv", BAR_SPEED + "Tree 0,2026-06-02,Deadlift,1,1,90,0.8\n")
    list(intake.ingest(squad, intake.files_below([squad.raw_folder])))
    said = explained(page)
    assert "CHANGED" in said["data"]
    assert "anew if they say something else" in said["outlook"]

    report_notebooks.write(squad.folder / "notebooks" / "reports" / "loads.ipynb", LOADS, "# a comment", SHOW)
    assert "CHANGED" in explained(page)["notebook"]

    page.write_text(page.read_text(encoding="utf-8").replace("40 kg", "400 kg"), encoding="utf-8")
    assert "were altered after they were published" in explained(page)["outlook"]
    assert "rendered" in due(squad)
    assert "Heaviest load: 90 kg" in page.read_text(encoding="utf-8")


def test_a_page_that_could_not_be_made_is_explained_with_its_reason(tmp_path):
    squad = trees(tmp_path / "squad", 2, NOT_ALL)
    due(squad, code=PARTLY)
    lines = run("explain", page_of(squad, 1), "--workspace", squad.folder).splitlines()
    assert lines[0] == "loads of tree1 until 2026-06-07: failed"
    assert "AssertionError: no page for tree1. Correct the notebook" in lines[1]
    assert lines[-1] == "The page was not made; the next run tries again."


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("reports/loads/2026-06-07/elm.html", "is no page of this workspace"),
        ("reports/loads/2026-06-07/../../../workbook.toml", "does not lie below"),
        ("workbook.toml", "does not lie below"),
        ("reports/log/last_run.json", "does not lie below"),
    ],
)
def test_what_is_no_page_is_not_explained(rendered, path, said):
    assert said in run("explain", rendered.folder / path, "--workspace", rendered.folder, code=USAGE)


@pytest.mark.parametrize("engine", ["forked", "kernel"])
def test_every_command_that_makes_pages_takes_an_engine(tmp_path, monkeypatch, engine):
    one, used = trees(tmp_path / "squad", 1), []

    def in_a_kernel(_request, chosen):
        used.append(chosen)
        return {"seconds": 0.1}

    def in_forks(requests, *_more):
        used.append("forked")
        return ((request, {"seconds": 0.1}) for request in requests)

    monkeypatch.setattr(render, "render_plain", in_a_kernel)
    monkeypatch.setattr(fan_out, "render_each", in_forks)
    monkeypatch.setattr(demonstration, "prepare", lambda _folder, _opened: (one, {}, day(AS_OF)))
    monkeypatch.setattr(runs, "REVIEWS", ())
    for words in (
        ("demo", "--workspace", one.folder),
        ("run", "--due", "--force", "--as-of", AS_OF, "--workspace", one.folder),
        ("report", "loads", "--athlete", "tree0", "--workspace", one.folder),
    ):
        used.clear()
        assert "1 page: 1 rendered." in run(*words, "--engine", engine)
        assert used == [engine]


def test_the_example_names_its_front_page_first_and_has_the_review_of_a_block(tmp_path, monkeypatch):
    one, asked = trees(tmp_path / "squad", 1), []
    monkeypatch.setattr(demonstration, "prepare", lambda _folder, _opened: (one, {}, day(AS_OF)))
    monkeypatch.setattr(runs, "_render_due", lambda _workspace, planned, *_more, **_quiet: asked.extend(planned) or [])
    told = run("demo", "--workspace", one.folder)
    assert f"A form that an athlete answers on a phone: workbook form Alder --workspace {one.folder}" in told
    first = told.splitlines()[0]
    assert first == f"Open {one.reports_folder / 'index.html'} in a browser: it lists every page."
    assert asked[-1] == Job("block_review", "", AS_OF)


@pytest.mark.parametrize("command", ["demo", "run --due", "report loads"])
def test_no_other_engine_is_taken(command):
    assert "'forked', 'kernel'" in run(*command.split(), "--engine", "in-process", code=USAGE)


@pytest.mark.soak
def test_progress_tells_the_rate_and_the_time_left_on_a_terminal_alone(rendered):
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, 100))
    with os.fdopen(ours, "rb", buffering=0) as screen:
        shown: list[bytes] = []
        watching = threading.Thread(target=lambda: shown.extend(until_closed(screen)))
        process = started(rendered, "--force", "--jobs", 1, mark="terminal", stderr=its)
        os.close(its)
        watching.start()
        said, _ = process.communicate()
        watching.join()
    bars = b"".join(shown).decode()
    assert process.returncode == DONE, bars
    assert "Pages: 0 of 3 |" in bars
    assert "pages/s, " in bars
    assert " left" in bars
    assert said.endswith("3 pages: 3 rendered.\n")
    assert ran(rendered, "--force", mark="terminal", code=DONE)[1] == ""


def until_closed(screen):
    """What is written to a terminal until nobody holds its other end."""
    while True:
        try:
            yield screen.read(1 << 16)
        except OSError:
            return


@pytest.mark.skipif(not forks.can_fork, reason="this system cannot fork")
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGTERM, id="SIGTERM", marks=pytest.mark.soak),
        pytest.param(signal.SIGINT, id="SIGINT", marks=pytest.mark.full),
        pytest.param(signal.SIGHUP, id="SIGHUP", marks=pytest.mark.full),
    ],
)
def test_a_run_that_is_ended_says_what_is_done_and_the_next_goes_on(tmp_path, number):
    squad = trees(tmp_path / "squad", 5, WAITS.replace('f"{until}.waits"', repr(str(tmp_path / "waits"))))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    mark = f"ended by {number.name}"
    running = started(squad, "--jobs", 1, mark=mark, env={"TMPDIR": str(temporary)})
    # pages are planned one ahead of those that are asked for: with the last one planned, the first two are told
    while not ((tmp_path / "waits").exists() and 4 in noted(squad, "in work")):
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    running.send_signal(number)
    said, errors = running.communicate()
    assert running.returncode == PARTLY, errors
    assert said.splitlines()[-1] == "2 pages: 2 rendered."
    assert errors == f"{runs.ENDED}\n"
    assert left(mark) == []
    assert list(temporary.iterdir()) == []
    last = json.loads((squad.reports_folder / "log" / "last_run.json").read_text(encoding="utf-8"))
    assert (len(last["pages"]), last["error"]) == (2, runs.ENDED)
    assert "in work" not in {entry.state for entry in manifest.Manifest.read(squad).entries.values()}
    assert made(squad).keys() == {0, 1}

    report_notebooks.write(squad.folder / "notebooks" / "reports" / "loads.ipynb", LOADS, "", SHOW)
    assert "5 pages: 5 rendered." in due(squad)
    assert made(squad).keys() == {0, 1, 2, 3, 4}


def test_a_page_that_is_asked_for_stands_in_the_index(tmp_path, monkeypatch):
    one = trees(tmp_path / "squad", 1)
    monkeypatch.setattr(render, "render_plain", lambda _request, _chosen: {"seconds": 0.1})
    run("report", "loads", "--athlete", "tree0", "--workspace", one.folder)
    assert "Loads" in (one.reports_folder / "index.html").read_text(encoding="utf-8")
