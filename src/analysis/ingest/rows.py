"""What all table readers share: rows are taken, ignored or rejected, and every refused cell says why."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from analysis.base.names import name_key
from analysis.base.tables import TABLES
from analysis.ingest.cells import BadCell, is_missing, utc_offset_s
from analysis.ingest.dialect import Sheet, is_blank
from analysis.ingest.reading import REJECT_COLUMNS, SOURCE_ROW_COLUMNS, Reading, reader_columns

Value = TypeVar("Value")
Parts = dict[str, dict]  # canonical table -> column -> value
WHOLE_ROW = "(row)"  # the column of a problem that no single cell has
_BOUND = {"athlete_id": "external_name", "session_id": "session_key"}  # as readers name what the door binds


@dataclass(frozen=True)
class Problem:
    """A cell that could not be taken."""

    column: str
    check: str
    raw: str
    remedy: str

    @property
    def reason(self) -> str:
        if self.column == WHOLE_ROW:
            return f"The row {self.check}. {self.remedy}"
        said = "is empty" if self.check == "is missing" else f"{self.raw!r} {self.check}"
        return f"{self.column} {said}. {self.remedy}"


class Row:
    """One row by column: typed reads collect what is wrong instead of stopping at the first bad cell."""

    def __init__(self, sheet: str, row_no: int, cells: dict[str, str]):
        self.sheet = sheet
        self.row_no = row_no
        self.cells = cells
        self.problems: list[Problem] = []

    def text(self, column: str | None) -> str | None:
        """The cell as it stands, None where it is missing or the file has no such column."""
        raw = self.cells.get(column, "").strip() if column else ""
        return raw or None

    def read(self, column: str | None, parse: Callable[[str], Value]) -> Value | None:
        """The cell as `parse` types it; None where it is missing, or bad (then it is among the problems)."""
        raw = self.text(column)
        if column is None or raw is None or is_missing(raw):
            return None
        try:
            return parse(raw)
        except BadCell as bad:
            self.problems.append(Problem(column, bad.check, raw, bad.remedy))
            return None

    def demand(self, column: str, value: Value | None) -> Value | None:
        """`value`, with its absence noted as a problem of `column`, unless the cell was already refused."""
        if value is None and all(problem.column != column for problem in self.problems):
            self.problems.append(Problem(column, "is missing", "", "Fill it in."))
        return value


@dataclass(frozen=True, eq=False)
class Taken:
    """A row that passed: its values by canonical table and column."""

    row: Row
    parts: Parts


@dataclass
class Ledger:
    """What became of every row of a file."""

    became: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    rejects: dict[tuple[str, int, str, str], tuple[str, str]] = field(default_factory=dict)
    whose: dict[tuple[str, int], str] = field(default_factory=dict)  # of refused rows too
    notes: dict[str, None] = field(default_factory=dict)  # what was made of rows, in their order
    numbers: dict[tuple, dict[tuple, int]] = field(default_factory=dict)  # of rows alike, through all sheets
    spellings: dict[str, dict[str, set[tuple[str, int]]]] = field(default_factory=dict)  # of a name, with their rows

    def note(self, sentence: str) -> None:
        """Say for the person who imports what was made of some rows."""
        self.notes[sentence] = None

    def absorb(self, own: "Ledger") -> None:
        """What became of rows by another way to read them; of a row in both, the graver counts."""
        self.rejects |= own.rejects
        self.whose |= own.whose
        self.notes |= own.notes
        for place, found in own.became.items():
            before = self.became.get(place, found)
            self.became[place] = max(before, found, key=lambda one: _WEIGHT.index(one[1]))

    def enter(self, sheet: str, row_no: int, cells: tuple[str, ...], became: str) -> None:
        raw = json.dumps(list(cells), ensure_ascii=False)
        self.became[sheet, row_no] = (raw, became)

    def reject(self, row: Row, problems: Iterable[Problem]) -> None:
        """The row is refused whole: half a row would pass for a complete one."""
        self.became[row.sheet, row.row_no] = (self.became[row.sheet, row.row_no][0], "rejected")
        for problem in problems:
            self.rejects[row.sheet, row.row_no, problem.column, problem.check] = (problem.raw, problem.reason)

    def in_one_spelling(self, one: Taken) -> Taken:
        """The row with the athlete's name as the file spelled it first, so that two spellings are one person."""
        name = _name_in(one.parts)
        if name is None:
            return one
        spellings = self.spellings.setdefault(name_key(name), {})
        spellings.setdefault(name, set()).add((one.row.sheet, one.row.row_no))
        if (first := next(iter(spellings))) == name:
            return one
        named = {
            table: {**values, "external_name": first} if "external_name" in values else values
            for table, values in one.parts.items()
        }
        return Taken(one.row, named)

    def _of_spellings(self) -> Iterator[str]:
        for first, *others in map(list, self.spellings.values()):
            for name in others:
                rows = len(self.spellings[name_key(name)][name])
                yield f"{name!r} is taken for {first!r}, as the file writes it first (rows: {rows})."

    def reading(
        self, source: str, tables: dict[str, pd.DataFrame], dialect: dict, *, reader: str | None = None, **more
    ) -> Reading:
        """What a reader of tables delivers, with every row of this ledger; `reader` where it is not the source."""
        more["notes"] = (*more.get("notes", ()), *self._of_spellings())
        return Reading(
            reader=reader or source,
            source=source,
            tables=tables,
            dialect=dialect,
            source_rows=pd.DataFrame(
                [(*place, *what) for place, what in self.became.items()], columns=SOURCE_ROW_COLUMNS
            ),
            rejects=pd.DataFrame([(*cell, *why) for cell, why in self.rejects.items()], columns=REJECT_COLUMNS),
            whose=self.whose,
            **more,
        )


