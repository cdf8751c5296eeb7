"""What is in a file, before it is taken in."""

from pathlib import Path

import pandas as pd

from analysis.base.errors import NotEnoughData
from analysis.workspace import Workspace, open_workspace


def look(path: str | Path, workspace: Workspace | None = None) -> dict[str, pd.DataFrame]:
    """The tables that a file would bring, by name, and its `rejects`; nothing is stored.

    Parameters
    ----------
    path : str or Path
        A file of any format that is taken in. What the file does not say, as the day of a recording, its name may say.
    workspace : Workspace
        Whose settings and exercises count; found upward from the current folder where not given.

    Raises
    ------
    NotEnoughData for an empty path, which names no file, UnreadableFile as `workbook ingest` does.
    """
    from analysis.ingest import registry  # takes a second to import

    if not str(path):
        raise NotEnoughData("No file is named. Name one among the parameters.")
    reading = registry.read(Path(path).expanduser(), (workspace or open_workspace()).options())
    return {**reading.tables, "rejects": reading.rejects}
