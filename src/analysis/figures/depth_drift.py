"""Figure of hinge depth within the set."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.form.depth_drift import DepthDrift


def depth_drift_figure(result: DepthDrift) -> go.Figure:
    """Mean angle of each repetition from that of its set's first on the line, the line with its band, video's error."""
    shown = theme.figure("Repetition", "Hinge angle from the first rep (°)")
    rep_no = np.arange(1, int(result.repetitions["rep_no"].max()) + 1)
    sem = result.video_sem_deg
    video = {"name": "error of one video", "colour": theme.WIDE_BAND}
    marks.add_band(shown, rep_no, [-sem] * len(rep_no), [sem] * len(rep_no), **video)
    low, high = result.slope_interval
    level = f"{marks.level(result.conf_level)} interval"
    marks.add_band(shown, rep_no, low * (rep_no - 1), high * (rep_no - 1), name=level)
    marks.add_line(shown, rep_no, result.predict(rep_no), name="usual set", width=3)
    augmented = result.augment()
    by_rep = (result.predict(augmented["rep_no"]) + augmented[".resid"]).groupby(augmented["rep_no"]).mean()
    means = {"name": "mean of the sets", "colour": theme.VERMILLION, "size": 8}
    marks.add_points(shown, by_rep.index, by_rep, **means, hover="rep %{x}: %{y:+.1f}°")
    return theme.add_note(shown, result.sentence)
