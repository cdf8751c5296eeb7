"""Critical speed, critical power and the race exponent."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from soak_scale import declared

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.critical_speed import critical_power_figure, critical_speed_figure, forms_figure
from analysis.models.running.critical_power_3 import ERRORS_IN, critical_power_3
from analysis.models.running.critical_speed import (
    POWER_FORMS,
    SPEED_FORMS,
    best_form,
    critical_power,
    critical_speed,
    race_exponent,
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
    assert (run.cs_m_s, run.d_prime_m, run.cs_se_m_s) == pytest.approx((ride.cp_w, ride.w_prime_j, ride.cp_se_w))


def test_trials_outside_2_to_15_minutes_are_flagged_and_kept():
    result = critical_speed(TRIALS)
    assert result.trials["outside_2_15_min"].tolist() == [False, False, False, True]
    assert result.glance()[["n", "n_outside_2_15_min"]].values.tolist() == [[4, 1]]


def test_forms_differ_on_the_same_trials():
    estimates = [critical_speed(TRIALS, form=form).cs_m_s for form in SPEED_FORMS]
    assert len({round(estimate, 3) for estimate in estimates}) == 3


def test_the_best_form_has_the_smallest_sum_of_relative_errors():
    results = [critical_speed(TRIALS, form=form) for form in SPEED_FORMS]
    sums = [result.glance()["sum_of_se_pct"].item() for result in results]
    assert best_form(results) is results[int(np.argmin(sums))]


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


@given(exponent=st.floats(1.01, 1.15), one_km_s=st.floats(150, 400))
def test_noiseless_races_give_back_the_exponent(exponent, one_km_s):
    distance_m = np.array([1000.0, 3000.0, 10000.0])
    result = race_exponent(trials(one_km_s * (distance_m / 1000) ** exponent, distance_m))
    assert result.exponent == pytest.approx(exponent)


def test_a_race_time_beyond_the_races_is_refused():
    result = race_exponent(trials([200.0, 420.0, 900.0], [1000.0, 2000.0, 4000.0]))
    with pytest.raises(DataProblem, match="outside the 1000 to 4000 m"):
        result.predict(42195.0)


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
    assert list(forms_figure(results).data[0].x) == [result.cp_w for result in results]
    assert critical_power_figure(results[0]).layout.yaxis.title.text == "Power (W)"


LONG_AND_SHORT_S = np.array([45.0, 120.0, 240.0, 480.0, 900.0])


def bent(cp: float, w_prime: float, p_max: float, duration_s=LONG_AND_SHORT_S) -> pd.DataFrame:
    """Trials of the three-parameter model without error."""
    return pd.DataFrame({"duration_s": duration_s, "power_w": cp + w_prime / (duration_s + w_prime / (p_max - cp))})


@pytest.mark.parametrize("error_in", ERRORS_IN)
@given(cp=st.floats(150, 350), w_prime=st.floats(8000, 30000), above=st.floats(300, 900))
def test_noiseless_trials_give_back_the_greatest_power_too(error_in, cp, w_prime, above):
    result = critical_power_3(bent(cp, w_prime, cp + above), error_in=error_in)
    assert result.identifiable
    assert (result.cp_w, result.w_prime_j) == (pytest.approx(cp, rel=1e-4), pytest.approx(w_prime, rel=1e-3))
    assert result.p_max_w == pytest.approx(cp + above, rel=1e-3)


def test_power_and_time_of_the_curve_are_each_others_inverse():
    result = critical_power_3(bent(250, 15000, 800))
    assert result.time_s(result.predict(LONG_AND_SHORT_S)) == pytest.approx(LONG_AND_SHORT_S)
    assert result.predict(0.0) == pytest.approx(result.p_max_w)


@pytest.mark.parametrize(("error_in", "form"), [("time", "time_on_power"), ("power", "power_on_inverse_time")])
def test_trials_that_bend_the_other_way_are_not_identifiable_and_keep_the_two_parameter_model(error_in, form):
    steep = pd.DataFrame({"duration_s": LONG_AND_SHORT_S, "power_w": 250 + 15000 / (LONG_AND_SHORT_S - 10)})
    result, two = critical_power_3(steep, error_in=error_in), critical_power(steep, form=form)
    assert not result.identifiable
    assert (result.p_max_w, result.k_s) == (np.inf, 0)
    assert (result.cp_w, result.w_prime_j) == (
        pytest.approx(two.cp_w, rel=1e-5),
        pytest.approx(two.w_prime_j, rel=1e-4),
    )
    assert "Not identifiable" in result.warnings[0]
    p_max = result.tidy().set_index("term").loc["Pmax"]
    assert p_max["conf_high"] == np.inf
    assert np.isfinite(p_max["conf_low"])


def test_trials_on_a_straight_line_leave_cp_at_its_bound_and_say_so():
    straight = pd.DataFrame({"duration_s": LONG_AND_SHORT_S, "power_w": 700 - 0.7 * LONG_AND_SHORT_S})
    result = critical_power_3(straight, error_in="power")
    assert not result.identifiable
    assert "CP runs to 0 W" in result.warnings[0]


def test_where_the_error_lies_changes_the_estimate():
    noisy = bent(250, 15000, 800)
    noisy["power_w"] *= [1.01, 0.99, 1.005, 0.995, 1.0]
    by_time, by_power = (critical_power_3(noisy, error_in=error_in).cp_w for error_in in ERRORS_IN)
    assert by_time != pytest.approx(by_power, rel=1e-4)


def test_three_trials_are_not_a_greatest_power():
    with pytest.raises(NotEnoughData, match="needs 4 trials of different length or more; got 3"):
        critical_power_3(bent(250, 15000, 800).head(3))


def test_less_power_for_less_time_is_no_critical_power():
    with pytest.raises(DataProblem, match="less power is not held for longer"):
        critical_power_3(pd.DataFrame({"duration_s": [60.0, 120.0, 300.0, 600.0], "power_w": [200.0, 210, 220, 230]}))


def test_an_error_that_lies_nowhere_is_refused():
    with pytest.raises(DataProblem, match="'work' is not where the error can be"):
        critical_power_3(bent(250, 15000, 800), error_in="work")


def greatest_power_coverage(design: int, replicates: int) -> dict[str, float]:
    """How often the 95 % intervals of the three parameters hold the truth, an error of 3 W."""
    rng = np.random.default_rng(np.random.SeedSequence([3, design]))
    truth = {"CP": 250, "W'": 15000, "Pmax": 700}
    true = bent(*truth.values())
    hits = dict.fromkeys(truth, 0)
    for _ in range(replicates):
        noisy = true.assign(power_w=true["power_w"] + rng.normal(0, 3, len(true)))
        terms = critical_power_3(noisy, error_in="power").tidy().set_index("term")
        for term, value in truth.items():
            hits[term] += terms.loc[term, "conf_low"] <= value <= terms.loc[term, "conf_high"]
    return {term: count / replicates for term, count in hits.items()}


@pytest.mark.scaled
def test_the_intervals_of_the_three_parameters_cover_as_often_as_they_claim():
    slack, shares = declared(0.085, 0.04), greatest_power_coverage(1, declared(60, 200))
    assert all(abs(share - 0.95) < slack for share in shares.values())


@pytest.mark.full
def test_the_intervals_of_the_three_parameters_cover_over_2000_athletes():
    assert all(abs(share - 0.95) < 0.03 for share in greatest_power_coverage(2, 2000).values())


def test_the_figure_of_critical_power_draws_the_curve_with_a_greatest_power_as_well():
    shown = critical_power_figure(critical_power_3(bent(250, 15000, 800)))
    assert shown.layout.yaxis.title.text == "Power (W)"
