"""Erasing an athlete: everything that says who trained goes, and a search of the whole workspace proves it.

What is to be looked for is written down first (`erasing.json` in the store's folder, for its owner alone), so that a
call that was killed is finished by a second one. It goes when a search finds nothing any more.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from analysis.base import config as configuration
from analysis.base.errors import UnreadableFile, UsageProblem
from analysis.base.files import sweep, write_whole
from analysis.base.frames import rows_of
from analysis.delivery.channels import WAITING
from analysis.delivery.ledger import Entry
from analysis.delivery.sending import entries
from analysis.ingest.binding import Names
from analysis.privacy import audit, backup_list
from analysis.privacy.audit import Audit
from analysis.privacy.name_search import SKIPPED, Sought, Trace, search, sought, traces_in
from analysis.privacy.rewriting import PART, CannotRewrite, Whose, config_without, rewrite
from analysis.report.due import SQUAD, Job
from analysis.report.engine.fan_out import render_job
from analysis.report.engine.held_folder import held_folder, left_by_killed_runs
from analysis.report.index import write_index
from analysis.report.scripts import PLOTLY
from analysis.sealing import SECRET as FORM_KEYS
from analysis.sealing import FormKeysLost
from analysis.store import DATABASE, SAMPLES, sha256_of
from analysis.workspace import Workspace, fetched, open_workspace, read_as
from analysis.workspace.form_letters import athletes_in, is_letter, letters_without
from analysis.workspace.noise import kept_in

JOURNAL = "erasing.json"
CHECKPOINTS = ".ipynb_checkpoints"

PROOF = (
    f"Searched: every file of the workspace but those below {', '.join(SKIPPED)}, also what is packed in them. "
    "Neither the id nor a name that is looked for stands there. "
    "Backups, mails and copies elsewhere were not searched: delete them too."
)

_SERVER = Path("[store]")  # what stands for a database that no folder holds
_A_DAY_S = 24 * 3600.0
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Task:
    """What is being erased, as it stands in the journal."""

    wanted: Sought
    hashes: dict[str, int]  # of the files that are this athlete's alone, with their size in bytes
    mails: tuple[str, ...] = ()  # by their ids in the ledger; a locked page in one tells no name
    handed_out: tuple[str, ...] = ()  # what left the workspace, in words without a name
    jobs: tuple[Job, ...] = ()  # pages of others that named the athlete; they are made anew
    bound: tuple[tuple[str, str], ...] = ()  # every name that means the athlete, by its source
    rewritten: dict[str, tuple[str, int]] = field(default_factory=dict)  # hash before, by the new one; and new bytes
    sealed: tuple[str, ...] = ()  # hashes of letters of forms in which answers of the athlete are


@dataclass(frozen=True)
class Erased:
    """What was done, and what the search found afterwards."""

    athlete_id: str
    rows: dict[str, int]  # deleted or changed, by table
    deleted: tuple[str, ...]  # files, below the workspace
    rewritten: tuple[str, ...]  # files of several athletes, now without this one
    rendered: tuple[str, ...]  # pages of others, made anew
    failed: tuple[str, ...]  # pages of others that are gone and could not be made anew, with the reason
    found: tuple[Trace, ...]
    too_common: tuple[str, ...]
    handed_out: tuple[str, ...]  # what left the workspace, for people to get back or have deleted
    kept: dict[str, str] = field(default_factory=dict)  # files of several that could not be written anew, and why

    @property
    def left(self) -> list[Trace]:
        """Where a word still stands."""
        return [trace for trace in self.found if trace.looked]

    @property
    def unseen(self) -> list[Trace]:
        """What could not be looked into."""
        return [trace for trace in self.found if not trace.looked]

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        traces = [trace.__dict__ | {"path": str(trace.path)} for trace in self.found]
        return {**self.__dict__, "found": traces, "proven": not self.found}


def id_of(workspace: Workspace, athlete: str) -> str:
    """The id of the athlete, also of one whose erasure was begun and not finished.

    Raises UnknownAthlete where there is neither.
    """
    unfinished = _unfinished(workspace.folder / workspace.config.store / JOURNAL, athlete)
    return unfinished.wanted.athlete_id if unfinished else workspace.athlete_id(athlete)


def erase(workspace: Workspace, athlete: str, *, raw: bool = False) -> Erased:
    """Erase an athlete, or finish what an earlier call began; then search for the id and the names.

    Parameters
    ----------
    workspace : Workspace
        Whose lock the caller holds.
    athlete : str
        Id, name or alias.
    raw : bool
        Delete and rewrite files that people put there too: those in the drop folder, and those that were taken in from
        elsewhere in the workspace. Without it they are only named where the search finds the athlete in them.

    Raises
    ------
    UnknownAthlete
        There is nobody of that name, and no erasure to finish.
    Busy
        Somebody reads the store, so that its log cannot be emptied, or a backup is being made.
    """
    journal = workspace.folder / workspace.config.store / JOURNAL
    backup_list.sweep(workspace)
    for file in (journal, workspace.folder / configuration.NAME):
        sweep(file)
    task = _unfinished(journal, athlete) or _begun(workspace, athlete)
    made = list(_made_with(workspace, task))
    task = replace(task, jobs=tuple(dict.fromkeys([*task.jobs, *_pages_of_others(workspace, made, task.wanted)])))
    _note(journal, task)
    wanted = task.wanted
    deleted, rewritten, kept = [*made], [], {}
    if raw:
        deleted += _raw_of_one(workspace, task)
        rewritten, kept = _rewritten(workspace, task, journal, leave=set(deleted))
    elsewhere = fetched.forget(workspace, deleted, wanted.words)
    for path in deleted:
        path.unlink(missing_ok=True)
    _remove_empty_folders(workspace, deleted, wanted)
    backup_list.forget(workspace, wanted.in_text.search)
    rows = workspace.store.forget(wanted.athlete_id, wanted.words, wanted.in_text)
    workspace.store.forget_samples(wanted.athlete_id)
    workspace.store.sweep()
    if config_without(workspace.folder / configuration.NAME, wanted):
        rewritten.append(workspace.folder / configuration.NAME)
    workspace.store.compact()
    rendered, failed = _made_anew(workspace, task.jobs)
    left_by_runs = [folder for folder in left_by_killed_runs() if _tells_of(folder, wanted)]
    for folder in left_by_runs:
        shutil.rmtree(folder, ignore_errors=True)
    found = tuple(search(workspace.folder, wanted, leave=[journal]))
    said = {trace.path for trace in found if trace.looked}
    found += tuple(Trace(path, "in its rows") for path in kept if path not in said)
    found += tuple(Trace(path, "sealed in it, as answers of a form") for path in _sealed(workspace, task))
    found += tuple(_on_a_server(workspace, wanted))
    if not any(trace.looked for trace in found):
        _forget(journal, wanted.athlete_id)
    return Erased(
        wanted.athlete_id,
        rows,
        (*_shown(workspace, deleted), *map(str, left_by_runs)),
        _shown(workspace, rewritten),
        rendered,
        failed,
        tuple(replace(trace, path=_below(trace.path, workspace.folder)) for trace in found),
        wanted.too_common,
        (*task.handed_out, *_in_drop_folder(workspace, elsewhere)),
        {path.relative_to(workspace.folder).as_posix(): why for path, why in kept.items()},
    )


def remedy(workspace: Workspace, trace: Trace, kept: Mapping[str, str] | None = None) -> str:
    """What to do about a place where the athlete was found; `kept` are files that could not be written anew."""
    path = workspace.folder / trace.path
    if why := (kept or {}).get(trace.path.as_posix()):
        return f"Left as it is, since {why}. Take the athlete out by hand in the program that made it, or delete it."
    if trace.path == _SERVER:
        return "Ask its administrator to have it gone."
    if path.is_relative_to(workspace.raw_folder):
        return "Erase with --raw, or delete it or take the rows out by hand."
    if path.suffix == ".ipynb":
        return "Clear its outputs, set another athlete in its parameters, or delete it."
    if path.name == configuration.NAME:
        return "Take the line out."
    if not trace.looked:
        return "Look into it yourself, or delete it."
    return "Delete it, or take the words out."


def _tells_of(folder: Path, wanted: Sought) -> bool:
    try:
        return any(search(folder, wanted))
    except OSError:  # a run at work has just done with it
        return False


def _unfinished(journal: Path, athlete: str) -> Task | None:
    """The erasure of this athlete that the journal tells of, if it does."""
    for task in _tasks(journal):
        if athlete.casefold() in {word.casefold() for word in task.wanted.words}:
            return task
    return None


def _tasks(journal: Path) -> list[Task]:
    """The erasures that were begun and are not proven."""
    told = json.loads(journal.read_text(encoding="utf-8")) if journal.exists() else []
    return [_task(one) for one in told]


def _task(told: dict) -> Task:
    lists = {name: tuple(words) for name, words in told["wanted"].items() if name != "athlete_id"}
    wanted = Sought(told["wanted"]["athlete_id"], **lists)
    jobs = tuple(Job(**job) for job in told["jobs"])
    bound = tuple((source, name) for source, name in told.get("bound", ()))
    rewritten = {after: (before, size) for after, (before, size) in told.get("rewritten", {}).items()}
    mails, handed_out, sealed = (tuple(told.get(name, ())) for name in ("mails", "handed_out", "sealed"))
    return Task(wanted, told["hashes"], mails, handed_out, jobs, bound, rewritten, sealed)


def _note(journal: Path, task: Task) -> None:
    """Put an erasure into the journal, in the place of what it said of the same athlete."""
    others = [one for one in _tasks(journal) if one.wanted.athlete_id != task.wanted.athlete_id]
    write_whole(journal, json.dumps([asdict(one) for one in (*others, task)]).encode())


def _forget(journal: Path, athlete_id: str) -> None:
    """Take an erasure that is proven out of the journal; the journal goes with the last one."""
    others = [asdict(one) for one in _tasks(journal) if one.wanted.athlete_id != athlete_id]
    write_whole(journal, json.dumps(others).encode()) if others else journal.unlink()


def _begun(workspace: Workspace, athlete: str) -> Task:
    wanted = sought(workspace, workspace.athlete_id(athlete))
    files = workspace.store.files_of(wanted.athlete_id, wanted.words)
    lines = [line for line in entries(workspace) if line.athlete_id == wanted.athlete_id]
    letters = {path: whose for path in _files_below(workspace.folder) if (whose := athletes_in(workspace, path))}
    own = {path for path, whose in letters.items() if whose == {wanted.athlete_id}}
    return Task(
        wanted,
        dict(zip(files["sha256"], files["bytes"].tolist(), strict=True))
        | {sha256_of(path): path.stat().st_size for path in own},
        tuple(line.delivery_id for line in lines),
        tuple(_handed_out(workspace, wanted.athlete_id, lines)),
        bound=tuple(key for key, whose in workspace.names().bound.items() if whose == wanted.athlete_id),
        sealed=tuple(sha256_of(path) for path, whose in letters.items() if wanted.athlete_id in whose),
    )


def _handed_out(workspace: Workspace, athlete_id: str, lines: Iterable[Entry]) -> Iterator[str]:
    """What left the workspace with data of the athlete, as far as the ledger and the audit log know."""
    for line in lines:
        if line.state in ("sent", "sending", "doubtful"):
            yield f"{line.report} until {line.until}: {line.state} to the {line.whose} by {line.channel}"
    log, backups = Audit(workspace), backup_list.backups_of(workspace)
    yield from log.handed_out(athlete_id, ("share", "export", "form"))
    for line in rows_of(log.table()):
        if line.what == "backup" and line.exit == 0 and (not backups or line.at < backups[0].begun_at):
            yield f"workbook backup, {line.at}"  # before there was a list of where they went
    yield from map(str, backups)


def _in_drop_folder(workspace: Workspace, files: int) -> Iterator[str]:
    """The files of which copies were fetched: nothing is deleted there."""
    if files:
        yield f"files in the drop folder {workspace.config.drop_folder}: {files}; none is fetched again"
    elif workspace.config.drop_folder is not None:
        yield f"whatever lies in the drop folder {workspace.config.drop_folder}"


def _on_a_server(workspace: Workspace, wanted: Sought) -> Iterator[Trace]:
    """What still stands in a database on a server, and where nobody but its administrator can look."""
    if workspace.store.is_on_server:
        with held_folder() as private:
            workspace.store.copy_to(private / DATABASE)
            yield from (replace(trace, path=_SERVER) for trace in traces_in(private / DATABASE, wanted))
    yield from (Trace(_SERVER, place, looked=False) for place in workspace.store.unproven())


def _below(path: Path, folder: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _made_with(workspace: Workspace, task: Task) -> Iterator[Path]:
    """What the workbook made for or about the athlete: pages, facts, logs, mails, copies of notebooks in work."""
    wanted, mails = task.wanted, {name for mail in task.mails for name in (f"{mail}.eml", f".{mail}.eml{WAITING}")}
    store = workspace.folder / workspace.config.store
    kept = {store / name for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", JOURNAL, *audit.FILES)}
    kept |= {*audit.old_logs(store), store / backup_list.LIST, store / fetched.LEDGER, store / FORM_KEYS}
    kept.add(workspace.reports_folder / PLOTLY)  # of everybody's pages, and nobody's
    outbox = workspace.folder / workspace.config.delivery.outbox
    folders = [workspace.reports_folder, store, outbox, *workspace.folder.rglob(CHECKPOINTS)]
    for path in (path for folder in folders for path in _files_below(folder)):
        below = path.relative_to(workspace.folder)
        if path in kept or path.is_relative_to(store / SAMPLES):
            continue
        named = wanted.in_text.search(below.as_posix()) or (path.parent == outbox and path.name in mails)
        if named or any(trace.looked for trace in traces_in(path, wanted)):
            yield path
    yield from kept_in(store)  # the athlete's share is in it
    yield from _shared_within(workspace, wanted, folders)


def _shared_within(workspace: Workspace, wanted: Sought, looked_through: Iterable[Path]) -> Iterator[Path]:
    """Pages of the athlete that were shared into other folders of the workspace: their names say whose they are."""
    elsewhere = [workspace.raw_folder, *looked_through]
    for path in _files_below(workspace.folder):
        is_elsewhere = not any(path.is_relative_to(folder) for folder in elsewhere)
        if path.suffix == ".html" and is_elsewhere and wanted.in_text.search(path.stem):
            yield path


def _pages_of_others(workspace: Workspace, made: Iterable[Path], wanted: Sought) -> Iterator[Job]:
    """The pages among the files which are not the athlete's own: they can be made anew without the athlete."""
    for path in made:
        parts = path.relative_to(workspace.folder).parts[-3:]
        if path.suffix != ".html" or len(parts) < 3 or not _DAY.fullmatch(parts[1]) or wanted.in_text.search(path.stem):
            continue
        yield Job(parts[0], "" if path.stem == SQUAD else path.stem, parts[1])


