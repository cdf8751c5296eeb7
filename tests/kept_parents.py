"""Warm parents that outlive a run and serve the next one, for tests of what a run does and not of its processes.

A parent takes seconds to get ready. One is lent again where a run asks for the same number of pages at a time in the
same environment; one that was left with a page in work, or that died, is ended and another takes its place.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.report.engine.forks import WarmParent


class KeptParents:
    def __init__(self) -> None:
        self._ready: dict[object, WarmParent] = {}

    @contextmanager
    def lent(self, at_a_time: int, _rehearsed: Iterable[Path] | None = None) -> Iterator[WarmParent]:
        """In place of `WarmParent`; nothing is rehearsed, which makes the first page of many quicker and no other."""
        asked = at_a_time, frozenset((name, value) for name, value in os.environ.items() if name not in _OF_TESTS)
        parent = self._ready.pop(asked, None) or WarmParent(at_a_time).__enter__()
        try:
            yield parent
        finally:
            if parent.asked:
                parent.__exit__()
            else:
                self._ready[asked] = parent

    def end(self) -> None:
        while self._ready:
            self._ready.popitem()[1].__exit__()


_OF_TESTS = ("PYTEST_CURRENT_TEST",)
