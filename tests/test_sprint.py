"""The sprint profile: gates, radar, corrections, force and velocity, and the errors it promises."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.sprint import force_velocity_figure, sprint_profile_figure
from analysis.models.sprint.curves import time_to
from analysis.models.sprint.force import drag_n_s2_m2, force_of_best_sprint, force_velocity_profile
from analysis.models.sprint.profile import (
    MIN_GATES,
    corrections_compared,
    leave_one_out,
    sprint_profile_gates,
    sprint_profile_radar,
)

GATES_M = np.array([5.0, 10.0, 15.0, 20.0, 30.0, 40.0])
TIMES_S = np.array([1.32, 2.07, 2.76, 3.40, 4.67, 5.91])
MODEL = 41  # of the seeds of the simulations

athletes = {"mss": st.floats(5.5, 11.0), "mac": st.floats(4.0, 12.0)}


def times(mss: float, mac: float, distance_m=GATES_M) -> np.ndarray:
    """Times of the exact model by bisection of its distance, which knows no Lambert function."""
    tau = mss / mac
    low, high = np.zeros_like(distance_m), np.full_like(distance_m, 60.0)
    for _ in range(80):
        middle = (low + high) / 2
        short = mss * (middle + tau * np.expm1(-middle / tau)) < distance_m
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2


@given(**athletes)
def test_noiseless_gates_give_back_mss_and_mac(mss, mac):
    profile = sprint_profile_gates(GATES_M, times(mss, mac))
    assert (profile.mss_m_s, profile.mac_m_s2) == (pytest.approx(mss, rel=1e-6), pytest.approx(mac, rel=1e-6))


@given(lost_s=st.floats(-0.4, 0.4), **athletes)
def test_a_time_that_the_clock_lost_is_found_and_leaves_mss_and_mac_alone(lost_s, mss, mac):
    profile = sprint_profile_gates(GATES_M, times(mss, mac) + 0.45 + lost_s, correction="time")
    assert profile.time_correction_s == pytest.approx(0.45 + lost_s, abs=1e-5)
    assert (profile.mss_m_s, profile.mac_m_s2) == (pytest.approx(mss, rel=1e-4), pytest.approx(mac, rel=1e-4))


@st.composite
def noisy_gates(draw) -> tuple[np.ndarray, np.ndarray, str]:
    """Four to eight gates up to 60 m, with errors of up to 50 ms, and a correction."""
    distance_m = np.array(sorted(draw(st.sets(st.integers(2, 60), min_size=4, max_size=8))), dtype=float)
    error_s = draw(st.lists(st.floats(-0.05, 0.05), min_size=len(distance_m), max_size=len(distance_m)))
    time_s = times(draw(athletes["mss"]), draw(athletes["mac"]), distance_m) + np.array(error_s)
    return distance_m, time_s, draw(st.sampled_from(["none", "time"]))


@given(case=noisy_gates())
def test_gates_have_no_worse_an_optimum_than_scipy_finds_from_three_starts(case):
    distance_m, time_s, correction = case
    assume((np.diff(time_s, prepend=0) > 0).all())
    try:
        fit = sprint_profile_gates(distance_m, time_s, correction=correction).fit
    except (DataProblem, NotEnoughData):
        assume(False)  # at a bound, and refused with the reason

    def residuals(parameters):
        return time_to(distance_m, *parameters[:2]) + (parameters[2] if correction == "time" else 0) - time_s

    starts = [[6.0, 4.0], [8.0, 8.0], [11.0, 12.0]]
    bounds = [1.0, 0.5, -np.inf], [15.0, 60.0, np.inf]
    free = len(fit.parameters)
    found = [
        optimize.least_squares(
            residuals, [*start, 0.0][:free], bounds=[one[:free] for one in bounds], xtol=1e-12, ftol=1e-12, gtol=1e-12
        )
        for start in starts
    ]
    assert fit.residual_ss <= min(2 * one.cost for one in found) * (1 + 1e-7) + 1e-15


@pytest.mark.parametrize("correction", ["none", "time"])
def test_estimates_and_covariance_are_those_of_curve_fit(correction):
    free = 2 + (correction == "time")

    def model(distance_m, *parameters):
        return time_to(distance_m, *parameters[:2]) + sum(parameters[2:])

    parameters, covariance = optimize.curve_fit(model, GATES_M, TIMES_S, [8.0, 8.0, 0.0][:free], xtol=1e-12, ftol=1e-12)
    fit = sprint_profile_gates(GATES_M, TIMES_S, correction=correction).fit
    assert fit.parameters == pytest.approx(parameters, rel=1e-6)
    assert fit.covariance == pytest.approx(covariance, rel=1e-5)


@given(flying_m=st.floats(0.05, 1.5), **athletes)
def test_a_flying_start_is_found(flying_m, mss, mac):
    moving = times(mss, mac, GATES_M + flying_m) - times(mss, mac, np.array([flying_m]))
    profile = sprint_profile_gates(GATES_M, moving, correction="distance")
    assert profile.flying_distance_m == pytest.approx(flying_m, rel=1e-3)
    assert profile.mac_m_s2 == pytest.approx(mac, rel=1e-3)


@given(late_s=st.floats(0.0, 0.5), **athletes)
def test_a_radar_gives_back_mss_mac_and_the_start(late_s, mss, mac):
    time_s = np.arange(late_s, late_s + 6, 0.05)
    profile = sprint_profile_radar(time_s, mss * -np.expm1(-(time_s - late_s) * mac / mss))
    assert profile.mac_m_s2 == pytest.approx(mac, rel=1e-5)
    assert profile.time_correction_s == pytest.approx(late_s, abs=1e-5)


@given(scale=st.floats(0.5, 1.5))
def test_a_sprint_in_other_units_of_length_has_its_speeds_in_them(scale):
    one, other = sprint_profile_gates(GATES_M, TIMES_S), sprint_profile_gates(scale * GATES_M, TIMES_S)
    assert other.mss_m_s == pytest.approx(scale * one.mss_m_s, rel=1e-6)
    assert other.tau_s == pytest.approx(one.tau_s, rel=1e-6)


def test_a_clock_that_starts_late_makes_mac_too_high():
    late = times(8.0, 7.0) - 0.2
    assert sprint_profile_gates(GATES_M, late).mac_m_s2 > 1.3 * 7.0
    assert sprint_profile_gates(GATES_M, late, correction="time").mac_m_s2 == pytest.approx(7.0, rel=1e-5)


NOISE_S = np.array([0.004, -0.006, 0.003, 0.002, -0.005, 0.002])


@pytest.mark.parametrize(("late_s", "says"), [(0.3, "too high"), (-0.3, "too low")])
def test_a_clock_that_was_off_is_said_with_what_it_does_to_mac(late_s, says):
    profile = sprint_profile_gates(GATES_M, times(8.0, 7.0) - late_s + NOISE_S)
    assert profile.start.is_off
    assert profile.start.offset_s == pytest.approx(-late_s, abs=0.1)
    assert any(says in warning for warning in profile.warnings)
    assert not any("is taken to start" in warning for warning in profile.warnings)
    assert profile.glance()["start_p"].item() == profile.start.p_value
    forces = force_velocity_profile(profile, body_mass_kg=72, height_m=1.8)
    for shown in (sprint_profile_figure(profile), force_velocity_figure(forces)):
        assert says in shown.layout.title.text.replace("<br>", " ")


def test_a_clock_that_was_right_or_corrected_or_cannot_be_asked_is_not_called_off():
    right = sprint_profile_gates(GATES_M, times(8.0, 7.0) + NOISE_S)
    assert not right.start.is_off
    assert right.start.p_value > 0.05
    corrected = sprint_profile_gates(GATES_M, times(8.0, 7.0) - 0.3, correction="time")
    few = sprint_profile_gates(GATES_M[:4], times(8.0, 7.0)[:4] - 0.3)
    time_s = np.arange(0, 6, 0.1)
    radar = sprint_profile_radar(time_s, 8 * -np.expm1(-time_s), correction="none")
    assert all(np.isnan(profile.start.p_value) for profile in (corrected, few, radar))


def test_times_without_error_show_a_late_clock_for_sure():
    assert sprint_profile_gates(GATES_M, times(8.0, 7.0) - 0.2).start.p_value < 1e-6
    assert not sprint_profile_gates(GATES_M, times(8.0, 7.0)).start.is_off


def test_the_profile_interval_is_not_symmetric_and_holds_the_estimate():
    mac = sprint_profile_gates(GATES_M, TIMES_S).tidy().set_index("term").loc["MAC"]
    assert mac["conf_low"] < mac["estimate"] < mac["conf_high"]
    assert mac["conf_high"] - mac["estimate"] > mac["estimate"] - mac["conf_low"]


def test_at_the_ends_of_the_interval_the_residuals_have_grown_by_t_squared():
    profile = sprint_profile_gates(GATES_M, TIMES_S)
    mac_high = profile.tidy().set_index("term").loc["MAC", "conf_high"]
    mss = np.linspace(0.9, 1.1, 4001) * profile.mss_m_s
    least_ss = min(float(((TIMES_S - times(value, mac_high)) ** 2).sum()) for value in mss[::8])
    t_squared = (least_ss - profile.fit.residual_ss) / (profile.fit.residual_ss / 4)
    assert np.sqrt(t_squared) == pytest.approx(2.776, abs=0.02)  # t with 4 degrees of freedom


def test_a_start_that_is_not_corrected_is_said_beside_the_numbers():
    assert any("starts later" in warning for warning in sprint_profile_gates(GATES_M, TIMES_S).warnings)
    assert not sprint_profile_gates(GATES_M, times(8, 7), correction="time").warnings


def test_a_short_sprint_says_that_mss_lies_beyond_it():
    short = np.array([5.0, 10.0, 15.0])
    warnings = " ".join(sprint_profile_gates(short, times(10.0, 6.0, short)).warnings)
    assert "MSS lies beyond what was run" in warnings
    assert "One degree of freedom" in warnings


def test_a_flying_start_that_is_not_there_stands_at_zero():
    profile = sprint_profile_gates(GATES_M, times(8.0, 7.0) + 0.1, correction="distance")
    assert profile.flying_distance_m == 0
    assert any("no flying start" in warning for warning in profile.warnings)
    row = profile.tidy().set_index("term").loc["flying distance"]
    assert (row["estimate"], row["conf_low"]) == (0, 0)


@pytest.mark.parametrize("n", [4, 5])
def test_four_or_five_gates_do_not_carry_two_corrections(n):
    with pytest.raises(NotEnoughData, match=f"'both' needs 6 gates or more; got {n}"):
        sprint_profile_gates(GATES_M[:n], TIMES_S[:n], correction="both")


@pytest.mark.parametrize("correction", ["none", "time", "distance"])
def test_one_gate_less_than_the_parameters_need_is_refused(correction):
    n = MIN_GATES[correction] - 1
    with pytest.raises(NotEnoughData, match=f"gates or more; got {n}"):
        sprint_profile_gates(GATES_M[:n], TIMES_S[:n], correction=correction)


@pytest.mark.parametrize(
    ("distance_m", "time_s", "words"),
    [
        ([5, 10, np.nan, 30], [1.3, 2.1, 3.4, 4.7], "1 of 4 readings"),
        ([5, 10, 20, 30], [1.3, np.inf, 3.4, 4.7], "1 of 4 readings"),
        ([5, 10, 20, 30], [1.3, -2.1, 3.4, 4.7], "A time of -2.1 s"),
        ([0, 10, 20, 30], [0.1, 2.1, 3.4, 4.7], "A distance of 0 m"),
        ([5, 20, 10, 30], [1.3, 2.1, 3.4, 4.7], "from 20 to 10 m at gate 3"),
        ([5, 10, 20, 30], [1.3, 0.8, 1.3, 1.2], "from 1.3 to 0.8 s at gate 2"),
        ([5, 10, 20], [1.3, 2.1], "do not pair up"),
    ],
)
def test_gates_that_cannot_be_are_refused_with_the_value(distance_m, time_s, words):
    with pytest.raises(DataProblem, match=words):
        sprint_profile_gates(distance_m, time_s)


def test_a_single_gate_is_no_profile():
    with pytest.raises(NotEnoughData, match="3 gates or more; got 1"):
        sprint_profile_gates([20.0], [3.1])


def test_even_speed_from_the_line_is_not_an_acceleration():
    with pytest.raises(DataProblem, match="no phase of acceleration"):
        sprint_profile_gates(GATES_M, GATES_M / 8)


def test_speed_that_grows_without_end_has_no_mss():
    with pytest.raises(NotEnoughData, match="still gains speed"):
        sprint_profile_gates(GATES_M, np.sqrt(2 * GATES_M / 5))


def test_a_correction_of_another_name_is_refused():
    with pytest.raises(DataProblem, match="'start' is not a correction"):
        sprint_profile_gates(GATES_M, TIMES_S, correction="start")


@pytest.mark.parametrize(
    ("time_s", "velocity_m_s", "error", "words"),
    [
        (np.arange(5.0), np.arange(5.0), NotEnoughData, "10 samples or more; got 5"),
        (np.r_[np.arange(9.0), 3.0], np.ones(10), DataProblem, "from 8 to 3 s at sample 10"),
        (np.arange(10.0), np.r_[-0.4, np.ones(9)], DataProblem, "-0.4 m/s is negative"),
        (np.arange(10.0), np.r_[np.nan, np.ones(9)], DataProblem, "1 of 10 readings"),
    ],
)
def test_a_recording_that_cannot_be_is_refused(time_s, velocity_m_s, error, words):
    with pytest.raises(error, match=words):
        sprint_profile_radar(time_s, velocity_m_s)


def test_a_radar_knows_no_flying_distance():
    with pytest.raises(DataProblem, match="'distance' is not a correction for a radar"):
        sprint_profile_radar(np.arange(20.0), np.ones(20), correction="distance")


def test_each_gate_is_predicted_from_the_others():
    left_out = leave_one_out(sprint_profile_gates(GATES_M, TIMES_S))
    others = sprint_profile_gates(GATES_M[1:], TIMES_S[1:])
    assert left_out["mac_m_s2"].iloc[0] == pytest.approx(others.mac_m_s2)
    assert left_out[".resid"].iloc[0] == pytest.approx(TIMES_S[0] - float(others.predict(5.0)))
    assert len(left_out) == len(GATES_M)


def test_samples_of_a_radar_are_not_left_out_one_by_one():
    time_s = np.arange(0, 6, 0.1)
    with pytest.raises(DataProblem, match="whole sprints"):
        leave_one_out(sprint_profile_radar(time_s, 8 * -np.expm1(-time_s)))


def test_only_the_corrections_that_the_gates_carry_are_compared():
    assert corrections_compared(GATES_M[:3], TIMES_S[:3])["correction"].tolist() == ["none"]
    assert corrections_compared(GATES_M, TIMES_S)["correction"].tolist() == ["none", "time", "distance", "both"]


def test_the_athlete_stands_at_the_line_at_the_start():
    profile = sprint_profile_gates(GATES_M, TIMES_S)
    assert profile.time_s([0.0, 5.0])[0] == 0
    assert profile.velocity_m_s(0.0) == 0
    assert profile.velocity_m_s(60.0) == pytest.approx(profile.mss_m_s)


def test_a_profile_keeps_its_readings_when_the_caller_changes_hers():
    distance_m, time_s = GATES_M.copy(), TIMES_S.copy()
    profile = sprint_profile_gates(distance_m, time_s)
    time_s[0] = 99.0
    assert profile.observations["time_s"].tolist() == TIMES_S.tolist()


def test_force_falls_to_zero_at_v0_and_begins_at_f0():
    forces = force_velocity_profile(sprint_profile_gates(GATES_M, TIMES_S), body_mass_kg=72, height_m=1.8)
    assert forces.predict(0.0) == pytest.approx(forces.f0_n)
    assert forces.predict(forces.v0_m_s) == pytest.approx(0, abs=1e-9)
    assert forces.v0_m_s > forces.profile.mss_m_s
    assert forces.pmax_w == pytest.approx(forces.f0_n * forces.v0_m_s / 4)


def test_errors_of_force_and_power_follow_those_of_mss_and_mac():
    """The delta method against small changes of MSS and MAC themselves."""
    profile = sprint_profile_gates(GATES_M, TIMES_S)
    covariance = profile.fit.covariance
    rng = np.random.default_rng(np.random.SeedSequence([MODEL, 9]))
    draws = rng.multivariate_normal([profile.mss_m_s, profile.mac_m_s2], covariance / 100, 4000)
    k = drag_n_s2_m2(body_mass_kg=72, height_m=1.8) / 72
    bend = k * draws[:, 0] / draws[:, 1]
    v0 = (1 - np.sqrt(1 - 4 * bend * draws[:, 0])) / (2 * bend)
    forces = force_velocity_profile(profile, body_mass_kg=72, height_m=1.8)
    assert 10 * v0.std() == pytest.approx(forces.v0_se_m_s, rel=0.05)
    assert 10 * (72 * draws[:, 1] * v0 / 4).std() == pytest.approx(forces.pmax_se_w, rel=0.05)


def test_forces_of_the_best_sprint_need_a_weighing_and_whole_gates():
    gates = pd.DataFrame({"distance_m": np.diff(GATES_M, prepend=0), "time_s": np.diff(TIMES_S, prepend=0)})
    splits = gates.assign(session_id="a", trial_no=1, split_no=range(len(gates)), test_id="sprint")
    splits["local_date"] = pd.Timestamp("2026-01-05")
    weighed = pd.DataFrame(
        {"test_id": "body_mass", "local_date": [pd.Timestamp("2026-01-05")], "value": 70, "unit": "kg"}
    )
    forces = force_of_best_sprint(splits, weighed, "sprint", height_m=1.75)
    assert forces.f0_n == pytest.approx(70 * sprint_profile_gates(GATES_M, TIMES_S).mac_m_s2)
    with pytest.raises(NotEnoughData, match="No body mass is known that may be shown"):
        force_of_best_sprint(splits, weighed.head(0), "sprint", height_m=1.75)
    with pytest.raises(NotEnoughData, match="No sprint of the test 'hurdles'"):
        force_of_best_sprint(splits, weighed, "hurdles", height_m=1.75)


def test_a_body_of_no_mass_is_refused():
    with pytest.raises(DataProblem, match="0 kg"):
        drag_n_s2_m2(body_mass_kg=0, height_m=1.8)


def covered(design: int, replicates: int, correction: str, error_s: float) -> dict[str, float]:
    """How often the 95 % intervals of MSS and MAC hold the truth."""
    rng = np.random.default_rng(np.random.SeedSequence([MODEL, design]))
    true = times(8.2, 7.1) + (0.2 if correction == "time" else 0.0)
    hits = {"MSS": 0, "MAC": 0}
    for _ in range(replicates):
        profile = sprint_profile_gates(GATES_M, true + rng.normal(0, error_s, len(true)), correction=correction)
        terms = profile.tidy().set_index("term")
        for term, truth in (("MSS", 8.2), ("MAC", 7.1)):
            hits[term] += terms.loc[term, "conf_low"] <= truth <= terms.loc[term, "conf_high"]
    return {term: count / replicates for term, count in hits.items()}


@pytest.mark.soak
def test_intervals_of_mss_and_mac_cover_as_often_as_they_claim():
    assert all(abs(share - 0.95) < 0.04 for share in covered(1, 200, "none", 0.01).values())


@pytest.mark.full
@pytest.mark.parametrize(("design", "correction"), [(2, "none"), (3, "time")])
def test_intervals_cover_within_three_points_over_2000_sprints(design, correction):
    assert all(abs(share - 0.95) < 0.03 for share in covered(design, 2000, correction, 0.01).values())


def test_the_figure_of_gates_shows_them_with_units_and_says_the_warning():
    shown = sprint_profile_figure(sprint_profile_gates(GATES_M, TIMES_S))
    assert (shown.layout.xaxis.title.text, shown.layout.yaxis.title.text) == ("Distance (m)", "Time (s)")
    assert list(shown.data[0].x) == list(GATES_M)
    assert "starts later" in shown.layout.title.text.replace("<br>", " ")


def test_the_figure_of_a_radar_names_mss():
    time_s = np.arange(0, 6, 0.1)
    shown = sprint_profile_figure(sprint_profile_radar(time_s, 8 * -np.expm1(-time_s)))
    assert shown.layout.yaxis.title.text == "Velocity (m/s)"
    assert shown.layout.annotations[0].text == "MSS"


def test_the_figure_of_force_ends_at_v0():
    forces = force_velocity_profile(sprint_profile_gates(GATES_M, TIMES_S), body_mass_kg=72, height_m=1.8)
    shown = force_velocity_figure(forces)
    assert shown.data[0].x[-1] == forces.v0_m_s
    assert f"V0 {forces.v0_m_s:.1f} m/s" in shown.layout.title.text.replace("<br>", " ")
