"""Many pages: each one rendered by itself, several at a time; one that fails never stops the others."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analysis.errors import WorkbookError
from analysis.report import render
from analysis.report.due import Job
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
        return {**self.job.__dict__, "path": str(self.path), "state": self.state, "error": self.error}


def render_all(workspace: Workspace, jobs: list[Job], at_a_time: int, force: bool) -> Iterator[Done]:
    """Every job, in the order in which they end. Each page runs in a kernel process of its own."""
    with ThreadPoolExecutor(max_workers=at_a_time) as pool:
        running = [pool.submit(render_job, workspace, job, None, force) for job in jobs]
        for future in as_completed(running):
            yield future.result()


def render_job(workspace: Workspace, job: Job, output: Path | None, force: bool) -> Done:
    """One page; what went wrong is in `error`. An unchanged page is left as it is unless forced."""
    page = output or job.page(workspace)
    try:
        request = render.Request(
            notebook=workspace.notebook(job.report),
            parameters={"athlete_id": job.athlete_id, "until": job.until},
            output=page,
            workspace=workspace.folder,
            fingerprint=workspace.athlete(job.athlete_id, job.until).fingerprint,
            contact=workspace.config.contact,
        )
        if not force and render.is_current(request):
            return Done(job, page, "unchanged")
        return Done(job, page, "rendered", render.render(request).seconds)
    except WorkbookError as problem:
        return Done(job, page, "failed", error=str(problem))
