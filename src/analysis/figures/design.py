"""Figure of how soon a change would be found."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.change.design import WEEKS_MOST, Design


def design_figure(result: Design) -> go.Figure:
    """Weeks until a change is found, by its size, a line a protocol; no point where not within 26."""
    unit = f" ({result.unit})" if result.unit else ""
    shown = theme.figure(f"Size of the change{unit}", "Found after (weeks)")
    for number, (protocol, rows) in enumerate(result.table.groupby("protocol", sort=False)):
        look = {"colour": theme.COLOURS[number % len(theme.COLOURS)], "name": str(protocol)}
        ordered = rows.sort_values("size")
        marks.add_line(shown, ordered["size"], ordered["weeks"], **look, legendgroup=str(protocol), showlegend=False)
        hover = "%{x:.3g}: %{y:.0f} weeks, %{customdata:.0f} exposures"
        marks.add_points(
            shown,
            ordered["size"],
            ordered["weeks"],
            size=8,
            customdata=ordered["exposures"],
            hover=hover,
            legendgroup=str(protocol),
            **look,
        )
    shown.update_yaxes(range=[0, WEEKS_MOST])
    return theme.add_note(shown, f"Found with a chance of {100 * result.power:.0f} %. {result.sentence()}")
