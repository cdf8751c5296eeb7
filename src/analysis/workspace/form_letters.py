"""Letters of forms at the door: opened here, judged one answer at a time, and handed on to a reader without a key.

What stands decides: the same answer twice counts once, of one day and kind the last version, an older one is ignored
with a note; one of a form that was revoked since gives way to any other. An answer that is not of its form's key, of a
revoked or an old form, late or of the future is refused, and what stands gives way to an answer that is taken alone.
Whose an answer is says the form that it is proven to come from. On a tablet of the squad everybody answers for
themselves without a proof: such a letter waits until the coach has looked at it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.asking import HOLDS_DAYS
from analysis.base.errors import UnreadableFile, WorkbookError
from analysis.base.files import printable
from analysis.base.frames import rows_of
from analysis.ingest import registry
from analysis.ingest.binding import Names
from analysis.ingest.dialect import decoded
from analysis.ingest.files import head_of
from analysis.ingest.form_answers import READER, About, Left, about
from analysis.ingest.json_values import Fields
from analysis.ingest.reading import Options, Reading
from analysis.sealing import MARK, MAX_BYTES, FormKeys, FormKeysLost, Signed, letters_in, opened, sealed
from analysis.sealing.letter import MAX_ANSWERS
from analysis.workspace.coached import coached
from analysis.workspace.resting import Kept
from analysis.workspace.workspace import Workspace

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
    judge = _Judge(workspace, kept)
    judged = [judge.judged(one) for one in _signed_in(workspace, path, name)]
    entries = list(_last_of_each(judged))
    taken = [one for one in entries if isinstance(one, _Taken)]
    refused = [one for one in entries if isinstance(one, Left) and one.is_refused]
    if refused and not taken:
        first = refused[0]
        raise UnreadableFile(f"{name}: the answer {first.about} {first.why}. {first.remedy}")
    if judge.of_tablet and not seen and kept is None:
        raise WaitsForTheCoach(_told(taken, name))
    reading = registry.read_opened([one.given if isinstance(one, _Taken) else one for one in entries], options)
    return Opened(reading, tuple(judge.giving_way(entries, reading)))


def athletes_in(workspace: Workspace, path: Path) -> set[str]:
    """The ids of those whose answers are in the letters of a file, as far as they open; of nobody where it is none."""
    try:
        if not is_letter(path):
            return set()
        judge = _Judge(workspace, None)
        return {whose for one in _signed_in(workspace, path, path.name) if (whose := judge.whose(one))}
    except (UnreadableFile, FormKeysLost):
        return set()


def letters_without(workspace: Workspace, path: Path, athlete_id: str, names: Names) -> str:
    """The letters of a file without the answers of an athlete, and without those of nobody who is known by `names`.

    Each answer that is left keeps its very bytes and its proof. Raises UnreadableFile and FormKeysLost.
    """
    judge, public = _Judge(workspace, None), form_keys(workspace).public()
    judge.names = names
    signed = _signed_in(workspace, path, path.name)
    left = [one for one in signed if (whose := judge.whose(one)) and whose != athlete_id]
    return "\n".join(sealed(left[start : start + MAX_ANSWERS], public) for start in range(0, len(left), MAX_ANSWERS))


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


_Place = tuple[str | None, date, str]  # athlete, day and kind: of each one answer stands


@dataclass(frozen=True, eq=False)
class _Taken:
    """An answer that may be taken."""

    given: Fields
    about: About
    place: _Place | None  # None for the coach's, of which none takes the place of another
    rank: tuple[bool, int]  # the higher one stands: whether its form holds still, and its sequence

    @property
    def what(self) -> str:
        return f"{self.about.kind} of {self.about.day}"


def _last_of_each(judged: Sequence[_Taken | Left]) -> Iterable[_Taken | Left]:
    """The answers of one file, of each place the last version; the coach's once, since each is for itself."""
    last: dict[_Place | None, _Taken] = {}
    for one in judged:
        if isinstance(one, _Taken) and (one.place not in last or (one.place and one.rank > last[one.place].rank)):
            last[one.place] = one
    for one in judged:
        if isinstance(one, Left) or last[one.place] is one:
            yield one
        elif one.place is None:
            yield Left("is the coach's second one in this file", "Put it into a file of its own.", one.what)
        elif one.about.answer_id == last[one.place].about.answer_id:
            yield Left("is in this file twice", "Nothing is to be done.", one.what, is_refused=False)
        else:
            yield Left("is older than the one that stands", "Nothing is to be done.", one.what, is_refused=False)


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
        self.of_tablet = False

    def whose(self, signed: Signed) -> str | None:
        """The athlete of an answer that is proven to come from a form, or says so on the squad's tablet."""
        try:
            one = about(json.loads(signed.text))
        except (ValueError, RecursionError):
            return None
        form = self.forms.get(one.form_id)
        if form is None:
            return None
        if form.kind == "squad":
            return self.names.athlete("*", one.athlete)
        return form.athlete_id if signed.is_by(self.keys.of_form(one.form_id, form.athlete_id)) else None

    def judged(self, signed: Signed) -> _Taken | Left:
        """An answer that may be taken, else why it may not."""
        try:
            given = json.loads(signed.text)
            one = about(given)
        except (ValueError, RecursionError):
            return Left("is in no form that is known here", "Make the form anew, and have it answered there.")
        what = f"{one.kind} of {one.day}"
        form = self.forms.get(one.form_id)
        if form is None:
            return Left("comes from a form that this workspace does not know", _FROM_NEW_FORM, what)
        athlete_id = self.names.athlete("*", one.athlete)
        if form.kind == "squad":
            self.of_tablet = True
            if one.kind == "coach":
                return Left("is not proven to come from its form", "Answer in the coach's own form.", what)
            if athlete_id is None:
                return Left(f"names {one.athlete!r}, who is no athlete here", "Bind the name: workbook alias", what)
        elif not self._is_proven(signed, form, one):
            return Left("is not proven to come from its form", "Have it sent again from the athlete's own form.", what)
        if problem := self._out_of_time(form, one):
            return Left(*problem, what)
        if one.kind == "coach":
            return self._of_coach(given, one, what)
        return self._as_stands(_Taken(given, one, (athlete_id, one.day, one.kind), self._rank(form, one.sequence)))

    def giving_way(self, entries: Sequence[_Taken | Left], reading: Reading) -> Iterable[tuple[int, int]]:
        """The places in older files of what gives way to the answers that were taken, which are not those refused."""
        numbers = reading.tables["answers"]["row_no"] if "answers" in reading.tables else ()
        for number in numbers:
            one = entries[int(number) - 1]
            before = self.stands.get(one.place) if isinstance(one, _Taken) and one.place else None
            if before is not None and before.file_no != self.file_no:
                yield before.file_no, before.row_no

    def _rank(self, form: Any, sequence: int) -> tuple[bool, int]:
        return bool(form is not None and pd.isna(form.revoked_at)), sequence

    def _is_proven(self, signed: Signed, form: Any, one: About) -> bool:
        """Whether an answer comes from its form, and is about what that asks of whom it asks."""
        whose = ("coach", True) if form.kind == "coach" else (form.athlete_id, False)
        is_whose = (one.athlete, one.kind == "coach") == whose
        return is_whose and signed.is_by(self.keys.of_form(form.form_id, form.athlete_id))

    def _of_coach(self, given: dict[str, Any], one: About, what: str) -> _Taken | Left:
        """What the coach said, with the ids that it gets here; what was said since stands."""
        if self.file_no is not None or self._was_taken(one.answer_id):
            return Left("was taken in before, once and for all", "Nothing is to be done.", what, is_refused=False)
        try:
            said = coached(self.workspace, given, one.written_at.astimezone(UTC))
            return _Taken(said, one, None, (True, one.sequence))
        except WorkbookError as problem:
            return Left(f"cannot be taken: {problem}", "Answer once more in a new form of the coach.", what)
        except (LookupError, TypeError, ValueError, AttributeError):
            return Left("is in no form that is known here", "Make the form anew, and have it answered there.", what)

    def _was_taken(self, answer_id: str) -> bool:
        """Whether an answer of this id lies in a file of a form that was taken in; the coach's stand nowhere else."""
        files = self.workspace.store.among("files", reader=[READER.name])
        rows = self.workspace.store.among("source_rows", file_no=files["file_no"].tolist(), became=["taken"])
        return any(f'"id": {json.dumps(answer_id)}' in json.loads(raw)[0] for raw in rows["raw"])

    def _out_of_time(self, form: Any, one: About) -> tuple[str, str] | None:
        """Why an answer comes too late or too early, and what to do."""
        clock = timedelta(hours=CLOCK_H)
        made, revoked, written_at = form.made_at.to_pydatetime(), form.revoked_at, one.written_at.astimezone(UTC)
        arrived = self.arrived.to_pydatetime()
        if pd.notna(revoked) and revoked <= self.arrived:
            return f"comes from a form that was revoked on {revoked:%Y-%m-%d}", _FROM_NEW_FORM
        latest = (arrived + timedelta(hours=FARTHEST_H)).date()
        is_ahead = written_at > arrived + clock or one.sequence > (arrived + clock).timestamp()
        if is_ahead or one.day > latest or one.day > one.written_at.date():
            return "is of the future", "Set the clock of the phone, then answer again."
        if not made - clock <= written_at <= made + timedelta(days=HOLDS_DAYS):
            return f"was written when its form of {made:%Y-%m-%d} did not hold", _FROM_NEW_FORM
        late = (self.arrived.tz_convert(self.zone).date() - one.day).days
        if late > LATE_DAYS:
            return (
                f"came {late} days late; {LATE_DAYS} are the most",
                "Write it into a file of its own, as templates/wellness.csv.",
            )
        return None

    def _as_stands(self, one: _Taken) -> _Taken | Left:
        """The answer by what stands for its day and kind."""
        before = self.stands.get(one.place) if one.place else None
        if before is None or (before.answer_id == one.about.answer_id and before.file_no == self.file_no):
            return one
        if before.answer_id == one.about.answer_id:
            return Left("is stored already, from another file", "Nothing is to be done.", one.what, is_refused=False)
        if one.rank <= self._rank(self.forms.get(before.form_id), before.sequence):
            return Left("is older than the one that stands", "Nothing is to be done.", one.what, is_refused=False)
        return one


def _told(answers: Sequence[_Taken], name: str) -> str:
    """What the squad's tablet sent, for the coach to look at."""
    told = ", ".join(f"{one.about.athlete} ({one.what})" for one in answers)
    return (
        f"answers from the squad's tablet wait for your yes: {printable(told)}. "
        f"Look at them, then: workbook ingest --yes {name}"
    )
