"""The warm parent where the system refuses: it says so for the page and serves the next one."""

import json
import os
import socket
import tempfile

import pytest

from analysis.report.engine import forks
from analysis.report.engine.warm_parent import Parent

pytestmark = pytest.mark.skipif(not forks.can_fork, reason="this system cannot fork")


def answers(requests: int) -> list[dict]:
    """What a parent in this process answers to so many requests, after that it is ready."""
    ours, its = socket.socketpair()
    with ours, its:
        for number in range(requests):
            line = {"number": number, "arguments": {"output": "page.html"}, "deadline_s": 5, "memory_mib": 512}
            ours.sendall(json.dumps(line).encode() + b"\n")
        ours.shutdown(socket.SHUT_WR)
        Parent(its, lambda _arguments: {"seconds": 0.0}, 1).serve()
        its.close()
        said = b"".join(iter(lambda: ours.recv(1 << 16), b""))
    ready, *rest = (json.loads(line) for line in said.splitlines())
    assert ready["ready"]
    return rest


def test_where_no_process_can_be_started_the_page_fails_in_words(monkeypatch, tmp_path):
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "fork", refused)
    open_before = len(os.listdir("/proc/self/fd"))
    said = [answer["failed"] for answer in answers(3)]
    assert (
        said
        == [
            "No process for the page could be started: Resource temporarily unavailable (this machine). "
            "Free some, then run again."
        ]
        * 3
    )
    assert len(os.listdir("/proc/self/fd")) == open_before
    assert list(tmp_path.iterdir()) == []


def test_where_no_temporary_folder_can_be_made_the_page_fails_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    (said,) = (answer["failed"] for answer in answers(1))
    assert f"No such file or directory ({tmp_path / 'gone'}" in said
