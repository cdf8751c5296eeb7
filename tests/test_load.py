"""Training load: what a day is, and what is made of the series."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics import load
from analysis.metrics.load_balance import (
    acwr_coupled,
    acwr_uncoupled,
    ctl_au,
    ewma_acwr,
    load_balance,
    monotony,
    rolling_load_au,
    strain_au,
    tsb_au,
)
from analysis.metrics.run_load import edwards_trimp_au, heart_rate_reserve

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
        ctl_au(daily)
    assert ctl_au(daily, missing="as_rest").tolist() == ctl_au(daily.fillna(0)).tolist()
    held = ctl_au(daily, missing="hold")
    assert held[1] == held[0]


def test_filled_days_stay_visible():
    balance = load_balance(pd.Series([100.0, np.nan]))
    assert balance["assumed"].tolist() == [False, True]
    assert np.isnan(balance["load_au"].iloc[1])


@given(daily=loads)
def test_ctl_is_the_sum_of_decayed_loads(daily):
    tau_d = 42
    ages = np.arange(len(daily))[::-1]
    expected = (daily * -np.expm1(-1 / tau_d) * np.exp(-ages / tau_d)).sum()
    assert ctl_au(daily, tau_d=tau_d).iloc[-1] == pytest.approx(expected, abs=1e-6)


@given(daily=loads, level=st.floats(0.1, 10))
def test_ratios_do_not_depend_on_the_unit_of_load(daily, level):
    padded = pd.concat([daily, pd.Series(np.arange(30.0))], ignore_index=True)
    for ratio in (monotony, acwr_coupled, acwr_uncoupled):
        np.testing.assert_allclose(ratio(level * padded), ratio(padded), rtol=1e-6)


def test_form_of_a_morning_does_not_know_the_load_of_the_day():
    quiet, hard = pd.Series([50.0, 0.0]), pd.Series([50.0, 900.0])
    assert tsb_au(quiet).tolist() == tsb_au(hard).tolist()


def test_monotony_of_equal_days_is_undefined_not_large():
    assert monotony(pd.Series([0.1] * 10)).isna().all()
    assert strain_au(pd.Series([0.1] * 10)).isna().all()


def test_a_window_with_an_unlogged_day_has_no_value():
    daily = pd.Series([10.0] * 6 + [np.nan] + [10.0, 20.0] * 4)
    assert rolling_load_au(daily, window_d=7).notna().tolist() == [False] * 13 + [True, True]


def test_a_ratio_to_no_chronic_load_is_undefined():
    assert acwr_coupled(pd.Series([0.0] * 28)).isna().all()
    assert np.isnan(ewma_acwr(pd.Series([0.0, 0.0])).iloc[-1])


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
        heart_rate_reserve(120.0, rest_bpm=60.0, max_bpm=50.0)


def test_four_columns_are_not_the_zones_of_edwards():
    with pytest.raises(DataProblem, match="4 heart-rate zones"):
        edwards_trimp_au(pd.DataFrame([[1.0] * 4]))


DAY = pd.Timestamp("2026-01-05")


def sets(*rows: tuple) -> pd.DataFrame:
    """Counted work sets: day, pattern, side, load, repetitions, tempo."""
    frame = pd.DataFrame(rows, columns=["local_date", "pattern", "side", "load_kg", "reps", "tempo"])
    dated = frame.assign(local_date=pd.to_datetime(frame["local_date"]), set_kind="work", counted=True)
    return dated.astype({"load_kg": float, "reps": float, "tempo": "str"})


def runs(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["local_date", "distance_m"])
    return frame.assign(local_date=pd.to_datetime(frame["local_date"]), sport="running", counted=True)


class TestByPatternAndSide:
    SETS = sets(
        (DAY, "hinge", "B", 60, 8, "3-1-1-0"),
        (DAY, "hinge", "L", 16, 8, None),
        (DAY, "hinge", "R", 20, 8, "3-0-1-0"),
        (DAY, "squat", "L", None, 8, "2-0-2-0"),
        (DAY, None, "B", 10, 5, None),
    )

    def test_volume_adds_up_by_pattern_and_an_unknown_exercise_has_none(self):
        volume = load.volume_load(self.SETS, by=["pattern"])
        assert volume["pattern"].isna().tolist() == [False, False, True]
        assert volume["volume_load_kg"].tolist() == pytest.approx([768, np.nan, 50], nan_ok=True)

    def test_sides_stay_apart_and_a_set_of_both_is_not_shared_out(self):
        hinge, squat, unknown = load.volume_by_side(self.SETS).itertuples()
        assert (hinge.left_kg, hinge.right_kg, hinge.both_kg, hinge.total_kg) == (128, 160, 480, 768)
        assert np.isnan(squat.left_kg)
        assert (squat.right_kg, squat.sets_unknown) == (0, 1)
        assert np.isnan(squat.total_kg)
        assert unknown.both_kg == 50

    def test_tension_is_tempo_times_repetitions_and_missing_without_a_tempo(self):
        tension = load.time_under_tension(self.SETS, by=["pattern"])
        assert tension["tension_s"].tolist() == pytest.approx([40 + 32, 32, np.nan], nan_ok=True)
        assert tension["sets_unknown"].tolist() == [1, 0, 1]

    def test_a_copy_of_a_set_and_a_warm_up_add_nothing(self):
        copies = self.SETS.assign(counted=False)
        warm_ups = self.SETS.assign(set_kind="warm_up")
        more = pd.concat([self.SETS, copies, warm_ups], ignore_index=True)
        pd.testing.assert_frame_equal(load.volume_by_side(more), load.volume_by_side(self.SETS))
        pd.testing.assert_frame_equal(load.time_under_tension(more), load.time_under_tension(self.SETS))


class TestWeeks:
    def test_rest_off_and_nothing_logged_are_three_things(self):
        log = sessions(
            ("2026-01-05", "strength", "done", 3600, 5),
            ("2026-01-13", "other", "rest", None, None),
            ("2026-01-14", "other", "off", None, None),
        )
        weekly = load.weekly_load(log, sets((DAY, "hinge", "B", 60, 8, None)), runs(), pd.Timestamp("2026-01-27"))
        assert weekly["volume_load_kg"].tolist() == pytest.approx([480, 0, np.nan, np.nan], nan_ok=True)
        assert weekly["run_distance_m"].tolist() == pytest.approx([0, 0, np.nan, np.nan], nan_ok=True)
        assert weekly[["done", "rest", "off", "none"]].values.tolist() == [
            [1, 0, 0, 6],
            [0, 1, 1, 5],
            [0, 0, 0, 7],
            [0, 0, 0, 2],
        ]

    def test_strength_and_running_are_two_columns_and_what_is_unknown_is_counted(self):
        lifted = sets((DAY, "hinge", "B", 60, 8, None), (DAY, "hinge", "B", None, 8, None))
        ran = runs(("2026-01-06", 5000.0), ("2026-01-07", None), ("2026-01-13", None))
        weekly = load.weekly_load(sessions(), lifted, ran, pd.Timestamp("2026-01-18"))
        assert weekly["volume_load_kg"].tolist() == [480, 0]
        assert weekly["run_distance_m"].tolist() == pytest.approx([5000, np.nan], nan_ok=True)
        assert weekly[["sets_unknown", "runs_unknown"]].values.tolist() == [[1, 1], [0, 1]]

    def test_nothing_after_the_day_is_read(self):
        ran = runs(("2026-01-06", 5000.0), ("2026-01-08", 7000.0))
        weekly = load.weekly_load(sessions(), sets(), ran, pd.Timestamp("2026-01-07"))
        assert weekly["run_distance_m"].tolist() == [5000]
        assert weekly[["done", "none"]].values.tolist() == [[1, 2]]

    def test_nothing_logged_is_no_week(self):
        with pytest.raises(NotEnoughData, match="Nothing is logged"):
            load.weekly_load(sessions(), sets(), runs(), DAY)

    @given(st.lists(st.floats(1, 1e5), min_size=3, max_size=20), st.floats(0.1, 10))
    def test_a_ramp_does_not_depend_on_the_unit(self, weeks, unit):
        weekly = pd.Series(weeks)
        ramps = load.ramp_pct(weekly), load.ramp_pct(weekly * unit)
        assert ramps[0].tolist() == pytest.approx(ramps[1].tolist(), nan_ok=True)

    def test_a_week_after_nothing_known_has_no_ramp(self):
        weekly = pd.Series([np.nan, np.nan, 100.0, 0.0, 50.0])
        assert load.ramp_pct(weekly).tolist() == pytest.approx([np.nan, np.nan, np.nan, np.nan, 0.0], nan_ok=True)
        week_over_week = [np.nan, np.nan, np.nan, -100.0, np.nan]
        assert load.week_over_week_pct(weekly).tolist() == pytest.approx(week_over_week, nan_ok=True)
