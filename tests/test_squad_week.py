"""The squad's week: who is listed and who is not, beside what chance brings; who is missing; the example's truth."""

import re
from dataclasses import replace
from functools import cached_property

import lxml.html
import numpy as np
import pandas as pd
import pytest
from analysis.base.decisions import TypicalError
from made_up_athlete import (
    FLAT_M_S,
    FRIDAYS,
    MONDAY,
    MONDAYS,
    SUNDAY,
    MadeUp,
    bar_speed,
    birch,
    form_sets,
    last_day_off,
    lifting,
)
from made_up_squad import Grove, Named, named, week_of

from analysis.base.blocks import Course, Dumbbells, Entry, Fact, Forest, Numbers, Table, Text
from analysis.base.errors import NotEnoughData
from analysis.base.tables import TABLES
from analysis.example import LAST_DAY
from analysis.models import series
from analysis.pages.squad_week import sections
from analysis.pages.squad_week.members import TWICE
from analysis.pages.squad_week.week import SquadWeek, squad_week

BANNED = re.compile(r"\b(risk\w*|injur\w*|overtrain\w*|abnormal\w*|responder\w*|caus(e|es|ed|ing))\b", re.IGNORECASE)
NOT_NUMBERS = re.compile(r"\b(nan|NaN|None|NaT|inf|null)\b")


def with_speeds(speeds_m_s) -> MadeUp:
    return birch().but(**lifting(bar_speed(FRIDAYS, speeds_m_s), form_sets(MONDAYS, [6, 7, 5, 6, 6, 7, 6, 6, 6])))


def subjects(findings) -> list[tuple[str, str, int]]:
    return [(one.athlete, one.subject, one.looks) for one in findings]


SPEED = "romanian_deadlift.speed_at_60kg"


# --- whom to talk to -------------------------------------------------------------------------------------------


def test_where_nothing_changes_nobody_is_listed_and_chance_is_counted():
    week = week_of(named("Birch"), named("Cedar"))
    assert (week.listed, week.seen_once, week.standing) == ((), (), ())
    assert week.expected_flags == pytest.approx(0.05 * len(week.new_findings))
    assert len(week.new_findings) == 6  # speed, form and the check of this week of each; the hop is of June


def test_a_flag_on_one_look_is_seen_once_and_on_two_in_a_row_is_listed():
    once, twice = last_day_off(0.3), FLAT_M_S + np.where(np.arange(9) >= 7, [0.0] * 7 + [0.3, 0.6], 0.0)
    week = week_of(named("Alder", with_speeds(once)), named("Birch"), named("Cedar", with_speeds(twice)))
    assert subjects(week.seen_once) == [("Alder", SPEED, 1)]
    assert subjects(week.listed) == [("Cedar", SPEED, 2)]


def test_flags_in_opposite_directions_are_no_two_in_a_row():
    back = FLAT_M_S + np.where(np.arange(9) == 7, 0.3, np.where(np.arange(9) == 8, -0.6, 0.0))
    assert subjects(week_of(named("Alder", with_speeds(back))).seen_once) == [("Alder", SPEED, 1)]


def test_a_value_of_last_week_is_no_new_look():
    alder = named("Alder", with_speeds(last_day_off(0.3)))
    later = SUNDAY + pd.Timedelta(days=7)
    week = week_of(replace(alder, wellness=_answer_on(alder, later)), until=later)
    assert week.seen_once == week.listed == week.standing == ()
    (speed,) = (one for one in week.findings if one.subject == SPEED)
    assert (speed.flagged, speed.is_new, speed.looks) == (True, False, 1)


def _answer_on(athlete: Named, day: pd.Timestamp) -> pd.DataFrame:
    """The athlete's answers, the last of them moved to `day`."""
    answers = athlete.wellness.copy()
    answers.loc[answers.index[-1], "local_date"] = day
    return answers


def test_what_stood_twice_when_last_measured_still_stands():
    twice = FLAT_M_S + np.where(np.arange(9) >= 7, [0.0] * 7 + [0.3, 0.6], 0.0)
    alder = named("Alder", with_speeds(twice))
    later = SUNDAY + pd.Timedelta(days=7)
    week = week_of(replace(alder, wellness=_answer_on(alder, later)), until=later)
    assert subjects(week.standing) == [("Alder", SPEED, 2)]


