"""Many pages: each one rendered by itself, several at a time; one that fails never stops the others."""

import contextlib
import json
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analysis.base.errors import RenderFailed, UsageProblem, WorkbookError
from analysis.base.plugins import versions
from analysis.report import notebook as notebooks
from analysis.report.due import Job, is_of_squad
from analysis.report.engine.cluster import Cluster
from analysis.report.engine.cluster import render_each as on_cluster
from analysis.report.engine.failed import failure, write_log
from analysis.report.engine.forks import DEADLINE_OF_ONE_S, DEADLINE_S, can_fork, render_each
from analysis.report.engine.held_folder import HeldFolder
from analysis.report.engine.key import report_key
from analysis.report.engine.manifest import Manifest, rests_on
from analysis.report.index import write_index
from analysis.report.scripts import PLOTLY, put_library
from analysis.workspace import Workspace, shipped_notebooks

Engine = Literal["forked", "kernel"]
Each = Callable[[Iterable[dict[str, Any]]], Iterator[tuple[dict[str, Any], dict[str, Any]]]]  # requests to answers

_WORTH_REHEARSING = 4  # pages; a rehearsal takes as long as it saves on three


@dataclass(frozen=True)
class Done:
    """What became of one page."""

    job: Job
    path: Path
    state: Literal["rendered", "unchanged", "failed"]
    seconds: float = 0.0
    error: str = ""
    log: str = ""  # what the cells printed to stderr, as warnings; no page shows it

    @property
    def done(self) -> bool:
        return self.state != "failed"

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        facts = {name: value for name, value in self.__dict__.items() if name != "job"}
        return self.job.__dict__ | facts | {"path": str(self.path), "seconds": round(self.seconds, 2)}


@dataclass(frozen=True)
class _Planned:
    """A page that is to be made: its job, and the arguments of `render` as plain values."""

    job: Job
    page: Path
    arguments: dict[str, Any]
    rests_on: str
    bundle: HeldFolder  # what the page is made from


def _chosen(engine: Engine | None) -> Engine:
    """The engine that was asked for; by default forks where the system has them."""
    if engine == "forked" and not can_fork:
        raise UsageProblem("This system cannot fork a process. Leave `--engine forked` out.")
    return engine or ("forked" if can_fork else "kernel")


def render_all(
    workspace: Workspace,
    jobs: list[Job],
    at_a_time: int,
    force: bool,
    engine: Engine | None = None,
    cluster: Cluster | None = None,
) -> Generator[Done, None, None]:
    """Every job, in the order in which they end: in forks of a warm parent, each in a kernel, or on a cluster.

    After the last one the index of the reports is made anew.
    """
    manifest = Manifest.read(workspace)
    if cluster:
        yield from _all_requested(manifest, jobs, force, lambda requests: on_cluster(requests, cluster))
    elif _chosen(engine) == "kernel":
        yield from _in_kernels(manifest, jobs, at_a_time, force)
    else:
        rehearsed = _shipped(workspace, {job.report for job in jobs}) if len(jobs) >= _WORTH_REHEARSING else None
        yield from _all_requested(manifest, jobs, force, lambda requests: render_each(requests, at_a_time, rehearsed))
    with contextlib.suppress(OSError):  # a folder that cannot be written has failed every page already
        write_index(workspace)


def render_job(
    workspace: Workspace, job: Job, *, force: bool, output: Path | None = None, engine: Engine | None = None
) -> Done:
    """One page; what went wrong is in `error`. A page that would say the same is left as it is unless forced."""
    return _render_job(Manifest.read(workspace), job, force, output, _chosen(engine))


def _render_job(manifest: Manifest, job: Job, force: bool, output: Path | None, engine: Engine) -> Done:
    planned = _plan(manifest, job, force, output)
    if isinstance(planned, Done):
        return planned
    if engine == "forked":
        return next(_requested(manifest, planned, [], lambda requests: render_each(requests, 1)))
    from analysis.report.engine.render import render_plain  # papermill, which no other process of a run needs

    return _done(manifest, planned, render_plain(planned.arguments, "kernel"))


