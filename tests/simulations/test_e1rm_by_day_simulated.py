"""1RM from repetitions of made-up lifters with a phone: recovery, unchanged seasons, a lasting gain, a scheme that
changes. The short form holds the card of `models.strength.e1rm_by_day` within three standard errors."""

import numpy as np
import pandas as pd
import pytest
from simulated import MODELS, Intervals, counted, generator

from analysis.base.config import Lift
from analysis.models.series import Judging
from analysis.models.strength import e1rm_by_day as card
from analysis.models.strength.e1rm import EPLEY_K, K_SD
from analysis.models.strength.e1rm_by_day import E1rmByDay, e1rm_by_day

pytestmark = pytest.mark.soak

LIFT = Lift(exercise="deadlift", name="Deadlift")
WEEKS, PER_WEEK, ONSET_WEEK = 26, 2, 13
LONG_SEASONS = 100
DAY_SD = 0.02  # of log strength from day to day
RATED_SD = 1.0  # repetitions
SCHEMES = {
    "mixed": lambda n, rng: rng.choice([3.0, 5.0, 8.0], n),
    "fives": lambda n, _: np.full(n, 5.0),
    "blocks": lambda n, _: np.where(np.arange(n) < n // 2, 8.0, 3.0),  # hypertrophy, then strength
}
DESIGN = {"mixed": 1, "fives": 2, "blocks": 3}  # with a gain 20 more, unrated 40 more
MONDAY = pd.Timestamp("2026-01-05")
LAST = MONDAY + pd.Timedelta(days=7 * WEEKS - 1)


def lifter(
    rng: np.random.Generator, scheme: str, *, gain: float = 0.0, rated: bool = True
) -> tuple[pd.DataFrame, float]:
    """A season of a top set and a lighter one a session, and the 1RM (by the own curve) at its end.

    Loads are picked for the repetitions wanted with one to three in reserve, and rounded to plates of 2.5 kg; what is
    left then is what the day's strength leaves, and is rated as RPE in half steps, with an error.
    """
    n = WEEKS * PER_WEEK
    day = np.sort(np.concatenate([np.arange(WEEKS) * 7 + weekday for weekday in (0, 3)]))
    k = max(rng.normal(EPLEY_K, K_SD), 0.012)
    strength = rng.uniform(80, 200) * np.where(day >= 7 * ONSET_WEEK, 1 + gain, 1.0)
    wanted = np.repeat(SCHEMES[scheme](n, rng), 2) + np.tile([0.0, 1.0], n)
    of_day = np.repeat(strength * np.exp(rng.normal(0, DAY_SD, n)), 2)
    left = np.tile([1.0, 2.0], n) + rng.integers(0, 2, 2 * n)
    load = np.round(np.repeat(strength, 2) / (1 + k * (wanted + left)) / 2.5) * 2.5
    possible = (of_day / load - 1) / k
    reps = np.minimum(wanted, np.floor(possible)).clip(1)
    seen = np.round(2 * (possible - reps + rng.normal(0, RATED_SD, 2 * n))) / 2
    sets = pd.DataFrame(
        {
            "local_date": MONDAY + pd.to_timedelta(np.repeat(day, 2), unit="D"),
            "exercise": "deadlift",
            "side": "B",
            "set_kind": "work",
            "counted": True,
            "load_kg": load,
            "reps": reps,
            "rir": np.nan,
            "rpe_cr10": 10 - seen.clip(0, 5) if rated else np.nan,
        }
    )
    return sets, float(strength[-1])


def seasons(scheme: str, n: int, design: int, **how) -> list[tuple[E1rmByDay, float]]:
    rng = generator(MODELS["e1rm_by_day"], design)
    drawn = [lifter(rng, scheme, **how) for _ in range(n)]
    return [(e1rm_by_day(sets, LIFT, LAST, judging=Judging()), truth) for sets, truth in drawn]


def levels(found: list[tuple[E1rmByDay, float]]) -> Intervals:
    told = [one.change for one, _ in found]
    low, high = (np.array([getattr(one, name) for one in told]) for name in ("level_low", "level_high"))
    return Intervals(low, high, np.array([truth for _, truth in found]))


def named_pct(found: list[tuple[E1rmByDay, float]], *, after_week: int = 8, better: bool | None = None) -> float:
    """Lifters of whom a page of the season tells a change; a page tells what 8 weeks found."""
    weeks = [week for week in (8, 16, 24, WEEKS) if week >= after_week]
    looks = [MONDAY + pd.Timedelta(days=7 * week - 1) for week in weeks]
    told = [[one.at(day).change for day in looks] for one, _ in found]
    hits = [any(look.changed and better in (None, look.gain > 0) for look in of_one) for of_one in told]
    return 100 * float(np.mean(hits))


def test_the_level_is_covered_in_some_seasons():
    measured = counted(levels(seasons("mixed", 40, DESIGN["mixed"])))
    assert measured.pct == pytest.approx(90, abs=15)  # three standard errors


def test_few_unchanged_seasons_are_named():
    assert named_pct(seasons("mixed", 30, DESIGN["mixed"])) <= 7


def test_a_gain_of_a_twentieth_is_found_in_most_seasons():
    found = seasons("mixed", 30, 20 + DESIGN["mixed"], gain=0.05)
    assert named_pct(found, after_week=16, better=True) >= 60


@pytest.mark.full
@pytest.mark.parametrize("scheme", SCHEMES)
def test_levels_gains_and_unchanged_seasons_are_as_the_card_says(scheme):
    unchanged = seasons(scheme, LONG_SEASONS, DESIGN[scheme])
    gained = seasons(scheme, LONG_SEASONS, 20 + DESIGN[scheme], gain=0.05)
    unrated = seasons(scheme, LONG_SEASONS, 40 + DESIGN[scheme], rated=False)
    assert [
        round(counted(levels(unchanged)).pct),
        round(named_pct(unchanged)),
        round(named_pct(unrated)),
        round(named_pct(gained, after_week=16, better=True)),
    ] == pytest.approx(as_printed(scheme), abs=1)


def as_printed(scheme: str) -> list[float]:
    """The row of a scheme in the table of the model card."""
    (row,) = (line for line in str(card.__doc__).splitlines() if line.startswith(f"| {scheme}"))
    return [float(cell) for cell in row.strip("|").split("|")[1:]]
