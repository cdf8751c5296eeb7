"""The manifest of the pages, kept in the store: what became of each, and what it rests on.

It outlives any death of a run. A page whose entry still holds is left as it is, at no reading of the athlete's data;
one that was in work when a run died is begun again, and set aside when that happened too often.
"""

import hashlib
import json
import re
import threading
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import RenderFailed, UsageProblem
from analysis.base.plugins import versions
from analysis.report import notebook as notebooks
from analysis.report.claims import claims_of_page, not_kept
from analysis.report.due import SQUAD, Job
from analysis.report.engine.key import key_parts
from analysis.store import as_json
from analysis.workspace import Workspace, day

MOST_ATTEMPTS = 2  # runs that may die while a page is in work

_HASH = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Entry:
    """What is known of one page."""

    state: str
    attempts: int
    rests_on: str
    page_hash: str | None
    error: str | None = None


@dataclass(frozen=True, eq=False)
class Manifest:
    """The pages of a workspace as one run finds and leaves them.

    Attributes
    ----------
    entries : dict
        By job; those of earlier runs where this one has not worked on the page.
    run : str
    in_work : set
        Pages that this run has begun and not ended.
    noises : dict
        By day, the noise of the squad that all pages of this run go by.
    """

    workspace: Workspace
    entries: dict[Job, Entry]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    in_work: set[Job] = field(default_factory=set)
    noises: dict[str, pd.DataFrame] = field(default_factory=dict)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def read(cls, workspace: Workspace) -> "Manifest":
        """The manifest as it stands."""
        columns = ("report", "athlete_id", "until", "state", "attempts", "rests_on", "page_hash", "error")
        rows = workspace.store.values("pages", *columns)
        return cls(workspace, {Job(*row[:3]): Entry(*row[3:]) for row in rows})

    def noise(self, until: str) -> pd.DataFrame:
        """The noise of the squad as of a day, the same for each page of this run; told when the first one asks."""
        with self._one_at_a_time:
            if until not in self.noises:
                self.noises[until] = self.workspace.noise(day(until))
            return self.noises[until]

    def holds(self, job: Job, rests_on: str, page: Path) -> bool:
        """Whether the page was made of just this, and is still as it was published."""
        entry = self.entries.get(job)
        return entry is not None and entry.rests_on == rests_on and self.is_as_published(job, page)

    def is_as_published(self, job: Job, page: Path) -> bool:
        """Whether the page and its facts are, to the byte, what was published last."""
        entry = self.entries.get(job)
        return entry is not None and entry.page_hash is not None and entry.page_hash == page_hash(page)

    def begin(self, job: Job, rests_on: str, *, forced: bool = False) -> None:
        """Note that a page is in work.

        Raises RenderFailed for one that was in work in `MOST_ATTEMPTS` runs that died, unless it is forced.
        """
        before = self.entries.get(job)
        died = before.attempts if before and before.state == "in work" and before.rests_on == rests_on else 0
        if died >= MOST_ATTEMPTS and not forced:
            raise RenderFailed(
                f"This page was in work when {died} runs were ended from outside, so it is set aside. "
                "Check the memory of this machine, then run again with --force."
            )
        self._note(job, Entry("in work", died + 1, rests_on, None))
        self.in_work.add(job)

    def end(self, job: Job, rests_on: str, page: Path, seconds: float, error: str = "") -> None:
        """Note that a page is made, and the changes that it told first, or why there is no page.

        Raises RenderFailed for a page whose changes cannot be kept.
        """
        published = None if error else page_hash(page)
        told = {"claims": self._first_told(claims_of_page(job, page))} if published else {}
        self.in_work.discard(job)
        entry = Entry("failed" if error else "rendered", 0, rests_on, published, error or None)
        self._note(job, entry, seconds, **told)

    def _first_told(self, told: pd.DataFrame) -> pd.DataFrame:
        """Those of the changes told that no page has told before."""
        return not_kept(told, self.workspace.store.frame("claims", set(told["athlete_id"]))) if len(told) else told

    def _note(self, job: Job, entry: Entry, seconds: float | None = None, **told: pd.DataFrame) -> None:
        now = {"until": day(job.until), "run": self.run, "seconds": seconds, "changed_at": pd.Timestamp.now(tz="UTC")}
        self.workspace.store.note("pages", pd.DataFrame([asdict(job) | asdict(entry) | now]), **told)
        self.entries[job] = entry


def page_hash(page: Path) -> str | None:
    """A hash of a published page and the facts beside it; None where one of them is gone."""
    try:
        content = page.read_bytes(), page.with_suffix(".json").read_bytes()
    except OSError:
        return None
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in content)).hexdigest()


def rests_on(workspace: Workspace, job: Job, notebook: Path, parameters: dict[str, Any]) -> str:
    """What decides a page, part by part, as JSON; known without reading anybody's data."""
    plugins = versions(workspace.config.plugins.use)
    return as_json(key_parts(notebook, parameters, plugins) | workspace.rests_on(job.athlete_id))


def explained(workspace: Workspace, page: Path) -> list[str]:
    """What a page was made of and what has changed since, a line each.

    Raises UsageProblem where no page of this workspace was published there.
    """
    job = _job_of(workspace, page)
    manifest = Manifest.read(workspace)
    entry = manifest.entries.get(job)
    if entry is None:
        raise UsageProblem(f"{page} is no page of this workspace. The pages are below {workspace.reports_folder}.")
    notebook = workspace.notebook(job.report)
    known = notebooks.parameters_at(notebook)
    told = {name: value for name, value in (("athlete_id", job.athlete_id), ("until", job.until)) if name in known}
    then = json.loads(entry.rests_on)
    now = json.loads(rests_on(workspace, job, notebook, notebooks.values_at(notebook, told)))
    lines = [f"{job.report} of {job.athlete_id or 'the squad'} until {job.until}: {entry.state}"]
    lines += [entry.error] if entry.error else []
    for part in dict.fromkeys([*then, *now]):
        before, after = _said(then.get(part)), _said(now.get(part))
        lines.append(f"{part:14} {before}" + ("" if before == after else f"   CHANGED: now {after}"))
    return [*lines, _outlook(manifest, job, page, then, now)]


def _said(part: Any) -> str:
    """A part of what decides a page in few words; of a hash its beginning."""
    if isinstance(part, dict):
        return ", ".join(f"{name} {value}" for name, value in part.items())
    return _HASH.sub(lambda found: found[0][:12], str(part)) if part not in (None, "") else "none"


def _outlook(manifest: Manifest, job: Job, page: Path, then: dict[str, Any], now: dict[str, Any]) -> str:
    """What the next run does with a page, in a sentence."""
    entry = manifest.entries[job]
    if entry.page_hash is None:
        return "The page was not made; the next run tries again."
    if not manifest.is_as_published(job, page):
        return "The page or its facts were altered after they were published; the next run makes them anew."
    changed = [part for part in {**then, **now} if then.get(part) != now.get(part)]
    if changed == ["data"]:
        return "Data were taken in since; the next run makes this page anew if they say something else."
    if changed:
        return "What it rests on has changed; the next run makes this page anew."
    return "Nothing has changed since; the next run leaves this page as it is."


def _job_of(workspace: Workspace, page: Path) -> Job:
    """The job of a page, by where it lies."""
    try:
        report, until, name = page.resolve().relative_to(workspace.reports_folder.resolve()).parts
    except ValueError:
        raise UsageProblem(
            f"{page} does not lie below {workspace.reports_folder}. Name a page that is there."
        ) from None
    stem = Path(name).stem
    return Job(report, "" if stem == SQUAD else stem, until)
