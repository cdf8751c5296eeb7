"""Fitness-fatigue models: numerics against slow ways, what a fit may claim, and how often it is right about that."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from soak_scale import declared, times

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.example.training_and_tests import Season, carried, training_load, true_season, unrelated_season
from analysis.figures import fitness_fatigue as figures
from analysis.models.fitness_fatigue import kalman, projection
from analysis.models.fitness_fatigue.banister import fitness_fatigue, lags_of
from analysis.models.fitness_fatigue.dose_response import dose_response, fatigue_dose, fit_dose_response
from analysis.models.fitness_fatigue.forms import compared_forms, fitted_forms
from analysis.models.fitness_fatigue.impulse import impulse_response, influence, influence_days
from analysis.models.fitness_fatigue.kalman import StateParameters, filtered, fit_states
from analysis.models.fitness_fatigue.skill import forecast_skill, review
from analysis.models.fitness_fatigue.uncertainty import bootstrap, profile_likelihood

GOLDEN = Path(os.environ.get("GOLDEN_DIR") or Path(__file__).parent / "golden_own")
BIKE = GOLDEN / "banister" / "bike_score_forward_dorem" / "input.csv"

NEXT_DAY = {"unit": "W", "convention": "next_day"}


def a_season(n_tests=30, noise_w=2.0, seed=(9, 1), **truth) -> Season:
    return true_season(n_tests, np.random.default_rng(np.random.SeedSequence(seed)), noise_w=noise_w, **truth)


SEASON = a_season()
FREE = fitness_fatigue(SEASON.load, SEASON.tests, tau_d=None, **NEXT_DAY)
FIXED = fitness_fatigue(SEASON.load, SEASON.tests, **NEXT_DAY)
PROFILE = profile_likelihood(FREE)

loads = st.lists(st.floats(0, 300), min_size=3, max_size=40).map(pd.Series)


@given(loads, st.floats(1, 100))
def test_an_impulse_response_is_what_a_loop_over_days_gives(load, tau_d):
    state, loop = 0.0, []
    for load_au in load:
        state = state * np.exp(-1 / tau_d) + load_au
        loop.append(state)
    same_day = impulse_response(load, tau_d, convention="same_day")
    next_day = impulse_response(load, tau_d, convention="next_day")
    np.testing.assert_allclose(same_day, loop, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(next_day[1:], same_day[:-1] * np.exp(-1 / tau_d), rtol=1e-9, atol=1e-9)


@given(loads, st.data())
def test_held_days_are_as_if_they_had_not_been(load, data):
    unknown = data.draw(st.lists(st.booleans(), min_size=len(load), max_size=len(load)))
    with_gaps = load.mask(np.array(unknown))
    held = impulse_response(with_gaps, 7, convention="same_day", missing="hold")
    without = impulse_response(with_gaps.dropna().reset_index(drop=True), 7, convention="same_day")
    np.testing.assert_allclose(held[with_gaps.notna()], without)


def test_a_day_without_a_known_load_is_refused_unless_told_what_it_means():
    load = pd.Series([50.0, np.nan, 20.0])
    with pytest.raises(DataProblem, match="1 of 3 days have no known load"):
        impulse_response(load, 7, convention="same_day")
    as_rest = impulse_response(load, 7, convention="same_day", missing="as_rest")
    assert as_rest.iloc[1] == pytest.approx(50 * np.exp(-1 / 7))


def test_a_load_that_skips_a_day_is_refused():
    load = pd.Series([1.0, 2.0], index=pd.to_datetime(["2026-01-05", "2026-01-07"]))
    with pytest.raises(DataProblem, match="skips or repeats a day"):
        impulse_response(load, 7, convention="same_day")


def test_a_test_outside_the_load_is_named():
    load = pd.Series(1.0, index=pd.date_range("2026-01-05", periods=9))
    tests = pd.Series(np.arange(5.0), index=pd.date_range("2026-01-10", periods=5))
    with pytest.raises(DataProblem, match="no load for 2026-01-14"):
        fitness_fatigue(load, tests, **NEXT_DAY)


@given(st.floats(0.1, 2), st.floats(30, 100), st.floats(0.1, 2), st.floats(3, 25))
def test_the_influence_curve_crosses_zero_and_turns_where_it_is_said_to(k1, tau1_d, k2, tau2_d):
    days = influence_days(k1, tau1_d, k2, tau2_d)
    before = np.linspace(0, 400, 40_001)
    curve = influence(before, k1, tau1_d, k2, tau2_d)
    assert before[curve.argmax()] == pytest.approx(days.t_g_d, abs=0.02)
    assert (curve[before < days.t_n_d - 0.02] <= 0).all()


@given(st.integers(0, 10_000))
def test_pairs_of_gains_are_non_negative_least_squares(seed):
    rng = np.random.default_rng(seed)
    columns, target = rng.normal(size=(2, 12)), rng.normal(size=(1, 12))
    columns[1] = 0.9 * columns[0] + 0.3 * columns[1]
    gains = projection.pair_gains(*projection.pair_products(columns, target, np.array([0]), np.array([1])))
    expected, _ = optimize.nnls(columns.T * [1, -1], target[0])
    np.testing.assert_allclose([gains.k1.item(), gains.k2.item()], expected, atol=1e-9)


@given(st.integers(0, 10_000))
def test_four_gains_are_non_negative_least_squares(seed):
    rng = np.random.default_rng(seed)
    columns, target = rng.normal(size=(15, 4)), rng.normal(size=15)
    expected, _ = optimize.nnls(columns, target)
    np.testing.assert_allclose(projection.nonnegative(columns.T @ columns, columns.T @ target), expected, atol=1e-8)


@settings(max_examples=times(10, 10, 25), deadline=None)
@given(st.floats(25, 80), st.floats(3, 12), st.floats(0.05, 0.2), st.floats(0.1, 0.4))
def test_tests_without_noise_give_back_gains_and_time_constants(tau1_d, tau2_d, k1, k2):
    season = a_season(30, 0.0, k1=k1, tau1_d=tau1_d, k2=k2, tau2_d=tau2_d)
    (got,) = fitness_fatigue(season.load, season.tests, tau_d=None, **NEXT_DAY).responses
    assert (got.k1, got.tau1_d, got.k2, got.tau2_d) == pytest.approx((k1, tau1_d, k2, tau2_d), rel=1e-3)


def test_two_inputs_are_told_apart():
    rng = np.random.default_rng(np.random.SeedSequence([9, 2]))
    strength, run = training_load(400, rng), training_load(400, rng)
    truth = ((strength, 0.05, 50), (strength, -0.1, 12), (run, 0.1, 35), (run, -0.2, 4))
    performance = 250 + sum(gain * impulse_response(load, tau, convention="next_day") for load, gain, tau in truth)
    tests = performance.iloc[20::5] + rng.normal(0, 0.05, len(performance.iloc[20::5]))
    fit = fitness_fatigue({"strength": strength, "run": run}, tests, tau_d=None, **NEXT_DAY)
    found = fit.tidy().set_index("term")["estimate"]
    assert found[["tau1 strength", "tau2 strength"]].tolist() == pytest.approx([50, 12], rel=0.05)
    assert found[["tau1 run", "tau2 run"]].tolist() == pytest.approx([35, 4], rel=0.05)
    assert bootstrap(fit, n_draws=20, seed=1).draws.shape == (20, 9)


def test_compressed_targets_have_the_same_sums_of_squares():
    rng = np.random.default_rng(3)
    problem = projection.targets(lags_of(FREE), rng.normal(size=(50, len(SEASON.tests))))
    whole, fewer = projection.best_fit(problem), projection.best_fit(projection.compressed(problem))
    np.testing.assert_allclose(whole.sse, fewer.sse, rtol=1e-6)


def test_days_without_a_test_change_nothing():
    with_gaps = SEASON.tests.reindex(SEASON.load.index)
    again = fitness_fatigue(SEASON.load, with_gaps, tau_d=None, **NEXT_DAY)
    assert again.responses == FREE.responses


def test_fitting_leaves_the_callers_series_alone():
    load, tests = SEASON.load.copy(), SEASON.tests.copy()
    profile_likelihood(fitness_fatigue(load, tests, tau_d=None, **NEXT_DAY))
    pd.testing.assert_series_equal(load, SEASON.load)
    pd.testing.assert_series_equal(tests, SEASON.tests)


def test_a_plan_behind_the_log_continues_the_line():
    plan = pd.concat([SEASON.load, pd.Series(0.0, index=SEASON.load.index[-1] + np.arange(1, 15))])
    ahead = FREE.predict(plan)
    pd.testing.assert_series_equal(ahead.iloc[: len(SEASON.load)], FREE.predict())
    assert len(ahead) == len(SEASON.load) + 14
    with pytest.raises(DataProblem, match="Put the plan behind the load"):
        FREE.predict(plan.iloc[1:])


def test_a_gain_that_stops_at_zero_is_said():
    load = SEASON.load
    tests = 250 - 0.1 * impulse_response(load, 7, convention="next_day").loc[SEASON.tests.index]
    fit = fitness_fatigue(load, tests + SEASON.tests * 0, **NEXT_DAY)
    assert fit.at_bound == ("k1 is 0, so that tau1 has no meaning",)
    assert np.isnan(fit.tidy().set_index("term").loc["k1", "std_error"])
    assert "k1 is 0" in figures.fitness_fatigue_figure(fit).layout.title.text


def test_five_tests_are_not_a_free_fit():
    with pytest.raises(NotEnoughData, match="needs 6 tests or more; got 5"):
        fitness_fatigue(SEASON.load, SEASON.tests.head(5), tau_d=None, **NEXT_DAY)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tau_d": (7, 42)}, "out of order"),
        ({"tau_d": None, "signs": "any"}, "exchangeable"),
    ],
)
def test_settings_that_contradict_the_model_are_refused(change, words):
    with pytest.raises(DataProblem, match=words):
        fitness_fatigue(SEASON.load, SEASON.tests, **NEXT_DAY | change)


def test_a_load_of_zeros_is_refused():
    with pytest.raises(DataProblem, match="is 0 on every day"):
        fitness_fatigue(SEASON.load * 0, SEASON.tests, **NEXT_DAY)


def test_the_sum_of_squares_at_a_profile_limit_is_the_threshold():
    problem = projection.targets(lags_of(FREE), SEASON.tests.to_numpy())
    (response,) = FREE.responses
    for limit in PROFILE.interval("tau1"):
        start = np.array([[[limit, response.tau2_d]]])
        held = projection.polished(problem, start, held=(0,))
        assert held.sse[0] == pytest.approx(PROFILE.threshold_sse, rel=0.01)


def test_a_season_that_follows_its_load_is_identifiable():
    assert PROFILE.identifiable
    limits = PROFILE.tidy().set_index("term")
    assert limits.loc["tau1", "conf_low"] < 42 < limits.loc["tau1", "conf_high"]
    assert limits.loc["tau2", "conf_low"] < 7 < limits.loc["tau2", "conf_high"]


def test_an_unrelated_load_is_not_identifiable_and_42_and_7_days_are_taken():
    season = unrelated_season(20, np.random.default_rng(np.random.SeedSequence([9, 3])), "carried")
    found = review(season.load, season.tests, **NEXT_DAY)
    assert found.verdict == "not identifiable"
    assert found.fit.fixed_tau
    assert "42 and 7 days are taken instead" in found.sentence()
    assert found.profile.interval("k1").high == np.inf
    assert "Not identifiable" in figures.profile_figure(found.profile).layout.title.text


@pytest.mark.skipif(not BIKE.exists(), reason="needs the reference case of the nine tests")
def test_nine_tests_reach_the_least_known_sum_of_squares_and_are_not_identifiable():
    season = pd.read_csv(BIKE).set_axis(["day", "load", "tests"], axis=1).set_index("day")
    fit = fitness_fatigue(season["load"], season["tests"], unit="W", convention="same_day", tau_d=None)
    assert fit.sse <= 19.7452
    assert not profile_likelihood(fit).identifiable
    found = review(season["load"], season["tests"], unit="W", convention="same_day")
    assert found.verdict == "too few tests"
    assert not forecast_skill(found.fit).skill > 0


def test_a_season_that_follows_its_load_has_skill():
    found = review(SEASON.load, SEASON.tests, **NEXT_DAY)
    assert found.verdict == "skill"
    assert not found.fit.fixed_tau
    assert found.sentence().startswith("Load helps to foresee the next test: squared error is")


def test_a_verdict_needs_fifteen_tests():
    found = review(SEASON.load, SEASON.tests.head(14), **NEXT_DAY)
    assert found.verdict == "too few tests"
    assert found.sentence() == "Too few tests: 14 of the 15 that a verdict needs. 1 more test needed."


def test_a_forecast_knows_only_the_tests_before_it():
    changed = SEASON.tests.copy()
    changed.iloc[-1] += 100
    for tau_d in ((42, 7), None):
        before, after = (
            forecast_skill(fitness_fatigue(SEASON.load, tests, tau_d=tau_d, **NEXT_DAY)).forecasts
            for tests in (SEASON.tests, changed)
        )
        columns = ["model", "last", "mean", "trend"]
        np.testing.assert_allclose(before[columns], after[columns], rtol=1e-9)


def test_a_forecast_is_the_fit_to_the_tests_before_it():
    forecasts = forecast_skill(FIXED).forecasts
    for n_train in (6, 11, 29):
        fit = fitness_fatigue(SEASON.load, SEASON.tests.head(n_train), **NEXT_DAY)
        expected = fit.predict().loc[SEASON.tests.index[n_train]]
        assert forecasts.set_index("n_train").loc[n_train, "model"] == pytest.approx(expected)


def test_six_tests_cannot_be_forecast():
    with pytest.raises(NotEnoughData, match="1 more test needed"):
        forecast_skill(fitness_fatigue(SEASON.load, SEASON.tests.head(6), **NEXT_DAY))


def test_tests_that_no_longer_change_show_no_skill():
    level = pd.Series([251.0] + [250.0] * (len(SEASON.tests) - 1), index=SEASON.tests.index)
    flat = forecast_skill(fitness_fatigue(SEASON.load, level, **NEXT_DAY))
    assert flat.verdict == "no skill shown"
    assert "no error that a model could beat" in flat.sentence()


def test_the_bootstrap_repeats_with_its_seed_and_is_a_little_wider_than_the_curvature():
    drawn = bootstrap(FREE, n_draws=400, seed=5)
    assert "interval of k2 was measured to hold in about" in drawn.glance()["remark"].item()
    pd.testing.assert_frame_equal(drawn.draws, bootstrap(FREE, n_draws=400, seed=5).draws)
    ratio = bootstrap(FIXED, n_draws=400, seed=5).tidy()["std_error"] / FIXED.tidy()["std_error"]
    assert ratio.dropna().between(0.9, 2).all()
    band = drawn.band()
    assert (band["test_low"] < band["conf_low"]).all()
    assert (band["conf_low"] <= band["conf_high"]).all()


def test_the_bootstrap_keeps_fixed_time_constants_also_beyond_the_search():
    season = a_season(tau1_d=200)
    fit = fitness_fatigue(season.load, season.tests, tau_d=(200, 7), **NEXT_DAY)
    drawn = bootstrap(fit, n_draws=300, seed=5)
    assert set(drawn.draws["tau1"]) == {200.0}
    assert drawn.draws["k2"].mean() == pytest.approx(fit.responses[0].k2, rel=0.05)


def test_the_bootstrap_is_refused_where_its_intervals_would_be_too_short():
    with pytest.raises(NotEnoughData, match="needs 12 tests; got 11"):
        bootstrap(fitness_fatigue(SEASON.load, SEASON.tests.head(11), tau_d=None, **NEXT_DAY), seed=1)
    twice = pd.concat([SEASON.tests, SEASON.tests.tail(1)])
    with pytest.raises(DataProblem, match="of different times"):
        bootstrap(fitness_fatigue(SEASON.load, twice, **NEXT_DAY), seed=1)


def test_errors_that_carry_over_widen_the_bootstrap():
    slow_wave = SEASON.tests + 6 * np.sin(np.arange(len(SEASON.tests)) / 3)
    own, of_wave = (
        bootstrap(fitness_fatigue(SEASON.load, tests, **NEXT_DAY), n_draws=300, seed=1)
        for tests in (SEASON.tests, slow_wave)
    )
    assert of_wave.rho.mean() > 0.6 > own.rho.mean()
    width = [(b.tidy()["conf_high"] - b.tidy()["conf_low"]) / b.glance()["residual_sd"].item() for b in (own, of_wave)]
    assert width[1][0] > 1.3 * width[0][0]


def test_a_dose_builds_up_over_days():
    dose = fatigue_dose(pd.Series([100.0, 0.0, 50.0]), 4)
    assert dose.tolist() == pytest.approx([100, 100 * np.exp(-1 / 4), 50 + 100 * np.exp(-1 / 2)])
    times_load = fatigue_dose(pd.Series([100.0, 0.0, 50.0]), 4, dose="times_load")
    assert times_load.tolist() == pytest.approx([1e4, 0, 50 * dose[2]])


@pytest.mark.parametrize("dose", ["filtered", "times_load"])
def test_a_dose_response_without_noise_is_given_back(dose):
    load = training_load(200, np.random.default_rng(np.random.SeedSequence([9, 4])))
    k2 = 0.05 if dose == "filtered" else 0.0005
    truth = dose_response(load, p0=250, k1=0.1, tau1_d=45, k2=k2, tau2_d=9, tau3_d=4, dose=dose, **NEXT_DAY)
    found = fit_dose_response(load, truth.predict().iloc[10::5], dose=dose, **NEXT_DAY)
    assert (found.tau1_d, found.tau2_d, found.tau3_d) == pytest.approx((45, 9, 4), rel=0.02)


STATE = StateParameters(250, 0.08, 0.16, 42, 7, test_sd=2, g_sd=1e-6, h_sd=1e-6)


def test_a_state_without_noise_is_banisters_model():
    states = filtered(SEASON.load, SEASON.tests, STATE, unit="W", load_before_au=0).states
    fitness, fatigue = (impulse_response(SEASON.load, tau, convention="next_day") for tau in (42, 7))
    np.testing.assert_allclose(states["p_hat"], 250 + 0.08 * fitness - 0.16 * fatigue, rtol=1e-6)


def test_days_without_a_test_are_predicted_only():
    noisy = StateParameters(250, 0.08, 0.16, 42, 7, test_sd=2, g_sd=10, h_sd=10)
    result = filtered(SEASON.load, SEASON.tests, noisy, unit="W")
    tested = result.states["value"].notna()
    assert (result.states.loc[~tested, "loglik"] == 0).all()
    assert (result.states["p_se"].diff()[tested] < 0).mean() > 0.9
    plan = pd.concat([SEASON.load, pd.Series(0.0, index=SEASON.load.index[-1] + np.arange(1, 8))])
    ahead = result.predict(plan)
    width = ahead["conf_high"] - ahead["conf_low"]
    assert (width.tail(7).diff().dropna() > 0).all()
    np.testing.assert_allclose(ahead["estimate"].head(len(SEASON.load)), result.states["p_hat"])


def test_the_likelihood_that_is_fitted_is_that_of_the_filter():
    first = {"start_g": 100, "start_h": 20, "start_g_sd": 30, "start_h_sd": 9, "start_correlation": 0.2}
    given = replace(STATE, g_sd=5, h_sd=8, gh_correlation=0.3, **first)
    load, days = SEASON.load.to_numpy(), SEASON.tests.reindex(SEASON.load.index).to_numpy()
    points = kalman._as_point(given)[None] + np.array([[0.0], [0.01]])
    joint = kalman._JointLikelihood.of(load, days, given, load_before_au=7.0).at(points)
    by_filter = [
        filtered(SEASON.load, SEASON.tests, kalman._from_point(point, given), unit="W", load_before_au=7.0).loglik
        for point in points
    ]
    assert joint == pytest.approx(by_filter, rel=1e-10)


def test_maximum_likelihood_beats_its_start():
    start = StateParameters(240, 0.1, 0.2, 30, 10, test_sd=4, g_sd=5, h_sd=5)
    found = fit_states(SEASON.load, SEASON.tests, start, unit="W")
    assert found.loglik > filtered(SEASON.load, SEASON.tests, start, unit="W").loglik + 5
    assert abs(found.parameters.p0 - 250) < 4 * found.standard_errors["p0"] or np.isnan(found.standard_errors["p0"])


def test_fitted_states_give_no_band():
    found = fit_states(SEASON.load, SEASON.tests, STATE, unit="W")
    assert found.predict()["conf_low"].isna().all()
    assert found.glance()["remark"].item().startswith("No band: the parameters were fitted")


def test_every_form_of_the_model_stands_beside_the_others():
    fits = fitted_forms(SEASON.load.where(SEASON.load.index != 3), SEASON.tests, unit="W")
    table = compared_forms(fits).set_index("form")
    assert table["parameters"].tolist() == [3, 5, 6, 8]
    assert (table["n"] == len(SEASON.tests)).all()
    assert table.loc["free time constants", "rmse"] <= table.loc["42 and 7 days", "rmse"]
    assert table.loc["filtered states", "remark"].startswith("No band")
    shown = figures.performance_forms_figure(fits, "Power")
    assert [trace.name for trace in shown.data] == [*fits, "tests"]


def test_a_state_needs_ten_tests_and_known_loads():
    with pytest.raises(NotEnoughData, match="needs 10 tests; got 9"):
        fit_states(SEASON.load, SEASON.tests.head(9), STATE, unit="W")
    with pytest.raises(DataProblem, match="days have no known load"):
        filtered(SEASON.load.mask(SEASON.load.index == 3), SEASON.tests, STATE, unit="W")


def test_the_forecast_figure_says_the_verdict_and_shows_every_rule():
    skill = forecast_skill(FIXED)
    shown = figures.forecast_figure(skill, "5 min power")
    assert skill.sentence().split(":")[0] in shown.layout.title.text.replace("<br>", " ")
    assert len(shown.data) == 5
    assert shown.layout.yaxis.title.text == "5 min power (W)"


def test_the_fit_figure_labels_the_fixed_time_constants_and_draws_both_bands():
    shown = figures.fitness_fatigue_figure(bootstrap(FIXED, n_draws=50, seed=1))
    assert {"fit, 42 and 7 days", "95 % of new tests", "95 % interval of the line", "tests"} <= {
        trace.name for trace in shown.data
    }


def test_the_other_figures_name_their_units():
    assert figures.components_figure(FREE).layout.yaxis.title.text == "Share of performance (W)"
    influence_shown = figures.influence_figure(FREE)
    assert influence_shown.layout.yaxis.title.text == "Effect of 100 AU (W)"
    assert "brings most after" in influence_shown.layout.title.text.replace("<br>", " ")
    assert figures.shifts_figure(forecast_skill(FIXED)).layout.xaxis.title.text == "Forecast RMSE (W)"
    assert figures.profile_figure(PROFILE).layout.xaxis3.title.text == "tau1 (d)"


# How often the words are right. Seeds are SeedSequence([model, design, ...]), model 7.

KINDS = ("line", "carried", "walk")


def share_with_skill(seasons: list[Season]) -> float:
    """How often "skill" is said with 42 and 7 days."""
    verdicts = [forecast_skill(fitness_fatigue(season.load, season.tests, **NEXT_DAY)).verdict for season in seasons]
    return float(np.mean([verdict == "skill" for verdict in verdicts]))


def unrelated(n_tests: int, kind: str, times: int) -> list[Season]:
    seeds = (np.random.SeedSequence([7, n_tests, KINDS.index(kind), number]) for number in range(times))
    return [unrelated_season(n_tests, np.random.default_rng(seed), kind) for seed in seeds]


def related(n_tests: int, noise_w: float, times: int) -> list[Season]:
    seeds = (np.random.SeedSequence([7, n_tests, 10, number]) for number in range(times))
    return [true_season(n_tests, np.random.default_rng(seed), noise_w=noise_w) for seed in seeds]


def covered_shares(n_tests: int, noise_w: float, times: int) -> dict[str, float]:
    """How often the 95 % profile intervals of tau1 and tau2 hold the truth, over noise on one season's load."""
    season = a_season(n_tests, 0.0, (7, n_tests, 20))
    rng = np.random.default_rng(np.random.SeedSequence([7, n_tests, 21]))
    values = season.tests.to_numpy() + rng.normal(0, noise_w, (times, n_tests))
    fit = fitness_fatigue(season.load, season.tests, tau_d=None, **NEXT_DAY)
    problem = projection.compressed(projection.targets(lags_of(fit), values))
    best = projection.best_fit(problem)
    df = n_tests - 5
    least = np.minimum(best.sse, projection.polished(problem, np.tile([[42.0, 7.0]], (times, 1, 1))).sse)
    threshold = least * (1 + stats.f.ppf(0.95, 1, df) / df)
    shares = {}
    for term, axes, starts in (
        ("tau1", projection.SLOW, ([42, 7], [42, 20], [42, 39])),
        ("tau2", projection.FAST, ([42, 7], [12, 7], [110, 7])),
    ):
        held = [
            projection.polished(problem, np.tile([np.array(start, float)], (times, 1, 1)), axes=axes, held=(0,)).sse
            for start in starts
        ]
        shares[term] = float((np.min(held, axis=0) <= threshold).mean())
    return shares


