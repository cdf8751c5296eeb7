"""The usual week of a log, and a plan of such weeks laid behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.base.errors import NotEnoughData

WEEK_D = 7
USUAL_WEEKS = 4  # whose mean is the usual week


@dataclass(frozen=True)
class UsualWeek:
    """What the last weeks of a log were like, on average."""

    load_au: float
    share: tuple[float, ...]  # of each day counted from the day after the log; sums to 1

    def plan(self, weekly_load_au: Sequence[float], last_logged: object) -> pd.Series:
        """A daily load for the weeks after `last_logged`, each spread over its days as usual.

        >>> week = UsualWeek(100.0, (0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0))
        >>> week.plan([80.0], 9).tolist()
        [40.0, 0.0, 40.0, 0.0, 0.0, 0.0, 0.0]
        """
        load_au = np.outer(np.asarray(weekly_load_au, dtype=float), self.share).ravel()
        return pd.Series(load_au, index=days_after(last_logged, len(load_au)))


def usual_week(daily_load_au: pd.Series) -> UsualWeek:
    """The mean of the last 4 weeks by day of the week; days without a known load are left out of the means.

    Raises
    ------
    NotEnoughData
        A day of the week without a known load in these weeks, or no load at all.

    Examples
    --------
    >>> usual_week(pd.Series([70.0, 0, 0, 0, 0, 0, 30.0] * 4)).load_au
    100.0
    """
    recent = daily_load_au.to_numpy(dtype=float)[-USUAL_WEEKS * WEEK_D :]
    by_day = pd.DataFrame(recent.reshape(-1, WEEK_D) if len(recent) % WEEK_D == 0 else [])
    if len(by_day) < USUAL_WEEKS or by_day.isna().all().any() or not (by_day > 0).any(axis=None):
        raise NotEnoughData(
            f"The last {USUAL_WEEKS} weeks do not tell a usual week: a load must be known for each day of the week. "
            "Log them, rest days too, or give the plan day by day."
        )
    mean_au = by_day.mean()
    return UsualWeek(float(mean_au.sum()), tuple((mean_au / mean_au.sum()).tolist()))


def days_after(last: object, n: int) -> pd.Index:
    """The `n` days after the last one, by date or by number."""
    if isinstance(last, pd.Timestamp):
        return pd.date_range(last + pd.Timedelta(days=1), periods=n, freq="D")
    return pd.RangeIndex(last + 1, last + 1 + n)
