"""How a week felt: every answer of the seven days, on the athlete's own usual range."""

import numpy as np
import pandas as pd

from analysis.base.usual_band import usual_band
from analysis.base.wellness_items import wellness_item

BAND_ENTRIES = 14  # earlier answers before a usual range is shown
BAND_DAYS = 56  # how far back they reach
_COLUMNS = (
    *("item", "source", "local_date", "value", "usual_low", "usual_high", "n_earlier", "inside"),
    *("name", "scale"),
)


def wellness_week(wellness: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """The answers of a week, one row an item and day, blank days included.

    Parameters
    ----------
    wellness : DataFrame
        Table wellness: local_date, item, source, value.
    days : DatetimeIndex
        The days shown, in order.

    Returns
    -------
    DataFrame: item, source, local_date, value (NaN where nothing was answered; nothing is filled in), usual_low,
    usual_high (90 % range for one new answer, from the answers of the 56 days before `days`, NaN with fewer than 14),
    n_earlier, inside (True, False, None where there is no value or no range), name and scale (the unit, or "of 10";
    empty where neither is known). Items answered neither in the week nor before are absent.

    Examples
    --------
    >>> wellness = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05"]), "item": "sleep", "source": "form",
    ...                          "value": [7.0]})
    >>> wellness_week(wellness, pd.date_range("2026-01-05", periods=2))["value"].tolist()
    [7.0, nan]
    """
    first = days[0]
    is_recent = wellness["local_date"].between(first - pd.Timedelta(days=BAND_DAYS), days[-1])
    recent = wellness[is_recent].set_index("local_date").sort_index(kind="stable")
    told: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    for (item, source), answers in recent.groupby(["item", "source"], sort=True):
        week = {"item": item, "source": source, **_called(item, answers), **_item_week(answers["value"], days)}
        for name, value in week.items():
            told[name] += list(value) if isinstance(value, list) else [value] * len(days)
    local_date = days.take(np.tile(np.arange(len(days)), len(told["item"]) // len(days)))
    return pd.DataFrame({**told, "local_date": local_date, "inside": pd.Series(told["inside"], dtype="object")})


def wellness_day(wellness: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The answers of one day beside what is usual, as `wellness_week` tells those of a week."""
    return wellness_week(wellness, pd.DatetimeIndex([day]))


def _called(item: str, answers: pd.DataFrame) -> dict[str, str]:
    """The name of an item and the scale of its newest answer."""
    about = wellness_item(item)
    ends = answers["scale_max"].dropna() if "scale_max" in answers else answers["value"].iloc[:0]
    return {"name": about.name, "scale": about.scale(float(ends.iloc[-1]) if len(ends) else float("nan"))}


def _item_week(answers: pd.Series, days: pd.DatetimeIndex) -> dict[str, object]:
    """One item over the days, with the range of the answers before them."""
    is_earlier = answers.index < days[0]
    earlier = answers.to_numpy(dtype=float)[is_earlier]
    earlier = earlier[~np.isnan(earlier)]
    values = answers[~is_earlier].reindex(days).tolist()
    band = usual_band(earlier) if len(earlier) >= BAND_ENTRIES else None
    return {
        "value": values,
        "usual_low": band.low if band else np.nan,
        "usual_high": band.high if band else np.nan,
        "n_earlier": len(earlier),
        "inside": [value in band if band and not np.isnan(value) else None for value in values],
    }
