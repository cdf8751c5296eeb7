"""Whatever a parameter holds, it is refused in words or rendered as text; it never becomes code, a path or a markup."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import report_notebooks
from click.testing import CliRunner
from trees import trees

from analysis.base.errors import UsageProblem
from analysis.cli import main
from analysis.report.engine.render import render

PARAMETERS = 'note: str = "none"\nlevel: float = 0.9\nnumber: int = 1\nlast: str | None = None\nitems: list = []'
SHOW = """\
import hashlib
import json

from analysis.base.blocks import Text
from analysis.report.page import Page

page = Page("hostile", subject="tree0", name="Tree", period="June", until="2026-06-07")
with page.section("said", "What was said?"):
    given = json.dumps([note, level, number, last, items])
    page.show(Text(note), Text(f"hash {hashlib.sha256(given.encode()).hexdigest()}"))
"""
TEXTS = {
    "nothing": "",
    "a double quote": '"; import os; os.system("touch hacked") #',
    "a single quote": "'; open('hacked', 'w') #",
    "three quotes": '"""\nopen("hacked", "w")\n"""',
    "a backslash at the end": "ends with \\",
    "escapes": "\\n\\x41\\N{BULLET}\\u0041",
    "a path": "../../x",
    "an absolute path": "/etc/passwd",
    "braces": "{athlete} {note} {0} {{}} %(note)s $note ${note}",
    "jinja": "{{ 7 * 7 }}{% for x in y %}",
    "markup": "</script><script>window.ran=1</script><img src=x onerror=window.ran=1>&lt;",
    "markdown": "[x](javascript:window.ran=1) # head\n    code",
    "10,000 characters": "x" * 10_000,
    "line ends": "a\nb\r\nc\rd\u2028e\u0085f",
    "magic": "%run x\n!touch hacked\n?",
    "control letters": "\x00\x01\x1b[31m\x7f",
    "other letters": "Übung 重量 🌲 \u202eabc\u202c e\u0301",
    "text of a number": "nan",
}
REFUSED = {
    "a path": ("note", Path("x'); open('hacked', 'w') #")),
    "bytes": ("note", b"x"),
    "a number for text": ("note", 3),
    "none for text": ("note", None),
    "a list for text": ("note", ["x"]),
    "text of numpy": ("note", np.str_("x")),
    "half a letter": ("note", "\ud800"),
    "a tuple": ("items", ("x'", 2)),
    "a tuple in a list": ("items", [("x'", 2)]),
    "half a letter in a list": ("items", ["\udcff"]),
    "a set": ("items", {1}),
    "a dict": ("items", {"a": 1}),
    "an array": ("items", np.array([1.0])),
    "a series": ("items", pd.Series([1.0])),
    "not a number": ("level", float("nan")),
    "infinity": ("level", float("-inf")),
    "none for a number": ("level", None),
    "a number of numpy": ("level", np.float64(1.5)),
    "a decimal": ("level", Decimal("1.5")),
    "complex": ("level", 1j),
    "text for a number": ("level", "1.5"),
    "yes for a number": ("number", True),
    "half for a whole number": ("number", 1.5),
    "a whole number of numpy": ("number", np.int64(1)),
    "a date": ("last", dt.date(2026, 6, 7)),
    "a moment": ("last", pd.Timestamp("2026-06-07")),
    "missing": ("last", pd.NA),
    "an object": ("last", object()),
    "code for a name": ("note = 1\nimport os #", "x"),
    "a name of python": ("__name__", "x"),
    "no name": ("", "x"),
}


@pytest.fixture
def notebook(tmp_path):
    return report_notebooks.write(tmp_path / "hostile.ipynb", SHOW, parameters=PARAMETERS)


def page_with(notebook: Path, **given) -> Path:
    """The page of the notebook, made in this process."""
    folder = notebook.parent
    return render(notebook, given, folder / "out" / "page.html", workspace=folder, engine="in-process").page


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_text_to_the_last_letter(notebook, name):
    text = TEXTS[name]
    page = page_with(notebook, note=text, last=text, items=[text, [text]])
    facts = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    given = [text, 0.9, 1, text, [text, [text]]]
    assert list(facts["parameters"].values()) == given
    assert f"hash {hashlib.sha256(json.dumps(given).encode()).hexdigest()}" in page.read_text(encoding="utf-8")
    assert "<script>window" not in page.read_text(encoding="utf-8")
    assert {path.name for path in notebook.parent.rglob("*")} == {"hostile.ipynb", "out", "page.html", "page.json"}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_travel_unchanged_is_refused_in_words(notebook, name):
    key, value = REFUSED[name]
    with pytest.raises(UsageProblem) as refused:
        page_with(notebook, **{key: value})
    assert str(refused.value).startswith("hostile.ipynb")
    assert str(refused.value).endswith((".", "?", "'"))
    assert {path.name for path in notebook.parent.rglob("*")} == {"hostile.ipynb"}


@pytest.fixture(scope="module")
def squad(tmp_path_factory):
    return trees(tmp_path_factory.mktemp("hostile") / "squad", 1)


@pytest.mark.parametrize("option", ["--athlete", "REPORT", "--as-of", "--output"])
@pytest.mark.parametrize("name", [*TEXTS][::2])
def test_the_command_line_refuses_odd_words_in_a_sentence(squad, monkeypatch, name, option):
    monkeypatch.chdir(squad.folder)
    before = {path for path in squad.folder.parent.rglob("*") if "store" not in str(path)}
    given = {"REPORT": "loads", "--athlete": "tree0", "--as-of": "2026-06-07"} | {option: TEXTS[name]}
    report = given.pop("REPORT")
    words = [word for pair in given.items() for word in pair]
    result = CliRunner().invoke(main, ["report", *words, "--workspace", str(squad.folder), "--", report])
    assert result.exit_code in (1, 2), (result.output, result.exception)
    assert isinstance(result.exception, SystemExit)
    assert "Error: " in result.output
    after = {path for path in squad.folder.parent.rglob("*") if "store" not in str(path)}
    assert after - before <= {squad.reports_folder}
