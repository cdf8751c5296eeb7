"""One made-up athlete in AU and watts: a season of load, and tests that follow it or have nothing to do with it.

For learning what the fitness-fatigue models can tell, and for holding them against a truth; never part of a report.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

EVERY_D = 7  # a test a week
BEFORE_D = 28  # days of load before the first test

_WEEK = (1.0, 0.4, 1.2, 0.5, 1.0, 1.5, 0.0)  # shares of a hard day


@dataclass(frozen=True, eq=False)
class Season:
    """Daily load (AU) and tests (W), by number of the day or by date."""

    load: pd.Series
    tests: pd.Series

    def dated(self, first_day: str) -> "Season":
        """The same season by dates, day 0 on `first_day`."""

        def by_date(series: pd.Series) -> pd.Series:
            return series.set_axis(pd.Timestamp(first_day) + pd.to_timedelta(series.index, unit="D"))

        return Season(by_date(self.load), by_date(self.tests))


def training_load(days: int, rng: np.random.Generator) -> pd.Series:
    """Hard and easy days of a week, a rest day, and blocks of some weeks that rise and fall without a plan, in AU.

    >>> training_load(14, np.random.default_rng(1)).iloc[[6, 13]].tolist()
    [0.0, 0.0]
    """
    week = np.resize(_WEEK, days)
    weeks = days // 7 + 1
    block = np.zeros(weeks)
    for number in range(1, weeks):
        block[number] = 0.7 * block[number - 1] + rng.normal(0, 0.35)
    return pd.Series(60 * week * np.exp(np.repeat(block, 7)[:days]) * rng.gamma(8, 1 / 8, days))


def unrelated_season(n_tests: int, rng: np.random.Generator, kind: str) -> Season:
    """Tests that the load has nothing to do with: noise around a straight line, a carried error, or a random walk.

    >>> len(unrelated_season(15, np.random.default_rng(1), "walk").tests)
    15
    """
    load = training_load(BEFORE_D + EVERY_D * n_tests, rng)
    step = rng.normal(0, 1, n_tests)
    noise = {"line": step + 0.2 * np.arange(n_tests), "carried": carried(step, 0.6), "walk": np.cumsum(step)}[kind]
    return Season(load, pd.Series(250 + 3 * noise, index=_test_days(n_tests)))


def true_season(
    n_tests: int,
    rng: np.random.Generator | int,
    *,
    noise_w: float,
    k1: float = 0.08,
    tau1_d: float = 42.0,
    k2: float = 0.16,
    tau2_d: float = 7.0,
) -> Season:
    """Tests that follow the load: 250 W, plus what training builds, minus what it tires, plus independent noise.

    Gains are in W/AU, time constants in days; a load counts from the day after. `rng` may be a seed.

    >>> len(true_season(15, 1, noise_w=2.0).tests)
    15
    """
    rng = np.random.default_rng(rng)
    load = training_load(BEFORE_D + EVERY_D * n_tests, rng)
    performance = 250 + k1 * _left_behind(load, tau1_d) - k2 * _left_behind(load, tau2_d)
    return Season(load, performance.loc[_test_days(n_tests)] + rng.normal(0, noise_w, n_tests))


def carried(step: np.ndarray, rho: float) -> np.ndarray:
    """Errors of an AR(1) process over the first axis, of the same SD as its independent steps.

    >>> carried(np.array([1.0, 0.0]), 0.5).tolist()
    [1.0, 0.5]
    """
    out = step.copy()
    for number in range(1, len(out)):
        out[number] = rho * out[number - 1] + np.sqrt(1 - rho**2) * step[number]
    return out


def _left_behind(load: pd.Series, tau_d: float) -> pd.Series:
    """What is left on each morning of the loads before it, fading by e^(-1 / tau) a day."""
    left, mornings = 0.0, []
    for load_au in load:
        mornings.append(left)
        left = (left + load_au) * np.exp(-1 / tau_d)
    return pd.Series(mornings, index=load.index)


def _test_days(n_tests: int) -> np.ndarray:
    return BEFORE_D + EVERY_D * np.arange(n_tests)
