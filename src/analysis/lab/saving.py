"""Something to take along: a table, a result or a figure as a file, by the ending of its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analysis.base.errors import UsageProblem
from analysis.models.result import Result


def _write_xlsx(table: pd.DataFrame, path: Path) -> None:
    """Moments without their zone, in UTC, since a spreadsheet knows none; a text that begins with = stays a text."""
    moments = {name: table[name].dt.tz_convert(None) for name in table.select_dtypes("datetimetz")}
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        table.assign(**moments).to_excel(writer, index=False)
        for sheet in writer.book.worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
                cell.data_type = "s"


_TABLES: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    ".csv": lambda table, path: table.to_csv(path, index=False),
    ".parquet": lambda table, path: table.to_parquet(path, index=False),
    ".xlsx": _write_xlsx,
    ".html": lambda table, path: table.to_html(path, index=False),
}


def save(thing: pd.DataFrame | Result | go.Figure, path: str | Path) -> Path:
    """Write a table, the `tidy()` of a result, or a figure, and say where it lies.

    Parameters
    ----------
    thing : DataFrame or Result
        As .csv, .parquet, .xlsx or .html. An index that has a name becomes columns, any other is left out.
    thing : Figure
        As .html, which opens anywhere without a network.
    path : str or Path
        A file that is there already is replaced.

    Returns
    -------
    Path, whole. The file holds people's data: mind where it goes.

    Raises
    ------
    UsageProblem for an ending that is none of these, and for a folder that is not there.
    """
    target = Path(path).expanduser().resolve()
    if not target.parent.is_dir():
        raise UsageProblem(f"There is no folder {target.parent}. Make it first, or name another.")
    ways = {".html": _write_figure} if isinstance(thing, go.Figure) else _TABLES
    write = ways.get(target.suffix.lower())
    if write is None:
        raise UsageProblem(f"{target.name!r} ends in none of {', '.join(ways)}, which this can be saved as.")
    write(_plain(thing), target)
    print(f"Saved {target}")
    return target


def _plain(thing: Any) -> Any:
    """A table without an index, for what is no figure."""
    if isinstance(thing, Result):
        return thing.tidy()
    if isinstance(thing, pd.DataFrame) and any(name is not None for name in thing.index.names):
        return thing.reset_index()
    return thing


def _write_figure(figure: go.Figure, path: Path) -> None:
    figure.write_html(path, include_plotlyjs=True)
