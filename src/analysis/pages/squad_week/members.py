"""One athlete's part of the squad's week: every series as this week's look sees it, and what was done."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from analysis.base.config import Lift
from analysis.base.errors import NotEnoughData
from analysis.base.rules import Proposal, Rule
from analysis.base.typical_error import MDC_LEVEL, REFERENCE_LEAST, Band, usual_band
from analysis.metrics.adherence import week_days
from analysis.metrics.load import weekly_load
from analysis.models.checks import CheckHistory
from analysis.models.form.sides import SURE_DATES, SideDifference
from analysis.models.squad import sensitivity
from analysis.models.squad.sensitivity import Sensitivity
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.models.trends.trend import Trend
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek, athlete_week
from analysis.pages.series import History, direction, is_flagged, last_date, subject_of
from analysis.pages.squad_week.proposals import speed_trend, week_proposals

Kind = Literal["speed", "form", "check", "pace", "sides"]

LOOKS_OF_THE_LIST = 2  # in a row
LOOKS_MOST = 8  # so many are counted back
LOAD_WEEKS = 8  # that make an athlete's usual load

# chance of two looks in a row, both flagged in the same direction though nothing changed; the table of `week`
TWICE: dict[Kind, float] = {"speed": 0.001, "pace": 0.001, "check": 0.001, "form": 0.013, "sides": 0.020}
SIDES_ONCE = 0.032  # one look at the sides

_HAPPENED = ("sessions", "wellness", "trials", "cues")


class Member(AthleteFrames, Protocol):
    """An athlete's frames with the name that the coach knows."""

    name: str


@dataclass(frozen=True, eq=False)
class Finding:
    """One series of one athlete as this week's look sees it."""

    athlete_id: str
    athlete: str
    kind: Kind
    history: History
    is_new: bool  # its newest value is of this week
    looks: int  # in a row on which it was flagged in this direction; 0 where it is not flagged

    @property
    def subject(self) -> str:
        """The stable name of the series."""
        return subject_of(self.history)

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
        return self.history.change.state.known

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
        return tuple(self._finding(kind, one) for kind, one in _series_of(self.week))

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
            athlete.sessions,
            athlete.sets,
            athlete.runs,
            self.week.until,
            week_start=self.week.config.week_start,
            labels=athlete.labels,
        ).set_index("week")

    def proposals(self, rules: Iterable[Rule]) -> tuple[Proposal, ...]:
        """What the rules propose for the week after this one."""
        return week_proposals(self.week, rules)

    def trend_of(self, speed: SpeedAtLoad) -> Trend:
        """The trend of the comparable speeds of a lift; NotEnoughData as `models.trends.trend.trend` raises it."""
        return speed_trend(speed, self._lift(speed), self.week.until)

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

    def _finding(self, kind: Kind, history: History) -> Finding:
        looks = self._looks(kind, history) if is_flagged(history) else 0
        is_new = self.week.holds(last_date(history))
        return Finding(self.athlete_id, self.name, kind, history, is_new, looks)

    def _looks(self, kind: Kind, history: History) -> int:
        """Looks in a row that flag the series in this direction, back from the newest value."""
        looks, newest = 1, history
        while looks < LOOKS_MOST:
            week_before = week_days(last_date(newest), self.week.config.week_start)[0] - pd.Timedelta(days=1)
            earlier = self._at(week_before, kind, subject_of(history))
            if earlier is None or not is_flagged(earlier) or direction(earlier) != direction(history):
                break
            looks, newest = looks + 1, earlier
        return looks

    def _at(self, day: pd.Timestamp, kind: Kind, subject: str) -> History | None:
        """The series as the page of that day would show it; None where it could not be told then."""
        found = _series_of(athlete_week(self.athlete, day), kind)
        return next((one for _, one in found if subject_of(one) == subject), None)

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


def _series_of(week: AthleteWeek, kind: Kind | None = None) -> Iterator[tuple[Kind, History]]:
    """The series of a week that have a result, of one kind if asked; other kinds are not fitted then."""
    parts: dict[Kind, Callable[[], Iterable[History]]] = {
        "speed": lambda: week.speeds.known,
        "form": lambda: [week.form_if_known] if week.form_if_known else [],
        "check": lambda: week.checks.known,
        "pace": lambda: week.paces.known,
        "sides": lambda: week.sides.known,
    }
    for name, found in parts.items():
        if kind in (None, name):
            yield from ((name, one) for one in found())


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
