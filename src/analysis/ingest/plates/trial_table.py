"""What the tables of plates, dynamometers and trackers share: a row a test, columns of measurements become trials."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd

from analysis.ingest import cells
from analysis.ingest.days.daily import day_reader
from analysis.ingest.dialect import Sheet
from analysis.ingest.plates.quantities import Measure, settled
from analysis.ingest.rows import Ledger, Parts, Pass, Row, Taken, frame, take, without_repeats
from analysis.ingest.table_format import Content, Form, Headers, Line, TableFormat, pass_of

ATHLETE_HEADERS: dict[str, Headers] = {
    "athlete": ("Name", "Athlete", "Athlete Name", "athlete_name", "Player Name", "Player Display Name", "Client"),
    "first_name": ("firstName", "givenName", "First Name"),
    "last_name": ("lastName", "familyName", "Last Name", "Surname"),
    "athlete_id": ("profileId", "athleteId", "ExternalId"),
}
SIDES = {"left": "L", "l": "L", "right": "R", "r": "R", "links": "L", "rechts": "R", "izquierda": "L", "derecha": "R"}
SIDES |= {"gauche": "L", "droite": "R", "sinistra": "L", "destra": "R"}
_NO_TIME = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\s*")


@dataclass(frozen=True, kw_only=True)
class TrialTable(TableFormat):
    """A table of one maker. Its roles are those of the athlete, date, time, and what the makers add."""

    device: str
    utc_headers: tuple[str, ...] = ()  # of dates that are in UTC, with the time of day apart

    def measures(self, header: Sequence[str]) -> Iterable[Measure]:
        """The columns of measurements; each maker says it."""
        raise NotImplementedError

    def test(self, line: Line) -> str | None:
        """The test that a row is."""
        raise NotImplementedError

    def method(self, line: Line) -> str | None:  # noqa: ARG002 - for those that override it
        """How it was done, in the maker's words."""
        return None

    def metric(self, line: Line, measure: Measure) -> str:  # noqa: ARG002 - for those that override it
        """What a column measures in this row."""
        return measure.metric

    def side(self, line: Line, measure: Measure) -> str:  # noqa: ARG002 - for those that override it
        """The side of a measurement."""
        return measure.side

    def remarks(self, sheet: Sheet, form: Form) -> Iterable[str]:  # noqa: ARG002 - for those that override it
        """What more is to be said of a sheet."""
        return ()

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The table `trials`.

        Raises UnitNeeded where a column is in a unit that neither its header nor anybody says.
        """
        filled = [name for name in sheet.header if sheet.column(name)]
        measures = settled(self.measures(filled), form)
        tally: Counter[str] = Counter()
        taken = take(sheet, self.passes(form, self.day_of(sheet, form), measures, tally), ledger)
        notes = (*self.notes(sheet, form, measures, tally), *self.remarks(sheet, form))
        return Content({"trials": trials} if len(trials := trials_of(taken, ledger)) else {}, notes)

    def passes(
        self, form: Form, day: Callable[[Line], date | None], measures: Iterable[Measure], tally: Counter[str]
    ) -> list[Pass]:
        """One way to read the rows for each measurement."""
        fills = {("trials", "local_date"): "date"}
        return [
            pass_of(form, partial(self._trial, measure=measure, day=day, tally=tally), fills) for measure in measures
        ]

    def day_of(self, sheet: Sheet, form: Form) -> Callable[[Line], date | None]:
        """How the day of a row is read: a moment in UTC is one of the day in the zone of the workspace."""
        header = form.header("date")
        read = day_reader(sheet.column(header), form.options.config.zone, form.day_first)
        is_utc = header.strip().casefold() in {name.casefold() for name in self.utc_headers}

        def day(line: Line) -> date | None:
            if is_utc and _NO_TIME.fullmatch(line.text("date") or "") and (at := line.time_of_day("time")):
                return line.demand("date", line.read("date", lambda raw: read(f"{raw} {at:%H:%M:%S}Z")))
            return line.demand("date", line.read("date", read))

        return day

    def _trial(
        self, line: Line, measure: Measure, day: Callable[[Line], date | None], tally: Counter[str]
    ) -> Parts | None:
        test_id, when, name = self.test(line), day(line), name_of(line)
        value = line.row.read(measure.header, partial(cells.number, decimal=line.form.decimal))
        if measure.count is not None:
            done = line.row.read(measure.count, partial(cells.number, decimal=line.form.decimal))
            if done is None or done == 0:
                tally["not done"] += value is not None
                return None
        if value is None:
            return None
        if value == 0 and measure.side != "B":
            tally["not done"] += 1
            return None
        return {
            "trials": {
                "external_name": name,
                "local_date": when,
                "test_id": measure.test_id or test_id,
                "side": self.side(line, measure),
                "metric": self.metric(line, measure),
                "value": value * measure.by,
                "unit": measure.unit,
                "method": self.method(line),
                "device": self.device,
            }
        }

    def notes(self, sheet: Sheet, form: Form, measures: Sequence[Measure], tally: Counter[str]) -> Iterable[str]:
        """What is said of what was left."""
        if tally["not done"]:
            yield (
                f"Measurements of a side or a pair that did no repetition: {tally['not done']}. "
                "They are noise of the sensor, so they count as missing."
            )
        used = {measure.header for measure in measures} | {measure.count for measure in measures}
        used |= {column.header for several in form.columns.values() for column in several}
        if left := [name for name in sheet.header if name.strip() and name not in used]:
            yield f"Columns that are kept in the raw rows only: {', '.join(left)}."


def name_of(line: Line) -> str | None:
    """Whose a row is: the name in one column or in two, else the id that the maker gives."""
    parts = [text for role in ("first_name", "last_name") if (text := line.text(role))]
    return line.text("athlete") or " ".join(parts) or line.text("athlete_id")


def trials_of(taken: Iterable[Taken], ledger: Ledger) -> pd.DataFrame:
    """The table `trials`; the rows of a day and test are its trials, in their order through all sheets."""
    rows: list[tuple[Row, dict]] = []
    for one in taken:
        values = one.parts["trials"]
        of_one = tuple(values[name] for name in ("external_name", "local_date", "test_id"))
        trials = ledger.numbers.setdefault(of_one, {})
        trial_no = trials.setdefault((one.row.sheet, one.row.row_no), len(trials) + 1)
        rows.append((one.row, {**values, "trial_no": trial_no, "row_no": one.row.row_no}))
    return frame("trials", kept) if (kept := without_repeats("trials", rows, ledger)) else pd.DataFrame()
