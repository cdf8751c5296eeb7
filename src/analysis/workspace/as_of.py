"""The stored tables as a report of a day may see them: up to that day, with what belongs to each row joined on."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.columns import DTYPES
from analysis.base.errors import UsageProblem
from analysis.base.tables import TABLES
from analysis.workspace.left_out import row_keys, without

FRAMES = ("sessions", "sets", "reps", "runs", "splits", "wellness", "trials", "plan", "cues", "proposals", "labels")

_OF_A_SESSION = ("sets", "reps", "runs", "splits")
_HAPPENED = ("sessions", "wellness", "trials", "cues")
_A_WEEK = pd.Timedelta(days=7)
OF_AN_EXERCISE = ("pattern", "variant", "equipment")  # joined to its sets
JOINED = {  # what an athlete's frames have beside the columns of their tables
    "local_date": "day of the session",
    "kind": "of the session",
    "counted": "False for the copy of a record that another source holds too: add up the others alone",
    "pattern": "movement pattern of the exercise, as hinge; missing where the catalogue does not know it",
    "variant": "of the exercise, from the catalogue",
    "equipment": "of the exercise, from the catalogue",
}


def day(text: str) -> pd.Timestamp:
    """A day given as ISO text.

    Raises UsageProblem for anything else.
    """
    try:
        return pd.to_datetime(date.fromisoformat(text))
    except ValueError:
        raise UsageProblem(f"{text!r} is not a date. Write it as 2026-01-31.") from None


def last_day_of(stored: dict[str, pd.DataFrame], today: pd.Timestamp) -> pd.Timestamp:
    """The last day on which anything happened; today where nothing did."""
    last_days = [stored[name].loc[:, "local_date"].max() for name in _HAPPENED if len(stored[name])]
    return max(last_days, default=today)


def as_of(stored: dict[str, pd.DataFrame], last_day: pd.Timestamp, exercises: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The frames as a report of that day may see them, with `local_date`, `counted` and `kind` joined on, and to sets
    what `exercises`, a table of that name, says of each: `OF_AN_EXERCISE`."""
    sessions = stored["sessions"].set_index("session_id")
    of_sessions = (sessions.loc[:, "local_date"], sessions.loc[:, "kind"])
    joined = _Joined(*of_sessions, set(stored["links"]["b"]), exercises.set_index("exercise"))
    stored = stored | {"labels": with_planned(stored["labels"], stored["plan"])}
    return {
        name: _seen(name, stored[name], last_day, joined) if len(stored[name]) else _nothing_of(name) for name in FRAMES
    }


def label_id(athlete_id: str, source: str, kind: str, first_date: pd.Timestamp) -> str:
    """The id of a label: the same days called the same by the same have it whenever it is written."""
    said = "|".join((athlete_id, source, kind, f"{first_date:%Y-%m-%d}"))
    return hashlib.sha256(said.encode()).hexdigest()[:10]


def labels_of_plan(plan: pd.DataFrame) -> pd.DataFrame:
    """What the plan calls its days, in the columns of the table labels: one row for days that follow each other.

    Days that the plan leaves out belong to what it says before and after them, where these are a week apart or less.

    >>> days = pd.to_datetime(["2026-01-05", "2026-01-07", "2026-01-09", "2026-01-12"])
    >>> plan = pd.DataFrame({"athlete_id": "k3vd", "local_date": days, "label": ["deload", "deload", None, "deload"]})
    >>> labels_of_plan(plan)[["first_date", "last_date"]].astype("str").values.tolist()
    [['2026-01-05', '2026-01-07'], ['2026-01-12', '2026-01-12']]
    """
    called = plan.loc[plan["label"].notna()]
    days_of = _days(plan.loc[plan["athlete_id"].isin(called["athlete_id"].unique())], "athlete_id")
    found = []
    for (athlete_id, kind), days in _days(called, "athlete_id", "label").items():
        planned = days_of[(athlete_id,)]
        ends = (np.diff(planned.get_indexer(days)) > 1) | (np.diff(days) > _A_WEEK)
        for own in np.split(days, np.flatnonzero(ends) + 1):
            said = {"athlete_id": athlete_id, "kind": kind, "first_date": own[0], "last_date": own[-1]}
            found.append(said | {"label_id": label_id(athlete_id, "plan", kind, own[0]), "source": "plan"})
    return TABLES["labels"].coerce(pd.DataFrame(found)) if found else TABLES["labels"].empty()


