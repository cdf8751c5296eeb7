"""The figure of a trend over a window."""

import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.trends.trend import Trend


def trend_figure(result: Trend, quantity: str) -> go.Figure:
    """Values by day, the line through the window, and the lines of the smallest and largest slope of its interval.

    Values before the window are pale and have no line. The remark above says the verdict.
    """
    shown = theme.figure("Date", f"{quantity} ({result.unit})")
    dates = result.window["local_date"]
    fan = result.predict_interval(dates)
    theme.add_band(shown, dates, fan.low, fan.high, name=f"slope, {result.conf_level:.0%} interval")
    shown.add_scatter(x=dates, y=result.predict(dates), mode="lines", name="trend", line={"color": theme.BLUE})
    for name, colour, rows in (
        ("before the window", theme.SKY, result.exposures[~result.exposures["in_window"]]),
        ("in the window", theme.BLUE, result.window),
    ):
        if len(rows):
            shown.add_scatter(
                x=rows["local_date"],
                y=rows["value"],
                mode="markers",
                name=name,
                marker={"color": colour, "size": 8, "symbol": "circle" if name == "in the window" else "circle-open"},
                hovertemplate="%{x|%d %b %Y}: %{y:.4g}<extra></extra>",
            )
    return theme.add_note(shown, result.sentence(quantity))
