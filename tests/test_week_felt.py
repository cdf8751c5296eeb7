import numpy as np
import pandas as pd
import pytest
from made_up_athlete import SUNDAY, answers, birch, labelled, table
from made_up_week import of_kind, week_of

from analysis.base.blocks import Cells, Fact
from analysis.base.errors import NotEnoughData
from analysis.metrics.adherence import week_days
from analysis.metrics.wellness import wellness_week
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.week import AthleteWeek


class TestAnswers:
    DAYS = pd.date_range(end=SUNDAY, periods=70)
    USUAL = [7.0, 8.0, 6.0, 7.0, 8.0, 7.0, 6.0] * 10

    def week(self, values, *, item: str = "sleep", until: pd.Timestamp = SUNDAY, **more) -> AthleteWeek:
        rows = [row | more for row in answers(self.DAYS, values, item)]
        return week_of(birch().but(wellness=table("wellness", rows)), until)

    def moved(self, by: float) -> list[float]:
        return [value + by * (place >= 56) for place, value in enumerate(self.USUAL)]

    def test_an_item_that_moved_for_good_is_a_line_of_how_you_felt(self):
        _, fact, *_ = sections.felt(self.week(self.moved(-3.0)))
        assert (fact.subject, fact.state, fact.since) == ("wellness.sleep.form", "clearly worse", "2026-06-15")
        assert fact.sentence == "Clearly lower since 15 Jun. Sleep: 4.0 points, before 7.0."

    def test_of_soreness_less_is_better(self):
        week = self.week(self.moved(-3.0), item="soreness", direction="lower_better")
        (one,) = week.answers.known
        assert (one.change.state, one.quantity.better) == ("clearly better", "lower")

    def test_an_item_that_holds_is_no_line(self):
        assert [type(block) for block in sections.felt(self.week(self.USUAL))] == [Fact, Cells]

    def test_how_you_felt_is_never_the_message(self):
        assert sections.message(self.week(self.moved(-3.0)))[0].lead == "All 12 lifting days in 4 weeks."

    def test_an_item_without_a_scale_or_a_good_direction_is_not_judged(self):
        assert self.week(self.USUAL, direction="").answers.known == ()
        (missing,) = self.week(self.USUAL, scale_max=None).answers.missing
        assert missing.sentence == "No answer on sleep yet. Note it tomorrow morning."

    def test_a_scale_that_changed_begins_anew(self):
        rows = answers(self.DAYS, self.USUAL)
        for row in rows[:60]:
            row["scale_max"] = 5
        (one,) = week_of(birch().but(wellness=table("wellness", rows))).answers.known
        assert one.change.n == 10


class TestWellness:
    WEEK = week_days(SUNDAY)

    def test_missing_days_stay_missing(self):
        rows = table("wellness", answers(self.WEEK[[0, 2]], [7.0, 0.0]))
        values = wellness_week(rows, self.WEEK)["value"]
        assert values[[0, 2]].tolist() == [7.0, 0.0]
        assert values[[1, 3, 4, 5, 6]].isna().all()

    @pytest.mark.parametrize(("n", "judged"), [(13, False), (14, True)])
    def test_a_usual_range_needs_fourteen_earlier_answers(self, n, judged):
        earlier = pd.date_range(end=self.WEEK[0] - pd.Timedelta(days=1), periods=n)
        rows = answers(earlier, [6.0 + day % 3 for day in range(n)]) + answers(self.WEEK[:2], [7.0, 1.0])
        week = wellness_week(table("wellness", rows), self.WEEK)
        assert week["inside"].tolist()[:3] == ([True, False, None] if judged else [None] * 3)

    def test_the_week_itself_is_not_in_its_own_range(self):
        earlier = pd.date_range(end=self.WEEK[0] - pd.Timedelta(days=1), periods=14)
        rows = answers(earlier, [6.0, 7.0] * 7)
        alone = wellness_week(table("wellness", rows + answers(self.WEEK[:1], [7.0])), self.WEEK)
        extreme = wellness_week(table("wellness", rows + answers(self.WEEK[:1], [1.0])), self.WEEK)
        assert alone["usual_low"].iloc[0] == extreme["usual_low"].iloc[0]

    def test_an_item_of_two_sources_has_a_row_each(self):
        rows = table("wellness", answers(self.WEEK[:1], [7.0]))
        both = pd.concat([rows, rows.assign(source="watch")])
        (drawn,) = of_kind(sections.felt(week_of(birch().but(wellness=both))), Cells)
        assert [row.label for row in drawn.rows] == ["Sleep (form) 1–10", "Sleep (watch) 1–10"]


