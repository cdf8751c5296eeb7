"""Sections and plain outputs as HTML: one self-contained page that makes no request and works without JavaScript.

Everything passes jinja's autoescape; the only markup let through is what this module and `markdown` make. Figures
travel as inert JSON and are drawn by one small script when scrolled to.
"""

import functools
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from analysis.base.blocks import Fact
from analysis.base.config import YOUR_COACH
from analysis.base.display import METRIC, Display
from analysis.base.states import State
from analysis.base.units import number_text
from analysis.report.behind import decimals_of, numbers_text
from analysis.report.drawing import SCENES, broad, lighter, place_x
from analysis.report.figure import figure_view
from analysis.report.markdown import markdown_html
from analysis.report.scripts import csp_hash, library_element, library_source
from analysis.report.styles import used_rules

TEMPLATE = Path(__file__).parent / "template"
LONG_TABLE_ROWS = 15  # longer tables are folded

_BEFORE_A_UNIT = re.compile(
    r"(?<=\d) (?=(?:kg|lb|cm|m|km|mi|s|min|bpm|%|m/s|s/km|s/mi|min/km|min/mi"
    r"|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?![\w/]))"
)
_AT_THE_HEAD = ("header", "message")  # sections that the template places itself
_TEMPLATES = {"athlete": "athlete.html.jinja", "coach": "coach.html.jinja"}  # by audience
_STYLES = {name: (f"{name}.css",) for name in ("athlete", "coach", "scientist")}  # beside that of every page
_STYLE_HERE = "/* style */"
_ONE_NUMBER = re.compile(r"(?:[<>]\s)?[+−]?\d[\d.,]*|–")


@dataclass(frozen=True)
class Footer:
    """What stands at the foot of a page."""

    version: str
    fingerprint: str
    made_on: date
    contact: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def athletes_write_to(self) -> str:
        """Whom a coach or scientist is told of; empty where that is the coach."""
        return "" if self.contact == YOUR_COACH else self.contact


def page_html(
    parts: list[dict[str, Any]], about: dict[str, Any], footer: Footer, *, key: str, library: str | None = None
) -> str:
    """The whole page.

    Parameters
    ----------
    parts : list of dict
        What the notebook emitted, in order, as `notebook.parts_of` gives it.
    about : dict
        report, subject, name, period, until, audience, display (the units of the numbers behind facts).
    key : str
        Key of the render; the facts beside the page carry the same.
    library : str
        Where plotly.js lies, as seen from the page; within the page by default, which then needs no other file.
    """
    sections = [part["bundle"] for part in parts if part["kind"] == "section"]
    placed = {name: next((s for s in sections if s["key"] == name), None) for name in _AT_THE_HEAD}
    figures: list[dict[str, Any]] = []
    body = _body(parts, about["audience"], figures)
    top = {name: section and _section_view(section, about["audience"], figures) for name, section in placed.items()}
    blocks = [block for section in sections for block in section["blocks"]]
    told = {row["section"] for block in blocks if block["kind"] == "findings" for row in block["rows"]}
    sorts = any(view.get("sortable") for view in body)
    script = "".join(template_text(name) for name, used in (("sort.js", sorts), ("figures.js", figures)) if used)
    sources = [f"'{csp_hash(script)}'"] if script else []
    if figures:
        sources.append(library_source(library))
    is_plain = about["audience"] == "athlete" and not figures and all(_is_plain(view) for view in body)
    sheets = (*(() if is_plain else ("page.css",)), *_STYLES.get(about["audience"], ()))
    page = (
        environment()
        .get_template(_TEMPLATES.get(about["audience"], "page.html.jinja"))
        .render(
            about=about,
            top=top,
            body=body,
            told=told,
            figures=figures,
            footer=footer,
            key=key,
            plain=is_plain,
            css=Markup(_STYLE_HERE),
            script=Markup(script),
            library=library_element(library) if figures else "",
            script_sources=Markup(" ".join(sources) or "'none'"),  # hashes and key words, nothing of anybody
        )
    )
    css = "".join(map(template_text, ("whole.css", *sheets)))
    return page.replace(_STYLE_HERE, used_rules(css, page), 1)


