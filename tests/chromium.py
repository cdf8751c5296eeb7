"""Debian's chromium as the tests use it: a page in a tab of its own, with what it asked for and complained about."""

import re
import shutil
import zlib
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = Path(__file__).parent / "output"
WIDTHS = (360, 768, 1280)
SOAK, FULL = pytest.mark.soak, pytest.mark.full
# a phone by day and a desk by night show each scheme once, a tablet the width between
LOOKS = [
    (360, "light"),
    (1280, "dark"),
    pytest.param(768, "light", marks=SOAK),
    *(pytest.param(*look, marks=FULL) for look in ((360, "dark"), (768, "dark"), (1280, "light"))),
]
each_look = pytest.mark.parametrize(("width", "scheme"), LOOKS)


class Opened:
    """A page in a tab of its own, with every request and complaint it made."""

    def __init__(self, browser, page: Path | str, width: int = 360, scheme: str = "light", script: bool = True):
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
        )
        self.tab = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.goto(page.as_uri() if isinstance(page, Path) else page)

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        self.context.close()

    def scroll_to_figures(self) -> None:
        """Have every figure drawn, also those behind folds, which stay open."""
        self.tab.evaluate(
            "() => document.querySelectorAll('details:has(.plot)').forEach(fold => { fold.open = true; })"
        )
        for place in self.tab.query_selector_all(".plot"):
            place.scroll_into_view_if_needed()
            place.wait_for_selector(".main-svg", timeout=20_000)

    def picture(self, name: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        self.tab.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def sticks_out(tab) -> list[str]:
    """Elements that reach beyond the page, but for what lies in a box that scrolls by itself."""
    return tab.evaluate(
        """() => [...document.querySelectorAll("main *")]
            .filter(e => !e.closest(".wide, .plot, .unseen, details:not([open])"))
            .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 120)])
            .filter(([box]) => box.right > innerWidth + 0.5 || box.left < -0.5)
            .map(([, html]) => html)"""
    )


def violations(tab) -> list[str]:
    """What axe-core finds wrong with a page for people who do not see, hear or point as others do."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [f"{one['impact']}: {one['help']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def pdf_pages(pdf: bytes) -> int:
    """How many pages a PDF says it has."""
    packed = re.findall(rb"stream\r?\n(x.*?)endstream", pdf, re.DOTALL)
    streams = [zlib.decompressobj().decompress(stream) for stream in packed]  # stops where the packed data stop
    return max(len(re.findall(rb"/Type\s*/Page\b", text)) for text in (pdf, *streams))
