"""The page of a block's review: its tables and methods are there, and a person can read it anywhere."""

import html
import re
from functools import cache

import pandas as pd
import pytest
from chromium import CHROMIUM, Opened, each_look, sticks_out
from plotly.basedatatypes import BaseFigure
from squad import BLOCK_SECTIONS

MOST_PX, MOST_WORDS = 10_800, 3_300  # at 1280 px, folds closed
MOST_BYTES = 300_000  # without plotly


def in_a_browser(test):
    """Marks of a test that needs Debian's chromium."""
    without = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")
    return pytest.mark.browser(without(test))


@cache
def words(page: str) -> str:
    """The text of a page, whatever the kind of its spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def plain(text: str) -> str:
    return " ".join(text.split())


def test_every_figure_stands_beside_a_table_of_its_section(squad_workspace):
    for section in BLOCK_SECTIONS:
        blocks = section(squad_workspace.last_block)
        if any(isinstance(block, BaseFigure) for block in blocks):
            assert any(isinstance(block, pd.DataFrame) for block in blocks), section.__name__


def test_the_facts_beside_the_page_are_of_the_squad(squad_workspace):
    record = squad_workspace.block_page.record
    assert (record["report"], record["subject"]) == ("block_review", "squad")
    assert len(record["sections"]) == len(BLOCK_SECTIONS)
    assert record["versions"]["statsmodels"]


def test_the_methods_are_printed_for_the_scientist(squad_workspace):
    seen = words(squad_workspace.block_page.html)
    for phrase in (
        "by the rate at which unchanged series were named",
        "There is no control group",
        "none are drawn",
        "regression to the mean",
    ):
        assert phrase in seen
    assert squad_workspace.last_block.squad.fingerprint[:16] in seen


# --- in a browser ------------------------------------------------------------------------------------------------


@in_a_browser
@each_look
def test_the_page_fits_and_asks_nobody(browser, squad_workspace, width, scheme, record_property):
    path = squad_workspace.block_page.path
    with Opened(browser, path, width, scheme) as opened:
        took_ms = opened.tab.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
        record_property("open, ms", took_ms)
        print(f"block review at {width} px: opened in {took_ms:.0f} ms")
        if (width, scheme) in ((360, "light"), (1280, "dark")):  # every figure once on each
            opened.scroll_to_figures()
        opened.picture(f"block_review_{width}_{scheme}")
        assert opened.requests == [path.as_uri()]
        assert opened.complaints == []
        assert sticks_out(opened.tab) == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width


@in_a_browser
def test_without_javascript_the_page_tells_everything(browser, squad_workspace):
    page = squad_workspace.block_page
    with Opened(browser, page.path, 1280, script=False) as opened:
        seen = plain(opened.tab.text_content("main") or "")  # behind folds too, which open without a script
        said = [fact["sentence"] for section in page.record["sections"] for fact in section["facts"]]
        assert [sentence for sentence in said if plain(sentence) not in seen] == []
        assert opened.tab.locator("svg.drawn").count() >= 12


@in_a_browser
def test_ten_lines_come_first_and_all_tables_and_methods_lie_behind_folds(browser, squad_workspace):
    with Opened(browser, squad_workspace.block_page.path, 1280) as opened:
        assert opened.tab.locator(".findings li").count() == 10
        for link in opened.tab.query_selector_all(".findings a"):
            assert opened.tab.query_selector(f"section{link.get_attribute('href')}")
        shown = [table for table in opened.tab.query_selector_all("table, .how") if table.is_visible()]
        assert shown == []
        height, words = opened.tab.evaluate(
            "() => [document.documentElement.scrollHeight, "
            "document.querySelector('main').innerText.split(/\\s+/).length]"
        )
        print(f"block review: {height} px and {words} words with folds closed")
        assert height <= MOST_PX
        assert words <= MOST_WORDS


def test_the_page_weighs_300_kb_at_most_beside_plotly(squad_workspace):
    page = squad_workspace.block_page.html
    library = re.search(r'<script[^>]*id="plotly".*?</script>', page, re.DOTALL)
    weight = len(page.encode()) - (len(library[0]) if library else 0)
    print(f"block review: {weight / 1000:.0f} kB without plotly")
    assert weight <= MOST_BYTES
