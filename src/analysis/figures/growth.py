"""Figures of growth over athletes."""

import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.squad.growth import Growth


def slopes_figure(result: Growth, quantity: str) -> go.Figure:
    """Each athlete's slope with its interval, from the smallest to the largest, and the squad's slope as a line."""
    shown = theme.figure(f"{quantity}, change ({result.unit}/{result.time_unit})", "")
    ordered = result.athletes.sort_values("slope")
    shown.add_scatter(
        x=ordered["slope"],
        y=ordered["athlete_id"].astype(str),
        mode="markers",
        name=f"athlete, {result.conf_level:.0%} interval",
        marker={"color": theme.BLUE, "size": 8},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": ordered["slope_high"] - ordered["slope"],
            "arrayminus": ordered["slope"] - ordered["slope_low"],
        },
        hovertemplate="%{y}: %{x:.3g}<extra></extra>",
    )
    shown.add_vline(x=result.slope, line={"color": theme.VERMILLION, "dash": "dash"}, annotation_text="squad")
    return theme.add_note(shown, result.remark) if result.remark else shown


def growth_figure(result: Growth, quantity: str) -> go.Figure:
    """Each athlete's values and line over time, and the squad's line above them."""
    shown = theme.figure(f"Time ({result.time_unit})", f"{quantity} ({result.unit})")
    for name, rows in result.data.groupby("athlete_id", sort=False):
        shown.add_scatter(
            x=rows["time"],
            y=rows["value"],
            mode="markers",
            marker={"color": theme.SKY, "size": 5},
            name=str(name),
            showlegend=False,
        )
        shown.add_scatter(
            x=rows["time"],
            y=result.predict(rows["time"], name),
            mode="lines",
            line={"color": theme.SKY, "width": 1},
            name=str(name),
            showlegend=False,
        )
    ends = [result.data["time"].min(), result.data["time"].max()]
    shown.add_scatter(
        x=ends, y=result.predict(ends), mode="lines", name="squad", line={"color": theme.VERMILLION, "width": 3}
    )
    return theme.add_note(shown, result.remark) if result.remark else shown
