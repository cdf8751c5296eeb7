"""Published indices of side difference."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import DataProblem
from analysis.metrics.asymmetry import asymmetry_indices

SIGNED = ["log_ratio_pct", "right_minus_left_over_mean_pct", "right_minus_left_over_larger_pct"]

side = st.floats(1, 1000).map(lambda value: pd.Series([value]))


@given(left=side, right=side)
def test_changing_the_sides_turns_the_sign_and_nothing_else(left, right):
    one, other = asymmetry_indices(left, right), asymmetry_indices(right, left)
    pd.testing.assert_frame_equal(one[SIGNED], -other[SIGNED], atol=1e-9)
    pd.testing.assert_frame_equal(one.drop(columns=SIGNED), other.drop(columns=SIGNED), atol=1e-9)


@given(value=side)
def test_equal_sides_have_no_asymmetry(value):
    indices = asymmetry_indices(value, value).iloc[0]
    assert indices.pop("smaller_over_larger_pct") == 100
    assert indices.abs().max() == pytest.approx(0, abs=1e-9)


def test_a_side_of_zero_has_no_ratio():
    with pytest.raises(DataProblem, match="1 pairs"):
        asymmetry_indices(pd.Series([0.0, 1.0]), pd.Series([1.0, 1.0]))
