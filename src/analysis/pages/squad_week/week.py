"""The squad's week: every athlete's week side by side, what was found in it and how much of that chance alone brings.

Model card
----------
Question: whom should the coach talk to, about what, on what evidence?
Data: the parts of every athlete's week (`pages.athlete_week.week`); a series counts where its newest value is of this
week.
Rule: a series is flagged by its own model (beyond the MDC; sides by 3 dates or more). A look is a weekly page on which
the series has a new value. Flagged on two looks in a row in the same direction puts the athlete on the list of whom to
talk to; flagged on one look is listed as seen once.
Chance: on no change a judged series is flagged on one look with the probability that its own rule states (5 %). Two
looks in a row share most of their values, so their probability is not .05 squared. Measured on white noise, both looks
flagged in the same direction (`tests/test_squad_week.py`, seeded):

| kind  | one look | two in a row | what the two looks share                                  |
|-------|---------:|-------------:|-----------------------------------------------------------|
| speed |    4.4 % |        0.1 % | 1 new value against 8, published error of 4 df            |
| pace  |    5.1 % |        0.1 % | 1 new value against 8, own error                          |
| check |    3.6 % |        0.1 % | 1 new value against 3 to 7, published error of 4 df       |
| form  |    4.3 % |        1.3 % | 3 sessions against 3, one new session a week              |
| sides |    3.2 % |        2.0 % | the mean of up to 8 dates, one more at the second look    |

Sides are on differences that carry over from date to date with .6, the most that their interval is measured for; on
white noise it is 0.1 % and less. For the other kinds the rule's own 5 % is counted.

Refuses: nothing itself; an athlete without data this week is listed apart, a part that cannot be told says why.
Criticism: series of one athlete go together (a tired athlete is slower in both lifts), so the number of false flags
scatters more than the sum of their probabilities suggests; the sum is right on average. Weeks before are looked at with
today's data, corrections included, not with what the page of that week knew.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error); Nelson 1984, J Qual Technol 16(4):237-239 (rules on runs of
signals trade false alarms against delay).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd

from analysis.base.config import Config
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.rules import Proposal, Rule
from analysis.metrics.adherence import week_days
from analysis.models.form.clean_reps import rated_repetitions
from analysis.models.form.form_break import FormBreak, form_break
from analysis.models.form.watched import watched_repetitions
from analysis.models.squad.sensitivity import Sensitivity
from analysis.pages.athlete_week.week import Missing, athlete_week
from analysis.pages.squad_week.members import LOOKS_OF_THE_LIST, Finding, Member, MemberWeek, NewDevice, Stall

STREAMS = ("sets", "reps", "runs", "splits", "trials", "wellness")
_ACTIONS = ("regress", "vary", "hold", "progress")


class SquadFrames(Protocol):
    """What is read of a squad: its athletes, and how their data came in."""

    config: Config
    athletes: tuple[Member, ...]
    rules: tuple[Rule, ...]  # what proposes for the coming week
    ledger: dict[str, pd.DataFrame]  # files, revisions, rejects, waiting and exclusions
    withheld: int  # athletes who have not agreed to be shown here
    noise: pd.DataFrame  # as each of the athletes has it


@dataclass(frozen=True, eq=False)
class SquadWeek:
    """The week of a whole squad. Each part is fitted when first read."""

    squad: SquadFrames
    until: pd.Timestamp
    days: pd.DatetimeIndex
    everyone: tuple[MemberWeek, ...]

    @property
    def config(self) -> Config:
        return self.squad.config

    @cached_property
    def members(self) -> tuple[MemberWeek, ...]:
        """Those of whom anything of this week is known."""
        return tuple(one for one in self.everyone if one.has_data)

    @cached_property
    def without_data(self) -> tuple[MemberWeek, ...]:
        """Those of whom nothing of this week is known."""
        return tuple(one for one in self.everyone if not one.has_data)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every series of the members, flagged or not."""
        return tuple(finding for one in self.members for finding in one.findings)

    @cached_property
    def new_findings(self) -> tuple[Finding, ...]:
        """The series that were judged on a value of this week: what the flags of this week are counted among."""
        return tuple(one for one in self.findings if one.is_new and one.is_judged)

    @cached_property
    def listed(self) -> tuple[Finding, ...]:
        """Flagged on two looks in a row or more, the largest in units of its MDC first."""
        return _largest_first(one for one in self.new_findings if one.on_the_list)

    @cached_property
    def seen_once(self) -> tuple[Finding, ...]:
        """Flagged on this look for the first time."""
        return _largest_first(one for one in self.new_findings if one.looks == 1)

    @cached_property
    def standing(self) -> tuple[Finding, ...]:
        """Flagged on two looks in a row when last measured, which was before this week."""
        return _largest_first(one for one in self.findings if not one.is_new and one.looks >= LOOKS_OF_THE_LIST)

    @cached_property
    def expected_flags(self) -> float:
        """Flags of this week if nothing had changed in anybody."""
        return float(sum(one.null_probability for one in self.new_findings))

    @cached_property
    def expected_on_the_list(self) -> float:
        """Flags on two looks in a row if nothing had changed in anybody."""
        return float(sum(one.null_probability_twice for one in self.new_findings))

    @cached_property
    def new_devices(self) -> tuple[NewDevice, ...]:
        """Every series that began anew, the latest first."""
        found = [one for member in self.everyone for one in member.new_devices]
        return tuple(sorted(found, key=lambda one: one.since, reverse=True))

    @cached_property
    def trends(self) -> tuple[tuple[Stall, ...], tuple[Missing, ...]]:
        """The trend of every lift of the members, and where there is none, why."""
        known, missing = [], []
        for member in self.members:
            for speed in member.week.speeds.known:
                try:
                    known.append(Stall(member.athlete_id, member.name, speed, member.trend_of(speed)))
                except NotEnoughData as problem:
                    missing.append(Missing(f"{member.athlete_id}.{speed.exercise}", str(problem), "too_few_values"))
        return tuple(known), tuple(missing)

    @cached_property
    def form_break(self) -> FormBreak:
        """When form changes in the members' sets of the lift rated most often; else NotEnoughData."""
        rated = [rated_repetitions(one.athlete.sets, one.athlete.reps, self.until) for one in self.members]
        known = pd.concat([frame for frame in rated if len(frame)] or rated, ignore_index=True)
        if known.empty:
            raise NotEnoughData("No form was rated yet. Rate one set of each athlete a week.")
        of_lift = known[known["exercise"] == known["exercise"].value_counts().idxmax()]
        return form_break(watched_repetitions(of_lift), cluster="athlete_id", beside=())

    @cached_property
    def proposals(self) -> tuple[tuple[MemberWeek, Proposal], ...]:
        """What the rules propose for the members, lifts that should be lightened or varied first."""
        found = [(one, proposal) for one in self.members for proposal in one.proposals(self.squad.rules)]
        return tuple(sorted(found, key=lambda one: _ACTIONS.index(one[1].action)))

    @cached_property
    def streams(self) -> pd.DataFrame:
        """One row an athlete: rows of this week in each stream, and last_date, the last day of which anything is known.

        A stream without a row this week is 0; `last_date` is NaT where nothing was ever taken in.
        """
        rows = [
            {"athlete_id": one.athlete_id, "athlete": one.name}
            | {name: int(getattr(one.athlete, name)["local_date"].isin(self.days).sum()) for name in STREAMS}
            | {"last_date": one.last_date if one.last_date is not None else pd.NaT}
            for one in self.everyone
        ]
        frame = pd.DataFrame(rows, columns=["athlete_id", "athlete", *STREAMS, "last_date"])
        return frame.assign(last_date=pd.to_datetime(frame["last_date"]))

    def member(self, athlete_id: str) -> MemberWeek:
        """The athlete of that id."""
        return next(one for one in self.everyone if one.athlete_id == athlete_id)

    def sensitivity_of(self, finding: Finding) -> Sensitivity | None:
        """One of the flagged findings under other choices; None where there is none to vary."""
        return self._sensitivities[finding.athlete_id, finding.subject]

    @cached_property
    def _sensitivities(self) -> dict[tuple[str, str], Sensitivity | None]:
        flagged = (*self.listed, *self.seen_once, *self.standing)
        return {(one.athlete_id, one.subject): self._sensitivity(one) for one in flagged}

    def _sensitivity(self, finding: Finding) -> Sensitivity | None:
        try:
            return self.member(finding.athlete_id).sensitivity_of(finding)
        except (NotEnoughData, DataProblem):
            return None


def squad_week(squad: SquadFrames, until: str | pd.Timestamp) -> SquadWeek:
    """The week that holds `until`, of every athlete of the squad.

    Parameters
    ----------
    squad : SquadFrames
        As `Workspace.everyone` gives it, or anything with the same parts.
    until : str or Timestamp
        Last day that is known, ISO.
    """
    day = pd.Timestamp(until).normalize()
    days = week_days(day, squad.config.week_start)
    return SquadWeek(squad, day, days, tuple(MemberWeek(one, athlete_week(one, day)) for one in squad.athletes))


def _largest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: one.size, reverse=True))
