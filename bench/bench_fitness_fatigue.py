"""The fitness-fatigue fit against the usual ways to fit it, and a polished bootstrap.

The baselines minimise the same sum of squares over p0, k1, k2 and both time constants, within the same bounds: a plain
loop over days under differential evolution, and a compiled recursive filter under a quasi-Newton method from several
starts. Each is timed in the same run on the same season of 165 days with 9 tests.

An athlete's week is all load and fatigue models of 26 weeks with a test a week, one after the other.
"""

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from figure import Figure, in_ms, ratio, seconds
from scipy import optimize, signal

from analysis.example.training_and_tests import true_season
from analysis.metrics.load_balance import acwr_coupled, acwr_uncoupled, ewma_acwr, load_balance, monotony, strain_au
from analysis.models.fitness_fatigue.banister import FitnessFatigue, fitness_fatigue
from analysis.models.fitness_fatigue.impulse import impulse_response
from analysis.models.fitness_fatigue.kalman import StateParameters, fit_states
from analysis.models.fitness_fatigue.projection import RATIO_LEAST, TAU_LEAST_D
from analysis.models.fitness_fatigue.skill import forecast_skill
from analysis.models.fitness_fatigue.uncertainty import bootstrap

STARTS = 20
# p0, k1, k2, tau2 and tau1 / tau2, which keeps tau1 above tau2
BOUNDS = [(0.0, 600.0), (0.0, 5.0), (0.0, 5.0), (TAU_LEAST_D, 60.0), (RATIO_LEAST, 20.0)]

Objective = Callable[[np.ndarray], float]


def season(days: int, tests: int, seed: int) -> tuple[pd.Series, pd.Series]:
    """Weeks with rest days, blocks that come and go, and tests that follow the load with a noise of 2 W."""
    rng = np.random.default_rng(seed)
    block = 1 + 0.5 * np.sin(np.arange(days) / 9)
    load = pd.Series(rng.gamma(3, 25, days) * block * (rng.random(days) < 0.7))
    at = np.sort(rng.choice(np.arange(days // 6, days), tests, replace=False))
    fitness, fatigue = (impulse_response(load, tau, convention="same_day").loc[at] for tau in (42, 7))
    return load, 250 + 0.06 * fitness - 0.12 * fatigue + rng.normal(0, 2, tests)


def by_loop(load: pd.Series, tests: pd.Series) -> Objective:
    """The sum of squares by a loop over days in plain Python."""
    loads, measured = load.tolist(), tests.to_dict()

    def sse(point: np.ndarray) -> float:
        p0, k1, k2, tau2, ratio_of_taus = point.tolist()
        keep1, keep2 = math.exp(-1 / (tau2 * ratio_of_taus)), math.exp(-1 / tau2)
        fitness = fatigue = total = 0.0
        for day, load_au in enumerate(loads):
            fitness = fitness * keep1 + load_au
            fatigue = fatigue * keep2 + load_au
            if day in measured:
                total += (measured[day] - p0 - k1 * fitness + k2 * fatigue) ** 2
        return total

    return sse


def by_filter(load: pd.Series, tests: pd.Series) -> Objective:
    """The sum of squares by scipy.signal.lfilter."""
    loads, at, measured = load.to_numpy(), tests.index.to_numpy(), tests.to_numpy()

    def sse(point: np.ndarray) -> float:
        p0, k1, k2, tau2, ratio_of_taus = point
        fitness = signal.lfilter([1.0], [1.0, -np.exp(-1 / (tau2 * ratio_of_taus))], loads)[at]
        fatigue = signal.lfilter([1.0], [1.0, -np.exp(-1 / tau2)], loads)[at]
        return float(((measured - p0 - k1 * fitness + k2 * fatigue) ** 2).sum())

    return sse


def evolved(sse: Objective) -> float:
    """Differential evolution as scipy sets it, with its polish; the least sum of squares."""
    return float(optimize.differential_evolution(sse, BOUNDS, seed=1).fun)


def multi_start(sse: Objective) -> float:
    """L-BFGS-B from 20 random starts, each parameter scaled to its bounds; the least sum of squares."""
    rng = np.random.default_rng(1)
    low, high = np.array(BOUNDS).T

    def scaled(point: np.ndarray) -> float:
        return sse(low + point * (high - low))

    starts = rng.random((STARTS, len(BOUNDS)))
    return float(min(optimize.minimize(scaled, start, bounds=[(0, 1)] * len(BOUNDS)).fun for start in starts))


def a_week_of_models(load: pd.Series, tests: pd.Series) -> list[object]:
    """CTL, ATL, TSB, monotony, strain, ACWR in three ways; fixed and free fit, skill, and fitted states."""
    settings = {"unit": "W", "convention": "next_day"}
    fixed = fitness_fatigue(load, tests, **settings)
    start = StateParameters(fixed.p0, 0.1, 0.2, 42, 7, test_sd=5, g_sd=5, h_sd=5)
    return [
        load_balance(load),
        *[of_load(load) for of_load in (monotony, strain_au, acwr_coupled, acwr_uncoupled, ewma_acwr)],
        fitness_fatigue(load, tests, tau_d=None, **settings),
        forecast_skill(fixed),
        fit_states(load, tests, start, unit="W"),
    ]


def figures() -> Iterator[Figure]:
    made_up = true_season(26, np.random.default_rng(1), noise_w=4.0)
    (week_s,) = seconds(lambda: a_week_of_models(made_up.load, made_up.tests), rounds=9)
    yield in_ms("all load and fatigue models of an athlete's week", week_s, goal=150)
    load, tests = season(165, 9, seed=1)
    least: dict[str, list[float]] = {"loop": [], "filter": [], "ours": []}

    def ours() -> FitnessFatigue:
        return fitness_fatigue(load, tests, unit="W", convention="same_day", tau_d=None)

    works = {
        "loop": lambda: evolved(by_loop(load, tests)),
        "filter": lambda: multi_start(by_filter(load, tests)),
        "ours": lambda: ours().sse,
    }
    timed = [lambda name=name, work=work: least[name].append(work()) for name, work in works.items()]
    loop_s, filter_s, ours_s = seconds(*timed, rounds=7)
    yield in_ms("fitness-fatigue fit, 165 days, 9 tests", ours_s)
    yield ratio("fitness-fatigue fit", "Python loop, evolution", loop_s, ours_s, goal=200)
    yield ratio("fitness-fatigue fit", f"lfilter, L-BFGS-B x {STARTS}", filter_s, ours_s, goal=20)
    for name, ends in itertools.islice(least.items(), 2):
        excess = least["ours"][0] / min(ends)
        yield Figure("fitness-fatigue fit: SSE over the baseline's", excess, "", "", f"{name}", goal=1 + 1e-6)
    load, tests = season(300, 147, seed=2)
    fit = fitness_fatigue(load, tests, unit="W", convention="same_day", tau_d=None)
    (draws_s,) = seconds(lambda: bootstrap(fit, n_draws=1000, seed=1), rounds=5)
    yield in_ms("1,000 polished bootstrap fits, 147 tests, 300 days", draws_s, goal=1000)
