"""Oura's export of days: durations in seconds, scores from 0 to 100."""

from analysis.ingest.days.daily import Daily

READER = Daily.declared("oura").reader()
