"""Figures of form under fatigue: how long sets stay clean, and whose form changes earlier than it used to."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from analysis.base.states import State
from analysis.figures import theme
from analysis.models.form.form_break import MOST_SETS, FormAgainstExpected, FormBreak


def still_clean_figure(result: FormBreak, load_pct: float | None = None) -> go.Figure:
    """Share of sets that are still clean after each repetition, with its band; the note says the capacity.

    Where the model knows loads and none is given, the middle one of those lifted is shown, and named.
    """
    if load_pct is None and "load_pct" in result.fit.terms:
        load_pct = float(result.repetitions["load_pct"].median())
    shown = theme.figure("Repetition", "Sets still clean (%)")
    curve = result.still_clean(load_pct)
    level = f"{result.conf_level:.0%} interval"
    theme.add_band(shown, curve["rep_no"], 100 * curve["conf_low"], 100 * curve["conf_high"], name=level)
    shown.add_scatter(
        x=curve["rep_no"],
        y=100 * curve["share"],
        mode="lines+markers",
        name="sets still clean",
        line={"color": theme.BLUE},
        hovertemplate="after rep %{x}: %{y:.0f} %<extra></extra>",
    )
    shown.add_hline(y=100 * MOST_SETS, line={"dash": "dot", "width": 1, "color": theme.TEXT})
    shown.update_yaxes(range=[0, 104])
    at = f" at {load_pct:.0f} % load" if load_pct is not None and "load_pct" in result.fit.terms else ""
    return theme.add_note(shown, f"Reps that stay clean in 8 of 10 sets{at}: {result.clean_reps(load_pct).text}")


def form_over_dates_figure(own: FormAgainstExpected) -> go.Figure:
    """Clean repetitions beyond the expected ones by session, on the athlete's usual range; 0 is what was expected."""
    shown = theme.figure("Date", "Clean reps beyond expected (reps)")
    for name, rows in own.exposures.groupby("comparable", sort=False):
        shown.add_scatter(
            x=rows["local_date"],
            y=rows["value"],
            mode="markers",
            name="compared" if name else "another rater",
            marker={"color": theme.BLUE, "size": 8, "symbol": "circle" if name else "circle-open"},
            customdata=rows[["clean_reps", "expected_reps"]],
            hovertemplate="%{x|%d %b %Y}: %{customdata[0]:.1f} clean, %{customdata[1]:.1f} expected<extra></extra>",
        )
    usual = own.change.usual
    if usual is not None:
        shown.add_hrect(y0=usual.low, y1=usual.high, fillcolor=theme.BAND, line_width=0, layer="below")
    shown.add_hline(y=0, line={"dash": "dot", "width": 1, "color": theme.TEXT})
    return theme.add_note(
        shown, own.change.sentence("clean reps beyond expected", decimals=1, more="more", less="fewer")
    )


def squad_form_figure(changes: pd.DataFrame, names: Mapping[str, str] | None = None) -> go.Figure:
    """The change of every athlete with its interval, the largest loss on top; filled marks are beyond error.

    `changes` as `models.form.form_break.form_of_squad` returns it. Athletes of whom it cannot be told are named in the
    note.
    """
    shown = theme.figure("Change in clean reps (reps)", "")
    called = changes["athlete_id"].map(lambda athlete_id: (names or {}).get(athlete_id, athlete_id))
    told = changes.assign(name=called)[changes["state"] != "cannot tell"].iloc[::-1]
    flagged = told["state"].isin([state.value for state in State if state.flagged])
    shown.add_scatter(
        x=told["estimate"],
        y=told["name"],
        mode="markers",
        marker={"color": theme.BLUE, "size": 9, "symbol": ["circle" if one else "circle-open" for one in flagged]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": told["conf_high"] - told["estimate"],
            "arrayminus": told["estimate"] - told["conf_low"],
        },
        customdata=told["state"],
        hovertemplate="%{y}: %{x:+.1f} reps, %{customdata}<extra></extra>",
        showlegend=False,
    )
    shown.add_vline(x=0, line={"dash": "dot", "width": 1, "color": theme.TEXT})
    note = f"Last 3 sessions: {flagged.sum()} beyond error, {changes['null_probability'].sum():.1f} expected by chance"
    untold = called[changes["state"] == "cannot tell"]
    return theme.add_note(shown, f"{note}; cannot tell: {', '.join(untold)}" if len(untold) else note)