def _made_anew(before: Workspace, jobs: Iterable[Job]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pages that were made anew, and those that could not be, with the reason."""
    workspace = open_workspace(before.folder, before.noise_of)  # opened anew: its configuration may have changed
    rendered, failed, folder = [], [], before.folder
    for job in jobs:
        done = render_job(workspace, job, force=True)
        shown = done.path.relative_to(folder).as_posix()
        rendered += [shown] if done.done else []
        failed += [] if done.done else [f"{shown}: {done.error}"]
    write_index(workspace)
    workspace.store.close()
    return tuple(rendered), tuple(failed)


def _raw_of_one(workspace: Workspace, task: Task) -> list[Path]:
    """Files that people put into the workspace and that are this athlete's alone: by their hash, or their folder."""
    sizes = set(task.hashes.values())
    every = _files_below(workspace.folder)
    by_hash = [path for path in every if path.stat().st_size in sizes and sha256_of(path) in task.hashes]
    dropped = _files_below(workspace.raw_folder)
    by_name = [p for p in dropped if task.wanted.in_text.search(p.relative_to(workspace.raw_folder).as_posix())]
    return [*by_hash, *by_name]


def _sealed(workspace: Workspace, task: Task) -> list[Path]:
    """The letters of forms that are there still, in which answers of the athlete are."""
    every = _files_below(workspace.folder) if task.sealed else ()
    return [path for path in every if is_letter(path) and sha256_of(path) in task.sealed]


def _rewritten(workspace: Workspace, task: Task, journal: Path, leave: set[Path]) -> tuple[list[Path], dict[Path, str]]:
    """The files of several athletes that are without this one now, and those that could not be, with the reason.

    What was rewritten stays known to the store as the file that it was, so that it is not taken in again.
    """
    wanted, rewritten, kept = task.wanted, [], {}
    _sweep(workspace)
    bound = Names(dict.fromkeys(task.bound, wanted.athlete_id))
    whose = Whose(wanted, workspace.names().and_of(bound))
    files = workspace.store.frame("files")
    told_of = {row.sha256: row.read_as for row in rows_of(files) if isinstance(row.read_as, str)}
    for path in _taken_in(workspace):
        if path in leave:
            continue
        before = sha256_of(path)

        def note(written: Path, before: str = before) -> None:
            task.rewritten[sha256_of(written)] = (before, written.stat().st_size)
            _note(journal, task)

        told = told_of.get(before)
        try:
            if before in task.sealed:
                content = letters_without(workspace, path, wanted.athlete_id, whose.names).encode()
                task.rewritten[hashlib.sha256(content).hexdigest()] = (before, len(content))
                _note(journal, task)
                write_whole(path, content, path.stat().st_mode & 0o777)
                rewritten.append(path)
                continue
            options = read_as.options_of(workspace, told)
            if rewrite(path, whose, options, read_as.owner_of(workspace, path, told, whose.names), note):
                rewritten.append(path)
        except (CannotRewrite, UsageProblem, UnreadableFile, FormKeysLost) as problem:
            kept[path] = str(problem)
    after = {before: (sha256, size) for sha256, (before, size) in task.rewritten.items()}
    changed = files.loc[files["sha256"].isin(list(after))]
    known = [after[before] for before in changed["sha256"]]
    workspace.store.put(
        "files", changed.assign(sha256=[sha256 for sha256, _ in known], bytes=[size for _, size in known])
    )
    return rewritten, kept


def _sweep(workspace: Workspace) -> None:
    """Remove the folders in which a call that was killed wrote files anew."""
    for folder in workspace.folder.rglob(f".*{PART}"):
        if folder.is_dir():
            shutil.rmtree(folder)


def _taken_in(workspace: Workspace) -> list[Path]:
    """Files that people put into the workspace: those of the drop folder, and what was taken in from elsewhere."""
    files = workspace.store.frame("files")
    sizes, hashes = set(files["bytes"]), set(files["sha256"])
    every = _files_below(workspace.folder)
    by_hash = {path for path in every if path.stat().st_size in sizes and sha256_of(path) in hashes}
    return sorted(by_hash | set(_files_below(workspace.raw_folder)))


def _files_below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and not set(path.relative_to(folder).parts) & set(SKIPPED)
    )


def _remove_empty_folders(workspace: Workspace, deleted: Iterable[Path], wanted: Sought) -> None:
    """The folders that a deletion left empty, below the workspace, this one or one before it that was killed."""
    named = {path for path in workspace.folder.rglob("*") if wanted.in_text.search(path.name) and path.is_dir()}
    for folder in sorted({path.parent for path in deleted} | named, key=lambda path: -len(path.parts)):
        while folder != workspace.raw_folder and folder.is_relative_to(workspace.folder) and folder.is_dir():
            if any(folder.iterdir()) or folder == workspace.folder:
                break
            folder.rmdir()
            folder = folder.parent


def _shown(workspace: Workspace, paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(sorted({path.relative_to(workspace.folder).as_posix() for path in paths}))
