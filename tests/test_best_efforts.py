"""Best efforts inside runs: fastest windows, pauses, jumps of the GPS, and critical speed from training."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.best_efforts import best_efforts_figure
from analysis.metrics.best_efforts import BestEfforts, best_efforts, fastest_efforts
from analysis.models.running.training_speed import training_speed

DAY = pd.Timestamp("2026-06-28")


def records(t_s, distance_m) -> pd.DataFrame:
    return pd.DataFrame({"t_s": np.asarray(t_s, float), "distance_m": np.asarray(distance_m, float)})


def duration_s(run: pd.DataFrame, distance_m: float) -> float:
    return fastest_efforts(run, [distance_m]).efforts["duration_s"].item()


def brute_force_s(run: pd.DataFrame, distance_m: float) -> float:
    """The fastest window by trying a start every 1/20 s."""
    starts = np.arange(0, run["t_s"].iloc[-1], 0.05)
    t, d = run["t_s"].to_numpy(), run["distance_m"].to_numpy()
    ends_m = np.interp(starts, t, d) + distance_m
    reachable = ends_m <= d[-1]
    return float((np.interp(ends_m[reachable], d, t) - starts[reachable]).min())


steps = st.lists(st.floats(0.5, 10), min_size=30, max_size=80)


@given(speed_m_s=steps)
def test_no_window_is_faster_than_the_one_found(speed_m_s):
    run = records(np.arange(len(speed_m_s) + 1), np.concatenate([[0], np.cumsum(speed_m_s)]))
    distance_m = 0.4 * run["distance_m"].iloc[-1]
    found, tried = duration_s(run, distance_m), brute_force_s(run, distance_m)
    assert found <= tried + 1e-9
    assert found == pytest.approx(tried, abs=1)  # the grid of starts is 1/20 s, a record 1 s


@given(speed_m_s=st.floats(1, 8), every_s=st.sampled_from([1.0, 3.0, 10.0]))
def test_an_even_run_takes_distance_over_speed_however_often_it_is_recorded(speed_m_s, every_s):
    t_s = np.arange(0, 900 + every_s, every_s)
    assert duration_s(records(t_s, speed_m_s * t_s), 777.7) == pytest.approx(777.7 / speed_m_s)


def test_a_fast_stretch_inside_a_run_is_found_with_its_start():
    speed = np.repeat([2.5, 5.0, 2.5], [600, 200, 600])
    found = fastest_efforts(records(np.arange(1401), np.concatenate([[0], np.cumsum(speed)])), [1000.0])
    assert found.efforts[["duration_s", "start_s"]].values.tolist() == [[200.0, 600.0]]


def test_a_pause_inside_an_effort_counts_and_one_before_it_does_not():
    paused = records([0, 100, 160, 260], [0, 400, 400, 800])
    assert duration_s(paused, 400) == 100.0
    assert duration_s(paused, 800) == 260.0


def test_no_effort_crosses_a_jump_of_the_gps():
    t_s = np.arange(1001.0)
    jumped = records(t_s, 3 * t_s + 500 * (t_s > 400))
    found = fastest_efforts(jumped, [400.0, 1500.0, 2000.0])
    assert found.n_jumps == 1
    assert found.efforts["distance_m"].tolist() == [400.0, 1500.0]  # 2000 m only across the jump
    assert found.efforts["duration_s"].tolist() == pytest.approx([400 / 3, 500.0])


def test_distance_that_runs_backward_parts_the_run():
    found = fastest_efforts(records([0, 100, 200, 300], [0, 400, 300, 700]), [400.0, 500.0])
    assert (found.n_jumps, found.efforts["distance_m"].tolist()) == (1, [400.0])


def test_records_without_distance_are_bridged():
    assert duration_s(records([0, 50, 100], [0, np.nan, 400]), 400) == 100.0


def runs_of(n: int, **more) -> pd.DataFrame:
    days = pd.date_range(end=DAY, periods=n, freq="7D")
    frame = pd.DataFrame({"session_id": [f"run {i}" for i in range(n)], "local_date": days, "sport": "Running"})
    return frame.assign(counted=True, **more)


def paced(t_s: float, distance_m: float):
    return records([0, t_s], [0, distance_m])


def test_the_fastest_run_holds_each_distance():
    of_run = {"run 0": paced(100, 450), "run 1": paced(1500, 5000), "run 2": pd.DataFrame()}
    best = best_efforts(runs_of(3), of_run.__getitem__, DAY)
    assert (best.n_runs, best.n_runs_without_distance, best.n_jumps) == (3, 1, 0)
    assert best.efforts["session_id"].tolist() == ["run 0"] + ["run 1"] * 4
    assert best.efforts["pace_s_per_km"].round(3).tolist() == [222.222, 300.0, 300.0, 300.0, 300.0]


def test_runs_before_the_span_and_copies_are_not_read():
    old_and_copy = runs_of(2).assign(local_date=[DAY - pd.Timedelta(days=90), DAY], counted=[True, False])
    with pytest.raises(NotEnoughData, match="None of 0 runs in 90 days holds 400 m"):
        best_efforts(old_and_copy, lambda _: paced(100, 450), DAY)


def best_of(distance_m: list[float], time_s: list[float], session_id: list[str], n_jumps: int = 0) -> BestEfforts:
    efforts = pd.DataFrame({"distance_m": distance_m, "duration_s": time_s, "session_id": session_id})
    efforts = efforts.assign(local_date=DAY)
    return BestEfforts(efforts, n_runs=len(set(session_id)), n_runs_without_distance=0, n_jumps=n_jumps)


@given(cs_m_s=st.floats(2.5, 6), d_prime_m=st.floats(50, 300))
def test_all_out_efforts_give_back_cs_and_d_prime_and_the_others_are_counted(cs_m_s, d_prime_m):
    time_s = np.array([100.0, 150, 300, 600, 1000])
    result = training_speed(best_of(cs_m_s * time_s + d_prime_m, time_s, list("abcde")))
    assert result.tidy()["estimate"].tolist() == pytest.approx([cs_m_s, d_prime_m])
    assert result.glance()[["n", "n_left_out", "n_runs"]].values.tolist() == [[3, 2, 3]]


def test_efforts_in_training_are_flagged_and_have_no_interval():
    result = training_speed(best_of([1000, 2000, 3000], [200, 450, 700], ["a", "b", "b"]))
    assert result.remark.startswith("From training, not all-out")
    assert not result.glance()["all_out"].item()
    assert result.tidy()[["std_error", "conf_low", "conf_high"]].isna().all(axis=None)


def test_an_even_run_has_no_d_prime():
    with pytest.raises(DataProblem, match="no faster when short than when long"):
        training_speed(best_of([1001, 2000, 3000], [334, 666, 1000 * 0.89], ["a"] * 3))


def test_two_efforts_are_not_a_critical_speed():
    with pytest.raises(NotEnoughData, match="got 2"):
        training_speed(best_of([400, 1000, 2000], [80, 200, 450], ["a"] * 3))


def test_the_figure_says_that_the_efforts_were_not_all_out():
    best = best_of([1000, 2000, 3000], [200, 450, 700], ["a", "b", "b"], n_jumps=2)
    shown = best_efforts_figure(best, training_speed(best))
    caption = shown.layout.title.text.replace("<br>", " ")
    assert caption.startswith("2 runs, not all-out; 2 jumps of the GPS left out. From training, not all-out")
    assert [trace.name for trace in shown.data] == ["best efforts", "CS model, from training"]
    assert shown.data[0].y[0] == 5.0
