"""What the reading of a file rested on, which is kept with it, and what of that is another now.

A reading rests on its reader, on what that asked of the options, and on whom the names in the file mean. An option that
is new counts without a line here: what a reader asks for is noted when it reads.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pandas as pd

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.base.frames import rows_of
from analysis.ingest import registry
from analysis.ingest.asking import answer
from analysis.ingest.binding import Names
from analysis.ingest.dialect import Said
from analysis.ingest.files import head_of
from analysis.ingest.mapping import mapped_file
from analysis.ingest.mapping.mapping import built_in, read_mapping
from analysis.ingest.reading import Options, Reading
from analysis.workspace.fingerprint import digest
from analysis.workspace.workspace import Workspace

UNKNOWN = "it was taken in before the workbook kept what a reading rests on"
ASKED_FOR = "as was said"

_MOST_ASKED = 10_000  # files that are asked for by their hashes; of more all are looked at
_READER, _MAPPINGS = "reader", "mappings"  # what is kept under names of its own
_ASKED_AS = {_MAPPINGS: "mapping_folders"}  # of the options
_KEPT_AS = {asked: kept for kept, asked in _ASKED_AS.items()}
_WORDS = {
    "load_unit": "the unit of loads",
    "config.load_unit": "the unit of loads in workbook.toml",
    "distance_unit": "the unit of distances",
    "config.distance_unit": "the unit of distances in workbook.toml",
    "config.plugins": "the plug-ins in workbook.toml",
    "config.units": "the units of columns in workbook.toml",
    "config.zone": "the time zone in workbook.toml",
    "config.time_zone": "the time zone in workbook.toml",
    "mapping": "its column mapping",
    "said": "what was said of its form",
    **{"date": "the day that was said", "lift": "the lift that was said", "load": "the load that was said"},
}


@dataclass(frozen=True)
class Kept:
    """One file as the store knows it, and what is kept of its reading."""

    file_no: int  # 0 where it is stored in a rehearsal only
    sha256: str
    name: str
    reader: str
    bytes: int
    imported_at: pd.Timestamp
    dialect: str
    read_as: str | None
    rows: int  # that were taken or refused when it was read
    waits: bool
    path: str | None = None
    rests_on: str | None = None
    named: tuple[tuple[str, str, str], ...] = ()  # source, name and the athlete's id


def kept_files(workspace: Workspace, hashes: Collection[str] | None = None) -> dict[str, Kept]:
    """The files of the store that have these hashes, or all, by their hash."""
    store = workspace.store
    if hashes is None or len(hashes) > _MOST_ASKED:
        frames = store.frames(["files", "readings", "named"])
    else:
        frames = {"files": store.among("files", sha256=hashes)}
        numbers = frames["files"]["file_no"].tolist()
        frames |= {name: store.among(name, file_no=numbers) for name in ("readings", "named")}
    readings = {row.file_no: row for row in rows_of(frames["readings"])}
    named: dict[int, list[tuple[str, str, str]]] = {}
    for row in rows_of(frames["named"]):
        named.setdefault(row.file_no, []).append((row.source, row.external_name, row.athlete_id))
    found = {}
    for row in rows_of(frames["files"]):
        of_reading = readings.get(row.file_no)
        found[row.sha256] = Kept(
            row.file_no,
            row.sha256,
            row.name,
            row.reader,
            row.bytes,
            row.imported_at,
            row.dialect,
            _text(row.read_as),
            row.rows_taken + row.rows_rejected,
            row.rows_waiting > 0,
            _text(of_reading.path) if of_reading else None,
            _text(of_reading.rests_on) if of_reading else None,
            tuple(named.get(row.file_no, ())),
        )
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


@dataclass(eq=False)
class Things:
    """What readings rest on, as it is now; each thing is looked at once."""

    _known: dict[tuple[str, object], object] = field(default_factory=dict)

    def rested_on(self, reading: Reading, options: Options) -> dict[str, object]:
        """What this reading rested on: a short text or a hash for each thing."""
        names = sorted(_KEPT_AS.get(name, name) for name in reading.asked)
        things = {name: self._thing(options, name) for name in names}
        return {_READER: f"{reading.reader} {reading.version}", **things}

    def changes(self, kept: Kept, options: Options, names: Names, path: Path | None) -> tuple[str, ...]:
        """What is another now than when the file was read, in words; nothing where it would be read as it was.

        `options` are those it would be read with, `path` is where it lies, if it does.
        """
        if kept.rests_on is None:
            return (UNKNOWN,)
        then = json.loads(kept.rests_on)
        return tuple(
            dict.fromkeys(
                [*self._reader(then, options), *self._of_options(then, kept, options, path), *_renamed(kept, names)]
            )
        )

    def has_other_mappings(self, kept: Kept, options: Options) -> bool:
        """Whether saved mappings changed since, one of which may fit the file now."""
        then = json.loads(kept.rests_on or "{}")
        return _MAPPINGS in then and then[_MAPPINGS] != self._thing(options, _MAPPINGS)

    def _reader(self, then: Mapping[str, object], options: Options) -> Iterator[str]:
        name, _, version = str(then.get(_READER, "")).rpartition(" ")
        now = registry.versions(options.config.plugins.use).get(name)
        if now is not None and str(now) != version:
            yield f"its reader {name} has a new version, {now}"

    def _of_options(self, then: Mapping[str, object], kept: Kept, options: Options, path: Path | None) -> Iterator[str]:
        for name, was in then.items():
            if name == _READER:
                continue
            now = self._thing(options, name)
            if now == was:
                continue
            if name != _MAPPINGS:
                yield f"{_WORDS.get(name) or f'{name}.csv'} changed"
            elif isinstance(was, dict) and isinstance(now, dict):
                yield from self._mappings(was, now, kept, options, path)

    def _mappings(
        self, was: dict[str, str], now: dict[str, str], kept: Kept, options: Options, path: Path | None
    ) -> Iterator[str]:
        """The mappings that changed and matter: one that the file was read by, or one that fits it now."""
        others = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
        saved = {file.name: file for folder in options.mapping_folders for file in folder.glob("*.toml")}
        used = str(json.loads(kept.dialect).get("mapping", ""))
        told = {name for name in used.split(", ") if name}
        sound = {_name_of(saved[name]) for name in now.keys() - others if name in saved}
        sound |= {mapping.name for mapping in built_in() if _built_in_key(mapping.name) not in others}
        if told - sound:
            yield f"the column mapping {', '.join(sorted(told - sound))} changed"
        for name in sorted(others & saved.keys()):
            if not told - sound and path is not None and _fits(saved[name], path):
                yield f"the column mapping {name} fits it"

    def _thing(self, options: Options, name: str) -> object:
        value = answer(options, _ASKED_AS.get(name, name))
        if (name, value) not in self._known:
            self._known[name, value] = _plain(name, value)
        return self._known[name, value]


def _plain(name: str, value: object) -> object:
    """A thing as it is kept: a file by a hash of its content, beside which the table of the package may stand."""
    if name == _MAPPINGS and isinstance(value, tuple):
        found = {path.name: digest(path.read_bytes()) for folder in value for path in sorted(folder.glob("*.toml"))}
        own = {_built_in_key(mapping.name): digest(mapping.model_dump_json().encode()) for mapping in built_in()}
        return found | own
    if isinstance(value, Said):
        return value.as_plain()
    shipped = files("analysis.ingest").joinpath(f"{name}.csv")
    content = shipped.read_bytes() if shipped.is_file() else None
    if isinstance(value, Path):
        return digest((content or b"") + (value.read_bytes() if value.is_file() else b""))
    if value is None:
        return None if content is None else digest(content)
    return str(value)


def _built_in_key(name: str) -> str:
    return f"({name})"


def _name_of(path: Path) -> str:
    try:
        return read_mapping(path).name
    except WorkbookError:  # whoever is read by it is told
        return ""


def _fits(mapping: Path, path: Path) -> bool:
    """Whether a saved mapping may fit a file: by the header of a text, while a workbook has to be read for that."""
    try:
        head = head_of(path)
        return head.startswith(b"PK") or mapped_file.fits_head(read_mapping(mapping), head)
    except (WorkbookError, UnreadableFile):
        return False


def _renamed(kept: Kept, names: Names) -> Iterator[str]:
    """The names of the file that mean another athlete now; one that means nobody any more changes nothing."""
    for source, name, athlete_id in kept.named:
        now = names.athlete(source, name)
        if now is not None and now != athlete_id:
            yield f"{name!r} means another athlete now"
