"""Take files in and publish a page on a disk with little space; tells what happened as JSON.

python tests/soak/fill_a_disk.py FOLDER FREE_KIB
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_faults import workspace_of_alder, write_runs

from analysis.report.publish import publish
from analysis.workspace import intake

RUNS = 12


def main(folder: Path, free_kib: int) -> None:
    workspace = workspace_of_alder(folder / "squad")
    write_runs(workspace.raw_folder, range(RUNS))
    page = folder / "page.html"
    page.write_text("old page")
    files = intake.files_below([workspace.raw_folder])
    roster = next(iter(files))
    states = [outcome.state for outcome in intake.ingest(workspace, {roster: files.pop(roster)})]

    ballast = folder / "ballast"
    fill(ballast, free_kib)
    outcomes = list(intake.ingest(workspace, files))
    page_error = ""
    try:
        publish({page: "new page" * 20_000})
    except OSError as problem:
        page_error = problem.strerror
    told = {
        "states": states + [outcome.state for outcome in outcomes],
        "errors": [outcome.error for outcome in outcomes if outcome.error],
        "page": page.read_text(),
        "page_error": page_error,
        "left_over": [path.name for path in folder.rglob("*.part")] + workspace.store.sweep(),
    }
    ballast.unlink()
    told |= {"stored": len(workspace.store.frame("files")), "problems": workspace.store.problems()}
    again = intake.ingest(workspace, intake.files_below([workspace.raw_folder]))
    told["after"] = sorted(outcome.state for outcome in again)
    print(json.dumps(told))


def fill(path: Path, free_kib: int) -> None:
    """Write until no more than so much is free."""
    disk = os.statvfs(path.parent)
    with path.open("wb") as file:
        file.write(bytes(max(0, disk.f_bavail * disk.f_frsize - free_kib * 1024)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
