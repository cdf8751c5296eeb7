"""The review of a block: what the example's truth says and no more, refusals in sentences, flags against chance."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import CONFIG, FRIDAYS, MadeUp, bar_speed, birch, last_day_off, lifting, sprints
from squad import BLOCK_SECTIONS

from analysis.base.blocks import Fact, Forest
from analysis.base.config import Config
from analysis.base.errors import NotEnoughData, UsageProblem
from analysis.base.tables import TABLES
from analysis.example import LAST_DAY
from analysis.pages.block_review import model_sections
from analysis.pages.block_review import sections as block
from analysis.pages.block_review.review import BlockReview, block_review


@dataclass(frozen=True)
class Named(MadeUp):
    name: str = "Birch"
    fingerprint: str = "f00d"


def squad_of(*athletes: MadeUp, config: Config = CONFIG) -> SimpleNamespace:
    """A squad as `Workspace.everyone` gives it, of made-up athletes with ids of their own."""
    ledger = {name: TABLES[name].empty() for name in ("files", "rejects", "claims")}
    return SimpleNamespace(config=config, athletes=athletes, ledger=ledger, fingerprint="f00d", withheld=0)


def named(athlete: MadeUp, athlete_id: str, name: str) -> Named:
    return Named(**{**vars(athlete), "athlete_id": athlete_id, "name": name})


def sentences(review: BlockReview) -> dict[str, str]:
    """Every sentence of every section; a refusal under the section's name."""
    said = {}
    for section in BLOCK_SECTIONS:
        try:
            said |= {shown.subject: shown.sentence for shown in section(review) if isinstance(shown, Fact)}
        except NotEnoughData as problem:
            said[section.__name__] = str(problem)
    return said


@pytest.fixture(scope="module")
def last_block(squad_workspace) -> BlockReview:
    return squad_workspace.last_block


# --- the example squad: what its truth says and no more ------------------------------------------------------------


def test_what_stands_is_what_was_built_in(last_block):
    stand = {(one.athlete, one.measure.key, one.change.state) for one in last_block.changes if one.stands}
    assert stand == {
        ("Alder", "romanian_deadlift.speed", "clearly better"),
        ("Hazel", "form.clean_reps", "clearly worse"),
        ("Ivy", "sprint_20m", "clearly better"),
        ("Ivy", "time_trial_1200m", "clearly better"),
        ("Ivy", "time_trial_2400m", "clearly better"),
    }


def test_the_size_of_the_built_in_gain_lies_in_its_interval(last_block, squad_workspace):
    truth = next(one for one in squad_workspace.truth["truths"] if one["key"] == "improving_runner")
    (sprint,) = [one.change for one in last_block.changes if (one.athlete, one.measure.key) == ("Ivy", "sprint_20m")]
    assert sprint.conf_low <= -truth["numbers"]["sprint_gain_s"] <= sprint.conf_high


def test_a_change_of_device_breaks_the_series_and_is_named(last_block):
    dogwood = {one.measure.key: one.change for one in last_block.changes if one.athlete == "Dogwood"}
    for lift in ("romanian_deadlift.speed", "trap_bar_deadlift.speed"):
        assert (dogwood[lift].state, dogwood[lift].reason) == ("cannot tell", "series_broken")
    assert set(last_block.device_changes["athlete"]) == {"Dogwood"}
    assert (last_block.device_changes["local_date"] >= "2026-04-06").all()


def test_a_gain_is_found_in_the_block_that_holds_it(squad_workspace):
    squad = squad_workspace.workspace.everyone("2026-03-29")
    review = block_review(squad, since="2026-01-05", until="2026-03-29")
    lift = next(one for one in review.measures if one.key == "romanian_deadlift.speed")
    by_athlete = {one.athlete: one for one in review.changes_of(lift)}
    assert by_athlete["Birch"].stands
    assert by_athlete["Birch"].baseline_in_block, "the record begins with this block"
    shown = block.change_table(lift, [by_athlete["Birch"]])["n before, end"].item()
    assert shown.split() == ["3,", "3", "(in", "block)"]
    assert not by_athlete["Cedar"].stands
    assert not by_athlete["Alder"].stands, "this gain comes later"


