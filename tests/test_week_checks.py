import numpy as np
import pandas as pd
import pytest
from made_up_athlete import SPRINT, SUNDAY, birch, hops, runs_at, sprints
from made_up_week import FLAT_S, NO_TRIALS, YEAR, of_kind, week_of

from analysis.base.blocks import Numbers, as_plain
from analysis.base.config import Check
from analysis.base.display import Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.checks import check_history
from analysis.models.running.pace_at_heart_rate import pace_at_heart_rate
from analysis.pages.athlete_week import measured, sections
from analysis.pages.athlete_week.message import trend
from analysis.pages.series import series_fact
from analysis.report.drawing import SCENES


class TestChecks:
    def test_the_best_trial_over_both_gates_is_the_value_of_a_day(self):
        history = check_history(sprints(["2026-06-23"], [3.20]), NO_TRIALS, SPRINT, SUNDAY)
        assert history.exposures["value"].tolist() == pytest.approx([3.20])
        assert history.exposures["n_trials"].tolist() == [3]
        assert history.next_due == pd.Timestamp("2026-07-21")

    def test_a_faster_sprint_for_good_is_a_smaller_time_and_better(self):
        history = check_history(sprints(YEAR, [*FLAT_S[:5], 3.10, 3.12, 3.11]), NO_TRIALS, SPRINT, SUNDAY)
        assert (history.change.state, history.change.gain > 0) == ("clearly better", True)
        assert (
            series_fact(history, Display()).sentence == "Clearly faster since 28 Apr. 20 m sprint: 3.11 s, before 3.31."
        )

    def test_a_slower_sprint_is_worse_and_called_slower(self):
        history = check_history(sprints(YEAR, [*FLAT_S[:5], 3.50, 3.52, 3.51]), NO_TRIALS, SPRINT, SUNDAY)
        assert (history.change.state, history.change.gain < 0) == ("clearly worse", True)
        assert series_fact(history, Display()).sentence.startswith("Clearly slower since 28 Apr.")

    def test_five_checks_cannot_tell_and_say_how_many_are_missing(self):
        history = check_history(sprints(YEAR[-5:], FLAT_S[:5]), NO_TRIALS, SPRINT, SUNDAY)
        assert (history.change.reason, history.change.more_needed) == ("too_few_values", 1)
        assert series_fact(history, Display()).sentence == "One more test and we can tell. 20 m sprint."

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
        assert series_fact(history, Display()).sentence == (
            "Your last test was too long ago. 20 m sprint: do one soon."
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
        assert series_fact(week.paces.known[0], Display()).sentence == (
            "Clearly faster since 9 Jun. Easy pace: 6:10 min/km, before 6:40."
        )

    def test_a_run_at_another_heart_rate_is_counted_and_left_out(self):
        result = self.pace([*self.STEADY, 300], [141] * 6 + [170])
        assert (len(result.exposures), result.n_runs_left_out) == (6, 1)
        week = week_of(birch().but(runs=runs_at([*self.STEADY, 300], [141] * 6 + [170])))
        assert list(measured.remarks(week, week.paces.known[0])) == [
            "Easy is your usual heart rate, 135 to 145 beats a minute.",
            "1 run with too little time at it left out.",
        ]

    def test_the_copy_of_a_run_is_not_read(self):
        with pytest.raises(NotEnoughData, match="No run with a heart rate"):
            self.pace(self.STEADY, counted=False)

    def test_rides_have_no_running_pace(self):
        with pytest.raises(NotEnoughData, match="No run with a heart rate"):
            self.pace(self.STEADY, sport="Biking")


class TestLongTimes:
    TRIAL = Check(
        test_id="sprint_20m", name="1200 m time trial", unit="s", distance_m=20, te=3.0, te_df=4, swc=2, every_days=28
    )
    SLOW = (290.0, 291.0, 292.0, 290.0, 291.0)

    def history(self, best_s):
        return check_history(sprints(YEAR[-len(best_s) :], best_s), NO_TRIALS, self.TRIAL, SUNDAY)

    def test_minutes_are_read_and_seconds_are_kept(self):
        fact = series_fact(self.history([*self.SLOW, 262.4, 263.0, 262.0]), Display())
        assert fact.sentence == "Clearly faster since 28 Apr. 1200 m time trial: 4:22.4 min, before 4:50.8."
        assert (fact.unit, fact.change) == ("s", pytest.approx(-28.4, abs=0.5))

    def test_a_difference_of_minutes_is_read_as_minutes(self):
        text = series_fact(self.history([*self.SLOW, 290.0, 291.0, 160.0]), Display()).sentence
        assert text.endswith(
            "Your last test was a fast day, outside your usual. It was 2:40.0 min, 2:10.7 min faster than 4:50.7 min."
        )

    def test_the_drawing_carries_seconds_and_its_words_minutes(self):
        drawn = trend(week_of(birch()), self.history([*self.SLOW, 262.4, 263.0, 262.0]), weeks=52)
        assert (drawn.values[-1], drawn.unit, drawn.decimals) == (pytest.approx(262.0), "s", 1)
        assert "4:22.0 min, oldest first." in SCENES["trend"](as_plain(drawn)).description

    def test_a_check_says_its_change_from_the_one_before_and_when_the_next_is_due(self):
        check, side = of_kind(sections.tests(week_of(birch())), Numbers)[0].rows
        assert check == ("20 m sprint", "3.32 s, 23 Jun", "0.01 s slower", "21 Jul")
        assert side == (
            "Single-leg hop",
            "L 151.0, R 153.0 cm, 1 Jun",
            "L 3.0 cm less, R 1.0 cm more",
            "",
        )

    def test_the_test_that_is_due_is_next_where_there_is_no_cue(self):
        without = birch().but(cues=birch().cues.iloc[:0])
        for weeks, said in ((0, "Do the 20 m sprint on Tuesday 21 Jul"), (4, "Do the 20 m sprint now")):
            fact, why = sections.next_step(week_of(without, SUNDAY + pd.Timedelta(days=7 * weeks)))
            assert (fact.sentence, why.text) == (said, "Your last one was on 23 Jun.")
