"""What the exports of HRV apps, rings and scales share: a row a day, some columns of which are measurements."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.base.errors import UnreadableFile
from analysis.ingest import cells
from analysis.ingest.cells import BadCell
from analysis.ingest.dialect import header_of, read_delimited
from analysis.ingest.reading import Options, Reader, Reading
from analysis.ingest.tabular import Ledger, Parts, Pass, Row, Taken, frame, take_each, without_repeats


@dataclass(frozen=True)
class Item:
    """What a column of a day holds: an item of wellness, on its scale, or a trial of the test `test_id` in `unit`.

    `factor` makes our unit of the file's; a 0 is a day without a measurement.
    """

    name: str
    direction: str = "neutral"
    factor: float = 1.0
    scale: tuple[float, float] | None = None
    test_id: str | None = None
    unit: str | None = None

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


@dataclass(frozen=True)
class Daily:
    """One such export. Headers are written as `same_header` compares them.

    `keeps` says of a row, given the file's own column names, whether it counts; none: every row does.
    """

    name: str
    title: str
    date_header: str
    items: dict[str, Item]
    needed: tuple[str, ...]  # what the format is recognised by, besides the date
    takes: str
    leaves: str
    athlete_header: str | None = None
    keeps: Callable[[Row, dict[str, str]], bool] | None = None
    left_note: str = ""

    def reader(self) -> Reader:
        """The reader of this export."""
        return Reader(self.name, self.title, self.recognises, self.read, takes=self.takes, leaves=self.leaves)

    def recognises(self, path: Path, head: bytes) -> bool:
        """True for a header with the columns of this export."""
        return path.suffix.lower() in (".csv", ".txt") and self._fits(header_of(head))

    def read(self, path: Path, options: Options) -> Reading:
        """The export at `path`. Raises UnreadableFile where it has not the columns of this one."""
        sheet = read_delimited(path, options.said)
        column = sheet.columns()
        if not self._fits(column):
            raise UnreadableFile(f"{path.name} has not the columns of {self.title}. Export it again.")
        day = day_reader(sheet.column(column[self.date_header]), options.config.zone, options.said.day_first)
        ledger, tally = Ledger(), Counter()
        passes = [
            Pass(
                partial(self._answer, header=header, column=column, day=day, decimal=sheet.decimal, tally=tally),
                {(item.table, "local_date"): column[self.date_header], (item.table, "value"): column[header]},
            )
            for header, item in self.items.items()
            if header in column
        ]
        taken = take_each(sheet, passes, ledger)
        return ledger.reading(
            self.name,
            tables=_assembled(taken, ledger),
            dialect=sheet.form(),
            notes=tuple(self._notes(tally)),
        )

    def _fits(self, header: Iterable[str]) -> bool:
        there = set(header)
        return {self.date_header, *self.needed} <= there and bool(there & set(self.items))

    def _answer(
        self,
        row: Row,
        header: str,
        column: dict[str, str],
        day: Callable[[str], date],
        decimal: str,
        tally: Counter[str],
    ) -> Parts | None:
        if self.keeps and not self.keeps(row, column):
            tally["rows left"] += 1
            return None
        value = row.read(column[header], partial(cells.number, decimal=decimal))
        if value is None:
            return None
        if value == 0:
            tally["zeros"] += 1
            return None
        item = self.items[header]
        local_date = row.demand(column[self.date_header], row.read(column[self.date_header], day))
        return {
            item.table: {
                "external_name": row.text(column.get(self.athlete_header or "")),
                "local_date": local_date,
                **item.values(value * item.factor),
            }
        }

    def _notes(self, tally: Counter[str]) -> Iterable[str]:
        if tally["zeros"]:
            yield f"Zeros where nothing was measured: {tally['zeros']}; they count as missing."
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
