"""Plan and log of a week: which day was trained, and what became of the planned days."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

DayState = Literal["done", "rest", "off", "none"]
PlanStatus = Literal["done", "moved", "part", "missed", "planned"]

TRAINING_ROLES = ("day_1", "day_3", "day_5")
TOLERANCE_D = 1  # a planned day done on the day before or after is moved, not missed
_WEEKDAYS = {"monday": 0, "saturday": 5, "sunday": 6}


def week_days(until: pd.Timestamp, week_start: str = "monday") -> pd.DatetimeIndex:
    """The seven days of the week that holds `until`.

    >>> week_days(pd.Timestamp("2026-01-18"))[[0, -1]].strftime("%Y-%m-%d").tolist()
    ['2026-01-12', '2026-01-18']
    """
    since_start = (until.weekday() - _WEEKDAYS[week_start]) % 7
    return pd.date_range(until.normalize() - pd.Timedelta(days=since_start), periods=7)


def day_states(days: pd.DatetimeIndex, sessions: pd.DataFrame, sets: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """What is known of each day: trained, rest, off, or nothing logged.

    Parameters
    ----------
    days : DatetimeIndex
    sessions, sets, runs : DataFrame
        The tables with local_date; `sessions` with status.

    Returns
    -------
    DataFrame: local_date, state. "done" with any session done, set or run that day; else "off" or "rest" as logged;
    "none" where nothing is logged, which is not rest.

    Examples
    --------
    >>> sessions = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-05"]), "status": ["rest"]})
    >>> nothing = pd.DataFrame({"local_date": pd.to_datetime([])})
    >>> day_states(pd.date_range("2026-01-05", periods=2), sessions, nothing, nothing)["state"].tolist()
    ['rest', 'none']
    """
    logged = {status: sessions.loc[sessions["status"] == status, "local_date"] for status in ("done", "off", "rest")}
    done = days.isin(logged["done"]) | days.isin(sets["local_date"]) | days.isin(runs["local_date"])
    state = np.select([done, days.isin(logged["off"]), days.isin(logged["rest"])], ["done", "off", "rest"], "none")
    return pd.DataFrame({"local_date": days, "state": state})


def plan_status(
    plan: pd.DataFrame,
    sessions: pd.DataFrame,
    days: pd.DatetimeIndex,
    until: pd.Timestamp,
    *,
    roles: tuple[str, ...] = TRAINING_ROLES,
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

    Returns
    -------
    DataFrame, one row a planned day: local_date, role, content (the day's lines), status, done_on. Status is the
    first that holds: "done", a session of that role on that day (a strength session without a role takes the
    plan's); "moved", a session of that role a day earlier or later that is not another planned day's own; "part",
    trained that day in another role; "planned", the day and its tolerance are not over; "missed".

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
    log = _Log.of(sessions[sessions["local_date"] <= until])
    own = set(zip(plan["local_date"], plan["role"], strict=True)) & log.named  # cannot have moved to another day
    status, done_on = [], []
    for planned in due.itertuples():
        became, day = log.what_became(planned.local_date, planned.role, own, until)
        if became == "moved":
            own = own | {(day, planned.role)}
        status.append(became)
        done_on.append(day)
    return due.assign(status=pd.Series(status, dtype="str"), done_on=pd.to_datetime(done_on))


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
