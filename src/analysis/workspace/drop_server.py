"""The drop folder where it is elsewhere: a folder of another disk, of a server (SFTP), or of an object store (S3).

It is only read. Credentials come from the environment and from the files that ssh and AWS keep, the key of an SFTP
server has to be in known_hosts, and whatever a server does or leaves undone ends within a time limit, in a sentence.
"""

import os
import posixpath
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

import fsspec

from analysis.base.errors import ConfigProblem, WorkbookError
from analysis.base.files import printable
from analysis.workspace import unfinished

PASSWORD = "WORKBOOK_DROP_PASSWORD"
SILENCE_S = 30.0  # after which a server that says nothing counts as dead
CONNECT_S = 15.0

_PIECE_BYTES = 512 * 1024
_DEEPEST = 32  # folders within folders
_WHOLE_AT_ONCE = ("s3", "s3a", "memory")  # an object appears there when all of it is there
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "modified", "created")
_NO_WAY_IN = "No authentication methods available"  # without a class of its own
_INSTALL = "pip install 'athlete-workbook[remote]'"

Thing = TypeVar("Thing")


class DropFolderProblem(WorkbookError):
    """The drop folder cannot be read, or not to its end."""


@dataclass(frozen=True)
class Found:
    """A file that lies in the drop folder: where, its path below that folder, and by what a change of it is seen."""

    path: str
    below: str
    bytes: int
    stamp: str


@dataclass(frozen=True)
class Copied:
    """What became of the copying of a file; `part` is where its copy lies, where that is whole."""

    found: Found
    state: Literal["whole", "unfinished", "gone", "failed"]
    part: Path = field(default=Path())
    error: str = ""


@dataclass(frozen=True)
class DropServer:
    """A drop folder elsewhere, by its address or path."""

    address: str
    folder: Path  # of the workspace, from which a path without a beginning counts

    @property
    def kind(self) -> str:
        return urlsplit(self.address).scheme if "://" in self.address else "file"

    @property
    def host(self) -> str:
        """The server, without the user and the port; empty for this computer and an object store."""
        return urlsplit(self.address).hostname or "" if self.kind in ("sftp", "ssh") else ""

    @property
    def path(self) -> Path | None:
        """Where it is on this computer, None where it is on another."""
        if "://" not in self.address:
            return self.folder / Path(self.address).expanduser()
        return Path(unquote(urlsplit(self.address).path)) if self.kind == "file" else None

    def files(self, within_s: float) -> list[Found]:
        """All files that lie there.

        Raises DropFolderProblem where that cannot be told within the time.
        """
        with _Opened(self) as opened:
            return [found for found in self._within(opened.files(), within_s) if found]

    def copies(self, is_wanted: Callable[[Found], bool], to: Path, within_s: float) -> Iterator[Copied]:
        """What became of each file that is wanted, those that are whole below the folder `to`.

        Raises DropFolderProblem as `files`, after those that were copied by then.
        """
        with _Opened(self) as opened:
            for copied in self._within(opened.copies(is_wanted, to), within_s):
                if copied:
                    yield copied

    def _within(self, things: Iterator[Thing], within_s: float) -> Iterator[Thing]:
        try:
            yield from _in_time(things, within_s)
        except WorkbookError:
            raise
        except Exception as problem:  # each library has errors of its own
            raise DropFolderProblem(f"The drop folder {self.address} {_told(problem)}") from None


