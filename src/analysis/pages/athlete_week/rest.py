"""All that is followed beside the message, a line a measure: what it is, where its newest value lies, and the value."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from analysis.base.blocks import Fact, Measure, Measures, Place
from analysis.base.sentences import capital
from analysis.base.states import State
from analysis.base.words import BREAKS_SEEN
from analysis.models.answers import Answers
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.series import Followed
from analysis.pages.athlete_week import words
from analysis.pages.athlete_week.spoken import (
    difference_of,
    names_alike,
    value_of,
    words_of,
)
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import band_of, can_be_told, is_news, place_of
from analysis.pages.wording import DECIMALS, day_text, percent, shortest

SETS_SHOWN = 3
TITLE = "Everything else that was measured, better to the right"


def rest_of(week: AthleteWeek, told: Followed | None) -> tuple[Followed, ...]:
    """Every series but the one that the message tells and the answers: changed ones first, then those of this week."""
    others = [one for one in week.followed if one is not told and not isinstance(one, Answers)]
    return tuple(
        sorted(others, key=lambda one: (not is_news(one), not can_be_told(one), not week.holds(one.last_date)))
    )


def measures(week: AthleteWeek, rest: Sequence[Followed]) -> Measures:
    """A line a series."""
    return Measures(TITLE, tuple(measure_of(week, one) for one in rest))


def measure_of(week: AthleteWeek, one: Followed) -> Measure:
    """Name, value and place of a series; below the name what narrows it down, how far it is off, and its day where that
    is not of this week."""
    name, narrower = names_alike(week, one)
    below = [narrower, _remark(week, one), "" if week.holds(one.last_date) else _day(week, one)]
    return Measure(name, capital(", ".join(part for part in below if part)), _value(week, one), _place(week, one))


def summary(rest: Sequence[Followed]) -> Fact:
    """How many held, moved, or cannot be told, counted from their states."""
    counted = Counter(_became(one) for one in rest)
    n = len(rest)
    if counted["held"] == n:
        few = {1: words.REST_ONE, 2: words.REST_BOTH}
        return Fact("rest.held", few.get(n, words.REST_STEADY.format(n=n)), n=n)
    said = (
        ("changed", words.REST_CHANGED),
        ("held", words.REST_HELD),
        ("within", words.REST_WITHIN),
        ("off", words.REST_OFF),
        ("few", words.REST_FEW),
    )
    counts = [f"{template.format(n=counted[key])}." for key, template in said if counted[key]]
    return Fact("rest.held", " ".join(counts), n=n)


def _became(one: Followed) -> str:
    if is_news(one):
        return "changed"
    if not can_be_told(one):
        return "few"
    if isinstance(one, SideDifference) or one.change.today in ("usual", "none"):
        return "held" if one.change.state is State.STEADY else "within"
    return "off"


def _day(week: AthleteWeek, one: Followed) -> str:
    day = one.last_date
    if week.holds(day):
        return f"{day:%a}"
    return day_text(day) if day.year == week.until.year else f"{day_text(day)} {day.year}"


def _value(week: AthleteWeek, one: Followed) -> str:
    match one:
        case FormHistory():
            newest = one.sets[one.sets["local_date"].isin(one.exposures.loc[one.exposures["comparable"], "local_date"])]
            return ", ".join(f"{reps:g}" for reps in newest["clean_reps"].tail(SETS_SHOWN))
        case SideDifference():
            if one.is_sure:
                return words.LARGER.format(side=one.larger, percent=percent(one.estimate_pct))
            return words.LEFT_RIGHT.format(
                left=_side(one.left, one.unit), right=f"{_side(one.right, one.unit)} {one.unit}"
            )
        case _:
            value = one.change.latest if np.isfinite(one.change.latest) else one.exposures["value"].iloc[-1]
            return value_of(week, one, float(value)).replace("min/", "/")


def _side(value: float, unit: str) -> str:
    """The value of a side, large ones without decimals so that both stand in a line."""
    return shortest(value, 0 if value >= 100 else DECIMALS.get(unit, 1))


def _remark(week: AthleteWeek, one: Followed) -> str:
    """How far the newest value is off the usual, or how many more make a usual."""
    change, spoken = one.change, words_of(week, one)
    if isinstance(one, SideDifference):
        return ""
    if not change.state.known:
        return words.MORE_NEEDED.format(occasions=spoken.occasions(change.more_needed)) if change.more_needed else ""
    if isinstance(one, FormHistory):
        of_reps = words.OF_REPS.format(reps=one.reps)
        newest = one.sets["kind"].tail(SETS_SHOWN).dropna()
        return (
            f"{of_reps}, {words.BREAKS.format(kinds=BREAKS_SEEN.get(newest.iloc[-1], newest.iloc[-1]))}"
            if len(newest)
            else of_reps
        )
    return off_text(week, one)


def off_text(week: AthleteWeek, one: Followed) -> str:
    """How far the newest value lies from the usual and which way: '0.05 s slower'; empty where there is no usual."""
    now, usual = one.change.latest, one.change.usual
    return (difference_of(week, one, now, usual) or words.AS_USUAL) if np.isfinite(now - usual) else ""


def _place(week: AthleteWeek, one: Followed) -> Place | None:
    """Where the newest value lies on the band of one more; None for sides, of which neither is the better one."""
    if isinstance(one, SideDifference):
        return None
    low, high = band_of(one)
    if low is None or high is None:
        return place_of(one, words.NO_USUAL)
    verdict = f", {one.change.state}" if one.change.state is not State.TOO_CLOSE else ""
    title = words.PLACE.format(low=value_of(week, one, low), high=value_of(week, one, high), verdict=verdict)
    return place_of(one, title)
