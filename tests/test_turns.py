"""Turns: one command at a time writes into a workspace, whoever comes meanwhile waits, up to a limit."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import CONFIG, ROSTER, drop, strong, strong_row, workspace
from killed import work_and_kill, workbook

from analysis.base import waiting
from analysis.cli import main
from analysis.privacy.audit import Audit
from analysis.workspace import intake, turns

pytestmark = pytest.mark.usefixtures("one_warm_parent")

DONE, FAILED, _, PARTLY, BUSY = range(5)
LONGEST_S = 600


@pytest.fixture
def grove(tmp_path):
    """A workspace with Alder and a file of hers that waits to be taken in."""
    grove = workspace(tmp_path / "grove", CONFIG + '[[reports]]\nreport = "hello"\n')
    shown = 'with page.section("hello", "Who?"):\n    page.show(Text(f"It is {athlete_id}"))'
    report_notebooks.write(grove.folder / "notebooks" / "reports" / "hello.ipynb", report_notebooks.PAGE, shown)
    drop(grove.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,,,\n")
    take_in(grove)
    drop(grove.folder, "Alder/a.csv", strong())
    yield grove
    grove.store.close()


def take_in(grove) -> list[str]:
    return [one.state for one in intake.ingest(grove, intake.files_below([grove.raw_folder]))]


@pytest.fixture
def clock(monkeypatch):
    """The clock of those who wait: it goes on when they do, and then does what stands in `then` for that second."""
    clock = SimpleNamespace(now_s=0.0, then={})

    def sleep(duration_s: float) -> None:
        before, clock.now_s = clock.now_s, clock.now_s + duration_s
        for at_s, what in clock.then.items():
            if before < at_s <= clock.now_s:
                what()

    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: clock.now_s, sleep=sleep))
    return clock


@contextlib.contextmanager
def at_work(grove, command: str, *, is_run: bool = False) -> Iterator[Callable[[], None]]:
    """Another command at work in the workspace; what is given ends it."""
    with contextlib.ExitStack() as held:
        held.enter_context(turns.turn(grove, command, print, is_run=is_run))
        yield held.close


def run(grove, *words: str, code: int = DONE) -> str:
    result = CliRunner().invoke(main, [words[0], "--workspace", str(grove.folder), *words[1:]])
    assert result.exit_code == code, result.output
    return result.output


def test_an_ingest_waits_for_another_says_for_whom_and_takes_what_is_still_new(grove, clock):
    drop(grove.folder, "Alder/b.csv", strong(strong_row("2026-06-03")))
    with at_work(grove, "ingest") as end:
        clock.then[60] = lambda: list(intake.ingest(grove, {grove.raw_folder / "Alder" / "a.csv": grove.raw_folder}))
        clock.then[61] = end
        said = run(grove, "ingest")
    assert said.count("Waiting for") == 1
    assert f"Waiting for workbook ingest (process {os.getpid()}) to end, 10 minutes at most." in said
    assert "3 files: 1 taken, 2 known." in said
    assert clock.now_s == pytest.approx(61, abs=1)


def test_who_waits_a_moment_says_nothing(grove, clock):
    with at_work(grove, "ingest") as end:
        clock.then[1] = end
        assert run(grove, "ingest").startswith("athletes.csv") is False
        assert clock.now_s == pytest.approx(1, abs=0.2)


COMMANDS = [
    ("ingest",),
    ("run", "--due"),
    ("alias", "A. Tree", "Alder"),
    ("deliver",),
    ("erase", "Alder", "--yes", "alder1"),
    ("erase", "--retention"),
    ("exclude", "--athlete", "Alder", "--date", "2026-06-02", "--what", "romanian_deadlift", "--reason", "tired"),
    ("label", "Alder", "2026-06-01", "2026-06-07", "deload"),
    ("decide", "3f2a91c04d", "accept"),
    ("form", "Alder"),
]


@pytest.mark.soak
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_whoever_writes_waits_ten_minutes_and_no_longer(grove, clock, words):
    with at_work(grove, "ingest"):
        said = run(grove, *words, code=BUSY)
    assert "Waiting for workbook ingest" in said
    assert "Error: Another run works on" in said
    assert clock.now_s == pytest.approx(LONGEST_S, abs=1)


@pytest.mark.parametrize("words", [("ingest",), ("run", "--due")], ids=" ".join)
def test_ctrl_c_ends_who_waits_at_once_and_nothing_was_done(grove, clock, words):
    def ctrl_c() -> None:
        raise KeyboardInterrupt

    clock.then[30] = ctrl_c
    lines = len(Audit(grove).table())
    with at_work(grove, "erase"):
        assert "Aborted!" in run(grove, *words, code=FAILED)
        assert clock.now_s == pytest.approx(30, abs=1)
        assert len(Audit(grove).table()) == lines
    assert take_in(grove) == ["known", "taken"]
    assert "2 known" in run(grove, "ingest")  # the lock is free again


def test_a_run_is_turned_away_by_a_run_at_once_also_by_one_that_waits(grove, clock):
    with at_work(grove, "run", is_run=True):
        assert "Waiting" not in run(grove, "run", "--due", code=BUSY)
        assert clock.now_s == 0
    second = []
    with at_work(grove, "ingest") as end:
        clock.then[60] = lambda: second.append(run(grove, "run", "--due", code=BUSY))
        clock.then[61] = end
        assert "1 page: 1 rendered." in run(grove, "run", "--due", "--as-of", "2026-06-08")
    assert len(second) == 1
    assert "Another run works on" in second[0]
    assert "Waiting" not in second[0]


def test_a_run_waits_for_an_ingest_and_sees_what_it_brought(grove, clock):
    drop(grove.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,,,\nBirch,birch1,F,2004,,,\n")
    with at_work(grove, "ingest") as end:
        clock.then[60] = lambda: take_in(grove)
        clock.then[61] = end
        said = run(grove, "run", "--due", "--as-of", "2026-06-08")
    assert "not taken in" not in said
    assert "2 pages: 2 rendered." in said  # also of Birch, whom nobody knew when it was called


def test_whom_an_older_version_or_a_full_disk_left_unnamed_is_waited_for_all_the_same(grove, clock):
    note = grove.folder / "data" / "store" / "run.who"
    with at_work(grove, "ingest") as end:
        note.unlink()
        clock.then[5] = end
        assert "Waiting for another command of the workbook to end" in run(grove, "ingest")
    assert not note.exists()


def test_nothing_is_left_out_of_an_athlete_who_was_erased_meanwhile(grove, clock):
    assert take_in(grove) == ["known", "taken"]
    row = ("--athlete", "Alder", "--date", "2026-06-01", "--what", "deadlift")
    assert "1 row." in run(grove, "exclude", *row, "--list")
    with at_work(grove, "erase") as end:
        clock.then[60] = lambda: grove.store.forget("alder1", ["Alder"], re.compile("Alder"))
        clock.then[61] = end
        assert "'Alder' is no athlete" in run(grove, "exclude", *row, "--reason", "tired", code=FAILED)
    assert grove.store.frame("exclusions").empty


def test_two_processes_take_each_file_in_once(grove):
    for number in range(5):
        drop(grove.folder, f"Alder/log{number}.csv", strong(strong_row(f"2026-06-{number + 10}")))
    words = ("ingest", "--verbose", "--workspace", str(grove.folder))
    with ThreadPoolExecutor(2) as pool:
        doing = [pool.submit(work_and_kill, workbook, *words, lines=0, after_s=None) for _ in range(2)]
        said = [one.result()[-1] for one in doing]
    assert sorted(said) == ["7 files: 6 taken, 1 known.", "7 files: 7 known."]
    assert sorted(grove.store.frame("files")["file_no"]) == list(range(1, 8))
