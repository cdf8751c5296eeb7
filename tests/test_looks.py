"""What a series said on days that are over: many looks at once as each look by itself."""

import pandas as pd
import pytest
from made_up_athlete import SPRINT, SUNDAY, birch, sprints
from made_up_week import FLAT_S, NO_TRIALS, YEAR

from analysis.base.errors import NotEnoughData
from analysis.models.checks import check_history
from analysis.models.series import Series
from analysis.pages.athlete_week.week import athlete_week


def assert_as_one_by_one(one: Series, days: list[pd.Timestamp]) -> None:
    looks = one.changes_at(days)
    alone = [one.at(day).change for day in days]
    assert [(look.today, look.claims, look.until) for look in looks] == [(a.today, a.claims, a.until) for a in alone]
    for look, a in zip(looks, alone, strict=True):
        pd.testing.assert_frame_equal(look.tidy(), a.tidy(), rtol=1e-12)
        pd.testing.assert_frame_equal(look.glance(), a.glance(), rtol=1e-12)


@pytest.mark.parametrize("one", athlete_week(birch(), SUNDAY).measured, ids=lambda one: one.quantity.name)
def test_looks_back_are_those_of_each_day(one):
    days = list(one.exposures["local_date"].drop_duplicates())
    assert_as_one_by_one(one, [*days, days[-1] + pd.Timedelta(days=3)])


def test_looks_from_before_a_new_device_go_by_the_device_of_then():
    splits = sprints(YEAR, [*FLAT_S[:5], 3.10, 3.12, 3.11])
    splits["device"] = splits["device"].where(splits["local_date"] < YEAR[4], "other gates")
    one = check_history(splits, NO_TRIALS, SPRINT, SUNDAY)
    assert one.began_anew == pd.Timestamp(YEAR[4])
    assert_as_one_by_one(one, list(one.exposures["local_date"]))
    assert_as_one_by_one(one, list(one.exposures["local_date"][4:]))


def test_before_the_first_value_there_is_nothing_to_look_at():
    one = check_history(sprints(YEAR, FLAT_S), NO_TRIALS, SPRINT, SUNDAY)
    assert one.changes_at([]) == []
    with pytest.raises(NotEnoughData, match="no value up to 2025-01-01"):
        one.changes_at([pd.Timestamp("2025-01-01")])
