"""Backups: one file with everything that cannot be made again, checked after it was written, encrypted on request.

The database is copied as it stands at one moment, while others may read and write; the sample files are those that this
copy names. Pages are left out: they are rendered again from what is here.

What is not encrypted yet lies in the store's folder alone, with the data that it is made of, never at the destination.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from analysis import __version__
from analysis.base import config as configuration
from analysis.base.errors import DataProblem, UsageProblem
from analysis.base.files import put_folder_in_place, put_in_place
from analysis.base.rules import NAME as RULES
from analysis.privacy import audit, backup_list
from analysis.privacy.sealed import is_sealed, seal, unseal
from analysis.sealing import SECRET as FORM_KEYS
from analysis.store import DATABASE, SAMPLES
from analysis.workspace import Workspace
from analysis.workspace.fetched import LEDGER

PASSPHRASE = "WORKBOOK_BACKUP_PASSPHRASE"  # in the environment, never on the command line
SHORTEST = 16  # characters of a passphrase
FORMAT = 1

_MANIFEST = "backup.json"
_CHUNK_BYTES = 1024**2
_SINGLE = (configuration.NAME, RULES, "exercises.csv", "sports.csv")
_FOLDERS = ("mappings", "notebooks", "templates")


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    path: Path
    made_at: str
    files: int
    bytes: int
    rows: dict[str, int]
    encrypted: bool


def back_up(workspace: Workspace, path: Path, passphrase: str | None = None) -> Backup:
    """Write a backup of the workspace to `path`, whole or not at all, then read it back and check it.

    Raises
    ------
    UsageProblem
        The file exists already, the store lies outside the workspace, or the passphrase is short.
    DataProblem
        A sample file went while it was copied, or what was read back is not what was written.
    """
    if path.exists():
        raise UsageProblem(f"{path} exists already. Give a new name, as workbook-2026-07-05.backup.")
    _check_passphrase(passphrase)
    with backup_list.in_the_making(workspace, path, encrypted=passphrase is not None) as places:
        packed = places.work / "packed.zip"
        _pack(workspace, packed, places.work / DATABASE)
        if passphrase is None:
            shutil.copyfile(packed, places.part)
        else:
            seal(packed, places.part, passphrase)
        packed.unlink()
        manifest = _unpack(places.part, places.work / "read back", passphrase, lambda name: name.endswith(DATABASE))
        put_in_place(places.part, path)
    return _told(path, manifest, passphrase is not None)


def restore(path: Path, to: Path, passphrase: str | None = None) -> Backup:
    """Make a workspace from a backup in the new or empty folder `to`, checked before it stands there.

    Raises
    ------
    UsageProblem
        The folder holds something, or the passphrase is missing or wrong.
    DataProblem
        The backup is damaged.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageProblem(f"{to} holds something already. Give a new folder, and move what is wanted afterwards.")
    with backup_list.restoring(to) as work:
        manifest = _unpack(path, work / "workspace", passphrase)
        if to.exists():
            to.rmdir()
        put_folder_in_place(work / "workspace", to)
    return _told(path, manifest, _is_encrypted(path))


def _told(path: Path, manifest: dict, encrypted: bool) -> Backup:
    return Backup(path, manifest["made_at"], len(manifest["files"]), path.stat().st_size, manifest["rows"], encrypted)


