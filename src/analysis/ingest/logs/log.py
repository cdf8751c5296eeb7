"""Logs of training as declarations: a row a set, or an exercise with its sets side by side, of one athlete.

A new app is an instance of `Log`, which says what its columns are called; what no declaration says, it overrides. Its
sets count before those of a bar-speed file where `ingest.linking` names it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.base.errors import UnitNeeded
from analysis.base.units import factor
from analysis.ingest.dialect import Sheet
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.ingest.reading import Options
from analysis.ingest.rows import Ledger, Parts, Taken, frame, joined, local_start, take
from analysis.ingest.sports import sports
from analysis.ingest.table_format import Content, Form, Line, TableFormat, pass_of
from analysis.ingest.watch.naming import Named

LOAD_UNITS = {unit: unit for unit in ("kg", "kgs", "lb", "lbs")} | {"kilograms": "kg", "pounds": "lb"}
LENGTHS = {unit: unit for unit in ("m", "km", "mi", "ft", "yd")} | {"metres": "m", "meters": "m", "miles": "mi"}
SPANS = {"s": "s", "sec": "s", "seconds": "s", "min": "min", "minutes": "min", "hours": "h"}
_FILLS = {
    ("sessions", "local_date"): ("start", "date"),
    ("sessions", "duration_s"): ("end", "duration"),
    ("sets", "exercise_raw"): ("exercise",),
    ("sets", "load_kg"): ("load",),
    ("sets", "reps"): ("reps",),
    ("sets", "rpe_cr10"): ("rpe",),
    ("sets", "rir"): ("rir",),
    ("sets", "distance_m"): ("distance",),
    ("sets", "duration_s"): ("seconds",),
}


@dataclass(frozen=True, kw_only=True)
class Log(TableFormat):
    """One app's log. Its roles are

    session (what the app calls it by); start (day and time), or date and time; end or duration; workout (its name),
    workout_notes; exercise, kind, load, load_unit, reps, rpe, rir, distance, distance_unit, seconds (of a set), notes.

    A start in UTC (Z) is told by the clock of the workspace's zone, on the day of the role date where the file has one.

    A load is in the unit that its header, its row or the person who imports says. Of a set that lasted a time or went
    a distance, `zeros` names what the app writes as 0 where it has none (reps); likewise load, of one without reps.
    """

    session_key: str = "%Y-%m-%d %H:%M:%S"  # what of the start tells sessions apart, beside the name of the workout
    kinds: Mapping[str, str] = field(default_factory=dict)  # what the role kind says -> set_kind; all work where empty
    zeros: tuple[Literal["reps", "load"], ...] = ()
    cardio: str = ""  # what the role category says of runs and rides; a session of these alone is none of strength
    units: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {"load": LOAD_UNITS, "distance": LENGTHS, "duration": SPANS, "seconds": SPANS}
    )
    again: str = "Export it again from the app."
    version: int = 2

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `sets`; what the catalogue does not know is told."""
        forms = [self.form(sheet, form.path, form.options, number) for number in self._numbers(sheet)] or [form]
        passes = [pass_of(each, self.parts, self.fills(each)) for each in forms]
        start = form.columns.get("start") or form.columns.get("date")
        tables, unknown = [], {}
        for part in sheet.by_days(start[0].header if start else None, form.day_first):
            taken = take(part, passes, ledger)
            unknown |= unknown_exercises(taken)
            tables.append(sessions_and_sets(taken, form.options))
        noted = not_in_the_catalogue(unknown, catalogue(form.options.exercises))
        return Content(joined(tables), (*noted, *self.notes(sheet, forms)))

    def holds(self, line: Line) -> Literal["set", "note", "nothing"]:  # noqa: ARG002 - for those that override it
        """What a row holds: a set, only a note about an exercise of the session, or nothing to keep."""
        return "set"

    def set_kind(self, line: Line) -> str:
        """The kind of a set, by the words of `kinds`; an empty cell means the first of them."""
        if "kind" not in line.form or not self.kinds:
            return "work"
        said = line.word("kind") or next(iter(self.kinds))
        if said not in self.kinds:
            line.refuse("kind", f"is not one of {', '.join(self.kinds)}", "Correct it in the file.")
        return self.kinds.get(said, "other")

    def amounts(self, line: Line, exercise: str | None) -> dict:
        """Load, repetitions, distance and duration of a set."""
        load, unit = line.number("load"), None
        if line.text("load") is not None:
            unit = line.unit("load") or (load_unit(line) if load else None)
        known = catalogue(line.form.options.exercises)
        return {
            "load_kg": external_load_kg(load, unit, exercise, known, line.text("exercise") or "") if load else load,
            "load_raw": line.text("load"),
            "unit_raw": line.text("load_unit") or unit,
            "reps": line.number("reps"),
            "distance_m": self.distance_m(line),
            "duration_s": positive(line.span_s("seconds")),
        }

    def distance_m(self, line: Line, remedy: str = "Write m, km or mi beside it.") -> float | None:
        """The distance of a set by the unit of its header or its row; one without a unit rejects the row."""
        distance = positive(line.number("distance"))
        unit = line.unit("distance") or line.word("distance_unit").rstrip(".")
        if distance is None or unit in LENGTHS:
            return distance and distance * factor(LENGTHS[unit], "m")
        role = "distance_unit" if "distance_unit" in line.form else "distance"
        if unit:
            line.refuse(role, "is no unit of length", remedy)
        else:
            line.refuse(role, "has no unit", remedy, line.text("distance"))
        return None

    def notes(self, sheet: Sheet, forms: Sequence[Form]) -> Iterable[str]:  # noqa: ARG002 - for those that override it
        """What else is to be said of a file."""
        return ()

    def parts(self, line: Line) -> Parts | None:
        """A row as what it says about its session, and a set."""
        holds = self.holds(line)
        if holds == "nothing":
            return None
        session = self._session(line)
        if self.cardio:
            session["kind"] = self._kind(line)
        if holds == "set":
            return {"sessions": session, "sets": self._set(line)}
        if line.text("exercise") and line.text("notes"):
            session["notes"] = f"{line.text('exercise')}: {line.text('notes')}"
        return {"sessions": session}

    def _session(self, line: Line) -> dict:
        dated = "start" if line.text("start") or "date" not in line.form else "date"
        day = line.demand(dated, line.moment(dated))
        at, name, end = line.time_of_day("time"), line.text("workout"), line.moment("end")
        start = day
        if dated == "date":
            start = datetime.combine(day, at) if day and at else None
        named = f"|{name or ''}" if "workout" in self.headers else ""
        key = f"{start or day:{self.session_key}}{named}" if day else None
        told = start and by_our_clock(start, line.text(dated) or "", line.form.options.config.zone)
        on = line.moment("date") or told or day
        return {
            "session_key": key and (line.text("session") or key),
            "title": name,
            "start_local": told,  # of each set, where the app says that; that of the first is kept
            "local_date": on and on.date(),
            "duration_s": (end - start).total_seconds() if start and end else positive(line.span_s("duration")),
            "notes": line.text("workout_notes"),
        }

    def _kind(self, line: Line) -> str:
        if line.word("category") != self.cardio:
            return "strength"
        return Named(sports(line.form.options.sports).named(line.text("exercise") or "")).kind

    def _set(self, line: Line) -> dict:
        exercise_raw = line.text("exercise")
        exercise = catalogue(line.form.options.exercises).resolve(exercise_raw or "")
        amounts = self.amounts(line, exercise)
        timed = positive(line.number("distance")) or amounts["duration_s"]
        if "reps" in self.zeros and timed:
            amounts["reps"] = positive(amounts["reps"])
        if "load" in self.zeros and not amounts["reps"]:
            amounts["load_kg"] = positive(amounts["load_kg"])
        return {
            "exercise": exercise,
            "exercise_raw": exercise_raw,
            "side": "B",
            "set_kind": self.set_kind(line),
            **amounts,
            "rpe_cr10": positive(line.number("rpe")),
            "rir": line.number("rir"),
            "notes": line.text("notes"),
        }

    def _numbers(self, sheet: Sheet) -> list[int]:
        """The numbers of the sets that stand side by side; none where a row is a set."""
        if not any("#" in header for header in self.headers["load"]):
            return []
        there = {int(number) for name in sheet.header for number in re.findall(r"\d+", name)}
        return [number for number in sorted(there) if "load" in self.columns(sheet.header, number)]

    def fills(self, form: Form) -> dict[tuple[str, str], str]:
        """Which role fills which canonical column."""
        found = {place: [role for role in roles if role in form] for place, roles in _FILLS.items()}
        return {place: roles[0] for place, roles in found.items() if roles}


