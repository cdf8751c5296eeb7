"""The squad's week: who is listed, for how long and who is not, beside what luck brings; who is missing; the
example's truth."""

import re
from dataclasses import replace
from functools import cached_property

import lxml.html
import numpy as np
import pandas as pd
import pytest
from made_up_athlete import MONDAY, SUNDAY, bar_speed, birch, form_sets, hops, lifting
from made_up_squad import CLEAN, FRIDAYS, Grove, Named, lifter, named, stepped, week_of
from squad import facts_of

from analysis.base.blocks import Course, Dumbbells, Entry, Fact, Forest, Numbers, Table
from analysis.base.errors import NotEnoughData
from analysis.base.rules import shipped_rules
from analysis.base.states import State
from analysis.base.tables import TABLES
from analysis.example import LAST_DAY
from analysis.models.form.sides import SideDifference
from analysis.pages.squad_week import sections
from analysis.pages.squad_week.findings import finding_fact
from analysis.pages.squad_week.week import SquadWeek, squad_week

BANNED = re.compile(r"\b(risk\w*|injur\w*|overtrain\w*|abnormal\w*|responder\w*|caus(e|es|ed|ing))\b", re.IGNORECASE)
NOT_NUMBERS = re.compile(r"\b(nan|NaN|None|NaT|inf|null)\b")
SPEED = "romanian_deadlift.speed_at_60kg"
FOREST = [named(name) for name in ("Birch", "Cedar", "Elm", "Fir")]  # in whom nothing changes


def subjects(findings) -> list[tuple[str, str]]:
    return [(one.athlete, one.subject) for one in findings]


def tables(week: SquadWeek) -> dict[str, Table]:
    return {block.title: block for block in sections.talk(week) if isinstance(block, Table)}


def said(week: SquadWeek) -> dict[str, str]:
    """The sentences of the section on whom to talk to."""
    return {block.subject: block.sentence for block in sections.talk(week) if isinstance(block, Fact)}


# --- whom to talk to -------------------------------------------------------------------------------------------


def test_where_nothing_changes_nobody_is_listed_and_luck_is_counted_at_the_rate_of_the_engine():
    week = week_of(*FOREST)
    assert (week.listed, week.seen_once) == ((), ())
    told = [one for one in week.judged if not isinstance(one.series, SideDifference)]
    assert len(told) == 16  # speed, form, hinge angle and sleep of each; sides were tested weeks ago
    rates = [one.series.change.named_a_season for one in told]
    assert week.expected_by_chance == pytest.approx(sum(rates) * 8 / 26)
    assert said(week)["talk.whom"] == "Nothing has changed for good in anybody."
    assert re.fullmatch(
        r"None of 20 series are listed, 0 of them found this week\. Luck alone would list (about )?0\.2 of 20\.",
        said(week)["talk.found"],
    )


LATER = pd.date_range(end=FRIDAYS[-1], periods=32, freq="7D")
LONG = 0.70 + np.resize([0.00, 0.02, -0.02, 0.01, -0.01, 0.02, -0.02], 32) + np.where(np.arange(32) >= 14, 0.12, 0.0)


@pytest.fixture(scope="module")
def season() -> dict[int, SquadWeek]:
    """Squad weeks in which one athlete is faster from week 14 of 32 on, by week."""
    sets = lifting(bar_speed(LATER, LONG), form_sets(LATER - pd.Timedelta(days=4), CLEAN[:8] * 4))
    alder = named("Alder", birch().but(**sets))
    sundays = LATER + pd.Timedelta(days=2)
    return {week: week_of(alder, *FOREST[:2], until=sundays[week]) for week in range(13, 32)}


def test_a_lasting_change_is_listed_for_eight_weeks_from_the_look_that_found_it(season):
    held = [week for week, of in season.items() if ("Alder", SPEED) in subjects(of.listed)]
    first = held[0]
    assert 15 <= first <= 17
    assert held == list(range(first, first + 9))
    found_on = {one.series.change.found_on for week in held for one in season[week].listed}
    assert found_on == {season[first].until}
    new = [week for week in held if season[week].listed[0].found_this_week]
    assert new == [first]


def test_the_list_says_since_when_it_tells_a_change(season):
    first, *_, last = [week for week, of in season.items() if of.listed]
    assert list(tables(season[first])) == ["New this week"]
    assert list(tables(season[last])) == ["Lasting, told since earlier weeks"]
    (row,) = tables(season[first])["New this week"].rows
    assert row[-1].text == "this week"
    (row,) = tables(season[last])["Lasting, told since earlier weeks"].rows
    found_on = season[first].until
    assert row[-1].text == f"{found_on.day} {found_on:%b}"


