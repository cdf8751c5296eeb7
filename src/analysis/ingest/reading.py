"""What a reader delivers: canonical frames, every source row, and the rejects with their reasons.

A reader knows one format. It does not know the store, the athletes or the workspace: it names the athlete by the
name that the file uses (`external_name`, None where the file has none) and a session by the source's own key
(`session_key`). The ordinary door (`ingest/binding.py`) binds names to athletes and keys to ids.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis.base.config import Config
from analysis.base.tables import TABLES
from analysis.ingest.dialect import NOTHING_SAID, Said, Sheet

SOURCE_ROW_COLUMNS = ["sheet", "row_no", "raw", "became"]
REJECT_COLUMNS = ["sheet", "row_no", "column", "check", "raw", "reason"]

# columns that the door fills, and what readers give in their place
_BOUND = {"athlete_id": "external_name", "session_id": "session_key"}
_DOOR_FILLS = {"file_no", "source", "source_key"}


@dataclass(frozen=True)
class Options:
    """What the person who imports has said about the files."""

    config: Config = field(default_factory=Config)
    said: Said = NOTHING_SAID  # of the form of tables
    load_unit: str | None = None  # kg or lb, for logs that do not say
    distance_unit: str | None = None  # km or mi, for lists of activities that do not say
    mapping: Path | None = None  # a column mapping to use, whatever the header looks like
    mapping_folders: tuple[Path, ...] = ()  # where saved mappings of this workspace lie
    exercises: Path | None = None  # exercises that the coach adds to the catalogue, in the catalogue's columns
    sport: str | None = None  # what was done, for files that do not say
    sports: Path | None = None  # sports and words for them that the coach adds, in the columns of sports.csv
    date: str | None = None  # ISO day of recordings that do not say
    lift: str | None = None  # exercise of recordings that do not say
    load: str | None = None  # with its unit, of recordings that do not say


@dataclass(frozen=True, eq=False)
class Reading:
    """One file, read.

    `tables` maps a canonical table's name to a frame as `reader_columns` lists them; `samples` holds one frame of
    watch records per session key (columns of the table `samples` without ids, developer fields beside them).
    """

    reader: str
    source: str
    tables: dict[str, pd.DataFrame]
    version: int = 1  # the door puts in that of the reader
    samples: dict[str, pd.DataFrame] = field(default_factory=dict)
    source_rows: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=SOURCE_ROW_COLUMNS))
    rejects: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=REJECT_COLUMNS))
    dialect: dict = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # sentences for the person who imports
    whose: dict[tuple[str, int], str] = field(default_factory=dict)  # the name that a row says, by sheet and row_no
    asked: frozenset[str] = frozenset()  # what was asked of the options; the door puts it in


@dataclass(frozen=True)
class Reader:
    """One format: how it is recognised and how it is read.

    `recognises(path, head)` sees the file's name and its first 64 KiB, uncompressed, and answers in a millisecond.
    `read(path, options)` returns a Reading or raises UnreadableFile, UnitNeeded or ConfigProblem, nothing else.
    `takes` and `leaves` say in a few words what becomes data, and what does not and why: the page of formats.
    A `generic` format is recognised by words that many tables use: a saved mapping that fits goes before it.
    A format of tables also says which headers are its own (`fits`) and reads sheets that are open (`read_sheets`), so
    that a table is known in a workbook too.
    `version` counts what the reader makes of the same bytes: files that an older one read are read again.
    """

    name: str
    title: str
    recognises: Callable[[Path, bytes], bool]
    read: Callable[[Path, Options], Reading]
    takes: str = ""
    leaves: str = ""
    generic: bool = False
    fits: Callable[[Sequence[str]], bool] | None = None
    read_sheets: Callable[[Sequence[Sheet], Path, Options], Reading] | None = None
    version: int = 1


def reader_columns(table: str) -> list[str]:
    """The columns that a reader gives for a canonical table; absent ones count as missing.

    >>> reader_columns("runs")[:4]
    ['session_key', 'external_name', 'sport', 'activity']
    """
    return [_BOUND.get(name, name) for name in TABLES[table].names if name not in _DOOR_FILLS]


_BECAME = ("ignored", "taken", "rejected")  # the graver last


def together(readings: Sequence[Reading], notes: Iterable[str] = ()) -> Reading:
    """What several readings of one file say as one; rows of another source than the first's say theirs.

    A row that one refuses and another takes is counted as refused.
    """
    first = readings[0]
    said = tuple(dict.fromkeys([note for reading in readings for note in reading.notes] + list(notes)))
    if len(readings) == 1:
        return replace(first, notes=said)
    tables: dict[str, list[pd.DataFrame]] = {}
    for reading in readings:
        for name, frame in reading.tables.items():
            own = frame if reading.source == first.source else frame.assign(source=reading.source)
            tables.setdefault(name, []).append(own)
    rows = pd.concat([reading.source_rows for reading in readings], ignore_index=True)
    of_one = rows.assign(rank=[_BECAME.index(what) for what in rows["became"]]).groupby(
        ["sheet", "row_no"], sort=False
    )["rank"]
    graver = rows.assign(became=[_BECAME[rank] for rank in of_one.transform("max")])
    return replace(
        first,
        tables={name: pd.concat(frames, ignore_index=True) for name, frames in tables.items()},
        samples={key: frame for reading in readings for key, frame in reading.samples.items()},
        source_rows=graver.drop_duplicates(["sheet", "row_no"], ignore_index=True),
        rejects=pd.concat([reading.rejects for reading in readings], ignore_index=True).drop_duplicates(
            ["sheet", "row_no", "column", "check"], ignore_index=True
        ),
        dialect=_dialects(readings),
        notes=said,
        whose={place: name for reading in reversed(readings) for place, name in reading.whose.items()},
    )


def _dialects(readings: Sequence[Reading]) -> dict:
    """The form of the file, with all mappings and sheets that were used."""
    joined = {name: value for reading in reversed(readings) for name, value in reading.dialect.items()}
    mappings = dict.fromkeys(reading.dialect["mapping"] for reading in readings if "mapping" in reading.dialect)
    sheets = dict.fromkeys(sheet for reading in readings for sheet in reading.dialect.get("sheets", ()))
    above = [reading.dialect["above"] for reading in readings if isinstance(reading.dialect.get("above"), dict)]
    joined |= {"mapping": ", ".join(mappings)} if mappings else {}
    joined |= {"sheets": list(sheets)} if sheets else {}
    return joined | ({"above": {name: n for each in above for name, n in each.items()}} if above else {})
