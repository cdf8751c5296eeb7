"""Daily body measures of a scale: kilograms in the column names."""

from analysis.ingest.days.daily import Daily

READER = Daily.declared("body_measures").reader()
