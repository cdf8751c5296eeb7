"""Apps that log training: a row a set."""

from analysis.moved import names_of

__getattr__ = names_of("ingest.logs", "ingest.logs.log")
