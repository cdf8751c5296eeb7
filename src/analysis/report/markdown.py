"""Markdown as HTML that is safe on a page."""

import functools
from typing import Any

import mistune
from markupsafe import Markup, escape


class _TextOnly(mistune.HTMLRenderer):
    """Markdown as text with headings, lists, emphasis, code and tables: no raw HTML, picture or link."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002 (mistune's signature)
        return f"{text} ({escape(url)})" if text != str(escape(url)) else text

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002 (mistune's signature)
        return f"{text} ({escape(url)})"

    def heading(self, text: str, level: int, **_attributes: Any) -> str:
        return f"<h{min(level + 1, 6)}>{text}</h{min(level + 1, 6)}>\n"


@functools.cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(renderer=_TextOnly(), plugins=["table", "strikethrough"])


def markdown_html(text: str) -> Markup:
    """Markdown as safe HTML.

    >>> markdown_html("# Load <b>")
    Markup('<h2>Load &lt;b&gt;</h2>\\n')
    """
    return Markup(_markdown()(text))
