"""The squad's week: every athlete's week side by side, what was found in it and how much of that chance alone brings.

Model card
----------
Question: whom should the coach talk to, about what, on what evidence?
Data: the parts of every athlete's week (`pages.athlete_week.week`).
Rule: an athlete is on the list of whom to talk to for every lasting change that the change engine tells, 8 weeks from
the look that found it, and for a sure difference of the sides in the week of a test. A newest value out of the usual
is listed apart, as seen once.
Chance: of unchanged series as many are told as the engine's own season rates say (the card of `models.change.engine`),
each for 8 of 26 weeks; of sides that are alike, as many as the card of `models.form.sides` says.

Refuses: nothing itself; an athlete without data this week is listed apart, a part that cannot be told says why.
Criticism: series of one athlete go together (a tired athlete is slower in both lifts), so the number of false flags
scatters more than the sum of their probabilities suggests; the sum is right on average. Weeks before are looked at with
today's data, corrections included, not with what the page of that week knew.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error); Nelson 1984, J Qual Technol 16(4):237-239 (rules on runs of
signals trade false alarms against delay).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd

from analysis.base.config import Config
from analysis.base.display import Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.rules import Proposal, Rule
from analysis.metrics.adherence import week_days
from analysis.metrics.key_lifts import shared_lifts
from analysis.models.form.clean_reps import rated_repetitions
from analysis.models.form.form_break import FormBreak, form_break
from analysis.models.form.watched import watched_repetitions
from analysis.models.squad.sensitivity import Sensitivity
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.squad_week.members import STREAMS, Finding, Member, MemberWeek, NewDevice

_ACTIONS = ("regress", "vary", "hold", "progress")


class SquadFrames(Protocol):
    """What is read of a squad: its athletes, and how their data came in."""

    config: Config
    athletes: tuple[Member, ...]
    rules: tuple[Rule, ...]  # what proposes for the coming week
    ledger: dict[str, pd.DataFrame]  # files, revisions, rejects, waiting, exclusions and verdicts_before
    judged_anew_on: pd.Timestamp | None  # when the store came from a version that judged by another rule
    withheld: int  # athletes who have not agreed to be shown here
    noise: pd.DataFrame  # as each of the athletes has it


@dataclass(frozen=True, eq=False)
class SquadWeek:
    """The week of a whole squad. Each part is fitted when first read."""

    squad: SquadFrames
    until: pd.Timestamp
    days: pd.DatetimeIndex
    everyone: tuple[MemberWeek, ...]

    @cached_property
    def config(self) -> Config:
        """The configuration; where it names no key lift, with those that most athletes' logs propose."""
        said = self.squad.config
        own = [one.week.config.lifts for one in self.everyone]
        return said if said.lifts else said.model_copy(update={"lifts": shared_lifts(own)})

    @property
    def display(self) -> Display:
        """The units that the coach reads."""
        return self.config.display.to()

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
    def judged(self) -> tuple[Finding, ...]:
        """The series that could be told: what the changes of this week are counted among."""
        return tuple(one for one in self.findings if one.is_judged)

    @cached_property
    def listed(self) -> tuple[Finding, ...]:
        """Lasting changes, those that this week's look found first, then the largest in units of their error."""
        return tuple(sorted((one for one in self.findings if one.is_news), key=_order))

    @cached_property
    def seen_once(self) -> tuple[Finding, ...]:
        """Newest values of this week that are out of the usual, with nothing lasting."""
        return tuple(one for one in self.findings if one.is_odd_today)

    @cached_property
    def expected_by_chance(self) -> float:
        """Series that would be on the list if nothing had changed in anybody."""
        return sum(one.null_probability for one in self.judged)

    @cached_property
    def new_devices(self) -> tuple[NewDevice, ...]:
        """Every series that began anew, the latest first."""
        found = [one for member in self.everyone for one in member.new_devices]
        return tuple(sorted(found, key=lambda one: one.since, reverse=True))

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
    def questions(self) -> tuple[tuple[MemberWeek, Proposal], ...]:
        """What the rules have the coach ask, of everyone, with data of this week or without."""
        return tuple((one, question) for one in self.everyone for question in one.questions(self.squad.rules))

    @cached_property
    def streams(self) -> pd.DataFrame:
        """One row an athlete: rows of this week in each stream, and last_date, the last day of which anything is known.

        What a watch recorded is one of the `runs`, or of the `others`. A stream without a row this week is 0;
        `last_date` is NaT where nothing was ever taken in.
        """
        rows = [
            {"athlete_id": one.athlete_id, "athlete": one.name}
            | {name: int(one.rows_of(name)["local_date"].isin(self.days).sum()) for name in STREAMS}
            | {"last_date": one.last_date if one.last_date is not None else pd.NaT}
            for one in self.everyone
        ]
        frame = pd.DataFrame(rows, columns=["athlete_id", "athlete", *STREAMS, "last_date"])
        return frame.assign(last_date=pd.to_datetime(frame["last_date"]))

    def member(self, athlete_id: str) -> MemberWeek:
        """The athlete of that id."""
        return next(one for one in self.everyone if one.athlete_id == athlete_id)

    def sensitivity_of(self, finding: Finding) -> Sensitivity | None:
        """A lasting change under other choices; None where there is none to vary, or nothing lasting."""
        key = (finding.athlete_id, finding.subject)
        if key not in self._sensitivities:
            self._sensitivities[key] = self._sensitivity(finding) if finding.is_news else None
        return self._sensitivities[key]

    @cached_property
    def _sensitivities(self) -> dict[tuple[str, str], Sensitivity | None]:
        """Those that were asked for: each takes as long as a dozen fits."""
        return {}

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


def _order(finding: Finding) -> tuple[bool, float]:
    return (not finding.found_this_week, -finding.size)
