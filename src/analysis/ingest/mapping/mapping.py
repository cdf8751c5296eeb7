"""Any CSV or XLSX by a column mapping: a small TOML file that says which column of a device is which quantity.

A mapping is asked for, not guessed: makers write mean, mean propulsive and peak velocity under the same word.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.base.config import checked
from analysis.base.errors import ConfigProblem, UnreadableFile
from analysis.base.tables import TABLES, Column
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import Said, Sheet, header_of, read_delimited, read_workbook, same_header
from analysis.ingest.exercises import catalogue
from analysis.ingest.mapping.targets import ALIASES, ATHLETE, GIVEN_ID, TARGETS, TIME, Target
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Pass, Problem, Row, Taken, local_start, take_each

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_BOOK_SUFFIXES = (".xlsx", ".xlsm")


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


@cache
def built_in() -> tuple[Mapping, ...]:
    """The mappings of the workbook's own templates."""
    folder = files("analysis.ingest.mapping").joinpath("saved")
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(mapping_of(entry.read_text(encoding="utf-8"), entry.name) for entry in entries)


def mapping_for(path: Path, options: Options) -> Mapping:
    """The mapping that the file at `path` is read by; of a workbook, that of its first sheet that fits one.

    Raises UnreadableFile where none fits.
    """
    return _mapped(_sheets(path, options.said), path, options)[0][1]


def recognises(path: Path, head: bytes) -> bool:
    """True for text in columns and for workbooks; this reader is asked last, and `read` says what it lacks."""
    if path.suffix.lower() in _BOOK_SUFFIXES:
        return head.startswith(b"PK")
    return path.suffix.lower() in _TEXT_SUFFIXES and bool(header_of(head))


def read(path: Path, options: Options) -> Reading:
    """The file at `path` by the mapping that was named, else the first that fits: saved ones, then the templates'.

    Raises UnreadableFile where no mapping fits or the file is damaged, ConfigProblem where a mapping is wrong.
    """
    sheets = _sheets(path, options.said)
    mapped = _mapped(sheets, path, options)
    source = mapped[0][1].source
    mapped = [(sheet, mapping) for sheet, mapping in mapped if mapping.source == source]
    ledger = Ledger()
    notes: list[str] = _left_out(sheets, mapped)
    taken: dict[str, list[Taken]] = {}
    for sheet, mapping in mapped:
        forms = [_Form.of(sheet, row, path.name, options) for row in mapping.rows()]
        notes += _Form.notes(forms, sheet, mapping)
        passes = [Pass(partial(_read_row, form=form), form.canonical) for form in forms]
        taken.setdefault(mapping.target, []).extend(take_each(sheet, passes, ledger))
    return ledger.reading(
        source,
        reader="mapping",
        tables=_assembled(taken, ledger),
        dialect=_dialect(mapped),
        notes=tuple(notes),
    )


READER = Reader(
    "mapping",
    "CSV or XLSX by a column mapping",
    recognises,
    read,
    takes="the columns that the mapping names, in the units that it names; wide tables a row for each part",
    leaves="columns that the mapping does not name; rows that answer none of its conditions",
)


def _sheets(path: Path, said: Said) -> list[Sheet]:
    return read_workbook(path, said) if path.suffix.lower() in _BOOK_SUFFIXES else [read_delimited(path, said)]


def _mapped(sheets: list[Sheet], path: Path, options: Options) -> list[tuple[Sheet, Mapping]]:
    """The sheets with their mappings; sheets that fit none are left out."""
    if options.mapping is not None:
        named = read_mapping(options.mapping)
        chosen = [(sheet, named) for sheet in sheets if named.fits(sheet)]
        if not chosen:
            raise UnreadableFile(f"{path.name} does not fit {options.mapping.name}: {_lacking(named, sheets)}")
        return chosen
    known = (*_saved(options), *built_in())
    pairs = ((sheet, next((mapping for mapping in known if mapping.fits(sheet)), None)) for sheet in sheets)
    chosen = [(sheet, mapping) for sheet, mapping in pairs if mapping is not None]
    if not chosen:
        found = "; ".join(_listed(sheet.header) for sheet in sheets) or "nothing"
        raise UnreadableFile(
            f"{path.name} has the columns {found}, which no column mapping knows. "
            "`workbook check --suggest` on it proposes one to save in mappings/."
        )
    return chosen


