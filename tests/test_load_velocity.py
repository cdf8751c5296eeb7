"""The load-velocity profile."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from soak_scale import declared

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.load_velocity import load_velocity_figure
from analysis.models.result import t_quantile
from analysis.models.strength.load_velocity import (
    curvature_of,
    load_velocity_profile,
    profile_of_bar_speeds,
    t_beside_stated,
)

LOADS = [60.0, 80.0, 100.0, 120.0]
SPEEDS = [1.00, 0.86, 0.69, 0.55]


def bar_speeds(**columns) -> pd.DataFrame:
    frame = {
        "session_id": "s",
        "set_no": [1, 1, 2, 3],
        "exercise": "deadlift",
        "side": "B",
        "device": "encoder",
        "load_kg": [60.0, 60.0, 100.0, 140.0],
        "mean_velocity_m_s": [0.95, 1.00, 0.71, 0.40],
    }
    return pd.DataFrame(frame | columns)


@given(v0=st.floats(1.5, 3), slope=st.floats(-0.01, -0.004))
def test_noiseless_sets_give_back_the_line(v0, slope):
    profile = load_velocity_profile(LOADS, v0 + slope * np.array(LOADS), mvt_m_s=0.2)
    assert (profile.v0_m_s, profile.slope_m_s_per_kg) == (pytest.approx(v0), pytest.approx(slope))
    assert profile.e1rm_kg == pytest.approx((0.2 - v0) / slope)


@given(scale=st.floats(0.1, 100))
def test_the_scale_of_the_weights_does_not_matter(scale):
    weights = np.array([1.0, 2.0, 3.0, 4.0])
    one, other = (load_velocity_profile(LOADS, SPEEDS, mvt_m_s=0.2, weights=w) for w in (weights, scale * weights))
    pd.testing.assert_frame_equal(one.tidy(), other.tidy())
    pd.testing.assert_frame_equal(one.predict(LOADS), other.predict(LOADS))


def test_the_e1rm_lies_inside_its_interval_and_grows_less_sure_with_an_unsure_mvt():
    sure, unsure = (load_velocity_profile(LOADS, SPEEDS, mvt_m_s=0.2, mvt_sd_m_s=sd) for sd in (0.0, 0.03))
    assert unsure.e1rm_low_kg < sure.e1rm_low_kg < sure.e1rm_kg < sure.e1rm_high_kg < unsure.e1rm_high_kg
    assert unsure.e1rm_se_kg > sure.e1rm_se_kg
    assert unsure.e1rm_kg == sure.e1rm_kg


def test_what_is_stated_of_the_mvt_is_not_multiplied_by_the_t_of_three_loads():
    three = load_velocity_profile([60, 90, 120], [1.02, 0.785, 0.54], mvt_m_s=0.2, mvt_sd_m_s=0.04)
    assert three.e1rm_high_kg - three.e1rm_low_kg < 45  # 132 kg by t with one degree of freedom


def test_an_exact_mvt_leaves_the_t_of_the_line():
    assert t_beside_stated(0.1, 3, 0.0, 0.95) == t_quantile(3, 0.95)
    quantiles = [t_beside_stated(0.1, 3, stated, 0.95) for stated in (0.0, 0.01, 0.1, 1.0, 1e6)]
    assert quantiles == sorted(quantiles, reverse=True)
    assert t_beside_stated(0.0, 3, 0.1, 0.95) == pytest.approx(1.96, abs=1e-3)


MANY_KG = np.linspace(40, 120, 9)
SCATTER_M_S = np.array([1, -1, 1, 0, -1, 1, -1, 0, 1]) * 0.004


@pytest.mark.parametrize(("bend", "says"), [(-3e-5, "bends down"), (1.5e-5, "bends up")])
def test_a_bend_is_said_with_what_it_does_to_the_1rm(bend, says):
    profile = load_velocity_profile(
        MANY_KG, 1.4 - 0.008 * MANY_KG + bend * (MANY_KG - 80) ** 2 + SCATTER_M_S, mvt_m_s=0.2
    )
    true_kg = 80 + ((0.008**2 - 4 * bend * (1.4 - 0.64 - 0.2)) ** 0.5 - 0.008) / (-2 * bend)
    too = "too high" if profile.e1rm_kg > true_kg else "too low"
    assert profile.is_curved
    assert profile.glance()["curvature_p"].item() == profile.curvature.p_value
    assert says in profile.remark
    assert too in profile.remark
    assert says in load_velocity_figure(profile).layout.title.text.replace("<br>", " ")


def test_a_straight_line_says_nothing_and_four_loads_cannot_tell():
    straight = load_velocity_profile(MANY_KG, 1.4 - 0.008 * MANY_KG + SCATTER_M_S, mvt_m_s=0.2)
    exact = load_velocity_profile(MANY_KG, 1.4 - 0.008 * MANY_KG, mvt_m_s=0.2)
    four = load_velocity_profile(LOADS, SPEEDS, mvt_m_s=0.2)
    assert not any(profile.is_curved or profile.remark for profile in (straight, exact, four))
    assert np.isnan(four.curvature.p_value)


def test_the_test_of_a_bend_is_that_of_least_squares_with_a_level_for_each_session():
    rng = np.random.default_rng(4)
    load, session = np.tile([50.0, 80.0, 100.0, 120.0], 3), np.repeat([0, 1, 2], 4)
    velocity, weight = 1.5 - 0.008 * load + rng.normal(0, 0.02, 12), rng.uniform(0.5, 2, 12)
    design = np.column_stack([np.eye(3)[session], load, load**2])
    theirs = sm.WLS(velocity, design, weights=weight).fit()
    assert curvature_of(load, velocity, session=session, weight=weight).p_value == pytest.approx(theirs.pvalues[-1])


def test_a_slope_that_could_be_zero_leaves_the_e1rm_unbounded():
    profile = load_velocity_profile([80, 85, 90], [0.70, 0.78, 0.66], mvt_m_s=0.2)
    assert (profile.e1rm_low_kg, profile.e1rm_high_kg) == (-np.inf, np.inf)
    assert not profile.e1rm_bounded


def test_the_band_of_one_set_is_wider_than_that_of_the_line():
    band = load_velocity_profile(LOADS, SPEEDS, mvt_m_s=0.2).predict(np.linspace(50, 150, 20))
    assert (band["pred_high_m_s"] > band["conf_high_m_s"]).all()
    assert (band["pred_low_m_s"] < band["conf_low_m_s"]).all()


def test_a_pair_with_a_missing_value_is_left_out_and_counted():
    profile = load_velocity_profile([*LOADS, 140.0], [*SPEEDS, np.nan], mvt_m_s=0.2)
    assert profile.glance()[["n", "n_missing"]].values.tolist() == [[4, 1]]


def test_two_sets_are_not_a_profile():
    with pytest.raises(NotEnoughData, match="got 2"):
        load_velocity_profile([60, 80], [1.0, 0.8], mvt_m_s=0.2)


def test_one_load_is_not_a_profile():
    with pytest.raises(NotEnoughData, match="All 3 sets were lifted at 80 kg"):
        load_velocity_profile([80, 80, 80], [0.8, 0.81, 0.79], mvt_m_s=0.2)


def test_a_heavier_bar_that_moves_faster_is_refused():
    with pytest.raises(DataProblem, match=r"slope \+0.01"):
        load_velocity_profile([60, 80, 100], [0.5, 0.7, 0.9], mvt_m_s=0.2)


def test_a_weight_of_zero_is_refused():
    with pytest.raises(DataProblem, match="not above 0"):
        load_velocity_profile(LOADS, SPEEDS, mvt_m_s=0.2, weights=[0, 1, 1, 1])


def test_the_fastest_repetition_of_a_set_stands_for_it():
    profile = profile_of_bar_speeds(bar_speeds(), mvt_m_s=0.15)
    assert profile.observations["velocity_m_s"].tolist() == [1.00, 0.71, 0.40]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("device", ["encoder", "encoder", "camera", "camera"]),
        ("exercise", ["deadlift"] * 3 + ["hip_thrust"]),
        ("side", list("LLRR")),
        ("device", ["encoder", "encoder", None, None]),
    ],
)
def test_devices_exercises_and_sides_are_never_mixed(column, values):
    with pytest.raises(DataProblem, match=f"A profile is of one {column}"):
        profile_of_bar_speeds(bar_speeds(**{column: values}), mvt_m_s=0.15)


def test_a_velocity_of_another_name_is_refused():
    with pytest.raises(DataProblem, match="'speed' is not a velocity"):
        profile_of_bar_speeds(bar_speeds(), metric="speed", mvt_m_s=0.15)


def test_a_missing_speed_does_not_change_the_callers_frame():
    frame = bar_speeds(mean_velocity_m_s=[0.95, 1.00, 0.71, 0.40])
    before = frame.copy(deep=True)
    profile_of_bar_speeds(frame, mvt_m_s=0.15)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.scaled
@pytest.mark.parametrize("n", [4, 6, 12])
def test_the_interval_of_e1rm_covers_as_often_as_it_claims(n):
    rng = np.random.default_rng(np.random.SeedSequence([1, n]))
    load_kg = np.linspace(50, 120, n)
    covered, times = 0, declared(150, 500)
    for _ in range(times):
        velocity = 1.5 - 0.008 * load_kg + rng.normal(0, 0.04, n)
        profile = load_velocity_profile(load_kg, velocity, mvt_m_s=0.2)
        covered += profile.e1rm_low_kg <= (0.2 - 1.5) / -0.008 <= profile.e1rm_high_kg
    assert covered / times == pytest.approx(0.95, abs=declared(0.055, 0.03))


@pytest.mark.scaled
def test_the_interval_of_e1rm_covers_when_the_mvt_differs_between_days():
    rng = np.random.default_rng(np.random.SeedSequence([1, 100]))
    load_kg = np.linspace(50, 120, 8)
    covered, times = 0, declared(150, 500)
    for _ in range(times):
        velocity = 1.5 - 0.008 * load_kg + rng.normal(0, 0.04, 8)
        profile = load_velocity_profile(load_kg, velocity, mvt_m_s=0.2, mvt_sd_m_s=0.03)
        covered += profile.e1rm_low_kg <= (rng.normal(0.2, 0.03) - 1.5) / -0.008 <= profile.e1rm_high_kg
    assert covered / times >= declared(0.895, 0.92)


def test_the_figure_shows_sets_and_e1rm_with_units():
    shown = load_velocity_figure(load_velocity_profile(LOADS, SPEEDS, mvt_m_s=0.2))
    traces = {trace.name: trace for trace in shown.data}
    assert list(traces["sets"].y) == SPEEDS
    assert traces["e1RM"].y[0] == 0.2
    assert (shown.layout.xaxis.title.text, shown.layout.yaxis.title.text) == ("Load (kg)", "Mean velocity (m/s)")


def test_the_figure_of_an_unbounded_e1rm_says_so_instead_of_drawing_one():
    shown = load_velocity_figure(load_velocity_profile([80, 85, 90], [0.70, 0.78, 0.66], mvt_m_s=0.2))
    assert "e1RM" not in [trace.name for trace in shown.data]
    assert "do not bound the 1RM" in shown.layout.title.text
