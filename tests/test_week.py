import re
from dataclasses import replace

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
    MadeUp,
    answers,
    bar_speed,
    birch,
    form_sets,
    hops,
    labelled,
    last_day_off,
    last_days_off,
    left_out,
    lifting,
    loaded,
    noise_of,
    plan_lines,
    runs_at,
    session,
    sprints,
    table,
    trained,
)

from analysis.base.blocks import Cells, Chips, Course, Days, Fact, Lines, Reps, Sides, Text, Tiles
from analysis.base.config import Check
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.speed_at_load import speed_over_dates_figure
from analysis.metrics.adherence import away, day_states, plan_status, week_days
from analysis.metrics.wellness import wellness_week
from analysis.models.change import Event
from analysis.models.checks import check_history
from analysis.models.form.clean_reps import form_history
from analysis.models.form.sides import SideDifference, side_difference
from analysis.models.noise import SquadNoise
from analysis.models.result import TIDY_COLUMNS
from analysis.models.running.pace_at_heart_rate import pace_at_heart_rate
from analysis.models.series import Judging
from analysis.models.strength.speed_at_load import speed_at_load
from analysis.pages.athlete_week import logged, measured, sections
from analysis.pages.athlete_week.milestones import milestones_of
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.pages.series import is_news, series_fact
from analysis.pages.squad_noise import noise_table, squad_exposures

BANNED = re.compile(r"risk|injur|overtrain|abnormal|responder|cause|noise|interval|\bband|by chance|bpm", re.IGNORECASE)
NO_TRIALS = table("trials", [])
SPRINT_DAYS = ["2026-03-30", "2026-04-27", "2026-05-25", "2026-06-23"]
YEAR = [str(day.date()) for day in pd.date_range(end="2026-06-23", periods=8, freq="28D")]
FLAT_S = [3.30, 3.33, 3.31, 3.32, 3.30, 3.31, 3.33, 3.32]
LONG = pd.date_range(end="2026-06-26", periods=24, freq="7D")
WRITTEN = (*(sections.message, sections.your_week, sections.speed, sections.form, sections.run, sections.sides),)


def week_of(athlete: MadeUp, until: pd.Timestamp = SUNDAY) -> AthleteWeek:
    return athlete_week(athlete, until)


def speeds(speeds_m_s, *, until: pd.Timestamp = SUNDAY, **more):
    frames = lifting(bar_speed(FRIDAYS[-len(speeds_m_s) :], np.asarray(speeds_m_s), **more))
    return speed_at_load(frames["sets"], frames["reps"], LIFT, 60, until)


def of_kind(blocks, kind):
    return [block for block in blocks if isinstance(block, kind)]


class TestSpeedAtLoad:
    def test_a_lasting_gain_is_told_since_its_first_day_with_what_was_before(self):
        result = speeds(last_days_off(0.15))
        assert (result.change.state, result.change.since) == ("clearly better", FRIDAYS[-3])
        assert series_fact(result).sentence == (
            "Clearly faster since 12 Jun. Romanian deadlift at 60 kg: 0.85 m/s, before 0.70 m/s."
        )

    def test_one_fast_day_is_unusual_and_no_gain(self):
        result = speeds(last_day_off(0.15))
        assert (result.change.state.flagged, result.change.today) == (False, "unusually high")
        assert series_fact(result).sentence.endswith("Your last session: 0.86 m/s, 0.16 m/s faster than usual.")

    def test_no_change_is_never_told_on_the_made_up_scatter(self):
        result = speeds(FLAT_M_S)
        assert result.change.state == "steady"
        assert result.exposures["value"].to_numpy() == pytest.approx(FLAT_M_S)

    def test_a_new_device_is_not_a_gain(self):
        result = speeds(FLAT_M_S + np.repeat([0.0, 0.05], [7, 2]), devices=["encoder one"] * 7 + ["encoder two"] * 2)
        assert (result.change.state, result.change.reason) == ("cannot tell", "series_broken")
        assert result.exposures["comparable"].tolist() == [False] * 7 + [True] * 2
        assert series_fact(result).sentence == (
            "Cannot tell yet. Romanian deadlift at 60 kg: a new device or rater began; "
            "four more sessions and we can tell."
        )
        week = week_of(birch().but(**lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 7 + ["b"] * 2))))
        assert Text("7 sessions up to 12 Jun on another device, not compared.") in sections.speed(week)

    def test_six_sessions_on_the_new_device_are_a_series_again(self):
        result = speeds(FLAT_M_S, devices=["encoder one"] * 3 + ["encoder two"] * 6)
        assert (result.change.state, result.change.reason, result.change.n) == ("too close to call", None, 6)
        assert result.began_anew == FRIDAYS[3]

    def test_a_squad_whose_device_errs_more_says_less_of_the_same_values(self):
        frames = lifting(bar_speed(FRIDAYS, last_days_off(0.15)))
        by = Judging(SquadNoise(noise_of(("romanian_deadlift", "encoder one", "m/s", 0.15))))
        result = speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY, judging=by)
        assert result.change.noise.n_athletes == 12
        assert (speeds(last_days_off(0.15)).change.changed, result.change.changed) == (True, False)

    def test_after_three_weeks_without_a_set_the_last_one_is_stale(self):
        assert speeds(FLAT_M_S, until=FRIDAYS[-1] + pd.Timedelta(days=21)).change.reason is None
        assert speeds(FLAT_M_S, until=FRIDAYS[-1] + pd.Timedelta(days=22)).change.reason == "stale"

    def test_only_sets_within_2_5_percent_of_the_anchor_count(self):
        near = bar_speed(FRIDAYS[:4], FLAT_M_S[:4], load_kg=61.5)
        far = bar_speed(FRIDAYS[4:], FLAT_M_S[4:] - 0.1, load_kg=62.0)
        frames = lifting(near, far)
        result = speed_at_load(frames["sets"], frames["reps"], LIFT, 60, FRIDAYS[3])
        assert len(result.exposures) == 4

    def test_a_longer_set_does_not_read_as_a_slower_day(self):
        sets, reps = bar_speed(FRIDAYS, FLAT_M_S)
        tired = [{**reps[-1], "rep_no": rep, "mean_velocity_m_s": 0.5} for rep in (4, 5, 6)]
        frames = lifting((sets, reps + tired))
        result = speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY)
        assert result.exposures["value"].iloc[-1] == pytest.approx(0.71)

    def test_a_device_of_another_velocity_is_said_and_not_mixed_in(self):
        sets, reps = bar_speed(FRIDAYS, FLAT_M_S)
        peak = [{**reps[-1], "rep_no": 4, "mean_velocity_m_s": np.nan, "peak_velocity_m_s": 1.2}]
        frames = lifting((sets, reps + peak))
        assert speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY).n_reps_without_metric == 1
        assert Text("1 rep without this kind of speed left out.") in sections.speed(week_of(birch().but(**frames)))

    def test_no_bar_speed_says_what_to_measure(self):
        frames = lifting()
        with pytest.raises(NotEnoughData, match="Measure 3 reps at 60 kg"):
            speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY)


