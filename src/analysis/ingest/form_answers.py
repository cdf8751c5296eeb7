"""Answers of the workbook's own form on a phone, opened: an object of JSON for each thing that was asked of a day.

    {"form": "...", "athlete": "k3vd", "kind": "morning", "day": "2026-11-29",
     "written_at": "2026-11-29T07:12:00+01:00", "sequence": 1764396720, "id": "...",
     "items": [{"item": "sleep", "value": 7, "low": 1, "high": 10, "direction": "higher_better"}]}

What a phone sends is sealed; the workspace opens it, proves whose it is, and hands it on as this
(`workspace/form_letters.py`). This reader knows no key, so it takes nothing from a file in which such objects lie open.
An answer is taken whole or refused whole, with the reason.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from analysis.base.errors import UnreadableFile
from analysis.base.tables import TABLES
from analysis.base.units import factor
from analysis.base.words import BREAKS
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.ingest.json_values import Fields, looks_like_json
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.rows import WHOLE_ROW, Ledger, Problem, Row, frame

SOURCE = "form"
KINDS = r"morning|checks|session(_[2-5])?|coach"
BY_HAND = "by hand"  # what timed a run that was typed in
MOST_TEXT = 2000  # characters of a note
MOST_WORDS = 200  # of a name
MOST_NUMBER = 2.0**31
MOST_ROWS = 100  # sets or trials of an answer
REMEDY = "Correct it in the form and send it again."

AWAY = ("ill", "travelling")  # what a day off may be called by whom it was off for
_CALENDAR = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"  # a day as a form writes it
_ABOUT = ("form", "athlete", "kind", "day", "written_at", "sequence", "id")
_NO_LETTERS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # they turn the text behind them round
_TIMED = "time_s"  # the metric of a run
_RECORDS = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Left:
    """An answer that was not let through to this reader, refused or ignored, and why; nothing of what it says."""

    why: str  # of the answer, as "is a year late"
    remedy: str
    about: str = ""  # its day and kind
    is_refused: bool = True


@dataclass(frozen=True)
class About:
    """What every answer says of itself."""

    form_id: str
    athlete: str
    kind: str
    day: date
    written_at: datetime  # by the clock of the phone, with its offset
    sequence: int
    answer_id: str


class _Bad(ValueError):
    """A field of an answer that cannot be."""

    def __init__(self, name: str, check: str, raw: object = ""):
        super().__init__(name, check, raw)
        self.problem = Problem(name, check, str(raw)[:MOST_WORDS], REMEDY)


def recognises(path: Path, head: bytes) -> bool:  # noqa: ARG001 - a file is known by what it holds
    """True for JSON that begins with the answers of a form."""
    return looks_like_json(head, b'"form_answers"')


def read(path: Path, options: Options) -> Reading:  # noqa: ARG001 - as every reader has it
    """Nothing. Raises UnreadableFile: answers that lie open may be anybody's."""
    raise UnreadableFile(
        f"{path.name} holds answers of a form that nobody sealed, so that nobody can tell whose they are. "
        "Have them sent again from the form."
    )


