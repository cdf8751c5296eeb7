"""The review of a block: what the example's truth says and no more, refusals in sentences, changes beside luck."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up_athlete import CONFIG, SUNDAY, MadeUp, birch, lifting, sprints
from made_up_squad import lifter, stepped
from squad import BLOCK_SECTIONS

from analysis.base.blocks import Fact, Findings, Forest
from analysis.base.config import Config
from analysis.base.display import Display
from analysis.base.errors import NotEnoughData, UsageProblem
from analysis.base.tables import TABLES
from analysis.pages.athlete_week.week import athlete_week
from analysis.pages.block_review import error_sections, model_sections, words
from analysis.pages.block_review import sections as block
from analysis.pages.block_review.review import BlockReview, block_review
from analysis.pages.series import wording_of
from analysis.pages.squad_noise import noise_table


@dataclass(frozen=True)
class Named(MadeUp):
    name: str = "Birch"
    fingerprint: str = "f00d"


def squad_of(*athletes: MadeUp, config: Config = CONFIG) -> SimpleNamespace:
    """A squad as `Workspace.everyone` gives it, of made-up athletes with ids of their own, judged by their noise."""
    table = noise_table(athletes, SUNDAY)
    athletes = tuple(one.but(noise=table) for one in athletes)
    ledger = {name: TABLES[name].empty() for name in ("files", "rejects", "claims")}
    return SimpleNamespace(config=config, athletes=athletes, ledger=ledger, fingerprint="f00d", withheld=0, noise=table)


def named(athlete: MadeUp, athlete_id: str, name: str) -> Named:
    return Named(**{**vars(athlete), "athlete_id": athlete_id, "name": name})


def sentences(review: BlockReview, sections=BLOCK_SECTIONS) -> dict[str, str]:
    """Every sentence of sections; a refusal under the section's name."""
    said = {}
    for section in sections:
        try:
            said |= {shown.subject: shown.sentence for shown in section(review) if isinstance(shown, Fact)}
        except NotEnoughData as problem:
            said[section.__name__] = str(problem)
    return said


@pytest.fixture(scope="module")
def last_block(squad_workspace) -> BlockReview:
    return squad_workspace.last_block


@pytest.fixture(scope="module")
def block_before(squad_workspace) -> BlockReview:
    squad = squad_workspace.workspace.everyone("2026-05-10")
    return block_review(squad, since="2026-02-16", until="2026-05-10")


# --- the example squad: what its truth says and no more ------------------------------------------------------------


def test_what_changed_is_what_was_built_in(last_block):
    changed = {(one.athlete, one.measure.key, str(one.change.state)) for one in last_block.told if one.change.changed}
    assert changed == {
        ("Alder", "romanian_deadlift.speed", "clearly better"),
        ("Hazel", "form.clean_reps", "clearly worse"),
        ("Ivy", "sprint_20m", "clearly better"),
    }


def test_the_size_of_the_built_in_gain_lies_in_its_interval(last_block, squad_workspace):
    truth = next(one for one in squad_workspace.truth["truths"] if one["key"] == "improving_runner")
    (sprint,) = [one.change for one in last_block.changes if (one.athlete, one.measure.key) == ("Ivy", "sprint_20m")]
    assert sprint.change_low <= -truth["numbers"]["sprint_gain_s"] <= sprint.change_high


def test_a_change_of_device_breaks_the_series_and_is_named(last_block):
    dogwood = {one.measure.key: one.change for one in last_block.changes if one.athlete == "Dogwood"}
    for lift in ("romanian_deadlift.speed", "trap_bar_deadlift.speed"):
        assert not dogwood[lift].changed
        of_new_device = dogwood[lift].exposures.loc[dogwood[lift].used, "local_date"]
        assert of_new_device.min() >= pd.Timestamp("2026-04-10")
    assert set(last_block.device_changes["athlete"]) == {"Dogwood"}
    assert (last_block.device_changes["local_date"] >= "2026-04-06").all()


@pytest.mark.soak
def test_a_gain_is_found_in_the_block_that_holds_it(squad_workspace):
    squad = squad_workspace.workspace.everyone("2026-03-29")
    review = block_review(squad, since="2026-01-05", until="2026-03-29")
    lift = next(one for one in review.measures if one.key == "romanian_deadlift.speed")
    by_athlete = {one.athlete: one for one in review.changes_of(lift)}
    assert by_athlete["Birch"].change.state == "clearly better"
    assert not by_athlete["Cedar"].change.changed
    assert not by_athlete["Alder"].change.changed, "this gain comes later"


def test_checks_too_rare_to_tell_a_season_are_named_and_not_judged(block_before):
    said = {one.outcome.name: one.sentence() for one in block_before.transfers.known}
    assert "Not judged: lags of 1, 2, 3, 4, 5, 6, 7, 8 weeks" in said["1200 m time trial"]
    assert "Not judged" not in said["20 m sprint"]


