"""Figures of the sprint profile."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.sprint.force import ForceVelocityProfile
from analysis.models.sprint.profile import SprintProfile


def sprint_profile_figure(profile: SprintProfile) -> go.Figure:
    """The readings as dots and the fitted curve: time at each gate, or velocity by time; warnings as a note."""
    if profile.source == "gates":
        shown = theme.figure("Distance (m)", "Time (s)")
    else:
        shown = theme.figure("Time (s)", "Velocity (m/s)")
        marks.add_level(shown, profile.mss_m_s, "MSS")
    at = profile.points
    along = np.linspace(at.min(), 1.02 * at.max(), 100)
    marks.add_points(shown, at, profile.readings, name=profile.source, colour=theme.SKY, opacity=0.8)
    marks.add_line(shown, along, profile.predict(along), name="profile")
    return theme.add_note(shown, " ".join(profile.warnings)) if profile.warnings else shown


def force_velocity_figure(forces: ForceVelocityProfile) -> go.Figure:
    """Horizontal force per kg against velocity from F0 to V0, the greatest power named, and a clock that was off."""
    velocity_m_s, mass = np.linspace(0, forces.v0_m_s, 80), forces.body_mass_kg
    shown = theme.figure("Velocity (m/s)", "Horizontal force (N/kg)")
    marks.add_line(shown, velocity_m_s, forces.predict(velocity_m_s) / mass, name="force")
    named = f"F0 {forces.f0_n / mass:.1f} N/kg, V0 {forces.v0_m_s:.1f} m/s, Pmax {forces.pmax_w / mass:.1f} W/kg."
    return theme.add_note(shown, f"{named} {forces.profile.start.remark}".strip())
