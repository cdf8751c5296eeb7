"""Calling days of an athlete what they are, planned light, ill or away, and taking that back."""

import difflib
from typing import Any

import pandas as pd

from analysis.base.errors import UsageProblem
from analysis.base.frames import rows_of
from analysis.base.tables import LABELS, TABLES
from analysis.workspace.as_of import day, label_id, with_planned
from analysis.workspace.workspace import Workspace

_HOW_TO_LIST = "List what there is: workbook label --list"


def labels(workspace: Workspace, athlete: str | None = None) -> pd.DataFrame:
    """All labels of a workspace or of one athlete (id, name or alias), said by hand or by the plan, by name and day.

    Returns
    -------
    DataFrame with the columns of the table labels, and name (of the athlete).

    Raises
    ------
    UnknownAthlete
        There is nobody of that name.
    """
    of = None if athlete is None else [workspace.athlete_id(athlete)]
    stored = workspace.store.frames(["labels", "plan", "athletes"], of)
    names = stored["athletes"].set_index("athlete_id").loc[:, "name"]
    found = with_planned(stored["labels"], stored["plan"])
    named = found.assign(name=found["athlete_id"].map(names).fillna(found["athlete_id"]).astype("str"))
    return named.sort_values(["name", "first_date", "kind"], ignore_index=True)


def label(
    workspace: Workspace, athlete: str, first_date: str, last_date: str, kind: str, note: str | None = None
) -> pd.DataFrame:
    """Call the days of an athlete from one to another, both ISO dates and included; returns the label.

    Raises
    ------
    UsageProblem
        There is no such kind; a day is no date, or the first lies after the last; days are called that already.
    UnknownAthlete
        There is nobody of that name.
    """
    said = _kind(kind)
    first, last = day(first_date), day(last_date)
    if first > last:
        raise UsageProblem(f"{first_date} lies after {last_date}. Say the first day, then the last one.")
    athlete_id = workspace.athlete_id(athlete)
    there = labels(workspace, athlete_id)
    same = there.loc[(there["kind"] == said) & (there["first_date"] <= last) & (there["last_date"] >= first)]
    for one in rows_of(same):
        raise UsageProblem(
            f"{one.name} is called {said} from {_iso(one.first_date)} to {_iso(one.last_date)} already. "
            f"{_how_to_take_back(one)}, then say the days that are meant."
        )
    row = {
        "label_id": label_id(athlete_id, "coach", said, first),
        "athlete_id": athlete_id,
        "kind": said,
        "first_date": first,
        "last_date": last,
        "note": " ".join((note or "").split()) or None,
        "source": "coach",
        "written_at": workspace.now(),
    }
    workspace.store.put("labels", pd.DataFrame([row]))
    now = labels(workspace, athlete_id)
    return now.loc[now["label_id"] == row["label_id"]].reset_index(drop=True)


def take_back(workspace: Workspace, wanted: str) -> pd.DataFrame:
    """Take back the label of an id, and return it.

    Raises UsageProblem where there is none, and for one that the plan says.
    """
    there = labels(workspace)
    found = there.loc[there["label_id"] == wanted].reset_index(drop=True)
    if found.empty:
        raise UsageProblem(f"There is no label {wanted!r}. {_HOW_TO_LIST}")
    for one in rows_of(found.loc[found["source"] == "plan"]):
        raise UsageProblem(f"The plan calls these days {one.kind}. {_how_to_take_back(one)}.")
    workspace.store.remove("labels", found.loc[:, TABLES["labels"].names])
    return found


def _how_to_take_back(one: Any) -> str:
    if one.source == "plan":
        return "Correct the column label in the plan's file and take it in again"
    return f"Take that back with workbook label --remove {one.label_id}"


def _kind(text: str) -> str:
    said = text.strip().casefold()
    if said in LABELS:
        return said
    near = difflib.get_close_matches(said, LABELS, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise UsageProblem(f"{text!r} is no kind of label. {hint}Known are {', '.join(LABELS)}.")


def _iso(date: pd.Timestamp) -> str:
    return f"{date:%Y-%m-%d}"
