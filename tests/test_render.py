"""Notebook and parameters in, page and facts out; and every way in which that must fail without a trace on the page."""

import ast
import html
import json
import os
import re
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.translators import PythonTranslator
from report_notebooks import ENGINE, PAGE, PARAMETERS, write, write_week

import analysis.base.files as writing
import analysis.report.engine.render as rendering
from analysis.base.errors import RenderFailed, UsageProblem
from analysis.report.engine.render import render, report_key
from analysis.report.notebook import checked_parameters, parameters_of, parts_of, read_notebook
from analysis.report.publish import check_page_path, publish

pytestmark = pytest.mark.scaled

HOSTILE = "</script><img src=x onerror=alert(1)>\"'\\\n{athlete_id} {{ 7 * 7 }}\u2028end"


def parameters(source: str) -> dict:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})])
    return parameters_of(notebook)


def rendered(folder: Path, *cells: str, given: dict | None = None, output: str = "page", **more) -> tuple[str, dict]:
    """The page and the facts of a notebook with these cells."""
    notebook = write(folder / "notebook.ipynb", *cells)
    done = render(notebook, given or {}, folder / "reports" / f"{output}.html", workspace=folder, **more)
    return done.page.read_text(encoding="utf-8"), json.loads(done.facts.read_text(encoding="utf-8"))


def words(page: str) -> str:
    """What a reader sees of a page."""
    body = page[page.index("<body>") : page.index("<script", page.index("<body>"))] if "<script" in page else page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """A typical week, rendered once."""
    folder = tmp_path_factory.mktemp("week")
    notebook = write_week(folder / "week.ipynb")
    output = folder / "reports" / "k3vd" / "athlete_week.html"
    return render(
        notebook,
        {"athlete_id": "k3vd"},
        output,
        workspace=folder,
        fingerprint="7f3a99887766",
        contact="Rowan",
        engine=ENGINE,
    )


def test_everything_the_sections_emitted_is_on_the_page(week):
    page = week.page.read_text(encoding="utf-8")
    facts = json.loads(week.facts.read_text(encoding="utf-8"))
    emitted = [section["key"] for section in facts["sections"]]
    on_page = set(re.findall(r'<section id="([^"]+)"', page))
    assert set(emitted) - on_page == {"header", "message"}  # these stand at the top
    assert len(emitted) == 11
    seen = words(page)
    for section in facts["sections"]:
        for fact in section["facts"]:
            assert fact["sentence"].removeprefix(fact["lead"] or "").strip() in seen
    assert page.count('<svg class="drawn') == 9
    assert page.count('class="plot"') == page.count('<script type="application/json"') == 2
    for said in ("deadlift is clearly faster", "3.48 s", "two more runs to go", "butt back", "Keep 60 kg"):
        assert said in seen


def test_the_page_makes_no_request_and_allows_none(week):
    page = html.unescape(week.page.read_text(encoding="utf-8"))
    assert "default-src 'none'; script-src 'sha256-" in page
    assert "unsafe-eval" not in page
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_the_footer_says_who_made_it_from_what_and_whom_to_write_to(week):
    seen = words(week.page.read_text(encoding="utf-8"))
    assert "data 7f3a9988" in seen
    assert "To ask, correct or erase: Rowan." in seen


def test_the_facts_say_whose_they_are_and_share_the_key_of_the_page(week):
    facts = json.loads(week.facts.read_text(encoding="utf-8"))
    assert facts["schema"] == 2
    assert (facts["report"], facts["subject"], facts["until"]) == ("athlete_week", "k3vd", "2026-07-05")
    assert facts["parameters"] == {"athlete_id": "k3vd", "until": "2026-07-05"}
    assert f'content="{facts["key"]}"' in week.page.read_text(encoding="utf-8")
    (speed, *_) = next(one["facts"] for one in facts["sections"] if one["key"] == "speed_at_load")
    assert speed["change"] == 0.07


def test_nothing_but_page_and_facts_is_delivered(week):
    assert {path.name for path in week.page.parent.iterdir()} == {"athlete_week.html", "athlete_week.json"}
    assert not list(week.page.parents[2].glob("kernel*"))


def test_no_path_of_this_machine_is_on_the_page(week):
    for file in (week.page, week.facts):
        text = re.sub(r'<script type="text/plain".*?</script>', "", file.read_text(encoding="utf-8"))
        assert str(week.page.parents[2]) not in text
        assert str(Path(rendering.__file__).parents[4]) not in text