def _all_requested(manifest: Manifest, jobs: list[Job], force: bool, each: Each) -> Iterator[Done]:
    """Up to the first page to be made each is told at once, and no parent is started for them. Where nobody makes pages
    any more, nothing is packed for those that are left."""
    left = iter(jobs)
    plans = (_plan(manifest, job, force) for job in left)
    settled: deque[Done] = deque()

    def others_to_make() -> Iterator[_Planned]:
        for plan in plans:
            if isinstance(plan, Done):
                settled.append(plan)
            else:
                yield plan

    for plan in plans:
        if isinstance(plan, Done):
            yield plan
            continue
        try:
            for done in _requested(manifest, plan, others_to_make(), each):
                while settled:
                    yield settled.popleft()
                yield done
        except RenderFailed as problem:
            undone = (_plan(manifest, job, force, why_not=str(problem)) for job in left)
            settled.extend(one for one in undone if isinstance(one, Done))
    yield from settled


def _shipped(workspace: Workspace, reports: Iterable[str]) -> list[Path]:
    """The notebooks of these reports that came with the package: what others do may not be for a rehearsal."""
    paths = []
    for report in sorted(reports):
        with contextlib.suppress(UsageProblem):
            paths.append(workspace.notebook(report))
    return [path for path in paths if path.is_relative_to(shipped_notebooks())]


def _requested(manifest: Manifest, first: _Planned, others: Iterable[_Planned], each: Each) -> Iterator[Done]:
    """Pages as `each` makes them, here or on the workers of a cluster, in the order in which they end.

    Raises RenderFailed, once those in work are told as failed, where nobody makes pages any more.
    """
    in_work = {first.arguments["output"]: first}

    def requests() -> Iterator[dict[str, Any]]:
        yield first.arguments
        for plan in others:
            in_work[plan.arguments["output"]] = plan
            yield plan.arguments

    try:
        for request, answer in each(requests()):
            plan = in_work.pop(request["output"])
            if answer.get("where"):
                folder, notebook = Path(request["log_folder"]), Path(request["notebook"])
                write_log(folder, notebook, plan.page, f"{answer['failed']}\n\n{answer['where']}")
            yield _done(manifest, plan, answer)
    except RenderFailed as problem:
        while in_work:
            yield _done(manifest, in_work.popitem()[1], {"failed": str(problem)})
        raise
    finally:
        for plan in in_work.values():  # the run is ended while they are in work
            _done(manifest, plan, {"failed": "The run was ended before this page was made. Run it again."})


def _in_kernels(manifest: Manifest, jobs: list[Job], at_a_time: int, force: bool) -> Iterator[Done]:
    """Each page in a kernel process of its own, talked to from a thread."""
    pool = ThreadPoolExecutor(max_workers=at_a_time)
    try:
        running = [pool.submit(_render_job, manifest, job, force, None, "kernel") for job in jobs]
        for future in as_completed(running):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupted run ends after the pages in work


