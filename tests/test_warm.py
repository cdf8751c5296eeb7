"""Reports in forks of a warm parent: whatever a report does fails that report only, and nothing is left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from report_notebooks import write

from analysis import open_workspace
from analysis.base.errors import RenderFailed
from analysis.base.limits import limit_memory
from analysis.report.engine import forks, warm_parent
from analysis.report.engine.forks import Limits, WarmParent, render_each
from analysis.workspace import FRAMES

pytestmark = [pytest.mark.soak, pytest.mark.skipif(not forks.can_fork, reason="this system cannot fork")]

PID = "from pathlib import Path\nimport os\nPath(f'pids/{athlete_id}').write_text(str(os.getpid()))"
ONCE = "import signal\nfirst = Path('was_here')\nif not first.exists():\n    first.touch()\n    os.kill(os.getpid(), 9)"
STARTS = "import subprocess\nchild = subprocess.Popen(['sleep', '600'])\nPath('pids/sleep').write_text(str(child.pid))"
FAULTS = {  # what a report does, and the sentence of its failure; none where it is rendered
    "well": ("print('well')", None),
    "python_loop": ("while True:\n    pass", "python_loop.ipynb took longer than its 4 s"),
    "c_power": ("power = 9 ** 9 ** 9 ** 9", "c_power.ipynb took longer than its 4 s"),
    "c_loop": ("import re\nre.match('(a+)+$', 'a' * 60 + 'b')", "c_loop.ipynb took longer than its 4 s"),
    "killed": ("os.kill(os.getpid(), 9)", "The process for killed.ipynb died twice: it was killed by SIGKILL"),
    "killed_once": (ONCE, None),
    "aborted": ("os.abort()", "died twice: it was killed by SIGABRT"),
    "left": ("os._exit(0)", "died twice: it ended by itself with code 0"),
    "much": ("kept = bytearray(2**40)", "Cell 3 of much.ipynb (kept = bytearray(2**40)) stopped with MemoryError"),
    "many": ("import numpy as np\nkept = [np.empty(10**7) for _ in range(10**6)]", "stopped with"),
    "exits": ("import sys\nsys.exit(0)", "Cell 3 of exits.ipynb (import sys) ended with SystemExit"),
    "raises": ("1 / 0", "stopped with ZeroDivisionError: division by zero"),
    "shell": ("!ls", "Code cell 3 (!ls) holds `!`, a shell command"),
    "closes": ("os.closerange(3, 200)", "The process for closes.ipynb died twice"),
    "publishes_half": ("os.fsync = lambda _file: os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
    "fills_the_disk": (
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))",
        "cannot be written: File too large. Check its folder",
    ),
    "starts": (STARTS, None),
    "litters": ("import tempfile\nkept = tempfile.mkstemp(), tempfile.mkdtemp()", None),
    "well_again": ("print('well again')", None),
}  # fmt: skip
ENDLESS = ("python_loop", "c_power", "c_loop")


def request(folder: Path, name: str, *cells: str, athlete_id: str = "") -> dict:
    """What `render` is asked for: the notebook of these cells."""
    notebook = write(folder / "notebooks" / f"{name}.ipynb", *cells)
    return {
        "notebook": str(notebook),
        "parameters": {"athlete_id": athlete_id or name},
        "output": str(folder / "reports" / f"{athlete_id or name}.html"),
        "workspace": str(folder),
        "log_folder": str(folder / "log"),
    }


def is_gone(process: str) -> bool:
    for _ in range(1200):
        state = Path("/proc", process, "stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("faults")
    (made / "pids").mkdir()
    (made / "tmp").mkdir()
    (made / "reports").mkdir()
    for name in ("killed", "fills_the_disk"):
        (made / "reports" / f"{name}.html").write_text("the page before")
    return made


@pytest.fixture(scope="module")
def answers(folder):
    """All faults, two at a time: the answers by name. Only those that never end ask for a short deadline."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "tmp"))
        asked = [request(folder, name, PID, cell) for name, (cell, _) in FAULTS.items()]
        endless = [one | {"deadline_s": 4.0} for one in asked if Path(one["notebook"]).stem in ENDLESS]
        others = [one for one in asked if Path(one["notebook"]).stem not in ENDLESS]
        found = [*render_each(endless, 2, limits=Limits(memory_mib=1024))]
        found += render_each(others, 2, limits=Limits(memory_mib=1024))
        return {Path(one["notebook"]).stem: answer for one, answer in found}