def _listed(header: tuple[str, ...], most: int = 12) -> str:
    more = f" and {len(header) - most} more" if len(header) > most else ""
    return ", ".join(header[:most]) + more


def _saved(options: Options) -> Iterator[Mapping]:
    for folder in options.mapping_folders:
        yield from map(read_mapping, sorted(folder.glob("*.toml")))


def is_saved_for(head: bytes, options: Options) -> bool:
    """Whether a saved mapping fits the header in the first bytes of a text file."""
    there = set(header_of(head))
    return any({same_header(name) for name in saved.asked} <= there for saved in _saved(options))


def _lacking(mapping: Mapping, sheets: list[Sheet]) -> str:
    there = {same_header(name) for sheet in sheets for name in sheet.header}
    absent = [name for name in mapping.asked if same_header(name) not in there]
    if absent:
        return f"it has no column {', '.join(absent)}. Correct the headers in the mapping."
    return f"no sheet is called {mapping.sheet!r}, or none has all columns. Correct the sheet in the mapping."


def _left_out(sheets: list[Sheet], mapped: list[tuple[Sheet, Mapping]]) -> list[str]:
    used = {id(sheet) for sheet, _ in mapped}
    names = [sheet.name for sheet in sheets if id(sheet) not in used]
    return [f"Sheets that were left out, as no mapping of the same source fits: {', '.join(names)}."] if names else []


def _dialect(mapped: list[tuple[Sheet, Mapping]]) -> dict:
    sheet = mapped[0][0]
    sheets = {} if sheet.dialect else {"sheets": [sheet.name for sheet, _ in mapped]}
    return {**sheet.form(), **sheets, "mapping": ", ".join(dict.fromkeys(mapping.name for _, mapping in mapped))}


def _assembled(taken: dict[str, list[Taken]], ledger: Ledger) -> dict[str, pd.DataFrame]:
    tables: dict[str, pd.DataFrame] = {}
    for target, rows in taken.items():
        for name, frame in TARGETS[target].frames(rows, ledger).items():
            tables[name] = pd.concat([tables[name], frame], ignore_index=True) if name in tables else frame
    return tables


