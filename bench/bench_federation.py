"""A federation: what taking in one more file costs in a store of 1,000 and 10,000 files.

    BENCH_FULL=1 make bench ONLY=federation      and of 100,000

Each store is filled to its size by plain inserts of made-up rows, which is no measurement; the files that are timed go
through the ordinary door, in turn into the small, the middle and the large store.
"""

import hashlib
import itertools
import json
import multiprocessing
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

from figure import Figure, in_ms, seconds

from analysis.store import DATABASE, SAMPLES
from analysis.workspace import Workspace, intake, open_workspace
from analysis.workspace import status as holdings

SIZES = (1_000, 10_000, 100_000) if os.environ.get("BENCH_FULL") else (1_000, 10_000)
FILES_OF_AN_ATHLETE = 100
TIMED, WARMING = 40, 3
OF_ONE_PROCESS = (20, 80)  # files whose peaks of memory are compared
REFUSED_EVERY = 50  # one log in so many holds a cell that nobody has corrected yet

SETS, REPS, LAPS = 12, 5, 6
LIFTS = ("Romanian Deadlift (Barbell)", "Deadlift (Trap Bar)", "Hip Thrust (Barbell)")
KINDS = ("strong.csv", "run.tcx", "bar_speed.csv")
FIRST_DAY = date(2024, 1, 1)


# a store of some size -------------------------------------------------------------------------------------------------


