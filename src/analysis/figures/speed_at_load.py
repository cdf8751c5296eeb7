"""Figure of the speed at an anchor load over dates."""

from itertools import cycle

import pandas as pd
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.figures.load_velocity import METRIC_NAMES
from analysis.models.strength.speed_at_load import SpeedAtLoad

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "pentagon")
_SIDES = {"L": " left", "R": " right"}
_HEIGHT = 230
_MARGIN = 0.1  # of the span of the speeds, above and below


def speed_over_dates_figure(result: SpeedAtLoad) -> go.Figure:
    """Speed at the anchor load by day, on the usual range over the days that it was made from.

    Days on another device than the newest are open marks, a symbol a device, and a dotted line stands where the
    device changed. With fewer than 3 earlier days on the newest device there is no usual range.
    """
    exposures = result.exposures
    shown = theme.figure("Date", f"{METRIC_NAMES[result.metric]} (m/s)")
    shown.update_layout(height=_HEIGHT, showlegend=False)
    by_device = exposures.groupby("device", dropna=False, sort=False)
    for symbol, (device, days) in zip(cycle(_SYMBOLS), by_device, strict=False):
        _add_device(shown, days, device if isinstance(device, str) else "device not named", symbol)
    for day in _device_changes(exposures):
        marks.add_level(shown, day, upright=True, colour=theme.TEXT, line_width=1)
    _add_usual_range(shown, result)
    return theme.add_note(shown, _caption(result))


def _caption(result: SpeedAtLoad) -> str:
    words = [f"{result.name}{_SIDES.get(result.side, '')} at {result.anchor_kg:g} kg, all sessions"]
    if result.change.usual is not None:
        words.append("shaded: usual range")
    if not result.exposures["comparable"].all():
        words.append("open: another device")
    return "; ".join(words)


def _add_device(shown: go.Figure, days: pd.DataFrame, name: str, symbol: str) -> None:
    compared = bool(days["comparable"].iloc[0])
    shown.add_scatter(
        x=days["local_date"],
        y=days["value"],
        mode="lines+markers",
        name=name,
        marker={"symbol": symbol if compared else f"{symbol}-open", "size": 8, "color": theme.BLUE},
        line={"width": 1, "color": theme.BLUE},
        customdata=days["n_reps"],
        hovertemplate=f"%{{x|%d %b %Y}}: %{{y:.2f}} m/s, %{{customdata}} reps, {name}<extra></extra>",
    )


def _device_changes(exposures: pd.DataFrame) -> list[pd.Timestamp]:
    """The days on which another device measured than on the day before."""
    device = exposures["device"].fillna("")
    return list(exposures.loc[device.ne(device.shift(fill_value=device.iloc[0])), "local_date"])


def _add_usual_range(shown: go.Figure, result: SpeedAtLoad) -> None:
    """The usual range over its own days; however wide it is, the speeds keep a third of the height."""
    values, usual = result.exposures["value"], result.change.usual
    span = max(values.max() - values.min(), 0.1)
    low, high = values.min(), values.max()
    if usual is not None:
        compared = result.exposures.loc[result.exposures["comparable"], "local_date"]
        first_day = compared.iloc[-result.change.n_earlier - result.change.n_new]
        shown.add_shape(
            type="rect",
            x0=first_day,
            x1=compared.iloc[-1],
            y0=usual.low,
            y1=usual.high,
            fillcolor=theme.BAND,
            line_width=0,
            layer="below",
        )
        low, high = max(min(low, usual.low), low - span), min(max(high, usual.high), high + span)
    shown.update_yaxes(range=[low - _MARGIN * span, high + _MARGIN * span])
