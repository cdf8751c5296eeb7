import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.decisions import Change, TypicalError, best_yet, expected_by_chance, judge, usual_band
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.states import State

SPEEDS = [0.71, 0.72, 0.73, 0.72, 0.70]
BANNED = re.compile(r"risk|injur|overtrain|abnormal|responder|cause", re.IGNORECASE)
speeds = st.floats(0.3, 1.5)


def speed_change(new: float | list[float], earlier: list[float] = SPEEDS, **more) -> Change:
    return judge(earlier, new, **{"unit": "m/s", "swc": 0.04, **more})


def longest_sentence(text: str) -> int:
    return max(len(sentence.split()) for sentence in re.split(r"(?<=[a-z\d/])[.:!?](?:\s|$)", text) if sentence)


class TestTypicalError:
    def test_own_error_is_the_sd_between_days_on_n_minus_1_df(self):
        error = TypicalError.own([1.0, 2.0, 3.0, 4.0])
        assert (error.value, error.df) == (pytest.approx(1.2909944), 3)

    def test_one_value_has_no_own_error(self):
        with pytest.raises(NotEnoughData, match="got 1"):
            TypicalError.own([1.0])

    def test_equal_values_keep_the_rounding_error_of_the_device(self):
        error = TypicalError.own([3.2, 3.2, 3.2], resolution=0.1)
        assert error.value == pytest.approx(0.1 / 12**0.5)
        assert error.source == "rounding to 0.1"

    def test_pooling_weighs_each_error_by_its_df(self):
        pooled = TypicalError.published(0.03, 4, "lab").pooled(TypicalError.own([0.60, 0.70, 0.80]))
        assert pooled.value == pytest.approx(((4 * 0.0009 + 2 * 0.01) / 6) ** 0.5)
        assert (pooled.df, pooled.source) == (6, "lab and own values")

    def test_mdc_of_two_single_values_by_hand(self):
        # t(.975, 4) = 2.776445
        assert TypicalError(0.02, 4, "lab").mdc(1) == pytest.approx(2.776445 * 0.02 * 2**0.5, rel=1e-6)


class TestStates:
    def test_worked_example(self):
        change = judge([10.0, 12.0, 11.0], 15.0, unit="cm", swc=1.0)
        assert change.estimate == pytest.approx(4.0)
        assert change.se == pytest.approx(1.0 * (4 / 3) ** 0.5)
        assert change.mdc == pytest.approx(4.302653 * 1.1547005, rel=1e-6)
        assert (change.conf_low, change.conf_high) == (
            pytest.approx(4 - 2.919986 * 1.1547005, rel=1e-5),
            pytest.approx(4 + 2.919986 * 1.1547005, rel=1e-6),
        )
        assert (change.state, change.df) == ("no detectable change", 2)

    @pytest.mark.parametrize(
        ("new", "state"),
        [
            (0.82, "clearly better"),
            (0.76, "better"),
            (0.72, "about the same"),
            (0.75, "no detectable change"),
            (0.68, "worse"),
            (0.60, "clearly worse"),
        ],
    )
    def test_every_state_on_one_series(self, new, state):
        assert speed_change(new).state == state

    def test_a_smaller_time_is_the_better_one(self):
        change = judge([3.30, 3.32, 3.31], 3.20, unit="s", swc=0.03, lower_is_better=True)
        assert change.state == "clearly better"
        assert change.gain == pytest.approx(0.11)
        assert change.estimate == pytest.approx(-0.11)
        assert change.sentence("20 m sprint", more="slower", less="faster").endswith("Lower is better.")

    def test_two_earlier_values_are_too_few(self):
        change = speed_change(0.80, [0.71, 0.72])
        assert (change.state, change.reason, change.more_needed) == ("cannot tell", "too_few_values", 1)
        assert change.sentence("Deadlift") == "Not enough data yet: 1 more test needed for Deadlift."

    def test_one_earlier_value_and_a_published_error_are_judged_by_that_error(self):
        change = judge(
            [3.31], 3.10, unit="s", swc=0.03, published=TypicalError(0.03, 4, "lab"), needed=1, lower_is_better=True
        )
        assert (change.state, change.df) == ("clearly better", 4)
        assert change.mdc == pytest.approx(2.776445 * 0.03 * 2**0.5, rel=1e-6)

    def test_one_earlier_value_without_any_error_cannot_tell(self):
        assert judge([3.31], 3.10, unit="s", swc=0.03, needed=1).reason == "te_unknown"

    def test_equal_values_without_resolution_leave_the_error_unknown(self):
        assert judge([5.0, 5.0, 5.0], 9.0, unit="cm", swc=1).reason == "te_unknown"

    @pytest.mark.parametrize("reason", ["stale", "series_broken"])
    def test_what_the_caller_knows_comes_first_and_leaves_no_numbers(self, reason):
        change = speed_change(0.82, reason=reason)
        assert (change.state, change.reason) == ("cannot tell", reason)
        assert np.isnan(change.gain)
        assert change.as_fact("x", "Deadlift").estimate is None

    def test_only_the_last_eight_values_are_the_reference(self):
        assert speed_change(0.75, [9.0] * 5 + SPEEDS + [0.71, 0.72, 0.73]).reference == pytest.approx(0.7175)

    def test_missing_values_are_no_values(self):
        assert speed_change([0.75, np.nan], [0.71, np.nan, 0.72, 0.73]).n_earlier == 3
        assert speed_change(np.nan).reason == "too_few_values"

    def test_on_the_log_scale_changes_are_percent_and_the_band_is_in_the_unit(self):
        change = judge([20.0, 21.0, 22.0], 30.0, unit="cm", swc=5.0, log=True)
        assert change.change_unit == "%"
        assert change.estimate == pytest.approx(100 * np.log(30 / (20 * 21 * 22) ** (1 / 3)))
        assert 15 < change.usual.low < 20 < 22 < change.usual.high < 28
        assert change.noise.low < change.reference < change.noise.high

    def test_no_ratio_of_zero(self):
        with pytest.raises(DataProblem, match="got 0"):
            judge([1.0, 0.0, 2.0], 1.0, unit="cm", swc=1, log=True)

    @given(st.lists(speeds, min_size=3, max_size=12), speeds, st.floats(0.005, 0.2))
    def test_probabilities_sum_to_one_and_the_interval_holds_the_estimate(self, earlier, new, swc):
        change = judge(earlier, new, unit="m/s", swc=swc, resolution=0.01)
        assert change.p_better + change.p_trivial + change.p_worse == pytest.approx(1)
        assert change.conf_low < change.estimate < change.conf_high

    @given(st.lists(speeds, min_size=3, max_size=8), speeds)
    def test_turning_the_sign_turns_the_state(self, earlier, new):
        up = judge(earlier, new, unit="m/s", swc=0.04, resolution=0.01)
        down = judge([-value for value in earlier], -new, unit="m/s", swc=0.04, resolution=0.01, lower_is_better=True)
        assert up.state == down.state
        assert up.gain == pytest.approx(down.gain)


