"""Planned runs, and what became of each: a plan names them in words, on days that no lift is planned for."""

import re

import pandas as pd

from analysis.metrics.adherence import TRAINING_ROLES, plan_status
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
    DataFrame, one row a planned day, as `metrics.adherence.plan_status` gives it, of the role "run". Empty where no run
    of the last four weeks is known: what nobody writes down is not known to be missed.

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
    asked = [is_known and names_run(role, content) for role, content in zip(plan["role"], plan["content"], strict=True)]
    due = plan[pd.Series(asked, index=plan.index, dtype=bool)].assign(role="run")
    ran = pd.DataFrame({"local_date": run_on, "kind": "run", "role": "run", "status": "done"})
    log = pd.concat([ran, sessions[sessions["status"] == "off"]])
    return plan_status(due, log, days, until, roles=("run",), labels=labels)


def _days_with_run(sessions: pd.DataFrame, runs: pd.DataFrame, until: pd.Timestamp) -> pd.DatetimeIndex:
    logged = sessions.loc[(sessions["status"] == "done") & (sessions["kind"] == "run"), "local_date"]
    recorded = runs.loc[runs["counted"].astype(bool) & is_run(runs), "local_date"]
    return pd.DatetimeIndex(sorted({day for day in (*logged, *recorded) if day <= until}))
