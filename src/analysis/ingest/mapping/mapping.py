"""A column mapping: a small TOML file that says which column of a device is which quantity.

A mapping is asked for, not guessed: makers write mean, mean propulsive and peak velocity under the same word.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from analysis.base.config import checked
from analysis.base.errors import ConfigProblem
from analysis.base.units import factor
from analysis.base.words import Words
from analysis.ingest import cells
from analysis.ingest.dialect import same_header
from analysis.ingest.mapping.fields import Written, constant
from analysis.ingest.mapping.targets import ATHLETE, TARGETS, TIME

Constant = str | int | float | dt.date
_KEYS = (ATHLETE, "date", TIME)  # whose a row is and when: what several mappings of one sheet all read


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Strict):
    """How a file is recognised: the headers that must be there, without regard to case and spaces."""

    columns: list[str] = Field(default=[], description="none: all columns of the mapping")


def _as_text(said: object) -> object:
    """What words count as may be written as numbers."""
    return str(said) if isinstance(said, int | float) and not isinstance(said, bool) else said


Values = dict[str, dict[str, Annotated[str, BeforeValidator(_as_text)]]]


class Each(_Strict):
    """One of several rows that a row of the file becomes: a wide table has a column an item, a long one a word."""

    columns: dict[str, str] = Field(default={}, description="canonical name = header; empty cells make no row")
    constants: dict[str, Constant] = Field(default={}, description="canonical name = value")
    where: dict[str, str] = Field(default={}, description="header = what its cell has to say, for this row to be")
    values: Values = Field(default={}, description="canonical name = words of the file = our words, of this row")


Measured = Literal["reps", "sets", "runs", "splits", "sessions", "wellness", "trials", "angles"]
Administered = Literal["plan", "cues", "contacts", "athletes"]


class Mapping(_Strict):
    """A column mapping: which column of a file fills which canonical column."""

    name: str
    target: Literal[Measured, Administered]
    source: str = Field(description="where the data come from; sessions of one source are told apart by it")
    match: Match = Match()
    columns: dict[str, str] = Field(description="canonical name = header in the file")
    units: dict[str, str] = Field(default={}, description="canonical name = unit in the file")
    constants: dict[str, Constant] = Field(default={}, description="canonical name = value of every row")
    values: Values = Field(
        default={}, description="canonical name = words of the file = our words, of a number what they count as"
    )
    date_format: str | None = Field(default=None, description="as in strptime, where dates are unusual")
    day_first: bool | None = Field(default=None, description="how 03/04/2026 is meant")
    decimal: Literal[".", ","] | None = Field(default=None, description="none: found from the file")
    sheet: str | None = Field(default=None, description="sheet of a workbook; none: every sheet that fits")
    each: list[Each] = Field(default=[], description="none: a row of the file is one row")
    where: dict[str, str] = Field(default={}, description="header = what its cell has to say; other rows are left")

    def fits(self, header: Iterable[str], sheet_name: str = "") -> bool:
        """True where the header of a sheet has all columns that this mapping asks for."""
        if self.sheet is not None and sheet_name and sheet_name != self.sheet:
            return False
        return {same_header(name) for name in self.asked} <= {same_header(name) for name in header}

    @property
    def asked(self) -> list[str]:
        """The headers by which a file is recognised."""
        named = (header for each in self.each for header in (*each.columns.values(), *each.where))
        return self.match.columns or [*self.columns.values(), *self.where, *named]

    @property
    def headers(self) -> set[str]:
        """All headers that it reads, as `same_header` compares."""
        return {same_header(header) for row in self.rows() for header in (*row.columns.values(), *row.where)}

    @property
    def answers(self) -> set[str]:
        """The headers that it reads beside those which say whose a row is and when, as `same_header` compares."""
        return {same_header(header) for row in self.rows() for name, header in row.columns.items() if name not in _KEYS}

    def clashes_with(self, other: "Mapping") -> bool:
        """Whether both make the same of a row: cells of one column for one target, of rows that both ask for."""
        if self.target != other.target:
            return False
        return any(_overlap(one, another) for one in self.rows() for another in other.rows())

    @property
    def given(self) -> dict[str, object]:
        """The constants as values of their fields; `mapping_of` has seen that they can be."""
        target, written = TARGETS[self.target], self.written()
        return {name: constant(value, name, target, written) for name, value in self.constants.items()}

    def written(self, decimal: str = ".", day_first: bool | None = None) -> Written:
        """How cells are written by this mapping, else as the file is found to be."""
        first = self.day_first if day_first is None else day_first
        return Written(self.units, self.values, self.decimal or decimal, first, self.date_format)

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
                    "values": self.values | each.values,
                    "each": [each],
                }
            )
            for each in self.each
        ]


def _overlap(one: Mapping, other: Mapping) -> bool:
    """Whether two mappings without parts read one cell for one target."""
    first = {same_header(header): word.casefold() for header, word in one.where.items()}
    second = {same_header(header): word.casefold() for header, word in other.where.items()}
    if any(first[header] != second[header] for header in first.keys() & second.keys()):
        return False
    return not one.answers.isdisjoint(other.answers) or one.answers == other.answers


@dataclass(frozen=True)
class Unready:
    """A saved mapping that does not load: why, and the headers it asks for, as far as it can be told."""

    name: str
    problem: str
    asked: tuple[str, ...]

    def fits(self, header: Iterable[str], _sheet_name: str = "") -> bool:
        """Whether a table has all those headers, so that nobody can read it before the mapping is mended."""
        return bool(self.asked) and {same_header(name) for name in self.asked} <= {same_header(name) for name in header}


def saved_mappings(folders: Iterable[Path]) -> list[Mapping | Unready]:
    """The mappings saved in folders, in the order of their file names; one that is wrong stops no other."""
    return [_ready_or_not(path) for folder in folders for path in sorted(folder.glob("*.toml"))]


def _ready_or_not(path: Path) -> Mapping | Unready:
    try:
        return read_mapping(path)
    except ConfigProblem as problem:
        return Unready(path.name, str(problem), _headers_in(path))


def _headers_in(path: Path) -> tuple[str, ...]:
    """The headers that a mapping asks for, whatever else is wrong in it; none where its text is no TOML."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ()
    parts = [content, *(each for each in _listed(content.get("each")) if isinstance(each, dict))]
    named = [name for part in parts for name in (*_table(part, "columns").values(), *_table(part, "where"))]
    matched = _listed(_table(content, "match").get("columns"))
    return tuple(name for name in matched or named if isinstance(name, str) and not name.startswith("?"))


