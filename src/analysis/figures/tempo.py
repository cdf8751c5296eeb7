"""Figure of the tempo kept."""

import pandas as pd
import plotly.graph_objects as go

from analysis.base.errors import NotEnoughData
from analysis.figures import marks, theme
from analysis.metrics.tempo import TOLERANCE_S

_KEPT = {
    "kept": marks.Kind("kept", "circle", theme.BLUE),
    "faster": marks.Kind("faster", "triangle-down", theme.VERMILLION),
    "slower": marks.Kind("slower", "triangle-up", theme.ORANGE),
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
    marks.add_range(shown, -tolerance_s, tolerance_s)
    hover = "%{x|%d %b}: %{y:+.1f} s, %{customdata[0]} %{customdata[1]}"
    columns = ["exercise", "tempo"]
    marks.add_kinds(shown, known, "local_date", "off_s_per_rep", "kept", _KEPT, size=8, customdata=columns, hover=hover)
    n_kept, n_unknown = int((known["kept"] == "kept").sum()), len(compliance) - len(known)
    unknown = f"; {n_unknown} with no time are not shown" if n_unknown else ""
    return theme.add_note(shown, f"{n_kept} of {len(known)} sets kept the tempo{unknown}")
