"""Killing a backup and a restore at any moment: whole or not there; what is left is found, and goes with the next."""

import random
import shutil
import signal
from pathlib import Path

import pytest
from drop_folder import BAR_SPEED, ROSTER, drop, gpx, workspace
from killed import ended_from_outside, with_its_work_s, work_and_kill, workbook
from soak_scale import times

from analysis import open_workspace
from analysis.privacy import backup as backups
from analysis.privacy import backup_list
from analysis.workspace import intake

PASSPHRASE = "five words are long enough"
KILLS = times(4, 6, 200)  # of each
SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.fixture(scope="module")
def grove(tmp_path_factory):
    """A workspace of Alder with a table, a run and a file that takes a moment to be packed."""
    opened = workspace(tmp_path_factory.mktemp("grove") / "grove")
    drop(opened.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,,,\n")
    drop(opened.folder, "run.gpx", gpx([f"2026-06-02T06:{minute}:00Z" for minute in (10, 20)], name="Alder"))
    drop(opened.folder, "speeds.csv", BAR_SPEED + "Alder,2026-06-01,Deadlift,1,1,100,0.61\n")
    list(intake.ingest(opened, intake.files_below([opened.raw_folder])))
    noise = random.Random(20261129)
    drop(opened.folder, "notes.txt", "".join(f"{noise.random()} Alder\n" for _ in range(200_000)))
    opened.store.close()
    return opened.folder


@pytest.fixture(autouse=True)
def passphrase(monkeypatch):
    monkeypatch.setenv(backups.PASSPHRASE, PASSPHRASE)


def takes_s(*words: str) -> float:
    """How long the processor works for a command."""
    return float(work_and_kill(with_its_work_s, workbook, *words, lines=0, after_s=None)[-1])


def left(grove: Path, there: Path) -> tuple[list[Path], list[Path]]:
    """What lies where backups go, and what is not encrypted in the store's folder."""
    return sorted(there.iterdir()), list((grove / "data" / "store").glob(f"{backup_list.WORK}*"))


def is_whole(file: Path, to: Path) -> bool:
    backups.restore(file, to, PASSPHRASE)
    opened = open_workspace(to)
    same = opened.store.problems() == [] and len(opened.store.frame("sets")) == 1
    opened.store.close()
    shutil.rmtree(to)
    return same


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_killed_backup_is_whole_or_not_there_and_its_parts_go_with_the_next(grove, tmp_path, encrypted):
    there, chance, counts = (
        tmp_path / "stick",
        random.Random(1),
        {"whole": 0, "part": 0, "in the store": 0, "nothing": 0},
    )
    there.mkdir()
    words = [*(["--encrypt"] if encrypted else []), "--workspace", str(grove)]
    whole_s = takes_s("backup", str(there / "timed.backup"), *words)
    (there / "timed.backup").unlink()
    for kill in range(KILLS):
        file = there / f"{kill}.backup"
        work_and_kill(workbook, "backup", str(file), *words, lines=0, after_s=chance.uniform(0, 1.1 * whole_s))
        found, inside = left(grove, there)
        parts = [path for path in found if path != file]
        assert all(path.name.startswith(f".{kill}.backup.") for path in parts)
        if encrypted:
            assert all(path.read_bytes()[:21] in (b"", b"age-encryption.org/v1") for path in found)
        opened = open_workspace(grove)
        assert sorted(backup_list.left_by_a_kill(opened)) == sorted([*parts, *inside])
        if kill % 4:
            backup_list.sweep(opened)  # as the next one begins
        else:
            backups.back_up(opened, there / "next.backup")
            (there / "next.backup").unlink()
        assert left(grove, there) == ([file] if file.exists() else [], [])
        listed = [Path(one.path) for one in backup_list.backups_of(opened)]
        assert not file.exists() or file in listed
        opened.store.close()
        counts["whole"] += file.exists()
        counts["part"] += bool(parts)
        counts["in the store"] += bool(inside)
        counts["nothing"] += not (found or inside)
        if file.exists():
            assert kill % 8 or is_whole(file, tmp_path / "again")
            file.unlink()
    print(f"{KILLS} kills of a backup, {'encrypted' if encrypted else 'plain'}: {counts}")
    assert counts["whole"] < KILLS


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_killed_restore_is_whole_or_not_there_and_its_parts_go_with_the_next(grove, tmp_path, encrypted):
    file, there, chance = tmp_path / "grove.backup", tmp_path / "disk", random.Random(2)
    backups.back_up(open_workspace(grove), file, PASSPHRASE if encrypted else None)
    counts, to = {"whole": 0, "part": 0, "nothing": 0}, there / "again"
    whole_s = takes_s("restore", str(file), "--to", str(to))
    shutil.rmtree(to)
    for _ in range(KILLS):
        work_and_kill(
            workbook, "restore", str(file), "--to", str(to), lines=0, after_s=chance.uniform(0, 1.1 * whole_s)
        )
        found = {path.name for path in there.iterdir()}
        assert found <= {"again", ".again.restoring", ".again.restoring.lock"}
        if to.exists():
            opened = open_workspace(to)
            assert opened.store.problems() == []
            assert len(opened.store.frame("sets")) == 1
            assert [path.name for path in backup_list.left_by_a_kill(opened)] == sorted(found - {"again"})[:1]
            opened.store.close()
            shutil.rmtree(to)
        counts["whole"] += "again" in found
        counts["part"] += ".again.restoring" in found
        counts["nothing"] += not found
        with backup_list.restoring(there / "another"):  # as the next one begins
            assert {path.name for path in there.iterdir()} <= {".another.restoring", ".another.restoring.lock"}
        assert not list(there.iterdir())
    print(f"{KILLS} kills of a restore, {'encrypted' if encrypted else 'plain'}: {counts}")
    assert counts["whole"] < KILLS


@pytest.mark.parametrize("number", SIGNALS)
def test_a_backup_and_a_restore_that_are_ended_leave_nothing(grove, tmp_path, number):
    file, there, chance = tmp_path / "grove.backup", tmp_path / "disk", random.Random(int(number))
    backups.back_up(open_workspace(grove), file)
    commands = {
        "backup": ("backup", str(there / "b"), "--workspace", str(grove)),
        "restore": ("restore", str(file), "--to", str(there / "b")),
    }
    for what, words in commands.items():
        whole_s, ended = takes_s(*words), 0
        shutil.rmtree(there)
        for _ in range(times(2, 4, 100)):
            there.mkdir()
            after_s = chance.uniform(0.1, 1) * whole_s
            told = work_and_kill(ended_from_outside, number, after_s, *words, lines=0, after_s=None)[-1]
            found, inside = left(grove, there)
            assert inside == []
            assert found in ([], [there / "b"])  # it may be ended when all is done
            assert found or told == "exit 1"
            ended += not found
            shutil.rmtree(there)
        print(f"{number.name} to {what}: {ended} ended before they were done, nothing left")