@dataclass(frozen=True)
class _Form:
    """A mapping as it applies to one sheet: the sheet's own headers, its decimal mark and date order."""

    mapping: Mapping
    target: Target
    header: dict[str, str]  # field -> header as it stands in the sheet
    constants: dict[str, str]  # label -> value, cells that every row has
    decimal: str
    day_first: bool | None
    conditions: dict[str, str]  # header as it stands in the sheet -> what its cell has to say
    own: tuple[str, ...]  # headers that only this row of several reads; all empty, there is no such row
    options: Options

    @classmethod
    def of(cls, sheet: Sheet, mapping: Mapping, file_name: str, options: Options) -> "_Form":
        """Raises UnreadableFile where a required column is not in the sheet."""
        target = TARGETS[mapping.target]
        there = sheet.columns()
        wanted = {field: there.get(same_header(name)) for field, name in mapping.columns.items()}
        header = {field: name for field, name in wanted.items() if name is not None}
        labels = {field: f"{field} (constant of the mapping)" for field in mapping.constants}
        for field in target.required:
            if field not in header and field not in labels:
                raise UnreadableFile(
                    f"{file_name} has no column {mapping.columns[field]!r}, which {mapping.name} needs. "
                    "Add the column, or correct the mapping."
                )
        return cls(
            mapping=mapping,
            target=target,
            header=labels | header,
            constants={label: str(mapping.constants[field]) for field, label in labels.items()},
            decimal=sheet.said.decimal or mapping.decimal or sheet.decimal,
            day_first=_day_first(sheet, mapping, header.get("date")),
            conditions=_conditions(mapping, there, file_name),
            own=tuple(header[field] for each in mapping.each for field in each.columns if field in header),
            options=options,
        )

    @property
    def canonical(self) -> dict[tuple[str, str], str]:
        return {self.target.fields[field]: name for field, name in self.header.items()}

    @staticmethod
    def notes(forms: list["_Form"], sheet: Sheet, mapping: Mapping) -> Iterator[str]:
        """What of the sheet and of the mapping was not used."""
        used = {name for form in forms for name in (*form.header.values(), *form.conditions)}
        if unused := [name for name in sheet.header if name.strip() and name not in used]:
            yield f"Columns that {mapping.name} does not map, kept in the raw rows only: {', '.join(unused)}."
        columns = ((form, field, name) for form in forms for field, name in form.mapping.columns.items())
        if absent := dict.fromkeys(name for form, field, name in columns if field not in form.header):
            yield f"Columns of {mapping.name} that the file has not: {', '.join(absent)}."
        if mapping.target == "reps" and any("rep_no" not in form.header for form in forms):
            yield "The file has no repetition numbers, so each row is one set with one value."


def _day_first(sheet: Sheet, mapping: Mapping, header: str | None) -> bool | None:
    """As the importer said, else as the mapping says, else as the dates tell."""
    if sheet.said.day_first is None and mapping.day_first is not None:
        return mapping.day_first
    return sheet.day_first(header) if header else None


def _conditions(mapping: Mapping, there: dict[str, str], file_name: str) -> dict[str, str]:
    for name in mapping.where:
        if same_header(name) not in there:
            raise UnreadableFile(
                f"{file_name} has no column {name!r}, which {mapping.name} asks for under where. Correct the mapping."
            )
    return {there[same_header(name)]: said for name, said in mapping.where.items()}


def _is_asked_for(row: Row, form: _Form) -> bool:
    """Whether the row answers the conditions, and one of the cells of this row of several is filled."""
    answers = all((row.text(name) or "").casefold() == said.casefold() for name, said in form.conditions.items())
    return answers and (not form.own or any(not cells.is_missing(row.text(name) or "") for name in form.own))


def _read_row(row: Row, form: _Form) -> Parts | None:
    if not _is_asked_for(row, form):
        return None
    row.cells.update(form.constants)
    parts: Parts = {table: {} for table, _ in form.target.fields.values()}
    for field, (table, column) in form.target.fields.items():
        if field in form.header:
            parts[table][column] = _value(row, field, form)
    for field in form.target.required:
        table, column = form.target.fields[field]
        row.demand(form.header[field], parts[table][column])
    if "load_kg" in form.header and "sets" in parts:
        parts["sets"]["load_raw"] = row.text(form.header["load_kg"])
        parts["sets"]["unit_raw"] = form.mapping.units.get("load_kg", "kg")
    if form.target.name == "wellness":
        _demand_on_scale(row, parts["wellness"], form)
    return _told(parts, form)


def _demand_on_scale(row: Row, answer: dict, form: _Form) -> None:
    low, value, high = (answer.get(name) for name in ("scale_min", "value", "scale_max"))
    if value is None:
        return
    column, remedy = form.header["value"], "Correct the answer, or the scale in the mapping."
    if low is not None and value < low:
        row.problems.append(Problem(column, f"lies below its scale, which begins at {low:g}", str(value), remedy))
    if high is not None and value > high:
        row.problems.append(Problem(column, f"lies above its scale, which ends at {high:g}", str(value), remedy))


