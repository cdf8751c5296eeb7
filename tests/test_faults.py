"""Killing an ingest at any moment loses no acknowledged file and leaves no half file."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis import intake
from analysis.workspace import open_workspace

KILLS = 30
FILES = 40

CONFIG = 'load_unit = "kg"\ntime_zone = "Europe/Berlin"\n'
ROSTER = "athlete,athlete_id,sex,birth_year,consent,guardian,aliases\nAlder,k3vd,,,,,\n"

TCX = """<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
<Activity Sport="Running"><Id>{start}</Id><Lap StartTime="{start}"><TotalTimeSeconds>600</TotalTimeSeconds>
<DistanceMeters>{metres}</DistanceMeters><Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>
"""
POINT = """
<Trackpoint><Time>2026-03-{day:02d}T06:{minute:02d}:00Z</Time><DistanceMeters>{metres}</DistanceMeters></Trackpoint>"""


def write_runs(folder: Path) -> None:
    """Forty runs of one athlete, each with eleven trackpoints."""
    (folder / "Alder").mkdir(parents=True)
    (folder / "athletes.csv").write_text(ROSTER)
    for number in range(FILES):
        day, hour = 1 + number % 28, 6 + number // 28
        points = "".join(POINT.format(day=day, minute=m, metres=m * 200) for m in range(11))
        text = TCX.format(start=f"2026-03-{day:02d}T{hour:02d}:00:00Z", metres=2000 + number, points=points)
        (folder / "Alder" / f"run{number:02d}.tcx").write_text(text.replace("T06:", f"T{hour:02d}:"))


def ingest_and_kill(workspace: Path, after_s: float) -> list[str]:
    """Start an ingest, kill it hard; the names of the files it acknowledged before."""
    command = [sys.executable, "-m", "analysis.cli", "ingest", "--json", "--workspace", str(workspace)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    first = process.stdout.readline()  # the clock starts with the first committed file, not with the imports
    time.sleep(after_s)
    process.kill()
    rest = process.stdout.read()
    process.wait()
    lines = (first + rest).splitlines()
    return [Path(json.loads(line)["path"]).name for line in lines if _is_whole(line)]


def _is_whole(line: str) -> bool:
    try:
        return json.loads(line)["state"] in ("taken", "known")
    except (json.JSONDecodeError, KeyError):
        return False


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_thirty_kills_lose_no_acknowledged_file_and_leave_no_half(tmp_path):
    (tmp_path / "workbook.toml").write_text(CONFIG)
    write_runs(tmp_path / "data" / "raw")
    pause_s = random.Random(20260105)
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        acknowledged |= set(ingest_and_kill(tmp_path, pause_s.uniform(0.0, 0.06)))
        workspace = open_workspace(tmp_path)
        stored = workspace.store.frame("files")
        assert acknowledged <= set(stored["name"])
        runs, kept = workspace.store.frame("runs"), workspace.store.frame("sample_files")
        assert len(runs) == (stored["name"] != "athletes.csv").sum()
        assert set(kept["session_id"]) == set(runs["session_id"])
        assert kept["rows"].eq(11).all()
        assert not workspace.store.problems()
        workspace.store.close()

    workspace = open_workspace(tmp_path)
    last = list(intake.ingest(workspace, intake.files_below([workspace.raw_folder])))
    assert {outcome.state for outcome in last} <= {"taken", "known"}
    assert len(workspace.store.frame("runs")) == FILES
    workspace.store.sweep()
    assert workspace.store._sample_paths() == set(workspace.store.frame("sample_files")["path"])
    for session_id in workspace.store.frame("runs")["session_id"]:
        assert len(workspace.store.samples("k3vd", session_id)) == 11
    workspace.store.close()