def read_answers(answers: Sequence[Fields | Left], options: Options) -> Reading:
    """Answers that came sealed and never lay on a disk in clear."""
    known, ledger, rows = catalogue(options.exercises), Ledger(), _RECORDS()
    cues: list[dict[str, Any]] = []
    for row_no, one in enumerate(answers, start=1):
        row = Row("", row_no, {})
        if isinstance(one, Left):
            _leave(one, row, ledger)
            continue
        raw = json.dumps(one, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()  # halves of letters too
        ledger.enter("", row_no, (raw,), "taken")
        try:
            for table, record in _records(_Fields(one), known):
                if table != "cues" or record not in cues:  # one that helped in two sessions of a day
                    rows.setdefault(table, []).append(record | {"row_no": row_no})
                cues += [record] if table == "cues" else []
        except _Bad as bad:
            ledger.reject(row, [bad.problem])
    tables = {table: frame(table, some) for table, some in rows.items()}
    if "labels" in tables:
        tables["labels"] = tables["labels"].assign(source="coach")
    return ledger.reading(SOURCE, tables, {"form": "answers"}, reader=READER.name, notes=tuple(ledger.notes))


def _leave(one: Left, row: Row, ledger: Ledger) -> None:
    ledger.enter("", row.row_no, (one.about,), "ignored")
    if one.is_refused:
        ledger.reject(row, [Problem(WHOLE_ROW, one.why, one.about, one.remedy)])
    else:
        ledger.note(f"The answer {one.about} {one.why}. {one.remedy}")


@dataclass
class _Fields:
    """An object of JSON, field by field: each is what it should be, or the answer is refused."""

    given: Any
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not isinstance(self.given, dict):
            raise _Bad(WHOLE_ROW, "is no object of JSON")

    def _get(self, name: str) -> Any:
        self.asked.add(name)
        return self.given.get(name)

    def text(self, name: str, most: int = MOST_WORDS) -> str | None:
        value = self._get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise _Bad(name, "is no text", value)
        if len(value) > most:
            raise _Bad(name, f"has more than {most} letters", value)
        plain = " ".join(value.split())
        if _NO_LETTERS.search(plain) or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in plain):
            raise _Bad(name, "has letters that are none", ascii(plain)[1:-1])
        return plain or None

    def number(self, name: str) -> float | None:
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < MOST_NUMBER:
            raise _Bad(name, "is no number", value)
        return float(value)

    def whole(self, name: str, most: int) -> int | None:
        value = self.number(name)
        if value is not None and not (value == int(value) and 0 <= value <= most):
            raise _Bad(name, f"is no whole number up to {most}", value)
        return None if value is None else int(value)

    def each(self, name: str) -> Iterator["_Fields"]:
        value = self._get(name)
        if value is None:
            return
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise _Bad(name, f"is no list of {MOST_ROWS} at most")
        for one in value:
            inner = _Fields(one)
            yield inner
            inner.end()

    def needed(self, name: str, value: Any) -> Any:
        if value is None:
            raise _Bad(name, "is missing")
        return value

    def end(self) -> None:
        """Raises _Bad for a field that nobody asked for: nothing that was said is dropped in silence."""
        for name in self.given.keys() - self.asked:
            raise _Bad(str(name)[:MOST_WORDS], "is not known to this version of the workbook")