def _told(parts: Parts, form: _Form) -> Parts:
    """The parts with the names the assembly uses, and what an empty cell means."""
    main, athlete = form.target.fields[ATHLETE]
    parts[main]["external_name"] = parts[main].pop(athlete)
    if GIVEN_ID in parts[main]:
        parts[main]["given_id"] = parts[main].pop(GIVEN_ID)
    for table in {table for table, column in form.target.fields.values() if column == "side"}:
        parts[table]["side"] = parts[table].get("side") or "B"
    if "set_kind" in parts.get("sets", {}):
        parts["sets"]["set_kind"] = parts["sets"]["set_kind"] or "work"
    known = catalogue(form.options.exercises)
    if "sets" in parts:
        parts["sets"]["exercise"] = known.resolve(parts["sets"]["exercise_raw"] or "")
    if "cues" in parts:
        given = parts["cues"]["exercise"]
        parts["cues"]["exercise"] = known.resolve(given or "") or given
    if "sessions" in parts:
        parts["sessions"] |= local_start(_start(parts["sessions"]), form.options.config.zone)
    if parts.get("sessions", {}).get("status") in ("rest", "off"):
        parts["sessions"]["kind"] = parts["sessions"].get("kind") or "other"
    return parts


def _start(session: dict) -> datetime | None:
    day, at = session.get("local_date"), session.get(TIME)
    return datetime.combine(day, at) if day and at else None


def _value(row: Row, field: str, form: _Form) -> object:
    header = form.header[field]
    if field == "date":
        return row.read(header, partial(_day, form=form))
    if field == TIME:
        return row.read(header, _time)
    if field == "form_flags":
        return _form_flags(row.text(header))
    if field == GIVEN_ID:
        return row.read(header, _given_id)
    column = form.target.column(field)
    if field in (ATHLETE, ALIASES) or column is None:
        return row.text(header)
    if column.kind == "integer":
        return row.read(header, partial(cells.whole, decimal=form.decimal))
    if column.kind == "number":
        return row.read(header, partial(_quantity, column=column, field=field, form=form))
    return _word(row.text(header), column, form.mapping.values.get(field, {}))


def _quantity(raw: str, column: Column, field: str, form: _Form) -> float:
    unit = form.mapping.units.get(field)
    return cells.number(raw, form.decimal) * (factor(unit, column.unit) if unit else 1.0)


def _day(raw: str, form: _Form) -> date:
    if form.mapping.date_format is None:
        return cells.clock(raw, form.day_first).date()
    try:
        moment = datetime.strptime(raw, form.mapping.date_format)
    except ValueError:
        remedy = "Correct the cell, or date_format in the mapping."
        raise BadCell(f"is not a date of the form {form.mapping.date_format}", remedy) from None
    return cells.in_our_time(moment).date()


def _time(raw: str) -> time:
    """A time of day, also out of a full moment."""
    try:
        return cells.time_of_day(raw)
    except BadCell:
        return cells.clock(raw, day_first=True).time()


def _form_flags(raw: str | None) -> str | None:
    """Flags in lower case; "clean" is rated and clean, which is the empty text; an empty cell is not rated."""
    if raw is None:
        return None
    flags = re.split(r"[\s,;]+", raw.casefold())
    return "" if flags == ["clean"] else " ".join(flag for flag in flags if flag)


def _given_id(raw: str) -> str:
    if not re.fullmatch(TABLES["athletes"].column("athlete_id").pattern, raw):
        raise BadCell("is no athlete id", "Use lower-case letters, digits, _ and -, or leave it empty for a new id.")
    return raw


def _word(raw: str | None, column: Column, words: dict[str, str]) -> str | None:
    """A text by the mapping's own words, else one of the column's values whatever its case, else as it stands."""
    if raw is None:
        return None
    said = {word.casefold(): ours for word, ours in words.items()}
    allowed = {value.casefold(): value for value in column.values or ()}
    return said.get(raw.casefold()) or allowed.get(raw.casefold()) or raw
