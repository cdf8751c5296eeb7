"""Made-up seasons for the fitness-fatigue models: a load, and tests that follow it or have nothing to do with it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.fitness_fatigue.impulse import impulse_response

EVERY_D = 7  # a test a week
BEFORE_D = 28  # days of load before the first test


@dataclass(frozen=True, eq=False)
class Season:
    load: pd.Series
    tests: pd.Series


def training_load(days: int, rng: np.random.Generator) -> pd.Series:
    """Hard and easy days of a week, a rest day, and blocks of some weeks that rise and fall without a plan."""
    week = np.resize([1.0, 0.4, 1.2, 0.5, 1.0, 1.5, 0.0], days)
    weeks = days // 7 + 1
    block = np.zeros(weeks)
    for number in range(1, weeks):
        block[number] = 0.7 * block[number - 1] + rng.normal(0, 0.35)
    return pd.Series(60 * week * np.exp(np.repeat(block, 7)[:days]) * rng.gamma(8, 1 / 8, days))


def unrelated_season(n_tests: int, rng: np.random.Generator, kind: str) -> Season:
    """Tests that the load has nothing to do with: noise around a straight line, a carried error, or a random walk."""
    load = training_load(BEFORE_D + EVERY_D * n_tests, rng)
    step = rng.normal(0, 1, n_tests)
    noise = {"line": step + 0.2 * np.arange(n_tests), "carried": carried(step, 0.6), "walk": np.cumsum(step)}[kind]
    return Season(load, pd.Series(250 + 3 * noise, index=_test_days(n_tests)))


def true_season(
    n_tests: int,
    rng: np.random.Generator,
    *,
    noise_w: float,
    k1=0.08,
    tau1_d=42.0,
    k2=0.16,
    tau2_d=7.0,
) -> Season:
    """Tests that follow the load by the model, next-day, with independent noise."""
    load = training_load(BEFORE_D + EVERY_D * n_tests, rng)
    fitness, fatigue = (impulse_response(load, tau, convention="next_day") for tau in (tau1_d, tau2_d))
    at = _test_days(n_tests)
    return Season(load, (250 + k1 * fitness - k2 * fatigue).loc[at] + rng.normal(0, noise_w, n_tests))


def _test_days(n_tests: int) -> np.ndarray:
    return BEFORE_D + EVERY_D * np.arange(n_tests)


def carried(step: np.ndarray, rho: float) -> np.ndarray:
    """Standard errors of an AR(1) process from its standard steps."""
    out = step.copy()
    for number in range(1, len(out)):
        out[number] = rho * out[number - 1] + np.sqrt(1 - rho**2) * step[number]
    return out
