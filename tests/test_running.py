"""Pace, distance by week, race equivalents, grade and heart rate."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.metrics import running
from analysis.models.sprint.profile import sprint_profile_gates, sprint_profile_radar


def runs(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["local_date", "sport", "distance_m", "counted"])
    return frame.assign(local_date=pd.to_datetime(frame["local_date"]))


def test_a_distance_of_zero_has_no_pace():
    with pytest.raises(DataProblem, match="no pace"):
        running.pace_s_per_km(0.0, 300.0)


def test_a_week_without_a_run_is_zero_and_a_run_without_distance_is_not():
    by_week = running.distance_by_week(
        runs(("2026-01-05", "Running", 5000.0, True), ("2026-01-21", "running", np.nan, True))
    )
    assert by_week["distance_m"].tolist() == pytest.approx([5000, 0, np.nan], nan_ok=True)
    assert by_week["runs_without_distance"].tolist() == [0, 0, 1]


def test_the_same_run_in_two_files_is_one_run():
    by_week = running.distance_by_week(
        runs(("2026-01-05", "running", 5000.0, True), ("2026-01-05", "running", 5010.0, False))
    )
    assert by_week[["distance_m", "runs"]].values.tolist() == [[5000.0, 1.0]]


def test_rides_are_no_runs():
    assert running.distance_by_week(runs(("2026-01-05", "cycling", 20000.0, True))).empty


@pytest.mark.parametrize(
    ("week_start", "first"), [("monday", "2026-01-12"), ("sunday", "2026-01-18"), ("saturday", "2026-01-17")]
)
def test_a_week_begins_where_the_squad_says(week_start, first):
    sunday = pd.Series(pd.to_datetime(["2026-01-18"]))
    assert running.week_of(sunday, week_start=week_start)[0] == pd.Timestamp(first)


def test_a_grade_beyond_what_was_measured_is_refused():
    with pytest.raises(DataProblem, match="1 grades are steeper"):
        running.cost_of_running_j_kg_m(pd.Series([0.1, 0.5]))


def test_speed_at_a_heart_rate_leaves_out_warm_up_pauses_and_other_heart_rates():
    samples = pd.DataFrame({"t_s": np.arange(2000.0), "heart_rate_bpm": 150.0, "speed_m_s": 3.0, "paused": 0.0})
    samples.loc[:599, "speed_m_s"] = 1.0
    samples.loc[700:799, ["paused", "speed_m_s"]] = [1.0, 0.0]
    samples.loc[900:999, ["heart_rate_bpm", "speed_m_s"]] = [175.0, 5.0]
    result = running.speed_at_heart_rate(samples, low_bpm=145, high_bpm=155)
    assert (result.speed_m_s, result.duration_s) == (3.0, 1199.0)


def test_a_gap_in_the_record_does_not_weigh():
    t_s = np.r_[np.arange(600.0, 1000.0), np.arange(3000.0, 3400.0)]
    samples = pd.DataFrame({"t_s": t_s, "heart_rate_bpm": 150.0, "speed_m_s": 3.0})
    assert running.speed_at_heart_rate(samples, low_bpm=145, high_bpm=155).duration_s == 399 + 10 + 399


def test_a_minute_in_the_band_is_no_speed_at_a_heart_rate():
    samples = pd.DataFrame({"t_s": np.arange(660.0), "heart_rate_bpm": 150.0, "speed_m_s": 3.0})
    with pytest.raises(NotEnoughData, match="Only 59 s"):
        running.speed_at_heart_rate(samples, low_bpm=145, high_bpm=155)


def sprint_splits(rows: list[tuple]) -> pd.DataFrame:
    """Gates at 5, 10, 20 and 30 m, gate to gate; a row is a day, a trial and its four times."""
    return pd.DataFrame(
        [
            {"session_id": day, "local_date": pd.Timestamp(day), "test_id": "sprint_30m", "trial_no": trial}
            | {"split_no": place + 1, "distance_m": distance_m, "time_s": time_s}
            for day, trial, times_s in rows
            for place, (distance_m, time_s) in enumerate(zip((5.0, 5.0, 10.0, 10.0), times_s, strict=True))
        ]
    )


def test_the_fastest_whole_sprint_of_the_newest_day_makes_a_profile():
    gates = running.best_sprint(
        sprint_splits(
            [
                ("2026-05-04", 1, (1.20, 0.70, 1.20, 1.10)),
                ("2026-06-01", 1, (1.32, 0.75, 1.33, 1.27)),
                ("2026-06-01", 2, (1.34, 0.76, 1.35, 1.29)),
                ("2026-06-01", 3, (1.10, np.nan, 1.30, 1.20)),
            ]
        ),
        "sprint_30m",
    )
    assert gates["distance_m"].tolist() == [5, 10, 20, 30]
    assert gates["time_s"].tolist() == pytest.approx([1.32, 2.07, 3.40, 4.67])
    profile = sprint_profile_gates(*gates[["distance_m", "time_s"]].to_numpy().T)
    assert 10 / 1.27 < profile.mss_m_s < 9  # beyond the mean speed of the last 10 m


def test_a_sprint_with_a_missing_gate_is_no_sprint():
    broken = sprint_splits([("2026-06-01", 1, (1.3, np.nan, 1.3, 1.2))])
    with pytest.raises(NotEnoughData, match="No sprint of the test 'sprint_30m'"):
        running.best_sprint(broken, "sprint_30m")


def test_the_copy_of_a_run_and_a_later_one_are_not_recorded_runs():
    rows = runs(
        ("2026-01-05", "Running", 1.0, True), ("2026-01-04", "trail_running", 1.0, True), ("2026-01-06", "run", 1, True)
    )
    kept = running.recorded_runs(rows.assign(counted=[True, True, True]), pd.Timestamp("2026-01-05"))
    assert kept["sport"].tolist() == ["trail_running", "Running"]
    assert running.recorded_runs(rows.assign(counted=False), pd.Timestamp("2026-01-31")).empty


def power_trials(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Trials of a test, a day, watts and seconds, each as the two rows that a file gives."""
    told = [
        {
            "test_id": test,
            "local_date": pd.Timestamp(day),
            "trial_no": 1,
            "metric": metric,
            "value": value,
            "unit": unit,
        }
        for test, day, power_w, duration_s in rows
        for metric, value, unit in (("mean_power", power_w, "W"), ("duration", duration_s, "s"))
    ]
    return pd.DataFrame(told)


