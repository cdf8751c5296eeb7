"""A table to sort and filter where somebody sits at the notebook; the same table as plain HTML everywhere else."""

from typing import Any

import pandas as pd

from analysis.lab.live import widgets
from analysis.lab.saving import as_table
from analysis.models.result import Result

MOST_ROWS = 20  # of a plain table
_MOST_BYTES = "1MB"  # of a table to sort; it says how many rows are left out


def table(thing: pd.DataFrame | Result) -> "Table":
    """A table that sorts by a click on a column's name and filters by what is typed, as the last line of a cell.

    Parameters
    ----------
    thing : DataFrame or Result
        A result is its `tidy()`. An index that has a name becomes columns, any other is left out.

    Returns
    -------
    Table, which shows itself, also in the list that a function of `aw.explore` returns. Where a notebook is rendered,
    and without the extra `lab`, it is plain HTML: its first and last rows where there are more than 20, and how many
    there are. No part of it is loaded from a network.

    >>> table(pd.DataFrame({"load_kg": [100.0, 60.0]}))
     load_kg
         100
          60
    """
    return Table(as_table(thing))


class Table:
    """What `aw.table` gives: `frame` is what it shows."""

    def __init__(self, frame: pd.DataFrame):
        self.frame = frame

    def __repr__(self) -> str:
        return self.frame.to_string(index=False, max_rows=MOST_ROWS, float_format=_digits)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        plain = {
            "text/plain": repr(self),
            "text/html": self.frame.to_html(
                index=False, max_rows=MOST_ROWS, show_dimensions=True, float_format=_digits
            ),
        }
        live = _widget(self.frame)
        return plain if live is None else {**live._repr_mimebundle_()[0], **plain}


def _digits(value: float) -> str:
    """A number with the four digits that are read; all digits are in the frame and in what is saved.

    >>> _digits(0.7652731), _digits(12340.0)
    ('0.7653', '12340')
    """
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"


def _widget(frame: pd.DataFrame) -> Any:
    """The table as a widget, whose script comes from the kernel; None where nobody could use it."""
    if widgets() is None:
        return None
    try:
        from itables.widget import ITable
    except ModuleNotFoundError:
        return None
    return ITable(
        frame,
        columnControl=["searchDropdown"],
        text_in_header_can_be_selected=False,  # so that a click there sorts
        style="table-layout:auto;width:auto;margin:0",
        maxBytes=_MOST_BYTES,
        showIndex=False,
    )
