"""Taking files in: read, bind, store, one file at a time; a bad file never stops the others.

A file that is stored is read again once something is another on which its reading rested. `Run` decides what becomes of
a file, for `ingest`, which does it, and for `check`, which only says it.
"""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from analysis.base import config as configuration
from analysis.base.errors import UnreadableFile, UsageProblem, WorkbookError
from analysis.base.files import printable
from analysis.base.frames import rows_of
from analysis.base.names import name_key
from analysis.ingest import apart, registry
from analysis.ingest.binding import ANY_SOURCE, Names, bind, dated, one_person_each
from analysis.ingest.dialect import Said
from analysis.ingest.reading import Options, Reading
from analysis.store import ERASED, OF_THE_FILE, Appended, FileFacts, as_json, sha256_of
from analysis.workspace import Workspace
from analysis.workspace.resting import ASKED_FOR, UNKNOWN, Kept, Things, kept_files

_LITTER = {".ds_store", "thumbs.db", "desktop.ini", "readme.md", "readme.txt", configuration.NAME}
_UNITS = ("load_unit", "distance_unit", "sport", "date", "lift", "load")
BINDING = "Say who: workbook alias NAME ATHLETE; for somebody new: workbook alias NAME --new"
_ID_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"  # no vowels: no words by accident


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    `state`: taken, again (read once more, its rows replaced), known (nothing new), waiting (for a name), kept (its rows
    stay as they are though it would be read again: `error` says why), failed. `why` says why a file is read again.
    """

    path: Path
    state: Literal["taken", "again", "known", "waiting", "kept", "failed"]
    reader: str = ""
    rows_new: int = 0
    rows_known: int = 0
    rows_revised: int = 0
    rows_rejected: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: str = ""
    refused: str = ""  # why the first cell was
    why: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {**self.__dict__, "path": printable(self.path), "notes": list(self.notes), "why": list(self.why)}


@dataclass(frozen=True, eq=False)
class Prepared:
    """A file read and bound, ready to be stored."""

    path: Path
    reading: Reading
    file: FileFacts
    facts: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    samples: dict[str, pd.DataFrame]
    waiting: dict[str, int]
    owner: str | None  # of the rows that carry no name


class _StaysAsItIs(Exception):
    """A file is not read again, for the reason that the message says."""


def files_below(paths: Iterable[Path]) -> dict[Path, Path]:
    """The files to take in, each with the path it was found under: a path itself, or all files below it, in order.

    Raises UsageProblem where a path does not exist.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            # a roster lies above the athletes' folders, so what lies higher comes first
            below = sorted(path.rglob("*"), key=lambda p: (len(p.parts), p))
            found |= {p: path for p in below if p.is_file() and not _is_litter(p.relative_to(path))}
        elif path.is_file():
            found[path] = path.parent
        else:
            raise UsageProblem(f"There is no file or folder {path}. Check the path.")
    return found


def _is_litter(path: Path) -> bool:
    """What systems leave in folders, as hidden and lock files, and what is no data; a file that is named is never."""
    hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return hidden or path.name.lower() in _LITTER


def ingest(
    workspace: Workspace,
    files: dict[Path, Path],
    options: Options | None = None,
    athlete: str | None = None,
    *,
    again: bool = False,
    everywhere: bool = False,
) -> Iterator[Outcome]:
    """Take in `files` (as `files_below` finds them), one transaction each; yields an outcome once one is committed.

    `athlete` (id, name or alias) owns the rows that carry no name; without it the folder a file lies in does.
    Files on whose reading something changed are read again, with `again` all of them, by what `options` say now; with
    `everywhere` also those that were taken in from elsewhere, of which those that are gone are named.
    Files that wait for a name are tried once more at the end, since a later file may have brought it.
    """
    return Run(workspace, options or workspace.options(), athlete, again=again).over(files, everywhere)


