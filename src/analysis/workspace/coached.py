"""What the coach answered on a phone, as it is stored: each with its id, and without what was said otherwise since."""

from datetime import date, datetime
from typing import Any

import pandas as pd

from analysis.base.errors import UsageProblem
from analysis.base.frames import rows_of
from analysis.base.rules import proposal_id, rule_of
from analysis.workspace.as_of import label_id
from analysis.workspace.labels import labels
from analysis.workspace.workspace import Workspace

_SHOWN = ("rule_id", "subject", "line", "evidence")


def coached(workspace: Workspace, given: dict[str, Any], written_at: datetime) -> dict[str, Any]:
    """The coach's answers with the ids of proposals and labels; accepting a choice of a menu rejects another of it.

    What was answered later by other means stands: such a proposal is left out, and a choice is rejected of whose menu
    another was accepted since. Days that are called that already, all of them, are left out too.

    Raises UsageProblem where some of the days are called that already, UnknownAthlete for somebody who is not there,
    and LookupError, TypeError or ValueError where a field is missing or wrong.
    """
    stored, said_at = workspace.store.frame("proposals"), pd.to_datetime(written_at)
    since = set(stored.loc[stored["answered_at"] > said_at, "proposal_id"])
    decided: dict[str, dict[str, Any]] = {}
    for said in given.get("decisions") or []:
        athlete_id = workspace.athlete_id(said["athlete_id"])
        own = proposal_id(athlete_id, said["local_date"], said["rule_id"], said["subject"])
        if own in since:
            continue
        one = said | {"athlete_id": athlete_id, "proposal_id": own}
        accepted = [*_accepted(stored), *(other for other in decided.values() if other["answer"] == "accepted")]
        rivals = [other for other in accepted if other["proposal_id"] != own and _menu(other) == _menu(one)]
        if one["answer"] == "accepted" and any(other["proposal_id"] in since for other in rivals):
            one |= {"answer": "rejected"}
        elif one["answer"] == "accepted":
            decided |= {other["proposal_id"]: other | {"answer": "rejected", "reason": None} for other in rivals}
        decided[own] = one
    called = {label["label_id"]: label for one in given.get("labels") or [] if (label := _labelled(workspace, one))}
    return given | {"decisions": list(decided.values()), "labels": list(called.values())}


def _accepted(stored: pd.DataFrame) -> list[dict[str, Any]]:
    """What stands accepted, as a phone says it."""
    return [
        {
            "athlete_id": row.athlete_id,
            "proposal_id": row.proposal_id,
            "local_date": f"{row.local_date:%Y-%m-%d}",
            **{name: getattr(row, name) for name in _SHOWN},
            "answer": "accepted",
        }
        for row in rows_of(stored.loc[stored["answer"] == "accepted"])
    ]


def _menu(one: dict[str, Any]) -> tuple[str, str, str, str]:
    """What is the same for the choices of one menu."""
    return one["athlete_id"], one["local_date"], rule_of(one["rule_id"]), one["subject"]


def _labelled(workspace: Workspace, one: dict[str, Any]) -> dict[str, Any] | None:
    """A label with its id; None where all its days are called that already."""
    athlete_id, kind = workspace.athlete_id(one["athlete"]), one["label"]
    first, last = (pd.to_datetime(date.fromisoformat(one[name])) for name in ("first", "last"))
    if first > last:
        raise UsageProblem(f"{one['first']} lies after {one['last']}")
    own, there = label_id(athlete_id, "coach", kind, first), labels(workspace, athlete_id)
    same = there.loc[(there["kind"] == kind) & (there["first_date"] <= last) & (there["last_date"] >= first)]
    if ((same["first_date"] <= first) & (same["last_date"] >= last)).any():
        return None
    if len(same.loc[same["label_id"] != own]):
        raise UsageProblem(f"some of the days from {one['first']} to {one['last']} are called {kind} already")
    return one | {"label_id": own}
