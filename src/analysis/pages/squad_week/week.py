"""The squad's week: every athlete's week side by side, what was found in it and how much of that chance alone brings.

Model card
----------
Question: whom should the coach talk to, about what, on what evidence?
Data: the parts of every athlete's week (`pages.athlete_week.week`); a series counts where its newest value is of this
week.
Rule: a series is flagged by its own model (beyond the MDC; sides by 3 dates or more). A look is a weekly page on which
the series has a new value. Flagged on two looks in a row in the same direction puts the athlete on the list of whom to
talk to; flagged on one look is listed as seen once.
Chance: on no change a judged series is flagged on one look with the probability that its own rule states (5 %). Two
looks in a row share most of their values, so their probability is not .05 squared. Measured on white noise, both looks
flagged in the same direction (`tests/test_squad_week.py`, seeded):

| kind  | one look | two in a row | what the two looks share                                  |
|-------|---------:|-------------:|-----------------------------------------------------------|
| speed |    4.4 % |        0.1 % | 1 new value against 8, published error of 4 df            |
| pace  |    5.1 % |        0.1 % | 1 new value against 8, own error                          |
| check |    3.6 % |        0.1 % | 1 new value against 3 to 7, published error of 4 df       |
| form  |    4.3 % |        1.3 % | 3 sessions against 3, one new session a week              |
| sides |    3.2 % |        2.0 % | the mean of up to 8 dates, one more at the second look    |

Sides are on differences that carry over from date to date with .6, the most that their interval is measured for; on
white noise it is 0.1 % and less. For the other kinds the rule's own 5 % is counted.

Refuses: nothing itself; an athlete without data this week is listed apart, a part that cannot be told says why.
Criticism: series of one athlete go together (a tired athlete is slower in both lifts), so the number of false flags
scatters more than the sum of their probabilities suggests; the sum is right on average. Weeks before are looked at with
today's data, corrections included, not with what the page of that week knew.

References
----------
Hopkins 2000, Sports Med 30(1):1-15 (typical error); Nelson 1984, J Qual Technol 16(4):237-239 (rules on runs of
signals trade false alarms against delay).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from analysis.base.config import Config, Lift
from analysis.base.decisions import MDC_LEVEL, REFERENCE_LEAST, Band, usual_band
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.rules import Proposal, Rule
from analysis.metrics.adherence import week_days
from analysis.metrics.load import weekly_load
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory, rated_repetitions
from analysis.models.form.form_break import FormBreak, form_break
from analysis.models.form.sides import SURE_DATES, SideDifference
from analysis.models.form.watched import watched_repetitions
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate
from analysis.models.squad import sensitivity
from analysis.models.squad.sensitivity import Sensitivity
from analysis.models.strength.speed_at_load import RESOLUTION_M_S, SpeedAtLoad
from analysis.models.trends.trend import Trend, trend
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek, Missing, athlete_week
from analysis.pages.squad_week.proposals import week_proposals

Kind = Literal["speed", "form", "check", "pace", "sides"]
History = SpeedAtLoad | FormHistory | CheckHistory | PaceAtHeartRate | SideDifference

LOOKS_OF_THE_LIST = 2  # in a row
LOOKS_MOST = 8  # so many are counted back
LOAD_WEEKS = 8  # that make an athlete's usual load

# chance of two looks in a row, both flagged in the same direction though nothing changed; from the table above
TWICE: dict[Kind, float] = {"speed": 0.001, "pace": 0.001, "check": 0.001, "form": 0.013, "sides": 0.020}
SIDES_ONCE = 0.032  # one look at the sides

STREAMS = ("sets", "reps", "runs", "splits", "trials", "wellness")
_ACTIONS = ("regress", "vary", "hold", "progress")
_HAPPENED = ("sessions", "wellness", "trials", "cues")


class Member(AthleteFrames, Protocol):
    """An athlete's frames with the name that the coach knows."""

    name: str


class SquadFrames(Protocol):
    """What is read of a squad: its athletes, and how their data came in."""

    config: Config
    athletes: tuple[Member, ...]
    rules: tuple[Rule, ...]  # what proposes for the coming week
    ledger: dict[str, pd.DataFrame]  # files, revisions, rejects, waiting and exclusions
    withheld: int  # athletes who have not agreed to be shown here


