"""Training load: what a day is, and what is made of the series."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataProblem, NotEnoughData
from analysis.metrics import load

loads = st.lists(st.floats(0, 2000), min_size=1, max_size=60).map(lambda values: pd.Series(values, dtype=float))


def sessions(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["local_date", "kind", "status", "duration_s", "rpe_cr10"])
    return frame.assign(local_date=pd.to_datetime(frame["local_date"]))


def test_a_rest_day_is_zero_and_an_unlogged_day_is_missing():
    log = sessions(("2026-01-05", "strength", "done", 3600, 6), ("2026-01-07", "other", "rest", None, None))
    assert load.daily_load_au(log, until="2026-01-08").tolist() == pytest.approx([360, np.nan, 0, np.nan], nan_ok=True)


def test_a_day_off_is_known_to_be_without_load():
    assert load.daily_load_au(sessions(("2026-01-05", "other", "off", None, None))).tolist() == [0.0]


def test_two_sessions_of_a_day_add_up():
    log = sessions(("2026-01-05", "strength", "done", 3600, 5), ("2026-01-05", "run", "done", 1800, 4))
    assert load.daily_load_au(log).tolist() == [420.0]


def test_a_session_without_rating_makes_the_day_unknown_not_zero():
    day = load.daily_load(sessions(("2026-01-05", "run", "done", 3600, None))).iloc[0]
    assert np.isnan(day["load_au"])
    assert day["unrated"] == 1


def test_a_device_file_beside_the_rated_session_of_its_kind_is_not_a_gap():
    log = sessions(("2026-01-05", "strength", "done", 3600, 5), ("2026-01-05", "strength", "done", None, None))
    assert load.daily_load(log).iloc[0].tolist() == [300.0, 1, 0]


def test_an_unrated_session_of_another_kind_is_counted_beside_the_sum():
    log = sessions(("2026-01-05", "strength", "done", 3600, 5), ("2026-01-05", "run", "done", 1800, None))
    assert load.daily_load(log).iloc[0].tolist() == [300.0, 1, 1]


def test_strength_and_run_load_are_separate_series():
    log = sessions(("2026-01-05", "strength", "done", 3600, 5), ("2026-01-06", "run", "done", 1800, 4))
    assert load.daily_load_au(log, kinds=["strength"], until="2026-01-06").tolist() == [300.0, 0.0]
    assert load.daily_load_au(log, kinds=["run"], until="2026-01-06").tolist() == [0.0, 120.0]


def test_no_session_is_no_series():
    with pytest.raises(NotEnoughData, match="No session is logged"):
        load.daily_load(sessions())


def test_an_average_over_unlogged_days_is_refused_unless_it_is_said_what_they_mean():
    daily = pd.Series([100.0, np.nan, 50.0])
    with pytest.raises(DataProblem, match="1 of 3 days"):
        load.ctl_au(daily)
    assert load.ctl_au(daily, missing="as_rest").tolist() == load.ctl_au(daily.fillna(0)).tolist()
    held = load.ctl_au(daily, missing="hold")
    assert held[1] == held[0]


def test_filled_days_stay_visible():
    balance = load.load_balance(pd.Series([100.0, np.nan]))
    assert balance["assumed"].tolist() == [False, True]
    assert np.isnan(balance["load_au"].iloc[1])


@given(daily=loads)
def test_ctl_is_the_sum_of_decayed_loads(daily):
    tau_d = 42
    ages = np.arange(len(daily))[::-1]
    expected = (daily * -np.expm1(-1 / tau_d) * np.exp(-ages / tau_d)).sum()
    assert load.ctl_au(daily, tau_d=tau_d).iloc[-1] == pytest.approx(expected, abs=1e-6)


@given(daily=loads, level=st.floats(0.1, 10))
def test_ratios_do_not_depend_on_the_unit_of_load(daily, level):
    padded = pd.concat([daily, pd.Series(np.arange(30.0))], ignore_index=True)
    for ratio in (load.monotony, load.acwr_coupled, load.acwr_uncoupled):
        np.testing.assert_allclose(ratio(level * padded), ratio(padded), rtol=1e-6)


def test_form_of_a_morning_does_not_know_the_load_of_the_day():
    quiet, hard = pd.Series([50.0, 0.0]), pd.Series([50.0, 900.0])
    assert load.tsb_au(quiet).tolist() == load.tsb_au(hard).tolist()


def test_monotony_of_equal_days_is_undefined_not_large():
    assert load.monotony(pd.Series([0.1] * 10)).isna().all()
    assert load.strain_au(pd.Series([0.1] * 10)).isna().all()


def test_a_window_with_an_unlogged_day_has_no_value():
    daily = pd.Series([10.0] * 6 + [np.nan] + [10.0, 20.0] * 4)
    assert load.rolling_load_au(daily, window_d=7).notna().tolist() == [False] * 13 + [True, True]


def test_a_ratio_to_no_chronic_load_is_undefined():
    assert load.acwr_coupled(pd.Series([0.0] * 28)).isna().all()
    assert np.isnan(load.ewma_acwr(pd.Series([0.0, 0.0])).iloc[-1])


def test_volume_load_leaves_out_warm_ups_and_the_second_record_of_a_set():
    sets = pd.DataFrame(
        {
            "local_date": pd.Timestamp("2026-01-05"),
            "set_kind": ["warm_up", "work", "work", "drop"],
            "load_kg": [60.0, 100.0, 100.0, 80.0],
            "reps": [5.0, 5.0, 5.0, 10.0],
            "counted": [True, True, False, True],
        }
    )
    assert load.volume_load(sets)["volume_load_kg"].tolist() == [1300.0]
    assert load.volume_load(sets, warm_ups=True)["volume_load_kg"].tolist() == [1600.0]


def test_a_set_with_assistance_adds_no_negative_volume():
    sets = pd.DataFrame(
        {"local_date": pd.Timestamp("2026-01-05"), "set_kind": "work", "load_kg": [-20.0], "reps": [8.0]}
    )
    volume = load.volume_load(sets).iloc[0]
    assert np.isnan(volume["volume_load_kg"])
    assert volume["sets_unknown"] == 1


def test_a_maximal_heart_rate_below_rest_is_refused():
    with pytest.raises(DataProblem, match="not above"):
        load.heart_rate_reserve(120.0, rest_bpm=60.0, max_bpm=50.0)


def test_four_columns_are_not_the_zones_of_edwards():
    with pytest.raises(DataProblem, match="4 heart-rate zones"):
        load.edwards_trimp_au(pd.DataFrame([[1.0] * 4]))
