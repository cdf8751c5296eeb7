"""The store: what one upload and one athlete's slice cost, for a small squad and a large one."""

import contextlib
import itertools
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from bench_federation import files_of, taken
from figure import Figure, in_ms

from analysis.store import DATABASE, FileFacts, Store, as_json
from analysis.workspace import Workspace, open_workspace

SESSIONS, SETS = 468, 12  # three years of three sessions a week
SMALL, LARGE = 30, 2000  # athletes
SLICE_MS, APPEND_MS, GROWTH, SUM_MS = 50, 25, 1.2, 2000  # goals
ROUNDS = 21
ONE = "a0007"  # whose slices, uploads and bundles are timed

_FIRST = "a0000"
_NAMED = ("athlete_id", "session_id", "source_key", "external_name", "name")
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
    (folder / "workbook.toml").write_text('load_unit = "kg"\n')
    store = Store.open(folder / "data" / "store")
    person = pd.DataFrame([{"athlete_id": _FIRST, "name": f"Athlete {_FIRST}"}])
    alias = pd.DataFrame([{"source": "*", "external_name": f"Athlete {_FIRST}", "athlete_id": _FIRST}])
    append(store, "0" * 64, {"athletes": person, "aliases": alias, **three_years(_FIRST, 0)})
    store.close()
    with contextlib.closing(sqlite3.connect(folder / "data" / "store" / DATABASE, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("BEGIN")
        for table in ("athletes", "aliases", "sessions", "sets", "commits"):
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
    """One new session of twelve sets, on a day of its own after the three years."""
    years = three_years(athlete_id, number)
    key = f"{athlete_id}-new-{number}"
    day = pd.Timestamp("2028-01-01") + pd.Timedelta(days=number)
    sets = years["sets"].head(SETS).assign(session_id=key)
    return {"sessions": years["sessions"].head(1).assign(session_id=key, source_key=key, local_date=day), "sets": sets}


def packed(space: Workspace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        space.pack(ONE, Path(folder))


@dataclass(frozen=True)
class Spent:
    """Seconds of one round: of the processor alone, and on the clock, which waits for the disk too."""

    processor_s: float
    clock_s: float


def spent(work: Callable[[], object]) -> Spent:
    processor, clock = time.process_time(), time.perf_counter()
    work()
    return Spent(time.process_time() - processor, time.perf_counter() - clock)


def turn_by_turn(works: list[Callable[[], object]], rounds: int) -> list[list[Spent]]:
    """What each work took in each round, the works in turn."""
    every = [[spent(work) for work in works] for _ in range(rounds)]
    return [list(of_one) for of_one in zip(*every, strict=True)]


def compared(
    what: str, works: list[Callable[[], object]], goal_ms: float | None, rounds: int = ROUNDS
) -> Iterator[Figure]:
    """The same work on the small store and on the large one."""
    small, large = turn_by_turn(works, rounds)
    for athletes, times in ((SMALL, small), (LARGE, large)):
        yield in_ms(f"{what}, {athletes} athletes, processor", [one.processor_s for one in times], goal_ms)
        yield in_ms(f"{what}, {athletes} athletes, clock", [one.clock_s for one in times], goal_ms)
    ratios = [of_large.processor_s / of_small.processor_s for of_small, of_large in zip(small, large, strict=True)]
    spread = f"{min(ratios):.3g} to {max(ratios):.3g}"
    name = f"{what}, {LARGE} athletes against {SMALL}"
    yield Figure(name, statistics.median(ratios), "x", spread, f"{ROUNDS} rounds", GROWTH)


def figures() -> Iterator[Figure]:
    """The small store and the large one turn by turn."""
    with tempfile.TemporaryDirectory() as name:
        below = Path(name)
        spaces = []
        for athletes in (SMALL, LARGE):
            filled(below / str(athletes), athletes)
            spaces.append(open_workspace(below / str(athletes)))
        yield from of_one_athlete(spaces, below / "files")
        yield from of_everybody(spaces)
        yield sum_of_loads(below / str(LARGE))
        for space in spaces:
            space.store.close()


def of_one_athlete(spaces: list[Workspace], files: Path) -> Iterator[Figure]:
    hashes = (f"u{number:063d}" for number in itertools.count())
    logs = iter(files_of([ONE] * 3 * len(spaces) * ROUNDS, files, hour=17)[::3])  # each third is a training log

    def one_upload(space: Workspace) -> Callable[[], None]:
        def append_next() -> None:
            append(space.store, next(hashes), next(uploads))

        uploads = iter([upload(ONE, number) for number in range(ROUNDS)])
        return append_next

    yield from compared("one athlete's slice", [lambda space=space: space.athlete(ONE) for space in spaces], SLICE_MS)
    yield from compared("append of one upload", [one_upload(space) for space in spaces], APPEND_MS)
    through_the_door = [lambda space=space: taken(space, *next(logs)) for space in spaces]
    yield from compared("training log of a week taken in", through_the_door, None)
    yield from compared("bundle of one athlete", [lambda space=space: packed(space) for space in spaces], None)


def of_everybody(spaces: list[Workspace]) -> Iterator[Figure]:
    """What grows with the squad: the aggregate that `workbook status` shows, and all frames for pages of the squad."""
    for athletes, space in zip((SMALL, LARGE), spaces, strict=True):
        (taken_s,) = turn_by_turn([space.streams], rounds=3)
        times = [one.processor_s for one in taken_s]
        yield in_ms(f"rows and last day of every athlete, {athletes} athletes, processor", times)
    (taken_s,) = turn_by_turn([spaces[0].everyone], rounds=3)
    yield in_ms(f"frames of everyone, {SMALL} athletes, processor", [one.processor_s for one in taken_s])


def sum_of_loads(folder: Path) -> Figure:
    """The loads of all sets, added up by the database itself."""
    with contextlib.closing(sqlite3.connect(folder / "data" / "store" / DATABASE)) as database:
        (n_sets,) = database.execute("SELECT count(*) FROM sets").fetchone()
        (taken_s,) = turn_by_turn([lambda: database.execute("SELECT sum(load_kg * reps) FROM sets").fetchall()], 5)
    return in_ms(f"sum of loads, {n_sets / 1e6:.1f} million sets, clock", [one.clock_s for one in taken_s], SUM_MS)
