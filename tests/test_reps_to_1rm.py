"""An athlete's own curve of repetitions against load, and a squad's."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.config import Lift
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.reps_to_1rm import reps_load_figure, squad_k_figure
from analysis.models.strength.reps_of_squad import reps_curves_of_squad, sets_of_tested
from analysis.models.strength.reps_to_1rm import reps_curve_of_lift, reps_load_curve

MODEL = 42  # of the seeds of the simulations
SHARES = np.array([0.9, 0.8, 0.7, 0.6])
LOADS_KG = [120.0, 110.0, 100.0, 90.0]
REPS = [2, 5, 9, 13]
DEADLIFT = Lift(exercise="deadlift", name="Deadlift", anchor_load_kg=100)
SUNDAY = pd.Timestamp("2026-01-11")


def squad(k_by_athlete: dict[str, float], shares=SHARES) -> pd.DataFrame:
    """Sets without error."""
    return pd.DataFrame(
        [
            {"athlete_id": athlete, "share_of_1rm": share, "reps": (1 / share - 1) / k}
            for athlete, k in k_by_athlete.items()
            for share in shares
        ]
    )


SQUAD = squad({"alder": 0.025, "birch": 0.03, "cedar": 0.036, "elm": 0.045, "rowan": 0.033})


@given(e1rm_kg=st.floats(40, 300), k=st.floats(0.015, 0.07))
def test_noiseless_sets_give_back_the_1rm_and_k(e1rm_kg, k):
    load_kg = e1rm_kg * (1 + k) / (1 + k * np.array([2.0, 5.0, 10.0]))
    curve = reps_load_curve(load_kg, [2, 5, 10])
    assert (curve.e1rm_kg, curve.k) == (pytest.approx(e1rm_kg), pytest.approx(k))
    assert curve.load_kg(0) == pytest.approx(e1rm_kg * (1 + k))
    assert curve.load_kg(1) == pytest.approx(e1rm_kg)
    assert curve.predict(curve.load_kg(7)) == pytest.approx(7)


@given(factor=st.floats(0.1, 10))
def test_the_unit_of_the_load_changes_the_1rm_and_not_k(factor):
    one, other = reps_load_curve(LOADS_KG, REPS), reps_load_curve(factor * np.array(LOADS_KG), REPS)
    assert (other.e1rm_kg, other.k) == (pytest.approx(factor * one.e1rm_kg), pytest.approx(one.k))


def test_repetitions_in_reserve_count_as_if_they_were_done():
    done = reps_load_curve(LOADS_KG, REPS)
    reserved = reps_load_curve(LOADS_KG, [1, 3, 6, 9], reps_in_reserve=[1, 2, 3, 4])
    pd.testing.assert_frame_equal(done.tidy(), reserved.tidy())


def test_sets_without_a_rated_reserve_are_left_out_and_counted():
    curve = reps_load_curve([*LOADS_KG, 80.0], [2, 5, 9, 13, 10], reps_in_reserve=[0, 0, 0, 0, np.nan])
    assert curve.n_missing == 1
    assert curve.e1rm_kg == pytest.approx(reps_load_curve(LOADS_KG, REPS).e1rm_kg)


def test_sets_beyond_ten_repetitions_are_flagged_and_kept():
    assert reps_load_curve(LOADS_KG, REPS).sets["beyond_tested"].tolist() == [False, False, False, True]
    assert reps_load_curve(LOADS_KG, REPS).glance()["n_beyond_tested"].item() == 1


def test_loads_close_together_leave_k_without_a_bound():
    terms = reps_load_curve([100.0, 101.0, 102.0, 100.5], [6, 7, 5, 6]).tidy().set_index("term")
    assert not np.isfinite(terms.loc["k", ["conf_low", "conf_high"]].to_numpy(dtype=float)).any()
    assert terms.loc["k", "estimate"] > 0


@pytest.mark.parametrize(
    ("load_kg", "reps", "error", "words"),
    [
        ([100.0, 90.0], [5, 8], NotEnoughData, "3 sets or more .* got 2"),
        ([100.0] * 4, [5, 6, 5, 6], NotEnoughData, "All 4 sets were lifted with 100 kg"),
        ([100.0, np.nan, 90.0, 80.0], [5, 6, 7, np.nan], NotEnoughData, "got 2"),
        ([100.0, 0.0, 90.0], [5, 6, 7], DataProblem, "1 of 3 sets"),
        ([100.0, 95.0, 90.0], [5, 0, 7], DataProblem, "1 of 3 sets"),
        ([80.0, 90.0, 100.0], [4, 6, 9], DataProblem, "do not fall with load"),
    ],
)
def test_sets_that_carry_no_1rm_are_refused(load_kg, reps, error, words):
    with pytest.raises(error, match=words):
        reps_load_curve(load_kg, reps)


@pytest.mark.parametrize(
    ("share", "reps", "error", "words"),
    [
        ([0.9, 0.8], [4, 8], NotEnoughData, "3 sets below 1RM or more; got 2"),
        ([1.0, 1.0, 0.9, 0.8], [1, 1, 4, 8], NotEnoughData, "got 2"),
        ([90.0, 80.0, 70.0], [4, 8, 12], DataProblem, "3 of 3 sets"),
        ([0.9, 0.8, np.nan], [4, 8, 12], DataProblem, "1 of 3 sets"),
        ([0.9, 0.8, 0.7], [4, np.nan, 12], DataProblem, "1 of 3 sets"),
    ],
)
def test_shares_that_carry_no_curves_are_refused(share, reps, error, words):
    with pytest.raises(error, match=words):
        reps_curves_of_squad(pd.DataFrame({"athlete_id": "alder", "share_of_1rm": share, "reps": reps}))


def rated_deadlifts(one_rep_max_kg: dict[str, float], k: float = 1 / 30) -> pd.DataFrame:
    """A tested single of each athlete, and sets at 90, 80 and 70 % of it with two repetitions in reserve."""
    share = np.array([1.0, 0.9, 0.8, 0.7])
    to_failure = np.maximum(np.round((1 / share - 1) / k), 1)
    one = pd.DataFrame({"load_kg": share, "reps": to_failure - [0, 2, 2, 2], "rir": [0.0, 2, 2, 2]})
    squad = [one.assign(athlete_id=name, load_kg=kg * one["load_kg"]) for name, kg in one_rep_max_kg.items()]
    return pd.concat(squad, ignore_index=True).assign(
        exercise="deadlift", side="B", set_kind="work", local_date=pd.Timestamp("2026-01-05")
    )


def test_the_curve_of_a_lift_is_that_of_its_recent_rated_work_sets():
    sets = rated_deadlifts({"alder": 120.0})
    no_evidence = pd.concat(
        [
            sets.assign(set_kind="warm_up", reps=1.0),
            sets.assign(local_date=pd.Timestamp("2025-06-02"), load_kg=60.0),
            sets.assign(exercise="hip_thrust"),
        ]
    )
    curve = reps_curve_of_lift(pd.concat([sets, no_evidence]), DEADLIFT, SUNDAY)
    assert (len(curve.sets), curve.n_missing) == (4, 0)
    assert curve.sets["reps_to_failure"].tolist() == [1, 3, 8, 13]
    assert curve.e1rm_kg == pytest.approx(120, rel=0.02)


def test_a_lift_without_a_rated_reserve_says_what_to_record():
    with pytest.raises(NotEnoughData, match="Rate the reserve of more sets"):
        reps_curve_of_lift(rated_deadlifts({"alder": 120.0}).assign(rir=np.nan), DEADLIFT, SUNDAY)


def test_shares_are_those_of_the_1rm_that_each_athlete_tested():
    sets = rated_deadlifts({"alder": 120.0, "birch": 90.0})
    untested = rated_deadlifts({"cedar": 100.0}).iloc[1:]
    shares = sets_of_tested(pd.concat([sets, untested]), DEADLIFT, SUNDAY)
    assert shares["athlete_id"].tolist() == ["alder"] * 3 + ["birch"] * 3
    assert shares["share_of_1rm"].tolist() == pytest.approx([0.9, 0.8, 0.7] * 2)
    assert shares["reps"].tolist() == [3, 8, 13] * 2


def test_a_squad_without_a_test_says_so():
    with pytest.raises(NotEnoughData, match="Nobody tested Deadlift in the 84 days up to 2026-01-11"):
        sets_of_tested(rated_deadlifts({"cedar": 100.0}).iloc[1:], DEADLIFT, SUNDAY)


def test_athletes_with_clear_curves_keep_their_own_k():
    curves = reps_curves_of_squad(SQUAD.assign(reps=SQUAD["reps"] + np.tile([0.05, -0.05, 0.05, -0.05], 5)))
    assert curves.athletes["k"].tolist() == pytest.approx([0.025, 0.03, 0.036, 0.045, 0.033], rel=0.02)
    assert curves.k_sd == pytest.approx(np.std([0.025, 0.03, 0.036, 0.045, 0.033]), rel=0.05)
    assert not curves.glance()["athletes_alike"].item()


def test_athletes_who_do_not_differ_are_drawn_together():
    rng = np.random.default_rng(np.random.SeedSequence([MODEL, 5]))
    alike = squad(dict.fromkeys(["alder", "birch", "cedar", "elm"], 0.033))
    curves = reps_curves_of_squad(alike.assign(reps=(alike["reps"] + rng.normal(0, 1.5, len(alike))).clip(lower=1)))
    odds = 1 / curves.sets["share_of_1rm"] - 1
    sums = pd.DataFrame({"squares": odds**2, "products": odds * curves.sets["reps"]})
    by_athlete = sums.groupby(curves.sets["athlete_id"]).sum()
    own = by_athlete["squares"] / by_athlete["products"]  # k by least squares of each athlete alone
    assert np.ptp(curves.athletes["k"]) < np.ptp(own)


def test_the_estimates_of_a_squad_are_at_the_top_of_the_linearised_likelihood():
    """The marginal likelihood of the linearised model, computed from its full covariance matrix."""
    noisy = SQUAD.assign(reps=SQUAD["reps"] + np.tile([0.4, -0.3, 0.5, -0.6], 5))
    curves = reps_curves_of_squad(noisy)
    own = noisy["athlete_id"].map(curves.athletes.set_index("athlete_id")["k"]).to_numpy()
    odds = 1 / noisy["share_of_1rm"].to_numpy() - 1
    slope = -odds / own**2
    outcome = noisy["reps"].to_numpy() - odds / own + slope * own
    same = noisy["athlete_id"].to_numpy()[:, None] == noisy["athlete_id"].to_numpy()

    def log_likelihood(k: float, k_sd: float, residual_sd: float) -> float:
        covariance = residual_sd**2 * np.eye(len(odds)) + k_sd**2 * np.outer(slope, slope) * same
        resid = outcome - slope * k
        return -0.5 * (np.linalg.slogdet(covariance)[1] + resid @ np.linalg.solve(covariance, resid))

    best = np.array([curves.k, curves.k_sd, curves.residual_sd_reps])
    top = log_likelihood(*best)
    for which in range(3):
        for factor in (0.97, 1.03):
            other = best.copy()
            other[which] *= factor
            assert log_likelihood(*other) < top


def test_three_athletes_are_not_a_squad():
    with pytest.raises(NotEnoughData, match="4 athletes or more"):
        reps_curves_of_squad(SQUAD[SQUAD["athlete_id"].isin(["alder", "birch", "cedar"])])


def test_a_set_of_nobody_is_refused():
    with pytest.raises(DataProblem, match="1 of 20 sets belong to nobody"):
        reps_curves_of_squad(SQUAD.assign(athlete_id=[None, *SQUAD["athlete_id"][1:]]))


def test_an_athlete_who_was_not_fitted_has_no_curve():
    curves = reps_curves_of_squad(SQUAD.assign(reps=SQUAD["reps"] + np.tile([0.4, -0.3, 0.5, -0.6], 5)))
    assert curves.predict("elm", 0.8) < curves.predict("alder", 0.8)
    with pytest.raises(DataProblem, match="'hazel' is not among"):
        curves.predict("hazel", 0.8)


def coverage(design: int, replicates: int) -> float:
    """How often the 95 % interval of the 1RM holds it: 6 sets, whole repetitions with an error of 1."""
    rng = np.random.default_rng(np.random.SeedSequence([MODEL, design]))
    share = np.array([0.9, 0.85, 0.8, 0.75, 0.7, 0.65])
    mean_reps = (1.033 / share - 1) / 0.033
    hits = 0
    for _ in range(replicates):
        reps = np.maximum(np.round(mean_reps + rng.normal(0, 1, 6)), 1)
        e1rm = reps_load_curve(100 * share, reps).tidy().iloc[0]
        hits += e1rm["conf_low"] <= 100 <= e1rm["conf_high"]
    return hits / replicates


def test_the_interval_of_the_1rm_covers_as_often_as_it_claims():
    assert coverage(1, 400) == pytest.approx(0.95, abs=0.03)


@pytest.mark.full
def test_the_interval_of_the_1rm_covers_over_2000_athletes():
    assert coverage(2, 2000) == pytest.approx(0.95, abs=0.02)


def squad_coverage(design: int, replicates: int) -> float:
    """How often the 95 % intervals of the athletes' k hold them: 12 athletes, 3 sets each."""
    rng = np.random.default_rng(np.random.SeedSequence([MODEL, design]))
    share, athletes = np.tile([0.9, 0.8, 0.7], 12), np.repeat(np.arange(12).astype(str), 3)
    hits = 0
    for _ in range(replicates):
        k = np.maximum(0.0333 + 0.008 * rng.normal(0, 1, 12), 0.012)
        reps = np.maximum(np.round((1 / share - 1) / np.repeat(k, 3) + rng.normal(0, 1, 36)), 1)
        sets = pd.DataFrame({"athlete_id": athletes, "share_of_1rm": share, "reps": reps})
        fitted = reps_curves_of_squad(sets).athletes
        hits += int(((fitted["k_low"] <= k) & (k <= fitted["k_high"])).sum())
    return hits / replicates / 12


