"""Results laid over each other or side by side: athletes, lifts, devices or blocks, each under its name."""

import math
import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.base.errors import UsageProblem
from analysis.figures import theme
from analysis.figures.shown import figure_of
from analysis.models.result import Result

_ROW_HEIGHT, _TOP, _BOTTOM = 250, 40, 90
_NOTE_CHARACTERS = 100
_OF_THE_WHOLE = {"anchor", "domain", "matches"}  # of an axis: where it lies in its figure


def compare(
    shown: Mapping[str, Result | go.Figure] | Iterable[Result | go.Figure],
    *,
    overlay: bool | None = None,
    columns: int = 2,
) -> go.Figure:
    """Results, or figures, in one figure: over each other in a colour each, or as small multiples.

    Parameters
    ----------
    shown : mapping of str to Result or Figure
        What is compared, by the name it has in the legend or above its panel; without names they are numbered.
    overlay : bool, optional
        Over each other or side by side. By default over each other where both axes say the same and there are no more
        than the 6 colours that can be told apart, else side by side.
    columns : int
        Panels in a row. Where panels measure different things over the same x they lie below each other.

    Returns
    -------
    Figure; panels that measure the same have the same range.

    Raises
    ------
    UsageProblem
        For nothing to compare, a result that has no figure, one that has several panels already, and for an overlay of
        what differs in its axes.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.models import critical_speed
    >>> trials = pd.DataFrame({"duration_s": [180.0, 360.0, 720.0], "distance_m": [1004.0, 1830.0, 3440.0]})
    >>> faster = trials.assign(distance_m=1.1 * trials["distance_m"])
    >>> both = compare({"Alder": critical_speed(trials), "Birch": critical_speed(faster)})
    >>> [(trace.legendgroup, trace.name) for trace in both.data]
    [('Alder', 'Alder'), ('Alder', 'trials'), ('Birch', 'Birch'), ('Birch', 'trials')]
    """
    named = shown if isinstance(shown, Mapping) else {str(n): one for n, one in enumerate(shown, start=1)}
    figures = {name: one if isinstance(one, go.Figure) else figure_of(one) for name, one in named.items()}
    _check(figures)
    axes = {name: _axes(figure) for name, figure in figures.items()}
    alike = len(set(axes.values())) == 1
    if overlay and not alike:
        told = "; ".join(f"{name}: {' against '.join(reversed(both))}" for name, both in axes.items())
        raise UsageProblem(f"What differs in its axes is not laid over each other ({told}). Use overlay=False.")
    if overlay or (overlay is None and alike and len(figures) <= len(theme.COLOURS)):
        return _laid_over(figures)
    return _side_by_side(figures, columns if len({y for _, y in axes.values()}) == 1 else 1)


def _check(figures: Mapping[str, go.Figure]) -> None:
    if not figures:
        raise UsageProblem("There is nothing to compare. Give one result at least.")
    for name, figure in figures.items():
        if len(list(figure.select_yaxes())) > 1:
            raise UsageProblem(f"{name!r} has several panels already, which cannot be compared. Draw it by itself.")


def _axes(figure: go.Figure) -> tuple[str, str]:
    return figure.layout.xaxis.title.text or "", figure.layout.yaxis.title.text or ""


def _laid_over(figures: Mapping[str, go.Figure]) -> go.Figure:
    first = next(iter(figures.values()))
    shown = theme.figure(*_axes(first)).update_layout(barmode=first.layout.barmode)
    for number, (name, figure) in enumerate(figures.items()):
        colour = theme.COLOURS[number % len(theme.COLOURS)]
        traces = go.Figure(figure).data
        named = _main(traces)
        for place, trace in enumerate(traces):
            told = {"name": _text(name), "showlegend": True} if place == named else {"showlegend": False}
            shown.add_trace(_coloured(trace.update(legendgroup=name, **told), colour))
    _add_marks(shown, figures, lambda _: ("x", "y"))
    ranges = {axis: _range_of_all(figures.values(), axis) for axis in ("xaxis", "yaxis")}
    return _with_notes(shown.update_layout({f"{axis}_range": found for axis, found in ranges.items()}), figures)


def _main(traces: Any) -> int:
    """Which of the marks of a figure stands for all of it in the legend: the first line, else the first of them."""
    lines = (
        n
        for n, one in enumerate(traces)
        if one.type != "bar" and one.fill is None and one.mode == "lines" and one.showlegend is not False
    )
    return next(lines, 0)


def _range_of_all(figures: Iterable[go.Figure], axis: str) -> list[Any] | None:
    """The range that holds those of all figures; None where one of them leaves its own open."""
    ranges = [figure.layout[axis].range for figure in figures]
    if None in ranges:
        return None
    return [min(low for low, _ in ranges), max(high for _, high in ranges)]


