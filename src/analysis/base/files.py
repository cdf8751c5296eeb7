"""Files that are on disk whole: written under a temporary name, synced, then put in their place at once.

A reader sees the old file or the new one, never a torn one, also after a kill or a power cut.
"""

import errno
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

OWNER_ALONE = 0o600
OWNER_AND_GROUP = 0o640

_PART = ".part"
_AS_WINDOWS = bytes(range(128, 256)).decode("cp1252", "replace")
_NO_SYNC_HERE = (errno.EINVAL, errno.ENOTSUP)  # some network drives sync files and no folders


def write_whole(path: Path, content: bytes | memoryview, mode: int = OWNER_ALONE) -> None:
    """Write a file, or replace it; as `write_together` of one.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "days", "note.txt"), b"rest day")
    ...     Path(folder, "days", "note.txt").read_text(), len(list(Path(folder, "days").iterdir()))
    ('rest day', 1)
    """
    write_together({path: content}, mode)


def write_together(contents: Mapping[Path, bytes | memoryview], mode: int = OWNER_ALONE) -> None:
    """Write files that belong together, in the order given; the last one is what makes the others count.

    Each is complete on disk before the first takes its place: a stop between two leaves the first new and the last old.
    Folders are made where they lack. Raises OSError where the disk does not take them; nothing is left of them then.
    """
    waiting: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            _make_folder(path.parent)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
            waiting[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                sync(file)
            waiting[path].chmod(mode)
        for path in contents:
            os.replace(waiting[path], path)
            del waiting[path]
    finally:
        for leftover in waiting.values():
            leftover.unlink(missing_ok=True)
    _sync_names(contents)


def printable(name: str | Path) -> str:
    """The name of a file as text that can be printed and stored: bytes that are no UTF-8 as Windows-1252 has them.

    >>> printable(os.fsdecode(b"\\xdcbung.csv"))
    'Übung.csv'
    """
    return re.sub("[\udc80-\udcff]", lambda found: _AS_WINDOWS[ord(found[0]) - 0xDC80], str(name))


def put_in_place(written: Path, path: Path, mode: int = OWNER_ALONE) -> None:
    """Give a file that was written elsewhere on the same disk its place, once all of it is on disk."""
    with written.open("rb+") as file:
        sync(file)
    written.chmod(mode)
    os.replace(written, path)
    _sync_names([path])


def put_folder_in_place(written: Path, folder: Path) -> None:
    """Give a folder that was written elsewhere on the same disk its place, once all of it is on disk.

    Nothing may be at its place but, on POSIX systems, an empty folder.
    """
    for path in written.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                sync(file)
        else:
            _sync_folder(path)
    _sync_folder(written)
    os.replace(written, folder)
    _sync_names([folder])


def sync(file: IO[bytes]) -> None:
    """Have on disk what was written to an open file."""
    file.flush()
    os.fsync(file.fileno())


def sweep(path: Path) -> None:
    """Remove what a process left that was killed while it wrote this file."""
    for leftover in path.parent.glob(f".{path.name}.*{_PART}"):
        leftover.unlink(missing_ok=True)


def parts_below(folder: Path) -> list[Path]:
    """What processes left there that were killed while they wrote."""
    return list(folder.rglob(f"*{_PART}"))


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it that lack, with their names on disk."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _sync_folder(made.parent)


def _sync_names(paths: Iterable[Path]) -> None:
    """Have the names of files on disk."""
    for folder in {path.parent for path in paths}:
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folder and keeps names with files; one further up may be closed to us
        return
    try:
        os.fsync(handle)
    except OSError as problem:
        if problem.errno not in _NO_SYNC_HERE:
            raise
    finally:
        os.close(handle)
