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


def coached(workspace: Workspace, given: dict[str, Any], written_at: datetime) -> dict[str, Any]:
    """The coach's answers with the ids of proposals and labels; accepting a choice of a menu rejects another of it.

    An answer to a proposal that was answered later by other means is left out, as its newer answer stands.

    Raises UsageProblem where days are called that already, UnknownAthlete for somebody who is not there, and
    LookupError, TypeError or ValueError where a field is missing or wrong.
    """
    stored = workspace.store.frame("proposals")
    decisions: list[dict[str, Any]] = []
    for one in given.get("decisions") or []:
        athlete_id = workspace.athlete_id(one["athlete_id"])
        own = proposal_id(athlete_id, one["local_date"], one["rule_id"], one["subject"])
        since = stored.loc[(stored["proposal_id"] == own) & (stored["answered_at"] > pd.to_datetime(written_at))]
        if len(since):
            continue
        decisions.append(one | {"proposal_id": own})
        if one["answer"] == "accepted":
            decisions += _others_of_menu(stored, one, athlete_id, own)
    called = [_labelled(workspace, one) for one in given.get("labels") or []]
    return given | {"decisions": decisions, "labels": called}


def _others_of_menu(stored: pd.DataFrame, one: dict[str, Any], athlete_id: str, own: str) -> list[dict[str, Any]]:
    """The accepted choices of the same menu, rejected."""
    return [
        {
            "athlete_id": athlete_id,
            "proposal_id": row.proposal_id,
            "local_date": f"{row.local_date:%Y-%m-%d}",
            **{name: getattr(row, name) for name in ("rule_id", "subject", "line", "evidence")},
            "answer": "rejected",
            "reason": None,
        }
        for row in rows_of(stored.loc[(stored["athlete_id"] == athlete_id) & (stored["answer"] == "accepted")])
        if row.proposal_id != own
        and (f"{row.local_date:%Y-%m-%d}", rule_of(row.rule_id), row.subject)
        == (one["local_date"], rule_of(one["rule_id"]), one["subject"])
    ]


def _labelled(workspace: Workspace, one: dict[str, Any]) -> dict[str, Any]:
    athlete_id, kind = workspace.athlete_id(one["athlete"]), one["label"]
    first, last = (pd.to_datetime(date.fromisoformat(one[name])) for name in ("first", "last"))
    if first > last:
        raise UsageProblem(f"{one['first']} lies after {one['last']}")
    own = label_id(athlete_id, "coach", kind, first)
    there = labels(workspace, athlete_id)
    same = (there["kind"] == kind) & (there["first_date"] <= last) & (there["last_date"] >= first)
    if len(there.loc[same & (there["label_id"] != own)]):
        raise UsageProblem(f"days from {one['first']} to {one['last']} are called {kind} already")
    return one | {"label_id": own}
