"""Any CSV or XLSX by a column mapping: the one that was named, else the first that fits its headers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from analysis.base.errors import ConfigProblem, UnreadableFile
from analysis.ingest.dialect import (
    Said,
    Sheet,
    form_of,
    header_of,
    heads_below,
    read_delimited,
    read_workbook,
    same_header,
)
from analysis.ingest.json_tables import sheets_by_keys
from analysis.ingest.json_values import looks_like_json
from analysis.ingest.mapping.mapped_rows import MappedForm, read_row
from analysis.ingest.mapping.mapping import Mapping, Unready, built_in, read_mapping, saved_mappings
from analysis.ingest.mapping.targets import TARGETS
from analysis.ingest.reading import Options, Reader, Reading, together
from analysis.ingest.rows import Ledger, Pass, Taken, joined, take

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_BOOK_SUFFIXES = (".xlsx", ".xlsm")
_JSON_SUFFIX = ".json"


def recognises(path: Path, head: bytes) -> bool:
    """True for text in columns, workbooks and JSON; this reader is asked last, and `read` says what it lacks."""
    if path.suffix.lower() == _JSON_SUFFIX:
        return looks_like_json(head)
    if path.suffix.lower() in _BOOK_SUFFIXES:
        return head.startswith(b"PK")
    return path.suffix.lower() in _TEXT_SUFFIXES and bool(header_of(head))


def read(path: Path, options: Options) -> Reading:
    """The file at `path` by the mapping that was named, else by all saved ones that fit, else by a template's.

    Raises UnreadableFile where no mapping fits or the file is damaged, ConfigProblem where one that fits is wrong.
    """
    return read_sheets(sheets_of(path, options.said), path, options)


def read_sheets(sheets: Sequence[Sheet], path: Path, options: Options) -> Reading:
    """The sheets of a file, as `read` says it."""
    mapped, notes = _mapped(sheets, path, options)
    sources = dict.fromkeys(one.mapping.source for one in mapped)
    by_source = [[one for one in mapped if one.mapping.source == source] for source in sources]
    notes += _left_out(sheets, mapped)
    return together([_read_source(some, path, options) for some in by_source], notes)


@dataclass(frozen=True, eq=False)
class Mapped:
    """A sheet and a mapping that fits it; `shared` are the headers that other mappings of the sheet read too."""

    sheet: Sheet
    mapping: Mapping
    shared: frozenset[str] = frozenset()


def _read_source(mapped: list[Mapped], path: Path, options: Options) -> Reading:
    """What the mappings of one source make of their sheets."""
    ledger = Ledger()
    notes: list[str] = []
    taken: dict[str, list[Taken]] = {}
    tables = []
    for one in mapped:
        sheet, mapping = one.sheet, one.mapping
        forms = [MappedForm.of(sheet, row, path.name, options, one.shared) for row in mapping.rows()]
        notes += MappedForm.notes(forms, sheet, mapping, one.shared)
        passes = [Pass(partial(read_row, form=form), form.canonical) for form in forms]
        date = forms[0].header.get("date")
        for part in sheet.by_days(date if date in sheet.header else None, forms[0].written.day_first):
            rows = take(part, passes, ledger)
            if part is sheet:
                taken.setdefault(mapping.target, []).extend(rows)
            else:
                tables.append(TARGETS[mapping.target].frames(rows, ledger, path, options))
    tables += [TARGETS[target].frames(rows, ledger, path, options) for target, rows in taken.items()]
    return ledger.reading(
        mapped[0].mapping.source,
        reader="mapping",
        tables=joined(tables),
        dialect=_dialect(mapped),
        notes=(*dict.fromkeys(notes), *ledger.notes),
    )


READER = Reader(
    "mapping",
    "CSV or XLSX by a column mapping",
    recognises,
    read,
    takes="the columns that the mapping names, in the units that it names; wide tables a row for each part",
    leaves="columns that the mapping does not name; rows that answer none of its conditions",
)


def sheets_of(path: Path, said: Said) -> list[Sheet]:
    """The sheets of a workbook, the tables of a JSON file, or the one of a text file."""
    if path.suffix.lower() == _JSON_SUFFIX:
        return sheets_by_keys(path, said)
    return read_workbook(path, said) if path.suffix.lower() in _BOOK_SUFFIXES else [read_delimited(path, said)]


def _mapped(sheets: Sequence[Sheet], path: Path, options: Options) -> tuple[list[Mapped], list[str]]:
    """The sheets with their mappings, and what is to be said of these; sheets that fit none are left out."""
    if options.mapping is not None:
        named = read_mapping(options.mapping)
        chosen = [(sheet, [named]) for each in sheets if (sheet := each.headed(named.fits)) is not None]
        if not chosen:
            raise UnreadableFile(f"{path.name} does not fit {options.mapping.name}: {_lacking(named, sheets)}")
        return _with_shared(chosen), []
    saved = saved_mappings(options.mapping_folders)
    notes = [f"{one.problem} It is not used." for one in saved if isinstance(one, Unready) and not one.asked]
    chosen = []
    for sheet in sheets:
        found, said = _fitting(sheet, saved)
        notes += said
        chosen += [found] if found else []
    if not chosen:
        found = "; ".join(_listed(sheet.below_title().header) for sheet in sheets) or "nothing"
        raise UnreadableFile(
            f"{path.name} has the columns {found}, which no column mapping knows. "
            f"`workbook check --suggest` on it proposes one to save in mappings/. {' '.join(notes)}".rstrip()
        )
    return _with_shared(chosen), notes


def _fitting(sheet: Sheet, saved: Sequence[Mapping | Unready]) -> tuple[tuple[Sheet, list[Mapping]] | None, list[str]]:
    """A sheet under its header with what reads it: all saved mappings that fit and do not clash, or a template's.

    Raises ConfigProblem where one that fits does not load.
    """
    for known in (saved, built_in()):
        headed = sheet.headed(lambda header, name="", known=known: any(one.fits(header, name) for one in known))
        fitting = [one for one in known if headed and one.fits(headed.header, headed.name)]
        if headed and fitting:
            return _without_clashes(headed, fitting if known is saved else fitting[:1])
    return None, []


def _without_clashes(
    sheet: Sheet, fitting: Sequence[Mapping | Unready]
) -> tuple[tuple[Sheet, list[Mapping]], list[str]]:
    used: list[Mapping] = []
    notes = []
    for one in fitting:
        if isinstance(one, Unready):
            raise ConfigProblem(one.problem)
        before = next((other for other in used if other.clashes_with(one)), None)
        if before is None:
            used.append(one)
        else:
            notes.append(f"The mapping {one.name} fits too and is not used, as {before.name} reads the same columns.")
    return (sheet, used), notes


def _with_shared(chosen: list[tuple[Sheet, list[Mapping]]]) -> list[Mapped]:
    mapped = []
    for sheet, several in chosen:
        for mapping in several:
            others = frozenset(header for other in several if other is not mapping for header in other.headers)
            mapped.append(Mapped(sheet, mapping, others))
    return mapped


def _listed(header: tuple[str, ...], most: int = 12) -> str:
    more = f" and {len(header) - most} more" if len(header) > most else ""
    return ", ".join(header[:most]) + more


def is_saved_for(header: Iterable[str], options: Options) -> bool:
    """Whether a saved mapping fits a header, also one that does not load."""
    there = list(header)
    return any(one.fits(there) for one in saved_mappings(options.mapping_folders))


def fits(header: Iterable[str], options: Options) -> bool:
    """Whether any mapping fits a header: one that was named or saved, or a template's."""
    there = list(header)
    named = [read_mapping(options.mapping)] if options.mapping else []
    return any(one.fits(there) for one in (*named, *built_in())) or is_saved_for(there, options)


