import re

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import (
    FLAT_M_S,
    FRIDAYS,
    MONDAY,
    MONDAYS,
    bar_speed,
    birch,
    form_sets,
    hops,
    labelled,
    last_day_off,
    last_days_off,
    lifting,
    runs_at,
    table,
    trained,
)
from made_up_week import LONG, NO_TRIALS, of_kind, week_of

from analysis.base.blocks import Lines, Sure
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.message import Message, best_headline, message_of
from analysis.pages.athlete_week.milestones import Milestone, milestones_of


class TestMessage:
    """One message, the first that there is: ill or off, form, a change, a milestone, a count, adherence, steady."""

    MONDAYS = pd.date_range(end="2026-06-22", periods=16, freq="7D")
    FORM = form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 2, 3, 2, 1, 2, 3])
    STEADY_FORM = form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 7, 8, 8, 7, 8, 7])
    ALL_CLEAN = form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 7, 8, 7, 8, 8, 8])
    GAIN = bar_speed(FRIDAYS, last_days_off(0.15))
    FLAT = bar_speed(FRIDAYS, FLAT_M_S)
    SLOWER = bar_speed(FRIDAYS, last_days_off(-0.15))
    BEST = bar_speed(FRIDAYS, last_day_off(0.15))
    FASTER_RUNS = runs_at([400, 404, 396, 402, 398, 400, 370, 372, 368])

    def said(self, *lifts, **frames) -> Message:
        return message_of(week_of(birch().but(**lifting(*(lifts or (self.FLAT, self.STEADY_FORM))), **frames)))

    def test_ill_or_off_comes_before_everything_else(self):
        frames = {name: frame[frame["local_date"] < MONDAY] for name, frame in lifting(self.GAIN, self.FORM).items()}
        frames["sessions"] = birch().sessions[birch().sessions["local_date"] < MONDAY]
        ill = message_of(week_of(birch().but(**frames, labels=labelled(("ill", "2026-06-22", "2026-06-28")))))
        assert (ill.headline, ill.lead, ill.picture, ill.sure) == ("You were ill", "Nothing was expected.", None, None)
        assert ill.fact.sentence == "You were ill. Nothing was expected."

    def test_form_comes_before_a_change_of_speed(self):
        told = self.said(self.GAIN, self.FORM)
        assert (told.headline, told.state) == ("You do clearly fewer clean reps", "clearly worse")
        assert re.fullmatch(r"Romanian deadlift: about \S+ of 8 clean since 18 May; before, \S+ of 8\.", told.lead)
        assert told.picture.unit == "of 8"

    def test_a_change_is_told_with_its_newest_value_both_levels_and_how_sure_it_is(self):
        told = self.said(self.GAIN, self.ALL_CLEAN)
        assert told.headline == "Your Romanian deadlift is clearly faster"
        assert told.lead == (
            "The 60 kg bar moved at 0.86 m/s on Friday. Since 12 June it is about 0.85 m/s; before, 0.70 m/s."
        )
        assert told.sure == Sure(3, "Sure: more than just luck.")
        assert (told.picture.since_day, told.picture.state) == ("12 June", "clearly better")

    def test_of_two_changes_the_one_found_last_is_told(self):
        may = bar_speed(LONG, np.where(LONG < "2026-05-01", 0.70, 0.80) + 0.01 * (np.arange(24) % 3))
        runs = self.said(may, self.STEADY_FORM, runs=self.FASTER_RUNS)
        assert runs.headline == "Your easy runs are clearly faster"
        assert self.said(may, self.STEADY_FORM).headline == "Your Romanian deadlift is clearly faster"

    def test_a_change_for_the_worse_is_told_as_it_is(self):
        told = self.said(self.SLOWER, self.STEADY_FORM)
        assert (told.headline, told.state) == ("Your Romanian deadlift is clearly slower", "clearly worse")

    def test_a_clear_best_is_told_of_its_day_and_is_no_new_level(self):
        told = self.said(self.BEST, self.STEADY_FORM)
        assert told.headline == "Your fastest Romanian deadlift at 60 kg so far"
        assert told.lead == "0.86 m/s on Friday. It beats all 8 days before by more than a good day makes."
        assert told.sure.level == 2

    @pytest.mark.parametrize(
        ("kind", "unit", "said"),
        [
            ("depth", "deg", "Your deepest clean Romanian deadlift so far"),
            ("speed", "m/s", "Your fastest Romanian deadlift so far"),
            ("check", "s", "Your fastest Romanian deadlift so far"),
            ("check", "cm", "Your best Romanian deadlift so far"),
            ("load", "kg", "Your heaviest Romanian deadlift so far"),
            ("clean_speed", "m/s", "Your fastest clean Romanian deadlift so far"),
        ],
    )
    def test_a_best_of_every_kind_has_a_headline_to_say_aloud(self, kind, unit, said):
        assert best_headline(Milestone(kind, "Romanian deadlift", 1.0, unit, clear=True)) == said

    def test_every_rep_clean_in_sets_in_a_row_is_a_milestone_with_its_squares(self):
        told = self.said(self.FLAT, self.ALL_CLEAN)
        assert (told.headline, told.lead) == ("Every rep clean, 3 sets in a row", "24 reps in a row were clean.")
        assert [row.clean for row in told.picture.rows] == [(True,) * 8] * 3

    def test_all_planned_days_of_four_weeks_come_before_those_of_one(self):
        told = self.said()
        assert (told.headline, told.picture) == ("All 12 lifting days in 4 weeks", None)
        assert told.lead == "Romanian deadlift and hinge depth held steady."
        missed = self.said(sessions=trained(left_out=("2026-06-15",)))
        assert missed.headline == "You did all 3 lifting days"
        late = self.said(sessions=trained(left_out=("2026-06-22",)))
        assert late.headline == "You did 2 of 3 lifting days"

    def test_without_news_and_plan_the_week_was_steady(self):
        told = self.said(plan=table("plan", []))
        assert (told.headline, told.lead) == ("A steady week", "Romanian deadlift and hinge depth held steady.")

    def test_what_is_too_close_to_call_is_not_said_to_have_held(self):
        young = bar_speed(FRIDAYS[-6:], FLAT_M_S[-6:] + np.array([0.05, -0.05, 0.04, -0.04, 0.05, -0.05]))
        told = self.said(young, plan=table("plan", []), splits=birch().splits.iloc[:0])
        assert (told.headline, told.lead) == ("You trained on 3 days", "Nothing moved more than good and bad days do.")

    def test_one_day_out_of_the_usual_is_no_message_and_is_not_said_to_be_usual(self):
        told = self.said(bar_speed(FRIDAYS, last_day_off(-0.15)), self.STEADY_FORM)
        assert told.headline == "All 12 lifting days in 4 weeks"
        assert "Romanian deadlift" not in told.lead

    def test_a_difference_of_the_sides_is_no_change_and_no_message(self):
        dates = [str(day.date()) for day in pd.date_range(end="2026-06-22", periods=8, freq="28D")]
        left = [150.0, 152.0, 149.0, 151.0, 150.0, 152.0, 149.0, 151.0]
        told = self.said(trials=hops(dates, left, [one + 19 for one in left[::-1]]))
        assert told.headline == "All 12 lifting days in 4 weeks"

    def test_a_week_with_one_day_says_what_makes_a_message(self):
        one = birch().but(**lifting(), sessions=trained(1, left_out=("2026-06-24", "2026-06-26")), trials=NO_TRIALS)
        told = message_of(week_of(one.but(splits=birch().splits.iloc[:0])))
        assert told.fact.sentence == "You trained on 1 day. Log 2 sessions in a week and this page says more."


