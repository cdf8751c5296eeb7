"""Tables that say by a saved mapping what their columns are."""

from analysis.moved import names_of

__getattr__ = names_of("ingest.mapping", "ingest.mapping.mapping", "ingest.mapping.mapped_file")
