"""A figure as a picture, drawn by a browser of this machine; nothing is asked of a network."""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from analysis.base.errors import UsageProblem

WIDTH_PX, HEIGHT_PX = 900, 560  # where the figure names none
_PNG_SCALE = 2  # sharp in print


def write_picture(figure: go.Figure, path: Path) -> None:
    """Write a figure as .svg or .png, 900 x 560 px unless it says otherwise, a .png with twice as many dots.

    Raises UsageProblem without the extra `lab`, and where there is no browser of Chrome's kind.
    """
    instead = f"Or save it as {path.with_suffix('.html').name!r}: the camera of that page makes a .png in any browser."
    try:
        import kaleido
        from kaleido.errors import ChromeNotFoundError
    except ModuleNotFoundError:
        raise UsageProblem(
            f"A {path.suffix} needs the extra lab: pip install 'athlete-workbook[lab]'. {instead}"
        ) from None
    kind = path.suffix.lower().removeprefix(".")
    layout: Any = figure.layout
    size = {"width": layout.width or WIDTH_PX, "height": layout.height or HEIGHT_PX}
    try:
        picture = kaleido.calc_fig_sync(
            figure,
            opts={"format": kind, "scale": _PNG_SCALE if kind == "png" else 1, **size},
            kopts={"mathjax": False},  # which plotly's own write_image would fetch
        )
    except ChromeNotFoundError:
        raise UsageProblem(
            f"A {path.suffix} is drawn by Chrome, Chromium or Edge, and this machine has none. Install one. {instead}"
        ) from None
    path.write_bytes(picture)
