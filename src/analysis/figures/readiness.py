"""Daily state: what the bar says and what the athlete says, side by side and never added up."""

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Fact
from analysis.base.errors import NotEnoughData
from analysis.figures import marks, theme
from analysis.models.strength.readiness import Readiness


def readiness_figure(result: Readiness) -> go.Figure:
    """How far each session was from the usual line, today with its interval, on the range of usual days."""
    shown = theme.figure("Date", "Bar speed from the usual line (m/s)")
    usual, before = result.usual_offsets, result.exposures.iloc[:-1]
    marks.add_range(shown, usual.low, usual.high)
    marks.add_zero(shown)
    marks.add_points(
        shown,
        before["local_date"],
        before["offset_m_s"],
        name="sessions before",
        colour=theme.SKY,
        size=7,
        customdata=before["n_sets"],
        hover="%{x|%d %b %Y}: %{y:+.2f} m/s, %{customdata} sets",
    )
    marks.add_points(
        shown,
        [result.last_date],
        [result.offset_m_s],
        name=f"today, {result.change.conf_level:.0%} interval",
        colour=theme.VERMILLION,
        size=10,
        low=result.offset_low_m_s,
        high=result.offset_high_m_s,
        hover="today: %{y:+.2f} m/s",
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
