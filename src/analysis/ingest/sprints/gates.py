"""Sprint tables without a maker: a column a gate (5m, 10m, 20m ...), or a row a gate (athlete, distance, time).

Times count from the start. Metres and seconds are checked, not assumed: a mean speed that nobody runs is refused.
"""

from datetime import date
from functools import partial
from pathlib import Path

from analysis.base.errors import UnreadableFile
from analysis.ingest import cells
from analysis.ingest.dialect import date_in_name, header_of, read_delimited, same_header
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.sprints.sprint_times import Gate, gates_of, sessions_and_splits, split_to, sprint_test_id
from analysis.ingest.tabular import Ledger, Parts, Pass, Problem, Row, Taken, take, take_each

_ROLES = {
    "athlete": ("athlete", "name", "player", "subject", "athlet", "sportler", "athlète", "nom", "atleta", "nombre"),
    "date": ("date", "datum", "fecha", "data"),
    "distance": ("distance", "distance_m", "distance (m)", "distanz", "distanz (m)", "distancia", "distancia (m)"),
    "time": ("time", "time_s", "time (s)", "zeit", "zeit (s)", "temps", "temps (s)", "tiempo", "tiempo (s)"),
    "trial": ("trial", "run", "attempt", "versuch", "essai", "intento"),
}
_ROLE_OF = {same_header(header): role for role, headers in _ROLES.items() for header in headers}
_OTHER_TABLES = {"test", "exercise", "split", "activitytype", "kind"}  # words of tables that other readers know
SLOWEST_M_S, FASTEST_M_S = 1.0, 13.0  # of a mean speed from the start; the fastest man reached 12.4 m/s at his peak


def recognises(path: Path, head: bytes) -> bool:
    """True for a header with an athlete and either two gates or more, or a distance and a time."""
    header = header_of(head)
    return path.suffix.lower() in (".csv", ".txt", ".tsv") and (_is_wide(header) or _is_long(header))


def _is_wide(header: tuple[str, ...]) -> bool:
    return "athlete" in map(_ROLE_OF.get, header) and len(gates_of(header)) >= 2


def _is_long(header: tuple[str, ...]) -> bool:
    roles = set(map(_ROLE_OF.get, header))
    return {"athlete", "distance", "time"} <= roles and not _OTHER_TABLES & set(header)


def read(path: Path, options: Options) -> Reading:
    """The table at `path`.

    Raises UnreadableFile where it is no sprint table, or neither a column nor the file's name says the day.
    """
    sheet = read_delimited(path, options.said)
    header = tuple(same_header(name) for name in sheet.header)
    if not (_is_wide(header) or _is_long(header)):
        raise UnreadableFile(f"{path.name} has no gate columns, nor athlete, distance and time. Name a column mapping.")
    column = sheet.columns(_ROLE_OF)
    day = None if "date" in column else date_in_name(path, "sprint")
    day_first = sheet.day_first(column["date"]) if "date" in column else None
    form = {"column": column, "decimal": sheet.decimal, "day": day, "day_first": day_first}
    ledger = Ledger()
    if _is_wide(header):
        gates = gates_of(sheet.header)
        places = {("sessions", "local_date"): column.get("date", "date")}
        passes = [
            Pass(partial(_read_gate, gates=gates, place=place, **form), {**places, ("splits", "time_s"): gate.header})
            for place, gate in enumerate(gates)
        ]
        taken = take_each(sheet, passes, ledger)
    else:
        rows = take(sheet, partial(_read_time, **form), ledger, _canonical(column))
        taken = _from_gate_to_gate(rows, column, ledger)
    return ledger.reading(
        "sprints",
        tables=sessions_and_splits(taken, ledger, options),
        dialect=sheet.form(),
    )


READER = Reader(
    "sprints",
    "sprint times, a column or a row a gate (CSV)",
    recognises,
    read,
    takes="every run as a trial with its splits from gate to gate; the day of a column date or of the file's name",
    leaves="body size, team, surface; gates whose mean speed nobody runs, as their unit must be another",
    generic=True,
)


