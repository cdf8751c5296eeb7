"""What is followed over a block of training: its days, the measures, and what an athlete's record holds of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.base.config import Check, Config, Lift
from analysis.models.change import Told
from analysis.models.checks import STALE_AFTER_INTERVALS, check_quantity
from analysis.models.form import clean_reps as form
from analysis.models.series import Followed, Quantity
from analysis.models.strength.speed_at_load import speed_quantity
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek

BASELINE_DAYS = 56  # before the block, within which exposures are its baseline; for a check two of its intervals
CLEAN_REPS = "form.clean_reps"
SIDE_WORDS = {"B": "", "L": ", left", "R": ", right"}

Kind = Literal["speed", "form", "check"]


@dataclass(frozen=True)
class Block:
    """The days from `since` to `until`, both included.

    >>> block = Block(pd.Timestamp("2026-01-05"), pd.Timestamp("2026-01-13"))
    >>> len(block.days), block.n_weeks
    (9, 2)
    """

    since: pd.Timestamp
    until: pd.Timestamp

    @property
    def days(self) -> pd.DatetimeIndex:
        return pd.date_range(self.since, self.until)

    @property
    def n_weeks(self) -> int:
        """Weeks from `since`, a last one that is not whole included."""
        return -(-len(self.days) // 7)

    def holds(self, frame: pd.DataFrame) -> pd.Series:
        """Which rows of a frame with local_date are of the block."""
        return frame["local_date"].between(self.since, self.until)


@dataclass(frozen=True)
class Measure:
    """Something followed over the block, the same for every athlete but for the anchor load."""

    kind: Kind
    key: str  # stable name, as romanian_deadlift.speed
    name: str
    quantity: Quantity
    baseline_days: int = BASELINE_DAYS
    side: str = "B"

    @property
    def unit(self) -> str:
        return self.quantity.unit

    @property
    def swc(self) -> float:
        return self.quantity.swc

    @property
    def lower_is_better(self) -> bool:
        return self.quantity.better == "lower"


@dataclass(frozen=True, eq=False)
class BlockChange:
    """What one athlete's series of one measure says at the end of the block."""

    athlete: str
    athlete_id: str
    measure: Measure
    at: str  # the anchor load, where there is one
    change: Told


def measures_of(config: Config, sides_trained: Callable[[Lift], list[str]]) -> tuple[Measure, ...]:
    """What is followed: key lifts at their anchor loads by side, clean repetitions, periodic checks."""
    speeds = [_speed(lift, side) for lift in config.lifts for side in sides_trained(lift)]
    clean = Measure("form", CLEAN_REPS, "Clean reps", Quantity(CLEAN_REPS, "reps", form.SWC_REPS))
    return (*speeds, clean, *(_check(check) for check in config.checks))


def series_of(athlete: AthleteFrames, week: AthleteWeek, measures: Iterable[Measure]) -> list[tuple[Measure, Followed]]:
    """Every measure that an athlete has, as it stands in the week that ends the block."""
    by_key = {measure.key: measure for measure in measures}
    found: list[tuple[Measure, Followed]] = [
        (by_key[speed_key(speed.exercise, speed.side)], speed) for speed in week.speeds.known
    ]
    if athlete.reps["form_flags"].notna().any():
        found.append(
            (by_key[CLEAN_REPS], form.form_history(athlete.sets, athlete.reps, week.until, judging=week.judging))
        )
    return found + [(by_key[check.test_id], check) for check in week.checks.known]


def speed_key(exercise: str, side: str) -> str:
    """The name of the measure of a lift's speed.

    >>> speed_key("deadlift", "B"), speed_key("hip_thrust", "L")
    ('deadlift.speed', 'hip_thrust.speed.L')
    """
    return f"{exercise}.speed" if side == "B" else f"{exercise}.speed.{side}"


def _speed(lift: Lift, side: str) -> Measure:
    name = lift.name + SIDE_WORDS[side]
    return Measure("speed", speed_key(lift.exercise, side), name, speed_quantity(lift), side=side)


def _check(check: Check) -> Measure:
    days = STALE_AFTER_INTERVALS * check.every_days
    return Measure("check", check.test_id, check.name, check_quantity(check), baseline_days=days)
