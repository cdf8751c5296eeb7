"""What the readers of training logs share: sets of one athlete, in file order, become sessions and numbered sets."""

from collections import Counter

import pandas as pd

from analysis.base.errors import UnitNeeded
from analysis.base.units import factor
from analysis.ingest.exercises import Catalogue, catalogue
from analysis.ingest.reading import Options
from analysis.ingest.tabular import Problem, Row, Taken, frame, local_start


def load_unit(row: Row, column: str | None, file_name: str, options: Options) -> str | None:
    """The unit of a row's load: its own unit cell, else what the importer said.

    Raises UnitNeeded where the file has no unit column and nobody has said; an empty cell is the row's own problem.
    """
    raw = row.text(column)
    said = options.load_unit or options.config.load_unit
    if raw is None and said is None:
        if column is None:
            raise UnitNeeded(
                f"{file_name} does not say whether its loads are in kg or lb. "
                "Say so with --unit kg or --unit lb, or set load_unit in workbook.toml."
            )
        return row.demand(column, None)
    unit = (raw or said).casefold().rstrip(".")
    if unit not in ("kg", "kgs", "lb", "lbs"):
        row.problems.append(Problem(column, "is neither kg nor lb", raw, "Write kg or lb."))
        return None
    return unit


def external_load_kg(
    load: float | None, unit: str | None, exercise: str | None, known: Catalogue | None = None
) -> float | None:
    """The load in kg; what an assisting machine shows is taken off, so it is negative.

    `known` is the catalogue that says which exercise is assisted, the package's own where it is left out.

    >>> external_load_kg(20.0, "kg", "assisted_pull_up"), external_load_kg(100.0, "kg", "deadlift")
    (-20.0, 100.0)
    """
    if load is None or unit is None:
        return None
    load_kg = load * factor(unit, "kg")
    return -abs(load_kg) if load_kg and (known or catalogue()).is_assisted(exercise) else load_kg


def positive(value: float | None) -> float | None:
    """Apps write 0 for what an exercise does not have: no duration, no distance, no rating."""
    return value or None


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
        **facts,
        **local_start(start, options.config.zone),
        "kind": "strength",
        "status": "done",
    }


def unknown_exercises(taken: list[Taken]) -> tuple[str, ...]:
    """One sentence that names the exercises which the catalogue does not know, or nothing."""
    names = dict.fromkeys(
        one.parts["sets"]["exercise_raw"]
        for one in taken
        if "sets" in one.parts and one.parts["sets"].get("exercise") is None
    )
    if not names:
        return ()
    listed = ", ".join(names)
    return (f"Not in the exercise catalogue, so kept under the name as written: {listed}.",)
