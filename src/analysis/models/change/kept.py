"""Did what the pages claimed hold: levels called new, and the range for the next value?

Model card
----------
Question: of the changes that weekly looks told, how many were still there 4 weeks later, and how many would be told if
nothing had changed; did the 95 % range for one more value hold it as often as it claims; and what became of the
changes as pages told them?
Data: one row a claim of the change engine by today's data, one a new value with whether it lay in its range, and one a
change as a page told it.
Formula: share = held / told, without a unit. A claim held if 4 weeks after the look that found it it was neither
withdrawn nor followed by one in the other direction. What a page told is looked for in today's data by the look that
found it and its direction: held, gone, or moved by later data where they no longer have it (a correction, a value left
out, or the squad's noise as it is known since). Moved ones did not hold as told, and count so. Expected by luck: the
engine's own rate of unchanged series named in 26 weeks, times the weeks of the block over 26.
Estimator: the share itself.
Interval: Clopper and Pearson's, 95 % unless told.
Refuses: nothing told and no value in the block.
Criticism: claims of one athlete go together, and values of one series too, so that the intervals are too narrow where
few athletes are behind them. A claim that held may still be a false one: luck lasts 4 weeks more often than not.

References
----------
Clopper & Pearson 1934, Biometrika 26(4):404-413.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import NotEnoughData
from analysis.models.change.told import SEASON_D, Claim
from analysis.models.result import Result, glance_row, tidy_table

Became = Literal["held", "gone", "moved by later data", "cannot tell"]

HELD_D = 28
RANGE_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Kept(Result):
    """Claims of a block and what became of them, values in their ranges, and what pages told. Made by `kept`."""

    claims: pd.DataFrame  # athlete, series, found_on, since, rises, held (missing: less than 4 weeks ago)
    values: pd.DataFrame  # athlete, series, local_date, in_range
    pages: pd.DataFrame  # athlete, series, found_on, since, state, first_told, became; changes as pages told them
    expected: float  # claims by luck in a block of these series
    conf_level: float

    @property
    def n_judged(self) -> int:
        """Claims that are 4 weeks old."""
        return int(self.claims["held"].notna().sum())

    @property
    def n_held(self) -> int:
        return int((self.claims["held"] == True).sum())  # noqa: E712 (missing is neither)

    def n_became(self, *became: Became) -> int:
        """Changes told by pages of which this became."""
        return int(self.pages["became"].isin(became).sum())

    @property
    def n_looked_for(self) -> int:
        """Changes told by pages of which today's data can say what became."""
        return self.n_became("held", "gone", "moved by later data")

    def tidy(self) -> pd.DataFrame:
        """Shares of claims that held, of changes told by pages that did, and of values in their range, of 1."""
        counts = [("claims that held", self.n_held, self.n_judged)]
        counts.append(("changes told by pages that held", self.n_became("held"), self.n_looked_for))
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
    claims: pd.DataFrame,
    values: pd.DataFrame,
    pages: pd.DataFrame,
    *,
    named_a_season: float,
    days: int,
    conf_level: float = 0.95,
) -> Kept:
    """What became of the claims of a block, and how often the range for one more value held it.

    Parameters
    ----------
    claims : DataFrame
        athlete, series, found_on, since, rises, held, as `claim_rows` gives them.
    values : DataFrame
        athlete, series, local_date, in_range (bool).
    pages : DataFrame
        athlete, series, found_on, since, state, first_told, became (as the function `became` says), a change each.
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
    >>> pages = claims.assign(became=["held"])
    >>> kept(claims, values, pages, named_a_season=1.3, days=84).tidy()["estimate"].tolist()
    [1.0, 1.0, 0.95]
    """
    if claims.empty and values.empty and pages.empty:
        raise NotEnoughData("Nothing was told in this block and nothing measured that can be judged.")
    return Kept(claims, values, pages, named_a_season * days / SEASON_D, conf_level)


def claim_rows(claims: Sequence[Claim], since: pd.Timestamp, until: pd.Timestamp) -> list[dict[str, object]]:
    """The claims found from `since` to `until`, each with whether it held 4 weeks later.

    >>> found = Claim(pd.Timestamp("2026-05-03"), pd.Timestamp("2026-04-20"), True, None, pd.Timestamp("2026-06-28"))
    >>> claim_rows((found,), pd.Timestamp("2026-05-01"), pd.Timestamp("2026-07-05"))[0]["held"]
    True
    """
    rows = []
    for claim in claims:
        if not since <= claim.found_on <= until:
            continue
        held = _held(claim, claims)
        held = pd.NA if held and claim.found_on + pd.Timedelta(days=HELD_D) > until else held
        rows.append({"found_on": claim.found_on, "since": claim.since, "rises": claim.rises, "held": held})
    return rows


def became(claims: Sequence[Claim], found_on: pd.Timestamp, rises: bool) -> Became:
    """What became, within 4 weeks, of a change that a page told: `claims` are those of its series by today's data.

    >>> found = Claim(pd.Timestamp("2026-05-03"), pd.Timestamp("2026-04-20"), True, None, pd.Timestamp("2026-06-28"))
    >>> [became([found], pd.Timestamp(day), True) for day in ("2026-05-03", "2026-05-10")]
    ['held', 'moved by later data']
    """
    for claim in claims:
        if claim.found_on == found_on and claim.rises == rises:
            return "held" if _held(claim, claims) else "gone"
    return "moved by later data"


def _held(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Whether a claim was neither withdrawn within 4 weeks nor followed by one in the other direction."""
    then = claim.found_on + pd.Timedelta(days=HELD_D)
    withdrawn = claim.withdrawn_on is not None and claim.withdrawn_on <= then
    turned = any(claim.found_on < one.found_on <= then and one.rises != claim.rises for one in claims)
    return not (withdrawn or turned)
