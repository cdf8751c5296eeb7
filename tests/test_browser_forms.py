"""Shared pages in Debian's chromium: a locked page opens by its passphrase alone, a folder has one plotly for all."""

import functools
import http.server
import re
import threading
from itertools import product
from pathlib import Path

import pytest
from chromium import CHROMIUM, Opened, sticks_out, violations
from report_notebooks import write_week
from soak_scale import few_of

from analysis.report.engine.render import render
from analysis.report.locked import new_passphrase
from analysis.report.scripts import PLOTLY, put_library
from analysis.report.share import shared

pytestmark = [
    pytest.mark.soak,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]

REFUSED = "That passphrase does not open this page."
NOT_WHOLE = "This file is not whole, or it was altered."


@pytest.fixture(scope="module")
def week(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("week")
    return render(write_week(folder / "week.ipynb"), {}, folder / "reports" / "week.html", workspace=folder).page


@pytest.fixture(scope="module")
def passphrase() -> str:
    return new_passphrase()


@pytest.fixture(scope="module")
def locked_week(week, passphrase) -> Path:
    path = week.with_name("locked.html")
    path.write_text(shared(week, "locked", passphrase), encoding="utf-8")
    return path


def type_and_open(opened: Opened, passphrase: str) -> None:
    opened.tab.get_by_label("Type the passphrase").fill(passphrase)
    opened.tab.get_by_role("button", name="Open").click()


def refusal(opened: Opened) -> str:
    said = opened.tab.locator("#said").filter(has_text=re.compile(r"\.$"))  # "Opening …" is no answer yet
    said.wait_for(timeout=20_000)
    return said.inner_text()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.soak)])
def test_a_locked_page_opens_with_its_passphrase_and_draws_its_figures(browser, locked_week, passphrase, scheme):
    with Opened(browser, locked_week, 360, scheme) as opened:
        opened.picture(f"locked_360_{scheme}")
        assert violations(opened.tab) == []
        type_and_open(opened, f" {passphrase.replace('-', ' ').upper()} ")
        opened.tab.get_by_role("heading", name="Your deadlift is clearly faster").wait_for(timeout=20_000)
        opened.scroll_to_figures()
        opened.picture(f"unlocked_360_{scheme}")
        assert "Clearly faster since 12 May." in " ".join(opened.tab.inner_text("main").split())
        assert opened.tab.title() == "Alder, 29 June – 5 July 2026: Your deadlift is clearly faster"
        assert opened.tab.locator("form").count() == 0
        assert sticks_out(opened.tab) == []
        assert opened.requests == [locked_week.as_uri()]
        assert opened.complaints == []


def test_a_locked_page_refuses_a_wrong_passphrase_and_then_takes_the_right_one(browser, locked_week, passphrase):
    with Opened(browser, locked_week) as opened:
        type_and_open(opened, new_passphrase())
        assert refusal(opened).startswith(REFUSED)
        assert "Alder" not in opened.tab.content()
        type_and_open(opened, passphrase[:-1])
        assert refusal(opened) == "A passphrase has 25 letters. You typed 24."
        type_and_open(opened, passphrase)
        opened.tab.get_by_role("heading", name="Your deadlift is clearly faster").wait_for(timeout=20_000)


