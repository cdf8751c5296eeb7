"""A level that climbs all along, as a beginner's does, is neither its own noise nor an error that carries over."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.states import State
from analysis.models.change import change
from analysis.models.noise import NO_SQUAD, noise_of_squad, own_typical_errors, pooled

LINEAR = 100 + 2.5 * np.repeat(np.arange(12), 2)  # a plate a week, lifted twice a week
SLOPES = {"plates": LINEAR, "each time": 0.65 + 0.01 * np.arange(12), "downhill": 300 - 2.0 * np.arange(24)}


def errors(shape: tuple[int, ...], rho: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal(shape)
    for place in range(1, shape[-1]):
        drawn[..., place] = rho * drawn[..., place - 1] + (1 - rho**2) ** 0.5 * drawn[..., place]
    return drawn


def told_of(values: np.ndarray):
    days = pd.date_range("2026-03-02", periods=len(values), freq="3D")
    noise = NO_SQUAD.of("speed", None, values)
    return change(days, values, noise=noise, swc=0.2 * noise.typical_error)


@pytest.mark.parametrize("values", SLOPES.values(), ids=list(SLOPES))
def test_a_line_without_any_error_is_a_change(values):
    found = told_of(values)
    assert found.state is (State.CLEARLY_BETTER if values[-1] > values[0] else State.CLEARLY_WORSE)
    assert abs(found.change) > 0.5 * abs(values[-1] - values[0])


@pytest.mark.soak
@pytest.mark.parametrize("step", [0.5, 1.0, 2.0])
def test_who_climbs_from_the_first_day_is_seen_to(step):
    climbing = step * np.arange(24) + errors((40, 24), 0.3, 3)
    states = [told_of(values).state for values in climbing]
    assert np.mean([state in (State.CLEARLY_BETTER, State.BETTER) for state in states]) >= 0.85


def test_a_squad_of_beginners_has_the_noise_of_the_same_squad_standing_still():
    still = errors((1, 12, 30), 0.3, 5)
    climbing = still + np.linspace(0.3, 1.5, 12)[:, None] * np.arange(30)
    noise, of_climbing = pooled(still), pooled(climbing)
    assert of_climbing.typical_error[0] == pytest.approx(noise.typical_error[0], rel=0.15)
    assert of_climbing.rho[0] == pytest.approx(noise.rho[0], abs=0.12)
    own, _ = own_typical_errors(climbing, noise)
    before, _ = own_typical_errors(still, noise)
    assert own == pytest.approx(before, rel=0.15)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_of_those_who_stand_still_no_drift_is_taken_out(rho):
    noise = pooled(errors((200, 12, 40), rho, 7))
    assert noise.typical_error.mean() == pytest.approx(1.0, abs=0.05)
    assert noise.rho.mean() == pytest.approx(rho, abs=0.08)


def test_a_table_of_beginners_tells_their_squads_noise():
    values = 60 + np.arange(20) * np.array([0.5, 1.0, 2.0])[:, None] + errors((3, 20), 0.0, 9)
    exposures = pd.DataFrame(
        {
            "athlete_id": np.repeat(list("abc"), 20),
            "quantity": "e1rm",
            "device": None,
            "local_date": np.tile(pd.date_range("2026-01-05", periods=20, freq="7D"), 3),
            "value": values.ravel(),
        }
    )
    (row,) = noise_of_squad(exposures).table.to_dict("records")
    assert row["te"] == pytest.approx(1.0, abs=0.3)
    assert row["rho"] < 0.3
