"""Planned blocks of made-up athletes: how often the fan holds the test that was held out, and the truth behind it."""

from dataclasses import dataclass

import numpy as np
import pytest
from simulated import MODELS, ar1, generator

from analysis.example.training_and_tests import true_season
from analysis.models.fitness_fatigue.plan_simulation import WEEK_D, simulate_plan
from analysis.models.fitness_fatigue.skill import review

pytestmark = pytest.mark.soak

AHEAD = 4  # tests held out, one a week; the last is judged
NOISE_W = 4.0
SEASONS = 120  # a cell of the model card
# design number of (n tests, rho of their errors)
DESIGNS = {(15, 0.0): 1, (30, 0.0): 4, (30, 0.3): 5, (30, 0.6): 6}


@dataclass(frozen=True)
class FanCoverage:
    test_pct: float  # held-out tests inside the 90 % band of new tests
    course_pct: float  # true performance inside the 90 % band of the courses
    refused: int
    seasons: int


def fan_coverage(n_tests: int, rho: float, times: int) -> FanCoverage:
    rng = generator(MODELS["plan_simulation"], DESIGNS[n_tests, rho])
    held, true = [], []
    for _ in range(times):
        season = true_season(n_tests + AHEAD, rng, noise_w=0.0)
        truth, tests = season.tests, season.tests + NOISE_W * ar1(rng, 1, n_tests + AHEAD, rho)[0]
        last = truth.index[n_tests - 1]
        found = review(season.load.loc[:last], tests.head(n_tests), unit="W", convention="next_day")
        if found.verdict != "skill":
            continue
        plan = season.load.loc[last + 1 : last + AHEAD * WEEK_D]
        fan = simulate_plan(found, plan, seed=int(rng.integers(2**31)), n_draws=300).predict().iloc[-1]
        held.append(fan["test_low"] <= tests.iloc[-1] <= fan["test_high"])
        true.append(fan["conf_low"] <= truth.iloc[-1] <= fan["conf_high"])
    return FanCoverage(100 * float(np.mean(held)), 100 * float(np.mean(true)), times - len(held), times)


def test_the_fan_holds_what_was_held_out():
    measured = fan_coverage(30, 0.0, 12)
    assert measured.refused < 6
    assert measured.test_pct >= 60


@pytest.mark.full
@pytest.mark.parametrize(("n_tests", "rho"), DESIGNS)
def test_the_fan_covers_in_many_seasons(n_tests, rho, capsys):
    measured = fan_coverage(n_tests, rho, SEASONS)
    with capsys.disabled():
        print(f"\nfan of a plan, {n_tests} tests, rho {rho:g}: {measured}")
    assert measured.test_pct >= 85
