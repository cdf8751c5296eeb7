"""Running mechanics: what was built into long runs is found, parts add up, and what is missing is named."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.running.mechanics import late_mechanics, mechanics

UNTIL = pd.Timestamp("2026-06-28")


def records(cadence_late: float = 1.0, stride_late: float = 1.0, *, minutes: float = 70, **more) -> pd.DataFrame:
    """A run at 172 steps a minute and strides of 2.1 m, whose second half after the warm-up differs by given ratios."""
    t_s = np.arange(0.0, 60 * minutes, 10.0)
    late = t_s >= 600 + (60 * minutes - 10 - 600) / 2
    cadence = 172 * np.where(late, cadence_late, 1.0)
    speed = cadence / 120 * 2.1 * np.where(late, stride_late, 1.0)
    return pd.DataFrame({"t_s": t_s, "cadence_spm": cadence, "speed_m_s": speed}).assign(**more)


def squad(rng: np.random.Generator, *, cadence_late: float, n_athletes: int = 8, n_runs: int = 4):
    """Runs and their records, each athlete and run with a change of its own about that of the squad."""
    rows, kept = [], {}
    for athlete in range(n_athletes):
        own = rng.normal(0, 0.005)
        for run in range(n_runs):
            key = f"a{athlete}-{run}"
            kept[key] = records(cadence_late * np.exp(own + rng.normal(0, 0.005)))
            rows.append(
                {"session_id": key, "athlete_id": f"a{athlete}", "local_date": UNTIL - pd.Timedelta(days=7 * run)}
            )
    runs = pd.DataFrame(rows).assign(sport="running", counted=True, timer_s=4200.0, elapsed_s=4200.0)
    return runs, {f"a{athlete}": kept.__getitem__ for athlete in range(n_athletes)}


@given(cadence=st.floats(0.9, 1.1), stride=st.floats(0.9, 1.1))
def test_cadence_and_stride_are_given_back_and_add_up_to_speed(cadence, stride):
    found = late_mechanics(records(cadence, stride))
    assert found.cadence_pct == pytest.approx(100 * np.log(cadence), abs=0.1)
    assert found.stride_pct == pytest.approx(100 * np.log(stride), abs=0.1)
    assert found.cadence_pct + found.stride_pct == pytest.approx(found.speed_pct, abs=1e-9)
    assert (found.cadence_spm, found.stride_m) == (pytest.approx(172), pytest.approx(2.1))


def test_walking_and_pauses_are_left_out():
    run = records()
    walked = run["t_s"].between(3000, 3300)
    run.loc[walked, ["cadence_spm", "speed_m_s"]] = 110.0, 1.4
    found = late_mechanics(run.assign(paused=run["t_s"].between(3600, 3700).astype(float)))
    assert found.cadence_pct == pytest.approx(0, abs=1e-9)
    assert found.duration_s == pytest.approx(4200 - 10 - 600 - 310 - 110, abs=20)


def test_a_step_that_gets_slower_is_found_over_the_squad():
    runs, samples = squad(np.random.default_rng(1), cadence_late=0.98)
    found = mechanics(runs, samples, UNTIL)
    row = found.tidy().set_index("term").loc["cadence"]
    assert row["conf_low"] < 100 * np.log(0.98) < row["conf_high"] < 0
    assert found.detectable_pct("cadence_pct") < 2
    assert (found.by_athlete.loc[found.by_athlete["part"] == "cadence_pct", "n"] == 4).all()


@pytest.mark.soak
def test_the_interval_of_the_squad_covers_as_it_claims():
    rng = np.random.default_rng(7)
    truth, covered = 100 * np.log(0.99), 0
    for _ in range(60):
        row = mechanics(*squad(rng, cadence_late=0.99, n_runs=2), UNTIL).tidy().set_index("term").loc["cadence"]
        covered += row["conf_low"] <= truth <= row["conf_high"]
    assert 53 <= covered <= 60


def test_few_athletes_have_a_mean_and_no_interval():
    found = mechanics(*squad(np.random.default_rng(1), cadence_late=0.98, n_athletes=3), UNTIL)
    assert not found.can_tell
    assert found.tidy()["conf_low"].isna().all()


def test_runs_without_cadence_are_counted_and_say_what_to_record():
    runs, samples = squad(np.random.default_rng(1), cadence_late=1.0)
    blank = records().assign(cadence_spm=np.nan)
    some = samples | {"a0": lambda _key: blank}
    assert mechanics(runs, some, UNTIL).n_left_out == 4
    with pytest.raises(NotEnoughData, match=r"None of 32 runs .* Record cadence on a long run"):
        mechanics(runs, dict.fromkeys(samples, lambda _key: blank), UNTIL)
    with pytest.raises(NotEnoughData, match="No run of an hour or more with cadence"):
        mechanics(runs, samples, UNTIL, since=UNTIL + pd.Timedelta(days=1))


def test_a_short_run_and_a_cadence_that_cannot_be_are_refused():
    with pytest.raises(NotEnoughData, match="20 min with cadence and speed after the warm-up; 30 are needed"):
        late_mechanics(records(minutes=30))
    with pytest.raises(DataProblem, match="cadence"):
        late_mechanics(records().assign(cadence_spm=-1.0))
