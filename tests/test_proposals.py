"""From an athlete's week to proposals, from proposals to answers, and from answers to the athlete's page."""

import json
import shutil
from functools import cache

import pandas as pd
import pytest
from click.testing import CliRunner
from made_up_athlete import MONDAY, SUNDAY, MadeUp, answers, bar_speed, birch, lifting, plan_lines, table
from made_up_squad import CLEAN, FRIDAYS, lifter, named, stepped

from analysis import open_workspace, proposals
from analysis.base.blocks import Fact
from analysis.base.errors import ConfigProblem, NotEnoughData, UsageProblem
from analysis.base.rules import shipped_rules
from analysis.cli import main
from analysis.pages.athlete_week import sections
from analysis.pages.athlete_week.week import AthleteWeek, athlete_week
from analysis.pages.series import series_fact
from analysis.pages.squad_noise import noise_table
from analysis.pages.squad_week.proposals import athlete_facts, week_proposals, week_subjects

RULES = shipped_rules()
WEEK = pd.Timedelta(days=7)


@cache
def noise_of_trees() -> pd.DataFrame:
    """The noise of a squad of whom nothing changes."""
    return noise_table([named(f"Tree{n}") for n in range(6)], SUNDAY)


def week_of(athlete: MadeUp, until: pd.Timestamp = SUNDAY):
    return athlete_week(athlete.but(noise=noise_of_trees()), until)


def found(athlete: MadeUp, until: pd.Timestamp = SUNDAY) -> list[str]:
    """Rule and subject of everything proposed."""
    return [f"{one.rule_id} {one.subject}" for one in week_proposals(week_of(athlete, until), RULES)]


def lift_facts(athlete: MadeUp, until: pd.Timestamp = SUNDAY) -> dict:
    return week_subjects(week_of(athlete, until))[1].facts


def worse_form(weeks_ago: int) -> list[int]:
    """Clean repetitions of every week, of which the last so many are 2."""
    return CLEAN[: len(CLEAN) - weeks_ago] + [2] * weeks_ago


PROGRESS = ["progress romanian_deadlift"]
HOLD = ["slower_hold romanian_deadlift"]
MENU = [f"plateau.{choice} romanian_deadlift" for choice in ("angle", "load_zone", "one_leg", "tempo")]


