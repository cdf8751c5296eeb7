"""A zip of several files, as the account exports of watches and rings are: each file by the reader that knows it.

A zip within it is opened too, one deep; deeper ones and what nobody knows are left out and counted. A row of a list
whose activity is also there as a file of a watch is left to that file. Nothing is unpacked under its own path.
"""

import tempfile
import zipfile
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.ingest.files import DAMAGED_ARCHIVE, HEAD_BYTES, OF_MACS, WATCH_FILE, head_of, member_of
from analysis.ingest.linking import START_TOLERANCE_S
from analysis.ingest.reading import Options, Reader, Reading, together
from analysis.ingest.watch import told

NAME = "archive"
MAX_FILES = 50_000
MAX_BYTES = 8 * 2**30  # of all files once unpacked; they are unpacked one at a time
_SUFFIXES = (".fit", ".tcx", ".gpx", ".gz", ".json", ".csv", ".zip")
_BOOK = "[Content_Types].xml"  # what a workbook has
_WATCHES = ("fit", "tcx", "gpx")
_TOLD = 12  # sentences about single files


def recognises(path: Path, head: bytes) -> bool:
    """True for a zip with a file of a kind that may be known, but not for the zip of a single watch file."""
    if not head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = [one.filename for one in _files(archive)]
    except (*DAMAGED_ARCHIVE, OSError):
        return False  # then it is nobody's, and the registry says so
    alone = len(names) == 1 and WATCH_FILE.fullmatch(names[0])
    return _BOOK not in names and not alone and any(name.lower().endswith(_SUFFIXES) for name in names)


def read(path: Path, options: Options) -> Reading:
    """What the files of a zip hold that are known. Raises UnreadableFile where none is, or the zip is hostile."""
    known = _Known(options)
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="workbook-") as folder:
            _refuse_swollen(archive, path.name, known)
            known.take_all(archive, path.name, Path(folder), "")
    except (*DAMAGED_ARCHIVE, OSError) as problem:
        raise UnreadableFile(f"{path.name} is a damaged or locked zip ({problem}). Download it again.") from None
    return known.reading(path.name)


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith(OF_MACS)]


def _rank(member: zipfile.ZipInfo) -> tuple[bool, bool, str]:
    """What a device wrote goes before what was made of it."""
    name = member.filename.lower()
    return not name.endswith((".zip", ".fit", ".fit.gz")), not name.endswith((".tcx", ".tcx.gz")), member.filename


def _refuse_swollen(archive: zipfile.ZipFile, name: str, known: "_Known") -> None:
    members = archive.infolist()
    known.files += len(members)
    known.bytes += sum(one.file_size for one in members)
    if known.files > MAX_FILES or known.bytes > MAX_BYTES:
        raise UnreadableFile(f"{name} holds more than any account export. Unpack what you need and import that.")