def _plan(manifest: Manifest, job: Job, force: bool, output: Path | None = None, why_not: str = "") -> _Planned | Done:
    """What a job needs to be rendered; done already where that cannot work, or the page would say the same.

    With `why_not`, since nobody is there to make it, one that is to be made fails of that.

    Where all that the page rests on is as it was, nobody's data is read; where only the data may have changed, the
    page is left as it is if they say the same.
    """
    workspace = manifest.workspace
    page, packed, resting = output or job.page(workspace), None, "{}"  # what it rests on is not known yet
    try:
        notebook = workspace.notebook(job.report)
        parameters = _parameters(job, notebook)
        checked = notebooks.values_at(notebook, parameters)
        resting = rests_on(workspace, job, notebook, checked)
        if not force and manifest.holds(job, resting, page):
            return Done(job, page, "unchanged")
        if why_not:
            raise RenderFailed(why_not)
        packed = HeldFolder.make()
        fingerprint, n_athletes = _pack(manifest, job, packed.inside, of_squad="athlete_id" not in parameters)
        plugins = versions(workspace.config.plugins.use)
        key = report_key(notebook, checked, fingerprint, plugins)
        if not force and _key_of(page) == key and manifest.is_as_published(job, page):
            manifest.end(job, resting, page, 0.0)
            _discard(packed)
            return Done(job, page, "unchanged")
        page.parent.mkdir(parents=True, exist_ok=True)
        if not output:
            manifest.begin(job, resting, forced=force)
        library = None if output else _library_beside(workspace.reports_folder, page)
    except Exception as problem:  # also a fault of the workbook itself: it fails this page, not the others
        _discard(packed)
        error = failure(problem, page)
        if not (output or isinstance(problem, RenderFailed)):  # one that is set aside stays so
            with contextlib.suppress(WorkbookError, OSError):  # the disk may be why; the page is told as failed anyway
                manifest.end(job, resting, page, 0.0, error)
        return Done(job, page, "failed", error=error)
    arguments = {
        "notebook": str(notebook.resolve()),
        "parameters": parameters,
        "output": str(page.absolute()),
        "workspace": str(packed.inside.resolve()),
        "contact": workspace.config.contact,
        "fingerprint": fingerprint,
        "key": key,  # as this process sees the source: a page is not made anew because another saw an edit
        "log_folder": str((workspace.reports_folder / "log").absolute()),
        "library": library,
        "plugins": plugins,
        "deadline_s": DEADLINE_S + DEADLINE_OF_ONE_S * n_athletes,
    }
    return _Planned(job, page, arguments, resting, packed)


def _pack(manifest: Manifest, job: Job, folder: Path, of_squad: bool) -> tuple[str, int]:
    """Put the data of who agreed to have a page, or of all who agreed to be shown, into `folder`; their fingerprint,
    and how many athletes a squad has."""
    workspace = manifest.workspace
    noise = manifest.noise(job.until)
    if not of_squad:
        return workspace.pack(workspace.athlete_id(job.athlete_id), folder, job.until, noise).fingerprint, 0
    in_work = [(other.report, other.athlete_id) for other in manifest.in_work if other.until == job.until]
    squad = workspace.pack_squad(folder, job.until, in_work, noise)  # pages in work may be linked to
    return squad.fingerprint, len(squad.athletes)


def _discard(packed: HeldFolder | None) -> None:
    if packed:
        packed.discard()


def _library_beside(reports_folder: Path, page: Path) -> str:
    """Where pages among the reports find plotly.js, which lies there once for all of them."""
    put_library(reports_folder)
    return Path(os.path.relpath(reports_folder / PLOTLY, page.parent)).as_posix()


def _done(manifest: Manifest, planned: _Planned, answer: dict[str, Any]) -> Done:
    """What became of a page, noted in the manifest where the page lies among the reports."""
    error, seconds = answer.get("failed", ""), answer.get("seconds", 0.0)
    _discard(planned.bundle)
    if planned.page == planned.job.page(manifest.workspace):
        try:
            manifest.end(planned.job, planned.rests_on, planned.page, seconds, error)
        except RenderFailed as problem:
            error = str(problem)
            manifest.end(planned.job, planned.rests_on, planned.page, seconds, error)
    return Done(planned.job, planned.page, "failed" if error else "rendered", seconds, error, answer.get("log", ""))


def _parameters(job: Job, notebook: Path) -> dict[str, Any]:
    """What the notebook is told; the athlete too wherever it asks for one, so that nobody's default page is made."""
    told = {"until": job.until}
    return told if not job.athlete_id and is_of_squad(notebook) else {"athlete_id": job.athlete_id} | told


def _key_of(page: Path) -> str | None:
    """The key of a published page; None where its facts are gone or damaged."""
    try:
        return json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError):
        return None
