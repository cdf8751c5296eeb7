"""Planned runs, and what became of each: a plan names them in words, on days that no lift is planned for."""

import re

import pandas as pd

from analysis.metrics.adherence import TOLERANCE_D, TRAINING_ROLES, PlanStatus, away
from analysis.metrics.running import is_run

LOGS_RUNS = pd.Timedelta(weeks=4)  # who has logged none for so long does not write runs down
_RUNS = re.compile(r"\b(runs?|running|jog|jogging)\b", re.IGNORECASE)


def names_run(role: str, content: object) -> bool:
    """Whether a line of a plan asks for a run: by its words, where its role is not that of a lifting day or of rest.

    >>> names_run("other", "Easy run, 35 min"), names_run("day_1", "Warm up with a run"), names_run("other", None)
    (True, False, False)
    """
    return role not in (*TRAINING_ROLES, "rest") and isinstance(content, str) and bool(_RUNS.search(content))


def planned_runs(
    plan: pd.DataFrame,
    sessions: pd.DataFrame,
    runs: pd.DataFrame,
    days: pd.DatetimeIndex,
    until: pd.Timestamp,
    *,
    labels: pd.DataFrame,
) -> pd.DataFrame:
    """What became of every day on which a run was planned.

    Parameters
    ----------
    plan : DataFrame
        Table plan: local_date, role, content.
    sessions, runs : DataFrame
        The tables with local_date; a run is known by a watch or by a log.
    days : DatetimeIndex
        The days asked for.
    until : Timestamp
        Last day that is known.
    labels : DataFrame
        As `metrics.adherence.away` takes them, with `sessions`.

    Returns
    -------
    DataFrame, one row a planned day: local_date, role, content (the day's lines), status, done_on, away, as
    `metrics.adherence.plan_status` has them: "done", a run on that day; "moved", one a day earlier or later that is not
    the run of another planned day; "off"; "planned", the day and its tolerance are not over; "missed". Empty where no
    run of the last four weeks is known: what nobody writes down is not known to be missed.

    Examples
    --------
    >>> plan = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-06", "2026-01-10"]), "role": "other",
    ...                      "content": ["Easy run", "Long run"]})
    >>> sessions = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-06"]), "kind": "run", "status": "done"})
    >>> runs = pd.DataFrame({"local_date": pd.to_datetime(["2026-01-11"]), "sport": "running", "counted": True})
    >>> week = pd.date_range("2026-01-05", periods=7)
    >>> nobody_ill = pd.DataFrame(columns=["kind", "first_date", "last_date"])
    >>> planned_runs(plan, sessions, runs, week, week[-1], labels=nobody_ill)["status"].tolist()
    ['done', 'moved']
    """
    run_on = _days_with_run(sessions, runs, until)
    is_known = any(day > until - LOGS_RUNS for day in run_on)
    lines = plan[plan["local_date"].isin(days)] if is_known else plan.iloc[:0]
    asked: dict[tuple[pd.Timestamp, str], list[str]] = {}
    for day, role, content in zip(lines["local_date"], lines["role"], lines["content"], strict=True):
        if names_run(role, content):
            asked.setdefault((day, role), []).append(content)
    due = pd.DatetimeIndex([day for day, _ in asked])
    called = away(due, labels, sessions).array
    taken: set[pd.Timestamp | None] = set(due) & run_on
    rows = []
    for ((day, role), contents), why in zip(asked.items(), called, strict=True):
        status, done_on = _what_became(day, run_on, taken, until)
        taken.add(done_on)
        told = "off" if status in ("missed", "planned") and pd.notna(why) else status
        rows.append((day, role, "; ".join(contents), told, done_on, why))
    found = pd.DataFrame(rows, columns=["local_date", "role", "content", "status", "done_on", "away"])
    dates = {"local_date": plan["local_date"].dtype, "done_on": plan["local_date"].dtype}
    return found.astype(dates | dict.fromkeys(("role", "content", "status", "away"), "str")).sort_values("local_date")


def _days_with_run(sessions: pd.DataFrame, runs: pd.DataFrame, until: pd.Timestamp) -> set[pd.Timestamp]:
    logged = sessions.loc[(sessions["status"] == "done") & (sessions["kind"] == "run"), "local_date"]
    recorded = runs.loc[runs["counted"].astype(bool) & is_run(runs), "local_date"]
    return {day for day in (*logged, *recorded) if day <= until}


def _what_became(
    day: pd.Timestamp, run_on: set[pd.Timestamp], taken: set[pd.Timestamp | None], until: pd.Timestamp
) -> tuple[PlanStatus, pd.Timestamp | None]:
    if day in run_on:
        return "done", day
    tolerance = pd.Timedelta(days=TOLERANCE_D)
    for other in (day - tolerance, day + tolerance):
        if other in run_on - taken:
            return "moved", other
    return ("planned" if day + tolerance > until else "missed"), None
