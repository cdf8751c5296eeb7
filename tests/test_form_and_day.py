"""Form beside the day: what was built in is found, nothing is found in nothing, and gaps are named."""

import numpy as np
import pandas as pd
import pytest

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.form.form_and_day import Circumstance, form_and_day

SLEEP = Circumstance("sleep", "Sleep", "points")
SORENESS = Circumstance("soreness", "Soreness", "points")
REST = Circumstance("rest_s", "Rest between sets", "s")


def rated_squad(
    rng: np.random.Generator, *, n_athletes: int = 12, n_days: int = 24, by_sleep: float = 0.0, by_load: float = 0.0
) -> pd.DataFrame:
    """Rated days of athletes with levels of their own, who get better through the season; loads follow it."""
    athlete = np.repeat(np.arange(n_athletes), n_days)
    week = np.tile(np.arange(n_days), n_athletes)
    n = len(athlete)
    days = pd.DataFrame(
        {
            "athlete_id": [f"a{number}" for number in athlete],
            "local_date": pd.Timestamp("2026-01-05") + pd.to_timedelta(7 * week, unit="D"),
            "sleep": rng.normal(7, 1, n) + rng.normal(0, 1, n_athletes)[athlete],
            "soreness": rng.normal(4, 1.5, n),
            "rest_s": 120 + rng.normal(0, 20, n),
            "load_kg": 60.0 + rng.choice([0.0, 10.0], n),
        }
    )
    level = rng.normal(6, 1, n_athletes)[athlete] + 0.02 * week
    error = rng.normal(0, 1, n)
    made = level + by_sleep * (days["sleep"] - 7) + by_load * (days["load_kg"] - 60) + error
    return days.assign(clean_reps=made.clip(lower=0))


def test_what_sleep_does_is_found_with_its_size():
    found = form_and_day(rated_squad(np.random.default_rng(3), by_sleep=0.6), [SLEEP, SORENESS, REST])
    sleep, soreness, rest = found.known
    assert sleep.verdict == "goes with more"
    assert sleep.interval.low < 0.6 * sleep.fit.exposure_sd < sleep.interval.high
    assert sleep.change_reps == pytest.approx(0.6, abs=0.2)
    assert sleep.change_reps > sleep.detectable_reps
    assert {soreness.verdict, rest.verdict} == {"nothing shown"}


def test_a_heavier_day_after_poor_sleep_is_not_taken_for_sleep():
    days = rated_squad(np.random.default_rng(4), by_load=-0.3)
    days["sleep"] -= 0.1 * (days["load_kg"] - 60)
    beside = form_and_day(days, [SLEEP])
    assert beside.with_load
    assert beside.known[0].verdict == "nothing shown"
    assert form_and_day(days.assign(load_kg=np.nan), [SLEEP]).known[0].verdict == "goes with more"


@pytest.mark.soak
def test_intervals_cover_as_they_claim_and_luck_is_rare():
    rng = np.random.default_rng(11)
    covered, named = 0, 0
    for _ in range(100):
        found = form_and_day(rated_squad(rng, by_sleep=0.0), [SLEEP, SORENESS, REST])
        covered += sum(one.interval.low <= 0 <= one.interval.high for one in found.known)
        named += any(one.verdict != "nothing shown" for one in found.known)
    assert 0.91 <= covered / 300 <= 0.98
    assert named <= 10


def test_few_days_say_so_and_what_they_could_have_shown():
    found = form_and_day(rated_squad(np.random.default_rng(5), n_athletes=6, n_days=8), [SLEEP])
    assert found.known[0].verdict == "too few days"
    assert found.known[0].detectable_reps > 0.3
    assert found.glance()["detectable_r"].item() > 0.4


def test_a_stream_that_is_not_recorded_is_named_beside_the_others():
    days = rated_squad(np.random.default_rng(6)).assign(rest_s=np.nan)
    days.loc[days["athlete_id"] > "a2", "soreness"] = np.nan
    found = form_and_day(days, [SLEEP, SORENESS, REST])
    assert [one.circumstance.name for one in found.known] == ["Sleep"]
    soreness, rest = found.left_out
    assert rest.why == "Rest between sets: not recorded on a day with rated form. Record it on those days."
    assert (rest.n_athletes, "and 6 athletes are needed" in soreness.why) == (0, True)


def test_without_any_circumstance_it_says_what_to_record():
    days = rated_squad(np.random.default_rng(6)).assign(sleep=np.nan)
    with pytest.raises(NotEnoughData, match="Sleep: not recorded on a day with rated form"):
        form_and_day(days, [SLEEP])
    with pytest.raises(NotEnoughData, match="the same on every rated day"):
        form_and_day(days.assign(sleep=7.0), [SLEEP])
    with pytest.raises(NotEnoughData, match="not recorded"):
        form_and_day(days.head(0), [SLEEP])


def test_a_count_that_cannot_be_is_refused():
    with pytest.raises(DataProblem, match="clean repetitions"):
        form_and_day(rated_squad(np.random.default_rng(6)).assign(clean_reps=-1.0), [SLEEP])
