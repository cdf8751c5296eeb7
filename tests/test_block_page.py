"""The page of a block's review: all that the notebook made is on it, and a person can read it anywhere."""

import html
import re
from functools import cache

import pandas as pd
import pytest
from plotly.basedatatypes import BaseFigure
from test_block_review import SECTIONS
from test_browser import CHROMIUM, WIDTHS, Opened, browser, sticks_out  # noqa: F401 (browser is a fixture)

from analysis.blocks import Fact, Forest
from analysis.report.page import figure_block


def in_a_browser(test):
    """Marks of a test that needs Debian's chromium."""
    without = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")
    return pytest.mark.browser(without(test))


@pytest.fixture(scope="module")
def made(squad_workspace) -> list:
    """Everything that the sections were given, in order."""
    return [block for section in SECTIONS for block in section(squad_workspace.last_block)]


@cache
def words(page: str) -> str:
    """The text of a page, whatever the kind of its spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def plain(text: str) -> str:
    return " ".join(text.split())


# --- everything that was made is on the page ---------------------------------------------------------------------


def test_every_figure_is_on_the_page(made, squad_workspace):
    figures = [block for block in made if isinstance(block, BaseFigure)]
    page = squad_workspace.block_page.html
    assert len(figures) >= 11
    assert len(re.findall(r'class="plot"', page)) == len(figures)
    for figure in figures:
        title = figure_block(figure)["title"]
        assert title, "a figure without a caption says nothing to who cannot see it"
        assert plain(title.replace("<br>", " ")) in words(page)


def test_every_table_is_on_the_page_whole(made, squad_workspace):
    tables = [block for block in made if isinstance(block, pd.DataFrame)]
    page = squad_workspace.block_page.html
    assert len(tables) >= 20
    for table in tables:
        assert plain(table.attrs["title"]) in words(page)
        for column in table.select_dtypes("str"):
            assert [cell for cell in table[column] if plain(cell) not in words(page)] == []
    assert page.count("<table") >= len(tables)


def test_every_forest_and_sentence_is_on_the_page(made, squad_workspace):
    page = squad_workspace.block_page.html
    for block in made:
        if isinstance(block, Forest):
            assert f'aria-label="{html.escape(block.title)}"' in page or plain(block.title) in words(page)
    said = [block.sentence for block in made if isinstance(block, Fact)]
    assert len(said) >= 25
    assert [sentence for sentence in said if plain(sentence) not in words(page)] == []


def test_every_figure_stands_beside_a_table_of_its_section(squad_workspace):
    for section in SECTIONS:
        blocks = section(squad_workspace.last_block)
        if any(isinstance(block, BaseFigure) for block in blocks):
            assert any(isinstance(block, pd.DataFrame) for block in blocks), section.__name__


def test_the_facts_beside_the_page_are_of_the_squad(squad_workspace):
    record = squad_workspace.block_page.record
    assert (record["report"], record["subject"]) == ("block_review", "squad")
    assert len(record["sections"]) == len(SECTIONS)
    assert record["versions"]["statsmodels"]


def test_the_methods_are_printed_for_the_scientist(squad_workspace):
    seen = words(squad_workspace.block_page.html)
    for phrase in ("Holm 1979", "There is no control group", "none are drawn", "regression to the mean"):
        assert phrase in seen
    assert squad_workspace.last_block.squad.fingerprint[:16] in seen


# --- in a browser ------------------------------------------------------------------------------------------------


@in_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_asks_nobody(browser, squad_workspace, width, scheme, record_property):  # noqa: F811
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
def test_without_javascript_the_page_tells_everything(browser, squad_workspace):  # noqa: F811
    page = squad_workspace.block_page
    with Opened(browser, page.path, 1280, script=False) as opened:
        seen = plain(opened.tab.inner_text("main"))
        said = [fact["sentence"] for section in page.record["sections"] for fact in section["facts"]]
        assert [sentence for sentence in said if plain(sentence) not in seen] == []
        assert opened.tab.locator("svg.drawn").count() >= 18
