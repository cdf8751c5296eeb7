"""What is wrong with an installation and a workspace: each finding a sentence, and what to do."""

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from filelock import Timeout

from analysis.base import plugins
from analysis.base.errors import WorkbookError
from analysis.base.files import parts_below
from analysis.ingest.reading import Reader
from analysis.privacy.audit import KEY, Audit
from analysis.privacy.backup_list import left_by_a_kill
from analysis.privacy.erasure import JOURNAL
from analysis.report.due import due
from analysis.report.engine.held_folder import left_by_killed_runs
from analysis.store import SAMPLES
from analysis.workspace import Workspace, open_workspace
from analysis.workspace.arrivals import SAY_WHETHER, untaken, untaken_text
from analysis.workspace.fetched import new_files
from analysis.workspace.turns import lock_of

_ENOUGH_DISK_BYTES = 500 * 1024**2
_LEFT_BEHIND_S = 24 * 3600.0  # a part of a file that old belongs to no process at work
_LOOK_S = 60.0  # at a drop folder elsewhere
_MOST = 5  # names in one sentence
_OFFERED = {plugins.READERS: Reader, plugins.MODELS: Callable, plugins.SECTIONS: plugins.Section}


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    what: str
    ok: bool
    detail: str


def doctor(workspace_folder: Path | None) -> list[Finding]:
    """The installation, then the workspace where there is one."""
    findings = [
        Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0]),
        *(_package(name) for name in ("pandas", "plotly", "statsmodels", "papermill", "jupyterlab")),
        _kernel(),
    ]
    try:
        workspace = open_workspace(workspace_folder)
    except WorkbookError as problem:
        return [*findings, Finding("workspace", False, str(problem))]
    return [*findings, *_workspace_findings(workspace)]


def _package(name: str) -> Finding:
    return Finding(name, True, version(name))


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding("kernel", False, "Jupyter has no kernel 'python3'. Install ipykernel into this environment.")
    return Finding("kernel", True, spec.display_name)


def _workspace_findings(workspace: Workspace) -> list[Finding]:
    problems = workspace.store.problems()
    free = shutil.disk_usage(workspace.folder).free
    zone = f"{workspace.config.time_zone}, week starts on {workspace.config.week_start}"
    found = [
        Finding("workspace", True, str(workspace.folder)),
        Finding("configuration", True, zone),
        Finding("store", not problems, " ".join(problems) or "sound, no sample file is missing"),
        _disk(free),
    ]
    if problems:
        return found  # what follows would stumble over the same
    found += [_clock(workspace), _lock(workspace), _leftovers(workspace), _audit(workspace), _erasure(workspace)]
    found += [_files(workspace), *_drop_folder(workspace)]
    found += [
        *_plugins(workspace.config.plugins.use),
        *_privacy(workspace),
        _schedule(workspace),
        *_consents(workspace),
    ]
    return found


def _disk(free: int) -> Finding:
    enough = free > _ENOUGH_DISK_BYTES
    return Finding("disk", enough, f"{free / 1024**3:.1f} GiB free" + ("" if enough else ". Make room."))


def _clock(workspace: Workspace) -> Finding:
    """Nothing in the store is from the future; how far the computer's zone is from the squad's."""
    now = pd.Timestamp.now(tz="UTC")
    newest = workspace.store.frame("files").loc[:, "imported_at"].max()
    if pd.notna(newest) and newest > now + pd.Timedelta(minutes=5):
        detail = f"The newest file was taken in at {newest:%Y-%m-%d %H:%M} UTC and it is {now:%Y-%m-%d %H:%M} UTC now. "
        return Finding("clock", False, detail + "Set the clock of this computer.")
    here = now.to_pydatetime().astimezone()  # to the zone of this computer
    theirs = now.to_pydatetime().astimezone(workspace.config.zone)
    apart = (theirs.replace(tzinfo=None) - here.replace(tzinfo=None)).total_seconds() / 3600
    detail = "the same time as the squad's" if not apart else f"the squad's clock is {apart:+g} h from this computer's"
    return Finding("clock", True, f"{now:%Y-%m-%d %H:%M} UTC; {detail}")


