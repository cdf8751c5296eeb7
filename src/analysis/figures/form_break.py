"""Figures of form under fatigue: how long sets stay clean, and whose form changes earlier than it used to."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from analysis.base.states import State
from analysis.figures import marks, theme
from analysis.models.form.form_break import MOST_SETS, FormAgainstExpected, FormBreak


def still_clean_figure(result: FormBreak, load_pct: float | None = None) -> go.Figure:
    """Share of sets that are still clean after each repetition, with its band; the note says the capacity.

    Where the model knows loads and none is given, the middle one of those lifted is shown, and named.
    """
    if load_pct is None and "load_pct" in result.fit.terms:
        load_pct = float(result.repetitions["load_pct"].median())
    shown = theme.figure("Repetition", "Sets still clean (%)")
    curve = result.still_clean(load_pct)
    level = f"{marks.level(result.conf_level)} interval"
    marks.add_band(shown, curve["rep_no"], 100 * curve["conf_low"], 100 * curve["conf_high"], name=level)
    shown.add_scatter(
        x=curve["rep_no"],
        y=100 * curve["share"],
        mode="lines+markers",
        name="sets still clean",
        line={"color": theme.BLUE},
        hovertemplate="after rep %{x}: %{y:.0f} %<extra></extra>",
    )
    marks.add_level(shown, 100 * MOST_SETS, colour=theme.TEXT, line_width=1)
    shown.update_yaxes(range=[0, 104])
    at = f" at {load_pct:.0f} % load" if load_pct is not None and "load_pct" in result.fit.terms else ""
    return theme.add_note(shown, f"Reps that stay clean in 8 of 10 sets{at}: {result.clean_reps(load_pct).text}")


def form_over_dates_figure(own: FormAgainstExpected) -> go.Figure:
    """Clean repetitions beyond the expected ones by day, on the band of one more day; 0 is what was expected."""
    shown = theme.figure("Date", "Clean reps beyond expected (reps)")
    kinds = {
        one: marks.Kind("compared" if one else "another rater", "circle" if one else "circle-open", theme.BLUE)
        for one in own.exposures["comparable"].unique()
    }
    hover = "%{x|%d %b %Y}: %{customdata[0]:.1f} clean, %{customdata[1]:.1f} expected"
    told = {"customdata": ["clean_reps", "expected_reps"], "hover": hover, "size": 8}
    marks.add_kinds(shown, own.exposures, "local_date", "value", "comparable", kinds, **told)
    if own.change.state.known:
        marks.add_range(shown, own.change.band_low, own.change.band_high)
    marks.add_zero(shown)
    return theme.add_note(
        shown, own.change.sentence("clean reps beyond expected", decimals=1, more="more", less="fewer")
    )


def squad_form_figure(changes: pd.DataFrame, names: Mapping[str, str] | None = None) -> go.Figure:
    """The change of every athlete with its interval, the largest loss on top; filled marks are changes of level.

    `changes` as `models.form.form_break.form_of_squad` returns it. Athletes of whom it cannot be told are named in the
    note.
    """
    shown = theme.figure("Change in clean reps (reps)", "")
    called = changes["athlete_id"].map(lambda athlete_id: (names or {}).get(athlete_id, athlete_id))
    told = changes.assign(name=called)[changes["state"] != "cannot tell"].iloc[::-1]
    flagged = told["state"].isin([state.value for state in State if state.flagged])
    marks.add_estimates(
        shown,
        told["change"],
        told["name"],
        told["change_low"],
        told["change_high"],
        symbol=["circle" if one else "circle-open" for one in flagged],
        customdata=told["state"],
        hover="%{y}: %{x:+.1f} reps, %{customdata}",
        showlegend=False,
    )
    marks.add_zero(shown, upright=True)
    note = f"{flagged.sum()} changed and stayed so, {changes['null_probability'].sum():.1f} expected by chance"
    untold = called[changes["state"] == "cannot tell"]
    return theme.add_note(shown, f"{note}; cannot tell: {', '.join(untold)}" if len(untold) else note)
