"""How pages get made: a notebook rendered, in a kernel, in forks of a warm parent, or on the workers of a cluster."""

from analysis.moved import names_of

__getattr__ = names_of("report.engine", "report.engine.in_process")
