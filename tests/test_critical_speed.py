"""Critical speed and critical power."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from soak_scale import declared

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.critical_speed import critical_forms_figure, critical_power_figure, critical_speed_figure
from analysis.models.running.critical_speed import (
    POWER_FORMS,
    SPEED_FORMS,
    critical_power,
    critical_speed,
)

DURATION_S = np.array([150.0, 400.0, 800.0])
TRIALS = pd.DataFrame({"duration_s": [200.0, 400.0, 600.0, 1000.0], "distance_m": [1010.0, 1780.0, 2610.0, 4190.0]})


def trials(duration_s, distance_m) -> pd.DataFrame:
    return pd.DataFrame({"duration_s": duration_s, "distance_m": distance_m})


@pytest.mark.parametrize("form", SPEED_FORMS)
@given(cs=st.floats(2, 7), d_prime=st.floats(50, 400))
def test_noiseless_trials_give_back_cs_and_d_prime_in_every_form(form, cs, d_prime):
    result = critical_speed(trials(DURATION_S, cs * DURATION_S + d_prime), form=form)
    assert (result.cs_m_s, result.d_prime_m) == (pytest.approx(cs, rel=1e-4), pytest.approx(d_prime, rel=1e-3))


@pytest.mark.parametrize("form", POWER_FORMS)
@given(cp=st.floats(120, 400), w_prime=st.floats(5000, 30000))
def test_noiseless_trials_give_back_cp_and_w_prime_in_every_form(form, cp, w_prime):
    noiseless = pd.DataFrame({"duration_s": DURATION_S, "power_w": cp + w_prime / DURATION_S})
    result = critical_power(noiseless, form=form)
    assert (result.cp_w, result.w_prime_j) == (pytest.approx(cp, rel=1e-4), pytest.approx(w_prime, rel=1e-3))


def test_speed_and_power_are_one_model():
    run = critical_speed(TRIALS)
    ride = critical_power(
        pd.DataFrame({"duration_s": TRIALS["duration_s"], "power_w": TRIALS["distance_m"] / TRIALS["duration_s"]})
    )
    assert (run.cs_m_s, run.d_prime_m, run.rate_se) == pytest.approx((ride.cp_w, ride.w_prime_j, ride.rate_se))


def test_trials_outside_2_to_15_minutes_are_flagged_and_kept():
    result = critical_speed(TRIALS)
    assert result.trials["outside_2_15_min"].tolist() == [False, False, False, True]
    assert result.glance()[["n", "n_outside_2_15_min"]].values.tolist() == [[4, 1]]


def test_forms_differ_on_the_same_trials():
    estimates = [critical_speed(TRIALS, form=form).cs_m_s for form in SPEED_FORMS]
    assert len({round(estimate, 3) for estimate in estimates}) == 3


def test_two_trials_are_not_a_critical_speed():
    with pytest.raises(NotEnoughData, match="3 trials of different length or more; got 2"):
        critical_speed(TRIALS.head(2))


def test_three_trials_of_two_durations_are_not_a_critical_speed():
    with pytest.raises(NotEnoughData, match="got 2"):
        critical_speed(trials([200.0, 200.0, 400.0], [1000.0, 1010.0, 1800.0]))


def test_a_trial_without_a_time_is_refused():
    with pytest.raises(DataProblem, match="1 of 3 durations is missing"):
        critical_speed(trials([200.0, np.nan, 600.0], [1000.0, 1800.0, 2600.0]))


@pytest.mark.parametrize("form", SPEED_FORMS)
def test_trials_that_give_a_negative_d_prime_are_refused(form):
    with pytest.raises(DataProblem, match="D' of -"):
        critical_speed(trials([200.0, 400.0, 600.0], [700.0, 1600.0, 2500.0]), form=form)


def test_a_form_of_another_name_is_refused():
    with pytest.raises(DataProblem, match="'linear' is not a form"):
        critical_speed(TRIALS, form="linear")


@pytest.mark.scaled
def test_the_interval_of_cs_covers_as_often_as_it_claims():
    rng = np.random.default_rng(np.random.SeedSequence([2, 4]))
    duration_s = np.array([150.0, 300.0, 500.0, 800.0])
    covered, times = 0, declared(150, 500)
    for _ in range(times):
        noisy = trials(duration_s, 4.2 * duration_s + 180 + rng.normal(0, 12, 4))
        cs = critical_speed(noisy).tidy().set_index("term").loc["CS"]
        covered += cs["conf_low"] <= 4.2 <= cs["conf_high"]
    assert covered / times == pytest.approx(0.95, abs=declared(0.055, 0.03))


def test_the_figure_marks_the_trials_outside_2_to_15_minutes():
    shown = critical_speed_figure(critical_speed(TRIALS))
    points = {trace.name: trace for trace in shown.data}
    assert list(points["outside 2 to 15 min"].x) == [1000.0]
    assert len(points["trials"].x) == 3
    assert (shown.layout.xaxis.title.text, shown.layout.yaxis.title.text) == ("Time (s)", "Distance (m)")


def test_the_figure_of_the_forms_names_each():
    power = TRIALS.assign(power_w=TRIALS["distance_m"] / TRIALS["duration_s"])
    results = [critical_power(power, form=form) for form in POWER_FORMS]
    assert list(critical_forms_figure(results).data[0].x) == [result.cp_w for result in results]
    assert critical_power_figure(results[0]).layout.yaxis.title.text == "Power (W)"
