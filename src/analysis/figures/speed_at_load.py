"""Figure of the speed at an anchor load over dates."""

from itertools import cycle

import pandas as pd
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.figures.change import add_levels, since_words
from analysis.figures.load_velocity import METRIC_NAMES
from analysis.models.strength.speed_at_load import SpeedAtLoad

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "pentagon")
_SIDES = {"L": " left", "R": " right"}
_HEIGHT = 230
_MARGIN = 0.1  # of the span of the speeds, above and below


def speed_over_dates_figure(result: SpeedAtLoad) -> go.Figure:
    """Speed at the anchor load by day, with the level now, the one before while a change is told, and the usual range.

    Days on another device than the newest are open marks, a symbol a device, and a dotted line stands where the newest
    came into use. Days planned light are shaded. Where nothing can be told yet there are points alone.
    """
    exposures = result.exposures
    shown = theme.figure("Date", f"{METRIC_NAMES[result.metric]} (m/s)")
    shown.update_layout(height=_HEIGHT, showlegend=False)
    add_levels(shown, result.change)
    by_device = exposures.groupby("device", dropna=False, sort=False)
    for symbol, (device, days) in zip(cycle(_SYMBOLS), by_device, strict=False):
        _add_device(shown, days, device if isinstance(device, str) else "device not named", symbol)
    shown.update_yaxes(range=_speeds_shown(result))
    return theme.add_note(shown, _caption(result))


def _caption(result: SpeedAtLoad) -> str:
    change = result.change
    words = [f"{result.name}{_SIDES.get(result.side, '')} at {result.anchor_kg:g} kg, all sessions"]
    if change.changed:
        words.append(f"{change.state}{since_words(change)}")
    if change.state.known:
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


def _speeds_shown(result: SpeedAtLoad) -> list[float]:
    """From the slowest to the fastest and the usual range; however wide that is, speeds keep a third of the height."""
    values, change = result.exposures["value"], result.change
    low, high = values.min(), values.max()
    span = max(high - low, 0.1)
    if change.state.known:
        low, high = max(min(low, change.band_low), low - span), min(max(high, change.band_high), high + span)
    return [low - _MARGIN * span, high + _MARGIN * span]
