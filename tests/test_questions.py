"""The reference by question: each public name stands under one question, its page exists, its example runs."""

import doctest
import re
import sys
from collections import Counter

import pytest
from test_docs import DOCS

import analysis

sys.path.insert(0, str(DOCS))

import questions  # scripts beside the pages they write
import reference

ASKED = questions.questions()


@pytest.mark.parametrize("room", questions.ROOMS)
def test_each_public_name_answers_one_question(room):
    listed = Counter(name for one in ASKED for name in one.names(room))
    assert listed == Counter(getattr(analysis, room).__all__)


@pytest.mark.parametrize("room", questions.ROOMS)
def test_each_name_leads_to_a_page_that_tells_it(room):
    made = {reference.page_of(module, room): module for module in reference.modules_of(getattr(analysis, room))}
    for name, module in questions.modules_of_names(room).items():
        told = made[f"{room}/{module}.md"]
        assert name in vars(told) or told.__name__.endswith(f".{name}")
        assert len(questions.first_sentence(room, name)) > 20


def test_a_question_has_a_page_of_its_own_that_the_list_leads_to():
    made = questions.pages()
    assert len({one.page for one in ASKED}) == len({one.title for one in ASKED}) == len(ASKED) == len(made) - 1
    for one in ASKED:
        told = made[f"by_question/{one.page}.md"]
        assert f"[{one.title}](by_question/{one.page}.md)" in made["by_question.md"]
        assert [name for room in questions.ROOMS for name in one.names(room) if f"`aw.{room}.{name}`" not in told] == []


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: one.page)
def test_the_lines_that_a_question_begins_with_run(asked, squad_workspace, tmp_path, monkeypatch):
    (tmp_path / "workbook-demo").symlink_to(squad_workspace.folder)
    monkeypatch.chdir(tmp_path)
    exec(compile(questions.BEGIN + asked.example, asked.page, "exec"), {"__name__": "page"})


def test_the_names_of_the_three_questions_are_found_from_the_front_page():
    front = (DOCS / "index.md").read_text(encoding="utf-8")
    assert "](reference/by_question.md)" in front
    assert "](how-to/three-questions.md#" in front
    used = set(re.findall(r"aw\.(\w+)\.(\w+)", (DOCS / "how-to" / "three-questions.md").read_text(encoding="utf-8")))
    found = {(room, name) for one in ASKED for room in questions.ROOMS for name in one.names(room)}
    assert len(used) > 5
    assert used - found == set()


def test_each_picture_of_the_front_page_is_made_by_make_picture_and_small():
    pytest.importorskip("playwright")
    import picture

    front = (DOCS / "index.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\(pictures/(\w+)\.png\)", front)
    assert sorted(shown) == sorted([*picture.PHONES, *picture.FIGURES])
    assert {path.stem for path in picture.PICTURES.iterdir()} == set(shown)
    assert [path for path in picture.PICTURES.iterdir() if path.stat().st_size > picture.MOST_BYTES] == []


def test_the_examples_of_the_maker_of_these_pages_run():
    assert doctest.testmod(questions).failed == 0
