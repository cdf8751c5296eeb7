"""The rows of a sheet by a column mapping: which cells are read, in which unit, and what an empty one means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from analysis.base.errors import UnreadableFile
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.exercises import catalogue
from analysis.ingest.logs.log import external_load_kg
from analysis.ingest.mapping.fields import Written
from analysis.ingest.mapping.headers import says_whose
from analysis.ingest.mapping.mapping import Mapping
from analysis.ingest.mapping.targets import ATHLETE, GIVEN_ID, TARGETS, TIME, Target
from analysis.ingest.reading import Options
from analysis.ingest.rows import Parts, Problem, Row, local_start
from analysis.ingest.sports import sports
from analysis.ingest.watch.naming import Named


@dataclass(frozen=True)
class MappedForm:
    """A mapping as it applies to one sheet: the sheet's own headers, its decimal mark and date order."""

    mapping: Mapping
    target: Target
    header: dict[str, str]  # field -> header as it stands in the sheet
    constants: dict[str, str]  # label -> value, cells that every row has
    given: dict[str, object]  # field -> what a constant says for it
    written: Written
    conditions: dict[str, str]  # header as it stands in the sheet -> what its cell has to say
    own: tuple[str, ...]  # headers that only this row of several reads; all empty, there is no such row
    options: Options

    @classmethod
    def of(
        cls, sheet: Sheet, mapping: Mapping, file_name: str, options: Options, shared: Iterable[str] = ()
    ) -> "MappedForm":
        """`shared` headers are read by other mappings of the sheet too.

        Raises UnreadableFile where a required column is not in the sheet, or several names that nobody maps are.
        """
        target = TARGETS[mapping.target]
        there = sheet.columns()
        wanted = {field: there.get(same_header(name)) for field, name in mapping.columns.items()}
        header = {field: name for field, name in wanted.items() if name is not None}
        labels = {field: f"{field} (constant of the mapping)" for field in mapping.constants}
        there_or_given = header.keys() | labels.keys()
        for names in (*((name,) for name in target.required), *target.one_of):
            if there_or_given.isdisjoint(names):
                wanted = next(mapping.columns[name] for name in names if name in mapping.columns)
                raise UnreadableFile(
                    f"{file_name} has no column {wanted!r}, which {mapping.name} needs. "
                    "Add the column, or correct the mapping."
                )
        if ATHLETE not in there_or_given:
            _refuse_unmapped_names(sheet, mapping, header, file_name)
        first = _day_first(sheet, mapping, header.get("date"))
        return cls(
            mapping=mapping,
            target=target,
            header=labels | header,
            constants={label: str(mapping.constants[field]) for field, label in labels.items()},
            given={name: value for name, value in mapping.given.items() if name not in header},
            written=mapping.written(sheet.said.decimal or sheet.decimal, first),
            conditions=_conditions(mapping, there, file_name),
            own=_own_headers(mapping, target, header, shared),
            options=options,
        )

    @property
    def canonical(self) -> dict[tuple[str, str], str]:
        return {self.target.fields[field]: name for field, name in self.header.items()}

    @staticmethod
    def notes(forms: list["MappedForm"], sheet: Sheet, mapping: Mapping, shared: Iterable[str] = ()) -> Iterator[str]:
        """What was made of the sheet, and what of it and of the mapping was not used."""
        yield from sheet.notes(forms[0].header.get("date"))
        used = {same_header(name) for form in forms for name in (*form.header.values(), *form.conditions)} | {*shared}
        if unused := [name for name in sheet.header if name.strip() and same_header(name) not in used]:
            yield f"Columns that {mapping.name} does not map, kept in the raw rows only: {', '.join(unused)}."
        columns = ((form, field, name) for form in forms for field, name in form.mapping.columns.items())
        if absent := dict.fromkeys(name for form, field, name in columns if field not in form.header):
            yield f"Columns of {mapping.name} that the file has not: {', '.join(absent)}."
        if mapping.target == "reps" and any("rep_no" not in form.header for form in forms):
            yield (
                "The file has no repetition numbers, so each row is one set with one value. "
                "Let device say whether that of the best repetition or the mean of all: one is never the other."
            )


def _own_headers(mapping: Mapping, target: Target, header: dict[str, str], shared: Iterable[str]) -> tuple[str, ...]:
    """The headers of which a row fills one, or has nothing to say to this mapping.

    Of one of several rows its own; of one mapping among several what the others do not read; else what is beside whose
    the row is and when, where nothing else is needed.
    """
    if mapping.each:
        return tuple(header[field] for each in mapping.each for field in each.columns if field in header)
    others = {same_header(name) for name in shared}
    beside = {field: name for field, name in header.items() if field not in (ATHLETE, "date", TIME)}
    alone = tuple(name for name in beside.values() if same_header(name) not in others)
    says_when = "date" in target.fields  # a row of the roster says enough with a name
    return alone if says_when and (others or beside.keys().isdisjoint(target.required)) else ()


def _refuse_unmapped_names(sheet: Sheet, mapping: Mapping, header: dict[str, str], file_name: str) -> None:
    """Several people are never taken for the one whose folder it is."""
    for name in sheet.header:
        if name not in header.values() and says_whose(name):
            several = list(dict.fromkeys(cell.strip() for cell in sheet.column(name)))
            if len(several) > 1:
                raise UnreadableFile(
                    f"{file_name} has several names in its column {name!r}, which {mapping.name} does not map. "
                    "Map it to athlete, or say under [constants] whose all rows are."
                )


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
    found = {field: _value(row, field, form) for field in form.target.fields if field in form.header}
    for field, value in found.items():
        table, column = form.target.fields[field]
        parts[table][column] = value
    for name in dict.fromkeys((ATHLETE, *form.target.required)):
        if name in form.header:
            row.demand(form.header[name], found[name])
    for names in form.target.one_of:
        there = [name for name in names if name in form.header]
        row.demand(form.header[there[0]], next((found[name] for name in there if found[name] is not None), None))
    if "load_kg" in form.header and "sets" in parts:
        raw = row.text(form.header["load_kg"])
        parts["sets"]["load_raw"] = raw
        parts["sets"]["unit_raw"] = cells.unit_said(raw or "", "kg") or form.mapping.units.get("load_kg", "kg")
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
    parts[main]["external_name"] = parts[main].pop(athlete, None)  # None: the folder or the importer says
    if GIVEN_ID in parts[main]:
        parts[main]["given_id"] = parts[main].pop(GIVEN_ID)
    for table in {table for table, column in form.target.fields.values() if column == "side"}:
        parts[table]["side"] = parts[table].get("side") or "B"
    if "set_kind" in parts.get("sets", {}):
        parts["sets"]["set_kind"] = parts["sets"]["set_kind"] or "work"
    if "sets" in parts:  # only a table with lifts rests on the catalogue
        known, raw_name = catalogue(form.options.exercises), parts["sets"]["exercise_raw"] or ""
        exercise = parts["sets"]["exercise"] = known.resolve(raw_name)
        parts["sets"]["load_kg"] = external_load_kg(parts["sets"].get("load_kg"), "kg", exercise, known, raw_name)
    if "runs" in parts:
        sport = parts["runs"]["sport"] = parts["runs"].get("sport") or "run"
        named = Named(sports(form.options.sports).named(sport))
        parts["runs"]["activity"], parts["sessions"]["kind"] = named.activity, named.kind
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
    if field in form.given:
        return form.given[field]
    header = form.header[field]
    if form.target.is_text(field):
        raw = row.text(header)
        return raw and form.written.read(raw, field, form.target)
    return row.read(header, partial(form.written.read, name=field, target=form.target))
