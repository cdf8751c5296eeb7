"""Figure of the best efforts inside runs."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.metrics.best_efforts import BestEfforts
from analysis.models.running.training_speed import TrainingSpeed


def best_efforts_figure(best: BestEfforts, speed: TrainingSpeed | None = None) -> go.Figure:
    """Speed of the fastest time over each distance against its duration, and the line of `training_speed` if given.

    The note says how many runs it rests on, what was left out, and that they were not all-out.
    """
    efforts = best.efforts
    shown = theme.figure("Duration (min)", "Speed (m/s)").update_xaxes(type="log")
    shown.add_scatter(
        x=efforts["duration_s"] / 60,
        y=efforts["distance_m"] / efforts["duration_s"],
        mode="markers+lines",
        name="best efforts",
        marker={"color": theme.BLUE, "size": 9},
        line={"color": theme.BLUE, "width": 1},
        customdata=np.column_stack([efforts["distance_m"], efforts["local_date"].dt.strftime("%d %b %Y")]),
        hovertemplate="%{customdata[0]:.0f} m: %{y:.2f} m/s, %{customdata[1]}<extra></extra>",
    )
    if speed is not None:
        fitted = speed.line.trials["duration_s"]
        time_s = np.geomspace(fitted.min(), fitted.max(), 60)
        held_m_s = speed.predict(time_s) / time_s
        marks.add_line(
            shown, time_s / 60, held_m_s, name="CS model, from training", colour=theme.VERMILLION, dash="dash"
        )
    return theme.add_note(shown, _caption(best, speed))


def _caption(best: BestEfforts, speed: TrainingSpeed | None) -> str:
    words = [f"{best.n_runs} runs, not all-out"]
    if best.n_runs_without_distance:
        words.append(f"{best.n_runs_without_distance} without recorded distance")
    if best.n_jumps:
        words.append(f"{best.n_jumps} jumps of the GPS left out")
    return "; ".join(words) + "." + (f" {speed.remark}" if speed else "")
