"""What an athlete achieved in a week: skill, and values better than all before."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.wording import exercise_name, in_sentence

MILESTONES_MOST = 3
EARLIER_LEAST = 3  # values that a best has to beat
CLEAN_SETS_LEAST = 3  # in a row, with every rep clean


@dataclass(frozen=True)
class Milestone:
    """Something achieved this week; clear where it is beyond error, or a count that has none."""

    kind: Literal["form", "depth", "clean_speed", "speed", "check", "load"]
    what: str  # the lift and its load, or the test, as it stands within a sentence; empty for a count
    value: float
    unit: str  # empty for a count
    clear: bool
    n_before: int = 0  # how many earlier values it beats


@lru_cache(maxsize=1)  # three parts of a page ask
def milestones_of(week: AthleteWeek) -> tuple[Milestone, ...]:
    """Up to 3 achievements of this week: skill first, then clear bests, then bests on the day."""
    first = _clean_sets(week)
    then = [*_clean_depths(week), *_clean_speeds(week), *_bests(week), *_load_bests(week)]
    then = sorted(then, key=lambda one: not one.clear)
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


def _clean_sets(week: AthleteWeek) -> list[Milestone]:
    """Rated sets in a row, the newest of this week, of which every rep was clean."""
    form = week.form_if_known
    if form is None or not week.holds(form.last_date):
        return []
    whole = form.sets["censored"].to_numpy(dtype=bool)
    running = int(np.logical_and.accumulate(whole[::-1]).sum())
    if running < CLEAN_SETS_LEAST:
        return []
    return [Milestone("form", "", running, "", clear=True)]


def _clean_depths(week: AthleteWeek) -> list[Milestone]:
    """Lifts whose deepest day with every rep clean is of this week; clear beyond the MDC of a day's angle."""
    mdc = {one.exercise: one.change.mdc for one in week.depths.known}
    return [
        Milestone("depth", _name(exercise), best.value, "deg", best.lead > mdc[exercise], best.n_before)
        for exercise, days in clean_days(week.rated, "hinge_angle_deg").groupby("exercise", sort=True)
        if exercise in mdc
        for best in _best_of_week(week, days, lower_is_better=True)
    ]


def _clean_speeds(week: AthleteWeek) -> list[Milestone]:
    """Lifts and loads whose fastest day with every rep clean is of this week; best on the day, and clear for none.

    A set that is rated and measured is seldom one at the anchor load, whose error is known.
    """
    days = clean_days(week.rated, "mean_velocity_m_s").dropna(subset=["load_kg"])
    return [
        Milestone(
            "clean_speed", _at(week, _name(exercise), load_kg), best.value, "m/s", clear=False, n_before=best.n_before
        )
        for (exercise, load_kg), of_load in days.groupby(["exercise", "load_kg"], sort=True)
        for best in _best_of_week(week, of_load)
    ]


def _name(exercise: object) -> str:
    return in_sentence(exercise_name(str(exercise)))


def _at(week: AthleteWeek, name: str, load_kg: float) -> str:
    return f"{in_sentence(name)} at {week.display.load(load_kg)}"


def clean_days(rated: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Days on which every repetition of a rated set was clean, with the mean of a measure over such sets.

    Parameters
    ----------
    rated : DataFrame
        As `models.form.clean_reps.rated_repetitions` returns it. A set with a repetition that was not measured is left
        out, as is one whose form changed.
    measure : str
        hinge_angle_deg or mean_velocity_m_s.

    Returns
    -------
    DataFrame, one row an exercise, load, rater and day: exercise, load_kg (NaN where not known), rater, local_date,
    value.

    Examples
    --------
    >>> rated = pd.DataFrame({"session_id": "s", "set_no": [1, 1, 2], "rep_no": [1, 2, 1], "exercise": "squat",
    ...     "load_kg": 60.0, "rater": "coach", "local_date": pd.Timestamp("2026-01-05"),
    ...     "is_clean": [True, True, False], "hinge_angle_deg": [90.0, 92.0, 80.0]})
    >>> clean_days(rated, "hinge_angle_deg")["value"].tolist()
    [91.0]
    """
    is_told = rated["is_clean"] & rated[measure].notna()
    whole = is_told.groupby([rated["session_id"], rated["set_no"]]).transform("all")
    keys = ["exercise", "load_kg", "rater", "local_date"]
    means = rated[whole].groupby(keys, dropna=False, sort=True)[measure].mean()
    return means.rename("value").reset_index()


@dataclass(frozen=True)
class _Best:
    value: float
    lead: float  # over all days before
    n_before: int


def _best_of_week(week: AthleteWeek, days: pd.DataFrame, *, lower_is_better: bool = False) -> list[_Best]:
    """The best value of this week and its lead over all days before, by the newest rater; empty where it has none."""
    own = days[days["rater"].fillna("") == days.sort_values("local_date")["rater"].fillna("").iloc[-1]]
    new = own.loc[own["local_date"] >= week.days[0], "value"]
    if new.empty:
        return []
    best = float(new.min() if lower_is_better else new.max())
    before = own.loc[own["local_date"] < week.days[0], "value"]
    lead = lead_of_best(before, best, lower_is_better=lower_is_better)
    return [] if lead is None else [_Best(best, lead, int(before.notna().sum()))]


def _bests(week: AthleteWeek) -> list[Milestone]:
    """Speeds and checks whose latest value is of this week and their best; clear beyond the MDC."""
    found = []
    for one in (*week.speeds.known, *week.checks.known):
        values = one.exposures.loc[one.exposures["comparable"], "value"]
        lead = lead_of_best(values.iloc[:-1], values.iloc[-1], lower_is_better=one.quantity.better == "lower")
        if lead is None or not week.holds(one.last_date):
            continue
        is_speed = isinstance(one, SpeedAtLoad)
        what = _at(week, one.name, one.anchor_kg) if is_speed else in_sentence(one.name)
        kind, value = "speed" if is_speed else "check", float(values.iloc[-1])
        found.append(Milestone(kind, what, value, one.quantity.unit, lead > one.change.mdc, len(values) - 1))
    return found


def _load_bests(week: AthleteWeek) -> list[Milestone]:
    """Heaviest counted set of a key lift; a load on the bar has no typical error, so it is best on the day."""
    found = []
    sets = week.athlete.sets[week.athlete.sets["counted"] & (week.athlete.sets["reps"] > 0)]
    for lift in week.config.lifts:
        heaviest = sets[sets["exercise"] == lift.exercise].groupby("local_date")["load_kg"].max().dropna()
        of_week = heaviest[(heaviest.index >= week.days[0]) & (heaviest.index <= week.until)]
        if len(of_week) and lead_of_best(heaviest[heaviest.index < week.days[0]], of_week.max()) is not None:
            found.append(Milestone("load", in_sentence(lift.name), float(of_week.max()), "kg", clear=False))
    return found
