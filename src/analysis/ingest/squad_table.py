"""A table that a squad adds to one of the package's, as `exercises.csv` in its workspace: read whole, or refused."""

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.base.errors import ConfigProblem


def squad_rows(
    path: Path, columns: Sequence[str], example: str, refuse: Callable[[dict[str, str], str], None]
) -> list[dict[str, str]]:
    """The rows of a squad's table, the first of whose columns holds canonical names as `example` is one.

    `refuse` is given each row and where it stands, and raises ConfigProblem for what is wrong with its other cells.
    Raises ConfigProblem too where the file cannot be read, or a row has other columns or another sort of name.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise ConfigProblem(f"{path.name} cannot be read: {problem}. Save it as CSV in UTF-8.") from None
    for row_no, row in enumerate(rows, 1):
        where = f"{path.name}, row {row_no}"
        _refuse_unsound(row, columns, example, where)
        refuse(row, where)
    return rows


def _refuse_unsound(row: dict[str, str | None], columns: Sequence[str], example: str, where: str) -> None:
    absent = [name for name in columns if row.get(name) is None]
    if absent or None in row:
        what = f"has no {', '.join(absent)}" if absent else "has more cells than the header"
        raise ConfigProblem(f"{where} {what}. The columns are {', '.join(columns)}.")
    name = row[columns[0]] or ""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise ConfigProblem(f"{where}: {columns[0]} {name!r} is no canonical name. Write it as {example}.")
