"""Figures of the training load."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.figures import marks, theme


def load_balance_figure(balance: pd.DataFrame) -> go.Figure:
    """Daily load as bars; CTL, ATL and TSB as lines over days. `balance` is that of `metrics.load_balance`.

    Days whose load was not known and had to be assumed are marked on the axis and counted in words.
    """
    shown = theme.figure("Date", "Load (AU)")
    shown.add_bar(x=balance.index, y=balance["load_au"], name="load of the day", marker_color=theme.GRID)
    for column, name, colour, dash in (
        ("ctl_au", "fitness, CTL", theme.BLUE, "solid"),
        ("atl_au", "fatigue, ATL", theme.VERMILLION, "dash"),
        ("tsb_au", "form, TSB", theme.GREEN, "dot"),
    ):
        line = {"name": name, "colour": colour, "dash": dash, "width": 2}
        marks.add_line(
            shown, balance.index, balance[column], **line, hovertemplate="%{x|%d %b %Y}: %{y:.0f} AU<extra></extra>"
        )
    assumed = balance.index[balance["assumed"]]
    if len(assumed) == 0:
        return shown
    cross = {"name": "load not known", "symbol": "x-thin-open", "colour": theme.TEXT, "size": 7}
    marks.add_points(shown, assumed, [0] * len(assumed), **cross, hover="%{x|%d %b %Y}: load not known")
    return theme.add_note(shown, f"{len(assumed)} of {len(balance)} days have no known load; crosses mark them.")


def weekly_volume_figure(volume: pd.DataFrame, *, week: str = "week", group: str = "exercise") -> go.Figure:
    """Volume load by week, stacked by `group`; `volume` has the columns `week`, `group` and volume_load_kg."""
    shown = theme.figure("Week", "Volume load (kg)").update_layout(barmode="stack")
    for name, rows in volume.groupby(group, dropna=False, sort=False):
        label = name if isinstance(name, str) else "exercise not known"
        shown.add_bar(x=rows[week], y=rows["volume_load_kg"], name=label)
    return shown


def weekly_distance_figure(distances: pd.DataFrame) -> go.Figure:
    """Distance run by week in km; `distances` is that of `metrics.running.distance_by_week`."""
    shown = theme.figure("Week", "Run (km)")
    kilometres = distances["distance_m"] / 1000
    return shown.add_bar(x=distances["week"], y=kilometres, name="run", marker_color=theme.GREEN)


def two_loads_figure(weekly: pd.DataFrame) -> go.Figure:
    """Strength load and run load by week, one above the other and never added up, and below what is known of the days.

    `weekly` is what `metrics.load.weekly_load` returns. A week of which nothing is known has no bar; one without that
    kind of training has a bar of 0.
    """
    shown = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.06)
    shown.update_layout(template=theme.TEMPLATE, height=560, barmode="stack")
    shown.add_bar(
        x=weekly["week"], y=weekly["volume_load_kg"] / 1000, name="lifted", marker_color=theme.BLUE, row=1, col=1
    )
    shown.add_bar(
        x=weekly["week"], y=weekly["run_distance_m"] / 1000, name="run", marker_color=theme.GREEN, row=2, col=1
    )
    for state, name, colour in (
        ("done", "trained", theme.SKY),
        ("rest", "rest", theme.GRID),
        ("off", "off", theme.PURPLE),
        ("none", "not logged", theme.ORANGE),
    ):
        shown.add_bar(x=weekly["week"], y=weekly[state], name=name, marker_color=colour, row=3, col=1)
    for row, title in enumerate(("Lifted (t)", "Run (km)", "Days (count)"), start=1):
        shown.update_yaxes(title_text=title, row=row, col=1)
    shown.update_xaxes(title_text="Week", row=3, col=1)
    unlogged = int(weekly["none"].sum())
    return theme.add_note(shown, f"{unlogged} days have nothing logged; they are not rest.") if unlogged else shown
