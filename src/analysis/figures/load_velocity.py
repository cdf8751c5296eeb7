"""Figures of the load-velocity profile."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.strength.load_velocity import LoadVelocityProfile
from analysis.models.strength.load_velocity_mixed import MixedProfile

METRIC_NAMES = {
    "mean_velocity_m_s": "Mean velocity",
    "mean_propulsive_velocity_m_s": "Mean propulsive velocity",
    "peak_velocity_m_s": "Peak velocity",
}


def load_velocity_figure(profile: LoadVelocityProfile | MixedProfile) -> go.Figure:
    """Velocity against load: sets as dots, the line with its bands, MVT, and the e1RM with its interval.

    Where the data do not bound the e1RM it is not drawn and the figure says so, as it says what else must be known.
    """
    lifted, measured = profile.observations["load_kg"], profile.observations["velocity_m_s"]
    heaviest_kg = max(lifted.max(), profile.e1rm_kg) if profile.e1rm_bounded else lifted.max()
    load_kg = np.linspace(0.9 * lifted.min(), 1.05 * heaviest_kg, 80)
    line = profile.predict(load_kg)
    level = marks.level(profile.conf_level)
    shown = theme.figure("Load (kg)", f"{METRIC_NAMES[profile.metric]} (m/s)")
    one_set = {"name": f"{level}, one set", "colour": theme.WIDE_BAND}
    marks.add_band(shown, load_kg, line["pred_low_m_s"], line["pred_high_m_s"], **one_set)
    marks.add_band(shown, load_kg, line["conf_low_m_s"], line["conf_high_m_s"], name=f"{level}, line")
    marks.add_line(shown, load_kg, line["velocity_m_s"], name="profile")
    marks.add_points(shown, lifted, measured, name="sets", hover="%{x:.1f} kg, %{y:.2f} m/s")
    marks.add_level(shown, profile.mvt_m_s, "velocity of a 1RM", annotation_position="bottom left")
    shown.update_yaxes(range=[0, 1.2 * max(measured.max(), profile.mvt_m_s)])  # bands may run far beyond the data
    remark = profile.remark
    if not profile.e1rm_bounded:
        # one that is withheld says so itself
        why = "" if np.isnan(profile.e1rm_low_kg) else "These sets do not bound the 1RM; none is drawn."
        return theme.add_note(shown, f"{why} {remark}".strip())
    low_kg, high_kg = profile.e1rm_low_kg, profile.e1rm_high_kg
    if remark:
        theme.add_note(shown, remark)
    hover = f"e1RM %{{x:.0f}} kg, {low_kg:.0f} to {high_kg:.0f} kg"
    return marks.add_maximum(shown, profile.e1rm_kg, profile.mvt_m_s, low_kg, high_kg, hover=hover)