def _table(content: dict, key: str) -> dict:
    """The table below a key; an empty one where something else stands there."""
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def read_mapping(path: Path) -> Mapping:
    """The mapping saved at `path`.

    Raises ConfigProblem naming what is wrong in it: TOML, an unknown key, column or unit, a required column left out.
    """
    try:
        return mapping_of(path.read_text(encoding="utf-8-sig"), path.name)
    except OSError as problem:
        raise ConfigProblem(f"{path.name} cannot be read: {problem.strerror}. Check the path.") from None
    except UnicodeDecodeError:
        raise ConfigProblem(f"{path.name} is not written in UTF-8. Save it again as UTF-8.") from None


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
    for names in target.one_of:
        if filled.isdisjoint(names):
            raise ConfigProblem(f"{where}: one of {', '.join(names)} is needed. Add it under [columns] or [constants].")
    for name in (*mapping.units, *mapping.values):
        if name not in filled:
            raise ConfigProblem(f"{where}: {name!r} has a unit or values but no column. Add it under [columns].")
    for name, unit in mapping.units.items():
        column = target.column(name)
        if column is None or column.unit is None:
            raise ConfigProblem(f"{where}: {name!r} has no unit. Remove it from [units].")
        factor(unit, column.unit)
    for name, said in mapping.values.items():
        column = target.column(name)
        for ours in said.values():
            if column and (known := column.words):
                _refuse_unknown_words(ours, known, name, where)
            elif column and column.kind in ("number", "integer"):
                _refuse_no_number(ours, name, where)
    _refuse_constants(mapping, where)


def _refuse_constants(mapping: Mapping, where: str) -> None:
    """A constant that no row could have is told once, and not of every row."""
    written = mapping.written()
    for name, value in mapping.constants.items():
        try:
            constant(value, name, TARGETS[mapping.target], written)
        except cells.BadCell as bad:
            raise ConfigProblem(f"{where}: {name} = {value!r} under [constants] {bad.check}. {bad.remedy}") from None
    low, high = mapping.constants.get("scale_min"), mapping.constants.get("scale_max")
    if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
        raise ConfigProblem(
            f"{where}: the scale begins at {low:g} and ends at {high:g}. Correct scale_min or scale_max."
        )


def _refuse_no_number(ours: str, name: str, where: str) -> None:
    try:
        cells.number(ours)
    except cells.BadCell:
        raise ConfigProblem(
            f"{where}: {ours!r} under [values.{name}] is no number. Write what the word counts as on its scale."
        ) from None


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
