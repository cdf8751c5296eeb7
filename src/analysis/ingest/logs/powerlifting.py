"""Meet results in the columns of OpenPowerlifting: up to four attempts a lift, a negative load is a failed one."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.ingest.dialect import Sheet, date_in_name
from analysis.ingest.rows import Ledger, Parts, Row, Taken, frame, local_start, take, without_repeats
from analysis.ingest.table_format import Content, Form, Line, TableFormat, pass_of

_LIFTS = {"squat": "back_squat", "bench": "bench_press", "deadlift": "deadlift"}
_BEST = {f"best_{lift}": exercise for lift, exercise in _LIFTS.items()}


class _Meet(TableFormat):
    def fits(self, header: Sequence[str]) -> bool:
        """A lifter's entry, and the best of a lift."""
        return super().fits(header) and not _BEST.keys().isdisjoint(self.columns(header))

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions`, `sets` and `trials`; raises UnreadableFile where nothing says the day."""
        if "date" not in form:
            date_in_name(form.path, "meet")
        attempts = [self.form(sheet, form.path, form.options, number) for number in (1, 2, 3, 4)]
        ways = [
            (each, _read_attempt, lift, ("sets", "load_kg")) for each in attempts for lift in _LIFTS if lift in each
        ]
        ways += [(form, _read_best, best, ("trials", "value")) for best in _BEST if best in form]
        passes = [
            pass_of(each, partial(read, role=role), {place: role, (place[0], "local_date"): "date"})
            for each, read, role, place in ways
        ]
        taken = take(sheet, passes, ledger)
        return Content(_assembled(taken, ledger, form.options.config.zone))


READER = _Meet(
    name="powerlifting",
    title="powerlifting meet results, as of OpenPowerlifting (CSV)",
    called="meet results",
    again="Download it again.",
    suffixes=(".csv",),
    headers={
        "name": ("Name",),
        "body_mass": ("BodyweightKg",),
        "place": ("Place",),
        "event": ("Event",),
        "equipment": ("Equipment",),
        "division": ("Division",),
        "date": ("Date",),
        "meet": ("MeetName",),
        **{lift: (f"{lift}#Kg",) for lift in _LIFTS},
        **{f"best_{lift}": (f"Best3{lift}Kg",) for lift in _LIFTS},
    },
    needed=("name", "body_mass", "place", "event"),
    takes="every attempt as a set of one (failed: 0 repetitions, kind failure); the best of a lift as the trial *_1rm",
    leaves="totals and points, which follow; age and weight classes; a disqualified lifter's attempts stay attempts",
).reader()


def _day(line: Line) -> date | None:
    if "date" not in line.form:
        return date_in_name(line.form.path, "meet")
    moment = line.demand("date", line.moment("date"))
    return moment and moment.date()


def _read_attempt(line: Line, role: str) -> Parts | None:
    load_kg = line.number(role)
    if not load_kg:
        return None
    good = load_kg > 0
    return {
        "sessions": _session(line),
        "sets": {
            "exercise": _LIFTS[role],
            "exercise_raw": _LIFTS[role].replace("_", " "),
            "side": "B",
            "set_kind": "work" if good else "failure",
            "load_kg": abs(load_kg),
            "load_raw": line.text(role),
            "unit_raw": "kg",
            "reps": float(good),
        },
    }


def _session(line: Line) -> dict:
    local_date = _day(line)
    placing = (f"{fact} {line.text(fact)}" for fact in ("place", "event", "equipment", "division") if line.text(fact))
    return {
        "external_name": line.demand("name", line.text("name")),
        "session_key": f"{local_date}|{line.text('event') or ''}",
        "local_date": local_date,
        "title": line.text("meet") or "Powerlifting meet",
        "notes": ", ".join(placing) or None,
    }


def _read_best(line: Line, role: str) -> Parts | None:
    value = line.number(role)
    if value is None or value <= 0:
        return None
    return {
        "trials": {
            "external_name": line.demand("name", line.text("name")),
            "local_date": _day(line),
            "test_id": f"{_BEST[role]}_1rm",
            "side": "B",
            "metric": "load_kg",
            "value": value,
            "unit": "kg",
            "method": f"meet, {line.text('equipment') or 'equipment not stated'}",
        }
    }


def _assembled(taken: list[Taken], ledger: Ledger, zone: ZoneInfo) -> dict[str, pd.DataFrame]:
    """A lifter who entered two divisions stands twice with the same lifts: the second row is rejected."""
    entries = {one.row.row_no: one for one in reversed(taken) if "sessions" in one.parts}
    common = {**local_start(None, zone), "kind": "strength", "status": "done"}
    sessions = [(one.row, {**one.parts["sessions"], **common, "row_no": row_no}) for row_no, one in entries.items()]
    rows = {"sessions": without_repeats("sessions", sorted(sessions, key=lambda pair: pair[0].row_no), ledger)}
    sound = [one for one in taken if ledger.became[one.row.sheet, one.row.row_no][1] == "taken"]
    rows["sets"], rows["trials"] = _sets(sound), without_repeats("trials", _trials(sound), ledger)
    return {table: frame(table, given) for table, given in rows.items() if given}


def _sets(taken: list[Taken]) -> list[dict]:
    counts: Counter[int] = Counter()
    sets = []
    for one in taken:
        if "sets" in one.parts:
            counts[one.row.row_no] += 1
            place = {name: one.parts["sessions"][name] for name in ("external_name", "session_key")}
            sets.append({**one.parts["sets"], **place, "set_no": counts[one.row.row_no], "row_no": one.row.row_no})
    return sets


def _trials(taken: list[Taken]) -> list[tuple[Row, dict]]:
    return [
        (one.row, {**one.parts["trials"], "trial_no": 1, "row_no": one.row.row_no})
        for one in taken
        if "trials" in one.parts
    ]
