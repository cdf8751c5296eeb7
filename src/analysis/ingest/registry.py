"""Which reader takes which file; plug-ins that `workbook.toml` names add readers (`plugged.py`)."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.ingest import form_answers, plugged
from analysis.ingest.asking import watched
from analysis.ingest.dialect import Sheet, head_as_said, header_of, heads_below
from analysis.ingest.files import head_of, watch_file_alone_in
from analysis.ingest.form_answers import Left
from analysis.ingest.json_values import Fields
from analysis.ingest.reading import Options, Reader, Reading, together

_ZIP = b"PK"
_TEXT = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm", ".json")
_MAPPING = "mapping"  # the reader that is asked last
_ARCHIVE = "archive"  # the reader that asks the others


# in the order in which they are asked: formats with a signature first, column mappings last
_READERS = (
    "form_answers",
    *("watch.fit", "watch.tcx", "watch.gpx", "days.apple_health", "watch.garmin_csv", "watch.strava"),
    *("watch.garmin_archive", "watch.samsung", "watch.polar", "watch.suunto"),
    "logs.hevy",
    "logs.strong",
    "logs.fitnotes",
    "logs.stronglifts",
    "logs.gymbook",
    "logs.liftosaur",
    *("logs.liftlog", "logs.liftlog:JSON"),
    *("logs.repcount", "logs.alpha_progression", "logs.jefit", "logs.fastnfitness", "logs.boostcamp"),
    *("bar_speed.openbarbell", "bar_speed.perch", "bar_speed.gymaware:REPETITIONS", "bar_speed.gymaware:SUMMARIES"),
    "logs.powerlifting",
    *("days.hrv4training:IOS", "days.hrv4training:ANDROID"),
    *("days.elite_hrv", "days.whoop", "days.body_measures"),
    *("days.oura", "days.oura:NIGHTS", "days.oura:API", "days.oura:READINESS", "days.oura:SLEEP_SCORE"),
    *("days.fitbit:SLEEP_SCORE", "days.fitbit:READINESS", "days.fitbit:HRV", "days.fitbit:RESPIRATION"),
    *("days.fitbit:RESTING_HEART_RATE", "days.fitbit:SLEEP"),
    *("days.garmin_days:SUMMARY", "days.garmin_days:SLEEP", "days.garmin_days:HEALTH"),
    *("plates.vald:NORDBORD", "plates.vald:FORCEFRAME", "plates.forcedecks"),
    *("plates.trackers:STATSPORTS", "plates.trackers:CATAPULT", "plates.motorised"),
    *("sprints.titled_gates", "sprints.numbered_gates"),
    *("sprints.freelap", "sprints.gates", "sprints.laser", "sprints.gps_log"),
    *("motion.opensim", "motion.beside", "motion.kinovea"),
    "archives",
    "mapping.mapped_file",
)


@cache
def readers(plugins: tuple[str, ...] = ()) -> tuple[Reader, ...]:
    """All readers in the order in which they are asked.

    Those of the plug-ins that are named come after the formats with a signature and before what takes many tables.
    """
    named = (name.partition(":") for name in _READERS)
    own = [getattr(import_module(f"analysis.ingest.{module}"), name or "READER") for module, _, name in named]
    place = next(at for at, one in enumerate(own) if one.generic or one.name in (_ARCHIVE, _MAPPING))
    known = (*own[:place], *plugged.readers_of(plugins), *own[place:])
    return tuple(_of_all(one, known) if one.name == _ARCHIVE else one for one in known)


def _of_all(archive: Reader, known: Sequence[Reader]) -> Reader:
    """The reader of archives with a version that rises with that of every reader of a file in one."""
    return replace(archive, version=sum(one.version for one in known))


@cache
def versions(plugins: tuple[str, ...] = ()) -> dict[str, int]:
    """The version of each reader, by its name."""
    return {reader.name: reader.version for reader in readers(plugins)}


def read(path: Path, options: Options) -> Reading:
    """The file at `path` by the first reader that recognises it, in this process; `apart.read` is the safer door.

    Raises UnreadableFile where it is empty, nobody recognises it, or its reader breaks, and what the reader raises.
    """
    try:
        return _told_of_plugins(path, options)
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


def _told_of_plugins(path: Path, options: Options) -> Reading:
    """The reading, or why there is none, with what plug-ins did wrong while they looked at the file."""
    with plugged.told() as told:
        try:
            reading = _read(path, options)
        except UnreadableFile as problem:
            if not told:
                raise
            raise type(problem)(" ".join((*told, str(problem)))) from problem
    return replace(reading, notes=(*told, *reading.notes)) if told else reading


def read_opened(answers: Sequence[Fields | Left], options: Options) -> Reading:
    """The answers of a form that came sealed in a file, opened."""
    seen, asked = watched(options)
    reading = form_answers.read_answers(answers, seen)
    reader = form_answers.READER
    return replace(reading, reader=reader.name, version=reader.version, asked=frozenset(asked))


def broken(problem: BaseException) -> str:
    """What a fault is, as a sentence for whoever reports it.

    >>> broken(KeyError("pace"))
    "this broke the workbook (KeyError: 'pace')."
    """
    return f"this broke the workbook ({type(problem).__name__}: {problem})."


def _read(path: Path, options: Options) -> Reading:
    head = head_of(path)
    known = readers(options.config.plugins.use)
    if not head:
        raise UnreadableFile(f"{path.name} is empty. Export it again.")
    if path.suffix.lower() in _TEXT:
        head = head_as_said(head, options.said)
    seen, asked = watched(options)
    reader = next((reader for reader in known if reader.recognises(path, head)), None)
    if reader is None and head.startswith(_ZIP):
        with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
            if inner := watch_file_alone_in(path, Path(folder)):
                return _read(inner, options)
    if reader is None:
        raise UnreadableFile(
            f"{path.name} is of no format that is known here. Export it as FIT, TCX, GPX, CSV or XLSX "
            "(docs/formats.md names all formats), or leave it out if it holds no training."
        )
    if reader.name == _MAPPING and path.suffix.lower() in _BOOKS:
        reading = _read_book(path, seen, known)
    else:
        if reader.name == _MAPPING and path.suffix.lower() in _TEXT:
            reader, head = _below_a_title(reader, path, head, seen, known)
        reading = _by(_preferred(reader, path, head, seen), path, seen)
    return _saying_what_was_said(replace(reading, asked=frozenset(asked)), options)


def _by(reader: Reader, path: Path, options: Options) -> Reading:
    return replace(reader.read(path, options), reader=reader.name, version=reader.version)


def _below_a_title(
    mapped: Reader, path: Path, head: bytes, options: Options, known: Iterable[Reader]
) -> tuple[Reader, bytes]:
    """The reader of a table whose header may stand below a title, with the beginning from there; else `mapped`."""
    from analysis.ingest.mapping import mapped_file

    for below in (head, *heads_below(head)):
        if found := next((one for one in known if one is not mapped and one.recognises(path, below)), None):
            return found, below
        if mapped_file.fits(header_of(below), options):
            break
    return mapped, head


def _preferred(reader: Reader, path: Path, head: bytes, options: Options) -> Reader:
    """`reader`, or the column mappings where one was named or a saved one fits what a generic reader would take."""
    from analysis.ingest.mapping import mapped_file

    said = options.mapping is not None or (reader.generic and mapped_file.is_saved_for(header_of(head), options))
    return mapped_file.READER if said and mapped_file.recognises(path, head) else reader


def _read_book(path: Path, options: Options, readers: Sequence[Reader]) -> Reading:
    """Each sheet of a workbook, and each table of a JSON file, by the reader that would take it as a text file.

    Those of no reader are left out.
    """
    from analysis.ingest.mapping import mapped_file

    sheets = mapped_file.sheets_of(path, options.said)
    by_reader: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        found = None if options.mapping else next((one for one in readers if _takes(one, sheet, options)), None)
        by_reader.setdefault(found.name if found else _MAPPING, []).append(sheet)
    named = {reader.name: reader for reader in readers}
    known = [
        replace(read(own, path, options), reader=name, version=named[name].version)
        for name, own in by_reader.items()
        if (read := named[name].read_sheets)
    ]
    rest = by_reader.get(_MAPPING, [])
    if not known or any(mapped_file.fits_sheet(sheet, options) for sheet in rest):
        return together([*known, mapped_file.read_sheets(rest, path, options)])
    left = [f"Sheets that were left out, as nothing reads them: {', '.join(sheet.name for sheet in rest)}."]
    return together(known, left if rest else ())


def _takes(reader: Reader, sheet: Sheet, options: Options) -> bool:
    """Whether a format of tables takes a sheet; a generic one leaves it to a saved mapping that fits."""
    from analysis.ingest.mapping import mapped_file

    fits = reader.fits
    headed = sheet.headed(lambda header, _: fits(header)) if fits else None
    return headed is not None and not (reader.generic and mapped_file.is_saved_for(headed.header, options))


def _saying_what_was_said(reading: Reading, options: Options) -> Reading:
    """The reading with a note on what was not found but said about the form of its table."""
    if "said" not in reading.dialect:
        return reading
    return replace(reading, notes=(options.said.sentence(), *reading.notes))