class TestOneSided:
    """A lift for one leg: two series, each with its own level, that err alike."""

    SIDED = lifting(
        bar_speed(FRIDAYS, last_days_off(0.15), side="L"),
        bar_speed(FRIDAYS, FLAT_M_S, side="R"),
    )

    def test_each_side_is_told_by_itself_under_a_name_of_its_own(self):
        week = week_of(birch().but(**self.SIDED))
        told = {fact.subject: fact.state for fact in of_kind(sections.speed(week), Fact)}
        assert told == {
            "romanian_deadlift.speed_at_60kg.left": "clearly better",
            "romanian_deadlift.speed_at_60kg.right": "steady",
        }
        assert sections.message(week)[0].sentence.endswith(
            "Romanian deadlift left at 60 kg: 0.85 m/s, before 0.70 m/s."
        )

    def test_both_sides_are_one_quantity_of_the_squads_noise(self):
        squad = [birch().but(**self.SIDED, athlete_id=name) for name in ("one", "two", "three")]
        known = squad_exposures(squad, SUNDAY)
        speeds_known = known[known["quantity"] == "romanian_deadlift"]
        assert speeds_known["series"].nunique() == 2
        table = noise_table(squad, SUNDAY).set_index("quantity")
        row = table.loc["romanian_deadlift"]
        assert (row["n_athletes"], row["n_exposures"]) == (3, 3 * 2 * len(FRIDAYS))


class TestE1rmFromRepetitions:
    WEEKS = pd.date_range(end="2026-06-26", periods=16, freq="7D")
    LOADS = (100.0, 102.5, 100.0, 97.5, 102.5, 100.0, 97.5, 100.0, 100.0, 102.5)

    def week(self, loads, *, reps=(), **more) -> AthleteWeek:
        sets, _ = loaded(self.WEEKS[-len(loads) :], loads, **more)
        return week_of(birch().but(**lifting((sets, list(reps)))))

    def test_where_no_bar_speed_is_measured_the_1rm_of_the_sets_is_followed(self):
        week = self.week([*self.LOADS, *[115.0, 117.5, 112.5, 115.0, 117.5, 115.0]])
        (fact, course) = sections.speed(week)
        assert (fact.subject, fact.state, fact.since) == ("romanian_deadlift.e1rm", "clearly better", "2026-05-22")
        assert (
            fact.sentence
            == "Clearly stronger sets since 22 May. Romanian deadlift, 1RM at least: 134 kg, before 117 kg."
        )
        assert (course.unit, course.decimals, course.state) == ("kg", 0, "clearly better")
        assert sections.message(week)[0].sentence == fact.sentence

    def test_the_same_loads_week_after_week_hold_steady_and_move_by_nothing(self):
        (fact, _) = sections.speed(self.week([100.0] * 12))
        assert (fact.state, fact.sentence) == (
            "steady",
            "Held steady. Romanian deadlift, 1RM at least: 117 kg.",
        )

    def test_repetitions_in_reserve_are_added(self):
        plain, rated = self.week(self.LOADS), self.week(self.LOADS, rir=2.0)
        levels = [week.e1rms.known[0].exposures["value"].iloc[0] for week in (plain, rated)]
        assert levels == pytest.approx([100 * (1 + 5 / 30), 100 * (1 + 7 / 30)])

    def test_a_lift_with_bar_speed_has_no_second_line(self):
        assert week_of(birch()).e1rms.known == ()
        assert [one.subject for one in of_kind(sections.speed(week_of(birch())), Fact)] == [
            "romanian_deadlift.speed_at_60kg"
        ]

    def test_sets_of_more_than_ten_say_nothing_and_the_page_asks_for_a_speed(self):
        week = self.week(self.LOADS, reps=[])
        many = week_of(birch().but(**lifting(loaded(self.WEEKS[:10], self.LOADS, reps=12))))
        assert (len(week.e1rms.known), len(many.e1rms.known)) == (1, 0)
        with pytest.raises(NotEnoughData, match="No bar speed of Romanian deadlift"):
            sections.speed(many)


class TestChecks:
    def test_the_best_trial_over_both_gates_is_the_value_of_a_day(self):
        history = check_history(sprints(["2026-06-23"], [3.20]), NO_TRIALS, SPRINT, SUNDAY)
        assert history.exposures["value"].tolist() == pytest.approx([3.20])
        assert history.exposures["n_trials"].tolist() == [3]
        assert history.next_due == pd.Timestamp("2026-07-21")

    def test_a_faster_sprint_for_good_is_a_smaller_time_and_better(self):
        history = check_history(sprints(YEAR, [*FLAT_S[:5], 3.10, 3.12, 3.11]), NO_TRIALS, SPRINT, SUNDAY)
        assert (history.change.state, history.change.gain > 0) == ("clearly better", True)
        assert series_fact(history).sentence == "Clearly faster since 28 Apr. 20 m sprint: 3.11 s, before 3.31 s."

    def test_a_slower_sprint_is_worse_and_called_slower(self):
        history = check_history(sprints(YEAR, [*FLAT_S[:5], 3.50, 3.52, 3.51]), NO_TRIALS, SPRINT, SUNDAY)
        assert (history.change.state, history.change.gain < 0) == ("clearly worse", True)
        assert series_fact(history).sentence.startswith("Clearly slower since 28 Apr.")

    def test_five_checks_cannot_tell_and_say_how_many_are_missing(self):
        history = check_history(sprints(YEAR[-5:], FLAT_S[:5]), NO_TRIALS, SPRINT, SUNDAY)
        assert (history.change.reason, history.change.more_needed) == ("too_few_values", 1)
        assert series_fact(history).sentence == "Cannot tell yet. 20 m sprint: one more test and we can tell."

    def test_without_a_published_error_the_own_values_tell_it(self):
        of_unknown = sprints(YEAR, FLAT_S).assign(device="a beam of our own")
        plain = Check(test_id="sprint_20m", name="20 m sprint", unit="s", distance_m=20, swc=0.03)
        sources = [check_history(of_unknown, NO_TRIALS, check, SUNDAY).change.noise.source for check in (plain, SPRINT)]
        assert sources == ["own values", "squad and own values"]

    def test_a_trial_with_a_gate_missing_is_counted_and_left_out(self):
        splits = sprints(["2026-06-23"], [3.20])
        splits.loc[0, "time_s"] = np.nan
        history = check_history(splits, NO_TRIALS, SPRINT, SUNDAY)
        assert history.n_trials_left_out == 1
        assert history.exposures["value"].tolist() == pytest.approx([3.22])

    def test_splits_beyond_the_distance_of_the_check_do_not_count(self):
        ten = SPRINT.model_copy(update={"distance_m": 10.0})
        assert check_history(sprints(["2026-06-23"], [3.20]), NO_TRIALS, ten, SUNDAY).change.latest == (
            pytest.approx(1.92)
        )

    def test_a_check_of_the_trials_table_takes_the_mean_where_the_config_says_so(self):
        jump = Check(
            test_id="hop", name="Jump", unit="cm", metric="distance", lower_is_better=False, statistic="mean", swc=2
        )
        both_legs = hops(["2026-06-23"], [30.0], [30.0]).query("side == 'L'").assign(side="B")
        assert check_history(sprints([], []), both_legs, jump, SUNDAY).change.latest == pytest.approx(32.0)

    def test_a_check_done_on_one_side_at_a_time_is_a_side_test(self):
        jump = Check(test_id="hop", name="Jump", unit="cm", metric="distance", lower_is_better=False, swc=2)
        with pytest.raises(DataProblem, match="side_tests"):
            check_history(sprints([], []), birch().trials, jump, SUNDAY)

    def test_two_intervals_without_the_check_are_stale(self):
        late = pd.Timestamp("2026-06-23") + pd.Timedelta(days=57)
        history = check_history(sprints(YEAR, FLAT_S), NO_TRIALS, SPRINT, late)
        assert history.change.reason == "stale"
        assert series_fact(history).sentence == (
            "Cannot tell yet. 20 m sprint: your last test was too long ago. Do one soon."
        )

    def test_no_check_says_what_to_do(self):
        with pytest.raises(NotEnoughData, match="No 20 m sprint yet"):
            check_history(sprints([], []), NO_TRIALS, SPRINT, SUNDAY)


