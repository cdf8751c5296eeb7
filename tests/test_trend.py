"""Trend and plateau: the rule, its words, its errors, and that the numbers are those of statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.trend import trend_figure
from analysis.models.estimators.autocorrelated import RHO_GRID, straight_lines, whitener
from analysis.models.trends.rank_trend import mann_kendall, theil_sen
from analysis.models.trends.trend import COVERAGE_PCT, LEAST_EXPOSURES, trend

RISING = [100.0, 103.0, 104.0, 107.0, 108.0, 111.0, 114.0, 115.0]
STEADY = [100.0, 100.5, 99.5, 100.0, 100.5, 99.5, 100.5, 100.0, 99.5, 100.5, 99.5, 100.0]


def weekly(values, swc=2.5, every="7D", **rule):
    dates = pd.date_range("2026-01-05", periods=len(values), freq=every)
    return trend(dates, values, unit="kg", swc=swc, **rule)


def noise(n: int, seed: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


# --- the rule -----------------------------------------------------------------------------------------------------


def test_a_clear_rise_is_progress_and_a_clear_fall_regress():
    assert weekly(RISING).verdict == "progress"
    assert weekly(RISING[::-1]).verdict == "regress"


def test_where_lower_is_better_a_fall_is_progress():
    assert weekly(RISING[::-1], lower_is_better=True).verdict == "progress"


def test_steady_values_over_weeks_are_a_plateau():
    result = weekly(STEADY)
    assert result.verdict == "plateau"
    assert -result.swc < result.plateau_interval.low < result.plateau_interval.high < result.swc


def test_steady_values_over_three_weeks_are_too_short_for_a_plateau():
    result = weekly(STEADY, every="2D")
    assert (result.verdict, result.reason, result.span_days) == ("cannot tell", "too_short", 22)
    assert result.more_exposures == 3  # 28 days


def test_the_same_rise_that_matters_less_than_the_swc_is_no_progress():
    assert weekly(RISING, swc=14.0).verdict == "cannot tell"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.3, 5.0))
def test_a_verdict_says_where_its_interval_lies(seed, weekly_gain, swc):
    y = weekly_gain * np.arange(8) + noise(8, seed)
    result = weekly(y, swc=swc)
    low, high = result.change_interval
    assert (result.verdict == "progress") == (low > swc)
    assert (result.verdict == "regress") == (high < -swc)
    inside = result.plateau_interval.low > -swc and result.plateau_interval.high < swc
    assert (result.verdict == "plateau") == (inside and low <= swc and high >= -swc)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_turning_the_values_over_turns_the_verdict_over(seed):
    y = noise(9, seed) + 0.6 * np.arange(9)
    up, down = weekly(y, swc=1.0), weekly(-y, swc=1.0)
    assert up.change == pytest.approx(-down.change)
    assert {up.verdict, down.verdict} in ({"progress", "regress"}, {"plateau"}, {"cannot tell"})


def test_values_before_the_window_and_after_the_last_known_day_are_not_fitted():
    dates = pd.date_range("2025-10-06", periods=20, freq="7D")
    values = np.concatenate([np.full(6, 500.0), RISING, np.full(6, 900.0)])
    result = trend(dates, values, unit="kg", swc=2.5, window_days=49, until=dates[13])
    assert (result.n, len(result.exposures)) == (8, 14)
    assert result.change == pytest.approx(weekly(RISING).change)
    assert result.augment()[".fitted"].isna().sum() == 6


def test_an_old_series_is_stale():
    result = weekly(RISING, until=pd.Timestamp("2026-06-01"))
    assert (result.verdict, result.reason) == ("cannot tell", "stale")


def test_a_missing_value_is_counted_and_not_a_zero():
    dates = pd.date_range("2026-01-05", periods=9, freq="7D")
    result = trend(dates, [*RISING, np.nan], unit="kg", swc=2.5)
    assert (result.n, result.n_missing) == (8, 1)
    assert result.change == weekly(RISING).change


def test_the_caller_keeps_the_values_in_their_order():
    dates = pd.Series(pd.date_range("2026-01-05", periods=8, freq="7D")[::-1])
    values = pd.Series(RISING[::-1])
    before = values.copy()
    assert trend(dates, values, unit="kg", swc=2.5).change == pytest.approx(weekly(RISING).change)
    pd.testing.assert_series_equal(values, before)


def test_more_exposures_are_fewer_where_the_rise_is_steeper():
    shallow, steep = (weekly(noise(7) + gain * np.arange(7), swc=3.0) for gain in (0.9, 1.1))
    assert shallow.reason == steep.reason == "no_clear_trend"
    assert steep.more_exposures < shallow.more_exposures


def test_where_no_number_of_sessions_in_the_window_would_tell_none_is_named():
    result = weekly(30 * noise(8), swc=0.5)
    assert result.more_exposures is None
    assert "scatter is too wide" in result.sentence("Deadlift")


# --- errors -------------------------------------------------------------------------------------------------------


def test_five_days_are_not_a_trend():
    with pytest.raises(NotEnoughData, match=r"6 days within 84 days; got 5\. Add 1 more day\."):
        weekly(RISING[:5])


def test_no_number_of_exposures_is_judged_whose_coverage_was_not_measured_or_is_below_85_percent():
    assert min(COVERAGE_PCT) == LEAST_EXPOSURES
    assert min(min(row) for row in COVERAGE_PCT.values()) >= 85
    assert weekly(RISING).coverage_pct == min(COVERAGE_PCT[6])


def test_two_values_of_one_day_are_refused():
    dates = [*pd.date_range("2026-01-05", periods=7, freq="7D"), "2026-01-05"]
    with pytest.raises(DataProblem, match="two values of 2026-01-05"):
        trend(dates, RISING, unit="kg", swc=2.5)


def test_an_infinite_value_an_swc_of_0_and_a_short_window_are_refused():
    with pytest.raises(DataProblem, match="value of inf cannot be"):
        weekly([*RISING[:-1], np.inf])
    with pytest.raises(DataProblem, match="above 0; got 0"):
        weekly(RISING, swc=0)
    with pytest.raises(DataProblem, match="window of 14 days"):
        weekly(RISING, window_days=14)


def test_values_without_scatter_need_the_step_of_the_device():
    with pytest.raises(NotEnoughData, match="without any scatter"):
        weekly([100.0] * 8)
    assert weekly([100.0] * 8, resolution=0.5).verdict == "plateau"


# --- words --------------------------------------------------------------------------------------------------------


def test_the_athlete_reads_short_sentences():
    for result in (weekly(RISING), weekly(RISING[::-1]), weekly(STEADY), weekly(STEADY, every="2D")):
        sentences = result.sentence("Deadlift e1RM").replace("e1RM: ", "e1RM. ").split(". ")
        assert all(len(sentence.split()) <= 18 for sentence in sentences)


def test_a_verdict_that_cannot_tell_says_how_many_more():
    result = weekly(STEADY, every="2D")
    assert result.sentence("Deadlift e1RM") == (
        "Steady, but too early to tell. Deadlift e1RM: about 3 more sessions needed."
    )


def test_the_coach_reads_the_reason_the_interval_and_the_measured_coverage():
    text = weekly(STEADY, every="2D").sentence("deadlift e1RM", audience="coach")
    assert text.startswith("Deadlift e1RM: cannot tell (too_short), about 3 more exposures.")
    assert "measured coverage 96 % or more" in text


@pytest.mark.parametrize(
    ("values", "every", "state"),
    [
        (RISING, "7D", "clearly better"),
        (RISING[::-1], "7D", "clearly worse"),
        (STEADY, "7D", "about the same"),
        (STEADY, "2D", "cannot tell"),
    ],
)
def test_a_fact_has_the_state_of_the_verdict(values, every, state):
    fact = weekly(values, every=every).as_fact("deadlift.trend", "Deadlift e1RM")
    assert fact.state == state
    assert fact.conf_low < fact.estimate < fact.conf_high


def test_a_trend_is_told_by_one_owner_to_the_athlete_and_to_the_coach():
    fact = weekly(RISING[::-1]).as_fact("deadlift.trend", "Deadlift e1RM")
    assert fact.lead == "Going the wrong way."
    assert f"{fact.lead} {fact.rest}" == fact.sentence
    assert fact.coach_lead == ""
    assert fact.coach_rest.startswith("Deadlift e1RM: regress.")
    assert "your usual" not in fact.sentence + fact.coach_sentence


# --- numbers ------------------------------------------------------------------------------------------------------


def test_one_rho_is_generalised_least_squares_of_statsmodels():
    day, y = np.array([0.0, 7, 9, 16, 30, 37, 41]), noise(7)
    lines = straight_lines(day, y[np.newaxis])
    apart = np.abs(day[:, np.newaxis] - day) / np.median(np.diff(day))
    for number in (0, 6, 18):
        sigma = np.where(apart == 0, 1.0, RHO_GRID[number] ** apart)
        fit = sm.GLS(y, sm.add_constant(day - day.mean()), sigma=sigma).fit()
        assert lines.slope.estimate[number, 0] == pytest.approx(fit.params[1], rel=1e-9)
        assert lines.slope.std_error[number, 0] == pytest.approx(fit.bse[1], rel=1e-9)
        assert lines.level.estimate[number, 0] == pytest.approx(fit.params[0], rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 0.99))
def test_quantile_and_probability_of_a_mixture_undo_each_other(seed, probability):
    slope = straight_lines(np.arange(10) * 3.0, noise(10, seed)[np.newaxis]).slope
    assert slope.probability_below(slope.quantile(probability))[0] == pytest.approx(probability, abs=1e-6)


def test_a_whitener_makes_errors_independent():
    day = np.array([0.0, 1, 3, 4, 8])
    white = whitener(day, 0.6, step=1.0).matrix
    covariance = 0.6 ** np.abs(day[:, np.newaxis] - day)
    np.testing.assert_allclose(white @ covariance @ white.T, np.eye(5), atol=1e-12)


@given(st.lists(st.integers(0, 6), min_size=4, max_size=25).filter(lambda values: len(set(values)) > 1))
def test_tau_is_that_of_scipy_with_ties(values):
    assert mann_kendall(values).tau == pytest.approx(stats.kendalltau(np.arange(len(values)), values).statistic)


def test_theil_sen_finds_a_noiseless_line():
    line = theil_sen(np.arange(8), 3 + 2 * np.arange(8))
    assert (line.slope, line.intercept) == (2.0, 3.0)
    assert line.predict([10]).tolist() == [23.0]


# --- figures ------------------------------------------------------------------------------------------------------


def test_the_figure_of_a_trend_names_its_unit_and_says_the_verdict():
    shown = trend_figure(weekly(RISING), "Deadlift e1RM")
    assert shown.layout.yaxis.title.text == "Deadlift e1RM (kg)"
    assert shown.layout.title.text.startswith("Progress.")
    assert len(next(trace for trace in shown.data if trace.name == "trend").x) == 8
