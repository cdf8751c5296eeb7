"""Strava's bulk export: the list activities.csv, alone or in the zip with the files of the watch.

The list has some headers twice: first the figures as the app shows them, later the more precise ones in SI units.
Its times are UTC. Its header is in the language of the account; the words of Italian and of others are not known from
any file, so that the whole list is known there by the places of its columns, which are the same in every language.
"""

import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import partial
from pathlib import Path, PurePosixPath

import pandas as pd

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.base.units import M_PER_MILE
from analysis.ingest import cells
from analysis.ingest.asking import but
from analysis.ingest.dialect import Sheet, header_of, same_header
from analysis.ingest.files import (
    DAMAGED_ARCHIVE,
    HEAD_BYTES,
    MAX_BYTES,
    MAX_RATIO,
    RATIO_COUNTS_FROM,
    WATCH_FILE,
    head_of,
)
from analysis.ingest.reading import Options, Reading
from analysis.ingest.rows import Ledger, Taken, at_place, place_of
from analysis.ingest.table_format import Column, Content, Form, Line
from analysis.ingest.watch import fit, gpx, tcx
from analysis.ingest.watch.activities import Start
from analysis.ingest.watch.activity_lists import (
    ActivityList,
    distance_unit,
    in_metres,
    leave_out,
    sessions_and_runs,
)
from analysis.ingest.watch.told import notes_of_the_unbelieved

_LIST = re.compile(r"(?P<folder>[^/]+/)?(activit|aktivit|attivit|activid|ativid)[^/]*\.csv", re.IGNORECASE)
_ARCHIVE = re.compile(r".+\.(zip|7z|rar|tar|tgz|tar\.gz|bz2|xz)", re.IGNORECASE)
# where the whole list has its columns in every language: the times and the distance twice, as shown and in SI units
_PLACES = {
    **{0: "id", 1: "date", 2: "title", 3: "sport", 5: "elapsed", 6: "distance", 12: "file", 15: "elapsed"},
    **{16: "moving", 17: "distance"},
}
_MAX_HEART_RATE, _MAX_HEART_RATE_AGAIN, _MEAN_HEART_RATE = 7, 30, 31
MAX_FILES = 50_000
MAX_ZIP_BYTES = 8 * 2**30  # of all files once unpacked; they are unpacked one at a time


