"""What athletes read and what errors say is plain: short sentences, rounded numbers, no word beyond the data."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import squad

import analysis
from analysis.base import errors
from analysis.base.blocks import Fact
from analysis.models.answers import Answers
from analysis.models.form.sides import SideDifference

PACKAGE = Path(analysis.__file__).parent
ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.WorkbookError)}
NEVER = re.compile(
    r"\b(significan\w*|p-values?|optimal\w*|normali[sz]ed|outliers?|risk\w*|injur\w*|overtrain\w*|abnormal\w*"
    r"|responder\w*|caus(e|es|ed|ing))\b",
    re.IGNORECASE,
)
TOO_FINE = re.compile(r"\d\.\d{3}|\d\.\d{2} (kg|km|cm|%|bpm|reps|°)|\d\.\d (bpm|°)|-0(\.0+)?(?![.\d])")
NOT_FOR_ATHLETES = re.compile(
    r"\b(noise|band|interval|by chance|anchor load|bpm|typical error|MDC|SWC)\b", re.IGNORECASE
)
TWICE = re.compile(r"\b([a-z]+) \1\b", re.IGNORECASE)
MOST_WORDS_OF_A_SENTENCE = 25  # of a message to the person who runs the workbook
MOST_WORDS_FOR_AN_ATHLETE = 15
MOST_WORDS_FOR_A_COACH = 30
TOO_FINE_FOR_ANYBODY = re.compile(r"\d\.\d{5}|[-−]0(\.0+)?(?![.\d])")
STUMBLES = re.compile(
    r"\.\.(?!\.)|[.!?] (and|or|but) |\s[,.;](?!\d)|  |\b1 (athletes|days|reps|runs|sets|values|dates)\b"
)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.:?!])\s+", text) if part]


# --- what pages say ---


def facts_for_athletes(squad_workspace) -> Iterator[Fact]:
    for week in squad_workspace.last_week.values():
        yield from squad.facts_of(week).values()


def is_an_answer(fact: Fact) -> bool:
    """What was asked in the morning stands with its unit, behind a fold."""
    return fact.subject.startswith("wellness.")


def test_athletes_read_short_sentences_with_rounded_numbers(squad_workspace):
    facts = list(facts_for_athletes(squad_workspace))
    assert len(facts) > 100
    said = [sentence for fact in facts for sentence in sentences(fact.sentence)]
    assert [sentence for sentence in said if len(sentence.split()) > MOST_WORDS_FOR_AN_ATHLETE] == []
    assert [sentence for sentence in said if TOO_FINE.search(sentence)] == []
    assert [sentence for sentence in said if NEVER.search(sentence)] == []
    unfolded = [sentence for fact in facts if not is_an_answer(fact) for sentence in sentences(fact.sentence)]
    assert [sentence for sentence in unfolded if NOT_FOR_ATHLETES.search(sentence)] == []
    assert [sentence for sentence in said if TWICE.search(sentence)] == []


@pytest.mark.parametrize("report", ["squad_week", "block_review"])
def test_coaches_and_scientists_read_sentences_of_one_breath(report, squad_workspace):
    page = squad_workspace.squad_page if report == "squad_week" else squad_workspace.block_page
    facts = page.facts.values()
    assert len(facts) > 25
    texts = [text for fact in facts for text in (fact["sentence"], fact["coach_sentence"])]
    assert [text for text in texts if NEVER.search(text)] == []
    printed = [fact["sentence"] for fact in facts]
    assert [text for text in printed if STUMBLES.search(text)] == []
    assert [text for text in printed if TOO_FINE_FOR_ANYBODY.search(text)] == []
    said = [sentence for text in printed for sentence in sentences(text)]
    assert [sentence for sentence in said if len(sentence.split()) > MOST_WORDS_FOR_A_COACH] == []


def test_coaches_read_rounded_numbers(squad_workspace):
    said = [fact["sentence"] for fact in squad_workspace.squad_page.facts.values()]
    assert [text for text in said if TOO_FINE.search(text)] == []


def test_the_line_of_the_week_denies_no_change_that_is_told(squad_workspace):
    steady = [name for name, week in squad_workspace.last_week.items() if squad.facts_of(week)["message"].state is None]
    assert len(steady) > 3
    for name in steady:
        told = [one for one in squad_workspace.last_week[name].followed if one.change.changed]
        assert [one for one in told if not isinstance(one, SideDifference | Answers)] == []


# --- what errors say ---


def messages() -> list[tuple[str, str]]:
    """Every message of an error that is raised on purpose, each value in it as X, with its module."""
    raised = [
        (path.relative_to(PACKAGE).as_posix(), template(node.args[0]))
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args
    ]
    return [(module, text) for module, text in raised if text]


def template(node: ast.expr) -> str:
    """The text of a literal with X for each value; empty for a text that is made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) if isinstance(part, ast.Constant) else "X" for part in node.values)
    return ""


def test_every_error_message_is_found():
    assert len(messages()) > 300


def test_no_error_uses_a_word_that_no_page_uses():
    assert [one for one in messages() if NEVER.search(one[1])] == []


def test_the_sentences_of_errors_can_be_read_in_one_breath():
    long = [
        (module, sentence)
        for module, text in messages()
        for sentence in sentences(text)
        if len(sentence.split()) > MOST_WORDS_OF_A_SENTENCE
    ]
    assert long == []
