"""Figure of the 1RM of a lift as all that speaks of it says."""

import pandas as pd
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.strength.e1rm import FusedE1rm

WAYS = {
    "tested": marks.Kind("tested", "diamond", theme.VERMILLION),
    "reps": marks.Kind("from repetitions", "circle", theme.BLUE),
    "velocity": marks.Kind("from bar speeds", "square", theme.GREEN),
}
AHEAD_DAYS = list(range(0, 43, 3))


def e1rm_figure(state: FusedE1rm) -> go.Figure:
    """Observations over dates by their way, the state with its interval, and how it ages over the next six weeks."""
    shown = theme.figure("Date", "1RM (kg)")
    ahead = state.predict(AHEAD_DAYS)
    dates = state.until + pd.to_timedelta(ahead["days_ahead"], unit="D")
    name = f"{marks.level(state.conf_level)}, if nothing is seen"
    marks.add_band(shown, dates, ahead["conf_low_kg"], ahead["conf_high_kg"], name=name)
    hover = "%{x|%Y-%m-%d}: %{y:.0f} kg"
    marks.add_kinds(shown, state.observations, "local_date", "e1rm_kg", "source", WAYS, hover=hover)
    marks.add_points(
        shown,
        [state.until],
        [state.e1rm_kg],
        name="together",
        colour=theme.ORANGE,
        symbol="star",
        size=13,
        low=state.e1rm_low_kg,
        high=state.e1rm_high_kg,
        hover=f"%{{y:.0f}} kg, {state.e1rm_low_kg:.0f} to {state.e1rm_high_kg:.0f} kg",
    )
    return theme.add_note(shown, state.remark) if state.remark else shown
