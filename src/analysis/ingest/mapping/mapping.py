"""A column mapping: a small TOML file that says which column of a device is which quantity.

A mapping is asked for, not guessed: makers write mean, mean propulsive and peak velocity under the same word.
"""

import difflib
import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.base.config import checked
from analysis.base.errors import ConfigProblem
from analysis.base.units import factor
from analysis.base.words import Words
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.mapping.targets import TARGETS


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Strict):
    """How a file is recognised: the headers that must be there, without regard to case and spaces."""

    columns: list[str] = Field(default=[], description="none: all columns of the mapping")


class Each(_Strict):
    """One of several rows that a row of the file becomes: a wide table has a column an item, a long one a word."""

    columns: dict[str, str] = Field(default={}, description="canonical name = header; empty cells make no row")
    constants: dict[str, str | int | float] = Field(default={}, description="canonical name = value")
    where: dict[str, str] = Field(default={}, description="header = what its cell has to say, for this row to be")


class Mapping(_Strict):
    """A column mapping: which column of a file fills which canonical column."""

    name: str
    target: Literal["reps", "splits", "sessions", "wellness", "trials", "plan", "cues", "contacts", "athletes"]
    source: str = Field(description="where the data come from; sessions of one source are told apart by it")
    match: Match = Match()
    columns: dict[str, str] = Field(description="canonical name = header in the file")
    units: dict[str, str] = Field(default={}, description="canonical name = unit in the file")
    constants: dict[str, str | int | float] = Field(default={}, description="canonical name = value of every row")
    values: dict[str, dict[str, str]] = Field(default={}, description="canonical name = words of the file = our words")
    date_format: str | None = Field(default=None, description="as in strptime, where dates are unusual")
    day_first: bool | None = Field(default=None, description="how 03/04/2026 is meant")
    decimal: Literal[".", ","] | None = Field(default=None, description="none: found from the file")
    sheet: str | None = Field(default=None, description="sheet of a workbook; none: every sheet that fits")
    each: list[Each] = Field(default=[], description="none: a row of the file is one row")
    where: dict[str, str] = Field(default={}, description="header = what its cell has to say; other rows are left")

    def fits(self, sheet: Sheet) -> bool:
        """True where the sheet has all headers that this mapping asks for."""
        if self.sheet is not None and sheet.name and sheet.name != self.sheet:
            return False
        return {same_header(name) for name in self.asked} <= {same_header(name) for name in sheet.header}

    @property
    def asked(self) -> list[str]:
        """The headers by which a file is recognised."""
        named = (header for each in self.each for header in (*each.columns.values(), *each.where))
        return self.match.columns or [*self.columns.values(), *self.where, *named]

    def rows(self) -> list["Mapping"]:
        """This mapping once for every row that a row of the file becomes."""
        if not self.each:
            return [self]
        return [
            self.model_copy(
                update={
                    "columns": self.columns | each.columns,
                    "constants": self.constants | each.constants,
                    "where": self.where | each.where,
                    "each": [each],
                }
            )
            for each in self.each
        ]


def read_mapping(path: Path) -> Mapping:
    """The mapping saved at `path`.

    Raises ConfigProblem naming what is wrong in it: TOML, an unknown key, column or unit, a required column left out.
    """
    try:
        return mapping_of(path.read_text(encoding="utf-8-sig"), path.name)
    except OSError as problem:
        raise ConfigProblem(f"{path.name} cannot be read: {problem.strerror}. Check the path.") from None


def mapping_of(text: str, where: str) -> Mapping:
    """The mapping written in `text`; `where` names it in errors, as `read_mapping` raises them.

    >>> text = 'name = "x"\\ntarget = "cues"\\nsource = "x"\\n[columns]\\nathlete = "Who"\\ndat = "When"'
    >>> mapping_of(text, "x.toml")
    Traceback (most recent call last):
    analysis.base.errors.ConfigProblem: x.toml: 'dat' is no column of the target cues. Did you mean 'date'?
    """
    _refuse_open_lines(text, where)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigProblem(f"{where} is not valid TOML: {problem}. Correct that line.") from None
    mapping = checked(Mapping, content, where)
    for row in mapping.rows():
        _refuse_incoherent(row, where)
    return mapping


def _refuse_open_lines(text: str, where: str) -> None:
    """What a proposal left open is decided by a person: a metric or a unit that was guessed looks like one known."""
    for line_no, line in enumerate(text.splitlines(), 1):
        said, _, choices = line.partition("#")
        if re.search(r'(^|[\s={,])"\?', said):
            remedy = choices.strip() or "Write what it is"
            raise ConfigProblem(f"{where}, line {line_no}: {said.strip()} is still to be decided. {remedy}.")


def _refuse_incoherent(mapping: Mapping, where: str) -> None:
    target = TARGETS[mapping.target]
    for name in (*mapping.columns, *mapping.constants):
        if name not in target.fields:
            near = difflib.get_close_matches(name, target.fields, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(target.fields)}."
            raise ConfigProblem(f"{where}: {name!r} is no column of the target {target.name}. {hint}")
    filled = {*mapping.columns, *mapping.constants}
    for name in target.required:
        if name not in filled:
            raise ConfigProblem(f"{where}: {name!r} is not mapped. Add it under [columns] or [constants].")
    for name in (*mapping.units, *mapping.values):
        if name not in filled:
            raise ConfigProblem(f"{where}: {name!r} has a unit or values but no column. Add it under [columns].")
    for name, unit in mapping.units.items():
        column = target.column(name)
        if column is None or column.unit is None:
            raise ConfigProblem(f"{where}: {name!r} has no unit. Remove it from [units].")
        factor(unit, column.unit)
    for name, said in mapping.values.items():
        if (column := target.column(name)) and (known := column.words):
            for ours in said.values():
                _refuse_unknown_words(ours, known, name, where)


def _refuse_unknown_words(ours: str, known: Words, name: str, where: str) -> None:
    try:
        cells.words(ours, known)
    except cells.BadCell as bad:
        raise ConfigProblem(f"{where}: {ours!r} under [values.{name}] {bad.check}. {bad.remedy}") from None


@cache
def built_in() -> tuple[Mapping, ...]:
    """The mappings of the workbook's own templates."""
    folder = files("analysis.ingest.mapping").joinpath("saved")
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(mapping_of(entry.read_text(encoding="utf-8"), entry.name) for entry in entries)
