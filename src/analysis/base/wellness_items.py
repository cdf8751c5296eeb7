"""What daily answers and measurements at rest are called, in which unit, and which way is good: wellness_items.csv."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np

from analysis.base.sentences import capital


@dataclass(frozen=True)
class WellnessItem:
    """One item of the table wellness. An item that is answered on a scale has no unit: the file says its scale."""

    item: str
    name: str
    unit: str  # empty: points of a scale
    decimals: int
    better: Literal["higher", "lower"] | None  # None: neither, or not known
    swc: float  # smallest worthwhile change in the unit; NaN for a scale, and for what is not judged

    def scale(self, scale_max: float) -> str:
        """What stands behind a value: its unit, or the end of its scale; empty where neither is known.

        >>> wellness_item("sleep_h").scale(float("nan")), wellness_item("energy").scale(5.0)
        ('h', 'of 5')
        """
        return self.unit or (f"of {scale_max:g}" if np.isfinite(scale_max) else "")


@cache
def wellness_items() -> dict[str, WellnessItem]:
    """The whole table by item."""
    text = files("analysis.base").joinpath("wellness_items.csv").read_text(encoding="utf-8")
    return {
        row["item"]: WellnessItem(
            row["item"],
            row["name"],
            row["unit"],
            int(row["decimals"]),
            "higher" if row["better"] == "higher" else "lower" if row["better"] else None,
            float(row["swc"] or "nan"),
        )
        for row in csv.DictReader(text.splitlines())
    }


def wellness_item(item: str) -> WellnessItem:
    """What an item is called; one that the table does not know goes by its own name, without a unit.

    >>> wellness_item("resting_heart_rate_bpm").name, wellness_item("beine_schwer").name
    ('Resting heart rate', 'Beine schwer')
    """
    known = wellness_items().get(item)
    return known or WellnessItem(item, capital(item.replace("_", " ")), "", 0, None, float("nan"))
