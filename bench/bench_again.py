"""Reading files again: what 120 of them cost against the first time, all alike and all corrected.

BENCH_FULL=1 make bench ONLY=again      1,000 files, of which a round takes minutes
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from bench_federation import athlete, files_of
from figure import Figure, ratio

from analysis.workspace import intake, open_workspace

FILES, ATHLETES, ROUNDS = 1000 if os.environ.get("BENCH_FULL") else 120, 20, 3
CONFIG = 'load_unit = "kg"\ntime_zone = "{zone}"\n'
CORRECTED = ("Europe/Berlin", "America/New_York")


def figures() -> Iterator[Figure]:
    first, alike, corrected = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _drop(folder)
            first.append(_seconds(folder, again=False))
            alike.append(_seconds(folder, again=True))
            (folder / "workbook.toml").write_text(CONFIG.format(zone=CORRECTED[1]))
            corrected.append(_seconds(folder, again=False))
    baseline = f"of a first reading, {FILES:,} files"
    yield ratio("rate of a second reading that says the same", baseline, first, alike, goal=0.9)
    yield ratio("rate of a second reading, in another time zone", baseline, first, corrected, goal=0.9)


def _drop(folder: Path) -> None:
    """A workspace of some athletes whose drop folder holds logs, runs and bar speeds."""
    (folder / "workbook.toml").write_text(CONFIG.format(zone=CORRECTED[0]))
    space = open_workspace(folder)
    names = [athlete(number) for number in range(ATHLETES)]
    space.store.put("athletes", pd.DataFrame({"athlete_id": names, "name": names}))
    space.store.close()
    files = files_of([names[number % ATHLETES] for number in range(FILES)], folder / "files", hour=17)
    for path, owner in files:
        target = folder / "data" / "raw" / owner / path.parent.name / path.name
        target.parent.mkdir(parents=True)
        path.rename(target)


def _seconds(folder: Path, again: bool) -> float:
    """What an ingest of the whole drop folder takes of the processor."""
    space = open_workspace(folder)
    begin = time.process_time()
    states = [outcome.state for outcome in intake.ingest(space, intake.files_below([space.raw_folder]), again=again)]
    spent = time.process_time() - begin
    assert len(states) == FILES and set(states) <= {"taken", "again", "known"}, set(states)  # noqa: PT018
    space.store.close()
    return spent
