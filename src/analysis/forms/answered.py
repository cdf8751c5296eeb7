"""Who answered and whom to ask: by name and never by number, so that it is no league."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from analysis.base.frames import rows_of
from analysis.workspace import Workspace, form_list
from analysis.workspace.form_letters import HOLDS_DAYS

ASK_AFTER_DAYS = 3  # without an answer


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
    made: dict[str, list[pd.Timestamp]] = {}
    for row in rows_of(form_list.standing(workspace)):
        if row.kind == "athlete":
            made.setdefault(row.athlete_id, []).append(row.made_at.tz_convert(workspace.config.zone))
    names = {row.athlete_id: row.name for row in rows_of(workspace.athletes())}
    last: dict[str, pd.Timestamp] = {}
    for row in rows_of(workspace.store.frame("answers")):
        last[row.athlete_id] = max(row.local_date, last.get(row.athlete_id, row.local_date))
    today, found = workspace.today(), []
    for athlete_id, moments in made.items():
        began, since = moments[0].tz_localize(None).normalize(), last.get(athlete_id)
        waits_since = began if since is None else max(since, began)
        name = names.get(athlete_id)
        found.append(
            Asked(
                name if isinstance(name, str) else athlete_id,
                athlete_id,
                "" if since is None else f"{since:%Y-%m-%d}",
                bool((today - waits_since).days >= ASK_AFTER_DAYS),
                f"{moments[-1] + timedelta(days=HOLDS_DAYS):%Y-%m-%d}",
            )
        )
    return sorted(found, key=lambda one: one.name)
