"""Audit of flags: were more changes flagged over a block than chance alone would have flagged?

Model card
----------
Question: of all the weekly looks at all athletes, how many were flagged, and how many would be if nothing had changed?
Data: one row a look: a new value of one measure of one athlete, judged against those before it. Shares are
of 1 and have no unit; changes are in units of the minimal detectable change.
Model: on no change the looks are independent, each flagged with its own null probability, 5 % as a rule.
Estimator: expected by chance is the sum of these probabilities; the chance of as many flags or more on no change is
binomial, by kind and in all.
Interval: Clopper and Pearson's for the share flagged; t for what is left of a flagged change.
Regression to the mean: what is picked out for being extreme is on average followed by something less extreme. For each
flagged look of a single value the next value is set against the same reference. On no change nearly nothing is left of
the flagged change then; of a lasting change all of it is.
Simulated on no change, 12 athletes with 2 lifts and 12 weekly looks each, the error pooled from 8 own values and a
published one that is right (500 blocks, `tests/test_flag_audit.py`): 3.9 % of looks were flagged, the SD of their
number was 0.8 times the binomial one, and 0.14 of a minimal detectable change was left of flagged changes of 1.21. The
binomial chance is so on the careful side.
Refuses: a block in which nothing was judged.
Limits: looks at one series share most of their reference and are not independent. Where the configured error is too
small more is flagged than expected on no change, and the audit cannot tell that from true changes. The audit is
about the rule as a whole; it cannot say which flag is a false one.

References
----------
Clopper & Pearson 1934, Biometrika 26(4):404-413; Barnett et al. 2005, Int J Epidemiol 34(1):215-220 (regression to the
mean, what it is and how to deal with it).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.errors import NotEnoughData
from analysis.models.result import Interval, t_interval, tidy_table

ALL = "all"


@dataclass(frozen=True, eq=False)
class FollowUp:
    """What was left of flagged changes at the next value, in minimal detectable changes."""

    n: int  # flagged looks of a single value with another after them
    at_flag: float  # mean size of the flagged changes; NaN where there is none
    after: float  # mean of the next values against the same references, in the flagged direction
    interval: Interval  # t interval of `after`; NaN below 2


@dataclass(frozen=True, eq=False)
class FlagAudit:
    """Flags of a block against chance. Made by `flag_audit`."""

    looks: pd.DataFrame  # athlete, week_end, kind, measure, flagged, null_probability, change_in_mdc, next_in_mdc
    conf_level: float

    @property
    def by_kind(self) -> pd.DataFrame:
        """One row a kind of measure and one for all: kind, n_looks, n_flagged, expected, probability.

        `probability` is that of as many flags or more if nothing had changed.
        """
        kinds = [*((kind, rows) for kind, rows in self.looks.groupby("kind")), (ALL, self.looks)]
        return pd.DataFrame([{"kind": kind, **_counts(rows)} for kind, rows in kinds])

    @property
    def by_athlete(self) -> pd.DataFrame:
        """One row an athlete: athlete, n_looks, n_flagged, expected, probability."""
        return pd.DataFrame([{"athlete": name, **_counts(rows)} for name, rows in self.looks.groupby("athlete")])

    @property
    def n_persistent(self) -> int:
        """Series of one athlete and measure that were flagged at two looks in a row or more."""
        in_order = self.looks.sort_values("week_end", kind="stable")
        series = in_order.groupby(["athlete", "measure"])["flagged"]
        twice = in_order["flagged"] & series.shift(fill_value=False)
        return len(in_order.loc[twice, ["athlete", "measure"]].drop_duplicates())

    @property
    def follow_up(self) -> FollowUp:
        """Regression to the mean after the flagged looks."""
        followed = self.looks[self.looks["flagged"]].dropna(subset=["next_in_mdc"])
        size = followed["change_in_mdc"].abs()
        after = followed["next_in_mdc"] * np.sign(followed["change_in_mdc"])
        n, middle = len(followed), float(after.mean())
        return FollowUp(n, float(size.mean()), middle, t_interval(middle, after.sem(), n - 1, self.conf_level))

    def tidy(self) -> pd.DataFrame:
        """Share of looks flagged, by kind and in all, with Clopper-Pearson intervals."""
        rows = []
        for one in self.by_kind.itertuples():
            share = one.n_flagged / one.n_looks
            low, high = stats.binomtest(one.n_flagged, one.n_looks).proportion_ci(self.conf_level)
            se = float(np.sqrt(share * (1 - share) / one.n_looks))
            rows.append((f"share flagged, {one.kind}", "", share, se, low, high))
        return tidy_table(rows, self.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: n_looks, n_flagged, expected, probability, n_persistent."""
        whole = self.by_kind.iloc[[-1]].drop(columns="kind").reset_index(drop=True)
        return whole.assign(n_persistent=self.n_persistent)


def flag_audit(looks: pd.DataFrame, *, conf_level: float = 0.95) -> FlagAudit:
    """How many of the looks were flagged, and how many chance would have flagged; see the model card above.

    Parameters
    ----------
    looks : DataFrame, one row a judged look
        athlete, week_end, kind, measure, flagged (bool), null_probability, change_in_mdc (change over its minimal
        detectable change) and next_in_mdc (the next value against the same reference; NaN where there is none).

    Raises
    ------
    NotEnoughData
        Nothing was judged.

    Examples
    --------
    >>> looks = pd.DataFrame({"athlete": "Alder", "week_end": pd.date_range("2026-01-11", periods=20, freq="7D"),
    ...     "kind": "speed", "measure": "deadlift", "flagged": [False] * 18 + [True] * 2, "null_probability": 0.05,
    ...     "change_in_mdc": [0.1] * 18 + [1.3, 1.4], "next_in_mdc": [0.1] * 18 + [1.2, None]})
    >>> audit = flag_audit(looks)
    >>> audit.glance()[["n_flagged", "expected", "n_persistent"]].round(6).values.tolist(), audit.follow_up.after
    ([[2.0, 1.0, 1.0]], 1.2)
    """
    if looks.empty:
        raise NotEnoughData("Nothing was judged in this block. Record 4 exposures of a measure or more.")
    return FlagAudit(looks.reset_index(drop=True), conf_level)


def _counts(looks: pd.DataFrame) -> dict[str, float]:
    """How many looks, flags, flags expected on no change, and the chance of as many or more."""
    n, flagged = len(looks), int(looks["flagged"].sum())
    chance = stats.binomtest(flagged, n, float(looks["null_probability"].mean()), alternative="greater")
    return {
        "n_looks": n,
        "n_flagged": flagged,
        "expected": float(looks["null_probability"].sum()),
        "probability": float(chance.pvalue),
    }
