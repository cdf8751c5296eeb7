"""Proposals for the coming week and the coach's answers: made fresh from the data, stored when they are answered.

The one module in which the two strands meet outside a notebook: an answer is given at the command line, and a kernel
need not be started to find what it answers.
"""

from dataclasses import asdict
from typing import Any, Literal, cast

import pandas as pd

from analysis.base.errors import UsageProblem
from analysis.base.frames import rows_of
from analysis.base.rules import Proposal, rule_of
from analysis.base.tables import TABLES
from analysis.metrics.adherence import away
from analysis.pages.athlete_week.week import AthleteFrames, athlete_week
from analysis.pages.squad_week.proposals import week_proposals
from analysis.report.due import week_end
from analysis.workspace import Athlete, Workspace
from analysis.workspace.form_letters import LATE_DAYS
from analysis.workspace.labels import labels

Answer = Literal["accepted", "rejected"]

_SAID = ["answer", "answered_at", "reason"]
_OF_RULE = ["name", "action", "title", "source"]
_FRESH = [name for name in TABLES["proposals"].names if name not in _SAID]


def proposed(workspace: Workspace, athlete: str | None = None, as_of: str | None = None) -> pd.DataFrame:
    """What the rules propose on the week that holds `as_of`, by athlete; default: the last week that data see over.

    Parameters
    ----------
    workspace : Workspace
    athlete : str, optional
        Id, name or alias; all athletes if not given.
    as_of : str, optional
        ISO date; nothing later is read.

    Returns
    -------
    DataFrame, one row a proposal: the columns of the table proposals (answer, answered_at and reason missing where the
    coach has not answered), name (of the athlete), action, title and source (of the rule), is_open (neither answered
    nor a choice of a menu of which another was accepted).

    Raises
    ------
    UnknownAthlete
        There is nobody of that name.
    ConfigProblem
        rules.toml does not hold together.
    """
    until = as_of or _last_week_end(workspace)
    athletes = [workspace.athlete(athlete, until)] if athlete else workspace.everyone(until, agreed=False).athletes
    rules = workspace.rules
    weeks = [(one, athlete_week(cast(AthleteFrames, one), one.until)) for one in athletes]  # it has them by name
    fresh = [_row(one, found) for one, week in weeks for found in week_proposals(week, rules)]
    stored = workspace.store.frame("proposals", [one.athlete_id for one in athletes])
    found = pd.DataFrame(fresh, columns=[*_FRESH, *_OF_RULE]).astype({"proposal_id": "str"})
    said = found.merge(stored[["proposal_id", *_SAID]], on="proposal_id", how="left")
    rows = TABLES["proposals"].coerce(said).assign(**{name: said[name] for name in _OF_RULE})
    taken = _menus(stored.loc[stored["answer"] == "accepted"])
    return rows.assign(is_open=rows["answer"].isna() & ~_menus(rows).isin(taken))


def answer(
    workspace: Workspace,
    proposal_id: str,
    said: Answer,
    athlete: str | None = None,
    as_of: str | None = None,
    reason: str | None = None,
) -> pd.DataFrame:
    """Store the coach's answer to a proposal with its reason, in place of an earlier one and its reason, with the time.

    A proposal that was answered before is found in the store; a new one among what `proposed` finds for `athlete` and
    `as_of`. Accepting one choice of a menu rejects another that had been accepted.

    Returns
    -------
    DataFrame with the columns of the table proposals: the proposal, then what was rejected for it.

    Raises
    ------
    UsageProblem
        There is no such proposal.
    """
    stored = workspace.store.frame("proposals")
    known = stored if proposal_id in set(stored["proposal_id"]) else proposed(workspace, athlete, as_of)
    row = known.loc[known["proposal_id"] == proposal_id]
    if row.empty:
        raise UsageProblem(f"There is no proposal {proposal_id!r}. List what there is: workbook decide")
    others = stored.loc[(stored["proposal_id"] != proposal_id) & (stored["answer"] == "accepted")]
    others = others.loc[_menus(others).isin(_menus(row)) & (said == "accepted")]
    why = " ".join((reason or "").split()) or None
    answered = [row.assign(answer=said, reason=why), others.assign(answer="rejected", reason=None)]
    answers = pd.concat(answered, ignore_index=True)
    answers = TABLES["proposals"].coerce(answers.assign(answered_at=pd.Timestamp.now(tz="UTC")))
    workspace.store.put("proposals", answers)
    return answers


def said_away(workspace: Workspace) -> list[dict[str, Any]]:
    """Stretches of the last two weeks that athletes logged as ill or away and nobody has called so, by name and day.

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


def _last_week_end(workspace: Workspace) -> str:
    """The last day of the last week that was over on the last day with data; its page is the one that is read."""
    last = workspace.streams().loc[:, "last_date"].max()
    return week_end(workspace.today() if pd.isna(last) else last, workspace.config.week_start).date().isoformat()


def _row(athlete: Athlete, found: Proposal) -> dict[str, object]:
    return {**asdict(found), "proposal_id": found.proposal_id, "name": athlete.name}


def _menus(rows: pd.DataFrame) -> pd.Series:
    """What is the same for the choices of one menu, and for no two other proposals."""
    parts = [
        rows["athlete_id"],
        rows["local_date"].astype("str").str[:10],
        rows["rule_id"].map(rule_of),
        rows["subject"],
    ]
    return parts[0].str.cat([part.astype("str") for part in parts[1:]], sep="|")