def test_new_changes_stand_before_older_and_larger_ones():
    week = week_of(named("Alder", lifter(stepped(0.10, 2))), named("Hazel", lifter(stepped(0.25, 8))), *FOREST)
    assert [(one.athlete, one.found_this_week) for one in week.listed] == [("Alder", True), ("Hazel", False)]
    older, newer = sorted(week.listed, key=lambda one: one.found_this_week)
    assert older.size > newer.size
    assert said(week)["talk.whom"] == "Talk to Alder and Hazel: something changed for good."
    assert "2 of 30 series are listed, 1 of them found this week." in said(week)["talk.found"]


def test_one_odd_day_is_seen_once_and_never_a_change():
    week = week_of(named("Alder", lifter(stepped(0.0, 0, odd_m_s=0.2))), *FOREST)
    assert week.listed == ()
    assert subjects(week.seen_once) == [("Alder", SPEED)]
    (row,) = tables(week)["Seen once: wait for the next value"].rows
    assert row[1].text == "Romanian deadlift at 60 kg: 0.92 m/s, 0.22 m/s faster than usual."
    assert not row[1].fact.state.flagged
    assert row[1].state is None
    assert row[1].fact.subject == f"seen_once.alder1.{SPEED}"
    words = " ".join(entry.text + entry.below for entry in row)
    assert not re.search(r"better|clear|change", words)


def test_an_odd_day_of_a_listed_series_is_not_seen_once_too():
    week = week_of(named("Alder", lifter(stepped(0.2, 5, odd_m_s=-0.15))), *FOREST)
    (found,) = week.listed
    assert found.series.change.today == "unusually low"
    assert week.seen_once == ()


def test_an_odd_value_of_last_week_is_not_seen_this_week():
    alder = named("Alder", lifter(stepped(0.0, 0, odd_m_s=0.2)))
    later = SUNDAY + pd.Timedelta(days=7)
    answers = alder.wellness.copy()
    answers.loc[answers.index[-1], "local_date"] = later
    week = week_of(replace(alder, wellness=answers), *FOREST, until=later)
    assert [one.name for one in week.members] == ["Alder"]
    assert week.seen_once == week.listed == ()


def test_a_list_holds_one_row_a_change_and_those_of_one_athlete_below_each_other():
    clean = [8] * 15 + [2] * 5
    week = week_of(named("Alder", lifter(stepped(0.2, 5), clean)), named("Hazel", lifter(stepped(0.15, 5))), *FOREST)
    (shown,) = tables(week).values()
    assert [row[0].text for row in shown.rows] in (["Alder", "Alder", "Hazel"], ["Hazel", "Alder", "Alder"])
    assert {row[1].fact.subject for row in shown.rows} == {
        f"talk.alder1.{SPEED}", "talk.alder1.romanian_deadlift.clean_reps", f"talk.hazel1.{SPEED}"
    }  # fmt: skip


def test_of_many_athletes_a_sentence_names_eight_and_counts_the_others():
    week = week_of(*(named(f"Tree{n}", lifter(stepped(0.2, 5))) for n in range(10)), *FOREST)
    assert said(week)["talk.whom"].endswith("Tree6, Tree7 and 2 more: something changed for good.")
    (shown,) = tables(week).values()
    assert len(shown.rows) == 10


def test_a_sentence_of_the_list_is_short_and_its_noise_stands_behind_a_fold():
    week = week_of(named("Alder", lifter(stepped(0.2, 5))), *FOREST)
    (row,) = next(iter(tables(week).values())).rows
    assert re.fullmatch(
        r"Romanian deadlift at 60 kg: faster, clear change\. 0\.90 m/s since 29 May, before 0\.70 m/s; "
        r"change \+0\.20 m/s \(90 % interval \+0\.1\d to \+0\.2\d\)\.",
        row[1].text,
    )
    assert "TE 0.0" in row[1].fact.coach_sentence
    assert row[1].fact.noise_source.startswith("squad of 5")
    (numbers,) = [block for block in sections.talk(week) if isinstance(block, Numbers) and block.title == "The numbers"]
    told = dict(zip(numbers.heads, numbers.rows[0], strict=True))
    assert told["TE"] == f"{row[1].fact.typical_error:.3f}"
    assert told["Level"] == f"{row[1].fact.level:.3f}"
    assert told["Since"].startswith("2026-05-29 (")
    assert told["Noise from"] == row[1].fact.noise_source


# --- left and right --------------------------------------------------------------------------------------------


def one_sided(until: pd.Timestamp) -> Named:
    """Right hops 20 % farther, on five dates of which the newest is `until`."""
    days = [str(day.date()) for day in pd.date_range(end=until, periods=5, freq="28D")]
    right = [182.0, 178.0, 185.0, 180.0, 183.0]
    return named("Fir", lifter().but(trials=hops(days, [151.0, 150.0, 152.0, 150.0, 151.0], right)))


