"""Growth over made-up squads: how often the intervals hold the slopes and levels the squads were made with."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from simulated import (
    DESIGNS,
    LONG,
    MODELS,
    NS,
    RHOS,
    Intervals,
    ar1,
    counted,
    generator,
    printed,
    squads_of,
)

from analysis.models.squad import growth as model
from analysis.models.squad.growth import Growth, growth

pytestmark = pytest.mark.soak

N_WEEKS = 10
SLOPE = 0.5  # of the squad, a week
LEAST_PCT = 85  # below it the model would have to refuse


@dataclass(frozen=True)
class Fitted:
    """A squad's fit, and the level and slope each athlete was made with, shape (n_athletes, 2)."""

    result: Growth
    own: np.ndarray


def squads(n_athletes: int, rho: float, design: int, n_squads: int) -> Iterator[Fitted]:
    week, rng = np.arange(float(N_WEEKS)), generator(MODELS["growth"], design)
    for _ in range(n_squads):
        own = rng.normal([100.0, SLOPE], [10.0, 0.5], (n_athletes, 2))
        value = own[:, :1] + own[:, 1:] * (week - week.mean()) + 2 * ar1(rng, n_athletes, N_WEEKS, rho)
        who = np.repeat(np.arange(n_athletes), N_WEEKS)
        yield Fitted(growth(who, np.tile(week, n_athletes), value.ravel(), unit="kg"), own)


def coverage_pct(fits: list[Fitted], term: str) -> float:
    """Of the athletes' own slopes or levels."""
    low, high = (np.concatenate([fit.result.athletes[f"{term}_{end}"] for fit in fits]) for end in ("low", "high"))
    measured = counted(Intervals(low, high, np.concatenate([fit.own[:, int(term == "slope")] for fit in fits])))
    assert measured.refused == measured.unbounded == 0
    return measured.pct


def squad_slope_pct(fits: list[Fitted]) -> float:
    slopes = [fit.result.tidy().set_index("term").loc["slope"] for fit in fits]
    low, high = (np.array([slope[end] for slope in slopes], dtype=float) for end in ("conf_low", "conf_high"))
    return counted(Intervals(low, high, SLOPE)).pct


def test_athletes_slopes_are_covered_in_some_squads():
    fits = list(squads(12, 0.3, DESIGNS["gain", 12, 0.3], 8))
    assert coverage_pct(fits, "slope") >= LEAST_PCT


@pytest.mark.full
@pytest.mark.parametrize("n_athletes", NS)
@pytest.mark.parametrize("rho", RHOS)
def test_athletes_and_squads_are_covered_as_the_card_says(n_athletes, rho):
    fits = list(squads(n_athletes, rho, DESIGNS["none", n_athletes, rho], squads_of(n_athletes, LONG)))
    measured = {
        "n": n_athletes,
        "rho": rho,
        "athlete's slope": coverage_pct(fits, "slope"),
        "athlete's level": coverage_pct(fits, "level"),
        "squad's slope": squad_slope_pct(fits),
        "settled": 100 * float(np.mean([fit.result.settled for fit in fits])),
    }
    assert min(measured["athlete's slope"], measured["athlete's level"]) >= LEAST_PCT
    assert measured == pytest.approx(printed(model, n_athletes, rho), abs=0.1)
