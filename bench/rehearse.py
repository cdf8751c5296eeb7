"""Rehearse a federation's week: its store in PostgreSQL and an object store, its pages on two dask workers.

All of it on this machine's loopback. On the way one worker is killed, then the scheduler; the same command again makes
what is missing. Prints what it took, whether each page was made once, and what larger federations would take.

    make rehearse                  2,000 athletes, at most 90 minutes
    make rehearse ATHLETES=200     the same in some minutes

The athletes are those of the example, stored again under new ids, with a year each: their 26 weeks, of which one in
four has watch records, and before them the same weeks again without records. PostgreSQL's programs, moto and dask are
needed.
"""

import contextlib
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as reports have it; said before numpy is imported

from bench_render import FEDERATION, due_weekly, example, many, peak_below, pss_mib, tree
from figure import Figure
from servers import DaskCluster, bucket, dask_cluster, database

from analysis import open_workspace
from analysis.report.due import due
from analysis.store import DATABASE
from analysis.workspace import Workspace

LARGER = (FEDERATION, 100_000)
KILLED_AT = (0.25, 0.5)  # of the pages: a worker, then the scheduler
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

_TRAINED = ("sessions", "sets", "reps", "runs", "splits", "trials", "wellness", "links", "plan", "cues")
_HALF_A_YEAR_BEFORE = {
    **{name: f"'before-' || {name}" for name in ("session_id", "source_key", "a", "b")},
    **{
        name: f"strftime('%Y-%m-%dT%H:%M:%S', {name}, '-182 days') || substr({name}, 20)"
        for name in ("start_utc", "start_local")
    },
    "local_date": "date(local_date, '-182 days')",
}


def main(athletes: int) -> None:
    with tempfile.TemporaryDirectory() as name, database() as url, bucket() as samples:
        begin = time.perf_counter()
        workspace = example(Path(name))
        until = due(workspace, workspace.athlete(workspace.first_athlete_id()).until)[0].until
        add_half_a_year_before(workspace)
        many(workspace, athletes)
        workspace.store.close()
        copied_s = moved(workspace, url, samples)
        print(f"{athletes:,} athletes stored and moved to the servers in {(time.perf_counter() - begin) / 60:.1f} min")
        with dask_cluster(Path(name) / "cluster") as cluster:
            for figure in (Figure("copy-store", copied_s, "s"), *rehearsed(workspace, cluster, until, athletes)):
                print(figure.line())


def add_half_a_year_before(workspace: Workspace) -> None:
    """Store what was trained once more, 26 weeks earlier."""
    with contextlib.closing(sqlite3.connect(workspace.folder / workspace.config.store / DATABASE)) as store, store:
        for table in _TRAINED:
            names = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
            moved = ", ".join(_HALF_A_YEAR_BEFORE.get(name, f'"{name}"') for name in names)
            store.execute(f"INSERT OR IGNORE INTO {table} SELECT {moved} FROM {table}")


