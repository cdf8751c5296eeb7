"""Figure of durability over long runs."""

import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.running.durability import Durability

_AXES = {
    "decoupling_pct": "Speed per heartbeat lost in the second half (%)",
    "late_speed_pct": "Late speed at a heart rate (% of early)",
}


def durability_figure(result: Durability) -> go.Figure:
    """The measure by long run, on the usual range of the runs before the latest; another device is hollow."""
    exposures = result.exposures
    shown = theme.figure("Date", _AXES[result.measure]).update_layout(showlegend=False)
    shown.add_scatter(
        x=exposures["local_date"],
        y=exposures["value"],
        mode="markers",
        marker={
            "size": 10,
            "color": theme.BLUE,
            "symbol": exposures["comparable"].map({True: "circle", False: "circle-open"}),
        },
        customdata=exposures["duration_s"] / 60,
        hovertemplate="%{x|%d %b %Y}: %{y:.1f} %, %{customdata:.0f} min<extra></extra>",
    )
    usual = result.change.usual
    if usual is not None:
        shown.add_hrect(y0=usual.low, y1=usual.high, fillcolor=theme.BAND, line_width=0, layer="below")
    return theme.add_note(shown, _caption(result))


def _caption(result: Durability) -> str:
    words = [f"{len(result.exposures)} long runs"]
    if result.change.usual is not None:
        words.append("shaded: usual range")
    if result.n_runs_left_out:
        words.append(f"{result.n_runs_left_out} more without enough heart rate")
    return "; ".join(words) + "."
