"""Small workspaces in which something went wrong, run by their own runner: those beside the project, where they are.

$CASES_DIR names another folder of the same shape. A case that is known not to hold is named in `known_differences.toml`
by the content of its `case.json` (sha256), with the cause; once it holds, it must go there. Where the system can fork,
the commands of the cases are forked (`forked_cases.py`).
"""

import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from analysis.report.engine import forks

BESIDE = Path(__file__).parents[2] / "shared" / "cases"
FOLDER = Path(os.environ.get("CASES_DIR") or BESIDE)
RUNNER = next((folder / "run.py" for folder in (FOLDER, BESIDE) if (folder / "run.py").is_file()), None)
FORKED = [str(Path(__file__).with_name("forked_cases.py"))] if forks.can_fork else []
KNOWN = tomllib.loads(Path(__file__).with_name("known_differences.toml").read_text(encoding="utf-8")).get("case", [])


@pytest.mark.soak
@pytest.mark.skipif(RUNNER is None, reason=f"there are no cases in {FOLDER}")
def test_every_case_holds_but_those_that_are_known():
    command = [sys.executable, *FORKED, str(RUNNER), str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    by_word = {word: {} for word in ("ok", "FAIL")}
    for line in done.stdout.splitlines():
        word, _, said = line.partition(" ")
        if word in by_word:
            by_word[word][said.strip().partition(":")[0]] = said.strip()
    hashes = {
        path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FOLDER.glob("*/case.json"))
    }
    assert by_word["ok"].keys() | by_word["FAIL"].keys() == hashes.keys(), done.stdout + done.stderr
    known = {one["sha256"] for one in KNOWN}
    assert [said for name, said in by_word["FAIL"].items() if hashes[name] not in known] == []
    assert [name for name in by_word["ok"] if hashes[name] in known] == [], "take them out of known_differences.toml"
