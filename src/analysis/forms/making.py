"""Making forms: a file for each athlete, one for the squad's tablet, and revoking what was made before."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.asking import HOLDS_DAYS
from analysis.base.errors import ConsentMissing
from analysis.base.frames import rows_of
from analysis.base.tables import LABELS
from analysis.forms import asked
from analysis.forms.page import form_page
from analysis.report.publish import publish
from analysis.workspace import Workspace, form_list
from analysis.workspace.form_letters import LATE_DAYS, form_keys

FOLDER = "forms"  # among the reports
SQUAD, COACH = "squad", "coach"
SOON_DAYS = 14  # before the end of a form, from when on a mail carries a new one


@dataclass(frozen=True)
class Made:
    """A form that was written, or why none was."""

    whose: str  # name of the athlete, or the squad
    athlete_id: str
    path: Path | None
    until: str = ""  # last day on which it can be answered, ISO
    to: str = ""  # whom it goes to: athlete, guardian or coach
    address: str = ""  # where mails to them go, if that is known
    revoked: int = 0  # older forms
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**self.__dict__, "path": str(self.path) if self.path else None}


def make(workspace: Workspace, athlete_id: str, to: Path | None = None, *, renew: bool = False) -> Made:
    """Write the form of an athlete; with `renew` the ones made before are revoked.

    Raises FormKeysLost where the secret of the forms is gone or not whole, ConsentMissing where nobody who may agree
    has agreed to a page.
    """
    consent = workspace.consent(athlete_id)
    consent.require("report")
    revoked = form_list.revoke(workspace, "athlete", athlete_id) if renew else 0
    form_id = form_list.new_form(workspace, "athlete", athlete_id)
    (row,) = rows_of(workspace.store.frame("athletes", [athlete_id]))
    name = row.name if isinstance(row.name, str) else athlete_id
    keys = form_keys(workspace)
    about = asked.questions(workspace) | asked.of_athlete(workspace, athlete_id) | _about(workspace, form_id)
    about |= {"mode": "athlete", "athlete": athlete_id, "name": name, "names": []}
    about["key"] = _b64(keys.of_form(form_id, athlete_id))
    path = _folder(workspace, to) / f"{file_name(name, athlete_id)}.html"
    publish({path: form_page(about, title=name, contact=workspace.config.contact)})
    whose = "guardian" if consent.is_minor else "athlete"
    contacts = workspace.store.frame("contacts", [athlete_id]).set_index("whose").loc[:, "email"].dropna()
    return Made(name, athlete_id, path, about["until"], whose, contacts.get(whose, ""), revoked)


def make_all(workspace: Workspace, to: Path | None = None, *, renew: bool = False) -> list[Made]:
    """A form for every athlete, by name; who has not agreed to a page gets none, and it is said.

    With `renew` a secret that is lost is made anew first.
    """
    if renew and not form_keys(workspace).is_whole:
        form_list.begin_anew(workspace)
    made = []
    for row in rows_of(workspace.athletes().sort_values("name")):
        try:
            made.append(make(workspace, row.athlete_id, to, renew=renew))
        except ConsentMissing as problem:
            made.append(Made(row.name, row.athlete_id, None, error=str(problem)))
    return made


def make_for_squad(workspace: Workspace, to: Path | None = None, *, renew: bool = False) -> Made:
    """Write the form of the squad's tablet: names alone, no keys and no loads; its answers wait for the coach's yes."""
    revoked = form_list.revoke(workspace, "squad") if renew else 0
    form_id = form_list.new_form(workspace, "squad")
    consents = workspace.consents()
    names = [row.name for row in rows_of(workspace.athletes()) if consents[row.athlete_id].allows("squad")]
    about = asked.questions(workspace) | _about(workspace, form_id)
    known = [{"exercise": lift.exercise, "name": lift.name, "load": None} for lift in workspace.config.lifts]
    about |= {"mode": "squad", "name": workspace.config.squad, "names": sorted(names), "athlete": "", "key": ""}
    about |= {"unit": workspace.config.display.to().mass, "lifts": known, "plan": {}}
    path = _folder(workspace, to) / f"{SQUAD}.html"
    publish({path: form_page(about, title=workspace.config.squad, contact=workspace.config.contact)})
    return Made(workspace.config.squad, "", path, about["until"], "coach", revoked=revoked)


def make_for_coach(
    workspace: Workspace,
    proposals: pd.DataFrame,
    away: Sequence[dict[str, Any]] = (),
    to: Path | None = None,
    *,
    renew: bool = False,
) -> Made:
    """Write the coach's form: `proposals` and `away` as `analysis.proposals` has them, and days to be named."""
    revoked = form_list.revoke(workspace, "coach") if renew else 0
    form_id = form_list.new_form(workspace, "coach")
    people = workspace.athletes().sort_values("name")
    about = _about(workspace, form_id) | {"mode": "coach", "name": workspace.config.squad}
    about["key"] = _b64(form_keys(workspace).of_form(form_id, ""))
    about["people"] = [[row.athlete_id, row.name] for row in rows_of(people)]
    about["labels"] = [[label, label] for label in LABELS]
    about["away"] = list(away)
    shown = ["proposal_id", "athlete_id", "rule_id", "subject", "line", "evidence", "name"]
    about["proposals"] = [
        {name: getattr(row, name) for name in shown} | {"local_date": f"{row.local_date:%Y-%m-%d}"}
        for row in rows_of(proposals)
    ]
    path = _folder(workspace, to) / f"{COACH}.html"
    publish({path: form_page(about, title=workspace.config.squad, contact="the coach", script="coach.js")})
    return Made(workspace.config.squad, "", path, about["until"], "coach", revoked=revoked)


