"""Freelap's gates: one row a run, the times of its gates side by side; French with semicolons, US with commas."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, header_of, read_delimited, same_header
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.sprints.sprint_times import Gate, gates_of, sessions_and_splits, split_to, sprint_test_id
from analysis.ingest.tabular import Ledger, Parts, Pass, Problem, Row, Taken, take_each

_ROLES = {
    "date": ("Date",),
    "time": ("Time", "Heure"),
    "athlete": ("Athlete", "Athlète"),
    "exercise": ("Exercise", "Exercice"),
    "total": ("Total time (s)", "Temps total (s)"),
}
_ROLE_OF = {same_header(header): role for role, headers in _ROLES.items() for header in headers}
_FRENCH = {same_header(name) for name in ("Heure", "Athlète", "Temps total (s)")}
PAUSE_ENDS_SESSION = timedelta(hours=2)
_ROUNDING_S = 0.011  # of each gate, as totals and gates are rounded apart


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with Freelap's columns."""
    return path.suffix.lower() in (".csv", ".txt") and {_ROLE_OF.get(name) for name in header_of(head)} >= set(_ROLES)


def read(path: Path, options: Options) -> Reading:
    """The export at `path`. Raises UnreadableFile where it is not Freelap's or names no gate."""
    sheet = read_delimited(path, options.said)
    column = sheet.columns(_ROLE_OF)
    gates = gates_of(sheet.header)
    if not column.keys() >= set(_ROLES) or not gates:
        raise UnreadableFile(f"{path.name} has not the columns of a Freelap export with gates. Export it again.")
    ledger = Ledger()
    form = {"column": column, "gates": gates, "decimal": sheet.decimal, "day_first": _day_first(sheet, column)}
    passes = [
        Pass(partial(_read_row, place=place, **form), _canonical(column, gate)) for place, gate in enumerate(gates)
    ]
    taken = take_each(sheet, passes, ledger)
    return ledger.reading(
        "freelap",
        tables=sessions_and_splits(_in_sessions(taken), ledger, options),
        dialect=sheet.form(),
    )


READER = Reader(
    "freelap",
    "Freelap gates (CSV)",
    recognises,
    read,
    takes="every run as a trial with its splits from gate to gate; runs less than 2 h apart are a session, also "
    "past midnight",
    leaves="speeds, which follow; the run's number, as the order of the times says it",
)


def _day_first(sheet: Sheet, column: dict[str, str]) -> bool | None:
    """By dates that can be read in one way only, else by the language of the header."""
    told = sheet.day_first(column["date"])
    return True if told is None and _FRENCH & {same_header(name) for name in sheet.header} else told


def _canonical(column: dict[str, str], gate: Gate) -> dict[tuple[str, str], str]:
    return {("sessions", "local_date"): column["date"], ("splits", "time_s"): gate.header}


def _read_row(
    row: Row, place: int, column: dict[str, str], gates: list[Gate], decimal: str, day_first: bool | None
) -> Parts | None:
    if row.text(gates[place].header) is None:
        return None
    between = _is_between(row, column, gates, decimal)
    split = None if between is None else split_to(row, gates, place, decimal, between)
    day = row.demand(column["date"], row.read(column["date"], partial(cells.clock, day_first=day_first)))
    at = row.demand(column["time"], row.read(column["time"], cells.time_of_day))
    name = row.demand(column["athlete"], row.text(column["athlete"]))
    if split is None or day is None or at is None:
        return None
    filled = [gate for gate in gates if row.text(gate.header) is not None]
    return {
        "sessions": {"external_name": name, "local_date": day.date(), "start_local": datetime.combine(day, at)},
        "splits": {**split, "test_id": sprint_test_id(filled[-1].distance_m), "device": "Freelap"},
    }


def _is_between(row: Row, column: dict[str, str], gates: list[Gate], decimal: str) -> bool | None:
    """Whether the gate times of a row are splits or count from the start, by their total; None for neither."""
    number = partial(cells.number, decimal=decimal)
    total_s = row.demand(column["total"], row.read(column["total"], number))
    times = [time_s for gate in gates if (time_s := row.read(gate.header, number)) is not None]
    if total_s is None or not times:
        return None
    if abs(times[-1] - total_s) <= _ROUNDING_S:
        return False
    if abs(sum(times) - total_s) <= _ROUNDING_S * len(times):
        return True
    said = f"is neither the last gate ({times[-1]:g} s) nor the sum of the gates ({sum(times):g} s)"
    row.problems.append(Problem(column["total"], said, row.text(column["total"]) or "", "Correct the times."))
    return None


def _in_sessions(taken: list[Taken]) -> list[Taken]:
    """The runs in the order of their times, each with the key and the day of the session that it belongs to."""
    begun: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    placed = []
    for one in sorted(taken, key=lambda one: (one.parts["sessions"]["start_local"], one.row.row_no)):
        facts = one.parts["sessions"]
        name, moment = facts["external_name"].casefold(), facts["start_local"]
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
