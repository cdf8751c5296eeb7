"""One athlete's week: every part of the weekly page, fitted from the athlete's frames when it is asked for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import pandas as pd

from analysis.base.config import Config, Lift
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.metrics.adherence import away, day_states, lifts_of_plan, plan_status, tests, week_days
from analysis.metrics.key_lifts import lifts_of_log
from analysis.metrics.load import volume_load
from analysis.metrics.mobility import DEPTH_TEST, SCREENS
from analysis.metrics.planned_runs import planned_runs
from analysis.metrics.running import is_run
from analysis.metrics.strength import bar_speeds
from analysis.metrics.tempo import TempoCount, once_with_tempo, tempo_compliance, tempo_count
from analysis.metrics.wellness import wellness_week
from analysis.models.answers import Answers, answers_to
from analysis.models.change.days import events_of_labels
from analysis.models.checks import CheckHistory, check_history
from analysis.models.form.clean_reps import FormHistory, SetBreak, history_of_rated, rated_repetitions, set_breaks
from analysis.models.form.hinge_depth import HingeDepth, hinge_depth
from analysis.models.form.mobility_level import MobilityLevel, mobility_level
from analysis.models.form.sides import SideDifference, side_difference
from analysis.models.form.single_leg import single_leg_difference
from analysis.models.form.tempo_kept import TempoKept, tempo_kept
from analysis.models.noise import SquadNoise
from analysis.models.running.durability import Durability
from analysis.models.running.pace_at_heart_rate import PACE, PaceAtHeartRate, pace_at_heart_rate
from analysis.models.series import Followed, Judging, Series
from analysis.models.strength.e1rm_by_day import E1rmByDay, e1rm_by_day
from analysis.models.strength.speed_at_load import SpeedAtLoad, speed_of_bar_speeds
from analysis.pages.athlete_week.done import (
    Adherence,
    LabelledDays,
    Note,
    WeekTotals,
    adherence_of,
    labelled_days,
    left_out_of,
    notes_of,
)
from analysis.pages.athlete_week.long_runs import durabilities_of
from analysis.pages.parts import AthleteFrames, Parts, gathered
from analysis.pages.parts import Missing as Missing
from analysis.pages.wording import exercise_name

ADHERENCE_WEEKS = 4
TRAINED_DAYS_FOR_A_LINE = 2


@dataclass(frozen=True, eq=False)
class AthleteWeek:
    """The parts of one athlete's week. Each is fitted when first read; NotEnoughData is raised there, not before."""

    athlete: AthleteFrames
    until: pd.Timestamp
    days: pd.DatetimeIndex  # the seven days of the week that holds `until`
    by: Judging | None = None  # what series are judged by, where it is not what the frames say

    @cached_property
    def config(self) -> Config:
        """The configuration; where it names no key lift, with those that the log proposes."""
        said, athlete = self.athlete.config, self.athlete
        if said.lifts:
            return said
        return said.model_copy(update={"lifts": lifts_of_log(athlete.sets, athlete.reps, self.until)})

    @property
    def has_proposed_lifts(self) -> bool:
        """Whether the key lifts come from the athlete's log, since nobody has named any."""
        return bool(self.config.lifts) and not self.athlete.config.lifts

    @property
    def display(self) -> Display:
        """The units that this athlete reads."""
        return self.config.display.to(self.athlete.athlete_id)

    def holds(self, day: pd.Timestamp) -> bool:
        """Whether `day` is of this week."""
        return self.days[0] <= day <= self.days[-1]

    def tells(self, one: Followed) -> bool:
        """Whether the series has a value of this week, or a change that is told in it."""
        return self.holds(one.last_date) or one.change.changed

    def samples(self, session_id: str) -> pd.DataFrame:
        """The watch records of one session."""
        return _records(self)(session_id)

    @cached_property
    def day_states(self) -> pd.DataFrame:
        """local_date and state (done, rest, off, answered, none) of the seven days."""
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
        status = self._plan_status(self.days)
        return lifts_of_plan(status, self.athlete.sets[self.athlete.sets["local_date"] <= self.until])

    @cached_property
    def adherence(self) -> Adherence:
        """Of this week."""
        return adherence_of(self.plan, self.day_states)

    @cached_property
    def adherence_four_weeks(self) -> Adherence:
        """Of the four weeks that end with this one."""
        first = self.days[-1] - pd.Timedelta(days=7 * ADHERENCE_WEEKS - 1)
        days = pd.date_range(first, self.days[-1])
        return adherence_of(self._plan_status(days), self._states(days))

    @cached_property
    def planned_runs(self) -> pd.DataFrame:
        """The runs planned for this week and what became of each, as `metrics.planned_runs` gives them."""
        one = self.athlete
        return planned_runs(one.plan, one.sessions, one.runs, self.days, self.until, labels=one.labels)

    @cached_property
    def run_adherence(self) -> Adherence:
        """Of the planned runs of this week."""
        return adherence_of(self.planned_runs, self.day_states)

    @cached_property
    def excused(self) -> tuple[str, ...]:
        """Why nothing was expected of this week: ill, travel or off, or several; empty where something was.

        Nothing was where the athlete was ill or away on all planned days; without a plan, on all days that are known.
        """
        if len(self.plan):
            told = self.plan["away"].where(self.plan["status"] == "off")
        else:
            told = away(self.days[self.days <= self.until], self.athlete.labels, self.athlete.sessions)
        return () if told.isna().any() else tuple(dict.fromkeys(told))

    @cached_property
    def labelled(self) -> tuple[LabelledDays, ...]:
        """The days of this week that were planned light, or on which the athlete was ill, away or coming back."""
        return labelled_days(self.athlete.labels, self.days)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """What was written about this week's sessions and sets, and the addresses of their videos, as text."""
        return notes_of(self.athlete.sessions, self.athlete.sets, self.days)

    @cached_property
    def totals(self) -> WeekTotals:
        """Sets, volume load, runs and distance of this week."""
        sets = self.athlete.sets[self.athlete.sets["local_date"].isin(self.days)]
        runs = self.recorded[self.recorded["done"] == "run"]
        by_day = volume_load(sets)
        return WeekTotals(
            volume_load_kg=float(by_day["volume_load_kg"].sum(min_count=1)),
            sets=int(by_day["sets"].sum()),
            sets_unknown=int(by_day["sets_unknown"].sum()),
            run_distance_m=float(runs["distance_m"].sum(min_count=1)),
            runs=len(runs),
            runs_unknown=int(runs["distance_m"].isna().sum()),
            others=tuple(
                (str(kind), int(n)) for kind, n in self.recorded["done"].value_counts().items() if kind != "run"
            ),
            left_out=left_out_of(runs),
        )

    @cached_property
    def recorded(self) -> pd.DataFrame:
        """What watches recorded this week, each once, with `done`: run, or the kind of what is none."""
        runs = self.athlete.runs
        mine = runs[runs["local_date"].isin(self.days) & runs["counted"]]
        kinds = mine["kind"] if "kind" in mine else pd.Series("other", index=mine.index)
        done = kinds.fillna("other").where(~is_run(mine), "run")
        return mine.assign(done=done)[done != "measurement"]

    @cached_property
    def done_by_kind(self) -> dict[str, int]:
        """How often each kind of session was done this week, but for strength; days for a kind that no watch recorded.

        A log that tells of a run on a day with a recorded run tells of that one.
        """
        sessions = self.athlete.sessions
        done = sessions[sessions["local_date"].isin(self.days) & (sessions["status"] == "done")]
        told = done[~done["kind"].isin(["strength", "measurement"])].drop_duplicates(["local_date", "kind"])
        recorded = self.recorded[self.recorded["done"] != "strength"]
        there = set(zip(recorded["local_date"], recorded["done"], strict=True))
        copies = set(self.athlete.runs.loc[~self.athlete.runs["counted"], "session_id"])
        only_told = [
            one.kind
            for one in told.itertuples()
            if (one.local_date, one.kind) not in there and one.session_id not in copies
        ]
        return dict(Counter([*recorded["done"], *only_told]))

    @property
    def tested_days(self) -> int:
        """Days of this week with a trial of a test, as jumps, or with times of which no session tells."""
        splits, sessions = self.athlete.splits, self.athlete.sessions
        timed = splits.loc[~splits["session_id"].isin(sessions["session_id"]), ["local_date"]]
        return self._days_with(pd.concat([tests(self.athlete.trials)[["local_date"]], timed]))

    @property
    def answered_days(self) -> int:
        """Days of this week on which a question was answered, or a device measured at rest."""
        return self._days_with(self.athlete.wellness.dropna(subset=["value"]))

    def _days_with(self, rows: pd.DataFrame) -> int:
        return int(self.days.isin(rows["local_date"]).sum())

    @cached_property
    def bar_speeds(self) -> pd.DataFrame:
        """Every measured repetition with its set, as `metrics.strength.bar_speeds`."""
        return bar_speeds(self.athlete.sets, self.athlete.reps)

    @cached_property
    def judging(self) -> Judging:
        """What every series of this athlete is judged by: the squad's noise, and the days that were planned light."""
        events = events_of_labels(self.athlete.labels)
        return self.by or Judging(SquadNoise(self.athlete.noise), events, self.config.confidence)

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
                    judging=self.judging,
                    display=self.display,
                ),
            )
            for lift in self.config.lifts
            if lift.has_anchor(self.athlete.athlete_id)
            for side in self._sides_trained(lift)
        )

    @cached_property
    def e1rms(self) -> Parts[E1rmByDay]:
        """1RM from repetitions of the key lifts whose bar speed is not measured."""
        measured = {(one.exercise, one.side) for one in self.speeds.known}
        return gathered(
            (
                f"{lift.exercise}.e1rm",
                lambda lift=lift, side=side: e1rm_by_day(
                    self.athlete.sets, lift, self.until, side=side, judging=self.judging
                ),
            )
            for lift in self.config.lifts
            for side in self._sides_trained(lift)
            if (lift.exercise, side) not in measured
        )

    @cached_property
    def forms(self) -> Parts[FormHistory]:
        """Clean repetitions of the lift rated most recently, whenever that was."""
        return gathered([("form", self._form_history)])

    @property
    def form(self) -> FormHistory:
        """The form that the page tells; NotEnoughData where no set was rated this week and no change is told."""
        self.forms.or_say_why("No form notes yet. Ask your coach to rate one set a week.")
        if self.form_if_known is None:
            raise NotEnoughData("No form notes this week. Ask your coach to rate one set.")
        return self.form_if_known

    @cached_property
    def form_breaks(self) -> tuple[SetBreak, ...]:
        """The rated sets of this week, with the repetition at which form first changed and how."""
        return set_breaks(self.rated[self.rated["local_date"] >= self.days[0]])

    @cached_property
    def rated(self) -> pd.DataFrame:
        """Every rated repetition up to this week, as `models.form.clean_reps.rated_repetitions`."""
        return rated_repetitions(self.athlete.sets, self.athlete.reps, self.until)

    @cached_property
    def tempo(self) -> TempoCount:
        """How many sets of this week kept the tempo asked of them; none at all where none was asked."""
        return tempo_count(tempo_compliance(self._with_tempo[self._with_tempo["local_date"].isin(self.days)]))

    @cached_property
    def tempos(self) -> Parts[TempoKept]:
        """Distance from its tempo of every lift that is done in one."""
        return gathered(
            (
                f"{exercise}.tempo",
                lambda exercise=exercise: tempo_kept(self._with_tempo, exercise, self.until, judging=self.judging),
            )
            for exercise in sorted(self._with_tempo["exercise"].dropna().unique())
        )

    @cached_property
    def _with_tempo(self) -> pd.DataFrame:
        sets = self.athlete.sets
        return once_with_tempo(sets[sets["local_date"] <= self.until])

    @cached_property
    def depths(self) -> Parts[HingeDepth]:
        """Hinge depth of every lift of which an angle was measured."""
        reps = self.athlete.reps.dropna(subset=["hinge_angle_deg"])
        sets = self.athlete.sets.merge(reps[["session_id", "set_no"]].drop_duplicates(), on=["session_id", "set_no"])
        return gathered(
            (
                f"{exercise}.hinge_angle",
                lambda exercise=exercise: hinge_depth(sets, reps, exercise, self.until, judging=self.judging),
            )
            for exercise in sorted(sets["exercise"].dropna().unique())
        )

    @cached_property
    def checks(self) -> Parts[CheckHistory]:
        """Every performance check of the configuration."""
        return gathered(
            (
                check.test_id,
                lambda check=check: check_history(
                    self.athlete.splits, self.athlete.trials, check, self.until, judging=self.judging
                ),
            )
            for check in self.config.checks
        )

    @cached_property
    def paces(self) -> Parts[PaceAtHeartRate]:
        """Pace at the usual heart rate; nothing at all for an athlete without runs."""
        if not is_run(self.athlete.runs).any():
            return Parts((), ())
        return gathered([(PACE, self._pace)])

    @cached_property
    def durabilities(self) -> Parts[Durability]:
        """How speed for a heartbeat holds in long runs; nothing at all for an athlete without one."""
        return durabilities_of(self.athlete.runs, self.samples, self.until, self.judging)

    @cached_property
    def sides(self) -> Parts[SideDifference]:
        """Every side test that this athlete has done."""
        done = set(self.athlete.trials["test_id"])
        return gathered(
            (
                f"{test.test_id}.sides",
                lambda test=test: side_difference(self.athlete.trials, test, self.until, judging=self.judging),
            )
            for test in self.config.side_tests
            if test.test_id in done
        )

    @cached_property
    def leg_sides(self) -> Parts[SideDifference]:
        """Left against right of every lift that was done with one leg at a time: its speed, else its load."""
        sets = self.athlete.sets
        one_sided = sets[sets["side"].isin(["L", "R"]) & (sets["local_date"] <= self.until)]
        return gathered(
            (
                f"{exercise}.sides",
                lambda exercise=exercise: single_leg_difference(
                    one_sided,
                    self.bar_speeds,
                    exercise,
                    self.until,
                    name=exercise_name(exercise),
                    judging=self.judging,
                ),
            )
            for exercise in sorted(one_sided["exercise"].dropna().unique())
        )

    @cached_property
    def mobility(self) -> Parts[MobilityLevel]:
        """Every screen of hip, ankle and back that was done; that of hinge depth where no lift has an angle."""
        done = set(self.athlete.trials.loc[self.athlete.trials["local_date"] <= self.until, "test_id"])
        done -= {check.test_id for check in self.config.checks}
        done -= {DEPTH_TEST} if self.depths.known else set()
        named = {test.test_id: test.name for test in self.config.side_tests}
        return gathered(
            (
                f"{screen.test_id}.mobility",
                lambda screen=screen: mobility_level(
                    self.athlete.trials,
                    replace(screen, name=named.get(screen.test_id, screen.name)),
                    self.until,
                    judging=self.judging,
                ),
            )
            for screen in SCREENS
            if screen.test_id in done
        )

    @cached_property
    def answers(self) -> Parts[Answers]:
        """Every item that is asked every day, and says which way is good."""
        asked = self.athlete.wellness.drop_duplicates(["item", "source"])[["item", "source"]]
        return gathered(
            (
                f"wellness.{item}",
                lambda item=item, source=source: answers_to(
                    self.athlete.wellness, item, source, self.until, judging=self.judging
                ),
            )
            for item, source in asked.sort_values(["item", "source"]).itertuples(index=False)
        )

    @cached_property
    def followed(self) -> tuple[Followed, ...]:
        """Every series of this athlete that there is, in the order of the page."""
        return (*self.forms.known, *self.measured)

    @property
    def measured(self) -> tuple[Series, ...]:
        """Those of `followed` whose values are measured or answered, not counted."""
        of_lifts = (self.speeds, self.e1rms, self.depths, self.tempos)
        runs = (self.paces, self.durabilities)
        parts = (*of_lifts, self.checks, *runs, self.sides, self.leg_sides, self.mobility, self.answers)
        return tuple(one for part in parts for one in part.known)

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
        """The form that the page tells, None where it has none to tell."""
        return next((one for one in self.forms.known if self.tells(one)), None)

    def _states(self, days: pd.DatetimeIndex) -> pd.DataFrame:
        known = days[days <= self.until]
        athlete = self.athlete
        states = day_states_of(athlete, known)
        return states.set_index("local_date").reindex(days, fill_value="none").rename_axis("local_date").reset_index()

    def _plan_status(self, days: pd.DatetimeIndex) -> pd.DataFrame:
        athlete = self.athlete
        return plan_status(athlete.plan, athlete.sessions, days, self.until, labels=athlete.labels)

    def _form_history(self) -> FormHistory:
        return history_of_rated(self.rated, self.until, judging=self.judging)

    def _pace(self) -> PaceAtHeartRate:
        return pace_at_heart_rate(self.athlete.runs, self.samples, self.until, judging=self.judging)

    def _anchor(self, lift: Lift) -> float:
        return lift.anchor_kg(self.athlete.athlete_id)

    def _sides_trained(self, lift: Lift) -> list[str]:
        sets = self.athlete.sets
        return sorted(set(sets.loc[sets["exercise"] == lift.exercise, "side"])) or ["B"]