def filled(folder: Path, files: int) -> Path:
    """A workspace whose store holds `files` made-up files, a hundred an athlete."""
    folder.mkdir()
    (folder / "workbook.toml").write_text('load_unit = "kg"\n')
    open_workspace(folder).store.close()
    store = folder / "data" / "store"
    with sqlite3.connect(store / DATABASE) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for first in range(0, files, FILES_OF_AN_ATHLETE):
            athlete_id = athlete(first // FILES_OF_AN_ATHLETE)
            insert(connection, "athletes", [{"athlete_id": athlete_id, "name": f"Athlete {athlete_id}"}])
            alias = {"source": "*", "external_name": f"Athlete {athlete_id}", "athlete_id": athlete_id}
            insert(connection, "aliases", [alias])
            for file_no in range(first + 1, first + FILES_OF_AN_ATHLETE + 1):
                fill_file(connection, store, athlete_id, file_no)
    connection.close()
    return folder


def athlete(number: int) -> str:
    return f"a{number:05d}"


def insert(connection: sqlite3.Connection, name: str, rows: list[dict[str, object]]) -> None:
    if rows:
        columns = ", ".join(f'"{column}"' for column in rows[0])
        marks = ", ".join(f":{column}" for column in rows[0])
        connection.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', rows)


def fill_file(connection: sqlite3.Connection, store: Path, athlete_id: str, file_no: int) -> None:
    """One file of the kind that its number gives it: a log, a run or bar speeds of one session."""
    kind = file_no % 3
    sha256 = hashlib.sha256(str(file_no).encode()).hexdigest()
    session_id = sha256[:16]
    own = {"session_id": session_id, "athlete_id": athlete_id, "file_no": file_no}
    session = {
        **own,
        "source": ("strong", "tcx", "bar_speed")[kind],
        "source_key": str(file_no),
        "tz_quality": "none",
        "local_date": str(FIRST_DAY + timedelta(days=file_no % 700)),
        "kind": "run" if kind == 1 else "strength",
        "status": "done",
        "row_no": 0,
    }
    insert(connection, "sessions", [session])
    sets = 0 if kind == 1 else SETS if kind == 0 else 3
    rows = SETS if kind == 0 else 3 * REPS if kind == 2 else 0
    insert(connection, "sets", [made_up_set(own, number) for number in range(1, sets + 1)])
    if kind == 1:
        insert(
            connection, "runs", [{**own, "sport": "Running", "distance_m": 6000.0, "elapsed_s": 1800.0, "row_no": 0}]
        )
        insert(connection, "splits", [made_up_lap(own, number) for number in range(1, LAPS + 1)])
        path = Path(f"athlete_id={athlete_id}") / f"{sha256}.parquet"
        named = {"session_id": session_id, "sha256": sha256, "athlete_id": athlete_id, "path": str(path), "rows": 600}
        insert(connection, "sample_files", [named])
        (store / SAMPLES / path).parent.mkdir(parents=True, exist_ok=True)
        (store / SAMPLES / path).touch()
    if kind == 2:
        places = itertools.product(range(1, 4), range(1, REPS + 1))
        insert(connection, "reps", [made_up_rep(own, set_no, rep_no) for set_no, rep_no in places])
    insert(connection, "source_rows", [made_up_row(file_no, number) for number in range(1, rows + 1)])
    if kind == 0 and file_no % REFUSED_EVERY == 0:
        reject = {"sheet": "", "row_no": 1, "column": "Reps", "check": "number", "raw": "x", "reason": "no number"}
        insert(connection, "rejects", [{"file_no": file_no, **reject}])
    file = {
        "file_no": file_no,
        "sha256": sha256,
        "name": f"{file_no}.tcx" if kind == 1 else KINDS[kind],
        "reader": ("strong", "tcx", "mapping")[kind],
        "reader_version": 1,
        "dialect": "{}",
        "bytes": 2000,
        "imported_at": "2026-01-05T08:00:00+00:00",
        "rows_taken": rows,
        "rows_rejected": 0,
        "rows_waiting": 0,
    }
    insert(connection, "files", [file])


def made_up_set(own: dict[str, object], number: int) -> dict[str, object]:
    lift = {"exercise": "romanian_deadlift", "exercise_raw": LIFTS[0], "side": "B", "set_kind": "work"}
    return {**own, "set_no": number, **lift, "load_kg": 60.0, "load_raw": "60", "reps": 5.0, "row_no": number}


def made_up_rep(own: dict[str, object], set_no: int, rep_no: int) -> dict[str, object]:
    return {**own, "set_no": set_no, "rep_no": rep_no, "mean_velocity_m_s": 0.6, "rom_m": 0.5, "row_no": rep_no}


def made_up_lap(own: dict[str, object], number: int) -> dict[str, object]:
    measured = {"start_m": 1000.0 * (number - 1), "distance_m": 1000.0, "time_s": 300.0}
    return {**own, "trial_no": 1, "split_no": number, "kind": "lap", **measured, "row_no": 0}


def made_up_row(file_no: int, number: int) -> dict[str, object]:
    raw = json.dumps([str(file_no), str(number), *LIFTS, "60", "5"])
    row_hash = hashlib.sha256(raw.encode()).hexdigest()[:16]
    return {
        "file_no": file_no,
        "sheet": "",
        "row_no": number,
        "raw": raw,
        "row_hash": row_hash,
        "occurrence": 1,
        "became": "taken",
    }


# files to take in -----------------------------------------------------------------------------------------------------


def files_of(owners: list[str], folder: Path, hour: int) -> list[tuple[Path, str]]:
    """A file for each owner, in turn a week's log, a run and bar speeds of a session; another hour, other sessions."""
    files = []
    for number, owner in enumerate(owners):
        monday = datetime(2022, 1, 3, hour) + timedelta(weeks=number)
        path = folder / str(number) / KINDS[number % 3]
        path.parent.mkdir(parents=True)
        path.write_text((strong_week, run, bar_speeds)[number % 3](monday, owner))
        files.append((path, owner))
    return files


def strong_week(monday: datetime, _owner: str) -> str:
    head = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE"
    lines = [
        f'{monday + timedelta(days=day):%Y-%m-%d %H:%M:%S},"Lower body",55min,"{lift}",{order},{load_kg},5,0,0,"","",7'
        for day in (0, 2, 4)
        for lift, load_kg in zip(LIFTS, (60, 90, 100), strict=True)
        for order in range(1, 5)
    ]
    return "\n".join([head, *lines]) + "\n"


def run(monday: datetime, _owner: str) -> str:
    """Half an hour with a record every 3 seconds and 6 laps."""
    laps = []
    for lap in range(LAPS):
        begin = monday + timedelta(minutes=5 * lap)
        points = "".join(
            f"<Trackpoint><Time>{begin + timedelta(seconds=s):%Y-%m-%dT%H:%M:%SZ}</Time><DistanceMeters>"
            f"{1000 * lap + s * 3.3:.1f}</DistanceMeters><HeartRateBpm><Value>{140 + s % 7}</Value></HeartRateBpm>"
            "</Trackpoint>"
            for s in range(0, 300, 3)
        )
        laps.append(
            f'<Lap StartTime="{begin:%Y-%m-%dT%H:%M:%SZ}"><TotalTimeSeconds>300</TotalTimeSeconds>'
            f"<DistanceMeters>1000</DistanceMeters><Track>{points}</Track></Lap>"
        )
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{monday:%Y-%m-%dT%H:%M:%SZ}</Id>{"".join(laps)}</Activity>'
        "</Activities></TrainingCenterDatabase>"
    )


def bar_speeds(monday: datetime, owner: str) -> str:
    head = "athlete,date,time,exercise,side,set,rep,load_kg,mean_velocity_m_s,mean_propulsive_velocity_m_s,"
    head += "peak_velocity_m_s,rom_m,power_w,hinge_angle_deg,form_flags,rater,device"
    lines = [
        f"{owner},{monday:%Y-%m-%d,%H:%M},{LIFTS[0]},,{set_no},{rep},{60 + 10 * set_no},0.{70 - 5 * set_no - rep},,,"
        "0.55,,95,clean,coach,encoder one"
        for set_no in range(1, 5)
        for rep in range(1, REPS + 1)
    ]
    return "\n".join([head, *lines]) + "\n"


