"""What the facts of a sample, found by other means, say against our reading of it, in words that hold for any table.

`disagreements(path, facts)` is asked for one file: it is read, or refused by a reader that knows it. Facts about the
text of the file are compared in both cases, those about what it holds where it was read. A format adds facts of its
own, or other ways to compare one, under the name of its folder in `FORMATS`. Facts that nobody knows are named.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import lift_facts
import motion_facts
import pandas as pd
import watch_facts
from facts import Fact, count, same

from analysis.base.config import Config
from analysis.base.errors import UnitNeeded, UnreadableFile, WorkbookError
from analysis.ingest import registry
from analysis.ingest.dialect import Sheet, is_blank, read_delimited, read_workbook
from analysis.ingest.files import head_of
from analysis.ingest.mapping.mapping import built_in
from analysis.ingest.mapping.suggest import suggest
from analysis.ingest.reading import Options, Reading

BOOK_SUFFIXES = (".xlsx", ".xlsm")
# of columns whose header names none; a file asks for those that it has
UNITS = {
    **dict.fromkeys(("Total Distance", "Distance Total", "total_distance"), "m"),
    **{"Max Speed": "m/s", "max_vel": "mph"},
    **{"Athlete Standing Weight": "lb", "Jump Height (Imp-Mom)": "in"},
    **{"Contraction Time": "s", "RSI-modified (Imp-Mom)": "cm/s"},
}
UNITS_SAID = Options(load_unit="kg", distance_unit="km", config=Config(units=UNITS))
PROPOSED = {"wellness_forms"}  # folders of tables of somebody's own, which no mapping that is shipped can know
ANSWERS = {"kind": "other", "duration_s": "min", "direction": "neutral"}  # of words what they count as
NEVER_COMPARED = {"note", "units"}  # words for people; what a unit does to a value is a fact of the format


@dataclass(frozen=True, eq=False)
class Sample:
    """A file with the facts about it, and our reading of it, or the sentence that refuses it."""

    path: Path
    facts: dict
    reading: Reading | None
    refusal: str = ""

    @classmethod
    def of(cls, path: Path, facts: dict) -> "Sample":
        """The sample, read with the units that it may need said."""
        try:
            return cls(path, facts, _read(path))
        except WorkbookError as refusal:
            return cls(path, facts, None, str(refusal))

    @property
    def read(self) -> Reading:
        assert self.reading is not None
        return self.reading

    @cached_property
    def sheet(self) -> Sheet:
        """The text of the file as a table, with its first row as the header."""
        return read_delimited(self.path)

    @cached_property
    def lines(self) -> list[tuple[str, ...]]:
        """The rows that are not blank, from the header on; from the first where there is none."""
        rows = (self.sheet.header, *self.sheet.rows)
        above = self.facts.get("header_line", 0)
        return [row for row in rows[above:] if not is_blank(row)]

    @cached_property
    def source_rows(self) -> pd.DataFrame:
        """The rows that the reading keeps and that are not blank, their cells as text."""
        rows = self.read.source_rows
        rows = rows.assign(cells=[tuple(json.loads(raw)) for raw in rows["raw"]])
        return rows[[not is_blank(row) for row in rows["cells"]]].reset_index(drop=True) if len(rows) else rows

    def kept_row(self, spot: Mapping) -> tuple[str, ...] | None:
        """The kept row that a spot means, counted within its section, table or point where it names one."""
        rows = self.source_rows
        part = next((spot[name] for name in ("section", "table", "point") if name in spot), None)
        if part is not None and part in set(rows["sheet"]):
            rows = rows[rows["sheet"] == part]
        place = spot.get("data_row")
        return None if place is None or place >= len(rows) else rows["cells"].iloc[place]


def _read(path: Path) -> Reading:
    try:
        return registry.read(path, Options())
    except UnitNeeded:
        return registry.read(path, UNITS_SAID)
    except UnreadableFile as refusal:
        if path.parent.name not in PROPOSED or "--suggest" not in str(refusal):
            raise
        return _read_as_proposed(path)


def _read_as_proposed(path: Path) -> Reading:
    """The reading by the mapping that is proposed, each of its questions answered somehow."""
    kept = [line for line in suggest(path).splitlines() if not line.startswith("scale_")]
    answered = [re.sub(r'"\?"', f'"{ANSWERS.get(line.split(" ")[0], "3")}"', line) for line in kept]
    with TemporaryDirectory() as folder:
        mapping = Path(folder) / "proposed.toml"
        mapping.write_text("\n".join(answered), encoding="utf-8")
        return registry.read(path, Options(mapping=mapping))


def is_known(path: Path) -> bool:
    """Whether a reader or a mapping of ours knows the file; the reader of mappings, asked last, takes any table."""
    head = head_of(path)
    reader = next((reader for reader in registry.readers() if reader.recognises(path, head)), None)
    if reader is None or reader.name != "mapping":
        return reader is not None
    sheets = read_workbook(path) if path.suffix.lower() in BOOK_SUFFIXES else [read_delimited(path)]
    fits = [*(one.fits for one in registry.readers() if one.fits), *(mapping.fits for mapping in built_in())]
    return any(sheet.headed(lambda header, _, one=one: one(header)) for sheet in sheets for one in fits)


def disagreements(path: Path, facts: dict) -> dict[str, str]:
    """Fact -> what we found instead; empty where everything agrees."""
    sample = Sample.of(path, facts)
    of_the_text = OF_THE_TEXT | REFUSED_TOO.get(path.parent.name, {})
    known = of_the_text | OF_THE_READING | FORMATS.get(path.parent.name, {})
    found = {f"unknown fact {name}": str(facts[name]) for name in facts if name not in known.keys() | NEVER_COMPARED}
    if sample.reading is None and not is_known(path):
        return found | {"unread": sample.refusal}
    if sample.reading is None and not sample.refusal.endswith((".", "?")):
        found["refusal"] = f"no sentence: {sample.refusal}"
    if sample.reading is not None:
        found |= _cells_refused(sample)
    asked = known if sample.reading is not None else of_the_text
    pairs = ((name, asked[name](sample, facts[name])) for name in facts if name in asked)
    return found | {name: f"expected {facts[name]!r}, found {text}" for name, text in pairs if text is not None}


def _cells_refused(sample: Sample) -> dict[str, str]:
    """Cells that we refuse and others read; of dates the facts say how many, and a row may say another again."""
    rejects = sample.read.rejects
    others = rejects[~rejects["column"].isin([sample.facts.get("date_column"), "(row)"])]
    return {"rejects": "; ".join(others["reason"].unique()[:3])} if len(others) else {}


def _encoding(sample: Sample, expected: object) -> str | None:
    form = sample.sheet.dialect
    return same(form and form.encoding.removesuffix("-sig"), expected)


def _fields_per_row(sample: Sample, expected: object) -> str | None:
    widths = [len(row) for row in sample.lines[1:]]
    return same([min(widths), max(widths)], expected)


def _header_line(sample: Sample, expected: object) -> str | None:
    rows = (sample.sheet.header, *sample.sheet.rows)
    return same(next((n for n, row in enumerate(rows) if sample.facts.get("date_column") in row), None), expected)


def _date_column(sample: Sample, expected: object) -> str | None:
    return None if expected in sample.lines[0] else f"the columns {sample.lines[0]}"


def _has_header(sample: Sample, expected: object) -> str | None:
    """A first row with words in most of its cells is a header."""
    words = [cell for cell in sample.lines[0] if cell.strip() and cell.strip()[0].isalpha()]
    return same(len(words) * 2 > len(sample.lines[0]), expected)


# of the text of a table, whoever reads it
OF_THE_TEXT: dict[str, Fact] = {
    "bom": lambda sample, expected: same(sample.sheet.dialect and sample.sheet.dialect.bom, expected),
    "delimiter": lambda sample, expected: same(sample.sheet.dialect and sample.sheet.dialect.delimiter, expected),
    "encoding": _encoding,
    "columns": lambda sample, expected: same(len(sample.lines[0]), expected),
    "fields_per_row": _fields_per_row,
    "date_column": _date_column,
    "header": _has_header,
    "header_line": _header_line,
}


def _athletes(sample: Sample, expected: object) -> str | None:
    """The names that the file says, also in rows that hold nothing to take; a file of one person may say none."""
    tables = sample.read.tables.values()
    named = {name for table in tables if "external_name" in table for name in table["external_name"].dropna()}
    named |= set(sample.read.whose.values())
    cells = sample.source_rows["cells"]
    places = {place for row in cells for place, cell in enumerate(row) if cell in named}
    found = max([len(named), *(len({row[place] for row in cells if len(row) > place}) for place in places)])
    return None if expected is None or (expected == 1 and not named) else same(found, expected)


def _spots(sample: Sample, expected: object) -> str | None:
    assert isinstance(expected, list)
    missing = [spot for spot in expected if not _stands(sample, spot)]
    return f"no row kept with {missing}" if missing else None


def _stands(sample: Sample, spot: Mapping) -> bool:
    """Whether the value stands as text in the row that the spot means, in any where it means none."""
    row = sample.kept_row(spot)
    rows: Iterable[tuple[str, ...]] = sample.source_rows["cells"] if row is None else [row]
    return any(is_text_of(cell, spot["value"]) for cells in rows for cell in cells)


def is_text_of(cell: str, value: object) -> bool:
    """Whether a cell says a value: the same text, or the same number.

    >>> is_text_of("Hip ", "Hip "), is_text_of("79,55", 79.55), is_text_of("8", 8.5)
    (True, True, False)
    """
    if cell.strip() == str(value).strip():
        return True
    try:
        return float(cell.replace(",", ".")) == float(str(value))
    except ValueError:
        return False


def moments(reading: Reading) -> Iterator[tuple[datetime | None, datetime | None, date | None]]:
    """Of each dated row its start in UTC, its start on the wall clock, and its day."""
    for table in reading.tables.values():
        if "local_date" in table:
            for row in table.to_dict("records"):
                times = [row.get(name) for name in ("start_utc", "start_local", "local_date")]
                utc, local, day = (None if value is None or pd.isna(value) else pd.Timestamp(value) for value in times)
                yield utc, local, day and day.date()


def _date(choose: Callable) -> Fact:
    """The first or the last date of the rows that were taken, to the second, or to the day where they say no more."""

    def compared(sample: Sample, expected: object) -> str | None:
        text, written = (expected["iso"], expected["as_written"]) if isinstance(expected, dict) else (expected, None)
        if text is None:
            return None
        if written is not None and not sample.source_rows.empty:
            rows = sample.source_rows[[written in cells for cells in sample.source_rows["cells"]]]
            if rows.empty:
                return f"no row kept with {written}"
            if "taken" not in set(rows["became"]):  # it was left or refused, and said so
                return None
        found = list(moments(sample.read))
        whole = datetime.fromisoformat(str(text))
        if any(_is(moment, whole) for moment in found):
            return None
        days = [day for _, _, day in found if day is not None]
        nearest = choose(days) if days else None
        tolerance = 1 if whole.tzinfo else 0  # a moment of one zone may be on another day in the next
        agrees = nearest is not None and abs((nearest - whole.date()).days) <= tolerance
        return None if agrees else str(nearest)

    return compared


def _is(moment: tuple[datetime | None, datetime | None, date | None], expected: datetime) -> bool:
    utc, local, _ = moment
    if expected.tzinfo is not None:
        return utc is not None and abs((utc - expected.astimezone(UTC)).total_seconds()) < 1
    return local is not None and abs((local - expected).total_seconds()) < 1


def _unreadable_dates(sample: Sample, expected: object) -> str | None:
    rejects = sample.read.rejects
    rows = rejects[rejects["column"] == sample.facts.get("date_column")]
    return same(len(set(zip(rows["sheet"], rows["row_no"], strict=True))), expected)


def _exercises(sample: Sample, expected: object) -> str | None:
    sets = sample.read.tables.get("sets", pd.DataFrame({"exercise_raw": []}))
    return same(sets["exercise_raw"].nunique(), expected)


def _rows(sample: Sample, expected: object) -> str | None:
    """The rows that are kept; of a file that has no rows as text, its sessions."""
    kept = len(sample.source_rows)
    return same(kept or len(sample.read.tables.get("sessions", ())), expected)


def _parts(sample: Sample, expected: object) -> str | None:
    """The parts of a file, which a reading names as it names sheets."""
    return same(list(dict.fromkeys(sample.source_rows["sheet"])), expected)


# of what a table holds, as our reading has it
OF_THE_READING: dict[str, Fact] = {
    "rows": _rows,
    "athletes": _athletes,
    "date_first": _date(min),
    "date_last": _date(max),
    "spots": _spots,
    "unreadable_or_empty_dates": _unreadable_dates,
    "sections": _parts,
    "sessions": count("sessions"),
    "workouts": count("sessions"),
    "sets": count("sets"),
    "exercises": _exercises,
}


# by the folder of a format: facts about the text alone, which are compared where the file is refused too
REFUSED_TOO: dict[str, dict[str, Fact]] = motion_facts.OF_THE_TEXT

# by the folder of a format: facts that only it has, and those that it compares in its own way
FORMATS: dict[str, dict[str, Fact]] = {**watch_facts.FORMATS, **lift_facts.FORMATS, **motion_facts.FORMATS}
