"""A papermill engine that runs cells in this process, with the outputs that an ordinary kernel gives.

The shell is the kernel's own, so are its messages, and papermill's own client makes outputs of them; only the sockets,
the threads and the second process between the two are left out. What cannot be done without them is refused before a
cell runs. A cell is not ended from within: who sets a deadline runs the engine in a process that can be killed.

    papermill --engine in-process in.ipynb out.ipynb
"""

import ast
import atexit
import builtins
import codecs
import contextlib
import getpass
import inspect
import io
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.session import Session
from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from traitlets.config import Config

from analysis.base.errors import UsageProblem

NAME = "in-process"

_FLUSH_S = 0.2  # a kernel sends what was printed after this long, or when something is displayed
_LANGUAGE = {
    "name": "python",
    "version": sys.version.split()[0],
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
    "pygments_lexer": f"ipython{sys.version_info[0]}",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}

_SHELL_CALLS = {"system": "!", "getoutput": "!!"}  # what IPython makes of the marks
_PROGRAMS = {
    *("bash", "cmd", "perl", "pypy", "python", "python2", "python3", "ruby", "script", "sh", "sx", "system"),
    *("conda", "mamba", "micromamba", "pip", "uv"),
}
_OF_A_KERNEL = {"autoawait", "connect_info", "debug", "edit", "gui", "pdb", "pylab", "qtconsole", "subshell"}
_NEEDS_A_KERNEL = {"anywidget": "a widget", "ipywidgets": "a widget", "matplotlib": "matplotlib"}
_ASKS = {"input", "getpass"}
_WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


class InProcessEngine(Engine):
    """papermill's engine `in-process`; `papermill.execute_notebook(..., engine_name="in-process")`."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,  # noqa: ARG003 - there is no kernel to choose
        *,
        folder: str | None = None,
        environment: dict[str, str] | None = None,
        execution_timeout: float | None = None,
        log_output: bool = False,
        stdout_file: io.TextIOBase | None = None,
        stderr_file: io.TextIOBase | None = None,
        **_others: Any,
    ) -> NotebookNode:
        """Run the cells of `nb_man.nb` in this process and leave their outputs in it.

        `folder` and `environment` are those of the cells; by default the process's own. Both are afterwards as before.

        Raises UsageProblem, before any cell has run, for what needs a kernel.
        """
        if execution_timeout:
            raise UsageProblem(
                f"The engine {NAME!r} cannot end a cell after {execution_timeout:g} s. Use papermill's own for that."
            )
        refuse_what_needs_a_kernel(nb_man.nb)
        client = _Client(nb_man, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file)
        return client.execute(folder=folder or os.getcwd(), environment=environment or {})


def refuse_what_needs_a_kernel(notebook: NotebookNode) -> None:
    """Look at every cell before any of them runs.

    Raises UsageProblem that names the first cell with a shell command, another language, a top-level `await`, a widget,
    a question to the person at the keyboard, or a magic of the kernel's own.

    >>> import nbformat
    >>> cell = nbformat.v4.new_code_cell("!ls")
    >>> refuse_what_needs_a_kernel(nbformat.v4.new_notebook(cells=[cell]))
    Traceback (most recent call last):
    ...
    analysis.base.errors.UsageProblem: Code cell 1 (!ls) holds `!`, a shell command, which needs a process of its own.
    ...
    """
    given = "injected-parameters"  # papermill's own cell, which the reader of the notebook does not count
    cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source.strip() and given not in cell.metadata.get("tags", [])
    ]
    for place, cell in enumerate(cells, start=1):
        needs = _needs_a_kernel(cell.source)
        if needs:
            first = cell.source.strip().splitlines()[0]
            raise UsageProblem(
                f"Code cell {place} ({first[:60]}) holds {needs}, which needs a process of its own. "
                "Take it out, or run the notebook in an ordinary kernel: papermill without --engine, workbook with "
                "--engine kernel."
            )


def _needs_a_kernel(source: str) -> str | None:
    """What in a cell cannot be done in this process, in words; None where all of it can."""
    try:
        python = TransformerManager().transform_cell(source)
        tree = ast.parse(python)
    except SyntaxError:
        return "a top-level `await`" if _is_awaited(source) else None  # a cell that is not Python fails when it runs
    if _is_awaited(python):
        return "a top-level `await`"
    return next((needs for node in ast.walk(tree) if (needs := _node_needs_a_kernel(node))), None)


def _is_awaited(source: str) -> bool:
    """True where a cell awaits outside of a function."""
    try:
        code = compile(source, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return bool(code.co_flags & inspect.CO_COROUTINE)


def _node_needs_a_kernel(node: ast.AST) -> str | None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        return next((_NEEDS_A_KERNEL[top] for name in names if (top := name.split(".")[0]) in _NEEDS_A_KERNEL), None)
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return f"`{node.func.id}()`, a question to a person" if node.func.id in _ASKS else None
    if not isinstance(node.func, ast.Attribute):
        return None
    of_the_shell = isinstance(node.func.value, ast.Call) and ast.unparse(node.func.value.func) == "get_ipython"
    if not of_the_shell:
        return f"`{node.func.attr}()`, a question to a person" if ast.unparse(node.func) == "getpass.getpass" else None
    if node.func.attr in _SHELL_CALLS:
        return f"`{_SHELL_CALLS[node.func.attr]}`, a shell command"
    if node.func.attr in ("run_line_magic", "run_cell_magic") and isinstance(node.args[0], ast.Constant):
        name, mark = str(node.args[0].value), "%" if node.func.attr == "run_line_magic" else "%%"
        if name in _PROGRAMS:
            return f"`{mark}{name}`, a program of its own"
        if name in _OF_A_KERNEL or "matplotlib" in name:
            return f"`{mark}{name}`, a magic of a kernel"
    return None


class _Client(PapermillNotebookClient):
    """papermill's client with a shell in this process where it has a kernel elsewhere."""

    def execute(self, *, folder: str, environment: dict[str, str]) -> NotebookNode:
        self.reset_execution_trackers()
        with _process_as_before(), _shell(self._received) as self.shell:
            os.environ.update(environment)
            os.chdir(folder)
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = _LANGUAGE
        return self.nb

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_others: Any) -> NotebookNode:
        """Run one cell; its outputs arrive by `_received` while it runs.

        Raises CellExecutionError where it failed and was not tagged `raises-exception`.
        """
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        self.code_cells_executed += 1
        self.clear_before_next_output = False
        cell.outputs = []
        cell.execution_count = self.shell.shell.execution_count
        self._running = cell, cell_index
        times = cell.metadata["execution"] = {"iopub.status.busy": timestamp(), "iopub.execute_input": timestamp()}
        failed = self.shell.run(cell.source)
        times["shell.execute_reply"] = times["iopub.status.idle"] = timestamp()
        allowed = self.allow_errors or "raises-exception" in tags
        if failed and not allowed:
            raise CellExecutionError.from_cell_and_msg(cell, failed)
        return cell

    def _received(self, message: dict[str, Any]) -> None:
        if _WIDGET_MIME in message["content"].get("data", {}):
            raise RuntimeError("A widget needs a kernel. Run the notebook in an ordinary one: --engine kernel.")
        self.process_message(message, *self._running)


