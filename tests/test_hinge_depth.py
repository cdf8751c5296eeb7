"""Hinge depth: which way is deeper, what lasts, and what is not compared."""

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import FLAT_M_S, FRIDAYS, SUNDAY, bar_speed, form_sets, lifting

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.form.hinge_depth import hinge_depth

WEEKS = pd.date_range("2026-01-05", periods=30, freq="7D")


def angles(values: list[float], rater: list[str] | str = "coach"):
    frames = lifting(form_sets(WEEKS[: len(values)], [1] * len(values), n_reps=2))
    days = frames["sets"].set_index("session_id")["local_date"]
    of_day = dict(zip(WEEKS, values, strict=False))
    frames["reps"]["hinge_angle_deg"] = frames["reps"]["session_id"].map(days).map(of_day) + [-1.0, 1.0] * len(values)
    frames["reps"]["rater"] = np.repeat(rater, 2) if isinstance(rater, list) else rater
    return hinge_depth(frames["sets"], frames["reps"], "romanian_deadlift", WEEKS[len(values) - 1])


def test_a_deeper_hinge_is_a_smaller_angle_and_better():
    seen = angles([98.0, 100, 99, 97, 99, 101, 98, 100, 88, 86, 87, 86, 88])
    assert seen.exposures["value"].tolist()[:2] == [98.0, 100.0]
    assert seen.change.state == "clearly better"
    assert seen.change.since == WEEKS[8]


def test_a_shallower_hinge_is_worse():
    seen = angles([88.0, 86, 87, 86, 88, 86, 87, 88, 98, 100, 99, 97, 99])
    assert seen.change.state == "clearly worse"


def test_a_hinge_that_keeps_its_depth_has_not_changed():
    assert not angles([98.0, 100, 99, 97, 99, 101, 98, 100, 99, 98, 100, 97, 99]).change.changed


def test_angles_of_another_rater_are_not_compared():
    seen = angles([98.0] * 8 + [88.0] * 4, ["coach"] * 8 + ["video"] * 4)
    assert seen.change.reason == "series_broken"


def test_a_lift_without_an_angle_asks_for_one():
    frames = lifting(bar_speed(FRIDAYS, FLAT_M_S))
    with pytest.raises(NotEnoughData, match="Measure the hinge in one set a week"):
        hinge_depth(frames["sets"], frames["reps"], "romanian_deadlift", SUNDAY)


def test_an_angle_below_nothing_is_refused():
    with pytest.raises(DataProblem, match="hinge angle"):
        angles([98.0, -100.0])


def test_where_nobody_rated_another_tool_begins_anew():
    frames = lifting(form_sets(WEEKS[:4], [1] * 4, n_reps=1))
    frames["reps"] = frames["reps"].assign(
        hinge_angle_deg=[98.0, 97, 88, 87], rater=None, device=["OpenCap"] * 2 + ["Sports2D"] * 2
    )
    seen = hinge_depth(frames["sets"], frames["reps"], "romanian_deadlift", WEEKS[3])
    assert seen.exposures["device"].tolist() == ["OpenCap"] * 2 + ["Sports2D"] * 2
    assert seen.exposures["comparable"].tolist() == [False, False, True, True]