class TestStandsOut:
    """What is said of the week's answers, and which questions are drawn."""

    DAYS = pd.date_range(end=SUNDAY, periods=28)

    def week(self, *last: float) -> AthleteWeek:
        sleep = [7.0, 8.0, 6.0, 7.0] * 7
        sleep[len(sleep) - len(last) :] = last
        return week_of(birch().but(wellness=table("wellness", answers(self.DAYS, sleep))))

    def test_one_answer_outside_the_usual_is_named_with_its_day(self):
        assert sections.felt(self.week(1.0))[0].sentence == ("Sleep was lower than usual on Sunday.")

    def test_several_are_counted_and_set_against_luck(self):
        two, three = (sections.felt(self.week(*[1.0] * n))[0].sentence for n in (2, 3))
        assert two == "2 unusual answers; luck can make as many."
        assert three == "3 unusual answers; luck makes about 0.7."

    def test_a_page_that_asks_for_answers_does_so_once(self):
        nothing = {name: getattr(birch(), name).iloc[:0] for name in ("wellness", "cues", "splits", "trials", "plan")}
        week = week_of(birch().but(**nothing))
        assert sections.next_step(week)[0].subject == "next.answers"
        with pytest.raises(NotEnoughData, match=r"^No answers yet\.$"):
            sections.felt(week)

    def test_of_a_week_ill_no_answer_is_asked_for(self):
        nothing = {name: getattr(birch(), name).iloc[:0] for name in ("wellness", "trials", "splits", "sets", "reps")}
        ill = labelled(("ill", "2026-06-22", "2026-06-28"))
        week = week_of(birch().but(**nothing, labels=ill, sessions=table("sessions", [])))
        assert sections.felt(week) == []

    def test_without_one_it_says_so(self):
        assert sections.felt(self.week())[0].sentence.endswith("No answer was off your usual.")

    def test_three_questions_are_drawn_those_that_stand_out_first_and_the_others_are_folded(self):
        names = ("energy", "mood", "soreness", "stress")
        rows = [row for name in names for row in answers(self.DAYS, [7.0, 8.0, 6.0, 7.0] * 7, name)]
        rows += answers(self.DAYS, [*([7.0, 8.0, 6.0, 7.0] * 6), 7.0, 8.0, 6.0, 1.0], "sleep")
        week = week_of(birch().but(wellness=table("wellness", rows)))
        (drawn,) = of_kind(sections.felt(week), Cells)
        assert [row.label for row in drawn.rows] == ["Sleep 1–10", "Energy 1–10", "Mood 1–10"]
        (folded,) = of_kind(sections.numbers(week), Cells)
        assert [row.label for row in folded.rows] == ["Soreness 1–10", "Stress 1–10"]

    def test_a_reading_of_a_device_has_its_unit(self):
        rows = table("wellness", answers(self.DAYS, [50.0] * 28, "resting_heart_rate_bpm"))
        week = week_of(birch().but(wellness=rows.assign(scale_min=np.nan, scale_max=np.nan)))
        (drawn,) = of_kind(sections.felt(week), Cells)
        assert [row.label for row in drawn.rows] == ["Resting heart rate, bpm"]

    def test_answers_that_moved_for_good_are_told_in_a_week_without_an_answer(self):
        moved = TestAnswers()
        week = moved.week(moved.moved(-3.0), until=SUNDAY + pd.Timedelta(days=7))
        (told,) = sections.felt(week)
        assert (told.subject, told.state) == ("wellness.sleep.form", "clearly worse")
        assert [one.change for one in week.followed if one.change.changed] == [week.answers.known[0].change]
