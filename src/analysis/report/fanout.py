"""Many pages: each one rendered by itself, several at a time; one that fails never stops the others."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jupyter_core.utils import ensure_event_loop

from analysis.errors import WorkbookError
from analysis.report import notebook as notebooks
from analysis.report.due import Job, is_of_squad
from analysis.report.render import render, report_key
from analysis.workspace import Workspace


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


def render_all(workspace: Workspace, jobs: list[Job], at_a_time: int, force: bool) -> Iterator[Done]:
    """Every job, in the order in which they end. Each page runs in a kernel process of its own."""
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
        return render_job(workspace, job, force=force)
    except Exception as problem:  # a fault of the workbook itself: it fails this page, not the others
        error = f"{type(problem).__name__}: {problem}. `workbook report` for this page alone shows where."
        return Done(job, job.page(workspace), "failed", error=error)
    finally:
        ensure_event_loop().close()


def render_job(workspace: Workspace, job: Job, *, force: bool, output: Path | None = None) -> Done:
    """One page; what went wrong is in `error`. A page that would say the same is left as it is unless forced."""
    page = output or job.page(workspace)
    try:
        notebook = workspace.notebook(job.report)
        parameters = _parameters(job, notebook)
        of_one = "athlete_id" in parameters
        seen = workspace.athlete(job.athlete_id, job.until) if of_one else workspace.everyone(job.until)
        fingerprint = seen.fingerprint
        if not force and page.is_file() and _key_of(page) == _key_for(notebook, parameters, fingerprint):
            return Done(job, page, "unchanged")
        page.parent.mkdir(parents=True, exist_ok=True)
        rendered = render(
            notebook,
            parameters,
            page,
            workspace=workspace.folder,
            contact=workspace.config.contact,
            fingerprint=fingerprint,
            log_folder=workspace.reports_folder / "log",
        )
    except WorkbookError as problem:
        return Done(job, page, "failed", error=str(problem))
    except OSError as problem:
        return Done(job, page, "failed", error=f"{page} cannot be written: {problem.strerror}. Check the folder.")
    return Done(job, page, "rendered", rendered.seconds)


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
