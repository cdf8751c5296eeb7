"""All that is followed beside the message, a line a measure: what it is, where its newest value lies, and the value."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.base.blocks import Fact, Lines, Measure, Measures, Place
from analysis.base.sentences import capital
from analysis.base.states import State
from analysis.base.words import BREAKS_SEEN
from analysis.models.answers import Answers
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.hinge_depth import HingeDepth
from analysis.models.form.mobility_level import MobilityLevel
from analysis.models.form.sides import SideDifference
from analysis.models.form.tempo_kept import TempoKept
from analysis.models.running.durability import Durability
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.series import Followed
from analysis.models.strength.e1rm_by_day import E1rmByDay
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.spoken import (
    day_of_year,
    full_name,
    names_alike,
    off_text,
    sides_text,
    usual_text,
    value_of,
    words_of,
)
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import band_of, can_be_told, is_news, larger_side, place_of

SETS_SHOWN = 3
TITLE = "Everything else that was measured, better to the right"
KINDS = (  # in the order of the lines
    (SpeedAtLoad, E1rmByDay),
    (FormHistory,),
    (HingeDepth,),
    (CheckHistory,),
    (PaceAtHeartRate,),
    (SideDifference,),
    (MobilityLevel,),
    (Durability,),
    (TempoKept,),
)
BESIDE = (Durability, TempoKept)  # which follow a second lift or test


def rest_of(week: AthleteWeek, told: Followed | None) -> tuple[Followed, ...]:
    """Every series but the one that the message tells and the answers: changed ones first, then one of every kind.

    The first lines answer for a lift, clean repetitions, depth, the newest test, the easy pace and the sides before a
    second lift or test follows; of the others those of this week come first.
    """
    others = [one for one in week.followed if one is not told and not isinstance(one, Answers)]
    others.sort(key=lambda one: -one.last_date.value if _is_tested(one) else 0)
    seen: Counter[int] = Counter()
    keys = []
    for one in others:
        kind, is_told, is_changed = _kind(one), can_be_told(one), is_news(one)
        nth = seen[kind] if is_told and not is_changed else 0
        seen[kind] += is_told
        is_old = not week.holds(one.last_date) and not (nth == 0 and _is_tested(one))
        keys.append((not is_changed, not is_told, is_old, max(nth, isinstance(one, BESIDE)), kind))
    return tuple(others[place] for place in sorted(range(len(others)), key=keys.__getitem__))


def _is_tested(one: Followed) -> bool:
    """Whether a series is one of tests, which are done now and then, and of which the day is told."""
    return isinstance(one, CheckHistory | SideDifference)


def _kind(one: Followed) -> int:
    """The place of a kind of series on the page."""
    return next((place for place, kinds in enumerate(KINDS) if isinstance(one, kinds)), len(KINDS))


def measures(week: AthleteWeek, rest: Sequence[Followed]) -> Measures:
    """A line a series, each with a name that tells it from the others."""
    names = told_apart([names_alike(week, one) for one in rest])
    return Measures(TITLE, tuple(_measure(week, one, *name) for one, name in zip(rest, names, strict=True)))


def told_apart(names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names and what narrows them down; where several have one name, this is a part of it.

    >>> told_apart([("Hip", "turning in"), ("Hip", "turning out"), ("Tempo", "swing")])
    [('Hip, turning in', ''), ('Hip, turning out', ''), ('Tempo', 'swing')]
    """
    alike = Counter(name for name, _ in names)
    return [
        (f"{name}, {narrower}", "") if alike[name] > 1 and narrower else (name, narrower) for name, narrower in names
    ]


def _measure(week: AthleteWeek, one: Followed, name: str, narrower: str) -> Measure:
    """Name, value and place of a series; below the name what narrows it down, how many make a usual or how far a value
    of this week is off it, and the day of an older one or of a test."""
    day, remark = _day(week, one), _remark(week, one)
    told_by_value = isinstance(one, SideDifference) and bool(
        remark
    )  # which names both sides, and with its unit what of them
    below = ["" if told_by_value else narrower, remark, day]
    return Measure(name, capital(", ".join(part for part in below if part)), _value(week, one), _place(week, one))


