"""The warm parent: a process that has imported and rehearsed everything, and forks one child a report.

It reads requests from a socket, a line of JSON each, and answers with lines of JSON: first that it is ready, then one a
request. It has a single thread, no event loop and no data of an athlete; what a report leaves behind in memory goes
with its child. A child that takes longer than its deadline is killed with everything it started, one that asks for more
memory than its limit gets a MemoryError, and one that died of something else is tried once more.

    python -m analysis.report.engine.warm_parent SOCKET AT_A_TIME [rehearse [NOTEBOOK ...]]
"""

import contextlib
import ctypes
import faulthandler
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.base.limits import limit_memory
from analysis.report.publish import sweep_page

TRIES = 2
WHERE = "where.txt"  # in a child's own folder: where it was when its time was over

_KILL_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_TO_SAY_WHERE_S = 0.3
_CORE = ("metrics", "models", "figures", "pages")
_RARELY = (50_000, 20, 100)  # a report ends before it has much garbage
_PARAMETERS = 'athlete_id: str = ""\nuntil: str = ""'
_OWN_REPORT = """
from analysis.figures.load_velocity import load_velocity_figure
from analysis.models.strength.load_velocity import load_velocity_profile
profile = load_velocity_profile([40.0, 50.0, 60.0, 70.0], [0.98, 0.88, 0.77, 0.67], mvt_m_s=0.25)
display(profile.tidy())
load_velocity_figure(profile)
"""  # a table and a figure, which the reports of the workbook show in another way


@dataclass(eq=False)
class _Child:
    """A forked report: its process, the pipe its answer comes through, and the folder of its temporary files."""

    request: dict[str, Any]
    process: int
    pipe: int
    folder: Path
    ends_at: float
    answer: bytearray = field(default_factory=bytearray)
    is_late: bool = False


class Parent:
    """Forks and watches children, at most `at_a_time`.

    Parameters
    ----------
    wire : socket
        Requests come in and answers go out through it.
    work : callable
        What a child does with the arguments of its request; its result is JSON-ready.
    not_rehearsed : list of str
        Why a report could not be rehearsed, for whoever waits for this to be ready.
    """

    def __init__(
        self,
        wire: socket.socket,
        work: Callable[[dict[str, Any]], dict[str, Any]],
        at_a_time: int,
        not_rehearsed: Sequence[str] = (),
    ):
        self._wire, self._work, self._at_a_time, self._not_rehearsed = wire, work, at_a_time, list(not_rehearsed)
        self._waiting: deque[dict[str, Any]] = deque()
        self._children: list[_Child] = []
        self._incoming = bytearray()

    def serve(self) -> None:
        """Until the other end of the wire is closed; then no child is left either."""
        try:
            self._say({"ready": True, "threads": threads(), "not_rehearsed": self._not_rehearsed})
            while self._listen():
                while self._waiting and len(self._children) < self._at_a_time:
                    self._begin(self._waiting.popleft())
        finally:
            for child in self._children:
                self._bury(child)

    def _listen(self) -> bool:
        """Wait for a request, an answer or a deadline; False where nobody asks any more."""
        until = min((child.ends_at for child in self._children), default=None)
        wait_s = None if until is None else max(until - time.monotonic(), 0)
        heard, _, _ = select.select([self._wire, *(child.pipe for child in self._children)], [], [], wait_s)
        for child in [child for child in self._children if child.pipe in heard]:
            self._hear(child)
        for child in [child for child in self._children if child.ends_at <= time.monotonic()]:
            self._end(child)
        return self._wire not in heard or self._read()

    def _read(self) -> bool:
        received = self._wire.recv(1 << 16)
        *lines, self._incoming = (self._incoming + received).split(b"\n")
        self._waiting.extend(json.loads(line) for line in lines)
        return bool(received)

    def _hear(self, child: _Child) -> None:
        received = os.read(child.pipe, 1 << 16)
        child.answer += received
        if not received or received.endswith(b"\n"):  # it is gone, or done
            self._done(child)

    def _end(self, child: _Child) -> None:
        """The time of a child is over: it may say where it is, then it is killed."""
        if child.is_late:
            return self._done(child)
        child.is_late, child.ends_at = True, time.monotonic() + _TO_SAY_WHERE_S
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.process, signal.SIGUSR1)

    def _done(self, child: _Child) -> None:
        self._children.remove(child)
        where, status = self._bury(child)
        request = child.request
        if child.is_late or not child.answer.endswith(b"\n"):
            sweep_page(Path(request["arguments"]["output"]))
        if child.is_late:
            answer = {"late": True, "where": where}
        elif child.answer.endswith(b"\n"):
            answer = json.loads(child.answer)
        elif request.setdefault("tries", 1) < TRIES:
            request["tries"] += 1
            return self._waiting.append(request)
        else:
            answer = {"died": _cause(status)}
        self._say({"number": request["number"], **answer})

    def _bury(self, child: _Child) -> tuple[str, int]:
        """Nothing of a child is left: what it started, its pipe, its folder. Where it was, and how it ended."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process, signal.SIGKILL)
        _, status = os.waitpid(child.process, 0)
        os.close(child.pipe)
        where = child.folder / WHERE
        text = where.read_text(encoding="utf-8", errors="replace") if where.exists() else ""
        shutil.rmtree(child.folder, ignore_errors=True)
        return text, status

    def _begin(self, request: dict[str, Any]) -> None:
        """Fork a child, or say why the system does not let us."""
        try:
            self._fork(request)
        except OSError as problem:
            at = problem.filename or "this machine"
            sentence = (
                f"No process for the page could be started: {problem.strerror} ({at}). Free some, then run again."
            )
            self._say({"number": request["number"], "failed": sentence})

    def _fork(self, request: dict[str, Any]) -> None:
        folder = Path(tempfile.mkdtemp(prefix="workbook-"))
        ours, its = os.pipe()
        try:
            process = os.fork()
        except OSError:
            os.close(ours)
            os.close(its)
            folder.rmdir()
            raise
        if process == 0:
            os.close(ours)
            _live(request, its, folder, self._work, [self._wire.fileno(), *(child.pipe for child in self._children)])
        os.close(its)
        with contextlib.suppress(OSError):  # it may have done so itself, or be gone
            os.setpgid(process, process)
        self._children.append(_Child(request, process, ours, folder, time.monotonic() + request["deadline_s"]))

    def _say(self, answer: dict[str, Any]) -> None:
        self._wire.sendall(json.dumps(answer).encode() + b"\n")


def _live(request: dict[str, Any], answers: int, folder: Path, work: Callable, not_mine: list[int]) -> None:
    """The life of a child, which never returns: its work, its answer, its end."""
    code = 1
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        _die_with_parent()
        for descriptor in not_mine:
            os.close(descriptor)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        faulthandler.register(signal.SIGUSR1, file=(folder / WHERE).open("w"), all_threads=True)
        _reseed()
        limit_memory(request["memory_mib"])
        answer = json.dumps(work(request["arguments"])).encode() + b"\n"
        while answer:
            answer = answer[os.write(answers, answer) :]
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # nothing of the parent's is run down


def _die_with_parent() -> None:
    """Ask Linux to kill this process when the parent is gone; elsewhere a child outlives it by its report at most."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_KILL_WITH_PARENT, signal.SIGKILL)


