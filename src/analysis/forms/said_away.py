"""Days that athletes logged as ill or away and nobody has called so yet: the coach's form asks about them."""

from typing import Any

import pandas as pd

from analysis.base.frames import rows_of
from analysis.metrics.adherence import away
from analysis.workspace import Workspace
from analysis.workspace.form_letters import LATE_DAYS
from analysis.workspace.labels import labels


def said_away(workspace: Workspace) -> list[dict[str, Any]]:
    """Stretches of the last two weeks that were logged as off with a reason, without a label: by name and day.

    Returns
    -------
    list of dict: athlete (id), name, label (ill or travel), first and last (ISO days, both included).
    """
    today = workspace.today()
    days = pd.date_range(today - pd.Timedelta(days=LATE_DAYS), today)
    called, found = labels(workspace), []
    stored = workspace.store.frame("sessions")
    logged = stored.loc[stored["local_date"].between(days[0], today)]
    for one in rows_of(workspace.athletes().sort_values("name")):
        own = called.loc[called["athlete_id"] == one.athlete_id]
        said = away(days, own.iloc[:0], logged.loc[logged["athlete_id"] == one.athlete_id])
        is_open = said.isin(("ill", "travel")) & away(days, own).isna()
        stretch: pd.Series = (said.where(is_open) != said.where(is_open).shift()).cumsum()
        for _, same in said.loc[is_open].groupby(stretch.loc[is_open]):
            first, last = (f"{day:%Y-%m-%d}" for day in (same.index[0], same.index[-1]))
            row = {"athlete": one.athlete_id, "name": one.name, "label": same.iloc[0], "first": first, "last": last}
            found.append(row)
    return found