@dataclass(frozen=True, kw_only=True)
class _Strava(ActivityList):
    """The list, and the watch files that lie beside it in the zip, each unpacked when it is asked for."""

    files: Mapping[str, Callable[[], Path]] = field(default_factory=dict)

    def recognises(self, path: Path, head: bytes) -> bool:
        """True for the list, and for a zip that holds it."""
        if path.suffix.lower() == ".zip":
            return head.startswith(b"PK") and _holds_list(path)
        return super().recognises(path, head)

    def read(self, path: Path, options: Options) -> Reading:
        """The list or the whole export at `path`.

        Raises UnreadableFile where it is not Strava's or hostile, UnitNeeded where a list alone says neither km nor
        miles.
        """
        if path.suffix.lower() != ".zip":
            return super().read(path, options)
        try:
            with zipfile.ZipFile(path) as export, tempfile.TemporaryDirectory(prefix="workbook-") as folder:
                names = _checked_names(export, path.name)
                listed = _list_of(export)
                if listed is None:
                    raise self.not_of_this_format(path)
                table = _unpacked(export, listed, Path(folder))
                above = listed[: listed.rfind("/") + 1]
                files = {name.removeprefix(above): partial(_unpacked, export, name, Path(folder)) for name in names}
                return replace(self, files=files).read(table, options)
        except (*DAMAGED_ARCHIVE, OSError) as problem:
            raise UnreadableFile(f"{path.name} is a damaged or locked zip ({problem}). Download it again.") from None

    def columns(self, header: Iterable[str], number: int = 1) -> dict[str, list[Column]]:
        """The columns by role: the first, as the app shows it, and the last of several, which is more precise."""
        names = tuple(header)
        roles = [self.role(same_header(name), number)[0] for name in names]
        by_place = {place: role for place, role in enumerate(roles) if role}
        if not set(by_place.values()) >= {*self.needed, "elapsed", "distance"} and _is_whole_list(names):
            by_place = _PLACES | ({_MEAN_HEART_RATE: "heart_rate"} if _tells_heart_rates(names) else {})
        found: dict[str, list[Column]] = {}
        for place, role in by_place.items():
            column = Column(at_place(names[place], place) if names[place] in names[:place] else names[place])
            found[role] = [found[role][0], column] if role in found else [column]
        return found

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `runs`: the listed activities, those of a watch file as the file has them."""
        if "distance" in form:
            _settle_unit(form, sheet)
        taken = self.taken(sheet, form, ledger)
        left_out = leave_out(taken)
        content = _with_files(sessions_and_runs(taken, ledger), taken, form, self.files, left_out)
        notes = (*self.unknown_sports(taken, form), *notes_of_the_unbelieved(left_out), *content.notes)
        return replace(content, notes=tuple(dict.fromkeys(notes)))

    def place(self, line: Line) -> dict:
        """Activities have a number, and a start in UTC."""
        key = line.demand("id", line.text("id"))
        moment = line.demand("date", line.read("date", cells.clock))
        start = Start.at(moment and moment.replace(tzinfo=UTC), None, line.form.options.config)
        return {"session_key": key, **start.columns()}

    def number(self, line: Line, role: str) -> float | None:
        """The more precise value where the row has it, else the one that is shown."""
        parse = partial(cells.number, decimal=line.form.decimal)
        columns = reversed(line.form.columns.get(role, ()))
        values = (line.row.read(column.header, parse) for column in columns)
        return next((value for value in values if value is not None), None)

    def seconds(self, line: Line, role: str) -> float | None:
        """Durations are numbers."""
        return self.number(line, role)

    def distance_m(self, line: Line, kind: str) -> float | None:
        """The distance in metres where the file has it, else the one shown in the unit that a person says."""
        if "distance" not in line.form or line.form.columns["distance"][0].unit == "m":
            return self.number(line, "distance") or None
        return in_metres(line.number("distance"), distance_unit(line.form), kind)


def _is_whole_list(header: tuple[str, ...]) -> bool:
    """Whether a header, in whatever language, says times and distance twice where Strava's list does."""
    if len(header) <= max(_PLACES):
        return False
    first = header[:7]
    are_words = all(any(map(str.isalpha, name)) for name in first) and len(set(first)) == len(first)
    return are_words and (header[5], header[6]) == (header[15], header[17])


def _tells_heart_rates(header: tuple[str, ...]) -> bool:
    return len(header) > _MEAN_HEART_RATE and header[_MAX_HEART_RATE] == header[_MAX_HEART_RATE_AGAIN]


def _settle_unit(form: Form, sheet: Sheet) -> None:
    """Has the columns of the distance say metres, or only the one that is shown left.

    The two columns tell: metres are 1000 or 1609 times what the app shows. Where they are the same, or there is one
    only, the person who imports has to say, and is asked before any row is read.
    """
    columns = form.columns["distance"]
    if len(columns) > 1 and _ratio(sheet, *columns) > 100:
        form.columns["distance"] = [replace(column, unit="m") for column in columns]
    else:
        form.columns["distance"] = columns[:1]
        distance_unit(form)


def _ratio(sheet: Sheet, shown: Column, precise: Column) -> float:
    places = [place_of(sheet.header, column.header) for column in (shown, precise)]
    ratios = []
    for row in sheet.rows:
        try:
            small, large = (cells.number(row[place], sheet.decimal) for place in places)
        except (IndexError, cells.BadCell):
            continue
        if small > 0:
            ratios.append(large / small)
    return max(ratios, default=M_PER_MILE)  # swims are shown in metres, so the largest ratio tells


