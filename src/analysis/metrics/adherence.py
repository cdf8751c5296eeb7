"""Plan and log of a week: which day was trained, and what became of the planned days."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.base.silence import AWAY

DayState = Literal["done", "rest", "off", "answered", "none"]
PlanStatus = Literal["done", "moved", "part", "missed", "planned", "off"]

TRAINING_ROLES = ("day_1", "day_3", "day_5")
TOLERANCE_D = 1  # a planned day done on the day before or after is moved, not missed
_AT_REST = ("body_mass", "body_composition")  # what a scale tells is no test that somebody did
_WHY_OFF = {
    "ill": re.compile(r"\b(ill|illness|sick|flu|fever|cold|covid)\b", re.IGNORECASE),
    "travel": re.compile(r"\b(away|travel\w*|trip|holidays?|vacation)\b", re.IGNORECASE),
}
_BETWEEN = re.compile(r"[,;+]|\bthen\b|\band\b", re.IGNORECASE)  # the lifts that a plan lists
_LIFTS_STATUS = {(True, False): "done", (True, True): "part", (False, True): "missed"}  # any done, any missing
_WEEKDAYS = {"monday": 0, "saturday": 5, "sunday": 6}


def week_days(until: pd.Timestamp, week_start: str = "monday") -> pd.DatetimeIndex:
    """The seven days of the week that holds `until`.

    >>> week_days(pd.Timestamp("2026-01-18"))[[0, -1]].strftime("%Y-%m-%d").tolist()
    ['2026-01-12', '2026-01-18']
    """
    since_start = (until.weekday() - _WEEKDAYS[week_start]) % 7
    return pd.date_range(until.normalize() - pd.Timedelta(days=since_start), periods=7)


def away(days: pd.DatetimeIndex, labels: pd.DataFrame, sessions: pd.DataFrame | None = None) -> pd.Series:
    """Which days the athlete was ill or away, and what they are called.

    Parameters
    ----------
    days : DatetimeIndex
    labels : DataFrame
        Table labels: kind, first_date, last_date.
    sessions : DataFrame, optional
        Table sessions; a day logged as off was off, and its notes may say why.

    Returns
    -------
    Series of str, index of `days`: ill or travel, of several the first, or off where a log says so and no more; missing
    on all other days.

    Examples
    --------
    >>> labels = pd.DataFrame({"kind": ["ill"], "first_date": pd.to_datetime(["2026-01-05"])})
    >>> away(pd.date_range("2026-01-04", periods=3), labels.assign(last_date=labels["first_date"])).tolist()
    [nan, 'ill', nan]
    """
    spans = zip(labels["kind"], labels["first_date"], labels["last_date"], strict=True)
    spans = [(kind, first, last) for kind, first, last in spans if kind in AWAY]
    logged = _logged_off(sessions) if sessions is not None and len(sessions) else {}
    called = [
        next((kind for kind, first, last in spans if first <= day <= last), logged.get(day))  # of several the first
        for day in days
    ]
    return pd.Series(called, index=days, dtype="str")


def _logged_off(sessions: pd.DataFrame) -> dict[pd.Timestamp, str]:
    """The days logged as off, and what each is called by the first note of it."""
    off = sessions["status"] == "off"
    notes = sessions.loc[off, "notes"] if "notes" in sessions else [None] * int(off.sum())
    by_day: dict[pd.Timestamp, str] = {}
    for day, note in zip(sessions.loc[off, "local_date"], notes, strict=True):
        by_day.setdefault(day, _why_off(note))
    return by_day


def _why_off(note: object) -> str:
    """What a day logged as off is called, by the words of its note."""
    said = note if isinstance(note, str) else ""
    return next((kind for kind, pattern in _WHY_OFF.items() if pattern.search(said)), "off")


def day_states(
    days: pd.DatetimeIndex,
    sessions: pd.DataFrame,
    sets: pd.DataFrame,
    runs: pd.DataFrame,
    labels: pd.DataFrame | None = None,
    *,
    trials: pd.DataFrame | None = None,
    wellness: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What is known of each day: trained, rest, off, answered only, or nothing logged.

    Parameters
    ----------
    days : DatetimeIndex
    sessions, sets, runs : DataFrame
        The tables with local_date; `sessions` with status.
    labels : DataFrame, optional
        As `away` takes them; nobody was ill or away if not given.
    trials, wellness : DataFrame, optional
        The tables with local_date; `trials` with test_id. No test was done, no question answered if not given.

    Returns
    -------
    DataFrame: local_date, state. "done" with any session done, set, run or test that day; else "off" where the athlete
    was ill or away, "off" or "rest" as logged; "answered" where only questions were answered or something was measured
    at rest, which tells nothing of training; "none" where nothing is logged, which is not rest.

    Examples
    --------
    >>> sessions = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05"]), "status": ["rest"]})
    >>> nothing = pd.DataFrame({"local_date": pd.to_datetime([])})
    >>> day_states(pd.date_range("2026-01-05", periods=2), sessions, nothing, nothing)["state"].tolist()
    ['rest', 'none']
    """
    at_rest = sessions["kind"] == "measurement" if "kind" in sessions else pd.Series(False, index=sessions.index)
    if "session_id" in runs and at_rest.any():
        runs = runs.loc[~runs["session_id"].isin(sessions.loc[at_rest, "session_id"])]
    answered = days.isin(sessions.loc[at_rest, "local_date"])
    sessions = sessions.loc[~at_rest]
    logged = {status: sessions.loc[sessions["status"] == status, "local_date"] for status in ("done", "off", "rest")}
    done = days.isin(logged["done"]) | days.isin(sets["local_date"]) | days.isin(runs["local_date"])
    if trials is not None:
        done |= days.isin(tests(trials)["local_date"])
        answered |= days.isin(trials["local_date"])
    if wellness is not None:
        answered |= days.isin(wellness.loc[wellness["value"].notna(), "local_date"])
    off = days.isin(logged["off"])
    if labels is not None:
        off |= away(days, labels).notna().to_numpy()
    known = {"done": done, "off": off, "rest": days.isin(logged["rest"]), "answered": answered}
    return pd.DataFrame({"local_date": days, "state": np.select(list(known.values()), list(known), "none")})