def load_unit(line: Line) -> str | None:
    """The unit of a row's load: its own unit cell, else what the importer said.

    Raises UnitNeeded where the file has no unit column and nobody has said; an empty cell is the row's own problem.
    """
    options = line.form.options
    unit = (line.text("load_unit") or options.load_unit or options.config.load_unit or "").casefold().rstrip(".")
    if unit in LOAD_UNITS:
        return LOAD_UNITS[unit]
    if unit:
        line.refuse("load_unit", "is neither kg nor lb", "Write kg or lb.")
    elif "load_unit" in line.form:
        line.demand("load_unit", None)
    else:
        raise UnitNeeded(
            f"{line.form.path.name} does not say whether its loads are in kg or lb. "
            "Say so with --unit kg or --unit lb, or set load_unit in workbook.toml."
        )
    return None


def external_load_kg(
    load: float | None, unit: str | None, exercise: str | None, known: Catalogue | None = None, exercise_raw: str = ""
) -> float | None:
    """The load in kg; what an assisting machine shows is taken off, so it is negative.

    `known` is the catalogue that says which exercise is assisted, the package's own where it is left out; a name that
    says so itself, as Pistol Squat (Assisted), is assisted in any.

    >>> external_load_kg(20.0, "kg", "assisted_pull_up"), external_load_kg(100.0, "kg", "deadlift")
    (-20.0, 100.0)
    """
    if load is None or unit is None:
        return None
    load_kg = load * factor(unit, "kg")
    return -abs(load_kg) if load_kg and (known or catalogue()).is_assisted(exercise, exercise_raw) else load_kg


