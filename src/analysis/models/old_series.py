"""What speed at a load, checks and form have in common: exposures by day, comparable ones, the latest judged.

Exposures are a frame, one row a day and device, oldest first: local_date, value, device. Values of another device are
kept and never compared.
"""

import numpy as np
import pandas as pd

from analysis.base.decisions import REFERENCE_LEAST, REFERENCE_MOST, Change, TypicalError, judge
from analysis.models.result import glance_row, tidy_table, with_fitted


def with_comparable(exposures: pd.DataFrame) -> pd.DataFrame:
    """`exposures` with the column comparable: measured by the device of the newest one. No device is one too.

    >>> frame = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-12"]), "device": ["one", "two"]})
    >>> with_comparable(frame).comparable.tolist()
    [False, True]
    """
    device = exposures["device"].fillna("")
    return exposures.assign(comparable=device == device.iloc[-1])


def latest_change(
    exposures: pd.DataFrame,
    *,
    until: pd.Timestamp,
    stale_after_days: int,
    needed: int = REFERENCE_LEAST,
    n_new: int = 1,
    n_reference: int = REFERENCE_MOST,
    resolution: float = 0.0,
    **rule,
) -> Change:
    """The newest comparable values judged against those before; `rule` goes to `decisions.judge`.

    The own error comes from the last 8 comparable values before the new ones, also where the reference is shorter.
    Stale: the newest value is more than `stale_after_days` before `until`. Series broken: values of another device
    would have been enough, those of this device are not.
    """
    values = exposures.loc[exposures["comparable"], "value"].to_numpy()
    earlier, new = values[:-n_new], values[-n_new:]
    stale = (until - exposures["local_date"].iloc[-1]).days > stale_after_days
    broken = len(earlier) < needed and not exposures["comparable"].all()
    spread = earlier[-REFERENCE_MOST:].tolist()
    return judge(
        earlier[-n_reference:],
        new,
        needed=needed,
        own=TypicalError.own(spread, resolution=resolution) if len(spread) >= 2 else None,
        reason="stale" if stale else "series_broken" if broken else None,
        **rule,
    )


class JudgedSeries:
    """What every judged series answers; a frozen dataclass inherits it and adds what its question needs."""

    exposures: pd.DataFrame  # local_date, device, value, comparable and more, oldest first
    change: Change  # the newest comparable values against those before

    @property
    def last_date(self) -> pd.Timestamp:
        """The day of the newest value."""
        return self.exposures["local_date"].iloc[-1]

    def tidy(self) -> pd.DataFrame:
        """One row: the change, new minus reference, with its interval; NaN where it cannot be told."""
        c = self.change
        row = ("change", c.change_unit, c.estimate, c.se, c.conf_low, c.conf_high)
        return tidy_table([row], c.conf_level)

    def glance(self) -> pd.DataFrame:
        """One row: how many exposures, how many of them comparable, and the decision with its error."""
        change, error = self.change, self.change.typical_error
        return glance_row(
            change,
            *("df", "mdc", "swc", "p_better", "p_trivial", "p_worse"),
            n=len(self.exposures),
            n_comparable=int(self.exposures["comparable"].sum()),
            state=change.state,
            reason=change.reason,
            typical_error=error.value if error else np.nan,
        )

    def augment(self) -> pd.DataFrame:
        """The exposures with .fitted, the mean the newest are judged against, and .resid; NaN if not comparable."""
        fitted = pd.Series(self.change.reference, index=self.exposures.index).where(self.exposures["comparable"])
        return with_fitted(self.exposures, "value", fitted)
