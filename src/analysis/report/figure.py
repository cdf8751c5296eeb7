"""A plotly figure on a page: its place, its words, and its JSON without foreign markup."""

import re
from typing import Any

_HEIGHT = 320
# plotly reads a little markup in its texts; any other tag is data and stays text
_NOT_PLOTLY_MARKUP = re.compile(r"<(?!/?(?:br|b|i|em|sub|sup|extra)\s*/?>)", re.IGNORECASE)
_PLOTLY_MARKUP = re.compile(r"</?(?:br|b|i|em|sub|sup|extra)\s*/?>", re.IGNORECASE)


def figure_view(figure: dict[str, Any], figures: list[dict[str, Any]], question: str = "") -> dict[str, Any]:
    """A figure's place on the page; its JSON joins `figures`, its title becomes the caption."""
    content = figure["json"]
    layout = {name: value for name, value in (content.get("layout") or {}).items() if name not in ("title", "width")}
    title = _words(figure["title"])
    if title and "margin" in layout:  # the room for the title
        layout["margin"] = {**layout["margin"], "t": 12}
    figures.append({"data": _texts_escaped(content.get("data") or []), "layout": _texts_escaped(layout)})
    template = (layout.get("template") or {}).get("layout") or {}
    label = [title or question or "Figure", _axes_text(layout)]
    return {
        "id": f"figure-{len(figures)}",
        "title": title,
        "label": ": ".join(part for part in label if part),
        "height": int(layout.get("height") or template.get("height") or _HEIGHT),
    }


def _words(text: Any) -> str:
    """A text of plotly without its markup."""
    return _PLOTLY_MARKUP.sub(" ", str(text or "")).strip()


def _axes_text(layout: dict[str, Any]) -> str:
    """What the first pair of axes carries, for those who do not see the figure."""
    titles = [((layout.get(axis) or {}).get("title") or {}).get("text") for axis in ("yaxis", "xaxis")]
    said = [_words(title) for title in titles if title]
    return " against ".join(said)


def _texts_escaped(value: Any) -> Any:
    """A figure's JSON with tags that are not plotly's own markup made harmless in every text."""
    if isinstance(value, str):
        return _NOT_PLOTLY_MARKUP.sub("&lt;", value)
    if isinstance(value, list):
        return [_texts_escaped(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _texts_escaped(inner) for key, inner in value.items()}
    return value
