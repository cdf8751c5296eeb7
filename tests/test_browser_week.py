"""The page of an athlete in Debian's chromium: short, plain, and whole whatever the size of its letters."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import squad
from chromium import CHROMIUM, FLAGS, FULL, Opened, sticks_out

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]

SCREEN = 740  # height of a phone of 360 px, px
WORDS_MOST = 250
LARGE = pytest.mark.parametrize(("font_px", "width"), [(32, 360), (16, 180)])  # large letters, and 200 % zoom


@contextmanager
def with_letters(browser, font_px: int) -> Iterator:
    """A browser whose reader has set the size of letters."""
    flags = [*FLAGS, f"--blink-settings=defaultFontSize={font_px}"]
    running = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    yield running
    running.close()


@pytest.mark.parametrize("name", squad.PAGES_OF)
def test_a_week_is_read_in_two_and_a_half_screens_of_few_words(browser, squad_workspace, name):
    with Opened(browser, squad_workspace.page(name).path) as opened:
        assert opened.tab.evaluate("document.documentElement.scrollHeight") <= 2.5 * SCREEN
        assert len(opened.tab.inner_text("main").split()) <= WORDS_MOST
        assert opened.tab.locator(".measures > li:visible").count() <= 6


@pytest.mark.parametrize("name", squad.PAGES_OF)
def test_what_is_touched_is_large_and_nothing_open_is_too_close_to_call(browser, squad_workspace, name):
    with Opened(browser, squad_workspace.page(name).path) as opened:
        heights = [one.bounding_box()["height"] for one in opened.tab.locator("summary:visible").all()]
        assert min(heights) >= 44
        assert "close to call" not in opened.tab.inner_text("main")


@pytest.mark.parametrize("name", [squad.PAGES_OF[0], *(pytest.param(one, marks=FULL) for one in squad.PAGES_OF[1:])])
@LARGE
def test_a_week_holds_its_width_with_large_letters_and_at_twice_the_size(
    browser, squad_workspace, name, font_px, width
):
    with (
        with_letters(browser, font_px) as running,
        Opened(running, squad_workspace.page(name).path, width) as opened,
    ):
        opened.picture(f"{name.lower()}_{width}_letters_{font_px}")
        assert sticks_out(opened.tab) == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width
