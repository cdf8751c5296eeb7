"""Daily state: what the bar says and what the athlete says, side by side and never added up."""

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Fact
from analysis.base.errors import NotEnoughData
from analysis.figures import theme
from analysis.models.strength.readiness import Readiness


def readiness_figure(result: Readiness) -> go.Figure:
    """How far each session was from the usual line, today with its interval, on the range of usual days."""
    shown = theme.figure("Date", "Bar speed from the usual line (m/s)")
    usual, before = result.usual_offsets, result.exposures.iloc[:-1]
    shown.add_hrect(y0=usual.low, y1=usual.high, fillcolor=theme.BAND, line_width=0, layer="below")
    shown.add_hline(y=0, line={"dash": "dot", "width": 1, "color": theme.TEXT})
    shown.add_scatter(
        x=before["local_date"],
        y=before["offset_m_s"],
        mode="markers",
        name="sessions before",
        marker={"color": theme.SKY, "size": 7},
        customdata=before["n_sets"],
        hovertemplate="%{x|%d %b %Y}: %{y:+.2f} m/s, %{customdata} sets<extra></extra>",
    )
    shown.add_scatter(
        x=[result.last_date],
        y=[result.offset_m_s],
        mode="markers",
        name=f"today, {result.change.conf_level:.0%} interval",
        marker={"color": theme.VERMILLION, "size": 10},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [result.offset_high_m_s - result.offset_m_s],
            "arrayminus": [result.offset_m_s - result.offset_low_m_s],
        },
        hovertemplate="today: %{y:+.2f} m/s<extra></extra>",
    )
    return theme.add_note(shown, f"{result.sentence} Shaded: 9 of 10 usual days")


def bar_speed_fact(result: Readiness) -> Fact:
    """What the bar says today."""
    words = {"more": "faster", "less": "slower", "occasion": "session"}
    fact = result.change.as_fact("readiness.bar_speed", f"bar speed at {result.anchor_kg:g} kg", **words)
    if len(result.today) > 1:
        return fact
    return replace(fact, sentence=f"{fact.sentence} That is one set; measure another.")


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
