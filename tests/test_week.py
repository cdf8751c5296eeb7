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
    MadeUp,
    answers,
    bar_speed,
    birch,
    form_sets,
    hops,
    last_day_off,
    left_out,
    lifting,
    plan_lines,
    runs_at,
    session,
    sprints,
    table,
    trained,
)

from analysis.base.blocks import Cells, Chips, Days, Fact, Lines, Reps, Sides, Slope, Strip, Text, Tiles
from analysis.base.config import Check
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.speed_at_load import speed_over_dates_figure
from analysis.metrics.adherence import day_states, plan_status, week_days
from analysis.metrics.wellness import wellness_week
from analysis.models.checks import check_history
from analysis.models.form.clean_reps import form_history
from analysis.models.form.sides import side_difference
from analysis.models.result import TIDY_COLUMNS
from analysis.models.running.pace_at_heart_rate import pace_at_heart_rate
from analysis.models.strength.speed_at_load import speed_at_load
from analysis.pages.athlete_week import logged, measured, sections
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.pages.series import series_fact

BANNED = re.compile(r"risk|injur|overtrain|abnormal|responder|cause", re.IGNORECASE)
NO_TRIALS = table("trials", [])
SPRINT_DAYS = ["2026-03-30", "2026-04-27", "2026-05-25", "2026-06-23"]


def week_of(athlete: MadeUp, until: pd.Timestamp = SUNDAY) -> AthleteWeek:
    return athlete_week(athlete, until)


def speeds(speeds_m_s, *, until: pd.Timestamp = SUNDAY, **more):
    frames = lifting(bar_speed(FRIDAYS[-len(speeds_m_s) :], np.asarray(speeds_m_s), **more))
    return speed_at_load(frames["sets"], frames["reps"], LIFT, 60, until)


def of_kind(blocks, kind):
    return [block for block in blocks if isinstance(block, kind)]


class TestSpeedAtLoad:
    def test_a_clear_gain_is_clearly_better(self):
        result = speeds(last_day_off(0.15))
        assert result.change.state == "clearly better"
        assert result.change.df == 4 + 7
        assert series_fact(result).sentence == (
            "Clearly better. Romanian deadlift at 60 kg: 0.86 m/s, 0.16 m/s faster than your usual. "
            "Noise is about 0.05 m/s."
        )

    def test_no_change_is_never_flagged_on_the_made_up_scatter(self):
        result = speeds(FLAT_M_S)
        assert not result.change.flagged
        assert result.exposures["value"].to_numpy() == pytest.approx(FLAT_M_S)

    def test_a_new_device_is_not_a_gain(self):
        result = speeds(FLAT_M_S + np.repeat([0.0, 0.05], [7, 2]), devices=["encoder one"] * 7 + ["encoder two"] * 2)
        assert (result.change.state, result.change.reason) == ("cannot tell", "series_broken")
        assert result.exposures["comparable"].tolist() == [False] * 7 + [True] * 2
        assert series_fact(result).sentence == (
            "A new device or rater began a new series. 2 more sessions needed for Romanian deadlift at 60 kg."
        )
        week = week_of(birch().but(**lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 7 + ["b"] * 2))))
        assert Text("7 sessions up to 12 Jun on another device, not compared.") in sections.speed(week)

    def test_three_earlier_sessions_on_the_new_device_are_a_series_again(self):
        result = speeds(FLAT_M_S, devices=["encoder one"] * 5 + ["encoder two"] * 4)
        assert (result.change.reason, result.change.n_earlier) == (None, 3)

    def test_three_sessions_are_too_few(self):
        result = speeds([0.70, 0.71, 0.80])
        assert (result.change.state, result.change.reason) == ("cannot tell", "too_few_values")
        assert series_fact(result).sentence == (
            "Not enough data yet: 1 more session needed for Romanian deadlift at 60 kg."
        )
        assert measured.speed_strip(result).band_low is None

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


