"""Figures of an athlete's own curve of repetitions against load."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.strength.reps_of_squad import SquadRepsCurves
from analysis.models.strength.reps_to_1rm import RepsLoadCurve

_SETS = {
    False: marks.Kind("sets", "circle", theme.BLUE),
    True: marks.Kind("beyond 10 repetitions", "circle-open", theme.BLUE),
}


def reps_load_figure(curve: RepsLoadCurve) -> go.Figure:
    """Repetitions to failure against load: sets as dots (hollow beyond 10), the curve, and the e1RM with its interval.

    Where the sets do not bound the e1RM it is not drawn and the figure says so.
    """
    load = curve.sets["load_kg"]
    along = np.linspace(0.97 * load.min(), max(load.max(), curve.e1rm_kg), 80)
    shown = theme.figure("Load (kg)", "Repetitions to failure")
    marks.add_line(shown, along, curve.predict(along), name="own curve")
    hover = "%{x:.1f} kg, %{y:.0f} repetitions"
    marks.add_kinds(shown, curve.sets, "load_kg", "reps_to_failure", "beyond_tested", _SETS, hover=hover)
    e1rm = curve.tidy().set_index("term").loc["e1RM"]
    if not np.isfinite([e1rm["conf_low"], e1rm["conf_high"]]).all():
        return theme.add_note(shown, "These sets do not bound the 1RM; none is drawn.")
    return marks.add_maximum(shown, curve.e1rm_kg, 1, e1rm["conf_low"], e1rm["conf_high"])


def squad_k_figure(curves: SquadRepsCurves) -> go.Figure:
    """k of each athlete with its interval, least first, and the squad's as a line."""
    athletes = curves.athletes.sort_values("k")
    shown = theme.figure("k (1/repetitions)", "Athlete")
    marks.add_level(shown, curves.k, "squad", upright=True)
    interval = f"{marks.level(curves.conf_level)} interval"
    return marks.add_estimates(
        shown, athletes["k"], athletes["athlete_id"], athletes["k_low"], athletes["k_high"], name=interval
    )
