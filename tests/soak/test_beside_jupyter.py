"""What others put beside the workbook: Voila shows a notebook without its code, jupyter-scheduler runs one.

Both are installed from the registry into one environment made for it.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from pathlib import Path
from typing import Any

import chromium
import jupyter_lab
import nbformat
import pytest

import analysis

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs of an environment lie elsewhere there")
TOKEN = "only-for-this-test"
RUN_S = 240
CELLS = """# parameters
athlete: str = ""
---
import analysis as aw
ws = aw.open_workspace()
---
aw.explore(lambda who: ws.athlete(who).sets.tail(20), who=aw.pick.athlete(default=athlete))
---
aw.save_buttons(ws.athletes(), "athletes")
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    """The programs of an environment with both, and with all that this one has."""
    folder = tmp_path_factory.mktemp("beside")
    venv.create(folder / "venv", with_pip=False)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    in_reach = [sysconfig.get_path("purelib"), str(Path(analysis.__file__).parents[1])]
    (packages / "dependencies.pth").write_text("\n".join(in_reach), encoding="utf-8")
    programs = folder / "venv" / "bin"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python", "install"]
    pip += ["--quiet", "--no-compile"]  # few of its modules are ever loaded
    done = subprocess.run([*pip, "voila>=0.5", "jupyter-scheduler>=2.10"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"the registry was not reached: {done.stderr[-300:]}")
    return programs


@pytest.fixture(scope="module")
def workspace(squad_workspace, tmp_path_factory) -> Path:
    """The example squad with a notebook of one's own."""
    folder = tmp_path_factory.mktemp("workspace") / "squad"
    shutil.copytree(squad_workspace.folder, folder)
    parameters, *rest = (nbformat.v4.new_code_cell(text.strip()) for text in CELLS.split("---\n"))
    parameters.metadata["tags"] = ["parameters"]
    (folder / "notebooks" / "explore").mkdir(parents=True, exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[parameters, *rest], metadata=kernel)
    nbformat.write(notebook, folder / "notebooks" / "explore" / "own.ipynb")
    return folder


def paths(programs: Path, workspace: Path) -> dict[str, str]:
    """Where Jupyter finds the templates and widgets of both environments, and the notebooks their workspace."""
    share = [Path(prefix) / "share" / "jupyter" for prefix in (programs.parent, sys.prefix)]
    return {"JUPYTER_PATH": os.pathsep.join(map(str, share)), "WORKBOOK_WORKSPACE": str(workspace)}


@pytest.mark.browser
@pytest.mark.skipif(chromium.CHROMIUM is None, reason="chromium is not installed")
def test_voila_shows_a_notebook_whose_pickers_and_buttons_work(browser, environment, workspace, tmp_path):
    notebooks, port = workspace / "notebooks" / "explore", jupyter_lab.free_port()
    address = f"http://127.0.0.1:{port}/?token={TOKEN}"
    options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", f"--token={TOKEN}"]
    command = [environment / "voila", "own.ipynb", *options]
    with (
        jupyter_lab.running(
            command, tmp_path, f"http://127.0.0.1:{port}/login", notebooks, **paths(environment, workspace)
        ),
        chromium.Opened(browser, address, 1280) as page,
    ):
        page.tab.set_default_timeout(RUN_S * 1000)
        picker = page.tab.get_by_label("Athlete", exact=True)
        picker.wait_for()
        page.tab.locator("table tbody tr").first.wait_for()
        before = page.tab.locator("table").first.inner_text()
        picker.select_option("Birch")
        page.tab.wait_for_function("before => document.querySelector('table')?.innerText !== before", arg=before)
        page.tab.get_by_role("button", name="CSV", exact=True).click()
        page.tab.get_by_text("Saved").wait_for()
        page.tab.screenshot(path=chromium.PICTURES / "voila.png")
        assert page.tab.get_by_text("import analysis").count() == 0
        scripts = [url for url in page.requests if url.endswith(".js") and "//127.0.0.1:" not in url]
        assert scripts == []
    assert (notebooks / "athletes.csv").read_text(encoding="utf-8").count("\n") == 13


def test_jupyter_scheduler_runs_a_notebook_for_a_named_athlete(environment, workspace, tmp_path):
    port = jupyter_lab.free_port()
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "IdentityProvider.token": TOKEN,
        "ServerApp.root_dir": workspace / "notebooks",
    }
    words = ["--no-browser", "--allow-root", *(f"--{name}={value}" for name, value in options.items())]
    command = [environment / "python", "-P", "-m", "jupyter_server", *words]

    def ask(path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/scheduler/{path}", data, headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    alive = f"http://127.0.0.1:{port}/api?token={TOKEN}"
    with jupyter_lab.running(command, tmp_path, alive, **paths(environment, workspace)):
        job = {
            "name": "own",
            "input_uri": "explore/own.ipynb",
            "runtime_environment_name": ask("runtime_environments")[0]["name"],
            "output_formats": ["ipynb"],
            "parameters": {"athlete": '"Birch"'},  # it is put into the notebook as it is
        }
        where = f"jobs/{ask('jobs', job)['job_id']}"
        until = time.monotonic() + RUN_S
        while (done := ask(where))["status"] not in ("COMPLETED", "FAILED") and time.monotonic() < until:
            time.sleep(1)
    assert done["status"] == "COMPLETED", done["status_message"]
    (made,) = (tmp_path / "jupyter_data_dir").rglob("own-*.ipynb")
    cells = nbformat.read(made, 4).cells
    assert 'athlete = "Birch"' in [cell.source for cell in cells]
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"]