def test_at_most_eight_athletes_are_listed_and_the_others_counted():
    twice = FLAT_M_S + np.where(np.arange(9) >= 7, [0.0] * 7 + [0.3, 0.6], 0.0)
    week = week_of(*(named(f"Tree{n}", with_speeds(twice)) for n in range(10)))
    listed, *_ = (block for block in sections.talk(week) if isinstance(block, Table))
    assert len(listed.rows) == sections.QUEUE_MOST
    assert any(isinstance(block, Text) and "2 more athletes" in block.text for block in sections.talk(week))


# --- who is not there ------------------------------------------------------------------------------------------


def silent(name: str, since: pd.Timestamp) -> Named:
    """An athlete of whom nothing is known from that day on."""
    athlete = named(name)
    frames = ("sessions", "sets", "runs", "splits", "wellness", "trials", "cues")
    return replace(
        athlete, **{one: getattr(athlete, one)[getattr(athlete, one)["local_date"] < since] for one in frames}
    )


def test_who_has_no_data_stands_apart_and_is_nowhere_among_the_others():
    week = week_of(named("Birch"), silent("Elm", MONDAY))
    assert [one.name for one in week.without_data] == ["Elm"]
    shown, *_, apart = sections.glance(week)
    assert [row[0].text for row in shown.rows] == ["Birch"]
    assert apart.text == "Without data this week: Elm (last 21 Jun)."
    facts = {block.subject: block for block in sections.data_state(week) if isinstance(block, Fact)}
    assert facts["elm1.no_data"].state == "cannot tell"
    assert not any(finding.athlete == "Elm" for finding in week.findings)


def test_a_week_of_which_nothing_is_known_is_no_load_of_zero():
    elm = named("Elm")
    gap = pd.date_range(MONDAY - pd.Timedelta(days=14), periods=7)
    gone = {one: getattr(elm, one)[~getattr(elm, one)["local_date"].isin(gap)] for one in ("sessions", "sets")}
    (member,) = week_of(replace(elm, **gone)).members
    assert np.isnan(member.strength_load.weeks[-3])
    assert member.strength_load.weeks[-1] > 0
    (plain,) = week_of(named("Birch")).members
    assert plain.strength_load.usual is not None
    assert plain.run_load.value == 0.0  # the week is logged and holds no run


def test_a_squad_without_anybody_says_what_to_do():
    week = week_of(silent("Elm", MONDAY))
    with pytest.raises(NotEnoughData, match="Nobody has data of this week"):
        sections.glance(week)
    with pytest.raises(NotEnoughData, match="No series has a value"):
        sections.talk(week)


# --- what cannot be told ---------------------------------------------------------------------------------------


def test_a_new_device_is_told_and_its_cell_is_hatched():
    athlete = birch()
    swapped = athlete.reps.assign(
        device=athlete.reps["device"].mask(athlete.reps["session_id"] == f"fri-{FRIDAYS[-1].date()}", "encoder two")
    )
    week = week_of(named("Dogwood", athlete.but(reps=swapped)))
    (broken,) = week.new_devices
    assert (broken.device, broken.n_before, broken.n_since) == ("encoder two", 8, 1)
    shown, *_ = sections.glance(week)
    cell = shown.rows[0][shown.heads.index("Romanian deadlift")]
    assert (cell.state, cell.sort) == ("cannot tell", None)
    assert "new device" in cell.below
    (panel,) = (block for block in sections.bar_speed(week) if isinstance(block, Course))
    assert panel.comparable == (False,) * 8 + (True,)


# --- how often chance does this; for the sides in `simulations/test_decisions_simulated.py` ------------------------