def bootstrap_covered(
    n_tests: int, rho: float, times: int, n_draws: int = 200, tau_d: tuple[float, float] | None = None
) -> pd.Series:
    """How often 95 % percentile intervals hold the truth; tests carry an error of AR(1)."""
    truth = pd.Series({"p0": 250, "k1": 0.08, "tau1": 42, "k2": 0.16, "tau2": 7})
    covered = []
    for number in range(times):
        rng = np.random.default_rng(np.random.SeedSequence([7, n_tests, 30, round(10 * rho), number]))
        season = true_season(n_tests, rng, noise_w=0.0)
        tests = season.tests + 4 * carried(rng.normal(0, 1, n_tests), rho)
        fit = fitness_fatigue(season.load, tests, tau_d=tau_d, **NEXT_DAY)
        limits = bootstrap(fit, n_draws=n_draws, seed=number).tidy().set_index("term")
        covered.append((limits["conf_low"] <= truth) & (truth <= limits["conf_high"]))
    return pd.concat(covered, axis=1).mean(axis=1).round(3)


def state_band_covered(times: int, n_tests: int = 24) -> float:
    """How often the 95 % band with the true parameters holds the true performance on the day of the last test."""
    parameters, decay = replace(STATE, g_sd=10, h_sd=10), np.exp(-1 / np.array([42, 7]))
    held = []
    for number in range(times):
        rng = np.random.default_rng(np.random.SeedSequence([7, n_tests, 40, number]))
        season = true_season(n_tests, rng, noise_w=0.0)
        drift = rng.normal(0, 10, (len(season.load), 2))
        for day in range(1, len(season.load)):
            drift[day] += decay * drift[day - 1]
        fitness, fatigue = (impulse_response(season.load, tau, convention="next_day") for tau in (42, 7))
        performance = 250 + 0.08 * (fitness + drift[:, 0]) - 0.16 * (fatigue + drift[:, 1])
        tests = performance.loc[season.tests.index] + rng.normal(0, STATE.test_sd, n_tests)
        day = tests.index[-1]
        last = filtered(season.load, tests, parameters, unit="W", load_before_au=0).predict().loc[day]
        held.append(last["conf_low"] <= performance[day] <= last["conf_high"])
    return float(np.mean(held))