class _Opened:
    """A connection to the drop folder, made when it is first needed, by whoever needs it."""

    def __init__(self, server: DropServer) -> None:
        self.server = server
        self._closes: list[Callable[[], object]] = []

    def __enter__(self) -> "_Opened":
        return self

    def __exit__(self, *_error: object) -> None:
        for close in self._closes:
            threading.Thread(target=close, daemon=True).start()  # a server that is dead does not even hang up

    def files(self) -> Iterator[Found | None]:
        """Each file, and None for each folder, as a sign of life."""
        files, root = self._connected()
        yield None
        if files.info(root)["type"] != "directory":
            raise NotADirectoryError(root)
        yield from _below(files, root, root)

    def copies(self, is_wanted: Callable[[Found], bool], to: Path) -> Iterator[Copied | None]:
        """What became of each file that is wanted, and None as a sign of life."""
        wanted = []
        for found in self.files():
            yield None
            if found and is_wanted(found):
                wanted.append(found)
        files, _ = self._connected()
        if wanted and self.server.kind not in _WHOLE_AT_ONCE:
            unfinished._wait(unfinished.APART_S)
        for number, found in enumerate(wanted):
            yield from _copied(files, found, to / f"{number}.part")

    def _connected(self) -> tuple[Any, str]:
        if not hasattr(self, "_connection"):
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> tuple[Any, str]:
        server, address = self.server, urlsplit(self.server.address)
        try:
            if server.path is not None:
                return fsspec.filesystem("file", skip_instance_cache=True, use_listings_cache=False), str(server.path)
            if server.kind in ("sftp", "ssh"):
                files = _sftp(address.hostname or "", address.port or 22, address.username)
                self._closes.append(files.client.close)
                return files, unquote(address.path) or "/"
            if server.kind in ("s3", "s3a"):
                times = {"connect_timeout": CONNECT_S, "read_timeout": SILENCE_S, "retries": {"max_attempts": 1}}
                files = fsspec.filesystem("s3", skip_instance_cache=True, use_listings_cache=False, config_kwargs=times)
                return files, f"{address.netloc}{unquote(address.path)}".rstrip("/")
            if server.kind == "memory":
                return fsspec.filesystem("memory"), f"/{address.netloc}{address.path}"
        except ImportError as missing:
            raise ConfigProblem(
                f"The drop folder {server.address} needs {missing.name}, which is not installed. Run: {_INSTALL}"
            ) from None
        raise ConfigProblem(
            f"The drop folder {server.address} is of a kind that is not known. Give a path, sftp:// or s3://."
        )


def _sftp(host: str, port: int, user: str | None) -> Any:
    """The files of an SFTP server whose key is known."""
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    class Strangers(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, _client: object, hostname: str, key: Any) -> None:
            place = f"-p {port} {host}" if port != 22 else host
            raise DropFolderProblem(
                f"The key of the SFTP server {hostname} is not in known_hosts: {key.get_name()} {key.fingerprint}. "
                f"Ask who runs it whether that is right, then add it: ssh-keyscan {place} >> ~/.ssh/known_hosts"
            )

    class Verified(SFTPFileSystem):
        cachable = False

        def _connect(self) -> None:
            self.client = paramiko.SSHClient()
            self.client.load_system_host_keys()
            self.client.set_missing_host_key_policy(Strangers())
            try:
                self.client.connect(self.host, **self.ssh_kwargs)
                self.ftp = self.client.open_sftp()
                self.ftp.sock.settimeout(SILENCE_S)
            except BaseException:
                self.client.close()
                raise

    times = {"timeout": CONNECT_S, "banner_timeout": CONNECT_S, "auth_timeout": SILENCE_S}
    return Verified(host, port=port, username=user, password=os.environ.get(PASSWORD) or None, **times)


def _below(files: Any, folder: str, root: str, depth: int = 0) -> Iterator[Found | None]:
    """The files below a folder; links are not followed, and what goes meanwhile is not there."""
    yield None
    try:
        listed = files.ls(folder, detail=True)
    except FileNotFoundError:
        if folder == root:
            raise
        return
    for info in sorted(listed, key=lambda one: one["name"]):
        if info.get("islink"):
            continue
        if info["type"] == "directory" and info["name"].rstrip("/") != folder.rstrip("/") and depth < _DEEPEST:
            yield from _below(files, info["name"], root, depth + 1)
        elif info["type"] == "file" and not info["name"].endswith("/"):
            yield _found(info, root)