READER = _Strava(
    name="strava",
    title="Strava list of activities (CSV) or bulk export (ZIP)",
    called="Strava's list of activities",
    again="Download it again.",
    headers={
        "id": (
            *("Activity ID", "Aktivitäts-ID", "ID de l'activité", "ID de actividad", "ID da atividade"),
            "Activiteits-ID",
        ),
        "date": (
            *("Activity Date", "Aktivitätsdatum", "Date de l'activité", "Fecha de la actividad", "Data da atividade"),
            "Datum van activiteit",
        ),
        "title": (
            *("Activity Name", "Name der Aktivität", "Nom de l'activité", "Nombre de la actividad"),
            *("Nome da atividade", "Naam activiteit", "Naam van activiteit"),
        ),
        "sport": (
            *("Activity Type", "Aktivitätsart", "Type d'activité", "Tipo de actividad", "Tipo de atividade"),
            "Activiteitstype",
        ),
        "elapsed": ("Elapsed Time", "Verstrichene Zeit", "Temps écoulé", "Verstreken tijd"),
        "moving": ("Moving Time", "Bewegungszeit", "Durée de déplacement", "Tempo de movimentação", "Beweegtijd"),
        "distance": ("Distance", "Distanz", "Distância", "Afstand"),
        "heart_rate": (
            *("Average Heart Rate", "Durchschnittliche Herzfrequenz", "Fréquence cardiaque moyenne"),
            "Gemiddelde hartslag",
        ),
        "file": (
            *("Filename", "Dateiname", "Nom du fichier", "Nombre del archivo", "Nome do arquivo", "Bestandsnaam"),
        ),
    },
    needed=("id", "date", "title", "sport"),
    takes="activities with sport, start, title, distance, times, heart rate; from the zip the watch files of the rows",
    leaves="photos, gear, likes and places; watch files that no row of the list names",
).reader()