@dataclass(eq=False)
class Run:
    """One run over files: what becomes of each, and the doing of it.

    With `rehearsed` nothing is stored: each file is read, bound and judged as if those before it had been stored.
    """

    workspace: Workspace
    options: Options
    athlete: str | None = None
    again: bool = False
    rehearsed: Callable[[Prepared], None] | None = None

    def __post_init__(self) -> None:
        self.owner = self.workspace.athlete_id(self.athlete) if self.athlete else None
        self.things = Things()
        self.kept: dict[str, Kept] = {}  # the stored files that matter, by their hash
        self.names = self.workspace.names()
        self.gone: frozenset[int] = frozenset()

    def over(self, files: dict[Path, Path], everywhere: bool = False) -> Iterator[Outcome]:
        """What became of each file: what is read again first, in the order in which it came, then what is new."""
        hashes: dict[Path, str] = {}
        for path in files:
            try:
                hashes[path] = sha256_of(path)
            except OSError as problem:
                yield _unreadable(path, problem)
        self.kept = kept_files(self.workspace, None if everywhere else set(hashes.values()))
        places = {sha256: path for path, sha256 in reversed(hashes.items())}
        roots = dict(files)
        missing: list[Kept] = []
        if everywhere:
            missing = self._add_from_elsewhere(places, roots)
        again = list(self._again(places))
        if again and not everywhere:
            others = [one for one in kept_files(self.workspace).values() if one.sha256 not in self.kept]
            missing = [one for one in others if self._is_changed(one) and self.found(one) is None]
        self.gone = frozenset(kept.file_no for kept in missing)
        for kept, path, why in again:
            yield self.take_in(path, kept.sha256, roots[path], why)
        names, waiting = self.names, []
        done = {path for _, path, _ in again}
        for path, sha256 in hashes.items():
            if path in done:
                continue
            outcome = self.take_in(path, sha256, roots[path])
            if outcome.state == "waiting":
                waiting.append(path)
            else:
                yield outcome
        for path in waiting:
            yield self.take_in(path, hashes[path], roots[path])
        if self.names is not names:  # of a new roster
            self.again = False
            for kept, path, why in list(self._again(places)):
                yield self.take_in(path, kept.sha256, roots[path], why)
        if everywhere:
            yield from self._without_a_file(missing)

    def _add_from_elsewhere(self, places: dict[str, Path], roots: dict[Path, Path]) -> list[Kept]:
        """Put the stored files that are read again and lie elsewhere among the others; returns those that are gone."""
        missing = []
        for kept in self.kept.values():
            is_changed = self._is_changed(kept)
            if kept.sha256 in places or not (is_changed or self.again):
                continue
            path = self.found(kept)
            if path is not None:
                places[kept.sha256], roots[path] = path, path.parent
            elif is_changed:
                missing.append(kept)
        return missing

    def _is_changed(self, kept: Kept) -> bool:
        return not kept.waits and bool(self.why(kept, None))

    def why(self, kept: Kept, path: Path | None) -> tuple[str, ...]:
        """Why a stored file is read again, where it lies at `path`; nothing where it is not."""
        found = self.things.changes(kept, self._options_of(kept), self.names, path)
        if path is not None and self._is_elsewhere(kept, path):
            found = (*found, "it lies in the folder of another athlete")
        return found or ((ASKED_FOR,) if self.again and path is not None else ())

    def may_change(self, kept: Kept) -> bool:
        """Whether a stored file has to be looked at to know that it is not read again."""
        moved = kept.path is not None and not (self.workspace.folder / kept.path).is_file()
        return bool(self.why(kept, None)) or moved or self.things.has_other_mappings(kept, self._options_of(kept))

    def found(self, kept: Kept) -> Path | None:
        """Where a stored file lies: where it was taken from, or in the drop folder; None where it is gone."""
        there = [self.workspace.folder / kept.path] if kept.path else []
        for path in (*there, *self._dropped.get(kept.bytes, ())):
            if path.is_file() and path.stat().st_size == kept.bytes and sha256_of(path) == kept.sha256:
                return path
        return None

    @cached_property
    def _dropped(self) -> dict[int, list[Path]]:
        """What lies in the drop folder, by size."""
        raw, sizes = self.workspace.raw_folder, dict[int, list[Path]]()
        for path in files_below([raw]) if raw.is_dir() else ():
            sizes.setdefault(path.stat().st_size, []).append(path)
        return sizes

    def take_in(self, path: Path, sha256: str, root: Path, why: tuple[str, ...] = ()) -> Outcome:
        """One file: its outcome, never an exception for what is wrong with the file. `why` it is read again."""
        name = printable(path.name)
        kept = self.kept.get(sha256)
        if kept and not (kept.waits or why):
            return Outcome(path, "known")
        try:
            prepared = self.prepared(path, sha256, root, kept)
            return _outcome(prepared, self._stored(prepared), why)
        except _StaysAsItIs as reason:
            return Outcome(path, "kept", error=printable(str(reason)), why=why)
        except WorkbookError as problem:
            return Outcome(path, "failed", error=printable(str(problem)), why=why)
        except OSError as problem:
            return _unreadable(path, problem)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # a panic of a library in Rust is no Exception
            fault = f"{name} is not taken in: {registry.broken(problem)} Nothing of it is stored."
            return Outcome(path, "failed", error=printable(fault), why=why)

    def reading_of(self, path: Path) -> Reading | None:
        """A stored file as it was read, as long as nothing has changed; None where it cannot be read any more."""
        try:
            kept = self.kept[sha256_of(path)]
            return dated(apart.read(path, self._options_of(kept)), printable(path.name))
        except (WorkbookError, OSError, LookupError):
            return None

    def prepared(self, path: Path, sha256: str, root: Path, kept: Kept | None) -> Prepared:
        """The file read and bound to athletes.

        Raises WorkbookError for what is wrong with it, and where it does not say whose it is.
        """
        name, options = printable(path.name), self._options_of(kept) if kept else self.options
        full = dated(apart.read(path, options), name)
        reading = _without_erased(self.workspace, kept, full) if kept and kept.file_no else full
        names, tables = self.names, dict(reading.tables)
        roster = _roster(tables, self.workspace, names)
        if roster:
            tables |= roster
            names = names.and_of(Names.of(roster["aliases"]))
        said = self.owner or (json.loads(kept.read_as or "{}").get("athlete") if kept else None)
        owner = said or self._owner_by_place(path, root, kept)
        is_whole = reading is full
        reading = one_person_each(replace(reading, tables=tables), names, owner)
        bound = bind(reading, names, owner)
        if "" in bound.waiting:
            raise UnreadableFile(
                f"{name} does not say whose it is. Put it in a folder named after the athlete "
                f"({self.workspace.config.raw}/NAME/{name}), or say --athlete."
            )
        facts = _file_facts(reading if is_whole else full, sum(bound.waiting.values()))
        facts["read_as"] = as_json(_read_as(self.workspace, options, said))
        if kept and not kept.waits:
            facts["imported_at"] = kept.imported_at  # it is not news
        rests_on = as_json(self.things.rested_on(full, options))
        of_reading = {"path": _below(path, self.workspace.folder), "rests_on": rests_on}
        about = _provenance(reading, bound.waiting) | {"readings": pd.DataFrame([of_reading])}
        if len(named := _named(reading, names, owner)):
            about["named"] = named
        file = FileFacts(sha256, name, path.stat().st_size)
        whole = Prepared(path, reading, file, facts, bound.tables | about, bound.samples, bound.waiting, owner)
        return _retained(whole, self.workspace) if kept else whole

    def _again(self, places: dict[str, Path]) -> Iterator[tuple[Kept, Path, tuple[str, ...]]]:
        """The stored files that are read again, where each lies and why, in the order in which they came."""
        for kept in sorted(self.kept.values(), key=lambda one: one.file_no):
            path = places.get(kept.sha256)
            if path is not None and not kept.waits and (why := self.why(kept, path)):
                yield kept, path, why

    def _stored(self, prepared: Prepared) -> Appended:
        """Store the file, or do as if; what comes after it knows it."""
        file = prepared.file
        if self.rehearsed is None:
            store = self.workspace.store
            appended = store.append(file, prepared.facts, prepared.tables, prepared.samples, self.gone)
        else:
            self.rehearsed(prepared)
            stored = self.kept.get(file.sha256)
            appended = Appended(stored.file_no if stored else 0)
        if "athletes" in prepared.tables:
            brought = _names_of(prepared.tables)
            self.names = self.workspace.names() if self.rehearsed is None else self.names.and_of(brought)
        of_reading = prepared.tables["readings"].iloc[0]
        named = prepared.tables.get("named", pd.DataFrame(columns=["source", "external_name", "athlete_id"]))
        self.kept[file.sha256] = Kept(
            appended.file_no,
            file.sha256,
            file.name,
            prepared.reading.reader,
            file.bytes,
            prepared.facts["imported_at"],
            prepared.facts["dialect"],
            prepared.facts["read_as"],
            prepared.facts["rows_taken"] + prepared.facts["rows_rejected"],
            bool(prepared.waiting),
            str(of_reading["path"]),
            str(of_reading["rests_on"]),
            tuple(named[["source", "external_name", "athlete_id"]].itertuples(index=False, name=None)),
        )
        return appended

    def _options_of(self, kept: Kept) -> Options:
        """How a stored file is read now: by what was said of it, or is said now of files that are read again."""
        told = json.loads(kept.read_as or "{}")
        options = _as_told(self.workspace, told)
        if not self.again:
            return options
        now = self.options
        said = Said(**options.said.as_plain() | now.said.as_plain())
        units = {name: getattr(now, name) or getattr(options, name) for name in _UNITS}
        return replace(options, said=said, mapping=now.mapping or options.mapping, **units)

    def _owner_by_place(self, path: Path, root: Path, kept: Kept | None) -> str | None:
        """The folder's owner; of a stored file in no athlete's folder the one whom it was given before."""
        found = _folder_owner(path, root, self.workspace.raw_folder, self.names)
        if found is not None or kept is None:
            return found
        ids = {athlete_id for _, _, athlete_id in kept.named}
        return ids.pop() if len(ids) == 1 else None

    def _is_elsewhere(self, kept: Kept, path: Path) -> bool:
        """Whether a file lies in the folder of another athlete than when it was read, and not there any more."""
        if kept.path is None or len(kept.named) != 1 or (self.workspace.folder / kept.path).is_file():
            return False
        owner = _folder_owner(path, path.parent, self.workspace.raw_folder, self.names)
        now = self.names.athlete(ANY_SOURCE, owner) if owner else None
        was = _folder_owner(
            self.workspace.folder / kept.path,
            (self.workspace.folder / kept.path).parent,
            self.workspace.raw_folder,
            self.names,
        )
        before = self.names.athlete(ANY_SOURCE, was) if was else None
        return now is not None and before == kept.named[0][2] and now != before

    def _without_a_file(self, missing: Iterable[Kept]) -> Iterator[Outcome]:
        """The files that would be read again and are gone, as long as a row of them is left.

        Of those of which nothing was kept it is said once.
        """
        found = list(missing)
        holding = self.workspace.store.holding([kept.file_no for kept in found]) if found else set()
        for kept in found:
            if kept.file_no not in holding:
                continue
            why = self.why(kept, None)
            if why == (UNKNOWN,) and self.rehearsed is None:
                self.workspace.store.put("readings", pd.DataFrame([{"file_no": kept.file_no, "rests_on": "{}"}]))
            yield Outcome(Path(kept.path or kept.name), "kept", kept.reader, error=_GONE, why=why)