def summary(rest: Sequence[Followed]) -> Fact:
    """How many held, moved, or cannot be told, counted from their states."""
    counted = Counter(became(one) for one in rest)
    n = len(rest)
    if counted["held"] == n:
        few = {1: words.REST_ONE, 2: words.REST_BOTH}
        return Fact("rest.held", few.get(n, words.REST_STEADY.format(n=n)), n=n)
    counts = [f"{counted[key]} {what}." for key, what in words.BECAME.items() if counted[key]]
    return Fact("rest.held", " ".join(counts), n=n)


def named_by_outcome(week: AthleteWeek, rest: Sequence[Followed]) -> list[Lines]:
    """The names behind the counts of `summary`, a line an outcome; nothing where nothing else is followed."""
    names = {key: [full_name(week, one) for one in rest if became(one) == key] for key in words.BECAME}
    lines = tuple(f"{capital(words.BECAME[key])}: {'; '.join(some)}." for key, some in names.items() if some)
    return [Lines(lines)] if lines else []


def became(one: Followed) -> str:
    """What the week made of a series, a key of `words.BECAME`: one rule for the counts and for the names."""
    if is_news(one):
        return "uneven" if isinstance(one, SideDifference) else "changed"
    if not can_be_told(one):
        return "few"
    low, high = band_of(one)
    if isinstance(one, SideDifference) or low is None or high is None or low <= one.change.latest <= high:
        return "held" if one.change.state is State.STEADY else "within"
    return "off"


def _day(week: AthleteWeek, one: Followed) -> str:
    """The day of the value that is shown, of one of this week only of a test; what is sure of the sides is of all."""
    if isinstance(one, SideDifference) and one.is_sure:
        return ""
    judged = np.isfinite(one.change.latest) and not isinstance(one, SideDifference | FormHistory)
    day = one.change.last_date if judged else one.last_date
    if week.holds(day):
        return f"{day:%A}" if _is_tested(one) else ""
    return day_of_year(week, day)


def _value(week: AthleteWeek, one: Followed) -> str:
    match one:
        case FormHistory():
            return ", ".join(f"{reps:g}" for reps in _newest_sets(one)["clean_reps"])
        case SideDifference():
            return larger_side(one) if one.is_sure else sides_text(one)
        case TempoKept():
            return words.OFF_PLAN.format(value=_newest(week, one))
        case _:
            return _newest(week, one).replace("min/", "/").removesuffix(" min")  # 4:22.4 is a time by itself


def _newest(week: AthleteWeek, one: Followed) -> str:
    value = one.change.latest if np.isfinite(one.change.latest) else one.exposures["value"].iloc[-1]
    return value_of(week, one, float(value))


def _newest_sets(one: FormHistory) -> pd.DataFrame:
    """The last rated sets by the newest rater, oldest first."""
    by_newest = one.exposures.loc[one.exposures["comparable"], "local_date"]
    return one.sets[one.sets["local_date"].isin(by_newest)].tail(SETS_SHOWN)


def _remark(week: AthleteWeek, one: Followed) -> str:
    """How far a value of this week or a test is off the usual, or how many more make a usual."""
    change, spoken = one.change, words_of(week, one)
    if isinstance(one, SideDifference):
        return words.NO_SURE_DIFFERENCE if one.can_tell and not one.is_sure else ""
    if isinstance(one, FormHistory) and change.state.known:
        newest = _newest_sets(one)
        sets = words.SETS_OF.format(reps=one.reps)
        kinds = newest["kind"].dropna()
        breaks = [words.BREAKS.format(kinds=BREAKS_SEEN.get(kinds.iloc[-1], kinds.iloc[-1]))] if len(kinds) else []
        return ", ".join([sets, *breaks])
    if not change.state.known:
        return words.MORE_NEEDED.format(occasions=spoken.occasions(change.more_needed)) if change.more_needed else ""
    return off_text(week, one) if week.holds(change.last_date) or isinstance(one, CheckHistory) else ""


def _place(week: AthleteWeek, one: Followed) -> Place | None:
    """Where the newest value lies on the band of one more; None where there is none, and for sides, of which neither is
    the better one."""
    if isinstance(one, SideDifference):
        return None
    low, high = band_of(one)
    if low is None or high is None:
        return None
    verdict = f", {one.change.state}" if one.change.state is not State.TOO_CLOSE else ""
    title = words.PLACE.format(usual=usual_text(week, one, low, high), verdict=verdict)
    return place_of(one, title)
