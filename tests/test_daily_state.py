"""Daily state: today's bar speed on a usual day's line, lost speed in sets, and how the athlete feels beside it."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.readiness import bar_speed_fact, felt_facts, readiness_figure
from analysis.figures.velocity_loss import velocity_loss_figure
from analysis.metrics.strength import bar_speeds, loss_without_fatigue_pct
from analysis.metrics.wellness import wellness_week
from analysis.models.strength.readiness import readiness
from analysis.models.strength.velocity_loss import loss_in_sets

N_DAYS = 16
DAYS = pd.date_range("2026-01-05", periods=N_DAYS, freq="3D")
DAY_SD, SET_SD = 0.025, 0.02


def measured(
    *, today_m_s: float = 0.0, today_loads: tuple[float, ...] = (60.0, 80.0, 100.0), seed: int = 1
) -> pd.DataFrame:
    """Bar speeds of 3 sets a day on one line; today, the last day, is `today_m_s` off it."""
    rng = np.random.default_rng(seed)
    rows = []
    for place, day in enumerate(DAYS):
        last = place == N_DAYS - 1
        of_day = today_m_s if last else rng.normal(0, DAY_SD)
        for set_no, load_kg in enumerate(today_loads if last else (60.0, 80.0, 100.0), start=1):
            rows.append((f"s{place}", set_no, day, load_kg, 1.4 - 0.008 * load_kg + of_day + rng.normal(0, SET_SD)))
    speeds = pd.DataFrame(rows, columns=["session_id", "set_no", "local_date", "load_kg", "mean_velocity_m_s"])
    return speeds.assign(rep_no=1, exercise="romanian_deadlift", side="B", set_kind="work", device="encoder one")


def state_of(speeds: pd.DataFrame):
    return readiness(speeds, DAYS[-1], anchor_kg=80, mvt_m_s=0.2)


# bar speed today


def test_a_slow_day_and_a_fast_one_are_told_from_a_usual_one_and_neither_is_better_or_worse():
    slow, usual, fast = (state_of(measured(today_m_s=off)) for off in (-0.15, 0.0, 0.15))
    assert [one.today for one in (slow, usual, fast)] == ["unusually low", "usual", "unusually high"]
    assert bar_speed_fact(slow).lead == "A slow day, outside your usual."
    assert "m/s slower than usual. A bad day alone makes 0.0" in bar_speed_fact(slow).sentence
    assert bar_speed_fact(slow).coach_sentence.startswith("Bar speed at 80 kg: unusually low. 0.6")
    assert [bar_speed_fact(one).today for one in (slow, fast)] == ["unusually low", "unusually high"]
    assert {bar_speed_fact(one).state for one in (slow, usual, fast)} == {None}


@pytest.mark.soak
@pytest.mark.parametrize("n", [50, pytest.param(1000, marks=pytest.mark.full)])
def test_usual_days_are_called_unusual_about_as_often_as_is_said(n):
    off = np.random.default_rng(9).normal(0, DAY_SD, n)
    called = np.mean([state_of(measured(today_m_s=one, seed=seed)).today != "usual" for seed, one in enumerate(off)])
    assert called <= 0.05 + 3 * (0.05 * 0.95 / n) ** 0.5  # what the card says


def test_one_light_set_says_less_than_three():
    one, three = (state_of(measured(today_m_s=-0.06, today_loads=loads)) for loads in ((60.0,), (60.0, 80.0, 100.0)))
    assert one.reach_m_s > three.reach_m_s
    assert "That is one set; measure another." in bar_speed_fact(one).sentence
    assert "one set" not in bar_speed_fact(three).sentence


def test_today_is_not_in_the_line_that_it_is_held_against():
    slow, slower = (state_of(measured(today_m_s=off)) for off in (-0.1, -0.3))
    assert slower.offset_m_s == pytest.approx(slow.offset_m_s - 0.2)
    assert slower.reach_m_s == slow.reach_m_s


def test_another_device_is_not_compared():
    speeds = measured().assign(device="encoder one")
    speeds["device"] = speeds["device"].mask(speeds["local_date"] >= DAYS[-2], "encoder two")
    with pytest.raises(NotEnoughData, match=r"3 sessions before it; got 1\. A new device began a new series"):
        state_of(speeds)


def test_a_set_beyond_the_loads_of_the_line_is_not_guessed():
    with pytest.raises(NotEnoughData, match="20 kg is beyond the 60 to 100 kg"):
        state_of(measured(today_loads=(20.0,)))


def test_a_day_without_bar_speed_says_what_to_do():
    with pytest.raises(NotEnoughData, match=r"No bar speed on 2026-03-01\. Measure one warm-up set"):
        readiness(measured(), pd.Timestamp("2026-03-01"), anchor_kg=80, mvt_m_s=0.2)


def test_a_longer_set_has_no_more_chances_of_a_fast_repetition():
    speeds = measured()
    fast = speeds[speeds["local_date"] == DAYS[-1]].assign(rep_no=8, mean_velocity_m_s=2.0)
    more = pd.concat(
        [speeds, fast, fast.assign(rep_no=2, mean_velocity_m_s=0.3), fast.assign(rep_no=3, mean_velocity_m_s=0.3)]
    )
    assert state_of(more).offset_m_s == state_of(speeds).offset_m_s


def test_the_figure_draws_today_on_the_band_that_the_verdict_goes_by():
    state = state_of(measured(today_m_s=-0.15))
    shown = readiness_figure(state)
    assert [trace.name for trace in shown.data] == ["sessions before", "today"]
    assert (shown.layout.shapes[0].y0, shown.layout.shapes[0].y1) == (-state.reach_m_s, state.reach_m_s)
    assert list(shown.data[1].y) == [state.offset_m_s]
    assert "slower than usual" in shown.layout.title.text.replace("<br>", " ")


# how the athlete feels


def answers(*values: float) -> pd.DataFrame:
    days = pd.date_range("2026-01-01", periods=len(values))
    return pd.DataFrame({"local_date": days, "item": "sleep", "source": "form", "value": values})


def facts_on_last_day(frame: pd.DataFrame) -> list:
    return felt_facts(wellness_week(frame, pd.date_range(frame["local_date"].max(), periods=1)))


def test_an_answer_is_set_on_the_athletes_own_range_from_14_entries():
    assert facts_on_last_day(answers(*[7, 8, 6] * 5, 2))[0].sentence == "Sleep: 2, below your usual 5 to 9."
    assert facts_on_last_day(answers(7, 8, 2))[0].sentence == "Sleep: 2. Your usual range is not known yet."


def test_no_answer_today_is_no_answer():
    assert facts_on_last_day(answers(*[7] * 15, np.nan))[0].sentence == "Sleep: no answer today."


# lost speed in the set


def sets_of(slope_m_s: float, *, n_sets: int = 12, n_reps: int = 8, seed: int = 3) -> pd.DataFrame:
    keys = pd.MultiIndex.from_product([range(n_sets), range(1, n_reps + 1)], names=["session_id", "rep_no"])
    reps = keys.to_frame(index=False)
    speed = np.random.default_rng(seed).normal(0.6 + slope_m_s * (reps["rep_no"] - 1), SET_SD)
    day = DAYS[0] + pd.to_timedelta(reps["session_id"], unit="D")
    return reps.assign(
        set_no=1,
        local_date=day,
        exercise="romanian_deadlift",
        side="B",
        set_kind="work",
        device="encoder one",
        load_kg=80.0,
        mean_velocity_m_s=speed,
    )


def test_slope_and_scatter_come_back():
    loss = loss_in_sets(sets_of(-0.01, n_sets=40))
    assert loss.slope_interval.low < -0.01 < loss.slope_interval.high
    assert loss.rep_sd_m_s == pytest.approx(SET_SD, rel=0.15)


def test_without_fatigue_one_set_in_twenty_is_beyond_error():
    loss = loss_in_sets(sets_of(0.0, n_sets=400))
    beyond = (loss.sets["verdict"] != "within error").mean()
    assert 0.02 < beyond < 0.085
    assert loss.expected_by_chance == pytest.approx(20)


def test_the_loss_from_the_best_is_what_picking_it_makes_without_fatigue():
    sets = loss_in_sets(sets_of(0.0, n_sets=400)).sets
    assert sets["loss_from_best_pct"].mean() == pytest.approx(sets["without_fatigue_pct"].mean(), abs=0.5)
    assert sets["without_fatigue_pct"].mean() == pytest.approx(
        loss_without_fatigue_pct(cv_pct=100 * SET_SD / 0.6, n_reps=8), abs=0.3
    )


def test_a_set_of_two_repetitions_cannot_tell():
    reps = sets_of(-0.01)
    loss = loss_in_sets(reps[(reps["session_id"] < 11) | (reps["rep_no"] <= 2)])
    assert loss.sets["verdict"].iloc[-1] == "cannot tell"
    assert loss.sentence == "Cannot tell: 2 measured reps in the last set, 3 needed."
    assert loss.n_judged == 11


def test_a_missed_repetition_keeps_its_place_and_is_counted():
    reps = sets_of(-0.01)
    reps.loc[reps["rep_no"] == 4, "mean_velocity_m_s"] = np.nan
    loss = loss_in_sets(reps)
    assert loss.n_missing == 12
    assert (loss.sets["n_reps"] == 7).all()
    assert loss.slope_m_s_per_rep == pytest.approx(-0.01, abs=0.003)


@pytest.mark.parametrize(
    ("speeds", "error", "words"),
    [
        (sets_of(-0.01, n_sets=2), NotEnoughData, "3 sessions with 3 measured repetitions in a set; got 2"),
        (sets_of(-0.01).assign(device=["a", "b"] * 48), DataProblem, "A profile is of one device; got a, b"),
        (sets_of(-0.01).assign(mean_velocity_m_s=-0.4), DataProblem, "A bar speed of -0.4 m/s cannot be"),
    ],
    ids=["few", "devices", "negative"],
)
def test_what_cannot_answer_is_refused_in_words(speeds, error, words):
    with pytest.raises(error, match=words):
        loss_in_sets(speeds)


def test_the_example_squad_loses_what_was_built_in(squad_workspace):
    built_in = -squad_workspace.truth["noise"]["speed_loss_per_rep_m_s"]
    slopes = []
    for name in ("Cedar", "Hazel", "Larch"):
        athlete = squad_workspace.workspace.athlete(name)
        speeds = bar_speeds(athlete.sets, athlete.reps).query("exercise == 'romanian_deadlift'")
        slopes.append(loss_in_sets(speeds, conf_level=0.99).slope_interval)
    assert all(low < built_in < high for low, high in slopes)


def test_the_figure_of_lost_speed_says_how_many_sets_chance_would_flag():
    shown = velocity_loss_figure(loss_in_sets(sets_of(-0.01, n_sets=40)))
    assert "sets got slower beyond error; about 1 by chance" in shown.layout.title.text.replace("<br>", " ")
