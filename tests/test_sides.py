"""Left and right: what is sure, by whose noise, and what changes."""

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import HOP, SUNDAY, hops

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.form.sides import side_difference, side_quantity
from analysis.models.noise import noise_of_squad
from analysis.models.result import TIDY_COLUMNS
from analysis.models.series import ALONE, Judging

DATES = [str(day.date()) for day in pd.date_range("2025-12-01", periods=8, freq="28D")]
LEFT = [150.0, 152.0, 149.0, 151.0, 150.0, 148.0, 151.0, 150.0]
RIGHT = [169.0, 170.0, 168.0, 171.0, 170.0, 169.0, 171.0, 168.0]


def of_squad(sd_pct: float, n_athletes: int = 12) -> Judging:
    """The noise of athletes whose sides are alike but for a day's scatter."""
    rng = np.random.default_rng(5)
    rows = [
        {"athlete_id": athlete, "local_date": pd.Timestamp(day), "value": rng.normal(0, sd_pct)}
        for athlete in range(n_athletes)
        for day in DATES
    ]
    return Judging(noise_of_squad(pd.DataFrame(rows).assign(quantity=side_quantity(HOP).name, device="")))


def test_a_real_difference_is_sure_with_its_side_and_size():
    result = side_difference(hops(DATES, LEFT, RIGHT), HOP, SUNDAY)
    assert result.is_sure
    assert (result.larger, result.dates_agreeing, result.n_dates) == ("right", 8, 8)
    assert result.estimate_pct == pytest.approx(100 * np.log(171.5 / 152.1), abs=0.6)
    assert result.conf_low < result.estimate_pct < result.conf_high
    assert result.change.differs_from(0.0)


def test_swapping_the_sides_turns_the_sign():
    trials = hops(DATES, LEFT, RIGHT)
    swapped = trials.assign(side=trials["side"].map({"L": "R", "R": "L"}))
    one, other = (side_difference(frame, HOP, SUNDAY) for frame in (trials, swapped))
    assert one.estimate_pct == pytest.approx(-other.estimate_pct)
    assert (one.larger, other.larger) == ("right", "left")
    assert one.change.state == other.change.state


def test_one_bad_day_is_no_difference_we_can_be_sure_of():
    result = side_difference(hops(DATES[-4:], [150.0, 120.0, 149.0, 151.0], [151.0, 150.0, 150.0, 150.0]), HOP, SUNDAY)
    assert not result.is_sure


@pytest.mark.parametrize("judging", [of_squad(3.0), ALONE], ids=["squad", "alone"])
@pytest.mark.parametrize("bad", [0, 3, 7])
def test_one_bad_day_of_eight_is_none_however_bad(bad, judging):
    right = [value * (1.35 if place == bad else 1.0) for place, value in enumerate(LEFT[1:] + LEFT[:1])]
    result = side_difference(hops(DATES, LEFT, right), HOP, SUNDAY, judging=judging)
    assert abs(result.estimate_pct) > 3.5
    assert not result.is_sure


def test_the_squad_makes_a_small_difference_sure_that_is_not_sure_alone():
    trials = hops(DATES, [150.0] * 8, [150.0 * f for f in (1.07, 0.98, 1.06, 1.0, 1.08, 0.97, 1.05, 1.02)])
    assert not side_difference(trials, HOP, SUNDAY).is_sure
    by_squad = side_difference(trials, HOP, SUNDAY, judging=of_squad(2.0))
    assert by_squad.is_sure
    assert by_squad.change.noise.n_athletes == 12


def test_sides_that_come_closer_for_good_are_better_and_told_since_then():
    days = [str(day.date()) for day in pd.date_range("2025-12-01", periods=14, freq="14D")]
    right = [163.0, 161.0, 166.0, 162.0, 160.0, 165.0, 161.0, 164.0, 152.0, 149.0, 154.0, 151.0, 149.0, 152.0]
    for trials in (hops(days, [150.0] * 14, right), hops(days, right, [150.0] * 14)):
        result = side_difference(trials, HOP, pd.Timestamp(days[-1]))
        assert result.change.state in ("better", "clearly better")
        assert result.n_dates == 6
        assert abs(result.estimate_pct) < 1.5
        assert not result.is_sure


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_few_dates_are_told_by_the_noise_of_the_squad(n):
    result = side_difference(hops(DATES[:n], LEFT[:n], RIGHT[:n], trials=1), HOP, SUNDAY, judging=of_squad(3.0))
    assert result.conf_low < result.estimate_pct < result.conf_high
    assert result.estimate_pct == pytest.approx(12, abs=1)
    assert result.is_sure == (n >= 3)


def test_every_date_counts_on_the_newest_device():
    trials = hops(DATES, LEFT, RIGHT)
    trials["device"] = np.where(trials["local_date"] < DATES[2], "tape", "mat")
    result = side_difference(trials, HOP, SUNDAY)
    assert len(result.exposures) == 8
    assert len(result.dates) == result.n_dates == 6


def test_what_is_told_has_the_columns_of_every_result():
    result = side_difference(hops(DATES, LEFT, RIGHT), HOP, SUNDAY)
    assert list(result.tidy().columns) == list(TIDY_COLUMNS)
    assert result.glance()["n"].tolist() == [8]
    assert (result.augment()[".fitted"] == result.estimate_pct).all()


# refusals


def test_dates_that_differ_by_the_same_do_not_tell_their_error():
    alike = hops(DATES[:4], [100.0] * 4, [110.0] * 4, trials=1).assign(
        value=lambda t: t["side"].map({"L": 100.0, "R": 110.0})
    )
    with pytest.raises(NotEnoughData, match=r"differs by 9\.5 % on all 4 dates"):
        side_difference(alike, HOP, SUNDAY)
    assert side_difference(alike, HOP, SUNDAY, judging=of_squad(3.0)).estimate_pct == pytest.approx(9.53, abs=0.01)


def test_one_date_of_three_trials_has_an_interval_but_is_never_sure():
    result = side_difference(hops(["2026-06-01"], [100.0], [150.0]), HOP, SUNDAY)
    assert (result.df, result.n_dates, result.is_sure) == (4, 1, False)
    assert result.conf_low < result.estimate_pct < result.conf_high


@pytest.mark.parametrize(("dates", "said"), [(1, "2 trials a side on 1 day"), (2, "2 trials a side on 2 days")])
def test_one_or_two_dates_of_two_trials_are_not_enough(dates, said):
    with pytest.raises(NotEnoughData, match=said):
        side_difference(hops(DATES[:dates], [100.0] * dates, [150.0] * dates, trials=2), HOP, SUNDAY)


def test_a_date_with_one_side_is_no_comparison():
    trials = hops(["2026-06-01"], [100.0], [150.0])
    with pytest.raises(NotEnoughData, match="both sides"):
        side_difference(trials[trials["side"] == "L"], HOP, SUNDAY)


def test_a_ratio_with_zero_is_refused():
    with pytest.raises(DataProblem, match="above 0"):
        side_difference(hops(["2026-06-01"], [-1.0], [150.0]), HOP, SUNDAY)
