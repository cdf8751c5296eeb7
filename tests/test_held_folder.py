"""Folders of bundles: whoever holds one keeps it, whatever processes others see; what nobody holds goes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from analysis.report.engine import held_folder
from analysis.report.engine.held_folder import HeldFolder, delete_left, left_by_killed_runs

A_DAY_S = 24 * 3600

HOLD = """
import os, sys, time
from analysis.report.engine.held_folder import HeldFolder
held = HeldFolder.make()
print(held.folder, flush=True)
sys.stdin.read()
"""
DELETE = "from analysis.report.engine.held_folder import delete_left; print(len(delete_left()))"


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The computer's temporary files, of this process and of those that it starts."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def holder():
    """A process that holds a folder, and the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def owned(folder: Path, **told: str) -> Path:
    """A folder that nobody holds, and what it says of its owner."""
    folder.mkdir()
    (folder / "owner.json").write_text(json.dumps(held_folder._here() | told))
    return folder


def aged(folder: Path, seconds: float = A_DAY_S + 60) -> Path:
    os.utime(folder, (time.time() - seconds,) * 2)
    return folder


def test_a_folder_is_its_owners_alone_and_goes_when_it_is_discarded(temporary):
    held = HeldFolder.make()
    assert held.inside.is_dir()
    assert list(held.inside.iterdir()) == []
    assert os.name == "nt" or held.folder.stat().st_mode & 0o077 == 0
    assert left_by_killed_runs() == []
    held.discard()
    assert list(temporary.iterdir()) == []


def test_what_another_process_holds_is_left_alone_until_it_is_killed(holder):
    process, folder = holder
    assert delete_left() == []
    process.kill()
    process.wait()
    assert delete_left() == [folder]
    assert not folder.exists()


@pytest.mark.parametrize(
    ("told", "age_s", "goes"),
    [
        ({}, 0, True),
        ({"host": "another"}, 2 * A_DAY_S, False),
        ({"host": "another", "boot": "other"}, 2 * A_DAY_S, False),
        ({"boot": "an earlier one"}, 60, False),
        ({"boot": "an earlier one"}, 2 * A_DAY_S, True),
    ],
    ids=["ours", "of another machine", "of another machine and start", "perhaps a twin's", "before the last start"],
)
def test_who_does_not_hold_it_and_where_decides(temporary, told, age_s, goes):
    folder = aged(owned(temporary / "workbook-bundle-a", **told), age_s)
    assert delete_left() == ([folder] if goes else [])


def test_a_folder_that_is_just_being_made_is_left_alone(temporary):
    (temporary / "workbook-bundle-new").mkdir()
    (temporary / "workbook-bundle-4711-old").mkdir()  # as of a version that wrote the number of its process
    (temporary / "workbook-bundle-cut").mkdir()
    (temporary / "workbook-bundle-cut" / "owner.json").touch()
    assert delete_left() == []
    assert len([aged(folder) for folder in temporary.iterdir()]) == 3
    assert len(delete_left()) == 3


def unshared() -> bool:
    """Whether this system lets us have processes that see no others."""
    words = ["unshare", "-rfp", "--mount-proc", "true"]
    return bool(shutil.which("unshare")) and subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(sys.platform != "linux" or not unshared(), reason="needs namespaces of processes")
def test_a_process_that_does_not_see_the_holder_sees_its_lock(holder):
    process, folder = holder
    elsewhere = ["unshare", "-rfp", "--mount-proc", sys.executable, "-c", DELETE]
    done = subprocess.run(elsewhere, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
    assert folder.is_dir()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert subprocess.run(elsewhere, capture_output=True, text=True, check=True).stdout.strip() == "1"
