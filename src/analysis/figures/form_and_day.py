"""Figure of clean repetitions beside what is known of the day."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.form.form_and_day import FormAndDay


def form_and_day_figure(result: FormAndDay) -> go.Figure:
    """Clean repetitions more where each circumstance is a usual swing higher, with intervals, and what would show."""
    shown = theme.figure("Clean repetitions for a usual swing (reps)", "")
    rows = [f"{one.circumstance.name}, {one.fit.exposure_sd:.2g} {one.circumstance.unit} more" for one in result.known]
    low, high = ([one.interval[end] for one in result.known] for end in (0, 1))
    seen = [one.detectable_reps for one in result.known]
    marks.add_zero(shown, upright=True)
    for side, told in ((-1, True), (1, False)):
        marks.add_points(
            shown,
            [side * reps for reps in seen],
            rows,
            name="would have been found in 8 of 10 cases",
            colour=theme.SKY,
            symbol="line-ns-open",
            size=16,
            showlegend=told,
            hover="%{x:+.2f}",
        )
    marks.add_estimates(
        shown,
        [one.change_reps for one in result.known],
        rows,
        low,
        high,
        name=f"estimate, {marks.level(result.conf_level)} interval",
        hover="%{y}: %{x:+.2f}",
    )
    return theme.add_note(shown, "; ".join(f"{one.circumstance.name}: {one.verdict}" for one in result.known))
