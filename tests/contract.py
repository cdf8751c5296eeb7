"""What every result of a model answers, as a type."""

from typing import Protocol, runtime_checkable

import pandas as pd


@runtime_checkable
class Result(Protocol):
    """Anything that a model returns."""

    def tidy(self) -> pd.DataFrame: ...

    def glance(self) -> pd.DataFrame: ...