def tests(trials: pd.DataFrame) -> pd.DataFrame:
    """The trials of a test that somebody did, as a jump or a screen: a scale's reading is none.

    >>> tests(pd.DataFrame({"test_id": ["body_mass", "cmj"]}))["test_id"].tolist()
    ['cmj']
    """
    return trials[~trials["test_id"].isin(_AT_REST)]


def plan_status(
    plan: pd.DataFrame,
    sessions: pd.DataFrame,
    days: pd.DatetimeIndex,
    until: pd.Timestamp,
    *,
    roles: tuple[str, ...] = TRAINING_ROLES,
    labels: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What became of every planned training day.

    Parameters
    ----------
    plan : DataFrame
        Table plan: local_date, role, content.
    sessions : DataFrame
        Table sessions: local_date, kind, role, status.
    days : DatetimeIndex
        The days asked for.
    until : Timestamp
        Last day that is known.
    roles : tuple of str
        Planned roles that count; runs and rest days are other matters.
    labels : DataFrame, optional
        As `away` takes them; nobody was ill or away if not given.

    Returns
    -------
    DataFrame, one row a planned day: local_date, role, content (the day's lines), status, done_on, away (ill or travel,
    missing elsewhere). Status is the first that holds: "done", a session of that role on that day (a strength session
    without a role takes the plan's); "moved", a session of that role a day earlier or later that is not another planned
    day's own; "part", trained that day in another role; "off", the athlete was ill or away, so that nothing was due;
    "planned", the day and its tolerance are not over; "missed".

    Examples
    --------
    >>> plan = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-07"]), "role": ["day_1", "day_3"],
    ...                      "content": ["drills", "balance"]})
    >>> sessions = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05", "2026-01-08"]), "status": "done",
    ...                          "role": ["day_1", "day_3"], "kind": "strength"})
    >>> week = pd.date_range("2026-01-05", periods=7)
    >>> plan_status(plan, sessions, week, week[-1])["status"].tolist()
    ['done', 'moved']
    """
    due = _planned(plan, days, roles)
    log = _Log.of(_near(sessions, days, ["local_date", "kind", "role", "status"], until))
    planned_near = _near(plan, days, ["local_date", "role"])
    own = set(planned_near.itertuples(index=False, name=None)) & log.named  # cannot have moved to another day
    called = away(pd.DatetimeIndex(due["local_date"]), labels, sessions) if labels is not None else None
    due = due.assign(away=pd.Series(None, index=due.index, dtype="str") if called is None else called.array)
    status, done_on = [], []
    for planned in due.itertuples():
        became, day = log.what_became(planned.local_date, planned.role, own, until)
        if became == "moved":
            own = own | {(day, planned.role)}
        status.append("off" if became in ("missed", "planned") and pd.notna(planned.away) else became)
        done_on.append(day)
    told = due.assign(status=pd.Series(status, dtype="str"), done_on=pd.to_datetime(done_on))
    return told[["local_date", "role", "content", "status", "done_on", "away"]]


def lifts_of_plan(status: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """Whether the lifts that the plan names in words were done on the day that counts for it.

    A phrase of the content names a lift where its words are all found in the names of an exercise that the athlete
    has logged (canonical or as in the log) or its pattern, or hold all words of one: "swings" is a kettlebell swing,
    "single-leg hinge" a single-leg Romanian deadlift. Another phrase, as a lift that was never logged, cannot be
    checked and is not held against anybody.

    Parameters
    ----------
    status : DataFrame
        As `plan_status` returns it.
    sets : DataFrame
        All sets of the athlete: local_date, exercise, exercise_raw, and pattern where it is known.

    Returns
    -------
    DataFrame, the rows of `status` with lifts_planned (phrases that name a lift), lifts_done, lifts_missing (the
    phrases, by comma) and lifts_status: "done", all of them; "part"; "missed", none; None where the day was not
    trained, no set of it is logged, or no phrase names a lift.

    Examples
    --------
    >>> day = pd.Timestamp("2026-01-05")
    >>> status = pd.DataFrame({"content": ["Power: hip thrust, then swings, and rest"], "done_on": [day]})
    >>> sets = pd.DataFrame({"local_date": [day, day - pd.Timedelta(days=7)],
    ...     "exercise": ["hip_thrust", "kettlebell_swing"], "exercise_raw": ["Hip Thrust", "KB Swing"]})
    >>> found = lifts_of_plan(status, sets)
    >>> found[["lifts_planned", "lifts_done", "lifts_missing", "lifts_status"]].values.tolist()
    [[2, 1, 'swings', 'part']]
    """
    exercises = _exercises(sets)
    of_these_days = sets[sets["local_date"].isin(status["done_on"])]
    done_on = {day: set(raw) for day, raw in of_these_days.groupby("local_date")["exercise_raw"]}
    rows = []
    for content, day in zip(status["content"], status["done_on"], strict=True):
        planned = {phrase: named for phrase in _phrases(content) if (named := _named(phrase, exercises))}
        done = done_on.get(day, set())
        missing = [phrase for phrase, named in planned.items() if not named & done]
        n_done = len(planned) - len(missing)
        lifts_status = _LIFTS_STATUS[bool(n_done), bool(missing)] if done and planned else None
        rows.append((len(planned), n_done, ", ".join(missing), lifts_status))
    columns = ["lifts_planned", "lifts_done", "lifts_missing", "lifts_status"]
    found = pd.DataFrame(rows, columns=columns, index=status.index).astype({"lifts_status": "object"})
    return pd.concat([status, found], axis=1)


def _phrases(content: str) -> list[str]:
    """The parts of a planned day as the plan lists them; what stands before a colon is the day's title."""
    listed = content.split(":")[-1] if ":" in content else content
    return [phrase.strip() for phrase in _BETWEEN.split(listed) if phrase.strip()]


