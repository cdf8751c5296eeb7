"""Did what the pages claimed hold: levels called new, and the range for the next value?

Model card
----------
Question: of the changes that weekly looks told, how many were still there 4 weeks later, and how many would be told if
nothing had changed; did the 95 % range for one more value hold it as often as it claims?
Data: one row a claim of the change engine, and one a new value with whether it lay in its range.
Formula: share = held / told, without a unit. A claim held if 4 weeks after the look that found it it was
neither withdrawn nor followed by one in the other direction. Expected by luck: the engine's own rate of unchanged
series named in 26 weeks, times the weeks of the block over 26.
Estimator: the share itself.
Interval: Clopper and Pearson's, 95 % unless told.
Refuses: nothing told and no value in the block.
Criticism: claims of one athlete go together, and values of one series too, so that the intervals are too narrow where
few athletes are behind them. A claim that held may still be a false one: luck lasts 4 weeks more often than not.

References
----------
Clopper & Pearson 1934, Biometrika 26(4):404-413.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import NotEnoughData
from analysis.models.change.told import SEASON_D, Claim
from analysis.models.result import glance_row, tidy_table

HELD_D = 28
RANGE_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Kept:
    """Claims of a block and what became of them, and values in their ranges. Made by `kept`."""

    claims: pd.DataFrame  # athlete, series, found_on, since, rises, held (missing: less than 4 weeks ago)
    values: pd.DataFrame  # athlete, series, local_date, in_range
    expected: float  # claims by luck in a block of these series
    conf_level: float

    @property
    def n_judged(self) -> int:
        """Claims that are 4 weeks old."""
        return int(self.claims["held"].notna().sum())

    @property
    def n_held(self) -> int:
        return int((self.claims["held"] == True).sum())  # noqa: E712 (missing is neither)

    def tidy(self) -> pd.DataFrame:
        """Share of claims that held and of values in their range, of 1, with Clopper-Pearson intervals."""
        counts = [("claims that held", self.n_held, self.n_judged)]
        counts.append(("values in their range", int(self.values["in_range"].sum()), len(self.values)))
        rows = []
        for name, k, n in counts:
            low, high = stats.binomtest(k, n).proportion_ci(self.conf_level) if n else (np.nan, np.nan)
            share = k / n if n else np.nan
            rows.append((name, "", share, (share * (1 - share) / n) ** 0.5 if n else np.nan, low, high))
        return tidy_table(rows, self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: claims, of which 4 weeks old, of which held, expected by luck, values."""
        return glance_row(self, "n_judged", "n_held", "expected", n=len(self.claims), n_values=len(self.values))


def kept(
    claims: pd.DataFrame, values: pd.DataFrame, *, named_a_season: float, days: int, conf_level: float = 0.95
) -> Kept:
    """What became of the claims of a block, and how often the range for one more value held it.

    Parameters
    ----------
    claims : DataFrame
        athlete, series, found_on, since, rises, held, as `claim_rows` gives them.
    values : DataFrame
        athlete, series, local_date, in_range (bool).
    named_a_season : float
        Sum over all judged series of the share of unchanged ones that are named in 26 weeks.
    days : int
        Of the block.

    Raises
    ------
    NotEnoughData
        Nothing was told and nothing measured.

    Examples
    --------
    >>> claims = pd.DataFrame({"athlete": ["Alder"], "series": ["deadlift"], "found_on": [pd.Timestamp("2026-05-03")],
    ...     "since": [pd.Timestamp("2026-04-20")], "rises": [True], "held": pd.array([True], dtype="boolean")})
    >>> values = pd.DataFrame({"athlete": "Alder", "series": "deadlift", "local_date": pd.Timestamp("2026-05-04"),
    ...     "in_range": [True] * 19 + [False]})
    >>> kept(claims, values, named_a_season=1.3, days=84).tidy()["estimate"].tolist()
    [1.0, 0.95]
    """
    if claims.empty and values.empty:
        raise NotEnoughData("Nothing was told in this block and nothing measured that can be judged.")
    return Kept(claims, values, named_a_season * days / SEASON_D, conf_level)


def claim_rows(claims: tuple[Claim, ...], since: pd.Timestamp, until: pd.Timestamp) -> list[dict[str, object]]:
    """The claims found from `since` to `until`, each with whether it held 4 weeks later.

    >>> found = Claim(pd.Timestamp("2026-05-03"), pd.Timestamp("2026-04-20"), True, None, pd.Timestamp("2026-06-28"))
    >>> claim_rows((found,), pd.Timestamp("2026-05-01"), pd.Timestamp("2026-07-05"))[0]["held"]
    True
    """
    rows = []
    for claim in claims:
        if not since <= claim.found_on <= until:
            continue
        then = claim.found_on + pd.Timedelta(days=HELD_D)
        gone = claim.withdrawn_on is not None and claim.withdrawn_on <= then
        turned = any(claim.found_on < one.found_on <= then and one.rises != claim.rises for one in claims)
        held = pd.NA if then > until and not (gone or turned) else not (gone or turned)
        rows.append({"found_on": claim.found_on, "since": claim.since, "rises": claim.rises, "held": held})
    return rows
