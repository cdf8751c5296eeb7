"""The audit log: who ran what when, a JSON line each, chained so that a line that is changed or missing shows.

Each line carries a keyed hash over its own words and the line before it. The number of lines and the hash of the last
one are kept in the store as well, so that lines cut off at the end show too. Athletes stand in it only as keyed hashes
of their ids, never by id or name: nothing has to be taken out of the log when somebody is erased. Options are named
without their values, which may be names.
"""

import contextlib
import getpass
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from filelock import FileLock

from analysis.base.errors import DataProblem
from analysis.base.files import sync
from analysis.workspace import Workspace

LOG, KEY, LOCK = "audit.jsonl", "audit.key", "audit.lock"
FILES = (LOG, KEY, LOCK)

_HEAD = "audit_head"  # in the store: number of lines and hash of the last one
_START = "0" * 64
_COLUMNS = ["no", "at", "who", "what", "options", "athletes", "exit"]


@dataclass(frozen=True)
class Audit:
    """The log of one workspace."""

    workspace: Workspace

    @property
    def _folder(self) -> Path:
        return self.workspace.folder / self.workspace.config.store

    def pseudonym(self, athlete_id: str) -> str:
        """What stands in the log for this athlete: it can be found again by who knows the id, and not read back."""
        return self._signed(f"athlete {athlete_id}")[:16]

    def record(self, what: str, options: Iterable[str], athlete_ids: Iterable[str], code: int) -> None:
        """Append a line: a command, the names of its options, whose data it was about, and its exit code."""
        with FileLock(self._folder / LOCK, timeout=30):
            lines = self._lines()
            line = {
                "no": len(lines) + 1,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "who": _user(),
                "what": what,
                "options": sorted(options),
                "athletes": sorted(map(self.pseudonym, athlete_ids)),
                "exit": code,
                "before": lines[-1]["hash"] if lines else _START,
            }
            signed = line | {"hash": self._signed(_text(line))}
            with _appending(self._folder / LOG) as file:
                file.write(_text(signed).encode() + b"\n")
                sync(file)
            self.workspace.store.keep_fact(_HEAD, f"{signed['no']} {signed['hash']}")

    def table(self, athlete_id: str | None = None) -> pd.DataFrame:
        """The log as a frame: no, at, who, what, options, athletes (pseudonyms) and exit; of one athlete if asked."""
        rows = pd.DataFrame(self._lines(), columns=[*_COLUMNS, "before", "hash"]).loc[:, _COLUMNS]
        if athlete_id is None:
            return rows
        wanted = self.pseudonym(athlete_id)
        return rows.loc[[wanted in athletes for athletes in rows["athletes"]]]

    def check(self) -> int:
        """The number of lines, where all are there and as they were written.

        A line that was written when the power failed, before the store knew of it, is no damage.

        Raises DataProblem naming the first line that is not as it was, or how many are missing at the end.
        """
        lines, before = self._lines(), _START
        for place, line in enumerate(lines, start=1):
            plain = {name: value for name, value in line.items() if name != "hash"}
            if line["no"] != place or line["before"] != before or line["hash"] != self._signed(_text(plain)):
                raise DataProblem(
                    f"Line {place} of the audit log is not as it was written, or one before it is missing. "
                    "Compare it with the log in a backup, and find out who changed it."
                )
            before = line["hash"]
        head = self.workspace.store.fact(_HEAD)
        number, last = head.split() if head else ("0", _START)
        if len(lines) < int(number) or (int(number) and lines[int(number) - 1]["hash"] != last):
            raise DataProblem(
                f"The audit log has {len(lines)} lines and had {number}. "
                "Compare it with the log in a backup, and find out who cut it."
            )
        return len(lines)

    def _lines(self) -> list[dict]:
        path = self._folder / LOG
        if not path.exists():
            return []
        try:
            return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        except ValueError:
            raise DataProblem(
                f"{LOG} holds a line that is no JSON. Compare it with the log in a backup; move it away to begin anew."
            ) from None

    def _signed(self, text: str) -> str:
        return hmac.new(self._key(), text.encode(), hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        """The key of this workspace, made when it is first needed."""
        path = self._folder / KEY
        with contextlib.suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
                sync(file)
        return path.read_bytes()


@contextlib.contextmanager
def _appending(path: Path) -> Iterator:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as file:
        yield file


def _text(line: dict) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a name for its user
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
