"""Growth over made-up squads: how often athletes' intervals hold the slope and level they were made with."""

import numpy as np
import pytest
from simulated import DESIGNS, MODELS, NS, RHOS, Intervals, ar1, coverage

from analysis.models.growth import growth

N_WEEKS = 10
LEAST_PCT = 85  # below it the model would have to refuse


def own_slopes(n_athletes: int, rho: float):
    week = np.arange(float(N_WEEKS))

    def design(rng: np.random.Generator, n_squads: int) -> Intervals:
        low, high, truth = [], [], []
        for _ in range(n_squads):
            own = rng.normal([100.0, 0.5], [10.0, 0.5], (n_athletes, 2))
            errors = 2 * ar1(rng, n_athletes, N_WEEKS, rho)
            value = own[:, :1] + own[:, 1:] * (week - week.mean()) + errors
            who = np.repeat(np.arange(n_athletes), N_WEEKS)
            result = growth(who, np.tile(week, n_athletes), value.ravel(), unit="kg")
            low.append(result.athletes["slope_low"])
            high.append(result.athletes["slope_high"])
            truth.append(own[:, 1])
        return Intervals(*(np.concatenate(part) for part in (low, high, truth)))

    return design


def test_athletes_slopes_are_covered_in_some_squads():
    measured = coverage(own_slopes(12, 0.3), MODELS["growth"], DESIGNS["gain", 12, 0.3], 8)
    assert measured.pct >= LEAST_PCT
    assert measured.refused == 0


@pytest.mark.soak
@pytest.mark.parametrize("n_athletes", NS)
@pytest.mark.parametrize("rho", RHOS)
def test_athletes_slopes_are_covered_in_many_squads(n_athletes, rho):
    measured = coverage(own_slopes(n_athletes, rho), MODELS["growth"], DESIGNS["none", n_athletes, rho], 200)
    assert measured.pct >= LEAST_PCT
