"""Pages of many athletes at once: the squad's week, and the review of a block.

    BENCH_FULL=1 make bench ONLY=squad      of 500 athletes, and of 100

CPU seconds of a page are those of `bench_render`, with the squad's noise known. What a larger squad would take is said
by the difference of two sizes.
"""

import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench_render import FULL, cpu_s, example, many, pages, pss_mib
from figure import Figure

from analysis import open_workspace
from analysis.report.due import Job, due
from analysis.report.engine.forks import WarmParent
from analysis.report.engine.manifest import Manifest

SQUAD, BLOCK = "squad_week", "block_review"
MEASURED = {SQUAD: (100, 500), BLOCK: (24, 100)} if FULL else {SQUAD: (12, 48), BLOCK: (12, 24)}
WANTED = {SQUAD: 500, BLOCK: 100}
GOALS = {SQUAD: 4.0}


def figures() -> Iterator[Figure]:
    if not hasattr(os, "fork"):
        return
    taken: dict[tuple[str, int], float] = {}
    sizes = sorted({size for both in MEASURED.values() for size in both})
    with tempfile.TemporaryDirectory() as folder:
        workspace = example(Path(folder))
        until = due(workspace, workspace.athlete(workspace.first_athlete_id()).until)[0].until
        with WarmParent(1, [workspace.notebook(report) for report in MEASURED]) as parent:
            for size in sizes:
                many(workspace, size)
                workspace.store.close()
                workspace = open_workspace(Path(folder))
                Manifest.read(workspace).noise(until)
                for report in (report for report, both in MEASURED.items() if size in both):
                    job = Job(report, "", until)
                    taken[report, size] = cpu_s(partial(pages, workspace, [job], parent, 1), parent)
                    yield Figure(f"{report}: a page, {size} athletes", taken[report, size], "s CPU")
        workspace.store.close()
    yield Figure("this process, which plans, after the pages (PSS)", pss_mib(os.getpid()), "MiB")
    for report, (few, some) in MEASURED.items():
        each = (taken[report, some] - taken[report, few]) / (some - few)
        whole = taken[report, some] + each * (WANTED[report] - some)
        about = f"{each:.3g} s for each athlete more"
        yield Figure(f"{report}: of {WANTED[report]} athletes", whole, "s CPU", "", about, GOALS.get(report))
