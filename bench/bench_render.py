"""What a report costs: against command lines, papermill's API, and its analysis alone; and a run of 200 athletes.

CPU seconds are those of all processes that a report takes, interleaved round by round. Ours are the whole of a page in
a run that has begun: planning, bundle, fork, page, publishing, and the manifest. The floor is the code of the
notebook's cells in a plain loop, with the same figures as JSON: what no way of rendering can save. What a run costs
before its first page is in the run of 200 athletes, which is the command itself in a process of its own.

The 200 athletes are the 12 of the example, each stored some 16 times under new ids; a quarter have watch files.

    BENCH_FULL=1 make bench ONLY=render      5 rounds, rates over all 200 athletes, growth over 1,000 reports
"""

import ast
import atexit
import contextlib
import functools
import itertools
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbconvert
import nbformat
import papermill
import pyarrow as pa
import pyarrow.parquet as pq
from figure import Figure
from plotly.basedatatypes import BaseFigure

import analysis.report.page
from analysis import open_workspace
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.report.due import Job, due
from analysis.report.engine import fan_out
from analysis.report.engine.cluster import Cluster
from analysis.report.engine.forks import Limits, WarmParent
from analysis.report.engine.manifest import Manifest
from analysis.report.notebook import parameters_of, read_notebook
from analysis.store import DATABASE, SAMPLES
from analysis.workspace import ENVIRONMENT, Workspace, demonstration, intake

RUNS_OF = 3  # athletes of the twelve whose watch files are taken in too
ATHLETES = 200
FULL = bool(os.environ.get("BENCH_FULL"))
ROUNDS = 5 if FULL else 3
PAGES_A_ROUND = ATHLETES // ROUNDS if FULL else 12
EARLY, LATE = 50, 1000 if FULL else 200  # reports after which the parent is weighed
CORE_HOUR_USD = 0.05  # what a core costs for an hour where it is rented
FEDERATION = 10_000
PAGE_S, OVER_S = 0.28, 0.10  # goals

LIGHT = Path(__file__).parent / "light.ipynb"
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

Request = dict[str, Any]


def figures() -> Iterator[Figure]:
    if not hasattr(os, "fork"):
        return
    with tempfile.TemporaryDirectory() as folder:
        workspace = example(Path(folder))
        until = due(workspace, workspace.athlete(workspace.first_athlete_id()).until)[0].until
        (workspace.folder / "notebooks" / "reports").mkdir(parents=True)
        (workspace.folder / "notebooks" / "reports" / LIGHT.name).write_bytes(LIGHT.read_bytes())
        os.environ[ENVIRONMENT] = folder
        week, light = (Job(report, workspace.first_athlete_id(), until) for report in ("athlete_week", LIGHT.stem))
        rehearsed = [workspace.notebook(week.report)]
        with WarmParent(1, rehearsed) as one, WarmParent(2, rehearsed) as two:
            for job, goal in ((light, 45.0), (week, 30.0)):
                yield from against_others(workspace, job, one, goal)
            others = workspace.athletes()["athlete_id"].tolist()[:2]
            grown = list(growth(workspace, [Job(light.report, athlete_id, until) for athlete_id in others], two))
            yield from grown
            jobs = [Job(week.report, athlete_id, until) for athlete_id in many(workspace)]
            yield from rates(workspace, jobs, one, two)
        yield from whole_run(workspace, until, sum(one.value for one in grown) / (LATE - EARLY))


def example(folder: Path) -> Workspace:
    """The example squad in an empty folder; of the watch files only those of the first athletes."""
    shutil.copytree(_example(), folder, dirs_exist_ok=True)
    return open_workspace(folder)


@functools.cache
def _example() -> str:
    """Where it lies once for all benches of this process."""
    folder = tempfile.mkdtemp(prefix="workbook-")
    atexit.register(shutil.rmtree, folder)
    workspace, files, _ = demonstration.prepare(Path(folder), open_workspace)
    with_runs = {path.parent.name for path in sorted(files) if path.suffix == ".gz"}
    kept = sorted(with_runs)[:RUNS_OF]
    few = {path: root for path, root in files.items() if path.suffix != ".gz" or path.parent.name in kept}
    assert {outcome.state for outcome in intake.ingest(workspace, few)} == {"taken"}
    workspace.store.close()
    return folder


