"""Figures of critical speed and critical power."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.running.critical_speed import CriticalIntensity, CriticalPower, CriticalSpeed

_FORM_NAMES = {
    "distance_on_time": "distance on time",
    "speed_on_inverse_time": "speed on 1 / time",
    "time_on_speed": "time on speed",
    "work_on_time": "work on time",
    "power_on_inverse_time": "power on 1 / time",
    "time_on_power": "time on power",
}
_TRIALS = {
    False: marks.Kind("trials", "circle", theme.BLUE),
    True: marks.Kind("outside 2 to 15 min", "circle-open", theme.BLUE),
}


def critical_speed_figure(result: CriticalSpeed) -> go.Figure:
    """Distance against time, trials as dots and the fitted line through them.

    Trials outside 2 to 15 minutes are hollow; the line starts at D' on the distance axis.
    """
    time_s = np.linspace(0, result.trials["duration_s"].max() * 1.05, 60)
    shown = theme.figure("Time (s)", "Distance (m)")
    marks.add_line(shown, time_s, result.predict(time_s), name="CS model")
    return _add_trials(shown, result)


def critical_power_figure(result: CriticalPower) -> go.Figure:
    """Power against time, trials as dots (hollow outside 2 to 15 minutes), the curve, and CP as a line."""
    duration_s = result.trials["duration_s"]
    time_s = np.linspace(0.8 * duration_s.min(), 1.1 * duration_s.max(), 120)
    shown = theme.figure("Time (s)", "Power (W)")
    marks.add_line(shown, time_s, result.predict(time_s), name="CP model")
    marks.add_level(shown, result.cp_w, "CP")
    return _add_trials(shown, result)


def critical_forms_figure(results: Sequence[CriticalIntensity]) -> go.Figure:
    """CS or CP of the same trials by each form, with the interval: how much the choice of form decides."""
    rates = [result.tidy().iloc[0] for result in results]
    shown = theme.figure(f"{rates[0]['term']} ({rates[0]['unit']})", "Form")
    estimate, low, high = ([rate[column] for rate in rates] for column in ("estimate", "conf_low", "conf_high"))
    forms = [_FORM_NAMES[result.form] for result in results]
    interval = f"{marks.level(results[0].conf_level)} interval"
    return marks.add_estimates(shown, estimate, forms, low, high, name=interval, size=10)


def _add_trials(shown: go.Figure, result: CriticalIntensity) -> go.Figure:
    measured, unit = result.words.measured, result.words.measured_unit
    hover = f"%{{x:.1f}} s, %{{y:.1f}} {unit}"
    return marks.add_kinds(
        shown, result.trials, "duration_s", measured, "outside_2_15_min", _TRIALS, size=10, hover=hover
    )
