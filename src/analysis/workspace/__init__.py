"""What a folder with `workbook.toml` can do: be opened, take files in, travel as a bundle, begin anew."""

from analysis.workspace.as_of import FRAMES, day
from analysis.workspace.notebooks import copy_notebooks, shipped_notebooks
from analysis.workspace.opening import ENVIRONMENT, find_folder, open_workspace
from analysis.workspace.people import Athlete
from analysis.workspace.workspace import Workspace, reader_options

__all__ = [
    "ENVIRONMENT",
    "FRAMES",
    "Athlete",
    "Workspace",
    "copy_notebooks",
    "day",
    "find_folder",
    "open_workspace",
    "reader_options",
    "shipped_notebooks",
]
