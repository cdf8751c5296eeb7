"""Figure of hinge depth within the set."""

import numpy as np
import plotly.graph_objects as go

from analysis.figures import theme
from analysis.models.form.depth_drift import DepthDrift


def depth_drift_figure(result: DepthDrift) -> go.Figure:
    """Mean angle of each repetition from that of its set's first on the line, the line with its band, video's error."""
    shown = theme.figure("Repetition", "Hinge angle from the first rep (deg)")
    rep_no = np.arange(1, int(result.repetitions["rep_no"].max()) + 1)
    sem = result.video_sem_deg
    theme.add_band(
        shown, rep_no, [-sem] * len(rep_no), [sem] * len(rep_no), name="error of one video", colour=theme.WIDE_BAND
    )
    low, high = result.slope_interval
    level = f"{result.conf_level:.0%} interval"
    theme.add_band(shown, rep_no, low * (rep_no - 1), high * (rep_no - 1), name=level)
    shown.add_scatter(
        x=rep_no, y=result.predict(rep_no), mode="lines", name="usual set", line={"color": theme.BLUE, "width": 3}
    )
    augmented = result.augment()
    by_rep = (result.predict(augmented["rep_no"]) + augmented[".resid"]).groupby(augmented["rep_no"]).mean()
    shown.add_scatter(
        x=by_rep.index,
        y=by_rep,
        mode="markers",
        name="mean of the sets",
        marker={"color": theme.VERMILLION, "size": 8},
        hovertemplate="rep %{x}: %{y:+.1f} deg<extra></extra>",
    )
    return theme.add_note(shown, result.sentence)