def test_weeks_without_a_record_are_not_logged_and_no_rest(block_before):
    review = block_before
    silent = review.attrition[review.attrition["n_logged"] == 0]
    assert set(silent["athlete"]) == {"Elm"}
    assert silent["begins"].dt.strftime("%Y-%m-%d").tolist() == ["2026-03-23", "2026-03-30", "2026-04-06"]
    elm = review.plan.set_index("athlete").loc["Elm"]
    assert elm["not_logged"] >= 9, "three planned lifting days in each of the three weeks"
    said, _judged = [one.sentence for one in block.attrition(review) if isinstance(one, Fact)]
    assert "Elm: nothing logged in 3 weeks" in said
    assert "Not counted as rest" in said


def test_the_changes_of_the_block_stand_beside_those_that_luck_makes(last_block):
    """An unchanged series is named at the engine's rate; what a look of the 12 weeks finds is told at their end."""
    rates = [one.change.named_a_season for one in last_block.told]
    assert len(rates) > 40
    assert last_block.by_luck == pytest.approx(sum(rates) * 12 / 26)
    counted = next(one for one in block.changes(last_block) if isinstance(one, Fact))
    assert counted.estimate == last_block.by_luck
    assert counted.sentence.startswith(f"{len(rates)} series can be told: 3 changed and stayed so, 3 of them by more")


def test_claims_of_the_block_are_those_of_the_weekly_pages(last_block, squad_workspace):
    """What the review says was found by a look, the page of that week told as new."""
    claims = last_block.kept.claims
    assert len(claims) >= 3
    for claim in claims[claims["athlete"].isin(["Alder", "Hazel"])].itertuples():
        week = squad_workspace.week(claim.athlete, f"{claim.found_on:%Y-%m-%d}")
        found = [one.change for one in week.followed if wording_of(one, Display()).head == claim.series]
        assert [change.found_on for change in found] == [claim.found_on]


def test_the_range_for_one_more_value_holds_about_as_often_as_it_claims(last_block):
    shares = last_block.kept.tidy().set_index("term").loc["values in their range"]
    assert len(last_block.kept.values) > 500
    assert 0.92 <= shares["estimate"] <= 0.99


def test_the_noise_by_which_pages_judge_is_shown(last_block, squad_workspace):
    table = next(one for one in error_sections.measurement_error(last_block) if "TE" in getattr(one, "columns", ()))
    assert table.attrs["title"] == "Noise of the squad, by which every page judges"
    shown = table.set_index("Quantity").loc["sprint_20m"]
    known = last_block.squad.noise.set_index("quantity").loc["sprint_20m"]
    assert (shown["TE"], shown["MDC"]) == (f"{known['te']:.3g}", f"{known['mdc']:.3g}")
    assert (shown["Athletes"], shown["Carry-over"]) == (12, f"{known['rho']:.2f}")
    truth = squad_workspace.truth["noise"]
    built_in = np.hypot(truth["speed_day_sd_m_s"], truth["speed_rep_sd_m_s"] / 3**0.5)
    speed = table[table["Quantity"] == "romanian_deadlift"].iloc[0]
    assert float(speed["TE"]) == pytest.approx(built_in, rel=0.2)


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
    forests = {one.title.split(":")[0]: one for one in shown if isinstance(one, Forest)}
    tables = {one.attrs["title"].split(":")[0]: one for one in shown if isinstance(one, pd.DataFrame)}
    assert list(tables) == [one.name for one in last_block.measures]
    assert set(tables) - set(forests) == {"1200 m time trial", "2400 m time trial"}, "nobody can be told"
    for name, forest in forests.items():
        assert [row.label.split(",")[0] for row in forest.rows] == tables[name]["Athlete"].tolist()
        assert len(forest.rows) == 12


def test_long_times_are_minutes_and_seconds_in_the_tables(last_block):
    table = next(
        one for one in block.changes(last_block) if str(getattr(one, "attrs", {}).get("title")).startswith("1200")
    )
    assert {"Before (min)", "Level (min)", "Change (s)", "MDC (s)"} <= set(table.columns)


def test_the_summary_is_ten_lines_of_which_each_leads_to_its_section(last_block):
    (found,) = [one for one in block.message(last_block) if isinstance(one, Findings)]
    sections = [row.section for row in found.rows]
    assert sections == list(words.HEADS)
    lines = {row.section: f"{row.verdict} {row.text}" for row in found.rows}
    assert lines["plan"].startswith("93 % done. 392 of 423 planned lifting days; ")
    assert lines["changes"].startswith("3 of 48 changed and stayed so. Luck alone would move about 0.6. 3 beyond ")
    assert lines["load"].startswith("Load helps for 0 of 11. Median error of the next test ")
    assert lines["growth"].endswith("Beyond 0: Alder.")
    assert lines["transfer"].startswith("Too few pairs: 20 m sprint, ")
    assert all(row.verdict.endswith(".") and row.text.endswith(".") for row in found.rows)
    assert sum(len(line.split()) for line in lines.values()) < 225


def test_nothing_is_said_that_is_never_said(last_block):
    text = " ".join(sentences(last_block).values()).casefold()
    for word in ("risk", "injury", "overtrained", "abnormal", "responder", "causes", "nan"):
        assert word not in text.split()


