"""Killing an ingest at any moment loses no acknowledged file and leaves no half file."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from killed import work_and_kill, workbook
from soak_scale import times

from analysis.workspace import Workspace, intake, open_workspace

KILLS = {"file": times(6, 12, 500), "server": times(3, 4, 100)}
FILES = 8  # dropped before each kill

CONFIG = 'load_unit = "kg"\ntime_zone = "Europe/Berlin"\n'
ROSTER = "athlete,athlete_id,sex,birth_year,consent,guardian,aliases\nAlder,k3vd,,,report,,\n"

TCX = """<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
<Activity Sport="Running"><Id>{hour}:00:00Z</Id><Lap StartTime="{hour}:00:00Z"><TotalTimeSeconds>600</TotalTimeSeconds>
<DistanceMeters>{metres}</DistanceMeters><Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>
"""
POINT = """
<Trackpoint><Time>{hour}:{minute:02d}:00Z</Time><DistanceMeters>{metres}</DistanceMeters></Trackpoint>"""


def workspace_of_alder(folder: Path, url: str | None = None) -> Workspace:
    """A workspace whose one athlete is Alder, with nothing dropped yet but the roster."""
    raw = folder / "data" / "raw"
    (raw / "Alder").mkdir(parents=True)
    (folder / "workbook.toml").write_text(CONFIG + (f'[store]\nurl = "{url}"\n' if url else ""))
    (raw / "athletes.csv").write_text(ROSTER)
    return open_workspace(folder)


def write_runs(raw: Path, numbers: range) -> None:
    """Runs of Alder an hour apart, each with eleven trackpoints."""
    for number in numbers:
        moment = datetime(2026, 1, 1) + timedelta(hours=number)
        hour = f"{moment:%Y-%m-%dT%H}"
        points = "".join(POINT.format(hour=hour, minute=m, metres=m * 200) for m in range(11))
        text = TCX.format(hour=hour, metres=2000 + number, points=points)
        (raw / "Alder" / f"run{number:04d}.tcx").write_text(text)


def acknowledged(lines: list[str]) -> set[str]:
    """The names of the files that an ingest told of as stored."""
    outcomes = [json.loads(line) for line in lines]
    return {Path(one["path"]).name for one in outcomes if one["state"] in ("taken", "known")}


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["file", "server"])
def test_kills_lose_no_acknowledged_file_and_leave_no_half(tmp_path, kind, request):
    url = request.getfixturevalue("postgres").new() if kind == "server" else None
    workspace, kills = workspace_of_alder(tmp_path, url), KILLS[kind]
    chance = random.Random(20260105)
    told: set[str] = set()
    cut_short = 0
    for kill in range(kills):
        write_runs(workspace.raw_folder, range(kill * FILES, (kill + 1) * FILES))
        words = ("ingest", "--json", "--workspace", str(tmp_path))
        told |= acknowledged(
            work_and_kill(workbook, *words, lines=chance.randrange(1, FILES), after_s=chance.uniform(0, 0.02))
        )
        stored = set(workspace.store.frame("files")["name"])
        assert told <= stored
        assert_whole(workspace)
        assert kill % 20 or not workspace.store.problems()
        dropped = [path for path in workspace.raw_folder.rglob("*") if path.is_file()]
        cut_short += any(path.name not in stored for path in dropped)
        for path in dropped:
            if path.name in stored:
                path.unlink()  # what is in need not be read again before the next kill
    print(f"{kills} kills, {cut_short} of them with files still to take in, {len(told)} files acknowledged")
    assert cut_short > kills / 2
    assert len(told) > kills

    last = list(intake.ingest(workspace, intake.files_below([workspace.raw_folder])))
    assert {outcome.state for outcome in last} <= {"taken", "known"}
    assert len(workspace.store.frame("runs")) == kills * FILES
    workspace.store.sweep()
    assert workspace.store.sample_paths() == set(workspace.store.frame("sample_files")["path"])
    assert workspace.store.problems() == []
    workspace.store.close()


def assert_whole(workspace: Workspace) -> None:
    """Every stored file brought its run and all its records."""
    stored = workspace.store.frames(["files", "runs", "sample_files"])
    assert len(stored["runs"]) == (stored["files"]["name"] != "athletes.csv").sum()
    assert set(stored["sample_files"]["session_id"]) == set(stored["runs"]["session_id"])
    assert stored["sample_files"]["rows"].eq(11).all()
