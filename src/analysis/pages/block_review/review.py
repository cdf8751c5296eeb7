"""A block of training of a whole squad: every part of the scientist's page, fitted from the frames when asked for.

The block runs from `since` to `until`. What changed in it is what the change engine tells at its end of every series: a
change that a weekly look of the block found is told to the end of the block. Errors are the squad's, as on every page;
how many changes luck alone would bring is counted by the engine's own rate.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol

import pandas as pd

from analysis.base.config import Config, Lift
from analysis.base.errors import NotEnoughData, UsageProblem
from analysis.metrics.key_lifts import shared_lifts
from analysis.metrics.load import daily_load
from analysis.metrics.strength import bar_speeds
from analysis.models.change import Event
from analysis.models.change.kept import Kept, kept
from analysis.models.change.told import SEASON_D, TOLD_D
from analysis.models.fitness_fatigue.skill import Review, review
from analysis.models.series import Followed
from analysis.models.squad.bland_altman import BlandAltman, bland_altman
from analysis.models.squad.growth import Growth, growth
from analysis.models.squad.reliability import Reliability, reliability
from analysis.models.squad.squad_series import SquadSeries
from analysis.models.squad.transfer import Transfer, transfer
from analysis.models.strength.load_velocity_mixed import MixedProfile, profile_across_sessions
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek, Parts, athlete_week, gathered
from analysis.pages.block_review.claims import claims_of, told_by_pages, values_of
from analysis.pages.block_review.measures import Block, BlockChange, Measure, measures_of, series_of
from analysis.pages.block_review.record import audit_of, device_changes, plan_of, weeks_of
from analysis.pages.wording import long_day

BLOCK_DAYS = 84
RETESTS = 4  # first exposures of the block that tell the error of a weekly measure
CHECK_RETESTS = 3  # first checks of the record, where practice shows
CONVENTION = "next_day"  # a test knows the loads up to the day before
STRENGTH = ("strength",)


class ReviewedAthlete(AthleteFrames, Protocol):
    """An athlete's frames with the name that the page prints and a hash of what they hold."""

    name: str
    fingerprint: str


