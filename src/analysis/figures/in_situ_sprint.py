"""Figure of the acceleration-speed profile from ordinary sessions."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.sprint.in_situ import InSituSprint


def in_situ_sprint_figure(profile: InSituSprint) -> go.Figure:
    """The greatest accelerations at each speed as dots, those left out as crosses, and the line from A0 to S0."""
    shown = theme.figure("Speed (m/s)", "Acceleration (m/s<sup>2</sup>)")
    for name, is_used, symbol, colour in (
        ("greatest of a speed", True, "circle", theme.SKY),
        ("left out as too far off", False, "x", theme.VERMILLION),
    ):
        points = profile.points[profile.points["used"] == is_used]
        shown.add_scatter(
            x=points["speed_m_s"],
            y=points["acceleration_m_s2"],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 8},
        )
    speed_m_s = np.array([0.0, profile.s0_m_s])
    shown.add_scatter(x=speed_m_s, y=profile.predict(speed_m_s), mode="lines", name="profile", line_color=theme.BLUE)
    return theme.add_note(shown, f"From {profile.n_sessions} sessions. " + " ".join(profile.warnings))