class TestAWeek:
    def test_an_athlete_who_does_not_change_is_left_alone(self):
        assert found(lifter()) == []

    def test_a_gain_that_lasts_proposes_progress_in_the_week_that_finds_it_and_the_three_after(self):
        weeks_ago = range(1, 8)
        proposed = [found(lifter(stepped(0.1, since))) for since in weeks_ago]
        assert proposed == [[], PROGRESS, PROGRESS, PROGRESS, PROGRESS, [], []]
        told = [lift_facts(lifter(stepped(0.1, since)))["speed_found_weeks"] for since in weeks_ago]
        assert told == [None, 0, 1, 2, 3, 4, 5]

    def test_one_fast_day_alone_proposes_nothing(self):
        odd = lifter(stepped(0.0, 0, odd_m_s=0.2))
        assert lift_facts(odd)["speed_today"] == "unusually high"
        assert found(odd) == []

    def test_nobody_progresses_on_an_unusually_slow_day(self):
        tired = lifter(stepped(0.1, 4, odd_m_s=-0.15))
        assert lift_facts(tired)["speed_state"] in ("better", "clearly better")
        assert found(tired) == []

    def test_without_rated_form_nobody_progresses(self):
        athlete = birch().but(**lifting(bar_speed(FRIDAYS, stepped(0.1, 3))))
        assert lift_facts(athlete)["speed_state"] == "clearly better"
        assert found(athlete) == []

    def test_a_plan_that_was_not_done_takes_progress_away(self):
        athlete = lifter(stepped(0.1, 3))
        few = athlete.sessions[athlete.sessions["local_date"] >= MONDAY]
        assert found(athlete.but(sessions=few)) == ["adherence_hold week"]

    def test_a_plan_that_is_not_known_takes_progress_away(self):
        assert found(lifter(stepped(0.1, 3)).but(plan=table("plan", []))) == []

    def test_form_that_breaks_earlier_holds_in_the_week_that_finds_it_and_regresses_after(self):
        proposed = [found(lifter(clean=worse_form(since))) for since in (1, 2, 3, 4, 6)]
        hold, regress = ["form_hold romanian_deadlift"], ["form_regress romanian_deadlift"]
        assert proposed == [[], hold, regress, regress, regress]
        told = [lift_facts(lifter(clean=worse_form(since)))["form_weeks_worse"] for since in (1, 2, 3)]
        assert told == [0, 1, 2]

    def test_worse_form_goes_before_more_speed(self):
        assert found(lifter(stepped(0.1, 3), worse_form(3))) == ["form_regress romanian_deadlift"]

    def test_a_loss_that_lasts_holds_for_as_long_as_a_gain_proposes(self):
        proposed = [found(lifter(stepped(-0.1, since))) for since in range(1, 8)]
        assert proposed == [[], HOLD, HOLD, HOLD, HOLD, [], []]

    def test_a_gain_that_came_to_a_standstill_gives_the_whole_menu(self):
        assert found(lifter(stepped(0.1, 12))) == MENU
        assert lift_facts(lifter(stepped(0.1, 12)))["speed_state"] == "steady"

    def test_a_gain_that_is_still_told_is_no_standstill(self):
        told = lift_facts(lifter(stepped(0.1, 8)))
        assert (told["speed_state"], told["speed_gain_weeks"]) == ("clearly better", 6)
        assert found(lifter(stepped(0.1, 8))) == []

    def test_a_loss_that_came_to_a_standstill_is_no_plateau(self):
        facts = lift_facts(lifter(stepped(-0.1, 12)))
        assert (facts["speed_state"], facts["speed_gain_weeks"]) == ("steady", None)
        assert found(lifter(stepped(-0.1, 12))) == []

    def test_a_standstill_without_a_gain_is_no_plateau(self):
        assert lift_facts(lifter())["speed_state"] == "steady"
        assert found(lifter()) == []

    def test_a_stale_series_proposes_nothing(self):
        athlete = lifter(stepped(0.1, 3))
        assert lift_facts(athlete, SUNDAY + 4 * WEEK)["speed_state"] == "cannot tell"
        assert found(athlete, SUNDAY + 4 * WEEK) == []

    @pytest.mark.parametrize("speeds", [stepped(0.0, 0), stepped(0.1, 3), stepped(-0.1, 3), stepped(0.1, 12)])
    def test_a_proposal_rests_on_the_verdict_that_the_page_gives(self, speeds):
        week = week_of(lifter(speeds))
        (speed,) = week.speeds.known
        page, facts = series_fact(speed, week.display), week_subjects(week)[1].facts
        assert facts["speed_state"] == page.state
        assert facts["speed_change_m_s"] == page.change
        assert facts["speed_mdc_m_s"] == page.mdc
        assert facts["form_state"] == series_fact(week.form, week.display).state

    def test_a_proposal_is_the_same_on_every_day_of_its_week(self):
        athlete = lifter(stepped(-0.1, 3))
        (friday,) = week_proposals(week_of(athlete, FRIDAYS[-1]), RULES)
        (sunday,) = week_proposals(week_of(athlete), RULES)
        assert friday.local_date == sunday.local_date == MONDAY
        assert friday.proposal_id == sunday.proposal_id

    def test_what_is_not_known_of_a_lift_is_none(self):
        facts = lift_facts(birch().but(**lifting()))
        assert {name: value for name, value in facts.items() if name.startswith(("speed", "form"))} == {}

    def test_a_part_of_a_week_has_no_ramp(self):
        over, part = (athlete_facts(athlete_week(birch(), until)) for until in (SUNDAY, SUNDAY - pd.Timedelta(days=1)))
        assert over["strength_ramp_pct"] == pytest.approx(0.0)
        assert part["strength_ramp_pct"] is None
        assert part["strength_week_over_week_pct"] is None

    def test_only_answers_on_the_bad_side_are_low(self):
        before = pd.date_range(MONDAY - pd.Timedelta(days=20), MONDAY - pd.Timedelta(days=1))
        week = pd.date_range(MONDAY, SUNDAY)
        usual = [7.0, 8.0, 6.0, 7.0, 8.0, 7.0, 6.0, 7.0, 8.0, 6.0] * 2
        rows = answers(before, usual) + answers(week, [1.0] * 3 + [10.0] * 4)
        facts = athlete_facts(athlete_week(birch().but(wellness=table("wellness", rows)), SUNDAY))
        assert (facts["wellness_answers"], facts["wellness_low"]) == (7, 3)
        no_range = table("wellness", answers(week, [1.0] * 7))
        assert athlete_facts(athlete_week(birch().but(wellness=no_range), SUNDAY))["wellness_low"] is None


