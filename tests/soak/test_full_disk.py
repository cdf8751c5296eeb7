"""A full disk: files and pages are whole or not there, the sentence says so, and with space again all goes on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from soak_scale import times

HERE = Path(__file__).parent
CAN_MOUNT = (
    shutil.which("unshare") is not None
    and subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0
)


@pytest.mark.skipif(not CAN_MOUNT, reason="a small disk cannot be mounted here")
@pytest.mark.parametrize("free_kib", range(0, 1600, times(400, 400, 20)))
def test_a_full_disk_leaves_whole_files_and_pages(tmp_path, free_kib):
    said = on_a_small_disk(tmp_path, free_kib)
    assert said["states"][0] == "taken"
    assert set(said["states"]) <= {"taken", "failed"}
    assert all("cannot be written" in error for error in said["errors"])
    assert said["stored"] == said["states"].count("taken")
    assert said["left_over"] == []
    assert said["problems"] == []
    assert said["page"] in ("old page", "new page" * 20_000)
    assert said["page"] == "old page" or not said["page_error"]
    assert said["after"] == ["known"] * said["stored"] + ["taken"] * (len(said["states"]) - said["stored"])


def on_a_small_disk(folder: Path, free_kib: int) -> dict:
    """What `fill_a_disk.py` tells of a disk of its own, which only it and its children see."""
    mount = 'mount -t tmpfs -o size=4m none "$1" && exec "$2" "$3" "$1" "$4"'
    words = ["unshare", "-rm", "sh", "-c", mount, "sh", folder, sys.executable, HERE / "fill_a_disk.py", free_kib]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(not CAN_MOUNT, reason="a small disk cannot be mounted here")
def test_every_command_ends_in_a_sentence_on_a_full_and_on_a_read_only_disk(tmp_path):
    mount = 'mount -t tmpfs -o size=24m none "$1" && exec "$2" "$3" "$1"'
    (tmp_path / "disk").mkdir()
    script = HERE / "commands_on_bad_disks.py"
    words = ["unshare", "-rm", "sh", "-c", mount, "sh", tmp_path / "disk", sys.executable, script]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for disk, calls in json.loads(done.stdout.splitlines()[-1]).items():
        for name, told in calls.items():
            assert not told["raised"], f"{name} on a disk that is {disk}: {told['raised']}"
            assert told["code"] in range(5)
            assert "Traceback" not in told["said"]
            assert told["code"] == 0 or told["said"].strip(), f"{name} on a disk that is {disk} says nothing"
