"""How somebody waits for what another one holds: asking again and again, up to a limit, and telling of it once."""

import time
from collections.abc import Callable
from dataclasses import dataclass

SOMEBODY = "another command of the workbook"  # who has just ended, or cannot be known

_MOMENT_S = 2.0  # who waits no longer than that need not know
_POLL_S = 0.1


@dataclass
class Waiting:
    """One waiting, be it for one thing or for several after each other: `longest_s` from its beginning on for all.

    `tell` gets whom it waits for, once, when it takes more than a moment.
    """

    longest_s: float
    tell: Callable[[str], None] = lambda _whom: None
    _is_told: bool = False

    def __post_init__(self) -> None:
        self._since = time.monotonic()

    def until(self, take: Callable[[], bool], whom: Callable[[], str] = lambda: SOMEBODY) -> bool:
        """Whether `take` had it in time; `whom` says who has it meanwhile.

        >>> tries = iter([False, True])
        >>> Waiting(60, print).until(lambda: next(tries)), Waiting(0).until(bool)
        (True, False)
        """
        while not take():
            waited_s = time.monotonic() - self._since
            if waited_s >= self.longest_s:
                return False
            if waited_s >= _MOMENT_S and not self._is_told:
                self._is_told = True
                self.tell(whom())
            time.sleep(_POLL_S)
        return True
