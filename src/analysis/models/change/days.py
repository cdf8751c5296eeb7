"""The days of a series: looks on Sundays, what an event takes from it, and dates that cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.errors import DataProblem, NotEnoughData

EventKind = Literal["device", "deload", "taper", "ill", "travel", "return", "block"]


@dataclass(frozen=True)
class Event:
    """What is known of days beside the values: another device from `first` on; planned lightness or a block, both ends
    included."""

    kind: EventKind
    first: pd.Timestamp
    last: pd.Timestamp | None = None  # as `first` if not given


def events_of_labels(labels: pd.DataFrame) -> tuple[Event, ...]:
    """What labels say of days, as events: one each, of its kind.

    Parameters
    ----------
    labels : DataFrame
        Table labels of one athlete: kind, first_date, last_date; none of them missing.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-05", "2026-01-11"])
    >>> labels = pd.DataFrame({"kind": ["ill"], "first_date": days[:1], "last_date": days[1:]})
    >>> [(event.kind, event.last) for event in events_of_labels(labels)]
    [('ill', Timestamp('2026-01-11 00:00:00'))]
    """
    return tuple(
        Event(kind, first, last)
        for kind, first, last in zip(labels["kind"], labels["first_date"], labels["last_date"], strict=True)
    )


def sundays(days: np.ndarray, end: float) -> np.ndarray:
    """The days of the looks: every Sunday from the first exposure on, and the last day that is known."""
    return np.append(np.arange(days[0] + (3 - days[0]) % 7, end, 7), end)  # the fourth day of 1970 was one


def without(events: Sequence[Event], days: np.ndarray, end: float) -> np.ndarray:
    """Which exposures count: on the device that is used by `end`, and not planned light."""
    kept = np.ones(len(days), dtype=bool)
    for event in events:
        first = day_of(event.first)
        if event.kind == "device":
            kept &= (days >= first) | (first > end)
        elif event.kind != "block":
            last = first if event.last is None else day_of(event.last)
            kept &= (days < first) | (days > last)
    return kept


def checked_days(dates, values, swc: float) -> np.ndarray:
    """Days since 1970, refused where they are not one a value, increasing, or the SWC is not above 0."""
    days = days_of(dates)
    if len(days) != np.size(values) or np.ndim(values) != 1:
        raise DataProblem(f"{len(days)} dates and {np.size(values)} values. Give one value for each date.")
    if not len(days):
        raise NotEnoughData("No value yet. Record one to start the line.")
    if not np.isfinite(days).all():
        raise DataProblem("A value has no date. Add the date at its source, or leave the value out.")
    gaps = np.diff(days)
    if (gaps <= 0).any():
        at = int(np.flatnonzero(gaps <= 0)[0])
        what = "has two values" if gaps[at] == 0 else f"is followed by {day_stamp(days[at + 1]).date()}"
        raise DataProblem(f"{day_stamp(days[at]).date()} {what}. Give one value a day, oldest first.")
    if not (np.isfinite(swc) and swc > 0):
        raise DataProblem(f"A smallest worthwhile change of {swc:g} cannot be. State one above 0.")
    return days


def days_of(dates) -> np.ndarray:
    """Days since 1970, NaN where there is no date."""
    known = np.asarray(dates, dtype="datetime64[D]")
    return np.where(np.isnat(known), np.nan, known.astype("int64").astype(float))


def day_of(date) -> float:
    return float(np.datetime64(date, "D").astype("int64"))


def day_stamp(day: float) -> pd.Timestamp:
    return pd.Timestamp(int(day) * 86_400_000_000_000)


def day_stamps(days: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(days.astype("int64").astype("datetime64[D]").astype("datetime64[us]"))