def accepted(*rows: tuple[str, str, pd.Timestamp]) -> pd.DataFrame:
    """Accepted proposals: subject, line and the week they rest on, answered one after the other."""
    return table(
        "proposals",
        [
            {"proposal_id": f"p{place}", "athlete_id": "t3st", "local_date": week, "rule_id": "progress"}
            | {"subject": subject, "line": line, "evidence": "numbers", "answer": "accepted"}
            | {"answered_at": pd.Timestamp("2026-06-28T10:00:00Z") + pd.Timedelta(minutes=place)}
            for place, (subject, line, week) in enumerate(rows)
        ],
    )


class TestThePage:
    def week(self, *rows, **frames) -> AthleteWeek:
        return athlete_week(birch().but(proposals=accepted(*rows), **frames), SUNDAY)

    def test_the_line_answered_last_is_what_comes_next_and_the_one_before_stands_among_the_notes(self):
        week = self.week(("a", "One.", MONDAY), ("b", "Two.", MONDAY), ("c", "Three.", MONDAY))
        line, agreed = sections.next_step(week)
        assert (line.sentence, line.subject, agreed.text) == ("Three.", "next_week.c", "Your coach agreed.")
        assert [block.sentence for block in sections.notes(week) if isinstance(block, Fact)] == ["Two."]

    def test_a_line_of_another_week_is_not_shown(self):
        week = self.week(("a", "Old.", MONDAY - pd.Timedelta(days=7)))
        assert [fact.subject for fact in sections.next_step(week)] == ["next.cue"]

    def test_an_approved_line_needs_no_plan_and_without_one_the_coach_will_add_it(self):
        week = self.week(("a", "One.", MONDAY), plan=plan_lines(MONDAY, 1))
        assert sections.next_step(week)[0].sentence == "One."
        with pytest.raises(NotEnoughData, match=r"Your coach will add this\."):
            sections.next_week(week)


@pytest.fixture(scope="module")
def proposed(squad_workspace):
    return proposals.proposed(squad_workspace.workspace)


class TestTheExample:
    def of(self, proposed, name):
        return proposed[proposed["name"] == name]

    def test_the_gain_proposes_progress(self, proposed):
        (row,) = self.of(proposed, "Alder").itertuples()
        assert (row.action, row.subject, row.is_open) == ("progress", "romanian_deadlift", True)

    def test_the_earlier_break_of_form_proposes_to_regress(self, proposed):
        (row,) = self.of(proposed, "Hazel").itertuples()
        assert (row.action, row.rule_id) == ("regress", "form_regress")

    def test_the_plateau_proposes_a_menu(self, proposed):
        rows = self.of(proposed, "Birch")
        assert set(rows["action"]) == {"vary"}
        assert set(rows["subject"]) == {"romanian_deadlift"}
        assert len(set(rows["evidence"])) == 1

    def test_who_does_not_change_is_left_alone_in_three_weeks(self, squad_workspace):
        sundays = [f"{day:%Y-%m-%d}" for day in pd.date_range(end="2026-07-05", periods=3, freq="7D")]
        lines = pd.concat(
            [proposals.proposed(squad_workspace.workspace, "Cedar", until).assign(until=until) for until in sundays]
        )
        assert lines[lines["subject"] != "week"].empty

    def test_nobody_else_of_the_squad_is_told_to_change_a_lift_in_the_last_week(self, proposed):
        lifts = proposed[proposed["subject"] != "week"]
        assert set(lifts["name"]) == {"Alder", "Birch", "Hazel"}

    @pytest.mark.parametrize("name", ["Alder", "Elm", "Koa"])
    def test_adherence_is_that_of_the_truth(self, squad_workspace, name):
        """Over all 26 weeks: what was done or moved in the plan's own words."""
        athlete = squad_workspace.workspace.athlete(name)
        truth = next(one for one in squad_workspace.truth["athletes"] if one["athlete"] == name)
        weeks = pd.date_range("2026-01-11", "2026-07-05", freq="7D")
        told = [athlete_week(athlete, until).adherence for until in weeks]
        counts = truth["lifting_sessions"]
        assert sum(week.done for week in told) == counts["done"] + counts["moved"]
        assert sum(week.due + week.off for week in told) == truth["planned_lifting_sessions"]