@dataclass(frozen=True, eq=False)
class Finding:
    """One series of one athlete as this week's look sees it."""

    athlete_id: str
    athlete: str
    kind: Kind
    subject: str  # stable name of the series, as romanian_deadlift.speed_at_60kg
    history: History
    is_new: bool  # its newest value is of this week
    looks: int  # in a row on which it was flagged in this direction; 0 where it is not flagged

    @property
    def flagged(self) -> bool:
        return is_flagged(self.history)

    @property
    def on_the_list(self) -> bool:
        """New this week, and flagged for the second look in a row or more."""
        return self.is_new and self.looks >= LOOKS_OF_THE_LIST

    @property
    def is_judged(self) -> bool:
        """False where the answer is "cannot tell"."""
        if isinstance(self.history, SideDifference):
            return self.history.n_dates >= SURE_DATES
        return self.history.change.state != "cannot tell"

    @property
    def null_probability(self) -> float:
        """Chance of a flag on one look though nothing changed; 0 where nothing is judged."""
        if not self.is_judged:
            return 0.0
        return SIDES_ONCE if self.kind == "sides" else 1 - MDC_LEVEL

    @property
    def null_probability_twice(self) -> float:
        """Chance of flags on two looks in a row though nothing changed."""
        return TWICE[self.kind] if self.is_judged else 0.0

    @property
    def size(self) -> float:
        """The change or difference in units of its MDC."""
        if isinstance(self.history, SideDifference):
            return abs(self.history.estimate_pct) / self.history.mdc_pct
        return abs(self.history.change.gain) / self.history.change.mdc


@dataclass(frozen=True)
class NewDevice:
    """A series that began anew with another device or rater: what is before is not compared."""

    athlete_id: str
    athlete: str
    kind: Kind
    subject: str
    name: str  # as people read it
    device: str | None
    since: pd.Timestamp
    n_before: int  # exposures that are not compared
    n_since: int


@dataclass(frozen=True, eq=False)
class WeeklyLoad:
    """What was done in a week against the weeks before; a load has no error, so its usual band stands beside it."""

    value: float  # NaN where nothing is known
    usual: Band | None  # 90 % range of one more week; None for fewer than 3 earlier weeks with a value
    weeks: tuple[float, ...]  # this week last; NaN where nothing is known

    @property
    def side(self) -> Literal["more", "less", "usual", "cannot tell"]:
        """Where this week lies."""
        if np.isnan(self.value) or self.usual is None:
            return "cannot tell"
        if self.value in self.usual:
            return "usual"
        return "more" if self.value > self.usual.high else "less"


@dataclass(frozen=True, eq=False)
class Stall:
    """A lift that stands still or falls over its window."""

    athlete_id: str
    athlete: str
    speed: SpeedAtLoad
    trend: Trend