class TestMilestones:
    GAIN = bar_speed(FRIDAYS, last_day_off(0.15))
    STEADY_FORM = form_sets(MONDAYS, [6, 7, 5, 6, 6, 7, 6, 6, 6])

    def found(self, *lifts) -> list[tuple]:
        week = week_of(birch().but(**lifting(*lifts)))
        return [(one.kind, one.what, one.clear) for one in milestones_of(week)]

    def test_what_luck_could_do_is_best_on_the_day_and_days_done_are_no_best(self):
        best = bar_speed(FRIDAYS, last_day_off(0.03))
        (told,) = of_kind(sections.tests(week_of(birch().but(**lifting(best, self.STEADY_FORM)))), Lines)
        assert told.lines == ("Best on the day: fastest Romanian deadlift at 60 kg, 0.74 m/s",)

    def test_a_best_beyond_the_error_of_two_days_is_clear(self):
        assert ("speed", "Romanian deadlift at 60 kg", True) in self.found(self.GAIN, self.STEADY_FORM)

    def test_three_sets_running_with_every_rep_clean_are_one_and_two_are_none(self):
        for clean, there in (([6, 7, 5, 6, 6, 7, 8, 8, 8], True), ([6, 7, 5, 6, 6, 7, 6, 8, 8], False)):
            found = self.found(bar_speed(FRIDAYS, FLAT_M_S), form_sets(MONDAYS, clean))
            assert (("form", "", True) in found) == there

    def test_a_device_swap_is_no_milestone(self):
        swapped = bar_speed(FRIDAYS, last_day_off(0.15), devices=["a"] * 8 + ["b"])
        week = week_of(birch().but(**lifting(swapped, self.STEADY_FORM)))
        assert milestones_of(week) == ()

    def test_the_heaviest_set_of_a_key_lift_is_best_on_the_day(self):
        sets, reps = bar_speed(FRIDAYS, FLAT_M_S)
        sets[-1]["load_kg"] = 80.0
        week = week_of(birch().but(**lifting((sets, reps))))
        assert ("load", "Romanian deadlift", 80.0, False) in [
            (one.kind, one.what, one.value, one.clear) for one in milestones_of(week)
        ]
