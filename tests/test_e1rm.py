"""The fused 1RM of a lift."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.e1rm import e1rm_figure
from analysis.models.strength.e1rm import (
    OBSERVATION_COLUMNS,
    TESTED_CV,
    E1rmObservations,
    e1rm_observations,
    e1rm_of_lift,
    fused_e1rm,
)

MONDAY = pd.Timestamp("2026-01-05")
LIFT = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100, mvt_m_s=0.2, mvt_sd_m_s=0.03)


def told(*rows: tuple) -> E1rmObservations:
    """Observations as (day, source, kg, error, k, mvt) with no error of the slope."""
    full = [(MONDAY + pd.Timedelta(days=day), source, *rest, 0.0) for day, source, *rest in rows]
    return E1rmObservations(pd.DataFrame(full, columns=OBSERVATION_COLUMNS), 0.03, 0.0, {})


def sets_of(day: int, loads, reps, rir, *, session: str | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "session_id": session or f"s{day:02}",
            "set_no": range(1, len(loads) + 1),
            "local_date": MONDAY + pd.Timedelta(days=day),
            "exercise": "deadlift",
            "side": "B",
            "set_kind": "work",
            "load_kg": np.asarray(loads, dtype=float),
            "reps": np.asarray(reps, dtype=float),
            "rir": np.asarray(rir, dtype=float),
            "rpe_cr10": np.nan,
        }
    )


def speeds_of(sets: pd.DataFrame, *, seed: int = 1, device: str = "encoder") -> pd.DataFrame:
    velocity = 1.5 - 0.008 * sets["load_kg"] + np.random.default_rng(seed).normal(0, 0.01, len(sets))
    return sets[["session_id", "set_no"]].assign(rep_no=1, device=device, mean_velocity_m_s=velocity)


NO_SPEEDS = pd.DataFrame(columns=["session_id", "set_no", "rep_no", "device"])
SPEED_DAYS = pd.concat([sets_of(day, [60, 90, 120], [3, 3, 3], [np.nan] * 3) for day in (0, 7, 14, 21)])


def test_a_test_alone_is_the_state_and_its_error_the_interval():
    state = fused_e1rm(told((0, "tested", 150.0, TESTED_CV, 0.0, 0.0)), MONDAY)
    assert state.e1rm_kg == pytest.approx(150)
    assert state.e1rm_high_kg == pytest.approx(150 * np.exp(1.96 * TESTED_CV), rel=1e-3)


@given(first=st.floats(100, 200), second=st.floats(100, 200))
def test_of_two_witnesses_of_one_day_the_surer_one_weighs_more(first, second):
    state = fused_e1rm(told((0, "tested", first, 0.02, 0.0, 0.0), (0, "reps", second, 0.06, 0.0, 0.0)), MONDAY)
    weighed = np.exp(0.9 * np.log(first) + 0.1 * np.log(second))
    assert state.e1rm_kg == pytest.approx(weighed, rel=1e-4)


def test_ten_bar_speeds_never_become_surer_than_the_mvt_they_share():
    loading = 1 / (0.008 * 160)
    many = told(*[(day, "velocity", 160.0, 0.03, 0.0, loading) for day in range(10)])
    state = fused_e1rm(many, MONDAY + pd.Timedelta(days=9), drift_pct=0.0)
    assert state.log_sd > loading * 0.03
    assert state.log_sd < np.hypot(loading * 0.03, 0.02)


def test_a_test_teaches_the_athletes_own_velocity_of_a_1rm():
    loading = 1 / (0.008 * 160)
    speeds = [(day, "velocity", 170.0, 0.01, 0.0, loading) for day in range(3)]
    before = fused_e1rm(told(*speeds), MONDAY + pd.Timedelta(days=3))
    after = fused_e1rm(told(*speeds, (3, "tested", 160.0, 0.01, 0.0, 0.0)), MONDAY + pd.Timedelta(days=3))
    assert after.e1rm_kg < before.e1rm_kg
    own = after.states.set_index("state")["mean"]["mvt"]
    assert own == pytest.approx((np.log(170) - np.log(160)) / loading, rel=0.35)
    assert after.log_sd < before.log_sd / 2


def test_the_interval_grows_with_the_days_and_is_stale_after_six_weeks():
    test = told((0, "tested", 150.0, TESTED_CV, 0.0, 0.0))
    fresh, old = (fused_e1rm(test, MONDAY + pd.Timedelta(days=days)) for days in (1, 43))
    assert old.log_sd > fresh.log_sd
    assert (old.is_stale, fresh.is_stale) == (True, False)
    assert "43 days old: test again" in old.sentence("Deadlift")
    assert fresh.predict(42)["conf_high_kg"].item() == pytest.approx(old.e1rm_high_kg)


def test_observations_that_scatter_more_than_stated_widen_the_interval():
    calm = told(*[(7 * week, "tested", 150.0, 0.02, 0.0, 0.0) for week in range(8)])
    wild = told(*[(7 * week, "tested", 150.0 + 15 * (-1) ** week, 0.02, 0.0, 0.0) for week in range(8)])
    day = MONDAY + pd.Timedelta(days=49)
    assert fused_e1rm(calm, day).scatter == 1
    assert "contradict" not in fused_e1rm(calm, day).remark
    assert fused_e1rm(wild, day).scatter > 4
    assert "contradict each other" in fused_e1rm(wild, day).sentence("Deadlift")


def test_six_observations_say_what_the_interval_was_measured_to_hold_and_five_do_not_know():
    weekly = [(7 * week, "tested", 150.0, 0.02, 0.0, 0.0) for week in range(6)]
    six, five = fused_e1rm(told(*weekly), MONDAY + pd.Timedelta(days=35)), fused_e1rm(told(*weekly[:5]), MONDAY)
    assert "measured to hold in about 87 %, not 95 %" in six.sentence("Deadlift")
    assert six.glance()["coverage_pct"].item() == 87.3
    assert five.remark == ""


def test_speeds_that_bend_with_load_are_said_beside_the_1rm():
    speeds = speeds_of(SPEED_DAYS)
    bent = -1e-4 * (SPEED_DAYS["load_kg"].to_numpy() - 90) ** 2
    state = e1rm_of_lift(
        SPEED_DAYS,
        speeds.assign(mean_velocity_m_s=speeds["mean_velocity_m_s"] + bent),
        LIFT,
        MONDAY + pd.Timedelta(days=21),
    )
    assert "Speed bends down" in state.sentence("Deadlift")
    assert "too high" in state.sentence("Deadlift")


def test_later_observations_are_not_known_yet():
    series = told((0, "tested", 150.0, 0.02, 0.0, 0.0), (7, "tested", 190.0, 0.02, 0.0, 0.0))
    assert fused_e1rm(series, MONDAY).e1rm_kg == pytest.approx(150)


def test_a_single_to_failure_is_a_test_and_five_reps_are_not():
    sets = pd.concat([sets_of(0, [150], [1], [0]), sets_of(7, [120], [5], [1])])
    table = e1rm_observations(sets, NO_SPEEDS, LIFT, MONDAY + pd.Timedelta(days=7)).table.set_index("source")
    assert table.loc["tested", "e1rm_kg"] == 150
    assert table.loc["reps", "e1rm_kg"] == pytest.approx(120 * (1 + 6 / 30))
    assert table.loc["reps", "k_loading"] == pytest.approx(-5)


def test_an_effort_rating_is_not_a_reserve():
    rated = sets_of(0, [60], [5], [np.nan]).assign(rpe_cr10=5.0)
    assert e1rm_observations(rated, NO_SPEEDS, LIFT, MONDAY).table.empty


def test_bar_speeds_of_four_sessions_are_four_witnesses():
    state = e1rm_of_lift(SPEED_DAYS, speeds_of(SPEED_DAYS), LIFT, MONDAY + pd.Timedelta(days=21))
    assert state.glance()[["n_velocity", "n_tested", "n_reps"]].values.tolist() == [[4, 0, 0]]
    assert state.e1rm_low_kg < (0.2 - 1.5) / -0.008 < state.e1rm_high_kg


def test_every_refused_source_has_its_reason():
    far = sets_of(0, [60], [12], [5])
    told_why = e1rm_observations(far, NO_SPEEDS, LIFT, MONDAY).refused
    assert told_why["reps"] == "no set within 10 reps of failure with its reserve rated"
    assert told_why["tested"] == "no single to failure"
    assert "3 sessions with bar speeds or more; got 0" in told_why["velocity"]
    with pytest.raises(NotEnoughData, match="no single to failure; reps: no set within 10 reps"):
        e1rm_of_lift(far, NO_SPEEDS, LIFT, MONDAY)


def test_velocities_of_two_devices_are_refused_and_the_rest_still_counts():
    speeds = speeds_of(SPEED_DAYS).assign(device=["encoder"] * 6 + ["camera"] * 6)
    sets = pd.concat([SPEED_DAYS, sets_of(21, [150], [1], [0], session="test")])
    state = e1rm_of_lift(sets, speeds, LIFT, MONDAY + pd.Timedelta(days=21))
    assert state.refused["velocity"].startswith("velocities of two devices: encoder and camera")
    assert state.e1rm_kg == pytest.approx(150)


def test_the_callers_frames_are_untouched():
    sets, speeds = SPEED_DAYS.reset_index(drop=True), speeds_of(SPEED_DAYS).reset_index(drop=True)
    before = sets.copy(), speeds.copy()
    e1rm_of_lift(sets, speeds, LIFT, MONDAY + pd.Timedelta(days=21))
    pd.testing.assert_frame_equal(sets, before[0])
    pd.testing.assert_frame_equal(speeds, before[1])


def test_a_day_in_the_past_is_no_forecast():
    state = fused_e1rm(told((0, "tested", 150.0, 0.02, 0.0, 0.0)), MONDAY)
    with pytest.raises(DataProblem, match="-3 days ahead"):
        state.predict(-3)


def test_the_figure_shows_each_way_by_its_own_mark_and_says_when_it_is_old():
    series = told((0, "tested", 150.0, 0.02, 0.0, 0.0), (7, "reps", 155.0, 0.03, -4.0, 0.0))
    shown = e1rm_figure(fused_e1rm(series, MONDAY + pd.Timedelta(days=60)))
    marks = {trace.name: trace for trace in shown.data if trace.mode == "markers"}
    assert set(marks) == {"tested", "from repetitions", "together"}
    assert len({trace.marker.symbol for trace in marks.values()}) == 3
    assert shown.layout.yaxis.title.text == "1RM (kg)"
    assert "53 days old" in shown.layout.title.text.replace("<br>", " ")
