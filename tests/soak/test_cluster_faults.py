"""Pages on a real cluster over TLS: a worker, a page that kills workers, and a scheduler may die; no page is lost."""

import json
import time

import pytest
import report_notebooks
from click.testing import CliRunner
from dask_cluster import Certificates, certificates, dask_cluster
from processes import left
from test_fanout import TOTALS
from trees import AS_OF, made, page_of, ran, started, trees

from analysis.cli import main
from analysis.report.engine import cluster as of_cluster

pytest.importorskip("distributed")

KILLS_ITS_WORKER = """\
import os
import time
from pathlib import Path

if athlete_id == "tree1" and Path("kills").exists():
    above = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1]
    with Path("kills").open("a") as kills:
        kills.write(f"{athlete_id}\\n")
    os.kill(int(above), 9)
    time.sleep(60)
"""
PAGES = 7
WAITS = """\
import time
from pathlib import Path

while len(list(Path("reports").rglob("tree*.html"))) >= 2 and not Path("gate").exists():
    time.sleep(0.05)
"""  # the first pages are made at once, whichever they are


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, given):
    with dask_cluster(tmp_path_factory.mktemp("cluster"), given) as running:
        yield running


def words(cluster) -> list[object]:
    """Options of `workbook run` for a cluster with TLS."""
    files = {"--tls-ca": cluster.tls.authority, "--tls-cert": cluster.tls.certificate, "--tls-key": cluster.tls.key}
    return ["--cluster", cluster.address, *(word for option in files.items() for word in option)]


def test_pages_are_made_over_tls_and_left_alone_when_nothing_changed(cluster, tmp_path):
    squad = trees(tmp_path / "squad", 3)
    with (squad.folder / "workbook.toml").open("a", encoding="utf-8") as file:
        file.write('[[reports]]\nreport = "totals"\n')
    everybody = squad.folder / "notebooks" / "reports" / "totals.ipynb"
    report_notebooks.write(everybody, TOTALS, parameters='until: str = "2026-06-07"')
    ran(squad, *words(cluster), mark="tls", code=0)
    assert made(squad).keys() == {0, 1, 2}
    (page,) = squad.reports_folder.rglob("squad.html")
    assert all(f"Tree {number}: 1 sets" in page.read_text(encoding="utf-8") for number in range(3))
    again = json.loads(ran(squad, *words(cluster), "--json", mark="tls", code=0)[0])
    assert [page["state"] for page in again["pages"]] == ["unchanged"] * 4
    assert left("tls") == []


def test_without_the_right_certificates_the_scheduler_is_not_spoken_to(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(of_cluster, "_CONNECT_S", 2)
    squad = trees(tmp_path / "squad", 1)
    stranger = certificates(tmp_path / "stranger")
    plain = cluster.address.replace("tls://", "tcp://")
    theirs = ["--tls-ca", stranger.authority, "--tls-cert", stranger.certificate, "--tls-key", stranger.key]
    for options, said in (
        (["--cluster", cluster.address], "asks for certificates. Give three files: --tls-ca, --tls-cert and --tls-key"),
        (["--cluster", cluster.address, "--tls-ca", cluster.tls.authority], "asks for certificates"),
        (["--cluster", cluster.address, *theirs], f"No scheduler answers at {cluster.address}"),
        (["--cluster", plain], f"No scheduler answers at {plain}"),
        (["--cluster", plain, *words(cluster)[2:]], f"No scheduler answers at {plain}"),
    ):
        command = ["run", "--due", "--as-of", AS_OF, "--workspace", squad.folder, *options]
        result = CliRunner().invoke(main, list(map(str, command)))
        assert result.exit_code == 2, result.output
        assert said in result.output
        assert len(result.output.splitlines()) == 1
    assert made(squad) == {}


def test_a_page_that_kills_its_workers_is_set_aside_and_all_others_are_made(cluster, tmp_path):
    killings = tmp_path / "kills"
    killings.touch()
    squad = trees(tmp_path / "squad", 6, KILLS_ITS_WORKER.replace('"kills"', repr(str(killings))))
    said = json.loads(ran(squad, *words(cluster), "--json", mark="killer", code=3)[0])
    (failed,) = [page for page in said["pages"] if page["state"] == "failed"]
    assert failed["athlete_id"] == "tree1"
    assert "Its workers died each time" in failed["error"]
    assert made(squad).keys() == {0, 2, 3, 4, 5}
    assert killings.read_text().split() == ["tree1", "tree1"]
    killings.unlink()
    again = json.loads(ran(squad, *words(cluster), "--json", mark="killer", code=0)[0])
    assert sorted(page["state"] for page in again["pages"]) == ["rendered"] + ["unchanged"] * 5
    assert left("killer") == []


def test_a_cluster_without_workers_ends_the_run_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(of_cluster, "_LOOK_S", 0.2)
    monkeypatch.setattr(of_cluster, "_WORKERS_S", 1)
    squad = trees(tmp_path / "squad", 2)
    with dask_cluster(tmp_path / "cluster", workers=0) as cluster:
        command = ["run", "--due", "--as-of", AS_OF, "--workspace", squad.folder, "--cluster", cluster.address]
        result = CliRunner().invoke(main, list(map(str, command)))
    assert result.exit_code == 1
    assert f"The cluster at {cluster.address} had no worker for 1 s. Start one" in result.output
    assert "2 pages: 2 failed." in result.output


def test_when_the_scheduler_is_killed_the_next_call_makes_what_is_missing(tmp_path):
    reports, gate = tmp_path / "squad" / "reports", tmp_path / "gate"
    waits = WAITS.replace('"reports"', repr(str(reports))).replace('"gate"', repr(str(gate)))
    squad = trees(tmp_path / "squad", PAGES, waits)
    with dask_cluster(tmp_path / "cluster") as cluster:
        running = started(squad, "--cluster", cluster.address, mark="scheduler")
        while len(list(reports.rglob("tree*.html"))) < 2:
            assert running.poll() is None, running.communicate()
            time.sleep(0.05)
        cluster.running[0].kill()
        _, errors = running.communicate()
        assert running.returncode == 3, errors
        assert "Traceback" not in errors
        assert f"The scheduler at {cluster.address} went away" in errors
        stood = {number: page_of(squad, number).stat().st_mtime_ns for number in made(squad)}
        assert 2 <= len(stood) < PAGES

        gate.touch()
        cluster.start_scheduler()
        cluster.start_workers()
        said, _ = ran(squad, "--cluster", cluster.address, "--json", mark="scheduler", code=0)
    states = [page["state"] for page in json.loads(said)["pages"]]
    assert (states.count("unchanged"), states.count("rendered")) == (len(stood), PAGES - len(stood))
    assert made(squad).keys() == set(range(PAGES))
    assert all(page_of(squad, number).stat().st_mtime_ns == at for number, at in stood.items())
    assert left("scheduler") == []