def test_checks_too_rare_to_tell_a_season_are_named_and_not_judged(squad_workspace):
    squad = squad_workspace.workspace.everyone("2026-05-10")
    review = block_review(squad, since="2026-02-16", until="2026-05-10")
    said = {one.outcome.name: one.sentence() for one in review.transfers.known}
    assert "Not judged: lags of 1, 2, 3, 4, 5, 6, 7, 8 weeks" in said["1200 m time trial"]
    assert "Not judged" not in said["20 m sprint"]


def test_weeks_without_a_record_are_not_logged_and_no_rest(squad_workspace):
    squad = squad_workspace.workspace.everyone("2026-05-10")
    review = block_review(squad, since="2026-02-16", until="2026-05-10")
    silent = review.attrition[review.attrition["n_logged"] == 0]
    assert set(silent["athlete"]) == {"Elm"}
    assert silent["begins"].dt.strftime("%Y-%m-%d").tolist() == ["2026-03-23", "2026-03-30", "2026-04-06"]
    elm = review.plan.set_index("athlete").loc["Elm"]
    assert elm["not_logged"] >= 9, "three planned days in each of the three weeks"
    (said,) = [one.sentence for one in block.attrition(review) if isinstance(one, Fact)]
    assert "Elm: nothing logged in 3 weeks" in said
    assert "Not counted as rest" in said


def test_looks_are_those_of_the_weekly_pages(last_block, squad_workspace):
    """The audit judges again from what is fitted once; every weekly page of these athletes says the same."""
    for name, until in (("Alder", LAST_DAY), ("Hazel", "2026-06-14"), ("Ivy", "2026-06-07"), ("Koa", "2026-05-24")):
        week = squad_workspace.week(name, until)
        held = [one for one in (*week.speeds.known, *week.checks.known, *week.paces.known) if week.holds(one.last_date)]
        held += [week.form_if_known] if week.form_if_known else []
        changes = [one.change for one in held if one.change.state != "cannot tell"]
        looks = last_block.flags.looks
        own = looks[(looks["athlete"] == name) & (looks["week_end"] == until)]
        expected = sorted(change.gain / change.mdc for change in changes)
        assert sorted(own["change_in_mdc"]) == pytest.approx(expected)
        assert own["flagged"].sum() == sum(change.flagged for change in changes)


def test_flags_of_the_block_are_counted_against_chance(last_block):
    whole = last_block.flags.by_kind.set_index("kind").loc["all"]
    assert whole["expected"] == pytest.approx(0.05 * whole["n_looks"])
    assert whole["probability"] > 0.01, "a squad in which little changes is not flagged much beyond chance"
    assert last_block.flags.follow_up.after < 0.6 * last_block.flags.follow_up.at_flag


def test_the_error_that_was_built_in_is_found_again(last_block, squad_workspace):
    noise = squad_workspace.truth["noise"]
    between_days = np.hypot(noise["speed_day_sd_m_s"], noise["speed_rep_sd_m_s"] / np.sqrt(3))
    for one in last_block.errors.known:
        if one.measure.kind == "speed":
            low, high = one.reliability.typical_error.interval
            assert low <= between_days <= high


def test_no_model_of_load_claims_skill_where_load_does_nothing(last_block):
    assert len(last_block.load_responses.known) == 12
    assert {one.review.verdict for one in last_block.load_responses.known} <= {"not identifiable", "too few tests"}
    said = sentences(last_block)
    assert "for 0 of 11 athletes" in said["block.load_response"]
    assert "does not beat carrying the last test forward for" in said["block.load_response"]


@pytest.mark.parametrize("term", ["tau1", "tau2"])
def test_the_dotted_line_is_the_95_percent_limit_of_every_athlete(last_block, term):
    profiles = {one.athlete: one.review.profile for one in last_block.load_responses.known if one.review.profile}
    shown = model_sections.tau_figure(last_block.load_responses.known, term)
    assert len({profile.fit.df for profile in profiles.values()}) > 1, "athletes whose limits of F differ"
    assert [shape.y0 for shape in shown.layout.shapes] == [1]
    for curve in shown.data:
        profile = profiles[curve.name]
        within = profile.curves.loc[profile.curves["term"] == term, "sse"] <= profile.threshold_sse
        assert ((curve.y <= 1) == within).all()


