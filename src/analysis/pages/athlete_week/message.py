"""The one message of a week, the first that there is: ill or off, form, a change, a milestone, a count, a steady week.

A message is a headline, a sentence or two, the picture of the series that it tells, and how sure that is. What it says
of a series comes from the value that judged it.
"""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from analysis.base.blocks import Drawing, Fact, RepRow, Reps, Sure, Trend
from analysis.base.errors import NotEnoughData
from analysis.base.sentences import capital
from analysis.base.states import State
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
from analysis.pages.athlete_week import logged, words
from analysis.pages.athlete_week.measured import best_word
from analysis.pages.athlete_week.milestones import Milestone, milestones_of
from analysis.pages.athlete_week.spoken import amount, names_alike, value_of, words_of
from analysis.pages.athlete_week.week import TRAINED_DAYS_FOR_A_LINE, AthleteWeek
from analysis.pages.series import COURSE_WEEKS, band_of
from analysis.pages.wording import count_text, exercise_name, in_sentence, listed, long_day

CLEAN_SETS_DRAWN = 3
NAMED_MOST = 3  # series that a sentence names


@dataclass(frozen=True)
class Message:
    """What the page says first."""

    headline: str
    lead: str = ""
    told: Followed | None = None  # the series that it is about
    picture: Drawing | None = None
    sure: Sure | None = None
    state: State | None = None

    @property
    def fact(self) -> Fact:
        """The message as a statement; its lead is the headline."""
        headline = f"{self.headline}."
        return Fact("message", f"{headline} {self.lead}".strip(), self.state, lead=headline)


@lru_cache(maxsize=1)  # what else a page tells asks for it too
def message_of(week: AthleteWeek) -> Message:
    """The message of the week.

    Raises NotEnoughData where nothing at all is logged, though something was expected.
    """
    if week.n_trained_days < TRAINED_DAYS_FOR_A_LINE:
        return _excused(week) or _little(week)
    return _change(week) or _milestone(week) or _all_planned(week) or _adherence(week) or _steady(week)


def _excused(week: AthleteWeek) -> Message | None:
    if not week.excused:
        return None
    headline, lead = logged.excused_text(week.excused).removesuffix(".").split(". ", 1)
    return Message(headline, f"{lead}.")


def _little(week: AthleteWeek) -> Message:
    """A week of fewer days than make a line: what there is, and how many make one."""
    sessions = count_text(TRAINED_DAYS_FOR_A_LINE, "session")
    more = words.SAYS_MORE.format(sessions=sessions)
    if week.n_trained_days:
        return Message(words.TRAINED.format(days=count_text(week.n_trained_days, "day")), more)
    if week.answered_days:
        return Message(words.ANSWERED.format(days=count_text(week.answered_days, "day")), more)
    raise NotEnoughData(words.LINE_BACK.format(sessions=sessions))


def _change(week: AthleteWeek) -> Message | None:
    """The lasting change that is told first: form, then the clear ones, then those found last."""
    moved = [one for one in week.followed if one.change.changed and not isinstance(one, SideDifference | Answers)]
    if not moved:
        return None
    first = min(moved, key=_rank)
    change, spoken = first.change, words_of(week, first)
    clearly = "clearly " if change.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE) else ""
    kind = _kind(first)
    becoming = words.GETTING if change.shape == "ramp" and kind not in words.NEVER_GETTING else ""
    headline = words.CHANGED[kind].format(
        name=in_sentence(names_alike(week, first)[0]),
        verdict=f"{clearly}{becoming}{spoken.direction(change.change)}",
    )
    return Message(capital(headline), _levels(week, first), first, trend(week, first), _sure(first), change.state)


def _rank(one: Followed) -> tuple:
    clear = one.change.state in (State.CLEARLY_BETTER, State.CLEARLY_WORSE)
    found_on = one.change.found_on or one.until
    return (not isinstance(one, FormHistory), not clear, -found_on.value)


