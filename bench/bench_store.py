"""The store: what one upload and one athlete's slice cost, for a small squad and a large one."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from figure import Figure, in_ms, seconds

from analysis.store import FileFacts, Store, as_json
from analysis.workspace import open_workspace

SESSIONS, SETS = 156, 12  # a year of three sessions a week

_FACTS = {
    "reader": "bench",
    "reader_version": 1,
    "dialect": as_json({}),
    "rows_taken": 0,
    "rows_rejected": 0,
    "rows_waiting": 0,
}


def a_year(athlete_id: str, seed: int) -> dict[str, pd.DataFrame]:
    """Sessions and sets of one athlete over a year."""
    random = np.random.default_rng(seed)
    days = pd.date_range("2025-01-01", periods=SESSIONS, freq="56h").normalize()
    keys = [f"{athlete_id}-{n}" for n in range(SESSIONS)]
    sessions = pd.DataFrame(
        {
            "session_id": keys,
            "athlete_id": athlete_id,
            "source": "bench",
            "source_key": keys,
            "tz_quality": "none",
            "local_date": days,
            "kind": "strength",
            "status": "done",
            "row_no": 0,
        }
    )
    sets = pd.DataFrame(
        {
            "session_id": np.repeat(keys, SETS),
            "set_no": np.tile(np.arange(1, SETS + 1), SESSIONS),
            "athlete_id": athlete_id,
            "exercise": "romanian_deadlift",
            "exercise_raw": "Romanian Deadlift (Barbell)",
            "side": "B",
            "set_kind": "work",
            "load_kg": random.choice([60.0, 80.0, 100.0], SESSIONS * SETS),
            "reps": 5.0,
            "row_no": 0,
        }
    )
    return {"sessions": sessions, "sets": sets}


def filled(folder: Path, athletes: int) -> None:
    (folder / "workbook.toml").write_text("")
    store = Store.open(folder / "data" / "store")
    for number in range(athletes):
        athlete_id = f"a{number:04d}"
        person = pd.DataFrame([{"athlete_id": athlete_id}])
        append(store, f"{number:064d}", {"athletes": person, **a_year(athlete_id, number)})
    store.close()


def append(store: Store, sha256: str, tables: dict[str, pd.DataFrame]) -> None:
    store.append(FileFacts(sha256, "bench", 0), {**_FACTS, "imported_at": pd.Timestamp.now(tz="UTC")}, tables)


def upload(athlete_id: str, number: int) -> dict[str, pd.DataFrame]:
    """One new session of twelve sets."""
    year = a_year(athlete_id, number)
    key = f"{athlete_id}-new-{number}"
    sets = year["sets"].head(SETS).assign(session_id=key)
    return {"sessions": year["sessions"].head(1).assign(session_id=key, source_key=key), "sets": sets}


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "30", Path(name) / "300"
        for folder, athletes in ((small, 30), (large, 300)):
            folder.mkdir()
            filled(folder, athletes)
        spaces = [open_workspace(folder) for folder in (small, large)]
        numbers = itertools.count()

        def one_upload(space):
            number = next(numbers)
            append(space.store, f"u{number:063d}", upload("a0007", number))

        slices = seconds(*(lambda space=space: space.athlete("a0007") for space in spaces), rounds=11)
        uploads = seconds(*(lambda space=space: one_upload(space) for space in spaces), rounds=11)
        for athletes, times in zip((30, 300), slices, strict=True):
            yield in_ms(f"one athlete's slice, {athletes} athletes x 1 year", times)
        for athletes, times in zip((30, 300), uploads, strict=True):
            yield in_ms(f"append of one upload, {athletes} athletes x 1 year", times)
        for space in spaces:
            space.store.close()
