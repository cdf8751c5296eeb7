"""One athlete's week: every part of the weekly page, fitted from the athlete's frames when it is asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, Protocol, TypeVar

import pandas as pd

from analysis.base.config import Config, Lift
from analysis.base.decisions import Change, best_yet
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.adherence import day_states, lifts_of_plan, plan_status, week_days
from analysis.metrics.load import volume_load
from analysis.metrics.running import RUNNING_SPORTS
from analysis.metrics.strength import bar_speeds
from analysis.metrics.wellness import wellness_week
from analysis.models.checks import CheckHistory, check_history
from analysis.models.form.clean_reps import FormHistory, form_history
from analysis.models.form.sides import SideDifference, side_difference
from analysis.models.running.pace_at_heart_rate import PaceAtHeartRate, pace_at_heart_rate
from analysis.models.strength.speed_at_load import LOAD_TOLERANCE, SpeedAtLoad, speed_of_bar_speeds

ADHERENCE_WEEKS = 4
TRAINED_DAYS_FOR_A_LINE = 2
MILESTONES_MOST = 3

Part = TypeVar("Part")


class AthleteFrames(Protocol):
    """What is read of an athlete: the canonical frames, `local_date` on all of them, and the configuration."""

    athlete_id: str
    config: Config
    sessions: pd.DataFrame
    sets: pd.DataFrame  # with counted: False for the copy of a set that another source holds too
    reps: pd.DataFrame
    runs: pd.DataFrame  # with counted
    splits: pd.DataFrame
    wellness: pd.DataFrame
    trials: pd.DataFrame
    plan: pd.DataFrame  # reaching into the coming week
    cues: pd.DataFrame
    proposals: pd.DataFrame  # those that the coach accepted
    exclusions: pd.DataFrame  # what was left out by hand of all these, in words: local_date, what, part, reason
    noise: pd.DataFrame  # of the squad, with base.frames.NOISE_COLUMNS; no row for what is not known of 3 athletes

    def samples(self, session_id: str) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Missing:
    """A part that could not be told, and why."""

    subject: str
    sentence: str
    reason: Literal["too_few_values", "data_problem"]


@dataclass(frozen=True, eq=False)
class Parts(Generic[Part]):
    """The parts of one section that could be told, and those that could not."""

    known: tuple[Part, ...]
    missing: tuple[Missing, ...]

    def or_say_why(self, otherwise: str) -> "Parts[Part]":
        """Itself; NotEnoughData with the first reason (or `otherwise`, where nothing was asked) if nothing is known."""
        if self.known:
            return self
        raise NotEnoughData(self.missing[0].sentence if self.missing else otherwise)


@dataclass(frozen=True)
class Milestone:
    """Something achieved this week; clear where it is beyond error, or a count that has none."""

    kind: Literal["effort", "form", "speed", "check", "load"]
    what: str
    value: float
    unit: str
    clear: bool


@dataclass(frozen=True)
class Adherence:
    """Planned training days done, on the day or moved by one, of those that were due."""

    done: int
    due: int
    not_logged: int  # of those missed: days on which nothing at all is logged


@dataclass(frozen=True)
class WeekTotals:
    """What was done in a week, warm-up sets and second records of the same thing left out."""

    volume_load_kg: float  # external load times repetitions; NaN where no set tells it
    sets: int
    sets_unknown: int  # of those: load or repetitions not known, or assisted
    run_distance_m: float  # NaN where no run tells it
    runs: int
    runs_unknown: int  # of those: distance not known
    other_activities: int  # records of the watch that are no runs


@dataclass(frozen=True, eq=False)
class AthleteWeek:
    """The parts of one athlete's week. Each is fitted when first read; NotEnoughData is raised there, not before."""

    athlete: AthleteFrames
    until: pd.Timestamp
    days: pd.DatetimeIndex  # the seven days of the week that holds `until`

    @property
    def config(self) -> Config:
        return self.athlete.config

    def holds(self, day: pd.Timestamp) -> bool:
        """Whether `day` is of this week."""
        return self.days[0] <= day <= self.days[-1]

    @cached_property
    def day_states(self) -> pd.DataFrame:
        """local_date and state (done, rest, off, none) of the seven days."""
        return self._states(self.days)

    @property
    def n_trained_days(self) -> int:
        return int((self.day_states["state"] == "done").sum())

    @property
    def n_logged_days(self) -> int:
        return int((self.day_states["state"] != "none").sum())

    @cached_property
    def plan(self) -> pd.DataFrame:
        """The planned training days of this week and what became of them and of the lifts that they name.

        As `metrics.adherence.plan_status` and `lifts_of_plan` give it.
        """
        status = plan_status(self.athlete.plan, self.athlete.sessions, self.days, self.until)
        return lifts_of_plan(status, self.athlete.sets[self.athlete.sets["local_date"] <= self.until])

    @cached_property
    def adherence(self) -> Adherence:
        """Of this week."""
        return _adherence(self.plan, self.day_states)

    @cached_property
    def adherence_four_weeks(self) -> Adherence:
        """Of the four weeks that end with this one."""
        first = self.days[-1] - pd.Timedelta(days=7 * ADHERENCE_WEEKS - 1)
        days = pd.date_range(first, self.days[-1])
        return _adherence(plan_status(self.athlete.plan, self.athlete.sessions, days, self.until), self._states(days))

    @cached_property
    def totals(self) -> WeekTotals:
        """Sets, volume load, runs and distance of this week."""
        sets = self.athlete.sets[self.athlete.sets["local_date"].isin(self.days)]
        recorded = self.athlete.runs[self.athlete.runs["local_date"].isin(self.days) & self.athlete.runs["counted"]]
        runs = recorded[recorded["sport"].str.lower().isin(RUNNING_SPORTS)]
        by_day = volume_load(sets)
        return WeekTotals(
            volume_load_kg=float(by_day["volume_load_kg"].sum(min_count=1)),
            sets=int(by_day["sets"].sum()),
            sets_unknown=int(by_day["sets_unknown"].sum()),
            run_distance_m=float(runs["distance_m"].sum(min_count=1)),
            runs=len(runs),
            runs_unknown=int(runs["distance_m"].isna().sum()),
            other_activities=len(recorded) - len(runs),
        )

    @cached_property
    def bar_speeds(self) -> pd.DataFrame:
        """Every measured repetition with its set, as `metrics.strength.bar_speeds`."""
        return bar_speeds(self.athlete.sets, self.athlete.reps)

    @cached_property
    def speeds(self) -> Parts[SpeedAtLoad]:
        """Speed at the anchor load, a lift and side each."""
        return gathered(
            (
                f"{lift.exercise}.speed_at_{self._anchor(lift):g}kg",
                lambda lift=lift, side=side: speed_of_bar_speeds(
                    self.bar_speeds,
                    lift,
                    self._anchor(lift),
                    self.until,
                    side=side,
                    conf_level=self.config.confidence,
                ),
            )
            for lift in self.config.lifts
            for side in self._sides_trained(lift)
        )

    @cached_property
    def form(self) -> FormHistory:
        """Clean repetitions of the lift rated most recently; NotEnoughData where no set was rated this week."""
        history = form_history(self.athlete.sets, self.athlete.reps, self.until, conf_level=self.config.confidence)
        if not self.holds(history.last_date):
            raise NotEnoughData("No form notes this week. Ask your coach to rate one set.")
        return history

    @cached_property
    def checks(self) -> Parts[CheckHistory]:
        """Every performance check of the configuration."""
        return gathered(
            (
                check.test_id,
                lambda check=check: check_history(
                    self.athlete.splits, self.athlete.trials, check, self.until, conf_level=self.config.confidence
                ),
            )
            for check in self.config.checks
        )

    @cached_property
    def paces(self) -> Parts[PaceAtHeartRate]:
        """Pace at the usual heart rate; nothing at all for an athlete without runs."""
        if self.athlete.runs.empty:
            return Parts((), ())
        return gathered([("run.pace_at_heart_rate", self._pace)])

    @cached_property
    def sides(self) -> Parts[SideDifference]:
        """Every side test that this athlete has done."""
        done = set(self.athlete.trials["test_id"])
        return gathered(
            (
                f"{test.test_id}.sides",
                lambda test=test: side_difference(
                    self.athlete.trials, test, self.until, conf_level=self.config.confidence
                ),
            )
            for test in self.config.side_tests
            if test.test_id in done
        )

    @cached_property
    def wellness(self) -> pd.DataFrame:
        """The week's answers; NotEnoughData where there is none."""
        week = wellness_week(self.athlete.wellness, self.days)
        if not week["value"].notna().any():
            raise NotEnoughData("No answers this week. Note sleep, soreness and energy tomorrow morning.")
        return week

    @cached_property
    def plan_next_week(self) -> pd.DataFrame:
        """local_date, role and content planned for the seven days after this week; NotEnoughData where none is."""
        plan = self.athlete.plan
        days = self.days + pd.Timedelta(days=7)
        coming = plan[plan["local_date"].isin(days) & (plan["role"] != "rest")]
        if coming.empty:
            raise NotEnoughData("Your coach will add this.")
        return coming.sort_values(["local_date", "line_no"])[["local_date", "role", "content"]].reset_index(drop=True)

    @property
    def approved(self) -> pd.DataFrame:
        """The proposals for the week after this one that the coach accepted, the one answered last first."""
        proposals = self.athlete.proposals
        return proposals[proposals["local_date"] == self.days[0]].sort_values("answered_at", ascending=False)

    @property
    def cue(self) -> str | None:
        """The athlete's latest cue, of the lift whose form was rated where it has one."""
        cues = self.athlete.cues[self.athlete.cues["local_date"] <= self.until].sort_values("local_date")
        form = self.form_if_known
        of_the_lift = cues[cues["exercise"] == form.exercise] if form else cues.iloc[:0]
        found = of_the_lift if len(of_the_lift) else cues
        return str(found["cue"].iloc[-1]) if len(found) else None

    @property
    def form_if_known(self) -> FormHistory | None:
        """The week's form, None where it cannot be told."""
        try:
            return self.form
        except (NotEnoughData, DataProblem):
            return None

    @property
    def judged(self) -> tuple[Change, ...]:
        """Every change of the week's page that could be judged: of speeds, form, checks and paces."""
        form = self.form_if_known
        histories = (*self.speeds.known, *([form] if form else []), *self.checks.known, *self.paces.known)
        return tuple(one.change for one in histories if one.change.state.known)

    @cached_property
    def milestones(self) -> tuple[Milestone, ...]:
        """Up to 3 achievements of this week: effort and skill first, then clear bests, then bests on the day."""
        first = [*self._effort(), *self._form_best()]
        then = sorted([*self._bests(), *self._load_bests()], key=lambda one: not one.clear)
        return tuple([*first, *then][:MILESTONES_MOST])

    def _states(self, days: pd.DatetimeIndex) -> pd.DataFrame:
        known = days[days <= self.until]
        states = day_states(known, self.athlete.sessions, self.athlete.sets, self.athlete.runs)
        return states.set_index("local_date").reindex(days, fill_value="none").rename_axis("local_date").reset_index()

    def _pace(self) -> PaceAtHeartRate:
        athlete = self.athlete
        return pace_at_heart_rate(athlete.runs, athlete.samples, self.until, conf_level=self.config.confidence)

    def _anchor(self, lift: Lift) -> float:
        return lift.anchor_kg(self.athlete.athlete_id)

    def _sides_trained(self, lift: Lift) -> list[str]:
        sets = self.athlete.sets
        return sorted(set(sets.loc[sets["exercise"] == lift.exercise, "side"])) or ["B"]

    def _effort(self) -> list[Milestone]:
        week = self.adherence
        if week.due == 0 or week.done < len(self.plan):
            return []
        return [Milestone("effort", "planned days done", week.done, "", clear=True)]

    def _form_best(self) -> list[Milestone]:
        """Best clean repetitions among sessions at this load or above: a lighter one is no comparison."""
        form = self.form_if_known
        if form is None:
            return []
        exposures = form.exposures[form.exposures["comparable"]]
        last, earlier = exposures.iloc[-1], exposures.iloc[:-1]
        earlier = earlier[~(earlier["load_kg"] < last["load_kg"] * (1 - LOAD_TOLERANCE))]
        what = "clean reps" if pd.isna(last["load_kg"]) else f"clean reps at {last['load_kg']:g} kg"
        best = best_yet(earlier["value"], last["value"], form.change.typical_error)
        return [Milestone("form", what, best.value, "", best.clear)] if best else []

    def _bests(self) -> list[Milestone]:
        """Speeds and checks whose latest value is of this week and their best."""
        found = []
        for one in (*self.speeds.known, *self.checks.known):
            change, values = one.change, one.exposures.loc[one.exposures["comparable"], "value"]
            error, lower = change.typical_error, change.lower_is_better
            best = best_yet(values.iloc[:-1], values.iloc[-1], error, lower_is_better=lower)
            if best and self.holds(one.last_date):
                is_speed = isinstance(one, SpeedAtLoad)
                what = f"{one.name} at {one.anchor_kg:g} kg" if is_speed else one.name
                found.append(Milestone("speed" if is_speed else "check", what, best.value, change.unit, best.clear))
        return found

    def _load_bests(self) -> list[Milestone]:
        """Heaviest counted set of a key lift; a load on the bar has no typical error, so it is best on the day."""
        found = []
        sets = self.athlete.sets[self.athlete.sets["counted"] & (self.athlete.sets["reps"] > 0)]
        for lift in self.config.lifts:
            heaviest = sets[sets["exercise"] == lift.exercise].groupby("local_date")["load_kg"].max().dropna()
            week = heaviest[(heaviest.index >= self.days[0]) & (heaviest.index <= self.until)]
            best = best_yet(heaviest[heaviest.index < self.days[0]], week.max(), None) if len(week) else None
            if best:
                found.append(Milestone("load", lift.name, best.value, "kg", best.clear))
        return found


