"""One look for every figure: colours that colour-blind readers tell apart, system fonts, no background of its own."""

import textwrap

import plotly.graph_objects as go

# Okabe & Ito 2008, Color Universal Design
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
SKY = "#56B4E9"
PURPLE = "#CC79A7"

TEXT = "#6E7B88"  # contrast above 4 on white and on the dark page
GRID = "rgba(128, 140, 152, 0.25)"
BAND = "rgba(0, 114, 178, 0.14)"
WIDE_BAND = "rgba(0, 114, 178, 0.07)"

HEIGHT = 360  # of a figure, in px
NOTE_CHARACTERS = 42  # of a line that fits a phone

_AXIS = {
    "gridcolor": GRID,
    "linecolor": GRID,
    "tickcolor": GRID,
    "ticks": "outside",
    "zeroline": False,
    "automargin": True,
    "title": {"standoff": 10},
}

COLOURS = [BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE]  # of series, one after the other

TEMPLATE = go.layout.Template(
    layout={
        "colorway": COLOURS,
        "font": {"family": 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif', "size": 13, "color": TEXT},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "margin": {"l": 56, "r": 16, "t": 12, "b": 48},
        "height": HEIGHT,
        "legend": {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
        "hovermode": "closest",
        "dragmode": False,
    }
)


def figure(x_title: str, y_title: str) -> go.Figure:
    """An empty figure in the look of the workbook; axis titles read "quantity (unit)".

    >>> figure("Load (kg)", "Mean velocity (m/s)").layout.xaxis.title.text
    'Load (kg)'
    """
    return go.Figure().update_layout(template=TEMPLATE, xaxis_title=x_title, yaxis_title=y_title)


def add_note(shown: go.Figure, text: str) -> go.Figure:
    """`shown` with `text` above the plot, for what the reader must know; returns the same figure."""
    lines = textwrap.wrap(text, NOTE_CHARACTERS)
    note = {"text": "<br>".join(lines), "font": {"size": 12}, "x": 0, "xref": "paper", "xanchor": "left"}
    return shown.update_layout(
        margin_t=28 + 18 * len(lines), title=note | {"y": 0.94, "yref": "container", "yanchor": "top"}
    )
