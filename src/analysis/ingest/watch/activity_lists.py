"""What the lists of activities of Garmin Connect and Strava share: one row an activity, in the account's language."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime

import pandas as pd

from analysis.base.errors import UnitNeeded
from analysis.base.units import M_PER_YARD, factor
from analysis.ingest.dialect import Sheet
from analysis.ingest.rows import Ledger, Parts, Row, Taken, frame, take, without_repeats
from analysis.ingest.sports import sports
from analysis.ingest.table_format import Content, Form, Line, TableFormat, pass_of
from analysis.ingest.watch.activities import VERSION, is_recorded
from analysis.ingest.watch.naming import Named, Naming
from analysis.ingest.watch.plausible import CLOCK_SET_FROM, Totals, believed_totals, mover
from analysis.ingest.watch.told import left_out_of_a_run, notes

_FILLS = {
    ("sessions", "local_date"): "date",
    ("sessions", "duration_s"): "elapsed",
    ("runs", "sport"): "sport",
    ("runs", "distance_m"): "distance",
    ("runs", "timer_s"): "moving",
    ("runs", "elapsed_s"): "elapsed",
    ("runs", "mean_heart_rate_bpm"): "heart_rate",
}


def distance_unit(form: Form) -> str:
    """The unit of a list's distances, as the importer said it.

    Raises UnitNeeded where nobody has said: 5.00 looks alike in kilometres and in miles.
    """
    said = form.options.distance_unit or form.options.config.distance_unit
    if said is None:
        raise UnitNeeded(
            f"{form.path.name} does not say whether its distances are in km or mi. Set distance_unit in workbook.toml."
        )
    return said


def in_metres(distance: float | None, unit: str, kind: str) -> float | None:
    """A distance of a list in metres; swims are listed in metres, or in yards where the others are in miles.

    >>> in_metres(5.0, "mi", "run"), in_metres(1500.0, "km", "swim")
    (8046.72, 1500.0)
    """
    if not distance:
        return None
    if kind == "swim":
        return distance * (M_PER_YARD if unit == "mi" else 1.0)
    return distance * factor(unit, "m")


@dataclass(frozen=True, kw_only=True)
class ActivityList(TableFormat):
    """One service's list. Its roles are date (day and time), title, sport, distance, heart_rate, elapsed, moving, time.

    The duration is the time elapsed, else the role time.
    """

    suffixes: tuple[str, ...] = (".csv",)
    version: int = VERSION

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions` and `runs`."""
        taken = self.taken(sheet, form, ledger)
        left_out = leave_out(taken)
        return Content(sessions_and_runs(taken, ledger), (*self.unknown_sports(taken, form), *notes(left_out)))

    def taken(self, sheet: Sheet, form: Form, ledger: Ledger) -> list[Taken]:
        """The activities that pass."""
        return take(sheet, [pass_of(form, self.parts, _FILLS)], ledger)

    def place(self, line: Line) -> dict:
        """The session key of an activity, and when it began; each service says it."""
        raise NotImplementedError

    def seconds(self, line: Line, role: str) -> float | None:
        """A duration; None where the list has none."""
        return line.span_s(role)

    def number(self, line: Line, role: str) -> float | None:
        """A number; None where the list has none."""
        return line.number(role)

    def sport(self, line: Line) -> str:
        """The word for what was done, which a row has to say."""
        return line.demand("sport", line.text("sport")) or ""

    def distance_m(self, line: Line, kind: str) -> float | None:
        """The distance, whose unit a person says."""
        distance = self.number(line, "distance")
        return in_metres(distance, distance_unit(line.form), kind) if distance else None

    def unknown_sports(self, taken: Iterable[Taken], form: Form) -> tuple[str, ...]:
        """What is said of words for a sport that the vocabulary does not know."""
        naming = Naming(form.path, form.options)
        for one in taken:
            naming.word(self.sport(Line(one.row, form)))
        return tuple(naming.sentences())

    def parts(self, line: Line) -> Parts | None:
        """A row as a session, and as a run where it is one."""
        sport = self.sport(line)
        place, named = self.place(line), Named(sports(line.form.options.sports).named(sport))
        if _is_of_unset_clock(place.get("start_local")):
            line.refuse(
                "date", "is before 2000, when the device did not know the date", "Correct the date in the file."
            )
        kind, distance_m = named.kind, self.distance_m(line, named.kind)
        elapsed_s, moving_s = (self.seconds(line, role) for role in ("elapsed", "moving"))
        time_s = self.seconds(line, "time") if "time" in line.form else elapsed_s
        session = {"kind": kind, "duration_s": elapsed_s or time_s, "status": "done", "title": line.text("title")}
        parts: Parts = {"sessions": place | session}
        if is_recorded(kind, distance_m):
            parts["runs"] = {
                "sport": sport,
                "activity": named.activity,
                "distance_m": distance_m,
                "timer_s": moving_s or time_s,
                "elapsed_s": elapsed_s or time_s,
                "mean_heart_rate_bpm": self.number(line, "heart_rate") or None,
            }
        return parts


def _is_of_unset_clock(start_local: datetime | None) -> bool:
    return start_local is not None and start_local < CLOCK_SET_FROM.replace(tzinfo=None)


def leave_out(taken: Iterable[Taken]) -> Counter[str]:
    """Leaves out of the runs of a list what cannot be, as `plausible.py` says; how often what was left out.

    A list has no records to settle what contradicts itself.
    """
    tally: Counter[str] = Counter()
    for one in taken:
        if run := one.parts.get("runs"):
            left_out: Counter[str] = Counter()
            by = mover(one.parts["sessions"]["kind"])
            stated = Totals(run["distance_m"], run["timer_s"], run["elapsed_s"])
            believed = astuple(believed_totals(stated, None, by, left_out))
            run |= dict(zip(("distance_m", "timer_s", "elapsed_s"), believed, strict=True))
            run["left_out"] = left_out_of_a_run(left_out)
            tally += left_out
    return tally


def sessions_and_runs(taken: Iterable[Taken], ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The tables `sessions` and `runs`; an activity that stands twice is rejected the second time."""
    rows: dict[str, list[tuple[Row, dict]]] = {"sessions": [], "runs": []}
    for one in taken:
        place = {name: one.parts["sessions"].get(name) for name in ("session_key", "external_name")}
        for table in rows:
            if table in one.parts:
                rows[table].append((one.row, {**one.parts[table], **place, "row_no": one.row.row_no}))
    kept = {table: without_repeats(table, some, ledger) for table, some in rows.items()}
    return {table: frame(table, some) for table, some in kept.items() if some}