_GONE = "the file is gone, so its rows stay as they were read. Put it back where it was, then ingest."


def to_be_read_again(workspace: Workspace) -> list[tuple[Kept, Path | None, tuple[str, ...]]]:
    """The stored files on whose reading something changed, where each lies, and why; files that are gone have no path.

    A file that is gone and of which no row is left is not among them.
    """
    run = Run(workspace, workspace.options())
    found = []
    for kept in sorted(kept_files(workspace).values(), key=lambda one: one.file_no):
        if not kept.waits and run.may_change(kept):
            path = run.found(kept)
            if why := run.why(kept, path):
                found.append((kept, path, why))
    gone = [kept.file_no for kept, path, _ in found if path is None]
    holding = workspace.store.holding(gone) if gone else set()
    return [one for one in found if one[1] is not None or one[0].file_no in holding]


def _unreadable(path: Path, problem: OSError) -> Outcome:
    said = f"{printable(path.name)} cannot be read: {problem.strerror}. Check its permissions."
    return Outcome(path, "failed", error=said)


def _without_erased(workspace: Workspace, kept: Kept, reading: Reading) -> Reading:
    """The reading without the rows that an erasing took out of the store, which the file may still hold.

    Raises _StaysAsItIs where it cannot be told which they are.
    """
    if workspace.store.rows_told(kept.file_no) >= kept.rows:
        return reading
    stored, rows = workspace.store.among("source_rows", file_no=[kept.file_no]), reading.source_rows
    there = {(row.sheet, row.row_no): row.raw for row in rows_of(stored)}
    now = {(row.sheet, row.row_no): row.raw for row in rows_of(rows)}
    if Counter(there.values()) == Counter(now.values()):
        return reading  # it was written anew without them
    if any(raw != now.get(place) and ERASED not in raw for place, raw in there.items()):
        raise _StaysAsItIs(
            f"{kept.name} is not read again: somebody was erased whose rows may still stand in it. "
            "Take them out of the file, then ingest it."
        )
    erased = now.keys() - there.keys()
    names = {name.casefold() for place, name in reading.whose.items() if place in erased}
    numbers = {row_no for _, row_no in erased}
    tables = {name: frame.loc[~_is_of(frame, names, numbers)] for name, frame in reading.tables.items()}
    left = [place not in erased for place in zip(rows["sheet"], rows["row_no"], strict=True)]
    rejects = reading.rejects
    kept_rejects = [place not in erased for place in zip(rejects["sheet"], rejects["row_no"], strict=True)]
    return replace(reading, tables=tables, source_rows=rows.loc[left], rejects=rejects.loc[kept_rejects])


