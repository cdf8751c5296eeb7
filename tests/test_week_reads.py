"""How hard an athlete's page is to read, by the grade of Flesch and Kincaid."""

import re
from collections.abc import Iterable

import pytest
import squad

from analysis.base.blocks import Fact, Lines, Measures, Sure, Text

GRADE_MOST = 8
OPEN = ("header", "message", "next", "rest", "felt", "next_week")


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", letters))
    if re.search(r"([^l]e|[^td]ed)$", letters):
        count -= 1
    return max(count, 1)


def grade(sentences: Iterable[str]) -> float:
    """School years that a reader needs: 0.39 words a sentence and 11.8 syllables a word, less 15.59 (Kincaid 1975)."""
    said = list(sentences)
    words = [word for sentence in said for word in sentence.split() if re.search(r"[a-z]", word, re.IGNORECASE)]
    return 0.39 * len(words) / len(said) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def sentences_of(blocks: Iterable) -> list[str]:
    texts = []
    for block in blocks:
        match block:
            case Fact():
                texts.append(block.sentence)
            case Text() | Sure():
                texts.append(block.text)
            case Lines():
                texts += block.lines
            case Measures():
                texts += [f"{row.name}, {row.below}." for row in block.rows if row.below]
    return [one for text in texts for one in re.split(r"(?<=[.;])\s+", text) if re.search("[a-z]", one)]


def test_every_athlete_reads_sentences_of_grade_eight_at_most(squad_workspace):
    for name, week in squad_workspace.last_week.items():
        shown = squad.section_blocks(week)
        said = [sentence for key in OPEN for sentence in sentences_of(shown[key])]
        assert grade(said) <= GRADE_MOST, name
        folded = [sentence for key, blocks in shown.items() if key not in OPEN for sentence in sentences_of(blocks)]
        assert grade(folded) <= GRADE_MOST, name


@pytest.mark.parametrize(("word", "count"), [("deadlift", 2), ("steady", 2), ("moved", 1), ("table", 2), ("one", 1)])
def test_syllables_are_groups_of_vowels(word, count):
    assert syllables(word) == count


def test_the_grade_of_a_sentence_of_short_words_is_low():
    assert grade(["The cat sat on the mat."]) == pytest.approx(-1.45, abs=0.01)
