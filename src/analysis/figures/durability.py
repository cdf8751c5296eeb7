"""Figure of durability over long runs."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.running.durability import Durability

_AXES = {
    "decoupling_pct": "Speed per heartbeat lost in the second half (%)",
    "late_speed_pct": "Late speed at a heart rate (% of early)",
}


def durability_figure(result: Durability) -> go.Figure:
    """The measure by long run, on the usual range of the runs before the latest; another device is hollow."""
    exposures = result.exposures
    shown = theme.figure("Date", _AXES[result.measure]).update_layout(showlegend=False)
    marks.add_points(
        shown,
        exposures["local_date"],
        exposures["value"],
        size=10,
        symbol=exposures["comparable"].map({True: "circle", False: "circle-open"}),
        customdata=exposures["duration_s"] / 60,
        hover="%{x|%d %b %Y}: %{y:.1f} %, %{customdata:.0f} min",
    )
    usual = result.change.usual
    if usual is not None:
        marks.add_range(shown, usual.low, usual.high)
    return theme.add_note(shown, _caption(result))


def _caption(result: Durability) -> str:
    words = [f"{len(result.exposures)} long runs"]
    if result.change.usual is not None:
        words.append("shaded: usual range")
    if result.n_runs_left_out:
        words.append(f"{result.n_runs_left_out} more without enough heart rate")
    return "; ".join(words) + "."