def _reseed() -> None:
    """Children are copies, and would draw the same random numbers; `random` sees to itself."""
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def threads() -> int | None:
    """How many threads this process has, native ones too; None where the system does not say."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return None


def _cause(status: int) -> str:
    """How a process ended, in words."""
    if os.WIFSIGNALED(status):
        return f"was killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"ended by itself with code {os.WEXITSTATUS(status)}"


def import_core() -> None:
    """Import what notebooks call, so that no child has to: not every notebook is rehearsed."""
    for part in _CORE:
        package = importlib.import_module(f"analysis.{part}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def rehearse(reports: list[Path], work: Callable[[dict[str, Any]], dict[str, Any]]) -> list[str]:
    """Make each report once, on made-up data, into a folder that is deleted; why some could not be, in words.

    Before them one that shows a figure and a table, as reports of the user's own do. A rehearsal only saves time: one
    that fails is no reason not to work.
    """
    import nbformat

    from analysis.report.due import is_of_squad
    from analysis.report.scripts import PLOTLY
    from analysis.workspace import rehearsal

    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        try:
            made_up = rehearsal.made_up(Path(folder))
        except Exception as problem:
            return [f"No athlete to rehearse on: {type(problem).__name__}: {problem}"]
        told, shows = nbformat.v4.new_code_cell(_PARAMETERS), nbformat.v4.new_code_cell(_OWN_REPORT)
        told.metadata["tags"] = ["parameters"]
        own_report = made_up.folder / "own_report.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[told, shows]), own_report)
        failures = []
        for report in (own_report, *reports):
            whose = {} if is_of_squad(report) else {"athlete_id": made_up.athlete_id}
            arguments = {
                "notebook": str(report),
                "parameters": {**whose, "until": made_up.until},
                "output": str(made_up.folder / "reports" / f"{report.stem}.html"),
                "workspace": folder,
                "log_folder": folder,
                "library": PLOTLY,
            }
            if failed := work(arguments).get("failed"):
                failures.append(f"{report.name}: {failed}")
    return failures


def main(descriptor: int, at_a_time: int, reports: list[Path] | None) -> None:
    """Import, rehearse unless there is nothing named `reports`, say ready, serve."""
    import pandas
    import pyarrow

    import analysis.report.engine.in_process  # noqa: F401
    from analysis.report.engine.render import render_plain

    pyarrow.set_cpu_count(1)
    pyarrow.set_io_thread_count(1)
    pandas.set_option("mode.string_storage", "python")  # of an athlete's few rows Arrow makes pages a tenth dearer
    work = functools.partial(render_plain, engine="in-process")
    not_rehearsed = []
    if reports is not None:
        import_core()
        not_rehearsed = rehearse(reports, work)
    gc.collect()
    gc.freeze()  # children do not copy what they never touch
    gc.set_threshold(*_RARELY)
    Parent(socket.socket(fileno=descriptor), work, at_a_time, not_rehearsed).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), [Path(path) for path in sys.argv[4:]] if sys.argv[3:] else None)