def _pack(workspace: Workspace, packed: Path, database: Path) -> None:
    store = Path(workspace.config.store)
    if store.is_absolute() or ".." in store.parts:
        raise UsageProblem(f"The store lies outside the workspace, in {store}. Back that folder up by other means.")
    workspace.store.copy_to(database)
    contents = {(store / DATABASE).as_posix(): database}
    for name in _sample_paths(database):
        contents[(store / SAMPLES / name).as_posix()] = workspace.store.sample_at(name, database.parent / SAMPLES)
    contents |= {path.relative_to(workspace.folder).as_posix(): path for path in _of_people(workspace)}
    files = {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, path in contents.items():
            try:
                files[name] = _put(package, path, f"{len(files)}" if _is_odd(name) else name)
            except FileNotFoundError:
                raise DataProblem(f"{name!r} went while it was copied. Make the backup again.") from None
        about = {"format": FORMAT, "version": __version__, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
        manifest = about | {"store": store.as_posix(), "files": files, "rows": _row_counts(database)}
        package.writestr(_MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))


def _put(package: zipfile.ZipFile, path: Path, member: str) -> dict[str, object]:
    """Put a file into the package; what the manifest says of it, of one reading: others may write to it meanwhile."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, package.open(member, "w", force_zip64=True) as packed:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += packed.write(chunk)
    return {"sha256": digest.hexdigest(), "bytes": size, "member": member}


def _is_odd(name: str) -> bool:
    """Whether a name has bytes that are no UTF-8, which a package cannot hold; the manifest can."""
    return not name.isascii() and name != name.encode(errors="replace").decode()


def _of_people(workspace: Workspace) -> Iterator[Path]:
    """Files of the workspace that no program can make again, the audit log with them."""
    folder, store = workspace.folder, workspace.folder / workspace.config.store
    yield from (folder / name for name in _SINGLE if (folder / name).is_file())
    of_store = (*(store / name for name in (*audit.FILES, backup_list.LIST, LEDGER, FORM_KEYS)), *audit.old_logs(store))
    yield from (path for path in of_store if path.is_file())
    kept = [folder / name for name in _FOLDERS]
    if workspace.raw_folder.is_relative_to(folder):
        kept.append(workspace.raw_folder)
    for below in kept:
        yield from (p for p in sorted(below.rglob("*")) if p.is_file() and ".ipynb_checkpoints" not in p.parts)


def _sample_paths(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(database)) as copy:
        return [path for (path,) in copy.execute("SELECT DISTINCT path FROM sample_files ORDER BY path")]


def _row_counts(database: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(database)) as copy:
        names = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: copy.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}


def _unpack(path: Path, to: Path, passphrase: str | None, is_kept: Callable[[str], bool] = lambda _: True) -> dict:
    """Check every file of a backup, and unpack those that are kept; returns what it says of itself."""
    to.mkdir(mode=0o700)
    packed = path
    if _is_encrypted(path):
        if passphrase is None:
            raise UsageProblem(f"{path} is encrypted. Put its passphrase into the environment as {PASSPHRASE}.")
        packed = to.parent / "decrypted.zip"
        unseal(path, packed, passphrase)
    try:
        with zipfile.ZipFile(packed) as package:
            manifest = json.loads(package.read(_MANIFEST))
            if manifest["format"] != FORMAT:
                raise UsageProblem(
                    f"This backup has format {manifest['format']}; this version reads {FORMAT}. "
                    f"Install version {manifest['version']} to restore it."
                )
            for name, facts in manifest["files"].items():
                target = _target(to, name) if is_kept(name) else Path(os.devnull)
                _extract(package, name, target, facts)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as problem:
        raise DataProblem(f"{path} is no whole backup ({problem}). Take another one.") from None
    _check_database(to / manifest["store"] / DATABASE, manifest["rows"])
    return manifest


def _target(to: Path, name: str) -> Path:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise DataProblem(f"This backup would write to {name!r}, outside its folder. Do not use it.")
    target = to / parts
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    return target


def _extract(package: zipfile.ZipFile, name: str, target: Path, facts: dict) -> None:
    digest = hashlib.sha256()
    with package.open(facts.get("member", name)) as packed, target.open("wb") as out:
        while chunk := packed.read(_CHUNK_BYTES):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != facts["sha256"]:
        raise DataProblem(f"{name!r} in this backup is not as it was written. Take another backup.")


def _check_database(database: Path, rows: dict[str, int]) -> None:
    with contextlib.closing(sqlite3.connect(database)) as copy:
        said = copy.execute("PRAGMA integrity_check").fetchall()
    found = _row_counts(database)
    if said != [("ok",)] or found != rows:
        raise DataProblem(f"The database in this backup is damaged ({said[0][0]}). Take another backup.")


def _is_encrypted(path: Path) -> bool:
    try:
        return is_sealed(path)
    except FileNotFoundError:
        raise UsageProblem(f"There is no backup {path}. Check the path.") from None


def _check_passphrase(passphrase: str | None) -> None:
    if passphrase is not None and len(passphrase) < SHORTEST:
        raise UsageProblem(
            f"The passphrase in {PASSPHRASE} has {len(passphrase)} characters. Use {SHORTEST} or more, as five words."
        )
