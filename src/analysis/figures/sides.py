"""Figure of the difference between left and right over dates."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.form.sides import SideDifference


def side_difference_figure(result: SideDifference) -> go.Figure:
    """Difference of the sides by date with the error of its trials, their level, and what it must exceed."""
    shown = theme.figure("Date", "Right over left (%)")
    marks.add_range(shown, -result.mdc_pct, result.mdc_pct)
    marks.add_zero(shown)
    shown.add_hline(y=result.estimate_pct, line={"color": theme.VERMILLION}, annotation_text="level")
    marks.add_points(
        shown,
        result.dates["local_date"],
        result.dates["difference_pct"],
        size=8,
        error_y={"type": "data", "array": result.dates["trial_se_pct"]},
        customdata=result.dates[["left", "right"]],
        hover="%{x|%d %b %Y}: %{y:+.1f} %, %{customdata[0]:.3g} and %{customdata[1]:.3g}",
        showlegend=False,
    )
    if not result.is_sure:
        return theme.add_note(shown, f"{result.name}: no difference we can be sure of over {result.n_dates} dates")
    agree = f"larger on {result.dates_agreeing} of {result.n_dates} dates"
    return theme.add_note(shown, f"{result.name}: {result.larger} {abs(result.estimate_pct):.0f} % larger, {agree}")