# --- made-up squads: refusals and rules -----------------------------------------------------------------------------


def test_one_athlete_alone_is_reviewed_and_what_needs_a_squad_says_so():
    said = sentences(block_review(squad_of(named(birch(), "t3st", "Birch")), since="2026-06-01", until="2026-06-28"))
    assert said["romanian_deadlift.speed.block"].endswith(": 1 athlete can be told, 0 changed and stayed so.")
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


def grove(changed: MadeUp) -> SimpleNamespace:
    """One athlete among five in whom nothing changes."""
    return squad_of(named(changed, "a0", "Alder"), *(named(lifter(), f"b{n}", f"Birch {n}") for n in range(5)))


@pytest.mark.soak
def test_a_change_is_told_to_the_end_of_the_block_that_found_it():
    squad = grove(lifter(stepped(0.12, 14)))
    review = block_review(squad, since="2026-03-09", until="2026-06-28")
    (one,) = [one for one in review.told if one.change.changed]
    assert (one.athlete, one.change.state) == ("Alder", "clearly better")
    assert one.change.since == pd.Timestamp("2026-03-27")
    assert (review.block.until - one.change.found_on).days > 56
    (week,) = athlete_week(squad.athletes[0], review.block.until).speeds.known
    assert not week.change.changed, "the weekly page tells it for 8 weeks"
    assert week.change.level == pytest.approx(one.change.level, abs=0.01)


@pytest.mark.soak
def test_a_change_that_an_earlier_block_found_is_not_told_again():
    review = block_review(grove(lifter(stepped(0.12, 16))), since="2026-05-04", until="2026-06-28")
    assert [one.athlete for one in review.told if one.change.changed] == []
    assert sentences(review, [block.message])["block.message"].startswith(
        "None of 12 series changed and stayed so; luck alone would move "
    )


@pytest.mark.parametrize(
    ("changed", "end"),
    [(2, ": A1 better in jump; and A2 better in jump."), (9, "; A5 better in jump; A6 better in jump; and 3 more.")],
)
def test_of_many_changes_some_are_named_and_the_others_counted(changed, end, monkeypatch):
    monkeypatch.setattr(block, "summary", lambda _review: Fact("summary", "Told."))
    better, jump = SimpleNamespace(changed=True, state="better"), SimpleNamespace(name="jump", kind="check")
    told = [SimpleNamespace(athlete=f"A{one}", measure=jump, change=better) for one in range(1, changed + 1)]
    fact, _ = block.message(SimpleNamespace(told=told, by_luck=1.5))
    assert fact.sentence.startswith(
        f"{changed} of {changed} series changed and stayed so, where luck alone would move "
    )
    assert fact.sentence.endswith(end)
    assert fact.sentence.count(" in jump") == min(changed, 6)


def test_of_many_who_did_least_some_are_named_and_the_others_counted():
    plan = pd.DataFrame({"athlete": [f"A{one}" for one in range(21)], "due": 10, "done": [5] * 20 + [9], "moved": 0})
    assert block._least_done(plan) == "Least: A0, A1, A2, A3, A4, A5, A6, A7 and 12 more, 5 of 10."
    assert block._least_done(plan.iloc[18:]) == "Least: A18 and A19, 5 of 10."


@pytest.mark.soak
def test_what_changed_is_named_with_its_state_beside_luck():
    review = block_review(grove(lifter(stepped(0.2, 6))), since="2026-04-06", until="2026-06-28")
    said = sentences(review, [block.message, block.changes, block.claims])
    assert said["block.message"].startswith("1 of 12 series changed and stayed so, where luck alone would move ")
    assert said["block.message"].endswith(": Alder clearly better in Romanian deadlift.")
    fact = said["a0.romanian_deadlift.speed.block"]
    assert fact.startswith("Alder, Romanian deadlift at 60 kg: faster, clear change. 0.90 m/s since 22 May (")
    assert "before 0.70; change +0.20 m/s (90 % interval " in fact
    assert said["claims.held"].startswith("1 change found in this block by today's data; luck alone would find ")


def test_a_short_block_tells_what_the_last_8_weeks_found():
    review = block_review(grove(lifter(stepped(0.2, 6))), since="2026-06-01", until="2026-06-28")
    assert [one.athlete for one in review.told if one.change.changed] == ["Alder"]
    assert review.by_luck == pytest.approx(sum(one.change.named_a_season for one in review.told) * 8 / 26)


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [("2026-07-05", "2026-07-05", "begins on"), ("5 May", "2026-07-05", "not a date"), ("", "July", "not a date")],
)
def test_a_block_that_cannot_be_is_refused(since, until, says):
    with pytest.raises(UsageProblem, match=says):
        block_review(squad_of(), since=since, until=until)


@pytest.mark.parametrize("times", [1, 4, 40])
def test_what_sets_miss_their_line_by_is_drawn_of_few_athletes_and_of_many(last_block, times):
    one = last_block.profiles.known[0]
    shown = error_sections.residual_figure(one.measure, [one] * times)
    assert len(shown.layout.annotations) == times  # a title each
