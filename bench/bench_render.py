"""A report in a fork of a warm parent, against command lines, papermill's API, and its analysis alone.

CPU seconds are those of all processes a report takes, interleaved round by round. The floor is the code of the
notebook's cells in a plain loop, with the same figures as JSON: what no way of rendering can save.
"""

import ast
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbconvert
import nbformat
import papermill
from figure import Figure
from plotly.basedatatypes import BaseFigure

import analysis.report.page
from analysis import demonstration, intake
from analysis.errors import DataProblem, NotEnoughData
from analysis.report import fanout
from analysis.report.due import due
from analysis.report.forked import Limits, WarmParent
from analysis.report.notebook import parameters_of, read_notebook
from analysis.workspace import ENVIRONMENT, Workspace

ROUNDS = 5
RUNS_OF = 3  # athletes whose watch files are taken in too
LIGHT = Path(__file__).parent / "light.ipynb"
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

Request = dict[str, object]


def figures() -> Iterator[Figure]:
    if not hasattr(os, "fork"):
        return
    with tempfile.TemporaryDirectory() as folder:
        workspace = example(Path(folder))
        jobs = due(workspace, workspace.athlete(workspace.first_athlete_id()).until)
        os.environ[ENVIRONMENT] = folder
        weeks = [request_of(workspace, job) for job in jobs if job.report == "athlete_week"][:RUNS_OF]
        with WarmParent(1, [Path(weeks[0]["notebook"])]) as one, WarmParent(2, [Path(weeks[0]["notebook"])]) as two:
            for name, request, goal in (("light", light(folder), 25.0), ("athlete_week", weeks[0], 15.0)):
                yield from against_others(name, request, one, goal)
            yield from rates(weeks * 3, one, two)
        yield from unchanged(workspace, jobs)


def example(folder: Path) -> Workspace:
    """The example squad; of the watch files only those of the first athletes."""
    workspace, files, _ = demonstration.prepare(folder)
    with_runs = {path.parent.name for path in sorted(files) if path.suffix == ".gz"}
    kept = sorted(with_runs)[:RUNS_OF]
    few = {path: root for path, root in files.items() if path.suffix != ".gz" or path.parent.name in kept}
    assert {outcome.state for outcome in intake.ingest(workspace, few)} == {"taken"}
    return workspace


def request_of(workspace: Workspace, job) -> Request:
    """The arguments of a page, as the fan-out makes them."""
    return fanout._plan(workspace, job, force=True).arguments


def light(folder: str) -> Request:
    here = Path(folder)
    paths = {"notebook": LIGHT, "output": here / "light.html", "workspace": here, "log_folder": here / "log"}
    return {**{name: str(path) for name, path in paths.items()}, "parameters": {"athlete_id": "alder"}}


# --- CPU seconds -------------------------------------------------------------------------------------------------


def against_others(name: str, request: Request, parent: WarmParent, goal: float) -> Iterator[Figure]:
    exporter = nbconvert.HTMLExporter()
    ways = {
        "forked": lambda: forked(parent, [request]),
        "floor": lambda: floor(request),
        "command lines": lambda: by_command_lines(request),
        "API": lambda: by_api(request, exporter),
    }
    for way in ("forked", "floor"):
        ways[way]()  # what is imported once is not counted
    taken = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, work in ways.items():
            taken[way].append(cpu_s(work, parent))
    yield in_cpu_s(f"{name}: a report in a fork", taken["forked"])
    yield times_less(f"{name}: CPU against command lines", "papermill, jupyter nbconvert", taken, "command lines", goal)
    yield times_less(f"{name}: CPU against papermill's API", "execute_notebook, exporter reused", taken, "API")
    over = [whole - least for whole, least in zip(taken["forked"], taken["floor"], strict=True)]
    yield in_cpu_s(f"{name}: over its analysis and figure JSON in a plain loop", over, 0.25)


def cpu_s(work: Callable[[], object], parent: WarmParent) -> float:
    """CPU seconds of this process, of the children it waits for, and of the warm parent with its own."""

    def so_far() -> float:
        mine = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        fields = Path(f"/proc/{parent.process_id}/stat").read_text().rpartition(")")[2].split()
        return sum(use.ru_utime + use.ru_stime for use in mine) + sum(map(int, fields[11:15])) / _TICKS

    begin = so_far()
    work()
    return so_far() - begin


def forked(parent: WarmParent, requests: list[Request]) -> None:
    for request in requests:
        parent.ask(request, Limits())
    for _ in requests:
        number, answer = parent.answer()
        assert "seconds" in answer, answer
        del parent.asked[number]


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


# --- rates, memory, unchanged ------------------------------------------------------------------------------------


def rates(requests: list[Request], one: WarmParent, two: WarmParent) -> Iterator[Figure]:
    """Pages a minute, one and two at a time."""
    per_minute, peaks = {one: [], two: []}, []
    forked(two, requests[:2])
    for _ in range(ROUNDS):
        for parent in (one, two):
            with peak_of(parent) as peak:
                begin = time.perf_counter()
                forked(parent, requests)
                per_minute[parent].append(60 * len(requests) / (time.perf_counter() - begin))
            peaks += peak if parent is two else []
    for parent, jobs in ((one, 1), (two, 2)):
        spread = f"{min(per_minute[parent]):.3g} to {max(per_minute[parent]):.3g}"
        yield Figure(
            f"athlete_week: pages a minute, {jobs} at a time", statistics.median(per_minute[parent]), "1/min", spread
        )
    gain = [both / single for single, both in zip(per_minute[one], per_minute[two], strict=True)]
    spread = f"{min(gain):.3g} to {max(gain):.3g}"
    yield Figure("two at a time against one", statistics.median(gain), "x", spread, "one at a time", 1.8, True)
    yield Figure("peak memory, parent and two children, shared pages once", max(peaks), "MiB", "", f"{len(peaks)} runs")


@contextmanager
def peak_of(parent: WarmParent) -> Iterator[list[float]]:
    """The largest sum of proportional set sizes of the parent and its children while this lasts, in MiB."""
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            children = Path(f"/proc/{parent.process_id}/task/{parent.process_id}/children").read_text().split()
            peak[0] = max(peak[0], sum(pss_mib(process) for process in (str(parent.process_id), *children)))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()


def pss_mib(process: str) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def unchanged(workspace: Workspace, jobs: list) -> Iterator[Figure]:
    """A second run over the same data."""
    assert all(done.done for done in fanout.render_all(workspace, jobs, 2, force=True))
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        states = {done.state for done in fanout.render_all(workspace, jobs, 2, force=False)}
        times.append((time.perf_counter() - begin) / len(jobs))
        assert states == {"unchanged"}
    yield Figure("an unchanged page, a second run", statistics.median(times), "s", "", f"{len(jobs)} pages")


def in_cpu_s(name: str, values: list[float], goal: float | None = None) -> Figure:
    spread = f"{min(values):.3g} to {max(values):.3g}"
    return Figure(name, statistics.median(values), "s CPU", spread, f"{len(values)} rounds", goal)


def times_less(name: str, baseline: str, taken: dict[str, list[float]], than: str, goal: float | None = None) -> Figure:
    ratios = [other / ours for other, ours in zip(taken[than], taken["forked"], strict=True)]
    spread = f"{min(ratios):.3g} to {max(ratios):.3g}"
    return Figure(name, statistics.median(ratios), "x", spread, baseline, goal, True)
