"""Sprint tables without a maker: a column a gate (5m, 10m, 20m ...), or a row a gate (athlete, distance, time).

Times count from the start. Metres and seconds are checked, not assumed: a mean speed that nobody runs is refused.
"""

from collections.abc import Sequence
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.base.sprint_tests import sprint_test_id
from analysis.ingest.dialect import Sheet, date_in_name, same_header
from analysis.ingest.rows import Ledger, Parts, Problem, Taken, take
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
from analysis.ingest.table_format import Content, Form, Line, pass_of

_OTHER_TABLES = {"test", "exercise", "split", "activitytype", "kind"}  # words of tables that other readers know
SLOWEST_M_S, FASTEST_M_S = 1.0, 13.0  # of a mean speed from the start; the fastest man reached 12.4 m/s at his peak
_OF_A_RUN = ("external_name", "local_date", "trial", "is_flying")
_FILLS = {("sessions", "local_date"): "date", ("splits", "distance_m"): "distance", ("splits", "time_s"): "time"}


class _Sprints(SprintTable):
    def fits(self, header: Sequence[str]) -> bool:
        """An athlete, and either two gates or more, or a distance and a time."""
        roles = self.columns(header).keys()
        is_long = {"distance", "time"} <= roles and _OTHER_TABLES.isdisjoint(map(same_header, header))
        return "athlete" in roles and (len(gates_of(header)) >= 2 or is_long)

    def not_of_this_format(self, path: Path) -> UnreadableFile:
        return UnreadableFile(
            f"{path.name} has no gate columns, nor athlete, distance and time. Name a column mapping."
        )

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `splits`; raises UnreadableFile where neither column nor file name says the day."""
        if "date" not in form:
            date_in_name(form.path, "sprint")
        if len(gates_of(sheet.header)) >= 2:
            taken = take(sheet, self.gate_passes(form, _read_gate), ledger)
        else:
            rows = take(sheet, [pass_of(form, _read_time, _FILLS)], ledger)
            taken = _from_gate_to_gate(rows, form.header("time"), ledger)
        tables = sessions_and_splits(taken, ledger, form.options)
        return Content(tables, start_notes(tables))


READER = _Sprints(
    name="sprints",
    title="sprint times, a column or a row a gate (CSV)",
    suffixes=(".csv", ".txt", ".tsv"),
    units=START_UNITS,
    headers=START_HEADERS
    | {
        "exercise": ("exercise", "übung", "exercice", "ejercicio", "esercizio", "exercício", "test", "protocol"),
        "athlete": ("athlete", "name", "player", "subject", "athlet", "sportler", "athlète", "nom", "atleta", "nombre"),
        "date": ("date", "datum", "fecha", "data"),
        "distance": ("distance", "distance_m", "distance (m)", "distanz", "distanz (m)", "distancia", "distancia (m)"),
        "time": ("time", "time_s", "time (s)", "zeit", "zeit (s)", "temps", "temps (s)", "tiempo", "tiempo (s)"),
        "trial": ("trial", "run", "attempt", "versuch", "essai", "intento"),
    },
    takes="every run as a trial with its splits from gate to gate; the day of a column date or of the file's name; a "
    "flying start as a test of its own; a reaction, start delay or start offset apart",
    leaves="body size, team, surface; gates whose mean speed nobody runs, as their unit must be another",
    generic=True,
).reader()


def _session(line: Line, distance_m: float) -> dict:
    if "date" in line.form:
        moment = line.demand("date", line.moment("date"))
        local_date = moment and moment.date()
    else:
        local_date = date_in_name(line.form.path, "sprint")
    flying = says_flying_start(line)
    return {
        "external_name": line.demand("athlete", line.text("athlete")),
        "local_date": local_date,
        "session_key": f"{local_date}|{sprint_test_id(distance_m, flying=flying)}",
        "is_flying": flying,
        "of_start": of_the_start(line),
    }


def _demand_runnable(line: Line, role: str, distance_m: float, time_s: float) -> None:
    speed_m_s = distance_m / time_s if time_s > 0 else float("inf")
    if not SLOWEST_M_S <= speed_m_s <= FASTEST_M_S:
        said = f"would be {speed_m_s:.3g} m/s over {distance_m:g} m, which nobody runs"
        line.refuse(role, said, "Give metres and seconds, or name their units in a column mapping.")


def _read_gate(line: Line, gates: list[Gate], place: int) -> Parts | None:
    gate = gates[place]
    time_s = line.number(gate.header)
    if time_s is None:
        return None
    _demand_runnable(line, gate.header, gate.distance_m, time_s)
    split = split_to(line, gates, place)
    farthest_m = filled_gates(line, gates)[-1].distance_m
    return {
        "sessions": _session(line, farthest_m),
        "splits": {**(split or {}), "test_id": sprint_test_id(farthest_m, flying=says_flying_start(line))},
    }


def _read_time(line: Line) -> Parts:
    distance_m, time_s = (line.demand(role, line.number(role)) for role in ("distance", "time"))
    if distance_m is not None and time_s is not None:
        _demand_runnable(line, "time", distance_m, time_s)
    session = {**_session(line, distance_m or 0.0), "trial": line.text("trial")}
    return {"sessions": session, "splits": {"distance_m": distance_m, "time_s": time_s}}


def _from_gate_to_gate(rows: list[Taken], time_header: str, ledger: Ledger) -> list[Taken]:
    """Rows of times from the start as splits; a distance that does not grow begins the next run."""
    runs: dict[tuple, list[list[Taken]]] = {}
    for one in rows:
        facts, gate = one.parts["sessions"], one.parts["splits"]
        of_one = runs.setdefault((*(facts[name] for name in _OF_A_RUN),), [[]])
        last = of_one[-1][-1].parts["splits"] if of_one[-1] else {"distance_m": 0.0, "time_s": 0.0}
        if gate["distance_m"] <= last["distance_m"]:
            of_one.append([])
            last = {"distance_m": 0.0, "time_s": 0.0}
        if gate["time_s"] <= last["time_s"]:
            said = f"does not come after {last['time_s']:g} s at {last['distance_m']:g} m"
            ledger.reject(one.row, [Problem(time_header, said, one.row.text(time_header) or "", "Correct it.")])
        else:
            of_one[-1].append(one)
    numbered = enumerate(run for of_one in runs.values() for run in of_one if run)
    return [split for trial, run in numbered for split in _splits_of(run, trial)]


def _splits_of(run: list[Taken], trial: int) -> list[Taken]:
    flying = run[0].parts["sessions"]["is_flying"]
    test_id = sprint_test_id(run[-1].parts["splits"]["distance_m"], flying=flying)
    splits = []
    start_m = since_s = 0.0
    for one in run:
        gate, facts = one.parts["splits"], one.parts["sessions"]
        split = {
            "kind": "gate",
            "test_id": test_id,
            "start_m": start_m,
            "distance_m": gate["distance_m"] - start_m,
            "time_s": round(gate["time_s"] - since_s, 9),  # without the tail that binary fractions leave
        }
        session = {**facts, "trial": trial, "session_key": f"{facts['local_date']}|{test_id}"}
        splits.append(Taken(one.row, {"sessions": session, "splits": split}))
        start_m, since_s = gate["distance_m"], gate["time_s"]
    return splits
