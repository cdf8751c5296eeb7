"""What a canonical table is made of: columns with their kind, unit and range, and the checks that follow from them.

A column says which values fail and in which words: of a frame's column at once, and of one plain value of a cell.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from analysis.base.words import Words

Kind = Literal["text", "number", "integer", "date", "instant", "clock"]
# what a reject says, and whether a word, a number or each of many numbers is such; a missing one never is
Check = tuple[str, Callable[[Any], Any]]

# date: a local calendar day; instant: UTC; clock: local wall time without a zone
DTYPES: dict[Kind, str] = {
    "text": "str",
    "number": "float64",
    "integer": "int64",
    "date": "datetime64[us]",
    "instant": "datetime64[us, UTC]",
    "clock": "datetime64[us]",
}
MISSING = "is missing"

_NO_FAILURES = pd.DataFrame({"index": [], "column": [], "check": [], "value": []})
_EMPTY = {kind: pd.Series(dtype=dtype).array for kind, dtype in DTYPES.items()}


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in which unit and range, and what it means."""

    name: str
    kind: Kind
    meaning: str
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    words: Words | None = None  # of a text that holds several
    written: Words | None = None  # of a text that says several and is kept as it was written
    required: bool = False

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What values of this column must not be, in the words of a reject."""
        low, high, values, pattern, words = self.low, self.high, self.values, self.pattern, self.words
        unit = f" {self.unit}" if self.unit else ""
        checks: list[Check] = []
        if low is not None:
            checks.append((f"below {low:g}{unit}", lambda number: number < low))
        if high is not None:
            checks.append((f"above {high:g}{unit}", lambda number: number > high))
        if values is not None:
            checks.append((f"not one of {', '.join(values)}", lambda word: word not in values))
        if pattern is not None:
            checks.append((f"does not match {pattern}", lambda word: re.fullmatch(pattern, word) is None))
        if words is not None:
            checks.append((f"not made of {', '.join(words.known)}", lambda text: not words.allows(text)))
        if (written := self.written) is not None:
            said = f"{', '.join(written.known)}, or {written.nothing} alone"
            checks.append((f"does not say only {said}", lambda text: bool(written.read(text)[1])))
        return tuple(checks)

    def failures(self, values: pd.Series) -> Iterator[tuple[str, np.ndarray]]:
        """What is wrong with typed `values`: the words of each check that fails, and where it does, shape (n_values,).

        >>> reps = Column("reps", "number", "repetitions done", low=0)
        >>> [(words, where.tolist()) for words, where in reps.failures(pd.Series([5.0, float("nan"), -1.0]))]
        [('below 0', [False, False, True])]
        """
        if values.dtype != DTYPES[self.kind]:  # by name: texts are the same, Arrow's or Python's
            raise TypeError(f"{self.name} is of type {values.dtype}, not {DTYPES[self.kind]}. Coerce the frame first.")
        if self.required and values.hasnans:
            yield MISSING, values.isna().to_numpy()
        if not self.checks:
            return
        if self.kind == "text":
            words = [word for word in values.unique() if isinstance(word, str)]
            for said, fails in self.checks:
                if wrong := [word for word in words if fails(word)]:
                    yield said, values.isin(wrong).to_numpy()
        else:
            numbers = values.to_numpy()
            for said, fails in self.checks:
                if (where := fails(numbers)).any():
                    yield said, where

    def allows(self, value: object) -> bool:
        """Whether one plain value, as a reader makes it of a cell, passes every check of this column.

        Of a whole number that is missing too, since those are numbered later. False also for what only `Table.coerce`
        can judge, so that a value which is not allowed has to be looked at there.

        >>> reps = Column("reps", "number", "repetitions done", low=0)
        >>> reps.allows(5.0), reps.allows(None), reps.allows(-1.0), reps.allows("5")
        (True, True, False, False)
        """
        if value is None:
            return not self.required or self.kind == "integer"
        return self._is_plain(value) and not any(fails(value) for _, fails in self.checks)

    def _is_plain(self, value: object) -> bool:
        """Whether a value is of this column's kind as it stands."""
        if self.kind == "text":
            return isinstance(value, str)
        if self.kind in ("number", "integer"):
            return type(value) is int or (self.kind == "number" and isinstance(value, float) and value == value)
        is_moment = isinstance(value, dt.date if self.kind == "date" else dt.datetime) and value is not pd.NaT
        return is_moment and (getattr(value, "tzinfo", None) is None) == (self.kind != "instant")