def test_a_page_without_figures_carries_no_script(tmp_path):
    page, _ = rendered(tmp_path, PAGE, 'with page.section("a", "A?"):\n    page.show(Text("Yes."))', engine=ENGINE)
    assert "<script" not in page
    assert "default-src 'none'; style-src" in html.unescape(page)
    assert len(page) < 20_000


PLAIN = (
    "# md\n# A *question* of my own\n\nProse with <script>alert(1)</script>.",
    "print('said')\nimport sys\nprint('a warning', file=sys.stderr)",
    "import pandas as pd\npd.DataFrame({'load_kg': [60.0], 'note': ['<b>bold</b>']})",
    "from IPython.display import HTML, Markdown, display\n"
    "display(HTML('<script>alert(1)</script><p>words in markup</p>'), Markdown('**strong** [x](http://example.org)'))",
    "import plotly.graph_objects as go\ndisplay(*(2 * [go.Figure().add_scatter(y=[1, 2], name='</script><b>')]))",
    "display({'application/x-odd': 'unknown', 'text/plain': 'odd kind'}, raw=True)",
    "display({'image/svg+xml': '<svg onload=\"alert(1)\"/>', 'text/plain': 'drawing'}, raw=True)",
    "40 + 2",
)


def test_a_notebook_of_ones_own_loses_nothing_and_stays_harmless(tmp_path):
    page, facts = rendered(tmp_path, *PLAIN, engine=ENGINE)
    seen = words(page)
    for said in (
        "A question of my own",
        "said",
        "load_kg",
        "60.0",
        "bold",
        "words in markup",
        "strong",
        "odd kind",
        "42",
    ):
        assert said in seen
    assert "a warning" not in seen
    assert "a warning" in (tmp_path / "reports" / "log" / "notebook_reports_page.log").read_text(encoding="utf-8")
    assert page.count('class="plot"') == page.count('<script type="application/json"') == 2
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "<script>alert" not in page
    assert "<svg" not in markup
    assert "href=" not in markup
    assert facts["sections"] == []


def test_markdown_is_for_the_scientist_not_for_the_athlete(tmp_path):
    prose, section = "# md\n# How this works", 'with page.section("a", "A?"):\n    page.show(Text("Yes."))'
    assert "How this works" not in rendered(tmp_path, PAGE, prose, section, engine=ENGINE)[0]
    scientist = PAGE.replace("until=until)", 'until=until, audience="scientist")')
    page = rendered(tmp_path, scientist, prose, section, engine=ENGINE)[0]
    answer = page.index("Yes.")
    assert 0 < page.index("A?") < answer
    assert "How this works" in page


def test_any_text_travels_as_text(tmp_path):
    show = 'with page.section("a", athlete_id):\n    page.show(Text(athlete_id), Fact("b", athlete_id, "better"))'
    figure = "import plotly.graph_objects as go\nwith page.section('b', 'B?'):\n" + (
        "    page.show(go.Figure().add_bar(x=[athlete_id], y=[1]).update_layout(title=athlete_id))"
    )
    page, facts = rendered(tmp_path, PAGE, show, figure, given={"athlete_id": HOSTILE}, engine=ENGINE)
    assert facts["parameters"]["athlete_id"] == HOSTILE
    assert facts["sections"][0]["question"] == HOSTILE
    assert "<img" not in page
    assert page.count("&lt;img") == 5  # question, text, fact, caption and its label
    assert "{{ 7 * 7 }}" in page
    inert = re.findall(r'<script type="application/json" id="[^"]+">(.*?)</script>', page)
    assert json.loads(inert[0])["data"][0]["x"] == [HOSTILE.replace("<", "&lt;")]


@given(st.text())
def test_papermill_writes_any_text_as_one_literal(text):
    assert ast.literal_eval(PythonTranslator.translate(text)) == text


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("import sys\nsys.exit(0)",), "ended with SystemExit"),
        (("raise ValueError('bad load')",), "Cell 2 of notebook.ipynb (raise ValueError('bad load')) stopped with"),
        (("import os\nos._exit(0)",), "died"),
        ((PAGE, 'with page.section("a", "A?"):\n    raise KeyError("x")'), "stopped with KeyError"),
        ((PAGE, 2 * 'with page.section("a", "A?"):\n    page.show(Text("x"))\n'), "there twice"),
    ],
)
def test_a_failed_notebook_leaves_the_old_page_and_a_log(tmp_path, cells, said):
    output = tmp_path / "reports" / "page.html"
    output.parent.mkdir()
    output.write_text("old page")
    with pytest.raises(RenderFailed, match=re.escape(said)) as failed:
        rendered(tmp_path, *cells)
    assert "Traceback" not in str(failed.value)
    assert output.read_text() == "old page"
    assert {path.name for path in output.parent.iterdir()} == {"page.html", "log"}
    assert (output.parent / "log" / "notebook_reports_page.log").exists()