def _side_by_side(figures: Mapping[str, go.Figure], columns: int) -> go.Figure:
    columns = max(1, min(columns, len(figures)))
    rows = math.ceil(len(figures) / columns)
    alike = len({_axes(figure)[1] for figure in figures.values()}) == 1
    same_x = len({_axes(figure)[0] for figure in figures.values()}) == 1
    shared = {"shared_xaxes": "all" if same_x else False, "shared_yaxes": "all" if alike else False}
    spacing = {"vertical_spacing": 0.25 / rows, "horizontal_spacing": 0.12 / columns}
    shown = make_subplots(
        rows=rows, cols=columns, subplot_titles=[_text(name) for name in figures], **shared, **spacing
    )
    shown.update_layout(template=theme.TEMPLATE, height=_TOP + _BOTTOM + _ROW_HEIGHT * rows, margin_t=_TOP)
    seen: set[str] = set()
    for number, figure in enumerate(figures.values()):
        place = {"row": number // columns + 1, "col": number % columns + 1}
        for trace in go.Figure(figure).data:
            kind = trace.name or ""
            trace.update(legendgroup=kind, showlegend=False if kind in seen else trace.showlegend)
            seen |= {kind} if trace.showlegend is not False else set()
            shown.add_trace(trace, **place)
        x_axis, y_axis = (
            {k: v for k, v in axis.to_plotly_json().items() if k not in _OF_THE_WHOLE}
            for axis in (figure.layout.xaxis, figure.layout.yaxis)
        )
        is_last = number + columns >= len(figures)
        shown.update_xaxes(x_axis | ({} if is_last or not same_x else {"title": None}), **place)
        shown.update_yaxes(y_axis | ({} if place["col"] == 1 or not alike else {"title": None}), **place)
        shown.update_layout(barmode=figure.layout.barmode or shown.layout.barmode)
    if alike:
        shown.update_yaxes(range=_range_of_all(figures.values(), "yaxis"))
    if same_x:
        shown.update_xaxes(range=_range_of_all(figures.values(), "xaxis"))
    _add_marks(shown, figures, lambda n: (f"x{n + 1 if n else ''}", f"y{n + 1 if n else ''}"))
    return _with_notes(shown, figures)


def _add_marks(shown: go.Figure, figures: Mapping[str, go.Figure], axes_of: Any) -> None:
    """Lines of reference, areas and words of every figure, each once."""
    done: list[dict[str, Any]] = []
    for number, figure in enumerate(figures.values()):
        for kind, add in (("shapes", shown.add_shape), ("annotations", shown.add_annotation)):
            for mark in figure.layout[kind]:
                moved = mark.to_plotly_json()
                for own, new in zip(("xref", "yref"), axes_of(number), strict=True):
                    moved[own] = _moved(moved.get(own, own[0]), new)
                if moved not in done:
                    done.append(moved)
                    add(moved)


def _moved(reference: str, axis: str) -> str:
    """What a mark refers to, on another axis.

    >>> _moved("x domain", "x2"), _moved("paper", "y2"), _moved("y", "y3")
    ('x2 domain', 'y2 domain', 'y3')
    """
    return f"{axis} domain" if reference == "paper" else re.sub(r"^[xy]\d*", axis, reference)


def _coloured(trace: Any, colour: str) -> Any:
    """A trace in one colour; what was filled stays as pale."""
    if trace.type == "bar":
        return trace.update(marker_color=colour)
    trace.update(marker_color=colour, line_color=colour)
    if trace.fill is not None:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        trace.update(fillcolor=f"rgba({red}, {green}, {blue}, 0.12)")
    for error in ("error_x", "error_y"):
        if trace[error].array is not None:
            trace.update({error: {"color": colour}})
    return trace


def _with_notes(shown: go.Figure, figures: Mapping[str, go.Figure]) -> go.Figure:
    """What each figure says above itself, in lines of its own after its name."""
    notes = {name: figure.layout.title.text for name, figure in figures.items() if figure.layout.title.text}
    told = [f"{_text(name)}: {note.replace('<br>', ' ')}" for name, note in notes.items()]
    lines = [line for note in told for line in textwrap.wrap(note, _NOTE_CHARACTERS)]
    if not lines:
        return shown
    more = 18 * len(lines)
    layout = shown.layout
    shown.update_layout(height=(layout.height or theme.HEIGHT) + more, margin_t=(layout.margin.t or 12) + more + 16)
    note = {"text": "<br>".join(lines), "font": {"size": 12}, "x": 0, "xref": "paper", "xanchor": "left"}
    return shown.update_layout(title=note | {"y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 14}})


def _text(name: str) -> str:
    """A name as text: plotly draws some tags."""
    return str(name).replace("<", "&lt;")
