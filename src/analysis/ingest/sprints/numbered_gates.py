"""Gates that number their columns, as SmartSpeed's: Split1, Cumulative1, Distance1 and on, a row a run.

Where the distances, or the name of the test, say where the gates stand, a run becomes splits. Else its time is a trial.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import accumulate, pairwise

from analysis.base.sprint_tests import sprint_test_id
from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.plates.quantities import words_of
from analysis.ingest.plates.trial_table import ATHLETE_HEADERS, name_of, trials_of
from analysis.ingest.rows import Ledger, Parts, take
from analysis.ingest.sprints.sprint_times import sessions_and_splits
from analysis.ingest.table_format import Column, Content, Form, Line, TableFormat, pass_of

_NUMBERED = re.compile(r"(split|cumulative|distance)([1-9]\d?)(?:\((?:s|m)\))?")
_METRES = re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?) ?m(?![a-z])", re.IGNORECASE)
_NEAR_M = 0.011
_DEVICE = "timing gates"


class _NumberedGates(TableFormat):
    def fits(self, header: Sequence[str]) -> bool:
        return "split1" in self.columns(header) and super().fits(header)

    def columns(self, header: Iterable[str], number: int = 1) -> dict[str, list[Column]]:
        """The columns by role; each numbered one is a role of its own."""
        names = list(header)
        numbered = ((_NUMBERED.fullmatch(same_header(name)), name) for name in names)
        own = {f"{found[1]}{found[2]}": [Column(name)] for found, name in numbered if found}
        return super().columns(names, number) | own

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `splits`, and `trials` of runs past gates that stand nobody knows where."""
        most = sum(role.startswith("split") for role in form.columns)
        tally: Counter[str] = Counter()
        fills = {("sessions", "local_date"): "date", ("trials", "local_date"): "date"}
        passes = [pass_of(form, partial(_read_split, place=place), fills) for place in range(most)]
        taken = take(sheet, [*passes, pass_of(form, partial(_read_run, tally=tally), fills)], ledger)
        tables = sessions_and_splits([one for one in taken if "splits" in one.parts], ledger, form.options)
        trials = trials_of([one for one in taken if "trials" in one.parts and "splits" not in one.parts], ledger)
        note = (
            f"Runs past gates of which nothing says where they stand: {tally['runs']}. Their whole time is a trial."
            if tally["runs"]
            else ""
        )
        return Content(tables | ({"trials": trials} if len(trials) else {}), (note,) if note else ())


def _times(line: Line) -> list[float]:
    """The times at the gates from the start, up to the first that is empty."""
    from_start: list[float] = []
    for number in range(1, 100):
        at, of_split = line.number(f"cumulative{number}"), line.number(f"split{number}")
        if at is None and of_split is not None:
            at = round((from_start[-1] if from_start else 0.0) + of_split, 9)
        if not at:  # 0 is a gate that nobody passed
            return from_start
        if from_start and at <= from_start[-1]:
            role = f"cumulative{number}" if f"cumulative{number}" in line.form else f"split{number}"
            line.refuse(role, f"does not come after {from_start[-1]:g} s", "Correct the time.")
            return []
        from_start.append(at)
    return from_start


def _places_m(line: Line, n: int) -> list[float] | None:
    """Where the gates of a run stand, from the start; None where that cannot be told.

    Distances that end where the test ends are places; those whose sum ends there, or that do not grow, are lengths.
    """
    said = _METRES.findall((line.text("test") or "").replace("_", " "))
    test_m = float(said[0]) if len(set(said)) == 1 else None
    given = [line.number(f"distance{number}") for number in range(1, n + 1)]
    known = [metres for metres in given if metres]
    if len(known) < n:
        return [test_m] if n == 1 and test_m else None
    lengths = list(accumulate(known))
    grows = all(first < second for first, second in pairwise(known))
    if n == 1 or not grows:
        return lengths
    if test_m is None:
        return None
    if abs(known[-1] - test_m) < _NEAR_M:
        return known
    return lengths if abs(lengths[-1] - test_m) < _NEAR_M else None


def _of_row(line: Line) -> dict:
    moment = line.demand("date", line.moment("date"))
    return {"external_name": name_of(line), "local_date": moment and moment.date()}


def _read_split(line: Line, place: int) -> Parts | None:
    times = _times(line)
    if place >= len(times) or (places := _places_m(line, len(times))) is None:
        return None
    start_m, since_s = (places[place - 1], times[place - 1]) if place else (0.0, 0.0)
    test_id = sprint_test_id(places[-1])
    facts = _of_row(line)
    split = {
        "kind": "gate",
        "test_id": test_id,
        "start_m": start_m,
        "distance_m": places[place] - start_m,
        "time_s": round(times[place] - since_s, 9),
        "device": _DEVICE,
    }
    return {"sessions": {**facts, "session_key": f"{facts['local_date']}|{test_id}"}, "splits": split}


def _read_run(line: Line, tally: Counter[str]) -> Parts | None:
    times = _times(line)
    if not times or _places_m(line, len(times)) is not None:
        return None
    tally["runs"] += 1
    test = line.demand("test", line.text("test")) or ""
    values = {"test_id": words_of(test) or None, "side": "B", "metric": "time_s", "value": times[-1], "unit": "s"}
    return {"trials": {**_of_row(line), **values, "method": test, "device": _DEVICE}}


READER = _NumberedGates(
    name="numbered_gates",
    title="gates in numbered columns, as SmartSpeed's (CSV)",
    headers={role: names for role, names in ATHLETE_HEADERS.items() if role != "athlete"}
    | {"athlete": ("Athlete",), "date": ("Date",), "test": ("Name", "Test", "Test Name")},
    needed=("date", "test"),
    day_first_headers=("GivenName", "FamilyName"),
    takes="runs as splits from gate to gate, where distances or the test's name say where the gates stand, else the "
    "whole time as a trial",
    leaves="gates that nobody passed, whose time is 0",
).reader()
