"""The table beside recordings: a CSV in their folder that says of each file its day, lift, load and more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.base.files import printable
from analysis.base.names import name_key
from analysis.ingest.cells import quantity, unit_said, whole
from analysis.ingest.dialect import Sheet, read_delimited
from analysis.ingest.files import head_of
from analysis.ingest.logs.log import LOAD_UNITS, load_unit
from analysis.ingest.motion.naming import Said
from analysis.ingest.reading import Options
from analysis.ingest.rows import Ledger, Parts, Row, take
from analysis.ingest.table_format import Content, Form, Line, TableFormat, pass_of

RECORDINGS = (".mot", ".sto", ".trc")
_LARGEST = 1_000_000  # bytes
_MOST = 50  # tables of a folder
_WHEN_CORRECTED = "When the table is corrected, read those files once more: workbook ingest --again FOLDER."


class _Beside(TableFormat):
    def recognises(self, path: Path, head: bytes) -> bool:
        """True for a table that names recordings and says something of them."""
        return super().recognises(path, head) and any(ending.encode() in head.lower() for ending in RECORDINGS)

    def fits(self, header: Sequence[str]) -> bool:
        """A column of files, and one of what was lifted in them or when."""
        return super().fits(header) and len(self.columns(header)) > 1

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """Nothing of its own: its recordings look into it."""
        rows = len(take(sheet, [pass_of(form, _read_line, {})], ledger))
        return Content({}, (f"Rows that say what was filmed in a file beside this table: {rows}. {_WHEN_CORRECTED}",))


def _read_line(line: Line) -> Parts:
    line.demand("file", line.text("file"))
    _said_in(line)
    return {}


def _said_in(line: Line) -> dict[str, object]:
    """What a row says, typed; what cannot be is among its problems."""
    load = line.text("load")
    day = line.moment("date")
    return {
        "day": day.date() if day else None,
        "lift": line.text("lift"),
        "load": load,
        "load_kg": _load_kg(line, load) if load else None,
        "rep_no": line.read("rep", whole),
        "athlete": line.text("athlete"),
        "device": line.text("device"),
    }


def _load_kg(line: Line, load: str) -> float | None:
    """A load by the unit behind it, that of its column, or what was said of all; UnitNeeded where nobody says it."""
    unit = unit_said(load, "kg") or line.unit("load")
    if not unit and line.number("load") not in (None, 0.0):
        unit = load_unit(line)
    return line.read("load", lambda cell: quantity(cell, line.form.decimal, unit or "kg", "kg"))


def said_beside(path: Path, options: Options) -> Said:
    """What a table in the folder of a recording says of it; nothing where none names it.

    Raises UnreadableFile where two rows name it, or one says what cannot be.
    """
    found = [(table, line) for table in _tables_in(path.parent) for line in _lines_of(table, path, options)]
    if not found:
        return Said("")
    if len(found) > 1:
        tables = " and ".join(dict.fromkeys(printable(table.name) for table, _ in found))
        raise UnreadableFile(f"{printable(path.name)} is named in {len(found)} rows of {tables}. Leave one of them.")
    table, line = found[0]
    values = _said_in(line)
    if line.row.problems:
        why = " ".join(problem.reason for problem in line.row.problems)
        raise UnreadableFile(f"{printable(path.name)} has a row in {printable(table.name)} that cannot be read. {why}")
    return Said(printable(table.name), values)


def _tables_in(folder: Path) -> list[Path]:
    try:
        there = sorted(one for one in folder.iterdir() if one.suffix.lower() in BESIDE.suffixes)[:_MOST]
        small = [one for one in there if one.is_file() and one.stat().st_size <= _LARGEST]
        return [one for one in small if BESIDE.recognises(one, head_of(one))]
    except OSError:
        return []


def _lines_of(table: Path, path: Path, options: Options) -> Iterator[Line]:
    """The rows of a table that name a recording, with or without its ending and folders."""
    sheet = read_delimited(table, options.said).headed(lambda header, _: BESIDE.fits(header))
    if sheet is None:
        return
    form = BESIDE.form(sheet, table, options)
    names = {name_key(path.name), name_key(path.stem)}
    for row_no, cells in sheet.numbered():
        line = Line(Row(sheet.name, row_no, dict(zip(sheet.header, cells, strict=False))), form)
        if name_key((line.text("file") or "").replace("\\", "/").rpartition("/")[2]) in names:
            yield line


BESIDE = _Beside(
    name="recordings",
    title="table beside recordings of motion (CSV)",
    suffixes=(".csv", ".tsv", ".txt"),
    headers={
        "file": (
            *("file", "filename", "file name", "video", "recording", "datei", "dateiname"),
            *("fichier", "archivo", "arquivo", "bestand", "fil"),
        ),
        "date": ("date", "day", "datum", "tag", "fecha", "data", "dato"),
        "lift": (
            *("exercise", "lift", "movement", "übung", "exercice", "ejercicio", "esercizio", "exercício"),
            *("oefening", "övning", "øvelse"),
        ),
        "load": {
            **dict.fromkeys(("load", "weight", "last", "gewicht", "charge", "poids", "carga", "peso", "carico"), ""),
            **{"load_kg": "kg", "weight_kg": "kg", "load_lb": "lb", "weight_lb": "lb"},
        },
        "rep": ("rep", "rep_no", "repetition", "wiederholung", "répétition", "repetición", "ripetizione", "repetição"),
        "athlete": ("athlete", "athlet", "athletin", "athlète", "atleta"),
        "device": ("device", "tool", "system", "gerät", "appareil", "dispositivo"),
    },
    units={"load": LOAD_UNITS},
    needed=("file",),
    takes="what was filmed in recordings beside it: file, day, lift, load, number of the first repetition, athlete",
    leaves="nothing of its own; a recording that it does not name says what was filmed by its name",
)
READER = replace(BESIDE.reader(), fits=None, read_sheets=None)  # known by the names in it, which a header does not tell
