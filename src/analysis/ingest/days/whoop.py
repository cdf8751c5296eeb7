"""Whoop's physiological cycles: a cycle begins in the evening and belongs to the day on which the athlete wakes.

Its times are by the wall clock; the offset stands beside them and may change inside one file.
"""

from analysis.ingest.days.daily import Daily

READER = Daily.declared("whoop").reader()