def form_to_send(workspace: Workspace, athlete_id: str, whose: str) -> Path | None:
    """The form that a mail to the athlete or the guardian carries; None where none was made, or it is not theirs.

    One that soon ends is made anew. A minor's goes to the guardian alone.
    """
    consent = workspace.consent(athlete_id)
    if whose != ("guardian" if consent.is_minor else "athlete") or not consent.allows("report"):
        return None
    forms = form_list.standing(workspace)
    own = forms.loc[forms["athlete_id"] == athlete_id, "made_at"]
    (row,) = rows_of(workspace.store.frame("athletes", [athlete_id]))
    name = row.name if isinstance(row.name, str) else athlete_id
    path = workspace.reports_folder / FOLDER / f"{file_name(name, athlete_id)}.html"
    if own.empty or not path.is_file():
        return None
    left = own.max() + timedelta(days=HOLDS_DAYS) - workspace.now()
    if left < timedelta(days=SOON_DAYS):
        make(workspace, athlete_id)
    return path


def file_name(name: str, athlete_id: str) -> str:
    """A name for a form that says whose it is to whoever sends it.

    >>> file_name("Alder O'Neil", "k3vd"), file_name("../x", "k3vd")
    ('Alder-O-Neil_k3vd', 'x_k3vd')
    """
    said = re.sub(r"[^\w]+", "-", name).strip("-")[:40]
    return f"{said}_{athlete_id}" if said else athlete_id


def _about(workspace: Workspace, form_id: str) -> dict[str, Any]:
    """What every form carries: its id, the key it seals to, and how long it holds."""
    now = workspace.now().tz_convert(workspace.config.zone)
    return {
        "form": form_id,
        "public": _b64(form_keys(workspace).public()),
        "made": f"{now:%Y-%m-%d}",
        "until": f"{now + timedelta(days=HOLDS_DAYS):%Y-%m-%d}",
        "late_days": LATE_DAYS,
        "contact": workspace.config.contact,
    }


def _folder(workspace: Workspace, to: Path | None) -> Path:
    return to or workspace.reports_folder / FOLDER


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
