"""The example squad, taken in through the ordinary door."""

import stat
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis import example
from analysis.base import config as configuration
from analysis.base.errors import UsageProblem
from analysis.workspace import Workspace, intake, open_workspace


def prepare(
    folder: Path, opened: Callable[[Path], Workspace] = open_workspace
) -> tuple[Workspace, dict[Path, Path], pd.Timestamp]:
    """The example's files written into a workspace in `folder`: the workspace, the files, the last day of the example.

    `opened` is what opens the workspace.

    Raises UsageProblem where the workspace holds athletes that are not the example's.
    """
    files = folder / "data" / "example"
    example.write_example(files)
    config = folder / configuration.NAME
    if not config.exists():
        config.write_bytes((files / configuration.NAME).read_bytes())
    for part in (folder / "data" / "raw", folder / "reports"):
        part.mkdir(mode=0o750, exist_ok=True)
        mode = stat.S_IMODE(part.stat().st_mode)
        if mode & stat.S_IRWXO:  # it came with the workbook's own files
            part.chmod(mode & ~stat.S_IRWXO)
    workspace = opened(folder)
    strangers = set(workspace.athletes()["athlete_id"]) - set(example.athlete_ids())
    if strangers:
        raise UsageProblem(
            f"{workspace.folder} holds {len(strangers)} athletes of your own, as {min(strangers)!r}. "
            "Make the example in another folder: workbook demo --workspace workbook-demo"
        )
    tables = {path: root for path, root in intake.files_below([files]).items() if path.suffix not in (".toml", ".json")}
    return workspace, tables, pd.to_datetime(example.LAST_DAY)