class TestSimulatedErrorRates:
    SEED = 20260112

    def flags(self, n: int, shift_te: float, repeats: int) -> float:
        draws = np.random.default_rng([self.SEED, n]).normal(size=(repeats, n + 1))
        draws[:, -1] += shift_te
        return float(np.mean([judge(row[:-1], row[-1], unit="TE", swc=0.5).flagged for row in draws]))

    @pytest.mark.parametrize("n", [3, 5, 10])
    def test_no_change_is_flagged_in_5_percent(self, n):
        assert self.flags(n, 0.0, 4000) == pytest.approx(0.05, abs=0.015)

    def test_a_published_error_on_its_df_keeps_5_percent(self):
        rng = np.random.default_rng([self.SEED, 4])
        flagged = []
        for row in rng.normal(size=(4000, 4)):
            prior = TypicalError.published(float((rng.chisquare(4) / 4) ** 0.5), 4, "simulated")
            flagged.append(judge(row[:-1], row[-1], unit="TE", swc=0.5, published=prior).flagged)
        assert np.mean(flagged) == pytest.approx(0.05, abs=0.015)

    def test_three_against_three_with_the_error_of_eight_keeps_5_percent(self):
        draws = np.random.default_rng([self.SEED, 33]).normal(size=(4000, 11))
        flagged = [judge(row[5:8], row[8:], unit="TE", swc=0.5, own=TypicalError.own(row[:8])).flagged for row in draws]
        assert np.mean(flagged) == pytest.approx(0.05, abs=0.015)

    def test_power_grows_with_the_change_and_with_the_reference(self):
        small, large = self.flags(8, 1.0, 800), self.flags(8, 4.0, 800)
        assert small < 0.25 < 0.85 < large
        assert self.flags(3, 4.0, 800) < large

    def test_the_usual_band_holds_90_percent_of_new_values(self):
        draws = np.random.default_rng([self.SEED, 90]).normal(size=(4000, 4))
        held = np.mean([row[-1] in usual_band(row[:-1]) for row in draws])
        assert held == pytest.approx(0.90, abs=0.02)


