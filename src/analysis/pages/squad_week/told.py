"""One series of an athlete as the coach's first screen tells it: a few words, its size, since when, and a picture.

Verdict, direction and numbers are those of its fact, which is the athlete's page's too.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.base.blocks import Drawing, Fact, RepRow
from analysis.base.boards import Levels, Strips
from analysis.base.display import Display
from analysis.base.sentences import Wording, capital
from analysis.base.states import State
from analysis.base.words import BREAKS_SEEN
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
from analysis.pages.series import larger_side, wording_of
from analysis.pages.squad_week import words
from analysis.pages.wording import count_text, day_text, exercise_name, plural, shortest, side_name, within

PICTURE_WEEKS = 16
WEEK_DAYS = 7  # after which the day of a value is said
STRIPS_MOST = 6


def what_of(one: Followed, display: Display) -> str:
    """What changed, after the athlete's name: "moves 40 kg faster"."""
    change = one.change
    how = wording_of(one, display).direction(change.change)
    match one:
        case FormHistory():
            reps = _reps_apart(change.level, change.before)
            n = f"{shortest(reps, 1)} {plural('rep', reps)}"
            return (words.FORM_LATER if change.gain > 0 else words.FORM_SOONER).format(n=n)
        case SpeedAtLoad():
            return words.MOVES.format(load=display.load(one.anchor_kg), faster=how)
        case E1rmByDay() if one.at_least:
            return words.LIFTS.format(sets=how, lift=within(side_name(one.name, one.side)))
        case E1rmByDay():
            return words.STRONGER.format(stronger=how, lift=within(side_name(one.name, one.side)))
        case TempoKept():
            return words.TEMPO.format(closer=how, lift=within(exercise_name(one.exercise)))
        case MobilityLevel():
            return words.MOBILE.format(mobile=how, screen=one.name)
        case HingeDepth():
            return words.HINGES.format(deeper=how, lift=within(exercise_name(one.exercise)))
        case CheckHistory():
            return words.CHECKED.format(faster=how, check=within(one.name))
        case PaceAtHeartRate():
            return words.EASY_RUNS.format(faster=how)
        case Durability():
            return words.LONG_RUNS.format(more=how)
        case Answers():
            return words.ANSWERS.format(lower=how, item=item_of(one))
        case SideDifference():
            return words.SIDES.format(side=one.larger)
    raise TypeError(f"{type(one).__name__} is no series that pages tell. Say here what it does.")


def _reps_apart(now: float, before: float) -> float:
    """By how many repetitions two values differ, as they are printed."""
    return round(abs(Wording("", 1).apart(now, before, "")), 1)


def size_of(one: Followed, display: Display) -> str:
    """By how much, in a cell: "0.14 m/s faster", "3.6 fewer", "Single-leg hop: right 12 % further"."""
    change = one.change
    if isinstance(one, SideDifference):
        return words.APART.format(test=one.name, side=larger_side(one))
    if isinstance(one, FormHistory):
        template = words.CLEAN_MORE if change.gain > 0 else words.CLEAN_FEWER
        return template.format(n=shortest(_reps_apart(change.level, change.before), 1))
    size = wording_of(one, display).difference(change.level, change.before, change.unit)
    return _named(one, change.change, size, display)


def off_of(one: Followed, display: Display) -> str:
    """How far the newest value lies from the middle of its band: "14 s slower"."""
    change = one.change
    if isinstance(one, FormHistory):
        template = words.CLEAN_MORE if change.off_by > 0 else words.CLEAN_FEWER
        return template.format(n=shortest(_reps_apart(change.latest, change.usual), 1))
    size = wording_of(one, display).difference(change.latest, change.usual, change.unit)
    return _named(one, change.off_by, size, display)


def _named(one: Followed, by: float, size: str, display: Display) -> str:
    """A size with its direction; of an answer also of what, since a cell stands for many."""
    said = f"{size} {wording_of(one, display).direction(by)}"
    return f"{item_of(one)} {said}" if isinstance(one, Answers) else said


