"""Whether somebody sits at this notebook who could choose."""

import os
from types import ModuleType

from analysis.report.page import RENDERING

_seen: set[str] = set()  # "somebody", once there was: a redraw comes from a widget, which says nothing of it


def widgets() -> ModuleType | None:
    """ipywidgets where somebody can use them, else None: in a report, under papermill, without ipywidgets."""
    if RENDERING in os.environ or not _somebody():
        return None
    try:
        import ipywidgets
    except ModuleNotFoundError:
        return None
    return ipywidgets


def _somebody() -> bool:
    """Whether a cell was run by a front end that could ask for input, as JupyterLab, or by Voila for its reader.

    papermill and nbconvert run cells for nobody, and say so.
    """
    from ipykernel.kernelapp import IPKernelApp

    if not IPKernelApp.initialized():
        return False
    asked = IPKernelApp.instance().kernel.get_parent("shell").get("content", {})
    if asked.get("allow_stdin") or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        _seen.add("somebody")
    return bool(_seen)
