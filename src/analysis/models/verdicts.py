"""What several series say of their levels, in one table: the verdicts, with what each rests on."""

from collections.abc import Iterable

import pandas as pd

from analysis.models.form.clean_reps import FormHistory
from analysis.models.series import Followed, Series

_FROM_FACT = (
    *("state", "level", "unit", "change", "change_low", "change_high", "conf_level"),
    *("since", "today", "swc", "mdc", "n", "reason"),
)


def verdicts(followed: Iterable[Followed]) -> pd.DataFrame:
    """One row a series, those that changed first: what it measures, its state, level and change, and what it rests on.

    Parameters
    ----------
    followed : iterable of Followed
        Series of one athlete, as `aw.week(athlete).followed`.

    Returns
    -------
    DataFrame with quantity, state, level, unit, change with its interval (in the unit, against the level before),
    since, today (the newest exposure against the usual), swc, mdc, n, reason (where it cannot be told), newest. Empty
    where nothing is followed; what is not told is missing.

    Examples
    --------
    >>> verdicts([]).columns[:3].tolist()
    ['quantity', 'state', 'level']
    """
    rows = []
    for one in followed:
        told = one.change.fact_fields()
        name = one.quantity.name if isinstance(one, Series | FormHistory) else type(one).__name__
        rows.append({"quantity": name} | {key: told.get(key) for key in _FROM_FACT} | {"newest": one.last_date})
    table = pd.DataFrame(rows, columns=["quantity", *_FROM_FACT, "newest"])
    order = pd.Series([not one.change.state.flagged for one in followed] if rows else [], dtype=bool)
    return table.iloc[order.sort_values(kind="stable").index].reset_index(drop=True)
