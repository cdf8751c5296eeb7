"""Letters of forms at the door: opened here, judged one answer at a time, and handed on to a reader without a key.

What stands decides: the same answer twice counts once, of one day and kind the last version, an older one is ignored
with a note. An answer that is not of its form's key, of a revoked or an old form, late or of the future is refused.
Whose an answer is says the form that it is proven to come from. On a tablet of the squad everybody answers for
themselves without a proof: such a letter waits until the coach has looked at it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.base.files import printable
from analysis.base.frames import rows_of
from analysis.ingest import registry
from analysis.ingest.dialect import decoded
from analysis.ingest.files import head_of
from analysis.ingest.form_answers import Left, about
from analysis.ingest.json_values import Fields
from analysis.ingest.reading import Options, Reading
from analysis.sealing import MARK, MAX_BYTES, FormKeys, FormKeysLost, Signed, letters_in, opened
from analysis.workspace.coached import coached
from analysis.workspace.resting import Kept
from analysis.workspace.workspace import Workspace

HOLDS_DAYS = 35
LATE_DAYS = 14
CLOCK_H = 1  # by how much the clock of a phone may be wrong
FARTHEST_H = 14  # by how much the calendar of a place on earth goes before that of Greenwich

_SUFFIXES = (".txt", ".text", ".json", "")
_FROM_NEW_FORM = "Send a new form, and have it answered there."


class WaitsForTheCoach(Exception):
    """A letter of the squad's tablet that nobody has looked at; the message says what is in it."""


@dataclass(frozen=True, eq=False)
class Opened:
    """The letters of a file, opened: what is handed on, and the places of older answers that give way to it."""

    reading: Reading
    instead: tuple[tuple[int, int], ...] = ()


def form_keys(workspace: Workspace) -> FormKeys:
    """The keys of the forms of a workspace."""
    return FormKeys(workspace.folder / workspace.config.store)


def is_letter(path: Path) -> bool:
    """Whether the file is a text with a letter of a form in its beginning."""
    if path.suffix.lower() not in _SUFFIXES:
        return False
    head = head_of(path)
    return MARK.encode() in head.replace(b"\0", b"") and not head.startswith(b"PK")


def open_letters(workspace: Workspace, path: Path, options: Options, kept: Kept | None, *, seen: bool) -> Opened:
    """The answers in the letters of a file; `kept` is what the store knows of it, `seen` the coach's yes to a tablet.

    Raises
    ------
    UnreadableFile
        It is too large, holds no whole letter, or every answer in it is refused: the first reason.
    FormKeysLost
        The secret of the forms is gone or not whole.
    WaitsForTheCoach
        It comes from the squad's tablet, and nobody has looked at it.
    """
    name = printable(path.name)
    signed = _signed_in(workspace, path, name)
    judge = _Judge(workspace, kept)
    entries = [judge.judged(one) for one in signed]
    taken = [one for one in entries if not isinstance(one, Left)]
    refused = [one for one in entries if isinstance(one, Left) and one.is_refused]
    if refused and not taken:
        first = refused[0]
        raise UnreadableFile(f"{name}: the answer {first.about} {first.why}. {first.remedy}")
    if judge.of_tablet and not seen and kept is None:
        raise WaitsForTheCoach(_told(taken, name))
    return Opened(registry.read_opened(entries, name, options), tuple(judge.instead))


def athletes_in(workspace: Workspace, path: Path) -> set[str]:
    """The ids of those whose answers are in the letters of a file, as far as they open; of nobody where it is none."""
    try:
        if not is_letter(path):
            return set()
        judge = _Judge(workspace, None)
        return {whose for one in _signed_in(workspace, path, path.name) if (whose := judge.whose(one))}
    except (UnreadableFile, FormKeysLost):
        return set()


def _signed_in(workspace: Workspace, path: Path, name: str) -> list[Signed]:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableFile(
            f"{name} has {size / 1e6:.1f} MB; answers of a form have {MAX_BYTES / 1e6:.1f} MB at most. "
            "Save the answers alone, without what was written around them."
        )
    text, _, _ = decoded(path.read_bytes(), name)
    letters = letters_in(text, name)
    if not workspace.store.count("forms")[0][0]:
        raise UnreadableFile(f"{name} comes from a form of another workspace: none was made here. Take it in there.")
    private = form_keys(workspace).private()
    return [signed for letter in letters for signed in opened(letter, private, name)]


