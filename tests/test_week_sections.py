import re

import numpy as np
import pandas as pd
import pytest
from contract import Result
from made_up_athlete import (
    CONFIG,
    COUNTED,
    FLAT_M_S,
    FRIDAYS,
    HOP,
    LIFT,
    MONDAY,
    MONDAYS,
    OF_A_DAY,
    SPRINT,
    SUNDAY,
    bar_speed,
    birch,
    form_sets,
    hops,
    last_days_off,
    left_out,
    lifting,
    loaded,
    plan_lines,
    runs_at,
    sprints,
    table,
)
from made_up_week import BANNED, FLAT_S, LONG, NO_TRIALS, SPRINT_DAYS, YEAR, of_kind, speeds, week_of

from analysis.base.blocks import Cells, Days, Fact, Lines, Measures, Numbers, Text
from analysis.base.errors import NotEnoughData
from analysis.models.checks import check_history
from analysis.models.form.clean_reps import form_history
from analysis.models.form.sides import side_difference
from analysis.models.result import TIDY_COLUMNS
from analysis.models.running.pace_at_heart_rate import pace_at_heart_rate
from analysis.pages.athlete_week import logged, sections

WRITTEN = (
    *(sections.message, sections.next_step, sections.rest, sections.felt, sections.next_week),
    *(sections.numbers, sections.notes, sections.certainty),
)


