"""When form changes in the set: the truth comes back, too little is refused, and one athlete who changes is found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from made_up_sets import FIRST_DAY, rated_sets
from scipy.special import expit

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.figures.form_break import form_over_dates_figure, squad_form_figure, still_clean_figure
from analysis.models.estimators.clustered import clustered_fit, separated
from analysis.models.form.clean_reps import rated_repetitions
from analysis.models.form.form_break import CleanReps, form_break, form_of_squad
from analysis.models.form.watched import watched_repetitions

RNG_SEED = 7
LAST_DAY = FIRST_DAY + pd.Timedelta(weeks=11)
LOADS = np.array([60.0, 70.0, 80.0, 90.0])
REFERENCE = {f"t{number:02d}": 100.0 for number in range(30)}


def seeded() -> np.random.Generator:
    return np.random.default_rng(RNG_SEED)


@pytest.fixture(scope="module")
def squad():
    reps = rated_sets(24, 12, rng=seeded(), load_kg=LOADS, earlier={"t05": 4.0})
    return form_break(watched_repetitions(reps, REFERENCE), cluster="athlete_id")


# the model


def test_the_terms_built_in_come_back(squad):
    told = squad.tidy().set_index("term")
    for term, truth in {"rep_no": 0.6, "load_pct": 0.06, "velocity_loss_pct": 0.0}.items():
        assert told.loc[term, "conf_low"] <= truth <= told.loc[term, "conf_high"], term
    assert told.loc["rep_no", "conf_low"] > 0.3
    assert squad.left_out == {}


def test_the_clean_repetitions_of_a_load_are_those_that_most_sets_reach(squad):
    capacity = squad.clean_reps(80.0)
    truth = np.cumprod(1 - expit(-5 + 0.6 * np.arange(1, 9)))
    assert capacity.reps == (truth >= 0.8).sum() == 4
    assert capacity.low <= capacity.reps <= capacity.high
    assert squad.clean_reps(60.0).reps > squad.clean_reps(90.0).reps


def test_the_chance_of_a_break_is_that_of_its_repetition(squad):
    points = pd.DataFrame({"rep_no": [2, 8], "load_pct": 80.0, "velocity_loss_pct": 0.0})
    told = squad.predict(points)
    assert (told["conf_low"] < told["hazard"]).all()
    assert (told["hazard"] < told["conf_high"]).all()
    assert told["hazard"].tolist() == pytest.approx(expit(-5 + 0.6 * points["rep_no"]).tolist(), abs=0.05)


def test_a_count_as_long_as_the_set_is_that_many_or_more():
    assert CleanReps(80.0, 0.8, reps=8, low=6, high=8, watched=8, conf_level=0.95).text == "8 or more (6 to 8 or more)"


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_a_set_is_watched_up_to_its_first_break_and_breaks_at_most_once(clean):
    rated = pd.DataFrame({"rep_no": np.arange(1, len(clean) + 1), "is_clean": clean})
    rated = rated.assign(
        athlete_id="t00", session_id="s", set_no=1, exercise="deadlift", load_kg=80.0, mean_velocity_m_s=0.7
    )
    watched = watched_repetitions(rated)
    broken = not all(clean)
    assert watched["broke"].sum() == broken
    assert watched["at_risk"].sum() == (clean.index(False) + 1 if broken else len(clean))


def test_rows_in_any_order_are_the_same_sets():
    reps = rated_sets(2, 3, rng=seeded())
    shuffled = watched_repetitions(reps.sample(frac=1, random_state=1)).sort_index()
    pd.testing.assert_frame_equal(shuffled, watched_repetitions(reps))


def test_lost_speed_is_that_before_the_repetition():
    reps = rated_sets(1, 1, rng=seeded(), n_reps=3).assign(mean_velocity_m_s=[0.8, 0.6, 0.4])
    assert watched_repetitions(reps)["velocity_loss_pct"].tolist() == pytest.approx([0.0, 0.0, 25.0])


def test_a_repetition_that_the_device_missed_is_left_out_and_counted():
    reps = rated_sets(24, 12, rng=seeded(), load_kg=LOADS)
    reps.loc[(reps["rep_no"] == 1) & (reps["session_id"] == "t00-0"), "mean_velocity_m_s"] = np.nan
    watched = watched_repetitions(reps, REFERENCE)
    result = form_break(watched, cluster="athlete_id")
    own = watched[(watched["session_id"] == "t00-0") & watched["at_risk"]]
    assert result.n_missing == len(own) - 1  # at the first repetition nothing is lost yet
    assert result.sets.loc[result.sets["session_id"] == "t00-0", "expected_reps"].isna().all()


def test_a_term_that_nothing_moves_is_left_out_and_named():
    reps = rated_sets(12, 12, rng=seeded(), load_kg=80.0).assign(mean_velocity_m_s=np.nan)
    result = form_break(watched_repetitions(reps, REFERENCE), cluster="athlete_id")
    assert result.fit.terms == ("constant", "rep_no")
    assert result.left_out["load_pct"] == "all loads within 80 to 80 % of the reference"
    assert "no velocity measured" in result.glance()["left_out"].iloc[0]


def test_the_covariance_is_that_of_many_clusters_where_there_are_many():
    rng = np.random.default_rng(2)
    design = pd.DataFrame({"constant": 1.0, "x": rng.normal(size=4000)})
    outcome = pd.Series((rng.random(4000) < expit(design["x"])).astype(float))
    fit = clustered_fit(outcome, design, pd.Series(np.arange(4000)), family="binomial")
    h = expit(design.to_numpy() @ fit.estimates)
    information = design.to_numpy().T @ (design.to_numpy() * (h * (1 - h))[:, None])
    np.testing.assert_allclose(fit.std_errors, np.sqrt(np.diag(np.linalg.inv(information))), rtol=0.05)


# one athlete who changes


def test_the_athlete_whose_form_changes_earlier_is_found_among_the_others(squad):
    changes = form_of_squad(squad, LAST_DAY)
    assert changes["athlete_id"].iloc[0] == "t05"
    assert changes["state"].iloc[0] in ("worse", "clearly worse")
    flagged = changes["state"].iloc[1:].isin(["better", "clearly better", "worse", "clearly worse"]).sum()
    assert flagged <= 3  # of 23 at 5 %, 4 or more in 2.6 % of squads


def test_an_odds_ratio_above_one_since_the_day_says_so_for_one_athlete():
    reps = rated_sets(1, 24, rng=seeded(), earlier={"t00": 3.0}, last_sessions=10)
    day = FIRST_DAY + pd.Timedelta(weeks=14)
    result = form_break(watched_repetitions(reps), cluster="session_id", beside=(), since=day)
    recent = result.tidy().set_index("term").loc["recent"]
    assert 0 < recent["conf_low"] < 3.0 < recent["conf_high"]
    assert result.clean_reps(recent=1).reps < result.clean_reps(recent=0).reps


def test_a_day_with_two_sessions_since_is_too_late_to_tell():
    watched = watched_repetitions(rated_sets(1, 24, rng=seeded()))
    result = form_break(
        watched, cluster="session_id", beside=(), since=watched["local_date"].max() - pd.Timedelta("7D")
    )
    assert result.left_out == {"recent": "fewer than 3 sessions before the day or since"}


def test_sessions_of_another_rater_are_kept_and_not_compared(squad):
    reps = squad.repetitions.assign(
        rater=squad.repetitions["rater"].mask(
            squad.repetitions["local_date"] < LAST_DAY - pd.Timedelta(weeks=4), "other"
        )
    )
    result = form_break(reps, cluster="athlete_id")
    own = result.against_expected("t05", LAST_DAY)
    assert own.change.reason == "series_broken"
    assert len(own.exposures) == 12


# refusals


def test_five_athletes_are_too_few():
    with pytest.raises(NotEnoughData, match="6 athletes with rated sets or more; got 5"):
        form_break(watched_repetitions(rated_sets(5, 24, rng=seeded()), REFERENCE), cluster="athlete_id")


def test_form_that_never_changes_is_too_few_changes():
    reps = rated_sets(12, 6, rng=seeded()).assign(is_clean=True)
    with pytest.raises(NotEnoughData, match="10 changes of form or more; got 0"):
        form_break(watched_repetitions(reps, REFERENCE), cluster="athlete_id")


def test_form_that_changes_at_one_repetition_always_has_no_bound():
    reps = rated_sets(12, 6, rng=seeded())
    reps["is_clean"] = reps["rep_no"] < 5
    with pytest.raises(NotEnoughData, match="form changed too much alike"):
        form_break(watched_repetitions(reps), cluster="athlete_id")


def test_sessions_of_a_squad_are_not_those_of_one_athlete():
    with pytest.raises(DataProblem, match="Sessions of 12 athletes are not one athlete's"):
        form_break(watched_repetitions(rated_sets(rng=seeded())), cluster="session_id")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"exercise": ["deadlift", "swing"] * 4}, "Form of 2 lifts is not one question: deadlift, swing"),
        ({"rep_no": range(2, 10)}, "rated from repetition 2 on"),
    ],
    ids=["lifts", "first"],
)
def test_sets_that_are_no_sets_of_one_lift_are_refused(change, words):
    with pytest.raises(DataProblem, match=words):
        watched_repetitions(rated_sets(1, 1, rng=seeded()).assign(**change))


def test_a_reference_load_of_nothing_is_refused():
    with pytest.raises(DataProblem, match="The reference load of 't00' is 0 kg"):
        watched_repetitions(rated_sets(1, 1, rng=seeded()), {"t00": 0.0})


def test_nothing_rated_says_what_to_record():
    with pytest.raises(NotEnoughData, match="Rate one set a week"):
        watched_repetitions(rated_sets(1, 1, rng=seeded()).head(0))


def test_a_load_is_needed_where_the_model_knows_loads(squad):
    with pytest.raises(DataProblem, match="Give load_pct"):
        squad.clean_reps()


def test_an_athlete_without_rated_sets_says_so(squad):
    with pytest.raises(NotEnoughData, match="No rated set of 'nobody'"):
        squad.against_expected("nobody", LAST_DAY)


def test_a_term_of_another_name_is_refused():
    with pytest.raises(DataProblem, match="'mood' is no term of this model"):
        form_break(watched_repetitions(rated_sets(rng=seeded())), cluster="athlete_id", beside=("mood",))


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=4, max_size=30))
def test_what_is_separated_is_what_a_threshold_parts(points):
    x = np.array([value for value, _ in points], dtype=float)
    y = pd.Series([float(one) for _, one in points])
    assume(len(np.unique(x)) > 1)  # else the slope has nothing to go by
    parted = any(
        (x[y == below] <= cut).all() and (x[y != below] >= cut).all() for below in (0, 1) for cut in np.unique(x)
    )
    assert separated(y, pd.DataFrame({"constant": 1.0, "x": x})) == parted


# the example squad


@pytest.fixture(scope="module")
def example(squad_workspace):
    frames = squad_workspace.workspace.squad(squad_workspace.truth["last_day"])
    rated = rated_repetitions(frames["sets"], frames["reps"], pd.Timestamp(squad_workspace.truth["last_day"]))
    lift = squad_workspace.workspace.config.lift("romanian_deadlift")
    return watched_repetitions(rated, {one: lift.anchor_kg(one) for one in rated["athlete_id"].unique()})


def test_the_squad_finds_hazel_and_nobody_beyond_chance(example, squad_workspace):
    until = pd.Timestamp(squad_workspace.truth["last_day"])
    changes = form_of_squad(form_break(example, cluster="athlete_id"), until)
    assert changes["athlete_id"].iloc[0] == squad_workspace.ids["Hazel"]
    assert changes["state"].iloc[0] == "clearly worse"
    assert changes["change_low"].iloc[0] < -3.0 < changes["change_high"].iloc[0]  # what is built in
    flagged = changes["state"].iloc[1:].isin(["better", "clearly better", "worse", "clearly worse"]).sum()
    assert flagged <= 2  # of 11 at 5 %, 3 or more in 1.5 % of squads


def test_alone_nobody_is_named_beyond_chance(example, squad_workspace):
    """Four weeks after an earlier break own sets alone do not tell it; the squad does."""
    until = pd.Timestamp(squad_workspace.truth["last_day"])
    states = {}
    for name, athlete_id in squad_workspace.ids.items():
        own = example[example["athlete_id"] == athlete_id]
        try:
            result = form_break(own, cluster="session_id", beside=())
        except NotEnoughData:
            continue  # too few changes of form in half a year
        states[name] = result.against_expected(athlete_id, until).change
    assert len(states) >= 8
    assert sum(change.changed for name, change in states.items() if name != "Hazel") <= 1
    assert states["Hazel"].change < 0


def test_speed_lost_says_nothing_of_form_where_none_was_built_in(example):
    term = form_break(example, cluster="athlete_id").tidy().set_index("term").loc["velocity_loss_pct"]
    assert term["conf_low"] < 0 < term["conf_high"]


# figures


def test_the_figure_of_clean_sets_says_the_capacity(squad):
    shown = still_clean_figure(squad, 80.0)
    assert "in 8 of 10 sets at 80 % load: 4" in shown.layout.title.text.replace("<br>", " ")
    assert shown.layout.yaxis.title.text == "Sets still clean (%)"


def test_the_figure_of_the_squad_fills_what_is_beyond_error_and_says_what_chance_does(squad):
    changes = form_of_squad(squad, LAST_DAY)
    shown = squad_form_figure(changes, {"t05": "Rowan"})
    marks = dict(zip(shown.data[0].y, shown.data[0].marker.symbol, strict=True))
    assert marks["Rowan"] == "circle"
    assert shown.layout.title.text.replace("<br>", " ").endswith("1 changed and stayed so, 0.2 expected by chance")


def test_the_figure_of_one_athlete_says_the_verdict(squad):
    shown = form_over_dates_figure(squad.against_expected("t05", LAST_DAY))
    assert "Clean reps beyond expected" in shown.layout.title.text.replace("<br>", " ")
    assert len(shown.data[0].x) == 12