class TestPaceAtHeartRate:
    STEADY = (400, 404, 396, 402, 398, 400)

    def pace(self, paces, heart_rates=None, **more):
        return pace_at_heart_rate(runs_at(list(paces), heart_rates, **more), birch().samples, SUNDAY)

    def test_pace_comes_from_the_distance_where_the_watch_gives_no_speed(self):
        assert self.pace([400]).exposures["value"].tolist() == pytest.approx([400.0])

    def test_faster_runs_at_the_same_heart_rate_are_clearly_better(self):
        paces = [*self.STEADY, 370, 372, 368]
        result = self.pace(paces)
        assert (result.low_bpm, result.high_bpm) == (135, 145)
        assert result.change.state == "clearly better"
        week = week_of(birch().but(runs=runs_at(paces)))
        assert of_kind(sections.run(week), Fact)[-1].sentence == (
            "Clearly faster since 9 Jun. Easy pace: 6:10 min/km, before 6:40 min/km."
        )

    def test_a_run_at_another_heart_rate_is_counted_and_left_out(self):
        result = self.pace([*self.STEADY, 300], [141] * 6 + [170])
        assert (len(result.exposures), result.n_runs_left_out) == (6, 1)
        week = week_of(birch().but(runs=runs_at([*self.STEADY, 300], [141] * 6 + [170])))
        assert sections.run(week)[-1] == Text(
            "Easy is your usual heart rate, 135 to 145 beats a minute. 1 run with too little time at it left out."
        )

    def test_the_copy_of_a_run_is_not_read(self):
        with pytest.raises(NotEnoughData, match="No run with a heart rate"):
            self.pace(self.STEADY, counted=False)

    def test_rides_have_no_running_pace(self):
        with pytest.raises(NotEnoughData, match="No run with a heart rate"):
            self.pace(self.STEADY, sport="Biking")


class TestForm:
    """How clean repetitions and hinge depth are told on the page; how they are judged is in test_clean_reps."""

    MONDAYS = pd.date_range(end="2026-06-22", periods=16, freq="7D")
    CLEAN = (7, 8, 8, 7, 8, 8, 6, 8, 7, 8)

    def week(self, clean: list[int], **more) -> AthleteWeek:
        return week_of(birch().but(**lifting(form_sets(self.MONDAYS[-len(clean) :], clean, **more))))

    def test_counts_are_told_of_the_planned_reps(self):
        fact = sections.form(self.week([*self.CLEAN, *[2, 3, 2, 1, 2, 3]]))[0]
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
        facts = of_kind(sections.form(self.week([*self.CLEAN, *[2, 3, 2, 1, 2, 3]])), Fact)
        (of_kind_of_break,) = [fact for fact in facts if fact.subject == "romanian_deadlift.flexion"]
        assert of_kind_of_break.sentence.startswith("Clearly fewer clean reps since 18 May. Reps without flexion:")
        assert "romanian_deadlift.flexion" not in [
            one.subject for one in sections.form(self.week(self.CLEAN)) if isinstance(one, Fact)
        ]

    def test_a_set_that_stayed_clean_is_said(self):
        week = self.week([6, 6, 7, 6, 8, 8])
        assert Text("Form held to the last rep in 2 of 6 sets: it might have held longer.") in sections.form(week)

    def test_rep_strips_show_the_last_sessions_newest_last(self):
        (drawn,) = of_kind(sections.form(self.week([6, 6, 6, 6, 6, 6, 6, 6, 3])), Reps)
        assert [row.label for row in drawn.rows][-1] == "22 Jun 50 kg"
        assert len(drawn.rows) == 6
        assert sum(drawn.rows[-1].clean) == 3

    def test_hinge_depth_has_its_verdict_and_its_picture_on_the_page(self):
        deeper = [*[94.0, 95.0, 93.0, 94.0, 95.0] * 2, *[80.0, 81.0, 79.0, 80.0, 81.0, 80.0]]
        week = self.week([*self.CLEAN, *[8] * 6], angles_deg=deeper)
        (fact,) = [one for one in of_kind(sections.form(week), Fact) if one.subject.endswith("hinge_angle")]
        assert (fact.state, fact.since) == ("clearly better", "2026-05-18")
        assert fact.sentence == ("Clearly deeper since 18 May. Romanian deadlift, hinge angle: 85°, before 99°.")
        (course,) = of_kind(sections.form(week), Course)
        assert (course.unit, course.decimals, course.before) == ("deg", 0, pytest.approx(98.5, abs=0.5))

    def test_a_week_without_an_angle_has_no_line_of_depth(self):
        frames = lifting(form_sets(self.MONDAYS[-9:], self.CLEAN[:9]))
        frames["reps"]["hinge_angle_deg"] = np.nan
        week = week_of(birch().but(**frames))
        assert week.depths.known == ()
        assert not of_kind(sections.form(week), Course)


class TestOnePartOfASection:
    """What is measured is told also where its section lacks another part, with the sentence on what is missing."""

    MONDAYS = TestForm.MONDAYS[-9:]

    def test_hinge_depth_is_told_where_nobody_rated_form(self):
        frames = lifting(form_sets(self.MONDAYS, [8] * 9))
        frames["reps"]["form_flags"] = None
        missing, depth, _, *_ = sections.form(week_of(birch().but(**frames)))
        assert (missing.state, missing.sentence) == (
            "cannot tell",
            "No form notes yet. Ask your coach to rate one set a week.",
        )
        assert depth.subject == "romanian_deadlift.hinge_angle"

    def test_hinge_depth_of_another_week_is_no_section_of_its_own(self):
        frames = lifting(form_sets(self.MONDAYS[:-1], [8] * 8))
        with pytest.raises(NotEnoughData, match="No form notes this week"):
            sections.form(week_of(birch().but(**frames)))

    def test_answers_that_moved_for_good_are_told_in_a_week_without_an_answer(self):
        moved = TestAnswers()
        week = moved.week(moved.moved(-3.0), until=SUNDAY + pd.Timedelta(days=7))
        missing, told = sections.felt(week)
        assert missing.sentence.startswith("No answers this week.")
        assert (told.subject, told.state) == ("wellness.sleep.form", "clearly worse")
        assert [one.change for one in week.followed if one.change.changed] == [week.answers.known[0].change]