def test_sides_are_told_in_the_week_of_the_test_as_a_difference_and_no_change():
    week = week_of(one_sided(SUNDAY), *FOREST[:3])
    (found,) = week.listed
    assert isinstance(found.series, SideDifference)
    assert not found.series.change.state.known, "five dates tell a difference and no change of it"
    assert found.size > 1
    assert said(week)["talk.whom"] == "Nothing has changed for good in anybody. Fir: left and right differ."
    (row,) = next(iter(tables(week).values())).rows
    assert re.match(r"Single-leg hop: \+18\.\d % right over left \(90 % interval ", row[1].text)
    assert row[1].fact.state is None
    assert row[1].fact.level == pytest.approx(found.series.estimate_pct)
    luck = sum(one.null_probability for one in week.judged if one is not found)
    assert week.expected_by_chance == pytest.approx(luck + found.series.null_probability)


def test_sides_tested_before_this_week_are_not_listed_again_and_stand_in_their_section():
    week = week_of(one_sided(SUNDAY - pd.Timedelta(days=9)), *FOREST[:3])
    assert week.listed == ()
    fact, forest = sections.sides(week)
    assert fact.sentence.startswith("Single-leg hop: 1 of 4 athletes has a difference beyond error: Fir (right). ")
    (row,) = [row for row in forest.rows if row.label.startswith("Fir")]
    assert row.word == "right larger"
    assert row.low > 10
    shown, *_ = sections.glance(week)
    (cell,) = [row[shown.heads.index("Sides")] for row in shown.rows if row[0].text == "Fir"]
    assert cell.text.startswith("◆ right +18")


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


def asked(week: SquadWeek) -> list[str]:
    return [fact.sentence for fact in sections.data_state(week) if isinstance(fact, Fact) and fact.reason == "ask"]


@pytest.mark.parametrize(("weeks", "said"), [(2, []), (3, ["Ask Elm: nothing logged for 3 weeks."])])
def test_after_three_silent_weeks_the_coach_is_to_ask_once(weeks, said):
    week = week_of(named("Birch"), silent("Elm", MONDAY - pd.Timedelta(weeks=weeks - 1)), rules=shipped_rules())
    assert asked(week) == said
    about_elm = [fact for fact in sections.data_state(week) if isinstance(fact, Fact) and "Elm" in fact.sentence]
    assert len(about_elm) == 1
    assert not [one for one in week.proposals if one[1].action == "ask"]  # there is nothing to accept


def test_who_was_ill_or_away_in_a_silence_is_not_asked():
    elm = silent("Elm", MONDAY - pd.Timedelta(weeks=4))
    days = pd.to_datetime([MONDAY - pd.Timedelta(weeks=2)])
    away = pd.DataFrame({"kind": ["travel"], "first_date": days, "last_date": days})

    def about(**frames) -> list[str]:
        return asked(week_of(named("Birch"), replace(elm, **frames), rules=shipped_rules()))

    assert about() == ["Ask Elm: nothing logged for 5 weeks."]
    assert about(labels=away) == []
    assert about(labels=away.assign(kind="deload")) == about()


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
    with pytest.raises(NotEnoughData, match="No series can be told yet"):
        sections.talk(week)


# --- what cannot be told ---------------------------------------------------------------------------------------


def test_a_new_device_is_told_and_its_cell_is_hatched():
    athlete = lifter(stepped(0.2, 1))
    swapped = athlete.reps.assign(
        device=athlete.reps["device"].mask(athlete.reps["session_id"] == f"fri-{FRIDAYS[-1].date()}", "encoder two")
    )
    week = week_of(named("Dogwood", athlete.but(reps=swapped)), *FOREST)
    (broken,) = week.new_devices
    assert (broken.device, broken.n_before, broken.n_since) == ("encoder two", 19, 1)
    assert "Dogwood" not in {one.athlete for one in (*week.listed, *week.seen_once)}
    shown, *_ = sections.glance(week)
    cell = shown.rows[0][shown.heads.index("Romanian deadlift")]
    assert (cell.state, cell.sort) == ("cannot tell", None)
    assert "new device" in cell.below
    panel = next(block for block in sections.bar_speed(week) if isinstance(block, Course))
    assert panel.comparable == (False,) * 15 + (True,)


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
    listed = {(one.athlete, one.subject, str(one.series.change.state)) for one in example.week.listed}
    assert listed == {
        ("Alder", "romanian_deadlift.speed_at_40kg", "clearly better"),
        ("Hazel", "romanian_deadlift.clean_reps", "clearly worse"),
        ("Ivy", "sprint_20m", "clearly better"),
        ("Ivy", "run.pace_at_heart_rate", "clearly better"),
        ("Koa", "ankle_dorsiflexion.mobility", "clearly better"),
        ("Larch", "romanian_deadlift.tempo", "clearly worse"),
        ("Fir", "thoracic_rotation.mobility", "worse"),  # by luck, of some 150 series
    }
    assert not set(subjects(example.week.seen_once)) & set(subjects(example.week.listed))
    assert not any(one.series.change.changed for one in example.week.seen_once)