def item_of(one: Answers) -> str:
    """What was asked, within a sentence."""
    return one.about.name.lower()


def since_of(one: Followed) -> str:
    """From when the level holds: "since 8 Jun", "since about 8 Jun" where its day or its size is uncertain."""
    change = one.change
    if change.since is None:
        return ""
    is_dated = change.shape == "step" and change.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE)
    return (words.SINCE if is_dated else words.SINCE_ABOUT).format(day=day_text(change.since))


def reason_of(one: Followed, display: Display, *, dated: bool) -> str:
    """Both levels in a sentence, on demand with the day of the change, and the newest value where it is another."""
    spoken, change = wording_of(one, display), one.change
    level, before, value = (spoken.level(of, change.unit) for of in (change.level, change.before, change.latest))
    since = f" {since_of(one)}" if dated and change.since is not None else ""
    is_old = (one.until - one.last_date).days >= WEEK_DAYS
    newest = words.NEWEST_OF if is_old else words.NEWEST if value != level else ""
    newest = newest.format(value=value, day=day_text(one.last_date))
    return words.REASON.format(head=spoken.head, level=level, before=before, since=since, newest=newest)


def series_name(one: Followed, display: Display) -> str:
    """The series within a sentence."""
    return item_of(one) if isinstance(one, Answers) else within(wording_of(one, display).quantity)


def broken_by(one: Followed) -> str:
    """The kind of break that ends most of the last rated sets; empty where no set broke."""
    if not isinstance(one, FormHistory):
        return ""
    sets = recent_sets(one)
    kinds = sets["kind"].dropna().value_counts()
    if kinds.empty:
        return ""
    return words.BREAKS_FIRST.format(
        kind=capital(BREAKS_SEEN.get(str(kinds.index[0]), str(kinds.index[0]))), n=int(kinds.iloc[0]), of=len(sets)
    )


def recent_sets(one: FormHistory) -> pd.DataFrame:
    """The sets of the last rated days."""
    return one.sets[one.sets["session_id"].isin(one.recent["session_id"])]


def picture_of(one: Followed, display: Display) -> Drawing:
    """Squares of repetitions for form, else the course with both levels on their bands."""
    return _strips(one, display) if isinstance(one, FormHistory) else _levels(one, display)


def _strips(one: FormHistory, display: Display) -> Strips:
    rows = []
    for session in one.recent.tail(STRIPS_MOST).itertuples():
        first = one.sets[one.sets["session_id"] == session.session_id].iloc[0]
        rows.append(RepRow(day_text(session.local_date), tuple(bool(clean) for clean in first["clean"])))
    title = words.STRIPS.format(head=wording_of(one, display).head, sets=count_text(len(rows), "rated set"))
    return Strips(title, tuple(rows))


def _levels(one: Followed, display: Display) -> Levels:
    change, spoken = one.change, wording_of(one, display)
    shown = change.counted(one.exposures, PICTURE_WEEKS)
    told = change.changed and change.since is not None
    text = spoken.level(change.level, change.unit) if np.isfinite(change.level) else ""
    before = spoken.level(change.before, change.unit) if told else ""
    was = words.LEVELS_WAS.format(before=before, since=since_of(one)) if told else ""
    return Levels(
        title=words.LEVELS.format(head=spoken.head, weeks=PICTURE_WEEKS, level=text, was=was),
        weeks=tuple((change.until - shown["local_date"]).dt.days / 7),
        values=tuple(shown["value"]),
        half_band=or_none((change.band_high - change.band_low) / 2),
        level=or_none(change.level),
        level_text=text,
        before=or_none(change.before) if told else None,
        before_text=before,
        since=(one.until - change.since).days / 7 if told and change.since is not None else None,
        rises=change.better == "higher",
        state=change.state,
    )


def told_fact(fact: Fact, subject: str) -> Fact:
    """The fact under another subject."""
    return replace(fact, subject=subject)
