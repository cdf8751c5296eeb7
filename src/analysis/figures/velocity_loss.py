"""Figure of velocity loss in sets."""

import plotly.graph_objects as go

from analysis.figures import marks, theme
from analysis.models.strength.velocity_loss import LossInSets

_VERDICTS = {
    "slower beyond error": marks.Kind("slower beyond error", "circle", theme.VERMILLION),
    "faster beyond error": marks.Kind("faster beyond error", "diamond", theme.GREEN),
    "within error": marks.Kind("within error", "circle-open", theme.BLUE),
}
_TOLD = ["load_kg", "n_reps", "loss_from_best_pct", "without_fatigue_pct"]
_HOVER = (
    "%{x|%d %b}: %{y:.0f} %, %{customdata[1]} reps at %{customdata[0]:g} kg<br>from the best "
    "%{customdata[2]:.0f} %, of that %{customdata[3]:.0f} % by picking it"
)


def velocity_loss_figure(result: LossInSets) -> go.Figure:
    """Drop of speed in every set by date, in percent; open marks are within error, and 0 is no drop."""
    shown = theme.figure("Date", "Drop from first to last rep (%)")
    marks.add_kinds(
        shown, result.sets, "local_date", "drop_pct", "verdict", _VERDICTS, size=8, customdata=_TOLD, hover=_HOVER
    )
    marks.add_zero(shown)
    n_slower = int((result.sets["verdict"] == "slower beyond error").sum())
    by_chance = f"about {result.expected_by_chance / 2:.0f} by chance"  # of both directions, one is slower
    return theme.add_note(shown, f"{n_slower} of {result.n_judged} sets got slower beyond error; {by_chance}")
