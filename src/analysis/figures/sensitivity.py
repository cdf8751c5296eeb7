"""Figure of a conclusion under other choices."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.squad.sensitivity import Sensitivity

_ROW_HEIGHT = 30
_FRAME_HEIGHT = 190


def sensitivity_figure(result: Sensitivity) -> go.Figure:
    """One row a choice, the one of the reports on top: estimate and interval in percent, 0 dotted.

    Filled where the conclusion stands, open where another one follows; the note says which.
    """
    judged = result.choices[result.choices["estimate_pct"].notna()]
    shown = theme.figure("Difference (%)", "")
    for stands, name, symbol, colour in (
        (True, "same conclusion", "circle", theme.BLUE),
        (False, "another conclusion", "circle-open", theme.VERMILLION),
    ):
        rows = judged[judged["stands"] == stands]
        if len(rows):
            ends = rows["conf_low_pct"], rows["conf_high_pct"]
            look = {"name": name, "symbol": symbol, "colour": colour, "size": 10, "customdata": rows["state"]}
            hover = "%{y}: %{x:.1f} %, %{customdata}"
            marks.add_estimates(shown, rows["estimate_pct"], rows["choice"], *ends, **look, hover=hover)
    marks.add_zero(shown, upright=True)
    shown.update_yaxes(categoryorder="array", categoryarray=judged["choice"][::-1].tolist())
    shown.update_layout(height=_FRAME_HEIGHT + _ROW_HEIGHT * len(judged))
    return theme.add_note(shown, result.sentence)