class _Messages(Session):
    """Hands over each message, as it would arrive through a socket: packed and unpacked."""

    def __init__(self, receive: Callable[[dict[str, Any]], None]):
        super().__init__(key=b"")
        self._receive = receive

    def send(self, _stream: Any, message: dict | str, content: dict | None = None, *_rest: Any, **_more: Any) -> None:
        if isinstance(message, str):
            message = self.msg(message, content)
        parcel: Any = self.pack(message["content"])
        self._receive({**message, "content": self.unpack(parcel)})


class _Stream(io.TextIOBase):
    """What `print` writes to: sent on when something is displayed, after a while, or at the end of the cell.

    What is written to the file descriptor below it, as by a C library or a child process, comes in its place.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, descriptor: int, messages: _Messages):
        self.name, self._descriptor, self._messages = name, descriptor, messages
        self._text = io.StringIO()
        self.waits_since: float | None = None
        self._below = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the stream
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.others: tuple[_Stream, ...] = ()  # that may have waited longer

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._flush_overdue()
        self._take_from_below()
        self._put(text)
        return len(text)

    def flush(self) -> None:
        self._take_from_below()
        text = self._text.getvalue()
        self._text, self.waits_since = io.StringIO(), None
        if text:
            self._messages.send(None, "stream", {"name": self.name, "text": text})

    def close(self) -> None:
        """Only the file below is closed: cells keep references to a stream."""
        self._below.close()

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """This stream as sys.stdout or sys.stderr, and its file as the descriptor below."""
        before, copy = getattr(sys, self.name), os.dup(self._descriptor)
        before.flush()
        os.dup2(self._below.fileno(), self._descriptor)
        setattr(sys, self.name, self)
        try:
            yield
        finally:
            self.flush()
            setattr(sys, self.name, before)
            os.dup2(copy, self._descriptor)
            os.close(copy)

    def _put(self, text: str) -> None:
        if text and self.waits_since is None:
            self.waits_since = time.monotonic()
        self._text.write(text)

    def _take_from_below(self) -> None:
        size = os.fstat(self._below.fileno()).st_size
        if size > self._read:
            raw = os.pread(self._below.fileno(), size - self._read, self._read)
            self._read += len(raw)
            self._put(self._decoder.decode(raw))

    def _flush_overdue(self) -> None:
        """Send what a kernel would have sent by now, the oldest first."""
        now = time.monotonic()
        waiting = [(stream.waits_since, stream) for stream in (self, *self.others) if stream.waits_since is not None]
        for since, stream in sorted(waiting, key=lambda one: one[0]):
            if now - since > _FLUSH_S:
                stream.flush()


class _Shell:
    """A kernel's shell with a user namespace of its own, and where its output goes."""

    def __init__(self, shell: Any, messages: _Messages):
        self.shell = shell  # a ZMQInteractiveShell, whose traits no type checker knows
        self.streams = tuple(_Stream(name, place, messages) for place, name in ((1, "stdout"), (2, "stderr")))
        self.streams[0].others, self.streams[1].others = self.streams[1:], self.streams[:1]

    def run(self, source: str) -> dict[str, Any] | None:
        """Run a cell; what a kernel would reply where it failed, else None."""
        with contextlib.ExitStack() as stack:
            for stream in reversed(self.streams):  # left in turn: stdout is flushed first
                stack.enter_context(stream.in_place())
            result = self.shell.run_cell(source, store_history=True)
        self.shell.payload_manager.clear_payload()
        error = result.error_before_exec or result.error_in_exec
        if error is None and not self.shell._last_traceback_during_displayhook:
            return None
        return {
            "status": "error",
            "ename": type(error).__name__,
            "evalue": str(error),
            "traceback": self.shell._last_traceback or [],
        }