def athlete_week(athlete: AthleteFrames, until: str | pd.Timestamp) -> AthleteWeek:
    """The week that holds `until`, by the configuration's first day of the week.

    Parameters
    ----------
    athlete : AthleteFrames
        As `Workspace.athlete` gives it, or anything with the same frames.
    until : str or Timestamp
        Last day that is known, ISO.
    """
    day = pd.Timestamp(until).normalize()
    return AthleteWeek(athlete, day, week_days(day, athlete.config.week_start))


def _adherence(status: pd.DataFrame, states: pd.DataFrame) -> Adherence:
    """Counts of what became of planned days; `states` says of each day whether anything is logged."""
    missed = status.loc[status["status"] == "missed", "local_date"]
    nothing_logged = states.loc[states["state"] == "none", "local_date"]
    return Adherence(
        done=int(status["status"].isin(["done", "moved"]).sum()),
        due=int((status["status"] != "planned").sum()),
        not_logged=int(missed.isin(nothing_logged).sum()),
    )


def gathered(jobs: Iterable[tuple[str, Callable[[], Part]]]) -> Parts[Part]:
    """Every job's result, or the sentence that says why there is none."""
    known, missing = [], []
    for subject, job in jobs:
        try:
            known.append(job())
        except NotEnoughData as problem:
            missing.append(Missing(subject, str(problem), "too_few_values"))
        except DataProblem as problem:
            missing.append(Missing(subject, str(problem), "data_problem"))
    return Parts(tuple(known), tuple(missing))
