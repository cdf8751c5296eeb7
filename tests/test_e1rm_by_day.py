"""1RM from repetitions by day: which set speaks for a day, by which curve, and what its error leaves of a change."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.config import Lift
from analysis.base.display import Display
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.noise import NO_SQUAD
from analysis.models.series import Judging
from analysis.models.strength.e1rm_by_day import e1rm_by_day
from analysis.models.strength.reps_constant import (
    EPLEY,
    RepsConstant,
    drawn,
    own_constant,
    reps_constant,
    squad_constant_in,
    with_constants,
)
from analysis.pages.series import series_fact

LIFT = Lift(exercise="deadlift", name="Deadlift")
MONDAY = pd.Timestamp("2026-01-05")


def sets_of(*sets: tuple[int, float, float, float], kind: str = "work") -> pd.DataFrame:
    """Sets of the deadlift: week, load in kg, repetitions and RPE, NaN where it was not rated."""
    frame = pd.DataFrame(sets, columns=["week", "load_kg", "reps", "rpe_cr10"])
    return frame.assign(
        local_date=MONDAY + pd.to_timedelta(7 * frame.pop("week"), unit="D"),
        **{"exercise": "deadlift", "side": "B", "set_kind": kind, "counted": True, "rir": np.nan},
    )


def followed(sets: pd.DataFrame, **how):
    return e1rm_by_day(sets, LIFT, sets["local_date"].max(), **how)


class TestWhichSetSpeaks:
    def test_the_heaviest_set_near_failure_speaks_for_its_day(self):
        (value,) = followed(sets_of((0, 100, 5, 8), (0, 90, 8, 9.5), (0, 110, 3, 5), (0, 120, 1, np.nan))).exposures[
            "value"
        ]
        assert value == pytest.approx(100 * (1 + 7 / 30))

    def test_of_several_with_one_load_the_mean_of_their_repetitions(self):
        one = followed(sets_of((0, 100, 5, 7), (0, 100, 5, 8), (0, 100, 5, 9)))
        assert one.exposures["to_failure"].tolist() == [7.0]

    @pytest.mark.parametrize("kind", ["warm_up", "drop", "other"])
    def test_warm_ups_and_drop_sets_say_nothing(self, kind):
        with pytest.raises(NotEnoughData, match="Log one hard set a week"):
            followed(sets_of((0, 100, 5, 9), kind=kind))

    def test_a_set_to_failure_needs_no_rating(self):
        one = followed(sets_of((0, 100, 6, np.nan), kind="failure"))
        assert (one.at_least, one.exposures["value"].tolist()) == (False, [120.0])

    def test_a_rating_far_from_failure_is_no_count(self):
        assert followed(sets_of((0, 100, 5, 5))).at_least

    def test_a_single_to_failure_is_a_1rm(self):
        assert followed(sets_of((0, 140, 1, 10))).exposures["value"].tolist() == [140.0]

    def test_an_infinite_load_is_refused(self):
        with pytest.raises(DataProblem, match="load of Deadlift"):
            followed(sets_of((0, np.inf, 5, 9)))

    def test_sets_without_a_load_are_missing_and_not_zero(self):
        assert len(followed(sets_of((0, np.nan, 5, 9), (1, 0.0, 5, 9), (2, 100, 5, 9))).exposures) == 1


class TestAtLeast:
    def test_unrated_sets_tell_what_was_possible_at_least_and_are_called_so(self):
        one = followed(sets_of(*((week, 100, 6, np.nan) for week in range(8))))
        assert (one.at_least, one.quantity.name) == (True, "deadlift.e1rm_at_least")
        assert series_fact(one, Display()).sentence == "Held steady. Deadlift, 1RM at least: 120 kg."

    def test_the_first_rating_after_months_without_does_not_look_like_strength(self):
        unrated = [(week, 100, 6, np.nan) for week in range(10)]
        one = followed(sets_of(*unrated, (10, 100, 6, 7)))
        assert (one.at_least, one.n_days_left_out) == (True, 0)
        assert set(one.exposures["value"]) == {120.0}

    def test_where_half_of_the_days_are_rated_the_others_are_left_out_and_counted(self):
        rated = [(week, 100, 5, 9) for week in range(6)]
        one = followed(sets_of(*rated, *((week, 60, 5, np.nan) for week in range(6, 9))))
        assert (one.at_least, one.n_days_left_out, len(one.exposures)) == (False, 3, 6)

    def test_too_few_days_say_how_many_are_missing(self):
        one = followed(sets_of(*((week, 100, 5, 9) for week in range(4))))
        assert series_fact(one, Display()).sentence == ("Two more sessions and we can tell. Deadlift, 1RM from reps.")


def rated_by(k: float, weeks: int = 18, gain: float = 0.0, reps: tuple[float, ...] = (3.0, 9.0, 6.0)) -> pd.DataFrame:
    """A set to failure a week without an error, by a curve of that constant and a 1RM that gains each week."""
    counts = [reps[week % len(reps)] for week in range(weeks)]
    return sets_of(*((week, 150 * (1 + gain) ** week / (1 + k * n), n, 10.0) for week, n in enumerate(counts)))


class TestConstant:
    @given(k=st.floats(0.02, 0.06), gain=st.floats(-0.005, 0.01))
    def test_noiseless_sets_give_back_the_own_constant_while_strength_moves(self, k, gain):
        sets = rated_by(k, gain=gain)
        own = own_constant(sets, LIFT, sets["local_date"].max())
        assert own is not None
        assert own.k == pytest.approx(k, rel=1e-3)

    def test_a_gain_between_two_blocks_is_not_taken_for_a_curve(self):
        sets = pd.concat([rated_by(1 / 30, 12, reps=(8.0,)), rated_by(1 / 30, 12, reps=(3.0,))])
        later = sets.assign(local_date=MONDAY + pd.to_timedelta(7 * np.arange(24), unit="D"))
        gained = later.assign(load_kg=later["load_kg"] * np.repeat([1.0, 1.1], 12))
        assert own_constant(gained, LIFT, gained["local_date"].max()) is None

    def test_few_sets_leave_epleys_curve(self):
        sets = rated_by(0.05, weeks=8)
        assert reps_constant(sets, LIFT, sets["local_date"].max()) == EPLEY

    def test_sets_of_one_load_tell_no_curve(self):
        sets = sets_of(*((week, 100, 5.0, 9.0) for week in range(12)))
        assert own_constant(sets, LIFT, sets["local_date"].max()) is None

    def test_the_surer_of_two_constants_weighs_more_and_both_are_surer_than_one(self):
        own = RepsConstant(0.045, 0.004, "own sets")
        both = drawn(own, EPLEY)
        assert both.k == pytest.approx((0.045 / 0.004**2 + EPLEY.k / 0.008**2) / (1 / 0.004**2 + 1 / 0.008**2))
        assert both.sd < own.sd
        assert (both.source, drawn(RepsConstant(0.045, 0.02, "own sets"), EPLEY).source) == ("own sets", EPLEY.source)

    def test_where_own_sets_are_thin_the_curve_is_the_squads(self):
        squad = with_constants(NO_SQUAD, {"deadlift": [RepsConstant(k, 0.002, "own") for k in (0.042, 0.045, 0.048)]})
        one = followed(sets_of((0, 100, 6, 10)), judging=Judging(squad))
        assert one.constant.source == "squad of 3"
        assert one.exposures["value"].item() == pytest.approx(127, abs=0.1)

    def test_two_athletes_are_no_squad(self):
        noise = with_constants(NO_SQUAD, {"deadlift": [EPLEY, EPLEY]})
        assert squad_constant_in(noise, "deadlift") == EPLEY


class TestErrorOfTheCurve:
    def blocks(self, gain: float):
        """12 weeks of eights, then 8 of threes, by a curve that is not Epley's and that one switch does not tell."""
        rng = np.random.default_rng(18)
        reps = np.repeat([8.0, 3.0], [12, 8])
        strength = 150 * np.where(reps == 3.0, 1 + gain, 1.0) * np.exp(rng.normal(0, 0.004, 20))
        return followed(
            sets_of(*((w, s / (1 + 0.042 * n), n, 10.0) for w, (s, n) in enumerate(zip(strength, reps, strict=True))))
        )

    def test_a_change_that_the_curve_could_explain_is_not_told(self):
        one = self.blocks(0.0)
        assert abs(one.exposures["value"].iloc[-8:].mean() / one.exposures["value"].iloc[:12].mean() - 1) > 0.02
        assert (str(one.change.state), one.change.since, one.change.claims) == ("too close to call", None, ())
        assert one.change.change_low < 0 < one.change.change_high

    def test_a_change_beyond_it_is(self):
        assert str(self.blocks(0.20).change.state) in ("better", "clearly better")

    def test_the_level_is_as_unsure_as_the_curve(self):
        one = followed(sets_of(*((week, 100, 8, 10) for week in range(10))))
        of_curve = EPLEY.sd * 8 / (1 + 8 / 30) * one.change.level
        assert (one.change.level_high - one.change.level_low) / 2 > 1.64 * of_curve
