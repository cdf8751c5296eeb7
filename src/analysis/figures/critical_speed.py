"""Figures of critical speed and critical power."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.running.critical_speed import CriticalPower, CriticalSpeed

_FORM_NAMES = {
    "distance_on_time": "distance on time",
    "speed_on_inverse_time": "speed on 1 / time",
    "time_on_speed": "time on speed",
    "work_on_time": "work on time",
    "power_on_inverse_time": "power on 1 / time",
    "time_on_power": "time on power",
}


def critical_speed_figure(result: CriticalSpeed) -> go.Figure:
    """Distance against time, trials as dots and the fitted line through them.

    Trials outside 2 to 15 minutes are hollow; the line starts at D' on the distance axis.
    """
    trials = result.trials
    time_s = np.linspace(0, trials["duration_s"].max() * 1.05, 60)
    shown = theme.figure("Time (s)", "Distance (m)")
    shown.add_scatter(x=time_s, y=result.predict(time_s), mode="lines", name="CS model", line_color=theme.BLUE)
    return _add_trials(shown, trials["duration_s"], trials["distance_m"], trials["outside_2_15_min"], "m")


def critical_power_figure(result: CriticalPower) -> go.Figure:
    """Power against time, trials as dots (hollow outside 2 to 15 minutes), the curve, and CP as a line."""
    trials = result.trials
    time_s = np.linspace(0.8 * trials["duration_s"].min(), 1.1 * trials["duration_s"].max(), 120)
    shown = theme.figure("Time (s)", "Power (W)")
    shown.add_scatter(x=time_s, y=result.predict(time_s), mode="lines", name="CP model", line_color=theme.BLUE)
    shown.add_hline(y=result.cp_w, line_dash="dot", line_color=theme.VERMILLION, annotation_text="CP")
    return _add_trials(shown, trials["duration_s"], trials["power_w"], trials["outside_2_15_min"], "W")


def forms_figure(results: Sequence[CriticalSpeed | CriticalPower]) -> go.Figure:
    """CS or CP of the same trials by each form, with the interval: how much the choice of form decides."""
    first_terms = [result.tidy().iloc[0] for result in results]
    estimate = [term["estimate"] for term in first_terms]
    shown = theme.figure(f"{first_terms[0]['term']} ({first_terms[0]['unit']})", "Form")
    return shown.add_scatter(
        x=estimate,
        y=[_FORM_NAMES[result.form] for result in results],
        mode="markers",
        name=f"{100 * results[0].conf_level:.0f} % interval",
        marker={"color": theme.BLUE, "size": 10},
        error_x={
            "array": [term["conf_high"] - term["estimate"] for term in first_terms],
            "arrayminus": [term["estimate"] - term["conf_low"] for term in first_terms],
        },
    )


def _add_trials(shown: go.Figure, x, y, outside, unit: str) -> go.Figure:
    hollow = outside.to_numpy()
    for name, rows, symbol in (("trials", ~hollow, "circle"), ("outside 2 to 15 min", hollow, "circle-open")):
        if rows.any():
            shown.add_scatter(
                x=x[rows],
                y=y[rows],
                mode="markers",
                name=name,
                marker={"color": theme.BLUE, "symbol": symbol, "size": 10},
                hovertemplate=f"%{{x:.1f}} s, %{{y:.1f}} {unit}<extra></extra>",
            )
    return shown
