"""Figure of the 1RM of a lift as all that speaks of it says."""

import pandas as pd
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.strength.e1rm import FusedE1rm

WAYS = {
    "tested": ("tested", "diamond", theme.VERMILLION),
    "reps": ("from repetitions", "circle", theme.BLUE),
    "velocity": ("from bar speeds", "square", theme.GREEN),
}
AHEAD_DAYS = list(range(0, 43, 3))


def e1rm_figure(state: FusedE1rm) -> go.Figure:
    """Observations over dates by their way, the state with its interval, and how it ages over the next six weeks."""
    shown = theme.figure("Date", "1RM (kg)")
    ahead = state.predict(AHEAD_DAYS)
    dates = state.until + pd.to_timedelta(ahead["days_ahead"], unit="D")
    level = f"{100 * state.conf_level:.0f} %"
    theme.add_band(shown, dates, ahead["conf_low_kg"], ahead["conf_high_kg"], name=f"{level}, if nothing is seen")
    for source, (name, symbol, colour) in WAYS.items():
        of_way = state.observations[state.observations["source"] == source]
        if of_way.empty:
            continue
        shown.add_scatter(
            x=of_way["local_date"],
            y=of_way["e1rm_kg"],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 9},
            hovertemplate="%{x|%Y-%m-%d}: %{y:.0f} kg<extra></extra>",
        )
    shown.add_scatter(
        x=[state.until],
        y=[state.e1rm_kg],
        mode="markers",
        name="together",
        marker={"color": theme.ORANGE, "symbol": "star", "size": 13},
        error_y={
            "array": [state.e1rm_high_kg - state.e1rm_kg],
            "arrayminus": [state.e1rm_kg - state.e1rm_low_kg],
            "color": theme.ORANGE,
        },
        hovertemplate=f"%{{y:.0f}} kg, {state.e1rm_low_kg:.0f} to {state.e1rm_high_kg:.0f} kg<extra></extra>",
    )
    return theme.add_note(shown, state.remark) if state.remark else shown