def test_growth_finds_the_athlete_who_grew(last_block):
    (of_lift,) = [one.growth for one in last_block.growths.known if one.measure.key == "romanian_deadlift.speed"]
    beyond = of_lift.athletes[of_lift.athletes["slope_low"] > 0]
    assert beyond["athlete_id"].tolist() == ["Alder"]


def test_every_forest_has_a_row_an_athlete_and_a_table_with_the_same(last_block):
    shown = block.changes(last_block)
    forests = [one for one in shown if isinstance(one, Forest)]
    tables = [one for one in shown if isinstance(one, pd.DataFrame)]
    assert len(forests) == len(tables) == len(last_block.measures)
    for forest, table in zip(forests, tables, strict=True):
        assert [row.label.split(",")[0] for row in forest.rows] == table["Athlete"].tolist()
        assert len(forest.rows) == 12


def test_nothing_is_said_that_is_never_said(last_block):
    text = " ".join(sentences(last_block).values()).casefold()
    for word in ("risk", "injury", "overtrained", "abnormal", "responder", "causes", "nan"):
        assert word not in text.split()


# --- made-up squads: refusals and rules -----------------------------------------------------------------------------


def test_one_athlete_alone_is_reviewed_and_what_needs_a_squad_says_so():
    said = sentences(block_review(squad_of(named(birch(), "t3st", "Birch")), since="2026-06-01", until="2026-06-28"))
    assert "1 athlete judged, 0 beyond the MDC" in said["romanian_deadlift.speed.block"]
    assert "needs 3 athletes" in said["measurement_error"]
    assert "needs 6 athletes" in said["growth"]
    assert said["transfers"].endswith(".")


def test_without_athletes_every_section_says_what_to_do():
    said = sentences(block_review(squad_of(), until="2026-06-28"))
    assert "Take in files" in said["header"]
    assert all(text.endswith(".") and "  " not in text for text in said.values())


def test_an_athlete_without_a_measure_is_counted_and_not_judged():
    blank = named(birch(), "n0ne", "Cedar").but(**lifting(), splits=sprints([], []))
    review = block_review(squad_of(named(birch(), "t3st", "Birch"), blank), since="2026-06-01", until="2026-06-28")
    lift = review.measures[0]
    assert [one.athlete for one in review.changes_of(lift)] == ["Birch"]
    measured = block._both_ends(review).set_index("Measure").loc[lift.name]
    assert measured[["Athletes", "Measured in the block"]].tolist() == [2, 1]


def test_two_athletes_of_one_name_are_told_apart():
    review = block_review(squad_of(named(birch(), "a1", "Birch"), named(birch(), "b2", "Birch")), until="2026-06-28")
    assert sorted(review.labels.values()) == ["Birch (a1)", "Birch (b2)"]


def test_the_end_of_the_block_is_the_mean_of_its_last_three_exposures():
    review = block_review(squad_of(named(birch(), "t3st", "Birch")), since="2026-05-25", until="2026-06-28")
    change = review.changes_of(review.measures[0])[0].change
    assert change.new == pytest.approx((0.68, 0.70, 0.71))
    assert change.earlier == pytest.approx((0.70, 0.72, 0.68, 0.71))


def test_a_clear_change_of_one_among_many_stands_and_a_small_one_does_not():
    squad = [named(birch(), f"a{number}", f"Birch {number}") for number in range(5)]
    much = lifting(bar_speed(FRIDAYS, np.where(FRIDAYS >= "2026-06-01", 0.95, 0.70) + last_day_off(0.0) - 0.70))
    squad[0] = squad[0].but(**much)
    review = block_review(squad_of(*squad), since="2026-06-01", until="2026-06-28")
    stand = [one.athlete for one in review.changes if one.stands]
    assert stand == ["Birch 0"]
    judged = [one for one in review.changes if np.isfinite(one.p_holm)]
    assert all(one.p_holm >= one.p_value for one in judged)


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [("2026-07-05", "2026-07-05", "begins on"), ("5 May", "2026-07-05", "not a date"), ("", "July", "not a date")],
)
def test_a_block_that_cannot_be_is_refused(since, until, says):
    with pytest.raises(UsageProblem, match=says):
        block_review(squad_of(), since=since, until=until)
