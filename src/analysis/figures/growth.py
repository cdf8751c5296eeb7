"""Figures of growth over athletes."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.squad.growth import Growth


def slopes_figure(result: Growth, quantity: str = "Value") -> go.Figure:
    """Each athlete's slope with its interval, from the smallest to the largest, and the squad's slope as a line."""
    shown = theme.figure(f"{quantity}, change ({result.unit}/{result.time_unit})", "")
    ordered = result.athletes.sort_values("slope")
    marks.add_estimates(
        shown,
        ordered["slope"],
        ordered["athlete_id"].astype(str),
        ordered["slope_low"],
        ordered["slope_high"],
        name=f"athlete, {marks.level(result.conf_level)} interval",
        size=8,
        hover="%{y}: %{x:.3g}",
    )
    marks.add_level(shown, result.slope, "squad", upright=True, dash="dash")
    return theme.add_note(shown, result.remark) if result.remark else shown


def growth_figure(result: Growth, quantity: str = "Value") -> go.Figure:
    """Each athlete's values and line over time, and the squad's line above them."""
    shown = theme.figure(f"Time ({result.time_unit})", f"{quantity} ({result.unit})")
    for name, rows in result.data.groupby("athlete_id", sort=False):
        own = {"name": str(name), "colour": theme.SKY, "showlegend": False}
        marks.add_points(shown, rows["time"], rows["value"], size=5, **own)
        marks.add_line(shown, rows["time"], result.predict(rows["time"], name), width=1, **own)
    ends = [result.data["time"].min(), result.data["time"].max()]
    marks.add_line(shown, ends, result.predict(ends), name="squad", colour=theme.VERMILLION, width=3)
    return theme.add_note(shown, result.remark) if result.remark else shown