def _canonical(column: dict[str, str]) -> dict[tuple[str, str], str]:
    return {
        ("sessions", "local_date"): column.get("date", "date"),
        ("splits", "distance_m"): column["distance"],
        ("splits", "time_s"): column["time"],
    }


def _session(row: Row, column: dict[str, str], day: date | None, day_first: bool | None, distance_m: float) -> dict:
    moment = None
    if day is None:
        moment = row.demand(column["date"], row.read(column["date"], partial(cells.clock, day_first=day_first)))
    local_date = day or (moment and moment.date())
    return {
        "external_name": row.demand(column["athlete"], row.text(column["athlete"])),
        "local_date": local_date,
        "session_key": f"{local_date}|{sprint_test_id(distance_m)}",
    }


def _demand_runnable(row: Row, header: str, distance_m: float, time_s: float) -> None:
    speed_m_s = distance_m / time_s if time_s > 0 else float("inf")
    if not SLOWEST_M_S <= speed_m_s <= FASTEST_M_S:
        said = f"would be {speed_m_s:.3g} m/s over {distance_m:g} m, which nobody runs"
        remedy = "Give metres and seconds, or name their units in a column mapping."
        row.problems.append(Problem(header, said, row.text(header) or "", remedy))


def _read_gate(
    row: Row,
    gates: list[Gate],
    place: int,
    column: dict[str, str],
    decimal: str,
    day: date | None,
    day_first: bool | None,
) -> Parts | None:
    gate = gates[place]
    time_s = row.read(gate.header, partial(cells.number, decimal=decimal))
    if time_s is None:
        return None
    _demand_runnable(row, gate.header, gate.distance_m, time_s)
    split = split_to(row, gates, place, decimal)
    filled = [other for other in gates if not cells.is_missing(row.text(other.header) or "")]
    session = _session(row, column, day, day_first, filled[-1].distance_m)
    return {"sessions": session, "splits": {**(split or {}), "test_id": sprint_test_id(filled[-1].distance_m)}}


def _read_time(row: Row, column: dict[str, str], decimal: str, day: date | None, day_first: bool | None) -> Parts:
    number = partial(cells.number, decimal=decimal)
    distance_m, time_s = (row.demand(column[role], row.read(column[role], number)) for role in ("distance", "time"))
    if distance_m is not None and time_s is not None:
        _demand_runnable(row, column["time"], distance_m, time_s)
    session = _session(row, column, day, day_first, distance_m or 0.0)
    trial = row.text(column.get("trial"))
    return {"sessions": {**session, "trial": trial}, "splits": {"distance_m": distance_m, "time_s": time_s}}


def _from_gate_to_gate(rows: list[Taken], column: dict[str, str], ledger: Ledger) -> list[Taken]:
    """Rows of times from the start as splits; a distance that does not grow begins the next run."""
    runs: dict[tuple, list[list[Taken]]] = {}
    for one in rows:
        facts, gate = one.parts["sessions"], one.parts["splits"]
        of_one = runs.setdefault((facts["external_name"], facts["local_date"], facts["trial"]), [[]])
        last = of_one[-1][-1].parts["splits"] if of_one[-1] else {"distance_m": 0.0, "time_s": 0.0}
        if gate["distance_m"] <= last["distance_m"]:
            of_one.append([])
            last = {"distance_m": 0.0, "time_s": 0.0}
        if gate["time_s"] <= last["time_s"]:
            said = f"does not come after {last['time_s']:g} s at {last['distance_m']:g} m"
            ledger.reject(one.row, [Problem(column["time"], said, one.row.text(column["time"]) or "", "Correct it.")])
        else:
            of_one[-1].append(one)
    numbered = enumerate(run for of_one in runs.values() for run in of_one if run)
    return [split for trial, run in numbered for split in _splits_of(run, trial)]


def _splits_of(run: list[Taken], trial: int) -> list[Taken]:
    test_id = sprint_test_id(run[-1].parts["splits"]["distance_m"])
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
