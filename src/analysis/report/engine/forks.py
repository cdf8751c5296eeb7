"""Reports in forks of a warm parent, seen from the process that wants them."""

import contextlib
import json
import logging
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.base.errors import RenderFailed

DEADLINE_S, DEADLINE_OF_ONE_S = 300.0, 5.0  # of a page, and more for each athlete of a squad on it
MEMORY_MIB = 4096  # a report may take more than its parent has

_READY_S = 120  # for imports and rehearsal
_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),  # no threads to fork beside
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the other pools keep a thread
    "MALLOC_ARENA_MAX": "2",  # each arena counts against the limit of memory
}

can_fork = hasattr(os, "fork")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What a report may take; then it is ended."""

    deadline_s: float = DEADLINE_S
    memory_mib: int = MEMORY_MIB


def render_each(
    requests: Iterable[dict[str, Any]],
    at_a_time: int,
    rehearsed: Iterable[Path] | None = None,
    limits: Limits | None = None,
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each request with its answer, in the order in which they end; one that fails stops no other.

    Those that were with a parent when it died are made after the others, each by itself.

    Parameters
    ----------
    requests : iterable of dict
        Arguments of `render`, plain values. They are taken when there is room, one ahead; the parent starts with the
        first one.
    at_a_time : int
        Children at a time.
    rehearsed : iterable of Path
        Notebooks to rehearse on made-up data before anything else, and with them what reports of one's own do; None
        for no rehearsal, which is worth its time from a handful of reports on.
    limits : Limits
        Of each report.

    Yields
    ------
    The request and `{"seconds": ...}`, or `{"failed": sentence}`, with `where` the traceback of one that was too slow.

    Raises
    ------
    RenderFailed
        Where no parent gets ready; nothing has run then.
    """
    limits = limits or Limits()
    source, doubtful = iter(requests), []
    request = next(source, None)
    while request is not None:
        with WarmParent(at_a_time, rehearsed) as parent:
            while request is not None or parent.asked:
                while request is not None and len(parent.asked) <= at_a_time:
                    parent.ask(request, limits)
                    request = next(source, None)
                try:
                    number, answer = parent.answer()
                except _Gone:
                    break
                done = parent.asked.pop(number)
                yield done, _said(answer, done, limits)
        doubtful += parent.asked.values()  # one of them may have ended the parent
    for request in doubtful:
        with WarmParent(1) as parent:
            try:
                answer = answer_of(parent, request, limits)
            except RenderFailed as problem:
                answer = {"failed": str(problem)}
        yield request, answer


def too_slow(name: str, deadline_s: float) -> str:
    """What is said of a notebook that was ended at its deadline."""
    return (
        f"{name} took longer than its {deadline_s:g} s and was ended. "
        "Run it in JupyterLab to see which cell does not finish."
    )


def _for(request: dict[str, Any], limits: Limits) -> Limits:
    """The limits of one request, which may ask for a deadline of its own."""
    return replace(limits, deadline_s=request.get("deadline_s", limits.deadline_s))


def _said(answer: dict[str, Any], request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """An answer with every failure as a sentence."""
    name = Path(request["notebook"]).name
    if answer.get("late"):
        return {"failed": too_slow(name, _for(request, limits).deadline_s), "where": answer["where"]}
    if "died" in answer:
        return {
            "failed": f"The process for {name} died twice: it {answer['died']}. "
            "Check the memory of this machine, then render again."
        }
    return answer


def answer_of(parent: "WarmParent", request: dict[str, Any], limits: Limits | None = None) -> dict[str, Any]:
    """The answer to a single request of a parent that has no other.

    Raises RenderFailed where the parent is gone.
    """
    limits = limits or Limits()
    parent.ask(request, limits)
    try:
        number, answer = parent.answer()
    except _Gone:
        raise RenderFailed(
            "The process that makes reports was ended twice while this one was in work. "
            "Check the memory of this machine, then render again."
        ) from None
    parent.asked.pop(number)
    return _said(answer, request, limits)


class _Gone(Exception):
    """The parent is no more."""


class WarmParent:
    """A warm parent and the line to it; ended with everything below it when left.

    Attributes
    ----------
    asked : dict
        The requests that have no answer yet, by number.
    not_rehearsed : tuple of str
        Why some of the notebooks could not be rehearsed; its pages take longer than they need then.
    process_id : int
    """

    def __init__(self, at_a_time: int, rehearsed: Iterable[Path] | None = None):
        self.asked: dict[int, dict[str, Any]] = {}
        self.not_rehearsed: tuple[str, ...] = ()
        self._number = 0
        self._incoming = b""
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._wire, its = socket.socketpair()
        of_us = "analysis.report.engine.warm_parent"
        command = [sys.executable, "-P", "-m", of_us, str(its.fileno()), str(at_a_time)]  # -P: no module of this folder
        if rehearsed is not None:
            command += ["rehearse", *map(str, dict.fromkeys(rehearsed))]
        with its:
            self._process = subprocess.Popen(
                command,
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                env={**os.environ, **_ENVIRONMENT},
                start_new_session=True,  # an interrupt from the keyboard reaches it through this process alone
            )
        self.process_id = self._process.pid

    def __enter__(self) -> "WarmParent":
        try:
            ready = self._line(_READY_S)
        except _Gone:
            self.__exit__()
            raise RenderFailed(
                f"The process that makes reports did not get ready{self._last_words}. "
                "Render with `--engine kernel`, and check the installation with `workbook doctor`."
            ) from None
        self.not_rehearsed = tuple(ready["not_rehearsed"])
        for problem in self.not_rehearsed:
            _log.warning("Pages take longer than they need: %s", problem)
        return self

    def __exit__(self, *_problem: object) -> None:
        self._wire.close()  # what makes it end its children and itself
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        self._last_words = next((f": {line}" for line in reversed(lines) if line.strip()), "")
        self._said.close()

    def ask(self, request: dict[str, Any], limits: Limits) -> None:
        """Send a request on; its answer carries the number under which `asked` has it."""
        self._number += 1
        self.asked[self._number] = request
        line = {"number": self._number, "arguments": request, **_for(request, limits).__dict__}
        with contextlib.suppress(BrokenPipeError):  # the answer tells
            self._wire.sendall(json.dumps(line).encode() + b"\n")

    def answer(self) -> tuple[int, dict[str, Any]]:
        """The next answer with its number, when there is one."""
        answer = self._line(None)
        return answer.pop("number"), answer

    def _line(self, wait_s: float | None) -> dict[str, Any]:
        while b"\n" not in self._incoming:
            heard, _, _ = select.select([self._wire], [], [], wait_s)
            try:
                received = self._wire.recv(1 << 16) if heard else b""
            except ConnectionResetError:
                received = b""
            if not received:
                raise _Gone
            self._incoming += received
        line, _, self._incoming = self._incoming.partition(b"\n")
        return json.loads(line)