@pytest.mark.soak
def test_the_band_of_known_parameters_covers():
    assert 0.90 <= state_band_covered(150) <= 0.99


@pytest.mark.scaled
def test_unrelated_loads_seldom_show_skill():
    shares = [share_with_skill(unrelated(15, kind, declared(30, 80))) for kind in KINDS]
    assert np.mean(shares) <= declared(0.12, 0.065)


def test_a_true_effect_is_mostly_found():
    assert share_with_skill(related(30, 6.0, 60)) >= 0.7


def test_profile_intervals_cover_about_as_often_as_they_claim():
    shares = covered_shares(30, 4.0, 400)
    assert all(0.92 <= share <= 0.98 for share in shares.values())


@pytest.mark.full
@pytest.mark.parametrize("n_tests", [15, 30])
@pytest.mark.parametrize("kind", KINDS)
def test_unrelated_loads_show_skill_in_at_most_6_5_percent(n_tests, kind, capsys):
    share = share_with_skill(unrelated(n_tests, kind, 2000))
    with capsys.disabled():
        print(f"\nskill on unrelated loads, {n_tests} tests, {kind}: {100 * share:.2f} %")
    assert share <= 0.065


@pytest.mark.full
@pytest.mark.parametrize("n_tests", [15, 30])
@pytest.mark.parametrize("noise_w", [2.0, 6.0, 12.0])
def test_power_is_printed(n_tests, noise_w, capsys):
    share = share_with_skill(related(n_tests, noise_w, 500))
    with capsys.disabled():
        print(f"\nskill on true effects, {n_tests} tests, noise {noise_w:g} W: {100 * share:.1f} %")
    assert share > 0.065


