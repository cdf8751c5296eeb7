"""The command line: exit codes, sentences instead of tracebacks, JSON for other programs."""

import json
import os
import signal
import subprocess
import sys

import pytest
import report_notebooks
from click.testing import CliRunner
from drop_folder import BAR_SPEED, CONFIG, ROSTER, drop, strong, strong_row, workspace
from filelock import FileLock

from analysis.cli import main
from analysis.workspace import ENVIRONMENT, intake, turns

pytestmark = pytest.mark.usefixtures("one_warm_parent")

DONE, FAILED, USAGE, PARTLY, BUSY = range(5)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty workspace in a folder of an odd name, and no other above the current one."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.chdir(tmp_path)
    workspace(tmp_path / "Bäume & 'Söhne'").store.close()
    return tmp_path / "Bäume & 'Söhne'"


def run(*arguments, code: int = DONE) -> str:
    """What a command prints; it ends with `code`, and never with a traceback."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def in_a_process(*arguments, cwd) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "analysis.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)


def with_alder(folder):
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,,,\n")
    run("ingest", "--workspace", folder)
    return folder


def snapshot(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_way_from_nothing_to_a_squad(tmp_path):
    folder = tmp_path / "my squad"
    assert "Next: 1." in run("init", folder)
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2004,,,\n")
    drop(folder, "Alder/strong.csv", strong())
    assert "2 files: 2 taken." in run("ingest", "--workspace", folder, "--unit", "kg")
    assert "alder1" in run("status", "--workspace", folder)


def test_init_makes_no_second_workspace_in_the_first(tmp_path):
    run("init", tmp_path / "squad")
    before = snapshot(tmp_path)
    assert "exists already" in run("init", tmp_path / "squad", code=USAGE)
    assert snapshot(tmp_path) == before


def test_what_init_writes_is_listed_for_programs(tmp_path):
    written = json.loads(run("init", tmp_path / "squad", "--json"))["written"]
    assert all((tmp_path / path).is_file() for path in written)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"Alder/a.csv": strong()}, DONE),
        ({"Alder/a.csv": strong(), "Alder/b.csv": "?"}, PARTLY),
        ({"Alder/b.csv": "?"}, FAILED),
        ({"Birch/a.csv": strong()}, FAILED),
    ],
    ids=["all taken", "one failed", "all failed", "all wait"],
)
def test_the_exit_code_says_whether_all_some_or_none_were_taken(folder, files, code):
    with_alder(folder)
    paths = [drop(folder, name, text) for name, text in files.items()]
    run("ingest", *paths, "--workspace", folder, code=code)


@pytest.mark.parametrize(
    "wrong",
    [
        ("ingest", "nowhere"),
        ("alias", "Alder"),
        ("alias", "Alder", "alder1", "--new"),
        ("report", "athlete_wek", "--athlete", "alder1"),
        ("report", "athlete_week"),
        ("report", "athlete_week", "--athlete", "alder1", "--as-of", "June"),
        ("run", "--due"),
        ("run",),
        ("ingest", "--unit", "stone"),
    ],
    ids=" ".join,
)
def test_what_cannot_work_is_wrong_usage(folder, wrong):
    with_alder(folder)
    assert "Error: " in run(*wrong, "--workspace", folder, code=USAGE)


def test_an_unknown_athlete_is_a_failure_in_words(folder):
    assert "'Birch' is no athlete" in run("alias", "B.", "Birch", "--workspace", folder, code=FAILED)


def test_no_workspace_says_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    assert "workbook init" in run("status", "--workspace", tmp_path, code=FAILED)


@pytest.mark.soak
def test_real_processes_end_with_the_same_codes_and_the_lock_with_its_own(folder):
    assert in_a_process("status", cwd=folder).returncode == DONE
    missing = in_a_process("ingest", "nowhere", cwd=folder)
    assert (missing.returncode, "There is no file or folder nowhere" in missing.stderr) == (USAGE, True)
    with FileLock(folder / "data" / "store" / "due.lock"):
        locked = in_a_process("run", "--due", cwd=folder)
    assert (locked.returncode, locked.stderr.startswith("Error: Another run works on")) == (BUSY, True)


@pytest.mark.parametrize("command", [("ingest",), ("run", "--due")], ids=" ".join)
def test_a_locked_workspace_is_left_alone(folder, command, monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_MINUTES", 0)
    with_alder(folder)
    before = len(snapshot(folder))
    with FileLock(folder / "data" / "store" / "run.lock"):
        assert "Another run works on" in run(*command, "--workspace", folder, code=BUSY)
        run("status", "--workspace", folder)  # readers do not wait
    assert len(snapshot(folder)) - before <= 1  # the lock of runs


def test_ctrl_c_keeps_what_was_committed_and_shows_no_traceback(folder, monkeypatch):
    with_alder(folder)
    drop(folder, "Alder/a.csv", strong())
    drop(folder, "Alder/b.csv", strong(strong_row("2026-06-03")))
    take_in = intake.Run.take_in

    def until_interrupted(run, path, *more):
        if path.name == "b.csv":
            raise KeyboardInterrupt
        return take_in(run, path, *more)

    monkeypatch.setattr(intake.Run, "take_in", until_interrupted)
    assert "Aborted!" in run("ingest", "--workspace", folder, code=FAILED)
    monkeypatch.undo()
    assert "3 files: 1 taken, 2 known." in run("ingest", "--workspace", folder)  # the lock is free again


def test_refused_cells_are_listed_in_words(folder):
    with_alder(folder)
    assert "No rejects." in run("rejects", "--workspace", folder)
    drop(folder, "Alder/strong.csv", strong(strong_row(), strong_row(set_order=2, load="heavy")))
    assert "1 cell refused; `workbook rejects` says why" in run("ingest", "--workspace", folder)
    listed = run("rejects", "--workspace", folder)
    assert "strong.csv, row 2: Weight 'heavy' is not a number." in listed
    assert "1 reject." in listed
    (row,) = json.loads(run("rejects", "--workspace", folder, "--json"))
    assert (row["row_no"], row["raw"]) == (2, "heavy")


def test_a_name_that_waits_is_bound_and_its_file_taken(folder):
    drop(folder, "speeds.csv", BAR_SPEED + "J. Tree,2026-06-01,Deadlift,1,1,60,0.8\n")
    waiting = run("ingest", "--workspace", folder, code=FAILED)
    assert "nobody is bound to 'J. Tree' (3 rows)" in waiting
    assert "workbook alias NAME --new" in waiting
    assert "Rows that wait for 'J. Tree': 3." in run("status", "--workspace", folder)
    athlete_id = json.loads(run("alias", "J. Tree", "--new", "--workspace", folder, "--json"))["athlete_id"]
    assert "1 file: 1 taken." in run("ingest", "--workspace", folder)
    run("alias", "Tree", "j. tree", "--workspace", folder)
    assert json.loads(run("status", "--workspace", folder, "--json"))["athletes"][0]["athlete_id"] == athlete_id


def test_of_many_names_that_wait_a_few_are_named_and_the_others_counted(folder):
    rows = "".join(f"Tree{n:02},2026-06-01,Deadlift,1,1,60,0.8\n" for n in range(20))
    drop(folder, "speeds.csv", BAR_SPEED + rows)
    waiting = run("ingest", "--workspace", folder, code=FAILED)
    assert "'Tree07' (3 rows) and 12 more names, which `workbook status --json` lists." in waiting
    said = run("status", "--workspace", folder)
    assert said.count("Rows that wait for") == 8
    assert "Rows wait for 12 more names: workbook status --json" in said
    assert len(json.loads(run("status", "--workspace", folder, "--json"))["waiting"]) == 20


def test_a_file_without_a_unit_names_the_option(folder):
    (folder / "workbook.toml").write_text(CONFIG.replace('load_unit = "kg"\n', ""), encoding="utf-8")
    with_alder(folder)
    drop(folder, "Alder/strong.csv", strong())
    assert "--unit kg or --unit lb" in run("ingest", "--workspace", folder, code=PARTLY)
    assert "1 taken" in run("ingest", "--workspace", folder, "--unit", "lb")


def test_an_owner_can_be_named(folder):
    with_alder(folder)
    path = drop(folder, "strong.csv", strong())
    assert "does not say whose it is" in run("ingest", path, "--workspace", folder, code=FAILED)
    assert "1 taken" in run("ingest", path, "--workspace", folder, "--athlete", "alder")


def test_every_file_is_a_line_for_programs(folder):
    with_alder(folder)
    drop(folder, "Alder/strong.csv", strong())
    lines = [json.loads(line) for line in run("ingest", "--workspace", folder, "--json").splitlines()]
    assert {line["path"].rsplit(os.sep, 1)[-1]: line["state"] for line in lines} == {
        "athletes.csv": "known",
        "strong.csv": "taken",
    }


def test_a_file_of_which_all_is_refused_is_not_called_known(folder):
    with_alder(folder)
    path = drop(folder, "Alder/strong.csv", strong(strong_row(load="heavy")))
    said = run("ingest", path, "--workspace", folder)
    assert "strong.csv: 0 new, 0 known rows" in said
    assert "1 file: 1 taken." in said
    assert "this very file is stored already" in run("ingest", path, "-v", "--workspace", folder)


def test_options_of_jupyter_reach_it(folder, monkeypatch):
    ran = []
    monkeypatch.setattr(os, "execve", lambda _program, arguments, _environment: ran.append(arguments))
    run("lab", "--workspace", folder, "--no-browser", "--port=9999")
    assert ran[0][-2:] == ["--no-browser", "--port=9999"]


def test_an_empty_drop_folder_is_no_failure(folder):
    assert "0 files: nothing to do." in run("ingest", "--workspace", folder)


def test_looking_stores_nothing_and_needs_no_workspace(tmp_path, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strong.csv").write_text(strong(strong_row(), strong_row(load="heavy")), encoding="utf-8")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    before = snapshot(tmp_path)
    said = run("check", ".", "--unit", "kg", code=PARTLY)
    assert "sessions 1, sets 1" in said
    assert "refused: row 2: Weight 'heavy' is not a number" in said
    assert "empty.csv is empty" in said
    assert "Files that can be taken in: 1 of 2" in said
    assert snapshot(tmp_path) == before


def test_a_look_is_one_line_a_file_in_columns_that_fit_the_terminal(folder, monkeypatch):
    with_alder(folder)
    drop(folder, "Alder/strong.csv", strong(strong_row(), strong_row(load="heavy")))
    drop(folder, "Alder/a/very/long/way/down/to/a/log/that/nobody/would/find/strong.csv", strong())
    drop(folder, "Birch/notes.pdf", "no training")
    run("ingest", "--workspace", folder, code=PARTLY)
    monkeypatch.setenv("COLUMNS", "80")
    said = run("check", folder / "data" / "raw", "--workspace", folder, "--unit", "kg", code=PARTLY)
    head, *table = said.split("\n\n")[0].splitlines()
    assert len(table) == 4
    assert max(map(len, (head, *table))) <= 80
    assert [line[head.index("known") :].split()[0] for line in table if "FAILED" not in line] == ["all"] * 3
    assert [line.split()[0] for line in table] == ["athletes", "strong", "FAILED", "strong"]
    assert "nobody/would/find/strong.csv" not in table[3]
    assert "Birch/notes.pdf\n  notes.pdf is of no format that is known here." in said


def test_a_look_ends_with_the_command_that_takes_the_same_files_in(tmp_path, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my files").mkdir()
    (tmp_path / "my files" / "strong.csv").write_text(strong(), encoding="utf-8")
    assert run("check", "my files", "--unit", "lb").endswith("Next: workbook ingest 'my files' --unit lb\n")
    form = ("--delimiter", "tab", "--month-first")
    (tmp_path / "my files" / "strong.csv").write_text(strong().replace(",", "\t"), encoding="utf-8")
    said = run("check", "my files", "--unit", "lb", *form)
    assert said.endswith("Next: workbook ingest 'my files' --unit lb --delimiter tab --month-first\n")


def test_looking_uses_the_workspaces_settings_and_makes_no_store(tmp_path, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    (tmp_path / "workbook.toml").write_text(CONFIG, encoding="utf-8")
    drop(tmp_path, "Alder/strong.csv", strong())
    before = snapshot(tmp_path)
    (look,) = json.loads(run("check", tmp_path / "data" / "raw", "--workspace", tmp_path, "--json", code=FAILED))
    assert (look["rows"], look["error"]) == ({"sessions": 1, "sets": 1}, "")
    assert (look["will"], look["waiting"]) == ("waiting", {"Alder": 2})
    assert snapshot(tmp_path) == before


def test_looking_at_nothing_readable_says_so(tmp_path):
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert "Nothing can be taken in yet." in run("check", tmp_path, code=FAILED)
    (tmp_path / "empty.csv").unlink()
    assert "There is no file." in run("check", tmp_path)


def test_the_status_of_an_empty_workspace_says_how_to_begin(folder):
    said = run("status", "--workspace", folder)
    assert "No athlete yet." in said
    assert json.loads(run("status", "--workspace", folder, "--json"))["athletes"] == []


def test_the_status_of_a_full_one_says_what_there_is_of_whom(folder):
    with_alder(folder)
    log = strong(strong_row(), strong_row(set_order=2).replace("Deadlift (Barbell)", "Moon walk"))
    drop(folder, "Alder/strong.csv", log)
    run("ingest", "--workspace", folder)
    said = run("status", "--workspace", folder)
    assert "athletes 1, files 2" in said
    assert "2026-06-01  sessions 1, sets 2" in said
    assert "Exercises outside the catalogue, counted in no family: Moon walk (1)" in said


def test_the_doctor_is_content_with_a_sound_workspace(folder):
    findings = {f["what"]: f for f in json.loads(run("doctor", "--workspace", folder, "--json"))}
    assert all(finding["ok"] for finding in findings.values())
    assert "FAIL" not in run("doctor", "--workspace", folder)


def test_the_doctor_says_where_there_is_no_workspace(tmp_path):
    said = run("doctor", "--workspace", tmp_path, code=FAILED)
    assert "FAIL  workspace: There is no workbook.toml" in said


@pytest.mark.skipif(os.name != "posix", reason="folder permissions are a POSIX matter")
def test_the_doctor_sees_a_store_that_others_can_read(folder):
    (folder / "data" / "store").chmod(0o755)
    assert "FAIL  privacy: others can read it. Run: chmod 700" in run("doctor", "--workspace", folder, code=FAILED)


def test_the_doctor_misses_a_sample_file(folder):
    with_alder(folder)
    run_gpx = (
        '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        '<trkpt lat="52" lon="13"><time>2026-06-02T06:00:00Z</time></trkpt></trkseg></trk></gpx>'
    )
    drop(folder, "Alder/run.gpx", run_gpx)
    run("ingest", "--workspace", folder)
    for path in (folder / "data" / "store" / "samples").rglob("*.parquet"):
        path.unlink()
    assert "is gone. Restore a backup" in run("doctor", "--workspace", folder, code=FAILED)


@pytest.fixture
def pages(folder):
    """A workspace with Alder and Birch and a planned report that fails for Birch."""
    (folder / "workbook.toml").write_text(CONFIG + '[[reports]]\nreport = "hello"\n', encoding="utf-8")
    cells = (
        report_notebooks.PAGE,
        'with page.section("hello", "Who?"):\n    page.show(Text(f"It is {athlete_id}"))',
        'assert athlete_id != "birch1", "not this one"',
    )
    report_notebooks.write(folder / "notebooks" / "reports" / "hello.ipynb", *cells)
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,,,,,\nBirch,birch1,,,,,\n")
    assert "Nothing is due" in run("run", "--due", "--workspace", folder)
    run("ingest", "--workspace", folder)
    return folder


def test_what_is_due_is_rendered_and_one_failure_is_partly_done(pages):
    said = run("run", "--due", "--as-of", "2026-06-08", "--workspace", pages, code=PARTLY)
    page = pages / "reports" / "hello" / "2026-06-07" / "alder1.html"
    assert "It is alder1" in page.read_text(encoding="utf-8")
    assert "not this one" in said
    again = json.loads(run("run", "--due", "--as-of", "2026-06-08", "--workspace", pages, "--json", code=PARTLY))
    assert {one["athlete_id"]: one["state"] for one in again["pages"]} == {"alder1": "unchanged", "birch1": "failed"}


@pytest.mark.soak
def test_a_report_of_the_squad_needs_no_athlete(pages):
    cells = (
        "from analysis.base.blocks import Text\nfrom analysis.report.page import Page",
        'page = Page("all", subject="squad", name="Squad", period=until, until=until, audience="coach")',
        'with page.section("hello", "Who?"):\n    page.show(Text("It is everybody"))',
    )
    report_notebooks.write(
        pages / "notebooks" / "reports" / "all.ipynb", *cells, parameters='until: str = "2026-06-01"'
    )
    run("report", "all", "--as-of", "2026-06-08", "--workspace", pages)
    page = pages / "reports" / "all" / "2026-06-08" / "squad.html"
    assert "It is everybody" in page.read_text(encoding="utf-8")
    said = run("report", "all", "--athlete", "Alder", "--workspace", pages, code=USAGE)
    assert "all is one page for the squad. Leave --athlete out." in said


def test_one_report_goes_where_it_is_asked_for(pages, tmp_path):
    output = tmp_path / "out" / "page.html"
    run("report", "hello", "--athlete", "Alder", "--as-of", "2026-06-08", "--output", output, "--workspace", pages)
    assert "It is alder1" in output.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="this system ends programs without a word")
def test_a_library_that_panics_when_a_command_is_ended_while_it_is_loaded_is_no_traceback(folder, monkeypatch):
    class Panic(BaseException):
        """As a library in Rust raises one: neither an error nor the end of a program."""

    def load(*_):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        except KeyboardInterrupt as ended:
            raise Panic from ended

    monkeypatch.setattr(intake, "files_below", load)
    assert "Aborted!" in run("ingest", "--workspace", folder, code=FAILED)