@dataclass(frozen=True)
class Table:
    """One canonical table: its key, its columns, what a row is."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    row: str  # what one row is, in words

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def of_one_athlete(self) -> bool:
        """True where every row belongs to exactly one athlete."""
        return "athlete_id" in self.names

    def column(self, name: str) -> Column:
        return self.by_name[name]

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names; a mapped table asks for one at each of its cells."""
        return {column.name: column for column in self.columns}

    def empty(self) -> pd.DataFrame:
        """A frame of this table with no row."""
        return self._empty.copy()

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return pd.DataFrame({column.name: pd.Series(dtype=DTYPES[column.kind]) for column in self.columns})

    def coerce(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`frame` with this table's columns in order and in its types; absent columns are missing.

        Raises ValueError where a value cannot be of its column's type: readers type their cells first.
        """
        given = dict(frame.items())
        typed = {c.name: _array(given[c.name], c) if c.name in given else _missing(len(frame), c) for c in self.columns}
        return pd.DataFrame(typed, index=frame.index)

    def failures(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One row per failing cell of a coerced frame: index, column, check (in words), value.

        Columns a caller has not filled yet (ids that are bound later) are left out by giving a frame without them.
        """
        found = []
        for name, values in frame.items():
            if column := self.by_name.get(str(name)):
                for check, where in column.failures(values):
                    wrong = values.loc[where].astype("object")
                    cells = {"index": wrong.index, "column": name, "check": check, "value": wrong.array}
                    found.append(pd.DataFrame(cells))
        return pd.concat(found, ignore_index=True) if found else _NO_FAILURES.copy()


def _missing(n: int, column: Column) -> pd.api.extensions.ExtensionArray:
    if column.kind == "integer" and n:
        raise ValueError(f"{column.name} holds whole numbers, of which none can be missing; give that column.")
    return _nothing(column.kind, n)


def _nothing(kind: Kind, n: int) -> pd.api.extensions.ExtensionArray:
    """`n` missing values."""
    return _EMPTY[kind].take(np.full(n, -1), allow_fill=True)


def _array(values: pd.Series, column: Column) -> pd.api.extensions.ExtensionArray:
    if values.dtype == "object" and column.kind != "integer" and values.isna().all():
        return _nothing(column.kind, len(values))
    return _as_kind(values, column.kind).array


def _as_kind(values: pd.Series, kind: Kind) -> pd.Series:
    if values.dtype == DTYPES[kind] and kind != "date":  # a date may still carry a time of day
        return values
    if kind in ("number", "integer"):
        return cast(pd.Series, pd.to_numeric(values)).astype(DTYPES[kind])
    if kind == "text":
        return values.astype("str") if values.notna().any() else pd.Series(None, index=values.index, dtype="str")
    if pd.api.types.is_datetime64_any_dtype(values):
        moments = values
    else:
        moments = pd.to_datetime(values, format="ISO8601", utc=kind == "instant")
    if kind == "instant":
        moments = moments.dt.tz_localize("UTC") if moments.dt.tz is None else moments.dt.tz_convert("UTC")
    elif moments.dt.tz is not None:
        raise ValueError(f"{values.name} is local time and carries a zone; take the zone off first")
    if kind == "date":
        moments = moments.dt.normalize()
    return moments.astype(DTYPES[kind])


def table(name: str, key: tuple[str, ...], row: str, *columns: Column) -> Table:
    """`row` says what one row is."""
    return Table(name, key, columns, row)


def text(name: str, meaning: str, *, required: bool = False, pattern: str | None = None) -> Column:
    return Column(name, "text", meaning, required=required, pattern=pattern)


def choice(name: str, meaning: str, *values: str, required: bool = True) -> Column:
    return Column(name, "text", meaning, values=values, required=required)


def several(name: str, meaning: str, words: Words) -> Column:
    """Text of known words, which may be none of them."""
    return Column(name, "text", meaning, words=words)


def as_written(name: str, meaning: str, words: Words) -> Column:
    """Text that says known words in any form, or none of them in a word of its own; an empty one says nothing."""
    return Column(name, "text", meaning, written=words)


def number(
    name: str,
    unit: str | None,
    meaning: str,
    low: float | None = None,
    high: float | None = None,
    *,
    required: bool = False,
) -> Column:
    return Column(name, "number", meaning, unit=unit, low=low, high=high, required=required)


def integer(name: str, meaning: str, low: float = 0) -> Column:
    return Column(name, "integer", meaning, low=low, required=True)


def moment(kind: Kind, name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, kind, meaning, required=required)


date, instant, clock = partial(moment, "date"), partial(moment, "instant"), partial(moment, "clock")
