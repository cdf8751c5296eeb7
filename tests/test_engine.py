"""The engine gives the outputs of an ordinary kernel, cell by cell, and refuses beforehand what it cannot do."""

import builtins
import gc
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
import papermill
import pytest
from IPython import get_ipython
from odd_outputs import CELLS, odd_outputs
from papermill.exceptions import PapermillExecutionError

from analysis.base.errors import UsageProblem
from analysis.report.engine import in_process as engine

pytestmark = pytest.mark.soak  # beside a kernel, which takes seconds to start

ENGINES = (engine.NAME, "nbclient")


def started(notebook, folder: Path, engine_name: str, parameters: dict, environment: dict) -> subprocess.Popen:
    """papermill's command line on a notebook, as anybody would use it."""
    given = folder / f"{engine_name}.ipynb"
    nbformat.write(notebook, given)
    output = folder / f"{engine_name}-ran.ipynb"
    command = [sys.executable, "-m", "papermill", "--engine", engine_name, "--no-progress-bar", given, output]
    said = [word for name, value in parameters.items() for word in ("--parameters", name, value)]
    everywhere = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    # a kernel that sees that name does not look below Python
    return subprocess.Popen(
        list(map(str, [*command, *said])), env=everywhere | environment, stderr=subprocess.PIPE, text=True
    )


def ran_by_both(notebook, folder: Path, parameters: dict | None = None, environment: dict | None = None) -> list:
    """The notebook as our engine and as an ordinary kernel leave it."""
    running = [started(notebook, folder, name, parameters or {}, environment or {}) for name in ENGINES]
    said = [process.communicate()[1] for process in running]
    assert running[0].returncode == running[1].returncode, said
    return [nbformat.read(folder / f"{name}-ran.ipynb", 4) for name in ENGINES]


def normal(output) -> dict:
    """An output without what differs between any two runs: times, addresses, process ids."""
    text = nbformat.v4.writes_json(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])]))
    text = re.sub(r"(ipykernel_)\d+", r"\1", text)
    text = re.sub(r"0x[0-9a-f]{6,}|ipykernel_\d*/\d+", "0x", text)
    text = re.sub(r"[\d.]+ [µmn]?s", "0 s", text)
    return nbformat.v4.reads_json(text).cells[0].outputs[0]


def normals(cell) -> list[dict]:
    """The outputs of a cell; neighbouring pieces of one stream are one, since a kernel cuts them by the clock."""
    outputs = []
    for output in map(normal, cell.outputs):
        last = outputs[-1] if outputs else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            outputs.append(output)
    return outputs


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The odd notebook by both engines: cells by name."""
    notebooks = ran_by_both(odd_outputs(), tmp_path_factory.mktemp("odd"))
    return [{cell.metadata.get("name"): cell for cell in notebook.cells} for notebook in notebooks]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_gives_what_an_ordinary_kernel_gives(both, name):
    ours, theirs = (cells[name] for cells in both)
    assert normals(ours) == normals(theirs)
    assert ours.execution_count == theirs.execution_count


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("!ls", "`!`, a shell command"),
        ("files = !ls", "`!!`, a shell command"),
        ("!!ls", "`!!`, a shell command"),
        ("if True:\n    !ls", "`!`, a shell command"),
        ("%%bash\necho 1", "`%%bash`, a program"),
        ("%%script perl\n1", "`%%script`, a program"),
        ("%pip install x", "`%pip`, a program"),
        ("await f()", "a top-level `await`"),
        ("async with f():\n    pass", "a top-level `await`"),
        ("import ipywidgets as w", "a widget"),
        ("from ipywidgets import Button", "a widget"),
        ("import matplotlib.pyplot as plt", "matplotlib"),
        ("%matplotlib inline", "`%matplotlib`, a magic of a kernel"),
        ("name = input('who?')", "`input()`, a question"),
        ("import getpass\ngetpass.getpass()", "`getpass()`, a question"),
        ("%debug", "`%debug`, a magic of a kernel"),
    ],
)
def test_what_needs_a_kernel_is_refused_before_any_cell_runs(tmp_path, source, said):
    first, second = f"open({str(tmp_path / 'ran')!r}, 'w')", f"# a comment\n{source}" if source[:2] != "%%" else source
    with pytest.raises(UsageProblem, match=re.escape(said)) as refused:
        run_here(first, second)
    assert str(refused.value).startswith(f"Code cell 2 ({second.splitlines()[0]})")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "source",
    [
        "'!ls'",
        "# !ls",
        "a = = 1",
        "async def f():\n    await g()",
        "x.input()",
        "%time 1",
        "%%capture\n1",
        "%%html\n<b>",
    ],
)
def test_what_only_looks_like_it_is_not_refused(source):
    cells = [nbformat.v4.new_code_cell(source), nbformat.v4.new_markdown_cell("!ls")]
    assert engine.refuse_what_needs_a_kernel(nbformat.v4.new_notebook(cells=cells)) is None


def test_the_process_is_afterwards_as_it_was(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = process_state()
    cells = [
        "import os, sys, warnings\nos.environ['LEFT'] = 'x'\nos.makedirs('other')\nos.chdir('other')",
        "sys.path.append('left')\nwarnings.simplefilter('ignore')\nsys.stdout = sys.__stderr__",
        "import builtins\nbuiltins.input = print\nsys.excepthook = print\nopen('f', 'w').close()",
    ]
    run_here(*cells)
    assert process_state() == before


def test_a_module_that_a_cell_imported_stays():
    sys.modules.pop("this", None)
    run_here("import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()):\n    import this")
    assert "this" in sys.modules


def test_a_cell_that_fails_ends_the_notebook_with_papermills_own_exception():
    with pytest.raises(PapermillExecutionError, match="ValueError: 40 kg is no speed") as stopped:
        run_here("raise ValueError('40 kg is no speed')", "open('/never', 'w')")
    assert stopped.value.ename == "ValueError"


def test_a_time_limit_is_refused_in_a_sentence():
    with pytest.raises(UsageProblem, match=r"cannot end a cell after 5 s\. Use papermill's own for that"):
        run_here("1", execution_timeout=5)


def run_here(*sources: str, **options) -> None:
    """Cells run by the engine in this process."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    papermill.execute_notebook(
        notebook, None, engine_name=engine.NAME, kernel_name="python3", language="python", progress_bar=False, **options
    )


def test_papermill_finds_the_engine_by_its_name_and_gives_it_parameters(tmp_path):
    cells = [nbformat.v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell("n + 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "in.ipynb")
    words = [
        "--engine",
        "in-process",
        "--kernel",
        "python3",
        "--language",
        "python",
        "--no-progress-bar",
        "-p",
        "n",
        "41",
    ]
    command = [sys.executable, "-m", "papermill", *words, tmp_path / "in.ipynb", tmp_path / "out.ipynb"]
    subprocess.run(command, check=True, capture_output=True)
    ran = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert ran.cells[-1].outputs[0].data["text/plain"] == "42"


def process_state() -> list:
    """What a cell can change of its process."""
    import __main__

    gc.collect()  # what earlier tests left open is closed before anything is counted
    descriptors = sorted(os.stat(f"/proc/self/fd/{name}").st_ino for name in (1, 2))
    return [
        dict(os.environ), Path.cwd(), list(sys.path), list(warnings.filters), sys.stdout, sys.stderr, sys.excepthook,
        sys.displayhook, builtins.input, get_ipython(), __main__, descriptors, len(os.listdir("/proc/self/fd")),
    ]  # fmt: skip
