"""Taking files in: read, bind, store, one file at a time; a bad file never stops the others."""

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
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
from analysis.store import Appended, FileFacts, as_json, sha256_of
from analysis.workspace import Workspace

_LITTER = {".ds_store", "thumbs.db", "desktop.ini", "readme.md", "readme.txt", configuration.NAME}
_UNITS = ("load_unit", "distance_unit", "sport")
_ID_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"  # no vowels: no words by accident


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `state`: taken, known (nothing new), waiting (for a name), failed."""

    path: Path
    state: Literal["taken", "known", "waiting", "failed"]
    reader: str = ""
    rows_new: int = 0
    rows_known: int = 0
    rows_revised: int = 0
    rows_rejected: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    error: str = ""
    refused: str = ""  # why the first cell was

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {**self.__dict__, "path": printable(self.path), "notes": list(self.notes)}


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
    workspace: Workspace, files: dict[Path, Path], options: Options | None = None, athlete: str | None = None
) -> Iterator[Outcome]:
    """Take in `files` (as `files_below` finds them), one transaction each; yields an outcome once one is committed.

    `athlete` (id, name or alias) owns the rows that carry no name; without it the folder a file lies in does.
    Files that wait for a name are tried once more at the end, since a later file may have brought it.
    """
    options = options or workspace.options()
    owner = workspace.athlete_id(athlete) if athlete else None
    waiting: dict[Path, Path] = {}
    for path, root in files.items():
        outcome = take_in(workspace, path, options, owner, root)
        if outcome.state == "waiting":
            waiting[path] = root
        else:
            yield outcome
    for path, root in waiting.items():
        yield take_in(workspace, path, options, owner, root)


def take_in(
    workspace: Workspace, path: Path, options: Options, owner: str | None = None, root: Path | None = None
) -> Outcome:
    """One file: its outcome, never an exception for what is wrong with the file."""
    name = printable(path.name)
    try:
        sha256 = sha256_of(path)
        if workspace.store.file_no(sha256) is not None:
            return Outcome(path, "known")
        reading = dated(apart.read(path, options), name)
        return _store(workspace, path, sha256, reading, options, owner, root or path.parent)
    except WorkbookError as problem:
        return Outcome(path, "failed", error=printable(str(problem)))
    except OSError as problem:
        return Outcome(path, "failed", error=f"{name} cannot be read: {problem.strerror}. Check its permissions.")
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # a panic of a library in Rust is no Exception
        fault = f"{name} is not taken in: {registry.broken(problem)} Nothing of it is stored."
        return Outcome(path, "failed", error=printable(fault))


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
    told = json.loads(read_as or "{}")
    mapping = workspace.folder / told["mapping"] if "mapping" in told else None
    if mapping is not None and not mapping.is_file():
        raise UsageProblem(f"It was read by the column mapping {told['mapping']}, which is gone. Put that back.")
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


def _store(
    workspace: Workspace,
    path: Path,
    sha256: str,
    reading: Reading,
    options: Options,
    owner: str | None,
    root: Path,
) -> Outcome:
    name, names = printable(path.name), workspace.names()
    tables = dict(reading.tables)
    roster = _roster(tables, workspace, names)
    if roster:
        tables |= roster
        names = names.and_of(Names.of(roster["aliases"]))
    owner_name = owner or _folder_owner(path, root, workspace.raw_folder, names)
    reading = one_person_each(replace(reading, tables=tables), names, owner_name)
    bound = bind(reading, names, owner_name)
    if "" in bound.waiting:
        raise UnreadableFile(
            f"{name} does not say whose it is. Put it in a folder named after the athlete "
            f"({workspace.config.raw}/NAME/{name}), or say --athlete."
        )
    appended = workspace.store.append(
        FileFacts(sha256, name, path.stat().st_size),
        _file_facts(reading, sum(bound.waiting.values())) | {"read_as": as_json(_read_as(workspace, options, owner))},
        bound.tables | _provenance(reading, bound.waiting),
        bound.samples,
    )
    return _outcome(path, reading, bound.waiting, appended)


def _outcome(path: Path, reading: Reading, waiting: dict[str, int], appended: Appended) -> Outcome:
    counted = [name for name in appended.new if name not in ("source_rows", "rejects", "waiting")]
    new, known, revised = (
        sum(counts[name] for name in counted) for counts in (appended.new, appended.known, appended.revised)
    )
    state = "waiting" if waiting else "known" if known and not (new or revised) else "taken"
    rejected = len(reading.rejects)
    notes = tuple(map(printable, reading.notes))
    refused = printable(next(iter(reading.rejects["reason"]), ""))
    return Outcome(path, state, reading.reader, new, known, revised, rejected, waiting, notes, refused=refused)


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
