"""What the exports of HRV apps, rings and scales share: a row a day, some columns of which are measurements."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import Sheet
from analysis.ingest.rows import Ledger, Parts, Row, Taken, frame, take, without_repeats
from analysis.ingest.table_format import Content, Form, Headers, Line, TableFormat, pass_of


@dataclass(frozen=True)
class Item:
    """What a column of a day holds: an item of wellness, on its scale, or a trial of the test `test_id` in `unit`.

    `factor` makes our unit of the file's; a 0 is a day without a measurement. `parse` reads a cell that is no number
    by itself.
    """

    name: str
    direction: str = "neutral"
    factor: float = 1.0
    scale: tuple[float, float] | None = None
    test_id: str | None = None
    unit: str | None = None
    parse: Callable[[str], float] | None = None

    @property
    def table(self) -> str:
        return "trials" if self.test_id else "wellness"

    def values(self, value: float) -> dict:
        """The columns of its table that do not depend on the day."""
        if self.test_id:
            return {"test_id": self.test_id, "side": "B", "metric": self.name, "value": value, "unit": self.unit}
        low, high = self.scale or (None, None)
        scale = {"scale_min": low, "scale_max": high, "direction": self.direction}
        return {"item": self.name, "value": value, **scale}


@dataclass(frozen=True, kw_only=True)
class Daily(TableFormat):
    """One such export. Headers are written as `same_header` compares them; those needed and the items are roles.

    A day may have several rows, a night and a nap: `longest` is the header of what is greatest in the one that counts.
    """

    date_header: str
    items: dict[str, Item]  # by header; a file has one of them or more
    athlete_header: str = ""  # the header, one of those needed, of a file of several athletes
    user_headers: tuple[str, ...] = ()  # of who stood on the device; one of them alone is whose file it is
    left_note: str = ""
    day_first: bool | None = None  # in the dates of this format, where it is known
    longest: str = ""

    @property
    def roles(self) -> Mapping[str, Headers]:
        own = {header: (header,) for header in (*self.needed, *self.items)}
        own |= {self.longest: (self.longest,)} if self.longest else {}
        return {"date": (self.date_header,)} | own | ({"user": self.user_headers} if self.user_headers else {})

    def fits(self, header: Sequence[str]) -> bool:
        found = self.columns(header).keys()
        return {"date", *self.needed} <= found and not found.isdisjoint(self.items)

    def keeps(self, line: Line) -> bool:  # noqa: ARG002 - for those that override it
        """Whether a row counts."""
        return True

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `wellness` and `trials`."""
        dates = sheet.column(form.header("date"))
        said = form.options.said.day_first
        day = day_reader(dates, form.options.config.zone, self.day_first if said is None else said)
        tally: Counter[str] = Counter()
        shorter = self._shorter(sheet, form, day)
        tally["shorter"] = len(shorter)
        users = {cell.strip() for cell in sheet.column(form.header("user"))} if "user" in form else set()
        who = "user" if len(users) > 1 else self.athlete_header
        passes = [
            pass_of(
                form,
                partial(self._answer, header=header, day=day, tally=tally, who=who, shorter=shorter),
                {(item.table, "local_date"): "date", (item.table, "value"): header},
            )
            for header, item in self.items.items()
            if header in form
        ]
        return Content(_assembled(take(sheet, passes, ledger), ledger), tuple(self._notes(tally)))

    def _answer(
        self, line: Line, header: str, day: Callable[[str], date], tally: Counter[str], who: str, shorter: set[int]
    ) -> Parts | None:
        if line.row.row_no in shorter:
            return None
        if not self.keeps(line):
            tally["rows left"] += 1
            return None
        item = self.items[header]
        value = line.read(header, item.parse) if item.parse else line.number(header)
        if value is None:
            return None
        if value == 0 or (value < 0 and item.scale and item.scale[0] >= 0):
            tally["zeros" if value == 0 else "below"] += 1
            return None
        when = line.demand("date", line.read("date", day))
        name = line.text(who)
        if who == "user":
            line.demand(who, name)
        return {item.table: {"external_name": name, "local_date": when} | item.values(value * item.factor)}

    def _shorter(self, sheet: Sheet, form: Form, day: Callable[[str], date]) -> set[int]:
        """The rows of a day that has one with more of what `longest` names; what cannot be read is refused later."""
        if self.longest not in form:
            return set()
        best: dict[tuple[date, str | None], tuple[float, int]] = {}
        shorter: set[int] = set()
        for row_no, row in sheet.numbered():
            line = Line(Row(sheet.name, row_no, dict(zip(sheet.header, row, strict=False))), form)
            when, length = line.read("date", day), line.number(self.longest)
            if when is None or length is None or not self.keeps(line):
                continue
            place = (when, line.text(self.athlete_header))
            if place in best:
                shorter.add(min(best[place], (length, row_no))[1])
            best[place] = max(best.get(place, (length, row_no)), (length, row_no))
        return shorter

    def _notes(self, tally: Counter[str]) -> Iterable[str]:
        if tally["zeros"]:
            yield f"Zeros where nothing was measured: {tally['zeros']}; they count as missing."
        if tally["shorter"]:
            yield f"Rows of a day that has a longer one, as naps: {tally['shorter']}; the longest of a day counts."
        if tally["below"]:
            yield f"Scores below zero, a device's word for none: {tally['below']}; they count as missing."
        if tally["rows left"] and self.left_note:
            yield self.left_note