class TestSides:
    """How sides are told on the page; how they are judged is in test_sides."""

    DATES = tuple(str(day.date()) for day in pd.date_range(end="2026-06-01", periods=8, freq="28D"))
    LEFT = (150.0, 152.0, 149.0, 151.0, 150.0, 152.0, 149.0, 151.0)
    NEXT = (*LEFT[1:], 150.0)

    def fact(self, right) -> Fact:
        return self.told(right, self.DATES)[0]

    def told(self, right, dates) -> tuple[Fact, SideDifference]:
        week = week_of(birch().but(trials=hops(dates, self.LEFT[: len(right)], right)))
        return of_kind(sections.sides(week), Fact)[0], week.sides.known[0]

    def test_a_real_difference_is_said_with_its_direction_and_on_how_many_dates(self):
        fact = self.fact([169.0, 170.0, 168.0, 171.0, 169.0, 170.0, 168.0, 171.0])
        assert fact.sentence == "Your right side is 12 % larger. Single-leg hop, on 8 of 8 dates."
        assert (fact.state, fact.lead) == (None, "Your right side is 12 % larger.")
        assert "90 % interval" in fact.coach_sentence

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
        assert fact.sentence == f"Your right side is 12 % larger. Single-leg hop, on {n} of {n} dates."
        assert (fact.reason, fact.level) == (None, pytest.approx(result.estimate_pct))

    def test_two_dates_cannot_tell_and_say_how_many_are_missing(self):
        fact, result = self.told([169.0, 170.0], self.DATES[-2:])
        assert (result.is_sure, is_news(result)) == (False, False)
        assert fact.sentence == "Cannot tell yet. Single-leg hop, right over left: four more tests and we can tell."

    def test_what_was_tested_long_ago_is_told_no_more(self):
        dates = [str((pd.Timestamp(day) - pd.Timedelta(days=170)).date()) for day in self.DATES]
        fact, result = self.told([169.0, 170.0, 168.0, 171.0, 169.0, 170.0, 168.0, 171.0], dates)
        assert (result.is_sure, fact.reason) == (False, "stale")

    def test_a_sure_difference_is_drawn_apart_and_another_is_not(self):
        for right, apart in (([one + 19 for one in self.NEXT], True), (self.NEXT, False)):
            week = week_of(birch().but(trials=hops(self.DATES, self.LEFT, right)))
            (drawn,) = of_kind(sections.sides(week), Sides)
            left_row, right_row = drawn.rows
            assert (left_row.high < right_row.low) == apart == week.sides.known[0].is_sure


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
        assert fact.sentence == "Clearly lower since 15 Jun. Sleep: 4.0 points, before 7.0 points."

    def test_of_soreness_less_is_better(self):
        week = self.week(self.moved(-3.0), item="soreness", direction="lower_better")
        (one,) = week.answers.known
        assert (one.change.state, one.quantity.better) == ("clearly better", "lower")

    def test_an_item_that_holds_is_no_line(self):
        assert [type(block) for block in sections.felt(self.week(self.USUAL))] == [Fact, Cells, Text]

    def test_how_you_felt_is_never_the_message(self):
        assert sections.message(self.week(self.moved(-3.0)))[0].sentence.startswith("You did all 3 planned days")

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
        cells = logged.wellness_cells(week_of(birch().but(wellness=both)))
        assert [row.label for row in cells.rows] == ["Sleep (form)", "Sleep (watch)"]


class TestAdherence:
    WEEK = week_days(SUNDAY)
    PLAN = plan_lines(MONDAY, 1)

    def status(self, *sessions, until: pd.Timestamp = SUNDAY, labels: pd.DataFrame | None = None):
        result = plan_status(self.PLAN, table("sessions", list(sessions)), self.WEEK, until, labels=labels)
        return dict(zip(result["role"], result["status"], strict=True))

    @pytest.mark.parametrize(
        ("start", "first"), [("monday", "2026-06-22"), ("sunday", "2026-06-28"), ("saturday", "2026-06-27")]
    )
    def test_the_week_begins_where_the_squad_says(self, start, first):
        days = week_days(SUNDAY, start)
        assert days[0] == pd.Timestamp(first)
        assert SUNDAY in days

    def test_done_moved_part_and_missed(self):
        got = self.status(
            session(MONDAY, "a", role="day_1"),
            session(MONDAY + pd.Timedelta(days=3), "b", role="day_3"),
            session(MONDAY + pd.Timedelta(days=4), "c", role="other"),
        )
        assert got == {"day_1": "done", "day_3": "moved", "day_5": "part"}
        assert set(self.status().values()) == {"missed"}

    def test_two_days_off_is_missed_not_moved(self):
        assert self.status(session(MONDAY + pd.Timedelta(days=2), "a", role="day_1"))["day_1"] == "missed"

    def test_a_strength_log_without_roles_takes_the_role_of_the_plan(self):
        assert self.status(session(MONDAY, "a"))["day_1"] == "done"
        assert self.status(session(MONDAY, "a"), session(MONDAY, "b", role="day_5"))["day_1"] == "part"

    def test_a_run_is_not_the_planned_strength_day(self):
        assert self.status(session(MONDAY, "a", kind="run"))["day_1"] == "missed"

    def test_one_session_is_never_counted_for_two_planned_days(self):
        plan = pd.concat([self.PLAN, self.PLAN.iloc[[0]].assign(local_date=MONDAY + pd.Timedelta(days=2), line_no=2)])
        once = table("sessions", [session(MONDAY + pd.Timedelta(days=1), "a", role="day_1")])
        status = plan_status(plan, once, self.WEEK, SUNDAY)
        assert (status["status"] == "moved").sum() == 1

    def test_what_may_still_be_done_is_planned(self):
        got = self.status(until=MONDAY + pd.Timedelta(days=2))
        assert got == {"day_1": "missed", "day_3": "planned", "day_5": "planned"}

    @pytest.mark.parametrize(
        ("kind", "became"),
        [
            ("ill", ["off", "off", "missed"]),
            ("travel", ["off", "off", "missed"]),
            ("deload", ["missed"] * 3),
            ("taper", ["missed"] * 3),
            ("return", ["missed"] * 3),
        ],
    )
    def test_nothing_is_due_of_who_is_ill_or_away(self, kind, became):
        labels = labelled((kind, "2026-06-22", "2026-06-24"))
        assert list(self.status(labels=labels).values()) == became

    def test_what_was_done_while_ill_is_done_and_what_was_not_is_not_due(self):
        labels = labelled(("ill", "2026-06-22", "2026-06-28"))
        got = self.status(session(MONDAY, "a", role="day_1"), session(self.WEEK[2], "b", role="other"), labels=labels)
        assert got == {"day_1": "done", "day_3": "part", "day_5": "off"}

    def test_what_is_still_to_come_is_not_due_while_ill(self):
        got = self.status(until=MONDAY, labels=labelled(("ill", "2026-06-22", "2026-06-24")))
        assert got == {"day_1": "off", "day_3": "off", "day_5": "planned"}

    def test_a_day_called_two_things_is_off_if_one_of_them_is_away(self):
        labels = labelled(("deload", "2026-06-22", "2026-06-28"), ("travel", "2026-06-22", "2026-06-22"))
        assert list(self.status(labels=labels).values()) == ["off", "missed", "missed"]
        both = labelled(("travel", "2026-06-22", "2026-06-23"), ("ill", "2026-06-23", "2026-06-24"))
        assert away(self.WEEK[:4], both).fillna("").tolist() == ["travel", "travel", "ill", ""]

    def test_the_days_of_who_is_ill_are_off_unless_trained(self):
        nothing = table("sets", [], **COUNTED), table("runs", [], **COUNTED)
        sessions = table("sessions", [session(MONDAY, "a"), session(self.WEEK[1], "b", status="rest", kind="other")])
        labels = labelled(("ill", "2026-06-22", "2026-06-24"), ("deload", "2026-06-25", "2026-06-26"))
        states = day_states(self.WEEK, sessions, *nothing, labels)["state"].tolist()
        assert states == ["done", "off", "off", "none", "none", "none", "none"]

    def test_a_day_without_a_log_is_neither_rest_nor_off(self):
        sessions = table(
            "sessions",
            [
                session(MONDAY, "a"),
                session(self.WEEK[1], "b", status="rest", kind="other"),
                session(self.WEEK[2], "c", status="off", kind="other"),
            ],
        )
        runs = table("runs", [], **COUNTED)
        sets = table("sets", [], **COUNTED)
        states = day_states(self.WEEK, sessions, sets, runs)["state"].tolist()
        assert states == ["done", "rest", "off", "none", "none", "none", "none"]


