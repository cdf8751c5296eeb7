"""A block of training of a whole squad: every part of the scientist's page, fitted from the frames when asked for.

The block runs from `since` to `until`. What came before it is the baseline: a change over the block is the mean of the
last 3 exposures in it (the last one of a periodic check) against the 3 to 8 comparable exposures of the weeks before
it. Where the record begins with the block, its own first 3 stand for the baseline, and the change says so. The error is
the squad's own typical error between days where 3 athletes or more repeated the measure, pooled with the athlete's own:
protocol, devices and population are the same. Every change is also corrected for how many were judged (Holm 1979).
"""

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.config import Config, Lift
from analysis.decisions import MDC_LEVEL, REFERENCE_LEAST, REFERENCE_MOST, Change, TypicalError
from analysis.errors import NotEnoughData, UsageProblem
from analysis.metrics.adherence import day_states, plan_status, week_days
from analysis.metrics.load import daily_load
from analysis.metrics.strength import bar_speeds
from analysis.models import form, series, speed_at_load
from analysis.models.bland_altman import BlandAltman, bland_altman
from analysis.models.checks import STALE_AFTER_INTERVALS, CheckHistory
from analysis.models.fitness_fatigue.skill import Review, review
from analysis.models.flag_audit import FlagAudit, flag_audit
from analysis.models.growth import Growth, growth
from analysis.models.load_velocity_mixed import MixedProfile, profile_across_sessions
from analysis.models.pace_at_heart_rate import pace_at_heart_rate
from analysis.models.reliability import Reliability, reliability
from analysis.models.transfer import SquadSeries, Transfer, transfer
from analysis.models.week import AthleteFrames, AthleteWeek, Parts, athlete_week, gathered

BLOCK_DAYS = 84
BASELINE_DAYS = 56  # before the block, within which exposures are its baseline; for a check two of its intervals
LAST_EXPOSURES = 3  # of the block, whose mean is judged; of a periodic check the last one alone
RETESTS = 4  # first exposures of the block that tell the error of a weekly measure
CHECK_RETESTS = 3  # first checks of the record, where practice shows
CONVENTION = "next_day"  # a test knows the loads up to the day before
STRENGTH = ("strength",)
CLEAN_REPS = "form.clean_reps"
SIDE_WORDS = {"B": "", "L": ", left", "R": ", right"}

Kind = Literal["speed", "form", "check", "pace"]
History = speed_at_load.SpeedAtLoad | form.FormHistory | CheckHistory


class ReviewedAthlete(AthleteFrames, Protocol):
    """An athlete's frames with the name that the page prints and a hash of what they hold."""

    name: str
    fingerprint: str


class ReviewedSquad(Protocol):
    """All athletes, and the tables that say how their data came in: files and rejects."""

    config: Config
    athletes: tuple[ReviewedAthlete, ...]
    ledger: dict[str, pd.DataFrame]
    fingerprint: str
    withheld: int  # athletes who have not agreed to be shown here


@dataclass(frozen=True)
class Measure:
    """Something followed over the block, the same for every athlete but for the anchor load."""

    kind: Kind
    key: str  # stable name, as romanian_deadlift.speed
    name: str
    unit: str
    swc: float
    lower_is_better: bool = False
    stated: TypicalError | None = None  # the error in the configuration, if any
    resolution: float = 0.0
    side: str = "B"


@dataclass(frozen=True, eq=False)
class BlockChange:
    """One athlete's change over the block in one measure."""

    athlete: str
    athlete_id: str
    measure: Measure
    at: str  # the anchor load, where there is one
    baseline_in_block: bool  # the record begins with the block, so that its first exposures are the baseline
    change: Change
    p_holm: float = np.nan  # of no change, by Holm over all judged changes of the block

    @property
    def stands(self) -> bool:
        """Whether the change is beyond error even as one of so many that were looked at."""
        return bool(self.p_holm <= 1 - MDC_LEVEL)

    @property
    def p_value(self) -> float:
        """Two-sided, of no change; NaN where nothing could be judged."""
        return float(2 * stats.t.sf(abs(self.change.gain) / self.change.se, self.change.df))


@dataclass(frozen=True, eq=False)
class MeasurementErrorOf:
    """What repeated exposures say about one measure."""

    measure: Measure
    reliability: Reliability
    agreement: BlandAltman  # of the first two exposures
    days_between: float  # median time between exposures


