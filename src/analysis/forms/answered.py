"""Who answered and whom to ask: by name and never by number, so that it is no league."""

from dataclasses import dataclass

import pandas as pd

from analysis.base.asking import ASK_AFTER_DAYS, is_unanswered
from analysis.base.frames import rows_of
from analysis.workspace import Workspace, form_list
from analysis.workspace.asked import forms_as_of


@dataclass(frozen=True)
class Asked:
    """An athlete who has a form, and the last day that was answered."""

    name: str
    athlete_id: str
    last_day: str  # ISO, empty where nothing was answered
    ask: bool
    until: str  # last day of the form, ISO


def answered(workspace: Workspace) -> list[Asked]:
    """Everybody who has a form that holds, by name; `ask` where three days went by without an answer."""
    today = workspace.today()
    standing = form_list.standing(workspace)
    forms = forms_as_of(standing.loc[standing["kind"] == "athlete"], today, workspace.config.zone)
    names = {row.athlete_id: row.name for row in rows_of(workspace.athletes())}
    answers = workspace.store.frame("answers")
    days = pd.date_range(end=today, periods=ASK_AFTER_DAYS)
    last, until = _newest(answers, "local_date"), _newest(forms, "holds_to")
    found = []
    for athlete_id in until:
        name, since = names.get(athlete_id), last.get(athlete_id)
        found.append(
            Asked(
                name if isinstance(name, str) else athlete_id,
                athlete_id,
                "" if since is None else f"{since:%Y-%m-%d}",
                is_unanswered(forms, answers, athlete_id, days),
                f"{until[athlete_id]:%Y-%m-%d}",
            )
        )
    return sorted(found, key=lambda one: one.name)


def _newest(frame: pd.DataFrame, column: str) -> dict[str, pd.Timestamp]:
    """The last day of a column for each athlete."""
    return {row.athlete_id: getattr(row, column) for row in rows_of(frame.sort_values(column))}
