"""Sensitivity: which of the choices that could be defended decides a conclusion."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_athlete import (
    FLAT_M_S,
    FRIDAYS,
    HOP,
    LIFT,
    SPRINT,
    SUNDAY,
    bar_speed,
    birch,
    hops,
    last_day_off,
    lifting,
    sprints,
)

from analysis.base.errors import NotEnoughData
from analysis.figures.sensitivity import sensitivity_figure
from analysis.models.checks import check_history
from analysis.models.form.sides import side_difference
from analysis.models.squad.sensitivity import check_sensitivity, side_sensitivity, speed_sensitivity
from analysis.models.strength.speed_at_load import speed_at_load


def of_speeds(speeds_m_s, lift=LIFT, reps=lambda reps: reps):
    frames = lifting(bar_speed(FRIDAYS[-len(speeds_m_s) :], np.asarray(speeds_m_s)))
    return speed_sensitivity(frames["sets"], reps(frames["reps"]), lift, 60, SUNDAY)


def row(result, choice: str) -> pd.Series:
    return result.choices.set_index("choice").loc[choice]


def test_a_large_change_stands_under_every_choice():
    result = of_speeds(last_day_off(0.25))
    assert result.conclusion == "better"
    assert result.sentence == ("Romanian deadlift at 60 kg: the conclusion (better) stands under all 10 other choices.")
    assert result.glance()[["n_choices", "n_stands", "n_unjudged"]].values.tolist() == [[10, 10, 0]]


def test_the_first_row_is_what_the_report_says():
    frames = lifting(bar_speed(FRIDAYS, last_day_off(0.05)))
    reported = speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY).change
    first = of_speeds(last_day_off(0.05)).choices.iloc[0]
    assert (first["choice"], first["state"], first["n"]) == ("as reported", reported.state, 9)
    assert first["estimate_pct"] == pytest.approx(100 * reported.estimate / reported.reference)


def test_a_conclusion_that_hangs_on_the_error_says_so():
    too_sure = LIFT.model_copy(update={"te_m_s": 0.002, "te_df": 500})
    result = of_speeds(last_day_off(0.03), too_sure)
    assert result.conclusion == "better"
    assert not row(result, "own error only")["stands"]
    assert result.sentence.endswith("it changes with own error only (no change beyond noise).")


def test_an_own_error_alone_offers_no_choice_of_error():
    result = of_speeds(FLAT_M_S, LIFT.model_copy(update={"te_m_s": None}))
    assert not result.choices["choice"].str.contains("error").any()


def test_best_and_median_repetition_are_taken_from_the_day():
    # one slow first repetition on the last day drags the mean and leaves best and median where they were
    def slow_first(reps):
        slow = (reps["local_date"] == FRIDAYS[-1]) & (reps["rep_no"] == 1)
        return reps.assign(mean_velocity_m_s=reps["mean_velocity_m_s"].mask(slow, 0.25))

    result = of_speeds(FLAT_M_S, reps=slow_first)
    assert result.conclusion == "worse"
    assert row(result, "best rep")["conclusion"] == "no change beyond noise"
    assert row(result, "median rep")["conclusion"] == "no change beyond noise"


def test_only_windows_shorter_than_the_reference_are_other_choices():
    windows = of_speeds(FLAT_M_S[:6]).choices["choice"]
    assert windows[windows.str.startswith("reference")].tolist() == ["reference of 3", "reference of 4"]


def test_another_velocity_is_judged_by_its_own_error():
    result = of_speeds(
        last_day_off(0.25), reps=lambda reps: reps.assign(peak_velocity_m_s=1.6 * reps["mean_velocity_m_s"])
    )
    own, peak = row(result, "own error only"), row(result, "peak velocity")
    assert peak["estimate_pct"] == pytest.approx(own["estimate_pct"])
    assert peak["se_pct"] == pytest.approx(own["se_pct"], rel=1e-6)
    assert peak["stands"]


def test_a_velocity_missing_on_the_last_day_is_named_with_its_reason():
    def not_on_the_last_day(reps):
        peak = reps["mean_velocity_m_s"].mask(reps["local_date"] == FRIDAYS[-1])
        return reps.assign(peak_velocity_m_s=peak)

    result = of_speeds(last_day_off(0.25), reps=not_on_the_last_day)
    assert result.unjudged["choice"].tolist() == ["peak velocity"]
    assert result.unjudged["why"].item().startswith("No peak velocity on 2026-06-26.")
    assert result.sentence.endswith("Not judged: peak velocity.")
    assert "peak velocity" not in result.tidy()["term"].tolist()


def test_a_velocity_measured_too_seldom_says_how_many_tests_are_missing():
    def on_the_last_two_days(reps):
        return reps.assign(peak_velocity_m_s=reps["mean_velocity_m_s"].where(reps["local_date"] >= FRIDAYS[-2]))

    result = of_speeds(last_day_off(0.25), reps=on_the_last_two_days)
    assert result.unjudged["why"].tolist() == ["Not enough data yet: 2 more tests needed for peak velocity."]


@settings(max_examples=10)
@given(factor=st.floats(0.5, 3))
def test_percents_do_not_depend_on_the_unit_of_speed(factor):
    lift = LIFT.model_copy(update={"te_m_s": 0.025 * factor, "swc_m_s": 0.04 * factor})
    scaled = of_speeds(FLAT_M_S, lift, lambda r: r.assign(mean_velocity_m_s=factor * r["mean_velocity_m_s"]))
    plain = of_speeds(FLAT_M_S, LIFT.model_copy(update={"swc_m_s": 0.04}))
    columns = ["estimate_pct", "se_pct"]
    np.testing.assert_allclose(scaled.choices[columns], plain.choices[columns], rtol=1e-6, atol=1e-9)


def test_without_a_conclusion_there_is_nothing_to_vary():
    with pytest.raises(
        NotEnoughData, match=r"no conclusion yet that another choice could change\. Not enough data yet"
    ):
        of_speeds(FLAT_M_S[:2])


DAYS = ["2026-03-02", "2026-03-30", "2026-04-27", "2026-05-25", "2026-06-23"]


def test_a_check_is_judged_by_mean_and_best_and_its_first_row_is_the_report():
    splits = sprints(DAYS, [3.30, 3.33, 3.31, 3.32, 3.10])
    reported = check_history(splits, birch().trials, SPRINT, SUNDAY).change
    result = check_sensitivity(splits, birch().trials, SPRINT, SUNDAY)
    assert result.choices["choice"].tolist() == [
        "as reported",
        "mean of the trials",
        "reference of 3",
        "own error only",
        "published error only",
        "log scale",
    ]
    assert row(result, "as reported")["state"] == reported.state
    assert result.conclusion == "better"
    assert (result.choices["estimate_pct"] < 0).all()  # a time: shorter is better
    published = row(result, "published error only")
    assert published["se_pct"] == pytest.approx(100 * 0.03 * (1 + 1 / 4) ** 0.5 / reported.reference)


def test_sides_are_judged_by_median_largest_trial_dates_and_index():
    trials = hops(["2026-03-02", *DAYS[1:]], [150, 152, 149, 151, 150], [180, 181, 180, 179, 182])
    reported = side_difference(trials, HOP, SUNDAY)
    result = side_sensitivity(trials, HOP, SUNDAY)
    assert result.conclusion == "right larger"
    assert result.choices["choice"].tolist()[1:] == [
        "median trial",
        "largest trial",
        "last 3 dates",
        "last 4 dates",
        "difference over the mean",
    ]
    assert result.others["stands"].all()
    assert row(result, "as reported")["estimate_pct"] == reported.estimate_pct
    # 2 (R - L) / (R + L) = 2 tanh(ln(R / L) / 2): a little less than the log ratio
    over_mean = 200 * np.tanh(reported.dates["difference_pct"] / 200).mean()
    assert row(result, "difference over the mean")["estimate_pct"] == pytest.approx(over_mean, abs=0.1)


def test_two_dates_are_no_sure_difference_of_the_sides():
    with pytest.raises(NotEnoughData, match="2 days with both sides; a difference can be sure from 3 on"):
        side_sensitivity(hops(DAYS[:2], [150.0, 151.0], [160.0, 161.0]), HOP, SUNDAY)


def test_the_figure_has_a_row_a_choice_and_opens_those_that_change_the_conclusion():
    too_sure = LIFT.model_copy(update={"te_m_s": 0.002, "te_df": 500})
    result = of_speeds(last_day_off(0.03), too_sure)
    shown = sensitivity_figure(result)
    same, other = shown.data
    assert list(other.y) == ["own error only"]
    assert other.marker.symbol == "circle-open"
    assert len(same.y) + len(other.y) == len(result.choices)
    assert shown.layout.yaxis.categoryarray[-1] == "as reported"
    assert shown.layout.title.text.replace("<br>", " ") == result.sentence
