"""What was planned and logged in the athlete's week, in sentences and as a table."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analysis.base.blocks import Fact, Numbers
from analysis.base.display import METRIC, Display
from analysis.base.errors import NotEnoughData
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.days import planned_words
from analysis.pages.athlete_week.done import WeekTotals
from analysis.pages.athlete_week.week import TRAINED_DAYS_FOR_A_LINE, AthleteWeek
from analysis.pages.wording import count_text, listed

_ACTIVITIES = {kind: kind for kind in ("run", "ride", "swim", "walk", "hike", "row", "screen")}
_ACTIVITIES |= {"ski": "ski session", "sprint": "sprint session", "time_trial": "time trial"}
_ACTIVITIES |= {"strength": "strength session"}


def done_fact(week: AthleteWeek) -> Fact:
    """How many of the planned days were done; what was done, where there is no plan to hold it against.

    Raises NotEnoughData where nothing was planned and nothing is logged.
    """
    return adherence_fact(week) if len(week.plan) else counts_fact(week)


def adherence_fact(week: AthleteWeek) -> Fact:
    """How many of the planned training days were done, this week and in four."""
    adherence, four = week.adherence, week.adherence_four_weeks
    if week.excused:
        return Fact("week.adherence", excused_text(week.excused), n=0)
    off = week.plan.loc[week.plan["status"] == "off", "away"]
    beside = words.OFF_BESIDE.format(away=_away_words(off), days=len(off)) if len(off) else ""
    if adherence.due == 0:
        days = count_text(len(week.plan) - adherence.off, words.LIFTING_DAY)
        lead = words.NONE_DUE.format(days=days)
        return Fact("week.adherence", f"{lead} {beside}".strip(), n=0)
    lead = words.PLANNED_DONE.format(done=adherence.done, days=count_text(adherence.due, words.LIFTING_DAY))
    otherwise = words.DAYS_OTHERWISE.format(days=count_text(adherence.otherwise, "day")) if adherence.otherwise else ""
    longer = words.FOUR_WEEKS.format(done=four.done, due=four.due) if four.due > adherence.due else ""
    return Fact(
        "week.adherence",
        " ".join(part for part in (lead, otherwise, beside, longer) if part),
        estimate=float(adherence.done),
        unit="days",
        n=adherence.due,
        lead=lead,
    )


def planned_runs_fact(week: AthleteWeek) -> Fact:
    """How many of the planned runs of the week were done.

    Raises NotEnoughData where none was due.
    """
    runs = week.run_adherence
    if not runs.due or week.excused:
        raise NotEnoughData(words.NO_RUN)
    told = words.RUNS_DONE.format(done=runs.done, runs=count_text(runs.due, words.PLANNED_RUN))
    return Fact("week.planned_runs", told, estimate=float(runs.done), unit="runs", n=runs.due)


def excused_text(kinds: Iterable[str]) -> str:
    """What is said of a week of which nothing was expected.

    >>> excused_text(["ill", "travel"])
    'You were ill and away. Nothing was expected.'
    """
    return words.EXCUSED.format(away=_away_words(kinds))


def _away_words(kinds: Iterable[str]) -> str:
    return " and ".join(words.AWAY[kind] for kind in dict.fromkeys(kinds))


def counts_fact(week: AthleteWeek) -> Fact:
    """What was done and tested, where there is no plan to hold it against; else that questions were answered.

    Raises NotEnoughData where nothing is logged.
    """
    sessions, sets = week.athlete.sessions, week.athlete.sets
    lifted = sessions.loc[(sessions["kind"] == "strength") & (sessions["status"] == "done"), "local_date"]
    strength_days = int((week.days.isin(lifted) | week.days.isin(sets["local_date"])).sum())
    done = week.done_by_kind
    told = [
        *_on_days("lifted", strength_days),
        *([f"logged {activities_text(done)}"] if done else []),
        *_on_days("did tests", week.tested_days),
    ]
    if not told:
        if week.excused:
            return Fact("week.counts", excused_text(week.excused), n=0)
        if week.answered_days:
            answered = words.ANSWERED_ONLY.format(days=count_text(week.answered_days, "day"))
            return Fact("week.counts", answered, n=0)
        back = words.LINE_BACK.format(sessions=count_text(TRAINED_DAYS_FOR_A_LINE, "session"))
        raise NotEnoughData(f"{words.NOTHING_LOGGED} {back}")
    return Fact("week.counts", f"You {listed(told)}.", n=strength_days + sum(done.values()) + week.tested_days)


def _on_days(done: str, days: int) -> list[str]:
    return [f"{done} on {count_text(days, 'day')}"] if days else []


def activities_text(counts: Mapping[str, int]) -> str:
    """How many of each kind of session, in one order whatever that of the counts is.

    >>> activities_text({"other": 1, "ride": 2, "run": 1})
    '1 run, 2 rides and 1 activity of another sport'
    """
    kinds = (*_ACTIVITIES, "other")
    return listed([_activity_text(kind, counts[kind]) for kind in sorted(counts, key=kinds.index)])


def _activity_text(kind: str, n: int) -> str:
    if kind == "other":
        return words.OTHER_SPORT.format(activities=count_text(n, "activity"))
    return count_text(n, _ACTIVITIES[kind])


def totals_facts(totals: WeekTotals, display: Display = METRIC) -> list[Fact]:
    """What was lifted and run in the week; a part of which nothing is logged is left out.

    >>> import dataclasses
    >>> totals = WeekTotals(12340.0, 42, 3, 23412.0, 2, 0, ())
    >>> [fact.sentence for fact in totals_facts(totals)]
    ['You lifted 12,340 kg in 42 sets. 3 of the sets have no known load and add nothing.',
     'You ran 23.4 km in 2 runs.']
    >>> totals_facts(dataclasses.replace(totals, left_out=("on Tuesday: 1 point off the way",)))[-1].sentence
    'Left out on Tuesday: 1 point off the way.'
    """
    lifted, ran = totals.volume_load_kg, totals.run_distance_m
    n_sets, n_runs = totals.sets - totals.sets_unknown, totals.runs - totals.runs_unknown
    facts = [_total("volume_load", _lifted_words(totals, display), lifted, "kg", n_sets)] if totals.sets else []
    if totals.runs or totals.others:
        facts.append(_total("run_distance", _ran_words(totals, display), ran, "m", n_runs))
    if totals.left_out:
        said = " ".join(words.LEFT_OUT_OF_RUN.format(what=each) for each in totals.left_out)
        facts.append(Fact("your_week.left_out", said, n=len(totals.left_out)))
    return facts


def _total(name: str, sentence: str, total: float, unit: str, n: int) -> Fact:
    return Fact(f"your_week.{name}", sentence, estimate=None if np.isnan(total) else total, unit=unit, n=n)


def _lifted_words(totals: WeekTotals, display: Display) -> str:
    sets = count_text(totals.sets, "set")
    if totals.sets_unknown == totals.sets:
        return words.LIFTED_UNKNOWN.format(sets=sets)
    missing = _not_in_it(totals.sets_unknown, "set", "load")
    if totals.volume_load_kg == 0:
        return words.LIFTED_NOTHING.format(sets=sets) + missing
    load = display.total(totals.volume_load_kg, "kg", 0)
    return words.LIFTED.format(load=load, sets=sets) + missing


def _ran_words(totals: WeekTotals, display: Display) -> str:
    others = f" {activities_text(dict(totals.others))}." if totals.others else ""
    if not totals.runs:
        return f"{words.NO_RUN}{others}"
    runs = count_text(totals.runs, "run")
    if totals.runs_unknown == totals.runs:
        return f"{words.RAN_UNKNOWN.format(runs=runs)}{others}"
    ran = words.RAN.format(distance=display.total(totals.run_distance_m / 1000, "km", 1), runs=runs)
    return f"{ran}{_not_in_it(totals.runs_unknown, 'run', 'distance')}{others}"


def _not_in_it(count: int, noun: str, quantity: str) -> str:
    """What the total lacks, as a sentence; empty where it lacks nothing."""
    if not count:
        return ""
    has, adds = ("has", "adds") if count == 1 else ("have", "add")
    return " " + words.NOT_IN_IT.format(count=count, noun=noun, has=has, quantity=quantity, adds=adds)


def plan_table(week: AthleteWeek) -> list[Numbers]:
    """The planned days of the week and what became of each; nothing where none was planned."""
    planned = pd.concat([week.plan, week.planned_runs]).sort_values("local_date", kind="stable")
    rows = tuple(
        (f"{row.local_date:%a}", planned_words(row.role, row.content), _became(row)) for row in planned.itertuples()
    )
    return [Numbers(words.PLAN_OF_WEEK, ("Day", "What", "How it went"), rows)] if rows else []


def _became(row) -> str:
    told = {
        "moved": lambda: f"done on {row.done_on:%a}",
        "part": lambda: words.OTHERWISE,
        "off": lambda: words.AWAY[row.away],
    }
    became = told.get(row.status, lambda: str(row.status))()
    if row.lifts_status in ("part", "missed"):
        return f"{became}, not logged: {row.lifts_missing}"
    return became


def coming_table(plan: pd.DataFrame) -> Numbers:
    """The days planned for the next week, as `AthleteWeek.plan_next_week` has them."""
    rows = tuple((f"{row.local_date:%a}", planned_words(row.role, row.content)) for row in plan.itertuples())
    return Numbers(words.DAY_BY_DAY, ("Day", "What"), rows)
