"""The rows of a sheet by a column mapping: which cells are read, in which unit, and what an empty one means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from analysis.base.errors import UnreadableFile
from analysis.base.tables import TABLES, Column
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.exercises import catalogue
from analysis.ingest.mapping.mapping import Mapping
from analysis.ingest.mapping.targets import ALIASES, ATHLETE, GIVEN_ID, TARGETS, TIME, Target
from analysis.ingest.reading import Options
from analysis.ingest.rows import Parts, Problem, Row, local_start


@dataclass(frozen=True)
class MappedForm:
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
    def of(cls, sheet: Sheet, mapping: Mapping, file_name: str, options: Options) -> "MappedForm":
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
    def notes(forms: list["MappedForm"], sheet: Sheet, mapping: Mapping) -> Iterator[str]:
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


def _is_asked_for(row: Row, form: MappedForm) -> bool:
    """Whether the row answers the conditions, and one of the cells of this row of several is filled."""
    answers = all((row.text(name) or "").casefold() == said.casefold() for name, said in form.conditions.items())
    return answers and (not form.own or any(not cells.is_missing(row.text(name) or "") for name in form.own))


def read_row(row: Row, form: MappedForm) -> Parts | None:
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


def _demand_on_scale(row: Row, answer: dict, form: MappedForm) -> None:
    low, value, high = (answer.get(name) for name in ("scale_min", "value", "scale_max"))
    if value is None:
        return
    column, remedy = form.header["value"], "Correct the answer, or the scale in the mapping."
    if low is not None and value < low:
        row.problems.append(Problem(column, f"lies below its scale, which begins at {low:g}", str(value), remedy))
    if high is not None and value > high:
        row.problems.append(Problem(column, f"lies above its scale, which ends at {high:g}", str(value), remedy))


def _told(parts: Parts, form: MappedForm) -> Parts:
    """The parts with the names the assembly uses, and what an empty cell means."""
    main, athlete = form.target.fields[ATHLETE]
    parts[main]["external_name"] = parts[main].pop(athlete)
    if GIVEN_ID in parts[main]:
        parts[main]["given_id"] = parts[main].pop(GIVEN_ID)
    for table in {table for table, column in form.target.fields.values() if column == "side"}:
        parts[table]["side"] = parts[table].get("side") or "B"
    if "set_kind" in parts.get("sets", {}):
        parts["sets"]["set_kind"] = parts["sets"]["set_kind"] or "work"
    if "sets" in parts:  # only a table with lifts rests on the catalogue
        parts["sets"]["exercise"] = catalogue(form.options.exercises).resolve(parts["sets"]["exercise_raw"] or "")
    if "cues" in parts:
        given = parts["cues"]["exercise"]
        parts["cues"]["exercise"] = catalogue(form.options.exercises).resolve(given or "") or given
    if "sessions" in parts:
        parts["sessions"] |= local_start(_start(parts["sessions"]), form.options.config.zone)
    if parts.get("sessions", {}).get("status") in ("rest", "off"):
        parts["sessions"]["kind"] = parts["sessions"].get("kind") or "other"
    return parts


def _start(session: dict) -> datetime | None:
    day, at = session.get("local_date"), session.get(TIME)
    return datetime.combine(day, at) if day and at else None


def _value(row: Row, field: str, form: MappedForm) -> object:
    header = form.header[field]
    if field == "date":
        return row.read(header, partial(_day, form=form))
    if field == TIME:
        return row.read(header, _time)
    if field == GIVEN_ID:
        return row.read(header, _given_id)
    column = form.target.column(field)
    if field in (ATHLETE, ALIASES) or column is None:
        return row.text(header)
    if column.kind == "integer":
        return row.read(header, partial(cells.whole, decimal=form.decimal))
    if column.kind == "number":
        return row.read(header, partial(_quantity, column=column, field=field, form=form))
    said = form.mapping.values.get(field, {})
    if column.words is not None:
        return row.read(header, partial(cells.words, known=column.words.also(said)))
    return _word(row.text(header), column, said)


def _quantity(raw: str, column: Column, field: str, form: MappedForm) -> float:
    unit = form.mapping.units.get(field)
    return cells.number(raw, form.decimal) * (factor(unit, column.unit) if unit and column.unit else 1.0)


def _day(raw: str, form: MappedForm) -> date:
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


def _given_id(raw: str) -> str:
    pattern = TABLES["athletes"].column("athlete_id").pattern
    if pattern and not re.fullmatch(pattern, raw):
        raise BadCell("is no athlete id", "Use lower-case letters, digits, _ and -, or leave it empty for a new id.")
    return raw


def _word(raw: str | None, column: Column, words: dict[str, str]) -> str | None:
    """A text by the mapping's own words, else one of the column's values whatever its case, else as it stands."""
    if raw is None:
        return None
    said = {word.casefold(): ours for word, ours in words.items()}
    allowed = {value.casefold(): value for value in column.values or ()}
    return said.get(raw.casefold()) or allowed.get(raw.casefold()) or raw