def test_the_log_of_a_failure_goes_when_the_report_is_well_again(tmp_path):
    log = tmp_path / "reports" / "log" / "notebook_reports_page.log"
    with pytest.raises(RenderFailed):
        rendered(tmp_path, "1 / 0", engine=ENGINE)
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")
    rendered(tmp_path, "1", engine=ENGINE)
    assert not log.exists()


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """The clock of a render goes on by 30 s with each cell that did its stint, and never else."""
    stints = tmp_path / "stints"
    stints.mkdir()
    monkeypatch.setattr(rendering, "time", SimpleNamespace(monotonic=lambda: 30.0 * len(list(stints.iterdir()))))


STINT = "import tempfile\nkept = tempfile.mkstemp(dir='stints')"


@pytest.mark.usefixtures("clock")
def test_a_looping_cell_is_ended_with_its_process(tmp_path):
    loop = "from pathlib import Path\nimport os\nPath('pid').write_text(str(os.getpid()))\nwhile True:\n    pass"
    with pytest.raises(RenderFailed, match="longer than its 61 s"):
        rendered(tmp_path, STINT, STINT, loop, deadline_s=61)
    process = Path("/proc") / (tmp_path / "pid").read_text()
    for _ in range(600):
        if not process.exists():
            break
        time.sleep(0.1)
    assert not process.exists() or "Z" in (process / "stat").read_text().split()[2]


@pytest.mark.usefixtures("clock")
def test_the_deadline_holds_for_all_cells_together(tmp_path):
    with pytest.raises(RenderFailed, match="longer than"):
        rendered(tmp_path, STINT, STINT, STINT, STINT, "import time\ntime.sleep(600)", deadline_s=100)


@pytest.mark.soak
def test_two_renders_share_nothing(tmp_path):
    canary = (
        "import os, pandas as pd\n"
        "print('before', os.environ.get('CANARY'), pd.get_option('display.max_rows'), getattr(pd, 'canary', None))\n"
        "os.environ['CANARY'], pd.canary = athlete_id, athlete_id\npd.set_option('display.max_rows', 7)"
    )
    first, _ = rendered(tmp_path, canary, given={"athlete_id": "alder"}, output="alder")
    second, _ = rendered(tmp_path, canary, given={"athlete_id": "birch"}, output="birch")
    assert "before None 60 None" in words(first)
    assert "before None 60 None" in words(second)
    assert "alder" not in second
    assert "CANARY" not in os.environ


def test_the_notebook_runs_in_its_workspace(tmp_path):
    where = "import os\nfrom pathlib import Path\nhere = Path.cwd()\n"
    where += "print(os.environ['WORKBOOK_WORKSPACE'] == str(here), here.name)"
    assert f"True {tmp_path.name}" in words(rendered(tmp_path, where)[0])


def test_braces_in_a_path_are_letters(tmp_path):
    folder = tmp_path / "{athlete_id}"
    folder.mkdir()
    rendered(folder, "1", engine=ENGINE)
    assert (folder / "reports" / "page.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["{athlete_id}"]


# --- the parameters cell -----------------------------------------------------------------------------------------


def test_parameters_are_literals_with_types():
    found = parameters(
        'athlete_id: str = "k3vd"  # whose\nlevel: float = 0.9\nbest = -1\nwho: list[str] = []\nx: str | None = None'
    )
    assert [(p.name, p.default) for p in found.values()] == [
        ("athlete_id", "k3vd"),
        ("level", 0.9),
        ("best", -1),
        ("who", []),
        ("x", None),
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("double = 2 * alpha", "computed"),
        ("until = date.today()", "computed"),
        ("import os", "does not belong"),
        ("a = b = 1", "does not belong"),
        ("a, b = 1, 2", "does not belong"),
        ("athlete_id: str", "does not belong"),
        ("a = (1, 2)", "is a tuple"),
        ("a = {'b': 1}", "is a dict"),
        ("a = 1e999", "is a float"),
        ("a = 1\na = 2", "assigned twice"),
        ("a =", "is not Python, line 1"),
    ],
)
def test_what_would_not_follow_a_given_value_is_refused(source, said):
    with pytest.raises(UsageProblem, match=said):
        parameters(source)