@pytest.mark.parametrize("name", FAULTS)
def test_a_report_fails_alone_and_says_why(answers, name):
    said = FAULTS[name][1]
    if said is None:
        assert answers[name].keys() == {"seconds"}
    else:
        assert said in answers[name]["failed"]
        assert "Traceback" not in answers[name]["failed"]


def test_pages_are_there_for_those_that_ended_well_and_for_no_other(answers, folder):
    assert len(answers) == len(FAULTS)
    well = {name for name, (_, said) in FAULTS.items() if said is None}
    files = {path.name for path in (folder / "reports").iterdir()}
    assert files == {f"{name}.{kind}" for name in well for kind in ("html", "json")} | {
        "killed.html",
        "fills_the_disk.html",
    }
    for name in ("killed", "fills_the_disk"):
        assert (folder / "reports" / f"{name}.html").read_text() == "the page before"


def test_no_process_and_no_temporary_file_is_left(answers, folder):
    assert len(answers) == len(FAULTS)
    assert list((folder / "tmp").iterdir()) == []
    for path in (folder / "pids").iterdir():
        assert is_gone(path.read_text()), path.name


@pytest.mark.parametrize(("name", "line"), [("python_loop", "in <module>"), ("c_loop", "re/__init__.py")])
def test_a_report_that_was_too_slow_tells_where_it_was(answers, name, line):
    assert line in answers[name]["where"]


DRAW = "import random, numpy as np\nprint('drawn', random.random(), np.random.random())"
LOOK = """
import asyncio, os, threading
print("threads", os.environ.get("OMP_NUM_THREADS"), threading.active_count(), len(os.listdir("/proc/self/task")))
print("loop", asyncio._get_running_loop())
"""
WEEK = Path(__file__).parents[1] / "notebooks" / "reports" / "athlete_week.ipynb"


def pages(requests: list[dict], at_a_time: int, rehearsed: tuple[Path, ...] | None = None) -> dict[str, str]:
    """What the outputs of each page say, by athlete."""
    done = list(render_each(requests, at_a_time, rehearsed))
    assert all("seconds" in answer for _, answer in done), done
    texts = {Path(one["output"]).stem: Path(one["output"]).read_text(encoding="utf-8") for one, _ in done}
    return {name: " ".join(re.findall(r"<pre.*?</pre>", text, re.DOTALL)) for name, text in texts.items()}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """Pages of a rehearsed parent: draws of two athletes, and a look around."""
    folder = tmp_path_factory.mktemp("quiet")
    asked = [request(folder, "look", LOOK)]
    asked += [request(folder, "draw", DRAW, athlete_id=f"draw{number}") for number in range(2)]
    return pages(asked, 2, (WEEK,))


def test_children_draw_different_random_numbers(quiet):
    drawn = [re.findall(r"0\.\d+", text) for name, text in quiet.items() if name.startswith("draw")]
    assert [len(numbers) for numbers in drawn] == [2, 2]
    assert len({number for numbers in drawn for number in numbers}) == 4


def test_the_rehearsed_parent_has_one_thread_and_no_event_loop(quiet):
    assert "threads 1 1 1" in quiet["look"]
    assert "loop None" in quiet["look"]


def test_a_warm_parent_has_rehearsed_what_it_was_asked_to():
    with WarmParent(1, [WEEK]) as parent:
        assert parent.not_rehearsed == ()


def test_a_report_that_cannot_be_rehearsed_is_told_and_made_all_the_same(tmp_path, caplog):
    broken = request(tmp_path, "broken", "if athlete_id == 'rehearsal':\n    raise ValueError('not this one')")
    ((_, answer),) = render_each([broken], 1, [Path(broken["notebook"])])
    assert "failed" not in answer
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("Pages take longer than they need: broken.ipynb: Cell 2 of broken.ipynb")
    assert "stopped with ValueError: not this one." in said


def test_a_rehearsal_has_an_athlete_whose_files_were_all_taken_in():
    asked = []

    def look(arguments: dict) -> dict:
        asked.append(arguments["parameters"])
        athlete = open_workspace(arguments["workspace"]).athlete(arguments["parameters"]["athlete_id"])
        assert {name for name in FRAMES if athlete.frames[name].empty} <= {"runs", "proposals", "labels"}
        return {"failed": "said by the report"}

    failures = [f"{name}.ipynb: said by the report" for name in ("own_report", "athlete_week")]
    assert warm_parent.rehearse([WEEK], look) == failures
    assert asked == 2 * [{"athlete_id": "rehearsal", "until": "2026-07-05"}]