def many(workspace: Workspace, athletes: int = ATHLETES) -> list[str]:
    """Store the athletes again under new ids until there are so many, their sessions too; all their ids."""
    there, home = workspace.athletes()["athlete_id"].tolist(), workspace.folder / workspace.config.store
    originals = [athlete_id for athlete_id in there if not athlete_id.startswith(_COPY)]
    with contextlib.closing(sqlite3.connect(home / DATABASE)) as store, store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {table: [row[1] for row in store.execute(f"PRAGMA table_info({table})")] for table in tables}
        shared = ("aliases", "pages")  # a name names one athlete, and a copy has no page yet
        for number in range(len(there) - len(originals), athletes - len(originals)):
            told = {"old": originals[number % len(originals)], "new": f"{_COPY}{number:05d}"}
            for table, names in columns.items():
                if "athlete_id" in names and table not in shared:
                    said = ", ".join(_COPIED.get(name, f'"{name}"') for name in names)
                    store.execute(f"INSERT INTO {table} SELECT {said} FROM {table} WHERE athlete_id = :old", told)
            copy_samples(*(home / SAMPLES / f"athlete_id={told[which]}" for which in ("old", "new")), told["new"])
    return workspace.athletes()["athlete_id"].tolist()


_COPY = "copy"  # what the id of one begins with
_COPIED = {
    "athlete_id": ":new",
    **{name: f"substr(:new, 5) || {name}" for name in ("session_id", "a", "b")},  # the keys of links begin with one
    "path": "replace(path, :old, :new)",
}


def copy_samples(old: Path, new: Path, athlete_id: str) -> None:
    """The watch records of an athlete under the ids of the copy's sessions."""
    for path in old.glob("*.parquet"):
        rows = pq.read_table(path, partitioning=None)
        ids = pa.array([athlete_id[4:] + session_id for session_id in rows["session_id"].to_pylist()])
        new.mkdir(exist_ok=True)
        rows = rows.set_column(rows.schema.get_field_index("session_id"), "session_id", ids)
        pq.write_table(rows, new / path.name, write_page_checksum=True)


# --- CPU seconds -------------------------------------------------------------------------------------------------


def against_others(workspace: Workspace, job: Job, parent: WarmParent, goal: float) -> Iterator[Figure]:
    exporter, name = nbconvert.HTMLExporter(), job.report
    request = {
        "notebook": str(workspace.notebook(job.report)),
        "output": str(workspace.folder / "other.html"),
        "parameters": {"athlete_id": job.athlete_id, "until": job.until},
    }
    ways = {
        "ours": lambda: pages(workspace, [job], parent, 1),
        "floor": lambda: floor(request),
        "command lines": lambda: by_command_lines(request),
        "API": lambda: by_api(request, exporter),
    }
    for way in ("ours", "floor"):
        ways[way]()  # what is imported once is not counted
    taken = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, work in ways.items():
            taken[way].append(cpu_s(work, parent))
    yield in_cpu_s(f"{name}: a report", taken["ours"], PAGE_S if name == "athlete_week" else None)
    yield times_less(f"{name}: CPU against command lines", "papermill, jupyter nbconvert", taken, "command lines", goal)
    yield times_less(f"{name}: CPU against papermill's API", "execute_notebook, exporter reused", taken, "API")
    over = [whole - least for whole, least in zip(taken["ours"], taken["floor"], strict=True)]
    yield in_cpu_s(f"{name}: over its analysis and figure JSON in a plain loop", over, OVER_S)


def cpu_s(work: Callable[[], object], parent: WarmParent) -> float:
    """CPU seconds of this process, of the children it waits for, and of the warm parent with its own."""

    def so_far() -> float:
        mine = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        fields = Path(f"/proc/{parent.process_id}/stat").read_text().rpartition(")")[2].split()
        return sum(use.ru_utime + use.ru_stime for use in mine) + sum(map(int, fields[11:15])) / _TICKS

    begin = so_far()
    work()
    return so_far() - begin


def pages(workspace: Workspace, jobs: list[Job], parent: WarmParent, at_a_time: int) -> None:
    """A run's way with its pages, by a parent that is there already."""

    def each(requests: Iterable[Request]) -> Iterator[tuple[Request, dict[str, Any]]]:
        source = iter(requests)
        for request in itertools.islice(source, at_a_time + 1):  # one ahead, as a run has it
            parent.ask(request, Limits())
        while parent.asked:
            number, answer = parent.answer()
            request = next(source, None)
            if request:
                parent.ask(request, Limits())
            yield parent.asked.pop(number), answer

    for done in fan_out._all_requested(Manifest.read(workspace), jobs, True, each):
        assert done.state == "rendered", done.error


def by_command_lines(request: Request) -> None:
    executed = Path(request["output"]).with_suffix(".ipynb")
    told = [word for name, value in request["parameters"].items() for word in ("-p", name, value)]
    run("papermill", "--no-progress-bar", request["notebook"], str(executed), *told)
    run("nbconvert", "--to", "html", str(executed))