@pytest.mark.parametrize("tag", ["parameter", "Parameters", "other"])
def test_a_lost_or_misspelt_tag_renders_nobody(tmp_path, tag):
    notebook = write(tmp_path / "n.ipynb", "1", tag=tag)
    with pytest.raises(UsageProblem, match="0 code cells tagged 'parameters'"):
        render(notebook, {"athlete_id": "k3vd"}, tmp_path / "p.html", workspace=tmp_path)
    assert not (tmp_path / "p.html").exists()


def test_two_parameter_cells_are_refused(tmp_path):
    notebook = read_notebook(write(tmp_path / "n.ipynb"))
    notebook.cells.append(nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}))
    with pytest.raises(UsageProblem, match="2 code cells"):
        parameters_of(notebook)


def test_an_unknown_name_is_refused_with_a_suggestion():
    with pytest.raises(UsageProblem, match=r"no parameter 'athlet_id'\. Did you mean 'athlete_id'"):
        checked_parameters(parameters(PARAMETERS), {"athlet_id": "k3vd"})


@pytest.mark.parametrize(
    "value",
    [3, True, None, 1.5, ["k3vd"], ("k3vd",), Path("k3vd"), np.int64(3), np.str_("k3vd"), float("nan"), {"a": 1}],
)
def test_a_value_of_another_type_is_refused(value):
    with pytest.raises(UsageProblem, match="athlete_id = "):
        checked_parameters(parameters(PARAMETERS), {"athlete_id": value})


def test_a_whole_number_is_a_float_and_none_only_where_said():
    found = parameters("level: float = 0.9\nwho: str | None = 'a'\nitems: list = []")
    given_values = {"level": 1, "who": None, "items": [1, ["a", None]]}
    assert checked_parameters(found, given_values) == given_values
    with pytest.raises(UsageProblem, match="items"):
        checked_parameters(found, {"items": [(1, 2)]})


# --- the key, the path, publishing -------------------------------------------------------------------------------


def test_the_key_follows_the_notebook_the_parameters_and_the_data(tmp_path):
    notebook = write(tmp_path / "n.ipynb", "1")
    keys = {
        report_key(notebook, {"a": 1}, "d"),
        report_key(notebook, {"a": 2}, "d"),
        report_key(notebook, {"a": 1}, "e"),
    }
    assert report_key(notebook, {"a": 1}, "d") in keys
    write(notebook, "2")
    assert len(keys | {report_key(notebook, {"a": 1}, "d")}) == 4


@pytest.mark.parametrize("name", ["../other", "", ".", "..", ".hidden", "a b", "Ä", "{athlete}", "a\n"])
def test_a_name_leads_nowhere_else(tmp_path, name):
    with pytest.raises(UsageProblem):
        check_page_path(tmp_path / f"{name}.html")


@pytest.mark.parametrize("output", ["a/../page.html", "page.ipynb", "page", "-{a}.html"])
def test_a_page_has_a_plain_name_that_ends_in_html(tmp_path, output):
    with pytest.raises(UsageProblem):
        render(write(tmp_path / "n.ipynb", "1"), {}, tmp_path / output, workspace=tmp_path)


def test_a_stop_while_writing_leaves_the_old_files(tmp_path, monkeypatch):
    facts, page = tmp_path / "p.json", tmp_path / "p.html"
    publish({facts: "old facts", page: "old page"})

    def full(_handle):
        raise OSError("No space left on device")

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        publish({facts: "new facts", page: "new page"})
    assert (facts.read_text(), page.read_text()) == ("old facts", "old page")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_stop_between_the_two_leaves_whole_files_and_the_old_page(tmp_path, monkeypatch):
    facts, page = tmp_path / "p.json", tmp_path / "p.html"
    publish({facts: "old facts", page: "old page"})
    replace = os.replace

    def stopped(source, target):
        if target == page:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(writing.os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        publish({facts: "new facts", page: "new page"})
    assert (facts.read_text(), page.read_text()) == ("new facts", "old page")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_section_of_another_version_is_refused():
    data = {"application/vnd.workbook.section.v1+json": {"version": 2}}
    cell = nbformat.v4.new_code_cell("x", outputs=[nbformat.v4.new_output("display_data", data=data)])
    with pytest.raises(RenderFailed, match="version 2"):
        parts_of(nbformat.v4.new_notebook(cells=[cell]))


@pytest.mark.parametrize("content", [None, "not json", '{"a": 1}'])
def test_what_is_no_notebook_is_said_so(tmp_path, content):
    path = tmp_path / "n.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageProblem, match="notebook"):
        render(path, {}, tmp_path / "p.html", workspace=tmp_path)
