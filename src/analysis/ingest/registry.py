"""Which reader takes which file. Other packages add readers under the entry point `analysis.readers`."""

from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest.dialect import head_as_said
from analysis.ingest.files import head_of
from analysis.ingest.reading import Options, Reader, Reading

_TEXT = (".csv", ".tsv", ".txt")


@cache
def readers() -> tuple[Reader, ...]:
    """All readers in the order in which they are asked: formats with a signature first, column mappings last."""
    from analysis.ingest.days import apple_health, body_measures, elite_hrv, hrv4training, oura, whoop
    from analysis.ingest.logs import fitnotes, gymbook, hevy, powerlifting, strong, stronglifts
    from analysis.ingest.mapping import mapped_file
    from analysis.ingest.sprints import freelap, gates, laser
    from analysis.ingest.watch import fit, garmin_csv, gpx, strava, tcx

    added = tuple(point.load() for point in entry_points(group="analysis.readers"))
    watches = (fit.READER, tcx.READER, gpx.READER, apple_health.READER, garmin_csv.READER, strava.READER)
    logs = (hevy.READER, strong.READER, fitnotes.READER, stronglifts.READER, gymbook.READER, powerlifting.READER)
    days = (hrv4training.IOS, hrv4training.ANDROID, elite_hrv.READER, whoop.READER, oura.READER, body_measures.READER)
    sprint = (freelap.READER, gates.READER, laser.READER)
    return (*added, *watches, *logs, *days, *sprint, mapped_file.READER)


def read(path: Path, options: Options) -> Reading:
    """The file at `path` by the first reader that recognises it.

    Raises UnreadableFile where it is empty or nobody recognises it, and what the reader itself raises.
    """
    head = head_of(path)
    if not head:
        raise UnreadableFile(f"{path.name} is empty. Export it again.")
    if path.suffix.lower() in _TEXT:
        head = head_as_said(head, options.said)
    for reader in readers():
        if reader.recognises(path, head):
            return _saying_what_was_said(_preferred(reader, path, head, options).read(path, options), options)
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
