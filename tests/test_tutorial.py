"""The tutorial holds: its commands, run one after the other on exported files, print what the page says they print."""

import doctest
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from exported import write_exports
from test_docs import DOCS, FENCE, ROOT, commands, whole

from analysis.cli import main
from analysis.workspace import ENVIRONMENT

pytestmark = pytest.mark.usefixtures("one_warm_parent")

TUTORIAL = DOCS / "tutorial.md"
INSTALLING = "source .venv/bin/activate"  # ends the one block that is not run: it would fetch a hundred packages
LIKE_A_READER = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def steps() -> Iterator[tuple[list[str], str | None]]:
    """What is typed, block by block, and what the page shows below it, where it shows anything."""
    fenced = FENCE.findall(TUTORIAL.read_text(encoding="utf-8"))
    for (kind, body), (next_kind, next_body) in zip(fenced, [*fenced[1:], ("", "")], strict=True):
        if kind == "sh" and INSTALLING not in body:
            yield whole(body), next_body if next_kind == "text" else None


def typed(line: str, home: Path) -> str:
    """What a line prints: a command of the workbook, or one of the three of a shell that the page needs."""
    program, *words = shlex.split(line)
    words = [word.replace("~", str(home), 1) if word.startswith("~") else word for word in words]
    if program == "workbook":
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, f"{line}: {done.output}"
        return done.output
    if program == "cd":
        os.chdir(words[0])
    elif program == "mkdir":
        Path(words[0]).mkdir()
    elif program == "cp" and words[0].endswith("/*"):
        for path in Path(words[0]).parent.iterdir():
            shutil.copy(path, words[1])
    else:
        raise AssertionError(f"The tutorial asks for {line!r}, which this test cannot type.")
    return ""


@pytest.mark.soak
def test_who_types_what_the_tutorial_says_sees_what_it_shows_and_has_a_page(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")  # as wide as the page shows it
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.chdir(tmp_path)  # taken back at the end, wherever the page goes
    write_exports(tmp_path / "exports")
    for lines, shown in steps():
        printed = "".join(typed(line, tmp_path) for line in lines)
        if shown is not None:
            assert doctest.OutputChecker().check_output(shown, printed, LIKE_A_READER), f"{lines}\n{printed}"
    (page,) = (tmp_path / "my-squad" / "reports" / "athlete_week").rglob("*.html")
    said = re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))
    assert "Romanian deadlift" in said
    assert "stronger" in said
    assert "Not enough data yet" not in said


def test_powershell_does_what_the_shell_does():
    """A block for PowerShell stands below the one for a shell and differs in the way that paths are written alone."""
    fenced = FENCE.findall(TUTORIAL.read_text(encoding="utf-8"))
    pairs = [
        (of_shell, body)
        for (before, of_shell), (kind, body) in pairwise(fenced)
        if kind == "powershell" and before == "sh"
    ]
    assert len(pairs) == sum(kind == "powershell" for kind, _ in fenced) == 2
    for of_shell, of_powershell in pairs:
        assert same_words(of_powershell) == same_words(of_shell)


def same_words(block: str) -> list[str]:
    """The lines of a block as a POSIX shell has them, but for the one that enters the environment."""
    spelt = block.replace("\\", "/").replace(".venv/Scripts/", ".venv/bin/").replace("py -3.11", "python3")
    return [line for line in spelt.splitlines() if not re.search(r"[Aa]ctivate|Set-ExecutionPolicy", line)]


def test_the_tutorial_installs_what_make_installs():
    made = (ROOT / "Makefile").read_text(encoding="utf-8").partition(".venv/demo.stamp: requirements.txt")[2]
    asked = re.findall(r"-m pip install (?:--quiet )?(.+)", made.partition("\n\n")[0])
    told = re.findall(r"bin/python -m pip install (.+)", TUTORIAL.read_text(encoding="utf-8"))
    assert asked == told


def test_the_tutorial_names_the_commands_that_lead_to_a_page():
    named = {words[1] for words in commands(TUTORIAL) if words[0] == "workbook"}
    assert {"init", "alias", "check", "ingest", "status", "lifts", "report", "run"} <= named
