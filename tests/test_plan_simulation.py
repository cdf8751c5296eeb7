"""What a plan could do: the fan, the best block inside its limits, and the reasons not to simulate one."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.example.training_and_tests import Season, true_season, unrelated_season
from analysis.figures.plan_simulation import block_figure, fan_figure
from analysis.models.fitness_fatigue.impulse import impulse_response
from analysis.models.fitness_fatigue.plan_simulation import best_block, simulate_plan, simulate_weeks, usual_week
from analysis.models.fitness_fatigue.skill import Review, review

NEXT_DAY = {"unit": "W", "convention": "next_day"}


def reviewed(season: Season) -> Review:
    return review(season.load, season.tests, **NEXT_DAY)


SEASON = true_season(30, np.random.default_rng(np.random.SeedSequence([9, 1])), noise_w=2.0)
FOUND = reviewed(SEASON)
LAST = SEASON.load.index[-1]
BLOCK = best_block(FOUND, weeks=6, seed=1, n_draws=300)


def plan_of(*weekly_au: float) -> pd.Series:
    return usual_week(SEASON.load).plan(list(weekly_au), LAST)


def test_the_fan_holds_what_the_true_model_says_of_the_plan():
    plan = plan_of(200.0, 300.0, 100.0)
    fan = simulate_plan(FOUND, plan, seed=1, n_draws=300).predict()
    whole = pd.concat([SEASON.load, plan])
    fitness, fatigue = (impulse_response(whole, tau, convention="next_day") for tau in (42, 7))
    truth = (250 + 0.08 * fitness - 0.16 * fatigue).loc[plan.index]
    assert truth.between(fan["conf_low"], fan["conf_high"]).mean() > 0.8
    assert fan.loc[plan.index[-1], "estimate"] == pytest.approx(truth.iloc[-1], abs=2)


def test_the_bands_of_the_fan_lie_inside_each_other():
    fan = BLOCK.best.predict()
    ordered = ["test_low", "conf_low", "inner_low", "estimate", "inner_high", "conf_high", "test_high"]
    assert (fan[ordered].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_weeks_in_shares_of_the_usual_one_are_the_same_plan():
    usual_au = usual_week(SEASON.load).load_au
    by_shares = simulate_weeks(FOUND, [1.0, 0.5], seed=1, n_draws=50).predict()
    by_load = simulate_plan(FOUND, plan_of(usual_au, 0.5 * usual_au), seed=1, n_draws=50).predict()
    pd.testing.assert_frame_equal(by_shares, by_load)


def test_the_same_seed_gives_the_same_fan():
    plan = plan_of(200.0)
    first, second = (simulate_plan(FOUND, plan, seed=3, n_draws=50).predict() for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_two_plans_are_compared_more_closely_than_each_is_known():
    parts = BLOCK.tidy().set_index("term")
    width = parts["conf_high"] - parts["conf_low"]
    assert width["difference"] < np.hypot(width["best block"], width["usual weeks"])
    assert BLOCK.gain.share_better > 0.95


@pytest.mark.parametrize(("ramp_most", "least_share"), [(0.05, 0.4), (0.10, 0.0), (0.30, 0.8)])
def test_the_best_block_respects_its_limits(ramp_most, least_share):
    block = best_block(FOUND, weeks=8, seed=1, ramp_most=ramp_most, least_share=least_share, n_draws=50)
    load_au = block.weeks["load_au"].to_numpy()
    before_au = np.append(block.usual.load_au, load_au[:-1])
    assert (load_au <= (1 + ramp_most) * before_au + 1e-6).all()
    assert (load_au >= least_share * block.usual.load_au - 1e-6).all()
    assert load_au.max() <= SEASON.load.rolling(7).sum().max() + 1e-6
    assert block.best.planned_load_au.sum() == pytest.approx(load_au.sum())


def test_no_block_tried_by_chance_beats_the_best_one():
    rng = np.random.default_rng(4)
    best = BLOCK.best.courses[:, -1].mean()
    usual_au = BLOCK.usual.load_au
    for _ in range(8):
        weekly_au, before = [], usual_au
        for _ in range(6):
            before = rng.uniform(0.4 * usual_au, max(1.1 * before, 0.4 * usual_au))
            weekly_au.append(before)
        other = simulate_plan(FOUND, plan_of(*weekly_au), seed=1, n_draws=300)
        assert other.courses[:, -1].mean() <= best + 1e-6


def test_the_best_block_of_a_tiring_athlete_ends_in_a_taper():
    weeks = BLOCK.weeks
    assert weeks["load_au"].iloc[-1] == pytest.approx(0.4 * BLOCK.usual.load_au)
    assert weeks["limit"].tolist() == ["ramp"] * 5 + ["least"]


def test_an_unrelated_load_is_refused_with_the_reason():
    season = unrelated_season(20, np.random.default_rng(np.random.SeedSequence([9, 3])), "carried")
    with pytest.raises(NotEnoughData, match=r"No plan is simulated\. Not identifiable"):
        best_block(reviewed(season), weeks=4, seed=1)


def test_fourteen_tests_are_refused_with_how_many_are_missing():
    found = review(SEASON.load, SEASON.tests.head(14), **NEXT_DAY)
    with pytest.raises(NotEnoughData, match="1 more test needed"):
        simulate_plan(found, plan_of(100.0), seed=1)


def test_a_model_of_two_loads_is_refused():
    two = {"run": SEASON.load, "strength": SEASON.load[::-1].set_axis(SEASON.load.index)}
    found = review(two, SEASON.tests, **NEXT_DAY)
    with pytest.raises(DataProblem, match="this model has 2"):
        simulate_plan(found, plan_of(100.0), seed=1)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (plan_of(100.0).iloc[1:], "from the day after day"),
        (plan_of(100.0) * np.nan, "missing or below 0"),
        (plan_of(100.0) - 50, "missing or below 0"),
    ],
    ids=["late", "missing", "negative"],
)
def test_a_plan_with_gaps_is_refused(plan, words):
    with pytest.raises(DataProblem, match=words):
        simulate_plan(FOUND, plan, seed=1, n_draws=20)


def test_limits_that_leave_no_load_are_refused():
    with pytest.raises(DataProblem, match="Raise most_au or lower least_share"):
        best_block(FOUND, weeks=4, seed=1, most_au=10.0)
    with pytest.raises(DataProblem, match="leave no load"):
        best_block(FOUND, weeks=4, seed=1, ramp_most=-0.5, least_share=0.9)
    with pytest.raises(DataProblem, match="0 weeks"):
        best_block(FOUND, weeks=0, seed=1)


def test_plans_that_end_on_different_days_are_not_compared():
    with pytest.raises(DataProblem, match="end on one day"):
        BLOCK.best.against(simulate_plan(FOUND, plan_of(100.0), seed=1, n_draws=300))
    with pytest.raises(DataProblem, match="different draws"):
        BLOCK.best.against(simulate_plan(FOUND, plan_of(*[100.0] * 6), seed=2, n_draws=300))


def test_a_usual_week_needs_every_day_of_the_week_known():
    load = pd.Series(np.tile([50.0, 0.0, 30.0, 0.0, 40.0, 20.0, np.nan], 5))
    with pytest.raises(NotEnoughData, match="do not tell a usual week"):
        usual_week(load)
    load.iloc[-1] = 0.0
    assert usual_week(load).load_au == pytest.approx(140)


def test_the_figures_say_what_they_show():
    shown = fan_figure(BLOCK.best, "5 min power")
    assert {"90 % of new tests", "90 % of the courses", "middle half of the courses", "tests", "plan"} <= {
        trace.name for trace in shown.data
    }
    assert shown.layout.yaxis.title.text == "5 min power (W)"
    weekly = block_figure(BLOCK)
    assert "Against the usual week" in weekly.layout.title.text.replace("<br>", " ")
    assert weekly.layout.yaxis.title.text == "Load (AU)"
