"""Who writes into a workspace: one command at a time, and others wait for their turn.

The locks are the system's and the server's, which free them when who holds them ends or is killed. A run by the clock
holds a second one, since the run that comes while one is there has nothing to wait for.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.base.errors import Busy
from analysis.base.waiting import SOMEBODY, Waiting
from analysis.workspace.workspace import Workspace

LONGEST_MINUTES = 10.0  # less than the half hour after which a clock calls again

_TURN, _RUN = "run.lock", "due.lock"
_WHO = "run.who"  # beside the lock, for those who wait


def lock_of(workspace: Workspace) -> FileLock:
    """The lock that whoever writes into the workspace holds, of which nobody waits."""
    return FileLock(_store(workspace) / _TURN, timeout=0)


@contextlib.contextmanager
def turn(workspace: Workspace, what: str, tell: Callable[[str], None], *, is_run: bool = False) -> Iterator[None]:
    """Hold the workspace for the command `what`, as soon as nobody else does.

    `tell` gets whom it waits for, when that takes more than a moment. With `is_run` it waits for no other run.

    Raises Busy where somebody holds it for more than `LONGEST_MINUTES`, and at once where a run finds a run.
    """
    who, waiting = f"workbook {what} (process {os.getpid()})", Waiting(60 * LONGEST_MINUTES, tell)
    lock, note = lock_of(workspace), _store(workspace) / _WHO
    with contextlib.ExitStack() as held:
        if is_run and not _took(FileLock(_store(workspace) / _RUN), held):
            raise _busy(workspace)
        if not waiting.until(lambda: _took(lock, held), lambda: _who(note)):
            raise _busy(workspace)
        with contextlib.suppress(OSError):  # on a full disk the work itself says so
            note.write_text(who, encoding="utf-8")
        held.callback(_forget, note)
        held.enter_context(workspace.store.held(who, waiting, is_run=is_run))
        yield


def _took(lock: FileLock, held: contextlib.ExitStack) -> bool:
    """Whether a lock was free; it is held as long as `held` is then."""
    try:
        held.enter_context(lock.acquire(blocking=False))
    except Timeout:
        return False
    return True


def _who(note: Path) -> str:
    try:
        return note.read_text(encoding="utf-8") or SOMEBODY
    except OSError:
        return SOMEBODY


def _forget(note: Path) -> None:
    with contextlib.suppress(OSError):
        note.unlink(missing_ok=True)


def _busy(workspace: Workspace) -> Busy:
    return Busy(f"Another run works on {workspace.folder}. Wait for it to end, then try again.")


def _store(workspace: Workspace) -> Path:
    return workspace.folder / workspace.config.store
