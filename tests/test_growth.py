"""Growth over athletes: the optimum is found or said not to be, and an athlete's line carries its error."""

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.growth import growth_figure, slopes_figure
from analysis.models.estimators.autocorrelated import whitener
from analysis.models.squad.growth import growth


def squad(n_athletes: int, n_times: int, *, seed: int, slope_sd: float = 0.5, error_sd: float = 2.0) -> pd.DataFrame:
    """A made-up squad: level 100 (SD 10), slope 0.5 a week, weeks 0, 1, 2, ..."""
    rng = np.random.default_rng(seed)
    own = rng.normal([100.0, 0.5], [10.0, slope_sd], (n_athletes, 2))
    week = np.arange(float(n_times))
    value = own[:, :1] + own[:, 1:] * week + rng.normal(0, error_sd, (n_athletes, n_times))
    names = [f"a{number}" for number in range(n_athletes)]
    return pd.DataFrame(
        {"athlete_id": np.repeat(names, n_times), "week": np.tile(week, n_athletes), "value": value.ravel()}
    )


def fitted(frame: pd.DataFrame, **how):
    return growth(frame["athlete_id"], frame["week"], frame["value"], unit="kg", **how)


@pytest.mark.parametrize(("rho", "measured_pct"), [(0.0, 93.3), (0.05, 91.7), (0.3, 91.7), (0.5, 89.8), (0.9, 89.8)])
def test_the_slopes_of_athletes_say_what_their_intervals_hold_at_this_carry_over(rho, measured_pct):
    result = dataclasses.replace(RESULT, rho=rho)  # of 8 athletes, between 6 and 12
    assert result.glance()["coverage_pct"].item() == measured_pct
    assert ("an athlete's slope was measured to hold" in result.remark) == (measured_pct < 92)
    shown = slopes_figure(result, "1RM").layout.title.text or ""
    assert result.remark in shown.replace("<br>", " ")


SQUAD = squad(8, 6, seed=5)
RESULT = fitted(SQUAD, independent=True, origin=0)


def default_fit(frame: pd.DataFrame):
    """statsmodels as it comes: time as it is, its default optimisers."""
    design = sm.add_constant(frame["week"].to_numpy())
    model = sm.MixedLM(frame["value"].to_numpy(), design, groups=frame["athlete_id"].to_numpy(), exog_re=design)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the covariance is singular, which it is not
        return model.fit()


def test_a_default_optimiser_stops_short_and_says_it_converged_where_ours_reaches_the_optimum():
    frame = squad(12, 10, seed=0, slope_sd=0.7).assign(week=lambda rows: 700 + 7 * rows["week"])  # raw days
    default = default_fit(frame)
    ours = fitted(frame, independent=True)
    assert default.converged
    assert ours.settled
    assert ours.log_likelihood > default.llf + 10


def test_where_the_default_finds_the_optimum_it_is_ours():
    default = default_fit(SQUAD)
    assert RESULT.log_likelihood == pytest.approx(default.llf, abs=1e-3)
    assert [RESULT.level, RESULT.slope] == pytest.approx(default.fe_params.tolist(), rel=1e-4)
    assert [RESULT.level_se, RESULT.slope_se] == pytest.approx(default.bse_fe.tolist(), rel=1e-2)
    effects = np.array([default.random_effects[name] for name in RESULT.athletes["athlete_id"]])
    own = RESULT.athletes[["level", "slope"]].to_numpy()
    np.testing.assert_allclose(own, default.fe_params + effects, rtol=2e-3, atol=2e-3)


def test_an_optimum_that_one_optimiser_alone_found_is_not_settled():
    apart = RESULT.optimisers.assign(log_likelihood=[-10.0, -20.0, -30.0])
    doubtful = dataclasses.replace(RESULT, optimisers=apart)
    assert not doubtful.settled
    assert "Only one optimiser" in doubtful.sentence("Deadlift")


def test_moving_the_origin_moves_the_levels_and_nothing_else():
    later = fitted(SQUAD, independent=True, origin=10)
    assert later.slope == pytest.approx(RESULT.slope)
    assert later.log_likelihood == pytest.approx(RESULT.log_likelihood)
    assert later.level == pytest.approx(RESULT.predict([10])[0])
    own = RESULT.athletes.assign(level=RESULT.athletes["level"] + 10 * RESULT.athletes["slope"])
    np.testing.assert_allclose(later.athletes["level"], own["level"])