def _records(fields: _Fields, known: Catalogue) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of one answer, checked, each with its table."""
    found = list(_all_of(fields, known))
    fields.end()
    said = set()
    for table, record in found:
        _check(table, record)
        key = (table, *(record.get(name) for name in ("session_key", *TABLES[table].key)))
        if key in said:
            raise _Bad(table, "is said twice", "|".join(str(part) for part in key[1:] if part is not None))
        said.add(key)
    yield from found


def _all_of(fields: _Fields, known: Catalogue) -> Iterator[tuple[str, dict[str, Any]]]:
    one = about(fields.given)
    fields.asked |= set(_ABOUT)
    whose, written_at = {"external_name": one.athlete, "local_date": one.day}, one.written_at.astimezone(UTC)
    if one.kind == "morning":
        yield from _morning(fields, whose)
    elif one.kind == "checks":
        yield from _checks(fields, whose)
    elif one.kind == "coach":
        yield from _of_coach(fields, written_at)
        return
    else:
        yield from _session(fields, whose, one.kind, known)
    about_it = {"kind": one.kind, "form_id": one.form_id, "answer_id": one.answer_id}
    yield "answers", whose | about_it | {"sequence": one.sequence, "written_at": written_at}


def about(given: Mapping[str, Any]) -> About:
    """What an answer says of itself.

    Raises ValueError with the name of the field and what is wrong with it.
    """
    fields = _Fields(given)
    form, name, kind, answer_id = (fields.needed(one, fields.text(one)) for one in ("form", "athlete", "kind", "id"))
    if not re.fullmatch(KINDS, kind):
        raise _Bad("kind", "is not known to this version of the workbook", kind)
    day = _day(fields, "day")
    said = fields.needed("written_at", fields.text("written_at"))
    try:
        if not re.match(_CALENDAR, said):  # a form writes no weeks or days of a year, which the standard has too
            raise ValueError(said)
        written_at = datetime.fromisoformat(said)
        written_at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Bad("written_at", "is no moment", fields.given.get("written_at")) from None
    if written_at.tzinfo is None:
        raise _Bad("written_at", "does not say its distance from Greenwich, as +01:00", written_at)
    sequence = fields.needed("sequence", fields.whole("sequence", 2**31 - 1))
    return About(form, name, kind, day, written_at, sequence, answer_id)


def _morning(fields: _Fields, whose: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in fields.each("items"):
        low, value, high = (one.needed(name, one.number(name)) for name in ("low", "value", "high"))
        if not low <= value <= high:
            raise _Bad("value", f"does not lie on its scale from {low:g} to {high:g}", f"{value:g}")
        scale = {"scale_min": low, "scale_max": high, "direction": one.text("direction")}
        yield "wellness", whose | scale | {"item": one.needed("item", one.text("item")), "value": value}


def _session(
    fields: _Fields, whose: dict[str, Any], kind: str, known: Catalogue
) -> Iterator[tuple[str, dict[str, Any]]]:
    key = f"{whose['local_date']}|{kind}"
    of_it = {"session_key": key, "external_name": whose["external_name"]}
    minutes = fields.number("minutes")
    away = fields.text("away")
    if away not in (None, *AWAY):
        raise _Bad("away", f"is neither {' nor '.join(AWAY)}", away)
    said = (away, fields.text("notes", MOST_TEXT), _video(fields))
    yield (
        "sessions",
        whose
        | {
            "session_key": key,
            "kind": fields.needed("what", fields.text("what")),
            "status": fields.needed("status", fields.text("status")),
            "role": fields.text("role"),
            "duration_s": None if minutes is None else minutes * 60,
            "rpe_cr10": fields.number("rpe"),
            "tz_quality": "none",
            "notes": "; ".join(text for text in said if text) or None,
        },
    )
    for set_no, one in enumerate(fields.each("sets"), start=1):
        yield "sets", of_it | {"set_no": set_no} | _set(one, known)
        for rep_no, flags in _rated(one):
            rated = {"set_no": set_no, "rep_no": rep_no, "form_flags": flags, "rater": "athlete"}
            yield "reps", of_it | rated
    for one in fields.each("cues"):
        lift, cue = one.needed("exercise", one.text("exercise")), one.needed("cue", one.text("cue"))
        yield "cues", whose | {"exercise": known.resolve(lift.replace("_", " ")) or lift, "cue": cue}


def _video(fields: _Fields) -> str | None:
    link = fields.text("video", MOST_TEXT)
    if link is not None and not re.fullmatch(r"https?://[^\s<>\"']+", link):
        raise _Bad("video", "is no link that begins with https://", link)
    return f"video: {link}" if link else None


def _set(one: _Fields, known: Catalogue) -> dict[str, Any]:
    lift, load, unit = one.needed("exercise", one.text("exercise")), one.number("load"), one.text("unit") or "kg"
    if unit not in ("kg", "lb"):
        raise _Bad("unit", "is not kg or lb", unit)
    return {
        "exercise": known.resolve(lift.replace("_", " ")),
        "exercise_raw": lift,
        "side": one.text("side") or "B",
        "set_kind": "work",
        "load_kg": None if load is None else load * factor(unit, "kg"),
        "load_raw": None if load is None else f"{load:g}",
        "unit_raw": None if load is None else unit,
        "reps": one.whole("reps", 1000),
        "rir": one.number("rir"),
    }


def _rated(one: _Fields) -> Iterator[tuple[int, str]]:
    """The repetitions of a set that somebody rated: clean until one, and what broke at the next, where it was said."""
    reps, clean, said = one.whole("reps", 1000), one.whole("clean", 1000), one.text("break")
    if clean is None:
        if said is not None:
            raise _Bad("clean", "is missing, though a break is named")
        return
    if reps is None or clean > reps:
        raise _Bad("clean", "is more than the repetitions", clean)
    yield from ((rep_no, "") for rep_no in range(1, clean + 1))
    if said is not None:
        if said not in BREAKS.known or clean == reps:
            raise _Bad("break", "is no break of form, or no repetition is left for it", said)
        yield clean + 1, said


def _checks(fields: _Fields, whose: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    timed: set[str] = set()
    for one in fields.each("trials"):
        test, metric = one.needed("test", one.text("test")), one.needed("metric", one.text("metric"))
        trial_no, value = one.needed("trial", one.whole("trial", 100)), one.needed("value", one.number("value"))
        unit, side, distance_m = one.needed("unit", one.text("unit")), one.text("side") or "B", one.number("distance_m")
        if metric != _TIMED:
            trial = {"test_id": test, "trial_no": trial_no, "side": side, "metric": metric, "value": value}
            yield "trials", whose | trial | {"unit": unit, "rater": "athlete"}
            continue
        of_it = {"session_key": f"{whose['local_date']}|checks|{test}", "external_name": whose["external_name"]}
        if test not in timed:
            timed.add(test)
            kind = "time_trial" if (distance_m or 0) >= 400 else "sprint"
            yield "sessions", whose | of_it | {"kind": kind, "status": "done", "tz_quality": "none"}
        run = {"test_id": test, "trial_no": trial_no, "split_no": 1, "kind": "manual", "start_m": 0.0}
        yield "splits", of_it | run | {"distance_m": distance_m, "time_s": value, "device": BY_HAND}


def _of_coach(fields: _Fields, written_at: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the coach said to proposals, and what days are called."""
    for one in fields.each("decisions"):
        told = {name: one.needed(name, one.text(name)) for name in ("proposal_id", "rule_id", "subject", "answer")}
        words = {name: one.needed(name, one.text(name, MOST_TEXT)) for name in ("line", "evidence")}
        whose = {
            "external_name": one.needed("athlete_id", one.text("athlete_id")),
            "local_date": _day(one, "local_date"),
        }
        yield "proposals", whose | told | words | {"answered_at": written_at, "reason": one.text("reason", MOST_TEXT)}
    for one in fields.each("labels"):
        told = {
            "label_id": one.needed("label_id", one.text("label_id")),
            "kind": one.needed("label", one.text("label")),
        }
        days = {"first_date": _day(one, "first"), "last_date": _day(one, "last"), "written_at": written_at}
        yield "labels", {"external_name": one.needed("athlete", one.text("athlete"))} | told | days


def _day(fields: _Fields, name: str) -> date:
    try:
        said = fields.needed(name, fields.text(name))
        if not re.fullmatch(_CALENDAR, said):
            raise ValueError(said)
        return date.fromisoformat(said)
    except ValueError as problem:
        if isinstance(problem, _Bad):
            raise
        raise _Bad(name, "is no day of the calendar", fields.given.get(name)) from None


def _check(table: str, record: Mapping[str, Any]) -> None:
    """Raises _Bad for a value that its column does not allow."""
    for column in TABLES[table].columns:
        value = record.get(column.name)
        if value is None or column.name not in record or column.allows(value):
            continue
        failed = (said for said, fails in column.checks if fails(value))
        check = next(failed, "cannot be")
        raise _Bad(column.name, check if check.startswith(("does", "cannot")) else f"is {check}", value)


READER = Reader(
    "form_answers",
    "the workbook's own form on a phone",
    recognises,
    read,
    takes="mornings, sessions with sets and clean repetitions, checks and sides, cues",
    leaves="nothing: an answer is taken whole or refused whole",
)
