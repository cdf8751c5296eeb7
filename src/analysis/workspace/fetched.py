"""What was fetched from a drop folder elsewhere: each file once, whole or not at all, with a ledger of what came.

The ledger (`fetched.json` beside the store) knows files by keyed hashes: of where they lie, and of where their copy was
put. It keeps no name. Of people who were erased it keeps hashes of their names, so that nothing of theirs is fetched
again; new files of whoever is bound again are.
"""

import contextlib
import hashlib
import itertools
import json
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from analysis.base import config as configuration
from analysis.base.errors import ConfigProblem, WorkbookError
from analysis.base.files import printable, put_in_place, write_whole
from analysis.base.names import name_key
from analysis.ingest.binding import ANY_SOURCE, Names
from analysis.store import sha256_of
from analysis.workspace.drop_server import Copied, DropServer, Found
from analysis.workspace.intake import is_litter
from analysis.workspace.unfinished import told_by_name
from analysis.workspace.workspace import Workspace

LEDGER = "fetched.json"
ARRIVING = ".arriving.part"  # a folder of the drop folder, in which copies come to be

_MOST_WORDS = 4  # of a name
_TOO_LONG_BYTES = 240  # for a name on some disks
_NO_NAME = re.compile(r'[\x00-\x1f\\<>:"|?*]|[ .]$')  # on one system or another
_OF_ERASED = "it is of somebody who was erased. Have it deleted there"
_OF_THE_FOLDER = f"It may not be {configuration.NAME}'s `raw`, hold it or lie within it. Give another folder."


@dataclass(frozen=True)
class Fetched:
    """What became of a file of the drop folder: `name` is its path there.

    `state`: copied, again (it changed since), unfinished (somebody is still writing it), gone (while it was to be
    copied), erased (it is of somebody who was erased), failed. `error` says why it was not copied.
    """

    name: str
    state: Literal["copied", "again", "unfinished", "gone", "erased", "failed"]
    error: str = ""

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return dict(self.__dict__)


@dataclass(eq=False)
class Ledger:
    """What was fetched, by hashes."""

    path: Path
    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    files: dict[str, dict[str, str]] = field(default_factory=dict)  # stamp, sha256 and copy, or what of it was erased
    erased: set[str] = field(default_factory=set)  # hashes of names

    @classmethod
    def of(cls, workspace: Workspace) -> "Ledger":
        """The ledger of a workspace; a new one where there is none.

        Raises ConfigProblem where it is damaged: all would be fetched again, also of who was erased.
        """
        path = workspace.folder / workspace.config.store / LEDGER
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, told["salt"], told["files"], set(told["erased"]))
        except FileNotFoundError:
            return cls(path)
        except (ValueError, KeyError, TypeError):
            raise ConfigProblem(
                f"{path} is damaged. Restore it from a backup; without it all is fetched again, also of who was erased."
            ) from None

    def hash(self, *parts: str) -> str:
        return hashlib.blake2b("\n".join(parts).encode(errors="surrogateescape"), key=self.salt.encode()).hexdigest()[
            :40
        ]

    def key(self, server: DropServer, found: Found) -> str:
        """By what a file is known: its server and its path there, however the address is written."""
        return self.hash(server.host, found.path)

    def keep(self) -> None:
        told = {"salt": self.salt, "files": self.files, "erased": sorted(self.erased)}
        write_whole(self.path, json.dumps(told).encode())

    def is_news(self, server: DropServer, found: Found) -> bool:
        """Whether a file is new or another than when it was fetched, and one that data may be in."""
        known = self.files.get(self.key(server, found), {})
        return "erased" not in known and known.get("stamp") != found.stamp and not is_litter(Path(found.below))

    def is_of_erased(self, below: str, names: Names) -> bool:
        """Whether a path tells of somebody who was erased, and whom no name means now."""
        return bool(self.erased) and any(
            self.hash("name", name_key(said)) in self.erased and names.athlete(ANY_SOURCE, said) is None
            for said in _said_in(below)
        )


def fetch(workspace: Workspace) -> Iterator[Fetched]:
    """Copy into the drop folder what is new or changed in the one elsewhere; of what is known nothing is said.

    The caller holds the lock of the workspace.

    Raises WorkbookError where that one cannot be read to its end, after what was copied by then.
    """
    server = server_of(workspace)
    if server is None:
        return
    ledger, names, raw = Ledger.of(workspace), workspace.names(), workspace.raw_folder
    left: list[Fetched] = []
    of_erased = 0

    def is_wanted(found: Found) -> bool:
        nonlocal of_erased
        if not ledger.is_news(server, found):
            return False
        if ledger.is_of_erased(found.below, names):
            of_erased += 1
        elif said := told_by_name(found.below):
            left.append(Fetched(printable(found.below), "unfinished", said))
        elif said := _refused(found.below):
            left.append(Fetched(printable(found.below), "failed", said))
        else:
            return True
        return False

    sweep(workspace)
    arriving = raw / ARRIVING
    arriving.mkdir(mode=0o700, parents=True)
    problem = None
    try:
        for copied in server.copies(is_wanted, arriving, workspace.config.drop_within_s):
            if copied.state == "whole":
                yield _put(copied, raw, server, ledger)
            else:
                yield Fetched(printable(copied.found.below), copied.state, copied.error)
    except WorkbookError as found:
        problem = found
    finally:
        ledger.keep()
        sweep(workspace)
    yield from left
    if of_erased:
        yield Fetched(f"({of_erased})", "erased", _OF_ERASED)
    if problem:
        raise problem