def _lock(workspace: Workspace) -> Finding:
    lock = lock_of(workspace)
    try:
        with lock:
            return Finding("lock", True, "no run is at work")
    except Timeout:
        return Finding("lock", True, "a run is at work; the system frees its lock when it ends or dies")
    except OSError as problem:
        return Finding("lock", False, f"{lock.lock_file} cannot be written: {problem.strerror}. No run can begin.")


def _leftovers(workspace: Workspace) -> Finding:
    """Parts of files and folders that a killed process left, and sample files that no row names."""
    store = workspace.folder / workspace.config.store
    before = time.time() - _LEFT_BEHIND_S
    parts = [*parts_below(store), *parts_below(workspace.reports_folder)]
    old = [path for path in parts if path.stat().st_mtime < before]
    named = set(workspace.store.frame("sample_files")["path"])
    samples = store / SAMPLES
    orphans = [path for path in samples.rglob("*.parquet") if path.relative_to(samples).as_posix() not in named]
    bundles, backups = left_by_killed_runs(), left_by_a_kill(workspace)
    if not old and not orphans and not bundles and not backups:
        return Finding("leftovers", True, "none")
    said = [f"Sample files of no session: {len(orphans)}; the next `workbook ingest` deletes them."] if orphans else []
    said += [f"Folders like {bundles[0]}: {len(bundles)}; the next `workbook run` deletes them."] if bundles else []
    if backups:
        these = ", ".join(map(str, backups))
        said += [f"A backup or restore was killed and left {these}. Make the next one, or delete them."]
    said += [f"{len(old)} parts of files of a killed run, as {old[0]}. Delete them."] if old else []
    return Finding("leftovers", not old and not backups, " ".join(said))


def _audit(workspace: Workspace) -> Finding:
    log = Audit(workspace)
    try:
        said = [f"lines: {log.check()}, all as they were written", *log.notes()]
        return Finding("audit log", True, ". ".join(sentence.removesuffix(".") for sentence in said))
    except (WorkbookError, OSError) as problem:
        return Finding("audit log", False, str(problem))


def _erasure(workspace: Workspace) -> Finding:
    if (workspace.folder / workspace.config.store / JOURNAL).exists():
        return Finding("erasure", False, "One was begun and is not proven. Call the same `workbook erase` again.")
    return Finding("erasure", True, "none is unfinished")


def _files(workspace: Workspace) -> Finding:
    """What lies in the drop folder and is not in the store."""
    found = untaken(workspace)
    said = [f"{untaken_text(found, workspace)} `workbook ingest` takes them in, or says why not." if found else ""]
    said += [SAY_WHETHER] if workspace.config.ingest_before_run is None else []
    return Finding("files", True, " ".join(filter(None, said)) or "all that lies in the drop folder is taken in")


def _drop_folder(workspace: Workspace) -> Iterator[Finding]:
    """Whether the drop folder elsewhere can be read, and what is new in it."""
    if workspace.config.drop_folder is None:
        return
    try:
        found = new_files(workspace, _LOOK_S)
    except WorkbookError as problem:
        yield Finding("drop folder", False, str(problem))
        return
    some = ", ".join(found[:_MOST]) + (f" and {len(found) - _MOST} more" if len(found) > _MOST else "")
    yield Finding("drop folder", True, f"new files there: {len(found)}: {some}" if found else "nothing new there")


def _plugins(names: tuple[str, ...]) -> Iterator[Finding]:
    """The plug-ins that are named, with what they offer, and those that are installed and never loaded."""
    for plugin in plugins.named(names):
        own = (plugin.name,)
        found = [offer for group, kind in _OFFERED.items() for offer in plugins.offers(own, group, kind)]
        wrong = [*plugins.problems(own), *(offer.problem for offer in found if offer.problem)]
        offered = ", ".join(f"{point.name} of {point.group}" for point in plugin.points)
        yield Finding("plug-in", not wrong, " ".join(wrong) or f"{plugin}: {offered}")
    for plugin in plugins.installed():
        if plugin.name not in names:
            yield Finding("plug-in", True, f"{plugin} is installed and not named in [plugins], so it is never loaded")


