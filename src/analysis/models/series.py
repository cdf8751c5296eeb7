"""What all series of one athlete have in common: exposures by day, comparable ones, and what the change engine says.

Exposures are a frame, one row a day and device, oldest first: local_date, value, device. Values of another device are
kept and never compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

import numpy as np
import pandas as pd

from analysis.base.devices import typical_error_of
from analysis.base.errors import NotEnoughData
from analysis.base.frames import grouped
from analysis.models.change import Change, Event, Told, change
from analysis.models.change.engine import STALE_AFTER_D
from analysis.models.noise import NO_SQUAD, Noise, Published, SquadNoise
from analysis.models.result import Result


@dataclass(frozen=True)
class Quantity:
    """What a series measures, by which names and how well; the same for every athlete."""

    name: str  # of its rows in a table of noise, as sprint_20m
    unit: str
    swc: float  # smallest worthwhile change, in the unit
    better: Literal["higher", "lower"] = "higher"
    published: Published | None = None
    resolution: float = 0.0  # step of the device, in the unit
    relative: bool = False  # errors grow with the value: noise is that of percent of the own median
    stale_after_days: int = STALE_AFTER_D
    measure: str = ""  # what a device errs in, by the table of devices; empty where that has no such thing

    def published_on(self, device: str | None) -> Published | None:
        """The error that the staff stated, else what is published of the device between days; None for neither.

        >>> Quantity("squat", "m/s", 0.04, measure="mean_velocity_m_s").published_on("GymAware").source
        'Grgic et al. 2020, Front Physiol 11, doi:10.3389/fphys.2020.561682'
        """
        found = typical_error_of(device, self.measure, self.unit) if device and self.measure else None
        if self.published is not None or found is None or found.typical_error is None:
            return self.published
        return Published(found.typical_error, source=found.source)


@dataclass(frozen=True)
class Judging:
    """What the series of one athlete are judged by: the squad's noise, what is known of days, and the level of every
    interval."""

    noise: SquadNoise = NO_SQUAD
    events: tuple[Event, ...] = ()
    conf_level: float = 0.90


ALONE = Judging()


def with_comparable(exposures: pd.DataFrame) -> pd.DataFrame:
    """`exposures` with the column comparable: measured by the device of the newest one. No device is one too.

    >>> frame = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-12"]), "device": ["one", "two"]})
    >>> with_comparable(frame).comparable.tolist()
    [False, True]
    """
    device = exposures["device"].fillna("")
    return exposures.assign(comparable=device == device.iloc[-1])


def by_day(rows: pd.DataFrame, of: str, of_day: Callable[[Sequence[float]], float], *, count: str) -> pd.DataFrame:
    """Exposures of rows with local_date and device, in the order in which these come: the value that `of_day` makes of
    their column `of`, and in the column `count` how many there are.

    >>> days = pd.to_datetime(["2026-01-05"] * 2)
    >>> rows = pd.DataFrame({"local_date": days, "device": "tape", "jump_cm": [30.0, 34.0]})
    >>> by_day(rows, "jump_cm", max, count="n_jumps")[["value", "n_jumps"]].values.tolist()
    [[34.0, 2.0]]
    """
    days = grouped(rows[of], rows["local_date"], rows["device"].fillna(""))
    told = [(day, device or None, of_day(values), len(values)) for (day, device), values in days.items()]
    return pd.DataFrame(told, columns=["local_date", "device", "value", count])


def longest_of_day(exposures: pd.DataFrame) -> pd.DataFrame:
    """One row a day and device: of several sessions the one with the largest duration_s.

    >>> runs = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05"] * 2), "device": "watch",
    ...                      "value": [300.0, 310.0], "duration_s": [900.0, 600.0]})
    >>> longest_of_day(runs)["value"].tolist()
    [300.0]
    """
    longest = exposures.sort_values("duration_s", kind="stable").drop_duplicates(["local_date", "device"], keep="last")
    return longest.sort_index(ignore_index=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class Followed(Result):
    """A series of one athlete, and what the change engine says of it."""

    exposures: pd.DataFrame  # local_date, device, value, comparable and more, oldest first
    until: pd.Timestamp
    judging: Judging

    @property
    def change(self) -> Told:
        """What the series says of its level."""
        raise NotImplementedError

    def at(self, day: pd.Timestamp) -> Self:
        """The series as a page of that day saw it, by the noise of today.

        Raises NotEnoughData where there was no value yet.
        """
        known = self.exposures[self.exposures["local_date"] <= day]
        if known.empty:
            raise NotEnoughData(f"There is no value up to {day.date().isoformat()}. Ask for a later day.")
        return replace(self, exposures=with_comparable(known), until=day)

    @property
    def last_date(self) -> pd.Timestamp:
        """The day of the newest value."""
        return self.exposures["local_date"].iloc[-1]

    @property
    def began_anew(self) -> pd.Timestamp | None:
        """The first day on the newest device, where there are values of another one before it."""
        newest = self.exposures["comparable"]
        return None if newest.all() else self._since

    @property
    def _one_a_day(self) -> pd.DataFrame:
        """The comparable exposures, and one a day of those before the newest device."""
        newest = self.exposures["comparable"]
        if newest.all():
            return self.exposures
        before = self.exposures.loc[~newest & (self.exposures["local_date"] < self._since)]
        return self.exposures.loc[before.drop_duplicates("local_date", keep="last").index.union(newest[newest].index)]

    @property
    def _since(self) -> pd.Timestamp:
        return self.exposures.loc[self.exposures["comparable"], "local_date"].iloc[0]

    @property
    def _events(self) -> list[Event]:
        """What is known of days, with that of the newest device."""
        return [*([] if self.exposures["comparable"].all() else [Event("device", self._since)]), *self.judging.events]

    def tidy(self) -> pd.DataFrame:
        """The level now and the change, where there are any, with their intervals."""
        return self.change.tidy()

    def glance(self) -> pd.DataFrame:
        """One row: how many exposures, and the verdict with what it rests on."""
        return self.change.glance().assign(n_comparable=int(self.exposures["comparable"].sum()))

    def augment(self) -> pd.DataFrame:
        """The exposures with .fitted, the level of their day, and .resid; NaN where not compared."""
        fitted = pd.Series(self.change.predict(self.exposures["local_date"]), index=self.exposures.index)
        fitted = fitted.where(self.exposures["comparable"])
        return self.exposures.assign(**{".fitted": fitted, ".resid": self.exposures["value"] - fitted})


@dataclass(frozen=True, eq=False, kw_only=True)
class Series(Followed):
    """A series of measurements; a frozen dataclass inherits it and adds what its question needs."""

    quantity: Quantity

    @property
    def scale(self) -> float:
        """What one unit of its noise is, in the unit of the values."""
        values = self.exposures.loc[self.exposures["comparable"], "value"]
        return float(values.median()) / 100 if self.quantity.relative else 1.0

    @cached_property
    def noise(self) -> Noise:
        """What its values err by, in their unit, by the noise of the squad where there is one."""
        newest = self.exposures[self.exposures["comparable"]]
        return self._noises(newest["device"].iloc[-1], [newest["value"].to_numpy(dtype=float)], [self.scale])[0]

    @cached_property
    def change(self) -> Change:
        """What the series says of its level."""
        return self._told_by(self._one_a_day, self.until, self.noise)

    def changes_at(self, days: Sequence[pd.Timestamp]) -> list[Change]:
        """What the series said by the end of each of these days: as `at(day).change`, at less than half its cost.

        Raises NotEnoughData for a day before the first value.
        """
        seen = [int(n) for n in self.exposures["local_date"].searchsorted(pd.DatetimeIndex(days), side="right")]
        newest = self.exposures["comparable"].to_numpy(dtype=bool)
        if not all(n and newest[n - 1] for n in seen):  # another device was the newest then
            return [self.at(day).change for day in days]
        values, shown = self.exposures["value"].to_numpy(dtype=float), self._one_a_day
        known = [values[:n][newest[:n]] for n in seen]
        scales = [float(pd.Series(some).median()) / 100 if self.quantity.relative else 1.0 for some in known]
        noises = self._noises(self.exposures["device"].iloc[-1], known, scales)
        ends = shown["local_date"].searchsorted(pd.DatetimeIndex(days), side="right")
        looks = zip(ends, days, noises, strict=True)
        return [self._told_by(shown.iloc[:end], day, noise) for end, day, noise in looks]

    def _noises(self, device: object, series: Sequence[np.ndarray], scales: Sequence[float]) -> list[Noise]:
        """What each of several series of this quantity errs by, in its unit; `scales` as `scale` has it."""
        quantity, name = self.quantity, device if isinstance(device, str) else None
        known_by = {"published": quantity.published_on(name), "resolution": quantity.resolution}
        unscaled = [values / scale for values, scale in zip(series, scales, strict=True)]
        told = self.judging.noise.of_several(quantity.name, name, unscaled, **known_by)
        return [
            replace(noise, typical_error=noise.typical_error * scale, resolution=noise.resolution * scale)
            for noise, scale in zip(told, scales, strict=True)
        ]

    def _told_by(self, shown: pd.DataFrame, until: pd.Timestamp, noise: Noise) -> Change:
        quantity = self.quantity
        return change(
            shown["local_date"],
            shown["value"],
            noise=noise,
            swc=quantity.swc,
            better=quantity.better,
            until=until,
            events=self._events,
            conf_level=self.judging.conf_level,
            stale_after_days=quantity.stale_after_days,
            unit=quantity.unit,
        )
