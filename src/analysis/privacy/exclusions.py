"""Leaving rows out by hand, with the reason that the page prints, and taking them back in. Nothing is deleted."""

from dataclasses import dataclass

import pandas as pd

from analysis.base.errors import UsageProblem
from analysis.base.tables import TABLES
from analysis.workspace import Workspace, day
from analysis.workspace.left_out import EXCLUDABLE, described, left_out, row_keys

_HOW_TO_LIST = "List what there is: workbook exclude --athlete NAME --date DATE --list"


@dataclass(frozen=True)
class Wanted:
    """Which rows are meant: those of one athlete and day, narrowed down by what is given."""

    athlete: str
    date: str
    what: str | None = None  # a test, an exercise, an item of the answers, or run
    number: int | None = None  # of the trial or set
    rep: int | None = None  # a repetition of that set instead of the set
    side: str | None = None


def rows_of(workspace: Workspace, wanted: Wanted) -> pd.DataFrame:
    """The rows that are meant, in words, with the reason of those that are left out already (NaN elsewhere).

    Raises
    ------
    UsageProblem
        Nothing of that day fits; the sentence names what there is.
    UnknownAthlete
        There is nobody of that name.
    """
    athlete_id, date = workspace.athlete_id(wanted.athlete), day(wanted.date)
    stored = _dated(workspace.store.frames(["sessions", *EXCLUDABLE], [athlete_id]))
    of_day = {name: stored[name].loc[stored[name]["local_date"] == date] for name in EXCLUDABLE}
    if wanted.rep is None:
        of_day["reps"] = of_day["reps"].iloc[:0]
    else:
        of_day = {name: rows if name == "reps" else rows.iloc[:0] for name, rows in of_day.items()}
        of_day["reps"] = of_day["reps"].loc[of_day["reps"]["rep_no"] == wanted.rep]
    there = described(of_day, workspace.config, stored["sets"])
    found = there.loc[_fits(there, wanted)]
    if found.empty:
        some = ", ".join(sorted(set(there["subject"]))) or "nothing"
        raise UsageProblem(
            f"Nothing fits that of {wanted.athlete!r} on {wanted.date}; that day has {some}. {_HOW_TO_LIST}"
        )
    return _with_reasons(workspace, found)


def row_of(workspace: Workspace, table: str, key: str) -> pd.DataFrame:
    """The row of a table under its key, in words; any split of a trial stands for the trial.

    Raises UsageProblem for a table that nothing can be left out of, and for a key that is not there.
    """
    if table not in EXCLUDABLE:
        raise UsageProblem(
            f"Nothing can be left out of a table {table!r}. The tables are: {', '.join(EXCLUDABLE)}. {_HOW_TO_LIST}"
        )
    frames = workspace.store.frames(dict.fromkeys(["sessions", "sets", table]))
    rows = frames[table]
    asked = rows.loc[row_keys(table, rows) == key]
    if asked.empty:
        form = "|".join(TABLES[table].key)
        raise UsageProblem(f"There is no row {key!r} in the table {table}, whose keys are {form}. {_HOW_TO_LIST}")
    if table == "splits":
        asked = rows.loc[row_keys(table, rows, 2).isin(row_keys(table, asked, 2))]
    nothing = {name: TABLES[name].empty() for name in EXCLUDABLE}
    dated = _dated(nothing | {"sessions": frames["sessions"], table: asked})
    return _with_reasons(workspace, described(dated, workspace.config, frames["sets"]))


def excluded(workspace: Workspace) -> pd.DataFrame:
    """Everything that is left out in this workspace, in words, with its reason."""
    frames = workspace.store.frames(["sessions", *EXCLUDABLE, "exclusions"])
    return left_out(_dated(frames), frames["exclusions"], workspace.config)


def exclude(workspace: Workspace, rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    """Leave rows out for a reason, and return them with it; a row that is left out already gets the new reason.

    Raises UsageProblem for a reason without words.
    """
    said = " ".join(reason.split()).rstrip(".")
    if not said:
        raise UsageProblem("The reason is empty; the page prints it. Say why: --reason 'gate fell over'")
    out = rows.assign(reason=said)
    workspace.store.put("exclusions", out.assign(excluded_at=pd.Timestamp.now(tz="UTC")))
    return out


def take_back(workspace: Workspace, rows: pd.DataFrame) -> pd.DataFrame:
    """Take rows in again, and return those that had been left out.

    Raises UsageProblem where none of them was left out.
    """
    out = rows.loc[rows["reason"].notna()]
    if out.empty:
        raise UsageProblem("None of these rows is left out, so there is nothing to undo. See: workbook exclude --list")
    workspace.store.remove("exclusions", out)
    return out.assign(reason=None)


def _dated(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The frames with the day of their session."""
    days = frames["sessions"].set_index("session_id")["local_date"]
    return {
        name: frames[name]
        if "local_date" in frames[name]
        else frames[name].assign(local_date=days.reindex(frames[name]["session_id"]).array)
        for name in EXCLUDABLE
    }


def _fits(rows: pd.DataFrame, wanted: Wanted) -> pd.Series:
    fits = pd.Series(True, index=rows.index)
    if wanted.what is not None:
        asked = wanted.what.casefold()
        fits &= (rows["subject"].str.casefold() == asked) | (rows["what"].str.casefold() == asked)
    if wanted.number is not None:
        fits &= rows["number"] == wanted.number
    if wanted.side is not None:
        fits &= rows["side"] == wanted.side
    return fits


def _with_reasons(workspace: Workspace, rows: pd.DataFrame) -> pd.DataFrame:
    known = workspace.store.frame("exclusions")[["table_name", "row_key", "reason"]]
    return rows.merge(known, on=["table_name", "row_key"], how="left")