@dataclass(frozen=True)
class Pass:
    """One way to read the rows of a sheet.

    `read_row` types one row, None where it is none of ours to keep. `columns` says which column of the file fills
    which canonical one, for the words of a reject.
    """

    read_row: Callable[[Row], Parts | None]
    columns: Mapping[tuple[str, str], str]


def take(sheet: Sheet, passes: Sequence[Pass], ledger: Ledger) -> list[Taken]:
    """The rows of a sheet that pass, in their order: one for each of `passes` that keeps it.

    A row that one of them refuses is refused whole.
    """
    ledgers = [Ledger() for _ in passes]
    taken = [one for each, own in zip(passes, ledgers, strict=True) for one in _taken(sheet, each, own)]
    together = Ledger()
    for own in ledgers:
        together.absorb(own)
    ledger.absorb(together)
    sound = [one for one in taken if together.became[one.row.sheet, one.row.row_no][1] == "taken"]
    sound = [ledger.in_one_spelling(one) for one in sound]
    return sorted(sound, key=lambda one: one.row.row_no)  # stable: the passes keep their order


_WEIGHT = ("ignored", "taken", "rejected")  # what a row became in several passes is the last of these


def _taken(sheet: Sheet, way: Pass, ledger: Ledger) -> list[Taken]:
    taken = []
    header = _distinct(sheet.header)
    for row_no, cells in sheet.numbered():
        ledger.enter(sheet.name, row_no, cells, "ignored" if is_blank(cells) else "taken")
        if is_blank(cells):
            continue
        if not is_blank(cells[len(header) :]):
            cells = sheet.mended.get(cells, cells)
        row = Row(sheet.name, row_no, dict(zip(header, cells, strict=False)))
        if not is_blank(cells[len(header) :]):
            ledger.reject(row, [_overlong(cells, header)])
            continue
        parts = way.read_row(row)
        if name := _name_in(parts):
            ledger.whose[row.sheet, row.row_no] = name
        if row.problems:
            ledger.reject(row, row.problems)
        elif parts is None:
            ledger.enter(sheet.name, row_no, cells, "ignored")
        else:
            taken.append(Taken(row, parts))
    return _in_range(taken, ledger, way.columns)


def _name_in(parts: Parts | None) -> str | None:
    """The athlete's name that a row says."""
    names = (values.get("external_name") for values in (parts or {}).values())
    return next((name for name in names if isinstance(name, str)), None)


def _distinct(header: tuple[str, ...]) -> list[str]:
    """A header that stands twice is reached by its first column; the others keep their place."""
    seen: set[str] = set()
    return [
        name if not (name in seen or seen.add(name)) else at_place(name, place) for place, name in enumerate(header)
    ]


def at_place(name: str, place: int) -> str:
    """How a row names the cell of a header that stood before.

    >>> place_of(("Distance", "Time", "Distance"), at_place("Distance", 2))
    2
    """
    return f"{name}\0{place}"


def place_of(header: Sequence[str], name: str) -> int:
    """Where the cell of this name stands: at the first of a header, or at its place."""
    _, again, place = name.partition("\0")
    return int(place) if again else header.index(name)


def _overlong(cells: tuple[str, ...], header: list[str]) -> Problem:
    return Problem(
        WHOLE_ROW,
        f"has {len(cells)} cells where the header has {len(header)}",
        " … ".join(cell for cell in cells[len(header) :] if cell.strip()),
        "Put quotes around the text that holds the delimiter.",
    )