def _privacy(workspace: Workspace) -> Iterator[Finding]:
    """Who else on this computer can read what is personal; only POSIX systems say so by mode bits."""
    if os.name != "posix":
        return
    store = workspace.folder / workspace.config.store
    key = store / KEY
    if stat.S_IMODE(store.stat().st_mode) & 0o077:
        yield Finding("privacy", False, f"others can read it. Run: chmod 700 {store}")
    elif key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("privacy", False, f"others can read the key of the audit log. Run: chmod 600 {key}")
    else:
        yield Finding("privacy", True, "only you can read the store")
    opened = [folder for folder in (workspace.raw_folder, workspace.reports_folder) if _everybody_reads(folder)]
    if opened:
        names = " ".join(str(folder) for folder in opened)
        yield Finding("files and pages", False, f"Every user of this computer can read them. Run: chmod o-rwx {names}")
    else:
        yield Finding("files and pages", True, "not open to every user of this computer")


def _everybody_reads(folder: Path) -> bool:
    """Whether the bits let every user in, all the way down to the folder."""
    if not folder.exists() or not stat.S_IMODE(folder.stat().st_mode) & 0o004:
        return False
    return all(stat.S_IMODE(above.stat().st_mode) & 0o001 for above in folder.resolve().parents)


def _schedule(workspace: Workspace) -> Finding:
    """Whether the pages of the last period that is over are there, if there are data that no page has seen."""
    if not workspace.config.reports:
        return Finding("schedule", True, "no report is planned; add one under [[reports]] to have it made every week")
    try:
        jobs = due(workspace, workspace.today())
    except WorkbookError as problem:
        return Finding("schedule", False, str(problem))
    missing = [job for job in jobs if not job.page(workspace).is_file()]
    periods = {page.parent.name for page in workspace.reports_folder.glob("*/*/*.html")}
    newest = workspace.streams().loc[:, "last_date"].max()
    if missing and periods and pd.notna(newest) and f"{newest:%Y-%m-%d}" > max(periods):
        detail = f"{len(missing)} of {len(jobs)} pages of the last period are not there. Run: workbook run --due"
        return Finding("schedule", False, detail)
    if missing:
        since = f"no data since the pages of {max(periods)}" if periods else "none was made yet"
        return Finding("schedule", True, f"{len(jobs)} pages are planned, {since}. To make them: workbook run --due")
    return Finding("schedule", True, f"{len(jobs)} pages of the last period, all there")


def _consents(workspace: Workspace) -> Iterator[Finding]:
    """Cells that say nothing or something else, minors without a guardian, and pages that nobody agreed to any more."""
    found = workspace.consents()
    silent = [one.athlete_id for one in found.values() if not one.is_stated]
    means = f"an empty cell counts as {workspace.config.consent_default}"
    yield Finding("consent", True, f"stated by {len(found) - len(silent)} of {len(found)} athletes; {means}")
    gaps = {
        "has a word in the consent cell that is no scope. Correct it in the roster": [
            one.athlete_id for one in found.values() if one.unknown
        ],
        "is a minor without a guardian on record, and nothing is shown. Put one into the roster": [
            one.athlete_id for one in found.values() if one.lacks_guardian
        ],
        "has pages and has not agreed to them. Delete these, or ask again": [
            athlete_id
            for athlete_id, one in found.items()
            if not one.allows("report") and any(workspace.reports_folder.glob(f"*/*/{athlete_id}.html"))
        ],
    }
    for said, whose in gaps.items():
        if whose:
            more = f" and {len(whose) - _MOST} more" if len(whose) > _MOST else ""
            yield Finding("consent", False, f"Each of these {said}: {', '.join(whose[:_MOST])}{more}.")