def altered(file: str, element: str, place: int) -> str:
    """The file with one letter of an element changed."""
    start = file.index(f'id="{element}">') + len(f'id="{element}">') + place
    return file[:start] + ("A" if file[start] != "A" else "B") + file[start + 1 :]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: altered(file, "locked", 5000), REFUSED),
        (lambda file: altered(file, "lock", file.split('id="lock">')[1].index('"salt": "') + 10), REFUSED),
        (lambda file: altered(file, "lock", file.split('id="lock">')[1].index('"nonce": "') + 11), REFUSED),
        (lambda file: file.replace("AES-256-GCM", "AES-128-GCM", 1), REFUSED),  # authenticated, though nothing reads it
        (lambda file: file.replace('"rounds": 600000', '"rounds": 600001'), REFUSED),
        (lambda file: file.replace('"rounds": 600000', '"rounds": 1'), NOT_WHOLE),
        (lambda file: file.replace('"rounds": 600000', '"rounds": 9e99'), NOT_WHOLE),
        (lambda file: file[: len(file) // 2], (NOT_WHOLE, REFUSED)),
        (lambda file: file[: file.index('id="locked"') - 30], NOT_WHOLE),
    ],
    ids=["content", "salt", "nonce", "cipher", "rounds", "fewer rounds", "endless rounds", "cut", "without content"],
)
def test_an_altered_file_is_refused_in_words(browser, locked_week, passphrase, tmp_path, damage, said):
    file = locked_week.read_text(encoding="utf-8")
    damaged = tmp_path / "damaged.html"
    damaged.write_text(damage(file), encoding="utf-8")
    assert damaged.read_text(encoding="utf-8") != file
    with Opened(browser, damaged) as opened:
        type_and_open(opened, passphrase)
        assert refusal(opened).startswith(said)
        assert "Alder" not in opened.tab.content()


def test_a_locked_page_says_without_javascript_how_it_opens(browser, locked_week):
    with Opened(browser, locked_week, script=False) as opened:
        assert "Opening it needs JavaScript" in opened.tab.inner_text("main")
        assert not opened.tab.locator("form").is_visible()


# --- pages in a folder --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two pages with one plotly.js, as a run leaves them."""
    folder = tmp_path_factory.mktemp("folder")
    notebook = write_week(folder / "week.ipynb")
    put_library(folder)
    for name in ("one", "other"):
        page = folder / "athlete_week" / "2026-07-05" / f"{name}.html"
        render(notebook, {}, page, workspace=folder, log_folder=folder, library=f"../../{PLOTLY}")
    return folder


@pytest.fixture(scope="module")
def web(folder) -> str:
    """The same folder behind a web server of this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_said) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("where", "name"), few_of(product(("disk", "web"), ("one", "other")), enumerate))
def test_pages_of_a_folder_draw_with_one_plotly_from_disk_and_from_the_web(browser, folder, web, where, name):
    base = folder.as_uri() if where == "disk" else web
    address = f"{base}/athlete_week/2026-07-05/{name}.html"
    with Opened(browser, address) as opened:
        assert opened.tab.evaluate("window.Plotly === undefined")
        opened.scroll_to_figures()
        assert len(opened.tab.query_selector_all(".plot .plot-container")) == 2
        assert [one for one in opened.requests if not one.endswith("favicon.ico")] == [address, f"{base}/{PLOTLY}"]
        assert [one for one in opened.complaints if "404" not in one] == []  # of the favicon that browsers ask for


def test_a_page_of_a_folder_draws_alone_once_it_is_shared(browser, folder, tmp_path):
    alone = tmp_path / "alone.html"
    alone.write_text(shared(folder / "athlete_week" / "2026-07-05" / "one.html", "single"), encoding="utf-8")
    with Opened(browser, alone) as opened:
        opened.scroll_to_figures()
        assert opened.requests == [alone.as_uri()]
        assert opened.complaints == []


def test_a_page_that_lost_its_plotly_says_so_and_keeps_its_words(browser, folder, tmp_path):
    page = tmp_path / "athlete_week" / "2026-07-05" / "one.html"
    page.parent.mkdir(parents=True)
    page.write_bytes((folder / "athlete_week" / "2026-07-05" / "one.html").read_bytes())
    with Opened(browser, page) as opened:
        plot = opened.tab.locator(".plot").first
        plot.scroll_into_view_if_needed()
        plot.filter(has_text="plotly.min.js is not there").wait_for(timeout=20_000)
        assert "Clearly faster since 12 May." in " ".join(opened.tab.inner_text("main").split())