def _retained(prepared: Prepared, workspace: Workspace) -> Prepared:
    """A file that is read again without what the workspace does not keep so long, as its retention says."""
    rules, now = workspace.config.retention, workspace.now()
    tables, samples = prepared.tables, prepared.samples
    if rules.samples_days is not None and "sessions" in tables:
        before = (now - pd.Timedelta(days=rules.samples_days)).tz_localize(None)
        samples = {} if (pd.to_datetime(tables["sessions"]["local_date"]) < before).all() else samples
    if rules.rejects_days is not None and prepared.facts["imported_at"] < now - pd.Timedelta(days=rules.rejects_days):
        tables = {name: frame for name, frame in tables.items() if name != "rejects"}
    return replace(prepared, tables=tables, samples=samples)


def _is_of(frame: pd.DataFrame, names: set[str], numbers: set[int]) -> pd.Series:
    """Which rows say one of the names, or say none and come from one of the rows."""
    columns = [name for name in ("external_name", "athlete_name", "name") if name in frame]
    found = pd.Series(False, index=frame.index)
    for column in columns:
        found |= pd.Series([isinstance(one, str) and one.casefold() in names for one in frame[column]], frame.index)
    if "row_no" in frame and "external_name" in frame:
        found |= frame["row_no"].isin(list(numbers)) & frame["external_name"].isna()
    return found


