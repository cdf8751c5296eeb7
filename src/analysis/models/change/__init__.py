"""The change engine behind every verdict on a series."""

from analysis.models.change.days import Event
from analysis.models.change.engine import Change, change
from analysis.models.change.told import Claim, Told, expected_by_chance

__all__ = ["Change", "Claim", "Event", "Told", "change", "expected_by_chance"]
