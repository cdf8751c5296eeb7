"""Sensitivity: which of the choices that could be defended decides a conclusion."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_athlete import HOP, LIFT, SPRINT, SUNDAY, bar_speed, birch, hops, lifting, sprints

from analysis.base.errors import NotEnoughData
from analysis.figures.sensitivity import sensitivity_figure
from analysis.models.checks import check_history
from analysis.models.form.sides import side_difference
from analysis.models.noise import noise_of_squad
from analysis.models.series import Judging
from analysis.models.squad.sensitivity import check_sensitivity, side_sensitivity, speed_sensitivity
from analysis.models.strength.speed_at_load import speed_at_load

WEEKS = pd.date_range(end="2026-06-26", periods=20, freq="7D")
DAY_OFF = np.resize([0.00, 0.02, -0.02, 0.01, -0.01, 0.02, -0.02], len(WEEKS))
CARRY_OVERS = ["carry-over 0", "carry-over 0.3", "carry-over 0.6"]
EVERY_SERIES = ["heavy tails", "noise taken for exact", "without the oldest quarter", "without the oldest half"]


def speeds(step_m_s: float, *, weeks_ago: int = 6) -> np.ndarray:
    """0.70 m/s with a day's scatter, and a level that is another for the last weeks."""
    return 0.70 + DAY_OFF + np.where(np.arange(len(WEEKS)) >= len(WEEKS) - weeks_ago, step_m_s, 0.0)


def of_speeds(speeds_m_s, lift=LIFT, reps=lambda reps: reps, **judging):
    frames = lifting(bar_speed(WEEKS[-len(speeds_m_s) :], np.asarray(speeds_m_s)))
    return speed_sensitivity(frames["sets"], reps(frames["reps"]), lift, 60, SUNDAY, **judging)


def row(result, choice: str) -> pd.Series:
    return result.choices.set_index("choice").loc[choice]


def test_a_large_change_stands_under_every_choice():
    result = of_speeds(speeds(0.25))
    assert result.conclusion == "better"
    assert result.sentence == "Romanian deadlift at 60 kg: the conclusion (better) stands under all 11 other choices."
    assert result.glance()[["n_choices", "n_stands", "n_unjudged"]].values.tolist() == [[11, 11, 0]]


def test_the_first_row_is_what_the_report_says():
    frames = lifting(bar_speed(WEEKS, speeds(0.1)))
    reported = speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY).change
    first = of_speeds(speeds(0.1)).choices.iloc[0]
    assert (first["choice"], first["state"], first["n"]) == ("as reported", reported.state, 20)
    assert first["estimate_pct"] == pytest.approx(100 * reported.change / reported.before)


def test_a_level_that_holds_is_no_change_under_every_choice():
    result = of_speeds(speeds(0.0))
    assert result.conclusion == "no change"
    assert result.others["stands"].all()


def test_a_conclusion_that_hangs_on_the_error_says_so():
    too_sure = LIFT.model_copy(update={"te_m_s": 0.002, "te_df": 500})
    result = of_speeds(speeds(0.02), too_sure)
    assert result.conclusion == "better"
    assert row(result, "own noise alone")["conclusion"] == "no change"
    assert "it changes with " in result.sentence
    assert "own noise alone (no change)" in result.sentence


def test_the_noise_of_the_squad_is_left_for_the_own_one():
    quiet = np.random.default_rng(1).normal(0.7, 0.006, (8, 40))
    squad = pd.DataFrame({"value": quiet.ravel(), "athlete_id": np.repeat(list("abcdefgh"), 40)}).assign(
        device="encoder one", quantity=LIFT.exercise, local_date=np.tile(pd.date_range("2025-01-05", periods=40), 8)
    )
    lift = LIFT.model_copy(update={"te_m_s": None})
    result = of_speeds(speeds(0.03), lift, judging=Judging(noise_of_squad(squad)))
    assert result.choices["choice"].tolist()[:4] == ["as reported", "best rep", "median rep", "own noise alone"]
    own, reported = row(result, "own noise alone"), row(result, "as reported")
    assert own["conf_high_pct"] - own["conf_low_pct"] > reported["conf_high_pct"] - reported["conf_low_pct"]


def test_an_own_noise_alone_offers_no_choice_of_noise():
    choices = of_speeds(speeds(0.0), LIFT.model_copy(update={"te_m_s": None})).choices["choice"].tolist()
    assert choices == ["as reported", "best rep", "median rep", *CARRY_OVERS, *EVERY_SERIES]


def test_best_and_median_repetition_are_taken_from_the_day():
    # one slow first repetition on each of the last days drags the mean and leaves best and median where they were
    def slow_first(reps):
        slow = (reps["local_date"] >= WEEKS[-6]) & (reps["rep_no"] == 1)
        return reps.assign(mean_velocity_m_s=reps["mean_velocity_m_s"].mask(slow, 0.25))

    result = of_speeds(speeds(0.0), reps=slow_first)
    assert result.conclusion == "worse"
    assert row(result, "best rep")["conclusion"] == "no change"
    assert row(result, "median rep")["conclusion"] == "no change"


def test_a_change_that_hangs_on_old_values_does_not_stand_without_them():
    result = of_speeds(speeds(0.25, weeks_ago=10))
    assert row(result, "without the oldest quarter")["conclusion"] == "better"
    assert row(result, "without the oldest half")["conclusion"] == "no change"


