"""Trend and plateau on made-up AR(1) series: coverage, false alarms and power, as the model cards print them."""

import numpy as np
import pytest
from simulated import (
    DESIGNS,
    LONG,
    MODELS,
    NS,
    RHOS,
    SHORT,
    Coverage,
    Intervals,
    ar1,
    coverage,
    printed,
    rate_pct,
    weekly,
)

from analysis.models.estimators.autocorrelated import Mixture, straight_lines
from analysis.models.trends import trend
from analysis.models.trends.trend import COVERAGE_PCT, verdicts

TE = 1.0  # SD of the errors
MDC = 1.96 * 2**0.5 * TE
GATE_PCT = 6.5  # of 5 % false alarms

# three standard errors of a share near the gate, for so many replicates
SLACK_PCT = {SHORT: 4.3, LONG: 1.7}

replicates = pytest.mark.parametrize("n_replicates", [SHORT, pytest.param(LONG, marks=pytest.mark.full)])
every_rho = pytest.mark.parametrize("rho", RHOS)
every_n = pytest.mark.parametrize("n", NS)


def slopes(rng: np.random.Generator, n_replicates: int, n: int, rho: float, change: float = 0.0) -> Mixture:
    day = weekly(n)
    return straight_lines(day, ar1(rng, n_replicates, n, rho) + change * day / day[-1]).slope


def verdict_rate(verdict: set[str], truth: str, n: int, rho: float, swc: float, change: float, n_replicates: int):
    def design(rng, n_replicates):
        return np.isin(verdicts(slopes(rng, n_replicates, n, rho, change), weekly(n)[-1], swc), list(verdict))

    return rate_pct(design, MODELS["trend"], DESIGNS[truth, n, rho], n_replicates)


def slope_coverage(n: int, rho: float, n_replicates: int) -> Coverage:
    def design(rng, n_replicates):
        slope = slopes(rng, n_replicates, n, rho)
        return Intervals(slope.quantile(0.025), slope.quantile(0.975), 0.0)

    return coverage(design, MODELS["trend"], DESIGNS["none", n, rho], n_replicates)


@every_n
@every_rho
def test_the_slope_interval_covers_about_what_its_card_says(n, rho):
    measured = slope_coverage(n, rho, SHORT)
    assert measured.pct == pytest.approx(printed(trend, n, rho)["coverage of 95 %"], abs=SLACK_PCT[SHORT])
    assert measured.refused == measured.unbounded == 0


@pytest.mark.full
@every_n
@every_rho
def test_the_card_of_the_trend_says_what_2000_series_say(n, rho):
    measured = {
        "n": n,
        "rho": rho,
        "coverage of 95 %": slope_coverage(n, rho, LONG).pct,
        "called on no change": verdict_rate({"progress", "regress"}, "none", n, rho, TE, 0.0, LONG),
        "progress on +3 MDC": verdict_rate({"progress"}, "gain", n, rho, TE, 3 * MDC, LONG),
        "plateau, SWC 3 TE": verdict_rate({"plateau"}, "none", n, rho, 3 * TE, 0.0, LONG),
        "plateau on +SWC": verdict_rate({"plateau"}, "plateau", n, rho, 2 * TE, 2 * TE, LONG),
    }
    assert measured == pytest.approx(printed(trend, n, rho), abs=0.1)


def test_a_result_states_the_coverage_of_the_card():
    assert {n: tuple(printed(trend, n, rho)["coverage of 95 %"] for rho in RHOS) for n in NS} == COVERAGE_PCT


@every_rho
@replicates
def test_the_slope_interval_covers_on_irregular_dates_as_well(rho, n_replicates):
    day = np.cumsum([0, 3, 7, 2, 14, 5, 7, 7, 21, 3, 4, 7.0])
    carried = rho ** (np.abs(day[:, np.newaxis] - day) / np.median(np.diff(day)))
    root = np.linalg.cholesky(np.where(np.eye(12) == 1, 1.0, carried))

    def design(rng, n_replicates):
        slope = straight_lines(day, rng.standard_normal((n_replicates, 12)) @ root.T).slope
        return Intervals(slope.quantile(0.025), slope.quantile(0.975), 0.0)

    measured = coverage(design, MODELS["trend"], DESIGNS["irregular dates", 12, rho], n_replicates)
    assert measured.pct >= 95 - SLACK_PCT[n_replicates]


@every_n
@every_rho
@replicates
@pytest.mark.parametrize("swc", [0.5 * TE, TE])
def test_no_change_is_seldom_called_progress_or_regress(n, rho, swc, n_replicates):
    called = verdict_rate({"progress", "regress"}, "none", n, rho, swc, 0.0, n_replicates)
    assert called <= GATE_PCT


@every_n
@every_rho
@replicates
def test_a_change_as_large_as_the_swc_is_seldom_called_a_plateau(n, rho, n_replicates):
    swc = 2 * TE
    assert verdict_rate({"plateau"}, "plateau", n, rho, swc, swc, n_replicates) <= GATE_PCT


@every_rho
@replicates
def test_a_gain_of_three_mdc_over_twelve_weeks_is_found(rho, n_replicates):
    assert verdict_rate({"progress"}, "gain", 12, rho, TE, 3 * MDC, n_replicates) >= 95


@every_rho
def test_a_long_plateau_is_shown_about_as_often_as_the_card_says(rho):
    shown = verdict_rate({"plateau"}, "none", 24, rho, 3 * TE, 0.0, SHORT)
    assert shown == pytest.approx(printed(trend, 24, rho)["plateau, SWC 3 TE"], abs=9.0)  # three standard errors