def preview_html(bundle: dict[str, Any]) -> str:
    """One section for JupyterLab, with its style; figures are named here and drawn by JupyterLab itself."""
    audience = bundle["page"]["audience"]
    css = "".join(map(template_text, ("page.css", *_STYLES.get(audience, ()))))
    view = _section_view(bundle, audience, [])
    return environment().get_template("preview.html.jinja").render(view=view, css=Markup(css), audience=audience)


def fact_text(fact: dict[str, Any], audience: str) -> str:
    """A fact as one line of text: shape, word, sentence.

    >>> fact_text({"subject": "squat.speed", "state": "better", "sentence": "0.04 m/s faster."}, "athlete")
    '▲ Better. 0.04 m/s faster.'
    """
    view = _fact_view(fact, audience, METRIC)  # of which the numbers are not told
    return " ".join(part for part in (view["mark"], view["lead"], view["rest"]) if part)


@functools.cache
def environment() -> jinja2.Environment:
    """What fills every template: all text is escaped, a name that is not told is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(scene=_scene, place_x=place_x, broad=_broad, state=State, long_date=long_date)
    environment.filters["inert"] = inert_json
    environment.filters["kept"] = kept_together
    return environment


def kept_together(sentence: str) -> str:
    """The sentence with no line break between a number and its unit or month.

    >>> kept_together("20 m sprint: 3.48 s on 4 Jul, 7 dates").replace("\N{NO-BREAK SPACE}", "~")
    '20~m sprint: 3.48~s on 4~Jul, 7 dates'
    """
    return _BEFORE_A_UNIT.sub("\N{NO-BREAK SPACE}", sentence)


def _broad(block: dict[str, Any]) -> Any:
    return lighter(broad(block))


def _scene(block: dict[str, Any]) -> Any:
    return lighter(SCENES[block["kind"]](block))


def template_text(name: str) -> str:
    """A file of the template folder, as it stands."""
    return (TEMPLATE / name).read_text(encoding="utf-8")


def long_date(day: date) -> str:
    """A day as people write it.

    >>> long_date(date(2026, 7, 5))
    '5 July 2026'
    """
    return f"{day.day} {day:%B %Y}"


def inert_json(value: Any) -> Markup:
    r"""JSON for a data block of a page: nothing in it can end the block or begin a tag.

    >>> inert_json("</script>")
    Markup('"\\u003c/script\\u003e"')
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


# --- views: what the template prints ---------------------------------------------------------------------------