def fits_head(mapping: Mapping, head: bytes) -> bool:
    """Whether a mapping fits the header in the first bytes of a text file, also below a title."""
    return any(mapping.fits(header_of(below)) for below in (head, *heads_below(head)))


def fits_sheet(sheet: Sheet, options: Options) -> bool:
    """Whether any mapping fits a sheet of a workbook, below its title."""
    if options.mapping is not None:
        return True
    known = (*saved_mappings(options.mapping_folders), *built_in())
    return sheet.headed(lambda header, name: any(one.fits(header, name) for one in known)) is not None


def _lacking(mapping: Mapping, sheets: Sequence[Sheet]) -> str:
    there = {same_header(name) for sheet in sheets for name in (*sheet.header, *sheet.below_title().header)}
    absent = [name for name in mapping.asked if same_header(name) not in there]
    if absent:
        return f"it has no column {', '.join(absent)}. Correct the headers in the mapping."
    return f"no sheet is called {mapping.sheet!r}, or none has all columns. Correct the sheet in the mapping."


def _left_out(sheets: Sequence[Sheet], mapped: list[Mapped]) -> list[str]:
    used = {one.sheet.name for one in mapped}
    names = [sheet.name for sheet in sheets if sheet.name not in used]
    return [f"Sheets that were left out, as no mapping fits: {', '.join(names)}."] if names else []


def _dialect(mapped: list[Mapped]) -> dict:
    names = ", ".join(dict.fromkeys(one.mapping.name for one in mapped))
    return form_of([one.sheet for one in mapped]) | {"mapping": names}
