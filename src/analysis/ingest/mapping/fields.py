"""What a cell, or a constant, of a mapped table says for a field of its target."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.base.tables import TABLES, Column
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.mapping.targets import ALIASES, ATHLETE, GIVEN_ID, TIME, Target


@dataclass(frozen=True)
class Written:
    """How the cells of a mapped table are written: units and words by field, decimal mark, order and form of dates."""

    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimal: str = "."
    day_first: bool | None = None
    date_format: str | None = None

    def read(self, raw: str, name: str, target: Target) -> object:
        """The value of a filled cell for the field `name`. Raises BadCell where it can be none."""
        if name == "date":
            return self._day(raw)
        if name == TIME:
            return _time(raw)
        if name == GIVEN_ID:
            return _given_id(raw)
        column = target.column(name)
        if name in (ATHLETE, ALIASES) or column is None:
            return raw
        if column.kind in ("number", "integer"):
            raw = _number_of(raw, name, self.values.get(name, {}))
            value = self._number(raw, name, column, target)
            if column.name not in TABLES[target.fields[name][0]].by_name:  # which no canonical table checks later
                _refuse_outside(value, column, "Correct the value, or its unit, in the file.")
            return value
        said = self.values.get(name, {})
        return cells.words(raw, column.words.also(said)) if column.words is not None else _word(raw, column, said)

    def _number(self, raw: str, name: str, column: Column, target: Target) -> float:
        if column.kind == "integer":
            return cells.whole(raw, self.decimal)
        unit = self.units.get(name)
        if column.unit == "s":
            of_a_session = target.fields[name] == ("sessions", "duration_s")
            return cells.span_s(raw, self.decimal, unit, of_a_session=of_a_session)
        return cells.quantity(raw, self.decimal, unit, column.unit)

    def _day(self, raw: str) -> dt.date:
        if self.date_format is None:
            return cells.clock(raw, self.day_first).date()
        try:
            moment = dt.datetime.strptime(raw, self.date_format)
        except ValueError:
            remedy = "Correct the cell, or date_format in the mapping."
            raise BadCell(f"is not a date of the form {self.date_format}", remedy) from None
        return cells.in_our_time(moment).date()


def _time(raw: str) -> dt.time:
    """A time of day, also out of a full moment."""
    try:
        return cells.time_of_day(raw)
    except BadCell:
        return cells.clock(raw, day_first=True).time()


def _given_id(raw: str) -> str:
    pattern = TABLES["athletes"].column("athlete_id").pattern
    if pattern and not re.fullmatch(pattern, raw):
        raise BadCell("is no athlete id", "Use lower-case letters, digits, _ and -, or leave it empty for a new id.")
    return raw


def _number_of(raw: str, name: str, words: Mapping[str, str]) -> str:
    """The number that a word counts as; a number as it stands."""
    counts = {word.casefold(): number for word, number in words.items()}.get(raw.casefold())
    if counts is None and words and not any(letter.isdigit() for letter in raw):
        raise BadCell("is no word that the mapping counts", f"Correct it, or add it under [values.{name}].")
    return counts or raw


def _word(raw: str, column: Column, words: Mapping[str, str]) -> str:
    """A text by the mapping's own words, else one of the column's values whatever its case, else as it stands."""
    said = {word.casefold(): ours for word, ours in words.items()}
    allowed = {value.casefold(): value for value in column.values or ()}
    return said.get(raw.casefold()) or allowed.get(raw.casefold()) or raw


def constant(value: str | float | dt.date, name: str, target: Target, written: Written) -> object:
    """A constant of a mapping as the value of its field. Raises BadCell where no row could have it.

    >>> from analysis.ingest.mapping.targets import TARGETS
    >>> constant("5", "duration_s", TARGETS["sessions"], Written(units={"duration_s": "min"}))
    300.0
    """
    plain = written if isinstance(value, str) else Written(written.units, written.values)
    typed = plain.read(str(value).strip(), name, target)
    column = target.column(name)
    if column is None:
        return typed
    _refuse_outside(typed, column, "Correct it in the mapping.")
    return typed


def _refuse_outside(value: object, column: Column, remedy: str) -> None:
    for said, fails in column.checks:
        if fails(value):
            raise BadCell(said if said.startswith("does") else f"is {said}", remedy)
