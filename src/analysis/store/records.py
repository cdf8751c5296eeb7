"""Rows on their way into the database: checked, as plain values."""

import json
from typing import Any

import pandas as pd

from analysis.base.errors import DataProblem
from analysis.base.tables import TABLES

Record = dict[str, Any]


def as_json(values: object) -> str:
    """Compact JSON with keys in order, for the text columns that hold it.

    >>> as_json({"b": 1, "a": None})
    '{"a":null,"b":1}'
    """
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def records(name: str, frame: pd.DataFrame) -> list[Record]:
    """The rows of a coerced frame: None for missing, ISO text for moments."""
    names = TABLES[name].names
    columns = [_plain(column.kind, frame.loc[:, column.name]) for column in TABLES[name].columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(kind: str, values: pd.Series) -> list[object]:
    if kind == "integer":
        return values.tolist()
    if kind == "date":
        return [None if value is pd.NaT else value.date().isoformat() for value in values.tolist()]
    if kind in ("instant", "clock"):
        return [None if value is pd.NaT else value.isoformat() for value in values.tolist()]
    return [value if value == value else None for value in values.tolist()]  # only NaN differs from itself


def sound_records(name: str, frame: pd.DataFrame, file_name: str) -> list[Record]:
    """As `records`; raises DataProblem for a value outside its column's range, or a key that stands twice.

    Readers reject bad cells with a reason; what is still wrong here stops the file, and nothing is stored.
    """
    failures = TABLES[name].failures(frame)
    if len(failures):
        first = failures.iloc[0]
        raise DataProblem(
            f"{file_name}: {len(failures)} values of the table {name} cannot be stored, the first in column "
            f"{first['column']!r}: {first['value']!r} {first['check']}. Correct the file and ingest it again."
        )
    found = records(name, frame)
    _refuse_repeated(name, found, file_name)
    return found


def _refuse_repeated(name: str, rows: list[Record], file_name: str) -> None:
    seen = set()
    for row in rows:
        key = tuple(row[column] for column in TABLES[name].key)
        if key in seen:
            raise DataProblem(
                f"{file_name}: two rows of the table {name} have the same key "
                f"{dict(zip(TABLES[name].key, key, strict=True))}. Remove one of them."
            )
        seen.add(key)
