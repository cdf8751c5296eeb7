"""Daily state: what the bar says and what the athlete says, side by side and never added up."""

import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Fact
from analysis.base.errors import NotEnoughData
from analysis.figures import marks, theme
from analysis.models.change.engine import BAND_LEVEL
from analysis.models.strength.readiness import Readiness


def readiness_figure(result: Readiness) -> go.Figure:
    """How far each session was from the usual line, and today, on the band that holds a usual day with sets as today's.

    Days before with more or fewer sets than today have a narrower or a wider band than the one that is drawn.
    """
    shown = theme.figure("Date", "Bar speed from the usual line (m/s)")
    marks.add_range(shown, -result.reach_m_s, result.reach_m_s)
    marks.add_zero(shown)
    last = result.exposures.index == result.exposures.index[-1]
    for name, colour, size, days in (
        ("sessions before", theme.SKY, 7, result.exposures[~last]),
        ("today", theme.VERMILLION, 10, result.exposures[last]),
    ):
        marks.add_points(
            shown,
            days["local_date"],
            days["offset_m_s"],
            name=name,
            colour=colour,
            size=size,
            customdata=days["n_sets"],
            hover="%{x|%d %b %Y}: %{y:+.2f} m/s, %{customdata} sets",
        )
    told = result.sentence(_quantity(result))
    return theme.add_note(shown, f"{told} Shaded: {BAND_LEVEL:.0%} of usual days")


def bar_speed_fact(result: Readiness) -> Fact:
    """What the bar says today."""
    return result.as_fact("readiness.bar_speed", _quantity(result))


def _quantity(result: Readiness) -> str:
    return f"bar speed at {result.anchor_kg:g} kg"


def felt_facts(answers: pd.DataFrame) -> list[Fact]:
    """What the athlete says today, one fact an item, on her own usual range.

    `answers` as `metrics.wellness.wellness_week` returns it for one day.

    Raises NotEnoughData where nothing was ever answered.
    """
    if answers.empty:
        raise NotEnoughData("No answers on how you feel in eight weeks. Fill in the form in the morning.")
    facts = []
    for row in answers.itertuples():
        item = row.item.replace("_", " ").capitalize()
        subject = f"readiness.{row.item}"
        if pd.isna(row.value):
            facts.append(Fact(subject, f"{item}: no answer today.", "cannot tell", n=row.n_earlier))
        elif row.inside is None:
            short = f"{item}: {row.value:g}. Your usual range is not known yet."
            facts.append(Fact(subject, short, "cannot tell", estimate=float(row.value), n=row.n_earlier))
        else:
            side = "inside" if row.inside else "above" if row.value > row.usual_high else "below"
            told = f"{item}: {row.value:g}, {side} your usual {row.usual_low:.0f} to {row.usual_high:.0f}."
            facts.append(Fact(subject, told, estimate=float(row.value), n=row.n_earlier))
    return facts