class TestSentences:
    @given(st.lists(speeds, min_size=0, max_size=8), speeds, st.booleans())
    def test_athletes_read_short_sentences_without_banned_words(self, earlier, new, lower):
        change = judge(earlier, new, unit="m/s", swc=0.04, resolution=0.01, lower_is_better=lower)
        text = change.sentence("Romanian deadlift at 60 kg", more="faster", less="slower")
        assert longest_sentence(text) <= 18
        assert not BANNED.search(text)
        assert ("Lower is better." in text) == (lower and change.state != "cannot tell")

    @pytest.mark.parametrize(
        ("new", "sentence"),
        [
            (0.82, "Clearly better. Hinge: 0.82 m/s, 0.10 m/s faster than your usual. Noise is about 0.03 m/s."),
            (0.76, "Better than before. Hinge: 0.76 m/s, 0.04 m/s faster than your usual. Noise is about 0.03 m/s."),
            (0.72, "About the same. Hinge: 0.72 m/s; your usual is 0.72 m/s."),
            (0.75, "Too close to call. Hinge: 0.75 m/s; up to 0.06 m/s could hide in the noise."),
            (0.60, "Clearly slower than your usual. Hinge: 0.60 m/s, 0.12 m/s slower. Noise is about 0.03 m/s."),
        ],
    )
    def test_words_of_each_state(self, new, sentence):
        change = speed_change(new, needed=3)
        assert change.sentence("hinge", more="faster", less="slower") == sentence

    @given(st.lists(speeds, min_size=0, max_size=8), speeds, st.booleans())
    def test_the_lead_of_a_fact_is_the_head_of_its_sentence_and_of_the_same_judgement(self, earlier, new, lower):
        change = judge(earlier, new, unit="m/s", swc=0.04, resolution=0.01, lower_is_better=lower)
        fact = change.as_fact("hinge.speed", "hinge", more="faster", less="slower")
        assert fact.sentence == f"{fact.lead} {fact.rest}"
        assert "better" not in fact.lead or change.state in ("better", "clearly better")
        assert fact.lead.startswith("Clearly") == change.state.startswith("clearly")
        assert (fact.coach_lead, fact.coach_rest) == ("", fact.coach_sentence)
        assert change.state.coach in fact.coach_sentence

    def test_a_state_is_its_word_with_a_mark(self):
        assert [state for state in State if state.flagged] == ["clearly better", "better", "worse", "clearly worse"]
        assert "".join(state.mark for state in State) == "▲▲●●▼▼?"
        assert not any("your usual" in state.coach_lead + state.coach for state in State)

    def test_coach_reads_the_numbers(self):
        text = speed_change(0.82).sentence("hinge", audience="coach")
        assert text.startswith("Hinge: clear change. +0.10 m/s against 5 earlier (90 % interval +0.08 to +0.13).")
        assert "TE 0.011 (own values, df 4)" in text

    def test_coach_reads_the_reason_code(self):
        assert "cannot tell (too_few_values)" in speed_change(0.8, [0.7]).sentence("hinge", audience="coach")

    def test_what_rounds_to_nothing_is_less_than_the_last_digit(self):
        tiny = judge([1.0, 1.0, 1.0001], 1.004, unit="s", swc=0.01)
        assert "less than 0.01 s higher" in tiny.sentence("sprint")

    def test_a_value_below_zero_keeps_its_sign(self):
        change = judge([-1.2, -1.0, -1.1, -0.9], -1.0, unit="%", swc=0.8)
        assert change.sentence("decoupling", decimals=1) == "About the same. Decoupling: −1.0 %; your usual is −1.1 %."

    def test_fact_carries_the_numbers_that_were_judged(self):
        change = speed_change(0.82)
        fact = change.as_fact("deadlift.speed_at_60kg", "Deadlift at 60 kg", more="faster", less="slower")
        assert (fact.state, fact.n, fact.unit) == ("clearly better", 6, "m/s")
        assert fact.estimate == pytest.approx(change.estimate)
        assert fact.typical_error == pytest.approx(0.0114, abs=1e-4)


class TestBestAndChance:
    ERROR = TypicalError(0.02, 7, "own values")

    def test_a_best_within_error_is_best_on_the_day(self):
        best = best_yet([0.70, 0.72, 0.71], 0.74, self.ERROR)
        assert (best.clear, best.null_probability) == (False, 0.25)

    def test_a_best_beyond_error_is_clear(self):
        assert best_yet([3.30, 3.32, 3.31], 3.20, self.ERROR, lower_is_better=True).clear

    def test_a_tie_or_a_short_history_is_no_best(self):
        assert best_yet([0.70, 0.72, 0.71], 0.72, self.ERROR) is None
        assert best_yet([0.70, 0.72], 0.90, self.ERROR) is None

    def test_without_an_error_no_best_is_clear(self):
        assert not best_yet([0.70, 0.72, 0.71], 2.0, None).clear

    def test_what_cannot_be_told_is_not_expected_to_be_flagged(self):
        assert expected_by_chance([speed_change(0.72), speed_change(0.8, [0.7])]) == pytest.approx(0.05)
