"""A format of tables as a declaration: what its columns are called, and by which of them it is known."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, form_of, header_of, read_delimited, same_header
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.rows import Ledger, Parts, Pass, Problem, Row, joined

Value = TypeVar("Value")
Headers = tuple[str, ...] | Mapping[str, str]  # what a column may be called; with the unit that each name says
_IN_BRACKETS = re.compile(r"(?P<words>[^(\[]+)[(\[](?P<unit>[^)\]]+)[)\]]")


@dataclass(frozen=True)
class Column:
    """A column of a file, and the unit that its header names."""

    header: str
    unit: str | None = None


@dataclass(frozen=True, eq=False)
class Form:
    """How one file says what its format says: its columns by role, its decimal mark, its dates.

    Of dates it says the order, and the languages that know the names of their months.
    """

    columns: dict[str, list[Column]]
    decimal: str
    day_first: bool | None
    path: Path
    options: Options
    languages: frozenset[str] | None = None

    def __contains__(self, role: str) -> bool:
        return role in self.columns

    def header(self, role: str) -> str:
        """The column of a role; KeyError where the file has none."""
        return self.columns[role][0].header

    def named(self, roles: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
        """Which column of the file fills which canonical one, from which role does; for the words of a reject."""
        return {place: self.header(role) for place, role in roles.items() if role in self}


@dataclass(frozen=True, eq=False)
class Line:
    """A row of a file by the roles of its columns; of several columns of one role the one that the row fills."""

    row: Row
    form: Form

    def column(self, role: str) -> Column | None:
        """The column of a role in this row, None where the file has none; both filled, kg goes before lb."""
        columns = self.form.columns.get(role, ())
        filled = (column for column in columns if self.row.text(column.header) is not None)
        return next(filled, columns[0] if columns else None)

    def text(self, role: str) -> str | None:
        column = self.column(role)
        return self.row.text(column.header) if column else None

    def word(self, role: str) -> str:
        """The text as it is compared, empty where there is none."""
        return (self.text(role) or "").casefold()

    def unit(self, role: str) -> str | None:
        """The unit that the header says."""
        column = self.column(role)
        return column.unit if column else None

    def read(self, role: str, parse: Callable[[str], Value]) -> Value | None:
        """The cell as `parse` types it; None where it is missing or bad (then the row is rejected)."""
        column = self.column(role)
        return self.row.read(column.header, parse) if column else None

    def number(self, role: str) -> float | None:
        return self.read(role, partial(cells.number, decimal=self.form.decimal))

    def quantity(self, role: str, to: str) -> float | None:
        """The number in `to`, by the unit that the header says."""
        value, unit = self.number(role), self.unit(role)
        return value * factor(unit or to, to) if value is not None else None

    def moment(self, role: str) -> datetime | None:
        """The wall-clock moment, midnight where the cell holds a date only."""
        return self.read(role, partial(cells.clock, day_first=self.form.day_first, languages=self.form.languages))

    def time_of_day(self, role: str) -> time | None:
        return self.read(role, cells.time_of_day)

    def span_s(self, role: str) -> float | None:
        """A duration: a number in the unit that the header says, else as people write one."""
        return self.quantity(role, "s") if self.unit(role) else self.read(role, cells.duration_s)

    def demand(self, role: str, value: Value | None) -> Value | None:
        """`value`, whose absence rejects the row."""
        return self.row.demand(self.form.header(role), value)

    def refuse(self, role: str, check: str, remedy: str, raw: str | None = None) -> None:
        """Rejects the row for the cell of this role, which `check`; where `raw` is said, that is the value at fault."""
        column = self.column(role) or Column(self.form.header(role))
        self.row.problems.append(Problem(column.header, check, raw or self.row.text(column.header) or "", remedy))


def pass_of(form: Form, read_line: Callable[[Line], Parts | None], fills: Mapping[tuple[str, str], str]) -> Pass:
    """One way to read the rows of a file by roles; `fills` says which role fills which canonical column."""
    return Pass(lambda row: read_line(Line(row, form)), form.named(fills))


@dataclass(frozen=True, eq=False)
class Content:
    """What a format makes of the rows of a file."""

    tables: dict[str, pd.DataFrame]
    notes: tuple[str, ...] = ()
    samples: dict[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TableFormat:
    """One format of text tables. Headers are compared without case and spaces, the first of a name counts.

    A header may name its unit in brackets where `units` lists it for the role, as Weight (kg). In a wide table, which
    has several columns of one role, a `#` in a header stands for their numbers.
    """

    name: str
    title: str
    takes: str
    leaves: str
    headers: Mapping[str, Headers] = field(default_factory=dict)  # by role
    needed: tuple[str, ...] = ()  # the roles that a file of this format has
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by role: as written in a header -> ours
    day_first_headers: tuple[str, ...] = ()  # of a language that writes the day first, where no date tells
    called: str = ""  # in an error; the title where it is empty
    again: str = "Export it again."
    suffixes: tuple[str, ...] = (".csv", ".txt")
    generic: bool = False
    version: int = 1  # of what is made of the same bytes

    def reader(self) -> Reader:
        """The reader of this format."""
        return Reader(
            self.name,
            self.title,
            self.recognises,
            self.read,
            takes=self.takes,
            leaves=self.leaves,
            generic=self.generic,
            fits=self.fits,
            read_sheets=self.read_sheets,
            version=self.version,
        )

    def recognises(self, path: Path, head: bytes) -> bool:
        """True for a header with the columns of this format."""
        return path.suffix.lower() in self.suffixes and self.fits(header_of(head))

    def read(self, path: Path, options: Options) -> Reading:
        """The file at `path`. Raises UnreadableFile where it has not the columns of this format."""
        return self.read_sheets([read_delimited(path, options.said)], path, options)

    def read_sheets(self, sheets: Sequence[Sheet], path: Path, options: Options) -> Reading:
        """Those of the sheets of a file that are of this format, each below its title.

        Raises UnreadableFile where none is.
        """
        found = [
            headed for sheet in sheets if (headed := sheet.headed(lambda header, _: self.fits(header))) is not None
        ]
        if not found:
            raise self.not_of_this_format(path)
        ledger = Ledger()
        forms = [self.form(sheet, path, options) for sheet in found]
        contents = [self.content(sheet, form, ledger) for sheet, form in zip(found, forms, strict=True)]
        dates = [form.columns.get("start") or form.columns.get("date") for form in forms]
        dated = [column[0].header if column else None for column in dates]
        notes = [note for sheet, date in zip(found, dated, strict=True) for note in sheet.notes(date)]
        return ledger.reading(
            self.name,
            tables=joined(content.tables for content in contents),
            dialect=form_of(found) | {"decimal": forms[0].decimal},
            notes=(*notes, *dict.fromkeys(note for content in contents for note in content.notes)),
            samples={key: frame for content in contents for key, frame in content.samples.items()},
        )

    def not_of_this_format(self, path: Path) -> UnreadableFile:
        """What is said of a file that has not the columns of this format."""
        return UnreadableFile(f"{path.name} has not the columns of {self.called or self.title}. {self.again}")

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """What the rows of a sheet become; each format says it."""
        raise NotImplementedError

    @property
    def roles(self) -> Mapping[str, Headers]:
        """Every role of a column, with what it may be called."""
        return self.headers

    def fits(self, header: Sequence[str]) -> bool:
        """True where the header has the columns that a file of this format has."""
        return self.columns(header).keys() >= set(self.needed)

    def columns(self, header: Iterable[str], number: int = 1) -> dict[str, list[Column]]:
        """The columns of a header by role, several only where their units differ; `number` is what # stands for."""
        found: dict[str, dict[str | None, Column]] = {}
        for name in header:
            role, unit = self.role(same_header(name), number)
            if role:
                found.setdefault(role, {}).setdefault(unit, Column(name, unit))
        return {role: sorted(some.values(), key=lambda column: column.unit or "") for role, some in found.items()}

    def form(self, sheet: Sheet, path: Path, options: Options, number: int = 1) -> Form:
        """How this file says what the format says; its dates are those of the role start, else of date."""
        columns = self.columns(sheet.header, number)
        dates = columns.get("start") or columns.get("date")
        day_first = sheet.day_first(dates[0].header) if dates else None
        if day_first is None and self._speaks_day_first(columns):
            day_first = True
        languages = cells.languages_of(sheet.column(dates[0].header)) if dates else None
        return Form(columns, self.decimal(sheet, columns), day_first, path, options, languages)

    def decimal(self, sheet: Sheet, columns: dict[str, list[Column]]) -> str:  # noqa: ARG002 - for those that override it
        """The decimal mark of the file."""
        return sheet.decimal

    def _speaks_day_first(self, columns: dict[str, list[Column]]) -> bool:
        used = {same_header(column.header) for several in columns.values() for column in several}
        return not used.isdisjoint(map(same_header, self.day_first_headers))

    def role(self, header: str, number: int) -> tuple[str | None, str | None]:
        """The role and the unit of a comparable header."""
        known = self._by_header(number)
        if header in known:
            return known[header]
        if match := _IN_BRACKETS.fullmatch(header):
            role, _ = known.get(match["words"], (None, None))
            unit = self.units.get(role or "", {}).get(match["unit"])
            return (role, unit) if unit else (None, None)
        return None, None

    def _by_header(self, number: int) -> dict[str, tuple[str, str | None]]:
        return {header.replace("#", str(number)): place for header, place in self._declared.items()}

    @cached_property
    def _declared(self) -> dict[str, tuple[str, str | None]]:
        pairs = (
            (header, (role, names[header] if isinstance(names, Mapping) else None))
            for role, names in self.roles.items()
            for header in names
        )
        return {same_header(header): place for header, place in pairs}
