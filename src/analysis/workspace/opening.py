"""Find a workspace and open it."""

import os
import sys
from pathlib import Path

from analysis.base import config as configuration
from analysis.base.errors import ConfigProblem
from analysis.store import Store
from analysis.workspace import bundle
from analysis.workspace.bundle import Bundle
from analysis.workspace.noise import NoiseOf
from analysis.workspace.verdicts import verdicts_of_last_page
from analysis.workspace.workspace import Workspace

ENVIRONMENT = "WORKBOOK_WORKSPACE"


def find_folder(start: Path | None = None) -> Path:
    """The nearest folder with a `workbook.toml`, from `start` upward; the environment may name one.

    Raises ConfigProblem where there is none.
    """
    named = os.environ.get(ENVIRONMENT)
    start = Path(named) if named and start is None else (start or Path.cwd())
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / configuration.NAME).is_file() or bundle.is_bundle(folder):
            return folder
    raise ConfigProblem(
        f"There is no {configuration.NAME} in {start} or above it. "
        "Make a workspace with `workbook init FOLDER`, or name one with --workspace."
    )


def open_workspace(folder: str | Path | None = None, noise_of: NoiseOf | None = None) -> Workspace:
    """The workspace in `folder`, or the one found upward from the current folder; a bundle opens as one.

    `noise_of` is what the workspace tells the noise of its squad by: this room knows no model, and without it none is
    known. `analysis.open_workspace` gives it. A store of an older version of the workbook is brought up to date, and
    what is new in it is said on stderr.

    Raises ConfigProblem where there is none or its `workbook.toml` does not hold together.
    """
    found = find_folder(Path(folder) if folder else None)
    if bundle.is_bundle(found):
        packed = Bundle.open(found)
        return Workspace(found, packed.config, packed, noise_of)
    config = configuration.read_config(found / configuration.NAME)
    place, reports = config.store, found / config.reports_folder
    store = Store.open(found / place, lambda: verdicts_of_last_page(reports), url=place.url, samples=place.samples)
    if store.news:
        print(store.news, file=sys.stderr)
    return Workspace(found, config, store, noise_of)
