"""Notebook and parameters in, page and facts out: run by papermill, published only when whole."""

import asyncio
import contextlib
import json
import logging
import os
import tempfile
import time
import traceback
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from analysis.base.display import METRIC
from analysis.base.errors import RenderFailed
from analysis.base.plugins import Plugin
from analysis.report import notebook as notebooks
from analysis.report.beside import beside, left_over
from analysis.report.engine.failed import failure, log_of, write_log
from analysis.report.engine.forks import too_slow
from analysis.report.engine.key import report_key, versions
from analysis.report.html import Footer, page_html
from analysis.report.page import RENDERING
from analysis.report.publish import check_page_path, publish
from analysis.workspace import ENVIRONMENT

FACTS_VERSION = 2

Runner = Literal["kernel", "in-process"]

_ENGINES = {"kernel": "workbook-kernel", "in-process": "in-process"}  # as papermill knows them
_PLUGINS = "Plug-ins"  # in the footer
_START_S = 60  # for a kernel to answer

logging.getLogger("papermill").setLevel(logging.ERROR)  # it reports every cell; the caller says what was rendered


@dataclass(frozen=True)
class Rendered:
    """A page that was published."""

    page: Path
    facts: Path
    seconds: float
    log: Path | None = None  # what the cells printed to stderr, where they did


class _KernelEngine(NBClientEngine):
    """papermill's own engine, with a folder and an environment for the kernel and one deadline for all cells."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, folder: str, environment: dict[str, str], deadline: float, **_others: Any
    ) -> NotebookNode:
        def remaining_s(_cell: NotebookNode | None = None) -> float:
            return max(deadline - time.monotonic(), 0.01)

        with tempfile.TemporaryDirectory(prefix="workbook-") as sockets:
            client = PapermillNotebookClient(
                nb_man,
                kernel_name=kernel_name,
                timeout_func=remaining_s,
                startup_timeout=max(1, min(_START_S, int(remaining_s()))),
                iopub_timeout=30,
                shutdown_kernel="immediate",  # a looping cell does not answer a polite request
                resources={"metadata": {"path": folder}},
                config=_private_to(sockets),
            )
            with loop_of_a_client():
                return client.execute(env=environment)


@contextlib.contextmanager
def loop_of_a_client() -> Iterator[None]:
    """The event loop by which a thread talks to kernels, closed at the end: jupyter makes one and closes it never.

    Where one is running already, as in a notebook, it is used by jupyter in another way and stays.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with contextlib.closing(ensure_event_loop()):
            yield
    else:
        yield


