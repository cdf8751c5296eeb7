"""The changes that a published page told, read from the facts beside it, to be kept for what becomes of them."""

import json
from pathlib import Path

import pandas as pd

from analysis.base.errors import RenderFailed
from analysis.base.frames import rows_of
from analysis.base.states import State
from analysis.base.tables import TABLES
from analysis.report.due import Job

_CHANGED = [state for state in State if state.flagged]
_TALK = "talk."  # before the athlete's id, on a page of the squad


def claims_of_page(job: Job, page: Path) -> pd.DataFrame:
    """The changes that a page told, one row each, as the table claims has them.

    On a page of an athlete these are all facts of a change; on one of the squad the reasons to talk.

    Raises RenderFailed for facts that tell a change in a way that cannot be kept.
    """
    table = TABLES["claims"]
    said = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    facts = [fact for section in said["sections"] for fact in section["facts"]]
    told = [fact for fact in facts if fact["found_on"] and fact["state"] in _CHANGED]
    rows = [_row(job, fact) for fact in told if job.athlete_id or fact["subject"].startswith(_TALK)]
    if not rows:
        return table.empty()
    try:
        claims = table.coerce(pd.DataFrame(rows)).drop_duplicates(list(table.key))
        wrong = table.failures(claims)
    except (ValueError, TypeError) as problem:
        raise RenderFailed(_refusal(page, str(problem).partition(". ")[0])) from problem
    for first in rows_of(wrong.head(1)):
        raise RenderFailed(_refusal(page, f"{first.column} {first.value!r} {first.check}"))
    return claims


def not_kept(told: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The changes told that are not among those kept: another series, direction or first day of the new level.

    As more is known of the squad's noise, another weekly look may be the one that found it; it is the same change.
    """
    key = ["athlete_id", "subject", "since"]
    known, new = (
        claims[key].assign(rises=claims["level"] > claims["before"]).itertuples(index=False, name=None)
        for claims in (kept, told)
    )
    there = set(known)
    return told.loc[[one not in there for one in new]]


def _row(job: Job, fact: dict) -> dict:
    athlete_id, subject = job.athlete_id, fact["subject"]
    if not athlete_id:
        athlete_id, _, subject = subject.removeprefix(_TALK).partition(".")
    told = {name: fact[name] for name in ("found_on", "since", "state", "level", "before", "unit")}
    return {"athlete_id": athlete_id, "subject": subject, "first_told": job.until, "report": job.report, **told}


def _refusal(page: Path, why: str) -> str:
    return f"The facts beside {page.name} tell a change that cannot be kept: {why}. Correct the notebook of the page."
