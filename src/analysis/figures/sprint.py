"""Figures of the sprint profile."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.sprint.force import ForceVelocityProfile
from analysis.models.sprint.profile import SprintProfile

_CORRECTION_NAMES = {
    "none": "no correction",
    "time": "time at the start",
    "distance": "flying start",
    "both": "time and flying start",
}


def sprint_profile_figure(profile: SprintProfile) -> go.Figure:
    """The readings as dots and the fitted curve: time at each gate, or velocity by time; warnings as a note."""
    if profile.source == "gates":
        at, reading = profile.observations["distance_m"], profile.observations["time_s"]
        shown = theme.figure("Distance (m)", "Time (s)")
    else:
        at, reading = profile.observations["time_s"], profile.observations["velocity_m_s"]
        shown = theme.figure("Time (s)", "Velocity (m/s)")
        shown.add_hline(y=profile.mss_m_s, line_dash="dot", line_color=theme.VERMILLION, annotation_text="MSS")
    along = np.linspace(at.min(), 1.02 * at.max(), 100)
    shown.add_scatter(
        x=at, y=reading, mode="markers", name=profile.source, marker={"color": theme.SKY, "size": 9, "opacity": 0.8}
    )
    shown.add_scatter(x=along, y=profile.predict(along), mode="lines", name="profile", line_color=theme.BLUE)
    return theme.add_note(shown, " ".join(profile.warnings)) if profile.warnings else shown


def corrections_figure(compared: pd.DataFrame) -> go.Figure:
    """MAC of the same gates under each correction, with its interval, as `corrections_compared` gives them."""
    shown = theme.figure("MAC (m/s<sup>2</sup>)", "Correction")
    return shown.add_scatter(
        x=compared["mac_m_s2"],
        y=compared["correction"].map(_CORRECTION_NAMES),
        mode="markers",
        name="MAC",
        marker={"color": theme.BLUE, "size": 10},
        error_x={
            "array": compared["mac_high_m_s2"] - compared["mac_m_s2"],
            "arrayminus": compared["mac_m_s2"] - compared["mac_low_m_s2"],
        },
    )


def force_velocity_figure(forces: ForceVelocityProfile) -> go.Figure:
    """Horizontal force per kg against velocity from F0 to V0, with the greatest power named."""
    velocity_m_s = np.linspace(0, forces.v0_m_s, 80)
    shown = theme.figure("Velocity (m/s)", "Horizontal force (N/kg)")
    shown.add_scatter(
        x=velocity_m_s,
        y=forces.predict(velocity_m_s) / forces.body_mass_kg,
        mode="lines",
        name="force",
        line_color=theme.BLUE,
    )
    return theme.add_note(
        shown,
        f"F0 {forces.f0_n / forces.body_mass_kg:.1f} N/kg, V0 {forces.v0_m_s:.1f} m/s, "
        f"Pmax {forces.pmax_w / forces.body_mass_kg:.1f} W/kg.",
    )
