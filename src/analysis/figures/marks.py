"""The marks that figures share: points with their intervals, kinds of points, lines, bands and lines of reference."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from analysis.figures import theme


class Kind(NamedTuple):
    """How one kind of points looks; `circle-open` and the like are hollow."""

    name: str
    symbol: str
    colour: str


def level(conf_level: float) -> str:
    """The level of an interval as a legend names it.

    >>> level(0.95)
    '95 %'
    """
    return f"{100 * conf_level:.0f} %"


def add_points(
    shown: go.Figure,
    x: Any,
    y: Any,
    *,
    name: str | None = None,
    colour: str = theme.BLUE,
    size: float = 9,
    symbol: Any = "circle",
    low: Any = None,
    high: Any = None,
    hover: str | None = None,
    **more: Any,
) -> go.Figure:
    """`shown` with points, hollow where `symbol` says so, and their intervals upright where `low` and `high` are given.

    `hover` is what a point says, with plotly's placeholders; `more` goes to the trace. Returns the same figure, as all
    that follow do.

    >>> shown = add_points(go.Figure(), [1, 2], [5.0, 7.0], low=[4.0, 6.5], high=[6.5, 7.5])
    >>> shown.data[0].error_y.array, shown.data[0].error_y.arrayminus
    ((1.5, 0.5), (1.0, 0.5))
    """
    if low is not None and high is not None:
        more["error_y"] = _to_both_sides(y, low, high)
    if hover is not None:
        more["hovertemplate"] = f"{hover}<extra></extra>"
    marker = {"color": colour, "size": size, "symbol": symbol}
    return shown.add_scatter(x=x, y=y, mode="markers", name=name, marker=marker, **more)


def add_estimates(shown: go.Figure, estimate: Any, rows: Any, low: Any, high: Any, **points: Any) -> go.Figure:
    """`shown` with one estimate a row and its interval lying; `points` as `add_points` takes them."""
    return add_points(shown, estimate, rows, error_x=_to_both_sides(estimate, low, high), **points)


def add_maximum(
    shown: go.Figure, e1rm_kg: float, at: float, low_kg: float, high_kg: float, *, hover: str | None = None
) -> go.Figure:
    """`shown` with the 1RM that sets suggest, at the speed or the repetitions of a 1RM, and its interval lying."""
    look = {"name": "e1RM", "colour": theme.VERMILLION, "symbol": "diamond", "size": 10}
    return add_estimates(shown, [e1rm_kg], [at], low_kg, high_kg, hover=hover, **look)


def add_kinds(
    shown: go.Figure, rows: pd.DataFrame, x: str, y: str, by: str, kinds: Mapping[Any, Kind], **points: Any
) -> go.Figure:
    """`shown` with the rows of each kind that there are as a series: columns `x` and `y`, the kind in column `by`.

    `customdata` in `points` names the columns that a hover text reads.

    >>> rows = pd.DataFrame({"day": [1, 2], "value": [5.0, 7.0], "hard": [False, False]})
    >>> kinds = {True: Kind("hard", "circle", theme.BLUE), False: Kind("easy", "circle-open", theme.BLUE)}
    >>> [trace.name for trace in add_kinds(go.Figure(), rows, "day", "value", "hard", kinds).data]
    ['easy']
    """
    columns = points.pop("customdata", None)
    for value, kind in kinds.items():
        own = rows[rows[by] == value]
        if len(own):
            told = {} if columns is None else {"customdata": own[columns]}
            add_points(shown, own[x], own[y], name=kind.name, symbol=kind.symbol, colour=kind.colour, **told, **points)
    return shown


def add_line(
    shown: go.Figure,
    x: Any,
    y: Any,
    *,
    name: str | None = None,
    colour: str = theme.BLUE,
    dash: str | None = None,
    width: float | None = None,
    **more: Any,
) -> go.Figure:
    """`shown` with a line, most often a fitted one."""
    line = {"color": colour, "dash": dash, "width": width}
    return shown.add_scatter(x=x, y=y, mode="lines", name=name, line=line, **more)


def add_band(shown: go.Figure, x: Any, low: Any, high: Any, *, name: str, colour: str = theme.BAND) -> go.Figure:
    """`shown` with the area between `low` and `high` filled."""
    edge: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "legendgroup": name}
    shown.add_scatter(x=x, y=low, showlegend=False, **edge)
    return shown.add_scatter(x=x, y=high, name=name, fill="tonexty", fillcolor=colour, **edge)


def add_range(shown: go.Figure, low: float, high: float) -> go.Figure:
    """`shown` with the values from `low` to `high` shaded behind the points: the usual range, or what error allows."""
    return shown.add_hrect(y0=low, y1=high, fillcolor=theme.BAND, line_width=0, layer="below")


def add_level(
    shown: go.Figure,
    value: float,
    words: str | None = None,
    *,
    upright: bool = False,
    colour: str = theme.VERMILLION,
    dash: str = "dot",
    **more: Any,
) -> go.Figure:
    """`shown` with a line of reference at `value`, lying or upright, and its name in `words`."""
    add = shown.add_vline if upright else shown.add_hline
    named = {} if words is None else {"annotation_text": words}
    return add(value, line_dash=dash, line_color=colour, **named, **more)


def add_zero(shown: go.Figure, *, upright: bool = False) -> go.Figure:
    """`shown` with a thin dotted line where nothing has changed."""
    return add_level(shown, 0, upright=upright, colour=theme.TEXT, line_width=1)


def _to_both_sides(value: Any, low: Any, high: Any) -> dict[str, Any]:
    """The lengths of an interval on both sides of its value."""
    middle, lowest, highest = (pd.Series(ends).to_numpy(dtype=float) for ends in (value, low, high))
    above, below = (highest - middle).tolist(), (middle - lowest).tolist()
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below}
