"""Backups: one file with everything that cannot be made again, checked after it was written, encrypted on request.

The database is copied as it stands at one moment, while others may read and write; the sample files are those that this
copy names. Pages are left out: they are rendered again from what is here.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from analysis import __version__
from analysis.base import config as configuration
from analysis.base.errors import DataProblem, UsageProblem
from analysis.base.files import put_in_place
from analysis.base.rules import NAME as RULES
from analysis.privacy import audit
from analysis.privacy.name_search import LOCKED
from analysis.report.locked import ROUNDS
from analysis.store import DATABASE, SAMPLES, sha256_of
from analysis.workspace import Workspace

PASSPHRASE = "WORKBOOK_BACKUP_PASSPHRASE"  # in the environment, never on the command line
SHORTEST = 16  # characters of a passphrase
FORMAT = 1

_MANIFEST = "backup.json"
_CHUNK = 1024**2
_SINGLE = (configuration.NAME, RULES, "exercises.csv")
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
    path.parent.mkdir(parents=True, exist_ok=True)
    with _work_folder(path.parent) as work:
        _pack(workspace, work / "packed.zip", work / DATABASE)
        whole = work / "whole"
        if passphrase is None:
            (work / "packed.zip").replace(whole)
        else:
            _encrypt(work / "packed.zip", whole, passphrase)
        manifest = _unpack(whole, work / "read back", passphrase)
        put_in_place(whole, path)
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
    to.parent.mkdir(parents=True, exist_ok=True)
    with _work_folder(to.parent) as work:
        manifest = _unpack(path, work / "workspace", passphrase)
        if to.exists():
            to.rmdir()
        (work / "workspace").replace(to)
    return _told(path, manifest, _is_encrypted(path))


def _told(path: Path, manifest: dict, encrypted: bool) -> Backup:
    return Backup(path, manifest["made_at"], len(manifest["files"]), path.stat().st_size, manifest["rows"], encrypted)


@contextlib.contextmanager
def _work_folder(beside: Path) -> Iterator[Path]:
    """A folder for its owner alone on the same disk, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=beside, prefix=".backup-") as name:
        yield Path(name)


def _pack(workspace: Workspace, packed: Path, database: Path) -> None:
    store = Path(workspace.config.store)
    if store.is_absolute() or ".." in store.parts:
        raise UsageProblem(f"The store lies outside the workspace, in {store}. Back that folder up by other means.")
    workspace.store.copy_to(database)
    contents = {(store / DATABASE).as_posix(): database}
    for name in _sample_paths(database):
        contents[(store / SAMPLES / name).as_posix()] = workspace.folder / store / SAMPLES / name
    contents |= {path.relative_to(workspace.folder).as_posix(): path for path in _of_people(workspace)}
    files = {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, path in contents.items():
            try:
                package.write(path, name)
                files[name] = {"sha256": sha256_of(path), "bytes": path.stat().st_size}
            except FileNotFoundError:
                raise DataProblem(f"{name} went while it was copied. Make the backup again.") from None
        about = {"format": FORMAT, "version": __version__, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
        manifest = about | {"store": store.as_posix(), "files": files, "rows": _row_counts(database)}
        package.writestr(_MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))


def _of_people(workspace: Workspace) -> Iterator[Path]:
    """Files of the workspace that no program can make again, the audit log with them."""
    folder = workspace.folder
    yield from (folder / name for name in _SINGLE if (folder / name).is_file())
    yield from (p for name in audit.FILES if (p := folder / workspace.config.store / name).is_file())
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


def _unpack(path: Path, to: Path, passphrase: str | None) -> dict:
    """Unpack a backup and check every file of it; returns what it says of itself."""
    to.mkdir(mode=0o700)
    packed = path
    if _is_encrypted(path):
        packed = to.parent / "decrypted.zip"
        _decrypt(path, packed, passphrase)
    try:
        with zipfile.ZipFile(packed) as package:
            manifest = json.loads(package.read(_MANIFEST))
            if manifest["format"] != FORMAT:
                raise UsageProblem(
                    f"This backup has format {manifest['format']}; this version reads {FORMAT}. "
                    f"Install version {manifest['version']} to restore it."
                )
            for name, facts in manifest["files"].items():
                _extract(package, name, to, facts)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as problem:
        raise DataProblem(f"{path} is no whole backup ({problem}). Take another one.") from None
    _check_database(to / manifest["store"] / DATABASE, manifest["rows"])
    return manifest


def _extract(package: zipfile.ZipFile, name: str, to: Path, facts: dict) -> None:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise DataProblem(f"This backup would write to {name!r}, outside its folder. Do not use it.")
    target = to / parts
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    digest = hashlib.sha256()
    with package.open(name) as packed, target.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != facts["sha256"]:
        raise DataProblem(f"{name} in this backup is not as it was written. Take another backup.")


def _check_database(database: Path, rows: dict[str, int]) -> None:
    with contextlib.closing(sqlite3.connect(database)) as copy:
        said = copy.execute("PRAGMA integrity_check").fetchall()
    found = _row_counts(database)
    if said != [("ok",)] or found != rows:
        raise DataProblem(f"The database in this backup is damaged ({said[0][0]}). Take another backup.")


def _is_encrypted(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(LOCKED)) == LOCKED
    except FileNotFoundError:
        raise UsageProblem(f"There is no backup {path}. Check the path.") from None


def _check_passphrase(passphrase: str | None) -> None:
    if passphrase is not None and len(passphrase) < SHORTEST:
        raise UsageProblem(
            f"The passphrase in {PASSPHRASE} has {len(passphrase)} characters. Use {SHORTEST} or more, as five words."
        )


def _encrypt(plain: Path, target: Path, passphrase: str) -> None:
    """Chunks under AES-256-GCM, each nonce with its number and whether it is the last: none can go, come or move."""
    salt, prefix = os.urandom(16), os.urandom(7)
    header = LOCKED + b"\x01" + salt + prefix
    cipher = AESGCM(_key(passphrase, salt))
    with plain.open("rb") as source, target.open("wb") as out:
        out.write(header)
        chunk, number = source.read(_CHUNK), 0
        while True:
            following = source.read(_CHUNK)
            out.write(cipher.encrypt(_nonce(prefix, number, not following), chunk, header))
            if not following:
                return
            chunk, number = following, number + 1


def _decrypt(path: Path, target: Path, passphrase: str | None) -> None:
    if passphrase is None:
        raise UsageProblem(f"{path} is encrypted. Put its passphrase into the environment as {PASSPHRASE}.")
    with path.open("rb") as source, target.open("wb") as out:
        header = source.read(len(LOCKED) + 24)
        salt, prefix = header[-23:-7], header[-7:]
        cipher = AESGCM(_key(passphrase, salt))
        try:
            for number, chunk, last in _sealed(source):
                out.write(cipher.decrypt(_nonce(prefix, number, last), chunk, header))
        except InvalidTag:
            raise UsageProblem(
                f"{path} does not open with the passphrase in {PASSPHRASE}. Use another one; "
                "if it is the right one, the file was altered: take another backup."
            ) from None


def _sealed(source: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """The encrypted chunks with their number, and whether each is the last."""
    chunk, number = source.read(_CHUNK + 16), 0
    while True:
        following = source.read(_CHUNK + 16)
        yield number, chunk, not following
        if not following:
            return
        chunk, number = following, number + 1


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, last)


def _key(passphrase: str, salt: bytes) -> bytes:
    return PBKDF2HMAC(SHA256(), 32, salt, ROUNDS).derive(passphrase.encode())
