"""Figure of the acceleration-speed profile from ordinary sessions."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.sprint.in_situ import InSituSprint

_USED = {
    True: marks.Kind("greatest of a speed", "circle", theme.SKY),
    False: marks.Kind("left out as too far off", "x", theme.VERMILLION),
}


def in_situ_sprint_figure(profile: InSituSprint) -> go.Figure:
    """The greatest accelerations at each speed as dots, those left out as crosses, and the line from A0 to S0."""
    shown = theme.figure("Speed (m/s)", "Acceleration (m/s<sup>2</sup>)")
    marks.add_kinds(shown, profile.points, "speed_m_s", "acceleration_m_s2", "used", _USED, size=8)
    speed_m_s = np.array([0.0, profile.s0_m_s])
    marks.add_line(shown, speed_m_s, profile.predict(speed_m_s), name="profile")
    return theme.add_note(shown, f"From {profile.n_sessions} sessions. " + " ".join(profile.warnings))