@dataclass(frozen=True, eq=False)
class MemberWeek:
    """One athlete's part of the squad's week."""

    athlete: Member
    week: AthleteWeek

    @property
    def name(self) -> str:
        return self.athlete.name

    @property
    def athlete_id(self) -> str:
        return self.athlete.athlete_id

    @cached_property
    def last_date(self) -> pd.Timestamp | None:
        """The last day of which anything is known."""
        frames = [getattr(self.athlete, name)["local_date"] for name in _HAPPENED]
        return max((dates.max() for dates in frames if len(dates)), default=None)

    @property
    def has_data(self) -> bool:
        """Whether anything of this week is known."""
        return self.last_date is not None and self.last_date >= self.week.days[0]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every series with a result, flagged or not."""
        return tuple(self._finding(kind, subject, one) for kind, subject, one in _series_of(self.week))

    @cached_property
    def new_devices(self) -> tuple[NewDevice, ...]:
        """The series of which earlier values were measured by another device."""
        return tuple(
            _new_device(self.athlete, one)
            for one in self.findings
            if not isinstance(one.history, SideDifference) and not one.history.exposures["comparable"].all()
        )

    @cached_property
    def strength_load(self) -> WeeklyLoad:
        """Volume load by week, in kg."""
        return self._by_week("volume_load_kg")

    @cached_property
    def run_load(self) -> WeeklyLoad:
        """Distance run by week, in m."""
        return self._by_week("run_distance_m")

    @cached_property
    def _weekly(self) -> pd.DataFrame:
        athlete = self.athlete
        return weekly_load(
            athlete.sessions, athlete.sets, athlete.runs, self.week.until, week_start=self.week.config.week_start
        ).set_index("week")

    def proposals(self, rules: Iterable[Rule]) -> tuple[Proposal, ...]:
        """What the rules propose for the week after this one."""
        return week_proposals(self.week, rules)

    def trend_of(self, speed: SpeedAtLoad) -> Trend:
        """The trend of the comparable speeds of a lift; NotEnoughData as `models.trends.trend.trend` raises it."""
        known = speed.exposures[speed.exposures["comparable"]]
        return trend(
            known["local_date"],
            known["value"],
            unit="m/s",
            swc=self._lift(speed).swc_m_s,
            until=self.week.until,
            resolution=RESOLUTION_M_S,
        )

    def sensitivity_of(self, finding: Finding) -> Sensitivity:
        """The finding under other choices; NotEnoughData for form and pace, which have none to vary."""
        athlete, until, level = self.athlete, self.week.until, self.week.config.confidence
        history = finding.history
        if isinstance(history, SpeedAtLoad):
            return sensitivity.speed_sensitivity(
                athlete.sets,
                athlete.reps,
                self._lift(history),
                history.anchor_kg,
                until,
                side=history.side,
                conf_level=level,
            )
        if isinstance(history, CheckHistory):
            check = self.week.config.check(history.test_id)
            return sensitivity.check_sensitivity(athlete.splits, athlete.trials, check, until, conf_level=level)
        if isinstance(history, SideDifference):
            test = next(test for test in self.week.config.side_tests if test.test_id == history.test_id)
            return sensitivity.side_sensitivity(athlete.trials, test, until, conf_level=level)
        raise NotEnoughData("No other choice is defined for this series yet. Read it with its interval.")

    def _lift(self, speed: SpeedAtLoad) -> Lift:
        return self.week.config.lift(speed.exercise)

    def _finding(self, kind: Kind, subject: str, history: History) -> Finding:
        looks = self._looks(kind, subject, history) if is_flagged(history) else 0
        is_new = self.week.holds(last_date(history))
        return Finding(self.athlete_id, self.name, kind, subject, history, is_new, looks)

    def _looks(self, kind: Kind, subject: str, history: History) -> int:
        """Looks in a row that flag the series in this direction, back from the newest value."""
        looks, newest = 1, history
        while looks < LOOKS_MOST:
            week_before = week_days(last_date(newest), self.week.config.week_start)[0] - pd.Timedelta(days=1)
            earlier = self._at(week_before, kind, subject)
            if earlier is None or not is_flagged(earlier) or direction(earlier) != direction(history):
                break
            looks, newest = looks + 1, earlier
        return looks

    def _at(self, day: pd.Timestamp, kind: Kind, subject: str) -> History | None:
        """The series as the page of that day would show it; None where it could not be told then."""
        found = _series_of(athlete_week(self.athlete, day), kind)
        return next((one for _, name, one in found if name == subject), None)

    def _by_week(self, column: str) -> WeeklyLoad:
        """The last weeks of `metrics.load.weekly_load`; a week of which nothing is known is missing, not zero."""
        starts = pd.date_range(end=self.week.days[0], periods=LOAD_WEEKS + 1, freq="7D")
        try:
            weeks = self._weekly[column].reindex(starts).tolist()
        except NotEnoughData:
            weeks = [np.nan] * len(starts)
        known = [value for value in weeks[:-1] if not np.isnan(value)]
        usual = usual_band(known) if len(known) >= REFERENCE_LEAST else None
        return WeeklyLoad(weeks[-1], usual, tuple(weeks))


@dataclass(frozen=True, eq=False)
class SquadWeek:
    """The week of a whole squad. Each part is fitted when first read."""

    squad: SquadFrames
    until: pd.Timestamp
    days: pd.DatetimeIndex
    everyone: tuple[MemberWeek, ...]

    @property
    def config(self) -> Config:
        return self.squad.config

    @cached_property
    def members(self) -> tuple[MemberWeek, ...]:
        """Those of whom anything of this week is known."""
        return tuple(one for one in self.everyone if one.has_data)

    @cached_property
    def without_data(self) -> tuple[MemberWeek, ...]:
        """Those of whom nothing of this week is known."""
        return tuple(one for one in self.everyone if not one.has_data)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every series of the members, flagged or not."""
        return tuple(finding for one in self.members for finding in one.findings)

    @cached_property
    def new_findings(self) -> tuple[Finding, ...]:
        """The series that were judged on a value of this week: what the flags of this week are counted among."""
        return tuple(one for one in self.findings if one.is_new and one.is_judged)

    @cached_property
    def listed(self) -> tuple[Finding, ...]:
        """Flagged on two looks in a row or more, the largest in units of its MDC first."""
        return _largest_first(one for one in self.new_findings if one.on_the_list)

    @cached_property
    def seen_once(self) -> tuple[Finding, ...]:
        """Flagged on this look for the first time."""
        return _largest_first(one for one in self.new_findings if one.looks == 1)

    @cached_property
    def standing(self) -> tuple[Finding, ...]:
        """Flagged on two looks in a row when last measured, which was before this week."""
        return _largest_first(one for one in self.findings if not one.is_new and one.looks >= LOOKS_OF_THE_LIST)

    @cached_property
    def expected_flags(self) -> float:
        """Flags of this week if nothing had changed in anybody."""
        return float(sum(one.null_probability for one in self.new_findings))

    @cached_property
    def expected_on_the_list(self) -> float:
        """Flags on two looks in a row if nothing had changed in anybody."""
        return float(sum(one.null_probability_twice for one in self.new_findings))

    @cached_property
    def new_devices(self) -> tuple[NewDevice, ...]:
        """Every series that began anew, the latest first."""
        found = [one for member in self.everyone for one in member.new_devices]
        return tuple(sorted(found, key=lambda one: one.since, reverse=True))

    @cached_property
    def trends(self) -> tuple[tuple[Stall, ...], tuple[Missing, ...]]:
        """The trend of every lift of the members, and where there is none, why."""
        known, missing = [], []
        for member in self.members:
            for speed in member.week.speeds.known:
                try:
                    known.append(Stall(member.athlete_id, member.name, speed, member.trend_of(speed)))
                except NotEnoughData as problem:
                    missing.append(Missing(f"{member.athlete_id}.{speed.exercise}", str(problem), "too_few_values"))
        return tuple(known), tuple(missing)

    @cached_property
    def stalls(self) -> tuple[Stall, ...]:
        """The lifts that fall, then those that stand still."""
        found = [one for one in self.trends[0] if one.trend.verdict in ("regress", "plateau")]
        return tuple(sorted(found, key=lambda one: one.trend.verdict != "regress"))

    @cached_property
    def form_break(self) -> FormBreak:
        """When form changes in the members' sets of the lift rated most often; else NotEnoughData."""
        rated = [rated_repetitions(one.athlete.sets, one.athlete.reps, self.until) for one in self.members]
        known = pd.concat([frame for frame in rated if len(frame)] or rated, ignore_index=True)
        if known.empty:
            raise NotEnoughData("No form was rated yet. Rate one set of each athlete a week.")
        of_lift = known[known["exercise"] == known["exercise"].value_counts().idxmax()]
        return form_break(watched_repetitions(of_lift), cluster="athlete_id", beside=())

    @cached_property
    def proposals(self) -> tuple[tuple[MemberWeek, Proposal], ...]:
        """What the rules propose for the members, lifts that should be lightened or varied first."""
        found = [(one, proposal) for one in self.members for proposal in one.proposals(self.squad.rules)]
        return tuple(sorted(found, key=lambda one: _ACTIONS.index(one[1].action)))

    @cached_property
    def streams(self) -> pd.DataFrame:
        """One row an athlete: rows of this week in each stream, and last_date, the last day of which anything is known.

        A stream without a row this week is 0; `last_date` is NaT where nothing was ever taken in.
        """
        rows = [
            {"athlete_id": one.athlete_id, "athlete": one.name}
            | {name: int(getattr(one.athlete, name)["local_date"].isin(self.days).sum()) for name in STREAMS}
            | {"last_date": one.last_date if one.last_date is not None else pd.NaT}
            for one in self.everyone
        ]
        frame = pd.DataFrame(rows, columns=["athlete_id", "athlete", *STREAMS, "last_date"])
        return frame.assign(last_date=pd.to_datetime(frame["last_date"]))

    def member(self, athlete_id: str) -> MemberWeek:
        """The athlete of that id."""
        return next(one for one in self.everyone if one.athlete_id == athlete_id)

    def sensitivity_of(self, finding: Finding) -> Sensitivity | None:
        """One of the flagged findings under other choices; None where there is none to vary."""
        return self._sensitivities[finding.athlete_id, finding.subject]

    @cached_property
    def _sensitivities(self) -> dict[tuple[str, str], Sensitivity | None]:
        flagged = (*self.listed, *self.seen_once, *self.standing)
        return {(one.athlete_id, one.subject): self._sensitivity(one) for one in flagged}

    def _sensitivity(self, finding: Finding) -> Sensitivity | None:
        try:
            return self.member(finding.athlete_id).sensitivity_of(finding)
        except (NotEnoughData, DataProblem):
            return None