def test_a_change_of_unit_changes_the_numbers_by_its_factor():
    in_grams = fitted(SQUAD.assign(value=1000 * SQUAD["value"]), independent=True, origin=0)
    assert in_grams.slope == pytest.approx(1000 * RESULT.slope, rel=1e-4)
    assert in_grams.slope_sd == pytest.approx(1000 * RESULT.slope_sd, rel=1e-3)


def test_an_athlete_of_few_values_is_drawn_towards_the_squad_and_less_certain():
    few = SQUAD[(SQUAD["athlete_id"] != "a3") | (SQUAD["week"] < 2)]
    own = fitted(few, independent=True, origin=0).athletes.set_index("athlete_id")
    assert own.loc["a3", "n"] == 2
    assert own.loc["a3", "slope_se"] > own.drop("a3")["slope_se"].max()


def test_athletes_who_all_grow_alike_are_a_singular_fit_in_words():
    result = fitted(squad(8, 6, seed=3, slope_sd=0.0, error_sd=3.0), independent=True)
    assert result.is_singular
    assert "singular fit" in result.remark
    assert result.athletes[["slope_low", "slope_high"]].notna().all(axis=None)


def test_errors_that_carry_over_are_seen_and_widen_an_athletes_interval():
    rng = np.random.default_rng(8)
    frame = squad(8, 20, seed=5, error_sd=1e-6)
    errors = np.zeros((8, 20))
    for week in range(1, 20):
        errors[:, week] = 0.7 * errors[:, week - 1] + rng.normal(0, 1.4, 8)
    frame["value"] += errors.ravel()
    carried, independent = fitted(frame), fitted(frame, independent=True)
    assert 0.4 < carried.rho < 0.9
    assert independent.rho == 0
    assert carried.athletes["slope_se"].mean() > independent.athletes["slope_se"].mean()


def test_a_missing_value_is_counted_and_the_callers_frame_untouched():
    frame = SQUAD.assign(value=SQUAD["value"].where(SQUAD.index != 4))
    before = frame.copy()
    assert fitted(frame).n_missing == 1
    pd.testing.assert_frame_equal(frame, before)


def test_five_athletes_are_not_a_squad():
    with pytest.raises(NotEnoughData, match="6 athletes with values at 2 times or more; got 5"):
        fitted(squad(5, 6, seed=1))


def test_two_values_an_athlete_leave_no_error():
    with pytest.raises(NotEnoughData, match="16 values of 8 athletes leave no error"):
        fitted(squad(8, 2, seed=1))


def test_equal_and_infinite_values_and_unknown_athletes_are_refused():
    with pytest.raises(NotEnoughData, match="All 48 values are 7"):
        fitted(SQUAD.assign(value=7.0))
    with pytest.raises(DataProblem, match="value of inf cannot be"):
        fitted(SQUAD.assign(value=SQUAD["value"].mask(SQUAD.index == 0, np.inf)))
    with pytest.raises(DataProblem, match="'rowan' is not in this fit"):
        RESULT.predict([0], "rowan")


def test_two_values_of_one_athlete_at_one_time_are_refused():
    with pytest.raises(DataProblem, match="smallest gap is 0"):
        fitted(pd.concat([SQUAD, SQUAD.head(1)]))


def test_the_figures_name_every_athlete_and_their_units():
    slopes, lines = slopes_figure(RESULT, "Deadlift e1RM"), growth_figure(RESULT, "Deadlift e1RM")
    assert set(slopes.data[0].y) == set(SQUAD["athlete_id"])
    assert list(slopes.data[0].x) == sorted(slopes.data[0].x)
    assert slopes.layout.xaxis.title.text == "Deadlift e1RM, change (kg/week)"
    assert lines.data[-1].name == "squad"
    assert lines.layout.yaxis.title.text == "Deadlift e1RM (kg)"


def test_a_whitener_makes_errors_independent():
    day = np.array([0.0, 1, 3, 4, 8])
    white = whitener(day, 0.6, step=1.0).matrix
    covariance = 0.6 ** np.abs(day[:, np.newaxis] - day)
    np.testing.assert_allclose(white @ covariance @ white.T, np.eye(5), atol=1e-12)