def run(module: str, *words: str) -> None:
    subprocess.run([sys.executable, "-m", module, *words], check=True, capture_output=True)


def by_api(request: Request, exporter: nbconvert.HTMLExporter) -> None:
    notebook = nbformat.read(request["notebook"], as_version=4)
    ran = papermill.execute_notebook(notebook, None, parameters=request["parameters"], progress_bar=False)
    Path(request["output"]).write_text(exporter.from_notebook_node(ran)[0], encoding="utf-8")


class PlainPage:
    """What a cell calls to show things, where only figures are turned into something."""

    def __init__(self, *_names: object, **_more: object):
        pass

    @contextmanager
    def section(self, *_names: object, **_more: object) -> Iterator[None]:
        try:
            yield
        except (NotEnoughData, DataProblem):
            return

    def show(self, *items: object) -> None:
        for item in items:
            if isinstance(item, list | tuple):
                self.show(*item)
            elif isinstance(item, BaseFigure):
                item.to_json()


def floor(request: Request) -> None:
    """The cells one after the other, in one namespace; what a cell ends with is shown."""
    loaded = read_notebook(Path(request["notebook"]))
    names = {name: known.default for name, known in parameters_of(loaded).items()} | request["parameters"]
    page, analysis.report.page.Page = analysis.report.page.Page, PlainPage
    try:
        for cell in loaded.cells:
            if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
                *statements, last = ast.parse(cell.source).body
                shown = isinstance(last, ast.Expr)
                exec(compile(ast.Module(statements if shown else [*statements, last], []), "<cell>", "exec"), names)
                PlainPage().show(eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if shown else None)
    finally:
        analysis.report.page.Page = page


# --- rates -------------------------------------------------------------------------------------------------------


def rates(workspace: Workspace, jobs: list[Job], one: WarmParent, two: WarmParent) -> Iterator[Figure]:
    """Pages a minute: one and two at a time, and on a cluster of two workers; other athletes in every round."""
    with cluster() as workers:
        ways = {
            "1 job": lambda some: pages(workspace, some, one, 1),
            "2 jobs": lambda some: pages(workspace, some, two, 2),
        }
        if isinstance(workers, Cluster):
            ways["2 dask workers"] = lambda some: on_cluster(workspace, some, workers)
            on_cluster(workspace, jobs[:4], workers)
        per_minute: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(ROUNDS):
            some = jobs[number * PAGES_A_ROUND :][:PAGES_A_ROUND]
            for way, work in ways.items():
                begin = time.perf_counter()
                work(some)
                per_minute[way].append(60 * len(some) / (time.perf_counter() - begin))
    about = f"{ROUNDS} rounds of {PAGES_A_ROUND} of {len(jobs)}"
    for way, values in per_minute.items():
        yield Figure(f"athlete_week: pages a minute, {way}", statistics.median(values), "1/min", spread(values), about)
    if isinstance(workers, str):
        yield Figure("athlete_week: pages a minute, 2 dask workers", float("nan"), "1/min", "left out", workers)
    for way in list(per_minute)[1:]:
        gain = [both / single for single, both in zip(per_minute["1 job"], per_minute[way], strict=True)]
        yield Figure(f"{way} against 1", statistics.median(gain), "x", spread(gain), "1 job", 1.8, True)
    if "2 dask workers" in per_minute:
        gain = [dask / both for both, dask in zip(per_minute["2 jobs"], per_minute["2 dask workers"], strict=True)]
        yield Figure("2 dask workers against 2 jobs", statistics.median(gain), "x", spread(gain), "2 jobs", 0.95, True)


@contextmanager
def cluster() -> Iterator[Cluster | str]:
    """A cluster of two processes with a thread each; why there is none where the library is missing."""
    try:
        import distributed
    except ImportError:
        yield "distributed is not installed"
        return
    with distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as local:
        yield Cluster(local.scheduler_address)


def on_cluster(workspace: Workspace, jobs: list[Job], workers: Cluster) -> None:
    for done in fan_out.render_all(workspace, jobs, 2, True, cluster=workers):
        assert done.state == "rendered", done.error


# --- memory ------------------------------------------------------------------------------------------------------