@dataclass(frozen=True, eq=False)
class GrowthOf:
    """The squad's mixed model of one measure over the weeks of the block."""

    measure: Measure
    growth: Growth


@dataclass(frozen=True, eq=False)
class ProfileOf:
    """An athlete's load-velocity profile over the sessions of the block."""

    athlete: str
    athlete_id: str
    measure: Measure
    profile: MixedProfile


@dataclass(frozen=True, eq=False)
class LoadResponse:
    """An athlete's fitness-fatigue model of one measure on the strength load."""

    athlete: str
    athlete_id: str
    measure: Measure
    review: Review
    days_not_known: int  # days without a known load, over which the model holds its state


@dataclass(frozen=True, eq=False)
class BlockReview:
    """The parts of a block's review. Each is fitted when first read, and once."""

    squad: ReviewedSquad
    since: pd.Timestamp
    until: pd.Timestamp

    @property
    def config(self) -> Config:
        return self.squad.config

    @property
    def days(self) -> pd.DatetimeIndex:
        """Every day of the block."""
        return pd.date_range(self.since, self.until)

    @property
    def n_weeks(self) -> int:
        """Weeks from `since`, a last one that is not whole included."""
        return -(-len(self.days) // 7)

    @property
    def _athletes(self) -> tuple[ReviewedAthlete, ...]:
        """All athletes; NotEnoughData where there is none."""
        if not self.squad.athletes:
            raise NotEnoughData("There is no athlete yet. Take in files with `workbook ingest PATHS`.")
        return self.squad.athletes

    @cached_property
    def labels(self) -> dict[str, str]:
        """The name of each athlete by id, with the id where two have one name."""
        names = [athlete.name for athlete in self.squad.athletes]
        return {
            one.athlete_id: one.name if names.count(one.name) == 1 else f"{one.name} ({one.athlete_id})"
            for one in self.squad.athletes
        }

    @property
    def names(self) -> dict[str, str]:
        """What the subjects of parts are called: measures, and athletes with them."""
        of_measures = {subject: one.name for one in self.measures for subject in (one.key, f"{one.key}.transfer")}
        of_athletes = {f"{athlete_id}.load_response": label for athlete_id, label in self.labels.items()}
        of_both = {
            f"{athlete_id}.{one.key}.profile": f"{label}, {one.name}"
            for athlete_id, label in self.labels.items()
            for one in self._speeds
        }
        return of_measures | of_athletes | of_both

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """What is followed: key lifts at their anchor loads, clean repetitions, periodic checks."""
        lifts = [self._speed_of(lift, side) for lift in self.config.lifts for side in self._sides_trained(lift)]
        clean = Measure("form", CLEAN_REPS, "Clean reps", "reps", form.SWC_REPS, resolution=form.RESOLUTION_REPS)
        checks = [
            Measure(
                "check",
                check.test_id,
                check.name,
                check.unit,
                check.swc,
                lower_is_better=check.lower_is_better,
                stated=_stated(check.te, check.te_df, check.te_source),
            )
            for check in self.config.checks
        ]
        return (*lifts, clean, *checks)

    @cached_property
    def plan(self) -> pd.DataFrame:
        """One row an athlete: athlete, athlete_id, due, done, moved, part, missed, not_logged.

        `not_logged` are those of the missed days on which nothing at all is logged: they are not known to be missed.
        """
        return pd.DataFrame([self._plan_of(athlete) for athlete in self._athletes])

    @cached_property
    def attrition(self) -> pd.DataFrame:
        """One row an athlete and week of the block: athlete, athlete_id, week (from 1), begins, n_days, n_logged.

        A day is logged where anything is known of it, rest and off included.
        """
        weeks = [self._weeks_of(athlete) for athlete in self._athletes]
        return pd.concat(weeks, ignore_index=True)

    @cached_property
    def audit(self) -> pd.DataFrame:
        """One row an athlete: what the block's tables hold, and what in them cannot be used."""
        return pd.DataFrame([self._audit_of(athlete) for athlete in self._athletes])

    @cached_property
    def device_changes(self) -> pd.DataFrame:
        """One row a new device, rater or timing within the baseline or the block: athlete, measure, date, was, now."""
        rows = []
        for athlete_id, found in self._histories.items():
            for measure, history in found:
                rows += self._device_changes(athlete_id, measure, history)
        return pd.DataFrame(rows, columns=["athlete", "measure", "local_date", "was", "now"])

    @cached_property
    def changes(self) -> tuple[BlockChange, ...]:
        """Every athlete's change over the block in every measure that was taken in it, by measure."""
        found = [
            self._change(athlete_id, measure, history)
            for athlete_id, histories in self._histories.items()
            for measure, history in histories
            if (self._in_block(history.exposures) & history.exposures["comparable"]).any()
        ]
        return _with_holm(sorted(found, key=lambda one: self.measures.index(one.measure)))

    def changes_of(self, measure: Measure) -> tuple[BlockChange, ...]:
        """The changes in one measure."""
        return tuple(one for one in self.changes if one.measure.key == measure.key)

    @cached_property
    def errors(self) -> Parts[MeasurementErrorOf]:
        """Measurement error of every measure, where exposures were repeated."""
        return gathered((measure.key, lambda measure=measure: self._error_of(measure)) for measure in self.measures)

    @cached_property
    def growths(self) -> Parts[GrowthOf]:
        """Mixed models of the bar speeds over the weeks of the block."""
        return gathered((measure.key, lambda measure=measure: self._growth_of(measure)) for measure in self._speeds)

    @cached_property
    def profiles(self) -> Parts[ProfileOf]:
        """Load-velocity profiles over the sessions of the block, an athlete and key lift each."""
        return gathered(
            (
                f"{athlete.athlete_id}.{measure.key}.profile",
                lambda athlete=athlete, measure=measure: self._profile_of(athlete, measure),
            )
            for measure in self._speeds
            for athlete in self.squad.athletes
        )

    @cached_property
    def load_responses(self) -> Parts[LoadResponse]:
        """Fitness-fatigue models of the first key lift's speed on the strength load, over the whole record."""
        return gathered(
            (f"{athlete.athlete_id}.load_response", lambda athlete=athlete: self._load_response(athlete))
            for athlete in self.squad.athletes
        )

    @cached_property
    def transfers(self) -> Parts[Transfer]:
        """Whether checks go with the first key lift's speed, now or weeks later, over the whole record."""
        hinge = next(iter(self._speeds), None)
        return gathered(
            (
                f"{measure.key}.transfer",
                lambda measure=measure: transfer(self._squad_series(hinge), self._squad_series(measure)),
            )
            for measure in self.measures
            if hinge and measure.kind == "check"
        )

    @cached_property
    def flags(self) -> FlagAudit:
        """The flags that the weekly pages of the block raised, against chance; NotEnoughData where none was judged."""
        looks = [look for athlete in self.squad.athletes for look in self._looks(athlete)]
        return flag_audit(pd.DataFrame(looks))

    # --- fitted once an athlete ---------------------------------------------------------------------------------

    @cached_property
    def _histories(self) -> dict[str, list[tuple[Measure, History]]]:
        """Every measure that an athlete has, as it stands at the end of the block."""
        return {athlete.athlete_id: list(self._histories_of(athlete)) for athlete in self.squad.athletes}

    def _histories_of(self, athlete: ReviewedAthlete) -> Iterable[tuple[Measure, History]]:
        by_key = {measure.key: measure for measure in self.measures}
        week = self._last_week[athlete.athlete_id]
        for speed in week.speeds.known:
            yield by_key[_speed_key(speed.exercise, speed.side)], speed
        if athlete.reps["form_flags"].notna().any():
            yield by_key[CLEAN_REPS], form.form_history(athlete.sets, athlete.reps, self.until)
        for check in week.checks.known:
            yield by_key[check.test_id], check

    @cached_property
    def _last_week(self) -> dict[str, AthleteWeek]:
        """The week at the end of the block, which every part of an athlete begins with."""
        return {one.athlete_id: athlete_week(one, self.until) for one in self.squad.athletes}

    @cached_property
    def _bar_speeds(self) -> dict[str, pd.DataFrame]:
        """Every measured repetition of the block by athlete."""
        whole = {one.athlete_id: bar_speeds(one.sets, one.reps) for one in self.squad.athletes}
        return {athlete_id: speeds[self._in_block(speeds)] for athlete_id, speeds in whole.items()}

    # --- measures -----------------------------------------------------------------------------------------------

    @property
    def _speeds(self) -> list[Measure]:
        return [measure for measure in self.measures if measure.kind == "speed"]

    def _speed_of(self, lift: Lift, side: str) -> Measure:
        return Measure(
            "speed",
            _speed_key(lift.exercise, side),
            lift.name + SIDE_WORDS[side],
            "m/s",
            lift.swc_m_s,
            stated=_stated(lift.te_m_s, lift.te_df, lift.te_source),
            resolution=speed_at_load.RESOLUTION_M_S,
            side=side,
        )

    def _sides_trained(self, lift: Lift) -> list[str]:
        sides = (one.sets.loc[one.sets["exercise"] == lift.exercise, "side"] for one in self.squad.athletes)
        return sorted(set().union(*sides)) or ["B"]

    # --- one athlete --------------------------------------------------------------------------------------------

    def _in_block(self, frame: pd.DataFrame) -> pd.Series:
        return frame["local_date"].between(self.since, self.until)

    def _plan_of(self, athlete: ReviewedAthlete) -> dict[str, object]:
        became = plan_status(athlete.plan, athlete.sessions, self.days, self.until)
        counts = became["status"].value_counts()
        missed = became.loc[became["status"] == "missed", "local_date"]
        states = self._day_states(athlete).set_index("local_date")["state"]
        return {
            "athlete": self.labels[athlete.athlete_id],
            "athlete_id": athlete.athlete_id,
            "due": int((became["status"] != "planned").sum()),
            **{status: int(counts.get(status, 0)) for status in ("done", "moved", "part", "missed")},
            "not_logged": int((states.reindex(missed) == "none").sum()),
        }

    def _weeks_of(self, athlete: ReviewedAthlete) -> pd.DataFrame:
        states = self._day_states(athlete)
        week = (states["local_date"] - self.since).dt.days // 7
        logged = (states["state"] != "none").groupby(week)
        weeks = pd.DataFrame({"n_days": logged.size(), "n_logged": logged.sum()}).rename_axis("week").reset_index()
        begins = self.since + pd.to_timedelta(7 * weeks["week"], unit="D")
        named = weeks.assign(athlete=self.labels[athlete.athlete_id], athlete_id=athlete.athlete_id, begins=begins)
        named["week"] += 1
        return named[["athlete", "athlete_id", "week", "begins", "n_days", "n_logged"]]

    def _day_states(self, athlete: ReviewedAthlete) -> pd.DataFrame:
        return day_states(self.days, athlete.sessions, athlete.sets, athlete.runs)

    def _audit_of(self, athlete: ReviewedAthlete) -> dict[str, object]:
        sets = athlete.sets[self._in_block(athlete.sets)]
        reps = athlete.reps[self._in_block(athlete.reps)]
        runs = athlete.runs[self._in_block(athlete.runs)]
        lifted = sets[sets["counted"]]
        unknown = (lifted["load_kg"] * lifted["reps"]).isna() & (lifted["set_kind"] != "warm_up")
        answered = athlete.wellness[self._in_block(athlete.wellness) & athlete.wellness["value"].notna()]
        return {
            "athlete": self.labels[athlete.athlete_id],
            "athlete_id": athlete.athlete_id,
            "days_logged": int((self._day_states(athlete)["state"] != "none").sum()),
            "sessions_unrated": self._sessions_unrated(athlete),
            "sets": len(lifted),
            "sets_unknown": int(unknown.sum()),
            "reps_measured": len(self._bar_speeds[athlete.athlete_id]),
            "reps_rated": int(reps["form_flags"].notna().sum()),
            "runs": int(runs["counted"].sum()),
            "copies": int((~sets["counted"]).sum() + (~runs["counted"]).sum()),
            "days_answered": answered["local_date"].nunique(),
            "left_out": int(self._in_block(athlete.exclusions).sum()),
        }

    def _sessions_unrated(self, athlete: ReviewedAthlete) -> int:
        if athlete.sessions.empty:
            return 0
        by_day = daily_load(athlete.sessions, until=self.until)
        return int(by_day.loc[by_day.index >= self.since, "unrated"].sum())

    def _device_changes(self, athlete_id: str, measure: Measure, history: History) -> list[tuple]:
        seen = history.exposures[history.exposures["local_date"] >= self.since - self._baseline(measure)]
        device = seen["device"].fillna("not named").tolist()
        return [
            (self.labels[athlete_id], measure.name, day, was, now)
            for (was, now), day in zip(itertools.pairwise(device), seen["local_date"].iloc[1:], strict=True)
            if was != now
        ]

    # --- changes over the block -----------------------------------------------------------------------------------

    def _baseline(self, measure: Measure) -> pd.Timedelta:
        """How far before the block exposures still are its baseline."""
        if measure.kind != "check":
            return pd.Timedelta(days=BASELINE_DAYS)
        return pd.Timedelta(days=STALE_AFTER_INTERVALS * self.config.check(measure.key).every_days)

    def _change(self, athlete_id: str, measure: Measure, history: History) -> BlockChange:
        exposures = history.exposures
        block = exposures[self._in_block(exposures) & exposures["comparable"]]
        last = block.tail(1 if measure.kind == "check" else LAST_EXPOSURES)
        begins_here = not (exposures["local_date"] < self.since).any()
        if begins_here:
            baseline = block.iloc[: -len(last)].head(REFERENCE_LEAST)
        else:
            first = self.since - self._baseline(measure)
            baseline = exposures[exposures["local_date"].between(first, self.since, inclusive="left")]
        error = self._squad_errors.get(measure.key, measure.stated)
        judged = self._judged(
            measure,
            pd.concat([baseline, last]),
            self.until,
            n_new=len(last),
            error=error,
            needed=1 if measure.kind == "check" and error else REFERENCE_LEAST,
        )
        at = f"{history.anchor_kg:g} kg" if measure.kind == "speed" else ""
        return BlockChange(self.labels[athlete_id], athlete_id, measure, at, begins_here, judged)

    @cached_property
    def _squad_errors(self) -> dict[str, TypicalError]:
        """The squad's typical error of each measure that was repeated."""
        return {one.measure.key: one.reliability.typical_error.for_decisions for one in self.errors.known}

    def _judged(
        self,
        measure: Measure,
        exposures: pd.DataFrame,
        until: pd.Timestamp,
        *,
        error: TypicalError | None,
        needed: int,
        n_new: int = 1,
        n_reference: int = REFERENCE_MOST,
    ) -> Change:
        """The newest of `exposures` by the one rule of the workbook, with this measure's settings."""
        return series.latest_change(
            exposures,
            until=until,
            stale_after_days=self._stale_after_days(measure),
            needed=needed,
            n_new=n_new,
            n_reference=n_reference,
            resolution=measure.resolution,
            unit=measure.unit,
            swc=measure.swc,
            published=error,
            lower_is_better=measure.lower_is_better,
            conf_level=self.config.confidence,
        )

    def _stale_after_days(self, measure: Measure) -> int:
        if measure.kind == "check":
            return self._baseline(measure).days
        return speed_at_load.STALE_AFTER_DAYS if measure.kind == "speed" else form.STALE_AFTER_DAYS

    # --- the squad ------------------------------------------------------------------------------------------------

    def _series(self, measure: Measure) -> dict[str, pd.DataFrame]:
        """The exposures of everyone who has the measure, by label."""
        return {
            self.labels[athlete_id]: history.exposures
            for athlete_id, found in self._histories.items()
            for own, history in found
            if own is measure
        }

    def _squad_series(self, measure: Measure) -> SquadSeries:
        values = [
            exposures.loc[exposures["comparable"], ["local_date", "value"]].assign(athlete_id=label)
            for label, exposures in self._series(measure).items()
        ]
        none = pd.DataFrame({"athlete_id": [], "local_date": pd.to_datetime([]), "value": []})
        whole = pd.concat(values, ignore_index=True) if values else none
        return SquadSeries(measure.name, measure.unit, measure.swc, measure.lower_is_better, whole)

    def _error_of(self, measure: Measure) -> MeasurementErrorOf:
        most = CHECK_RETESTS if measure.kind == "check" else RETESTS
        firsts = {}
        for label, exposures in self._series(measure).items():
            seen = exposures if measure.kind == "check" else exposures[self._in_block(exposures)]
            firsts[label] = _same_device(seen.head(most))
        enough = [n for n in range(2, most + 1) if sum(len(own) >= n for own in firsts.values()) >= len(firsts) / 2]
        n_trials = max(enough, default=2)
        values = [own["value"].head(n_trials).reset_index(drop=True) for own in firsts.values()]
        trials = pd.DataFrame(values, index=list(firsts)).reindex(columns=range(n_trials))
        trials.columns = [str(number) for number in range(1, n_trials + 1)]
        gaps = pd.concat([own["local_date"].head(n_trials).diff().dt.days for own in firsts.values()] or [pd.Series()])
        return MeasurementErrorOf(
            measure,
            reliability(trials, unit=measure.unit),
            bland_altman(trials["1"], trials["2"], unit=measure.unit),
            float(gaps.median()),
        )

    def _growth_of(self, measure: Measure) -> GrowthOf:
        rows = [
            pd.DataFrame({"label": label, "date": own["local_date"], "value": own["value"]})
            for label, exposures in self._series(measure).items()
            for own in [exposures[self._in_block(exposures) & exposures["comparable"]]]
        ]
        data = pd.concat(rows or [pd.DataFrame({"label": [], "date": pd.to_datetime([]), "value": []})])
        weeks = (data["date"] - self.since).dt.days / 7
        return GrowthOf(measure, growth(data["label"], weeks, data["value"], unit=measure.unit, origin=0.0))

    def _profile_of(self, athlete: ReviewedAthlete, measure: Measure) -> ProfileOf:
        lift = self.config.lift(measure.key.split(".")[0])
        speeds = self._bar_speeds[athlete.athlete_id]
        own = speeds[(speeds["exercise"] == lift.exercise) & (speeds["side"] == measure.side)]
        own = own.dropna(subset=[lift.metric])
        if own.empty:
            raise NotEnoughData(f"No bar speed of {measure.name} in this block. Measure 3 loads in one session.")
        device = own["device"].fillna("")
        profile = profile_across_sessions(
            own[device == device.iloc[-1]], metric=lift.metric, mvt_m_s=lift.mvt_m_s, mvt_sd_m_s=lift.mvt_sd_m_s
        )
        return ProfileOf(self.labels[athlete.athlete_id], athlete.athlete_id, measure, profile)

    def _load_response(self, athlete: ReviewedAthlete) -> LoadResponse:
        measure = next(iter(self._speeds), None)
        found = [history for own, history in self._histories[athlete.athlete_id] if own is measure]
        if not found:
            name = measure.name if measure else "a key lift"
            raise NotEnoughData(f"No bar speed of {name} at its anchor load. Measure 3 reps once a week.")
        own = found[0].exposures[found[0].exposures["comparable"]]
        load = daily_load(athlete.sessions, kinds=STRENGTH, until=self.until)["load_au"]
        tests = pd.Series(own["value"].to_numpy(), index=pd.DatetimeIndex(own["local_date"]))
        fitted = review(load, tests, unit=measure.unit, convention=CONVENTION, missing="hold")
        label = self.labels[athlete.athlete_id]
        return LoadResponse(label, athlete.athlete_id, measure, fitted, int(load.isna().sum()))

    # --- weekly looks -----------------------------------------------------------------------------------------------

    def _week_ends(self) -> list[pd.Timestamp]:
        """Last days of the block's weeks, as the weekly pages count them; the block's own last day for the last."""
        ends = {min(week_days(day, self.config.week_start)[-1], self.until) for day in self.days}
        return sorted(ends)

    def _looks(self, athlete: ReviewedAthlete) -> list[dict[str, object]]:
        """Every judged look of the athlete's weekly pages at a new value, with the value that came next."""
        judged = [
            (measure.kind, measure.key, [(end, self._look_back(measure, history, end)) for end in self._week_ends()])
            for measure, history in self._histories[athlete.athlete_id]
        ]
        judged.append(("pace", "run.pace", self._paces(athlete)))
        rows = []
        for kind, name, seen in judged:
            looks = [(end, change) for end, change in seen if change is not None and change.state != "cannot tell"]
            following = (later for _, later in looks[1:])
            rows += [
                _look(self.labels[athlete.athlete_id], kind, name, end, change, later)
                for (end, change), later in itertools.zip_longest(looks, following)
            ]
        return rows

    def _look_back(self, measure: Measure, history: History, end: pd.Timestamp) -> Change | None:
        """The change that the weekly page of the week ending on `end` judged; None without a new value that week."""
        seen = history.exposures[history.exposures["local_date"] <= end]
        if seen.empty or not self._is_of_week(seen["local_date"].iloc[-1], end):
            return None
        seen = series.with_comparable(seen)
        rule = {"error": measure.stated, "needed": history.change.needed}  # of the weekly page
        if measure.kind == "form":
            rule |= {
                "n_new": min(form.SESSIONS_COMPARED, int(seen["comparable"].sum())),
                "n_reference": form.SESSIONS_COMPARED,
            }
        return self._judged(measure, seen, end, **rule)

    def _paces(self, athlete: ReviewedAthlete) -> list[tuple[pd.Timestamp, Change | None]]:
        """Pace at the usual heart rate as each week saw it; the watch records of a run are read once."""
        samples = functools.cache(athlete.samples)
        looks = []
        for end in self._week_ends():
            if not any(self._is_of_week(day, end) for day in athlete.runs["local_date"]):
                continue
            try:
                pace = pace_at_heart_rate(athlete.runs, samples, end, conf_level=self.config.confidence)
            except NotEnoughData:
                continue  # a week without a pace to judge is no look
            if self._is_of_week(pace.last_date, end):
                looks.append((end, pace.change))
        return looks

    def _is_of_week(self, day: pd.Timestamp, end: pd.Timestamp) -> bool:
        return week_days(end, self.config.week_start)[0] <= day <= end


def block_review(squad: ReviewedSquad, *, since: str = "", until: str) -> BlockReview:
    """The block from `since` to `until`, both included.

    Parameters
    ----------
    squad : ReviewedSquad
        As `Workspace.everyone` gives it, or anything with the same frames, up to `until`.
    since, until : str
        ISO dates; `since` is 12 weeks before the end where it is empty.

    Raises
    ------
    UsageProblem
        A day that is no ISO date, or a block that does not begin before it ends.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> nobody = SimpleNamespace(config=Config(), athletes=(), ledger={}, fingerprint="")
    >>> review = block_review(nobody, until="2026-07-05")
    >>> str(review.since.date()), review.n_weeks
    ('2026-04-13', 12)
    """
    last = _iso_day(until)
    first = _iso_day(since) if since else last - pd.Timedelta(days=BLOCK_DAYS - 1)
    if first >= last:
        raise UsageProblem(f"The block begins on {first.date()} and ends on {last.date()}. Give an earlier `since`.")
    return BlockReview(squad, first, last)


def _iso_day(text: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(text))
    except ValueError:
        raise UsageProblem(f"{text!r} is not a date. Write it as 2026-01-31.") from None


def _with_holm(changes: list[BlockChange]) -> tuple[BlockChange, ...]:
    """The changes with their p values adjusted for how many were judged (Holm 1979)."""
    judged = [one for one in changes if one.change.state != "cannot tell"]
    if not judged:
        return tuple(changes)
    adjusted = multipletests([one.p_value for one in judged], method="holm")[1]
    by_change = {id(one): float(p) for one, p in zip(judged, adjusted, strict=True)}
    return tuple(replace(one, p_holm=by_change.get(id(one), np.nan)) for one in changes)


def _stated(te: float | None, df: float, source: str) -> TypicalError | None:
    return TypicalError.published(te, df, source) if te else None


def _speed_key(exercise: str, side: str) -> str:
    return f"{exercise}.speed" if side == "B" else f"{exercise}.speed.{side}"


def _same_device(exposures: pd.DataFrame) -> pd.DataFrame:
    """The exposures up to the first on another device."""
    device = exposures["device"].fillna("")
    return exposures[(device == device.iloc[0]).cummin()] if len(exposures) else exposures


def _look(
    athlete: str, kind: Kind, measure: str, end: pd.Timestamp, change: Change, following: Change | None
) -> dict[str, object]:
    sign = -1 if change.lower_is_better else 1
    single = following is not None and change.n_new == 1  # means of several values overlap with the next
    after = sign * (following.now - change.reference) / change.mdc if single else np.nan
    return {
        "athlete": athlete,
        "week_end": end,
        "kind": kind,
        "measure": measure,
        "flagged": change.flagged,
        "null_probability": change.null_probability,
        "change_in_mdc": change.gain / change.mdc,
        "next_in_mdc": after,
    }