def _assembled(taken: list[Taken], ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The tables wellness and trials; of a test that a day has twice, the trials are counted."""
    rows: dict[str, list[tuple[Row, dict]]] = {"wellness": [], "trials": []}
    count: Counter[tuple] = Counter()
    for one in taken:
        for table, values in one.parts.items():
            if table == "trials":
                series = tuple(values[name] for name in ("external_name", "local_date", "test_id", "metric"))
                count[series] += 1
                values = values | {"trial_no": count[series]}
            rows[table].append((one.row, values | {"row_no": one.row.row_no}))
    kept = {table: without_repeats(table, some, ledger) for table, some in rows.items()}
    return {table: frame(table, some) for table, some in kept.items() if some}


_OFFSET = re.compile(r".*\d:\d\d(:\d\d([.,]\d+)?)? ?(Z|[+-]00:?00)", re.IGNORECASE)
_YEAR_AND_TWO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d).*")


def day_reader(filled: list[str], zone: ZoneInfo, day_first: bool | None = None) -> Callable[[str], date]:
    """How the dates of a column are read: with the day or the month first as said, the rest from its filled cells.

    A moment in UTC (Z or +0000) becomes the day in `zone`; another offset stands behind the wall clock, which counts.
    Some phones write the day before the month behind the year, 2026-25-03.

    >>> day_reader(["2026-25-03", "2026-01-04"], ZoneInfo("UTC"))("2026-01-04").isoformat()
    '2026-04-01'
    """
    pairs = [(int(match[2]), int(match[3])) for cell in filled if (match := _YEAR_AND_TWO.match(cell.strip()))]
    day_second = any(second > 12 for second, _ in pairs) and not any(third > 12 for _, third in pairs)
    if day_first is None:
        day_first = cells.day_first_of(filled)
    return partial(_day, zone=zone, day_second=day_second, day_first=day_first)


def _day(raw: str, zone: ZoneInfo, day_second: bool, day_first: bool | None) -> date:
    if day_second and (match := _YEAR_AND_TWO.fullmatch(raw.strip())):
        raw = f"{match[1]}-{match[3]}-{match[2]}"
    moment = cells.clock(raw, day_first)
    if not _OFFSET.fullmatch(raw.strip()):
        return moment.date()
    try:
        return moment.replace(tzinfo=UTC).astimezone(zone).date()
    except OverflowError:
        raise BadCell("is no moment that has a day here") from None
