"""One look for every figure: colours that colour-blind readers tell apart, system fonts, no background of its own."""

import textwrap
from collections.abc import Mapping

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
_MENU_HEIGHT = 48
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


def choice_figure(figures: Mapping[str, go.Figure]) -> go.Figure:
    """Figures of one kind in the place of one: a menu of their names chooses which is drawn, at first the first.

    The name stands in the menu instead of a note above each. Raises ValueError where there is nothing to choose from.

    >>> lifts = {name: figure("Date", "Mean velocity (m/s)").add_scatter(y=[0.7, 0.8]) for name in ("Swing", "Hinge")}
    >>> shown = choice_figure(lifts)
    >>> [button.label for button in shown.layout.updatemenus[0].buttons], [trace.visible for trace in shown.data]
    (['Swing', 'Hinge'], [True, False])
    """
    if not figures:
        raise ValueError("There is no figure to choose from. Give one at least.")
    first = next(iter(figures.values()))
    shown = go.Figure(first).update_layout(title=None, margin_t=_MENU_HEIGHT + 12)
    shown.update_layout(height=(first.layout.height or HEIGHT) + _MENU_HEIGHT)
    shown.data = ()
    for one in figures.values():
        shown.add_traces(one.data)
    shown.for_each_trace(lambda trace: trace.update(visible=False))
    buttons, place = [], 0
    for name, one in figures.items():
        own = range(place, place + len(one.data))
        place += len(one.data)
        buttons.append(_button(name, one, [number in own for number in range(len(shown.data))]))
    for trace in shown.data[: len(first.data)]:
        trace.visible = True
    menu = {"buttons": buttons, "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "pad": {"b": 8}}
    return shown.update_layout(updatemenus=[menu | {"bgcolor": "white", "font": {"color": "black"}}])


def _button(name: str, figure: go.Figure, visible: list[bool]) -> dict[str, object]:
    """What a choice changes: whose marks are seen, and the lines, areas, words and axes that go with them."""
    layout = figure.layout.to_plotly_json()
    changed: dict[str, object] = {"shapes": layout.get("shapes", []), "annotations": layout.get("annotations", [])}
    for axis in ("xaxis", "yaxis"):
        own = layout.get(axis, {})
        changed |= {f"{axis}.title": own.get("title", {})}
        changed |= {f"{axis}.range": own["range"]} if "range" in own else {f"{axis}.autorange": True}
    return {"label": name, "method": "update", "args": [{"visible": visible}, changed]}
