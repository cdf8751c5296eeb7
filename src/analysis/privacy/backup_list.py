"""The backups that a workspace knows of, where they went, and what one left that was killed.

A backup is put on the list (`backups.json` in the store's folder) before anything of it is written, with the name of
the part at its destination, so that the next one, an erasure and the doctor find what a kill left.
"""

import contextlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.base.errors import Busy
from analysis.base.files import write_whole
from analysis.workspace import Workspace

LIST, LOCK, WORK = "backups.json", "backup.lock", "backing-up"

_RESTORING = ".restoring"


@dataclass(frozen=True)
class Known:
    """A backup that was made, or was begun."""

    path: str
    begun_at: str
    encrypted: bool
    part: str | None = None  # what lies there until the backup gets its name

    def __str__(self) -> str:
        """In words, for whoever is to delete it."""
        form = "encrypted backup" if self.encrypted else "backup"
        gone = "" if Path(self.path).exists() else ", which is not there now"
        return f"{form} of {self.begun_at}: {self.path}{gone}"


@dataclass(frozen=True)
class Places:
    """Where a backup in the making is written."""

    work: Path  # folder in the store, for what is not encrypted
    part: Path  # at the destination; what lies there is as the backup itself


def backups_of(workspace: Workspace) -> list[Known]:
    """The backups on the list, the oldest first."""
    path = _store(workspace) / LIST
    return [Known(**one) for one in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


@contextlib.contextmanager
def in_the_making(workspace: Workspace, path: Path, *, encrypted: bool) -> Iterator[Places]:
    """Where a backup that is to be at `path` is written; what is left of it after an error is removed.

    Raises Busy where another backup of the workspace is being made.
    """
    with _alone(workspace):
        _sweep(workspace)
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        places = Places(_store(workspace) / WORK, path.with_name(f".{path.name}.{secrets.token_hex(4)}.part"))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        begun = Known(str(path), now, encrypted, str(places.part))
        _write(workspace, [*backups_of(workspace), begun])
        try:
            places.work.mkdir(mode=0o700)
            places.part.touch(mode=0o600)
            yield places
            _change(workspace, lambda one: replace(one, part=None) if one == begun else one)
        except BaseException:
            _sweep(workspace)
            raise
        finally:
            shutil.rmtree(places.work, ignore_errors=True)


def left_by_a_kill(workspace: Workspace) -> list[Path]:
    """What a backup or a restore left that was killed; nothing of one at work."""
    found = [path if path.exists() else lock for path, lock in _restoring(workspace.folder.parent) if _is_free(lock)]
    if _is_free(_store(workspace) / LOCK):
        parts = [Path(one.part) for one in backups_of(workspace) if one.part]
        found += [path for path in (_store(workspace) / WORK, *parts) if path.exists()]
    return found


def sweep(workspace: Workspace) -> None:
    """Remove what a killed backup left.

    Raises Busy where one is being made.
    """
    with _alone(workspace):
        _sweep(workspace)


def forget(workspace: Workspace, is_named: Callable[[str], object]) -> None:
    """Take the backups off the list whose path `is_named` finds something in."""
    _change(workspace, lambda one: None if is_named(one.path) else one)


@contextlib.contextmanager
def restoring(to: Path) -> Iterator[Path]:
    """A folder for its owner alone beside `to`, gone afterwards; what killed restores left beside it goes before.

    Raises Busy where another restore to the same folder is at work.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    for path, lock_path in _restoring(to.parent):
        with contextlib.suppress(Timeout), _gone_with(lock_path):
            shutil.rmtree(path, ignore_errors=True)
    work = to.with_name(f".{to.name}{_RESTORING}")
    try:
        with _gone_with(_lock_of(work)):
            try:
                work.mkdir(mode=0o700)
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except Timeout:
        raise Busy(f"Another restore to {to} is at work. Wait for it to end, or give another folder.") from None


@contextlib.contextmanager
def _gone_with(lock_path: Path) -> Iterator[None]:
    """Hold a lock whose file goes at the end. Raises Timeout where somebody else holds it."""
    with FileLock(lock_path, timeout=0):
        try:
            yield
        finally:
            with contextlib.suppress(PermissionError):  # Windows deletes no open file, and this one itself later
                lock_path.unlink(missing_ok=True)


def _restoring(folder: Path) -> list[tuple[Path, Path]]:
    """The folders of restores there, and their locks, which are there before and after them."""
    return [(lock.with_suffix(""), lock) for lock in sorted(folder.glob(f".*{_RESTORING}.lock"))]


def _lock_of(work: Path) -> Path:
    return work.with_name(f"{work.name}.lock")


def _is_free(lock_path: Path) -> bool:
    """Whether nobody holds a lock; nobody does where there is none yet, or where nothing can be written."""
    if not lock_path.exists():
        return True
    try:
        with FileLock(lock_path, timeout=0):
            return True
    except Timeout:
        return False
    except OSError:
        return True


@contextlib.contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    lock = FileLock(_store(workspace) / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"A backup of {workspace.folder} is being made. Wait for it to end, then try again.") from None
    try:
        yield
    finally:
        lock.release()


def _sweep(workspace: Workspace) -> None:
    """Remove what is left, and take off the list what never got its name: its part was still there."""
    shutil.rmtree(_store(workspace) / WORK, ignore_errors=True)
    _change(workspace, lambda one: None if one.part and _removed(Path(one.part)) else replace(one, part=None))


def _removed(part: Path) -> bool:
    try:
        part.unlink()
    except FileNotFoundError:
        return False
    return True


def _change(workspace: Workspace, changed: Callable[[Known], Known | None]) -> None:
    before = backups_of(workspace)
    after = [one for one in map(changed, before) if one]
    if after != before:
        _write(workspace, after)


def _write(workspace: Workspace, known: list[Known]) -> None:
    text = json.dumps([asdict(one) for one in known], ensure_ascii=False, indent=1)
    write_whole(_store(workspace) / LIST, text.encode())


def _store(workspace: Workspace) -> Path:
    return workspace.folder / workspace.config.store
