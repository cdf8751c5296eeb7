"""Figure of the mobility screens beside hinge depth."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures import theme

_ROW_HEIGHT = 130
_SIDES = {"L": ("left", "circle", theme.BLUE), "R": ("right", "square-open", theme.VERMILLION)}
_BOTH = ("both", "diamond", theme.GREEN)


def mobility_figure(screens: pd.DataFrame) -> go.Figure:
    """A row a screen over the same dates, hinge depth on top; `screens` as `metrics.mobility.mobility` returns it."""
    tests = sorted(screens["test_id"].unique(), key=lambda test: (test != "hinge_depth", test))
    words = [test.replace("_", " ").capitalize() for test in tests]
    shown = make_subplots(rows=len(tests), cols=1, shared_xaxes=True, vertical_spacing=0.09, subplot_titles=words)
    shown.update_layout(template=theme.TEMPLATE, height=_ROW_HEIGHT * len(tests) + 100)
    told = set()
    for place, test in enumerate(tests, start=1):
        own = screens[screens["test_id"] == test]
        for side, rows in own.groupby("side"):
            name, symbol, colour = _SIDES.get(side, _BOTH)
            shown.add_scatter(
                x=rows["local_date"],
                y=rows["value"],
                mode="lines+markers",
                name=name,
                legendgroup=name,
                showlegend=name not in told,
                marker={"symbol": symbol, "color": colour, "size": 7},
                line={"width": 1, "color": colour},
                row=place,
                col=1,
            )
            told.add(name)
        shown.update_yaxes(title_text=f"{own['metric'].iloc[0]} ({own['unit'].iloc[0]})", row=place, col=1)
    shown.update_xaxes(title_text="Date", row=len(tests), col=1)
    shown.update_annotations(font_size=12)
    return theme.add_note(shown, "Side by side by date; that two move together does not make one the cause.")
