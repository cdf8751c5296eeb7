"""The change engine behind every verdict on a series."""

from analysis.models.change.engine import Change, Claim, Event, change

__all__ = ["Change", "Claim", "Event", "change"]
