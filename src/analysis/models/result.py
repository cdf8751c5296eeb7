"""The contract of a fitted result: frozen, and answering the same questions under the same names.

A result is a frozen dataclass with `eq=False`. `tidy()` has one row a parameter with the columns below, `glance()`
one row in all, `augment()` the data with `.fitted` and `.resid`, `predict()` the model at new points, where these
mean something. `tests/test_results.py` runs one list of checks over every result.
"""

from typing import NamedTuple, Protocol, runtime_checkable

import pandas as pd

TIDY_COLUMNS = ["term", "unit", "estimate", "std_error", "conf_low", "conf_high", "conf_level"]


class Interval(NamedTuple):
    """Two bounds, in the unit of what they bound."""

    low: float
    high: float


@runtime_checkable
class Result(Protocol):
    """Anything that a model returns."""

    def tidy(self) -> pd.DataFrame: ...

    def glance(self) -> pd.DataFrame: ...


def tidy_row(
    term: str, unit: str, estimate: float, std_error: float, conf_low: float, conf_high: float, conf_level: float
) -> dict[str, object]:
    """One row of `tidy()`."""
    return dict(zip(TIDY_COLUMNS, (term, unit, estimate, std_error, conf_low, conf_high, conf_level), strict=True))
