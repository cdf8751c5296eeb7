"""What papermill finds under its entry point `in-process`: nothing is imported before a notebook is run by it."""

from typing import Any


class _InProcess:
    """The engine of `in_process.py`, fetched when papermill first asks it for something.

    papermill loads all engines while it is imported itself, and that one builds on papermill.
    """

    def __getattr__(self, name: str) -> Any:
        from analysis.report.engine.in_process import InProcessEngine

        return getattr(InProcessEngine, name)


in_process = _InProcess()