def _named(reading: Reading, names: Names, owner: str | None) -> pd.DataFrame:
    """The names of a reading, that of its owner among them, and whom they mean; those of nobody are left out."""
    said: dict[str, None] = {}
    for frame in reading.tables.values():
        if len(frame) and "athlete_id" not in frame and "external_name" in frame:
            said |= dict.fromkeys(frame["external_name"].dropna().unique())
            said |= {owner: None} if owner and frame["external_name"].hasnans else {}
    rows = [
        {"source": reading.source, "external_name": name, "athlete_id": names.athlete(reading.source, name)}
        for name in said
    ]
    return pd.DataFrame([row for row in rows if row["athlete_id"]])


def _names_of(tables: dict[str, pd.DataFrame]) -> Names:
    """The names that a roster brings, ids among them."""
    ids = {(ANY_SOURCE, athlete_id): athlete_id for athlete_id in tables["athletes"]["athlete_id"]}
    return Names.of(tables["aliases"]).and_of(Names(ids))


def _below(path: Path, folder: Path) -> str:
    """The path as it is kept; one of bytes that are no text is found again by its content."""
    path, folder = path.resolve(), folder.resolve()
    return printable((path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix())


def nobody_is_bound_to(waiting: dict[str, int]) -> str:
    """What to do about names that are bound to nobody."""
    names = ", ".join(f"{printable(name)!r} ({n} {'row' if n == 1 else 'rows'})" for name, n in waiting.items())
    return f"nobody is bound to {names}. {BINDING}"


def bind_name(workspace: Workspace, external_name: str, athlete: str | None, source: str = ANY_SOURCE) -> str:
    """Bind a name that files use to an athlete, or to a new one where `athlete` is None; returns the id."""
    if athlete is None:
        athlete_id = new_athlete_id(set(workspace.athletes()["athlete_id"]))
        workspace.store.put("athletes", pd.DataFrame([{"athlete_id": athlete_id, "name": external_name}]))
    else:
        athlete_id = workspace.athlete_id(athlete)
    alias = {"source": source, "external_name": external_name, "athlete_id": athlete_id}
    workspace.store.put("aliases", pd.DataFrame([alias]))
    return athlete_id


def new_athlete_id(taken: set[str]) -> str:
    """An opaque id that nobody has yet."""
    while (made := "".join(secrets.choice(_ID_ALPHABET) for _ in range(6))) in taken:
        pass
    return made


def options_of(workspace: Workspace, read_as: str | None) -> Options:
    """How a file was read, by `read_as` of the table `files`; as files are read today where nothing was kept.

    Raises UsageProblem where it was read by a mapping that is gone.
    """
    options = _as_told(workspace, json.loads(read_as or "{}"))
    if options.mapping is not None and not options.mapping.is_file():
        raise UsageProblem(f"It was read by the column mapping {options.mapping}, which is gone. Put that back.")
    return options


def _as_told(workspace: Workspace, told: dict[str, Any]) -> Options:
    """The options of today with what was said of a file."""
    mapping = workspace.folder / told["mapping"] if "mapping" in told else None
    units = {name: told[name] for name in _UNITS if name in told}
    return replace(workspace.options(), said=Said(**told.get("said", {})), mapping=mapping, **units)


def owner_of(workspace: Workspace, path: Path, read_as: str | None, names: Names) -> str | None:
    """The athlete's name or id for the rows of a file that say none: as was said, else by its folder."""
    said = json.loads(read_as or "{}").get("athlete")
    return said or _folder_owner(path, path.parent, workspace.raw_folder, names)


def _read_as(workspace: Workspace, options: Options, owner: str | None) -> dict[str, Any]:
    """What was said about a file; a mapping within the workspace by its path there."""
    told: dict[str, Any] = {name: value for name in _UNITS if (value := getattr(options, name)) is not None}
    if options.said.as_plain():
        told["said"] = options.said.as_plain()
    if options.mapping is not None:
        path, folder = options.mapping.resolve(), workspace.folder.resolve()
        told["mapping"] = (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()
    return told | ({"athlete": owner} if owner else {})


def _outcome(prepared: Prepared, appended: Appended, why: tuple[str, ...]) -> Outcome:
    counted = [name for name in appended.new if name not in OF_THE_FILE]
    new, known, revised = (
        sum(counts[name] for name in counted) for counts in (appended.new, appended.known, appended.revised)
    )
    reading, waiting = prepared.reading, prepared.waiting
    state = "waiting" if waiting else "again" if why else "known" if known and not (new or revised) else "taken"
    rejected = len(reading.rejects)
    notes = tuple(map(printable, reading.notes))
    refused = printable(next(iter(reading.rejects["reason"]), ""))
    return Outcome(
        prepared.path, state, reading.reader, new, known, revised, rejected, waiting, notes, refused=refused, why=why
    )


def _file_facts(reading: Reading, rows_waiting: int) -> dict[str, Any]:
    became = reading.source_rows["became"]
    return {
        "reader": reading.reader,
        "reader_version": reading.version,
        "dialect": as_json(reading.dialect),
        "imported_at": pd.Timestamp.now(tz="UTC"),
        "rows_taken": int(np.sum(became == "taken")),
        "rows_rejected": int(np.sum(became == "rejected")),
        "rows_waiting": rows_waiting,
    }


def row_hashes(source_rows: pd.DataFrame) -> list[str]:
    """A hash of the raw text of each row."""
    return [f"{value:016x}" for value in cast(Any, pd).util.hash_array(source_rows["raw"].to_numpy(dtype="object"))]


def _provenance(reading: Reading, waiting: dict[str, int]) -> dict[str, pd.DataFrame]:
    """The rows as they were, the rejects, and the names that wait."""
    rows = reading.source_rows
    rows = rows.assign(row_hash=row_hashes(rows))
    rows = rows.assign(occurrence=rows.groupby(["sheet", "row_hash"]).cumcount() + 1)
    waiting_rows = [{"source": reading.source, "external_name": name, "rows": count} for name, count in waiting.items()]
    frames = {"source_rows": rows, "rejects": reading.rejects, "waiting": pd.DataFrame(waiting_rows)}
    return {name: frame for name, frame in frames.items() if len(frame)}


def _roster(tables: dict[str, pd.DataFrame], workspace: Workspace, names: Names) -> dict[str, pd.DataFrame]:
    """The tables `athletes` and `aliases` of a roster file, with ids made for people who have none yet."""
    if "athletes" not in tables:
        return {}
    athletes = tables["athletes"].copy()
    given_ids = athletes["athlete_id"].dropna() if "athlete_id" in athletes else ()
    taken = {*workspace.athletes()["athlete_id"], *given_ids}
    ids = []
    for row in rows_of(athletes):
        given = getattr(row, "athlete_id", None)
        athlete_id = given if isinstance(given, str) else names.athlete(ANY_SOURCE, row.name) or new_athlete_id(taken)
        taken.add(athlete_id)
        ids.append(athlete_id)
    athletes = athletes.assign(athlete_id=ids).drop(columns="external_name", errors="ignore")
    by_name = dict(zip(athletes["name"].map(name_key), ids, strict=True))
    own = pd.DataFrame({"source": ANY_SOURCE, "external_name": athletes["name"], "athlete_id": ids})
    given = tables.get("aliases", pd.DataFrame())
    if len(given):
        owner = given["athlete_name"] if "athlete_name" in given else given["external_name"]
        given = pd.DataFrame(
            {
                "source": ANY_SOURCE,
                "external_name": given["external_name"],
                "athlete_id": [by_name.get(name_key(name)) for name in owner],
            }
        ).dropna()
    aliases = pd.concat([own, given], ignore_index=True).drop_duplicates(["source", "external_name"])
    return {"athletes": athletes, "aliases": aliases}


def _folder_owner(path: Path, root: Path, raw: Path, names: Names) -> str | None:
    """The name that the folders around a file give it: a known athlete's, else that of the outermost.

    Only folders below the drop folder `raw` count, elsewhere `root` (what was named on the command line) and those
    below it: a user's own home folder may be called like an athlete.
    """
    folder, root, raw = path.parent.resolve(), root.resolve(), raw.resolve()
    inner = folder.relative_to(raw if folder.is_relative_to(raw) else root).parts
    inner = tuple(map(printable, inner))
    known = [part for part in (printable(root.name), *inner) if names.athlete(ANY_SOURCE, part)]
    return known[-1] if known else inner[0] if inner else None
