"""A store on PostgreSQL and an object store, both on loopback: one upload, and one athlete's slice among 2,000.

The athlete who is timed has three years in the store, the others half a year each. The object store is moto's, which
is written in Python and answers slower than a real one on the same machine would.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sql
from bench_store import LARGE, ONE, ROUNDS, SESSIONS, SETS, append, three_years, turn_by_turn, upload
from figure import Figure, in_ms

from analysis.store import FileFacts, Store
from analysis.workspace import Workspace, open_workspace

SLICE_MS, APPEND_MS = 80, 40  # goals, by the clock
ANOTHER, HALF_A_YEAR = "a0001", SESSIONS // 6
RECORDS = 600
_COPIED = {name: f"replace({name}, '{ANOTHER}', 'b' || n)" for name in ("athlete_id", "session_id", "source_key")}


def figures() -> Iterator[Figure]:
    try:
        import servers
    except ImportError as problem:
        yield Figure("PostgreSQL and an object store", float("nan"), "", "left out", str(problem))
        return
    if why := servers.missing():
        yield Figure("PostgreSQL and an object store", float("nan"), "", "left out", why)
        return
    with tempfile.TemporaryDirectory() as name, servers.database() as url, servers.bucket() as samples:
        Path(name, "workbook.toml").write_text(f'load_unit = "kg"\n[store]\nurl = "{url}"\nsamples = "{samples}"\n')
        space = open_workspace(Path(name))
        fill(space.store, url)
        yield from costs(space)
        space.store.close()


def fill(store: Store, url: str) -> None:
    """Three years of one athlete and half a year of another come in through the store; the others are its copies."""
    years = {who: three_years(who, seed) for seed, who in enumerate((ONE, ANOTHER))}
    years[ANOTHER] = {
        "sessions": years[ANOTHER]["sessions"].head(HALF_A_YEAR),
        "sets": years[ANOTHER]["sets"].head(HALF_A_YEAR * SETS),
    }
    for number, (who, tables) in enumerate(years.items()):
        append(store, str(number) * 64, {"athletes": pd.DataFrame([{"athlete_id": who, "name": who}]), **tables})
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        for table in ("sessions", "sets"):
            names = [column["name"] for column in sql.inspect(connection).get_columns(table)]
            copied = ", ".join(_COPIED.get(name, name) for name in names)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {copied} "
                f"FROM {table}, generate_series(1, {LARGE - len(years)}) AS n WHERE athlete_id = '{ANOTHER}'"
            )
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def costs(space: Workspace) -> Iterator[Figure]:
    uploads = enumerate([upload(ONE, number) for number in range(2 * ROUNDS + 2)])

    def log() -> None:
        number, tables = next(uploads)
        append(space.store, f"u{number:063d}", tables)

    def run() -> None:
        number, tables = next(uploads)
        facts = {"reader": "bench", "reader_version": 1, "dialect": "{}", "imported_at": pd.Timestamp.now(tz="UTC")}
        facts |= {"rows_taken": 0, "rows_rejected": 0, "rows_waiting": 0}
        session = tables["sessions"].assign(kind="run")
        records = pd.DataFrame({"session_id": session["session_id"].iloc[0], "t_s": np.arange(RECORDS) * 3.0, "seq": 0})
        records = records.assign(heart_rate_bpm=142.0, speed_m_s=3.0)
        space.store.append(FileFacts(f"u{number:063d}", "bench", 0), facts, {"sessions": session}, {ONE: records})

    works = {"one athlete's slice": lambda: space.athlete(ONE), "append of a log": log, "append of a run": run}
    for work in works.values():
        work()  # connections are made once
    goals = {"one athlete's slice": SLICE_MS}
    for name, times in zip(works, turn_by_turn(list(works.values()), ROUNDS), strict=True):
        about = f"{name}, {LARGE:,} athletes on PostgreSQL and S3, clock"
        yield in_ms(about, [one.clock_s for one in times], goals.get(name, APPEND_MS))
