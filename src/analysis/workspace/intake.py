"""Taking files in: read, bind, store, one file at a time; a bad file never stops the others.

A file that is stored is read again once something is another on which its reading rested. `Run` decides what becomes of
a file, for `ingest`, which does it, and for `check`, which only says it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.base import config as configuration
from analysis.base.errors import UnreadableFile, UsageProblem, WorkbookError
from analysis.base.files import printable
from analysis.ingest import apart, registry
from analysis.ingest.binding import ANY_SOURCE, Names, bind, dated, one_person_each
from analysis.ingest.reading import Options, Reading
from analysis.store import OF_THE_FILE, Appended, FileFacts, as_json, sha256_of
from analysis.workspace import Workspace
from analysis.workspace.form_letters import WaitsForTheCoach, is_letter, open_letters
from analysis.workspace.naming import named_in, names_of, of_roster
from analysis.workspace.provenance import file_facts, provenance
from analysis.workspace.read_as import as_kept, as_told, folder_owner, said_anew, said_owner
from analysis.workspace.resting import ASKED_FOR, UNKNOWN, Kept, Things, kept_files
from analysis.workspace.still_erased import StaysAsItIs, without_erased

_LITTER = {".ds_store", "thumbs.db", "desktop.ini", "readme.md", "readme.txt", configuration.NAME}


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    `state`: taken, again (read once more, its rows replaced), known (nothing new), waiting (for a name), kept (its rows
    stay as they are though it would be read again: `error` says why), unfinished (somebody is still writing it),
    failed. `why` says why a file is read again.
    """

    path: Path
    state: Literal["taken", "again", "known", "waiting", "kept", "unfinished", "failed"]
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
    instead: tuple[tuple[int, int], ...] = ()  # places in older files whose rows give way to these


