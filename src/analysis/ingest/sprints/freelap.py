"""Freelap's gates: one row a run, the times of its gates side by side; French with semicolons, US with commas."""

from datetime import datetime, timedelta

from analysis.base.names import name_key
from analysis.base.sprint_tests import sprint_test_id
from analysis.ingest.dialect import Sheet
from analysis.ingest.rows import Ledger, Parts, Taken, take
from analysis.ingest.sprints.sprint_times import (
    START_HEADERS,
    START_UNITS,
    Gate,
    SprintTable,
    filled_gates,
    gates_of,
    of_the_start,
    says_flying_start,
    sessions_and_splits,
    split_to,
    start_notes,
)
from analysis.ingest.table_format import Content, Form, Line

PAUSE_ENDS_SESSION = timedelta(hours=2)
_ROUNDING_S = 0.011  # of each gate, as totals and gates are rounded apart


class _Freelap(SprintTable):
    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        if not gates_of(sheet.header):
            raise self.not_of_this_format(form.path)
        taken = take(sheet, self.gate_passes(form, _read_gate), ledger)
        tables = sessions_and_splits(_in_sessions(taken), ledger, form.options)
        return Content(tables, start_notes(tables))


def _read_gate(line: Line, gates: list[Gate], place: int) -> Parts | None:
    if line.text(gates[place].header) is None:
        return None
    between = _is_between(line, gates)
    split = None if between is None else split_to(line, gates, place, between)
    day = line.demand("date", line.moment("date"))
    at = line.demand("time", line.time_of_day("time"))
    name = line.demand("athlete", line.text("athlete"))
    if split is None or day is None or at is None:
        return None
    test_id = sprint_test_id(filled_gates(line, gates)[-1].distance_m, flying=says_flying_start(line))
    return {
        "sessions": {
            "external_name": name,
            "local_date": day.date(),
            "start_local": datetime.combine(day, at),
            "of_start": of_the_start(line),
        },
        "splits": {**split, "test_id": test_id, "device": "Freelap"},
    }


def _is_between(line: Line, gates: list[Gate]) -> bool | None:
    """Whether the gate times of a row are splits or count from the start, by their total; None for neither."""
    total_s = line.demand("total", line.number("total"))
    times = [time_s for gate in gates if (time_s := line.number(gate.header)) is not None]
    if total_s is None or not times:
        return None
    if abs(times[-1] - total_s) <= _ROUNDING_S:
        return False
    if abs(sum(times) - total_s) <= _ROUNDING_S * len(times):
        return True
    said = f"is neither the last gate ({times[-1]:g} s) nor the sum of the gates ({sum(times):g} s)"
    line.refuse("total", said, "Correct the times.")
    return None


def _in_sessions(taken: list[Taken]) -> list[Taken]:
    """The runs in the order of their times, each with the key and the day of the session that it belongs to."""
    begun: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    placed = []
    for one in sorted(taken, key=lambda one: (one.parts["sessions"]["start_local"], one.row.row_no)):
        facts = one.parts["sessions"]
        name, moment = name_key(facts["external_name"]), facts["start_local"]
        if name not in last or moment - last[name] > PAUSE_ENDS_SESSION:
            begun[name] = moment
        last[name] = moment
        session = {
            "session_key": f"{begun[name]:%Y-%m-%d %H:%M}",
            "start_local": begun[name],
            "local_date": begun[name].date(),
        }
        placed.append(Taken(one.row, {**one.parts, "sessions": {**facts, **session}}))
    return placed


READER = _Freelap(
    name="freelap",
    title="Freelap gates (CSV)",
    called="a Freelap export with gates",
    units=START_UNITS,
    headers=START_HEADERS
    | {
        "date": ("Date",),
        "time": ("Time", "Heure"),
        "athlete": ("Athlete", "Athlète"),
        "exercise": ("Exercise", "Exercice"),
        "total": ("Total time (s)", "Temps total (s)"),
    },
    needed=("date", "time", "athlete", "exercise", "total"),
    day_first_headers=("Heure", "Athlète", "Temps total (s)"),
    takes="every run as a trial with its splits from gate to gate; runs less than 2 h apart are a session, also "
    "past midnight; a flying start as a test of its own; a reaction or start delay apart",
    leaves="speeds, which follow; the run's number, as the order of the times says it",
).reader()
