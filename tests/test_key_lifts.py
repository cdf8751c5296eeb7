"""Key lifts where nobody has named any: from the log, by one rule, for pages and the command."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import SUNDAY, birch, lifting, loaded

from analysis.base.config import Config
from analysis.ingest.exercises import catalogue
from analysis.metrics.key_lifts import proposed_lifts
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.athlete_week.words import LIFTS_CHOSEN, NO_LIFT

EXERCISES = catalogue().described.set_index("exercise")[["pattern", "variant", "equipment"]]
DAYS = pd.date_range(end="2026-06-26", periods=12, freq="7D")


def log(**days: int) -> pd.DataFrame:
    """A work set of 5 with 100 kg on each of the last so many Fridays, by exercise."""
    rows = [(day, exercise) for exercise, n in days.items() for day in DAYS[-n:]]
    sets = pd.DataFrame(rows, columns=["local_date", "exercise"]).join(EXERCISES, on="exercise")
    return sets.assign(side="B", set_kind="work", load_kg=100.0, reps=5.0, counted=True)


def names(sets: pd.DataFrame) -> list[str]:
    return [lift.exercise for lift in proposed_lifts(sets, SUNDAY)]


def test_hinges_come_first_then_squats_then_the_others():
    assert names(log(bench_press=8, back_squat=5, romanian_deadlift=3)) == [
        *("romanian_deadlift", "back_squat", "bench_press"),
    ]


def test_two_of_a_pattern_and_three_in_all_those_done_more_often_first():
    many = log(deadlift=4, romanian_deadlift=7, hip_thrust=5, back_squat=8, bench_press=8, overhead_press=8)
    assert names(many) == ["romanian_deadlift", "hip_thrust", "back_squat"]


def test_a_lift_is_done_on_three_days_of_the_last_eight_weeks():
    assert names(log(deadlift=2, back_squat=3)) == ["back_squat"]
    assert names(log(deadlift=12).query("local_date < '2026-05-01'")) == []


@pytest.mark.parametrize(
    "exercise",
    [
        *("pull_up", "assisted_pull_up", "back_extension_45", "nordic_curl", "leg_curl_lying", "kettlebell_swing"),
        *("power_clean", "snatch", "broad_jump", "band_deadlift", "plank", "farmers_walk", "sumo_deadlift_high_pull"),
        *("clean_pull", "leg_extension", "calf_raise", "glute_bridge"),
    ],
)
def test_what_a_load_says_no_maximum_of_is_never_proposed(exercise):
    assert names(log(**{exercise: 8})) == []


def test_a_machine_is_proposed_only_where_its_pattern_has_no_free_weight():
    assert names(log(leg_press=8, back_squat=3)) == ["back_squat"]
    assert names(log(leg_press=8, romanian_deadlift=3)) == ["romanian_deadlift", "leg_press"]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"set_kind": "warm_up"}, {"load_kg": np.nan}, {"load_kg": -20.0}, {"load_kg": 0.0}, {"reps": 12.0}),
        *({"counted": False}, {"exercise": None}),
    ],
)
def test_warm_ups_help_copies_and_sets_that_tell_no_1rm_do_not_count(wrong):
    assert names(log(deadlift=8).assign(**wrong)) == []


def test_the_order_of_the_rows_changes_nothing():
    sets = log(deadlift=5, hip_thrust=5, back_squat=4)
    assert names(sets.sample(frac=1, random_state=1)) == names(sets) == ["deadlift", "hip_thrust", "back_squat"]


class TestThePage:
    def week(self, config: Config):
        sets, _ = loaded(DAYS, [100.0] * len(DAYS), rir=2.0)
        return athlete_week(birch().but(config=config, **lifting((sets, []))), SUNDAY)

    def test_a_page_without_named_lifts_follows_those_of_the_log_and_says_so(self):
        week = self.week(replace_lifts([]))
        assert [one.exercise for one in week.e1rms.known] == ["romanian_deadlift"]
        assert [block.text for block in sections.rest(week) if hasattr(block, "text")] == [LIFTS_CHOSEN]

    def test_where_bar_speed_is_measured_the_log_proposes_the_load_too(self):
        week = athlete_week(birch().but(config=replace_lifts([])), SUNDAY)
        assert [(lift.exercise, lift.anchor_load_kg) for lift in week.config.lifts] == [("romanian_deadlift", 60.0)]
        assert [one.anchor_kg for one in week.speeds.known] == [60.0]

    def test_a_lift_that_is_named_goes_before_the_log(self):
        week = self.week(replace_lifts([{"exercise": "hip_thrust", "name": "Hip thrust"}]))
        assert ([lift.exercise for lift in week.config.lifts], week.has_proposed_lifts) == (["hip_thrust"], False)
        assert any("Hip thrust" in one.sentence for one in (*week.speeds.missing, *week.e1rms.missing))

    def test_a_named_lift_without_an_anchor_load_is_followed_by_repetitions(self):
        week = self.week(replace_lifts([{"exercise": "romanian_deadlift", "name": "RDL"}]))
        assert (week.speeds.known, week.speeds.missing) == ((), ())
        assert [one.name for one in week.e1rms.known] == ["RDL"]

    def test_without_any_lift_done_often_enough_the_page_says_what_to_do(self):
        athlete = birch().but(config=replace_lifts([]))
        week = athlete_week(replace(athlete, sets=athlete.sets.tail(1), reps=athlete.reps.head(0)), SUNDAY)
        assert [block.text for block in sections.rest(week) if hasattr(block, "text")] == [NO_LIFT]

    def test_who_never_lifts_is_not_asked_for_a_set(self):
        athlete = birch().but(config=replace_lifts([]))
        week = athlete_week(replace(athlete, sets=athlete.sets.head(0), reps=athlete.reps.head(0)), SUNDAY)
        assert [block.text for block in sections.rest(week) if hasattr(block, "text")] == []


def replace_lifts(lifts: list[dict]) -> Config:
    return Config(lifts=lifts)
