"""Which processes are there: those that a run started carry its mark, however deep they lie below it."""

import time
from pathlib import Path

MARK = "STARTED_BY_TEST"


def marked(mark: str) -> list[str]:
    """The command lines of all processes of this machine that have the mark in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip())
        except OSError:  # it is gone, or another user's
            continue
    return found


def left(mark: str, within_s: float = 60) -> list[str]:
    """Those that are still there after a moment; none as soon as there is none."""
    until = time.monotonic() + within_s
    while marked(mark) and time.monotonic() < until:
        time.sleep(0.05)
    return marked(mark)
