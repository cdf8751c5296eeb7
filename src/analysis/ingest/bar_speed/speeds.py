"""Bar speed as declarations: a row a repetition, or a set with the value that a maker gives for it.

What a maker gives for a set is that of its best repetition, or a mean of all: never the same quantity. It is kept as a
repetition of a device of its own, whose name says which of the two it is, so that no series mixes them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial

import pandas as pd

from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import Sheet
from analysis.ingest.exercises import catalogue
from analysis.ingest.logs.log import (
    by_our_clock,
    external_load_kg,
    load_unit,
    not_in_the_catalogue,
    positive,
    unknown_exercises,
)
from analysis.ingest.reading import Options
from analysis.ingest.rows import Ledger, Parts, Row, Taken, frame, local_start, take, without_repeats
from analysis.ingest.table_format import Content, Form, Line, TableFormat, pass_of

VELOCITIES = ("mean_velocity_m_s", "peak_velocity_m_s")
_FILLS = {
    ("sessions", "local_date"): "start",
    ("sets", "exercise_raw"): "exercise",
    ("sets", "load_kg"): "load",
    ("sets", "reps"): "reps",
    ("sets", "rpe_cr10"): "rpe",
    ("reps", "mean_velocity_m_s"): "mean_velocity",
    ("reps", "peak_velocity_m_s"): "peak_velocity",
    ("reps", "rom_m"): "rom",
    ("reps", "power_w"): "power",
    ("reps", "rep_no"): "rep",
}
_SIDES = {"left": "L", "l": "L", "right": "R", "r": "R", "both": "B", "": "B"}
_SIDE, _LIMB = r"(?P<side>left|right|l|r)", r"(?:leg|arm|side|hand|foot)"
_SIDED = (
    re.compile(rf"(?P<lift>.+?)[\s_(\[,–-]+{_SIDE}(?: {_LIMB})?[)\]]?", re.IGNORECASE),
    re.compile(rf"{_SIDE}[\s_:–-]+(?P<lift>.+)", re.IGNORECASE),
)
_OF_LIMB = re.compile(rf"^{_LIMB} (?=.)", re.IGNORECASE)  # as in Leg RDL, the rest of Left Leg RDL


@dataclass(frozen=True, kw_only=True)
class BarSpeed(TableFormat):
    """One maker's file. Its roles are

    athlete; start (day and time) or epoch (seconds since 1970, UTC); exercise, side, load, load_unit; set (what tells
    sets apart), rep; mean_velocity, peak_velocity (m/s), rom (m), power (W) with the unit that the header says; of a
    set also reps (how many), rpe, notes.

    `day` is True where all sets of a day are one session, else each start is one. A day has no start: another file may
    hold more of it, which is added and corrects nothing.
    """

    device: str
    day: bool = True
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions`, `sets` and `reps`; what the catalogue does not know is told."""
        places = self.places(sheet, form)
        way = pass_of(form, partial(self.parts, places=places), form.named(_FILLS) | self.fills(form))
        taken = take(sheet, [way], ledger)
        unknown = not_in_the_catalogue(unknown_exercises(taken), catalogue(form.options.exercises))
        return Content(lifted(taken, ledger, form.options), (*unknown, *self.notes(sheet, form)))

    def places(self, sheet: Sheet, form: Form) -> Mapping[int, str]:
        """What tells the set of each row from others of its session, by the number of the row: the role set."""
        place = sheet.header.index(form.header("set"))
        return {row_no: row[place] if place < len(row) else "" for row_no, row in sheet.numbered()}

    def fills(self, form: Form) -> dict[tuple[str, str], str]:
        """Which other role fills which canonical column, for the words of a reject."""
        return form.named({("sessions", "local_date"): "epoch"}) if "start" not in form else {}

    def notes(self, sheet: Sheet, form: Form) -> tuple[str, ...]:  # noqa: ARG002 - for those that override it
        """What else is to be said of a file."""
        return ()

    def is_left(self, line: Line) -> bool:  # noqa: ARG002 - for those that override it
        """Whether a row is none of the athlete's repetitions or sets."""
        return False

    def device_of(self, line: Line) -> str:  # noqa: ARG002 - for those that override it
        """What measured the row, with what its values are of."""
        return self.device

    def set_kind(self, line: Line) -> str:  # noqa: ARG002 - for those that override it
        return "work"

    def side_and_lift(self, line: Line) -> tuple[str, str]:
        """The side, and the exercise without its words for it; as the file says them."""
        said = line.word("side")
        if said not in _SIDES:
            line.refuse("side", "is neither left nor right", "Write left, right or both.")
        return _SIDES.get(said, "B"), line.text("exercise") or ""

    def athlete(self, line: Line) -> str | None:
        return line.text("athlete")

    def rpe(self, line: Line) -> float | None:
        return positive(line.number("rpe"))

    def parts(self, line: Line, places: Mapping[int, str]) -> Parts | None:
        """A row as its session, its set, and the repetition or the value of the set that was measured."""
        if self.is_left(line):
            return None
        at, day = self._moment(line)
        key = f"{at:{'%Y-%m-%d' if self.day else '%Y-%m-%d %H:%M:%S'}}" if at else None
        session = {
            "external_name": self.athlete(line),
            "session_key": key,
            "start_local": None if self.day else at,
            "local_date": day,
        }
        load = line.number("load")
        unit = (line.unit("load") or load_unit(line)) if load else None
        side, lift = self.side_and_lift(line)
        known, exercise_raw = catalogue(line.form.options.exercises), line.text("exercise")
        names = (exercise_raw or "", lift, _OF_LIMB.sub("", lift, count=1))
        exercise = next((found for name in names if (found := known.resolve(name))), None)
        rep = {
            "mean_velocity_m_s": line.quantity("mean_velocity", "m/s"),
            "peak_velocity_m_s": line.quantity("peak_velocity", "m/s"),
            "rom_m": line.quantity("rom", "m"),
            "power_w": line.quantity("power", "W"),
        }
        number = line.read("rep", cells.whole)
        is_measured = any(rep[name] is not None for name in VELOCITIES)
        sets = {
            "of": places.get(line.row.row_no, ""),
            "exercise": exercise,
            "exercise_raw": exercise_raw,
            "side": side,
            "set_kind": self.set_kind(line),
            "load_kg": external_load_kg(load, unit, exercise, known, exercise_raw or "") if load else load,
            "load_raw": line.text("load"),
            "unit_raw": unit and (line.text("load_unit") or unit),
            "reps": line.number("reps"),
            "rpe_cr10": self.rpe(line),
            "notes": line.text("notes"),
            "by_rep": "rep" in line.form,
        }
        parts: Parts = {"sessions": session, "sets": sets}
        if is_measured:
            parts["reps"] = {**rep, "rep_no": number if number is not None else 1, "device": self.device_of(line)}
        return parts

    def _moment(self, line: Line) -> tuple[datetime | None, date | None]:
        """When a row was done by the clock of the workspace's zone or the athlete's own, and on which day."""
        zone = line.form.options.config.zone
        if "start" in line.form:
            moment = line.demand("start", line.moment("start"))
            at = moment and by_our_clock(moment, line.text("start") or "", zone)
        else:
            utc = line.demand("epoch", line.read("epoch", since_1970))
            at = utc and utc.astimezone(zone).replace(tzinfo=None)
        return at, at and at.date()