@pytest.mark.full
@pytest.mark.parametrize("n_tests", [15, 30, 60])
@pytest.mark.parametrize("noise_w", [2.0, 4.0])
def test_coverage_over_2000_seasons(n_tests, noise_w, capsys):
    shares = covered_shares(n_tests, noise_w, 2000)
    with capsys.disabled():
        print(f"\ncoverage of 95 % profiles, {n_tests} tests, noise {noise_w:g} W: {shares}")
    assert all(0.92 <= share <= 0.98 for share in shares.values())


@pytest.mark.full
@pytest.mark.parametrize("n_tests", [12, 24])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_coverage_of_the_bootstrap_is_printed(n_tests, rho, capsys):
    shares = bootstrap_covered(n_tests, rho, 500)
    with capsys.disabled():
        print(f"\ncoverage of the 95 % bootstrap, {n_tests} tests, rho {rho:g}: {shares.to_dict()}")
    assert (shares >= 0.85).all()


@pytest.mark.full
@pytest.mark.parametrize("n_tests", [6, 12, 24])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_coverage_of_the_bootstrap_with_known_time_constants_is_printed(n_tests, rho, capsys):
    shares = bootstrap_covered(n_tests, rho, 300, tau_d=(42, 7))[["p0", "k1", "k2"]]
    with capsys.disabled():
        print(f"\ncoverage of the 95 % bootstrap, 42 and 7 days, {n_tests} tests, rho {rho:g}: {shares.to_dict()}")
    assert (shares >= 0.85).all()
