"""Nothing that a notebook made is lost on its way to the page: figures, tables, drawings and sentences."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import lxml.html
import pytest

from analysis.report.drawing import SCENES

REPORTS = {"athlete_week": {"athlete_id": "Alder"}, "squad_week": {}, "block_review": {}}
TABLES = {"frame": "columns", **dict.fromkeys(("table", "numbers", "board"), "heads")}  # and where each has its heads
LEAST = {  # figures, tables, drawings and sentences: less would be a page of another notebook
    "athlete_week": (0, 4, 12, 15),
    "squad_week": (0, 5, 50, 10),
    "block_review": (11, 20, 18, 25),
}
NOT_PRINTED = {
    "kind",
    "status",
    "marks",
    "fact",
    "line",
    "state",
    "sort",
    "link",
    "section",
    "facts",
    "sheets",
    "entries",
    "files",
}


class Read:
    """A page as a reader without eyes for drawings has it, and what its notebook made."""

    def __init__(self, page):
        self.tree = lxml.html.fromstring(page.html)
        self.words = plain(self.tree.find(".//main").text_content())
        self.bundles = page.bundles
        self.blocks = [block for bundle in self.bundles for block in bundle["blocks"]]


@pytest.fixture(params=REPORTS)
def report(request) -> str:
    return request.param


@pytest.fixture
def read(report, squad_workspace) -> Read:
    return Read(squad_workspace.rendered(report, **REPORTS[report]))


def plain(text: str) -> str:
    """A text with one kind of space."""
    return " ".join(text.split())


def drawn(value: Any) -> Iterator[str]:
    """The kind of every drawing of a block, those in the cells of tables with it."""
    if isinstance(value, dict):
        if value.get("kind") in SCENES:
            yield value["kind"]
        inner = value.values()
    else:
        inner = value if isinstance(value, list) else ()
    for one in inner:
        yield from drawn(one)


def texts(value: Any) -> Iterator[str]:
    """Every text of a block that a page prints as text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, dict) and value.get("kind") not in {*SCENES, "fact"}:
        for name, one in value.items():
            if name not in NOT_PRINTED:
                yield from texts(one)


def sentence_of(fact: dict[str, Any], audience: str) -> str:
    """What a page for this audience says of a fact."""
    return (audience != "athlete" and fact["coach_sentence"]) or fact["sentence"]


def test_every_figure_table_drawing_and_sentence_of_a_notebook_is_on_its_page(report, read):
    figures = [figure for bundle in read.bundles for figure in bundle["figures"]]
    tables = [block for block in read.blocks if block["kind"] in TABLES]
    kinds = Counter(drawn(read.blocks))
    said = [sentence_of(fact, bundle["page"]["audience"]) for bundle in read.bundles for fact in bundle["facts"]]
    made = (len(figures), len(tables), kinds.total(), len(said))
    assert all(n >= least for n, least in zip(made, LEAST[report], strict=True)), made
    assert len(read.tree.find_class("plot")) == len(figures)
    assert len(list(read.tree.iter("table"))) == len(tables)
    once = [one for one in read.tree.find_class("drawn") if one.getparent().get("class") != "broad"]  # not both widths
    in_cells = read.tree.xpath("//*[contains(@class, 'board')]//td/i[@role='img']")  # places share their parts
    assert Counter(one.get("class").split()[1] for one in once) + Counter(place=len(in_cells)) == kinds
    assert [sentence for sentence in said if plain(sentence) not in read.words] == []


def test_every_figure_of_a_notebook_has_its_caption_on_the_page(read):
    titles = [plain(figure["title"].replace("<br>", " ")) for bundle in read.bundles for figure in bundle["figures"]]
    assert "" not in titles, "a figure without a caption says nothing to who cannot see it"
    assert [plain(caption.text_content()) for caption in read.tree.iter("figcaption")] == titles


def test_every_table_of_a_notebook_is_on_its_page_whole(read):
    made = Counter(
        (plain(block["title"]) or "Table", len(block[TABLES[block["kind"]]]), len(block["rows"]))
        for block in read.blocks
        if block["kind"] in TABLES
    )
    shown = Counter(
        (plain(table.getparent().get("aria-label")), len(table.findall("thead/tr/th")), len(table.findall("tbody/tr")))
        for table in read.tree.iter("table")
    )
    assert shown == made


def test_every_text_of_a_notebook_is_on_its_page(read):
    labels = " ".join(plain(one.get("aria-label")) for one in read.tree.xpath("//*[@aria-label]"))
    printed = [plain(text) for block in read.blocks for text in texts(block)]
    assert [text for text in printed if text not in read.words and text not in labels] == []
