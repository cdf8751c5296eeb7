"""Going through frames in ways that a type checker can follow, and the columns of a table that no file brings."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

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
