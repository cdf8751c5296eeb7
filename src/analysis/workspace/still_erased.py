"""A file that is read again and still holds rows which an erasing took out of the store."""

from collections import Counter
from dataclasses import replace

import pandas as pd

from analysis.base.frames import rows_of
from analysis.ingest.reading import Reading
from analysis.store import ERASED
from analysis.workspace.resting import Kept
from analysis.workspace.workspace import Workspace


class StaysAsItIs(Exception):
    """A file is not read again, for the reason that the message says."""


def without_erased(workspace: Workspace, kept: Kept, reading: Reading) -> Reading:
    """The reading without the rows that an erasing took out of the store, which the file may still hold.

    Raises StaysAsItIs where it cannot be told which they are.
    """
    if workspace.store.rows_told(kept.file_no) >= kept.rows:
        return reading
    stored, rows = workspace.store.among("source_rows", file_no=[kept.file_no]), reading.source_rows
    there = {(row.sheet, row.row_no): row.raw for row in rows_of(stored)}
    now = {(row.sheet, row.row_no): row.raw for row in rows_of(rows)}
    if Counter(there.values()) == Counter(now.values()):
        return reading  # it was written anew without them
    if any(raw != now.get(place) and ERASED not in raw for place, raw in there.items()):
        raise StaysAsItIs(
            f"{kept.name} is not read again: somebody was erased whose rows may still stand in it. "
            "Take them out of the file, then ingest it."
        )
    erased = now.keys() - there.keys()
    names = {name.casefold() for place, name in reading.whose.items() if place in erased}
    numbers = {row_no for _, row_no in erased}
    tables = {name: frame.loc[~_is_of(frame, names, numbers)] for name, frame in reading.tables.items()}
    left = [place not in erased for place in zip(rows["sheet"], rows["row_no"], strict=True)]
    rejects = reading.rejects
    kept_rejects = [place not in erased for place in zip(rejects["sheet"], rejects["row_no"], strict=True)]
    return replace(reading, tables=tables, source_rows=rows.loc[left], rejects=rejects.loc[kept_rejects])


def _is_of(frame: pd.DataFrame, names: set[str], numbers: set[int]) -> pd.Series:
    """Which rows say one of the names, or say none and come from one of the rows."""
    columns = [name for name in ("external_name", "athlete_name", "name") if name in frame]
    found = pd.Series(False, index=frame.index)
    for column in columns:
        found |= pd.Series([isinstance(one, str) and one.casefold() in names for one in frame[column]], frame.index)
    if "row_no" in frame and "external_name" in frame:
        found |= frame["row_no"].isin(list(numbers)) & frame["external_name"].isna()
    return found
