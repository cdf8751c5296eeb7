"""Load of runs from their watch records: zones, impulse, distance on the flat."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics.run_load import (
    TRIMP_COEFFICIENTS,
    HeartRates,
    banister_trimp_au,
    flat_distance,
    run_load,
    trimp_of_run_au,
    zone_durations_s,
)

RATES = HeartRates(rest_bpm=50, max_bpm=190, sex="F", thresholds_bpm=(140, 165))
LAST = pd.Timestamp("2026-01-11")


def records(bpm, *, every_s: float = 5.0, **more) -> pd.DataFrame:
    return pd.DataFrame({"t_s": np.arange(len(bpm)) * every_s, "heart_rate_bpm": bpm, **more})


def hill(grade: float, *, length_m: float = 1000.0) -> pd.DataFrame:
    way_m = np.arange(0.0, length_m + 1, 10)
    return records(np.full(len(way_m), 150.0), distance_m=way_m, altitude_m=300 + grade * way_m)


@given(st.lists(st.floats(40, 220), min_size=2, max_size=60))
def test_the_zones_and_what_is_below_them_hold_all_the_time(bpm):
    zones = zone_durations_s(records(bpm), [0, 100, 150])
    assert zones.sum() == pytest.approx(5.0 * (len(bpm) - 1))


def test_a_heart_rate_on_a_border_is_in_the_zone_above_it():
    assert zone_durations_s(records([100.0, 120.0, 119.0]), [100, 120]).tolist() == [5.0, 5.0]


def test_a_gap_counts_ten_seconds_and_a_pause_none():
    gap = pd.DataFrame({"t_s": [0.0, 300.0, 305.0], "heart_rate_bpm": 130.0, "paused": [0.0, 1.0, 0.0]})
    assert zone_durations_s(gap, [100]).tolist() == [10.0]


def test_a_run_without_heart_rate_has_no_zones_and_no_impulse():
    silent = records([np.nan] * 5)
    assert zone_durations_s(silent, [100, 120]).isna().all()
    assert np.isnan(trimp_of_run_au(silent, RATES))


def test_zones_that_do_not_ascend_are_refused():
    with pytest.raises(DataProblem, match="Zones have to ascend"):
        zone_durations_s(records([100.0, 120.0]), [120, 100])


def test_the_impulse_of_a_steady_run_is_that_of_its_mean_and_an_uneven_one_has_more():
    steady, uneven = records([140.0] * 361), records([120.0, 160.0] * 180 + [120.0])
    factor, exponent = TRIMP_COEFFICIENTS["F"]
    expected = banister_trimp_au(1800.0, (140 - 50) / 140, factor=factor, exponent=exponent)
    assert trimp_of_run_au(steady, RATES) == pytest.approx(expected)
    assert trimp_of_run_au(uneven, RATES) > trimp_of_run_au(steady, RATES)


def test_below_the_resting_heart_rate_nothing_is_added():
    assert trimp_of_run_au(records([45.0] * 100), RATES) == 0


@pytest.mark.parametrize(("rest", "top", "sex"), [(190, 50, "F"), (0, 190, "F"), (50, 190, "X")])
def test_heart_rates_that_cannot_be_are_refused(rest, top, sex):
    with pytest.raises(DataProblem):
        HeartRates(rest, top, sex)


@given(st.floats(-0.4, 0.4))
def test_a_steady_hill_costs_what_the_polynomial_says(grade):
    run = flat_distance(hill(grade))
    cost = 155.4 * grade**5 - 30.4 * grade**4 - 43.3 * grade**3 + 46.3 * grade**2 + 19.5 * grade + 3.6
    assert (run.distance_m, run.left_out_m) == (1000, 0)
    assert run.flat_m == pytest.approx(1000 * cost / 3.6, rel=1e-6)


def test_a_stretch_steeper_than_measured_is_left_out_and_counted():
    way_m = np.array([0.0, 100.0, 200.0])
    run = flat_distance(records([150.0] * 3, distance_m=way_m, altitude_m=np.array([0.0, 0.0, 60.0])))
    assert (run.distance_m, run.flat_m, run.left_out_m) == (100, 100, 100)


def test_without_altitude_there_is_no_distance_on_the_flat():
    with pytest.raises(NotEnoughData, match="distance and altitude"):
        flat_distance(hill(0.1).assign(altitude_m=np.nan))


def test_every_counted_run_has_a_row_and_what_the_watch_did_not_say_is_missing():
    runs = pd.DataFrame({"session_id": ["a", "b", "copy", "later"], "sport": "running", "distance_m": 1000.0})
    days = pd.to_datetime(["2026-01-05", "2026-01-07", "2026-01-07", "2026-01-20"])
    runs = runs.assign(local_date=days, counted=[True, True, False, True])
    held = {"a": hill(0.1), "b": records([np.nan] * 4, distance_m=np.nan, altitude_m=np.nan)}
    first, second = run_load(runs, held.__getitem__, LAST, rates=RATES).itertuples()
    assert first.flat_m == pytest.approx(1658, abs=1)
    assert first.zone_3_s == first.heart_rate_s == 500.0  # 150 of 190 bpm is 79 %
    assert first.edwards_au == pytest.approx(500 / 60 * 3)
    assert first.lucia_au == pytest.approx(500 / 60 * 2)  # 150 lies between 140 and 165 bpm
    assert second.heart_rate_s == 0
    assert np.isnan(second.trimp_au)
    assert np.isnan(second.flat_m)


def test_without_the_athletes_heart_rates_no_impulse_is_made_up():
    runs = pd.DataFrame({"session_id": ["a"], "sport": "running", "distance_m": 1000.0, "counted": True})
    loads = run_load(runs.assign(local_date=LAST), lambda _: hill(0.0), LAST)
    assert loads[["trimp_au", "edwards_au", "zone_1_s"]].isna().all(axis=None)
    assert loads["heart_rate_s"].item() == 500.0
