"""Typical error, change statistics and intraclass correlation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from soak_scale import declared

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.squad.reliability import MeasurementError, intraclass_correlation, reliability

JUMPS = pd.DataFrame({"first": [0.30, 0.42, 0.36, 0.51], "second": [0.31, 0.41, 0.38, 0.52]})


def simulated(rng: np.random.Generator, n: int, k: int, *, error: float, between: float = 5.0) -> pd.DataFrame:
    return pd.DataFrame(50 + rng.normal(0, between, (n, 1)) + rng.normal(0, error, (n, k)))


def test_two_trials_give_the_typical_error_of_their_differences():
    error = reliability(JUMPS, unit="m").typical_error
    assert (error.te, error.df) == (pytest.approx((JUMPS["second"] - JUMPS["first"]).std() / 2**0.5), 3)


@given(shift=st.floats(-0.2, 0.2))
def test_a_gain_of_everybody_is_no_error(shift):
    learned = JUMPS.assign(second=JUMPS["second"] + shift)
    assert reliability(learned, unit="m").typical_error.te == pytest.approx(
        reliability(JUMPS, unit="m").typical_error.te
    )


def test_a_gain_of_everybody_shows_as_a_change_and_lowers_agreement_only():
    learned = JUMPS.assign(second=JUMPS["second"] + 0.1)
    before, after = intraclass_correlation(JUMPS), intraclass_correlation(learned)
    assert after.estimate("ICC(3,1)") == pytest.approx(before.estimate("ICC(3,1)"))
    assert after.estimate("ICC(2,1)") < before.estimate("ICC(2,1)")
    assert reliability(learned, unit="m").changes["change"].item() == pytest.approx(0.1075)


@given(factor=st.floats(0.1, 1000))
def test_the_cv_and_the_icc_do_not_depend_on_the_unit(factor):
    one, other = reliability(JUMPS, unit="m"), reliability(factor * JUMPS, unit="x")
    assert other.cv_pct == pytest.approx(one.cv_pct)
    assert other.icc.estimate("ICC(2,1)") == pytest.approx(one.icc.estimate("ICC(2,1)"))
    assert other.typical_error.te == pytest.approx(factor * one.typical_error.te)


def test_a_value_of_zero_has_no_cv():
    result = reliability(JUMPS.assign(first=JUMPS["first"] - 0.30), unit="m")
    assert np.isnan(result.cv_pct)
    assert "CV" not in set(result.tidy()["term"])


def test_an_athlete_with_a_missing_trial_is_left_out_and_counted():
    gap = pd.concat([JUMPS, pd.DataFrame({"first": [0.4], "second": [np.nan]})], ignore_index=True)
    result = reliability(gap, unit="m")
    assert result.n_left_out == 1
    assert result.typical_error.te == reliability(JUMPS, unit="m").typical_error.te


def test_two_athletes_are_no_reliability():
    with pytest.raises(NotEnoughData, match="got 2 complete athletes"):
        reliability(JUMPS.head(2), unit="m")


def test_trials_that_agree_exactly_are_not_believed():
    with pytest.raises(DataProblem, match="agree exactly"):
        intraclass_correlation(pd.DataFrame({"first": [1.0, 2.0, 4.0], "second": [1.0, 2.0, 4.0]}))


def test_trials_that_shift_everybody_alike_agree_exactly_too():
    shifted = pd.DataFrame({"first": [0.70, 0.70, 0.70], "second": [0.72, 0.72, 0.72], "third": [0.68, 0.68, 0.68]})
    with pytest.raises(DataProblem, match="agree exactly"):
        reliability(shifted, unit="m/s")


def test_athletes_who_do_not_differ_are_refused_in_a_sentence():
    counts = pd.DataFrame({"first": [8.0, 7.0, 8.0, 7.0], "second": [7.0, 8.0, 7.0, 8.0]})
    with pytest.raises(DataProblem, match="No athlete differs from another"):
        reliability(counts, unit="reps")


def test_an_error_known_from_few_tests_needs_a_larger_change():
    few, many = (MeasurementError(1.0, df, "cm", "pairs") for df in (3, 1000))
    assert few.mdc() > 1.6 * many.mdc()
    assert many.mdc() == pytest.approx(1.96 * 2**0.5, rel=0.01)
    assert few.mdc(quantile=1.96) == pytest.approx(1.96 * 2**0.5)


def test_more_tests_detect_a_smaller_change():
    error = MeasurementError(1.0, 10, "cm", "pairs")
    assert error.mdc(n_new=2, n_earlier=6) < error.mdc(n_earlier=6) < error.mdc()


def test_the_noise_of_a_series_is_given_the_same_error():
    error = reliability(JUMPS, unit="m").typical_error
    assert (error.for_decisions.typical_error, error.for_decisions.df) == (error.te, error.df)


def test_an_error_that_grows_with_the_value_is_seen():
    rng = np.random.default_rng(np.random.SeedSequence([4, 1]))
    level = np.linspace(10, 100, 40)[:, None]
    grows = pd.DataFrame(level * (1 + rng.normal(0, 0.05, (40, 4))))
    assert reliability(grows, unit="kg").spread_with_level_r > 0.5


def test_swc_is_of_the_spread_without_error():
    rng = np.random.default_rng(np.random.SeedSequence([4, 2]))
    result = reliability(simulated(rng, 400, 3, error=4.0, between=3.0), unit="cm")
    assert result.observed_sd == pytest.approx(5.0, rel=0.1)
    assert result.swc == pytest.approx(0.2 * 3.0, rel=0.15)


def test_a_typical_error_below_the_step_of_the_device_can_be_seen():
    coarse = pd.DataFrame({"first": [10.0, 15.0, 20.0, 25.0], "second": [10.0, 15.0, 20.0, 30.0]})
    assert reliability(coarse, unit="deg").smallest_step == 5.0


@pytest.mark.parametrize(("n", "k"), [(6, 2), (10, 3)])
@pytest.mark.scaled
def test_intervals_cover_as_often_as_they_claim(n, k):
    rng = np.random.default_rng(np.random.SeedSequence([4, n, k]))
    in_te = in_icc = 0
    times, slack = declared(100, 500), declared(0.065, 0.03)
    for _ in range(times):
        trials = simulated(rng, n, k, error=2.0)
        te = reliability(trials, unit="cm").typical_error.interval
        icc = intraclass_correlation(trials).table.set_index("term").loc["ICC(3,1)"]
        in_te += te.low <= 2.0 <= te.high
        in_icc += icc["conf_low"] <= 25 / 29 <= icc["conf_high"]
    assert in_te / times == pytest.approx(0.95, abs=slack)
    assert in_icc / times == pytest.approx(0.95, abs=slack)
