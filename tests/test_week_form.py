import re

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import SUNDAY, birch, form_sets, hops, lifting
from made_up_week import of_kind, week_of

from analysis.base.blocks import Fact, Reps, Sides, Text
from analysis.base.display import Display
from analysis.models.form.sides import SideDifference
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.milestones import milestones_of
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import is_news, series_fact


class TestForm:
    """How clean repetitions and hinge depth are told on the page; how they are judged is in test_clean_reps."""

    MONDAYS = pd.date_range(end="2026-06-22", periods=16, freq="7D")
    CLEAN = (7, 8, 8, 7, 8, 8, 6, 8, 7, 8)

    def week(self, clean: list[int], **more) -> AthleteWeek:
        return week_of(birch().but(**lifting(form_sets(self.MONDAYS[-len(clean) :], clean, **more))))

    def test_counts_are_told_of_the_planned_reps(self):
        week = self.week([*self.CLEAN, *[2, 3, 2, 1, 2, 3]])
        fact = series_fact(week.forms.known[0], Display())
        assert (fact.subject, fact.state, fact.since) == (
            "romanian_deadlift.clean_reps",
            "clearly worse",
            "2026-05-18",
        )
        assert re.fullmatch(
            r"Clearly fewer clean reps since 18 May\. Romanian deadlift, clean reps: \S+ of 8, before \S+ of 8\.",
            fact.sentence,
        )

    def test_the_kind_that_breaks_is_told_beside_the_whole(self):
        facts = of_kind(sections.numbers(self.week([*self.CLEAN, *[2, 3, 2, 1, 2, 3]])), Fact)
        (of_kind_of_break,) = [fact for fact in facts if fact.subject == "romanian_deadlift.flexion"]
        assert of_kind_of_break.sentence.startswith("Clearly sooner since 18 May. Reps before the back rounds:")
        assert "romanian_deadlift.flexion" not in [
            one.subject for one in of_kind(sections.numbers(self.week(self.CLEAN)), Fact)
        ]

    def test_a_set_that_stayed_clean_is_said(self):
        week = self.week([6, 6, 7, 6, 8, 8])
        assert Text("In 2 of the last 6 sets form held to the last rep.") in sections.numbers(week)

    def test_rep_strips_show_the_last_sessions_newest_last(self):
        (drawn,) = of_kind(sections.numbers(self.week([6, 6, 6, 6, 6, 6, 6, 6, 3])), Reps)
        assert [row.label for row in drawn.rows][-1] == "22 Jun"
        assert len(drawn.rows) == 6
        assert sum(drawn.rows[-1].clean) == 3

    def test_hinge_depth_has_its_verdict_and_its_picture_on_the_page(self):
        deeper = [*[94.0, 95.0, 93.0, 94.0, 95.0] * 2, *[80.0, 81.0, 79.0, 80.0, 81.0, 80.0]]
        week = self.week([*self.CLEAN, *[8] * 6], angles_deg=deeper)
        fact = series_fact(week.depths.known[0], Display())
        assert (fact.state, fact.since) == ("clearly better", "2026-05-18")
        assert fact.sentence == ("Clearly deeper since 18 May. Romanian deadlift, hinge angle: 85°, before 99°.")
        message, picture, _ = sections.message(week)
        assert message.lead == "Your hinge is clearly deeper."
        assert (picture.unit, picture.decimals, picture.before) == ("°", 0, pytest.approx(98.5, abs=0.5))

    def test_a_week_without_an_angle_has_no_line_of_depth(self):
        frames = lifting(form_sets(self.MONDAYS[-9:], self.CLEAN[:9]))
        frames["reps"]["hinge_angle_deg"] = np.nan
        week = week_of(birch().but(**frames))
        assert week.depths.known == ()
        assert "Hinge depth" not in [row.name for row in sections.rest(week)[1].rows]