def since_1970(raw: str) -> datetime:
    """Seconds since 1970 as a moment in UTC.

    >>> since_1970("1561742528").isoformat()
    '2019-06-28T17:22:08+00:00'
    """
    seconds = cells.number(raw)
    if not 0 < seconds < 4.1e9:
        raise BadCell("is no moment in seconds since 1970")
    return cells.in_our_time(datetime.fromtimestamp(int(seconds), UTC))


def sided(name: str) -> tuple[str, str]:
    """The side that the name of an exercise says at its end or its beginning, and the name without it.

    >>> sided("Single Leg RDL (Left)"), sided("R - Split Squat"), sided("Leg Curl")
    (('L', 'Single Leg RDL'), ('R', 'Split Squat'), ('B', 'Leg Curl'))
    """
    match = next((match for pattern in _SIDED if (match := pattern.fullmatch(name.strip()))), None)
    return (_SIDES[match["side"].casefold()], match["lift"].strip()) if match else ("B", name)


def lifted(taken: list[Taken], ledger: Ledger, options: Options) -> dict[str, pd.DataFrame]:
    """The tables of rows in their order: sets are told apart by session, `of` and side, and numbered as they come."""
    sessions: dict[tuple, dict] = {}
    sets: dict[tuple, dict] = {}
    reps: list[tuple[Row, dict]] = []
    count: dict[tuple, int] = {}
    for one in taken:
        facts, values = one.parts["sessions"], dict(one.parts["sets"])
        place = {name: facts[name] for name in ("external_name", "session_key")}
        session, row_no = tuple(place.values()), one.row.row_no
        of, by_rep = values.pop("of"), values.pop("by_rep")
        own = (*session, of, values["side"])
        sessions.setdefault(session, {**facts, "row_no": row_no})
        if own not in sets:
            count[session] = count.get(session, 0) + 1
            sets[own] = {**values, **place, "set_no": count[session], "row_no": row_no, "reps": values["reps"]}
            if by_rep and "reps" in one.parts:
                sets[own]["reps"] = 0.0
        if "reps" in one.parts:
            if by_rep:
                sets[own]["reps"] = (sets[own]["reps"] or 0.0) + 1
            number = {"set_no": sets[own]["set_no"], "row_no": row_no}
            reps.append((one.row, {**one.parts["reps"], **place, **number}))
    rows = {
        "sessions": [_session(facts, options) for facts in sessions.values()],
        "sets": list(sets.values()),
        "reps": without_repeats("reps", reps, ledger),
    }
    return {table: frame(table, some) for table, some in rows.items() if some}


def _session(facts: dict, options: Options) -> dict:
    return {**facts, **local_start(facts["start_local"], options.config.zone), "kind": "strength", "status": "done"}