class TestIllOrAway:
    """What the page says of planned days on which the athlete was ill or away."""

    WEEK = ("2026-06-22", "2026-06-28")

    def week(self, *labels: tuple[str, str, str], **frames) -> AthleteWeek:
        nothing = {name: table(name, [], **COUNTED) for name in ("sets", "runs")} | {"reps": birch().reps.iloc[:0]}
        nothing |= {"sessions": table("sessions", [])}
        return week_of(birch().but(labels=labelled(*labels), **(nothing | frames)))

    @pytest.mark.parametrize(
        ("labels", "said"),
        [
            ([("ill", *WEEK)], "You were ill. Nothing was expected."),
            ([("travel", *WEEK)], "You were away. Nothing was expected."),
            (
                [("travel", "2026-06-22", "2026-06-24"), ("ill", "2026-06-25", "2026-06-28")],
                "You were away and ill. Nothing was expected.",
            ),
        ],
    )
    def test_of_a_week_away_nothing_is_expected_and_nothing_missed(self, labels, said):
        for week in (self.week(*labels), self.week(*labels, plan=table("plan", []))):
            assert sections.your_week(week)[0].sentence == said
            assert sections.message(week)[0].sentence == said
            assert set(week.plan["status"]) <= {"off"}
            assert (week.adherence.due, week.adherence.off) == (0, len(week.plan))

    def test_a_day_of_illness_is_told_beside_what_was_due(self):
        week = self.week(("ill", "2026-06-22", "2026-06-22"), sessions=table("sessions", [session(FRIDAYS[-1], "a")]))
        fact, *_, tiles = sections.your_week(week)
        assert fact.sentence == "You did 1 of 2 planned days. You were ill on 1 more; nothing was expected then."
        assert [tile.status for tile in tiles.tiles] == ["off", "missed", "done"]
        assert tiles.tiles[0].text.endswith(", ill")

    def test_all_that_was_due_is_all_that_was_planned_but_for_illness(self):
        done = [session(day, str(day), role=role) for day, role in ((FRIDAYS[-1], "day_5"), (MONDAY, "day_1"))]
        week = self.week(("ill", "2026-06-24", "2026-06-24"), sessions=table("sessions", done))
        assert [(one.kind, one.value) for one in milestones_of(week)] == [("effort", 2)]

    @pytest.mark.parametrize("kind", ["deload", "taper", "return"])
    def test_what_is_planned_light_is_due_as_planned(self, kind):
        week = self.week((kind, *self.WEEK))
        assert not week.excused
        assert week.adherence.due == 3
        with pytest.raises(NotEnoughData, match="you get your line back"):
            sections.message(week)

    def test_a_week_half_away_without_a_plan_is_not_excused(self):
        week = self.week(
            ("ill", "2026-06-22", "2026-06-23"), plan=table("plan", []), wellness=birch().wellness.iloc[:0]
        )
        with pytest.raises(NotEnoughData, match="Nothing logged this week"):
            sections.your_week(week)

    def test_a_week_of_answers_alone_is_not_one_with_nothing_logged(self):
        week = self.week(plan=table("plan", []), trials=birch().trials.iloc[:0])
        assert sections.your_week(week)[0].sentence == "You answered on 7 days; no training is logged."
        assert set(week.day_states["state"]) == {"answered"}


class TestSections:
    def test_the_whole_week_of_an_athlete_who_logs_everything(self):
        week = week_of(birch())
        assert [type(block) for block in sections.header(week)] == [Days, Text]
        assert [type(block) for block in sections.your_week(week)] == [Fact, Fact, Tiles]
        assert [type(block) for block in sections.speed(week)] == [Fact, Course]
        assert [type(block) for block in sections.form(week)] == [Fact, Reps, Fact, Course, Text]
        assert [type(block) for block in sections.run(week)] == [Fact, Course, Text]
        assert [type(block) for block in sections.sides(week)] == [Fact, Sides]
        assert [type(block) for block in sections.felt(week)] == [Fact, Cells, Text]
        assert [type(block) for block in sections.next_week(week)] == [Fact, Lines]

    def test_period_names_month_and_year_once(self):
        assert sections.period(week_of(birch())) == "22 – 28 June 2026"
        assert sections.period(week_of(birch(), pd.Timestamp("2026-07-01"))) == "29 June – 5 July 2026"
        assert sections.period(week_of(birch(), pd.Timestamp("2026-01-01"))) == "29 December 2025 – 4 January 2026"

    def test_header_counts_logged_days(self):
        days, remark = sections.header(week_of(birch()))
        assert days.states == ("done", "answered", "done", "rest", "done", "answered", "answered")
        assert remark == Text("Based on 7 of 7 days.")

    def test_a_day_without_a_log_answer_or_test_has_nothing_logged(self):
        nothing = {name: getattr(birch(), name).iloc[:0] for name in ("wellness", "trials")}
        days, remark = sections.header(week_of(birch().but(**nothing)))
        assert days.states == ("done", "none", "done", "rest", "done", "none", "none")
        assert remark == Text("Based on 4 of 7 days.")

    def test_a_test_is_done_on_its_day_and_a_scales_reading_is_answered(self):
        jumps, scale = hops(["2026-06-23"], [150.0], [151.0]), hops(["2026-06-27"], [70.0], [70.0])
        trials = pd.concat([jumps, scale.assign(test_id="body_mass")], ignore_index=True)
        days, _ = sections.header(week_of(birch().but(trials=trials, wellness=birch().wellness.iloc[:0])))
        assert days.states == ("done", "done", "done", "rest", "done", "answered", "none")

    def test_a_week_without_a_log_says_how_the_line_comes_back(self):
        later = week_of(birch(), SUNDAY + pd.Timedelta(days=14))
        with pytest.raises(NotEnoughData, match="Log 2 sessions and you get your line back"):
            sections.message(later)
        assert set(sections.header(later)[0].states) == {"none"}
        with pytest.raises(NotEnoughData, match="No form notes this week"):
            sections.form(later)
        with pytest.raises(NotEnoughData, match="No answers this week"):
            sections.felt(later)
        with pytest.raises(NotEnoughData, match="Your coach will add this"):
            sections.next_week(later)
        assert sections.milestones(later) == []

    def test_missed_days_that_nobody_logged_are_said_to_be_unlogged(self):
        gone = trained(left_out=("2026-06-15", "2026-06-17", "2026-06-18", "2026-06-19"))
        sets = birch().sets.query("local_date < '2026-06-15' or local_date > '2026-06-21'")
        week = week_of(birch().but(sessions=gone, sets=sets))
        assert week.adherence_four_weeks.done == 9
        note = logged.plan_tiles(week).note
        assert note == "9 of 12 over four weeks."
        silent = week_of(birch().but(sessions=gone, sets=sets, wellness=birch().wellness.iloc[:0]))
        note = logged.plan_tiles(silent).note
        assert note == "9 of 12 over four weeks. Nothing at all was logged on 3 of the missed days."

    def test_before_anything_is_due_there_is_no_count_of_four_weeks(self):
        untrained = birch().but(plan=plan_lines(MONDAY, 1), sessions=table("sessions", []))
        first_day = week_of(untrained, MONDAY)
        assert logged.adherence_fact(first_day).sentence == "3 days planned, none due yet."
        assert logged.plan_tiles(first_day).note == ""

    def test_without_a_plan_there_are_counts_only(self):
        week = week_of(birch().but(plan=table("plan", [])))
        assert [fact.sentence for fact in sections.your_week(week)] == [
            "You lifted on 3 days.",
            "You lifted 580 kg in 2 sets.",
        ]

    def test_a_lift_without_data_is_said_beside_the_others(self):
        hip_thrust = LIFT.model_copy(update={"exercise": "hip_thrust", "name": "Hip thrust"})
        week = week_of(birch().but(config=CONFIG.model_copy(update={"lifts": [LIFT, hip_thrust]})))
        facts = of_kind(sections.speed(week), Fact)
        assert [fact.reason for fact in facts] == [None, "too_few_values"]
        assert facts[1].subject == "hip_thrust.speed_at_60kg"

    def test_no_bar_speed_at_all_is_the_sections_sentence(self):
        with pytest.raises(NotEnoughData, match="No bar speed of Romanian deadlift at 60 kg yet"):
            sections.speed(week_of(birch().but(**lifting())))

    def test_too_few_sessions_show_their_dots_and_how_many_are_missing(self):
        week = week_of(birch().but(**lifting(bar_speed(FRIDAYS[-2:], np.array([0.70, 0.72])))))
        fact, course = sections.speed(week)
        assert fact.sentence == "Cannot tell yet. Romanian deadlift at 60 kg: four more sessions and we can tell."
        assert course.values == pytest.approx([0.70, 0.72])
        assert (course.band_low, course.level, course.before) == (None, None, None)

    def test_sides_are_left_out_where_nobody_tested_them(self):
        assert sections.sides(week_of(birch().but(trials=NO_TRIALS))) == []

    def test_the_cue_is_the_one_of_the_rated_lift(self):
        assert sections.form(week_of(birch()))[-1] == Text("Your cue: “butt back”.")

    def test_answers_outside_the_usual_range_are_set_against_luck(self):
        assert logged.felt_fact(week_of(birch())).sentence == (
            "You answered on 7 of 7 days. No answer was outside your usual; luck alone makes about 0.7."
        )
        for values, found in (([1.0], "1 answer was"), ([1.0, 1.0], "2 answers were")):
            days = pd.date_range(end=SUNDAY, periods=28)
            sleep = [7.0, 8.0, 6.0, 7.0] * 7
            sleep[-len(values) :] = values
            week = week_of(birch().but(wellness=table("wellness", answers(days, sleep))))
            assert f" {found} outside your usual;" in logged.felt_fact(week).sentence

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
        (fact,) = sections.certainty(week)
        told = [one for one in week.followed if one.change.state.known]
        assert fact.n == len(told) == 4  # speed, form, depth and sleep; a check and a side test are too few
        assert fact.estimate == pytest.approx(sum(one.change.null_probability for one in told))
        assert fact.sentence == "Of 4 lines here none has changed. Luck alone would move less than 0.1."
        assert fact.coach_sentence == (
            f"4 series judged, 0 told as changed; {fact.estimate:.2g} would be told if nothing had changed "
            "(season rate of unchanged series, each told for 8 weeks)."
        )

    def test_a_line_that_moved_is_among_those_found(self):
        gain = birch().but(**lifting(bar_speed(FRIDAYS, last_days_off(0.15))))
        (fact,) = sections.certainty(week_of(gain))
        assert fact.sentence == "Of 2 lines here 1 has changed. Luck alone would move less than 0.1."

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
            for part in (*WRITTEN, sections.felt, sections.next_week, sections.certainty)
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
        for part in (
            sections.milestones,
            sections.your_week,
            sections.speed,
            sections.form,
            sections.run,
            sections.felt,
        ):
            part(week)
        for name, frame in before.items():
            pd.testing.assert_frame_equal(getattr(athlete, name), frame)