IMPORTS = """
import sys
before = set(sys.modules)
import pandas as pd, plotly.graph_objects as go
display(pd.DataFrame({"load_kg": [1.0, 2.0]}))
display(go.Figure(go.Scatter(x=pd.Series([1.0, 2.0]), y=[1.0, 2.0])))
print("new", [name for name in sys.modules if name.partition(".")[0] in ("pandas", "plotly", "kaleido", "narwhals")
              and name not in before])
"""


def test_a_figure_of_a_report_of_ones_own_imports_nothing_in_its_child(tmp_path):
    told = pages([request(tmp_path, "figure", IMPORTS)], 1, ())
    assert "new []" in told["figure"]


@pytest.mark.soak
def test_the_reports_of_the_workbook_can_be_rehearsed():
    with WarmParent(1, sorted(WEEK.parent.glob("*.ipynb"))) as parent:
        assert parent.not_rehearsed == ()


def test_a_parent_that_does_not_get_ready_says_so_and_nothing_runs(tmp_path, monkeypatch):
    (tmp_path / "papermill.py").write_text("raise ImportError('no papermill today')")
    monkeypatch.setitem(forks._ENVIRONMENT, "PYTHONPATH", str(tmp_path))
    with pytest.raises(RenderFailed, match=r"did not get ready: ImportError: no papermill today\. Render with"):
        list(render_each([request(tmp_path, "a", "1")], 1))
    assert not (tmp_path / "reports").exists()


def test_without_requests_nothing_is_started(monkeypatch):
    monkeypatch.setattr(forks.subprocess, "Popen", None)
    assert list(render_each([], 2)) == []


def test_when_the_parent_is_killed_its_children_go_with_it_and_another_makes_the_pages(tmp_path):
    (tmp_path / "pids").mkdir()
    first = "import time\nfirst = Path('pids/parent')\nif not first.exists():\n"
    first += "    first.write_text(str(os.getppid()))\n    time.sleep(600)"
    asked = [request(tmp_path, "waits", PID.replace("{athlete_id}", "{athlete_id}{os.getppid()}"), first)]
    asked += [request(tmp_path, "well", "1")]
    answers = {
        Path(one["notebook"]).stem: answer for one, answer in render_each(killing_the_parent(tmp_path, asked), 1)
    }
    assert [answer.keys() for answer in answers.values()] == [{"seconds"}, {"seconds"}]
    assert all(is_gone(path.read_text()) for path in (tmp_path / "pids").iterdir())


@pytest.mark.soak
def test_a_page_that_ends_its_parent_each_time_costs_no_other(tmp_path):
    ends = "import os, time\nif athlete_id == 'tree1':\n    os.kill(os.getppid(), 9)\n    time.sleep(60)"
    asked = [request(tmp_path, "page", ends, athlete_id=f"tree{number}") for number in range(5)]
    answers = {one["parameters"]["athlete_id"]: answer for one, answer in render_each(asked, 2)}
    assert "was ended twice while this one was in work" in answers.pop("tree1")["failed"]
    assert {name: list(answer) for name, answer in answers.items()} == {
        name: ["seconds"] for name in ("tree0", "tree2", "tree3", "tree4")
    }


def killing_the_parent(folder: Path, asked: list[dict]):
    """The first request, and when it runs the end of its parent; then the others."""
    yield asked[0]
    parent = folder / "pids" / "parent"
    while not (parent.exists() and parent.read_text()):
        time.sleep(0.05)
    os.kill(int(parent.read_text()), signal.SIGKILL)
    yield from asked[1:]


RUN = """
import json, sys
from analysis.report.engine.forks import render_each
for one, answer in render_each(json.loads(sys.argv[1]), 2):
    print(answer, flush=True)
"""


def test_when_the_caller_is_killed_nothing_goes_on(tmp_path):
    (tmp_path / "pids").mkdir()
    asked = [request(tmp_path, f"waits{n}", PID, "import time\ntime.sleep(600)") for n in range(2)]
    caller = subprocess.Popen([sys.executable, "-c", RUN, json.dumps(asked)], stdout=subprocess.DEVNULL)
    pids = tmp_path / "pids"
    while not (len(list(pids.iterdir())) == 2 and all(path.read_text() for path in pids.iterdir())):
        assert caller.poll() is None
        time.sleep(0.05)
    caller.kill()
    caller.wait()
    assert all(is_gone(path.read_text()) for path in pids.iterdir())


def test_a_system_without_limits_goes_on_without(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert limit_memory(1) is None