def files_below(paths: Iterable[Path]) -> dict[Path, Path]:
    """The files to take in, each with the path it was found under: a path itself, or all files below it, in order.

    Raises UsageProblem where a path does not exist.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            # a roster lies above the athletes' folders, so what lies higher comes first
            below = sorted(path.rglob("*"), key=lambda p: (len(p.parts), p))
            found |= {p: path for p in below if p.is_file() and not is_litter(p.relative_to(path))}
        elif path.is_file():
            found[path] = path.parent
        else:
            raise UsageProblem(f"There is no file or folder {path}. Check the path.")
    return found


def is_litter(path: Path) -> bool:
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
    seen: bool = False,
) -> Iterator[Outcome]:
    """Take in `files` (as `files_below` finds them), one transaction each; yields an outcome once one is committed.

    `athlete` (id, name or alias) owns the rows that carry no name; without it the folder a file lies in does.
    Files on whose reading something changed are read again, with `again` all of them, by what `options` say now; with
    `everywhere` also those that were taken in from elsewhere, of which those that are gone are named. `seen` is the
    coach's yes to answers from the squad's tablet.
    Files that wait for a name are tried once more at the end, since a later file may have brought it.
    """
    return Run(workspace, options or workspace.options(), athlete, again=again, seen=seen).over(files, everywhere)


@dataclass(eq=False)
class Run:
    """One run over files: what becomes of each, and the doing of it.

    With `rehearsed` nothing is stored: each file is read, bound and judged as if those before it had been stored.
    """

    workspace: Workspace
    options: Options
    athlete: str | None = None
    again: bool = False
    seen: bool = False
    rehearsed: Callable[[Prepared], None] | None = None

    def __post_init__(self) -> None:
        self.owner = self.workspace.athlete_id(self.athlete) if self.athlete else None
        self.things = Things()
        self.kept: dict[str, Kept] = {}  # the stored files that matter, by their hash
        self.names = self.workspace.names()
        self.gone: frozenset[int] = frozenset()
        self._as_told = cache(partial(as_told, self.workspace))  # most files are told the same

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
        except WaitsForTheCoach as reason:
            return Outcome(path, "waiting", error=printable(str(reason)))
        except StaysAsItIs as reason:
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
            return self._read(path, self._options_of(kept), kept)[0]
        except (WorkbookError, OSError, LookupError):
            return None

    def _read(self, path: Path, options: Options, kept: Kept | None) -> tuple[Reading, tuple[tuple[int, int], ...]]:
        """The file as it is read, and the places in older files that give way to it; letters of forms are opened."""
        if is_letter(path):
            opened = open_letters(self.workspace, path, options, kept, seen=self.seen)
            return opened.reading, opened.instead
        return dated(apart.read(path, options), printable(path.name)), ()

    def prepared(self, path: Path, sha256: str, root: Path, kept: Kept | None) -> Prepared:
        """The file read and bound to athletes.

        Raises WorkbookError for what is wrong with it, and where it does not say whose it is.
        """
        name, options = printable(path.name), self._options_of(kept) if kept else self.options
        full, instead = self._read(path, options, kept)
        reading = without_erased(self.workspace, kept, full) if kept and kept.file_no else full
        names, tables = self.names, dict(reading.tables)
        roster = of_roster(tables, self.workspace, names)
        if roster:
            tables |= roster
            names = names.and_of(Names.of(roster["aliases"]))
        said = self.owner or (said_owner(kept.read_as) if kept else None)
        owner = said or self._owner_by_place(path, root, kept)
        is_whole = reading is full
        reading = one_person_each(replace(reading, tables=tables), names, owner)
        bound = bind(reading, names, owner)
        if "" in bound.waiting:
            raise UnreadableFile(
                f"{name} does not say whose it is. Put it in a folder named after the athlete "
                f"({self.workspace.config.raw}/NAME/{name}), or say --athlete."
            )
        facts = file_facts(reading if is_whole else full, sum(bound.waiting.values()))
        facts["read_as"] = as_json(as_kept(self.workspace, options, said))
        if kept and not kept.waits:
            facts["imported_at"] = kept.imported_at  # it is not news
        rests_on = as_json(self.things.rested_on(full, options))
        of_reading = {"path": _below(path, self.workspace.folder), "rests_on": rests_on}
        about = provenance(reading, bound.waiting) | {"readings": pd.DataFrame([of_reading])}
        if len(named := named_in(reading, names, owner)):
            about["named"] = named
        file = FileFacts(sha256, name, path.stat().st_size)
        tables = bound.tables | about
        whole = Prepared(path, reading, file, facts, tables, bound.samples, bound.waiting, owner, instead)
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
            appended = store.append(
                file, prepared.facts, prepared.tables, prepared.samples, self.gone, prepared.instead
            )
        else:
            self.rehearsed(prepared)
            stored = self.kept.get(file.sha256)
            appended = Appended(stored.file_no if stored else 0)
        if "athletes" in prepared.tables:
            brought = names_of(prepared.tables)
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
        options = self._as_told(kept.read_as)
        return said_anew(options, self.options) if self.again else options

    def _owner_by_place(self, path: Path, root: Path, kept: Kept | None) -> str | None:
        """The folder's owner; of a stored file in no athlete's folder the one whom it was given before."""
        found = folder_owner(path, root, self.workspace.raw_folder, self.names)
        if found is not None or kept is None:
            return found
        ids = {athlete_id for _, _, athlete_id in kept.named}
        return ids.pop() if len(ids) == 1 else None

    def _is_elsewhere(self, kept: Kept, path: Path) -> bool:
        """Whether a file lies in the folder of another athlete than when it was read, and not there any more."""
        if kept.path is None or len(kept.named) != 1 or (self.workspace.folder / kept.path).is_file():
            return False
        owner = folder_owner(path, path.parent, self.workspace.raw_folder, self.names)
        now = self.names.athlete(ANY_SOURCE, owner) if owner else None
        was = folder_owner(
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


def _below(path: Path, folder: Path) -> str:
    """The path as it is kept; one of bytes that are no text is found again by its content."""
    path, folder = path.resolve(), folder.resolve()
    return printable((path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix())


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
    said = ""
    if not reading.tables and not rejected and notes:  # of answers that are stored already, or older than those
        state, said = "known", " ".join(notes)
    return Outcome(
        prepared.path,
        state,
        reading.reader,
        new,
        known,
        revised,
        rejected,
        waiting,
        notes,
        error=said,
        refused=refused,
        why=why,
    )