class TestTotals:
    def facts(self, **frames) -> dict[str, Fact]:
        return {fact.subject: fact for fact in logged.totals_facts(week_of(birch().but(**frames)).totals)}

    def test_tonnage_is_the_volume_load_of_the_weeks_counted_work_sets(self):
        sets, reps = form_sets(MONDAYS[-2:], [6, 6])
        copy, warm_up = ({**sets[-1], "set_no": 2, "counted": False}, {**sets[-1], "set_no": 3, "set_kind": "warm_up"})
        fact = self.facts(**lifting((([*sets, copy, warm_up]), reps)))["your_week.volume_load"]
        assert (fact.estimate, fact.unit, fact.n) == (8 * 50.0, "kg", 1)
        assert fact.sentence == "You lifted 400 kg in 1 set."

    def test_a_set_without_a_load_is_said_and_not_taken_for_zero(self):
        sets, reps = form_sets(MONDAYS[-1:], [6])
        unknown = {**sets[-1], "set_no": 2, "load_kg": np.nan}
        fact = self.facts(**lifting(([*sets, unknown], reps)))["your_week.volume_load"]
        assert fact.sentence == "You lifted 400 kg in 2 sets. 1 of the sets has no known load and adds nothing."
        fact = self.facts(**lifting(([unknown], reps)))["your_week.volume_load"]
        assert (fact.estimate, fact.sentence) == (None, "You did 1 set. No load is known, so there is no total.")

    def test_body_weight_sets_are_sets(self):
        sets, reps = form_sets(MONDAYS[-1:], [6])
        fact = self.facts(**lifting(([{**sets[-1], "load_kg": 0.0}], reps)))["your_week.volume_load"]
        assert (fact.estimate, fact.sentence) == (0.0, "You did 1 set without added load.")

    def test_distance_is_that_of_the_weeks_counted_runs(self):
        runs = runs_at([400, 400], distance_m=8123.4)
        fact = self.facts(runs=runs)["your_week.run_distance"]
        assert (fact.estimate, fact.unit, fact.sentence) == (8123.4, "m", "You ran 8.1 km in 1 run.")
        assert "your_week.run_distance" not in self.facts(runs=runs.assign(counted=False))
        unknown = self.facts(runs=runs.assign(distance_m=np.nan))["your_week.run_distance"]
        assert unknown.sentence == "You did 1 run. No distance is known, so there is no total."

    def test_what_was_left_out_of_the_weeks_runs_is_said_by_day(self):
        runs = runs_at([400, 400], distance_m=8123.4)
        assert "your_week.left_out" not in self.facts(runs=runs)
        told = self.facts(runs=runs.assign(left_out="1 point off the way"))["your_week.left_out"]
        assert (told.sentence, told.n) == (f"Left out on {runs['local_date'].max():%A}: 1 point off the way.", 1)
        assert "your_week.left_out" not in self.facts(runs=runs.assign(left_out=None))

    def test_a_ride_is_no_run(self):
        ride = self.facts(runs=runs_at([400], distance_m=30000.0).assign(sport="cycling"))["your_week.run_distance"]
        assert (ride.estimate, ride.sentence) == (None, "No run. 1 activity of another sport.")
        rides = runs_at([400], distance_m=30000.0).assign(sport="9", kind="ride")
        told = self.facts(runs=rides)["your_week.run_distance"]
        assert (told.estimate, told.sentence) == (None, "No run. 1 ride.")

    def test_the_kind_of_its_session_makes_a_run_whatever_the_word_of_the_app(self):
        runs = runs_at([400], distance_m=8000.0).assign(sport="9", kind="run")
        assert self.facts(runs=runs)["your_week.run_distance"].sentence == "You ran 8.0 km in 1 run."

    def test_a_measurement_at_rest_is_nothing_that_was_done(self):
        runs = runs_at([400], distance_m=0.0).assign(sport="generic", kind="measurement")
        assert "your_week.run_distance" not in self.facts(runs=runs)