def squad_week(squad: SquadFrames, until: str | pd.Timestamp) -> SquadWeek:
    """The week that holds `until`, of every athlete of the squad.

    Parameters
    ----------
    squad : SquadFrames
        As `Workspace.everyone` gives it, or anything with the same parts.
    until : str or Timestamp
        Last day that is known, ISO.
    """
    day = pd.Timestamp(until).normalize()
    days = week_days(day, squad.config.week_start)
    return SquadWeek(squad, day, days, tuple(MemberWeek(one, athlete_week(one, day)) for one in squad.athletes))


def is_flagged(history: History) -> bool:
    """Whether the series' own rule says that there is a change, or a difference of the sides."""
    return history.is_sure if isinstance(history, SideDifference) else history.change.flagged


def direction(history: History) -> float:
    """1 for better (for sides: right larger), -1 for worse, NaN where it is not known."""
    return float(np.sign(history.estimate_pct if isinstance(history, SideDifference) else history.change.gain))


def last_date(history: History) -> pd.Timestamp:
    """The day of the newest value."""
    if isinstance(history, SideDifference):
        return history.dates["local_date"].iloc[-1]
    return history.last_date


def _series_of(week: AthleteWeek, kind: Kind | None = None) -> Iterator[tuple[Kind, str, History]]:
    """The series of a week that have a result, of one kind if asked; other kinds are not fitted then."""
    parts: dict[Kind, Callable[[], Iterable[tuple[str, History]]]] = {
        "speed": lambda: ((_speed_subject(one), one) for one in week.speeds.known),
        "form": lambda: ((f"{one.exercise}.clean_reps", one) for one in [week.form_if_known] if one),
        "check": lambda: ((one.test_id, one) for one in week.checks.known),
        "pace": lambda: (("run.pace_at_heart_rate", one) for one in week.paces.known),
        "sides": lambda: ((f"{one.test_id}.sides", one) for one in week.sides.known),
    }
    for name, found in parts.items():
        if kind in (None, name):
            yield from ((name, subject, one) for subject, one in found())


def _speed_subject(speed: SpeedAtLoad) -> str:
    side = {"L": ".left", "R": ".right"}.get(speed.side, "")
    return f"{speed.exercise}.speed_at_{speed.anchor_kg:g}kg{side}"


def _new_device(athlete: Member, finding: Finding) -> NewDevice:
    exposures = finding.history.exposures
    comparable = exposures["comparable"]
    device = exposures["device"].iloc[-1]
    return NewDevice(
        athlete_id=athlete.athlete_id,
        athlete=athlete.name,
        kind=finding.kind,
        subject=finding.subject,
        name=getattr(finding.history, "name", None) or getattr(finding.history, "exercise", "Pace at a heart rate"),
        device=device if isinstance(device, str) else None,
        since=exposures.loc[comparable, "local_date"].iloc[0],
        n_before=int((~comparable).sum()),
        n_since=int(comparable.sum()),
    )


def _largest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: one.size, reverse=True))
