"""Pages on a cluster: the bundle travels, the page comes back; a worker that is lost costs no page."""

import os
import signal
import sys

import pytest
import report_notebooks
from click.testing import CliRunner
from test_bundle import UNTIL, squad  # noqa: F401 - a fixture
from test_manifest import PLAIN

from analysis.base.errors import UsageProblem
from analysis.cli import main
from analysis.report.due import Job
from analysis.report.engine import cluster, fan_out
from analysis.report.engine.cluster import Cluster
from analysis.report.engine.manifest import Manifest

distributed = pytest.importorskip("distributed")

JOBS = [Job("plain", name, UNTIL) for name in ("alder1", "birch1")]


@pytest.fixture
def planned(squad):  # noqa: F811
    report_notebooks.write(squad.folder / "notebooks" / "reports" / "plain.ipynb", PLAIN)
    return squad


def test_without_the_library_it_is_said_how_to_get_it(planned, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageProblem, match=r"athlete-workbook\[cluster\]"):
        list(fan_out.render_all(planned, JOBS, 1, False, cluster=Cluster("tcp://127.0.0.1:1")))
    assert "in work" not in set(planned.store.frame("pages")["state"])


OUTSIDE = (
    "tcp://hall.example:8786",
    "hall:8786",
    "10.0.0.7:8786",
    "tcp://[2001:db8::1]:8786",
    "ws://hall:80",
    "tcp://",
)
CLOSED = ("tls://hall:8786", "wss://hall:443", "tcp://127.0.0.1:8786", "127.1.2.3:1", "tcp://[::1]:8786", "localhost:1")


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_cluster_beyond_this_machine_needs_tls_or_a_word(address):
    with pytest.raises(UsageProblem, match="beyond this machine and does not use TLS"):
        Cluster(address)
    assert Cluster(address, in_the_clear=True).address == address


@pytest.mark.parametrize("address", CLOSED)
def test_nobody_listens_on_this_machine_or_within_tls(address):
    assert Cluster(address).address == address


def test_the_command_says_that_nothing_was_sent(planned):
    words = ["run", "--due", "--workspace", str(planned.folder), "--cluster", "tcp://hall.example:8786"]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "--cluster-in-the-clear" in done.output) == (2, True)
    alone = CliRunner().invoke(main, [*words[:-2], "--cluster-in-the-clear"])
    assert (alone.exit_code, "Say its address too" in alone.output) == (2, True)


@pytest.fixture
def request_of_alder(planned):
    """What is sent to a worker for a page."""
    plan = fan_out._plan(Manifest.read(planned), JOBS[0], False)
    yield plan.arguments
    fan_out._discard(plan.bundle)


def test_a_worker_with_another_version_refuses_in_words(request_of_alder, monkeypatch):
    monkeypatch.setattr(cluster, "_by_warm_parent", lambda _request: pytest.fail("a page was made"))
    said = cluster.rendered(cluster._packed(request_of_alder), request_of_alder | {"key": "of another version"})
    assert said["failed"].startswith("This worker has another version of the workbook, of Python or of a library.")


def test_a_page_that_came_back_and_cannot_be_written_fails_alone(request_of_alder, tmp_path):
    (tmp_path / "file").touch()
    came_back = {"page": b"<p>", "facts": b"{}", "seconds": 1.0}
    said = cluster._published(request_of_alder | {"output": str(tmp_path / "file" / "page.html")}, came_back)
    assert "cannot be written: " in said["failed"]


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")  # of the library's own sockets
def test_two_workers_make_the_pages_and_one_that_is_lost_costs_none(planned):
    with distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as local:
        where = Cluster(local.scheduler_address)
        pages = fan_out.render_all(planned, JOBS, 2, False, cluster=where)
        first = next(pages)
        os.kill(next(iter(local.workers.values())).pid, signal.SIGKILL)  # the library's own kill leaves an event loop
        done = [first, *pages]
        assert {one.state for one in done} == {"rendered"}, [one.error for one in done]
        assert "1 sets" in JOBS[1].page(planned).read_text(encoding="utf-8")
        again = list(fan_out.render_all(planned, JOBS, 2, False, cluster=where))
        assert {one.state for one in again} == {"unchanged"}
