"""The trackers of a team, STATSports and Catapult: a row a player and session, or a part of one.

Neither writes units: distances and speeds are in what the club has set, so they are asked for. A row is a session with
its distance; top speed, sprints and the like are trials of the test tracker_session.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import pandas as pd

from analysis.ingest import cells
from analysis.ingest.dialect import Sheet, same_header
from analysis.ingest.plates.quantities import Measure, converted, settled, with_unit
from analysis.ingest.plates.trial_table import ATHLETE_HEADERS, TrialTable, name_of, trials_of
from analysis.ingest.rows import Ledger, Parts, Problem, Row, Taken, frame, local_start, take, without_repeats
from analysis.ingest.sprints.laser import FASTEST_M_S
from analysis.ingest.table_format import Content, Form, Headers, Line, pass_of
from analysis.ingest.watch.naming import Naming

TEST_ID = "tracker_session"
_DISTANCE = "total_distance"
_UNIT = re.compile(r"[(\[](?P<unit>m|km|yds?|y|mi|m/s|km/h|kph|mph)[)\]]$")
_NOT_SAID = "team training"  # the sport of a file that names none


@dataclass(frozen=True, kw_only=True)
class _Tracker(TrialTable):
    distances: tuple[str, ...]  # what the distance of the session is called
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # metric and kind, its headers or their begin
    counts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # metric without a unit

    def fits(self, header: Sequence[str]) -> bool:
        return super().fits(header) and _column(header, self.distances) is not None

    def measures(self, header: Sequence[str]) -> Iterator[Measure]:
        named = {f"{_DISTANCE}:distance": self.distances, **self.kinds}
        for metric_and_kind, names in named.items():
            metric, _, kind = metric_and_kind.partition(":")
            if found := _column(header, names):
                yield _in_its_unit(found, metric, kind)
        for metric, names in self.counts.items():
            if found := _column(header, names):
                yield Measure(found, metric, "AU" if metric.endswith("_au") else "count")

    def test(self, line: Line) -> str:  # noqa: ARG002 - of every row
        return TEST_ID

    def content(self, sheet: Sheet, form: Form, ledger: Ledger) -> Content:
        """The tables `sessions`, `runs` and `trials`.

        Raises UnitNeeded where nobody says in which unit distances and speeds are.
        """
        filled = [name for name in sheet.header if sheet.column(name)]
        measures = settled(self.measures(filled), form)
        tally: Counter[str] = Counter()
        distance = next((one for one in measures if one.metric == f"{_DISTANCE}_m"), None)
        fastest = next((one for one in measures if one.metric == "max_speed_m_s"), None)
        others = [one for one in measures if one is not distance]
        naming = Naming(form.path, form.options)
        day = self.day_of(sheet, form)

        fills = {("sessions", "local_date"): "date", ("sessions", "duration_s"): "duration"}
        session = partial(self._session, day=day, distance=distance, fastest=fastest, naming=naming, tally=tally)
        passes = [pass_of(form, session, fills), *self.passes(form, day, others, tally)]
        taken = take(sheet, passes, ledger)
        sessions = _sessions([one for one in taken if "sessions" in one.parts], ledger)
        trials = trials_of([one for one in taken if "trials" in one.parts], ledger)
        notes = [*self.notes(sheet, form, measures, tally), *naming.sentences()]
        if tally["no distance"]:
            notes.append(f"Rows with a distance of 0: {tally['no distance']}. It counts as missing; the rest is taken.")
        return Content(sessions | ({"trials": trials} if len(trials) else {}), tuple(notes))

    def _session(
        self,
        line: Line,
        day: Callable[[Line], date | None],
        distance: Measure | None,
        fastest: Measure | None,
        naming: Naming,
        tally: Counter[str],
    ) -> Parts:
        """A row as a session and its distance; one with a top speed that nobody runs is refused."""
        when, distance_m, top_m_s = day(line), _value(line, distance), _value(line, fastest)
        if distance_m == 0:
            tally["no distance"] += 1
            distance_m = None
        if fastest and top_m_s and top_m_s > FASTEST_M_S:
            check = f"would be {top_m_s:.3g} m/s, which nobody runs"
            remedy = "Correct the unit of the column in workbook.toml under [units], or the cell."
            line.row.problems.append(Problem(fastest.header, check, line.row.text(fastest.header) or "", remedy))
        title = " · ".join(filter(None, (line.text("title"), line.text("part")))) or None
        named = naming.name(None, title=title)
        return {
            "sessions": {
                "external_name": name_of(line),
                "local_date": when,
                "session_key": "|".join(filter(None, (f"{when}", line.text("part_id"), title))),
                "is_numbered": line.text("part_id") is not None,
                "kind": named.kind,
                "duration_s": line.span_s("duration"),
                "status": "done",
                "title": title,
                **local_start(None, line.form.options.config.zone),
            },
            "runs": {
                "sport": named.activity or _NOT_SAID,
                "activity": named.activity,
                "distance_m": distance_m,
                "device": self.device,
            },
        }


def _value(line: Line, measure: Measure | None) -> float | None:
    if measure is None:
        return None
    value = line.row.read(measure.header, partial(cells.number, decimal=line.form.decimal))
    return None if value is None else value * measure.by


def _column(header: Sequence[str], names: Sequence[str]) -> str | None:
    """The first column of one of these names, with or without a unit; a star stands for the end of a name."""
    for wanted in map(same_header, names):
        for name in header:
            plainly = _UNIT.sub("", same_header(name))
            if plainly == wanted or (wanted.endswith("*") and plainly.startswith(wanted[:-1])):
                return name
    return None


def _in_its_unit(header: str, metric: str, kind: str) -> Measure:
    """The measure of a column in the unit that its header says; of its kind, which is asked for, where it says none."""
    said = _UNIT.search(same_header(header))
    if said is None:
        return Measure(header, metric, kind=kind)
    unit, by = converted(said["unit"], length="m")
    return Measure(header, with_unit(metric, unit), unit, by)


def _sessions(taken: list[Taken], ledger: Ledger) -> dict[str, pd.DataFrame]:
    """The tables sessions and runs; where the maker numbers no part, two alike on a day are two sessions."""
    rows: dict[str, list[tuple[Row, dict]]] = {"sessions": [], "runs": []}
    for one in taken:
        facts = one.parts["sessions"]
        key, name = facts["session_key"], facts["external_name"]
        same = ledger.numbers.setdefault(("session", name, key), {})
        number = same.setdefault((one.row.sheet, one.row.row_no), len(same) + 1)
        if not facts["is_numbered"] and number > 1:
            key = f"{key}|{number}"
        place = {"session_key": key, "external_name": name, "row_no": one.row.row_no}
        for table, some in rows.items():
            some.append((one.row, {**one.parts[table], **place}))
    kept = {table: without_repeats(table, some, ledger) for table, some in rows.items()}
    return {table: frame(table, some) for table, some in kept.items() if some}


_HEADERS: dict[str, Headers] = ATHLETE_HEADERS | {
    "date": ("Session Date", "Date", "Activity Date"),
    "title": ("Session Title", "Activity Name", "activity_name", "Drill Title"),
    "part": ("Period Name", "period_name", "Drill Name"),
    "part_id": ("period_id", "Period ID"),
    "duration": {"Total Time": None, "total_duration": "s", "Total Duration": None, "Duration": None},
}
_TAKES = "sessions with distance and duration; top speed, fast and sprint distance, sprints and load as trials"
_LEAVES = "the many other counts of the maker; distances of 0, which are missing; what has a unit that nobody says"

STATSPORTS = _Tracker(
    name="statsports",
    title="STATSports sessions (CSV)",
    device="STATSports",
    headers=_HEADERS | {"mark": ("Dynamic Stress Load", "HML Distance", "Distance Per Min", "HML Time")},
    needed=("athlete", "date", "mark"),
    distances=("Total Distance", "Distance Total"),
    kinds={
        "max_speed:speed": ("Max Speed",),
        "high_speed_distance:distance": ("High Speed Running (Absolute)", "High Speed Running"),
        "sprint_distance:distance": ("Sprint Distance",),
        "hml_distance:distance": ("HML Distance",),
    },
    counts={
        "sprints": ("Sprints",),
        "accelerations": ("Accelerations*",),
        "decelerations": ("Decelerations*", "Deceleration Z3*"),
        "dynamic_stress_load_au": ("Dynamic Stress Load",),
    },
    takes=_TAKES,
    leaves=_LEAVES,
).reader()
CATAPULT = _Tracker(
    name="catapult",
    title="Catapult activities and periods (CSV, JSON)",
    device="Catapult",
    headers=_HEADERS | {"mark": ("total_player_load", "Total Player Load", "Player Load", "player_load")},
    needed=("athlete", "date", "mark"),
    distances=("total_distance", "Total Distance", "Distance"),
    kinds={
        "max_speed:speed": ("max_vel", "Maximum Velocity", "Max Velocity", "max_velocity"),
        "high_speed_distance:distance": ("high_speed_distance*", "High Speed Distance*"),
        "sprint_distance:distance": ("sprint_distance*", "Sprint Distance*"),
    },
    counts={
        "player_load_au": ("total_player_load", "Total Player Load", "Player Load", "player_load"),
        "explosive_efforts": ("explosive_efforts", "Explosive Efforts"),
    },
    takes=_TAKES,
    leaves=_LEAVES,
).reader()
