"""Figure of the tempo kept."""

import pandas as pd
import plotly.graph_objects as go

from analysis.base.errors import NotEnoughData
from analysis.figures import theme
from analysis.metrics.tempo import TOLERANCE_S

_MARKS = {
    "kept": ("circle", theme.BLUE),
    "faster": ("triangle-down", theme.VERMILLION),
    "slower": ("triangle-up", theme.ORANGE),
}


def tempo_figure(compliance: pd.DataFrame, *, tolerance_s: float = TOLERANCE_S) -> go.Figure:
    """Seconds a repetition beside the prescribed ones by date; sets of which it is not known are counted in the note.

    `compliance` as `metrics.tempo.tempo_compliance` returns it, with the tolerance that it was made with.

    Raises NotEnoughData where no set has both a tempo and a time.
    """
    known = compliance.dropna(subset=["kept"])
    if known.empty:
        raise NotEnoughData(
            f"No set has both a tempo and a time; {len(compliance)} have a tempo. Log how long those sets take."
        )
    shown = theme.figure("Date", "Done less prescribed (s per rep)")
    shown.add_hrect(y0=-tolerance_s, y1=tolerance_s, fillcolor=theme.BAND, line_width=0, layer="below")
    for kept, (symbol, colour) in _MARKS.items():
        rows = known[known["kept"] == kept]
        if len(rows):
            shown.add_scatter(
                x=rows["local_date"],
                y=rows["off_s_per_rep"],
                mode="markers",
                name=kept,
                marker={"symbol": symbol, "color": colour, "size": 8},
                customdata=rows[["exercise", "tempo"]],
                hovertemplate="%{x|%d %b}: %{y:+.1f} s, %{customdata[0]} %{customdata[1]}<extra></extra>",
            )
    n_kept, n_unknown = int((known["kept"] == "kept").sum()), len(compliance) - len(known)
    unknown = f"; {n_unknown} with no time are not shown" if n_unknown else ""
    return theme.add_note(shown, f"{n_kept} of {len(known)} sets kept the tempo{unknown}")
