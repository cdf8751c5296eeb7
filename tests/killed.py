"""Work in a process of its own that is killed hard, at a moment of the test's choosing; and such works.

They stand here, apart from the tests, because every fresh process imports what lies beside its work.
"""

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from analysis.report.engine.forks import can_fork
from analysis.report.publish import publish
from analysis.workspace import open_workspace


def work_and_kill(work: Callable[..., None], *arguments: object, lines: int, after_s: float | None) -> list[str]:
    """Start `work`, kill it `after_s` after it has printed so many lines; the whole lines that it had printed.

    With None it is let come to its end.
    The clock starts with what was done, not with the imports, so that slow machines kill at the same places.
    """
    ours, its = _processes().Pipe(duplex=False)
    process = _processes().Process(target=_printing_to, args=(its, work, arguments))
    process.start()
    its.close()
    with os.fdopen(os.dup(ours.fileno()), "rb") as said:
        before = [said.readline() for _ in range(lines)]
        if after_s is not None:
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
    context.set_forkserver_preload(["analysis.cli", "analysis.workspace.intake", "analysis.report.publish"])
    return context


def workbook(*words: str) -> None:
    """`workbook WORDS`, in this process."""
    from analysis.cli import main

    main(words)


def publish_for_ever(page: str, parts: int, first: int) -> None:
    """One generation after another of a page and its facts; a line when it is published."""
    for generation in count(first):
        text = "".join(f"<p>{generation}</p>\n" for _ in range(parts))
        publish({Path(page).with_suffix(".json"): json.dumps({"key": generation}), Path(page): text})
        print(generation, flush=True)


def look_until_all_is_in(folder: str, files: int) -> None:
    """Read the store again and again; a line a look, with how many files, runs and sample files it saw together."""
    workspace = open_workspace(folder)
    seen = 0
    while seen < files:
        frames = workspace.store.frames(["files", "runs", "sample_files"])
        seen = len(frames["files"])
        print(*map(len, frames.values()), flush=True)