def _body(parts: list[dict[str, Any]], audience: str, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The views in order. A cell of prose that leads to a section stands in it, below its first answer; what leads to
    the head of the page is about the notebook and comes last.
    """
    body, about, prose = [], [], []
    for part in parts:
        key = part["bundle"]["key"] if part["kind"] == "section" else None
        if part["kind"] == "markdown" and not part.get("emitted"):
            prose.append(_part_view(part, audience, figures))
            continue
        if key in _AT_THE_HEAD:
            about += prose
        elif key is None:
            body += [*prose, _part_view(part, audience, figures)]
        else:
            how = prose.pop()["html"] if prose else ""
            body += [*prose, _part_view(part, audience, figures) | {"how": how}]
        prose = []
    return [*body, *prose, *([{"kind": "about", "parts": about}] if about else [])]


def _part_view(part: dict[str, Any], audience: str, figures: list[dict[str, Any]]) -> dict[str, Any]:
    if part["kind"] == "section":
        return _section_view(part["bundle"], audience, figures)
    if part["kind"] == "figure":
        return {"kind": "figure", "figure": figure_view(part["figure"], figures)}
    if part["kind"] == "markdown":
        return {"kind": "markdown", "html": markdown_html(part["text"])}
    if part["kind"] == "frame":
        view = _frame_view(part["frame"], audience)
        return {"kind": "frame", "frame": view, "sortable": view["sortable"]}
    return part


def _section_view(bundle: dict[str, Any], audience: str, figures: list[dict[str, Any]]) -> dict[str, Any]:
    """A section in rows, then its folds, each in rows of its own."""
    parts: list[tuple[str, list[tuple[str, int]]]] = [("", [])]
    for kind, place in bundle["order"]:
        item = bundle[kind][place]
        if item.get("kind") == "fold":
            parts.append((item["title"], []))
        else:
            parts[-1][1].append((kind, place))
    views = [{"title": title, "rows": _rows_view(bundle, order, audience, figures)} for title, order in parts]
    for table in [one for view in views[1:] for one in _tables_of(view)]:
        table[table["kind"]]["long"] = False  # it lies behind a fold already
    return {
        "kind": "section",
        "key": bundle["key"],
        "question": bundle["question"],
        "folded": bundle.get("folded", False),
        "rows": views[0]["rows"],
        "folds": [view for view in views[1:] if view["rows"]],
        "how": "",
        "sortable": any(one[one["kind"]]["sortable"] for view in views for one in _tables_of(view)),
    }


def _tables_of(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for row in view["rows"] for one in row["wide"] if one["kind"] != "figure"]


def _rows_view(
    bundle: dict[str, Any], order: Iterable[tuple[str, int]], audience: str, figures: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rows, each some facts and the blocks that were shown after them."""
    rows: list[dict[str, list[Any]]] = []
    display = Display(**bundle["page"]["display"])
    for kind, place in order:
        item = bundle[kind][place]
        is_wide = kind == "figures" or item.get("kind") in ("frame", "table", "board", "cards")
        if not rows or (kind == "facts" and rows[-1]["drawings"]) or (rows[-1]["wide"] and not is_wide):
            rows.append({"facts": [], "drawings": [], "wide": []})
        if kind == "facts":
            rows[-1]["facts"].append(_fact_view(item, audience, display))
        elif kind == "figures":
            rows[-1]["wide"].append({"kind": "figure", "figure": figure_view(item, figures, bundle["question"])})
        elif is_wide and item["kind"] == "table":
            rows[-1]["wide"].append({"kind": "table", "table": _table_view(item)})
        elif is_wide and item["kind"] in ("board", "cards"):
            rows[-1]["wide"].append({"kind": item["kind"], item["kind"]: item | {"sortable": item["kind"] == "board"}})
        elif is_wide:
            rows[-1]["wide"].append({"kind": "frame", "frame": _frame_view(item, audience)})
        else:
            rows[-1]["drawings"].append(item)
    return [row | {"css": _row_css(row), "alone": audience != "coach" and _is_alone(row)} for row in rows]


def _is_plain(view: dict[str, Any]) -> bool:
    """Whether it is a section of what the page of an athlete has a style for: no table that is wide, no figure."""
    return view["kind"] == "section" and not any(row["wide"] for row in view["rows"])


def _row_css(row: dict[str, list[Any]]) -> str:
    """Drawings of many rows or on one scale stand side by side; others stand beside what is said, folds below it."""
    kinds = {item["kind"] for item in row["drawings"]}
    if kinds & {"course", "dumbbells", "forest"}:
        return "panels"
    return "split" if row["facts"] and "choices" not in kinds and kinds - {"numbers", "findings"} else ""


def _is_alone(row: dict[str, list[Any]]) -> bool:
    """Whether a drawing of many rows has its place to itself, so that it may be broad."""
    kinds = [item["kind"] for item in row["drawings"]]
    return sum(kind in ("course", "dumbbells", "forest") for kind in kinds) == 1 and "course" not in kinds


def _table_view(block: dict[str, Any]) -> dict[str, Any]:
    """A table whose cells carry their state as shape and colour beside the words."""
    rows = [
        [
            entry | dict(zip(("css", "mark"), _entry_mark(entry), strict=True), sort=_short(entry["sort"]))
            for entry in row
        ]
        for row in block["rows"]
    ]
    sorts = any(entry["sort"] is not None for row in block["rows"] for entry in row)
    return block | {"rows": rows, "sortable": len(rows) > 1 and sorts}


def _short(value: Any) -> Any:
    """What a row sorts by; of a number five digits, which set rows apart.

    >>> _short(6962.3099999999995), _short("Alder")
    ('6962.3', 'Alder')
    """
    return f"{value:.5g}" if isinstance(value, float) else value


def _entry_mark(entry: dict[str, Any]) -> tuple[str, str]:
    state = State(entry["state"]) if entry["state"] else None
    return (state.css, state.mark) if state else ("", "")


def _fact_view(fact: dict[str, Any], audience: str, display: Display) -> dict[str, str]:
    """Shape, verdict, the rest of the sentence, and the numbers behind it."""
    told = Fact(**{name: value for name, value in fact.items() if name != "kind"})
    lead, rest = (told.lead, told.rest) if audience == "athlete" else (told.coach_lead, told.coach_rest)
    css, state = (told.state.css, told.state.value) if told.state else ("", "")
    numbers = numbers_text(fact, display)
    return {"css": css, "mark": told.mark, "lead": lead or "", "rest": rest, "numbers": numbers, "state": state}


def _frame_view(block: dict[str, Any], audience: str) -> dict[str, Any]:
    """A table with every cell as text, mark or drawing, and what the script sorts by."""
    columns = list(zip(*block["rows"], strict=True)) or [()] * len(block["columns"])
    by_column = [decimals_of(value for value in column if isinstance(value, float)) for column in columns]
    are_numbers = [_are_numbers(column) for column in columns]
    return {
        "title": block["title"],
        "heads": [{"text": head, "number": number} for head, number in zip(block["columns"], are_numbers, strict=True)],
        "rows": [
            [
                {**_cell_view(value, places, audience), "number": number}
                for value, places, number in zip(
                    row, _row_decimals(block["columns"], row) or by_column, are_numbers, strict=True
                )
            ]
            for row in block["rows"]
        ],
        "long": len(block["rows"]) > LONG_TABLE_ROWS,
        "sortable": len(block["rows"]) > 1,
    }


def _row_decimals(heads: list[str], row: list[Any]) -> list[int] | None:
    """Decimals of a row of `tidy()`, whose rows are of different units: two digits of its error; else None.

    >>> _row_decimals(["term", "estimate", "std_error", "conf_level"], ["CS", 3.9342, 0.0284, 0.95])
    [3, 3, 3, 2]
    """
    told = dict(zip(heads, row, strict=True))
    error = told.get("std_error")
    if "term" not in told or not error or isinstance(error, str):  # a frame printed by pandas is text
        return None
    digits = max(0, 1 - math.floor(math.log10(abs(error))))
    return [2 if head == "conf_level" else digits for head in heads]


def _are_numbers(column: Iterable[Any]) -> bool:
    """Whether a column holds numbers, also as words where each is one number or a dash."""
    known = [value for value in column if value is not None]
    return bool(known) and all(
        _ONE_NUMBER.fullmatch(value)
        if isinstance(value, str)
        else isinstance(value, int | float) and not isinstance(value, bool)
        for value in known
    )


def _cell_view(value: Any, decimals: int, audience: str) -> dict[str, Any]:
    if isinstance(value, dict) and value.get("kind") == "fact":
        fact = _fact_view(value, audience, METRIC)
        return {"kind": "fact", "fact": fact, "text": _cell_text(value, fact), "sort": value.get("estimate")}
    if isinstance(value, dict) and value.get("kind") in SCENES:
        return {"kind": "scene", "block": value, "sort": None}
    if value is None:
        return {"kind": "text", "text": "–", "sort": None}
    if isinstance(value, bool):
        return {"kind": "text", "text": "yes" if value else "no", "sort": int(value)}
    if isinstance(value, float):
        return {"kind": "text", "text": number_text(value, decimals), "sort": value}
    if isinstance(value, int):
        return {"kind": "text", "text": str(value).replace("-", "−"), "sort": value}
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {"kind": "text", "text": text, "sort": text}


def _cell_text(fact: dict[str, Any], view: dict[str, str]) -> str:
    """A fact in few words: the change with its interval where there is one, else the sentence."""
    if fact.get("estimate") is None or not view["state"]:
        return f"{view['lead']} {view['rest']}".strip()
    return view["numbers"].split(", ")[0].removeprefix("Change ").removesuffix(".")
