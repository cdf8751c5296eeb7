"""The bar speeds of a lift in the last days, by the newest device, and what is fitted to them."""

import pandas as pd
import pytest

from analysis.base.config import Lift
from analysis.base.errors import NotEnoughData
from analysis.metrics.strength import speeds_of_lift
from analysis.models.strength.load_velocity_mixed import profile_of_sessions
from analysis.models.strength.readiness import readiness_of_lift

LIFT = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=80, mvt_m_s=0.2)
DAYS = pd.date_range("2026-01-05", periods=7, freq="7D")


@pytest.fixture(scope="module")
def week_by_week():
    """Three loads a week, the bar much slower on the last day; the first week by another device."""
    at = pd.MultiIndex.from_product([range(7), [1, 2, 3]]).to_frame(index=False, name=["week", "set_no"])
    offset = at["week"].map(dict(enumerate([0.02, -0.01, 0.0, -0.02, 0.01, 0.0, -0.15])))
    load = 40.0 + 20 * at["set_no"]
    key = {"session_id": at["week"].astype(str), "set_no": at["set_no"]}
    about = {"local_date": DAYS[at["week"]], "exercise": "deadlift", "side": "B", "set_kind": "work", "load_kg": load}
    speed = 1.4 - 0.008 * load + offset + at["set_no"].map({1: 0.01, 2: -0.01, 3: 0.0})
    device = at["week"].map(lambda week: "old" if week == 0 else "new")
    return pd.DataFrame(key | about), pd.DataFrame(key | {"rep_no": 1, "device": device, "mean_velocity_m_s": speed})


def test_only_the_newest_device_counts_and_only_the_days_that_are_asked_for(week_by_week):
    assert speeds_of_lift(*week_by_week, LIFT, DAYS[-1], days=84)["device"].unique().tolist() == ["new"]
    recent = speeds_of_lift(*week_by_week, LIFT, DAYS[-1], days=8)
    assert sorted(recent["local_date"].unique()) == [DAYS[-2], DAYS[-1]]
    assert profile_of_sessions(*week_by_week, LIFT, DAYS[-1]).sessions.shape[0] == 6
    assert readiness_of_lift(*week_by_week, LIFT, 80, DAYS[-1]).today == "unusually low"


def test_a_lift_that_nobody_measured_is_said(week_by_week):
    with pytest.raises(NotEnoughData, match="No bar speed of Deadlift in the 7 days up to 2027-01-01"):
        speeds_of_lift(*week_by_week, LIFT, pd.Timestamp("2027-01-01"), days=7)
