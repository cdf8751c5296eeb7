import numpy as np
import pandas as pd
import pytest
from made_up_athlete import (
    FLAT_M_S,
    FRIDAYS,
    LIFT,
    SUNDAY,
    bar_speed,
    birch,
    last_day_off,
    last_days_off,
    lifting,
    loaded,
    noise_of,
)
from made_up_week import of_kind, speeds, week_of

from analysis.base.blocks import Fact, Text
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData
from analysis.figures.speed_at_load import speed_over_dates_figure
from analysis.models.noise import SquadNoise
from analysis.models.series import Judging
from analysis.models.strength.speed_at_load import speed_at_load
from analysis.pages.athlete_week import measured, sections
from analysis.pages.athlete_week.week import AthleteWeek
from analysis.pages.series import series_fact
from analysis.pages.squad_noise import noise_table, squad_exposures


class TestSpeedAtLoad:
    def test_a_lasting_gain_is_told_since_its_first_day_with_what_was_before(self):
        result = speeds(last_days_off(0.15))
        assert (result.change.state, result.change.since) == ("clearly better", FRIDAYS[-3])
        assert series_fact(result, Display()).sentence == (
            "Clearly faster since 12 Jun. Romanian deadlift at 60 kg: 0.85 m/s, before 0.70."
        )

    def test_one_fast_day_is_unusual_and_no_gain(self):
        result = speeds(last_day_off(0.15))
        assert (result.change.state.flagged, result.change.today) == (False, "unusually high")
        assert series_fact(result, Display()).sentence.endswith(
            "Your last session was a fast day, outside your usual. It was 0.86 m/s, 0.16 m/s faster than 0.70 m/s."
        )

    def test_no_change_is_never_told_on_the_made_up_scatter(self):
        result = speeds(FLAT_M_S)
        assert result.change.state == "steady"
        assert result.exposures["value"].to_numpy() == pytest.approx(FLAT_M_S)

    def test_a_new_device_is_not_a_gain(self):
        result = speeds(FLAT_M_S + np.repeat([0.0, 0.05], [7, 2]), devices=["encoder one"] * 7 + ["encoder two"] * 2)
        assert (result.change.state, result.change.reason) == ("cannot tell", "series_broken")
        assert result.exposures["comparable"].tolist() == [False] * 7 + [True] * 2
        assert series_fact(result, Display()).sentence == (
            "Four more sessions and we can tell. Romanian deadlift at 60 kg: a new device or rater began."
        )
        week = week_of(birch().but(**lifting(bar_speed(FRIDAYS, FLAT_M_S, devices=["a"] * 7 + ["b"] * 2))))
        assert Text("7 sessions up to 12 Jun on another device, not compared.") in sections.numbers(week)

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
        assert Text("1 rep without this kind of speed left out.") in sections.numbers(week_of(birch().but(**frames)))

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
        facts = of_kind(sections.numbers(week), Fact)
        told = {fact.subject: fact.state for fact in facts if ".speed_at" in fact.subject}
        assert told == {
            "romanian_deadlift.speed_at_60kg.left": "clearly better",
            "romanian_deadlift.speed_at_60kg.right": "steady",
        }
        assert sections.message(week)[0].lead == "Your Romanian deadlift left is clearly faster."
        (row,) = [row for row in sections.rest(week)[1].rows if row.name == "Romanian deadlift right"]
        assert (row.below, row.value) == ("60 kg, 0.01 m/s faster", "0.71 m/s")

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
        fact = series_fact(week.e1rms.known[0], Display())
        assert (fact.subject, fact.state, fact.since) == ("romanian_deadlift.e1rm", "clearly better", "2026-05-22")
        assert fact.sentence == "Clearly stronger since 22 May. Romanian deadlift, 1RM at least: 135 kg, before 117."
        message, picture, sure = sections.message(week)
        assert (picture.unit, picture.decimals, picture.state) == ("kg", 0, "clearly better")
        assert message.sentence == (
            "Your Romanian deadlift sets are clearly stronger. Friday’s reps make a best single of 134 kg or more. "
            "Since 22 May your best single would be 135 kg or more; before, 117 kg."
        )
        assert sure.level == 3

    def test_the_same_loads_week_after_week_hold_steady_and_move_by_nothing(self):
        fact = series_fact(self.week([100.0] * 12).e1rms.known[0], Display())
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

    def test_sets_of_more_than_ten_say_nothing_and_the_page_asks_for_a_speed(self):
        week = self.week(self.LOADS, reps=[])
        many = week_of(birch().but(**lifting(loaded(self.WEEKS[:10], self.LOADS, reps=12))))
        assert (len(week.e1rms.known), len(many.e1rms.known)) == (1, 0)
        told = [fact.sentence for fact in of_kind(sections.numbers(many), Fact)]
        assert any(sentence.startswith("No bar speed of Romanian deadlift") for sentence in told)


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
        table_of = measured.speed_numbers(week_of(birch()))[0]
        assert table_of.title == "Romanian deadlift at 60 kg: the last 8 sessions, 1 before"
        assert table_of.heads == ("Date", "m/s", "Reps")  # one device has no need of a name
        assert (len(table_of.rows), table_of.rows[0]) == (8, ("26 Jun", "0.71", "3"))
