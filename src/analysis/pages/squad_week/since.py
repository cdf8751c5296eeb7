"""What is another on this page than on one of last week: changes found or told no more, and states that moved.

Last week is looked at with today's data and noise, corrections included, as every week before is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Numbers
from analysis.base.display import Display
from analysis.base.states import State
from analysis.models.form.sides import SideDifference
from analysis.models.series import Followed
from analysis.pages.numbers import NOTHING
from analysis.pages.series import wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.members import Finding
from analysis.pages.squad_week.told import series_name, since_of, what_of
from analysis.pages.squad_week.week import SquadWeek


@dataclass(frozen=True)
class Move:
    """One series of an athlete this week and a week ago."""

    now: Finding
    was: Finding | None  # None before its first value

    @property
    def is_new(self) -> bool:
        """A lasting change that no page before this week's told."""
        told = self.was is not None and self.was.has_changed
        found_on = self.now.series.change.found_on
        return self.now.has_changed and (not told or (found_on is not None and self.now.found_this_week))

    @property
    def verdicts(self) -> tuple[str, str]:
        """That of last week and that of now."""
        return State.CANNOT_TELL if self.was is None else verdict_of(self.was.series), verdict_of(self.now.series)

    @property
    def is_quiet(self) -> bool:
        """Whether steady became too close to call, or the other way."""
        return set(self.verdicts) == {State.STEADY, State.TOO_CLOSE}

    @property
    def is_gone(self) -> bool:
        """A lasting change that was told a week ago and is not any more."""
        return self.was is not None and self.was.has_changed and not self.now.has_changed


def moves(week: SquadWeek) -> list[Move]:
    """Every series of the members, with how a page of last week would have told it."""
    before = week.days[0] - pd.Timedelta(days=1)
    return [Move(one, one.at(before)) for one in week.findings]


def since_last_week(week: SquadWeek) -> list[Fact | Drawing]:
    """By name: changes that are new, those that are told no more, and series whose state moved."""
    every = moves(week)
    new = [_new_fact(one.now, week.display) for one in every if one.is_new]
    gone = [_gone_fact(one.now, one.was, week) for one in every if one.is_gone and one.was is not None]
    moved = [one for one in every if not (one.is_new or one.is_gone) and len(set(one.verdicts)) == 2]
    told = _state_facts([one for one in moved if not one.is_quiet], week.display)
    facts = [*(new or [Fact("since.new", words.NEW_NONE, n=0)]), *gone, *told]
    return [*facts, *_quiet_table([one for one in moved if one.is_quiet], week.display)]


def _new_fact(one: Finding, display: Display) -> Fact:
    change, spoken = one.series.change, wording_of(one.series, display)
    level, before = (spoken.level(value, change.unit) for value in (change.level, change.before))
    levels = words.NEW_LEVELS.format(level=level, since=since_of(one.series), before=before)
    about = {"athlete": one.athlete, "what": what_of(one.series, display)}
    said = words.NEW.format(**about, levels=levels if change.changed else "")
    return Fact(f"since.{one.athlete_id}.{one.subject}", said)


def _gone_fact(now: Finding, was: Finding, week: SquadWeek) -> Fact:
    about = {"athlete": now.athlete, "series": series_name(now.series, week.display)}
    said = words.GONE.format(**about, was=verdict_of(was.series), why=_why_gone(now, was, week))
    return Fact(f"since.{now.athlete_id}.{now.subject}", said)


def _why_gone(now: Finding, was: Finding, week: SquadWeek) -> str:
    told_to = was.series.change.told_to
    if now.waits_for_device:
        return words.GONE_DEVICE
    if not now.is_judged:
        return words.GONE_STALE
    return words.GONE_TIME if told_to is not None and told_to < week.until else words.GONE_VALUES


def _state_facts(moved: Sequence[Move], display: Display) -> Iterator[Fact]:
    """The series whose verdict is another, those with the same two verdicts together, by athlete."""
    alike: dict[tuple[str, str], list[Move]] = {}
    for one in moved:
        alike.setdefault(one.verdicts, []).append(one)
    for (was, now), of in sorted(alike.items()):
        names = "; ".join(f"{name} ({series})" for name, series in by_athlete(of, display).items())
        if was == State.CANNOT_TELL:
            said = words.FIRST_TOLD.format(names=names)
        elif now == State.CANNOT_TELL:
            said = words.NOT_TOLD.format(names=names)
        else:
            said = words.STATE_NOW.format(state=now, was=was, names=names)
        yield Fact("since." + "_".join(f"{was} to {now}".split()), said, n=len(of))


def _quiet_table(moved: Sequence[Move], display: Display) -> list[Numbers]:
    """Where steady became too close to call or the other way, which says how sure it is and of nothing that moved."""
    steady = by_athlete([one for one in moved if one.verdicts[1] == State.STEADY], display)
    close = by_athlete([one for one in moved if one.verdicts[1] == State.TOO_CLOSE], display)
    names = dict.fromkeys(one.now.athlete for one in moved)
    rows = tuple((name, steady.get(name, NOTHING), close.get(name, NOTHING)) for name in names)
    return [Numbers(words.QUIET_TITLE, words.QUIET_HEADS, rows)] if rows else []


def by_athlete(moved: Iterable[Move], display: Display) -> dict[str, str]:
    """The series of each athlete, one after the other."""
    names: dict[str, list[str]] = {}
    for one in moved:
        names.setdefault(one.now.athlete, []).append(series_name(one.now.series, display))
    return {name: ", ".join(series) for name, series in names.items()}


def verdict_of(one: Followed) -> str:
    """The verdict in a word; of both sides whether they differ, which has no state."""
    if not isinstance(one, SideDifference):
        return one.change.state.value
    return words.SIDES_DIFFER if one.is_sure else (State.TOO_CLOSE if one.can_tell else State.CANNOT_TELL).value