def _found(info: dict[str, Any], root: str) -> Found:
    size = int(info.get("size") or 0)
    changes = next((info[name] for name in _STAMPS if info.get(name) is not None), "")
    changes = changes.timestamp() if isinstance(changes, datetime) else changes
    below = posixpath.relpath(info["name"].replace(os.sep, "/"), root.replace(os.sep, "/"))
    return Found(info["name"], below, size, f"{size} {changes}")


def _copied(files: Any, found: Found, part: Path) -> Iterator[Copied | None]:
    """Copy a file; it counts where it was the same before and after, and all of it came."""
    try:
        changed = _changed(files, found)
        if not changed:
            came = 0
            with files.open(found.path, "rb", block_size=_PIECE_BYTES) as source, part.open("wb") as copy:
                while piece := source.read(_PIECE_BYTES):
                    came += copy.write(piece)
                    yield None
            changed = came != found.bytes or _changed(files, found)
    except FileNotFoundError:
        yield Copied(found, "gone", error="it went while it was to be copied")
        return
    except PermissionError:
        yield Copied(found, "failed", error="it may not be read. Let the user of the drop folder read it")
        return
    except Exception:
        try:
            changed = _changed(files, found)
        except FileNotFoundError:
            yield Copied(found, "gone", error="it went while it was to be copied")
            return
        if not changed:
            raise
    if changed or not found.bytes:
        part.unlink(missing_ok=True)
        yield Copied(found, "unfinished", error="it is empty so far" if not changed else "somebody is still writing it")
        return
    yield Copied(found, "whole", part)


def _changed(files: Any, found: Found) -> bool:
    info = files.info(found.path)
    return _found({**info, "name": found.path}, "/").stamp != found.stamp


def _in_time(things: Iterator[Thing], within_s: float) -> Iterator[Thing]:
    """The things, made in a thread that is left alone where it falls silent, or is not done within the time."""
    made: queue.SimpleQueue[tuple[list[Thing], BaseException | None]] = queue.SimpleQueue()
    end = time.monotonic() + within_s
    is_over = threading.Event()

    def make() -> None:
        try:
            for thing in things:
                made.put(([thing], None))
                if is_over.is_set():
                    return
            made.put(([], None))
        except BaseException as problem:
            made.put(([], problem))

    threading.Thread(target=make, daemon=True).start()
    try:
        while True:
            left_s = end - time.monotonic()
            try:
                some, problem = made.get(timeout=max(0.0, min(left_s, 2 * SILENCE_S)))
            except queue.Empty:
                raise TimeoutError(within_s if left_s <= 2 * SILENCE_S else 2 * SILENCE_S) from None
            if problem is not None:
                raise problem
            if not some:
                return
            yield from some
            if time.monotonic() > end:
                raise TimeoutError(within_s)
    finally:
        is_over.set()


def _told(problem: Exception) -> str:
    """What a library says of a drop folder, in words, and what to do."""
    kinds = {kind.__name__ for kind in type(problem).__mro__}
    if isinstance(problem, TimeoutError) and problem.args and isinstance(problem.args[0], float):
        return f"was not done within {problem.args[0]:g} s. What came by then is kept; the next run goes on."
    if "BadHostKeyException" in kinds:
        return (
            "has another key than known_hosts says: somebody may be listening in. "
            "Ask who runs the server, and take the old key out only if the new one is right."
        )
    if kinds & {
        "AuthenticationException",
        "NoCredentialsError",
        "PartialCredentialsError",
        "PermissionError",
    } or _NO_WAY_IN in str(problem):
        return (
            f"does not let you in. For SFTP see to the user in the address, the key in ~/.ssh or {PASSWORD} in the "
            "environment; for S3 to AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ~/.aws."
        )
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return "is not there: there is no such folder. Make it, or correct drop_folder in workbook.toml."
    said = printable(str(problem).partition("\n")[0][:200]) or type(problem).__name__
    return f"cannot be read: {said}. See that the server is there, and that drop_folder is right."
