"""Figures of an athlete's own curve of repetitions against load."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.strength.reps_of_squad import SquadRepsCurves
from analysis.models.strength.reps_to_1rm import RepsLoadCurve


def reps_load_figure(curve: RepsLoadCurve) -> go.Figure:
    """Repetitions to failure against load: sets as dots (hollow beyond 10), the curve, and the e1RM with its interval.

    Where the sets do not bound the e1RM it is not drawn and the figure says so.
    """
    load, reps = curve.sets["load_kg"], curve.sets["reps_to_failure"]
    beyond = curve.sets["beyond_tested"].to_numpy()
    along = np.linspace(0.97 * load.min(), max(load.max(), curve.e1rm_kg), 80)
    shown = theme.figure("Load (kg)", "Repetitions to failure")
    shown.add_scatter(x=along, y=curve.predict(along), mode="lines", name="own curve", line_color=theme.BLUE)
    for name, rows, symbol in (("sets", ~beyond, "circle"), ("beyond 10 repetitions", beyond, "circle-open")):
        if rows.any():
            shown.add_scatter(
                x=load[rows],
                y=reps[rows],
                mode="markers",
                name=name,
                marker={"color": theme.BLUE, "symbol": symbol, "size": 9},
                hovertemplate="%{x:.1f} kg, %{y:.0f} repetitions<extra></extra>",
            )
    e1rm = curve.tidy().set_index("term").loc["e1RM"]
    if not np.isfinite([e1rm["conf_low"], e1rm["conf_high"]]).all():
        return theme.add_note(shown, "These sets do not bound the 1RM; none is drawn.")
    return shown.add_scatter(
        x=[curve.e1rm_kg],
        y=[1],
        mode="markers",
        name="e1RM",
        marker={"color": theme.VERMILLION, "symbol": "diamond", "size": 10},
        error_x={
            "array": [e1rm["conf_high"] - curve.e1rm_kg],
            "arrayminus": [curve.e1rm_kg - e1rm["conf_low"]],
            "color": theme.VERMILLION,
        },
    )


def squad_k_figure(curves: SquadRepsCurves) -> go.Figure:
    """k of each athlete with its interval, least first, and the squad's as a line."""
    athletes = curves.athletes.sort_values("k")
    shown = theme.figure("k (1/repetitions)", "Athlete")
    shown.add_vline(x=curves.k, line_dash="dot", line_color=theme.VERMILLION, annotation_text="squad")
    return shown.add_scatter(
        x=athletes["k"],
        y=athletes["athlete_id"],
        mode="markers",
        name=f"{100 * curves.conf_level:.0f} % interval",
        marker={"color": theme.BLUE, "size": 9},
        error_x={"array": athletes["k_high"] - athletes["k"], "arrayminus": athletes["k"] - athletes["k_low"]},
    )
