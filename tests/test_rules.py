"""Rules: strict when read, silent about what is not known, and never progress on "cannot tell"."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import ConfigProblem
from analysis.base.rules import (
    FACTS,
    Condition,
    Rule,
    Subject,
    proposals,
    read_rules,
    rule_of,
    shipped_rules,
)
from analysis.base.states import State

MONDAY = pd.Timestamp("2026-06-22")
RULE = """
[[rules]]
id = "{id}"
title = "More"
about = "{about}"
propose = "{propose}"
line = "{line}"
evidence = "{evidence}"
source = "the coach"
when = {{ {when} }}
"""
DEFAULT = {
    "id": "more",
    "about": "lift",
    "propose": "progress",
    "line": "{name}: more.",
    "evidence": "{clean_reps:.1f} clean reps.",
    "when": 'speed_state = "is clearly better"',
}

PROGRESS = [rule for rule in shipped_rules() if rule.propose == "progress"]

values = {
    name: st.sampled_from([None, State.CANNOT_TELL, *kind.words]) if kind.words else st.none() | st.floats(-200, 200)
    for name, kind in FACTS.items()
}


def rules_in(tmp_path, **changes):
    path = tmp_path / "rules.toml"
    path.write_text(RULE.format(**(DEFAULT | changes)), encoding="utf-8")
    return read_rules(path)


def subject(about="lift", **facts) -> Subject:
    return Subject("deadlift" if about == "lift" else "week", "Deadlift", about, facts)


def proposed(rules, *subjects):
    return proposals(rules, subjects, "t3st", MONDAY)


class TestConditions:
    @pytest.mark.parametrize(
        ("text", "known", "holds"),
        [
            (">= 2", 2.0, True),
            ("> 2", 2.0, False),
            ("<= -1.5", -2.0, True),
            ("< 50", 75.0, False),
            (">= 2", None, False),
        ],
    )
    def test_a_number_is_compared(self, text, known, holds):
        assert Condition.parsed("form_weeks_worse", text).holds(known) is holds

    @pytest.mark.parametrize(
        ("text", "known", "holds"),
        [
            ("is worse or clearly worse", "clearly worse", True),
            ("is worse", "clearly worse", False),
            ("is not worse or clearly worse", "steady", True),
            ("is not worse or clearly worse", "worse", False),
        ],
    )
    def test_a_state_is_one_of_the_words_or_none_of_them(self, text, known, holds):
        assert Condition.parsed("form_state", text).holds(known) is holds

    @pytest.mark.parametrize("unknown", [None, State.CANNOT_TELL])
    @pytest.mark.parametrize("text", ["is worse", "is not worse"])
    def test_what_is_not_known_fulfils_no_condition(self, text, unknown):
        assert not Condition.parsed("form_state", text).holds(unknown)


class TestReading:
    def test_the_shipped_rules_hold_together_and_each_says_its_source(self):
        rules = shipped_rules()
        assert len({rule.id for rule in rules}) == len(rules)
        assert all(rule.source and rule.evidence for rule in rules)
        assert {rule.propose for rule in rules} == {"hold", "regress", "progress", "vary", "ask"}

    def test_of_the_shipped_rules_about_a_lift_caution_stands_first(self):
        order = [rule.propose for rule in shipped_rules() if rule.about == "lift"]
        assert order.index("progress") > max(place for place, one in enumerate(order) if one in ("hold", "regress"))

    def test_what_an_athlete_would_read_has_18_words_at_most_and_none_that_is_never_used(self):
        for rule in shipped_rules():
            for line in rule.lines:
                assert len(line.replace("{name}", "Romanian deadlift").split()) <= 18
                assert not any(word in line.lower() for word in ("risk", "injur", "overtrain", "abnormal"))

    def test_without_a_file_the_shipped_rules_hold(self, tmp_path):
        assert read_rules(tmp_path / "rules.toml") == shipped_rules()

    def test_a_new_rule_goes_before_the_shipped_ones_and_a_known_id_takes_its_place(self, tmp_path):
        shipped = [rule.id for rule in shipped_rules()]
        assert [rule.id for rule in rules_in(tmp_path)] == ["more", *shipped]
        changed = rules_in(tmp_path, id="progress")
        assert [rule.id for rule in changed] == shipped
        assert next(rule.title for rule in changed if rule.id == "progress") == "More"

    def test_a_rule_can_be_switched_off(self, tmp_path):
        path = tmp_path / "rules.toml"
        path.write_text('off = ["plateau"]', encoding="utf-8")
        assert "plateau" not in [rule.id for rule in read_rules(path)]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            (
                {"when": 'speed_stat = "is better"'},
                "unknown fact 'speed_stat'. Did you mean 'speed_state'?",
            ),
            ({"when": 'form_state = "are better"'}, "Write 'is A or B'"),
            ({"when": 'form_state = "is beter"'}, "form_state is never 'beter'. Did you mean 'better'?"),
            ({"when": 'form_state = "is cannot tell"'}, "form_state is never 'cannot tell'"),
            ({"when": 'adherence_pct = "=> 75"'}, "no condition on a number. Write one of >=, <=, >, <"),
            ({"when": 'adherence_pct = ">= 75"'}, "progress needs a condition that asks for"),
            ({"when": 'speed_state = "is better or steady"'}, "progress needs a condition"),
            ({"line": "{nam}: more."}, "unknown fact 'nam' in a text"),
            ({"evidence": "{clean_rep:.1f}"}, "Did you mean 'clean_reps'?"),
            ({"evidence": "{form_state:.1f}"}, "Unknown format code 'f'"),
            ({"evidence": "{clean_reps"}, "expected '}'"),
            ({"about": "athlete"}, "'speed_state' is a fact of a lift"),
            ({"propose": "rest"}, "propose = 'rest'"),
            ({"id": "More!"}, "rule 'More!'"),
        ],
    )
    def test_a_slip_is_named_with_what_would_do(self, tmp_path, changes, said):
        with pytest.raises(ConfigProblem) as problem:
            rules_in(tmp_path, **changes)
        assert said in str(problem.value)
        assert str(problem.value).startswith("rules.toml, rule ")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[[rules]\n", "is not valid TOML"),
            ("rule = []", "unknown key 'rule'. Did you mean 'rules'?"),
            ('off = ["plato"]', "unknown rule 'plato'. Did you mean 'plateau'?"),
            (2 * RULE.format(**DEFAULT), "there are two rules 'more'"),
            (RULE.format(**DEFAULT).replace('line = "{name}: more."\n', ""), "either a line or a menu"),
        ],
    )
    def test_a_file_that_does_not_hold_together_says_why(self, tmp_path, text, said):
        path = tmp_path / "rules.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigProblem) as problem:
            read_rules(path)
        assert said in str(problem.value)

    def test_a_question_is_about_the_athlete(self, tmp_path):
        with pytest.raises(ConfigProblem, match="ask is about the athlete"):
            rules_in(tmp_path, propose="ask")


class TestRulesOfRelease01:
    """A file that was written for release 0.1 is read: what says the same now is asked, what is gone says what else."""

    OLD = RULE.format(
        **DEFAULT
        | {
            "evidence": "{speed_recent_m_s:+.2f} m/s, MDC {speed_recent_mdc_m_s:.2f}.",
            "when": 'speed_recent_state = "is better or clearly better", '
            'form_state = "is about the same or no detectable change or better"',
        }
    )

    def read(self, tmp_path, text: str) -> Rule:
        path = tmp_path / "rules.toml"
        path.write_text(text, encoding="utf-8")
        return read_rules(path)[0]

    def test_its_facts_and_words_are_those_of_now(self, tmp_path):
        rule = self.read(tmp_path, self.OLD)
        assert set(rule.conditions) == {
            Condition("speed_state", "is", frozenset({"better", "clearly better"})),
            Condition("form_state", "is", frozenset({"steady", "too close to call", "better"})),
        }
        facts = {"speed_state": "better", "form_state": "steady", "speed_change_m_s": 0.08, "speed_mdc_m_s": 0.05}
        (found,) = proposed((rule,), subject(**facts))
        assert found.evidence == "More. +0.08 m/s, MDC 0.05."

    @pytest.mark.parametrize("fact", ["speed_latest_state", "speed_recent_state", "speed_block_state"])
    def test_every_state_of_speed_is_the_one_that_there_is(self, tmp_path, fact):
        rule = self.read(tmp_path, RULE.format(**DEFAULT | {"when": f'{fact} = "is better"'}))
        assert rule.conditions[0].fact == "speed_state"

    def test_two_that_became_one_are_one_where_they_ask_the_same(self, tmp_path):
        when = 'speed_recent_state = "is better", speed_block_state = "is better"'
        assert self.read(tmp_path, RULE.format(**DEFAULT | {"when": when})).when == {"speed_state": "is better"}

    def test_two_that_became_one_and_ask_for_different_things_are_refused_in_words(self, tmp_path):
        with pytest.raises(ConfigProblem) as problem:
            rules_in(tmp_path, when='speed_recent_state = "is better", speed_block_state = "is not worse"')
        assert str(problem.value) == (
            "rules.toml, rule 'more': 'speed_block_state' is called 'speed_state' now, of which the rule asks "
            "'is better' and 'is not worse'. Keep one of them."
        )

    def test_what_athletes_read_is_left_as_it_was_written(self, tmp_path):
        rule = self.read(tmp_path, RULE.format(**DEFAULT | {"line": "{name}: about the same load."}))
        assert rule.line == "{name}: about the same load."

    @pytest.mark.parametrize(
        ("when", "said"),
        [
            (
                'speed_season_state = "is better"',
                "'speed_season_state'. It is gone: 'speed_gain_weeks' says since when",
            ),
            ('speed_season_m_s = "> 0.05"', "'speed_season_m_s'. It is gone: 'speed_gain_weeks' says since"),
            ('trend = "is better"', "'trend'. It is gone: 'speed_state' says what a line through the weeks said."),
            ('form_mdc_reps = "> 1"', "'form_mdc_reps'. It is gone: clean repetitions are counts"),
        ],
    )
    def test_what_is_gone_says_what_to_ask_instead(self, tmp_path, when, said):
        with pytest.raises(ConfigProblem) as problem:
            rules_in(tmp_path, propose="hold", when=when)
        assert said in str(problem.value)

    def test_what_is_gone_says_so_in_a_text_too(self, tmp_path):
        with pytest.raises(ConfigProblem, match="It is gone: clean repetitions are counts"):
            rules_in(tmp_path, evidence="{form_mdc_reps:.1f}")


class TestThePage:
    PAGE = (Path(__file__).parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")

    def test_the_page_of_rules_names_every_fact_with_its_meaning(self):
        listed = re.findall(r"^\| (\w+) \| `(\w+)` \| (.+?) \|", self.PAGE, re.MULTILINE)
        assert listed == [(kind.about, name, kind.meaning) for name, kind in FACTS.items()]

    def test_its_example_is_a_file_of_rules(self, tmp_path):
        path = tmp_path / "rules.toml"
        path.write_text(re.search(r"```toml\n(.+?)```", self.PAGE, re.DOTALL)[1], encoding="utf-8")
        ids = [rule.id for rule in read_rules(path)]
        assert ids[0] == "form_first"
        assert "run_ramp_hold" not in ids


class TestProposals:
    def test_evidence_has_a_true_minus_sign_and_none_before_zero(self):
        facts = {"form_state": "clearly worse", "form_weeks_worse": 3.0, "clean_reps": 3.7}
        (found,) = proposed(shipped_rules(), subject(**facts, form_change_reps=-3.04))
        assert "Clean reps: 3.7, a lasting change by −3.0;" in found.evidence
        (found,) = proposed(shipped_rules(), subject(**facts, form_change_reps=-0.04))
        assert "Clean reps: 3.7, a lasting change by 0.0;" in found.evidence

    def test_the_first_rule_that_holds_is_proposed_and_no_other(self):
        facts = {"form_state": "clearly worse", "form_weeks_worse": 3.0, "clean_reps": 3.7}
        (found,) = proposed(shipped_rules(), subject(**facts))
        assert (found.rule_id, found.action, found.subject) == ("form_regress", "regress", "deadlift")
        assert found.line == "Deadlift: take 10 % off the bar and keep every rep clean."

    def test_the_evidence_says_the_numbers_and_what_is_not_known(self, tmp_path):
        rules = rules_in(tmp_path, evidence="{clean_reps:.1f} reps at {anchor_kg:g} kg.")
        (found,) = proposed(rules, subject(speed_state="clearly better", anchor_kg=60.0))
        assert found.evidence == "More. not known reps at 60 kg."

    def test_a_menu_gives_every_choice_in_the_order_of_the_words(self):
        found = proposed(shipped_rules(), subject(speed_state="steady", speed_gain_weeks=12.0, anchor_kg=60.0))
        assert [one.rule_id for one in found] == [f"plateau.{c}" for c in ("angle", "load_zone", "one_leg", "tempo")]
        assert {one.action for one in found} == {"vary"}
        assert {rule_of(one.rule_id) for one in found} == {"plateau"}

    def test_the_same_proposal_has_the_same_id_whenever_it_is_made(self):
        facts = {"form_state": "worse", "form_weeks_worse": 1.0}
        (first,) = proposed(shipped_rules(), subject(**facts, clean_reps=4.0))
        (again,) = proposed(shipped_rules(), subject(**facts, clean_reps=3.0))
        assert first.proposal_id == again.proposal_id
        next_week = proposals(shipped_rules(), [subject(**facts)], "t3st", MONDAY + pd.Timedelta(days=7))
        assert next_week[0].proposal_id != first.proposal_id

    def test_nothing_known_proposes_nothing(self):
        assert proposed(shipped_rules(), subject(), subject("athlete")) == ()

    @given(st.fixed_dictionaries(values))
    def test_progress_is_proposed_only_where_a_change_for_the_better_is_known(self, facts):
        found = proposed(shipped_rules(), subject(**facts))
        if any(one.action == "progress" for one in found):
            assert facts["speed_state"] in ("better", "clearly better")
            assert facts["speed_found_weeks"] <= 3
            assert facts["form_state"] not in (None, State.CANNOT_TELL, "worse", "clearly worse")

    @given(
        st.sampled_from([one for one in shipped_rules() if one.propose == "progress"]), st.fixed_dictionaries(values)
    )
    def test_a_fact_that_cannot_be_told_takes_progress_away(self, rule: Rule, facts):
        for fact in rule.when:
            assert not rule.holds({**facts, fact: State.CANNOT_TELL if FACTS[fact].words else None})
