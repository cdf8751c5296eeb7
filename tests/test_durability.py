"""Durability: decoupling of one run, late speed at a heart rate, and long runs judged against their own scatter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import NotEnoughData
from analysis.figures.durability import durability_figure
from analysis.models.running.durability import durability, halves

T_S = np.arange(0.0, 4805.0, 5.0)
DAY = pd.Timestamp("2026-06-28")


def run(first_bpm: float = 140.0, second_bpm: float = 140.0, second_m_s: float = 3.0, **more) -> pd.DataFrame:
    """80 min, of which the first 10 warm up; heart rate and speed change in the middle of the rest."""
    late = T_S >= 2700
    speed = np.where(late, second_m_s, 3.0)
    heart = np.where(late, second_bpm, first_bpm)
    return pd.DataFrame({"t_s": T_S, "heart_rate_bpm": heart, "speed_m_s": speed, **more})


@given(rise_bpm=st.floats(0, 4), slower_m_s=st.floats(0, 0.4))
def test_decoupling_is_the_loss_of_speed_per_beat(rise_bpm, slower_m_s):
    found = halves(run(140, 140 + rise_bpm, 3.0 - slower_m_s))
    expected = 100 * (1 - (3.0 - slower_m_s) / (140 + rise_bpm) * 140 / 3.0)
    assert found.decoupling_pct == pytest.approx(expected, abs=1e-9)
    assert found.late_speed_pct == pytest.approx(100 * (3.0 - slower_m_s) / 3.0)
    assert found.duration_s == 4200


def test_a_heart_that_leaves_the_band_tells_no_late_speed_but_decoupling():
    found = halves(run(140, 165))
    assert np.isnan(found.late_speed_pct)
    assert found.decoupling_pct == pytest.approx(100 * (1 - 140 / 165))


def test_the_warm_up_and_pauses_do_not_count():
    warm = run().assign(speed_m_s=np.where(T_S < 600, 9.0, 3.0))
    resting = warm.assign(paused=((T_S >= 3000) & (T_S < 3600)).astype(float))
    resting.loc[resting["paused"] == 1, ["speed_m_s", "heart_rate_bpm"]] = [0.0, 90.0]
    found = halves(resting)
    assert (found.decoupling_pct, found.duration_s) == (pytest.approx(0, abs=1e-9), 3600)


def test_speed_comes_from_the_distance_where_a_watch_gives_none():
    given_speed, from_distance = run(140, 145), run(140, 145).assign(speed_m_s=np.nan, distance_m=3.0 * T_S)
    assert halves(from_distance).decoupling_pct == pytest.approx(halves(given_speed).decoupling_pct)


def test_a_short_run_has_no_halves():
    with pytest.raises(NotEnoughData, match=r"20 min .* 30 are needed"):
        halves(run()[T_S <= 1800])


def long_runs(second_bpm: list[float], devices: list[str] | None = None):
    n = len(second_bpm)
    days = pd.date_range(end=DAY, periods=n, freq="7D")
    runs = pd.DataFrame({"session_id": [f"run {i}" for i in range(n)], "local_date": days, "sport": "Running"})
    runs = runs.assign(counted=True, device=devices or "watch", timer_s=4800.0, elapsed_s=np.nan)
    of_run = {f"run {i}": run(140, bpm) for i, bpm in enumerate(second_bpm)}
    return runs, of_run.__getitem__


STEADY = [146.0, 147, 145, 146, 147, 145, 146]


def test_runs_that_hold_far_better_are_told_since_when_and_lower_is_better():
    found = durability(*long_runs([*STEADY, 140.5, 140.0, 141.0]), DAY).change
    assert found.state == "clearly better"
    assert str(found.since.date()) == "2026-06-14"
    assert found.change < 0 < found.gain


def test_one_run_that_holds_far_better_is_no_new_level():
    assert not durability(*long_runs([*STEADY, 140.5]), DAY).change.changed


def test_runs_like_the_others_are_no_change():
    assert durability(*long_runs([*STEADY, 146.5]), DAY).change.state in ("steady", "too close to call")


def test_late_speed_is_judged_too_and_runs_without_it_are_counted():
    runs, samples = long_runs([144.0, 144.0, 165.0, 144.0])
    result = durability(runs, samples, DAY, measure="late_speed_pct")
    assert (len(result.exposures), result.n_runs_left_out) == (3, 1)
    assert (result.change.reason, result.change.more_needed) == ("too_few_values", 3)


def test_short_runs_and_rides_are_no_long_runs():
    runs, samples = long_runs(STEADY)
    with pytest.raises(NotEnoughData, match="None of 0 runs of an hour or more"):
        durability(runs.assign(timer_s=3000.0), samples, DAY)
    with pytest.raises(NotEnoughData, match="None of 0"):
        durability(runs.assign(sport="cycling"), samples, DAY)


def test_runs_of_another_watch_are_kept_and_not_compared():
    result = durability(*long_runs(STEADY, ["old"] * 3 + ["new"] * 4), DAY)
    assert result.exposures["comparable"].tolist() == [False] * 3 + [True] * 4
    assert result.change.reason == "series_broken"
    shown = durability_figure(result)
    assert list(shown.data[0].marker.symbol) == ["circle-open"] * 3 + ["circle"] * 4
    assert shown.layout.title.text == "7 long runs."


def test_the_figure_draws_both_levels_while_a_change_is_told():
    shown = durability_figure(durability(*long_runs([*STEADY, 140.5, 140.0, 141.0]), DAY))
    assert {"level now", "level before"} < {trace.name for trace in shown.data}
    caption = shown.layout.title.text.replace("<br>", " ")
    assert caption == "10 long runs; clearly better since about 14 Jun 2026; shaded: usual range."
