"""Whether somebody sits at this notebook who could choose."""

import os
from types import ModuleType

from analysis.report.page import RENDERING


def widgets() -> ModuleType | None:
    """ipywidgets where somebody can use them: in the kernel of a notebook that no report is rendered in, else None."""
    from ipykernel.kernelapp import IPKernelApp

    if RENDERING in os.environ or not IPKernelApp.initialized():
        return None
    try:
        import ipywidgets
    except ModuleNotFoundError:
        return None
    return ipywidgets
