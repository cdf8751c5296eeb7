"""The forms that a workspace knows of: made, revoked, and how long each holds."""

import secrets
from datetime import timedelta

import pandas as pd

from analysis.base.asking import HOLDS_DAYS
from analysis.workspace.form_letters import form_keys
from analysis.workspace.workspace import Workspace


def new_form(workspace: Workspace, kind: str, athlete_id: str = "") -> str:
    """Note a new form of an athlete, the squad or the coach, and return its id; the secret is made with the first one.

    Raises FormKeysLost where there are forms, and the secret that they were made of is gone or not whole.
    """
    keys = form_keys(workspace)
    if keys.path.exists() or not workspace.store.count("forms")[0][0]:
        keys.make()
    keys.public()
    form_id = secrets.token_urlsafe(12)
    row = {"form_id": form_id, "athlete_id": athlete_id, "kind": kind, "made_at": workspace.now()}
    workspace.store.note("forms", pd.DataFrame([row | {"revoked_at": None}]))
    return form_id


def revoke(workspace: Workspace, kind: str, athlete_id: str = "") -> int:
    """Revoke the forms there are of an athlete, the squad or the coach; how many they were."""
    forms = standing(workspace)
    own = forms.loc[(forms["kind"] == kind) & (forms["athlete_id"] == athlete_id)]
    workspace.store.note("forms", own.assign(revoked_at=workspace.now()))
    return len(own)


def begin_anew(workspace: Workspace) -> None:
    """Revoke all forms and make another secret, as where the old one is lost."""
    workspace.store.note("forms", standing(workspace).assign(revoked_at=workspace.now()))
    form_keys(workspace).make_anew()


def standing(workspace: Workspace) -> pd.DataFrame:
    """The forms that hold now, the oldest first: rows of the table forms."""
    forms, now = workspace.store.frame("forms"), workspace.now()
    holds = forms["revoked_at"].isna() & (forms["made_at"] + timedelta(days=HOLDS_DAYS) > now)
    return forms.loc[holds].sort_values("made_at", ignore_index=True)
