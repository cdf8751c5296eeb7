"""Folders that take long to make and depend on the sources alone: made once, kept between runs, copied for each.

What a test gets is a copy of its run, so that nothing which a test does reaches the next run. A folder is kept under a
hash of all that can change it, so that none is ever stale; it is complete when it is there, so that a run may be
killed at any moment.
"""

import functools
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

from filelock import FileLock

import analysis
from analysis.workspace import shipped_notebooks

HERE = Path(__file__).parent
KEPT = HERE.parent / ".pytest_cache" / "made_once"


def common_to_workers(base: Path) -> Path:
    """The folder that all workers of one run share, by the temporary folder of one of them."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(name: str, make: Callable[[Path], None], run: Path) -> Path:
    """The folder `name` below `run`, as `make` fills it, made by whoever asks first."""
    folder, whole = run / name, run / f"{name}.made"
    with FileLock(run / f"{name}.lock"):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that was ended while it made it
            _made(name, make, folder)
            whole.touch()
    return folder


def _made(name: str, make: Callable[[Path], None], folder: Path) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / key() / name
    with FileLock(KEPT / "lock"):
        if kept.exists():
            _copied(kept, folder)
            return
    make(folder)
    with FileLock(KEPT / "lock"):
        for other in KEPT.iterdir():
            if other.is_dir() and other.name != key():
                shutil.rmtree(other)  # of other sources
        if not kept.exists():
            _copied(folder, kept)


def _copied(source: Path, target: Path) -> None:
    """All of a folder or nothing of it."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part)
    part.rename(target)


@functools.cache
def key() -> str:
    """A hash of what the folders are made of: the package, its notebooks, what makes them, and every library."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update(repr(sorted((each.name, each.version) for each in distributions())).encode())
    makers = [HERE / name for name in ("squad.py", "made_once.py")]
    for below in (Path(analysis.__file__).parent, shipped_notebooks()):
        makers += sorted(path for path in below.rglob("*") if path.is_file() and path.suffix != ".pyc")
    for path in makers:
        digest.update(f"\0{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
