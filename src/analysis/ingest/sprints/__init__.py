"""Sprints: gates, radar and laser."""

from analysis.moved import names_of

__getattr__ = names_of("ingest.sprints", "ingest.sprints.gates")