@contextlib.contextmanager
def _shell(receive: Callable[[dict[str, Any]], None]) -> Iterator[_Shell]:
    """A shell that is this process's own while it lasts."""
    messages = _Messages(receive)
    with contextlib.ExitStack() as undo:
        undo.enter_context(_no_shell_yet())
        shell: Any = ZMQInteractiveShell.instance(
            config=Config({"HistoryManager": {"enabled": False}}),
            compiler_class=XCachingCompiler,
            user_ns={},
        )
        atexit.unregister(shell.atexit_operations)  # it would collect garbage and write a history that is not kept
        undo.callback(shell.restore_sys_module_state)
        shell.display_pub.session = shell.displayhook.session = messages
        shell.displayhook.pub_socket, shell.displayhook.topic = None, None
        builtins.input = getpass.getpass = _nobody_answers
        _draw_plotly_as_in_a_kernel()
        running = _Shell(shell, messages)
        for stream in running.streams:
            undo.callback(stream.close)
        yield running


@contextlib.contextmanager
def _no_shell_yet() -> Iterator[None]:
    """Within, this process has no IPython shell; afterwards it has the one it had."""
    kinds = [kind for kind in ZMQInteractiveShell.__mro__ if issubclass(kind, InteractiveShell)]
    before = {kind: kind._instance for kind in kinds}
    for kind in kinds:
        kind._instance = None
    try:
        yield
    finally:
        for kind, instance in before.items():
            kind._instance = instance


@contextlib.contextmanager
def _process_as_before() -> Iterator[None]:
    """Environment, folder, import path, questions to a person and filters of warnings are afterwards as they were."""
    environment, folder, path = dict(os.environ), os.getcwd(), list(sys.path)
    asks = builtins.input, getpass.getpass
    hooks = sys.displayhook, sys.excepthook
    if "" not in sys.path:
        sys.path.insert(0, "")  # as a kernel does: modules beside the notebook can be imported
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        sys.path[:] = path
        builtins.input, getpass.getpass = asks
        sys.displayhook, sys.excepthook = hooks


def _nobody_answers(_prompt: str = "", *_others: Any) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _draw_plotly_as_in_a_kernel() -> None:
    """plotly chooses how to draw when it is imported; imported before there was a shell, it chose a browser."""
    module = sys.modules.get("plotly.io")
    if module is not None and "PLOTLY_RENDERER" not in os.environ:
        module.renderers.default = "plotly_mimetype"
