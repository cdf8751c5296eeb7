"""Figure of the difference between left and right over dates."""

import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.form.sides import SideDifference


def side_difference_figure(result: SideDifference) -> go.Figure:
    """Difference of the sides by date with the error of its trials, their mean, and what the mean must exceed."""
    shown = theme.figure("Date", "Right over left (%)")
    shown.add_hrect(y0=-result.mdc_pct, y1=result.mdc_pct, fillcolor=theme.BAND, line_width=0, layer="below")
    shown.add_hline(y=0, line={"dash": "dot", "width": 1, "color": theme.TEXT})
    shown.add_hline(y=result.estimate_pct, line={"color": theme.VERMILLION}, annotation_text="mean")
    shown.add_scatter(
        x=result.dates["local_date"],
        y=result.dates["difference_pct"],
        mode="markers",
        marker={"color": theme.BLUE, "size": 8},
        error_y={"type": "data", "array": result.dates["trial_se_pct"]},
        customdata=result.dates[["left", "right"]],
        hovertemplate="%{x|%d %b %Y}: %{y:+.1f} %, %{customdata[0]:.3g} and %{customdata[1]:.3g}<extra></extra>",
        showlegend=False,
    )
    if not result.is_sure:
        return theme.add_note(shown, f"{result.name}: no difference we can be sure of over {result.n_dates} dates")
    agree = f"larger on {result.dates_agreeing} of {result.n_dates} dates"
    return theme.add_note(shown, f"{result.name}: {result.larger} {abs(result.estimate_pct):.0f} % larger, {agree}")
