"""Figure of the speed at an anchor load over dates."""

import plotly.graph_objects as go

from analysis.figures import theme
from analysis.figures.load_velocity import METRIC_NAMES
from analysis.models.speed_at_load import SpeedAtLoad

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross")


def speed_over_dates_figure(result: SpeedAtLoad) -> go.Figure:
    """Speed at the anchor load by day, one colour and symbol a device, on the usual range of the newest device.

    The usual range is that of the change that was judged; with fewer than 3 earlier days there is none.
    """
    shown = theme.figure("Date", f"{METRIC_NAMES[result.metric]} at {result.anchor_kg:g} kg (m/s)")
    usual = result.change.usual
    if usual is not None:
        shown.add_hrect(y0=usual.low, y1=usual.high, fillcolor=theme.BAND, line_width=0, annotation_text="usual range")
    by_device = result.exposures.groupby("device", dropna=False, sort=False)
    for symbol_no, (device, days) in enumerate(by_device):
        shown.add_scatter(
            x=days["local_date"],
            y=days["value"],
            mode="lines+markers",
            name=device if isinstance(device, str) else "device not named",
            marker={"symbol": _SYMBOLS[symbol_no % len(_SYMBOLS)], "size": 9},
            line={"width": 1},
            customdata=days["n_reps"],
            hovertemplate="%{x|%d %b %Y}: %{y:.2f} m/s, %{customdata} reps<extra></extra>",
        )
    return shown
