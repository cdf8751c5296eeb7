"""Pages on a cluster: the bundle travels, the page comes back; a worker that is lost costs no page."""

import sys

import pytest
import report_notebooks
from test_bundle import UNTIL, squad  # noqa: F401 - a fixture
from test_manifest import PLAIN

from analysis.errors import UsageProblem
from analysis.report import fanout
from analysis.report.cluster import Cluster
from analysis.report.due import Job

distributed = pytest.importorskip("distributed")

JOBS = [Job("plain", name, UNTIL) for name in ("alder1", "birch1")]


@pytest.fixture
def planned(squad):  # noqa: F811
    report_notebooks.write(squad.folder / "notebooks" / "reports" / "plain.ipynb", PLAIN)
    return squad


def test_without_the_library_it_is_said_how_to_get_it(planned, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageProblem, match=r"athlete-workbook\[cluster\]"):
        list(fanout.render_all(planned, JOBS, 1, False, cluster=Cluster("tcp://127.0.0.1:1")))
    assert "in work" not in set(planned.store.frame("pages")["state"])


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore")  # of the library's own sockets
def test_two_workers_make_the_pages_and_one_that_is_lost_costs_none(planned):
    with distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as local:
        cluster = Cluster(local.scheduler_address)
        pages = fanout.render_all(planned, JOBS, 2, False, cluster=cluster)
        first = next(pages)
        next(iter(local.workers.values())).process.process.kill()
        done = [first, *pages]
        assert {one.state for one in done} == {"rendered"}, [one.error for one in done]
        assert "1 sets" in JOBS[1].page(planned).read_text(encoding="utf-8")
        again = list(fanout.render_all(planned, JOBS, 2, False, cluster=cluster))
        assert {one.state for one in again} == {"unchanged"}
