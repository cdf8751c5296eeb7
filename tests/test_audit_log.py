"""The audit log outlives a full disk, a cut and a lost key: what happened is told, and the log goes on."""

import errno
import json
import os
import shutil

import pytest
from drop_folder import ROSTER, drop, workspace
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from test_cli import DONE, FAILED, PARTLY, run

from analysis import open_workspace
from analysis.base import files
from analysis.base.errors import DataProblem
from analysis.privacy import audit as audit_module
from analysis.privacy.audit import BEGUN_ANEW, KEY, LOCK, LOG, Audit

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Alder, with three lines in the log: an ingest, an export, and a share."""
    folder = tmp_path_factory.mktemp("grown") / "grove"
    workspace(folder).store.close()
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,report squad,,\n")
    run("ingest", "--workspace", folder)
    opened = open_workspace(folder)
    Audit(opened).record("export", ["--to"], ["alder1"], 0)
    Audit(opened).record("share", ["--to"], ["alder1"], 0)
    opened.store.close()
    return folder


@pytest.fixture
def folder(grown, tmp_path):
    return shutil.copytree(grown, tmp_path / "grove")


@pytest.fixture
def log(folder):
    return Audit(open_workspace(folder))


def text_of(log: Audit) -> bytes:
    return (log.workspace.folder / "data" / "store" / LOG).read_bytes()


def write(log: Audit, text: bytes) -> None:
    (log.workspace.folder / "data" / "store" / LOG).write_bytes(text)


def lose_key(folder, how: str) -> None:
    key = folder / "data" / "store" / KEY
    key.unlink() if how == "gone" else key.write_bytes(key.read_bytes()[: 0 if how == "empty" else 9])


# --- the key ---------------------------------------------------------------------------------------------------


def test_on_a_full_disk_the_key_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    opened = workspace(tmp_path / "grove")

    def full(_file) -> None:
        raise FULL

    with monkeypatch.context() as on:
        on.setattr(files, "sync", full)
        on.setattr(audit_module, "sync", full)
        with pytest.raises(OSError, match="No space left"):
            Audit(opened).record("ingest", [], [], 0)
    store = opened.folder / "data" / "store"
    assert [path for path in store.iterdir() if path.name in (KEY, LOG) or path.suffix == ".part"] == []
    Audit(opened).record("ingest", [], [], 0)
    assert (len((store / KEY).read_bytes()), Audit(opened).check()) == (32, 1)


@pytest.mark.parametrize("how", ["empty", "short", "gone"])
def test_with_a_lost_key_every_command_says_so_and_the_log_takes_no_line(folder, log, how):
    lose_key(folder, how)
    before = text_of(log)
    for words, code in ((["status"], DONE), (["ingest"], PARTLY), (["rejects"], DONE), (["audit"], FAILED)):
        said = run(*words, "--workspace", folder, code=code)
        assert "The key of the audit log" in said
        assert "workbook audit --anew" in said
    assert "FAIL  audit log" in run("doctor", "--workspace", folder, code=FAILED)
    assert text_of(log) == before


@pytest.mark.parametrize("how", ["empty", "gone"])
def test_with_a_lost_key_an_erasure_runs_and_begins_a_new_log_that_says_so(folder, log, how):
    before, lines = text_of(log), log.check()
    lose_key(folder, how)
    said = run("erase", "Alder", "--yes", "alder1", "--raw", "--workspace", folder)
    assert "A new audit log is begun" in said
    assert said.count("about whom is not known: the key of that log was lost") == 2  # the export and the share
    first, second = (json.loads(line) for line in text_of(log).splitlines())
    assert (first["what"], first["old_lines"], second["what"]) == (BEGUN_ANEW, lines, "erase")
    assert (folder / "data" / "store" / first["old"]).read_bytes() == before
    told = run("audit", "--workspace", folder)
    assert "begun anew" in told
    assert "2 lines, all as they were written" in told


def test_a_new_log_is_begun_on_request_and_a_cut_one_is_kept(folder, log):
    write(log, b"".join(text_of(log).splitlines(keepends=True)[:1]))
    assert "--anew" in run("audit", "--workspace", folder, code=FAILED)
    assert "The old one is kept as" in run("audit", "--anew", "--workspace", folder)
    assert "1 line, all as they were written" in run("audit", "--workspace", folder)


def test_a_new_workspace_has_lost_no_key(tmp_path):
    workspace(tmp_path / "grove").store.close()
    assert "key" not in run("status", "--workspace", tmp_path / "grove")
    assert "0 lines" in run("audit", "--workspace", tmp_path / "grove")


# --- lines -----------------------------------------------------------------------------------------------------


@pytest.mark.scaled
@given(cut=st.data())
def test_a_line_that_was_cut_is_told_and_closed_by_the_next(grown, tmp_path_factory, cut):
    log = Audit(open_workspace(shutil.copytree(grown, tmp_path_factory.mktemp("cut") / "grove")))
    whole, next_head = text_of(log), log.workspace.store.fact("audit_head")
    log.record("report", [], ["alder1"], 0)
    line = text_of(log).removeprefix(whole)
    log.workspace.store.keep_fact("audit_head", str(next_head))  # the power failed before the store knew of it
    write(log, whole + line[: cut.draw(st.integers(1, len(line) - 1), label="bytes of the line")])
    assert log.check() == 3
    assert "The last line was cut" in " ".join(log.notes())
    assert len(log.table()) == 3
    log.record("run", [], [], 0)
    log.record("status", [], [], 0)
    assert log.check() == 5
    assert ["Before line 4" in note for note in log.notes()] == [True]
    assert log.table()["what"].tolist()[-2:] == ["run", "status"]
    write(log, text_of(log).replace(b'{"at', b'{"aT', 4).replace(b'{"aT', b'{"at', 3))
    with pytest.raises(DataProblem):
        log.check()
    log.workspace.store.close()


@pytest.mark.parametrize("kept", [0, 1, 2, "half of the last"])
def test_a_cut_that_the_store_knows_of_shows_also_after_the_next_lines(log, kept):
    lines = text_of(log).splitlines(keepends=True)
    write(log, b"".join(lines)[:-20] if kept == "half of the last" else b"".join(lines[:kept]))
    for _ in range(3):
        with pytest.raises(DataProblem, match="audit log"):
            log.check()
        log.record("report", [], [], 0)


def test_what_is_no_line_shows(log):
    for odd in (b"\n", b"5\n", b"{}\n", b"\xff\n", b'{"cut_before": 1}\n'):
        write(log, text_of(log) + odd)
        with pytest.raises(DataProblem, match="Line 4 of the audit log"):
            log.check()
        log.record("report", [], [], 0)
        with pytest.raises(DataProblem, match="Line 4 of the audit log"):
            log.check()
        write(log, b"".join(text_of(log).splitlines(keepends=True)[:3]))


def test_on_a_full_disk_a_command_says_that_it_has_no_line_and_leaves_none_by_half(folder, log, monkeypatch):
    before = text_of(log)

    def full(_file) -> None:
        raise FULL

    with monkeypatch.context() as on:
        on.setattr(audit_module, "sync", full)
        said = run("ingest", "--workspace", folder, code=PARTLY)
    assert "This call is not in the audit log as it should be. No space left on device. Make room" in said
    assert text_of(log) == before
    run("ingest", "--workspace", folder)
    assert log.check() == 4


def test_who_waits_too_long_for_the_log_is_told_so(folder, log, monkeypatch):
    monkeypatch.setattr(audit_module, "_WAIT_S", 0)
    with FileLock(folder / "data" / "store" / LOCK):
        assert "Somebody else has held the audit log" in run("ingest", "--workspace", folder, code=PARTLY)
    assert log.check() == 3