def _exercises(sets: pd.DataFrame) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """Every exercise that was logged: its name in the log, the words of its names, and those with its pattern."""
    every = sets.assign(pattern=sets.get("pattern")).drop_duplicates("exercise_raw")
    found = []
    for one in every.itertuples():
        names = [_words(name) for name in (one.exercise, one.exercise_raw) if isinstance(name, str)]
        with_pattern = frozenset().union(*names, _words(one.pattern) if isinstance(one.pattern, str) else ())
        found.append((one.exercise_raw, min(names, key=len), with_pattern))
    return found


def _named(phrase: str, exercises: list[tuple[str, frozenset[str], frozenset[str]]]) -> set[str]:
    """The names in the log of the exercises that a phrase may mean."""
    words = _words(phrase)
    return {raw for raw, name, every_word in exercises if words and (words <= every_word or name <= words)}


def _words(text: str) -> frozenset[str]:
    """The words of a name, without case, figures and the s of a plural."""
    return frozenset(word.removesuffix("s") for word in re.findall(r"[^\W\d_]+", text.casefold()))


def _near(
    rows: pd.DataFrame, days: pd.DatetimeIndex, columns: list[str], until: pd.Timestamp | None = None
) -> pd.DataFrame:
    """What can tell of `days`: the rows of these and of their tolerance, up to `until`."""
    tolerance = pd.Timedelta(days=TOLERANCE_D)
    last = days.max() + tolerance
    is_near = rows["local_date"].between(days.min() - tolerance, last if until is None else min(last, until))
    return rows[columns][is_near]