class TestChecks:
    def test_the_best_trial_over_both_gates_is_the_value_of_a_day(self):
        history = check_history(sprints(["2026-06-23"], [3.20]), NO_TRIALS, SPRINT, SUNDAY)
        assert history.exposures["value"].tolist() == pytest.approx([3.20])
        assert history.exposures["n_trials"].tolist() == [3]
        assert history.next_due == pd.Timestamp("2026-07-21")

    def test_one_earlier_check_is_judged_by_the_published_error(self):
        history = check_history(sprints(SPRINT_DAYS[-2:], [3.32, 3.10]), NO_TRIALS, SPRINT, SUNDAY)
        assert (history.change.state, history.change.df) == ("clearly better", 4)
        assert series_fact(history).sentence == (
            "Clearly better. 20 m sprint: 3.10 s, 0.22 s faster than your usual. Noise is about 0.12 s. "
            "Lower is better."
        )

    def test_a_slower_sprint_is_worse_and_called_slower(self):
        history = check_history(sprints(SPRINT_DAYS, [3.30, 3.31, 3.30, 3.60]), NO_TRIALS, SPRINT, SUNDAY)
        assert series_fact(history).sentence.startswith("Clearly slower than your usual.")

    def test_without_a_published_error_two_checks_cannot_tell(self):
        plain = Check(test_id="sprint_20m", name="20 m sprint", unit="s", distance_m=20, swc=0.03)
        history = check_history(sprints(SPRINT_DAYS[-2:], [3.32, 3.10]), NO_TRIALS, plain, SUNDAY)
        assert (history.change.reason, history.change.more_needed) == ("too_few_values", 2)

    def test_a_trial_with_a_gate_missing_is_counted_and_left_out(self):
        splits = sprints(["2026-06-23"], [3.20])
        splits.loc[0, "time_s"] = np.nan
        history = check_history(splits, NO_TRIALS, SPRINT, SUNDAY)
        assert history.n_trials_left_out == 1
        assert history.exposures["value"].tolist() == pytest.approx([3.22])

    def test_splits_beyond_the_distance_of_the_check_do_not_count(self):
        ten = SPRINT.model_copy(update={"distance_m": 10.0})
        assert check_history(sprints(["2026-06-23"], [3.20]), NO_TRIALS, ten, SUNDAY).change.now == pytest.approx(1.92)

    def test_a_check_of_the_trials_table_takes_the_mean_where_the_config_says_so(self):
        jump = Check(
            test_id="hop", name="Jump", unit="cm", metric="distance", lower_is_better=False, statistic="mean", swc=2
        )
        both_legs = hops(["2026-06-23"], [30.0], [30.0]).query("side == 'L'").assign(side="B")
        assert check_history(sprints([], []), both_legs, jump, SUNDAY).change.now == pytest.approx(32.0)

    def test_a_check_done_on_one_side_at_a_time_is_a_side_test(self):
        jump = Check(test_id="hop", name="Jump", unit="cm", metric="distance", lower_is_better=False, swc=2)
        with pytest.raises(DataProblem, match="side_tests"):
            check_history(sprints([], []), birch().trials, jump, SUNDAY)

    def test_two_intervals_without_the_check_are_stale(self):
        late = pd.Timestamp("2026-06-23") + pd.Timedelta(days=57)
        history = check_history(birch().splits, NO_TRIALS, SPRINT, late)
        assert history.change.reason == "stale"

    def test_no_check_says_what_to_do(self):
        with pytest.raises(NotEnoughData, match="No 20 m sprint yet"):
            check_history(sprints([], []), NO_TRIALS, SPRINT, SUNDAY)


class TestPaceAtHeartRate:
    STEADY = (400, 404, 396, 402, 398, 400)

    def pace(self, paces, heart_rates=None, **more):
        return pace_at_heart_rate(runs_at(list(paces), heart_rates, **more), birch().samples, SUNDAY)

    def test_pace_comes_from_the_distance_where_the_watch_gives_no_speed(self):
        assert self.pace([400]).exposures["value"].tolist() == pytest.approx([400.0])

    def test_a_faster_run_at_the_same_heart_rate_is_clearly_better(self):
        result = self.pace([*self.STEADY, 370])
        assert (result.low_bpm, result.high_bpm) == (135, 145)
        assert result.change.state == "clearly better"
        week = week_of(birch().but(runs=runs_at([*self.STEADY, 370])))
        assert of_kind(sections.run(week), Fact)[-1].sentence == (
            "Clearly better. Pace at 135 to 145 bpm: 6:10 min/km, 30 s/km faster than your usual. "
            "Noise is about 8 s/km. Lower is better."
        )

    def test_a_run_at_another_heart_rate_is_counted_and_left_out(self):
        result = self.pace([*self.STEADY, 300], [141] * 6 + [170])
        assert (len(result.exposures), result.n_runs_left_out) == (6, 1)

    def test_the_copy_of_a_run_is_not_read(self):
        with pytest.raises(NotEnoughData, match="No run with a heart rate"):
            self.pace(self.STEADY, counted=False)

    def test_rides_have_no_running_pace(self):
        with pytest.raises(NotEnoughData, match="No run with a heart rate"):
            self.pace(self.STEADY, sport="Biking")