@pytest.mark.full
@pytest.mark.parametrize(
    ("kind", "n", "rule"),
    [
        ("speed", 12, {"published": TypicalError.published(1.0, 4, "squad")}),
        ("pace", 9, {}),
        ("check", 7, {"published": TypicalError.published(1.0, 4, "squad"), "needed": 1}),
        ("form", 6, {"n_new": 3, "n_reference": 3}),
    ],
    ids=["speed", "pace", "check", "form"],
)
def test_two_looks_in_a_row_flag_noise_as_often_as_stated(kind, n, rule):
    rng, looks, replicates = np.random.default_rng(20260705), [], 4000
    days = pd.date_range("2026-01-05", periods=n + 1, freq="7D")
    for values in rng.normal(size=(replicates, n + 1)):
        exposures = pd.DataFrame({"local_date": days, "value": values, "device": "one", "comparable": True})
        found = [
            series.latest_change(
                exposures.iloc[:seen], until=days[seen - 1], stale_after_days=21, unit="m/s", swc=0.2, **rule
            )
            for seen in (n, n + 1)
        ]
        looks.append([np.sign(change.gain) * change.flagged for change in found])
    first, second = np.array(looks).T
    assert (second != 0).mean() <= 0.06
    assert ((first == second) & (second != 0)).mean() == pytest.approx(TWICE[kind], abs=0.003)


# --- what changed ----------------------------------------------------------------------------------------------


def test_files_corrections_and_values_left_out_since_the_week_began_are_told():
    at = pd.to_datetime(["2026-06-01T10:00:00Z", "2026-06-24T10:00:00Z"])
    files = TABLES["files"].empty().reindex(range(2)).assign(file_no=[1, 2], imported_at=at, rows_taken=[10, 5])
    revisions = pd.DataFrame({"file_no": [1, 2], "athlete_id": ["birch1", "birch1"]})
    rejects = pd.DataFrame({"file_no": [1, 1, 2]})
    ledger = Grove(()).ledger | {"files": files, "revisions": revisions, "rejects": rejects}
    told = [fact.sentence for fact in sections.changes(week_of(named("Birch"), ledger=ledger))]
    assert told[:3] == [
        "1 file taken in since 22 Jun: 5 rows, 1 cell refused.",
        "1 row corrected by later files: Birch (1).",
        "No value was left out.",
    ]


# --- the example squad -----------------------------------------------------------------------------------------


class Example:
    """The example's last week, fitted in this process, and its page."""

    def __init__(self, squad_workspace):
        self.squad = squad_workspace
        self.page = squad_workspace.squad_page

    @cached_property
    def week(self) -> SquadWeek:
        return squad_week(self.squad.workspace.everyone(LAST_DAY), LAST_DAY)

    def fact(self, name: str, subject: str) -> dict:
        return self.page.facts[f"{self.squad.ids[name]}.{subject}"]

    @property
    def text(self) -> str:
        return " ".join(lxml.html.fromstring(self.page.html).find(".//main").text_content().split())


@pytest.fixture(scope="module")
def example(squad_workspace):
    return Example(squad_workspace)


def test_the_squads_page_says_what_is_true_and_no_more(example):
    assert subjects(example.week.listed) == [
        ("Hazel", "romanian_deadlift.clean_reps", 3),
        ("Ivy", "sprint_20m", 2),
    ]
    assert {("Alder", "romanian_deadlift.speed_at_40kg")} <= {one[:2] for one in subjects(example.week.seen_once)}
    assert {one[0] for one in subjects(example.week.seen_once)} == {"Alder", "Ivy"}
    assert example.week.standing == ()  # Fir's sides are sure by the newest date alone
    flat = {"Birch", "Cedar", "Dogwood", "Elm", "Ginkgo", "Juniper", "Koa", "Larch"}
    assert not flat & {one.athlete for one in example.week.new_findings if one.flagged}


def test_the_facts_of_the_page_carry_the_truth(example):
    assert example.page.record["subject"] == "squad"
    assert example.fact("Alder", "romanian_deadlift.speed_at_40kg")["state"] == "clearly better"
    assert example.fact("Hazel", "romanian_deadlift.clean_reps")["state"] == "clearly worse"
    assert example.fact("Ivy", "sprint_20m")["state"] == "clearly better"
    assert example.fact("Fir", "single_leg_hop.sides")["estimate"] == pytest.approx(12, abs=4)
    assert "better" not in example.fact("Dogwood", "romanian_deadlift.speed_at_40kg")["state"]
    broken = example.fact("Dogwood", "romanian_deadlift.speed_at_40kg.new_device")
    assert (broken["reason"], broken["state"]) == ("series_broken", None)
    assert "Ginkgo" not in example.page.facts["single_leg_hop.sides"]["sentence"]
    assert "Fir (right)" in example.page.facts["single_leg_hop.sides"]["sentence"]


