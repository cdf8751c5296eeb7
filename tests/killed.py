"""Work in a process of its own that is killed hard, at a moment of the test's choosing; and such works.

They stand here, apart from the tests, because every fresh process imports what lies beside its work.
"""

import io
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from analysis.report.engine.forks import can_fork
from analysis.report.publish import publish
from analysis.workspace import open_workspace


def work_and_kill(work: Callable[..., None], *arguments: object, lines: int, after_s: float | None) -> list[str]:
    """Start `work`, killed once it has worked for `after_s` more after so many lines; the whole lines that it printed.

    With None it is let come to its end.
    The clock is that of the processor's work for it, and starts with what was done, not with the imports: a machine
    that is slow or has much else to do kills at the same places.
    """
    ours, its = _processes().Pipe(duplex=False)
    process = _processes().Process(target=_printing_to, args=(its, dict(os.environ), lines, after_s, work, arguments))
    process.start()
    its.close()
    with os.fdopen(os.dup(ours.fileno()), "rb") as said:
        text = said.read()
    ours.close()
    process.join()
    return text.decode().split("\n")[:-1]  # a line without its end was not said


def _printing_to(
    out: Connection,
    environment: dict[str, str],
    lines: int,
    after_s: float | None,
    work: Callable[..., None],
    arguments: tuple[object, ...],
) -> None:
    os.dup2(out.fileno(), 1)
    os.environ.update(environment)  # the process it was forked from began before the test set some of it
    if after_s is not None and lines:
        sys.stdout = _Counted(lines, after_s)
    elif after_s is not None:
        _die_after(after_s)
    work(*arguments)


class _Counted(io.TextIOWrapper):
    """What is printed; after so many lines the last clock of the process runs."""

    def __init__(self, lines: int, after_s: float):
        super().__init__(os.fdopen(1, "wb", closefd=False), encoding="utf-8")
        self._lines, self._after_s = lines, after_s

    def write(self, text: str) -> int:
        written = super().write(text)
        self.flush()
        before, self._lines = self._lines, self._lines - text.count("\n")
        if self._lines <= 0 < before:
            _die_after(self._after_s)
        return written


def _die_after(work_s: float) -> None:
    """End this process by the system, without a word of Python, once the processor has worked so long for it."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, max(work_s, 1e-6))  # 0 would stop the clock
    else:
        threading.Timer(work_s, os._exit, [1]).start()


def _processes() -> multiprocessing.context.BaseContext:
    """Processes with the libraries loaded already where the system can fork: a start takes a moment."""
    if not can_fork:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["analysis.cli", "analysis.workspace.intake", "analysis.report.publish"])
    return context


def workbook(*words: str) -> None:
    """`workbook WORDS`, in this process."""
    from analysis.cli import main

    main(words)


def ended_from_outside(number: int, after_s: float, *words: str) -> None:
    """`workbook WORDS`, which is sent a signal once the processor worked so long for it; prints how it ended."""
    signal.signal(signal.SIGPROF, lambda *_: os.kill(os.getpid(), number))
    signal.setitimer(signal.ITIMER_PROF, max(after_s, 1e-6))
    try:
        workbook(*words)
    except SystemExit as ending:
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(f"exit {ending.code}", flush=True)


def back_up_and_die(folder: str, file: str) -> None:
    """Begin a backup, and end without another word while its part is written."""
    from analysis.privacy import backup_list

    with backup_list.in_the_making(open_workspace(folder), Path(file), encrypted=False) as places:
        for path in (places.work / "packed.zip", places.part):
            path.write_bytes(b"half of it")
        os._exit(9)


def with_its_work_s(work: Callable[..., None], *arguments: object) -> None:
    """`work`, and as a last line how long the processor worked for it, in seconds."""
    begin = time.process_time()
    try:
        work(*arguments)
    finally:
        print(time.process_time() - begin, flush=True)


def publish_for_ever(page: str, parts: int, first: int) -> None:
    """One generation after another of a page and its facts; a line when it is published."""
    for generation in count(first):
        text = "".join(f"<p>{generation}</p>\n" for _ in range(parts))
        publish({Path(page).with_suffix(".json"): json.dumps({"key": generation}), Path(page): text})
        print(generation, flush=True)


def look_until_all_is_in(folder: str, files: int) -> None:
    """Read the store again and again; a line a look, with how many files, runs and sample files it saw together.

    A file `looked` and the number of the process tells that the first look is done.
    """
    workspace = open_workspace(folder)
    seen = 0
    while seen < files:
        frames = workspace.store.frames(["files", "runs", "sample_files"])
        seen = len(frames["files"])
        print(*map(len, frames.values()), flush=True)
        Path(folder, f"looked{os.getpid()}").touch()
