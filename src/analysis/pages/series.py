"""A series of one athlete as every page tells it: its stable name, its words, its fact and its small drawing."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.blocks import Course, Fact, Light, Place
from analysis.base.display import Display
from analysis.base.sentences import Wording
from analysis.base.states import State
from analysis.base.units import signed_text
from analysis.models.answers import Answers
from analysis.models.change.told import or_none
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
from analysis.pages import words
from analysis.pages.wording import SIDES, count_text, decimals_of, exercise_name, percent, side_name, speed_name

COURSE_WEEKS = 12


def subject_of(one: Followed) -> str:
    """The stable name of a series, as romanian_deadlift.speed_at_60kg."""
    match one:
        case SpeedAtLoad():
            return f"{one.exercise}.speed_at_{one.anchor_kg:g}kg{_side(one.side)}"
        case E1rmByDay():
            return f"{one.exercise}.e1rm{_side(one.side)}"
        case FormHistory():
            return f"{one.exercise}.clean_reps"
        case HingeDepth():
            return f"{one.exercise}.hinge_angle"
        case TempoKept():
            return f"{one.exercise}.tempo"
        case MobilityLevel():
            return f"{one.test_id}.mobility"
        case CheckHistory():
            return one.test_id
        case SideDifference():
            return f"{one.test_id}.sides"
        case Answers():
            return f"wellness.{one.item}.{one.source}"
        case PaceAtHeartRate():
            return "run.pace_at_heart_rate"
        case Durability():
            return f"run.{one.measure}"
    raise TypeError(f"{type(one).__name__} is no series that pages tell. Name its subject here.")


def _side(side: str) -> str:
    return f".{SIDES[side]}" if side in SIDES else ""


def wording_of(one: Followed, display: Display) -> Wording:
    """How a series is spoken of to a reader of those units."""
    return replace(_words_of(one, display), display=display)


def _words_of(one: Followed, display: Display) -> Wording:
    match one:
        case SpeedAtLoad():
            return Wording(speed_name(one, display), 2, "faster", "slower", "session")
        case E1rmByDay():
            name = side_name(one.name, one.side)
            # what was lifted without a rating says how strong an athlete is at least
            told = "1RM at least" if one.at_least else "1RM from reps"
            return Wording(f"{name}, {told}", 0, "stronger", "weaker", "session")
        case FormHistory():
            return Wording(
                f"{exercise_name(one.exercise)}, clean reps", 1, "more clean reps", "fewer clean reps", "rated set"
            )
        case HingeDepth():
            return Wording(f"{exercise_name(one.exercise)}, hinge angle", 0, "shallower", "deeper", "session")
        case MobilityLevel():
            more, less = ("more mobile", "less mobile") if one.quantity.better == "higher" else ("shallower", "deeper")
            return Wording(one.name, decimals_of(one.quantity.unit, one.change.latest), more, less, "screen")
        case TempoKept():
            name = f"{exercise_name(one.exercise)}, tempo off plan"
            return Wording(name, 1, "further off plan", "closer to plan", "timed set")
        case PaceAtHeartRate():
            return Wording("easy pace", 0, "slower", "faster", "run")
        case Durability():
            return Wording("speed lost late in long runs", 1, "more", "less", "long run")
        case Answers():
            decimals = one.about.decimals if one.about.unit else 1  # a level of whole answers lies between them
            occasion = "morning" if one.about.unit else "answer"
            return Wording(one.about.name, decimals, "higher", "lower", occasion)
        case SideDifference():
            return Wording(f"{one.name}, right over left", 1, "more to the right", "more to the left", "test")
        case CheckHistory():
            more, less = ("slower", "faster") if one.quantity.unit == "s" else ("higher", "lower")
            return Wording(one.name, decimals_of(one.quantity.unit, one.change.latest), more, less)
    raise TypeError(f"{type(one).__name__} is no series that pages tell. Say its words here.")


def series_fact(one: Followed, display: Display) -> Fact:
    """What a series says of its level; of both sides, whether they differ."""
    if isinstance(one, SideDifference):
        return _sides_fact(one, display)
    return one.change.as_fact(subject_of(one), **vars(wording_of(one, display)))


def larger_side(result: SideDifference) -> str:
    """Which side does more and by how much: 'right 10 % further'."""
    _, more = words.MORE_OF_A_SIDE.get(result.unit, words.LARGER)
    return words.SIDE_BY.format(side=result.larger, size=percent(result.estimate_pct), more=more)


def can_be_told(one: Followed) -> bool:
    """Whether a series says anything; a difference of the sides does on fewer dates than a change of it."""
    return one.can_tell if isinstance(one, SideDifference) else one.change.state.known


def _sides_fact(result: SideDifference, display: Display) -> Fact:
    """Whether the level of the difference is another than none; a percentage only where it is."""
    fact = result.change.as_fact(subject_of(result), **vars(wording_of(result, display)))
    if not result.can_tell:
        return fact
    about = {"name": result.name, "side": result.larger, "agreeing": result.dates_agreeing}
    about["dates"] = count_text(result.n_dates, "date")
    verb, more = words.MORE_OF_A_SIDE.get(result.unit, words.LARGER)
    if result.is_sure:
        lead = words.SIDE_IS_MORE.format(side=result.larger, verb=verb, size=percent(result.estimate_pct), more=more)
        rest = words.SIDES_AGREE.format(**about)
    else:
        lead, rest = words.NO_SURE_DIFFERENCE, words.SIDES_OVER.format(**about)
    by, low, high = (signed_text(value, 1) for value in (result.estimate_pct, result.conf_low, result.conf_high))
    coach = words.SIDES_OF_COACH.format(**about, by=by, low=low, high=high, level=f"{result.conf_level * 100:.0f}")
    state = None if result.is_sure else State.TOO_CLOSE
    told = {"sentence": f"{lead} {rest}", "lead": lead, "coach_sentence": coach, "coach_lead": "", "state": state}
    level = {"level": result.estimate_pct, "level_low": result.conf_low, "level_high": result.conf_high}
    # the interval is that of the verdict, at its own level; a change of the difference is not what is told here
    change = {"change": None, "change_low": None, "change_high": None, "conf_level": result.conf_level}
    return replace(fact, **told, reason=None, **level, **change)


def course_of(
    one: Followed,
    label: str,
    display: Display,
    *,
    weeks: int = COURSE_WEEKS,
    scale: tuple[float, float] | None = None,
    decimals: int = 2,
) -> Course:
    """The values of the last weeks, the level now on the band of one more, and the level before where a change is told.

    `scale` is that of several panels side by side, in the unit of the series, else that of these values.
    """
    change, (band_low, band_high) = one.change, band_of(one)
    recent = one.exposures[one.exposures["local_date"] > one.until - pd.Timedelta(weeks=weeks)]
    drawn = [*recent["value"], *(value for value in (change.level, change.before) if np.isfinite(value))]
    low, high = scale or (min(drawn, default=0.0), max(drawn, default=1.0))
    told = change.changed and change.since is not None

    def shown(value: float) -> float:
        return display.value(value, change.unit)

    return Course(
        title=f"{label}: the last {weeks} weeks",
        label=label,
        unit=display.unit(change.unit),
        weeks=tuple((one.until - recent["local_date"]).dt.days / 7),
        values=tuple(shown(value) for value in recent["value"]),
        comparable=tuple(bool(value) for value in recent["comparable"]),
        n_weeks=weeks,
        low=shown(low),
        high=shown(high),
        decimals=decimals,
        band_low=None if band_low is None else shown(band_low),
        band_high=None if band_high is None else shown(band_high),
        level=or_none(shown(change.level)),
        before=or_none(shown(change.before)) if told else None,
        since=(one.until - change.since).days / 7 if told else None,
        light=_light(one, weeks),
        state=change.state,
        note=words.NOTHING_IN_WEEKS.format(weeks=weeks),
    )


def _light(one: Followed, weeks: int) -> tuple[Light, ...]:
    """The days of the panel that were planned light."""
    begins = one.until - pd.Timedelta(weeks=weeks)
    spans = []
    for event in one.judging.events:
        last = event.last or event.first
        if event.kind not in ("device", "block") and event.first <= one.until and last >= begins:
            ago = [(one.until - day).days / 7 for day in (event.first, min(last + pd.Timedelta(days=1), one.until))]
            spans.append(Light(*ago, event.kind))
    return tuple(spans)


def band_of(one: Followed) -> tuple[float, float] | tuple[None, None]:
    """Where one more value is expected at the level now, as drawings take it."""
    low, high = or_none(one.change.band_low), or_none(one.change.band_high)
    return (low, high) if low is not None and high is not None else (None, None)


def place_of(one: Followed, title: str, value: float | None = None) -> Place:
    """A value, the newest by default, on the band of one more at the level now, better to the right."""
    low, high = band_of(one)
    if low is None or high is None or high <= low:
        return Place(title, None, state=one.change.state)
    middle, half = (low + high) / 2, (high - low) / 2
    sign = 1.0 if one.change.better == "higher" else -1.0

    def at(number: float) -> float | None:
        return sign * (number - middle) / half if np.isfinite(number) else None

    before = at(one.change.before) if one.change.changed else None
    return Place(title, at(one.change.latest if value is None else value), before, one.change.state)


def is_news(one: Followed) -> bool:
    """Whether the series has something lasting to tell: a change of its level, or a sure difference of the sides."""
    return one.is_sure if isinstance(one, SideDifference) else one.change.changed
