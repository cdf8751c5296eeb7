"""What holds for every test: the same examples on every run, no verdict from a clock, one example squad for all."""

import pytest
from hypothesis import settings

settings.register_profile("workbook", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("workbook")


@pytest.fixture(scope="session")
def squad_workspace(tmp_path_factory):
    """The example squad, taken in and rendered once for all workers of a run; read only."""
    import squad  # the libraries behind it take seconds to import

    return squad.ExampleSquad(squad.shared_folder(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium, running; tests that need it are marked `browser`."""
    import chromium

    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
        yield running
        running.close()