class TestForm:
    def test_a_set_that_stayed_clean_is_censored_and_said(self):
        week = week_of(birch().but(**lifting(form_sets(MONDAYS[-6:], [6, 6, 7, 6, 8, 8]))))
        assert Text("Form held to the last rep in 2 of 3 sets: it might have held longer.") in sections.form(week)

    def test_rep_strips_show_the_sessions_compared_newest_last(self):
        frames = lifting(form_sets(MONDAYS[-9:], [6, 6, 6, 6, 6, 6, 6, 6, 3]))
        drawn = measured.rep_strips(form_history(frames["sets"], frames["reps"], SUNDAY))
        assert [row.label for row in drawn.rows][-1] == "22 Jun 50 kg"
        assert len(drawn.rows) == 6
        assert sum(drawn.rows[-1].clean) == 3


class TestSides:
    DATES = ("2026-03-09", "2026-04-06", "2026-05-04", "2026-06-01")

    def test_a_real_difference_is_said_with_its_direction_and_error(self):
        trials = hops(list(self.DATES), [150.0, 152.0, 149.0, 151.0], [169.0, 170.0, 168.0, 171.0])
        sentence = series_fact(side_difference(trials, HOP, SUNDAY)).sentence
        assert "your right side is 12 % larger" in sentence
        assert "on 4 of 4 dates" in sentence

    def test_one_bad_day_is_no_difference_we_can_be_sure_of(self):
        trials = hops(list(self.DATES), [150.0, 120.0, 149.0, 151.0], [151.0, 150.0, 150.0, 150.0])
        fact = series_fact(side_difference(trials, HOP, SUNDAY))
        assert fact.state == "too close to call"
        assert "%" not in fact.sentence


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

    def status(self, *sessions, until: pd.Timestamp = SUNDAY):
        result = plan_status(self.PLAN, table("sessions", list(sessions)), self.WEEK, until)
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


class TestSections:
    def test_the_whole_week_of_an_athlete_who_logs_everything(self):
        week = week_of(birch())
        assert [type(block) for block in sections.header(week)] == [Days, Text]
        assert [type(block) for block in sections.your_week(week)] == [Fact, Fact, Tiles]
        assert [type(block) for block in sections.speed(week)] == [Fact, Strip]
        assert [type(block) for block in sections.form(week)] == [Fact, Reps, Fact, Text]
        assert [type(block) for block in sections.run(week)] == [Fact, Slope, Text]
        assert [type(block) for block in sections.sides(week)] == [Fact, Sides]
        assert [type(block) for block in sections.felt(week)] == [Fact, Cells, Text]
        assert [type(block) for block in sections.next_week(week)] == [Fact, Lines]

    def test_period_names_month_and_year_once(self):
        assert sections.period(week_of(birch())) == "22 – 28 June 2026"
        assert sections.period(week_of(birch(), pd.Timestamp("2026-07-01"))) == "29 June – 5 July 2026"
        assert sections.period(week_of(birch(), pd.Timestamp("2026-01-01"))) == "29 December 2025 – 4 January 2026"

    def test_header_counts_logged_days(self):
        days, remark = sections.header(week_of(birch()))
        assert days.states == ("done", "none", "done", "rest", "done", "none", "none")
        assert remark == Text("Based on 4 of 7 days.")

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

    def test_too_few_sessions_show_dots_and_how_many_are_missing(self):
        week = week_of(birch().but(**lifting(bar_speed(FRIDAYS[-2:], np.array([0.70, 0.72])))))
        assert Text("2 more to show your usual range.") in sections.speed(week)
        assert of_kind(sections.speed(week), Strip)[0].values == (pytest.approx(0.70),)

    def test_sides_are_left_out_where_nobody_tested_them(self):
        assert sections.sides(week_of(birch().but(trials=NO_TRIALS))) == []

    def test_the_cue_is_the_one_of_the_rated_lift(self):
        assert sections.form(week_of(birch()))[-1] == Text("Your cue: “butt back”.")

    def test_the_bars_of_a_check_part_where_the_change_is_beyond_error(self):
        for best_s, parted in (([3.30, 3.33, 3.31, 3.32], False), ([3.30, 3.33, 3.31, 3.00], True)):
            history = check_history(sprints(SPRINT_DAYS, best_s), NO_TRIALS, SPRINT, SUNDAY)
            drawn = measured.check_slope(history)
            assert (abs(drawn.before - drawn.now) > 2 * drawn.error) == parted == history.change.flagged

    def test_answers_outside_the_usual_range_are_set_against_chance(self):
        text = logged.felt_fact(week_of(birch())).sentence
        assert text == "You answered on 7 of 7 days. 0 answers outside your usual range; about 0.7 expected by chance."

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

    def test_judged_values_are_set_against_chance(self):
        week = week_of(birch())
        (fact,) = sections.certainty(week)
        assert fact.n == len(week.judged) == 3  # a speed, form, a check; no run
        assert fact.estimate == pytest.approx(3 * 0.05)
        assert fact.sentence == "3 values were judged; about 0.2 would look changed by chance. Here none does."
        assert fact.coach_sentence == (
            "3 changes judged, 0 beyond the MDC; 0.15 would be if nothing had changed (5 % each)."
        )

    def test_a_value_that_moved_is_among_those_found(self):
        gain = birch().but(**lifting(bar_speed(FRIDAYS, last_day_off(0.15))))
        (fact,) = sections.certainty(week_of(gain))
        assert fact.sentence == "2 values were judged; about 0.1 would look changed by chance. Here 1 does."

    def test_what_cannot_be_told_is_not_counted_as_judged(self):
        young = birch().but(**lifting(bar_speed(FRIDAYS[-2:], FLAT_M_S[-2:])), splits=sprints(SPRINT_DAYS[-1:], [3.3]))
        week = week_of(young)
        assert week.speeds.known
        assert week.judged == ()
        with pytest.raises(NotEnoughData, match="Nothing could be judged yet"):
            sections.certainty(week)

    def test_athletes_read_short_sentences_without_banned_words(self):
        week = week_of(birch())
        parts = (sections.message, sections.your_week, sections.speed, sections.form, sections.run, sections.sides)
        for fact in (
            fact
            for part in (*parts, sections.felt, sections.next_week, sections.certainty)
            for fact in of_kind(part(week), Fact)
        ):
            assert not BANNED.search(fact.sentence)
            for sentence in re.split(r"(?<=[a-z%])[.:](?:\s|$)", fact.sentence):
                assert len(sentence.split()) <= 18, sentence

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

    def test_a_ride_is_no_run(self):
        ride = self.facts(runs=runs_at([400], distance_m=30000.0).assign(sport="cycling"))["your_week.run_distance"]
        assert (ride.estimate, ride.sentence) == (None, "No run. 1 activity of another sport.")