def _holds_list(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as export:
            return _list_of(export) is not None
    except (*DAMAGED_ARCHIVE, OSError):
        return False  # then it is nobody's, and the registry says so


def _list_of(export: zipfile.ZipFile) -> str | None:
    """The list in a zip, by its name and header; it may lie in one folder, where somebody packed the export again."""
    for name in sorted(export.namelist(), key=lambda each: each.count("/")):
        if _LIST.fullmatch(name):
            with export.open(name) as packed:
                if READER.fits and READER.fits(header_of(packed.read(HEAD_BYTES))):
                    return name
    return None


def _checked_names(export: zipfile.ZipFile, file_name: str) -> list[str]:
    """The watch files of the export; a zip that tries something no export does is refused whole."""
    entries = export.infolist()
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_ZIP_BYTES:
        raise UnreadableFile(f"{file_name} holds more than any export of Strava. Unpack what you need and import that.")
    for entry in entries:
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or any(":" in part for part in inside.parts[:1]):
            raise UnreadableFile(f"{file_name} holds the path {entry.filename!r}, which leads out of it. Leave it out.")
        if _ARCHIVE.fullmatch(entry.filename):
            raise UnreadableFile(f"{file_name} holds the archive {entry.filename!r}. Unpack it first.")
        swollen = entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        if entry.file_size > MAX_BYTES or swollen:
            raise UnreadableFile(f"{file_name}: {entry.filename} swells to {entry.file_size} bytes. Leave it out.")
    return [entry.filename for entry in entries if WATCH_FILE.fullmatch(entry.filename)]


def _unpacked(export: zipfile.ZipFile, name: str, folder: Path) -> Path:
    """One file of the export on its own in `folder`, under its last name only; it takes no more than it stated."""
    path = folder / PurePosixPath(name).name
    stated = export.getinfo(name).file_size
    with export.open(name) as packed:
        path.write_bytes(packed.read(stated))
    return path


def _with_files(
    listed: dict[str, pd.DataFrame],
    taken: list[Taken],
    form: Form,
    files: Mapping[str, Callable[[], Path]],
    tally: Counter[str],
) -> Content:
    """The listed activities, those of a watch file as the file has them; under the key of the list either way.

    What the readers of the files counted goes into the tally.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    samples: dict[str, pd.DataFrame] = {}
    said: dict[str, None] = {}
    replaced: list[str] = []
    named = set()
    for one in taken:
        name = Line(one.row, form).text("file")
        named.add(name)
        if name is None or name not in files:
            continue
        try:
            inner = _read_file(files[name](), _saying_the_sport(form.options, one))
        except WorkbookError as problem:
            said[f"{problem} Its row of the list is kept."] = None
            continue
        if "sessions" not in inner.tables:
            said[f"{name} holds no activity; its row of the list is kept."] = None
            continue
        tally.update({name: n for name, n in inner.dialect.items() if isinstance(n, int)})
        key = one.parts["sessions"]["session_key"]
        replaced.append(key)
        inner = _as_listed(inner, one, said)
        for table, frame in _renamed(inner, key, one, samples):
            parts.setdefault(table, []).append(frame)
    if unnamed := len(set(files) - named):
        said[f"Watch files that no row of the list names: {unnamed}; they are left out."] = None
    for table, frame in listed.items():
        parts.setdefault(table, []).insert(0, frame.loc[~frame["session_key"].isin(replaced)])
    tables = {table: pd.concat(frames, ignore_index=True) for table, frames in parts.items()}
    return Content({table: frame for table, frame in tables.items() if len(frame)}, tuple(said), samples)


def _read_file(path: Path, options: Options) -> Reading:
    try:
        head = head_of(path)
        for reader in (fit.READER, tcx.READER, gpx.READER):
            if reader.recognises(path, head):
                return reader.read(path, options)
        raise UnreadableFile(f"{path.name} is no FIT, TCX or GPX file.")
    finally:
        path.unlink()


def _saying_the_sport(options: Options, one: Taken) -> Options:
    """The options for a watch file that does not say what was done: the list says it."""
    sport = one.parts.get("runs", {}).get("activity")
    return but(options, sport=sport) if sport else options


def _as_listed(inner: Reading, one: Taken, notes: dict[str, None]) -> Reading:
    """The reading of a watch file with the kind of the list, which people correct, where the list names one."""
    sessions, kind = inner.tables["sessions"], one.parts["sessions"]["kind"]
    if kind == "other" or len(sessions) > 1 or "sets" in inner.tables or sessions["kind"].iloc[0] == kind:
        return inner
    notes["Activities that the list and the file of the watch name otherwise count as the list says."] = None
    tables = inner.tables | {"sessions": sessions.assign(kind=kind)}
    if "runs" in tables:
        tables["runs"] = tables["runs"].assign(activity=one.parts.get("runs", {}).get("activity"))
    return replace(inner, tables=tables)


def _renamed(
    inner: Reading, key: str, one: Taken, samples: dict[str, pd.DataFrame]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The frames of a watch file under the key, the row and the title of the list.

    A session whose device did not know the date begins when the list says.
    """
    old = list(inner.tables["sessions"]["session_key"])
    keys = {name: key if place == 0 else f"{key} #{place + 1}" for place, name in enumerate(old)}
    samples |= {keys[name]: frame for name, frame in inner.samples.items() if name in keys}
    for table, frame in inner.tables.items():
        if "session_key" not in frame:
            continue
        new = frame.assign(session_key=frame["session_key"].map(keys.__getitem__), row_no=one.row.row_no)
        if table == "sessions":
            listed = one.parts["sessions"]
            new = new.assign(title=listed["title"])
            if len(new) == 1 and pd.isna(new["local_date"].iloc[0]):
                new = new.assign(**{name: [listed[name]] for name in Start().columns()})
        yield table, new
