"""Limits of agreement: worked values, what they cover, and when they are refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.base.errors import NotEnoughData
from analysis.models.squad.bland_altman import bland_altman

FIRST = pd.Series([10.0, 12.0, 11.0, 13.0], index=list("abcd"))


def test_bias_and_limits_by_hand():
    result = bland_altman(FIRST, FIRST.add([1.0, -1.0, 2.0, 0.0]), unit="kg")
    assert result.bias == pytest.approx(0.5)
    assert result.sd == pytest.approx(np.sqrt(5 / 3))
    assert result.limits == pytest.approx((0.5 - 1.959964 * np.sqrt(5 / 3), 0.5 + 1.959964 * np.sqrt(5 / 3)))
    assert result.limit_se == pytest.approx(np.sqrt(5 / 3) * np.sqrt(1 / 4 + 1.959964**2 / 6))
    assert not result.grows_with_level


def test_pairs_are_joined_by_subject_and_missing_ones_are_counted():
    second = pd.Series([12.5, 10.5, np.nan, 13.5], index=list("badc"))
    result = bland_altman(FIRST, second, unit="kg")
    assert result.pairs["difference"].tolist() == [0.5, 0.5, 2.5]
    assert result.n_missing == 1


def test_a_difference_that_grows_with_the_value_is_said():
    level = pd.Series(np.linspace(1.0, 2.0, 12))
    grown = bland_altman(level, level * 1.2 + 0.001 * np.tile([-1, 1], 6), unit="m/s")
    assert grown.grows_with_level
    assert "slope on the mean" in set(grown.tidy()["term"])


def test_equal_means_have_no_slope():
    result = bland_altman(pd.Series([1.0, 1.1, 0.9]), pd.Series([1.0, 0.9, 1.1]), unit="m")
    assert np.isnan(result.slope)
    assert not result.grows_with_level
    assert "slope on the mean" not in set(result.tidy()["term"])


def test_two_pairs_are_no_limits_of_agreement():
    with pytest.raises(NotEnoughData, match="3 complete pairs or more; got 2"):
        bland_altman(FIRST.head(2), FIRST.head(2) + 1, unit="kg")


@pytest.mark.parametrize(("n", "least", "most"), [(6, 0.88, 0.97), (12, 0.915, 0.97), (24, 0.93, 0.97)])
def test_the_interval_of_a_limit_covers_about_as_often_as_it_claims(n, least, most):
    rng = np.random.default_rng(np.random.SeedSequence([1986, n]))
    difference = rng.normal(0.5, 2.0, (2000, n))
    sd, bias = difference.std(axis=1, ddof=1), difference.mean(axis=1)
    one = bland_altman(pd.Series(np.zeros(n)), pd.Series(difference[0]), unit="kg")
    se = sd * (one.limit_se / one.sd)  # the same factor of the SD at one n
    half = stats.t.ppf(0.975, n - 1) * se
    z = (one.limits.high - one.bias) / one.sd
    covered = np.abs(bias + z * sd - (0.5 + z * 2.0)) <= half
    assert least <= covered.mean() <= most, covered.mean()


def test_the_interval_of_the_bias_is_exact():
    rng = np.random.default_rng(np.random.SeedSequence([1986, 1]))
    rows = [bland_altman(pd.Series(np.zeros(6)), pd.Series(rng.normal(0.5, 2.0, 6)), unit="kg") for _ in range(120)]
    bias = pd.concat([row.tidy().iloc[[0]] for row in rows])
    covered = (bias["conf_low"] <= 0.5) & (bias["conf_high"] >= 0.5)
    assert 0.90 <= covered.mean() <= 0.99