def test_what_the_rules_propose_is_what_is_true(example):
    (_, table, _) = sections.proposals(example.week)
    proposed = {row[0].text: (row[1].text, row[2].text, row[3].text) for row in table.rows}
    assert set(proposed) == {"Hazel", "Birch", "Alder"}
    assert proposed["Birch"][0] == "A gain that has come to a standstill"
    assert "add the next smallest plate" in proposed["Alder"][1]
    assert {answer for *_, answer in proposed.values()} == {"open"}


def test_the_squads_form_is_told_over_all_sets_and_of_too_few_athletes_not_at_all(example):
    told = example.page.facts["form.squad"]
    true_reps = [athlete["baseline"]["clean_reps"] for athlete in example.squad.truth["athletes"]]
    assert min(true_reps) - 2 <= told["conf_low"] <= told["estimate"] <= told["conf_high"] <= max(true_reps)
    (_, alone, _) = sections.form(week_of(named("Birch")))
    assert (alone.state, alone.reason) == ("cannot tell", "not_enough_data")


def test_elms_missing_weeks_are_missing(example):
    until = "2026-04-05"
    week = squad_week(example.squad.workspace.everyone(until), until)
    assert [one.name for one in week.without_data] == ["Elm"]
    (elm,) = (
        one
        for one in squad_week(example.squad.workspace.everyone("2026-04-19"), "2026-04-19").everyone
        if one.name == "Elm"
    )
    assert np.isnan(elm.strength_load.weeks[-4:-1]).all()


def test_dogwoods_new_device_cannot_be_told_at_first(example):
    until = "2026-04-12"
    week = squad_week(example.squad.workspace.everyone(until), until)
    speeds = [one for one in week.findings if one.athlete == "Dogwood" and one.kind == "speed"]
    assert {one.history.change.reason for one in speeds} == {"series_broken"}
    assert not any(one.flagged for one in speeds)


def test_the_page_is_drawn_from_what_the_models_find(example):
    drawn = {
        "talk": sections.talk(example.week),
        "data_state": sections.data_state(example.week),
        "form": sections.form(example.week),
        "checks": sections.checks(example.week),
        "sides": sections.sides(example.week),
        "trends": sections.trends(example.week),
        "proposals": sections.proposals(example.week),
    }
    for blocks in drawn.values():
        for block in blocks:
            if isinstance(block, Fact):
                assert " ".join(block.coach_sentence.split() or block.sentence.split()) in example.text
    for row in next(block for block in drawn["talk"] if isinstance(block, Table)).rows:
        assert row[1].text in example.text
    assert [type(block) for block in drawn["checks"][-3:]] == [Dumbbells] * 3
    assert [type(block) for block in drawn["sides"][-2:]] == [Forest] * 2
    assert isinstance(drawn["trends"][-1], Numbers)


def test_the_words_are_the_coachs_and_no_verdict_on_a_person(example):
    assert not BANNED.search(example.text)
    assert not NOT_NUMBERS.search(example.text)
    assert "Two looks in a row or more" in example.text
    assert re.search(r"series were measured this week; \d+ moved beyond noise, about \d+ would by chance", example.text)
    assert re.search(r"Stands under \d+ of \d+ other choices", example.text)


def test_links_lead_to_pages_that_are_there_and_name_nobody(example):
    links = lxml.html.fromstring(example.page.html).xpath("//main//a/@href")
    assert links
    folder = example.page.path.parent
    assert [link for link in links if not (folder / link).resolve().is_file()] == []
    assert [link for link in links for name in example.squad.ids if name.lower() in link.lower()] == []


def test_a_cell_that_tells_nothing_has_no_place_in_the_order():
    (row,) = sections.glance(week_of(named("Birch")))[0].rows
    assert all(isinstance(entry, Entry) for entry in row)
    assert [entry.sort for entry in row if entry.state == "cannot tell"] == [None] * sum(
        entry.state == "cannot tell" for entry in row
    )
