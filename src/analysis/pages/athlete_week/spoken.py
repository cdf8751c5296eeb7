"""The series of a week in the words and units of its athlete."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.base.blocks import Fact
from analysis.base.sentences import Wording, capital
from analysis.base.units import number_text, with_unit
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.hinge_depth import HingeDepth
from analysis.models.form.sides import SideDifference
from analysis.models.form.tempo_kept import TempoKept
from analysis.models.running.durability import Durability
from analysis.models.series import Followed
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import series_fact, wording_of
from analysis.pages.wording import DECIMALS, day_text, decimals_of, exercise_name, in_sentence, shortest


def words_of(week: AthleteWeek, one: Followed) -> Wording:
    """How the athlete reads a series."""
    return wording_of(one, week.display)


def fact_of(week: AthleteWeek, one: Followed) -> Fact:
    """What a series says of its level, in the units of the athlete."""
    return series_fact(one, week.display)


def amount(week: AthleteWeek, value: float, unit: str) -> str:
    """An amount of the week, rounded to what its measurement resolves."""
    return week.display.amount(value, unit, decimals_of(unit, value))


def value_of(week: AthleteWeek, one: Followed, value: float | None = None) -> str:
    """A value of the series with its unit, the newest by default; clean repetitions as so many of the planned ones."""
    number, spoken = one.change.latest if value is None else value, words_of(week, one)
    if isinstance(one, FormHistory):
        return f"{shortest(number, spoken.decimals)} of {one.reps}"
    return spoken.level(number, one.change.unit)


def usual_text(week: AthleteWeek, one: Followed, low: float, high: float) -> str:
    """From where to where a new value is usual; what is a distance, as that from a tempo, begins at nothing."""
    if isinstance(one, TempoKept) and low <= 0:
        return words.USUAL_UP_TO.format(high=value_of(week, one, high))
    return words.USUAL.format(low=value_of(week, one, low), high=value_of(week, one, high))


def difference_of(week: AthleteWeek, one: Followed, now: float, before: float) -> str:
    """How far two values are apart, with the word for it: '0.05 s slower', '1.2 fewer clean reps'; empty for none."""
    spoken, unit = words_of(week, one), "" if isinstance(one, FormHistory) else one.change.unit
    if round(spoken.apart(now, before, unit), spoken.decimals) == 0:
        return ""
    return f"{spoken.difference(now, before, unit)} {spoken.direction(now - before)}"


def off_text(week: AthleteWeek, one: Followed) -> str:
    """How far the newest value lies from the usual and which way: '0.05 s slower'; empty where there is no usual."""
    now, usual = one.change.latest, one.change.usual
    return (difference_of(week, one, now, usual) or words.AS_USUAL) if np.isfinite(now - usual) else ""


def sides_text(one: SideDifference, day: int = -1) -> str:
    """Both sides of one date, the newest by default, each rounded alike."""
    values, decimals = one.dates.iloc[day], DECIMALS.get(one.unit, 1)
    left, right = (number_text(float(values[side]), decimals) for side in ("left", "right"))
    return words.LEFT_RIGHT.format(left=left, right=with_unit(right, one.unit))


def day_of_year(week: AthleteWeek, day: pd.Timestamp) -> str:
    """A day, with its year where that is another one."""
    return day_text(day) if day.year == week.until.year else f"{day_text(day)} {day.year}"


def bad_day(week: AthleteWeek, one: Followed) -> str:
    """How far a day alone takes a value from the level, half of the band of one more; empty without a band."""
    half = float((one.change.band_high - one.change.band_low) / 2)
    unit = "" if isinstance(one, FormHistory) else one.change.unit
    return words_of(week, one).amount(half, unit) if np.isfinite(half) else ""


def names_alike(week: AthleteWeek, one: Followed) -> tuple[str, str]:
    """The name of a series and what narrows it down: the lift and its load, the lift and what is counted of it."""
    if isinstance(one, SideDifference):
        name, _, narrower = one.name.partition(", ")
        return name, ", ".join(part for part in (narrower, words.BOTH_SIDES) if part)
    if isinstance(one, Durability):
        return words.LONG_RUNS, words.LOST_LATE
    if isinstance(one, FormHistory):
        return capital(words.CLEAN_REPS), ""
    if isinstance(one, HingeDepth):
        return capital(words.HINGE_DEPTH), _exercise_of_several(one, week.depths.known)
    if isinstance(one, TempoKept):
        return capital(words.TEMPO), _exercise_of_several(one, week.tempos.known)
    quantity = words_of(week, one).head
    for between in (", ", " at "):
        name, found, narrower = quantity.partition(between)
        if found:
            return name, narrower
    return quantity, ""


def full_name(week: AthleteWeek, one: Followed) -> str:
    """The one name of a series within a sentence: 'Romanian deadlift at 60 kg', 'hip, turning in'."""
    if isinstance(one, SpeedAtLoad):
        return in_sentence(words_of(week, one).quantity)
    return in_sentence(", ".join(part for part in names_alike(week, one) if part))


def _exercise_of_several(one: HingeDepth | TempoKept, alike: Sequence[HingeDepth | TempoKept]) -> str:
    """The lift, where others are followed in the same way."""
    return exercise_name(one.exercise) if len({other.exercise for other in alike}) > 1 else ""