class TestWithoutAPlan:
    """What is said was done where no plan says what was to be done."""

    def said(self, *done: tuple[str, str], runs: pd.DataFrame | None = None, **frames) -> str:
        sessions = table("sessions", [session(pd.Timestamp(day), kind, kind=kind) for day, kind in done])
        nothing = {name: table(name, [], **COUNTED) for name in ("sets", "runs")} | {"reps": birch().reps.iloc[:0]}
        nothing |= {"plan": table("plan", []), "trials": birch().trials.iloc[:0], "sessions": sessions}
        frames |= {} if runs is None else {"runs": runs}
        return sections.your_week(week_of(birch().but(**(nothing | frames))))[0].sentence

    def test_sprints_and_tests_are_told(self):
        assert self.said(("2026-06-23", "sprint")) == "You logged 1 sprint session."
        assert self.said(trials=hops(["2026-06-23"], [150.0], [151.0])) == "You did tests on 1 day."
        both = self.said(("2026-06-23", "strength"), ("2026-06-24", "time_trial"))
        assert both == "You lifted on 1 day and logged 1 time trial."

    def test_rides_and_swims_are_told_as_what_they_are(self):
        runs = pd.concat([runs_at([400], sport=kind).assign(kind=kind) for kind in ("ride", "ride", "swim")])
        assert self.said(runs=runs) == "You logged 2 rides and 1 swim."

    def test_a_log_of_a_recorded_run_is_no_second_one(self):
        run = runs_at([400], sport="9").assign(kind="run")
        assert self.said(("2026-06-23", "run"), ("2026-06-24", "run"), runs=run) == "You logged 2 runs."

    def test_a_measurement_at_rest_is_no_training(self):
        assert self.said(("2026-06-23", "measurement")) == "You answered on 7 days; no training is logged."


class TestLongTimes:
    TRIAL = Check(
        test_id="sprint_20m", name="1200 m time trial", unit="s", distance_m=20, te=3.0, te_df=4, swc=2, every_days=28
    )
    SLOW = (290.0, 291.0, 292.0, 290.0, 291.0)

    def history(self, best_s):
        return check_history(sprints(YEAR[-len(best_s) :], best_s), NO_TRIALS, self.TRIAL, SUNDAY)

    def test_minutes_are_read_and_seconds_are_kept(self):
        fact = series_fact(self.history([*self.SLOW, 262.4, 263.0, 262.0]))
        assert fact.sentence == "Clearly faster since 28 Apr. 1200 m time trial: 4:22.4 min, before 4:50.8 min."
        assert (fact.unit, fact.change) == ("s", pytest.approx(-28.4, abs=0.5))

    def test_a_difference_of_minutes_is_read_as_minutes(self):
        text = series_fact(self.history([*self.SLOW, 290.0, 291.0, 160.0])).sentence
        assert text.endswith("Your last test: 2:40.0 min, 2:10.7 min faster than usual.")

    def test_the_drawing_carries_seconds(self):
        (drawn,) = of_kind(measured.check_blocks(self.history([*self.SLOW, 262.4, 263.0, 262.0])), Course)
        assert (drawn.values[-1], drawn.unit, drawn.decimals) == (pytest.approx(262.0), "s", 1)
        assert drawn.title == "1200 m time trial, 23 Jun, lower is better: the last 52 weeks"

    def test_a_check_not_done_this_week_is_one_line_with_its_next_date(self):
        week = week_of(birch(), SUNDAY + pd.Timedelta(days=7))
        blocks = sections.run(week)
        assert [type(block) for block in blocks] == [Fact]
        assert blocks[0].sentence == "20 m sprint: 3.32 s on 23 Jun. Next: Tue 21 Jul."
        assert blocks[0].state == series_fact(week.checks.known[0]).state

    def test_a_check_that_is_overdue_says_since_when(self):
        week = week_of(birch(), SUNDAY + pd.Timedelta(days=28))
        assert sections.run(week)[0].sentence.endswith("The next was due: Tue 21 Jul.")


class TestSpeedChart:
    def test_caption_names_lift_and_load(self):
        caption = speed_over_dates_figure(speeds(FLAT_M_S)).layout.title.text.replace("<br>", " ")
        assert caption == "Romanian deadlift at 60 kg, all sessions; shaded: usual range"

    def test_the_level_covers_its_own_days_only(self):
        frames = lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 3 + ["b"] * 6))
        shown = speed_over_dates_figure(speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY))
        (level,) = [trace for trace in shown.data if trace.name == "level now"]
        assert (pd.Timestamp(level.x[0]), pd.Timestamp(level.x[1])) == (FRIDAYS[3], SUNDAY)

    def test_another_device_is_marked_and_open(self):
        frames = lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 4 + ["b"] * 5))
        shown = speed_over_dates_figure(speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY))
        assert [trace.marker.symbol for trace in shown.data] == ["circle-open", "square"]
        marks = [pd.Timestamp(shape.x0) for shape in shown.layout.shapes if shape.type == "line"]
        assert marks == [FRIDAYS[4]]
        assert "open: another device" in shown.layout.title.text.replace("<br>", " ")

    def test_a_wide_usual_range_leaves_the_speeds_a_third_of_the_height(self):
        result = speeds([0.70, 0.90, 0.50, 0.70, 0.90, 0.50])
        low, high = speed_over_dates_figure(result).layout.yaxis.range
        assert (high - low) <= 3.3 * 0.4
        assert low < 0.50 < 0.90 < high

    def test_the_numbers_behind_the_chart_are_its_sessions_newest_first(self):
        table_of = sections.speed_numbers(week_of(birch()))[0]
        assert len(table_of.rows) == len(FRIDAYS)
        assert table_of.rows[0] == ("26 Jun 2026", "0.71", "3", "encoder one")


