"""What an athlete achieved in a week: effort and skill, and values better than all before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import AthleteWeek

MILESTONES_MOST = 3
EARLIER_LEAST = 3  # values that a best has to beat
CLEAN_SETS_LEAST = 3  # in a row, with every rep clean


@dataclass(frozen=True)
class Milestone:
    """Something achieved this week; clear where it is beyond error, or a count that has none."""

    kind: Literal["effort", "form", "speed", "check", "load"]
    what: str
    value: float
    unit: str
    clear: bool


def milestones_of(week: AthleteWeek) -> tuple[Milestone, ...]:
    """Up to 3 achievements of this week: effort and skill first, then clear bests, then bests on the day."""
    first = [*_effort(week), *_clean_sets(week)]
    then = sorted([*_bests(week), *_load_bests(week)], key=lambda one: not one.clear)
    return tuple([*first, *then][:MILESTONES_MOST])


def lead_of_best(earlier: Sequence[float] | pd.Series, new: float, *, lower_is_better: bool = False) -> float | None:
    """By how much `new` beats all earlier comparable values; None for fewer than 3 of them, a tie, or no best.

    >>> lead_of_best([0.70, 0.72, 0.71], 0.75), lead_of_best([0.70, 0.72, 0.71], 0.72)
    (0.03, None)
    """
    known = pd.Series(earlier, dtype=float).dropna()
    if len(known) < EARLIER_LEAST:
        return None
    lead = float(known.min() - new if lower_is_better else new - known.max())
    return round(lead, 9) if lead > 0 else None


def _effort(week: AthleteWeek) -> list[Milestone]:
    adherence = week.adherence
    if adherence.due == 0 or adherence.done < len(week.plan) - adherence.off:
        return []
    return [Milestone("effort", "planned days done", adherence.done, "", clear=True)]


def _clean_sets(week: AthleteWeek) -> list[Milestone]:
    """Rated sets in a row, the newest of this week, of which every rep was clean."""
    form = week.form_if_known
    if form is None or not week.holds(form.last_date):
        return []
    whole = form.sets["censored"].to_numpy(dtype=bool)
    running = int(np.logical_and.accumulate(whole[::-1]).sum())
    if running < CLEAN_SETS_LEAST:
        return []
    return [Milestone("form", "sets running with every rep clean", running, "", clear=True)]


def _bests(week: AthleteWeek) -> list[Milestone]:
    """Speeds and checks whose latest value is of this week and their best; clear beyond the MDC."""
    found = []
    for one in (*week.speeds.known, *week.checks.known):
        values = one.exposures.loc[one.exposures["comparable"], "value"]
        lead = lead_of_best(values.iloc[:-1], values.iloc[-1], lower_is_better=one.quantity.better == "lower")
        if lead is None or not week.holds(one.last_date):
            continue
        is_speed = isinstance(one, SpeedAtLoad)
        what = f"{one.name} at {week.display.load(one.anchor_kg)}" if is_speed else one.name
        kind = "speed" if is_speed else "check"
        found.append(Milestone(kind, what, float(values.iloc[-1]), one.quantity.unit, lead > one.change.mdc))
    return found


def _load_bests(week: AthleteWeek) -> list[Milestone]:
    """Heaviest counted set of a key lift; a load on the bar has no typical error, so it is best on the day."""
    found = []
    sets = week.athlete.sets[week.athlete.sets["counted"] & (week.athlete.sets["reps"] > 0)]
    for lift in week.config.lifts:
        heaviest = sets[sets["exercise"] == lift.exercise].groupby("local_date")["load_kg"].max().dropna()
        of_week = heaviest[(heaviest.index >= week.days[0]) & (heaviest.index <= week.until)]
        if len(of_week) and lead_of_best(heaviest[heaviest.index < week.days[0]], of_week.max()) is not None:
            found.append(Milestone("load", lift.name, float(of_week.max()), "kg", clear=False))
    return found
