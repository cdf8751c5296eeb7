"""How a block was trained, gathered from everybody's week: rated days, cues, long runs, patterns and sides."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.metrics.pattern_balance import sets_by_pattern, work_by_side
from analysis.models.form import rated_days as of_form
from analysis.models.form.cues import CueSessions, cues_beside_form
from analysis.models.form.form_and_day import Circumstance
from analysis.models.form.sides import SideDifference
from analysis.models.running.durability import Durability, durability
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.block_review.measures import Block

SLEEP = Circumstance("sleep", "Sleep", "points")
SORENESS = Circumstance("soreness", "Soreness", "points")
REST = Circumstance("rest_s", "Rest between sets", "s")
CIRCUMSTANCES = (SLEEP, SORENESS, REST)

_RATED = ["athlete_id", "exercise", "local_date", "clean_reps", "load_kg", "rater"]

Weeks = Mapping[str, AthleteWeek]  # the week that ends the block, by the athlete's label


@dataclass(frozen=True, eq=False)
class CueOf:
    """One cue of the block and the sessions around it."""

    athlete: str
    sessions: CueSessions


@dataclass(frozen=True, eq=False)
class DurabilityOf:
    """How speed at a heartbeat holds over one athlete's long runs."""

    athlete: str
    athlete_id: str
    durability: Durability


@dataclass(frozen=True, eq=False)
class Balance:
    """Working sets of a block by pattern and side, and what tests of both sides say at its end."""

    patterns: pd.DataFrame  # as `metrics.pattern_balance.sets_by_pattern`, by label
    sides: pd.DataFrame  # as `work_by_side`, of load times repetitions
    tests: tuple[tuple[str, SideDifference], ...]  # label and test


def rated_days(weeks: Weeks) -> pd.DataFrame:
    """One row an athlete and rated day by her newest rater: clean_reps, load_kg, and what is known of the day.

    Columns: athlete_id (the label), exercise, local_date, clean_reps, load_kg, rater, sleep, soreness, rest_s.
    """
    parts = [_rated_days_of(name, week) for name, week in weeks.items()]
    columns = [*_RATED, *(one.column for one in CIRCUMSTANCES)]
    none = pd.DataFrame({name: pd.Series(dtype=float) for name in columns}).astype({"local_date": "datetime64[us]"})
    return pd.concat([part for part in parts if len(part)] or [none], ignore_index=True)[columns]


def _rated_days_of(name: str, week: AthleteWeek) -> pd.DataFrame:
    if not week.forms.known:
        return pd.DataFrame()
    return of_form.rated_days(week.forms.known[0], week.athlete.sets, week.athlete.wellness).assign(athlete_id=name)


def tables_of(weeks: Weeks, table: str) -> pd.DataFrame:
    """A table of everybody, `athlete_id` being the label."""
    parts = [getattr(week.athlete, table).assign(athlete_id=name) for name, week in weeks.items()]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def cues_of(weeks: Weeks) -> pd.DataFrame:
    """Every cue up to the end of the block: athlete_id (the label), exercise, local_date, cue."""
    parts = [
        week.athlete.cues[week.athlete.cues["local_date"] <= week.until].assign(athlete_id=name)
        for name, week in weeks.items()
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def cues_followed(weeks: Weeks, block: Block) -> list[CueOf]:
    """The cues of the block for the lift whose form is rated, with the sessions around each, by day."""
    found = []
    for name, week in weeks.items():
        if not week.forms.known:
            continue
        form, cues = week.forms.known[0], week.athlete.cues
        around = cues_beside_form(cues[block.holds(cues)], form, judging=week.judging)
        found += [CueOf(name, one) for one in around]
    return sorted(found, key=lambda one: one.sessions.local_date)


def durability_of(name: str, week: AthleteWeek) -> DurabilityOf:
    """Decoupling of one athlete's long runs."""
    athlete = week.athlete
    found = durability(athlete.runs, athlete.samples, week.until, judging=week.judging)
    return DurabilityOf(name, athlete.athlete_id, found)


def balance_of(weeks: Weeks, block: Block) -> Balance:
    """Working sets of the block by pattern and side, and the tests of both sides."""
    sets = tables_of(weeks, "sets")
    sets = sets[block.holds(sets)]
    named = sets if "pattern" in sets else sets.assign(pattern=np.nan)
    tests = tuple((name, one) for name, week in weeks.items() for one in (*week.sides.known, *week.leg_sides.known))
    return Balance(sets_by_pattern(named), work_by_side(named, measure="volume_load_kg"), tests)
