"""Going through frames in ways that a type checker can follow, and the columns of a table that no file brings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import pandas as pd

Value = TypeVar("Value")

# of the table that tells a squad's noise: one row a quantity and device, te and mdc in the quantity's unit
NOISE_COLUMNS = (
    *("quantity", "device", "unit", "te", "df", "rho", "carry_sd", "kurtosis", "own_df"),
    *("n_athletes", "n_exposures", "mdc", "source"),
    *("hazard", "weight", "spread"),  # of counts; missing where the others are known
    "profile",  # of counts: hazards of repetition 1, 2 and so on, as "0.002 0.003"; empty where the others are known
    *("k", "k_sd"),  # of a lift's curve of repetitions: Epley's constant, and its SD for one more athlete
)
ATHLETES_LEAST = 3  # behind each row of that table


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples, without the index; which fields they have is known only when the code runs.

    >>> [row.load_kg for row in rows_of(pd.DataFrame({"load_kg": [60.0, 80.0]}))]
    [60.0, 80.0]
    """
    return iter(frame.itertuples(index=False))


def grouped(values: Iterable[Value], *keys: pd.Series) -> dict[tuple[Any, ...], list[Value]]:
    """The values of rows that share all keys, in their order; of the few rows of one athlete quicker than `groupby`.

    No key may be missing, as no two missing ones are the same.

    >>> rows = pd.DataFrame({"day": [1, 1, 2], "side": ["L", "L", "R"], "reach_cm": [10.0, 11.0, 9.0]})
    >>> dict(grouped(rows["reach_cm"], rows["day"], rows["side"]))
    {(1, 'L'): [10.0, 11.0], (2, 'R'): [9.0]}
    """
    groups = defaultdict(list)
    for *key, value in zip(*(column.tolist() for column in keys), values, strict=True):
        groups[tuple(key)].append(value)
    return groups