@dataclass
class _Known:
    """What has been read of the files of a zip."""

    options: Options
    files: int = 0
    bytes: int = 0
    readings: list[Reading] = field(default_factory=list)
    told: dict[str, None] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    _sessions: set[tuple[str, str]] = field(default_factory=set)  # by source and key
    _recorded: set[str] = field(default_factory=set)  # keys with records, which formats of watches make of the start

    def take_all(self, archive: zipfile.ZipFile, name: str, folder: Path, above: str) -> None:
        """Each member of an archive; `above` is the zip within a zip that it lies in."""
        for member in sorted(_files(archive), key=_rank):
            place = above + member.filename
            if not member.filename.lower().endswith(_SUFFIXES):
                self.left["unknown"] += 1
                continue
            reader = self._reader(archive, member)
            if reader is None and not member.filename.lower().endswith((".gz", ".zip")):
                self.left["unknown"] += 1
                continue
            inner = folder / PurePosixPath(member.filename.replace("\\", "/")).name
            try:
                inner.write_bytes(member_of(archive, member, name))
                self._take(inner, place, reader, folder, above)
            except UnreadableFile as problem:
                self.told[str(problem)] = None
                self.left["refused"] += 1
            finally:
                inner.unlink(missing_ok=True)

    def _reader(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Reader | None:
        """Who knows a member by its beginning; None where nobody does, or it is packed once more."""
        if member.filename.lower().endswith((".gz", ".zip")):
            return None
        with archive.open(member) as packed:
            head = packed.read(HEAD_BYTES)
        return _who_knows(Path(PurePosixPath(member.filename).name), head, self.options)

    def _take(self, inner: Path, place: str, reader: Reader | None, folder: Path, above: str) -> None:
        reader = reader or _who_knows(inner, head_of(inner), self.options)
        if reader is not None:
            self._keep(reader.read(inner, self.options), place)
        elif inner.suffix.lower() == ".zip" and not above:
            with zipfile.ZipFile(inner) as deeper, tempfile.TemporaryDirectory(dir=folder) as own:
                _refuse_swollen(deeper, inner.name, self)
                self.take_all(deeper, inner.name, Path(own), f"{place}/")
        else:
            self.left["unknown"] += 1

    def _keep(self, reading: Reading, place: str) -> None:
        """A reading with its rows named by their file; what an earlier file of the archive says already is dropped."""
        keys = set(reading.tables["sessions"]["session_key"]) if "sessions" in reading.tables else set()
        again = {key for key in keys if (reading.source, key) in self._sessions or key in self._recorded}
        self.left["again"] += len(again)
        reading = _without(reading, again)
        self._sessions |= {(reading.source, key) for key in keys - again}
        self._recorded |= reading.samples.keys()
        self.readings.append(
            replace(
                reading,
                source_rows=reading.source_rows.assign(sheet=place),
                rejects=reading.rejects.assign(sheet=place),
                whose={(place, row_no): name for (_, row_no), name in reading.whose.items()},
            )
        )

    def reading(self, file_name: str) -> Reading:
        """All of it as the reading of one file."""
        held = [one for one in self.readings if any(len(frame) for frame in one.tables.values())]
        if not held:
            raise UnreadableFile(_nothing(file_name, self))
        kept = list(self._without_listed())
        joined = together(
            [
                replace(one, tables={name: frame.assign(source=one.source) for name, frame in one.tables.items()})
                for one in kept
            ]
        )
        counted = sum((_counts(one) for one in kept if one.source in _WATCHES), Counter())
        return replace(
            joined,
            reader=NAME,
            dialect={"files": len(self.readings), "left": self.left["unknown"]} | dict(counted),
            notes=tuple(dict.fromkeys((*self._sentences(), *told.notes(counted), *self._of_files(kept)))),
        )

    def _without_listed(self) -> Iterator[Reading]:
        """The readings; lists without the activities that a file of a watch holds, which begin at the same moment."""
        begins = sorted(
            start.timestamp()
            for one in self.readings
            if one.source in _WATCHES and "sessions" in one.tables
            for start in one.tables["sessions"]["start_utc"].dropna()
        )
        for one in self.readings:
            if one.source in _WATCHES or "sessions" not in one.tables:
                yield one
                continue
            sessions = one.tables["sessions"]
            recorded = [pd.notna(at) and _is_near(at.timestamp(), begins) for at in sessions["start_utc"]]
            self.left["listed"] += sum(recorded)
            yield _without(one, set(sessions["session_key"][recorded]))

    def _sentences(self) -> Iterator[str]:
        yield f"Files of the archive that were read: {len(self.readings)}."
        for name, sentence in _SENTENCES.items():
            if self.left[name]:
                yield sentence.format(n=self.left[name])

    def _of_files(self, kept: list[Reading]) -> Iterator[str]:
        """What the readers said of single files; of many sentences only the first, and how many more there are."""
        own = {note for one in kept if one.source in _WATCHES for note in told.notes(_counts(one))}
        said = dict.fromkeys((*self.told, *(note for one in kept for note in one.notes if note not in own)))
        yield from list(said)[:_TOLD]
        if len(said) > _TOLD:
            yield f"More sentences about single files: {len(said) - _TOLD}. Unpack the archive and import its folder."


_SENTENCES = {
    "unknown": "Files of the archive that nothing reads: {n}; they are left out.",
    "refused": "Files of the archive that cannot be read: {n}; what is wrong with them follows.",
    "again": "Activities that an earlier file of the archive holds too: {n}; they count once.",
    "listed": "Activities of a list of which the archive has the file of the watch: {n}; the file counts.",
}


def _nothing(file_name: str, known: _Known) -> str:
    first = next(iter(known.told), None)
    if first is not None and not known.left["unknown"]:
        return first
    said = f" {first}" if first else ""
    return (
        f"{file_name} holds nothing of a format that is known here ({known.files} files).{said} Unpack it and import "
        "what is yours (docs/formats.md names all formats), or leave it out if it holds no training."
    )


def _who_knows(path: Path, head: bytes, options: Options) -> Reader | None:
    from analysis.ingest.registry import readers

    own = (one for one in readers(options.config.plugins.use) if one.name not in (NAME, "mapping") and not one.generic)
    return next((one for one in own if head and one.recognises(path, head)), None)


def _is_near(at: float, sorted_times: list[float]) -> bool:
    place = bisect_left(sorted_times, at - START_TOLERANCE_S)
    return place < len(sorted_times) and sorted_times[place] <= at + START_TOLERANCE_S


def _without(reading: Reading, keys: set[str]) -> Reading:
    if not keys:
        return reading
    tables = {
        name: frame.loc[~frame["session_key"].isin(list(keys))] if "session_key" in frame else frame
        for name, frame in reading.tables.items()
    }
    samples = {key: frame for key, frame in reading.samples.items() if key not in keys}
    return replace(reading, tables={name: frame for name, frame in tables.items() if len(frame)}, samples=samples)


def _counts(reading: Reading) -> Counter[str]:
    return Counter({name: n for name, n in reading.dialect.items() if isinstance(n, int)})


READER = Reader(
    name=NAME,
    title="Account export of a watch or a ring (ZIP)",
    recognises=recognises,
    read=read,
    takes="what the readers here know of the files in it, also in a zip within the zip",
    leaves="files that nothing reads, zips deeper within; rows of a list whose activity is there as a file of a watch",
)
