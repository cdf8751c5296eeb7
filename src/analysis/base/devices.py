"""What is published of the errors of devices: one table, devices.csv, each figure with its source.

An error against other days is that of an athlete measured again, and the only kind that stands for the noise of a
series. One against a reference holds what is the same each time, and leaves out how people differ from day to day.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from analysis.base.words import plain

BETWEEN_DAYS = "other days"
AGAINST = (BETWEEN_DAYS, "a reference", "a second device", "other repetitions")
_TYPICAL = ("TE", "SEM")  # an SD of one measurement


@dataclass(frozen=True)
class DeviceError:
    """One published figure, or the lowest and highest of several."""

    device: str
    names: tuple[str, ...]  # others by which files call it
    measure: str  # column or test that errs so
    low: float
    high: float
    unit: str
    error: str  # what the figure is: TE, SEM, SEE, CV and the like
    against: str  # of AGAINST
    task: str
    authors: str  # empty where the source was seen without them
    year: int
    journal: str
    doi: str

    @property
    def figure(self) -> str:
        """The figure as people read it.

        >>> errors_of("GymAware RS", "mean_velocity_m_s")[0].figure
        '0.03 to 0.08 m/s (SEM against other days)'
        """
        reach = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{reach} {self.unit} ({self.error} against {self.against})"

    @property
    def source(self) -> str:
        """Where it is published, in a line."""
        doi = f", doi:{self.doi}" if self.doi else ""
        return f"{self.authors} {self.year}, {self.journal}{doi}".strip()

    @property
    def typical_error(self) -> float | None:
        """What one measurement of another day errs: the middle of a range by ratios. None for every other figure."""
        is_typical = self.against == BETWEEN_DAYS and self.error in _TYPICAL
        return (self.low * self.high) ** 0.5 if is_typical else None

    def means(self, device: str) -> bool:
        """Whether a file means this one by `device`, whose model may stand behind it."""
        return any(re.search(rf"(?<!\w){re.escape(plain(name))}(?!\w)", plain(device)) for name in self._called)

    @property
    def _called(self) -> tuple[str, ...]:
        return (self.device, *self.names)


@cache
def device_errors() -> tuple[DeviceError, ...]:
    """The whole table."""
    text = files("analysis.base").joinpath("devices.csv").read_text(encoding="utf-8")
    return tuple(
        DeviceError(
            **{
                **row,
                "names": tuple(filter(None, row["names"].split(";"))),
                "low": float(row["low"]),
                "high": float(row["high"]),
                "year": int(row["year"]),
            }
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def errors_of(device: str, measure: str | None = None) -> tuple[DeviceError, ...]:
    """What is published of a device, by the name that a file gives it; of one measure where that is said.

    Figures against other days come first. A device whose longer name fits is meant, and none whose name is part of it.
    """
    found = [one for one in device_errors() if one.means(device) and measure in (None, one.measure)]
    exact = {name for one in found for name in (one.device, *one.names) if plain(name) in plain(device)}
    longest = max(map(len, exact), default=0)
    named = [one for one in found if longest in map(len, (name for name in (one.device, *one.names) if name in exact))]
    return tuple(sorted(named, key=lambda one: one.against != BETWEEN_DAYS))


def typical_error_of(device: str, measure: str, unit: str) -> DeviceError | None:
    """The first figure that stands for the noise of a measure on a device, in its unit; None where there is none.

    >>> typical_error_of("Brower", "sprint_20m", "s").typical_error
    0.025
    >>> typical_error_of("OpenCap", "hinge_angle_deg", "deg") is None
    True
    """
    known = (one for one in errors_of(device, measure) if one.unit == unit and one.typical_error is not None)
    return next(known, None)
