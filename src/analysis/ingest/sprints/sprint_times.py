"""What the tables of timing gates share: gate times of a run become splits from gate to gate."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.base.sprint_tests import says_flying
from analysis.base.units import factor
from analysis.ingest import cells
from analysis.ingest.reading import Options
from analysis.ingest.rows import Ledger, Parts, Pass, Row, Taken, frame, local_start, without_repeats
from analysis.ingest.table_format import Column, Form, Line, TableFormat, pass_of

_GATE = re.compile(r"(?:t_?)?(\d+(?:[.,]\d+)?)\s*_?(m|yds?|y)(?:\s*\(?s\)?)?", re.IGNORECASE)


# columns of a start, which every table of sprints may have
START_HEADERS = {
    "start": (
        *("start", "start type", "type of start", "starttyp", "startart", "départ", "type de départ", "salida"),
        *("tipo de salida", "partenza", "tipo di partenza", "partida"),
    ),
    "start_delay": (
        *("reaction", "reaction time", "reaction_s", "start delay", "delay", "gate delay", "start_delay_s"),
        *("reaktion", "reaktionszeit", "startverzögerung", "temps de réaction", "réaction", "tiempo de reacción"),
        *("reacción", "tempo di reazione", "reazione", "tempo de reação", "reação", "reactietijd", "reaktionstid"),
    ),
    "start_offset": (
        *("start offset", "start distance", "gate offset", "offset", "distance behind line", "startabstand"),
        *("distance de départ", "distancia de salida", "distanza di partenza", "distância de partida"),
    ),
}
START_UNITS = {"start_delay": {"s": "s", "ms": "ms"}, "start_offset": {"m": "m", "cm": "cm"}}
_OF_A_START = {"start_delay": "s", "start_offset": "m"}  # metrics of the trials, and their units


def says_flying_start(line: Line) -> bool:
    """Whether the row says in words that its run began before the first gate."""
    return any(says_flying(line.text(role)) for role in ("start", "exercise"))


def of_the_start(line: Line) -> dict[str, float]:
    """What a row says of the start beside its gates: the delay in s, the way to the line in m. No time contains it."""
    told = {metric: line.quantity(metric, unit) for metric, unit in _OF_A_START.items()}
    return {metric: value for metric, value in told.items() if value is not None}


def start_notes(tables: dict[str, pd.DataFrame]) -> tuple[str, ...]:
    """That delays and offsets are kept apart, where there are some."""
    metrics = tables["trials"]["metric"].value_counts() if "trials" in tables else {}
    said = ", ".join(f"{metric} {n}" for metric, n in sorted(metrics.items()))
    return (f"Kept apart from the times of the gates, as trials of their own: {said}.",) if said else ()


@dataclass(frozen=True)
class Gate:
    """A column of times at a distance from the start."""

    header: str
    distance_m: float


def gates_of(header: Iterable[str]) -> list[Gate]:
    """The columns that name a distance, nearest first.

    >>> [gate.distance_m for gate in gates_of(["Athlete", "20m (s)", "10 m", "40yd"])]
    [10.0, 20.0, 36.576]
    """
    matches = ((name, _GATE.fullmatch(name.strip())) for name in header)
    gates = [Gate(name, _metres(match[1], match[2])) for name, match in matches if match]
    return sorted(gates, key=lambda gate: gate.distance_m)


def _metres(number: str, unit: str) -> float:
    return float(number.replace(",", ".")) * factor("m" if unit.lower() == "m" else "yd", "m")


def filled_gates(line: Line, gates: Iterable[Gate]) -> list[Gate]:
    """The gates that a row has a time of, nearest first."""
    return [gate for gate in gates if not cells.is_missing(line.text(gate.header) or "")]


@dataclass(frozen=True, kw_only=True)
class SprintTable(TableFormat):
    """A table of sprints. Every column that names a distance is a role of its own."""

    def columns(self, header: Iterable[str], number: int = 1) -> dict[str, list[Column]]:
        """The columns by role, gates under their own header."""
        names = list(header)
        return super().columns(names, number) | {gate.header: [Column(gate.header)] for gate in gates_of(names)}

    def gate_passes(self, form: Form, read_gate: Callable[[Line, list[Gate], int], Parts | None]) -> list[Pass]:
        """One way to read the rows for every gate of the file."""
        gates = gates_of(form.columns)

        def at(place: int) -> Pass:
            fills = {("sessions", "local_date"): "date", ("splits", "time_s"): gates[place].header}
            return pass_of(form, lambda line: read_gate(line, gates, place), fills)

        return [at(place) for place in range(len(gates))]


def split_to(line: Line, gates: list[Gate], place: int, between: bool = False) -> dict | None:
    """The split that ends at `gates[place]`, from the nearest filled gate before it; None where the cell is empty.

    Times count from the start, or from the gate before where `between` says so. A time that does not come after the
    one before it is a problem of the row.
    """
    gate = gates[place]
    time_s = line.number(gate.header)
    if time_s is None:
        return None
    start_m = since_s = 0.0
    for earlier in gates[:place]:
        earlier_s = line.number(earlier.header)
        if earlier_s is not None:
            start_m, since_s = earlier.distance_m, 0.0 if between else earlier_s
    split_s = round(time_s - since_s, 9)  # without the tail that binary fractions leave
    if split_s <= 0:
        line.refuse(gate.header, f"does not come after {since_s:g} s at {start_m:g} m", "Correct the time.")
        return None
    return {"kind": "gate", "start_m": start_m, "distance_m": gate.distance_m - start_m, "time_s": split_s}


def sessions_and_splits(taken: list[Taken], ledger: Ledger, options: Options) -> dict[str, pd.DataFrame]:
    """The tables `sessions` and `splits` of rows with one split each; a row of the file, or `trial` of it, is a trial.

    The part sessions names athlete, date, key and, where known, start; a trial keeps its number within the session.
    What it says of the start (`of_start`) goes to the table `trials`, under the test and number of the trial.
    """
    sessions: dict[tuple, tuple[Row, dict]] = {}
    numbers: dict[tuple, dict[object, int]] = {}
    count: Counter[tuple] = Counter()
    splits = []
    starts: dict[tuple, dict] = {}
    for one in taken:
        facts = one.parts["sessions"]
        session = {name: facts[name] for name in ("external_name", "session_key")}
        key = tuple(session.values())
        kept = {name: facts[name] for name in ("local_date", "title", "notes") if name in facts}
        times = local_start(facts.get("start_local"), options.config.zone)
        stated = {**kept, **times, **session, "kind": "sprint", "status": "done", "row_no": one.row.row_no}
        sessions.setdefault(key, (one.row, stated))
        trials = numbers.setdefault(key, {})
        trial_no = trials.setdefault(facts.get("trial", one.row.row_no), len(trials) + 1)
        count[*key, trial_no] += 1
        numbered = {"trial_no": trial_no, "split_no": count[*key, trial_no], "row_no": one.row.row_no}
        splits.append({**one.parts["splits"], **session, **numbered})
        for metric, value in facts.get("of_start", {}).items():
            starts[*key, one.parts["splits"]["test_id"], trial_no, metric] = {
                "external_name": facts["external_name"],
                "local_date": facts["local_date"],
                "test_id": one.parts["splits"]["test_id"],
                "trial_no": trial_no,
                "side": "B",
                "metric": metric,
                "value": value,
                "unit": _OF_A_START[metric],
                "row_no": one.row.row_no,
            }
    whole = without_repeats("sessions", list(sessions.values()), ledger)
    rows = {"sessions": whole, "splits": splits, "trials": list(starts.values())}
    return {table: frame(table, given) for table, given in rows.items() if given}