class ReviewedSquad(Protocol):
    """All athletes, and of the ledger the tables files, rejects and claims."""

    config: Config
    athletes: tuple[ReviewedAthlete, ...]
    ledger: dict[str, pd.DataFrame]
    fingerprint: str
    withheld: int  # athletes who have not agreed to be shown here
    noise: pd.DataFrame  # as each of the athletes has it


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
    block: Block

    @cached_property
    def config(self) -> Config:
        """The configuration; where it names no key lift, with all that athletes' logs propose."""
        said, own = self.squad.config, [week.config.lifts for week in self._weeks.values()]
        return said if said.lifts else said.model_copy(update={"lifts": shared_lifts(own, most=None)})

    @property
    def period(self) -> str:
        """First and last day of the block: '13 April 2026 to 5 July 2026'."""
        return f"{long_day(self.block.since)} to {long_day(self.block.until)}"

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
        return measures_of(self.config, self._sides_trained)

    @cached_property
    def plan(self) -> pd.DataFrame:
        """One row an athlete: athlete, athlete_id, due, done, moved, part, missed, off, not_logged.

        `not_logged` are those of the missed days on which nothing at all is logged: they are not known to be missed.
        """
        return pd.DataFrame([self._called(one) | plan_of(one, self.block) for one in self._athletes])

    @cached_property
    def attrition(self) -> pd.DataFrame:
        """One row an athlete and week of the block: athlete, athlete_id, week (from 1), begins, n_days, n_logged.

        A day is logged where anything is known of it, rest and off included.
        """
        weeks = [weeks_of(one, self.block).assign(**self._called(one)) for one in self._athletes]
        columns = ["athlete", "athlete_id", "week", "begins", "n_days", "n_logged"]
        return pd.concat(weeks, ignore_index=True)[columns]

    @cached_property
    def audit(self) -> pd.DataFrame:
        """One row an athlete: what the block's tables hold, and what in them cannot be used."""
        return pd.DataFrame([self._called(one) | audit_of(one, self.block) for one in self._athletes])

    @cached_property
    def device_changes(self) -> pd.DataFrame:
        """One row a new device, rater or timing within the baseline or the block: athlete, measure, date, was, now."""
        rows = [
            (self.labels[athlete_id], *changed)
            for athlete_id, found in self._series_of.items()
            for measure, history in found
            for changed in device_changes(measure, history, self.block)
        ]
        return pd.DataFrame(rows, columns=["athlete", "measure", "local_date", "was", "now"])

    @cached_property
    def changes(self) -> tuple[BlockChange, ...]:
        """What every series measured in the block says at its end, by measure."""
        found = [
            self._change(athlete_id, measure, series)
            for athlete_id, every in self._series_of.items()
            for measure, series in every
            if (self.block.holds(series.exposures) & series.exposures["comparable"]).any()
        ]
        return tuple(sorted(found, key=lambda one: self.measures.index(one.measure)))

    @property
    def told(self) -> tuple[BlockChange, ...]:
        """Those of which anything can be told."""
        return tuple(one for one in self.changes if one.change.state.known)

    @property
    def by_luck(self) -> float:
        """How many of these would be told as changed if nothing had: what its looks find, or the last 8 weeks."""
        days = max(len(self.block.days), TOLD_D)
        return sum(one.change.named_a_season for one in self.told) * days / SEASON_D

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
    def kept(self) -> Kept:
        """What became of what weekly looks of the block found and pages told; NotEnoughData where nothing was."""
        weeks = [(self.labels[one.athlete_id], self._weeks[one.athlete_id].followed) for one in self.squad.athletes]
        pages = [
            row
            for athlete_id, told in self.squad.ledger["claims"].groupby("athlete_id")
            for row in told_by_pages(self.labels[athlete_id], self._weeks[athlete_id].followed, told, self.block)
        ]
        claims = [row for name, followed in weeks for row in claims_of(name, followed, self.block)]
        values = [row for name, followed in weeks for row in values_of(name, followed, self.block)]
        told = [one.change for _, followed in weeks for one in followed if one.change.state.known]
        return kept(
            pd.DataFrame(claims, columns=["athlete", "series", "found_on", "since", "rises", "held"]),
            pd.DataFrame(values, columns=["athlete", "series", "local_date", "in_range"]),
            pd.DataFrame(pages, columns=["athlete", "series", "found_on", "since", "state", "first_told", "became"]),
            named_a_season=sum(change.named_a_season for change in told),
            days=len(self.block.days),
        )

    # --- fitted once an athlete ---------------------------------------------------------------------------------

    @cached_property
    def _weeks(self) -> dict[str, AthleteWeek]:
        """The week that ends the block of every athlete, with what was found in the block told to its end."""
        return {one.athlete_id: self._week(one) for one in self.squad.athletes}

    def _week(self, athlete: ReviewedAthlete) -> AthleteWeek:
        judging = athlete_week(athlete, self.block.until).judging
        block = Event("block", self.block.since, self.block.until)
        return athlete_week(athlete, self.block.until, by=replace(judging, events=(*judging.events, block)))

    @cached_property
    def _series_of(self) -> dict[str, list[tuple[Measure, Followed]]]:
        """Every measure that an athlete has, as it stands at the end of the block."""
        return {
            one.athlete_id: series_of(one, self._weeks[one.athlete_id], self.measures) for one in self.squad.athletes
        }

    @cached_property
    def _bar_speeds(self) -> dict[str, pd.DataFrame]:
        """Every measured repetition of the block by athlete."""
        whole = {one.athlete_id: bar_speeds(one.sets, one.reps) for one in self.squad.athletes}
        return {athlete_id: speeds[self.block.holds(speeds)] for athlete_id, speeds in whole.items()}

    @property
    def _speeds(self) -> list[Measure]:
        return [measure for measure in self.measures if measure.kind == "speed"]

    def _called(self, athlete: ReviewedAthlete) -> dict[str, str]:
        return {"athlete": self.labels[athlete.athlete_id], "athlete_id": athlete.athlete_id}

    def _sides_trained(self, lift: Lift) -> list[str]:
        sides = (one.sets.loc[one.sets["exercise"] == lift.exercise, "side"] for one in self.squad.athletes)
        return sorted(set().union(*sides)) or ["B"]

    # --- the squad ------------------------------------------------------------------------------------------------

    def _change(self, athlete_id: str, measure: Measure, series: Followed) -> BlockChange:
        at = f"{series.anchor_kg:g} kg" if isinstance(series, SpeedAtLoad) else ""
        return BlockChange(self.labels[athlete_id], athlete_id, measure, at, series.change)

    def _series(self, measure: Measure) -> dict[str, pd.DataFrame]:
        """The exposures of everyone who has the measure, by label."""
        return {
            self.labels[athlete_id]: history.exposures
            for athlete_id, found in self._series_of.items()
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
            seen = exposures if measure.kind == "check" else exposures[self.block.holds(exposures)]
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
            for own in [exposures[self.block.holds(exposures) & exposures["comparable"]]]
        ]
        data = pd.concat(rows or [pd.DataFrame({"label": [], "date": pd.to_datetime([]), "value": []})])
        weeks = (data["date"] - self.block.since).dt.days / 7
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
        found = [history for own, history in self._series_of[athlete.athlete_id] if own is measure]
        if measure is None or not found:
            name = measure.name if measure else "a key lift"
            raise NotEnoughData(f"No bar speed of {name} at its anchor load. Measure 3 reps once a week.")
        own = found[0].exposures[found[0].exposures["comparable"]]
        load = daily_load(athlete.sessions, kinds=STRENGTH, until=self.block.until)["load_au"]
        tests = pd.Series(own["value"].to_numpy(), index=pd.DatetimeIndex(own["local_date"]))
        fitted = review(load, tests, unit=measure.unit, convention=CONVENTION, missing="hold")
        label = self.labels[athlete.athlete_id]
        return LoadResponse(label, athlete.athlete_id, measure, fitted, int(load.isna().sum()))


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
    >>> str(review.block.since.date()), review.block.n_weeks
    ('2026-04-13', 12)
    """
    last = _iso_day(until)
    first = _iso_day(since) if since else last - pd.Timedelta(days=BLOCK_DAYS - 1)
    if first >= last:
        raise UsageProblem(f"The block begins on {first.date()} and ends on {last.date()}. Give an earlier `since`.")
    return BlockReview(squad, Block(first, last))


def _iso_day(text: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(text))
    except ValueError:
        raise UsageProblem(f"{text!r} is not a date. Write it as 2026-01-31.") from None


def _same_device(exposures: pd.DataFrame) -> pd.DataFrame:
    """The exposures up to the first on another device."""
    device = exposures["device"].fillna("")
    return exposures[(device == device.iloc[0]).cummin()] if len(exposures) else exposures
