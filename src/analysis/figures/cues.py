"""Figure of cues and the sessions around them."""

import pandas as pd
import plotly.graph_objects as go

from analysis.base.blocks import Fact
from analysis.base.errors import NotEnoughData
from analysis.figures import marks, theme
from analysis.models.form.cues import NO_PROOF, CueSessions


def cue_facts(cued: list[CueSessions]) -> list[Fact]:
    """What each cue was followed by, in words, and how many of them chance alone would make look followed by a change.

    Raises NotEnoughData where no cue was given.
    """
    if not cued:
        raise NotEnoughData("No cue was written down for this lift. Log one with its date.")
    told = [Fact(f"cue.{one.local_date.date()}", f"{one.local_date:%d %b}, {one.sentence}") for one in cued]
    n_flagged, by_chance = sum(one.flagged for one in cued), sum(one.null_probability for one in cued)
    chance = f"{n_flagged} of {len(cued)} beyond the noise; {by_chance:.1f} expected by chance. {NO_PROOF}"
    return [*told, Fact("cue.chance", chance, n=len(cued))]


def cues_figure(cued: list[CueSessions], quantity: str) -> go.Figure:
    """The sessions around cues by date, and a line on the day of each, dashed where a change beyond error followed."""
    exposures = pd.concat([part for one in cued for part in (one.before, one.after)]).drop_duplicates("local_date")
    shown = theme.figure("Date", quantity)
    marks.add_points(
        shown, exposures["local_date"], exposures["value"], name="session", size=8, hover="%{x|%d %b %Y}: %{y:.1f}"
    )
    low, high = exposures["value"].min(), exposures["value"].max()
    for one in cued:
        shown.add_scatter(
            x=[one.local_date] * 2,
            y=[low, high],
            mode="lines",
            line={"color": theme.ORANGE, "width": 1.5, "dash": "dash" if one.flagged else "dot"},
            text=[one.sentence] * 2,
            hovertemplate="%{x|%d %b %Y}: %{text}<extra></extra>",
            showlegend=False,
        )
    return theme.add_note(shown, NO_PROOF)


def cues_shown(cued: list[CueSessions], quantity: str) -> list[Fact | go.Figure]:
    """The facts and the figure of the cues, as a section shows them."""
    return [*cue_facts(cued), cues_figure(cued, quantity)]
