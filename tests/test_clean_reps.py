"""Clean repetitions: what counts as clean, whether it has changed and stayed so, and which break ends a set."""

import re

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import FLAT_M_S, FRIDAYS, MONDAYS, SUNDAY, bar_speed, form_sets, lifting
from made_up_sets import rated_sets

from analysis.base.errors import DataProblem, NotEnoughData
from analysis.models.form.change_of_counts import change_of_counts
from analysis.models.form.clean_reps import form_history, history_of_rated, rated_repetitions
from analysis.models.form.hazard import ALONE, hazard_in, hazard_of_squad, with_hazards
from analysis.models.noise import NO_SQUAD, noise_of_squad
from analysis.models.series import Judging

WEEKS = pd.date_range("2026-01-05", periods=30, freq="7D")
FEWER = {"less": "fewer clean reps"}
WORDS = {"decimals": 1, "more": "more", "less": "fewer", "occasion": "session"}


def history(clean: list[int], *, kind: str = "flexion", days=WEEKS, judging: Judging | None = None, **more):
    sets, reps = form_sets(days[: len(clean)], clean, **more)
    for rep in reps:
        rep["form_flags"] = rep["form_flags"].replace("flexion", kind)
    frames = lifting((sets, reps))
    return form_history(frames["sets"], frames["reps"], days[len(clean) - 1], judging=judging or Judging())


# what counts


def test_clean_reps_are_those_before_the_first_flagged_one():
    assert history([3, 0, 8]).exposures["value"].tolist() == [3, 0, 8]
    assert history([3, 0, 8]).exposures["at_risk"].tolist() == [(4,), (1,), (8,)]


def test_a_clean_rep_after_form_changed_does_not_count():
    sets, reps = form_sets(MONDAYS[-1:], [2])
    reps[5]["form_flags"] = ""
    frames = lifting((sets, reps))
    assert form_history(frames["sets"], frames["reps"], SUNDAY).exposures["value"].tolist() == [2]


def test_a_set_that_stayed_clean_is_censored():
    seen = history([6, 6, 7, 6, 8, 8])
    assert seen.sets["censored"].tolist() == [False] * 4 + [True] * 2
    assert (seen.n_censored, len(seen.recent)) == (2, 6)


def test_unrated_reps_are_not_clean_reps():
    frames = lifting(bar_speed(FRIDAYS, FLAT_M_S))
    with pytest.raises(NotEnoughData, match="No form notes"):
        form_history(frames["sets"], frames["reps"], SUNDAY)


def test_two_sets_of_a_day_are_one_exposure():
    sets, reps = form_sets(WEEKS[:1], [8])
    again = [{**row, "set_no": 2} for row in sets], [{**row, "set_no": 2} for row in form_sets(WEEKS[:1], [4])[1]]
    frames = lifting((sets, reps), again)
    seen = form_history(frames["sets"], frames["reps"], WEEKS[0])
    assert seen.exposures[["value", "n_sets", "at_risk"]].values.tolist() == [[6.0, 2, (8, 5)]]


@pytest.mark.parametrize("reps", [5, 8, 12])
def test_as_many_repetitions_are_planned_as_the_usual_set_has(reps):
    seen = history([reps] * 8, n_reps=reps)
    assert seen.reps == reps
    assert reps - 1 < seen.change.level <= reps
    assert f"{seen.change.level:.1f} of {reps}" in seen.change.sentence("clean reps", **WORDS)


# what changes for good


def test_form_that_breaks_in_most_sets_is_worse_since_then():
    seen = history([8] * 12 + [2, 2, 3, 8, 2]).change
    assert seen.state == "clearly worse"
    assert seen.since == WEEKS[12]
    assert seen.change_high < -2
    assert 7 < seen.before <= seen.before_high
    assert seen.level_low <= seen.level <= seen.level_high
    told = seen.sentence("clean reps", **WORDS)
    assert told.startswith("Clearly fewer since 30 Mar. Clean reps: ")
    assert " of 8, before 7." in told
    assert "own ratings" in seen.sentence("clean reps", audience="coach", **WORDS)


def test_form_that_holds_again_is_better():
    assert history([2] * 12 + [8] * 6).change.state == "clearly better"


def test_one_early_break_after_weeks_without_is_no_change():
    seen = history([8] * 12 + [1]).change
    assert seen.state == "too close to call"
    assert seen.latest == 1


def test_a_day_below_the_band_is_said_with_the_state():
    squad = noise_of_ratings([[8] * 20] * 6)
    seen = history([8] * 19 + [0], judging=Judging(squad)).change
    assert not seen.changed
    assert seen.today == "unusually low"
    assert seen.latest < seen.band_low
    assert "Your last session was outside your usual. It was 0 of 8, fewer." in seen.sentence("clean reps", **WORDS)