def _planned(plan: pd.DataFrame, days: pd.DatetimeIndex, roles: tuple[str, ...]) -> pd.DataFrame:
    """One row a planned day and role, its lines joined."""
    lines = plan[plan["local_date"].isin(days) & plan["role"].isin(roles)]
    by_day: dict[tuple[pd.Timestamp, str], list[str]] = {}
    for day, role, content in zip(lines["local_date"], lines["role"], lines["content"], strict=True):
        by_day.setdefault((day, role), []).extend([content] if pd.notna(content) else [])
    rows = [(day, role, "; ".join(contents)) for (day, role), contents in sorted(by_day.items())]
    planned = pd.DataFrame(rows, columns=["local_date", "role", "content"])
    return planned.astype({"local_date": plan["local_date"].dtype, "role": "str", "content": "str"})


@dataclass(frozen=True)
class _Log:
    """What was trained on which day."""

    named: set[tuple[pd.Timestamp, str]]  # day and role
    unnamed: set[pd.Timestamp]  # strength days on which no role was logged
    strength: set[pd.Timestamp]

    @classmethod
    def of(cls, sessions: pd.DataFrame) -> "_Log":
        done = sessions[sessions["status"] == "done"]
        with_role = done[done["role"].notna()]
        strength = set(done.loc[done["kind"] == "strength", "local_date"])
        return cls(
            named=set(zip(with_role["local_date"], with_role["role"], strict=True)),
            unnamed=strength - set(with_role.loc[with_role["kind"] == "strength", "local_date"]),
            strength=strength,
        )

    def what_became(
        self, day: pd.Timestamp, role: str, own: set[tuple[pd.Timestamp, str]], until: pd.Timestamp
    ) -> tuple[PlanStatus, pd.Timestamp | None]:
        """Status of one planned day and the day it was done on; sessions in `own` belong to other planned days."""
        if (day, role) in self.named or day in self.unnamed:
            return "done", day
        tolerance = pd.Timedelta(days=TOLERANCE_D)
        for other in (day - tolerance, day + tolerance):
            if (other, role) in self.named - own:
                return "moved", other
        if day in self.strength:
            return "part", day
        return ("planned" if day + tolerance > until else "missed"), None
