"""The store: what one upload and one athlete's slice cost, for a small squad and a large one."""

import contextlib
import itertools
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from figure import Figure, in_ms, seconds

from analysis.store import DATABASE, FileFacts, Store, as_json
from analysis.workspace import Workspace, open_workspace

SESSIONS, SETS = 468, 12  # three years of three sessions a week
SMALL, LARGE = 30, 2000  # athletes
SLICE_MS, APPEND_MS, GROWTH = 50, 25, 1.2  # goals

_FIRST = "a0000"
_NAMED = ("athlete_id", "session_id", "source_key")
_FACTS = {
    "reader": "bench",
    "reader_version": 1,
    "dialect": as_json({}),
    "rows_taken": 0,
    "rows_rejected": 0,
    "rows_waiting": 0,
}


def three_years(athlete_id: str, seed: int) -> dict[str, pd.DataFrame]:
    """Sessions and sets of one athlete."""
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
    """A workspace whose first athlete came in through the store; the others are copies of its rows in the database."""
    folder.mkdir()
    (folder / "workbook.toml").write_text("")
    store = Store.open(folder / "data" / "store")
    append(store, "0" * 64, {"athletes": pd.DataFrame([{"athlete_id": _FIRST}]), **three_years(_FIRST, 0)})
    store.close()
    with contextlib.closing(sqlite3.connect(folder / "data" / "store" / DATABASE, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("BEGIN")
        for table in ("athletes", "sessions", "sets", "commits"):
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            copied = ", ".join(f"replace({name}, '{_FIRST}', ?1)" if name in _NAMED else name for name in names)
            for number in range(1, athletes):
                database.execute(
                    f"INSERT INTO {table} SELECT {copied} FROM {table} WHERE athlete_id = '{_FIRST}'",
                    (f"a{number:04d}",),
                )
        database.execute("COMMIT")


def append(store: Store, sha256: str, tables: dict[str, pd.DataFrame]) -> None:
    store.append(FileFacts(sha256, "bench", 0), {**_FACTS, "imported_at": pd.Timestamp.now(tz="UTC")}, tables)


def upload(athlete_id: str, number: int) -> dict[str, pd.DataFrame]:
    """One new session of twelve sets."""
    years = three_years(athlete_id, number)
    key = f"{athlete_id}-new-{number}"
    sets = years["sets"].head(SETS).assign(session_id=key)
    return {"sessions": years["sessions"].head(1).assign(session_id=key, source_key=key), "sets": sets}


def packed(space: Workspace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        space.pack("a0007", Path(folder))


def figures() -> Iterator[Figure]:
    """Processor time, since the machine may have other work; the small store and the large one turn by turn."""
    with tempfile.TemporaryDirectory() as name:
        spaces = []
        for athletes in (SMALL, LARGE):
            filled(Path(name) / str(athletes), athletes)
            spaces.append(open_workspace(Path(name) / str(athletes)))
        numbers = itertools.count()

        def one_upload(space: Workspace) -> None:
            number = next(numbers)
            append(space.store, f"u{number:063d}", upload("a0007", number))

        works = {
            "one athlete's slice": (SLICE_MS, lambda space: space.athlete("a0007")),
            "append of one upload": (APPEND_MS, one_upload),
            "bundle of one athlete": (None, packed),
        }
        for what, (goal, work) in works.items():
            both = [lambda space=space, work=work: work(space) for space in spaces]
            times = seconds(*both, rounds=11, clock=time.process_time)
            for athletes, taken in zip((SMALL, LARGE), times, strict=True):
                yield in_ms(f"{what}, {athletes} athletes x 3 years", taken, goal)
            growth = statistics.median(times[1]) / statistics.median(times[0])
            yield Figure(f"{what}, {LARGE} athletes against {SMALL}", growth, "x", goal=GROWTH)
        for athletes, space in zip((SMALL, LARGE), spaces, strict=True):
            (taken,) = seconds(lambda space=space: space.store.streams(["sets"]), rounds=3, clock=time.process_time)
            yield in_ms(f"sets of every athlete counted, {athletes} athletes x 3 years", taken)
            space.store.close()
