"""Figure of durability over long runs."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.figures.change import add_levels, since_words
from analysis.models.running.durability import Durability

_AXES = {
    "decoupling_pct": "Speed per heartbeat lost in the second half (%)",
    "late_speed_pct": "Late speed at a heart rate (% of early)",
}


def durability_figure(result: Durability) -> go.Figure:
    """The measure by long run, with what is told of its level; another device is hollow."""
    exposures = result.exposures
    shown = theme.figure("Date", _AXES[result.measure]).update_layout(showlegend=False)
    add_levels(shown, result.change)
    marks.add_points(
        shown,
        exposures["local_date"],
        exposures["value"],
        size=10,
        symbol=exposures["comparable"].map({True: "circle", False: "circle-open"}),
        customdata=exposures["duration_s"] / 60,
        hover="%{x|%d %b %Y}: %{y:.1f} %, %{customdata:.0f} min",
    )
    return theme.add_note(shown, _caption(result))


def _caption(result: Durability) -> str:
    change, words = result.change, [f"{len(result.exposures)} long runs"]
    if change.changed:
        words.append(f"{change.state}{since_words(change)}")
    if change.state.known:
        words.append("shaded: usual range")
    if result.n_runs_left_out:
        words.append(f"{result.n_runs_left_out} more without enough heart rate")
    return "; ".join(words) + "."
