"""Bar speeds, velocity loss and repetitions to a 1RM."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import DataProblem
from analysis.metrics import strength

SETS = pd.DataFrame(
    {
        "session_id": ["s1", "s1"],
        "set_no": [1, 2],
        "local_date": pd.to_datetime(["2026-01-05", "2026-01-05"]),
        "exercise": "deadlift",
        "side": "B",
        "set_kind": "work",
        "load_kg": [60.0, 80.0],
    }
)
REPS = pd.DataFrame(
    {
        "session_id": "s1",
        "set_no": [2, 1, 1],
        "rep_no": [1, 2, 1],
        "mean_velocity_m_s": [0.60, 0.75, 0.80],
        "device": "encoder",
    }
)


def test_every_repetition_gets_the_load_of_its_own_set():
    speeds = strength.bar_speeds(SETS, REPS)
    assert speeds["load_kg"].tolist() == [60.0, 60.0, 80.0]
    assert speeds["mean_velocity_m_s"].tolist() == [0.80, 0.75, 0.60]
    assert speeds["peak_velocity_m_s"].isna().all()


def test_a_repetition_that_was_only_rated_is_no_bar_speed():
    rated = REPS.assign(mean_velocity_m_s=[np.nan, 0.75, 0.80])
    assert len(strength.bar_speeds(SETS, rated)) == 2


def test_a_set_that_stands_twice_is_refused():
    with pytest.raises(DataProblem, match="1 sets stand twice"):
        strength.bar_speeds(pd.concat([SETS, SETS.head(1)]), REPS)


def test_no_repetitions_have_no_bar_speeds():
    assert strength.bar_speeds(SETS, pd.DataFrame(columns=REPS.columns)).empty


def test_a_repetition_without_its_set_is_refused():
    with pytest.raises(DataProblem, match="1 repetitions belong to no set"):
        strength.bar_speeds(SETS[SETS["set_no"] == 1], REPS)


def test_bar_speeds_of_nobody_are_an_empty_frame():
    assert strength.bar_speeds(SETS.head(0), REPS.head(0)).empty


def test_a_set_is_told_by_its_fastest_first_and_last_repetition():
    first = strength.set_speeds(strength.bar_speeds(SETS, REPS)).iloc[0]
    assert first[["n_reps", "best_m_s", "first_m_s", "last_m_s"]].tolist() == [2, 0.80, 0.80, 0.75]
    assert first["loss_from_best_pct"] == pytest.approx(6.25)


def test_loss_from_the_best_of_equal_repetitions_agrees_with_simulation():
    rng = np.random.default_rng(np.random.SeedSequence([3, 1]))
    reps = rng.normal(1, 0.05, size=(40_000, 8))
    simulated = 100 * (1 - reps[:, -1] / reps.max(axis=1)).mean()
    assert strength.loss_without_fatigue_pct(cv_pct=5, n_reps=8) == pytest.approx(simulated, abs=0.1)


@given(load_kg=st.floats(1, 400), formula=st.sampled_from(list(strength.E1RM_FORMULAS)))
def test_one_repetition_is_the_1rm_itself(load_kg, formula):
    assert strength.e1rm_from_reps(pd.Series([load_kg]), pd.Series([1.0]), formula=formula)["e1rm_kg"][0] == load_kg


def test_more_than_ten_repetitions_are_flagged():
    e1rm = strength.e1rm_from_reps(pd.Series([60.0, 60.0]), pd.Series([10.0, 11.0]))
    assert e1rm["beyond_tested"].tolist() == [False, True]


def test_a_set_without_a_repetition_has_no_e1rm():
    assert strength.e1rm_from_reps(pd.Series([60.0]), pd.Series([0.0]))["e1rm_kg"].isna().all()


def test_unknown_formulas_are_named_with_the_known_ones():
    with pytest.raises(DataProblem, match=r"'eply' is not a known formula\. Use one of epley"):
        strength.e1rm_from_reps(pd.Series([60.0]), pd.Series([5.0]), formula="eply")
