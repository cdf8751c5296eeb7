"""Figure of cues and the sessions around them."""

import pandas as pd
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.metrics.cues import NO_PROOF, CueSessions


def cues_figure(exposures: pd.DataFrame, cued: list[CueSessions], quantity: str) -> go.Figure:
    """Every session's value by date, and a line on the day of each cue, dashed where a change beyond error followed."""
    shown = theme.figure("Date", quantity)
    shown.add_scatter(
        x=exposures["local_date"],
        y=exposures["value"],
        mode="markers",
        name="session",
        marker={"color": theme.BLUE, "size": 8},
        hovertemplate="%{x|%d %b %Y}: %{y:.1f}<extra></extra>",
    )
    low, high = exposures["value"].min(), exposures["value"].max()
    for one in cued:
        shown.add_scatter(
            x=[one.local_date] * 2,
            y=[low, high],
            mode="lines",
            line={"color": theme.ORANGE, "width": 1.5, "dash": "dash" if one.change.flagged else "dot"},
            text=[one.sentence] * 2,
            hovertemplate="%{x|%d %b %Y}: %{text}<extra></extra>",
            showlegend=False,
        )
    return theme.add_note(shown, NO_PROOF)
