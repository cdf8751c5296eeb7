"""What is followed over a block of training: its days, the measures, and what an athlete's record holds of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.base.config import Check, Config, Lift
from analysis.base.decisions import MDC_LEVEL, REFERENCE_LEAST, REFERENCE_MOST, Change, TypicalError
from analysis.models import old_series as series
from analysis.models.checks import STALE_AFTER_INTERVALS, CheckHistory
from analysis.models.form import clean_reps as form
from analysis.models.strength import speed_at_load
from analysis.pages.athlete_week.week import AthleteFrames, AthleteWeek

BASELINE_DAYS = 56  # before the block, within which exposures are its baseline; for a check two of its intervals
LAST_EXPOSURES = 3  # of the block, whose mean is judged; of a periodic check the last one alone
CLEAN_REPS = "form.clean_reps"
SIDE_WORDS = {"B": "", "L": ", left", "R": ", right"}

Kind = Literal["speed", "form", "check", "pace"]
History = speed_at_load.SpeedAtLoad | form.FormHistory | CheckHistory


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
    unit: str
    swc: float
    stale_after_days: int  # a newest value that is older is not judged
    baseline_days: int = BASELINE_DAYS
    lower_is_better: bool = False
    stated: TypicalError | None = None  # the error in the configuration, if any
    resolution: float = 0.0
    side: str = "B"

    @property
    def n_last(self) -> int:
        """How many of the last exposures of a block are judged together."""
        return 1 if self.kind == "check" else LAST_EXPOSURES

    def judged(
        self,
        exposures: pd.DataFrame,
        until: pd.Timestamp,
        conf_level: float,
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
            stale_after_days=self.stale_after_days,
            needed=needed,
            n_new=n_new,
            n_reference=n_reference,
            resolution=self.resolution,
            unit=self.unit,
            swc=self.swc,
            published=error,
            lower_is_better=self.lower_is_better,
            conf_level=conf_level,
        )


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


def measures_of(config: Config, sides_trained: Callable[[Lift], list[str]]) -> tuple[Measure, ...]:
    """What is followed: key lifts at their anchor loads by side, clean repetitions, periodic checks."""
    speeds = [_speed(lift, side) for lift in config.lifts for side in sides_trained(lift)]
    clean = Measure(
        kind="form",
        key=CLEAN_REPS,
        name="Clean reps",
        unit="reps",
        swc=form.SWC_REPS,
        stale_after_days=form.STALE_AFTER_DAYS,
        resolution=form.RESOLUTION_REPS,
    )
    return (*speeds, clean, *(_check(check) for check in config.checks))


def histories_of(
    athlete: AthleteFrames, week: AthleteWeek, measures: Iterable[Measure]
) -> list[tuple[Measure, History]]:
    """Every measure that an athlete has, as it stands in the week that ends the block."""
    by_key = {measure.key: measure for measure in measures}
    found: list[tuple[Measure, History]] = [
        (by_key[speed_key(speed.exercise, speed.side)], speed) for speed in week.speeds.known
    ]
    if athlete.reps["form_flags"].notna().any():
        found.append((by_key[CLEAN_REPS], form.form_history(athlete.sets, athlete.reps, week.until)))
    return found + [(by_key[check.test_id], check) for check in week.checks.known]


def change_over(
    block: Block, measure: Measure, exposures: pd.DataFrame, squad_error: TypicalError | None, conf_level: float
) -> tuple[Change, bool]:
    """The last exposures of a block against its baseline, and whether that baseline lies within the block."""
    within = exposures[block.holds(exposures) & exposures["comparable"]]
    last = within.tail(measure.n_last)
    begins_here = not (exposures["local_date"] < block.since).any()
    if begins_here:
        baseline = within.iloc[: -len(last)].head(REFERENCE_LEAST)
    else:
        first = block.since - pd.Timedelta(days=measure.baseline_days)
        baseline = exposures[exposures["local_date"].between(first, block.since, inclusive="left")]
    error = squad_error or measure.stated
    needed = 1 if measure.kind == "check" and error else REFERENCE_LEAST
    both = pd.concat([baseline, last])
    return measure.judged(both, block.until, conf_level, error=error, needed=needed, n_new=len(last)), begins_here


def speed_key(exercise: str, side: str) -> str:
    """The name of the measure of a lift's speed.

    >>> speed_key("deadlift", "B"), speed_key("hip_thrust", "L")
    ('deadlift.speed', 'hip_thrust.speed.L')
    """
    return f"{exercise}.speed" if side == "B" else f"{exercise}.speed.{side}"


def _speed(lift: Lift, side: str) -> Measure:
    return Measure(
        kind="speed",
        key=speed_key(lift.exercise, side),
        name=lift.name + SIDE_WORDS[side],
        unit="m/s",
        swc=lift.swc_m_s,
        stale_after_days=speed_at_load.STALE_AFTER_DAYS,
        stated=_stated(lift.te_m_s, lift.te_df, lift.te_source),
        resolution=speed_at_load.RESOLUTION_M_S,
        side=side,
    )


def _check(check: Check) -> Measure:
    return Measure(
        kind="check",
        key=check.test_id,
        name=check.name,
        unit=check.unit,
        swc=check.swc,
        stale_after_days=STALE_AFTER_INTERVALS * check.every_days,
        baseline_days=STALE_AFTER_INTERVALS * check.every_days,
        lower_is_better=check.lower_is_better,
        stated=_stated(check.te, check.te_df, check.te_source),
    )


def _stated(te: float | None, df: float, source: str) -> TypicalError | None:
    return TypicalError.published(te, df, source) if te else None
