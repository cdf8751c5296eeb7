"""Work in a process of its own that is killed hard, at a moment of the test's choosing."""

import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from analysis.report.forked import can_fork


def work_and_kill(work: Callable[..., None], *arguments: object, lines: int, after_s: float) -> list[str]:
    """Start `work`, kill it `after_s` after it has printed so many lines; the whole lines that it had printed.

    The clock starts with what was done, not with the imports, so that slow machines kill at the same places.
    """
    ours, its = _processes().Pipe(duplex=False)
    process = _processes().Process(target=_printing_to, args=(its, work, arguments))
    process.start()
    its.close()
    with os.fdopen(os.dup(ours.fileno()), "rb") as said:
        before = [said.readline() for _ in range(lines)]
        time.sleep(after_s)
        process.kill()
        text = b"".join(before) + said.read()
    ours.close()
    process.join()
    return text.decode().split("\n")[:-1]  # a line without its end was not said


def _printing_to(out: Connection, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    os.dup2(out.fileno(), 1)
    work(*arguments)


def _processes() -> multiprocessing.context.BaseContext:
    """Processes with the libraries loaded already where the system can fork: a start takes a moment."""
    if not can_fork:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["analysis.cli", "analysis.intake", "analysis.report.publish"])
    return context


def workbook(*words: str) -> None:
    """`workbook WORDS`, in this process."""
    from analysis.cli import main

    main(words)
