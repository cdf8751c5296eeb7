"""Killing an ingest that reads files again leaves each file's rows as they were or as they are now."""

import json
import random
from collections import Counter

from drop_folder import drop, strong, strong_row
from killed import work_and_kill, workbook
from soak_scale import times
from test_faults import CONFIG, workspace_of_alder, write_runs

from analysis.workspace import Workspace, intake, open_workspace

KILLS = times(6, 12, 100)
RUNS, LOGS, SETS = 5, 3, 150
ZONES = {"Europe/Berlin": 3600.0, "America/New_York": -18000.0}  # and their offset in January
UNITS = {"kg": 100.0, "lb": 45.359237}  # and a load of 100 in them


def write_logs(workspace: Workspace) -> None:
    """Logs of Alder of different months, each with a session of many sets."""
    for month in range(1, LOGS + 1):
        sets = (strong_row(f"2026-{month:02d}-05", number) for number in range(1, SETS + 1))
        drop(workspace.folder, f"Alder/log{month}.csv", strong(*sets))


def configure(workspace: Workspace, zone: str, unit: str) -> None:
    text = CONFIG.replace("Europe/Berlin", zone).replace('"kg"', f'"{unit}"')
    (workspace.folder / "workbook.toml").write_text(text)


def assert_each_is_before_or_after(workspace: Workspace) -> Counter[str]:
    """Every file has all its rows once, and all are as its reading says; how many files there are of each reading."""
    stored = workspace.store.frames(["files", "readings", "sessions", "sets", "runs", "sample_files", "source_rows"])
    names = stored["files"].set_index("file_no")["name"]
    readings: Counter[str] = Counter()
    for file_no, rests_on in stored["readings"].set_index("file_no")["rests_on"].items():
        things, name = json.loads(rests_on), names[file_no]
        of_file = {table: rows.loc[rows["file_no"] == file_no] for table, rows in stored.items() if "file_no" in rows}
        if name.startswith("run"):
            assert of_file["sessions"]["utc_offset_s"].tolist() == [ZONES[things["config.zone"]]]
            assert len(of_file["runs"]) == 1
            readings[things["config.zone"]] += 1
        elif name.startswith("log"):
            assert of_file["sets"]["set_no"].tolist() == list(range(1, SETS + 1))
            assert set(of_file["sets"]["load_kg"].round(6)) == {UNITS[things["config.load_unit"]]}
            assert (len(of_file["sessions"]), len(of_file["source_rows"])) == (1, SETS)
            readings[things["config.load_unit"]] += 1
    assert len(stored["runs"]) == len(stored["sample_files"]) == RUNS
    assert len(stored["sets"]) == LOGS * SETS
    assert len(stored["sessions"]) == RUNS + LOGS
    assert stored["sample_files"]["rows"].eq(11).all()
    assert workspace.store.sample_paths() >= set(stored["sample_files"]["path"])
    return readings


def test_kills_while_files_are_read_again_leave_each_before_or_after(tmp_path):
    workspace = workspace_of_alder(tmp_path)
    write_runs(workspace.raw_folder, range(RUNS))
    write_logs(workspace)
    list(intake.ingest(workspace, intake.files_below([workspace.raw_folder])))
    assert assert_each_is_before_or_after(workspace) == {"Europe/Berlin": RUNS, "kg": LOGS}
    chance = random.Random(20261129)
    cut_short = 0
    for kill in range(KILLS):
        zone, unit = list(ZONES)[(kill + 1) % 2], list(UNITS)[(kill + 1) % 2]
        configure(workspace, zone, unit)
        words = ("ingest", "--json", "--workspace", str(tmp_path))
        work_and_kill(workbook, *words, lines=chance.randrange(RUNS + LOGS), after_s=chance.uniform(0, 0.05))
        readings = assert_each_is_before_or_after(workspace)
        cut_short += readings != {zone: RUNS, unit: LOGS}
        assert kill % 20 or not workspace.store.problems()
    print(f"{KILLS} kills, {cut_short} of them with files still to be read again")
    assert cut_short > KILLS / 2

    last = open_workspace(tmp_path)
    list(intake.ingest(last, intake.files_below([last.raw_folder])))
    assert assert_each_is_before_or_after(last) == {zone: RUNS, unit: LOGS}
    last.store.sweep()
    assert last.store.sample_paths() == set(last.store.frame("sample_files")["path"])
    assert last.store.problems() == []
    assert last.store.frame("revisions").empty
    last.store.close()
    workspace.store.close()