def new_files(workspace: Workspace, within_s: float) -> list[str]:
    """The files of the drop folder elsewhere that the next fetching copies.

    Raises WorkbookError where that cannot be told.
    """
    server = server_of(workspace)
    if server is None:
        return []
    ledger = Ledger.of(workspace)
    return [printable(found.below) for found in server.files(within_s) if ledger.is_news(server, found)]


def server_of(workspace: Workspace) -> DropServer | None:
    """The drop folder elsewhere; None where there is none, or it is the one of the workspace.

    Raises ConfigProblem where it and the one of the workspace lie in one another.
    """
    if workspace.config.drop_folder is None:
        return None
    server = DropServer(workspace.config.drop_folder, workspace.folder)
    if server.path is not None:
        there, raw = server.path.resolve(), workspace.raw_folder.resolve()
        if there == raw:
            return None
        if there.is_relative_to(raw) or raw.is_relative_to(there):
            raise ConfigProblem(f"The drop folder is {server.address}. {_OF_THE_FOLDER}")
    return server


def sweep(workspace: Workspace) -> None:
    """Remove what a killed fetching left."""
    shutil.rmtree(workspace.raw_folder / ARRIVING, ignore_errors=True)


def forget(workspace: Workspace, copies: Iterable[Path], words: Iterable[str]) -> int:
    """Have nothing more fetched of somebody who is erased: neither the files of these copies nor what bears the names.

    Returns how many files of the drop folder elsewhere these are copies of.
    """
    if not (workspace.folder / workspace.config.store / LEDGER).exists() and workspace.config.drop_folder is None:
        return 0
    sweep(workspace)
    ledger = Ledger.of(workspace)
    gone = {ledger.hash("copy", _at(path, workspace.raw_folder)) for path in copies}
    theirs = [key for key, told in ledger.files.items() if told.get("copy") in gone]
    ledger.files |= {key: {"erased": ledger.hash("content", ledger.files[key]["sha256"])} for key in theirs}
    ledger.erased |= {ledger.hash("name", name_key(word)) for word in words}
    ledger.keep()
    return len(theirs)


def _put(copied: Copied, raw: Path, server: DropServer, ledger: Ledger) -> Fetched:
    """Give a copy its place; what stands there and is not the copy before it stays, and this one gets a number."""
    found, name = copied.found, printable(copied.found.below)
    key = ledger.key(server, found)
    before = ledger.files.get(key, {})
    sha256 = sha256_of(copied.part)
    content = ledger.hash("content", sha256)
    if any(told.get("erased") == content for told in ledger.files.values()):
        ledger.files[key] = {"erased": content}
        return Fetched("(1)", "erased", _OF_ERASED)
    for number in itertools.count(1):
        path = _numbered(raw / found.below, number)
        there = _hash(path)
        if there in ("", sha256) or (there == before.get("sha256") and _copy(ledger, path, raw) == before.get("copy")):
            break
    if there != sha256:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(raw.resolve()):
            return Fetched(name, "failed", "its folder here leads out of the drop folder. Take that link away")
        put_in_place(copied.part, path)
    ledger.files[key] = {"stamp": found.stamp, "sha256": sha256, "copy": _copy(ledger, path, raw)}
    if len(ledger.files) % 50 == 0:
        ledger.keep()
    return Fetched(name, "again" if before else "copied")


def _copy(ledger: Ledger, path: Path, raw: Path) -> str:
    return ledger.hash("copy", _at(path, raw))


def _at(path: Path, raw: Path) -> str:
    path, raw = path.absolute(), raw.absolute()
    return path.relative_to(raw).as_posix() if path.is_relative_to(raw) else ""


def _numbered(path: Path, number: int) -> Path:
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")


def _hash(path: Path) -> str:
    """The hash of a file; empty where there is none, and no hash where a folder stands there."""
    if path.is_dir():
        return "folder"
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return sha256_of(path)
    return ""


def _refused(below: str) -> str:
    """Why a file cannot be copied under its name."""
    parts = PurePosixPath(below).parts
    if below.startswith("/") or ".." in parts or any(_NO_NAME.search(part) for part in parts):
        return "its name cannot be that of a file on every computer. Give it another one"
    if any(len(part.encode(errors="surrogateescape")) > _TOO_LONG_BYTES for part in parts):
        return "its name is too long. Give it a shorter one"
    return ""


def _said_in(below: str) -> Iterator[str]:
    """What of a path may be a name: its parts, and up to some words of them in a row.

    >>> list(_said_in("Alder/sets_Fir.csv"))
    ['Alder', 'sets_Fir.csv', 'Alder', 'sets', 'sets Fir', 'sets Fir csv', 'Fir', 'Fir csv', 'csv']
    """
    parts = PurePosixPath(below).parts
    yield from parts
    for part in parts:
        words = [word for word in re.split(r"[\W_]+", part) if word]
        rows = {
            " ".join(words[begin:end]): None
            for begin in range(len(words))
            for end in range(begin + 1, min(begin + _MOST_WORDS, len(words)) + 1)
        }
        yield from rows