def _kind(one: Followed) -> str:
    """By which templates the change of a series is told."""
    match one:
        case SpeedAtLoad():
            return "speed"
        case E1rmByDay():
            return "sets" if one.at_least else "e1rm"
        case FormHistory():
            return "form"
        case HingeDepth():
            return "depth"
        case CheckHistory():
            return "check"
        case PaceAtHeartRate():
            return "pace"
        case TempoKept():
            return "tempo"
        case MobilityLevel():
            return "mobility"
        case Durability():
            return "durability"
        case _:
            return "other"


def _levels(week: AthleteWeek, one: Followed) -> str:
    """The newest value where it is of this week, then the level now and the one before."""
    change, since = one.change, since_text(one)
    now, before = value_of(week, one, change.level), value_of(week, one, change.before)
    step, ramp = (words.LEVELS, words.LEVELS_OF), (words.ROSE_OR_FELL, words.ROSE_OR_FELL_OF)
    usually, of_kind = ramp if change.shape == "ramp" else step
    levels = of_kind.get(_kind(one), usually).format(
        name=words_of(week, one).head, lift=lift_of(one), since=since, now=now, before=before
    )
    if not week.holds(change.last_date) or isinstance(one, FormHistory):
        return levels
    day, value = f"{change.last_date:%A}", value_of(week, one)
    load = week.display.load(one.anchor_kg) if isinstance(one, SpeedAtLoad) else ""
    latest = words.LATEST_OF.get(_kind(one), words.LATEST).format(load=load, value=value, day=day)
    return f"{latest} {levels}"


def lift_of(one: Followed) -> str:
    """The lift of rated sets; empty of anything else."""
    return exercise_name(one.exercise) if isinstance(one, FormHistory) else ""


def since_text(one: Followed) -> str:
    """The first day of the level now: '19 June', with its year where that is another one."""
    since = one.change.since
    if since is None:
        return "then"
    return f"{since.day} {since:%B}" if since.year == one.until.year else long_day(since)


def _sure(one: Followed) -> Sure:
    if one.change.state not in (State.CLEARLY_BETTER, State.CLEARLY_WORSE):
        return Sure(2, words.QUITE_SURE)
    return Sure(3, words.SURE_RAMP if one.change.shape == "ramp" else words.SURE)


def trend(week: AthleteWeek, one: Followed, *, weeks: int = COURSE_WEEKS) -> Trend:
    """The values of the last weeks that are compared, the level now on its band, and the one before a change."""
    change, shown = one.change, week.display
    recent = one.exposures[
        one.exposures["comparable"] & (one.exposures["local_date"] > one.until - pd.Timedelta(weeks=weeks))
    ]
    told = change.changed and change.since is not None

    def read(value: float | None) -> float | None:
        return None if value is None or or_none(value) is None else shown.value(float(value), change.unit)

    low, high = band_of(one)
    unit = f"of {one.reps}" if isinstance(one, FormHistory) else shown.unit(change.unit)
    return Trend(
        title=f"{words_of(week, one).head}: the last {weeks} weeks",
        unit=unit,
        weeks=tuple((one.until - recent["local_date"]).dt.days / 7),
        values=tuple(shown.value(float(value), change.unit) for value in recent["value"]),
        n_weeks=weeks,
        months=_months(one.until, weeks),
        decimals=words_of(week, one).decimals,
        better=change.better,
        band_low=read(low),
        band_high=read(high),
        level=read(change.level),
        before=read(change.before) if told else None,
        since=(one.until - change.since).days / 7 if change.since is not None and told else None,
        since_day=since_text(one) if told else "",
        level_text=value_of(week, one, change.level) if told else "",
        before_text=value_of(week, one, change.before) if told else "",
        state=change.state if told else None,
    )


def _months(until: pd.Timestamp, weeks: int) -> tuple[tuple[float, str], ...]:
    """The months that begin within the weeks."""
    firsts = pd.date_range(until - pd.Timedelta(weeks=weeks), until, freq="MS")
    return tuple(((until - first).days / 7, f"{first:%B}") for first in firsts)


