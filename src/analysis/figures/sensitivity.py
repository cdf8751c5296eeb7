"""Figure of a conclusion under other choices."""

import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.squad.sensitivity import Sensitivity

_ROW_HEIGHT = 30
_FRAME_HEIGHT = 190


def sensitivity_figure(result: Sensitivity) -> go.Figure:
    """One row a choice, the one of the reports on top: estimate and interval in percent, 0 dotted.

    Filled where the conclusion stands, open where another one follows; the note says which.
    """
    judged = result.choices[result.choices["estimate_pct"].notna()]
    shown = theme.figure("Difference (%)", "")
    for name, rows, colour, symbol in (
        ("same conclusion", judged[judged["stands"]], theme.BLUE, "circle"),
        ("another conclusion", judged[~judged["stands"]], theme.VERMILLION, "circle-open"),
    ):
        if len(rows):
            shown.add_scatter(
                x=rows["estimate_pct"],
                y=rows["choice"],
                mode="markers",
                name=name,
                marker={"color": colour, "symbol": symbol, "size": 10},
                error_x={
                    "array": rows["conf_high_pct"] - rows["estimate_pct"],
                    "arrayminus": rows["estimate_pct"] - rows["conf_low_pct"],
                },
                customdata=rows["state"],
                hovertemplate="%{y}: %{x:.1f} %, %{customdata}<extra></extra>",
            )
    shown.add_vline(x=0, line={"dash": "dot", "width": 1, "color": theme.TEXT})
    shown.update_yaxes(categoryorder="array", categoryarray=judged["choice"][::-1].tolist())
    shown.update_layout(height=_FRAME_HEIGHT + _ROW_HEIGHT * len(judged))
    return theme.add_note(shown, result.sentence)
