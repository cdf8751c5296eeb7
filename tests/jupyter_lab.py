"""A real JupyterLab on a workspace, and a notebook that is open in it as a person sees it."""

import ast
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chromium import PICTURES

START_S, RUN_S = 180, 180
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none", "autoStartDefaultKernel": True},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}
# what a cell shows, as far as a picker could change it: text, tables, and the numbers of its figures
SHOWN = """cell => {
    const outputs = cell.node.querySelector('.jp-Cell-outputWrapper');
    if (!outputs) return {text: '', figures: '', tables: ''};
    const rounded = (key, value) => ArrayBuffer.isView(value) ? Array.from(value) : value;
    const figures = [...outputs.querySelectorAll('.js-plotly-plot')].map(
        each => JSON.stringify(each.data.map(({x, y}) => [x, y]), rounded));
    const tables = [...outputs.querySelectorAll('table')].map(each => each.innerText);
    return {text: outputs.innerText, figures: figures.join('|'), tables: tables.join('|')};
}"""
CELLS = "jupyterapp.shell.currentWidget.content.widgets"


@contextmanager
def served(workspace: Path, folder: Path) -> Iterator[str]:
    """The address of `workbook lab` on a workspace, on this machine alone and with a token; ended at the end."""
    for name, settings in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    token, port = secrets.token_hex(16), free_port()
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "IdentityProvider.token": token,
        "LabApp.user_settings_dir": folder / "settings",
        "LabApp.workspaces_dir": folder / "workspaces",
        "LabApp.expose_app_in_browser": True,
    }
    words = ["--no-browser", "--allow-root", *(f"--{name}={value}" for name, value in options.items())]
    command = [sys.executable, "-m", "analysis.cli", "lab", "--workspace", str(workspace), "--", *words]
    with running(command, folder, f"http://127.0.0.1:{port}/api?token={token}"):
        yield f"http://127.0.0.1:{port}{{place}}?token={token}"


@contextmanager
def running(command: list, folder: Path, answers: str, cwd: Path | None = None, **environment: str) -> Iterator[None]:
    """A server that keeps what it writes in `folder`; entered once it answers there, ended at the end."""
    own = {}
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        own[name] = str(folder / name.lower())
        Path(own[name]).mkdir(exist_ok=True)
    with (folder / "server.log").open("w") as log:
        env = os.environ | own | environment
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=cwd or folder)
        try:
            _await(answers, server, folder / "server.log")
            yield
        finally:
            server.terminate()  # it ends its kernels first
            server.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _await(address: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


class Live:
    """A notebook that is open in JupyterLab, with a kernel of its own."""

    def __init__(self, browser: Any, address: str, name: str):
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000})
        self.tab = self.context.new_page()
        self.requests: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.goto(address.format(place=f"/doc/tree/explore/{name}"))
        self.tab.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=START_S * 1000,
        )
        self.name = Path(name).stem

    def __enter__(self) -> "Live":
        return self

    def __exit__(self, *_problem: object) -> None:
        self.tab.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.context.close()

    def run_all(self) -> None:
        """Run every cell; none of them may raise."""
        self.tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.settled()
        raised = self.errors()
        assert raised == []

    def settled(self) -> None:
        """Wait until the kernel has nothing to do and what it sent is drawn."""
        for _ in range(2):  # what is drawn may ask the kernel for more
            self.tab.wait_for_function(
                "jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'", timeout=RUN_S * 1000
            )
            self.tab.wait_for_timeout(400)

    def errors(self) -> list[str]:
        return self.tab.evaluate(
            f"""{CELLS}.filter(cell => cell.model.type === 'code').flatMap(cell => cell.model.outputs.toJSON())
            .filter(output => output.output_type === 'error').map(output => output.evalue)"""
        )

    def shown(self) -> list[dict[str, str]]:
        """What each cell shows."""
        return self.tab.evaluate(f"{CELLS}.map({SHOWN})")

    def mark_outputs(self) -> None:
        """Mark what is on the screen now: what is drawn again loses its mark."""
        self.tab.evaluate("document.querySelectorAll('.jp-OutputArea-output > *').forEach(one => { one.mark = true; })")

    def until_drawn(self, cell: int) -> None:
        """Wait until something of a cell was drawn since the marks were set: some cells ask all of a squad."""
        end = time.monotonic() + RUN_S
        while cell not in self.drawn_again():
            assert time.monotonic() < end, f"Cell {cell} is as it was {RUN_S} s ago."
            self.tab.wait_for_timeout(200)

    def drawn_again(self) -> set[int]:
        """The cells of which something was drawn since the marks were set."""
        return set(
            self.tab.evaluate(
                f"""{CELLS}.map((cell, at) => [...cell.node.querySelectorAll('.jp-OutputArea-output > *')]
                .every(one => one.mark) ? -1 : at).filter(at => at >= 0)"""
            )
        )

    def questions_without_a_word(self) -> list[str]:
        """The headings below which there are cells to show something, and none does."""
        silent, heading, cells, words = [], "", 0, 0
        for source, kind, shown in self.tab.evaluate(
            f"{CELLS}.map(cell => [cell.model.sharedModel.source, cell.model.type, ({SHOWN})(cell)])"
        ):
            if kind == "markdown" and source.startswith("#"):
                silent += [heading] if cells and not words else []
                heading, cells, words = source.splitlines()[0], 0, 0
            elif kind == "code" and heading.startswith("## "):
                last = (ast.parse(source).body or [None])[-1]  # an assignment shows nothing
                cells += isinstance(last, ast.Expr)
                words += bool(shown["text"].strip() or shown["figures"])
        return silent + ([heading] if cells and not words else [])

    def outputs_of(self, cell: int) -> Any:
        """What a cell shows, as a place of the page."""
        return self.tab.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-Cell-outputWrapper")

    def cell_of(self, element: Any) -> int:
        """The cell that holds an element."""
        return element.evaluate(f"element => {CELLS}.findIndex(cell => cell.node.contains(element))")

    def picture(self, name: str = "") -> Path:
        """The whole notebook as a picture beside those of the other tests."""
        height = self.tab.evaluate("document.querySelector('.jp-WindowedPanel-inner').scrollHeight")
        self.tab.set_viewport_size({"width": 1280, "height": min(height + 200, 12000)})
        self.tab.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
        PICTURES.mkdir(exist_ok=True)
        path = PICTURES / f"lab_{name}{self.name}.png"
        self.tab.wait_for_timeout(300)
        self.tab.screenshot(path=path)
        return path
