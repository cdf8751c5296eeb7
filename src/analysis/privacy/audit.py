"""The audit log: who ran what when, a JSON line each, chained so that a line that is changed or missing shows.

Each line carries a keyed hash over its own words and the line before it. The number of lines and the hash of the last
one are kept in the store as well, so that lines cut off at the end show too, and stay to be seen: the next line goes on
from what the store knows. A line that was cut while it was written is closed by the next one, which says so.

Athletes stand in it only as keyed hashes of their ids, never by id or name: nothing has to be taken out of the log when
somebody is erased. Options are named without their values, which may be names.
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
from functools import cached_property
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from analysis.base.errors import Busy, DataProblem
from analysis.base.files import sync, write_together, write_whole
from analysis.workspace import Workspace

LOG, KEY, LOCK = "audit.jsonl", "audit.key", "audit.lock"
FILES = (LOG, KEY, LOCK)
BEGUN_ANEW = "begun anew"  # the first line of a log that took the place of one which could not go on

_HEAD = "audit_head"  # in the store: number of lines and hash of the last one
_CUT = "cut_before"  # in a line: the hash of what stands before it and was cut while it was written
_START = "0" * 64
_KEY_BYTES = 32
_WAIT_S = 30
_COLUMNS = ["no", "at", "who", "what", "options", "athletes", "exit"]
_REMEDY = "Put it back from a backup, or begin a new log beside the old one: workbook audit --anew"
_COMPARE = "Compare it with the log in a backup, and find out who {did} it. To begin a new one: workbook audit --anew"


class AuditKeyLost(DataProblem):
    """The key that signed the log is gone or not whole: nothing can be added to the log, and nothing in it proven."""


@dataclass(frozen=True)
class Audit:
    """The log of one workspace."""

    workspace: Workspace

    @property
    def _folder(self) -> Path:
        return self.workspace.folder / self.workspace.config.store

    def pseudonym(self, athlete_id: str) -> str:
        """What stands in the log for this athlete: it can be found again by who knows the id, and not read back.

        Raises AuditKeyLost as `require_key`.
        """
        return _pseudonym(self._key(), athlete_id)

    def require_key(self) -> None:
        """Raise AuditKeyLost where there are lines and the key that signed them is gone, or there is one not whole."""
        path = self._folder / KEY
        if path.exists():
            size = path.stat().st_size
            if size != _KEY_BYTES:
                raise AuditKeyLost(f"The key of the audit log, {path}, has {size} bytes of {_KEY_BYTES}. {_REMEDY}")
        elif self._head()[0] or self._read()[0]:
            raise AuditKeyLost(f"The key of the audit log, {path}, is gone. {_REMEDY}")

    def record(self, what: str, options: Iterable[str], athlete_ids: Iterable[str], code: int) -> None:
        """Append a line: a command, the names of its options, whose data it was about, and its exit code.

        Raises AuditKeyLost as `require_key`, Busy where somebody else holds the log, OSError where the disk does not
        take the line: nothing of it is there then.
        """
        with self._alone():
            key = self._key()
            lines, torn = self._read()
            number, before = self._head()
            if lines and lines[-1] and lines[-1]["no"] >= number:
                number, before = lines[-1]["no"], lines[-1]["hash"]
            whose = sorted(_pseudonym(key, athlete_id) for athlete_id in athlete_ids)
            about = {"what": what, "options": sorted(options), "athletes": whose, "exit": code}
            closes = {_CUT: _sha256(torn)} if torn else {}
            line = _signed_line(key, number + 1, before, about | closes)
            _append(self._folder / LOG, (b"\n" if torn else b"") + _bytes(line))
            self._keep_head(line)

    def begin_anew(self) -> Path | None:
        """Put a log that cannot go on aside and begin a new one, whose first line says so.

        Returns where the old one lies, None where there was none.
        """
        with self._alone():
            log = self._folder / LOG
            content = log.read_bytes() if log.exists() else b""
            old = self._folder / f"audit-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{_sha256(content)[:8]}.jsonl"
            if content:
                write_whole(old, content)
            key, (number, last) = secrets.token_bytes(_KEY_BYTES), self._head()
            about = {"what": BEGUN_ANEW, "options": [], "athletes": [], "exit": 0}
            before = {"old": old.name, "old_sha256": _sha256(content), "old_lines": number, "old_last": last}
            line = _signed_line(key, 1, _START, about | before)
            write_together({self._folder / KEY: key, log: _bytes(line)})
            self._keep_head(line)
            return old if content else None

    def table(self, athlete_id: str | None = None) -> pd.DataFrame:
        """The log as a frame: no, at, who, what, options, athletes (pseudonyms) and exit; of one athlete if asked."""
        lines = [line for line in self._read()[0] if line]
        rows = pd.DataFrame(lines, columns=[*_COLUMNS, "before", "hash"]).loc[:, _COLUMNS]
        if athlete_id is None or rows.empty:
            return rows
        wanted = self.pseudonym(athlete_id)
        return rows.loc[[wanted in athletes for athletes in rows["athletes"]]]

    def handed_out(self, athlete_id: str, commands: Iterable[str]) -> Iterator[str]:
        """In words, which of these commands ended well and were about the athlete, or may have been.

        Lines under a key that is lost do not say whom they were about.
        """
        lost = old_logs(self._folder)
        try:
            whose = self.pseudonym(athlete_id)
            for line in _done(self._folder / LOG, commands):
                if whose in line["athletes"]:
                    yield _in_words(line)
        except AuditKeyLost:
            lost.append(self._folder / LOG)
        for line in (line for path in lost for line in _done(path, commands)):
            yield f"{_in_words(line)}, about whom is not known: the key of that log was lost"

    def check(self) -> int:
        """The number of lines, where all are there and as they were written.

        A line that was written when the power failed, before the store knew of it, is no damage, be it whole or cut.

        Raises DataProblem naming the first line that is not as it was, or how many are missing at the end, and
        AuditKeyLost as `require_key`.
        """
        self.require_key()
        lines, before = self._read()[0], _START
        for place, line in enumerate(lines, start=1):
            plain = {name: value for name, value in (line or {}).items() if name != "hash"}
            is_whole = line is not None and line.get("hash") == _signed(self._key(), _text(plain))
            if line is None or not is_whole or line["no"] != place or line["before"] != before:
                raise DataProblem(
                    f"Line {place} of the audit log is not as it was written, or one before it is missing. "
                    + _COMPARE.format(did="changed")
                )
            before = line["hash"]
        number, last = self._head()
        known = lines[number - 1] if 0 < number <= len(lines) else None
        if number and (known is None or known["hash"] != last):
            raise DataProblem(f"The audit log has {len(lines)} lines and had {number}. {_COMPARE.format(did='cut')}")
        return len(lines)

    def notes(self) -> list[str]:
        """What happened to the log and is no damage, in sentences: lines that were cut, and that it was begun anew."""
        lines, torn = self._read()
        said = []
        for line in filter(None, lines):
            if line["what"] == BEGUN_ANEW:
                said.append(f"It was begun anew on {line['at'][:10]}; the one before, {line['old']}, cannot be proven.")
            if _CUT in line:
                said.append(f"Before line {line['no']} one was cut while it was written; its command is not known.")
        if torn:
            said.append("The last line was cut while it was written; its command is not known. The next one closes it.")
        return said

    def _read(self) -> tuple[list[dict | None], bytes]:
        return _lines(self._folder / LOG)

    def _head(self) -> tuple[int, str]:
        """The number of lines and the hash of the last one, as the store knows them."""
        number, last = (self.workspace.store.fact(_HEAD) or f"0 {_START}").split()
        return int(number), last

    def _keep_head(self, line: dict) -> None:
        self.workspace.store.keep_fact(_HEAD, f"{line['no']} {line['hash']}")

    def _key(self) -> bytes:
        """The key of this workspace, made when it is first needed, whole or not at all."""
        self.require_key()
        path = self._folder / KEY
        if not path.exists():
            with self._alone():
                if not path.exists():
                    write_whole(path, secrets.token_bytes(_KEY_BYTES))
        return path.read_bytes()

    @cached_property
    def _lock(self) -> FileLock:
        return FileLock(self._folder / LOCK, timeout=_WAIT_S)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the log; one that holds it may do so again."""
        try:
            self._lock.acquire()
        except Timeout:
            raise Busy(f"Somebody else has held the audit log for {_WAIT_S} s. Wait for it to end.") from None
        try:
            yield
        finally:
            self._lock.release()