def test_another_velocity_is_judged_by_its_own_noise_and_in_proportion():
    result = of_speeds(speeds(0.25), reps=lambda reps: reps.assign(peak_velocity_m_s=1.6 * reps["mean_velocity_m_s"]))
    own, peak = row(result, "own noise alone"), row(result, "peak velocity")
    assert peak["estimate_pct"] == pytest.approx(own["estimate_pct"], rel=1e-3)
    assert peak["stands"]


def test_a_velocity_missing_on_the_last_day_is_named_with_its_reason():
    def not_on_the_last_day(reps):
        return reps.assign(peak_velocity_m_s=reps["mean_velocity_m_s"].mask(reps["local_date"] == WEEKS[-1]))

    result = of_speeds(speeds(0.25), reps=not_on_the_last_day)
    assert result.unjudged["choice"].tolist() == ["peak velocity"]
    assert result.unjudged["why"].item().startswith("No peak velocity on 2026-06-26.")
    assert result.sentence.endswith("Not judged: peak velocity.")
    assert "peak velocity" not in result.tidy()["term"].tolist()


def test_a_velocity_measured_too_seldom_says_how_many_tests_are_missing():
    def on_the_last_two_days(reps):
        return reps.assign(peak_velocity_m_s=reps["mean_velocity_m_s"].where(reps["local_date"] >= WEEKS[-2]))

    result = of_speeds(speeds(0.25), reps=on_the_last_two_days)
    why = result.unjudged["why"].item()
    assert why.startswith("peak velocity has 2 values to compare and no conclusion yet (te_unknown)")
    assert why.endswith("Do 4 more.")


@settings(max_examples=10)
@given(factor=st.floats(0.5, 3))
def test_percents_do_not_depend_on_the_unit_of_speed(factor):
    lift = LIFT.model_copy(update={"te_m_s": 0.025 * factor, "swc_m_s": 0.04 * factor})
    scaled = of_speeds(speeds(0.1), lift, lambda r: r.assign(mean_velocity_m_s=factor * r["mean_velocity_m_s"]))
    plain = of_speeds(speeds(0.1), LIFT.model_copy(update={"swc_m_s": 0.04}))
    columns = ["estimate_pct", "conf_low_pct"]
    np.testing.assert_allclose(scaled.choices[columns], plain.choices[columns], rtol=0.02)  # a device's step stays


def test_without_a_conclusion_there_is_nothing_to_vary():
    with pytest.raises(NotEnoughData, match=r"at 60 kg has 2 values to compare and no conclusion yet .* Do 4 more"):
        of_speeds(speeds(0.0)[:2])


DAYS = [str(day.date()) for day in pd.date_range(end="2026-06-23", periods=10, freq="28D")]


def test_a_check_is_judged_by_mean_and_best_and_its_first_row_is_the_report():
    splits = sprints(DAYS, [3.30, 3.33, 3.31, 3.32, 3.31, 3.30, 3.10, 3.09, 3.11, 3.10])
    reported = check_history(splits, birch().trials, SPRINT, SUNDAY).change
    result = check_sensitivity(splits, birch().trials, SPRINT, SUNDAY)
    noises = ["own noise alone", "published noise alone"]
    assert result.choices["choice"].tolist() == [
        *("as reported", "mean of the trials"), *noises, *CARRY_OVERS, *EVERY_SERIES
    ]  # fmt: skip
    assert row(result, "as reported")["state"] == reported.state
    assert result.conclusion == "better"
    assert (result.choices["estimate_pct"].dropna() < 0).all()  # a time: shorter is better


def alike_but(right_cm: float, *, days=DAYS) -> pd.DataFrame:
    left = np.resize([150.0, 152, 149, 151], len(days))
    return hops(days, left.tolist(), (right_cm + np.resize([0.0, 1, 2, -1], len(days))).tolist())


def test_sides_are_judged_by_median_largest_trial_noise_and_index():
    trials = alike_but(180.0)
    reported = side_difference(trials, HOP, SUNDAY)
    result = side_sensitivity(trials, HOP, SUNDAY)
    assert result.conclusion == "right larger"
    own = ["median trial", "largest trial", "difference over the mean"]
    assert result.choices["choice"].tolist() == ["as reported", *own, *CARRY_OVERS, *EVERY_SERIES]
    assert result.others["stands"].all()
    assert row(result, "as reported")["estimate_pct"] == reported.estimate_pct
    # 2 (R - L) / (R + L) = 2 tanh(ln(R / L) / 2): a little less than the log ratio
    over_mean = 200 * np.tanh(reported.estimate_pct / 200)
    assert row(result, "difference over the mean")["estimate_pct"] == pytest.approx(over_mean, rel=1e-3)


def test_two_dates_are_no_sure_difference_of_the_sides():
    with pytest.raises(NotEnoughData, match="2 days with both sides; a difference can be sure from 3 on"):
        side_sensitivity(alike_but(160.0, days=DAYS[-2:]), HOP, SUNDAY)


def test_the_figure_has_a_row_a_choice_and_opens_those_that_change_the_conclusion():
    too_sure = LIFT.model_copy(update={"te_m_s": 0.002, "te_df": 500})
    result = of_speeds(speeds(0.02), too_sure)
    shown = sensitivity_figure(result)
    same, other = shown.data
    assert "own noise alone" in other.y
    assert other.marker.symbol == "circle-open"
    assert len(same.y) + len(other.y) == result.choices["estimate_pct"].notna().sum()
    assert shown.layout.yaxis.categoryarray[-1] == "as reported"
    assert shown.layout.title.text.replace("<br>", " ") == result.sentence