def test_a_change_of_the_example_begins_when_it_was_built_in(example):
    began = {
        truth["key"]: truth["dates"]["start"] for truth in example.squad.truth["truths"] if "start" in truth["dates"]
    }
    gain = example.fact("Alder", "romanian_deadlift.speed_at_40kg")
    built_in = next(truth for truth in example.squad.truth["truths"] if truth["athlete"] == "Alder")
    assert gain["since_low"] <= began[built_in["key"]] <= gain["since_high"]
    half = (gain["change_high"] - gain["change_low"]) / 2
    assert gain["change"] == pytest.approx(built_in["numbers"]["gain_m_s"], abs=1.5 * half)


def test_a_verdict_of_the_squads_page_is_that_of_the_athletes_page(example):
    """Every series of every athlete; of a check that cannot be told the athlete reads its value and date."""
    compared = 0
    for member in example.week.members:
        own = facts_of(example.squad.last_week[member.name])
        for finding in member.findings:
            fact = finding_fact(finding)
            subject = fact.subject.removeprefix(f"{member.athlete_id}.")
            if subject in own:
                words = {} if finding.is_judged else {"sentence": own[subject].sentence, "lead": own[subject].lead}
                assert replace(fact, subject=subject, **words) == own[subject]
                compared += 1
        missing = {one.subject for one in member.findings} - set(own)
        assert not {one for one in missing if not one.startswith("wellness.")}, f"{member.name}: {missing}"
    assert compared > 100


def test_the_facts_of_the_page_carry_the_truth(example):
    assert example.page.record["subject"] == "squad"
    assert example.fact("Alder", "romanian_deadlift.speed_at_40kg")["state"] == "clearly better"
    assert example.fact("Hazel", "romanian_deadlift.clean_reps")["state"] == "clearly worse"
    assert example.fact("Ivy", "sprint_20m")["state"] == "clearly better"
    assert example.fact("Fir", "single_leg_hop.sides")["level"] == pytest.approx(12, abs=4)
    assert "better" not in example.fact("Dogwood", "romanian_deadlift.speed_at_40kg")["state"]
    broken = example.fact("Dogwood", "romanian_deadlift.speed_at_40kg.new_device")
    assert (broken["reason"], broken["state"]) == ("series_broken", None)
    assert "Ginkgo" not in example.page.facts["single_leg_hop.sides"]["sentence"]
    assert "Fir (right)" in example.page.facts["single_leg_hop.sides"]["sentence"]


def test_every_listed_change_is_a_fact_of_the_page_under_talk(example):
    told = {subject for subject in example.page.facts if subject.startswith("talk.") and subject.count(".") > 1}
    assert told == {f"talk.{one.athlete_id}.{one.subject}" for one in example.week.listed}
    assert all(State(example.page.facts[subject]["state"]).flagged for subject in told)


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
    speeds = [one for one in week.findings if one.athlete == "Dogwood" and ".speed_at_" in one.subject]
    assert {one.series.change.reason for one in speeds} == {"series_broken"}
    assert not any(one.is_news or one.is_odd_today for one in speeds)


def test_the_page_is_drawn_from_what_the_models_find(example):
    drawn = {
        "talk": sections.talk(example.week),
        "data_state": sections.data_state(example.week),
        "form": sections.form(example.week),
        "checks": sections.checks(example.week),
        "sides": sections.sides(example.week),
        "plateaus": sections.plateaus(example.week),
        "proposals": sections.proposals(example.week),
    }
    for blocks in drawn.values():
        for block in blocks:
            if isinstance(block, Fact):
                assert " ".join(block.coach_sentence.split() or block.sentence.split()) in example.text
    listed = [row for block in drawn["talk"] if isinstance(block, Table) for row in block.rows]
    assert len(listed) == len(example.week.listed) + len(example.week.seen_once)
    for row in listed:
        assert " ".join(row[1].text.split()) in example.text
    assert [type(block) for block in drawn["checks"][-3:]] == [Dumbbells] * 3
    assert [type(block) for block in drawn["sides"][-2:]] == [Forest] * 2
    assert isinstance(drawn["plateaus"][-1], Numbers)


def test_the_words_are_the_coachs_and_no_verdict_on_a_person(example):
    assert not BANNED.search(example.text)
    assert not NOT_NUMBERS.search(example.text)
    assert "A lasting change is told for 8 weeks from the week that first found it." in example.text
    assert re.search(r"Luck alone would list (about )?[\d.]+ of \d+\.", example.text)
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