class TestLongTimes:
    TRIAL = Check(
        test_id="sprint_20m", name="1200 m time trial", unit="s", distance_m=20, te=3.0, te_df=4, swc=2, every_days=56
    )

    def history(self, best_s):
        return check_history(sprints(SPRINT_DAYS[-len(best_s) :], best_s), NO_TRIALS, self.TRIAL, SUNDAY)

    def test_minutes_are_read_and_seconds_are_kept(self):
        fact = series_fact(self.history([290.0, 291.0, 262.44]))
        assert fact.sentence.startswith("Clearly better. 1200 m time trial: 4:22.4 min, 28.1 s faster than your usual.")
        assert (fact.unit, fact.estimate) == ("s", pytest.approx(-28.06))

    def test_a_change_of_minutes_is_read_as_minutes(self):
        assert "2:10.5 min faster" in series_fact(self.history([390.0, 391.0, 260.0])).sentence

    def test_the_drawing_carries_seconds_and_its_words_minutes(self):
        drawn = measured.check_slope(self.history([290.0, 291.0, 262.44]))
        assert (drawn.now, drawn.unit) == (pytest.approx(262.44), "s")
        assert drawn.title.endswith("4:50.5 min to 4:22.4 min, lower is better")

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

    def test_the_usual_range_covers_its_own_days_only(self):
        frames = lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 4 + ["b"] * 5))
        shown = speed_over_dates_figure(speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY))
        band = next(shape for shape in shown.layout.shapes if shape.type == "rect")
        assert (pd.Timestamp(band.x0), pd.Timestamp(band.x1)) == (FRIDAYS[4], FRIDAYS[-1])

    def test_another_device_is_marked_and_open(self):
        frames = lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 4 + ["b"] * 5))
        shown = speed_over_dates_figure(speed_at_load(frames["sets"], frames["reps"], LIFT, 60, SUNDAY))
        assert [trace.marker.symbol for trace in shown.data] == ["circle-open", "square"]
        marks = [pd.Timestamp(shape.x0) for shape in shown.layout.shapes if shape.type == "line"]
        assert marks == [FRIDAYS[4]]
        assert "open: another device" in shown.layout.title.text.replace("<br>", " ")

    def test_a_wide_usual_range_leaves_the_speeds_a_third_of_the_height(self):
        result = speeds([0.70, 0.90, 0.50, 0.70])
        low, high = speed_over_dates_figure(result).layout.yaxis.range
        assert (high - low) <= 3.3 * 0.4
        assert low < 0.50 < 0.90 < high

    def test_the_numbers_behind_the_chart_are_its_sessions_newest_first(self):
        table_of = sections.speed_numbers(week_of(birch()))[0]
        assert len(table_of.rows) == len(FRIDAYS)
        assert table_of.rows[0] == ("26 Jun 2026", "0.71", "3", "encoder one")