class TestAnswers:
    @pytest.fixture
    def folder(self, squad_workspace, tmp_path):
        """A copy of the example, to answer in; its samples, which nothing here writes, are those of the example."""
        copy = tmp_path / "squad"
        copy.mkdir()
        shutil.copy(squad_workspace.folder / "workbook.toml", copy)
        shutil.copytree(
            squad_workspace.folder / "data" / "store",
            copy / "data" / "store",
            ignore=shutil.ignore_patterns("samples", "*.lock"),
        )
        (copy / "data" / "store" / "samples").symlink_to(squad_workspace.folder / "data" / "store" / "samples")
        return copy

    def decide(self, folder, *words):
        done = CliRunner().invoke(main, ["decide", *words, "--workspace", str(folder), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def test_an_accepted_line_reaches_the_page_and_its_fingerprint_and_a_rejection_takes_it_back(self, folder):
        workspace = open_workspace(folder)
        before = workspace.athlete("Alder").fingerprint
        (row,) = self.decide(folder, "--athlete", "Alder")
        self.decide(folder, row["proposal_id"], "accept", "--athlete", "Alder")
        alder = workspace.athlete("Alder")
        assert alder.fingerprint != before
        self.decide(folder, row["proposal_id"], "accept")
        assert workspace.athlete("Alder").fingerprint == alder.fingerprint  # the same answer renders nothing anew
        assert [fact.sentence for fact in sections.next_step(athlete_week(alder, alder.until))[:1]] == [row["line"]]
        accepted_at = workspace.store.frame("proposals")["answered_at"].item()
        self.decide(folder, row["proposal_id"], "reject")
        stored = workspace.store.frame("proposals")
        assert stored["answer"].tolist() == ["rejected"]
        assert stored["answered_at"].item() > accepted_at
        assert workspace.athlete("Alder").fingerprint == before
        workspace.store.close()

    def test_of_a_menu_one_choice_is_taken(self, folder):
        first, second, *_ = self.decide(folder, "--athlete", "Birch")
        self.decide(folder, first["proposal_id"], "accept", "--athlete", "Birch")
        assert not any(row["is_open"] for row in self.decide(folder, "--athlete", "Birch"))
        rows = self.decide(folder, second["proposal_id"], "accept", "--athlete", "Birch")
        assert [(row["rule_id"], row["answer"]) for row in rows] == [
            (second["rule_id"], "accepted"),
            (first["rule_id"], "rejected"),
        ]

    def test_the_reason_of_an_answer_is_kept_beside_it_and_goes_with_it(self, folder):
        (row,) = self.decide(folder, "--athlete", "Alder")
        (said,) = self.decide(folder, row["proposal_id"], "reject", "--athlete", "Alder", "--reason", " sore  back ")
        assert said["reason"] == "sore back"
        (listed,) = self.decide(folder, "--athlete", "Alder")
        assert (listed["answer"], listed["reason"]) == ("rejected", "sore back")
        words = ["decide", row["proposal_id"], "accept", "--reason", "now fit", "--workspace", str(folder)]
        assert f"{row['line']} Why: now fit" in CliRunner().invoke(main, words).stdout
        self.decide(folder, row["proposal_id"], "accept")
        assert self.decide(folder, "--athlete", "Alder")[0]["reason"] is None

    def test_the_list_prints_evidence_and_the_command_that_answers(self, folder):
        done = CliRunner().invoke(main, ["decide", "--athlete", "Hazel", "--workspace", str(folder)])
        assert "Hazel, week of 2026-06-29: regress. Form has broken earlier" in done.stdout
        assert "1 open proposal." in done.stdout
        assert "accept --athlete Hazel --workspace" in done.stdout

    def test_the_workspace_has_its_own_rules(self, folder):
        (folder / "rules.toml").write_text('off = ["form_regress", "form_hold"]', encoding="utf-8")
        assert self.decide(folder, "--athlete", "Hazel") == []
        (folder / "rules.toml").write_text('of = ["form_regress"]', encoding="utf-8")
        with pytest.raises(ConfigProblem, match="unknown key 'of'"):
            proposals.proposed(open_workspace(folder), "Hazel")

    def test_an_id_that_is_not_proposed_and_half_an_answer_are_wrong_usage(self, folder):
        with pytest.raises(UsageProblem, match="no proposal 'zzz'"):
            proposals.answer(open_workspace(folder), "zzz", "accepted", "Cedar")
        done = CliRunner().invoke(main, ["decide", "3f2a91c04d", "--workspace", str(folder)])
        assert done.exit_code == 2
