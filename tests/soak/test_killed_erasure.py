"""Killing an erasure at any moment: the same call finishes it, a search finds nothing, nobody else loses anything."""

import random
import shutil
from pathlib import Path

import pandas as pd
import pytest
from drop_folder import BAR_SPEED, ROSTER, WELLNESS, drop, gpx, strong, strong_row, workspace
from killed import with_its_work_s, work_and_kill, workbook
from soak_scale import times

from analysis import open_workspace
from analysis.base.errors import UnknownAthlete
from analysis.base.tables import TABLES
from analysis.delivery.ledger import Entry, Ledger
from analysis.privacy import erasure
from analysis.privacy.audit import Audit
from analysis.privacy.name_search import Sought, search
from analysis.workspace import intake

ALDER = Sought("alder1", ("Alder Fir", "Fir Alder"))
OF_ONE = [name for name, table in TABLES.items() if table.of_one_athlete and name != "samples"]


@pytest.fixture(scope="module")
def grove(tmp_path_factory):
    """A workspace of Alder and Birch with logs, runs, files of both, pages, a mail and a log."""
    opened = workspace(tmp_path_factory.mktemp("grove") / "grove")
    drop(opened.folder, "athletes.csv", ROSTER + "Alder Fir,alder1,F,2000,,,\nBirch,birch1,M,2000,,,\n")
    days = ["2026-06-01", "2026-06-08"]
    for name, load in (("Alder Fir", 100), ("Birch", 50)):
        drop(opened.folder, f"{name}/strong.csv", strong(*(strong_row(day, load=load) for day in days)))
        drop(opened.folder, f"{name}/run.gpx", gpx([f"2026-06-02T06:{minute}:00Z" for minute in (10, 20)], name=name))
    both = [f"{name},2026-06-01" for name in ("Alder Fir", "Birch")]
    drop(opened.folder, "speeds.csv", BAR_SPEED + "".join(f"{row},Deadlift,1,1,100,0.61\n" for row in both))
    drop(opened.folder, "felt.csv", WELLNESS + "".join(f"{row},sleep,7,0,10,higher_better\n" for row in both))
    assert {one.state for one in intake.ingest(opened, intake.files_below([opened.raw_folder]))} == {"taken"}
    Ledger(opened.store).add([Entry("a1", "alder1", "hello", "2026-06-07", "athlete", "outbox")])
    made = ("reports/hello/2026-06-07/alder1.html", "reports/log/2026-06-07_alder1.log", "outbox/a1.eml")
    for name in made:
        path = opened.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Alder Fir")
    opened.store.close()
    return opened.folder


def is_unfinished(folder: Path) -> bool:
    opened = open_workspace(folder)
    try:
        erasure.id_of(opened, "alder1")
        return True
    except UnknownAthlete:
        return False
    finally:
        opened.store.close()


def rows_of_birch(folder: Path) -> dict[str, pd.DataFrame]:
    opened = open_workspace(folder)
    frames = opened.store.frames(OF_ONE, ["birch1"])
    opened.store.close()
    return frames


def test_an_erasure_that_is_killed_again_and_again_is_finished_by_the_same_call(grove, tmp_path):
    words = ("erase", "Alder Fir", "--yes", "alder1", "--raw", "--workspace")
    before, chance = rows_of_birch(grove), random.Random(20260301)
    files = {name: (grove / "data" / "raw" / "Birch" / name).read_bytes() for name in ("strong.csv", "run.gpx")}
    shutil.copytree(grove, tmp_path / "timed")
    told = work_and_kill(with_its_work_s, workbook, *words, str(tmp_path / "timed"), lines=0, after_s=None)
    takes_s = float(told[-1])
    kills, cut_short, calls = 0, 0, times(9, 9, 500)
    while kills < calls:
        folder = tmp_path / f"grove{kills}"
        shutil.copytree(grove, folder)
        for _ in range(3):
            work_and_kill(workbook, *words, str(folder), lines=0, after_s=chance.uniform(0, takes_s))
            kills += 1
            cut_short += is_unfinished(folder)
        if is_unfinished(folder):
            work_and_kill(workbook, *words, str(folder), lines=0, after_s=None)
        assert_erased(folder, before, files)
        shutil.rmtree(folder)
    print(f"{kills} kills, {cut_short} of them before the end, every erasure finished by the same call")
    assert cut_short > kills / 3


def assert_erased(folder: Path, before: dict[str, pd.DataFrame], files: dict[str, bytes]) -> None:
    assert not is_unfinished(folder)
    assert not (folder / "data" / "store" / erasure.JOURNAL).exists()
    assert list(search(folder, ALDER)) == []
    for name, frame in rows_of_birch(folder).items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)
    assert {name: (folder / "data" / "raw" / "Birch" / name).read_bytes() for name in files} == files
    opened = open_workspace(folder)
    assert opened.store.problems() == []
    assert Audit(opened).check() >= 0
    assert not list(folder.rglob("*.part"))
    opened.store.close()
