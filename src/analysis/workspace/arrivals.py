"""What lies in the drop folder and is not in the store, and the taking in of it before a run."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.base import config as configuration
from analysis.base.files import printable
from analysis.store import sha256_of
from analysis.workspace import Workspace
from analysis.workspace.fetched import Fetched
from analysis.workspace.intake import Outcome, files_below, ingest
from analysis.workspace.naming import with_ids
from analysis.workspace.resting import Kept, kept_files
from analysis.workspace.unfinished import unfinished

SAY_WHETHER = (
    f"{configuration.NAME} does not say whether a run takes files in first, and none does. "
    "Write `ingest_before_run = true` into it, above the first line with a [; or false, and you are not asked again."
)
_NO_NEWS = ("known", "kept")
_IN_WORDS = {
    "taken": "taken in",
    "again": "read again",
    "waiting": "waiting for a name",
    "unfinished": "left for the next run, since somebody is still writing them",
    "failed": "not taken in",
}


@dataclass(frozen=True)
class Arrived:
    """What became of the files before a run: as it is kept, where athletes are ids."""

    files: list[dict[str, object]]
    fetched: list[dict[str, str]]
    failures: list[str]  # a sentence each

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        outcomes: Iterable[Outcome],
        fetched: Iterable[Fetched] = (),
        problems: Iterable[str] = (),
    ) -> "Arrived":
        """From the outcomes in which something is new, and from what went wrong beside them."""
        names, folder = workspace.names(), workspace.folder
        files, failures = [], [with_ids(problem, names) for problem in problems]
        for one in outcomes:
            if one.state in _NO_NEWS:
                continue
            told = one.as_dict() | {"path": _below(one.path, folder), "waiting": sum(one.waiting.values())}
            del told["notes"]
            told = {key: with_ids(value, names) if isinstance(value, str) else value for key, value in told.items()}
            told["why"] = [with_ids(why, names) for why in one.why]
            files.append(told)
            if one.state == "failed":
                failures.append(f"{told['path']}: not taken in. {told['error']}")
            elif one.state == "waiting":
                failures.append(f"{told['path']}: rows that wait for a name: {told['waiting']}. See: workbook status")
        copies = [{"name": with_ids(one.name, names), "state": one.state, "error": one.error} for one in fetched]
        failures += [f"{one['name']}: not fetched. {one['error']}." for one in copies if one["state"] == "failed"]
        return cls(files, copies, failures)


def counted(states: Iterable[str]) -> list[str]:
    """How many files came to which state, in a line; no line where no file came.

    >>> counted(["taken", "failed", "taken"])
    ['Files: 2 taken in, 1 not taken in.']
    """
    counts = Counter(states)
    said = ", ".join(f"{counts[state]} {words}" for state, words in _IN_WORDS.items() if counts[state])
    return [f"Files: {said}."] if said else []


def take_in(workspace: Workspace) -> Iterator[Outcome]:
    """Take in what lies in the drop folder, and read again what has to be; of what is known nothing is said.

    Files that somebody is still writing are left for the next time, and said to be.
    """
    workspace.store.sweep()
    files = _unknown(workspace)
    left = unfinished(files)
    yield from (Outcome(path, "unfinished", error=why) for path, why in left.items())
    wanted = {path: root for path, root in files.items() if path not in left}
    yield from ingest(workspace, wanted, everywhere=True)


def untaken(workspace: Workspace) -> list[Path]:
    """The files of the drop folder of which nothing is stored."""
    hashes = set(kept_files(workspace))
    return [path for path in _unknown(workspace) if _hash(path) not in hashes]


def untaken_text(paths: list[Path], workspace: Workspace, most: int = 5) -> str:
    """The files that lie untaken, in one line."""
    names = [_below(path, workspace.folder) for path in paths]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"Files that are not taken in: {len(names)}: {', '.join(names[:most])}{more}."


def _unknown(workspace: Workspace) -> dict[Path, Path]:
    """The files of the drop folder that have to be read to be known.

    One that lies where it was taken from, of the same size and not touched since, is not.
    """
    raw = workspace.raw_folder
    kept = kept_files(workspace)
    known = {one.path: one for one in kept.values() if one.path is not None and not one.waits}
    files = files_below([raw]) if raw.is_dir() else {}
    return {path: root for path, root in files.items() if not _is(known.get(_below(path, workspace.folder)), path)}


def _is(kept: Kept | None, path: Path) -> bool:
    if kept is None:
        return False
    try:
        seen = path.stat()
    except OSError:
        return False
    touched = pd.Timestamp(max(seen.st_mtime, seen.st_ctime), unit="s", tz="UTC")
    return seen.st_size == kept.bytes and touched < kept.imported_at


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""


def _below(path: Path, folder: Path) -> str:
    path, folder = path.resolve(), folder.resolve()
    return printable((path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix())
