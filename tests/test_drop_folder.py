"""A drop folder elsewhere: new files are copied in once, whole or not at all, and a dead server stops nothing else."""

import json
import os
import sys
import time

import fsspec
import pytest
from drop_folder import CONFIG, ROSTER, drop, fetch, run, strong, strong_row, workspace

from analysis.base.config import read_config
from analysis.base.errors import ConfigProblem
from analysis.privacy.erasure import erase
from analysis.workspace import drop_server, fetched, open_workspace, unfinished

DONE, FAILED, USAGE, PARTLY = range(4)
PLAN = '[[reports]]\nreport = "athlete_week"\nathletes = []\n'


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    """A home without keys and credentials, a drop folder of memory that is empty, and no wait for what grows."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith(("AWS_", "SSH_AUTH", "WORKBOOK_DROP"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(unfinished, "_wait", lambda _seconds: None)
    fsspec.filesystem("memory").store.clear()


@pytest.fixture
def grove(tmp_path):
    """Writes a workspace with Alder and Birch, whose drop folder is at `address`."""

    def made(address, more: str = ""):
        folder = tmp_path / "grove"
        config = f"ingest_before_run = true\ndrop_folder = '{address}'\n{more}"
        workspace(folder, CONFIG + config + PLAN).store.close()
        drop(folder, "athletes.csv", ROSTER + "Alder,alder1,,,,,\nBirch,birch1,,,,,\n")
        return folder

    return made


def put(name: str, text: str, root: str = "memory://there") -> None:
    with fsspec.open(f"{root}/{name}", "w") as file:
        file.write(text)


def copies(folder) -> dict[str, str]:
    raw = folder / "data" / "raw"
    return {path.relative_to(raw).as_posix(): path.read_text() for path in raw.rglob("*") if path.is_file()}


def loads_kg(folder, athlete: str = "alder1") -> list[float]:
    return sorted(open_workspace(folder).athlete(athlete).sets["load_kg"])


def test_what_is_new_is_copied_once_and_what_changed_again(grove):
    folder = grove("memory://there")
    put("Alder/strong.csv", strong())
    put("Alder/.hidden.csv", strong())
    assert "Drop folder: 1 copied." in run(folder)
    assert loads_kg(folder) == [100]
    assert "Drop folder" not in run(folder)
    put("Alder/strong.csv", strong(strong_row(), strong_row("2026-06-03", load=110)))
    assert "Drop folder: 1 again." in run(folder, "ingest")
    assert loads_kg(folder) == [100, 110]
    assert sorted(copies(folder)) == ["Alder/strong.csv", "athletes.csv"]


def test_a_file_of_somebody_here_is_never_written_over(grove):
    folder = grove("memory://there")
    drop(folder, "Alder/strong.csv", "corrected by hand")
    put("Alder/strong.csv", strong())
    put("Birch/strong.csv", strong())
    assert fetch(folder) == {"Alder/strong.csv": "copied", "Birch/strong.csv": "copied"}
    drop(folder, "Birch/strong.csv", "corrected by hand as well")
    put("Birch/strong.csv", strong(strong_row("2026-06-04")))
    assert fetch(folder) == {"Birch/strong.csv": "again"}
    found = copies(folder)
    assert found["Alder/strong.csv"] == "corrected by hand"
    assert found["Alder/strong-2.csv"] == strong()
    assert found["Birch/strong.csv"] == "corrected by hand as well"
    assert found["Birch/strong-2.csv"] == strong(strong_row("2026-06-04"))
    drop_ledger = json.loads((folder / "data" / "store" / fetched.LEDGER).read_text())
    assert "strong" not in json.dumps(drop_ledger)


def test_what_is_not_whole_or_cannot_be_a_file_here_is_named(grove):
    folder = grove("memory://there")
    put("Alder/strong.csv.part", strong())
    put("Alder/empty.csv", "")
    put("Alder/a:b.csv", strong())
    said = run(folder, code=PARTLY)
    assert "unfinished Alder/strong.csv.part: its ending .part" in said
    assert "unfinished Alder/empty.csv: it is empty so far." in said
    assert "failed     Alder/a:b.csv: its name cannot be" in said
    last = json.loads((folder / "reports" / "log" / "last_run.json").read_text())
    assert {one["name"]: one["state"] for one in last["fetched"]}["alder1/a:b.csv"] == "failed"
    assert last["failures"] == [
        "alder1/a:b.csv: not fetched. its name cannot be that of a file on every computer. Give it another one."
    ]


def test_a_folder_of_another_disk_is_a_drop_folder(grove, tmp_path):
    there = tmp_path / "share"
    (there / "Alder").mkdir(parents=True)
    (there / "Alder" / "strong.csv").write_text(strong())
    (there / "Alder" / "round").symlink_to(there)
    folder = grove("../share")
    assert fetch(folder) == {"Alder/strong.csv": "copied"}
    assert "nothing new there" in run(folder, "doctor")
    (there / "Alder" / "next.csv").write_text(strong())
    assert "new files there: 1: Alder/next.csv" in run(folder, "doctor")


def test_a_folder_that_is_gone_stops_nothing_else(grove):
    folder = grove("file:///nowhere/to/be/found")
    drop(folder, "Alder/strong.csv", strong())
    said = run(folder, code=PARTLY)
    assert "The drop folder file:///nowhere/to/be/found is not there" in said
    assert loads_kg(folder) == [100]
    assert "FAIL  drop folder: The drop folder file:///nowhere" in run(folder, "doctor", code=FAILED)


def test_a_folder_around_the_one_here_is_refused(grove):
    folder = grove("data")
    with pytest.raises(ConfigProblem, match="hold it or lie within it"):
        fetch(folder)
    (folder / "workbook.toml").write_text(CONFIG + "drop_folder = 'data/raw'\n")
    assert fetch(folder) == {}  # it is the one here


@pytest.mark.parametrize(
    "address", ["sftp://coach:word@host/drop", "s3://AKIA:word@bucket", "s3://word@b", "sftp://h/?word"]
)
def test_a_secret_in_the_address_is_refused_and_not_printed(tmp_path, address):
    path = tmp_path / "workbook.toml"
    path.write_text(f'drop_folder = "{address}"\n')
    with pytest.raises(ConfigProblem) as problem:
        read_config(path)
    assert "WORKBOOK_DROP_PASSWORD" in str(problem.value)
    assert "word@" not in str(problem.value)
    assert "?word" not in str(problem.value)


def test_an_address_of_another_kind_and_a_missing_library_are_told(grove, monkeypatch):
    folder = grove("gopher://there")
    with pytest.raises(ConfigProblem, match="is of a kind that is not known"):
        fetch(folder)
    monkeypatch.setitem(sys.modules, "paramiko", None)
    (folder / "workbook.toml").write_text(CONFIG + 'drop_folder = "sftp://coach@127.0.0.1/drop"\n')
    with pytest.raises(ConfigProblem, match=r"needs paramiko.*athlete-workbook\[remote\]"):
        fetch(folder)


def test_who_was_erased_is_not_fetched_again(grove):
    folder = grove("memory://there")
    put("Alder/strong.csv", strong())
    put("from_alder.csv", strong())
    put("Birch/strong.csv", strong(strong_row("2026-06-05")))
    assert fetch(folder) == {"Alder/strong.csv": "copied", "Birch/strong.csv": "copied", "from_alder.csv": "copied"}
    (folder / "data" / "raw" / "from_alder.csv").unlink()
    run(folder, "ingest")
    done = erase(open_workspace(folder), "Alder", raw=True)
    assert done.left == []
    assert done.handed_out == ("files in the drop folder memory://there: 1; none is fetched again",)
    assert fetch(folder) == {}
    put("Alder/strong.csv", strong(strong_row("2026-06-06")))  # it grew since
    put("ALDER/next.csv", strong())
    put("sets_alder_june.csv", strong())
    assert fetch(folder) == {"(2)": "erased"}
    assert "alder" not in json.dumps(copies(folder)).casefold()
    assert "alder" not in (folder / "data" / "store" / fetched.LEDGER).read_text().casefold()
    put("Birch/next.csv", strong(strong_row("2026-06-07")))
    put("under another name.csv", strong())
    assert fetch(folder) == {"Birch/next.csv": "copied", "(1)": "erased", "(2)": "erased"}
    assert fetch(folder) == {"(2)": "erased"}


def test_a_damaged_ledger_fetches_nothing(grove):
    folder = grove("memory://there")
    put("Alder/strong.csv", strong())
    ledger = folder / "data" / "store" / fetched.LEDGER
    ledger.write_text("{")
    assert "is damaged. Restore it from a backup" in run(folder, code=PARTLY)
    assert sorted(copies(folder)) == ["athletes.csv"]


def test_a_server_that_falls_silent_is_left_alone(grove, monkeypatch):
    folder = grove("memory://there", "drop_within_s = 0.2\n")
    put("Alder/strong.csv", strong())
    monkeypatch.setattr(drop_server, "_copied", lambda *_: (time.sleep(0.5) for _ in range(2)))
    assert "was not done within 0.2 s" in run(folder, code=PARTLY)
    assert sorted(copies(folder)) == ["athletes.csv"]