def old_logs(store: Path) -> list[Path]:
    """The logs that could not go on."""
    return sorted(store.glob("audit-*.jsonl"))


def _lines(path: Path) -> tuple[list[dict | None], bytes]:
    """The lines of a log, None for one that is none, and what stands after the last: it was cut while it was written.

    What was cut and is closed by the line after it is left out.
    """
    *ended, torn = path.read_bytes().split(b"\n") if path.exists() else (b"",)
    lines = [_parsed(text) for text in ended]
    closes = [(line or {}).get(_CUT) for line in [*lines, None][1:]]
    return [line for line, text, by in zip(lines, ended, closes, strict=True) if by != _sha256(text)], torn


def _parsed(text: bytes) -> dict | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and {*_COLUMNS, "before", "hash"} <= line.keys() else None


def _done(path: Path, commands: Iterable[str]) -> list[dict]:
    """The lines of these commands that ended well."""
    wanted = set(commands)
    return [line for line in _lines(path)[0] if line and line["exit"] == 0 and line["what"] in wanted]


def _in_words(line: dict) -> str:
    return f"workbook {line['what']}, {line['at']}"


def _signed_line(key: bytes, number: int, before: str, about: dict) -> dict:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"no": number, "at": at, "who": _user(), "before": before} | about
    return line | {"hash": _signed(key, _text(line))}


def _append(path: Path, content: bytes) -> None:
    """Add to the end of a file all of it, or nothing where the disk does not take it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab", buffering=0) as file:  # what a buffer holds would be written again at the end
        size = os.fstat(handle).st_size
        try:
            while content:
                content = content[file.write(content) :]
            sync(file)
        except OSError:
            os.ftruncate(handle, size)
            raise


def _pseudonym(key: bytes, athlete_id: str) -> str:
    return _signed(key, f"athlete {athlete_id}")[:16]


def _signed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bytes(line: dict) -> bytes:
    return _text(line).encode() + b"\n"


def _text(line: dict) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a name for its user
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
