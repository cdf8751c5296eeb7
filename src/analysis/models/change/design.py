"""How soon would a change be seen, and which change of the protocol helps most?

Model card
----------
Question: with this noise, how many exposures, in how many weeks, until a change of a given size is found?
Data: the noise of a quantity (`models.noise`) and a size in its unit, exposures a week and before the change.
Formula: a step of size d after n exposures before, m exposures on, scores d sqrt(information(n, m, rho)) / TE; it is
found by then with probability Phi(score - threshold), and told with `power` at the first m that reaches it.
Estimator: the same scan and threshold as the engine (`models.change`).
Interval: none. The look that finds it is the weekly one, so that weeks are rounded up; earlier looks that find it by
luck are not counted, which is about half a week for a step of 1 MDC.
Refuses: no noise known, a size or frequency that is not above 0.
Criticism: what a protocol does to the noise is stated by whoever asks (`Protocol`), not known from the data. A change
that comes slowly is found later: at half its size, about as a step of half.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (repeated trials); the threshold is that of `models.change.scan`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.change.scan import LEAST_AFTER, SEASON_D, steps, threshold
from analysis.models.noise import Noise
from analysis.models.result import TIDY_COLUMNS, Result, tidy_row

WEEKS_MOST = 26
NEVER = np.nan


@dataclass(frozen=True)
class Protocol:
    """A way to measure, against the way it is done now."""

    name: str
    more_often: float = 1.0  # exposures a week, times those of now
    error: float = 1.0  # TE, times that of now
    before: float = 1.0  # comparable exposures before the change, times those of now


def protocols(
    *, trial_share: float = 0.5, day_share: float = 0.2, lost_to_devices: float = 0.0
) -> tuple[Protocol, ...]:
    """What a coach can change. The shares are of the variance of one exposure.

    Parameters
    ----------
    trial_share : float
        What differs from trial to trial of one day, and is halved by two trials.
    day_share : float
        What differs by weekday and time of day.
    lost_to_devices : float
        Share of the exposures that are on an older device.

    Examples
    --------
    >>> [round(one.error, 2) for one in protocols()]
    [1.0, 0.87, 0.82, 0.89, 1.0, 1.0]
    """
    return (
        Protocol("as now"),
        Protocol("the mean of two trials", error=(1 - trial_share / 2) ** 0.5),
        Protocol("the mean of three trials", error=(1 - trial_share * 2 / 3) ** 0.5),
        Protocol("always the same weekday and time", error=(1 - day_share) ** 0.5),
        Protocol("one device throughout", before=1 / (1 - lost_to_devices)),
        Protocol("twice as often", more_often=2.0, before=2.0),
    )


@dataclass(frozen=True, eq=False)
class Design(Result):
    """How soon changes are found, by protocol and size. Made by `design`."""

    table: pd.DataFrame  # protocol, size, exposures, weeks; NaN where not within 26 weeks
    unit: str
    power: float
    per_week: float

    def tidy(self) -> pd.DataFrame:
        """Weeks of each protocol and size that is found in time, with the power they are found at; no interval."""
        found = self.table.dropna(subset=["weeks"]).itertuples()
        terms = [(f"{row.protocol}, {row.size:g} {self.unit}".strip(), row.weeks) for row in found]
        told = [tidy_row(term, "weeks", weeks, np.nan, np.nan, np.nan, self.power) for term, weeks in terms]
        return pd.DataFrame(told, columns=TIDY_COLUMNS)

    def glance(self) -> pd.DataFrame:
        """One row: power, exposures a week now."""
        return pd.DataFrame({"n": [len(self.table)], "power": [self.power], "per_week": [self.per_week]})

    @property
    def best(self) -> str:
        """The protocol that finds the smallest size soonest, "as now" where none is sooner."""
        smallest = self.table[self.table["size"] == self.table["size"].min()]
        return str(smallest.sort_values("weeks", kind="stable", na_position="last")["protocol"].iloc[0])

    def sentence(self) -> str:
        """What a coach can act on."""
        smallest = self.table[self.table["size"] == self.table["size"].min()].set_index("protocol")
        now, then = smallest.loc["as now"], smallest.loc[self.best]
        size = f"{now['size']:g} {self.unit}".strip()
        if np.isfinite(now["weeks"]):
            told = f"A change of {size} is found in {_weeks(now['weeks'])}, {now['exposures']:.0f} exposures"
        else:
            told = f"A change of {size} is not found within {WEEKS_MOST} weeks"
        if self.best == "as now":
            return f"{told}. None of the other protocols finds it sooner."
        return f"{told}; with {self.best}, in {_weeks(then['weeks'])}."


def _weeks(weeks: float) -> str:
    return f"{weeks:.0f} week{'' if weeks == 1 else 's'}"


def design(
    noise: Noise,
    sizes: Sequence[float],
    *,
    per_week: float,
    n_before: int,
    unit: str = "",
    options: Sequence[Protocol] | None = None,
    power: float = 0.8,
) -> Design:
    """How many exposures, in how many weeks, until each size is found, now and under other protocols.

    Parameters
    ----------
    noise : Noise
    sizes : sequence of float
        Changes to be found, in the unit; the smallest worthwhile one among them.
    per_week : float
        Exposures a week now; .25 for a check every 4 weeks.
    n_before : int
        Comparable exposures before the change.
    options : sequence of Protocol
        "as now" first; `protocols()` if not given.
    power : float
        How sure it should be found.

    Examples
    --------
    >>> plan = design(Noise(0.02, 100.0, 0.25, 0.2), [0.03, 0.06], per_week=2, n_before=24, unit="m/s")
    >>> plan.table.head(2)[["size", "exposures", "weeks"]].values.tolist()
    [[0.03, 33.0, 17.0], [0.06, 4.0, 2.0]]
    >>> plan.sentence()
    'A change of 0.03 m/s is found in 17 weeks, 33 exposures; with twice as often, in 6 weeks.'
    """
    if not noise.known:
        raise NotEnoughData("Nothing is known of the noise yet. State a typical error, or record 3 exposures.")
    if not sizes or min(sizes) <= 0 or per_week <= 0:
        raise DataProblem("A size and a frequency must be above 0. Give both.")
    rows = []
    for option in protocols() if options is None else options:
        often = per_week * option.more_often
        needed = _scores(noise.rho, max(int(n_before * option.before), 1), int(WEEKS_MOST * often))
        level = threshold(SEASON_D / 7 * often, noise.df_of_level, noise.rho, noise.kurtosis) + ndtri(power)
        for size in sizes:
            enough = np.flatnonzero(size / (noise.typical_error * option.error) * needed >= level)
            exposures = float(enough[0] + LEAST_AFTER) if len(enough) else NEVER
            rows.append([option.name, float(size), exposures, np.ceil(exposures / often)])
    return Design(pd.DataFrame(rows, columns=["protocol", "size", "exposures", "weeks"]), unit, power, per_week)


def _scores(rho: float, before: int, most: int) -> np.ndarray:
    """The score of a step of one TE after 2, 3, ... exposures."""
    before = max(before, 4)
    after = np.arange(LEAST_AFTER, max(most, LEAST_AFTER) + 1)
    n = before + int(after[-1])
    seen = steps(np.zeros(n), before + after, rho, look_back=n)
    return np.sqrt(seen.information[np.arange(len(after)), np.arange(len(after))])
