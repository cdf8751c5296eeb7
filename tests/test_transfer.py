"""Transfer: what goes with the hinge within athletes, what only seems to, and when it cannot be told."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from squads_in_weeks import made_up_squad
from statsmodels.formula.api import ols

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.transfer import lags_figure, weeks_figure
from analysis.models.estimators.within_athletes import detectable_correlation, pairs_needed
from analysis.models.squad.squad_series import SquadSeries, next_athletes, weekly_pairs
from analysis.models.squad.transfer import transfer, within_athletes


def rng(number: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([8, number]))


FASTER = made_up_squad(rng(1), n_athletes=10, slope=-0.6, lag_weeks=2)


@pytest.fixture(scope="module")
def found():
    return transfer(*FASTER)


@pytest.fixture(scope="module")
def unrelated():
    return transfer(*made_up_squad(rng(2), n_athletes=10, slope=0.0))


def test_a_true_link_is_found_at_its_lag_with_its_slope(found):
    assert found.verdict == "goes with better"
    assert found.strongest["lag_weeks"] == 2
    assert found.strongest["conf_low"] < -0.6 < found.strongest["conf_high"]
    assert "2 weeks later" in found.sentence()
    assert "cause" not in found.sentence()


def test_an_outcome_that_gets_worse_is_said_to():
    worse = transfer(*made_up_squad(rng(3), n_athletes=10, slope=0.6))
    assert worse.verdict == "goes with worse"


def test_an_unrelated_outcome_shows_nothing_and_says_what_would_have_been_seen(unrelated):
    assert unrelated.verdict == "nothing shown"
    assert "would have been seen in most cases" in unrelated.sentence()


def test_a_season_that_all_share_is_no_transfer():
    shared = transfer(*made_up_squad(rng(4), n_athletes=10, slope=0.0, season=3.0))
    assert shared.verdict == "nothing shown"


def test_athletes_who_are_fast_at_both_are_no_transfer_within_them():
    hinge, sprint = made_up_squad(rng(5), n_athletes=10, slope=0.0)
    level = hinge.values.groupby("athlete_id")["value"].mean()
    tied = sprint.values.assign(value=sprint.values["value"] - 3 * sprint.values["athlete_id"].map(level))
    found = transfer(hinge, replace(sprint, values=tied))
    assert found.verdict == "nothing shown"
    between = found.tidy().set_index("term").loc["between"]
    assert between["conf_high"] < 0


def test_a_placebo_that_shows_something_withholds_the_verdict():
    found = transfer(*FASTER, placebo=FASTER[0])
    assert found.verdict == "placebo shows it too"
    assert found.sentence().startswith("Cannot tell")


def test_few_pairs_are_a_sentence_about_the_sample_and_no_figure():
    few = transfer(*made_up_squad(rng(6), n_athletes=8, slope=-0.6, every_weeks=4))
    assert few.verdict == "too few pairs"
    assert "A correlation of 0.3 takes about 85" in few.sentence()
    for figure in (lags_figure, lambda result: weeks_figure(result, 0)):
        with pytest.raises(NotEnoughData, match="Too few pairs to tell"):
            figure(few)


def test_five_athletes_are_no_squad_to_tell_transfer_from():
    with pytest.raises(NotEnoughData, match="needs 6 athletes"):
        transfer(*made_up_squad(rng(7), n_athletes=5, slope=0.0))


@pytest.mark.parametrize("lags", [[], [-1]])
def test_lags_must_be_some_and_not_negative(lags):
    with pytest.raises(DataProblem, match="cannot be judged"):
        transfer(*FASTER, lags_weeks=lags)


def test_the_slope_is_that_of_least_squares_on_athletes_and_season(found):
    pairs = found.pairs.query("lag_weeks == 0").assign(t=lambda p: (p["week"] - p["week"].min()).dt.days / 7)
    fit = ols("outcome ~ hinge + C(athlete_id) + t + I(t ** 2)", pairs).fit()
    assert found.lags.set_index("lag_weeks").loc[0, "slope"] == pytest.approx(fit.params["hinge"])
    own = within_athletes(pairs.reset_index(drop=True))
    assert own["outcome_within"].dot(own["hinge_within"]) / own["hinge_within"].pow(2).sum() == pytest.approx(
        fit.params["hinge"]
    )


@settings(max_examples=3)
@given(st.floats(-5, 5), st.floats(-5, 5))
def test_an_athletes_own_level_changes_nothing(of_hinge, of_outcome):
    hinge, sprint = FASTER
    first = hinge.values["athlete_id"].iloc[0]
    moved = [
        replace(part, values=part.values.assign(value=part.values["value"] + by * (part.values["athlete_id"] == first)))
        for part, by in ((hinge, of_hinge), (sprint, of_outcome))
    ]
    assert transfer(*moved, lags_weeks=[2]).strongest["slope"] == pytest.approx(_slope_of_faster(), rel=1e-6)


@functools.cache
def _slope_of_faster() -> float:
    return transfer(*FASTER, lags_weeks=[2]).strongest["slope"]


def test_pairs_lie_the_lag_apart_and_in_one_athlete():
    pairs = weekly_pairs(*FASTER, lags_weeks=[3])
    hinge = FASTER[0].by_week().set_index(["athlete_id", "week"])["value"]
    row = pairs.iloc[0]
    assert row["hinge"] == hinge[row["athlete_id"], row["week"] - pd.Timedelta(weeks=3)]
    assert set(pairs["lag_weeks"]) == {3}


def test_the_placebo_gives_every_athlete_the_values_of_another():
    hinge, _ = FASTER
    swapped = next_athletes(hinge)
    assert sorted(swapped.values["value"]) == sorted(hinge.values["value"])
    assert (swapped.values["athlete_id"] != hinge.values["athlete_id"]).all()
    assert hinge.name == "deadlift"


def test_sample_sizes_are_those_of_fishers_z():
    assert pairs_needed(0.3) == 85
    assert detectable_correlation(pairs_needed(0.5)) == pytest.approx(0.5, abs=0.01)
    assert detectable_correlation(3) == 1.0


def test_holms_p_is_never_below_the_plain_one(found):
    assert (found.lags["p_holm"] >= found.lags["p_value"]).all()
    assert found.lags["p_holm"].min() == pytest.approx(9 * found.lags["p_value"].min())


def test_the_figures_show_the_placebo_and_the_weeks(found):
    shown = lags_figure(found)
    assert [trace.name.split(":")[0] for trace in shown.data] == ["with 0.04 m/s more in deadlift", "placebo"]
    assert "circle" in shown.data[0].marker.symbol
    assert set(shown.data[1].marker.symbol) == {"circle-open"}
    assert len(weeks_figure(found, 2).data[0].x) == (found.pairs["lag_weeks"] == 2).sum()
    with pytest.raises(NotEnoughData, match="No pairs 40 weeks apart"):
        weeks_figure(found, 40)


def checks_in_weeks(*weeks: int) -> tuple[SquadSeries, SquadSeries]:
    """A squad of ten whose checks all lie in these weeks."""
    hinge, sprint = made_up_squad(rng(9), n_athletes=10, slope=-0.6, every_weeks=1)
    first = sprint.values["local_date"].min()
    kept = ((sprint.values["local_date"] - first).dt.days // 7).isin(weeks)
    return hinge, replace(sprint, values=sprint.values[kept])


def test_checks_in_two_weeks_do_not_tell_a_season_and_are_refused():
    with pytest.raises(NotEnoughData, match="in 3 different weeks; got 10 athletes and 2 weeks"):
        transfer(*checks_in_weeks(10, 18))


def test_a_lag_whose_pairs_lie_in_two_weeks_is_named_and_not_judged():
    found = transfer(*checks_in_weeks(1, 10, 18), lags_weeks=[0, 1, 4])
    assert found.lags["lag_weeks"].tolist() == [0, 1]
    assert found.not_judged == [4]
    assert found.sentence().endswith("Not judged: lag of 4 weeks, whose pairs lack 6 athletes and 3 different weeks.")