def test_the_newest_trial_of_each_power_test_counts_and_half_a_trial_does_not():
    trials = power_trials(
        ("power_12min", "2026-03-02", 262, 720),
        ("power_3min", "2026-01-05", 330, 180),
        ("power_3min", "2026-03-02", 320, 180),
    )
    trials = pd.concat([trials, trials.tail(1).assign(test_id="power_6min")])  # a duration without its power
    newest = running.latest_power_trials(trials)
    assert newest[["power_w", "duration_s"]].values.tolist() == [[320, 180], [262, 720]]


def test_no_trial_with_a_power_meter_says_what_to_take_in():
    with pytest.raises(NotEnoughData, match="mean_power in W, and duration in s"):
        running.latest_power_trials(power_trials(("jump", "2026-01-05", 300, 1)).head(1))


def test_a_body_mass_that_is_not_shown_is_named():
    with pytest.raises(NotEnoughData, match="with the athlete's consent"):
        running.newest_body_mass_kg(power_trials(("power_3min", "2026-01-05", 330, 180)))


def under_a_laser(top_m_s: float) -> pd.DataFrame:
    """Two seconds of standing, a sprint of five seconds, and slowing down."""
    since_s = np.arange(0, 5, 0.1)
    speed = [*[0.1] * 20, *(top_m_s * (1 - np.exp(-since_s / 1.2))), 5.0, 2.0]
    return pd.DataFrame({"t_s": 0.1 * np.arange(len(speed)), "speed_m_s": speed})


def test_a_sprint_under_a_laser_is_cut_from_its_first_movement_to_its_greatest_speed():
    sessions = pd.DataFrame(
        {
            "session_id": ["old", "slow", "fast", "gates"],
            "local_date": pd.to_datetime(["2026-01-05", "2026-02-02", "2026-02-02", "2026-02-09"]),
            "kind": "sprint",
        }
    )
    recorded = {"old": under_a_laser(9.5), "slow": under_a_laser(8.0), "fast": under_a_laser(8.4)}
    best = running.recorded_sprint(sessions, lambda session_id: recorded.get(session_id, pd.DataFrame()))
    assert best["local_date"].unique() == [pd.Timestamp("2026-02-02")]
    profile = sprint_profile_radar(best["t_s"], best["speed_m_s"])
    assert (profile.mss_m_s, profile.mac_m_s2) == (pytest.approx(8.4), pytest.approx(7.0))
    assert profile.time_correction_s == pytest.approx(2.0)


def test_sprints_past_gates_are_no_recorded_sprint():
    sessions = pd.DataFrame({"session_id": ["a"], "local_date": [pd.Timestamp("2026-01-05")], "kind": "sprint"})
    with pytest.raises(NotEnoughData, match="No sprint under a radar or laser yet"):
        running.recorded_sprint(sessions, lambda _session_id: pd.DataFrame())
