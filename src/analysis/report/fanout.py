"""Many pages: each one rendered by itself, several at a time; one that fails never stops the others."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jupyter_core.utils import ensure_event_loop

from analysis.errors import RenderFailed, UsageProblem
from analysis.report import notebook as notebooks
from analysis.report.due import Job, is_of_squad
from analysis.report.forked import can_fork, render_each
from analysis.report.render import failure, render_plain, report_key, write_log
from analysis.workspace import Workspace, shipped_notebooks

Engine = Literal["forked", "kernel"]

_WORTH_REHEARSING = 4  # pages; a rehearsal takes as long as it saves on three


@dataclass(frozen=True)
class Done:
    """What became of one page."""

    job: Job
    path: Path
    state: Literal["rendered", "unchanged", "failed"]
    seconds: float = 0.0
    error: str = ""

    @property
    def done(self) -> bool:
        return self.state != "failed"

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        facts = {"path": str(self.path), "state": self.state, "seconds": round(self.seconds, 2), "error": self.error}
        return self.job.__dict__ | facts


@dataclass(frozen=True)
class _Planned:
    """A page that is to be made: its job, and the arguments of `render` as plain values."""

    job: Job
    page: Path
    arguments: dict[str, Any]


def _chosen(engine: Engine | None) -> Engine:
    """The engine that was asked for; by default forks where the system has them."""
    if engine == "forked" and not can_fork:
        raise UsageProblem("This system cannot fork a process. Leave `--engine forked` out.")
    return engine or ("forked" if can_fork else "kernel")


def render_all(
    workspace: Workspace, jobs: list[Job], at_a_time: int, force: bool, engine: Engine | None = None
) -> Iterator[Done]:
    """Every job, in the order in which they end: in forks of a warm parent, or each in a kernel of its own."""
    of_an_engine = _in_forks if _chosen(engine) == "forked" else _in_kernels
    yield from of_an_engine(workspace, jobs, at_a_time, force)


def render_job(
    workspace: Workspace, job: Job, *, force: bool, output: Path | None = None, engine: Engine | None = None
) -> Done:
    """One page; what went wrong is in `error`. A page that would say the same is left as it is unless forced."""
    planned = _plan(workspace, job, force, output)
    if isinstance(planned, Done):
        return planned
    if _chosen(engine) == "forked":
        return next(_forked([planned], 1))
    return _done(planned, render_plain(planned.arguments, "kernel"))


def _in_forks(workspace: Workspace, jobs: list[Job], at_a_time: int, force: bool) -> Iterator[Done]:
    """What needs no rendering comes first where it stands before the others: no parent is started for it."""
    settled: list[Done] = []

    def planned() -> Iterator[_Planned]:
        for job in jobs:
            plan = _plan(workspace, job, force)
            if isinstance(plan, Done):
                settled.append(plan)
            else:
                yield plan

    reports = {job.report for job in jobs} if len(jobs) >= _WORTH_REHEARSING else set()
    for done in _forked(planned(), at_a_time, _shipped(workspace, reports)):
        yield from _emptied(settled)
        yield done
    yield from _emptied(settled)


def _emptied(settled: list[Done]) -> Iterator[Done]:
    while settled:
        yield settled.pop(0)


def _shipped(workspace: Workspace, reports: Iterable[str]) -> list[Path]:
    """The notebooks of these reports that came with the package: what others do may not be for a rehearsal."""
    paths = []
    for report in sorted(reports):
        with contextlib.suppress(UsageProblem):
            paths.append(workspace.notebook(report))
    return [path for path in paths if path.is_relative_to(shipped_notebooks())]


def _forked(planned: Iterable[_Planned], at_a_time: int, rehearsed: Iterable[Path] = ()) -> Iterator[Done]:
    """Pages made by forks of a warm parent, in the order in which they end."""
    in_work: dict[str, _Planned] = {}

    def requests() -> Iterator[dict[str, Any]]:
        for plan in planned:
            in_work[plan.arguments["output"]] = plan
            yield plan.arguments

    try:
        for request, answer in render_each(requests(), at_a_time, rehearsed):
            plan = in_work.pop(request["output"])
            if answer.get("where"):
                write_log(Path(request["log_folder"]), plan.page, f"{answer['failed']}\n\n{answer['where']}")
            yield _done(plan, answer)
    except RenderFailed as problem:  # no parent got ready
        for plan in [*in_work.values(), *planned]:
            yield Done(plan.job, plan.page, "failed", error=str(problem))


def _in_kernels(workspace: Workspace, jobs: list[Job], at_a_time: int, force: bool) -> Iterator[Done]:
    """Each page in a kernel process of its own, talked to from a thread."""
    pool = ThreadPoolExecutor(max_workers=at_a_time)
    try:
        running = [pool.submit(_in_a_thread, workspace, job, force) for job in jobs]
        for future in as_completed(running):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupted run ends after the pages in work


def _in_a_thread(workspace: Workspace, job: Job, force: bool) -> Done:
    """`render_job`; the event loop that talking to a kernel makes for its thread is closed with the page."""
    try:
        return render_job(workspace, job, force=force, engine="kernel")
    finally:
        ensure_event_loop().close()


def _plan(workspace: Workspace, job: Job, force: bool, output: Path | None = None) -> _Planned | Done:
    """What a job needs to be rendered; done already where that cannot work, or the page would say the same."""
    page = output or job.page(workspace)
    try:
        notebook = workspace.notebook(job.report)
        parameters = _parameters(job, notebook)
        of_one = "athlete_id" in parameters
        seen = workspace.athlete(job.athlete_id, job.until) if of_one else workspace.everyone(job.until)
        if of_one:
            workspace.consent(seen.athlete_id).require("report")
        fingerprint = seen.fingerprint
        key = _key_for(notebook, parameters, fingerprint)
        if not force and page.is_file() and _key_of(page) == key:
            return Done(job, page, "unchanged")
        page.parent.mkdir(parents=True, exist_ok=True)
    except Exception as problem:  # also a fault of the workbook itself: it fails this page, not the others
        return Done(job, page, "failed", error=failure(problem, page))
    arguments = {
        "notebook": str(notebook.resolve()),
        "parameters": parameters,
        "output": str(page.absolute()),
        "workspace": str(workspace.folder.resolve()),
        "contact": workspace.config.contact,
        "fingerprint": fingerprint,
        "key": key,  # as this process sees the source: a page is not made anew because another saw an edit
        "log_folder": str((workspace.reports_folder / "log").absolute()),
    }
    return _Planned(job, page, arguments)


def _done(planned: _Planned, answer: dict[str, Any]) -> Done:
    if "failed" in answer:
        return Done(planned.job, planned.page, "failed", error=answer["failed"])
    return Done(planned.job, planned.page, "rendered", answer["seconds"])


def _parameters(job: Job, notebook: Path) -> dict[str, object]:
    """What the notebook is told; the athlete too wherever it asks for one, so that nobody's default page is made."""
    told = {"until": job.until}
    return told if not job.athlete_id and is_of_squad(notebook) else {"athlete_id": job.athlete_id} | told


def _key_for(notebook: Path, parameters: dict[str, object], fingerprint: str) -> str:
    """The key that a page of this notebook and data would have now."""
    known = notebooks.parameters_of(notebooks.read_notebook(notebook), notebook.name)
    return report_key(notebook, notebooks.checked_parameters(known, parameters, notebook.name), fingerprint)


def _key_of(page: Path) -> str | None:
    """The key of a published page; None where its facts are gone or damaged."""
    try:
        return json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError):
        return None