def _milestone(week: AthleteWeek) -> Message | None:
    """A value clearly better than all before, else sets in a row with every repetition clean."""
    clear = [one for one in milestones_of(week) if one.clear]
    best = next((one for one in clear if one.unit), None)
    if best is not None and (one := _series_of(week, best)) is not None:
        value = amount(week, best.value, best.unit)
        lead = words.BEST_LEAD.format(value=value, day=f"{one.change.last_date:%A}", days=_days_beaten(best))
        return Message(best_headline(best), lead, one, trend(week, one), Sure(2, words.SURE_BEST), State.BETTER)
    return _all_clean(week) if any(one.kind == "form" and not one.unit for one in clear) else None


def best_headline(best: Milestone) -> str:
    """What a clear best is called: 'Your deepest clean Romanian deadlift so far'."""
    return words.BEST.format(best=words.BESTS[best.kind].format(best=best_word(best), name=best.what))


def _days_beaten(best: Milestone) -> str:
    return count_text(best.n_before, "clean day" if best.kind == "depth" else "day")


def _series_of(week: AthleteWeek, best: Milestone) -> Followed | None:
    """The series whose newest value is the best."""
    found = [one for one in week.followed if one.change.unit == best.unit and one.change.latest == best.value]
    return found[0] if found else None


def _all_clean(week: AthleteWeek) -> Message | None:
    """Rated sets in a row, the newest of this week, of which every repetition was clean."""
    form = week.form_if_known
    if form is None:
        return None
    whole = form.sets["censored"].to_numpy(dtype=bool)
    running = form.sets[whole[::-1].cumprod()[::-1].astype(bool)]
    reps = count_text(int(running["n_rated"].sum()), "rep")
    rows = tuple(
        RepRow(f"{row.local_date.day} {row.local_date:%b}", tuple(bool(clean) for clean in row.clean))
        for row in running.tail(CLEAN_SETS_DRAWN).itertuples()
    )
    headline = words.EVERY_REP_CLEAN.format(sets=count_text(len(running), "set"))
    drawn = Reps(f"Clean reps, the last {count_text(len(rows), 'set')}, newest last", rows)
    return Message(headline, words.ALL_CLEAN_LEAD.format(reps=reps), form, drawn, state=State.BETTER)


def _all_planned(week: AthleteWeek) -> Message | None:
    four, one = week.adherence_four_weeks, week.adherence
    if not one.due or four.done < four.due or four.due <= one.due:
        return None
    return Message(words.ALL_PLANNED.format(done=four.done), _held(week))


def _adherence(week: AthleteWeek) -> Message | None:
    done, due = week.adherence.done, week.adherence.due
    if not done:
        return None
    days = count_text(due, words.LIFTING_DAY)
    headline = (words.PLANNED_ALL if 1 < due == done else words.PLANNED).format(done=done, days=days)
    return Message(headline, _held(week))


def _steady(week: AthleteWeek) -> Message:
    held = _held(week)
    if held.endswith(words.HELD.format(names="")):
        return Message(words.STEADY, held)
    return Message(words.TRAINED.format(days=count_text(week.n_trained_days, "day")), held)


def _held(week: AthleteWeek) -> str:
    """Which series held steady; that nothing moved where none can be said to have held.

    What is trained is named before what goes with it: where none of the trained ones held, those that moved as usual
    are named first.
    """
    told = [one for one in week.followed if not isinstance(one, SideDifference | Answers) and week.holds(one.last_date)]
    known = [one for one in told if one.change.state.known]
    usual = sorted((one for one in known if one.change.today == "usual"), key=_is_beside)
    steady = [one for one in usual if one.change.state is State.STEADY]
    if not steady:
        return "" if not known else words.NOTHING_MOVED if len(usual) == len(known) else words.NOT_FOR_GOOD
    held, moved = _named(week, words.HELD, steady), [one for one in usual if not _is_beside(one)]
    if _is_beside(steady[0]) and moved:
        return f"{_named(week, words.AS_USUAL_ALL, moved)} {held}"
    return held


def _is_beside(one: Followed) -> bool:
    """Whether a series goes with the training rather than being what is trained for."""
    return isinstance(one, TempoKept | MobilityLevel)


def _named(week: AthleteWeek, template: str, some: list[Followed]) -> str:
    names = list(dict.fromkeys(in_sentence(names_alike(week, one)[0]) for one in some))
    return template.format(names=capital(listed(names[:NAMED_MOST])))
