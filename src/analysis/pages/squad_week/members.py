"""One athlete's part of the squad's week: every series as this week's look sees it, and what was done."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.base.rules import Proposal, Rule
from analysis.base.usual_band import REFERENCE_LEAST, Band, usual_band
from analysis.metrics.load import weekly_load
from analysis.metrics.running import is_run
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SideDifference
from analysis.models.series import Followed
from analysis.models.squad import sensitivity
from analysis.models.squad.sensitivity import Sensitivity
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek
from analysis.pages.series import can_be_told, is_news, subject_of, wording_of
from analysis.pages.squad_week.proposals import week_proposals, week_questions
from analysis.pages.wording import within

LOAD_WEEKS = 8  # that make an athlete's usual load
STREAMS = ("sets", "reps", "runs", "others", "splits", "trials", "wellness")

_HAPPENED = ("sessions", "wellness", "trials", "cues")


class Member(AthleteFrames, Protocol):
    """An athlete's frames with the name that the coach knows."""

    name: str


@dataclass(frozen=True, eq=False)
class Finding:
    """One series of one athlete as this week's page tells it."""

    athlete_id: str
    athlete: str
    series: Followed
    is_new: bool  # its newest value is of this week

    @property
    def subject(self) -> str:
        """The stable name of the series."""
        return subject_of(self.series)

    @cached_property
    def is_news(self) -> bool:
        """A lasting change that is told; of both sides a sure difference, in the week of a test."""
        return self.has_changed and (self.is_new or not isinstance(self.series, SideDifference))

    @cached_property
    def has_changed(self) -> bool:
        """Whether there is something lasting to tell, in whichever week it was measured."""
        return is_news(self.series)

    @cached_property
    def is_judged(self) -> bool:
        """False where the answer is "cannot tell"."""
        return can_be_told(self.series)

    @property
    def null_probability(self) -> float:
        """Chance that it is on the list of this week though nothing changed."""
        if isinstance(self.series, SideDifference):
            return self.series.null_probability if self.is_new else 0.0
        return self.series.change.null_probability

    @property
    def found_this_week(self) -> bool:
        """Whether no page before this week's told it."""
        found_on = self.series.change.found_on
        return self.is_new if found_on is None else (self.series.until - found_on).days < 7

    @property
    def waits_for_device(self) -> bool:
        """Whether a new device or rater has too few values so far for anything to be told."""
        return not self.is_judged and self.series.change.reason == "series_broken"

    def at(self, day: pd.Timestamp) -> "Finding | None":
        """As a page of that day would tell it, by today's data and noise; None before its first value."""
        try:
            then = self.series.at(day)
        except NotEnoughData:
            return None
        return replace(self, series=then, is_new=(day - then.last_date).days < 7)

    @property
    def is_odd_today(self) -> bool:
        """Nothing lasting, but the newest value of this week is out of the usual."""
        return self.is_new and not self.is_news and self.series.change.today in ("unusually low", "unusually high")

    @property
    def size(self) -> float:
        """The change in units of what two single values err by, or of its interval where there is no such unit."""
        change = self.series.change
        if isinstance(self.series, SideDifference):
            return abs(self.series.estimate_pct) / self.series.mdc_pct
        scale = change.mdc if np.isfinite(change.mdc) else (change.change_high - change.change_low) / 2
        return abs(change.change) / scale


@dataclass(frozen=True)
class NewDevice:
    """A series that began anew with another device or rater: what is before is not compared."""

    athlete_id: str
    athlete: str
    is_rater: bool
    subject: str
    name: str  # within a sentence
    device: str | None
    since: pd.Timestamp
    n_before: int  # exposures that are not compared
    n_since: int
    is_news: bool  # nothing can be told by it yet


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

    @property
    def display(self) -> Display:
        """The units that the coach reads; the athlete's own are those of `week`."""
        return self.athlete.config.display.to()

    @cached_property
    def last_date(self) -> pd.Timestamp | None:
        """The last day of which anything is known."""
        frames = [getattr(self.athlete, name)["local_date"] for name in _HAPPENED]
        return max((dates.max() for dates in frames if len(dates)), default=None)

    def rows_of(self, stream: str) -> pd.DataFrame:
        """The rows of a stream; what a watch recorded is one of the `runs`, or of the `others`."""
        if stream not in ("runs", "others"):
            return getattr(self.athlete, stream)
        recorded = self.athlete.runs
        return recorded[is_run(recorded) == (stream == "runs")]

    @cached_property
    def files(self) -> frozenset[int]:
        """The numbers of the files that rows of this athlete came from."""
        return frozenset(no for stream in STREAMS for no in self.rows_of(stream)["file_no"])

    @property
    def has_data(self) -> bool:
        """Whether anything of this week is known."""
        return self.last_date is not None and self.last_date >= self.week.days[0]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every series with a result, flagged or not."""
        return tuple(
            Finding(self.athlete_id, self.name, one, self.week.holds(one.last_date)) for one in self.week.followed
        )

    @cached_property
    def new_devices(self) -> tuple[NewDevice, ...]:
        """The series of which earlier values were measured by another device."""
        return tuple(
            _new_device(one, one.series.began_anew, self.display)
            for one in self.findings
            if one.series.began_anew is not None
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

    def questions(self, rules: Iterable[Rule]) -> tuple[Proposal, ...]:
        """What the rules have the coach ask."""
        return week_questions(self.week, self.name, rules)

    def sensitivity_of(self, finding: Finding) -> Sensitivity:
        """The finding under other choices; NotEnoughData for the kinds that have none to vary."""
        athlete, until, judging, one = self.athlete, self.week.until, self.week.judging, finding.series
        match one:
            case SpeedAtLoad():
                lift = self.week.config.lift(one.exercise)
                about = (athlete.sets, athlete.reps, lift, one.anchor_kg, until)
                return sensitivity.speed_sensitivity(*about, side=one.side, judging=judging)
            case CheckHistory():
                check = self.week.config.check(one.test_id)
                return sensitivity.check_sensitivity(athlete.splits, athlete.trials, check, until, judging=judging)
            case SideDifference():
                tests = [test for test in self.week.config.side_tests if test.test_id == one.test_id]
                if tests:  # single-leg work has no test that could be read otherwise
                    return sensitivity.side_sensitivity(athlete.trials, tests[0], until, judging=judging)
        raise NotEnoughData("No other choice is defined for this series yet. Read it with its interval.")

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


def _new_device(finding: Finding, since: pd.Timestamp, display: Display) -> NewDevice:
    exposures = finding.series.exposures
    device = exposures["device"].iloc[-1]
    return NewDevice(
        athlete_id=finding.athlete_id,
        athlete=finding.athlete,
        is_rater=isinstance(finding.series, FormHistory),
        subject=finding.subject,
        name=within(wording_of(finding.series, display).quantity),
        device=device if isinstance(device, str) else None,
        since=since,
        n_before=int((~exposures["comparable"]).sum()),
        n_since=int(exposures["comparable"].sum()),
        is_news=finding.waits_for_device,
    )
