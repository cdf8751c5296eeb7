"""`make test` and `make soak` together run every test: none is in neither, and none is left out silently."""

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PYTEST = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
CHOSEN = {  # which tests each suite chooses, by their marks
    "test": re.search(r'^\t\$\(SUITE\) -m "([^"]+)"', MAKEFILE, re.MULTILINE)[1],
    "small": re.search(r"^SOAK_small := (.+)$", MAKEFILE, re.MULTILINE)[1],
    "full": re.search(r"^SOAK_full := (.+)$", MAKEFILE, re.MULTILINE)[1],
}
MARKS = [dict(zip(("soak", "scaled", "property", "full"), on, strict=True)) for on in product((True, False), repeat=4)]


def suites(marks: dict[str, bool]) -> set[str]:
    """The suites that run a test with these marks."""
    return {name for name, text in CHOSEN.items() if Expression.compile(text).evaluate(lambda mark: marks[mark])}


@pytest.mark.parametrize("marks", MARKS, ids=lambda marks: " ".join(mark for mark in marks if marks[mark]) or "none")
def test_every_test_is_in_the_suite_of_its_marks(marks):
    if marks["full"]:
        assert suites(marks) == {"full"}
    elif marks["soak"]:
        assert suites(marks) == {"small", "full"}
    elif marks["scaled"]:
        assert suites(marks) == {"test", "small", "full"}
    else:
        assert suites(marks) == ({"test", "full"} if marks["property"] else {"test"})


def test_what_is_not_full_is_run_once_more_with_stores_on_a_server():
    (chosen,) = re.findall(r'^AGAIN_full := STORE=server .*-m "([^"]+)"$', MAKEFILE, re.MULTILINE)
    assert chosen == "not full"


def test_every_file_of_tests_is_collected():
    assert PYTEST["testpaths"] == ["tests", "src/analysis"]
    assert not re.search(r"--ignore|--deselect", MAKEFILE + PYTEST["addopts"])
    with_tests = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^(?:class Test|    def test_|def test_)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert [path for path in with_tests if not Path(path).name.startswith("test_")] == []


def test_what_is_skipped_is_said_at_the_end():
    assert "-ra" in PYTEST["addopts"].split()
    assert set(re.findall(r"\$\(SUITE\).* (-r\w+)", MAKEFILE)) == {"-raP"}  # a later one replaces it


def test_continuous_integration_runs_both():
    said = (ROOT / ".ci" / "run").read_text(encoding="utf-8").split("\n")
    assert {"make lint", "make test", "make soak SCALE=small"} <= set(said)


def test_what_lies_in_soak_is_a_soak_test_and_a_property_is_tried_harder_there(request):
    """Of the tests of this run."""
    for item in request.session.items:
        if "soak" in item.path.relative_to(ROOT).parts:
            assert "soak" in item.keywords, item.nodeid
        elif getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            assert {"property", "soak"} & set(item.keywords), item.nodeid
