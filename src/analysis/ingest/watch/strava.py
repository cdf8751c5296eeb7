"""Strava's bulk export: the list activities.csv, alone or in the zip with the files of the watch.

The list has some headers twice: first the figures as the app shows them, later the more precise ones in SI units.
Its times are UTC.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

import pandas as pd

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.base.units import M_PER_MILE
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, header_of, read_delimited, same_header
from analysis.ingest.files import MAX_BYTES, MAX_RATIO, RATIO_COUNTS_FROM, head_of
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Row, Taken, take
from analysis.ingest.watch import fit, gpx, tcx
from analysis.ingest.watch.activities import Start
from analysis.ingest.watch.activity_lists import distance_unit, in_metres, is_a_run, kind_of_sport, sessions_and_runs

_LIST = "activities.csv"
_ROLES = {
    "id": ("Activity ID", "Aktivitäts-ID"),
    "date": ("Activity Date", "Aktivitätsdatum"),
    "title": ("Activity Name", "Name der Aktivität"),
    "sport": ("Activity Type", "Aktivitätsart"),
    "elapsed": ("Elapsed Time", "Verstrichene Zeit"),
    "moving": ("Moving Time", "Bewegungszeit"),
    "distance": ("Distance", "Distanz"),
    "heart_rate": ("Average Heart Rate", "Durchschnittliche Herzfrequenz"),
    "file": ("Filename", "Dateiname"),
}
_ROLE_OF = {same_header(header): role for role, headers in _ROLES.items() for header in headers}
_NEEDED = {"id", "date", "title", "sport"}
_WATCH_FILE = re.compile(r".+\.(fit|tcx|gpx)(\.gz)?", re.IGNORECASE)
_ARCHIVE = re.compile(r".+\.(zip|7z|rar|tar|tgz|tar\.gz|bz2|xz)", re.IGNORECASE)
MAX_FILES = 50_000
MAX_ZIP_BYTES = 8 * 2**30  # of all files once unpacked; they are unpacked one at a time


@dataclass(frozen=True)
class _Columns:
    """Where each role stands: as the app shows it (first header), and more precisely (last of two)."""

    shown: dict[str, str]
    precise: dict[str, str]


def recognises(path: Path, head: bytes) -> bool:
    """True for the list, and for a zip that holds it."""
    if path.suffix.lower() == ".zip":
        return head.startswith(b"PK") and _holds_list(path)
    return path.suffix.lower() == ".csv" and {_ROLE_OF.get(name) for name in header_of(head)} >= _NEEDED


def _holds_list(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as export:
            return _LIST in export.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return False  # then it is nobody's, and the registry says so


def read(path: Path, options: Options) -> Reading:
    """The list or the whole export at `path`.

    Raises UnreadableFile where it is not Strava's or hostile, UnitNeeded where a list alone says neither km nor miles.
    """
    if path.suffix.lower() != ".zip":
        return _read_list(path, options, {})
    try:
        with zipfile.ZipFile(path) as export, tempfile.TemporaryDirectory(prefix="workbook-") as folder:
            names = _checked_names(export, path.name)
            table = _unpacked(export, _LIST, Path(folder))
            return _read_list(table, options, {name: partial(_unpacked, export, name, Path(folder)) for name in names})
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as problem:
        raise UnreadableFile(f"{path.name} is a damaged or locked zip ({problem}). Download it again.") from None


READER = Reader(
    "strava",
    "Strava list of activities (CSV) or bulk export (ZIP)",
    recognises,
    read,
    takes="activities with sport, start, title, distance, times, heart rate; from the zip the watch files of the rows",
    leaves="photos, gear, likes and places; watch files that no row of the list names",
)


def _checked_names(export: zipfile.ZipFile, file_name: str) -> list[str]:
    """The watch files of the export; a zip that tries something no export does is refused whole."""
    entries = export.infolist()
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_ZIP_BYTES:
        raise UnreadableFile(f"{file_name} holds more than any export of Strava. Unpack what you need and import that.")
    for entry in entries:
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
            raise UnreadableFile(f"{file_name} holds the path {entry.filename!r}, which leads out of it. Leave it out.")
        if _ARCHIVE.fullmatch(entry.filename):
            raise UnreadableFile(f"{file_name} holds the archive {entry.filename!r}. Unpack it first.")
        swollen = entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        if entry.file_size > MAX_BYTES or swollen:
            raise UnreadableFile(f"{file_name}: {entry.filename} swells to {entry.file_size} bytes. Leave it out.")
    return [entry.filename for entry in entries if _WATCH_FILE.fullmatch(entry.filename)]


def _unpacked(export: zipfile.ZipFile, name: str, folder: Path) -> Path:
    """One file of the export on its own in `folder`, under its last name only; it takes no more than it stated."""
    path = folder / PurePosixPath(name).name
    stated = export.getinfo(name).file_size
    with export.open(name) as packed:
        path.write_bytes(packed.read(stated))
    return path


def _read_list(path: Path, options: Options, files: dict[str, partial]) -> Reading:
    sheet = read_delimited(path, options.said)
    column = _columns(sheet)
    if not column.shown.keys() >= _NEEDED:
        raise UnreadableFile(f"{path.name} has not the columns of Strava's list of activities. Download it again.")
    ledger = Ledger()
    form = {"column": column, "decimal": sheet.decimal, "shown_unit": _shown_unit(sheet, column, path.name, options)}
    taken = take(sheet, partial(_read_row, **form, options=options), ledger, _canonical(column))
    listed = sessions_and_runs(taken, ledger)
    tables, samples, notes = _with_files(listed, taken, column, files, options)
    return ledger.reading(
        "strava",
        tables=tables,
        samples=samples,
        dialect=sheet.form(),
        notes=notes,
    )


def _columns(sheet: Sheet) -> _Columns:
    """A header that stands twice is reached in a row by its name and its place, as `tabular.take` names it."""
    shown: dict[str, str] = {}
    precise: dict[str, str] = {}
    for place, name in enumerate(sheet.header):
        role = _ROLE_OF.get(same_header(name))
        if role in shown:
            precise[role] = f"{name}\0{place}"
        elif role:
            shown[role] = name
    return _Columns(shown, precise)


def _canonical(column: _Columns) -> dict[tuple[str, str], str]:
    pairs = {
        ("sessions", "local_date"): "date",
        ("sessions", "duration_s"): "elapsed",
        ("runs", "distance_m"): "distance",
        ("runs", "timer_s"): "moving",
        ("runs", "elapsed_s"): "elapsed",
        ("runs", "mean_heart_rate_bpm"): "heart_rate",
    }
    return {place: column.shown[role] for place, role in pairs.items() if role in column.shown}


def _shown_unit(sheet: Sheet, column: _Columns, file_name: str, options: Options) -> str | None:
    """The unit of the distances, None where the second column says metres.

    The two columns tell: metres are 1000 or 1609 times what the app shows. Where they are the same, or there is one
    only, the person who imports has to say.
    """
    if "distance" not in column.shown:
        return None
    if "distance" in column.precise and _ratio(sheet, column) > 100:
        return None
    return distance_unit(file_name, options)


def _ratio(sheet: Sheet, column: _Columns) -> float:
    shown, precise = sheet.header.index(column.shown["distance"]), int(column.precise["distance"].partition("\0")[2])
    ratios = []
    for row in sheet.rows:
        try:
            small, large = (cells.number(row[place], sheet.decimal) for place in (shown, precise))
        except (IndexError, cells.BadCell):
            continue
        if small > 0:
            ratios.append(large / small)
    return max(ratios, default=M_PER_MILE)  # swims are shown in metres, so the largest ratio tells


def _read_row(row: Row, column: _Columns, decimal: str, shown_unit: str | None, options: Options) -> Parts:
    number = partial(cells.number, decimal=decimal)
    key = row.demand(column.shown["id"], row.text(column.shown["id"]))
    moment = row.demand(column.shown["date"], row.read(column.shown["date"], cells.clock))
    sport = row.demand(column.shown["sport"], row.text(column.shown["sport"])) or ""
    kind = kind_of_sport(sport)
    elapsed_s, moving_s, heart_rate = (_best(row, column, role, number) for role in ("elapsed", "moving", "heart_rate"))
    distance_m = (
        _best(row, column, "distance", number)
        if shown_unit is None
        else in_metres(row.read(column.shown["distance"], number), shown_unit, kind)
    )
    parts: Parts = {"sessions": {"session_key": key, **_start(moment, options), "kind": kind, "duration_s": elapsed_s}}
    parts["sessions"] |= {"status": "done", "title": row.text(column.shown["title"])}
    if is_a_run(kind, distance_m or None):
        times = {"timer_s": moving_s or elapsed_s, "elapsed_s": elapsed_s, "mean_heart_rate_bpm": heart_rate or None}
        parts["runs"] = {"sport": sport, "distance_m": distance_m or None, **times}
    return parts


def _best(row: Row, column: _Columns, role: str, number) -> float | None:
    """The more precise value where the row has it, else the one that is shown."""
    precise = row.read(column.precise.get(role), number)
    return precise if precise is not None else row.read(column.shown.get(role), number)


def _start(moment: datetime | None, options: Options) -> dict:
    start = Start.at(moment and moment.replace(tzinfo=UTC), None, options.config)
    return {
        "start_utc": start.utc,
        "start_local": start.local,
        "utc_offset_s": start.offset_s,
        "tz_quality": start.tz_quality,
        "local_date": start.local and start.local.date(),
    }


def _with_files(
    listed: dict[str, pd.DataFrame], taken: list[Taken], column: _Columns, files: dict[str, partial], options: Options
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], tuple[str, ...]]:
    """The listed activities, those of a watch file as the file has them; under the key of the list either way."""
    parts: dict[str, list[pd.DataFrame]] = {}
    samples: dict[str, pd.DataFrame] = {}
    notes: dict[str, None] = {}
    replaced, named = set(), set()
    for one in taken:
        name = one.row.text(column.shown.get("file"))
        named.add(name)
        if name not in files:
            continue
        try:
            inner = _read_file(files[name](), options)
        except WorkbookError as problem:
            notes[f"{problem} Its row of the list is kept."] = None
            continue
        if "sessions" not in inner.tables:
            notes[f"{name} holds no activity; its row of the list is kept."] = None
            continue
        key = one.parts["sessions"]["session_key"]
        replaced.add(key)
        for table, frame in _renamed(inner, key, one, samples):
            parts.setdefault(table, []).append(frame)
    if unnamed := len(set(files) - named):
        notes[f"Watch files that no row of the list names: {unnamed}; they are left out."] = None
    for table, frame in listed.items():
        parts.setdefault(table, []).insert(0, frame[~frame["session_key"].isin(replaced)])
    tables = {table: pd.concat(frames, ignore_index=True) for table, frames in parts.items()}
    return {table: frame for table, frame in tables.items() if len(frame)}, samples, tuple(notes)


def _read_file(path: Path, options: Options) -> Reading:
    try:
        head = head_of(path)
        for reader in (fit.READER, tcx.READER, gpx.READER):
            if reader.recognises(path, head):
                return reader.read(path, options)
        raise UnreadableFile(f"{path.name} is no FIT, TCX or GPX file.")
    finally:
        path.unlink()


def _renamed(
    inner: Reading, key: str, one: Taken, samples: dict[str, pd.DataFrame]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The frames of a watch file under the key, the row and the title of the list."""
    old = list(inner.tables["sessions"]["session_key"])
    keys = {name: key if place == 0 else f"{key} #{place + 1}" for place, name in enumerate(old)}
    samples |= {keys[name]: frame for name, frame in inner.samples.items() if name in keys}
    for table, frame in inner.tables.items():
        if "session_key" not in frame:
            continue
        new = frame.assign(session_key=frame["session_key"].map(keys), row_no=one.row.row_no)
        yield table, new.assign(title=one.parts["sessions"]["title"]) if table == "sessions" else new