class TestSides:
    """How sides are told on the page; how they are judged is in test_sides."""

    DATES = tuple(str(day.date()) for day in pd.date_range(end="2026-06-01", periods=8, freq="28D"))
    LEFT = (150.0, 152.0, 149.0, 151.0, 150.0, 152.0, 149.0, 151.0)
    NEXT = (*LEFT[1:], 150.0)

    def fact(self, right) -> Fact:
        return self.told(right, self.DATES)[0]

    def told(self, right, dates) -> tuple[Fact, SideDifference]:
        week = week_of(birch().but(trials=hops(dates, self.LEFT[: len(right)], right)))
        return series_fact(week.sides.known[0], Display()), week.sides.known[0]

    def test_a_real_difference_is_said_with_its_direction_and_on_how_many_dates(self):
        fact = self.fact([169.0, 170.0, 168.0, 171.0, 169.0, 170.0, 168.0, 171.0])
        assert fact.sentence == "Your right side reaches 12 % further. Single-leg hop, on 8 of 8 dates."
        assert (fact.state, fact.lead) == (None, "Your right side reaches 12 % further.")
        assert "95 % interval" in fact.coach_sentence

    def test_one_bad_day_is_no_difference_we_can_be_sure_of(self):
        right = [151.0, 150.0, 150.0, 150.0, 152.0, 150.0, 150.0, 190.0]
        fact = self.fact(right)
        assert fact.state == "too close to call"
        assert fact.sentence == "No difference we can be sure of. Single-leg hop, 8 dates."

    @pytest.mark.parametrize("n", [3, 4, 5])
    def test_three_dates_are_enough_to_tell_a_large_difference_though_not_a_change_of_it(self, n):
        right = [169.0, 170.0, 168.0, 171.0, 169.0]
        fact, result = self.told(right[:n], self.DATES[-n:])
        assert (result.change.state, result.can_tell, is_news(result)) == ("cannot tell", True, True)
        assert fact.sentence == f"Your right side reaches 12 % further. Single-leg hop, on {n} of {n} dates."
        assert (fact.reason, fact.level) == (None, pytest.approx(result.estimate_pct))

    def test_two_dates_cannot_tell_and_say_how_many_are_missing(self):
        fact, result = self.told([169.0, 170.0], self.DATES[-2:])
        assert (result.is_sure, is_news(result)) == (False, False)
        assert fact.sentence == "Four more tests and we can tell. Single-leg hop, right over left."

    def test_what_was_tested_long_ago_is_told_no_more(self):
        dates = [str((pd.Timestamp(day) - pd.Timedelta(days=170)).date()) for day in self.DATES]
        fact, result = self.told([169.0, 170.0, 168.0, 171.0, 169.0, 170.0, 168.0, 171.0], dates)
        assert (result.is_sure, fact.reason) == (False, "stale")

    def test_a_sure_difference_is_drawn_apart_and_another_is_not(self):
        for right, apart in (([one + 19 for one in self.NEXT], True), (self.NEXT, False)):
            week = week_of(birch().but(trials=hops(self.DATES, self.LEFT, right)))
            (drawn,) = of_kind(sections.numbers(week), Sides)
            left_row, right_row = drawn.rows
            assert (left_row.high < right_row.low) == apart == week.sides.known[0].is_sure


class TestFormToldOn:
    """A change of form is told for its weeks, also where no set was rated in the newest of them."""

    CLEAN = (8,) * 16 + (2, 1, 2, 1, 2, 1)

    def changed(self):
        first = SUNDAY - pd.Timedelta(days=6 + 7 * len(self.CLEAN))
        days = list(pd.date_range(first, periods=len(self.CLEAN), freq="7D"))
        return week_of(birch().but(**lifting(form_sets(days, list(self.CLEAN)))))

    def test_the_page_and_the_squads_list_hold_it_without_a_set_of_this_week(self):
        week = self.changed()
        (form,) = week.forms.known
        assert not week.holds(form.last_date)
        assert form.change.state == "clearly worse"
        assert form in week.followed
        assert week.form_if_known is form
        assert sections.message(week)[0].state == "clearly worse"

    def test_a_streak_of_clean_sets_is_of_this_week_alone(self):
        assert not [one for one in milestones_of(self.changed()) if one.kind == "form"]

    def test_unchanged_form_of_weeks_ago_is_a_line_with_its_date(self):
        first = SUNDAY - pd.Timedelta(days=6 + 7 * 8)
        days = list(pd.date_range(first, periods=8, freq="7D"))
        week = week_of(birch().but(**lifting(form_sets(days, [7, 8, 7, 8, 7, 8, 7, 8]))))
        (row,) = [row for row in sections.rest(week)[1].rows if row.name == "Clean reps"]
        assert (row.value, row.below.endswith(", 15 Jun")) == ("8, 7, 8", True)