def growth(workspace: Workspace, jobs: list[Job], parent: WarmParent) -> Iterator[Figure]:
    """What the parent and this process, which plans, weigh after some reports and after many."""
    weights = []
    for reports in (EARLY, LATE - EARLY):
        for _ in range(reports // len(jobs)):
            pages(workspace, jobs, parent, 2)
        weights.append((pss_mib(parent.process_id), pss_mib(os.getpid())))
    for who, before, after in zip(("warm parent", "planning process"), *weights, strict=True):
        about = f"PSS {before:.0f} MiB after {EARLY} reports, {after:.0f} after {LATE}"
        yield Figure(f"growth of the {who}", after - before, "MiB", "", about)


def tree(process_id: int) -> list[int]:
    """A process and all below it."""
    found = [process_id]
    for one in found:
        with contextlib.suppress(OSError):  # it ended meanwhile
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def pss_mib(process_id: int) -> float:
    """The memory of a process, pages that it shares counted in part; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def peak_below(process_id: int, every_s: float = 0.1) -> Iterator[list[float]]:
    """The largest sum over a process and all below it while this lasts, in MiB; a look costs some ms a process."""
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(every_s):
            peak[0] = max(peak[0], sum(map(pss_mib, tree(process_id))))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()


# --- a whole run -------------------------------------------------------------------------------------------------


def whole_run(workspace: Workspace, until: str, grown_mib: float) -> Iterator[Figure]:
    """`workbook run --due` for the week of 200 athletes, and again with nothing to do."""
    due_weekly(workspace)
    workspace = open_workspace(workspace.folder)
    jobs = due(workspace, workspace.athlete(workspace.first_athlete_id(), until).until)
    assert len(jobs) == ATHLETES
    wall, cpu, peak = command(workspace, until, "--force")
    yield Figure("whole run, 2 jobs: pages a minute", 60 * len(jobs) / wall, "1/min", "", f"{len(jobs)} pages, 1 run")
    yield Figure("whole run, 2 jobs: a page", cpu / len(jobs), "s CPU", "", "start and rehearsal shared out")
    yield Figure("whole run, 2 jobs: peak memory, all processes (PSS)", peak, "MiB", "", f"{len(jobs)} pages", 700)
    most = peak + max(grown_mib, 0.0) * (FEDERATION - len(jobs))
    about = f"{grown_mib:.2g} MiB more a page, as above"
    yield Figure(f"peak memory of {FEDERATION:,} pages, projected", most, "MiB", "", about, 1.2 * 1024)
    again = [command(workspace, until) for _ in range(ROUNDS)]
    walls, cpus, _ = zip(*again, strict=True)
    yield Figure("unchanged run", statistics.median(walls), "s", spread(walls), f"{len(jobs)} pages, {ROUNDS} runs", 3)
    yield Figure(
        "unchanged run", statistics.median(cpus), "s CPU", spread(cpus), f"{len(jobs)} pages, {ROUNDS} runs", 1
    )
    core_hours = cpu / len(jobs) * FEDERATION / 3600
    about = "26 weeks each, 1 in 4 with a watch"
    yield Figure(f"{FEDERATION:,} athletes a week, projected", core_hours, "core h", "as the run above", about, 0.75)
    price = f"at {CORE_HOUR_USD:.2f} USD a core hour"
    yield Figure(f"{FEDERATION:,} athletes a week, projected", core_hours * CORE_HOUR_USD, "USD", "", price)


def due_weekly(workspace: Workspace, store: str = "") -> None:
    """Have everybody's week due each week, and nothing taken in before: the rows of copies are in no file. `store` is
    where the configuration says that the store is."""
    config = workspace.folder / "workbook.toml"
    said = config.read_text(encoding="utf-8").partition("[[reports]]")[0]
    said = said.replace("ingest_before_run = true", "ingest_before_run = false")
    weekly = '[[reports]]\nreport = "athlete_week"\nevery = "week"\nathletes = "all"\n'
    config.write_text(said + weekly + store, encoding="utf-8")


def command(workspace: Workspace, until: str, *words: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory of one run of the command."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    told = ["run", "--due", "--as-of", until, "--jobs", "2", "--workspace", str(workspace.folder), *words]
    process = subprocess.Popen([sys.executable, "-m", "analysis.cli", *told], stdout=subprocess.DEVNULL)
    with peak_below(process.pid) as peak:
        process.wait()
    assert process.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begin, cpu, peak[0]


def in_cpu_s(name: str, values: list[float], goal: float | None = None) -> Figure:
    return Figure(name, statistics.median(values), "s CPU", spread(values), f"{len(values)} rounds", goal)


def times_less(name: str, baseline: str, taken: dict[str, list[float]], than: str, goal: float | None = None) -> Figure:
    ratios = [other / ours for other, ours in zip(taken[than], taken["ours"], strict=True)]
    return Figure(name, statistics.median(ratios), "x", spread(ratios), baseline, goal, True)


def spread(values: Iterable[float]) -> str:
    return f"{min(values):.3g} to {max(values):.3g}"