class _Judge:
    """What becomes of each answer of a file, by what the workspace knows."""

    def __init__(self, workspace: Workspace, kept: Kept | None):
        self.workspace = workspace
        self.file_no = kept.file_no if kept else None
        self.arrived = kept.imported_at if kept else workspace.now()
        self.zone, self.names = workspace.config.zone, workspace.names()
        self.keys = form_keys(workspace)
        self.forms = {row.form_id: row for row in rows_of(workspace.store.frame("forms"))}
        self.stands = {
            (row.athlete_id, row.local_date.date(), row.kind): row for row in rows_of(workspace.store.frame("answers"))
        }
        self.instead: list[tuple[int, int]] = []
        self.of_tablet = False

    def whose(self, signed: Signed) -> str | None:
        """The athlete of an answer that is proven to come from a form, or says so on the squad's tablet."""
        try:
            form_id, name, *_ = about(json.loads(signed.text))
        except (ValueError, RecursionError):
            return None
        form = self.forms.get(form_id)
        if form is None:
            return None
        if form.kind == "squad":
            return self.names.athlete("*", name)
        return form.athlete_id if signed.is_by(self.keys.of_form(form_id, form.athlete_id)) else None

    def judged(self, signed: Signed) -> Fields | Left:
        """The fields of an answer that is taken, else why it is not."""
        try:
            given = json.loads(signed.text)
            form_id, name, kind, day, written_at, sequence, answer_id = about(given)
        except (ValueError, RecursionError):
            return Left("is in no form that is known here", "Make the form anew, and have it answered there.")
        what = f"{kind} of {day}"
        form = self.forms.get(form_id)
        if form is None:
            return Left("comes from a form that this workspace does not know", _FROM_NEW_FORM, what)
        athlete_id = self.names.athlete("*", name)
        if form.kind == "squad":
            self.of_tablet = True
            if athlete_id is None:
                return Left(f"names {name!r}, who is no athlete here", "Bind the name: workbook alias", what)
        elif not self._is_proven(signed, form, name, kind):
            return Left("is not proven to come from its form", "Have it sent again from the athlete's own form.", what)
        written = datetime.fromisoformat(given["written_at"])
        if problem := self._out_of_time(form, day, written_at, written):
            return Left(*problem, what)
        if kind == "coach":
            return self._of_coach(given, written_at, what)
        return self._as_stands(given, (athlete_id, day, kind), sequence, answer_id, what)

    def _is_proven(self, signed: Signed, form: Any, name: str, kind: str) -> bool:
        """Whether an answer comes from its form, and is about what that asks of whom it asks."""
        whose = ("coach", True) if form.kind == "coach" else (form.athlete_id, False)
        return (name, kind == "coach") == whose and signed.is_by(self.keys.of_form(form.form_id, form.athlete_id))

    def _of_coach(self, given: dict[str, Any], written_at: datetime, what: str) -> Fields | Left:
        """What the coach said, with the ids that it gets here; what was said since stands."""
        if self.file_no is not None:
            return Left("was taken in before, once and for all", "Nothing is to be done.", what, is_refused=False)
        try:
            return coached(self.workspace, given, written_at)
        except WorkbookError as problem:
            return Left(f"cannot be taken: {problem}", "Answer once more in a new form of the coach.", what)
        except (LookupError, TypeError, ValueError, AttributeError):
            return Left("is in no form that is known here", "Make the form anew, and have it answered there.", what)

    def _out_of_time(self, form: Any, day: date, written_at: datetime, written: datetime) -> tuple[str, str] | None:
        """Why an answer comes too late or too early, and what to do."""
        clock = timedelta(hours=CLOCK_H)
        made, revoked = form.made_at.to_pydatetime(), form.revoked_at
        arrived = self.arrived.to_pydatetime()
        if pd.notna(revoked) and revoked <= self.arrived:
            return f"comes from a form that was revoked on {revoked:%Y-%m-%d}", _FROM_NEW_FORM
        latest = (arrived + timedelta(hours=FARTHEST_H)).date()
        if written_at > arrived + clock or day > latest or day > written.date():
            return "is of the future", "Set the clock of the phone, then answer again."
        if not made - clock <= written_at <= made + timedelta(days=HOLDS_DAYS):
            return f"was written when its form of {made:%Y-%m-%d} did not hold", _FROM_NEW_FORM
        late = (self.arrived.tz_convert(self.zone).date() - day).days
        if late > LATE_DAYS:
            return (
                f"came {late} days late; {LATE_DAYS} are the most",
                "Write it into a file of its own, as templates/wellness.csv.",
            )
        return None

    def _as_stands(
        self, given: Fields, place: tuple[str | None, date, str], sequence: int, answer_id: str, what: str
    ) -> Fields | Left:
        """The answer by what stands for its day and kind."""
        before = self.stands.get(place)  # type: ignore[arg-type]
        if before is not None and before.answer_id == answer_id:
            if before.file_no == self.file_no:
                return given
            return Left("is stored already, from another file", "Nothing is to be done.", what, is_refused=False)
        if before is not None and sequence <= before.sequence:
            return Left("is older than the one that stands", "Nothing is to be done.", what, is_refused=False)
        if before is not None:
            self.instead.append((before.file_no, before.row_no))
        return given


def _told(answers: Sequence[Fields], name: str) -> str:
    """What the squad's tablet sent, for the coach to look at."""
    told = ", ".join(f"{one['athlete']} ({one['kind']} of {one['day']})" for one in answers)
    return (
        f"answers from the squad's tablet wait for your yes: {printable(told)}. "
        f"Look at them, then: workbook ingest --yes {name}"
    )