class TestSections:
    def test_the_whole_week_of_an_athlete_who_logs_everything(self):
        week = week_of(birch())
        assert [type(block) for block in sections.header(week)] == [Days, Fact]
        assert [type(block) for block in sections.message(week)] == [Fact]
        assert sections.next_step(week) == [Fact("next.cue", "Your cue: “butt back”")]
        assert [type(block) for block in sections.rest(week)] == [Fact, Measures]
        assert [type(block) for block in sections.felt(week)] == [Fact, Cells]
        assert [type(block) for block in sections.next_week(week)] == [Days, Numbers]
        assert sections.notes(week) == [Lines(("1 Jun: “snap the hips”", "18 May: “butt back”"))]

    def test_a_week_says_of_each_day_what_was_done_in_shapes_and_in_words(self):
        days, told = sections.header(week_of(birch()))
        assert [day.word for day in days.days] == [
            "Monday: lifted",
            "Tuesday: did a test",
            "Wednesday: lifted",
            "Thursday: rest",
            "Friday: lifted",
            "Saturday: answered, no training logged",
            "Sunday: answered, no training logged",
        ]
        marks = [("lift",), ("test",), ("lift",), ("rest",), ("lift",), ("answered",), ("answered",)]
        assert [day.marks for day in days.days] == marks
        assert days.legend == (("lift", "lift"), ("test", "test"), ("answered", "answered"), ("rest", "rest"))
        for mark, word in days.legend:  # what is read below the signs is what is heard of them
            assert all(word[:4] in day.word for day in days.days if mark in day.marks)
        assert told.sentence == "3 of 3 lifting days. 12 of 12 in 4 weeks."

    def test_a_day_without_a_log_has_nothing_logged_and_one_ahead_is_still_to_come(self):
        nothing = {name: getattr(birch(), name).iloc[:0] for name in ("wellness", "trials")}
        days, _ = sections.header(week_of(birch().but(**nothing), MONDAY + pd.Timedelta(days=5)))
        assert [day.word for day in days.days][-2:] == ["Saturday: nothing logged", "Sunday: still to come"]

    def test_the_next_week_is_seven_cells_with_the_tests_that_are_due(self):
        (cells,) = of_kind(sections.next_week(week_of(birch(), pd.Timestamp("2026-07-15"))), Days)
        assert (cells.days[1].word, cells.days[1].below) == ("Tuesday: 20 m sprint due", "Test")
        cells, table_of = sections.next_week(week_of(birch()))
        assert [day.below for day in cells.days] == ["Lift", "", "Lift", "", "Lift", "", ""]
        assert cells.days[3].word == "Thursday: rest"
        assert (table_of.title, table_of.rows[0]) == ("Day by day", ("Mon", "Day 1, drills"))

    def test_period_names_month_and_year_once(self):
        assert sections.period(week_of(birch())) == "22 – 28 June 2026"
        assert sections.period(week_of(birch(), pd.Timestamp("2026-07-01"))) == "29 June – 5 July 2026"
        assert sections.period(week_of(birch(), pd.Timestamp("2026-01-01"))) == "29 December 2025 – 4 January 2026"

    def test_a_test_is_done_on_its_day_and_a_scales_reading_is_answered(self):
        jumps, scale = hops(["2026-06-23"], [150.0], [151.0]), hops(["2026-06-27"], [70.0], [70.0])
        trials = pd.concat([jumps, scale.assign(test_id="body_mass")], ignore_index=True)
        days, _ = sections.header(week_of(birch().but(trials=trials, wellness=birch().wellness.iloc[:0])))
        assert [day.marks[0] for day in days.days] == ["lift", "test", "lift", "rest", "lift", "answered", "none"]

    def test_a_week_without_a_log_says_how_the_line_comes_back(self):
        later = week_of(birch(), SUNDAY + pd.Timedelta(days=14))
        with pytest.raises(NotEnoughData, match="Log 2 sessions and you get your line back"):
            sections.message(later)
        assert {day.marks for day in sections.header(later)[0].days} == {("none",)}
        with pytest.raises(NotEnoughData, match="No answers this week"):
            sections.felt(later)
        with pytest.raises(NotEnoughData, match="Your coach will add this"):
            sections.next_week(later)

    def test_before_anything_is_due_there_is_no_count_of_four_weeks(self):
        untrained = birch().but(plan=plan_lines(MONDAY, 1), sessions=table("sessions", []))
        first_day = week_of(untrained, MONDAY)
        assert logged.adherence_fact(first_day).sentence == "3 lifting days planned, none due yet."

    def test_without_a_plan_there_are_counts_only(self):
        week = week_of(birch().but(plan=table("plan", [])))
        assert sections.header(week)[1].sentence == "You lifted on 3 days and did tests on 1 day."
        assert sections.numbers(week)[1].sentence == "You lifted 580 kg in 2 sets."

    def test_a_lift_without_data_is_said_beside_the_others(self):
        hip_thrust = LIFT.model_copy(update={"exercise": "hip_thrust", "name": "Hip thrust"})
        week = week_of(birch().but(config=CONFIG.model_copy(update={"lifts": [LIFT, hip_thrust]})))
        facts = {fact.subject: fact.reason for fact in of_kind(sections.numbers(week), Fact)}
        assert facts["hip_thrust.speed_at_60kg"] == "too_few_values"
        assert facts["romanian_deadlift.speed_at_60kg"] is None

    def test_too_few_sessions_show_their_dots_and_how_many_are_missing(self):
        week = week_of(birch().but(**lifting(bar_speed(FRIDAYS[-2:], np.array([0.70, 0.72])))))
        (row,) = [row for row in sections.rest(week)[1].rows if row.name == "Romanian deadlift"]
        assert (row.below, row.value) == ("60 kg, four more sessions to go", "0.72 m/s")
        assert row.place is None

    def test_what_was_left_out_is_said_with_its_reason_newest_first(self):
        rows = [("2025-12-30", "Sleep", "", "typed twice"), ("2026-06-23", "20 m sprint", "trial 2", "gate fell over")]
        facts = sections.left_out(week_of(birch().but(exclusions=left_out(rows))))
        assert [fact.sentence for fact in facts] == [
            "Left out: 20 m sprint, 23 Jun, trial 2: gate fell over.",
            "Left out: Sleep, 30 Dec 2025: typed twice.",
        ]
        assert len({fact.subject for fact in facts}) == 2
        assert sections.left_out(week_of(birch())) == []

    @pytest.mark.parametrize(("count", "older"), [(6, []), (7, ["1 older value"]), (9, ["3 older values"])])
    def test_what_was_left_out_long_ago_is_counted(self, count, older):
        rows = [(f"2026-06-{day:02d}", "Sleep", "", "typed twice") for day in range(1, count + 1)]
        blocks = sections.left_out(week_of(birch().but(exclusions=left_out(rows))))
        assert len(of_kind(blocks, Fact)) == 6
        assert of_kind(blocks, Text) == [Text(f"{words} left out as well.") for words in older]

    def test_lines_that_changed_are_set_against_luck(self):
        week = week_of(birch())
        fact = sections.certainty(week)[0]
        told = [one for one in week.followed if one.change.state.known]
        assert fact.n == len(told) == 4  # speed, form, depth and sleep; a check and a side test are too few
        assert fact.estimate == pytest.approx(sum(one.change.null_probability for one in told))
        assert fact.sentence == (
            "Of 4 measures judged, 1 of them an answer, none has changed and stayed so. "
            "Luck alone seldom makes one look so."
        )
        assert fact.coach_sentence == (
            f"4 series judged, 0 told as changed; {fact.estimate:.2g} would be told if nothing had changed "
            "(season rate of unchanged series, each told for 8 weeks)."
        )

    def test_a_line_that_moved_is_among_those_found(self):
        gain = birch().but(**lifting(bar_speed(FRIDAYS, last_days_off(0.15))))
        fact = sections.certainty(week_of(gain))[0]
        assert fact.sentence == (
            "Of 2 measures judged, 1 of them an answer, 1 has changed and stayed so. "
            "Luck alone seldom makes one look so."
        )

    def test_what_cannot_be_told_is_not_counted_as_judged(self):
        young = birch().but(
            **lifting(bar_speed(FRIDAYS[-2:], FLAT_M_S[-2:])),
            splits=sprints(SPRINT_DAYS[-1:], [3.3]),
            wellness=table("wellness", []),
        )
        week = week_of(young)
        assert week.speeds.known
        with pytest.raises(NotEnoughData, match="Nothing could be judged yet"):
            sections.certainty(week)

    @pytest.mark.soak
    def test_athletes_read_short_sentences_without_banned_words(self):
        gain = lifting(
            bar_speed(LONG, np.where(LONG < "2026-05-01", 0.70, 0.80) + 0.01 * (np.arange(24) % 3)),
            form_sets(MONDAYS, [7, 7, 6, 7, 7, 6, 3, 2, 3]),
        )
        runs = runs_at([400, 404, 396, 402, 398, 400, 370, 372, 368])
        changed = birch().but(**gain, runs=runs, splits=sprints(YEAR, [*FLAT_S[:5], 3.10, 3.12, 3.11]))
        told = [
            fact.sentence
            for athlete in (birch(), changed)
            for part in WRITTEN
            for fact in of_kind(part(week_of(athlete)), Fact)
        ]
        assert len(told) > 20
        for text in told:
            assert not BANNED.search(text)
            assert not re.search(r"\b(\w+) \1\b", text)
            for sentence in re.split(r"(?<=[a-z%])[.:;](?:\s|$)", text):
                assert len(sentence.split()) <= 15, sentence

    def test_nothing_is_written_into_the_athletes_frames(self):
        athlete = birch()
        before = {name: frame.copy() for name, frame in vars(athlete).items() if isinstance(frame, pd.DataFrame)}
        week = week_of(athlete)
        for part in (sections.header, sections.tests, *WRITTEN):
            part(week)
        for name, frame in before.items():
            pd.testing.assert_frame_equal(getattr(athlete, name), frame)