def _private_to(folder: str) -> Config:
    """Talk to the kernel through sockets in this folder where the system has them: nobody else can listen in."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})


papermill_engines.register(_ENGINES["kernel"], _KernelEngine)


def render(
    notebook: Path,
    parameters: dict[str, Any],
    output: Path,
    *,
    workspace: Path,
    deadline_s: float = 300,
    contact: str = "your coach",
    fingerprint: str = "",
    key: str | None = None,
    log_folder: Path | None = None,
    library: str | None = None,
    plugins: dict[str, str] | None = None,
    engine: Runner = "kernel",
) -> Rendered:
    """Render a report: the page at `output`, its facts beside it, `<page>.json`, and the files that it lists.

    Parameters
    ----------
    notebook : Path
        With one cell tagged `parameters` that holds literals only.
    parameters : dict
        Values of str, int, float, bool, None or lists of these; names that the notebook has.
    output : Path
        Ends in `.html`; the file's stem has letters, digits, `_`, `-` and `.` only.
    workspace : Path
        Working folder of the notebook, and what `open_workspace()` opens there.
    deadline_s : float
        For the whole notebook, in seconds; then its kernel is ended.
    contact : str
        Whom an athlete writes to, to correct or erase data.
    fingerprint : str
        Hash of the data the page rests on.
    key : str
        What `report_key` said when the page was planned; said anew by default.
    log_folder : Path
        For tracebacks and warnings; `reports/log` of the workspace by default.
    library : str
        Where plotly.js lies, as seen from the page; within the page by default.
    plugins : dict
        The plug-ins of the workspace, name and version; on an athlete's week their sections come last.
    engine : {"kernel", "in-process"}
        Where the cells run. Within this process nothing keeps the deadline, and what the cells import stays: that is
        for a process which makes one report, as the forks of a warm parent.

    Raises
    ------
    UsageProblem
        For a path, a notebook or a parameter that cannot work; nothing has run then.
    RenderFailed
        Where the notebook stopped, did not reach its end, or took too long. The page published before is untouched,
        the traceback is in `log_folder`.
    """
    started = time.monotonic()
    check_page_path(output)
    loaded = notebooks.read_notebook(notebook)
    values = notebooks.checked_parameters(notebooks.parameters_of(loaded, notebook.name), parameters, notebook.name)
    log_folder = log_folder or workspace / "reports" / "log"
    plugins = plugins or {}
    key = key or report_key(notebook, values, fingerprint, plugins)
    loaded = notebooks.with_plugged_sections(loaded, values) if plugins else loaded
    try:
        ran = _run(loaded, values, notebook.name, workspace, started + deadline_s, deadline_s, engine)
        parts = notebooks.parts_of(ran)
        made_at = datetime.now(UTC)
        about = _about(parts, notebook)
        more = about["footer"] | (
            {_PLUGINS: ", ".join(str(Plugin(*one)) for one in plugins.items())} if plugins else {}
        )
        footer = Footer(version("athlete-workbook"), fingerprint[:8], made_at.astimezone().date(), contact, more)
        bundles = [part["bundle"] for part in parts if part["kind"] == "section"]
        files = beside(bundles, output.stem)
        page = page_html(parts, about, footer, key=key, library=library)
        facts = _facts(parts, about, values, key, fingerprint, made_at) | ({"plugins": plugins} if plugins else {})
    except RenderFailed as problem:
        write_log(log_folder, notebook, output, "".join(traceback.format_exception(problem.__cause__ or problem)))
        raise
    facts_path = output.with_suffix(".json")
    told = json.dumps(facts, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    publish({**{output.with_name(name): content for name, content in files.items()}, facts_path: told, output: page})
    for path in left_over(output, files):
        path.unlink()
    log, warnings = None, notebooks.stderr_of(ran)
    if warnings:
        log = write_log(log_folder, notebook, output, warnings)
    else:
        log_of(log_folder, notebook, output).unlink(missing_ok=True)  # of a render that failed before
    return Rendered(output, facts_path, time.monotonic() - started, log)


def render_plain(arguments: dict[str, Any], engine: Runner) -> dict[str, Any]:
    """`render` with plain values in and out, so that a page can be made in any process.

    Parameters
    ----------
    arguments : dict
        Arguments of `render`, paths as text; `log_folder` too.
    engine : {"kernel", "in-process"}

    Returns
    -------
    dict with the `seconds` it took and, where the cells printed to stderr, the `log` that has it; or with the sentence
    `failed`. No exception leaves it.
    """
    paths = {name: Path(arguments[name]) for name in ("notebook", "output", "workspace", "log_folder")}
    try:
        done = render(**{**arguments, **paths}, engine=engine)
        return {"seconds": done.seconds} | ({"log": str(done.log)} if done.log else {})
    except Exception as problem:
        return {"failed": failure(problem, paths["output"])}


def _run(
    loaded: NotebookNode,
    values: dict[str, Any],
    name: str,
    workspace: Path,
    deadline: float,
    deadline_s: float,
    engine: Runner,
) -> NotebookNode:
    """The executed notebook, complete to its end marker. Nothing of it is written to disk."""
    token = uuid.uuid4().hex
    marked = notebooks.with_end_marker(loaded, token)
    environment = {"OMP_NUM_THREADS": "1", **os.environ, ENVIRONMENT: str(workspace.resolve()), RENDERING: "1"}
    try:
        ran = papermill.execute_notebook(
            marked,
            None,
            parameters=values,
            engine_name=_ENGINES[engine],
            kernel_name="python3",
            language="python",
            progress_bar=False,
            folder=str(workspace),
            environment=environment,
            deadline=deadline,
        )
    except PapermillExecutionError as problem:
        place = notebooks.cell_number(marked, problem.cell_index - bool(values))  # papermill adds a cell for values
        said = notebooks.first_line(f"{problem.ename}: {problem.evalue}", longest=300).rstrip(".")
        raise RenderFailed(
            f"Cell {place} of {name} ({notebooks.first_line(problem.source)}) stopped with {said}. "
            "Correct the notebook or its data; the traceback is in the log."
        ) from problem
    except CellTimeoutError as problem:
        raise RenderFailed(too_slow(name, deadline_s)) from problem
    except (DeadKernelError, RuntimeError) as problem:
        raise RenderFailed(
            f"The process for {name} did not start, or died. Check the memory of this machine, then render again."
        ) from problem
    notebooks.check_complete(ran, token, name)
    return ran


def _about(parts: list[dict[str, Any]], notebook: Path) -> dict[str, Any]:
    """Whose page this is, as its sections say; a notebook without sections is named after its file."""
    for part in parts:
        if part["kind"] == "section":
            return part["bundle"]["page"]
    nobody = {"report": notebook.stem, "subject": "", "name": notebook.stem, "period": "", "until": ""}
    return {**nobody, "audience": "scientist", "display": asdict(METRIC), "footer": {}}


def _facts(
    parts: list[dict[str, Any]],
    about: dict[str, Any],
    values: dict[str, Any],
    key: str,
    fingerprint: str,
    made_at: datetime,
) -> dict[str, Any]:
    """The facts of a page as other systems read them; the schema is described in docs/facts.md."""
    bundles = [part["bundle"] for part in parts if part["kind"] == "section"]
    return {
        "schema": FACTS_VERSION,
        "report": about["report"],
        "subject": about["subject"],
        "period": about["period"],
        "until": about["until"],
        "parameters": values,
        "key": key,
        "data": fingerprint,
        "versions": versions(),
        "sections": [
            {"key": bundle["key"], "question": bundle["question"], "facts": bundle["facts"] + _facts_in_blocks(bundle)}
            for bundle in bundles
        ],
        "rendered_at": made_at.isoformat(timespec="seconds"),
    }


def _facts_in_blocks(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """Facts that stand within the section's blocks, as in cells of its tables."""
    return [fact for block in bundle["blocks"] for fact in _facts_within(block)]


def _facts_within(value: Any) -> Iterator[dict[str, Any]]:
    """The facts that a block holds, wherever in it."""
    if isinstance(value, list):
        for one in value:
            yield from _facts_within(one)
    elif isinstance(value, dict):
        if {"subject", "sentence"} <= value.keys():
            yield {name: content for name, content in value.items() if name != "kind"}
        else:
            for one in value.values():
                yield from _facts_within(one)
