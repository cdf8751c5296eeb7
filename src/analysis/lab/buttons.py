"""Buttons that write what is on the screen beside the notebook, and say where."""

from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from markupsafe import escape

from analysis.base.errors import UsageProblem, WorkbookError
from analysis.lab.live import widgets
from analysis.lab.saving import endings, written
from analysis.models.result import Result


def save_buttons(thing: pd.DataFrame | Result | go.Figure, name: str) -> Any:
    """A button for each kind of file, as the last line of a cell or in the list that `aw.explore` shows.

    Parameters
    ----------
    thing : DataFrame, Result or Figure
        As `aw.save` takes it: CSV, Parquet, XLSX and HTML of tables and results; SVG, PNG and HTML of figures.
    name : str
        Of the file, without an ending. It is written to the working folder, which is the notebook's own in JupyterLab.

    Returns
    -------
    Widget, or None where nobody could press a button: nothing is shown and nothing written.

    Raises
    ------
    UsageProblem for a name that leads to another folder.

    >>> save_buttons(pd.DataFrame({"load_kg": [100.0]}), "loads")
    """
    if not name or name in (".", "..") or any(sign in name for sign in "/\\:\0"):
        raise UsageProblem(f"{name!r} is no name for a file. Leave out folders and endings, as in 'loads'.")
    live = widgets()
    if live is None:
        return None
    where = live.HTML()
    buttons = [live.Button(description=ending.removeprefix(".").upper()) for ending in endings(thing)]
    for button, ending in zip(buttons, endings(thing), strict=True):
        button.layout.width = "auto"
        button.on_click(partial(_save, thing, f"{name}{ending}", where))
    return live.HBox([*buttons, where])


def _save(thing: Any, name: str, where: Any, _button: Any) -> None:
    """Say what happens in words that stay beside the buttons: what is printed by a button is lost in a log."""
    where.value = escape(f"Writing {name} ...")
    try:
        where.value = escape(f"Saved {written(thing, Path.cwd() / name)}")
    except (WorkbookError, OSError) as problem:
        where.value = escape(str(problem))
