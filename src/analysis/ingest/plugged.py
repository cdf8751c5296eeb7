"""Readers of plug-ins, each in a guard: whatever one does costs the file that it was asked about, and is told by name.

A reader goes by the name of its plug-in and its own, as `hinge-diary:diary`, so that it is taken for no other. It gives
what any reader gives (`reading.py`); tables that the workbook writes itself are not among it.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.base.errors import PluginProblem, UnreadableFile, WorkbookError
from analysis.base.frames import rows_of
from analysis.base.plugins import ASK_S, READ_S, READERS, Offer, Plugin, guarded, offers, problems, wrong
from analysis.base.tables import TABLES
from analysis.ingest.dialect import Sheet
from analysis.ingest.reading import REJECT_COLUMNS, SOURCE_ROW_COLUMNS, Options, Reader, Reading, reader_columns
from analysis.ingest.rows import frame

_TABLES = (
    *("sessions", "sets", "reps", "runs", "splits", "wellness", "trials"),
    *("plan", "labels", "cues"),
)  # what a file of somebody's training can hold

_told: ContextVar[dict[str, None] | None] = ContextVar("told", default=None)


def readers_of(names: tuple[str, ...]) -> tuple[Reader, ...]:
    """The readers of the plug-ins of these names, guarded; those that cannot be loaded are left out."""
    return tuple(_guarded(offer) for offer in offers(names, READERS, Reader) if offer.thing is not None)


def unloaded(names: tuple[str, ...]) -> list[str]:
    """Why some readers of these plug-ins are left out, a sentence each."""
    return [offer.problem for offer in offers(names, READERS, Reader) if offer.problem]


def faults(names: tuple[str, ...]) -> list[str]:
    """What is wrong with the plug-ins of these names before a file is looked at, a sentence each."""
    return [*problems(names), *unloaded(names)]


@contextlib.contextmanager
def told() -> Iterator[dict[str, None]]:
    """Within, what plug-ins did wrong while they looked at a file, a sentence each, once."""
    said: dict[str, None] = {}
    token = _told.set(said)
    try:
        yield said
    finally:
        _told.reset(token)


def _guarded(offer: Offer) -> Reader:
    reader, plugin = offer.thing, offer.plugin
    fits, read_sheets = reader.fits, reader.read_sheets

    def recognises(path: Path, head: bytes) -> bool:
        return _answered(plugin, lambda: bool(reader.recognises(path, head)), path.name)

    def read(path: Path, options: Options) -> Reading:
        return _read(plugin, lambda: reader.read(path, options), path.name)

    def has_header(header: Sequence[str]) -> bool:
        return fits is not None and _answered(plugin, lambda: bool(fits(header)), "a table")

    def of_sheets(sheets: Sequence[Sheet], path: Path, options: Options) -> Reading:
        assert read_sheets is not None
        return _read(plugin, lambda: read_sheets(sheets, path, options), path.name)

    return replace(
        reader,
        name=f"{plugin.name}:{offer.name}",
        recognises=recognises,
        read=read,
        fits=has_header if fits else None,
        read_sheets=of_sheets if read_sheets else None,
        version=reader.version if type(reader.version) is int else 1,
        generic=False,  # a saved mapping is named for a single file
    )


def _answered(plugin: Plugin, answer: Callable[[], bool], what: str) -> bool:
    """The answer; no where the plug-in breaks, which is told."""
    try:
        with guarded(plugin, f"while it looked at {what}", ASK_S):
            return answer()
    except Exception as problem:  # also an error of the workbook's own, which no answer raises
        said = problem if isinstance(problem, PluginProblem) else wrong(plugin, f"broke ({problem})")
        if (collected := _told.get()) is not None:
            collected[str(said)] = None
        return False


def _read(plugin: Plugin, reading: Callable[[], Reading], name: str) -> Reading:
    """What a plug-in makes of a file, its tables typed; what they lack is missing.

    Raises UnreadableFile where it breaks, or gives what no reader gives.
    """
    try:
        with guarded(plugin, f"while it read {name}", READ_S):
            return _sound(reading())
    except _Unsound as fault:
        raise UnreadableFile(str(wrong(plugin, f"makes {fault} of {name}"))) from None
    except PluginProblem as problem:
        raise UnreadableFile(str(problem)) from problem


class _Unsound(WorkbookError):
    """A reading that cannot go on to the door; its words say what a plug-in makes of a file."""


def _sound(found: object) -> Reading:
    """The reading with typed tables, where all of it can go on to the door.

    Raises _Unsound where it cannot.
    """
    if not isinstance(found, Reading):
        raise _Unsound(f"a {type(found).__name__} in place of a Reading")
    for what, given, columns in (
        ("source_rows", found.source_rows, SOURCE_ROW_COLUMNS),
        ("rejects", found.rejects, REJECT_COLUMNS),
    ):
        if not isinstance(given, pd.DataFrame) or list(given.columns) != columns:
            raise _Unsound(f"{what} without the columns {', '.join(columns)}")
    if not all(isinstance(text, str) and text for text in (found.source, *found.notes)):
        raise _Unsound("a source or notes that are no text")
    if not all(isinstance(one, pd.DataFrame) for one in found.samples.values()):
        raise _Unsound("samples that are no tables")
    json.dumps(found.dialect)
    tables = {name: _typed(name, given) for name, given in found.tables.items()}
    begun = set(tables["sessions"]["session_key"]) if "sessions" in tables else set()
    for name, typed in tables.items():
        if "session_key" in typed and not set(typed["session_key"]) <= begun:
            raise _Unsound(f"rows of {name} whose session_key is none of sessions")
    return replace(found, tables=tables)


def _typed(table: str, given: object) -> pd.DataFrame:
    """A table as readers give it: their columns, typed, every value allowed."""
    if table not in _TABLES:
        raise _Unsound(f"a table {table!r}, which is none of {', '.join(_TABLES)},")
    if not isinstance(given, pd.DataFrame):
        raise _Unsound(f"a {type(given).__name__} in place of the table {table}")
    unknown = [str(name) for name in given.columns if name not in reader_columns(table)]
    if unknown or not given.columns.is_unique:
        raise _Unsound(f"columns that {table} does not have ({', '.join(unknown) or 'one of them twice'})")
    typed = frame(table, given)
    for row in rows_of(TABLES[table].failures(typed).head(1)):
        raise _Unsound(f"a row of {table} with {row.column} {row.value!r} ({row.check})")
    return typed
