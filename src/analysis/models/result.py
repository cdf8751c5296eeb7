"""The contract of a fitted result: frozen, and answering the same questions under the same names.

A result is a frozen dataclass with `eq=False`. `tidy()` has one row a parameter with the columns below, `glance()`
one row in all, `augment()` the data with `.fitted` and `.resid`, `predict()` the model at new points, where these
mean something. It inherits `Result`, which shows it in a notebook. `tests/test_results.py` runs one list of checks
over every result. The helpers here make each of the answers a line or two: `tidy_table`, `glance_row`, `with_fitted`;
`t_interval` is the interval of all of them.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.base import drawing

TIDY_COLUMNS = ["term", "unit", "estimate", "std_error", "conf_low", "conf_high", "conf_level"]


class Result:
    """What every fitted result does beside its numbers; a frozen dataclass inherits it.

    As the last line of a notebook's cell it shows `tidy()` and its figure, where it has one.
    """

    def tidy(self) -> pd.DataFrame:
        """One row a parameter, with the columns TIDY_COLUMNS."""
        raise NotImplementedError

    def plot(self, **choices: Any) -> Any:
        """The plotly figure of this result; `choices` are those of its function in `analysis.figures`.

        Raises UsageProblem for a result that has no figure, and says where its numbers are.
        """
        return drawing.room().figure_of(self, **choices)

    def _ipython_display_(self) -> None:
        drawing.room().show(self)


class Interval(NamedTuple):
    """Two bounds, in the unit of what they bound."""

    low: float
    high: float


def t_quantile(df: float, conf_level: float) -> float:
    """How many standard errors a two-sided interval reaches to either side; normal where df is inf, NaN below 1 df.

    >>> round(t_quantile(10, 0.95), 3), round(t_quantile(np.inf, 0.95), 3), t_quantile(0, 0.95)
    (2.228, 1.96, nan)
    """
    return float(stdtrit(df, (1 + conf_level) / 2))


def t_interval(estimate: float, std_error: float, df: float, conf_level: float) -> Interval:
    """The estimate and its t interval's two ends; NaN where the error or the degrees of freedom are not known.

    >>> [round(end, 2) for end in t_interval(5.0, 1.0, 10, 0.95)]
    [2.77, 7.23]
    """
    half = t_quantile(df, conf_level) * std_error
    return Interval(float(estimate - half), float(estimate + half))


def tidy_table(rows: Iterable[tuple[Any, ...]], conf_level: float, *, df: float = np.nan) -> pd.DataFrame:
    """`tidy()` from rows of term, unit, estimate and what is known of: std_error, conf_low, conf_high.

    A row with an error and no bounds gets the t interval of `df`; what is not told is NaN.

    >>> tidy_table([("CS", "m/s", 4.5, 0.1), ("MSS", "m/s", 8.9)], 0.95, df=2).round(2).values.tolist()
    [['CS', 'm/s', 4.5, 0.1, 4.07, 4.93, 0.95], ['MSS', 'm/s', 8.9, nan, nan, nan, 0.95]]
    """
    return pd.DataFrame([tidy_row(*row, conf_level=conf_level, df=df) for row in rows], columns=TIDY_COLUMNS)


def tidy_row(
    term: str,
    unit: str,
    estimate: float,
    std_error: float = np.nan,
    conf_low: float | None = None,
    conf_high: float | None = None,
    conf_level: float = np.nan,
    *,
    df: float = np.nan,
) -> dict[str, object]:
    """One row of `tidy_table`."""
    if conf_low is None or conf_high is None:
        conf_low, conf_high = t_interval(estimate, std_error, df, conf_level)
    told = float(estimate), float(std_error), float(conf_low), float(conf_high), conf_level
    return dict(zip(TIDY_COLUMNS, (term, unit, *told), strict=True))


def glance_row(result: object = None, *attributes: str, **told: object) -> pd.DataFrame:
    """`glance()`: one row of what is told, then of the attributes of the result that are named.

    >>> glance_row(Interval(1.0, 2.0), "low", "high", n=3).to_dict("records")
    [{'n': 3, 'low': 1.0, 'high': 2.0}]
    """
    return pd.DataFrame([told | {name: getattr(result, name) for name in attributes}])


def with_fitted(data: pd.DataFrame, outcome: str, fitted: Any) -> pd.DataFrame:
    """`augment()`: the data with `.fitted` and `.resid`, the outcome less what was fitted.

    >>> with_fitted(pd.DataFrame({"distance_m": [10.0]}), "distance_m", [9.0])[".resid"].tolist()
    [1.0]
    """
    return data.assign(**{".fitted": fitted, ".resid": data[outcome] - fitted})