def athlete_week(athlete: AthleteFrames, until: str | pd.Timestamp, *, by: Judging | None = None) -> AthleteWeek:
    """The week that holds `until`, by the configuration's first day of the week.

    Parameters
    ----------
    athlete : AthleteFrames
        As `Workspace.athlete` gives it, or anything with the same frames.
    until : str or Timestamp
        Last day that is known, ISO.
    by : Judging, optional
        What series are judged by, in place of the squad's noise and the labels of the athlete's frames.
    """
    day = pd.Timestamp(until).normalize()
    return AthleteWeek(athlete, day, week_days(day, athlete.config.week_start), by)


@lru_cache(maxsize=1)  # of the week asked about last: those of a whole squad would not fit
def _records(week: AthleteWeek) -> Callable[[str], pd.DataFrame]:
    """The watch records of a session, read once for all that is told of them."""
    return cache(week.athlete.samples)


def day_states_of(athlete: AthleteFrames, days: pd.DatetimeIndex) -> pd.DataFrame:
    """As `metrics.adherence.day_states`, by all that is known of an athlete; who was timed did a test."""
    tested = [frame[["local_date", "test_id"]] for frame in (athlete.trials, athlete.splits)]
    return day_states(
        days,
        athlete.sessions,
        athlete.sets,
        athlete.runs,
        athlete.labels,
        trials=pd.concat(tested, ignore_index=True),
        wellness=athlete.wellness,
    )
