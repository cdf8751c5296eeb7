"""What a folder with `workbook.toml` can do: be opened, take files in, travel as a bundle, begin anew."""

from analysis.workspace.workspace import (
    ENVIRONMENT,
    FRAMES,
    Athlete,
    Workspace,
    copy_notebooks,
    day,
    find_folder,
    open_workspace,
    reader_options,
    shipped_notebooks,
)

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
