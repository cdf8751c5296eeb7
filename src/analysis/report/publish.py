"""Putting a page where people read it: whole or not at all, the old one untouched until the new one is complete."""

import contextlib
import os
import re
import tempfile
from pathlib import Path

from analysis.base.errors import UsageProblem

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_PART = ".part"


def check_page_path(page: Path) -> None:
    """Refuse a page that is no `.html`, has an odd name, or leaves its folder by `..`."""
    if not _NAME.fullmatch(page.stem):
        raise UsageProblem(
            f"{page.stem!r} cannot be part of a file name. "
            "Use letters of a to z, digits, '_', '-' and '.', no '.' first."
        )
    if page.suffix != ".html" or ".." in page.parts:
        raise UsageProblem(f"A page cannot be written to {str(page)!r}. Give a path that ends in .html, without '..'.")


def publish(contents: dict[Path, str]) -> None:
    """Write files that belong together, in the order given; the last one is what makes the others count.

    Every file is complete on disk under a temporary name before the first one takes its place. A reader therefore
    sees the old or the new file, never a torn one. A stop between two of them leaves the first new and the last old:
    facts are published before their page, so a page never refers to facts that are not there, and both carry the
    key of their render, by which a mismatch shows.
    """
    waiting: dict[Path, Path] = {}
    try:
        for path, text in contents.items():
            waiting[path] = _written_beside(path, text)
        for path in contents:
            os.replace(waiting[path], path)
            del waiting[path]
    finally:
        for leftover in waiting.values():
            leftover.unlink(missing_ok=True)
    for folder in {path.parent for path in contents}:
        _sync_folder(folder)


def sweep(page: Path) -> None:
    """Remove what a process left that was killed while it published this page or its facts."""
    for path in (page, page.with_suffix(".json")):
        for leftover in path.parent.glob(f".{path.name}.*{_PART}"):
            leftover.unlink(missing_ok=True)


def _written_beside(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o640)  # mkstemp shuts the group out, which is to read reports
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync_folder(folder: Path) -> None:
    """Make the new names durable, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
