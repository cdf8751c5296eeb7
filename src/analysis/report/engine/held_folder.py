"""Folders of bundles among the computer's temporary files: each says whose it is, and is locked while it is in work.

A lock is seen by every process of this system, whatever processes it sees. What another machine has there is left
alone, since its locks may not be seen here.
"""

import contextlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX, _OWNER, _LOCK = "workbook-bundle-", "owner.json", "owner.lock"
_A_DAY_S = 24 * 3600.0


@dataclass(frozen=True, eq=False)
class HeldFolder:
    """A folder in work; only its owner can read it. What it is for goes into `inside`."""

    folder: Path
    lock: FileLock

    @classmethod
    def make(cls) -> "HeldFolder":
        """A new one, held by this process until it is discarded."""
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = FileLock(folder / _LOCK, thread_local=False)
        lock.acquire()
        (folder / _OWNER).write_text(json.dumps(_here()), encoding="utf-8")  # last: until then nothing is known of it
        held = cls(folder, lock)
        held.inside.mkdir()
        return held

    @property
    def inside(self) -> Path:
        return self.folder / "bundle"

    def discard(self) -> None:
        """Delete the folder; also what can be deleted of one that cannot."""
        self.lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def held_folder() -> Iterator[Path]:
    """The inside of a folder that is discarded when it is left."""
    held = HeldFolder.make()
    try:
        yield held.inside
    finally:
        held.discard()


def left_by_killed_runs() -> list[Path]:
    """Folders of this machine that nobody holds any more.

    Of those that do not say whose they are, or are of before the machine was started, those that are a day old.
    """
    folders = sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))
    return [folder for folder in folders if os.access(folder, os.R_OK | os.W_OK | os.X_OK) and _is_left(folder)]


def delete_left() -> list[Path]:
    """Delete the folders that killed runs left; returns them."""
    left = left_by_killed_runs()
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return left


def _is_left(folder: Path) -> bool:
    here = _here()
    try:
        owner = json.loads((folder / _OWNER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        owner = {"host": here["host"]}
    if owner["host"] != here["host"]:
        return False
    try:
        if owner != here:
            return folder.stat().st_mtime < time.time() - _A_DAY_S
        with FileLock(folder / _LOCK, timeout=0):
            return True
    except (Timeout, OSError):
        return False


def _here() -> dict[str, str]:
    """This machine, and its last start where the system names it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return {"host": platform.node(), "boot": boot}
