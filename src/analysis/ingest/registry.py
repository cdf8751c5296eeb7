"""Which reader takes which file. Other packages add readers under the entry point `analysis.readers`."""

import tempfile
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.ingest.dialect import head_as_said
from analysis.ingest.files import head_of, watch_file_alone_in
from analysis.ingest.reading import Options, Reader, Reading

_ZIP = b"PK"
_TEXT = (".csv", ".tsv", ".txt")


# in the order in which they are asked: formats with a signature first, column mappings last
_READERS = (
    *("watch.fit", "watch.tcx", "watch.gpx", "days.apple_health", "watch.garmin_csv", "watch.strava"),
    "logs.hevy",
    "logs.strong",
    "logs.fitnotes",
    "logs.stronglifts",
    "logs.gymbook",
    "logs.powerlifting",
    *("days.hrv4training:IOS", "days.hrv4training:ANDROID"),
    *("days.elite_hrv", "days.whoop", "days.oura", "days.body_measures"),
    *("sprints.freelap", "sprints.gates", "sprints.laser"),
    "mapping.mapped_file",
)


@cache
def readers() -> tuple[Reader, ...]:
    """All readers in the order in which they are asked, those of other packages first."""
    added = tuple(point.load() for point in entry_points(group="analysis.readers"))
    named = (name.partition(":") for name in _READERS)
    own = (getattr(import_module(f"analysis.ingest.{module}"), name or "READER") for module, _, name in named)
    return (*added, *own)


def read(path: Path, options: Options) -> Reading:
    """The file at `path` by the first reader that recognises it, in this process; `apart.read` is the safer door.

    Raises UnreadableFile where it is empty, nobody recognises it, or its reader breaks, and what the reader raises.
    """
    try:
        return _read(path, options)
    except (WorkbookError, OSError, KeyboardInterrupt):
        raise
    except MemoryError:
        raise UnreadableFile(
            f"{path.name} needs more memory to be read than there is for one file. Split it, or leave it out."
        ) from None
    except BaseException as problem:  # a panic of a library in Rust is no Exception
        raise UnreadableFile(
            f"{path.name} cannot be read: {broken(problem)} Export it again, or leave it out."
        ) from problem


def broken(problem: BaseException) -> str:
    """What a fault is, as a sentence for whoever reports it.

    >>> broken(KeyError("pace"))
    "this broke the workbook (KeyError: 'pace')."
    """
    return f"this broke the workbook ({type(problem).__name__}: {problem})."


def _read(path: Path, options: Options) -> Reading:
    head = head_of(path)
    if not head:
        raise UnreadableFile(f"{path.name} is empty. Export it again.")
    if path.suffix.lower() in _TEXT:
        head = head_as_said(head, options.said)
    for reader in readers():
        if reader.recognises(path, head):
            return _saying_what_was_said(_preferred(reader, path, head, options).read(path, options), options)
    if head.startswith(_ZIP):
        with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
            if inner := watch_file_alone_in(path, Path(folder)):
                return _read(inner, options)
    raise UnreadableFile(
        f"{path.name} is of no format that is known here. Export it as FIT, TCX, GPX, CSV or XLSX "
        "(docs/formats.md names all formats), or leave it out if it holds no training."
    )


def _preferred(reader: Reader, path: Path, head: bytes, options: Options) -> Reader:
    """`reader`, or the column mappings where one was named or a saved one fits what a generic reader would take."""
    from analysis.ingest.mapping import mapped_file

    said = options.mapping is not None or (reader.generic and mapped_file.is_saved_for(head, options))
    return mapped_file.READER if said and mapped_file.recognises(path, head) else reader


def _saying_what_was_said(reading: Reading, options: Options) -> Reading:
    """The reading with a note on what was not found but said about the form of its table."""
    if "said" not in reading.dialect:
        return reading
    return replace(reading, notes=(options.said.sentence(), *reading.notes))
