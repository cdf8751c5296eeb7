"""Files that somebody is still writing: they are left for the next run.

By its looks a file that grows is whole. So what was touched a short while ago is looked at twice, a moment apart; a
file that changed in between, that is empty so far, or whose name says that it is no file yet, waits. An old file is
taken at once, and one that was copied just now after that moment.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

FRESH_S = 120.0  # touched within that time, or by a clock that runs ahead
APART_S = 2.0

_GROWS = "somebody is still writing it"
_EMPTY = "it is empty so far"
_wait = time.sleep
_NAMED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".opdownload", ".tmp", ".temp", ".upload")


def unfinished(paths: Iterable[Path], now_s: float | None = None) -> dict[Path, str]:
    """Those of the files that are no whole files yet, each with the reason."""
    found, first = {}, {}
    since_s = (time.time() if now_s is None else now_s) - FRESH_S
    for path in paths:
        if said := told_by_name(path.name):
            found[path] = said
        elif (stamp := _stamp(path)) is None or _touched_s(stamp) > since_s:
            first[path] = stamp
    if first:
        _wait(APART_S)
    for path, before in first.items():
        now = _stamp(path)
        if now is None or now != before:
            found[path] = _GROWS
        elif now[0] == 0:
            found[path] = _EMPTY
    return found


def told_by_name(name: str) -> str:
    """Why a file of that name is no whole file yet; empty where the name says nothing.

    >>> told_by_name("strong.csv.CRDOWNLOAD"), told_by_name("strong.csv")
    ('its ending .crdownload is that of a file that is not whole yet', '')
    """
    ending = os.path.splitext(name)[1].casefold()
    return f"its ending {ending} is that of a file that is not whole yet" if ending in _NAMED else ""


def _stamp(path: Path) -> tuple[int, float, float] | None:
    """Size and times of a file, which change as it is written; None where it cannot be looked at."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime, seen.st_ctime


def _touched_s(stamp: tuple[int, float, float]) -> float:
    """When it was touched last; a copy that keeps the time of its original is told by its other time."""
    return max(stamp[1:])