def test_a_short_set_without_a_break_is_no_low_day():
    sets, reps = form_sets(WEEKS[:19], [8] * 19)
    frames = lifting((sets, reps), form_sets(WEEKS[19:20], [3], n_reps=3))
    seen = form_history(frames["sets"], frames["reps"], WEEKS[19], judging=Judging(noise_of_ratings([[8] * 20] * 6)))
    assert (seen.change.latest, seen.change.today) == (3, "usual")


def test_few_rated_days_cannot_tell():
    seen = history([6, 6, 7, 6]).change
    assert (seen.state, seen.reason, seen.more_needed) == ("cannot tell", "too_few_values", 2)


def test_another_rater_starts_a_new_series():
    sets, reps = form_sets(WEEKS[:9], [6, 7, 5, 6, 6, 7, 3, 3, 3])
    for rep in reps[-24:]:
        rep["rater"] = "video"
    frames = lifting((sets, reps))
    seen = form_history(frames["sets"], frames["reps"], WEEKS[8])
    assert seen.change.reason == "series_broken"
    assert seen.began_anew == WEEKS[6]


def test_every_result_of_form_answers_the_same_questions():
    seen = history([8] * 12 + [2, 2, 3, 8, 2])
    assert seen.tidy()["term"].tolist() == ["level", "change"]
    assert seen.glance()["n_comparable"].tolist() == [17]
    assert seen.augment()[".fitted"].iloc[0] == seen.change.before


# which break


def test_kinds_of_break_are_kept_apart():
    sets, reps = form_sets(WEEKS[:12], [8] * 11 + [6])
    later = form_sets(WEEKS[12:18], [2, 2, 3, 2, 2, 2])
    for rep in later[1]:
        rep["form_flags"] = rep["form_flags"].replace("flexion", "valgus shift")
    frames = lifting((sets, reps), later)
    seen = form_history(frames["sets"], frames["reps"], WEEKS[17])
    assert list(seen.by_kind) == ["valgus", "flexion"]
    assert seen.by_kind["valgus"].state == "clearly worse"
    assert not seen.by_kind["flexion"].changed
    assert sum(one.rated.breaks.sum() for one in seen.by_kind.values()) == seen.change.rated.breaks.sum()


def test_the_kind_of_a_break_is_its_first_word_and_missing_where_clean():
    frames = lifting(form_sets(WEEKS[:1], [1], n_reps=3))
    frames["reps"]["form_flags"] = ["", " shift  valgus", "flexion"]
    rated = rated_repetitions(frames["sets"], frames["reps"], WEEKS[0])
    assert rated["break_kind"].isna().tolist() == [True, False, False]
    assert rated["break_kind"].tolist()[1:] == ["shift", "flexion"]


# by the squad


def noise_of_ratings(squad: list[list[int]]):
    rated = [history(clean) for clean in squad]
    exposures = pd.concat(
        [one.exposures.assign(athlete_id=place, quantity=one.quantity.name) for place, one in enumerate(rated)]
    )
    return with_hazards(NO_SQUAD, exposures)


def test_a_squad_lends_its_hazard():
    days = pd.DataFrame({"athlete_id": np.repeat(list("abcd"), 30), "broke": ([1] + [0] * 29) * 4, "at_risk": 8})
    squad = hazard_of_squad(days)
    assert squad.hazard == pytest.approx(4 / 960, rel=0.2)
    assert squad.weight > 100
    assert hazard_of_squad(days[days["athlete_id"].isin(["a", "b"])]) is ALONE


def test_the_hazard_travels_in_the_table_of_the_noise():
    noise = noise_of_ratings([[8] * 20 + [3]] * 4)
    squad = hazard_in(noise, "romanian_deadlift.clean_reps")
    assert (squad.n_athletes, squad.hazard) == (4, pytest.approx(4.5 / (4 * 164 + 1)))
    of_kind = hazard_in(noise, "romanian_deadlift.clean_reps.flexion")
    assert (of_kind.hazard, of_kind.profile) == (squad.hazard, squad.profile)
    assert hazard_in(noise, "romanian_deadlift.clean_reps.valgus") is ALONE
    assert noise.table[["te", "rho", "df"]].isna().all(axis=None)
    assert "squad of 4" in history([8] * 8, judging=Judging(noise)).change.sentence("reps", audience="coach")


