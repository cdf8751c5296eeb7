"""What several series say, in one table: those that changed first."""

import pandas as pd

from analysis.base.config import Lift
from analysis.models.strength.speed_at_load import speed_at_load
from analysis.models.strength.swing_check import swing_history
from analysis.models.verdicts import verdicts

DAYS = pd.date_range("2026-01-05", periods=12, freq="7D")
KEY = {"session_id": list("abcdefghijkl"), "set_no": 1}


def measured(values: list[float], exercise: str = "deadlift") -> tuple[pd.DataFrame, pd.DataFrame]:
    about = {"local_date": DAYS, "exercise": exercise, "side": "B", "set_kind": "work", "load_kg": 100.0}
    reps = pd.DataFrame(KEY | {"rep_no": 1, "device": "encoder", "mean_velocity_m_s": values})
    return pd.DataFrame(KEY | about), reps


def speed(values: list[float]):
    lift = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
    return speed_at_load(*measured(values), lift, 100, DAYS[-1])


def test_what_changed_stands_above_what_did_not():
    still, faster = speed([0.50, 0.51, 0.52, 0.50] * 3), speed([0.50, 0.51, 0.52, 0.50] * 2 + [0.60, 0.61, 0.60, 0.62])
    told = verdicts([still, faster])
    assert told["state"].tolist()[0] == "clearly better"
    assert told["since"].tolist()[0] == "2026-03-02"
    assert round(told["change"][0], 1) == 0.1
    assert told["newest"].tolist() == [DAYS[-1]] * 2
    assert verdicts([]).empty


def test_swing_power_is_judged_by_date_at_the_load_of_the_newest_day():
    found = swing_history(*measured([0.30] * 8 + [0.40] * 4, "kettlebell_swing"), DAYS[-1])
    assert found.exposures["value"].round().tolist() == [294.0] * 8 + [392.0] * 4
    assert (found.quantity.unit, found.quantity.better) == ("W", "higher")
