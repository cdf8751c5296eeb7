"""What the rows of a mapped table become: one target a kind of file, with the columns that a mapping may fill."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.base.columns import integer, number
from analysis.base.sprint_tests import SprintTest
from analysis.base.tables import TABLES, Column
from analysis.ingest.mapping.angles import ANGLES, FLEXIONS, POINTS, T_S, set_of_angles
from analysis.ingest.mapping.gates import GATE, GATE_TIME, settled, trials_of
from analysis.ingest.reading import Options
from analysis.ingest.rows import Ledger, Row, Taken, frame, without_repeats
from analysis.ingest.watch.activities import is_recorded

Rows = list[tuple[Row, dict]]  # values of a canonical table, with the row of the file they came from

# fields that are no column of a canonical table: the door, or the assembly below, makes something of them
ATHLETE, TIME, ALIASES, GIVEN_ID, SETS = "athlete", "time", "aliases", "athlete_id", "sets"
_MEANINGS = {
    ATHLETE: "name or alias; without it the folder says whose the rows are",
    "date": "day, with or without a time",
    TIME: "time of day, which tells sessions of one day apart",
    ALIASES: "other names, parted by semicolons",
    GIVEN_ID: "id, where you give one",
    "exercise": "name of the exercise, as the catalogue or your own knows it",
    "set_no": "number of the set in the file; sets are numbered anew",
    "rep_no": "number of the repetition in its set",
    "trial_no": "number of the trial; without it trials are counted",
    "split_no": "number of the split; without it splits are counted",
    "load": "load of a recording, with its unit, as 80 kg",
    "device": TABLES["reps"].by_name["device"].meaning,
    "session_title": "name of the session",
    "session_notes": "free text about the session",
    "session_duration_s": "session time including rests",
    "session_rpe_cr10": "rating of the whole session",
}
_OWN_COLUMNS = {  # of fields that hold a number and are no column of a canonical table either
    column.name: column
    for column in (
        number(GATE, "m", "where the gate stands that ends the split, from the start", 0, 1e6),
        number(GATE_TIME, "s", "time at that gate, from the start", 0, 1e6),
        integer(SETS, "how many sets alike the row stands for", low=1),
        *(number(name, "deg", meaning, -180, 360) for name, meaning in ANGLES.items()),
        *(number(name, None, meaning) for name, meaning in POINTS.items()),
    )
}


@dataclass(frozen=True)
class Target:
    """A kind of file. `fields` maps a name of the mapping to (canonical table, column).

    `required` fields are filled in every row, of each of `one_of` one. `settle` makes canonical values of those that
    other rows explain. `of_file` makes the frames where the rows are one recording, which its file's name tells more
    of, and notes. A row whose athlete no field says belongs to the folder's, or to whom the importer says.
    """

    name: str
    row: str  # what one row is, in words
    fields: dict[str, tuple[str, str]]
    required: tuple[str, ...]
    assemble: Callable[[list[Taken]], dict[str, Rows]]
    one_of: tuple[tuple[str, ...], ...] = ()
    settle: Callable[[list[Taken], Ledger], list[Taken]] = field(default=lambda taken, _ledger: taken)
    of_file: Callable[[list[Taken], Path, Options], tuple[dict[str, pd.DataFrame], list[str]]] | None = None

    def column(self, name: str) -> Column | None:
        """The column that a field fills, None for the athlete, the time and the like."""
        table, column = self.fields[name]
        return TABLES[table].by_name.get(column) or _OWN_COLUMNS.get(column)

    def meaning(self, name: str) -> str:
        """What a field says, in a few words."""
        return _MEANINGS.get(name) or (column.meaning if (column := self.column(name)) else "")

    def is_text(self, name: str) -> bool:
        """Whether a field takes its cell as it stands, marks for nothing and all."""
        column = self.column(name)
        if name in ("date", TIME, GIVEN_ID):
            return False
        return column is None or (column.kind == "text" and column.words is None)

    def frames(self, taken: list[Taken], ledger: Ledger, path: Path, options: Options) -> dict[str, pd.DataFrame]:
        """The canonical frames of the rows; a row that says again what another said is rejected."""
        if self.of_file is not None:
            made, notes = self.of_file(taken, path, options)
            for note in notes:
                ledger.note(note)
            return made
        taken = self.settle(taken, ledger)
        tables = {table: without_repeats(table, rows, ledger) for table, rows in self.assemble(taken).items()}
        frames = {table: frame(table, rows) for table, rows in tables.items() if rows and table != "aliases"}
        if tables.get("athletes"):
            # ids and whose alias it is are for the door to settle, so they are no columns of a reader's frame
            frames["athletes"][GIVEN_ID] = pd.Series([row["given_id"] for row in tables["athletes"]], dtype="str")
            frames["aliases"] = pd.DataFrame(tables["aliases"], columns=["external_name", "athlete_name"], dtype="str")
        return frames


def _fields(main: str, tables: dict[str, tuple[str, ...]], *more: str) -> dict[str, tuple[str, str]]:
    own = {name: (main, name) for name in (ATHLETE, *more)}
    return own | {name: (table, name) for table, names in tables.items() for name in names}


_SETS = (
    *("side", "set_no", "set_kind", "load_kg", "reps", "rpe_cr10", "rir"),
    *("tempo", "duration_s", "distance_m", "rest_s", "notes", "video_url"),
)
_REPS = (
    *("rep_no", "mean_velocity_m_s", "mean_propulsive_velocity_m_s", "peak_velocity_m_s", "rom_m", "power_w"),
    *("hinge_angle_deg", "form_flags", "rater", "device"),
)
_SPLITS = ("test_id", "trial_no", "split_no", "kind", "start_m", "distance_m", "time_s", GATE, GATE_TIME, "device")
_RUNS = ("sport", "distance_m", "timer_s", "elapsed_s", "mean_heart_rate_bpm", "device")
_SESSIONS = ("kind", "role", "duration_s", "rpe_cr10", "status", "title", "notes")
_TRIALS = ("test_id", "trial_no", "side", "metric", "value", "unit", "method", "rater", "device")
_DATE = {"date": ("sessions", "local_date")}
_OF_THE_SESSION = {f"session_{name}": ("sessions", name) for name in ("title", "duration_s", "rpe_cr10", "notes")}


def _of_row(one: Taken, table: str) -> dict:
    """The values of a row for one table, with where they came from."""
    return {**one.parts[table], "row_no": one.row.row_no}


def _place(one: Taken, *more: object) -> dict:
    """The session a row belongs to: its athlete, and a key of day, time and what else tells sessions apart."""
    facts = one.parts["sessions"]
    parts = (facts["local_date"].isoformat(), facts.get(TIME) and f"{facts[TIME]:%H:%M}", *more)
    key = "|".join(str(part) for part in parts if part is not None)
    return {"external_name": facts["external_name"], "session_key": key}


def _session(one: Taken, place: dict, kind: str) -> tuple[Row, dict]:
    values = _of_row(one, "sessions")
    return one.row, {**values, **place, "kind": kind, "status": values.get("status") or "done"}


def _reps(taken: list[Taken]) -> dict[str, Rows]:
    """One row a repetition, or a set where the file has no repetitions: sessions, sets and reps."""
    sessions, sets, reps = {}, {}, []
    seen: dict[tuple, set[int]] = {}
    for one, place in _numbered(taken):
        session = {name: place[name] for name in ("external_name", "session_key")}
        set_ = {**session, "set_no": place["set_no"]}
        sessions.setdefault(tuple(session.values()), _session(one, session, "strength"))
        sets.setdefault(tuple(set_.values()), (one.row, {**_set(one), **set_}))
        if one.parts["reps"].get("rep_no") is not None:
            seen.setdefault(tuple(set_.values()), set()).add(place["rep_no"])
        reps.append((one.row, {**_of_row(one, "reps"), **place}))
    for key, rep_nos in seen.items():
        sets[key][1]["reps"] = len(rep_nos)
    return {"sessions": list(sessions.values()), "sets": list(sets.values()), "reps": reps}


def _numbered(taken: list[Taken]) -> list[tuple[Taken, dict]]:
    """Each row with its place. The sets of a session are numbered as they appear, over exercise, side, set and load.

    Where the file numbers no sets, a repetition number that does not rise begins the next one.
    """
    numbers: dict[tuple, dict[tuple, int]] = {}
    runs: Counter[tuple] = Counter()
    last_rep: dict[tuple, int] = {}
    placed = []
    for one in taken:
        values, rep_no = one.parts["sets"], one.parts["reps"].get("rep_no")
        session = _place(one)
        group = (*session.values(), values["exercise_raw"].casefold(), values["side"], values.get("load_kg"))
        if rep_no is None or (values.get("set_no") is None and rep_no <= last_rep.get(group, 0)):
            runs[group] += 1
        last_rep[group] = rep_no or 0
        sets = numbers.setdefault(tuple(session.values()), {})
        set_no = sets.setdefault((*group, values.get("set_no"), runs[group]), len(sets) + 1)
        placed.append((one, {**session, "set_no": set_no, "rep_no": rep_no or 1}))
    return placed


def _set(one: Taken) -> dict:
    values = _of_row(one, "sets")
    return {"set_kind": "work", **values}


def _sets(taken: list[Taken]) -> dict[str, Rows]:
    """One row a set, or some sets alike: sessions and sets, numbered through the session as they come."""
    sessions: dict[tuple, tuple[Row, dict]] = {}
    sets: Rows = []
    count: Counter[tuple] = Counter()
    for one in taken:
        place = _place(one)
        session = tuple(place.values())
        _, facts = sessions.setdefault(session, _session(one, place, "strength"))
        facts |= {name: value for name, value in one.parts["sessions"].items() if facts.get(name) is None}
        for _ in range(one.parts["sets"].get(SETS) or 1):
            count[session] += 1
            sets.append((one.row, {**_set(one), **place, "set_no": count[session]}))
    return {"sessions": list(sessions.values()), "sets": sets}


def _runs(taken: list[Taken]) -> dict[str, Rows]:
    """One row a run or another activity; a kind of sport that is no run has a session alone."""
    seen: Counter[tuple] = Counter()
    sessions, runs = [], []
    for one in taken:
        values = _of_row(one, "runs")
        sport, kind = values["sport"], one.parts["sessions"]["kind"]
        same = tuple(_place(one, sport.casefold()).values())
        seen[same] += 1
        place = _place(one, sport.casefold(), seen[same])
        row, facts = _session(one, place, kind)
        known_s = (facts.get("duration_s"), values.get("elapsed_s"), values.get("timer_s"))
        sessions.append(
            (row, {**facts, "duration_s": next((time_s for time_s in known_s if time_s is not None), None)})
        )
        if is_recorded(kind, values.get("distance_m")):
            runs.append((row, {**values, **place}))
    return {"sessions": sessions, "runs": runs}


def _splits(taken: list[Taken]) -> dict[str, Rows]:
    """One row a gate or lap: splits, and one session a day and test."""
    sessions: dict[tuple, tuple[Row, dict]] = {}
    splits: Rows = []
    count: Counter[tuple] = Counter()
    for one, trial_no in trials_of(taken):
        values = _of_row(one, "splits")
        session = _place(one, values["test_id"])
        trial = (*session.values(), trial_no)
        count[trial] += 1
        sessions.setdefault(tuple(session.values()), _session(one, session, _kind_of_test(values["test_id"])))
        numbers = {"trial_no": trial_no, "split_no": values.get("split_no") or count[trial]}
        splits.append((one.row, {**values, **session, **numbers}))
    return {"sessions": list(sessions.values()), "splits": splits}


def _kind_of_test(test_id: str) -> str:
    is_sprint = test_id.startswith("sprint") or SprintTest.of(test_id) is not None
    return "sprint" if is_sprint else "time_trial" if test_id.startswith("time_trial") else "other"


def _sessions(taken: list[Taken]) -> dict[str, Rows]:
    """One row a session or a day of rest; the same kind twice on a day is two sessions."""
    seen: Counter[tuple] = Counter()
    sessions = []
    for one in taken:
        kind = one.parts["sessions"]["kind"]
        same = tuple(_place(one, kind).values())
        seen[same] += 1
        sessions.append(_session(one, _place(one, kind, seen[same]), kind))
    return {"sessions": sessions}


def _trials(taken: list[Taken]) -> dict[str, Rows]:
    """One row a trial and metric; without trial numbers they are numbered as they come."""
    seen: Counter[tuple] = Counter()
    trials = []
    for one in taken:
        values = _of_row(one, "trials")
        series = tuple(values[name] for name in ("external_name", "local_date", "test_id", "side", "metric"))
        seen[series] += 1
        trials.append((one.row, {**values, "trial_no": values.get("trial_no") or seen[series]}))
    return {"trials": trials}


def _wellness(taken: list[Taken]) -> dict[str, Rows]:
    return {"wellness": [(one.row, _of_row(one, "wellness")) for one in taken]}


def _plan(taken: list[Taken]) -> dict[str, Rows]:
    """The lines of a day are numbered as they come."""
    lines: Counter[tuple] = Counter()
    plan = []
    for one in taken:
        values = _of_row(one, "plan")
        day = (values["external_name"], values["local_date"])
        lines[day] += 1
        plan.append((one.row, {**values, "line_no": lines[day]}))
    return {"plan": plan}


def _cues(taken: list[Taken]) -> dict[str, Rows]:
    return {"cues": [(one.row, _of_row(one, "cues")) for one in taken]}


def _contacts(taken: list[Taken]) -> dict[str, Rows]:
    return {"contacts": [(one.row, _of_row(one, "contacts")) for one in taken]}


def _athletes(taken: list[Taken]) -> dict[str, Rows]:
    """The roster; an alias names its athlete in `athlete_name`."""
    people, aliases = [], []
    for one in taken:
        values = _of_row(one, "athletes")
        name = values["external_name"]
        people.append((one.row, {"given_id": None, **values, "name": name}))
        listed = (alias.strip() for alias in (values.get(ALIASES) or "").split(";"))
        aliases += [(one.row, {"external_name": alias, "athlete_name": name}) for alias in listed if alias]
    return {"athletes": people, "aliases": aliases}


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "reps",
            "a repetition, or a set with one value of bar speed",
            _fields("sessions", {"sets": _SETS, "reps": _REPS}, TIME) | _DATE | {"exercise": ("sets", "exercise_raw")},
            ("date", "exercise"),
            _reps,
        ),
        Target(
            "sets",
            "a set of a training log, or some sets alike",
            _fields("sessions", {"sets": (*_SETS, SETS)}, TIME)
            | _DATE
            | {"exercise": ("sets", "exercise_raw")}
            | _OF_THE_SESSION,
            ("date", "exercise"),
            _sets,
        ),
        Target(
            "runs",
            "a run or another endurance activity",
            _fields("sessions", {"runs": _RUNS}, TIME)
            | _DATE
            | {name: ("sessions", name) for name in ("rpe_cr10", "role", "title", "notes")},
            ("date",),
            _runs,
            one_of=(("distance_m", "elapsed_s", "timer_s"),),
        ),
        Target(
            "splits",
            "a time from gate to gate, or of a lap",
            _fields("sessions", {"splits": _SPLITS}, TIME) | _DATE,
            ("date", "test_id", "kind"),
            _splits,
            one_of=(("distance_m", GATE), ("time_s", GATE_TIME)),
            settle=settled,
        ),
        Target(
            "sessions",
            "a session, or a day of rest",
            _fields("sessions", {"sessions": _SESSIONS}, TIME) | _DATE,
            ("date", "status"),
            _sessions,
        ),
        Target(
            "wellness",
            "an answer of a day",
            _fields("wellness", {"wellness": ("item", "value", "scale_min", "scale_max", "direction")})
            | {"date": ("wellness", "local_date")},
            ("date", "item", "value", "direction"),
            _wellness,
        ),
        Target(
            "trials",
            "a trial of a screen, a jump or another check",
            _fields("trials", {"trials": _TRIALS}) | {"date": ("trials", "local_date")},
            ("date", "test_id", "metric", "value", "unit"),
            _trials,
        ),
        Target(
            "angles",
            "a moment of a recorded set, with joint angles or points of the body",
            _fields("samples", {"samples": (T_S, *ANGLES, *POINTS)}, "exercise", "load", "device")
            | {"date": ("samples", "local_date")},
            (T_S,),
            lambda _taken: {},
            one_of=((*FLEXIONS, *(name for name in ANGLES if name not in FLEXIONS), "hip_x"),),
            of_file=set_of_angles,
        ),
        Target(
            "plan",
            "a planned line of a day",
            _fields("plan", {"plan": ("role", "content", "label")}) | {"date": ("plan", "local_date")},
            ("date", "role"),
            _plan,
        ),
        Target(
            "cues",
            "a cue given",
            _fields("cues", {"cues": ("exercise", "cue")}) | {"date": ("cues", "local_date")},
            ("date", "exercise", "cue"),
            _cues,
        ),
        Target(
            "contacts",
            "an address to which pages go",
            _fields("contacts", {"contacts": ("whose", "email")}),
            (ATHLETE, "whose"),
            _contacts,
        ),
        Target(
            "athletes",
            "a person of the roster",
            _fields("athletes", {"athletes": ("sex", "birth_year", "consent", "guardian")}, GIVEN_ID, ALIASES),
            (ATHLETE,),
            _athletes,
        ),
    )
}