class TestMessage:
    """One sentence, the first that there is: ill or off, form, a change, a milestone, adherence, steady."""

    MONDAYS = pd.date_range(end="2026-06-22", periods=16, freq="7D")
    FORM = form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 2, 3, 2, 1, 2, 3])
    STEADY_FORM = form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 7, 8, 8, 7, 8, 7])
    ALL_CLEAN = form_sets(MONDAYS, [7, 8, 8, 7, 8, 8, 6, 8, 7, 8, 7, 8, 7, 8, 8, 8])
    GAIN = bar_speed(FRIDAYS, last_days_off(0.15))
    FLAT = bar_speed(FRIDAYS, FLAT_M_S)
    SLOWER = bar_speed(FRIDAYS, last_days_off(-0.15))
    FASTER_RUNS = runs_at([400, 404, 396, 402, 398, 400, 370, 372, 368])

    def line(self, *lifts, **frames) -> str:
        return sections.message(week_of(birch().but(**lifting(*(lifts or (self.FLAT, self.STEADY_FORM))), **frames)))[
            0
        ].sentence

    def test_ill_or_off_comes_before_everything_else(self):
        frames = {name: frame[frame["local_date"] < MONDAY] for name, frame in lifting(self.GAIN, self.FORM).items()}
        frames["sessions"] = birch().sessions[birch().sessions["local_date"] < MONDAY]
        ill = birch().but(**frames, labels=labelled(("ill", "2026-06-22", "2026-06-28")))
        assert sections.message(week_of(ill))[0].sentence == "You were ill. Nothing was expected."

    def test_form_comes_before_a_change_of_speed(self):
        assert self.line(self.GAIN, self.FORM).startswith("Clearly fewer clean reps since 18 May.")

    def test_a_change_comes_before_a_milestone(self):
        text = "Clearly faster since 12 Jun. Romanian deadlift at 60 kg: 0.85 m/s, before 0.70 m/s."
        assert self.line(self.GAIN, self.ALL_CLEAN) == text

    def test_of_two_changes_the_one_found_last_is_told(self):
        may = bar_speed(LONG, np.where(LONG < "2026-05-01", 0.70, 0.80) + 0.01 * (np.arange(24) % 3))
        assert self.line(may, self.STEADY_FORM, runs=self.FASTER_RUNS).startswith("Clearly faster since 9 Jun. Easy")
        assert self.line(may, self.STEADY_FORM).startswith("Clearly faster since 1 May. Romanian")

    def test_a_change_for_the_worse_is_told_as_it_is(self):
        text = "Clearly slower since 12 Jun. Romanian deadlift at 60 kg: 0.55 m/s, before 0.70 m/s."
        assert self.line(self.SLOWER, self.STEADY_FORM) == text

    def test_a_milestone_comes_before_adherence(self):
        assert self.line(self.FLAT, self.ALL_CLEAN) == "Clear best: 3 sets running with every rep clean."

    def test_without_news_the_plan_is_the_message(self):
        assert self.line() == "You did all 3 planned days; nothing changed for good."

    def test_without_news_and_plan_the_week_was_steady(self):
        assert self.line(plan=table("plan", [])) == "A steady week: 3 days trained, and nothing changed for good."

    def test_one_day_out_of_the_usual_is_no_message(self):
        assert self.line(bar_speed(FRIDAYS, last_day_off(-0.15)), self.STEADY_FORM).startswith("You did all 3")

    def test_a_difference_of_the_sides_is_no_change_and_no_message(self):
        dates = [str(day.date()) for day in pd.date_range(end="2026-06-22", periods=8, freq="28D")]
        left = [150.0, 152.0, 149.0, 151.0, 150.0, 152.0, 149.0, 151.0]
        assert self.line(trials=hops(dates, left, [one + 19 for one in left[::-1]])).startswith("You did all 3")


class TestToldForEightWeeks:
    """A change is told for 8 weeks from the Sunday that finds it, then it is the usual: by the values alone."""

    VALUES = np.tile([0.70, 0.72, 0.71, 0.70], 6) + 0.1 * (LONG >= "2026-04-10")

    def weeks(self, athlete: MadeUp) -> dict[str, Fact]:
        """The fact of the speed on every Sunday from the change on."""
        sundays = pd.date_range("2026-04-05", SUNDAY, freq="7D")
        return {str(day.date()): series_fact(week_of(athlete, day).speeds.known[0]) for day in sundays}

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
        assert series_fact(week_of(then, day).speeds.known[0]) == series_fact(week_of(later, day).speeds.known[0])

    def test_both_levels_are_drawn_while_it_is_told_and_one_after(self):
        told, after = (
            measured.speed_course(week_of(self.athlete(), pd.Timestamp(day)).speeds.known[0])
            for day in ("2026-05-10", "2026-06-28")
        )
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
        (light,) = measured.speed_course(one).light
        assert (light.word, light.first, light.last) == ("deload", pytest.approx(27 / 7), pytest.approx(13 / 7))
        assert one.change.n == len(LONG) - 2
        assert one.change.level == pytest.approx(0.7075, abs=0.005)

    def test_without_the_label_they_count(self):
        (one,) = self.week().speeds.known
        assert measured.speed_course(one).light == ()
        assert one.change.n == len(LONG)

    def test_a_label_before_the_panel_or_of_a_device_is_not_drawn(self):
        (one,) = self.week(("ill", "2026-01-10", "2026-01-20"), ("travel", "2026-04-01", "2026-04-07")).speeds.known
        assert [light.word for light in measured.speed_course(one).light] == ["travel"]


class TestMilestones:
    GAIN = bar_speed(FRIDAYS, last_day_off(0.15))
    STEADY_FORM = form_sets(MONDAYS, [6, 7, 5, 6, 6, 7, 6, 6, 6])

    def found(self, *lifts) -> list[tuple]:
        week = week_of(birch().but(**lifting(*lifts)))
        return [(one.kind, one.what, one.clear) for one in milestones_of(week)]

    def test_effort_stands_first_and_what_luck_could_do_is_best_on_the_day(self):
        best = bar_speed(FRIDAYS, last_day_off(0.03))
        chips = sections.milestones(week_of(birch().but(**lifting(best, self.STEADY_FORM))))
        assert of_kind(chips, Chips)[0].chips[0].text == "All 3 planned days done"
        assert [(chip.text, chip.clear) for chip in chips[0].chips[1:]] == [
            ("Best on the day: Romanian deadlift at 60 kg, 0.74 m/s", False)
        ]

    def test_a_best_beyond_the_error_of_two_days_is_clear(self):
        assert ("speed", "Romanian deadlift at 60 kg", True) in self.found(self.GAIN, self.STEADY_FORM)

    def test_three_sets_running_with_every_rep_clean_are_one_and_two_are_none(self):
        for clean, there in (([6, 7, 5, 6, 6, 7, 8, 8, 8], True), ([6, 7, 5, 6, 6, 7, 6, 8, 8], False)):
            found = self.found(bar_speed(FRIDAYS, FLAT_M_S), form_sets(MONDAYS, clean))
            assert (("form", "sets running with every rep clean", True) in found) == there

    def test_a_device_swap_is_no_milestone(self):
        swapped = bar_speed(FRIDAYS, last_day_off(0.15), devices=["a"] * 8 + ["b"])
        week = week_of(birch().but(**lifting(swapped, self.STEADY_FORM)))
        assert [one.kind for one in milestones_of(week)] == ["effort"]

    def test_the_heaviest_set_of_a_key_lift_is_best_on_the_day(self):
        sets, reps = bar_speed(FRIDAYS, FLAT_M_S)
        sets[-1]["load_kg"] = 80.0
        week = week_of(birch().but(**lifting((sets, reps))))
        assert ("load", "Romanian deadlift", 80.0, False) in [
            (one.kind, one.what, one.value, one.clear) for one in milestones_of(week)
        ]


RESULTS = {
    "speed_at_load": lambda: speeds(FLAT_M_S),
    "check_history": lambda: check_history(sprints(YEAR, FLAT_S), NO_TRIALS, SPRINT, SUNDAY),
    "pace_at_heart_rate": lambda: pace_at_heart_rate(runs_at([400, 404, 396, 402, 398, 400]), birch().samples, SUNDAY),
    "form_history": lambda: form_history(birch().sets, birch().reps, SUNDAY),
    "side_difference": lambda: side_difference(birch().trials, HOP, SUNDAY),
    "e1rm_by_day": lambda: TestE1rmFromRepetitions().week(TestE1rmFromRepetitions.LOADS).e1rms.known[0],
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
        assert week.form is form
        assert next(fact.state for fact in sections.form(week) if isinstance(fact, Fact)) == "clearly worse"

    def test_a_streak_of_clean_sets_is_of_this_week_alone(self):
        assert not [one for one in milestones_of(self.changed()) if one.kind == "form"]

    def test_unchanged_form_of_weeks_ago_is_followed_and_asked_for_again(self):
        first = SUNDAY - pd.Timedelta(days=6 + 7 * 8)
        days = list(pd.date_range(first, periods=8, freq="7D"))
        week = week_of(birch().but(**lifting(form_sets(days, [7, 8, 7, 8, 7, 8, 7, 8]))))
        assert week.forms.known[0] in week.followed
        with pytest.raises(NotEnoughData, match="No form notes this week"):
            sections.form(week)
