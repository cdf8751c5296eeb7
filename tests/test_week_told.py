from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import SUNDAY, MadeUp, bar_speed, birch, labelled, lifting
from made_up_week import LONG, week_of

from analysis.base.blocks import Fact, Trend
from analysis.base.display import Display
from analysis.models.change import Event
from analysis.pages.athlete_week.message import trend
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.pages.series import course_of, series_fact


def drawn(week: AthleteWeek) -> Trend:
    return trend(week, week.speeds.known[0])


class TestToldForEightWeeks:
    """A change is told for 8 weeks from the Sunday that finds it, then it is the usual: by the values alone."""

    VALUES = np.tile([0.70, 0.72, 0.71, 0.70], 6) + 0.1 * (LONG >= "2026-04-10")

    def weeks(self, athlete: MadeUp) -> dict[str, Fact]:
        """The fact of the speed on every Sunday from the change on."""
        sundays = pd.date_range("2026-04-05", SUNDAY, freq="7D")
        return {str(day.date()): series_fact(week_of(athlete, day).speeds.known[0], Display()) for day in sundays}

    def athlete(self, **more) -> MadeUp:
        return birch().but(**lifting(bar_speed(LONG, self.VALUES)), **more)

    def test_it_is_told_from_the_look_that_finds_it_for_8_weeks_and_is_then_the_usual(self):
        told = self.weeks(self.athlete())
        changed = [day for day, fact in told.items() if fact.state.flagged]
        assert changed == [str(day.date()) for day in pd.date_range("2026-04-19", periods=9, freq="7D")]
        assert {told[day].found_on for day in changed} == {"2026-04-19"}
        assert {told[day].since for day in changed} == {"2026-04-10"}
        last = told["2026-06-28"]
        assert (last.state, last.found_on, last.before) == ("steady", None, None)
        assert last.sentence == "Held steady. Romanian deadlift at 60 kg: 0.81 m/s."

    def test_a_page_of_an_earlier_week_is_the_same_whenever_it_is_made(self):
        day = pd.Timestamp("2026-05-10")
        known = lifting(bar_speed(LONG[day >= LONG], self.VALUES[day >= LONG]))
        then, later = birch().but(**known), self.athlete()
        assert series_fact(week_of(then, day).speeds.known[0], Display()) == series_fact(
            week_of(later, day).speeds.known[0], Display()
        )

    def test_both_levels_are_drawn_while_it_is_told_and_one_after(self):
        told, after = (drawn(week_of(self.athlete(), pd.Timestamp(day))) for day in ("2026-05-10", "2026-06-28"))
        assert told.before == pytest.approx(0.71, abs=0.01)
        assert told.level == pytest.approx(0.81, abs=0.01)
        assert told.since == pytest.approx(30 / 7)
        assert told.band_low < 0.80 < told.band_high
        assert told.before < told.band_low  # dots are judged against the current level
        assert (after.before, after.since) == (None, None)
        assert after.level == pytest.approx(0.81, abs=0.01)

    def test_a_block_that_lasts_longer_keeps_it_told_to_its_end(self):
        judging = replace(
            week_of(self.athlete()).judging,
            events=(Event("block", pd.Timestamp("2026-04-01"), pd.Timestamp("2026-07-12")),),
        )
        (one,) = athlete_week(self.athlete(), SUNDAY, by=judging).speeds.known
        assert (one.change.changed, one.change.told_to) == (True, pd.Timestamp("2026-07-12"))


class TestPlannedLight:
    VALUES = np.tile([0.70, 0.72, 0.71, 0.70], 6) - 0.12 * ((LONG >= "2026-06-01") & (LONG <= "2026-06-14"))

    def week(self, *labels) -> AthleteWeek:
        return week_of(birch().but(**lifting(bar_speed(LONG, self.VALUES)), labels=labelled(*labels)))

    def test_days_planned_light_are_drawn_as_light_and_judge_nothing(self):
        week = self.week(("deload", "2026-06-01", "2026-06-14"))
        (one,) = week.speeds.known
        (light,) = course_of(one, "", Display()).light
        assert (light.word, light.first, light.last) == ("deload", pytest.approx(27 / 7), pytest.approx(13 / 7))
        assert one.change.n == len(LONG) - 2
        assert one.change.level == pytest.approx(0.7075, abs=0.005)

    def test_without_the_label_they_count(self):
        (one,) = self.week().speeds.known
        assert course_of(one, "", Display()).light == ()
        assert one.change.n == len(LONG)

    def test_a_label_before_the_panel_or_of_a_device_is_not_drawn(self):
        (one,) = self.week(("ill", "2026-01-10", "2026-01-20"), ("travel", "2026-04-01", "2026-04-07")).speeds.known
        assert [light.word for light in course_of(one, "", Display()).light] == ["travel"]