def test_measurements_and_counts_are_in_one_table():
    measured = pd.DataFrame({"athlete_id": np.repeat(list("abc"), 8), "quantity": "sprint", "device": "gates"})
    measured = measured.assign(local_date=list(WEEKS[:8]) * 3, value=np.tile([3.2, 3.3, 3.25, 3.1], 6))
    rated = pd.concat(history([8] * 8).exposures.assign(athlete_id=name, quantity="rdl.clean_reps") for name in "abc")
    both = with_hazards(noise_of_squad(measured), rated)
    assert both.of("sprint", "gates", np.array([3.2])).known
    assert both.tidy()["estimate"].notna().all()
    assert both.tidy()["term"].tolist() == ["te of sprint gates", "rho of sprint gates", "hazard of rdl.clean_reps"]


LATE = [7, 8, 7, 7, 8, 6, 8, 7, 7, 8, 7, 8]  # sets that break at the end or not at all


def test_a_squad_whose_sets_break_late_sees_early_breaks_at_once():
    judging = Judging(noise_of_ratings([LATE * 2, LATE[1:] * 2, LATE[2:] * 2, LATE[3:] * 2]))
    assert history([*LATE, 4, 4], judging=judging).change.state == "clearly worse"
    assert not history([*LATE, 7, 7, 6], judging=judging).change.changed
    assert not history([*LATE, 4, 8], judging=judging).change.changed
    assert not history([*LATE, 4, 4], judging=Judging()).change.changed


def test_the_shape_of_the_hazard_is_that_of_repetitions_that_three_athletes_did():
    squad = hazard_in(noise_of_ratings([LATE * 2] * 3), "romanian_deadlift.clean_reps")
    assert len(squad.shape) == 8
    assert (np.diff(squad.shape) >= 0).all()
    assert squad.shape[-1] > 4 > 0.1 > squad.shape[0]
    longer = [history(LATE * 2), history(LATE * 2), history(LATE * 2), history([9, 8, 10] * 4, n_reps=10)]
    exposures = pd.concat(one.exposures.assign(athlete_id=n, quantity="rdl") for n, one in enumerate(longer))
    assert len(hazard_in(with_hazards(NO_SQUAD, exposures), "rdl").shape) == 8


def test_breaks_at_any_repetition_have_a_flat_hazard():
    rng = np.random.default_rng(np.random.SeedSequence([14, 2]))
    squad = noise_of_ratings([np.minimum(rng.geometric(0.05, 24) - 1, 8).tolist() for _ in range(12)])
    shape = hazard_in(squad, "romanian_deadlift.clean_reps").shape
    assert 0.6 < shape.min() <= shape.max() < 1.6


def test_a_level_is_a_multiple_of_the_hazard_of_the_squad():
    judging = Judging(noise_of_ratings([LATE * 2] * 4))
    same = history(LATE, judging=judging).change
    assert same.level == pytest.approx(np.mean(LATE), abs=0.2)
    assert same.augment()[".fitted"].sum() == pytest.approx(sum(clean < 8 for clean in LATE), rel=0.1)


def test_what_could_hide_is_said_once():
    told = history([8] * 12 + [1]).change.sentence("clean reps", **WORDS | {"more": "more clean reps"} | FEWER)
    assert re.search(r"; up to \d\.\d fewer clean reps could hide\.", told)


def test_two_athletes_are_no_squad():
    assert noise_of_ratings([[8] * 20] * 2) is NO_SQUAD


def test_form_that_breaks_earlier_for_good_is_told_of_this_athlete_and_of_no_other():
    rng = np.random.default_rng(np.random.SeedSequence([14, 1]))
    rated = rated_sets(8, 20, rng=rng, earlier={"t03": 4.0}, last_sessions=8)
    until = rated["local_date"].max()
    histories = {name: history_of_rated(own, until) for name, own in rated.groupby("athlete_id")}
    exposures = [one.exposures.assign(athlete_id=name, quantity=one.quantity.name) for name, one in histories.items()]
    judging = Judging(with_hazards(NO_SQUAD, pd.concat(exposures)))
    told = {
        name: history_of_rated(rated[rated["athlete_id"] == name], until, judging=judging).change for name in histories
    }
    assert "worse" in told.pop("t03").state
    assert not any("worse" in one.state for one in told.values())


@pytest.mark.parametrize(
    ("breaks", "at_risk", "error", "words"),
    [
        ([2], [1], DataProblem, "got 2 breaks"),
        ([1], [1, 2], DataProblem, "1 days with breaks and 2"),
        ([0], [0], NotEnoughData, "No form notes"),
    ],
)
def test_ratings_that_cannot_be_are_refused(breaks, at_risk, error, words):
    with pytest.raises(error, match=words):
        change_of_counts(WEEKS[: len(breaks)], breaks, at_risk)