def _in_range(taken: list[Taken], ledger: Ledger, columns: Mapping[tuple[str, str], str]) -> list[Taken]:
    """Those that also pass the ranges of the canonical tables; the others are rejected."""
    wrong: dict[int, list[Problem]] = {}
    for table in dict.fromkeys(name for one in taken for name in one.parts):
        places = [place for place, one in enumerate(taken) if table in one.parts]
        rows = [taken[place].parts[table] for place in places]
        if _all_allowed(table, rows):  # as in most files; words for what is wrong need typed frames
            continue
        failures = TABLES[table].failures(_typed(table, rows))
        for nth, name, check in zip(failures["index"], failures["column"], failures["check"], strict=True):
            place = places[nth]
            problem = _range_problem(taken[place].row, columns.get((table, name), name), check)
            wrong.setdefault(place, []).append(problem)
    for place, problems in wrong.items():
        ledger.reject(taken[place].row, problems)
    return [one for place, one in enumerate(taken) if place not in wrong]


def _all_allowed(table: str, rows: list[dict]) -> bool:
    """Whether every given value is allowed; one that another row gives and this one does not is missing."""
    given = {name for row in rows for name in row}
    return all(
        column.allows(row.get(column.name)) for column in TABLES[table].columns if column.name in given for row in rows
    )


_CORRECT = "Correct the value, or its unit, in the file."


def _range_problem(row: Row, column: str, check: str) -> Problem:
    if check == "is missing":
        return Problem(column, check, "", "Fill it in.")
    said = check if check.startswith("does") else f"is {check}"
    remedy = "Write these words, a space between." if check.startswith("does not say") else _CORRECT
    return Problem(column, said, row.text(column) or "", remedy)


def _typed(table: str, rows: list[dict]) -> pd.DataFrame:
    """The given columns of a canonical table, typed; what the door fills is left out.

    Whole numbers that a row leaves open are numbered later, so any that passes stands in for them.
    """
    given = pd.DataFrame(rows)
    names = [name for name in TABLES[table].names if name in given]
    low = {c.name: c.low for c in TABLES[table].columns if c.kind == "integer" and c.name in given}
    return _coerced(table, given.astype(dict.fromkeys(low, "float64")).fillna(low)).loc[:, names]


def _coerced(table: str, given: pd.DataFrame) -> pd.DataFrame:
    absent = {c.name: 0 for c in TABLES[table].columns if c.kind == "integer" and c.name not in given}
    return TABLES[table].coerce(given.assign(**absent))


def frame(table: str, rows: list[dict] | pd.DataFrame) -> pd.DataFrame:
    """Rows as the frame that a reader gives for a canonical table: `reader_columns`, typed.

    >>> frame("cues", [{"external_name": "Alder", "local_date": pd.Timestamp("2026-01-05"), "exercise": "deadlift",
    ...                 "cue": "push the floor", "row_no": 1}])["exercise"].tolist()
    ['deadlift']
    """
    given = pd.DataFrame(rows)
    bound = {name: pd.Series(given.get(name), index=given.index, dtype="str") for name in _BOUND.values()}
    columns = dict(_coerced(table, given).items()) | bound
    names = [name for name in reader_columns(table) if name != "source_key"]  # the door's name for session_key
    return pd.DataFrame({name: columns[name].array for name in names}, index=given.index)


def joined(parts: Iterable[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables of parts of a file as those of the file."""
    frames: dict[str, list[pd.DataFrame]] = {}
    for part in parts:
        for table, rows in part.items():
            frames.setdefault(table, []).append(rows)
    return {
        table: pd.concat(several, ignore_index=True) if len(several) > 1 else several[0]
        for table, several in frames.items()
    }


def without_repeats(table: str, rows: list[tuple[Row, dict]], ledger: Ledger) -> list[dict]:
    """The values of the rows whose key comes for the first time; later ones are rejected, naming the first."""
    # a session's key is its source's own, so that two athletes may have the same
    names = ("athlete_id", *TABLES[table].key)
    key = list(dict.fromkeys(_BOUND.get(name, name) for name in names if name != "source"))
    first: dict[tuple, int] = {}
    kept = []
    for row, values in rows:
        place = tuple(values[name] for name in key)
        if place in first:
            check = f"repeats row {first[place]} in {table} ({' '.join(str(part) for part in place)})"
            ledger.reject(row, [Problem(WHOLE_ROW, check, "", "Number them apart, or remove one of the two.")])
        else:
            first[place] = row.row_no
            kept.append(values)
    return kept


def local_start(start: datetime | None, zone: ZoneInfo) -> dict:
    """The time columns of a session whose wall-clock start is known, with the zone of the workspace; none if not.

    Of an hour that comes twice in autumn the first is meant.

    >>> local_start(datetime(2026, 7, 1, 18), ZoneInfo("Europe/Berlin"))["utc_offset_s"]
    7200.0
    """
    if start is None:
        return {"start_local": None, "start_utc": None, "utc_offset_s": None, "tz_quality": "none"}
    aware = start.replace(tzinfo=zone)
    return {
        "start_local": start,
        "start_utc": aware.astimezone(UTC),
        "utc_offset_s": utc_offset_s(aware),
        "tz_quality": "config",
    }
