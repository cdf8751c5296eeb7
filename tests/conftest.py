"""What holds for every test: the same examples on every run, no verdict from a clock, one example squad for all."""

import contextlib
import gc
import os
import shutil
import sys
from collections.abc import Iterator

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before numpy: a worker is one thread
    os.environ.setdefault(threads, "1")

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from soak_scale import times  # noqa: E402

ON_SERVER = os.environ.get("STORE") == "server"  # then every folder's store is a database: see on_server/
if ON_SERVER:
    sys.path.insert(0, str(Path(__file__).parent / "on_server"))
    import sitecustomize  # noqa: F401 - this process began without the folder
    import stores_on_server

    shutil.copytree = stores_on_server.copytree

settings.register_profile("workbook", deadline=None, derandomize=True, max_examples=times(10, 25, 500))
settings.load_profile("workbook")

TESTS = Path(__file__).parent
SOAK = TESTS / "soak"


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes of a file name no test: packed ones hold the second at which they were made, so workers would differ."""
    return "bytes" if isinstance(val, bytes) else None


def pytest_configure(config: pytest.Config) -> None:
    """Where stores are to lie on a server: one for all workers of the run, and for what they start."""
    if ON_SERVER and stores_on_server.SERVER not in os.environ:  # a worker has it from the process that starts it
        import postgres_server

        if postgres_server.programs() is None or not hasattr(os, "setxattr"):
            raise pytest.UsageError("STORE=server needs Linux and PostgreSQL's programs: apt-get install postgresql")
        running = contextlib.ExitStack()
        config.add_cleanup(running.close)
        os.environ["PGPASSWORD"] = postgres_server.PASSWORD
        os.environ[stores_on_server.SERVER] = running.enter_context(postgres_server.server()).url("")
        path = (stores_on_server.__file__.rpartition(os.sep)[0], os.environ.get("PYTHONPATH"))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """What lies in tests/soak, opens a browser or asks for the example squad is a soak test, a property is marked.

    Of what is left to run the first file that asks for the example squad begins, since the squad takes a while to make;
    the others that ask come when it is there, so that no worker waits for it. Files of short tests end the run, so that
    no worker ends alone: doctests, and in a soak those in which no test is longer than `make test` allows.
    """
    for item in items:
        if item.path.is_relative_to(SOAK) or item.get_closest_marker("browser") or asks_for_the_squad(item):
            item.add_marker("soak")
        elif getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("property")
        if ON_SERVER and (of_a_file := item.get_closest_marker("sqlite")):
            item.add_marker(pytest.mark.skip(reason=f"is about a store in a file: {of_a_file.args[0]}"))
    yield
    asking = list(dict.fromkeys(item.path for item in items if asks_for_the_squad(item)))
    long = {item.path for item in items if item.get_closest_marker("soak")} or {item.path for item in items}

    def turn(item: pytest.Item) -> int:
        if item.path in asking:
            return 0 if item.path == asking[0] else 2
        return 1 if item.path in long and item.path.is_relative_to(TESTS) else 3

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """The tests and what they import stay to the end: garbage is looked for among what is made from here on.

    Libraries that collect at every call, as statsmodels does for Holm's correction, else look through all of it.
    """
    gc.collect()
    gc.freeze()


def asks_for_the_squad(item: pytest.Item) -> bool:
    """Whether a test asks for the example squad, which takes a minute to take in and render."""
    return "squad_workspace" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def squad_workspace(tmp_path_factory):
    """The example squad, taken in and rendered once for all workers of a run; read only."""
    import made_once
    import squad  # the libraries behind it take seconds to import

    return squad.example_squad(made_once.common_to_workers(tmp_path_factory.getbasetemp()))


@pytest.fixture(autouse=ON_SERVER)
def databases_go_with_their_folders(request, tmp_path_factory):
    """Where stores lie on a server: the databases of a test's own folder are dropped, as those of folders gone."""
    yield
    if ON_SERVER and "tmp_path" in (given := request.node.funcargs):
        stores_on_server.drop(given["tmp_path"], kept=tmp_path_factory.getbasetemp().parent)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of this worker, where its programs and psycopg are installed."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'athlete-workbook[postgres]'")
    import postgres_server

    if postgres_server.programs() is None:
        pytest.skip("PostgreSQL's programs are not installed: apt-get install postgresql")
    with pytest.MonkeyPatch.context() as patched, postgres_server.server() as running:
        patched.setenv("PGPASSWORD", postgres_server.PASSWORD)
        yield running


@pytest.fixture(scope="module")
def alder_and_birch(tmp_path_factory):
    """The folder of a workspace whose roster has Alder and Birch; read only."""
    import form_letters

    return form_letters.alder_and_birch(tmp_path_factory.mktemp("grove") / "squad")


@pytest.fixture
def squad(alder_and_birch, tmp_path):
    """A workspace with Alder and Birch of one's own."""
    from analysis import open_workspace

    copy = open_workspace(shutil.copytree(alder_and_birch, tmp_path / "squad"))
    yield copy
    copy.store.close()


@pytest.fixture(scope="session")
def kept_parents():
    """The warm parents of this worker that outlive a run."""
    from kept_parents import KeptParents

    parents = KeptParents()
    yield parents
    parents.end()


@pytest.fixture(scope="module")
def one_warm_parent(kept_parents):
    """Runs of this file make their pages by one warm parent: for files that test what a run does, not its processes."""
    from analysis.report.engine import forks

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(forks, "WarmParent", kept_parents.lent)
        yield


@pytest.fixture(params=["in-process", pytest.param("nbclient", marks=pytest.mark.full)])
def run_notebook(request, monkeypatch):
    """Runs a notebook for a workspace, from a folder: by our engine, and in a kernel in the full soak."""
    import papermill

    from analysis.report.engine.render import loop_of_a_client
    from analysis.workspace import ENVIRONMENT

    def run(notebook, workspace: Path, folder: Path, **parameters):
        monkeypatch.setenv(ENVIRONMENT, str(workspace))
        how = {"engine_name": request.param, "kernel_name": "python3", "language": "python", "progress_bar": False}
        with loop_of_a_client():
            return papermill.execute_notebook(notebook, folder / "done.ipynb", parameters, cwd=folder, **how)

    return run


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium, running; tests that need it are marked `browser`."""
    import chromium

    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
        yield running
        running.close()