def moved(workspace: Workspace, url: str, samples: str) -> float:
    """Seconds in which the store is copied to the servers; from then on the workspace uses these."""
    due_weekly(workspace, f'[store]\nurl = "{url}"\nsamples = "{samples}"\n')
    begin = time.perf_counter()
    words = ["copy-store", str(workspace.folder / "data" / "store"), url, "--workspace", str(workspace.folder)]
    subprocess.run([sys.executable, "-m", "analysis.cli", *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


@dataclass(frozen=True)
class Run:
    """One call of `workbook run`: how it ended, the state of each page, and what it took."""

    code: int
    states: dict[str, str]  # athlete_id to it
    wall_s: float
    cpu_s: float
    peak_mib: float


def rehearsed(workspace: Workspace, cluster: DaskCluster, until: str, athletes: int) -> Iterator[Figure]:
    """A run on which a worker and the scheduler are killed, and the one that makes the rest."""
    sent = on_loopback_mib()
    with at_work(cluster.running[-1].pid) as before:
        first = run(workspace, cluster, until, killing=[round(athletes * part) for part in KILLED_AT])
    cluster.start_scheduler()
    with at_work(cluster.start_workers().pid) as after:
        second = run(workspace, cluster, until)
    there = {path.stem for path in workspace.reports_folder.glob("athlete_week/*/*.html")}
    made = [{who for who, state in one.states.items() if state == "rendered"} for one in (first, second)]
    with contextlib.closing(open_workspace(workspace.folder).store) as store:
        everybody = set(store.frame("athletes")["athlete_id"])
    ends = (first.code, second.code, there == everybody, made[0] & made[1], made[0] | made[1] == everybody)
    if ends != (3, 0, True, set(), True):
        sys.exit(f"Not every page was made once: ended with {first.code} and {second.code}, {len(there)} there.")
    whole_s = first.cpu_s + second.cpu_s + before.cpu_s + after.cpu_s
    about = f"{len(made[0]):,} before, {len(made[1]):,} after the scheduler"
    yield Figure("pages, each made once", len(there), "", "", about)
    yield Figure("by the clock", (first.wall_s + second.wall_s) / 60, "min", "", "both runs, 2 workers")
    yield Figure("a page, everything included", whole_s / athletes, "s CPU", "", "planner and workers, not the servers")
    yield Figure("a page, the planner's part", (first.cpu_s + second.cpu_s) / athletes, "s CPU")
    yield Figure("peak memory of the planner (PSS)", max(first.peak_mib, second.peak_mib), "MiB")
    yield Figure(
        "peak memory of the workers (PSS)", max(before.peak_mib, after.peak_mib), "MiB", "", "2 workers, all below them"
    )
    yield Figure(
        "sent over loopback, a page", (on_loopback_mib() - sent) / athletes, "MiB", "", "rows, records, bundles"
    )
    for many_athletes in LARGER:
        projected = whole_s / athletes * many_athletes / 3600
        yield Figure(f"{many_athletes:,} athletes a week, projected", projected, "core h", "", "as many CPU s a page")


@dataclass
class Work:
    """What the workers and all below them took."""

    cpu_s: float = 0.0
    peak_mib: float = 0.0


@contextlib.contextmanager
def at_work(process_id: int) -> Iterator[Work]:
    """What is done meanwhile by the workers that a process has started.

    Looked at every 2 s and added up, since what a worker has taken goes with it when it is killed.
    """
    work, ended = Work(), threading.Event()

    def watch() -> None:
        before = 0.0
        while not ended.wait(2.0):
            below = tree(process_id)
            now = sum(map(cpu_s, below))
            work.cpu_s += max(now - before, 0.0)
            work.peak_mib = max(work.peak_mib, sum(map(pss_mib, below)))
            before = now

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield work
    finally:
        ended.set()
        watching.join()


def run(workspace: Workspace, cluster: DaskCluster, until: str, killing: list[int] | None = None) -> Run:
    """The command in a process of its own; with `killing`, at so many pages a worker and the scheduler are killed."""
    words = ["run", "--due", "--as-of", until, "--json", "--cluster", cluster.address]
    words += ["--workspace", str(workspace.folder)]
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen([sys.executable, "-m", "analysis.cli", *words], stdout=said)
        with peak_below(process.pid, every_s=2.0) as peak:
            for pages, kill in zip(killing or (), (kill_a_worker, kill_the_scheduler), strict=False):
                while process.poll() is None and n_pages(workspace) < pages:
                    time.sleep(0.2)
                kill(cluster)
            process.wait()
        said.seek(0)
        states = {page["athlete_id"]: page["state"] for page in json.load(said)["pages"]}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(process.returncode, states, time.perf_counter() - begin, cpu, peak[0])


def n_pages(workspace: Workspace) -> int:
    return sum(1 for _ in workspace.reports_folder.glob("athlete_week/*/*.html"))


def kill_a_worker(cluster: DaskCluster) -> None:
    """One of the workers, which its nanny starts again."""
    below = tree(cluster.running[1].pid)[1:]
    worker = next(one for one in below if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)


def kill_the_scheduler(cluster: DaskCluster) -> None:
    cluster.running[0].kill()
    cluster.running[0].wait()


def cpu_s(process_id: int) -> float:
    """Of a process and its children that have ended; 0 of one that is gone."""
    try:
        told = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, told[11:15])) / _CLOCK_TICKS


def on_loopback_mib() -> float:
    """What this machine has sent to itself so far."""
    line = next(one for one in Path("/proc/net/dev").read_text().splitlines() if one.strip().startswith("lo:"))
    return int(line.partition(":")[2].split()[8]) / 1024**2


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