RESULTS = {
    "speed_at_load": lambda: speeds(FLAT_M_S),
    "check_history": lambda: check_history(sprints(YEAR, FLAT_S), NO_TRIALS, SPRINT, SUNDAY),
    "pace_at_heart_rate": lambda: pace_at_heart_rate(runs_at([400, 404, 396, 402, 398, 400]), birch().samples, SUNDAY),
    "form_history": lambda: form_history(birch().sets, birch().reps, SUNDAY),
    "side_difference": lambda: side_difference(birch().trials, HOP, SUNDAY),
    "e1rm_by_day": lambda: week_of(birch().but(**lifting((loaded(LONG[-10:], [100.0] * 10)[0], [])))).e1rms.known[0],
    "answers": lambda: week_of(birch()).answers.known[0],
    "hinge_depth": lambda: week_of(birch()).depths.known[0],
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_answers_the_same_questions(name):
    result = RESULTS[name]()
    assert isinstance(result, Result)
    assert list(result.tidy().columns) == TIDY_COLUMNS
    assert len(result.glance()) == 1
    augmented = result.augment()
    assert (augmented[".fitted"] + augmented[".resid"]).notna().all()


def test_joined_columns_of_the_made_up_athlete_are_those_of_a_workspace():
    assert set(COUNTED) - set(OF_A_DAY) == {"counted"}
    assert "local_date" in birch().reps
