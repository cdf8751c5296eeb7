"""Figure of what a series says of its level: the level now, the one before, and since when."""

import pandas as pd
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.change import Change, Event
from analysis.models.series import Series

_KINDS = {
    True: marks.Kind("counted", "circle", theme.BLUE),
    False: marks.Kind("not counted", "circle-open", theme.TEXT),
}


def change_figure(result: Change, quantity: str = "Level") -> go.Figure:
    """Exposures by date, hollow where they do not count; the level now and the one before with their intervals.

    Where a change is told, the days on which it may have begun are shaded. The pale band is where one more exposure is
    expected at the level now; a ramp has none, and the interval of its end alone. A dotted line stands where another
    device came into use; days planned light are shaded.
    """
    shown = theme.figure("Date", f"{quantity} ({result.unit})")
    add_levels(shown, result)
    hover = f"%{{x|%d %b %Y}}: %{{y:.4g}} {result.unit}"
    marks.add_kinds(shown, result.exposures, "local_date", "value", "used", _KINDS, hover=hover)
    return theme.add_note(shown, f"{quantity}: {result.state}{since_words(result)}")


def series_figure(result: Series, quantity: str = "") -> go.Figure:
    """What a series says of its level, as `change_figure` draws it; `quantity` is the series' own name by default."""
    return change_figure(result.change, quantity or result.quantity.name.replace("_", " "))


def add_levels(shown: go.Figure, result: Change) -> go.Figure:
    """`shown` with what is told of the level behind its points: events, the days on which a change may have begun, and
    the levels with their bands; events alone where nothing can be told. Returns the same figure."""
    for event in result.events:
        _add_event(shown, event, result.exposures["local_date"].iloc[0], result.until)
    if result.reason is not None:
        return shown
    begun = (result.since_low, result.since_high)
    if result.changed and None not in begun:
        shown.add_vrect(*begun, fillcolor=theme.WIDE_BAND, line_width=0, layer="below")
    dates = result.exposures.loc[result.used, "local_date"]
    now = dates if result.since is None else dates[dates >= result.since]
    first, last = now.iloc[0], max(now.iloc[-1], result.until)
    interval, earlier = (f"level {when}, {marks.level(result.conf_level)}" for when in ("now", "before"))
    if result.shape == "ramp":  # interval and band are those of the last exposure
        days = pd.DatetimeIndex([dates.iloc[0], first, now.iloc[-1]])
        marks.add_line(shown, days, result.predict(days), name="level", colour=theme.VERMILLION)
        ends = {"low": [result.level_low], "high": [result.level_high], "colour": theme.VERMILLION}
        return marks.add_points(shown, now.iloc[-1:], [result.level], name=interval, symbol="diamond", **ends)
    for low, high, name, colour in (
        (result.band_low, result.band_high, "one more exposure, 95 %", theme.WIDE_BAND),
        (result.level_low, result.level_high, interval, theme.BAND),
    ):
        marks.add_band(shown, [first, last], [low, low], [high, high], name=name, colour=colour)
    marks.add_line(shown, [first, last], [result.level] * 2, name="level now", colour=theme.VERMILLION)
    if result.changed:
        before = [dates.iloc[0], first]
        ends = [[result.before_low] * 2, [result.before_high] * 2]
        marks.add_band(shown, before, *ends, name=earlier, colour=theme.GRID)
        marks.add_line(shown, before, [result.before] * 2, name="level before", colour=theme.TEXT, dash="dash")
    return shown


def _add_event(shown: go.Figure, event: Event, start: pd.Timestamp, until: pd.Timestamp) -> None:
    """An event that falls into the days from `start` to `until`."""
    last = event.first if event.last is None else event.last
    if event.first > until or last < start:
        return
    if event.kind == "device":
        marks.add_level(shown, event.first, "another device", upright=True, colour=theme.TEXT, line_width=1)
    elif event.kind != "block":
        first, end = max(event.first, start), min(last, until) + pd.Timedelta(days=1)
        look = {"fillcolor": theme.GRID, "line_width": 0, "layer": "below", "annotation_position": "bottom left"}
        shown.add_vrect(x0=first, x1=end, annotation_text=event.kind, **look)


def since_words(result: Change) -> str:
    """Since when the level that is told holds, after its state; empty where no change is told."""
    if not result.changed or result.since is None:
        return ""
    return f" since {'about ' if result.since_low != result.since_high else ''}{result.since:%d %b %Y}"
