"""Something to take along: a table, a result or a figure as a file, by the ending of its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analysis.base.errors import UsageProblem
from analysis.lab.pictures import write_picture
from analysis.models.result import Result


def _write_xlsx(table: pd.DataFrame, path: Path) -> None:
    """Moments without their zone, in UTC, since a spreadsheet knows none; a text that begins with = stays a text."""
    moments = {name: table[name].dt.tz_convert(None) for name in table.select_dtypes("datetimetz")}
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        table.assign(**moments).to_excel(writer, index=False)
        for sheet in writer.book.worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
                cell.data_type = "s"


_TABLES: dict[str, Callable[[Any, Path], Any]] = {
    ".csv": lambda table, path: table.to_csv(path, index=False),
    ".parquet": lambda table, path: table.to_parquet(path, index=False),
    ".xlsx": _write_xlsx,
    ".html": lambda table, path: table.to_html(path, index=False),
}
_FIGURES: dict[str, Callable[[Any, Path], Any]] = {
    ".svg": write_picture,
    ".png": write_picture,
    ".html": lambda figure, path: figure.write_html(path, include_plotlyjs=True),
}


def save(thing: pd.DataFrame | Result | go.Figure, path: str | Path) -> Path:
    """Write a table, the `tidy()` of a result, or a figure, and say where it lies.

    Parameters
    ----------
    thing : DataFrame or Result
        As .csv, .parquet, .xlsx or .html. An index that has a name becomes columns, any other is left out.
    thing : Figure
        As .html, which opens anywhere without a network, or as .svg or .png, which the extra `lab` and a browser of
        Chrome's kind draw.
    path : str or Path
        A file that is there already is replaced.

    Returns
    -------
    Path, whole. The file holds people's data: mind where it goes.

    Raises
    ------
    UsageProblem for an ending that is none of these, for a folder that is not there, and for a picture that nothing on
    this machine can draw.
    """
    target = written(thing, Path(path))
    print(f"Saved {target}")
    return target


def written(thing: pd.DataFrame | Result | go.Figure, path: Path) -> Path:
    """What `save` does, without a word."""
    target = path.expanduser().resolve()
    if not target.parent.is_dir():
        raise UsageProblem(f"There is no folder {target.parent}. Make it first, or name another.")
    write = _ways(thing).get(target.suffix.lower())
    if write is None:
        raise UsageProblem(f"{target.name!r} ends in none of {', '.join(_ways(thing))}, which this can be saved as.")
    write(thing if isinstance(thing, go.Figure) else as_table(thing), target)
    return target


def endings(thing: pd.DataFrame | Result | go.Figure) -> list[str]:
    """What a file of this can end in.

    >>> endings(pd.DataFrame())
    ['.csv', '.parquet', '.xlsx', '.html']
    """
    return list(_ways(thing))


def as_table(thing: pd.DataFrame | Result) -> pd.DataFrame:
    """A table as it is taken along: a result is its `tidy()`, an index becomes columns where it has a name."""
    if isinstance(thing, Result):
        return thing.tidy()
    if any(name is not None for name in thing.index.names):
        return thing.reset_index()
    return thing


def _ways(thing: Any) -> dict[str, Callable[[Any, Path], Any]]:
    return _FIGURES if isinstance(thing, go.Figure) else _TABLES
