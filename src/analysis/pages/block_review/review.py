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
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData, UsageProblem
from analysis.metrics.key_lifts import shared_lifts
from analysis.metrics.strength import bar_speeds
from analysis.models.change import Event
from analysis.models.change.kept import Kept, kept
from analysis.models.change.told import SEASON_D, TOLD_D
from analysis.models.form.after_cue import AfterCue, after_cue
from analysis.models.form.form_and_day import FormAndDay, form_and_day
from analysis.models.running.mechanics import Mechanics, mechanics
from analysis.models.series import Followed
from analysis.models.squad.transfer import Transfer, transfer
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek, Parts, athlete_week, gathered
from analysis.pages.block_review import trained
from analysis.pages.block_review.claims import claims_of, told_by_pages, values_of
from analysis.pages.block_review.fits import (
    GrowthOf,
    LoadResponse,
    MeasurementErrorOf,
    ProfileOf,
    error_of,
    growth_of,
    load_response,
    profile_of,
    squad_series_of,
)
from analysis.pages.block_review.measures import Block, BlockChange, Measure, measures_of, series_of
from analysis.pages.block_review.record import audit_of, device_changes, plan_of, weeks_of
from analysis.pages.wording import long_day

BLOCK_DAYS = 84
NOBODY = "There is no athlete yet. Take in files with `workbook ingest PATHS`."


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
    def display(self) -> Display:
        """The units of sentences and drawings; tables are in kg and SI."""
        return self.config.display.to()

    @property
    def period(self) -> str:
        """First and last day of the block: '13 April 2026 to 5 July 2026'."""
        return f"{long_day(self.block.since)} to {long_day(self.block.until)}"

    @property
    def _athletes(self) -> tuple[ReviewedAthlete, ...]:
        """All athletes; NotEnoughData where there is none."""
        if not self.squad.athletes:
            raise NotEnoughData(NOBODY)
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
        of_athletes = {
            f"{athlete_id}.{part}": label
            for athlete_id, label in self.labels.items()
            for part in ("load_response", "durability")
        }
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
        return gathered(
            (measure.key, lambda measure=measure: error_of(measure, self._exposures(measure), self.block))
            for measure in self.measures
        )

    @cached_property
    def growths(self) -> Parts[GrowthOf]:
        """Mixed models of the bar speeds over the weeks of the block."""
        return gathered(
            (measure.key, lambda measure=measure: growth_of(measure, self._exposures(measure), self.block))
            for measure in self._speeds
        )

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

        def of(measure: Measure) -> Transfer:
            return transfer(*(squad_series_of(one, self._exposures(one)) for one in (hinge, measure) if one))

        return gathered(
            (f"{measure.key}.transfer", lambda measure=measure: of(measure))
            for measure in self.measures
            if hinge and measure.kind == "check"
        )

    @cached_property
    def form_and_day(self) -> Parts[FormAndDay]:
        """Clean repetitions beside sleep, soreness and rest between sets, over the whole record."""
        return gathered([("form", lambda: form_and_day(self._rated_days, trained.CIRCUMSTANCES))])

    @cached_property
    def after_cue(self) -> Parts[AfterCue]:
        """The next rated session beside a cue, over the whole record."""
        return gathered([("cues", lambda: after_cue(self._rated_days, trained.cues_of(self._named_weeks)))])

    @cached_property
    def cues(self) -> list[trained.CueOf]:
        """The cues of the block with the sessions around each."""
        return trained.cues_followed(self._named_weeks, self.block)

    @cached_property
    def mechanics(self) -> Parts[Mechanics]:
        """Cadence and stride over the long runs of the block."""
        return gathered([("running", self._mechanics)])

    @cached_property
    def durabilities(self) -> Parts[trained.DurabilityOf]:
        """How speed at a heartbeat holds over the long runs of every athlete."""
        return gathered(
            (f"{week.athlete.athlete_id}.durability", lambda name=name, week=week: trained.durability_of(name, week))
            for name, week in self._named_weeks.items()
        )

    @cached_property
    def balance(self) -> trained.Balance:
        """Working sets of the block by movement pattern and by side, and the tests of both sides."""
        return trained.balance_of(self._named_weeks, self.block)

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

    @property
    def _named_weeks(self) -> dict[str, AthleteWeek]:
        """The same by label; NotEnoughData where there is nobody."""
        if not self._weeks:
            raise NotEnoughData(NOBODY)
        return {self.labels[athlete_id]: week for athlete_id, week in self._weeks.items()}

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
        at = self.display.load(series.anchor_kg) if isinstance(series, SpeedAtLoad) else ""
        return BlockChange(self.labels[athlete_id], athlete_id, measure, at, series.change)

    def _exposures(self, measure: Measure) -> dict[str, pd.DataFrame]:
        """The exposures of everyone who has the measure, by label."""
        return {
            self.labels[athlete_id]: history.exposures
            for athlete_id, found in self._series_of.items()
            for own, history in found
            if own is measure
        }

    @cached_property
    def _rated_days(self) -> pd.DataFrame:
        """Rated days of everybody beside what is known of them."""
        return trained.rated_days(self._named_weeks)

    def _mechanics(self) -> Mechanics:
        runs = trained.tables_of(self._named_weeks, "runs")
        samples = {name: week.athlete.samples for name, week in self._named_weeks.items()}
        return mechanics(runs, samples, self.block.until, since=self.block.since)

    def _profile_of(self, athlete: ReviewedAthlete, measure: Measure) -> ProfileOf:
        lift = self.config.lift(measure.key.split(".")[0])
        profile = profile_of(measure, lift, self._bar_speeds[athlete.athlete_id])
        return ProfileOf(self.labels[athlete.athlete_id], athlete.athlete_id, measure, profile)

    def _load_response(self, athlete: ReviewedAthlete) -> LoadResponse:
        measure, label = next(iter(self._speeds), None), self.labels[athlete.athlete_id]
        exposures = self._exposures(measure).get(label) if measure else None
        if measure is None or exposures is None:
            name = measure.name if measure else "a key lift"
            raise NotEnoughData(f"No bar speed of {name} at its anchor load. Measure 3 reps once a week.")
        return load_response(label, athlete, measure, exposures, self.block.until)


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
