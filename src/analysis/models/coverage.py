"""What is said of an interval that was measured to hold the truth less often than it claims.

A model that has such a table says the figure for its situation as `coverage_pct` of 95 % intervals; here is what
follows from it. More than 3 points below the claim it is said wherever the interval is printed, more than 10 below
(85 % of a 95 % interval) the interval is withheld: its ends are NaN, and the reason is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.models.result import Interval

MEASURED_LEVEL = 0.95  # of the intervals whose coverage the model cards print
SAID_BELOW_PCT = 3.0  # points below the claim
WITHHELD_BELOW_PCT = 10.0


@dataclass(frozen=True)
class Coverage:
    """How often an interval was measured to hold, against what it claims."""

    what: str  # the quantity, as "the 1RM"
    measured_pct: float  # of a 95 % interval in this situation; NaN where it was not measured
    conf_level: float  # of the interval that is printed
    when: str = ""  # the situation, as "with errors that carry over"

    @property
    def pct(self) -> float:
        """Of the interval at `conf_level`, too narrow by the same factor as one of 95 %.

        >>> round(Coverage("the 1RM", 88.0, 0.90).pct, 1)
        80.8
        """
        share = ndtri((1 + self.measured_pct / 100) / 2) / ndtri((1 + MEASURED_LEVEL) / 2)
        return float(100 * (2 * ndtr(share * ndtri((1 + self.conf_level) / 2)) - 1))

    @property
    def withheld(self) -> bool:
        """Whether it is so far below its claim that no interval is printed."""
        return self.pct < 100 * self.conf_level - WITHHELD_BELOW_PCT  # False of what was not measured

    @property
    def remark(self) -> str:
        """What stands beside the interval, or in its place; empty where it holds what it claims.

        >>> Coverage("the 1RM", 88.0, 0.95).remark
        'The 95 % interval of the 1RM was measured to hold in about 88 %, not 95 %.'
        >>> Coverage("the 1RM", 81.0, 0.95, "with 24 sessions").remark
        'The 95 % interval of the 1RM is withheld: with 24 sessions it was measured to hold in about 81 %, not 95 %.'
        """
        claim_pct = 100 * self.conf_level
        if not self.pct < claim_pct - SAID_BELOW_PCT:
            return ""
        held = f"was measured to hold in about {self.pct:.0f} %, not {claim_pct:.0f} %"
        when = f"{self.when} " if self.when else ""
        if self.withheld:
            return f"The {claim_pct:.0f} % interval of {self.what} is withheld: {when}it {held}."
        return f"The {claim_pct:.0f} % interval of {self.what} {held}{f', {self.when}' if self.when else ''}."

    def kept(self, interval: Interval) -> Interval:
        """The interval, NaN where it is withheld.

        >>> Coverage("the 1RM", 81.0, 0.95).kept(Interval(150.0, 170.0))
        Interval(low=nan, high=nan)
        """
        return Interval(np.nan, np.nan) if self.withheld else interval


def lowest_coverage(coverage_pct: Mapping[int, float], n: int) -> float:
    """That of n observations: the lower one of the two sizes that were measured around it; beyond them, of the nearest.

    >>> measured = {6: 91.0, 12: 85.7, 24: 88.0}
    >>> [lowest_coverage(measured, n) for n in (3, 6, 9, 30)]
    [91.0, 91.0, 85.7, 88.0]
    """
    below = max((known for known in coverage_pct if known <= n), default=min(coverage_pct))
    above = min((known for known in coverage_pct if known >= n), default=max(coverage_pct))
    return min(coverage_pct[below], coverage_pct[above])