class TestMessageAndMilestones:
    GAIN = bar_speed(FRIDAYS, last_day_off(0.15))
    STEADY_FORM = form_sets(MONDAYS, [6, 7, 5, 6, 6, 7, 6, 6, 6])

    def line(self, **frames) -> str:
        return sections.message(week_of(birch().but(**frames)))[0].sentence

    def test_form_comes_before_everything_else(self):
        worse = form_sets(MONDAYS, [7, 7, 6, 7, 7, 6, 3, 2, 3])
        assert self.line(**lifting(self.GAIN, worse)) == "Your form changed 4 reps earlier than before."

    def test_a_clear_best_comes_before_adherence(self):
        assert self.line(**lifting(self.GAIN, self.STEADY_FORM)) == "Clear best: Romanian deadlift at 60 kg, 0.86 m/s."

    def test_a_change_for_the_worse_is_told_as_it_is(self):
        slower = bar_speed(FRIDAYS, last_day_off(-0.15))
        assert self.line(**lifting(slower, self.STEADY_FORM)) == (
            "Romanian deadlift at 60 kg: 0.14 m/s slower than your usual."
        )

    def test_without_news_the_plan_is_the_message(self):
        assert self.line() == "You did all 3 planned days; nothing measured this week moved beyond its noise."

    def test_without_news_and_plan_the_week_was_steady(self):
        assert self.line(plan=table("plan", [])).startswith("A steady week: 3 days trained")

    def test_effort_stands_first_and_noise_is_best_on_the_day(self):
        best = bar_speed(FRIDAYS, last_day_off(0.03))
        chips = sections.milestones(week_of(birch().but(**lifting(best, self.STEADY_FORM))))
        assert of_kind(chips, Chips)[0].chips[0].text == "All 3 planned days done"
        assert [(chip.text, chip.clear) for chip in chips[0].chips[1:]] == [
            ("Best on the day: Romanian deadlift at 60 kg, 0.74 m/s", False)
        ]

    def test_a_device_swap_is_no_milestone(self):
        swapped = bar_speed(FRIDAYS, last_day_off(0.15), devices=["a"] * 8 + ["b"])
        week = week_of(birch().but(**lifting(swapped, self.STEADY_FORM)))
        assert [one.kind for one in week.milestones] == ["effort"]

    def test_more_clean_reps_at_a_lighter_load_are_no_best(self):
        heavier = form_sets(MONDAYS[:-1], [3, 4, 3, 4, 3, 4, 3, 4])
        for one in heavier[0]:
            one["load_kg"] = 70.0
        lighter = form_sets(MONDAYS[-1:], [7])
        week = week_of(birch().but(**lifting(heavier, lighter)))
        assert "clean reps at 50 kg" in [one.what for one in week.milestones]
        for one in heavier[0]:
            one["load_kg"] = 40.0
        assert week_of(birch().but(**lifting(heavier, lighter))).milestones[0].kind == "effort"
        assert all(one.kind != "form" for one in week_of(birch().but(**lifting(heavier, lighter))).milestones)

    def test_the_heaviest_set_of_a_key_lift_is_best_on_the_day(self):
        sets, reps = bar_speed(FRIDAYS, FLAT_M_S)
        sets[-1]["load_kg"] = 80.0
        week = week_of(birch().but(**lifting((sets, reps))))
        assert ("load", "Romanian deadlift", 80.0, False) in [
            (one.kind, one.what, one.value, one.clear) for one in week.milestones
        ]


RESULTS = {
    "speed_at_load": lambda: speeds(FLAT_M_S),
    "check_history": lambda: check_history(birch().splits, NO_TRIALS, SPRINT, SUNDAY),
    "pace_at_heart_rate": lambda: pace_at_heart_rate(runs_at([400, 404, 396, 402]), birch().samples, SUNDAY),
    "form_history": lambda: form_history(birch().sets, birch().reps, SUNDAY),
    "side_difference": lambda: side_difference(birch().trials, HOP, SUNDAY),
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