def test_the_intervals_of_the_athletes_cover_what_the_card_says():
    assert squad_coverage(3, 100) == pytest.approx(0.93, abs=0.03)


@pytest.mark.full
def test_the_intervals_of_the_athletes_cover_what_the_card_says_over_500_squads():
    assert squad_coverage(4, 500) == pytest.approx(0.93, abs=0.02)


def test_the_figure_of_a_curve_marks_the_1rm_and_the_long_sets():
    shown = {trace.name: trace for trace in reps_load_figure(reps_load_curve(LOADS_KG, REPS)).data}
    assert list(shown["beyond 10 repetitions"].x) == [90.0]
    assert list(shown["e1RM"].y) == [1]


def test_a_1rm_without_a_bound_is_not_drawn():
    shown = reps_load_figure(reps_load_curve([100.0, 101.0, 102.0], [6, 9, 2]))
    assert "do not bound the 1RM" in shown.layout.title.text.replace("<br>", " ")
    assert "e1RM" not in {trace.name for trace in shown.data}


def test_the_figure_of_a_squad_has_an_interval_an_athlete():
    curves = reps_curves_of_squad(SQUAD.assign(reps=SQUAD["reps"] + np.tile([0.4, -0.3, 0.5, -0.6], 5)))
    shown = squad_k_figure(curves)
    assert list(shown.data[0].y) == ["alder", "birch", "rowan", "cedar", "elm"]
    assert shown.layout.xaxis.title.text == "k (1/repetitions)"
