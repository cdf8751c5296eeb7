"""`workbook run` on a full disk, beside another one, and killed: whole pages, and no process left behind."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import left
from test_full_disk import CAN_MOUNT
from trees import made, noted, page_of, ran, started, trees

from analysis.workspace import Workspace

HERE = Path(__file__).parent
PAGES = 5
GATE = """\
import time
from pathlib import Path

while athlete_id == "tree3" and not Path("gate").exists():
    time.sleep(0.05)
"""


def begun(folder: Path, mark: str) -> tuple[Workspace, subprocess.Popen]:
    """A squad, and a run that waits with its fourth page until there is a file `gate` in the folder.

    Three of its pages are there, and the first two are noted.
    """
    squad = trees(folder / "squad", PAGES, GATE.replace('"gate"', repr(str(folder / "gate"))))
    running = started(squad, "--jobs", 1, mark=mark)
    while not (page_of(squad, 2).exists() and noted(squad, "rendered") >= {0, 1}):
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    return squad, running


@pytest.mark.skipif(not CAN_MOUNT, reason="a small disk cannot be mounted here")
def test_a_run_on_a_full_disk_leaves_whole_pages_and_goes_on_with_space(tmp_path):
    mount = 'mount -t tmpfs -o size=8m none "$1" && exec "$2" "$3" "$1"'
    words = ["unshare", "-rm", "sh", "-c", mount, "sh", tmp_path, sys.executable, HERE / "run_on_a_full_disk.py"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["full"]["code"] in (1, 3)
    assert "No space left on device" in said["full"]["said"]
    assert "Traceback" not in said["full"]["said"]
    assert said["full"]["old"] == {"tree0": "as before"} | said["full"]["old"]
    assert said["with space"] == {"code": 0, "whole": [f"tree{number}" for number in range(6)], "parts": []}


def test_of_two_runs_at_once_the_second_is_turned_away(tmp_path):
    squad, first = begun(tmp_path, "at once")
    _, errors = ran(squad, mark="at once", code=4)
    assert errors.startswith(f"Error: Another run works on {squad.folder}. Wait for it to end")
    (tmp_path / "gate").touch()
    said, errors = first.communicate()
    assert first.returncode == 0, errors
    assert said.endswith(f"{PAGES} pages: {PAGES} rendered.\n")
    assert made(squad).keys() == set(range(PAGES))
    assert left("at once") == []


def test_a_run_that_is_killed_leaves_no_process_and_the_next_makes_what_is_missing(tmp_path):
    squad, first = begun(tmp_path, "killed")
    first.kill()
    first.communicate()
    assert left("killed") == []
    assert made(squad).keys() == {0, 1, 2}
    stood = {number: page_of(squad, number).stat().st_mtime_ns for number in made(squad)}
    (tmp_path / "gate").touch()
    again = json.loads(ran(squad, "--json", mark="killed", code=0)[0])
    unchanged = {page["athlete_id"] for page in again["pages"] if page["state"] == "unchanged"}
    assert {"tree0", "tree1"} <= unchanged <= {"tree0", "tree1", "tree2"}  # the last was made, and not yet noted
    assert made(squad).keys() == set(range(PAGES))
    assert all(page_of(squad, number).stat().st_mtime_ns == stood[number] for number in (0, 1))
    assert left("killed") == []
