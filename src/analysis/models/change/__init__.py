"""The change engine behind every verdict on a series."""

from analysis.models.change.days import Event
from analysis.models.change.engine import Change, Claim, change

__all__ = ["Change", "Claim", "Event", "change"]
