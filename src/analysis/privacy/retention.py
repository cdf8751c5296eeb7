"""Deleting what is older than the workspace keeps, and what killed runs left among the computer's temporary files."""

from typing import cast

import pandas as pd

from analysis.base.errors import Busy
from analysis.report.engine.held_folder import delete_left
from analysis.workspace import Workspace


def retain(workspace: Workspace, now: pd.Timestamp) -> list[str]:
    """Delete what is older than `[retention]` in workbook.toml allows, and what killed runs left; a sentence for each.

    Watch records go by the day of their session; a file of several sessions goes when all of them are old.
    """
    rules, said, gone = workspace.config.retention, [], 0

    def days_ago(days: float) -> pd.Timestamp:
        return cast(pd.Timestamp, now - pd.Timedelta(days=days))

    if rules.samples_days is not None:
        before = days_ago(rules.samples_days).tz_localize(None)
        count = _old_samples(workspace, before)
        said.append(f"Watch records of sessions before {before.date()}: {count} files deleted.")
        gone += count
    if rules.rejects_days is not None:
        before = days_ago(rules.rejects_days)
        files = workspace.store.frame("files")
        count = workspace.store.drop("rejects", file_no=files.loc[files["imported_at"] < before, "file_no"].tolist())
        said.append(f"Refused cells of files taken in before {before.date()}: {count} deleted.")
        gone += count
    if rules.logs_days is not None:
        before = days_ago(rules.logs_days)
        logs = (workspace.reports_folder / "log").glob("*.log")
        old_logs = [path for path in logs if path.stat().st_mtime < before.timestamp()]
        for path in old_logs:
            path.unlink()
        said.append(f"Logs last changed before {before.date()}: {len(old_logs)} deleted.")
    left = delete_left()
    if left:
        said.append(f"Folders of runs that were killed: {len(left)} deleted.")
    if gone:
        try:
            workspace.store.compact()
        except Busy as problem:  # they are deleted; only the pages they stood on are not overwritten yet
            said.append(str(problem))
    return said


def _old_samples(workspace: Workspace, before: pd.Timestamp) -> int:
    held = workspace.store.frame("sample_files")
    days = workspace.store.among("sessions", session_id=set(held["session_id"]))
    kept = set(held["session_id"]) - set(days.loc[days["local_date"] < before, "session_id"])
    of_kept = held.loc[held["session_id"].isin(list(kept)), "path"]
    workspace.store.drop("sample_files", path=set(held["path"]) - set(of_kept))
    return len(workspace.store.sweep())
