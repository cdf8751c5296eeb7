"""The list of promises holds: every test that it names exists and asserts, and every hard test is on it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "promises.md"
ALSO = (ROOT / "docs" / "how-to" / "papermill.md",)  # pages that name the tests of what they claim


def named_by(page: Path) -> list[tuple[str, str]]:
    """The tests that a page names: file and function."""
    return re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page.read_text(encoding="utf-8"))


NAMED = named_by(PAGE)


@cache
def functions(file: str) -> dict[str, ast.FunctionDef]:
    """The functions of a test file by name."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def asserts(file: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function asserts something, itself or in a function of its file that it calls."""
    for node in ast.walk(functions(file)[name]):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "raises":
                return True
            if called in functions(file).keys() - seen - {name} and asserts(file, called, seen | {name}):
                return True
    return False


@pytest.mark.parametrize(("file", "test"), sorted({*NAMED, *(found for page in ALSO for found in named_by(page))}))
def test_every_test_of_a_promise_is_there_and_asserts(file, test):
    assert test in functions(file)
    assert asserts(file, test)


def test_every_promise_names_its_test_and_how_much_was_tried_when():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| Promise ")]
    assert [row for row in promises if "::test_" not in row] == []
    assert [row for row in promises if not re.search(r"\| \d[^|`]* \d{1,2} \w+ 20\d\d[^|]* \|$", row)] == []


def test_what_is_not_promised_comes_first():
    assert re.findall(r"^## (.+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)[0] == "What is not promised"


def test_every_hard_test_is_on_the_list():
    hard = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (ROOT / "tests" / "soak").glob("test_*.py")
        for name in functions(path.relative_to(ROOT).as_posix())
        if name.startswith("test_")
    }
    assert hard - set(NAMED) == set()