def some_athletes(size: int, n: int) -> list[str]:
    """`n` athletes spread evenly over a store of `size` files."""
    there = size // FILES_OF_AN_ATHLETE
    return [athlete(number * 7919 % there) for number in range(n)]


# what is measured -----------------------------------------------------------------------------------------------------


def taken(space: Workspace, path: Path, owner: str) -> intake.Outcome:
    (outcome,) = intake.ingest(space, {path: path.parent}, athlete=owner)
    if outcome.state != "taken":
        sys.exit(f"{path} was not taken in: {outcome}")
    return outcome


def peak_mib(folder: Path, files: list[tuple[Path, str]]) -> float:
    """The most memory that a process of its own holds while it takes in the files."""
    import resource  # POSIX only, as this figure is

    space = open_workspace(folder)
    for path, owner in files:
        taken(space, path, owner)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peaks(folders: list[Path], files: Path) -> Iterator[Figure]:
    """A few files into the smallest store against several times as many into the largest."""
    alone = {"max_workers": 1, "max_tasks_per_child": 1, "mp_context": multiprocessing.get_context("spawn")}
    mib = []
    with ProcessPoolExecutor(**alone) as pool:
        for hour, (folder, size, n) in enumerate(zip(folders, (SIZES[0], SIZES[-1]), OF_ONE_PROCESS, strict=True)):
            of_this = files_of(some_athletes(size, n), files / str(n), hour)
            mib.append(pool.submit(peak_mib, folder, of_this).result())
    few, many = (f"{n} files into {size:,}" for n, size in zip(OF_ONE_PROCESS, (SIZES[0], SIZES[-1]), strict=True))
    yield Figure(f"peak memory, {many}", mib[1], "MiB", "", f"{few}: {mib[0]:.0f} MiB", goal=1.1 * mib[0])


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        below = Path(name)
        spaces = [open_workspace(filled(below / str(size), size)) for size in SIZES]
        yield from costs(spaces, below / "files")
        for size, space in zip(SIZES, spaces, strict=True):
            yield from commands(space, below / "files" / str(size), size)
            space.store.close()
        yield from peaks([below / str(SIZES[0]), below / str(SIZES[-1])], below / "more")


def costs(spaces: list[Workspace], folder: Path) -> Iterator[Figure]:
    """Seconds a file, round by round into each store in turn."""
    files = [files_of(some_athletes(size, WARMING + TIMED), folder / str(size), hour=17) for size in SIZES]
    rows = 0
    times: list[list[float]] = [[] for _ in SIZES]
    for round_, of_this_round in enumerate(zip(*files, strict=True)):
        for space, (path, owner), spent in zip(spaces, of_this_round, times, strict=True):
            begin = time.perf_counter()
            outcome = taken(space, path, owner)
            if round_ >= WARMING:
                spent.append(time.perf_counter() - begin)
                rows += outcome.rows_new if space is spaces[-1] else 0
    for size, spent in zip(SIZES, times, strict=True):
        yield in_ms(f"one file taken in, {size:,} files stored", spent)
    for size, spent in zip(SIZES[1:], times[1:], strict=True):
        ratios = [large / small for large, small in zip(spent, times[0], strict=True)]
        spread = f"{min(ratios):.3g} to {max(ratios):.3g}"
        name = f"cost of a file, {size:,} files stored against {SIZES[0]:,}"
        yield Figure(name, statistics.median(ratios), "x", spread, f"{TIMED} rounds", goal=1.2)
    size_bytes = sum(path.stat().st_size for path, _ in files[-1][WARMING:])
    yield Figure(f"rows stored a second, {SIZES[-1]:,} files", rows / sum(times[-1]), "1/s", "", "without samples")
    yield Figure(f"bytes read a second, {SIZES[-1]:,} files", size_bytes / sum(times[-1]) / 1e3, "kB/s")


def commands(space: Workspace, files: Path, size: int) -> Iterator[Figure]:
    """What `workbook status` and an ingest of files that are all known do once their libraries are loaded."""
    known = intake.files_below([files])

    def nothing_new() -> None:
        space.store.sweep()
        list(intake.ingest(space, known))

    status_s, ingest_s = seconds(lambda: holdings.status(space), nothing_new, rounds=3)
    yield in_ms(f"workbook status, {size:,} files stored", status_s)
    yield in_ms(f"workbook ingest of {len(known)} known files, {size:,} stored", ingest_s)
