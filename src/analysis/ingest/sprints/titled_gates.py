"""Gates whose export has a title above its header: total time, times at gates, top speed, the direction of a turn.

A run whose distance the title, a column or the file's name says becomes splits, as of any gates. A turn, or a run over
a distance that nothing says, becomes trials by side.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from analysis.base.sprint_tests import sprint_test_id
from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, date_in_name, same_header
from analysis.ingest.plates.quantities import Measure, converted, with_unit, words_of
from analysis.ingest.plates.trial_table import ATHLETE_HEADERS, SIDES, name_of, trials_of
from analysis.ingest.reading import Options, Reading
from analysis.ingest.rows import Ledger, Parts, take
from analysis.ingest.sprints.sprint_times import Gate, SprintTable, filled_gates, sessions_and_splits, split_to
from analysis.ingest.table_format import Content, Form, Line, pass_of

_SPLIT = re.compile(r"splittime(?P<m>\d+(?:[.,]\d+)?)m\(s\)")
_SPEED = re.compile(r"(max|top)speed\((?P<unit>m/s|km/h|mph)\)")
_METRES = re.compile(r"(?<![\d.,])(\d+(?:[.,]\d+)?) ?m(?![a-z])", re.IGNORECASE)
_TURNS = re.compile(r"505|5-0-5|pro.?agility|change of direction|\bcod\b|t-?test|illinois", re.IGNORECASE)


class _TitledGates(SprintTable):
    def fits(self, header: Sequence[str]) -> bool:
        """A total time, beside a time at a gate or a top speed."""
        names = [same_header(name) for name in header]
        beside = any(_SPLIT.fullmatch(name) or _SPEED.fullmatch(name) for name in names)
        return beside and super().fits(header)

    def read_sheets(self, sheets: Sequence[Sheet], path: Path, options: Options) -> Reading:
        """The sheets, each with what stands above its header as the name of the test."""
        named = []
        for sheet in sheets:
            headed = sheet.headed(lambda header, _: self.fits(header))
            top = [cell.strip() for row in (sheet.header, *sheet.rows)[: headed.above if headed else 0] for cell in row]
            title = next((cell for cell in top if cell), "")
            named.append(replace(sheet, remarks=(*sheet.remarks, f"Title of the table: {title}.")) if title else sheet)
        return super().read_sheets(named, path, options)

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `splits`, or `trials`.

        Raises UnreadableFile where neither a column nor the file's name says the day.
        """
        title = next((said[20:-1] for said in sheet.remarks if said.startswith("Title of the table: ")), "")
        day = None if "date" in form else date_in_name(form.path, "sprint")
        distance_m = None if _has_turn(sheet, form, title) else _distance_m(title, form.path.stem)
        if distance_m is None:
            trials = partial(_read_trial, title=title or form.path.stem, day=day)
            taken = take(sheet, [pass_of(form, partial(trials, measure=one), {}) for one in _measures(sheet)], ledger)
            return Content({"trials": trials_of(taken, ledger)} if taken else {})
        gated = replace(sheet, header=tuple(_as_gate(name, distance_m) for name in sheet.header))
        by_gate = self.form(gated, form.path, form.options)
        runs = take(gated, self.gate_passes(by_gate, partial(_read_gate, day=day)), ledger)
        tables = sessions_and_splits(runs, ledger, form.options)
        note = f"The total time is taken as that over {distance_m:g} m, by the title or the file's name."
        return Content(tables, (note,))


def _has_turn(sheet: Sheet, form: Form, title: str) -> bool:
    return bool(_TURNS.search(title)) or ("direction" in form and bool(sheet.column(form.header("direction"))))


def _distance_m(*texts: str) -> float | None:
    """The distance that the first of some texts says, if it says one."""
    for text in texts:
        found = {match[1].replace(",", ".") for match in _METRES.finditer(text.replace("_", " "))}
        if len(found) == 1:
            return float(found.pop())
    return None


def _as_gate(header: str, distance_m: float) -> str:
    """A header as gates are called: by the distance from the start."""
    plainly = same_header(header)
    if found := _SPLIT.fullmatch(plainly):
        return f"{found['m']}m (s)"
    return f"{distance_m:g}m (s)" if plainly == "totaltime(s)" else header


def _measures(sheet: Sheet) -> Iterator[Measure]:
    for name in sheet.header:
        plainly = same_header(name)
        if plainly == "totaltime(s)":
            yield Measure(name, "time_s", "s")
        elif split := _SPLIT.fullmatch(plainly):
            yield Measure(name, f"time_at_{split['m'].replace(',', '.').replace('.', '_')}m_s", "s")
        elif speed := _SPEED.fullmatch(plainly):
            unit, by = converted(speed["unit"])
            yield Measure(name, with_unit("max_speed", unit), unit, by)


def _day(line: Line, day: date | None) -> date | None:
    if day is not None:
        return day
    moment = line.demand("date", line.moment("date"))
    return moment and moment.date()


def _read_trial(line: Line, measure: Measure, title: str, day: date | None) -> Parts | None:
    value = line.row.read(measure.header, partial(cells.number, decimal=line.form.decimal))
    if value is None:
        return None
    test = line.text("exercise") or title
    return {
        "trials": {
            "external_name": name_of(line),
            "local_date": _day(line, day),
            "test_id": words_of(test) or "timing_gates",
            "side": SIDES.get(line.word("direction"), "B"),
            "metric": measure.metric,
            "value": value * measure.by,
            "unit": measure.unit,
            "method": test,
            "device": "timing gates",
        }
    }


def _read_gate(line: Line, gates: list[Gate], place: int, day: date | None) -> Parts | None:
    if line.text(gates[place].header) is None:
        return None
    split, when = split_to(line, gates, place), _day(line, day)
    if split is None or when is None:
        return None
    test_id = sprint_test_id(filled_gates(line, gates)[-1].distance_m)
    session = {"external_name": name_of(line), "local_date": when, "session_key": f"{when}|{test_id}"}
    return {"sessions": session, "splits": {**split, "test_id": test_id, "device": "timing gates"}}


READER = _TitledGates(
    name="titled_gates",
    title="gates with a title above the header (CSV)",
    headers=ATHLETE_HEADERS
    | {
        "date": ("Date", "Datum", "Fecha"),
        "exercise": ("Test", "Exercise", "Test Name"),
        "total": ("Total time (s)",),
        "direction": ("Direction ()", "Direction"),
    },
    needed=("total",),
    takes="runs over the distance that the title or the file's name says as splits from gate to gate; turns, and runs "
    "over another distance, as trials by side: total time, times at gates, top speed",
    leaves="numbers of runs, as the order tells them",
).reader()
