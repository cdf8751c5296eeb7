"""Intervals that were measured to hold less often than they claim: what is said, and what is withheld."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.models.coverage import Coverage, lowest_coverage
from analysis.models.fitness_fatigue.uncertainty import K2_COVERAGE_PCT
from analysis.models.result import Interval
from analysis.models.squad.growth import SLOPE_COVERAGE_PCT
from analysis.models.strength.e1rm import FUSED_COVERAGE_PCT
from analysis.models.strength.load_velocity_mixed import ALONE_COVERAGE_PCT
from analysis.models.strength.load_velocity_squad import SQUAD_COVERAGE_PCT


@pytest.mark.parametrize(
    ("measured_pct", "says"),
    [(95.0, ""), (92.0, ""), (91.9, "about 92 %, not 95 %"), (85.0, "about 85 %, not 95 %"), (84.9, "is withheld")],
)
def test_three_points_are_said_and_ten_withheld(measured_pct, says):
    found = Coverage("the 1RM", measured_pct, 0.95)
    assert bool(found.remark) == bool(says)
    assert says in found.remark
    assert np.isnan(found.kept(Interval(1.0, 2.0))).all() == (says == "is withheld")


def test_what_was_not_measured_is_neither_said_nor_withheld():
    unknown = Coverage("the 1RM", np.nan, 0.95)
    assert unknown.remark == ""
    assert unknown.kept(Interval(1.0, 2.0)) == Interval(1.0, 2.0)


@given(measured_pct=st.floats(50, 99.9), level=st.floats(0.5, 0.99))
def test_an_interval_of_another_level_is_too_narrow_by_the_same_factor(measured_pct, level):
    assert Coverage("x", measured_pct, 0.95).pct == pytest.approx(measured_pct)
    assume(abs(measured_pct - 95) > 0.01)
    assert (Coverage("x", measured_pct, level).pct < 100 * level) == (measured_pct < 95)


@pytest.mark.parametrize("pct", [FUSED_COVERAGE_PCT, K2_COVERAGE_PCT, SQUAD_COVERAGE_PCT, ALONE_COVERAGE_PCT])
def test_no_interval_is_printed_that_holds_below_85(pct):
    assert min(pct.values()) >= 85
    assert lowest_coverage(pct, 9) >= 85
    assert min(min(of_rhos) for of_rhos in SLOPE_COVERAGE_PCT.values()) >= 85