def _days(plan: pd.DataFrame, *by: str) -> dict[Any, pd.DatetimeIndex]:
    """The planned days of each group in their order, each once."""
    days = plan.drop_duplicates([*by, "local_date"]).sort_values("local_date").set_index("local_date")
    return {group: pd.DatetimeIndex(rows.index) for group, rows in days.groupby([*by])}


def with_planned(labels: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """What the coach said by hand and what the plan says, by athlete and day."""
    parts = [part for part in (labels, labels_of_plan(plan)) if len(part)]
    if not parts:  # as for most athletes
        return labels
    return pd.concat(parts).sort_values(["athlete_id", "first_date", "label_id"], ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Joined:
    """What is joined on: the day and kind of each session, the keys of copies, and what is known of each exercise."""

    dates: pd.Series
    kinds: pd.Series
    copies: set[str]
    exercises: pd.DataFrame


def _seen(name: str, frame: pd.DataFrame, last_day: pd.Timestamp, joined: _Joined) -> pd.DataFrame:
    """One frame as a report of that day may see it."""
    if name in _OF_A_SESSION:
        frame = frame.assign(local_date=_looked_up(frame.loc[:, "session_id"], joined.dates))
    if name == "sets":
        counted = ~row_keys("sets", frame).isin(list(joined.copies)) if joined.copies else True
        known = {of: _looked_up(frame.loc[:, "exercise"], joined.exercises.loc[:, of]) for of in OF_AN_EXERCISE}
        frame = frame.assign(counted=counted, **known)
    if name == "runs":
        kind = _looked_up(frame.loc[:, "session_id"], joined.kinds)
        frame = frame.assign(counted=~frame["session_id"].isin(list(joined.copies)), kind=kind)
    if name == "proposals":
        frame = _where(frame, frame.loc[:, "answer"] == "accepted")
    last = last_day + _A_WEEK if name == "plan" else last_day
    return _where(frame, frame.loc[:, "first_date" if name == "labels" else "local_date"] <= last)


def joined_columns(name: str) -> dict[str, str]:
    """What the frame `name` has beside the columns of its table, and what that is.

    >>> list(joined_columns("runs"))
    ['local_date', 'counted', 'kind']
    """
    return {column: JOINED[column] for column in _empty(name) if column not in TABLES[name].names}


def _nothing_of(name: str) -> pd.DataFrame:
    """A frame without rows, with all that is joined on: most athletes have no rows of most tables."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    exercises = TABLES["exercises"].empty().set_index("exercise")
    nothing = _Joined(pd.Series(dtype=DTYPES["date"]), pd.Series(dtype="str"), set(), exercises)
    return _seen(name, TABLES[name].empty(), pd.to_datetime(0), nothing)


def _looked_up(keys: pd.Series, values: pd.Series) -> pd.api.extensions.ExtensionArray:
    """The value of each key, missing where there is none; each key is looked up once, however often it stands."""
    codes, known = pd.factorize(keys)
    return values.reindex(known).array.take(codes, allow_fill=True)


def _where(frame: pd.DataFrame, kept: pd.Series) -> pd.DataFrame:
    """The rows that are kept, numbered from 0; the frame as it is where all are, as for most frames."""
    return frame if kept.all() else frame.loc[kept].reset_index(drop=True)


def by_athlete(frames: dict[str, pd.DataFrame]) -> Callable[[str], dict[str, pd.DataFrame]]:
    """The frames of one athlete, numbered from 0; each frame is gone through once, whoever is asked for."""
    places = {name: frame.groupby("athlete_id").indices for name, frame in frames.items()}

    def of(athlete_id: str) -> dict[str, pd.DataFrame]:
        return {
            name: frame.take(places[name].get(athlete_id, [])).reset_index(drop=True) for name, frame in frames.items()
        }

    return of


def of_athletes(frames: dict[str, pd.DataFrame], athlete_ids: set[str]) -> dict[str, pd.DataFrame]:
    """The frames without rows of anybody else; what is of no one athlete stays as it is, a form of the coach's too."""
    return {
        name: frame.loc[frame["athlete_id"].isin([*athlete_ids, ""])] if "athlete_id" in frame else frame
        for name, frame in frames.items()
    }


def remaining(frames: dict[str, pd.DataFrame], exclusions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The frames without what was left out, numbered from 0."""
    return {name: frame.reset_index(drop=True) for name, frame in without(frames, exclusions).items()}
