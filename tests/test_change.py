"""The engine behind every verdict: what it finds, how long it tells it, and what it cannot tell."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.change import Event, change
from analysis.models.change.design import Protocol, design, protocols
from analysis.models.noise import Noise, Published, noise_of_published, noise_of_squad

NOISE = Noise(1.0, 60.0, 0.25, 0.15)
MONDAY = pd.Timestamp("2026-01-05")
SWC = 0.5
# flow of the Nile at Aswan, 1871 to 1970 (Cobb 1978)
NILE = """
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
    831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
    781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
    744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740
"""


def twice_a_week(weeks: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([MONDAY + pd.Timedelta(days=7 * week + day) for week in range(weeks) for day in (0, 3)])


def errors(n: int, seed: int = 1) -> np.ndarray:
    fresh = np.random.default_rng(seed).standard_normal(n)
    for i in range(1, n):
        fresh[i] = 0.25 * fresh[i - 1] + (1 - 0.25**2) ** 0.5 * fresh[i]
    return fresh


def stepped(weeks: int = 26, at: int = 13, size: float = 4.0, seed: int = 1):
    day = twice_a_week(weeks)
    return day, errors(len(day), seed) + np.where(np.arange(len(day)) >= 2 * at, size, 0.0)


def judged(day, values, **more):
    return change(day, values, **{"noise": NOISE, "swc": SWC, **more})


def test_a_step_is_told_with_its_date_level_and_size():
    day, values = stepped(18)
    found = judged(day, values)
    assert (found.state, found.shape) == ("clearly better", "step")
    assert found.since_low <= day[26] <= found.since_high
    assert found.change_low < 4 < found.change_high
    assert found.level_low < 4 < found.level_high
    assert found.before == pytest.approx(0, abs=0.6)


def test_the_same_step_is_worse_where_lower_is_better():
    day, values = stepped(18)
    found = judged(day, values, better="lower")
    assert found.state == "clearly worse"
    assert found.gain == -found.change < 0


def test_a_change_is_told_for_8_weeks_and_is_then_the_usual():
    day, values = stepped(30)
    weeks = range(13, 31)
    told = [judged(day, values, until=MONDAY + pd.Timedelta(days=7 * week - 1)).changed for week in weeks]
    first = told.index(True)
    assert all(told[first : first + 9])
    assert not any(told[first + 9 :])
    last = judged(day, values)
    assert last.since == judged(day[:36], values[:36]).since
    assert last.level == pytest.approx(4, abs=0.5)


def test_a_change_is_told_to_the_end_of_its_block():
    day, values = stepped(30)
    block = Event("block", MONDAY, MONDAY + pd.Timedelta(days=7 * 30))
    assert judged(day, values, events=[block]).changed
    assert not judged(day, values, events=[Event("block", MONDAY, day[20])]).changed


def test_an_earlier_page_is_made_again_from_the_data_alone():
    day, values = stepped(26)
    until = day[31]
    then, again = judged(day[:32], values[:32]), judged(day, values, until=until)
    assert (then.state, then.since, then.level) == (again.state, again.since, again.level)


def test_a_dip_that_is_over_is_told_as_the_way_back():
    day, values = stepped(26, size=-6.0)
    values[32:] += 6.0
    found = judged(day[:40], values[:40])
    assert [claim.rises for claim in found.claims] == [False, True]
    assert found.state == "clearly better"


def test_a_slow_rise_is_a_ramp_with_its_rate():
    day = twice_a_week(26)
    values = errors(52) + np.maximum(np.arange(52) - 20, 0) * 0.25
    found = judged(day, values)
    assert found.shape == "ramp"
    a_month = 0.5 / 7 * 365.25 / 12
    assert found.rate_low < a_month < found.rate_high
    assert found.augment()[".resid"].abs().max() < 4


@pytest.mark.parametrize("seed", range(3))
def test_no_change_is_steady_or_too_close_to_call(seed):
    day = twice_a_week(26)
    quiet = judged(day, errors(52, seed))
    assert quiet.state == "too close to call"
    assert judged(day, errors(52, seed), swc=3.0).state == "steady"
    assert quiet.shape is None
    assert np.isfinite([quiet.level, quiet.change_low, quiet.change_high]).all()


def test_one_bad_day_is_unusual_today_and_no_change():
    day = twice_a_week(20)
    values = errors(40)
    values[-1] = -6.0
    seen = judged(day, values)
    assert (seen.state, seen.today) == ("too close to call", "unusually low")
    assert judged(day, values, until=day[-1] + pd.Timedelta(days=10)).today == "none"


def test_equal_values_hold_steady():
    assert judged(twice_a_week(20), np.full(40, 3.0), swc=2.0).state == "steady"


def test_planned_lightness_is_neither_missed_nor_worse():
    day, values = stepped(17, size=-6.0)
    ill = Event("ill", day[26], day[-1])
    seen = judged(day, values, events=[ill])
    assert seen.state == "too close to call"
    assert seen.augment()[".fitted"].isna().sum() == 8
    assert judged(day, values).state == "clearly worse"


def test_what_a_picture_shows_is_what_counts():
    day, values = stepped(17, size=-6.0)
    exposures = pd.DataFrame({"local_date": day, "value": values, "comparable": True})
    seen = judged(day, values, events=[Event("ill", day[30], day[-1])])
    shown = seen.counted(exposures, weeks=6)
    assert list(shown["local_date"]) == [one for one in day[:30] if one > day[-1] - pd.Timedelta(weeks=6)]
    assert shown["value"].iloc[-1] == seen.latest == values[29]
    swapped = judged(day, values, events=[Event("device", day[26])])
    assert swapped.counted(exposures, weeks=20)["value"].tolist() == values[26:].tolist()


def test_another_device_begins_a_new_series():
    day, values = stepped(20)
    swap = Event("device", day[26])
    assert not judged(day, values, events=[swap]).changed
    early = judged(day[:29], values[:29], events=[swap])
    assert (early.state, early.reason, early.more_needed) == ("cannot tell", "series_broken", 3)
    assert judged(day[:26], values[:26], events=[swap]).state == "too close to call"


@pytest.mark.parametrize(
    ("values", "more", "reason"),
    [
        ([1.0], {}, "too_few_values"),
        ([1.0, np.nan, 2.0], {}, "too_few_values"),
        (errors(10), {"noise": Noise(np.nan, 0.0)}, "te_unknown"),
        (errors(10), {"until": MONDAY + pd.Timedelta(days=200)}, "stale"),
    ],
)
def test_what_cannot_be_told_has_its_reason(values, more, reason):
    day = twice_a_week(10)[: len(values)]
    seen = judged(day, values, **more)
    assert (seen.state, seen.reason) == ("cannot tell", reason)
    assert seen.tidy().empty
    assert len(seen.augment()) == len(values)


@pytest.mark.parametrize(
    ("day", "values", "more", "words"),
    [
        (["2026-01-05", "2026-01-05"], [1.0, 2.0], {}, "2026-01-05 has two values"),
        (["2026-01-06", "2026-01-05"], [1.0, 2.0], {}, "is followed by 2026-01-05"),
        (["2026-01-05", None], [1.0, 2.0], {}, "no date"),
        (["2026-01-05"], [np.inf], {}, "value of inf cannot be"),
        (["2026-01-05"], [1.0, 2.0], {}, "1 dates and 2 values"),
        (["2026-01-05"], [1.0], {"swc": 0.0}, "above 0"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(day, values, more, words):
    with pytest.raises(DataProblem, match=words):
        judged(pd.to_datetime(day), values, **more)


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_no_value_is_not_enough(values):
    with pytest.raises(NotEnoughData, match="No value yet"):
        judged(twice_a_week(1)[: len(values)], values)


def test_a_value_of_a_later_day_is_not_known_yet():
    day, values = stepped(20)
    assert len(judged(day, values, until=day[9]).exposures) == 10


def test_the_new_level_of_the_nile_holds_since_1899():
    flow = np.array(NILE.replace(",", " ").split(), dtype=float)
    year = pd.to_datetime([f"{of}-07-01" for of in range(1871, 1971)])
    noise = noise_of_squad(SQUAD.head(0)).of("flow", None, flow)
    (claim,) = change(year, flow, noise=noise, swc=50, stale_after_days=400).claims
    assert (claim.since.year, claim.rises) == (1899, False)
    found = change(year, flow, noise=noise, swc=50, stale_after_days=400, until=claim.found_on)
    assert found.since.year == 1899


# noise

SQUAD = pd.DataFrame(
    {
        "athlete_id": np.repeat(list("abcdefghijkl"), 50),
        "quantity": "jump",
        "device": "mat",
        "local_date": np.tile(pd.date_range(MONDAY, periods=50, freq="3D"), 12),
        "value": np.concatenate([40 + athlete + 2 * errors(50, athlete) for athlete in range(12)]),
    }
)


def test_the_noise_of_a_squad_is_found_whatever_the_levels_are():
    (row,) = noise_of_squad(SQUAD).table.itertuples()
    assert row.te == pytest.approx(2.0, rel=0.1)
    assert row.rho == pytest.approx(0.25, abs=0.1)
    assert (row.n_athletes, row.n_exposures) == (12, 600)


def test_steps_of_a_few_do_not_pass_for_noise():
    some = SQUAD["athlete_id"].isin(list("abc")) & (SQUAD["local_date"] > MONDAY + pd.Timedelta(days=60))
    (row,) = noise_of_squad(SQUAD.assign(value=SQUAD["value"] + 12 * some)).table.itertuples()
    assert row.te == pytest.approx(2.0, rel=0.1)


def test_two_athletes_are_no_squad_and_stand_by_what_is_published():
    two = SQUAD[SQUAD["athlete_id"].isin(["a", "b"])]
    stated = Published(1.5, 4, "Hopkins")
    noise = noise_of_squad(two, published={"jump": stated})
    assert noise.table.empty
    assert noise.of("jump", "mat", [], published=stated).source == "Hopkins"
    assert noise.of("jump", "mat", two["value"].head(50), published=stated).source == "Hopkins and own values"
    assert not noise.of("sprint", "gates", []).known


def test_an_athlete_who_errs_more_has_a_larger_noise_than_the_squad():
    wild = SQUAD.assign(value=np.where(SQUAD["athlete_id"] == "a", 3 * SQUAD["value"], SQUAD["value"]))
    noise = noise_of_squad(wild)
    own = {of: noise.of("jump", "mat", wild.loc[wild["athlete_id"] == of, "value"]).typical_error for of in "ab"}
    assert own["a"] > 1.5 * own["b"]
    together = noise.of_several("jump", "mat", [wild.loc[wild["athlete_id"] == of, "value"].to_numpy() for of in "ab"])
    assert [of.typical_error for of in together] == [own["a"], own["b"]]


def test_one_exposure_errs_as_the_squad_does_however_few_exposures_that_has():
    few = pd.DataFrame({"athlete_id": list("abc") * 3, "quantity": "hop", "device": "", "value": np.arange(9.0) % 4})
    squad = noise_of_squad(few.assign(local_date=pd.to_datetime(["2026-01-05"] * 9)))
    noise = squad.of("hop", None, np.array([3.0]))
    assert (noise.typical_error, noise.df) == tuple(squad.table[["te", "df"]].iloc[0])


def test_equal_values_of_everybody_err_by_the_rounding():
    noise = noise_of_squad(SQUAD.assign(value=3.0), resolution={"jump": 0.5})
    assert noise.table["te"].iloc[0] == pytest.approx(0.5 / 12**0.5, rel=0.5)


@pytest.mark.parametrize("every", [2, 3, 4])
def test_values_that_repeat_as_a_plan_does_still_err(every):
    plan = np.tile([100.0, 102.5, 99.0, 101.0][:every], 8)
    alone = noise_of_squad(SQUAD.iloc[:0]).of("e1rm", None, plan)
    assert alone.typical_error == pytest.approx(plan.std(), rel=0.6)


def test_what_is_not_known_of_the_noise_asks_for_more():
    day, values = stepped(15, size=2.0)
    by = {df: judged(day, values, noise=Noise(1.0, df, 0.25, 0.15)).limit for df in (5.0, 500.0)}
    assert by[5.0] > by[500.0] + 0.3
    assert noise_of_published(Published(1.0)).df_of_level < 4


# design


def test_a_larger_change_and_more_trials_are_found_sooner():
    plan = design(NOISE, [1.5, 3.0], per_week=2, n_before=24, unit="cm")
    weeks = plan.table.set_index(["protocol", "size"])["weeks"]
    assert weeks["as now", 3.0] < weeks["as now", 1.5]
    assert weeks["the mean of two trials", 1.5] < weeks["as now", 1.5]
    assert plan.best in {option.name for option in protocols()}
    assert "1.5 cm" in plan.sentence()


def test_a_change_that_is_never_found_is_said_to_be():
    plan = design(NOISE, [0.1], per_week=1, n_before=10, options=[Protocol("as now")])
    assert (
        plan.sentence() == "A change of 0.1 is not found within 26 weeks. None of the other protocols finds it sooner."
    )


def test_a_design_without_noise_is_refused():
    with pytest.raises(NotEnoughData, match="noise"):
        design(Noise(np.nan, 0.0), [1.0], per_week=1, n_before=10)


@pytest.mark.parametrize("size", [3.0, 8.0, 18.0, 40.0])
def test_a_step_of_any_size_is_found_once_and_at_its_day(size):
    noise = Noise(1.0, 60.0, 0.2, 0.2, "squad of 12", n_athletes=12)
    values = np.r_[np.tile([0.2, -0.3, 0.1], 6), size + np.tile([0.1, -0.2, 0.2], 4)]
    day = pd.date_range("2026-01-05", periods=len(values), freq="3D")
    found = change(day, values, noise=noise, swc=0.5)
    assert [claim.rises for claim in found.claims] == [True]
    assert found.since == day[18]
    assert found.level == pytest.approx(size, abs=0.3)
