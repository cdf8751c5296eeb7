"""Any CSV or XLSX by a column mapping: the one that was named, else the first that fits its headers."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest.dialect import Said, Sheet, header_of, read_delimited, read_workbook, same_header
from analysis.ingest.mapping.mapped_rows import MappedForm, read_row
from analysis.ingest.mapping.mapping import Mapping, built_in, read_mapping
from analysis.ingest.mapping.targets import TARGETS
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.rows import Ledger, Pass, Taken, joined, take

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_BOOK_SUFFIXES = (".xlsx", ".xlsm")


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
    tables = []
    for sheet, mapping in mapped:
        forms = [MappedForm.of(sheet, row, path.name, options) for row in mapping.rows()]
        notes += MappedForm.notes(forms, sheet, mapping)
        passes = [Pass(partial(read_row, form=form), form.canonical) for form in forms]
        date = forms[0].header.get("date")
        for part in sheet.by_days(date if date in sheet.header else None, forms[0].day_first):
            rows = take(part, passes, ledger)
            if part is sheet:
                taken.setdefault(mapping.target, []).extend(rows)
            else:
                tables.append(TARGETS[mapping.target].frames(rows, ledger))
    tables += [TARGETS[target].frames(rows, ledger) for target, rows in taken.items()]
    return ledger.reading(
        source,
        reader="mapping",
        tables=joined(tables),
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
    return any(fits_head(saved, head) for saved in _saved(options))


def fits_head(mapping: Mapping, head: bytes) -> bool:
    """Whether a mapping fits the header in the first bytes of a text file."""
    return {same_header(name) for name in mapping.asked} <= set(header_of(head))


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