_IN_UTC = re.compile(r".*(Z|[+-]00(:?00)?)", re.IGNORECASE)


def by_our_clock(moment: datetime, raw: str, zone: ZoneInfo) -> datetime:
    """What the clock in `zone` shows at a moment that `raw` tells in UTC; any other is told by the athlete's own clock.

    >>> by_our_clock(datetime(2026, 6, 1, 22, 30), "2026-06-01T22:30Z", ZoneInfo("Europe/Berlin")).isoformat()
    '2026-06-02T00:30:00'
    """
    if not _IN_UTC.fullmatch(raw):
        return moment
    return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def positive(value: float | None) -> float | None:
    """Apps write 0 for what an exercise does not have: no duration, no distance, no rating."""
    return value or None


def is_zero(cell: str) -> bool:
    """True for an empty cell and for a zero, however it is written."""
    return not cell.strip(" 0.,")


def not_done(count: int) -> Iterator[str]:
    """What is said of sets that were planned and not done, where there are any."""
    if count:
        yield f"Sets that were not done: {count}; they stay in the raw rows only."


def sessions_and_sets(taken: list[Taken], options: Options) -> dict[str, pd.DataFrame]:
    """The tables `sessions` and `sets`; a session's facts are those of its first row that has them."""
    sessions: dict[str, dict] = {}
    sets = []
    notes: dict[str, dict[str, None]] = {}
    counts: Counter[str] = Counter()
    for one in taken:
        facts = one.parts["sessions"]
        key = facts["session_key"]
        session = sessions.setdefault(key, {**_session(facts, options), "row_no": one.row.row_no})
        for name in ("duration_s", "title"):
            session[name] = session[name] if session[name] is not None else facts.get(name)
        if facts.get("kind", "strength") == "strength":  # a lift makes it one, whatever is done beside it
            session["kind"] = "strength"
        if facts.get("notes"):
            notes.setdefault(key, {})[facts["notes"]] = None
        if "sets" in one.parts:
            counts[key] += 1
            place = {"session_key": key, "set_no": counts[key], "row_no": one.row.row_no}
            sets.append({**one.parts["sets"], **place})
    noted = [{**session, "notes": "\n".join(notes.get(key, ())) or None} for key, session in sessions.items()]
    rows = {"sessions": noted, "sets": sets}
    return {table: frame(table, given) for table, given in rows.items() if given}


def _session(facts: dict, options: Options) -> dict:
    start = facts.get("start_local")
    return {
        "title": None,
        "duration_s": None,
        "kind": "strength",
        **facts,
        **local_start(start, options.config.zone),
        "status": "done",
    }


def unknown_exercises(taken: list[Taken]) -> dict[str, None]:
    """The exercises that the catalogue does not know, as written, in their order."""
    return dict.fromkeys(
        one.parts["sets"]["exercise_raw"]
        for one in taken
        if "sets" in one.parts and one.parts["sets"].get("exercise") is None
    )


def not_in_the_catalogue(names: Iterable[str], known: Catalogue) -> tuple[str, ...]:
    """One sentence that names them as written, each with what the catalogue has nearest, or nothing."""
    listed = "; ".join(_with_nearest(name, known) for name in names)
    return (f"Not in the exercise catalogue, so kept under the name as written: {listed}.",) if listed else ()


def _with_nearest(name: str, known: Catalogue) -> str:
    near = ", ".join(known.name_of(exercise) for exercise in known.suggest(name))
    return f"{name} (nearest: {near})" if near else name
