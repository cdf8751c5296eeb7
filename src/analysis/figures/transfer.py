"""Figures of transfer: the slope by lag beside its placebo, and the weeks of all athletes behind one lag."""

import pandas as pd
import plotly.graph_objects as go

from analysis.base.errors import NotEnoughData
from analysis.base.units import number_text
from analysis.figures import marks, theme
from analysis.models.estimators.within_athletes import P_MOST
from analysis.models.squad.transfer import Transfer, within_athletes

_BESIDE = 0.15  # weeks by which the placebo stands beside its lag


def lags_figure(result: Transfer) -> go.Figure:
    """What goes with one smallest worthwhile change of the hinge, by lag, with intervals; the placebo beside it.

    Filled dots pass Holm's test over all lags, hollow ones do not.

    Raises
    ------
    NotEnoughData
        Too few pairs: a picture of chance would be looked at for more than it is.
    """
    _require_pairs(result)
    hinge, outcome = result.hinge, result.outcome
    shown = theme.figure("Weeks from the hinge to the check", f"{outcome.name} ({outcome.unit})")
    for lags, name, colour, aside in (
        (result.lags, f"with {hinge.swc:g} {hinge.unit} more in {hinge.name}", theme.BLUE, -_BESIDE),
        (result.placebo_lags, f"placebo: {result.placebo.name}", theme.TEXT, _BESIDE),
    ):
        _add_slopes(shown, lags, hinge.swc, name, colour, aside)
    shown.add_hline(0, line_color=theme.TEXT, line_width=1)
    return theme.add_note(shown, result.sentence())


def weeks_figure(result: Transfer, lag_weeks: int) -> go.Figure:
    """Each pair of one lag as its difference from the athlete's own usual, and the slope through them.

    Raises
    ------
    NotEnoughData
        Too few pairs, or none at this lag.
    """
    _require_pairs(result)
    hinge, outcome = result.hinge, result.outcome
    at = result.lags[result.lags["lag_weeks"] == lag_weeks]
    if at.empty:
        raise NotEnoughData(f"No pairs {lag_weeks} weeks apart. Choose one of {result.lags['lag_weeks'].tolist()}.")
    own = within_athletes(result.pairs[result.pairs["lag_weeks"] == lag_weeks].reset_index(drop=True))
    shown = theme.figure(
        f"{hinge.name}, from own usual ({hinge.unit})", f"{outcome.name}, from own usual ({outcome.unit})"
    )
    points = {"name": "weeks of all athletes", "colour": theme.SKY, "size": 5}
    marks.add_points(shown, own["hinge_within"], own["outcome_within"], **points)
    ends = [own["hinge_within"].min(), own["hinge_within"].max()]
    slope = at["slope"].item()
    marks.add_line(shown, ends, [slope * end for end in ends], name="slope", colour=theme.VERMILLION)
    correlation = number_text(at["correlation"].item(), 2)
    return theme.add_note(shown, f"r = {correlation} in {len(own)} pairs, {lag_weeks} weeks apart.")


def _add_slopes(shown: go.Figure, lags: pd.DataFrame, step: float, name: str, colour: str, aside: float) -> None:
    marks.add_points(
        shown,
        lags["lag_weeks"] + aside,
        step * lags["slope"],
        name=name,
        colour=colour,
        size=8,
        symbol=["circle" if one else "circle-open" for one in lags["p_holm"] <= P_MOST],
        low=step * lags["conf_low"],
        high=step * lags["conf_high"],
    )


def _require_pairs(result: Transfer) -> None:
    if result.verdict == "too few pairs":
        raise NotEnoughData(result.sentence())
